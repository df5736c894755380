"""Theories: small overlays on the registry of rules, one YAML file each; what a school says of the same record.

A theory switches mechanisms on or off and weights them. It holds rules only: conditions belong to scenarios, and other
*equations* to a month of one's own (see `thermidor.jit.covering`). The chapter's own theory changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermidor.errors import InputError, nearest

if TYPE_CHECKING:
    from thermidor.rules import Registry
    from thermidor.scenarios.check import Problem
    from thermidor.scenarios.document import Document, Where

LIBRARY = Path(__file__).parent
DEFAULT = "trotsky"
OFF = "off"
"""In a theory's file: the value that switches a mechanism off, whichever that is."""
MOST_FREE = 12
"""Rules that a fit of a theory may move; every theory has the same number."""
KEYS = ("schema", "name", "title", "about", "school", "rules", "predicts", "cannot_express", "free")
BEGINS = "a theory begins with 'schema: 1'"
LISTS = ("school", "predicts", "cannot_express", "free")
CONDITIONS = ("conditions", "countries", "country", "end", "organisations", "outside", "scenario", "set", "start")
"""Keys by which somebody tries to give a theory conditions."""


@dataclass(frozen=True)
class Theory:
    """A theory: its values of rules and why, its school, what it predicts and can't express, its free rules."""

    name: str
    title: str
    about: str
    rules: Mapping[str, float] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    school: tuple[str, ...] = ()
    predicts: tuple[str, ...] = ()
    cannot_express: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    """Rules that a fit may move."""

    @property
    def told(self) -> dict[str, Any]:
        """What a manifest says of it: enough to live it again without the file."""
        return {"name": self.name, "rules": dict(self.rules)}


def list_theories() -> dict[str, str]:
    """The theories shipped: name -> title; the chapter's first, the others in order of name."""
    from thermidor.scenarios.document import read_document

    paths = sorted(LIBRARY.glob("*.yaml"), key=lambda path: (path.stem != DEFAULT, path.stem))
    return {path.stem: str(read_document(path).data.get("title", "")) for path in paths}


def load_theory(name_or_path: str | Path | Theory | None = None) -> Theory:
    """Load a theory: one that is shipped by name, any YAML file by path; none at all is the chapter's.

    Text with a slash or an ending `.yaml` or `.yml` is a path. Raises InputError naming file, line and key.
    """
    from thermidor.scenarios.document import read_document, shown

    if name_or_path is None:
        return Theory(DEFAULT, "", "")
    if isinstance(name_or_path, Theory):
        return name_or_path
    if not isinstance(name_or_path, str | Path):
        mend = "give a name, the path of a file, or what `load_theory` returns"
        raise InputError(f"the theory can't be {shown(name_or_path)}", "theory", "it is no theory", mend)
    if is_path(name_or_path):
        return theory_in(read_document(Path(name_or_path), BEGINS))
    names = [path.stem for path in sorted(LIBRARY.glob("*.yaml"))]
    if name_or_path not in names:
        mend = nearest(str(name_or_path), names) or "give one of these, or the path of a file ending in .yaml"
        raise InputError(f"unknown theory {shown(name_or_path)}", "theory", f"there are: {', '.join(names)}", mend)
    found = theory_in(document := read_document(LIBRARY / f"{name_or_path}.yaml"))
    if found.name != name_or_path:
        raise InputError(f"the name is '{found.name}'", document.place(("name",)), "the file is called otherwise")
    return found


def is_path(theory: str | Path) -> bool:
    """Whether a theory is named by the path of a file."""
    text = str(theory)
    return isinstance(theory, Path) or "/" in text or "\\" in text or text.endswith((".yaml", ".yml"))


def theory_in(document: Document) -> Theory:
    """The theory that a file holds. Raises InputError with everything that is wrong, by line and key."""
    from thermidor.rules import load_rules
    from thermidor.scenarios.check import refusal
    from thermidor.scenarios.document import shown

    data, registry = document.data, load_rules()
    if not isinstance(data, dict):
        what = f"the file holds {shown(data)}"
        raise InputError(what, f"{document.file}:1", "a theory is a mapping", BEGINS)
    if found := [*_of_keys(data), *_of_rules(data, registry), *_of_free(data, registry)]:
        raise refusal(found, document.place)
    rules = {name: _number(entry["value"], registry[name].off) for name, entry in _rules(data).items()}
    return Theory(
        name=data["name"],
        title=data["title"],
        about=data["about"],
        rules=rules,
        why={name: entry["why"] for name, entry in _rules(data).items()},
        **{key: tuple(data.get(key) or ()) for key in LISTS},
    )


def _rules(data: Mapping[str, Any]) -> dict[str, Any]:
    """The overlay as it is written; an empty one may be left out."""
    found = data.get("rules")
    return {} if found is None else found


def _number(value: Any, off: float | None) -> float:
    return float(off if value == OFF and off is not None else value)


def _of_keys(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the keys of a theory and its words."""
    import re

    from thermidor.scenarios.check import Problem
    from thermidor.scenarios.document import shown, shown_key

    for key in data:
        if key in CONDITIONS:
            what = f"unknown key '{key}': a theory holds no conditions"
            yield Problem((key,), what, "they belong to scenarios", "a theory has 'rules'")
        elif key not in KEYS:
            why = f"known: {', '.join(KEYS)}"
            yield Problem((key,), f"unknown key '{shown_key(key)}'", why, nearest(key, KEYS))
    for key in ("schema", "name", "title", "about"):
        if key not in data:
            yield Problem((key,), f"missing key '{key}'", "", f"add '{key}: ...'")
        elif key != "schema" and not (isinstance(data[key], str) and data[key].strip()):
            yield Problem((key,), f"'{key}' is {shown(data[key])}", "text is expected")
    if data.get("schema", 1) != 1:
        yield Problem(("schema",), f"the schema is {shown(data['schema'])}", "this version reads schema 1")
    name = data.get("name")
    if isinstance(name, str) and not re.fullmatch("[a-z][a-z0-9-]{0,63}", name):
        yield Problem(("name",), f"the name is {shown(name)}", "a name has small letters, digits and hyphens")
    for key in LISTS:
        entries = data.get(key) or []
        if not isinstance(entries, list):
            yield Problem((key,), f"'{key}' is {shown(entries)}", "a list of texts is expected")
        else:
            wrong = [place for place, entry in enumerate(entries) if not isinstance(entry, str)]
            yield from (Problem((key, place), f"it is {shown(entries[place])}", "text is expected") for place in wrong)


def _of_rules(data: Mapping[str, Any], registry: Registry) -> Iterator[Problem]:
    """What is wrong with the overlay: names, values, and values without a reason."""
    from thermidor.scenarios.check import Problem
    from thermidor.scenarios.document import shown, shown_key

    entries = _rules(data)
    if not isinstance(entries, dict):
        yield Problem(("rules",), f"'rules' is {shown(entries)}", "rules by name are expected")
        return
    for name, entry in entries.items():
        here: Where = ("rules", name)
        if name not in registry:
            mend = nearest(name, registry.names) or "`thermidor explain rule` lists them"
            yield Problem(here, f"unknown rule '{shown_key(name)}'", "rules are named in the registry", mend)
        if not isinstance(entry, dict) or set(entry) != {"value", "why"}:
            yield Problem(here, f"the rule is {shown(entry)}", "it has 'value' and 'why', and nothing else")
            continue
        if not (isinstance(entry["why"], str) and entry["why"].strip()):
            yield Problem((*here, "why"), "the reason is missing", "", "say in a sentence why the school has it so")
        if name in registry:
            yield from _of_value((*here, "value"), name, entry["value"], registry)


def _of_value(where: Where, name: str, value: object, registry: Registry) -> Iterator[Problem]:
    """What is wrong with the value of a rule."""
    from thermidor.scenarios.check import Problem
    from thermidor.scenarios.document import shown

    rule = registry[name]
    if value == OFF and rule.off is None:
        yield Problem(where, f"'{name}' can't be switched off", "it is a magnitude, not a mechanism", "give a number")
    elif value != OFF and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield Problem(where, f"the value of '{name}' is {shown(value)}", f"a number is expected, or '{OFF}'")
    elif value != OFF:
        try:
            registry.check(name, float(value), "theory", "")
        except InputError as error:
            yield Problem(where, error.what, error.why, error.mend)


def _of_free(data: Mapping[str, Any], registry: Registry) -> Iterator[Problem]:
    """What is wrong with the rules that a fit may move: unknown, named twice, too many, or off in this theory."""
    from thermidor.scenarios.check import Problem
    from thermidor.scenarios.document import shown_key

    names = data.get("free") or []
    if not isinstance(names, list):
        return
    if len(names) > MOST_FREE:
        yield Problem(("free",), f"{len(names)} rules are free", f"a theory may fit at most {MOST_FREE}")
    entries = _rules(data)
    for place, name in enumerate(names):
        here: Where = ("free", place)
        if not isinstance(name, str):
            continue
        if name not in registry:
            yield Problem(here, f"unknown rule '{shown_key(name)}'", "", nearest(name, registry.names))
            continue
        if name in names[:place]:
            yield Problem(here, f"'{name}' is named twice", "", "name it once")
        entry = entries.get(name, {}) if isinstance(entries, dict) else {}
        value = entry.get("value", registry[name].value) if isinstance(entry, dict) else None
        if value in (OFF, registry[name].off):
            yield Problem(here, f"'{name}' is off in this theory", "moving it would switch it on", "leave it out")
