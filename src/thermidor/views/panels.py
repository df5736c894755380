"""The parts of a figure: a panel with a title, a line with its band, the record's dots, labels that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import DASHES, FAINT, GRID, INK, LINES, RECORD, WAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
"""Numbers along time, or (run, month)."""


class Points(NamedTuple):
    """A series of the record: years (middle of the year as a decimal) and values in the unit of the panel."""

    years: Floats
    values: Floats


class Label(NamedTuple):
    """A direct label at the right end of a line: its height in data, its words and its colour."""

    height: float
    words: str
    colour: str


def decimal_years(months: npt.NDArray[np.datetime64]) -> Floats:
    """Return month stamps as decimal years, the middle of each month."""
    count = np.asarray(months).astype("datetime64[M]").astype(np.int64)
    return np.asarray(1970.0 + (count + 0.5) / 12.0, dtype=np.float64)


def dress(ax: Axes, title: str, unit: str, years: Floats) -> None:
    """Give a panel its title, unit, light grid, and an axis of time from the first to the last of `years`."""
    head = ax.annotate(
        title, (0.0, 1.0), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points",
        fontsize=8.5, fontweight="bold", color=INK, va="baseline",
    )  # fmt: skip
    ax.annotate(
        unit, (1.0, 0.0), xycoords=head, xytext=(6, 0), textcoords="offset points", fontsize=7.5, color=FAINT,
        va="bottom", annotation_clip=False,
    )  # fmt: skip
    half = 0.5 / 12.0
    ax.set_xlim(float(years[0]) - half, float(years[-1]) + half)
    whole_years(ax)
    ax.set_axisbelow(True)
    ax.grid(True, color=GRID, linewidth=0.6)
    ax.tick_params(length=0, labelsize=7.5, colors=INK, pad=3)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(FAINT)
    ax.spines["bottom"].set_linewidth(0.7)


def whole_years(ax: Axes, most: int = 9) -> None:
    """Mark at most so many whole years on an axis of time; where there are not two, some months."""
    low, high = ax.get_xlim()
    first, last = ceil(low), floor(high)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if (last - first) // s < most)
    ticks = [year for year in range(first, last + 1) if year % step == 0]
    if last > first:
        ax.set_xticks(ticks, [str(year) for year in ticks])
        return
    months = range(round(12.0 * low), round(12.0 * high))
    some = months[:: max(1, -(-len(months) // 5))]
    ax.set_xticks([(month + 0.5) / 12.0 for month in some], [f"{month // 12}-{month % 12 + 1:02d}" for month in some])


def shade_wars(ax: Axes, years: Floats, war: Floats, least: float = 0.15) -> None:
    """Shade the months in which the median of `war` is at least `least`."""
    inside = np.concatenate(([False], war >= least, [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        ax.axvspan(float(years[first]), float(years[min(last, len(years) - 1)]), color=WAR, linewidth=0, zorder=0)


def line(ax: Axes, years: Floats, values: Floats, words: str, *, nth: int, solid: bool = False) -> Label:
    """Draw the median of `values` (run, month) and its 5-95% band; return the label for its right end."""
    colour = LINES[nth % len(LINES)]
    low, middle, high = np.percentile(values, (5.0, 50.0, 95.0), axis=0)
    if values.shape[0] > 1:
        ax.fill_between(years, low, high, color=colour, alpha=0.16, linewidth=0, zorder=2)
    dashes = () if solid else DASHES[nth % len(DASHES)]
    style: object = "-" if not dashes else (0, dashes)
    ax.plot(years, middle, color=colour, linewidth=1.4, linestyle=style, zorder=3)
    return Label(float(middle[-1]), words, colour)


def within(points: Points | None, years: Floats) -> Points | None:
    """Return the points inside the time of `years`; None if there are none."""
    if points is None:
        return None
    seen = (points.years >= years[0]) & (points.years <= years[-1])
    return Points(points.years[seen], points.values[seen]) if seen.any() else None


def dots(ax: Axes, points: Points | None) -> None:
    """Draw the record as dots; nothing where there is none."""
    if points is not None:
        ax.plot(points.years, points.values, "o", color=RECORD, markersize=1.9, markeredgewidth=0, zorder=4)


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move `heights` apart to at least `gap`, keeping their order and staying between `low` and `high` if they fit."""
    order = np.argsort(np.asarray(heights, dtype=np.float64), kind="stable")
    placed = np.clip(np.asarray(heights, dtype=np.float64)[order], low, high)
    gap = min(gap, (high - low) / max(len(placed) - 1, 1))
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    if len(placed) and placed[-1] > high:
        placed[-1] = high
        for i in range(len(placed) - 2, -1, -1):
            placed[i] = min(placed[i], placed[i + 1] - gap)
    out = np.empty_like(placed)
    out[order] = placed
    return [float(height) for height in out]


def name_lines(ax: Axes, labels: Sequence[Label], *, log: bool = False, tall: float = 1.0) -> None:
    """Write labels at the right of the panel (`tall` inches high), beside their lines and clear of each other."""
    bottom, top = (float(bound) for bound in ax.get_ylim())
    scale = np.log if log else np.asarray
    low, high = float(scale(bottom)), float(scale(top))
    wanted = []
    for label in labels:
        height = max(label.height, bottom) if log else label.height
        wanted.append((float(scale(height)) - low) / (high - low))
    for label, height in zip(labels, spread(wanted, 0.128 / tall, 0.04, 0.96), strict=True):
        ax.annotate(
            label.words, (1.0, height), xycoords="axes fraction", xytext=(5, 0), textcoords="offset points",
            fontsize=7.5, color=label.colour, va="center", ha="left", annotation_clip=False,
        )  # fmt: skip
