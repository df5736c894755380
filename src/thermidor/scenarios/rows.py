"""A scenario as rows of a table: what it gives, and what one member drew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from thermidor.country import ORGANISATIONS
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, Condition
from thermidor.scenarios.resolved import DEFAULT_SOURCE, Resolved, default, event_key

if TYPE_CHECKING:
    from thermidor.scenarios.schema import Scenario, Value


class Row(NamedTuple):
    """One line of the table, all text; `key` is what `--set` takes (events and titles apart)."""

    key: str
    value: str
    unit: str
    range: str
    source: str


def describe(scenario: Scenario) -> list[Row]:
    """The scenario as given: period and countries, conditions (defaults included), organisations, events."""
    rows = [Row("period", f"{scenario.start} to {scenario.end}", "months", "", "")]
    for name, country in scenario.countries.items():
        rows.append(Row(name, country.title, "", "", f"record: {country.record}" if country.record else ""))
        for key, condition in CONDITIONS.items():
            value = country.start.get(key)
            number = default(key, country.start) if value is None else value.value
            rows.append(_row(f"{name}.{key}", number, condition, value))
        for entry, number, condition, value in _organisations(scenario, name):
            rows.append(_row(f"{name}.{entry}", number, condition, value))
    return rows + list(_events(scenario))


def resolved_rows(resolved: Resolved, scenario: Scenario) -> list[Row]:
    """What one member starts from: the numbers drawn, beside the range and source of each."""
    rows = [Row("period", f"{scenario.start} to {scenario.end}", "months", "", "")]
    for name in resolved.countries:
        given = scenario.countries[name].start
        for key, number in resolved.conditions[name].items():
            rows.append(_row(f"{name}.{key}", number, CONDITIONS[key], given.get(key)))
        for entry, _, condition, value in _organisations(scenario, name):
            _, organisation, column = entry.split(".")
            place = ORGANISATIONS.index(organisation), list(ORGANISATION_CONDITIONS).index(column)
            rows.append(_row(f"{name}.{entry}", float(resolved.organisations[name][place]), condition, value))
    return rows + list(_events(scenario))


def _row(key: str, number: float, condition: Condition, value: Value | None) -> Row:
    if value is None:
        return Row(key, f"{number:.6g}", condition.unit, "", DEFAULT_SOURCE)
    span = f"{value.range[0]:g} to {value.range[1]:g}" if value.range else ""
    return Row(key, f"{number:.6g}", condition.unit, span, value.source + (f"; {value.note}" if value.note else ""))


def _organisations(scenario: Scenario, name: str) -> Iterator[tuple[str, float, Condition, Value]]:
    for organisation, values in scenario.countries[name].organisations.items():
        for key, condition in ORGANISATION_CONDITIONS.items():
            value: Value | None = getattr(values, key)
            if value is not None:
                yield f"organisations.{organisation}.{key}", value.value, condition, value


def _events(scenario: Scenario) -> Iterator[Row]:
    for event in scenario.outside:
        if event.kind == "war":
            text = f"{event.from_} to {event.to}: " + ", ".join(f"{key} {x:g}" for key, x in event.values.items())
        else:
            text = ", ".join(f"{month}: {number:g}" for month, number in event.knots.items())
        spread = f"+-{100 * event.spread:g}%" if event.spread else ""
        yield Row(f"{event.country}.{event_key(event)}", text, "", spread, event.source)
