"""The start of a society: citizens drawn class by class from a resolved scenario, and the country's first record.

Citizens stand for people by weight: each class present gets at least 500 records (fewer when all citizens are
few), however small it is; `all` draws one record for each person, without strata. They are drawn in place,
chunk by chunk, by keyed draws: a citizen's start depends on the seed, the country and his number only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermidor.citizen import be_counted
from thermidor.citizen_record import (
    ARMS,
    CITIZEN,
    CLERK,
    FARM,
    HOME,
    IDLE,
    INDUSTRY,
    LIBERAL,
    NO_LEAN,
    OFFICE,
    RATES,
    TALLY,
)
from thermidor.country import (
    BY_COUNCILS,
    BY_MOVEMENT,
    BY_OFFICIALS,
    CAMPS,
    CAPITALIST,
    CENTRES,
    CLASSES,
    COUNTRY,
    GENDARME,
    LANDLORD,
    OFFICIAL,
    OUTSIDE,
    PEASANT,
    PETTY,
    VARIABLES,
    WORKER,
)
from thermidor.draws import START, country_key, month_key, uniform
from thermidor.jit import entry
from thermidor.scenarios.conditions import CARRIED
from thermidor.scenarios.resolved import Resolved
from thermidor.steps.live import publish
from thermidor.steps.shapes import TINY, above, unit, within

LEAST_RECORDS = 500
DEFAULT_CITIZENS = 10_000
AT_ONCE = 1 << 20
"""Citizens that one call of compiled code draws."""

# How people differ at the start. All of it is assumed; what it does wears off as they live.
AGES = 78.0  # years, up to which people are spread: evenly in an aged country, ever fewer in a young one
POST_FROM, POST_SPAN = 18.0, 40.0  # years: the youngest in office or arms, and the span of their ages
SKILL_MOST = 0.98  # index: the most schooling by which people differ about their mean
CHILD_SKILL = 0.1  # index: schooling of the newborn; it rises to the mean by the time work begins
NEED_FROM, NEED_SPAN = 6.0, 8.0  # tenths of an adult's: the least household need, and the span of needs
HOARD_MOST = 0.1  # years of living: the greatest hoard; hoards are spread evenly below it
TIES_FROM = 0.5  # ratio: the weakest ties, and the least fear, beside the class's mean; the greatest is one more
TIES_MOST = 0.98  # index: strongest ties
OTHER_NATIONS = 0.3  # share of people outside the majority nation
TIES_OUTSIDE_WORK = 0.5  # ratio: ties of classes of which the scenario says nothing, beside workers'
LIVING = (1.5, 4.0, 1.5, 1.5, 1.5, 2.0, 1.5)  # ratio: living by class; of peasants times the scenario's village_living
DRAWS_ON = (
    (0.0, 0.0, 1.0, 3.0, 0.5),
    (0.1, 0.0, 3.0, 1.5, 1.0),
    (0.8, 0.3, 1.5, 1.0, 2.5),
    (0.8, 0.6, 1.0, 1.3, 1.0),
    (1.5, 2.0, 0.6, 0.3, 0.4),
    (0.0, 0.0, 0.0, 0.0, 0.0),
    (0.3, 0.2, 1.0, 2.0, 1.0),
)  # ratio: how much oftener a class leans to reform, revolution, liberals, reaction, the movement, before fitting
DEATHS, DEATHS_UNSCHOOLED, DEATHS_BY_SCHOOLING = 0.026, 1.3, 0.8  # 1/year, ratio, ratio: deaths of the year before
MAJORITY = (
    0.5  # share of authority with which councils, or a party of officials, begin to carry out their property programme
)

AGE, SKILL, NEED, HOARD, TIES, FEAR, NATION, RANK, LEAN, WORK = range(10)
"""Which of a citizen's draws decides what."""
DRAWS = 10


@entry
def settle(people, first, last, start, class_ends, weights, living, fears, ties, sides, told, rules, key):
    """Draw citizens `first` to `last`; class_ends: last row of each class; weights, living, fears, ties: by class.

    sides: chances of the camps, summed up to each, float64[classes, camps].

    told: what the scenario says of all: literacy, skill_spread, ageing, past_peak, converted, grievance, idle.
    """
    mean_skill, skill_spread, ageing, past_peak, turned, grievance, idle = told
    stream = month_key(key, 0, START)
    for row in range(first, last):
        me = people[row]
        i = (row - start) * DRAWS
        k = 0
        while row - start >= class_ends[k]:
            k += 1
        u = uniform(stream, i + AGE)
        me.class_ = k
        me.weight = weights[k]
        age = AGES * ((1.0 - ageing) * (1.0 - math.sqrt(1.0 - u)) + ageing * u)
        if k in (OFFICIAL, GENDARME):
            age = POST_FROM + POST_SPAN * u
        me.age = int(age * 12.0)
        reach = min(mean_skill * skill_spread, above(SKILL_MOST - mean_skill))
        me.skill = mean_skill + reach * (2.0 * uniform(stream, i + SKILL) - 1.0)
        if age < rules.working_age:
            me.skill = CHILD_SKILL + (mean_skill - CHILD_SKILL) * age / rules.working_age
        me.need = int(NEED_FROM + NEED_SPAN * uniform(stream, i + NEED))
        me.expectation = living[k]
        me.best = living[k] * past_peak
        me.holdings = HOARD_MOST * living[k] * uniform(stream, i + HOARD)
        me.grievance = grievance
        me.organisation = within(ties[k] * (TIES_FROM + uniform(stream, i + TIES)), 0.0, TIES_MOST)
        me.fear = unit(fears[k] * (TIES_FROM + uniform(stream, i + FEAR)))
        me.nation = 1 if uniform(stream, i + NATION) < OTHER_NATIONS else 0
        me.rank = 0
        me.lean = NO_LEAN
        if age >= rules.working_age:
            u = uniform(stream, i + LEAN)
            for camp in range(len(CAMPS)):
                if u < sides[k, camp]:
                    me.lean = camp + 1
                    break
        if k == OFFICIAL:
            u = uniform(stream, i + RANK)
            me.rank = CLERK + (u < rules.rank_managers) + (u < rules.rank_tops)
            me.lean = LIBERAL if uniform(stream, i + LEAN) < turned else NO_LEAN
            me.sector = OFFICE
        elif k == GENDARME:
            me.sector = ARMS
        elif k == PEASANT:
            me.sector = FARM if rules.working_age <= age < rules.resting_age else HOME
        elif k in (WORKER, PETTY):
            me.sector = INDUSTRY if rules.working_age <= age < rules.resting_age else HOME
            if me.sector == INDUSTRY and uniform(stream, i + WORK) < idle:
                me.sector = IDLE
        else:
            me.sector = HOME


@entry
def census(people, first, last, world, here, rules, totals):
    """Count citizens `first` to `last` of country `here` into `totals` without a month's passing."""
    rates = np.zeros(len(CLASSES), RATES)
    publish(world[here], rules, rates)
    for row in range(first, last):
        k = people[row].class_
        be_counted(people[row], rates[k], rules, 0.0, totals[k])


@dataclass
class Society:
    """Everything a member needs to run: records of countries and citizens, and the keys of their draws."""

    world: np.ndarray
    people: np.ndarray
    spans: np.ndarray
    keys: np.ndarray

    @property
    def flat(self) -> np.ndarray:
        """The countries' numbers as float64[countries, variables], a view of `world`."""
        return self.world.view(np.float64).reshape(len(self.world), len(VARIABLES))


def records_by_class(shares: np.ndarray, citizens: int, least: int = LEAST_RECORDS) -> np.ndarray:
    """How many records each class gets: a floor for each class present, the rest in proportion. Sums to `citizens`."""
    present = shares > 0
    floor = min(least, citizens // (int(present.sum()) + 2))
    counts = np.where(present, floor, 0).astype(np.int64)
    rest = citizens - int(counts.sum())
    spread = shares / shares.sum() * rest
    counts += np.floor(spread).astype(np.int64)
    order = np.argsort(-(spread - np.floor(spread)), kind="stable")
    for k in order[: citizens - int(counts.sum())]:
        counts[k] += 1
    return counts


def how_many(citizens: int | dict[str, int | str] | None, country: str, population: float) -> tuple[int, bool]:
    """Number of records of a country and whether each is one person (`all`)."""
    wanted = citizens.get(country, DEFAULT_CITIZENS) if isinstance(citizens, dict) else (citizens or DEFAULT_CITIZENS)
    if wanted == "all":
        return round(population * 1e6), True
    return int(wanted), False


def found(
    resolved: Resolved, rules: np.ndarray, *, seed: int, replicate: int, citizens: int | dict[str, int | str] | None
) -> Society:
    """Draw a society: `rules` is the array of one record; the result is ready for the first month."""
    names = resolved.countries
    sizes = [how_many(citizens, name, resolved.conditions[name]["population"]) for name in names]
    ends = np.cumsum([size for size, _ in sizes])
    spans = np.stack([ends - [size for size, _ in sizes], ends], axis=1).astype(np.int64)
    world = np.zeros(len(names), COUNTRY)
    people = np.zeros(int(ends[-1]), CITIZEN)
    keys = np.array([country_key(seed, replicate, name) for name in names], dtype=np.uint64)
    open_ = resolved.outside[0, :, OUTSIDE.index("embargo")] < 1.0
    seen = [name for here, name in enumerate(names) if open_[here]] or names
    frontier = max(resolved.conditions[name]["gdp_per_head"] for name in seen)
    society = Society(world, people, spans, keys)
    for here, name in enumerate(names):
        given = resolved.conditions[name]
        c = world[here : here + 1]
        conditions_into(c, given, frontier, rules)
        c["members"], c["armed"], c["own_norms"], c["orientation"], c["obedience"] = resolved.organisations[name].T
        c["patron"] = resolved.patrons[name]
        c["latitude"], c["longitude"] = resolved.places[name]
        c["drive_known"] = given["drive"]
        for centre, organisation in (("councils", BY_COUNCILS), ("party", BY_OFFICIALS)):
            new = given["tenure"] < rules[0]["programme_years"]
            rules_alone = new and given[f"authority.{centre}"] > MAJORITY
            if rules_alone and (centre == "councils" or c["members"][0, BY_OFFICIALS] > c["members"][0, BY_MOVEMENT]):
                c["transfer"] = c["orientation"][0, organisation]
        people_in(society, here, given, rules, one_to_one=sizes[here][1])
        settle_economy(c, given, rules)
    return society


def conditions_into(c: Any, given: dict[str, float], frontier: float, rules: np.ndarray) -> None:
    """Write the starting conditions that are state of the country as they stand."""
    for key in ("population", "gdp_per_head", "herd", "planned", "literacy", "dislocation", "exhaustion"):
        c[key] = given[key]
    for key in ("organisation", "fear", "room", "legitimacy", "leader", "leader_age", "pact"):
        c[key] = given[key]
    for key in ("collectivised", "converted", "drive", "franchise", "weariness", "memory", "army", "corporate"):
        c[key] = given[key]
    for key in ("cohesion", "tenure", "drain"):
        c[key] = given[key]
    c["ascent"] = given["past_ascent"]
    c["camp"] = [given[f"camps.{camp}"] for camp in CAMPS]
    for norm in ("recall", "pay", "rotation", "arms"):
        c[f"norm_{norm}"] = given[f"norms.{norm}"]
    c["norms"] = np.mean([given[f"norms.{norm}"] for norm in ("recall", "pay", "rotation", "arms")])
    c["state_property"] = given["property.state"]
    c["private_share"] = 1.0 - given["property.state"]
    c["landlordism"] = given["land.feudal"]
    c["voice"] = [given[f"voice.{k}"] for k in CLASSES]
    c["authority"] = [given[f"authority.{k}"] for k in CENTRES]
    c["apparatus_share"] = c["posts"] = given["classes.official"]
    c["coercive_share"] = c["police_posts"] = given["classes.gendarme"]
    for key in CARRIED:
        c[key] = given[key]
    c["frontier"] = frontier * given["frontier_seen"]
    c["transfer"] = -1.0
    c["scissors"] = 1.0
    c["remembered"] = given["past_growth"]
    c["holder"] = np.argmax(c["authority"])
    left = given["camps.reform"] + given["camps.revolution"]
    c["council_lead"] = given["camps.revolution"] / left if left else 0.5
    ahead = given["camps.reform"] - given["camps.liberal"] - rules[0]["reaction_votes"] * given["camps.reaction"]
    c["reformists_govern"] = float(ahead > 0.0) * given["franchise"]
    c["frailty"] = 1.0


def people_in(society: Society, here: int, given: dict[str, float], rules: np.ndarray, *, one_to_one: bool) -> None:
    """Draw the citizens of one country in place and count them."""
    world, people, key = society.world, society.people, society.keys[here]
    start, end = (int(x) for x in society.spans[here])
    shares = np.array([given[f"classes.{k}"] for k in CLASSES])
    counts = records_by_class(shares, end - start, least=0 if one_to_one else LEAST_RECORDS)
    heads = shares / shares.sum() * given["population"]
    weights = np.divide(heads, counts, out=np.zeros(len(CLASSES)), where=counts > 0)
    consumption = given["consumption"] * given["gdp_per_head"]
    beside = np.array(LIVING)
    beside[PEASANT] *= given["village_living"]
    living = consumption * beside
    living *= consumption / float((living * shares).sum())
    ties = np.full(len(CLASSES), TIES_OUTSIDE_WORK * given["organisation"])
    ties[WORKER], ties[PEASANT] = given["organisation"], given["village_organisation"]
    ties[OFFICIAL] = given["standing"]
    ties[PETTY], ties[LANDLORD] = given["middle_organisation"], given["owners_organisation"]
    ties[CAPITALIST] = given["owners_organisation"]
    sides = np.cumsum(leanings(given, shares), axis=1)
    fears = np.full(len(CLASSES), given["fear"])
    fears[OFFICIAL] += given["official_fear"]
    told = tuple(given[name] for name in ("literacy", "skill_spread", "ageing", "past_peak", "converted", "grievance"))
    told += (idle_at_start(given, rules),)
    for first in range(start, end, AT_ONCE):
        last = min(first + AT_ONCE, end)
        settle(people, first, last, start, np.cumsum(counts), weights, living, fears, ties, sides, told, rules[0], key)
    totals = np.zeros(len(CLASSES), TALLY)
    census(people, start, end, world, here, rules[0], totals)
    first_count(world[here : here + 1], totals, living, given, rules)


def idle_at_start(given: dict[str, float], rules: np.ndarray) -> float:
    """The share of workers without work that the market's slump at the start brings with it."""
    rule = rules[0]
    return float((1.0 - given["planned"]) * (rule["frictional"] + rule["idle_by_slump"] * given["slump"]))


def leanings(given: dict[str, float], shares: np.ndarray) -> np.ndarray:
    """Leanings of each class, float64[classes, camps], that add up to the country's camps (Deming and Stephan 1940).

    From what each camp draws on (DRAWS_ON, assumed) by fitting rows and columns in turn; officials lean to none.
    """
    camps = np.array([given[f"camps.{camp}"] for camp in CAMPS])
    camps = np.append(camps / max(camps.sum(), 1.0), max(1.0 - camps.sum(), 0.0))
    table = np.column_stack([DRAWS_ON, np.ones(len(CLASSES))])
    asked = np.where(np.arange(len(CLASSES)) == OFFICIAL, 0.0, shares)
    table = table * asked[:, None] * camps
    for _ in range(50):
        table *= camps * asked.sum() / np.maximum(table.sum(axis=0), TINY)
        table *= (asked / np.maximum(table.sum(axis=1), TINY))[:, None]
    chosen = table[:, :-1] / np.maximum(asked, TINY)[:, None]
    return np.asarray(chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1.0))


def first_count(c: Any, totals: np.ndarray, living: np.ndarray, given: dict[str, float], rules: np.ndarray) -> None:
    """The country's sums over its citizens at the start."""
    heads = totals["heads"]
    per = np.divide(1.0, heads, out=np.zeros_like(heads), where=heads > 0)
    c["heads"], c["claims"] = heads, totals["claims"]
    c["grievance"], c["organisation_of"] = totals["grievance"] * per, totals["ties"] * per
    c["fear_of"] = totals["fear"] * per
    c["population"], c["hoards"] = heads.sum(), totals["hoard"].sum()
    c["literacy"] = totals["learning"].sum() / totals["asked"].sum()
    c["urban_share"] = max(1.0 - heads[PEASANT] / heads.sum() - rules[0]["village_trades"], 0.0)
    c["labour_farm"] = max(totals["toil"][PEASANT], TINY)
    c["labour_industry"] = max(totals["toil"].sum() - totals["toil"][[PEASANT, LANDLORD, CAPITALIST]].sum(), TINY)
    c["eaten"] = living
    consumption = float((living * heads).sum() / heads.sum())
    c["habit"], c["trend"] = consumption, consumption * math.exp(-rules[0]["trend_years"] * given["past_growth"])
    c["peak"] = consumption * given["past_peak"]
    frailty = DEATHS_UNSCHOOLED - DEATHS_BY_SCHOOLING * given["literacy"]
    c["deaths"] = DEATHS * heads.sum() / 12.0 * frailty
    c["infants"] = totals["infants"].sum()


def settle_economy(c: Any, given: dict[str, float], rules: np.ndarray) -> None:
    """Technique and yield such that the first month's product is the given one; capital by ratio and department."""
    rule = rules[0]
    output = given["gdp_per_head"] * float(c["population"][0])
    industry, farming = output * (1.0 - given["farm_output"]), output * given["farm_output"]
    capital = given["capital_output"] * industry
    c["output"], c["industry"], c["farming"], c["official_output"] = output, industry, farming, output
    c["heavy_capital"], c["light_capital"] = given["heavy_capital"] * capital, (1.0 - given["heavy_capital"]) * capital
    c["unfinished"] = rule["gestation"] * rule["wear"] * capital * given["renewal"]
    c["to_consume"] = given["consumption"] * output
    per_head = capital / float(c["population"][0])
    span = math.log(rule["intricate_economy"] / rule["simple_economy"])
    complexity = min(max(math.log(per_head / rule["simple_economy"]) / span, 0.0), 1.0)
    heard = min(rule["control_by_room"] * given["room"], 1.0)
    control = 0.5 * (given["norms.recall"] + given["norms.rotation"]) * heard
    waste = rule["waste_strength"] * given["planned"] * complexity * (1.0 - control)
    order = 1.0 - rule["waste_on_output"] * waste
    for loss in ("dislocation", "purge_loss", "slump"):
        order *= 1.0 - given[loss]
    alpha = rule["capital_weight"]
    c["unemployed"] = idle_at_start(given, rules)
    employed = float(c["labour_industry"][0]) / (1.0 - float(c["unemployed"][0]))
    labour = employed * (1.0 + rule["coerced_effort"] * given["labour_coercion"])
    force = rule["yield_lost_to_force"] * given["extraction"] * (1.0 - given["collectivised"])
    c["technique"] = industry / (order * capital**alpha * labour ** (1.0 - alpha))
    land = per_head ** rule["industry_in_farming"] * given["herd"] ** rule["herd_weight"]
    land *= float(c["labour_farm"][0]) ** rule["farm_labour_weight"]
    land *= 1.0 - rule["disorder_on_farming"] * given["dislocation"]
    land *= 1.0 - force
    c["yield_level"] = farming / land
    c["accumulation"] = rule["ordinary_accumulation"] + given["drive"]
    c["arms_share"] = max(rule["arms_peace"], given["arms_share"])
    c["heavy_share"] = given["heavy_capital"]
    c["investment"] = rule["wear"] * capital
