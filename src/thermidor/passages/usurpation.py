"""Usurpation: the norms fall by measures of those in office, and are repaired from below."""

from thermidor.country import ARMY, BY_OFFICIALS, CENTRES, COUNCILS, GOVERNMENT, PARTY
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
from thermidor.passages.centres import programme_of
from thermidor.steps.shapes import MONTH, TINY, above, happens, mean_of_four, unit


@compiled
def usurp(c, rules, key, month):
    """Those in office move against a norm the oftener, the more they gain beside the resistance they meet; others mend.

    Equation: hazard = usurpation x move_pace x gain^move_power / (gain^move_power + resistance^move_power) a year for
    each norm; gain = gain_shortage x scarcity + gain_want x want + gain_conflict x conflict x (1 - order_by_norms x
    norms) + gain_war x war + gain_unasked x private_share x (army + party), in rivals' theories also gain_centralism x
    state_property x (1 - the officials' own norms) + gain_threat x hostility; resistance = move_margin + resolve x
    urban_share x ties x (a + (1 - a) x literacy) x rest x (b + (1 - b) x room)(1 - isolation x embargo)(1 -
    fear_on_resolve x fear), a = resolve_unschooled, b = resolve_underground; mending = repair x urban_share x ties x
    literacy x rest x room.
    Claims: P06, P08, P12, P16, P34, P43, P45, P56.
    Assumes: every measure is contested (Tullock 1980); all those in office gain from it; each norm has its own draw.
    Signs: earlier with shortage, want, conflict and war; later with ties, schooling, rest and hope from abroad. Norms
    stand where measures and mending balance: they slide as ties, rest and room go, and fast once room goes with them.
    Leaves out: persons, factions, bans and trials as kinds of measure.
    """
    order = rules.gain_conflict * c.conflict * (1.0 - rules.order_by_norms * c.norms)
    c.gain = rules.gain_shortage * c.scarcity + rules.gain_want * c.scarcity_absolute + order + rules.gain_war * c.war
    c.gain += rules.gain_unasked * c.private_share * (c.authority[ARMY] + c.authority[PARTY])
    c.gain += rules.gain_centralism * c.state_property * (1.0 - c.own_norms[BY_OFFICIALS])
    c.gain += rules.gain_threat * c.hostility
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
    c.norm_recall = follow(c, rules, c.norm_recall)
    c.norm_pay = follow(c, rules, c.norm_pay)
    c.norm_rotation = follow(c, rules, c.norm_rotation)
    c.norm_arms = follow(c, rules, c.norm_arms)
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
        move_authority(c, rules, taken)
        norm -= taken
    return above(norm)


@compiled
def move_authority(c, rules, taken):
    """With every measure, authority passes from the centres that are elected to those that are appointed.

    Equation: measure_on_authority x what the norm lost x the authority of councils and government goes to the party as
    far as the state owns most (state_property^2 / (state_property^2 + private_share^2)), else to party and army as they
    stand.
    Claims: P17, P34.
    Assumes: who need not answer for an office keeps what it decides.
    Signs: as written.
    Leaves out: ministries, courts.
    """
    owned = c.state_property**2 / (c.state_property**2 + c.private_share**2)
    appointed = max(c.authority[PARTY] + c.authority[ARMY], TINY)
    to_party = owned + (1.0 - owned) * c.authority[PARTY] / appointed
    for centre in (COUNCILS, GOVERNMENT):
        moved = unit(rules.measure_on_authority * taken) * c.authority[centre]
        c.authority[centre] -= moved
        c.authority[PARTY] += moved * to_party
        c.authority[ARMY] += moved * (1.0 - to_party)


@compiled
def follow(c, rules, norm):
    """Under private property officials are bound as the centres that hold authority bind their own.

    Equation: norm' = norms_follow x private_share x (sum of authority x norms of the centre's organisations - norm).
    Claims: P40, P53.
    Assumes: as `take_power`, only slower; where the state owns, measures and mending decide.
    Signs: up with councils, down with command and movement.
    Leaves out: written law.
    """
    brought = 0.0
    for i in range(len(CENTRES)):
        brought += c.authority[i] * programme_of(c, rules, i)[2]
    return unit(norm + MONTH * rules.norms_follow * c.private_share * (brought - norm))
