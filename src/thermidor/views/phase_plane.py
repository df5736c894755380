"""Pictures of a small dynamical system: phase planes with nullclines, and where it has one state or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import DASHES, FAINT, GRID, INK, LINES, PAPER
from thermidor.views.panels import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS, UP = "norms that bind officials (index 0-1)", "workers' ties (index 0-1)"
LEVEL = "GDP per head at the start (thousand 2011 $ a year)"
TICKS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)
DPI = 150
SHADES = ("#b9b9b6", "#e4e4e1", "#ffffff")
HATCHES = ("", "//", "")
KINDS = ("only a lost state", "two stable states", "only a kept state")
"""What a place in the plane of development and isolation can be, from the darkest."""


class Plane(NamedTuple):
    """One phase plane: `change_*` are float64 [ties, norms], 1/year; fixed points and one course as (norms, ties)."""

    title: str
    norms: Floats
    ties: Floats
    change_of_norms: Floats
    change_of_ties: Floats
    points: Floats
    stable: npt.NDArray[np.bool_]
    course: Floats


class Branches(NamedTuple):
    """Fixed points along development for one setting: three arrays of one length, [points]."""

    words: str
    level: Floats
    norms: Floats
    stable: npt.NDArray[np.bool_]


class Region(NamedTuple):
    """Which states there are: `kind` int [isolation, level], places in KINDS; `lines` by name: (level, isolation)."""

    level: Floats
    isolation: Floats
    kind: npt.NDArray[np.int64]
    lines: Mapping[str, tuple[Floats, Floats]]


def draw_planes(planes: Sequence[Plane], title: str) -> Figure:
    """Draw phase planes side by side: flow, two nullclines, fixed points (filled stable, open unstable), a course."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6 * len(planes) + 0.5, 4.75), dpi=DPI, facecolor=PAPER)
    axes = np.atleast_1d(figure.subplots(1, len(planes), sharey=True))
    for place, (ax, plane) in enumerate(zip(axes, planes, strict=True)):
        _draw_plane(ax, plane)
        if place == 0:
            ax.set_ylabel(UP, fontsize=8.5, color=INK)
    figure.suptitle(title, x=0.055, y=0.975, ha="left", fontsize=10.5, fontweight="bold", color=INK)
    handles, words = axes[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="lower left", bbox_to_anchor=(0.045, 0.0), ncols=6, fontsize=8, frameon=False)
    figure.subplots_adjust(left=0.06, right=0.985, top=0.84, bottom=0.2, wspace=0.08)
    return figure


def _draw_plane(ax: Axes, plane: Plane) -> None:
    """One phase plane."""
    from matplotlib.lines import Line2D

    speed = np.hypot(plane.change_of_norms, plane.change_of_ties)
    ax.streamplot(
        plane.norms, plane.ties, plane.change_of_norms, plane.change_of_ties, color="#b9b9b4", density=0.9,
        linewidth=0.4 + 0.9 * np.sqrt(speed / max(float(speed.max()), 1e-12)), arrowsize=0.7, zorder=1,
    )  # fmt: skip
    names = ("norms stand still", "ties stand still")
    style: Any
    for nth, (change, words) in enumerate(zip((plane.change_of_norms, plane.change_of_ties), names, strict=True)):
        style = "-" if nth == 0 else (0, DASHES[1])
        if change.min() < 0.0 < change.max():
            ax.contour(
                plane.norms, plane.ties, change, levels=[0.0], colors=[LINES[nth]], linewidths=2.0, linestyles=[style]
            )
        ax.add_line(Line2D([], [], color=LINES[nth], linewidth=2.0, linestyle=style, label=words))
    ax.plot(*plane.course, color=INK, linewidth=1.3, linestyle=(0, DASHES[2]), zorder=4, label="thirty years' course")
    ax.plot(*plane.course[:, :1], "s", color=INK, markersize=5, zorder=5, label="start")
    looks = (("stable", plane.stable, INK), ("unstable", ~plane.stable, PAPER))
    for words, mine, fill in looks:
        ax.plot(
            *plane.points[:, mine], "o", markersize=9, markerfacecolor=fill, markeredgecolor=INK, markeredgewidth=1.4,
            zorder=6, label=f"fixed point, {words}", clip_on=False,
        )  # fmt: skip
    ax.set_title(plane.title, fontsize=9, color=INK, loc="left")
    ax.set_xlabel(ACROSS, fontsize=8.5, color=INK)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, float(plane.ties[-1]))
    _plain(ax)


def draw_states(branches: Sequence[Branches], region: Region, title: str) -> Figure:
    """Draw fixed points over development on the left, and over development and isolation what states there are."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 4.9), dpi=DPI, facecolor=PAPER)
    left, right = figure.subplots(1, 2)
    for nth, branch in enumerate(branches):
        _draw_branch(left, branch, nth)
    left.set_ylim(-0.03, 1.03)
    left.set_ylabel(ACROSS, fontsize=8.5, color=INK)
    left.set_title("Norms at rest: filled stable, open unstable", fontsize=9, color=INK, loc="left")
    left.legend(loc="center right", fontsize=8, frameon=True, framealpha=1.0, edgecolor=GRID)
    _draw_region(right, region)
    for ax in (left, right):
        ax.set_xscale("log")
        ax.set_xlim(float(region.level[0]), float(region.level[-1]))
        ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.set_xticks([], minor=True)
        ax.set_xlabel(LEVEL, fontsize=8.5, color=INK)
        _plain(ax)
    figure.suptitle(title, x=0.055, y=0.975, ha="left", fontsize=10.5, fontweight="bold", color=INK)
    figure.subplots_adjust(left=0.06, right=0.985, top=0.86, bottom=0.21, wspace=0.16)
    return figure


def _draw_branch(ax: Axes, branch: Branches, nth: int) -> None:
    """The fixed points of one setting, one marker and colour."""
    mark = "osD^v"[nth % 5]
    for stable in (True, False):
        mine = branch.stable == stable
        ax.plot(
            branch.level[mine], branch.norms[mine], mark, markersize=3.6, markeredgewidth=0.9,
            markeredgecolor=LINES[nth], markerfacecolor=LINES[nth] if stable else PAPER,
            label=branch.words if stable else None, zorder=3 if stable else 4,
        )  # fmt: skip


def _draw_region(ax: Axes, region: Region) -> None:
    """The map of states, with lines over it."""
    from matplotlib.patches import Patch

    edges = np.array([-0.5, 0.5, 1.5, 2.5])
    ax.contourf(region.level, region.isolation, region.kind, levels=edges, colors=SHADES, hatches=HATCHES)
    ax.contour(region.level, region.isolation, region.kind, levels=edges[1:-1], colors=[INK], linewidths=0.8)
    for nth, (words, (level, isolation)) in enumerate(region.lines.items()):
        style = "-" if nth == 0 else (0, DASHES[nth])
        ax.plot(
            level, isolation, color=LINES[nth], linewidth=2.0, linestyle=style, marker="osD"[nth % 3], markersize=4.5,
            label=words, clip_on=False, zorder=4,
        )  # fmt: skip
    patches = [
        Patch(facecolor=shade, hatch=hatch, edgecolor=FAINT, linewidth=0.6, label=words)
        for shade, hatch, words in zip(SHADES, HATCHES, KINDS, strict=True)
    ]
    lines, _ = ax.get_legend_handles_labels()
    pairs = zip_longest(patches, lines)
    figure = ax.get_figure()
    assert figure is not None, "axes drawn on a figure"
    figure.legend(
        handles=[handle for pair in pairs for handle in pair if handle is not None],
        loc="lower right", bbox_to_anchor=(0.99, 0.0), ncols=3, fontsize=7.8, frameon=False,
    )  # fmt: skip
    ax.set_ylim(0.0, 1.0)
    ax.set_ylabel("isolation (0 open, 1 as in the scenario)", fontsize=8.5, color=INK)
    ax.set_title("Where there is one state, where two", fontsize=9, color=INK, loc="left")


def _plain(ax: Axes) -> None:
    """Light axes without a frame."""
    ax.set_axisbelow(True)
    ax.grid(True, color=GRID, linewidth=0.6)
    ax.tick_params(length=0, labelsize=8, colors=INK, pad=3)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(FAINT)
        ax.spines[side].set_linewidth(0.7)
