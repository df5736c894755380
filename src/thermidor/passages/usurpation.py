"""Usurpation: the norms fall by measures of those in office, and are repaired from below."""

from thermidor.draws import (
    MOVE_ARMS,
    MOVE_PAY,
    MOVE_RECALL,
    MOVE_ROTATION,
    SIZE_ARMS,
    SIZE_PAY,
    SIZE_RECALL,
    SIZE_ROTATION,
    chance,
)
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, happens, mean_of_four, unit


@compiled
def usurp(c, rules, key, month):
    """Those in office move against a norm the oftener, the more they gain beside the resistance they meet; others mend.

    Equation: hazard = usurpation x move_pace x gain^move_power / (gain^move_power + resistance^move_power) a year for
    each norm; gain = gain_shortage x scarcity + gain_want x want + gain_conflict x conflict x (1 - order_by_norms x
    norms) + gain_war x war; resistance = move_margin + resolve x urban_share x ties x (a + (1 - a) x
    literacy) x rest x (b + (1 - b) x room)(1 - isolation x embargo)(1 - fear_on_resolve x fear), a =
    resolve_unschooled, b = resolve_underground; mending = repair x urban_share x ties x literacy x rest x room.
    Claims: P06, P08, P12, P16, P34, P43, P45, P56.
    Assumes: every measure is contested (Tullock 1980); all those in office gain from it; each norm has its own draw.
    Signs: earlier with shortage, want, conflict and war; later with ties, schooling, rest and hope from abroad. Norms
    stand where measures and mending balance: they slide as ties, rest and room go, and fast once room goes with them.
    Leaves out: persons, factions, bans and trials as kinds of measure.
    """
    order = rules.gain_conflict * c.conflict * (1.0 - rules.order_by_norms * c.norms)
    c.gain = rules.gain_shortage * c.scarcity + rules.gain_want * c.scarcity_absolute + order + rules.gain_war * c.war
    rest = 1.0 - c.exhaustion
    schooled = rules.resolve_unschooled + (1.0 - rules.resolve_unschooled) * c.literacy
    heard = rules.resolve_underground + (1.0 - rules.resolve_underground) * c.room
    hope = (1.0 - rules.isolation * c.embargo) * (1.0 - rules.fear_on_resolve * c.fear)
    c.resistance = rules.move_margin + rules.resolve * c.urban_share * c.organisation * schooled * rest * heard * hope
    offence, defence = c.gain**rules.move_power, c.resistance**rules.move_power
    hazard = rules.usurpation * rules.move_pace * offence / (offence + defence)
    mending = rules.repair * c.urban_share * c.organisation * c.literacy * rest * c.room
    c.norm_recall = change(c, rules, c.norm_recall, hazard, mending, key, month, MOVE_RECALL, SIZE_RECALL)
    c.norm_pay = change(c, rules, c.norm_pay, hazard, mending, key, month, MOVE_PAY, SIZE_PAY)
    c.norm_rotation = change(c, rules, c.norm_rotation, hazard, mending, key, month, MOVE_ROTATION, SIZE_ROTATION)
    c.norm_arms = change(c, rules, c.norm_arms, hazard, mending, key, month, MOVE_ARMS, SIZE_ARMS)
    c.norms = mean_of_four(c.norm_recall, c.norm_pay, c.norm_rotation, c.norm_arms)


@compiled
def change(c, rules, norm, hazard, mending, key, month, move, size):
    """One norm in one month: repaired a little from below, and perhaps lowered by a measure.

    Equation: norm' = mending x (ceiling - norm)+ x (repair_from_nothing + (1 - repair_from_nothing) x norm), ceiling =
    1 - owners_ceiling x private share; a measure takes `measure` of the norm, times measure_least to measure_least +
    measure_spread; room loses the share measure_on_room x what the norm lost, which makes the next move cheaper.
    Claims: P06, P08, P34.
    Assumes: salami tactics: what is lost weakens the defence of the rest.
    Signs: up with organised, schooled, rested people; down by measures.
    Leaves out: norms restored by decree from above.
    """
    ceiling = 1.0 - rules.owners_ceiling * (1.0 - c.state_property)
    footing = rules.repair_from_nothing + (1.0 - rules.repair_from_nothing) * norm
    norm = unit(norm + MONTH * mending * above(ceiling - norm) * footing)
    if happens(chance(key, month, move), hazard):
        taken = norm * unit(rules.measure * (rules.measure_least + rules.measure_spread * chance(key, month, size)))
        c.moves += 1.0
        c.room = unit(c.room * (1.0 - rules.measure_on_room * taken))
        norm -= taken
    return above(norm)
