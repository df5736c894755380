"""The entries of the ledger: a claim, what carries it, the trials that could refute it, and what rivals expect.

An entry is a file `entries/ID.yaml`. A *trial* lives one ensemble or two and measures them. It has one of three forms:

    change + sign      two arms on common random numbers; the claim says which way the measure moves, or that it stays
                       (`sign: same`); `margin` is the least difference that counts
    at_least | below   one arm; the claim says on which side of a number the mean lies (of `true`: the share of runs)
    with + sign        one arm; the claim says how a second measure goes with the first over its runs (correlation)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from thermidor.gallery.contrasts import over
from thermidor.gallery.measure import KEYS as MEASURE_KEYS
from thermidor.gallery.measure import Measure, measure
from thermidor.gallery.predicates import YEAR
from thermidor.gallery.read import MOST_YEARS, Source, source
from thermidor.gallery.rows import FILE as ROWS
from thermidor.gallery.rows import Row, Start, countries_of
from thermidor.gallery.rows import shipped as rows
from thermidor.scenarios.document import Where, read_document

FOLDER = Path(__file__).with_name("entries")
BASES = ("text", "inference", "definition")
SIGNS = {"more": 1, "less": -1, "same": 0}
AGAIN = ("while", "from", "by", "in")
"""What the changed arm may measure otherwise than the base."""


@dataclass(frozen=True)
class Arm:
    """One ensemble and the number that is measured in each of its members."""

    start: Start
    years: float
    measure: Measure

    @property
    def months(self) -> int:
        """Months that are lived."""
        return round(YEAR * self.years)


@dataclass(frozen=True)
class Trial:
    """What is lived and measured for a claim, and what the claim says of it.

    base, changed   the arms; changed is None where there is only one
    beside          the second measure of the same members, whose correlation with the first is claimed
    sign            1 more, -1 less, 0 the same: of changed less base, or of the correlation
    margin          the least difference (or correlation) that counts
    at_least, below the bar that the mean of one arm has to reach, or to stay under
    off             the switches whose mechanisms are said to carry it; off_none: why there is none
    built           why it can't fail in this model: an equation or a criterion says it; "" for a trial that can
    """

    id: str
    says: str
    base: Arm
    changed: Arm | None = None
    beside: Measure | None = None
    sign: int = 0
    margin: float = 0.0
    at_least: float | None = None
    below: float | None = None
    off: tuple[str, ...] = ()
    off_none: str = ""
    built: str = ""

    @property
    def form(self) -> str:
        """pair, level or together."""
        return "pair" if self.changed is not None else "together" if self.beside is not None else "level"

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The one arm, or both."""
        return (self.base,) if self.changed is None else (self.base, self.changed)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it looks at."""
        beside = self.beside.variables if self.beside is not None else frozenset[str]()
        return frozenset().union(*(arm.measure.variables for arm in self.arms)) | beside

    @property
    def unit(self) -> str:
        """What its numbers are measured in."""
        return "correlation" if self.form == "together" else self.base.measure.unit


@dataclass(frozen=True)
class Look:
    """A test on the record by its name: what it says, the sign that is claimed, the least effect that counts.

    beside   it is shown with the claim and does not test a part of it; changed: why, since it was first written
    """

    test: str
    says: str
    sign: int
    least: float
    unit: str
    changed: str = ""
    beside: bool = False


@dataclass(frozen=True)
class Entry:
    """One claim of the ledger.

    at           section and paragraph of the chapter; basis: text, inference (from the wider work) or definition
    mechanisms   what carries it, by the names of the functions
    trials       in the model; trials_none: why there is none
    record       on the record; record_none: why there is none
    rivals       what other theories expect instead, by theory
    lens         labels of the lens whose criteria take the claim up
    digest       checksum of what was fixed before the first run: trials, and tests on the record with their predicates
    """

    id: str
    claim: str
    at: str
    basis: str
    mechanisms: tuple[str, ...]
    trials: tuple[Trial, ...]
    trials_none: str
    record: tuple[Look, ...]
    record_none: str
    rivals: Mapping[str, str]
    lens: tuple[str, ...]
    digest: str


KEYS = (
    "claim", "at", "basis", "mechanisms", "trials", "trials_none", "record", "record_none", "rivals", "lens",
)  # fmt: skip
TRIAL = (
    "says", "row", "scenario", "years", "base", "change", "sign", "margin", "at_least", "below", "with", "off",
    "off_none", "built", *MEASURE_KEYS,
)  # fmt: skip


@cache
def shipped() -> tuple[Entry, ...]:
    """The entries that ship with the program, in the order of their ids, read once."""
    return tuple(load_entry(path) for path in sorted(FOLDER.glob("*.yaml")))


def load_entry(path: Path) -> Entry:
    """Read an entry. Raises InputError naming file, line and key."""
    read = _source(path)
    data = read.mapping((), KEYS, ("claim", "at", "basis", "mechanisms"))
    for key in ("trials", "record"):
        if (key in data) == (f"{key}_none" in data):
            read.refuse((), f"an entry has either '{key}' or '{key}_none'", "it says why there is none")
    known = {row.id: row for row in rows()}
    return Entry(
        id=path.stem,
        claim=read.text(("claim",)),
        at=read.text(("at",)),
        basis=read.text(("basis",), BASES),
        mechanisms=read.texts(("mechanisms",)) if data["mechanisms"] else (),
        trials=_trials(read, known) if "trials" in data else (),
        trials_none=read.text(("trials_none",)) if "trials_none" in data else "",
        record=_looks(read) if "record" in data else (),
        record_none=read.text(("record_none",)) if "record_none" in data else "",
        rivals=_rivals(read) if "rivals" in data else {},
        lens=read.texts(("lens",)) if "lens" in data else (),
        digest=_digest(data),
    )


def _digest(data: Mapping[str, Any]) -> str:
    fixed = json.dumps([data.get("trials"), data.get("record")], sort_keys=True)
    return hashlib.sha256(fixed.encode()).hexdigest()[:16]


def _source(path: Path) -> Source:
    families = _families()
    return Source(read_document(path, "an entry begins with 'claim: ...'"), families.families, families.names)


@cache
def _families() -> Source:
    """The gallery's families of labels, which entries use too."""
    return source(ROWS, ("rows",))


def _rivals(read: Source) -> dict[str, str]:
    from thermidor.theories import list_theories

    return {name: read.text(("rivals", name)) for name in read.mapping(("rivals",), list_theories())}


def _looks(read: Source) -> tuple[Look, ...]:
    from thermidor.ledger.record import TESTS

    listed, found = read.at(("record",)), []
    if not isinstance(listed, list) or not listed:
        read.refuse(("record",), "the tests on the record are a list", "each has test, says, expects, least, unit")
    for nth in range(len(listed)):
        here: Where = ("record", nth)
        keys = ("test", "says", "expects", "least", "unit")
        data = read.mapping(here, (*keys, "changed", "role"), keys)
        found.append(
            Look(
                test=read.text((*here, "test"), tuple(TESTS)),
                says=read.text((*here, "says")),
                sign=SIGNS[read.text((*here, "expects"), tuple(SIGNS))],
                least=read.number((*here, "least"), 0.0),
                unit=read.text((*here, "unit")),
                changed=read.text((*here, "changed")) if "changed" in data else "",
                beside="role" in data and read.text((*here, "role"), ("part", "beside")) == "beside",
            )
        )
    return tuple(found)


def _trials(read: Source, known: Mapping[str, Row]) -> tuple[Trial, ...]:
    data = read.at(("trials",))
    if not isinstance(data, dict) or not data:
        read.refuse(("trials",), "the trials are a mapping", "trials by their names are expected")
    return tuple(_trial(read, name, known) for name in data)


def _trial(read: Source, name: str, known: Mapping[str, Row]) -> Trial:
    here: Where = ("trials", name)
    data = read.mapping(here, TRIAL, ("says",))
    row = known[read.text((*here, "row"), tuple(known))] if "row" in data else None
    if (row is None) == ("scenario" not in data):
        read.refuse(here, "a trial has either 'row' or 'scenario'", "it says what is lived")
    if row is None and "years" not in data:
        read.refuse(here, "missing key 'years'", "", "add 'years: ...'")
    years = read.number((*here, "years"), 1.0, MOST_YEARS) if "years" in data or row is None else row.years
    start = row.start if row is not None else Start(read.text((*here, "scenario")))
    base = over(read, (*here, "base"), start) if "base" in data else start
    arm = Arm(base, years, _measure(read, here, data, years, base))
    told: dict[str, Any] = {"id": name, "says": read.text((*here, "says")), "base": arm}
    if "built" in data:
        told["built"] = read.text((*here, "built"))
    if "off" in data:
        told["off"] = _switches(read, (*here, "off"))
    elif "off_none" in data:
        told["off_none"] = read.text((*here, "off_none"))
    else:
        read.refuse(here, "missing key 'off'", "the switches that are said to carry it, or why there is none")
    return Trial(**told, **_claimed(read, here, data, arm))


def _claimed(read: Source, here: Where, data: Mapping[str, Any], arm: Arm) -> dict[str, Any]:
    """What the claim says of a trial's numbers: one of the three forms. Raises InputError."""
    forms = [key for key in ("change", "with", "at_least", "below") if key in data]
    if len(forms) != 1:
        read.refuse(here, "a trial has one form", "one of: change, with, at_least, below")
    form = forms[0]
    if form in ("at_least", "below"):
        return {form: read.number((*here, form))}
    if "sign" not in data or "margin" not in data:
        read.refuse(here, "missing key 'sign' or 'margin'", "which way it goes, and the least that counts")
    told: dict[str, Any] = {
        "sign": SIGNS[read.text((*here, "sign"), tuple(SIGNS))],
        "margin": read.number((*here, "margin"), 1e-9),
    }
    if form == "with":
        return {**told, "beside": _measure(read, (*here, "with"), data["with"], arm.years, arm.start)}
    changed = over(read, (*here, "change"), arm.start, AGAIN)
    own = {**data, **{key: data["change"][key] for key in AGAIN if key in data["change"]}}
    return {**told, "changed": Arm(changed, arm.years, _measure(read, here, own, arm.years, changed))}


def _measure(read: Source, here: Where, data: Mapping[str, Any], years: float, start: Start) -> Measure:
    return measure(read, here, data, years, countries_of(start.scenario))


def _switches(read: Source, path: Where) -> tuple[str, ...]:
    from thermidor.rules import load_rules

    names = read.texts(path)
    mechanisms = load_rules().mechanisms
    for nth, name in enumerate(names):
        if name not in mechanisms:
            read.text((*path, nth) if isinstance(read.at(path), list) else path, mechanisms)
    return names
