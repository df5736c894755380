"""`thermidor trace`: one life, month by month, out of the same run as any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from thermidor.cli.run import citizens_of
from thermidor.cli.tables import prose, say, table
from thermidor.errors import InputError, nearest

if TYPE_CHECKING:
    import numpy as np

RANKS = ("", ", low", ", middle", ", top")
COLUMNS = ("month", "age", "class", "sector", "holds", "used to", "griev.", "ties", "fear", "")


def follow(
    scenario: str,
    citizen: int,
    *,
    country: str | None,
    months: int,
    citizens: list[str] | None,
    seed: int,
    replicate: int,
    theory: str | None = None,
) -> None:
    """Print the months of one citizen. Raises InputError for a country or citizen that isn't there."""
    from thermidor.rules import load_rules
    from thermidor.runs.simulate import advance, begin
    from thermidor.scenarios import load_scenario, resolve
    from thermidor.theories import load_theory

    resolved = resolve(load_scenario(scenario), seed, replicate)
    name = resolved.countries[0] if country is None else country
    if name not in resolved.countries:
        mend = nearest(name, resolved.countries) or f"its countries: {', '.join(resolved.countries)}"
        raise InputError(f"the scenario has no country '{name[:80]}'", where="--country", mend=mend)
    if months > resolved.months:
        why = f"the scenario has {resolved.months} months"
        raise InputError(f"months can't be {months}", where="--months", why=why, mend="ask for fewer")
    wanted = citizens_of(citizens, resolved.countries)
    registry, school = load_rules(), load_theory(theory)
    rules = registry.record(registry.values(theory=school.rules))
    state = begin(resolved, rules, seed=seed, replicate=replicate, citizens=wanted)
    society = state["society"]
    first, last = (int(row) for row in society.spans[resolved.countries.index(name)])
    if citizen >= last - first:
        why = f"{name} has the citizens 0 to {last - first - 1}"
        raise InputError(f"there is no citizen {citizen}", where="--citizen", why=why, mend="give one of these")
    me = society.people[first + citizen : first + citizen + 1]

    def lives() -> Iterator[np.void]:
        yield me[0].copy()
        for _ in range(months):
            advance(state, 1)
            yield me[0].copy()

    say(f"Citizen {citizen} of {name}", f"{resolved.name}, seed {seed}, member {replicate}")
    prose(
        f"Stands for {1e6 * float(me['weight'][0]):,.0f} people. Holdings in 2011 $ a head, 'used to' (the consumption "
        "grown used to) in 2011 $ a year; grievance, ties and fear from 0 to 1. Each line is the end of its month; "
        "'heir': the citizen died in it, and an heir took the place.\n"
    )
    table(COLUMNS, rows(lives(), resolved.first_month), right=(1, 4, 5, 6, 7, 8), gap=1)


def rows(lives: Iterator[Any], first_month: np.datetime64) -> Iterator[tuple[str, ...]]:
    """Yield a line for the start and for each month, with what happened in it."""
    from thermidor.citizen_record import SECTORS
    from thermidor.country import CLASSES

    before = None
    for i, me in enumerate(lives):
        when = "start" if i == 0 else str(first_month + (i - 1))
        yield (
            when,
            f"{int(me['age']) / 12.0:.0f}",
            CLASSES[int(me["class_"])] + RANKS[int(me["rank"])],
            SECTORS[int(me["sector"])],
            *(f"{1000.0 * float(me[key]):,.0f}" for key in ("holdings", "expectation")),
            *(f"{float(me[key]):.2f}" for key in ("grievance", "organisation", "fear")),
            happened(before, me),
        )
        before = me


def happened(before: Any, me: Any) -> str:
    """Say what set a month apart: a death, or a move from one class to another."""
    if before is None:
        return ""
    if me["age"] < before["age"]:
        return "heir"
    return "moves" if me["class_"] != before["class_"] else ""
