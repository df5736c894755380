"""What the criteria look at: a run's series, who holds most authority, and when power passed from one to another.

A holder that changes for less than three months is no event, unless the power was seized: authority drifts, and where
two centres are even the first place changes to and fro.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CENTRES, COUNCILS, PARTY
from thermidor.events.record import DRIFT, INSTALLED, NOBODY, SEIZURE, Bools, Floats, Found
from thermidor.lenses import trotsky
from thermidor.lenses.spells import settle

LASTING = 3
"""Months that a new holder, or a state, has to last to be an event (assumed; the lens asks the same of a label)."""
HALF = 0.5
"""Share of a party's members that makes it one of officials or revolutionaries, not of the movement (assumed)."""
SAME = 1e-6
"""Two shares of authority that differ by no more are the same (32-bit numbers)."""


class Seen:
    """A run's series by name [run, month, country], each read once; and what all criteria need of them."""

    def __init__(self, values: Callable[[str], Floats]) -> None:
        self.values, self.known = values, dict[str, Floats]()

    def __call__(self, name: str) -> Floats:
        """Return a variable [run, month, country]."""
        if name not in self.known:
            self.known[name] = np.asarray(self.values(name))
        return self.known[name]

    def at(self, name: str, run: int, month: int, country: int) -> float:
        """Return one value; a month before the first, or after the last, is the first, or the last."""
        values = self(name)
        return float(values[run, min(max(month, 0), values.shape[1] - 1), country])

    def limit(self, threshold: str) -> float:
        """Return a threshold of the chapter's own lens: it stands there and nowhere else."""
        return trotsky.table().thresholds[threshold].value

    def rises(self, count: str) -> Bools:
        """Say in which months a count grew; counts begin at 0."""
        grew: Bools = np.diff(self(count), axis=1, prepend=0.0) > SAME
        return grew

    def begins(self, state: Bools) -> Bools:
        """Say in which months a state [run, month, country] begins that lasts; one that holds at the start does not."""
        held = settle(state.astype(np.int8), LASTING) > 0
        began: Bools = held & ~np.concatenate([held[:, :1], held[:, :-1]], axis=1)
        return began

    @cached_property
    def authority(self) -> Floats:
        """Authority [run, month, country, centre]."""
        return np.stack([self(f"authority_{centre}") for centre in CENTRES], axis=-1)

    @cached_property
    def strongest(self) -> NDArray[np.intp]:
        """The centre with most authority at the end of each month."""
        strongest: NDArray[np.intp] = self.authority.argmax(axis=-1)
        return strongest

    @cached_property
    def seizer(self) -> NDArray[np.intp]:
        """The centre that seized power in the month, or nobody."""
        seized = np.stack([self.rises(f"seized_{centre}") for centre in CENTRES], axis=-1)
        return np.where(seized.any(axis=-1), seized.argmax(axis=-1), NOBODY)

    @cached_property
    def conquered(self) -> Bools:
        """Months in which a foreign power set up a regime."""
        return self.rises("conquests")

    def other(self, centre: int, run: int, month: int, country: int) -> int:
        """Return the strongest of the other centres at the end of a month."""
        own = self.authority[run, max(month, 0), country].copy()
        own[centre] = -1.0
        return int(own.argmax())

    def workers(self, centre: int, run: int, month: int, country: int) -> bool:
        """Whether a centre is the councils, or a party that is not the movement's."""
        return centre == COUNCILS or (centre == PARTY and self.at("red", run, month, country) >= HALF)

    @cached_property
    def handovers(self) -> list[Found]:
        """Every time power passed from one centre to another, by run, country and month."""
        moved = np.diff(self.strongest, axis=1, prepend=self.strongest[:, :1]) != 0
        marks = moved | (self.seizer != NOBODY) | self.conquered
        pairs = zip(*(axis.tolist() for axis in np.nonzero(marks.any(axis=1))), strict=True)
        return [one for run, country in pairs for one in self._of(run, country, np.flatnonzero(marks[run, :, country]))]

    def _of(self, run: int, country: int, marks: NDArray[np.intp]) -> Iterator[Found]:
        strongest, seizer = self.strongest[run, :, country], self.seizer[run, :, country]
        months, ruling = len(strongest), int(strongest[0])
        for month, end in zip(marks.tolist(), [*marks[1:].tolist(), months], strict=True):
            now, lasts = int(strongest[month]), end - month >= LASTING
            if seizer[month] != NOBODY:
                who = int(seizer[month])
                yield Found(run, month, country, who, self.other(who, run, month - 1, country), SEIZURE)
                ruling, month = who, month + 1  # from then on another may be stronger than the one that moved
            elif self.conquered[run, month, country] and now != ruling:
                yield Found(run, month, country, now, ruling, INSTALLED, abroad=self.power(run, month, country))
                ruling = now
            if now != ruling and lasts:
                yield Found(run, month, country, now, ruling, DRIFT)
                ruling = now

    def power(self, run: int, month: int, country: int) -> int:
        """The country whose order a conquered one has: the only other, or the one that has the same authority."""
        order = np.abs(self.authority[run, month] - self.authority[run, month, country]).max(axis=-1)
        same = [k for k in range(len(order)) if k != country and (order[k] <= SAME or len(order) == 2)]
        return same[0] if len(same) == 1 else NOBODY
