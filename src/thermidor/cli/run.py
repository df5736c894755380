"""`thermidor run`: read the wishes, run the members with progress, keep them, and report."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from thermidor.cli.guard import INTERRUPTED, InterruptedLate
from thermidor.errors import InputError, Interrupted, nearest
from thermidor.runs import CITIZENS, MOST_CITIZENS
from thermidor.runs.lock import held

if TYPE_CHECKING:
    from thermidor.runs import Result
    from thermidor.runs.members import Progress

PATIENCE = 1.0
"""Seconds of work before progress is shown."""
GRACE = 1.0
"""Seconds that an interrupted run has to stop by itself; one that is still compiling doesn't."""
SHELF = Path("runs")
"""Where runs are kept that were given no folder."""


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    scenario: str
    replicates: int
    replicate: int | None
    citizens: list[str] | None
    months: int | None
    seed: int
    settings: list[str] | None
    rules: list[str] | None
    without: list[str] | None
    theory: str | None = None
    engine: Path | None = None


class Keeping(NamedTuple):
    """Where a run is kept, and how: in place of another, with checkpoints, from those that stand there."""

    out: Path | None = None
    force: bool = False
    checkpoint_every: int | None = None
    resume: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the run can be gone on with when it is stopped."""
        return self.resume or self.checkpoint_every is not None


def carry_out(wish: Wish, keeping: Keeping, *, as_json: bool, figure: bool, events: bool = False) -> None:
    """Run what was wished and print a table, or one JSON object; with `events` the passages too.

    Without `out` a table's run is kept in a new folder under `runs/`, and that of a JSON object nowhere.
    Raises InputError before any work.
    """
    out, force = keeping.out, keeping.force
    if force and out is None:
        raise InputError("--force has nothing to replace", where="--force", mend="give the folder with --out DIR")
    if out is None and (keeping.resume or (keeping.goes_on and as_json)):
        option = "--resume" if keeping.resume else "--checkpoint-every"
        raise InputError(f"{option} needs a folder", where=option, mend="give it with --out DIR")
    if wish.replicate is not None and wish.replicates > 1 and wish.replicate >= wish.replicates:
        why = f"a batch of {wish.replicates} has the members 0 to {wish.replicates - 1}"
        raise InputError(f"there is no member {wish.replicate}", where="--replicate", why=why, mend="give one of these")
    from thermidor.runs import run
    from thermidor.runs.engines import load_engine
    from thermidor.runs.store import Taken
    from thermidor.scenarios import load_scenario
    from thermidor.theories import load_theory

    settings = pairs("--set", wish.settings, "COUNTRY.KEY=VALUE")
    rules = pairs("--rule", wish.rules, "NAME=VALUE")
    scenario = load_scenario(wish.scenario)
    citizens = citizens_of(wish.citizens, tuple(scenario.countries))
    theory, engine = load_theory(wish.theory), None if wish.engine is None else load_engine(wish.engine)
    result = None
    while result is None:
        folder = out if out is not None else None if as_json else fresh(SHELF, scenario.name)
        half = f"; go on with --resume --out {folder}" if keeping.goes_on else ""
        with interruptible(folder, force=force, half=half) as cancel, progress() as told:
            try:
                result = run(
                    scenario,
                    replicates=wish.replicates,
                    replicate=wish.replicate,
                    citizens=citizens,
                    months=wish.months,
                    seed=wish.seed,
                    set=settings,
                    rules=rules,
                    without=wish.without or (),
                    theory=theory,
                    engine=engine,
                    progress=told,
                    out=folder,
                    force=force,
                    cancel=cancel,
                    checkpoint_every=keeping.checkpoint_every,
                    resume=keeping.resume,
                )
            except Interrupted as stop:
                raise (InterruptedLate(f"interrupted{half}") if half else stop) from None
            except Taken:
                if out is not None:
                    raise
                if cancel.is_set():
                    raise Interrupted() from None  # else the next folder: another run was quicker
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; the run is whole in {result.path}") if result.path else Interrupted()
    drawing = draw(result) if figure and result.path is not None else None
    if events:
        from thermidor.cli.events import keep, show

        keep(result)
    if as_json:
        found = {"events": [event.as_json() for event in result.events]} if events else {}
        print(json.dumps({**result.to_json(), **found}, ensure_ascii=False, allow_nan=False))
        return
    from thermidor.cli.report import report

    report(result, drawing)
    if events:
        show(result)


def draw(result: Result) -> Path:
    """Draw the overview into the folder of the run; interrupted, it leaves the run whole and no half a picture."""
    assert result.path is not None
    target, aside = result.path / "figure.png", result.path / ".figure.partial.png"
    try:
        result.plot(aside)
        os.replace(aside, target)
    except KeyboardInterrupt:
        aside.unlink(missing_ok=True)
        raise InterruptedLate(f"interrupted; the run is whole in {result.path}, its figure was not drawn") from None
    except OSError as error:
        aside.unlink(missing_ok=True)
        why = error.strerror or str(error)
        raise InputError("the figure can't be written", str(target), why, "the run itself is whole") from None
    return target


def fresh(shelf: Path, name: str) -> Path:
    """Return a folder under `shelf` that nobody has: NAME, or NAME-2 and so on."""
    candidates = (shelf / (name if i == 1 else f"{name}-{i}") for i in range(1, sys.maxsize))
    taken = ("", ".partial")
    return next(c for c in candidates if not any(os.path.lexists(f"{c}{ending}") for ending in taken))


def pairs(option: str, texts: list[str] | None, form: str) -> dict[str, float]:
    """Read `NAME=VALUE` texts; raises InputError for what is not of that form, no number, or given twice."""
    found: dict[str, float] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"'{text[:80]}' can't be read", where=option, mend=f"write it as {form}")
        number = _number(option, name, value)
        if name in found:
            raise InputError(f"'{name[:80]}' is given twice", where=option, mend="give it once")
        found[name] = number
    return found


def _number(option: str, name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"'{text[:80]}' is no finite number", where=f"{option} {name[:80]}", mend="write it as 0.5")
    return number


def citizens_of(texts: list[str] | None, countries: tuple[str, ...]) -> int | dict[str, int | str]:
    """Read what `--citizens` asks: N in each country, and N or `all` in named ones; the default is 10,000 in each.

    Raises InputError for what can't be read, a country that the scenario hasn't got, or one given twice.
    """
    every, own = CITIZENS, dict[str, int | str]()
    for text in (part.strip() for texts_of in texts or () for part in texts_of.split(",")):
        country, equals, number = text.rpartition("=")
        if not equals:
            every = _count(text)
        elif country not in countries:
            mend = nearest(country, countries) or f"its countries: {', '.join(countries)}"
            raise InputError(f"the scenario has no country '{country[:80]}'", where="--citizens", mend=mend)
        elif country in own:
            raise InputError(f"'{country}' is given twice", where="--citizens", mend="give it once")
        else:
            own[country] = "all" if number == "all" else _count(number)
    return {country: own.get(country, every) for country in countries} if own else every


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= MOST_CITIZENS:
        return int(text)
    why, mend = f"it is from 1 to {MOST_CITIZENS:,}", "write a whole number, or COUNTRY=N, or COUNTRY=all"
    raise InputError(f"'{text[:80]}' is no number of citizens", "--citizens", why, mend)


@contextmanager
def interruptible(
    folder: Path | None = None, *, force: bool = False, half: str | Callable[[], str] = ""
) -> Iterator[Event]:
    """Give the event that Ctrl-C sets, in place of an exception in the midst of an import or of writing.

    A second Ctrl-C, or a run that has not stopped after `GRACE`, ends the process and removes what
    stands half written beside `folder`; unless `half` says how to go on with it, asked when it comes to that.
    """
    cancel, over = Event(), Event()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield cancel
        return
    target = None if folder is None else folder.expanduser().resolve()
    partial = target.with_name(target.name + ".partial") if target is not None and target.name else None
    if partial is not None and partial.exists() and (not force or held(partial) or _not_left_by_a_run(partial)):
        partial = None  # another's
    if half:
        partial = None

    def end() -> None:
        _end_now(partial, half() if callable(half) else half)

    def watch() -> None:
        cancel.wait()
        if not over.wait(GRACE):
            end()

    asked: list[int] = []

    def interrupted(number: int, _: object) -> None:
        if asked:
            end()
        asked.append(number)
        cancel.set()

    Thread(target=watch, daemon=True).start()
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield cancel
    finally:
        over.set()
        signal.signal(signal.SIGINT, before)


def _not_left_by_a_run(partial: Path) -> bool:
    from thermidor.runs.store import strange_in_partial

    return not partial.is_dir() or bool(strange_in_partial(partial))


def _end_now(partial: Path | None, half: str) -> NoReturn:
    """End the process whatever its threads do; `partial` is moved aside first, for it may become whole meanwhile."""
    if partial is not None:
        with suppress(OSError):
            dropped = tempfile.mkdtemp(prefix=f"{partial.name}.dropped.", dir=partial.parent)  # nobody else's
            with suppress(OSError):
                os.replace(partial, Path(dropped, partial.name))
            shutil.rmtree(dropped, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)  # the writer may have begun anew
    with suppress(OSError):
        cursor = "\r\x1b[K\x1b[?25h" if sys.stderr.isatty() else ""
        os.write(2, f"{cursor}thermidor: interrupted{half or '; nothing was kept'}\n".encode())
    os._exit(INTERRUPTED)


@contextmanager
def progress(many: str = "run", of: str = "months") -> Iterator[Progress | None]:
    """Give what to tell of progress: a bar on stderr once the work has lasted a second, where there is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    began, words = time.monotonic(), TextColumn("[progress.description]{task.description}")
    bar = Progress(
        words, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task(of, total=None)

    def told(members_done: int, members: int, months_done: int, months: int) -> None:
        if not bar.live.is_started and time.monotonic() - began >= PATIENCE:
            bar.start()
        done = f"{many} {members_done} of {members}, {of}" if members > 1 else of
        bar.update(task, description=done, completed=months_done, total=months)

    try:
        yield told
    finally:
        if bar.live.is_started:
            bar.stop()
