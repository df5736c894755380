"""Small statistics: paired bootstrap, rank correlation. Pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from thermidor.analysis.statistics import half_way as half_way
from validation.sample import Floats

LEVELS = (0.025, 0.975)


def paired_difference(
    base: Floats, other: Floats, statistic: Callable[[Floats], float], seed: int = 0, times: int = 1000
) -> tuple[float, float, float]:
    """Return (difference, low, high): statistic of `other` less that of `base`, members resampled in pairs.

    base, other: one number a member, the same members in the same order.
    """
    pick = np.random.default_rng(seed).integers(0, len(base), (times, len(base)))
    found = np.array([statistic(other[p]) - statistic(base[p]) for p in pick])
    found = found[np.isfinite(found)]
    low, high = np.quantile(found, LEVELS) if len(found) else (np.nan, np.nan)
    return statistic(other) - statistic(base), float(low), float(high)


def bootstrap(
    values: Floats, statistic: Callable[[Floats], float], seed: int = 0, times: int = 1000
) -> tuple[float, float]:
    """Return the 95% bootstrap interval of a statistic of one number a member."""
    pick = np.random.default_rng(seed).integers(0, len(values), (times, len(values)))
    low, high = np.nanquantile([statistic(values[p]) for p in pick], LEVELS)
    return float(low), float(high)


def ranks(x: Floats) -> Floats:
    """Return ranks from 0, equal values sharing their mean rank."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(count) - 1
    mean: Floats = (last - (count - 1) / 2.0)[place]
    return mean


def rank_correlation(x: Floats, y: Floats) -> float:
    """Return Spearman's rank correlation of the pairs that are numbers; NaN for fewer than three or without spread."""
    use = np.isfinite(x) & np.isfinite(y)
    if use.sum() < 3:
        return float("nan")
    a, b = ranks(x[use]), ranks(y[use])
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else float("nan")
