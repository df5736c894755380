"""Contributions: what each group of mechanisms adds to an outcome at several points, side by side, and their sum."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thermidor.views.palette import DARK, FAINT, INK, PAPER
from thermidor.views.sheet import HOLE, MARGIN, PLAIN, SMALL, Floats, fold, panel, sheet
from thermidor.views.tornado import LOWERS, RAISES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NAMES, ROW, BESIDE = 7.6, 1.75, 0.3, 4
"""Inches of the sheet, of the names and of a row; panels beside each other at most."""


def figure(
    names: Sequence[str],
    points: Sequence[str],
    effects: Floats,
    low: Floats,
    high: Floats,
    totals: Floats,
    alone: Floats | None = None,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    note: str = "",
) -> Figure:
    """Draw contributions [point, group] with their 95% intervals as bars, one panel a point, and below them their sum.

    effects, low, high: [point, group]; totals: [point, 3], the sum with the ends of its interval; unit: of all of them.
    alone: [point, group], what is lost when a group alone is taken away, as diamonds. NaN: no data. Groups keep their
    order; all panels have one scale.
    """
    effects, low, high, totals = (np.asarray(values, dtype=np.float64) for values in (effects, low, high, totals))
    alone = np.full_like(effects, np.nan) if alone is None else np.asarray(alone, dtype=np.float64)
    rows = [fold(name, 24) for name in names]
    lines = -(-len(points) // BESIDE)
    across = -(-len(points) // lines)
    tall = ROW * (len(names) + 1.6)
    wide = (WIDE - 2 * MARGIN - NAMES + 0.16) / across
    headed = [fold(point, int(wide / 0.078)) for point in points]
    above = 0.34 if any("\n" in text for text in headed) else 0.22
    step = tall + above + 0.32
    paper = 0.85 + lines * step + 0.16 * len(textwrap.wrap(subtitle + note, 95))
    drawing, _, top = sheet(WIDE, paper, title, subtitle, note)
    seen = np.concatenate(
        [values[np.isfinite(values)] for values in (effects, low, high, totals, alone)] + [np.zeros(1)]
    )
    room = 0.06 * (float(np.ptp(seen)) or 1.0)
    limits = float(seen.min()) - room, float(seen.max()) + room
    for nth, text in enumerate(headed):
        line, column = divmod(nth, across)
        left, edge = MARGIN + NAMES + column * wide, top - above - line * step
        ax = panel(drawing, left, edge - tall, left + wide - 0.16, edge)
        ax.set_xlim(*limits)
        ax.set_ylim(len(names) + 1.35, -0.25)
        ax.grid(False, axis="y")
        ax.locator_params(axis="x", nbins=max(4, 9 // across))
        ax.set_title(text, fontsize=PLAIN, fontweight="bold", color=INK, loc="left", pad=4, linespacing=1.05)
        values = np.concatenate([np.stack([effects[nth], low[nth], high[nth]], axis=1), totals[nth][None]])
        _bars(ax, values)
        ax.plot(
            alone[nth], np.arange(len(names)) + 0.25, "D", markersize=4.2, color=PAPER, markeredgecolor=DARK,
            markeredgewidth=1.1, zorder=7,
        )  # fmt: skip
        ax.set_yticks(
            np.append(np.arange(len(names)) + 0.25, len(names) + 0.75), [*rows, "together"] if not column else []
        )
        if not column:
            ax.get_yticklabels()[-1].set_fontweight("bold")
    drawing.text(
        (MARGIN + NAMES) / WIDE, (top + 0.02 - lines * step) / paper, unit, fontsize=PLAIN, color=INK, va="top"
    )
    return drawing


def _bars(ax: Axes, values: Floats) -> None:
    """Draw the rows (middle, low, high) of one point, the last one the sum."""
    last = len(values) - 1
    ax.axhline(last + 0.25, color=FAINT, linewidth=0.7)
    ax.axvline(0.0, color=INK, linewidth=0.9, zorder=4)
    for row, (middle, low, high) in enumerate(values):
        height = row + (0.25 if row < last else 0.75)
        if not np.isfinite(middle):
            left, right = ax.get_xlim()
            ax.barh([height], [right - left], left=left, height=0.58, facecolor="none", hatch=HOLE.hatch,
                    edgecolor=HOLE.edge, linewidth=0.0)  # fmt: skip
            box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
            ax.text(
                (left + right) / 2, height, "no data", fontsize=SMALL, color=FAINT, ha="center", va="center", bbox=box
            )
            continue
        colour, hatch = RAISES if middle >= 0.0 else LOWERS
        colour = "#5a5a56" if row == last and middle >= 0.0 else "#bdbdb8" if row == last else colour
        ax.barh([height], [middle], height=0.58, facecolor=colour, hatch=hatch or None, edgecolor="#00000088",
                linewidth=0.0, zorder=2)  # fmt: skip
        if np.isfinite(low) and np.isfinite(high):
            ax.plot([low, high], [height] * 2, color=PAPER, linewidth=3.0, zorder=5, solid_capstyle="butt")
            ax.plot([low, high], [height] * 2, color=DARK, linewidth=1.3, zorder=6, solid_capstyle="butt")
