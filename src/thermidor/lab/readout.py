"""What a picture says in numbers: every panel and the ribbon step by step, and what a change has moved most."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from thermidor.lab.curves import Panel, Picture, month
from thermidor.lab.words import month_words, say
from thermidor.views.palette import words

LEAST = 0.02
"""Share of runs below which a regime is not named in a line (assumed)."""
CHANCE = 0.15
"""A share of 40 runs that differs by less is said to be within chance: the 95% half-width at one half."""


def steps(of: Picture) -> tuple[str, ...]:
    """What each step of the curves is called: a year, twelve months of two years, of a short scenario a month."""
    many = len(of.months) // len(of.years)
    firsts = [str(month) for month in of.months[:: 12 if many >= 12 else 1][: len(of.years)]]
    if many < 12:
        return tuple(map(month_words, firsts))
    over = not firsts[0].endswith("-01")
    return tuple(f"{month[:4]}/{(int(month[:4]) + 1) % 100:02d}" if over else month[:4] for month in firsts)


def step_of(of: Picture, at: str) -> int | None:
    """The step in which a month (YYYY-MM) lies; None for one that is not shown."""
    if not at or not of.months[0] <= month(at) <= of.months[-1]:
        return None
    place = int((month(at) - of.months[0]).astype(int))
    return min(place // (len(of.months) // len(of.years)), len(of.years) - 1)


def of_panel(of: Picture, panel: Panel, names: Mapping[str, str]) -> tuple[str, ...]:
    """A panel's lines and its record in numbers, a text for each step."""
    record, told = of.record.get(panel.name), []
    number = FORMS.get(panel.scale, _plain)
    for nth, step in enumerate(steps(of)):
        texts = [
            say("see.value", line=names[curve.name], low=number(low), middle=number(middle), high=number(high))
            for curve in of.panels[panel.name]
            for low, middle, high in [curve.values[:, nth]]
            if np.isfinite(middle)
        ]
        if record is not None and len(record[0]):
            near = int(np.argmin(abs(record[0] - of.years[nth])))
            if abs(record[0][near] - of.years[nth]) <= 0.5:
                texts.append(f"{names['record'].partition(' (')[0]} {_plain(record[1][near])}")
        told.append(f"{step}: {', '.join(texts)}" if texts else "")
    return tuple(told)


def of_ribbon(of: Picture) -> tuple[str, ...]:
    """The regimes and their shares of runs, a text for each step, in the month in its middle."""
    many = len(of.months) // len(of.years)
    places = range(many // 2, many * len(of.years), many)
    ranked = sorted(of.shares, key=lambda label: -float(of.shares[label].mean()))
    return tuple(
        f"{step}: "
        + ", ".join(
            f"{words(label)} {100 * of.shares[label][at]:.0f}%" for label in ranked if of.shares[label][at] >= LEAST
        )
        for step, at in zip(steps(of), places, strict=True)
    )


def _plain(value: float) -> str:
    """Three significant digits at most, thousands marked."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}" if abs(value) >= 0.0005 else "0"


FORMS: Mapping[str, Callable[[float], str]] = {"share": "{:.1%}".format, "unit": "{:.2f}".format}
"""How numbers of a panel are written, by its scale."""


def effect(of: Picture, back: Picture | None) -> str:
    """What is most other than in what lies behind: the regime that gains or loses most, in the month of the widest gap.

    Empty where nothing lies behind, or the two have no month in common.
    """
    if back is None:
        return ""
    first, last = max(of.months[0], back.months[0]), min(of.months[-1], back.months[-1])
    if first > last:
        return ""
    many = int((last - first).astype(int)) + 1
    begins = [int((first - one.months[0]).astype(int)) for one in (of, back)]
    here, there = (slice(begin, begin + many) for begin in begins)
    none = np.zeros(many)
    now = {label: share[here] for label, share in of.shares.items()}
    before = {label: share[there] for label, share in back.shares.items()}
    gaps = {label: now.get(label, none) - before.get(label, none) for label in {*now, *before}}
    most = max(sorted(gaps), key=lambda label: float(abs(gaps[label]).sum()))
    at = int(np.argmax(abs(gaps[most])))
    if abs(gaps[most][at]) < CHANCE:
        return say("see.no_effect")
    told = {name: f"{100 * shares.get(most, none)[at]:.0f}" for name, shares in (("before", before), ("after", now))}
    return say("see.effect", label=words(most), month=month_words(str(first + at)), **told)
