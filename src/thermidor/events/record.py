"""What is found and what is told: a place where a criterion is met, and an event with its quantities and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]

SEIZURE, DRIFT, INSTALLED, FAILED, REPELLED = "seizure", "drift", "from abroad", "failed", "repelled"
"""How power passed, or an attempt ended."""
NOBODY = -1


class Found(NamedTuple):
    """Where a criterion is met: places of run, month and country.

    who, whom  places of the centres that gain and lose (`NOBODY`: none)
    how        one of the words above, or nothing
    grade      the threshold passed, of a passage that has several
    abroad     place of the country from which it comes (`NOBODY`: none, or not to be told from the series)
    """

    run: int
    month: int
    country: int
    who: int = NOBODY
    whom: int = NOBODY
    how: str = ""
    grade: float | None = None
    abroad: int = NOBODY


class Event(NamedTuple):
    """A passage that occurred: run number, country, month, the centres that gained and lost, and what decided it.

    decided  quantities by name (see `quantities.QUANTITIES`), in the units of the country's record
    what     what happened, in words; `because`: the quantities worth telling, in words
    """

    run: int
    country: str
    month: np.datetime64
    passage: str
    grade: float | None
    who: str
    whom: str
    how: str
    abroad: str
    decided: Mapping[str, float]
    what: str
    because: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.what}: {self.because}" if self.because else self.what

    def as_json(self) -> dict[str, Any]:
        """The event as plain JSON values."""
        decided = {name: float(f"{value:.6g}") for name, value in self.decided.items()}
        return {**self._asdict(), "month": str(self.month), "decided": decided}


def number(value: float) -> str:
    """Two significant digits, without the nought before the point: .76, 2.1, 340; 0 for what is below .0005."""
    if abs(value) < 0.0005:
        return "0"
    text = f"{value:.0f}" if abs(value) >= 99.5 else f"{value:.2g}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
