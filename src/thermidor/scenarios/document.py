"""A YAML file read safely: plain data, and the line on which every key stands.

Only mappings, lists and scalars come out; a plain scalar is a number, `true`, `false`, `null` or
text, a quoted one is text, and a key is always text. Tags, anchors, aliases, merge keys, repeated
keys, several documents, numbers that are not finite, files over a megabyte, deep nesting and bytes
that are not UTF-8 are refused with one `InputError`. The parser's events are read one by one, so
a hostile file is refused before it grows.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from thermidor.errors import InputError

Where = tuple[str | int, ...]
"""The way to a value: keys and places in lists, from the top."""

SCENARIO = "a scenario begins with 'schema: 1'"
"""What is said of an empty file, unless another kind of file was asked for."""
MOST_BYTES, MOST_DEPTH, MOST_ENTRIES = 1_000_000, 20, 50_000
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Document(NamedTuple):
    """The data of a file, and where in it each key stands."""

    data: Any
    lines: dict[Where, int]
    file: str

    def place(self, path: Where) -> str:
        """Say where a key stands, as `file:line: key`; a key that is missing is placed at its parent."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return f"{self.file}:{self.lines.get(known, 1)}: {dotted(path)}".rstrip(": ")


def dotted(path: Where) -> str:
    """Write a path as one reads it: `countries.north.start.population`, `outside[2].from`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{shown_key(step)}" for step in path).lstrip(".")


def shown_key(key: str) -> str:
    """Show a key as it is if it is short and plain, else quoted and cut."""
    return key if re.fullmatch(r"[\w.-]{1,60}", key) else shown(key)


def shown(value: object) -> str:
    """Show a value in at most a line, with anything unprintable escaped."""
    if isinstance(value, dict | list | tuple):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    text = repr(value[:120] if isinstance(value, str) else value)
    return text if len(text) <= 120 else f"{text[:100]}..."


def plain(text: str) -> str | float | int | bool | None:
    """Read a scalar written without quotes: a number, `true`, `false`, `null`, else text."""
    if NUMBER.fullmatch(text):
        return int(text) if len(text) < 16 and text.lstrip("+-").isdigit() else float(text)
    return WORDS.get(text, text)


def read_document(path: Path, begins: str = SCENARIO) -> Document:
    """Read a YAML file; `begins` says how its kind begins. Raises InputError if it can't be read or is refused."""
    name = shown(str(path))
    try:
        if not path.is_file():
            why = "it is no plain file" if path.exists() else "there is no such file"
            raise InputError(f"can't read {name}", "", why, "give the path of a YAML file")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"can't read {name}", "", error.strerror or str(error), "see to its permissions") from None
    if len(raw) > MOST_BYTES:
        raise InputError("the file is too big", str(path), f"more than {MOST_BYTES} bytes", "keep to a few pages")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError("the file is not UTF-8 text", f"{path}:{line}", error.reason, "save it as UTF-8") from None
    return parse_document(text, str(path), begins)


def parse_document(text: str, file: str, begins: str = SCENARIO) -> Document:
    """Read YAML text; `file` is the name used in messages, `begins` says how such a file begins. Raises InputError."""
    if len(text) > MOST_BYTES:
        raise InputError("the text is too long", file, f"more than {MOST_BYTES} characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if odd := re.search("[\x85\u2028\u2029]", text):
        where = f"{file}:{text.count(chr(10), 0, odd.start()) + 1}"
        raise InputError(f"the file holds the line separator {odd[0]!r}", where, "", "break the line with Enter")
    reader = _Reader(text, file, begins)
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = "; ".join(part for part in (error.context, error.problem) if part)
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        raise InputError("the file is not valid YAML", f"{file}:{line}", why, "see the line before it too") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError("the file is not valid YAML", f"{file}:{line}", str(error.reason), "remove it") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("the file is not valid YAML", file, shown(str(error))) from None
    return Document(data, reader.lines, file)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Reader:
    """Builds plain data from the parser's events and notes the line of every key."""

    def __init__(self, text: str, file: str, begins: str) -> None:
        self.file, self.begins = file, begins
        self.lines: dict[Where, int] = {}
        self.events: Iterator[Any] = yaml.parse(text, Loader=LOADER)

    def document(self) -> Any:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise InputError("the file is empty", self.file, "", self.begins)
        data = self.value(next(self.events), ())
        next(self.events)
        last = next(self.events)
        if not isinstance(last, yaml.StreamEndEvent):
            self.refuse(last, (), "the file holds several documents", "", "keep one; remove '---'")
        return data

    def refuse(self, event: Any, path: Where, what: str, why: str = "", mend: str = "") -> NoReturn:
        where = f"{self.file}:{_line(event)}: {dotted(path)}".rstrip(": ")
        raise InputError(what, where, why, mend)

    def value(self, event: Any, path: Where) -> Any:
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            why = "a small file could grow without end"
            self.refuse(event, path, "anchors and aliases are refused", why, "write the value out")
        if event.tag is not None and event.tag not in ("!", "tag:yaml.org,2002:str"):
            what, why = f"the tag {shown(event.tag)} is refused", "the file is plain data"
            self.refuse(event, path, what, why, "remove the tag")
        if len(path) > MOST_DEPTH:
            self.refuse(event, path[:3], "the file is nested too deeply", f"more than {MOST_DEPTH} levels")
        if len(self.lines) > MOST_ENTRIES:
            self.refuse(event, path[:3], "the file has too many entries", f"more than {MOST_ENTRIES}")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event, path)

    def mapping(self, path: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(event, path, "a key must be plain text", "this one is a list, a mapping or an alias")
            if event.anchor is not None or event.tag is not None:
                self.refuse(event, path, "a key with a tag or an anchor is refused", "", "write the key alone")
            key = event.value
            if key == "<<" and not event.style:
                self.refuse(event, path, "merge keys ('<<') are refused", "", "write the values out")
            if not key or any(unicodedata.category(c) in ("Cc", "Cs") for c in key):
                self.refuse(event, path, f"a key can't be {shown(key)}", "it is empty or holds a control character")
            here = (*path, key)
            if key in found:
                why = f"it stands on line {self.lines[here]} already"
                self.refuse(event, here, f"the key '{shown_key(key)}' is given twice", why, "keep one")
            self.lines[here] = _line(event)
            found[key] = self.value(next(self.events), here)
        return found

    def sequence(self, path: Where) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def scalar(self, event: Any, path: Where) -> Any:
        text = event.value
        if bad := [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]:
            self.refuse(event, path, f"the text holds the control character {bad[0]!r}", "", "remove it")
        if event.style or event.tag is not None:
            return text
        value = plain(text)
        if NOT_FINITE.fullmatch(text) or (isinstance(value, float) and not math.isfinite(value)):
            self.refuse(event, path, f"{shown(text)} is not a finite number", "", "write a number such as 0.5")
        return value
