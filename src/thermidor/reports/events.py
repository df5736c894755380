"""Events as tables: those of one run by date, or of many by passage with shares, dates and what decided most often."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import numpy as np

from thermidor.events.passages import PASSAGES
from thermidor.events.quantities import QUANTITIES, named, phrase, told
from thermidor.events.record import FAILED, number
from thermidor.runs import summary
from thermidor.runs.result import title_of
from thermidor.views.report import Table

if TYPE_CHECKING:
    from thermidor.events import Event
    from thermidor.runs import Result

MOST = 4
"""Quantities that are told of a passage of many runs."""
COUNTS = {"moves": "measures against the norms", "successions": "deaths of a leader"}
"""Counts of what comes too often to be listed."""
ONE, MANY = ("month", "passage", "what decided"), ("passage", "runs", "95%", "first", "10% to 90%", "most often")


def passages(result: Result, country: str) -> Table:
    """Return the events of a country: of one run by date, of many by passage; what comes often is counted."""
    own = [event for event in result.events if event.country == country]
    title, note = f"{title_of(result, country)}: passages", _counted(result, country)
    if len(result.reading.runs) == 1:
        return Table(title, ONE, tuple((str(event.month), event.passage, event.text) for event in own), (), note)
    return Table(title, MANY, _by_passage(result, own), (), note)


def _by_passage(result: Result, events: Sequence[Event]) -> tuple[tuple[str, ...], ...]:
    """One row a passage, and a grade of it: the share of runs, the dates of the first in each, and what decided it."""
    runs, months = result.reading.runs, result.reading.months
    first: dict[tuple[str, float | None], dict[int, Event]] = {}
    for event in events:  # in order of time within a run
        first.setdefault((event.passage, event.grade), {}).setdefault(event.run, event)
    order = {name: place for place, name in enumerate(PASSAGES)}
    rows = []
    for (name, grade), by_run in sorted(first.items(), key=lambda row: (order[row[0][0]], -(row[0][1] or 2.0))):
        when = np.array([_place(by_run[run], months) if run in by_run else -1 for run in runs])
        date, (low, high) = summary.dated(when, months), summary.interval(len(by_run) / len(runs), len(runs))
        title = name if grade is None else f"{name}: {PASSAGES[name].grade} {number(grade)}"
        spread = f"{date['p10']} to {date['p90']}"
        share = f"{date['share']:.0%}", f"{low:.0%} to {high:.0%}"
        rows.append((title, *share, date["median_month"], spread, most_often(list(by_run.values()))))
    return tuple(rows)


def most_often(events: Sequence[Event]) -> str:
    """Say which centres gained and lost most often, and which quantities were worth telling: medians, and in how many.

    A share of all is left out.
    """
    pairs = Counter(
        f"{e.who} against {e.whom}" if e.how == FAILED else f"{e.whom} to {e.who}"
        for e in events
        if e.how and e.who and e.whom and e.who != e.whom
    )
    parts = [pair + _share(times, len(events)) for pair, times in pairs.most_common(1)]
    told_of = [(event, told(event.decided, event.who, event.whom)) for event in events]
    times = Counter(name for _, names in told_of for name in names)
    place = {name: k for k, name in enumerate(PASSAGES[events[0].passage].decided)}
    for name in sorted(times, key=lambda name: (-times[name], place[name]))[:MOST]:
        those = [event.decided for event, names in told_of if name in names]
        medians = {key: float(np.median([each[key] for each in those])) for key in named(QUANTITIES[name].words)}
        parts.append(phrase(name, medians) + _share(times[name], len(events)))
    return "; ".join(parts)


def _share(times: int, of: int) -> str:
    return "" if times == of else f" ({times / of:.0%})"


def _place(event: Event, months: np.ndarray) -> int:
    return int((event.month - months[0]).astype(int))


def _counted(result: Result, country: str) -> str:
    """Say how often the passages came that are not listed: their counts, less those of a past that all share."""
    said = []
    for name, words in COUNTS.items():
        place = result.reading.country(country)
        before = 0.0 if result.past is None else float(np.asarray(result.past[name])[0, -1, place])
        low, middle, high = np.quantile(result.values(name, country)[:, -1] - before, (0.05, 0.5, 0.95))
        spread = f" a run ({low:.0f} to {high:.0f})" if len(result.reading.runs) > 1 else ""
        said.append(f"{words} {middle:.0f}{spread}")
    return f"counted, not listed: {'; '.join(said)}"


def write_csv(events: Iterable[Event], file: TextIO) -> None:
    """Write events as CSV: one row each, a column for every quantity, empty where it played no part."""
    heads = ("run", "country", "month", "passage", "grade", "who", "whom", "how", "abroad", "words")
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow((*heads, *QUANTITIES))
    for e in events:
        grade = "" if e.grade is None else f"{e.grade:g}"
        numbers = (_plain(e.decided, name) for name in QUANTITIES)
        rows.writerow((e.run, e.country, e.month, e.passage, grade, e.who, e.whom, e.how, e.abroad, e.text, *numbers))


def _plain(decided: Mapping[str, float], name: str) -> str:
    return f"{decided[name]:.6g}" if name in decided else ""
