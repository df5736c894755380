"""Quantities that several lenses work out of the country's variables; each is [run, month, country]."""

from __future__ import annotations

from functools import reduce

import numpy as np

from thermidor.country import CENTRES, CLASSES, GENDARME, OFFICIAL
from thermidor.errors import InputError
from thermidor.lenses.criteria import Floats, Values

SPAN = 180
"""Months of growth that show whether an order is rising (fifteen years)."""


def largest(of: Values, kind: str, names: tuple[str, ...]) -> Floats:
    """The largest entry of a vector by month: `largest(of, "voice", ("worker", "petty"))`."""
    return reduce(np.maximum, (of(f"{kind}_{name}") for name in names))


def others(names: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    """Names without some of them."""
    return tuple(name for name in names if name not in left_out)


CITIZENS = others(CLASSES, CLASSES[OFFICIAL], CLASSES[GENDARME])
"""The classes that are not the state's own people."""


def executive(of: Values) -> Floats:
    """Authority of the strongest centre outside the councils."""
    return largest(of, "authority", others(CENTRES, "councils"))


def landlords_lead(of: Values) -> Floats:
    """Landlords' voice less that of the next class of citizens."""
    return of("voice_landlord") - largest(of, "voice", others(CITIZENS, "landlord"))


def officials_lead(of: Values) -> Floats:
    """Officials' voice less that of the strongest class of citizens."""
    return of("voice_official") - largest(of, "voice", CITIZENS)


def socialised(of: Values) -> Floats:
    """Share of all means of production, land among them, that is the state's or a collective's."""
    return of("property_state") + of("property_collective")


def rivalry(of: Values) -> Floats:
    """Pressure of other states: military threat, or trade and technique withheld, whichever is greater."""
    return np.maximum(of("hostility"), of("embargo"))


def highest(values: Floats) -> Floats:
    """The highest that a quantity has been so far in the run."""
    so_far: Floats = np.maximum.accumulate(values, axis=1)
    return so_far


def fallen(values: Floats) -> Floats:
    """How far a quantity stands below the highest that it has been."""
    return highest(values) - values


def risen(values: Floats) -> Floats:
    """How far a quantity stands above the lowest that it has been."""
    raised: Floats = values - np.minimum.accumulate(values, axis=1)
    return raised


def given(of: Values, name: str) -> Floats | None:
    """A variable, or None where the run is older than the variable."""
    try:
        return of(name)
    except InputError:
        return None
