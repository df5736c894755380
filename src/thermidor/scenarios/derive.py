"""A scenario derived from another's later state: each starting condition as the members of a run had it in one month.

Pure: what the members' variables were goes in, a checked `Scenario` comes out; running is for others. A condition's
value is the median over members; its range goes as far to both sides as the nearer of the 10% and 90% quantiles. (With
both quantiles as they are, a uniform draw from a skewed range would on the average miss the median.) Each condition is
taken by itself: how conditions went together within a member is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.citizen_record import CENSUS
from thermidor.country import CAMPS, CENTRES, CLASSES
from thermidor.errors import InputError, nearest
from thermidor.scenarios.check import month_number
from thermidor.scenarios.conditions import CARRIED, CONDITIONS, ORGANISATION_CONDITIONS, SUMS_TO_ONE, Condition
from thermidor.scenarios.document import dotted
from thermidor.scenarios.resolved import DEFAULTS, events_between
from thermidor.scenarios.schema import MONTH, as_data, scenario_from

if TYPE_CHECKING:
    from thermidor.scenarios.schema import Scenario

Numbers = NDArray[np.float64]
State = Mapping[str, Numbers]
"""A country's variables (names of `country.VARIABLES`) in one month: for each, an array with one number a member."""

PARTS: dict[str, tuple[str, ...]] = {
    "norms": ("norms.recall", "norms.pay", "norms.rotation", "norms.arms"),
    "organisation": ("organisation", "village_organisation"),
    "fear": ("fear", "official_fear"),
    "room": ("room",),
}
"""What a twin takes from the start of the scenario it descends from, by part."""

_NORMS = ("recall", "pay", "rotation", "arms")
_SAME = (
    "population", "gdp_per_head", "herd", "planned", "dislocation", "exhaustion", "organisation", "fear", "room",
    "legitimacy", "leader", "leader_age", "pact", "collectivised", "converted", "drive", "franchise", "weariness",
    "memory", "army", "corporate", "cohesion", "tenure", "drain", *CARRIED,
)  # fmt: skip
VARIABLE_OF: dict[str, str] = {
    **{key: key for key in _SAME},
    "village_organisation": "organisation_of_peasant",
    "standing": "organisation_of_official",
    "middle_organisation": "organisation_of_petty",
    "past_ascent": "ascent",
    **{f"camps.{camp}": f"camp_{camp}" for camp in CAMPS},
    "property.state": "state_property",
    "land.feudal": "landlordism",
    **{f"norms.{norm}": f"norm_{norm}" for norm in _NORMS},
    **{f"voice.{k}": f"voice_{k}" for k in CLASSES},
    **{f"authority.{centre}": f"authority_{centre}" for centre in CENTRES},
}
"""Conditions that are a variable of the country as it stands."""

_ORGANISATION = {
    "members": "members",
    "arms": "armed",
    "norms": "own_norms",
    "orientation": "orientation",
    "obedience": "obedience",
}
AGES, CHILD_SKILL = 78.0, 0.1
"""As in `society`, which scenarios may not import (a test holds them equal): years people are spread over, and the
schooling of the newborn."""
SKILL_SPREAD = 0.05
"""Assumed: half the spread of schooling among adults who went to the same schools, over its mean."""


def redated(scenario: Scenario, name: str, at: str, until: str) -> Scenario:
    """The scenario under another name from `at` to `until`, with the outside events that fall there.

    Months are YYYY-MM; paths are cut and carried on, wars are those to come. Raises InputError.
    """
    if not re.fullmatch(MONTH, at, re.ASCII) or not scenario.start < at <= scenario.end:
        why = f"'{scenario.name}' runs from {scenario.start} to {scenario.end}"
        raise InputError(f"nothing can be derived at {at[:20]!r}", "--at", why, "give a later month of it, as YYYY-MM")
    if not re.fullmatch(MONTH, until, re.ASCII) or until < at:
        raise InputError(
            f"it would end in {until[:20]!r}", "--until", f"it starts in {at}", "give a later month, as YYYY-MM"
        )
    data = as_data(scenario.model_copy(update={"outside": events_between(scenario, at, until)}))
    for event in data.get("outside", ()):
        if "knots" in event:
            event["knots"] = {month: round(number, 4) for month, number in event["knots"].items()}
    data |= {
        "name": name,
        "title": f"{scenario.title}: what runs have made of it by {at}",
        "about": f"Where runs of {scenario.name} stand in {at}: the model's own state, not that of the record. "
        f"Their beginning: {scenario.about.rstrip()}",
        "start": at,
        "end": until,
    }
    return scenario_from(data, lambda path: f"scenario derived from '{scenario.name}': {dotted(path)}")


def derive(
    scenario: Scenario,
    states: Mapping[str, State],
    rules: Mapping[str, float],
    *,
    name: str,
    at: str,
    until: str,
    source: str,
) -> Scenario:
    """The scenario that starts in `at` where the members stood in the month before: `states[country]`.

    `rules` gives the values of all rules; `source` says how the states were come by and has to begin with "assumed".
    Titles, keys of the record and patrons stay. Raises InputError.
    """
    data = as_data(redated(scenario, name, at, until))
    leader = np.max([state["gdp_per_head"] for state in states.values()], axis=0)
    for country, state in states.items():
        here: dict[str, Any] = data["countries"][country]
        here["start"] = _start(conditions_of(state, leader, rules), source)
        for organisation, entries in here.get("organisations", {}).items():
            for key, variable in _ORGANISATION.items():
                numbers = state[f"{variable}_{organisation}"]
                entries[key] = _value(numbers, ORGANISATION_CONDITIONS[key], source)
    return scenario_from(data, lambda path: f"scenario derived from '{scenario.name}': {dotted(path)}")


def twin(derived: Scenario, origin: Scenario, country: str, parts: Sequence[str] = ()) -> Scenario:
    """The derived scenario with `parts` (all of PARTS if none) of one country as at the start of `origin`.

    Raises InputError for a country or part that there isn't.
    """
    if country not in origin.countries:
        mend = nearest(country, origin.countries) or f"its countries: {', '.join(origin.countries)}"
        raise InputError(f"the scenario has no country '{country[:80]}'", "--twin", mend=mend)
    for part in parts:
        if part not in PARTS:
            mend = nearest(part, PARTS) or f"parts: {', '.join(PARTS)}"
            raise InputError(f"a twin has no part '{part[:80]}'", "--part", mend=mend)
    chosen = tuple(parts) or tuple(PARTS)
    data, old = as_data(derived), as_data(origin)["countries"][country]["start"]
    start = data["countries"][country]["start"]
    for key in (key for part in chosen for key in PARTS[part]):
        start.pop(key, None)
        if key in old:
            start[key] = old[key]
    data["title"] = f"{derived.title}, but {', '.join(chosen)} as in {origin.start}"
    data["about"] = f"{derived.about} A twin: {', '.join(chosen)} of {country} are set back to {origin.start}."
    return scenario_from(data, lambda path: f"twin of '{derived.name}': {dotted(path)}")


def conditions_of(state: State, leader: Numbers, rules: Mapping[str, float]) -> dict[str, Numbers]:
    """Every condition of a country, for each member, from its variables.

    `leader` is the product per head of each member's most advanced country.
    """
    found = {key: state[variable] for key, variable in VARIABLE_OF.items()}
    people = {k: state[f"heads_{k}"] for k in CLASSES}
    everyone = np.sum(list(people.values()), axis=0)
    living = np.sum([people[k] * state[f"eaten_{k}"] for k in CLASSES], axis=0) / everyone
    capital = state["heavy_capital"] + state["light_capital"]
    ageing = ageing_of(state["infants"] / state["population"])
    return found | {
        **{f"classes.{k}": number / everyone for k, number in people.items()},
        "property.capitalist": 1.0 - state["state_property"],
        "capital_output": capital / state["industry"],
        "farm_output": state["farming"] / state["output"],
        "heavy_capital": state["heavy_capital"] / capital,
        "renewal": state["unfinished"] / (rules["gestation"] * rules["wear"] * capital),
        "consumption": living * everyone / state["output"],
        "village_living": _ratio(state["eaten_peasant"], state["eaten_worker"], DEFAULTS["village_living"]),
        "owners_organisation": np.where(
            people["capitalist"] > 0.0, state["organisation_of_capitalist"], DEFAULTS["owners_organisation"]
        ),
        "grievance": np.sum([people[k] * state[f"grievance_{k}"] for k in CLASSES], axis=0) / everyone,
        "past_growth": np.log(living / state["trend"]) / rules["trend_years"],
        "past_peak": np.maximum(state["peak"] / living, 1.0),
        "official_fear": np.where(people["official"] > 0.0, state["fear_of_official"] - state["fear"], 0.0),
        "frontier_seen": state["frontier"] / leader,
        "ageing": ageing,
        "literacy": schooling_of(state["literacy"], ageing, rules["working_age"]),
        "skill_spread": np.full(len(ageing), SKILL_SPREAD),
    }


def ages(ageing: float) -> Numbers:
    """Ages in years of a thousand ordinary citizens, as `society.settle` draws them."""
    u = (np.arange(1000) + 0.5) / 1000.0
    return np.asarray(AGES * ((1.0 - ageing) * (1.0 - np.sqrt(1.0 - u)) + ageing * u))


def ageing_of(infants: Numbers) -> Numbers:
    """The `ageing` with which a society starts with these shares of children under five, as near as there is one."""
    grid = np.linspace(1.0, 0.0, 101)
    shares = [float((ages(a) < 5.0).mean()) for a in grid]
    return np.interp(infants, shares, grid).astype(np.float64)


def schooling_of(mean: Numbers, ageing: Numbers, working_age: float) -> Numbers:
    """The `literacy` (of adults) with which a society starts at these means over all above nine, if there is one."""
    grid = np.linspace(0.01, 1.0, 100)
    asked = [(people := ages(a))[people >= CENSUS / 12.0] for a in ageing]
    done = [np.minimum(people / working_age, 1.0)[:, None] for people in asked]
    means = [(CHILD_SKILL + (grid - CHILD_SKILL) * d).mean(axis=0) for d in done]
    found = [np.interp(wanted, table, grid) for wanted, table in zip(mean, means, strict=True)]
    return np.asarray(found, np.float64)


def _ratio(upper: Numbers, lower: Numbers, otherwise: float) -> Numbers:
    """Their ratio where both are there."""
    both = (upper > 0.0) & (lower > 0.0)
    ratio: Numbers = np.divide(upper, lower, out=np.full(len(upper), otherwise), where=both)
    return ratio


def _start(conditions: Mapping[str, Numbers], source: str) -> dict[str, dict[str, Any]]:
    """The conditions as they stand in a scenario, in the order of CONDITIONS; groups sum to one."""
    start = {key: _value(conditions[key], CONDITIONS[key], source) for key in CONDITIONS if key in conditions}
    for group in SUMS_TO_ONE:
        entries = {key: value for key, value in start.items() if key.startswith(f"{group}.")}
        total = sum(value["value"] for value in entries.values())
        for value in entries.values():
            value["value"] = round(value["value"] / total, 6)
        largest = max(entries.values(), key=lambda value: float(value["value"]))
        largest["value"] = round(largest["value"] + 1.0 - sum(value["value"] for value in entries.values()), 6)
        for value in entries.values():
            low, high = value["range"]
            value["range"] = [min(low, value["value"]), max(high, value["value"])]
    start["skill_spread"]["range"] = [0.5 * SKILL_SPREAD, 2.0 * SKILL_SPREAD]
    return start


def _value(numbers: Numbers, condition: Condition, source: str) -> dict[str, Any]:
    """Median of the members and the range about it, to four figures, within the condition's limits."""
    low, middle, high = np.quantile(np.clip(numbers, condition.low, condition.high), (0.1, 0.5, 0.9))
    reach = min(middle - low, high - middle)
    low, middle, high = (_rounded(number) for number in (middle - reach, middle, middle + reach))
    return {"value": middle, "range": [low, high], "unit": condition.unit, "source": source}


def _rounded(number: float) -> float:
    return float(f"{number:.4g}") if abs(number) >= 1e-6 else 0.0


def months_before(scenario: Scenario, at: str) -> int:
    """How many months of the scenario lie before `at`."""
    return month_number(at) - month_number(scenario.start)
