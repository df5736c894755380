"""One month of one life: earn, eat, feel, learn, move, and, for some, die.

The rule in a sentence: a citizen takes what the published rates give, lives on it and on the hoard,
measures it against want, habit and the neighbours, gathers or loses ties and fear, may change work or
class at the end of the month, and may die, the place being taken by an heir of the same line.

Arithmetic is float64 on float32 memory; there is no exp, log or pow, so bits do not depend on the
machine's mathematical library. Every flow is booked from stored values. Claims: P10, P26, P33, P39, P56.
"""

from thermidor.citizen_record import ARMS, CAMP, FARM, HOME, IDLE, INDUSTRY, LIBERAL, NO_LEAN, OFFICE
from thermidor.country import CAPITALIST, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.draws import uniform
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, bend, unit, wide

SMALL, GROWN, OLD = 5 * 12, 15 * 12, 62 * 12


@compiled
def live_a_month(me, i, c, rates, rules, dying, moving, minding, totals):
    """Let citizen `i` (a record of CITIZEN) of country `c` live one month.

    `rates` (RATES) and `totals` (TALLY) have one record a class; the totals grow by what the citizen did and is.
    """
    mine, was = rates[me.class_], totals[me.class_]
    living = earn_and_eat(me, c, mine, rules, was)
    feel(me, c, mine, rules, living)
    learn(me, c, rules)
    if me.class_ == OFFICIAL:
        mind_property(me, c, rules, uniform(minding, i))
    chance = uniform(moving, i)
    if chance < mine.stir and (me.age >= GROWN or me.class_ <= CAPITALIST):
        move(me, c, mine, rules, chance)
    grow_up(me, c, living, rules, was)
    die(me, c, rules, uniform(dying, i), living, was)
    be_counted(me, c, rules, living, totals[me.class_])


@compiled
def claim(me, c, rules):
    """Claims on the fund: by work done and rank, or by need, as the country's norm has it (Sen 1966). P10, P11, P24."""
    effort = 0.6 + 0.8 * wide(me.skill)
    if me.class_ == OFFICIAL:
        effort *= 1.0 + 0.5 * (c.rank_gap - 1.0) * (wide(me.rank) - 1.0)
    if me.sector == IDLE:
        effort *= rules.dole
    elif me.sector == CAMP:
        effort *= rules.camp_ration
    return (1.0 - c.need_norm) * effort + c.need_norm * 0.1 * wide(me.need)


@compiled
def earn_and_eat(me, c, mine, rules, was):
    """Income by claim; the hoard fills in good months and empties in bad ones. Returns yearly living by need."""
    weight = wide(me.weight)
    income = MONTH * mine.pay * claim(me, c, rules)
    spare = income - MONTH * wide(me.expectation)
    before = wide(me.holdings)
    me.holdings = before + rules.thrift * above(spare) - min(0.5 * above(-spare), 0.1 * before)
    saved = wide(me.holdings) - before
    eaten = income - saved
    was.eaten += weight * eaten
    was.saved += weight * saved
    return 12.0 * eaten / (0.1 * wide(me.need))


@compiled
def feel(me, c, mine, rules, living):
    """Grievance by want, loss and what all of the class complain of; ties by contact and room; fear by terror.

    Gurr 1970 (deprivation), Kuran 1991, Wintrobe 1990. Ties grow with room, contact with the organised of the
    class, schooling and rest; they fade, faster under fear and police. Fear halves in `fear_half_life` years.
    """
    k = me.class_
    habit, best = wide(me.expectation), wide(me.best)
    loss = unit(1.0 - living / max(habit, 0.05))
    want = unit(1.0 - living / rules.decent_living)
    wish = unit(mine.complaint + rules.grievance_want * want + rules.grievance_loss * loss)
    me.grievance = wide(me.grievance) + rules.temper * (wish - wide(me.grievance))
    me.expectation = habit + (living - habit) * (MONTH / rules.habit_years)
    me.best = max(living, best * (1.0 - MONTH / rules.best_years))
    fear = wide(me.fear)
    me.fear = unit(fear + MONTH * (mine.terror * (1.0 - fear) - fear * 0.6931 / rules.fear_half_life))
    ties = wide(me.organisation)
    if k == OFFICIAL:
        gain = rules.standing_growth * (1.0 - c.norm_recall) * (1.0 - ties) * unit(1.0 - 2.0 * c.repression_elite)
        loss_of_ties = rules.standing_loss * c.repression_elite * ties
    else:
        ground = (0.35 + 0.65 * wide(me.skill)) * (1.0 - c.exhaustion) * (0.4 + 0.6 * (k == WORKER))
        gain = rules.tie_growth * c.room * (mine.contact + 0.02) * (1.0 - ties) * ground
        gain += c.spark * (0.5 + 2.0 * loss) * (1.0 - ties)
        loss_of_ties = (rules.tie_fading + rules.fear_on_ties * fear + rules.police_on_ties * c.coercive_share) * ties
    me.organisation = unit(ties + MONTH * (gain - loss_of_ties))


@compiled
def learn(me, c, rules):
    """Schooling: the young learn at school, the grown more slowly, both as far as common needs are provided for. P07, P12."""
    young = me.age < GROWN
    pace = rules.schooling if young else rules.adult_schooling
    reach = 0.3 + 0.7 * c.literacy
    skill = wide(me.skill)
    me.skill = skill + MONTH * pace * reach * (1.0 - skill) * (1.0 - 0.7 * c.dislocation)


@compiled
def mind_property(me, c, rules, draw):
    """An official turns to private property when it is worth more than the post at the risk he sees. P38, P47.

    Solnick 1998: the country's `temptation` holds the value, the risk (falling with the share already turned) and the
    fortune of the centre; the citizen adds his own fear and rank. Rate: once in `minding_years`, chance bend(x).
    """
    own = c.temptation - rules.fear_of_turning * (wide(me.fear) - c.fear_of_officials) + 0.3 * (wide(me.rank) - 1.2)
    drawn = bend(rules.temptation_slope * own) * c.impunity
    if draw * rules.minding_years < MONTH * drawn:
        me.lean = LIBERAL
    elif (1.0 - draw) * rules.minding_years < MONTH * (1.0 - drawn):
        me.lean = NO_LEAN


@compiled
def move(me, c, mine, rules, draw):
    """Change of work or class at the end of the month, by the published chances, one draw for all of them. Loop 6."""
    k = me.class_
    if me.sector == CAMP:
        if draw < MONTH * rules.release:
            me.sector = INDUSTRY if k == WORKER else (FARM if k == PEASANT else INDUSTRY)
        return
    arrest = MONTH * mine.arrest
    if draw < arrest:
        me.sector = CAMP
        if k == OFFICIAL or k == GENDARME:
            me.class_, me.rank, me.organisation = WORKER, 0, 0.1
        me.fear = unit(wide(me.fear) + 0.3)
        return
    draw -= arrest
    young = 1.6 if me.age < 35 * 12 else 0.4
    if k == PEASANT:
        leave = MONTH * c.town_pull * young
        enlist = MONTH * mine.enlisting
        if draw < leave:
            me.class_, me.sector = WORKER, INDUSTRY
        elif draw < leave + enlist:
            me.class_, me.sector = GENDARME, ARMS
    elif k == WORKER or k == PETTY:
        flee = MONTH * c.town_flight
        rise = MONTH * mine.hiring * 2.0 * wide(me.skill)
        enlist = MONTH * mine.enlisting
        if draw < flee:
            me.class_, me.sector = PEASANT, FARM
        elif draw < flee + rise:
            me.class_, me.sector, me.rank = OFFICIAL, OFFICE, 1 + (draw < flee + 0.2 * rise) + (draw < flee + 0.03 * rise)
            me.organisation, me.lean = 0.05, NO_LEAN
        elif draw < flee + rise + enlist:
            me.class_, me.sector = GENDARME, ARMS
        elif me.sector == IDLE:
            if draw < flee + rise + enlist + MONTH * c.job_chance:
                me.sector = INDUSTRY
        elif draw < flee + rise + enlist + MONTH * c.job_loss:
            me.sector = IDLE
    elif k == OFFICIAL:
        richer = MONTH * c.enrichment * (me.lean == LIBERAL)
        if draw < richer:
            me.class_, me.sector, me.rank = CAPITALIST, HOME, 0
        elif draw < richer + MONTH * c.dismissal:
            me.class_, me.sector, me.rank = WORKER, INDUSTRY, 0
    elif k == GENDARME:
        if draw < MONTH * c.discharge:
            me.class_, me.sector = WORKER, INDUSTRY
    elif draw < MONTH * c.expropriation:
        me.class_ = PEASANT if k == LANDLORD else PETTY
        me.sector = FARM if k == LANDLORD else INDUSTRY


@compiled
def grow_up(me, c, living, rules, was):
    """A month older; small children gain the brothers and sisters born beyond those who replace the dead; at fifteen children go to work, at sixty-two the old leave it."""
    me.age += 1
    if me.age < SMALL:
        before = wide(me.weight)
        hoard = before * wide(me.holdings)
        me.weight = before * (1.0 + c.siblings * (living >= rules.subsistence))
        now = wide(me.weight)
        was.born += now - before
        me.holdings = hoard / now
        rounding = now * wide(me.holdings) - hoard
        was.saved += rounding
        was.eaten -= rounding
    if me.age == GROWN and me.class_ != CAPITALIST and me.class_ != LANDLORD:
        me.sector = FARM if me.class_ == PEASANT else INDUSTRY
    elif me.age == OLD and me.sector != CAMP and me.class_ != PEASANT:
        me.sector = HOME


@compiled
def die(me, c, rules, draw, living, was):
    """Death by age at ordinary living, by hunger, war and camp; an heir of the line takes the place.

    Ordinary yearly chance: frailty x (0.10 under one year, 0.012 under ten) + 0.002 + age terms; excess: hunger x
    `famine`, war deaths, camps. The heir inherits the holdings and, of land and wealth, the class; not a post (P26).
    """
    age = me.age / 12.0
    late = above(age - 40.0) / 40.0
    ordinary = 0.002 + c.frailty * (0.16 * (age < 1.0) + 0.020 * (age < 8.0) + 0.004) + 0.09 * late * late * (0.5 + 0.5 * c.frailty) + 0.5 * (age > 95.0)
    short = unit(1.0 - living / rules.subsistence)
    soldier = 4.0 if me.class_ == GENDARME else 1.0
    excess = rules.famine * short + c.war_deaths * soldier + rules.camp_deaths * (me.sector == CAMP) * (1.0 + 3.0 * c.scarcity_absolute)
    k, weight = me.class_, wide(me.weight)
    if draw < MONTH * (ordinary + excess):
        was.dead += weight
        was.excess += weight * excess / (ordinary + excess)
        was.born += weight
        if k == OFFICIAL or k == GENDARME:
            me.class_ = WORKER
        elif k <= CAPITALIST and living < rules.subsistence:
            me.class_ = PEASANT if k == LANDLORD else PETTY
        me.age, me.sector, me.rank, me.lean = 0, HOME, 0, NO_LEAN
        me.fear = 0.3 * wide(me.fear)
        me.organisation = 0.3 * wide(me.organisation)
        me.skill = 0.1 + 0.1 * wide(me.skill)
        me.best = me.expectation


@compiled
def be_counted(me, c, rules, living, now):
    """Add the citizen, as the month leaves him, to the totals of his class."""
    k, weight = me.class_, wide(me.weight)
    fear = wide(me.fear)
    now.heads += weight
    now.hoard += weight * wide(me.holdings)
    now.short += weight * unit(1.0 - living / rules.subsistence)
    now.grievance += weight * wide(me.grievance)
    now.ties += weight * wide(me.organisation)
    now.fear += weight * fear
    now.acting += weight * wide(me.grievance) * wide(me.organisation) * (1.0 - rules.fear_on_action * fear)
    now.infants += weight * (me.age < SMALL)
    now.learning += weight * wide(me.skill)
    now.liberal += weight * (me.lean == LIBERAL)
    now.claims += weight * claim(me, c, rules)
    now.toil += weight * ((me.sector == INDUSTRY) + (me.sector == FARM) + 0.7 * (me.sector == CAMP))
