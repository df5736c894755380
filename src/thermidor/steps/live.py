"""Live: every citizen's month, chunk by chunk, and the counting of what came of it."""

from thermidor.citizen import live_a_month
from thermidor.country import CAPITALIST, CLASSES, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.draws import DYING, MINDING, MOVING, month_key
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, unit

CHUNK = 16384


@compiled
def publish(c, rates):
    """Write what the country offers each class this month into `rates` (RATES, one record a class)."""
    for k in range(len(CLASSES)):
        offer = rates[k]
        offer.pay, offer.complaint, offer.terror, offer.arrest = c.pay[k], c.complaint[k], c.terror[k], c.arrest[k]
        offer.hiring, offer.enlisting, offer.contact = c.hiring[k], c.enlisting[k], c.organisation_of[k]
        offer.stir = most_moves(c, k)


@compiled
def most_moves(c, k):
    """A bound on the monthly chance that a citizen of the class changes work or class: most months nothing more is asked."""
    if k == PEASANT:
        leave = 1.6 * c.town_pull + c.enlisting[k]
    elif k == WORKER or k == PETTY:
        leave = c.town_flight + 2.0 * c.hiring[k] + c.enlisting[k] + max(c.job_chance * (c.unemployed > 0.0), c.job_loss)
    else:
        leave = c.enrichment + c.dismissal + c.discharge + c.expropriation
    return MONTH * (c.arrest[k] + max(leave, 0.5))


@compiled
def live_chunk(people, first, last, start, c, rates, rules, key, month, totals):
    """Citizens `first` to `last` of the rows that begin at `start` live one month; totals are added to `totals`."""
    dying = month_key(key, month, DYING)
    moving = month_key(key, month, MOVING)
    minding = month_key(key, month, MINDING)
    for row in range(first, last):
        live_a_month(people[row], row - start, c, rates, rules, dying, moving, minding, totals)


@compiled
def live(people, start, end, c, rules, key, month, rates, part, totals):
    """All citizens of a country live one month. Chunk totals are added in order, so threads can't change a bit."""
    publish(c, rates)
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
        t.heads = t.eaten = t.saved = t.hoard = t.claims = t.toil = t.short = t.grievance = 0.0
        t.ties = t.fear = t.acting = t.learning = t.liberal = t.dead = t.infants = t.excess = t.born = 0.0


@compiled
def add(totals, part):
    """Add the sums of one chunk."""
    for k in range(totals.shape[0]):
        t, p = totals[k], part[k]
        t.heads += p.heads
        t.eaten += p.eaten
        t.saved += p.saved
        t.hoard += p.hoard
        t.claims += p.claims
        t.toil += p.toil
        t.short += p.short
        t.grievance += p.grievance
        t.ties += p.ties
        t.fear += p.fear
        t.acting += p.acting
        t.learning += p.learning
        t.liberal += p.liberal
        t.dead += p.dead
        t.infants += p.infants
        t.excess += p.excess
        t.born += p.born


@compiled
def count(c, totals):
    """Book what really flowed: heads, eating, saving, births and deaths, and the means by class."""
    before_people = c.population + c.cradle
    born = c.birth_rate * c.population * MONTH
    taken = died = infants = excess = heads = eaten = saved = hoard = fear = learning = 0.0
    for k in range(len(CLASSES)):
        n = totals[k].heads
        heads += n
        died += totals[k].dead
        infants += totals[k].infants
        excess += totals[k].excess
        taken += totals[k].born
        eaten += totals[k].eaten
        saved += totals[k].saved
        hoard += totals[k].hoard
        fear += totals[k].fear
        learning += totals[k].learning
        was = max(c.heads[k], 1e-12)
        c.eaten[k] = 12.0 * totals[k].eaten / was if c.heads[k] > 0.0 else 0.0
        c.heads[k] = n
        c.claims[k] = totals[k].claims
        per = 1.0 / n if n > 0.0 else 0.0
        c.hunger[k] = totals[k].short * per
        c.grievance[k] = totals[k].grievance * per
        c.organisation_of[k] = totals[k].ties * per
        c.fear_of[k] = totals[k].fear * per
        c.active[k] = totals[k].acting * per
    c.cradle += born - taken
    c.population = heads
    smooth = 1.0 / 12.0
    c.births = born
    c.deaths += smooth * (died - c.deaths)
    c.infants = infants
    c.excess_deaths = excess
    c.stores += MONTH * c.to_consume - eaten - saved
    c.saved = saved
    stock_gap = abs(c.hoards + saved - hoard) / max(hoard, 1e-9)
    people_gap = abs(before_people + born - died - (c.population + c.cradle)) / before_people
    c.residual = max(people_gap, 0.0)
    c.hoards = hoard
    c.hoard_gap = stock_gap
    c.labour_farm = totals[PEASANT].toil
    c.labour_industry = 0.0
    for k in range(len(CLASSES)):
        if k != PEASANT and k != LANDLORD and k != CAPITALIST:
            c.labour_industry += totals[k].toil
    c.literacy = learning / heads
    c.fear = fear / heads
    c.organisation = c.organisation_of[WORKER]
    c.fear_of_officials = c.fear_of[OFFICIAL]
    c.converted = totals[OFFICIAL].liberal / max(totals[OFFICIAL].heads, 1e-12)
    c.apparatus_share = c.heads[OFFICIAL] / heads
    c.coercive_share = c.heads[len(CLASSES) - 1] / heads
