"""What the parts start from: the main scenario, its outside world changed, and starts of other levels and times."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from thermidor.record import record
from thermidor.scenarios import Scenario, load_scenario
from thermidor.scenarios.conditions import CONDITIONS, SUMS_TO_ONE

MAIN = "russia-1917"
RECORD_SERIES = "gdp_per_head"


def main_scenario(end: str | None = None) -> Scenario:
    """Return the main scenario, its end moved if one is given (paths stay flat beyond their last knot)."""
    scenario = load_scenario(MAIN)
    return scenario.model_copy(update={"end": end}) if end else scenario


def first_country(scenario: Scenario) -> str:
    """Return the country that is measured."""
    return next(iter(scenario.countries))


def gdp_record(scenario: Scenario) -> dict[int, float]:
    """Return the record of GDP per head beside the measured country, thousand 2011 $."""
    key = scenario.countries[first_country(scenario)].record
    assert key is not None, "the main scenario names its record"
    return record(key, RECORD_SERIES).by_year()


def flat_threat(scenario: Scenario) -> Scenario:
    """Return the scenario with military threat held at its own mean over the period; wars and embargo as they are."""
    outside = []
    for event in scenario.outside:
        if event.kind == "path" and event.variable == "hostility":
            at = [int(np.datetime64(month, "M").astype(np.int64)) for month in event.knots]
            months = np.arange(*(int(np.datetime64(m, "M").astype(np.int64)) for m in (scenario.start, scenario.end)))
            mean = float(np.interp(months, at, list(event.knots.values())).mean())
            event = event.model_copy(update={"knots": {scenario.start: mean}})
        outside.append(event)
    return scenario.model_copy(update={"outside": tuple(outside)})


def only(scenario: Scenario, *, paths: bool, wars_before: str | None) -> Scenario:
    """Return the scenario with or without its paths, and with only those wars that begin before a month."""
    kept = [e for e in scenario.outside if (paths if e.kind == "path" else wars_before and e.from_ < wars_before)]
    return scenario.model_copy(update={"outside": tuple(kept)})


def scaled_paths(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """Return the scenario with the knots of some paths multiplied (and held at most 1)."""
    outside = []
    for event in scenario.outside:
        if event.kind == "path" and event.variable in factors:
            knots = {month: min(1.0, number * factors[event.variable]) for month, number in event.knots.items()}
            event = event.model_copy(update={"knots": knots})
        outside.append(event)
    return scenario.model_copy(update={"outside": tuple(outside)})


FOLLOWS = ("literacy", "farm_output", "capital_output", "heavy_capital", "classes.")
"""Conditions that follow GDP per head in `conditions_at`."""


def conditions_at(scenario: Scenario, gdp_per_head: float) -> dict[str, float]:
    """Return the conditions that follow GDP per head, for the first country at another level.

    Each is linear in the logarithm of GDP per head through the scenario's two countries (the first poor, the second
    rich), held
    within 0.002 to 0.98 where it is a share; classes are rescaled to sum to one. All else stays as the first country's.
    """
    poor, rich = (country.start for country in list(scenario.countries.values())[:2])
    low, high = poor["gdp_per_head"].value, rich["gdp_per_head"].value
    part = math.log(gdp_per_head / low) / math.log(high / low)
    found = {"gdp_per_head": gdp_per_head}
    for key in CONDITIONS:
        if key.startswith(FOLLOWS) and key in poor and key in rich:
            value = poor[key].value + part * (rich[key].value - poor[key].value)
            found[key] = value if key == "capital_output" else min(max(value, 0.002), 0.98)
    return found | _sum_to_one(found)


def start_at(scenario: Scenario, conditions: Mapping[str, float]) -> Scenario:
    """Return the scenario with conditions of the first country set (groups that sum to one have to be whole)."""
    here = first_country(scenario)
    return scenario.overlay({f"{here}.{key}": value for key, value in conditions.items()})


def _sum_to_one(found: Mapping[str, float]) -> dict[str, float]:
    scaled: dict[str, float] = {}
    for group in SUMS_TO_ONE:
        keys = [key for key in found if key.startswith(f"{group}.")]
        scaled |= {key: found[key] / sum(found[k] for k in keys) for key in keys}
    return scaled


PROPERTY = {"capitalist": "germany-1930", "feudal": "russia-1913", "state": "russia-1917"}
"""A shipped scenario for each kind of property on which the balance of classes is varied."""
WORKING_CAMPS, OWNING_CAMPS = ("reform", "revolution"), ("liberal", "reaction", "fascist")
WORKING_TIES, OWNING_TIES = ("organisation", "village_organisation"), ("owners_organisation", "middle_organisation")


def balanced(scenario: Scenario, owners: float) -> Scenario:
    """Return the scenario with the first country's ties and camps shared out between owners and those who work.

    owners: 0..1, the owners' part. What both sides have together is the scenario's own, of ties (each mean of a side's
    two) and of camps; within a side proportions stay. Property, land, classes, centres and force stay as they are;
    nothing comes from outside. Raises InputError where a scenario lacks these conditions.
    """
    start = scenario.countries[first_country(scenario)].start
    found: dict[str, float] = {}
    for working, owning in (
        (WORKING_TIES, OWNING_TIES),
        (tuple(f"camps.{c}" for c in WORKING_CAMPS), tuple(f"camps.{c}" for c in OWNING_CAMPS)),
    ):
        given = {key: start[key].value if key in start else 0.0 for key in (*working, *owning)}
        both = sum(given.values())
        for side, part in ((working, 1.0 - owners), (owning, owners)):
            own = sum(given[key] for key in side)
            found |= {key: min(both * part * given[key] / own, 1.0) for key in side if own > 0.0}
    return start_at(scenario, found).without_outside()
