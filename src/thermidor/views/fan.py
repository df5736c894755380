"""The fan chart: how the runs of one or several settings spread over time, with the record's dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from thermidor.errors import InputError
from thermidor.views.palette import INK, LINES, PAPER, RECORD
from thermidor.views.panels import Points, within
from thermidor.views.sheet import HOLE, MARGIN, PLAIN, Floats, fold, head, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, PANEL, GAP = 7.6, 1.75, 0.36
"""Inches of the sheet, of a panel's height and of the gap between two."""
BANDS = ((5.0, 95.0, 0.2), (25.0, 75.0, 0.42))
"""From which percentile to which, and how strong."""


def figure(
    years: Floats,
    groups: Mapping[str, Floats],
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    note: str = "",
    record: Points | None = None,
    share: bool = False,
) -> Figure:
    """Draw a series as median and bands of 50% and 90% of the runs, one panel a group, all on one scale.

    years: [month] as decimals; groups: name -> values [run, month], NaN where a run has none (months without any are
    hatched); unit: of the values; record: dots of the historical record in the same unit; share: 0 to 1, in per cent.
    Raises InputError where a group has no number at all, or another length.
    """
    years = np.asarray(years, dtype=np.float64)
    groups = {name: np.asarray(values, dtype=np.float64) for name, values in groups.items()}
    for name, values in groups.items():
        if values.ndim != 2 or values.shape[1] != len(years) or not np.isfinite(values).any():
            raise InputError(f"the series of '{name}' has no numbers over {len(years)} months")
    record = within(record, years)
    legend = "line: median; dark band: 50% of the runs; light: 90%" + ("; dots: record" if record else "")
    if any(not np.isfinite(values).any(axis=0).all() for values in groups.values()):
        legend += "; hatched: no data"
    high = 1.35 + len(groups) * (PANEL + GAP) + 0.13 * (len(note) // 110)
    drawing, bottom, top = sheet(WIDE, high, title, "; ".join(text for text in (subtitle, legend) if text), note)
    step = (top - bottom - 0.3) / len(groups)
    bounds = _bounds(list(groups.values()), record, share)
    for nth, (name, values) in enumerate(groups.items()):
        edge = top - 0.22 - nth * step
        ax = panel(drawing, MARGIN + 0.42, edge - step + GAP, WIDE - MARGIN - 0.05, edge)
        head(ax, fold(name, 70, 1) if len(groups) > 1 or name else "", unit)
        runs = f"{int(np.isfinite(values).any(axis=1).sum()):,} runs"
        ax.annotate(runs, (1.0, 1.0), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points",
                    fontsize=PLAIN - 0.5, color=INK, ha="right", va="baseline", annotation_clip=False)  # fmt: skip
        ax.set_xlim(float(years[0]), float(years[-1]))
        ax.set_ylim(*bounds)
        _fan(ax, years, values)
        if record is not None:
            ax.plot(record.years, record.values, "o", color=RECORD, markersize=3.0, markeredgecolor=PAPER,
                    markeredgewidth=0.5, zorder=6)  # fmt: skip
        if share:
            ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        ax.tick_params(labelbottom=nth == len(groups) - 1)
    return drawing


def _fan(ax: Axes, years: Floats, values: Floats) -> None:
    """Draw the bands and the median; hatch the months in which no run has a number."""
    known = np.isfinite(values).any(axis=0)
    percentiles = np.full((5, len(years)), np.nan)
    percentiles[:, known] = np.nanpercentile(values[:, known], (5.0, 25.0, 50.0, 75.0, 95.0), axis=0)
    least, lower, middle, upper, most = percentiles
    for low, high, (_, _, strength) in zip((least, lower), (most, upper), BANDS, strict=True):
        ax.fill_between(years, low, high, color=LINES[0], alpha=strength, linewidth=0, zorder=2)
    for edge in (least, most):
        ax.plot(years, edge, color=LINES[0], linewidth=0.6, linestyle=(0, (2, 1.5)), zorder=3)
    ax.plot(years, middle, color=LINES[0], linewidth=1.5, zorder=4)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], ~known, [False]]).astype(int)))
    for first, last in zip(changes[::2], changes[1::2], strict=True):
        ends = float(years[max(first - 1, 0)]), float(years[min(last, len(years) - 1)])
        ax.axvspan(*ends, facecolor="none", hatch=HOLE.hatch, edgecolor=HOLE.edge, linewidth=0.0, zorder=1)


def _bounds(every: list[Floats], record: Points | None, share: bool) -> tuple[float, float]:
    """Return the scale that all panels share: the runs' middle 90% and the record, zero where it is near."""
    if share:
        return 0.0, 1.0
    seen = np.concatenate(
        [np.nanpercentile(v[:, np.isfinite(v).any(axis=0)], (5.0, 95.0), axis=0).ravel() for v in every]
    )
    if record is not None:
        seen = np.concatenate([seen, record.values[np.isfinite(record.values)]])
    low, high = float(seen.min()), float(seen.max())
    low = 0.0 if 0.0 <= low < 0.35 * high else low
    room = 0.06 * (high - low) or 1.0
    return (low if low == 0.0 else low - room), high + room
