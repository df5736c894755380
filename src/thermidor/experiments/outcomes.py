"""Outcomes: what is kept of a member, one number or label each, worked out of its months by a condition or a variable.

A condition is a label held or a variable beyond a level, month by month. Outcomes are pure functions of the
series and the lens's reading; nothing is drawn, so that keeping more of them changes no run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from thermidor.country import VARIABLES
from thermidor.errors import InputError, nearest
from thermidor.scenarios.schema import MONTH, Month, Number, Record

if TYPE_CHECKING:
    from thermidor.lenses.criteria import Columns
    from thermidor.lenses.spells import Reading

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Cells = NDArray[Any]
MONTHS = 12.0
"""Months of a year."""
ENDED = "_ended"
"""Ending of the column beside a duration: 1 where the spell ended in the window, 0 where the window cut it."""


def _label_or_mapping(value: object) -> object:
    """Read a bare text as the label of that name."""
    return {"label": value} if isinstance(value, str) else value


def _forms(schema: dict[str, Any]) -> None:
    """Say in the schema which keys go together."""
    forms = (["label"], ["variable", "below"], ["variable", "at_least"])
    schema["oneOf"] = [{"required": keys} for keys in forms]


class Condition(Record):
    """What a month has to meet: a label of the lens, or a variable below or at least at a level."""

    model_config = ConfigDict(json_schema_extra=_forms)

    label: str | None = None
    variable: str | None = None
    below: Number | None = None
    at_least: Number | None = None
    country: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        levels = [level for level in (self.below, self.at_least) if level is not None]
        if (self.label is None) == (self.variable is None):
            raise ValueError("a condition has either 'label', or 'variable' with 'below' or 'at_least'")
        if len(levels) != (self.variable is not None):
            raise ValueError("a variable has one of 'below' and 'at_least', a label none")
        return self

    def __str__(self) -> str:
        """As one reads it: `norms below 0.5`."""
        if self.label is not None:
            return self.label
        level = f"below {self.below:g}" if self.below is not None else f"at least {self.at_least:g}"
        return f"{self.variable} {level}"


Event = Annotated[Condition, BeforeValidator(_label_or_mapping, json_schema_input_type=str | Condition)]


def _month_or_end(value: object) -> str:
    """Check a month here, since Pydantic has an error for each of the two forms."""
    if isinstance(value, str) and re.fullmatch(f"end|{MONTH}", value):
        return value
    raise ValueError("a month is written YYYY-MM, such as 1917-11; 'end' is the last")


MonthOrEnd = Annotated[str, BeforeValidator(_month_or_end), Field(json_schema_extra={"pattern": f"^(end|{MONTH})$"})]


class Window(Record):
    """Months in which an outcome looks, both included; by default all."""

    from_: Month | None = Field(default=None, alias="from")
    to: Month | None = None


class Reached(Window):
    """1 where a condition is met in some month of the window, else 0."""

    reached: Event


class First(Window):
    """Date (decimal year) at which a condition is first met in the window; none where it never is."""

    first: Event


class TimeTo(Window):
    """Years from the window's start until a condition is first met; none where it never is (censored at its end)."""

    time_to: Event


class ShareOfTime(Window):
    """Share of the window's months in which a condition is met."""

    share_of_time: Event


class Duration(Window):
    """Years for which a condition is met: the first spell, the longest, or all together; none where it never is.

    A second column, NAME_ended, is 0 where the window's end cut the spell (censored), else 1.
    """

    duration: Event
    spell: Literal["first", "longest", "total"] = "first"


class Order(Window):
    """1 where the first condition is met before the second, 0 where not before it; none where neither is."""

    order: tuple[Event, Event]


class ValueAt(Record):
    """A variable's value in one month (`end` is the last)."""

    value_at: str
    month: MonthOrEnd = "end"
    country: str | None = None


class MeanOf(Window):
    """A variable's mean over the window."""

    mean_of: str
    country: str | None = None


class LabelAt(Record):
    """The label of one month (`end` is the last), a text."""

    label_at: MonthOrEnd
    country: str | None = None


Outcome = Reached | First | TimeTo | ShareOfTime | Duration | Order | ValueAt | MeanOf | LabelAt
KINDS: dict[str, type[Record]] = {
    "reached": Reached,
    "first": First,
    "time_to": TimeTo,
    "share_of_time": ShareOfTime,
    "duration": Duration,
    "order": Order,
    "value_at": ValueAt,
    "mean_of": MeanOf,
    "label_at": LabelAt,
}
"""Every kind of outcome by the key that names it in a design."""


def holds(condition: Condition, columns: Columns, reading: Reading) -> Bools:
    """Say in which months a condition is met [run, month]."""
    country = reading.countries[0] if condition.country is None else condition.country
    place = reading.country(country)
    if condition.label is not None:
        return np.asarray(reading.labels[:, :, place] == reading.names.index(condition.label))
    values = _values(str(condition.variable), place, columns)
    return np.asarray(values < condition.below if condition.below is not None else values >= condition.at_least)


def measured(outcomes: Mapping[str, Outcome], columns: Columns, reading: Reading) -> dict[str, Cells]:
    """Work out every outcome of some members: name -> [run], float64 with NaN for none, or texts.

    columns: variables [run, month, country] and their axes; reading: what the lens reads in them.
    """
    found: dict[str, Cells] = {}
    for name, outcome in outcomes.items():
        for ending, cells in _cells(outcome, columns, reading).items():
            found[name + ending] = cells
    return found


def column_names(outcomes: Mapping[str, Outcome]) -> dict[str, type]:
    """The columns that outcomes fill, in order, each float or str."""
    found: dict[str, type] = {}
    for name, outcome in outcomes.items():
        found[name] = str if isinstance(outcome, LabelAt) else float
        if isinstance(outcome, Duration):
            found[name + ENDED] = float
    return found


def check(outcome: Outcome, months: NDArray[np.datetime64], countries: tuple[str, ...], where: str) -> None:
    """Refuse an outcome of a country, label, variable or month that the run has not. Raises InputError."""
    for condition in _conditions(outcome):
        _known("country", condition.country, countries, where)
        _known("label", condition.label, _labels(), where)
        _known("variable", condition.variable, VARIABLES, where)
    _known("country", getattr(outcome, "country", None), countries, where)
    _known("variable", getattr(outcome, "value_at", None) or getattr(outcome, "mean_of", None), VARIABLES, where)
    asked = [getattr(outcome, key, None) for key in ("from_", "to", "month", "label_at")]
    for month in (month for month in asked if month not in (None, "end")):
        if not months[0] <= np.datetime64(month, "M") <= months[-1]:
            why = f"its months are {months[0]} to {months[-1]}"
            raise InputError(f"the run has no month {month}", where, why, "give one of these")
    first, last = getattr(outcome, "from_", None), getattr(outcome, "to", None)
    if first is not None and last is not None and first > last:
        raise InputError(f"the window ends ({last}) before it begins ({first})", where)


def _cells(outcome: Outcome, columns: Columns, reading: Reading) -> dict[str, Cells]:
    """An outcome's columns by the ending of their name."""
    if isinstance(outcome, LabelAt):
        codes = reading.labels[:, _month(outcome.label_at, reading), _country(outcome.country, reading)]
        return {"": np.array(reading.names, dtype=object)[codes]}
    if isinstance(outcome, ValueAt):
        values = _values(outcome.value_at, _country(outcome.country, reading), columns)
        return {"": values[:, _month(outcome.month, reading)].astype(np.float64)}
    window = _window(outcome, reading)
    if isinstance(outcome, MeanOf):
        values = _values(outcome.mean_of, _country(outcome.country, reading), columns)
        return {"": values[:, window].astype(np.float64).mean(axis=1)}
    met = [holds(condition, columns, reading)[:, window] for condition in _conditions(outcome)]
    if isinstance(outcome, Duration):
        return _duration(met[0], outcome.spell)
    return {"": _OF_CONDITIONS[type(outcome)](met, window.start, reading)}


def _reached(met: list[Bools], start: int, reading: Reading) -> Floats:
    return np.asarray(met[0].any(axis=1), np.float64)


def _first(met: list[Bools], start: int, reading: Reading) -> Floats:
    date = float(reading.months[0].astype(np.int64)) / MONTHS + 1970.0
    return np.where(met[0].any(axis=1), date + (start + met[0].argmax(axis=1)) / MONTHS, np.nan)


def _time_to(met: list[Bools], start: int, reading: Reading) -> Floats:
    return np.where(met[0].any(axis=1), met[0].argmax(axis=1) / MONTHS, np.nan)


def _share(met: list[Bools], start: int, reading: Reading) -> Floats:
    share: Floats = met[0].mean(axis=1, dtype=np.float64)
    return share


def _order(met: list[Bools], start: int, reading: Reading) -> Floats:
    never = met[0].shape[1]
    first, second = (np.where(m.any(axis=1), m.argmax(axis=1), never) for m in met)
    found: Floats = (first < second).astype(np.float64)
    found[(first == never) & (second == never)] = np.nan
    return found


_OF_CONDITIONS: dict[type[Record], Callable[[list[Bools], int, Reading], Floats]] = {
    Reached: _reached,
    First: _first,
    TimeTo: _time_to,
    ShareOfTime: _share,
    Order: _order,
}


def _duration(met: Bools, spell: str) -> dict[str, Cells]:
    years, ended = np.full(len(met), np.nan), np.full(len(met), np.nan)
    for run, months in enumerate(met):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], months, [False]]).astype(np.int8)))
        begins, ends = edges[::2], edges[1::2]
        if not begins.size:
            continue
        lengths = ends - begins
        which = int(lengths.argmax()) if spell == "longest" else 0
        years[run] = (lengths.sum() if spell == "total" else lengths[which]) / MONTHS
        cut = (ends[-1] if spell == "total" else ends[which]) == len(months)
        ended[run] = float(not cut)
    return {"": years, ENDED: ended}


def _conditions(outcome: Outcome) -> tuple[Condition, ...]:
    """The conditions that an outcome names."""
    if isinstance(outcome, Order):
        return outcome.order
    named = (getattr(outcome, key, None) for key in ("reached", "first", "time_to", "share_of_time", "duration"))
    return tuple(condition for condition in named if condition is not None)


def _values(variable: str, place: int, columns: Columns) -> NDArray[Any]:
    found = columns[variable]
    every = found if isinstance(found, np.ndarray) else found.transpose("run", "month", "country").values
    return np.asarray(every[:, :, place])


def _country(name: str | None, reading: Reading) -> int:
    return 0 if name is None else reading.country(name)


def _month(month: str, reading: Reading) -> int:
    return len(reading.months) - 1 if month == "end" else reading.month(month)


def _window(outcome: Any, reading: Reading) -> slice:
    first = 0 if outcome.from_ is None else reading.month(outcome.from_)
    last = len(reading.months) - 1 if outcome.to is None else reading.month(outcome.to)
    return slice(first, last + 1)


def _labels() -> tuple[str, ...]:
    from thermidor.lenses.trotsky import table

    return table().names


def _known(sort: str, name: str | None, options: tuple[str, ...], where: str) -> None:
    if name is not None and name not in options:
        mend = nearest(name, options) or f"known: {', '.join(options[:20])}"
        raise InputError(f"unknown {sort} '{name[:80]}'", where, "", mend)


def counts_as_never(outcome: Outcome, months: NDArray[np.datetime64]) -> float | None:
    """What a date or time counts as that never comes: the month after the last in which it is looked for; else None."""
    if not isinstance(outcome, First | TimeTo):
        return None
    first, last = np.datetime64(outcome.from_ or months[0], "M"), np.datetime64(outcome.to or months[-1], "M")
    start, after = (int(month.astype(np.int64)) for month in (first, last + 1))
    return (after - start) / MONTHS if isinstance(outcome, TimeTo) else after / MONTHS + 1970.0
