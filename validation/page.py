"""Pages of results: Markdown for people, CSV for programs, both stamped with what made them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor import __version__
from thermidor.jit import rules_digest
from validation.ensemble import Plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | float | int | bool | None
FOLDER = Path(__file__).parent.parent / "docs" / "results"


@dataclass(frozen=True)
class Table:
    """One table: a key (name of its CSV), a title, heads and rows; `note` stands below it."""

    key: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Page:
    """One part's results: title, what was done, its tables, how much was run, its pictures by name.

    `beside` are tables too long to be read, written as CSV alone.
    """

    title: str
    about: str
    tables: Sequence[Table]
    plan: Plan
    pictures: Mapping[str, Figure] = field(default_factory=dict)
    beside: Sequence[Table] = ()


def shown(cell: Cell) -> str:
    """Return a cell for people: three significant digits, years whole, shares with two decimals."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return cell
    if cell != cell:
        return "–"
    if abs(cell) == float("inf"):
        return "∞" if cell > 0 else "-∞"
    if isinstance(cell, int) or abs(cell) >= 1000:
        return f"{cell:.0f}"
    if abs(cell) >= 10:
        return f"{cell:.3g}"
    return f"{cell:.2f}" if abs(cell) >= 0.02 or abs(cell) < 0.00005 else f"{cell:.4f}"


def stamp(part: str, plan: Plan, seconds: float) -> str:
    """Return the line that says what made a page."""
    options = " --budget small" if plan.small else ""
    citizens = "citizens as in the tables" if part == "sizes" else f"{plan.citizens} citizens"
    draws = f", {plan.draws} draws of rules" if part == "robustness" else ""
    return (
        f"Made by `python -m validation {part}{options} --seed {plan.seed}`: thermidor {__version__}, rules "
        f"{rules_digest()}, seed {plan.seed}, {citizens} ({plan.surroundings} in each surrounding country), "
        f"{plan.replicates} replicates{draws}, {datetime.now(UTC):%Y-%m-%d}, {seconds:.0f} s."
    )


def write(part: str, page: Page, seconds: float, folder: Path = FOLDER) -> Path:
    """Write `PART.md`, a `PART-KEY.csv` a table and a `PART-NAME.png` a picture; returns the Markdown's path."""
    folder.mkdir(parents=True, exist_ok=True)
    made, part = stamp(part, page.plan, seconds), part.replace("_", "-")
    lines = [f"# {page.title}", "", page.about, "", made, ""]
    for name, picture in page.pictures.items():
        lines += [f"![{page.title}: {name}]({part}-{name}.png)", ""]
        look = {"facecolor": picture.get_facecolor(), "metadata": {"Software": None}}
        picture.savefig(folder / f"{part}-{name}.png", **look)
    for table in page.tables:
        lines += [f"## {table.title}", "", *markdown(table), ""]
        if table.note:
            lines += [table.note, ""]
    for table in (*page.tables, *page.beside):
        with (folder / f"{part}-{table.key}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(f"# {made}\n")
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([table.heads, *(["" if cell is None else cell for cell in row] for row in table.rows)])
    target = folder / f"{part}.md"
    target.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return target


def markdown(table: Table) -> list[str]:
    """Return a table as lines of Markdown."""
    rows = [" | ".join(shown(cell).replace("|", "\\|") for cell in row) for row in table.rows]
    return [f"| {' | '.join(table.heads)} |", f"|{'---|' * len(table.heads)}", *(f"| {row} |" for row in rows)]
