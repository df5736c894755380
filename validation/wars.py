"""Bar 5: the same war on a start like 1914 and on the state of 1941; what the people stand to lose is varied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from thermidor.country import OUTSIDE
from thermidor.record import record
from thermidor.runs.simulate import pack
from thermidor.runs.summary import interval
from thermidor.scenarios import Scenario
from validation.ensemble import Plan, branch, each, first_state, go_on
from validation.page import Cell, Page, Table
from validation.sample import KEPT, Floats
from validation.settings import first_country, main_scenario, start_at

REPLICATES = 100
MONTHS = 48
WAR = {"war": 1.0, "destruction": 0.4, "war_deaths": 0.031, "hostility": 1.0}
TREATMENTS = (0.15, 0.55, 1.0)
AFTER = (12, 24, 30, 36, 42, 48)
OLD_ORDER = {
    "land.feudal": 0.5,
    "room": 0.25,
    "norms.recall": 0.1,
    "norms.pay": 0.1,
    "norms.rotation": 0.1,
    "norms.arms": 0.1,
    "property.state": 0.1,
    "property.capitalist": 0.6,
    "property.petty": 0.3,
    "authority.councils": 0.0,
    "authority.government": 1.0,
    "planned": 0.02,
    "organisation": 0.35,
    "village_organisation": 0.2,
    "standing": 0.2,
    "fear": 0.2,
    "legitimacy": 0.4,
    "leader": 0.5,
    "dislocation": 0.0,
    "exhaustion": 0.05,
    "herd": 1.0,
    "past_growth": 0.02,
    "past_peak": 1.0,
    "organisations.councils.arms": 0.0,
    "organisations.councils.members": 0.02,
}
"""The order of 1914, assumed: half of the land landlords', private property, no norms, little room, no councils."""


def old_order(scenario: Scenario) -> Scenario:
    """Return a scenario that starts in January 1914: the old order, product and people as recorded in 1913, peace."""
    key = str(scenario.countries[first_country(scenario)].record)
    known = {name: record(key, name).by_year()[1913] for name in ("gdp_per_head", "population")}
    began = scenario.model_copy(update={"start": "1914-01", "end": "1920-12", "outside": ()})
    return start_at(began, OLD_ORDER | known)


def strike(state: dict[str, Any], treatment: float | None) -> None:
    """Write the war into the first country's next four years, or peace (None), in place of what is dated there."""
    outside, month = state["outside"], state["month"]
    values = dict.fromkeys(OUTSIDE, 0.0) | {"hostility": 0.5, "embargo": 0.3}
    if treatment is not None:
        values |= WAR | {"treatment": treatment}
    outside[month : month + MONTHS, 0, :] = [values[name] for name in OUTSIDE]


def broken(scenario: Scenario, plan: Plan, month: str) -> dict[float | None, Floats]:
    """Live every member to a month and from there each war; returns [run, (month of a break, least loyalty)]."""
    end = str(np.datetime64(month, "M") + MONTHS)

    def member(k: int) -> list[tuple[float, float]]:
        state = first_state(scenario, plan, k)
        go_on(state, month)
        packed, found = pack(state), []
        before = float(state["society"].world["breaks"][0])
        for treatment in (None, *TREATMENTS):
            war = branch(packed)
            strike(war, treatment)
            series = go_on(war, end)
            breaks, loyalty = (series[:, KEPT.index(name)] for name in ("breaks", "loyalty"))
            broke = float(np.argmax(breaks > before)) + 1.0 if breaks[-1] > before else np.inf
            found.append((broke, float(loyalty.min())))
        return found

    dates = np.array(each(member, range(plan.replicates), plan.threads))
    return {treatment: dates[:, i] for i, treatment in enumerate((None, *TREATMENTS))}


def report(plan: Plan) -> Page:
    """Run peace and the same war, by what the people stand to lose, on both starts."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    scenario = main_scenario()
    starts = {"like 1914": (old_order(scenario), "1914-08"), "1941 of the main scenario": (scenario, "1941-06")}
    rows: list[list[Cell]] = []
    for start, (begun, month) in starts.items():
        for treatment, found in broken(begun, plan, month).items():
            dates = found[:, 0]
            share = [float((dates <= after).mean()) for after in AFTER]
            low, high = interval(share[-1], len(dates))
            when = dates[np.isfinite(dates)]
            median = float(np.median(when)) if len(when) else None
            row: list[Cell] = [
                start,
                "peace" if treatment is None else "war",
                "" if treatment is None else f"{treatment:g}",
            ]
            rows.append([*row, *share, f"{low:.2f} to {high:.2f}", median, float(np.median(found[:, 1]))])
    heads = (
        "start",
        "what",
        "treatment",
        *(f"broken in {m} months" for m in AFTER),
        f"95% at {MONTHS}",
        "median month",
        "least loyalty (median)",
    )
    about = (
        "Four years of the same war (severity 1, destruction 0.4, deaths 3.1% of the people a year) on two starts; "
        "treatment is what the "
        "people stand to lose to the enemy. The start like 1914 is the main scenario's country in January 1914 with "
        "the old order's "
        "conditions (`validation/wars.py`, assumed) and 1913's recorded product and people. Hostility and embargo "
        "are alike."
    )
    return Page("The same war on two starts", about, [Table("broken", "Share of states broken", heads, rows)], plan)
