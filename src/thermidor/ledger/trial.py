"""Living a trial: both arms under a seed, under other seeds, without its mechanism and under draws of the rules.

What is lived is kept under a name made of all that it depends on (`gallery.live`): a second asking takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.gallery.live import Ask, Told, live
from thermidor.gallery.measure import measured
from thermidor.gallery.predicates import Lived
from thermidor.gallery.starts import Rules, read_draws, scenario_of
from thermidor.ledger.entry import Arm, Trial, shipped
from thermidor.runs.ensemble import NO_OUTSIDE

if TYPE_CHECKING:
    from thermidor.gallery.rows import Start
    from thermidor.scenarios import Scenario

Floats = NDArray[np.float64]
SPREAD = 0.2
"""Assumed starts are drawn so far to either side."""
NEAR = 0.2
"""Plausible draws of the rules lie within this share of their values."""
POSTERIOR = Path(__file__).parent.parent / "fitting" / "posterior.csv"


@dataclass(frozen=True)
class Sizes:
    """How much is lived: members of an arm, citizens; draws of the rules, pairs of each, citizens of these."""

    replicates: int = 100
    citizens: int = 1_000
    draws: int = 40
    pairs: int = 6
    few: int = 400
    seed: int = 1


@dataclass(frozen=True)
class Bench:
    """How trials are lived: sizes, rules of a theory, cores, where kept, who is told, what stops them."""

    sizes: Sizes = Sizes()
    rules: Mapping[str, float] = field(default_factory=dict)
    cores: int = 1
    kept: Path | None = None
    told: Told | None = None
    cancel: Event | None = None
    simulate: Callable[..., Any] | None = None


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured [run]: `first` in the base; `second` in the changed arm, or beside, or nothing."""

    first: Floats
    second: Floats | None = None


@dataclass(frozen=True, eq=False)
class Tried:
    """A trial's numbers under the seed, under another, without its mechanism (None: no switch), and draw by draw."""

    trial: Trial
    own: Numbers
    again: Numbers
    without: Numbers | None
    by_draw: tuple[Numbers, ...]


def tried(trial: Trial, bench: Bench) -> Tried:
    """Live a trial in all the ways by which it is judged. Raises InputError before any work, or Interrupted."""
    sizes = bench.sizes
    whole = sizes.replicates, sizes.citizens
    rules = [dict(bench.rules)]
    draws = plausible(sizes.draws, sizes.seed, bench.rules)
    return Tried(
        trial,
        _numbers(trial, bench, rules, sizes.seed, *whole),
        _numbers(trial, bench, rules, sizes.seed + 1, *whole),
        _numbers(trial, bench, rules, sizes.seed, *whole, off=trial.off) if trial.off else None,
        _by_draw(_numbers(trial, bench, draws, sizes.seed, sizes.pairs, sizes.few), len(draws)),
    )


def own_numbers(trial: Trial, bench: Bench) -> Numbers:
    """What a trial measures under the rules as they are, and no more."""
    return _numbers(trial, bench, [dict(bench.rules)], bench.sizes.seed, bench.sizes.replicates, bench.sizes.citizens)


def members(trial: Trial, sizes: Sizes) -> int:
    """How many members a trial lives."""
    return len(trial.arms) * (sizes.replicates * (3 if trial.off else 2) + sizes.draws * sizes.pairs)


def _numbers(
    trial: Trial,
    bench: Bench,
    rules: Sequence[Rules],
    seed: int,
    replicates: int,
    citizens: int,
    off: tuple[str, ...] = (),
) -> Numbers:
    found = [_lived(trial, arm, bench, rules, seed, replicates, citizens, off) for arm in trial.arms]
    first = measured(trial.base.measure, found[0])
    if trial.changed is not None:
        return Numbers(first, measured(trial.changed.measure, found[1]))
    return Numbers(first, measured(trial.beside, found[0]) if trial.beside is not None else None)


def _lived(
    trial: Trial,
    arm: Arm,
    bench: Bench,
    rules: Sequence[Rules],
    seed: int,
    replicates: int,
    citizens: int,
    off: tuple[str, ...],
) -> Lived:
    months, kept = _span(trial, arm)
    off = tuple(dict.fromkeys((*off, *(name for name in arm.start.without if name != NO_OUTSIDE))))
    left = tuple({name: value for name, value in draw.items() if name not in off} for draw in rules)
    ask = Ask(_scenario(arm.start, months), months, left, replicates, citizens, seed, kept, off)
    means: dict[str, Any] = {"cores": bench.cores, "kept": bench.kept, "told": bench.told, "cancel": bench.cancel}
    return live(ask, **means, simulate=bench.simulate, only=trial.variables)


_MADE: dict[tuple[str, int], Scenario] = {}


def _scenario(start: Start, months: int) -> Scenario:
    """A start's scenario, made once."""
    place = (repr(start), months)
    if place not in _MADE:
        _MADE[place] = scenario_of(start, months, SPREAD)
    return _MADE[place]


def _span(trial: Trial, arm: Arm) -> tuple[int, tuple[str, ...]]:
    """How long a start is lived and what is kept of it: all that any shipped trial asks, so that it is lived once."""
    months, variables = arm.months, set(trial.variables)
    for other in (other for entry in shipped() for other in entry.trials):
        if any(each.start == arm.start for each in other.arms):
            months = max(months, *(each.months for each in other.arms if each.start == arm.start))
            variables |= other.variables
    return months, tuple(sorted(variables))


def plausible(count: int, seed: int, fixed: Mapping[str, float]) -> tuple[Rules, ...]:
    """Draws of the rules near their values: a draw of the fit that ships, and the others uniform within NEAR of theirs.

    Rules of a theory (`fixed`) stay, and what the fit found under the chapter's is not used for another theory.
    """
    return _plausible(count, seed, tuple(sorted(fixed.items())))


@cache
def _plausible(count: int, seed: int, own_rules: tuple[tuple[str, float], ...]) -> tuple[Rules, ...]:
    from thermidor.rules import load_rules
    from thermidor.scenarios.resolved import unit_draw

    registry, found, fixed = load_rules(), list[Rules](), dict(own_rules)
    fit = read_draws(POSTERIOR) if POSTERIOR.is_file() and not fixed else [{}]
    for d in range(count):
        own = dict(fixed) | fit[d % len(fit)]
        for name, rule in registry.items():
            if rule.rival or name in own:
                continue
            low, high = (max(rule.low, (1 - NEAR) * rule.value), min(rule.high, (1 + NEAR) * rule.value))
            if low < high:
                own[name] = low + (high - low) * unit_draw(seed, d, "plausible", name)
        found.append(own)
    return tuple(found)


def _by_draw(numbers: Numbers, draws: int) -> tuple[Numbers, ...]:
    if not draws:
        return ()
    first = np.split(numbers.first, draws)
    second = [None] * draws if numbers.second is None else np.split(numbers.second, draws)
    return tuple(Numbers(a, b) for a, b in zip(first, second, strict=True))
