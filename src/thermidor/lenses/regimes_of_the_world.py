"""Regimes of the World (Luehrmann, Tannenberg, Lindberg): how far elections choose those who govern.

The published thresholds stand on V-Dem's indices. The model has none of these; the two indices here are put together
in V-Dem's manner from what it has: the vote, the authority of the elected government, room to organise, repression.
"""

from __future__ import annotations

import numpy as np

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions, Floats, Values
from thermidor.lenses.quantities import given


def _franchise(of: Values) -> Floats:
    """Share of grown people whose vote counts; in a run without the variable, 1."""
    known = given(of, "franchise")
    return np.ones_like(of("room")) if known is None else known


def _electoral_index(of: Values) -> Floats:
    """Vote, elected government and freedom to organise: half their mean, half their product, as V-Dem's is made."""
    parts = (_franchise(of), of("authority_government"), of("room"))
    index: Floats = 0.5 * (sum(parts) / len(parts) + parts[0] * parts[1] * parts[2])
    return index


def _liberal_index(of: Values) -> Floats:
    """Freedom to organise, government by the elected centre, and freedom from repression: their mean."""
    unmolested = 1.0 - np.maximum(of("repression_mass"), of("repression_elite"))
    index: Floats = (of("room") + of("authority_government") + unmolested) / 3.0
    return index


EXPRESSIONS: Expressions = {
    "vote": _franchise,
    "government": lambda of: of("authority_government"),
    "electoral_index": _electoral_index,
    "liberal_index": _liberal_index,
}

LENS = ByTable("regimes_of_the_world", EXPRESSIONS)
