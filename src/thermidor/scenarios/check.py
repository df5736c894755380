"""What a scenario must respect beyond its structure: names, units, limits, ranges, sums and dates.

Each check yields `Problem`s; `refusal` turns the first few into one `InputError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from thermidor.country import ORGANISATIONS
from thermidor.errors import InputError, nearest
from thermidor.record import countries as recorded
from thermidor.record import covers
from thermidor.scenarios.conditions import (
    CONDITIONS,
    ORGANISATION_CONDITIONS,
    OUTSIDE_LIMITS,
    SUMS_TO_ONE,
    Condition,
)
from thermidor.scenarios.document import Where, shown, shown_key

if TYPE_CHECKING:
    from thermidor.scenarios.schema import Country, OutsidePath, OutsideWar, Scenario, Value

REQUIRED = (
    "population", "gdp_per_head", "capital_output", "farm_output", "literacy", "organisation", "fear", "room",
    "norms.recall", "norms.pay", "norms.rotation", "norms.arms",
)  # fmt: skip
"""Conditions that every country must give, besides the groups `classes` and `property`."""

WAR_VALUES = ("war", "destruction", "treatment", "war_deaths", "victory")
SUM_TOLERANCE = 1e-6
MOST_MONTHS = 6000
MOST_SHOWN = 5


class Problem(NamedTuple):
    """One thing wrong with a scenario: the way to it, what, why, and how to mend it."""

    path: Where
    what: str
    why: str = ""
    mend: str = ""


def refusal(problems: Sequence[Problem], place: Callable[[Where], str]) -> InputError:
    """Put the first few problems into one error; `place` says where a path stands (file:line: key).

    Another schema comes first, since it may explain all else; then unknown names, since a name misspelt is often missed
    elsewhere.
    """
    first, *rest = sorted(problems, key=_after)[:MOST_SHOWN]
    also = [f"{place(p.path)}: {p.what}" + (f"; {p.mend}" if p.mend.startswith("did you") else "") for p in rest]
    if len(problems) > MOST_SHOWN:
        also.append(f"{len(problems) - MOST_SHOWN} more")
    return InputError(first.what, place(first.path), first.why, first.mend, also)


def _after(problem: Problem) -> int:
    if problem.path == ("schema",) and problem.what.startswith("the schema is"):
        return 0
    return 1 if problem.what.startswith("unknown") else 2


def assumed(source: str) -> bool:
    """Whether a source says that the number is assumed."""
    return source.strip().lower().startswith("assumed")


def month_number(month: str) -> int:
    """Count months from year 0 of a month written YYYY-MM."""
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


def problems(scenario: Scenario) -> Iterator[Problem]:
    """Everything wrong with a scenario whose structure is right."""
    length = month_number(scenario.end) - month_number(scenario.start) + 1
    if length < 1:
        yield Problem(("end",), f"the scenario ends ({scenario.end}) before it starts ({scenario.start})")
    if length > MOST_MONTHS:
        yield Problem(("end",), f"the scenario lasts {length} months", f"at most {MOST_MONTHS} are allowed")
    if not scenario.countries:
        yield Problem(("countries",), "the scenario has no country", "", "name at least one under 'countries'")
    for name, country in scenario.countries.items():
        yield from _country(("countries", name), country, scenario.countries)
    for place, event in enumerate(scenario.outside):
        yield from _event(("outside", place), event, scenario)
    yield from _clashes(scenario.outside)


def _unknown(path: Where, sort: str, name: str, options: Iterable[str]) -> Problem:
    known = list(options)
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return Problem(path, f"unknown {sort} '{shown_key(name)}'", f"known: {listed}", nearest(name, known))


def _country(path: Where, country: Country, countries: Mapping[str, Country]) -> Iterator[Problem]:
    if country.record is not None and not covers(country.record):
        what = f"the historical record has no country {shown(country.record)}"
        mend = nearest(country.record.upper(), recorded()) or "leave 'record' out if there is none to lay beside"
        yield Problem((*path, "record"), what, "`thermidor record` lists what it has", mend)
    start = (*path, "start")
    for key, value in country.start.items():
        if key in CONDITIONS:
            yield from _value((*start, key), key, value, CONDITIONS[key])
        else:
            yield _unknown((*start, key), "condition", key, CONDITIONS)
    for key in REQUIRED:
        if key not in country.start:
            yield Problem((*start, key), f"missing condition '{key}'", CONDITIONS[key].meaning, _template(key))
    for group in SUMS_TO_ONE:
        yield from _sum(start, group, country.start)
    camps = {key: value.value for key, value in country.start.items() if key.startswith("camps.")}
    if sum(camps.values()) > 1.0 + SUM_TOLERANCE:
        why = "each grown person leans to one camp at most; the rest lean to none"
        what = f"the camps add up to {sum(camps.values()):.6g} of the grown people"
        yield Problem((*start, next(iter(camps))), what, why, "make them smaller, to 1 at most")
    if country.place is not None and not (abs(country.place[0]) <= 90.0 and abs(country.place[1]) <= 180.0):
        why = "it is [latitude, longitude] of the capital, from -90 to 90 and from -180 to 180 degrees"
        yield Problem(
            (*path, "place"), f"there is no place {list(country.place)} on earth", why, "check the two numbers"
        )
    for name, organisation in country.organisations.items():
        here = (*path, "organisations", name)
        if name not in ORGANISATIONS:
            yield _unknown(here, "organisation", name, ORGANISATIONS)
        for key, condition in ORGANISATION_CONDITIONS.items():
            if (value := getattr(organisation, key)) is not None:
                yield from _value((*here, key), key, value, condition)
        patron = organisation.patron
        if patron is not None and patron not in countries:
            yield _unknown((*here, "patron"), "country", patron, countries)
        if patron is not None and patron == path[-1]:
            yield Problem((*here, "patron"), "a country can't be patron of its own organisation", "", "name another")


def _template(key: str) -> str:
    return f"add '{key}: {{value: ..., unit: {CONDITIONS[key].unit}, source: ...}}'"


def _sum(start: Where, group: str, given: Mapping[str, Value]) -> Iterator[Problem]:
    entries = {key: value.value for key, value in given.items() if key.startswith(f"{group}.")}
    total = sum(entries.values())
    if not entries and group == "authority":
        return
    if not entries:
        yield Problem(start, f"missing conditions '{group}.*'", "their entries must sum to 1", f"add '{group}....'")
    elif abs(total - 1.0) > SUM_TOLERANCE:
        path = (*start, next(iter(entries)))
        why = f"{' + '.join(entries)} must be 1 (entries left out count as zero)"
        yield Problem(path, f"the entries of '{group}' sum to {total:.6g}", why, f"change one by {1.0 - total:+.6g}")


def _value(path: Where, key: str, value: Value, limits: Condition) -> Iterator[Problem]:
    if value.unit != limits.unit:
        what = f"the unit of '{key}' is {shown(value.unit)}"
        why, mend = f"it is read in '{limits.unit}'", f"write 'unit: {limits.unit}' and convert"
        yield Problem((*path, "unit"), what, why, mend)
    yield from _within((*path, "value"), f"'{key}'", value.value, limits)
    if value.range is None:
        if assumed(value.source):
            why = "every replicate draws an assumed number from its range"
            yield Problem(path, f"'{key}' is assumed and has no range", why, "add 'range: [low, high]' or a source")
        return
    low, high = value.range
    for bound in (low, high):
        yield from _within((*path, "range"), f"the range of '{key}'", bound, limits)
    if low > high:
        what = f"the range of '{key}' runs from {low:g} down to {high:g}"
        yield Problem((*path, "range"), what, "", "put the lower first")
    elif not low <= value.value <= high:
        what = f"'{key}' is {value.value:g}, outside its range {low:g} to {high:g}"
        yield Problem((*path, "value"), what, "", "widen the range or change the value")


def _within(path: Where, what: str, number: float, limits: Condition) -> Iterator[Problem]:
    if not limits.low <= number <= limits.high:
        why = f"{limits.meaning}: from {limits.low:g} to {limits.high:g} {limits.unit}"
        yield Problem(path, f"{what} is {number:g}, outside its limits", why, "check the number and its unit")


def _event(path: Where, event: OutsideWar | OutsidePath, scenario: Scenario) -> Iterator[Problem]:
    if event.country not in scenario.countries:
        yield _unknown((*path, "country"), "country", event.country, scenario.countries)
    if not 0.0 <= event.spread <= 1.0:
        yield Problem((*path, "spread"), f"the spread is {event.spread:g}", "it must be from 0 to 1")
    elif assumed(event.source) and event.spread == 0.0:
        why = "every replicate draws an assumed number from a range"
        yield Problem((*path, "spread"), "the event is assumed and has no spread", why, "add 'spread: 0.1' or a source")
    if event.kind == "war":
        dates = {"from": event.from_, "to": event.to}
        if month_number(event.from_) > month_number(event.to):
            yield Problem((*path, "to"), f"the war ends ({event.to}) before it begins ({event.from_})")
        for name, number in event.values.items():
            if name in WAR_VALUES:
                yield from _within((*path, "values", name), f"'{name}'", number, OUTSIDE_LIMITS[name])
            else:
                yield _unknown((*path, "values", name), "value of a war", name, WAR_VALUES)
        if "war" not in event.values:
            yield Problem((*path, "values"), "missing value 'war'", OUTSIDE_LIMITS["war"].meaning, "add 'war: ...'")
        dated = [((*path, key), month) for key, month in dates.items()]
    else:
        dated = [((*path, "knots", month), month) for month in event.knots]
        if not event.knots:
            yield Problem((*path, "knots"), "the path has no knot", "", "add one, such as {1920-01: 0.5}")
        for month, number in event.knots.items():
            yield from _within((*path, "knots", month), f"'{event.variable}'", number, OUTSIDE_LIMITS[event.variable])
    for where, month in dated:
        if not month_number(scenario.start) <= month_number(month) <= month_number(scenario.end):
            why = f"the scenario runs from {scenario.start} to {scenario.end}"
            yield Problem(where, f"the month {month} lies outside the scenario", why, "move the date inside")


def _clashes(events: Sequence[OutsideWar | OutsidePath]) -> Iterator[Problem]:
    paths: dict[tuple[str, str], int] = {}
    wars: dict[str, list[tuple[int, int, int]]] = {}
    for place, event in enumerate(events):
        if event.kind == "path":
            first = paths.setdefault((event.country, event.variable), place)
            if first != place:
                what = f"two paths of '{event.variable}' for '{shown_key(event.country)}'"
                yield Problem(("outside", place), what, f"outside[{first}] gives one", "join their knots")
        else:
            months = (month_number(event.from_), month_number(event.to), place)
            wars.setdefault(event.country, []).append(months)
    for country, spans in wars.items():
        spans.sort()
        for (_, end, one), (begin, _, other) in pairwise(spans):
            if begin <= end:
                what, why = f"two wars of '{shown_key(country)}' overlap", f"outside[{one}] lasts into this one"
                yield Problem(("outside", other), what, why, "split them, so that each month has one description")
