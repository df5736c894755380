"""The world by country and year: the regimes of one run, and the commonest of all runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from thermidor.views.palette import FAINT, INK, PAPER, paint, words
from validation.page import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, DPI, LINE = 11.0, 150, 0.17
"""Inches of the picture and of a country's line."""
HEAD, GAP, FOOT = 0.75, 0.55, 1.05
LEFT, RIGHT = 0.13, 0.99
PALE = 0.35
"""Strength with which a label is drawn that no run in four has."""


class Dated(Protocol):
    """Something that happened in a month (since the start) at a country's place."""

    @property
    def month(self) -> int: ...
    @property
    def place(self) -> int: ...


def chart(
    member: NDArray[np.int8],
    commonest: Table,
    names: Sequence[str],
    titles: Sequence[str],
    first: int,
    marks: Sequence[Dated],
    *,
    runs: int,
) -> Figure:
    """Draw the labels of one run [country, year] with its revolutions, and the commonest labels, paler where few agree.

    commonest: rows of country, year, label and share, country by country.
    """
    from matplotlib.figure import Figure

    years, lines = member.shape[1], len(titles)
    tall = HEAD + GAP + FOOT + 2 * lines * LINE
    figure = Figure(figsize=(WIDE, tall), dpi=DPI, facecolor=PAPER)
    share = np.array([float(str(row[3])) for row in commonest.rows]).reshape(lines, years)
    modal = np.array([list(names).index(str(row[2])) for row in commonest.rows]).reshape(lines, years)
    step = lines * LINE / tall
    upper = figure.add_axes((LEFT, 1 - HEAD / tall - step, RIGHT - LEFT, step))
    lower = figure.add_axes((LEFT, FOOT / tall, RIGHT - LEFT, step))
    _lines(
        upper, member, np.ones(member.shape), names, titles, first, "One run (the first); triangles: own revolutions"
    )
    _lines(lower, modal, share, names, titles, first, f"The commonest label of {runs} runs, paler where fewer have it")
    for mark in marks:
        upper.plot(first + mark.month / 12.0, mark.place, "^", color="#000000", markeredgecolor="#ffffff", markersize=5)
    title = "Regimes of the world by country and year"
    figure.text(LEFT, 1 - 0.22 / tall, title, fontsize=13, fontweight="bold", color=INK, va="center")
    _key(figure, sorted(set(member.ravel().tolist()) | set(modal.ravel().tolist())), names, tall)
    return figure


def _lines(
    ax: Axes,
    codes: NDArray[np.int8],
    strength: NDArray[np.float64],
    names: Sequence[str],
    titles: Sequence[str],
    first: int,
    title: str,
) -> None:
    """Draw one panel: a line a country, a stretch a spell of one label, with the label's hatch."""
    for place, row in enumerate(codes):
        edges = np.flatnonzero(np.diff(row, prepend=-1, append=-1))
        for at, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            look = paint(names[int(row[at])])
            held = float(strength[place, at:end].mean())
            ax.barh(
                place, end - at, left=first + at, height=0.86, color=look.colour, hatch=look.hatch, linewidth=0.0,
                edgecolor="#00000044" if look.ink != "#ffffff" else "#ffffff55", alpha=PALE + (1.0 - PALE) * held,
            )  # fmt: skip
    ax.set_ylim(len(titles) - 0.5, -0.5)
    ax.set_xlim(first, first + codes.shape[1])
    ax.set_yticks(range(len(titles)), titles, fontsize=7, color=INK)
    ax.set_xticks([year for year in range(first, first + codes.shape[1] + 1) if year % 10 == 0])
    ax.tick_params(axis="both", length=0, labelsize=7, colors=INK)
    ax.set_title(title, fontsize=8.5, loc="left", color=FAINT, pad=4)
    for side in ax.spines.values():
        side.set_visible(False)


def _key(figure: Figure, codes: Sequence[int], names: Sequence[str], tall: float) -> None:
    """Write the key of the labels that occur below the panels."""
    from matplotlib.patches import Patch

    handles = []
    for code in codes:
        look = paint(names[code])
        handles.append(
            Patch(facecolor=look.colour, hatch=look.hatch, edgecolor=FAINT, linewidth=0.4, label=words(names[code]))
        )
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(LEFT - 0.01, 0.0), ncols=5, fontsize=7.5, frameon=False
    )
