"""What the record gives beside the world from 1913: years in which regimes broke or civil wars began, by country.

A source covers a country in the years that it codes; the model is counted in the same country-years and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.record.facts import by_year
from thermidor.record.read import table
from thermidor.record.states import State, spans

CHANGE = 3.0
"""Points of Polity's score by which it changes when a regime does (Marshall and Gurr 2020: a regime transition)."""
APART = 3
"""Years within which Polity's changes count as one break (the same)."""
DIED, LOST_WITHIN, LOST_ABROAD, FOREIGN, UPRISING, STANDS = "4", "5", "6", "7", "8", "13"
"""How a regime of V-Dem's list ended: its head died, lost civil war, lost war, intervention, uprising; or it stands."""
NO_KIND = ""

TAKEN = ("revolution", "political revolution")
"""Passages of the model that are a revolution; one that a foreign power sets up is a conquest."""
BREAKS = (*TAKEN, "counter-revolution", "coup", "fascist seizure", "hand-over", "conquest", "restoration")
"""Passages that are a break of the regime; several of one country in one month are one break."""

Years = Mapping[str, frozenset[int]]


class Source(NamedTuple):
    """Years of events by country, the years that the source covers, and the model's passages laid beside."""

    name: str
    counts: str
    passages: tuple[str, ...]
    events: dict[str, list[int]]
    covered: Years


def state_in(key: str, year: int) -> State | None:
    """The state that a scenario's key of the record stands for in a year; None where there was none."""
    found = [one for one in spans() if one.first <= year <= one.last]
    own = [one for one in found if one.key == key] or [one for one in found if key in one.product]
    return own[0] if own else None


def sources(keys: Mapping[str, str], first: int, last: int) -> list[Source]:
    """All sources for countries (by the record's key) from a year to a year."""
    risen, invaded = (UPRISING, LOST_WITHIN), (LOST_ABROAD, FOREIGN)
    return [
        _spells("revolutions", "popular uprisings and lost civil wars", TAKEN, keys, first, last, risen),
        _spells("conquests", "lost wars and interventions", ("conquest",), keys, first, last, invaded),
        _spells("breaks", "ends of regimes, deaths of rulers aside", BREAKS, keys, first, last),
        _polity(keys, first, last),
        _kinds(keys, first, last),
        _civil_wars(keys, first, last),
    ]


def _spells(
    name: str,
    counts: str,
    passages: tuple[str, ...],
    keys: Mapping[str, str],
    first: int,
    last: int,
    how: tuple[str, ...] = (),
) -> Source:
    """Ends of V-Dem's regimes, of some kinds or of all but a ruler's death."""
    events: dict[str, list[int]] = {}
    covered: dict[str, frozenset[int]] = {}
    for country, key in keys.items():
        years = set()
        for year in range(first, last + 1):
            one = state_in(key, year)
            rows = [] if one is None else [row for row in table("spells") if row["country"] == one.expert]
            if rows:
                years.add(year)
                ended = [row["regime_end_type_code"] for row in rows if _ended(row) == year]
                counted = [code in how if how else code not in (DIED, STANDS) for code in ended]
                events.setdefault(country, []).extend([year] * sum(counted))
        if years:
            covered[country] = frozenset(years)
    return Source(f"V-Dem's list: {name}", counts, passages, events, covered)


def _ended(row: Mapping[str, str]) -> int | None:
    """The year in which a regime of the list ended, by the date in its name; None while it stands."""
    found = re.findall(r"(\d{4})\s*\)", row["v2reginfo"])
    return int(found[-1]) if found else None


def _polity(keys: Mapping[str, str], first: int, last: int) -> Source:
    """Years in which Polity's score has changed by three points or more within three years."""
    events, covered = {}, {}
    for country, key in keys.items():
        score = {}
        for year in range(first - APART + 1, last + 1):
            one = state_in(key, year)
            found = [by_year(code, "polity").get(year) for code in one.coded] if one else []
            if found and found[0] is not None:
                score[year] = found[0]
        covered[country] = frozenset(year for year in score if year - 1 in score and year >= first)
        events[country] = spaced((year for year in sorted(covered[country]) if moved(score, year)), APART)
    return Source("Polity: breaks", f"changes of {CHANGE:g} points within three years", BREAKS, events, covered)


def moved(score: Mapping[int, float], year: int) -> bool:
    """Whether the score of a year differs by three points or more from one of the two years before."""
    return any(abs(score[year] - score[year - k]) >= CHANGE for k in range(1, APART) if year - k in score)


def spaced(years: Iterable[int], apart: int) -> list[int]:
    """The years that do not follow the last one kept within so many years."""
    kept: list[int] = []
    for year in years:
        if not kept or year - kept[-1] >= apart:
            kept.append(year)
    return kept


def _kinds(keys: Mapping[str, str], first: int, last: int) -> Source:
    """Years in which Anckar and Fredriksson's kind of regime is another than the last that was known."""
    rows: dict[str, dict[int, str]] = {}
    for row in table("regimes"):
        rows.setdefault(row["country"], {})[int(row["year"])] = row["regimenarrowcat"]
    events: dict[str, list[int]] = {}
    covered: dict[str, frozenset[int]] = {}
    for country, key in keys.items():
        before, years = NO_KIND, set()
        for year in range(first - 1, last + 1):
            one = state_in(key, year)
            told = [rows[code][year] for code in one.coded if year in rows.get(code, {})] if one else []
            if told and year >= first:
                years.add(year)
            kind = told[0] if told else NO_KIND
            if NO_KIND not in (kind, before) and kind != before and year >= first:
                events.setdefault(country, []).append(year)
            before = kind or before
        covered[country] = frozenset(years)
    return Source("Anckar and Fredriksson: breaks", "changes of the kind of regime", BREAKS, events, covered)


def _civil_wars(keys: Mapping[str, str], first: int, last: int) -> Source:
    """Years in which a war over central control began within a state, from both tables of the record."""
    wars = [row for row in table("civil_wars") if row["primary_state"] == "1" and row["onset"] == "1"]
    wars += table("civil_wars_begun")
    events: dict[str, list[int]] = {}
    covered: dict[str, frozenset[int]] = {}
    for country, key in keys.items():
        there = {year: one for year in range(first, last + 1) if (one := state_in(key, year)) is not None}
        covered[country] = frozenset(there)
        for row in wars:
            year = int(row["year"])
            if row["wartype"] == "central control" and year in there and row["country"] in there[year].coded:
                events.setdefault(country, []).append(year)
    return Source("Correlates of War: civil wars", "wars over central control begun", ("civil war",), events, covered)


def decades(first: int, last: int) -> list[tuple[int, int]]:
    """The calendar's decades from a year to a year, cut at both; a last one of a single year joins the one before."""
    starts = [first, *(year for year in range(first + 1, last + 1) if year % 10 == 0 and last - year > 0)]
    return [(year, after - 1) for year, after in zip(starts, [*starts[1:], last + 1], strict=True)]


def by_decade(years: Iterable[int], spans_of: list[tuple[int, int]]) -> list[int]:
    """How many of the years lie in each span."""
    given = list(years)
    return [sum(first <= year <= last for year in given) for first, last in spans_of]


def band(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """The 5, 50 and 95% points of counts [run]."""
    low, middle, high = (float(q) for q in np.quantile(counts, (0.05, 0.5, 0.95)))
    return low, middle, high


def beside(recorded: float, low: float, high: float) -> str:
    """Where the record lies beside the model's band."""
    return "inside" if low <= recorded <= high else "above" if recorded > high else "below"
