"""Slowdown and end: growth of planned economies after 1973, before 1989, and beside the frontier (sections 4 to 7)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from thermidor.ledger.record.exchange import apart
from thermidor.ledger.record.found import Dot, Found, Reading, higher
from thermidor.ledger.record.growth import UNIT
from thermidor.ledger.record.panel import draws, one_case, slope, two_ways
from thermidor.ledger.record.places import (
    REGIMES,
    SOVIET,
    cited,
    ever_planned,
    growth,
    in_europe,
    level,
    places,
    planned,
    planned_growth,
    product,
    regimes,
    title,
)
from thermidor.record.facts import by_year

BEFORE, AFTER = (1950, 1973), (1973, 1988)
STAYED = 1995
"""A party that ruled alone after this year counts as one that stayed."""


def _two_periods(
    counts: Callable[[str], bool], shuffle: int | None
) -> tuple[list[str], dict[str, tuple[float, float]], dict[str, bool]]:
    """Places with growth before and after 1973, both growths, and which were planned throughout."""
    both = {}
    for place in filter(counts, places()):
        one, two = growth(place, *BEFORE), growth(place, *AFTER)
        whole = planned(place, BEFORE[0]) and planned(place, AFTER[1])
        if one is not None and two is not None and (whole or not ever_planned(place, BEFORE[0], AFTER[1])):
            both[place] = (one, two)
    names = sorted(both)
    plan = [planned(name, BEFORE[0]) for name in names]
    if shuffle is not None:
        plan = list(draws("plan", shuffle).permutation(plan))
    return names, both, dict(zip(names, (bool(one) for one in plan), strict=True))


def plan_after_1973(shuffle: int | None = None) -> Found:
    """Change of growth from 1950-73 to 1973-88: planned less market economies (difference in differences).

    Maddison 2023; a country is a case, p by wild cluster bootstrap, permutation as another reading. Tells whether
    planned economies slowed down more; an ageing plant or the end of spare labour would look the same.
    """
    return _slowdown(lambda _place: True, shuffle, "all countries")


def plan_after_1973_in_europe(shuffle: int | None = None) -> Found:
    """As `plan_after_1973`, among European states only (a list): nearer neighbours, and fewer of them.

    The choice decides the answer: beside the world, where oil and debt hit many market economies, nothing is left of
    it.
    """
    return _slowdown(in_europe, shuffle, "European countries")


def _slowdown(counts: Callable[[str], bool], shuffle: int | None, where: str) -> Found:
    names, both, plan = _two_periods(counts, shuffle)
    y = [rate for name in names for rate in both[name]]
    x = [float(plan[name] and after) for name in names for after in (False, True)]
    who = [name for name in names for _ in range(2)]
    when = [after for _ in names for after in (0, 1)]
    fit = slope(y, x, who, two_ways(who, when), where)
    change = {name: both[name][1] - both[name][0] for name in names}
    again = apart(change, plan, where)
    start = [math.log(level(name, BEFORE[0]) or 1.0) for name in names]
    changes, own = [change[name] for name in names], [float(plan[name]) for name in names]
    given = slope(changes, own, names, np.column_stack([np.ones(len(names)), start]), "start")
    fast = slope(
        changes, own, names, np.column_stack([np.ones(len(names)), start, [both[n][0] for n in names]]), "fast"
    )
    with_plan = sorted((name for name in names if plan[name]), key=change.__getitem__)
    fall = -float(np.mean([change[name] for name in with_plan]))
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=UNIT, cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"Among {where} growth fell by {fall:.1f} points after 1973 in {len(with_plan)} planned economies "
        f"and by {fall + fit.slope:.1f} in {len(names) - len(with_plan)} market ones.",
        warning=f"{len(with_plan)} planned economies, tied to each other; other causes give the same curve",
        readings=(
            Reading("p by permutation of which countries were planned", again.slope, again.low, again.high, again.p),
            Reading("given the product of 1950", given.slope, given.low, given.high, given.p),
            Reading("given the product of 1950 and growth to 1973", fast.slope, fast.low, fast.high, fast.p),
        ),
        dots=tuple(Dot(title(name, 1970), change[name], change[name], change[name]) for name in with_plan[:12]),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip


def slowdown_with_level(shuffle: int | None = None) -> Found:
    """How growth over five years goes with the product at their start, planned less market economies, 1950-88.

    Maddison 2023; spans of five years, countries with themselves and years with each other (two-way effects); the
    level of product stands for complexity. Cases are countries, p by wild cluster bootstrap.
    """
    starts = range(1950, 1985, 5)
    rows = []
    kinds: dict[str, bool] = {}
    for place in places():
        spells = [(year, growth(place, year, min(year + 5, 1988)), level(place, year)) for year in starts]
        for year, value, start in spells:
            plan = planned(place, year) and planned(place, min(year + 5, 1988))
            if value is not None and start is not None and (plan or not ever_planned(place, year, year + 5)):
                rows.append((place, year, value, math.log(start)))
                kinds[place] = kinds.get(place, False) or plan
    if shuffle is not None:
        names = sorted(kinds)
        kinds = dict(zip(names, draws("plan", shuffle).permutation([kinds[n] for n in names]), strict=True))
    who, when = [row[0] for row in rows], [row[1] for row in rows]
    logs = np.array([row[3] for row in rows])
    logs = logs - logs.mean()
    own = np.array([float(kinds[place]) for place in who])
    values, shared = [row[2] for row in rows], np.column_stack([two_ways(who, when), logs])
    fit = slope(values, own * logs, who, shared, "level")
    apart_years = slope(values, own * logs, who, np.column_stack([shared, _by_year(own, when)]), "level, own years")
    count = sum(kinds[place] for place in set(who))
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=f"{UNIT} for a product 2.7 times as high",
        cases=fit.cases, observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"As product rose 2.7 times, growth in {count} planned economies rose by "
        f"{higher(fit.slope, 1, 'points more', 'points less')} a year than in {len(set(who)) - count} market ones.",
        warning="level stands for complexity; a short history of one country makes slopes too steep in both groups",
        readings=(
            Reading("planned economies compared with planned ones of the same years only", apart_years.slope,
                    apart_years.low, apart_years.high, apart_years.p),
        ),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip


def _by_year(own: np.ndarray, when: list[int]) -> np.ndarray:
    years = sorted(set(when))[1:]
    return np.column_stack([own * (np.array(when) == year) for year in years])


def growth_before_the_end(shuffle: int | None = None) -> Found:
    """Change of growth from 1961-73 to 1979-88: regimes that ended by 1992 less those whose party stayed.

    Maddison 2023; a country is a case, p by permutation of which ended. 1961 is the first year with more than two of
    those that stayed. Few cases; those that ended were one bloc.
    """
    early, late = planned_growth(1961, 1973), growing(1979, 1988)
    change = {place: late[place] - early[place] for place in late if place in early}
    return _ended(change, shuffle, "change of growth from 1961-73 to 1979-88")


def leavers_and_growth(shuffle: int | None = None) -> Found:
    """Growth in 1979-88: state-socialist regimes that ended in 1988-91 less those whose party stayed.

    Maddison 2023; a country is a case, p by permutation of which ended. Two that stayed had turned to the market
    before.
    """
    return _ended(growing(1979, 1988), shuffle, "growth in 1979-88")


def growing(first: int, last: int) -> dict[str, float]:
    """Growth of every state that was state-socialist in the first year, whether its plan lasted or not."""
    found = {place: growth(place, first, last) for place in regimes() if planned(place, first)}
    return {place: value for place, value in found.items() if value is not None}


def _ended(values: dict[str, float], shuffle: int | None, what: str) -> Found:
    names = sorted(values)
    gone = {name: regimes()[name].party < STAYED for name in names}
    if shuffle is not None:
        gone = dict(zip(names, draws("ended", shuffle).permutation([gone[n] for n in names]), strict=True))
    fit = apart(values, gone, what)
    ended = [values[name] for name in names if gone[name]]
    rest = [values[name] for name in names if not gone[name]]
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=UNIT, cases=fit.cases, observations=2 * fit.cases,
        detectable=fit.detectable, floor=fit.floor,
        sentence=f"{what[0].upper()}{what[1:]}: {float(np.mean(ended)):+.1f}% a year in {len(ended)} countries whose "
        f"party lost power by 1992, {float(np.mean(rest)):+.1f}% in {len(rest)} where it stayed.",
        warning="few cases, and those that ended were one bloc under one patron: nearly one event",
        dots=tuple(
            Dot(f"{title(n, 1985)}, {'ended' if gone[n] else 'stayed'}", values[n], values[n], values[n])
            for n in sorted(names, key=values.__getitem__)[:12]
        ),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip


def product_beside_the_frontier(shuffle: int | None = None) -> Found:
    """GDP per head of state-socialist countries over that of the frontier, each in its best year; less one.

    Maddison 2023. The frontier is the mean of the five highest market economies of at least five million people, so
    that oil states do not make it. Description of the highest country; product per head stands for productivity.
    """
    one_case(shuffle)
    best = {place: _best(place) for place in regimes()}
    known = {place: found for place, found in best.items() if found is not None}
    top = max(known, key=lambda place: known[place][0])
    own = known[SOVIET]
    ranked = sorted(known, key=lambda place: -known[place][0])
    gap = known[top][0] - 1.0
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="share of the frontier, less one", cases=len(known),
        observations=len(known),
        sentence=f"None of {len(known)} state-socialist countries came nearer to the frontier than "
        f"{title(top, known[top][1])} ({100 * known[top][0]:.0f}% in {known[top][1]}); the Soviet Union reached "
        f"{100 * own[0]:.0f}% in {own[1]}.",
        warning="the frontier is the mean of the five most productive market economies of five million people or more",
        readings=(Reading("the Soviet Union alone", own[0] - 1.0, own[0] - 1.0, own[0] - 1.0),),
        dots=tuple(Dot(f"{title(p, known[p][1])}, {known[p][1]}", *(known[p][0],) * 3) for p in ranked[:12]),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip


def _best(place: str) -> tuple[float, int] | None:
    years = [year for year in product(place) if planned(place, year)]
    found = [(own / ahead, year) for year in years if (own := level(place, year)) and (ahead := frontier(year))]
    return max(found, default=None)


@cache
def frontier(year: int) -> float | None:
    """Mean product of the five most productive market economies with five million people or more, thousand 2011 $."""
    large = [
        found
        for place in places()
        if not planned(place, year)
        and (found := level(place, year)) is not None
        and by_year(product(place)[year][0], "population").get(year, 0.0) >= 5.0
    ]
    return float(np.mean(sorted(large)[-5:])) if len(large) >= 5 else None
