"""What a picture says in numbers: every panel and the ribbon step by step, and what a change has moved most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.lab.curves import Panel, Picture, month
from thermidor.lab.words import month_words, say
from thermidor.views.palette import words

LEAST = 0.02
"""Share of runs below which a regime is not named in a line (assumed)."""
DEALS = 200
"""Deals by which chance is judged."""


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
    step = place // (len(of.months) // len(of.years))
    return step if step < len(of.years) else None


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
                called, unit = names["record"].partition(" (")[0], names.get("record_unit", "")
                texts.append(f"{called} {_plain(record[1][near])}{unit}")
        told.append(f"{step}: {', '.join(texts)}" if texts else "")
    return tuple(told)


def of_ribbon(of: Picture) -> tuple[str, ...]:
    """The regimes and their shares of runs, a text for each step, in the month in its middle, which is named."""
    many = len(of.months) // len(of.years)
    return tuple(at_month(of, place) for place in range(many // 2, many * len(of.years), many))


def at_month(of: Picture, place: int) -> str:
    """The regimes and their shares of runs in a month, by its place."""
    ranked = sorted(of.shares, key=lambda label: -float(of.shares[label].mean()))
    shares = {label: float(of.shares[label][place]) for label in ranked}
    told = [f"{words(label)} {100 * share:.0f}%" for label, share in shares.items() if share >= LEAST]
    return f"{month_words(str(of.months[place]))}: {', '.join(told)}"


def points(runs: int) -> str:
    """By how many points a share of so many runs may be off by chance: the 95% half-width at one half."""
    return f"{98.0 / runs**0.5:.0f}"


def _plain(value: float) -> str:
    """Three significant digits at most, thousands marked."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}" if abs(value) >= 0.0005 else "0"


FORMS: Mapping[str, Callable[[float], str]] = {"share": "{:.1%}".format, "unit": "{:.2f}".format}
"""How numbers of a panel are written, by its scale."""


def effect(of: Picture, back: Picture | None, sentence: str = "see.effect") -> str:
    """What is most other than in what lies behind: the widest gap between two shares of runs, over regimes and months.

    It is told only where it is wider than such a gap is in 95 of 100 deals that mix the runs of both and part them by
    chance; the deals are the same for the same runs. Empty where nothing lies behind, or no month is common to both.
    """
    if back is None or of.reading.names != back.reading.names:
        return ""
    first, last = max(of.months[0], back.months[0]), min(of.months[-1], back.months[-1])
    if first > last:
        return ""
    here, there = (_labels(one, first, last) for one in (of, back))
    held = (np.concatenate([here, there])[:, :, None] == np.arange(len(of.reading.names))).astype(np.float32)
    runs, months, names = held.shape
    sides = np.where(np.arange(runs) < len(here), 1.0 / len(here), -1.0 / len(there)).astype(np.float32)
    gaps = (sides @ held.reshape(runs, -1)).reshape(months, names)
    dealt = np.random.default_rng(1).permuted(np.tile(sides, (DEALS, 1)), axis=1)
    by_chance = float(np.quantile(abs(dealt @ held.reshape(runs, -1)).max(axis=1), 0.95))
    at, code = np.unravel_index(int(abs(gaps).argmax()), gaps.shape)
    if abs(gaps[at, code]) <= by_chance:
        return say("see.no_effect", points=f"{100 * by_chance:.0f}")
    after, before = (100 * float((one[:, at] == code).mean()) for one in (here, there))
    label, month = words(of.reading.names[code]), month_words(str(first + at))
    return say(sentence, label=label, month=month, after=f"{after:.0f}", before=f"{before:.0f}")


def _labels(of: Picture, first: np.datetime64, last: np.datetime64) -> NDArray[np.integer[Any]]:
    """The codes of a picture's regimes [run, month], from a month to another."""
    begin = int((first - of.months[0]).astype(int))
    here = of.reading.country(of.country)
    return np.asarray(of.reading.labels)[:, begin : begin + int((last - first).astype(int)) + 1, here]
