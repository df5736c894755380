"""`thermidor scenarios`, `record` and `export`: what there is to run, to compare with, and to take away."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor.cli.tables import facts, prose, say, table
from thermidor.errors import InputError

if TYPE_CHECKING:
    from thermidor.scenarios import Row


def show_scenarios(name: str | None, *, resolved: bool, schema: bool, seed: int, replicate: int) -> None:
    """List the library, show one scenario as given or as a member draws it, or print the JSON Schema."""
    from thermidor import scenarios

    if schema:
        print(json.dumps(scenarios.json_schema(), indent=2, ensure_ascii=False))
        return
    if name is None:
        if resolved:
            raise InputError("--resolved needs a scenario", mend="give its name: thermidor scenarios NAME --resolved")
        table(("scenario", "title"), scenarios.list_scenarios().items())
        return
    scenario = scenarios.load_scenario(name)
    say(scenario.title, scenario.name)
    prose(scenario.about)
    if resolved:
        prose(f"\nAs member {replicate} of seed {seed} draws it.")
        rows = scenarios.resolved_rows(scenarios.resolve(scenario, seed, replicate), scenario)
    else:
        rows = scenarios.describe(scenario)
    _by_country(rows, tuple(scenario.countries))


def _by_country(rows: Iterable[Row], countries: tuple[str, ...]) -> None:
    """Print the rows of a scenario: what concerns all, then a table for each country."""
    groups: dict[str, list[Row]] = {"": [], **{country: [] for country in countries}}
    for row in rows:
        owner = row.key.partition(".")[0]
        groups[owner if owner in countries else ""].append(row)
    for country, group in groups.items():
        head = [row for row in group if row.key in ("period", country)]
        body = [row for row in group if row.key not in ("period", country)]
        if country:
            say(country, ", ".join(part for row in head for part in (row.value, row.source) if part))
        else:
            facts((row.key, row.value) for row in head)
        if body:
            prefix = f"{country}." if country else ""
            lines = [(row.key.removeprefix(prefix), _value(row), row.range, row.source) for row in body]
            table(("key", "value", "range", "source"), lines, widths={0: 22, 1: 17, 2: 12})


def _value(row: Row) -> str:
    return row.value if row.unit in ("", "index 0-1") else f"{row.value} {row.unit}"


def export_run(folder: Path, kind: str, to: Path | None) -> None:
    """Write the tables of the run in `folder` and say where they are."""
    from thermidor.runs.export import export

    print(export(folder, to or folder / "export", kind))


def show_record(key: str, name: str | None) -> None:
    """List the series there are for a country, or print one with its source, licence and caveat."""
    from thermidor.record import record

    if name is None:
        rows = [(s.name, f"{s.year[0]}-{s.year[-1]}", len(s), s.unit, s.meaning) for s in record(key)]
        table(("series", "years", "values", "unit", "meaning"), rows, right=(2,), widths={3: 16})
        return
    series = record(key, name)
    say(f"{key}: {series.name}", series.unit)
    notes = [(kind, getattr(series, kind)) for kind in ("meaning", "source", "licence", "caveat")]
    if series.beside:
        notes.append(("beside", f"{series.beside} ({series.how}){': ' + series.note if series.note else ''}"))
    facts(notes)
    table(("year", series.unit), [(year, f"{value:.6g}") for year, value in series.by_year().items()], right=(0,))
