"""The figure of a comparison: when labels and variables of two runs part, how far, and with what certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import FAINT, GRID, INK, LINES, PAPER
from thermidor.views.panels import Floats, decimal_years, dress, whole_years

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

ROWS, CURVES = 24, 4
"""Variables in the raster, and of these the ones drawn as curves."""
MOST = 4.0
"""Spreads at which the raster's colours are full."""
LEAST = 0.5
"""Spreads from which a lower value is hatched."""
WIDE, HIGH, DPI = 8.0, 10.0, 150
LEFT, RIGHT = 0.215, 0.93
FAR = 99.0


class Curve(NamedTuple):
    """A variable's difference by month, with its 95% interval (NaN where there is none), in its own unit."""

    name: str
    unit: str
    difference: Floats
    low: Floats
    high: Floats


def figure(
    months: npt.NDArray[np.datetime64],
    standard: Mapping[str, Floats],
    differing: Floats,
    curves: Sequence[Curve],
    *,
    title: str,
    subtitle: str = "",
    paired: bool = True,
) -> Figure:
    """Draw a comparison over `months`: shares of other labels above, a raster of variables, curves below.

    `standard` maps variables, from the top row down, to differences in spreads [month]; `differing` is the share of
    pairs with another label [month]. Returns a figure of 1200 x 1500 pixels.
    """
    from matplotlib.figure import Figure

    years = decimal_years(months)
    drawn = Figure(figsize=(WIDE, HIGH), dpi=DPI, facecolor=PAPER)
    drawn.text(
        0.03, 0.972, title, fontsize=min(14.0, 840.0 / max(len(title), 1)), fontweight="bold", color=INK, va="center"
    )
    drawn.text(0.03, 0.949, subtitle, fontsize=8.5, color=FAINT, va="center")
    labels = drawn.add_axes((LEFT, 0.862, RIGHT - LEFT, 0.052))
    dress(labels, "Regime", "share of pairs in which it is another" if paired else "share of runs that part", years)
    labels.fill_between(years, differing, color=LINES[5], alpha=0.45, linewidth=0, step="mid")
    labels.axhline(0.5, color=INK, linewidth=0.6, linestyle=(0, (2, 2)))
    labels.set_ylim(0.0, 1.0)
    labels.set_yticks([0.0, 0.5, 1.0], ["0", "50%", "100%"])
    labels.tick_params(labelbottom=False)
    raster = drawn.add_axes((LEFT, 0.40, RIGHT - LEFT, 0.425))
    order = "the first to part on top" if paired else "the furthest apart on top"
    dress(raster, "Variables", f"difference in spreads of the runs; {order}", years)
    _raster(raster, years, standard)
    if standard:
        _scale(drawn)
    for place, curve in enumerate(curves):
        across, down = place % 2, place // 2
        box = drawn.add_axes((0.085 + 0.475 * across, 0.212 - 0.148 * down, 0.37, 0.095))
        dress(box, curve.name, curve.unit, years)
        box.fill_between(years, curve.low, curve.high, color=LINES[0], alpha=0.25, linewidth=0)
        box.plot(years, curve.difference, color=LINES[0], linewidth=1.1)
        box.axhline(0.0, color=INK, linewidth=0.7)
        box.locator_params(axis="y", nbins=4)
        whole_years(box, 6)
        if place >= len(curves) - 2:
            box.set_xlabel("year", fontsize=7.5, color=FAINT, labelpad=2)
    what = "mean difference of pairs" if paired else "difference of medians"
    caption = f"Below: {what}, with its 95% interval. Spread: standard deviation over members, both runs pooled."
    drawn.text(0.03, 0.018, caption, fontsize=7, color=FAINT)
    return drawn


def _raster(ax: Axes, years: Floats, standard: Mapping[str, Floats]) -> None:
    """Draw a row for each variable: colour for how far, hatched where lower, the last month's number at the right."""
    ax.grid(False)
    if not standard:
        ax.set_yticks([])
        ax.text(0.5, 0.5, "no difference", transform=ax.transAxes, ha="center", va="center", color=FAINT)
        return
    table = np.stack(list(standard.values()))
    rows, half = len(table), 0.5 / 12.0
    extent = (float(years[0]) - half, float(years[-1]) + half, rows - 0.5, -0.5)
    ax.imshow(np.clip(table, -MOST, MOST), _colours(), aspect="auto", extent=extent, vmin=-MOST, vmax=MOST,
              interpolation="nearest")  # fmt: skip
    lower = np.repeat((table < -LEAST).astype(float), 2, axis=0)
    heights = np.arange(rows).repeat(2) + np.tile((-0.49, 0.49), rows)
    if lower.any():
        hatched = ax.contourf(years, heights, lower, levels=[0.5, 1.5], colors="none", hatches=["////"])
        hatched.set_edgecolor("#ffffff")
        hatched.set_linewidth(0.0)
    for edge in range(1, rows):
        ax.axhline(edge - 0.5, color=PAPER, linewidth=0.8)
    ax.set_yticks(range(rows), list(standard), fontsize=7.5)
    ax.set_ylim(rows - 0.5, -0.5)
    for row, last in enumerate(table[:, -1]):
        text = f"{last:+.1f}" if abs(last) <= FAR else f"> {FAR:g}" if last > 0 else f"< -{FAR:g}"
        ax.annotate(text, (1.0, row), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
                    fontsize=7.5, color=INK, va="center", annotation_clip=False)  # fmt: skip


def _colours() -> LinearSegmentedColormap:
    """Return the colours from lower (blue) through none (pale) to higher (vermilion)."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("parting", [LINES[0], "#8fb4cf", GRID, "#e9a483", LINES[1]])


def _scale(drawn: Figure) -> None:
    """Draw the key of the raster's colours under it."""
    key = drawn.add_axes((LEFT, 0.358, 0.3, 0.011))
    ramp = np.linspace(-MOST, MOST, 256)[None, :]
    key.imshow(ramp, _colours(), aspect="auto", extent=(-MOST, MOST, 0.0, 1.0), vmin=-MOST, vmax=MOST)
    lower = key.contourf(np.linspace(-MOST, -LEAST, 2), [0.0, 1.0], np.ones((2, 2)), levels=[0.5, 1.5], colors="none",
                         hatches=["////"])  # fmt: skip
    lower.set_edgecolor("#ffffff")
    lower.set_linewidth(0.0)
    key.set_yticks([])
    key.set_xticks([-4, -2, 0, 2, 4], ["-4", "-2", "0", "+2", "+4"])
    key.tick_params(length=0, labelsize=7, colors=INK, pad=2)
    for spine in key.spines.values():
        spine.set_visible(False)
    drawn.text(
        RIGHT, 0.3585, "spreads, hatched where lower; at the right: the last month", fontsize=7, color=FAINT, ha="right"
    )
