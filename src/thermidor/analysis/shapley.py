"""Shapley values: what each group of mechanisms contributes to an outcome, from all combinations of on and off.

The outcome of every combination is a game in the sense of Shapley (1953); its dividends are Harsanyi's (1963), and
the shares of variance the functional analysis of variance over all combinations, each as likely as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import LEVELS, Z, resamples, unanimous
from thermidor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Estimates = tuple[Floats, Floats, Floats]
"""Means over replicates and the ends of their 95% intervals."""

MOST = 8
"""Groups at most: 256 combinations."""


class Shapley(NamedTuple):
    """Contributions of groups to an outcome.

    table: one row a group with effect (its Shapley value), first_in (it joins none), last_out (it leaves all) and
    average (mean over every combination of the others, Banzhaf's), each with low and high (`low`, `first_in_low`, ...);
    dividends: one row a non-empty set of groups with its order, dividend, low and high; what a set adds that no part of
    it does, those of single groups being their main effects alone;
    total, none: outcome with all on less that with all off, and that with all off, each (value, low, high);
    interaction: (share of the variance over all combinations carried by sets of two and more, low, high), noise taken
    off, and interaction_raw without that: noise spreads evenly over all sets and so counts as interaction;
    replicates, left_out: how many replicates were used, and how many lacked an outcome somewhere.
    """

    table: pd.DataFrame
    dividends: pd.DataFrame
    total: tuple[float, float, float]
    none: tuple[float, float, float]
    interaction: tuple[float, float, float]
    interaction_raw: float
    replicates: int
    left_out: int


def shapley(values: Floats, names: Sequence[str], seed: int = 0, times: int = 1000) -> Shapley:
    """Return the contributions of groups from the outcomes of all combinations, on common random numbers.

    values: [2**groups, replicate]; the combination's number in binary says which are on, the first group having the
    highest bit: the reshaped array [off or on, ..., replicate]. A replicate that lacks an outcome is left out.
    Intervals (95%) resample replicates; NaN where there is one. What compares no more than two combinations (total,
    none, first_in, last_out) of an outcome that comes or doesn't has `unanimous` intervals where all replicates agree.
    Raises InputError for another shape.
    """
    import pandas as pd

    values, many = np.asarray(values, dtype=np.float64), len(names)
    if not 1 <= many <= MOST or values.ndim != 2 or len(values) != 2**many:
        raise InputError(
            f"outcomes of shape {values.shape} are no full factorial of {many} groups",
            why=f"it has 2**groups rows, and at most {MOST} groups",
        )
    whole = np.isfinite(values).all(axis=0)
    values = values[:, whole]
    if not values.shape[1]:
        raise InputError("no replicate has an outcome in every combination", mend="run the failed members again")

    bits = (np.arange(2**many)[:, None] >> np.arange(many - 1, -1, -1)) & 1  # combination, group
    order = bits.sum(axis=1)
    picks = resamples(values.shape[1], seed, times) / values.shape[1]
    others = np.arange(many)
    kinds = {
        "effect": [factorial(size) * factorial(many - size - 1) / factorial(many) for size in others],
        "first_in": others == 0,
        "last_out": others == many - 1,
        "average": np.full(many, 0.5 ** (many - 1)),
    }
    table: dict[str, Floats | list[str]] = {"factor": list(names)}
    for kind, weights in kinds.items():
        prefix = "" if kind == "effect" else f"{kind}_"
        found = _estimates(_joining(bits, np.asarray(weights, dtype=np.float64)) @ values, picks)
        if kind in ("first_in", "last_out"):
            found = _no_surer(values, found)
        table |= dict(zip((kind, f"{prefix}low", f"{prefix}high"), found, strict=True))

    titles = [" × ".join(name for name, on in zip(names, row, strict=True) if on) for row in bits]
    found = _estimates(_dividends(values, many), picks)
    dividends = {"set": titles, "order": order} | dict(zip(("dividend", "low", "high"), found, strict=True))
    total = _first(_no_surer(values, _estimates(values[-1:] - values[:1], picks)))
    none = _first(_no_surer(values, _estimates(values[:1], picks), least=0.0))
    return Shapley(
        pd.DataFrame(table), pd.DataFrame(dividends).iloc[1:].reset_index(drop=True), total, none,
        *_interaction(values, bits, picks), int(whole.sum()), int((~whole).sum()),
    )  # fmt: skip


def _joining(bits: NDArray[np.int64], weights: Floats) -> Floats:
    """Return what [group, combination] is to be weighted with, for the mean change as a group joins others.

    weights: by how many others are on.
    """
    others = bits.sum(axis=1)[:, None] - bits
    return np.asarray(np.where(bits == 1, 1.0, -1.0) * weights[others], dtype=np.float64).T


def _dividends(values: Floats, many: int) -> Floats:
    """Return Harsanyi's dividends of all combinations [2**many, replicate]: the Moebius transform of their values."""
    found = values.copy().reshape(*[2] * many, -1)
    for axis in range(many):
        turned = np.moveaxis(found, axis, 0)
        turned[1] -= turned[0]
    return found.reshape(values.shape)


def _interaction(values: Floats, bits: NDArray[np.int64], picks: Floats) -> tuple[tuple[float, float, float], float]:
    """Return the share of variance carried by sets of two groups and more (value, low, high), and that with noise.

    Its parts are the squares of the Walsh-Hadamard coefficients of the mean outcome; the variance of each coefficient
    over replicates, divided by their number, is what noise adds to its square, and is taken off.
    """
    order, replicates = bits.sum(axis=1), values.shape[1]
    signs = np.where((order[:, None] - bits @ bits.T) % 2 == 1, -1.0, 1.0)
    coefficients = (signs @ values / len(values))[1:]
    order = order[1:]

    def share(weights: Floats, noise: bool) -> float:
        means = coefficients @ weights
        parts = means**2
        if noise and replicates > 1:
            parts = parts - (coefficients - means[:, None]) ** 2 @ weights / (replicates - 1)
        whole = float(parts.sum())
        return float(np.clip(parts[order >= 2].sum() / whole, 0.0, 1.0)) if whole > 0.0 else np.nan

    even = np.full(replicates, 1.0 / replicates)
    middle, raw = share(even, noise=True), share(even, noise=False)
    if replicates < 2:
        return (middle, np.nan, np.nan), raw
    again = np.array([share(pick, noise=True) for pick in picks[:200]])
    again = again[np.isfinite(again)]
    half = Z * float(again.std()) if again.size else np.nan
    return (middle, max(middle - half, 0.0), min(middle + half, 1.0)), raw


def _estimates(by_replicate: Floats, picks: Floats) -> Estimates:
    """Return the mean over replicates of [row, replicate], and its 95% interval; NaN where there is one replicate."""
    middle = by_replicate.mean(axis=1)
    if by_replicate.shape[1] < 2:
        return middle, np.full_like(middle, np.nan), np.full_like(middle, np.nan)
    low, high = np.quantile(by_replicate @ picks.T, LEVELS, axis=1)
    return middle, low, high


def _no_surer(values: Floats, found: Estimates, least: float = -1.0) -> Estimates:
    """Widen intervals on which all replicates agree, where the outcome comes or doesn't; least: what a mean can be."""
    middle, low, high = found
    if not np.isin(values, (0.0, 1.0)).all():
        return found
    ends = np.array([unanimous(value, values.shape[1], least) for value in middle])
    agree = high - low < 1e-9
    return middle, np.where(agree, ends[:, 0], low), np.where(agree, ends[:, 1], high)


def _first(found: Estimates) -> tuple[float, float, float]:
    """The only row of some estimates."""
    middle, low, high = (float(values[0]) for values in found)
    return middle, low, high
