"""Wars of a state from the record: between states, and within it. Years only; deaths are soldiers', of all the war."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from thermidor.record.read import table
from thermidor.record.states import State

MIRRORED = {"1": "2", "2": "1"}
"""What a victory is to the enemy, and a defeat; other outcomes are the same to both."""
LEVEL = {"1": 1.0, "2": 0.0}
SMALL_BESIDE = 0.1
"""A war less deadly than this share of one that it overlaps lends it its deaths and enemies, not its dates."""
UNDECIDED = 0.5


class War(NamedTuple):
    """A war: its first and last year, the state's own soldiers' deaths (None: unknown), and how it ended.

    `outcome` is 1 won, 0 lost, 0.5 otherwise; `enemies` are keys of the coded sources.
    """

    first: int
    last: int
    deaths: float | None
    outcome: float
    enemies: tuple[str, ...]

    @property
    def years(self) -> float:
        """Its length in years: a war of one year is taken to last half of it."""
        return max(float(self.last - self.first), 0.5)


@cache
def wars_between(key: str) -> tuple[War, ...]:
    """Wars of a state with others, in order of their first year; wars that overlap or follow at once are joined."""
    found: dict[str, list[tuple[int, float | None, str, str]]] = {}
    told = {row["warnum"] for row in table("wars") if row["country"] == key and row["outcome_own"]}
    for row in table("wars"):
        own = row["country"] == key
        if not own and row["opponent"] != key:
            continue
        deaths = _deaths(row["battle_deaths_own" if own else "battle_deaths_opponent"])
        ended = row["outcome_own"]
        outcome = ended if own else "" if row["warnum"] in told else MIRRORED.get(ended, ended)
        enemy = row["opponent" if own else "country"]
        found.setdefault(row["warnum"], []).append((int(row["year"]), deaths, outcome, enemy))
    return _joined(_war(rows, _ended(number)) for number, rows in found.items())


@cache
def _ended(number: str) -> int:
    """The last year of a war for any of those in it."""
    return max(int(row["year"]) for row in table("wars") if row["warnum"] == number)


def _war(rows: list[tuple[int, float | None, str, str]], ended: int) -> War:
    """One war of a state; who left it before its side had won has not won."""
    years = [year for year, *_ in rows]
    known = [deaths for _, deaths, _, _ in rows if deaths is not None]
    outcomes = [outcome for *_, outcome, _ in sorted(rows) if outcome]
    level = LEVEL.get(outcomes[-1], UNDECIDED) if outcomes else UNDECIDED
    level = min(level, UNDECIDED) if max(years) < ended else level
    return War(min(years), max(years), max(known, default=None), level, tuple(sorted({enemy for *_, enemy in rows})))


@cache
def wars_within(key: str) -> tuple[War, ...]:
    """Wars within a state; their deaths are those of both sides as far as they are known."""
    found: dict[str, list[tuple[int, float | None]]] = {}
    for row in table("civil_wars"):
        if row["country"] == key and row["primary_state"] == "1":
            sides = [deaths for side in ("sideadeaths", "sidebdeaths") if (deaths := _deaths(row[side])) is not None]
            found.setdefault(row["warnum"], []).append((int(row["year"]), sum(sides) if sides else None))
    wars = []
    for rows in found.values():
        known = [deaths for _, deaths in rows if deaths is not None]
        wars.append(War(min(y for y, _ in rows), max(y for y, _ in rows), max(known, default=None), UNDECIDED, ()))
    return _joined(wars)


def _joined(wars: Iterable[War]) -> tuple[War, ...]:
    joined: list[War] = []
    for war in sorted(wars, key=lambda one: (one.first, one.last)):
        if joined and war.first <= joined[-1].last:
            joined[-1] = _as_one(joined[-1], war)
        else:
            joined.append(war)
    return tuple(joined)


def _as_one(one: War, other: War) -> War:
    """Two wars that overlap as one."""
    dead, deadly = sorted((one, other), key=lambda war: war.deaths or 0.0)
    known = [war.deaths for war in (one, other) if war.deaths is not None]
    small = (dead.deaths or 0.0) < SMALL_BESIDE * (deadly.deaths or 0.0)
    dated = (deadly,) if small else (one, other)
    return War(
        first=min(war.first for war in dated),
        last=max(war.last for war in dated),
        deaths=sum(known) if known else None,
        outcome=max(dated, key=lambda war: war.last).outcome,
        enemies=tuple(sorted({*one.enemies, *other.enemies})),
    )


def _deaths(text: str) -> float | None:
    number = float(text) if text else -9.0
    return number if number >= 0.0 else None


def wars_of(state: State, kind: str = "between") -> tuple[War, ...]:
    """The wars of a state by the first of its coded keys that has any; `kind` is "between" or "within"."""
    for key in state.coded:
        if wars := (wars_between if kind == "between" else wars_within)(key):
            return wars
    return ()
