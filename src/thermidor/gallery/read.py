"""Reading the gallery's files: mappings with known keys, and sentences; every error says file, line and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from thermidor.errors import InputError, nearest
from thermidor.gallery.predicates import KINDS, Sentence, parse_state
from thermidor.scenarios.document import Document, Where, read_document, shown

LIMITS = {"at_least": "least", "below": "most"}
MOST_YEARS = 200.0
LEAST = 1e-9
"""The least number where one has to be above zero."""


@dataclass(frozen=True)
class Source:
    """A file being read: its document, families of labels, and the labels of the lens."""

    document: Document
    families: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...]

    def refuse(self, path: Where, what: str, why: str = "", mend: str = "") -> NoReturn:
        """Raise InputError for what stands at a key."""
        raise InputError(what, self.document.place(path), why, mend)

    def mapping(self, path: Where, known: Iterable[str], needed: Iterable[str] = ()) -> dict[str, Any]:
        """The mapping at a key, with known keys only. Raises InputError."""
        data, known = self.at(path), list(known)
        if not isinstance(data, dict):
            self.refuse(path, f"this is {shown(data)}", "a mapping of keys to values is expected")
        for key in data:
            if key not in known:
                mend = nearest(key, known) or f"keys: {', '.join(known)}"
                self.refuse((*path, key), f"unknown key '{key[:60]}'", "", mend)
        for key in needed:
            if key not in data:
                self.refuse(path, f"missing key '{key}'", "", f"add '{key}: ...'")
        return data

    def at(self, path: Where) -> Any:
        """What stands at a key."""
        data = self.document.data
        for step in path:
            data = data[step]
        return data

    def text(self, path: Where, among: Sequence[str] | None = None) -> str:
        """A text, one of some if they are given. Raises InputError."""
        data = self.at(path)
        if not isinstance(data, str) or not data.strip():
            self.refuse(path, f"this is {shown(data)}", "a text is expected")
        if among is not None and data not in among:
            self.refuse(path, f"this is '{data[:60]}'", "", nearest(data, among) or f"one of: {', '.join(among[:24])}")
        return " ".join(data.split())

    def number(self, path: Where, low: float = float("-inf"), high: float = float("inf")) -> float:
        """A number between two ends. Raises InputError."""
        data = self.at(path)
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.refuse(path, f"this is {shown(data)}", "a number is expected")
        if not low <= data <= high:
            self.refuse(path, f"the number is {data:g}", f"it has to {_ends(low, high)}")
        return float(data)

    def texts(self, path: Where) -> tuple[str, ...]:
        """A list of texts, or one. Raises InputError."""
        data = self.at(path)
        if isinstance(data, list) and data:
            return tuple(self.text((*path, nth)) for nth in range(len(data)))
        return (self.text(path),)


def _ends(low: float, high: float) -> str:
    """Between what a number has to lie, in words."""
    if high < float("inf"):
        return f"lie between {low:g} and {high:g}"
    return "be above 0" if 0.0 < low <= LEAST else f"be at least {low:g}"


def source(path: Path, heads: Sequence[str]) -> Source:
    """Open a file with families of labels and one or more other parts. Raises InputError."""
    from thermidor.lenses.trotsky import table

    document, names = read_document(path, f"it has '{heads[0]}'"), table().names
    bare = Source(document, {}, names)
    bare.mapping((), ("families", *heads), heads)
    families: dict[str, tuple[str, ...]] = {}
    for family in document.data.get("families") or {}:
        members = bare.texts(("families", family))
        for label in members:
            if label not in names:
                bare.refuse(("families", family), f"there is no label '{label[:60]}'", "", nearest(label, names))
        families[family] = members
    return Source(document, families, names)


def sentences(read: Source, path: Where, years: float, countries: tuple[str, ...] | None) -> tuple[Sentence, ...]:
    """The list of sentences at a key; countries: of the scenario, None where it is not there. Raises InputError."""
    data = read.at(path)
    if not isinstance(data, list) or not data:
        read.refuse(path, f"this is {shown(data)}", "a list of sentences is expected")
    return tuple(sentence(read, (*path, nth), years, countries) for nth in range(len(data)))


def sentence(read: Source, path: Where, years: float, countries: tuple[str, ...] | None) -> Sentence:
    """The sentence at a key. Raises InputError."""
    data = read.at(path)
    kinds = [key for key in data if key in KINDS] if isinstance(data, dict) else []
    if len(kinds) != 1:
        why = f"it has one of: {', '.join(KINDS)}"
        given = ", ".join(data)[:80] if isinstance(data, dict) else shown(data)
        read.refuse(path, f"this is no sentence: {given}", why)
    name = kinds[0]
    kind, here = KINDS[name], (*path, name)
    read.mapping(path, (name, *kind.keys, *(() if kind.of == "sentences" else ("in",))))
    found: dict[str, Any] = {"kind": name, "text": _said(data)}
    if kind.of == "sentences":
        return Sentence(**found, parts=sentences(read, here, years, countries))
    if kind.of == "variable":
        from thermidor.country import VARIABLES

        found["variable"] = read.text(here, VARIABLES)
    else:
        asked = read.at(here)
        listed = kind.of == "states"
        if listed and (not isinstance(asked, list) or len(asked) < 2):
            read.refuse(here, f"this is {shown(asked)}", "a list of two or more states is expected")
        places = [(*here, nth) for nth in range(len(asked))] if listed else [here]
        found["states"] = tuple(_state(read, place) for place in places)
    found |= _window(read, path, data, years)
    for key, entry in LIMITS.items():
        if key in data:
            found[entry] = read.number((*path, key))
    if "at_least" in kind.keys and not {"at_least", "below"} & set(data):
        read.refuse(path, f"'{name}' needs a limit", "", "add 'at_least: ...' or 'below: ...'")
    for key in ("lasting", "within"):
        if key in data:
            found[key] = read.number((*path, key), 0.0, years)
    if name == "more":
        if "than" not in data:
            read.refuse(path, "'more' needs another row", "", "add 'than: ROW'")
        found["than"] = read.text((*path, "than"))
    return Sentence(**found, place=_place(read, path, data, countries))


def _state(read: Source, path: Where) -> Any:
    try:
        return parse_state(read.at(path), read.families, read.names)
    except ValueError as error:
        what, _, mend = str(error).partition(". ")
        read.refuse(path, what, "", mend)


def _window(read: Source, path: Where, data: Mapping[str, Any], years: float) -> dict[str, float]:
    start = read.number((*path, "from"), 0.0, years) if "from" in data else 0.0
    end = read.number((*path, "by"), 0.0, years) if "by" in data else years
    if round(12 * end) <= round(12 * start):
        read.refuse(path, f"the window ends ({end:g}) before it begins ({start:g})", "years since the start")
    return {"start": start, "end": end}


def _place(read: Source, path: Where, data: Mapping[str, Any], countries: tuple[str, ...] | None) -> int:
    if "in" not in data or countries is None:
        return 0
    return countries.index(read.text((*path, "in"), countries))


def _said(data: Mapping[str, Any]) -> str:
    """A sentence as one line: `reached fascism, by 6`."""
    parts = []
    for key, value in data.items():
        said = f"{value:g}" if isinstance(value, float) else str(value)
        if isinstance(value, list):
            inner = [_said(each) if isinstance(each, dict) else str(each) for each in value]
            said = f"({'; '.join(inner)})" if key in ("any", "all") else ", then ".join(inner)
        parts.append(f"{key.replace('_', ' ')} {said}")
    return ", ".join(parts)
