"""What chance gives: whole countries exchanged, and how far out the given order of them lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermidor.errors import InputError
from thermidor.ledger.record.panel import SMALL, TIMES, Fit, Floats, draws

History = TypeVar("History")


def exchanged(histories: Mapping[str, History], shuffle: int | None) -> dict[str, History]:
    """The histories, each whole, handed to another place at random; as they are where `shuffle` is None."""
    places = sorted(histories)
    if shuffle is None:
        return {place: histories[place] for place in places}
    whose = draws("exchanged", shuffle).permutation(len(places))
    return {place: histories[places[i]] for place, i in zip(places, whose, strict=True)}


def permuted(
    statistic: Callable[[Floats], float], labels: ArrayLike, key: str | int = "", times: int = TIMES
) -> Floats:
    """A statistic of labels, one a country, in so many random orders of the labels."""
    given = np.asarray(labels, np.float64)
    stream = draws("permutation", key, len(given))
    return np.array([statistic(stream.permutation(given)) for _ in range(times)])


def two_sided(value: float, drawn: Floats) -> float:
    """Share of the drawn values, the given one among them, that lie as far from zero."""
    return (1 + int((np.abs(drawn) >= abs(value) - SMALL).sum())) / (1 + len(drawn))


def apart(values: Mapping[str, float], group: Mapping[str, bool], key: str = "") -> Fit:
    """Mean of the places of a group less that of the rest.

    p by permutation of the group over places; the interval reaches as far as differences by chance do in 95% of orders.
    Raises InputError where all are in the group or none.
    """
    places = sorted(values)
    level = np.array([values[place] for place in places])
    label = np.array([float(group[place]) for place in places])
    inside = float(label.sum())
    if not 0.0 < inside < len(places):
        raise InputError(
            what=f"no difference can be told: {inside:.0f} of {len(places)} countries are in the group",
            where="apart",
            why="it takes countries inside and outside",
            mend="take other years or countries",
        )

    def difference(labels: Floats) -> float:
        return float(labels @ level / inside - (1.0 - labels) @ level / (len(places) - inside))

    found, drawn = difference(label), permuted(difference, label, key)
    reach = float(np.quantile(np.abs(drawn), 0.95))
    return Fit(
        slope=found,
        error=float(drawn.std()),
        low=found - reach,
        high=found + reach,
        p=two_sided(found, drawn),
        cases=len(places),
        observations=len(places),
    )


def across(y: Floats, x: Floats, places: Sequence[str], key: str = "") -> Fit:
    """Slope over countries, a row each; interval and p by permutation of the cause over them."""
    centred = x - x.mean()
    spread = float(centred @ centred)

    def line(causes: Floats) -> float:
        return float((causes - x.mean()) @ y) / spread

    found, drawn = line(x), permuted(line, x, key)
    reach = float(np.quantile(np.abs(drawn), 0.95))
    error, p = float(drawn.std()), two_sided(found, drawn)
    return Fit(found, error, found - reach, found + reach, p, len(places), len(places))


@dataclass(frozen=True)
class Exchanged:
    """Slopes of pooled rows once histories were exchanged: their mean, and two-sided p of the slope about that mean."""

    mean: float
    p: float


def pooled_exchange(
    outcome: Mapping[str, Mapping[int, float]], cause: Mapping[str, Mapping[int, float]], key: str | int = ""
) -> Exchanged:
    """Exchange whole histories of a cause among places, again and again, and take the pooled slope each time.

    What is common to all years (both rise over time) stays in every exchange, so that the mean of the slopes is what
    time alone gives, and p asks whether the slope lies further out than those. Rows of `outcome` are those that count.
    """
    places, years = sorted(cause), sorted({year for history in outcome.values() for year in history})
    y, x = (
        np.array([[histories.get(place, {}).get(year, np.nan) for year in years] for place in places])
        for histories in (outcome, cause)
    )

    def pooled(order: NDArray[np.intp]) -> float:
        both = np.isfinite(y) & np.isfinite(x[order])
        centred = x[order][both] - x[order][both].mean()
        return float(centred @ y[both] / max(float(centred @ centred), SMALL))

    stream, own = draws("exchange", key, len(places)), pooled(np.arange(len(places)))
    drawn = np.array([pooled(stream.permutation(len(places))) for _ in range(TIMES)])
    middle = float(drawn.mean())
    return Exchanged(middle, two_sided(own - middle, drawn - middle))
