"""Bar 5: the state of a year as inherited and its twins, reset to 1917 whole and in parts: where does memory sit?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from thermidor.futures.changes import hush, reset
from thermidor.runs.simulate import pack
from thermidor.runs.summary import interval
from thermidor.scenarios import Scenario, resolve
from validation.ensemble import Plan, branch, each, first_state, go_on, sample_of
from validation.page import Cell, Page, Table
from validation.sample import KEPT, Floats, Sample
from validation.settings import first_country, main_scenario

REPLICATES = 40
PARTS = ("norms", "organisation", "fear", "room")
ALL_PARTS = frozenset(PARTS)
DATES = ("1924-01", "1929-01", "1938-01", "1953-01", "1970-01")
IN_PARTS = ("1953-01", "1970-01")
END = "2000-02"
SETS = tuple(frozenset(c) for size in range(len(PARTS) + 1) for c in combinations(PARTS, size))


def first_values(scenario: Scenario, plan: Plan, k: int) -> Mapping[str, float]:
    """Return the conditions with which member k's first country began."""
    return resolve(scenario, plan.seed, k).conditions[first_country(scenario)]


def name_of(parts: frozenset[str]) -> str:
    """Return a reset's name."""
    return "inherited" if not parts else "whole" if parts == ALL_PARTS else " + ".join(p for p in PARTS if p in parts)


def live_twins(scenario: Scenario, plan: Plan, dates: tuple[str, ...]) -> dict[tuple[str, frozenset[str]], Sample]:
    """Live every member up to each date and from there every twin to the end of the century, on the same draws."""

    def member(k: int) -> dict[tuple[str, frozenset[str]], NDArray[np.float32]]:
        state, found = first_state(scenario, plan, k), {}
        given = first_values(scenario, plan, k)
        for date in dates:
            go_on(state, date)
            packed = pack(state)
            for parts in SETS if date in IN_PARTS else (frozenset[str](), ALL_PARTS):
                twin = branch(packed)
                reset(twin, given, parts)
                found[date, parts] = go_on(twin, END)
        return found

    members = each(member, range(plan.replicates), plan.threads)
    return {key: sample_of([m[key] for m in members], key[0]) for key in members[0]}


AFTER: dict[str, tuple[str, ...]] = {
    "as it was": (),
    "no war": ("war", "destruction", "war_deaths"),
    "no threat or embargo": ("hostility", "embargo"),
    "nothing from outside": ("war", "destruction", "war_deaths", "hostility", "embargo"),
}
"""Outside kinds that are taken away from the month of the reset on."""


def what_comes_after(scenario: Scenario, plan: Plan, dates: tuple[str, ...]) -> Table:
    """Show the whole reset again, with parts of the outside world taken away after it."""

    def member(k: int) -> list[list[bool]]:
        state, given = first_state(scenario, plan, k), first_values(scenario, plan, k)
        held = []
        for date in dates:
            go_on(state, date)
            packed, row = pack(state), []
            for kinds in AFTER.values():
                twin = branch(packed)
                reset(twin, given, ALL_PARTS)
                hush(twin, kinds)
                row.append(bool(go_on(twin, END)[-1, KEPT.index("norms")] > 0.5))
            held.append(row)
        return held

    share = np.mean(each(member, range(plan.replicates), plan.threads), axis=0)
    rows: list[list[Cell]] = [[date, *(float(s) for s in row)] for date, row in zip(dates, share, strict=True)]
    note = (
        "Share of runs with norms above 0.5 in January 2000 after a whole reset, by what comes from outside after it."
    )
    return Table("after", "The whole reset, and what comes after it", ("reset in", *AFTER), rows, note)


def report(plan: Plan) -> Page:
    """Run all twins; by parts at two dates, whole at all, and the level between which the norms come to hold."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    twins = live_twins(main_scenario(), plan, DATES[-2:] if plan.small else DATES)
    rows, level, share = [], [], []
    for (date, parts), sample in twins.items():
        holds = sample["norms"][:, -1] > 0.5
        low, high = interval(float(holds.mean()), len(holds))
        then = float(np.median(twins[date, frozenset()]["gdp_per_head"][:, 0]))
        row: list[Cell] = [date, name_of(parts), then, float(holds.mean()), f"{low:.2f} to {high:.2f}"]
        ends = (float(np.median(sample[name][:, -1])) for name in ("norms", "organisation", "gdp_per_head"))
        rows.append([*row, *ends, float(np.median(fifteen_years(sample)))])
        if parts == ALL_PARTS:
            level.append(then)
            share.append(float(holds.mean()))
    heads = ["reset in", "what", "GDP per head then", "norms > 0.5 in 2000", "95%"]
    heads += ["norms 2000", "organisation 2000", "GDP per head 2000", "growth of 15 years, % a year"]
    about = (
        "Members of `russia-1917` stopped at a month, parts of their state set back to what they began with in 1917, "
        "and run on to January 2000 on the same draws. Organisation: ties of all but officials, whose own stay; "
        "the leader, his pact and those who have turned to private property stay as they are. "
    )
    tables = [Table("twins", "Twins", heads, rows)]
    tables.append(what_comes_after(main_scenario(), plan, DATES[-2:] if plan.small else DATES))
    return Page("Twins", about + threshold(level, share), tables, plan)


def fifteen_years(sample: Sample) -> Floats:
    """Return growth of GDP per head from the first year to the sixteenth, percent a year [run]."""
    product = sample["gdp_per_head"]
    growth: Floats = 100.0 / 15.0 * np.log(product[:, 180:192].mean(axis=1) / product[:, :12].mean(axis=1))
    return growth


def threshold(level: list[float], share: list[float]) -> str:
    """Say at what GDP per head the whole reset comes to hold in half of the runs, from the levels of the dates."""
    if min(share) >= 0.5 or max(share) < 0.5:
        held = "at every date" if min(share) >= 0.5 else "at no date"
        return (
            f"The whole reset holds in half of the runs or more {held} ({level[0]:.1f} to {level[-1]:.1f} thousand $)."
        )
    at = next(i for i in range(1, len(share)) if (share[i - 1] < 0.5) != (share[i] < 0.5))
    part = (0.5 - share[at - 1]) / (share[at] - share[at - 1])
    half = level[at - 1] * (level[at] / level[at - 1]) ** part
    between = f"interpolated between {level[at - 1]:.1f} and {level[at]:.1f}"
    return (
        f"Under the wars, threat and embargo of the main scenario the whole reset comes to hold in half of the runs "
        f"at {half:.1f} thousand $ a head ({between}); the second table shows it without them."
    )
