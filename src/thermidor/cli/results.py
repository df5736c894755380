"""`thermidor results`: what came out of a sweep, as tables, as figures, or asked in SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermidor.cli.tables import facts, note, say, table
from thermidor.views.report import Picture, Table

if TYPE_CHECKING:
    from thermidor.experiments.opened import Sweep

MOST_LINES = 200
"""Rows of an answer that are printed."""


def show(folder: Path, sql: str | None, figures: Path | None) -> None:
    """Print what a sweep has shown, or the answer to a query; draw its figures where asked. Raises InputError."""
    from thermidor.experiments.opened import open_sweep

    sweep = open_sweep(folder)
    if sql is not None:
        answer(sweep, sql)
    else:
        tell(sweep)
    if figures is not None:
        draw(sweep, figures)


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


def answer(sweep: Sweep, query: str) -> None:
    """Print the answer to a query."""
    found = sweep.sql(query)
    rows = found.slice(0, MOST_LINES).to_pylist()
    table(found.column_names, [[_cell(row[name]) for name in found.column_names] for row in rows])
    if len(found) > MOST_LINES:
        note(f"{len(found) - MOST_LINES:,} more rows; in Python: open_sweep(DIR).sql(...)")


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


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
