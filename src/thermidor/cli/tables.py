"""What the commands print: tables, facts and notes, 80 columns wide, on stdout; no colour where none is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80
LONGEST = 32
"""Letters of a word in a table that may be cut."""


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


def fitted(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Print a table of values; what is cut of a word or a heading is marked, numbers are whole.

    Columns for which the line has no room are left out; returns their names.
    """
    lines = [list(row) for row in rows]
    numbers = [all(not isinstance(line[i], str | list | dict) for line in lines) for i in range(len(columns))]
    cells = [[_value(cell) if numbers[i] else _cut(_value(cell), LONGEST) for i, cell in enumerate(x)] for x in lines]
    widths = [max([0, *(len(line[i]) for line in cells)]) for i in range(len(columns))]
    heads = [_cut(column, max(width, LONGEST // 2)) for column, width in zip(columns, widths, strict=True)]
    room, many = console().width, 0
    for head, width in zip(heads, widths, strict=True):
        room -= max(len(head), width)
        if many and room < 0:
            break
        many, room = many + 1, room - 3
    right = [i for i in range(many) if numbers[i]]
    table(heads[:many], [line[:many] for line in cells], right=right)
    return list(columns[many:])


def _value(cell: Any) -> str:
    """A value as a table shows it, on one line."""
    return "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else " ".join(str(cell).split())


def _cut(text: str, width: int) -> str:
    """A text that is no longer than a width, with a mark where it was."""
    return text if len(text) <= width else text[: width - 1] + "…"


def many(number: int, thing: str) -> str:
    """So many things, in words."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


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
