"""What the shipped scenarios show beside the main country, and whether a society starts as its scenario says."""

from __future__ import annotations

import numpy as np
import pytest

from thermidor.citizen_record import SECTORS
from thermidor.country import CLASSES, VARIABLES
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.scenarios import load_scenario, resolve

MEMBERS = range(6)


def lived(name: str, months: int, **changed: float) -> np.ndarray:
    """Members of a shipped scenario, some rules changed, float64 [run, month, country, variable]."""
    registry, scenario = load_rules(), load_scenario(name)
    rules = registry.record(registry.values(changed))
    return np.stack(
        [
            simulate(resolve(scenario, 1, k), rules, seed=1, replicate=k, citizens=800, months=months).series
            for k in MEMBERS
        ]
    )


def of(runs: np.ndarray, name: str) -> np.ndarray:
    """One variable, float64 [run, month, country]."""
    return runs[..., VARIABLES.index(name)]


def test_capitalist_surroundings_keep_private_farms() -> None:
    """Forced deliveries and collective farms belong to state property: the powers around have next to none of them."""
    runs = lived("russia-1917", 83 * 12)
    assert of(runs, "collectivised")[:, :, 1].max() < 0.02
    assert of(runs, "extraction")[:, :, 1].max() < 0.1
    assert of(runs, "state_property")[:, :, 1].max() < 0.2


def test_a_rich_revolution_starts_without_a_shortage_of_bread() -> None:
    """What a country's towns need can't exceed what its small farming gives, where the rest is bought abroad."""
    runs = lived("advanced-lower-phase", 60)
    assert np.median(of(runs, "grain_gap")[:, :, 0]) < 0.02
    assert np.median(of(runs, "extraction")[:, :, 0]) < 0.02


@pytest.mark.parametrize("name", ["russia-1917", "russia-1970", "advanced-lower-phase"])
def test_schooling_starts_as_the_scenario_says(name: str) -> None:
    """The schooling counted among those over nine is the one given, within a few hundredths."""
    runs, scenario = lived(name, 1), load_scenario(name)
    for here, country in enumerate(scenario.countries.values()):
        asked = country.start["literacy"]
        low, high = asked.range or (asked.value, asked.value)
        found = of(runs, "literacy")[:, 0, here]
        assert low - 0.04 < found.min() and found.max() < high + 0.04


def test_nobody_works_outside_the_village_in_childhood_or_old_age() -> None:
    """Workers, officials and soldiers leave work at resting_age for good; no child of any class is at work."""
    scenario, registry = load_scenario("russia-1917"), load_rules()
    rules = registry.record(registry.values())
    done = simulate(resolve(scenario, 1, 0), rules, seed=1, replicate=0, citizens=3000, months=480, keep=True)
    assert done.state is not None
    people = done.state["people"]
    idle = np.isin(people["sector"], (SECTORS.index("home"), SECTORS.index("camp")))
    old = (people["age"] > 12 * registry["resting_age"].value) & (people["class_"] != CLASSES.index("peasant"))
    young = people["age"] < 12 * registry["working_age"].value
    assert idle[young].all() and young.sum() > 100
    assert idle[old].all() and old.sum() > 100


def test_each_side_of_the_contest_moves_the_fall_of_the_norms() -> None:
    """On common draws: resistance and mending hold the norms of the main country up, what wears people out lowers them.

    A course that no cause moves would be a clock; the fall of the norms was one once.
    """

    def norms(**changed: float) -> float:
        return float(of(lived("russia-1917", 12 * 12, **changed), "norms")[:, -12:, 0].mean())

    base = norms()
    for holds, least in (("resolve", 0.05), ("tie_growth", 0.01), ("repair", 0.001)):
        assert norms(**{holds: 0.0}) < base - least, holds
    for lowers in ("isolation", "exhaustion", "fear_on_ties", "gain_shortage"):
        assert norms(**{lowers: 0.0}) > base + 0.01, lowers
