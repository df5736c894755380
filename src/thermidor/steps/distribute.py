"""Distribute: who gets what of the consumption fund, by market, by labour, by need, by rank."""

from thermidor.country import CAPITALIST, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.jit import compiled
from thermidor.steps.shapes import above, toward, unit, within


@compiled
def distribute(c, rules):
    """Publish the rates that the citizens read this month."""
    measure_want(c, rules)
    take_privilege(c, rules)
    share_out(c, rules)
    pull_to_town(c, rules)
    bear_children(c, rules)


@compiled
def measure_want(c, rules):
    """Two scarcities are measured: want below a decent minimum, and shortage beside what the frontier shows.

    Equation: scarcity_absolute = 1 - consumption per head / decent_living; scarcity = 1 - consumption per head /
    (abundance x frontier); need_norm moves towards (1 - need_norm_want x (both)) x state_property x norms in
    need_norm_lag.
    Claims: P11, P12, P21, P33.
    Assumes: people compare themselves with the most advanced country they know of.
    Signs: both fall with consumption; distribution by need spreads as both fall and norms hold.
    Leaves out: taste, queues for single goods, free services beyond the common needs.
    """
    per_head = c.to_consume / c.population
    c.scarcity_absolute = unit(1.0 - per_head / rules.decent_living)
    c.scarcity = unit(1.0 - per_head / (rules.abundance * c.frontier))
    target = unit(1.0 - rules.need_norm_want * (c.scarcity_absolute + c.scarcity)) * c.state_property * c.norms
    c.need_norm = toward(c.need_norm, target, rules.need_norm_lag)


@compiled
def take_privilege(c, rules):
    """Officials skim what they allot, as far as nobody recalls them, no ceiling holds their pay and goods are short.

    Equation: privilege moves towards skim x planned x (1 - norm_recall)(1 - norm_pay)(skim_floor + (1 - skim_floor) x
    scarcity) in half a year.
    Claims: P15, P19, P26, P36.
    Assumes: discretion over short goods is the channel from rationing to privilege.
    Signs: up with plan and shortage, down with recall and pay ceiling.
    Leaves out: inheritance of privilege, privileges of owners (they have profit).
    """
    queue = rules.skim_floor + (1.0 - rules.skim_floor) * c.scarcity
    state = rules.skim * c.planned * (1.0 - c.norm_recall) * (1.0 - c.norm_pay) * queue
    c.privilege = toward(c.privilege, state, 0.5)
    c.rank_gap = 1.0 + 2.0 * (1.0 - c.norm_pay)


@compiled
def share_out(c, rules):
    """The fund is split between village and town by what is paid for grain, then among classes by their claims.

    Equation: to the village = village_exchange x goods x paid grain / (goods + food), paid grain = grain x (1 -
    underpaid x forced); profits = owners_eat x profit_share x industry x private_share; wage = (town - profits) /
    weighted claims, landlords take rent x landlordism of the village's, officials weighing 1 + 0.5 (1 - norm_pay) +
    privilege.
    Claims: P10, P24, P45.
    Assumes: a Cobb-Douglas household on each side of the exchange; whatever is handed out is bought.
    Signs: village up with grain sold, down with force; wage down with privilege.
    Leaves out: prices and money, wages by branch, saving by the state.
    """
    peasants = c.heads[PEASANT] + c.heads[LANDLORD]
    food = above(c.farming - c.lost - c.exports)
    grain = min(c.marketed, food)
    goods = above(c.to_consume - food)
    forced = c.extraction * (1.0 - 0.5 * c.collectivised)
    paid = grain * (1.0 - rules.underpaid * forced)
    to_village = within(rules.village_exchange * goods * paid / max(goods + food, 1e-9), 0.0, 0.9 * goods)
    village = (food - grain + to_village) * (peasants > 0.0)
    town = c.to_consume - village
    profits = min(rules.owners_eat * c.profit_share * c.industry * c.private_share, 0.5 * town) * (c.heads[CAPITALIST] > 0.0)
    rent = rules.rent * c.landlordism * village * (c.heads[LANDLORD] > 0.0)
    c.pay[LANDLORD] = rent / max(c.claims[LANDLORD], 1e-9)
    c.pay[PEASANT] = (village - rent) / max(c.claims[PEASANT], 1e-9)
    c.pay[CAPITALIST] = profits / max(c.claims[CAPITALIST], 1e-9)
    official, gendarme = 1.0 + 0.5 * (1.0 - c.norm_pay) + c.privilege, 1.0 + 0.3 * (1.0 - c.norm_pay)
    claims = c.claims[WORKER] + c.claims[PETTY] + official * c.claims[OFFICIAL] + gendarme * c.claims[GENDARME]
    wage = (town - profits) / max(claims, 1e-9)
    c.pay[WORKER] = wage
    c.pay[PETTY] = wage
    c.pay[OFFICIAL] = wage * official
    c.pay[GENDARME] = wage * gendarme
    c.privilege_fund = wage * c.privilege * c.claims[OFFICIAL]


@compiled
def pull_to_town(c, rules):
    """Villagers leave for town by the gap in living and the jobs that new plant makes; townsmen flee hunger.

    Equation: town_pull = pull x (min(ratio, 2.6) - 0.98)+ x jobs + school_pull x literacy x (1 - want) + push x
    forced_entry; jobs = jobs_floor + (unfinished / gestation / capital - wear) / 0.05; town_flight = flight x
    hunger + 0.15 x (0.95 - ratio)+; villages keep village_trades outside farming.
    Claims: P56.
    Assumes: Allen's migration line (2003), zero at equal living; ratio = workers' over peasants' living.
    Signs: up with the gap, jobs, schooling and force; back with hunger in town.
    Leaves out: passports as a bar (coercion at work has no effect here), return of the old.
    """
    townsfolk = max(c.population - c.heads[PEASANT], 1e-9)
    living_town = max(c.eaten[WORKER], 0.05)
    living_village = max(c.eaten[PEASANT], 0.05)
    ratio = min(living_town / living_village, 2.6)
    capital = c.heavy_capital + c.light_capital
    growth = c.unfinished / rules.gestation / capital - rules.wear
    jobs = within(rules.jobs_floor + growth / 0.05, 0.0, 2.5)
    schooling = rules.school_pull * c.literacy * unit(1.0 - c.scarcity_absolute)
    c.town_pull = above(rules.pull * (ratio - 0.98) * jobs) + schooling + rules.push * c.forced_entry
    short = c.hunger[WORKER]
    better = above(0.95 - ratio)
    c.town_flight = rules.flight * short + 0.15 * better
    c.urban_share = unit(townsfolk / c.population - rules.village_trades)


@compiled
def bear_children(c, rules):
    """Births fall with town life and schooling; heirs spread them over the lines that end.

    Equation: birth_rate = births - births_town x urban_share - births_school x (literacy - 0.25)+ - 0.012 x war;
    frailty x (0.15 + 0.85 (1 - literacy)(0.5 + 0.5 want)); siblings = (births due - deaths) / people under five.
    Claims: none; loop 6 of the model.
    Assumes: a demographic transition by town and school; every death is replaced in the line, and the difference to the
    births due is spread over small children within about two years.
    Signs: births down with town, school and war.
    Leaves out: age of mothers, postponed births, migration between countries.
    """
    want = unit(c.scarcity_absolute)
    c.birth_rate = above(rules.births - rules.births_town * c.urban_share - rules.births_school * above(c.literacy - 0.25) - 0.012 * c.war)
    c.frailty = rules.frailty * (0.15 + 0.85 * (1.0 - c.literacy) * (0.5 + 0.5 * want))
    due = c.birth_rate * c.population / 12.0 + c.cradle / 24.0
    c.siblings = within((due - c.deaths) / max(c.infants, 1e-9), -0.05, 0.05)
