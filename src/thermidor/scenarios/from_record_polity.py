"""Law, authority, camps and organisations at the start, from the record (lines of `mapping.yaml` of the same names)."""

from __future__ import annotations

import math
import re
from functools import cache

from thermidor.country import ORGANISATIONS
from thermidor.record import facts
from thermidor.record.facts import Fact
from thermidor.record.read import source_of, table
from thermidor.scenarios.from_record_land import Land
from thermidor.scenarios.from_record_mapping import (
    Entry,
    assumed,
    given,
    growth,
    held,
    mapping,
    number,
    organisation,
    rounded,
    to_one,
)
from thermidor.scenarios.from_record_start import classes, landlords_land, mixed

CAMPS = ("reform", "revolution", "liberal", "reaction", "fascist")
AHEAD_OF_VOTE = ("opposition", "contested")


def law(land: Land) -> dict[str, Entry]:
    """Room, fear, norms, franchise, organisation, legitimacy and the command."""
    return {
        "room": given("room", land.association, "room", number("room", "least"), number("room", "most")),
        **_fear(land),
        **_norms(land),
        "franchise": assumed("franchise", franchise(land), "franchise", _franchise_why(land)),
        **_organised(land),
        **_command(land),
    }


def _fear(land: Land) -> dict[str, Entry]:
    unsafe = 1.0 - land.integrity.value
    why = f"physical integrity {land.integrity.value:.2g} ({land.integrity.source})"
    least, most = number("fear", "least"), number("fear", "most")
    return {
        "fear": assumed("fear", least + (most - least) * unsafe, "fear", why),
        "repression_mass": assumed("repression_mass", number("fear", "repression") * unsafe**2, "fear", why),
    }


def _norms(land: Land) -> dict[str, Entry]:
    votes, why = land.electoral.value, f"electoral democracy {land.electoral.value:.2g} ({land.electoral.source})"
    return {
        f"norms.{norm}": assumed(
            f"norms.{norm}", number("norms", norm) + number("norms", f"{norm}_by_votes") * votes, "norms", why
        )
        for norm in ("recall", "pay", "rotation", "arms")
    }


def franchise(land: Land) -> float:
    """Adults whose vote counts in choosing the government, share of adults."""
    answers = {name: facts.index(land.state, name, land.coded) for name in ("legislature_elected", *AHEAD_OF_VOTE)}
    house, opposition, contested = ((found.value if found else 0.0) > 0.0 for found in answers.values())
    if not house:
        counts = number("franchise", "no_house")
    elif not opposition:
        counts = number("franchise", "no_opposition")
    else:
        counts = 1.0 if contested else number("franchise", "no_contest")
    return land.suffrage.value * counts


def _franchise_why(land: Land) -> str:
    return f"suffrage {land.suffrage.value:.2g} ({land.suffrage.source}); {source_of('contested')}, {land.coded}"


def workers_organisation(land: Land, workers: float) -> float:
    """Mean organisation of workers; `workers` is their share of the people."""
    line = "organisation"
    schooled = number(line, "unschooled") + (1.0 - number(line, "unschooled")) * land.literacy.value
    ceiling = number(line, "floor") + number(line, "ceiling") * workers / (workers + number(line, "half")) * schooled
    reached = number(line, "without_room") + number(line, "by_room") * land.association.value
    return held(ceiling * reached, 0.01, 0.9)


def _organised(land: Land) -> dict[str, Entry]:
    line, why = "organisation", f"room {land.association.value:.2g}, literacy {land.literacy.value:.2g}, workers' share"
    workers = workers_organisation(land, land_workers(land))
    values = {
        "organisation": workers,
        "village_organisation": number(line, "village") * workers,
        "standing": mixed(land, number(line, "standing_private"), number(line, "standing_under_state")),
        "middle_organisation": number(line, "middle"),
        "owners_organisation": mixed(land, number(line, "owners"), number(line, "owners_under_state")),
    }
    return {key: assumed(key, value, line, why) for key, value in values.items()}


def land_workers(land: Land) -> float:
    """Workers, share of the people, before the sum of all classes is settled."""
    return float(classes(land, landlords_land(land))["classes.worker"]["value"])


def _command(land: Land) -> dict[str, Entry]:
    line, unbound, ascent = "command", 1.0 - land.constraints.value, ascent_of(land)
    why = f"constraints on the executive {land.constraints.value:.2g} ({land.constraints.source})"
    corporate = number(line, "corporate") + number(line, "corporate_unbound") * unbound
    corporate += number(line, "corporate_war") * land.weariness + number(line, "corporate_military") * land.military
    if land.owned:
        corporate = number(line, "corporate_under_state")
    cohesion = number(line, "cohesion") + number(line, "cohesion_by_growth") * ascent
    cohesion -= number(line, "cohesion_by_war") * land.weariness
    legitimacy = number(line, "legitimacy") + number(line, "legitimacy_by_growth") * ascent
    told = f"{why}; weariness {land.weariness:.2g}; growth over fifteen years {ascent:.2g}"
    values = {
        "leader": number(line, "leader") + number(line, "leader_unbound") * unbound**2,
        "corporate": corporate,
        "cohesion": held(cohesion, 0.05, 0.95),
        "legitimacy": held(legitimacy - 0.5 * land.weariness, 0.05, 0.9),
        "memory": number(line, "workers_memory"),
    }
    found = {key: assumed(key, value, line, told) for key, value in values.items()}
    return found | {"tenure": given("tenure", _tenure(land), line)}


def _tenure(land: Land) -> Fact:
    if not land.kind:
        entry = mapping()["lines"]["command"]["numbers"]["tenure_unknown"]
        return Fact(float(entry["value"]), "kind of regime not coded", *map(float, entry["range"]))
    years = float(land.kind_years)
    return Fact(years, f"{source_of('regimes')}, {land.kind}", 0.5 * years, 1.5 * years + 2.0)


def ascent_of(land: Land) -> float:
    """Growth of GDP per head over fifteen years, 0 where unknown."""
    found = growth(land.state, land.year, int(number("memory", "ascent_years")))
    return found.value if found else 0.0


def authority(land: Land) -> dict[str, Entry]:
    """Shares of the centres in authority."""
    line = "authority"
    kind = land.kind or "kind unknown"
    why = f"constraints on the executive {land.constraints.value:.2g} ({land.constraints.source}); {kind}"
    if land.one_party or sole_list(land):
        party, command = number(line, "one_party"), number(line, "one_party_command")
    else:
        party = 0.0
        command = 1.0 - number(line, "least") - number(line, "by_constraints") * land.constraints.value
        command = max(command, number(line, "military")) if land.military else command
    shares = {"government": 1.0 - party - command, "army": command, "party": party}
    entries = {f"authority.{name}": assumed(f"authority.{name}", share, line, why) for name, share in shares.items()}
    largest = max(shares, key=lambda name: shares[name])
    return to_one("authority", {key: entry for key, entry in entries.items() if entry["value"] > 0.0}, largest)


def voice(land: Land, feudal: float) -> dict[str, Entry]:
    """Say of the classes in decisions."""
    line, counted = "voice", franchise(land) * land.association.value
    why = f"franchise and room {counted:.2g}, constraints {land.constraints.value:.2g}, landlords' land {feudal:.2g}"
    many = number(line, "many") + number(line, "many_by_votes") * counted
    owners = number(line, "owners") * (1.0 - number(line, "owners_by_votes") * (1.0 - land.constraints.value))
    officials = number(line, "officials") - number(line, "officials_by_constraints") * land.constraints.value
    if land.owned:
        owners, officials = 0.02, number(line, "officials")
    values = {
        "landlord": held(number(line, "landlords") * feudal, 0.0, 0.95),
        "capitalist": owners,
        "petty": many,
        "peasant": 0.9 * many,
        "worker": many,
        "official": officials,
        "gendarme": number(line, "gendarmes") * officials,
    }
    return {f"voice.{name}": assumed(f"voice.{name}", value, line, why) for name, value in values.items()}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((entry["camp"], re.compile("|".join(entry["words"]))) for entry in mapping()["parties"])


def camp_of(party: str) -> str:
    """The camp that a party's name tells of: one of CAMPS, "conservative", or "aside"."""
    for camp, pattern in _patterns():
        if pattern.search(party.lower()):
            return camp
    return "liberal"


@cache
def elections(key: str) -> dict[int, dict[str, float]]:
    """Votes by camp in percent, of each election of a country in the record."""
    found: dict[int, dict[str, float]] = {}
    for row in table("votes"):
        if row["country"] == key and row["v2pavote"]:
            votes = found.setdefault(int(row["year"]), {})
            camp = camp_of(row["v2paenname"])
            votes[camp] = votes.get(camp, 0.0) + float(row["v2pavote"])
    return found


def camps(land: Land) -> dict[str, Entry]:
    """Adults who lean to each camp, share."""
    if land.owned:
        shares = {camp: number("camps", f"under_state_{camp}") for camp in CAMPS[:-1]} | {"fascist": 0.0}
        fade = math.exp(-land.owned.years / number("camps", "under_state_fade"))
        shares["revolution"] += number("camps", "under_state_first") * fade
        why = f"state property for {land.owned.years} years"
    elif (ruling := sole_list(land)) is not None:
        shares = {camp: 0.5 * share for camp, share in _of_classes(land).items()} | {ruling: number("camps", "ruling")}
        why = f"one list without an opposition ({source_of('votes')})"
    elif (held_in := _election(land)) is not None:
        shares, why = _of_votes(land, elections(land.state.expert)[held_in]), f"{source_of('votes')}, {held_in}"
    else:
        shares, why = (
            _of_classes(land),
            "no votes known: schooling, workers' share and organisation, electoral democracy",
        )
    held_to = min(1.0, number("camps", "most") / sum(shares.values()))
    shares = {camp: held_to * share for camp, share in shares.items()}
    return {f"camps.{camp}": assumed(f"camps.{camp}", share, "camps", why) for camp, share in shares.items()}


def sole_list(land: Land) -> str | None:
    """The camp whose list took nearly all votes of the last election without an opposition; None elsewhere."""
    held_in = _election(land, opposition=0.0)
    if held_in is None or land.owned:
        return None
    votes = elections(land.state.expert)[held_in]
    camp = max(CAMPS, key=lambda one: votes.get(one, 0.0))
    return camp if votes.get(camp, 0.0) >= number("camps", "sole_list") else None


def _election(land: Land, opposition: float = 1.0) -> int | None:
    """The last election whose votes can be read, with an opposition allowed or (0) not; None if there is none."""
    allowed = facts.index(land.state, "opposition", land.coded)
    if not land.state.expert or allowed is None or allowed.value != opposition:
        return None
    held_in = [
        year
        for year, votes in elections(land.state.expert).items()
        if land.coded - number("camps", "old") <= year <= land.coded
        and sum(votes.values()) - votes.get("aside", 0.0) >= number("camps", "known")
    ]
    return max(held_in, default=None)


def _of_votes(land: Land, votes: dict[str, float]) -> dict[str, float]:
    total = sum(votes.values()) - votes.get("aside", 0.0)
    shares = {camp: votes.get(camp, 0.0) for camp in CAMPS}
    shares["liberal"] += votes.get("conservative", 0.0) * land.electoral.value
    shares["reaction"] += votes.get("conservative", 0.0) * (1.0 - land.electoral.value)
    return {camp: number("camps", "reach") * share / total for camp, share in shares.items()}


def _of_classes(land: Land) -> dict[str, float]:
    line, votes = "camps", land.electoral.value
    stirred = number(line, "stirred") + number(line, "stirred_by_schooling") * land.literacy.value
    workers = land_workers(land)
    weight = workers / (workers + number(line, "workers_half")) * workers_organisation(land, workers) ** 0.5
    return {
        "reform": stirred * number(line, "reform") * weight,
        "revolution": stirred * number(line, "revolution") * weight * (1.0 - votes),
        "liberal": stirred * (number(line, "liberal") + number(line, "liberal_by_votes") * votes),
        "reaction": stirred * number(line, "reaction") * (1.0 - votes),
        "fascist": number(line, "fascist"),
    }


def organisations(land: Land, leans: dict[str, Entry]) -> dict[str, dict[str, Entry]]:
    """Organisations at the start, those that the model knows; `leans` are the camps."""
    line, workers = "organisations", workers_organisation(land, land_workers(land))
    lean = {camp: float(leans[f"camps.{camp}"]["value"]) for camp in CAMPS}
    left = lean["reform"] + lean["revolution"]
    reform = lean["reform"] / left if left else 0.5
    later = land.year >= number(line, "model_from")
    members = {
        "councils": number(line, "councils_members") * workers,
        "village": number(line, "village_members") * number("organisation", "village") * workers,
        "reformists": number(line, "reformists_members") * workers * reform,
        "revolutionaries": number(line, "revolutionaries_members") * workers * (1.0 - reform),
        "reaction": number(line, "reaction_members") * lean["reaction"],
    }
    if lean["fascist"] > 0.0:
        members["movement"] = number(line, "movement_members") * lean["fascist"]
    if land.owned:
        members["officials"] = number(line, "officials_members")
    else:
        members["owners"] = number(line, "owners_members")
    found = {}
    for name in ORGANISATIONS:
        if name in members:
            norms = "norms_later" if name == "revolutionaries" and later else "norms"
            found[name] = organisation(name, rounded(members[name]), norms)
    if "movement" in found:
        arms = number(line, "movement_arms") * lean["fascist"]
        found["movement"]["arms"] |= {"value": rounded(arms), "range": [0.0, rounded(3.0 * arms)]}
    return found
