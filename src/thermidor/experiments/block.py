"""A block of members: about five seconds of work, lived one after the other by one worker and written whole.

Members are lived one by one and read many at a time, since the lens takes hardly longer for many than for one. A
worker is told a folder, a number and a token; everything else it reads from the folder. A member that fails becomes a
row that says at which stage and why; only what stops the sweep itself (a full disk, another client) is raised.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.errors import InputError, Interrupted, RunError
from thermidor.experiments import outcomes as measuring
from thermidor.experiments import series as kept
from thermidor.experiments import store
from thermidor.experiments.plan import Case, Member, Plan, Start, refuse_other_sample
from thermidor.experiments.rows import DONE, FAILED
from thermidor.experiments.stamp import differences
from thermidor.runs import manifest as manifests
from thermidor.runs.store import Axes, columns

if TYPE_CHECKING:
    from thermidor.runs.ensemble import Member as Lived

TOGETHER = 8_000_000
"""Bytes of months that are read together."""
LOOK = 0.25
"""Seconds between two looks whether the client still wants the work."""


class Told(NamedTuple):
    """What a block tells its client: members done and failed."""

    done: int
    failed: int


KNOWN, SPENT = ("member", "status"), ("seconds", "failure_stage", "failure")
"""Columns of a block before and after its outcomes."""


class Job(NamedTuple):
    """A sweep as a worker sees it."""

    manifest: store.Manifest
    plan: Plan


@lru_cache(maxsize=2)
def _job(folder: str, digest: str, token: str) -> Job:
    """Read a sweep's plan once for each client in each worker, since the folder may have been begun anew.

    Raises InputError if this worker would live other rules.
    """
    manifest = store.read_manifest(Path(folder))
    if differs := differences(manifest["stamp"]):
        raise unlike(_address(), f"the sweep has {'; '.join(differs)}")
    plan = store.plan_in(manifest, str(Path(folder) / "manifest.json"))
    refuse_other_sample(plan, Path(folder) / store.MEMBERS)
    return Job(manifest, plan)


def unlike(address: str, why: str) -> InputError:
    """What is said of a worker at an address that would live something else."""
    mend = "install the same version everywhere, or end that worker; --resume goes on"
    return InputError("a worker would live other rules", address, why, mend)


def _address() -> str:
    """Where this worker is."""
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "this process"


def live_block(folder: str, digest: str, number: int, token: str, simulate: Callable[..., Lived] | None = None) -> Told:
    """Live the members of a block and write what they came to. Raises Interrupted when `token` no longer counts."""
    manifest, plan = _job(folder, digest, token)
    wanted = _Wanted(Path(folder), token)
    first, last = store.members_of(manifest, number)
    if store.block_path(Path(folder), number).is_file():  # a worker that was killed could no more tell of it
        there = store.read_block(Path(folder), manifest, number).column("status").to_pylist()
        return Told(there.count(DONE), there.count(FAILED))
    months = plan.months[:: plan.design.series_every]
    series = np.full((last - first, len(months), len(plan.series)), np.nan, np.float32)
    shape = len(plan.months), len(plan.countries), len(VARIABLES)
    step = max(1, TOGETHER // (4 * math.prod(shape)))
    room = np.empty((min(step, last - first), *shape), np.float32)
    lived: list[dict[str, Any]] = []
    for begin in range(first, last, step):
        members = range(begin, min(begin + step, last))
        lived += _rows(plan, members, wanted, simulate, room[: len(members)], series[begin - first :])
    rows = {name: [row.get(name) for row in lived] for name in (*KNOWN, *manifest["columns"], *SPENT)}
    wanted.look(now=True)
    if plan.series:
        kept.write(Path(folder), manifest, number, series)
    store.write_block(Path(folder), manifest, number, rows, token)
    failed = rows["status"].count(FAILED)
    return Told(last - first - failed, failed)


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
            taken = self.file.read_text(encoding="ascii") != self.token
            why = "another client has taken over this sweep" if taken else ""
        except OSError:
            there = (self.file.parent / manifests.NAME).is_file()
            why = "the client has ended" if there else f"the folder of the sweep is gone: {self.file.parent}"
        if why:
            self.stop.set()
            raise Interrupted(why)


def _rows(
    plan: Plan,
    members: range,
    wanted: _Wanted,
    simulate: Callable[..., Lived] | None,
    months: NDArray[np.float32],
    series: NDArray[np.float32],
) -> list[dict[str, Any]]:
    """Live some members and read them together: a row each, with its outcomes, or at which stage it failed and why.

    months: room for all of theirs [member, month, country, variable]; series: for those that are kept.
    """
    rows: list[dict[str, Any]] = []
    at: tuple[Case, int] | None = None
    start: Start | Exception | None = None
    for place, number in enumerate(members):
        wanted.look()
        this, clock, stage = plan.member(number), time.perf_counter(), "start"
        row: dict[str, Any] = {"member": number, "status": DONE}
        try:
            if at is None or at[0] is not this.case or at[1] != this.point:
                at, start = (this.case, this.point), _start(plan, this)
            if not isinstance(start, Start):
                raise start or AssertionError
            resolved = start.resolved(plan.design.seed, this.replicate)
            stage = "months"
            months[place] = live(plan, this.replicate, start, resolved, wanted, simulate)
        except (Interrupted, MemoryError):
            raise
        except Exception as error:
            row |= _failure(stage, error)
        rows.append(row | {"seconds": time.perf_counter() - clock})
    clock = time.perf_counter()
    whole = [place for place, row in enumerate(rows) if row["status"] == DONE]
    _measure(plan, months, rows, whole)
    whole = [place for place in whole if rows[place]["status"] == DONE]
    for column, (country, variable) in enumerate(plan.series):
        series[whole, :, column] = months[whole, :: plan.design.series_every, country, variable]
    each = (time.perf_counter() - clock) / len(rows)
    return [row | {"seconds": round(row["seconds"] + each, 6)} for row in rows]


def _start(plan: Plan, member: Member) -> Start | Exception:
    """What the replicates of a point have in common, or why there is none."""
    try:
        return plan.start(member.case, member.point)
    except Exception as error:
        return error


def _measure(plan: Plan, months: NDArray[np.float32], rows: list[dict[str, Any]], places: list[int]) -> None:
    """Add the outcomes of some members to their rows; should that fail, of each by itself."""
    from thermidor.lenses import trotsky

    if not places:
        return
    try:
        whole = months if len(places) == len(months) else months[places]
        named = columns(whole, Axes(tuple(places), plan.months, plan.countries))
        found = measuring.measured(plan.design.outcomes, named, trotsky.read(named))
        for row, place in enumerate(places):
            rows[place] |= {name: _plain(cells[row]) for name, cells in found.items()}
    except MemoryError:
        raise
    except Exception as error:
        if len(places) == 1:
            rows[places[0]] |= _failure("outcomes", error)
            return
        for place in places:
            _measure(plan, months, rows, [place])


def _failure(stage: str, error: Exception) -> dict[str, Any]:
    """The cells of a member that failed."""
    text = " ".join(str(error).split())
    named = text if isinstance(error, InputError | RunError) else f"{type(error).__name__}: {text}"
    step = f": {error.step}" if isinstance(error, RunError) else ""
    return {"status": FAILED, "failure_stage": stage + step, "failure": named[:1000]}


def live(
    plan: Plan, replicate: int, start: Start, resolved: Any, wanted: _Wanted, simulate: Callable[..., Lived] | None
) -> np.ndarray:
    """The months of one member, float64 [month, country, variable], a year at a time."""
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
    return done.series


def _plain(cell: Any) -> Any:
    """A cell as the table keeps it: none for what is not a number."""
    if isinstance(cell, float | np.floating):
        return None if np.isnan(cell) else float(cell)
    return str(cell)
