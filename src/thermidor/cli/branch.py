"""`thermidor branch`: read the wishes, continue a member of a kept run into many futures, keep them, and report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.run import SHELF, draw, fresh, interruptible, pairs, progress
from thermidor.cli.tables import note, say
from thermidor.errors import InputError, Interrupted


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    folder: Path
    at: str
    settings: list[str] | None
    rules: list[str] | None
    without: list[str] | None
    replicates: int
    member: int
    same_draws: bool
    months: int | None
    until: str | None
    seed: int | None
    theory: str | None = None


def carry_out(wish: Wish, *, out: Path | None, force: bool, figure: bool) -> None:
    """Branch as wished and print the report of the futures; without `out` they are kept under `runs/`."""
    if force and out is None:
        raise InputError("--force has nothing to replace", where="--force", mend="give the folder with --out DIR")
    settings = pairs("--set", wish.settings, "COUNTRY.VARIABLE=VALUE")
    rules = pairs("--rule", wish.rules, "NAME=VALUE")
    from thermidor.futures.branch import branch
    from thermidor.runs import open_run

    parent = open_run(wish.folder)
    folder = out if out is not None else fresh(SHELF, f"{wish.folder.resolve().name}-{wish.at}")
    with interruptible(folder, force=force) as cancel, progress() as told:
        result = branch(
            parent,
            at=wish.at,
            member=wish.member,
            set=settings,
            rules=rules,
            without=wish.without or (),
            theory=wish.theory,
            replicates=wish.replicates,
            same_draws=wish.same_draws,
            months=wish.months,
            until=wish.until,
            seed=wish.seed,
            progress=told,
            out=folder,
            force=force,
            cancel=cancel,
        )
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; the branch is whole in {result.path}") if result.path else Interrupted()
    drawing = draw(result) if figure else None
    from thermidor.cli.report import report

    asked = result.manifest["overrides"]
    changed = [f"{name} = {value:g}" for kind in ("set", "rules") for name, value in asked[kind].items()]
    changed += [f"without {name}" for name in asked["without"]]
    changed += [] if wish.theory is None else [f"theory {result.manifest['theory']['name']}"]
    say(
        f"Member {wish.member} of {wish.folder.name}, continued from {wish.at}", "; ".join(changed) or "nothing changed"
    )
    if wish.same_draws:
        note("future -1 goes on with the member's own draws")
    report(result, drawing)
