"""The phase diagram: which regime two factors lead to, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thermidor.views.cells import Plane, Scale, corners, key_box, key_line, line_across, opened, together
from thermidor.views.palette import FAINT, INK, LIGHT, ORDER, PAPER, letter, paint, words
from thermidor.views.sheet import HOLE, Floats, Look, fold, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_HATCHED = 15
"""Cells a side in which a hatch still shows; more are outlined, and their regions lettered."""
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
    crowded = max(labels.shape) > MOST_HATCHED
    for label in order:
        _cells(ax, across, up, known & (labels == label), shares, label, hatched=not crowded)
    if crowded:
        _regions(ax, across, up, labels)
    if plane.boundary is not None:
        line_across(ax, plane.boundary)
    _key(ax, order, crowded, bool((~known).any()), "" if plane.boundary is None else plane.boundary_words)
    return drawing


def _cells(
    ax: Axes, across: Scale, up: Scale, chosen: npt.NDArray[np.bool_], shares: Floats, label: str, hatched: bool
) -> None:
    """Draw the cells of one label: a tint over the whole cell, a square as large as the share of runs."""
    look = paint(label)
    i, j = np.nonzero(chosen)
    lengths = np.sqrt(shares[i, j])
    edge = "#ffffff88" if look.ink == LIGHT else "#00000077"
    whole, part = (corners(across, up, i, j, length) for length in (np.ones_like(lengths), lengths))
    ax.add_artist(together(whole, facecolor=_tint(look.colour), antialiased=False))
    hatch = (look.hatch or None) if hatched else None
    ax.add_artist(together(part, facecolor=look.colour, hatch=hatch, edgecolor=edge))


def _regions(ax: Axes, across: Scale, up: Scale, labels: npt.NDArray[np.object_]) -> None:
    """Draw the lines between cells of different labels, and the letter of its label in the midst of each region."""
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import withStroke

    x, y = across.edges, up.edges
    lines = [
        ((x[i + 1], y[j]), (x[i + 1], y[j + 1])) for i, j in zip(*np.nonzero(labels[1:] != labels[:-1]), strict=True)
    ]
    lines += [
        ((x[i], y[j + 1]), (x[i + 1], y[j + 1]))
        for i, j in zip(*np.nonzero(labels[:, 1:] != labels[:, :-1]), strict=True)
    ]
    ax.add_collection(LineCollection(lines, colors=INK, linewidths=0.7, zorder=3), autolim=False)
    for (i, j), depth in middles(labels):
        size = min(5.5 + 1.5 * depth, 12.0)
        ax.text(
            float(across.places[i]), float(up.places[j]), letter(labels[i, j]), fontsize=size, fontweight="bold",
            color=INK, ha="center", va="center", zorder=8,
            path_effects=[withStroke(linewidth=1.6, foreground=PAPER)],
        )  # fmt: skip


def middles(labels: npt.NDArray[np.object_]) -> list[tuple[tuple[int, int], int]]:
    """Return of each region of equal labels [x, y] the cell farthest from its border, and how far; "" has none."""
    found = []
    left = labels != ""
    while left.any():
        place = np.unravel_index(int(left.argmax()), left.shape)
        region = np.zeros(left.shape, bool)
        region[place] = True
        same = left & (labels == labels[place])
        while (grown := same & _beside(region).any(axis=0) | region).sum() > region.sum():
            region = grown
        left &= ~region
        depth, inner = 0, region
        while (shrunk := inner & _beside(inner).all(axis=0)).any():
            depth, inner = depth + 1, shrunk
        i, j = np.nonzero(inner)
        nearest = int(np.argmin((i - i.mean()) ** 2 + (j - j.mean()) ** 2))
        found.append(((int(i[nearest]), int(j[nearest])), depth))
    return found


def _beside(cells: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The four neighbours of each cell [neighbour, x, y]; none beyond the edges."""
    wide = np.pad(cells, 1)
    return np.stack([wide[2:, 1:-1], wide[:-2, 1:-1], wide[1:-1, 2:], wide[1:-1, :-2]])


def _tint(colour: str, strength: float = 0.28) -> tuple[float, ...]:
    """Return a colour mixed with the white of the paper."""
    from matplotlib.colors import to_rgb

    return tuple(1.0 - strength * (1.0 - part) for part in to_rgb(colour))


def _key(ax: Axes, labels: list[str], crowded: bool, holes: bool, boundary: str) -> None:
    """Write at the right which look is which label, what a size means, and what else is drawn."""
    height = inches(ax)[1] - 0.1
    for label in labels:
        look = paint(label)
        named = f"{letter(label)}  {words(label)}" if crowded else words(label)
        height = key_box(ax, height, fold(named, 24), Look(look.colour, "" if crowded else look.hatch, FAINT))
    height -= 0.1
    for share in (1.0, 0.5, 0.25):
        height = key_box(ax, height, f"{share:.0%} of runs", Look("#6a6a66"), 0.22 * share**0.5, Look("#e2e2de"))
    height -= 0.1
    if holes:
        height = key_box(ax, height, "no data", HOLE)
    if boundary:
        key_line(ax, height, fold(f"{boundary}; 95% interval", 24, lines=3))
