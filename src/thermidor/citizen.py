"""One month of one life: earn, eat, feel, learn, move, and, for some, die.

The rule in a sentence: a citizen takes what the published rates give, lives on it and on the hoard,
measures it against want, habit and the neighbours, gathers or loses ties and fear, may change work or
class at the end of the month, and may die, the place being taken by an heir of the same line.

Arithmetic is float64 on float32 memory; there is no exp, log or pow, so bits do not depend on the
machine's mathematical library. Every flow is booked from stored values. Claims: P10, P26, P33, P39, P56.
"""

from thermidor.citizen_record import (
    ARMS,
    CAMP,
    CENSUS,
    CLERK,
    FARM,
    FASCIST,
    HOME,
    IDLE,
    INDUSTRY,
    LIBERAL,
    NO_LEAN,
    OFFICE,
    OLDEST,
    SMALL,
    TENTHS,
)
from thermidor.country import CAPITALIST, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.draws import uniform
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, above, bend, unit, wide


@compiled
def live_on_income(me, rates, rules, totals):
    """The first half of a month: a citizen (a record of CITIZEN) earns, eats, feels and learns.

    `rates` (RATES) and `totals` (TALLY) have one record a class; the totals grow by what the citizen did. Returns the
    shortfall below subsistence, 0..1.
    """
    mine, was = rates[me.class_], totals[me.class_]
    eaten, saved, living = earn_and_eat(me, mine, rules)
    feel(me, mine, rules, living)
    learn(me, mine)
    was.eaten += eaten
    was.kept += eaten * (me.sector == HOME)
    was.saved += saved
    return above(1.0 - living * mine.one_bare)


@compiled
def go_through_life(me, i, c, rates, rules, living_key, minding_key, short, totals):
    """The second half: citizen `i` of country `c` grows older, meets chance, and is counted as the month leaves him."""
    mine, was = rates[me.class_], totals[me.class_]
    grow_up(me, c, mine, short, was)
    meet_chance(me, i, c, mine, rules, living_key, minding_key, short, was)
    be_counted(me, rates[me.class_], rules, short, totals[me.class_])


@compiled
def claim(me, mine):
    """A citizen's claim on the fund goes by work done and rank, or by need, as the country's norm has it.

    Equation: claim = (1 - need_norm) x effort + need_norm x need; effort = claim_of_labour x (claim_unskilled + skill)
    x rank factor; x dole without work, x camp_ration in a camp.
    Claims: P10, P11, P24.
    Assumes: Sen (1966): shares paid by labour and by need; effort itself does not answer to the share.
    Signs: up with skill and rank, less so under a need norm.
    Leaves out: choice of effort, overtime, women's and men's pay.
    """
    work = mine.unskilled + wide(me.skill)
    if me.class_ == OFFICIAL:
        work *= 1.0 + mine.rank_step * (wide(me.rank) - CLERK)
    return mine.ration[me.sector] * work + mine.by_need * wide(me.need)


@compiled
def earn_and_eat(me, mine, rules):
    """Income comes by claim; the hoard fills in good months and empties in bad ones.

    Equation: income = pay x claim / 12; saved = thrift x (income - habit)+ - min(shortfall_borne x shortfall,
    hoard_spent x hoard); living = 12 x (income - saved) / need.
    Claims: P10, P39, P49.
    Assumes: one good; people smooth what they eat about what they are used to.
    Signs: saving up with income above habit.
    Leaves out: money, lending, interest, buying from one another.
    """
    weight, before = wide(me.weight), wide(me.holdings)
    income = mine.pay * claim(me, mine)
    spare = income - MONTH * wide(me.expectation)
    kept = max(min(rules.thrift * spare, rules.shortfall_borne * spare), -rules.hoard_spent * before)
    me.holdings = before + kept
    saved = wide(me.holdings) - before
    return weight * (income - saved), weight * saved, (income - kept) * (12.0 * TENTHS / wide(me.need))


@compiled
def feel(me, mine, rules, living):
    """Grievance follows want, loss and the class's complaints; ties follow contact and room; fear follows terror.

    Equation: grievance' = temper x (complaint + grievance_want x want + grievance_loss x loss + grievance_best x fall -
    grievance) a month; fall is the distance from the best month in habitual livings; ties' = tie_growth x room x
    contact x (1 - ties) x ground + spark x (hope + loss)(1 - ties) - (tie_fading + fear_on_ties x fear + police_on_ties
    x coercive_share + owners_on_ties x private_share) x ties, ground = schooling and rest, workers most; fear' = terror
    x (1 - fear) - fear x ln 2 / fear_half_life. Want is living below decent_living, loss living below habit, which
    follows in habit_years; the best month is forgotten in best_years. Officials' ties are their own standing:
    standing_growth where they are not recalled, standing_loss in the purge.
    Claims: P07, P16, P33, P39, P56.
    Assumes: Gurr (1970) on deprivation, Kuran (1991) and Wintrobe (1990) on fear; contact with the class's mean.
    Signs: ties up with room, contact, schooling and rest, down with fear and police.
    Leaves out: networks of persons, opinions beyond one lean, religion and nation.
    """
    habit, grievance, fear, ties = wide(me.expectation), wide(me.grievance), wide(me.fear), wide(me.organisation)
    one_habit = 1.0 / max(habit, TINY)
    loss = above(1.0 - living * one_habit)
    fall = min(above(wide(me.best) - living) * one_habit, 1.0)
    want = above(1.0 - living * mine.one_decent)
    wish = mine.complaint + rules.grievance_want * want + rules.grievance_loss * loss + rules.grievance_best * fall
    me.grievance = grievance + rules.temper * (min(wish, 1.0) - grievance)
    me.expectation = habit + mine.habit_pace * (living - habit)
    me.best = max(living, mine.best_kept * wide(me.best))
    me.fear = mine.terror + mine.fear_kept * fear
    gain = mine.standing + mine.rally * wide(me.skill) + mine.spark * loss
    me.organisation = ties + gain * (1.0 - ties) - (mine.fading + mine.dread * fear) * ties


@compiled
def learn(me, mine):
    """The young learn at school and the grown more slowly, both as far as the country's schooling reaches.

    Equation: skill' = pace x (1 - skill), pace = what `publish` offers by schooling to those under working_age, else by
    adult_schooling.
    Claims: P07, P12.
    Assumes: those who can read teach those who can't.
    Signs: up with literacy, down with disorder.
    Leaves out: kinds of schooling, training for one post, forgetting.
    """
    skill = wide(me.skill)
    me.skill = skill + (mine.school if me.age < mine.grown else mine.practice) * (1.0 - skill)


@compiled
def meet_chance(me, i, c, mine, rules, living_key, minding_key, short, was):
    """In most months nothing rare befalls a citizen; else he dies, thinks politics over, moves, or the last two.

    Equation: one draw for all: he dies where it is below the risk (see `die`); what is left of it, stretched to 0..1
    again, is independent of that, and decides whether he moves (see `move`) or, stretched once more, thinks politics
    over with chance side_pace + side_anger x anger a year (officials: once in minding_years); anger = (grievance -
    side_calm) / (side_angry - side_calm), held in 0..1. Who might move thinks by a draw of its own.
    Claims: none; bookkeeping.
    Assumes: chances are independent of one another; the dead do not move.
    Signs: thinking up with grievance.
    Leaves out: nothing.
    """
    anger = unit((wide(me.grievance) - mine.side_calm) * mine.side_span)
    risk = mine.life_table[min(me.age // 12, OLDEST)] + mine.famine * short + mine.peril[me.sector]
    stir = mine.stir[me.sector] * (me.age >= mine.moving_age)
    pace = (mine.side_pace + mine.side_anger * anger) * (me.age >= mine.minding_age)
    draw = uniform(living_key, i)
    if draw >= risk + stir + pace:
        return
    if draw < risk:
        die(me, mine, rules, draw, risk, short, was)
        return
    left = (draw - risk) / (1.0 - risk)
    thought = uniform(minding_key, i) if left < stir else (left - stir) / (1.0 - stir)
    if thought < pace:
        if me.class_ == OFFICIAL:
            mind_property(me, c, rules, thought / pace)
        else:
            take_side(me, mine, anger, thought / pace)
    if left < stir:
        move(me, c, mine, rules, left)


@compiled
def mind_property(me, c, rules, draw):
    """An official turns to private property when it is worth more than the post at the risk he sees.

    Equation: own = temptation - fear_of_turning x (fear - officials' mean) + rank_daring x (rank - rank_ordinary); when
    he thinks of it he turns with chance impunity x bend(temptation_slope x own), and else turns back.
    Claims: P38a, P47.
    Assumes: Solnick (1998): the country's `temptation` holds value, risk and the fortune of the centre.
    Signs: up with temptation and rank, down with own fear.
    Leaves out: belief, family, what the office allows him to steal.
    """
    daring = rules.rank_daring * (wide(me.rank) - rules.rank_ordinary)
    own = c.temptation - rules.fear_of_turning * (wide(me.fear) - c.fear_of_officials) + daring
    me.lean = LIBERAL if draw < bend(rules.temptation_slope * own) * c.impunity else NO_LEAN


@compiled
def take_side(me, mine, anger, draw):
    """A citizen who thinks politics over leans as the class's pulls go, the calm and the angry apart.

    Equation: the lean is drawn from the published chances, mixed by `anger` between those of the calm and those of the
    angry (see `publish_sides`).
    Claims: P30, P31, P38a.
    Assumes: McFadden (1974) as a form; a person is somewhere between calm and angry.
    Signs: as the published pulls.
    Leaves out: neighbours by name, more than one loyalty, officials (they mind property instead).
    """
    lean = NO_LEAN
    for camp in range(FASCIST):
        lean += draw >= mine.calm[camp] + anger * mine.angry[camp]
    me.lean = lean


@compiled
def move(me, c, mine, rules, draw):
    """A citizen changes work or class at the end of the month by the published chances, one draw for all of them.

    Equation: the draw falls into slices: arrest; then by class: to town, to the village, into a post, into the standing
    force, into or out of work, out of office, into ownership, out of ownership; out of a camp at the rate release.
    Those under young_until move to town move_young times the mean, others move_old times; a post comes hiring_by_skill
    x skill times the mean, for rank_managers of them as a manager or above, for rank_tops at the top, with
    standing_of_newcomers. Arrest adds arrest_frightens to fear and leaves those in office ties_after_arrest. Outside
    the village nobody goes to work, to arms or into a post past resting_age; children stay at home.
    Claims: P26, P46, P50, P56.
    Assumes: chances exclude one another in a month; the schooled are chosen for posts.
    Signs: as the published chances.
    Leaves out: moving back of the enriched, marriage, careers inside the apparatus after entry.
    """
    k, grown, old = me.class_, me.age >= mine.grown, me.age >= mine.old
    work = INDUSTRY if grown and not old else HOME
    if me.sector == CAMP:
        if draw < MONTH * rules.release:
            me.sector = FARM if k == PEASANT else work
        return
    if draw < mine.arrest and grown:
        me.sector = CAMP
        if k == OFFICIAL or k == GENDARME:
            me.class_, me.rank, me.organisation = WORKER, 0, rules.ties_after_arrest
        me.fear = unit(wide(me.fear) + rules.arrest_frightens)
        return
    draw -= mine.arrest
    young = rules.move_young if me.age < 12.0 * rules.young_until else rules.move_old
    if k == PEASANT:
        leave = MONTH * c.town_pull * young
        if draw < leave:
            me.class_, me.sector = WORKER, work
        elif draw < leave + mine.enlisting and not old:
            me.class_, me.sector = GENDARME, ARMS
    elif k == WORKER or k == PETTY:
        flee = MONTH * c.town_flight
        rise = mine.hiring * rules.hiring_by_skill * wide(me.skill)
        if draw < flee:
            me.class_, me.sector = PEASANT, FARM
        elif old:
            return
        elif draw < flee + rise:
            me.rank = CLERK + (draw < flee + rules.rank_managers * rise) + (draw < flee + rules.rank_tops * rise)
            me.class_, me.sector, me.lean = OFFICIAL, OFFICE, NO_LEAN
            me.organisation = rules.standing_of_newcomers
        elif draw < flee + rise + mine.enlisting:
            me.class_, me.sector = GENDARME, ARMS
        elif me.sector == IDLE:
            if draw < flee + rise + mine.enlisting + MONTH * c.job_chance:
                me.sector = INDUSTRY
        elif draw < flee + rise + mine.enlisting + MONTH * c.job_loss:
            me.sector = IDLE
    elif k == OFFICIAL:
        richer = MONTH * c.enrichment * (me.lean == LIBERAL)
        if draw < richer:
            me.class_, me.sector, me.rank = CAPITALIST, HOME, 0
        elif draw < richer + MONTH * c.dismissal:
            me.class_, me.sector, me.rank = WORKER, work, 0
    elif k == GENDARME:
        if draw < MONTH * c.discharge:
            me.class_, me.sector = WORKER, work
    elif draw < MONTH * c.expropriation:
        me.class_ = PEASANT if k == LANDLORD else PETTY
        me.sector = FARM if k == LANDLORD and grown else work


@compiled
def grow_up(me, c, mine, short, was):
    """All grow a month older; small children gain the brothers and sisters born beyond those who replace the dead.

    Equation: weight x (1 + siblings) under five years where the household lives above subsistence; work begins at
    working_age and ends at resting_age, except in the village.
    Claims: none; bookkeeping of births.
    Assumes: births are carried by the weights of the small, so that the number of records stays.
    Signs: none.
    Leaves out: households, schooling beyond that, pensions that differ.
    """
    me.age += 1
    if me.age < SMALL:
        before = wide(me.weight)
        hoard = before * wide(me.holdings)
        me.weight = before * (1.0 + c.siblings * (short <= 0.0))
        now = wide(me.weight)
        was.born += now - before
        me.holdings = hoard / now
        rounding = now * wide(me.holdings) - hoard
        was.saved += rounding
        was.eaten -= rounding
    if me.age == mine.grown and me.class_ != CAPITALIST and me.class_ != LANDLORD:
        me.sector = FARM if me.class_ == PEASANT else OFFICE if me.class_ == OFFICIAL else INDUSTRY
    elif me.age == mine.old and me.sector != CAMP and me.class_ != PEASANT:
        me.sector = HOME


@compiled
def die(me, mine, rules, draw, risk, short, was):
    """People die by age, and by hunger, war and camp; an heir of the line takes the place.

    Equation: yearly chance = what `publish_deaths` says of the age + famine x hunger (living below subsistence) +
    camp_deaths x (1 + camp_deaths_by_want x want) in a camp. Heirs keep heirs_keep of ties and fear and begin with
    heirs_skill + heirs_taught x the skill of the dead.
    Claims: P26.
    Assumes: heirs inherit holdings and, of land and wealth, the class; a post only in a rival's theory, in the share
    posts_inherited.
    Signs: up with hunger, war and camps, down with schooling.
    Leaves out: epidemics of their own, sex, life of the heir's mother.
    """
    k, weight = me.class_, wide(me.weight)
    was.dead += weight
    was.excess += weight * (mine.war_deaths + mine.famine * short + mine.peril[me.sector]) / risk
    was.born += weight
    if k == GENDARME or (k == OFFICIAL and draw >= rules.posts_inherited * risk):
        me.class_ = WORKER
    elif k <= CAPITALIST and short > 0.0:
        me.class_ = PEASANT if k == LANDLORD else PETTY
    me.age, me.sector, me.rank, me.lean = 0, HOME, CLERK * (me.class_ == OFFICIAL), NO_LEAN
    me.fear = rules.heirs_keep * wide(me.fear)
    me.organisation = rules.heirs_keep * wide(me.organisation)
    me.skill = rules.heirs_skill + rules.heirs_taught * wide(me.skill)
    me.best = me.expectation


@compiled
def be_counted(me, mine, rules, short, now):
    """The citizen, as the month leaves him, is added to the totals of his class.

    Equation: acting = weight x grievance x ties x (1 - fear_on_action x fear), hunger = living below subsistence; the
    other sums are weight x quantity.
    Claims: P16.
    Assumes: who is organised and aggrieved acts unless afraid (Epstein 2002; Kuran 1991), in mean over the weight.
    Signs: acting up with grievance and ties, down with fear.
    Leaves out: thresholds by the number of others who act.
    """
    weight, grievance, ties, fear = wide(me.weight), wide(me.grievance), wide(me.organisation), wide(me.fear)
    hoard, skill, claims, toil = wide(me.holdings), wide(me.skill), claim(me, mine), mine.toil[me.sector]
    small, asked, grown = 1.0 * (me.age < SMALL), 1.0 * (me.age >= CENSUS), 1.0 * (me.age >= mine.grown)
    now.heads += weight
    now.hoard += weight * hoard
    now.short += weight * short
    now.grievance += weight * grievance
    now.ties += weight * ties
    now.fear += weight * fear
    now.claims += weight * claims
    now.toil += weight * toil
    now.infants += weight * small
    now.asked += weight * asked
    now.learning += weight * asked * skill
    now.grown[me.lean] += weight * grown
    now.acting[me.lean] += weight * grievance * ties * (1.0 - rules.fear_on_action * fear)
