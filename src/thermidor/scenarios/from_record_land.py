"""What the record says of a state in a year, gathered once: the left side of the mapping."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from thermidor.errors import InputError
from thermidor.record import facts
from thermidor.record.facts import Fact
from thermidor.record.read import table
from thermidor.record.states import State, spans
from thermidor.record.wars import War, wars_of
from thermidor.scenarios.from_record_mapping import (
    StateProperty,
    held,
    number,
    shortfall,
    state_property,
)

LONGEST_TENURE = 60


class Land(NamedTuple):
    """A state at the start of a scenario, with all facts that the mapping starts from (units as in `record.facts`).

    Levels are those of `year`. What is coded for the end of a year (regimes, wars, property) is that of `coded`: the
    year before, if the scenario starts in the first half of the year.
    """

    state: State
    year: int
    coded: int
    people: Fact
    product: Fact
    urban: Fact
    literacy: Fact
    electoral: Fact
    constraints: Fact
    association: Fact
    integrity: Fact
    suffrage: Fact
    soldiers: Fact
    arms: Fact | None
    owned: StateProperty | None
    independent: bool
    kind: str
    kind_years: int
    weariness: float
    exhaustion: float
    shortfall: float

    @property
    def one_party(self) -> bool:
        """Whether one party rules: by the coded kind of regime, or by state property."""
        return self.owned is not None or self.kind == "Single-party rule"

    @property
    def military(self) -> bool:
        """Whether the regime is coded as military rule."""
        return self.kind == "Military rule"


def land(state: State, year: int, coded: int | None = None) -> Land:
    """Gather the facts of a state in a year. Raises InputError where too little is known, with the years that are."""
    coded = year if coded is None else coded
    if coded < state.first and not any(one.key == state.key and one.last == coded for one in spans()):
        coded = state.first
    people, product, electoral = facts.people(state, year), facts.product(state, year), facts.electoral(state, coded)
    constraints, association = facts.constraints(state, coded), facts.association(state, coded)
    integrity, suffrage = facts.integrity(state, coded), facts.suffrage(state, coded)
    urban, literacy = facts.urban(state, year), facts.literacy(state, year)
    missing = [
        what
        for what, fact in {"people": people, "product per head": product, "regime": electoral}.items()
        if fact is None
    ]
    if missing:
        years = covered_years(state)
        raise InputError(
            what=f"the record lacks {' and '.join(missing)} of {state.title} in {year}",
            where=f"{state.key} {year}",
            why=f"covered are {spelled(years)}" if years else "it is covered in no year",
            mend=f"try {min(years, key=lambda one: abs(one - year))}" if years else "choose another country",
        )
    assert people and product and electoral and constraints and association and integrity and urban and literacy
    kind, kind_years = regime(state, coded)
    return Land(
        state=state,
        year=year,
        coded=coded,
        people=people,
        product=product,
        urban=urban,
        literacy=literacy,
        electoral=electoral,
        constraints=constraints,
        association=association,
        integrity=integrity,
        suffrage=suffrage or electoral,
        soldiers=facts.soldiers(state, coded),
        arms=facts.arms(state, coded),
        owned=state_property(state, coded),
        independent=(found := facts.index(state, "sovereign", coded)) is None or found.value > 0.0,
        kind=kind,
        kind_years=kind_years,
        weariness=memory_of_war(state, coded, "weary", civil=1.0),
        exhaustion=memory_of_war(state, coded, "exhaust", civil=number("war", "civil")),
        shortfall=shortfall(state, year, int(number("plant", "years"))),
    )


def covers(state: State, year: int) -> bool:
    """Whether people, product and regime of a state in a year can be had."""
    return bool(facts.people(state, year) and facts.product(state, year) and facts.electoral(state, year))


def covered_years(state: State) -> list[int]:
    """The years of all spans of a state for which a scenario can be written."""
    whole = [one for one in spans() if one.key == state.key]
    return [year for one in whole for year in range(one.first, one.last + 1) if covers(one, year)]


def spelled(years: list[int]) -> str:
    """Years as spans: "1820-1913, 1918"."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def regime(state: State, year: int) -> tuple[str, int]:
    """The coded kind of regime ("" if unknown) and for how many years it has lasted (at most LONGEST_TENURE)."""
    kinds = {
        int(row["year"]): row["regimenarrowcat"] for key in reversed(state.coded) for row in _regimes().get(key, ())
    }
    near = [at for at in (year, year - 1, year + 1, year - 2) if kinds.get(at)]
    if not near:
        return "", 0
    kind, first = kinds[near[0]], near[0]
    while kinds.get(first - 1) == kind and year - first < LONGEST_TENURE:
        first -= 1
    return kind, max(year - first, 0)


@cache
def _regimes() -> dict[str, list[dict[str, str]]]:
    """Rows of the kinds of regime by key."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in table("regimes"):
        found.setdefault(row["country"], []).append(row)
    return found


def severity(war: War, people: float) -> float:
    """How severe a war was, 0-1, by soldiers' deaths a year and head; `people` in million."""
    if war.deaths is None:
        return number("war", "unknown")
    rate = war.deaths / (people * 1e6) / war.years
    return held(math.sqrt(rate / number("war", "worst")), 0.0, 1.0)


def memory_of_war(state: State, year: int, how: str, civil: float) -> float:
    """What the wars of the years to this one have left, 0-1: `how` is weary or exhaust; `civil` weighs civil wars."""
    pace, fade = number("war", how), number("war", f"{how}_fade")
    first, total = year - int(number("war", "years")), 0.0
    for kind, factor in (("between", 1.0), ("within", civil)):
        for war in wars_of(state, kind):
            years = range(max(war.first, first), min(war.last, year) + 1)
            people = facts.people(state, war.first) if years else None
            if people is None:
                continue
            total += factor * severity(war, people.value) * sum(math.exp((at - year) / fade) for at in years)
    return 1.0 - math.exp(-pace * total)
