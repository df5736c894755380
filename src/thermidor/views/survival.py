"""Survival curves: the share of spells that outlast each duration, with bands, marks where cut, and how many remain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.errors import InputError
from thermidor.views.palette import DASHES, INK, LINES, REGIMES, words
from thermidor.views.sheet import MARGIN, PLAIN, SMALL, Floats, fold, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, PANEL, ROW, SAMPLE = 7.2, 3.1, 0.19, 0.42
"""Inches of the sheet, of the panel's height, of a row below it and of a curve's sample there."""


MOST_BANDS = 3
"""Curves of which each has its band; of more the bands would hide each other."""


class Curve(NamedTuple):
    """The steps of a curve (times, share outlasting, its interval), and the spells: how long, and ended or cut."""

    times: Floats
    share: Floats
    low: Floats
    high: Floats
    lasted: Floats
    ended: npt.NDArray[np.bool_]

    def at(self, time: Floats) -> Floats:
        """Return the share that outlasts some durations."""
        return np.concatenate([[1.0], self.share])[np.searchsorted(self.times, time, side="right")]


def figure(
    curves: Mapping[str, Curve],
    *,
    title: str,
    unit: str = "years",
    subtitle: str = "",
    note: str = "",
    most: int = len(LINES),
) -> Figure:
    """Draw curves by name as steps, few with their 95% bands, a cross where a spell was cut, and the numbers at risk.

    unit: of the durations. Raises InputError for more curves than the palette can tell apart, or none.
    """
    if not 1 <= len(curves) <= most:
        raise InputError(f"{len(curves)} survival curves cannot be told apart", mend=f"draw 1 to {most} at once")
    names = {name: fold(words(name) if name in REGIMES else name, 24) for name in curves}
    rows = [1.55 if "\n" in name else 1.0 for name in names.values()]
    banded = len(curves) <= MOST_BANDS
    legend = f"{'bands: 95% interval; ' if banded else ''}crosses: cut by the end of the run"
    high = 2.0 + PANEL + ROW * sum(rows)
    drawing, bottom, top = sheet(WIDE, high, title, "; ".join(text for text in (subtitle, legend) if text), note)
    foot = bottom + ROW * sum(rows) + 0.75
    ax = panel(drawing, MARGIN + 2.0, foot, WIDE - MARGIN - 0.1, top - 0.05)
    end = max(float(curve.lasted.max()) for curve in curves.values())
    ax.set_xlim(0.0, 1.01 * end)
    ax.set_ylim(0.0, 1.03)
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xlabel(f"duration, {unit}", fontsize=PLAIN, color=INK, labelpad=3)
    ax.set_ylabel("spells that last longer", fontsize=PLAIN, color=INK, labelpad=4)
    ticks = [float(tick) for tick in ax.get_xticks() if 0.0 <= tick <= end]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    for nth, curve in enumerate(curves.values()):
        _steps(ax, curve, nth, banded)
    _remaining(ax, list(names.values()), list(curves.values()), ticks, rows)
    return drawing


def _steps(ax: Axes, curve: Curve, nth: int, banded: bool) -> None:
    """Draw one curve to the longest of its spells."""
    colour, dashes = LINES[nth], DASHES[nth]
    end = float(curve.lasted.max())
    times = np.concatenate([[0.0], curve.times, [end]])
    share, low, high = (
        np.concatenate([[1.0], values, values[-1:] if len(values) else [1.0]])
        for values in (curve.share, curve.low, curve.high)
    )
    if banded:
        ax.fill_between(times, low, high, step="post", color=colour, alpha=0.13, linewidth=0, zorder=2)
    ax.step(times, share, where="post", color=colour, linewidth=1.6, linestyle=(0, dashes) if dashes else "-", zorder=4)
    cut = np.unique(curve.lasted[~curve.ended])
    ax.plot(cut, curve.at(cut), "+", color=colour, markersize=6.0, markeredgewidth=1.1, zorder=5, clip_on=False)


def _remaining(ax: Axes, names: list[str], curves: list[Curve], ticks: list[float], rows: list[float]) -> None:
    """Write below the panel, curve by curve with its line, how many spells have not ended before each tick."""
    from matplotlib.lines import Line2D

    figure = ax.get_figure(root=True)
    assert figure is not None
    wide, high = figure.get_size_inches()
    place = ax.get_position()
    height = place.y0 - 0.56 / high
    figure.text(MARGIN / wide, height, "still lasting", fontsize=SMALL, fontweight="bold", color=INK, va="center")
    for nth, (name, curve, row) in enumerate(zip(names, curves, rows, strict=True)):
        height -= ROW * (row + (rows[nth - 1] if nth else 1.0)) / 2.0 / high
        style: object = (0, DASHES[nth]) if DASHES[nth] else "-"
        ends = [MARGIN / wide, (MARGIN + SAMPLE) / wide]
        figure.add_artist(Line2D(ends, [height] * 2, color=LINES[nth], linewidth=1.6, linestyle=style))  # type: ignore[arg-type]
        figure.text(
            (MARGIN + SAMPLE + 0.07) / wide,
            height,
            name,
            fontsize=SMALL,
            color=LINES[nth],
            va="center",
            linespacing=1.0,
        )
        for tick in ticks:
            x = place.x0 + place.width * tick / ax.get_xlim()[1]
            number = f"{int((curve.lasted >= tick).sum()):,}"
            figure.text(x, height, number, fontsize=SMALL, color=INK, ha="center", va="center")
