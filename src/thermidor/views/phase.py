"""The phase diagram: which regime two factors lead to, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thermidor.views.cells import (
    Boundary,
    Levels,
    Scale,
    axis,
    corners,
    foot,
    key_box,
    key_line,
    line_across,
    no_data,
    scale,
    side,
    together,
)
from thermidor.views.palette import FAINT, LIGHT, ORDER, paint, words
from thermidor.views.sheet import HOLE, MARGIN, Floats, Look, fold, inches, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, KEY = 7.6, 1.95
"""Inches of the sheet, and of the key at its right."""


def figure(
    x: Levels,
    y: Levels,
    labels: npt.NDArray[np.object_],
    shares: Floats,
    *,
    title: str,
    x_title: str,
    y_title: str,
    subtitle: str = "",
    note: str = "",
    boundary: Boundary | None = None,
    boundary_words: str = "half keep their norms",
    x_log: bool = False,
    y_log: bool = False,
) -> Figure:
    """Draw the commonest end of the runs in each cell of two factors.

    x, y: their levels, rising numbers or words; labels, shares: [x, y], the commonest label and the share of runs that
    end so, shown by the size of the square; None or NaN: no data. boundary: a line in units of x and y with its 95%
    interval. Titles carry the units of the factors.
    """
    across, up = scale(x, x_log), scale(y, y_log)
    drawing, bottom, top = sheet(WIDE, 5.4, title, subtitle, note)
    ax = panel(drawing, MARGIN + side(up), bottom + foot(across), WIDE - MARGIN - KEY, top - 0.05)
    axis(ax, across, up, x_title, y_title)
    no_data(ax)
    shares = np.asarray(shares, dtype=np.float64)
    known = np.array([[isinstance(label, str) for label in row] for row in labels]) & np.isfinite(shares)
    labels = np.where(known, labels, "")
    found = {str(label) for label in labels[known]}
    order = [label for label in reversed(ORDER) if label in found] + sorted(found - set(ORDER))
    for label in order:
        _cells(ax, across, up, known & (labels == label), shares, label)
    if boundary is not None:
        line_across(ax, boundary)
    _key(ax, order, bool((~known).any()), "" if boundary is None else boundary_words)
    return drawing


def _cells(ax: Axes, across: Scale, up: Scale, chosen: npt.NDArray[np.bool_], shares: Floats, label: str) -> None:
    """Draw the cells of one label: a tint over the whole cell, a square as large as the share of runs."""
    look = paint(label)
    i, j = np.nonzero(chosen)
    lengths = np.sqrt(shares[i, j])
    edge = "#ffffff88" if look.ink == LIGHT else "#00000077"
    whole, part = (corners(across, up, i, j, length) for length in (np.ones_like(lengths), lengths))
    ax.add_artist(together(whole, facecolor=_tint(look.colour), antialiased=False))
    ax.add_artist(together(part, facecolor=look.colour, hatch=look.hatch or None, edgecolor=edge))


def _tint(colour: str, strength: float = 0.28) -> tuple[float, ...]:
    """Return a colour mixed with the white of the paper."""
    from matplotlib.colors import to_rgb

    return tuple(1.0 - strength * (1.0 - part) for part in to_rgb(colour))


def _key(ax: Axes, labels: list[str], holes: bool, boundary: str) -> None:
    """Write at the right which look is which label, what a size means, and what else is drawn."""
    height = inches(ax)[1] - 0.1
    for label in labels:
        look = paint(label)
        height = key_box(ax, height, fold(words(label), 24), Look(look.colour, look.hatch, FAINT))
    height -= 0.1
    for share in (1.0, 0.5, 0.25):
        height = key_box(ax, height, f"{share:.0%} of runs", Look("#6a6a66"), 0.22 * share**0.5, Look("#e2e2de"))
    height -= 0.1
    if holes:
        height = key_box(ax, height, "no data", HOLE)
    if boundary:
        key_line(ax, height, fold(f"{boundary}; 95% interval", 24, lines=3))
