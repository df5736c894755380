"""What common random numbers save: the variance of a paired difference beside that of independent samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thermidor.rules import load_rules
from validation.ensemble import Plan, live, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Floats, Sample
from validation.settings import first_country, main_scenario

REPLICATES = 200
SMALL_CHANGE = 1.02
YEARS = (1919, 1923, 1928, 1938, 1953, 1970, 1985)
MOST = 1e6
QUANTITIES = ("norms", "organisation", "gdp_per_head")


def overlays() -> dict[str, str]:
    """Name three overlays, from small to large, in words."""
    return {
        "small": f"`skim` {100 * (SMALL_CHANGE - 1):.0f}% larger",
        "mechanism": "without `exhaustion`",
        "wars": "without the dated wars",
    }


def lived(name: str, plan: Plan) -> Sample:
    """Live the main scenario under an overlay."""
    scenario = main_scenario()
    if name == "small":
        return live(scenario, plan, rules=rules_of({"skim": load_rules()["skim"].value * SMALL_CHANGE}))
    if name == "mechanism":
        return live(scenario, plan, rules=rules_of(without=("exhaustion",)))
    return live(scenario.overlay({f"{first_country(scenario)}.outside.war": 0.0}), plan)


def saved(base: Floats, other: Floats) -> float:
    """Return how many independent pairs one paired one is worth: (var a + var b) / var (b - a); inf where all agree."""
    paired = float(np.var(other - base, ddof=1))
    apart = float(np.var(base, ddof=1) + np.var(other, ddof=1))
    if paired > 0.0:
        return apart / paired
    return np.inf if apart > 0.0 else np.nan


def shown(base: Floats, other: Floats) -> Cell:
    """Return what is saved as a cell; beyond a million the difference is as good as exact."""
    found = saved(base, other)
    return "over a million" if found > MOST else found


def report(plan: Plan) -> Page:
    """Run the base and three overlays on the same draws; the variance saved by year and quantity."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    base = live(main_scenario(), plan)
    rows: list[list[Cell]] = []
    for name, words in overlays().items():
        other = lived(name, plan)
        rows += [[words, q, *(shown(base.year(q, y), other.year(q, y)) for y in YEARS)] for q in QUANTITIES]
        same = [float((other.year("norms", year) == base.year("norms", year)).mean()) for year in YEARS]
        rows.append([words, "share of pairs with the same norms to the bit", *same])
    about = (
        f"`russia-1917` and three overlays, the same {plan.replicates} members each. A cell says how many times "
        "as many independent runs would give the difference of the means as exactly as the paired ones do: 1 means "
        "that pairing saves nothing, below 1 that it costs. Members that a change has reached live on with the same "
        "draws, but a break or a measure that falls a month earlier makes another course of them, so that what is "
        "saved wears off with time and with the size of the change."
    )
    table = Table(
        "saved", "Independent runs that one paired run is worth", ("overlay", "quantity", *map(str, YEARS)), rows
    )
    return Page("What common random numbers save", about, [table], plan)
