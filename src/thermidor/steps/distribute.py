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
    """Two scarcities: want below a decent minimum, and shortage beside what the frontier shows. Claims: P11, P12, P21, P33."""
    per_head = c.to_consume / c.population
    c.scarcity_absolute = unit(1.0 - per_head / rules.decent_living)
    c.scarcity = unit(1.0 - per_head / (rules.abundance * c.frontier))
    target = unit(1.0 - rules.need_norm_want * (c.scarcity_absolute + c.scarcity)) * c.state_property * c.norms
    c.need_norm = toward(c.need_norm, target, rules.need_norm_lag)


@compiled
def take_privilege(c, rules):
    """Skim: officials' advantage = discretion x (1 - recall) x (1 - pay ceiling) x queue rent. Claims: P15, P19, P26, P36."""
    queue = rules.skim_floor + (1.0 - rules.skim_floor) * c.scarcity
    state = rules.skim * c.planned * (1.0 - c.norm_recall) * (1.0 - c.norm_pay) * queue
    c.privilege = toward(c.privilege, state, 0.5)
    c.rank_gap = 1.0 + 2.0 * (1.0 - c.norm_pay)


@compiled
def share_out(c, rules):
    """Split the fund between village and town by what is paid for grain, then among classes by their claims.

    Village goods = 2 x goods x paid grain / (goods + food): the exchange of a Cobb-Douglas household. Claims: P10, P24, P45.
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

    Allen 2003 (46-50): rate = pull x min(ratio, 2.6) - 0.98 pull, x jobs; plus flight from force. Claims: P56, loop 6.
    """
    townsfolk = max(c.population - c.heads[PEASANT], 1e-9)
    living_town = max(c.eaten[WORKER], 0.05)
    living_village = max(c.eaten[PEASANT], 0.05)
    ratio = min(living_town / living_village, 2.6)
    capital = c.heavy_capital + c.light_capital
    growth = c.unfinished / rules.gestation / capital - rules.wear
    jobs = within(rules.jobs_floor + growth / 0.05, 0.0, 1.5)
    schooling = rules.school_pull * c.literacy * unit(1.0 - c.scarcity_absolute)
    c.town_pull = above(rules.pull * (ratio - 0.98) * jobs) + schooling + rules.push * c.extraction * c.grain_gap
    short = c.hunger[WORKER]
    better = above(0.95 - ratio)
    c.town_flight = rules.flight * short + 0.15 * better
    c.urban_share = unit(townsfolk / c.population - rules.village_trades)


@compiled
def bear_children(c, rules):
    """Births fall with town life and schooling and with hunger; heirs spread them over the lines that end.

    Deaths at ordinary living fall with schooling and living. Every death is replaced by a birth in the line; `siblings`
    spreads the other births over the small children and settles the cradle within about two years.
    """
    want = unit(c.scarcity_absolute)
    c.birth_rate = above(rules.births - rules.births_town * c.urban_share - rules.births_school * above(c.literacy - 0.25) - 0.012 * c.war)
    c.frailty = rules.frailty * (0.15 + 0.85 * (1.0 - c.literacy) * (0.5 + 0.5 * want))
    due = c.birth_rate * c.population / 12.0 + c.cradle / 24.0
    c.siblings = within((due - c.deaths) / max(c.infants, 1e-9), -0.05, 0.05)
