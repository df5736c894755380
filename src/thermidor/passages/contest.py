"""Contest: when a state breaks, organisations contest it; the winners bring their property and their norms."""

import math

from thermidor.country import CAPITALIST, CAPITALIST_PROPERTY, COUNCILS, GOVERNMENT, ORGANISATIONS, PEASANT, WORKER
from thermidor.draws import WINNER, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import above, unit

BY_OFFICIALS, BY_COUNCILS, BY_VILLAGE, BY_OWNERS, BY_MOVEMENT = range(5)


@compiled
def weigh_organisations(c, rules):
    """Each organisation brings its members' ties and grievance, its arms and what its patron adds.

    Equation: councils = workers' ties x sqrt(urban_share) x (1 - fear_on_action x fear)(0.3 + grievance) x (1 -
    turned_weakens x converted) + arms x norm_arms; village = 0.3 x peasants' ties x (1 - urban_share) x free + arms;
    owners = owners_strength x (converted + private_share) + foreign_help x hostility + arms; officials =
    officials_strength x loyalty x (1 - converted)(apparatus_share + coercive_share) x 10; movement = members + arms.
    Claims: P38a, P40.
    Assumes: strengths of different kinds can be compared on one scale.
    Signs: as written.
    Leaves out: leadership, division inside a camp, alliances.
    """
    town = math.sqrt(max(c.urban_share, 0.01))
    free = 1.0 - rules.fear_on_action * c.fear
    workers = c.organisation_of[WORKER] * town * free * (0.3 + c.grievance[WORKER])
    c.strength[BY_COUNCILS] = workers * (1.0 - rules.turned_weakens * c.converted) + c.armed[BY_COUNCILS] * c.norm_arms
    c.strength[BY_VILLAGE] = 0.3 * c.organisation_of[PEASANT] * (1.0 - c.urban_share) * free + c.armed[BY_VILLAGE]
    c.strength[BY_OWNERS] = rules.owners_strength * (c.converted + c.private_share) + rules.foreign_help * c.hostility + c.armed[BY_OWNERS]
    c.strength[BY_OFFICIALS] = rules.officials_strength * c.loyalty * (1.0 - c.converted) * (c.apparatus_share + c.coercive_share) * 10.0
    c.strength[BY_MOVEMENT] = c.members[BY_MOVEMENT] + c.armed[BY_MOVEMENT]


@compiled
def contest(c, rules, key, month):
    """When a state breaks, one organisation wins in proportion to its strength and brings its own norms and property.

    Equation: chance of winning = strength^contest_power / sum of strength^contest_power (Tullock 1980); if officials
    win, room x 0.6.
    Claims: P38a, P38c, P40, P59.
    Assumes: the contest is decided at once, and by no country's name.
    Signs: up with strength.
    Leaves out: civil war as a course of months, bargains, war from outside over the outcome.
    """
    weigh_organisations(c, rules)
    total = 0.0
    for o in range(len(ORGANISATIONS)):
        total += max(c.strength[o], 0.0) ** rules.contest_power
    mark = chance(key, month, WINNER) * total
    winner = 0
    for o in range(len(ORGANISATIONS)):
        mark -= max(c.strength[o], 0.0) ** rules.contest_power
        winner = o
        if mark <= 0.0:
            break
    c.exhaustion = unit(c.exhaustion + 0.05)
    if winner == BY_OFFICIALS:
        c.room *= 0.6
        return
    take_over(c, rules, winner)


@compiled
def take_over(c, rules, winner):
    """The winner's norms, room and property programme replace the old; the old leader and his pact go.

    Equation: norm = (1 - officials_kept) x the winner's + officials_kept x the old; room at least 0.3 + 0.6 x the
    winner's norms; dislocation + break_disorder; the programme becomes the target of state property.
    Claims: P38c, P40.
    Assumes: councils bring high norms, owners and officials low ones (Michels; Lachapelle and others 2020).
    Signs: as written.
    Leaves out: broken promises of the winner, terror of the first months.
    """
    kept = rules.officials_kept
    brought = c.own_norms[winner]
    c.norm_recall = (1.0 - kept) * brought + kept * c.norm_recall
    c.norm_pay = (1.0 - kept) * brought + kept * c.norm_pay
    c.norm_rotation = (1.0 - kept) * brought + kept * c.norm_rotation
    c.norm_arms = (1.0 - kept) * brought + kept * c.norm_arms
    c.norms = 0.25 * (c.norm_recall + c.norm_pay + c.norm_rotation + c.norm_arms)
    c.room = max(c.room, 0.3 + 0.6 * brought)
    c.leader, c.pact, c.repression_elite = 0.05, 0.0, 0.0
    c.legitimacy = max(c.legitimacy, 0.6)
    c.loyalty = max(c.loyalty, 0.6)
    c.dislocation = unit(c.dislocation + rules.break_disorder)
    c.transfer = c.orientation[winner]
    if winner == BY_COUNCILS or winner == BY_VILLAGE:
        c.repairs += 1.0
