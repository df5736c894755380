"""The targets of a fit: rows of the gallery, and series of a scenario beside the record, each with its mark.

    rows: all                       every row of the gallery, with the mark it has there; or {S01: fit, S03: check, ...}
    courses:
      - scenario: NAME
        country: NAME               the scenario's first unless named
        targets:
          NAME: {growth: gdp_per_head, years: [1928, 1932], tolerance: 0.012, mark: fit}

`level`, `growth`, `error` name a variable, `date` a state as rows of the gallery write it. What is asked is the
record's, or the number at `asked`, which then has a `source`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.gallery import rows as gallery_rows
from thermidor.gallery.predicates import State, parse_state
from thermidor.gallery.read import LEAST, Source, source
from thermidor.gallery.rows import MARKS, Row, Start, countries_of, load_rows, shipped
from thermidor.scenarios.document import Where, read_document, shown

FILE = Path(__file__).with_name("targets.yaml")
FIT, CHECK, SEALED = MARKS
KINDS = ("level", "growth", "error", "date")
SHARE_OF_KIND = {"passage": 1.0, "staying": 0.25}
"""Weights of rows: what has only to stay put counts a quarter, as in the gallery."""
KEYS = ("years", "asked", "tolerance", "weight", "mark", "source", "record")
FIRST_YEAR, LAST_YEAR = 1500.0, 2500.0


@dataclass(frozen=True)
class Course:
    """One thing asked of the median of a scenario's runs.

    kind       level (mean of a year), growth (a year, in logarithms, between two years), error (mean absolute log error
               beside the record, one scale removed), date (decimal year in which a state is first reached)
    of         a variable, or the words of the state
    years      one year, or the first and the last
    asked      the number asked: the record's, where `log` says so in logarithms
    tolerance  the gap at which the distance is one half
    """

    kind: str
    of: str
    place: int
    years: tuple[int, int]
    tolerance: float
    asked: float
    log: bool
    state: State | None
    beside: tuple[tuple[int, float], ...]
    source: str

    @property
    def variables(self) -> frozenset[str]:
        """The variables that have to be kept."""
        if self.state is None:
            return frozenset((self.of,))
        return frozenset(atom.variable for _, atoms in self.state.terms for atom in atoms) - {""}


@dataclass(frozen=True)
class Target:
    """A target: a row or a course, lived from a start for so many months; its mark, its weight, whether it is used."""

    name: str
    mark: str
    weight: float
    start: Start
    months: int
    row: Row | None = None
    course: Course | None = None
    used: bool = True

    @property
    def fitted(self) -> bool:
        """Whether the fit looks at it."""
        return self.mark == FIT and self.used


@dataclass(frozen=True)
class Targets:
    """The targets of a file, all rows that theirs may compare with, and a checksum of both."""

    targets: tuple[Target, ...]
    rows: tuple[Row, ...]
    digest: str

    def of(self, *marks: str) -> tuple[Target, ...]:
        """The targets of some marks."""
        return tuple(target for target in self.targets if target.mark in marks)

    @property
    def fitted(self) -> tuple[Target, ...]:
        """The targets that the fit looks at."""
        return tuple(target for target in self.targets if target.fitted)


def load_targets(path: Path = FILE, rows_file: Path = gallery_rows.FILE) -> Targets:
    """Read a file of targets. Raises InputError naming file, line and key."""
    document, gallery = read_document(path, "targets have 'rows' or 'courses'"), source(rows_file, ("rows",))
    read = Source(document, gallery.families, gallery.names)
    if not isinstance(document.data, dict):
        read.refuse((), f"the file holds {shown(document.data)}", "targets are a mapping", "it has 'rows' or 'courses'")
    data = read.mapping((), ("rows", "courses"))
    every = shipped() if rows_file == gallery_rows.FILE else load_rows(rows_file)
    found = [*(_rows(read, every) if "rows" in data else ()), *(_courses(read) if "courses" in data else ())]
    names = [target.name for target in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        read.refuse((), f"there are two targets '{twice[:60]}'", "results are told by their names", "rename one")
    if not any(target.mark == FIT for target in found):
        read.refuse((), "no target is marked 'fit'", "there is nothing to search by", "mark some of them 'mark: fit'")
    told = json.dumps([document.data, gallery.document.data], sort_keys=True)
    return Targets(tuple(found), every, hashlib.sha256(told.encode()).hexdigest()[:16])


def _rows(read: Source, every: Sequence[Row]) -> list[Target]:
    """Targets that are rows: all, or those that are named with their marks. Raises InputError."""
    asked, by_id = read.at(("rows",)), {row.id: row for row in every}
    if asked == "all":
        chosen = [row for row in every if row.kind != "apart" and countries_of(row.start.scenario) is not None]
        places: dict[str, Where] = {row.id: ("rows",) for row in chosen}
    elif isinstance(asked, dict) and asked:
        places = {name: ("rows", name) for name in asked}
    else:
        read.refuse(("rows",), f"this is {shown(asked)}", "rows with their marks are expected", "write 'rows: all'")
    found = []
    for name, here in places.items():
        row = by_id.get(name)
        if row is None:
            read.refuse(here, f"there is no row '{name[:40]}'", "", nearest(name, by_id) or f"rows: {', '.join(by_id)}")
        if len(here) > 1 and (mark := read.text(here, MARKS)) != row.mark:
            why = f"in the gallery it is marked '{row.mark}', and nobody may change that for a fit"
            read.refuse(here, f"{name} is marked '{mark}'", why, f"write '{name}: {row.mark}'")
        if row.kind == "apart" or countries_of(row.start.scenario) is None:
            why = "it is not counted" if row.kind == "apart" else f"there is no scenario '{row.start.scenario}'"
            read.refuse(here, f"{name} can't be a target", why, "leave it out")
        for other in (by_id[sentence.than] for sentence in row.compared):
            if other.mark == SEALED and row.mark != SEALED:
                read.refuse(here, f"{name} compares with {other.id}", "that row is sealed", "compare with another")
        found.append(Target(name, row.mark, SHARE_OF_KIND[row.kind], row.start, row.months, row=row))
    return found


def _courses(read: Source) -> list[Target]:
    """Targets that are series of scenarios. Raises InputError."""
    data = read.at(("courses",))
    if not isinstance(data, list):
        read.refuse(("courses",), f"this is {shown(data)}", "a list of {scenario, targets} is expected")
    return [target for nth in range(len(data)) for target in _course_of(read, ("courses", nth))]


def _course_of(read: Source, here: Where) -> list[Target]:
    from thermidor.scenarios import load_scenario

    data = read.mapping(here, ("scenario", "country", "targets"), ("scenario", "targets"))
    name = read.text((*here, "scenario"))
    try:
        scenario = load_scenario(name)
    except InputError as error:
        read.refuse((*here, "scenario"), error.what, error.why, error.mend)
    countries = tuple(scenario.countries)
    country = read.text((*here, "country"), countries) if "country" in data else countries[0]
    began, key = np.datetime64(scenario.start, "M"), scenario.countries[country].record
    found = []
    asked = read.at((*here, "targets"))
    if not isinstance(asked, dict) or not asked:
        read.refuse((*here, "targets"), f"this is {shown(asked)}", "targets by their names are expected")
    for each in asked:
        at = (*here, "targets", each)
        course = _one(read, at, began, str(key or ""), countries.index(country))
        weight = read.number((*at, "weight"), 0.0, 10.0) if "weight" in read.at(at) else 1.0
        months = int((np.datetime64(f"{course.years[1] + 1}-01", "M") - began).astype(int))
        mark = read.text((*at, "mark"), MARKS)
        found.append(Target(each, mark, weight, Start(name), months, course=course))
    return found


def _one(read: Source, at: Where, began: np.datetime64, key: str, place: int) -> Course:
    """One course. Raises InputError."""
    data = read.at(at)
    kinds = [k for k in KINDS if isinstance(data, dict) and k in data]
    if len(kinds) != 1:
        read.refuse(at, f"this is no target: {shown(data)}", f"it has one of: {', '.join(KINDS)}")
    kind = kinds[0]
    read.mapping(at, (kind, *KEYS), ("years", "tolerance", "mark"))
    years = _years(read, (*at, "years"), began, one=kind == "level")
    tolerance = read.number((*at, "tolerance"), LEAST)
    of = read.text((*at, kind), None if kind == "date" else _variables())
    made: dict[str, Any] = {"kind": kind, "of": of, "place": place, "years": years, "tolerance": tolerance}
    if kind == "date":
        try:
            state = parse_state(of, read.families, read.names)
        except ValueError as error:
            what, _, mend = str(error).partition(". ")
            read.refuse((*at, kind), what, "", mend)
        if "asked" not in data:
            read.refuse(at, "missing key 'asked'", "no record dates a state", "add 'asked: YEAR'")
        asked = read.number((*at, "asked"), *map(float, years))
        return Course(**made, asked=asked, log=False, state=state, beside=(), source=_source(read, at))
    if "asked" in data and kind != "error":
        asked = read.number((*at, "asked"))
        return Course(**made, asked=asked, log=False, state=None, beside=(), source=_source(read, at))
    if "asked" in data:
        read.refuse((*at, "asked"), "an error has no other aim than none", "", "leave 'asked' out")
    return _beside(read, at, key, made)


def _beside(read: Source, at: Where, key: str, made: dict[str, Any]) -> Course:
    """A course that asks what the record has. Raises InputError."""
    from thermidor.record import record

    data, (first, last), kind = read.at(at), made["years"], made["kind"]
    if not key:
        read.refuse(at, "this country has no record", "the scenario names none", "give 'asked' and 'source'")
    try:
        series = record(key, read.text((*at, "record")) if "record" in data else made["of"])
    except InputError as error:
        read.refuse(at, error.what, error.why, "give 'asked' and 'source', or name a series at 'record'")
    known = {year: value for year, value in series.by_year().items() if first <= year <= last and value > 0.0}
    ends = [year for year in dict.fromkeys((first, last)) if year not in known]
    if (kind != "error" and ends) or (kind == "error" and len(known) < 3):
        lacks = ", ".join(map(str, ends)) or "most of these years"
        read.refuse((*at, "years"), f"the record lacks {lacks}", series.source, "choose years that it has")
    asked = {"level": known.get(first, 0.0), "growth": 0.0, "error": 0.0}[kind]
    if kind == "growth":
        asked = float(np.log(known[last] / known[first])) / (last - first)
    return Course(
        **made, asked=asked, log=kind == "level", state=None, beside=tuple(known.items()), source=series.source
    )


def _years(read: Source, at: Where, began: np.datetime64, *, one: bool) -> tuple[int, int]:
    """The years at a key: one, or the first and the last; all of them are lived. Raises InputError."""
    data = read.at(at)
    count = len(data) if isinstance(data, list) else 0
    if count != (1 if one else 2):
        read.refuse(at, f"this is {shown(data)}", "a level has one year, others a first and a last", "write [1928]")
    years = [read.number((*at, nth), FIRST_YEAR, LAST_YEAR) for nth in range(count)]
    if years != sorted(set(years)) or any(year != int(year) for year in years):
        read.refuse(at, f"these are {years}", "whole years that rise are expected")
    if np.datetime64(f"{int(years[0])}-01", "M") < began - 11:
        read.refuse(at, f"{years[0]:g} is not lived", f"the scenario starts in {began}", "choose a later year")
    return int(years[0]), int(years[-1])


def _source(read: Source, at: Where) -> str:
    if "source" not in read.at(at):
        read.refuse(at, "missing key 'source'", "a number that is not the record's has one", "add 'source: assumed'")
    return read.text((*at, "source"))


def _variables() -> tuple[str, ...]:
    from thermidor.country import VARIABLES

    return tuple(VARIABLES)


def without(targets: Targets, names: Sequence[str]) -> Targets:
    """The targets with some left out of the fit, by name, by the number of a row, or by its kin.

    A row that is left out takes the courses of its scenario with it. Raises InputError for a name that is none, and
    where nothing would be left.
    """
    kins = {target.row.kin for target in targets.targets if target.row and target.row.kin}
    known = [*(target.name for target in targets.targets), *sorted(kins)]
    for name in names:
        if not any(_is(target, name) for target in targets.targets):
            mend = nearest(name, known) or f"rows and kin: {', '.join(k for k in known if len(k) < 16)}"
            raise InputError(f"there is no target and no kin '{name[:60]}'", "--leave-out", "", mend)
    out = [target for target in targets.targets if any(_is(target, name) for name in names)]
    scenarios = {target.start.scenario for target in out if target.row}
    found = tuple(
        replace(target, used=False)
        if target in out or (target.course and target.start.scenario in scenarios)
        else target
        for target in targets.targets
    )
    left = replace(targets, targets=found)
    if not left.fitted:
        raise InputError("no target to fit is left", "--leave-out", "all of them were left out", "leave out fewer")
    return left


def _is(target: Target, name: str) -> bool:
    row = target.row
    return name == target.name or (row is not None and name in (row.kin, row.number))


def weights(targets: Sequence[Target]) -> Mapping[str, float]:
    """The share of each fitted target in the distance; rows of one group share that of one row."""
    groups = [target.row.group if target.row else target.name for target in targets]
    given = [t.weight / groups.count(g) if t.row else t.weight for t, g in zip(targets, groups, strict=True)]
    return {target.name: weight / sum(given) for target, weight in zip(targets, given, strict=True)}
