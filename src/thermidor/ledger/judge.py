"""Verdicts: what an interval says of a claim, and whether another seed, other rules or its mechanism's absence agree.

supported       the interval lies wholly where the claim wants it, the margin included
contradicted    it lies wholly on the other side
undetermined    neither, or a second seed or draws of the rules say otherwise
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import Z, cluster_interval, unanimous
from thermidor.ledger.entry import Trial
from thermidor.ledger.trial import Numbers, Tried
from thermidor.runs.summary import interval

Floats = NDArray[np.float64]
SUPPORTED, CONTRADICTED, UNDETERMINED = "supported", "contradicted", "undetermined"
NOT_TESTABLE, BY_CONSTRUCTION = "not testable", "by construction"
VERDICTS = (CONTRADICTED, UNDETERMINED, SUPPORTED, NOT_TESTABLE, BY_CONSTRUCTION)
"""In the order in which they are told."""
AGREE = 2.0 / 3.0
"""So many draws of the rules have to say the same."""
HALF = 0.5
"""A mechanism carries an effect of which so much, or less, is left without it; a bar, if it is missed without it."""
FEWEST = 10
"""Members below which nothing is said."""
FLAT = 1e-12
"""Numbers that differ by no more are one."""
RANKS = 1.03
"""A rank correlation's spread over Fisher's: the root of 1.06 (Fieller, Hartley and Pearson 1957)."""


@dataclass(frozen=True)
class Estimate:
    """A mean, a mean difference or a correlation with its 95% interval, over how many members; both arms' means."""

    effect: float
    low: float
    high: float
    members: int
    first: float = np.nan
    second: float = np.nan


@dataclass(frozen=True)
class Verdict:
    """A verdict with the sentence that gives the reason."""

    verdict: str
    reason: str


@dataclass(frozen=True)
class Judged:
    """A trial judged: in the model, and whether it needs its mechanism.

    holding  share of the draws of the rules under which the predicate holds; of how many draws that can be measured
    """

    trial: Trial
    own: Estimate
    again: Estimate
    without: Estimate | None
    holding: float
    draws: int
    model: Verdict
    needs: Verdict


def estimate(trial: Trial, numbers: Numbers) -> Estimate:
    """The number by which a trial is judged, with its interval."""
    first, second = numbers.first, numbers.second
    whole = np.isfinite(first) if second is None else np.isfinite(first) & np.isfinite(second)
    first = first[whole]
    count = int(whole.sum())
    if count < 2:
        return Estimate(np.nan, np.nan, np.nan, count)
    if trial.form == "level":
        middle = float(first.mean())
        low, high = interval(middle, count) if trial.base.measure.kind == "true" else _around(first)
        return Estimate(middle, low, high, count, middle)
    assert second is not None
    second = second[whole]
    if trial.form == "together":
        return Estimate(*_correlation(first, second), count, float(first.mean()), float(second.mean()))
    difference = second - first
    low, high = _around(difference)
    if np.ptp(difference) < FLAT and trial.base.measure.kind in ("share", "true"):
        low, high = unanimous(float(difference.mean()), count)
    return Estimate(float(difference.mean()), low, high, count, float(first.mean()), float(second.mean()))


def _around(values: Floats) -> tuple[float, float]:
    if np.ptp(values) < FLAT:
        return float(values[0]), float(values[0])
    return cluster_interval(values, np.arange(len(values)))


def _correlation(first: Floats, second: Floats) -> tuple[float, float, float]:
    """The rank correlation of two measures over members, with Fisher's interval; 0 for constants."""
    if np.ptp(first) < FLAT or np.ptp(second) < FLAT:
        return 0.0, 0.0, 0.0
    found = float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])
    half = Z * RANKS / np.sqrt(max(len(first) - 3, 1))
    z = np.arctanh(np.clip(found, -0.999999, 0.999999))
    return found, float(np.tanh(z - half)), float(np.tanh(z + half))


def _ranks(values: Floats) -> Floats:
    """Ranks, equal values their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[place], dtype=np.float64)


def says(trial: Trial, low: float, high: float) -> str:
    """What an interval, or a point taken twice, says of a trial's claim."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return UNDETERMINED
    if trial.form == "level":
        bar = trial.at_least if trial.at_least is not None else trial.below
        assert bar is not None
        above, under = low >= bar, high < bar
        right, wrong = (above, under) if trial.at_least is not None else (under, above)
    elif trial.sign == 0:
        right = -trial.margin <= low and high <= trial.margin
        wrong = low > trial.margin or high < -trial.margin
    else:
        ends = sorted((trial.sign * low, trial.sign * high))
        right, wrong = ends[0] >= trial.margin, ends[1] <= -trial.margin
    return SUPPORTED if right else CONTRADICTED if wrong else UNDETERMINED


def judged(found: Tried) -> Judged:
    """Judge a trial."""
    trial = found.trial
    own, again = estimate(trial, found.own), estimate(trial, found.again)
    without = None if found.without is None else estimate(trial, found.without)
    points = [estimate(trial, numbers).effect for numbers in found.by_draw]
    by_draw = [says(trial, point, point) for point in points if np.isfinite(point)]
    holding = by_draw.count(SUPPORTED) / len(by_draw) if by_draw else np.nan
    model = _model(trial, own, again, by_draw, len(points))
    return Judged(trial, own, again, without, holding, len(by_draw), model, _needs(found, model, own, without))


def _model(trial: Trial, own: Estimate, again: Estimate, by_draw: Sequence[str], asked: int) -> Verdict:
    if trial.built:
        return Verdict(BY_CONSTRUCTION, trial.built)
    if (fewest := min(own.members, again.members)) < FEWEST:
        return Verdict(UNDETERMINED, f"only {fewest} runs can be measured")
    if trial.sign < 0 and trial.base.measure.kind in ("share", "true") and own.first < trial.margin:
        return Verdict(NOT_TESTABLE, f"there is too little of it ({own.first:.3f}) to fall by {trial.margin:g}")
    first, second = says(trial, own.low, own.high), says(trial, again.low, again.high)
    if first == UNDETERMINED:
        return Verdict(UNDETERMINED, unclear(trial, own))
    if second != first:
        return Verdict(UNDETERMINED, f"one seed says {first}, another {second}")
    if 2 * len(by_draw) < asked:
        return Verdict(UNDETERMINED, f"under only {len(by_draw)} of {asked} draws of the rules can it be measured")
    if by_draw and (share := by_draw.count(first) / len(by_draw)) < AGREE:
        return Verdict(UNDETERMINED, f"the rules as they are say {first}, only {100 * share:.0f}% of other rules do")
    return Verdict(first, "")


NO_EFFECT = "no effect that counts"
"""Begins the reason where an effect as large as claimed is ruled out, though none of the other sign is found."""


def unclear(trial: Trial, own: Estimate) -> str:
    """Why an interval settles nothing."""
    if trial.form == "level":
        return "the interval holds the bar"
    low, high = sorted((trial.sign * own.low, trial.sign * own.high))
    if trial.sign and high < trial.margin:
        if low == high == 0.0:
            return f"{NO_EFFECT}: none at all in any run"
        return NO_EFFECT + (": it goes the other way" if high < 0.0 else ": it is smaller" if low > 0.0 else "")
    return "the interval reaches beyond the margin"


def _needs(found: Tried, model: Verdict, own: Estimate, without: Estimate | None) -> Verdict:
    """Whether what was found goes, at least by half, where the mechanism that is said to carry it is off."""
    trial = found.trial
    if without is None:
        return Verdict(NOT_TESTABLE, trial.off_none)
    if _gone(found):
        return Verdict(NOT_TESTABLE, "the switch takes away what is measured")
    if model.verdict != SUPPORTED:
        return Verdict(UNDETERMINED, "nothing is there that could go")
    if without.members < FEWEST:
        return Verdict(UNDETERMINED, f"without it only {without.members} runs can be measured")
    left = says(trial, without.low, without.high)
    if trial.form == "level" or trial.sign == 0:
        if left == SUPPORTED:
            return Verdict(CONTRADICTED, "it is so without the mechanism as well")
        gone = Verdict(SUPPORTED, "it is not so without the mechanism")
        return gone if left == CONTRADICTED else Verdict(UNDETERMINED, "without the mechanism it is not clear")
    part = without.effect / own.effect
    if left == SUPPORTED and part > HALF:
        return Verdict(CONTRADICTED, "more than half of it is there without the mechanism as well")
    if part <= HALF and (without.high < own.low or without.low > own.high):
        return Verdict(SUPPORTED, "half of it or more goes without the mechanism")
    return Verdict(UNDETERMINED, "without the mechanism some of it may go, not surely half")


def _gone(found: Tried) -> bool:
    """Whether a number that is measured, and is no count of what comes, is one and the same without the mechanism."""
    trial, without = found.trial, found.without
    assert without is not None
    kinds = [trial.base.measure.kind, *([trial.beside.kind] if trial.beside is not None else [])]
    if not set(kinds) <= {"level", "ratio", "rises", "grows"}:
        return False
    values = [without.first] if without.second is None else [without.first, without.second]
    flat = [np.ptp(each[np.isfinite(each)]) < 1e-9 for each in values if np.isfinite(each).any()]
    return any(flat) if trial.form == "together" else bool(flat) and all(flat)


def together(verdicts: Sequence[str]) -> str:
    """The verdict of several parts of one claim: contradicted if one is, supported if all are, else undetermined.

    What can't be tested, or can't fail, decides nothing beside what can.
    """
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    known = [verdict for verdict in verdicts if verdict not in (NOT_TESTABLE, BY_CONSTRUCTION)]
    if known and all(verdict == SUPPORTED for verdict in known):
        return SUPPORTED
    if not known:
        return BY_CONSTRUCTION if BY_CONSTRUCTION in verdicts else NOT_TESTABLE
    return UNDETERMINED
