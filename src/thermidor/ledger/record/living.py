"""Incomes, pay, consumption and where product went (sections 3, 4, 5 and 7 of the chapter)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from thermidor.ledger.record.coercion import ALONE, change, point, same, values_of
from thermidor.ledger.record.exchange import exchanged
from thermidor.ledger.record.found import Dot, Found, Reading, higher
from thermidor.ledger.record.growth import UNIT
from thermidor.ledger.record.panel import one_case, slope, two_ways
from thermidor.ledger.record.places import (
    REGIMES,
    SOVIET,
    cited,
    existed,
    growth,
    level,
    numbers,
    places,
    planned,
    title,
)
from thermidor.record import literature
from thermidor.record.facts import by_year

WINDOW = (1928, 1989)
"""First and last year of the series of Soviet incomes as all its tests take it: whole, to the last year of the plan."""
IN_KIND = "income in money: shops, flats and cars that came with a post are left out"


def _top(place: str) -> dict[int, float]:
    """Income share of the top hundredth by year, percent, for years in which the state was there."""
    return {year: 100.0 * value for year, value in by_year(place, "top_1_share").items() if existed(place, year)}


def _under_the_soviets() -> dict[int, float]:
    """Income share of the top hundredth, percent, in every year that the series has while the plan stood."""
    return {year: value for year, value in _top(SOVIET).items() if WINDOW[0] <= year <= WINDOW[1]}


def _to_the_end(causes: Mapping[int, float]) -> list[tuple[float, float]]:
    """Points (cause, share) of the same series with the two years in which the plan gave way."""
    return [(causes[year], value) for year, value in _top(SOVIET).items() if WINDOW[0] <= year <= 1991]


def _line(points: list[tuple[float, float]]) -> float:
    """Slope of a line through points (cause, outcome)."""
    return float(np.polyfit([one[0] for one in points], [one[1] for one in points], 1)[0])


def _without_one(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Lowest and highest slope once a point is left out."""
    slopes = [_line([one for one in points if one is not left]) for left in points]
    return min(slopes), max(slopes)


def top_hundredth_over_time(shuffle: int | None = None) -> Found:
    """Income share of the Soviet top hundredth over all years of the series, points by a line from first to last.

    Novokmet, Piketty and Zucman (2018). Years of one country are no cases; the interval is that of the line left out
    one year at a time, and there is no p. Measured income leaves out what the claim is about.
    """
    one_case(shuffle)
    share = _under_the_soviets()
    first, last = min(share), max(share)
    points = [(float(year), value) for year, value in share.items()]
    low, high = ((last - first) * value for value in _without_one(points))
    later = _to_the_end({year: float(year) for year in _top(SOVIET)})
    years = (1928, 1934, 1956, 1959, 1964, 1968, 1972, 1976, 1980, 1983, 1986, 1989)
    return Found(
        effect=(last - first) * _line(points), low=low, high=high, p=None, unit="points of income", cases=1,
        observations=len(points),
        sentence=f"The top hundredth took {share[first]:.1f}% of measured income in {first}, {share[1956]:.1f}% in "
        f"1956, {share[1980]:.1f}% in 1980 and {share[last]:.1f}% in {last}: by a line through all {len(points)} "
        f"years it {'rose' if _line(points) > 0.0 else 'fell'} by {abs((last - first) * _line(points)):.1f} points.",
        warning=f"{ALONE}; {IN_KIND}, and they are what the claim is about; most years of the series are of the 1980s",
        readings=(
            same("with 1990 and 1991, when the plan gave way", (1991 - first) * _line(later)),
            same("1956 less 1928", share[1956] - share[1928]),
            same("1980 less 1956", share[1980] - share[1956]),
        ),
        dots=tuple(point(str(year), share[year]) for year in years if year in share),
        sources=cited("top_1_share"),
    )  # fmt: skip


def top_hundredth_beside_others(shuffle: int | None = None) -> Found:
    """Income share of the top hundredth on state socialism, points: effects of years, countries as cases.

    World Inequality Database. Compares kinds of society in the same years; measured income, so that office and property
    are not compared like with like. Shuffled, histories of income go whole to other countries.
    """
    shares: dict[str, Mapping[int, float]] = {p: _top(p) for p in (*places(), "DDR") if _top(p)}
    given = exchanged(shares, shuffle)
    rows = [
        (place, year, value, float(planned(place, year)))
        for place, held in given.items() for year, value in held.items() if existed(place, year)
    ]  # fmt: skip
    who, when, y, x = zip(*rows, strict=True)
    fit = slope(y, x, who, two_ways([""] * len(rows), when), "top hundredth")
    inside = slope(y, x, who, two_ways(who, when), "top hundredth within")
    under = sorted({place for place, year, _, plan in rows if plan})
    means = {p: [value for place, _, value, plan in rows if place == p and plan] for p in under}
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit="points of income", cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"The top hundredth took {higher(fit.slope, 1, 'points more', 'points less')} of measured income in "
        f"{len(under)} state-socialist countries than in market ones of the same years ({fit.low:.1f} to "
        f"{fit.high:.1f}).",
        warning=f"{IN_KIND}; most rows are of 1980-2020",
        readings=(Reading("countries compared with themselves, before and after the end of state "
        "socialism", inside.slope,
                          inside.low, inside.high, inside.p),),
        dots=tuple(Dot(title(p, 1985), float(np.mean(means[p])), min(means[p]), max(means[p])) for p in under[:12]),
        sources=(*cited("top_1_share"), REGIMES),
    )  # fmt: skip


def privilege_with_product(shuffle: int | None = None) -> Found:
    """Income share of the Soviet top hundredth on the logarithm of product: a line through all years of the series.

    World Inequality Database, Maddison 2023; the same years as in `top_hundredth_over_time`. Years of one country are
    no cases; the interval is that of the line left out one year at a time, and there is no p.
    """
    one_case(shuffle)
    share = {year: value for year, value in _under_the_soviets().items() if level(SOVIET, year)}
    rich = {year: math.log(level(SOVIET, year) or 1.0) for year in share}
    first, last = min(share), max(share)
    low, high = _without_one([(rich[year], share[year]) for year in share])
    later = _line(_to_the_end({year: math.log(level(SOVIET, year) or 1.0) for year in _top(SOVIET)}))
    late = _line([(rich[year], share[year]) for year in share if year >= 1956])
    pay = values_of("inequality", "wage_p90_p10")
    return Found(
        effect=_line([(rich[year], share[year]) for year in share]), low=low, high=high, p=None,
        unit="points of income for a product 2.7 times as high", cases=1, observations=len(share),
        sentence=f"From {first} to {last} product per head rose {math.exp(rich[last] - rich[first]):.1f} times and the "
        f"top hundredth's share of measured income went from {share[first]:.1f} to {share[last]:.1f}%.",
        warning=f"{ALONE}; {IN_KIND}",
        readings=(
            same("with 1990 and 1991, when the plan gave way", later),
            same("1956-89 only", late),
            same("pay: ratio of the ninth to the first decile, 1981 less 1956", pay[1981] - pay[1956]),
        ),
        dots=tuple(point(str(year), share[year]) for year in list(share)[:12]),
        sources=cited("top_1_share", "gdp_per_head"),
    )  # fmt: skip


def pay_spread(shuffle: int | None = None) -> Found:
    """Soviet ratio of the ninth to the first decile of pay, 1981 less 1956 (Rabkina, Rimashevskaia; 1956 recalled)."""
    one_case(shuffle)
    pay = values_of("inequality", "wage_p90_p10")
    gap = pay[1981] - pay[1956]
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="ratio of the ninth to the first decile of pay", cases=1,
        observations=len(pay),
        sentence=f"Pay where the best paid tenth begins was {pay[1956]:.1f} times pay where the worst paid tenth ends "
        f"in 1956, {pay[1968]:.1f} in 1968 and {pay[1981]:.1f} in 1981: unequal throughout, and less so than before.",
        warning=f"{ALONE}; the figure of 1956 is recalled, and pay in market countries of the time is not at hand",
        readings=(same("1981 less 1964, leaving out the recalled figure", pay[1981] - pay[1964]),),
        dots=tuple(point(str(year), value) for year, value in pay.items()),
        sources=tuple(dict.fromkeys(row["source"] for row in literature("inequality", "wage_p90_p10"))),
    )  # fmt: skip


def pay_and_growth(shuffle: int | None = None) -> Found:
    """Soviet growth over the next five years on the ratio of the ninth to the first decile of pay: no test.

    Both fell over time, for many reasons; the interval is that of the line left out one year at a time.
    """
    one_case(shuffle)
    pay = values_of("inequality", "wage_p90_p10")
    points = [(value, found) for year, value in pay.items() if (found := growth(SOVIET, year, year + 5)) is not None]

    low, high = _without_one(points)
    return Found(
        effect=_line(points), low=low, high=high, p=None, cases=1, observations=len(points),
        unit=f"{UNIT} for one more of the ratio of the ninth to the first decile of pay".replace(" per head", ""),
        sentence=f"In {len(points)} years from 1956 to 1981 growth over the next five years was {_line(points):+.1f} "
        "points higher where the ratio of the ninth to the first decile of pay was one more.",
        warning=f"{ALONE}: {len(points)} years of a slowdown in which both fell",
        dots=tuple(Dot(str(year), found, found, found) for year, found in
                   ((y, growth(SOVIET, y, y + 5)) for y in pay) if found is not None),
        sources=(*(row["source"] for row in literature("inequality", "wage_p90_p10")[1:2]), *cited("gdp_per_head")),
    )  # fmt: skip


def consumption_per_head(shuffle: int | None = None) -> Found:
    """Change of Soviet consumption per head from 1928 to 1937, percent, with 1938 as the other end (Allen 2003)."""
    one_case(shuffle)
    rows = literature("consumption", "consumption_per_head_change")
    ends = sorted(row["value"] for row in rows)
    food = literature("consumption", "calories_per_day")
    later = literature("consumption", "consumption_per_head_growth")[0]["value"]
    return Found(
        effect=rows[0]["value"], low=ends[0], high=ends[-1], p=None, unit="percent", cases=1, observations=len(rows),
        sentence=f"Consumption per head rose by {ends[-1]:.0f}% from 1928 to 1937 ({ends[0]:.0f}% to 1938), after a "
        "trough in 1932-33.",
        warning=f"{ALONE}, one author; others find a loss beside what could have been (Cheremukhin and others)",
        readings=(
            same("food in calories, late 1930s beside 1895-1910, percent", change(food[0]["value"], food[1]["value"])),
            same("consumption per head in 1960-82, percent a year", later),
        ),
        dots=tuple(point(f"1928-{row['to_year']}", row["value"]) for row in rows),
        sources=(rows[0]["source"],),
    )  # fmt: skip


def wages_in_towns(shuffle: int | None = None) -> Found:
    """Real wages in Soviet towns, 1932-40 beside 1928, percent: rival series, the middle one with their range."""
    one_case(shuffle)
    rows = [row for row in literature("consumption", "urban_real_wage_ratio") if row["year"] == 1928]
    prewar = {
        row["to_year"]: row["value"]
        for row in literature("consumption", "urban_real_wage_ratio")
        if row["year"] == 1913
    }
    falls = [*(100.0 * (row["value"] - 1.0) for row in rows), 100.0 * (prewar[1937] / prewar[1928] - 1.0)]
    return Found(
        effect=float(np.median(falls)), low=min(falls), high=max(falls), p=None, unit="percent", cases=1,
        observations=len(falls),
        sentence=f"Real wages in towns fell by {-max(falls):.0f} to {-min(falls):.0f}% from 1928 to the years 1932-40 "
        f"in {len(falls)} series.",
        warning=f"{ALONE}; many moved from village to town, so that consumption per head could rise meanwhile",
        readings=(same("1937 beside 1913 (Allen and Khaustova)", 100.0 * (prewar[1937] - 1.0)),),
        dots=tuple(point(f"{row['source']}, 1928-{row['to_year']}", 100.0 * (row["value"] - 1.0)) for row in rows),
        sources=tuple(row["source"] for row in literature("consumption", "urban_real_wage_ratio")),
    )  # fmt: skip


def set_aside(shuffle: int | None = None) -> Found:
    """Share of producer goods in Soviet industrial output, 1937 less 1927-28, points (Cliff from Soviet data)."""
    one_case(shuffle)
    share, saved = values_of("accumulation", "producer_goods"), values_of("accumulation", "investment_share")
    gap = share[1937] - share[1927]
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="points of industrial output", cases=1, observations=2,
        sentence=f"Producer goods were {share[1927]:.0f}% of industrial output in 1927-28, {share[1932]:.0f}% in 1932 "
        f"and {share[1937]:.0f}% in 1937.",
        warning=f"{ALONE}; who decided and what was decided changed together with much else",
        readings=(
            same("1927 less 1923: falling under the market of those years", share[1927] - share[1923]),
            same("investment's share of product, 1937 less 1928 (recalled)", saved[1937] - saved[1928]),
        ),
        dots=tuple(point(str(year), value) for year, value in share.items()),
        sources=(literature("accumulation", "producer_goods")[0]["source"],),
    )  # fmt: skip


def outside_the_plan(shuffle: int | None = None) -> Found:
    """Product outside the plan as a share of counted product, 1960-90, percent (Shida 2017, abstract only).

    The size of what was taken or made outside the plan; that it disorganised the plan is not shown by it.
    """
    one_case(shuffle)
    size, less = numbers("outside_the_plan")[1975], numbers("growth_less_with_it")[1975]
    return Found(
        effect=size["value"], low=size["value"], high=size["value"], p=None, unit="percent of product", cases=1,
        observations=1,
        sentence=f"In 1960-90 product outside the plan came to {size['value']:.1f}% of counted product; with it "
        f"growth is {less['low']:.2f} to {less['high']:.2f} points a year lower.",
        warning=f"{ALONE}; one author, of whom only the abstract was read",
        readings=(
            Reading("growth once it is counted in, percent a year "
            "less", -(less["low"] + less["high"]) / 2.0, -less["high"],
                    -less["low"]),
        ),
        dots=(point("1960-90", size["value"]),),
        sources=(size["source"],),
    )  # fmt: skip
