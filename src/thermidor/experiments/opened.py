"""A kept sweep, opened: its members as a table, its series as a dataset, and SQL over both.

>>> done = open_sweep("runs/grid")                                  # doctest: +SKIP
>>> done.members.groupby("x_isolation")["kept"].mean()              # doctest: +SKIP
>>> done.sql("select overlay, avg(kept) from members group by 1")   # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.errors import InputError
from thermidor.experiments import store
from thermidor.experiments.extras import need
from thermidor.experiments.plan import Plan
from thermidor.experiments.refusals import place
from thermidor.experiments.rows import DONE, FAILED, PLANNED
from thermidor.runs import manifest as manifests

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray as xr

    from thermidor.experiments.design import Design


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep in its folder, whole or not; tables and series are read when they are used."""

    folder: Path
    manifest: store.Manifest
    plan: Plan

    @property
    def design(self) -> Design:
        """The design that was lived."""
        return self.plan.design

    @cached_property
    def table(self) -> pa.Table:
        """All members as an Arrow table, sorted by member; those not lived yet have the status `planned`."""
        import pyarrow as pa

        return pa.concat_tables(store.tables(self.folder, self.manifest))

    @cached_property
    def members(self) -> pd.DataFrame:
        """All members as a DataFrame: member, overlay, point, replicate, seed, x_FACTOR, status, outcomes, failures."""
        found: pd.DataFrame = self.table.to_pandas()
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many members are done, failed, and still planned."""
        found = {DONE: 0, FAILED: 0, PLANNED: 0}
        values, numbers = np.unique(self.table.column("status").to_numpy(zero_copy_only=False), return_counts=True)
        return found | dict(zip(values.tolist(), numbers.tolist(), strict=True))

    @property
    def factors(self) -> list[str]:
        """Columns of the factors."""
        return [f"x_{factor.name}" for factor in self.plan.points.factors]

    @property
    def outcomes(self) -> list[str]:
        """Columns of the outcomes."""
        return list(self.manifest["columns"])

    @cached_property
    def series(self) -> xr.Dataset:
        """Kept series by name (member, month), read from disk when used. Raises InputError where none are kept."""
        import xarray as xr

        from thermidor.country import MEANINGS, UNITS
        from thermidor.experiments import lazy_series, series

        if not self.design.series:
            mend = "name some under 'series' in the design"
            raise InputError("this sweep keeps no series", str(self.folder), "its design asks for none", mend)
        months = self.plan.months[:: self.design.series_every].astype("datetime64[ns]")
        kept = lazy_series.variable(series.opened(self.folder, self.manifest), self.folder)
        named = {}
        for at, name in enumerate(self.design.series):
            variable = name.rpartition(".")[2]
            named[name] = kept.isel(variable=at)
            named[name].attrs = {"unit": UNITS.get(variable, ""), "meaning": MEANINGS.get(variable, "")}
        coordinates = {"member": np.arange(self.plan.members), "month": months}
        return xr.Dataset(named, coords=coordinates)

    def sql(self, query: str) -> pa.Table:
        """Ask the members in SQL (DuckDB): the table is called `members`. Raises InputError for what can't be asked.

        The query sees this table and nothing else: neither files nor the network.
        """
        need("duckdb")
        import duckdb

        with duckdb.connect(":memory:") as connection:
            connection.register("members", self.table)
            connection.execute("set enable_external_access = false; set lock_configuration = true")
            try:
                found = connection.sql(query)
                answer: pa.Table | None = None if found is None else found.to_arrow_table()
                why = "it asks for nothing"
            except duckdb.Error as error:
                answer, why = None, str(error)[:400]
        if answer is None:
            columns = ", ".join(self.table.column_names[:24])
            raise InputError("the query can't be answered", "--sql", why, f"columns: {columns}")
        return answer

    def __repr__(self) -> str:
        """One line: name, members, place."""
        return f"<sweep of {self.design.name}: {self.plan.members:,} members, in {self.folder}>"


def open_sweep(path: str | Path) -> Sweep:
    """Open the sweep kept in a folder, whole or not. Raises InputError if it is none, or is damaged."""
    need("pyarrow")
    folder = place(path)
    manifest: dict[str, Any] = store.read_manifest(folder)
    plan = store.plan_in(manifest, str(folder / manifests.NAME))
    store.check_planned(folder, manifest, plan)
    store.check_whole(folder, manifest)
    return Sweep(folder, manifest, plan)
