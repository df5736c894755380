"""Usurpation: the norms fall by measures of those in office, and are repaired from below."""

import math

from thermidor.draws import MOVE_RECALL, SIZE_RECALL, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, happens, logistic, unit


@compiled
def usurp(c, rules, key, month):
    """Those in office move against a norm when their gain exceeds the resistance they expect; the organised repair.

    Equation: hazard = usurpation x move_pace x logistic(move_slope x (gain - resistance - margin)) a year for each
    norm; gain = gain_shortage x scarcity + gain_want x want + gain_conflict x conflict x (1 - 0.5 norms) + gain_war x
    war; resistance = resolve x ties x (0.25 + 0.75 literacy) x rest x sqrt(urban_share) x (0.35 + 0.65 room)(1 -
    isolation x embargo) (1 - 0.4 fear); margin = move_margin x (0.6 + 0.8 norms).
    Claims: P06, P08, P12, P16, P34, P43, P45, P56.
    Assumes: all those in office gain from every measure; each norm is moved against on its own draw.
    Signs: earlier with shortage, want, conflict and war; later with ties, schooling, rest and hope from abroad.
    Leaves out: persons, factions, bans and trials as kinds of measure.
    """
    gain = rules.gain_shortage * c.scarcity + rules.gain_want * c.scarcity_absolute + rules.gain_conflict * c.conflict * (1.0 - 0.5 * c.norms) + rules.gain_war * c.war
    rest = 1.0 - c.exhaustion
    town = math.sqrt(max(c.urban_share, 0.01))
    resistance = rules.resolve * c.organisation * (0.25 + 0.75 * c.literacy) * rest * town * (0.35 + 0.65 * c.room)
    resistance *= (1.0 - rules.isolation * c.embargo) * (1.0 - 0.4 * c.fear)
    margin = rules.move_margin * (0.6 + 0.8 * c.norms)
    hazard = rules.usurpation * rules.move_pace * logistic(rules.move_slope * (gain - resistance - margin))
    mending = rules.repair * c.organisation * c.literacy * rest * c.room * town
    c.norm_recall = change(c, rules, c.norm_recall, hazard, mending, key, month, 0)
    c.norm_pay = change(c, rules, c.norm_pay, hazard, mending, key, month, 1)
    c.norm_rotation = change(c, rules, c.norm_rotation, hazard, mending, key, month, 2)
    c.norm_arms = change(c, rules, c.norm_arms, hazard, mending, key, month, 3)
    c.norms = 0.25 * (c.norm_recall + c.norm_pay + c.norm_rotation + c.norm_arms)


@compiled
def change(c, rules, norm, hazard, mending, key, month, which):
    """One norm in one month: repaired a little from below, and perhaps lowered by a measure.

    Equation: norm' = repair x ties x literacy x rest x room x sqrt(urban_share) x (ceiling - norm)+ x (0.15 + 0.85
    norm), ceiling = 1 - owners_ceiling x private share; a measure takes 0.6 to 1.4 times `measure` of the norm and
    `measure_on_room` of the room, which makes the next move cheaper.
    Claims: P06, P08, P34.
    Assumes: salami tactics: what is lost weakens the defence of the rest.
    Signs: up with organised, schooled, rested people; down by measures.
    Leaves out: norms restored by decree from above.
    """
    ceiling = 1.0 - rules.owners_ceiling * (1.0 - c.state_property)
    norm = unit(norm + MONTH * mending * above(ceiling - norm) * (0.15 + 0.85 * norm))
    if happens(chance(key, month, MOVE_RECALL + which), hazard):
        size = rules.measure * (0.6 + 0.8 * chance(key, month, SIZE_RECALL + which))
        c.moves += 1.0
        c.room = unit(c.room * (1.0 - rules.measure_on_room))
        norm *= 1.0 - size
    return above(norm)
