"""Changes of a member's state in the midst of its life: variables set, parts set back, the outside world taken away.

A state is what `thermidor.runs.simulate` advances. Only what a country carries from month to month can be set: the rest
is worked out anew in every month, so that a value set there would be lost. Ties and fear live in the citizens: they are
set by giving every citizen of a class the value, with the spread that a start has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CENTRES, CLASSES, OFFICIAL, ORGANISATIONS, OUTSIDE, PEASANT, UNITS, VARIABLES, WORKER
from thermidor.errors import InputError, nearest
from thermidor.runs.finite import written_by
from thermidor.scenarios.conditions import CONDITIONS
from thermidor.society import Society

State = dict[str, Any]
Floats = NDArray[np.float64]

NORMS = ("recall", "pay", "rotation", "arms")
ALL_NORMS = tuple(f"norm_{norm}" for norm in NORMS)
EVERYTHING = "outside"
KINDS: dict[str, tuple[str, ...]] = {
    EVERYTHING: OUTSIDE,
    "war": ("war", "destruction", "treatment", "war_deaths", "victory"),
    "hostility": ("hostility",),
    "embargo": ("embargo",),
    "trade_slump": ("trade_slump",),
}
"""What can be taken away from outside, and the numbers of the schedule that go with it."""

SPEAKING = ("officials", "owners", "movement", "reformists", "revolutionaries", "reaction")
"""Organisations that speak for a camp or are a party; the members of the others matter to nothing."""
_POSITIVE, _LOG = (1e-6, 1e6), (-1.0, 1.0)
CARRIED: dict[str, tuple[float, float] | None] = {
    **dict.fromkeys(("planned", "drive", "drive_known", "arms_share", "labour_coercion")),
    **dict.fromkeys(("technique", "heavy_capital", "light_capital", "unfinished", "yield_level"), _POSITIVE),
    **dict.fromkeys(("herd", "dislocation", "purge_loss", "slump", "profit_share")),
    **dict.fromkeys(("weather", "fortune"), _LOG),
    **dict.fromkeys(("extraction", "collectivised", "storm", "need_norm", "privilege")),
    **dict.fromkeys((*ALL_NORMS, "room", "exhaustion", "loyalty", "legitimacy")),
    "trend": _POSITIVE,
    **{f"{kind}_{name}": (0.0, 1.0) for kind in ("own_norms", "orientation") for name in ORGANISATIONS},
    **{f"members_{name}": (0.0, 1.0) for name in SPEAKING},
    **{f"armed_{name}": (0.0, 1.0) for name in ("officials", "councils", "movement", "revolutionaries")},
    **{f"obedience_{name}": (0.0, 1.0) for name in ("officials", "revolutionaries")},
    **dict.fromkeys(("transfer", "growth"), _LOG),
    **dict.fromkeys(("unemployed", "tenure", "reformists_govern", "council_lead", "funding", "franchise")),
    **dict.fromkeys(("weariness", "army", "corporate", "cohesion", "civil_war", "repelled", "drain", "garrison")),
    **dict.fromkeys(("posts", "police_posts", "repression_mass", "repression_elite", "leader", "leader_age", "pact")),
    **dict.fromkeys(("nerve", "landlordism", "state_property")),
    "frontier": _POSITIVE,
}
"""Variables of the country that can be set, and their limits where no condition and no unit gives them."""
BOOKS = ("stores", "hoards", "cradle", "births", "deaths", "saved")
WHOLE = tuple(f"authority_{name}" for name in CENTRES)
UNREAD = (
    "habit", "peak", "official_output", "official_growth", "moves", "breaks", "successions", "repairs", "conquests",
    "ascent", "memory", "odds", *(f"{kind}_{name}" for kind in ("seized", "failed") for name in CENTRES),
    *(f"armed_{name}" for name in ("village", "owners", "reformists", "reaction")),
)  # fmt: skip
IN_CITIZENS: dict[str, tuple[str, tuple[int, ...]]] = {
    "organisation": ("organisation", (WORKER,)),
    "fear": ("fear", tuple(range(len(CLASSES)))),
    **{f"{field}_of_{name}": (field, (k,)) for field in ("organisation", "fear") for k, name in enumerate(CLASSES)},
}
"""Means over citizens that can be set: the citizens' field, and the classes for which it is set."""
_MOST = {"organisation": 0.98, "fear": 1.0}
_ROW = {"organisation": 0, "fear": 1}
"""Which of a citizen's draws of spread a field takes."""


class Setting(NamedTuple):
    """A variable of a country, by their places, set to a value."""

    country: int
    variable: str
    value: float


def settings_of(asked: Mapping[str, float], countries: tuple[str, ...]) -> list[Setting]:
    """Read {"country.variable": value}. Raises InputError for what there isn't, can't be set, or is out of range."""
    found = []
    for name, value in asked.items():
        country, _, variable = name.partition(".")
        where = f"--set {name[:80]}"
        if country not in countries:
            mend = nearest(country, countries) or f"begin with one of: {', '.join(countries)}"
            raise InputError(f"there is no country '{country[:80]}'", where, mend=mend)
        low, high = limits_of(variable, where)
        if not low <= value <= high:
            why = f"it is from {low:g} to {high:g} {UNITS.get(variable, '')}".rstrip()
            raise InputError(f"{variable} can't be {value:g}", where, why, "give a value in between")
        found.append(Setting(countries.index(country), variable, float(value)))
    return found


def limits_of(variable: str, where: str) -> tuple[float, float]:
    """The limits of a variable that can be set; raises InputError, with the reason, for one that can't."""
    if variable == "norms" or variable in IN_CITIZENS:
        return 0.0, 1.0
    if variable in CARRIED:
        key = {"landlordism": "land.feudal"}.get(variable, variable.replace("norm_", "norms."))
        given = CARRIED[variable]
        return given or ((CONDITIONS[key].low, CONDITIONS[key].high) if key in CONDITIONS else (0.0, 1.0))
    if variable not in VARIABLES:
        raise InputError(f"there is no variable '{variable[:80]}'", where, mend=nearest(variable, VARIABLES))
    raise InputError(f"{variable} can't be set", where, *_why_not(variable))


def _why_not(variable: str) -> tuple[str, str]:
    """Why a variable can't be set, and what can be done instead."""
    steps = written_by()[variable]
    if variable in OUTSIDE:
        return "it comes from outside, month by month", "take it away: --without outside.war, .hostility or .embargo"
    if variable in BOOKS:
        return "it belongs to the books of people and goods, which have to balance", "set what is behind it"
    if variable in WHOLE:
        return "the shares of all centres have to add up to one", "set what stands behind a centre"
    if variable in UNREAD or steps == ("start",):
        return "nothing that happens later depends on it", "set what does"
    if steps == ("live",):
        return "it is counted anew from the citizens in every month", f"of these can be set: {', '.join(_MOST)}"
    return f"it is worked out anew in every month, by the step {' or '.join(steps)}", "set what it is worked out of"


def set_state(state: State, settings: Iterable[Setting]) -> None:
    """Set variables of a state in place, and what hangs on them; see `settings_of`."""
    society: Society = state["society"]
    for here, variable, value in settings:
        if variable in IN_CITIZENS:
            field, classes = IN_CITIZENS[variable]
            wanted = np.full(len(CLASSES), np.nan)
            wanted[list(classes)] = value
            give(society, here, field, wanted)
            continue
        for name in ALL_NORMS if variable == "norms" else (variable,):
            society.flat[here, VARIABLES.index(name)] = value
        c = society.world[here : here + 1]
        c["norms"] = np.mean([c[name][0] for name in ALL_NORMS])
        c["private_share"] = 1.0 - c["state_property"]


def give(society: Society, here: int, field: str, wanted: Floats) -> None:
    """Give the citizens of a country ties (`organisation`) or `fear`, in place: wanted[class], NaN where they stay.

    Citizens get the spread about the mean that they have at a start, drawn anew from the number of the record.
    """
    c = society.world[here : here + 1]
    first, last = (int(row) for row in society.spans[here])
    people = society.people[first:last]
    spread = np.random.default_rng(0).random((len(_ROW), len(people)))[_ROW[field]]
    mean = wanted[people["class_"]]
    people[field] = np.where(np.isnan(mean), people[field], np.minimum(mean * (0.5 + spread), _MOST[field]))
    c[f"{field}_of"] = _means(people, field, c[f"{field}_of"][0])
    if field == "organisation":
        c["organisation"] = c["organisation_of"][0, WORKER]
    else:
        c["fear"] = np.average(people["fear"].astype(np.float64), weights=people["weight"].astype(np.float64))
        c["fear_of_officials"] = c["fear_of"][0, OFFICIAL]


def _means(people: NDArray[Any], field: str, before: Floats) -> Floats:
    """Return the weighted mean of a citizens' field by class; as before where a class is empty."""
    kinds, weight = people["class_"], people["weight"].astype(np.float64)
    heads = np.bincount(kinds, weight, len(CLASSES))
    sums = np.bincount(kinds, weight * people[field], len(CLASSES))
    return np.where(heads > 0.0, sums / np.maximum(heads, 1e-12), before)


def reset(state: State, given: Mapping[str, float], parts: frozenset[str]) -> None:
    """Set parts of the first country's state back to its starting conditions, in place.

    norms: the four norms; room: the legal room; organisation: ties of the people (officials keep their standing);
    fear: everybody's fear.
    """
    society: Society = state["society"]
    c = society.world[:1]
    if "norms" in parts:
        for norm in NORMS:
            c[f"norm_{norm}"] = given[f"norms.{norm}"]
        c["norms"] = np.mean([given[f"norms.{norm}"] for norm in NORMS])
    if "room" in parts:
        c["room"] = given["room"]
    if "organisation" in parts:
        ties = np.full(len(CLASSES), 0.5 * given["organisation"])
        ties[WORKER], ties[PEASANT], ties[OFFICIAL] = given["organisation"], given["village_organisation"], np.nan
        give(society, 0, "organisation", ties)
    if "fear" in parts:
        give(society, 0, "fear", np.full(len(CLASSES), given["fear"]))
        c["fear"] = given["fear"]


def hush(state: State, kinds: tuple[str, ...], countries: slice = slice(None)) -> None:
    """Take numbers of OUTSIDE away from a state's coming months (its own copy of the schedule), for some countries."""
    outside = state["outside"].copy()
    for kind in kinds:
        outside[state["month"] :, countries, OUTSIDE.index(kind)] = 0.0
    state["outside"] = outside


class Hushed(NamedTuple):
    """Numbers of OUTSIDE that are taken away, and from which countries."""

    kinds: tuple[str, ...]
    countries: slice


def outside_of(names: Iterable[str], countries: tuple[str, ...]) -> tuple[list[Hushed], list[str]]:
    """Tell `outside`, `outside.KIND`, `COUNTRY.outside` and `COUNTRY.outside.KIND` apart from names of mechanisms.

    Returns what is taken away, and the other names. Raises InputError for a country or kind that there isn't.
    """
    found, others = [], []
    for name in names:
        parts = name.split(".")
        if EVERYTHING not in parts[:2]:
            others.append(name)
            continue
        at = parts.index(EVERYTHING)
        where, kind = f"--without {name[:80]}", ".".join(parts[at + 1 :]) or EVERYTHING
        if at and parts[0] not in countries:
            mend = nearest(parts[0], countries) or f"begin with one of: {', '.join(countries)}"
            raise InputError(f"there is no country '{parts[0][:80]}'", where, mend=mend)
        if kind not in KINDS or (kind == EVERYTHING and len(parts) > at + 1):
            mend = f"write outside, or one of: {', '.join(f'outside.{k}' for k in KINDS if k != EVERYTHING)}"
            raise InputError(f"nothing from outside is called '{kind[:80]}'", where, mend=mend)
        here = countries.index(parts[0]) if at else None
        found.append(Hushed(KINDS[kind], slice(None) if here is None else slice(here, here + 1)))
    return found, others
