"""Faults of a sweep one by one, each struck at processes of their own, and what came of it; see `validation.faults`."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as parquet

from thermidor import open_sweep, sweep
from thermidor.experiments import store
from thermidor.experiments.opened import Sweep
from thermidor.runs.simulate import simulate
from validation.processes import Cluster, Started, client, start, until

HERE, ELSEWHERE = "2 processes here", "scheduler and 3 workers"
KEPT = {"manifest.json", store.MEMBERS, store.SERIES}
BLOCKS = 3
"""Finished blocks after which a fault is struck."""
BROKEN = 1
"""The replicate that breaks where members break."""


class Suffered(NamedTuple):
    """What came of a fault: a row of the table, see `faults.HEADS`."""

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
        return self.equal and not self.lost and not self.left and "TRACEBACK" not in self.ending


@dataclass
class Scene:
    """A folder with a design, its undisturbed sweep, the chance that strikes, and places for other sweeps."""

    folder: Path
    undisturbed: Sweep
    chance: random.Random
    tried: int = 0

    def place(self) -> Path:
        """A new place for a sweep."""
        self.tried += 1
        return self.folder / f"out-{self.tried}"


def outcomes(done: Sweep, without: Collection[int] = ()) -> bytes:
    """The outcome columns of a sweep by member, as bytes; some members may be left out."""
    rows = done.members.sort_values("member")
    rows = rows[~rows["member"].isin(without)]
    columns = [rows[name].to_numpy() for name in ("member", "status", *done.outcomes, "failure_stage", "failure")]
    return b"".join(c.tobytes() if c.dtype != object else "\n".join(map(str, c)).encode() for c in columns)


def finished(out: Path) -> dict[int, bytes]:
    """The blocks that are there, by number."""
    return {int(path.stem): path.read_bytes() for path in out.glob(f"{store.BLOCKS}/*.parquet")}


def lost(before: Mapping[int, bytes], out: Path) -> int:
    """How many of some blocks are there no more: neither byte for byte, nor as rows that say the same seconds."""
    now, gone = finished(out), 0
    for number, held in before.items():
        if now.get(number) != held:
            old = parquet.read_table(pa.BufferReader(held))
            rows = open_sweep(out).table.slice(old.column("member")[0].as_py(), len(old))
            gone += rows.select(old.column_names).to_pydict() != old.to_pydict()
    return gone


def left_over(out: Path) -> int:
    """How many files there are that do not belong to a whole sweep."""
    return sum(path.name not in KEPT for path in out.iterdir()) + len(list(out.rglob("*.partial")))


def ending(code: int, words: str) -> str:
    """An exit code with the last line that was said; a traceback is no way to end."""
    if "Traceback" in words or "Warning" in words:
        return f"{code}: A TRACEBACK"
    lines = [line.strip() for line in words.splitlines() if line.startswith("thermidor:")]
    return f"{code}: {lines[-1].removeprefix('thermidor: ')}" if lines else str(code)


def by(cluster: Cluster | None) -> tuple[str, ...]:
    """The options of a client that tell who lives its members."""
    return ("--workers", "2") if cluster is None else ("--scheduler", cluster.address)


def go_on(scene: Scene, out: Path, cluster: Cluster | None = None) -> int:
    """Go on until a sweep is whole; returns how many processes were left behind. Raises RuntimeError."""
    if cluster is not None:
        cluster.mend()
    again = client(scene.folder, out, "--resume", *by(cluster))
    if again.ended():
        raise RuntimeError(f"it could not be gone on with: {again.words[-2000:]}")
    return again.orphans()


def struck(
    scene: Scene,
    what: str,
    strike: Callable[[Started], object],
    cluster: Cluster | None = None,
    *,
    ready: Callable[[Started, Path], bool] | None = None,
    place: Path | None = None,
    mend: Callable[[], object] = lambda: None,
) -> Suffered:
    """Strike at a client's sweep when it is ready, by default after some blocks; see how it ends, and go on.

    place   where the sweep is kept
    mend    what is done before it is gone on with
    """
    out = scene.place() if place is None else place
    running = client(scene.folder, out, *by(cluster))
    until(lambda: not running.running or (ready(running, out) if ready else len(finished(out)) >= BLOCKS), 240.0)
    if not running.running:
        raise RuntimeError(f"the client ended too soon: {running.words[-2000:]}")
    before, began = finished(out), time.monotonic()
    strike(running)
    code = running.ended()
    said = ending(code, running.words) + (f" (after {time.monotonic() - began:.0f} s)" if code == 1 else "")
    left = running.orphans()
    if lost(before, out):
        said += "; BLOCKS WERE LOST AT ONCE"
    mend()
    if code:
        left += go_on(scene, out, cluster)
    return judged(scene, what, cluster is not None, before, out, said, time.monotonic() - began, left)


def judged(
    scene: Scene, what: str, away: bool, before: Mapping[int, bytes], out: Path, said: str, seconds: float, left: int
) -> Suffered:
    """The row of a fault whose sweep is whole; the sweep is removed."""
    done = open_sweep(out)
    equal = done.manifest["state"] == store.WHOLE and outcomes(done) == outcomes(scene.undisturbed)
    when = f"{len(before)} of {store.blocks_in(done.manifest)} blocks"
    left += left_over(out)
    found = Suffered(
        what, ELSEWHERE if away else HERE, when, len(before), lost(before, out), said, seconds, equal, left
    )
    shutil.rmtree(out)
    return found


def here(scene: Scene) -> Iterator[Suffered]:
    """Faults of a sweep on processes of this machine."""

    def interrupt(running: Started) -> None:
        running.signal(signal.SIGINT, group=True)

    def twice(running: Started) -> None:
        interrupt(running)
        time.sleep(0.2)
        interrupt(running)

    def starting(running: Started, _: Path) -> bool:
        return bool(running.workers)

    def soon(running: Started) -> None:
        time.sleep(scene.chance.uniform(0.0, 1.0))
        interrupt(running)

    yield struck(scene, "worker killed", lambda running: scene.chance.choice(running.workers).kill())
    yield struck(scene, "Ctrl-C", interrupt)
    yield struck(scene, "client killed", lambda running: running.signal(signal.SIGKILL))
    yield struck(scene, "Ctrl-C twice", twice)
    yield struck(scene, "Ctrl-C while workers start", soon, ready=starting)


def elsewhere(scene: Scene, cluster: Cluster) -> Iterator[Suffered]:
    """Faults of a sweep on a scheduler and workers that are processes of their own."""

    def all_workers(_: Started) -> None:
        for worker in cluster.workers:
            worker.signal(signal.SIGKILL)

    def one(_: Started) -> None:
        cluster.workers[0].signal(signal.SIGKILL)

    yield struck(scene, "worker killed, not replaced", one, cluster)
    cluster.mend()
    yield struck(scene, "client killed", lambda running: running.signal(signal.SIGKILL), cluster)
    yield struck(scene, "all workers killed", all_workers, cluster)
    yield struck(scene, "scheduler killed", lambda _: cluster.scheduler.signal(signal.SIGKILL), cluster)


def full_disk(scene: Scene, disk: Path) -> Suffered:
    """Fill the disk under a sweep; free it; go on in the same folder."""
    ballast = disk / "ballast"

    def fill(_: Started) -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    return struck(scene, "disk full, then freed", fill, place=disk / "out", mend=ballast.unlink)


def random_kills(scene: Scene, cluster: Cluster, kills: int) -> Iterator[Suffered]:
    """Kill one of client, workers and scheduler at random times; mend and go on, until so many were killed.

    Raises RuntimeError if a sweep ends otherwise than it should.
    """
    out, running, before = scene.place(), None, dict[int, bytes]()
    gone, left, said, began = 0, 0, list[str](), time.monotonic()
    while kills or said or out.exists():
        if running is None:
            cluster.mend()
            again = ("--resume",) if (out / "manifest.json").exists() else ()
            running = client(scene.folder, out, *again, *by(cluster))
        wait = scene.chance.uniform(0.3, 6.0) if kills else 600.0
        ended = until(lambda: not running.running, wait, running.children)  # noqa: B023
        gone += lost(before, out) if (out / "manifest.json").exists() else 0
        before |= finished(out)
        if not ended:
            victim = scene.chance.choice((running, running, cluster.scheduler, *cluster.workers))
            name = "client" if victim is running else "scheduler" if victim is cluster.scheduler else "worker"
            said.append(name)
            victim.signal(signal.SIGKILL)
            victim.process.wait()
            kills -= 1
            if name == "worker":
                cluster.mend()
                continue
        code = running.ended()
        left += running.orphans()
        if code == 0:
            what = f"random kills, {len(said)}: {', '.join(said) or 'none'}"
            found = judged(scene, what, True, before, out, "0", time.monotonic() - began, left)
            yield found._replace(lost=found.lost + gone)
            out, before, gone, left, said, began = scene.place(), {}, 0, 0, [], time.monotonic()
            if not kills:
                return
        elif "Traceback" in running.words or (
            code not in (1, -signal.SIGKILL) and "no scheduler answers" not in running.words
        ):
            raise RuntimeError(f"it ended with {code}: {running.words[-2000:]}")
        running = None


def breaking(resolved: Any, rules: Any, *, replicate: int, **options: Any) -> Any:
    """Live a member, unless it is one that breaks."""
    if replicate == BROKEN:
        raise ZeroDivisionError("broken on purpose")
    return simulate(resolved, rules, replicate=replicate, **options)


def deadly(resolved: Any, rules: Any, *, replicate: int, **options: Any) -> Any:
    """Live a member, or kill the process that lives it, if it is one at the highest level that breaks."""
    if replicate == BROKEN and rules["gain_shortage"][0] > 0.899:
        signal.raise_signal(signal.SIGKILL)
    return simulate(resolved, rules, replicate=replicate, **options)


def broken_members(scene: Scene) -> Suffered:
    """Let some members raise: rows that say so, all others as they were."""
    out, began = scene.place(), time.monotonic()
    done = sweep(scene.folder / "design.yaml", out, workers=2, simulate=breaking)
    rows = done.members
    failed, expected = rows[rows["status"] == "failed"], set(rows["member"][rows["replicate"] == BROKEN])
    told = set(failed["member"]) == expected and set(failed["failure"]) == {"ZeroDivisionError: broken on purpose"}
    equal = told and outcomes(done, expected) == outcomes(scene.undisturbed, expected)
    said = f"{len(failed)} failed rows, {len(expected)} expected"
    return Suffered("members that raise", "2 threads", "", 0, 0, said, time.monotonic() - began, equal, left_over(out))


DEADLY = """
import sys
sys.path.insert(0, {root!r})
from thermidor import sweep
from thermidor.errors import Stopped
from validation.strikes import deadly
if __name__ == "__main__":
    try:
        sweep("design.yaml", sys.argv[1], workers=2, processes=True, simulate=deadly)
    except Stopped as stop:
        print(f"thermidor: {{stop}}")
        sys.exit(1)
"""


def deadly_members(scene: Scene) -> Suffered:
    """Let some members kill every worker that lives them: other blocks are kept, and theirs when they are mended."""
    script, out = scene.folder / "deadly.py", scene.place()
    script.write_text(DEADLY.format(root=str(Path(__file__).parent.parent)))
    began = time.monotonic()
    running = start(scene.folder, "client", str(script), str(out))
    code = running.ended()
    before, said, left = finished(out), ending(code, running.words), running.orphans()
    left += go_on(scene, out)
    return judged(scene, "members that kill their worker", False, before, out, said, time.monotonic() - began, left)
