"""`thermidor sweep` and `thermidor designs`: say what a design will cost, live it with progress, and keep it."""

from __future__ import annotations

import gc
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from thermidor.cli.guard import INTERRUPTED, InterruptedLate
from thermidor.cli.tables import facts, many, note, say, table
from thermidor.errors import InputError, Interrupted
from thermidor.theories import DEFAULT

if TYPE_CHECKING:
    from thermidor.experiments.dispatch import Progress
    from thermidor.experiments.plan import Plan
    from thermidor.experiments.sweep import Cost


def carry_out(
    design: str,
    out: Path | None,
    *,
    workers: int | None,
    threads: bool,
    scheduler: str | None,
    resume: bool,
    dry_run: bool,
    theory: str | None = None,
) -> None:
    """Print plan and cost, live the design unless it is a dry run, and print what was kept. Raises InputError."""
    from thermidor.experiments.cluster import find_scheduler
    from thermidor.experiments.sweep import cost, place_for, planned, sweep
    from thermidor.runs import manifest as manifests

    if out is None and not dry_run:
        raise InputError("where is the sweep to be kept?", "--out", "", "give a folder with --out DIR, or --dry-run")
    if scheduler is not None and (workers is not None or threads):
        raise InputError("--scheduler has workers of its own", "--workers", "", "leave --workers and --threads out")
    if out is not None and not dry_run:
        place_for(out, resume)
    if scheduler is not None and not dry_run:
        find_scheduler(scheduler)
    plan = planned(design, theory)
    cores = workers or manifests.cores()
    probed = None if resume else cost(plan)
    show_plan(plan, probed, cores, scheduler)
    if dry_run or out is None:
        return
    gc.enable()  # what a lens reads holds itself
    expected = None if probed is None or probed.failed or scheduler is not None else probed.seconds(cores)
    with stoppable() as cancel, progress(expected) as told:
        try:
            done = sweep(
                plan,
                out,
                workers=cores,
                processes=not threads,
                scheduler=scheduler,
                resume=resume,
                progress=told,
                cancel=cancel,
                probed=probed,
            )
        except Interrupted as stop:
            raise InterruptedLate(f"{stop}; go on with --resume") from None
    counts = done.counts
    kept = f"{many(counts['done'], 'member')} done" + (f", {counts['failed']:,} failed" if counts["failed"] else "")
    say("kept", f"{kept}, {done.manifest['seconds']:.0f} s, in {out}")
    note(f"read it: thermidor results {shlex.quote(str(out))}")


def show_designs(name: str | None, *, schema: bool) -> None:
    """List the shipped designs, or print one, or the JSON Schema of a design file."""
    import json

    from thermidor.experiments.design import design_path, json_schema, list_designs

    if schema:
        print(json.dumps(json_schema(), indent=1, ensure_ascii=False))
    elif name is not None:
        print(design_path(name).read_text(encoding="utf-8"), end="")
    else:
        table(("design", "what it asks"), list_designs().items())


def show_plan(plan: Plan, probed: Cost | None, cores: int, scheduler: str | None) -> None:
    """Print what will be lived, how overlays differ from the base, and what it will take."""
    design = plan.design
    say(design.name, design.title)
    levels = [
        f"{name} {len(f.levels)}" for name, f in zip(design.factors, plan.points.factors, strict=False) if f.levels
    ]
    sampled = f"{many(len(plan.points.factors), 'factor')} by {design.sampling.method}"
    rows: list[tuple[str, Any]] = []
    if design.base.theory != DEFAULT:
        rows.append(("theory", design.base.theory))
    if plan.points.factors:
        rows.append(("points", f"{len(plan.points):,} ({' x '.join(levels) if levels else sampled})"))
    beside = f", base and {many(len(design.overlays), 'overlay')}" if design.overlays else ""
    rows.append(("members", f"{plan.members:,}: {many(design.replicates, 'replicate')} of each point{beside}"))
    rows.append(("citizen-months", f"{plan.citizen_months:,}"))
    if probed is not None:
        where = f"on {many(cores, 'worker')}" if scheduler is None else "on one core of this machine"
        seconds = probed.seconds(cores if scheduler is None else 1)
        time = f"about {span(seconds)} {where} ({probed.seconds_each * 1000:.0f} ms a member, probed)"
        rows.append(("time", f"not known: a probed member failed ({probed.failed})" if probed.failed else time))
        rows.append(("kept", f"at most {max(probed.bytes / 1e6, 0.1):,.1f} MB"))
    facts(rows)
    if design.overlays:
        table(("overlay", "differs from the base by"), [(c.name, difference(c)) for c in plan.cases[1:]])


def difference(case: Any) -> str:
    """What an overlay changes, in one line."""
    change = case.change
    said = [f"{key} = {value:g}" for key, value in {**change.set, **change.rules}.items()]
    said += [f"without {name}" for name in change.without]
    said += [] if change.theory is None else [f"theory {change.theory}"]
    sizes = "; ".join(f"{many(int(n), 'citizen')} in {country}" for country, n in case.citizens.items())
    said += [sizes] if change.citizens else []
    said += [f"only where {name} = {level:g}" for name, level in change.where.items()]
    short = said if len(said) <= 6 else [*said[:5], f"{len(said) - 5} more"]
    return "; ".join(short) or "nothing"


def span(seconds: float) -> str:
    """A time as one says it."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def stoppable() -> Iterator[Event]:
    """Give the event that Ctrl-C sets; a second Ctrl-C ends the process at once. What is finished is kept."""
    cancel = Event()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield cancel
        return

    def interrupted(number: int, _: object) -> None:
        if cancel.is_set():
            os.write(2, b"\nthermidor: interrupted; what is finished is kept, go on with --resume\n")
            os._exit(INTERRUPTED)
        cancel.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


class Left:
    """The time left, by what has been done since the first look; before that, what was expected, if anything was."""

    def __init__(self, expected: float | None) -> None:
        self.expected, self.members = expected, -1
        self.first, self.began = 0, 0.0

    def seconds(self, done: int, members: int) -> float | None:
        """Seconds until all members are done; none where that is not known yet."""
        now = time.monotonic()
        if members != self.members:  # another sweep
            self.members, self.first, self.began = members, done, now
        elapsed, lived = now - self.began, done - self.first
        if lived:
            return elapsed * (members - done) / lived
        return None if self.expected is None else max(self.expected - elapsed, 0.0)


@contextmanager
def progress(expected: float | None = None) -> Iterator[Progress | None]:
    """Give what to tell of progress: a bar with the time left on a terminal, else a line now and then on stderr.

    expected: seconds that it will take, as far as is known before.
    """
    left = Left(expected)
    if not sys.stderr.isatty():
        said = [time.monotonic()]

        def tell(done: int, members: int, failed: int) -> None:
            seconds = left.seconds(done, members)
            if time.monotonic() - said[0] >= 60.0:
                said[0] = time.monotonic()
                still = "" if seconds is None else f", about {span(seconds)} left"
                print(f"{done:,} of {members:,} members, {failed:,} failed{still}", file=sys.stderr)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("members", total=None, left="")

        def told(done: int, members: int, failed: int) -> None:
            words = f"members, {failed} failed" if failed else "members"
            seconds = left.seconds(done, members)
            still = "" if seconds is None else f"{span(seconds)} left"
            bar.update(task, description=words, completed=done, total=members, left=still)

        yield told
