"""Distribute: who gets what of the consumption fund, by market, by labour, by need, by rank."""

from thermidor.country import CAPITALIST, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.jit import compiled
from thermidor.steps.shapes import TINY, above, toward, unit, within


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
    scarcity) in privilege_lag; the top rank has 1 + rank_spread x (1 - norm_pay) times an ordinary official's pay.
    Claims: P15, P19, P26, P36.
    Assumes: discretion over short goods is the channel from rationing to privilege.
    Signs: up with plan and shortage, down with recall and pay ceiling.
    Leaves out: inheritance of privilege, privileges of owners (they have profit).
    """
    queue = rules.skim_floor + (1.0 - rules.skim_floor) * c.scarcity
    state = rules.skim * c.planned * (1.0 - c.norm_recall) * (1.0 - c.norm_pay) * queue
    c.privilege = toward(c.privilege, state, rules.privilege_lag)
    c.rank_gap = 1.0 + rules.rank_spread * (1.0 - c.norm_pay)


@compiled
def share_out(c, rules):
    """The fund is split between village and town by what is paid for grain, then among classes by their claims.

    Equation: to the village = village_exchange x goods x paid grain / (goods + food), at most all goods; paid grain =
    grain x (1 - underpaid x forced), forced = extraction x (1 - collectivised) + collectivised x min(collective_tribute
    x peasants' fear, 1); profits = (1 - drain) x owners_eat x profit_share x industry x private_share, at most
    owners_most of the town's; wage = (town - profits) / weighted claims; landlords take rent x landlordism of the
    village's; an official's claim weighs 1 + official_premium x (1 - norm_pay) + privilege, a gendarme's 1 +
    gendarme_premium x (1 - norm_pay).
    Claims: P10, P24, P45.
    Assumes: a Cobb-Douglas household on each side of the exchange; whatever is handed out is bought; collective farms
    deliver by plan, and are paid as little as their fear allows (Preobrazhensky's tribute; Wintrobe 1990).
    Signs: village up with grain sold, down with force and with fear in collective farms; wage down with privilege.
    Leaves out: prices and money, wages by branch, saving by the state.
    """
    peasants = c.heads[PEASANT] + c.heads[LANDLORD]
    food = above(c.farming - c.lost - c.exports)
    grain = min(c.marketed, food)
    goods = above(c.to_consume - food)
    tribute = unit(rules.collective_tribute * c.fear_of[PEASANT])
    forced = c.extraction * (1.0 - c.collectivised) + tribute * c.collectivised
    paid = grain * (1.0 - rules.underpaid * forced)
    exchanged = rules.village_exchange * goods * paid / max(goods + food, TINY)
    to_village = within(exchanged, 0.0, goods)
    village = (food - grain + to_village) * (peasants > 0.0)
    town = c.to_consume - village
    profits = (1.0 - c.drain) * rules.owners_eat * c.profit_share * c.industry * c.private_share
    profits = min(profits, rules.owners_most * town) * (c.heads[CAPITALIST] > 0.0)
    rent = rules.rent * c.landlordism * village * (c.heads[LANDLORD] > 0.0)
    c.pay[LANDLORD] = rent / max(c.claims[LANDLORD], TINY)
    c.pay[PEASANT] = (village - rent) / max(c.claims[PEASANT], TINY)
    c.pay[CAPITALIST] = profits / max(c.claims[CAPITALIST], TINY)
    official = 1.0 + rules.official_premium * (1.0 - c.norm_pay) + c.privilege
    gendarme = 1.0 + rules.gendarme_premium * (1.0 - c.norm_pay)
    claims = c.claims[WORKER] + c.claims[PETTY] + official * c.claims[OFFICIAL] + gendarme * c.claims[GENDARME]
    wage = (town - profits) / max(claims, TINY)
    c.pay[WORKER] = wage
    c.pay[PETTY] = wage
    c.pay[OFFICIAL] = wage * official
    c.pay[GENDARME] = wage * gendarme
    c.privilege_fund = wage * c.privilege * c.claims[OFFICIAL]


@compiled
def pull_to_town(c, rules):
    """Villagers leave for town by the gap in living and the jobs that new plant makes; townsmen flee hunger.

    Equation: town_pull = pull x (ratio - pull_from)+ x jobs + school_pull x literacy x (1 - want) + push x
    forced_entry, ratio at most living_gap_most; jobs = jobs_floor + (unfinished / gestation / capital - wear) /
    jobs_growth, at most jobs_most; town_flight = flight x hunger + return_pull x (return_below - ratio)+; villages keep
    village_trades outside farming.
    Claims: P56.
    Assumes: Allen's migration line (2003), zero at equal living; ratio = workers' over peasants' living.
    Signs: up with the gap, jobs, schooling and force; back with hunger in town.
    Leaves out: passports as a bar (coercion at work has no effect here), return of the old.
    """
    townsfolk = max(c.population - c.heads[PEASANT], TINY)
    ratio = min(c.eaten[WORKER] / max(c.eaten[PEASANT], TINY), rules.living_gap_most)
    capital = c.heavy_capital + c.light_capital
    growth = c.unfinished / rules.gestation / capital - rules.wear
    jobs = within(rules.jobs_floor + growth / rules.jobs_growth, 0.0, rules.jobs_most)
    schooling = rules.school_pull * c.literacy * unit(1.0 - c.scarcity_absolute)
    c.town_pull = above(rules.pull * (ratio - rules.pull_from) * jobs) + schooling + rules.push * c.forced_entry
    short = c.hunger[WORKER]
    better = above(rules.return_below - ratio)
    c.town_flight = rules.flight * short + rules.return_pull * better
    c.urban_share = unit(townsfolk / c.population - rules.village_trades)


@compiled
def bear_children(c, rules):
    """Births fall with town life and schooling, to a floor; they are spread over lines that end and small children.

    Equation: birth_rate = births - births_town x urban_share - births_school x (literacy - births_school_from)+, at
    least births_least, less births_war x war; frailty = the rule frailty x (a + (1 - a) x (1 - literacy)(b + (1 -
    b) x want)), a = frailty_schooled, b = frailty_without_want; siblings = (births due - deaths) / people under
    five, at most siblings_most either way; the cradle empties in cradle_years.
    Claims: none; loop 6 of the model.
    Assumes: a demographic transition by town and school; every death is replaced in the line, and the difference to the
    births due is spread over small children within cradle_years.
    Signs: births down with town, school and war.
    Leaves out: age of mothers, postponed births, migration between countries.
    """
    want = unit(c.scarcity_absolute)
    schooled = above(c.literacy - rules.births_school_from)
    births = rules.births - rules.births_town * c.urban_share - rules.births_school * schooled
    c.birth_rate = above(max(births, rules.births_least) - rules.births_war * c.war)
    poverty = rules.frailty_without_want + (1.0 - rules.frailty_without_want) * want
    unschooled = (1.0 - rules.frailty_schooled) * (1.0 - c.literacy) * poverty
    c.frailty = rules.frailty * (rules.frailty_schooled + unschooled)
    due = c.birth_rate * c.population / 12.0 + c.cradle / (12.0 * rules.cradle_years)
    c.siblings = within((due - c.deaths) / max(c.infants, TINY), -rules.siblings_most, rules.siblings_most)
