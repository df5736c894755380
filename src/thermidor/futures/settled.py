"""The point of no return: how probable an outcome is, given the state that a member has come to, month by month.

From the exact state of each member at every grid month many futures are lived with fresh draws (see
`thermidor.futures.branch`); the share of them in which the outcome is held in some month up to the last one is the
probability at that month. A member that has reached it has 1. Two curves are drawn on the same draws of chance:

    dated   outside events come as the member has them
    quiet   from that month on they come no more: where this curve is high, the past has settled the outcome by itself

The mean of `dated` over all members is a martingale: in expectation it is flat, at the share of members that end with
the outcome. What informs is each member's own curve, and the two means over those that ended with and without it.

A future is lived no further than the outcome needs (see `thermidor.futures.watch`), with the same answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import RunError
from thermidor.futures.branch import Changes, change, changes_of, future
from thermidor.futures.watch import Bools, Codes, Series, Watch, watch_of
from thermidor.runs import manifest as manifests
from thermidor.runs.dates import month_among
from thermidor.runs.ensemble import at_least, names_of
from thermidor.runs.members import Progress, each_of, stopped_plainly
from thermidor.runs.simulate import advance, begin, pack, unpack
from thermidor.theories import Theory, load_theory

if TYPE_CHECKING:
    from thermidor.experiments.outcomes import Condition
    from thermidor.scenarios import Resolved, Scenario

Floats = NDArray[np.float64]
State = dict[str, Any]

DATED, QUIET = "dated", "quiet"
LEVELS = (0.5, 0.8, 0.95)
"""Probabilities whose passing for good is dated."""
FIRST, OTHERS = 2_000, 500
"""Citizens of the first country and of each other one, where nothing else is asked."""
EVERY = 3
"""Months between two grid months, where nothing else is asked."""
SLICE = 24
"""Months that futures are lived between two looks whether they have reached the outcome."""
RESAMPLES = 2_000


@dataclass(frozen=True, eq=False)
class Settled:
    """Probabilities of an outcome given the state.

    months   grid, from the first month on; the last is the month after the last that counts, where all is known
    curves   name -> probability [member, grid]
    ended    whether the outcome was held in the member itself [member]
    reached  month in which it first was [member], NaT where never
    about    what was asked, as plain JSON values
    """

    months: NDArray[np.datetime64]
    curves: dict[str, Floats]
    ended: Bools
    reached: NDArray[np.datetime64]
    about: dict[str, Any]

    def passed(self, curve: str, level: float) -> NDArray[np.int64]:
        """Place on the grid from which a member's curve stays at or above a level for good [member]; -1 for never."""
        return _for_good(self.curves[curve], level)

    def crossing(self, curve: str, level: float) -> Crossing:
        """When a curve passed a level for good: in the mean of all members, and member by member."""
        places = self.passed(curve, level)
        median = _median(places)
        again = np.array([_median(places[chosen]) for chosen in _resamples(len(places))])
        low, high = np.nanquantile(again, (0.025, 0.975)) if median >= 0.0 else (np.nan, np.nan)
        mean = int(_for_good(self.curves[curve].mean(axis=0, keepdims=True), level)[0])
        ever = (self.curves[curve] >= level).any(axis=1)
        start = float((places == 0).mean())
        back = float((ever & (places < 0)).mean())
        before = np.maximum(low - 1.0, 0.0)
        by_mean, by_half, since, until = (self._date(place) for place in (mean, median, before, high))
        return Crossing(level, by_mean, by_half, since, until, float((places >= 0).mean()), start, back)

    def _date(self, place: float) -> str | None:
        """The grid month at a place, None for no place."""
        return str(self.months[round(place)]) if place >= 0.0 else None

    def mean(self, curve: str, among: Bools | None = None) -> tuple[Floats, Floats, Floats]:
        """Mean of a curve over members, or some of them, and its 95% interval by bootstrap over members [grid]."""
        values = self.curves[curve] if among is None else self.curves[curve][among]
        again = np.array([values[chosen].mean(axis=0) for chosen in _resamples(len(values))])
        low, high = np.quantile(again, (0.025, 0.975), axis=0)
        return values.mean(axis=0), low, high


@dataclass(frozen=True)
class Crossing:
    """A level passed for good: grid months, by which it had happened, and shares of members.

    mean     month by which the mean of all members had passed it
    median   month by which half of the members that ever do had passed it, each by a curve of its own; few futures
             make it late, as chance throws an estimate below the level again
    low, high   95% interval of the median by bootstrap over members, and the month of the grid before, since what is
             passed by a grid month may have been passed at any time after the one before
    passed   share of members that pass it; from_start of those that stood there from the first month on; fell_back of
             those that stood there once and not at the end
    """

    level: float
    mean: str | None
    median: str | None
    low: str | None
    high: str | None
    passed: float
    from_start: float
    fell_back: float


def settled(
    scenario: str | Path | Scenario,
    outcome: str | Condition,
    *,
    by: str | None = None,
    country: str | None = None,
    members: int = 20,
    futures: int = 20,
    every: int = EVERY,
    citizens: int | Mapping[str, int | str] | None = None,
    seed: int = 1,
    without: tuple[str, ...] = ("outside",),
    theory: str | Path | Theory | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> Settled:
    """Estimate the probability of an outcome given the state, for some members of a scenario.

    outcome    a label of the lens, or a `Condition` (a variable below or at least at a level)
    by         last month that counts (YYYY-MM; the scenario's last)
    country    whose outcome it is (the first)
    members, futures, every  base members, futures of each at each grid month, months between two grid months
    citizens   as for `thermidor.run`; by default 2,000 in the first country and 500 in each other one
    without    what the futures of the curve `quiet` are without (as for `branch`); left empty, it is not drawn
    theory     as for `thermidor.run`

    Raises InputError before any work; RunError, naming the member; Interrupted.
    """
    began = time.perf_counter()
    for name, number in (("members", members), ("futures", futures), ("every", every)):
        at_least(name, number, 1, none=False)
    at_least("seed", seed, 0, none=False)
    at_least("threads", threads, 1)
    school = load_theory(theory)
    job = _job(scenario, outcome, by, country, citizens, seed, names_of(without), every, futures, school)
    cores = threads or manifests.cores()
    with stopped_plainly():
        lived = dict(each_of(members, lambda k, _, stop: _base(job, k, stop), cores, None, cancel))
        past = [lived[k] for k in range(members)]
        todo = [len(job.grid(job.watch.reached(codes))) * len(job.others) for _, codes in past]
        found = dict(
            each_of(members, lambda k, *tools: _member(job, k, *past[k], *tools), cores, progress, cancel, todo)
        )
    about = {
        "scenario": job.scenario.name,
        "outcome": str(outcome),
        "country": job.countries[job.watch.here],
        "by": str(job.first_month + job.months - 1),
        "members": members,
        "futures": futures,
        "every": every,
        "citizens": dict(job.citizens) if isinstance(job.citizens, Mapping) else job.citizens,
        "seed": seed,
        "without": list(names_of(without)),
        "theory": school.told,
        "rules_code": _digest(),
        "seconds": round(time.perf_counter() - began, 1),
        **manifests.made_by(),
    }
    return _gathered(job, [codes for _, codes in past], [found[k] for k in range(members)], about)


@dataclass(frozen=True)
class _Job:
    """What is lived: base members, and the futures of each at each grid month."""

    scenario: Scenario
    countries: tuple[str, ...]
    first_month: np.datetime64
    months: int
    rules: NDArray[Any]
    citizens: int | Mapping[str, int | str]
    seed: int
    every: int
    futures: int
    watch: Watch
    others: dict[str, Changes]

    def grid(self, until: int) -> range:
        """Grid months before `until`."""
        return range(0, min(until, self.months), self.every)

    def begin(self, k: int) -> State:
        """Member k before its first month."""
        from thermidor.scenarios import resolve

        resolved = resolve(self.scenario, self.seed, k)
        sizes = self.citizens if isinstance(self.citizens, int) else dict(self.citizens)
        return begin(resolved, self.rules, seed=self.seed, replicate=k, citizens=sizes)


def _job(
    scenario: str | Path | Scenario,
    outcome: str | Condition,
    by: str | None,
    country: str | None,
    citizens: int | Mapping[str, int | str] | None,
    seed: int,
    without: tuple[str, ...],
    every: int,
    futures: int,
    school: Theory,
) -> _Job:
    """What is asked, checked before any work. Raises InputError."""
    from thermidor.rules import load_rules
    from thermidor.scenarios import load_scenario, resolve

    read = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    first = resolve(read, seed, 0)
    names = first.countries
    sizes = dict(zip(names, (FIRST, *(OTHERS,) * len(names)), strict=False)) if citizens is None else citizens
    values = load_rules().values(theory=school.rules)
    asked = {DATED: (), QUIET: without} if without else {DATED: ()}
    others = {name: changes_of({"set": {}, "rules": {}, "without": off}, values, names) for name, off in asked.items()}
    months, watch = _months(first, by), watch_of(outcome, country, names)
    rules = load_rules().record(values)
    return _Job(read, names, first.first_month, months, rules, sizes, seed, every, futures, watch, others)


def _gathered(job: _Job, codes: list[Codes], found: list[dict[str, list[float]]], about: dict[str, Any]) -> Settled:
    """Curves of all members: what was found before the outcome was reached, 1 from then on, at the end what came."""
    stamps = job.first_month + np.append(np.arange(0, job.months, job.every), job.months)
    ended = np.array([job.watch.ended(own[None])[0] for own in codes])
    curves = {name: np.ones((len(codes), len(stamps))) for name in job.others}
    for name, curve in curves.items():
        for k, by_curve in enumerate(found):
            curve[k, : len(by_curve[name])] = by_curve[name]
        curve[:, -1] = ended
    held = [job.watch.held(own[None])[0] for own in codes]
    dates = np.array([job.first_month + h.argmax() if h.any() else np.datetime64("NaT") for h in held], "M8[M]")
    return Settled(stamps, curves, ended, dates, about)


def _base(job: _Job, k: int, stop: Event) -> tuple[Series, Codes]:
    """Live member k: its country's series [month, variable], and what the outcome's watch sees."""
    state = job.begin(k)
    series = _advance(job, state, job.months, k, stop)
    return series, job.watch.codes(series[None], _stamps(state, 0, job.months), job.months)[0]


def _member(
    job: _Job, k: int, series: Series, codes: Codes, told: Callable[[int], None], stop: Event
) -> dict[str, list[float]]:
    """The probabilities of member k at every grid month before it has reached the outcome, by curve."""
    state, found, done = job.begin(k), {name: list[float]() for name in job.others}, 0
    for month in job.grid(job.watch.reached(codes)):
        _advance(job, state, month - state["month"], k, stop)
        for name, changes in job.others.items():
            changed = unpack(pack(state))
            change(changed, changes)
            at = str(_stamps(state, month, 1)[0])
            packed = pack(changed)
            alive = [future(packed, job.seed, i, at, k) for i in range(job.futures)]
            found[name].append(float(futures_reach(job, alive, series[:month], codes[:month], stop, k).mean()))
            done += 1
            told(done)
    return found


def futures_reach(job: _Job, alive: list[State], past: Series, codes: Codes, stop: Event, k: int) -> Bools:
    """Whether the outcome is held in each of some futures of one state, lived as far as is needed [future].

    past, codes: the member's own months before, [month, variable] and [month].
    """
    from thermidor.lenses.trotsky import SPAN

    reach = np.zeros(len(alive), bool)
    which = np.arange(len(alive))
    seen = np.broadcast_to(codes, (len(alive), len(codes)))
    tail = np.broadcast_to(past[-SPAN:], (len(alive), *past[-SPAN:].shape))
    while len(which) and (month := alive[which[0]]["month"]) < job.months:
        step = min(SLICE, job.months - month)
        new = np.stack([_advance(job, alive[i], step, k, stop) for i in which])
        window = np.concatenate([tail, new], axis=1)
        stamps = _stamps(alive[which[0]], month + step - window.shape[1], window.shape[1])
        seen = np.concatenate([seen, job.watch.codes(window, stamps, step)], axis=1)
        sure = job.watch.surely(seen)
        reach[which[sure]] = True
        which, seen, tail = which[~sure], seen[~sure], window[~sure, -SPAN:]
    if len(which):
        reach[which] = job.watch.ended(seen)
    return reach


def _advance(job: _Job, state: State, months: int, k: int, stop: Event) -> Series:
    """Advance a state; its country's series [month, variable]. An error names the member."""
    try:
        return advance(state, months, cancel=stop)[:, job.watch.here].astype(np.float32)
    except RunError as error:
        why = f"{error.why} in replicate {k} or a future of it"
        raise RunError(error.country, error.step, error.variable, error.month, why) from error


def _stamps(state: State, first: int, months: int) -> NDArray[np.datetime64]:
    return np.datetime64(state["first_month"], "M") + np.arange(first, first + months)


def _months(resolved: Resolved, by: str | None) -> int:
    """Months up to and with `by`. Raises InputError."""
    if by is None:
        return resolved.months
    last = month_among(by, resolved.first_month, resolved.first_month + resolved.months - 1, "--by")
    return int((last - resolved.first_month).astype(int)) + 1


def _for_good(curves: Floats, level: float) -> NDArray[np.int64]:
    """Place on the grid from which each curve stays at or above a level [curve]; -1 for never."""
    low = curves < level
    last = np.where(low.any(axis=1), low.shape[1] - 1 - low[:, ::-1].argmax(axis=1), -1)
    return np.where(last == low.shape[1] - 1, -1, last + 1)


def _median(places: NDArray[np.int64]) -> float:
    """Place by which half of those that have one have it; not a number where none has."""
    there = places[places >= 0]
    return float(np.quantile(there, 0.5, method="inverted_cdf")) if len(there) else np.nan


def _resamples(count: int) -> NDArray[np.int64]:
    """Members drawn with replacement [resample, member]; always the same for the same number of members."""
    return np.random.default_rng(0).integers(0, count, (RESAMPLES, count))


def _digest() -> str:
    from thermidor.jit import rules_digest

    return rules_digest()
