"""`python -m validation.faults`: kill what lives a sweep, fill its disk, break its members; nothing finished is lost.

Every fault is struck at a sweep in processes of their own. Afterwards the blocks that were finished before have to be
there byte for byte, or their rows in the table, seconds of work included, so that none has been lived again; the sweep
has to become whole, its outcomes equal to those of an undisturbed one, with no process and no file left over.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as parquet

from thermidor import open_sweep, sweep
from thermidor.experiments import store
from thermidor.experiments.opened import Sweep
from thermidor.runs.simulate import simulate
from validation.processes import Cluster, Started, client, clustered, start, until

DESIGN = """
schema: 1
name: faults
title: A sweep to be disturbed
about: Levels of one rule, a counterfactual, some replicates.
base: {{scenario: russia-1917, months: {months}, citizens: {{first: 400, others: 100}}}}
seed: {seed}
replicates: {replicates}
factors:
  shortage: {{rule: gain_shortage, range: [0.4, 0.9], steps: 8}}
overlays:
  silent: {{why: nothing from outside, without: [outside]}}
outcomes:
  norms: {{value_at: norms}}
  room: {{mean_of: room}}
  low: {{first: {{variable: norms, below: 0.5}}}}
  democracy: {{duration: workers-democracy}}
  end: {{label_at: end}}
series: [norms]
"""
HEADS = (
    "fault",
    "lived by",
    "struck after",
    "blocks finished before",
    "lost",
    "ended with",
    "s until whole",
    "outcomes equal",
    "left over",
)
HERE, ELSEWHERE = "2 processes here", "a scheduler, 3 workers"
KEPT = {"manifest.json", store.MEMBERS, store.SERIES}


class Suffered(NamedTuple):
    """What came of a fault: a row of the table, see HEADS."""

    what: str
    by: str
    when: str
    finished: int
    lost: int
    ending: str
    seconds: float
    equal: bool
    left: int

    @property
    def well(self) -> bool:
        """Whether nothing was lost, changed or left over."""
        return self.equal and not self.lost and not self.left


@dataclass
class Scene:
    """A folder with a design, the undisturbed outcomes, and a place for sweeps."""

    folder: Path
    reference: bytes
    blocks: int
    strikes: random.Random
    tried: int = 0

    def place(self) -> Path:
        """A new place for a sweep."""
        self.tried += 1
        return self.folder / f"out-{self.tried}"


def outcomes(done: Sweep, without: set[int] = frozenset()) -> bytes:  # type: ignore[assignment]
    """The outcome columns of a sweep by member, as bytes; some members may be left out."""
    rows = done.members.sort_values("member")
    rows = rows[~rows["member"].isin(without)]
    columns = [rows[name].to_numpy() for name in ("member", "status", *done.outcomes, "failure_stage", "failure")]
    return b"".join(c.tobytes() if c.dtype != object else "\n".join(map(str, c)).encode() for c in columns)


def finished(out: Path) -> dict[int, bytes]:
    """The blocks that are there, by number."""
    return {int(path.stem): path.read_bytes() for path in out.glob(f"{store.BLOCKS}/*.parquet")}


def lost(before: Mapping[int, bytes], out: Path) -> int:
    """How many of some blocks are no more there as they were, nor as rows of the table."""
    now, gone = finished(out), 0
    table = None
    for number, text in before.items():
        if now.get(number) == text:
            continue
        table = table if table is not None else open_sweep(out).table
        old = parquet.read_table(_buffer(text))
        rows = table.slice(old.column("member")[0].as_py(), len(old)).select(old.column_names)
        gone += rows.to_pydict() != old.to_pydict()
    return gone


def _buffer(text: bytes) -> Any:
    import pyarrow as pa

    return pa.BufferReader(text)


def left_over(out: Path) -> int:
    """How many files there are that do not belong to a whole sweep."""
    strange = [path for path in out.iterdir() if path.name not in KEPT]
    return len(strange) + len(list(out.rglob("*.partial"))) + len(list((out / store.SERIES).rglob("*.tmp")))


def ending(code: int, words: str) -> str:
    """An exit code with the last line that was said. Tracebacks are an ending of their own."""
    if "Traceback" in words:
        return f"{code}: A TRACEBACK"
    lines = [line.strip() for line in words.splitlines() if line.startswith("thermidor:")]
    return f"{code}: {lines[-1].removeprefix('thermidor: ')}" if lines else str(code)


def wait_for_blocks(running: Started, out: Path, count: int) -> None:
    """Wait until so many blocks are finished. Raises RuntimeError if the client ends before."""
    until(lambda: len(finished(out)) >= count or not running.running, 240.0, running.children)
    if not running.running:
        raise RuntimeError(f"the client ended too soon: {running.words[-2000:]}")


def go_on(scene: Scene, out: Path, *options: str) -> int:
    """Go on until a sweep is whole; returns how many processes were left behind. Raises RuntimeError."""
    again = client(scene.folder, out, "--resume", *options)
    if again.ended():
        raise RuntimeError(f"it could not be gone on with: {again.words[-2000:]}")
    return again.orphans()


def judged(
    scene: Scene,
    what: str,
    by: str,
    when: str,
    before: Mapping[int, bytes],
    out: Path,
    said: str,
    began: float,
    left: int,
) -> Suffered:
    """The row of a fault whose sweep is whole."""
    seconds = time.monotonic() - began
    done = open_sweep(out)
    equal = outcomes(done) == scene.reference and done.manifest["state"] == store.WHOLE
    found = Suffered(what, by, when, len(before), lost(before, out), said, seconds, equal, left + left_over(out))
    shutil.rmtree(out)
    print(f"{'well' if found.well else 'NOT WELL'}: {what}, {by}: {said}", flush=True)
    return found


def struck(
    scene: Scene, what: str, strike: Callable[[Started], None], *options: str, by: str = HERE, blocks: int = 3
) -> Suffered:
    """Strike at a client's sweep after some blocks, see how it ends, go on if it is not whole."""
    out = scene.place()
    running = client(scene.folder, out, *options)
    wait_for_blocks(running, out, blocks)
    before, began = finished(out), time.monotonic()
    strike(running)
    code = running.ended()
    said, left = ending(code, running.words), running.orphans()
    soon = f" (after {time.monotonic() - began:.0f} s)" if code == 1 else ""
    gone = lost(before, out)
    if gone:
        said += f"; {gone} blocks were lost at once"
    if code:
        left += go_on(scene, out, *options)
    return judged(scene, what, by, f"{len(before)} of {scene.blocks} blocks", before, out, said + soon, began, left)


def here(scene: Scene) -> Iterator[Suffered]:
    """Faults of a sweep on two processes of this machine."""
    two = ("--workers", "2")

    def worker(running: Started) -> None:
        scene.strikes.choice(running.workers).kill()

    def twice(running: Started) -> None:
        running.signal(signal.SIGINT, group=True)
        time.sleep(0.2)
        running.signal(signal.SIGINT, group=True)

    yield struck(scene, "worker killed (-9)", worker, *two)
    yield struck(scene, "client killed (-9)", lambda running: running.signal(signal.SIGKILL), *two)
    yield struck(scene, "Ctrl-C", lambda running: running.signal(signal.SIGINT, group=True), *two)
    yield struck(scene, "Ctrl-C twice", twice, *two)


def starting(scene: Scene) -> Suffered:
    """Interrupt a sweep while its workers are starting."""
    out = scene.place()
    running = client(scene.folder, out, "--workers", "2")
    until(lambda: bool(running.workers) or not running.running, 60.0)
    time.sleep(scene.strikes.uniform(0.0, 1.0))
    began = time.monotonic()
    running.signal(signal.SIGINT, group=True)
    said, left = ending(running.ended(), running.words), running.orphans()
    left += go_on(scene, out, "--workers", "2")
    return judged(scene, "Ctrl-C while workers start", HERE, "no block", {}, out, said, began, left)


def elsewhere(scene: Scene) -> Iterator[Suffered]:
    """Faults of a sweep on a scheduler and workers that are processes of their own."""
    strikes: dict[str, Callable[[Cluster, Started], None]] = {
        "worker killed (-9), not replaced": lambda c, _: c.workers[0].signal(signal.SIGKILL),
        "client killed (-9)": lambda _, running: running.signal(signal.SIGKILL),
        "all workers killed (-9)": lambda c, _: [w.signal(signal.SIGKILL) for w in c.workers] and None,
        "scheduler killed (-9)": lambda c, _: c.scheduler.signal(signal.SIGKILL),
    }
    for what, strike in strikes.items():
        with clustered(scene.folder) as first:
            out = scene.place()
            running = client(scene.folder, out, "--scheduler", first.address)
            wait_for_blocks(running, out, 3)
            before, began = finished(out), time.monotonic()
            strike(first, running)
            code = running.ended()
            soon = f" (after {time.monotonic() - began:.0f} s)" if code == 1 else ""
            said, left = ending(code, running.words) + soon, running.orphans()
            if lost(before, out):
                said += f"; {lost(before, out)} blocks were lost at once"
            if code == 1:
                first.close()
                with clustered(scene.folder) as second:
                    left += go_on(scene, out, "--scheduler", second.address)
            elif code:
                left += go_on(scene, out, "--scheduler", first.address)
        when = f"{len(before)} of {scene.blocks} blocks"
        yield judged(scene, what, ELSEWHERE, when, before, out, said, began, left)


@contextmanager
def small_disk(folder: Path, size: str = "8m") -> Iterator[Path | None]:
    """Give a disk of its own, or none where nothing may be mounted."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            yield None
            return
    except FileNotFoundError:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def full_disk(scene: Scene) -> Iterator[Suffered]:
    """Fill the disk under a sweep; free it; go on in the same folder."""
    with small_disk(scene.folder) as disk:
        if disk is None:
            print("not tried: the disk full (nothing may be mounted here)", flush=True)
            return
        out, ballast = disk / "out", disk / "ballast"
        running = client(scene.folder, out, "--workers", "2")
        wait_for_blocks(running, out, 3)
        began = time.monotonic()
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                before = finished(out)
        said, left = ending(running.ended(), running.words), running.orphans()
        if lost(before, out):
            said += "; blocks were lost at once"
        ballast.unlink()
        left += go_on(scene, out, "--workers", "2")
        when = f"{len(before)} of {scene.blocks} blocks"
        yield judged(scene, "disk full, then freed", HERE, when, before, out, said, began, left)


BROKEN = 1
"""The replicate that breaks."""


def breaking(resolved: Any, rules: Any, *, replicate: int, **options: Any) -> Any:
    """Live a member, unless it is one that breaks."""
    if replicate == BROKEN:
        raise ZeroDivisionError("broken on purpose")
    return simulate(resolved, rules, replicate=replicate, **options)


def deadly(resolved: Any, rules: Any, *, replicate: int, **options: Any) -> Any:
    """Live a member, or kill the process that lives it, if it is the one at the highest level that breaks."""
    if replicate == BROKEN and options["seed"] and rules["gain_shortage"][0] > 0.899:
        signal.raise_signal(signal.SIGKILL)
    return simulate(resolved, rules, replicate=replicate, **options)


def broken_member(scene: Scene) -> Suffered:
    """Let some members raise: rows that say so, all others as they were."""
    out, began = scene.place(), time.monotonic()
    done = sweep(scene.folder / "design.yaml", out, workers=2, simulate=breaking)
    rows = done.members
    failed = rows[rows["status"] == "failed"]
    expected = set(rows["member"][rows["replicate"] == BROKEN])
    told = set(failed["member"]) == expected and failed["failure"].eq("ZeroDivisionError: broken on purpose").all()
    undisturbed = open_sweep(scene.folder / "undisturbed")
    equal = bool(told) and outcomes(done, expected) == outcomes(undisturbed, expected)
    said = f"{len(failed)} failed rows of {len(expected)} expected"
    return Suffered("members that raise", "2 threads", "", 0, 0, said, time.monotonic() - began, equal, left_over(out))


DEADLY = """
import sys
from thermidor import sweep
from thermidor.errors import Stopped
from validation.faults import deadly
if __name__ == "__main__":
    try:
        sweep(sys.argv[1], sys.argv[2], workers=2, processes=True, simulate=deadly)
    except Stopped as stop:
        sys.exit(f"thermidor: {stop}")
"""


def deadly_member(scene: Scene) -> Suffered:
    """Let one member kill every worker that lives it: all other blocks are kept, and its own when it is mended."""
    script, out = scene.folder / "deadly.py", scene.place()
    script.write_text(f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n{DEADLY}")
    began = time.monotonic()
    running = start(scene.folder, "client", str(script), str(scene.folder / "design.yaml"), str(out))
    code = running.ended()
    before, said, left = finished(out), ending(code, running.words), running.orphans()
    left += go_on(scene, out, "--workers", "2")
    when = f"{len(before)} of {scene.blocks} blocks"
    return judged(scene, "member that kills its worker", HERE, when, before, out, said, began, left)
