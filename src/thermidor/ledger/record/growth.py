"""Growth of product between the wars and beyond: the Soviet Union beside market economies (sections 4, 5 and 7)."""

from __future__ import annotations

import math

import numpy as np

from thermidor.ledger.record.coercion import same
from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.panel import draws, one_case, rank
from thermidor.ledger.record.places import (
    SOVIET,
    cited,
    ever_planned,
    growth,
    level,
    market_growth,
    places,
    title,
)
from thermidor.record import literature
from thermidor.record.facts import by_year

UNIT = "percent a year per head"
PLANS = (1928, 1940)
LOST_WAR_YEARS = frozenset({*range(1914, 1920), *range(1939, 1949)})


def chosen(
    others: dict[str, float], value: float, shuffle: int | None, case: str = SOVIET
) -> tuple[float, dict[str, float]]:
    """The value of a case and those of the others; with `shuffle`, a place drawn from all stands for the case."""
    everyone = others | {case: value}
    case = case if shuffle is None else str(draws("case", shuffle).choice(sorted(everyone)))
    return everyone[case], {place: number for place, number in everyone.items() if place != case}


def dots_of(values: dict[str, float], year: int, most: int = 8) -> tuple[Dot, ...]:
    """The highest values as dots, by the names of the year."""
    best = sorted(values, key=lambda place: -values[place])[:most]
    return tuple(Dot(title(place, year), values[place], values[place], values[place]) for place in best)


def growth_in_the_first_plans(shuffle: int | None = None) -> Found:
    """Growth of the Soviet Union in 1928-40 among market economies: its distance from their middle and its rank.

    Maddison 2023. Tells whether the pace was out of the ordinary, not why: one country, in the years of the slump, with
    rearmament at the end. Shuffled, any country may stand for it.
    """
    first, last = PLANS
    own = growth(SOVIET, first, last)
    assert own is not None
    value, others = chosen(market_growth(first, last), own, shuffle)
    here = rank(value, list(others.values()))
    poor = {p: g for p, g in others.items() if (level(p, first) or math.inf) < 2.0 * (level(SOVIET, first) or 0.0)}
    among_poor = rank(value, list(poor.values()))
    return Found(
        effect=here.beyond, low=here.low, high=here.high, p=here.p, unit=UNIT, cases=here.of, observations=2 * here.of,
        detectable=here.detectable, floor=here.floor,
        sentence=f"From {first} to {last} product per head grew by {value:.1f}% a year, in the middle market economy "
        f"by {value - here.beyond:.1f}%: place {here.place} of {here.of}.",
        warning="one planned economy; market economies shared the slump, and the last years went into arms",
        readings=(
            Reading("beside market economies with less than twice its product in 1928", among_poor.beyond,
                    among_poor.low, among_poor.high, among_poor.p),
        ),
        dots=(Dot(title(SOVIET, last), own, own, own), *dots_of(others, last)),
        sources=cited("gdp_per_head"),
    )  # fmt: skip


def pace_never_had(shuffle: int | None = None) -> Found:
    """The twelve years of the Soviet Union to 1940 less the fastest twelve of any market economy, to 1940 and since.

    Maddison 2023; windows that begin or end in the world wars or right after them (1914-19, 1939-48) are left out,
    except that the Soviet window may end in 1940. A record among many windows of many countries: no p.
    """
    one_case(shuffle)

    def best(place: str, last: int) -> tuple[float, int]:
        windows = [
            (value, first)
            for first in range(1820, last - 11)
            if not ever_planned(place, first, first + 12)
            and not {first, first + 12} & LOST_WAR_YEARS
            and (value := growth(place, first, first + 12)) is not None
        ]
        return max(windows, default=(-math.inf, 0))

    own = growth(SOVIET, *PLANS)
    assert own is not None
    before = {place: best(place, 1940) for place in places()}
    since = {place: best(place, 2018) for place in places()}
    top, later = max(before, key=lambda p: before[p]), max(since, key=lambda p: since[p])
    tops = sorted((p for p in before if before[p][1]), key=lambda p: before[p], reverse=True)[:8]
    gap, gap_since = own - before[top][0], own - since[later][0]
    more = sum(value > own for value, _ in since.values())
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit=UNIT, cases=sum(bool(first) for _, first in before.values()),
        observations=2 * len(before),
        sentence=f"The twelve years to 1940 brought {own:.1f}% a year; the fastest twelve years of a market economy "
        f"up to then brought {before[top][0]:.1f}% ({title(top, before[top][1])}, from {before[top][1]}).",
        warning="the record of many windows is high by chance alone; product of all kinds, where the chapter speaks "
        "of industry",
        readings=(
            Reading(f"all years to 2018: {more} market economies had a faster spell, the fastest "
                    f"{title(later, since[later][1])} from {since[later][1]}", gap_since, gap_since, gap_since),
        ),
        dots=(
            Dot(f"{title(SOVIET, 1940)}, 1928-40", own, own, own),
            *(Dot(f"{title(p, before[p][1])}, {before[p][1]}-{before[p][1] + 12}", *(before[p][0],) * 3) for p in tops),
        ),
        sources=cited("gdp_per_head"),
    )  # fmt: skip


def steel_in_the_first_plans(shuffle: int | None = None) -> Found:
    """Growth of steel in 1928-40 (all of it, not per head) among states without a plan; energy as another reading.

    Correlates of War. Steel and energy are counted in tons, so no prices can mislead; they are the plan's own
    favourites.
    """
    first, last = PLANS

    def rates(series: str) -> dict[str, float]:
        found = {}
        for place in places():
            levels = by_year(place, series)
            start, end = levels.get(first, 0.0), levels.get(last, 0.0)
            if start > 0.02 and end > 0.0 and (place == SOVIET or not ever_planned(place, first, last)):
                found[place] = 100.0 * math.log(end / start) / (last - first)
        return found

    steel, energy = rates("iron_steel"), rates("energy")
    value, others = chosen({p: g for p, g in steel.items() if p != SOVIET}, steel[SOVIET], shuffle)
    here = rank(value, list(others.values()))
    coal = rank(energy[SOVIET], [g for p, g in energy.items() if p != SOVIET])
    return Found(
        effect=here.beyond, low=here.low, high=here.high, p=here.p, unit="percent a year", cases=here.of,
        observations=2 * here.of, detectable=here.detectable, floor=here.floor,
        sentence=f"From {first} to {last} steel grew by {value:.1f}% a year, in the middle state without a plan that "
        f"made 20,000 tons or more by {value - here.beyond:.1f}%: place {here.place} of {here.of}.",
        warning=f"one planned economy, and with {here.of} states p can't fall below {here.floor:.2f}; the plan "
        "wanted steel most",
        readings=(
            Reading(f"energy used instead of steel: place {coal.place} of {coal.of}", coal.beyond, coal.low, coal.high,
                    coal.p),
        ),
        dots=(Dot(title(SOVIET, last), steel[SOVIET], steel[SOVIET], steel[SOVIET]), *dots_of(others, last)),
        sources=cited("iron_steel"),
    )  # fmt: skip


def slump_between_the_wars(shuffle: int | None = None) -> Found:
    """Growth of market economies in 1929-33 against all other spans of four years outside the world wars, 1870-2018.

    Maddison 2023; the middle country of each span that has twenty or more, and the span's rank. One event, shared by
    all.
    """
    one_case(shuffle)
    spans = {}
    for first in range(1870, 2015):
        if not LOST_WAR_YEARS & set(range(first, first + 5)):
            values = list(market_growth(first, first + 4).values())
            if len(values) >= 20:
                spans[first] = float(np.median(values))
    own = market_growth(1929, 1933)
    here = rank(spans[1929], [value for first, value in spans.items() if not 1925 < first < 1933])
    soviet = growth(SOVIET, 1929, 1933) or math.nan
    low, high = (float(q) for q in np.quantile(list(own.values()), [0.25, 0.75]))
    fell = sum(value < 0.0 for value in own.values()) / len(own)
    worst = sorted(spans, key=lambda first: spans[first])[:8]
    return Found(
        effect=here.beyond, low=here.low, high=here.high, p=here.p, unit=UNIT, cases=len(own),
        observations=2 * len(own), detectable=here.detectable, floor=here.floor,
        sentence=f"From 1929 to 1933 product per head fell in {100 * fell:.0f}% of {len(own)} market economies, in "
        f"the middle one by {-spans[1929]:.1f}% a year; in other four years it changed by "
        f"{spans[1929] - here.beyond:+.1f}%.",
        warning="one event shared by all; spans of four years overlap",
        readings=(
            Reading("growth of the middle half of the market economies", spans[1929], low, high),
            Reading("the Soviet Union in the same years", soviet, soviet, soviet),
        ),
        dots=tuple(Dot(f"{first}-{first + 4}", spans[first], spans[first], spans[first]) for first in worst),
        sources=cited("gdp_per_head"),
    )  # fmt: skip


def official_and_revised_growth(shuffle: int | None = None) -> Found:
    """Growth of Soviet national income, 1928-41: revised accounts less the official one. A description.

    The chapter's 15 to 20% a year is of the official kind, and for industry alone.
    """
    one_case(shuffle)
    official = literature("growth_claims", "official_national_income_growth")[0]
    revised = literature("growth_claims", "revised_national_income_growth")[0]
    industry = literature("growth_claims", "official_industry_growth")[0]["value"]
    ratio, again = (literature("growth_claims", f"{kind}_national_income_ratio")[0] for kind in ("official", "revised"))
    longer = 100.0 * math.log(again["value"] / ratio["value"]) / (1985 - 1928)
    gaps = [revised[key] - official["value"] for key in ("value", "low", "high")]
    return Found(
        effect=gaps[0], low=gaps[1], high=gaps[2], p=None, unit="percent a year", cases=1, observations=2,
        sentence=f"National income grew by {official['value']:.0f}% a year in 1928-41 by the official account, by "
        f"{revised['low']:.0f} to {revised['high']:.0f}% by later ones; the official {industry:.0f}% is for industry.",
        warning="one country, and accounts that rest on the same raw figures",
        readings=(same(f"1928-85: {ratio['value']:.1f} times against {again['value']:.1f} times", longer),),
        dots=(
            Dot("official, industry", industry, industry, industry),
            Dot("official, national income", *(official["value"],) * 3),
            Dot("revised, national income", revised["value"], revised["low"], revised["high"]),
        ),
        sources=tuple(dict.fromkeys(told["source"] for told in (official, revised, ratio, again))),
    )  # fmt: skip


def counterfactuals(shuffle: int | None = None) -> Found:
    """Product of 1939 had the village been left alone, beside what it was, percent (Allen, recalled).

    A model of the economy with its own assumptions, as is the other that stands in the readings.
    """
    one_case(shuffle)
    other = literature("growth_claims", "product_on_another_course")[0]
    lost, gained = (literature("growth_claims", f"consumption_{word}")[0] for word in ("lost", "gained"))
    return Found(
        effect=other["value"], low=other["low"], high=other["high"], p=None, unit="percent of product", cases=1,
        observations=1,
        sentence=f"By one model another course would have brought {-other['high']:.0f} to {-other['low']:.0f}% less "
        f"product in 1939; by another the policies cost {lost['value']:.0f}% of consumption in 1928-40 and brought "
        f"{gained['value']:.0f}% more after 1941.",
        warning="models of one economy, no observations; the first is recalled, of the second the summary was read",
        readings=(
            same("consumption, 1928-40, by the other model", -lost["value"]),
            same("consumption after 1941, by the other model", gained["value"]),
        ),
        sources=(other["source"], lost["source"]),
    )  # fmt: skip


def growth_beyond_the_start(shuffle: int | None = None) -> Found:
    """Growth of the Soviet Union in 1928-70 less that of market economies with its product of 1928 (a line of them).

    Maddison 2023. Says whether others grew as fast from as low a level without that price; it is no counterfactual of
    the same country. Shuffled, any country may stand for it.
    """
    first, last = 1928, 1970
    own = growth(SOVIET, first, last)
    assert own is not None
    values = market_growth(first, last) | {SOVIET: own}
    names = sorted(values)
    case = SOVIET if shuffle is None else str(draws("case", shuffle).choice(names))
    others = [name for name in names if name != case]
    start = {name: math.log(level(name, first) or 1.0) for name in names}
    line = np.polyfit([start[name] for name in others], [values[name] for name in others], 1)
    beyond = {name: values[name] - float(np.polyval(line, start[name])) for name in names}
    here = rank(beyond[case], [beyond[name] for name in others])
    effect, low, high = beyond[case], here.low + beyond[case] - here.beyond, here.high + beyond[case] - here.beyond
    fast = sorted(values, key=lambda p: -values[p])[:10]
    return Found(
        effect=effect, low=low, high=high, p=here.p, unit=UNIT, cases=here.of, observations=2 * here.of,
        detectable=here.detectable, floor=here.floor,
        sentence=f"From {first} to {last} product per head grew by {values[case]:.1f}% a year, {effect:+.1f} points "
        f"from the line of {len(others)} market economies by their start: place {here.place} of {here.of}.",
        warning="one planned economy; what it would have done otherwise is not seen",
        dots=tuple(Dot(title(p, 1960), values[p], values[p], values[p]) for p in fast),
        sources=cited("gdp_per_head"),
    )  # fmt: skip
