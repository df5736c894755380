"""Beginnings, spread and ends of state-socialist regimes (sections 2, 4 and 7 of the chapter)."""

from __future__ import annotations

import numpy as np

from thermidor.ledger.record.coercion import point, same
from thermidor.ledger.record.exchange import apart, two_sided
from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.panel import POWER, TIMES, draws, exact_share, one_case
from thermidor.ledger.record.places import REGIMES, STILL, cited, near, places, regimes, rows, title
from thermidor.ledger.record.slowdown import STAYED, frontier
from thermidor.record import table

LASTED = 5.0
"""Years after which a government counts as one that lasted."""
GUIDED = frozenset({"9", "10"})
"""V-Dem's codes of an end that those in power guided."""
STANDS_FOR = {"YUG": "SRB", "CSK": "CZE"}


def where_it_began(shuffle: int | None = None) -> Found:
    """Standing in the world, from poorest (0) to richest (100), of countries where it began from inside, less 50.

    Maddison 2023, product per head of the first year or the nearest within five. p and interval by drawing any
    countries for the same years. Early on the poorest countries have no figures, which makes all others look poorer
    than they were.
    """
    inside = {place: regime.first for place, regime in regimes().items() if regime.how == "inside" and _stood(place)}
    if shuffle is not None:
        others = [place for place in places() if all(near(place, year) for year in inside.values())]
        whose = draws("began", shuffle).permutation(others)[: len(inside)]
        inside = {str(place): year for place, year in zip(whose, inside.values(), strict=True)}
    known = {year: {p: found for p in places() if (found := near(p, year))} for year in set(inside.values())}
    standing, share, none_near = {}, {}, 1.0
    for place, year in inside.items():
        levels, own, ahead = np.array(list(known[year].values())), known[year][place], frontier(year) or np.nan
        standing[place] = float(100.0 * ((levels < own).mean() + 0.5 * (levels == own).mean()))
        share[place] = own / ahead
        none_near *= float((levels < 0.5 * ahead).mean())
    effect = float(np.mean(list(standing.values()))) - 50.0
    chance = draws("elsewhere", len(inside)).random((TIMES, len(inside))).mean(axis=1) * 100.0 - 50.0
    reach = float(np.quantile(np.abs(chance), 0.95))
    brought = [p for p, regime in regimes().items() if regime.how != "inside" and _stood(p)]
    over = [(near(p, regimes()[p].first) or np.nan) / (frontier(regimes()[p].first) or np.nan) for p in brought]
    top = max(share.values())
    return Found(
        effect=effect, low=effect - reach, high=effect + reach, p=two_sided(effect, chance),
        unit="places in a hundred, from the middle", cases=len(inside), observations=len(inside),
        detectable=POWER * float(chance.std()), floor=1.0 / (1 + TIMES),
        sentence=f"Of {len(inside)} countries in which such a regime began from inside, "
        f"{sum(value < 50.0 for value in standing.values())} were poorer than the middle of the world then; their "
        f"product was {100 * min(share.values()):.0f} to {100 * top:.0f}% of the frontier's.",
        warning=f"{len(inside)} beginnings, the later ones helped by the earlier; the poorest countries lack early "
        "figures",
        readings=(
            Reading("the highest share of the frontier's product; p: that so many draws all stay below half of "
            "it", top, top,
                    top, none_near),
            same("mean share of the frontier's product", float(np.mean(list(share.values())))),
            same("the same where an army brought it, or partly", float(np.nanmean(over))),
        ),
        dots=tuple(
            point(f"{title(p, y)}, {y}", standing[p]) for p, y in sorted(inside.items(), key=lambda item: item[1])
        ),
        sources=(*cited("gdp_per_head"), REGIMES),
    )  # fmt: skip


def _stood(place: str) -> bool:
    return near(place, regimes()[place].first) is not None


def attempts_without_force(shuffle: int | None = None) -> Found:
    """Share of workers' governments that lasted five years: those without an army less those with one.

    Workers' and communist-led governments: a list of eighteen from 1871 to 1973, recalled, with the force that each
    had coded by people who knew the end. An army can also be the fruit of lasting. p by permutation of the force.
    """
    told = {row["name"]: row for row in rows("attempts")}
    lasted = {name: float(float(row["years"]) >= LASTED) for name, row in told.items()}
    weak = {name: row["force"] != "army" for name, row in told.items()}
    if shuffle is not None:
        names = sorted(weak)
        weak = dict(zip(names, draws("force", shuffle).permutation([weak[n] for n in names]), strict=True))
    fit = apart(lasted, weak, "attempts")
    inside, rest = [lasted[n] for n in weak if weak[n]], [lasted[n] for n in weak if not weak[n]]
    return Found(
        effect=fit.slope, low=fit.low, high=fit.high, p=fit.p, unit="share that lasted five years", cases=fit.cases,
        observations=fit.observations, detectable=fit.detectable, floor=fit.floor,
        sentence=f"Of {len(inside)} governments without an army of their own {sum(inside):.0f} lasted five years, of "
        f"{len(rest)} with one {sum(rest):.0f}.",
        warning="a list from memory, coded with the end in view; attempts of one country or wave are not independent",
        readings=(
            Reading("with an army: share that lasted, exact interval", float(np.mean(rest)),
                    *exact_share(int(sum(rest)), len(rest))),
        ),
        dots=tuple(Dot(f"{name}, "
        f"{told[name]['year']}", *(float(told[name]["years"]),) * 3) for name in list(told)[:12]),
        sources=("list of attempts, recalled",),
    )  # fmt: skip


def political_revolutions_won(shuffle: int | None = None) -> Found:
    """Share of ended state-socialist regimes that ended in a political revolution which kept state property.

    None did. Exact interval; the regimes are not independent, so that it is too narrow.
    """
    one_case(shuffle)
    ended = [place for place, regime in regimes().items() if regime.party < STAYED]
    low, high = exact_share(0, len(ended))
    tried = exact_share(0, 3)
    return Found(
        effect=0.0, low=low, high=high, p=None, unit="share of regimes that ended", cases=len(ended),
        observations=len(ended),
        sentence=f"None of {len(ended)} state-socialist regimes that ended by 1992 ended in a political revolution "
        "that kept state property; those of 1956, 1968 and 1980-81 were put down or diverted.",
        warning="the regimes ended in one wave under one patron: nearly one event; attempts recalled",
        readings=(Reading("of the three attempts of 1956, 1968 and 1980-81", 0.0, *tried),),
        dots=tuple(Dot(f"{title(p, 1985)}, to {regimes()[p].last}", 0.0, 0.0, 0.0) for p in ended[:12]),
        sources=(REGIMES, "histories of 1956, 1968 and 1980-81, recalled"),
    )  # fmt: skip


def ends_from_above(shuffle: int | None = None) -> Found:
    """Share of ends of state-socialist regimes that V-Dem codes as guided by those in power, less one half.

    V-Dem v12. What was given there was elections with private property, not workers' democracy, of which there is no
    case from above or from below.
    """
    one_case(shuffle)
    codes = {}
    for place, regime in regimes().items():
        for row in table("spells"):
            own = row["country"] == STANDS_FOR.get(place, place)
            if own and int(row["first_year"]) <= regime.party <= int(row["last_year"]) and regime.party < STAYED:
                codes[place] = row["regime_end_type_code"]
    given = sum(code in GUIDED for code in codes.values())
    low, high = exact_share(given, len(codes))
    return Found(
        effect=given / len(codes) - 0.5, low=low - 0.5, high=high - 0.5, p=None,
        unit="share of ends guided from above, less one half", cases=len(codes), observations=len(codes),
        sentence=f"Of {len(codes)} ends {given} are coded as guided by those in power, the others as uprisings or as "
        "openings that they did not guide; none led to workers' democracy.",
        warning="one wave of two years; the codes are of the end of the old regime, not of what the chapter hoped for",
        dots=tuple(Dot(title(p, 1985), *(float(code in GUIDED),) * 3) for p, code in codes.items()),
        sources=("V-Dem v12, regime information (Coppedge et al. 2022)", REGIMES),
    )  # fmt: skip


def party_without_the_plan(shuffle: int | None = None) -> Found:
    """Of the state-socialist regimes of 1985: the share whose party ruled alone in 2019 though the plan was gone.

    Anckar and Fredriksson (2018) for single-party rule; the years in which the plan ended are recalled, and how far
    private property has gone there is disputed.
    """
    one_case(shuffle)
    then = [place for place, regime in regimes().items() if regime.first <= 1985 <= regime.last]
    alone = {row["country"] for row in table("regimes") if row["year"] == "2019" and "Single" in row["regimenarrowcat"]}
    kept = [place for place in then if place in alone and regimes()[place].last < STILL]
    plan_and_party = [place for place in then if regimes()[place].last == STILL]
    share = len(kept) / len(then)
    names = ", ".join(title(place, 2019) for place in kept)
    return Found(
        effect=share, low=0.0, high=share, p=None, unit="share of regimes of 1985",
        cases=len(then), observations=len(then),
        sentence=f"Of {len(then)} state-socialist regimes of 1985 the party still ruled alone in 2019 in {len(kept)} "
        f"where the plan was gone ({names}), and in {len(plan_and_party)} where it was not.",
        warning="a whole list and no sample: the span runs from none, for who holds that state property still rules "
        "there, to all of them, for who holds that it is gone; the cases are neighbours",
        readings=(Reading("of those whose plan is gone", len(kept) / (len(then) - len(plan_and_party)),
                          *exact_share(len(kept), len(then) - len(plan_and_party))),),
        dots=tuple(Dot(title(p, 1985), *(float(p in kept),) * 3) for p in then[:12]),
        sources=("Anckar and Fredriksson (2018)", REGIMES),
    )  # fmt: skip
