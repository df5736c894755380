"""What a run has to say, as tables: regimes and reasons, turning points, figures beside the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.runs import summary
from thermidor.runs.manifest import another_theory
from thermidor.runs.result import title_of
from thermidor.views.beside import known
from thermidor.views.overview import members_of
from thermidor.views.palette import words
from thermidor.views.report import Table

if TYPE_CHECKING:
    from thermidor.runs import Result

    Floats = NDArray[np.float64]

WAVES = {
    "repression_mass": "coercion of the many at its height",
    "repression_elite": "purge of the apparatus at its height",
}
LEAST_WAVE = 0.1
"""Index that a wave of coercion has to reach to have a height worth dating."""
LASTING = 12
"""Months for which a label has to be the commonest of many runs to have a line in the table of regimes."""
APART = 4
"""Years that two lines of the table of levels are apart at least."""
NONE = "-"


def headline(manifest: Mapping[str, Any]) -> str:
    """Say in a line what was run: scenario, members, citizens, seed."""
    citizens = manifest["citizens"]
    if isinstance(citizens, int):
        many = f"{citizens:,} citizens in each country"
    else:
        many = ", ".join(f"{country} {n if isinstance(n, str) else f'{n:,}'}" for country, n in citizens.items())
    theory = another_theory(manifest)
    last = f"seed {manifest['seed']}" + (f", theory {theory}" if theory else "")
    last += f", months by {engine['name']}" if (engine := manifest.get("engine")) else ""
    return f"{manifest['scenario']['name']}: {members_of(manifest)}, {many}, {last}"


def changes(asked: Mapping[str, Any]) -> str:
    """Write what was asked beyond scenario and rules, nothing for nothing."""
    changed = [f"{key} = {value:g}" for kind in ("set", "rules") for key, value in asked.get(kind, {}).items()]
    return ", ".join([*changed, *(f"without {name}" for name in asked.get("without", ()))])


def record_key(result: Result, country: str) -> str | None:
    """Return the key under which the record knows a country; None where it doesn't."""
    key = result.manifest["scenario"]["resolved"]["countries"].get(country, {}).get("record")
    return key if known(key) else None


def regimes(result: Result, country: str) -> Table:
    """Return the spells of a country: from, to, regime, the share of runs that have it, and why it began."""
    from thermidor.lenses import lens
    from thermidor.lenses.spells import typical_spells
    from thermidor.runs.result import THEORY

    many = len(result.reading.runs) > 1
    rows = []
    for spell in typical_spells(result.reading, country, *((LASTING,) if many else ())):
        why = lens(THEORY).why(result.columns, result.reading, country, spell.first)
        share = (f"{100 * spell.share:.0f}%",) if many else ()
        rows.append((str(spell.first), str(spell.last), words(spell.label), *share, why))
    columns = ("from", "to", "regime", "runs", "why") if many else ("from", "to", "regime", "why")
    note = "the commonest label of each month; runs: mean share that has it" if many else ""
    return Table(f"{title_of(result, country)}: regimes", columns, tuple(rows), (3,) if many else (), note)


def turning_points(result: Result, country: str) -> Table:
    """Return when regimes were first reached and left, norms fell, coercion peaked: share of runs, median, spread."""
    reading, months = result.reading, result.reading.months
    codes = reading.labels[:, :, reading.country(country)]
    dates: dict[str, dict[str, Any]] = {}
    for label, date in summary.first_reached(codes, reading.names, months).items():
        if date["median_month"] != str(months[0]):
            dates[f"{words(label)} reached"] = date
    longest = int(np.bincount(codes.ravel(), minlength=len(reading.names)).argmax())
    dates[f"{words(reading.names[longest])} left"] = summary.dated(_left(codes == longest), months)
    for name, level in summary.FALLS.items():
        fell = summary.first_months(summary.fell(result.values(name, country), level))
        dates[f"{name.replace('_', ' ')} below {level:g}"] = summary.dated(fell, months)
    for name, title in WAVES.items():
        values = result.values(name, country)
        peak = np.where(values.max(axis=1) >= LEAST_WAVE, values.argmax(axis=1), -1)
        dates[title] = summary.dated(peak, months)
    found = sorted((date["median_month"], title, date) for title, date in dates.items() if date["median_month"])
    caption = f"{title_of(result, country)}: turning points"
    rows: list[tuple[tuple[str, ...], str]] = [((when,), title) for when, title, _ in found]
    if len(reading.runs) == 1:
        return Table(caption, ("month", "what"), _together(rows))
    rows = [((when, f"{d['p10']} to {d['p90']}", f"{100 * d['share']:.0f}%"), title) for when, title, d in found]
    note = "median among the runs in which it happens; runs: in how many"
    return Table(caption, ("median", "10% to 90%", "runs", "what"), _together(rows), (2,), note)


def first_reached(result: Result, country: str) -> Table:
    """Return for each label that any run reaches: share of runs with Wilson's interval, median month, 10% to 90%."""
    reading = result.reading
    runs = len(reading.runs)
    found = summary.first_reached(reading.labels[:, :, reading.country(country)], reading.names, reading.months)
    rows = [
        (words(label), *_shared(date["share"], runs), date["median_month"], f"{date['p10']} to {date['p90']}")
        for label, date in sorted(found.items(), key=lambda each: str(each[1]["median_month"]))
    ]
    columns = ("regime", "runs", "95%", "median", "10% to 90%")
    return Table(f"{title_of(result, country)}: first reached", columns, tuple(rows), (1, 2))


def measures(result: Result, country: str) -> Table:
    """Return what is dated of a country from its second month on: share of runs in which it happens, median month."""
    runs, reading = len(result.reading.runs), result.reading
    found = summary.measures(result.dataset.isel(country=reading.country(country)), reading.months)
    rows = [
        (title.replace("_", " "), *_shared(date["share"], runs), date["median_month"] or NONE)
        for title, date in found.items()
    ]
    columns = ("what happened", "runs", "95%", "median")
    return Table(f"{title_of(result, country)}: dated measures", columns, tuple(rows), (1, 2))


def _shared(share: float, runs: int) -> tuple[str, str]:
    """Write a share of runs and its interval."""
    low, high = summary.interval(share, runs)
    return f"{share:.0%}", f"{low:.0%} to {high:.0%}"


def _together(rows: list[tuple[tuple[str, ...], str]]) -> tuple[tuple[str, ...], ...]:
    """Put on one line what happens on the same dates: several names of one event."""
    by_date = groupby(sorted(rows), key=lambda row: row[0])
    return tuple((*when, "; ".join(what for _, what in same)) for when, same in by_date)


def _left(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first month after the longest unbroken stay in each run [run, month] -> [run]; -1 where it lasts."""
    out = np.full(len(inside), -1, dtype=np.int64)
    for i, row in enumerate(inside):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        begins, ends = edges[::2], edges[1::2]
        if len(ends) and ends[np.argmax(ends - begins)] < len(row):
            out[i] = ends[np.argmax(ends - begins)]
    return out


def beside(result: Result, country: str) -> list[Table]:
    """Return growth by period, where the record has the country, and levels at some years: medians of runs."""
    from thermidor.record import growth_periods, growth_table, yearly

    months, key, found = result.reading.months, record_key(result, country), list[Table]()

    def median(name: str) -> Floats:
        return np.median(np.asarray(result.values(name, country), dtype=np.float64), axis=0)

    model = {name: yearly(months, median(name)) for name in ("gdp_per_head", "urban_share", "population")}
    official = yearly(months, median("official_output") / median("population"))
    record = {name: _by_year(key, name) for name in model}
    periods = [span for span in growth_periods() if {*span} <= model["gdp_per_head"].keys()] if key else []
    if periods:
        both = zip(
            growth_table(model["gdp_per_head"], record["gdp_per_head"], periods),
            growth_table(official, {}, periods),
            strict=True,
        )
        rows = tuple(
            ("-".join(map(str, own.period)), *map(_percent, (own.model, own.record, claim.model)))
            for own, claim in both
        )
        heads: tuple[str, ...] = ("GDP per head, % a year", "model", "record", "claimed in the model")
        found.append(Table(f"{title_of(result, country)}: growth beside the record", heads, rows, (1, 2, 3)))
    lines = [
        (
            str(year),
            _thousand(model["gdp_per_head"].get(year)), _thousand(record["gdp_per_head"].get(year)),
            _share(model["urban_share"].get(year)), _share(record["urban_share"].get(year)),
            _million(model["population"].get(year)), _million(record["population"].get(year)),
        )
        for year in _years(sorted(model["gdp_per_head"]), [first for first, _ in periods])
    ]  # fmt: skip
    if not lines:
        return found
    heads = ("", "model: $ a head", "record", "model: urban", "record", "millions", "record")
    if key:
        found.append(
            Table(f"{title_of(result, country)}: levels beside the record", heads, tuple(lines), (1, 2, 3, 4, 5, 6))
        )
        return found
    some = tuple(line[:2] + line[3::2] for line in lines)
    return [*found, Table(f"{title_of(result, country)}: levels", heads[:2] + heads[3::2], some, (1, 2, 3))]


def _years(whole: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """Pick years for the table of levels: those wanted, apart enough, else about ten of the whole years of a run."""
    if not wanted:
        return list(whole[:: max(1, -(-len(whole) // 10))])
    picked: list[int] = []
    for year in sorted({whole[0], *wanted, whole[-1]}):
        if not picked or year - picked[-1] >= APART:
            picked.append(year)
    return picked


def _by_year(key: str | None, name: str) -> dict[int, float]:
    """Return the record's series by year; nothing where there is none."""
    from thermidor.record import record

    with suppress(InputError):
        return record(key, name).by_year() if key else {}
    return {}


def _percent(number: float | None) -> str:
    return NONE if number is None else f"{100 * number:+.1f}"


def _thousand(number: float | None) -> str:
    return NONE if number is None else f"{1000 * number:,.0f}"


def _share(number: float | None) -> str:
    return NONE if number is None else f"{100 * number:.0f}%"


def _million(number: float | None) -> str:
    return NONE if number is None else f"{number:,.1f}"
