"""Read the shipped historical record: yearly series by country, and tables from the literature.

What exists, its unit, source and licence stand in `catalogue.yaml`; the numbers in `data/*.csv.gz`
and `literature/*.csv`. Years that a source lacks are absent: nothing is filled in.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, overload

import numpy as np

from thermidor.errors import InputError, nearest

_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
MOST_SHOWN = 40
"""So many names are told where none is near the one that was asked for."""
_TEXTS = ("quantity", "place", "unit", "source", "basis", "note")


@dataclass(frozen=True, eq=False)
class Series:
    """One yearly series of one country.

    `year` (int64) and `value` (float64) are read-only arrays of one length, years rising, missing
    years absent. `found_as` is the country key the source uses. `beside` names the model's variable
    it can be laid beside ("" if none) and `how`: same, shape or reversed (see catalogue.yaml).
    """

    name: str
    country: str
    found_as: str
    year: np.ndarray
    value: np.ndarray
    unit: str
    meaning: str
    source: str
    licence: str
    caveat: str
    beside: str = ""
    how: str = ""
    note: str = ""

    def __len__(self) -> int:
        """Return the number of years."""
        return len(self.year)

    def by_year(self) -> dict[int, float]:
        """Return the series as year -> value."""
        return dict(zip(self.year.tolist(), self.value.tolist(), strict=True))


def countries() -> tuple[str, ...]:
    """Return the keys of all countries with at least one series, in alphabetical order."""
    return tuple(sorted(set().union(*_places())))


def covers(country: str) -> bool:
    """Say whether there is at least one series of a country; reads no more files than it takes to know."""
    return any(country in places for places in _places())


def series_names(country: str | None = None) -> tuple[str, ...]:
    """Return the series there are for a country (for any, if none is given), in catalogue order."""
    names = tuple(_catalogue()["series"])
    if country is None:
        return names
    _demand_country(country)
    return tuple(name for name in names if len(_read(country, name)))


@overload
def record(country: str) -> tuple[Series, ...]: ...
@overload
def record(country: str, series: str) -> Series: ...
@overload
def record(country: str, series: str | None) -> Series | tuple[Series, ...]: ...
def record(country: str, series: str | None = None) -> Series | tuple[Series, ...]:
    """Return one series of a country, or all of them.

    Raises InputError for a name the record does not know, and where the country lacks the series.
    """
    if series is None:
        return tuple(_read(country, name) for name in series_names(country))
    _demand_country(country)
    _demand(series, series_names(), "series of the historical record")
    found = _read(country, series)
    if not len(found):
        raise InputError(
            what=f"the historical record has no '{series}' for '{country}'",
            where=f"{country}: {series}",
            why=f"the source ({found.source}) does not cover it",
            mend="there is " + ", ".join(series_names(country)),
        )
    return found


def growth_between(country: str, first: int, last: int, series: str = "gdp_per_head") -> float:
    """Return the mean yearly logarithmic growth from `first` to `last` (0.08 = about 8 percent a year).

    Only the two years count. Raises InputError if the record lacks one of them.
    """
    levels = record(country, series).by_year()
    if last <= first:
        raise InputError(
            what=f"growth from {first} to {last} is not defined",
            where=f"{country}: {series}",
            why="the last year must be later than the first",
            mend="exchange the two years",
        )
    for year in (first, last):
        if levels.get(year, 0.0) <= 0.0:
            near = sorted(levels, key=lambda other: abs(other - year))[:2]
            raise InputError(
                what=f"growth from {first} to {last} can't be computed",
                where=f"{country}: {series}: {year}",
                why="the record has no positive value for that year, and none is filled in",
                mend=f"choose a year it has, for example {' or '.join(map(str, sorted(near)))}",
            )
    return math.log(levels[last] / levels[first]) / (last - first)


def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table that is no yearly series, as they stand: column -> text ("" = missing).

    Raises InputError for an unknown table.
    """
    _demand(name, _catalogue()["tables"], "table of the historical record")
    return _table(name)


def source_of(name: str) -> str:
    """Return the source of a series or table. Raises InputError for an unknown name."""
    entries = _catalogue()["series"] | _catalogue()["tables"]
    _demand(name, entries, "series or table of the historical record")
    return str(_catalogue()["files"][entries[name]["file"]]["source"])


def growth_periods() -> tuple[tuple[int, int], ...]:
    """Return the spans (first year, last year) over which growth is compared."""
    return tuple((first, last) for first, last in _catalogue()["periods"])


def literature_tables() -> dict[str, str]:
    """Return the tables from the literature: name -> title."""
    return {name: entry["title"] for name, entry in _catalogue()["literature"].items()}


def literature(table: str, quantity: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of a table from the literature, all of them or those of one quantity.

    Each row has quantity, place, unit, source, basis, note (text), year (int), to_year (int or
    None: the end of a span), value, low, high (float or None). `basis` is "read" (the number was
    read), "computed" (from numbers that were read) or "memory" (recalled, to be verified).
    """
    _demand(table, literature_tables(), "table of the literature")
    text = (files(__package__) / "literature" / f"{table}.csv").read_text(encoding="utf-8")
    rows = [_typed(row) for row in csv.DictReader(io.StringIO(text))]
    if quantity is None:
        return rows
    _demand(quantity, {row["quantity"] for row in rows}, f"quantity of the table '{table}'")
    return [row for row in rows if row["quantity"] == quantity]


def _typed(row: dict[str, str]) -> dict[str, Any]:
    numbers = {key: float(row[key]) if row[key] else None for key in ("value", "low", "high")}
    years = {"year": int(row["year"]), "to_year": int(row["to_year"]) if row["to_year"] else None}
    return {key: row[key] for key in _TEXTS} | years | numbers


def _demand_country(country: str) -> None:
    if not covers(country):
        _demand(country, countries(), "country in the historical record")


def _demand(name: str, options: Iterable[str], kind: str) -> None:
    known = sorted(options)
    if name not in known:
        raise InputError(
            what=f"unknown {kind}: '{name}'",
            where=kind,
            why=f"{len(known)} are known",
            mend=nearest(name, known)
            or "choose one of " + ", ".join(known[:MOST_SHOWN]) + ", ..." * (len(known) > MOST_SHOWN),
        )


@cache
def _catalogue() -> dict[str, Any]:
    import yaml

    text = (files(__package__) / "catalogue.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(io.StringIO(_text(_catalogue()["tables"][name]["file"]))))


def _text(file: str) -> str:
    packed = (files(__package__) / "data" / file).read_bytes()
    return (gzip.decompress(packed) if file.endswith(".gz") else packed).decode("utf-8")


def _places() -> Iterator[set[str]]:
    """Give the keys of the countries in each data file, one file after the other."""
    catalogue = _catalogue()
    for name in dict.fromkeys(entry["file"] for entry in catalogue["series"].values()):
        yield _rows(name)[1].keys() | catalogue["files"][name].get("stands_for", {}).keys()


@cache
def _rows(file: str) -> tuple[list[str], dict[str, list[list[str]]]]:
    """Return a data file's head and its rows by country, in the file's order (years rising)."""
    lines = csv.reader(io.StringIO(_text(file)))
    head = next(lines)
    place = head.index("country")
    rows: dict[str, list[list[str]]] = {}
    for row in lines:
        rows.setdefault(row[place], []).append(row)
    return head, rows


@cache
def _read(country: str, name: str) -> Series:
    """Return a series, with no years if the source does not cover the country."""
    entry = _catalogue()["series"][name]
    file = _catalogue()["files"][entry["file"]]
    head, rows = _rows(entry["file"])
    found_as = country if country in rows else file.get("stands_for", {}).get(country, country)
    unit, first_year = entry.get("divide_by", 1), entry.get("first_year", -math.inf)
    named = (dict(zip(head, row, strict=True)) for row in rows.get(found_as, []))
    points = [(int(row["year"]), _value(row, entry["column"])) for row in named]
    points = [(year, value / unit) for year, value in points if value is not None and year >= first_year]
    beside = entry.get("beside", {})
    borrowed = f"The source's {found_as} stands in for {country}." if found_as != country else ""
    return Series(
        name=name,
        country=country,
        found_as=found_as,
        year=_fixed(np.array([year for year, _ in points], dtype=np.int64)),
        value=_fixed(np.array([value for _, value in points], dtype=np.float64)),
        unit=entry["unit"],
        meaning=entry["meaning"],
        source=file["source"],
        licence=file["licence"],
        caveat=" ".join(part for part in (borrowed, file["caveat"], entry.get("caveat", "")) if part),
        beside=beside.get("variable", ""),
        how=beside.get("how", ""),
        note=beside.get("note", ""),
    )


def _value(row: dict[str, str], column: str) -> float | None:
    """Return a cell, or two cells joined by an operation ("a / b"); None where one is missing.

    A sum takes a missing part as none of it (a kind of camp not yet there), unless both are missing.
    """
    name, _, rest = column.partition(" ")
    if not rest:
        return float(row[name]) if row[name] else None
    sign, other = rest.split(" ")
    left, right = row[name], row[other]
    if sign == "+" and (left or right):
        left, right = left or "0", right or "0"
    if not (left and right) or (sign == "/" and float(right) == 0.0):
        return None
    return float(_OPERATIONS[sign](float(left), float(right)))


def _fixed(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
