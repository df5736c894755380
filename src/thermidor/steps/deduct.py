"""Deduct: what is set aside from the product before anything is handed out (Marx's list of deductions)."""

from thermidor.country import PEASANT, WORKER
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, logistic, toward, unit, within


@compiled
def deduct(c, rules):
    """Set aside replacement, accumulation, arms, common needs, administration; bring in the grain."""
    bring_in_grain(c, rules)
    collectivise(c, rules)
    set_aside(c, rules)
    build(c, rules)


@compiled
def bring_in_grain(c, rules):
    """The village sells by the terms it is offered; what is missing is taken by those strong enough to take it.

    Offer = farming x [(1 - collectivised) market_share x scissors^answer + collectivised x collective share]; the gap
    to the need of towns, army and exports calls for extraction, which councils and peasants who are neither afraid
    nor broken can stop (1921), and cannot when both are gone (1929). Claims: P33, P34 and the study's extraction war.
    Preobrazhensky; Sah and Stiglitz 1984. Sign: a bigger gap, fewer norms, more extraction.
    """
    peasants = c.heads[PEASANT]
    townsfolk = c.population - peasants
    goods = above(c.to_consume - c.farming)
    c.scissors = within(goods / max(c.farming, 1e-9) / rules.fair_terms, 0.05, 5.0)
    freely = min(rules.market_share * c.scissors**rules.answer_to_terms, 1.0 - 0.5 * rules.village_ration * peasants / c.farming)
    collective = max(rules.collective_share, 1.0 - rules.village_ration * peasants / c.farming)
    offer = c.farming * max((1.0 - c.collectivised) * max(freely, 0.0) + c.collectivised * collective, 0.02)
    c.exports = rules.grain_exports * c.drive * (1.0 - c.embargo) * c.farming
    need = rules.town_ration * townsfolk * (1.0 + rules.ration_growth * above(c.eaten[WORKER] - 1.5)) + c.exports
    c.grain_need = min(need, 0.95 * c.farming)
    c.grain_gap = unit(1.0 - offer / max(need, 1e-9)) * c.state_property
    will = rules.extraction_tolerance + rules.extraction_norms * c.norms * (1.0 - 0.8 * c.war)
    refusal = rules.village_refusal * c.hunger[PEASANT] * (1.0 - c.fear_of[PEASANT]) * (0.25 + c.norms) * (1.0 - c.collectivised)
    push = rules.extraction_strength * logistic(18.0 * (c.grain_gap * (1.0 + 1.2 * c.war) - will - refusal))
    c.extraction = toward(c.extraction, push * (c.grain_gap > 0.0), 0.33)
    taken = c.extraction * above(c.grain_need - offer) * rules.extraction_yield
    c.marketed = within(offer + taken, 0.0, max(c.farming - rules.starvation_ration * peasants, 0.1 * c.farming))


@compiled
def collectivise(c, rules):
    """A move of extraction that spreads: forced deliveries end in the collective farm once nobody can refuse it.

    collectivised' = pace x extraction x (1 - norms)^2 (1 - room)(1 - collectivised)(seed + collectivised), not in war
    or chaos. The herd is slaughtered by those who are driven in (Soviet stock fell by half 1928-33) and regrows.
    """
    powerless = (1.0 - c.norms) ** 2 * (1.0 - c.room)
    calm = above(1.0 - 1.2 * c.war) * above(1.0 - 2.5 * c.dislocation)
    pace = rules.collectivisation * c.extraction * powerless * calm * (1.0 - c.collectivised) * (0.12 + c.collectivised)
    pace = min(pace, 2.0 * (1.0 - c.collectivised))
    c.forced_entry = pace
    c.collectivised = unit(c.collectivised + MONTH * pace)
    slaughter = rules.slaughter * pace * c.herd + rules.herd_requisition * c.extraction * c.grain_gap * (1.0 - c.collectivised) * c.herd
    regrowth = rules.herd_regrowth * c.herd * (1.0 - c.herd) * (1.0 - c.war) * (1.0 - 0.4 * c.collectivised)
    c.herd = within(c.herd + MONTH * (regrowth - slaughter), 0.05, 1.5)


@compiled
def set_aside(c, rules):
    """The deductions in order; machines can't be had beyond department I's capacity, nor goods beyond industry's."""
    capital = c.heavy_capital + c.light_capital
    c.arms = min(c.arms_share * c.output, 0.6 * c.industry)
    calm = (1.0 - rules.war_cuts_building * c.war) * (1.0 - c.dislocation)
    c.replacement = rules.wear * capital * calm
    wanted = c.replacement + c.accumulation * c.output * calm
    machines = rules.machines_in_arms * c.arms
    can_make = above(c.heavy_capital / capital * c.industry * rules.machine_slack + c.exports - machines)
    c.investment = max(min(wanted, can_make), 0.0)
    c.common = rules.common_needs * c.literacy * c.industry * (1.0 - 0.5 * c.war)
    c.administration = rules.desk_cost * (c.apparatus_share + c.coercive_share) * c.output
    room_left = 0.95 * c.industry - c.arms
    asked = c.investment + c.common + c.administration
    share = min(1.0, above(room_left) / max(asked, 1e-9))
    c.investment *= share
    c.common *= share
    c.administration *= share
    c.lost = rules.spoilt_by_force * c.extraction * (1.0 - c.collectivised) * c.marketed
    c.to_consume = c.output - c.investment - c.arms - c.common - c.administration - c.lost
    c.leakage = rules.second_economy * c.planned * (1.0 - c.norms) * c.scarcity * c.to_consume


@compiled
def build(c, rules):
    """Plant takes years to build (gestation), then adds to the two departments; wear and war take from them."""
    finished = c.unfinished / rules.gestation
    c.unfinished += MONTH * (c.investment - finished)
    heavy, light = c.heavy_share * finished, (1.0 - c.heavy_share) * finished
    fall = rules.wear + rules.war_damage * c.war * c.destruction
    c.heavy_capital += MONTH * (heavy - fall * c.heavy_capital)
    c.light_capital += MONTH * (light - fall * c.light_capital)
