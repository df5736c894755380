"""What chance gives: whole countries exchanged, and how far out the given order of them lies."""

from __future__ import annotations

import math
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


def least_p(values: ArrayLike, inside: int) -> float:
    """The smallest p that a difference of means can give where `inside` of the values are in a group.

    The share of all orders that lie as far out as the furthest (equal values count as they fall), or of all draws.
    """
    level, far = np.asarray(values, np.float64), []
    for signed in (level, -level):
        ordered = np.sort(signed)[::-1]
        edge = ordered[inside - 1]
        above, tied = int((ordered > edge + SMALL).sum()), int((np.abs(ordered - edge) <= SMALL).sum())
        far.append((ordered[:inside].mean() - ordered[inside:].mean(), math.comb(tied, inside - above)))
    most = max(distance for distance, _ in far)
    came = sum(orders for distance, orders in far if distance >= most - SMALL)
    return max(1.0 / (1 + TIMES), min(1.0, came / math.comb(len(level), inside)))


def orders_p(places: int) -> float:
    """The smallest p of a permutation over so many places: one of all orders, or of all draws."""
    return 1.0 / min(1 + TIMES, math.factorial(places))


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
    reach, floor = float(np.quantile(np.abs(drawn), 0.95)), least_p(level, int(inside))
    return Fit(
        slope=found,
        error=float(drawn.std()),
        low=found - reach,
        high=found + reach,
        p=max(floor, two_sided(found, drawn)),
        cases=len(places),
        observations=len(places),
        floor=floor,
    )


def across(y: Floats, x: Floats, places: Sequence[str], key: str = "") -> Fit:
    """Slope over countries, a row each; interval and p by permutation of the cause over them."""
    centred = x - x.mean()
    spread = float(centred @ centred)

    def line(causes: Floats) -> float:
        return float((causes - x.mean()) @ y) / spread

    found, drawn = line(x), permuted(line, x, key)
    reach = float(np.quantile(np.abs(drawn), 0.95))
    error, floor = float(drawn.std()), orders_p(len(places))
    p = max(floor, two_sided(found, drawn))
    return Fit(found, error, found - reach, found + reach, p, len(places), len(places), floor)


@dataclass(frozen=True)
class Exchanged:
    """Slopes of pooled rows once histories were exchanged: their mean, and two-sided p of the slope about that mean.

    floor   the smallest p that so many places can give
    """

    mean: float
    p: float
    floor: float


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
    middle, floor = float(drawn.mean()), orders_p(len(places))
    return Exchanged(middle, max(floor, two_sided(own - middle, drawn - middle)), floor)
