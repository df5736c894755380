"""What a test on the record hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Reading(NamedTuple):
    """Another reading of the same data: in words, with its estimate, 95% interval and p (None: no test)."""

    words: str
    effect: float
    low: float
    high: float
    p: float | None = None


class Dot(NamedTuple):
    """A point of a figure with its interval; one that has none has `low` and `high` equal to `value`."""

    label: str
    value: float
    low: float
    high: float


def higher(value: float, digits: int, up: str = "higher", down: str = "lower") -> str:
    """A difference in words: "0.19 higher", "0.02 lower"."""
    return f"{abs(value):.{digits}f} {up if value >= 0.0 else down}"


@dataclass(frozen=True)
class Found:
    """What a test on the record found.

    effect, low, high   the estimate with its 95% interval, in `unit`, signed as the data give it. For a description:
                        the range of the sources, or the estimate three times where they give one number only
    p                   two-sided, by permutation of whole countries, the rank of a case among others or a wild cluster
                        bootstrap; None: a description, no test
    cases               countries (independent clusters) on which it rests
    observations        country-years, or single numbers
    detectable          the smallest effect that would have been found four times in five (2.8 standard errors), or None
    floor               the smallest p that the test could have given, whatever the data had been: 2/N for the rank of
                        one case among N, the number of orders for a permutation over few countries; None: no p
    sentence            one plain sentence with the numbers
    warning             "" or why cases are few or not independent
    readings            other readings of the same data
    dots                for a figure, to be drawn one under another; at most 12
    sources             what it rests on
    """

    effect: float
    low: float
    high: float
    p: float | None
    unit: str
    cases: int
    observations: int
    sentence: str
    detectable: float | None = None
    floor: float | None = None
    warning: str = ""
    readings: tuple[Reading, ...] = ()
    dots: tuple[Dot, ...] = ()
    sources: tuple[str, ...] = ()
