"""A block of members: about five seconds of work, lived one after the other by one worker and written whole.

A worker is told a folder, a number and a token; everything else it reads from the folder. A member that fails becomes
a row that says at which stage and why; only what stops the sweep itself (a full disk, another client) is raised.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.errors import InputError, Interrupted, RunError
from thermidor.experiments import outcomes as measuring
from thermidor.experiments import store
from thermidor.experiments.plan import Case, Member, Plan, Start
from thermidor.runs.store import Axes, columns

if TYPE_CHECKING:
    from thermidor.runs.ensemble import Member as Lived

LOOK = 0.25
"""Seconds between two looks whether the client still wants the work."""
NO_CLIENT = "no longer wanted"


class Told(NamedTuple):
    """What a block tells its client: its number, members done and failed, seconds."""

    number: int
    done: int
    failed: int
    seconds: float


class Job(NamedTuple):
    """A sweep as a worker sees it."""

    manifest: store.Manifest
    plan: Plan


@lru_cache(maxsize=2)
def _job(folder: str, digest: str) -> Job:
    """Read a sweep's plan once in each worker. Raises InputError if this worker would live other rules."""
    manifest = store.read_manifest(Path(folder))
    if manifest["stamp"] != store.stamp():
        why = f"here {store.stamp()}, there {manifest['stamp']}"
        raise InputError("this worker would live other rules", folder, why, "install the same version everywhere")
    return Job(manifest, store.plan_in(manifest, str(Path(folder) / "manifest.json")))


def live_block(folder: str, digest: str, number: int, token: str, simulate: Callable[..., Lived] | None = None) -> Told:
    """Live the members of a block and write what they came to. Raises Interrupted when `token` no longer counts."""
    began = time.perf_counter()
    manifest, plan = _job(folder, digest)
    wanted = _Wanted(Path(folder), token)
    first, last = store.members_of(manifest, number)
    rows: dict[str, list[Any]] = {name: [] for name in ("member", "status", *manifest["columns"])}
    rows |= {"seconds": [], "failure_stage": [], "failure": []}
    months = plan.months[:: plan.design.series_every]
    series = np.full((last - first, len(months), len(plan.series)), np.nan, np.float32)
    at: tuple[Case, int] | None = None
    start: Start | InputError | None = None
    for member in range(first, last):
        wanted.look()
        this = plan.member(member)
        if at is None or at[0] is not this.case or at[1] != this.point:
            at, start = (this.case, this.point), _start(plan, this)
        assert start is not None
        clock = time.perf_counter()
        row = _row(plan, this, start, wanted, simulate, series[member - first])
        row |= {"member": member, "seconds": round(time.perf_counter() - clock, 6)}
        for name, cells in rows.items():
            cells.append(row.get(name))
    wanted.look(now=True)
    if plan.series:
        store.write_series(Path(folder), first, last, series)
    store.write_block(Path(folder), manifest, number, rows, token)
    failed = rows["status"].count(store.FAILED)
    return Told(number, last - first - failed, failed, time.perf_counter() - began)


class _Wanted:
    """Whether the client that sent the work still counts: its token stands in the folder."""

    def __init__(self, folder: Path, token: str) -> None:
        self.file, self.token, self.next, self.stop = folder / store.RUNNING, token, 0.0, Event()

    def look(self, *, now: bool = False) -> None:
        """Look again once in a while. Raises Interrupted."""
        if not now and time.monotonic() < self.next:
            return
        self.next = time.monotonic() + LOOK
        try:
            stands = self.file.read_text(encoding="ascii") == self.token
        except OSError:
            stands = False
        if not stands:
            self.stop.set()
            raise Interrupted(NO_CLIENT)


def _start(plan: Plan, member: Member) -> Start | InputError:
    try:
        return plan.start(member.case, member.point)
    except InputError as error:
        return error


def _row(
    plan: Plan,
    member: Member,
    start: Start | InputError,
    wanted: _Wanted,
    simulate: Callable[..., Lived] | None,
    series: np.ndarray,
) -> dict[str, Any]:
    """Live one member: its outcomes, or at which stage it failed and why."""
    from thermidor.lenses import trotsky

    stage = "start"
    try:
        if isinstance(start, InputError):
            raise start
        resolved = start.resolved(plan.design.seed, member.replicate)
        stage = "months"
        lived = live(plan, member.replicate, start, resolved, wanted, simulate)
        stage = "outcomes"
        axes = Axes((member.replicate,), plan.months, plan.countries)
        named = columns(lived[None], axes)
        found = measuring.measured(plan.design.outcomes, named, trotsky.read(named))
        for place, (country, variable) in enumerate(plan.series):
            series[:, place] = lived[:: plan.design.series_every, country, variable]
    except (Interrupted, MemoryError):
        raise
    except Exception as error:
        failed = f"{stage}: {error.step}" if isinstance(error, RunError) else stage
        text = " ".join(str(error).split())
        named_error = text if isinstance(error, InputError | RunError) else f"{type(error).__name__}: {text}"
        return {"status": store.FAILED, "failure_stage": failed, "failure": named_error[:1000]}
    return {"status": store.DONE} | {name: _plain(cells[0]) for name, cells in found.items()}


def live(
    plan: Plan, replicate: int, start: Start, resolved: Any, wanted: _Wanted, simulate: Callable[..., Lived] | None
) -> np.ndarray:
    """The months of one member, float32 [month, country, variable], a year at a time."""
    from thermidor.runs.simulate import simulate as plainly

    done = (simulate or plainly)(
        resolved,
        start.rules,
        seed=plan.design.seed,
        replicate=replicate,
        citizens=start.citizens,
        months=len(plan.months),
        on_year=lambda done, total: wanted.look(),
        cancel=wanted.stop,
    )
    return np.asarray(done.series, np.float32)


def _plain(cell: Any) -> Any:
    """A cell as the table keeps it: none for what is not a number."""
    if isinstance(cell, float | np.floating):
        return None if np.isnan(cell) else float(cell)
    return str(cell)
