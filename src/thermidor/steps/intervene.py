"""Intervention: a power that has something to lose by another country's order may march in and install its own."""

import math

import numpy as np

from thermidor.country import BY_OFFICIALS, CENTRES, COUNCILS, PARTY
from thermidor.draws import INVADE, INVADE_WHO, chance, mix
from thermidor.jit import compiled
from thermidor.passages.seizure import bring_norms, holder_of
from thermidor.steps.shapes import MONTH, TINY, logistic, toward, unit
from thermidor.steps.trade import POLE, distance


@compiled
def intervene(world, rules, keys, month):
    """Each country may be attacked by each other; whoever is attacked in the month does not march.

    Equation: might = population x (coercive_share + army + people_fight x norm_arms x ties) x loyalty x sqrt(product
    per head); an attack (see `attacker_of`) succeeds with the odds of `odds_abroad`, else it is repelled, which is
    remembered for repelled_years; exhaustion + break_exhausts; garrisons leave in garrison_years.
    Claims: P04, P40, P55.
    Assumes: powers act on orders, not on names.
    Signs: as `attacker_of`.
    Leaves out: alliances, terms, guerrilla war, what the attacker's people say.
    """
    for here in range(world.shape[0]):
        c = world[here]
        c.repelled = toward(c.repelled, 0.0, rules.repelled_years)
        c.garrison = toward(c.garrison, 0.0, rules.garrison_years)
        soldiers = c.coercive_share + c.army + rules.people_fight * c.norm_arms * c.organisation
        c.might = c.population * soldiers * c.loyalty * math.sqrt(c.gdp_per_head)
    attackers = np.full(world.shape[0], -1)
    for here in range(world.shape[0]):
        attackers[here] = attacker_of(world, rules, keys, month, here)
    for here in range(world.shape[0]):
        there = attackers[here]
        if there >= 0 and attackers[there] < 0:
            c, power = world[here], world[there]
            c.exhaustion = unit(c.exhaustion + rules.break_exhausts)
            if chance(keys[here], month, INVADE_WHO) < odds_abroad(c, power, rules):
                install(c, power, rules)
            else:
                c.repelled = 1.0


@compiled
def attacker_of(world, rules, keys, month, here):
    """The power that marches on country `here` this month, or -1, in any order of countries.

    Equation: hazard = intervention x strike_pace x logistic(strike_sharpness x (odds x will x (1 - repelled) - (1 -
    odds) x strike_cost - strike_threshold)) a year, none without a will; each pair has a draw of its own, and of
    several powers the one goes whose draw falls furthest below its chance.
    Claims: P04, P40.
    Assumes: what powers expect is what Tullock (1980) says.
    Signs: up with will and odds.
    Leaves out: coalitions, waiting for a better day.
    """
    c, found, boldest = world[here], -1, 0.0
    for there in range(world.shape[0]):
        power = world[there]
        will = will_of(c, power, there, rules) * (1.0 - c.repelled) if there != here else 0.0
        if will > 0.0:
            odds = odds_abroad(c, power, rules)
            worth = odds * will - (1.0 - odds) * rules.strike_cost - rules.strike_threshold
            hazard = MONTH * rules.intervention * rules.strike_pace * logistic(rules.strike_sharpness * worth)
            bold = hazard - chance(keys[here] ^ mix(keys[there]), month, INVADE)
            if bold > boldest:
                found, boldest = there, bold
    return found


@compiled
def odds_abroad(c, power, rules):
    """The chance of a power against a country: what of its might arrives, against the country's own.

    Equation: (might x reach)^force_power / ((might x reach)^force_power + own might^force_power).
    Claims: P04.
    Assumes: Tullock (1980), as in `seize`.
    Signs: up with the power's might, down with the country's.
    Leaves out: terrain, supply, allies.
    """
    strong = (power.might * reach(c, power, rules)) ** rules.force_power
    return strong / (strong + max(c.might, TINY) ** rules.force_power)


@compiled
def will_of(c, power, there, rules):
    """What a power has against a country's order: hostility as far as orders differ, or a patron's stake in its men.

    Equation: the greater of hostility x the greater difference in state property or in the councils' authority, and,
    for the patron of the ruling officials, obedience x min(stake_by_slipping x (norms above the patron's own, or the
    party's authority below it), 1).
    Claims: P40, P55.
    Assumes: a patron fears most an example that its own people might follow.
    Signs: up with difference, hostility and obedience.
    Leaves out: gain of land, debts.
    """
    orders = max(abs(power.state_property - c.state_property), abs(power.authority[COUNCILS] - c.authority[COUNCILS]))
    stake = 0.0
    if int(c.patron[BY_OFFICIALS]) == there:
        slipping = max(c.norms - power.norms, power.authority[PARTY] - c.authority[PARTY])
        stake = c.obedience[BY_OFFICIALS] * unit(rules.stake_by_slipping * slipping)
    return max(c.hostility * orders, stake)


@compiled
def reach(c, power, rules):
    """How much of a power's might arrives: it falls with the distance of the capitals, if they are known.

    Equation: e^(-distance / strike_distance), or reach_unknown.
    Claims: P04.
    Assumes: Boulding (1962).
    Signs: down with distance.
    Leaves out: seas, railways, bases.
    """
    if max(c.latitude, power.latitude) > POLE:
        return rules.reach_unknown
    return math.exp(-distance(c, power) / rules.strike_distance)


@compiled
def install(c, power, rules):
    """The attacker's order is set up: its centres, its norms, its property.

    Equation: authority = the power's; norms as `bring_norms` with the power's norms x installed_norms; room at most the
    power's own, all private arms are lost, repression of the many is at least conquest_terror; a garrison stays, which
    stands behind the holder of power (`weigh_centres`), holds the streets (`press`) and leaves in garrison_years; the
    property programme is the power's where it is further than programme_worth from what is.
    Claims: P40.
    Assumes: a foreign army brings low norms, whatever it has at home, and no more room than there is at home.
    Signs: none.
    Leaves out: what the occupation costs, annexation.
    """
    for i in range(len(CENTRES)):
        c.authority[i] = power.authority[i]
    bring_norms(c, rules, rules.installed_norms * power.norms)
    c.room, c.transfer = min(c.room, power.room), -1.0
    if abs(power.state_property - c.state_property) > rules.programme_worth:
        c.transfer = power.state_property
    c.peace, c.civil_war, c.tenure, c.cohesion = 1.0, 0.0, 0.0, 1.0
    c.armed[:] = 0.0
    c.repression_mass = max(c.repression_mass, rules.conquest_terror)
    c.conquests += 1.0
    c.holder, c.garrison, c.repelled = holder_of(c), 1.0, 1.0
