"""The chapter's own lens: property form x who holds political power x autonomy of the state.

The criteria stand in `trotsky.yaml`, one table that can be read and criticised; here stand the
quantities that it names and the country does not have. Autonomy is no criterion of the labels under
state property, so that the claim that it is highest there can fail.
"""

from __future__ import annotations

from thermidor.country import CAMPS, CENTRES
from thermidor.lenses.by_table import ByTable
from thermidor.lenses.criteria import Expressions
from thermidor.lenses.quantities import SPAN, executive, landlords_lead, largest, others

__all__ = ["EXPRESSIONS", "SPAN", "explain", "margins", "read", "table", "table_markdown", "why"]

EXPRESSIONS: Expressions = {
    "capitalist_property": lambda of: of("property_capitalist"),
    "feudal_property": lambda of: of("property_feudal"),
    "councils": lambda of: of("authority_councils"),
    "government": lambda of: of("authority_government"),
    "party": lambda of: of("authority_party"),
    "executive": executive,
    "leading_centre": lambda of: largest(of, "authority", CENTRES),
    "army_lead": lambda of: of("authority_army") - largest(of, "authority", others(CENTRES, "army")),
    "landlords_lead": landlords_lead,
    "owners_lead": lambda of: largest(of, "voice", ("landlord", "capitalist")) - of("voice_worker"),
    "workers_voice": lambda of: of("voice_worker"),
    "movement_lead": lambda of: of("camp_fascist") - largest(of, "camp", others(CAMPS, "fascist")),
    "middle_lead": lambda of: of("voice_petty") - of("voice_worker"),
    "pressure": lambda of: of("mobilisation") / of("hold"),
    "product_over_frontier": lambda of: of("gdp_per_head") / of("frontier"),
}
"""Quantities of the table that are worked out of the country's variables."""

_LENS = ByTable("trotsky", EXPRESSIONS)
table, read, margins, explain, why = _LENS.table, _LENS.read, _LENS.margins, _LENS.explain, _LENS.why
table_markdown = _LENS.table_markdown


if __name__ == "__main__":
    print(table_markdown(), end="")
