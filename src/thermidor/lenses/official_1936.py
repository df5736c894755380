"""The official reading of 1936: the form of property alone decides; state and collective property is socialism."""

from __future__ import annotations

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions
from thermidor.lenses.quantities import socialised

EXPRESSIONS: Expressions = {
    "socialised": socialised,
    "feudal_property": lambda of: of("property_feudal"),
    "petty_lead": lambda of: of("property_petty") - of("property_capitalist"),
}

LENS = ByTable("official_1936", EXPRESSIONS)
