"""The boundary: at which level of one factor half the runs keep what is asked, for each level of another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import LEVELS, half_way
from thermidor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def boundary(x: Floats, y: Floats, kept: Floats, seed: int = 0, times: int = 400) -> pd.DataFrame:
    """Return the level of y at which half keep, by logistic regression at each x: x, level, low, high, runs, left_out.

    x: [x], y: [y] rising; kept: [x, y, replicate], 1 or 0, NaN where a member failed (left out). Replicates are
    resampled whole for the 95% interval, the same at every x and y, as they share their draws. -inf: half keep below
    all of y; inf: above, or fewer the higher y. Where none keep at one level and all at the next the interval spans
    both. NaN where no member has an outcome, and the interval's with fewer than two replicates.
    """
    import pandas as pd

    x, y, kept = (np.asarray(values, dtype=np.float64) for values in (x, y, kept))
    if kept.ndim != 3 or kept.shape[:2] != (len(x), len(y)) or (np.diff(y) <= 0.0).any():
        raise InputError(
            f"outcomes of shape {kept.shape} do not lie over {len(x)} levels of x and {len(y)} rising ones of y"
        )
    many = kept.shape[2]
    picks = np.random.default_rng(seed).integers(0, many, (times if many > 1 else 0, many))
    rows = []
    for place, row in zip(x, kept, strict=True):
        known = np.isfinite(row)
        again = np.array([_level(y, row[:, pick]) for pick in picks])
        rows.append((place, _level(y, row), *_interval(y, row, again), int(known.sum()), int((~known).sum())))
    return pd.DataFrame(rows, columns=["x", "level", "low", "high", "runs", "left_out"])


def _level(y: Floats, kept: Floats) -> float:
    """Return the y at which half of [y, replicate] keep, those without an outcome left out; infinite beyond all y."""
    known = np.isfinite(kept)
    if not known.any():
        return np.nan
    level = float(half_way(np.broadcast_to(y[:, None], kept.shape)[known], kept[known] > 0.5))
    return level if y[0] <= level <= y[-1] else np.copysign(np.inf, level - y[0])


def _interval(y: Floats, kept: Floats, again: Floats) -> tuple[float, float]:
    """Return the 95% interval of the level from its bootstrap, no narrower than a gap between none and all."""
    again = again[~np.isnan(again)]
    if not again.size:
        return np.nan, np.nan
    low, high = (float(bound) for bound in np.quantile(again, LEVELS, method="nearest"))
    known = np.isfinite(kept)
    least = np.where(known, kept, 1.0).min(axis=1, initial=1.0)
    most = np.where(known, kept, 0.0).max(axis=1, initial=0.0)
    ran = np.flatnonzero(known.any(axis=1))
    for below, above in pairwise(ran):
        if most[below] == 0.0 and least[above] == 1.0:
            low, high = min(low, float(y[below])), max(high, float(y[above]))
    return low, high
