"""The measures of a run beside a chronology of measures, year by year: `thermidor events RUN --chronology`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thermidor.cli.tables import prose, say, table
from thermidor.errors import InputError
from thermidor.record import chronology as listed
from thermidor.runs.result import title_of

if TYPE_CHECKING:
    from thermidor.runs import Result

SHIPPED = "soviet"
"""The name of the list that ships."""
BREAK = 10
"""Years without a measure after which the list begins a new stretch."""


def read(name: str) -> tuple[listed.Measure, ...]:
    """The shipped list by its name, or a file. Raises InputError."""
    if name == SHIPPED:
        return listed.chronology()
    if not name.endswith(".csv"):
        raise InputError(f"there is no chronology '{name[:40]}'", "--chronology", "", f"'{SHIPPED}', or a CSV file")
    return listed.chronology(Path(name))


def beside(result: Result, country: str, measures: tuple[listed.Measure, ...]) -> None:
    """Print the measures against the norms in a run beside those of the list, stretch by stretch."""
    runs = len(result.reading.runs)
    years: dict[int, list[int]] = {}
    for event in result.each_event():
        if event.passage == "measure" and event.country == country:
            years.setdefault(int(str(event.month)[:4]), []).append(event.run)
    say(title_of(result, country), "measures by year, in the runs and in the list")
    for first, last in stretches(measures):
        own = listed.between(measures, first, last)
        narrow = listed.narrowing_by_year(own, first, last)
        rows = []
        for year, listed_here in narrow.items():
            found = years.get(year, [])
            widen = sum(one.direction > 0 and one.date.year == year for one in own)
            share = len(set(found)) / runs
            rows.append((str(year), f"{len(found) / runs:.1f}", f"{100 * share:.0f}%", str(listed_here), str(widen)))
        heads = ("year", "in the runs, mean", "runs with one", "narrow", "widen")
        table(heads, rows, right=(1, 2, 3, 4))
        most = listed.largest_year(own).share if any(narrow.values()) else 0.0
        parts = _fullest(years, first, last, runs)
        span = f"{100 * np.median(parts):.0f}% ({100 * min(parts):.0f}% to {100 * max(parts):.0f}%)"
        prose(f"{first}-{last}: the fullest year has {100 * most:.0f}% of what narrows in the list. Of its measures a "
              f"run has {span} in its own fullest year.")  # fmt: skip
    places = ", ".join(dict.fromkeys(one.place for one in measures))
    prose(f"The list is of {places}. It gives order and not size, and was chosen; nothing is fitted to it.")


def _fullest(years: dict[int, list[int]], first: int, last: int, runs: int) -> list[float]:
    """Of each run, the share of its measures in a stretch that fall in its fullest year; 0 for a run without any."""
    found = []
    for run in range(runs):
        counts = [years.get(year, []).count(run) for year in range(first, last + 1)]
        found.append(max(counts) / sum(counts) if sum(counts) else 0.0)
    return found


def stretches(measures: tuple[listed.Measure, ...]) -> list[tuple[int, int]]:
    """First and last year of each stretch of the list without a long break."""
    years = sorted({one.date.year for one in measures})
    cuts = [0, *(nth for nth in range(1, len(years)) if years[nth] - years[nth - 1] > BREAK), len(years)]
    return [(years[a], years[b - 1]) for a, b in pairwise(cuts)]
