"""The picture of an entry of the ledger: what each trial and each test found, and where the claim wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.views.palette import FAINT, INK, LINES, PAPER
from thermidor.views.sheet import MARGIN, PLAIN, SMALL, fold, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, ROW = 8.0, 0.96
"""Inches of a sheet, and of a line."""
WORDS = 3.0
"""Inches of the words at the left."""
WANTED = "#e3ecd9"
VERDICTS = {
    "supported": LINES[0], "contradicted": LINES[1], "undetermined": FAINT, "not testable": FAINT,
    "by construction": FAINT, "beside": FAINT,
}  # fmt: skip


class Mark(NamedTuple):
    """A number with its interval, and what it is: `own`, `again` (another seed), `without` (its mechanism)."""

    kind: str
    value: float
    low: float
    high: float


class Line(NamedTuple):
    """A trial or a test: its words, its unit, where the claim wants the number (low, high), marks, its verdict."""

    words: str
    unit: str
    wanted: tuple[float, float]
    marks: tuple[Mark, ...]
    verdict: str


LOOKS = {
    "own": ("o", INK, 2.4, 6.0), "again": ("o", "#8a8a86", 1.2, 4.0), "without": ("D", LINES[1], 1.2, 4.2),
}  # fmt: skip
LEGEND = (
    "Green: where the claim wants it. Black: found, with its 95% interval, or the span of a description's sources (a "
    "test needs a small corrected p besides); grey: the same on other draws of chance; diamond: without the mechanism "
    "that is said to carry it. Beside: shown with the claim, tests no part of it."
)


def figure(title: str, subtitle: str, lines: Sequence[Line]) -> Figure:
    """Draw a line for each trial and test, each on an axis of its own."""
    drawing, _, top = sheet(WIDE, 1.25 + ROW * len(lines), title, subtitle, LEGEND)
    left, right = MARGIN + WORDS, WIDE - MARGIN - 0.95
    up = top - 0.1
    for line in lines:
        ax = panel(drawing, left, up - ROW + 0.52, right, up)
        _line(ax, line)
        drawing.text(
            MARGIN / WIDE, (up - 0.02) / drawing.get_size_inches()[1], fold(line.words, 46, 4), fontsize=PLAIN,
            color=INK, va="top", linespacing=1.2,
        )  # fmt: skip
        up -= ROW
    return drawing


def _line(ax: Axes, line: Line) -> None:
    whole = [x for m in line.marks for x in (m.value, m.low, m.high) if np.isfinite(x)]
    known = [*whole, *(x for x in line.wanted if np.isfinite(x)), 0.0]
    low, high = min(known), max(known)
    pad = 0.08 * (high - low) or 0.5
    low, high = low - pad, high + pad
    ax.axvspan(max(line.wanted[0], low), min(line.wanted[1], high), color=WANTED, zorder=0, linewidth=0)
    ax.axvline(0.0, color=FAINT, linewidth=0.8, zorder=1)
    for nth, mark in enumerate(line.marks):
        shape, colour, thick, size = LOOKS[mark.kind]
        if np.isfinite(mark.value):
            ax.plot([mark.low, mark.high], [nth, nth], color=colour, linewidth=thick, zorder=3)
            ax.plot([mark.value], [nth], shape, color=colour, markersize=size, markeredgecolor=PAPER, zorder=4)
    ax.set_ylim(len(line.marks) - 0.4, -0.6)
    ax.set_xlim(low, high)
    ax.set_yticks([])
    ax.locator_params(axis="x", nbins=5)
    ax.grid(False)
    ax.set_xlabel(fold(line.unit, 62, 2), fontsize=SMALL, color=FAINT, labelpad=1)
    ax.annotate(
        line.verdict, (1.0, 0.5), xycoords="axes fraction", xytext=(7, 0), textcoords="offset points", fontsize=SMALL,
        color=VERDICTS[line.verdict], va="center", fontweight="bold", annotation_clip=False,
    )  # fmt: skip
