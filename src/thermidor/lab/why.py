"""Why a month is what it is: the commonest regime, what crossed when it began, criteria and events of one run.

The run is the first that stands under the commonest regime of the month; its number is told: it can be lived alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from thermidor.events import find
from thermidor.lab.curves import Picture
from thermidor.lab.live import Lived
from thermidor.lenses import lens
from thermidor.lenses.reasons import Finding
from thermidor.runs.result import Joined

MOST_EVENTS = 12


class Happened(NamedTuple):
    """The same happening in some months (YYYY-MM) of a year, and for each month the numbers that decided."""

    months: tuple[str, ...]
    what: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Why:
    """The reasons of a month; events are the months of a year, what happened in them, and the numbers by month.

    label, share   the commonest regime and its share of runs; reason: in one line, what had changed when it began
    run            the run looked at; criteria: of the label, in that run; events: of the year, in that run
    """

    month: str
    label: str
    share: float
    reason: str
    run: int
    criteria: tuple[Finding, ...]
    events: tuple[Happened, ...]


def why(lived: Lived, of: Picture, month: str, name: str) -> Why:
    """The reasons of a month (YYYY-MM) of the country that a picture shows, under a lens."""
    reading = of.reading
    place, here = reading.month(month), reading.country(of.country)
    label = max(of.shares, key=lambda one: float(of.shares[one][place]))
    code = reading.names.index(label)
    runs = np.flatnonzero(reading.labels[:, place, here] == code)
    at = int(runs[0]) if len(runs) else 0
    columns = lived.result.columns
    chosen, own = lens(name), _one(columns, at)
    findings = chosen.explain(columns, reading.runs[at], month, of.country)
    return Why(
        month, label, float(of.shares[label][place]),
        chosen.why(columns, reading, of.country, reading.months[place]),
        reading.runs[at], tuple(one for one in findings if one.label == label), _events(lived, own, of.country, month),
    )  # fmt: skip


def _one(columns: Any, at: int) -> dict[str, Any]:
    """The columns of one run."""
    kept = {name: np.asarray(columns[name]) for name in ("month", "country")}
    return {name: np.asarray(columns[name])[at : at + 1] for name in columns if name not in kept} | kept


def _events(lived: Lived, own: dict[str, Any], country: str, month: str) -> tuple[Happened, ...]:
    """The events of a month's year, in order of their first month."""
    past = lived.result.past
    found = find(own) if past is None else find(Joined(past, own), len(np.asarray(past["month"])))
    told: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        if one.country == country and str(one.month)[:4] == month[:4]:
            told.setdefault(one.what, []).append((str(one.month), one.because))
    happened = [
        Happened(tuple(at for at, _ in those), what, tuple(because for _, because in those))
        for what, those in told.items()
    ]
    return tuple(happened[:MOST_EVENTS])
