"""`thermidor results`: what came out of a sweep, as tables, as figures, or asked in SQL."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor.cli.tables import facts, fitted, many, note, say, table
from thermidor.errors import InputError
from thermidor.views.report import Picture, Table

if TYPE_CHECKING:
    from thermidor.experiments.opened import Sweep

MOST_LINES = 200
"""Rows of an answer that are printed."""
MOST_NAMES = 12
"""Columns without room that are named."""


def show(folder: Path, sql: str | None, figures: Path | None, *, as_csv: bool = False) -> None:
    """Print what a sweep has shown, or the answer to a query; draw its figures where asked. Raises InputError."""
    from thermidor.experiments.opened import open_sweep

    if as_csv and sql is None:
        raise InputError("--csv prints the answer to a query", "--csv", "there is none", "give one with --sql")
    sweep = open_sweep(folder)
    target = None if figures is None else _beside(sweep, figures)
    if sql is not None:
        answer(sweep, sql, as_csv=as_csv)
    else:
        tell(sweep)
    if target is not None:
        draw(sweep, target)


def tell(sweep: Sweep) -> None:
    """Print counts and tables."""
    from thermidor.reports.report_sweep import what_came_out

    counts = sweep.counts
    say(sweep.design.name, sweep.design.title)
    rows = [("members", f"{sweep.plan.members:,}: {counts['done']:,} done, {counts['failed']:,} failed, "
                        f"{counts['planned']:,} still planned")]  # fmt: skip
    if counts["failed"]:
        rows.append(("policy", "failed members are left out and counted; intervals of shares allow for either"))
    facts(rows)
    for section in what_came_out(sweep):
        for part in section.parts:
            if isinstance(part, Table):
                say(part.caption)
                table(part.columns, part.rows, right=part.right)
                if part.note:
                    note(part.note)
            elif isinstance(part, str):
                note(part)


def answer(sweep: Sweep, query: str, *, as_csv: bool = False) -> None:
    """Print the answer to a query: as much as fits, or all of it as CSV."""
    found = sweep.sql(query)
    rows = zip(*((column if as_csv else column[:MOST_LINES]).to_pylist() for column in found.columns), strict=True)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([found.column_names, *rows])
        return
    if left := fitted(found.column_names, rows):
        named = ", ".join(left[:MOST_NAMES]) + (", ..." if len(left) > MOST_NAMES else "")
        note(f"and {many(len(left), 'more column')}: {named}; --csv prints all")
    if len(found) > MOST_LINES:
        note(f"and {many(len(found) - MOST_LINES, 'more row')}; --csv prints all")


def _beside(sweep: Sweep, figures: Path) -> Path:
    """The folder for figures. Raises InputError if it belongs to the store of the sweep."""
    from thermidor.experiments import store
    from thermidor.experiments.refusals import place

    target = place(figures)
    if any(target.is_relative_to(sweep.folder / name) for name in store.OURS):
        raise InputError("figures can't be drawn into the store", f"--figures {figures}", "", "give another folder")
    return target


def draw(sweep: Sweep, folder: Path) -> None:
    """Draw the figures that the design calls for into a folder."""
    from thermidor.reports.report_sweep import drawn_differences
    from thermidor.reports.sweep_figures import figures
    from thermidor.runs.store import placing

    done = sweep.members[sweep.members["status"] != "planned"]
    parts = [part for part in (*drawn_differences(sweep), *figures(sweep, done)) if isinstance(part, Picture)]
    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for number, part in enumerate(parts, 1):
            path = folder / f"{sweep.design.name}-{number}.png"
            path.write_bytes(part.png)
            note(f"{path}: {part.alt}")
