"""The ribbons of all lenses beneath each other on one axis of time, and under them how far they disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from thermidor.lenses.spells import Reading, shares
from thermidor.views.palette import FAINT, GRID, INK, LINES, PAPER, Paint, paints
from thermidor.views.panels import Floats, decimal_years, dress
from thermidor.views.ribbon import key, ribbon

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, DPI = 8.0, 150
LEFT, RIGHT = 0.075, 0.79
HEAD, FOOT, TALL, GAP, COURSE = 0.78, 0.62, 0.86, 0.34, 0.7
"""Inches: title, caption, a ribbon, the space between, the panel of disagreement."""


def figure(
    readings: Mapping[str, Reading],
    country: str,
    course: Floats,
    *,
    title: str,
    subtitle: str,
    notes: Mapping[str, str],
) -> Figure:
    """Draw the share of runs under each label of each reading, month by month, and how far the readings disagree.

    `course` is the disagreement by month (NaN: nothing to compare); `notes` says beside a ribbon's name what decides.
    """
    from matplotlib.figure import Figure

    compared = bool(np.isfinite(course).any())
    high = HEAD + FOOT + len(readings) * (TALL + GAP) + (COURSE if compared else 0.0)
    drawn = Figure(figsize=(WIDE, high), dpi=DPI, facecolor=PAPER)
    some = next(iter(readings.values()))
    years = decimal_years(some.months)
    edge = high - HEAD
    for name, reading in readings.items():
        panel = _panel(drawn, edge, TALL, high)
        _ribbon(panel, name, notes.get(name, ""), years, reading, country)
        edge -= TALL + GAP
    if compared:
        _course(_panel(drawn, edge, COURSE, high), years, course)
    else:
        panel.tick_params(labelbottom=True)
    drawn.text(LEFT, 1 - 0.2 / high, title, fontsize=14, fontweight="bold", color=INK, va="center")
    size = min(8.5, 980.0 / max(len(subtitle), 1))
    drawn.text(LEFT, 1 - 0.42 / high, subtitle, fontsize=size, color=FAINT, va="center")
    caption = "Each ribbon: the share of runs that a reading gives each of its labels."
    if compared:
        caption += (
            " Below: of all pairs of readings that answer\na common question (what kind of society, who holds power), "
            "the share that answer it differently."
        )
    drawn.text(LEFT, 0.3 / high, caption, fontsize=7, color=FAINT, va="top", linespacing=1.4)
    return drawn


def _panel(drawn: Figure, edge: float, tall: float, high: float) -> Axes:
    """Return a panel whose upper edge stands so many inches above the foot of the figure."""
    return drawn.add_axes((LEFT, (edge - tall) / high, RIGHT - LEFT, tall / high))


def _ribbon(ax: Axes, name: str, note: str, years: Floats, reading: Reading, country: str) -> None:
    looks: dict[str, Paint] = paints(reading.names)
    by_label = shares(reading, country)
    dress(ax, name, note, years)
    homeless = ribbon(ax, years, by_label, wide=(RIGHT - LEFT) * WIDE, tall=TALL, look_of=looks.__getitem__)
    homeless.sort(key=lambda label: int(np.argmax(by_label[label] > 0.0)))
    key(ax, homeless, tall=TALL, look_of=looks.__getitem__)
    ax.set_yticks([])
    ax.grid(False)
    ax.tick_params(labelbottom=False)


def _course(ax: Axes, years: Floats, course: Floats) -> None:
    dress(ax, "Disagreement", "share of the pairs that can be compared", years)
    ax.fill_between(years, 0.0, course, color=GRID, linewidth=0.0, zorder=1)
    ax.plot(years, course, color=LINES[1], linewidth=1.2, zorder=3)
    ax.set_ylim(0.0, 1.0)
    ax.set_yticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
