"""Where readings of one run disagree: on the questions that two of them answer, where their answers differ.

Labels of different schools can't be compared word by word. `verdicts.yaml` says what each label answers to two
questions, what kind of society it is and who holds power. Two readings are comparable in a month of a run if both
answer some question there; they disagree if on any such question their answers differ. Disagreement is the share of
comparable run-months (and pairs of readings) in which they disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.lenses.spells import Months, Reading, typical_spells

Floats = NDArray[np.float64]
Readings = Mapping[str, Reading]
"""Readings of one run by the name of the lens (or coding); all have the same runs, months and countries."""

LEAST = 12
"""Months that a stretch has to last to be told."""
SILENT = -1


class Question(NamedTuple):
    """A question that labels answer: its name, what it asks, and the answers with their meaning."""

    name: str
    asks: str
    answers: Mapping[str, str]


class Pair(NamedTuple):
    """Two readings: share of comparable run-months in which they disagree (NaN: none), and the share comparable."""

    one: str
    other: str
    disagree: float
    comparable: float


class Stretch(NamedTuple):
    """Months in which the answers of no reading's commonest label change: disagreement, and who answers what."""

    country: str
    first: np.datetime64
    last: np.datetime64
    disagree: float
    answers: Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def _read() -> tuple[tuple[Question, ...], dict[str, tuple[str | None, ...]]]:
    import yaml

    raw = yaml.safe_load(Path(__file__).with_name("verdicts.yaml").read_text(encoding="utf-8"))
    asked = tuple(Question(name, row["asks"], row["answers"]) for name, row in raw["questions"].items())
    given = {label: tuple(row) for rows in raw["verdicts"].values() for label, row in rows.items()}
    return asked, given


def questions() -> tuple[Question, ...]:
    """Return the questions, in the order of a verdict's answers."""
    return _read()[0]


def verdict(label: str) -> tuple[str | None, ...]:
    """Return what a label answers to each question, None for what it leaves open; a strange label leaves all open."""
    asked, given = _read()
    return given.get(label, (None,) * len(asked))


def _answers(reading: Reading) -> NDArray[np.int8]:
    """Return the answers of a reading [question, run, month, country] as places among a question's answers."""
    table = np.full((len(questions()), len(reading.names)), SILENT, dtype=np.int8)
    for code, label in enumerate(reading.names):
        for q, (question, answer) in enumerate(zip(questions(), verdict(label), strict=True)):
            table[q, code] = SILENT if answer is None else list(question.answers).index(answer)
    return table[:, reading.labels]


def _compared(one: NDArray[np.int8], other: NDArray[np.int8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where two readings are comparable and where they disagree [run, month, country]."""
    both = (one != SILENT) & (other != SILENT)
    return both.any(axis=0), (both & (one != other)).any(axis=0)


class Disagreement(NamedTuple):
    """All pairs, the course of disagreement by country [month, country] (NaN: nothing to compare), and the stretches.

    `stretches` are ordered from the greatest disagreement down.
    """

    pairs: tuple[Pair, ...]
    months: Months
    countries: tuple[str, ...]
    course: Floats
    stretches: tuple[Stretch, ...]

    def mean(self, country: str) -> float:
        """Return the mean disagreement of a country over its months."""
        own = self.course[:, self.countries.index(country)]
        return float(np.nanmean(own)) if np.isfinite(own).any() else float("nan")


def disagreement(readings: Readings, countries: Sequence[str] = ()) -> Disagreement:
    """Return where readings of one run disagree, in all countries or in some."""
    some = next(iter(readings.values()))
    chosen = tuple(countries) or some.countries
    places = [some.country(name) for name in chosen]
    answers = {name: _answers(reading)[..., places] for name, reading in readings.items()}
    can, differ = np.zeros((len(some.months), len(chosen))), np.zeros((len(some.months), len(chosen)))
    pairs = []
    for one, other in combinations(readings, 2):
        comparable, disagree = _compared(answers[one], answers[other])
        can, differ = can + comparable.sum(axis=0), differ + disagree.sum(axis=0)
        share = float(disagree.sum() / comparable.sum()) if comparable.any() else float("nan")
        pairs.append(Pair(one, other, share, float(comparable.mean()) if comparable.size else 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        course = differ / can
    found = [s for k, name in enumerate(chosen) for s in _stretches(readings, name, differ[:, k], can[:, k])]
    found.sort(key=lambda stretch: (-stretch.disagree, stretch.country, stretch.first))
    return Disagreement(tuple(pairs), some.months, chosen, course, tuple(found))


def _stretches(readings: Readings, country: str, differ: Floats, can: Floats) -> list[Stretch]:
    """Return the stretches of a country that last and in which there is something to compare, in order of time."""
    months = next(iter(readings.values())).months
    said = [_who_says_what(labels) for labels in zip(*_by_month(readings, country), strict=True)]
    begins = [k for k in range(len(said)) if k == 0 or said[k] != said[k - 1]]
    found = []
    for at, end in zip(begins, [*begins[1:], len(said)], strict=True):
        if end - at >= min(LEAST, len(months)) and can[at:end].any():
            who = {q: {a: tuple(list(readings)[k] for k in own) for a, own in said[at][q].items()} for q in said[at]}
            share = float(differ[at:end].sum() / can[at:end].sum())
            found.append(Stretch(country, months[at], months[end - 1], share, who))
    return found


def _by_month(readings: Readings, country: str) -> list[list[str]]:
    """Return each reading's commonest label month by month."""
    return [typical_labels(reading, country) for reading in readings.values()]


def typical_labels(reading: Reading, country: str) -> list[str]:
    """Return the commonest label of each month; one that is so for less than a year does not interrupt another."""
    lasting = LEAST if len(reading.runs) > 1 else 3
    return [
        spell.label
        for spell in typical_spells(reading, country, lasting)
        for _ in range(int((spell.last - spell.first).astype(int)) + 1)
    ]


@cache
def _who_says_what(labels: tuple[str, ...]) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return by question and answer the places of the labels that give it."""
    said: dict[str, dict[str, tuple[int, ...]]] = {question.name: {} for question in questions()}
    for place, label in enumerate(labels):
        for question, answer in zip(questions(), verdict(label), strict=True):
            if answer is not None:
                said[question.name][answer] = (*said[question.name].get(answer, ()), place)
    return said
