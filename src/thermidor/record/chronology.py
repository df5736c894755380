"""A dated list of measures that widened or narrowed what binds officials, and what it says of their order in time.

The list ships in `chronology.csv`; a reader's own has the same columns. What is in it, what is not and what
it can't show: `docs/chronology.md`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from thermidor.errors import InputError, nearest

SHIPPED = Path(__file__).with_name("chronology.csv")
COLUMNS = ("date", "precision", "place", "kind", "direction", "title", "source_1", "source_2", "basis", "note")
KINDS = {
    "norm_recall": "election and recall of officials, in soviets, party, works and unions",
    "norm_pay": "what officials may be paid",
    "norm_rotation": "turns in office, control by workers, who fills posts and how many there are",
    "norm_arms": "a people in arms, or a standing army with ranks",
    "room": "parties, factions, press, meetings, unions, societies",
    "force": "police, courts, armed force within the country",
    "purge": "expulsion, trial or killing of members of the party, and its repair",
    "labour": "work, its discipline and provision, strikes",
    "state_property": "property or trade taken or closed by the state or its collectives",
    "private_property": "private property, hire, trade and free prices let in, or state property handed over",
}
DIRECTIONS = {"+": 1, "0": 0, "-": -1}
BASES = ("read", "recalled")
PRECISIONS = {"day": r"\d{4}-\d\d-\d\d", "month": r"\d{4}-\d\d", "year": r"\d{4}"}
MIDDLE = {"day": "", "month": "-15", "year": "-07-01"}
"""What stands for the part of a date that is not given: about the middle of the month or the year."""
LISTS: dict[str, Collection[str]] = {"precision": PRECISIONS, "kind": KINDS, "direction": DIRECTIONS, "basis": BASES}
"""The columns that take one of a few words."""
MOST_TOLD = 10


@dataclass(frozen=True)
class Measure:
    """A measure: its date (the middle of the month or year if no more is known), where, and what it touched.

    direction  1 widens what binds officials, -1 narrows it, 0 neither or both
    sources    two works by different authors
    basis      "read" (date and act were found in the first source) or "recalled" (from memory, to be verified)
    """

    date: date
    precision: str
    place: str
    kind: str
    direction: int
    title: str
    sources: tuple[str, str]
    basis: str
    note: str


class Burst(NamedTuple):
    """Measures that lie close together: first and last day of them, how many, their share of all that narrow."""

    first: date
    last: date
    measures: int
    share: float


def chronology(path: Path | None = None) -> tuple[Measure, ...]:
    """The measures of the shipped list, or of a file with the same columns, in order of date.

    Raises InputError naming file, line and column of the first fault, and listing the others.
    """
    file = SHIPPED if path is None else Path(path)
    (_, head), *rows = _lines(file)
    if tuple(head) != COLUMNS:
        unlike = [column for column, cell in zip_longest(COLUMNS, head) if cell != column]
        raise _fault(file, 1, unlike[0] or head[-1], "the columns are others", f"write {','.join(COLUMNS)}")
    read = [_measure(file, line, cells) for line, cells in rows if cells]
    if faults := [one for one in read if isinstance(one, InputError)]:
        first, told = faults[0], [f"{other.where}: {other.why}" for other in faults[1:MOST_TOLD]]
        raise InputError(first.what, first.where, first.why, first.mend, told)
    if not read:
        raise _fault(file, 2, COLUMNS[0], "there is no measure", "write at least one row below the head")
    return tuple(sorted((one for one in read if isinstance(one, Measure)), key=lambda one: one.date))


def between(measures: Iterable[Measure], first: int, last: int) -> tuple[Measure, ...]:
    """Those of the measures whose year is `first` to `last`, both included."""
    return tuple(one for one in measures if first <= one.date.year <= last)


def narrowing(measures: Iterable[Measure], *kinds: str) -> tuple[Measure, ...]:
    """Those of all kinds, or of the kinds named, that narrow, by date. Raises InputError for an unknown kind."""
    for kind in kinds:
        if kind not in KINDS:
            mend = nearest(kind, KINDS) or "choose one of " + ", ".join(KINDS)
            raise InputError(what=f"unknown kind of measure: '{kind}'", where=kind, mend=mend)
    found = (one for one in measures if one.direction < 0 and (not kinds or one.kind in kinds))
    return tuple(sorted(found, key=lambda one: one.date))


def narrowing_by_year(measures: Iterable[Measure], first: int, last: int) -> dict[int, int]:
    """How many measures narrow in each year of `first`..`last`, both included; years without any count 0."""
    years = [one.date.year for one in narrowing(measures)]
    return {year: years.count(year) for year in range(first, last + 1)}


def gaps(measures: Iterable[Measure]) -> tuple[int, ...]:
    """Days from each measure that narrows to the next: one number less than there are; 0 for two of one day."""
    dates = [one.date for one in narrowing(measures)]
    return tuple((later - earlier).days for earlier, later in pairwise(dates))


def largest_year(measures: Iterable[Measure]) -> Burst:
    """The calendar year with most of the measures that narrow, the earliest of several; InputError if none does."""
    return _fullest(measures, lambda first, other: first.year == other.year)


def largest_burst(measures: Iterable[Measure], days: int = 365) -> Burst:
    """The span of so many days (at least 1) that holds most of the measures that narrow, the earliest of several.

    One blow puts nearly all into one span, many measures leave it a small share. Raises InputError if none narrows.
    """
    return _fullest(measures, lambda first, other: 0 <= (other - first).days < days)


def first_narrowed(measures: Iterable[Measure]) -> dict[str, date]:
    """The first day on which each kind was narrowed, in order of date; a kind that never was is left out."""
    found: dict[str, date] = {}
    for one in narrowing(measures):
        found.setdefault(one.kind, one.date)
    return found


def _fullest(measures: Iterable[Measure], together: Callable[[date, date], bool]) -> Burst:
    dates = [one.date for one in narrowing(measures)]
    if not dates:
        raise InputError("no measure narrows what binds officials", "direction", mend="choose years in which one does")
    part = max(([other for other in dates if together(first, other)] for first in dates), key=len)
    return Burst(part[0], part[-1], len(part), len(part) / len(dates))


def _lines(file: Path) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, the head first, each with the number of the line on which it begins."""
    try:
        lines = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
        ends = [(cells, lines.line_num) for cells in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{file.name} can't be read", str(file), why, "name a CSV file saved as UTF-8") from None
    begins = [1, *(end + 1 for _, end in ends)]
    return [(begin, cells) for begin, (cells, _) in zip(begins, ends or [([], 1)], strict=False)]


def _measure(file: Path, line: int, cells: list[str]) -> Measure | InputError:
    """A row as a measure, or what is wrong with it."""
    if len(cells) != len(COLUMNS):
        column, why = COLUMNS[min(len(cells), len(COLUMNS)) - 1], f"{len(cells)} cells, {len(COLUMNS)} columns"
        return _fault(file, line, column, why, "put texts with commas into quotes")
    row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    for column, options in LISTS.items():
        if row[column] not in options:
            mend = nearest(row[column], options) or "write one of " + ", ".join(options)
            return _fault(file, line, column, f"'{row[column][:40]}' is none of those known", mend)
    day = _date(row["date"], row["precision"])
    if day is None:
        why = f"'{row['date'][:40]}' is no {row['precision']}"
        return _fault(file, line, "date", why, "write a day 1921-03-16, a month 1921-03, a year 1921")
    if empty := [column for column in ("place", "title", "source_1", "source_2") if not row[column]]:
        return _fault(file, line, empty[0], "it is empty", "fill it, or leave the measure out")
    first, second = row["source_1"], row["source_2"]
    if _author(first) == _author(second):
        return _fault(file, line, "source_2", "both sources have one author", "name a second, independent source")
    named = {column: row[column] for column in ("precision", "place", "kind", "title", "basis", "note")}
    return Measure(date=day, direction=DIRECTIONS[row["direction"]], sources=(first, second), **named)


def _author(source: str) -> str:
    return source.partition(",")[0].strip().casefold()


def _date(text: str, precision: str) -> date | None:
    if not re.fullmatch(PRECISIONS[precision], text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text + MIDDLE[precision])
    except ValueError:
        return None


def _fault(file: Path, line: int, column: str, why: str, mend: str) -> InputError:
    return InputError(f"{file.name} is no chronology that can be used", f"{file}:{line}: {column}", why, mend)
