"""The ledger at work: every entry's trials and tests lived and judged, three verdicts an entry.

found = ledger(shipped(), Bench(cores=2))
found[0].model.verdict
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.experiments.extras import need
from thermidor.ledger.entry import Entry, Look, shipped
from thermidor.ledger.judge import (
    BY_CONSTRUCTION,
    CONTRADICTED,
    NO_EFFECT,
    NOT_TESTABLE,
    SUPPORTED,
    UNDETERMINED,
    VERDICTS,
    Judged,
    Verdict,
    judged,
    together,
)
from thermidor.ledger.trial import Bench, members, tried

if TYPE_CHECKING:
    from thermidor.ledger.record.found import Found

LEVEL = 0.05
"""False support that is allowed over all tests on the record together (Holm)."""


@dataclass(frozen=True)
class Recorded:
    """A test on the record with its p after Holm's correction over all tests of the ledger (None: a description)."""

    look: Look
    found: Found
    adjusted: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Result:
    """An entry with its three verdicts: in the model, needs the mechanism, in the record; None: not asked."""

    entry: Entry
    trials: tuple[Judged, ...]
    looks: tuple[Recorded, ...]
    model: Verdict | None
    needs: Verdict | None
    record: Verdict

    @property
    def flat(self) -> bool:
        """Whether the claim is undetermined in the model because of parts in which no effect that counts was found."""
        return self.model is not None and self.model.verdict == UNDETERMINED and NO_EFFECT in self.model.reason

    @property
    def described(self) -> bool:
        """Whether the verdict on the record rests on descriptions alone, of single cases or printed figures."""
        parts = [look for look in self.looks if not look.look.beside]
        decisive = [look for look in parts if look.verdict.verdict == self.record.verdict]
        return bool(decisive) and all(look.found.p is None for look in decisive)


def chosen(names: Sequence[str], every: Sequence[Entry] | None = None) -> tuple[Entry, ...]:
    """Entries by their ids (P38 stands for P38a, P38b and P38c). Raises InputError for an unknown one."""
    every, names = shipped() if every is None else every, [name[:1].upper() + name[1:] for name in names]
    known = [entry.id for entry in every]
    for name in names:
        if name not in known and name not in {id.rstrip("abc") for id in known}:
            raise InputError(
                f"there is no claim '{name[:40]}'", "ledger", "", nearest(name, known) or "give one of P01 to P61"
            )
    return tuple(e for e in every if not names or e.id in names or e.id.rstrip("abc") in names)


def ledger(
    entries: Sequence[Entry],
    bench: Bench,
    *,
    record_only: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Result, ...]:
    """Live and judge entries; told: (members done, members in all). Raises InputError, or Interrupted when stopped."""
    need("scipy", "statsmodels")
    total = 0 if record_only else sum(members(trial, bench.sizes) for entry in entries for trial in entry.trials)
    done = [0]

    def tell(many: int) -> None:
        done[0] += many
        if told is not None:
            told(done[0], total)

    recorded = looks()
    own, results = replace(bench, told=tell), list[Result]()
    for entry in entries:
        trials = () if record_only else tuple(judged(tried(trial, own)) for trial in entry.trials)
        results.append(of_entry(entry, trials, recorded[entry.id], record_only=record_only))
    return tuple(results)


def of_entry(entry: Entry, trials: Sequence[Judged], looks: Sequence[Recorded], *, record_only: bool = False) -> Result:
    """The three verdicts of an entry from what its trials and tests say."""
    model = needs = None
    if not record_only:
        model, needs = in_model(entry, [trial.model for trial in trials]), _needs(entry, trials)
    return Result(entry, tuple(trials), tuple(looks), model, needs, _record(entry, looks))


def in_model(entry: Entry, trials: Sequence[Verdict]) -> Verdict:
    """The verdict in the model from those of an entry's trials."""
    if entry.basis == "definition":
        return Verdict(BY_CONSTRUCTION, entry.trials_none or "it is a criterion that the model adopts")
    return joined(trials) if trials else Verdict(NOT_TESTABLE, entry.trials_none)


def _needs(entry: Entry, trials: Sequence[Judged]) -> Verdict:
    if entry.basis == "definition":
        return Verdict(BY_CONSTRUCTION, "a criterion needs no mechanism")
    with_switch = [trial.needs for trial in trials if trial.needs.verdict != NOT_TESTABLE]
    if not with_switch:
        return Verdict(NOT_TESTABLE, trials[0].needs.reason if trials else entry.trials_none)
    return joined(with_switch)


def _record(entry: Entry, looks: Sequence[Recorded]) -> Verdict:
    parts = [look.verdict for look in looks if not look.look.beside]
    if not parts:
        return Verdict(
            NOT_TESTABLE, entry.record_none or "what there is stands beside the claim and tests no part of it"
        )
    return joined(parts)


def joined(parts: Sequence[Verdict]) -> Verdict:
    """The verdict of several parts, and how they came out."""
    whole = together([verdict.verdict for verdict in parts])
    if len(parts) == 1:
        return Verdict(whole, parts[0].reason)
    counts = {name: sum(verdict.verdict == name for verdict in parts) for name in VERDICTS}
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    none = sum(verdict.reason.startswith(NO_EFFECT) for verdict in parts)
    return Verdict(whole, f"of {len(parts)} parts {said}" + (f", {none} with {NO_EFFECT}" if none else ""))


@cache
def looks() -> dict[str, tuple[Recorded, ...]]:
    """All tests on the record of all entries, judged together, so that asking for one entry corrects for all."""
    from thermidor.ledger.record import TESTS

    every = shipped()
    names = tuple(dict.fromkeys(look.test for entry in every for look in entry.record))
    found = {name: TESTS[name]() for name in names}
    tests = {name: one for name, one in found.items() if one.p is not None}
    adjusted = holm({name: float(one.p or 0.0) for name, one in tests.items() if _reaches(one, len(tests))})
    return {
        entry.id: tuple(
            Recorded(look, found[look.test], p := adjusted.get(look.test), seen(look, found[look.test], p))
            for look in entry.record
        )
        for entry in every
    }


def _reaches(found: Found, tests: int) -> bool:
    """Whether the smallest p that a test can give is small enough beside so many tests."""
    return found.floor is None or found.floor * tests < LEVEL


def holm(values: dict[str, float]) -> dict[str, float]:
    """Holm's corrected p by name."""
    if not values:
        return {}
    from statsmodels.stats.multitest import multipletests

    corrected = multipletests(list(values.values()), LEVEL, "holm")[1]
    return dict(zip(values, map(float, corrected), strict=True))


def seen(look: Look, found: Found, adjusted: float | None) -> Verdict:
    """What a test on the record says of a claim.

    A test supports or contradicts where its corrected p is small and its estimate reaches what counts; a description,
    which has no p, where the whole span of its sources does. A claim of no difference is supported by an interval
    within what counts, and contradicted by one beyond it.
    """
    ends = (found.low, found.high)
    if not np.isfinite(ends).all():
        return Verdict(UNDETERMINED, "no number came out")
    if found.p is not None and adjusted is None and look.sign:
        return Verdict(NOT_TESTABLE, f"one case among so few can't show it at this level. {found.sentence}")
    if look.sign == 0:
        if -look.least <= found.low and found.high <= look.least:
            return Verdict(SUPPORTED, found.sentence)
        beyond = found.low > look.least or found.high < -look.least
        return Verdict(CONTRADICTED if beyond else UNDETERMINED, found.sentence)
    low, high = sorted((look.sign * found.low, look.sign * found.high))
    effect = look.sign * found.effect
    if adjusted is None:
        verdict = SUPPORTED if low >= look.least else CONTRADICTED if high < look.least else UNDETERMINED
    elif adjusted < LEVEL and effect >= look.least:
        verdict = SUPPORTED
    elif adjusted < LEVEL and effect <= -look.least:
        verdict = CONTRADICTED
    else:
        verdict = UNDETERMINED
    small = verdict == UNDETERMINED and adjusted is not None and adjusted < LEVEL
    return Verdict(verdict, found.sentence + f" It is less than the {look.least:g} that counts." * small)
