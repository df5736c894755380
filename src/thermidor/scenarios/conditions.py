"""What a scenario may set of a country at its start: one table of names, units and limits.

These are conditions, never outcomes: none names, forces or weights a regime. Each is given as a
number with a source, or as an assumed number with the range from which every replicate draws.
"""

from __future__ import annotations

from typing import NamedTuple

from thermidor.country import CAMPS, CENTRES, CLASSES, ORGANISATIONS, PROPERTY_FORMS


class Condition(NamedTuple):
    """A starting condition: its unit, the limits it must respect, and its meaning."""

    unit: str
    low: float
    high: float
    meaning: str


INDEX = "index 0-1"

CARRIED: dict[str, Condition] = {
    "loyalty": Condition(INDEX, 0.0, 1.0, "loyalty of armed units"),
    "arms_share": Condition("share", 0.0, 0.6, "arms, share of output (at least what peace asks for)"),
    "labour_coercion": Condition(INDEX, 0.0, 1.5, "coercion at work"),
    "extraction": Condition(INDEX, 0.0, 2.0, "share of farm deliveries taken by force"),
    "privilege": Condition(INDEX, 0.0, 10.0, "officials' advantage over workers in what they consume"),
    "need_norm": Condition("share", 0.0, 1.0, "share of the consumption fund distributed by need"),
    "repression_mass": Condition(INDEX, 0.0, 1.0, "coercion of the many"),
    "repression_elite": Condition(INDEX, 0.0, 0.9, "the purge inside the apparatus"),
    "purge_loss": Condition(INDEX, 0.0, 0.9, "output lost to the removal of managers and staff"),
    "slump": Condition(INDEX, 0.0, 0.4, "shortfall of market demand below capacity"),
    "profit_share": Condition("share", 0.05, 0.5, "share of output outside farming that goes to owners"),
    "nerve": Condition("index", -2.0, 2.0, "how bold officials feel about private property"),
}
"""Conditions that are the country's quantities of the same name: what a society carries over from the months before."""

CONDITIONS: dict[str, Condition] = {
    "population": Condition("million", 0.01, 3000.0, "people"),
    "gdp_per_head": Condition("thousand 2011 $/year", 0.2, 200.0, "gross domestic product per head"),
    "capital_output": Condition("years", 0.3, 6.0, "capital outside farming over output outside farming"),
    "farm_output": Condition("share", 0.005, 0.8, "share of farming in output"),
    "heavy_capital": Condition("share", 0.02, 0.7, "department I's share of capital outside farming"),
    "herd": Condition("1 = undisturbed", 0.05, 1.5, "livestock and draught power"),
    "planned": Condition("share", 0.0, 1.0, "share of the economy steered by plan rather than market"),
    "literacy": Condition(INDEX, 0.01, 1.0, "schooling of the grown"),
    "dislocation": Condition(INDEX, 0.0, 0.9, "output lost to disorganisation"),
    "exhaustion": Condition(INDEX, 0.0, 1.0, "weariness of years of war, hunger and struggle"),
    "organisation": Condition(INDEX, 0.0, 1.0, "mean organisation of workers"),
    "village_organisation": Condition(INDEX, 0.0, 1.0, "mean organisation of peasants"),
    "standing": Condition(INDEX, 0.0, 1.0, "standing of officials of their own (organisation of the officials)"),
    "grievance": Condition(INDEX, 0.0, 1.0, "mean grievance of all"),
    "fear": Condition(INDEX, 0.0, 1.0, "mean fear of all"),
    "room": Condition(INDEX, 0.0, 1.0, "legal room for independent organisation"),
    "legitimacy": Condition(INDEX, 0.0, 1.0, "tacit contract"),
    "leader": Condition(INDEX, 0.0, 1.0, "how far the leader is unchecked by his peers"),
    "leader_age": Condition("years", 20.0, 95.0, "age of the leader"),
    "pact": Condition(INDEX, 0.0, 1.0, "officials' pact against a new unchecked leader"),
    "collectivised": Condition("share", 0.0, 1.0, "share of farming in collective farms"),
    "converted": Condition("share", 0.0, 1.0, "officials who stand for private property"),
    "drive": Condition("share", 0.0, 0.5, "accumulation above the ordinary that the plan demands"),
    "ageing": Condition(INDEX, 0.0, 1.0, "ages: 0 the pyramid of a fast-growing people, 1 as many of each age"),
    "skill_spread": Condition("share", 0.0, 1.0, "half the spread of schooling among adults, over its mean"),
    "official_fear": Condition("index", -1.0, 1.0, "fear of officials above the mean fear of all"),
    "consumption": Condition("share", 0.1, 1.0, "consumption, share of output"),
    "village_living": Condition("ratio", 0.1, 3.0, "consumption per head of peasants over workers"),
    "renewal": Condition("ratio", 0.0, 20.0, "plant under construction over what replaces wear"),
    "frontier_seen": Condition("ratio", 0.3, 3.0, "the frontier as it is seen, over the leader's product per head"),
    **CARRIED,
    "franchise": Condition(INDEX, 0.0, 1.0, "grown people whose vote counts in choosing the government"),
    "weariness": Condition(INDEX, 0.0, 1.0, "weariness of a war that is not the people's own"),
    "memory": Condition(INDEX, 0.0, 1.0, "workers' memory of having ruled"),
    "army": Condition("share", 0.0, 0.2, "conscripts under arms, share of people"),
    "corporate": Condition(INDEX, 0.0, 1.0, "corporate autonomy of the army's command"),
    "cohesion": Condition(INDEX, 0.0, 1.0, "cohesion of the command"),
    "tenure": Condition("years", 0.0, 300.0, "time for which those in office have held it"),
    "drain": Condition("share", 0.0, 1.0, "part of owners' profit that goes abroad"),
    "middle_organisation": Condition(INDEX, 0.0, 1.0, "mean organisation of the petty in town"),
    "owners_organisation": Condition(INDEX, 0.0, 1.0, "mean organisation of owners of land and capital"),
    **{f"camps.{camp}": Condition("share", 0.0, 1.0, f"grown people who lean to the camp: {camp}") for camp in CAMPS},
    "past_ascent": Condition("1/year", -0.1, 0.1, "growth of product per head over the fifteen years before"),
    "past_growth": Condition("1/year", -0.2, 0.2, "growth of consumption per head people remember"),
    "past_peak": Condition("ratio", 1.0, 5.0, "best remembered consumption over the present one"),
    "norms.recall": Condition(INDEX, 0.0, 1.0, "officials are elected and recalled at any time"),
    "norms.pay": Condition(INDEX, 0.0, 1.0, "no official is paid above a worker"),
    "norms.rotation": Condition(INDEX, 0.0, 1.0, "all take part in control by turns"),
    "norms.arms": Condition(INDEX, 0.0, 1.0, "a people in arms in place of a standing force"),
    **{f"classes.{c}": Condition("share", 0.0, 1.0, f"share of the people: {c}") for c in CLASSES},
    **{
        f"property.{p}": Condition("share", 0.0, 1.0, f"share of means of production outside farming: {p}")
        for p in PROPERTY_FORMS
    },
    "land.feudal": Condition("share", 0.0, 1.0, "share of the land in landlords' hands"),
    **{f"voice.{c}": Condition(INDEX, 0.0, 1.0, f"say in decisions: {c}") for c in CLASSES},
    **{f"authority.{c}": Condition("share", 0.0, 1.0, f"authority of the centre: {c}") for c in CENTRES},
}

SUMS_TO_ONE = ("classes", "property", "authority")
"""Groups whose entries must sum to one (entries left out count as zero; drawn values are rescaled)."""

ORGANISATION_CONDITIONS: dict[str, Condition] = {
    "members": Condition("share", 0.0, 1.0, "members as a share of its class"),
    "arms": Condition(INDEX, 0.0, 1.0, "armed members against the state's own force"),
    "norms": Condition(INDEX, 0.0, 1.0, "norms that bind its own officials"),
    "orientation": Condition(INDEX, 0.0, 1.0, "property it stands for: 0 private, 1 state"),
    "obedience": Condition(INDEX, 0.0, 1.0, "how far it obeys its patron"),
}
"""Keys of `organisations.NAME` for NAME in ORGANISATIONS; `patron` names a country or is left out."""

OUTSIDE_LIMITS: dict[str, Condition] = {
    "war": Condition(INDEX, 0.0, 1.0, "severity of a war"),
    "destruction": Condition(INDEX, 0.0, 1.0, "how much of it destroys plant and order"),
    "treatment": Condition(INDEX, 0.0, 1.0, "what the people stand to lose to the enemy"),
    "war_deaths": Condition("share of people/year", 0.0, 0.2, "deaths by the war itself"),
    "victory": Condition(INDEX, 0.0, 1.0, "how far it is being won"),
    "hostility": Condition(INDEX, 0.0, 1.0, "military threat from abroad"),
    "embargo": Condition(INDEX, 0.0, 1.0, "share of trade and technique withheld"),
    "trade_slump": Condition(INDEX, 0.0, 1.0, "demand from abroad that fails"),
}

__all__ = [
    "CARRIED",
    "CONDITIONS",
    "ORGANISATIONS",
    "ORGANISATION_CONDITIONS",
    "OUTSIDE_LIMITS",
    "SUMS_TO_ONE",
    "Condition",
]
