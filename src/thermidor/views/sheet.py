"""A sheet for the pictures of sweeps: title and caption, panels measured in inches, names folded."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import FAINT, GRID, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

DPI = 150
MARGIN = 0.3
"""Free edge of a sheet, inches."""
SMALL, PLAIN = 7.0, 8.0
"""Sizes of letters, points."""


class Look(NamedTuple):
    """How a square of the key is drawn: colour, hatch, edge."""

    colour: str
    hatch: str = ""
    edge: str = "none"


HOLE = Look(PAPER, "////", "#b9b9b4")
"""How no data looks: what was not run, or failed."""


def sheet(wide: float, high: float, title: str, subtitle: str = "", note: str = "") -> tuple[Figure, float, float]:
    """Return an empty sheet of some inches with its words, and the free height: from (inches), to (inches)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), dpi=DPI, facecolor=PAPER)
    letters = int((wide - 2 * MARGIN) * 15.5)
    top = high - 0.2
    for text, size, weight, colour, step in (
        (textwrap.fill(title, int(letters * 0.62)), 12.5, "bold", INK, 0.235),
        (textwrap.fill(subtitle, letters), PLAIN, "normal", FAINT, 0.155),
    ):
        if text:
            figure.text(
                MARGIN / wide,
                top / high,
                text,
                fontsize=size,
                fontweight=weight,
                color=colour,
                va="top",
                linespacing=1.2,
            )
            top -= step * (text.count("\n") + 1)
    lines = textwrap.wrap(note, int(letters * 1.12))
    if lines:
        figure.text(
            MARGIN / wide, 0.14 / high, "\n".join(lines), fontsize=SMALL, color=FAINT, va="bottom", linespacing=1.35
        )
    return figure, 0.14 + 0.14 * len(lines) + (0.08 if lines else 0.0), top - 0.1


def panel(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Return a panel between four lines of a sheet, inches from its left and lower edges."""
    wide, high = figure.get_size_inches()
    ax = figure.add_axes((left / wide, bottom / high, (right - left) / wide, (top - bottom) / high))
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=SMALL + 0.5, colors=INK, pad=3)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(FAINT)
    ax.spines["bottom"].set_linewidth(0.7)
    ax.grid(True, color=GRID, linewidth=0.6)
    return ax


def head(ax: Axes, title: str, unit: str = "") -> None:
    """Write a panel's title and its unit above it."""
    words = ax.annotate(
        title, (0.0, 1.0), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points", fontsize=8.5,
        fontweight="bold", color=INK, va="baseline", annotation_clip=False,
    )  # fmt: skip
    ax.annotate(
        unit, (1.0, 0.0), xycoords=words, xytext=(6 if title else 0, 0), textcoords="offset points", fontsize=7.5,
        color=FAINT, va="bottom", annotation_clip=False,
    )  # fmt: skip


def fold(name: str, letters: int = 30, lines: int = 2) -> str:
    """Return a name on at most so many lines of so many letters, underscores as blanks, cut by an ellipsis."""
    found = textwrap.wrap(name.replace("_", " "), letters, max_lines=lines, placeholder=" …", break_long_words=True)
    return "\n".join(found)


def inches(ax: Axes) -> tuple[float, float]:
    """Return the width and height of a panel in inches."""
    wide, high = ax.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    place = ax.get_position()
    return float(place.width * wide), float(place.height * high)
