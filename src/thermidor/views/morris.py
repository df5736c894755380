"""Morris' picture: how much each factor moves the outcome, against how unevenly; the largest by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thermidor.views.palette import FAINT, INK, LINES, PAPER
from thermidor.views.panels import spread
from thermidor.views.sheet import MARGIN, PLAIN, SMALL, Floats, fold, inches, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH, NAMES = 7.6, 5.0, 2.2
"""Inches of the sheet, and of the names at its right."""
SLOPES = ((1.0, "sigma = mu*"), (0.5, "half"), (0.1, "a tenth"))
"""Lines of sigma over mu*: above the first the sign or the size of an effect hangs on the other factors."""


def figure(
    names: Sequence[str],
    mu_star: Floats,
    sigma: Floats,
    low: Floats | None = None,
    high: Floats | None = None,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    note: str = "",
    named: int = 10,
) -> Figure:
    """Draw sigma over mu* of every factor, and name the `named` largest mu* with their 95% interval low to high.

    All [factor] in `unit`; a factor without a number is left out and counted in the note, and so are equals of which
    only some could be named. Near the lower axis a factor acts alone and evenly; high above it, otherwise in other
    surroundings.
    """
    mu_star, sigma = np.asarray(mu_star, dtype=np.float64), np.asarray(sigma, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(mu_star) & np.isfinite(sigma))
    if len(known) < len(mu_star):
        note = f"No data: {len(mu_star) - len(known)} factors. {note}".strip()
    order = known[np.argsort(-mu_star[known], kind="stable")]
    largest, alike = order[:named], order[:0]
    if len(order) > named:
        alike = order[np.isclose(mu_star[order], mu_star[order[named]], rtol=1e-9, atol=0.0)]
        largest = largest[~np.isin(largest, alike)]
    if len(largest) < min(named, len(order)):
        note = f"{len(alike)} factors alike at {mu_star[alike[0]]:.3g} are not named. {note}".strip()
    drawing, bottom, top = sheet(WIDE, HIGH, title, subtitle, note)
    ax = panel(drawing, MARGIN + 0.5, bottom + 0.46, WIDE - MARGIN - NAMES, top - 0.08)
    ends = np.asarray(high, dtype=np.float64)[largest] if high is not None else mu_star[largest]
    right = 1.06 * max(float(np.nanmax(np.concatenate([ends, mu_star[known], [0.0]]))), 1e-12)
    upper = 1.08 * max(float(sigma[known].max(initial=0.0)), 0.12 * right)
    ax.set_xlim(0.0, right)
    ax.set_ylim(0.0, upper)
    _slopes(ax, right, upper)
    others = np.setdiff1d(known, largest)
    ax.plot(mu_star[others], sigma[others], "o", markersize=3.0, color=FAINT, alpha=0.6, markeredgewidth=0, zorder=3)
    if low is not None and high is not None:
        bars = np.abs(np.stack([np.asarray(low)[largest], np.asarray(high)[largest]]) - mu_star[largest])
        ax.errorbar(mu_star[largest], sigma[largest], xerr=bars, fmt="none", ecolor=LINES[0], elinewidth=0.9, zorder=4)
    ax.plot(mu_star[largest], sigma[largest], "D", markersize=4.6, color=LINES[0], markeredgecolor=PAPER, zorder=5)
    _names(ax, [fold(names[i], 26) for i in largest], mu_star[largest], sigma[largest])
    ax.tick_params(axis="x", pad=5)
    ax.spines["left"].set(visible=True, color=FAINT, linewidth=0.7)
    ax.set_xlabel(f"mu*, mean size of the effect: {unit}", fontsize=PLAIN, color=INK, labelpad=4)
    ax.set_ylabel("sigma, spread of the effect over the other factors", fontsize=PLAIN, color=INK, labelpad=4)
    return drawing


def _slopes(ax: Axes, right: float, upper: float) -> None:
    """Draw where sigma is mu*, half and a tenth of it, and say so at the ends of the lines."""
    wide, tall = inches(ax)
    for slope, text in SLOPES:
        end = min(right, upper / slope)
        ax.plot([0.0, end], [0.0, end * slope], color=FAINT, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
        angle = float(np.degrees(np.arctan2(slope / upper * tall, 1.0 / right * wide)))
        ax.text(
            0.97 * end, 0.97 * end * slope, text, fontsize=SMALL, color=FAINT, ha="right", va="bottom", rotation=angle,
            rotation_mode="anchor", zorder=2,
        )  # fmt: skip


def _names(ax: Axes, names: list[str], mu_star: Floats, sigma: Floats) -> None:
    """Write the names at the right of the panel, clear of each other, each with a thin line to its dot."""
    tall, upper = inches(ax)[1], ax.get_ylim()[1]
    gap = (0.3 if any("\n" in name for name in names) else 0.19) / tall
    for name, x, y, place in zip(names, mu_star, sigma, spread(list(sigma / upper), gap, 0.02, 0.98), strict=True):
        ax.annotate(
            name, (float(x), float(y)), xycoords="data", xytext=(1.05, place), textcoords="axes fraction",
            fontsize=PLAIN - 0.3, color=INK, va="center", ha="left", annotation_clip=False, linespacing=1.0,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.5, "shrinkA": 2, "shrinkB": 3,
                        "relpos": (0.0, 0.5)},
        )  # fmt: skip
