"""`thermidor ledger`: try the claims, print three verdicts each, contradicted first, and keep it all."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.tables import facts, many, note, prose, say, table
from thermidor.errors import InputError, Interrupted

if TYPE_CHECKING:
    from thermidor.ledger.entry import Entry
    from thermidor.ledger.trial import Bench, Sizes
    from thermidor.ledger.work import Result

CLAIM = 33
"""Letters of a claim on a line of the table."""
MOST_NAMED = 6
"""Claims that the name of a file has, where only some were asked."""
MOST_SHOWN = 3
"""Claims that are told one by one below the table, at most."""
SHORT = {
    "supported": "supported", "contradicted": "CONTRADICTED", "undetermined": "undetermined",
    "not testable": "-", "by construction": "by constr.",
}  # fmt: skip


class Asked(NamedTuple):
    """What was asked on the command line, as it was written."""

    claims: tuple[str, ...]
    record_only: bool
    theory: str | None
    theories: bool
    out: Path | None


def carry_out(asked: Asked, sizes: dict[str, Any]) -> None:
    """Live and judge, print, and write what was found. Raises InputError before any work."""
    gc.enable()  # a lens's reading holds itself, and here are thousands
    from thermidor.cli.folder import refuse_another, to_write
    from thermidor.cli.run import SHELF, interruptible
    from thermidor.cli.sweep import progress
    from thermidor.gallery.live import KEPT
    from thermidor.ledger.theories import FEW
    from thermidor.ledger.trial import Bench, Sizes
    from thermidor.ledger.work import chosen
    from thermidor.runs import manifest as manifests
    from thermidor.theories import DEFAULT, load_theory

    for one, other in (("theories", "theory"), ("theories", "record_only"), ("theory", "record_only")):
        if getattr(asked, one) and getattr(asked, other):
            where = f"--{one} and --{other.replace('_', '-')}"
            raise InputError("these can't be asked together", where, "", "leave one of the two out")
    entries = chosen(asked.claims)
    theory = load_theory(asked.theory or DEFAULT)
    out = asked.out if asked.out is not None else SHELF / "ledger"
    refuse_another(out)
    began = time.perf_counter()

    def half() -> str:
        some = any((out / KEPT).glob("*.npz"))
        return f"; what is whole is kept in {out}, ask again to go on" if some else "; nothing was kept"

    with to_write(out), interruptible(half=half) as cancel:
        with progress() as told:

            def members(done: int, total: int) -> None:
                if told is not None:
                    told(done, total, 0)

            own = replace(FEW, **sizes) if asked.theories else Sizes(**sizes)
            bench = Bench(own, dict(theory.rules), manifests.cores(), out / KEPT, cancel=cancel)
            try:
                found = _found(entries, bench, asked, members)
            except Interrupted:
                raise InterruptedLate(f"interrupted{half()}") from None
        seconds = time.perf_counter() - began
        files = _write(found, out, {**_told(asked, own, theory.name), "seconds": round(seconds, 1)})
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; all is whole in {out}")
    if isinstance(found, Side):
        matrix(found)
    else:
        report(found, theory.name, seconds)
        for result in found if len(found) <= MOST_SHOWN else ():
            entry(result)
    say("Kept")
    facts([(path.name, path) for path in files])


class Side(NamedTuple):
    """Every theory side by side: verdicts by claim and theory, and scores."""

    verdicts: dict[str, dict[str, Any]]
    scores: list[dict[str, Any]]


def _found(
    entries: tuple[Entry, ...], bench: Bench, asked: Asked, told: Callable[[int, int], None]
) -> tuple[Result, ...] | Side:
    if not asked.theories:
        from thermidor.ledger.work import ledger

        return ledger(entries, bench, record_only=asked.record_only, told=told)
    from thermidor.ledger.theories import scored, verdicts

    return Side(verdicts(entries, bench, told), scored(bench, {}))


def _told(asked: Asked, sizes: Sizes, theory: str) -> dict[str, Any]:
    """What was asked, as plain values."""
    from thermidor.jit import rules_digest
    from thermidor.runs import manifest as manifests

    about = {"kind": "thermidor-ledger", "schema": 1, "theory": theory, "rules_code": rules_digest()}
    return {**about, **asdict(sizes), "record_only": asked.record_only, **manifests.made_by()}


def _write(found: tuple[Result, ...] | Side, out: Path, about: dict[str, Any]) -> list[Path]:
    if not isinstance(found, Side):
        from thermidor.ledger.entry import shipped
        from thermidor.ledger.write import write

        part = "" if len(found) == len(shipped()) else "-" + "-".join(result.entry.id for result in found[:MOST_NAMED])
        return write(found, out, about, f"ledger{part}{'-record' if about['record_only'] else ''}")
    path = out / "theories.json"
    path.write_text(json.dumps({**about, **found._asdict()}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [path]


MARKS = {"supported": "+", "contradicted": "-", "undetermined": "o", "not testable": "", "by construction": "="}


def matrix(found: Side) -> None:
    """Print the verdicts of every theory side by side, and the scores of their runs."""
    names = [name for name in next(iter(found.verdicts.values())) if name != "claim"]
    say("The ledger under every theory", "one seed, no draws of the rules, no switch: what the intervals alone say")
    note("+ supported, - contradicted, o undetermined, = by construction")
    heads = [f"{nth}" for nth in range(1, len(names) + 1)]
    rows = [(id, line["claim"], *(MARKS[line[name]["model"]] for name in names)) for id, line in found.verdicts.items()]
    table(("", "claim", *heads), rows, widths={1: 50}, gap=1)
    facts([(f"{nth}", name) for nth, name in enumerate(names, 1)])
    say("Whose runs foretell what was observed", "lower is better; less: than the chapter's theory")
    told = []
    for line in found.scores:
        span = "" if line["low"] is None else f"{line['low']:+.3f} to {line['high']:+.3f}"
        less = "" if line["less"] is None else f"{line['less']:+.3f}"
        told.append((line["theory"], line["of"].replace("_", " "), line["kind"], f"{line['mean']:.3f}", less, span))
    table(("theory", "of", "score", "mean", "less", "95%"), told, right=(3, 4), gap=1)


def report(found: tuple[Result, ...], theory: str, seconds: float) -> None:
    """Print the table of verdicts, contradicted and undetermined first, and what they count to."""
    from thermidor.ledger.judge import VERDICTS
    from thermidor.ledger.write import ordered

    lived = any(result.model for result in found)
    say("The ledger", f"{f'theory {theory}, ' if lived else ''}{many(len(found), 'claim')}, {seconds:.0f} s")
    lines = []
    for result in ordered(found):
        said = [SHORT[verdict.verdict] for verdict in (result.model, result.needs) if verdict]
        said[:1] = ["no effect"] if result.flat else said[:1]
        lines.append(
            (result.entry.id, result.entry.claim, *said, SHORT[result.record.verdict] + "*" * result.described)
        )
    heads = ("", "claim", *(("model", "mechanism") if lived else ()), "record")
    table(heads, lines, widths={1: CLAIM if lived else 2 * CLAIM - 10}, gap=1)
    counts = []
    for name in ("model", "needs", "record"):
        verdicts = [getattr(result, name) for result in found]
        if told := [v.verdict for v in verdicts if v is not None]:
            counts.append((name, ", ".join(f"{told.count(v)} {v}" for v in VERDICTS if v in told)))
    facts(counts)
    prose("\nmodel: what the theory implies when it runs (no effect: undetermined, with an effect as large as claimed "
          "ruled out in a part of it); mechanism: whether that goes without the mechanism named for it; record: what "
          "data say, where there are any (*: a description of single cases, no test); -: not testable.")  # fmt: skip


def entry(result: Result) -> None:
    """Print one entry: claim, reasons, trials and tests."""
    from thermidor.ledger import tell

    say(result.entry.id, f"section and paragraph {result.entry.at}")
    prose(result.entry.claim)
    verdicts = (("in the model", result.model), ("needs it", result.needs), ("in the record", result.record))
    facts([(name, tell.verdict(v)) for name, v in verdicts if v is not None])
    for judged in result.trials:
        prose(f"\n{judged.trial.says}")
        facts(tell.trial(judged))
    for look in result.looks:
        prose(f"\nRecord: {look.look.says}")
        facts(tell.look(look))
