"""The figure of a point of no return: the probability of an outcome given the state, by the month of that state."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import DASHES, FAINT, GRID, INK, LINES, PAPER
from thermidor.views.panels import Floats, dress, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, PANEL, DPI = 8.0, 2.75, 150
LEFT, RIGHT = 0.085, 0.80
HEAD, FOOT, GAP = 0.95, 1.0, 0.62
"""Inches above the panels, below them, and between two."""
MARKS = {0.5: "o", 0.8: "s", 0.95: "^"}
BEYOND = 24
"""Months shown after the last change of a curve, at least."""


class Line(NamedTuple):
    """The mean of a curve and its interval [grid], and its words."""

    words: str
    middle: Floats
    low: Floats
    high: Floats


class Panel(NamedTuple):
    """One curve: title, unit line, every member's [member, grid], means, and (level, month or None) passed for good."""

    title: str
    unit: str
    members: Floats
    lines: Sequence[Line]
    marks: Mapping[float, np.datetime64 | None]


def draw(
    months: npt.NDArray[np.datetime64], panels: Sequence[Panel], *, title: str, subtitle: str, caption: str
) -> Figure:
    """Draw curves over the grid `months`, one panel each; time ends soon after the last curve has come to rest."""
    from matplotlib.figure import Figure

    high = HEAD + FOOT + PANEL * len(panels) + GAP * (len(panels) - 1)
    figure = Figure(figsize=(WIDE, high), dpi=DPI, facecolor=PAPER)
    years = 1970.0 + months.astype("datetime64[M]").astype(np.int64) / 12.0
    shown = _until(months, panels)
    for place, panel in enumerate(panels):
        bottom = high - HEAD - PANEL - place * (PANEL + GAP)
        ax = figure.add_axes((LEFT, bottom / high, RIGHT - LEFT, PANEL / high))
        _panel(ax, years[:shown], shown, panel)
    figure.text(LEFT, 1.0 - 0.27 / high, title, fontsize=13, fontweight="bold", color=INK, va="center")
    figure.text(LEFT, 1.0 - 0.50 / high, subtitle, fontsize=8.5, color=FAINT, va="center")
    text = textwrap.fill(caption, 128)
    figure.text(LEFT, (FOOT - 0.38) / high, text, fontsize=7, color=FAINT, va="top", linespacing=1.4)
    return figure


def _until(months: npt.NDArray[np.datetime64], panels: Sequence[Panel]) -> int:
    """Number of grid months to show: all, or fewer where nothing changes in the last third."""
    moving = [np.flatnonzero((np.abs(np.diff(p.members, axis=1)) > 0.0).any(axis=0)) for p in panels]
    last = max((int(m[-1]) + 1 for m in moving if len(m)), default=0)
    step = max(int((months[1] - months[0]).astype(int)), 1) if len(months) > 1 else 1
    wanted = last + 1 + max(-(-BEYOND // step), last // 8)
    return wanted if wanted < 2 * len(months) // 3 else len(months)


def _panel(ax: Axes, years: Floats, shown: int, panel: Panel) -> None:
    from matplotlib.ticker import MaxNLocator

    dress(ax, panel.title, panel.unit, years)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.set_ylim(-0.02, 1.06)
    ax.set_yticks([0.0, *MARKS, 1.0], ["0", *(f"{100 * level:g}%" for level in MARKS), ""])
    ax.grid(True, axis="y", color=GRID, linewidth=0.9)
    for member in panel.members[:, :shown]:
        ax.plot(years, member, color=FAINT, linewidth=0.5, alpha=0.55, zorder=1)
    heights = []
    for nth, line in enumerate(panel.lines):
        colour, dashes = LINES[nth], DASHES[nth]
        ax.fill_between(years, line.low[:shown], line.high[:shown], color=colour, alpha=0.18, linewidth=0, zorder=2)
        style: object = (0, dashes) if dashes else "-"
        ax.plot(years, line.middle[:shown], color=colour, linewidth=2.0 - 0.3 * nth, linestyle=style, zorder=3 + nth)
        heights.append(float(line.middle[shown - 1]))
    places = spread([(h + 0.02) / 1.08 for h in heights], 0.13 / PANEL, 0.04, 0.93)
    for nth, (line, place) in enumerate(zip(panel.lines, places, strict=True)):
        _beside(ax, place, line.words, LINES[nth])
    _marks(ax, panel, years)


def _beside(ax: Axes, height: float, words: str, colour: str) -> None:
    ax.annotate(
        words, (1.0, height), xycoords="axes fraction", xytext=(6, 0), textcoords="offset points", fontsize=7.5,
        color=colour, va="center", ha="left", annotation_clip=False,
    )  # fmt: skip


def _marks(ax: Axes, panel: Panel, years: Floats) -> None:
    """Mark when the median member passed each level for good, with the date."""
    for level, month in panel.marks.items():
        if month is None:
            continue
        year = 1970.0 + float(month.astype("datetime64[M]").astype(np.int64)) / 12.0
        ax.plot([year], [level], MARKS[level], color=INK, markersize=5.5, zorder=9, clip_on=False)
        start = year <= years[0]
        left = not start and year > years[0] + 0.75 * (years[-1] - years[0])
        text = "from the start" if start else str(month)
        ax.annotate(
            text, (year, level), xytext=(-7 if left else 7, -9), textcoords="offset points", fontsize=7, color=INK,
            ha="right" if left else "left", va="center", zorder=10,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )  # fmt: skip
