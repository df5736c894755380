"""Live: every citizen's month, chunk by chunk, and the counting of what came of it."""

import math

import numpy as np

from thermidor.citizen import go_through_life, live_on_income
from thermidor.citizen_record import CAMP, CLERK, FARM, IDLE, INDUSTRY, LEANS, LIBERAL, OLDEST, TENTHS, TOP
from thermidor.country import (
    CAPITALIST,
    CLASSES,
    FASCIST_CAMP,
    GENDARME,
    LANDLORD,
    OFFICIAL,
    PARTY,
    PEASANT,
    PETTY,
    WORKER,
)
from thermidor.draws import LIVING, MINDING, month_key
from thermidor.jit import compiled
from thermidor.steps.shapes import LN_TWO, MONTH, TINY, above, unit
from thermidor.steps.side import publish_sides

CHUNK = 16384
"""Citizens whose sums are added up apart: the same for any number of threads, so that bits are too."""
BLOCK = 512
"""Citizens who go through the month together, as many as the processor holds at hand; sums are added block by block."""


@compiled
def publish(c, rules, rates):
    """What the country offers each class this month is written into `rates` (RATES, one record a class).

    Equation: pay, complaint and terror as the country's; a unit of work claims claim_of_labour x (1 - need_norm), x
    dole without work, x camp_ration in a camp, and the unskilled do claim_unskilled of one; work in a camp counts for
    camp_toil; schooling and adult_schooling x (schooling_unlettered + (1 - schooling_unlettered) x literacy)(1 -
    disorder_on_schooling x dislocation); yardsticks decent_living and subsistence; memory by habit_years, best_years,
    fear_half_life; work from working_age to resting_age.
    Claims: none; bookkeeping.
    Assumes: all of a class face the same rates.
    Signs: none.
    Leaves out: regions, enterprises.
    """
    teachers = rules.schooling_unlettered + (1.0 - rules.schooling_unlettered) * c.literacy
    schooling = MONTH * teachers * (1.0 - rules.disorder_on_schooling * c.dislocation)
    for k in range(len(CLASSES)):
        offer = rates[k]
        offer.pay, offer.rank_step = MONTH * c.pay[k], (c.rank_gap - 1.0) / (TOP - CLERK)
        offer.by_need, offer.unskilled = 1.0 / TENTHS * c.need_norm, rules.claim_unskilled
        offer.grown, offer.old = math.floor(12.0 * rules.working_age), math.floor(12.0 * rules.resting_age)
        offer.ration[:] = rules.claim_of_labour * (1.0 - c.need_norm)
        offer.toil[:] = 0.0
        offer.toil[INDUSTRY] = offer.toil[FARM] = 1.0
        offer.toil[CAMP] = rules.camp_toil
        offer.ration[IDLE] *= rules.dole
        offer.ration[CAMP] *= rules.camp_ration
        offer.one_decent, offer.one_bare = 1.0 / rules.decent_living, 1.0 / rules.subsistence
        offer.habit_pace, offer.best_kept = MONTH / rules.habit_years, 1.0 - MONTH / rules.best_years
        offer.complaint, offer.terror = c.complaint[k], unit(MONTH * c.terror[k])
        offer.fear_kept = 1.0 - offer.terror - MONTH * LN_TWO / rules.fear_half_life
        offer.school, offer.practice = schooling * rules.schooling, schooling * rules.adult_schooling
        publish_ties(c, rules, k, offer)
        publish_moves(c, rules, k, offer)
        publish_sides(c, rules, k, offer)
    publish_deaths(c, rules, rates)


@compiled
def publish_ties(c, rules, k, offer):
    """Ties grow by contact, room and rest, and with loss by hope from abroad; an official's by the post.

    Equation: see `feel`: tie_growth x room x (contact + contact_least x grievance), less for all but workers
    (ties_outside_work), a part of it without schooling (ties_unschooled); hope from abroad, spark_felt by all and
    spark_by_loss by loss; tie_fading, fear_on_ties, police_on_ties, owners_on_ties; crush x the party's authority x (1
    - red) x the movement's camp, for workers; for officials standing_growth x (1 - purge_on_standing x purge) and
    standing_loss; all by the month.
    Claims: P05, P07, P16, P31, P56.
    Assumes: contact is with the mean of the class; workers gather most easily; a movement in power breaks up workers'
    organisations by its own people in every street, which no police can.
    Signs: up with room, rest and grievance, down with police, owners and a movement in power.
    Leaves out: who knows whom.
    """
    if k == OFFICIAL:
        free = unit(1.0 - rules.purge_on_standing * c.repression_elite)
        offer.standing = MONTH * rules.standing_growth * (1.0 - c.norm_recall) * free
        offer.fading = MONTH * rules.standing_loss * c.repression_elite
        offer.rally = offer.spark = offer.dread = 0.0
    else:
        together = k == WORKER or k == CAPITALIST or k == LANDLORD
        gathered = rules.ties_outside_work + (1.0 - rules.ties_outside_work) * together
        ground = (1.0 - c.exhaustion) * gathered
        contact = c.organisation_of[k] + rules.contact_least * c.grievance[k]
        contact *= MONTH * rules.tie_growth * c.room * ground
        offer.standing = rules.ties_unschooled * contact + rules.spark_felt * MONTH * c.spark
        offer.rally = (1.0 - rules.ties_unschooled) * contact
        offer.spark = rules.spark_by_loss * MONTH * c.spark
        force = rules.police_on_ties * c.coercive_share * (k > CAPITALIST)
        force += rules.owners_on_ties * c.private_share * (k == WORKER)
        crushed = c.authority[PARTY] * (1.0 - c.red) * c.camp[FASCIST_CAMP]
        force += rules.crush * crushed * (k == WORKER)
        offer.fading = MONTH * (rules.tie_fading + force)
        offer.dread = MONTH * rules.fear_on_ties


@compiled
def publish_moves(c, rules, k, offer):
    """Chances to change work or class; `stir` bounds their sum, so that in most months a citizen need ask no further.

    Equation: stir = arrest + the chances by class (see `move`) of those who move most: move_young or move_old, and
    hiring_by_skill x full schooling; out of a camp at the rate release.
    Claims: none; bookkeeping.
    Assumes: a bound on the sum changes no result, only the time.
    Signs: none.
    Leaves out: nothing.
    """
    offer.arrest, offer.hiring, offer.enlisting = MONTH * c.arrest[k], MONTH * c.hiring[k], MONTH * c.enlisting[k]
    if k == PEASANT:
        leave = MONTH * max(rules.move_young, rules.move_old) * c.town_pull + offer.enlisting
    elif k == WORKER or k == PETTY:
        leave = MONTH * (c.town_flight + c.job_loss) + rules.hiring_by_skill * offer.hiring + offer.enlisting
    else:
        leave = MONTH * (c.enrichment + c.dismissal + c.discharge + c.expropriation)
    offer.stir[:] = offer.arrest + leave
    offer.stir[IDLE] += MONTH * c.job_chance
    offer.stir[CAMP] = MONTH * rules.release
    offer.moving_age = 0 if k == LANDLORD or k == CAPITALIST else offer.grown


@compiled
def publish_deaths(c, rules, rates):
    """A life table is written out for each class: the chance to die of age or war, by years of age.

    Equation: by year death_any + frailty x (death_infant under one + death_child under child_years + death_frail) +
    death_late x ((age - death_late_from)+ / death_late_span)^2 x (1 - frailty_late + frailty_late x frailty) +
    death_oldest from oldest_from, + war_deaths (x soldiers_die for soldiers); apart from age the chances of full
    hunger, famine, and of a camp, camp_deaths x (1 + camp_deaths_by_want x want).
    Claims: none; people are born, age and die.
    Assumes: mortality falls with schooling and living through frailty alone; but for war, classes die alike.
    Signs: up with frailty and war.
    Leaves out: sex, epidemics.
    """
    for k in range(len(CLASSES)):
        offer = rates[k]
        offer.war_deaths = MONTH * c.war_deaths * (rules.soldiers_die if k == GENDARME else 1.0)
        offer.famine, offer.peril[:] = MONTH * rules.famine, 0.0
        offer.peril[CAMP] = MONTH * rules.camp_deaths * (1.0 + rules.camp_deaths_by_want * c.scarcity_absolute)
    worn = (1.0 - rules.frailty_late) + rules.frailty_late * c.frailty
    for years in range(OLDEST + 1):
        young = rules.death_infant * (years < 1) + rules.death_child * (years < rules.child_years) + rules.death_frail
        late = above(years - rules.death_late_from) / rules.death_late_span
        age = rules.death_late * late * late * worn + rules.death_oldest * (years >= rules.oldest_from)
        month = MONTH * (rules.death_any + c.frailty * young + age)
        for k in range(len(CLASSES)):
            rates[k].life_table[years] = month + rates[k].war_deaths


@compiled
def live_chunk(people, first, last, start, c, rates, rules, key, month, totals):
    """Citizens `first` to `last` of the rows that begin at `start` live one month; totals are added to `totals`.

    Block by block, the first half of the month for all of a block and then the second: the processor, which looks some
    hundred operations ahead, so works at more citizens at once.
    """
    living, minding = month_key(key, month, LIVING), month_key(key, month, MINDING)
    short = np.empty(BLOCK)
    for begin in range(first, last, BLOCK):
        part = people[begin : min(begin + BLOCK, last)]
        for row in range(part.shape[0]):
            short[row] = live_on_income(part[row], rates, rules, totals)
        for row in range(part.shape[0]):
            go_through_life(part[row], begin - start + row, c, rates, rules, living, minding, short[row], totals)


@compiled
def live(people, start, end, c, rules, key, month, rates, part, totals):
    """All citizens of a country live one month. Chunk totals are added in order, so threads can't change a bit."""
    publish(c, rules, rates)
    clear(totals)
    for first in range(start, end, CHUNK):
        clear(part)
        live_chunk(people, first, min(first + CHUNK, end), start, c, rates, rules, key, month, part)
        add(totals, part)


@compiled
def clear(totals):
    """Set all sums to zero."""
    for k in range(totals.shape[0]):
        t = totals[k]
        t.heads = t.eaten = t.kept = t.saved = t.hoard = t.claims = t.toil = t.short = t.grievance = 0.0
        t.ties = t.fear = t.learning = t.asked = t.dead = t.infants = t.excess = t.born = 0.0
        t.grown[:] = 0.0
        t.acting[:] = 0.0


@compiled
def add(totals, part):
    """Add the sums of one chunk."""
    for k in range(totals.shape[0]):
        t, p = totals[k], part[k]
        t.heads += p.heads
        t.eaten += p.eaten
        t.kept += p.kept
        t.saved += p.saved
        t.hoard += p.hoard
        t.claims += p.claims
        t.toil += p.toil
        t.short += p.short
        t.grievance += p.grievance
        t.ties += p.ties
        t.fear += p.fear
        t.learning += p.learning
        t.asked += p.asked
        t.dead += p.dead
        t.infants += p.infants
        t.excess += p.excess
        t.born += p.born
        for lean in range(len(LEANS)):
            t.grown[lean] += p.grown[lean]
            t.acting[lean] += p.acting[lean]


@compiled
def count(c, totals):
    """What really flowed is booked: heads, eating, saving, births and deaths, and the means by class.

    Equation: stores' = to_consume - eaten - saved; hoards = hoards before + saved; population + cradle = before + born
    - died; the failures of these books are kept as residual and hoard_gap.
    Claims: none; bookkeeping.
    Assumes: sums are taken of stored (32-bit) values in 64 bits, in the order of chunks.
    Signs: none.
    Leaves out: nothing that flows.
    """
    before_people = c.population + c.cradle
    born = c.birth_rate * c.population * MONTH
    taken = died = infants = excess = heads = eaten = kept = saved = hoard = fear = learning = asked = 0.0
    for k in range(len(CLASSES)):
        n = totals[k].heads
        heads += n
        died += totals[k].dead
        infants += totals[k].infants
        excess += totals[k].excess
        taken += totals[k].born
        eaten += totals[k].eaten
        kept += totals[k].kept
        saved += totals[k].saved
        hoard += totals[k].hoard
        fear += totals[k].fear
        learning += totals[k].learning
        asked += totals[k].asked
        was = max(c.heads[k], TINY)
        c.eaten[k] = 12.0 * totals[k].eaten / was if c.heads[k] > 0.0 else 0.0
        c.heads[k] = n
        c.claims[k] = totals[k].claims
        per = 1.0 / n if n > 0.0 else 0.0
        c.hunger[k] = totals[k].short * per
        c.grievance[k] = totals[k].grievance * per
        c.organisation_of[k] = totals[k].ties * per
        c.fear_of[k] = totals[k].fear * per
        acting = 0.0
        for lean in range(len(LEANS)):
            acting += totals[k].acting[lean]
        c.active[k] = acting * per
    c.cradle += born - taken
    c.population = heads
    c.births = born
    c.deaths += MONTH * (died - c.deaths)
    c.infants = infants
    c.excess_deaths = excess
    c.stores += MONTH * c.to_consume - eaten - saved
    c.saved = saved
    c.dependants = 12.0 * kept
    stock_gap = abs(c.hoards + saved - hoard) / max(hoard, TINY)
    people_gap = abs(before_people + born - died - (c.population + c.cradle)) / before_people
    c.residual = max(people_gap, 0.0)
    c.hoards = hoard
    c.hoard_gap = stock_gap
    c.labour_farm = totals[PEASANT].toil
    c.labour_industry = 0.0
    for k in range(len(CLASSES)):
        if k != PEASANT and k != LANDLORD and k != CAPITALIST:
            c.labour_industry += totals[k].toil
    c.literacy = learning / max(asked, TINY)
    c.fear = fear / heads
    c.organisation = c.organisation_of[WORKER]
    c.fear_of_officials = c.fear_of[OFFICIAL]
    c.converted = totals[OFFICIAL].grown[LIBERAL] / max(totals[OFFICIAL].heads, TINY)
    c.apparatus_share = c.heads[OFFICIAL] / heads
    c.coercive_share = c.heads[GENDARME] / heads
