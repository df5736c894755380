"""The rows of the gallery: a scenario, what the chapter expects of it, and how it is told whether that came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from thermidor.gallery.predicates import YEAR, Sentence, compared, variables_of
from thermidor.gallery.read import MOST_YEARS, Source, sentences, source
from thermidor.scenarios.document import Where, shown

FILE = Path(__file__).with_name("rows.yaml")
KINDS = ("passage", "staying", "apart")
"""A passage has to get somewhere, staying has only to stay put; what is apart is shown and not counted."""
MARKS = ("fit", "check", "sealed")
BAR = 0.5
"""The share of members that has to be passed, where a part names no other."""
FIRST = "first"
"""Stands for the scenario's first country in settings."""


@dataclass(frozen=True)
class Start:
    """What is lived: a scenario, conditions set in it, shares moved from one key to another, and what is taken away."""

    scenario: str
    set: Mapping[str, float] = field(default_factory=dict)
    shift: tuple[tuple[str, str, float], ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A set of sentences that has to come in more than a share of members (`bar`), of those of the part `given`."""

    name: str
    sentences: tuple[Sentence, ...]
    bar: float = BAR
    given: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the gallery.

    kin      rows left out together when a fit is tried without them
    group    rows of one group move together and count as one claim
    years    lived from the scenario's start
    parts    what has to come; mostly one part
    also     what is told beside it and not counted
    """

    id: str
    title: str
    start: Start
    kind: str
    group: str
    kin: str
    mark: str
    years: float
    expectation: str
    cites: tuple[str, ...]
    parts: tuple[Part, ...]
    also: tuple[Part, ...] = ()

    @property
    def number(self) -> str:
        """The row's number without the letter that tells apart rows of one number."""
        return self.id.rstrip("abc")

    @property
    def months(self) -> int:
        """Months that are lived."""
        return round(YEAR * self.years)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the row looks at."""
        return frozenset().union(*(variables_of(part.sentences) for part in (*self.parts, *self.also)))

    @property
    def compared(self) -> tuple[Sentence, ...]:
        """Its sentences that compare with another row."""
        return tuple(found for part in (*self.parts, *self.also) for found in compared(part.sentences))


ROW_KEYS = (
    "title", "scenario", "set", "shift", "without", "kind", "group", "kin", "mark", "years", "expectation", "cites",
    "holds", "shares", "also",
)  # fmt: skip
NEEDED = ("title", "scenario", "kind", "mark", "years", "expectation", "cites")


@cache
def shipped() -> tuple[Row, ...]:
    """The rows that ship with the program, read once."""
    return load_rows(FILE)


def load_rows(path: Path) -> tuple[Row, ...]:
    """Read a file of rows. Raises InputError naming file, line and key."""
    read = source(path, ("rows",))
    data = read.at(("rows",))
    if not isinstance(data, dict) or not data:
        read.refuse(("rows",), f"the rows are {shown(data)}", "rows by their names are expected")
    rows = {name: _row(read, name) for name in data}
    for row in rows.values():
        for sentence in row.compared:
            _comparable(read, rows, row, sentence)
    return tuple(rows.values())


def _comparable(read: Source, rows: Mapping[str, Row], row: Row, sentence: Sentence) -> None:
    where: Where = ("rows", row.id)
    other = rows.get(sentence.than)
    if other is None or other is row:
        read.refuse(
            where, f"there is no other row '{sentence.than[:60]}'", "'than' names one", f"rows: {', '.join(rows)}"
        )
    if sentence.end > other.years:
        why = f"{other.id} is lived for {other.years:g} years"
        read.refuse(where, f"'{sentence.text}' looks further than {other.id}", why, "add 'by: ...'")


def _row(read: Source, name: str) -> Row:
    here: Where = ("rows", name)
    data = read.mapping(here, ROW_KEYS, NEEDED)
    if ("holds" in data) == ("shares" in data):
        read.refuse(here, "a row has either 'holds' or 'shares'", "'holds': sentences that are true of most members")
    start = start_of(read, here)
    years = read.number((*here, "years"), 1.0, MOST_YEARS)
    countries = countries_of(start.scenario)
    if "holds" in data:
        parts: tuple[Part, ...] = (Part("", sentences(read, (*here, "holds"), years, countries)),)
    else:
        parts = _parts(read, (*here, "shares"), years, countries, bars=True)
    also = _parts(read, (*here, "also"), years, countries, bars=False) if "also" in data else ()
    return Row(
        id=name,
        title=read.text((*here, "title")),
        start=start,
        kind=read.text((*here, "kind"), KINDS),
        group=read.text((*here, "group")) if "group" in data else name.rstrip("abc"),
        kin=read.text((*here, "kin")) if "kin" in data else "",
        mark=read.text((*here, "mark"), MARKS),
        years=years,
        expectation=read.text((*here, "expectation")),
        cites=read.texts((*here, "cites")),
        parts=parts,
        also=also,
    )


def start_of(read: Source, here: Where) -> Start:
    """What a row or a contrast lives. Raises InputError for what is badly written."""
    data: dict[str, Any] = read.at(here)
    scenario = read.text((*here, "scenario")) if "scenario" in data else ""
    without = read.texts((*here, "without")) if "without" in data else ()
    return Start(scenario, settings(read, (*here, "set")), shifts(read, (*here, "shift")), without)


def settings(read: Source, path: Where) -> dict[str, float]:
    """Conditions set, `COUNTRY.KEY: number`, or none. Raises InputError."""
    if path[-1] not in read.at(path[:-1]):
        return {}
    data = read.at(path)
    if not isinstance(data, dict):
        read.refuse(path, f"this is {shown(data)}", "COUNTRY.KEY: number is expected")
    return {key: read.number((*path, key)) for key in data}


def shifts(read: Source, path: Where) -> tuple[tuple[str, str, float], ...]:
    """Shares moved: (from, to, how much of it), or none. Raises InputError."""
    if path[-1] not in read.at(path[:-1]):
        return ()
    data, found = read.at(path), []
    if not isinstance(data, list):
        read.refuse(path, f"this is {shown(data)}", "a list of {from, to, share} is expected")
    for nth in range(len(data)):
        here = (*path, nth)
        read.mapping(here, ("from", "to", "share"), ("from", "to", "share"))
        found.append((read.text((*here, "from")), read.text((*here, "to")), read.number((*here, "share"), 0.0, 1.0)))
    return tuple(found)


def _parts(
    read: Source, path: Where, years: float, countries: tuple[str, ...] | None, *, bars: bool
) -> tuple[Part, ...]:
    data = read.at(path)
    if not isinstance(data, dict) or not data:
        read.refuse(path, f"this is {shown(data)}", "parts by their names are expected")
    found: dict[str, Part] = {}
    for name in data:
        here = (*path, name)
        if not bars:
            found[name] = Part(name, sentences(read, here, years, countries))
            continue
        own = read.mapping(here, ("holds", "given", "at_least"), ("holds",))
        given = read.text((*here, "given"), tuple(found)) if "given" in own else ""
        bar = read.number((*here, "at_least"), 0.0, 0.99) if "at_least" in own else BAR
        found[name] = Part(name, sentences(read, (*here, "holds"), years, countries), bar, given)
    return tuple(found.values())


@cache
def countries_of(scenario: str) -> tuple[str, ...] | None:
    """The countries of a scenario of the library, or of a file; None where there is no such scenario."""
    from thermidor.scenarios.document import read_document
    from thermidor.scenarios.load import LIBRARY

    path = Path(scenario) if scenario.endswith((".yaml", ".yml")) else LIBRARY / f"{scenario}.yaml"
    return tuple(read_document(path).data["countries"]) if path.is_file() else None
