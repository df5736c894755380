"""The new class (Rizzi, Shachtman, Djilas): whoever disposes of the surplus is the ruling class, owner or not."""

from __future__ import annotations

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions
from thermidor.lenses.quantities import landlords_lead, officials_lead

EXPRESSIONS: Expressions = {
    "feudal_property": lambda of: of("property_feudal"),
    "councils": lambda of: of("authority_councils"),
    "officials_lead": officials_lead,
    "landlords_lead": landlords_lead,
}

LENS = ByTable("new_class", EXPRESSIONS)
