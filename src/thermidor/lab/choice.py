"""What a page shows, as one frozen record that a link holds whole: scenario, changes, theory, lens, what is looked at.

A link is a query of plain words, `?v=1&scenario=NAME&set=COUNTRY.literacy:0.6&without=terror`; what stands at its
default is left out. Read back it gives the same choice, and so the same numbers under the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import yaml

from thermidor.errors import InputError
from thermidor.runs.ensemble import NO_OUTSIDE
from thermidor.runs.result import THEORY as OWN_LENS
from thermidor.scenarios import Scenario, list_scenarios, load_scenario
from thermidor.theories import DEFAULT, list_theories

VERSION = "1"
FIRST: dict[str, str] = yaml.safe_load(Path(__file__).with_name("first.yaml").read_text(encoding="utf-8"))
"""The scenario of a page whose address names none."""
MOST_LETTERS = 8000
"""Letters of a link; longer ones are refused unread."""
MOST_WORDS, MOST_SET = 260, 40
MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")
NUMBERS, NAMES = ("set", "then"), ("without", "then_without")
TEXTS = ("scenario", "country", "theory", "lens", "month", "at")


@dataclass(frozen=True)
class Choice:
    """What is asked of a page.

    scenario       a name of the library
    country        the country that is looked at; "" the scenario's first
    set            conditions in place of the scenario's, {"country.key": value}
    without        mechanisms switched off, `outside` among them
    theory, lens   whose rules, and whose names for regimes
    seed           one number behind every draw
    at, member     a branch: futures of this member from the month `at` (YYYY-MM); "" for runs from the start
    then, then_without  of a branch: states {"country.variable": value}, and mechanisms off, from that month on
    month          the month whose reasons are shown; "" none
    """

    scenario: str = FIRST["lab"]
    country: str = ""
    set: Mapping[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    theory: str = DEFAULT
    lens: str = OWN_LENS
    seed: int = 1
    at: str = ""
    member: int = 0
    month: str = ""
    then: Mapping[str, float] = field(default_factory=dict)
    then_without: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.link)

    @property
    def link(self) -> str:
        """The choice as the query of an address."""
        told: list[tuple[str, str]] = [("v", VERSION)]
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in NUMBERS:
                told += [(one.name, f"{key}:{number!r}") for key, number in sorted(value.items())]
            elif one.name in NAMES:
                told += [(one.name, name) for name in sorted(value)]
            elif value != one.default or one.name == "scenario":
                told.append((one.name, str(value)))
        return urlencode(told, safe=":.-")

    @property
    def lived(self) -> Choice:
        """The choice without what only says how its runs are looked at: equal ones live the same."""
        return replace(self, country="", lens=OWN_LENS, month="")

    @property
    def base(self) -> Choice:
        """The scenario as it is, or a branch in which nothing is changed, looked at in the same way."""
        if self.at:
            return replace(self, then={}, then_without=())
        return Choice(scenario=self.scenario, country=self.country, lens=self.lens, seed=self.seed, month=self.month)

    @property
    def changed(self) -> bool:
        """Whether anything is other than in the scenario as it is, or in the branch without changes."""
        return self.lived != self.base.lived

    def scenario_as_lived(self) -> Scenario:
        """The scenario with its changes. Raises InputError."""
        found = scenario(self.scenario)
        return found.overlay(self.set) if self.set else found

    def command(self, members: int, citizens: Mapping[str, int]) -> str:
        """The line that lives the same on a command line; under another lens also what reads the regimes by it."""
        first = [f"thermidor run {self.scenario} --seed {self.seed}"]
        first += [f"--citizens {country}={many}" for country, many in citizens.items()]
        first += [f"--theory {self.theory}"] * (self.theory != DEFAULT)
        first += _changes(self.set, self.without)
        read = [f"--out lived && thermidor read lived --lens {self.lens}"] * (self.lens != OWN_LENS)
        read += [f"--country {self.country}"] * bool(read and self.country)
        if not self.at:
            return " ".join([*first, f"--replicates {members}", *read])
        then = [f"thermidor branch parent --at {self.at} --member {self.member} --replicates {members}"]
        then += _changes(self.then, self.then_without)
        return " ".join([*first, f"--replicate {self.member} --out parent &&", *then, *read])


def _changes(numbers: Mapping[str, float], names: tuple[str, ...]) -> list[str]:
    return [f"--set {key}={number!r}" for key, number in sorted(numbers.items())] + [
        f"--without {n}" for n in sorted(names)
    ]


@cache
def library() -> tuple[str, ...]:
    """The names of the library's scenarios, listed once."""
    return tuple(list_scenarios())


@cache
def theories() -> Mapping[str, str]:
    """The theories that ship and their titles, read once."""
    return list_theories()


@lru_cache(maxsize=64)
def scenario(name: str) -> Scenario:
    """A scenario of the library, read once; never a file, whatever the name. Raises InputError."""
    from thermidor.errors import nearest

    names = library()
    if name not in names:
        raise InputError(
            f"there is no scenario '{name[:80]}'", "scenario", "", nearest(name, names) or "give one of the library"
        )
    return load_scenario(name)


def read(query: str) -> Choice:
    """The choice that a link's query holds, checked. Raises InputError naming what can't be read."""
    told: dict[str, str] = {}
    numbers: dict[str, dict[str, float]] = {name: {} for name in NUMBERS}
    names: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, ())
    for key, value in pairs_of(query):
        if key in numbers:
            name, _, number = value.rpartition(":")
            numbers[key][name] = _number(number, f"{key} {name[:80]}")
        elif key in names:
            names[key] = tuple(sorted({*names[key], value}))
        else:
            told[key] = value
    version = told.pop("v", VERSION)
    if version != VERSION:
        raise InputError(f"the link is of version {version[:20]}", "v", f"this is version {VERSION}", "share it again")
    whole = {key: _whole(told.pop(key), key) for key in ("seed", "member") if key in told}
    texts = {key: told.pop(key) for key in TEXTS if key in told}
    if told:
        known = ", ".join(one.name for one in fields(Choice))
        raise InputError(f"the link has an unknown word '{next(iter(told))[:80]}'", "link", f"known: {known}")
    found = Choice(**numbers, **names, **texts, **whole)  # type: ignore[arg-type]
    check(found)
    return found


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The words of a query and what they say. Raises InputError where there are too many."""
    if len(query) > MOST_LETTERS or query.count("&") > MOST_WORDS:
        why = f"at most {MOST_LETTERS} letters and {MOST_WORDS} words are read"
        raise InputError("the link is too long", "link", why, "share a shorter one")
    return parse_qsl(query, keep_blank_values=True)


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"'{text[:40]}' is no number", where) from None
    if not abs(value) < 1e12:
        raise InputError(f"'{text[:40]}' is no number that can be set", where)
    return value


def _whole(text: str, where: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise InputError(f"{where} can't be '{text[:40]}'", where, "", "give a whole number from 0 to 999,999,999")
    return int(text)


def check(choice: Choice) -> None:
    """Refuse what could not be lived or shown. Raises InputError."""
    from thermidor.errors import nearest
    from thermidor.lenses import lens
    from thermidor.rules import load_rules

    found = scenario(choice.scenario)
    if choice.country and choice.country not in found.countries:
        mend = nearest(choice.country, found.countries) or f"countries: {', '.join(found.countries)[:300]}"
        raise InputError(f"the scenario has no country '{choice.country[:80]}'", "country", "", mend)
    if choice.theory not in theories():
        raise InputError(
            f"there is no theory '{choice.theory[:80]}'", "theory", "", f"theories: {', '.join(theories())}"
        )
    lens(choice.lens)
    for name in (*choice.without, *choice.then_without):
        if name != NO_OUTSIDE and name not in load_rules().mechanisms:
            mend = nearest(name, load_rules().mechanisms) or "see the switches of the page"
            raise InputError(f"there is no mechanism '{name[:80]}'", "without", "", mend)
    if max(len(choice.set), len(choice.then)) > MOST_SET:
        raise InputError("too many conditions are changed", "set", f"at most {MOST_SET} can be", "leave some out")
    for key, month in (("month", choice.month), ("at", choice.at)):
        if month and not (MONTH.fullmatch(month) and found.start <= month <= found.end):
            raise InputError(f"{key} can't be '{month[:20]}'", key, "", f"months: {found.start} to {found.end}")
    if choice.at == found.start:
        raise InputError(
            "a branch can't begin in the first month", "at", "there is no past", "change the start instead"
        )
    if (choice.then or choice.then_without) and not choice.at:
        raise InputError("there is no month from which that holds", "then", "", "give 'at', the month of a branch")
    from thermidor.futures.changes import settings_of

    settings_of(choice.then, tuple(found.countries))
    choice.scenario_as_lived()
