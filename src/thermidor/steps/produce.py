"""Produce: industry, farming, the market's slump, waste, technique, and what disturbs them."""

import math

from thermidor.draws import FORTUNE, HARVEST, bell
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, above, toward, unit, within


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
    """Every year has its harvest and every month its luck, drawn for the country as a whole.

    Equation: weather = harvest_spread x bell, drawn once in twelve months; fortune' = -fortune / fortune_memory +
    fortune_spread x (1 + drain_shocks x drain) x noise.
    Claims: P33.
    Assumes: shocks independent of the number of citizens, of sizes found in Maddison's yearly changes.
    Signs: both ways.
    Leaves out: droughts that last, shocks common to countries.
    """
    if month % 12 == 0:
        c.weather = rules.harvest_spread * bell(key, month, HARVEST)
    spread = rules.fortune_spread * (1.0 + rules.drain_shocks * c.drain)
    luck = spread * math.sqrt(MONTH) * bell(key, month, FORTUNE)
    c.fortune = (1.0 - MONTH / rules.fortune_memory) * c.fortune + luck


@compiled
def disturb(c, rules):
    """War and its destruction disorganise production and peace mends it; the purge removes those who run it.

    Equation: dislocation' = war_disorder x war x destruction x (1 - dislocation) - recovery x dislocation x order x
    (1 - war), order = (1 - dislocation)^2, at least order_least, from which it mends itself; purge_loss' =
    purge_damage x repression_elite x (1 - purge_loss) - purge_mending x purge_loss.
    Claims: P16, P18, P51, P56.
    Assumes: disorder is one number for all branches.
    Signs: up with war on one's own soil and with the purge.
    Leaves out: regions, occupation, evacuation.
    """
    damage = rules.war_disorder * c.war * c.destruction * (1.0 - c.dislocation)
    order = max((1.0 - c.dislocation) ** 2, rules.order_least)
    mending = rules.recovery * c.dislocation * order * (1.0 - c.war)
    c.dislocation = unit(c.dislocation + MONTH * (damage - mending))
    removed = rules.purge_damage * c.repression_elite * (1.0 - c.purge_loss)
    c.purge_loss = unit(c.purge_loss + MONTH * (removed - rules.purge_mending * c.purge_loss))


@compiled
def waste_away(c, rules):
    """Waste rises with the complexity of the economy where nobody below controls the plan.

    Equation: complexity = ln(capital per head / simple_economy) / ln(intricate_economy / simple_economy), held in 0..1;
    control = half the sum of recall and rotation x min(control_by_room x room, 1); waste = waste_strength x planned x
    complexity x (1 - control).
    Claims: P41, P42, P51.
    Assumes: capital per head stands for complexity; control from below works through the same norms as in politics.
    Signs: up with planned share and complexity, down with recall, rotation and room.
    Leaves out: computing as a help to planners, competition as a control, waste of the market (it has slumps).
    """
    per_head = (c.heavy_capital + c.light_capital) / c.population
    span = math.log(rules.intricate_economy / rules.simple_economy)
    c.complexity = unit(math.log(max(per_head, TINY) / rules.simple_economy) / span)
    control = 0.5 * (c.norm_recall + c.norm_rotation) * unit(rules.control_by_room * c.room)
    c.waste = rules.waste_strength * c.planned * c.complexity * (1.0 - control)


@compiled
def ride_the_market(c, rules):
    """The market has a cycle of its own: profit is squeezed by full employment, and squeezed profit brings a slump.

    Equation: slump' = market_cycle x (slump_from_squeeze x (market_profit - profit_share) + panic - slump /
    slump_memory + slump_from_trade x (trade_slump + slump_from_abroad x slump_abroad) / slump_memory -
    slump_from_fortune x fortune), held in 0..slump_deepest x (1 - planned), where panic = panic x slump x (slump -
    panic_floor)+ x (1 - slump / slump_deepest); profit_share' = profit_from_slack x (slump - ordinary_slack), held
    between profit_least and profit_most; unemployed moves in 1 / rehiring years towards (1 - planned) x (frictional +
    idle_by_slump x slump); those without work find it at the rate rehiring, and others lose it at the rate that keeps
    unemployment where it is.
    Claims: P18, P31.
    Assumes: Goodwin (1967) and Kalecki (1943) as forms; past a point distrust feeds on itself.
    Signs: slump up with squeezed profit and bad fortune, nil under plan.
    Leaves out: money, prices, credit.
    """
    market = 1.0 - c.planned
    squeeze = rules.market_profit - c.profit_share
    panic = rules.panic * c.slump * above(c.slump - rules.panic_floor) * (1.0 - c.slump / rules.slump_deepest)
    change = rules.slump_from_squeeze * squeeze + panic - c.slump / rules.slump_memory
    failing = c.trade_slump + rules.slump_from_abroad * c.slump_abroad
    change += rules.slump_from_trade * failing / rules.slump_memory - rules.slump_from_fortune * c.fortune
    c.slump = within(c.slump + MONTH * rules.market_cycle * change, 0.0, rules.slump_deepest * market)
    profit = c.profit_share + MONTH * rules.profit_from_slack * (c.slump - rules.ordinary_slack)
    c.profit_share = within(profit, rules.profit_least, rules.profit_most)
    c.unemployed = toward(
        c.unemployed, market * (rules.frictional + rules.idle_by_slump * c.slump), 1.0 / rules.rehiring
    )
    c.job_chance = rules.rehiring
    c.job_loss = c.job_chance * c.unemployed / max(1.0 - c.unemployed, TINY)


@compiled
def learn_technique(c, rules):
    """Technique is borrowed from the frontier by schooled people through new plant, or found at the frontier.

    Equation: technique' / technique = catch_up x literacy x gap x freshness x open door + discovery x literacy x
    nearness^2 x (1 - waste_on_technique x waste)(1 - slump); gap = frontier / own - 1, at most gap_most; freshness =
    unfinished / gestation / capital / ordinary_renewal, at most renewal_most; open door = (1 - embargo_on_technique x
    embargo)(1 - waste_on_technique x waste)(1 - war_on_technique x war)(1 - disorder_on_technique x dislocation).
    Claims: P14, P18, P41.
    Assumes: technique comes with new plant (Nelson and Phelps 1966, embodied); one technique for all branches.
    Signs: up with gap, schooling and renewal; down with embargo, waste, war and disorder.
    Leaves out: what kind of technique, its use in arms, theft of it, learning by doing.
    """
    gap = within(c.frontier / c.gdp_per_head - 1.0, 0.0, rules.gap_most)
    capital = c.heavy_capital + c.light_capital
    freshness = within(c.unfinished / rules.gestation / capital / rules.ordinary_renewal, 0.0, rules.renewal_most)
    initiative = unit(1.0 - rules.waste_on_technique * c.waste)
    open_door = (1.0 - rules.embargo_on_technique * c.embargo) * initiative
    open_door *= 1.0 - rules.war_on_technique * c.war
    open_door *= unit(1.0 - rules.disorder_on_technique * c.dislocation)
    nearness = min(c.gdp_per_head / c.frontier, 1.0)
    borrowed = rules.catch_up * c.literacy * gap * freshness * open_door
    found = rules.discovery * c.literacy * nearness * nearness * initiative * (1.0 - c.slump)
    c.technique *= 1.0 + MONTH * (borrowed + found)


@compiled
def make_goods(c, rules):
    """Industry makes its product of capital and effective labour, less waste, disorder and unsold capacity.

    Equation: industry = technique x e^fortune x order x capital^capital_weight x labour^(1 - capital_weight); order =
    (1 - waste_on_output x waste)(1 - dislocation)(1 - purge_loss)(1 - slump); labour = effective
    workers / (1 - unemployed) x (1 + coerced_effort x labour_coercion): what could be made with all at work.
    Claims: P18, P23, P41, P51.
    Assumes: Cobb-Douglas with constant returns.
    Signs: as written; coercion adds a little labour.
    Leaves out: a lower elasticity of substitution (Weitzman 1970), hours, energy, land of towns.
    """
    capital = c.heavy_capital + c.light_capital
    order = (1.0 - rules.waste_on_output * c.waste) * (1.0 - c.dislocation) * (1.0 - c.purge_loss) * (1.0 - c.slump)
    labour = c.labour_industry / (1.0 - c.unemployed) * (1.0 + rules.coerced_effort * c.labour_coercion)
    weight = rules.capital_weight
    c.industry = c.technique * math.exp(c.fortune) * order * capital**weight * labour ** (1.0 - weight)


@compiled
def grow_food(c, rules):
    """Farming lives on labour, herd, a little industry and the weather, and suffers from disorder and force.

    Equation: farming = yield_level x (capital per head)^industry_in_farming x herd^herd_weight x
    labour^farm_labour_weight x (1 - disorder_on_farming x dislocation)(1 - yield_lost_to_force x extraction x (1 -
    collectivised)) x e^weather.
    Claims: P18, P49.
    Assumes: land is fixed, so returns to labour fall; forced deliveries keep fields unsown.
    Signs: up with herd, labour and industry; down with disorder and force.
    Leaves out: crops and regions, virgin land, private plots beside the collective farm.
    """
    per_head = (c.heavy_capital + c.light_capital) / c.population
    force = rules.yield_lost_to_force * c.extraction * (1.0 - c.collectivised)
    c.farming = (
        c.yield_level
        * per_head**rules.industry_in_farming
        * c.herd**rules.herd_weight
        * max(c.labour_farm, TINY) ** rules.farm_labour_weight
        * (1.0 - rules.disorder_on_farming * c.dislocation)
        * (1.0 - force)
        * math.exp(c.weather)
    )


@compiled
def add_up(c, rules):
    """The product and its growth are added up, and beside them stands the official claim, which pads growth.

    Equation: output = industry + farming; claimed growth = growth + planned x (1 - norms)(1 - room) x (padding +
    padding_of_drive x drive).
    Claims: P20.
    Assumes: price rises are hidden where nobody may check (Harrison 1993 on Khanin).
    Signs: the claim exceeds growth with plan, drive and lost control.
    Leaves out: padding by single managers, deliberate secrecy on arms.
    """
    product = c.output
    c.output = c.industry + c.farming
    before = c.gdp_per_head
    c.gdp_per_head = c.output / c.population
    step = math.log(c.gdp_per_head / before) * 12.0
    c.growth = toward(c.growth, step, 1.0)
    unseen = c.planned * (1.0 - c.norms) * (1.0 - c.room) * (rules.padding + rules.padding_of_drive * c.drive)
    c.official_growth = toward(c.official_growth, step + unseen, 1.0)
    c.official_output *= c.output / product * (1.0 + MONTH * unseen)
