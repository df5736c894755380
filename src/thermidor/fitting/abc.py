"""Approximate Bayesian computation: population Monte Carlo with a threshold that falls by itself.

After Lenormand, Jabot and Deffuant (2013), *Adaptive approximate Bayesian computation for complex models*,
Computational Statistics 28: of a population the nearer half is kept; new draws scatter around it (a normal kernel with
twice its weighted covariance), and of old and new together the nearer half is kept again. What a draw weighs makes good
for where it was looked for. Every generation costs the same, which makes budgets comparable, and is one batch.

All draws are lived on the same chance, so that the nearest could be told apart for ever, and the posterior would shrink
to a point by luck alone. The threshold therefore stops where it comes as near to the nearest draw as chance moves a
distance (`luck`): what is kept can't be told apart by the targets, and from there on more of it is gathered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
KEPT = 0.5
"""Share of the population that is kept."""
WIDER = 2.0
"""The kernel's covariance over that of the draws that are kept (Beaumont and others 2009)."""
LEAST = 1e-6
"""Least variance of the kernel along a rule, in shares of its range squared: draws never fall together."""
AT_ONCE = 5_000
"""Scattered draws tried together, most of which fall out of the ranges at first where there are many rules."""


@dataclass(frozen=True)
class Population:
    """Draws in the unit cube of the ranges, all that were evaluated in their order.

    points      [draw, rule]
    distances   [draw]
    generation  in which each was drawn [draw]
    weights     of the posterior, nought for those that are not kept [draw]
    thresholds  the distance below which draws were kept, by generation
    accepted    share of a generation's new draws that were kept, by generation
    """

    points: Floats
    distances: Floats
    generation: NDArray[np.int64]
    weights: Floats
    thresholds: tuple[float, ...]
    accepted: tuple[float, ...]

    @property
    def effective(self) -> float:
        """So many equally weighted draws the posterior is worth."""
        return float(1.0 / (self.weights**2).sum())


def search(
    distance: Callable[[Floats], Floats], rules: int, budget: int, population: int, seed: int, luck: float = 0.0
) -> Population:
    """Search the unit cube of so many rules, flat before anything is seen, with at most `budget` evaluations.

    distance: of points [draw, rule] -> [draw]; luck: how far chance alone moves it. The same seed gives the same draws.
    """
    kept = max(int(KEPT * population), 2)
    points = np.random.default_rng([seed, 0]).random((population, rules))
    distances, generation = np.asarray(distance(points), np.float64), np.zeros(population, np.int64)
    weight = np.ones(population)
    own, below = _nearest(np.arange(population), distances, kept, luck)
    thresholds, accepted = [below], [1.0]
    while len(points) + population - kept <= budget:
        turn = len(thresholds)
        share = weight[own] / weight[own].sum()
        kernel = WIDER * np.cov(points[own].T, aweights=share, ddof=0).reshape(rules, rules) + LEAST * np.eye(rules)
        chance = np.random.default_rng([seed, turn])
        new, inside = _scattered(points[own], share, kernel, population - kept, chance)
        first = len(points)
        points = np.concatenate([points, new])
        distances = np.concatenate([distances, np.asarray(distance(new), np.float64)])
        generation = np.append(generation, np.full(len(new), turn))
        weight = np.append(weight, inside / _density(new, points[own], share, kernel))
        own, below = _nearest(np.append(own, np.arange(first, len(points))), distances, kept, luck)
        thresholds.append(below)
        accepted.append(float((own >= first).sum() / len(new)))
    weights = np.zeros(len(points))
    weights[own] = weight[own] / weight[own].sum()
    return Population(points, distances, generation, weights, tuple(thresholds), tuple(accepted))


def _nearest(among: NDArray[np.int64], distances: Floats, kept: int, luck: float) -> tuple[NDArray[np.int64], float]:
    """The nearest of some draws: so many and all that are no farther, or what luck can't tell from the nearest."""
    far = np.sort(distances[among])
    below = max(float(far[kept - 1]), float(far[0] + luck))
    return among[distances[among] <= below], below


def _scattered(
    around: Floats, share: Floats, kernel: Floats, count: int, chance: np.random.Generator
) -> tuple[Floats, float]:
    """New draws [count, rule] around others, and the share that fell into the ranges; what fell out is drawn anew."""
    root, found, tried = np.linalg.cholesky(kernel), np.empty((0, around.shape[1])), 0
    while len(found) < count:
        chosen = around[chance.choice(len(around), AT_ONCE, p=share)]
        drawn = chosen + chance.standard_normal(chosen.shape) @ root.T
        found = np.concatenate([found, drawn[((drawn >= 0.0) & (drawn <= 1.0)).all(axis=1)]])
        tried += AT_ONCE
    return found[:count], len(found) / tried


def _density(points: Floats, around: Floats, share: Floats, kernel: Floats) -> Floats:
    """The density of a mixture of normal kernels at some points [draw]."""
    root = np.linalg.cholesky(kernel)
    gaps = (points[:, None, :] - around[None, :, :]) @ np.linalg.inv(root).T
    scale = np.log(2.0 * np.pi) * points.shape[1] / 2.0 + np.log(root.diagonal()).sum()
    return np.asarray(np.exp(-0.5 * (gaps**2).sum(axis=2) - scale) @ share)


def resampled(weights: Floats, count: int, seed: int) -> NDArray[np.int64]:
    """Places of `count` equally weighted draws that stand for weighted ones (systematic resampling)."""
    steps = (np.arange(count) + np.random.default_rng([seed, count]).random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)


def medoid(points: Floats, weights: Floats) -> int:
    """The place of the draw with the least weighted mean distance to all draws that weigh something."""
    own = np.flatnonzero(weights > 0.0)
    gaps = np.abs(points[own][:, None, :] - points[own][None, :, :]).sum(axis=2)
    return int(own[(gaps @ weights[own]).argmin()])
