"""The heat map: a share or a mean over two factors, with numbers in its cells or contour lines across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.views.cells import Plane, Scale, corners, key_box, key_line, line_across, opened, together
from thermidor.views.palette import FAINT, INK, PAPER
from thermidor.views.sheet import HOLE, PLAIN, SMALL, Floats, Look, fold, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEY = 1.35
"""Inches of the key at the right."""
UP = ("#f4f7fa", "#9fc4df", "#3f7fb5", "#0d3a63")
"""From none to much, each darker than the one before."""
DOWN = ("#8c2d0c", "#d97a4e", "#f3c9b3", "#f4f7fa")
"""From much below zero to none; many cells below zero are dotted besides."""
BELOW = Look(DOWN[2], "....", "#00000066")
"""How cells below zero are dotted."""


def figure(plane: Plane, values: Floats, *, unit: str, share: bool = False, holes: str = "no data") -> Figure:
    """Draw values [x, y] as cells, the darker the further from zero or from their least; NaN: `holes`.

    unit: of the values; share: they go from 0 to 1, in per cent. Few cells carry their number; many are crossed by
    labelled contour lines, if both factors are numbers. Values of both signs: blue above zero, orange and dotted below.
    """
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    drawing, ax, across, up = opened(plane, 5.2, KEY)
    cells = np.ma.masked_invalid(np.asarray(values, dtype=np.float64).T)
    low, high = (0.0, 1.0) if share else (float(cells.min()), float(cells.max())) if cells.count() else (0.0, 1.0)
    signed = low < 0.0 < high
    reach = max(-low, high)
    low, high = (-reach, reach) if signed else (low, high if high > low else low + 1.0)
    colours = LinearSegmentedColormap.from_list("heat", [*DOWN, *UP[1:]] if signed else UP)
    mesh = ax.pcolormesh(
        across.edges, up.edges, cells, cmap=colours, norm=Normalize(low, high), linewidth=0.0, zorder=1, rasterized=True
    )
    numbers = len(across.places) <= 9 and len(up.places) <= 12
    dotted = signed and not numbers
    if numbers:
        _numbers(ax, across, up, cells, mesh, share, cased=plane.boundary is not None)
    elif all(np.issubdtype(np.asarray(levels).dtype, np.number) for levels in (plane.x, plane.y)):
        _contours(ax, across, up, cells, mesh, share)
    if dotted:
        j, i = np.nonzero(cells.filled(np.inf) < 0.0)
        ax.add_artist(together(corners(across, up, i, j, np.ones(len(i))), facecolor="none", hatch=BELOW.hatch,
                               edgecolor=BELOW.edge))  # fmt: skip
    if plane.boundary is not None:
        line_across(ax, plane.boundary)
    _bar(drawing, ax, mesh, unit, share)
    height = 0.35 * inches(ax)[1] - 0.35
    for drawn, text, look in ((dotted, "below zero", BELOW), (cells.count() < cells.size, holes, HOLE)):
        height = key_box(ax, height, text, look, 0.17) if drawn else height
    if plane.boundary is not None:
        key_line(ax, height - 0.1, fold(f"{plane.boundary_words}; 95% interval", 14, lines=4))
    return drawing


def _text(value: float, share: bool) -> str:
    plain = f"{value:.1f}" if abs(value) >= 1000.0 else f"{value:.3g}"  # a year has more than three figures
    return f"{100 * value:.0f}%" if share else plain.replace("-", "−")


def _numbers(ax: Axes, across: Scale, up: Scale, cells: Any, mesh: Any, share: bool, cased: bool) -> None:
    """Write the number of each cell in an ink that reads on its colour; cased in white where a line may cross it."""
    from matplotlib.patheffects import withStroke

    for j, i in zip(*np.nonzero(~np.ma.getmaskarray(cells)), strict=True):
        red, green, blue, _ = mesh.cmap(mesh.norm(cells[j, i]))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
        ax.text(
            float(across.places[i]), float(up.places[j]), _text(float(cells[j, i]), share), fontsize=SMALL, ha="center",
            va="center", color=PAPER if dark and not cased else INK, zorder=7,
            path_effects=[withStroke(linewidth=2.2, foreground=PAPER)] if cased else None,
        )  # fmt: skip


def _contours(ax: Axes, across: Scale, up: Scale, cells: Any, mesh: Any, share: bool) -> None:
    """Draw labelled contour lines through the middles of the cells, black on white casing."""
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import MaxNLocator

    levels = (
        np.array([0.1, 0.25, 0.5, 0.75, 0.9]) if share else MaxNLocator(5).tick_values(mesh.norm.vmin, mesh.norm.vmax)
    )
    levels = levels[(levels > cells.min()) & (levels < cells.max())] if cells.count() else levels[:0]
    if not len(levels):
        return
    lines = ax.contour(across.places, up.places, cells, levels=levels, colors=INK, linewidths=0.9, zorder=3)
    lines.set_path_effects([withStroke(linewidth=2.0, foreground="#ffffffcc")])
    for text in ax.clabel(lines, fmt=lambda level: _text(level, share), fontsize=SMALL, inline_spacing=2):
        text.set_path_effects([withStroke(linewidth=2.0, foreground=PAPER)])
        text.set_zorder(8)


def _bar(drawing: Figure, ax: Axes, mesh: Any, unit: str, share: bool) -> None:
    """Draw the bar of colours with its unit."""
    wide, place = drawing.get_size_inches()[0], ax.get_position()
    bar = drawing.add_axes((place.x1 + 0.145 / wide, place.y0 + 0.35 * place.height, 0.17 / wide, 0.65 * place.height))
    drawing.colorbar(mesh, cax=bar)
    bar.tick_params(length=2, labelsize=SMALL + 0.5, colors=INK)
    bar.yaxis.set_major_formatter(lambda value, _: _text(value, share))
    bar.set_ylabel(unit, fontsize=PLAIN, color=INK, labelpad=5)
    for spine in bar.spines.values():
        spine.set(color=FAINT, linewidth=0.5)
