"""The report of a run: regimes and reasons, turning points, figures beside the record, and where the files are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.cli.tables import facts, note, prose, say, table
from thermidor.errors import InputError
from thermidor.runs import summary
from thermidor.views.beside import known
from thermidor.views.palette import words

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


def report(result: Result, figure: Path | None) -> None:
    """Print the report of a run; `figure` is where it was drawn, if it was."""
    countries = result.manifest["scenario"]["resolved"]["countries"]
    say(_headline(result), f"{result.manifest['seconds']:.1f} s")
    for name in result.reading.countries:
        say(countries[name]["title"], "regimes")
        regimes(result, name)
    main = main_country(result)
    titled, key = countries[main]["title"], countries[main].get("record")
    say(titled, "turning points")
    turning_points(result, main)
    there = known(key)
    say(titled, "beside the record" if there else f"levels; the record has no '{key}'" if key else "levels")
    beside(result, main, key if there else None)
    _files(result, figure)


def main_country(result: Result) -> str:
    """Return the country that the report dwells on: the first with a record, else the first."""
    countries = result.manifest["scenario"]["resolved"]["countries"]
    named = result.reading.countries
    return next((name for name in named if countries[name].get("record")), named[0])


def _headline(result: Result) -> str:
    was = result.manifest
    runs, citizens = was["replicates"], was["citizens"]
    members = f"{len(runs)} runs" if len(runs) > 1 else f"member {runs[0]}"
    if isinstance(citizens, int):
        many = f"{citizens:,} citizens in each country"
    else:
        many = ", ".join(f"{country} {n if isinstance(n, str) else f'{n:,}'}" for country, n in citizens.items())
    return f"{was['scenario']['name']}: {members}, {many}, seed {was['seed']}"


def regimes(result: Result, country: str) -> None:
    """Print the spells of a country: from, to, regime, the share of runs that have it, and why it began."""
    from thermidor.lenses import lens
    from thermidor.lenses.spells import typical_spells
    from thermidor.runs.result import THEORY

    many = len(result.reading.runs) > 1
    rows = []
    for spell in typical_spells(result.reading, country, *((LASTING,) if many else ())):
        why = lens(THEORY).why(result.columns, result.reading, country, spell.first)
        share = (f"{100 * spell.share:.0f}%",) if many else ()
        rows.append((str(spell.first), str(spell.last), words(spell.label), *share, why))
    if many:
        note("the commonest label of each month; runs: mean share that has it")
    columns = ("from", "to", "regime", "runs", "why") if many else ("from", "to", "regime", "why")
    table(columns, rows, right=(3,) if many else (), widths={2: 16})


def turning_points(result: Result, country: str) -> None:
    """Print when regimes were first reached and left, norms fell and coercion peaked: share of runs, median, spread."""
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
    rows: list[tuple[tuple[str, ...], str]] = [((when,), title) for when, title, _ in found]
    if len(reading.runs) == 1:
        table(("month", "what"), _together(rows))
        return
    rows = [((when, f"{d['p10']} to {d['p90']}", f"{100 * d['share']:.0f}%"), title) for when, title, d in found]
    note("median among the runs in which it happens; runs: in how many")
    table(("median", "10% to 90%", "runs", "what"), _together(rows), right=(2,))


def _together(rows: list[tuple[tuple[str, ...], str]]) -> list[tuple[str, ...]]:
    """Put on one line what happens on the same dates: several names of one event."""
    by_date = groupby(sorted(rows), key=lambda row: row[0])
    return [(*when, "; ".join(what for _, what in same)) for when, same in by_date]


def _left(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first month after the longest unbroken stay in each run [run, month] -> [run]; -1 where it lasts."""
    out = np.full(len(inside), -1, dtype=np.int64)
    for i, row in enumerate(inside):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        begins, ends = edges[::2], edges[1::2]
        if len(ends) and ends[np.argmax(ends - begins)] < len(row):
            out[i] = ends[np.argmax(ends - begins)]
    return out


def beside(result: Result, country: str, key: str | None) -> None:
    """Print growth by period and levels at some years (medians of runs), with the record's under `key` beside them."""
    from thermidor.record import growth_periods, growth_table, yearly

    months = result.reading.months

    def median(name: str) -> Floats:
        return np.median(np.asarray(result.values(name, country), dtype=np.float64), axis=0)

    model = {name: yearly(months, median(name)) for name in ("gdp_per_head", "urban_share", "population")}
    official = yearly(months, median("official_output") / median("population"))
    record = {name: _by_year(key, name) for name in model}
    periods = [span for span in growth_periods() if {*span} <= model["gdp_per_head"].keys()] if key else []
    if periods:
        rows = zip(
            growth_table(model["gdp_per_head"], record["gdp_per_head"], periods),
            growth_table(official, {}, periods),
            strict=True,
        )
        table(
            ("GDP per head, % a year", "model", "record", "claimed in the model"),
            [
                ("-".join(map(str, own.period)), *map(_percent, (own.model, own.record, claim.model)))
                for own, claim in rows
            ],
            right=(1, 2, 3),
        )
        prose("")
    lines = [
        (
            year,
            _thousand(model["gdp_per_head"].get(year)), _thousand(record["gdp_per_head"].get(year)),
            _share(model["urban_share"].get(year)), _share(record["urban_share"].get(year)),
            _million(model["population"].get(year)), _million(record["population"].get(year)),
        )
        for year in _years(sorted(model["gdp_per_head"]), [first for first, _ in periods])
    ]  # fmt: skip
    if not lines:
        return
    heads = ("", "model: $ a head", "record", "model: urban", "record", "millions", "record")
    if key:
        table(heads, lines, right=range(1, 7))
    else:
        table(heads[:2] + heads[3::2], [line[:2] + line[3::2] for line in lines], right=range(1, 4))


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


def _files(result: Result, figure: Path | None) -> None:
    """Say where the run is kept, and how much of it the lens could not name."""
    say("Kept" if result.path else "Not kept")
    rows = [("no label fits", f"{100 * result.reading.unclassified_share:.1f}% of country-months")]
    if result.path is not None:
        rows += [("run", _near(result.path))] + ([("figure", _near(figure))] if figure else [])
        rows += [("as tables", f"thermidor export {_near(result.path)}")]
    facts(rows)


def _near(path: Path) -> str:
    """Return a path as seen from here, where it lies below."""
    here = os.path.relpath(path)
    return str(path) if here.startswith("..") else here
