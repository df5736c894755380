"""What the outcomes of a sweep hang on: sensitivities of a sampled design, boundaries of a design over two factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.analysis import sensitivity, statistics
from thermidor.analysis.agreement import ENOUGH, WANTED, Agreement
from thermidor.analysis.boundary import boundary
from thermidor.analysis.sensitivity import LARGE, Floats, Sensitivity
from thermidor.errors import InputError
from thermidor.experiments.design import BASE
from thermidor.reports.sweep_words import cut, interval_of, never, number, numbers_of, shares_of
from thermidor.views.cells import Boundary
from thermidor.views.report import Table

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

RARE = 0.05
MOST_EFFECTS = 20
"""Rows of a table of effects, the largest first."""
CLEAR = (
    "factors whose mean effect, signs and all, is told from none by its interval and by a t-test over trajectories "
    "(for the draws of these replicates; one in twenty may be false), with one sign in each of them, and is over "
    f"{LARGE:g} standard deviations of the outcome; what acts one way here and the other there is not told from luck"
)


class Line(NamedTuple):
    """Where half the members meet an outcome: the overlay, the outcome, the line, and its table."""

    overlay: str
    outcome: str
    drawn: Boundary
    table: pd.DataFrame


def effects(sweep: Sweep) -> Iterator[tuple[str, Sensitivity | str]]:
    """Give Morris' or Sobol's effects of every outcome that is a number, or why it has none; the base only.

    What never comes counts as the end of the run.
    """
    points, sampling = sweep.plan.points, sweep.design.sampling
    names, base = [factor.name for factor in points.factors], sweep.members
    base = base[base["overlay"] == BASE]
    for outcome in (*shares_of(sweep), *numbers_of(sweep)):
        late = never(sweep, outcome) if outcome in numbers_of(sweep) else None
        if late is not None:
            base = base.assign(**{outcome: base[outcome].where(base["status"] != "done", base[outcome].fillna(late))})
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
    """Say on what effects rest: trajectories or base rows, replicates, and how far these agree."""
    rows = "trajectories" if sweep.design.sampling.method == "morris" else "base rows"
    said = f"{found.used} {rows}, {found.left_out} left out"
    alike = found.agreement
    if alike.replicates < 2:
        return f"{said}; one replicate, whose luck is in all effects and in no interval"
    agree = "" if np.isnan(alike.pair) else f", whose mean agrees by {alike.mean:.2f} with that of as many others"
    said = f"{said}; intervals hold the luck of these and of {alike.replicates} replicates{agree}"
    if "order" in found.table and alike.mean < 1.0:
        said += f"; luck alone can give a factor that does nothing a total order of {1.0 - alike.mean:.2f}"
    return said


def effect_tables(sweep: Sweep) -> Iterator[Table | str]:
    """Give how far replicates agree, the largest effects where they do, and elsewhere what they share all the same."""
    if sweep.design.sampling.method not in ("morris", "sobol"):
        return
    every = list(effects(sweep))
    found = {outcome: result for outcome, result in every if isinstance(result, Sensitivity)}
    yield from (f"{outcome}: {result}." for outcome, result in every if isinstance(result, str))
    if found:
        yield agreements(sweep, found)
    if sweep.design.sampling.method == "morris":
        yield from _over_all(sweep, found)
        yield from _clear_factors(found)
    for outcome, result in found.items():
        if not result.agreement.too_little:
            yield _largest(sweep, outcome, result)
        elif len(clear := clear_of_luck(result)):
            rows = [
                (row["factor"], number(row["mu"], True), f"{number(row['mu_low'])} to {number(row['mu_high'])}",
                 number(row["alike"]))
                for _, row in clear.iterrows()
            ]  # fmt: skip
            heads, note = ("factor", "mean", "95%", "agree"), f"{CLEAR}; {rests_on(sweep, result)}"
            yield cut(f"{outcome}: mean effects clear of luck", heads, rows, (1, 2, 3), note, MOST_EFFECTS)


def agreements(sweep: Sweep, found: dict[str, Sensitivity]) -> Table:
    """Give how far replicates agree on each outcome, and whether factors are ranked by it."""
    rows = [
        (outcome, number(alike.pair), number(alike.mean), _moved(result), _reading(alike))
        for outcome, result in found.items()
        for alike in (result.agreement,)
    ]
    many = sweep.design.replicates
    of = "elementary effects" if sweep.design.sampling.method == "morris" else "the outcome over points"
    least = ENOUGH / (2.0 - ENOUGH)
    note = (
        f"correlation of {of} between two replicates, and what follows from it for the mean of {many} and that of "
        f"{many} others; below {ENOUGH:.2f} (two replicates that correlate by less than {least:.1f}) the order of "
        f"factors is mostly luck, and none is given; missing replicates are counted for {WANTED:g}"
    )
    heads = ("outcome", "two", f"mean of {many}", "moved by", "factors are")
    return cut("How far replicates agree", heads, rows, (1, 2, 3), note)


def clear_of_luck(found: Sensitivity) -> pd.DataFrame:
    """Return the factors of Morris' design whose mean effect stands clear of luck, the largest first."""
    table = found.table
    return table[table["clear"]].sort_values("mu", key=abs, ascending=False) if "clear" in table else table.iloc[:0]


def _moved(found: Sensitivity) -> str:
    """How many of the factors move the outcome at all, where single effects are told."""
    return f"{(found.table['effect'] > 0.0).sum()} of {len(found.table)}" if "mu" in found.table else ""


def _reading(alike: Agreement) -> str:
    """Whether factors are ranked, and what it would take."""
    if alike.replicates < 2:
        return "ranked, luck and all: one replicate tells nothing of it"
    if not alike.too_little:
        return "ranked" if alike.pair == alike.pair else "not ranked: nothing moves it"
    missing = "no number of replicates can be told" if alike.more is None else f"{alike.more:,} replicates are missing"
    return f"not ranked: {missing}"


def _largest(sweep: Sweep, outcome: str, found: Sensitivity) -> Table:
    """Give the largest effects on an outcome; equals that the table's end would part stand in one row."""
    ordered = found.table.sort_values("effect", ascending=False, kind="stable")
    kinds, sizes = [kind for kind in ("order",) if kind in ordered], ordered["effect"].to_numpy(float)
    shown, alike = _head(sizes)
    rows = [
        (row["factor"], *(row[k] for k in kinds), _sized(row), interval_of(row), _signed(row))
        for _, row in ordered[:shown].iterrows()
    ]
    if alike:
        rows.append((_and_more(ordered["factor"].iloc[shown], alike), *kinds, number(sizes[shown]), "", ""))
    note = f"{rests_on(sweep, found)}{_smaller(len(sizes) - shown - alike)}"
    if kinds:
        sums = ordered.groupby("order")["effect"].sum()
        full = "of which each has its interactions and luck in full"
        note += f"; first orders sum to {sums['first']:.2f}, total orders, {full}, to {sums['total']:.2f}"
    heads, first = ("factor", *kinds, "effect", "95%", "signed"), 1 + len(kinds)
    return cut(f"{outcome}: effects", heads, rows, (first, first + 1, first + 2), note, len(rows))


def _over_all(sweep: Sweep, every: dict[str, Sensitivity]) -> Iterator[Table]:
    """Give the factors by the mean over outcomes of their effect over the outcome's standard deviation.

    Outcomes on which replicates agree too little are left out, and those that come or don't in fewer than one member
    of twenty, or all but so many. The interval of a rank is the bootstrap's, over trajectories and replicates.
    """
    base = sweep.members[sweep.members["overlay"] == BASE]
    used = dict[str, float]()
    for outcome, found in every.items():
        values = base[outcome].astype(float)
        rare = outcome in shares_of(sweep) and not RARE <= values.mean() <= 1.0 - RARE
        if not rare and not found.agreement.too_little and values.std() > 0.0:
            used[outcome] = float(values.std())
    if used:
        sizes = np.mean([every[name].table["effect"] / spread for name, spread in used.items()], axis=0)
        again = np.mean([every[name].again / spread for name, spread in used.items()], axis=0)
        names = next(iter(every.values())).table["factor"].to_numpy(str)
        rank, low, high = sensitivity.ranks(sizes, again)
        order = np.lexsort((names, rank))
        shown, alike = _head(sizes[order])
        rows = [(names[i], number(sizes[i]), str(rank[i]), f"{low[i]:.0f} to {high[i]:.0f}") for i in order[:shown]]
        if alike:
            tied = order[shown]
            rows.append((_and_more(names[tied], alike), number(sizes[tied]), str(rank[tied]), ""))
        note = f"mean over {', '.join(used)} of mu* over the outcome's standard deviation"
        note += _smaller(len(sizes) - shown - alike)
        heads = ("factor", "effect", "rank", "95%")
        yield cut("What matters most, over all outcomes", heads, rows, (1, 2, 3), note, len(rows))


def _head(sizes: Floats) -> tuple[int, int]:
    """Return how many of `sizes`, the largest first, are shown each, and how many equals then stand in one row."""
    if len(sizes) <= MOST_EFFECTS or not np.isclose(sizes[MOST_EFFECTS], sizes[MOST_EFFECTS - 1], rtol=1e-9, atol=0.0):
        return min(MOST_EFFECTS, len(sizes)), 0
    alike = np.isclose(sizes, sizes[MOST_EFFECTS], rtol=1e-9, atol=0.0)
    return int(alike.argmax()), int(alike.sum())


def _and_more(name: str, alike: int) -> str:
    return f"{name} and {alike - 1} more alike"


def _smaller(many: int) -> str:
    return f"; {many} more are smaller" if many else ""


def _clear_factors(every: dict[str, Sensitivity]) -> Iterator[Table]:
    """Give the factors that stand clear of luck for several outcomes of which none has a ranking, and for which."""
    places: dict[str, list[str]] = {}
    for outcome, found in every.items():
        for factor in clear_of_luck(found)["factor"] if found.agreement.too_little else ():
            places.setdefault(factor, []).append(outcome)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [(factor, ", ".join(outcomes)) for factor, outcomes in ordered if len(outcomes) > 1]
    if rows:
        note = f"of outcomes by which factors are not ranked; {len(places) - len(rows)} more are clear for one outcome"
        yield cut("What stands clear of luck for more than one outcome", ("factor", "outcomes"), rows, note=note)


def _sized(row: pd.Series) -> str:
    """Write an effect; a share of more than the whole, which only luck makes, with a mark."""
    over = row.get("order") == "total" and row["effect"] > 1.0
    return f"{number(row['effect'])} (over 1)" if over else number(row["effect"])


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
        if not np.isfinite(cube).any():
            continue
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
