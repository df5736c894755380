"""Officials and property at the end, and votes at another end (sections 6 and 7 of the chapter)."""

from __future__ import annotations

from datetime import date

import numpy as np

from thermidor.ledger.record.coercion import ALONE, point, same, values_of
from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.growth import UNIT
from thermidor.ledger.record.panel import TIMES, draws, exact_share, one_case
from thermidor.ledger.record.places import RIVAL, SOVIET, cited, growth, numbers, rows
from thermidor.record import literature, table
from thermidor.record.chronology import between, chronology, largest_burst, largest_year, narrowing, narrowing_by_year

WORKERS = tuple(row["party"] for row in rows("parties") if row["role"] == "workers")
(TOOK_POWER,) = (row["party"] for row in rows("parties") if row["role"] == "took power")
"""Parties of one vote, by the names of the source."""
RISING = date(1918, 1, 1)
"""The list of measures begins here; those of the first two months after the rising are not on it."""


def elite_continuity(shuffle: int | None = None) -> Found:
    """Share of the top of the state after 1991 that came from the officials of before, less their share of the people.

    Snegovaya and Petrov (2022) for about 2000-20, by their own post or their family's; Kryshtanovskaya and White
    (1996), recalled, for 1993-95. The range is that of the sources.
    """
    one_case(shuffle)
    told = literature("collapse", "elite_from_nomenklatura")
    people = literature("collapse", "nomenklatura_share")[0]
    business = literature("collapse", "business_elite_from_nomenklatura")[0]
    gaps = [row["value"] - people["value"] for row in told]
    ends = [row["value"] - people[key] for row in told for key in ("low", "high")]
    return Found(
        effect=gaps[0], low=min(ends), high=max(ends), p=None, unit="percent of the top, less their share of the "
        "people",
        cases=1, observations=len(told),
        sentence=f"About {told[0]['value']:.0f}% of the top of the later state came from the officials of before 1991 "
        f"or their families, who were {people['low']:.0f} to {people['high']:.0f}% of the people.",
        warning=f"{ALONE}; two studies that count differently, one recalled",
        readings=(
            same("top of the state in 1993-95 (recalled)", gaps[1]),
            same("top of business in 1993-95 (recalled)", business["value"] - people["value"]),
        ),
        dots=(
            Dot("state, 2000-20", gaps[0], gaps[0] - 1.0, gaps[0] + 1.0),
            Dot("state, 1993-95", gaps[1], gaps[1] - 1.0, gaps[1] + 1.0),
            point("business, 1993-95", business["value"] - people["value"]),
        ),
        sources=tuple(row["source"] for row in (*told, business)),
    )  # fmt: skip


def resistance_to_restoration(shuffle: int | None = None) -> Found:
    """Miners on strike in July 1989 as a percentage of all employees; 1991 as the upper end (Harrison).

    The strikes were no defence of state property: in 1991 they helped those who restored private property. Employees
    are reckoned from managers' number and share in 1988.
    """
    one_case(shuffle)
    strikes = {row["year"]: row for row in literature("collapse", "miners_on_strike")}
    managers = literature("apparatus", "managerial_staff")[0]["value"]
    share = literature("apparatus", "managerial_share")[0]["value"]
    employees = managers / share * 100.0
    low, middle, high = (100.0 * strikes[1989][key] / employees for key in ("low", "value", "high"))
    most = 100.0 * strikes[1991]["high"] / employees
    return Found(
        effect=middle, low=low, high=most, p=None, unit="percent of employees on strike, less none", cases=1,
        observations=2,
        sentence=f"On strike were {low:.2f} to {high:.2f}% of employees in July 1989 and up to {most:.2f}% in 1991, "
        "for demands that helped the restorers; no resistance had to be broken first.",
        warning=f"{ALONE}; that nobody resisted can mean that officials had left nothing to defend, or no one to "
        "defend it",
        readings=(Reading("July 1989 only", middle, low, high),),
        dots=(Dot("1989", middle, low, high), point("1991, at most", most)),
        sources=(strikes[1989]["source"], literature("apparatus", "managerial_staff")[0]["source"]),
    )  # fmt: skip


def property_kept(shuffle: int | None = None) -> Found:
    """Public share of Soviet (Russian) national wealth in 1990, percent, less one half.

    After Novokmet, Piketty and Zucman, second-hand. Says that property stayed public, not who disposed of it.
    """
    one_case(shuffle)
    public = literature("inequality", "public_wealth")[0]["value"]
    whole = literature("inequality", "total_wealth")[0]["value"]
    gap = 100.0 * public / whole - 50.0
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="points above half of national wealth", cases=1, observations=2,
        sentence=f"In 1990 about {100 * public / whole:.0f}% of national wealth was public, some sixty years after "
        "officials had the state to themselves.",
        warning=f"{ALONE}; rounded figures at second hand; public is what the law says",
        dots=(point("public, 1990", 100.0 * public / whole),),
        sources=(literature("inequality", "public_wealth")[0]["source"],),
    )  # fmt: skip


def growth_while_the_apparatus_grew(shuffle: int | None = None) -> Found:
    """Soviet growth in 1980-88, when organs of administration grew, less that of 1952-60, when their share fell.

    Maddison 2023 and two counts of administration. Two spans of one country, thirty years apart.
    """
    one_case(shuffle)
    organs = values_of("apparatus", "organs_of_administration")
    share = values_of("apparatus", "administrative_share")
    spans = {"1952-60": (1952, 1960), "1960-62": (1960, 1962), "1980-85": (1980, 1985), "1985-88": (1985, 1988)}
    rates = {name: growth(SOVIET, *years) or 0.0 for name, years in spans.items()}
    early, late = growth(SOVIET, 1952, 1960) or 0.0, growth(SOVIET, 1980, 1988) or 0.0
    return Found(
        effect=late - early, low=late - early, high=late - early, p=None, unit=UNIT, cases=1, observations=2,
        sentence=f"Product per head grew by {early:.1f}% a year in 1952-60, when the administrative share fell from "
        f"{share[1952]:.1f} to {share[1960]:.1f}%, and by {late:.1f}% in 1980-88, when the organs of administration "
        f"grew by {100 * (organs[1988] / organs[1980] - 1):.0f}%.",
        warning=f"{ALONE}; two spans in which everything else differed too, and growth fell from one to the other "
        "everywhere",
        dots=tuple(point(name, value) for name, value in rates.items()),
        sources=(*cited("gdp_per_head"), literature("apparatus", "administrative_share")[0]["source"]),
    )  # fmt: skip


def blows_by_year(shuffle: int | None = None) -> Found:
    """Share of the measures of 1917-38 that narrowed what binds officials in the fullest twelve months, less chance's.

    The shipped chronology. Chance strews as many measures evenly over the days from the rising to the end of 1938; the
    interval is that of its fullest twelve months. Beside it stands a rival's course: half of all by the end of 1918.
    Order and spacing only: measures differ in weight, and the list was made by people who knew the claim.
    """
    one_case(shuffle)
    measures = between(chronology(), RISING.year, 1938)
    narrow = narrowing(measures)
    many, burst = len(narrow), largest_burst(measures)
    days, early, first = ((end - RISING).days for end in (date(1939, 1, 1), date(1923, 1, 1), date(1919, 1, 1)))
    even = strewn(many, days)
    ahead = strewn(many, days, first)
    middle, (least, most) = float(even.mean()), (float(q) for q in np.quantile(even, [0.025, 0.975]))
    front, (front_low, front_high) = float(ahead.mean()), (float(q) for q in np.quantile(ahead, [0.025, 0.975]))
    by = {year: sum(one.date.year <= year for one in narrow) for year in (1918, 1921, 1922)}
    counts = narrowing_by_year(measures, 1918, 1938)
    full = sorted(sorted(counts, key=lambda one: -counts[one])[:12])
    return Found(
        effect=burst.share - middle, low=burst.share - most, high=burst.share - least, p=None, cases=1,
        observations=many, unit="share of measures, less what even strewing puts in its fullest twelve months",
        sentence=f"Of {many} measures to 1938 that narrowed what binds officials, {burst.measures} "
        f"({100 * burst.share:.0f}%) lie in the fullest twelve months (from {burst.first:%B %Y}), where even strewing "
        f"puts {100 * middle:.0f}%; {by[1921]} came by the end of 1921 and {by[1922]} by the end of 1922, before the "
        "officials' rise, as one who sees the decisive step in 1917-18 expects.",
        warning=f"{ALONE}; a list made with the claim known, in which a decree and a purge count the same; it begins "
        f"in {narrow[0].date:%B %Y} and has nothing of November and December 1917, when the press decree and the "
        "Cheka came (recalled); like acts of one wave are one row, which thins 1921, 1927 and 1936-38",
        readings=(
            _share(f"share before 1923, where even strewing puts {100 * early / days:.0f}%", by[1922], many),
            _share(f"share by the end of 1918, where even strewing puts {100 * first / days:.0f}%", by[1918], many),
            Reading("fullest twelve months: share under even strewing; p: that chance puts as many there",
                    middle, least, most, _as_far(even >= burst.share - 1e-9)),
            Reading("the same if half had come by the end of 1918, the rest evenly; p: that it puts as few there",
                    front, front_low, front_high, _as_far(ahead <= burst.share + 1e-9)),
            same("fullest calendar year", largest_year(measures).share),
            same("measures that widened, beside those that narrowed", sum(m.direction > 0 for m in measures) / many),
        ),
        dots=tuple(point(str(one), float(counts[one])) for one in full),
        sources=("chronology of measures with two sources each, in part recalled",),
    )  # fmt: skip


def early_blows(shuffle: int | None = None) -> Found:
    """Share of the measures of 1918-38 that narrowed what binds officials by the end of 1918, less chance's.

    The shipped chronology; chance strews them evenly over the days. The interval takes each as a draw of its own.
    """
    one_case(shuffle)
    narrow = narrowing(between(chronology(), RISING.year, 1938))
    even = (date(1919, 1, 1) - RISING).days / (date(1939, 1, 1) - RISING).days
    many, came = len(narrow), sum(one.date.year == RISING.year for one in narrow)
    low, high = exact_share(came, many)
    by_1922 = sum(one.date.year <= 1922 for one in narrow)
    return Found(
        effect=came / many - even, low=low - even, high=high - even, p=None, cases=1, observations=many,
        unit="share of measures, less what even strewing puts there",
        sentence=f"Of {many} measures to 1938 that narrowed what binds officials {came} came in 1918, where even "
        f"strewing puts {even * many:.1f}, and {by_1922} by the end of 1922: they crowd at the beginning, though no "
        "year holds most.",
        warning=f"{ALONE}; a list made with the claim known, without November and December 1917; one measure draws the "
        "next, so that the interval is too narrow",
        dots=(),
        sources=("chronology of measures with two sources each, in part recalled",),
    )  # fmt: skip


def strewn(many: int, days: int, first: int = 0, times: int = TIMES) -> np.ndarray:
    """Share of the fullest twelve months when `many` measures fall at random on `days`, drawn so many `times`.

    With `first`, half of them fall on the first so many days and the others after those.
    """
    stream, found = draws("blows", many, days, first), []
    for _ in range(times):
        half = many // 2 if first else 0
        drawn = [*stream.uniform(0, max(first, 1), half), *stream.uniform(first, days, many - half)]
        found.append(fullest(np.sort(drawn)) / many)
    return np.array(found)


def fullest(days: np.ndarray) -> int:
    """The most of some rising days that lie within one year."""
    return int(max(np.searchsorted(days, days + 365.0) - np.arange(len(days))))


def _as_far(drawn: np.ndarray) -> float:
    """One-sided p from whether each draw lies as far out as the record."""
    return (1 + int(drawn.sum())) / (1 + len(drawn))


def _share(words: str, came: int, of: int) -> Reading:
    return Reading(words, came / of, *exact_share(came, of))


def _votes(year: int) -> dict[str, float]:
    told = [row for row in table("votes") if row["country"] == RIVAL and row["year"] == str(year)]
    return {row["v2paenname"]: float(row["v2pavote"]) for row in told}


def divided_vote(shuffle: int | None = None) -> Found:
    """German votes of July and November 1932: the workers' parties together less the party that took power, points.

    V-Party v2 for November, the last free vote; July at second hand, the other end of the range. Arithmetic of two
    votes; it does not say what a united movement would have done.
    """
    one_case(shuffle)
    vote = _votes(1932)
    both = sum(vote.get(name, 0.0) for name in WORKERS)
    summer, victor = numbers("workers_vote_in_july")[1932], numbers("victors_vote_in_july")[1932]
    last, before = both - vote[TOOK_POWER], summer["value"] - victor["value"]
    return Found(
        effect=last, low=min(last, before), high=max(last, before), p=None, unit="points of the vote", cases=1,
        observations=2,
        sentence=f"In November 1932 the two workers' parties had {both:.1f}% of the vote together, the party that "
        f"took power {vote[TOOK_POWER]:.1f}%; in July they had {summer['value']:.1f} and it {victor['value']:.1f}%.",
        warning=f"{ALONE}; arithmetic of two votes of one year, which say opposite things",
        readings=(same("July 1932", before),),
        dots=tuple(point(name, value) for name, value in sorted(vote.items(), key=lambda item: -item[1])),
        sources=(*cited_votes(), f"July: {summer['source']}"),
    )  # fmt: skip


def whose_votes_moved(shuffle: int | None = None) -> Found:
    """German votes from 1928 to November 1932: loss of all other parties less loss of the workers' parties, points.

    V-Party v2, sums of a whole country: who voted for whom can't be read from them. Parties that the source leaves out
    count among the others.
    """
    one_case(shuffle)
    before, after = _votes(1928), _votes(1932)

    def workers(vote: dict[str, float]) -> float:
        return sum(vote.get(name, 0.0) for name in WORKERS)

    lost = workers(before) - workers(after)
    small = numbers("victors_vote_in_1928")[1928]
    rest = (100.0 - workers(before) - before.get(TOOK_POWER, small["value"])) - (
        100.0 - workers(after) - after[TOOK_POWER]
    )
    named = [sum(v for k, v in vote.items() if k not in (*WORKERS, TOOK_POWER)) for vote in (before, after)]
    listed = named[0] - named[1]
    return Found(
        effect=rest - lost, low=min(rest, listed) - lost, high=max(rest, listed) - lost, p=None, unit="points of the "
        "vote",
        cases=1, observations=2,
        sentence=f"From 1928 to November 1932 the workers' parties lost {lost:.1f} points of the vote together and "
        f"all other parties but one {rest:.1f}; that one rose to {after[TOOK_POWER]:.1f}%.",
        warning=f"{ALONE}; totals do not show who moved, and many voted who had not before",
        readings=(same("named parties of the source only", listed - lost),),
        dots=tuple(point(f"{name}, change", after.get(name, 0.0) - value) for name, value in before.items()),
        sources=(*cited_votes(), small["source"]),
    )  # fmt: skip


def cited_votes() -> tuple[str, ...]:
    """The source of votes."""
    return ("V-Party v2 (Lindberg et al. 2022), election results",)
