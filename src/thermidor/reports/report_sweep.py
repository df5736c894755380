"""The report of a sweep: its design, how much of it was lived, shares and differences, and figures by what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.analysis import statistics
from thermidor.experiments.design import BASE
from thermidor.reports.effects import boundary_tables, effect_tables
from thermidor.reports.sweep_figures import MOST_FIGURES, figures
from thermidor.reports.sweep_words import asked, cut, interval_of, labels_of, number, numbers_of, shares_of
from thermidor.views.palette import words
from thermidor.views.report import Facts, Listing, Picture, Section, Table, page, picture

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

MOST_LEVELS = 40
POLICY = (
    "A member that failed is left out and counted. The interval of a share is the widest that those left out could "
    "have made of it; medians and differences are taken as if they had never been."
)


def sweep_page(sweep: Sweep) -> str:
    """Return the page of a sweep, whole or not."""
    design, table = sweep.design, sweep.members
    done = table[table["status"] != "planned"]
    sections = [
        Section("The question", (design.about.strip(), *_design(sweep))),
        Section("What was lived", (Facts(_plan(sweep)), POLICY, *_failures(table))),
    ]
    if len(done):
        drawn = Section("Figures", (*drawn_differences(sweep), *figures(sweep, done)))
        sections += [section for section in (drawn, *what_came_out(sweep)) if section.parts]
    sections.append(Section("How to cite", (Listing(_cite(sweep)),)))
    version = sweep.manifest["versions"]["thermidor"]
    foot = (
        "A model of a theory: no forecast and no endorsement.",
        f"Made by `thermidor report`, version {version}, of a sweep of {sweep.manifest['created'][:10]}.",
    )
    subtitle = f"{design.name}: {sweep.plan.members:,} members of {design.base.scenario}, seed {design.seed}"
    return page(design.title, sections, subtitle=subtitle, foot=foot)


def what_came_out(sweep: Sweep) -> list[Section]:
    """Return the tables of what a sweep has shown: shares and numbers, differences, sensitivities, boundaries."""
    table = sweep.members
    done = table[table["status"] != "planned"]
    if done.empty:
        return []
    found = [
        Section("What came out", tuple(_outcomes(sweep, done))),
        Section("Beside the base", tuple(_differences(sweep, done))),
        Section("What it hangs on", tuple(effect_tables(sweep))),
        Section("Where half have it", tuple(boundary_tables(sweep))),
    ]
    return [section for section in found if section.parts]


def _design(sweep: Sweep) -> Iterator[Table]:
    """Give the tables of factors, overlays and outcomes."""
    factors = tuple(
        (f.name, _span(f.low, f.high, f.levels, f.log), f.unit, f.meaning) for f in sweep.plan.points.factors
    )
    if factors:
        yield cut("Factors", ("factor", "levels", "unit", "meaning"), factors)
    overlays = tuple((name, overlay.why, _changes(overlay)) for name, overlay in sweep.design.overlays.items())
    if overlays:
        yield Table("Overlays beside the base", ("overlay", "why", "changes"), overlays)
    rows = tuple((name, asked(outcome)) for name, outcome in sweep.design.outcomes.items())
    yield Table("Outcomes, one of each a member", ("outcome", "what it is"), rows)


def _span(low: float, high: float, levels: tuple[float, ...] | None, log: bool) -> str:
    how = " by its logarithm" if log else ""
    if levels is not None and len(levels) <= 6:
        return ", ".join(f"{level:g}" for level in levels)
    return f"{low:g} to {high:g}{how}" + (f", {len(levels)} levels" if levels is not None else "")


def _changes(overlay: Any) -> str:
    changed = [f"{key} {value:g}" for kind in (overlay.set, overlay.rules) for key, value in kind.items()]
    where = [f"only where {key} is {value:g}" for key, value in overlay.where.items()]
    citizens = [] if overlay.citizens is None else ["another number of citizens"]
    return ", ".join([*changed, *(f"without {name}" for name in overlay.without), *citizens, *where])


def _plan(sweep: Sweep) -> tuple[tuple[str, str], ...]:
    design, plan, counts, was = sweep.design, sweep.plan, sweep.counts, sweep.manifest
    sampling = design.sampling.method if plan.points.factors else "one point"
    months = plan.months
    return (
        ("members", f"{plan.members:,}: {counts['done']:,} done, {counts['failed']:,} failed, "
                    f"{counts['planned']:,} still planned"),
        ("points", f"{len(plan.points):,}, sampling {sampling}, {design.replicates} replicates at each"),
        ("overlays", ", ".join(case.name for case in plan.cases)),
        ("months", f"{len(months):,}, {months[0]} to {months[-1]}"),
        ("citizen-months", f"{plan.citizen_months:,}"),
        ("seed", str(design.seed)),
        ("digests", f"design {was['digest']}, rules {was['stamp']['rules_code']}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in was["versions"].items())),
        ("begun", str(was["created"])),
    )  # fmt: skip


def _failures(table: pd.DataFrame) -> Iterator[Table]:
    failed = table[table["status"] == "failed"]
    if len(failed):
        groups = failed.groupby(["failure_stage", "failure"], dropna=False).size().sort_values(ascending=False)
        rows = [(f"{many:,}", str(stage), str(why)) for (stage, why), many in groups.items()]
        yield cut("Why members failed", ("members", "stage", "message"), rows, (0,))


def _outcomes(sweep: Sweep, done: pd.DataFrame) -> Iterator[Table]:
    """Give shares with Wilson's intervals, labels and quantiles by overlay, and shares by level of each factor."""
    either = shares_of(sweep)
    rows = [
        (name, *_share(row))
        for name in either
        for _, row in statistics.shares(done, name, ["overlay"], failed="worst").iterrows()
    ]
    if rows:
        yield cut("Shares of members, with Wilson's 95% interval", ("outcome", "overlay", *SHARE), rows, (2, 3, 4, 5))
    for name in labels_of(sweep):
        labels = sorted(done[name].dropna().unique())
        rows = [
            (words(str(label)), *_share(row))
            for label in labels
            for _, row in statistics.shares(done, name, ["overlay"], label, "worst").iterrows()
            if row["share"] > 0.0
        ]
        yield cut(f"{name}: shares of labels", ("label", "overlay", *SHARE), rows, (2, 3, 4, 5))
    rows = [
        (name, str(row["overlay"]), *(number(row[q]) for q in ("q0.05", "q0.5", "q0.95")), *_counts(row))
        for name in numbers_of(sweep)
        for _, row in statistics.quantiles(done, name, ["overlay"]).iterrows()
    ]
    heads = ("outcome", "overlay", "5%", "median", "95%", "members", "left out")
    if rows:
        yield cut("Measured numbers", heads, rows, (2, 3, 4, 5, 6))
    base = done[done["overlay"] == BASE]
    for factor in sweep.plan.points.factors:
        if either and factor.levels is not None and len(factor.levels) <= MOST_LEVELS:
            by = f"x_{factor.name}"
            rows = [
                (name, *_share(row.rename({by: "overlay"})))
                for name in either
                for _, row in statistics.shares(base, name, [by], failed="worst").iterrows()
            ]
            yield cut(f"By {factor.name}, in the base", ("outcome", factor.name, *SHARE), rows, (1, 2, 3, 4, 5))


SHARE = ("share", "95%", "members", "left out")


def _share(row: pd.Series) -> tuple[str, ...]:
    """Write the group, share, interval and counts of a row."""
    group = row["overlay"]
    name = group if isinstance(group, str) else f"{group:g}"
    if not row["runs"]:
        return name, "-", "-", *_counts(row)
    return name, f"{row['share']:.0%}", f"{row['low']:.0%} to {row['high']:.0%}", *_counts(row)


def _counts(row: pd.Series) -> tuple[str, str]:
    return f"{int(row['runs']):,}", f"{int(row['left_out']):,}"


def _differences(sweep: Sweep, done: pd.DataFrame) -> Iterator[Table]:
    """Give the paired differences of the overlays from the base."""
    rows = [
        (outcome, name, number(row["difference"], True), interval_of(row), f"{int(row['pairs']):,}",
         f"{int(row['left_out']):,}")
        for outcome, found in _paired(sweep, done)
        for name, row in found.items()
    ]  # fmt: skip
    if rows:
        note = "mean over pairs of point and replicate, which share their draws; interval by bootstrap over replicates"
        heads = ("outcome", "overlay", "difference", "95%", "pairs", "left out")
        yield cut("Overlay minus base", heads, rows, (2, 3, 4, 5), note, 10 * MOST_LEVELS)


def drawn_differences(sweep: Sweep) -> Iterator[Picture]:
    """Give tornados of the differences, where there are several overlays."""
    from thermidor.views.tornado import figure

    table, drawn = sweep.members, 0
    for outcome, found in _paired(sweep, table[table["status"] != "planned"]):
        sizes = np.array([[row[key] for row in found.values()] for key in ("difference", "low", "high")], float)
        if len(found) > 1 and drawn < MOST_FIGURES and np.isfinite(sizes).any():
            drawn += 1
            title, unit = f"{outcome}: overlays minus the base", asked(sweep.design.outcomes[outcome])
            alt = f"Bars: mean paired difference of {outcome} by overlay, with 95% intervals; numbers in the table."
            yield picture(figure(list(found), *sizes, title=title, unit=unit), alt)


def _paired(sweep: Sweep, done: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each outcome's paired differences by overlay."""
    overlays = [str(name) for name in dict.fromkeys(done["overlay"]) if name != BASE]
    for outcome in (*shares_of(sweep), *numbers_of(sweep)) if overlays else ():
        yield outcome, {name: statistics.paired(done, outcome, BASE, name).iloc[0] for name in overlays}


def _cite(sweep: Sweep) -> str:
    was: Mapping[str, Any] = sweep.manifest
    return (
        "Thermidor contributors. Thermidor: a chapter of political theory as an executable model. Version "
        f"{was['versions']['thermidor']}. Design {was['name']}, digest {was['digest']}, seed {sweep.design.seed}."
    )
