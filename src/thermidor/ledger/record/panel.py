"""Statistics of few countries: slopes with whole countries as the cases, ranks of a case, exact shares.

Random draws are keyed by names and numbers, so that a test gives the same bits every time.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermidor.errors import InputError

Floats = NDArray[np.float64]

TIMES = 1_999
"""Draws of a bootstrap or permutation: with the case itself, 2,000."""
POWER = 2.8
"""Standard errors that are found four times in five at the 5% level, two-sided (1.96 + 0.84)."""
WEBB = np.sqrt([0.5, 1.0, 1.5])
"""Webb's six weights are these and their opposites; for fewer than `FEW` cases, where signs alone give few draws."""
FEW = 12
SMALL = 1e-9


@dataclass(frozen=True)
class Fit:
    """A slope, its error, 95% interval and p; the cases are whole countries, bootstrapped or permuted.

    floor   the smallest p that so many cases can give
    """

    slope: float
    error: float
    low: float
    high: float
    p: float
    cases: int
    observations: int
    floor: float

    @property
    def detectable(self) -> float:
        """The smallest slope that would have been found four times in five."""
        return POWER * self.error


def draws(*keys: str | int) -> np.random.Generator:
    """A stream of random numbers of its own for these names and numbers."""
    return np.random.default_rng([zlib.crc32(str(key).encode()) for key in keys])


def effects(*labels: Sequence[Any]) -> Floats:
    """Columns of zeros and ones, one for every different label of each sequence [row, column]."""
    columns = []
    for sequence in labels:
        kinds, place = np.unique(np.asarray(sequence), return_inverse=True)
        columns.append(np.eye(len(kinds))[place])
    return np.hstack(columns)


def slope(
    y: ArrayLike, x: ArrayLike, places: Sequence[str], beside: ArrayLike | None = None, key: str | int = ""
) -> Fit:
    """Slope of `y` on `x` [row], with a constant or the columns `beside` [row, column], and its clustered error.

    Rows of one of the `places` are one case. Errors are CR1; p is that of the wild cluster bootstrap of t with the
    slope held at zero (Cameron, Gelbach and Miller 2008), and the interval reaches as far as t does there in 95% of
    draws. Raises InputError where nothing of `x` is left beside the columns, or there are fewer than three cases.
    """
    outcome, cause = np.asarray(y, np.float64), np.asarray(x, np.float64)
    columns = np.ones((len(outcome), 1)) if beside is None else np.asarray(beside, np.float64)
    base = _basis(columns)
    names, whose = np.unique(np.asarray(places), return_inverse=True)
    cause = cause - base @ (base.T @ cause)
    outcome = outcome - base @ (base.T @ outcome)
    spread = float(cause @ cause)
    if len(names) < 3 or spread < SMALL * max(1.0, float(np.asarray(x, np.float64) @ np.asarray(x, np.float64))):
        raise InputError(
            what=f"no slope can be told from {len(names)} cases and {len(outcome)} rows",
            where="slope",
            why="it takes three cases and some of the cause that is not the columns beside it",
            mend="take more cases or fewer columns",
        )
    found = float(cause @ outcome) / spread
    rows, cases = len(outcome), len(names)
    free = max(rows - base.shape[1] - 1, 1)
    scale = cases / (cases - 1) * (rows - 1) / free
    own = _sums(cause * cause, whose, cases)

    def errors(scores: Floats) -> Floats:
        return np.asarray(np.sqrt(scale * (scores**2).sum(axis=0)) / spread)

    error = float(errors(_sums(cause * (outcome - found * cause), whose, cases)[:, None])[0])
    weights = _weights(cases, draws("slope", key, cases, rows))
    moved = _sums(cause * outcome, whose, cases) @ weights / spread
    scores = _mixed(cause, outcome, base, whose, cases) @ weights - own[:, None] * moved
    told = np.abs(moved) / np.maximum(errors(scores), SMALL)
    p = (1 + int((told >= abs(found) / max(error, SMALL) - SMALL).sum())) / (1 + TIMES)
    reach = float(np.quantile(told, 0.95)) * error
    floor = max(1.0 / (1 + TIMES), float(len(WEBB) * 2 if cases < FEW else 2) ** (1 - cases))
    return Fit(found, error, found - reach, found + reach, max(p, floor), cases, rows, floor)


def _basis(columns: Floats) -> Floats:
    """Orthonormal columns that span the same space."""
    values, vectors = np.linalg.eigh(columns.T @ columns)
    kept = values > SMALL * values.max()
    return np.asarray(columns @ (vectors[:, kept] / np.sqrt(values[kept])))


def _sums(values: Floats, whose: NDArray[np.intp], cases: int) -> Floats:
    return np.asarray(np.bincount(whose, weights=values, minlength=cases), np.float64)


def _mixed(cause: Floats, residual: Floats, base: Floats, whose: NDArray[np.intp], cases: int) -> Floats:
    """Score of each case (row) from the residuals of each case (column), after projection on `base` [case, case]."""
    by_cause = np.array([base[whose == case].T @ cause[whose == case] for case in range(cases)])
    by_rest = np.array([base[whose == case].T @ residual[whose == case] for case in range(cases)])
    return np.asarray(np.diag(_sums(cause * residual, whose, cases)) - by_cause @ by_rest.T)


def _weights(cases: int, stream: np.random.Generator) -> Floats:
    """Weights of the wild bootstrap [case, draw]: signs, or Webb's six where cases are few."""
    signs = np.where(stream.random((cases, TIMES)) < 0.5, -1.0, 1.0)
    return signs * stream.choice(WEBB, (cases, TIMES)) if cases < FEW else signs


def two_ways(places: Sequence[str], years: Sequence[int]) -> Floats:
    """Columns for slopes of countries compared with themselves, in years compared with the same year elsewhere."""
    return effects(places, years)


@dataclass(frozen=True)
class Rank:
    """One case among others.

    beyond      its distance from their median; low and high: that, less the spread of 95% of the others about it
    p           two-sided: twice the share, the case among them, that lies as far out on its side
    place, of   its place from the top among all
    detectable  distance from the median beyond which 2.5% of a side lie, or the furthest of fewer others
    """

    beyond: float
    low: float
    high: float
    p: float
    place: int
    of: int
    detectable: float

    @property
    def floor(self) -> float:
        """The smallest p of one case among so many: that of the first or the last place."""
        return 2.0 / self.of


def rank(value: float, others: ArrayLike) -> Rank:
    """The place of one case among others. Raises InputError for fewer than five others."""
    rest = np.asarray(others, np.float64)
    if len(rest) < 5:
        raise InputError(
            what=f"one case among {len(rest)} others has no rank worth telling",
            where="rank",
            why="with so few the smallest p is one in three or more",
            mend="take a wider set of others",
        )
    middle = float(np.median(rest))
    above, below = int((rest >= value).sum()), int((rest <= value).sum())
    under, over = (float(q) - middle for q in np.quantile(rest, [0.025, 0.975]))
    return Rank(
        beyond=value - middle,
        low=value - middle - over,
        high=value - middle - under,
        p=min(1.0, 2.0 * (1 + min(above, below)) / (1 + len(rest))),
        place=int((rest > value).sum()) + 1,
        of=len(rest) + 1,
        detectable=max(over, -under),
    )


def exact_share(came: int, of: int) -> tuple[float, float]:
    """The exact 95% interval (Clopper and Pearson) of a share that came `came` times `of` so many."""
    low = 0.0 if came == 0 else _solved(lambda share: 1.0 - _at_most(came - 1, of, share) - 0.025)
    high = 1.0 if came == of else _solved(lambda share: 0.025 - _at_most(came, of, share))
    return low, high


def _at_most(came: int, of: int, share: float) -> float:
    return math.fsum(math.comb(of, i) * share**i * (1.0 - share) ** (of - i) for i in range(came + 1))


def _solved(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (low, middle) if rising(middle) > 0.0 else (middle, high)
    return (low + high) / 2.0


def one_case(shuffle: int | None) -> None:
    """Raise ValueError where someone wants to shuffle a test that has no countries to exchange."""
    if shuffle is not None:
        raise ValueError("this test has no countries whose histories could be exchanged")
