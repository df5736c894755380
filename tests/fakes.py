"""Stand-ins for the scenario, the rules and the months: tests of running and keeping need no model."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from thermidor.country import MEANINGS, UNITS, VARIABLES
from thermidor.errors import Interrupted, RunError

COUNTRIES = ("here", "there")
MONTHS = 30


@dataclass(frozen=True)
class Scenario:
    """Has what a run asks of a scenario."""

    name: str = "made-up"
    text: str = "name: made-up\n"
    conditions: dict = field(default_factory=dict)
    outside: bool = True

    def overlay(self, values):
        return Scenario(self.name, self.text, {**self.conditions, **values}, self.outside)

    def without_outside(self):
        return Scenario(self.name, self.text, self.conditions, False)

    def model_dump(self, **_):
        return {"name": self.name, "conditions": self.conditions, "outside": self.outside}


def resolve(scenario, seed, replicate):
    """Return what a member starts from."""
    first = np.datetime64("1917-11", "M")
    member = (seed, replicate)
    return SimpleNamespace(name=scenario.name, first_month=first, months=MONTHS, countries=COUNTRIES, member=member)


def load_rules():
    """Two rules, one of which can be switched off."""
    from thermidor.rules.registry import Registry, Rule

    limits = {"low": 0.1, "high": 2.0, "unit": "factor", "source": "invented", "meaning": "", "step": "plan"}
    return Registry([Rule("famine", 1.0, off=0.0, **limits), Rule("patience", 0.3, **limits)])


def series_of(seed, replicate, months=MONTHS):
    """Return the series that `simulate` lives, [month, country, variable]."""
    rng = np.random.default_rng([seed, replicate])
    return rng.random((months, len(COUNTRIES), len(VARIABLES)))


def simulate(resolved, rules, *, seed, replicate, citizens, months, on_year, cancel, threads, keep=False, pause=0.0):
    """Live a member: the series of `series_of`, a year at a time."""
    assert resolved.member == (seed, replicate)
    for done in range(0, months, 12):
        if cancel.is_set():
            raise Interrupted("cancelled")
        time.sleep(pause)
        on_year(min(done + 12, months), months)
    return SimpleNamespace(series=series_of(seed, replicate)[:months])


def failing(bad, error=None):
    """Return a `simulate` of which one replicate fails."""

    def live(resolved, rules, **asked):
        if asked["replicate"] == bad:
            raise error or RunError("here", "produce", "output", "1918-03")
        return simulate(resolved, rules, **asked, pause=0.01)

    return live


def dataset(values, months=None, first="1917-11"):
    """Return a dataset of {variable: [run, month]} for one country."""
    import xarray as xr

    some = np.asarray(next(iter(values.values())))
    stamps = (np.datetime64(first, "M") + np.arange(some.shape[1])).astype("datetime64[ns]")
    named = {
        name: (
            ("run", "month", "country"),
            np.asarray(values.get(name, np.zeros(some.shape)), np.float32)[:, :, None],
            {"unit": UNITS[name], "meaning": MEANINGS[name]},
        )
        for name in VARIABLES
    }
    return xr.Dataset(named, coords={"run": np.arange(some.shape[0]), "month": stamps, "country": ["here"]})
