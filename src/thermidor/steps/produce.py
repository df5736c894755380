"""Produce: industry, farming, the market's slump, waste, technique, and what disturbs them."""

import math

from thermidor.draws import FORTUNE, HARVEST, bell
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, toward, unit, within


@compiled
def produce(c, rules, key, month):
    """Make the month's product out of capital, labour, land and technique."""
    weather_and_fortune(c, rules, key, month)
    disturb(c, rules)
    waste_away(c, rules)
    ride_the_market(c, rules)
    learn_technique(c, rules)
    make_goods(c, rules)
    grow_food(c, rules)
    add_up(c, rules)


@compiled
def weather_and_fortune(c, rules, key, month):
    """Shocks of the country as a whole, whatever the number of citizens; sizes from Maddison's yearly changes."""
    if month % 12 == 0:
        c.weather = rules.harvest_spread * bell(key, month, HARVEST)
    c.fortune = (1.0 - MONTH / rules.fortune_memory) * c.fortune + rules.fortune_spread * math.sqrt(MONTH) * bell(key, month, FORTUNE)


@compiled
def disturb(c, rules):
    """Dislocation: war and its destruction, the purge, and recovery in peace."""
    damage = rules.war_disorder * c.war * c.destruction * (1.0 - c.dislocation)
    mending = rules.recovery * c.dislocation * (1.0 - c.war)
    c.dislocation = unit(c.dislocation + MONTH * (damage - mending))
    c.purge_loss = unit(c.purge_loss + MONTH * (rules.purge_damage * c.repression_elite * (1.0 - c.purge_loss) - rules.purge_mending * c.purge_loss))


@compiled
def waste_away(c, rules):
    """Waste rises with complexity where nobody below controls the plan. Claims: P41, P42, P51.

    complexity = ln(capital per head / simple) / ln(intricate / simple), held in 0..1;
    waste = waste_strength x planned x complexity x (1 - control), control = recall and rotation as far as there is room.
    """
    per_head = (c.heavy_capital + c.light_capital) / c.population
    c.complexity = unit(math.log(max(per_head, 1e-6) / rules.simple_economy) / math.log(rules.intricate_economy / rules.simple_economy))
    control = 0.5 * (c.norm_recall + c.norm_rotation) * unit(2.0 * c.room)
    c.waste = rules.waste_strength * c.planned * c.complexity * (1.0 - control)


@compiled
def ride_the_market(c, rules):
    """The market's own cycle: profit squeezed by full employment, slump by squeezed profit (Goodwin 1967, Kalecki 1943).

    Nothing outside starts a slump; the same shocks of fortune that hit every country set the cycle going, and
    past a point distrust feeds on itself. Claims: P18b, P31. Leaves out money and prices.
    """
    market = 1.0 - c.planned
    squeeze = rules.market_profit - c.profit_share
    panic = rules.panic * c.slump * above(c.slump - rules.panic_floor) * (1.0 - c.slump / 0.4)
    change = rules.slump_from_squeeze * squeeze + panic - c.slump / rules.slump_memory - rules.slump_from_fortune * c.fortune
    c.slump = within(c.slump + MONTH * rules.market_cycle * change, 0.0, 0.4) * market
    c.profit_share = within(c.profit_share + MONTH * rules.profit_from_slack * (c.slump - rules.ordinary_slack), 0.05, 0.5)
    c.unemployed = market * (rules.frictional + c.slump)
    c.job_chance = 4.0
    c.job_loss = c.job_chance * c.unemployed / max(1.0 - c.unemployed, 0.1)


@compiled
def learn_technique(c, rules):
    """Technique: borrowed from the frontier by literate people through new plant, or found at the frontier.

    Nelson-Phelps 1966, embodied: growth = catch_up x literacy x gap x freshness x (1 - blocks) + discovery x literacy x
    nearness^2. Claims: P14, P18, P41. Falls with embargo, waste, war and dislocation.
    """
    gap = within(c.frontier / c.gdp_per_head - 1.0, 0.0, 4.0)
    capital = c.heavy_capital + c.light_capital
    freshness = within(c.unfinished / rules.gestation / capital / rules.ordinary_renewal, 0.0, 2.5)
    open_door = (1.0 - 0.5 * c.embargo) * unit(1.0 - rules.waste_on_technique * c.waste) * (1.0 - 0.8 * c.war) * unit(1.0 - 2.0 * c.dislocation)
    nearness = min(c.gdp_per_head / c.frontier, 1.0)
    borrowed = rules.catch_up * c.literacy * gap * freshness * open_door
    found = rules.discovery * c.literacy * nearness * nearness * unit(1.0 - rules.waste_on_technique * c.waste) * (1.0 - c.slump)
    c.technique *= 1.0 + MONTH * (borrowed + found)


@compiled
def make_goods(c, rules):
    """Industry: Cobb-Douglas in capital and effective labour, less waste, disorder and unsold capacity."""
    capital = c.heavy_capital + c.light_capital
    order = (1.0 - rules.waste_on_output * c.waste) * (1.0 - c.dislocation) * (1.0 - c.purge_loss) * (1.0 - c.slump)
    labour = c.labour_industry * (1.0 + rules.coerced_effort * c.labour_coercion)
    c.industry = c.technique * math.exp(c.fortune) * order * capital**rules.capital_weight * labour ** (1.0 - rules.capital_weight)


@compiled
def grow_food(c, rules):
    """Farming: labour, herd, a little industry, the weather; spoilt by disorder and by force. Claims: P49, E2-E8."""
    per_head = (c.heavy_capital + c.light_capital) / c.population
    force = rules.yield_lost_to_force * c.extraction * (1.0 - c.collectivised)
    c.farming = (
        c.yield_level
        * per_head**rules.industry_in_farming
        * max(c.herd, 0.01) ** 0.35
        * max(c.labour_farm, 1e-6) ** 0.4
        * (1.0 - 0.55 * c.dislocation)
        * (1.0 - force)
        * math.exp(c.weather)
    )


@compiled
def add_up(c, rules):
    """Total product, its growth, and the official claim, which hides price rises (Khanin; Harrison 1993)."""
    c.output = c.industry + c.farming
    before = c.gdp_per_head
    c.gdp_per_head = c.output / c.population
    step = math.log(c.gdp_per_head / before) * 12.0
    c.growth = toward(c.growth, step, 1.0)
    unseen = c.planned * (1.0 - c.norms) * (1.0 - c.room) * (rules.padding + rules.padding_of_drive * c.drive)
    c.official_growth = toward(c.official_growth, step + unseen, 1.0)
    c.official_output *= 1.0 + MONTH * (step + unseen)
