"""How long regimes last: Kaplan and Meier's curves of their spells, medians, and whether groups differ.

A spell that runs to the last month of its run is censored: it lasted at least so long. One that is there at the start
counts from the start, as if it had begun then. Intervals and tests take spells as independent, which those of one run,
and of one replicate in two groups, are not quite; draws in common make two groups more alike than chance would, so
that the log-rank test errs on the side of no difference.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import FEWEST, Z
from thermidor.errors import InputError
from thermidor.views.survival import Curve

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
    """The log-rank test of two equal curves: chi-squared with one degree of freedom, and p."""

    statistic: float
    p: float


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


def beside(base: tuple[Floats, Bools], other: tuple[Floats, Bools]) -> LogRank | None:
    """Return the log-rank test of two groups' spells (how long, and ended or cut); None where they are too few to tell.

    Each needs FEWEST spells, and one of them has to end.
    """
    if min(len(base[0]), len(other[0])) < FEWEST or not (base[1].any() or other[1].any()):
        return None
    from statsmodels.duration.survfunc import survdiff

    lasted, ended = _checked(*(np.concatenate(pair) for pair in zip(base, other, strict=True)))
    statistic, p = survdiff(lasted, ended.astype(int), np.repeat([0, 1], [len(base[0]), len(other[0])]))
    return LogRank(float(statistic), float(p))


def _fitted(lasted: Floats, ended: Bools) -> Any:
    from statsmodels.duration.survfunc import SurvfuncRight

    return SurvfuncRight(lasted, ended.astype(int))


def _checked(lasted: Floats, ended: Bools) -> tuple[Floats, Bools]:
    """Return durations and their ends as arrays, if they are what they should be."""
    lasted, ended = np.asarray(lasted, dtype=np.float64), np.asarray(ended, dtype=bool)
    if not lasted.size or lasted.shape != ended.shape or not (np.isfinite(lasted) & (lasted > 0.0)).all():
        raise InputError("spells need durations above 0, at least one, and as many ends")
    return lasted, ended
