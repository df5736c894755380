"""Points: the factors of a design made definite, and the sample of their levels that is lived.

A factor turns one number into settings; a point is one number for each factor. Full designs are never laid out in
memory; samples of ranges are SALib's, drawn from the sampling's own seed and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.experiments.extras import need

if TYPE_CHECKING:
    from thermidor.experiments.design import Design, Factor, Sampling
    from thermidor.rules.registry import Registry
    from thermidor.scenarios import Scenario

Floats = NDArray[np.float64]
Draws = dict[tuple[str, str], float]
MOST_POINTS = 1_000_000
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
    """One factor: its span (or its levels), whether it is sampled by its logarithm, and what a number of it asks."""

    name: str
    low: float
    high: float
    ask: Callable[[float, Settings], None]
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

    def __len__(self) -> int:
        if self.matrix is not None:
            return len(self.matrix)
        return int(np.prod([len(levels) for levels in self.levels], dtype=np.int64)) if self.factors else 1

    def __getitem__(self, point: int) -> tuple[float, ...]:
        """The numbers of a point, one a factor; the last factor changes fastest."""
        if self.matrix is not None:
            return tuple(float(x) for x in self.matrix[point])
        places = np.unravel_index(point, [len(levels) for levels in self.levels]) if self.factors else ()
        return tuple(levels[int(place)] for levels, place in zip(self.levels, places, strict=True))

    def table(self, points: NDArray[np.int64]) -> Floats:
        """The numbers of many points [points, factors]."""
        if self.matrix is not None:
            return self.matrix[points]
        if not self.factors:
            return np.zeros((len(points), 0))
        places = np.unravel_index(points, [len(levels) for levels in self.levels])
        return np.stack([np.asarray(every)[place] for every, place in zip(self.levels, places, strict=True)], axis=1)

    def settings(self, point: int) -> Settings:
        """What a point asks."""
        asked = Settings()
        for factor, number in zip(self.factors, self[point], strict=True):
            factor.ask(number, asked)
        return asked


def points_of(design: Design, scenario: Scenario, registry: Registry) -> Points:
    """Lay out the points of a design over its base scenario. Raises InputError for what can't be varied."""
    factors = tuple(varied for name, f in design.factors.items() for varied in _varied(name, f, scenario, registry))
    names = [factor.name for factor in factors]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"'{twice[0]}' is varied twice", "factors", "one of the two would be ignored", "keep one")
    if design.sampling.method == "full":
        points = Points(factors)
        _few_enough(len(points))
        return points
    return Points(factors, _sampled(factors, design.sampling))


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
    return np.where(log, np.exp(np.where(log, matrix, 0.0)), matrix)


def _few_enough(points: int) -> None:
    if points > MOST_POINTS:
        why = f"it has {points:,} points, and at most {MOST_POINTS:,} can be lived"
        raise InputError("the design is too large", "factors", why, "give fewer levels, or another sampling")


def _varied(name: str, factor: Factor, scenario: Scenario, registry: Registry) -> Iterator[Varied]:
    """The factors that one entry of a design stands for."""
    where = f"factors.{name}"
    if factor.every == "rules":
        yield from _every_rule(factor, registry)
    elif factor.every == "starts":
        yield from _every_start(factor, scenario)
    elif factor.switch is not None:
        for mechanism in factor.switch:
            if registry.find(mechanism, where).off is None:
                known = ", ".join(registry.mechanisms[:8])
                raise InputError(f"'{mechanism}' can't be switched off", where, "it is a magnitude", f"such as {known}")
        yield Varied(name, 0.0, 1.0, _switched(factor.switch), (1.0, 0.0), unit="1 on, 0 off", meaning=factor.meaning)
    else:
        levels = factor.values or _levels(factor)
        low, high = factor.range or (min(levels), max(levels))
        log = factor.scale == "log"
        unit, meaning = factor.unit, factor.meaning
        if factor.rule is not None:
            rule = registry.find(factor.rule, where)
            unit, meaning = unit or rule.unit, meaning or rule.meaning
        yield Varied(name, low, high, _asking(factor, low, high), levels or None, log, unit, meaning)


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
        if factor.rule is not None:
            asked.rules[factor.rule] = number
        if factor.set is not None:
            asked.set[factor.set] = number
        part = np.log(number / low) / np.log(high / low) if factor.scale == "log" else (number - low) / (high - low)
        for key, (start, end) in factor.along.items():
            asked.set[key] = float(start + (end - start) * part)

    def ask_one(number: float, asked: Settings) -> None:
        (asked.set if factor.set is not None else asked.rules)[str(factor.set or factor.rule)] = number

    return ask if factor.along else ask_one


def _switched(mechanisms: tuple[str, ...]) -> Callable[[float, Settings], None]:
    def ask(number: float, asked: Settings) -> None:
        if number == 0.0:
            asked.without.extend(mechanisms)

    return ask


def _every_rule(factor: Factor, registry: Registry) -> Iterator[Varied]:
    """Every rule over its range, or over so much of it about its default."""

    def asking(name: str) -> Callable[[float, Settings], None]:
        return lambda number, asked: asked.rules.__setitem__(name, number)

    for rule in (registry[name] for name in registry.names):
        low, high = rule.low, rule.high
        if factor.within is not None:
            half = factor.within * (abs(rule.value) or high - low)
            low, high = max(low, rule.value - half), min(high, rule.value + half)
        if low < high:
            yield Varied(rule.name, low, high, asking(rule.name), unit=rule.unit, meaning=rule.meaning)


def _every_start(factor: Factor, scenario: Scenario) -> Iterator[Varied]:
    """Every number of the scenario that a member draws: conditions, organisations, strength of outside events.

    A number of such a factor takes the place of the draw, so that groups that sum to one stay whole.
    """
    for country, key, low, high, meaning in _drawn(scenario):
        if factor.within is not None:
            middle = (low + high) / 2.0
            half = min(factor.within * abs(middle), (high - low) / 2.0)
            span = (middle - half, middle + half)
        else:
            span = (low, high)
        if span[0] < span[1]:
            name = f"{country}.{key}"
            yield Varied(name, *span, _drawing((country, key), low, high), unit="", meaning=meaning)


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
                if value.range is not None:
                    yield name, f"organisations.{organisation}.{key}", *value.range, condition.meaning
    for event in scenario.outside:
        if event.spread > 0.0:
            meaning = "strength of the outside event beside the scenario's"
            yield event.country, event_key(event), 1.0 - event.spread, 1.0 + event.spread, meaning
