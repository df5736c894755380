"""The tornado: effects of many factors on one outcome, the largest above, with their intervals and their signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thermidor.views.palette import FAINT, INK, LINES, PAPER
from thermidor.views.sheet import HOLE, MARGIN, PLAIN, SMALL, Floats, fold, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NAMES, ROW = 7.2, 2.15, 0.205
"""Inches of the sheet, of the names at its left, and of a row."""
RAISES, LOWERS = (LINES[0], ""), ("#e9a98c", "////")
"""Colour and hatch of an effect above zero, and of one below."""


def figure(
    names: Sequence[str],
    effects: Floats,
    low: Floats,
    high: Floats,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    note: str = "",
    most: int = 60,
    within: tuple[float, float] = (-np.inf, np.inf),
    luck: float = 0.0,
) -> Figure:
    """Draw effects [factor] as bars from zero with their 95% intervals, sorted by size; NaN: no data, below all others.

    unit: of the effects; most: rows at most, the smallest effects beyond them told in the note; within: what an effect
    can be, where the panel ends: what an estimate has beyond it is cut off, above with an arrow and its number; luck:
    what luck alone can make of an effect, a dashed line. An interval that holds zero, or reaches down to that line, is
    drawn with an open dot at its effect, one that does not with a filled one.
    """
    effects, low, high = (np.asarray(values, dtype=np.float64) for values in (effects, low, high))
    order = np.argsort(np.where(np.isfinite(effects), -np.abs(effects), np.inf), kind="stable")
    rest = order[most:][np.isfinite(effects[order[most:]])]
    order = order[:most]
    if rest.size:
        note = f"{len(rest)} more factors have effects of at most {np.abs(effects[rest]).max():.2g}. {note}".strip()
    folded = [fold(names[row], 32) for row in order]
    heights = np.array([1.45 if "\n" in name else 1.0 for name in folded])
    rows = np.cumsum(heights) - heights / 2.0
    legend = "filled dot: 95% interval does not hold zero; open dot: it does"
    if luck > 0.0:
        legend = "filled dot: 95% interval above what luck alone can make (dashed); open: not"
    if (high[order] > within[1]).any():
        legend += "; arrow: it goes on"
    if np.isnan(low[order][np.isfinite(effects[order])]).any():
        legend += "; diamond: no interval"
    drawing, bottom, top = sheet(WIDE, 1.65 + ROW * float(heights.sum()), title, subtitle or legend, note)
    ax = panel(drawing, MARGIN + NAMES, bottom + 0.42, WIDE - MARGIN, top - 0.02)
    ax.set_ylim(float(heights.sum()), 0.0)
    ax.set_yticks(rows, folded)
    ax.tick_params(axis="y", labelsize=PLAIN - 0.3)
    ax.grid(False, axis="y")
    _bars(ax, rows, effects[order], low[order], high[order], within, luck)
    _beyond(ax, rows, effects[order], high[order], within[1])
    ax.axvline(0.0, color=INK, linewidth=0.9, zorder=4)
    if luck > 0.0:
        ax.axvline(luck, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=4)
    ax.set_xlabel(unit, fontsize=PLAIN, color=INK, labelpad=4)
    return drawing


def _bars(
    ax: Axes, rows: Floats, effects: Floats, low: Floats, high: Floats, within: tuple[float, float], luck: float
) -> None:
    """Draw the bars and their intervals so far as they lie within some ends, and what is missing."""
    effects, low, high = (np.clip(values, *within) for values in (effects, low, high))
    known = np.isfinite(effects)
    shown = np.concatenate([effects[known], low[np.isfinite(low)], high[np.isfinite(high)], [0.0]])
    left, right = float(shown.min()), float(shown.max())
    spread = (right - left) or 1.0
    ax.set_xlim(left - 0.04 * spread, right + 0.04 * spread)
    for (colour, hatch), chosen in ((RAISES, known & (effects >= 0.0)), (LOWERS, known & (effects < 0.0))):
        bars = ax.barh(rows[chosen], effects[chosen], height=0.62, facecolor=colour, hatch=hatch or None, zorder=2)
        for bar in bars:
            bar.set(edgecolor="#00000088" if hatch else "none", linewidth=0.0)
    for row, middle, least, most in zip(rows[known], effects[known], low[known], high[known], strict=True):
        if np.isfinite(least) and np.isfinite(most):
            ax.plot([least, most], [row, row], color=PAPER, linewidth=2.6, zorder=3, solid_capstyle="butt")
            ax.plot([least, most], [row, row], color=INK, linewidth=1.1, zorder=4, solid_capstyle="butt")
            fill = INK if least > luck or most < 0.0 else PAPER
            ax.plot(
                [middle], [row], "o", markersize=3.4, color=INK, markerfacecolor=fill, markeredgewidth=0.9, zorder=5
            )
        else:
            ax.plot([middle], [row], "D", markersize=3.4, color=INK, markerfacecolor=PAPER, zorder=5)
    for row in rows[~known]:
        ends = ax.get_xlim()
        ax.barh(
            [row], [ends[1] - ends[0]], left=ends[0], height=0.62, facecolor="none", hatch=HOLE.hatch,
            edgecolor=HOLE.edge, linewidth=0.0, zorder=1,
        )  # fmt: skip
        ax.text(
            ends[1], float(row), "no data", fontsize=SMALL, color=FAINT, ha="right", va="center", zorder=6,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip


def _beyond(ax: Axes, rows: Floats, effects: Floats, high: Floats, end: float) -> None:
    """Mark what lies beyond the upper end: an arrow where an interval goes on, and the number of an effect."""
    for row, middle, most in zip(rows, effects, high, strict=True):
        if most > end:
            ax.plot([end], [row], ">", markersize=4.0, color=INK, markeredgewidth=0, clip_on=False, zorder=6)
        if middle > end:
            ax.annotate(
                f"{middle:.2f}", (end, float(row)), xytext=(5, 0), textcoords="offset points",
                fontsize=SMALL, color=INK, va="center", annotation_clip=False,
            )  # fmt: skip
