"""What a sweep costs beside a plain loop over the same members, how it scales, and what memory it takes.

python benchmarks/sweeps.py [speed] [parts] [memory]      all, or some

Rates are of the steady state: from the moment when every worker has finished a block until the last is finished. All
are taken in turn on the same machine, each beside plain loops before and after it; trust the ratios. CPU seconds do
not mind who else uses the machine.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from bench import SCENARIO, Line, main
from clocks import CALL, seconds

ROUNDS = 2
PLAIN = 40
"""Members of a plain loop."""
LONG = 300.0
"""Seconds of the sweep whose wall clock is estimated."""
DESIGN = """
schema: 1
name: speed
title: Many members of the usual size
about: Levels of one rule, some replicates.
base: {{scenario: {scenario}, months: {months}, citizens: {{first: {first}, others: {others}}}}}
seed: 1
replicates: {replicates}
factors:
  shortage: {{rule: gain_shortage, range: [0.4, 0.9], steps: {points}}}
outcomes:
  norms: {{value_at: norms}}
  room: {{mean_of: room}}
  low: {{first: {{variable: norms, below: 0.5}}}}
  democracy: {{duration: workers-democracy}}
  end: {{label_at: end}}
series: [norms, room]
"""


class Rate(NamedTuple):
    """Members a second of wall clock, and a CPU second, and seconds that starting and ending took."""

    wall: float
    cpu: float
    fixed: float


def design(folder: Path, *, first: int = 2000, others: int = 500, months: int = 960, points: int = 32) -> Path:
    """Write the design with ten replicates of some points."""
    sizes = {"first": first, "others": others, "months": months, "points": points, "replicates": 10}
    path = folder / f"design-{first}-{points}.yaml"
    path.write_text(DESIGN.format(scenario=SCENARIO, **sizes), encoding="utf-8")
    return path


def plain_loop(path: Path) -> Callable[[], None]:
    """Return a loop over some members of a design that are made ready, by the compiled call alone."""
    from thermidor.experiments.sweep import planned
    from thermidor.runs.simulate import simulate

    plan = planned(path)
    members = [plan.member(plan.members * k // PLAIN) for k in range(PLAIN)]
    starts = [(plan.start(m.case, m.point), m.replicate) for m in members]
    ready = [(start, start.resolved(plan.design.seed, replicate), replicate) for start, replicate in starts]

    def loop() -> None:
        for start, resolved, replicate in ready:
            sizes = {"citizens": start.citizens, "months": len(plan.months)}
            simulate(resolved, start.rules, seed=plan.design.seed, replicate=replicate, **sizes)

    loop()
    return loop


def plain_rate(loop: Callable[[], None]) -> Rate:
    """Rate of the plain loop."""
    cpu = time.process_time()
    wall = seconds(loop, 1)
    return Rate(PLAIN / wall, PLAIN / (time.process_time() - cpu), 0.0)


def _plainly(path: Path, ready: Any, go: Any, spent: Any) -> None:
    loop = plain_loop(path)
    ready.release()
    go.wait()
    spent.put(seconds(loop, 1))


def two_plain_loops(path: Path) -> float:
    """Members a second of two plain loops at once, in processes of their own: what the machine gives."""
    context = multiprocessing.get_context("spawn")
    ready, go, spent = context.Semaphore(0), context.Event(), context.Queue()
    both = [context.Process(target=_plainly, args=(path, ready, go, spent)) for _ in range(2)]
    for process in both:
        process.start()
    for _ in both:
        ready.acquire()
    go.set()
    found = sum(PLAIN / spent.get() for _ in both)
    for process in both:
        process.join()
    return found


def sweep_rate(path: Path, workers: int, *, processes: bool) -> Rate:
    """Rate of a sweep in its steady state."""
    from thermidor import sweep

    marks: list[tuple[int, float, float]] = []

    def told(done: int, members: int, failed: int) -> None:
        if not marks or done > marks[-1][0]:
            marks.append((done, time.perf_counter(), cpu_seconds()))

    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        done = sweep(path, Path(out) / "out", workers=workers, processes=processes, progress=told)
        whole = time.perf_counter() - began
    block = done.manifest["block"]
    steady = [mark for mark in marks if mark[0] >= workers * block]
    (few, early, spent), (many, late, all_spent) = steady[0], steady[-1]
    wall = (many - few) / (late - early)
    return Rate(wall, (many - few) / (all_spent - spent), whole - done.plan.members / wall)


def cpu_seconds() -> float:
    """CPU seconds of this process and all that it has started."""
    found = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.Error):
            times = process.cpu_times()
            found += times.user + times.system
    return found


def speed() -> Iterator[Line]:
    """A sweep of 400 members beside a plain loop, by one worker and by two, threads and processes."""
    ways = {(count, processes): [] for processes in (False, True) for count in (1, 2)}
    rates: dict[tuple[int, bool], list[tuple[Rate, Rate]]] = ways
    machine: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        path = design(Path(name), points=40)
        loop = plain_loop(path)
        for _ in range(ROUNDS):
            before = plain_rate(loop)
            for (count, processes), found in rates.items():
                rate = sweep_rate(path, count, processes=processes)
                after = plain_rate(loop)
                both = [before, after]
                plain = Rate(*(statistics.mean(part) for part in zip(*both, strict=True)))
                found.append((rate, plain))
                before = after
            machine.append(two_plain_loops(path) / before.wall)
    yield Line("plain loop, members a second", f"{statistics.median(p.wall for _, p in rates[1, False]):.1f}")
    yield Line("  two such loops at once, over one", f"{statistics.median(machine):.2f} x")
    for processes, kind in ((False, "thread"), (True, "process")):
        one, two = rates[1, processes], rates[2, processes]
        wall = statistics.median(rate.wall / plain.wall for rate, plain in one)
        cpu = statistics.median(rate.cpu / plain.cpu for rate, plain in one)
        pair = statistics.median(rate.cpu / plain.cpu for rate, plain in two)
        more = statistics.median(b.wall / a.wall for (a, _), (b, _) in zip(one, two, strict=True))
        fixed = statistics.median(rate.fixed for rate, _ in two)
        yield Line(f"sweep by 1 {kind} over a plain loop, wall clock", f"{wall:.2f}", "0.95")
        yield Line("  by CPU seconds", f"{cpu:.3f}", "0.95")
        yield Line("  of two workers, by CPU seconds", f"{pair:.3f}", "0.95")
        yield Line(f"sweep by 2 workers ({kind}) over 1", f"{more:.2f} x", "1.8 x")
        yield Line("  starting and ending", f"{fixed:.1f} s")
        yield Line(f"  members' share of a sweep of {LONG:.0f} s", f"{1.0 - fixed / LONG:.1%}")


def parts() -> Iterator[Line]:
    """Where the time of a member goes, in one block of 50."""
    import numpy as np

    from thermidor.experiments import block, store
    from thermidor.experiments.outcomes import measured
    from thermidor.experiments.sweep import planned
    from thermidor.lenses import trotsky
    from thermidor.runs.simulate import simulate
    from thermidor.runs.store import Axes, columns

    many = 50
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = planned(design(folder))
        members = [plan.member(number) for number in range(many)]
        start = plan.start(members[0].case, 0)
        resolved = start.resolved(1, 0)
        sizes: Any = {"seed": 1, "replicate": 0, "citizens": start.citizens, "months": len(plan.months)}
        series = np.stack([simulate(resolved, start.rules, **sizes).series] * many).astype(np.float32)
        named = columns(series, Axes(tuple(range(many)), plan.months, plan.countries))
        reading = trotsky.read(named)
        (folder / "out").mkdir()
        manifest = store.create(folder / "out", plan, many)
        (folder / "out" / store.RUNNING).write_text("token")

        def one_block() -> None:
            store.block_path(folder / "out", 0).unlink(missing_ok=True)
            block.live_block(str(folder / "out"), manifest["digest"], 0, "token")

        one_block()
        table = store.read_block(folder / "out", manifest, 0).to_pydict()
        kept = np.zeros((many, len(plan.months[:: plan.design.series_every]), len(plan.series)), np.float32)
        works: dict[str, tuple[Callable[[], Any], int]] = {
            "compiled months and founding": (lambda: simulate(resolved, start.rules, **sizes), 1),
            "start of a point, once for its 10 replicates": (lambda: plan.start(members[0].case, 1), 10),
            "start of a member": (lambda: start.resolved(1, 1), 1),
            "lens": (lambda: trotsky.read(named), many),
            "outcomes": (lambda: measured(plan.design.outcomes, named, reading), many),
            "series to disk": (lambda: store.write_series(folder / "out", 0, many, kept), many),
            "block to disk": (lambda: store.write_block(folder / "out", manifest, 0, table, "token"), many),
        }
        taken = {what: seconds(work, 15) / share for what, (work, share) in works.items()}
        whole = seconds(one_block, 3) / many
    for what, spent in taken.items():
        yield Line(f"{what}, a member", f"{spent * 1e3:.3f} ms")
    yield Line("a member of a block, all of it", f"{whole * 1e3:.3f} ms")
    yield Line("sending a block and hearing of it", f"{sending() * 1e3:.1f} ms")


def sending() -> float:
    """Seconds that the scheduler takes for a task that does nothing, sent and awaited."""
    from thermidor.experiments.cluster import workers

    with workers(1, processes=True) as client:
        return seconds(lambda: client.submit(int, pure=False).result(), 200)


def memory() -> Iterator[Line]:
    """Memory of all processes of a sweep at its highest, for few members and ten times as many."""
    peaks = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for points in (50, 500):
            path = design(folder, first=50, others=50, months=60, points=points)
            options = ("sweep", str(path), "--out", str(folder / f"out-{points}"), "--workers", "2")
            with subprocess.Popen([sys.executable, "-c", CALL, *options], stdout=subprocess.DEVNULL) as client:
                peak = 0.0
                while client.poll() is None:
                    peak = max(peak, resident(client.pid))
                    time.sleep(0.05)
            if client.returncode:
                raise RuntimeError(f"a sweep ended with {client.returncode}")
            peaks[points] = peak
            yield Line(f"{10 * points:,} members, client and 2 processes, peak", f"{peak:.0f} MB")
    yield Line("  ten times the members over so many", f"{peaks[500] / peaks[50]:.2f} x", "1.1 x at most")


def resident(process: int) -> float:
    """Megabytes of a process and its children."""
    found = 0
    with suppress(psutil.Error):
        first = psutil.Process(process)
        for each in (first, *first.children(recursive=True)):
            with suppress(psutil.Error):
                found += each.memory_info().rss
    return found / 1e6


PARTS: dict[str, Callable[[], Iterator[Line]]] = {"speed": speed, "parts": parts, "memory": memory}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], PARTS))
