"""Contend: pressure from below against the loyal force above."""

import math

from thermidor.country import PEASANT, PETTY, WORKER
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, divided, logistic, toward, unit


@compiled
def contend(c, rules):
    """Weigh the tacit contract, complaints, weariness, loyalty and pressure."""
    remember(c, rules)
    complain(c, rules)
    wear_out(c, rules)
    weigh_loyalty(c, rules)
    press(c, rules)


@compiled
def remember(c, rules):
    """People remember how they lived; the tacit contract follows growth of consumption against what they expect.

    Equation: legitimacy' = (legitimacy_ordinary + contract x (growth remembered - growth_expected) - legitimacy) /
    contract_memory, growth remembered = ln(living / trend) / trend_years; habit follows living in habit_years, trend in
    trend_years; the peak is forgotten in best_years, the rise of product in ascent_years.
    Claims: P19, P39, P41.
    Assumes: growth of consumption is accepted in place of control (Lazarev 2005).
    Signs: up with growth, down with stagnation.
    Leaves out: pride in the state, victory, belief.
    """
    living = 0.0
    for k in range(len(c.heads)):
        living += c.eaten[k] * c.heads[k]
    living /= c.population
    c.habit = toward(c.habit, living, rules.habit_years)
    c.trend = toward(c.trend, living, rules.trend_years)
    c.peak = max(living, c.peak * (1.0 - MONTH / rules.best_years))
    remembered = math.log(max(living, TINY) / max(c.trend, TINY)) / rules.trend_years
    c.remembered = remembered
    c.ascent = toward(c.ascent, c.growth, rules.ascent_years)
    target = unit(rules.legitimacy_ordinary + rules.contract * (remembered - rules.growth_expected))
    c.legitimacy = toward(c.legitimacy, target, rules.contract_memory)


@compiled
def complain(c, rules):
    """Whole classes complain: of a war for others, privilege, a voice denied, landlords, force, unemployment.

    Equation: complaint = grievance_war x war x (1 - treatment) + grievance_privilege x privilege x (1 - legitimacy) +
    grievance_voice x (1 - room) for those who work, and by class grievance_jobs x unemployed, grievance_ruin x slump
    (the petty and peasants), grievance_land x landlordism, grievance_force x extraction x (1 - collectivised).
    Claims: P33.
    Assumes: complaints add up.
    Signs: up with each.
    Leaves out: nations' complaints, envy among workers.
    """
    war = rules.grievance_war * c.war * (1.0 - c.treatment)
    privilege = rules.grievance_privilege * c.privilege * (1.0 - c.legitimacy)
    voiceless = rules.grievance_voice * (1.0 - c.room)
    for k in range(len(c.heads)):
        c.complaint[k] = war + (privilege + voiceless) * (k == WORKER or k == PEASANT or k == PETTY)
    c.complaint[WORKER] += rules.grievance_jobs * c.unemployed
    c.complaint[PETTY] += rules.grievance_ruin * c.slump
    forced = rules.grievance_force * c.extraction * (1.0 - c.collectivised)
    c.complaint[PEASANT] += rules.grievance_land * c.landlordism + forced + rules.grievance_ruin * c.slump


@compiled
def wear_out(c, rules):
    """Years of war and hunger wear people out; rest restores them.

    Equation: exhaustion' = exhaustion x (exhaustion_war x war + exhaustion_hunger x hunger)(1 - exhaustion) -
    exhaustion / rest_years.
    Claims: P29, P56.
    Assumes: one weariness for the country.
    Signs: up with war and hunger.
    Leaves out: weariness of defeat apart from hunger, the weariness of one class.
    """
    hunger = (c.hunger[WORKER] * c.heads[WORKER] + c.hunger[PEASANT] * c.heads[PEASANT]) / c.population
    strain = rules.exhaustion * (rules.exhaustion_war * c.war + rules.exhaustion_hunger * hunger)
    c.exhaustion = unit(c.exhaustion + MONTH * (strain * (1.0 - c.exhaustion) - c.exhaustion / rules.rest_years))


@compiled
def weigh_loyalty(c, rules):
    """Armed units weigh what the enemy would take, land, rations and a say against war, want, stagnation and purge.

    Equation: loyalty moves in loyalty_lag towards logistic(loyalty_base + loyalty_stake x treatment x war +
    loyalty_rations x rations + loyalty_land x (land + norms) / 2 - loyalty_war x war - loyalty_want x want x (1 -
    want_borne x treatment) - loyalty_weary x exhaustion x war x (1 - treatment) - loyalty_contract x state_property x
    (1 - legitimacy) - loyalty_purge x purge_loss); rations = 1 - rations_by_hunger x workers' hunger, land = 1 -
    landlordism - land_by_force x extraction.
    Claims: none; war cohesion.
    Assumes: Harrison (2005): staying is a choice; one rule for 1916 and for 1942.
    Signs: up with stakes, rations, land and say; down with war, want, stagnation and purge.
    Leaves out: units of their own mind, officers against men, nation.
    """
    rations = 1.0 - rules.rations_by_hunger * c.hunger[WORKER]
    land = 1.0 - c.landlordism - rules.land_by_force * c.extraction
    say = rules.loyalty_land * (0.5 * (land + c.norms))
    want = rules.loyalty_want * c.scarcity_absolute * (1.0 - rules.want_borne * c.treatment)
    contract = rules.loyalty_contract * c.state_property * (1.0 - c.legitimacy)
    spoils = rules.loyalty_stake * c.treatment * c.war
    weary = rules.loyalty_weary * c.exhaustion * c.war * (1.0 - c.treatment)
    tells = rules.loyalty_base + spoils + rules.loyalty_rations * rations + say
    tells = tells - rules.loyalty_war * c.war - want - weary - contract - rules.loyalty_purge * c.purge_loss
    c.loyalty = toward(c.loyalty, logistic(tells), rules.loyalty_lag)


@compiled
def press(c, rules):
    """Pressure from below is grievance times ties less fear, summed over citizens; against it stands loyal force.

    Equation: mobilisation = town_weight x sqrt(urban_share) x (workers' acting + petty_weight x the petty's) +
    village_weight x (1 - urban_share)(village_at_rest + (1 - village_at_rest) x landlordism) x peasants' acting; hold =
    hold_strength x loyalty x united x (force_of_habit + police_force x coercive_share + officials_force x
    apparatus_share + army_force x arms_share + militia_force x norms x state_property) + garrison x a foreign garrison,
    united = 1 - division_weakens x 4 converted (1 - converted) x state_property.
    Claims: P03, P04, P29, P40.
    Assumes: townspeople can gather, villagers are dispersed; a people in arms that rules itself defends its rule.
    Signs: as written.
    Leaves out: strikes as a weapon of their own, places, days.
    """
    town = rules.town_weight * math.sqrt(c.urban_share)
    stirred = rules.village_at_rest + (1.0 - rules.village_at_rest) * c.landlordism
    village = rules.village_weight * (1.0 - c.urban_share) * stirred
    c.mobilisation = town * (c.active[WORKER] + rules.petty_weight * c.active[PETTY]) + village * c.active[PEASANT]
    army = rules.army_force * c.arms_share
    people = rules.militia_force * c.norms * c.state_property
    united = 1.0 - divided(rules.division_weakens, c.converted) * c.state_property
    force = rules.force_of_habit + rules.police_force * c.coercive_share + rules.officials_force * c.apparatus_share
    c.hold = rules.hold_strength * united * c.loyalty * (force + army + people) + rules.garrison * c.garrison
