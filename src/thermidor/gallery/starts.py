"""What is lived, made definite: a scenario with what a row or a contrast changes of it, wide ranges, and rule draws."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.gallery.rows import FIRST, Start
from thermidor.runs.ensemble import NO_OUTSIDE
from thermidor.scenarios.check import assumed
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, Condition

if TYPE_CHECKING:
    from thermidor.scenarios import Scenario
    from thermidor.scenarios.schema import Country, Organisation, Value

SPREAD = 0.4
"""How far an assumed start is drawn to either side of its value, as a share of it."""
KEPT_RANGE = "range:"
"""How a note begins that says why the range beside it is as narrow as it is; such a range is kept."""
RULES = "rules"
"""Stands for the country in the keyed draws of rules."""

Rules = dict[str, float]


def scenario_of(start: Start, months: int, spread: float = SPREAD) -> Scenario:
    """The scenario that a start lives, for so many months whatever its own end. Raises InputError.

    A shift comes before a setting, and both are fixed numbers, drawn no more.
    """
    from thermidor.scenarios import load_scenario

    scenario = lengthened(widened(load_scenario(start.scenario), spread), months)
    first = next(iter(scenario.countries))
    changed: dict[str, float] = {}
    for taken, given, share in start.shift:
        a, b = named(taken, first), named(given, first)
        values = {key: changed.get(key, _value(scenario, key)) for key in (a, b)}
        changed |= {a: values[a] * (1.0 - share), b: values[b] + values[a] * share}
    changed |= {named(key, first): number for key, number in start.set.items()}
    scenario = scenario.overlay(changed) if changed else scenario
    return scenario.without_outside() if NO_OUTSIDE in start.without else scenario


def named(setting: str, first: str) -> str:
    """A setting with the first country by its name."""
    country, dot, key = setting.partition(".")
    return f"{first}{dot}{key}" if country == FIRST else setting


def _value(scenario: Scenario, setting: str) -> float:
    """The value of a condition in a scenario, neutral where it is left out. Raises InputError for an unknown one."""
    from thermidor.scenarios.resolved import default

    country, _, key = setting.partition(".")
    if country not in scenario.countries or key not in CONDITIONS:
        mend = nearest(key, CONDITIONS) or "write COUNTRY.KEY"
        raise InputError(f"'{setting[:80]}' can't be shifted", "shift", "there is no such condition", mend)
    given = scenario.countries[country].start
    return given[key].value if key in given else default(key, given)


def lengthened(scenario: Scenario, months: int) -> Scenario:
    """The scenario with so many months; paths from outside run on flat, and wars that would come later are cut."""
    from thermidor.scenarios import events_between

    last = str(np.datetime64(scenario.start, "M") + months - 1)
    events = events_between(scenario, scenario.start, last) if last < scenario.end else scenario.outside
    return scenario.model_copy(update={"end": last, "outside": events})


def widened(scenario: Scenario, spread: float) -> Scenario:
    """The scenario with every assumed start drawn over `spread` of its value to either side, within its limits.

    A range that is wider stays; so does one whose note begins with `range:` and says why it is narrow.
    """
    if spread <= 0.0:
        return scenario
    countries = {name: _wide_country(country, spread) for name, country in scenario.countries.items()}
    return scenario.model_copy(update={"countries": countries})


def _wide_country(country: Country, spread: float) -> Country:
    start = {key: _wide(value, CONDITIONS[key], spread) for key, value in country.start.items()}
    organisations = {name: _wide_organisation(own, spread) for name, own in country.organisations.items()}
    return country.model_copy(update={"start": start, "organisations": organisations})


def _wide_organisation(organisation: Organisation, spread: float) -> Organisation:
    found = {}
    for key, limits in ORGANISATION_CONDITIONS.items():
        value: Value | None = getattr(organisation, key)
        if value is not None:
            found[key] = _wide(value, limits, spread)
    return organisation.model_copy(update=found)


def _wide(value: Value, limits: Condition, spread: float) -> Value:
    if value.range is None or not assumed(value.source) or value.note.strip().lower().startswith(KEPT_RANGE):
        return value
    half = spread * abs(value.value)
    low = max(min(value.range[0], value.value - half), limits.low)
    high = min(max(value.range[1], value.value + half), limits.high)
    return value.model_copy(update={"range": (low, high)})


def rule_draws(count: int, seed: int, fixed: Mapping[str, float] | None = None) -> list[Rules]:
    """Draws of every rule, uniform over its range and keyed by its name; rules of a theory (`fixed`) stay.

    Another rule in the registry changes no draw of the others.
    """
    from thermidor.rules import load_rules
    from thermidor.scenarios.resolved import unit_draw

    registry = load_rules()
    drawn = {name: rule for name, rule in registry.items() if not (rule.rival or name in (fixed or {}))}
    spans = {name: (rule.low, rule.high) for name, rule in drawn.items()}
    return [
        {**(fixed or {}), **{n: low + (high - low) * unit_draw(seed, d, RULES, n) for n, (low, high) in spans.items()}}
        for d in range(count)
    ]


def read_draws(path: Path, fixed: Mapping[str, float] | None = None) -> list[Rules]:
    """Draws of some rules from a CSV file: a column a rule, a row a draw. Raises InputError."""
    from thermidor.rules import load_rules

    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the draws can't be read", str(path), str(error), "give a CSV file of rules") from None
    if len(lines) < 2:
        raise InputError("the file has no draws", str(path), "", "a line of rules, then a line a draw")
    registry, found = load_rules(), []
    for name in lines[0]:
        registry.find(name, f"{path}:1")
    for nth, line in enumerate(lines[1:], 2):
        where = f"{path}:{nth}"
        if len(line) != len(lines[0]):
            raise InputError(f"{len(line)} numbers for {len(lines[0])} rules", where)
        try:
            values = {name: float(number) for name, number in zip(lines[0], line, strict=True)}
        except ValueError as error:
            raise InputError("this is no line of numbers", where, str(error)) from None
        try:
            registry.values(values)
        except InputError as error:
            raise InputError(error.what, where, error.why, error.mend) from None
        found.append({**(fixed or {}), **values})
    return found
