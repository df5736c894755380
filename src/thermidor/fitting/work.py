"""A fit in order: what is asked is checked, rules are chosen, draws are searched, a point is picked, all is told.

found = fit(load_targets(), Wish(budget=400, out=Path("runs/fit")))
found.point
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.fitting import abc, screen
from thermidor.fitting.evaluate import LOG, Evaluator, Found, Means, Sizes
from thermidor.fitting.targets import CHECK, FIT, SEALED, Targets
from thermidor.gallery.starts import Rules
from thermidor.rules import load_rules
from thermidor.theories import DEFAULT, MOST_FREE, Theory

Floats = NDArray[np.float64]
BUDGET = 2_000
POPULATION = 8
"""Share of the budget that a population is: one part in so many."""
EACH = 8
"""Draws of a population for each free rule, at least."""
LEAST_BUDGET = 40
LUCK = 8
"""Other seeds on which the rules as they are are lived, to see how far chance moves their distance."""
CONFIRMED = 8
"""Draws of the posterior, the nearest and the medoid among them, that are tried for the point."""
AGAIN = 6
"""So many times the replicates for these, on another seed."""
DIGITS = 4
"""Digits of a point's values: as many as the registry's."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a fit; the budget is that of the search, a screening comes on top and is alike for all theories.

    rules   the free rules; none: chosen by screening, `free` of them
    """

    theory: Theory = field(default_factory=lambda: Theory(DEFAULT, "", ""))
    rules: tuple[str, ...] = ()
    free: int = MOST_FREE
    budget: int = BUDGET
    sizes: Sizes = field(default_factory=Sizes)
    cores: int = 1
    out: Path | None = None

    def population(self, rules: int) -> int:
        """Draws of a generation's population: enough for a kernel over so many rules, and no more than the budget."""
        return min(max(self.budget // POPULATION, EACH * rules), self.budget)


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    rules      free rules, in order; low, high: their ranges
    luck       how far chance alone moves a distance
    searched   all draws in the unit cube of the ranges, with distances and weights
    point      the values of the free rules that the fit ships, `picked` the place of their draw
    told       the check table: distances of targets before and after
    """

    wish: Wish
    targets: Targets
    effects: tuple[screen.Effect, ...]
    rules: tuple[str, ...]
    low: Floats
    high: Floats
    luck: float
    searched: abc.Population
    point: Rules
    picked: int
    before: Found
    after: Found

    @property
    def values(self) -> Floats:
        """The draws as values of the rules [draw, rule]."""
        return self.low + (self.high - self.low) * self.searched.points

    @property
    def kept(self) -> NDArray[np.int64]:
        """Places of the posterior's draws."""
        return np.flatnonzero(self.searched.weights > 0.0)


def checked(wish: Wish, targets: Targets) -> Wish:
    """The wish, if it can be carried out; the theory's rules are those under which it is lived. Raises InputError."""
    if not 1 <= wish.free <= MOST_FREE:
        what = f"{wish.free} rules are to be free"
        raise InputError(what, "--free", f"at least one and at most {MOST_FREE} may be", "the fewer, the more it says")
    if wish.budget < LEAST_BUDGET:
        raise InputError(f"the budget is {wish.budget}", "--budget", f"at least {LEAST_BUDGET} evaluations are needed")
    registry, named = load_rules(), wish.rules
    if len(named) > MOST_FREE:
        raise InputError(f"{len(named)} rules are to be free", "--free-rules", f"at most {MOST_FREE} may be")
    for nth, name in enumerate(named):
        rule, where = registry.find(name, "--free-rules"), f"--free-rules {name}"
        if name in named[:nth]:
            raise InputError(f"'{name}' is named twice", where, "", "name it once")
        if rule.high <= rule.low:
            raise InputError(f"'{name}' has one value", where, f"its range is {rule.low:g} to {rule.high:g}")
        if name in wish.theory.rules and name not in wish.theory.free:
            why = f"the theory {wish.theory.name} sets it, and does not name it among those that may move"
            raise InputError(f"'{name}' can't be free", where, why, "leave it out, or take another theory")
        if rule.rival and name not in wish.theory.rules:
            raise InputError(f"'{name}' can't be free", where, "it is a mechanism of another theory, and off here")
    if not targets.fitted:
        raise InputError("no target is marked 'fit'", "targets", "there is nothing to search by")
    return replace(wish, sizes=replace(wish.sizes, theory=dict(wish.theory.rules)))


def evaluations(wish: Wish) -> dict[str, int]:
    """How many evaluations each stage takes, about."""
    first = {} if wish.rules else {"screening": screen.evaluations(screen.candidates(wish.theory.rules))}
    return {"luck": LUCK, **first, "search": wish.budget, "point": AGAIN * (CONFIRMED + 4)}


def probe(targets: Targets, wish: Wish) -> tuple[int, float]:
    """Members of an evaluation, and seconds that it takes; nothing is kept. Raises InputError."""
    import time

    far = Evaluator(targets, targets.fitted, wish.sizes, Means(wish.cores))
    far([{}])  # compiles
    began = time.perf_counter()
    registry = load_rules()
    names = screen.candidates(wish.theory.rules)[:2]
    far([{name: registry[name].low} for name in names])
    return far.members, (time.perf_counter() - began) / len(names)


def fit(
    targets: Targets,
    wish: Wish,
    *,
    told: Callable[[int, int], None] | None = None,
    cancel: Event | None = None,
    simulate: Callable[..., Any] | None = None,
) -> Fit:
    """Fit few rules to targets. Sealed targets are not lived. What has been lived is kept in `wish.out`.

    told: (members done, members in all, about). Raises InputError before any work, Interrupted when stopped.
    """
    wish = checked(wish, targets)
    done, total = [0], [0]

    def tell(members: int) -> None:
        done[0] += members
        if told is not None:
            told(done[0], max(total[0], done[0]))

    log = None if wish.out is None else wish.out / LOG
    means = Means(wish.cores, tell, cancel, simulate, log)
    far = Evaluator(targets, targets.fitted, wish.sizes, means)
    total[0] = far.members * sum(evaluations(wish).values())
    luck = chance_moves(targets, wish, means)
    effects: tuple[screen.Effect, ...] = ()
    rules = wish.rules
    if not rules:
        names = screen.candidates(wish.theory.rules)
        effects = screen.screened(lambda draws: far(draws).total, names, wish.free, wish.sizes.seed)
        rules = tuple(effect.name for effect in effects if effect.free)
    registry = load_rules()
    low, high = (np.array([getattr(registry[name], end) for name in rules], np.float64) for end in ("low", "high"))

    def draws_at(points: Floats) -> list[Rules]:
        values = np.clip(low + (high - low) * points, low, high)
        return [dict(zip(rules, row.tolist(), strict=True)) for row in values]

    size, seed = wish.population(len(rules)), wish.sizes.seed
    searched = abc.search(lambda points: far(draws_at(points)).total, len(rules), wish.budget, size, seed, luck)
    tried = _tried(searched)
    rounded = [{n: _rounded(v, n) for n, v in draw.items()} for draw in draws_at(searched.points[tried])]
    again = replace(wish.sizes, replicates=AGAIN * wish.sizes.replicates, seed=wish.sizes.seed + 1)
    confirmed = Evaluator(targets, targets.fitted, again, means)(rounded).total
    best = int(confirmed.argmin())
    before, after = check_table(targets, [{}, rounded[best]], again, means)
    return Fit(wish, targets, effects, rules, low, high, luck, searched, rounded[best], int(tried[best]), before, after)


def chance_moves(targets: Targets, wish: Wish, means: Means) -> float:
    """The standard deviation of the distance of the rules as they are over seeds: what is less is but luck."""
    seeds = [wish.sizes.seed + nth for nth in range(2, LUCK + 2)]
    each = [Evaluator(targets, targets.fitted, replace(wish.sizes, seed=seed), means) for seed in seeds]
    return float(np.std([far([{}]).total[0] for far in each], ddof=1))


def check_table(
    targets: Targets, draws: Sequence[Rules], sizes: Sizes, means: Means, *, sealed: bool = False
) -> list[Found]:
    """The distances of each draw from all targets; from the sealed ones too only where that is spelled out."""
    marks = (FIT, CHECK, SEALED) if sealed else (FIT, CHECK)
    found = Evaluator(targets, targets.of(*marks), sizes, means)(draws)
    return [Found(found.names, found.distances[[d]], found.found[[d]], found.total[[d]]) for d in range(len(draws))]


def _tried(searched: abc.Population) -> NDArray[np.int64]:
    """Draws of the posterior that are tried for the point: the medoid, and the nearest."""
    own = np.flatnonzero(searched.weights > 0.0)
    near = own[np.argsort(searched.distances[own], kind="stable")]
    return np.array(list(dict.fromkeys([abc.medoid(searched.points, searched.weights), *near.tolist()]))[:CONFIRMED])


def _rounded(value: float, name: str) -> float:
    """A value with as many digits as the registry writes, inside its range."""
    rule = load_rules()[name]
    return min(max(float(f"{value:.{DIGITS}g}"), rule.low), rule.high)
