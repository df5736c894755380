"""Respect for the body, poverty and inequality over countries (sections 1, 2 and 4 of the chapter)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from thermidor.ledger.record.coercion import same
from thermidor.ledger.record.exchange import Exchanged, across, exchanged, pooled_exchange
from thermidor.ledger.record.found import Dot, Found, Reading, higher
from thermidor.ledger.record.panel import Fit, slope, two_ways
from thermidor.ledger.record.places import REGIMES, cited, existed, level, places, planned, product, regimes, title
from thermidor.record.facts import by_year

History = Mapping[int, float]
INTEGRITY = "index 0-1 for a product 2.7 times as high"
JUDGED = "the index is the judgement of experts, who know the theories too"
Row = tuple[str, int, float, float]


def rows_of(outcome: str, cause: dict[str, History], counts: Callable[[str, int], bool]) -> list[Row]:
    """Rows (place, year, outcome, cause) of the places and years that count and have both."""
    return [
        (place, year, value, cause[place][year])
        for place in sorted(cause)
        for year, value in sorted(by_year(place, outcome).items())
        if year in cause[place] and counts(place, year)
    ]


def wealth(names: tuple[str, ...]) -> dict[str, History]:
    """Logarithm of GDP per head by place and year."""
    return {place: {year: math.log(found[1]) for year, found in product(place).items()} for place in names}


def fitted(rows: list[Row], within: bool, key: str) -> Fit:
    """Slope of the outcome on the cause: countries pooled, or with effects of countries and years."""
    who, when, y, x = zip(*rows, strict=True)
    return slope(y, x, who, two_ways(who, when) if within else None, key)


def fitted_years(rows: list[Row]) -> Fit:
    """Slope of the outcome on the cause with effects of years: countries beside each other."""
    who, when, y, x = zip(*rows, strict=True)
    return slope(y, x, who, two_ways([""] * len(rows), when), "years")


def _means(rows: list[Row]) -> tuple[Dot, ...]:
    """Mean outcome of each place with the range of its years, poorest (lowest mean cause) first."""
    by_place: dict[str, list[Row]] = {}
    for row in rows:
        by_place.setdefault(row[0], []).append(row)
    order = sorted(by_place, key=lambda place: float(np.mean([row[3] for row in by_place[place]])))
    found = []
    for place in order[:12]:
        values = [row[2] for row in by_place[place]]
        found.append(Dot(title(place, by_place[place][-1][1]), float(np.mean(values)), min(values), max(values)))
    return tuple(found)


def _socialist_rows(outcome: str, cause: dict[str, History], shuffle: int | None) -> list[Row]:
    return rows_of(outcome, exchanged(cause, shuffle), planned)


def _respect(shuffle: int | None) -> list[Row]:
    return _socialist_rows("physical_integrity", _riches(), shuffle)


def _riches() -> dict[str, History]:
    return wealth(tuple(place for place in regimes() if by_year(place, "physical_integrity") and product(place)))


def _beside_exchange(cause: dict[str, History], shuffle: int | None) -> Exchanged:
    """What the pooled slope of physical integrity would be had countries other histories of the cause."""
    index = {place: by_year(place, "physical_integrity") for place in cause}
    counted = {place: {y: v for y, v in held.items() if planned(place, y)} for place, held in index.items()}
    return pooled_exchange(counted, exchanged(cause, shuffle))


def integrity_on_product(shuffle: int | None = None) -> Found:
    """Physical integrity on the logarithm of GDP per head, state-socialist country-years pooled; a country is a case.

    V-Dem v16, Maddison 2023. Tells whether richer countries of the kind were milder; not why. Over time they grew both
    richer and milder, so that p is by exchange of whole histories of product, which keeps time; the interval does not.
    """
    rows = _respect(shuffle)
    fit, inside = fitted(rows, False, "pooled"), fitted(rows, True, "within")
    years, chance = fitted_years(rows), _beside_exchange(_riches(), shuffle)
    late = [row for row in rows if row[1] >= 1954]
    after = fitted(late, False, "pooled, after 1953")
    market = _elsewhere(False)
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=chance.p, unit=INTEGRITY, cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=chance.floor,
        sentence=f"Among {fit.cases} state-socialist countries the index of physical integrity was "
        f"{higher(fit.slope, 3)} where product was 2.7 times as high ({fit.low:.3f} to {fit.high:.3f}).",
        warning=f"{fit.cases} countries, many under one patron; {JUDGED}",
        readings=(
            same("mean slope once countries have exchanged their products: what time alone gives", chance.mean),
            _reading("the same slope with p by wild cluster bootstrap, which leaves time in", fit),
            _reading("with effects of years only", years),
            _reading("countries compared with themselves (effects of countries and years)", inside),
            _reading("from 1954 on only", after),
            _reading("market countries since 1917, pooled", market),
        ),
        dots=_means(rows),
        sources=(*cited("physical_integrity", "gdp_per_head"), REGIMES),
    )  # fmt: skip


def integrity_on_product_within(shuffle: int | None = None) -> Found:
    """As `integrity_on_product`, with effects of countries and years: a country beside itself as it grows richer.

    The level of a country is left out, and whatever was common to a year (1956, 1989).
    """
    rows = _respect(shuffle)
    fit = fitted(rows, True, "within")
    countries = slope([row[2] for row in rows], [row[3] for row in rows], [row[0] for row in rows],
                      two_ways([row[0] for row in rows], [0 for _ in rows]), "countries")  # fmt: skip
    market = _elsewhere(True)
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=INTEGRITY, cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"Compared with themselves, {fit.cases} state-socialist countries had an index of physical integrity "
        f"{higher(fit.slope, 3)} as product rose 2.7 times ({fit.low:.3f} to {fit.high:.3f}).",
        warning=f"{fit.cases} countries; smaller differences than {fit.detectable:.2f} would mostly have been missed",
        readings=(
            _reading("effects of countries only: later years were richer and milder", countries),
            _reading("market countries since 1917, effects of countries and years", market),
        ),
        dots=_means(rows),
        sources=(*cited("physical_integrity", "gdp_per_head"), REGIMES),
    )  # fmt: skip


@cache
def _elsewhere(within: bool) -> Fit:
    """The same slope in market countries since 1917."""
    rows = rows_of(
        "physical_integrity", wealth(places()), lambda place, year: year >= 1917 and not planned(place, year)
    )
    return fitted(rows, within, "elsewhere")


def _reading(words: str, fit: Fit) -> Reading:
    return Reading(words, fit.slope, fit.low, fit.high, fit.p)


def integrity_on_schooling(shuffle: int | None = None) -> Found:
    """Physical integrity on average years of education, state-socialist countries in years of decades, pooled.

    V-Dem v16, Clio Infra (one value a decade). Schooling and product go together, so their parts can't be told apart; p
    is by exchange of whole histories, as in `integrity_on_product`.
    """
    coded = [place for place in regimes() if by_year(place, "education_years") and by_year(place, "physical_integrity")]
    cause: dict[str, History] = {place: by_year(place, "education_years") for place in coded}
    rows = _socialist_rows("physical_integrity", cause, shuffle)
    fit, chance = fitted(rows, False, "schooling"), _beside_exchange(cause, shuffle)
    given = [row for row in rows if level(row[0], row[1])]
    riches = np.array([[1.0, math.log(level(row[0], row[1]) or 1.0)] for row in given])
    beside = slope([row[2] for row in given], [row[3] for row in given], [row[0] for row in given], riches, "riches")
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=chance.p, unit="index 0-1 for a year of schooling",
        cases=fit.cases, observations=fit.observations, detectable=fit.detectable, floor=chance.floor,
        sentence=f"Among {fit.cases} state-socialist countries in years of decades the index of physical integrity "
        f"was {higher(fit.slope, 3)} for a year more of schooling ({fit.low:.3f} to {fit.high:.3f}).",
        warning=f"{fit.cases} countries and {fit.observations} rows; {JUDGED}",
        readings=(
            same("mean slope once countries have exchanged their schooling: what time alone gives", chance.mean),
            _reading("the same slope with p by wild cluster bootstrap, which leaves time in", fit),
            _reading("with effects of years only", fitted_years(rows)),
            _reading("given product per head", beside),
            _reading("effects of countries and years", fitted(rows, True, "schooling within")),
        ),
        dots=_means(rows),
        sources=(*cited("physical_integrity", "education_years"), REGIMES),
    )  # fmt: skip


def integrity_on_what_was_inherited(shuffle: int | None = None) -> Found:
    """Mean physical integrity under the state-socialist regime on its mean in the ten years before, a country a row.

    V-Dem v16. The ten years before were mostly a war, an occupation or a dictatorship: what was inherited is not one
    thing.
    """
    before, during = {}, {}
    for place, regime in regimes().items():
        index = by_year(place, "physical_integrity")
        earlier = [value for year, value in index.items() if regime.first - 10 <= year < regime.first]
        under = [value for year, value in index.items() if planned(place, year)]
        if len(earlier) >= 5 and under:
            before[place], during[place] = float(np.mean(earlier)), float(np.mean(under))
    given = exchanged(before, shuffle)
    names = sorted(before)
    y, x = np.array([during[p] for p in names]), np.array([given[p] for p in names])
    fit = across(y, x, names, "inherited")
    wealth_at = [p for p in names if level(p, regimes()[p].first) or level(p, 1950)]
    riches = [math.log(level(p, regimes()[p].first) or level(p, 1950) or 1.0) for p in wealth_at]
    beside = slope([during[p] for p in wealth_at], [given[p] for p in wealth_at], wealth_at,
                   np.column_stack([np.ones(len(wealth_at)), riches]), "inherited, riches")  # fmt: skip
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit="index 0-1 for one of the index before",
        cases=fit.cases, observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"In {fit.cases} countries the index of physical integrity under the regime was "
        f"{higher(fit.slope, 2)} for a whole index more in the ten years before ({fit.low:.2f} to {fit.high:.2f}).",
        warning=f"{fit.cases} countries; most inherited a war",
        readings=(_reading("given product per head at the start", beside),),
        dots=tuple(Dot(title(p, regimes()[p].first), during[p], *sorted((during[p], before[p])))
                   for p in sorted(names, key=before.__getitem__)[:12]),
        sources=(*cited("physical_integrity"), REGIMES),
    )  # fmt: skip


def integrity_on_inequality(shuffle: int | None = None) -> Found:
    """Physical integrity on the income share of the top tenth (in tens of points), effects of countries and years.

    V-Dem v16, World Inequality Database. Inequality stands for antagonism between classes, which has no series;
    measured income leaves out much of both. Shuffled, shares go whole to other countries.
    """
    return _on_top_tenth(
        "physical_integrity", lambda _place, _year: True, shuffle,
        "the index of physical integrity", "the income share stands for antagonism, which nobody has counted",
    )  # fmt: skip


def access_and_inequality(shuffle: int | None = None) -> Found:
    """Equal access to power on the income share of the top tenth, elected regimes (V-Dem's classes 2 and 3), two-way.

    V-Dem v15, World Inequality Database. The index of access is built from power by gender, group and economic
    position.
    """

    def elected(place: str, year: int) -> bool:
        return by_year(place, "regime_class").get(year, 0.0) >= 2.0

    return _on_top_tenth(
        "equal_access", elected, shuffle, "the index of equal access to power",
        "experts may read inequality into the index",
    )  # fmt: skip


def _on_top_tenth(
    outcome: str, counts: Callable[[str, int], bool], shuffle: int | None, name: str, warning: str
) -> Found:
    shares: dict[str, History] = {}
    for row in _coded_places(outcome):
        if found := by_year(row, "top_10_share"):
            shares[row] = {year: 10.0 * value for year, value in found.items()}
    rows = rows_of(
        outcome, exchanged(shares, shuffle), lambda place, year: existed(place, year) and counts(place, year)
    )
    fit = fitted(rows, True, outcome)
    market = [row for row in rows if not planned(row[0], row[1])]
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit="index 0-1 for ten points of income",
        cases=fit.cases, observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"In {fit.cases} countries, each compared with itself, {name} was {higher(fit.slope, 3)} where the "
        f"top tenth took ten points more of income ({fit.low:.3f} to {fit.high:.3f}).",
        warning=f"{fit.cases} countries, most of them since 1980; {warning}",
        readings=(
            _reading("countries and years pooled", fitted(rows, False, f"{outcome} pooled")),
            _reading("years outside state socialism only", fitted(market, True, f"{outcome} market")),
        ),
        dots=_means(rows),
        sources=cited(outcome, "top_10_share"),
    )  # fmt: skip


def _coded_places(outcome: str) -> tuple[str, ...]:
    return tuple(place for place in (*places(), "DDR") if by_year(place, outcome))
