"""What reaches countries from outside over the years of a scenario: wars, hostility, embargo, demand from abroad."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from thermidor.record import facts
from thermidor.record.facts import by_year
from thermidor.record.read import countries, source_of
from thermidor.record.states import State, states_in
from thermidor.record.wars import War, wars_of
from thermidor.scenarios.conditions import OUTSIDE_LIMITS
from thermidor.scenarios.from_record_land import Land, severity
from thermidor.scenarios.from_record_mapping import held, mapping, number, rounded, state_property

Event = dict[str, Any]
RISING = 1.5
"""Power by which hostility rises with the rivals' share: a little threat is felt less than in proportion."""
BEST_OF = 6
"""Years before whose best product the demand from abroad is measured against."""


def events(lands: Mapping[str, Land], start: str, until: int) -> list[Event]:
    """The outside events of all countries of a scenario: `lands` by their names in it, `start` its first month.

    The property of the scenario's own countries is that of the start: what becomes of it is for the model to say.
    """
    owned = {one.state.key: one.owned is not None for one in lands.values()}
    left_out = frozenset(key for one in lands.values() for key in one.state.product)
    found: list[Event] = []
    for name, one in lands.items():
        threat = {at: hostility(one.state, at, owned) for at in _knots(int(start[:4]), until)}
        found += _wars(name, one.state, start, until)
        found += _path(name, "hostility", _dated(threat, start, until), start, until, _hostility_source())
        if one.owned:
            found += _path(name, "embargo", _embargo(start, until), start, until, _embargo_source())
        found += _trade_slump(name, left_out, start, until)
    return found


def _spread() -> float:
    return float(mapping()["lines"]["outside"]["either_way"])


def _wars(name: str, state: State, start: str, until: int) -> list[Event]:
    found = []
    for war in wars_of(state):
        first, last = _months(war)
        first, last = max(first, start), min(last, f"{until}-12")
        people = facts.people(state, war.first)
        if first > last or people is None or severity(war, people.value) < number("outside", "small"):
            continue
        rate = (war.deaths or 0.0) / (people.value * 1e6) / war.years * number("outside", "all_deaths")
        values = {
            "war": rounded(severity(war, people.value)),
            "destruction": number("outside", "destruction"),
            "treatment": number("outside", "treatment"),
            "war_deaths": rounded(min(rate, OUTSIDE_LIMITS["war_deaths"].high)),
        }
        if "victory" in OUTSIDE_LIMITS:
            values["victory"] = war.outcome
        deaths = "unknown" if war.deaths is None else f"{war.deaths:,.0f}"
        source = (
            f"assumed: {source_of('wars')}, {war.first}-{war.last}, enemies {', '.join(war.enemies)}; soldiers' deaths "
            f"{deaths}; months, destruction and treatment are not recorded; mapping line 'outside'"
        )
        event = {"kind": "war", "country": name, "from": first, "to": last, "values": values}
        found.append(event | {"spread": _spread(), "source": source})
    return found


def _months(war: War) -> tuple[str, str]:
    if war.first == war.last:
        return f"{war.first}-04", f"{war.first}-09"
    return f"{war.first}-07", f"{war.last}-06"


def _path(name: str, variable: str, course: dict[str, float], start: str, until: int, source: str) -> list[Event]:
    if variable not in OUTSIDE_LIMITS or not any(course.values()):
        return []
    knots = {month: value for month, value in sorted(course.items()) if start <= month <= f"{until}-12"}
    event = {"kind": "path", "country": name, "variable": variable, "knots": knots}
    return [event | {"spread": _spread(), "source": source}]


def _knots(year: int, until: int) -> list[int]:
    step = int(number("outside", "step"))
    return sorted({year, until, *range(year, until, step)})


def _month_of(at: int, start: str, until: int) -> str:
    """A knot's month: the middle of its year, but the scenario's first and last month at its ends."""
    return start if at == int(start[:4]) else f"{at}-12" if at == until else f"{at}-07"


def _dated(course: Mapping[int, float], start: str, until: int) -> dict[str, float]:
    return {_month_of(at, start, until): rounded(value) for at, value in course.items()}


def hostility(one: State, year: int, owned: Mapping[str, bool]) -> float:
    """Military threat from abroad, 0-1: the armed capability of rivals beside that of the own side.

    `owned` says of the scenario's countries whether property was the state's at its start.
    """

    def mine(other: State) -> bool:
        return owned.get(other.key, state_property(other, year) is not None)

    own = _capability(one, year, armed=False)
    if own is None:
        return number("outside", "peace")
    takes_sides = mine(one) or own >= number("outside", "power")
    wars = [war for war in wars_of(one) if war.first <= year <= war.last + number("outside", "grudge")]
    foes = {key for war in wars for key in war.enemies}
    rivals, side = 0.0, own
    for other in states_in(year):
        weight = None if other.key == one.key else _capability(other, year, armed=True)
        if weight is not None and (foes & set(other.coded) or (takes_sides and mine(other) != mine(one))):
            rivals += weight
        elif weight is not None and mine(one) and mine(other):
            side += number("outside", "allies") * weight
    share = rivals / (rivals + side) if rivals else 0.0
    return float(number("outside", "peace") + number("outside", "most") * share**RISING)


@cache
def _capability(one: State, year: int, armed: bool) -> float | None:
    """A state's share of the world's capability; `armed`: as far as it spends on arms."""
    found = facts.index(one, "capability", year) if one.coded else None
    if found is None or not armed:
        return found.value if found else None
    spent = facts.arms(one, year)
    return found.value * min(1.0, (spent.value if spent else 0.0) / number("outside", "effort"))


def _hostility_source() -> str:
    return f"assumed: weight of rivals' capability and soldiers ({source_of('capability')}); mapping line 'outside'"


def _embargo(start: str, until: int) -> dict[str, float]:
    year, end, level = int(start[:4]), int(number("outside", "embargo_end")), number("outside", "embargo")
    course = {at: level if at <= end else 0.0 for at in sorted({year, min(max(end, year), until), until})}
    if year <= end < until:
        course[end + 1] = 0.0
    return _dated(course, start, until)


def _embargo_source() -> str:
    return "assumed: trade and technique withheld between the two kinds of property; mapping line 'outside'"


def _trade_slump(name: str, left_out: frozenset[str], start: str, until: int) -> list[Event]:
    ratio = number("outside", "trade_ratio")
    falls = {at: min(ratio * shortfall_abroad(at, left_out), 1.0) for at in range(int(start[:4]), until + 1)}
    if max(falls.values()) < number("outside", "trade_small"):
        return []
    source = (
        f"assumed: product of the countries outside the scenario below its best of the {BEST_OF} years before "
        f"({source_of('gdp')}); mapping line 'outside'"
    )
    bends = {at: fall for at, fall in falls.items() if not fall == falls.get(at - 1) == falls.get(at + 1)}
    return _path(name, "trade_slump", _dated(bends, start, until), start, until, source)


@cache
def shortfall_abroad(year: int, left_out: frozenset[str]) -> float:
    """How far the product of all countries but some lies below its best of the years before, 0-1.

    Countries count that the record has for every one of these years.
    """
    years = range(year - BEST_OF, year + 1)
    series = [by_year(key, "gdp") for key in countries() if key not in left_out]
    whole = [known for known in series if all(at in known for at in years)]
    totals = [sum(known[at] for known in whole) for at in years]
    return held(1.0 - totals[-1] / max(totals), 0.0, 1.0) if whole else 0.0
