"""The socialist system (Kornai): undivided power, then property, then coordination; and how each is taken back.

Two of his five blocks, the soft budget and the shortage economy, are no criteria: the model has neither budgets of
firms nor queues.
"""

from __future__ import annotations

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions
from thermidor.lenses.quantities import fallen, risen, socialised

EXPRESSIONS: Expressions = {
    "party": lambda of: of("authority_party"),
    "socialised": socialised,
    "property_given_back": lambda of: fallen(socialised(of)),
    "plan_given_up": lambda of: fallen(of("planned")),
    "opening": lambda of: risen(of("room")),
}

LENS = ByTable("kornai", EXPRESSIONS)
