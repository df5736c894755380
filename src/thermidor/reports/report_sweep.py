"""The report of a sweep: its design, how much of it was lived, shares and differences, and figures by what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.analysis import statistics
from thermidor.experiments.design import BASE
from thermidor.reports.effects import boundary_tables, effect_tables
from thermidor.reports.sweep_figures import MOST_FIGURES, figures
from thermidor.reports.sweep_words import (
    asked,
    beside,
    by_chance,
    cut,
    groups,
    interval_of,
    labels_of,
    never,
    number,
    numbers_of,
    shares_of,
    spells,
    spells_of,
    unit_of,
)
from thermidor.views.palette import words
from thermidor.views.report import Facts, Listing, Picture, Section, Table, page, picture

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

MOST_LEVELS, MOST_DIFFERENCES = 12, 400
"""Levels of a factor whose shares are tabled (of more there are figures), and differences."""
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
    theory = [] if overlay.theory is None else [f"theory {overlay.theory}"]
    return ", ".join([*theory, *changed, *(f"without {name}" for name in overlay.without), *citizens, *where])


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
    """Give shares, labels, quantiles and spells by overlay, and shares by level of each factor."""
    either, parts = shares_of(sweep), groups(sweep, done)
    rows = [(name, *row) for name in either for row in _shares(parts, name)]
    if rows:
        yield cut("Shares of members", ("outcome", "overlay", *SHARE), rows, (2, 3, 4, 5, 6), INTERVAL)
    for name in labels_of(sweep):
        rows = [
            (words(str(label)), *row)
            for label in sorted(done[name].dropna().unique())
            for row in _shares(parts, name, label, LEAST)
        ]
        note = f"shares below {LEAST:.1%} are left out"
        yield cut(f"{name}: shares of labels", ("label", "overlay", *SHARE), rows, (2, 3, 4, 5, 6), note)
    rows = [
        (name, key, *_quantiles(part, name, never(sweep, name) is not None))
        for name in numbers_of(sweep)
        if name not in spells_of(sweep)
        for key, part in parts.items()
    ]
    heads = ("outcome", "overlay", "5%", "median", "95%", "members", "left out")
    if rows:
        yield cut("Measured numbers", heads, rows, (2, 3, 4, 5, 6))
    for name in spells_of(sweep):
        yield _spells(sweep, parts, name)
    for factor in sweep.plan.points.factors:
        if either and factor.levels is not None and len(factor.levels) <= MOST_LEVELS:
            levels = {f"{level:g}": part for level, part in parts[BASE].groupby(f"x_{factor.name}")}
            rows = [(name, *row) for name in either for row in _shares(levels, name)]
            yield cut(f"By {factor.name}, in the base", ("outcome", factor.name, *SHARE), rows, (1, 2, 3, 4, 5, 6))


LEAST = 0.005
"""Share of a label below which it is not tabled."""
NEVER = "never counts as the end of the run"
SHARE = ("share", "95%", "members", "neither", "left out")
INTERVAL = (
    "95% of shares, here and below: Wilson's interval, or by bootstrap over replicates where a row averages over "
    f"points ({statistics.FEWEST} replicates at least)"
)


def _shares(
    parts: Mapping[str, pd.DataFrame], name: str, value: object = 1, least: float = 0.0
) -> Iterator[tuple[str, ...]]:
    """Write of each group: its name, the share of members with a value of an outcome, interval and counts."""
    for key, part in parts.items():
        row = statistics.shares(part, name, (), value, "worst").iloc[0]
        if least and not row["share"] >= least:
            continue
        interval = f"{row['low']:.0%} to {row['high']:.0%}" if np.isfinite(row["low"]) else "-"
        share = f"{row['share']:.0%}" if row["runs"] else "-"
        yield key, share, interval, f"{row['runs']:,.0f}", _count(row["without"]), _count(row["left_out"])


def _quantiles(part: pd.DataFrame, name: str, date: bool) -> tuple[str, ...]:
    """Write three quantiles of a number and the counts behind them; a date that never comes is later than all."""
    row = statistics.quantiles(part, name, missing="never" if date else "exclude").iloc[0]
    told = ("never" if row[q] == np.inf else number(row[q]) for q in ("q0.05", "q0.5", "q0.95"))
    return *told, f"{row['runs'] + (row['without'] if date else 0):,.0f}", _count(row["left_out"])


def _count(many: float) -> str:
    """Write how many, nothing for none: a column without any falls away."""
    return f"{many:,.0f}" if many else ""


def _spells(sweep: Sweep, parts: Mapping[str, pd.DataFrame], name: str) -> Table:
    """Give how long spells last by overlay, after Kaplan and Meier, and whether longer or shorter than in the base."""
    overlays = sweep.design.overlays
    rows = [
        (key, *_lasting(part, parts[beside(sweep, key)] if key in overlays else None, name))
        for key, part in parts.items()
    ]
    which = getattr(sweep.design.outcomes[name], "spell", "first")
    what = "all spells last together" if which == "total" else f"the {which} spell lasts"
    said = [
        "Kaplan and Meier's median of the members that had it, with spells cut by the end, and its 95% interval",
        "p: log-rank test against the base, which hides small differences as draws are shared",
        f"neither with fewer than {statistics.FEWEST} spells, or where a row pools points",
        by_chance(len(overlays)).replace("intervals misses", "p is below 0.05"),
    ]
    heads = ("overlay", "had it", "cut", "median", "95%", "p")
    note = "; ".join(filter(None, said))
    return cut(f"{name}: how long {what}, years", heads, rows, (1, 2, 3, 4, 5), note)


def _lasting(part: pd.DataFrame, base: pd.DataFrame | None, name: str) -> tuple[str, ...]:
    """Write of a group how many had a spell, how many were cut, the median, its interval, and p beside the base."""
    from thermidor.analysis import survival

    lasted, ended = spells(part, name)
    had, pooled = f"{len(lasted):,} of {(part['status'] == 'done').sum():,}", part["replicate"].duplicated().any()
    if not len(lasted):
        return had, "", "-", "-", "" if base is None else "-"
    found = survival.median(lasted, ended)
    few = pooled or found.spells < statistics.FEWEST or not np.isfinite(found.low)
    test = None if base is None or pooled else survival.beside(spells(base, name), (lasted, ended))
    return (
        had,
        _count((~ended).sum()),
        number(found.median) if np.isfinite(found.median) else "not reached",
        "-" if few else _ends(found.low, found.high),
        ("" if base is None else "-") if test is None else f"{test.p:.2g}" if test.p >= 0.001 else "under 0.001",
    )


def _ends(low: float, high: float) -> str:
    """Write an interval whose upper end may lie beyond all that was seen."""
    return f"{number(low)} to {number(high)}" if np.isfinite(high) else f"over {number(low)}"


def _differences(sweep: Sweep, done: pd.DataFrame) -> Iterator[Table]:
    """Give the paired differences of the overlays from the base."""
    rows = [
        (
            outcome,
            name,
            number(row["difference"], True),
            interval_of(row),
            f"{row['pairs']:,.0f}",
            _count(row["left_out"]),
        )
        for outcome, found in _paired(sweep, done)
        for name, row in found.items()
    ]
    if rows:
        said = [
            "mean over pairs of point and replicate, which share their draws",
            f"interval by bootstrap over replicates ({statistics.FEWEST} at least), or Wilson's where all agree",
            NEVER if any(never(sweep, name) is not None for name in sweep.design.outcomes) else "",
            by_chance(len(sweep.design.overlays)),
        ]
        heads = ("outcome", "overlay", "difference", "95%", "pairs", "left out")
        note = "; ".join(filter(None, said))
        yield cut("Overlay minus base", heads, rows, (2, 3, 4, 5), note, MOST_DIFFERENCES)


def drawn_differences(sweep: Sweep) -> Iterator[Picture]:
    """Give tornados of the differences, where there are several overlays."""
    from thermidor.views.tornado import figure

    table, drawn = sweep.members, 0
    for outcome, found in _paired(sweep, table[table["status"] != "planned"]):
        sizes = np.array([[row[key] for row in found.values()] for key in ("difference", "low", "high")], float)
        if len(found) > 1 and drawn < MOST_FIGURES and np.isfinite(sizes).any():
            drawn += 1
            title = f"{outcome} ({asked(sweep.design.outcomes[outcome])}): overlays minus the base"
            notes = [by_chance(len(found)), NEVER if never(sweep, outcome) else ""]
            if np.isnan(sizes[1][np.isfinite(sizes[0])]).any():
                notes.append(f"no interval from fewer than {statistics.FEWEST} replicates")
            alt = f"Bars: mean paired difference of {outcome} by overlay, with 95% intervals; numbers in the table."
            unit, note = f"difference, {unit_of(sweep, outcome)}", "; ".join(filter(None, notes))
            yield picture(figure(list(found), *sizes, title=title, unit=unit, note=note), alt)


def _paired(sweep: Sweep, done: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each outcome's paired differences by overlay; of spells, which may be cut, there is no plain mean."""
    overlays = [str(name) for name in dict.fromkeys(done["overlay"]) if name != BASE]
    for outcome in (*shares_of(sweep), *numbers_of(sweep)) if overlays else ():
        if outcome not in spells_of(sweep):
            end = never(sweep, outcome)
            yield outcome, {name: statistics.paired(done, outcome, BASE, name, never=end).iloc[0] for name in overlays}


def _cite(sweep: Sweep) -> str:
    was: Mapping[str, Any] = sweep.manifest
    return (
        "Thermidor contributors. Thermidor: a chapter of political theory as an executable model. Version "
        f"{was['versions']['thermidor']}. Design {was['name']}, digest {was['digest']}, seed {sweep.design.seed}."
    )
