"""A sample: the members of a run as one small array, with only the variables that measures and the lens read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CAMPS, CENTRES, CLASSES, VARIABLES
from thermidor.errors import InputError, nearest

if TYPE_CHECKING:
    import xarray as xr

    from thermidor.lenses.spells import Reading

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

THE_LABEL = "proletarian-bonapartism"

READ_BY_LENS = [
    "state_property",
    "property_capitalist",
    "property_feudal",
    "norms",
    "room",
    "organisation",
    "autonomy",
    "mobilisation",
    "hold",
    "gdp_per_head",
    "growth",
    "ascent",
    "frontier",
    "scarcity_absolute",
    "need_norm",
    "coercive_share",
]
READ_BY_MEASURES = [
    "war",
    "hostility",
    "drive",
    "gain",
    "resistance",
    "loyalty",
    "population",
    "to_consume",
    "output",
    "official_output",
    "industry",
    "farming",
    "investment",
    "arms",
    "heavy_capital",
    "light_capital",
    "labour_industry",
    "labour_farm",
    "apparatus_share",
    "heads_official",
    "collectivised",
    "extraction",
    "grain_gap",
    "repression_mass",
    "repression_elite",
    "labour_coercion",
    "privilege",
    "scarcity",
    "fear",
    "legitimacy",
    "converted",
    "private_share",
    "leader",
    "urban_share",
    "literacy",
    "breaks",
    "repairs",
    "eaten_worker",
    "eaten_peasant",
    "organisation_of_worker",
    "excess_deaths",
    "unemployed",
]
KEPT: tuple[str, ...] = tuple(
    dict.fromkeys(
        READ_BY_LENS
        + [f"authority_{name}" for name in CENTRES]
        + [f"voice_{name}" for name in CLASSES]
        + [f"camp_{name}" for name in CAMPS]
        + READ_BY_MEASURES
    )
)
"""The variables that are kept of a member (float32): a quarter of all."""
COLUMNS = np.array([VARIABLES.index(name) for name in KEPT])


@dataclass(frozen=True, eq=False)
class Sample:
    """Members of one country: `values` float32 [run, month, variable], `names` of variables, `first` month (unit M).

    `given` are labels in place of the lens's: codes int8 [run, month] and their names (for tests).
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]
    first: np.datetime64
    given: tuple[NDArray[np.int8], tuple[str, ...]] | None = None

    @classmethod
    def of(cls, series: Mapping[str, Any], first: str, held: Any = None) -> Sample:
        """Make a sample of hand-made series [run, month]; `held` says when the label of interest holds."""
        values = np.stack([np.asarray(values, np.float32) for values in series.values()], axis=-1)
        given = None if held is None else (np.asarray(held, np.int8), ("other", THE_LABEL))
        return cls(values, tuple(series), np.datetime64(first, "M"), given)

    def __len__(self) -> int:
        """Return the number of members."""
        return len(self.values)

    def __getitem__(self, name: str) -> Floats:
        """Return a variable, float64 [run, month]; raises InputError if it is not kept."""
        if name not in self.names:
            raise InputError(f"the sample keeps no '{name}'", mend=nearest(name, self.names))
        return self.values[:, :, self.names.index(name)].astype(np.float64)

    @property
    def months(self) -> NDArray[np.datetime64]:
        """Months, datetime64[M]."""
        return self.first + np.arange(self.values.shape[1])

    @property
    def start(self) -> float:
        """The first month as a decimal year."""
        return 1970.0 + int(self.first.astype(np.int64)) / 12.0

    @property
    def end(self) -> float:
        """The end of the last month as a decimal year; dates of what never happens are censored here."""
        return float(self.start + self.values.shape[1] / 12.0)

    def at(self, year: float) -> int:
        """Return the place of the month of a decimal year; a whole number is January."""
        return round((year - self.start) * 12.0)

    def span(self, first: float, last: float) -> slice:
        """Return the places of the months from January `first` to December `last`, as far as there are any."""
        return slice(max(self.at(first), 0), max(min(self.at(last + 1), self.values.shape[1]), 0))

    def year(self, name: str, year: int) -> Floats:
        """Return a variable's mean of one calendar year [run]; NaN where the year is not whole."""
        return self.mean_of_year(self[name], year)

    def mean_of_year(self, values: Floats, year: int) -> Floats:
        """Return the mean of one calendar year [run] of values [run, month]; NaN where the year is not whole."""
        first = self.at(year)
        if first < 0 or first + 12 > values.shape[1]:
            return np.full(len(values), np.nan)
        mean: Floats = values[:, first : first + 12].mean(axis=1)
        return mean

    @property
    def living(self) -> Floats:
        """Consumption per head [run, month], thousand 2011 $/year."""
        return self["to_consume"] / self["population"]

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The sample as the dataset that a lens reads, dims run, month and (one) country."""
        import xarray as xr

        data = {name: (("run", "month", "country"), self.values[:, :, i, None]) for i, name in enumerate(self.names)}
        return xr.Dataset(
            data,
            coords={"run": np.arange(len(self)), "month": self.months.astype("datetime64[ns]"), "country": ["here"]},
        )

    @cached_property
    def reading(self) -> Reading:
        """What the lens reads in the sample."""
        from thermidor.lenses import trotsky

        return trotsky.read(self.dataset)

    @cached_property
    def labels(self) -> tuple[NDArray[np.int8], tuple[str, ...]]:
        """Codes of labels [run, month] and their names."""
        return self.given or (self.reading.labels[:, :, 0], self.reading.names)

    def held(self, label: str = THE_LABEL) -> Bools:
        """Say in which months a label holds [run, month]."""
        codes, names = self.labels
        found: Bools = codes == names.index(label)
        return found
