"""`thermidor events`, and `--events` of a run: the passages that occurred, when, and what decided them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor.cli.tables import facts, note, prose, say, table
from thermidor.errors import InputError
from thermidor.reports import events as tables
from thermidor.reports.account import headline
from thermidor.runs.places import file_to_write
from thermidor.runs.result import title_of
from thermidor.runs.store import EVENTS, placing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thermidor.runs import Result

WIDTHS = {1: 19}
"""Columns that fold, of one run's table."""


def carry_out(
    folder: Path, country: str | None, out: Path | None, chronology: str | None = None, *, as_json: bool
) -> None:
    """Print the events of a kept run, or one JSON object; write them to a CSV file where asked. Raises InputError.

    chronology: a list of dated measures that is laid beside those of the run.
    """
    from thermidor.cli import chronology as lists
    from thermidor.runs import open_run

    if chronology is not None and as_json:
        raise InputError("a chronology is laid beside in tables", "--chronology and --format json", "", "leave one out")
    measures = lists.read(chronology) if chronology is not None else ()
    result = open_run(folder)
    countries = result.reading.countries
    chosen = (countries[result.reading.country(country)],) if country else countries
    if out is not None:
        _write(result, file_to_write(out, "--out", (".csv",)), chosen)
    if as_json:
        told = [event.as_json() for event in result.events if event.country in chosen]
        whole = {"scenario": result.manifest["scenario"]["name"], "replicates": len(result.reading.runs)}
        print(json.dumps({**whole, "events": told}, ensure_ascii=False, allow_nan=False))
        return
    say(headline(result.manifest))
    show(result, chosen)
    if measures:
        lists.beside(result, chosen[0], measures)
    if out is not None:
        facts([("written", out)])


def show(result: Result, countries: Sequence[str] = ()) -> None:
    """Print the passages, country by country."""
    for country in countries or result.reading.countries:
        found = tables.passages(result, country)
        say(title_of(result, country), "passages")
        if found.rows and found.columns == tables.ONE:
            table(found.columns, found.rows, widths=WIDTHS)
        elif found.rows:
            rows = [(row[0], f"{row[1]}\n{row[2]}", f"{row[3]}\n{row[4]}", row[5]) for row in found.rows]
            heads = ("passage", "runs\n95%", "first: median\n10% to 90%", "most often")
            table(heads, rows, widths={0: 18})
        else:
            prose("None.")
        if found.note:
            note(found.note)


def keep(result: Result) -> Path | None:
    """Write the events into the run's own folder, if it has one; return the file."""
    if result.path is None:
        return None
    target = result.path / EVENTS
    _write(result, target, result.reading.countries)
    return target


def _write(result: Result, target: Path, countries: Sequence[str]) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    chosen = (event for event in result.each_event() if event.country in countries)
    with placing(target):
        try:
            with open(aside, "x", encoding="utf-8") as file:  # nobody else's
                tables.write_csv(chosen, file)
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
