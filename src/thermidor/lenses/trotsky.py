"""The chapter's own lens: property form x who holds political power x autonomy of the state.

The criteria stand in `trotsky.yaml`, one table that can be read and criticised; here stand the
quantities that it names and the country does not have. Autonomy is no criterion of the labels under
state property, so that the claim that it is highest there can fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, reduce
from pathlib import Path

import numpy as np

from thermidor.country import CENTRES, CLASSES, GENDARME, OFFICIAL, ORGANISATIONS
from thermidor.lenses import reasons
from thermidor.lenses.criteria import (
    Columns,
    Expressions,
    Floats,
    Table,
    Values,
    first_fit,
    label_margin,
    load_table,
    values_of,
)
from thermidor.lenses.reasons import Finding
from thermidor.lenses.spells import Reading, axes_of

SPAN = 180
"""Months of growth that show whether an order is rising (fifteen years)."""


def _largest(of: Values, kind: str, names: tuple[str, ...]) -> Floats:
    return reduce(np.maximum, (of(f"{kind}_{name}") for name in names))


def _others(names: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    return tuple(name for name in names if name not in left_out)


def _ascent(of: Values) -> Floats:
    """Growth a year of product per head over fifteen years, or as far back as the run goes (from a year on)."""
    product = np.log(of("gdp_per_head"))
    rate = np.array(of("growth"))
    month = np.arange(product.shape[1])
    past = np.maximum(month - SPAN, 0)
    years = ((month - past) / 12).astype(product.dtype)[None, 12:, None]
    rate[:, 12:] = (product[:, 12:] - product[:, past[12:]]) / years
    return rate


_CLASSES = _others(CLASSES, CLASSES[OFFICIAL], CLASSES[GENDARME])

EXPRESSIONS: Expressions = {
    "capitalist_property": lambda of: of("property_capitalist"),
    "feudal_property": lambda of: of("property_feudal"),
    "councils": lambda of: of("authority_councils"),
    "government": lambda of: of("authority_government"),
    "party": lambda of: of("authority_party"),
    "executive": lambda of: _largest(of, "authority", _others(CENTRES, "councils")),
    "leading_centre": lambda of: _largest(of, "authority", CENTRES),
    "army_lead": lambda of: of("authority_army") - _largest(of, "authority", _others(CENTRES, "army")),
    "landlords_lead": lambda of: of("voice_landlord") - _largest(of, "voice", _others(_CLASSES, "landlord")),
    "owners_lead": lambda of: _largest(of, "voice", ("landlord", "capitalist")) - of("voice_worker"),
    "workers_voice": lambda of: of("voice_worker"),
    "movement_lead": lambda of: of("strength_movement") - _largest(of, "strength", _others(ORGANISATIONS, "movement")),
    "middle_lead": lambda of: of("voice_petty") - of("voice_worker"),
    "pressure": lambda of: of("mobilisation") / of("hold"),
    "ascent": _ascent,
    "product_over_frontier": lambda of: of("gdp_per_head") / of("frontier"),
}
"""Quantities of the table that are worked out of the country's variables."""


@cache
def table() -> Table:
    """Return the table of criteria, read once."""
    return load_table(Path(__file__).with_name("trotsky.yaml"))


def read(series: Columns, thresholds: Mapping[str, float] | None = None) -> Reading:
    """Label every country-month of a run.

    `thresholds` moves some thresholds of the table, each within its range. Raises InputError on an
    unknown threshold or a missing variable.
    """
    criteria = table().moved(thresholds or {})
    raw = first_fit(criteria, values_of(series, EXPRESSIONS))
    return Reading.of(axes_of(series), raw, criteria.names, criteria.lasting)


def margins(series: Columns, label: str) -> Floats:
    """Return by how much a label holds [run, month, country], in scales: its weakest criterion's margin."""
    return label_margin(table().label(label), values_of(series, EXPRESSIONS))


def explain(series: Columns, run: int, month: str | np.datetime64, country: str) -> list[Finding]:
    """Return every criterion of every label at one month of one run: value, threshold, met or not, margin."""
    return reasons.explain(table(), EXPRESSIONS, series, run, month, country)


def why(series: Columns, reading: Reading, country: str, month: np.datetime64, run: int | None = None) -> str:
    """Say in one line which quantities crossed their thresholds when a spell began; see `reasons.why`."""
    return reasons.why(table(), EXPRESSIONS, series, reading, country, month, run)


def table_markdown() -> str:
    """Return the page of documentation that shows the table."""
    return reasons.table_markdown(table())


if __name__ == "__main__":
    print(table_markdown(), end="")
