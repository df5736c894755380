"""A lens that is no more than a table of criteria and a few worked-out quantities; what every lens can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from thermidor.lenses import reasons
from thermidor.lenses.criteria import (
    Columns,
    Expressions,
    Floats,
    Table,
    first_fit,
    label_margin,
    load_table,
    values_of,
)
from thermidor.lenses.reasons import Finding
from thermidor.lenses.spells import Reading, axes_of


@cache
def _loaded(file: Path) -> Table:
    return load_table(file)


@dataclass(frozen=True)
class ByTable:
    """A table of criteria (YAML beside the module) and the quantities it names that the country does not have."""

    name: str
    expressions: Expressions

    def table(self) -> Table:
        """Return the table of criteria, read once."""
        return _loaded(Path(__file__).with_name(f"{self.name}.yaml"))

    def read(self, series: Columns, thresholds: Mapping[str, float] | None = None) -> Reading:
        """Label every country-month of a run.

        `thresholds` moves some thresholds of the table, each within its range. Raises InputError on an
        unknown threshold or a missing variable.
        """
        criteria = self.table().moved(thresholds or {})
        raw = first_fit(criteria, values_of(series, self.expressions))
        return Reading.of(axes_of(series), raw, criteria.names, criteria.lasting)

    def margins(self, series: Columns, label: str) -> Floats:
        """Return by how much a label holds [run, month, country], in scales: its weakest criterion's margin."""
        return label_margin(self.table().label(label), values_of(series, self.expressions))

    def explain(self, series: Columns, run: int, month: str | np.datetime64, country: str) -> list[Finding]:
        """Return every criterion of every label at one month of one run: value, threshold, met or not, margin."""
        return reasons.explain(self.table(), self.expressions, series, run, month, country)

    def why(self, series: Columns, reading: Reading, country: str, month: np.datetime64, run: int | None = None) -> str:
        """Say in one line which quantities crossed their thresholds when a spell began; see `reasons.why`."""
        return reasons.why(self.table(), self.expressions, series, reading, country, month, run)

    def table_markdown(self) -> str:
        """Return the page of documentation that shows the table."""
        return reasons.table_markdown(self.table())
