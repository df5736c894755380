"""Growth of product from 1950 to 1973: planned beside market economies, in the world and in Europe (section 4)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from thermidor.ledger.record.exchange import apart
from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.growth import UNIT
from thermidor.ledger.record.panel import Fit, Rank, draws, rank, slope
from thermidor.ledger.record.places import (
    REGIMES,
    SOVIET,
    cited,
    in_europe,
    level,
    market_growth,
    planned_growth,
    product,
    title,
)
from thermidor.record.facts import by_year

YEARS = (1950, 1973)
LARGE = 8.0
"""Million people of 1950 from which on a European country counts as large."""
BLOC = "the planned economies were one bloc or its neighbours"


def growth_after_the_war(shuffle: int | None = None) -> Found:
    """Growth in 1950-73: planned less market economies, a country a case, p by permutation of which were planned.

    Maddison 2023. All planned economies with figures for both years; Soviet and Chinese figures are reconstructions.
    """
    plan, market = planned_growth(*YEARS), market_growth(*YEARS)
    values, group = plan | market, _drawn(plan, market, shuffle)
    fit, given = apart(values, group, "after the war"), _given_the_start(values, group)
    near = [p for p in sorted(values) if 1.0 < (level(p, YEARS[0]) or 1.0) < 6.0]
    soviet = rank(plan[SOVIET], list(market.values()))
    return _told(
        values,
        group,
        fit,
        "",
        BLOC,
        (
            _reading("given the product of 1950", given),
            _alone(soviet),
            _reading(
                "countries with 1,000 to 6,000 dollars a head in 1950 only",
                apart({p: values[p] for p in near}, {p: group[p] for p in near}, "middle incomes"),
            ),
        ),
        plan,
    )


def growth_after_the_war_in_europe(shuffle: int | None = None) -> Found:
    """As `growth_after_the_war`, among European states only: neighbours that rebuilt after the same war.

    The choice decides the answer: outside Europe most market economies were poor and grew slowly. The Soviet Union is
    also laid beside all European market economies and beside the large ones.
    """
    plan, market = ({p: v for p, v in told.items() if in_europe(p)} for told in
                    (planned_growth(*YEARS), market_growth(*YEARS)))  # fmt: skip
    values, group = plan | market, _drawn(plan, market, shuffle)
    fit, given = apart(values, group, "after the war, Europe"), _given_the_start(values, group)
    large = [value for place, value in market.items() if _people(place) >= LARGE]
    ahead = plan[SOVIET] - float(np.mean(large))
    return _told(
        values, group, fit,
        f", in Europe alone; the Soviet Union had {plan[SOVIET]:.1f}%, {len(large)} European market economies of "
        f"{LARGE:.0f} million people and more {float(np.mean(large)):.1f}%",
        f"{BLOC}; beside the whole world the answer is another",
        (
            _reading("given the product of 1950", given),
            _alone(rank(plan[SOVIET], list(market.values()))),
            Reading(f"the Soviet Union less the mean of {len(large)} European market economies of {LARGE:.0f} million "
                    "people and more (the size was chosen to find the figures of the page on counter-evidence)",
                    ahead, ahead, ahead),
        ),
        plan,
    )  # fmt: skip


def _drawn(plan: Mapping[str, float], market: Mapping[str, float], shuffle: int | None) -> dict[str, bool]:
    """Which places were planned, or, shuffled, as many others."""
    names = sorted({*plan, *market})
    own = [name in plan for name in names]
    given = own if shuffle is None else draws("plan", shuffle).permutation(own)
    return dict(zip(names, map(bool, given), strict=True))


def _given_the_start(values: Mapping[str, float], group: Mapping[str, bool]) -> Fit:
    names = sorted(values)
    start = [math.log(level(place, YEARS[0]) or 1.0) for place in names]
    columns = np.column_stack([np.ones(len(names)), start])
    return slope([values[p] for p in names], [float(group[p]) for p in names], names, columns, "level")


def _people(place: str) -> float:
    """Million people in the first year."""
    return by_year(product(place)[YEARS[0]][0], "population").get(YEARS[0], 0.0)


def _reading(words: str, fit: Fit) -> Reading:
    return Reading(words, fit.slope, fit.low, fit.high, fit.p)


def _alone(soviet: Rank) -> Reading:
    words = f"the Soviet Union alone, less the middle market economy: place {soviet.place} of {soviet.of}"
    return Reading(words, soviet.beyond, soviet.low, soviet.high, soviet.p)


def _told(
    values: Mapping[str, float], group: Mapping[str, bool], fit: Fit, more: str, warning: str,
    readings: tuple[Reading, ...], plan: Mapping[str, float],
) -> Found:  # fmt: skip
    mean = float(np.mean([value for place, value in values.items() if group[place]]))
    count = sum(group.values())
    best = sorted(plan, key=lambda place: -plan[place])[:12]
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit=UNIT, cases=fit.cases, observations=2 * fit.cases,
        detectable=fit.detectable, floor=fit.floor,
        sentence=f"From {YEARS[0]} to {YEARS[1]} product per head grew by {mean:.1f}% a year in {count} planned "
        f"economies and by {mean - fit.slope:.1f}% in {fit.cases - count} market ones{more}.",
        warning=warning,
        readings=readings,
        dots=tuple(Dot(title(p, 1960), plan[p], plan[p], plan[p]) for p in best),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip
