"""The pictures of the gallery: rows with their shares and difficulty, the confusion, the contrasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.heat import UP
from thermidor.views.palette import FAINT, GRID, INK, LINES, PAPER
from thermidor.views.sheet import MARGIN, PLAIN, SMALL, Floats, fold, head, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Bools = npt.NDArray[np.bool_]
WIDE, ROW = 8.0, 0.3
"""Inches of a sheet, and of a row."""
LOOKS = {"holds": (LINES[0], "o"), "partly": (LINES[4], "s"), "fails": (LINES[1], "X"), "missing": (FAINT, "")}
"""Colour and mark of each verdict."""
RIGHT, NEITHER, WRONG = LINES[0], "#dededa", LINES[1]
"""Colours of draws with the claimed sign, with none and with the other."""


class Line(NamedTuple):
    """A row of the gallery: its words, (share, low, high, bar) of each part, verdict, difficulty (NaN: not asked)."""

    words: str
    parts: Sequence[tuple[float, float, float, float]]
    verdict: str
    difficulty: float


class Pair(NamedTuple):
    """A contrast: words, effect and interval in the claimed direction, what it says, (right, wrong) shares by set."""

    words: str
    effect: float
    low: float
    high: float
    told: str
    signs: Sequence[tuple[float, float] | None]


def rows_figure(lines: Sequence[Line], *, title: str, subtitle: str = "", note: str = "") -> Figure:
    """Draw a line a row: the share of runs with its interval and its bar, the verdict, and the difficulty beside it."""
    hard = any(np.isfinite(line.difficulty) for line in lines)
    drawing, bottom, top = sheet(WIDE, 1.75 + ROW * len(lines), title, subtitle, note)
    left, right = MARGIN + 2.75, WIDE - MARGIN - (1.75 if hard else 0.7)
    ax = _rows(drawing, [line.words for line in lines], left, bottom + 0.4, right, top - 0.25)
    head(ax, "share of runs", "line: 95% interval; tick: to be passed")
    for row, line in enumerate(lines):
        colour, mark = LOOKS[line.verdict]
        gap = 0.42 / max(len(line.parts), 1)
        for nth, (share, low, high, bar) in enumerate(line.parts):
            height = row + gap * (nth - (len(line.parts) - 1) / 2.0)
            ax.plot([bar, bar], [height - 0.22, height + 0.22], color=INK, linewidth=1.2, zorder=3)
            if np.isfinite(share):
                ax.plot([low, high], [height, height], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)
                ax.plot([share], [height], mark, color=colour, markersize=5.5, markeredgecolor=PAPER, zorder=5)
        ax.annotate(
            line.verdict, (1.0, row), xytext=(6, 0), textcoords="offset points", fontsize=PLAIN, color=colour,
            va="center", annotation_clip=False, fontweight="bold" if line.verdict == "holds" else "normal",
        )  # fmt: skip
    _shares(ax)
    if hard:
        beside = _rows(drawing, [""] * len(lines), right + 0.68, bottom + 0.4, WIDE - MARGIN, top - 0.25)
        head(beside, "difficulty")
        for row, line in enumerate(lines):
            if np.isfinite(line.difficulty):
                beside.barh([row], [line.difficulty], height=0.5, color="#9fb4c4", zorder=2)
                beside.text(
                    1.34, row, f"{100 * line.difficulty:.0f}%", fontsize=SMALL, color=INK, va="center", ha="right"
                )
        beside.set_xlim(0.0, 1.35)
        beside.set_xticks([0.0, 0.5, 1.0], ["0", "50%", "100%"])
        beside.axvline(0.85, color=FAINT, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    return drawing


def confusion_figure(names: Sequence[str], shares: Floats, held: Bools, *, title: str, note: str = "") -> Figure:
    """Draw shares [expectation, scenario] as cells with their per cents; a frame where the expectation is met."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    many = len(names)
    side = min(0.3, (WIDE - 2 * MARGIN - 1.0) / many)
    subtitle = "a line is an expectation, a column a scenario; per cent of its runs that meet it; framed: met"
    drawing, _, top = sheet(WIDE, 2.1 + side * many, title, subtitle, note)
    left = MARGIN + 0.9
    ax = panel(drawing, left, top - 0.45 - side * many, left + side * many, top - 0.45)
    colours = LinearSegmentedColormap.from_list("shares", UP)
    edges = np.arange(many + 1) - 0.5
    ax.pcolormesh(edges, edges, shares, cmap=colours, norm=Normalize(0.0, 1.0), edgecolor=PAPER, linewidth=0.5)
    for i in range(many):
        for j in range(many):
            if shares[i, j] >= 0.005:
                ink = PAPER if shares[i, j] > 0.6 else INK
                ax.text(j, i, f"{100 * shares[i, j]:.0f}", fontsize=5.6, color=ink, ha="center", va="center", zorder=3)
            if held[i, j]:
                colour = INK if i == j else LINES[1]
                x, y = np.array([-0.44, 0.44, 0.44, -0.44, -0.44]) + j, np.array([-0.44, -0.44, 0.44, 0.44, -0.44]) + i
                ax.plot(x, y, color=colour, linewidth=1.3, zorder=4)
    ax.set_xlim(-0.5, many - 0.5)
    ax.set_ylim(many - 0.5, -0.5)
    ax.grid(False)
    ax.xaxis.tick_top()
    ax.set_xticks(range(many), names, rotation=90)
    ax.set_yticks(range(many), names)
    ax.spines["bottom"].set_visible(False)
    return drawing


def contrasts_figure(
    pairs: Sequence[Pair], sets: Sequence[str], *, title: str, subtitle: str = "", note: str = ""
) -> Figure:
    """Draw effects in the claimed direction with their intervals, and beside them the signs over sets of draws."""
    drawing, bottom, top = sheet(WIDE, 1.85 + ROW * len(pairs), title, subtitle, note)
    shown = [nth for nth in range(len(sets)) if any(pair.signs[nth] is not None for pair in pairs)]
    each = 0.95
    left, right = MARGIN + 2.2, WIDE - MARGIN - 0.75 - (each + 0.15) * len(shown)
    ax = _rows(drawing, [pair.words for pair in pairs], left, bottom + 0.4, right, top - 0.25)
    head(ax, "effect", "to the right: as claimed")
    ax.axvline(0.0, color=INK, linewidth=0.9, zorder=2)
    for row, pair in enumerate(pairs):
        colour = RIGHT if pair.low > 0.0 else WRONG if pair.high < 0.0 else FAINT
        if np.isfinite(pair.low):
            ax.plot([pair.low, pair.high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4)
        if np.isfinite(pair.effect):
            filled = colour if colour != FAINT else PAPER
            ax.plot([pair.effect], [row], "o", color=colour, markerfacecolor=filled, markersize=5.5, zorder=5)
        ax.annotate(
            pair.told, (1.0, row), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
            fontsize=PLAIN, color=colour if colour != FAINT else INK, va="center", annotation_clip=False,
        )  # fmt: skip
    ends = [abs(x) for pair in pairs for x in (pair.effect, pair.low, pair.high) if np.isfinite(x)]
    reach = 1.06 * max([0.25, *ends])
    ax.set_xlim(-reach, reach)
    for place, nth in enumerate(shown):
        start = right + 0.75 + (each + 0.15) * place
        beside = _rows(drawing, [""] * len(pairs), start, bottom + 0.4, start + each, top - 0.25)
        head(beside, sets[nth])
        for row, pair in enumerate(pairs):
            if (found := pair.signs[nth]) is not None:
                good, bad = found
                for begin, wide, colour in ((0, good, RIGHT), (good, 1 - good - bad, NEITHER), (1 - bad, bad, WRONG)):
                    beside.barh([row], [wide], left=begin, height=0.55, color=colour, zorder=2)
        beside.set_xlim(0.0, 1.0)
        beside.set_xticks([0.0, 0.5, 1.0], ["0", "50%", ""])
    return drawing


def _rows(drawing: Figure, words: Sequence[str], left: float, bottom: float, right: float, top: float) -> Axes:
    """A panel of rows from the top down, with their words at the left."""
    ax = panel(drawing, left, bottom, right, top)
    ax.set_ylim(len(words) - 0.5, -0.5)
    ax.set_yticks(range(len(words)), [fold(word, 38, 2) for word in words])
    ax.tick_params(axis="y", labelsize=SMALL + 0.3)
    ax.grid(False, axis="y")
    for row in range(0, len(words), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f6f6f3", zorder=0)
    ax.grid(True, axis="x", color=GRID, linewidth=0.6)
    return ax


def _shares(ax: Axes) -> None:
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25%", "50%", "75%", "100%"])
