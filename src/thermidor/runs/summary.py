"""What the runs of a result have in common: quantiles, shares, dates, spells. Pure functions of a dataset.

Datasets have the dims (run, month, country); a reading is what a lens makes of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

    from thermidor.lenses.spells import Reading

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEVELS = (0.05, 0.5, 0.95)
"""Quantiles over runs that `quantiles` gives."""
FALLS = {name: 0.5 for name in ("norm_recall", "norm_pay", "norm_rotation", "norm_arms", "state_property")}
"""Variables whose first fall below a level is dated, month by month from above to below."""
RISES = {"first break": "breaks", "first repair": "repairs"}
"""Counts whose first increase is dated."""
THOUSAND = "thousand 2011 $/year"
"""Unit of income a head in the store; tables and JSON give single dollars, as the record does."""


class Lasted(NamedTuple):
    """A regime that lasted: replicate, country, label, first and last month."""

    run: int
    country: str
    regime: str
    first: np.datetime64
    last: np.datetime64


def quantiles(series: xr.Dataset) -> xr.Dataset:
    """Return the quantiles over runs of every variable (quantile, month, country), float64, units kept."""
    import xarray as xr

    named = {}
    for name, variable in series.data_vars.items():
        over_runs = np.moveaxis(variable.transpose("run", "month", "country").values, 0, -1).astype(np.float64)
        named[name] = (("quantile", "month", "country"), np.quantile(over_runs, LEVELS, axis=-1), variable.attrs)
    coordinates = {"quantile": list(LEVELS), "month": series["month"], "country": series["country"]}
    return xr.Dataset(named, coords=coordinates)


def interval(share: float, runs: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval (Wilson's, 95% unless `z` says otherwise) around a share of independent runs."""
    middle = (share + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z / (1 + z * z / runs) * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
    return max(0.0, middle - half), min(1.0, middle + half)


def lasted(reading: Reading) -> list[Lasted]:
    """Return every spell of every run and country by name, in order of time."""
    from thermidor.lenses.spells import spells

    return [
        Lasted(reading.runs[s.run], reading.countries[s.country], reading.names[s.label], s.first, s.last)
        for s in spells(reading.labels, reading.months)
    ]


def first_months(happened: Bools) -> NDArray[np.int64]:
    """Return the first month in which something happened in each run [run, month] -> [run]; -1 where never."""
    return np.where(happened.any(axis=1), happened.argmax(axis=1), -1)


def dated(first: NDArray[np.int64], months: NDArray[np.datetime64]) -> dict[str, Any]:
    """Return in what share of runs something happened and when: median, p10 and p90 of those runs, YYYY-MM or None."""
    when = first[first >= 0]
    if when.size == 0:
        return {"share": 0.0, "median_month": None, "p10": None, "p90": None}
    places = np.rint(np.quantile(when, (0.5, 0.1, 0.9))).astype(int)
    median, early, late = (str(months[place]) for place in places)
    return {"share": when.size / first.size, "median_month": median, "p10": early, "p90": late}


def fell(values: Floats, level: float) -> Bools:
    """Say in which months a variable [run, month] fell below a level: at or above it the month before, below it now."""
    below = values < level
    return np.concatenate([np.zeros_like(below[:, :1]), below[:, 1:] & (values[:, :-1] >= level)], axis=1)


def rose(values: Floats) -> Bools:
    """Say in which months a count [run, month] grew."""
    return np.concatenate([np.zeros(values[:, :1].shape, bool), values[:, 1:] > values[:, :-1]], axis=1)


def measures(country: xr.Dataset, months: NDArray[np.datetime64]) -> dict[str, dict[str, Any]]:
    """Return the dated measures of one country (run, month): name -> median_month, share of runs.

    A month counts from the second on: what was so from the start did not happen in the run.
    """
    happened = {f"{name} below {level:g}": fell(country[name].values, level) for name, level in FALLS.items()}
    happened |= {title: rose(country[name].values) for title, name in RISES.items()}
    found = {title: dated(first_months(when), months) for title, when in happened.items()}
    return {title: {"median_month": date["median_month"], "share": date["share"]} for title, date in found.items()}


def regime_share(codes: NDArray[np.int8], names: tuple[str, ...]) -> dict[str, float]:
    """Return the share of runs by label in one month [run]; labels that no run has are left out."""
    counts = np.bincount(codes, minlength=len(names))
    return {name: int(count) / codes.size for name, count in zip(names, counts, strict=True) if count}


def first_reached(
    codes: NDArray[np.int8], names: tuple[str, ...], months: NDArray[np.datetime64]
) -> dict[str, dict[str, Any]]:
    """Return for each label that any run [run, month] reaches: share of runs, median_month, p10, p90."""
    every = {name: dated(first_months(codes == code), months) for code, name in enumerate(names)}
    return {name: date for name, date in every.items() if date["share"] > 0.0}


def januaries(months: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the places of the first month and of each January among `months` (unit M)."""
    places = np.flatnonzero(months.astype("datetime64[M]").astype(np.int64) % 12 == 0)
    return np.union1d(places, [0])


def as_json(series: xr.Dataset, reading: Reading) -> dict[str, Any]:
    """Return `countries` of the JSON object: the first month and each January of every variable and regime."""
    months = series["month"].values.astype("datetime64[M]")
    picked = januaries(months)
    dates = [str(month) for month in months[picked]]
    curves = quantiles(series.isel(month=picked))
    countries: dict[str, Any] = {}
    for place, country in enumerate(reading.countries):
        codes = reading.labels[:, :, place]
        shown = {}
        for name, variable in curves.isel(country=place).data_vars.items():
            unit, scale = variable.attrs["unit"], 1.0
            if unit == THOUSAND:
                unit, scale = THOUSAND.removeprefix("thousand "), 1000.0
            low, middle, high = (_rounded(row * scale) for row in variable.values)
            shown[str(name)] = {"unit": unit, "months": dates, "median": middle, "p05": low, "p95": high}
        countries[country] = {
            "regime_share": {str(months[m]): regime_share(codes[:, m], reading.names) for m in picked},
            "first_reached": first_reached(codes, reading.names, months),
            "series": shown,
            "measures": measures(series.isel(country=place), months),
        }
    return countries


def _rounded(values: Iterable[float]) -> list[float | None]:
    """Six significant digits, None for what is no number."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]
