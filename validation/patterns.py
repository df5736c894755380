"""Bars 2 to 4: regimes, growth and coercion of the main scenario; without outside events; with the threat flat."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from thermidor.lenses import trotsky
from thermidor.record import growth_periods, literature
from thermidor.runs.summary import interval
from thermidor.scenarios import Scenario
from validation import literature_distance, measures
from validation.ensemble import Plan, live
from validation.measures import Measure, measure
from validation.page import Cell, Page, Table
from validation.sample import THE_LABEL, Floats, Sample
from validation.settings import flat_threat, gdp_record, main_scenario
from validation.stats import bootstrap, rank_correlation

REPLICATES = 200
YEARS = (1919, 1921, 1923, 1925, 1928, 1932, 1937, 1940, 1946, 1950, 1960, 1970, 1980, 1985, 1989, 1995, 2000)
CONSUMPTION = (1921, 1925, 1930, 1931, 1932, 1933, 1934, 1935, 1937, 1940, 1950, 1960, 1970, 1985)


class Bar(NamedTuple):
    """A demand on a measure: at least `low`, at most `high`; nothing is demanded where both are None."""

    measure: str
    low: float | None
    high: float | None
    words: str


BARS = (
    Bar("label_in_window", 0.8, None, f"{THE_LABEL} first reached 1923-34"),
    Bar("label_median", 1923.0, 1935.0, "median date first reached"),
    Bar("norms_half", None, None, "median date the norms first stand below one half"),
    Bar("held_1937", 0.5, None, "has the label in January 1937"),
    Bar("held_1952", 0.5, None, "... 1952"),
    Bar("held_1970", 0.5, None, "... 1970"),
    Bar("held_1980", 0.5, None, "... 1980"),
    Bar("left_by_2000", 0.5, None, "has left it by January 2000"),
    Bar("left_before_1980", None, 0.05, "has left it before 1980"),
    Bar("restored_by_2000", None, None, "state property below one half by 2000"),
    Bar("repairs", None, None, "a passage won from below"),
    Bar("breaks", None, None, "breaks of the state a run"),
    Bar("breaks_1918_21", None, None, "state breaks 1918-21"),
    Bar("breaks_1941_46", None, None, "state breaks 1941-46"),
    Bar("wave_share", 0.6, None, "mass wave within three years of the worst shortage of 1927-37"),
    Bar("purge_share", 0.6, None, "separate burst inside the apparatus that ends by itself"),
    Bar("purge_date", 1936.0, 1939.0, "median date of the strongest such repression (fitted at 1937)"),
    Bar("growth_1932_37", 6.1, None, "growth a head, % a year: fast (record 8.1)"),
    Bar("growth_1937_40", None, 1.8, "growth a head, % a year: the halt (record -0.2)"),
    Bar("growth_1990_98", None, -3.7, "growth a head, % a year: the fall (record -5.7)"),
    Bar("apparatus_fell_back", 0.5, None, "apparatus not monotone"),
    Bar("unclassified", None, None, "months without a label"),
)


def report(plan: Plan) -> Page:
    """Run the three settings and lay them beside the bars and the record."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    scenario = main_scenario()
    record = gdp_record(scenario)
    base = live(scenario, plan)
    samples = {
        "as it was": base,
        "no outside events": live(scenario.without_outside(), plan),
        "threat flat": live(flat_threat(scenario), plan),
    }
    tables = [bars(samples), end_and_start(base), labels(base), error(samples, record), growth(samples, record)]
    seeds = {f"seed {seed}": live(scenario, replace(plan, seed=seed)) for seed in range(plan.seed + 1, plan.seed + 4)}
    tables += [other_draws({f"seed {plan.seed}": base, **seeds}, record), one_by_one(scenario, plan, base)]
    tables += [levels(base, record), consumption(samples), coercion(base), *literature_distance.tables(base)]
    about = (
        "What `russia-1917` shows beside what is asked; shortfalls first. No outside events: no wars, threat, embargo."
    )
    return Page("Patterns of the main scenario", about, tables, plan)


def verdict(bar: Bar, value: float, low: float, high: float) -> str:
    """Say whether a demand is met, `unsure` where it is met but its interval [low, high] crosses the demand."""
    if bar.low is None and bar.high is None:
        return "shown"
    met = (bar.low is None or value >= bar.low) and (bar.high is None or value <= bar.high)
    sure = (bar.low is None or low >= bar.low) and (bar.high is None or high <= bar.high)
    return ("met" if sure else "unsure") if met else "SHORT"


def spread(m: Measure, values: Floats) -> tuple[float, float]:
    """Return the 95% interval of a measure over runs."""
    if m.unit == "share of runs":
        return interval(float(values.mean()), len(values))
    return bootstrap(values, m.over, times=300)


def bars(samples: dict[str, Sample]) -> Table:
    """Every bar on the shares and dates of regimes and coercion, with its interval; shortfalls first."""
    rows = []
    for bar in BARS:
        m = measure(bar.measure)
        values = [m.of(sample) for sample in samples.values()]
        asked = f"≥ {bar.low:g}" if bar.low is not None else ""
        asked = " ".join(part for part in (asked, f"≤ {bar.high:g}" if bar.high is not None else "") if part)
        low, high = spread(m, values[0])
        about = f"{low:.1f} to {high:.1f}" if m.unit == "year" else f"{low:.2f} to {high:.2f}"
        row: list[Cell] = [verdict(bar, m.over(values[0]), low, high), bar.measure, bar.words, asked, about]
        rows.append(row + [f"{m.over(v):.1f}" if m.unit == "year" else m.over(v) for v in values])
    rows.sort(key=lambda row: ("SHORT", "unsure", "met", "shown").index(str(row[0])))
    note = "What never happens is dated at the end of the run; `breaks` and `unclassified` are means over runs."
    return Table("bars", "Bars", ("verdict", "measure", "meaning", "asked", "95%", *samples), rows, note)


def other_draws(samples: dict[str, Sample], record: dict[int, float]) -> Table:
    """Every demand under other seeds: the fit has met the first members of the first of them."""
    rows: list[list[Cell]] = []
    for bar in BARS:
        m = measure(bar.measure)
        if bar.low is not None or bar.high is not None:
            found = [m.value(sample) for sample in samples.values()]
            rows.append([bar.measure, *(f"{v:.1f}" if m.unit == "year" else v for v in found)])
    errors = [measures.fit_to_record(sample, record).error for sample in samples.values()]
    rows.append(["error of GDP per head", *(f"{error:.3f}" for error in errors)])
    note = "The search for values used members 0 to 31 of seed 1 (half of them under shaken rules), and no other seed."
    return Table("seeds", "The same under other draws", ("measure", *samples), rows, note)


def one_by_one(scenario: Scenario, plan: Plan, base: Sample) -> Table:
    """Show the dates and shares without one outside event at a time, and with the first war alone."""
    shown = ("label_in_window", "label_median", "norms_half", "wave_share", "purge_share", "left_by_2000")
    events = scenario.outside
    settings = {"as it was": base}
    for i, event in enumerate(events):
        name = f"{event.kind} from {event.from_}" if event.kind == "war" else f"path of {event.variable}"
        rest = scenario.model_copy(update={"outside": (*events[:i], *events[i + 1 :])})
        settings[f"without the {name}"] = live(rest, plan)
    settings["with the first war alone"] = live(scenario.model_copy(update={"outside": events[:1]}), plan)
    rows: list[list[Cell]] = []
    for name, sample in settings.items():
        kinds = [measure(one) for one in shown]
        rows.append([name, *(f"{m.value(sample):.1f}" if m.unit == "year" else m.value(sample) for m in kinds)])
    return Table("events", "Without one outside event at a time", ("setting", *shown), rows)


def end_and_start(base: Sample) -> Table:
    """Dates of leaving (quartiles over all runs and over those that leave) and of the purge."""
    rows: list[list[Cell]] = []
    left, purged = measures.exit_date(base), measures.purge_peak(base)
    for words, dates in (
        ("label left, all runs", left),
        ("label left, runs that leave", left[left < base.end]),
        ("strongest burst inside the apparatus", purged[np.isfinite(purged)]),
    ):
        quartiles = np.quantile(dates, (0.25, 0.5, 0.75)) if len(dates) else np.full(3, np.nan)
        rows.append([words, len(dates), *(f"{q:.1f}" for q in quartiles), float(quartiles[2] - quartiles[0])])
    return Table("dates", "Dates", ("what", "runs", "25%", "50%", "75%", "years between the quartiles"), rows)


def labels(base: Sample) -> Table:
    """Share of each label in some Januaries; for 1919 with the margin of its criteria, in scales."""
    codes, names = base.labels
    years = (1919, 1925, 1930, 1937, 1952, 1970, 1980, 1985, 1990, 1995, 2000)
    rows: list[list[Cell]] = []
    for code, name in enumerate(names):
        share = [float((codes[:, base.at(year)] == code).mean()) for year in years]
        if any(share):
            margin = (
                trotsky.margins(base.dataset, name)[:, base.at(1919), 0]
                if name != "unclassified"
                else np.array([np.nan])
            )
            rows.append([name, *share, float(np.median(margin))])
    note = (
        "Margin: by how much the weakest criterion holds (median run), in scales of its threshold; negative: not met."
    )
    return Table("labels", "Labels in January", ("label", *map(str, years), "margin 1919"), rows, note)


def error(samples: dict[str, Sample], record: dict[int, float]) -> Table:
    """Mean absolute log error of GDP per head 1928-85, one scale removed, beside the best straight line."""
    rows: list[list[Cell]] = []
    for name, sample in samples.items():
        fit = measures.fit_to_record(sample, record)
        rows.append(
            [
                name,
                f"{fit.error:.3f}",
                f"{fit.scale:.3f}",
                f"{fit.line_error:.3f}",
                fit.years,
                "≤ 0.06",
                fit.error <= 0.06,
            ]
        )
    heads = ("setting", "error", "scale", "straight line", "years", "asked", "met")
    return Table("error", "GDP per head 1928-85: error of the median run", heads, rows)


def growth(samples: dict[str, Sample], record: dict[int, float]) -> Table:
    """Growth of GDP per head by period, percent a year: record, median curve, middle 90% of runs, official growth."""
    base = next(iter(samples.values()))
    curves = {name: measures.median_curve(sample, sample["gdp_per_head"]) for name, sample in samples.items()}
    official = measures.median_curve(base, base["official_output"] / base["population"])
    rows: list[list[Cell]] = []
    for first, last in ((1921, 1928), *growth_periods()):
        if last > 2000:
            continue

        def rate(curve: dict[int, float], first: int = first, last: int = last) -> float:
            return 100.0 * float(np.log(curve[last] / curve[first])) / (last - first)

        known = first in record and last in record
        true = rate(record) if known else np.nan
        inside = np.quantile(measures.growth(base, first, last), (0.05, 0.95))
        row: list[Cell] = [
            f"{first}-{last}",
            true,
            *(rate(c) for c in curves.values()),
            rate(curves["as it was"]) - true,
        ]
        rows.append([*row, f"{inside[0]:.1f} to {inside[1]:.1f}", rate(official)])
    heads = ("period", "record", *samples, "distance", "5-95% of runs", "official")
    return Table("growth", "Growth of GDP per head, percent a year", heads, rows)


def levels(base: Sample, record: dict[int, float]) -> Table:
    """GDP per head in some years beside the record."""
    curve = measures.median_curve(base, base["gdp_per_head"])
    rows: list[list[Cell]] = [
        [str(y), record.get(y), curve[y], float(np.log(curve[y] / record[y])) if y in record else None] for y in YEARS
    ]
    return Table("levels", "GDP per head, thousand 2011 $", ("year", "record", "median run", "log distance"), rows)


def consumption(samples: dict[str, Sample]) -> Table:
    """Consumption per head on 1928, median of runs."""
    rows: list[list[Cell]] = [
        [str(y), *(measure(f"consumption_{y}").value(s) for s in samples.values())] for y in CONSUMPTION
    ]
    return Table("consumption", "Consumption per head, 1928 = 1", ("year", *samples), rows)


def coercion(base: Sample) -> Table:
    """Repression of the many and inside the apparatus, year by year, beside the sentences of the literature."""
    both = (
        ("all_sentenced", "repression_mass"),
        ("death_sentences", "repression_elite"),
        ("camp_population", "repression_mass"),
        ("camp_population", "labour_coercion"),
    )
    known = {
        name: {row["year"]: row["value"] for row in literature("sentences", name) if not row["to_year"]}
        for name, _ in both
    }
    curves = {
        name: measures.median_curve(base, base[name])
        for name in ("repression_mass", "repression_elite", "labour_coercion", "scarcity")
    }
    years = sorted(set().union(*known.values()) | {1919, 1925, 1927, 1928, 1935, 1940, 1955, 1960})
    rows: list[list[Cell]] = [
        [str(y), *(series.get(y) for series in known.values()), *(c[y] for c in curves.values())] for y in years
    ]
    agree = []
    for name, variable in both:
        pairs = np.array([(known[name][y], curves[variable][y]) for y in known[name]])
        agree.append(f"{name} with {variable} {rank_correlation(pairs[:, 0], pairs[:, 1]):.2f} ({len(pairs)} years)")
    note = (
        f"Rank correlation of the record with the median run: {'; '.join(agree)}. "
        "Levels are not comparable; timing is. Prisoners are a stock: they outlast the arrests."
    )
    return Table("coercion", "Coercion by year", ("year", *known, *curves), rows, note)
