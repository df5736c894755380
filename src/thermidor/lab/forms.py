"""The forms of the API: what it is asked and what it answers, with limits, and with words for its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from thermidor.lab.choice import FIRST, MOST_SET, Choice, theories
from thermidor.lenses import LENSES
from thermidor.runs.ensemble import NO_OUTSIDE
from thermidor.runs.result import THEORY as OWN_LENS
from thermidor.theories import DEFAULT

MOST = 1e12
"""Size of a number that is read at all; what a condition allows is far less."""
Number = Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
Short = Annotated[str, Field(min_length=1, max_length=120)]
Whole = Annotated[int, Field(ge=0, le=999_999_999)]


class Told(BaseModel):
    """A record that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Refusal(Told):
    """Why there is no answer."""

    what: str
    """What is wrong."""
    where: str = ""
    """Where it stands in what was asked."""
    why: str = ""
    mend: str = ""
    """How to mend it."""


class Health(Told):
    """The state of the program."""

    lives: bool
    """Whether the worker that lives runs is there."""
    version: str
    rules: str
    """Digest of the rules: equal ones give equal numbers."""
    waiting: int
    """Questions that wait or are being lived."""


class Titled(Told):
    """A scenario's name and title."""

    name: str
    title: str


class Scenarios(Told):
    """The scenarios of the library."""

    scenarios: list[Titled]


def _names(of: Callable[[], Iterable[str]]) -> Any:
    """Names that a schema lists, read when it is first asked for."""
    return lambda schema: schema.update(enum=list(of()))


def _scenarios() -> Iterable[str]:
    from thermidor.scenarios import list_scenarios

    return list_scenarios()


def _mechanisms() -> Iterable[str]:
    from thermidor.rules import load_rules

    return (NO_OUTSIDE, *load_rules().mechanisms)


Numbers = Annotated[dict[Short, Number], Field(max_length=MOST_SET)]
Mechanisms = Annotated[list[Annotated[Short, Field(json_schema_extra=_names(_mechanisms))]], Field(max_length=100)]


class Asked(Told):
    """What is to be lived; what is left out is as in the scenario."""

    scenario: Annotated[Short, Field(json_schema_extra=_names(_scenarios))] = FIRST["lab"]
    """A name of the library."""
    set: Numbers = {}
    """Conditions in place of the scenario's, by country.condition."""
    without: Mechanisms = []
    """Mechanisms that are switched off; `outside` is all that comes from outside."""
    theory: Annotated[Short, Field(json_schema_extra=_names(theories))] = DEFAULT
    """Whose rules."""
    lens: Annotated[Short, Field(json_schema_extra=_names(lambda: LENSES))] = OWN_LENS
    """Whose names for regimes."""
    seed: Whole = 1
    """The number behind every draw."""
    at: Annotated[str, Field(pattern=r"^([1-9]\d{3}-(0[1-9]|1[0-2]))?$", max_length=7)] = ""
    """The month (YYYY-MM) from which a member has new futures; "" for runs from the start."""
    member: Whole = 0
    """The member that has them."""
    then: Numbers = {}
    """States of a country from that month on, by country.variable."""
    then_without: Mechanisms = []
    """Mechanisms that are switched off from that month on."""

    @property
    def choice(self) -> Choice:
        """The same as a link holds it, not yet checked."""
        names = {name: tuple(sorted({*getattr(self, name)})) for name in ("without", "then_without")}
        return Choice(**{**self.model_dump(), **names})


class Curve(Told):
    """A variable over the runs, at the months of the answer; null where there is no number."""

    unit: str
    median: list[float | None]
    p05: list[float | None]
    """What 5% of the runs lie below."""
    p95: list[float | None]
    """What 5% of the runs lie above."""


class Course(Told):
    """What became of a country."""

    regimes: dict[str, dict[str, float]]
    """Share of runs by month and regime; those that no run has are left out."""
    series: dict[str, Curve]
    """Variables by name, dollars as single dollars of 2011."""


class Ran(Told):
    """An ensemble: the first month and each January, as in `thermidor run --format json`."""

    scenario: str
    theory: str
    lens: str
    seed: int
    members: int
    """How many runs there are."""
    citizens: dict[str, int]
    """How many were simulated in each country."""
    months: list[str]
    countries: dict[str, Course]
    line: str
    """The command that lives the same."""
    link: str
    """The query of a link that shows the same."""
    version: str
    rules: str
    """Digest of the rules: equal ones give equal numbers."""


class Countries(Told):
    """Keys of the countries of which the record has a series."""

    countries: list[str]


class About(Told):
    """A series of the record without its numbers."""

    name: str
    unit: str
    meaning: str
    source: str
    licence: str
    caveat: str
    first: int
    """The first year it has."""
    last: int


class OfCountry(Told):
    """The series that the record has of a country."""

    country: str
    series: list[About]


class Series(About):
    """A series of the record; years that the source lacks are absent."""

    country: str
    years: list[int]
    values: list[float]


class Headed(Told):
    """A claim of the chapter in one line."""

    id: str
    claim: str
    at: str
    """Section and paragraph of the chapter."""
    basis: str
    """text, inference (from the wider work) or definition"""
    mechanisms: list[str]
    """The rules that carry it."""


class Claims(Told):
    """The claims of the chapter, and what could refute each."""

    claims: list[Headed]


class Tried(Told):
    """What is lived to try a claim in the model."""

    id: str
    says: str
    lived: str
    measured: str
    claimed: str
    without: str
    """What is switched off to see whether the claim needs it, or why nothing is."""
    built: str
    """Why it can't fail in this model; "" where it can."""


class Tested(Told):
    """What is looked for in the historical record."""

    test: str
    says: str
    beside: bool
    """Whether it stands beside the claim and tests no part of it."""


class Claim(Headed):
    """A claim, and what could refute it; what was found stands in the documentation."""

    trials: list[Tried]
    trials_none: str
    """Why there is no trial in the model; "" where there is one."""
    record: list[Tested]
    record_none: str
    """Why there is no test on the record; "" where there is one."""
    rivals: dict[str, str]
    """What other theories expect instead."""
