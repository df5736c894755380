"""`make bench`: how fast the model is, beside its bars. Figures of one run on one machine: trust the ratios.

python benchmarks/bench.py [citizen] [small] [start] [people] [world]      all parts, or some
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from clocks import CALL, in_turn, process, seconds, told

SCENARIO = "russia-1917"
FEW, MANY = 10_000, 10_000_000
WORLD, COUNTRIES, WORLDS = "world-1913", 20, 200
THREADS = 2
ROUNDS = 5
"""Runs of the command line of which the shortest counts."""


class Line(NamedTuple):
    """One figure: what was measured, its value, and the bar set for it."""

    what: str
    value: str
    bar: str = ""


def citizen() -> Iterator[Line]:
    """A citizen's month: 10,000 for 1,000 months on one thread; ten million on two, beside reading and writing them."""
    import numpy as np

    from thermidor.citizen_record import CITIZEN, TALLY
    from thermidor.country import CLASSES
    from thermidor.month import chunks
    from thermidor.rules import load_rules
    from thermidor.runs.simulate import advance, begin
    from thermidor.scenarios import load_scenario, resolve
    from thermidor.society import Society
    from thermidor.steps.live import CHUNK

    rules = load_rules().record(load_rules().values())
    resolved = resolve(load_scenario(SCENARIO), 1, 0)

    def alone() -> dict[str, Any]:
        state = begin(resolved, rules, seed=1, replicate=0, citizens=FEW)
        both, (first, last) = state["society"], state["society"].spans[0]
        spans = np.array([[0, last - first]])
        state["society"] = Society(both.world[:1].copy(), both.people[first:last].copy(), spans, both.keys[:1].copy())
        return state | {"outside": state["outside"][:, :1].copy(), "countries": state["countries"][:1]}

    advance(alone(), 12)
    months, states = resolved.months, [alone() for _ in range(3)]
    wall = seconds(lambda: advance(states.pop(), months)) * 1000 / months
    yield Line("10,000 citizens x 1,000 months, one thread", f"{wall:.3f} s", "0.15 s")
    yield Line("a citizen's month, everything of the country included", f"{wall * 100:.1f} ns")

    state = alone()
    advance(state, 480)
    society = state["society"]
    people = np.tile(society.people, MANY // FEW)
    people["weight"] *= FEW / MANY
    parts = np.array([(0, first, min(first + CHUNK, MANY), 0) for first in range(0, MANY, CHUNK)])
    sums = np.zeros((len(parts), len(CLASSES)), TALLY)
    words = people.view(np.uint64).reshape(MANY, CITIZEN.itemsize // 8)
    turn = reading_and_writing()

    def spread(work: Callable[[int], None]) -> Callable[[], None]:
        def all_lanes() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(work, range(THREADS)))

        return all_lanes

    def live(lane: int) -> None:
        chunks(people, parts, lane, THREADS, society.world, state["rules"][0], society.keys, 480, sums)

    def floor(lane: int) -> None:
        for _, first, last, _ in parts[lane::THREADS]:
            turn(words, first, last)

    works = spread(live), spread(floor)
    for work in works:
        work()
    model, least = in_turn(*works)
    yield Line(f"a citizen's month, ten million, {THREADS} threads", f"{model / MANY * 1e9:.2f} ns")
    yield Line("reading and writing the same array, same threads", f"{least / MANY * 1e9:.2f} ns")
    yield Line("  the model over that floor", f"{model / least:.1f} x", "4 x")


def reading_and_writing() -> Callable[..., None]:
    """Return what reads and writes every word of some rows, compiled."""
    import numba

    @numba.njit(nogil=True)
    def turn(words: Any, first: int, last: int) -> None:
        for row in range(first, last):
            for column in range(words.shape[1]):
                words[row, column] ^= 1

    return turn


def small() -> Iterator[Line]:
    """One small step as Mesa agents, NumPy arrays and compiled records: the same sums, one thread each."""
    import numpy as np
    import small_step

    few, many, months = small_step.citizens(FEW), small_step.citizens(100_000), 5
    sums = [way(few, months) for way in (small_step.with_records, small_step.with_numpy, small_step.with_mesa)]
    gap = max(float(np.max(np.abs(other - sums[0]) / np.maximum(np.abs(sums[0]), 1e-12))) for other in sums[1:])
    if gap > 1e-9:
        raise RuntimeError(f"the three ways part by {gap:.1e}")

    def month(way: Callable[[Any, int], Any], people: Any, long: int) -> float:
        short, whole = in_turn(lambda: way(people, 1), lambda: way(people, 1 + long))
        return (whole - short) / long / len(people) * 1e9

    ours = month(small_step.with_records, many, 40)
    arrays = month(small_step.with_numpy, many, 10)
    mesa = month(small_step.with_mesa, few, months)
    yield Line(f"small step, compiled records (sums equal to {gap:.0e})", f"{ours:.1f} ns")
    yield Line("small step, NumPy arrays", f"{arrays:.0f} ns")
    yield Line("small step, Mesa agents", f"{mesa:.0f} ns")
    yield Line("  NumPy over ours", f"{arrays / ours:.1f} x", "10 x or more")
    yield Line("  Mesa over ours", f"{mesa / ours:.0f} x", "150 x or more")


def start() -> Iterator[Line]:
    """The first use, with everything to compile; then the command line as it is used every day."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = {"NUMBA_CACHE_DIR": str(folder / "cache")}
        short = ("-c", CALL, "run", SCENARIO, "--months", "1", "--citizens", "1000", "--no-figure")
        yield Line("first use, nothing compiled", f"{process(*short, folder=folder, environment=cold):.1f} s", "20 s")
        for what, options, bar in (
            (f"run {SCENARIO}, with figure", ("run", SCENARIO), "3 s"),
            (f"run {SCENARIO} --no-figure", ("run", SCENARIO, "--no-figure"), "1.5 s"),
            ("--help", ("--help",), "0.5 s"),
        ):
            taken = min(process("-c", CALL, *options, folder=folder, environment=cold) for _ in range(ROUNDS))
            yield Line(f"thermidor {what}", f"{taken:.2f} s", bar)


EVERYONE = """
import json, resource, time
from thermidor.rules import load_rules
from thermidor.runs.simulate import advance, begin
from thermidor.scenarios import load_scenario, resolve
resolved = resolve(load_scenario("{scenario}"), 1, 0)
country = resolved.countries[0]
rules = load_rules().record(load_rules().values())
begin(resolved, rules, seed=1, replicate=0, citizens=1000)
began = time.perf_counter()
state = begin(resolved, rules, seed=1, replicate=0, citizens={{country: "all"}})
founded = time.perf_counter()
advance(state, 1, threads={threads})
first = time.perf_counter()
advance(state, {months}, threads={threads})
month = (time.perf_counter() - first) / {months}
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
people = len(state["society"].people) / 1e6
print(json.dumps({{"country": country, "people": people, "founding": founded - began, "month": month, "GB": memory}}))
"""


def people() -> Iterator[Line]:
    """A whole country, one record for each person: time a month and memory; ten years extrapolated."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        found = told(EVERYONE.format(scenario=SCENARIO, threads=cores, months=3), Path(name))
    many = f"--citizens {found['country']}=all ({found['people']:.0f} million records)"
    yield Line(f"{many}: founding", f"{found['founding']:.0f} s")
    yield Line(f"  a month, {cores} threads", f"{found['month']:.2f} s")
    yield Line("  ten years, extrapolated", f"{found['founding'] + 120 * found['month']:.0f} s")
    yield Line("  peak memory", f"{found['GB']:.1f} GB", "8 GB")


def world() -> Iterator[Line]:
    """Twenty countries of the world: one run over threads; runs side by side; and what threads and countries cost."""
    from thermidor.rules import load_rules
    from thermidor.runs.simulate import advance, begin
    from thermidor.scenarios import load_scenario, resolve
    from thermidor.society import Society

    rules = load_rules().record(load_rules().values())
    resolved = resolve(load_scenario(WORLD), 1, 0)
    whole = begin(resolved, rules, seed=1, replicate=0, citizens=FEW)

    def cut(countries: int) -> dict[str, Any]:
        all_, end = whole["society"], whole["society"].spans[countries - 1, 1]
        arrays = all_.world[:countries], all_.people[:end], all_.spans[:countries], all_.keys[:countries]
        outside = whole["outside"][:, :countries].copy()
        society = Society(*(array.copy() for array in arrays))
        return whole | {"society": society, "outside": outside, "countries": whole["countries"][:countries]}

    advance(cut(1), 1)
    advance(cut(COUNTRIES), 1, threads=THREADS)
    months, rounds = resolved.months, 3
    works = [(COUNTRIES, THREADS), (COUNTRIES, 1), (1, 1)]
    states = [[cut(countries) for _ in range(rounds)] for countries, _ in works]

    def side_by_side() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda state: advance(state, months), [cut(COUNTRIES) for _ in range(THREADS)]))

    lives = [lambda s=s, t=t: advance(s.pop(), months, threads=t) for s, (_, t) in zip(states, works, strict=True)]
    spread, serial, alone, both = in_turn(*lives, side_by_side, times=rounds)
    many = f"{COUNTRIES} countries x {FEW:,} citizens x {months:,} months"
    yield Line(f"{many}, {THREADS} threads", f"{spread:.1f} s", "3 s")
    yield Line(
        f"  {WORLDS} runs, {THREADS} at a time, extrapolated", f"{both / THREADS * WORLDS / 60:.1f} min", "8 min"
    )
    yield Line("  a citizen's month, one thread", f"{serial / COUNTRIES / FEW / months * 1e9:.1f} ns")
    yield Line("  the same over that of one country alone", f"{serial / COUNTRIES / alone:.2f} x")
    yield Line(f"  one thread over {THREADS}", f"{serial / spread:.2f} x")


PARTS: dict[str, Callable[[], Iterator[Line]]] = {
    "citizen": citizen,
    "small": small,
    "start": start,
    "people": people,
    "world": world,
}


def main(asked: list[str], parts: Mapping[str, Callable[[], Iterator[Line]]]) -> int:
    """Measure the parts asked for and print each figure as it is found, beside its bar."""
    if unknown := [name for name in asked if name not in parts]:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}", file=sys.stderr)
        return 2
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, load {load:.1f} before\n")
    print(f"{'':58}{'found':>9}  bar")
    for name in asked or parts:
        for line in parts[name]():
            print(f"{line.what:58}{line.value:>9}  {line.bar}".rstrip(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], PARTS))
