"""What is measured in a member: a number by which two ensembles are compared, written as one of a few keys.

    level: norms                      the mean of a variable (`while: STATE`: over the months in that state only)
    ratio: [eaten_official, eaten_worker]   the mean of one variable over that of another, likewise
    rises: literacy                   the window's last year less its first
    grows: gdp_per_head               growth a year, from the window's first year to its last
    share: fascism                    the share of months in a state
    until: norms below 0.5            years until a state is first reached; all of the window where it never is
    lasts: fascism                    years from a state's first month to its end, or the window's; none where never
    true: [SENTENCE, ...]             1 where all sentences are true of the member, else 0

Every key but `true` looks at the window `from`, `by` (years since the start) and the country `in`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.gallery.predicates import (
    YEAR,
    Lived,
    Sentence,
    changed,
    holds,
    mean,
    met,
    rate,
    variables_of,
    window,
)
from thermidor.gallery.read import Source, sentence, sentences
from thermidor.scenarios.document import Where

Floats = NDArray[np.float64]
MEASURES = ("level", "ratio", "rises", "grows", "share", "until", "lasts", "true")
WINDOW = ("from", "by", "in")
KEYS = (*MEASURES, "while", *WINDOW)
UNITS = {
    "share": "share of time",
    "until": "years",
    "lasts": "years",
    "true": "share of runs",
    "grows": "a year",
    "ratio": "ratio",
}


@dataclass(frozen=True)
class Measure:
    """A number of every member.

    kind      one of MEASURES
    looked    the variable or state, its window and country; over: the variable below the line of a ratio
    during    a level or a ratio is taken over the months in this state only; a member without any has no number
    """

    kind: str
    looked: Sentence
    over: str = ""
    during: Sentence | None = None
    sentences: tuple[Sentence, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it looks at."""
        whole = [self.looked, *([self.during] if self.during else []), *self.sentences]
        return variables_of(whole) | frozenset({self.over} - {""})

    @property
    def unit(self) -> str:
        """What it is measured in: a unit, or the variable's name."""
        return UNITS.get(self.kind, self.looked.variable)

    @property
    def by(self) -> float:
        """Years that have to be lived."""
        return max([self.looked.end, *(sentence.end for sentence in self.sentences)])


def measure(
    read: Source, here: Where, data: Mapping[str, Any], years: float, places: tuple[str, ...] | None
) -> Measure:
    """The measure among the keys of a mapping at a place of a file. Raises InputError."""
    kinds = [key for key in MEASURES if key in data]
    if len(kinds) != 1:
        read.refuse(here, "there is one measure", f"one of: {', '.join(MEASURES)}")
    kind = kinds[0]
    asked: dict[str, object] = {key: data[key] for key in WINDOW if key in data}
    if "while" in data and kind not in ("level", "ratio"):
        read.refuse((*here, "while"), "only a level or a ratio has a 'while'")
    if kind == "true":
        return Measure(kind, Sentence("never", end=0.0), sentences=sentences(read, (*here, kind), years, places))
    over = ""
    made: dict[str, object]
    if kind in ("share", "until", "lasts"):
        made = {"never": data[kind]}
    elif kind == "ratio":
        parts = read.texts((*here, kind))
        if len(parts) != 2:
            read.refuse((*here, kind), "a ratio has two variables", "the one above the line and the one below it")
        over = _sentence(read, here, {"change": parts[1], "below": 0.0}, years, places).variable
        made = {"change": parts[0], "below": 0.0}
    else:
        made = {"change": data[kind], "below": 0.0}
    during = None
    if "while" in data:
        during = _sentence(read, here, {"never": data["while"], **asked}, years, places)
    return Measure(kind, _sentence(read, here, {**made, **asked}, years, places), over, during)


def _sentence(
    read: Source, here: Where, data: dict[str, object], years: float, places: tuple[str, ...] | None
) -> Sentence:
    """A sentence that is written as part of something else: the same file with other data at the place."""
    nested: Any = data
    for step in reversed(here):
        nested = {step: nested}
    return sentence(Source(read.document._replace(data=nested), read.families, read.names), here, years, places)


def measured(asked: Measure, lived: Lived) -> Floats:
    """The number of every member [run]; none for one that failed, or is not asked."""
    looked = asked.looked
    if asked.kind == "true":
        found = holds(asked.sentences, lived).astype(np.float64)
    elif asked.kind == "share":
        found = met(looked.states[0], lived, looked.place)[:, window(looked)].mean(axis=1, dtype=np.float64)
    elif asked.kind == "until":
        held = met(looked.states[0], lived, looked.place)[:, window(looked)]
        found = np.where(held.any(axis=1), held.argmax(axis=1), held.shape[1]) / YEAR
    elif asked.kind == "lasts":
        found = _lasted(met(looked.states[0], lived, looked.place)[:, window(looked)])
    elif asked.kind in ("rises", "grows"):
        found = (changed if asked.kind == "rises" else rate)(looked, lived)
    elif asked.during is None:
        found = mean(looked, lived)
        if asked.over:
            found = _over(found, lived.values[asked.over][:, window(looked), looked.place].mean(axis=1))
    else:
        held = met(asked.during.states[0], lived, looked.place)[:, window(looked)]
        found = _while(lived.values[looked.variable], held, looked)
        if asked.over:
            found = _over(found, _while(lived.values[asked.over], held, looked))
    return np.asarray(np.where(lived.failed, np.nan, found), dtype=np.float64)


def _lasted(held: NDArray[np.bool_]) -> Floats:
    """Years of the first unbroken stretch of months [run]; no number without any."""
    begun = np.logical_or.accumulate(held, axis=1)
    over = np.logical_or.accumulate(begun & ~held, axis=1)
    found: Floats = np.where(held.any(axis=1), (begun & ~over).sum(axis=1) / YEAR, np.nan)
    return found


def _while(values: NDArray[Any], held: NDArray[np.bool_], looked: Sentence) -> Floats:
    """The mean over the months that are held [run]; no number without any."""
    own = values[:, window(looked), looked.place].astype(np.float64)
    return _over(np.where(held, own, 0.0).sum(axis=1), held.sum(axis=1))


def _over(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.asarray(above, dtype=np.float64) / below
    return found
