"""The members of a run: the same scenario lived many times, each with draws of its own, on all cores.

Every draw is keyed by seed and replicate, never by order, so member k has the same bits alone, in a
batch, and on any number of threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import isnan
from numbers import Real
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError, RunError, nearest
from thermidor.runs import CITIZENS, MOST_CITIZENS, halfway, store
from thermidor.runs import manifest as manifests
from thermidor.runs.engines import Engine, check_engine, rules_code
from thermidor.runs.engines import told as engine_told
from thermidor.runs.members import LiveOne, Progress, live_all
from thermidor.runs.result import Result

if TYPE_CHECKING:
    from thermidor.scenarios import Resolved, Scenario
    from thermidor.theories import Theory

MOST_REPLICATES = 1_000_000
"""More are taken for a slip of the pen: at 10 MB a member no common disk would hold them."""
LAST_REPLICATE = 2**63 - 1
"""The store keeps their numbers as int64."""
NO_OUTSIDE = "outside"
"""`without=("outside",)`: all outside events removed."""

Citizens = int | Mapping[str, int | str]


class Member(Protocol):
    """What `simulate` returns of one member."""

    @property
    def series(self) -> NDArray[np.float64]:
        """[month, country, variable]"""


def run(
    scenario: str | Path | Scenario,
    *,
    replicates: int = 1,
    replicate: int | range | None = None,
    citizens: Citizens | None = None,
    months: int | None = None,
    seed: int = 1,
    set: Mapping[str, float] | None = None,
    rules: Mapping[str, float] | None = None,
    without: str | Iterable[str] = (),
    theory: str | Path | Theory | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    force: bool = False,
    cancel: Event | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    simulate: Callable[..., Member] | None = None,
    engine: Engine | None = None,
) -> Result:
    """Run a scenario (library name, path or `Scenario`) and return its result.

    replicates  how many members: replicates 0 to N-1, each with draws of its own
    replicate   only this member, or these (a range); they have the bits they have in the batch
    citizens    how many are simulated in each country, or {country: number or "all"}
    months      only the first so many months
    seed        one number behind every draw
    set         {"country.key": value}: conditions in place of the scenario's
    rules       {name: value}: rules in place of the theory's and the registry's defaults
    without     mechanisms switched off (one name, or several); "outside" removes all outside events
    theory      name of a shipped theory, or a YAML file: an overlay on the rules, which `rules` and `without` beat
    threads     how many cores to use (all)
    progress    called about ten times a second, see `Progress`
    out, force  folder to keep the run in; `force` replaces a run that is kept there
    cancel      event that stops the run, as Ctrl-C does
    checkpoint_every, resume  save every member's state after so many months, beside the unfinished run in `out`; and
                go on with the run that was stopped or killed there, with the same bits
    simulate    another driver of the months, with the arguments of `thermidor.runs.simulate.simulate`
    engine      another package's months in place of ours, with the arguments of `thermidor.month.months`, marked by
                `thermidor.jit.covering`

    Raises InputError before any work is done, or where the citizens drawn for a member are too few to begin with;
    RunError, naming the replicate, if a member fails; Interrupted on Ctrl-C or `cancel`, when every member has ended
    its slice of months. Nothing but checkpoints is kept of a run that has not ended.
    """
    began = time.perf_counter()
    at_least("seed", seed, 0, none=False)
    at_least("threads", threads, 1)
    seed = int(seed)
    job = _prepare(scenario, _members(replicates, replicate), citizens, months, seed, set, rules, without, theory)
    told = job.told
    if engine is not None:
        check_engine(engine)
        told = {**told, "rules_code": rules_code(engine), "engine": engine_told(engine)}
    if (resume or checkpoint_every is not None) and out is None:
        raise InputError("checkpoints need a folder", "checkpoint_every, resume", mend="give `out` (--out DIR)")
    at_least("checkpoint_every", checkpoint_every, 1)
    cores = threads or manifests.cores()
    at_once = 1 if _everyone(job.citizens) else min(cores, len(job.axes.runs))

    def manifest() -> dict[str, Any]:
        return manifests.describe(**told, seed=seed, seconds=time.perf_counter() - began)

    def ready() -> LiveOne:
        kept = None
        if out is not None and (resume or checkpoint_every is not None):
            kept = halfway.begin(out, checkpoint_every, manifest(), resume=resume)
        live = simulate or _simulate()
        live = live if engine is None else partial(live, engine=engine)
        return partial(_live_one, job, live, max(1, cores // at_once), kept)

    place: dict[str, Any] = {"out": out, "force": force, "resume": resume}
    return live_all(job.axes, ready, at_once, manifest, progress=progress, cancel=cancel, **place)


@dataclass(frozen=True)
class _Job:
    """What is run, checked before any work: scenario as lived, rules, sizes, axes, and what the manifest says."""

    scenario: Scenario
    first: Resolved
    seed: int
    rules: NDArray[Any]
    citizens: Citizens
    axes: store.Axes
    told: dict[str, Any]

    @property
    def months(self) -> int:
        return len(self.axes.months)


def _prepare(
    scenario: str | Path | Scenario,
    members: tuple[int, ...],
    citizens: Citizens | None,
    months: int | None,
    seed: int,
    changed: Mapping[str, float] | None,
    rules: Mapping[str, float] | None,
    without: str | Iterable[str],
    theory: str | Path | Theory | None,
) -> _Job:
    """Load and check everything that can be wrong. Raises InputError."""
    from thermidor.rules import load_rules
    from thermidor.scenarios import load_scenario, resolve, scenario_text
    from thermidor.theories import load_theory

    without, changed, rules = names_of(without), numbers_of("set", changed), numbers_of("rules", rules)
    lived = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    if not hasattr(lived, "without_outside"):
        mend = "give a name of the library, the path of a file, or what `load_scenario` returns"
        raise InputError(f"a {type(lived).__name__} can't be run", "scenario", "it is no scenario", mend)
    lived = lived.overlay(changed) if changed else lived
    lived = lived.without_outside() if NO_OUTSIDE in without else lived
    registry, school = load_rules(), load_theory(theory)
    values = registry.values(rules, [name for name in without if name != NO_OUTSIDE], school.rules)
    first = resolve(lived, seed, members[0])
    months = _months(months, first.months)
    citizens = _citizens(CITIZENS if citizens is None else citizens, first.countries)
    axes = store.Axes(members, first.first_month.astype("datetime64[M]") + np.arange(months), first.countries)
    told = {
        "scenario": lived.model_dump(mode="json", by_alias=True, exclude_none=True),
        "text": scenario_text(lived),
        "rules": values,
        "rules_code": rules_code(),
        "theory": school.told,
        "overrides": {"set": changed, "rules": rules, "without": list(without)},
        "replicates": members,
        "citizens": citizens,
        "months": months,
    }
    return _Job(lived, first, seed, registry.record(values), citizens, axes, told)


def _live_one(
    job: _Job,
    live: Callable[..., Member],
    threads: int,
    kept: halfway.Halfway | None,
    k: int,
    on_year: Callable[[int, int], None],
    stop: Event,
) -> NDArray[np.float32]:
    """Live member k, from its checkpoint if it has one; an error names it."""
    from thermidor.scenarios import resolve

    resolved = job.first if k == job.axes.runs[0] else resolve(job.scenario, job.seed, k)
    sizes: dict[str, Any] = {"citizens": job.citizens, "months": job.months, "threads": threads}
    if kept is not None:
        sizes["so_far"] = kept.member(k)
    try:
        done = live(resolved, job.rules, seed=job.seed, replicate=k, on_year=on_year, cancel=stop, **sizes)
    except RunError as error:
        why = f"{error.why} in replicate {k}"
        raise RunError(error.country, error.step, error.variable, error.month, why) from error
    return done.series.astype(np.float32)


def _members(replicates: int, replicate: int | range | None) -> tuple[int, ...]:
    at_least("replicates", replicates, 1, none=False)
    if isinstance(replicate, range):
        at_least("replicate", replicate.start, 0, LAST_REPLICATE)
        at_least("replicate", len(replicate), 1, MOST_REPLICATES)
        return tuple(replicate)
    at_least("replicate", replicate, 0, LAST_REPLICATE)
    if replicate is None:
        if replicates > MOST_REPLICATES:
            why = f"at most {MOST_REPLICATES:,} members can be kept in one run"
            raise InputError(f"replicates can't be {replicates}", where="replicates", why=why, mend="ask for fewer")
        return tuple(range(replicates))
    if 1 < replicates <= replicate:
        why = f"a batch of {replicates} has the members 0 to {replicates - 1}"
        raise InputError(f"there is no replicate {replicate}", where="replicate", why=why, mend="give one of these")
    return (int(replicate),)


def at_least(name: str, value: object, least: int, most: int | None = None, *, none: bool = True) -> None:
    if value is None and none:
        return
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):  # type: ignore[operator]
        mend = f"give a whole number of at least {least}" + ("" if most is None else f", at most {most}")
        raise InputError(f"{name} can't be {_shown(value)}", where=name, mend=mend)


def names_of(without: object) -> tuple[str, ...]:
    """The mechanisms asked to be switched off, each once; a single name stands for itself."""
    if isinstance(without, str):
        return (without,)
    mend = "give names of mechanisms, such as ['outside']"
    if not isinstance(without, Iterable):
        raise InputError(f"without can't be {_shown(without)}", where="without", why="it is no list", mend=mend)
    names = tuple(without)
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"without can't hold {_shown(name)}", where="without", why="it is no name", mend=mend)
    return tuple(dict.fromkeys(names))


def numbers_of(what: str, asked: object) -> dict[str, float]:
    """What is asked as {name: number}; whether there is such a name, and its range, is for others to say."""
    mend = 'give {"name": number}, such as {"famine": 0.5}' if what == "rules" else 'give {"country.key": number}'
    if asked is None:
        return {}
    if not isinstance(asked, Mapping):
        raise InputError(f"{what} can't be {_shown(asked)}", where=what, why="it names no values", mend=mend)
    found: dict[str, float] = {}
    for name, value in asked.items():
        if not isinstance(name, str):
            raise InputError(f"{what} can't hold {_shown(name)}", where=what, why="it is no name", mend=mend)
        number = float("nan")
        with suppress(OverflowError):
            number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else number
        if not isinstance(value, float | np.floating) and isnan(number):
            raise InputError(f"{name[:80]} can't be {_shown(value)}", f"{what}: {name[:80]}", "it is no number", mend)
        found[name] = number
    return found


def _shown(value: object) -> str:
    """A value as it is written, cut where it is long."""
    try:
        return f"{value!r:.80}"
    except ValueError:  # a whole number of thousands of figures
        return f"so long a {type(value).__name__}"


def _months(asked: int | None, there_are: int) -> int:
    at_least("months", asked, 1)
    if asked is not None and asked > there_are:
        why = f"the scenario has {there_are} months"
        mend = "ask for fewer, or move the scenario's end"
        raise InputError(f"months can't be {asked}", where="months", why=why, mend=mend)
    return there_are if asked is None else int(asked)


def _citizens(asked: Citizens, countries: tuple[str, ...]) -> Citizens:
    if not isinstance(asked, Mapping):
        at_least("citizens", asked, 1, MOST_CITIZENS)
        return int(asked)
    for country, number in asked.items():
        if country not in countries:
            mend = nearest(country, countries) or f"give one of: {', '.join(countries)}"
            raise InputError(f"the scenario has no country '{country}'", where="citizens", mend=mend)
        if number != "all":
            at_least(f"citizens of {country}", number, 1, MOST_CITIZENS, none=False)
    numbers = {country: asked.get(country, CITIZENS) for country in countries}
    return {country: number if isinstance(number, str) else int(number) for country, number in numbers.items()}


def _everyone(citizens: Citizens) -> bool:
    """Say whether a whole country is simulated: then members come one at a time, for memory's sake."""
    return isinstance(citizens, Mapping) and "all" in citizens.values()


def _simulate() -> Callable[..., Member]:
    from thermidor.runs.simulate import simulate

    return simulate
