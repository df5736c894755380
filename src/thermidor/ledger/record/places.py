"""Countries of the record as the tests need them: their product, which were state-socialist and when, names and cases.

Places are keys of states (`countries.csv` of the record); a state's product is that of the lands it then had.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from thermidor.record.facts import by_year
from thermidor.record.read import source_of
from thermidor.record.states import State, spans

SOVIET, RIVAL, FIRST_REVOLUTION = "RUS", "DEU", "FRA"
"""The cases that the chapter itself compares; all else about a country stands in tables."""
STILL = 9999
"""Last year of a regime that goes on."""
HOW = ("inside", "mixed", "army")


class Regime(NamedTuple):
    """A state-socialist regime: its first year and the last at the end of which it stood.

    party  last year at the end of which its party ruled alone, with the plan or without
    how    it began: "inside" (by forces of the country), "army" (by another state's army) or "mixed"
    """

    place: str
    first: int
    last: int
    party: int
    how: str
    source: str
    basis: str


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this module, as they stand: column -> text."""
    text = (files(__package__) / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def regimes() -> Mapping[str, Regime]:
    """The state-socialist regimes by place."""
    return {
        row["country"]: Regime(
            row["country"], int(row["first_year"]), int(row["last_year"] or STILL),
            int(row["party_last_year"] or STILL), row["how"], row["source"], row["basis"],
        )
        for row in rows("state_socialist")
    }  # fmt: skip


def numbers(quantity: str) -> dict[int, dict[str, Any]]:
    """The rows of one quantity of `numbers.csv` by year, value, low and high as numbers or None."""
    return {
        int(row["year"]): row | {key: float(row[key]) if row[key] else None for key in ("value", "low", "high")}
        for row in rows("numbers")
        if row["quantity"] == quantity
    }


def planned(place: str, year: int) -> bool:
    """Whether a place was state-socialist at the end of a year."""
    return place in regimes() and regimes()[place].first <= year <= regimes()[place].last


def ever_planned(place: str, first: int, last: int) -> bool:
    """Whether a place was state-socialist in any of the years."""
    return place in regimes() and regimes()[place].first <= last and regimes()[place].last >= first


@cache
def existed(place: str, year: int) -> bool:
    """Whether there was a state of this key in a year."""
    return any(one.key == place and one.first <= year <= one.last for one in spans())


@cache
def title(place: str, year: int) -> str:
    """The name of a state in a year, or its key."""
    return next((one.title for one in spans() if one.key == place and one.first <= year <= one.last), place)


@cache
def product(place: str) -> Mapping[int, tuple[str, float]]:
    """GDP per head of a state: year -> (key of its land, thousand 2011 $ a year)."""
    found: dict[int, tuple[str, float]] = {}
    for one in spans():
        if one.key == place and len(one.product) == 1 and not _anothers(one):
            land = one.product[0]
            levels = by_year(land, "gdp_per_head").items()
            found |= {year: (land, value) for year, value in levels if one.first <= year <= one.last}
    return found


def _anothers(one: State) -> bool:
    """Whether a state has only the product of a larger one's land, which has it already."""
    land = one.product[0]
    others = [other for other in spans() if other.key == land != one.key]
    return any(other.first <= one.last and one.first <= other.last for other in others)


@cache
def places() -> tuple[str, ...]:
    """Every state of which the record has a product in some year."""
    return tuple(sorted({one.key for one in spans() if product(one.key)}))


def level(place: str, year: int) -> float | None:
    """GDP per head, thousand 2011 $ a year; None where the record lacks it."""
    found = product(place).get(year)
    return found[1] if found else None


def growth(place: str, first: int, last: int) -> float | None:
    """Growth of GDP per head in logarithmic percent a year; None where a year lacks or the land is another."""
    start, end = product(place).get(first), product(place).get(last)
    if start is None or end is None or start[0] != end[0]:
        return None
    return 100.0 * math.log(end[1] / start[1]) / (last - first)


def market_growth(first: int, last: int) -> dict[str, float]:
    """Growth from `first` to `last` of every place that was not state-socialist in any of these years."""
    found = {place: growth(place, first, last) for place in places() if not ever_planned(place, first, last)}
    return {place: value for place, value in found.items() if value is not None}


def planned_growth(first: int, last: int) -> dict[str, float]:
    """Growth of every place that was state-socialist in both years."""
    both = [place for place in regimes() if planned(place, first) and planned(place, last)]
    found = {place: growth(place, first, last) for place in both}
    return {place: value for place, value in found.items() if value is not None}


def near(place: str, year: int, within: int = 5) -> float | None:
    """GDP per head of the year, or of the nearest within so many (the later of two); None where there is none."""
    for distance in range(within + 1):
        for at in (year + distance, year - distance):
            if (found := level(place, at)) is not None:
                return found
    return None


@cache
def in_europe(place: str) -> bool:
    """Whether a state is European: on the list of the United Nations' regions, or before one that is."""
    return place in {row["country"] for row in rows("europe")}


def cited(*series: str) -> tuple[str, ...]:
    """The sources of series of the record, each once."""
    return tuple(dict.fromkeys(source_of(name) for name in series))


REGIMES = "state-socialist regimes after V-Dem v12 and Anckar and Fredriksson (2018), some years and manners recalled"
"""What every test says that takes the list for its cases."""
