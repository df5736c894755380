"""A sweep: live all members of a design in blocks, keep every finished one, go on where it was stopped.

    from thermidor import sweep
    done = sweep("isolation-by-development", "runs/grid")   # threads of this process
    done.members                                             # a DataFrame, one row a member

The client sends numbers of blocks, a few ahead of the workers, and keeps no results: its memory does not grow with
the number of members.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from thermidor.errors import InputError, RunError
from thermidor.experiments import cluster, store
from thermidor.experiments.design import BEGINS, Design, as_data, design_from, design_in, design_path
from thermidor.experiments.dispatch import Progress, dispatch
from thermidor.experiments.extras import need
from thermidor.experiments.opened import Sweep, open_sweep
from thermidor.experiments.plan import Plan, plan_of
from thermidor.experiments.refusals import WHOLE, place
from thermidor.runs import lock
from thermidor.runs import manifest as manifests
from thermidor.runs.store import placing
from thermidor.scenarios.document import Document, read_document
from thermidor.theories import Theory, load_theory

BLOCK_SECONDS = 5.0
MOST_IN_BLOCK = 2_000
FEWEST_BLOCKS = 16
"""A small sweep is cut finer, so that all workers have a share of it."""
PROBES = 3
"""Members lived to learn what one costs."""


class Cost(NamedTuple):
    """What a sweep will take: members, points, citizen-months, seconds a member on a core, bytes kept at most.

    `failed` says why a probed member failed; the seconds are then those of one that fails.
    """

    members: int
    points: int
    citizen_months: int
    seconds_each: float
    bytes: int
    failed: str = ""

    def seconds(self, cores: int) -> float:
        """Expected seconds on so many cores."""
        return self.members * self.seconds_each / cores


def planned(design: str | Path | Design | Plan, theory: str | Path | Theory | None = None) -> Plan:
    """Load a design and make its plan, its base under another theory if one is given.

    Raises InputError for all that can be wrong with it.
    """
    if isinstance(design, Plan):
        if theory is not None:
            raise InputError("a plan has its theory already", "theory", mend="give it when the plan is made")
        return design
    if isinstance(design, Design):
        return plan_of(**_under(theory, design_from(as_data(design))))  # a changed copy has been checked by nobody
    path = design_path(design)
    document = read_document(path, BEGINS)
    made = design_in(document)
    try:
        return plan_of(**_under(theory, made), beside=path.parent)
    except InputError as error:
        raise _placed(error, document) from None


def _under(theory: str | Path | Theory | None, design: Design) -> dict[str, Any]:
    """A design, its base under another theory if one is given, and that theory by name."""
    if theory is None:
        return {"design": design}
    school = load_theory(theory)
    base = design.base.model_copy(update={"theory": school.name})
    return {"design": design.model_copy(update={"base": base}), "theories": {school.name: school}}


def _placed(error: InputError, document: Document) -> InputError:
    """An error of a plan with the line of the design's file where it stands, if it says at which key or point."""
    where = error.where
    key = re.split("[: ]", where, maxsplit=1)[0]
    if key.split(".")[0] in document.data:
        where = document.place(tuple(key.split("."))) + where.removeprefix(key)
    elif where.startswith("overlay "):
        where = f"{document.file}: {where}"
    return InputError(error.what, where, error.why, error.mend, error.also)


def cost(plan: Plan) -> Cost:
    """Probe what a member costs, by living a few without keeping them."""
    from thermidor.runs.simulate import simulate

    cluster.compile_here(plan)
    spent, failed, lived = 0.0, "", sorted({plan.members * (2 * k + 1) // (2 * PROBES) for k in range(PROBES)})
    for number in lived:
        case, point, replicate = plan.member(number)
        began = time.perf_counter()
        start = plan.start(case, point)
        resolved = start.resolved(plan.design.seed, replicate)
        sizes: Any = {"citizens": start.citizens, "months": len(plan.months)}
        try:
            simulate(resolved, start.rules, seed=plan.design.seed, replicate=replicate, **sizes)
        except RunError as error:
            failed = failed or f"member {number}, {error}"
        spent += time.perf_counter() - began
    months = len(plan.months[:: plan.design.series_every])
    cells = 8 + len(plan.points.factors) + 2 * len(plan.design.outcomes)
    room = plan.members * (8 * cells + 4 * months * len(plan.series))
    return Cost(plan.members, len(plan.points), plan.citizen_months, spent / len(lived), room, failed)


def sweep(
    design: str | Path | Design | Plan,
    out: str | Path,
    *,
    theory: str | Path | Theory | None = None,
    workers: int | None = None,
    processes: bool = False,
    scheduler: str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    cancel: Event | None = None,
    simulate: Callable[..., Any] | None = None,
    probed: Cost | None = None,
) -> Sweep:
    """Live all members of a design into the folder `out`, and open what came out.

    theory     of the base, in place of the design's own
    workers    how many here (all cores); threads of this process, or, with `processes`, processes of their own
               (in a script these need `if __name__ == "__main__":` around the call)
    scheduler  address of a Dask scheduler instead; its workers have to see `out`
    resume     go on with what is kept in `out`: the same design, rules and versions, or it is refused
    progress   told of what is finished, see `Progress`
    cancel     event that stops the sweep, as Ctrl-C does; what is finished is kept
    simulate   another driver of the months (see `thermidor.runs.simulate.simulate`)
    probed     what `cost` has found, if it has been asked already

    Raises InputError before any work, or for a full disk; Interrupted when stopped; Stopped if workers or the scheduler
    are lost. A member that fails is a row of the table, not an error.
    """
    need("distributed", "pyarrow")
    target, plan = place_for(out, resume), planned(design, theory)
    if workers is not None and workers < 1:
        raise InputError(f"workers can't be {workers}", "workers", "", "give 1 or more")
    if scheduler is not None:
        cluster.find_scheduler(scheduler)
    with _held(target, resume):
        manifest = _begun(target, plan, resume, probed)
        began, token = time.perf_counter(), secrets.token_hex(8)
        missing = _missing(target, manifest)
        try:
            if missing:
                with placing(target):
                    (target / store.RUNNING).write_text(token, encoding="ascii")
                cluster.compile_here(plan)
                with cluster.workers(workers or manifests.cores(), processes=processes, scheduler=scheduler) as client:
                    threads = cluster.ask_workers(client, target, token)
                    try:
                        with client.as_current():
                            dispatch(client, str(target), manifest, missing, token, threads, simulate, progress, cancel)
                    finally:
                        (target / store.RUNNING).unlink(missing_ok=True)  # whoever is still at work stops by itself
        except BaseException:
            store.note_seconds(target, manifest, time.perf_counter() - began)
            raise
        if manifest["state"] != WHOLE:
            store.make_whole(target, manifest, time.perf_counter() - began)
        store.forget_blocks(target)
    return open_sweep(target)


def _begun(target: Path, plan: Plan, resume: bool, probed: Cost | None) -> store.Manifest:
    """The manifest of a sweep that is gone on with, or is new. Raises InputError."""
    if resume:
        manifest = store.read_manifest(target)
        store.plan_in(manifest, str(target / manifests.NAME))
        store.refuse_other(manifest, plan, target)
        store.check_planned(target, manifest, plan)
        store.check_whole(target, manifest)
        return manifest
    probed = probed or cost(plan)
    _refuse_full(target, probed.bytes)
    in_time = round(BLOCK_SECONDS / max(probed.seconds_each, 1e-6))
    block = max(1, min(in_time, MOST_IN_BLOCK, -(-plan.members // FEWEST_BLOCKS)))
    try:
        return store.create(target, plan, block)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _missing(target: Path, manifest: store.Manifest) -> list[int]:
    """Blocks that are not there; those that are, are read through. Raises InputError for a damaged one."""
    there = set(store.finished(target, manifest))
    if manifest["state"] != WHOLE:
        for number in sorted(there):
            store.read_block(target, manifest, number)
    return [number for number in range(store.blocks_in(manifest)) if number not in there]


def place_for(out: str | Path, resume: bool = False) -> Path:
    """The folder of a sweep: a new or empty one, or, to resume, one that holds a sweep. Raises InputError."""
    target = place(out)
    if resume and target.is_dir() and not (target / manifests.NAME).exists():
        raise InputError("nothing to go on with is kept here", str(target), "no plan was written", "leave --resume out")
    if resume:
        store.read_manifest(target)
    elif target.exists():
        _refuse_taken(target)
    return target


@contextmanager
def _held(target: Path, resume: bool) -> Iterator[None]:
    """Hold the folder, emptied where it is new. Raises InputError."""
    with placing(target):
        target.mkdir(parents=True, exist_ok=True)
        held = lock.hold(target)
    if held is None:
        raise InputError("another client is at work on this sweep", str(target), "", "wait for it, or stop it")
    with held:
        try:
            if not resume:
                _refuse_taken(target)  # again: another may have been at work before it was held
                for left in (path for path in target.iterdir() if path.name != lock.NAME):
                    shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            yield
        finally:
            for name in (store.RUNNING, lock.NAME):
                (target / name).unlink(missing_ok=True)


def _refuse_taken(target: Path) -> None:
    """Refuse a place with something in it, unless it was left by a client that was killed while it planned."""
    if not target.is_dir() or not store.unplanned(target):
        ours = manifests.is_run(target, store.KIND)
        mend = "go on with --resume, or give another folder" if ours else "give another folder"
        raise InputError("a sweep is kept here already" if ours else "this place is taken", str(target), "", mend)


def _refuse_full(target: Path, needed: int) -> None:
    total, _, free = shutil.disk_usage(target)
    if total and free < needed:
        why = f"it may take up to {needed / 1e6:,.4g} MB, {free / 1e6:,.4g} MB are free"
        raise InputError("the disk has no room for this sweep", str(target), why, "free some room or write elsewhere")
