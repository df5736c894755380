"""Statistics of the members of a sweep: shares, quantiles, paired differences, and what is left out of each.

A table of members has the columns member, point, overlay, replicate, one a factor (`x_` and its name), status
(done, failed, planned) and one an outcome. A member is *left out* where it failed, *without* where it is done and has
no value of the outcome, *not run* where it is only planned. Every table that comes back says how many were each.

One replicate has the same draws at every point: where a group of rows holds several points, its intervals resample
whole replicates.
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
FEWEST = 10
"""Replicates below which a bootstrap gives no interval: of two it would cover 48%, of three 77%."""
Failed = Literal["exclude", "worst"]
"""Members left out: as if they had never been (exclude), or whatever would widen the interval most (worst)."""


def shares(
    table: pd.DataFrame, outcome: str, by: Sequence[str] = (), value: Hashable = 1, failed: Failed = "exclude"
) -> pd.DataFrame:
    """Return the share of members whose `outcome` equals `value`, one row a group of the columns `by`.

    Columns: `by`, share (of those with an outcome; NaN without any), low and high (95%, see `share_interval`), runs,
    without, left_out, not_run. With failed="worst" the interval reaches from the lower end were none of those left out
    such a case to the upper end were all of them. Raises InputError for a column the table hasn't got.
    """
    rows = []
    for group, members, lost, counts in _groups(table, outcome, by):
        came, whose = (members[outcome] == value).to_numpy(np.float64), _replicates(members)
        low, high = share_interval(came, whose)
        if failed == "worst" and len(lost):
            whose = np.concatenate([whose, _replicates(lost)])
            low = share_interval(np.concatenate([came, np.zeros(len(lost))]), whose)[0]
            high = share_interval(np.concatenate([came, np.ones(len(lost))]), whose)[1]
        rows.append((*group, float(came.mean()) if came.size else np.nan, low, high, *counts))
    return _frame(rows, (*by, "share", "low", "high", *COUNTS))


def commonest(table: pd.DataFrame, outcome: str, by: Sequence[str]) -> pd.DataFrame:
    """Return each group's commonest label of an `outcome` (of equals the first in the alphabet; missing without runs).

    Columns: `by`, label, tied (another is as common), share, low and high (95%), runs, without, left_out, not_run.
    """
    rows = []
    for group, members, _, counts in _groups(table, outcome, by):
        every = members[outcome].astype(str).to_numpy(dtype=str)
        labels, many = np.unique(every, return_counts=True)
        label = str(labels[many.argmax()]) if every.size else None
        share = int(many.max()) / every.size if every.size else np.nan
        ends = share_interval((every == label).astype(np.float64), _replicates(members))
        rows.append((*group, label, bool((many == many.max(initial=0)).sum() > 1), share, *ends, *counts))
    return _frame(rows, (*by, "label", "tied", "share", "low", "high", *COUNTS))


def quantiles(
    table: pd.DataFrame,
    outcome: str,
    by: Sequence[str] = (),
    levels: Sequence[float] = (0.05, 0.5, 0.95),
    missing: Literal["exclude", "never"] = "exclude",
) -> pd.DataFrame:
    """Return the quantiles of a numeric `outcome`, one row a group.

    Columns: `by`, one a level (`q0.05`), runs, without, left_out, not_run. With missing="never" a member that is done
    without a value counts as later than all that have one: a quantile among those is infinite.
    """
    rows = []
    for group, members, _, counts in _groups(table, outcome, by, keep_empty=missing == "never"):
        values = members[outcome].to_numpy(dtype=np.float64, na_value=np.inf)
        # of two neighbours the lower: no value between a date and never
        found = np.quantile(values, levels, method="lower" if missing == "never" else "linear") if len(values) else None
        rows.append((*group, *(np.full(len(levels), np.nan) if found is None else found), *counts))
    return _frame(rows, (*by, *(f"q{level:g}" for level in levels), *COUNTS))


def paired(
    table: pd.DataFrame,
    outcome: str,
    base: str,
    other: str,
    by: Sequence[str] = (),
    never: float | None = None,
    seed: int = 0,
    times: int = 1000,
) -> pd.DataFrame:
    """Return the mean difference of `outcome`, overlay `other` less overlay `base`, over pairs of point and replicate.

    Both members of a pair draw the same numbers, and so does one replicate at every point: the bootstrap resamples
    replicates whole. never: what a member that is done without a value counts as; with the end of the run for a date
    the difference is one of restricted means. Columns: `by`, difference, low and high (95%; NaN with fewer than FEWEST
    replicates), pairs, replicates, left_out (pairs without both outcomes), not_run (pairs with a member that is only
    planned or absent). Of outcomes that come or don't the interval is as wide as `unanimous` where all replicates
    agree, however few, and nowhere narrower where each is one pair.
    """
    known = [str(name) for name in dict.fromkeys(_column(table, "overlay"))]
    for name in (base, other):
        if name not in known:
            why = nearest(name, known) or f"overlays: {', '.join(known)}"
            raise InputError(f"there is no overlay '{name}' in this sweep", mend=why)
    rows = []
    for group, part in _parts(table[table["overlay"].isin((base, other))], by):
        sides = [_cells(part[part["overlay"] == name], outcome, never) for name in (base, other)]
        keys = sides[0].index.union(sides[1].index)
        first, second = (side[outcome].reindex(keys).to_numpy(np.float64) for side in sides)
        ran = np.all([side["ran"].reindex(keys, fill_value=False).to_numpy(bool) for side in sides], axis=0)
        replicates = keys.get_level_values("replicate").to_numpy()
        whole = np.isfinite(first) & np.isfinite(second)
        difference = (second - first)[whole]
        low, high = cluster_interval(difference, replicates[whole], seed, times)
        middle = float(difference.mean()) if difference.size else np.nan
        counts = int(whole.sum()), len(np.unique(replicates[whole]))
        agree = _agree(difference, replicates[whole])
        each = np.isfinite(low) and counts[0] == counts[1]
        if (agree or each) and np.isin([first[whole], second[whole]], (0.0, 1.0)).all():
            widest = unanimous(middle, counts[1])
            low, high = float(np.fmin(low, widest[0])), float(np.fmax(high, widest[1]))
        without = int((ran & ~whole).sum()), int((~ran).sum())
        rows.append((*group, middle, low, high, *counts, *without))
    names = ("difference", "low", "high", "pairs", "replicates", "left_out", "not_run")
    return _frame(rows, (*by, *names))


def cluster_interval(values: Floats, clusters: Counts, seed: int = 0, times: int = 1000) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the mean of `values`, `clusters` resampled whole; NaN for too few.

    It is widened as Student's t is beside the normal, without which it holds but 91% with ten clusters; where they are
    skewed it holds a little less than it says.
    """
    from scipy.stats import t

    names, place = np.unique(clusters, return_inverse=True)
    if len(names) < FEWEST:
        return np.nan, np.nan
    sums, sizes = np.bincount(place, weights=values), np.bincount(place)
    picked = resamples(len(names), seed, times)
    ends = np.quantile((picked @ sums) / (picked @ sizes), LEVELS)
    many, mean = len(names), float(values.mean())
    low, high = mean + (ends - mean) * float(t.ppf(LEVELS[1], many - 1)) / Z * np.sqrt(many / (many - 1))
    return float(low), float(high)


def share_interval(came: Floats, clusters: Counts) -> tuple[float, float]:
    """Return the 95% interval of the share of members that `came` (1, else 0).

    Wilson's where each cluster has one member, else by bootstrap of whole clusters (NaN for fewer than FEWEST), no
    narrower than Wilson's of as many independent members as these are worth, and as wide as `unanimous` where all
    clusters agree. NaN without members.
    """
    many = len(np.unique(clusters))
    if many == len(came):
        return interval(float(came.mean()), many) if many else (np.nan, np.nan)
    share = float(came.mean())
    if _agree(came, clusters):
        return unanimous(share, many, 0.0)
    low, high = cluster_interval(came, clusters)
    if np.isnan(low):
        return low, high
    off = np.bincount(np.unique(clusters, return_inverse=True)[1], weights=came - share)
    variance = float((off**2).sum()) / len(came) ** 2 * many / (many - 1)
    ends = interval(share, max(1, round(share * (1.0 - share) / variance)))
    return max(min(low, ends[0]), 0.0), min(max(high, ends[1]), 1.0)


def unanimous(value: float, replicates: int, least: float = -1.0, most: float = 1.0) -> tuple[float, float]:
    """Return the 95% interval of a mean on which all `replicates` agree, of outcomes that come or don't.

    So many as Wilson's upper bound of 0 of n might differ by one. least, most: what the mean lies between: -1 and 1 for
    a difference of two shares, 0 and 1 for a share, where it is Wilson's own interval of none and of all.
    """
    width = interval(0.0, replicates)[1]
    return max(least, value - width), min(most, value + width)


def _agree(values: Floats, clusters: Counts) -> bool:
    """Say whether several clusters have all the same mean."""
    names, place = np.unique(clusters, return_inverse=True)
    return len(names) > 1 and bool(np.ptp(np.bincount(place, weights=values) / np.bincount(place)) < 1e-9)


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


COUNTS = ("runs", "without", "left_out", "not_run")
"""How many members of a group have a value, none though done, failed, and are only planned."""


def _groups(
    table: pd.DataFrame, outcome: str, by: Sequence[str], keep_empty: bool = False
) -> Iterator[tuple[tuple[Hashable, ...], pd.DataFrame, pd.DataFrame, tuple[int, int, int, int]]]:
    """Give each group's members that have a value (with keep_empty: that are done), those that failed, and COUNTS."""
    for name in (outcome, "status"):
        _column(table, name)
    for group, part in _parts(table, by):
        done, planned = part["status"] == "done", part["status"] == "planned"
        known, lost = part[outcome].notna() & done, part[~done & ~planned]
        counts = int(known.sum()), int((done & ~known).sum()), len(lost), int(planned.sum())
        yield group, part[done if keep_empty else known], lost, counts


def _replicates(members: pd.DataFrame) -> Counts:
    """Return the replicate of each member."""
    return np.asarray(_column(members, "replicate"), dtype=np.int64)


def _cells(part: pd.DataFrame, outcome: str, never: float | None) -> pd.DataFrame:
    """Return outcome (NaN where left out; `never`, if given, where there is none) and whether it ran, cell by cell."""
    for name in ("point", "replicate", "status", outcome):
        _column(part, name)
    values = part[outcome] if never is None else part[outcome].fillna(never)
    values = values.where(part["status"] == "done").astype("Float64")
    cells = part.assign(**{outcome: values, "ran": part["status"] != "planned"})
    cells = cells.set_index(["point", "replicate"])[[outcome, "ran"]]
    if cells.index.has_duplicates:
        raise InputError("two members of one overlay share their point and replicate", why="a pair needs one of each")
    return cells


def _frame(rows: Sequence[tuple[object, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with these columns."""
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))
