"""Deduct: what is set aside from the product before anything is handed out (Marx's list of deductions)."""

from thermidor.country import PEASANT, WORKER
from thermidor.draws import LURCH, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, above, happens, toward, unit, within


@compiled
def deduct(c, rules, key, month):
    """Set aside replacement, accumulation, arms, common needs, administration; bring in the grain."""
    bring_in_grain(c, rules)
    collectivise(c, rules, key, month)
    set_aside(c, rules)
    build(c, rules)


@compiled
def bring_in_grain(c, rules):
    """The village sells by the terms it is offered; what is missing is taken by those strong enough to take it.

    Equation: offer = farming x ((1 - collectivised) x market_share x scissors^answer_to_terms + collectivised x
    deliveries), a free village eating between eat_at_least and eat_at_most rations, deliveries = all above
    village_ration and at least collective_share; scissors = goods / farming / fair_terms, between scissors_least
    and scissors_most; need = town_ration x townsfolk, growing by ration_growth with living above ration_grows_from,
    up to eat_at_most, + exports (grain_exports x drive x (1 - embargo) x farming), at most need_at_most x farming;
    grain_gap = (1 - offer / need)+ x state_property; extraction moves in extraction_lag towards extraction_strength
    x extraction_slope x (gap x (1 + gap_in_war x war) - will - refusal), the last product held in 0..1; will =
    extraction_tolerance + extraction_norms x norms x (1 - war_on_will x war); refusal = village_refusal x hunger x
    (1 - fear)(refusal_at_rest + norms)(1 - collectivised); force closes extraction_yield of the gap and leaves
    starvation_ration, but brings in marketed_least of the harvest.
    Claims: P33, P34.
    Assumes: scissors close supply (Preobrazhensky; Sah and Stiglitz 1984); councils and peasants who are neither afraid
    nor broken can stop force, and cannot when both are gone.
    Signs: force up with the gap and war, down with norms and the village's refusal.
    Leaves out: kinds of peasants, regions, prices set crop by crop.
    """
    peasants = c.heads[PEASANT]
    townsfolk = c.population - peasants
    goods = above(c.to_consume - c.farming)
    c.scissors = within(goods / max(c.farming, TINY) / rules.fair_terms, rules.scissors_least, rules.scissors_most)
    ration = rules.village_ration * peasants / c.farming
    freely = max(rules.market_share * c.scissors**rules.answer_to_terms, 1.0 - rules.eat_at_most * ration)
    freely = min(freely, 1.0 - rules.eat_at_least * ration)
    collective = max(rules.collective_share, 1.0 - ration)
    offer = c.farming * ((1.0 - c.collectivised) * above(freely) + c.collectivised * collective)
    c.exports = rules.grain_exports * c.drive * (1.0 - c.embargo) * c.farming
    appetite = min(1.0 + rules.ration_growth * above(c.eaten[WORKER] - rules.ration_grows_from), rules.eat_at_most)
    need = rules.town_ration * townsfolk * appetite + c.exports
    c.grain_need = min(need, rules.need_at_most * c.farming)
    c.grain_gap = unit(1.0 - offer / max(c.grain_need, TINY)) * c.state_property
    will = rules.extraction_tolerance + rules.extraction_norms * c.norms * (1.0 - rules.war_on_will * c.war)
    refusal = rules.village_refusal * c.hunger[PEASANT] * (1.0 - c.fear_of[PEASANT])
    refusal *= rules.refusal_at_rest + c.norms
    refusal *= 1.0 - c.collectivised
    urgency = c.grain_gap * (1.0 + rules.gap_in_war * c.war)
    push = rules.extraction_strength * unit(rules.extraction_slope * (urgency - will - refusal))
    c.extraction = toward(c.extraction, push, rules.extraction_lag)
    taken = c.extraction * above(c.grain_need - offer) * rules.extraction_yield
    most = max(c.farming - rules.starvation_ration * peasants, rules.marketed_least * c.farming)
    c.marketed = within(offer + taken, 0.0, most)


@compiled
def collectivise(c, rules, key, month):
    """Forced deliveries end in the collective farm once nobody can refuse; those driven in slaughter the herd.

    Equation: a storm (a campaign) begins with hazard collectivisation x storms x extraction x state_property x
    powerless x calm x (1 - collectivised) a year and fades in storm_years; collectivised' = storm_pace x storm x
    powerless x calm x (1 - collectivised); powerless = (1 - norms)(1 - room), calm = (1 - war_on_calm x war)(1 -
    disorder_on_calm x dislocation), each factor at least 0; herd' = herd_regrowth x herd x (1 - herd)(1 - war)(1 -
    collective_on_herd x collectivised) - slaughter x forced entry x herd - herd_requisition x extraction x gap x (1
    - collectivised) x herd.
    Claims: P34.
    Assumes: forced entry comes in campaigns, drawn by chance (Soviet stock fell by half in 1928-33).
    Signs: up with extraction and state property, down with norms, room, war and disorder.
    Leaves out: voluntary collectives, classes inside the village, leaving the farms.
    """
    powerless = (1.0 - c.norms) * (1.0 - c.room)
    calm = above(1.0 - rules.war_on_calm * c.war) * above(1.0 - rules.disorder_on_calm * c.dislocation)
    hazard = rules.collectivisation * rules.storms * c.extraction * c.state_property * powerless * calm
    if happens(chance(key, month, LURCH), hazard * (1.0 - c.collectivised)):
        c.storm = 1.0
    c.storm -= MONTH * c.storm / rules.storm_years
    c.forced_entry = rules.storm_pace * c.storm * powerless * calm * (1.0 - c.collectivised)
    c.collectivised = unit(c.collectivised + MONTH * c.forced_entry)
    requisition = rules.herd_requisition * c.extraction * c.grain_gap * (1.0 - c.collectivised) * c.herd
    loss = rules.slaughter * c.forced_entry * c.herd + requisition
    regrowth = rules.herd_regrowth * c.herd * (1.0 - c.herd) * (1.0 - c.war)
    regrowth *= 1.0 - rules.collective_on_herd * c.collectivised
    c.herd = max(c.herd + MONTH * (regrowth - loss), TINY)


@compiled
def set_aside(c, rules):
    """Arms, replacement, accumulation, common needs and administration are set aside in order; the rest is eaten.

    Equation: to_consume = output - investment - arms - common - administration - lost - remitted; remitted = drain x
    owners_eat x profit_share x industry x private_share. Investment = (wear x capital + accumulation x output) x (1 -
    war_cuts_building x war)(1 - dislocation), bounded by department I's capacity (machine_slack) plus exports less
    machines_in_arms x arms; common = common_needs x literacy x industry x (1 - war_on_common x war); administration =
    desk_cost x (apparatus_share + coercive_share) x output; lost = spoilt_by_force x extraction x (1 - collectivised) x
    marketed; arms are at most arms_most of industry, all uses together at most uses_most of it. leakage =
    second_economy x planned x (1 - norms) x scarcity x to_consume.
    Claims: P13, P49.
    Assumes: Marx's list of deductions in its order; consumption takes what is left; goods can't be borrowed.
    Signs: consumption falls with every deduction; leakage rises with shortage where norms are gone.
    Leaves out: foreign debt, stocks of unsold goods, taxes by class.
    """
    capital = c.heavy_capital + c.light_capital
    c.arms = min(c.arms_share * c.output, rules.arms_most * c.industry)
    calm = (1.0 - rules.war_cuts_building * c.war) * (1.0 - c.dislocation)
    c.replacement = rules.wear * capital * calm
    wanted = c.replacement + c.accumulation * c.output * calm
    machines = rules.machines_in_arms * c.arms
    can_make = above(c.heavy_capital / capital * c.industry * rules.machine_slack + c.exports - machines)
    c.investment = max(min(wanted, can_make), 0.0)
    c.common = rules.common_needs * c.literacy * c.industry * (1.0 - rules.war_on_common * c.war)
    c.administration = rules.desk_cost * (c.apparatus_share + c.coercive_share) * c.output
    room_left = rules.uses_most * c.industry - c.arms
    asked = c.investment + c.common + c.administration
    share = min(1.0, above(room_left) / max(asked, TINY))
    c.investment *= share
    c.common *= share
    c.administration *= share
    c.lost = rules.spoilt_by_force * c.extraction * (1.0 - c.collectivised) * c.marketed
    c.remitted = c.drain * rules.owners_eat * c.profit_share * c.industry * c.private_share
    c.to_consume = c.output - c.investment - c.arms - c.common - c.administration - c.lost - c.remitted
    c.leakage = rules.second_economy * c.planned * (1.0 - c.norms) * c.scarcity * c.to_consume


@compiled
def build(c, rules):
    """Plant takes years to build, then adds to the two departments; wear and war take from them.

    Equation: unfinished' = investment - unfinished / gestation; capital' = share x unfinished / gestation - (wear +
    war_damage x war x destruction) x capital.
    Claims: P18.
    Assumes: one time of building for all plant.
    Signs: as written.
    Leaves out: plant given up unfinished, ageing of plant by vintage.
    """
    finished = c.unfinished / rules.gestation
    c.unfinished += MONTH * (c.investment - finished)
    heavy, light = c.heavy_share * finished, (1.0 - c.heavy_share) * finished
    fall = rules.wear + rules.war_damage * c.war * c.destruction
    c.heavy_capital += MONTH * (heavy - fall * c.heavy_capital)
    c.light_capital += MONTH * (light - fall * c.light_capital)
