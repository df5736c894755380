"""Causal claims as pairs: a scenario with and without a cause, on common random numbers, and the sign that is claimed.

The outcome is a share of months in a state, a variable's level, or whether some sentences are true of a member. The
effect is the mean difference over replicates, changed less base; a failed member leaves its pair out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import cluster_interval, unanimous
from thermidor.gallery.predicates import YEAR, Lived, Sentence, holds, mean, met, variables_of, window
from thermidor.gallery.read import MOST_YEARS, Source, sentence, sentences, source
from thermidor.gallery.rows import Row, Start, countries_of, settings, shifts
from thermidor.scenarios.document import Where

FILE = Path(__file__).with_name("contrasts.yaml")
Floats = NDArray[np.float64]
SIGNS = {"more": 1, "less": -1}
CLEAR = 0.05
"""An effect under a draw of the rules counts as right or wrong from here on, in the outcome's unit."""
OUTCOMES = ("share", "level", "true")


@dataclass(frozen=True)
class Contrast:
    """A pair of starts, the outcome by which they are compared, and the claimed sign of changed less base.

    outcome   "share" of the window's months in a state, "level" of a variable, "true": all sentences hold
    sentence  state or variable, window and country of a share or a level
    during    a level is taken over the months in this state only; a member without any is left out
    """

    id: str
    says: str
    claims: tuple[str, ...]
    base: Start
    changed: Start
    years: float
    sign: int
    outcome: str
    sentence: Sentence
    during: Sentence | None
    sentences: tuple[Sentence, ...]
    clear: float = CLEAR

    @property
    def months(self) -> int:
        """Months that are lived."""
        return round(YEAR * self.years)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it looks at."""
        return variables_of([self.sentence, *([self.during] if self.during else []), *self.sentences])

    @property
    def unit(self) -> str:
        """What the effect is measured in."""
        return {"share": "share of time", "level": self.sentence.variable, "true": "share of runs"}[self.outcome]


KEYS = (
    "says", "claims", "row", "scenario", "years", "base", "change", "share", "level", "while", "true", "from", "by",
    "in", "sign", "clear",
)  # fmt: skip
CHANGES = ("scenario", "set", "shift", "without")


@cache
def shipped() -> tuple[Contrast, ...]:
    """The contrasts that ship with the program, read once."""
    from thermidor.gallery.rows import shipped as rows

    return load_contrasts(FILE, {row.id: row for row in rows()})


def load_contrasts(path: Path, rows: Mapping[str, Row]) -> tuple[Contrast, ...]:
    """Read a file of contrasts. Raises InputError naming file, line and key."""
    read = source(path, ("contrasts",))
    data = read.at(("contrasts",))
    if not isinstance(data, dict) or not data:
        read.refuse(("contrasts",), "there are no contrasts", "contrasts by their names are expected")
    return tuple(_contrast(read, name, rows) for name in data)


def _contrast(read: Source, name: str, rows: Mapping[str, Row]) -> Contrast:
    here: Where = ("contrasts", name)
    data = read.mapping(here, KEYS, ("says", "claims", "change", "sign"))
    row = rows[read.text((*here, "row"), tuple(rows))] if "row" in data else None
    if (row is None) == ("scenario" not in data):
        read.refuse(here, "a contrast has either 'row' or 'scenario'", "it says what is lived")
    if row is None and "years" not in data:
        read.refuse(here, "missing key 'years'", "", "add 'years: ...'")
    kinds = [key for key in OUTCOMES if key in data]
    if len(kinds) != 1:
        read.refuse(here, "a contrast has one outcome", f"one of: {', '.join(OUTCOMES)}")
    start = row.start if row is not None else Start(read.text((*here, "scenario")))
    years = read.number((*here, "years"), 1.0, MOST_YEARS) if "years" in data or row is None else row.years
    base = _over(read, (*here, "base"), start) if "base" in data else start
    places = countries_of(start.scenario)
    kind = kinds[0]
    asked: dict[str, object] = {key: data[key] for key in ("from", "by", "in") if key in data}
    if kind == "level" and "while" in data:
        during = sentence(_with(read, here, {"never": data["while"], **asked}), here, years, places)
    elif "while" in data:
        read.refuse((*here, "while"), "only a level has a 'while'")
    else:
        during = None
    told: tuple[Sentence, ...] = ()
    if kind == "true":
        listed = data["true"]
        told = _row_sentences(read, here, listed, rows, years) if isinstance(listed, str) else ()
        told = told or sentences(read, (*here, "true"), years, places)
        looked = Sentence("never", start=0.0, end=years)
    else:
        made: dict[str, object] = (
            {"never": data["share"]} if kind == "share" else {"change": data["level"], "below": 0.0}
        )
        looked = sentence(_with(read, here, {**made, **asked}), here, years, places)
    return Contrast(
        id=name,
        says=read.text((*here, "says")),
        claims=read.texts((*here, "claims")),
        base=base,
        changed=_over(read, (*here, "change"), base),
        years=years,
        sign=SIGNS[read.text((*here, "sign"), tuple(SIGNS))],
        outcome=kind,
        sentence=looked,
        during=during,
        sentences=told,
        clear=read.number((*here, "clear"), 0.0) if "clear" in data else CLEAR,
    )


def _row_sentences(read: Source, here: Where, name: str, rows: Mapping[str, Row], years: float) -> tuple[Sentence, ...]:
    """The sentences of a row of one part, named as an outcome."""
    row = rows[read.text((*here, "true"), tuple(rows))]
    if len(row.parts) != 1 or row.years > years or row.compared:
        read.refuse((*here, "true"), f"the row '{name}' can't be an outcome", "it has several parts, or looks further")
    return row.parts[0].sentences


def _with(read: Source, here: Where, data: dict[str, object]) -> Source:
    """The same file with other data at a key, for a sentence that is written as part of a contrast."""
    document = read.document._replace(data={here[0]: {here[1]: data}})
    return Source(document, read.families, read.names)


def _over(read: Source, here: Where, start: Start) -> Start:
    """A start with more changes on it. Raises InputError."""
    data = read.mapping(here, CHANGES)
    if not data:
        read.refuse(here, "nothing is changed", f"keys: {', '.join(CHANGES)}")
    return Start(
        read.text((*here, "scenario")) if "scenario" in data else start.scenario,
        {**start.set, **settings(read, (*here, "set"))},
        (*start.shift, *shifts(read, (*here, "shift"))),
        (*start.without, *(read.texts((*here, "without")) if "without" in data else ())),
    )


def outcome(contrast: Contrast, lived: Lived) -> Floats:
    """The outcome of every member [run]; no number for one that failed, or is not asked."""
    looked = contrast.sentence
    if contrast.outcome == "true":
        found = holds(contrast.sentences, lived).astype(np.float64)
    elif contrast.outcome == "share":
        found = met(looked.states[0], lived, looked.place)[:, window(looked)].mean(axis=1, dtype=np.float64)
    elif contrast.during is None:
        found = mean(looked, lived)
    else:
        asked = met(contrast.during.states[0], lived, looked.place)[:, window(looked)]
        values = lived.values[looked.variable][:, window(looked), looked.place].astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.where(asked, values, 0.0).sum(axis=1) / asked.sum(axis=1)
    return np.where(lived.failed, np.nan, found)


@dataclass(frozen=True)
class Effect:
    """The effect of one contrast: mean difference with its 95% interval, levels of both arms, pairs.

    clear is whether the interval lies on the claimed side of zero, or on the other: 1 right, -1 wrong, 0 neither.
    """

    contrast: Contrast
    base: float
    changed: float
    effect: float
    low: float
    high: float
    pairs: int
    prior: Signs | None = None
    posterior: Signs | None = None

    @property
    def clear(self) -> int:
        """1: the claimed sign, -1: the other, 0: the interval holds zero."""
        sign = self.contrast.sign
        if not (self.low > 0.0 or self.high < 0.0):
            return 0
        return 1 if sign * self.effect > 0.0 else -1


@dataclass(frozen=True)
class Signs:
    """Over draws of the rules: shares with the right sign, the wrong one and none, the mean effect, how many draws."""

    right: float
    wrong: float
    none: float
    mean: float
    draws: int


def effect(contrast: Contrast, base: Lived, changed: Lived) -> Effect:
    """The paired difference over replicates, by bootstrap; as wide as chance can hide where all pairs agree."""
    first, second = outcome(contrast, base), outcome(contrast, changed)
    whole = np.isfinite(first) & np.isfinite(second)
    first, second = first[whole], second[whole]
    difference = second - first
    if not difference.size:
        return Effect(contrast, np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    middle = float(difference.mean())
    low, high = cluster_interval(difference, np.flatnonzero(whole))
    if np.ptp(difference) < 1e-12 and contrast.outcome != "level":
        low, high = unanimous(middle, len(difference))
    return Effect(contrast, float(first.mean()), float(second.mean()), middle, low, high, len(difference))


def effects_by_draw(contrast: Contrast, base: Lived, changed: Lived, replicates: int) -> Floats:
    """The mean difference under each draw of the rules [draw]; no number where no pair is whole."""
    difference = (outcome(contrast, changed) - outcome(contrast, base)).reshape(-1, replicates)
    known = np.isfinite(difference)
    sums, counts = np.where(known, difference, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def signs(contrast: Contrast, effects: Floats) -> Signs:
    """Shares of draws with the right and the wrong sign and with neither; a draw without an effect counts as none."""
    claimed = contrast.sign * effects
    right, wrong = float((claimed > contrast.clear).mean()), float((claimed < -contrast.clear).mean())
    middle = float(np.nanmean(effects)) if np.isfinite(effects).any() else np.nan
    return Signs(right, wrong, 1.0 - right - wrong, middle, len(effects))
