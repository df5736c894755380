"""`thermidor fit`: choose few rules, search draws of them by targets, print what was learned, and keep it all."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thermidor.cli.app import Seed, app

if TYPE_CHECKING:
    from thermidor.fitting.targets import Targets
    from thermidor.fitting.work import Fit, Wish


@app.command()
def fit(
    targets: Annotated[
        Path | None,
        typer.Argument(metavar="TARGETS.yaml", help="What to aim at (default: what is shipped).", show_default=False),
    ] = None,
    theory: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.yaml", help="Fit under another theory.", show_default=False)
    ] = None,
    free: Annotated[int, typer.Option(metavar="N", help="Rules that may move, at most twelve.")] = 12,
    free_rules: Annotated[
        str | None, typer.Option(metavar="RULE,RULE", help="Move these, and screen nothing.", show_default=False)
    ] = None,
    screen: Annotated[
        bool, typer.Option("--screen/--no-screen", help="Choose them by Morris screening, or take the theory's own.")
    ] = True,
    budget: Annotated[int, typer.Option(metavar="EVALUATIONS", help="Draws of the rules that are searched.")] = 2_000,
    replicates: Annotated[int, typer.Option(min=1, metavar="N", help="Runs of each row under each draw.")] = 8,
    citizens: Annotated[int, typer.Option(min=1, metavar="N", help="Citizens in each country.")] = 300,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROW|KIN", help="Don't fit this row, or rows of this kin. May be repeated.", show_default=False
        ),
    ] = None,
    seed: Seed = 1,
    cores: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Cores to use (default: all).", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for what is found (default: runs/fit-THEORY).", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and how long it takes.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Developers: make the values found the defaults of a clone.")
    ] = False,
) -> None:
    """Fit few rules to targets, and say what stays unidentified."""
    from thermidor.fitting.evaluate import Sizes
    from thermidor.fitting.targets import FILE, load_targets, without
    from thermidor.fitting.work import Wish, checked
    from thermidor.runs import manifest
    from thermidor.theories import DEFAULT, load_theory

    found = load_theory(theory or DEFAULT)
    aimed = without(load_targets(targets or FILE), leave_out or [])
    folder = out if out is not None else Path("runs") / f"fit-{found.name}"
    wish = checked(
        Wish(
            theory=found,
            rules=_named(free_rules, free, found.free, screen),
            free=free,
            budget=budget,
            sizes=Sizes(replicates, citizens, seed=seed),
            cores=cores or manifest.cores(),
            out=folder,
        ),
        aimed,
    )
    _refuse(wish, write and found.name)
    if dry_run:
        show_plan(wish, aimed)
    else:
        carry_out(wish, aimed, write=write)


def _named(free_rules: str | None, free: int, own: tuple[str, ...], screen: bool) -> tuple[str, ...]:
    """The free rules by name; none where they are screened. Raises InputError."""
    from thermidor.errors import InputError

    if free_rules is None:
        if not screen and not own:
            raise InputError("the theory names no free rules", "--no-screen", "", "name them with --free-rules")
        return () if screen else own[:free]
    names = tuple(name.strip() for name in free_rules.split(",") if name.strip())
    if not names:
        raise InputError("no rule is named", "--free-rules", "", "write --free-rules NAME,NAME")
    return names


def _refuse(wish: Wish, theory: str | bool) -> None:
    """Refuse a folder that is none or another command's, a screening without its library, and values of another theory
    for the registry. Raises InputError."""
    from thermidor.cli.folder import refuse_another
    from thermidor.errors import InputError
    from thermidor.experiments.extras import need
    from thermidor.fitting.write import KIND, clone_of
    from thermidor.gallery.write import WHOLE
    from thermidor.theories import DEFAULT

    assert wish.out is not None
    refuse_another(wish.out, KIND, WHOLE)
    if not wish.rules:
        need("SALib")
    if theory:
        clone_of()
        if theory != DEFAULT:
            why = f"the registry holds the values of {DEFAULT}"
            raise InputError(f"values of {theory} can't be written", "--write", why, "use rules.yaml with --theory")


def show_plan(wish: Wish, targets: Targets) -> None:
    """Print what a fit would do and how long it takes."""
    from thermidor.cli.sweep import span
    from thermidor.cli.tables import facts, many, say
    from thermidor.fitting.work import evaluations, probe

    counts = evaluations(wish)
    members, each = probe(targets, wish)
    say("Fit", f"theory {wish.theory.name}, seed {wish.sizes.seed}")
    sizes = f"{many(members, 'run')} each: {wish.sizes.replicates} of a row, {wish.sizes.citizens:,} citizens a country"
    facts(
        [
            *_aims(targets),
            ("free", ", ".join(wish.rules) or f"{wish.free} of those that move the distance most"),
            ("evaluations", ", ".join(f"{name} {count:,}" for name, count in counts.items())),
            ("an evaluation", sizes),
            ("time", f"about {span(each * sum(counts.values()))} on {many(wish.cores, 'core')} "
                     f"({each:.2f} s an evaluation, probed)"),
            ("kept in", str(wish.out)),
        ]
    )  # fmt: skip


def _aims(targets: Targets) -> list[tuple[str, str]]:
    """The targets by their marks."""
    told = {
        "fit": targets.fitted,
        "left out": tuple(target for target in targets.targets if not target.used),
        "check": tuple(target for target in targets.of("check") if target.used),
        "sealed": targets.of("sealed"),
    }
    return [(name, ", ".join(target.name for target in found)) for name, found in told.items() if found]


def carry_out(wish: Wish, targets: Targets, *, write: bool = False) -> None:
    """Fit, print, and write tables and pictures."""
    gc.enable()  # a lens's reading holds itself, and here are thousands
    from thermidor.cli.folder import to_write
    from thermidor.cli.guard import InterruptedLate
    from thermidor.cli.run import interruptible
    from thermidor.cli.sweep import progress
    from thermidor.cli.tables import facts, note, say
    from thermidor.errors import Interrupted
    from thermidor.fitting import write as kept
    from thermidor.fitting.evaluate import LOG
    from thermidor.fitting.work import fit as work

    began = time.perf_counter()
    out = wish.out
    assert out is not None

    def half() -> str:
        any_kept = (out / LOG).is_file() and (out / LOG).stat().st_size > 0
        return f"; draws that are finished are kept in {out}, ask again to go on" if any_kept else "; nothing was kept"

    with to_write(out), interruptible(half=half) as cancel:
        with progress() as told:
            members = (lambda done, total: told(done, total, 0)) if told is not None else None
            try:
                found = work(targets, wish, told=members, cancel=cancel)
            except Interrupted:
                raise InterruptedLate(f"interrupted{half()}") from None
        seconds = time.perf_counter() - began
        files = kept.write(found, out, {"seconds": round(seconds, 1)})
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; all is whole in {out}")
    report(found, seconds)
    if write:
        changed = [*kept.into_registry(found.point), *kept.ship(out)]
        note(f"written into the clone: {', '.join(path.name for path in changed)}")
    say("Kept")
    facts([(path.name, path) for path in files])


def report(found: Fit, seconds: float) -> None:
    """Print what was learned of the free rules, and every target before and after."""
    from thermidor.cli.tables import prose, say, table
    from thermidor.fitting.write import identified, target_lines

    searched = found.searched
    say("The fit", f"theory {found.wish.theory.name}, seed {found.wish.sizes.seed}, {seconds:.0f} s")
    prose(
        f"{len(searched.distances):,} draws of {len(found.rules)} rules; {len(found.kept)} kept, worth "
        f"{searched.effective:.0f} equal ones. Distance of the nearest {searched.distances.min():.3f}, of the farthest "
        f"kept {searched.thresholds[-1]:.3f}; chance alone moves a distance by {found.luck:.3f}. The point is the one "
        "of some draws (the medoid and the nearest) that does best on draws of chance which the search had not seen."
    )
    rows = [(line[0], *(f"{x:.3g}" for x in (line[3], line[4])), f"{line[6]:.3g} to {line[7]:.3g}", f"{line[8]:.2f}")
            for line in identified(found)]  # fmt: skip
    table(("rule", "before", "point", "nine tenths", "width"), rows, right=(1, 2, 4))
    prose("width: of the posterior over that of the range; near one, the targets say nothing of the rule.")
    if searched.effective < 3 * len(found.rules):
        prose("The posterior is worth too few draws for its widths to mean much: give more with --budget.")
    say("Targets", "off: from 0, as asked, to 1")
    dates = {target.name for target in found.targets.targets if target.course and target.course.kind == "date"}
    lines: list[tuple[Any, ...]] = []
    for name, mark, used, _, asked, before, after, far, near in target_lines(found):
        said = mark if used == "yes" or mark != "fit" else "left out"
        digits = ".1f" if name in dates else ".4g"
        lines.append((name, said, *(f"{x:{digits}}" for x in (asked, before, after)), f"{far:.2f}", f"{near:.2f}"))
    heads = ("target", "mark", "asked", "before", "after", "was off", "is off")
    table(heads, lines, right=(2, 3, 4, 5, 6))
    before, after = float(found.before.total[0]), float(found.after.total[0])
    prose(f"together, by what was fitted: {before:.3f} before, {after:.3f} after, on the same new draws of chance.")


__all__ = ["app"]
