"""The pictures of a fit: marginals beside their ranges, pairs that hang together, profiles, what stays unidentified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thermidor.views import morris
from thermidor.views.palette import FAINT, INK, LINES, PAPER
from thermidor.views.sheet import MARGIN, PLAIN, SMALL, fold, head, panel, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from thermidor.fitting.work import Fit

Floats = NDArray[np.float64]
WIDE, ACROSS, HIGH = 8.0, 4, 1.55
"""Inches of the sheet, panels on a line, inches of a panel's line."""
BINS = 10
PAIRS = 3


def pictures(fit: Fit, folder: Path) -> list[Path]:
    """Draw and write the pictures of a fit; return their paths."""
    made = {
        "marginals.png": marginals(fit),
        "profiles.png": profiles(fit),
        "unidentified.png": unidentified(fit),
    }
    if len(fit.rules) > 1:
        made["pairs.png"] = pairs(fit)
    if single := [effect for effect in fit.effects if effect.group]:
        made["screening.png"] = morris.figure(
            [effect.name for effect in single],
            np.array([effect.mu_star for effect in single]),
            np.array([effect.sigma for effect in single]),
            title="Which rules move the distance",
            subtitle="single rules of the groups that move it most; the largest are free; chance alone moves it by "
            f"{fit.luck:.3f}, and an effect below about twice that may be luck",
            unit="distance from the targets",
            named=12,
        )
    for name, figure in made.items():
        figure.savefig(folder / name)
    return [folder / name for name in made]


def _panels(fit: Fit, title: str, subtitle: str, note: str) -> tuple[Figure, list[Axes]]:
    """A sheet with a small panel for each free rule over its range, and a tick where the fit's point stands."""
    lines = -(-len(fit.rules) // ACROSS)
    drawing, bottom, top = sheet(WIDE, 1.25 + HIGH * lines, title, subtitle, note)
    wide, high = (WIDE - 2 * MARGIN) / ACROSS, (top - bottom) / lines
    axes = []
    for nth, name in enumerate(fit.rules):
        left, up = MARGIN + (nth % ACROSS) * wide, top - (nth // ACROSS) * high
        ax = panel(drawing, left + 0.3, up - high + 0.42, left + wide - 0.08, up - 0.3)
        head(ax, fold(name, 22, 1))
        ax.set_xlim(fit.low[nth], fit.high[nth])
        ax.locator_params(axis="x", nbins=4)
        ax.axvline(fit.point[name], color=LINES[1], linewidth=1.3, zorder=4)
        axes.append(ax)
    return drawing, axes


def marginals(fit: Fit) -> Figure:
    """The posterior of each free rule beside its flat range."""
    note = "Bars: the posterior's density; dashed: flat over the range, as before anything was seen; red: the point."
    drawing, axes = _panels(fit, "What the fit says of each rule", _said(fit), note)
    weights = fit.searched.weights[fit.kept]
    for nth, ax in enumerate(axes):
        edges = np.linspace(fit.low[nth], fit.high[nth], 2 * BINS + 1)
        counts = np.histogram(fit.values[fit.kept, nth], edges, weights=weights)[0] * 2 * BINS
        ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color=LINES[0], alpha=0.75, linewidth=0, zorder=2)
        ax.axhline(1.0, color=FAINT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=3)
        ax.set_ylim(0.0, 1.12 * max(float(counts.max()), 1.2))
        ax.locator_params(axis="y", nbins=3)
    return drawing


def profiles(fit: Fit) -> Figure:
    """The least distance found, by bins of each rule."""
    note = (
        "Dots: the least distance among all draws of the search that fall into a tenth of the range; a flat line says "
        "that any value can be made good by the others. Grey: the threshold of the posterior; red: the point."
    )
    drawing, axes = _panels(fit, "Least distance by the value of each rule", _said(fit), note)
    far = fit.searched.distances
    least, most = float(far.min()), float(np.quantile(far, 0.9))
    for nth, ax in enumerate(axes):
        edges = np.linspace(0.0, 1.0, BINS + 1)
        own = np.minimum(np.digitize(fit.searched.points[:, nth], edges) - 1, BINS - 1)
        low = np.array([far[own == b].min() if (own == b).any() else np.nan for b in range(BINS)])
        middle = fit.low[nth] + (fit.high[nth] - fit.low[nth]) * (edges[:-1] + 0.5 / BINS)
        ax.plot(middle, low, "o-", color=LINES[0], markersize=3.2, linewidth=1.1, zorder=3)
        ax.axhline(fit.searched.thresholds[-1], color=FAINT, linewidth=0.9, zorder=2)
        ax.set_ylim(least - 0.1 * (most - least + 1e-9), most + 0.05 * (most - least + 1e-9))
        ax.locator_params(axis="y", nbins=3)
    return drawing


def pairs(fit: Fit) -> Figure:
    """The pairs of rules that hang together most in the posterior."""
    own, weights = fit.kept, fit.searched.weights[fit.kept]
    around = np.cov(fit.searched.points[own].T, aweights=weights, ddof=0) + 1e-12 * np.eye(len(fit.rules))
    scale = np.sqrt(np.diag(around))
    alike = around / scale[:, None] / scale[None, :]
    rows, columns = np.triu_indices(len(fit.rules), 1)
    order = np.argsort(-np.abs(alike[rows, columns]), kind="stable")[:PAIRS]
    note = "Dots: draws of the posterior, larger where they weigh more; red cross: the point; the panel is the range."
    drawing, bottom, top = sheet(WIDE, 3.9, "Rules that hang together", _said(fit), note)
    wide = (WIDE - 2 * MARGIN) / PAIRS
    for nth, (i, j) in enumerate(zip(rows[order], columns[order], strict=True)):
        left = MARGIN + nth * wide
        ax = panel(drawing, left + 0.5, bottom + 0.45, left + wide - 0.08, top - 0.3)
        head(ax, "", f"correlation {alike[i, j]:+.2f}".replace("-", "−"))
        size = 4.0 + 40.0 * weights / weights.max()
        ax.scatter(fit.values[own, i], fit.values[own, j], s=size, color=LINES[0], alpha=0.55, linewidths=0, zorder=3)
        ax.plot([fit.point[fit.rules[i]]], [fit.point[fit.rules[j]]], "X", color=LINES[1], markersize=8, zorder=4)
        ax.set_xlim(fit.low[i], fit.high[i])
        ax.set_ylim(fit.low[j], fit.high[j])
        ax.set_xlabel(fit.rules[i].replace("_", " "), fontsize=PLAIN, color=INK)
        ax.set_ylabel(fit.rules[j].replace("_", " "), fontsize=PLAIN, color=INK)
        ax.locator_params(nbins=4)
    return drawing


def unidentified(fit: Fit) -> Figure:
    """How wide the posterior of each rule is beside its range: the widest first."""
    from thermidor.fitting.write import identified

    lines = identified(fit)
    note = "Middle nine tenths of the posterior over those of the flat range; near one, the targets say nothing of it."
    title = "What stays unidentified"
    drawing, bottom, top = sheet(WIDE, 1.45 + 0.27 * len(lines), title, _said(fit), note)
    ax = panel(drawing, MARGIN + 2.2, bottom + 0.42, WIDE - MARGIN - 0.5, top - 0.1)
    for row, line in enumerate(lines):
        ax.barh([row], [line[-1]], height=0.6, color=LINES[0], alpha=0.8, zorder=2)
        around = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
        ax.text(line[-1] + 0.015, row, f"{line[-1]:.2f}", va="center", fontsize=SMALL, color=INK, bbox=around, zorder=5)
    ax.axvline(1.0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_yticks(range(len(lines)), [line[0].replace("_", " ") for line in lines])
    ax.set_ylim(len(lines) - 0.4, -0.6)
    ax.set_xlim(0.0, max(1.12, 1.1 * max(line[-1] for line in lines)))
    ax.grid(False, axis="y")
    ax.set_xlabel("width of the posterior over that of the range", fontsize=PLAIN, color=INK)
    return drawing


def _said(fit: Fit) -> str:
    searched = fit.searched
    return (
        f"theory {fit.wish.theory.name}; {len(searched.distances):,} draws searched, {len(fit.kept)} kept (worth "
        f"{searched.effective:.0f}), distance below {searched.thresholds[-1]:.3f}"
    )
