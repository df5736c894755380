"""Rule by command in market countries: how much of it, how often it changes, and when it ends (sections 6.26 to 6.31).

Regimes are those of Anckar and Fredriksson (2018). Their names say who rules, nothing on which class gains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from thermidor.ledger.record.coercion import point, same
from thermidor.ledger.record.exchange import exchanged
from thermidor.ledger.record.found import Dot, Found, Reading, higher
from thermidor.ledger.record.growth import UNIT, chosen, dots_of
from thermidor.ledger.record.panel import rank, slope, two_ways
from thermidor.ledger.record.places import (
    FIRST_REVOLUTION,
    cited,
    ever_planned,
    growth,
    level,
    market_growth,
    planned,
    title,
)
from thermidor.record import table
from thermidor.record.facts import by_year

COMMAND = frozenset({"Military rule", "Personalist rule", "Single-party rule", "Multi-party authoritarian rule"})
YEARS = (1914, 1989)
FEWEST = 20
"""Years of a regime below which a country is left out."""
SOURCES = ("Anckar and Fredriksson (2018)", *cited("gdp_per_head"))


@cache
def forms() -> Mapping[str, Mapping[int, str]]:
    """Kind of regime by place and year; years without one are absent."""
    found: dict[str, dict[int, str]] = {}
    for row in table("regimes"):
        if row["regimenarrowcat"]:
            found.setdefault(row["country"], {})[int(row["year"])] = row["regimenarrowcat"]
    return found


def _market_years(place: str) -> dict[int, str]:
    held = forms().get(place, {})
    return {year: kind for year, kind in held.items() if YEARS[0] <= year <= YEARS[1] and not planned(place, year)}


@cache
def _rich() -> Mapping[str, float]:
    """Mean logarithm of a place's product in its market years, less that of the middle country of each year."""
    logs = {
        place: {year: math.log(own) for year in _market_years(place) if (own := level(place, year))}
        for place in forms()
    }
    middle = {
        year: float(np.median([held[year] for held in logs.values() if year in held]))
        for year in set().union(*logs.values())
    }
    return {
        place: float(np.mean([value - middle[year] for year, value in held.items()]))
        for place, held in logs.items() if len(held) >= FEWEST
    }  # fmt: skip


def _colony(place: str) -> bool:
    """Whether a place was no sovereign state in 1914."""
    return by_year(place, "sovereign").get(1914, 0.0) < 1.0


def command_forms(shuffle: int | None = None) -> Found:
    """Share of a country's market years of 1914-89 under rule by command, on the logarithm of its product.

    A country is a row. Military, personal, single-party or authoritarian multi-party rule; product is taken beside the
    middle of each year. Poor countries may be ruled so because they are poor, or young, or once colonies. Shuffled,
    whole histories of rule go to other countries.
    """
    ruled = exchanged({place: _market_years(place) for place in _rich()}, shuffle)
    share = {place: float(np.mean([kind in COMMAND for kind in ruled[place].values()])) for place in _rich()}
    return _over_countries(
        share, "share of years for a product 2.7 times as high", "Share of years under rule by command"
    )


def switches_of_form(shuffle: int | None = None) -> Found:
    """Changes of the kind of regime in a hundred market years of 1914-89 on the logarithm of product, a country a row.

    Every change of kind counts, also to elected rule. Shuffled, whole histories of rule go to other countries.
    """
    ruled = exchanged({place: _market_years(place) for place in _rich()}, shuffle)
    often = {
        place: 100.0 * float(np.mean([held[year] != held[year - 1] for year in held if year - 1 in held]))
        for place, held in ruled.items()
    }
    return _over_countries(often, "changes in a hundred years for a product 2.7 times as high", "Changes of form in a "
                           "hundred years")  # fmt: skip


def _over_countries(told: Mapping[str, float], unit: str, name: str) -> Found:
    """A slope of one number a country on its product."""
    rich = _rich()
    names = sorted(rich)
    y, x = [told[p] for p in names], [rich[p] for p in names]
    fit = slope(y, x, names, key=unit)
    colony = np.array([[1.0, float(_colony(p))] for p in names])
    given = slope(y, x, names, colony, "colonies")
    poor, better = ([told[p] for p in names if (rich[p] < 0.0) == low] for low in (True, False))
    young = slope(y, [float(_colony(p)) for p in names], names, key="young")
    order = sorted(names, key=rich.__getitem__)
    fifths = [order[i * len(order) // 5 : (i + 1) * len(order) // 5] for i in range(5)]
    kept = [p for p in names if not _colony(p)]
    old = slope([told[p] for p in kept], [rich[p] for p in kept], kept, key="old states")
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=unit, cases=fit.cases,
        observations=sum(len(_market_years(p)) for p in names), detectable=fit.detectable, floor=fit.floor,
        sentence=f"{name}, market countries in 1914-89: {float(np.mean(poor)):.2f} in the poorer half, "
        f"{float(np.mean(better)):.2f} in the richer; {higher(fit.slope, 2, 'more', 'less')} for a product 2.7 times "
        "as high.",
        warning="that richer states are less often autocratic is what modernisation theory says too, which needs no "
        "empire; neighbours and former colonies of one power are not independent; what depends on empire is not coded",
        readings=(
            Reading("given whether it was a colony in 1914", given.slope, given.low, given.high, given.p),
            Reading("states that were sovereign in 1914 only", old.slope, old.low, old.high, old.p),
            Reading("colonies of 1914 less the others", young.slope, young.low, young.high, young.p),
        ),
        dots=tuple(
            _mean_dot(f"{label} fifth", [told[p] for p in group])
            for label, group in zip(("poorest", "second", "third", "fourth", "richest"), fifths, strict=True)
        ),
        sources=SOURCES,
    )  # fmt: skip


def _mean_dot(label: str, values: list[float]) -> Dot:
    middle, half = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return Dot(label, middle, middle - half, middle + half)


@cache
def _spells() -> tuple[tuple[str, int, float, float | None], ...]:
    """Years under rule by command: place, year, whether it had ended by the next, growth of the three years before."""
    found = []
    for place, held in forms().items():
        for year, kind in held.items():
            if kind in COMMAND and year + 1 in held and not ever_planned(place, year, year + 1) and year >= 1900:
                found.append((place, year, 100.0 * float(held[year + 1] not in COMMAND), growth(place, year - 3, year)))
    return tuple(found)


def end_of_command_and_growth(shuffle: int | None = None) -> Found:
    """Whether rule by command ends within a year, on growth of the three years before; effects of countries and years.

    Anckar and Fredriksson, Maddison 2023, market countries since 1900. Speaks of all rule by command, where the claim
    is on one; growth and rule may both hang on peace. Shuffled, histories of growth go whole to other countries.
    """
    rows, speeds = _spells(), dict[str, dict[int, float]]()
    for place, year, _, speed in rows:
        if speed is not None:
            speeds.setdefault(place, {})[year] = speed
    given = exchanged(speeds, shuffle)
    kept = [(p, y, ended, given[p][y]) for p, y, ended, _ in rows if p in given and y in given[p]]
    unit = "ends in a hundred years of rule for one percent more growth"
    return _endings(kept, unit, "one percent more growth a year", True, shuffle is None)


def end_of_command_and_cities(shuffle: int | None = None) -> Found:
    """Whether rule by command ends within a year, on the share of people in cities of 100,000, in tens of points.

    Anckar and Fredriksson, Correlates of War, market countries since 1900, effects of years only: town and country
    change too slowly for a country to be compared with itself. Few in cities stands for many peasants. Shuffled,
    histories of cities go whole to other countries.
    """
    rows = _spells()
    towns = {place: by_year(place, "city_share") for place in {row[0] for row in rows}}
    given = exchanged({place: held for place, held in towns.items() if held}, shuffle)
    kept = [(p, y, ended, 10.0 * given[p][y]) for p, y, ended, _ in rows if p in given and y in given[p]]
    unit = "ends in a hundred years of rule for ten more people in a hundred in cities"
    return _endings(kept, unit, "ten points more people in great cities", False, shuffle is None)


def _endings(rows: list[tuple[str, int, float, float]], unit: str, words: str, within: bool, whole: bool) -> Found:
    """A slope of ends of rule, with effects of years, and of countries if `within`; other readings only if `whole`."""
    who, when, y, x = zip(*rows, strict=True)
    ended = np.array(y)
    fit = slope(y, x, who, two_ways(who if within else [""] * len(rows), when), unit)
    readings: tuple[Reading, ...] = ()
    if whole:
        other = slope(y, x, who, two_ways([""] * len(rows) if within else who, when), unit + ", otherwise")
        name = "with effects of years only" if within else "with effects of countries and years"
        readings = (Reading(name, other.slope, other.low, other.high, other.p),)
    third = np.digitize(x, np.quantile(x, [1 / 3, 2 / 3]))
    often = [float(ended[third == part].mean()) for part in range(3)]
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=unit, cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"Rule by command ended in {float(ended.mean()):.1f} of a hundred years, "
        f"{higher(fit.slope, 2, 'more', 'fewer')} with {words} ({fit.low:.2f} to {fit.high:.2f}).",
        warning="all rule by command stands for one kind of it; when an end is dated decides the year",
        readings=readings,
        dots=tuple(point(f"{label} "
        f"third", value) for label, value in zip(("lowest", "middle", "highest"), often, strict=True)),
        sources=SOURCES if within else ("Anckar and Fredriksson (2018)", *cited("city_share")),
    )  # fmt: skip


def boom_under_the_second_empire(shuffle: int | None = None) -> Found:
    """Growth of product per head of the first revolution's country in 1851-69 beside other countries of the time.

    Maddison 2023. One case, and no country without the boom to compare; shuffled, any country may stand for it.
    """
    first, last = 1851, 1869
    others = {place: g for place, g in market_growth(first, last).items() if place != FIRST_REVOLUTION}
    own = growth(FIRST_REVOLUTION, first, last)
    assert own is not None
    value, others = chosen(others, own, shuffle, FIRST_REVOLUTION)
    here = rank(value, list(others.values()))
    before, after = growth(FIRST_REVOLUTION, 1831, 1847), growth(FIRST_REVOLUTION, 1872, 1890)
    name = title(FIRST_REVOLUTION, last)
    return Found(
        effect=here.beyond, low=here.low, high=here.high, p=here.p, unit=UNIT, cases=here.of, observations=2 * here.of,
        detectable=here.detectable, floor=here.floor,
        sentence=f"From {first} to {last} product per head grew by {value:.1f}% a year, in the middle country of the "
        f"time by {value - here.beyond:.1f}%: place {here.place} of {here.of}.",
        warning=f"one case; with {here.of} countries p can't fall below {here.floor:.2f}",
        readings=(same("growth in 1831-47", before or 0.0), same("growth in 1872-90", after or 0.0)),
        dots=(Dot(name, own, own, own), *dots_of(others, last)),
        sources=cited("gdp_per_head"),
    )  # fmt: skip
