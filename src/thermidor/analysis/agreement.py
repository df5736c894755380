"""How far replicates agree: what part of an outcome, or of an effect, another set of replicates would show again.

Replicates have draws of their own, so that what two of them share hangs on the points and what they don't is luck.
How the mean of several agrees follows from how two do (Spearman 1910, Brown 1910).
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ENOUGH = 0.75
"""Agreement of the mean from which on factors are ranked: what two replicates have that correlate by 0.6."""
WANTED = 0.8
"""Agreement of the mean for which replicates that are missing are counted."""


class Agreement(NamedTuple):
    """Correlation of two replicates (NaN: there is one, or nothing varies), and how many of them there are."""

    pair: float
    replicates: int

    @property
    def mean(self) -> float:
        """Correlation of the mean of these replicates with that of as many others."""
        pair = max(self.pair, 0.0) if self.pair == self.pair else self.pair
        return self.replicates * pair / (1.0 + (self.replicates - 1) * pair)

    @property
    def too_little(self) -> bool:
        """Whether so much is luck that no order of the factors can be read."""
        return self.mean < ENOUGH

    @property
    def more(self) -> int | None:
        """Replicates that are missing for an agreement of `WANTED`; none where no number can be told."""
        if not self.pair > 0.0:
            return None
        needed = WANTED * (1.0 - self.pair) / (self.pair * (1.0 - WANTED))
        return max(0, ceil(needed - 1e-9) - self.replicates)


def agreement(values: Floats, about_zero: bool = False) -> Agreement:
    """Return how far replicates agree over things: the mean correlation between two of them.

    values: [thing, replicate]. `about_zero` leaves their means in, as is right for effects, whose sign hangs on which
    end of a factor is called low. A replicate that does not vary agrees with none that does.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values if about_zero else values - values.mean(axis=0)
    count = values.shape[1]
    sizes = np.sqrt((values**2).sum(axis=0))
    sizes = np.where(sizes > 1e-12 * max(float(np.abs(values).max(initial=0.0)), 1e-300), sizes, 0.0)
    if count < 2 or not sizes.any():
        return Agreement(np.nan, count)
    lengths = values / np.where(sizes > 0.0, sizes, np.inf)
    correlations = lengths.T @ lengths
    return Agreement(float(correlations[~np.eye(count, dtype=bool)].mean()), count)
