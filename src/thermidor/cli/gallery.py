"""`thermidor gallery`: live the rows, print which hold, how hard they are and what carries them, and keep it all."""

from __future__ import annotations

import gc
import time
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.tables import facts, note, prose, say, table
from thermidor.errors import InputError, Interrupted

if TYPE_CHECKING:
    from thermidor.gallery.contrasts import Effect, Signs
    from thermidor.gallery.judge import Confusion, Judged, Share
    from thermidor.gallery.work import Found, Wish

KINDS = {"passages": "passage", "staying": "staying"}
WORDS = 32
"""Letters of a row's words on a line of the table."""


class Asked(NamedTuple):
    """What was asked on the command line, as it was written."""

    rows: str | None
    only: str | None
    theory: str | None
    posterior: Path | None
    out: Path | None


def carry_out(
    asked: Asked, sizes: dict[str, Any], difficulty: int, agreement: int, *, contrasts: bool, confusion: bool
) -> None:
    """Live and judge, print, and write tables and pictures. Raises InputError before any work."""
    gc.enable()  # a lens's reading holds itself, and here are thousands
    from thermidor.cli.folder import refuse_another, to_write
    from thermidor.cli.run import SHELF, interruptible
    from thermidor.cli.sweep import progress
    from thermidor.gallery import contrasts as pairs
    from thermidor.gallery.rows import shipped
    from thermidor.gallery.starts import read_draws
    from thermidor.gallery.work import Wish, chosen, gallery
    from thermidor.gallery.write import write
    from thermidor.runs import manifest as manifests

    every = shipped()
    names = [name.strip() for name in (asked.rows or "").split(",") if name.strip()]
    if asked.rows is not None and not names:
        raise InputError("no row is named", "--rows", "", f"rows: {', '.join(row.id for row in every)}")
    picked = chosen(every, names, KINDS[asked.only] if asked.only else None)
    if not picked:
        raise InputError("no row is left", "--only", f"none of these is {asked.only}", "leave one of the two out")
    if agreement > difficulty:
        raise InputError("there are not so many draws of the rules", "--agreement", f"--difficulty is {difficulty}")
    out = asked.out if asked.out is not None else SHELF / "gallery"
    refuse_another(out)
    rules = _theory(asked.theory)
    wish = Wish(
        **sizes,
        rules=rules,
        difficulty=difficulty,
        agreement=agreement,
        posterior=() if asked.posterior is None else tuple(read_draws(asked.posterior, rules)),
        confusion=confusion,
        contrasts=_about(pairs.shipped(), [row.start.scenario for row in picked], bool(names)) if contrasts else (),
        cores=manifests.cores(),
        out=out,
    )
    began = time.perf_counter()
    finished = list[bool]()

    def half() -> str:
        return f"; rows that are finished are kept in {out}, ask again to go on" if finished else "; nothing was kept"

    with to_write(out), interruptible(half=half) as cancel:
        with progress() as told:
            members = (lambda done, total: told(done, total, 0)) if told is not None else None
            try:
                found = gallery(
                    picked, wish, every, told=members, cancel=cancel, finished=lambda: finished.append(True)
                )
            except Interrupted:
                raise InterruptedLate(f"interrupted{half()}") from None
        seconds = time.perf_counter() - began
        files = write(found, out, {**_told(wish, asked), "seconds": round(seconds, 1), **manifests.made_by()})
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; all is whole in {out}")
    report(found, seconds)
    say("Kept")
    facts([(path.name, path) for path in files])


def _theory(name: str | None) -> dict[str, float]:
    """The rules of a theory. Raises InputError for one that there is not."""
    from thermidor.theories import load_theory

    return dict(load_theory(name).rules)


def _about(contrasts: Any, scenarios: list[str], some: bool) -> Any:
    """The contrasts of some scenarios, where only some rows were asked."""
    return tuple(c for c in contrasts if not some or c.base.scenario in scenarios)


def _told(wish: Wish, asked: Asked) -> dict[str, Any]:
    """What was asked, as plain values."""
    from thermidor.jit import rules_digest

    names = ("replicates", "citizens", "seed", "spread", "difficulty", "agreement", "few")
    told = {name: getattr(wish, name) for name in names}
    return {**told, "theory": asked.theory, "posterior": len(wish.posterior), "rules_code": rules_digest()}


def report(found: Found, seconds: float) -> None:
    """Print rows, what is counted of them, confusion and contrasts."""
    wish = found.wish
    say(
        "The gallery",
        f"{wish.replicates} runs of each row, {wish.citizens:,} citizens, seed {wish.seed}, {seconds:.0f} s",
    )
    note(f"assumed starts drawn {100 * wish.spread:.0f}% to either side")
    hard = bool(wish.difficulty)
    heads = ("row", "expectation", "share, 95% interval", "verdict", *(("hard",) if hard else ()))
    table(heads, [_line(row, hard) for row in found.rows], right=(4,) if hard else (), widths={1: WORDS, 2: 14})
    _counts(found)
    if hard:
        prose(f"hard: share of {wish.difficulty} draws of the rules from their ranges under which the row holds "
              f"({wish.few} citizens); * surely over 85%: it tests the start; ! surely under 1%, though the row "
              "holds or partly does: it was tuned.")  # fmt: skip
    if broke := [f"{row.row.id} {100 * row.failed:.0f}%" for row in found.rows if row.failed]:
        prose(f"runs that ended in an error, of which nothing is true: {', '.join(broke)}")
    if fitted := [f"{r.row.id} {100 * r.posterior.share:.0f}%" for r in found.rows if r.posterior is not None]:
        prose(f"share of the draws of the fit under which a row holds: {', '.join(fitted)}")
    _agreed(found)
    if found.crossed is not None:
        _crossed(found.crossed)
    if found.effects:
        _effects(found.effects)
    if found.missing:
        prose(f"\nNot there yet, and so not lived: {', '.join(found.missing)}.")


def _line(judged: Judged, hard: bool) -> tuple[str, ...]:
    row = judged.row
    shares = "\n".join(_share(part, named=len(judged.parts) > 1) for part in judged.parts) or "-"
    mark = {"tests the start": "*", "tuned": "!"}.get(judged.flag, "")
    difficulty = () if not hard else (f"{100 * judged.difficulty.share:.0f}%{mark}" if judged.difficulty else "-",)
    return row.id, f"{row.start.scenario}\n{row.expectation}", shares, judged.verdict, *difficulty


def _share(part: Share, named: bool = False) -> str:
    if not part.members:
        return f"{part.name}: none"
    name = f"{part.name}: " if named else ""
    return f"{name}{100 * part.share:.0f}% ({100 * part.low:.0f}-{100 * part.high:.0f})"


def _counts(found: Found) -> None:
    from thermidor.gallery.judge import counted

    told = counted(found.rows)
    for key, words in (("passage", "passages"), ("staying", "staying")):
        rows, claims = told[f"{key} rows"], told[f"{key} claims"]
        if rows["of"]:
            parts = [f"{rows[verdict]} {said}" for verdict, said in _VERDICTS.items() if rows[verdict]]
            prose(
                f"{words}: of {rows['of']} rows {', '.join(parts)}; as claims {claims['holds']} of {claims['of']} hold"
            )


_VERDICTS = {"holds": "hold", "partly": "partly", "fails": "fail", "missing": "missing"}


def _agreed(found: Found) -> None:
    told = [r for r in found.rows if r.agreement is not None and r.few is not None]
    if not told:
        return
    say("Few citizens against all", f"{found.wish.few} and {found.wish.citizens:,}")
    from thermidor.gallery.judge import weakest

    rows = []
    for r in told:
        own, agreed = weakest(r.parts), r.agreement
        assert own is not None and r.few is not None and agreed is not None
        rows.append((r.row.id, _share(own), _share(r.few), f"{100 * agreed.share:.0f}% of {agreed.members}"))
    table(("row", "share, all", "share, few", "draws of the rules alike"), rows)


def _crossed(crossed: Confusion) -> None:
    chance = crossed.permuted
    say("Every expectation on every scenario")
    facts([
        ("met at their own", f"{chance['own']:.0f} of {len(crossed.names)}"),
        ("dealt by chance", f"{chance['mean']:.1f} on average, {chance['p95']:.0f} at the 95% point, "
                            f"{chance['most']:.0f} at most, of {chance['times']:,.0f} deals"),
        ("empty", ", ".join(crossed.empty) or "none: no expectation is met by most of the others"),
    ])  # fmt: skip


def _effects(effects: tuple[Effect, ...]) -> None:
    from thermidor.analysis.statistics import FEWEST

    say("Contrasts", "changed less base, the same draws in both arms")
    sets = [name for name in ("prior", "posterior") if any(getattr(each, name) for each in effects)]
    rows = []
    for each in effects:
        claimed = "more" if each.contrast.sign > 0 else "less"
        ends = f"({each.low:+.2g} {each.high:+.2g})" if isfinite(each.low) else "-"
        size = f"{each.effect:+.2g} {ends}" if each.pairs else "no pairs"
        came = {1: "right", -1: "wrong", 0: "-"}[each.clear]
        rows.append((each.contrast.id, claimed, size, came, *(_signs(getattr(each, name)) for name in sets)))
    heads = ("contrast", "claimed", "effect (95%)", "sign", *sets)
    table(heads, rows, widths={0: 22})
    if any(each.pairs and not isfinite(each.low) for each in effects):
        prose(f"-: fewer than {FEWEST} pairs: no interval.")
    right, wrong = sum(e.clear > 0 for e in effects), sum(e.clear < 0 for e in effects)
    prose(f"{right} of {len(effects)} right, {wrong} wrong" + (f"; {_SETS}" if sets else "") + ".")


_SETS = "beside it: share of draws of the rules with the claimed sign, and with the other"


def _signs(found: Signs | None) -> str:
    return "-" if found is None else f"{100 * found.right:.0f}% {100 * found.wrong:.0f}%"


__all__ = ["Asked", "carry_out", "report"]
