"""Living the members: small ensembles straight from the driver, on threads, with common random numbers.

A member is (seed, replicate): whatever is changed (a rule, a condition, a state), the same member meets the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from thermidor.rules import load_rules
from thermidor.runs.simulate import advance, begin, simulate, unpack
from thermidor.scenarios import Scenario, resolve
from validation.sample import COLUMNS, KEPT, Sample

T = TypeVar("T")
State = dict[str, Any]
Change = Callable[[Scenario, int], Scenario]


@dataclass(frozen=True)
class Plan:
    """How much is run: seed, members, citizens of the first country and of each other one, draws of rules, threads."""

    seed: int = 1
    replicates: int = 60
    citizens: int = 2_000
    surroundings: int = 500
    draws: int = 200
    threads: int = 2
    small: bool = False

    def sizes(self, countries: Iterable[str]) -> dict[str, int | str]:
        """Return the citizens of each country: all but the first have those of the surroundings."""
        return {name: self.surroundings if place else self.citizens for place, name in enumerate(countries)}


def each(work: Callable[[int], T], members: Iterable[int], threads: int) -> list[T]:
    """Do the work for every member, in their order; compiled months release the interpreter's lock."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, members))


def rules_of(changed: Mapping[str, float] | None = None, without: Iterable[str] = ()) -> NDArray[Any]:
    """Return the record of rules, some changed, some mechanisms off. Raises InputError for what does not exist."""
    registry = load_rules()
    return registry.record(registry.values(changed, without))


def live(
    scenario: Scenario,
    plan: Plan,
    *,
    rules: NDArray[Any] | None = None,
    months: int | None = None,
    change: Change | None = None,
) -> Sample:
    """Live all members of a scenario and return the sample of its first country.

    `change` makes each member's own scenario out of the common one (for conditions drawn beyond their ranges).
    """
    record = rules_of() if rules is None else rules

    def member(k: int) -> NDArray[np.float32]:
        resolved = resolve(change(scenario, k) if change else scenario, plan.seed, k)
        sizes = plan.sizes(resolved.countries)
        run = simulate(resolved, record, seed=plan.seed, replicate=k, citizens=sizes, months=months)
        return kept(run.series)

    values = each(member, range(plan.replicates), plan.threads)
    return sample_of(values, scenario.start)


def kept(series: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the kept variables of the first country, float32 [month, variable]."""
    return series[:, 0, COLUMNS].astype(np.float32)


def sample_of(values: list[NDArray[np.float32]], start: str) -> Sample:
    """Return members' kept variables as a sample that begins at `start`."""
    return Sample(np.stack(values), KEPT, np.datetime64(start, "M"))


def first_state(scenario: Scenario, plan: Plan, k: int, rules: NDArray[Any] | None = None) -> State:
    """Return member k's state before its first month, ready for `go_on`."""
    resolved = resolve(scenario, plan.seed, k)
    record = rules_of() if rules is None else rules
    return begin(resolved, record, seed=plan.seed, replicate=k, citizens=plan.sizes(resolved.countries))


def go_on(state: State, month: str) -> NDArray[np.float32]:
    """Advance a state in place up to (not including) `month` (YYYY-MM); returns the kept variables of these months."""
    first = np.datetime64(state["first_month"], "M").astype(np.int64) + state["month"]
    return kept(advance(state, int(np.datetime64(month, "M").astype(np.int64) - first)))


def branch(packed: State) -> State:
    """Return a fresh state of a packed one: any number of branches can start from the same month."""
    return unpack(packed)
