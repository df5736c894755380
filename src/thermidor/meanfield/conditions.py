"""What the twin is told of a country: conditions that stand still, the start, and the rules it reads.

All fields may be numbers or arrays of one common shape; everything in this package works on whole arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.rules import load_rules

Floats = NDArray[np.float64]

NEITHER = ("landlord", "capitalist", "petty", "official", "gendarme")
"""Classes that are neither workers nor peasants."""


CENTRE_NORMS = {"government": 0.35, "councils": 0.75, "army": 0.1, "party": 0.05}
"""Norms that bind a centre's own officials where nothing is said of its organisations, index; assumed, as there."""

GRIEVANCE = 0.3
"""Grievance of workers and villagers where a scenario gives none, index; assumed."""


@dataclass(frozen=True)
class Conditions:
    """Conditions of a country that the twin does not move; numbers or arrays of one shape.

    product, frontier: thousand 2011 $/year a head, of the country in order and of the most advanced one;
    farming: share of product; capital: years of product; heavy: department I's share of capital; apparatus: officials
    and standing force, share of people; others: people neither workers nor peasants, share; hostility, embargo: index;
    abroad: organisation times room elsewhere, index; property_goal: state property where the programme ends, share;
    army, party: shares of authority that those hold who are not elected; brought: norms that the centres which hold
    authority bind their own officials by, index; grievance: of workers and villagers, index.
    """

    product: Floats
    frontier: Floats
    farming: Floats
    capital: Floats
    heavy: Floats
    apparatus: Floats
    others: Floats
    hostility: Floats
    embargo: Floats
    abroad: Floats
    property_goal: Floats
    army: Floats
    party: Floats
    brought: Floats
    grievance: Floats

    def map(self, change: Any) -> Conditions:
        """Return the conditions with `change` done to every field (to reshape, repeat or pick)."""
        return Conditions(**{field.name: change(getattr(self, field.name)) for field in fields(self)})


def mean_rules(changed: Mapping[str, float] | None = None, without: Iterable[str] = ()) -> SimpleNamespace:
    """Return the values of the one rule set by name, some changed, some mechanisms off.

    Raises InputError for a rule or mechanism that does not exist or a value out of range.
    """
    return SimpleNamespace(**load_rules().values(changed, without))


def conditions_from(
    given: Mapping[str, float],
    rules: SimpleNamespace,
    *,
    frontier: float,
    abroad: float,
    property_goal: float,
    hostility: float = 0.0,
    embargo: float = 0.0,
) -> Conditions:
    """Return conditions from a country's starting conditions by the names that scenarios use.

    The product is that of the country once order has returned: industry / (1 - dislocation) and farming / (1 -
    disorder_on_farming x dislocation), as `make_goods` and `grow_food` have it. The programme stops `programme_done`
    short of `property_goal`. Raises KeyError for a condition that is missing.
    """
    disorder = given["dislocation"]
    industry = (1.0 - given["farm_output"]) / (1.0 - disorder)
    farming = given["farm_output"] / (1.0 - rules.disorder_on_farming * disorder)
    numbers = {
        "product": given["gdp_per_head"] * (industry + farming),
        "frontier": frontier,
        "farming": farming / (industry + farming),
        "grievance": given.get("grievance", GRIEVANCE),
        "capital": given["capital_output"] * (1.0 - given["farm_output"]) / (industry + farming),
        "heavy": given["heavy_capital"],
        "apparatus": given["classes.official"] + given["classes.gendarme"],
        "others": sum(given[f"classes.{name}"] for name in NEITHER),
        "hostility": hostility,
        "embargo": embargo,
        "abroad": abroad,
        "property_goal": property_goal - rules.programme_done,
        "army": given["authority.army"],
        "party": given["authority.party"],
        "brought": sum(given[f"authority.{centre}"] * norms for centre, norms in CENTRE_NORMS.items()),
    }
    return Conditions(**{name: np.asarray(number, np.float64) for name, number in numbers.items()})


def start_from(given: Mapping[str, float]) -> Floats:
    """Return the state at the start, float64[states] in the order of STATES, from conditions as scenarios name them."""
    norms = float(np.mean([given[f"norms.{norm}"] for norm in ("recall", "pay", "rotation", "arms")]))
    names = ("organisation", "village_organisation", "fear", "room", "exhaustion", "leader", "property.state")
    slow = ("classes.peasant", "literacy")
    return np.array([norms, *(given[name] for name in names), *(given[name] for name in slow)])


def each_of(many: Sequence[Conditions]) -> Conditions:
    """Return many conditions as one, each field an array with one entry a country."""
    return Conditions(**{f.name: np.stack([getattr(one, f.name) for one in many]) for f in fields(Conditions)})
