"""State capitalism (Cliff): who controls accumulation, and whether other states force its pace."""

from __future__ import annotations

from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions
from thermidor.lenses.quantities import highest, rivalry

EXPRESSIONS: Expressions = {
    "capitalist_property": lambda of: of("property_capitalist"),
    "feudal_property": lambda of: of("property_feudal"),
    "councils": lambda of: of("authority_councils"),
    "pressed_by_rivals": lambda of: highest(rivalry(of)),
}

LENS = ByTable("state_capitalist", EXPRESSIONS)
