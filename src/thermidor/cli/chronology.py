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
        model = np.array([len(years.get(year, [])) / runs for year in narrow])
        most = max(listed.largest_year(own).share, 0.0) if any(narrow.values()) else 0.0
        part = model.max() / model.sum() if model.sum() else 0.0
        prose(f"{first}-{last}: the fullest year has {100 * most:.0f}% of what narrows in the list, {100 * part:.0f}% "
              "of the measures in the runs taken together.")  # fmt: skip
    prose("The list gives order and not size; a historian chose it. It is laid beside, and nothing is fitted to it.")


def stretches(measures: tuple[listed.Measure, ...]) -> list[tuple[int, int]]:
    """First and last year of each stretch of the list without a long break."""
    years = sorted({one.date.year for one in measures})
    cuts = [0, *(nth for nth in range(1, len(years)) if years[nth] - years[nth - 1] > BREAK), len(years)]
    return [(years[a], years[b - 1]) for a, b in pairwise(cuts)]
