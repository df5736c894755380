"""What the record says of a state in a year: observed, between two years, or filled in by a stated model.

The models, their errors and the limits stand in `filling.yaml`. Every fact says where it comes from; one that was not
observed has a range and is to be marked assumed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from thermidor.errors import InputError
from thermidor.record.read import record, source_of
from thermidor.record.states import State

EDGE = 0.005
"""Shares are held this far from 0 and 1 before log-odds are taken."""
BASE_YEAR = 1950


class Fact(NamedTuple):
    """A number with where it comes from; `low` and `high` are None where it was observed."""

    value: float
    source: str
    low: float | None = None
    high: float | None = None

    @property
    def observed(self) -> bool:
        """Whether a source has the number for the year."""
        return self.low is None


@cache
def filling() -> dict[str, Any]:
    """The content of `filling.yaml`."""
    import yaml

    text = (files(__package__) / "filling.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def by_year(key: str, series: str) -> Mapping[int, float]:
    """A series as year -> value, empty where the record has none."""
    try:
        return record(key, series).by_year()
    except InputError:
        return {}


def index(state: State, series: str, year: int) -> Fact | None:
    """An index or a yes-or-no of the year, or of the nearest year within the limit (the earlier of two)."""
    within = filling()["within"]["index"]["value"]
    for distance in range(within + 1):
        for at in (year - distance, year + distance):
            for key in (*state.coded, state.expert):
                value = by_year(key, series).get(at) if key else None
                if value is not None:
                    return Fact(value, _cited(series, at))
    return None


def _cited(series: str, *years: int) -> str:
    return f"{source_of(series)}, {' and '.join(map(str, years))}"


def product(state: State, year: int) -> Fact | None:
    """GDP per head, thousand 2011 $ a year; None where there is neither a value nor a model's parts."""
    parts = [fact for key in state.product if (fact := _level(key, "gdp_per_head", year))]
    if parts and len(parts) == len(state.product):
        return parts[0] if len(parts) == 1 else _of_lands(state, parts, year)
    return _estimated_product(state, year) if state.coded else None


def _of_lands(state: State, parts: list[Fact], year: int) -> Fact:
    weights = [found.value if (found := _level(key, "population", year)) else 1.0 for key in state.product]
    value = sum(w * part.value for w, part in zip(weights, parts, strict=True)) / sum(weights)
    error = 0.1 * value
    return Fact(value, f"mean of {', '.join(state.product)} by people; {parts[0].source}", value - error, value + error)


def _estimated_product(state: State, year: int) -> Fact | None:
    terms = {
        "log_energy": _per_head(state, year),
        "root_city": _root_city(state, year),
        "electoral": (found := electoral(state, year)) and found.value,
    }
    return modelled("gdp_per_head", year, terms)


def _per_head(state: State, year: int) -> float | None:
    energy, people = index(state, "energy", year), index(state, "state_population", year)
    return math.log(energy.value / people.value + 0.003) if energy and people and people.value > 0.0 else None


def _root_city(state: State, year: int) -> float | None:
    found = index(state, "city_share", year)
    return math.sqrt(min(found.value, 1.0)) if found else None


def people(state: State, year: int) -> Fact | None:
    """People, million: of the state in its borders of the day, or of the land, as the table of states says."""
    state_wide = [fact for key in state.coded if (fact := _level(key, "state_population", year))]
    of_land = [fact for key in state.product if (fact := _level(key, "population", year))]
    first, second = (state_wide, of_land) if state.people_coded else (of_land, state_wide)
    return first[0] if first else second[0] if second else None


def _level(key: str, series: str, year: int) -> Fact | None:
    """A level of the year, or on the straight line of logarithms between the nearest years, or carried a little.

    People are carried further, at the growth between the two nearest years.
    """
    known = {at: value for at, value in by_year(key, series).items() if value > 0.0}
    if year in known:
        return Fact(known[year], _cited(series, year))
    limits, moving = filling()["within"], series != "gdp_per_head"
    before, after = sorted((y for y in known if y < year), reverse=True), sorted(y for y in known if y > year)
    end = limits["people" if moving else "end"]["value"]
    if before and after and after[0] - before[0] <= limits["level"]["value"]:
        pair, distance = (before[0], after[0]), min(year - before[0], after[0] - year)
        source = f"between the years of {_cited(series, *pair)}"
    elif not after and before and year - before[0] <= end:
        pair, distance = (before[0], before[1] if moving and len(before) > 1 else before[0]), 2 * (year - before[0])
        source = f"carried on from {_cited(series, before[0])}"
    elif not before and after and after[0] - year <= end:
        pair, distance = (after[0], after[1] if moving and len(after) > 1 else after[0]), 2 * (after[0] - year)
        source = f"carried back from {_cited(series, after[0])}"
    else:
        return None
    one, other = pair
    slope = math.log(known[other] / known[one]) / (other - one) if other != one else 0.0
    gap = filling()["gaps"]["population" if moving else series]
    log, error = math.log(known[one]) + slope * (year - one), _width() * gap["scale"] * distance ** gap["power"]
    return Fact(math.exp(log), source, math.exp(log - error), math.exp(log + error))


def _width() -> float:
    return float(filling()["width"]["value"])


def electoral(state: State, year: int) -> Fact | None:
    """Electoral democracy, 0-1: V-Dem's, or the mean of country-years with the same lexical index."""
    if found := index(state, "electoral_democracy", year):
        return found
    lexical = index(state, "lexical", year)
    return _mean("electoral", int(lexical.value), lexical.source) if lexical else None


def _mean(table: str, answer: object, source: str) -> Fact:
    mean, deviation = filling()["means"][table][answer]
    error = _width() * deviation
    return Fact(
        mean, f"mean of the country-years with the same answer ({source})", max(mean - error, 0.0), mean + error
    )


def constraints(state: State, year: int) -> Fact | None:
    """Constraints on the head of the executive, 0 none to 1 parity."""
    if (found := index(state, "constraints", year)) and 1.0 <= found.value <= 7.0:
        return found._replace(value=(found.value - 1.0) / 6.0)
    democracy = electoral(state, year)
    return modelled("constraints", year, {"electoral": democracy.value}) if democracy else None


def association(state: State, year: int) -> Fact | None:
    """Freedom of association, 0-1."""
    if found := index(state, "association", year):
        return found
    democracy = electoral(state, year)
    if democracy is None:
        return None
    return modelled("association", year, {"electoral": democracy.value, "electoral_squared": democracy.value**2})


def integrity(state: State, year: int) -> Fact | None:
    """Freedom from political killing and torture, 0-1."""
    if found := index(state, "physical_integrity", year):
        return found
    freedom = association(state, year)
    return modelled("integrity", year, {"association": freedom.value}) if freedom else None


def suffrage(state: State, year: int) -> Fact | None:
    """Adults with the legal right to vote, share of adults."""
    if found := index(state, "suffrage", year):
        return found
    men, women = index(state, "men_vote", year), index(state, "women_vote", year)
    if men is None or women is None:
        return None
    return _mean("suffrage", f"{int(max(men.value, women.value))} {int(women.value)}", men.source)


def soldiers(state: State, year: int) -> Fact:
    """Military personnel, share of people."""
    return index(state, "soldiers_share", year) or _mean("soldiers", "any", "none given")


def arms(state: State, year: int) -> Fact | None:
    """Military expenditure, share of product."""
    if found := index(state, "military_share", year):
        return found
    return modelled("arms", year, {"log_soldiers": math.log(max(soldiers(state, year).value, 1e-4))})


def literacy(state: State, year: int) -> Fact | None:
    """Adults who can read and write, share of adults: counted, or from their schooling, or from the product."""
    if found := _share(state, "literacy", year):
        return found
    known, made = by_year(state.expert, "education_years"), product(state, year)
    if known and min(known) <= year <= max(known) + filling()["within"]["end"]["value"]:
        years = sorted(known)
        return modelled(
            "literacy_by_schooling", year, {"schooling": float(np.interp(year, years, [known[y] for y in years]))}
        )
    return modelled("literacy", year, {"log_product": math.log(made.value)}) if made else None


def urban(state: State, year: int) -> Fact | None:
    """People in towns, share of people."""
    if (found := _share(state, "urban_share", year)) or (made := product(state, year)) is None:
        return found
    terms = {"log_product": math.log(made.value), "root_city": _root_city(state, year)}
    return modelled("urban_in_cities", year, terms) or modelled("urban", year, terms)


def _share(state: State, series: str, year: int) -> Fact | None:
    """A share between its nearest years, on a straight line of log-odds."""
    known = by_year(state.expert, series) if state.expert else {}
    if year in known:
        return Fact(known[year], _cited(series, year))
    before, after = max((y for y in known if y < year), default=None), min((y for y in known if y > year), default=None)
    limits, gap = filling()["within"], filling()["gaps"]["share"]
    if before is not None and after is not None and after - before <= limits["share"]["value"]:
        share = (year - before) / (after - before)
        middle = (1.0 - share) * odds(known[before]) + share * odds(known[after])
        error = _width() * gap["scale"] * min(year - before, after - year) ** gap["power"]
        source = f"between the years of {_cited(series, before, after)}"
        return Fact(_from_odds(middle), source, _from_odds(middle - error), _from_odds(middle + error))
    ends = [y for y in (before, after) if y is not None and abs(y - year) <= limits["end"]["value"]]
    if not ends:
        return None
    error = _width() * gap["scale"] * abs(ends[0] - year)
    middle = odds(known[ends[0]])
    source = f"carried over from {_cited(series, ends[0])}"
    return Fact(_from_odds(middle), source, _from_odds(middle - error), _from_odds(middle + error))


def modelled(name: str, year: int, terms: Mapping[str, float | None]) -> Fact | None:
    """The value a model of `filling.yaml` gives, with its range; None where a part is missing."""
    model = filling()["models"][name]
    parts = {"one": 1.0, "century": (year - BASE_YEAR) / 100.0, **terms}
    total = 0.0
    for term, factor in model["terms"].items():
        part = parts.get(term)
        if part is None:
            return None
        total += factor * part
    back: Callable[[float], float] = {"same": _held, "log": math.exp, "odds": _from_odds}[model["measure"]]
    error = _width() * model["error"]
    source = f"regression '{name}' over {model['rows']} country-years of the record"
    return Fact(back(total), source, back(total - error), back(total + error))


def _held(number: float) -> float:
    return min(max(number, 0.0), 1.0)


def odds(share: float) -> float:
    """The logarithm of the odds of a share, held off its ends by EDGE."""
    held = min(max(share, EDGE), 1.0 - EDGE)
    return math.log(held / (1.0 - held))


def _from_odds(number: float) -> float:
    return 1.0 / (1.0 + math.exp(-number))
