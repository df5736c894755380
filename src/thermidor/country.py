"""The country as a record: every quantity of a society with its name, unit and meaning.

One table (`FIELDS`) makes the record that the compiled months work on, the named variables of the
store and the tables of the documentation. All fields are float64; a field with an axis is a small
vector (`heads` has one entry a class) and appears in the store as `heads_worker` and so on.

Money is in thousand million international dollars of 2011 a year (Maddison's unit), people in
millions, rates a year, shares and indices between 0 and 1 unless the unit says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

CLASSES = ("landlord", "capitalist", "petty", "peasant", "worker", "official", "gendarme")
PROPERTY_FORMS = ("feudal", "petty", "capitalist", "collective", "state")
CENTRES = ("government", "councils", "army", "party")
CAMPS = ("reform", "revolution", "liberal", "reaction", "fascist")
ORGANISATIONS = (
    "officials", "councils", "village", "owners", "movement", "reformists", "revolutionaries", "reaction",
)  # fmt: skip
OUTSIDE = ("war", "destruction", "treatment", "war_deaths", "victory", "hostility", "embargo", "trade_slump")

LANDLORD, CAPITALIST, PETTY, PEASANT, WORKER, OFFICIAL, GENDARME = range(len(CLASSES))
FEUDAL, PETTY_PROPERTY, CAPITALIST_PROPERTY, COLLECTIVE, STATE = range(len(PROPERTY_FORMS))
GOVERNMENT, COUNCILS, ARMY, PARTY = range(len(CENTRES))
REFORM_CAMP, REVOLUTION_CAMP, LIBERAL_CAMP, REACTION_CAMP, FASCIST_CAMP = range(len(CAMPS))
BY_OFFICIALS, BY_COUNCILS, BY_VILLAGE, BY_OWNERS, BY_MOVEMENT, BY_REFORMISTS, BY_REVOLUTIONARIES, BY_REACTION = range(
    len(ORGANISATIONS)
)

AXES: dict[str, tuple[str, ...]] = {
    "class": CLASSES,
    "form": PROPERTY_FORMS,
    "centre": CENTRES,
    "organisation": ORGANISATIONS,
    "camp": CAMPS,
    "class_camp": tuple(f"{k}_{camp}" for k in CLASSES for camp in CAMPS),
}


class Field(NamedTuple):
    """One quantity of a country: name, unit, meaning, and the axis of a vector field."""

    name: str
    unit: str
    meaning: str
    axis: str = ""


BN, KD, SHARE, INDEX, M, YEAR = "bn 2011 $/year", "thousand 2011 $/year", "share", "index 0-1", "million", "1/year"

FIELDS: tuple[Field, ...] = (
    # outside: dated events, written before each month from the scenario's schedule
    Field("war", INDEX, "severity of the war fought on or by the country"),
    Field("destruction", INDEX, "how much of the war's severity destroys plant and order"),
    Field("treatment", INDEX, "what the people stand to lose to the enemy: 0 little, 1 land and life"),
    Field("war_deaths", "share of people/year", "deaths caused by the war itself"),
    Field("victory", INDEX, "how far the war is being won"),
    Field("hostility", INDEX, "military threat from abroad"),
    Field("embargo", INDEX, "share of foreign trade and technique withheld"),
    Field("trade_slump", INDEX, "demand from abroad that fails"),
    # people: sums over the citizens of the month before
    Field("heads", M, "people in the class", "class"),
    Field("eaten", KD, "consumption per head of the class", "class"),
    Field("grievance", INDEX, "mean grievance of the class", "class"),
    Field("organisation_of", INDEX, "mean organisation of the class", "class"),
    Field("fear_of", INDEX, "mean fear of the class", "class"),
    Field("active", SHARE, "share of the class that acts in public this month", "class"),
    Field("hunger", SHARE, "shortfall below subsistence, mean of the class", "class"),
    Field("population", M, "all people"),
    Field("births", "million/month", "people born"),
    Field("deaths", "million/month", "people who died, of any cause (smoothed over a year)"),
    Field("infants", M, "people under five"),
    Field("excess_deaths", "million/month", "deaths by hunger, war and camps"),
    Field("cradle", M, "balance of people born less those who have a place among the citizens (books; either sign)"),
    Field("labour_industry", M, "effective workers outside farming"),
    Field("labour_farm", M, "effective workers in farming"),
    Field("unemployed", SHARE, "share of workers without work"),
    Field("literacy", INDEX, "schooling of those over nine"),
    Field("hoards", "bn 2011 $", "what the citizens hold"),
    Field("saved", "bn 2011 $/month", "flow into the citizens' hoards, booked from stored values"),
    Field("converted", SHARE, "officials who stand for private property, share of officials"),
    Field("urban_share", SHARE, "people outside farming less village trades"),
    # plan
    Field("planned", SHARE, "share of the economy steered by plan rather than market"),
    Field("drive", SHARE, "accumulation above the ordinary that the plan demands, share of output"),
    Field("drive_known", SHARE, "the highest drive so far"),
    Field("accumulation", SHARE, "net accumulation demanded, share of output"),
    Field("arms_share", SHARE, "arms, share of output"),
    Field("heavy_share", SHARE, "share of new capital that goes to department I"),
    Field("labour_coercion", INDEX, "coercion at work: passports, penalties, camps"),
    # produce
    Field("technique", "index", "output per unit of capital and labour outside farming"),
    Field("heavy_capital", "bn 2011 $", "capital of department I (means of production, arms)"),
    Field("light_capital", "bn 2011 $", "capital of department II (consumer goods)"),
    Field("unfinished", "bn 2011 $", "plant under construction"),
    Field("herd", "1 = undisturbed", "livestock and draught power of farming"),
    Field("yield_level", "index", "output of farming at given labour, herd and weather"),
    Field("dislocation", INDEX, "output lost to disorganisation"),
    Field("purge_loss", INDEX, "output lost to the removal of managers and staff"),
    Field("weather", "log", "harvest shock of the year"),
    Field("fortune", "log", "technique shock, slowly fading"),
    Field("slump", INDEX, "shortfall of market demand below capacity"),
    Field("waste", INDEX, "loss by complexity without control from below"),
    Field("complexity", INDEX, "how hard the economy is to plan from above"),
    Field("industry", BN, "output outside farming"),
    Field("farming", BN, "output of farming"),
    Field("output", BN, "gross domestic product"),
    Field("gdp_per_head", KD, "gross domestic product per head"),
    Field("official_output", BN, "gross domestic product as officially claimed"),
    Field("official_growth", YEAR, "growth per head over a year as officially claimed"),
    Field("growth", YEAR, "growth of output per head over a year, smoothed"),
    # deduct
    Field("replacement", BN, "deduction for worn-out plant"),
    Field("investment", BN, "gross addition to plant under construction"),
    Field("arms", BN, "deduction for arms and army"),
    Field("common", BN, "deduction for schools, health and other common needs"),
    Field("dependants", BN, "consumption of children and the old, who can't work (part of the fund)"),
    Field("administration", BN, "deduction for the running of the apparatus"),
    Field("privilege_fund", BN, "taken by officials above their pay"),
    Field("leakage", BN, "goods that leave the plan for the second economy (still consumed)"),
    Field("lost", BN, "produced and spoilt: seizure, disorder"),
    Field("exports", BN, "farm exports, paid for by imports of machines of the same value"),
    Field("remitted", BN, "owners' profit sent abroad"),
    Field("to_consume", BN, "goods and food left for citizens' consumption"),
    Field(
        "stores", "bn 2011 $", "balance of goods set aside for consumption less those handed out (books; either sign)"
    ),
    Field("marketed", BN, "farm output that leaves the village"),
    Field("grain_need", BN, "farm output that towns, army and exports require"),
    Field("grain_gap", INDEX, "shortfall of marketed farm output below the need"),
    Field("scissors", "1 = pre-war", "farm goods' price in consumer goods"),
    Field("extraction", INDEX, "share of farm deliveries taken by force"),
    Field("collectivised", SHARE, "share of farming in collective farms"),
    Field("storm", INDEX, "campaign of forced entry into collective farms"),
    Field("forced_entry", YEAR, "pace of forced entry into collective farms"),
    # distribute: published rates the citizens read
    Field("pay", KD, "what one claim of the class receives", "class"),
    Field("claims", M, "claims on the consumption fund", "class"),
    Field("complaint", INDEX, "grievance that all of the class share", "class"),
    Field("terror", YEAR, "fear put into the class", "class"),
    Field("arrest", YEAR, "chance a grown member of the class is sent to a camp", "class"),
    Field("hiring", YEAR, "chance a grown schooled member of the class takes an official's post", "class"),
    Field("enlisting", YEAR, "chance a grown member of the class joins the standing force", "class"),
    Field("dismissal", YEAR, "chance an official loses the post"),
    Field("discharge", YEAR, "chance a gendarme or soldier leaves the standing force"),
    Field("expropriation", YEAR, "chance an owner is deprived"),
    Field("enrichment", YEAR, "chance a converted official becomes an owner"),
    Field("temptation", "index", "value of private property to an official, less that of the post"),
    Field("impunity", INDEX, "how far nobody below can call a turned official to account"),
    Field("frailty", "index", "mortality at ordinary living, 1 = a poor village country before 1914"),
    Field("job_chance", YEAR, "chance an unemployed worker finds work"),
    Field("job_loss", YEAR, "chance a worker loses work"),
    Field("need_norm", SHARE, "share of the fund distributed by need"),
    Field("rank_gap", "ratio", "income of the top rank over an ordinary official's"),
    Field("private_share", SHARE, "private share of income from property and trade"),
    Field("profit_share", SHARE, "share of output outside farming that goes to owners"),
    Field("privilege", "ratio", "officials' advantage over workers in what they consume, over a wage"),
    Field("scarcity_absolute", INDEX, "want: consumption below a decent minimum"),
    Field("scarcity", INDEX, "positional shortage: consumption below what the frontier shows"),
    Field("conflict", INDEX, "conflict over consumption and deliveries"),
    Field("town_pull", YEAR, "chance a grown villager moves to town"),
    Field("town_flight", YEAR, "chance a townsman leaves for the village"),
    Field("birth_rate", YEAR, "births per head"),
    Field("siblings", "share/month", "births beyond those who replace the dead, over the people under five"),
    # contend
    Field("norm_recall", INDEX, "officials are elected and recalled at any time"),
    Field("norm_pay", INDEX, "no official is paid above a worker"),
    Field("norm_rotation", INDEX, "all take part in control by turns"),
    Field("norm_arms", INDEX, "a people in arms in place of a standing force"),
    Field("norms", INDEX, "mean of the four norms"),
    Field("room", INDEX, "legal room for independent organisation"),
    Field("organisation", INDEX, "mean organisation of workers"),
    Field("fear", INDEX, "mean fear of all"),
    Field("fear_of_officials", INDEX, "mean fear of officials (as an official sees it)"),
    Field("exhaustion", INDEX, "weariness of years of war, hunger and struggle"),
    Field("mobilisation", INDEX, "organised pressure from below, all classes"),
    Field("hold", INDEX, "loyal force that the state can set against it"),
    Field("loyalty", INDEX, "loyalty of armed units"),
    Field("legitimacy", INDEX, "tacit contract: rising consumption accepted in place of control"),
    Field("remembered", YEAR, "growth of consumption as people remember it"),
    Field("habit", KD, "consumption per head that people have grown used to"),
    Field("trend", KD, "consumption per head remembered over six years"),
    Field("peak", KD, "slow memory of consumption, to measure a fall"),
    Field("voice", INDEX, "say of the class in decisions", "class"),
    Field("authority", SHARE, "authority of the centre", "centre"),
    Field("members", SHARE, "members as a share of its class", "organisation"),
    Field("armed", INDEX, "armed members against the state's own force", "organisation"),
    Field("own_norms", INDEX, "norms that bind the organisation's own officials", "organisation"),
    Field("orientation", INDEX, "property the organisation stands for: 0 private, 1 state", "organisation"),
    Field("obedience", INDEX, "how far the organisation obeys its patron", "organisation"),
    Field("patron", "country", "index of the country that directs the organisation, -1 for none", "organisation"),
    Field("restoring", YEAR, "pace at which state property gives way"),
    Field("transfer", INDEX, "property programme of the last winner, -1 when carried out"),
    Field("gain", "index", "what those in office gain by a measure against a norm"),
    Field("resistance", "index", "what a measure against a norm meets, from colleagues and from below"),
    Field("moves", "count", "measures against the norms carried through so far"),
    Field("breaks", "count", "times power was seized from its holder so far"),
    Field("successions", "count", "deaths of the leader so far"),
    Field("repairs", "count", "passages won from below so far"),
    # take sides
    Field("leaning", SHARE, "grown people of the class who lean to the camp", "class_camp"),
    Field("camp", SHARE, "grown people who lean to the camp", "camp"),
    Field("weight", INDEX, "organised weight of the camp", "camp"),
    Field("in_office", SHARE, "part of all authority that the camp exercises", "camp"),
    Field("holder", "centre", "centre that holds most authority, by its place in the list"),
    Field("tenure", "years", "time for which those in office have held it"),
    Field("reformists_govern", SHARE, "part of the government in reformists' hands"),
    Field("red", SHARE, "how far the party that may rule is one of officials and not of the movement"),
    Field("council_lead", SHARE, "part of the councils that revolutionaries lead"),
    Field("left_threat", INDEX, "what owners have to fear from the workers' camps"),
    Field("funding", INDEX, "owners' money behind the movement"),
    Field("weariness", INDEX, "weariness of a war that is not the people's own"),
    Field("memory", INDEX, "workers' memory of having ruled"),
    # command
    Field("army", SHARE, "conscripts under arms, share of people"),
    Field("corporate", INDEX, "corporate autonomy of the army's command"),
    Field("cohesion", INDEX, "cohesion of the command: how far its own force stands behind it"),
    Field("ascent", YEAR, "growth of product per head remembered over fifteen years"),
    Field("force", INDEX, "force under discipline"),
    Field("mutineers", INDEX, "force of conscripts who no longer obey"),
    Field("majority", INDEX, "how far the government has a majority that holds together"),
    Field("backing", INDEX, "what stands behind the centre", "centre"),
    Field("seized", "count", "times the centre has seized power so far", "centre"),
    Field("failed", "count", "times the centre has tried and failed so far", "centre"),
    Field("odds", SHARE, "chance of success at the last attempt to seize power"),
    Field("franchise", INDEX, "grown people whose vote counts in choosing the government"),
    Field("peace", INDEX, "1 where the country has left the war it was in"),
    Field("civil_war", INDEX, "severity of the civil war"),
    Field("garrison", INDEX, "foreign garrison that stands behind the holder of power"),
    Field("repelled", INDEX, "memory of an attack that was repelled"),
    Field("might", "million", "force that the country could bring to bear, in soldiers of a country of 1000 $ a head"),
    Field("latitude", "degrees", "where the capital lies, 99 if unknown"),
    Field("longitude", "degrees", "where the capital lies"),
    Field("conquests", "count", "times a foreign power has installed a regime so far"),
    Field("drain", SHARE, "part of owners' profit that goes abroad"),
    # govern
    Field("apparatus_share", SHARE, "officials, share of people"),
    Field("coercive_share", SHARE, "police and standing force, share of people"),
    Field("posts", SHARE, "officials' posts the state wants, share of people"),
    Field("police_posts", SHARE, "police posts the state wants, share of people"),
    Field("repression_mass", INDEX, "coercion of the many: deliveries, deportation, war"),
    Field("repression_elite", INDEX, "the purge inside the apparatus"),
    Field("leader", INDEX, "how far the leader is unchecked by his peers"),
    Field("leader_age", "years", "age of the leader"),
    Field("pact", INDEX, "officials' pact against a new unchecked leader"),
    Field("nerve", "index", "how bold officials feel about private property: fortune of the centre"),
    # transform
    Field("property", SHARE, "means of production by form", "form"),
    Field("landlordism", SHARE, "land in landlords' hands"),
    Field("state_property", SHARE, "means of production outside farming owned by the state"),
    Field("autonomy", INDEX, "share of the surplus used otherwise than the strongest class would"),
    Field("socialisation", INDEX, "state property as far as privilege and force are gone"),
    Field("official_claim", INDEX, "antagonism as officially claimed"),
    # trade
    Field("frontier", KD, "gross domestic product per head of the most advanced country, smoothed"),
    Field("spark", YEAR, "hope from abroad: movements elsewhere"),
    Field("example", SHARE, "power of councils and red parties elsewhere, by size and nearness"),
    Field("slump_abroad", INDEX, "slump of the countries it trades with"),
    Field("residual", "share", "failure of this month's books of people and goods"),
    Field("hoard_gap", "share of hoards", "failure of this month's books of hoards"),
)


def _width(field: Field) -> int:
    return len(AXES[field.axis]) if field.axis else 1


COUNTRY = np.dtype((np.record, [(f.name, "f8", (_width(f),)) if f.axis else (f.name, "f8") for f in FIELDS]))
"""One country, one month: the record that the steps read and write (fields are attributes in plain Python too)."""

VARIABLES: tuple[str, ...] = tuple(
    f"{f.name}_{entry}" if entry else f.name for f in FIELDS for entry in (AXES[f.axis] if f.axis else ("",))
)
"""The record's numbers by name, in storage order."""

UNITS: dict[str, str] = {
    (f"{f.name}_{entry}" if entry else f.name): f.unit for f in FIELDS for entry in (AXES[f.axis] if f.axis else ("",))
}
MEANINGS: dict[str, str] = {
    (f"{f.name}_{entry}" if entry else f.name): f.meaning + (f" ({entry})" if entry else "")
    for f in FIELDS
    for entry in (AXES[f.axis] if f.axis else ("",))
}
