"""States of the record: which key each source uses for a state in a span of years, and how a state is found by name.

The spans and their continuity stand in `data/countries.csv`; the rules in words in `data/README.md`.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

from thermidor.errors import InputError, nearest
from thermidor.record.read import table

SHORTEST = 3
ALIKE = 0.7
"""Likeness of letters from which on a name is suggested: among hundreds of names many are somewhat alike."""


class State(NamedTuple):
    """A state in one span of years.

    `product` are the keys of GDP and population in the Maddison tables (several: the state is made of their lands),
    `coded` those of the sources that code states (several: the first that has the year), `expert` that of V-Dem and
    of the sources in present borders. `people_coded`: population is taken from the coded sources first.
    `place` is [latitude, longitude] of the capital, degrees.
    """

    key: str
    title: str
    names: tuple[str, ...]
    first: int
    last: int
    product: tuple[str, ...]
    coded: tuple[str, ...]
    expert: str
    people_coded: bool
    capital: str
    place: tuple[float, float]


@cache
def spans() -> tuple[State, ...]:
    """Every span of every state, in order of key and year."""
    return tuple(
        State(
            key=row["country"],
            title=row["title"],
            names=tuple(text for text in (row["title"], row["name"], *row["also"].split(";")) if text),
            first=int(row["first_year"]),
            last=int(row["last_year"]),
            product=_keys(row["gdp_population"], "+"),
            coded=_keys(row["coded"], "|"),
            expert=row["vdem"],
            people_coded=row["people"] == "coded",
            capital=row["capital"],
            place=(float(row["latitude"]), float(row["longitude"])),
        )
        for row in table("countries")
    )


def _keys(text: str, sign: str) -> tuple[str, ...]:
    return tuple(text.split(sign)) if text else ()


def states_in(year: int) -> tuple[State, ...]:
    """Every state whose span holds the year."""
    return tuple(state for state in spans() if state.first <= year <= state.last)


def state(name: str, year: int) -> State:
    """Return a state by key or name (either case, accents aside) in a year. Raises InputError."""
    found = [one for one in spans() if plain_name(name) in {plain_name(text) for text in (one.key, *one.names)}]
    if not found:
        raise _unknown(name)
    for one in found:
        if one.first <= year <= one.last:
            return one
    years = ", ".join(f"{one.first}-{one.last}" for one in found)
    there = sorted({one.title for one in states_in(year) if one.expert == found[0].expert and one.expert})
    raise InputError(
        what=f"the record has no {found[0].title} in {year}",
        where=f"{name} {year}",
        why=f"it is covered in {years}",
        mend=f"the state of that year on this land: {', '.join(there)}" if there else "choose a year in the span",
    )


def plain_name(text: str) -> str:
    """A name to compare by: small letters and digits alone."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _unknown(name: str) -> InputError:
    known = sorted({text for one in spans() for text in (one.key, *one.names)})
    begun = [text for text in known if len(name) >= SHORTEST and plain_name(text).startswith(plain_name(name))]
    mend = nearest(name.title(), known, ALIKE)
    if not mend and len(name) <= SHORTEST + 1:  # it may be meant for a code
        mend = nearest(name.upper(), known, ALIKE)
    if not mend and begun:
        mend = f"did you mean one of: {', '.join(begun[:5])}?"
    return InputError(
        what=f"unknown country '{name}'",
        where="the historical record",
        why=f"{len({one.key for one in spans()})} states are known, by name or three-letter code",
        mend=mend or "`thermidor new --from-record` takes English names and three-letter codes, such as NORWAY or NOR",
    )
