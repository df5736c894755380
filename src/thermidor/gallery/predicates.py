"""What a row of the gallery expects, said in sentences about months: pure functions of labels and variables.

A *state* is what a month can be in, written as one reads it:

    fascism                                     a label of the lens, or a family of labels (see `rows.yaml`)
    norms at least 0.5                          a variable of the country at or above a level; `below` for under it
    not fascism and room below 0.3              terms joined by `and`; `or` joins alternatives inside a term

A *sentence* has one of the keys of `KINDS`, a window (`from`, `by`: years since the start) and a country (`in`; the
scenario's first unless named). It is true or false of every member [run].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.floating[Any]]
YEAR = 12
"""Months of a year."""


@dataclass(frozen=True, eq=False)
class Lived:
    """Members as the gallery keeps them.

    labels   the lens's settled label of every month, codes into `names` [run, month, country]
    values   variables by name [run, month, country]
    failed   members that ended in an error [run]: nothing is true of them
    """

    labels: NDArray[np.int8]
    names: tuple[str, ...]
    values: Mapping[str, Floats]
    failed: Bools

    def cut(self, runs: slice) -> Lived:
        """Some of the members."""
        values = {name: value[runs] for name, value in self.values.items()}
        return Lived(self.labels[runs], self.names, values, self.failed[runs])


@dataclass(frozen=True)
class Atom:
    """One thing that can be so: one of some labels, or a variable at least at, or below, a level."""

    labels: frozenset[str] = frozenset()
    variable: str = ""
    below: bool = False
    level: float = 0.0


@dataclass(frozen=True)
class State:
    """What a month can be in: terms that all hold, each (or its opposite) by any of its atoms."""

    text: str
    terms: tuple[tuple[bool, tuple[Atom, ...]], ...]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Sentence:
    """One statement about a member. Years count from the start; `place` is the country's place in its scenario."""

    kind: str
    states: tuple[State, ...] = ()
    variable: str = ""
    start: float = 0.0
    end: float = 0.0
    place: int = 0
    least: float | None = None
    most: float | None = None
    lasting: float = 0.0
    within: float | None = None
    than: str = ""
    parts: tuple[Sentence, ...] = ()
    text: str = field(default="", compare=False)


Medians = Mapping[Sentence, float]
"""What a sentence with `than` is compared with: the median over the members of the other row."""

LEVEL = re.compile(r"([a-z]\w*) (at least|below) (-?\d+(?:\.\d+)?)")


def parse_state(text: object, families: Mapping[str, Sequence[str]], names: Sequence[str]) -> State:
    """Read a state as it is written; names: labels of the lens. Raises ValueError for what can't be read."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a state is a text, such as 'fascism' or 'norms at least 0.5'")
    terms = []
    for term in " ".join(text.split()).split(" and "):
        bare = term.removeprefix("not ")
        terms.append((bare != term, tuple(_atom(part, families, names) for part in bare.split(" or "))))
    return State(text, tuple(terms))


def _atom(text: str, families: Mapping[str, Sequence[str]], names: Sequence[str]) -> Atom:
    from thermidor.country import VARIABLES
    from thermidor.errors import nearest

    if found := LEVEL.fullmatch(text):
        variable, sense, number = found.groups()
        if variable not in VARIABLES:
            raise ValueError(f"there is no variable '{variable[:60]}'. {nearest(variable, VARIABLES)}".strip(". "))
        return Atom(variable=variable, below=sense == "below", level=float(number))
    if text in families:
        return Atom(labels=frozenset(families[text]))
    if text not in names:
        near = nearest(text, [*names, *families])
        raise ValueError(f"'{text[:60]}' is no label, no family of labels and no level of a variable. {near}".strip())
    return Atom(labels=frozenset((text,)))


def met(state: State, lived: Lived, place: int) -> Bools:
    """In which months a state holds [run, month]; a number that is none is in no state."""
    found = np.ones(lived.labels.shape[:2], bool)
    for negated, atoms in state.terms:
        some = np.zeros_like(found)
        for atom in atoms:
            some |= _is(atom, lived, place)
        found &= ~some if negated else some
    return found


def _is(atom: Atom, lived: Lived, place: int) -> Bools:
    if atom.variable:
        values = lived.values[atom.variable][:, :, place]
        return np.asarray(values < atom.level if atom.below else values >= atom.level)
    codes = [code for code, name in enumerate(lived.names) if name in atom.labels]
    return np.isin(lived.labels[:, :, place], codes)


def holds(sentences: Sequence[Sentence], lived: Lived, medians: Medians | None = None) -> Bools:
    """Of which members all sentences are true [run]."""
    return np.asarray(each(sentences, lived, medians).all(axis=0))


def each(sentences: Sequence[Sentence], lived: Lived, medians: Medians | None = None) -> Bools:
    """Of which members each sentence is true [sentence, run]."""
    medians = medians or {}
    return np.stack([true_of(sentence, lived, medians) & ~lived.failed for sentence in sentences])


def true_of(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    """Of which members a sentence is true [run]; of none in a scenario that has not so many countries."""
    if sentence.place >= lived.labels.shape[2]:
        return np.zeros(len(lived.labels), bool)
    return KINDS[sentence.kind].check(sentence, lived, medians)


def window(sentence: Sentence) -> slice:
    """The months in which a sentence looks."""
    return slice(round(YEAR * sentence.start), round(YEAR * sentence.end))


def _months(sentence: Sentence, lived: Lived, which: int = 0) -> Bools:
    """Where a sentence's state holds in its window [run, month]."""
    return met(sentence.states[which], lived, sentence.place)[:, window(sentence)]


def _reached(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    held, need = _months(sentence, lived), max(1, round(YEAR * sentence.lasting))
    found: Bools = longest(held) >= need
    return found


def _never(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return np.asarray(~_months(sentence, lived).any(axis=1))


def _starts(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return met(sentence.states[0], lived, sentence.place)[:, 0]


def _ends(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return _months(sentence, lived)[:, -1]


def _share(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return _between(sentence, _months(sentence, lived).mean(axis=1))


def _order(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    """One state after the other, each first reached no earlier than the one before; `within`: from first to last."""
    count = window(sentence).stop - window(sentence).start
    never, found = count, np.ones(len(lived.labels), bool)
    first = at = np.zeros(len(lived.labels), np.int64)
    for nth in range(len(sentence.states)):
        held = _months(sentence, lived, nth) & (np.arange(count) >= at[:, None])
        found &= held.any(axis=1)
        at = np.where(held.any(axis=1), held.argmax(axis=1), never)
        first = at if nth == 0 else first
    return found if sentence.within is None else np.asarray(found & (at - first <= YEAR * sentence.within), bool)


def _switches(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    """So many changes from one label of a family to another, whatever lies between them."""
    codes, held = lived.labels[:, window(sentence), sentence.place], _months(sentence, lived)
    counts = np.zeros(len(codes))
    for run, (own, inside) in enumerate(zip(codes, held, strict=True)):
        counts[run] = np.count_nonzero(np.diff(own[inside].astype(np.int16)))
    return _between(sentence, counts)


def _change(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return _between(sentence, changed(sentence, lived))


def _grows(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return _between(sentence, rate(sentence, lived))


def _more(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    """A variable's mean over the window above the median of that of the other row's members."""
    return mean(sentence, lived) > medians.get(sentence, np.nan)


def _any(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return np.asarray(np.any([true_of(part, lived, medians) for part in sentence.parts], axis=0))


def _all(sentence: Sentence, lived: Lived, medians: Medians) -> Bools:
    return np.asarray(np.all([true_of(part, lived, medians) for part in sentence.parts], axis=0))


def mean(sentence: Sentence, lived: Lived) -> NDArray[np.float64]:
    """The mean over the window of the variable that a sentence names [run]."""
    values = lived.values[sentence.variable][:, window(sentence), sentence.place]
    return np.asarray(values.mean(axis=1, dtype=np.float64))


def _ends_of(sentence: Sentence, lived: Lived) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """A variable's means over the window's first year and its last [run], and the years between them."""
    values = lived.values[sentence.variable][:, window(sentence), sentence.place].astype(np.float64)
    year = min(YEAR, values.shape[1])
    return values[:, :year].mean(axis=1), values[:, -year:].mean(axis=1), (values.shape[1] - year) / YEAR or 1.0


def changed(sentence: Sentence, lived: Lived) -> NDArray[np.float64]:
    """A variable's change from the window's first year to its last [run]."""
    first, last, _ = _ends_of(sentence, lived)
    return last - first


def rate(sentence: Sentence, lived: Lived) -> NDArray[np.float64]:
    """The growth of a variable's logarithm, a year, from the window's first year to its last [run]."""
    first, last, years = _ends_of(sentence, lived)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = np.log(last / first) / years
    return found


def longest(held: Bools) -> NDArray[np.int64]:
    """Months of the longest unbroken spell [run]; held: [run, month]."""
    months = np.arange(held.shape[1])
    since = months - np.maximum.accumulate(np.where(held, -1, months), axis=1)
    longest_of: NDArray[np.int64] = since.max(axis=1)
    return longest_of


def _between(sentence: Sentence, numbers: Floats) -> Bools:
    least = -np.inf if sentence.least is None else sentence.least
    most = np.inf if sentence.most is None else sentence.most
    return np.asarray((numbers >= least) & (numbers < most))


@dataclass(frozen=True)
class Kind:
    """A kind of sentence: what it checks, what stands at its key, which other keys it may have, and what it says."""

    check: Callable[[Sentence, Lived, Medians], Bools]
    of: str
    keys: tuple[str, ...]
    meaning: str


KINDS: dict[str, Kind] = {
    "starts": Kind(_starts, "state", (), "the first month is in the state"),
    "ends": Kind(_ends, "state", ("by",), "the window's last month is in the state"),
    "reached": Kind(
        _reached, "state", ("from", "by", "lasting"), "some month is in the state (`lasting`: so many years on end)"
    ),
    "never": Kind(_never, "state", ("from", "by"), "no month is in the state"),
    "share": Kind(
        _share, "state", ("from", "by", "at_least", "below"), "the share of months in the state is at least, or below"
    ),
    "order": Kind(
        _order, "states", ("from", "by", "within"), "one state comes after the other (`within`: years first to last)"
    ),
    "switches": Kind(
        _switches, "state", ("from", "by", "at_least", "below"), "so many changes among the labels of the state"
    ),
    "change": Kind(
        _change, "variable", ("from", "by", "at_least", "below"), "a variable's change, last year less first"
    ),
    "grows": Kind(
        _grows, "variable", ("from", "by", "at_least", "below"), "a variable's growth a year, first year to last"
    ),
    "more": Kind(_more, "variable", ("from", "by", "than"), "a variable's mean is above the median of another row"),
    "any": Kind(_any, "sentences", (), "at least one of the sentences is true"),
    "all": Kind(_all, "sentences", (), "all of the sentences are true"),
}
"""The kinds of sentences by the key that makes them."""


def variables_of(sentences: Sequence[Sentence]) -> frozenset[str]:
    """The variables that some sentences look at."""
    found: set[str] = set()
    for sentence in sentences:
        found |= {sentence.variable} if sentence.variable else set()
        found |= {atom.variable for state in sentence.states for _, atoms in state.terms for atom in atoms}
        found |= variables_of(sentence.parts)
    return frozenset(found - {""})


def compared(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences among these, and inside them, that compare with another row."""
    found = [sentence for sentence in sentences if sentence.than]
    return (*found, *(inner for sentence in sentences for inner in compared(sentence.parts)))
