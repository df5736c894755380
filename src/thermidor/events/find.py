"""Find the events of a run: all of them as records, or whether one passage came, member by member."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from thermidor.country import CENTRES
from thermidor.errors import InputError, nearest
from thermidor.events.passages import PASSAGES, Passage
from thermidor.events.quantities import because, decided_by, what
from thermidor.events.record import NOBODY, Bools, Event, Floats, Found
from thermidor.events.seen import Seen
from thermidor.lenses.criteria import Columns
from thermidor.lenses.spells import axes_of

BLOCK = 16
"""Runs that are read at a time: large ensembles are not held in memory whole."""
READS = (
    *(f"{kind}_{centre}" for kind in ("authority", "seized", "failed") for centre in CENTRES), "holder", "red",
    "conquests", "state_property", "norms", "moves", "repelled", "civil_war", "peace", "coercive_share", "need_norm",
    "scarcity_absolute", "successions",
)  # fmt: skip
"""The variables that the criteria look at, for those who keep only some of a run."""


def find(series: Columns, since: int = 0, *, often: bool = True) -> list[Event]:
    """Return the events of a run or an ensemble by run, month and country; see `each`."""
    return list(each(series, since, often=often))


def each(series: Columns, since: int = 0, *, often: bool = True) -> Iterator[Event]:
    """Give the events of a run or an ensemble by run, month and country, from month number `since` on.

    `since` is the number of months that belong to a past that all members share; without `often` those passages are
    left out that come so often that tables count them. Raises InputError where a variable is missing.
    """
    axes = axes_of(series)
    passages = [passage for passage in PASSAGES.values() if often or not passage.often]
    for first in range(0, len(axes.runs), BLOCK):
        seen = Seen(_reader(series, slice(first, first + BLOCK)))
        found = [(one, passage) for passage in passages for one in passage.find(seen) if one.month >= since]
        for one, passage in sorted(found, key=lambda pair: pair[0][:3]):
            yield _event(seen, passage, one, axes.runs[first + one.run], axes.months[one.month], axes.countries)


def happened(
    series: Columns,
    passage: str,
    window: slice = slice(None),
    place: int = 0,
    *,
    grade: float | None = None,
    who: str | None = None,
) -> Bools:
    """Say in which members [run] a passage came in some months of the country at a place.

    series: variables by name [run, month, country]; those of `READS` are enough. Of a graded passage, `grade` is the
    threshold; `who` is the centre that gained. Raises InputError for an unknown passage or centre.
    """
    asked, centre = _known(passage), None if who is None else _centre(who)
    seen = Seen(_reader(series))
    runs, months, _ = seen("state_property").shape
    wanted, members = range(*window.indices(months)), np.zeros(runs, bool)
    for one in asked.find(seen):
        if one.country == place and one.month in wanted and centre in (None, one.who) and grade in (None, one.grade):
            members[one.run] = True
    return members


def _known(passage: str) -> Passage:
    if passage not in PASSAGES:
        mend = nearest(passage, PASSAGES) or f"passages: {', '.join(PASSAGES)}"
        raise InputError(f"there is no passage '{passage[:80]}'", mend=mend)
    return PASSAGES[passage]


def _centre(name: str) -> int:
    if name not in CENTRES:
        raise InputError(f"there is no centre '{name[:80]}'", mend=f"centres: {', '.join(CENTRES)}")
    return CENTRES.index(name)


def _reader(series: Columns, runs: slice = slice(None)) -> Callable[[str], Floats]:
    """Give what reads a variable of some runs [run, month, country]; of a store no more than these is read."""

    def read(name: str) -> Floats:
        if name not in series:
            raise InputError(f"these series have no variable '{name}'", why="the passages read it")
        found: Any = series[name]
        some = found[runs] if isinstance(found, np.ndarray) else found.isel(run=runs)
        values: Floats = some if isinstance(some, np.ndarray) else some.transpose("run", "month", "country").values
        return values

    return read


def _event(
    seen: Seen, passage: Passage, found: Found, run: int, month: np.datetime64, countries: tuple[str, ...]
) -> Event:
    decided = decided_by(seen, found, passage.decided)
    who, whom = (CENTRES[centre] if centre != NOBODY else "" for centre in (found.who, found.whom))
    abroad, country = countries[found.abroad] if found.abroad != NOBODY else "", countries[found.country]
    said, why = what(seen, found, passage.name, countries), because(decided, who, whom)
    return Event(run, country, month, passage.name, found.grade, who, whom, found.how, abroad, decided, said, why)
