"""Usurpation: the norms fall by measures of those in office, and are repaired from below."""

import math

from thermidor.draws import MOVE_RECALL, SIZE_RECALL, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, happens, logistic, unit


@compiled
def usurp(c, rules, key, month):
    """Those in office move against a norm when gain and need of order exceed the resistance they expect; organised people repair.

    Per norm, hazard = usurpation x pace x logistic(slope x (gain - resistance - margin)); gain = positional shortage + want +
    conflict unchecked by norms + war; resistance = resolve x workers' ties x schooling x rest x town weight x room x hope.
    A move takes `measure` (drawn .6 to 1.4 of it) off the norm and weakens ties and room, which makes the next cheaper.
    Repair = rate x ties x schooling x rest x room x town weight. Claims: P06, P08, P12, P16, P34, P43, P45, P56. Signs: earlier with
    scarcity and war, later with ties, schooling, rest. Leaves out persons and factions.
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
    """One norm, one month: repaired a little, and perhaps lowered by a measure. Returns the norm."""
    norm = unit(norm + MONTH * mending * (1.0 - norm) * (0.15 + 0.85 * norm))
    if happens(chance(key, month, MOVE_RECALL + which), hazard):
        size = rules.measure * (0.6 + 0.8 * chance(key, month, SIZE_RECALL + which))
        c.moves += 1.0
        c.room = unit(c.room * (1.0 - rules.measure_on_room))
        norm *= 1.0 - size
    return above(norm)
