"""Contest: when a state breaks, organisations contest it; the winners bring their property and their norms."""

import math

from thermidor.country import ORGANISATIONS, PEASANT, WORKER
from thermidor.draws import WINNER, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import mean_of_four, unit

BY_OFFICIALS, BY_COUNCILS, BY_VILLAGE, BY_OWNERS, BY_MOVEMENT = range(5)


@compiled
def weigh_organisations(c, rules):
    """Each organisation brings what stands behind it (ties and grievance, posts, property, help) and its arms.

    Equation: councils = workers' ties x sqrt(urban_share) x (1 - fear_on_action x fear)(action_at_rest + grievance) x
    (1 - turned_weakens x converted) + arms x norm_arms; village = village_strength x peasants' ties x (1 - urban_share)
    x free + arms; owners = owners_strength x (converted + private_share) + foreign_help x hostility + arms; officials =
    officials_strength x loyalty x (1 - converted)(apparatus_share + coercive_share) x officials_count_for; movement =
    members + arms.
    Claims: P38a, P40.
    Assumes: strengths of different kinds can be compared on one scale.
    Signs: as written.
    Leaves out: members and patrons as causes (a movement's apart), leadership, division inside a camp, alliances.
    """
    town = math.sqrt(c.urban_share)
    free = 1.0 - rules.fear_on_action * c.fear
    workers = c.organisation_of[WORKER] * town * free * (rules.action_at_rest + c.grievance[WORKER])
    c.strength[BY_COUNCILS] = workers * (1.0 - rules.turned_weakens * c.converted) + c.armed[BY_COUNCILS] * c.norm_arms
    village = rules.village_strength * c.organisation_of[PEASANT] * (1.0 - c.urban_share) * free
    c.strength[BY_VILLAGE] = village + c.armed[BY_VILLAGE]
    owners = rules.owners_strength * (c.converted + c.private_share) + rules.foreign_help * c.hostility
    c.strength[BY_OWNERS] = owners + c.armed[BY_OWNERS]
    loyal = rules.officials_strength * c.loyalty * (1.0 - c.converted)
    c.strength[BY_OFFICIALS] = loyal * (c.apparatus_share + c.coercive_share) * rules.officials_count_for
    c.strength[BY_MOVEMENT] = c.members[BY_MOVEMENT] + c.armed[BY_MOVEMENT]


@compiled
def contest(c, rules, key, month):
    """When a state breaks, one organisation wins in proportion to its strength and brings its own norms and property.

    Equation: chance of winning = strength^contest_power / sum of strength^contest_power (Tullock 1980); if officials
    win, room x room_after_victory; exhaustion + break_exhausts.
    Claims: P38a, P38c, P40, P59.
    Assumes: the contest is decided at once, and by no country's name.
    Signs: up with strength.
    Leaves out: civil war as a course of months, bargains, war from outside over the outcome.
    """
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
    c.exhaustion = unit(c.exhaustion + rules.break_exhausts)
    if winner == BY_OFFICIALS:
        c.room *= rules.room_after_victory
        return
    take_over(c, rules, winner)


@compiled
def take_over(c, rules, winner):
    """The winner's norms, room and property programme replace the old; the old leader and his pact go.

    Equation: norm = (1 - officials_kept) x the winner's + officials_kept x the old; room at least room_of_victors +
    room_by_norms x the winner's norms; legitimacy at least credit_of_victors, loyalty at least loyalty_to_victors; the
    leader falls to leader_least; dislocation + break_disorder; the programme becomes the target of state property.
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
    c.norms = mean_of_four(c.norm_recall, c.norm_pay, c.norm_rotation, c.norm_arms)
    c.room = max(c.room, rules.room_of_victors + rules.room_by_norms * brought)
    c.leader, c.pact, c.repression_elite = rules.leader_least, 0.0, 0.0
    c.legitimacy = max(c.legitimacy, rules.credit_of_victors)
    c.loyalty = max(c.loyalty, rules.loyalty_to_victors)
    c.dislocation = unit(c.dislocation + rules.break_disorder)
    c.transfer = c.orientation[winner]
    if winner == BY_COUNCILS or winner == BY_VILLAGE:
        c.repairs += 1.0
