"""Statistics of the members of a sweep: shares, quantiles, paired differences, and what is left out of each.

A table of members has the columns member, point, overlay, replicate, one a factor (`x.` and its name), status
(done, failed, planned) and one an outcome. A member is *left out* where it failed or has no value of the outcome;
it is *not run* where it is only planned. Every table that comes back says how many were either.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError, nearest
from thermidor.runs.summary import interval

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

LEVELS = (0.025, 0.975)
"""The quantiles between which a 95% interval lies."""
Z = 1.959963984540054
"""Half the width of a 95% interval in standard deviations, as SALib counts it."""
Failed = Literal["exclude", "worst"]
"""Members left out: as if they had never been (exclude), or whatever would widen the interval most (worst)."""


def shares(
    table: pd.DataFrame, outcome: str, by: Sequence[str] = (), value: Hashable = 1, failed: Failed = "exclude"
) -> pd.DataFrame:
    """Return the share of members whose `outcome` equals `value`, one row a group of the columns `by`.

    Columns: `by`, share (of those with an outcome; NaN without any), low and high (Wilson's 95% interval), runs,
    left_out, not_run. With failed="worst" the interval reaches from the lower end were none of those left out such
    a case to the upper end were all of them. Raises InputError for a column the table hasn't got.
    """
    rows = []
    for group, members, left_out, not_run in _groups(table, outcome, by):
        runs, yes = len(members), int((members[outcome] == value).sum())
        more = left_out if _policy(failed) == "worst" else 0
        low = interval(yes / (runs + more), runs + more)[0] if runs + more else np.nan
        high = interval((yes + more) / (runs + more), runs + more)[1] if runs + more else np.nan
        rows.append((*group, yes / runs if runs else np.nan, low, high, runs, left_out, not_run))
    return _frame(rows, (*by, "share", "low", "high", "runs", "left_out", "not_run"))


def commonest(table: pd.DataFrame, outcome: str, by: Sequence[str]) -> pd.DataFrame:
    """Return each group's commonest label of an `outcome` (of equals the first in the alphabet; missing without runs).

    Columns: `by`, label, share, low and high (Wilson's 95%), runs, left_out, not_run.
    """
    rows = []
    for group, members, left_out, not_run in _groups(table, outcome, by):
        labels, counts = np.unique(members[outcome].astype(str).to_numpy(dtype=str), return_counts=True)
        runs = int(counts.sum())
        share = int(counts.max()) / runs if runs else np.nan
        low, high = interval(share, runs) if runs else (np.nan, np.nan)
        label = str(labels[counts.argmax()]) if runs else None
        rows.append((*group, label, share, low, high, runs, left_out, not_run))
    return _frame(rows, (*by, "label", "share", "low", "high", "runs", "left_out", "not_run"))


def quantiles(
    table: pd.DataFrame,
    outcome: str,
    by: Sequence[str] = (),
    levels: Sequence[float] = (0.05, 0.5, 0.95),
    missing: Literal["exclude", "never"] = "exclude",
) -> pd.DataFrame:
    """Return the quantiles of a numeric `outcome`, one row a group.

    Columns: `by`, one a level (`q0.05`), runs, left_out, not_run. With missing="never" a member that is done without
    a value counts as later than all that have one: a quantile among those is infinite. Failed members are left out.
    """
    rows = []
    for group, members, left_out, not_run in _groups(table, outcome, by, keep_empty=missing == "never"):
        values = members[outcome].to_numpy(dtype=np.float64, na_value=np.inf)
        # of two neighbours the lower: no value between a date and never
        found = np.quantile(values, levels, method="lower" if missing == "never" else "linear") if len(values) else None
        rows.append(
            (*group, *(np.full(len(levels), np.nan) if found is None else found), len(values), left_out, not_run)
        )
    return _frame(rows, (*by, *(f"q{level:g}" for level in levels), "runs", "left_out", "not_run"))


def paired(
    table: pd.DataFrame,
    outcome: str,
    base: str,
    other: str,
    by: Sequence[str] = (),
    failed: Failed = "exclude",
    bounds: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
    times: int = 1000,
) -> pd.DataFrame:
    """Return the mean difference of `outcome`, overlay `other` less overlay `base`, over pairs of point and replicate.

    Both members of a pair draw the same numbers, and so does one replicate at every point: the bootstrap resamples
    replicates whole. Columns: `by`, difference, low and high (95%; NaN with fewer than two replicates), pairs,
    replicates, variance_ratio (variance of the paired differences over that of differences of independent members,
    within points; what falls short of 1 is saved by pairing), left_out (pairs without both outcomes), not_run (pairs
    with a member that is only planned or absent). With failed="worst" the outcomes left out take the values of
    `bounds` that push the interval's ends furthest. Where all pairs agree the interval has no width: with few of them
    that is less sure than it looks.
    """
    known = [str(name) for name in dict.fromkeys(_column(table, "overlay"))]
    for name in (base, other):
        if name not in known:
            why = nearest(name, known) or f"overlays: {', '.join(known)}"
            raise InputError(f"there is no overlay '{name}' in this sweep", mend=why)
    _policy(failed)
    rows = []
    for group, part in _parts(table[table["overlay"].isin((base, other))], by):
        sides = [_cells(part[part["overlay"] == name], outcome) for name in (base, other)]
        keys = sides[0].index.union(sides[1].index)
        first, second = (side[outcome].reindex(keys).to_numpy(np.float64) for side in sides)
        ran = np.all([side["ran"].reindex(keys, fill_value=False).to_numpy(bool) for side in sides], axis=0)
        points, replicates = (np.unique(keys.get_level_values(i), return_inverse=True)[1] for i in (0, 1))
        whole = np.isfinite(first) & np.isfinite(second)
        difference = (second - first)[whole]
        low, high = cluster_interval(difference, replicates[whole], seed, times)
        if failed == "worst":
            least, most = bounds
            floor = (_filled(second, least) - _filled(first, most))[ran]
            ceiling = (_filled(second, most) - _filled(first, least))[ran]
            low = float(np.fmin(low, cluster_interval(floor, replicates[ran], seed, times)[0]))
            high = float(np.fmax(high, cluster_interval(ceiling, replicates[ran], seed, times)[1]))
        ratio = _variance_ratio(first[whole], second[whole], points[whole])
        middle = float(difference.mean()) if difference.size else np.nan
        counts = int(whole.sum()), len(np.unique(replicates[whole]))
        without = int((ran & ~whole).sum()), int((~ran).sum())
        rows.append((*group, middle, low, high, *counts, ratio, *without))
    names = ("difference", "low", "high", "pairs", "replicates", "variance_ratio", "left_out", "not_run")
    return _frame(rows, (*by, *names))


def cluster_interval(values: Floats, clusters: Counts, seed: int = 0, times: int = 1000) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the mean of `values`, `clusters` resampled whole; NaN for fewer than two."""
    names, place = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        return np.nan, np.nan
    sums, sizes = np.bincount(place, weights=values), np.bincount(place)
    picked = resamples(len(names), seed, times)
    low, high = np.quantile((picked @ sums) / (picked @ sizes), LEVELS)
    return float(low), float(high)


def resamples(many: int, seed: int, times: int) -> Counts:
    """Return how often each of `many` things is drawn in each bootstrap sample: [times, many], rows add to `many`."""
    return np.random.default_rng(seed).multinomial(many, np.full(many, 1.0 / many), size=times)


def cube(
    table: pd.DataFrame, outcome: str, factors: Sequence[str]
) -> tuple[list[NDArray[np.object_] | Floats], Floats]:
    """Return the levels of each of `factors` and the outcomes laid out over them: [level, ..., replicate].

    Levels rise; replicates are in their order. NaN where a member failed, was not run or has no outcome. Raises
    InputError where two members stand at one place (choose one overlay first).
    """
    levels, places = [], []
    for name in (*factors, "replicate"):
        known, place = np.unique(_column(table, name).to_numpy(), return_inverse=True)
        levels.append(known)
        places.append(place)
    flat = np.ravel_multi_index(tuple(places), [len(known) for known in levels]) if len(table) else np.zeros(0, int)
    if len(np.unique(flat)) < len(flat):
        why = f"they differ in nothing among {', '.join(factors)} and replicate"
        raise InputError(
            "two members of the sweep stand at one place", why=why, mend="choose one overlay, or name more"
        )
    values = np.full([len(known) for known in levels], np.nan)
    done = np.asarray(_column(table, "status") == "done")
    values.ravel()[flat[done]] = _column(table, outcome)[done].to_numpy(dtype=np.float64, na_value=np.nan)
    return levels[:-1], values


def half_way(x: Floats, kept: Bools, ridge: float = 0.01) -> float:
    """Return the x at which half are kept, by logistic regression (a small ridge holds it where levels separate).

    -inf where all are kept (half-way lies below all x), inf where none are or where it falls with x.
    """
    if kept.all() or not kept.any():
        return -np.inf if kept.all() else np.inf
    middle, scale = float(x.mean()), float(x.std()) or 1.0
    design = np.stack([np.ones_like(x), (x - middle) / scale], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30.0, 30.0)))
        slope = design.T @ (kept - p) - ridge * weights
        bend = (design * (p * (1.0 - p))[:, None]).T @ design + ridge * np.eye(2)
        step = np.linalg.solve(bend, slope)
        size = float(np.abs(step).max())
        weights += step * min(1.0, 4.0 / max(size, 1e-9))
        if size < 1e-6:
            break
    return middle - scale * float(weights[0] / weights[1]) if weights[1] > 0 else np.inf


def _policy(failed: str) -> str:
    """Return the policy for members left out, if there is such a one."""
    if failed not in ("exclude", "worst"):
        raise InputError(f"no policy '{failed}' for failed members", mend="exclude or worst")
    return failed


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, or say which are there."""
    if name not in table.columns:
        known = [str(column) for column in table.columns]
        mend = nearest(name, known) or f"columns: {', '.join(known)}"
        raise InputError(f"there is no column '{name}' in the sweep's table", mend=mend)
    return table[name]


def _parts(table: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[Hashable, ...], pd.DataFrame]]:
    """Give the rows of each group of the columns `by`, in rising order; the whole table without any."""
    for name in by:
        _column(table, name)
    if not by:
        yield (), table
    else:
        yield from table.groupby(list(by), dropna=False, observed=True)


def _groups(
    table: pd.DataFrame, outcome: str, by: Sequence[str], keep_empty: bool = False
) -> Iterator[tuple[tuple[Hashable, ...], pd.DataFrame, int, int]]:
    """Give each group's members that count, and how many were left out and not run."""
    for name in (outcome, "status"):
        _column(table, name)
    for group, part in _parts(table, by):
        planned = part["status"] == "planned"
        counts = (part["status"] == "done") & (part[outcome].notna() | keep_empty)
        yield group, part[counts], int((~counts & ~planned).sum()), int(planned.sum())


def _cells(part: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return outcome (NaN where left out) and whether it ran, by point and replicate."""
    for name in ("point", "replicate", "status", outcome):
        _column(part, name)
    values = part[outcome].where(part["status"] == "done").astype("Float64")
    cells = part.assign(**{outcome: values, "ran": part["status"] != "planned"})
    cells = cells.set_index(["point", "replicate"])[[outcome, "ran"]]
    if cells.index.has_duplicates:
        raise InputError("two members of one overlay share their point and replicate", why="a pair needs one of each")
    return cells


def _filled(values: Floats, value: float) -> Floats:
    """Return values with a number where there is none."""
    return np.where(np.isfinite(values), values, value)


def _variance_ratio(first: Floats, second: Floats, points: Counts) -> float:
    """Return var(second - first) over var(first) + var(second), pooled within points; NaN without any variance."""

    def within(values: Floats) -> float:
        if not values.size:
            return np.nan
        means = np.bincount(points, weights=values) / np.maximum(np.bincount(points), 1)
        return float(((values - means[points]) ** 2).sum())

    apart = within(first) + within(second)
    return within(second - first) / apart if apart > 0.0 else np.nan


def _frame(rows: Sequence[tuple[object, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with these columns."""
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))
