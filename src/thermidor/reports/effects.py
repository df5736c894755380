"""What the outcomes of a sweep hang on: sensitivities of a sampled design, boundaries of a design over two factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.analysis import sensitivity, statistics
from thermidor.analysis.boundary import boundary
from thermidor.analysis.sensitivity import Sensitivity
from thermidor.errors import InputError
from thermidor.experiments.design import BASE
from thermidor.reports.sweep_words import cut, interval_of, number, numbers_of, shares_of
from thermidor.views.cells import Boundary
from thermidor.views.report import Table

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

RARE = 0.05
MOST_EFFECTS = 20
"""Rows of a table of effects, the largest first."""


class Line(NamedTuple):
    """Where half the members meet an outcome: the overlay, the outcome, the line, and its table."""

    overlay: str
    outcome: str
    drawn: Boundary
    table: pd.DataFrame


def effects(sweep: Sweep) -> Iterator[tuple[str, Sensitivity | str]]:
    """Give Morris' or Sobol's effects of every outcome that is a number, or why it has none; the base only."""
    points, sampling = sweep.plan.points, sweep.design.sampling
    names, base = [factor.name for factor in points.factors], sweep.members
    base = base[base["overlay"] == BASE]
    for outcome in (*shares_of(sweep), *numbers_of(sweep)):
        values = base.pivot(index="point", columns="replicate", values=outcome).reindex(range(len(points)))
        try:
            if sampling.method == "morris":
                ranges = [(factor.low, factor.high) for factor in points.factors]
                logs = {factor.name for factor in points.factors if factor.log}
                matrix = np.asarray(points.matrix)
                yield outcome, sensitivity.morris(matrix, values.to_numpy(float), names, ranges, logs)
            else:
                yield outcome, sensitivity.sobol(values.to_numpy(float), names, sampling.second_order)
        except InputError as error:
            yield outcome, error.what


def rests_on(sweep: Sweep, found: Sensitivity) -> str:
    """Say on how many trajectories or base rows effects rest."""
    rows = "trajectories" if sweep.design.sampling.method == "morris" else "base rows"
    return f"{found.used} {rows}, {found.left_out} left out"


def effect_tables(sweep: Sweep) -> Iterator[Table | str]:
    """Give a table of the factors that matter over all outcomes, and of the largest effects on each."""
    if sweep.design.sampling.method not in ("morris", "sobol"):
        return
    every = list(effects(sweep))
    if sweep.design.sampling.method == "morris":
        yield over_all(sweep, every)
    for outcome, found in every:
        if isinstance(found, str):
            yield f"{outcome}: {found}."
            continue
        kinds = ["order"] if "order" in found.table else []
        ranked = found.table.sort_values("effect", ascending=False)
        rows = [
            (str(row["factor"]), *(str(row[k]) for k in kinds), number(row["effect"]), interval_of(row), _signed(row))
            for _, row in ranked.iterrows()
        ]
        heads, first = ("factor", *kinds, "effect", "95%", "signed"), 1 + len(kinds)
        right = (first, first + 1, first + 2)
        yield cut(f"{outcome}: effects", heads, rows, right, rests_on(sweep, found), MOST_EFFECTS)


def over_all(sweep: Sweep, every: list[tuple[str, Sensitivity | str]]) -> Table:
    """Give the factors by the mean over outcomes of their effect over the outcome's standard deviation.

    Outcomes that come or don't in fewer than one member of twenty, or all but so many, say too little and are left out.
    """
    base = sweep.members[sweep.members["overlay"] == BASE]
    sizes, used = list[Any](), list[str]()
    for outcome, found in every:
        values = base[outcome].astype(float)
        rare = outcome in shares_of(sweep) and not RARE <= values.mean() <= 1.0 - RARE
        if not isinstance(found, str) and not rare and values.std() > 0.0:
            sizes.append(found.table.set_index("factor")["effect"] / values.std())
            used.append(outcome)
    mean = sum(sizes, start=0.0 * sizes[0]).sort_values(ascending=False) / len(sizes) if sizes else {}
    rows = [(str(factor), number(size)) for factor, size in mean.items()]
    note = f"mean over {', '.join(used)} of mu* over the outcome's standard deviation"
    return cut("What matters most, over all outcomes", ("factor", "effect"), rows, (1,), note, MOST_EFFECTS)


def _signed(row: pd.Series) -> str:
    return number(row["mu"], True) if "mu" in row else ""


def boundaries(sweep: Sweep) -> Iterator[Line]:
    """Give, for the first outcome that comes or does not, where half of each overlay's members have it.

    For designs over all combinations of two factors: for each level of the first, the level of the second, if it has
    more than two to tell it from.
    """
    points = sweep.plan.points
    if points.matrix is not None or len(points.factors) != 2 or not shares_of(sweep):
        return
    outcome, (across, up) = shares_of(sweep)[0], points.factors
    if len(up.levels or ()) < 3:
        return
    columns, members = [f"x_{across.name}", f"x_{up.name}"], sweep.members
    for overlay in dict.fromkeys(members["overlay"]):
        (x, y), cube = statistics.cube(members[members["overlay"] == overlay], outcome, columns)
        levels = np.asarray(y, np.float64)
        ends = np.nanmean(cube, axis=(0, 2))
        kept = cube if ends[-1] >= ends[0] else 1.0 - cube
        found = boundary(np.asarray(x, np.float64), np.log(levels) if up.log else levels, kept)
        if up.log:
            ends = found[["level", "low", "high"]]
            found[["level", "low", "high"]] = np.exp(ends).where(ends > -np.inf, ends)
        drawn = Boundary(*(found[key].to_numpy(float) for key in ("x", "level", "low", "high")))
        yield Line(str(overlay), outcome, drawn, found)


def boundary_tables(sweep: Sweep) -> Iterator[Table]:
    """Give the boundary of each overlay as a table."""
    for line in boundaries(sweep):
        across, up = sweep.plan.points.factors
        ends = min(up.levels or ()), max(up.levels or ())
        rows = [
            (f"{x:.3g}", _within(level, ends), f"{_within(low, ends)} to {_within(high, ends)}", f"{int(runs):,}")
            for x, level, low, high, runs in line.table[["x", "level", "low", "high", "runs"]].itertuples(index=False)
        ]
        caption = f"{line.overlay}: {up.name} at which half have '{line.outcome}'"
        note = "logistic regression; interval by bootstrap over replicates"
        yield cut(caption, (across.name, up.name, "95%", "members"), rows, (0, 1, 2, 3), note)


def _within(level: float, ends: tuple[Any, Any]) -> str:
    """A level, or on which side of all levels that were run it lies; a dash where nothing is known."""
    if np.isinf(level):
        return f"under {number(ends[0])}" if level < 0.0 else f"over {number(ends[1])}"
    return number(level)
