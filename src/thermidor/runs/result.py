"""A result: the series of a run, what it was, and what a lens reads in it.

>>> run = th.run("some-scenario", replicates=20)          # doctest: +SKIP
>>> run.regimes.sel(country="somewhere", month="1937-01")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from thermidor.events import Event
    from thermidor.lenses.criteria import Columns
    from thermidor.lenses.spells import Reading
    from thermidor.runs.summary import Lasted

THEORY = "trotsky"


@dataclass(frozen=True, eq=False)
class Result:
    """A run of one or many members.

    columns   what a lens reads: every variable and the axes, as plain arrays or as a dataset that reads when used
    manifest  what was run: scenario, rules, seed, versions, machine, seconds
    path      folder it is kept in, if it is
    at_once   makes the dataset in memory in one go; needed where `columns` are arrays
    past      the months before the first, as one run, where all members share them (a branch): labels look back
    """

    columns: Columns
    manifest: dict[str, Any]
    path: Path | None = None
    at_once: Callable[[], xr.Dataset] | None = None
    past: Columns | None = None

    @cached_property
    def dataset(self) -> xr.Dataset:
        """Every variable of the country record (run, month, country), with unit and meaning."""
        import xarray as xr

        return self.columns if isinstance(self.columns, xr.Dataset) else self.whole

    @cached_property
    def whole(self) -> xr.Dataset:
        """The dataset in memory, unless it is too large: quicker than `dataset` where most variables are used."""
        return self.dataset if self.at_once is None else self.at_once()

    @cached_property
    def reading(self) -> Reading:
        """What the lens reads: a label for every month of every run and country, with its criteria and margins."""
        from thermidor.lenses import trotsky

        return trotsky.read(self.columns) if self.past is None else read_after(self.past, self.columns)

    def values(self, name: str, country: str) -> NDArray[Any]:
        """One variable of one country [run, month]."""
        from thermidor.lenses.criteria import values_of

        return values_of(self.columns, {})(name)[:, :, self.reading.country(country)]

    @cached_property
    def regimes(self) -> xr.DataArray:
        """Name of the regime (run, month, country)."""
        import xarray as xr

        names = np.asarray(self.reading.names, dtype=object)
        coordinates = {dim: self.dataset[dim] for dim in ("run", "month", "country")}
        return xr.DataArray(names[self.reading.labels], coordinates, ("run", "month", "country"), "regime")

    @cached_property
    def series(self) -> xr.Dataset:
        """Every variable's median and 5% and 95% quantiles over runs (quantile, month, country)."""
        from thermidor.runs.summary import quantiles

        return quantiles(self.whole)

    @cached_property
    def spells(self) -> list[Lasted]:
        """Every regime that lasted, by run and country: first and last month."""
        from thermidor.runs.summary import lasted

        return lasted(self.reading)

    @cached_property
    def events(self) -> list[Event]:
        """Every passage that occurred, by run and in order of time, with the quantities that decided it.

        Without those that come so often that tables count them, measures and successions: see `each_event`.
        """
        return list(self.each_event(often=False))

    def each_event(self, *, often: bool = True) -> Iterator[Event]:
        """Give the events one by one, those among them that come often."""
        from thermidor.events import each

        if self.past is None:
            return each(self.columns, often=often)
        return each(Joined(self.past, self.columns), len(self.past["month"]), often=often)

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the overview, and write it to `path` if one is given (PNG, SVG or PDF by its ending)."""
        from thermidor.views import overview

        figure = overview.figure(self)
        if path is not None:
            figure.savefig(path)
        return figure

    def to_json(self) -> dict[str, Any]:
        """Return the whole result as one object of plain JSON values.

        `countries.NAME` holds `regime_share`, `first_reached`, `series` and `measures`; curves and
        shares are given for the first month and each January, dollars as single dollars of 2011.
        """
        from thermidor.runs.summary import as_json

        return {
            "scenario": self.manifest["scenario"]["name"],
            "theory": self.manifest.get("theory", {}).get("name", THEORY),
            "version": self.manifest["versions"]["thermidor"],
            "seed": self.manifest["seed"],
            "citizens": self.manifest["citizens"],
            "replicates": len(self.manifest["replicates"]),
            "elapsed_seconds": self.manifest["seconds"],
            "countries": as_json(self.whole, self.reading),
        }

    def __repr__(self) -> str:
        """One line: scenario, sizes, place."""
        sizes = ", ".join(f"{count} {name}s" if name != "country" else f"{count} countries"
                          for name, count in self.dataset.sizes.items())  # fmt: skip
        return f"<run of {self.manifest['scenario']['name']}: {sizes}{f', in {self.path}' if self.path else ''}>"


class Joined(Mapping[str, NDArray[Any]]):
    """A past that all runs share, and what each made of it, as one run's columns; each is joined when it is asked for.

    past: columns of one run; future: columns of many that begin in the month after it, with the same countries.
    """

    def __init__(self, past: Columns, future: Columns) -> None:
        self.past, self.future = past, future

    def __getitem__(self, name: str) -> NDArray[Any]:
        """An axis, or a variable [run, month, country]."""
        if name in ("run", "country"):
            return np.asarray(self.future[name])
        if name == "month":
            return np.concatenate([np.asarray(c[name]).astype("datetime64[M]") for c in (self.past, self.future)])
        before, after = np.asarray(self.past[name]), np.asarray(self.future[name])
        return np.concatenate([np.broadcast_to(before, (len(after), *before.shape[1:])), after], axis=1)

    def __iter__(self) -> Iterator[str]:
        return iter(self.future)

    def __len__(self) -> int:
        return len(self.future)


def read_after(past: Columns, future: Columns, name: str = THEORY) -> Reading:
    """Label the months of `future` as those of runs that have lived `past` before: the label that runs, goes on."""
    from thermidor.lenses import lens

    every, before = lens(name).read(Joined(past, future)), len(past["month"])
    cut = {axis: getattr(every, axis)[:, before:] for axis in ("labels", "raw")}
    return replace(every, months=every.months[before:], **cut)


def title_of(result: Result, country: str) -> str:
    """Return the title that the scenario gives a country."""
    return str(result.manifest["scenario"]["resolved"]["countries"].get(country, {}).get("title", country))


def main_country(result: Result, among: Sequence[str] = ()) -> str:
    """Return the country that a report dwells on, of those `among`: the first with a record, else the first."""
    told, named = result.manifest["scenario"]["resolved"]["countries"], among or result.reading.countries
    return next((name for name in named if told.get(name, {}).get("record")), named[0])
