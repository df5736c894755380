"""What published codings of political form see (sections 1, 2, 4, 6 and 7 of the chapter).

The codings measure liberal and electoral institutions. They have no word for councils, so that a test that finds no
workers' democracy in them has two readings: there was none, or they can't see it. Both are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations

import numpy as np

from thermidor.ledger.record.coercion import point, same
from thermidor.ledger.record.exchange import two_sided
from thermidor.ledger.record.found import Dot, Found, Reading
from thermidor.ledger.record.panel import POWER, TIMES, draws, one_case, rank
from thermidor.ledger.record.places import (
    FIRST_REVOLUTION,
    REGIMES,
    RIVAL,
    SOVIET,
    cited,
    existed,
    places,
    planned,
    regimes,
    title,
)
from thermidor.record.facts import by_year

INDICES = {
    "physical_integrity": "physical integrity",
    "civil_liberties": "civil liberties",
    "association": "freedom of association",
    "legislature": "constraints by the legislature",
    "electoral_democracy": "electoral democracy",
    "liberal_democracy": "liberal democracy",
}
"""Series of the record that are laid together, and their names."""
EARLY, LATE = (1918, 1920), (1934, 1938)
MOVED = 0.02
"""Change of an index in a year above which it counts as one that moved."""
FLOOR = "near the floor of the scales all regimes are alike"
Profile = Mapping[int, tuple[float, ...]]


@cache
def profile(place: str) -> Profile:
    """The indices of a place in each year that has them all."""
    series = [by_year(place, name) for name in INDICES]
    years = sorted(set.intersection(*(set(one) for one in series)))
    return {year: tuple(one[year] for one in series) for year in years}


@cache
def coded() -> tuple[str, ...]:
    """Places that have all the indices in some year in which they were a state."""
    return tuple(place for place in (*places(), "DDR") if any(existed(place, year) for year in profile(place)))


def mean_of(history: Profile, first: int, last: int) -> np.ndarray | None:
    """Mean of each index over the years that there are; None where there is none."""
    found = [history[year] for year in range(first, last + 1) if year in history]
    return np.mean(found, axis=0) if found else None


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference over the indices, 0 to 1."""
    return float(np.abs(one - other).mean())


def alike_in_politics(shuffle: int | None = None) -> Found:
    """Distance of the Soviet and the German regime of 1937 in political codings, less that of the middle pair.

    V-Dem v12, v15 and v16, mean difference of six indices; pairs of states share members, so that the rank among pairs
    is weaker than it looks. Property has no coding here. Shuffled, any pair of states may stand for the two.
    """
    here = {p: np.array(profile(p)[1937]) for p in coded() if 1937 in profile(p) and existed(p, 1937)}
    pairs = {pair: distance(here[pair[0]], here[pair[1]]) for pair in combinations(sorted(here), 2)}
    pair = (RIVAL, SOVIET)
    if shuffle is not None:
        pair = sorted(pairs)[int(draws("pair", shuffle).integers(len(pairs)))]
    told = rank(pairs[pair], [value for key, value in pairs.items() if key != pair])
    beside = {p: distance(here[p], here[SOVIET]) for p in here if p != SOVIET}
    among = rank(beside[RIVAL], [value for p, value in beside.items() if p != RIVAL])
    nearest = sorted(beside, key=beside.__getitem__)
    closed = [p for p in here if by_year(p, "regime_class").get(1937) == 0.0]
    both = [value for key, value in pairs.items() if set(key) <= set(closed) and key != (RIVAL, SOVIET)]
    shut = rank(pairs[(RIVAL, SOVIET)], both)
    access = {p: by_year(p, "equal_access").get(1937, np.nan) for p in (SOVIET, RIVAL)}
    return Found(
        effect=told.beyond, low=told.low, high=told.high, p=told.p, cases=len(here), observations=len(pairs),
        unit="mean distance on indices 0-1, less the middle of all pairs", detectable=told.detectable, floor=told.floor,
        sentence=f"In 1937 the two regimes lay {pairs[pair]:.3f} apart on six political indices, the middle pair of "
        f"{len(here)} states {pairs[pair] - told.beyond:.3f}; {told.of - told.place} of {told.of - 1} other pairs "
        "were nearer.",
        warning=f"{FLOOR}; {len(here)} states, one year, and experts who know the comparison",
        readings=(
            Reading(f"distance from the Soviet Union: place {among.of - among.place + 1} of {among.of} by nearness",
                    among.beyond, among.low, among.high, among.p),
            Reading("beside pairs of closed autocracies only", shut.beyond, shut.low, shut.high, shut.p),
            same("equal access to power, which is not among the six: Soviet less "
            "German", access[SOVIET] - access[RIVAL]),
        ),
        dots=tuple(point(title(p, 1937), beside[p]) for p in nearest[:10]),
        sources=cited(*INDICES),
    )  # fmt: skip


def regimes_that_joined(shuffle: int | None = None) -> Found:
    """First three years of regimes that joined: distance from the Soviet one of 1918-20 less that from it in 1934-38.

    V-Dem v12, v15 and v16, six indices; a country is a case, p by change of signs. Positive: nearer to the 1930s. Most
    codings lie above both, and so nearer to the earlier: exchanging countries would not bring the effect to zero.
    """
    one_case(shuffle)
    early, late = mean_of(profile(SOVIET), *EARLY), mean_of(profile(SOVIET), *LATE)
    assert early is not None and late is not None
    nearer, starts = {}, {}
    for place, regime in regimes().items():
        start = mean_of(profile(place), regime.first, regime.first + 2)
        if place != SOVIET and start is not None:
            starts[place] = start
            nearer[place] = distance(start, early) - distance(start, late)
    values = np.array([nearer[p] for p in sorted(nearer)])
    effect, low, high, p = _signs(values, "joined")
    other = [
        distance(np.array(row), early) - distance(np.array(row), late)
        for place in coded() for year, row in profile(place).items()
        if 1945 <= year <= 1965 and not planned(place, year) and existed(place, year)
        and by_year(place, "regime_class").get(year) == 0.0
    ]  # fmt: skip
    closer = sum(value > 0.0 for value in nearer.values())
    return Found(
        effect=effect, low=low, high=high, p=p, unit="mean distance on indices 0-1", cases=len(values),
        observations=3 * len(values), detectable=POWER * float(values.std(ddof=1)) / len(values) ** 0.5,
        floor=max(1.0 / (1 + TIMES), 2.0 ** (1 - len(values))),
        sentence=f"In their first three years {closer} of {len(values)} regimes that joined were nearer to the Soviet "
        f"one of 1934-38 than to that of 1918-20; the two lie only {distance(early, late):.3f} apart in these "
        "codings.",
        warning="by these codings 1918 was as closed as 1937, or they can't see councils: the test has little to "
        "tell apart",
        readings=(
            same("other closed autocracies of 1945-65, mean", float(np.mean(other))),
            same("mean of the six indices: Soviet, 1918-20", float(early.mean())),
            same("mean of the six indices: Soviet, 1934-38", float(late.mean())),
            same("mean of the six indices: those that joined", float(np.mean([s.mean() for s in starts.values()]))),
        ),
        dots=tuple(point(title(p, regimes()[p].first), nearer[p]) for p in sorted(nearer, key=nearer.__getitem__)[:12]),
        sources=(*cited(*INDICES), REGIMES),
    )  # fmt: skip


def _signs(values: np.ndarray, key: str) -> tuple[float, float, float, float]:
    """Mean of values of countries with interval and p by random change of their signs."""
    chance = (draws("signs", key).choice([-1.0, 1.0], (TIMES, len(values))) * values).mean(axis=1)
    centred = (draws("signs", key).choice([-1.0, 1.0], (TIMES, len(values))) * (values - values.mean())).mean(axis=1)
    effect = float(values.mean())
    reach = max(float(np.quantile(np.abs(centred), 0.95)), 0.0)
    return effect, effect - reach, effect + reach, two_sided(effect, chance)


def codings_of_the_first_years(shuffle: int | None = None) -> Found:
    """Mean of six political indices of the Soviet regime, 1937 less 1918 (V-Dem v12, v15 and v16).

    If officials took control in between, codings that could see it would fall. Two readings of a small fall stand side
    by side: control from below was gone by the end of 1918, or codings of parliaments and parties never saw it.
    """
    one_case(shuffle)
    history = {year: float(np.mean(row)) for year, row in profile(SOVIET).items()}
    gap, before = history[1937] - history[1918], history[1918] - history[1917]
    access, bound = by_year(SOVIET, "equal_access"), by_year(SOVIET, "constraints")
    years = (1913, 1916, 1917, 1918, 1919, 1921, 1925, 1928, 1931, 1934, 1937, 1938)
    return Found(
        effect=gap, low=gap, high=gap, p=None, unit="index 0-1", cases=1, observations=2,
        sentence=f"The mean of six political indices was {history[1917]:.2f} in 1917, {history[1918]:.2f} in 1918, "
        f"{history[1928]:.2f} in 1928 and {history[1937]:.2f} in 1937: most of the fall comes before the officials' "
        "rise.",
        warning="counter-evidence, if there was nothing to see; a gap of the concept, if councils are not what is "
        "coded",
        readings=(
            same("1918 less 1917", before),
            same("equal access to power, 1937 less 1918 (index 0-1)", access[1937] - access[1918]),
            same("constraints on the head of the executive, 1937 less 1918 (1 to 7)", bound[1937] - bound[1918]),
        ),
        dots=tuple(point(str(year), history[year]) for year in years if year in history),
        sources=cited(*INDICES, "constraints", "equal_access"),
    )  # fmt: skip


def access_in_the_first_year(shuffle: int | None = None) -> Found:
    """Change of equal access to power under the Soviets, 1917 to 1918, among the years in which it moved by over 0.02.

    V-Dem v15. In most years of most countries nothing moves: to stand out among all of them says little. The index
    follows the social origin of those in office and is no measure of control from below; that owners lost voice has no
    index. Shuffled, another country and year that moved stand for it.
    """
    steps: dict[tuple[str, int], float] = {}
    for place in coded():
        index = by_year(place, "equal_access")
        steps |= {(place, y): index[y] - index[y - 1] for y in index if y - 1 in index and existed(place, y)}
    moved = {key: value for key, value in steps.items() if abs(value) > MOVED}
    case = (SOVIET, 1918)
    if shuffle is not None:
        case = sorted(moved)[int(draws("step", shuffle).integers(len(moved)))]
    told = rank(moved[case], [value for key, value in moved.items() if key != case])
    every = rank(steps[case], [v for key, v in steps.items() if key != case and key not in _around(case)])
    states = {place for place, _ in moved}
    most = {p: max((v for (q, _), v in moved.items() if q == p), key=abs) for p in states if p != case[0]}
    once = rank(moved[case], list(most.values()))
    rights, access = by_year(SOVIET, "civil_liberties"), by_year(SOVIET, "equal_access")
    lost = rights[1918] - rights[1917]
    early = [access[year] for year in range(1918, 1929)]
    top = sorted(moved, key=lambda key: -moved[key])[:10]
    return Found(
        effect=told.beyond, low=told.low, high=told.high, p=told.p, unit="index 0-1", cases=len(states),
        observations=len(moved), detectable=told.detectable, floor=told.floor,
        sentence=f"From {case[1] - 1} to {case[1]} the index of equal access to power changed by {moved[case]:+.2f}, "
        f"place {told.place} of {told.of} among the years in which it moved by more than {MOVED} in {len(states)} "
        f"countries; the Soviet index stays at {min(early):.2f} to {max(early):.2f} through 1928 and is still "
        f"{access[1937]:.2f} in 1937: it rates the regime of 1937 much as it rates the councils.",
        warning=f"one case; years of one country are no cases; that owners lost voice has no test, and civil liberties "
        f"fell by {-lost:.2f} in the same year",
        readings=(
            Reading(f"each other country by its largest move only: place {once.place} of {once.of}",
                    once.beyond, once.low, once.high, once.p),
            Reading(f"among all years, {100 * sum(v == 0.0 for v in steps.values()) / len(steps):.0f}% of which did "
                    f"not move at all: place {every.place} of {every.of}", every.beyond, every.low, every.high),
            same("civil liberties in the same year", lost),
            same("equal access, 1937 less 1918", access[1937] - access[1918]),
        ),
        dots=tuple(Dot(f"{title(p, y)}, {y}", *(moved[(p, y)],) * 3) for p, y in top),
        sources=cited("equal_access", "civil_liberties"),
    )  # fmt: skip


def _around(case: tuple[str, int]) -> set[tuple[str, int]]:
    return {(case[0], year) for year in range(case[1] - 2, case[1] + 4)}


def after_the_revolution(shuffle: int | None = None) -> Found:
    """Change of six political indices in the first revolution's country, 1794 to 1804, beside ten years elsewhere.

    V-Dem v12, v15 and v16; beside all spans of ten years of the coded countries, 1789-1914. Spans overlap. New property
    has no coding, so that the other half of the claim is not tested. Shuffled, another country and span stand for it.
    """
    steps: dict[tuple[str, int], float] = {}
    for place in coded():
        history = profile(place)
        steps |= {
            (place, year): float(np.mean(history[year + 10])) - float(np.mean(history[year]))
            for year in history
            if year + 10 in history and year + 10 <= 1914 and existed(place, year)
        }
    case = (FIRST_REVOLUTION, 1794)
    if shuffle is not None:
        case = sorted(steps)[int(draws("span", shuffle).integers(len(steps)))]
    told = rank(steps[case], [v for key, v in steps.items() if key[0] != case[0] or abs(key[1] - case[1]) >= 10])
    one = {name: by_year(FIRST_REVOLUTION, name) for name in INDICES}
    alone = [same(f"{words} alone", one[name][1804] - one[name][1794]) for name, words in INDICES.items()]
    mean = {year: float(np.mean(row)) for year, row in profile(FIRST_REVOLUTION).items()}
    shift = steps[case] - told.beyond
    return Found(
        effect=steps[case], low=told.low + shift, high=told.high + shift, p=told.p, unit="index 0-1",
        cases=len({place for place, _ in steps}), observations=len(steps), detectable=told.detectable, floor=told.floor,
        sentence=f"From {case[1]} to {case[1] + 10} the mean of six political indices changed by {steps[case]:+.2f} "
        f"in {title(*case)}: place {told.of - told.place + 1} from the bottom of {told.of} spans of ten years.",
        warning="one case; spans overlap; the new property has no coding",
        readings=(
            *alone,
            same("from 1799 instead of 1794", mean[1804] - mean[1799]),
        ),
        dots=tuple(point(str(year), mean[year]) for year in (1789, 1791, 1793, 1794, 1795, 1797, 1799, 1800, 1804)),
        sources=cited(*INDICES),
    )  # fmt: skip
