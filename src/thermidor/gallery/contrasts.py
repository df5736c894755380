"""Causal claims as pairs: a scenario with and without a cause, on common random numbers, and the sign that is claimed.

The effect is the mean difference of a measure over replicates, changed less base; a failed member leaves its pair out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import cluster_interval, unanimous
from thermidor.gallery.measure import KEYS as MEASURE_KEYS
from thermidor.gallery.measure import Measure, measure, measured
from thermidor.gallery.predicates import YEAR, Lived, Sentence
from thermidor.gallery.read import MOST_YEARS, Source, source
from thermidor.gallery.rows import Row, Start, countries_of, settings, shifts
from thermidor.scenarios.document import Where

FILE = Path(__file__).with_name("contrasts.yaml")
Floats = NDArray[np.float64]
SIGNS = {"more": 1, "less": -1}
CLEAR = 0.05
"""An effect under a draw of the rules counts as right or wrong from here on, in the outcome's unit."""


@dataclass(frozen=True)
class Contrast:
    """A pair of starts, the outcome by which they are compared, and the claimed sign of changed less base.
    measure   the number of every member that is compared
    clear     an effect under a draw of the rules counts as right or wrong from here on
    """

    id: str
    says: str
    claims: tuple[str, ...]
    base: Start
    changed: Start
    years: float
    sign: int
    measure: Measure
    clear: float = CLEAR

    @property
    def months(self) -> int:
        """Months that are lived."""
        return round(YEAR * self.years)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it looks at."""
        return self.measure.variables

    @property
    def unit(self) -> str:
        """What the effect is measured in."""
        return self.measure.unit


KEYS = ("says", "claims", "row", "scenario", "years", "base", "change", "sign", "clear", *MEASURE_KEYS)
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
    start = row.start if row is not None else Start(read.text((*here, "scenario")))
    years = read.number((*here, "years"), 1.0, MOST_YEARS) if "years" in data or row is None else row.years
    base = over(read, (*here, "base"), start) if "base" in data else start
    return Contrast(
        id=name,
        says=read.text((*here, "says")),
        claims=read.texts((*here, "claims")),
        base=base,
        changed=over(read, (*here, "change"), base),
        years=years,
        sign=SIGNS[read.text((*here, "sign"), tuple(SIGNS))],
        measure=_outcome(read, here, data, rows, years, countries_of(start.scenario)),
        clear=read.number((*here, "clear"), 0.0) if "clear" in data else CLEAR,
    )


def _outcome(
    read: Source,
    here: Where,
    data: Mapping[str, Any],
    rows: Mapping[str, Row],
    years: float,
    places: tuple[str, ...] | None,
) -> Measure:
    """What both arms are compared by: a measure, or the sentences of a row of one part by its name."""
    if not isinstance(data.get("true"), str):
        return measure(read, here, data, years, places)
    name = read.text((*here, "true"), tuple(rows))
    row = rows[name]
    if len(row.parts) != 1 or row.years > years or row.compared:
        read.refuse((*here, "true"), f"the row '{name}' can't be an outcome", "it has several parts, or looks further")
    return Measure("true", Sentence("never", end=0.0), sentences=row.parts[0].sentences)


def over(read: Source, here: Where, start: Start, also: Sequence[str] = ()) -> Start:
    """A start with more changes on it; `also`: keys beside them that others read. Raises InputError."""
    data = read.mapping(here, (*CHANGES, *also))
    if not data:
        read.refuse(here, "nothing is changed", f"keys: {', '.join(CHANGES)}")
    return Start(
        read.text((*here, "scenario")) if "scenario" in data else start.scenario,
        {**start.set, **settings(read, (*here, "set"))},
        (*start.shift, *shifts(read, (*here, "shift"))),
        (*start.without, *(read.texts((*here, "without")) if "without" in data else ())),
    )


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
    first, second = measured(contrast.measure, base), measured(contrast.measure, changed)
    whole = np.isfinite(first) & np.isfinite(second)
    first, second = first[whole], second[whole]
    difference = second - first
    if not difference.size:
        return Effect(contrast, np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    middle = float(difference.mean())
    low, high = cluster_interval(difference, np.flatnonzero(whole))
    if np.ptp(difference) < 1e-12 and contrast.measure.kind in ("share", "true"):
        low, high = unanimous(middle, len(difference))
    return Effect(contrast, float(first.mean()), float(second.mean()), middle, low, high, len(difference))


def effects_by_draw(contrast: Contrast, base: Lived, changed: Lived, replicates: int) -> Floats:
    """The mean difference under each draw of the rules [draw]; no number where no pair is whole."""
    difference = (measured(contrast.measure, changed) - measured(contrast.measure, base)).reshape(-1, replicates)
    known = np.isfinite(difference)
    sums, counts = np.where(known, difference, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def signs(contrast: Contrast, effects: Floats) -> Signs:
    """Shares of draws with the right and the wrong sign and with neither; a draw without an effect counts as none."""
    claimed = contrast.sign * effects
    right, wrong = float((claimed > contrast.clear).mean()), float((claimed < -contrast.clear).mean())
    middle = float(np.nanmean(effects)) if np.isfinite(effects).any() else np.nan
    return Signs(right, wrong, 1.0 - right - wrong, middle, len(effects))
