"""The ribbon of regimes: the share of runs under each label, month by month, with the labels written inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.views.palette import FAINT, INK, ORDER, Paint, paint, words
from thermidor.views.panels import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Spot(NamedTuple):
    """Where a label fits inside its layer: month index, height (share) and the text, on one line or two."""

    month: int
    height: float
    text: str


def layers(shares: Mapping[str, Floats]) -> list[str]:
    """Return the labels of `shares` that occur at all, from the bottom layer up."""
    known = [label for label in ORDER if label in shares]
    known += [label for label in shares if label not in ORDER]
    return [label for label in known if float(np.max(shares[label], initial=0.0)) > 0.0]


def room_for(bottom: Floats, top: Floats, text: str, months_a_letter: float, line_height: float) -> Spot | None:
    """Return the roomiest place for `text` between two edges [month], broken in two lines if need be, or None."""
    head, _, tail = text.rpartition(" ")
    for lines in ([text], [head, tail]) if head else ([text],):
        width = int(np.ceil(months_a_letter * max(len(part) for part in lines)))
        if width >= len(bottom):
            continue
        window = np.lib.stride_tricks.sliding_window_view
        floor, ceiling = window(bottom, width).max(axis=1), window(top, width).min(axis=1)
        best = int(np.argmax(ceiling - floor))
        if ceiling[best] - floor[best] >= line_height * len(lines):
            ties = np.flatnonzero((ceiling - floor) >= (ceiling[best] - floor[best]) - 1e-9)
            best = int(ties[len(ties) // 2]) if ties[-1] - ties[0] + 1 == len(ties) else best
            return Spot(best + width // 2, float(floor[best] + ceiling[best]) / 2.0, "\n".join(lines))
    return None


def ribbon(
    ax: Axes,
    years: Floats,
    shares: Mapping[str, Floats],
    *,
    wide: float,
    tall: float,
    look_of: Callable[[str], Paint] = paint,
) -> list[str]:
    """Draw `shares` (label -> [month], adding to 1) on a panel of `wide` x `tall` inches.

    Labels are written where their layer has room; the labels that found none are returned, for a key.
    """
    bottom = np.zeros(len(years))
    homeless = []
    edges = np.append(years - 0.5 / 12.0, years[-1] + 0.5 / 12.0)
    for label in layers(shares):
        look = look_of(label)
        top = bottom + shares[label]
        ax.fill_between(
            edges, np.append(bottom, bottom[-1]), np.append(top, top[-1]), step="post", facecolor=look.colour,
            edgecolor="#00000055" if look.ink != "#ffffff" else "#ffffff66", hatch=look.hatch, linewidth=0.0, zorder=2,
        )  # fmt: skip
        spot = room_for(bottom, top, words(label), 0.068 / wide * len(years), 0.16 / tall)
        if spot is None:
            homeless.append(label)
        else:
            ax.text(
                float(years[spot.month]), spot.height, spot.text, color=look.ink, fontsize=8, ha="center", va="center",
                linespacing=1.15, zorder=5,
                bbox={"facecolor": look.colour, "edgecolor": "none", "pad": 1.2} if look.hatch else None,
            )  # fmt: skip
        bottom = top
    ax.set_ylim(0.0, 1.0)
    return homeless


def key(ax: Axes, labels: list[str], *, tall: float, look_of: Callable[[str], Paint] = paint) -> None:
    """Write a small key of `labels` at the right of a panel `tall` inches high."""
    from matplotlib.patches import Rectangle

    step = min(0.19 / tall, 0.95 / max(len(labels), 1))
    for i, label in enumerate(labels):
        look, height = look_of(label), 0.97 - i * step
        ax.add_patch(
            Rectangle(
                (1.012, height - 0.1 / tall), 0.022, 0.1 / tall, transform=ax.transAxes, facecolor=look.colour,
                edgecolor=FAINT, hatch=look.hatch, linewidth=0.4, clip_on=False,
            )
        )  # fmt: skip
        size = 7.0 if len(words(label)) <= 24 else 6.3
        ax.text(
            1.042, height - 0.055 / tall, words(label), transform=ax.transAxes, fontsize=size, color=INK, va="center"
        )
