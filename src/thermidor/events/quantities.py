"""The quantities that decide passages: where each is read, when it is worth telling, and in which words.

Most are read as they stood at the end of the month before. Those that the month itself weighs and then leaves alone
(odds, backing, force, might, gain and resistance, officials' run on property) are read in the month: they are the very
numbers that decided. What came of it (`norms_after`, `programme`, `pace`, `reached`) is read from the month on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from thermidor.country import ARMY, CENTRES, COUNCILS, GOVERNMENT, PARTY
from thermidor.events.record import DRIFT, FAILED, INSTALLED, NOBODY, REPELLED, SEIZURE, Found, number
from thermidor.events.seen import Seen


class Quantity(NamedTuple):
    """One quantity.

    variable   of the country's record; {who} and {whom} stand for the centres
    words      with the numbers of this and others by name; nothing: it is told with another
    before     1: read at the end of the month before; 0: in the month itself; -2: two months on
    sense      it is told where it is at least (`>=`) or below (`<`) `level` times what `of` names (1 where it names
               nothing), or differs from it by `level` (`<>`); always where this is empty. Levels of telling are
               assumed; they decide nothing
    only       how power has to have passed for it to be read at all; empty: always
    concerns   it is told only where one of these centres gains or loses; empty: always
    """

    variable: str
    words: str = ""
    before: int = 1
    sense: str = ""
    level: float = 0.0
    of: str = ""
    only: tuple[str, ...] = ()
    concerns: tuple[int, ...] = ()


IN_TRIAL, BY_OTHERS, CHANGES = (SEIZURE, FAILED), (REPELLED, INSTALLED), (SEIZURE, INSTALLED)
PASSED = (SEIZURE, INSTALLED, DRIFT)
YEAR = 12
AMONG_CENTRES = ("", SEIZURE, DRIFT, FAILED)

QUANTITIES: dict[str, Quantity] = {
    "odds": Quantity("odds", "odds {odds}", 0, only=IN_TRIAL),
    "backing": Quantity("backing_{who}", "backing {backing} against {backing_against}", 0, only=AMONG_CENTRES),
    "backing_against": Quantity("backing_{whom}", before=0, only=AMONG_CENTRES),
    "might": Quantity("might", "might {might_against} against {might}", 0, only=BY_OTHERS),
    "might_against": Quantity("might", before=0, only=BY_OTHERS),
    "hostility": Quantity("hostility", "threat from abroad {hostility}", 0, only=BY_OTHERS),
    "mutineers": Quantity("mutineers", "mutineers {mutineers} against force {force}", 0, ">=", 0.5, "force"),
    "force": Quantity("force", before=0),
    "weariness": Quantity("weariness", "weariness of war {weariness}", 1, ">=", 0.3),
    "exhaustion": Quantity("exhaustion", "exhaustion {exhaustion}", 1, ">=", 0.3),
    "reform": Quantity("camp_reform", "leaning to reform {reform}", 1, ">=", 0.25),
    "revolution": Quantity("camp_revolution", "leaning to revolution {revolution}", 1, ">=", 0.25),
    "liberal": Quantity("camp_liberal", "leaning to liberals {liberal}", 1, ">=", 0.25),
    "reaction": Quantity("camp_reaction", "leaning to reaction {reaction}", 1, ">=", 0.25),
    "fascist": Quantity("camp_fascist", "leaning to the movement {fascist}", 1, ">=", 0.25),
    "council_lead": Quantity(
        "council_lead", "revolutionaries' part of the councils {council_lead}", 1, ">=", 0.6, concerns=(COUNCILS,)
    ),
    "majority": Quantity("majority", "hold of a majority {majority}", 1, "<", 0.35, concerns=(GOVERNMENT,)),
    "slump": Quantity("slump", "slump {slump}", 1, ">=", 0.1),
    "unemployed": Quantity("unemployed", "out of work {unemployed}", 1, ">=", 0.15),
    "left_threat": Quantity("left_threat", "what owners fear {left_threat}", 1, ">=", 0.2),
    "funding": Quantity("funding", "owners' money {funding}", 1, ">=", 0.02),
    "obedience": Quantity(
        "obedience_revolutionaries", "revolutionaries obey abroad {obedience}", 1, ">=", 0.5, concerns=(PARTY,)
    ),
    "corporate": Quantity("corporate", "the command's autonomy {corporate}", 1, ">=", 0.5, concerns=(ARMY,)),
    "cohesion": Quantity("cohesion", "the command's cohesion {cohesion}", 1, "<", 0.6, concerns=(ARMY,)),
    "landlordism": Quantity("landlordism", "land in landlords' hands {landlordism}", 1, ">=", 0.3),
    "civil_war": Quantity("civil_war", "severity {civil_war}", 0),
    "council_authority": Quantity("authority_councils", "authority of councils {council_authority}"),
    "reform_in_office": Quantity("in_office_reform", "reformists in office {reform_in_office}", 1, ">=", 0.2),
    "treatment": Quantity("treatment", "at stake {treatment}", 1, ">=", 0.3),
    "gain": Quantity("gain", "gain {gain} against resistance {resistance}", 0),
    "resistance": Quantity("resistance", before=0),
    "scarcity": Quantity("scarcity", "shortage {scarcity}", 1, ">=", 0.3),
    "want": Quantity("scarcity_absolute", "want {want}", 1, ">=", 0.15),
    "conflict": Quantity("conflict", "conflict {conflict}", 1, ">=", 0.3),
    "war": Quantity("war", "war {war}", 1, ">=", 0.2),
    "organisation": Quantity("organisation", "workers' ties {organisation}", 1, "<", 0.3),
    "room": Quantity("room", "room {room}", 1, "<", 0.35),
    "moves": Quantity("moves", "measures so far {moves}", 0),
    "pace": Quantity("state_property", "falls {pace} a year, to {reached}", 0),
    "reached": Quantity("state_property", before=0),
    "carried": Quantity("transfer", "by a programme of {carried}", 1, ">=", 0.0),
    "run_on_property": Quantity("restoring", "by officials {run_on_property} a year", 0, ">=", 0.005),
    "converted": Quantity("converted", "officials turned {converted}"),
    "temptation": Quantity("temptation", "temptation {temptation}", 1, ">=", 0.3),
    "legitimacy": Quantity("legitimacy", "contract {legitimacy}", 1, "<", 0.35),
    "leader": Quantity("leader", "leader unchecked {leader}", 1, ">=", 0.5),
    "force_left": Quantity("coercive_share", "police and force {force_left} of people", 0),
    "need_norm": Quantity("need_norm", "by need {need_norm}", 0),
    "sway": Quantity("leader", "sway {sway}"),
    "pact": Quantity("pact", "pact against the next {pact}", 0, ">=", 0.1),
    "norms": Quantity("norms", "norms {norms} before, {norms_after} after", only=("", *CHANGES)),
    "norms_after": Quantity("norms", before=0, only=("", *CHANGES)),
    "state_property": Quantity("state_property"),
    "programme": Quantity(  # two months: a holder that came at a month's end takes up its own in the next but one
        "transfer", "state property {state_property} to become {programme}", -2, "<>", 0.1, "state_property", PASSED
    ),
}
"""The quantities by name, in the order in which they are told."""

PASSES = {
    SEIZURE: "{who} took power from {whom}",
    DRIFT: "power passed from {whom} to {who}",
    INSTALLED: "{abroad} set up {who} in place of {whom}",
    FAILED: "{who} moved against {whom} and failed",
    REPELLED: "an attack by {abroad} was repelled",
}
SAYS = {
    "civil war": "civil war under {who}",
    "end of civil war": "the civil war is over, under {who}",
    "peace": "left the war under {who}",
    "measure": "a measure against the norms under {who}",
    "usurpation": "norms fell below {grade} under {who}",
    "restoration": "state property fell below {grade} under {who}",
    "withering": "police and standing force at their floor under {who}",
    "succession": "the leader died; {who} in power",
}
"""What a passage says where power has not passed."""


def decided_by(seen: Seen, found: Found, names: tuple[str, ...]) -> dict[str, float]:
    """Return the quantities of a passage, by name, that apply to how it came."""
    values = {name: _value(seen, found, name) for name in names if _applies(found, name)}
    return {name: value for name, value in values.items() if name not in ("programme", "carried") or value >= 0.0}


def _applies(found: Found, name: str) -> bool:
    only, variable = QUANTITIES[name].only, QUANTITIES[name].variable
    if (only and found.how not in only) or (name == "might_against" and found.abroad == NOBODY):
        return False
    return not (("{who}" in variable and found.who == NOBODY) or ("{whom}" in variable and found.whom == NOBODY))


def _value(seen: Seen, found: Found, name: str) -> float:
    quantity, (run, month, country) = QUANTITIES[name], found[:3]
    variable = quantity.variable.format(who=CENTRES[found.who], whom=CENTRES[found.whom])
    if name == "might_against":
        country = found.abroad
    if name == "pace":
        since = min(month, YEAR)
        fallen = seen.at(variable, run, month - since, country) - seen.at(variable, run, month, country)
        return fallen * YEAR / max(since, 1)
    if name == "reached":
        owned = seen(variable)[run, month:, country]
        back = np.flatnonzero(owned >= (np.inf if found.grade is None else found.grade))
        return float(owned[: back[0] if back.size and back[0] else None].min())
    return seen.at(variable, run, month - quantity.before, country)


def told(decided: Mapping[str, float], *centres: str) -> list[str]:
    """Return the names of the quantities that are worth telling where these centres gain and lose."""

    def speaks(name: str, value: float) -> bool:
        quantity = QUANTITIES[name]
        concerned = not quantity.concerns or any(CENTRES[centre] in centres for centre in quantity.concerns)
        if not quantity.words or not concerned or not all(part in decided for part in named(quantity.words)):
            return False
        limit = decided[quantity.of] if quantity.of else 1.0
        if quantity.sense == "<>":
            return abs(value - limit) >= quantity.level
        limit *= quantity.level
        return not quantity.sense or (value >= limit if quantity.sense == ">=" else value < limit)

    return [name for name, value in decided.items() if speaks(name, value)]


def named(words: str) -> list[str]:
    """Return the quantities that a phrase names."""
    return [part.partition("}")[0] for part in words.split("{")[1:]]


def phrase(name: str, decided: Mapping[str, float]) -> str:
    """Return one quantity in words, with its number."""
    words = QUANTITIES[name].words
    return words.format(**{key: number(decided[key]) for key in named(words)})


def because(decided: Mapping[str, float], *centres: str) -> str:
    """Return the quantities worth telling, in words."""
    return "; ".join(phrase(name, decided) for name in told(decided, *centres))


def what(seen: Seen, found: Found, name: str, countries: tuple[str, ...]) -> str:
    """Say what happened."""
    words = PASSES[found.how] if found.how else SAYS[name]
    words = words.removesuffix(" in place of {whom}") if found.who == found.whom else words
    return words.format(
        who=centre_in_words(seen, found, found.who),
        whom=centre_in_words(seen, found, found.whom, before=1),
        abroad="a foreign power" if found.abroad == NOBODY else countries[found.abroad],
        grade="" if found.grade is None else number(found.grade),
    )


def centre_in_words(seen: Seen, found: Found, centre: int, before: int = 0) -> str:
    """Name a centre; a party is the movement's while it is less than half red and the state has not owned most yet."""
    if centre == NOBODY:
        return "nobody"
    run, month, country = found.run, found.month - before, found.country
    if centre == PARTY and not seen.workers(centre, run, month, country):
        owned = seen("state_property")[run, : max(month, 0) + 1, country].max() >= seen.limit("most_property")
        if not owned or (found.how and not before):
            return "the movement"
    return f"the {CENTRES[centre]}"
