"""The plan of a sweep: every member that a design asks for, by number, and what each of them starts from.

Members are numbered overlay by overlay (the base first), point by point, replicate by replicate. Replicate k has the
same draws at every point and under every overlay, so that differences are paired.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError, nearest
from thermidor.experiments import outcomes as measuring
from thermidor.experiments.design import BASE, FIRST, OTHERS, Base, Change, Design, Overlay, as_data
from thermidor.experiments.points import OUTSIDE, Points, named, points_of
from thermidor.theories import DEFAULT, Theory, is_path, load_theory

if TYPE_CHECKING:
    from thermidor.rules.registry import Registry
    from thermidor.scenarios import Resolved, Scenario

MOST_MEMBERS = 10_000_000
MOST_CHECKED = 64
"""Points that are tried before any work, beside those at the ends of the factors."""
LOOKED_AT = 16
"""Parts of a table that are compared with the sample, at least where it has so many."""


class Case(NamedTuple):
    """An overlay with the points at which it is lived, and the number of its first member."""

    name: str
    change: Change
    citizens: dict[str, int | str]
    points: NDArray[np.int64]
    first: int


class Member(NamedTuple):
    """A member by its number: case, place of its point among the case's, replicate."""

    case: Case
    point: int
    replicate: int


@dataclass(frozen=True, eq=False)
class Plan:
    """A design with its base scenario as it stands, and everything that follows from them."""

    design: Design
    scenario: Scenario
    registry: Registry
    points: Points
    cases: tuple[Case, ...]
    months: NDArray[np.datetime64]
    series: tuple[tuple[int, int], ...]
    """Kept series: places of country and variable."""
    theories: Mapping[str, Theory]
    """The theories of base and overlays, as the design names them."""

    @property
    def countries(self) -> tuple[str, ...]:
        """Names of the scenario's countries."""
        return tuple(self.scenario.countries)

    @cached_property
    def members(self) -> int:
        """How many members there are."""
        last = self.cases[-1]
        return last.first + len(last.points) * self.design.replicates

    @cached_property
    def citizen_months(self) -> int:
        """Citizens times months, over all members."""
        each = (sum(map(int, case.citizens.values())) * len(case.points) for case in self.cases)
        return sum(each) * self.design.replicates * len(self.months)

    @cached_property
    def digest(self) -> str:
        """Checksum (16 hex digits) of the design and its base scenario as they are written, prose too, and theories."""
        from thermidor.scenarios import scenario_text

        parts: list[Any] = [as_data(self.design), scenario_text(self.scenario)]
        told = self.told_theories
        text = json.dumps(parts if told == {DEFAULT: load_theory().told} else [*parts, told], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def told_theories(self) -> dict[str, Any]:
        """The theories as a manifest keeps them."""
        return {name: theory.told for name, theory in self.theories.items()}

    def member(self, number: int) -> Member:
        """Member `number`, from 0."""
        case = next(case for case in reversed(self.cases) if case.first <= number)
        place, replicate = divmod(number - case.first, self.design.replicates)
        return Member(case, int(case.points[place]), replicate)

    def columns(self, first: int, last: int) -> dict[str, NDArray[Any]]:
        """What is known of members `first` to `last` before they live: numbers, factors, overlay, seed."""
        numbers = np.arange(first, last)
        which = np.searchsorted([case.first for case in self.cases], numbers, side="right") - 1
        places, replicates = np.divmod(numbers - np.array([c.first for c in self.cases])[which], self.design.replicates)
        points = np.empty(len(numbers), np.int64)
        for each in np.unique(which):
            points[which == each] = self.cases[each].points[places[which == each]]
        levels = self.points.table(points)
        return {
            "member": numbers,
            "overlay": np.array([case.name for case in self.cases], dtype=object)[which],
            "point": points,
            "replicate": replicates,
            "seed": np.full(len(numbers), self.design.seed, dtype=np.int64),
            **{f"x_{f.name}": levels[:, place] for place, f in enumerate(self.points.factors)},
        }

    def start(self, case: Case, point: int) -> Start:
        """What the members of a case and point have in common. Raises InputError."""
        base, asked = self.design.base, self.points.settings(point)
        without = [*base.without, *case.change.without, *asked.without]
        settings: dict[str, float] = {}
        held = base.set
        if OUTSIDE in case.change.without:  # the overlay takes away what the base strengthens
            held = {key: number for key, number in held.items() if f".{OUTSIDE}." not in key}
        for part in (held, case.change.set, asked.set):
            settings |= named(part, self.countries[0])
        lived = self.scenario.without_outside() if OUTSIDE in without else self.scenario
        lived = lived.overlay(settings) if settings else lived
        changed = {**base.rules, **case.change.rules, **asked.rules}
        off = list(dict.fromkeys(name for name in without if name != OUTSIDE))
        theory = self.theories[case.change.theory or base.theory]
        rules = self.registry.record(self.registry.values(changed, off, theory.rules))
        return Start(lived, rules, case.citizens, asked.draws)


class Start(NamedTuple):
    """What the replicates of one point and overlay start from."""

    scenario: Scenario
    rules: NDArray[Any]
    citizens: dict[str, int | str]
    draws: Mapping[tuple[str, str], float]

    def resolved(self, seed: int, replicate: int) -> Resolved:
        """The start of one replicate."""
        from thermidor.scenarios import resolve

        return resolve(self.scenario, seed, replicate, self.draws)


def plan_of(
    design: Design,
    beside: Path | None = None,
    scenario: Scenario | None = None,
    *,
    theories: Mapping[str, Theory] | None = None,
    tried: bool = False,
) -> Plan:
    """Make the plan of a design, and try its extremes. Raises InputError for all that can be wrong with it.

    beside    folder of the design's file, in or below which files of scenario and theories have to lie
    scenario  the base scenario, if it is not to be read by its name or path
    theories  those of the design's theories that are not to be read by their name or path
    tried     the extremes have been tried before, and are not again
    """
    from thermidor.rules import load_rules

    lived, registry = scenario or _scenario(design.base, beside), load_rules()
    countries = tuple(lived.countries)
    months = _months(design.base, lived)
    schools = _theories(design, beside, theories or {})
    points = points_of(design, lived, registry, {name: theory.rules for name, theory in schools.items()})
    own = _citizens(design.base.citizens, countries, "base.citizens")
    everywhere = np.arange(len(points), dtype=np.int64)
    cases = [Case(BASE, Change(set={}, rules={}), own, everywhere, 0)]
    for name, overlay in design.overlays.items():
        where = f"overlays.{name}"
        sizes = own if overlay.citizens is None else _citizens(overlay.citizens, countries, f"{where}.citizens")
        before = cases[-1]
        first = before.first + len(before.points) * design.replicates
        cases.append(Case(name, overlay, sizes, _chosen(overlay, points, everywhere, where), first))
    for name, outcome in design.outcomes.items():
        measuring.check(outcome, months, countries, f"outcomes.{name}")
    plan = Plan(design, lived, registry, points, tuple(cases), months, _series(design, countries), schools)
    if plan.members > MOST_MEMBERS:
        why = f"it has {plan.members:,} members, and at most {MOST_MEMBERS:,} can be kept in one sweep"
        raise InputError("the design is too large", "replicates", why, "give fewer points or replicates")
    if not tried:
        _try(plan)
    return plan


def refuse_other_sample(plan: Plan, members: Path) -> None:
    """Refuse a table of members whose points are not the plan's sample. Raises InputError.

    SALib draws the sample, again at each opening, and each version may draw another for the same seed. What else is
    wrong with the table is for others to say.
    """
    import pyarrow as pa

    from thermidor.runs.manifest import version_of

    try:
        other = plan.points.matrix is not None and not all(_alike(plan, members))
    except (OSError, ValueError, TypeError, pa.ArrowException):
        return
    if other:
        why = f"it is drawn again wherever it is opened; here by SALib {version_of('SALib')}"
        mend = "install the SALib with which it was begun, or begin anew in another folder"
        raise InputError("the sample of points differs (another SALib?)", str(members), why, mend)


def _alike(plan: Plan, members: Path) -> Iterator[bool]:
    """Whether points of a table are the plan's, in some of its parts."""
    import pyarrow.parquet as parquet

    names, begin, last = [f"x_{f.name}" for f in plan.points.factors], 0, len(plan.points) * plan.design.replicates
    with parquet.ParquetFile(members) as file:
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            points = np.arange(begin, min(begin + rows, last)) // plan.design.replicates
            if len(points) and group % max(1, file.num_row_groups // LOOKED_AT) == 0:
                kept = [column.to_numpy()[: len(points)] for column in file.read_row_group(group, names).columns]
                yield bool(same_levels(np.transpose(kept), plan.points.table(points)).all())
            begin += rows


def same_levels(kept: Any, wanted: Any) -> NDArray[np.bool_]:
    """Whether kept levels are those wanted: a logarithm may differ in its last bit from processor to processor."""
    return np.asarray(np.isclose(kept, wanted, rtol=1e-9, atol=1e-12))


def _scenario(base: Base, beside: Path | None) -> Scenario:
    """The base scenario; a file has to lie in the design's own folder or below it."""
    from thermidor.scenarios import load_scenario

    text = base.scenario
    if not is_path(text):
        return load_scenario(text)
    return load_scenario(_inside(text, beside, "scenario", "base.scenario"))


def _theories(design: Design, beside: Path | None, given: Mapping[str, Theory]) -> dict[str, Theory]:
    """The theories of the base and of overlays, as the design names them; a file has to lie as a scenario's."""
    named = {"base.theory": design.base.theory}
    named |= {f"overlays.{name}.theory": o.theory for name, o in design.overlays.items() if o.theory is not None}
    found: dict[str, Theory] = {}
    for where, text in named.items():
        if text in found:
            continue
        try:
            path = _inside(text, beside, "theory", where) if is_path(text) and text not in given else None
            found[text] = given[text] if text in given else load_theory(path or text)
        except InputError as error:
            there = where if error.where == "theory" else error.where
            raise InputError(error.what, there, error.why, error.mend, error.also) from None
    return found


def _inside(text: str, beside: Path | None, what: str, where: str) -> Path:
    """The path of a file that a design names. Raises InputError if it lies elsewhere than in its folder or below."""
    folder = (beside or Path()).resolve()
    path = (folder / text).resolve()
    if not path.is_relative_to(folder):
        why = "a design that is handed on may not reach into other folders"
        lies = f"the {what} lies outside the folder of the design: {text[:80]}"
        raise InputError(lies, where, why, "put it beside the design")
    return path


def _months(base: Base, scenario: Scenario) -> NDArray[np.datetime64]:
    from thermidor.scenarios.check import month_number

    there_are = month_number(scenario.end) - month_number(scenario.start) + 1
    if base.months is not None and base.months > there_are:
        why = f"the scenario has {there_are} months"
        raise InputError(f"months can't be {base.months}", "base.months", why, "ask for fewer")
    months: NDArray[np.datetime64] = np.datetime64(scenario.start, "M") + np.arange(base.months or there_are)
    return months


def _citizens(asked: int | Mapping[str, int], countries: tuple[str, ...], where: str) -> dict[str, int | str]:
    if isinstance(asked, int):
        return dict.fromkeys(countries, asked)
    found: dict[str, int | str] = dict.fromkeys(countries, asked.get(OTHERS, 0))
    for name, number in asked.items():
        if name not in (FIRST, OTHERS, *countries):
            mend = nearest(name, countries) or f"countries: {', '.join(countries)}, or '{FIRST}' and '{OTHERS}'"
            raise InputError(f"the scenario has no country '{name[:80]}'", where, "", mend)
        if name != OTHERS:
            found[countries[0] if name == FIRST else name] = number
    if {FIRST, countries[0]} <= asked.keys():
        raise InputError(f"citizens of '{countries[0]}' are given twice", where, f"it is '{FIRST}'", "keep one")
    if short := [name for name, number in found.items() if not number]:
        raise InputError(f"how many citizens has '{short[0]}'?", where, "it is left out", f"give '{OTHERS}' too")
    return found


def _chosen(overlay: Overlay, points: Points, everywhere: NDArray[np.int64], where: str) -> NDArray[np.int64]:
    """The points at which an overlay is lived."""
    names = [factor.name for factor in points.factors]
    chosen = np.ones(len(everywhere), bool)
    for name, level in overlay.where.items():
        if name not in names:
            raise InputError(f"there is no factor '{name[:80]}'", f"{where}.where", "", nearest(name, names))
        numbers = points.table(everywhere)[:, names.index(name)]
        nearest_level = numbers[np.abs(numbers - level).argmin()]
        if not np.isclose(nearest_level, level, rtol=1e-6, atol=1e-9):
            why = f"the nearest is {nearest_level:.10g}"
            raise InputError(f"no point has {name} = {level:g}", f"{where}.where", why, "give a level that is lived")
        chosen &= numbers == nearest_level
    if not chosen.any():
        raise InputError("this overlay is lived nowhere", f"{where}.where", "no point has all these levels")
    return everywhere[chosen]


def _series(design: Design, countries: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    from thermidor.country import VARIABLES

    found = []
    for name in design.series:
        country, dot, variable = name.rpartition(".")
        country = country if dot and country != FIRST else countries[0]
        if country not in countries or variable not in VARIABLES:
            mend = nearest(variable, VARIABLES) or "write VARIABLE, or COUNTRY.VARIABLE"
            raise InputError(f"unknown series '{name[:80]}'", "series", "", mend)
        found.append((countries.index(country), VARIABLES.index(variable)))
    if len(set(found)) < len(found):
        raise InputError("a series is asked for twice", "series", "", "name each once")
    return tuple(found)


def _try(plan: Plan) -> None:
    """Make the starts at the ends of the factors and at some points between, so that a bad one is refused now."""
    for case in plan.cases:
        for point in _tried(plan.points, case.points):
            try:
                plan.start(case, point).resolved(plan.design.seed, 0)
            except InputError as error:
                numbers = zip(plan.points.factors, plan.points[point], strict=True)
                at = ", ".join(f"{factor.name} = {number:.6g}" for factor, number in list(numbers)[:4])
                where = f"overlay '{case.name}', point {point}" + (f" ({at})" if at else "")
                there = error.where.removeprefix("--")
                raise InputError(error.what, f"{where}: {there}", error.why, error.mend, error.also) from None


def _tried(points: Points, among: NDArray[np.int64]) -> Iterator[int]:
    if points.matrix is None and points.factors and len(among) == len(points):
        sizes, strides = [len(levels) for levels in points.levels], points.strides
        ends = product(*((0, (size - 1) * stride) for size, stride in list(zip(sizes, strides, strict=True))[:10]))
        yield from dict.fromkeys(sum(end) for end in ends)
        for size, stride in zip(sizes, strides, strict=True):
            yield from (level * stride for level in range(min(size, MOST_CHECKED)))
        return
    yield from (int(point) for point in among[:: max(1, len(among) // MOST_CHECKED)])
