"""Judging rows: shares with intervals, verdicts, how hard a row is, and whether its expectation says anything.

A row *holds* where the 95% interval (Wilson's) of every part's share lies above the part's bar; it holds *partly* where
every share is at least two thirds of its bar; else it *fails*. The bar is half of the members, unless the row says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.gallery.predicates import Bools, Lived, Medians, Sentence, each, holds, mean, variables_of
from thermidor.gallery.rows import Part, Row
from thermidor.runs.summary import interval

Floats = NDArray[np.float64]

HOLDS, PARTLY, FAILS, MISSING = "holds", "partly", "fails", "missing"
PARTLY_FROM = 2.0 / 3.0
"""A row holds partly from this share of its bar on."""
EASY, TUNED = 0.85, 0.01
"""Shares of draws of the rules: a row that holds in more tests the start, one that holds, and in fewer, was tuned; said
only where all of the share's interval lies beyond."""
PERMUTATIONS = 5_000


@dataclass(frozen=True)
class Share:
    """The share of members in which a part came, its 95% interval, of how many, and the bar."""

    name: str
    share: float
    low: float
    high: float
    members: int
    bar: float


@dataclass(frozen=True)
class Judged:
    """What came of a row.

    sentences   (part, sentence, share of all members of which it is true)
    failed      share of members that ended in an error
    difficulty  share of draws of the rules under which the row holds, where that was asked
    posterior   share of the draws of a fit under which it holds
    agreement   share of some of these of which few citizens say what many say; few: the row's share with few citizens
    """

    row: Row
    parts: tuple[Share, ...]
    also: tuple[Share, ...]
    verdict: str
    sentences: tuple[tuple[str, str, float], ...]
    failed: float
    difficulty: Share | None = None
    posterior: Share | None = None
    agreement: Share | None = None
    few: Share | None = None

    @property
    def flag(self) -> str:
        """What the difficulty says of the row, if it says anything for sure."""
        if self.difficulty is None:
            return ""
        if self.difficulty.low > EASY:
            return "tests the start"
        return "tuned" if self.difficulty.high < TUNED and self.verdict in (HOLDS, PARTLY) else ""


def share(name: str, came: Bools, bar: float) -> Share:
    """The share of some members in which something came; without members it is no number."""
    if not len(came):
        return Share(name, np.nan, 0.0, 1.0, 0, bar)
    part = float(came.mean())
    return Share(name, part, *interval(part, len(came)), len(came), bar)


def verdict(parts: Sequence[Share]) -> str:
    """What the shares of a row's parts come to."""
    if all(part.low > part.bar for part in parts):
        return HOLDS
    return PARTLY if all(part.share >= PARTLY_FROM * part.bar for part in parts) else FAILS


def weakest(parts: Sequence[Share]) -> Share | None:
    """The part whose share is least beside its bar; none without parts."""
    return min(parts, key=lambda part: (part.share if np.isfinite(part.share) else -1.0) / part.bar, default=None)


def came_of(parts: Sequence[Part], lived: Lived, medians: Medians) -> dict[str, tuple[Bools, Bools]]:
    """By part: of which members it is true, and which members are asked [run]."""
    found: dict[str, tuple[Bools, Bools]] = {}
    for part in parts:
        asked = found[part.given][0] & found[part.given][1] if part.given else np.ones(len(lived.labels), bool)
        found[part.name] = holds(part.sentences, lived, medians), asked
    return found


def judged(row: Row, lived: Lived, medians: Medians | None = None) -> Judged:
    """Judge a row by its members."""
    known = medians or {}
    came = came_of(row.parts, lived, known)
    parts = tuple(share(p.name, came[p.name][0][came[p.name][1]], p.bar) for p in row.parts)
    also = tuple(share(p.name, holds(p.sentences, lived, known), p.bar) for p in row.also)
    told = [
        (part.name, sentence.text, float(true.mean()))
        for part in row.parts
        for sentence, true in zip(part.sentences, each(part.sentences, lived, known), strict=True)
    ]
    return Judged(row, parts, also, verdict(parts), tuple(told), float(lived.failed.mean()))


def held_by_draw(row: Row, lived: Lived, replicates: int, medians: Sequence[Medians]) -> tuple[Bools, Floats]:
    """Under which draws of the rules every part of a row reaches its bar [draw], and the least share [draw].

    lived: members draw by draw, so many replicates of each; medians: a draw each.
    """
    draws = len(lived.labels) // replicates
    lots = [slice(d * replicates, (d + 1) * replicates) for d in range(draws)]
    if any(medians):
        every = [came_of(row.parts, lived.cut(lot), median) for lot, median in zip(lots, medians, strict=True)]
    else:
        came = came_of(row.parts, lived, {})
        every = [{name: (true[lot], asked[lot]) for name, (true, asked) in came.items()} for lot in lots]
    held, least = np.zeros(draws, bool), np.zeros(draws)
    for d, came in enumerate(every):
        shares = np.array([true[asked].mean() if asked.any() else 0.0 for true, asked in came.values()])
        held[d] = (shares >= [part.bar for part in row.parts]).all()
        least[d] = shares.min()
    return held, least


def medians_of(row: Row, lived: Mapping[str, Lived]) -> Medians:
    """What a row's sentences are compared with, by the members of the other rows (by id); nan where none lived."""
    medians = {}
    for sentence in row.compared:
        if sentence.than in lived:
            found = mean(sentence, lived[sentence.than])
            alive = found[~np.isnan(found)]
            medians[sentence] = float(np.median(alive)) if len(alive) else math.nan
    return medians


def needed_by(row: Row, rows: Sequence[Row]) -> frozenset[str]:
    """The variables that have to be kept of a row's members: its own, and those that others compare with."""
    others: list[Sentence] = [s for other in rows for s in other.compared if s.than == row.id]
    return row.variables | variables_of(others)


@dataclass(frozen=True, eq=False)
class Confusion:
    """Every expectation on every scenario.

    shares   the least share of the expectation's parts [expectation, scenario]
    held     whether all of them reach their bars [expectation, scenario]
    """

    names: tuple[str, ...]
    shares: Floats
    held: Bools
    empty: tuple[str, ...] = ()
    permuted: Mapping[str, float] = field(default_factory=dict)


def confusion(rows: Sequence[Row], lived: Mapping[str, Lived], medians: Mapping[str, Medians]) -> Confusion:
    """Try every row's expectation on the members of every row's scenario (by the row's id), over equal windows."""
    shares, held = np.zeros((len(rows), len(rows))), np.zeros((len(rows), len(rows)), bool)
    for i, row in enumerate(rows):
        for j, other in enumerate(rows):
            found = lived[other.id]
            met, least = held_by_draw(row, found, len(found.labels), [medians.get(row.id, {})])
            shares[i, j], held[i, j] = least[0], met[0]
    names = tuple(row.id for row in rows)
    return Confusion(names, shares, held, empty(names, held), permuted(held))


def empty(names: Sequence[str], held: Bools) -> tuple[str, ...]:
    """The expectations that most of the other scenarios meet."""
    others = held & ~np.eye(len(names), dtype=bool)
    return tuple(name for name, row in zip(names, others, strict=True) if row.sum() > (len(names) - 1) / 2.0)


def permuted(held: Bools, times: int = PERMUTATIONS, seed: int = 0) -> dict[str, float]:
    """How many expectations hold when they are dealt to the scenarios by chance: mean, 95% point, most; and as dealt.

    All permutations are as likely, those that leave some expectation at its place among them.
    """
    chance, rows = np.random.default_rng(seed), np.arange(len(held))
    counts = np.array([held[rows, chance.permutation(len(held))].sum() for _ in range(times)], np.float64)
    return {
        "mean": float(counts.mean()),
        "p95": float(np.quantile(counts, 0.95, method="inverted_cdf")),
        "most": float(counts.max()),
        "own": float(held.diagonal().sum()),
        "times": float(times),
    }


def counted(found: Sequence[Judged]) -> dict[str, Any]:
    """How many rows and claims hold, or hold partly, by kind; rows of one number, or of one group, are as the worst."""
    told: dict[str, Any] = {}
    for kind in ("passage", "staying"):
        own = [each for each in found if each.row.kind == kind]
        for by, key in (("rows", "number"), ("claims", "group")):
            worst = _worst({id(e): (getattr(e.row, key), e.verdict) for e in own}.values())
            told[f"{kind} {by}"] = {v: worst.count(v) for v in (HOLDS, PARTLY, FAILS, MISSING)} | {"of": len(worst)}
    score = told["passage claims"][HOLDS] + 0.25 * told["staying claims"][HOLDS]
    most = told["passage claims"]["of"] + 0.25 * told["staying claims"]["of"]
    return told | {"score": score, "score of": most}


def _worst(verdicts: Any) -> list[str]:
    order, found = (HOLDS, PARTLY, FAILS, MISSING), dict[str, str]()
    for name, given in verdicts:
        found[name] = max(found.get(name, HOLDS), given, key=order.index)
    return list(found.values())
