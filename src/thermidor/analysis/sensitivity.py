"""Which factors an outcome hangs on: Morris' elementary effects and Sobol's shares of variance.

Designs and estimators are SALib's (Iwanaga, Usher and Herman 2022); what is added here is a bootstrap that resamples
trajectories or base rows and, where there are replicates, these too (they draw the same numbers at every point), and
what becomes of points that failed. Intervals are the estimate and 1.96 standard deviations of the bootstrap to either
side, as SALib has them. On few replicates a noisy outcome inflates mu*, sigma and total orders: noise has no sign.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import Z, resamples
from thermidor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class Sensitivity(NamedTuple):
    """A table of effects (factor, effect, low, high, ...), and how many trajectories or base rows it rests on."""

    table: pd.DataFrame
    used: int
    left_out: int


def morris(
    points: Floats,
    values: Floats,
    names: Sequence[str],
    ranges: Sequence[tuple[float, float]],
    logarithmic: Collection[str] = (),
    seed: int = 0,
    times: int = 200,
) -> Sensitivity:
    """Return the elementary effects of a Morris design: change of the outcome over a factor's whole range.

    points: [trajectory x (factor + 1), factor], every step of a trajectory moving one factor; values: [point] or
    [point, replicate], NaN where a member failed, which takes its whole trajectory out; ranges: (low, high) of each
    factor, in whose logarithm a step is measured where the factor is one of `logarithmic`. The table has one row a
    factor in the order of `names`: effect is mu* (mean size of the effects) with low and high; mu (mean) and sigma
    (standard deviation), each with its _low and _high.
    """
    values = _with_replicates(values)
    unit, count = _unit(points, names, ranges, logarithmic), len(names)
    if len(points) != len(values) or len(points) % (count + 1):
        raise InputError(
            f"{len(points)} points with {len(values)} values are no Morris design of {count} factors",
            why=f"a trajectory has {count + 1} points",
        )
    walks = unit.reshape(-1, count + 1, count)
    moved, steps = _steps(walks)
    outcomes = values.reshape(len(walks), count + 1, -1)
    whole = np.isfinite(outcomes).all(axis=(1, 2))
    moved, steps, outcomes = moved[whole], steps[whole], outcomes[whole]
    if len(outcomes) < 2:
        raise InputError("fewer than two trajectories have all their members", mend="run the failed members again")

    effects = np.empty((*moved.shape, outcomes.shape[2]))  # trajectory, factor, replicate
    np.put_along_axis(effects, moved[:, :, None], np.diff(outcomes, axis=1) / steps[:, :, None], axis=1)
    found = np.array(_moments(effects.mean(axis=2)))
    again = np.empty((times, *found.shape))
    trajectories = np.random.default_rng(seed).integers(0, len(effects), (times, len(effects)))
    replicates = resamples(effects.shape[2], seed + 1, times) / effects.shape[2]
    for i in range(times):
        again[i] = _moments((effects @ replicates[i])[trajectories[i]])
    half = Z * again.std(axis=0, ddof=1)
    columns: dict[str, Any] = {"factor": list(names)}
    for name, middle, width in zip(("", "mu_", "sigma_"), found, half, strict=True):
        columns[name.rstrip("_") or "effect"] = middle
        columns[f"{name}low"] = middle - width if name == "mu_" else np.maximum(middle - width, 0.0)
        columns[f"{name}high"] = middle + width
    return Sensitivity(_table(columns), int(whole.sum()), int((~whole).sum()))


def sobol(values: Floats, names: Sequence[str], second: bool = False, seed: int = 0, times: int = 200) -> Sensitivity:
    """Return shares of the outcome's variance: of each factor alone, with all it interacts with, and of pairs.

    values: [row x (factor + 2)] or, with second orders, [row x (2 factor + 2)], in the order of SALib's design (A,
    A with B's column of each factor, B with A's column of each if `second`, B), with replicates along a second axis,
    whose mean counts. NaN takes its base row out. Columns: factor (a pair joined by ×), order (first, total, second),
    effect, low, high. Estimates can fall below 0 by sampling error. Raises InputError for what is no such design.
    """
    from SALib.analyze.sobol import first_order, second_order, separate_output_values, total_order

    values = _with_replicates(values)
    count = len(names)
    step = 2 * count + 2 if second else count + 2
    if len(values) % step:
        why = f"a base row of {count} factors has {step} points{' with second orders' if second else ''}"
        raise InputError(f"{len(values)} values are no Sobol design", why=why)
    blocks = values.reshape(-1, step, values.shape[1])
    whole = np.isfinite(blocks).all(axis=(1, 2))
    blocks = blocks[whole]
    if len(blocks) < 2:
        raise InputError("fewer than two base rows have all their members", mend="run the failed members again")

    def normal(means: Floats) -> Floats:
        spread = float(means.std())
        return (means - means.mean()) / spread if spread > 0.0 else np.zeros_like(means)

    def indices(means: Floats, pick: NDArray[np.int64] | slice) -> Floats:
        a, b, ab, ba = separate_output_values(normal(means.ravel()), count, len(means), second)
        if np.ptp(means) == 0.0:
            return np.zeros(len(labels))
        a, b, ab, ba = a[pick], b[pick], ab[pick], ba[pick] if ba is not None else ab
        found = [first_order(a, ab[:, j], b) for j in range(count)]
        found += [total_order(a, ab[:, j], b) for j in range(count)]
        found += [second_order(a, ab[:, j], ab[:, k], ba[:, j], b) for j, k in pairs]
        return np.array(found, dtype=np.float64)

    pairs = [(j, k) for j in range(count) for k in range(j + 1, count)] if second else []
    labels = [(name, "first") for name in names] + [(name, "total") for name in names]
    labels += [(f"{names[j]} × {names[k]}", "second") for j, k in pairs]
    found = indices(blocks.mean(axis=2), slice(None))
    rows = np.random.default_rng(seed).integers(0, len(blocks), (times, len(blocks)))
    replicates = resamples(blocks.shape[2], seed + 1, times) / blocks.shape[2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a sample whose outcomes are all the same; its indices are 0
        again = np.array([indices(blocks @ share, pick) for share, pick in zip(replicates, rows, strict=True)])
    half = Z * again.std(axis=0, ddof=1)
    columns = {"factor": [name for name, _ in labels], "order": [order for _, order in labels], "effect": found}
    return Sensitivity(
        _table(columns | {"low": found - half, "high": found + half}), int(whole.sum()), int((~whole).sum())
    )


def _moments(effects: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mu*, mu and sigma of effects [trajectory, factor]."""
    mu = effects.mean(axis=0)
    return np.abs(effects).mean(axis=0), mu, np.sqrt(((effects - mu) ** 2).sum(axis=0) / (len(effects) - 1))


def _steps(walks: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return which factor each step of walks [trajectory, point, factor] moves, and how far: [trajectory, step]."""
    moves = np.diff(walks, axis=1)
    if not ((moves != 0.0).sum(axis=2) == 1).all():
        raise InputError("a step of a trajectory does not move one factor alone", why="Morris' effects need such steps")
    moved = (moves != 0.0).argmax(axis=2)
    if not (np.sort(moved, axis=1) == np.arange(walks.shape[2])).all():
        raise InputError("a trajectory does not move every factor once", why="Morris' effects need such trajectories")
    return moved, np.take_along_axis(moves, moved[:, :, None], axis=2)[:, :, 0]


def _unit(
    points: Floats, names: Sequence[str], ranges: Sequence[tuple[float, float]], logarithmic: Collection[str]
) -> Floats:
    """Return points as shares of the ranges of their factors, in logarithms where it is said."""
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or not points.shape[1] == len(names) == len(ranges):
        raise InputError(f"points of shape {points.shape} do not have the {len(names)} factors that are named")
    ends = np.array(ranges, dtype=np.float64)
    logs = np.isin(list(names), list(logarithmic))
    if not (ends[:, 1] > ends[:, 0]).all() or (ends[logs, 0] <= 0.0).any():
        raise InputError("a range does not rise from its low to its high end, or has no logarithm")
    ends[logs], points = np.log(ends[logs]), np.where(logs, np.log(np.where(logs, points, 1.0)), points)
    return np.asarray((points - ends[:, 0]) / (ends[:, 1] - ends[:, 0]), dtype=np.float64)


def _with_replicates(values: Floats) -> Floats:
    """Return values [point, replicate], one replicate if there is no such axis."""
    values = np.asarray(values, dtype=np.float64)
    return values[:, None] if values.ndim == 1 else values


def _table(columns: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns)
