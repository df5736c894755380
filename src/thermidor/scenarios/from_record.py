"""A complete scenario for any country and year that the historical record covers.

`scenario_from_record` gathers facts (`from_record_land`), carries out the mapping (`from_record_start`,
`from_record_polity`, `from_record_outside`; in words in `mapping.yaml`) and checks the scenario like a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from thermidor.errors import InputError
from thermidor.record import covers as recorded
from thermidor.record import facts
from thermidor.record.states import State, state, states_in
from thermidor.scenarios.conditions import CONDITIONS
from thermidor.scenarios.document import dotted
from thermidor.scenarios.from_record_land import Land, covers, land
from thermidor.scenarios.from_record_mapping import Entry, number
from thermidor.scenarios.from_record_outside import events
from thermidor.scenarios.from_record_polity import authority, camps, law, organisations, voice
from thermidor.scenarios.from_record_start import classes, economy, landlords_land, property_forms
from thermidor.scenarios.schema import Country, Scenario, scenario_from

FIRST_YEAR, LAST_YEAR = 1789, 2024
DEFAULT_YEARS = 10
MOST_YEARS = 400
SECOND_HALF = "07"
"""The month from which a start takes what is coded for the end of its own year."""
ALONE = "none"
"""Given in place of other countries: the country stands alone."""


def scenario_from_record(
    country: str,
    when: str,
    *,
    beside: Sequence[str] | None = None,
    until: int | None = None,
    name: str | None = None,
) -> Scenario:
    """Write the scenario of a country from a year (YYYY) or month (YYYY-MM) on.

    `beside`: names of other countries; left out, the leading country of the year is added; ["none"] adds none. The
    scenario lasts to December of `until` (ten years on by default). Raises InputError for what the record can't give.
    """
    start, year = _start(when)
    last = year + DEFAULT_YEARS if until is None else until
    if not year <= last <= year + MOST_YEARS:
        why = f"it begins in {year} and may last {MOST_YEARS} years"
        raise InputError(f"the last year is {last}", "--until", why, "give a later year")
    coded = year if start[5:] >= SECOND_HALF else year - 1
    first = land(state(country, year), year, coded)
    lands: dict[str, Land] = {}
    for one in (first, *(_beside(first, beside, coded))):
        lands[slug(one.state.title)] = one
    title = f"{first.state.title} from {when}"
    data = {
        "schema": 1,
        "name": name or f"{slug(first.state.title)}-{when}-record",
        "title": title,
        "about": about(first, [one for one in lands.values() if one is not first]),
        "start": start,
        "end": f"{last}-12",
        "countries": {key: country_of(one) for key, one in lands.items()},
        "outside": events(lands, start, last),
    }
    return scenario_from(data, lambda path: f"scenario from the record: {dotted(path)}")


def _start(when: str) -> tuple[str, int]:
    """The first month and the year of "1918" or "1918-11". Raises InputError."""
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", when, re.ASCII):
        raise InputError(f"can't read the year '{when[:40]}'", "YEAR", "a year is written YYYY, a month YYYY-MM")
    year = int(when[:4])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        why = f"the record runs from {FIRST_YEAR} to {LAST_YEAR}"
        raise InputError(f"the record has nothing of {year}", "YEAR", why, "give a year in between")
    return (when if "-" in when else f"{when}-01"), year


def _beside(first: Land, names: Sequence[str] | None, coded: int) -> list[Land]:
    if names is None:
        leader = leading(first.year, first.state.key)
        return [land(leader, first.year, coded)] if leader else []
    if [name.strip().lower() for name in names] == [ALONE]:
        return []
    found: dict[str, Land] = {}
    for name in names:
        other = state(name.strip(), first.year)
        if other.key == first.state.key or other.key in found:
            what = f"'{name.strip()}' stands in the scenario already"
            raise InputError(what, "--with", f"it is {other.title} ({other.key})", "name each country once")
        found[other.key] = land(other, first.year, coded)
    return list(found.values())


def leading(year: int, besides: str = "") -> State | None:
    """The large independent state with the highest GDP per head in a year, other than the one with key `besides`."""
    best: tuple[float, State] | None = None
    for one in states_in(year):
        if one.key == besides or not covers(one, year):
            continue
        people, made, sovereign = facts.people(one, year), facts.product(one, year), facts.index(one, "sovereign", year)
        if people is None or made is None or people.value < number("surroundings", "large"):
            continue
        if "regression" in made.source or (sovereign is not None and sovereign.value == 0.0):
            continue
        if best is None or made.value > best[0]:
            best = (made.value, one)
    return best[1] if best else None


def country_of(one: Land) -> dict[str, Any]:
    """A country's part of a scenario as plain data."""
    feudal = landlords_land(one)
    leans = camps(one)
    start: dict[str, Entry] = {
        **economy(one),
        **law(one),
        **classes(one, feudal),
        **property_forms(one),
        **voice(one, feudal),
        **authority(one),
        **leans,
    }
    data: dict[str, Any] = {
        "title": one.state.title,
        "record": record_key(one.state),
        "place": list(one.state.place),
        "start": {key: start[key] for key in CONDITIONS if key in start},
        "organisations": organisations(one, leans),
    }
    known = Country.model_fields
    return {key: value for key, value in data.items() if key in known and value is not None}


def record_key(one: State) -> str | None:
    """The key under which the record's series of a state are laid beside a run."""
    for key in (*one.product, one.key, *one.coded):
        if (len(one.product) < 2 or key not in one.product) and recorded(key):
            return key
    return None


def about(first: Land, others: Sequence[Land]) -> str:
    """What the scenario is, in words."""
    around = " and ".join(one.state.title for one in others) or "nobody"
    rule = "state property" if first.owned else "private property"
    return (
        f"{first.state.title} in {first.year} as the record has it: {first.people.value:.3g} million people, "
        f"GDP per head {first.product.value:.3g} thousand dollars of 2011, {rule}. Beside it: {around}. Every number "
        "says where it comes from; those that the record lacks are filled in by the rules of mapping.yaml and drawn "
        "from a range. Written by a command, not by somebody who knows the country."
    )


def slug(title: str) -> str:
    """A name for files and countries: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
