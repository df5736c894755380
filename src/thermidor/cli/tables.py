"""What the commands print: tables, facts and notes, 80 columns wide, on stdout; no colour where none is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80


def console() -> Console:
    """Return a console on stdout, at most 80 columns wide."""
    from rich.console import Console

    natural = Console(highlight=False)
    width = min(WIDTH, natural.width) if natural.is_terminal else WIDTH
    return Console(highlight=False, width=width, soft_wrap=False)


def say(heading: str, note: str = "") -> None:
    """Print a heading, and a note beside it."""
    from rich.text import Text

    line = Text("\n") + Text(heading, style="bold")
    if note:
        line.append(f"  {note}", style="dim")
    console().print(line)


def note(text: str) -> None:
    """Print a line under a heading."""
    from rich.text import Text

    console().print(Text(text, style="dim"))


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    right: Sequence[int] = (),
    widths: Mapping[int, int] | None = None,
    gap: int = 2,
) -> None:
    """Print a table; `right` names the columns set flush right, `widths` those that fold at a width;
    `gap` is the space between columns.

    The last column folds where the line is full; the others keep their words on one line.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    lines = [[str(cell) for cell in row] for row in rows]
    widths, last = widths or {}, len(columns) - 1
    grid = Table(box=SIMPLE_HEAD, padding=(0, gap, 0, 0), pad_edge=False, show_edge=False, header_style="dim")
    for i, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if i in right else "left"
        width = min(widths[i], max([len(column), *(len(line[i]) for line in lines)])) if i in widths else None
        folds = i in widths or i == last
        grid.add_column(column, justify=justify, overflow="fold", no_wrap=not folds, width=width)
    for line in lines:
        grid.add_row(*map(Text, line))
    console().print(grid)


def facts(rows: Iterable[tuple[str, Any]]) -> None:
    """Print names and what is said of each."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, fact in rows:
        grid.add_row(name, Text(str(fact)))
    console().print(grid)


def prose(text: str) -> None:
    """Print paragraphs, folded."""
    from rich.text import Text

    console().print(Text(text))
