"""Two factors as the axes of a panel: their scales, the cells between them, a line across, and the key beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.errors import InputError
from thermidor.views.palette import INK, PAPER
from thermidor.views.sheet import HOLE, MARGIN, PLAIN, SMALL, Floats, Look, fold, inches, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

Levels = npt.NDArray[np.float64] | Sequence[float] | Sequence[str]
Places = npt.NDArray[np.intp]

WIDE = 7.6
"""Inches of the sheet."""
DOTS = (1.0, 1.5)
"""Dashes of the edges of an interval."""


class Scale(NamedTuple):
    """An axis of levels: their places, the edges of their cells, ticks, and whether it is logarithmic."""

    places: Floats
    edges: Floats
    ticks: Floats
    names: list[str]
    log: bool


class Boundary(NamedTuple):
    """A line across two factors with its interval: y at each x; infinite where it lies beyond what was run."""

    x: Floats
    level: Floats
    low: Floats
    high: Floats


class Plane(NamedTuple):
    """Two factors as axes, and what is written round them: titles with units, a subtitle, a note, a boundary.

    x, y: levels, rising numbers or words; boundary: a line in units of x and y with its 95% interval, `boundary_words`
    what half of the runs do on it.
    """

    x: Levels
    y: Levels
    x_title: str
    y_title: str
    title: str
    subtitle: str = ""
    note: str = ""
    x_log: bool = False
    y_log: bool = False
    boundary: Boundary | None = None
    boundary_words: str = "half keep"


def scale(levels: Levels, log: bool = False) -> Scale:
    """Return the axis of a factor's levels: rising numbers at their values, words one after the other.

    Raises InputError for numbers that do not rise, or are not above 0 on a logarithmic axis.
    """
    words = [str(level) for level in levels]
    plain = np.asarray(levels)
    if not np.issubdtype(plain.dtype, np.number):
        places = np.arange(len(words), dtype=np.float64)
        every = -(-len(words) // 24)
        return Scale(places, np.arange(len(words) + 1, dtype=np.float64) - 0.5, places[::every], words[::every], False)
    places = plain.astype(np.float64)
    if (np.diff(places) <= 0.0).any() or (log and places[0] <= 0.0):
        raise InputError("the levels of an axis do not rise, or have no logarithm")
    bent = np.log(places) if log else places
    if len(bent) > 1:
        middles = (bent[1:] + bent[:-1]) / 2.0
        edges = np.concatenate([[2 * bent[0] - middles[0]], middles, [2 * bent[-1] - middles[-1]]])
    else:
        edges = bent[0] + np.array([-0.5, 0.5])
    ends: Floats = np.exp(edges) if log else edges
    ticks = places
    if len(places) > 9:
        ticks = _round_numbers(float(ends[0]), float(ends[-1]), log)
    return Scale(places, ends, ticks, [f"{tick:.3g}" if abs(tick) < 1000 else f"{tick:g}" for tick in ticks], log)


def opened(plane: Plane, tall: float, key: float) -> tuple[Figure, Axes, Scale, Scale]:
    """Return a sheet with a panel of two factors on it, hatched where no cell will be drawn, and its scales.

    tall: inches of the panel; key: inches left free at its right.
    """
    across, up = scale(plane.x, plane.x_log), scale(plane.y, plane.y_log)
    drawing, bottom, top = sheet(WIDE, tall, plane.title, plane.subtitle, plane.note)
    ax = panel(drawing, MARGIN + side(up), bottom + foot(across), WIDE - MARGIN - key, top - 0.05)
    axis(ax, across, up, plane.x_title, plane.y_title)
    no_data(ax)
    return drawing, ax, across, up


def axis(ax: Axes, across: Scale, up: Scale, x_title: str, y_title: str) -> None:
    """Give a panel the scales and titles of two factors."""
    for found, set_scale, set_limits, set_ticks in (
        (across, ax.set_xscale, ax.set_xlim, ax.set_xticks),
        (up, ax.set_yscale, ax.set_ylim, ax.set_yticks),
    ):
        set_scale("log" if found.log else "linear")
        set_limits(float(found.edges[0]), float(found.edges[-1]))
        lines = 1 if found is across and _crowded(across) else 2
        set_ticks(found.ticks, [fold(name, 18, lines) for name in found.names])
        set_ticks([], minor=True)
    if _crowded(across):
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    ax.set_xlabel(x_title, fontsize=PLAIN, color=INK, labelpad=4)
    ax.set_ylabel(y_title, fontsize=PLAIN, color=INK, labelpad=4)


def foot(across: Scale) -> float:
    """Return the inches that the words of a horizontal axis and its title need below a panel."""
    lines = max(fold(name, 18).count("\n") for name in across.names)
    return 1.05 if _crowded(across) else 0.46 + 0.13 * lines


def corners(across: Scale, up: Scale, i: Places, j: Places, side: Floats) -> Floats:
    """Return the four corners (cell, corner, x or y) of squares in the middle of cells, `side` of a cell long."""
    ends = []
    for found, place in ((across, i), (up, j)):
        edges = np.log(found.edges) if found.log else found.edges
        middle, half = (edges[place] + edges[place + 1]) / 2.0, (edges[place + 1] - edges[place]) / 2.0 * side
        ends.append([np.exp(end) if found.log else end for end in (middle - half, middle + half)])
    (left, right), (low, high) = ends
    return np.stack([np.stack(c, axis=1) for c in ((left, low), (right, low), (right, high), (left, high))], axis=1)


def side(up: Scale) -> float:
    """Return the inches that the words of a vertical axis and its title need at the left of a panel."""
    return 0.32 + 0.062 * max(len(line) for name in up.names for line in fold(name, 18).split("\n"))


def together(squares: Floats, **looks: Any) -> PathPatch:
    """Return many squares (cell, corner, x or y) as one patch, so that they are hatched in one go."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    codes = np.tile(np.array([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], dtype=np.uint8), len(squares))
    path = Path(np.concatenate([squares, squares[:, :1]], axis=1).reshape(-1, 2), codes)
    return PathPatch(path, linewidth=0.0, zorder=2, **looks)


def key_box(ax: Axes, height: float, text: str, look: Look, side: float = 0.2, ground: Look | None = None) -> float:
    """Draw a square and its words at the right of a panel, `height` inches up; return the height for the next."""
    from matplotlib.patches import Rectangle

    wide, tall = inches(ax)
    for length, found in ((0.22, ground), (side, look)):
        if found is not None:
            corner = ((wide + 0.23 - length / 2) / wide, (height - length / 2) / tall)
            box = Rectangle(corner, length / wide, length / tall, transform=ax.transAxes, clip_on=False)
            box.set(facecolor=found.colour, hatch=found.hatch, edgecolor=found.edge, linewidth=0.4)
            ax.add_patch(box)
    return _key_words(ax, height, text)


def key_line(ax: Axes, height: float, text: str) -> float:
    """Draw a boundary line's sample and its words at the right of a panel; return the height for the next."""
    from matplotlib.lines import Line2D

    wide, tall = inches(ax)
    for offset, width, style in ((0.0, 1.7, ()), (0.055, 0.8, DOTS), (-0.055, 0.8, DOTS)):
        ends, at = [(wide + 0.11) / wide, (wide + 0.35) / wide], [(height + offset) / tall] * 2
        sample = Line2D(ends, at, transform=ax.transAxes, color=INK, linewidth=width, clip_on=False)
        sample.set_linestyle((0, style) if style else "-")
        ax.add_line(sample)
    return _key_words(ax, height, text)


def _key_words(ax: Axes, height: float, text: str) -> float:
    wide, tall = inches(ax)
    ax.text(
        (wide + 0.42) / wide, height / tall, text, transform=ax.transAxes, fontsize=SMALL + 0.5, color=INK, va="center",
        linespacing=1.1,
    )  # fmt: skip
    return height - 0.26 - 0.1 * text.count("\n")


def _crowded(across: Scale) -> bool:
    """Say whether the words of a horizontal axis have to lean."""
    folded = [fold(name, 18).split("\n") for name in across.names]
    return max(len(line) for lines in folded for line in lines) * len(folded) > 75


def no_data(ax: Axes) -> None:
    """Hatch a panel's ground, so that a cell left open shows that there is no data."""
    from matplotlib.patches import Rectangle

    ax.grid(False)
    ground = Rectangle((0, 0), 1, 1, transform=ax.transAxes, facecolor=PAPER, hatch=HOLE.hatch, zorder=0)
    ground.set(edgecolor=HOLE.edge, linewidth=0.0)
    ax.add_patch(ground)


def line_across(ax: Axes, line: Boundary) -> None:
    """Draw a boundary with its band over the cells of a panel; what lies beyond them is left out."""
    from matplotlib.patheffects import withStroke

    bottom, top = ax.get_ylim()
    x, level, low, high = (np.asarray(values, dtype=np.float64) for values in line)
    low, high = np.clip(low, bottom, top), np.clip(high, bottom, top)
    ax.fill_between(x, low, high, color="#ffffff", alpha=0.45, linewidth=0, zorder=4)
    casing = [withStroke(linewidth=2.4, foreground=PAPER)]
    for edge in (low, high):
        shown = np.where((edge > bottom) & (edge < top), edge, np.nan)
        ax.plot(x, shown, color=INK, linewidth=0.8, linestyle=(0, DOTS), zorder=5, path_effects=casing)
    inside = np.where((level >= bottom) & (level <= top), level, np.nan)
    casing = [withStroke(linewidth=3.6, foreground=PAPER)]
    ax.plot(x, inside, color=INK, linewidth=1.7, zorder=6, path_effects=casing)


def _round_numbers(low: float, high: float, log: bool) -> Floats:
    """Return round numbers between two ends, half a dozen or so."""
    from matplotlib.ticker import MaxNLocator

    if not log or high < 5.0 * low:
        found = np.asarray(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=np.float64)
    else:
        powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        found = np.sort(np.outer(powers, (1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,)).ravel())
    return found[(found >= low) & (found <= high)]
