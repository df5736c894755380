"""Bar 5 of the gallery: the world from 1913 by decade beside the record; where revolutions win and spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.events.find import find
from thermidor.lenses import trotsky
from thermidor.runs.simulate import simulate
from thermidor.runs.store import Axes, columns
from thermidor.scenarios import Scenario, load_scenario, resolve
from validation.ensemble import Plan, each, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Floats
from validation.stats import bootstrap
from validation.world_chart import chart
from validation.world_record import TAKEN, Source, band, beside, by_decade, decades, sources

WORLD = "world-1913"
REPLICATES = 200
CITIZENS = 10_000
SPREADS = ("spark", "side_example")
"""Mechanisms by which movements and councils elsewhere move people here; switched off together."""
SOON = 5
"""Years within which another revolution follows (assumed)."""
FATE = 10
"""Years after which the first revolution's country is looked at (assumed)."""
FROM_ABROAD = "from abroad"
POOR, RICH = 1.0 / 3.0, 2.0 / 3.0
"""Product per head over the most advanced country's: poor below the first, rich from the second on (assumed)."""
MOSTLY = 0.5
AT_WAR = 0.1
"""Severity from which a country is at war; the war of the year before counts (assumed)."""
WORKERS = ("workers-democracy", "distorted-workers-state", "proletarian-bonapartism", "lower-phase", "higher-phase")
NEVER = np.inf


class Met(NamedTuple):
    """One event of a run: months since the start, place of the country, passage, and how power passed."""

    month: int
    place: int
    passage: str
    how: str


class Course(NamedTuple):
    """One run: its events, labels [month, country], norms [month, country], and each country's kinds by year.

    poor is 0 poor, 1 between, 2 rich; rural whether most people are peasants; war whether at war, all [year, country].
    """

    met: list[Met]
    labels: NDArray[np.int8]
    norms: NDArray[np.float32]
    poor: NDArray[np.int8]
    rural: NDArray[np.bool_]
    war: NDArray[np.bool_]


def courses(scenario: Scenario, plan: Plan, rules: NDArray[Any] | None = None) -> list[Course]:
    """Live all members with the same number of citizens in every country."""
    record = rules_of() if rules is None else rules

    def member(k: int) -> Course:
        start = resolve(scenario, plan.seed, k)
        lived = simulate(start, record, seed=plan.seed, replicate=k, citizens=plan.citizens).series
        stamps = start.first_month.astype("datetime64[M]") + np.arange(len(lived))
        named = columns(lived[None].astype(np.float32), Axes((0,), stamps, start.countries))
        return course(lived, named, start.countries)

    return each(member, range(plan.replicates), plan.threads)


def course(lived: Floats, named: dict[str, NDArray[Any]], countries: Sequence[str]) -> Course:
    """What is kept of one run; lived: float64 [month, country, variable]."""
    first = named["month"][0]
    met = [
        Met(int((one.month - first).astype(int)), countries.index(one.country), one.passage, one.how)
        for one in find(named, often=False)
    ]

    def of(name: str) -> Floats:
        return lived[..., VARIABLES.index(name)]

    yearly = slice(None, None, 12)
    level = of("gdp_per_head")[yearly] / of("gdp_per_head")[yearly].max(axis=1, keepdims=True)
    poor = ((level >= POOR).astype(np.int8) + (level >= RICH)).astype(np.int8)
    rural = of("heads_peasant")[yearly] > MOSTLY * of("population")[yearly]
    fought = of("war").reshape(-1, 12, len(countries)).max(axis=1) >= AT_WAR
    war = fought | np.concatenate([fought[:1], fought[:-1]])
    labels = np.asarray(trotsky.read(named).labels[0])
    return Course(met, labels, of("norms").astype(np.float32), poor, rural, war)


def revolutions(one: Course) -> list[Met]:
    """Revolutions that a country made itself, by month."""
    return sorted(met for met in one.met if met.passage in TAKEN and met.how != FROM_ABROAD)


def first_dates(runs: Sequence[Course], countries: int) -> Floats:
    """Month of each country's first own revolution [run, country]; infinite where there is none."""
    found = np.full((len(runs), countries), NEVER)
    for k, one in enumerate(runs):
        for met in revolutions(one):
            found[k, met.place] = min(found[k, met.place], met.month)
    return found


def counted(runs: Sequence[Course], source: Source, countries: Sequence[str], first: int) -> NDArray[np.int64]:
    """How many of a source's passages each run has by decade [run, decade], in the country-years that it covers."""
    last = first + len(runs[0].poor) - 1
    found = []
    for one in runs:
        own = {
            (met.month, met.place)
            for met in one.met
            if met.passage in source.passages and not (met.passage in TAKEN and met.how == FROM_ABROAD)
        }
        years = [first + month // 12 for month, place in own if _covers(source, countries[place], first + month // 12)]
        found.append(by_decade(years, decades(first, last)))
    return np.array(found)


def _covers(source: Source, country: str, year: int) -> bool:
    return year in source.covered.get(country, frozenset())


def by_record(runs: Sequence[Course], told: Sequence[Source], countries: Sequence[str], first: int) -> Table:
    """Every source's counts by decade, beside the model's band in the same country-years."""
    last, rows = first + len(runs[0].poor) - 1, list[list[Cell]]()
    for source in told:
        model = counted(runs, source, countries, first)
        record = by_decade([year for years in source.events.values() for year in years], decades(first, last))
        verdicts = []
        for (begin, end), recorded, mine in zip(decades(first, last), record, model.T, strict=True):
            low, middle, high = band(mine)
            verdicts.append(beside(recorded, low, high))
            rows.append([source.name, f"{begin}-{end}", recorded, middle, low, high, verdicts[-1]])
        low, middle, high = band(model.sum(axis=1))
        total = f"{beside(sum(record), low, high)}, {verdicts.count('inside')} of {len(verdicts)} decades inside"
        rows.append([source.name, "all", sum(record), middle, low, high, total])
    note = " ".join(
        f"{source.name}: {source.counts}, in {len(source.covered)} of {len(countries)} countries; "
        f"beside them the model's {', '.join(source.passages)}."
        for source in told
    )
    heads = ("source", "years", "record", "model, median", "5%", "95%", "the record lies")
    return Table("decades", "By decade, beside the record", heads, rows, note)


def where(dates: Floats, countries: Sequence[str], titles: Sequence[str], first: int) -> Table:
    """Where the first revolution of a run wins, and whether a country has any."""
    began, came = dates.min(axis=1), np.isfinite(dates)
    rows: list[list[Cell]] = []
    for place, title in enumerate(titles):
        own = dates[came[:, place], place]
        is_first = came[:, place] & (dates[:, place] <= began)
        year = float(first + np.median(own) / 12.0) if len(own) else None
        rows.append([title, float(is_first.mean()), float(came[:, place].mean()), None if year is None else int(year)])
    rows.sort(key=lambda row: (-float(str(row[1])), -float(str(row[2]))))
    note = "Revolutions set up from abroad are not counted. Shares of the first add to more than one where two tie."
    return Table("where", "Where a revolution wins", ("country", "first", "ever", "median year"), rows, note)


def kinds(runs: Sequence[Course], dates: Floats) -> Table:
    """First revolutions of countries per thousand country-years without one yet, by kind of country, and of runs."""
    asked: dict[str, Callable[[Course], NDArray[np.bool_]]] = {
        "poor": lambda one: one.poor == 0,
        "between": lambda one: one.poor == 1,
        "rich": lambda one: one.poor == 2,
        "mostly peasants": lambda one: one.rural,
        "mostly others": lambda one: ~one.rural,
        "at war": lambda one: one.war,
        "at peace": lambda one: ~one.war,
        "poor and at war": lambda one: (one.poor == 0) & one.war,
        "poor and at peace": lambda one: (one.poor == 0) & ~one.war,
        "rich and at war": lambda one: (one.poor == 2) & one.war,
        "rich and at peace": lambda one: (one.poor == 2) & ~one.war,
    }
    rows: list[list[Cell]] = []
    leading = _leading(dates)
    for words, kind in asked.items():
        years, firsts, world_firsts = (np.zeros(len(runs)) for _ in range(3))
        for k, one in enumerate(runs):
            held = kind(one)
            before = np.arange(len(held))[:, None] * 12 <= dates[k]
            years[k] = (held & before).sum()
            came = [(place, int(month)) for place, month in enumerate(dates[k]) if np.isfinite(month)]
            mine = [(place, month) for place, month in came if held[month // 12, place]]
            firsts[k] = len(mine)
            world_firsts[k] = any(place == leading[k] for place, _ in mine)
        rate, low, high = _rate(firsts, years)
        rows.append([words, float(world_firsts.mean()), rate, f"{low:.1f} to {high:.1f}", float(years.mean())])
    note = (
        f"Poor: below {POOR:.2f} of the most advanced country's product per head, rich: from {RICH:.2f} on; at war: "
        f"severity {AT_WAR} or more in this year or the one before. The rate is of a country's first own revolution "
        "over the country-years without one; its interval resamples runs."
    )
    heads = ("kind", "the run's first", "first ones per 1000 country-years", "95%", "country-years a run")
    return Table("kinds", "In which kind of country", heads, rows, note)


def _leading(dates: Floats) -> NDArray[np.int64]:
    """Place of the country with the first revolution of each run; -1 where there is none."""
    return np.where(np.isfinite(dates.min(axis=1)), dates.argmin(axis=1), -1)


def _rate(firsts: Floats, years: Floats) -> tuple[float, float, float]:
    """Events per thousand country-years with their 95% interval, runs resampled; firsts, years: [run]."""

    def rate(members: Floats) -> float:
        pick = members.astype(int)
        return 1000.0 * float(firsts[pick].sum()) / max(float(years[pick].sum()), 1.0)

    every = np.arange(len(firsts), dtype=float)
    return rate(every), *bootstrap(every, rate, times=400)


def followers(dates: Floats, soon: float) -> tuple[Floats, Floats]:
    """Countries that follow a run's first revolution within some months [run]; how many would by the calendar alone.

    By the calendar alone: each other country draws its date from all other runs in which it has none by then, so that
    world wars and slumps of the record count alike. Runs without a revolution are left out.
    """
    seen, expected = [], []
    for k, mine in enumerate(dates):
        start = mine.min()
        if not np.isfinite(start):
            continue
        others = np.arange(len(mine)) != mine.argmin()
        seen.append(float(((mine > start) & (mine <= start + soon))[others].sum()))
        rest = np.delete(dates, k, axis=0)[:, others]
        open_ = (rest > start).sum(axis=0)
        come = ((rest > start) & (rest <= start + soon)).sum(axis=0)
        expected.append(float((come / np.maximum(open_, 1)).sum()))
    return np.array(seen), np.array(expected)


def spread(dates: Floats, without: Floats, countries: int) -> Table:
    """Whether a first revolution is followed by more than the calendar gives, and what is left without spreading."""
    rows: list[list[Cell]] = []
    for words, some in (("as it is", dates), (f"without {' and '.join(SPREADS)}", without)):
        seen, expected = followers(some, 12.0 * SOON)
        came = float(np.isfinite(some).sum(axis=1).mean())
        if not len(seen):
            rows.append([words, came, 0.0, None, None, None, ""])
            continue
        low, high = bootstrap(seen - expected, lambda x: float(np.mean(x)), times=400)
        means = float(seen.mean()), float(expected.mean())
        rows.append([words, came, len(seen) / len(some), *means, means[0] - means[1], f"{low:.2f} to {high:.2f}"])
    note = (
        f"Countries of {countries} with a first own revolution within {SOON} years after a run's first, beside what "
        "the same countries' dates in other runs give after that date: the difference is what runs have in common "
        "beyond the calendar of wars. It holds the slumps of the model's own trade as well as example; the second "
        f"row switches off what carries example: {example(dates, without)[0]}."
    )
    heads = (
        "world", "countries with one", "runs with any", "others follow", "by the calendar", "difference", "95%",
    )  # fmt: skip
    return Table("spread", "Whether it spreads", heads, rows, note)


def example(dates: Floats, without: Floats) -> tuple[str, int]:
    """What example adds to the countries with a revolution, paired by member, in words; 1 more, -1 fewer, 0 unclear."""
    came = np.isfinite(dates[: len(without)]).sum(axis=1) - np.isfinite(without).sum(axis=1).astype(float)
    low, high = bootstrap(came, lambda x: float(np.mean(x)), times=400)
    sign = 1 if low > 0.0 else -1 if high < 0.0 else 0
    return f"with it {came.mean():+.2f} countries have one ({low:+.2f} to {high:+.2f}, the same members)", sign


def fates(runs: Sequence[Course], dates: Floats, names: Sequence[str]) -> Table:
    """What became of the country of a run's first revolution, by its level and by whether others had followed."""
    codes = [names.index(name) for name in WORKERS if name in names]
    groups: dict[tuple[str, str], list[tuple[bool, float, int]]] = {}
    for k, one in enumerate(runs):
        start = dates[k].min()
        at = int(start) + 12 * FATE if np.isfinite(start) else len(one.labels)
        if at >= len(one.labels):
            continue
        place = int(dates[k].argmin())
        level = ("poor", "between", "rich")[one.poor[int(start) // 12, place]]
        others = np.isin(np.delete(one.labels[at - 12 * SOON], place), codes).any()
        held, code = bool(np.isin(one.labels[at, place], codes)), int(one.labels[at, place])
        groups.setdefault((level, "with others" if others else "alone"), []).append(
            (held, float(one.norms[at, place]), code)
        )
    rows: list[list[Cell]] = []
    for (level, company), found in sorted(groups.items()):
        label = names[Counter(code for *_, code in found).most_common(1)[0][0]]
        norms = [value for held, value, _ in found if held]
        share = float(np.mean([held for held, *_ in found]))
        rows.append([level, company, len(found), share, float(np.median(norms)) if norms else None, label])
    note = (
        f"The country of a run's first revolution {FATE} years on; with others: another country was a workers' state "
        f"by the chapter's lens {SOON} years on. Norms: median of those that still are. "
        "A group without a run has no line."
    )
    heads = ("level", "company", "runs", "still a workers' state", "norms there", "commonest label")
    return Table("fates", "What isolation does", heads, rows, note)


def ribbon(runs: Sequence[Course], names: Sequence[str], titles: Sequence[str], first: int) -> Table:
    """The commonest label of every country by year, with the share of runs that have it."""
    rows: list[list[Cell]] = []
    for place, title in enumerate(titles):
        for year in range(len(runs[0].poor)):
            found = Counter(int(code) for one in runs for code in one.labels[12 * year : 12 * year + 12, place])
            (code, many), every = found.most_common(1)[0], sum(found.values())
            rows.append([title, first + year, names[code], many / every])
    return Table("labels", "Commonest labels", ("country", "year", "label", "share of months"), rows)


def headline(decade: Table, where_: Table, spread_: Table, carried: tuple[str, int]) -> str:
    """The page's first sentences, written from its numbers."""
    totals = [row for row in decade.rows if row[1] == "all"]
    said = "; ".join(
        f"{row[0]} {row[2]}, in nine runs of ten {row[4]:.0f} to {row[5]:.0f}, "
        f"{str(row[6]).replace(' (', ', ').strip(')')}"
        for row in totals
    )
    wins = [(row[0], float(str(row[1]))) for row in where_.rows]
    leaders = ", ".join(f"{title} {share:.2f}" for title, share in wins[:4] if share > 0.0) or "no country"
    low = str(spread_.rows[0][6]).split(" to ")[0] or "0"
    more = "more countries follow than" if float(low) > 0.0 else "no more countries follow than"
    first = (
        f"A run's first revolution wins most often in: {leaders}. Within {SOON} years {more} by the calendar of wars"
    )
    first += f"; example from abroad: {carried[0]}."
    return f"What is recorded for 1913-2000 and what the model has: {said}. {first}"


def report(plan: Plan) -> Page:
    """Live the world, lay it beside the record, and say where revolutions win, whether they spread and what remains."""
    plan = replace(plan, surroundings=plan.citizens) if plan.small else _full(plan)
    scenario = load_scenario(WORLD)
    countries, first = tuple(scenario.countries), int(scenario.start[:4])
    titles = [one.title for one in scenario.countries.values()]
    runs = courses(scenario, plan)
    fewer = replace(plan, replicates=max(plan.replicates // 2, 2))
    without = courses(scenario, fewer, rules_of(without=SPREADS))
    names = trotsky.table().names
    keys = {name: str(one.record) for name, one in scenario.countries.items() if one.record}
    dates, dates_without = first_dates(runs, len(countries)), first_dates(without, len(countries))
    tables = [
        by_record(runs, sources(keys, first, int(scenario.end[:4])), countries, first),
        where(dates, countries, titles, first),
        kinds(runs, dates),
        spread(dates, dates_without, len(countries)),
        fates(runs, dates, names),
    ]
    labels = ribbon(runs, names, titles, first)
    about = (
        f"{headline(tables[0], tables[1], tables[3], example(dates, dates_without))} `{WORLD}`: {len(countries)} "
        f"countries of {plan.citizens} citizens; the two world wars are dated events for those who fought them, all "
        "else comes out of the run. A break of the regime is any passage of power from one centre to another, "
        "conquest, or restoration, once a month and country."
    )
    one = runs[0]
    drawn = chart(one.labels[::12].T, labels, names, titles, first, revolutions(one), runs=len(runs))
    return Page("The world from 1913", about, tables, plan, {"ribbon": drawn}, [labels])


def _full(plan: Plan) -> Plan:
    return replace(plan, replicates=REPLICATES, citizens=CITIZENS, surroundings=CITIZENS)
