"""A scenario as a frozen record: countries with their starting conditions, and dated outside events.

A scenario holds conditions, never rules and never outcomes. It is immutable; `overlay` and
`without_outside` give changed copies that are checked like a file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from thermidor.errors import InputError, nearest
from thermidor.scenarios.check import Problem, problems, refusal
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, OUTSIDE_LIMITS
from thermidor.scenarios.document import Where, dotted, plain, shown, shown_key

MONTH = r"[1-9]\d{3}-(0[1-9]|1[0-2])"
NAME = r"[a-z][a-z0-9-]{0,63}"
SET_BY_HAND = "set by hand"
OUTSIDE_STRENGTHS = ("war", "hostility", "embargo", "trade_slump")
"""Kinds of outside events whose strength a setting may change: `country.outside.KIND`."""
MOST_STRENGTH = 5.0
EXPECTED = {
    "string_type": "text is expected; quote it if it looks like a number",
    "tuple_type": "a list is expected",
    "string_too_short": "it must not be empty",
}
"""Pydantic's words for the commonest errors, in ours."""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "; write it without quotes" if isinstance(value, str) and isinstance(plain(value), int | float) else ""
        raise ValueError(f"a number is expected{hint}")
    if abs(value) > 1e300 or not math.isfinite(value):
        raise ValueError("a finite number is expected")
    return float(value)


def _month(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(MONTH, value, re.ASCII):
        return value
    day = isinstance(value, str) and re.fullmatch(MONTH + r"-\d{1,2}", value, re.ASCII)
    raise ValueError("a month is written YYYY-MM, such as 1917-11" + (", without the day" if day else ""))


def _name(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise ValueError("a name has small letters, digits and hyphens, a letter first, and at most 64 characters")


Number = Annotated[float, BeforeValidator(_number)]
Month = Annotated[str, BeforeValidator(_month), Field(json_schema_extra={"pattern": f"^{MONTH}$"})]
Name = Annotated[str, BeforeValidator(_name), Field(json_schema_extra={"pattern": f"^{NAME}$"})]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(Record):
    """A number with its unit and source; with a range, every replicate draws from it."""

    value: Number
    unit: str
    source: Text
    range: tuple[Number, Number] | None = None
    note: str = ""


class Organisation(Record):
    """An organisation at the start; `patron` names the country that backs it."""

    members: Value
    arms: Value
    norms: Value
    orientation: Value
    obedience: Value | None = None
    patron: str | None = None


class Country(Record):
    """A country at the start: conditions by name (see CONDITIONS), organisations, key of its record.

    `place` is the latitude and longitude of its capital, in degrees, for the distance of trade and armies.
    """

    title: Text
    record: Text | None = None
    place: tuple[Number, Number] | None = None
    start: dict[str, Value]
    organisations: dict[str, Organisation] = {}


class OutsideWar(Record):
    """A war fought on or by a country, from the first to the last month, both included."""

    kind: Literal["war"]
    country: str
    from_: Month = Field(alias="from")
    to: Month
    values: dict[str, Number]
    spread: Number = 0.0
    source: Text
    note: str = ""


class OutsidePath(Record):
    """The course of a pressure from abroad: linear between knots, flat outside them."""

    kind: Literal["path"]
    country: str
    variable: Literal["hostility", "embargo", "trade_slump"]
    knots: dict[Month, Number]
    spread: Number = 0.0
    source: Text
    note: str = ""


class Scenario(Record):
    """A scenario: a period, its countries, and what reaches them from outside."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    title: Text
    about: Text
    start: Month
    end: Month
    countries: dict[Name, Country]
    outside: tuple[Annotated[OutsideWar | OutsidePath, Field(discriminator="kind")], ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        if found := list(problems(self)):
            raise PydanticCustomError("problems", "the scenario is refused", {"problems": found})
        return self

    def overlay(self, settings: Mapping[str, float]) -> Scenario:
        """Fix conditions by `country.key`, such as {"north.norms.recall": 0.9}; their ranges are dropped.

        Keys are conditions, `organisations.NAME.KEY`, or `outside.KIND` with KIND one of OUTSIDE_STRENGTHS: how
        strong these events are beside the scenario's own (0 removes them). Raises InputError as for a file.
        """
        data = as_data(self)
        for setting, number in settings.items():
            _set(data, setting, number)
        return scenario_from(data, lambda path: f"scenario '{self.name}' with settings: {dotted(path)}")

    def without_outside(self) -> Scenario:
        """The same scenario with all outside events removed."""
        return self.model_copy(update={"outside": ()})


def _set(data: dict[str, Any], setting: str, number: float) -> None:
    country, _, key = setting.partition(".")
    where = f"setting: {shown_key(setting)}"
    if country not in data["countries"]:
        known = list(data["countries"])
        mend = nearest(country, known) or f"begin with one of: {', '.join(known)}"
        raise InputError(f"unknown country '{shown_key(country)}'", where, "", mend)
    here = data["countries"][country]
    if key.startswith("outside."):
        data["outside"] = _strengthened(data.get("outside", []), country, key.removeprefix("outside."), number, where)
        return
    if key.startswith("organisations."):
        name, _, entry = key.removeprefix("organisations.").partition(".")
        target, limits = here.get("organisations", {}).get(name), ORGANISATION_CONDITIONS.get(entry)
        if target is None or limits is None:
            names = ", ".join(here.get("organisations", {})) or "none"
            why = f"organisations of '{country}': {names}; keys: {', '.join(ORGANISATION_CONDITIONS)}"
            raise InputError(f"unknown setting '{shown_key(key)}'", where, why, "write organisations.NAME.KEY")
    elif key in CONDITIONS:
        target, entry, limits = here["start"], key, CONDITIONS[key]
    else:
        mend = nearest(key, CONDITIONS) or f"conditions: {', '.join(CONDITIONS)}"
        raise InputError(f"unknown condition '{shown_key(key)}'", where, "", mend)
    target[entry] = {"value": number, "unit": limits.unit, "source": SET_BY_HAND}


def _strengthened(events: list[dict[str, Any]], country: str, kind: str, factor: float, where: str) -> list[Any]:
    """The events with those of one country and kind made `factor` times as strong, held at what is possible."""
    if kind not in OUTSIDE_STRENGTHS:
        mend = nearest(kind, OUTSIDE_STRENGTHS) or f"kinds: {', '.join(OUTSIDE_STRENGTHS)}"
        raise InputError(f"unknown kind of outside event '{shown_key(kind)}'", where, "", mend)
    if not 0.0 <= factor <= MOST_STRENGTH:
        why = f"it is a ratio to the scenario's own events, from 0 to {MOST_STRENGTH:g}"
        raise InputError(f"the strength is {factor:g}", where, why, "give 0 for none, 1 for as they are")
    chosen = [e for e in events if e["country"] == country and kind in (e["kind"], e.get("variable"))]
    if not chosen:
        mend = "leave it out, or write such an event into the scenario"
        raise InputError(f"'{country}' has no outside event '{kind}'", where, "there is nothing to strengthen", mend)

    def scaled(numbers: Mapping[str, float], keys: Iterable[str]) -> dict[str, float]:
        limits = {key: OUTSIDE_LIMITS.get(key, OUTSIDE_LIMITS.get(kind)) for key in numbers}
        return {k: min(n * factor, limits[k].high) if k in keys else n for k, n in numbers.items()}  # type: ignore[union-attr]

    found = []
    for event in events:
        if event not in chosen:
            found.append(event)
        elif event["kind"] == "path":
            found.append(event | {"knots": scaled(event["knots"], event["knots"])})
        elif factor > 0.0:
            found.append(event | {"values": scaled(event["values"], ("war", "war_deaths"))})
    return found


def parse_setting(text: str) -> tuple[str, float]:
    """Read `country.key=value`, such as "north.norms.recall=0.9". Raises InputError."""
    setting, equals, number = text.partition("=")
    where, mend = f"--set {shown_key(text)}", "write country.key=value, such as north.norms.recall=0.9"
    if not equals or "." not in setting.strip(". "):
        raise InputError(f"can't read the setting {shown(text)}", where, "a setting is country.key=value", mend)
    value = plain(number.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{shown(number)} is not a finite number", where, "", mend)
    return setting.strip(), float(value)


def as_data(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain data, as it would stand in a file (empty parts left out)."""
    data: dict[str, Any] = scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return data


def scenario_from(data: object, place: Callable[[Where], str]) -> Scenario:
    """Check plain data and make the scenario; `place` says where a path stands. Raises InputError."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        found: list[Problem] = []
        for entry in error.errors(include_url=False):
            found += entry["ctx"]["problems"] if entry["type"] == "problems" else [_problem(dict(entry))]
        raise refusal(found, place) from None


def _problem(entry: dict[str, Any]) -> Problem:
    """One structural error of Pydantic as a problem in our words."""
    loc: tuple[str | int, ...] = entry["loc"]
    kind = loc[2] if len(loc) > 2 and loc[0] == "outside" else None
    path = tuple(step for at, step in enumerate(loc) if not (kind and at == 2) and step != "[key]")
    last = dotted(path[-2:] if path and isinstance(path[-1], int) else path[-1:]) or "the file"
    sort, given = entry["type"], shown(entry.get("input"))
    known = _keys(path[:-1], kind)
    if sort == "extra_forbidden":
        rules = "; a scenario holds conditions, never rules" if last.startswith("rule") else ""
        return Problem(path, f"unknown key '{last}'", f"known: {', '.join(known)}{rules}", nearest(last, known))
    if sort in ("missing", "too_long", "too_short") and "range" in path:
        return Problem(path[: path.index("range") + 1], "a range has two numbers", "", "write [low, high]")
    if sort == "missing":
        return Problem(path, f"missing key '{last}'", f"keys here: {', '.join(known)}", f"add '{last}: ...'")
    if sort.startswith("union_tag"):
        return Problem((*path, "kind"), "an outside event needs 'kind: war' or 'kind: path'", "there are two kinds")
    if path == ("schema",):
        return Problem(path, f"the schema is {given}", "this version reads schema 1", "write 'schema: 1'")
    if sort in ("model_type", "dict_type", "model_attributes_type"):
        return Problem(path, f"'{last}' is {given}", "a mapping of keys to values is expected")
    why = EXPECTED.get(sort) or entry["msg"].removeprefix("Value error, ").replace("Input should", "it must")
    return Problem(path, f"the key '{last}' is refused" if "[key]" in loc else f"'{last}' is {given}", why)


def _keys(parent: Where, kind: str | int | None) -> list[str]:
    """The keys that a mapping of a scenario may have."""
    model: type[Record] = Value
    if not parent:
        model = Scenario
    elif parent[0] == "outside":
        model = OutsideWar if kind == "war" else OutsidePath
    elif len(parent) == 2:
        model = Country
    elif len(parent) == 4 and parent[2] == "organisations":
        model = Organisation
    return [field.alias or name for name, field in model.model_fields.items()]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, with the name, unit and meaning of every condition."""
    schema = Scenario.model_json_schema(by_alias=True)
    start = schema["$defs"]["Country"]["properties"]["start"]
    value = start.pop("additionalProperties")
    start["additionalProperties"] = False
    start["properties"] = {
        key: {"allOf": [value], "description": f"{c.meaning}; {c.unit}, from {c.low:g} to {c.high:g}"}
        for key, c in CONDITIONS.items()
    }
    return schema
