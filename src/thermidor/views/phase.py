"""The phase diagram: which regime two factors lead to, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thermidor.views.cells import Plane, Scale, corners, key_box, key_line, line_across, opened, together
from thermidor.views.palette import FAINT, LIGHT, ORDER, paint, words
from thermidor.views.sheet import HOLE, Floats, Look, fold, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEY = 1.95
"""Inches of the key at the right."""


def figure(plane: Plane, labels: npt.NDArray[np.object_], shares: Floats) -> Figure:
    """Draw the commonest end of the runs in each cell of two factors.

    labels, shares: [x, y], the commonest label and the share of runs that end so, shown by the size of the square; None
    or NaN: no data.
    """
    drawing, ax, across, up = opened(plane, 5.4, KEY)
    shares = np.asarray(shares, dtype=np.float64)
    known = np.array([[isinstance(label, str) for label in row] for row in labels]) & np.isfinite(shares)
    labels = np.where(known, labels, "")
    found = {str(label) for label in labels[known]}
    order = [label for label in reversed(ORDER) if label in found] + sorted(found - set(ORDER))
    for label in order:
        _cells(ax, across, up, known & (labels == label), shares, label)
    if plane.boundary is not None:
        line_across(ax, plane.boundary)
    _key(ax, order, bool((~known).any()), "" if plane.boundary is None else plane.boundary_words)
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
