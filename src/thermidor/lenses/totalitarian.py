"""Totalitarian dictatorship (Friedrich and Brzezinski): a syndrome of traits that has to be whole.

Five of the six traits have a measure here. The sixth, an official ideology, has none: the model knows no ideas.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions, Floats, Values
from thermidor.lenses.quantities import executive, given

RIVALS = ("councils", "village", "reformists", "revolutionaries")
"""Organisations whose arms are not the regime's own."""


def _rival_arms(of: Values) -> Floats:
    known = [arms for name in RIVALS if (arms := given(of, f"armed_{name}")) is not None]
    return reduce(np.maximum, known, np.zeros_like(of("room")))


EXPRESSIONS: Expressions = {
    "party": lambda of: of("authority_party"),
    "councils": lambda of: of("authority_councils"),
    "government": lambda of: of("authority_government"),
    "executive": executive,
    "terror": lambda of: reduce(np.maximum, (of(n) for n in ("repression_mass", "repression_elite", "fear"))),
    "rival_arms": _rival_arms,
}

LENS = ByTable("totalitarian", EXPRESSIONS)
