"""One member of an ensemble: found its society and run it, a year or more of compiled months at a time.

Between slices the driver looks whether it is to stop, reports progress and checks that every number is
finite; the slices themselves release the interpreter's lock. Any slicing gives the same bits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from thermidor import jit
from thermidor.citizen_record import CITIZEN, TALLY
from thermidor.country import CLASSES, COUNTRY, VARIABLES
from thermidor.errors import InputError, Interrupted
from thermidor.runs.engines import Engine
from thermidor.runs.finite import check_finite
from thermidor.scenarios.resolved import Resolved
from thermidor.society import Society, found
from thermidor.steps.shapes import TINY

SLICE = 12
SLICE_LIVES = 100_000
"""Lives that a slice has at least, so that calls, 36 µs each, cost little where citizens are few: some 3 ms."""
THREADED_FROM = 200_000


@dataclass
class Run:
    """A member's series, float64[months, countries, variables], and the state it ended in (None unless kept)."""

    series: np.ndarray
    state: dict[str, Any] | None


class SoFar(Protocol):
    """Where a member's months are kept while it lives: at most every `every` months, to go on from if it is killed."""

    every: int

    def load(self) -> dict[str, Any] | None:
        """What was saved last; None at the beginning."""

    def save(self, packed: dict[str, Any]) -> None:
        """Keep a packed state, and under `series` the months that led to it, float32[months, countries, variables]."""


def simulate(
    resolved: Resolved,
    rules: np.ndarray,
    *,
    seed: int,
    replicate: int,
    citizens: int | dict[str, int | str] | None = None,
    months: int | None = None,
    on_year: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
    threads: int = 1,
    keep: bool = False,
    so_far: SoFar | None = None,
    engine: Engine | None = None,
) -> Run:
    """Found and run one member for `months` (all of the scenario's by default); `rules` is an array of one record.

    `engine` is another package's months in place of ours, with the same arguments.

    With `so_far` it goes on from what was saved there, if anything was, and saves as it goes; to 32 bits, in which
    series are kept, the result is the same.
    """
    total = resolved.months if months is None else min(months, resolved.months)
    saved = None if so_far is None else so_far.load()
    if saved is None:
        state, lived = begin(resolved, rules, seed=seed, replicate=replicate, citizens=citizens), []
    else:
        state, lived = unpack(saved), [saved["series"]]
    while (done := state["month"]) < total:
        stretch = total - done if so_far is None else min(so_far.every, total - done)
        told = None if on_year is None else _after(done, total, on_year)
        lived.append(advance(state, stretch, on_year=told, cancel=cancel, threads=threads, engine=engine))
        if so_far is not None:
            so_far.save({**pack(state), "series": np.concatenate(lived, dtype=np.float32)})
    series = lived[0] if len(lived) == 1 else np.concatenate(lived)
    return Run(series, pack(state) if keep else None)


def _after(done: int, total: int, on_year: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Tell of progress after `done` months that were lived before."""
    return lambda months, _: on_year(done + months, total)


def begin(
    resolved: Resolved,
    rules: np.ndarray,
    *,
    seed: int,
    replicate: int,
    citizens: int | dict[str, int | str] | None = None,
) -> dict[str, Any]:
    """A member's state before its first month, ready for `advance`.

    Arrays from outside are copied where compiled code could not take them as they are (read-only, another layout),
    so that it is compiled for one kind of arguments only and never writes into what is not its own. Raises InputError
    where nobody of those drawn works in a country's towns, or in its villages.
    """
    rules = np.require(rules, requirements=["C", "A", "W"])
    outside = np.require(resolved.outside, np.float64, ["C", "A", "W"])
    society = found(resolved, rules, seed=seed, replicate=replicate, citizens=citizens)
    _refuse_too_few(society, resolved.countries, replicate)
    return {
        "society": society,
        "rules": rules,
        "outside": outside,
        "countries": resolved.countries,
        "first_month": str(resolved.first_month),
        "month": 0,
    }


def _refuse_too_few(society: Society, countries: tuple[str, ...], replicate: int) -> None:
    """Technique that makes the first product out of nobody's work would be a number without sense, and explode."""
    for name, c, (first, last) in zip(countries, society.world, society.spans, strict=True):
        if min(c["labour_industry"], c["labour_farm"]) <= TINY:
            where = "towns" if c["labour_industry"] <= TINY else "villages"
            why = f"of {last - first} drawn for {name} in replicate {replicate}, nobody is at work in its {where}"
            mend = "ask for more (a hundred do), and for a scenario in which the class has a share"
            raise InputError("these are too few citizens", f"citizens: {name}", why, mend)


def advance(
    state: dict[str, Any],
    months: int,
    *,
    on_year: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
    threads: int = 1,
    slice_months: int | None = None,
    engine: Engine | None = None,
) -> np.ndarray:
    """Run a member's state forward in place by `months`; returns float64[months, countries, variables].

    It is lived in slices of `slice_months`, by default of a year, or longer where citizens are few and months are our
    own, compiled. Stopped by
    `cancel`, the state stands after `state["month"]` months, and can be gone on from. Another `engine` is
    one call for all citizens: `threads` don't share them out.
    """
    if engine is None:
        from thermidor.month import months as run_months
    else:
        run_months, threads = engine, 1

    society: Society = state["society"]
    start = state["month"]
    cheap = engine is None and jit.ENABLED
    slice_months = slice_months or (max(SLICE, SLICE_LIVES // len(society.people)) if cheap else SLICE)
    out = np.zeros((months, len(society.world), len(VARIABLES)))
    rule = state["rules"][0]
    spread = Spread(society, threads) if threads > 1 and len(society.people) >= THREADED_FROM else None
    done = 0
    while done < months:
        if cancel is not None and cancel.is_set():
            raise Interrupted("stopped before the end")
        step = min(slice_months, months - done)
        first, last = start + done, start + done + step
        if spread is not None:
            for month in range(first, last):
                if cancel is not None and cancel.is_set():
                    raise Interrupted("stopped before the end")
                out[month - start] = threaded_month(society, rule, state["outside"], month, spread)
                state["month"] = month + 1
        else:
            run_months(
                society.world,
                society.people,
                society.spans,
                rule,
                society.keys,
                state["outside"],
                society.flat,
                out[done : done + step],
                first,
                last,
            )
        state["month"] = last
        check_finite(out[done : done + step], state["countries"], state["first_month"], first)
        done += step
        if on_year is not None:
            on_year(done, months)
    return out


class Spread:
    """How the citizens of one run are spread over threads: their chunks, the sums of each, and the threads."""

    def __init__(self, society: Society, threads: int) -> None:
        from thermidor.steps.live import CHUNK

        spans = enumerate(society.spans)
        cut = [(here, i, min(i + CHUNK, end), start) for here, (start, end) in spans for i in range(start, end, CHUNK)]
        self.parts = np.array(cut)
        self.sums = np.zeros((len(cut), len(CLASSES)), TALLY)
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads - 1)


def threaded_month(society: Society, rule: Any, outside: np.ndarray, month: int, spread: Spread) -> np.ndarray:
    """One month, the citizens' chunks spread over threads; totals are added in order, so bits are the same."""
    from thermidor.month import after, before, chunks

    before(society.world, rule, society.keys, outside, month)
    parts, sums, threads = spread.parts, spread.sums, spread.threads

    def work(lane: int) -> None:
        chunks(society.people, parts, lane, threads, society.world, rule, society.keys, month, sums)

    others = [spread.pool.submit(work, lane) for lane in range(1, threads)]
    work(0)
    for other in others:
        other.result()
    after(society.world, rule, society.keys, month, parts, sums)
    return society.flat.copy()


def pack(state: dict[str, Any]) -> dict[str, Any]:
    """A member's exact state as plain arrays, for a checkpoint."""
    society: Society = state["society"]
    return {
        "world": society.world.copy(),
        "people": society.people.copy(),
        "spans": society.spans,
        "keys": society.keys,
        "rules": state["rules"],
        "outside": state["outside"],
        "countries": np.array(state["countries"]),
        "first_month": state["first_month"],
        "month": np.int64(state["month"]),
    }


def unpack(packed: dict[str, Any]) -> dict[str, Any]:
    """The state that `pack` packed, ready for `advance`."""
    world, people = packed["world"].astype(COUNTRY), packed["people"].astype(CITIZEN)
    society = Society(world, people, packed["spans"].copy(), packed["keys"].copy())
    return {
        "society": society,
        "rules": packed["rules"].copy(),
        "outside": packed["outside"].copy(),
        "countries": tuple(str(name) for name in packed["countries"]),
        "first_month": str(packed["first_month"]),
        "month": int(packed["month"]),
    }


def resume(packed: dict[str, Any], months: int, *, keep: bool = False, **options: Any) -> Run:
    """Continue a packed state for `months`; the same bits as a run that never stopped."""
    state = unpack(packed)
    series = advance(state, months, **options)
    return Run(series, pack(state) if keep else None)
