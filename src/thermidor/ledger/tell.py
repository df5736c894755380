"""What a reader is told of one trial and of one test on the record, on a screen, a page and in the docs."""

from __future__ import annotations

from thermidor.ledger import words
from thermidor.ledger.entry import Trial
from thermidor.ledger.judge import Judged, Verdict
from thermidor.ledger.work import Recorded

Told = list[tuple[str, str]]
"""Names, and what is said of each."""


def asked(trial: Trial) -> Told:
    """Names and texts: how a trial is lived, what is measured and what is claimed; known before it is lived."""
    return [
        ("lived", words.lived(trial)),
        ("measured", words.measured(trial.base.measure)),
        ("claimed", words.claimed(trial)),
    ]


def trial(judged: Judged) -> Told:
    """Names and texts: how a trial was lived, what was claimed and found, and the verdict."""
    own = judged.trial
    told = [
        *asked(own),
        ("found", words.found(own, judged.own)),
        ("other seed", words.found(own, judged.again)),
    ]
    if judged.draws:
        told.append(("other rules", f"so under {100 * judged.holding:.0f}% of {judged.draws} draws"))
    told.append(("verdict", verdict(judged.model)))
    off = "; ".join(map(words.mechanism, own.off)) or own.off_none
    if judged.without is not None:
        off += f": {words.found(own, judged.without)}"
    return [*told, ("without", off), ("needs it", verdict(judged.needs))]


def look(recorded: Recorded) -> Told:
    """Names and texts: what a test on the record found, on what, with which chance, and how else it may be read."""
    found = recorded.found
    rests = [
        f"{found.cases} {'country' if found.cases == 1 else 'countries'}",
        f"{found.observations} observation{'' if found.observations == 1 else 's'}",
    ]
    if found.detectable:
        rests.append(f"{words.number(found.detectable)} would have been found four times in five")
    told = [
        ("found", f"{words.span(found.effect, found.low, found.high)} {found.unit}"),
        ("in words", found.sentence),
        ("chance", words.chance(found.p, recorded.adjusted)),
        ("rests on", "; ".join(rests)),
        ("warning", found.warning),
        *(("other reading", words.reading(*reading)) for reading in found.readings),
        ("sources", "; ".join(found.sources)),
        ("verdict", recorded.verdict.verdict + (", beside the claim" if recorded.look.beside else "")),
    ]
    return [(name, text) for name, text in told if text]


def verdict(given: Verdict) -> str:
    """A verdict and its reason."""
    return f"{given.verdict}: {given.reason}".rstrip(": .")
