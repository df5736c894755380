"""The mapping from the record to conditions: its numbers, and how a value with source and range is made from them.

The rules stand in words in `mapping.yaml`; the modules `from_record_*` carry them out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from thermidor.record.facts import Fact, product
from thermidor.record.states import State
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, Condition

Entry = dict[str, Any]
"""A value as it stands in a scenario file: value, unit, source, and a range where it is drawn."""
NEAR_NOTHING = 0.02
"""A value of nothing is drawn from 0 to this share of its upper limit."""


@cache
def mapping() -> dict[str, Any]:
    """The content of `mapping.yaml`."""
    import yaml

    text = (files(__package__) / "mapping.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def number(line: str, name: str) -> float:
    """A number of a line of the mapping."""
    return float(mapping()["lines"][line]["numbers"][name]["value"])


class StateProperty(NamedTuple):
    """The state's share of means of production outside farming, its range, and the years since it took over."""

    share: float
    low: float
    high: float
    years: int

    @property
    def grown(self) -> float:
        """How far its own classes and offices have taken the place of the old, 0-1."""
        return min(1.0, self.years / number("property", "first_years"))


def state_property(state: State, year: int) -> StateProperty | None:
    """State property where it rules in the year, growing to its height in the first years; None elsewhere."""
    for span in mapping()["state_property"]:
        if span["country"] == state.key and span["first"] <= year <= span["last"]:
            years, first, (low, high) = year - span["first"], number("property", "first_share"), span["range"]
            grown = min(1.0, first + (1.0 - first) * years / number("property", "first_years"))
            return StateProperty(grown * span["share"], grown * low, grown * high, years)
    return None


def held(value: float, low: float, high: float) -> float:
    """A number held between two limits."""
    return min(max(value, low), high)


def between(line: str, low: str, high: str, made: float) -> float:
    """A number that moves from `low` in a poor to `high` in a rich country with the logarithm of GDP per head."""
    poor, rich = number("plant", "poor"), number("plant", "rich")
    share = held(math.log(made / poor) / math.log(rich / poor), 0.0, 1.0)
    return number(line, low) + share * (number(line, high) - number(line, low))


def limits_of(key: str) -> Condition:
    """The limits of a condition; none of one that this version does not know, which is left out in the end."""
    return CONDITIONS.get(key, Condition("unknown", -math.inf, math.inf, ""))


def given(key: str, fact: Fact, line: str, least: float | None = None, most: float | None = None) -> Entry:
    """A condition that is a fact: fixed where it was observed, otherwise assumed with the fact's range."""
    limits = limits_of(key)
    low, high = limits.low if least is None else least, limits.high if most is None else most
    said = f"{fact.source}; mapping line '{line}'"
    value = rounded(held(fact.value, low, high))
    if fact.low is None or fact.high is None:
        return {"value": value, "unit": limits.unit, "source": said}
    span = [min(rounded(held(fact.low, low, high)), value), max(rounded(held(fact.high, low, high)), value)]
    if span[0] == span[1]:
        half = NEAR_NOTHING * min(limits.high, 1.0)
        span = [rounded(held(value - half, limits.low, value)), rounded(held(value + half, value, limits.high))]
    return {"value": value, "unit": limits.unit, "source": f"assumed: {said}", "range": span}


def assumed(key: str, value: float, line: str, why: str, limits: Condition | None = None) -> Entry:
    """A condition that a rule of the mapping gives, drawn within the line's share of it; `why` says from what."""
    limits = limits or limits_of(key)
    most = value if value else limits.high
    return ranged(value, float(mapping()["lines"][line]["either_way"]) * abs(most), line, why, limits)


def ranged(value: float, half: float, line: str, why: str, limits: Condition) -> Entry:
    """A value of a rule with half the width of its range; nothing is drawn from nothing to a little."""
    value = rounded(held(value, limits.low, limits.high))
    if value == 0.0 and limits.low >= 0.0:
        half = NEAR_NOTHING * min(limits.high, 1.0)
    low, high = held(value - half, limits.low, limits.high), held(value + half, limits.low, limits.high)
    source = f"assumed: {why}; mapping line '{line}'"
    span = [min(rounded(low), value), max(rounded(high), value)]
    return {"value": value, "unit": limits.unit, "source": source, "range": span}


def organisation(name: str, members: float, norms: str = "norms") -> dict[str, Entry]:
    """An organisation with so many members and the rest of its kind."""
    line, why = "organisations", f"of its kind ({name})"
    found = {"members": assumed("", members, line, "its camp, class and room", ORGANISATION_CONDITIONS["members"])}
    for key, told in (("arms", "arms"), ("norms", norms), ("orientation", "orientation")):
        entry = mapping()["lines"][line]["numbers"][f"{name}_{told}"]
        value, (low, high) = rounded(entry["value"]), entry["range"]
        unit, source = ORGANISATION_CONDITIONS[key].unit, f"assumed: {why}; mapping line '{line}'"
        found[key] = {"value": value, "unit": unit, "source": source, "range": [low, high]}
    return found


def rounded(value: float) -> float:
    """Four significant digits: more would pretend to know."""
    return float(f"{value:.4g}")


def to_one(group: str, entries: Mapping[str, Entry], rest: str) -> dict[str, Entry]:
    """Entries of a group with the rest filled so that they sum to one exactly; shares keep four decimals."""
    kept = {key: entry | {"value": round(entry["value"], 4)} for key, entry in entries.items()}
    left = round(1.0 - sum(entry["value"] for key, entry in kept.items() if key != f"{group}.{rest}"), 4)
    entry = kept[f"{group}.{rest}"] | {"value": left}
    kept[f"{group}.{rest}"] = entry
    for one in kept.values():
        if "range" in one:
            low, high = one["range"]
            one["range"] = [min(low, one["value"]), max(high, one["value"])]
    return kept


def growth(state: State, year: int, years: int) -> Fact | None:
    """Mean yearly logarithmic growth of GDP per head over so many years, the record's or between its years."""
    now, then = product(state, year), product(state, year - years)
    if now is None or then is None or "regression" in now.source + then.source:
        return None
    value = math.log(now.value / then.value) / years
    said = f"growth of {year - years}-{year}: {now.source}"
    if now.low is None and then.low is not None:
        said += f"; {then.source}"
    if now.low is None and then.low is None:
        return Fact(value, said)
    ends = [fact.value if fact.low is None else fact.low for fact in (now, then)]
    spread = (math.log(now.value / ends[0]) + math.log(then.value / ends[1])) / years / 2.0
    return Fact(value, said, value - spread, value + spread)


def shortfall(state: State, year: int, years: int) -> float:
    """How far GDP per head lies below the best of so many years before, 0 where it does not or nothing is known."""
    now = product(state, year)
    if now is None:
        return 0.0
    known = [fact for back in range(1, years + 1) if (fact := product(state, year - back)) is not None]
    before = [fact.value for fact in known if "regression" not in fact.source]
    return max(0.0, 1.0 - now.value / max(before)) if before else 0.0
