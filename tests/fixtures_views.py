"""A made-up society for the views and the command line: no model is run, only smooth curves with some noise."""

from __future__ import annotations

import numpy as np
import xarray as xr

from thermidor.country import CLASSES, MEANINGS, UNITS, VARIABLES

LABELS = (
    "workers-democracy",
    "distorted-workers-state",
    "proletarian-bonapartism",
    "bourgeois-democracy",
    "interregnum",
)


def _rise(months: np.ndarray, middle: float, width: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-(months - middle) / width)))


def synthetic(runs: int = 40, months: int = 998, country: str = "somewhere", seed: int = 7) -> xr.Dataset:
    """Return a dataset (run, month, country) with every variable of the country record, as `open_run` gives it."""
    rng = np.random.default_rng(seed)
    t = np.arange(months, dtype=float)[None, :]
    shift = rng.normal(0.0, 18.0, (runs, 1))
    walk = np.cumsum(rng.normal(0.0, 0.006, (runs, months)), axis=1)
    fall = _rise(t + 0 * shift, 110.0 + shift, 14.0)
    end = _rise(t + 0 * shift, 880.0 + 1.5 * shift, 6.0)
    war = np.exp(-(((t - 20.0) / 18.0) ** 2)) + np.exp(-(((t - 305.0) / 24.0) ** 2)) + 0.0 * shift
    growth = 0.55 + 2.1 * _rise(t, 380.0, 120.0) - 0.45 * end - 0.35 * war
    gdp = np.exp(growth + walk)
    urban = 0.17 + 0.5 * _rise(t, 420.0, 150.0) + 0.0 * shift
    wave = np.exp(-(((t - 160.0 - 0.4 * shift) / 22.0) ** 2))
    purge = np.exp(-(((t - 235.0 - 0.6 * shift) / 11.0) ** 2))
    values: dict[str, np.ndarray] = {
        "gdp_per_head": gdp,
        "population": 150.0 + 0.14 * t - 14.0 * war + 0.0 * shift,
        "urban_share": urban,
        "norms": 0.82 - 0.72 * fall + 0.12 * end,
        "room": 0.75 - 0.7 * fall + 0.5 * end,
        "organisation": 0.6 - 0.45 * fall + 0.2 * end,
        "fear": 0.1 + 0.5 * fall * np.exp(-t / 900.0),
        "apparatus_share": 0.012 + 0.03 * fall,
        "coercive_share": 0.006 + 0.012 * fall + 0.01 * war,
        "repression_mass": 0.55 * wave + 0.35 * war * (1 - fall) + 0.02,
        "repression_elite": 0.75 * purge + 0.03 * fall,
        "labour_coercion": 0.55 * fall * np.exp(-np.maximum(t - 430.0, 0.0) / 90.0),
        "privilege": 0.1 + 0.4 * fall,
        "scarcity": 0.7 - 0.3 * _rise(t, 500.0, 150.0) + 0.0 * shift,
        "state_property": 0.85 - 0.65 * end,
        "war": war,
    }
    values["official_output"] = gdp * values["population"] * np.exp(0.45 * fall)
    values["output"] = gdp * values["population"]
    shares = {
        "worker": 0.12 + 0.42 * _rise(t, 420, 150),
        "official": values["apparatus_share"],
        "gendarme": values["coercive_share"],
        "petty": 0.05 + 0 * t,
        "landlord": 0.0 * t,
        "capitalist": 0.002 + 0.02 * end,
    }
    shares["peasant"] = 1.0 - sum(shares.values())
    for name in CLASSES:
        values[f"heads_{name}"] = np.broadcast_to(shares[name] * values["population"], (runs, months))
    stamps = np.arange(np.datetime64("1917-11"), np.datetime64("1917-11") + months).astype("datetime64[ns]")
    flat = np.full((runs, months), 0.1)
    data = {
        name: (
            ("run", "month", "country"),
            np.broadcast_to(values.get(name, flat), (runs, months)).astype("f4")[:, :, None],
            {"unit": UNITS[name], "meaning": MEANINGS[name]},
        )
        for name in VARIABLES
    }
    return xr.Dataset(data, coords={"run": np.arange(runs), "month": stamps, "country": [country]})


def labels_of(series: xr.Dataset) -> np.ndarray:
    """Return made-up regime labels [run, month, country] of a dataset of `synthetic`."""
    norms = series["norms"].values
    private = 1.0 - series["state_property"].values
    out = np.full(norms.shape, LABELS[1], dtype=object)
    out[norms > 0.6] = LABELS[0]
    out[norms < 0.3] = LABELS[2]
    out[(private > 0.25) & (private <= 0.45)] = LABELS[4]
    out[private > 0.45] = LABELS[3]
    return out
