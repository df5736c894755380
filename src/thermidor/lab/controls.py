"""The sliders: which starting conditions can be moved, how far, and what is to be said of each.

They are those that move the regimes most, one at a time (docs/results/lab-controls.md), the four norms, and what
presses from abroad. Limits and units are the scenario's own; of a pressure from abroad it is told how many times as
strong it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from thermidor.lab.choice import Choice, scenario
from thermidor.lab.words import part
from thermidor.scenarios import Scenario
from thermidor.scenarios.conditions import CONDITIONS

STRENGTH = "outside."
MOST_STRENGTH = 3.0
STEPS = 100.0


@dataclass(frozen=True)
class Control:
    """A slider of one country.

    key      the setting, `country.condition`; of a branch `country.variable`
    value    where it stands in the scenario; low, high, step: how it moves
    unit, source, meaning, claims   what is told of it; span: the range that runs draw from, where it is assumed
    """

    key: str
    name: str
    group: str
    value: float
    low: float
    high: float
    step: float
    unit: str
    source: str
    meaning: str
    claims: tuple[str, ...]
    span: tuple[float, float] | None = None


@cache
def _told() -> dict[str, dict[str, Any]]:
    import yaml

    told: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("controls.yaml").read_text(encoding="utf-8")
    )
    return told


def states() -> frozenset[str]:
    """The variables that a branch's sliders set."""
    return frozenset(one["state"] for one in _told().values() if "state" in one)


def controls(choice: Choice, at: Mapping[str, float] | None = None) -> tuple[Control, ...]:
    """The sliders of a choice's country, those that its scenario has; of a branch those that can still be set.

    at: where a branch stands at its beginning, by variable.
    """
    found = scenario(choice.scenario)
    country = choice.country or next(iter(found.countries))
    every = (_control(found, country, key, one, (at or {}) if choice.at else None) for key, one in _told().items())
    return tuple(one for one in every if one is not None)


def _control(
    found: Scenario, country: str, key: str, told: dict[str, Any], states: Mapping[str, float] | None
) -> Control | None:  # fmt: skip
    name, group, claims = part("conditions")[key], told["group"], tuple(told["claims"])
    if key.startswith(STRENGTH):
        return None if states is not None else _strength(found, country, key, name, group, claims)
    given = found.countries[country].start.get(key)
    if given is None or (states is not None and "state" not in told):
        return None
    limits = CONDITIONS[key]
    low, high = max(limits.low, told.get("low", limits.low)), min(limits.high, told.get("high", limits.high))
    variable = told["state"] if states is not None else key
    value = given.value if states is None else states.get(variable, given.value)
    low, high = min(low, value), max(high, value)
    return Control(
        f"{country}.{variable}", name, group, value, low, high, (high - low) / STEPS, limits.unit, given.source,
        limits.meaning, claims, given.range if states is None else None,
    )  # fmt: skip


def _strength(
    found: Scenario, country: str, key: str, name: str, group: str, claims: tuple[str, ...]
) -> Control | None:
    kind = key.removeprefix(STRENGTH)
    events = [e for e in found.outside if e.country == country and kind in (e.kind, getattr(e, "variable", ""))]
    if not events:
        return None
    meaning = f"{name}, beside what the scenario has"
    sources = "; ".join(dict.fromkeys(event.source for event in events))
    return Control(f"{country}.{key}", name, group, 1.0, 0.0, MOST_STRENGTH, 0.1, "times", sources, meaning, claims)
