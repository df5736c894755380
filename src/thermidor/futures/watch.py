"""Watching for an outcome while it is lived: whether a country has come to it for sure, and whether it has at the end.

A label is held once it has held for the months that it has to last. Whatever comes later, that spell counts, so that
the answer for a life cut there is that for the whole life; a life without such a spell has to be read as a whole.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.errors import InputError, nearest
from thermidor.lenses.spells import Reading, axes_of, settle
from thermidor.lenses.trotsky import read, table
from thermidor.runs import store

if TYPE_CHECKING:
    from thermidor.experiments.outcomes import Condition

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
Series = NDArray[np.float32]

LEVEL = re.compile(r"([a-z_]+)\s*(<|>=| below | at least )\s*([-+.\de]+)")
"""An outcome that is a variable below or at least at a level."""


@dataclass(frozen=True)
class Watch:
    """Looks for an outcome in a country's months. Codes [run, month] are raw labels, or 1 where a variable meets it."""

    here: int
    code: int
    lasting: int
    condition: Condition | None

    def codes(self, window: Series, months: NDArray[np.datetime64], new: int) -> Codes:
        """Codes of the last `new` months of a window [run, month, variable] that holds all they look back to."""
        axes = store.Axes(tuple(range(len(window))), months, ("here",))
        columns = store.columns(window[:, :, None], axes)
        if self.condition is not None:
            from thermidor.experiments.outcomes import holds

            empty = np.zeros((*window.shape[:2], 1), np.int8)
            reading = Reading.of(axes_of(columns), empty, ("",), 1)
            return np.asarray(holds(self.condition, columns, reading)[:, -new:], np.int8)
        return read(columns).raw[:, -new:, 0]

    def surely(self, codes: Codes) -> Bools:
        """Whether the outcome is held whatever comes later [run]."""
        return self._first(codes) >= 0

    def reached(self, codes: Codes) -> int:
        """The month after the one in which it became sure, of one run's codes [month]; all months if it never did."""
        first = int(self._first(codes[None])[0])
        return len(codes) if first < 0 else first + 1

    def ended(self, codes: Codes) -> Bools:
        """Whether it is held in some month of a whole life [run]."""
        return np.asarray(self.held(codes).any(axis=1))

    def held(self, codes: Codes) -> Bools:
        """Where it is held in a whole life [run, month]; labels last."""
        whole: Codes = settle(codes[:, :, None], self.lasting)[:, :, 0] if self.condition is None else codes
        return np.asarray(whole == self.code, np.bool_)

    def _first(self, codes: Codes) -> NDArray[np.int64]:
        """The first month in which it has been met for as long as it has to last [run]; -1 for never."""
        if codes.shape[1] < self.lasting:
            return np.full(len(codes), -1)
        there: Bools = np.asarray(codes == self.code)
        met = np.asarray(np.lib.stride_tricks.sliding_window_view(there, self.lasting, axis=1).all(axis=2), np.bool_)
        return np.where(met.any(axis=1), met.argmax(axis=1) + self.lasting - 1, -1)


def watch_of(outcome: str | Condition, country: str | None, countries: tuple[str, ...]) -> Watch:
    """What looks for an outcome. Raises InputError for a label, variable or country that there isn't."""
    named = country or (None if isinstance(outcome, str) else outcome.country) or countries[0]
    if named not in countries:
        mend = nearest(named, countries) or f"its countries: {', '.join(countries)}"
        raise InputError(f"the scenario has no country '{named[:80]}'", "--country", mend=mend)
    here, lens = countries.index(named), table()
    if not isinstance(outcome, str) and outcome.label is None:
        if outcome.variable not in VARIABLES:
            mend = nearest(str(outcome.variable), VARIABLES)
            raise InputError(f"there is no variable '{outcome.variable}'", "--outcome", mend=mend)
        return Watch(here, 1, 1, outcome.model_copy(update={"country": None}))
    label = outcome if isinstance(outcome, str) else str(outcome.label)
    if label not in lens.names:
        mend = nearest(label, lens.names) or f"labels: {', '.join(lens.names)}"
        raise InputError(f"the lens has no label '{label[:80]}'", "--outcome", mend=mend)
    return Watch(here, lens.names.index(label), lens.lasting, None)


def outcome_of(text: str) -> str | Condition:
    """Read an outcome: a label, or `norms<0.2`, `norms>=0.5`, `norms below 0.2`, `norms at least 0.5`."""
    found = LEVEL.fullmatch(text.strip())
    if found is None:
        return text.strip()
    from thermidor.experiments.outcomes import Condition

    variable, sense, level = found.groups()
    try:
        number = float(level)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        mend = "write it as norms<0.2"
        raise InputError(f"'{level[:80]}' is no finite number", f"--outcome {text[:80]}", mend=mend)
    sort = "below" if sense.strip() in ("<", "below") else "at_least"
    return Condition.model_validate({"variable": variable, sort: number})
