"""How long regimes last: Kaplan and Meier's curves of their spells, medians, and whether groups differ.

A spell that runs to the last month of its run is censored: it lasted at least so long. One that is there at the start
counts from the start, as if it had begun then. Intervals and tests take spells as independent, which those of one run,
and of one replicate in two groups, are not quite; draws in common make two groups more alike than chance would, so
that the log-rank test errs on the side of no difference.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import FEWEST, Z
from thermidor.errors import InputError
from thermidor.views.survival import Curve

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.runs.summary import Lasted

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Median(NamedTuple):
    """A median spell in the unit of its durations with its 95% interval (infinite: not reached), and the counts."""

    median: float
    low: float
    high: float
    spells: int
    ended: int


class LogRank(NamedTuple):
    """The log-rank test of equal curves: chi-squared, its degrees of freedom, p."""

    statistic: float
    degrees: int
    p: float


def durations(spells: Iterable[Lasted], end: np.datetime64) -> pd.DataFrame:
    """Return spells as a table: run, country, regime, first, months (both ends counted), ended (False: cut at `end`).

    `end` is the last month of the runs.
    """
    import pandas as pd

    rows = []
    for spell in spells:
        months = int((spell.last.astype("datetime64[M]") - spell.first.astype("datetime64[M]")).astype(int)) + 1
        ended = bool(spell.last.astype("datetime64[M]") < end.astype("datetime64[M]"))
        rows.append((spell.run, spell.country, spell.regime, spell.first, months, ended))
    return pd.DataFrame(rows, columns=["run", "country", "regime", "first", "months", "ended"])


def curve(lasted: Floats, ended: Bools) -> Curve:
    """Return the share of spells that outlast each duration, with pointwise 95% intervals (log-log, Greenwood).

    lasted: durations in any unit, above 0; ended: whether the spell ended then, or was cut. Raises InputError without
    spells. Where the share is 0 or 1 the interval is the share itself.
    """
    lasted, ended = _checked(lasted, ended)
    found = _fitted(lasted, ended)
    share, spread = np.asarray(found.surv_prob, dtype=np.float64), np.asarray(found.surv_prob_se, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(share)
        width = np.exp(Z * spread / (share * np.abs(logs)))
        low, high = share**width, share ** (1.0 / width)
    sure = ~np.isfinite(width)
    low[sure], high[sure] = share[sure], share[sure]
    times = np.asarray(found.surv_times, dtype=np.float64)
    return Curve(times, share, low, high, lasted, ended)


def curves(table: pd.DataFrame, by: str, unit: float = 12.0) -> dict[str, Curve]:
    """Return the curve of each group of a table of `durations`, by the values of a column; `unit` months to one."""
    return {
        str(name): curve(part["months"].to_numpy(np.float64) / unit, part["ended"].to_numpy(bool))
        for name, part in table.groupby(by, observed=True)
    }


def median(lasted: Floats, ended: Bools) -> Median:
    """Return the median spell: the first duration that fewer than half outlast, with its 95% interval (log-log)."""
    lasted, ended = _checked(lasted, ended)
    found = _fitted(lasted, ended)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = float(found.quantile(0.5))
        low, high = (float(bound) for bound in found.quantile_ci(0.5)) if ended.any() else (np.nan, np.nan)
    if np.isnan(middle):
        middle, high = np.inf, np.inf
    return Median(middle, low, high, len(lasted), int(ended.sum()))


def medians(table: pd.DataFrame, by: str, unit: float = 12.0) -> pd.DataFrame:
    """Return the median spell of each group of a table of `durations`: `by`, median, low, high, spells, ended."""
    import pandas as pd

    rows = [
        (name, *median(part["months"].to_numpy(np.float64) / unit, part["ended"].to_numpy(bool)))
        for name, part in table.groupby(by, observed=True)
    ]
    return pd.DataFrame(rows, columns=[by, *Median._fields])


def log_rank(lasted: Floats, ended: Bools, group: Sequence[Hashable] | NDArray[np.object_]) -> LogRank:
    """Return the log-rank test of whether the groups' spells end alike; group: one name a spell, two names at least."""
    from statsmodels.duration.survfunc import survdiff

    lasted, ended = _checked(lasted, ended)
    codes = np.unique(np.asarray(group), return_inverse=True)[1]
    if codes.max() < 1 or not ended.any():
        raise InputError("the log-rank test needs two groups and a spell that ends")
    statistic, p = survdiff(lasted, ended.astype(int), codes)
    return LogRank(float(statistic), int(codes.max()), float(p))


def beside(base: tuple[Floats, Bools], other: tuple[Floats, Bools]) -> LogRank | None:
    """Return the log-rank test of two groups' spells (how long, and ended or cut); None where they are too few to tell.

    Each needs FEWEST spells, and one of them has to end.
    """
    if min(len(base[0]), len(other[0])) < FEWEST or not (base[1].any() or other[1].any()):
        return None
    lasted, ended = (np.concatenate(pair) for pair in zip(base, other, strict=True))
    return log_rank(lasted, ended, np.repeat(["base", "other"], [len(base[0]), len(other[0])]))


def _fitted(lasted: Floats, ended: Bools) -> Any:
    from statsmodels.duration.survfunc import SurvfuncRight

    return SurvfuncRight(lasted, ended.astype(int))


def _checked(lasted: Floats, ended: Bools) -> tuple[Floats, Bools]:
    """Return durations and their ends as arrays, if they are what they should be."""
    lasted, ended = np.asarray(lasted, dtype=np.float64), np.asarray(ended, dtype=bool)
    if not lasted.size or lasted.shape != ended.shape or not (np.isfinite(lasted) & (lasted > 0.0)).all():
        raise InputError("spells need durations above 0, at least one, and as many ends")
    return lasted, ended
