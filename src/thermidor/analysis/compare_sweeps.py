"""Two sweeps laid beside each other: how their designs differ, and by how much every outcome does, overlay by overlay.

Members of the same overlay, point, replicate and seed share their draws; where both sweeps have them, differences are
paired. Otherwise the sweeps are two samples. Difference always means b minus a.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.analysis import statistics
from thermidor.analysis.parted import mean_interval
from thermidor.errors import InputError
from thermidor.experiments.opened import Sweep, open_sweep
from thermidor.experiments.outcomes import Duration, counts_as_never
from thermidor.experiments.rows import DONE, FAILED, PLANNED
from thermidor.runs.summary import interval

if TYPE_CHECKING:
    import pandas as pd

PLACE = ["overlay", "point", "replicate"]
"""What makes two members of two sweeps a pair, beside the seed and the levels of the factors."""


class SweepComparison(NamedTuple):
    """Two sweeps compared.

    names     what the two are called
    setup     what differs in designs, rules and versions: what, key, a, b
    paired    whether members were paired
    caveats   what keeps the comparison from being more, in sentences
    outcomes  one row an outcome and overlay that both have: a, b (means over pairs, else over all with an outcome),
              difference, low, high (95%), members (pairs, else replicates of the smaller sweep: a
              replicate has the same draws at every point and counts once)
    """

    names: tuple[str, str]
    setup: pd.DataFrame
    paired: bool
    caveats: tuple[str, ...]
    outcomes: pd.DataFrame


def compare_sweeps(a: Sweep | str | Path, b: Sweep | str | Path) -> SweepComparison:
    """Compare two sweeps, or the folders in which two are kept, whole or not. Raises InputError."""
    import pandas as pd

    sweeps = tuple(open_sweep(each) if isinstance(each, str | Path) else each for each in (a, b))
    both, other = _asked_alike(sweeps)
    outcomes = [name for name in both if sweeps[0].manifest["columns"].get(name) == "float"]
    tables = [_done(sweep, outcomes) for sweep in sweeps]
    overlays = [str(name) for name in dict.fromkeys(tables[0]["overlay"]) if (tables[1]["overlay"] == name).any()]
    if not outcomes or not overlays:
        why = "no outcome that is a number" if not outcomes else "no overlay with members that are done"
        raise InputError("these sweeps have nothing in common", why=why, mend="compare sweeps of related designs")
    why_not = _no_pairs(sweeps, tables)
    indexed = [table.set_index(PLACE) for table in tables]
    rows = [
        (name, overlay, *_beside([table.xs(overlay) for table in indexed], name, paired=not why_not))
        for name in outcomes
        for overlay in overlays
    ]
    columns = ["outcome", "overlay", "a", "b", "difference", "low", "high", "members"]
    names = (sweeps[0].folder.name, sweeps[1].folder.name)
    return SweepComparison(
        names if names[0] != names[1] else (f"{names[0]} (a)", f"{names[1]} (b)"),
        _setup(sweeps[0].manifest, sweeps[1].manifest),
        not why_not,
        tuple(_caveats(sweeps, outcomes, overlays, why_not, other)),
        pd.DataFrame(rows, columns=columns),
    )


def _asked_alike(sweeps: tuple[Sweep, ...]) -> tuple[list[str], list[str]]:
    """Outcomes that mean the same in both and are no spells, which may be cut; and those that only share a name."""
    asked, months = [sweep.design.outcomes for sweep in sweeps], [sweep.plan.months for sweep in sweeps]
    shared = [name for name in asked[0] if name in asked[1] and not isinstance(asked[0][name], Duration)]
    alike = [
        name
        for name in shared
        if asked[0][name] == asked[1][name]
        and counts_as_never(asked[0][name], months[0]) == counts_as_never(asked[1][name], months[1])
    ]
    return alike, [name for name in shared if name not in alike]


def _caveats(
    sweeps: tuple[Sweep, ...], outcomes: list[str], overlays: list[str], why_not: str, otherwise: list[str]
) -> Iterator[str]:
    for side, sweep in zip("ab", sweeps, strict=True):
        counts = sweep.counts
        if counts[PLANNED]:
            yield f"Sweep {side} is unfinished: {counts[DONE]:,} of {sweep.plan.members:,} members are done."
        if counts[FAILED]:
            yield f"{counts[FAILED]:,} members of sweep {side} failed and are left out."
    cases = [[case.name for case in sweep.plan.cases] for sweep in sweeps]
    both = [name for name in cases[0] if name in cases[1]]
    if missing := ", ".join(name for name in both if name not in overlays):
        yield f"Not compared, as no member is done in one of the sweeps: {missing}."
    if other := ", ".join(name for name in dict.fromkeys([*cases[0], *cases[1]]) if name not in both):
        yield f"Not compared, as only one of the designs has them: {other}."
    if otherwise:
        yield f"Not compared, as they are asked otherwise or end otherwise: {', '.join(otherwise)}."
    if any(isinstance(outcome, Duration) for outcome in sweeps[0].design.outcomes.values()):
        yield "Spells may be cut by the end and have no plain mean: see the results of each sweep."
    if why_not:
        yield f"Members can't be paired: {why_not}. The sweeps are compared as two samples."
    asked, months = sweeps[0].design.outcomes, sweeps[0].plan.months
    if any(counts_as_never(asked[name], months) is not None for name in outcomes if name in asked):
        yield "A date that never comes counts as the end of the run."


def _done(sweep: Sweep, outcomes: list[str]) -> pd.DataFrame:
    """Members that are done; a date that never comes is the end of the run, so that means are restricted ones."""
    table = sweep.members[sweep.members["status"] == "done"]
    asked = sweep.design.outcomes
    late = {name: counts_as_never(asked[name], sweep.plan.months) for name in outcomes if name in asked}
    return table.fillna({name: value for name, value in late.items() if value is not None})


def _no_pairs(sweeps: tuple[Sweep, ...], tables: list[pd.DataFrame]) -> str:
    """Say why members can't be paired; nothing if they can."""
    if sweeps[0].design.seed != sweeps[1].design.seed:
        return f"the seeds are {sweeps[0].design.seed} and {sweeps[1].design.seed}"
    if sweeps[0].factors != sweeps[1].factors:
        return "the factors differ"
    both = tables[0].merge(tables[1], on=PLACE, suffixes=("", " of b"))
    if both.empty:
        return "no member of one is in the other"
    same = all(np.array_equal(both[name], both[f"{name} of b"]) for name in sweeps[0].factors)
    return "" if same else "the same points have other levels"


def _beside(tables: list[pd.DataFrame], outcome: str, *, paired: bool) -> tuple[float, ...]:
    """An outcome in both: means, difference, its interval, and how many it rests on."""
    import pandas as pd

    if paired:
        both = tables[0][outcome].dropna().index.intersection(tables[1][outcome].dropna().index)
        tables = [table.loc[both].reset_index() for table in tables]
    values = [table.groupby("replicate")[outcome].mean().dropna().to_numpy(np.float64) for table in tables]
    means = [float(found.mean()) if found.size else np.nan for found in values]
    if paired and not values[0].size:
        return *means, np.nan, np.nan, np.nan, 0
    if paired:
        joined = pd.concat([table.assign(overlay=side) for side, table in zip("ab", tables, strict=True)])
        row = statistics.paired(joined, outcome, "a", "b").iloc[0]
        return *means, row["difference"], row["low"], row["high"], int(row["pairs"])
    difference, fewest = means[1] - means[0], min(found.size for found in values)
    if fewest < 2:
        return *means, difference, np.nan, np.nan, fewest
    if all(np.isin(found, (0.0, 1.0)).all() for found in values):  # Newcombe's interval, from Wilson's two
        (low_a, high_a), (low_b, high_b) = (interval(m, v.size) for m, v in zip(means, values, strict=True))
        low = difference - np.hypot(means[1] - low_b, high_a - means[0])
        return *means, difference, low, difference + np.hypot(high_b - means[1], means[0] - low_a), fewest
    half = float(np.hypot(*(mean_interval(found[:, None])[0] for found in values)))
    return *means, difference, difference - half, difference + half, fewest


def _setup(a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    left, right = dict(_facts(a)), dict(_facts(b))
    places = (*left, *(place for place in right if place not in left))
    rows = [
        (*place, left.get(place, "-"), right.get(place, "-")) for place in places if left.get(place) != right.get(place)
    ]
    return pd.DataFrame(rows, columns=["what", "key", "a", "b"], dtype=object)


def _facts(manifest: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Give all that decides the numbers of a sweep: (what, key) and its text."""
    for key, value in _leaves(manifest["design"]):
        if key.rpartition(".")[2] not in ("title", "about", "why", "meaning", "unit"):
            yield ("design", key), value
    yield ("scenario", "digest"), hashlib.sha256(manifest["scenario"].encode()).hexdigest()[:16]
    for key, value in {**manifest["versions"], **manifest["stamp"]}.items():
        yield ("version", key.replace("_", " ")), str(value)


def _leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield above + key, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
