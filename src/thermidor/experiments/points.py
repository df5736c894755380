"""Points: the factors of a design made definite, and the sample of their levels that is lived.

A factor turns one number into settings; a point is one number for each factor. Full designs are never laid out in
memory; samples of ranges are SALib's, drawn from the sampling's own seed and from nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.experiments.design import BASE, FIRST
from thermidor.experiments.extras import need

if TYPE_CHECKING:
    from thermidor.experiments.design import Base, Design, Factor, Sampling
    from thermidor.rules.registry import Registry
    from thermidor.scenarios import Scenario

Floats = NDArray[np.float64]
Draws = dict[tuple[str, str], float]
Theories = Mapping[str, Mapping[str, float]]
MOST_POINTS = 1_000_000
OUTSIDE = "outside"
LEAST_WIDTH = 1e-12
"""A narrower part of a rule's range is none: numbers in it could not be told apart."""
ALMOST_ONE = 1.0 - 2.0**-53
"""The greatest draw there is."""


@dataclass
class Settings:
    """What a point asks: conditions set, rules set, mechanisms off, and draws chosen by (country, key)."""

    set: dict[str, float] = field(default_factory=dict)
    rules: dict[str, float] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    draws: Draws = field(default_factory=dict)


@dataclass(frozen=True)
class Varied:
    """One factor: its span (or its levels), whether it is sampled by its logarithm, and what a number of it asks.

    `keys` are the conditions (COUNTRY.KEY), rules and mechanisms that it decides.
    """

    name: str
    low: float
    high: float
    ask: Callable[[float, Settings], None]
    keys: tuple[str, ...]
    levels: tuple[float, ...] | None = None
    log: bool = False
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Points:
    """The points of a design: all combinations of the factors' levels, or a matrix [points, factors]."""

    factors: tuple[Varied, ...]
    matrix: Floats | None = None

    @cached_property
    def levels(self) -> tuple[tuple[float, ...], ...]:
        """Levels by factor, where all combinations are lived."""
        return tuple(factor.levels or () for factor in self.factors)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How many points lie between two levels of each factor, where all combinations are lived."""
        sizes = [len(levels) for levels in self.levels]
        return tuple(math.prod(sizes[place + 1 :]) for place in range(len(sizes)))

    def __len__(self) -> int:
        return len(self.matrix) if self.matrix is not None else math.prod(map(len, self.levels))

    def __getitem__(self, point: int) -> tuple[float, ...]:
        """The numbers of a point, one a factor; the last factor changes fastest."""
        if self.matrix is not None:
            return tuple(float(x) for x in self.matrix[point])
        parts = zip(self.levels, self.strides, strict=True)
        return tuple(levels[point // stride % len(levels)] for levels, stride in parts)

    def table(self, points: NDArray[np.int64]) -> Floats:
        """The numbers of many points [points, factors]."""
        if self.matrix is not None:
            return self.matrix[points]
        if not self.factors:
            return np.zeros((len(points), 0))
        parts = zip(self.levels, self.strides, strict=True)
        return np.stack([np.asarray(every)[points // stride % len(every)] for every, stride in parts], axis=1)

    def settings(self, point: int) -> Settings:
        """What a point asks."""
        asked = Settings()
        for factor, number in zip(self.factors, self[point], strict=True):
            factor.ask(number, asked)
        return asked


def points_of(design: Design, scenario: Scenario, registry: Registry, theories: Theories) -> Points:
    """Lay out the points of a design over its base scenario. Raises InputError for what can't be varied.

    theories: rules by theory, as the design names it.
    """
    first = next(iter(scenario.countries))
    factors = tuple(
        varied
        for name, f in design.factors.items()
        for varied in _varied(name, f, design.base, scenario, registry, theories[design.base.theory])
    )
    _refuse_clashes(design, factors, first, theories)
    if design.sampling.method == "full":
        points = Points(factors)
        _few_enough(math.prod(map(len, points.levels)))
        return points
    if not factors:
        why = "there is none, or none whose range has a width"
        raise InputError(f"sampling by '{design.sampling.method}' needs factors", "sampling", why, "name some")
    return Points(factors, _sampled(factors, design.sampling))


def named(settings: Mapping[str, float], first: str, where: str = "") -> dict[str, float]:
    """Settings with the first country by its name. Raises InputError for a key that is spelt in both ways."""
    found = {_named(key, first): number for key, number in settings.items()}
    if len(found) < len(settings):
        twice = next(key for key in settings if key != _named(key, first) in settings)
        raise _twice(_named(twice, first), where, f"'{FIRST}' is '{first}'")
    return found


def _named(key: str, first: str) -> str:
    country, dot, rest = key.partition(".")
    return f"{first}{dot}{rest}" if country == FIRST else key


def _twice(key: str, where: str, why: str, mend: str = "keep one") -> InputError:
    return InputError(f"'{key}' is asked for twice", where, f"{why}: one of the two would be ignored", mend)


def _refuse_clashes(design: Design, factors: tuple[Varied, ...], first: str, theories: Theories) -> None:
    """Refuse what two factors decide, or a factor and an overlay: one of the two would be ignored."""
    by: dict[str, str] = {}
    names: set[str] = set()
    for factor in factors:
        where = f"factors.{factor.name}" if factor.name in design.factors else "factors"
        if factor.name in names:
            raise InputError(
                f"there are two factors '{factor.name}'", where, "one comes of 'every'", "rename the other"
            )
        names.add(factor.name)
        for key in factor.keys:
            if key in by:
                raise _twice(key, where, f"by the factors '{by[key]}' and '{factor.name}'")
            by[key] = factor.name
    named(design.base.set, first, f"{BASE}.set")
    asked: list[tuple[str, Iterable[str]]] = [(f"{BASE}.without", design.base.without)]
    for name, overlay in design.overlays.items():
        where = f"overlays.{name}"
        asked.append((where, (*named(overlay.set, first, f"{where}.set"), *overlay.rules, *overlay.without)))
        if overlay.theory is not None:  # in the base a factor beats the theory, here it would undo the overlay
            asked.append((f"{where}.theory", theories[overlay.theory]))
    for where, keys in asked:
        for key in keys:
            if key in by:
                every = by[key] not in design.factors
                mend = "leave it out here, or vary the others one by one in place of 'every'" if every else "keep one"
                raise _twice(key, where, f"here and by the factor '{by[key]}'", mend)


def problem_of(factors: tuple[Varied, ...]) -> dict[str, Any]:
    """The factors as SALib's problem; those sampled by their logarithm stand by it."""
    bounds = [[np.log(f.low), np.log(f.high)] if f.log else [f.low, f.high] for f in factors]
    return {"num_vars": len(factors), "names": [f.name for f in factors], "bounds": bounds}


def _sampled(factors: tuple[Varied, ...], sampling: Sampling) -> Floats:
    need("SALib")
    from SALib.sample import latin, morris, sobol

    problem, count = problem_of(factors), int(sampling.points or sampling.trajectories or 0)
    each = {"latin-hypercube": 1, "morris": len(factors) + 1}.get(
        sampling.method, (2 if sampling.second_order else 1) * len(factors) + 2
    )
    _few_enough(count * each)
    if sampling.method == "latin-hypercube":
        matrix = latin.sample(problem, count, seed=sampling.seed)
    elif sampling.method == "sobol":
        matrix = sobol.sample(problem, count, calc_second_order=sampling.second_order, seed=sampling.seed)
    else:
        matrix = morris.sample(problem, count, num_levels=sampling.levels, seed=sampling.seed)
    log = np.array([factor.log for factor in factors])
    numbers = np.where(log, np.exp(np.where(log, matrix, 0.0)), matrix)
    return np.clip(numbers, [f.low for f in factors], [f.high for f in factors])  # SALib oversteps by the last bit


def _few_enough(points: int) -> None:
    if points > MOST_POINTS:
        why = f"it has {points:,} points, and at most {MOST_POINTS:,} can be lived"
        raise InputError("the design is too large", "factors", why, "give fewer levels, or another sampling")


def _varied(
    name: str, factor: Factor, base: Base, scenario: Scenario, registry: Registry, theory: Mapping[str, float]
) -> Iterator[Varied]:
    """The factors that one entry of a design stands for; `theory` holds the rules of the base's theory."""
    where = f"factors.{name}"
    if factor.every == "rules":
        yield from _every_rule(factor, base, registry, theory)
    elif factor.every == "starts":
        yield from _every_start(factor, base, scenario)
    elif factor.switch is not None:
        for mechanism in factor.switch:
            if registry.find(mechanism, where).off is None:
                known = ", ".join(registry.mechanisms[:8])
                raise InputError(f"'{mechanism}' can't be switched off", where, "it is a magnitude", f"such as {known}")
        unit, ask = "1 on, 0 off", _switched(factor.switch)
        yield Varied(name, 0.0, 1.0, ask, factor.switch, (1.0, 0.0), unit=unit, meaning=factor.meaning)
    else:
        levels = factor.values or _levels(factor)
        low, high = factor.range or (min(levels), max(levels))
        log = factor.scale == "log" and low > 0.0
        unit, meaning = factor.unit, factor.meaning
        if factor.rule is not None:
            rule = registry.find(factor.rule, where)
            unit, meaning = unit or rule.unit, meaning or rule.meaning
        first = next(iter(scenario.countries))
        keys = tuple(_named(key, first) for key in (str(factor.set or factor.rule), *factor.along))
        yield Varied(name, low, high, _asking(factor, low, high), keys, levels or None, log, unit, meaning)


def _levels(factor: Factor) -> tuple[float, ...]:
    """The levels into which a range is cut, both ends included; none where it is sampled."""
    if factor.steps is None or factor.range is None:
        return ()
    low, high = factor.range
    space = np.geomspace if factor.scale == "log" else np.linspace
    return tuple(float(x) for x in space(low, high, factor.steps))


def _asking(factor: Factor, low: float, high: float) -> Callable[[float, Settings], None]:
    """What a number of a factor over a condition or a rule asks."""

    def ask(number: float, asked: Settings) -> None:
        (asked.set if factor.set is not None else asked.rules)[str(factor.set or factor.rule)] = number
        if not factor.along:
            return
        part = np.log(number / low) / np.log(high / low) if factor.scale == "log" else (number - low) / (high - low)
        for key, (start, end) in factor.along.items():
            asked.set[key] = float(start + (end - start) * part)

    return ask


def _switched(mechanisms: tuple[str, ...]) -> Callable[[float, Settings], None]:
    def ask(number: float, asked: Settings) -> None:
        if number == 0.0:
            asked.without.extend(mechanisms)

    return ask


def _every_rule(factor: Factor, base: Base, registry: Registry, theory: Mapping[str, float]) -> Iterator[Varied]:
    """Every rule that the base leaves alone over its range, or over so much of it about the theory's value.

    What is off in the theory, or belongs to a rival's, is not switched on by being varied.
    """

    def asking(name: str) -> Callable[[float, Settings], None]:
        return lambda number, asked: asked.rules.__setitem__(name, number)

    for rule in (registry[name] for name in registry.names if name not in (*base.rules, *base.without)):
        low, high, value = rule.low, rule.high, theory.get(rule.name, rule.value)
        if value == rule.off:
            continue
        if factor.within is not None:
            half = factor.within * (abs(value) or high - low)
            low, high = max(low, value - half), min(high, value + half)
        if high - low > LEAST_WIDTH * (rule.high - rule.low):
            yield Varied(rule.name, low, high, asking(rule.name), (rule.name,), unit=rule.unit, meaning=rule.meaning)


def _every_start(factor: Factor, base: Base, scenario: Scenario) -> Iterator[Varied]:
    """Every number of the scenario that a member draws: conditions, organisations, strength of outside events.

    A number of such a factor takes the place of the draw, so that groups that sum to one stay whole. What the base
    sets or takes away is not drawn.
    """
    fixed = named(base.set, next(iter(scenario.countries)), f"{BASE}.set")
    for country, key, low, high, meaning in _drawn(scenario.without_outside() if OUTSIDE in base.without else scenario):
        if f"{country}.{key}" in fixed:
            continue
        if factor.within is not None:
            middle = (low + high) / 2.0
            half = min(factor.within * abs(middle), (high - low) / 2.0)
            span = (middle - half, middle + half)
        else:
            span = (low, high)
        if span[0] < span[1]:
            name = f"{country}.{key}"
            yield Varied(name, *span, _drawing((country, key), low, high), (name,), meaning=meaning)


def _drawing(key: tuple[str, str], low: float, high: float) -> Callable[[float, Settings], None]:
    def ask(number: float, asked: Settings) -> None:
        asked.draws[key] = min(max((number - low) / (high - low), 0.0), ALMOST_ONE)

    return ask


def _drawn(scenario: Scenario) -> Iterator[tuple[str, str, float, float, str]]:
    """(country, key, low, high, meaning) of every number that a member draws."""
    from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS
    from thermidor.scenarios.resolved import event_key

    for name, country in scenario.countries.items():
        for key, value in country.start.items():
            if value.range is not None:
                yield name, key, *value.range, CONDITIONS[key].meaning
        for organisation, values in country.organisations.items():
            for key, condition in ORGANISATION_CONDITIONS.items():
                value = getattr(values, key)
                if value is not None and value.range is not None:
                    yield name, f"organisations.{organisation}.{key}", *value.range, condition.meaning
    for event in scenario.outside:
        if event.spread > 0.0:
            meaning = "strength of the outside event beside the scenario's"
            yield event.country, event_key(event), 1.0 - event.spread, 1.0 + event.spread, meaning
