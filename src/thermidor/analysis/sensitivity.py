"""Which factors an outcome hangs on: Morris' elementary effects and Sobol's shares of variance.

Designs and estimators are SALib's (Iwanaga, Usher and Herman 2022). Added here are a bootstrap that resamples
trajectories or base rows and, where there are replicates, these too (they draw the same numbers at every point), what
becomes of points that failed, and how far the replicates agree. Intervals are the estimate and 1.96 standard deviations
of the bootstrap to either side, as SALib has them. Luck inflates mu*, sigma and total orders, since it has no sign, and
no interval takes that off: where replicates agree too little, only mean effects can be read, which luck leaves unbent.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.agreement import Agreement, agreement
from thermidor.analysis.statistics import LEVELS, Z
from thermidor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

FALSE = 0.05
"""Share of false discoveries among the factors whose mean effect is told from nought."""
LARGE = 0.05
"""Standard deviations of the outcome over points that such an effect has at least."""


class Sensitivity(NamedTuple):
    """A table of effects (factor, effect, low, high, ...), and what it rests on.

    used, left_out: trajectories or base rows; agreement: of the replicates; again: the bootstrap's effects
    [time, row of the table], for what is worked out of several outcomes.
    """

    table: pd.DataFrame
    used: int
    left_out: int
    agreement: Agreement
    again: Floats


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
    (standard deviation), each with its _low and _high; alike, how far the replicates agree on the factor (NaN for
    one); clear, whether mu is not nought: by its interval, by a t-test over trajectories with a share `FALSE` of false
    discoveries among all factors (Benjamini and Hochberg 1995), by more than `LARGE` standard deviations of the
    outcome, and with one sign in all replicates.
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
    for i, share in enumerate(_resampled(effects.shape[2], seed + 1, times)):
        again[i] = _moments((effects @ share)[trajectories[i]])
    half = Z * again.std(axis=0, ddof=1)
    columns: dict[str, Any] = {"factor": list(names)}
    for name, middle, width in zip(("", "mu_", "sigma_"), found, half, strict=True):
        columns[name.rstrip("_") or "effect"] = middle
        columns[f"{name}low"] = middle - width if name == "mu_" else np.maximum(middle - width, 0.0)
        columns[f"{name}high"] = middle + width
    columns["alike"] = [agreement(effects[:, j], about_zero=True).pair for j in range(count)]
    told = (columns["mu_low"] > 0.0) | (columns["mu_high"] < 0.0)
    large = np.abs(columns["mu"]) > LARGE * outcomes.mean(axis=2).std()
    signs = np.sign(effects.mean(axis=0))
    columns["clear"] = _clear(effects.mean(axis=2)) & told & large & (signs == signs[:, :1]).all(axis=1)
    alike = agreement(effects.reshape(-1, effects.shape[2]), about_zero=True)
    return Sensitivity(_table(columns), int(whole.sum()), int((~whole).sum()), alike, again[:, 0])


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
    replicates = _resampled(blocks.shape[2], seed + 1, times)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a sample whose outcomes are all the same; its indices are 0
        again = np.array([indices(blocks @ share, pick) for share, pick in zip(replicates, rows, strict=True)])
    half = Z * again.std(axis=0, ddof=1)
    columns = {"factor": [name for name, _ in labels], "order": [order for _, order in labels], "effect": found}
    table = _table(columns | {"low": found - half, "high": found + half})
    alike = agreement(blocks.reshape(-1, blocks.shape[2]))
    return Sensitivity(table, int(whole.sum()), int((~whole).sum()), alike, again)


def ranks(sizes: Floats, again: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return the rank of each of `sizes` (1 the largest, equals share the better one), and its 95% interval.

    again: [time, thing], the sizes in each bootstrap sample.
    """
    from scipy.stats import rankdata

    low, high = np.quantile(rankdata(-again, method="min", axis=1), LEVELS, axis=0)
    return rankdata(-sizes, method="min").astype(np.int64), low, high


def _clear(effects: Floats) -> NDArray[np.bool_]:
    """Return whether the mean of the effects [trajectory, factor] is told from nought, for each factor."""
    from scipy.stats import false_discovery_control, t

    mean, spread = effects.mean(axis=0), effects.std(axis=0, ddof=1) / np.sqrt(len(effects))
    size = np.abs(mean) / np.maximum(spread, 1e-12 * np.abs(mean) + 1e-300)
    return np.asarray(false_discovery_control(2.0 * t.sf(size, len(effects) - 1)) < FALSE, dtype=np.bool_)


def _resampled(replicates: int, seed: int, times: int) -> Floats:
    """Return the share of each replicate in each bootstrap sample: [time, replicate].

    One less is drawn than there are: of so few a sample of all would make their mean look surer than it is.
    """
    drawn = max(replicates - 1, 1)
    return np.random.default_rng(seed).multinomial(drawn, np.full(replicates, 1.0 / replicates), size=times) / drawn


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
