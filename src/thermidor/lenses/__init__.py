"""Lenses: readings of a run by published criteria. They read stored series and know nothing of the run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from thermidor.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from thermidor.lenses.criteria import Columns, Floats, Table
    from thermidor.lenses.reasons import Finding
    from thermidor.lenses.spells import Reading

LENSES = {
    "trotsky": "thermidor.lenses.trotsky",
    "state-capitalist": "thermidor.lenses.state_capitalist",
    "new-class": "thermidor.lenses.new_class",
    "official-1936": "thermidor.lenses.official_1936",
    "totalitarian": "thermidor.lenses.totalitarian",
    "kornai": "thermidor.lenses.kornai",
    "regimes-of-the-world": "thermidor.lenses.regimes_of_the_world",
}
"""The lenses by name; a lens is a module with the functions of `Lens`, or one that holds such a `LENS`."""


class Lens(Protocol):
    """What a lens can do."""

    def table(self) -> Table:
        """Return its criteria."""

    def read(self, series: Columns, thresholds: Mapping[str, float] | None = None) -> Reading:
        """Label every country-month."""

    def margins(self, series: Columns, label: str) -> Floats:
        """Return by how much a label holds."""

    def explain(self, series: Columns, run: int, month: str | np.datetime64, country: str) -> list[Finding]:
        """Return every criterion at one month."""

    def why(self, series: Columns, reading: Reading, country: str, month: np.datetime64, run: int | None = None) -> str:
        """Say why a spell began."""

    def table_markdown(self) -> str:
        """Return its page of documentation."""


def lens(name: str) -> Lens:
    """Return a lens by name; raises InputError if there is none."""
    if name not in LENSES:
        mend = nearest(name, LENSES) or f"lenses: {', '.join(LENSES)}"
        raise InputError(f"there is no lens '{name[:80]}'", mend=mend)
    module = import_module(LENSES[name])
    return cast(Lens, getattr(module, "LENS", module))
