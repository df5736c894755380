"""Contend: pressure from below against the loyal force above, and whether the state breaks."""

import math

from thermidor.country import CAPITALIST, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.draws import BREAK, chance
from thermidor.jit import compiled
from thermidor.passages.contest import contest
from thermidor.steps.shapes import MONTH, above, happens, logistic, toward, unit, within


@compiled
def contend(c, rules, key, month):
    """Weigh pressure, loyalty and the tacit contract; a break opens a contest."""
    remember(c, rules)
    complain(c, rules)
    wear_out(c, rules)
    weigh_loyalty(c, rules)
    press(c, rules)
    break_or_hold(c, rules, key, month)


@compiled
def remember(c, rules):
    """Memories of living: habit (4 years), trend (6 years). The tacit contract follows growth of consumption (Lazarev 2005).

    legitimacy' = (1/2 + contract x (growth remembered - growth expected) - legitimacy) / contract_memory. Claims: P19, P39, P41.
    """
    living = 0.0
    for k in range(len(c.heads)):
        living += c.eaten[k] * c.heads[k]
    living /= c.population
    c.habit = toward(c.habit, living, 4.0)
    c.trend = toward(c.trend, living, 6.0)
    c.peak = max(living, c.peak * (1.0 - MONTH / 20.0))
    remembered = math.log(max(living, 1e-6) / max(c.trend, 1e-6)) / 6.0
    target = unit(0.5 + rules.contract * (remembered - rules.growth_expected))
    c.legitimacy = toward(c.legitimacy, target, rules.contract_memory)


@compiled
def complain(c, rules):
    """What all of a class complain of: war fought for others, visible privilege, landlords, force, a voice denied."""
    war = rules.grievance_war * c.war * (1.0 - c.treatment)
    privilege = rules.grievance_privilege * c.privilege * (1.0 - c.legitimacy)
    voiceless = rules.grievance_voice * (1.0 - c.room)
    for k in range(len(c.heads)):
        c.complaint[k] = war + (privilege + voiceless) * (k == WORKER or k == PEASANT or k == PETTY)
    c.complaint[WORKER] += rules.grievance_jobs * c.unemployed
    c.complaint[PEASANT] += rules.grievance_land * c.landlordism + rules.grievance_force * c.extraction * (1.0 - c.collectivised)


@compiled
def wear_out(c, rules):
    """Exhaustion: years of war and hunger wear people out; rest restores them. Claims: P29, P56."""
    hunger = (c.hunger[WORKER] * c.heads[WORKER] + c.hunger[PEASANT] * c.heads[PEASANT]) / c.population
    strain = rules.exhaustion * (rules.exhaustion_war * c.war + rules.exhaustion_hunger * hunger)
    c.exhaustion = unit(c.exhaustion + MONTH * (strain * (1.0 - c.exhaustion) - c.exhaustion / rules.rest_years))


@compiled
def weigh_loyalty(c, rules):
    """Armed units weigh what the enemy would take against staying with rations (Harrison 2005).

    The same rule gives 1916 and 1942: loyalty = logistic(base + stake x treatment x war + rations + land and say - war - purge).
    """
    rations = 1.0 - 2.2 * c.hunger[WORKER]
    land = 1.0 - c.landlordism - 0.5 * c.extraction
    say = rules.loyalty_land * 0.5 * (land + c.norms)
    want = rules.loyalty_want * c.scarcity_absolute * (1.0 - 0.6 * c.treatment)
    contract = rules.loyalty_contract * c.state_property * (1.0 - c.legitimacy)
    spoils = rules.loyalty_stake * c.treatment * c.war
    target = logistic(
        rules.loyalty_base + spoils + rules.loyalty_rations * rations + say - rules.loyalty_war * c.war - want - contract - rules.loyalty_purge * c.purge_loss
    )
    c.loyalty = toward(c.loyalty, target, 0.5)


@compiled
def press(c, rules):
    """Pressure from below: grievance x ties, less fear, summed over citizens; villagers are dispersed. Hold: loyal force.

    Epstein 2002 and Kuran 1991 for the citizen's part; the force counts officials, police and the standing army.
    """
    town = rules.town_weight * math.sqrt(max(c.urban_share, 0.01))
    village = rules.village_weight * (1.0 - c.urban_share) * (0.3 + 0.7 * c.landlordism)
    c.mobilisation = town * (c.active[WORKER] + 0.5 * c.active[PETTY]) + village * c.active[PEASANT]
    army = rules.army_force * c.arms_share
    people = rules.militia_force * c.norms * c.state_property
    c.hold = rules.hold_strength * c.loyalty * (0.05 + 4.0 * c.coercive_share + 1.5 * c.apparatus_share + army + people)


@compiled
def break_or_hold(c, rules, key, month):
    """The state breaks when pressure exceeds loyal force, or when units at war no longer obey; then organisations contest."""
    excess = above(c.mobilisation / max(c.hold, 1e-6) - 1.0)
    mutiny = above(rules.mutiny_below - c.loyalty) * c.war
    hazard = rules.breaking * (rules.break_pressure * excess + rules.break_mutiny * mutiny)
    if happens(chance(key, month, BREAK), hazard):
        c.breaks += 1.0
        contest(c, rules, key, month)
