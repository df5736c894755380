"""Force and officials in one country: soldiers, employees of the state, sentences and camps (sections 1, 4 and 5).

All are descriptions of one case: they have no p, and their interval is the range of the sources.
"""

from __future__ import annotations

import math
from typing import Any

from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.panel import one_case
from thermidor.ledger.record.places import SOVIET, cited, numbers
from thermidor.record import literature
from thermidor.record.chronology import between, chronology
from thermidor.record.facts import by_year

ALONE = "one country, described"
TROUGH = (1932, 1933)


def point(label: str, value: float) -> Dot:
    """A dot without an interval."""
    return Dot(label, value, value, value)


def same(words: str, value: float) -> Reading:
    """A reading of one number without an interval."""
    return Reading(words, value, value, value)


def values_of(table: str, quantity: str) -> dict[int, float]:
    """The numbers of a quantity of the literature by year, those of single years only."""
    rows: list[dict[str, Any]] = literature(table, quantity)
    return {row["year"]: float(row["value"]) for row in rows if row["to_year"] is None and row["value"] is not None}


def change(first: float, last: float) -> float:
    """Change in percent of the first."""
    return 100.0 * (last / first - 1.0)


def soldiers_then_and_later(shuffle: int | None = None) -> Found:
    """Soviet soldiers in 1,000 people, 1937 less 1921 (Correlates of War).

    Counts men under arms. The kind of force (ranks, officers apart, militia or barracks) has no series: what the
    chapter says of an officers' caste can't be seen here.
    """
    one_case(shuffle)
    share = {year: 1000.0 * value for year, value in by_year(SOVIET, "soldiers_share").items()}
    men = by_year(SOVIET, "soldiers")
    gap = share[1937] - share[1921]
    years = (1913, 1917, 1919, 1921, 1923, 1928, 1933, 1935, 1937, 1940)
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="soldiers in 1,000 people", cases=1, observations=2,
        sentence=f"The army had {men[1921]:.1f} million men in 1921, {men[1928]:.2f} in 1928 and {men[1937]:.1f} in "
        f"1937: {share[1921]:.0f}, {share[1928]:.0f} and {share[1937]:.0f} in 1,000 people.",
        warning=f"{ALONE}; the end of a civil war is beside ten years of peace, and the kind of force is not counted",
        readings=(
            same("1937 less 1928", share[1937] - share[1928]),
            same("1937 less 1913", share[1937] - share[1913]),
            same("1940 less 1921", share[1940] - share[1921]),
        ),
        dots=tuple(point(str(year), share[year]) for year in years if year in share),
        sources=cited("soldiers_share"),
    )  # fmt: skip


def kind_of_force(shuffle: int | None = None) -> Found:
    """Measures of 1918-37 on the army that narrowed what binds officers, less those that widened it (the chronology).

    The kind of force, which no series counts: whether commanders are elected, have ranks, stand beside a militia.
    Counts treat all measures alike, and the list was made by people who knew the claim.
    """
    one_case(shuffle)
    arms = [one for one in between(chronology(), 1918, 1937) if one.kind == "norm_arms"]
    back, forth = ([one for one in arms if one.direction == sign] for sign in (-1, 1))
    gap = float(len(back) - len(forth))
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="measures", cases=1, observations=len(arms),
        sentence=f"Of {len(arms)} measures on the army in 1918-37 {len(back)} narrowed what binds officers and "
        f"{len(forth)} widened it; the first that narrowed came in {back[0].date.year}, the last in "
        f"{back[-1].date.year}.",
        warning=f"{ALONE}; a short list made with the claim known, and begun by the new power in its first months",
        readings=(same("of those, from 1934 on", float(sum(one.date.year >= 1934 for one in back))),),
        dots=tuple(point(f"{one.title}, {one.date.year}", float(-one.direction)) for one in arms[:12]),
        sources=tuple(dict.fromkeys(source for one in arms for source in one.sources)),
    )  # fmt: skip


def employees_of_the_state(shuffle: int | None = None) -> Found:
    """Employees of the Soviet state in 1928 beside those before 1917, percent. From the literature.

    The counts come from two works that need not draw the same line; borders had shrunk between them.
    """
    one_case(shuffle)
    staff, white = values_of("apparatus", "state_employees"), values_of("apparatus", "white_collar")
    rows = literature("apparatus", "state_employees")
    more = change(staff[1916], staff[1928])
    return Found(
        effect=more, low=more, high=more, p=None, unit="percent", cases=1, observations=len(staff),
        sentence=f"The state had {staff[1916] / 1000:.2f} million employees before 1917, {staff[1921] / 1000:.1f} "
        f"million in 1921, {staff[1925] / 1000:.2f} in 1925 and {staff[1928] / 1000:.2f} in 1928.",
        warning=f"{ALONE}; nationalised industry adds employees that rule nobody, and works count differently",
        readings=(
            same("1928 beside 1921", change(staff[1921], staff[1928])),
            same("all white-collar workers, 1939 beside 1928", change(white[1928], white[1939])),
        ),
        dots=tuple(point(str(year), value / 1000.0) for year, value in staff.items()),
        sources=tuple(dict.fromkeys(row["source"] for row in rows)),
    )  # fmt: skip


def administrative_share(shuffle: int | None = None) -> Found:
    """Share of the Soviet labour force in administration, 1960 less 1952, points. From the literature (CIA 1963)."""
    one_case(shuffle)
    share = values_of("apparatus", "administrative_share")
    organs = values_of("apparatus", "organs_of_administration")
    gap = share[1960] - share[1952]
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="points of the labour force", cases=1, observations=len(share),
        sentence=f"Administration took {share[1952]:.1f}% of the labour force in 1952, {share[1960]:.1f}% in 1960 and "
        f"{share[1962]:.1f}% in 1962: it fell while the regime stayed.",
        warning=f"{ALONE}; a definition of the time that was not checked, and years after those the chapter speaks of",
        readings=(
            same("organs of administration, 1988 beside 1980, percent", change(organs[1980], organs[1988])),
            same("organs of administration, 1990 beside 1988, percent", change(organs[1988], organs[1990])),
        ),
        dots=tuple(point(str(year), value) for year, value in share.items()),
        sources=tuple(dict.fromkeys(row["source"] for row in literature("apparatus", "administrative_share"))),
    )  # fmt: skip


def cuts_grow_back(shuffle: int | None = None) -> Found:
    """Soviet state employees in 1928 beside 1925, after the cuts of 1922-24, percent. From the literature."""
    one_case(shuffle)
    staff = values_of("apparatus", "state_employees")
    cut = literature("apparatus", "state_employees_change")[0]["value"]
    people = by_year(SOVIET, "state_population")
    more = change(staff[1925], staff[1928])
    beyond = change(staff[1925] / people[1925], staff[1928] / people[1928])
    return Found(
        effect=more, low=more, high=more, p=None, unit="percent", cases=1, observations=3,
        sentence=f"State employees were cut by {-cut:.1f}% in 1923-24; from 1925 to 1928 they rose by {more:.0f}%, "
        f"the people by {change(people[1925], people[1928]):.0f}%.",
        warning=f"{ALONE}; the economy grew as well, so growth of staff need not be a return of what was cut",
        readings=(
            same("in relation to the people", beyond),
            same("1928 beside 1921, before the cuts", change(staff[1921], staff[1928])),
        ),
        dots=tuple(point(str(year), value / 1000.0) for year, value in staff.items()),
        sources=tuple(dict.fromkeys(row["source"] for row in literature("apparatus", "state_employees"))),
    )  # fmt: skip


def executions_in_the_worst_scarcity(shuffle: int | None = None) -> Found:
    """Share of the political death sentences of 1930-38 that fell in 1932-33, less their share of the years.

    A table printed in Lewin, in which 1932 has 22,728; other printings have 2,728 (recalled). Consumption was lowest in
    1932-33 (Allen). Sentences of courts and boards; deaths by hunger, on transports and in camps are not among them.
    """
    one_case(shuffle)
    deaths = {year: n for year, n in values_of("sentences", "death_sentences").items() if 1930 <= year <= 1938}
    other = deaths | {1932: 2728.0}
    years = len(TROUGH) / len(deaths)

    def beyond(table: dict[int, float]) -> float:
        return sum(table[year] for year in TROUGH) / sum(table.values()) - years

    told = values_of("sentences", "all_sentenced")
    early = {year: n for year, n in deaths.items() if year <= 1936}
    printed, mended = beyond(deaths), beyond(other)
    return Found(
        effect=mended, low=min(printed, mended), high=max(printed, mended), p=None, cases=1,
        unit="share of death sentences, less two ninths",
        observations=len(deaths),
        sentence="Of the political death sentences of 1930-38 the two years of worst scarcity had "
        f"{100 * (mended + years):.1f}% ({100 * (printed + years):.1f}% by a printing whose 1932 does not fit its "
        f"neighbours), 1937 and 1938, when consumption was rising, "
        f"{100 * (deaths[1937] + deaths[1938]) / sum(other.values()):.0f}%.",
        warning=f"{ALONE}; threat of war and a struggle inside the apparatus fit the peak, scarcity does not",
        readings=(
            same("1930-36 only, as printed", beyond(early)),
            same("1930-36 only, by the other printing", beyond({**early, 1932: 2728.0})),
            same("all political sentences of 1933 beside 1930, percent", change(told[1930], told[1933])),
            same("all political sentences of 1937 beside 1933, percent", change(told[1933], told[1937])),
        ),
        dots=tuple(point(str(year), value / 1000.0) for year, value in deaths.items()),
        sources=(literature("sentences", "death_sentences")[0]["source"], "Allen, Farm to Factory (2003)"),
    )  # fmt: skip


def declared_and_done(shuffle: int | None = None) -> Found:
    """Political sentences in 1937-38 beside 1933-34, percent: before and after the constitution of December 1936.

    A table printed in Lewin; the years between were not read. The constitution declared classes reconciled; that is
    the claim's own reading.
    """
    one_case(shuffle)
    told, deaths = values_of("sentences", "all_sentenced"), values_of("sentences", "death_sentences")
    more = change(told[1933] + told[1934], told[1937] + told[1938])
    rights = by_year(SOVIET, "physical_integrity")
    return Found(
        effect=more, low=more, high=more, p=None, unit="percent", cases=1, observations=4,
        sentence=f"Political sentences numbered {(told[1933] + told[1934]) / 2000:.0f} thousand a year in 1933-34 and "
        f"{(told[1937] + told[1938]) / 2000:.0f} thousand in 1937-38; death sentences {deaths[1936]:,.0f} in 1936 "
        f"and {deaths[1937]:,.0f} in 1937.",
        warning=f"{ALONE}; what came after the declaration need not come from it; the years 1935 and 1936, in which "
        "there were more than in 1933-34 (recalled), were not read, and the rise from them is smaller",
        readings=(
            same("camps: prisoners of 1938 beside 1936, percent",
                 change(by_year(SOVIET, "prisoners")[1936], by_year(SOVIET, "prisoners")[1938])),
            same("expert coding of physical integrity, 1937 less 1935 (index 0-1, at its "
            "floor)", rights[1937] - rights[1935]),
        ),
        dots=tuple(point(str(year), value / 1000.0) for year, value in told.items()),
        sources=(literature("sentences", "all_sentenced")[0]["source"], *cited("prisoners")),
    )  # fmt: skip


def people_in_camps(shuffle: int | None = None) -> Found:
    """Prisoners in camps in 1,000 people: mean of 1930-40 less mean of 1923-28 (sum from below of the Gulag Map).

    The sum misses colonies and most settlers, more so in early years. Compulsion at free work (passes, labour books,
    penalties for lateness) is not counted anywhere here.
    """
    one_case(shuffle)
    people = by_year(SOVIET, "state_population")
    share = {year: 1000.0 * n / people[year] for year, n in by_year(SOVIET, "prisoners").items() if year in people}

    def mean(first: int, last: int) -> float:
        return math.fsum(share[year] for year in range(first, last + 1)) / (last - first + 1)

    gap = mean(1930, 1940) - mean(1923, 1928)
    years = (1923, 1928, 1930, 1933, 1936, 1938, 1940, 1946, 1950, 1952, 1954, 1957)
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="prisoners in 1,000 people", cases=1, observations=len(share),
        sentence=f"Camps held {mean(1923, 1928):.2f} in 1,000 people in 1923-28, {mean(1930, 1940):.1f} in 1930-40, "
        f"{share[1952]:.1f} in 1952 and {share[1957]:.1f} in 1957.",
        warning=f"{ALONE}; the sum is of places that reported; the fall after 1953 came without a change of regime",
        readings=(
            same("1957 less 1952: the camps shrank while the regime stayed", share[1957] - share[1952]),
            same("1938 less 1933: more in years of less scarcity", share[1938] - share[1933]),
        ),
        dots=tuple(point(str(year), share[year]) for year in years),
        sources=cited("prisoners", "state_population"),
    )  # fmt: skip


def thinned_towns(shuffle: int | None = None) -> Found:
    """Workmen of Moscow, 1919 beside 1918, percent (Ransome 1921); other end: people in great cities, 1921 beside 1917.

    Workers are not counted in cities of 100,000 (Correlates of War, as a share of all); years between counts are filled
    in by that source, which has most of the fall before 1917.
    """
    one_case(shuffle)
    share, people = by_year(SOVIET, "city_share"), by_year(SOVIET, "state_population")
    men, town = numbers("workmen_of_the_capital"), numbers("people_of_petrograd")
    gap, cities = change(men[1918]["value"], men[1919]["value"]), change(share[1917], share[1921])
    return Found(
        effect=gap, low=min(gap, cities), high=max(gap, cities), p=None, unit="percent", cases=1, observations=4,
        sentence=f"Moscow had {men[1918]['value'] / 1000:.0f} thousand workmen in 1918 and "
        f"{men[1919]['value'] / 1000:.0f} thousand a year later; of all people {100 * share[1917]:.1f}% lived in great "
        f"cities in 1917 and {100 * share[1921]:.1f}% in 1921, but {100 * share[1913]:.1f}% in 1913: most of that fall "
        "lies before the civil war.",
        warning=f"{ALONE}; towns thinned by hunger, and many workers left for the army or for office",
        readings=(
            same("people in great cities instead of their share, lost lands included",
                 change(share[1913] * people[1913], share[1921] * people[1921])),
            same("people in great cities, share, 1921 beside 1913", change(share[1913], share[1921])),
            same("workmen of Moscow, 1919 beside 1913", change(men[1913]["value"], men[1919]["value"])),
            same("people of Petrograd, 1920 beside 1917", change(town[1917]["value"], town[1920]["value"])),
            same("people in great cities, share, 1928 beside 1913", change(share[1913], share[1928])),
        ),
        dots=tuple(point(str(year), 100.0 * share[year]) for year in (1913, 1916, 1917, 1919, 1921, 1924, 1928)),
        sources=(*cited("city_share"), men[1918]["source"]),
    )  # fmt: skip
