"""`thermidor ledger`: try the claims, print three verdicts each, contradicted first, and keep it all."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.tables import facts, prose, say, table
from thermidor.errors import Interrupted

if TYPE_CHECKING:
    from thermidor.ledger.work import Result

CLAIM = 38
"""Letters of a claim on a line of the table."""
SHORT = {
    "supported": "supported", "contradicted": "CONTRADICTED", "undetermined": "undetermined",
    "not testable": "-", "by construction": "by constr.",
}  # fmt: skip


class Asked(NamedTuple):
    """What was asked on the command line, as it was written."""

    claims: tuple[str, ...]
    record_only: bool
    theory: str | None
    out: Path | None


def carry_out(asked: Asked, sizes: dict[str, Any]) -> None:
    """Live and judge, print, and write JSON, table and page. Raises InputError before any work."""
    gc.enable()  # a lens's reading holds itself, and here are thousands
    from thermidor.cli.folder import refuse_another, to_write
    from thermidor.cli.run import SHELF, interruptible
    from thermidor.cli.sweep import progress
    from thermidor.gallery.live import KEPT
    from thermidor.jit import rules_digest
    from thermidor.ledger.trial import Bench, Sizes
    from thermidor.ledger.work import chosen, ledger
    from thermidor.ledger.write import write
    from thermidor.runs import manifest as manifests
    from thermidor.theories import DEFAULT, load_theory

    entries = chosen(asked.claims)
    found_theory = load_theory(asked.theory or DEFAULT)
    out = asked.out if asked.out is not None else SHELF / "ledger"
    refuse_another(out)
    began = time.perf_counter()
    done = list[Any]()
    about = {
        "kind": "thermidor-ledger", "schema": 1, "theory": found_theory.name, "rules_code": rules_digest(), **sizes,
        "record_only": asked.record_only,
    }  # fmt: skip

    def half() -> str:
        return f"; what is lived is kept in {out}, ask again to go on" if done else "; nothing was kept"

    with to_write(out), interruptible(half=half) as cancel:
        with progress() as told:
            members = (lambda many, total: told(many, total, 0)) if told is not None else None
            bench = Bench(Sizes(**sizes), dict(found_theory.rules), manifests.cores(), out / KEPT, cancel=cancel)
            try:
                found = ledger(entries, bench, record_only=asked.record_only, told=members, finished=done.append)
            except Interrupted:
                raise InterruptedLate(f"interrupted{half()}") from None
        seconds = time.perf_counter() - began
        files = write(found, out, {**about, "seconds": round(seconds, 1), **manifests.made_by()})
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; all is whole in {out}")
    report(found, found_theory.name, seconds)
    if len(found) <= 3:
        for result in found:
            entry(result)
    say("Kept")
    facts([(path.name, path) for path in files])


def report(found: tuple[Result, ...], theory: str, seconds: float) -> None:
    """Print the table of verdicts, contradicted and undetermined first, and what they count to."""
    from thermidor.ledger.judge import VERDICTS
    from thermidor.ledger.write import ordered

    say("The ledger", f"theory {theory}, {len(found)} claims, {seconds:.0f} s")
    lines = []
    for result in ordered(found):
        said = [SHORT[verdict.verdict] if verdict else "not asked" for verdict in (result.model, result.needs)]
        lines.append(
            (result.entry.id, result.entry.claim, *said, SHORT[result.record.verdict] + "*" * result.described)
        )
    table(("", "claim", "model", "mechanism", "record"), lines, widths={1: CLAIM}, gap=1)
    counts = []
    for name in ("model", "needs", "record"):
        verdicts = [getattr(result, name) for result in found]
        told = [v.verdict for v in verdicts if v is not None]
        counts.append((name, ", ".join(f"{told.count(v)} {v}" for v in VERDICTS if v in told) or "not asked"))
    facts(counts)
    prose("\nmodel: what the theory implies when it runs; mechanism: whether that goes without the mechanism named for "
          "it; record: what data say, where there are any (*: a description of single cases, no test).")  # fmt: skip


def entry(result: Result) -> None:
    """Print one entry: claim, reasons, trials and tests."""
    from thermidor.ledger import words

    say(result.entry.id, f"section and paragraph {result.entry.at}")
    prose(result.entry.claim)
    verdicts = (("in the model", result.model), ("needs it", result.needs), ("in the record", result.record))
    facts([(name, f"{v.verdict}: {v.reason}".rstrip(": ")) for name, v in verdicts if v is not None])
    for judged in result.trials:
        prose(f"\n{judged.trial.says}")
        told = [
            ("measured", words.measured(judged.trial.base.measure)),
            ("claimed", words.claimed(judged.trial)),
            ("found", words.found(judged.trial, judged.own)),
            ("other seed", words.found(judged.trial, judged.again)),
        ]
        if judged.without is not None:
            told.append(("without it", words.found(judged.trial, judged.without)))
        if judged.draws:
            told.append(("other rules", f"so under {100 * judged.holding:.0f}% of {judged.draws} draws"))
        facts([*told, ("verdict", f"{judged.model.verdict} {judged.model.reason}".strip())])
    for look in result.looks:
        prose(f"\nRecord: {look.look.says}")
        found = look.found
        p = "a description, no test" if found.p is None else f"p {found.p:.3f}, corrected {look.adjusted:.3f}"
        span = f"{words.signed(found.effect)} ({words.signed(found.low)} to {words.signed(found.high)}) {found.unit}"
        facts([("found", span), ("", found.sentence), ("", p), ("", found.warning), ("verdict", look.verdict.verdict)])
