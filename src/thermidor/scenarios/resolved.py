"""A scenario made definite for one member of an ensemble: every range drawn, every month laid out.

A draw is a keyed hash of seed, replicate, country and condition, never a stream: it does not depend
on which other conditions or countries exist, nor on the order in which they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CAMPS, CENTRES, CLASSES, ORGANISATIONS, OUTSIDE, PROPERTY_FORMS
from thermidor.errors import InputError
from thermidor.scenarios.check import REQUIRED, month_number
from thermidor.scenarios.conditions import CARRIED, CONDITIONS, ORGANISATION_CONDITIONS, OUTSIDE_LIMITS, SUMS_TO_ONE

if TYPE_CHECKING:
    from thermidor.scenarios.schema import Country, OutsidePath, OutsideWar, Scenario, Value

DEFAULTS: dict[str, float] = {
    "heavy_capital": 0.3,
    "herd": 1.0,
    "planned": 0.0,
    "dislocation": 0.0,
    "exhaustion": 0.0,
    "village_organisation": 0.1,
    "standing": 0.1,
    "legitimacy": 0.0,
    "leader": 0.0,
    "leader_age": 55.0,
    "pact": 0.0,
    "collectivised": 0.0,
    "converted": 0.0,
    "drive": 0.0,
    "ageing": 0.0,
    "skill_spread": 0.6,
    "official_fear": 0.0,
    "consumption": 0.75,
    "village_living": 0.8 / 1.5,
    "renewal": 1.1,
    "frontier_seen": 1.0,
    **dict.fromkeys(CARRIED, 0.0),
    "loyalty": 0.7,
    "profit_share": 0.25,
    "grievance": 0.3,
    "franchise": 0.5,
    "weariness": 0.0,
    "memory": 0.0,
    "army": 0.004,
    "corporate": 0.3,
    "cohesion": 1.0,
    "tenure": 5.0,
    "drain": 0.0,
    "middle_organisation": 0.3,
    "owners_organisation": 0.6,
    **{f"camps.{camp}": 0.0 for camp in CAMPS},
    "past_ascent": 0.01,
    "past_growth": 0.0,
    "past_peak": 1.0,
    **{f"classes.{name}": 0.0 for name in CLASSES},
    **{f"property.{name}": 0.0 for name in PROPERTY_FORMS},
    "land.feudal": 0.0,
    **{f"voice.{name}": 0.5 for name in CLASSES},
    **{f"authority.{name}": 0.0 for name in CENTRES},
}
"""Neutral values, assumed, of the conditions that a scenario may leave out; authority left out is the government's."""

DEFAULT_ORGANISATIONS: dict[str, tuple[float, ...]] = {
    "officials": (0.0, 0.0, 0.05, 1.0, 0.0),
    "councils": (0.0, 0.0, 0.75, 0.7, 0.0),
    "village": (0.0, 0.0, 0.5, 0.4, 0.0),
    "owners": (0.02, 0.0, 0.3, 0.05, 0.0),
    "movement": (0.0, 0.0, 0.05, 0.05, 0.0),
    "reformists": (0.02, 0.0, 0.4, 0.3, 0.0),
    "revolutionaries": (0.01, 0.0, 0.6, 0.9, 0.0),
    "reaction": (0.02, 0.0, 0.1, 0.0, 0.0),
}
"""Organisations that a scenario may leave out, assumed: members, arms, norms, orientation, obedience."""

NOWHERE = (99.0, 0.0)
"""Latitude and longitude of a country that gives none: beyond the pole."""

DEFAULT_SOURCE = "assumed: neutral default"


@dataclass(frozen=True, eq=False)
class Resolved:
    """One member's definite start and outside world; countries in the scenario's order.

    `conditions[country][key]` has every key of CONDITIONS, in its unit. `organisations[country]` is
    float64 [ORGANISATIONS, (members, arms, norms, orientation, obedience)], `patrons[country]` int64 [ORGANISATIONS]
    with the index of the patron country or -1, `outside` float64 [months, countries, OUTSIDE].
    """

    name: str
    first_month: np.datetime64
    months: int
    countries: tuple[str, ...]
    conditions: dict[str, dict[str, float]]
    organisations: dict[str, NDArray[np.float64]]
    patrons: dict[str, NDArray[np.int64]]
    places: dict[str, tuple[float, float]]
    outside: NDArray[np.float64]
    record_keys: dict[str, str | None]


def unit_draw(seed: int, replicate: int, country: str, key: str) -> float:
    """A number in [0, 1), the same for the same seed, replicate, country and key on every machine."""
    digest = blake2b(f"{seed}|{replicate}|{country}|{key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def resolve(
    scenario: Scenario, seed: int, replicate: int, fixed: Mapping[tuple[str, str], float] | None = None
) -> Resolved:
    """Draw every range of a scenario for one member and lay out its months. Raises InputError.

    `fixed` puts chosen numbers of [0, 1) in place of the draws of (country, key).
    """
    if replicate < 0:
        why = "members are numbered from 0"
        raise InputError(f"the replicate is {replicate}", "--replicate", why, "give 0 or more")
    names = tuple(scenario.countries)
    draw = Draw(seed, replicate, fixed or {})
    return Resolved(
        name=scenario.name,
        first_month=np.datetime64(scenario.start, "M"),
        months=month_number(scenario.end) - month_number(scenario.start) + 1,
        countries=names,
        conditions={name: _conditions(name, country, draw) for name, country in scenario.countries.items()},
        organisations={name: _organisations(name, country, draw) for name, country in scenario.countries.items()},
        places={name: country.place or NOWHERE for name, country in scenario.countries.items()},
        patrons={name: _patrons(country, names) for name, country in scenario.countries.items()},
        outside=outside(scenario, draw),
        record_keys={name: country.record for name, country in scenario.countries.items()},
    )


@dataclass(frozen=True)
class Draw:
    """The draws of one member: `draw(country, key)` in [0, 1), some of them chosen."""

    seed: int
    replicate: int
    fixed: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __call__(self, country: str, key: str) -> float:
        """The member's draw for a country's key."""
        chosen = self.fixed.get((country, key)) if self.fixed else None
        return unit_draw(self.seed, self.replicate, country, key) if chosen is None else chosen

    def value(self, country: str, key: str, value: Value) -> float:
        """The value itself, or a uniform draw from its range if it has one."""
        if value.range is None:
            return value.value
        low, high = value.range
        return min(high, low + (high - low) * self(country, key))


def _conditions(name: str, country: Country, draw: Draw) -> dict[str, float]:
    given = country.start
    found = {key: draw.value(name, key, given[key]) if key in given else default(key, given) for key in CONDITIONS}
    for group in SUMS_TO_ONE:
        keys = [key for key in CONDITIONS if key.startswith(f"{group}.")]
        found.update(_rescaled({key: found[key] for key in keys}, given))
    return found


def default(key: str, given: Mapping[str, Value]) -> float:
    """The neutral value of a condition left out, given the conditions that are not."""
    if key in REQUIRED:
        raise InputError(f"missing condition '{key}'", "", "it has no default", "build the scenario with load_scenario")
    if key == "authority.government" and not any(other.startswith("authority.") for other in given):
        return 1.0
    return DEFAULTS[key]


def _rescaled(entries: dict[str, float], given: Mapping[str, Value]) -> dict[str, float]:
    """Let a group's entries sum to one: the drawn ones share what the fixed ones leave."""
    drawn = [key for key in entries if key in given and given[key].range is not None] or list(entries)
    rest = 1.0 - sum(number for key, number in entries.items() if key not in drawn)
    total = sum(entries[key] for key in drawn)
    if total <= 0.0:
        entries = entries | {key: given[key].value for key in drawn if key in given}
        total = sum(entries[key] for key in drawn)
    factor = max(rest, 0.0) / total if total > 0.0 else 0.0
    return entries | {key: entries[key] * factor for key in drawn}


def _organisations(name: str, country: Country, draw: Draw) -> NDArray[np.float64]:
    table = np.array([DEFAULT_ORGANISATIONS[organisation] for organisation in ORGANISATIONS])
    for organisation, values in country.organisations.items():
        for column, key in enumerate(ORGANISATION_CONDITIONS):
            value = getattr(values, key)
            drawn = 0.0 if value is None else draw.value(name, f"organisations.{organisation}.{key}", value)
            table[ORGANISATIONS.index(organisation), column] = drawn
    return table


def _patrons(country: Country, names: tuple[str, ...]) -> NDArray[np.int64]:
    patrons = np.full(len(ORGANISATIONS), -1, dtype=np.int64)
    for organisation, values in country.organisations.items():
        if values.patron is not None:
            patrons[ORGANISATIONS.index(organisation)] = names.index(values.patron)
    return patrons


def outside(scenario: Scenario, draw: Callable[[str, str], float]) -> NDArray[np.float64]:
    """The outside world, float64 [months, countries, OUTSIDE], each event scaled by 1 + spread * (2u - 1)."""
    first = month_number(scenario.start)
    months = month_number(scenario.end) - first + 1
    names = list(scenario.countries)
    table = np.zeros((months, len(names), len(OUTSIDE)))
    for event in scenario.outside:
        scale = 1.0 + event.spread * (2.0 * draw(event.country, event_key(event)) - 1.0)
        here = table[:, names.index(event.country), :]
        if event.kind == "war":
            span = slice(month_number(event.from_) - first, month_number(event.to) - first + 1)
            for variable, number in event.values.items():
                here[span, OUTSIDE.index(variable)] = _clipped(np.float64(number * scale), variable)
        else:
            knots = sorted((month_number(month) - first, number) for month, number in event.knots.items())
            course = np.interp(np.arange(months), [at for at, _ in knots], [number for _, number in knots])
            here[:, OUTSIDE.index(event.variable)] = _clipped(course * scale, event.variable)
    return table


def events_between(scenario: Scenario, start: str, end: str) -> tuple[OutsideWar | OutsidePath, ...]:
    """The outside events as far as they fall into a shorter period (months YYYY-MM, both included).

    Wars are cut at its ends; paths get knots there. For a scenario derived from another's later state.
    """
    first, last = month_number(start), month_number(end)
    found: list[OutsideWar | OutsidePath] = []
    for event in scenario.outside:
        if event.kind == "path":
            knots = sorted((month_number(month), number) for month, number in event.knots.items())
            at, numbers = [month for month, _ in knots], [number for _, number in knots]
            inside = {start: float(np.interp(first, at, numbers)), end: float(np.interp(last, at, numbers))}
            inside |= {month: number for month, number in event.knots.items() if start <= month <= end}
            found.append(event.model_copy(update={"knots": dict(sorted(inside.items()))}))
        elif event.from_ <= end and event.to >= start:
            found.append(event.model_copy(update={"from_": max(event.from_, start), "to": min(event.to, end)}))
    return tuple(found)


def event_key(event: OutsideWar | OutsidePath) -> str:
    """The key of an event's draw: independent of its place in the list."""
    return f"outside.war.{event.from_}" if event.kind == "war" else f"outside.path.{event.variable}"


def _clipped(numbers: NDArray[np.float64] | np.float64, variable: str) -> NDArray[np.float64]:
    limits = OUTSIDE_LIMITS[variable]
    return np.clip(np.asarray(numbers, dtype=np.float64), limits.low, limits.high)
