"""Criteria: what a label demands of a month, read from stored series, and by how much it is met.

A criterion sets one quantity against one threshold; its margin is the distance in units of the
threshold's scale, positive where the criterion is met. A label demands groups of criteria: every
group has to hold, and a group of several criteria holds where any one of them is met. A month takes
the first label, in written order, that holds. A quantity that is not a number meets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError, nearest

Columns = Mapping[Any, Any]
"""A run by name: its variables and the names along its axes run, month and country; a dataset, or plain arrays."""
Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Values = Callable[[str], Floats]
"""Gives a quantity by name, [run, month, country]."""
Expressions = Mapping[str, Callable[[Values], Floats]]
"""Quantities that are worked out of several variables, by name."""

UNCLASSIFIED = "unclassified"


class Threshold(NamedTuple):
    """A number that divides: value, the span it may be argued over, the scale of its margins, its source."""

    name: str
    value: float
    low: float
    high: float
    scale: float
    unit: str
    source: str


class Criterion(NamedTuple):
    """One quantity (a variable or a named expression), at least (`>=`) or below (`<`) one threshold."""

    quantity: str
    sense: str
    threshold: Threshold
    source: str

    def __str__(self) -> str:
        return f"{self.quantity} {self.sense} {self.threshold.value:g}"


class Label(NamedTuple):
    """A label: groups of criteria, all of which have to hold, each by any one of its members."""

    name: str
    meaning: str
    groups: tuple[tuple[Criterion, ...], ...]


@dataclass(frozen=True)
class Table:
    """A lens as one table: its quantities in words, its labels in written order, and the months a label must last.

    `crossings` holds, for some quantities, what to say when they rise to a threshold and fall below it.
    """

    name: str
    title: str
    words: Mapping[str, str]
    crossings: Mapping[str, tuple[str, str]]
    thresholds: Mapping[str, Threshold]
    labels: tuple[Label, ...]
    lasting: int
    lasting_why: str
    about: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the labels by code; the last is `unclassified`."""
        return (*(label.name for label in self.labels), UNCLASSIFIED)

    def label(self, name: str) -> Label:
        """Return a label by name."""
        for label in self.labels:
            if label.name == name:
                return label
        raise InputError(f"the lens {self.name} has no label '{name}'", mend=nearest(name, self.names))

    def moved(self, values: Mapping[str, float]) -> Table:
        """Return the table with some thresholds set to other values, each within the span it may be argued over."""
        thresholds = dict(self.thresholds)
        for name, value in values.items():
            old = thresholds.get(name)
            if old is None:
                raise InputError(f"the lens {self.name} has no threshold '{name}'", mend=nearest(name, thresholds))
            if not old.low <= value <= old.high:
                span = f"it may be argued between {old.low:g} and {old.high:g} {old.unit}"
                raise InputError(f"the threshold '{name}' can't be {value:g}", why=span)
            thresholds[name] = old._replace(value=float(value))

        def anew(group: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
            return tuple(c._replace(threshold=thresholds[c.threshold.name]) for c in group)

        labels = tuple(label._replace(groups=tuple(map(anew, label.groups))) for label in self.labels)
        return replace(self, thresholds=thresholds, labels=labels)


def load_table(path: Path) -> Table:
    """Read a table of criteria from YAML; raises InputError with file and key where it is not one."""
    import yaml

    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as file:
        raw = yaml.load(file, Loader=quick)

    def wrong(key: str, why: str, mend: str = "") -> InputError:
        return InputError("this table of criteria can't be read", where=f"{path.name}: {key}", why=why, mend=mend)

    words = {name: row["words"] for name, row in raw["quantities"].items()}
    crossings = {name: (row["rises"], row["falls"]) for name, row in raw["quantities"].items() if "rises" in row}
    thresholds: dict[str, Threshold] = {}
    for name, row in raw["thresholds"].items():
        low, high = row["range"]
        if not low <= row["value"] <= high or row["scale"] <= 0:
            raise wrong(f"thresholds.{name}", "the value lies outside its range, or the scale is not above 0")
        threshold = Threshold(name, row["value"], low, high, row["scale"], row["unit"], row["source"])
        thresholds[name] = threshold

    def criterion(row: Mapping[str, str], label: str) -> Criterion:
        sense = ">=" if "at_least" in row else "<"
        limit = row["at_least"] if "at_least" in row else row["below"]
        if row["of"] not in words:
            raise wrong(f"labels.{label}", f"no quantity '{row['of']}' is defined above", nearest(row["of"], words))
        if limit not in thresholds:
            raise wrong(f"labels.{label}", f"no threshold '{limit}' is defined above", nearest(limit, thresholds))
        return Criterion(row["of"], sense, thresholds[limit], row["source"])

    labels = tuple(
        Label(name, row["meaning"], tuple(tuple(criterion(c, name) for c in g.get("any", [g])) for g in row["all"]))
        for name, row in raw["labels"].items()
    )
    lasting = raw["lasting"]
    why = f"{lasting['why']} ({lasting['source']})"
    about = " ".join(raw.get("about", "").split())
    return Table(raw["name"], raw["title"], words, crossings, thresholds, labels, int(lasting["value"]), why, about)


EVERY = slice(None)


class Quantities:
    """Gives each quantity of a run, or of some of its runs and countries, by name [run, month, country].

    Each is read and worked out once. (A class, not a function that remembers: that would hold itself, and with it
    megabytes until the next collection.)
    """

    def __init__(self, series: Columns, expressions: Expressions, runs: slice, countries: slice) -> None:
        self.series, self.expressions, self.runs, self.countries = series, expressions, runs, countries
        self.known: dict[str, Floats] = {}

    def __call__(self, name: str) -> Floats:
        """Return a quantity. Raises InputError for one that these series have not."""
        if name not in self.known:
            self.known[name] = self._worked_out(name)
        return self.known[name]

    def _worked_out(self, name: str) -> Floats:
        if name in self.expressions:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                return self.expressions[name](self)
        if name not in self.series:
            raise InputError(f"these series have no variable '{name}'", why="the lens reads it")
        found = self.series[name]
        every = found if isinstance(found, np.ndarray) else found.transpose("run", "month", "country").values
        return every[self.runs, :, self.countries]


def values_of(series: Columns, expressions: Expressions, runs: slice = EVERY, countries: slice = EVERY) -> Values:
    """Return what gives each quantity of a run, or of some of its runs and countries [run, month, country]."""
    return Quantities(series, expressions, runs, countries)


def met(criterion: Criterion, value: Floats) -> Bools:
    """Return where a quantity's values meet a criterion, in their own shape."""
    limit = criterion.threshold.value
    return value >= limit if criterion.sense == ">=" else value < limit


def margin(criterion: Criterion, value: Floats) -> Floats:
    """Return by how much values meet a criterion, in scales: `>=` is met from 0 up, `<` above 0."""
    limit = criterion.threshold
    gap = value - limit.value if criterion.sense == ">=" else limit.value - value
    with np.errstate(over="ignore"):
        return gap / limit.scale


def holds(label: Label, values: Values, memory: dict[Criterion, Bools] | None = None) -> Bools:
    """Return where all groups of a label hold [run, month, country]; `memory` spares asking a criterion twice."""
    memory = {} if memory is None else memory
    everything: Bools | None = None
    for group in label.groups:
        some: Bools | None = None
        for criterion in group:
            if criterion not in memory:
                memory[criterion] = met(criterion, values(criterion.quantity))
            some = memory[criterion] if some is None else some | memory[criterion]
        assert some is not None, "a group has at least one criterion"
        everything = some if everything is None else everything & some
    assert everything is not None, "a label has at least one group"
    return everything


def label_margin(label: Label, values: Values) -> Floats:
    """Return a label's margin [run, month, country]: its weakest group, each by its strongest criterion."""
    groups = [np.stack([margin(c, values(c.quantity)) for c in group]).max(axis=0) for group in label.groups]
    lowest: Floats = np.stack(groups).min(axis=0)
    return lowest


def first_fit(table: Table, values: Values) -> NDArray[np.int8]:
    """Return the code of the first label that holds [run, month, country]; the last code is `unclassified`."""
    memory: dict[Criterion, Bools] = {}
    codes: NDArray[np.int8] | None = None
    for code in reversed(range(len(table.labels))):
        found = holds(table.labels[code], values, memory)
        if codes is None:
            codes = np.full(found.shape, len(table.labels), dtype=np.int8)
        codes[found] = code
    assert codes is not None, "a table has at least one label"
    return codes
