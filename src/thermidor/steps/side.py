"""Take sides: the camps that citizens lean to, what pulls each class, and what the camps weigh."""

import math

from thermidor.citizen_record import LEANS
from thermidor.country import (
    ARMY,
    BY_MOVEMENT,
    BY_OFFICIALS,
    BY_OWNERS,
    BY_REACTION,
    BY_REFORMISTS,
    BY_REVOLUTIONARIES,
    CAMPS,
    CAPITALIST,
    CLASSES,
    COUNCILS,
    FASCIST_CAMP,
    GOVERNMENT,
    LANDLORD,
    LIBERAL_CAMP,
    OFFICIAL,
    PARTY,
    PEASANT,
    PETTY,
    REACTION_CAMP,
    REFORM_CAMP,
    REVOLUTION_CAMP,
    WORKER,
)
from thermidor.jit import compiled
from thermidor.passages.seizure import holder_of
from thermidor.steps.shapes import MONTH, TINY, logistic, toward, unit


@compiled
def side(c, rules, totals):
    """Count the camps, weigh them, and see who carries the blame and whom owners fear and pay."""
    count_camps(c, totals)
    weigh_camps(c, rules, totals)
    hold_office(c, rules)
    form_government(c, rules)
    fund(c, rules)


@compiled
def count_camps(c, totals):
    """Leanings are counted among the grown of each class, officials apart.

    Equation: leaning = grown of the class with that lean / grown of the class; camp = the same over all classes.
    Claims: none; bookkeeping.
    Assumes: officials lean to no camp; they mind property.
    Signs: none.
    Leaves out: nothing.
    """
    everyone = 0.0
    c.camp[:] = 0.0
    for k in range(len(CLASSES)):
        grown = 0.0
        for lean in range(len(LEANS)):
            grown += totals[k].grown[lean]
        for j in range(len(CAMPS)):
            c.leaning[len(CAMPS) * k + j] = (totals[k].grown[j + 1] / max(grown, TINY)) * (k != OFFICIAL)
            c.camp[j] += totals[k].grown[j + 1] * (k != OFFICIAL)
        everyone += grown * (k != OFFICIAL)
    for j in range(len(CAMPS)):
        c.camp[j] /= max(everyone, TINY)


@compiled
def weigh_camps(c, rules, totals):
    """A camp weighs by the organised and aggrieved who lean to it, class by class, and by the wealth behind it.

    Equation: weight = sum over classes of reach x share^numbers x (acting per head + action_at_rest x ties x (1 -
    fear_on_action x fear) x leaning) x (1 + following x undecided / max(decided, decided_least)) + wealth_counts x
    private_share x ties x owners' leaning to liberals and reaction, for the movement + money_counts x funding; reach is
    dispersal for peasants, 1 for others.
    Claims: P05, P27, P30.
    Assumes: Tilly (1978): ties, numbers and resources; the undecided of a class follow its decided as far as following;
    peasants are dispersed.
    Signs: up with ties, grievance, numbers less than in proportion, and wealth.
    Leaves out: leadership, newspapers, alliances between camps.
    """
    c.weight[:] = 0.0
    for k in range(len(CLASSES)):
        heads = max(c.heads[k], TINY)
        reach = rules.dispersal if k == PEASANT else 1.0
        reach *= max(heads / c.population, TINY) ** rules.numbers
        decided = 0.0
        for j in range(len(CAMPS)):
            decided += c.leaning[len(CAMPS) * k + j]
        following = 1.0 + rules.following * (1.0 - decided) / max(decided, rules.decided_least)
        ties = c.organisation_of[k] * (1.0 - rules.fear_on_action * c.fear_of[k])
        wealth = rules.wealth_counts * c.private_share * c.organisation_of[k] * (k == CAPITALIST or k == LANDLORD)
        for j in range(len(CAMPS)):
            leaning = c.leaning[len(CAMPS) * k + j]
            acting = totals[k].acting[j + 1] / heads + rules.action_at_rest * ties * leaning
            owned = wealth * leaning * (j == LIBERAL_CAMP or j == REACTION_CAMP)
            c.weight[j] += (reach * acting * following + owned) * (k != OFFICIAL and c.heads[k] > 0.0)
    c.weight[FASCIST_CAMP] += rules.money_counts * c.funding


@compiled
def carried(c, j, government, councils, army, party):
    """What camp `j` has of these four numbers, one a centre: who speaks for a centre is read off, not chosen."""
    if j == REFORM_CAMP:
        return government * c.reformists_govern + councils * (1.0 - c.council_lead)
    if j == REVOLUTION_CAMP:
        return councils * c.council_lead + party * c.red * c.norms
    if j == LIBERAL_CAMP:
        return government * (1.0 - c.reformists_govern)
    if j == REACTION_CAMP:
        return army
    return party * (1.0 - c.red)


@compiled
def hold_office(c, rules):
    """Those in office carry the blame, the more the longer they hold it; who holds most authority is the holder.

    Equation: in_office of a camp = authority of the centres that it speaks for; tenure grows by the month while the
    holder stays the same; red = members of the officials' party / members of both parties; if neither has any, the most
    that state_property has been.
    Claims: P29, P30.
    Assumes: liberals or reformists govern, reformists or revolutionaries lead councils, reaction speaks for the army,
    the movement for a party or, as far as it is red and norms bind it, revolutionaries: unbound, it is nobody's but its
    own.
    Signs: none; a measure.
    Leaves out: coalitions by name, ministers.
    """
    a, m = c.authority, c.members
    parties = m[BY_OFFICIALS] + m[BY_MOVEMENT]
    c.red = m[BY_OFFICIALS] / parties if parties > 0.0 else max(c.red, c.state_property)
    c.tenure = (c.tenure + MONTH) * (holder_of(c) == int(c.holder))
    for j in range(len(CAMPS)):
        c.in_office[j] = carried(c, j, a[GOVERNMENT], a[COUNCILS], a[ARMY], a[PARTY])


@compiled
def form_government(c, rules):
    """Votes and weight decide who governs; in councils the majority changes faster than their delegates in office.

    Equation: reformists_govern moves in term years towards logistic(election_slope x (reform - liberal - reaction_votes
    x reaction) votes) x franchise; council_lead towards the revolutionaries' part of the workers' camps' weight in
    recall_lag; memory grows where councils hold authority (memory_grows) and fades in memory_years.
    Claims: P29, P30.
    Assumes: a government follows elections with a lag; councils recall their delegates within months.
    Signs: as written.
    Leaves out: constitutions, kings, coalitions.
    """
    ahead = c.camp[REFORM_CAMP] - c.camp[LIBERAL_CAMP] - rules.reaction_votes * c.camp[REACTION_CAMP]
    votes = logistic(rules.election_slope * ahead) * c.franchise
    c.reformists_govern = toward(c.reformists_govern, votes, rules.term)
    left = c.weight[REFORM_CAMP] + c.weight[REVOLUTION_CAMP]
    c.council_lead = toward(c.council_lead, c.weight[REVOLUTION_CAMP] / max(left, TINY), rules.recall_lag)
    ruled = rules.memory_grows * c.authority[COUNCILS] * (1.0 - c.memory)
    c.memory = unit(c.memory + MONTH * (ruled - c.memory / rules.memory_years))


@compiled
def fund(c, rules):
    """Owners fear the workers' camps by their weight, and pay for a movement against them when profits fall.

    Equation: left_threat = (revolution + threat_of_reform x reform) / all weights x private_share; funding moves in
    funding_lag towards left_threat x (slump + funding_at_ease) x owners' ties x private_share.
    Claims: P31.
    Assumes: owners pay before they are asked twice; Kalecki (1943), King and others (2008) as to the time.
    Signs: up with the left's weight and with the slump.
    Leaves out: which owners pay, and what they get for it.
    """
    total = TINY
    for j in range(len(CAMPS)):
        total += c.weight[j]
    left = c.weight[REVOLUTION_CAMP] + rules.threat_of_reform * c.weight[REFORM_CAMP]
    c.left_threat = unit(left / total * c.private_share)
    pay = c.left_threat * (c.slump + rules.funding_at_ease) * c.organisation_of[CAPITALIST] * c.private_share
    c.funding = toward(c.funding, pay, rules.funding_lag)


@compiled
def publish_sides(c, rules, k, offer):
    """Each class is told how strongly each camp pulls its calm and its angry members.

    Equation: a citizen thinks side_pace + side_anger x anger times a year, anger from 0 at side_calm to 1 at
    side_angry, an official of any age once in minding_years; chances are in proportion to e^pull, for none to
    e^(side_none + side_alone x (1 - ties) - side_stirred of the angry); see `pull`.
    Claims: P30, P31, P32.
    Assumes: McFadden's logit (1974), at two levels of grievance; members lie between.
    Signs: see `pull`.
    Leaves out: see `pull`.
    """
    offer.side_calm, offer.side_span = rules.side_calm, 1.0 / max(rules.side_angry - rules.side_calm, TINY)
    offer.minding_age = 0 if k == OFFICIAL else offer.grown
    offer.side_pace = MONTH / rules.minding_years if k == OFFICIAL else MONTH * rules.side_pace
    offer.side_anger = 0.0 if k == OFFICIAL else MONTH * rules.side_anger
    calm = angry = 0.0
    alone = rules.side_none + rules.side_alone * (1.0 - c.organisation_of[k])
    offer.calm[0], offer.angry[0] = math.exp(alone), math.exp(alone - rules.side_stirred)
    for j in range(len(CAMPS)):
        offer.calm[j + 1], offer.angry[j + 1] = math.exp(pull(c, rules, k, j, 0.0)), math.exp(pull(c, rules, k, j, 1.0))
    for lean in range(len(LEANS)):
        calm += offer.calm[lean]
        angry += offer.angry[lean]
        offer.calm[lean], offer.angry[lean] = calm, angry
    for lean in range(len(LEANS)):
        offer.calm[lean] /= calm
        offer.angry[lean] = offer.angry[lean] / angry - offer.calm[lean]


@compiled
def pull(c, rules, k, j, grievance):
    """A camp pulls a class by property, land, a say, change or order, habit, success, money and fear; office costs it.

    Equation: pull = side_property x stake x (1 - 2 x orientation) + side_land x want of land x land promised + side_say
    x say promised x need of it x (1 - grievance) + side_distance x distance from the present order x (grievance -
    side_content) - side_blame x in_office x grievance x tenure / (tenure + blame_years) x (blame_at_peace + weariness)
    + side_habit x ln(side_unknown + leaning of the class + members) + side_winner x part of all backing + side_funds x
    funding (movement) + side_example x example x grievance (revolution) + side_memory x memory (workers, revolution) +
    side_fear x left_threat x (side_fear_at_ease + slump) x fear of it (reaction and movement) - side_risk x (1 -
    room)(1 - in_office); distance = |orientation - state_property| / 2 + |say promised - room| / 2 + landlordism x land
    promised.
    Claims: P29, P30, P31, P32, P53.
    Assumes: a camp is as radical as its programme is far from the order of the day: reformists are radicals under an
    absolute monarchy; Kuran's bandwagon; blame falls on those in office, so that an opposition within the order gains.
    Signs: as written.
    Leaves out: nation, religion, leaders, what is promised and not meant.
    """
    organisation, say, land = programme(c, rules, j)
    orientation = c.orientation[organisation]
    stake, hunger, need, afraid = lot(c, rules, k, j)
    distance = 0.5 * (abs(orientation - c.state_property) + abs(say - c.room)) + c.landlordism * land
    value = rules.side_property * stake * ((1.0 - orientation) - orientation) + rules.side_land * hunger * land
    value += rules.side_say * say * need * (1.0 - grievance)
    value += rules.side_distance * distance * (grievance - rules.side_content)
    blamed = c.in_office[j] * grievance * c.tenure / (c.tenure + rules.blame_years)
    value -= rules.side_blame * blamed * (rules.blame_at_peace + c.weariness)
    value += rules.side_habit * math.log(rules.side_unknown + c.leaning[len(CAMPS) * k + j] + c.members[organisation])
    b = c.backing
    total = max(b[GOVERNMENT] + b[COUNCILS] + b[ARMY] + b[PARTY], TINY)
    value += rules.side_winner * carried(c, j, b[GOVERNMENT], b[COUNCILS], b[ARMY], b[PARTY]) / total
    if j == REVOLUTION_CAMP:
        value += rules.side_example * c.example * grievance + rules.side_memory * c.memory * (k == WORKER)
    if j == FASCIST_CAMP or j == REACTION_CAMP:
        value += rules.side_fear * c.left_threat * (rules.side_fear_at_ease + c.slump) * afraid
    if j == FASCIST_CAMP:
        value += rules.side_funds * c.funding
    return value - rules.side_risk * (1.0 - c.room) * (1.0 - c.in_office[j])


@compiled
def lot(c, rules, k, j):
    """What a class has at stake in property, its want of land, its need of a say, and whether it fears the left.

    Equation: stakes: owners 1, the petty stake_of_petty, villagers with land stake_of_village, gendarmes
    stake_of_gendarmes, workers -stake_of_workers; want of land = hunger_by_land x landlordism of villagers (at most 1),
    -landlordism of landlords; need of a say: workers 1, the petty and villagers need_of_petty; fear of the left: the
    petty 1, owners 1 (for reaction alone: the movement they pay), settled villagers fear_of_village, gendarmes as their
    stake.
    Claims: P31, P33, P57.
    Assumes: people of a class see their lot alike.
    Signs: as written.
    Leaves out: debts, rents, the kind of work.
    """
    if k == CAPITALIST or k == LANDLORD:
        return 1.0, -c.landlordism * (k == LANDLORD), 0.0, 1.0 * (j == REACTION_CAMP)
    if k == PETTY:
        return rules.stake_of_petty, 0.0, rules.need_of_petty, 1.0
    if k == PEASANT:
        hunger = unit(rules.hunger_by_land * c.landlordism)
        return (
            rules.stake_of_village * (1.0 - hunger),
            hunger,
            rules.need_of_petty,
            rules.fear_of_village * (1.0 - hunger),
        )
    if k == WORKER:
        return -rules.stake_of_workers, 0.0, 1.0, 0.0
    return rules.stake_of_gendarmes, 0.0, 0.0, rules.stake_of_gendarmes


@compiled
def programme(c, rules, j):
    """The organisation that speaks for a camp, the say that it promises those who work, and the land.

    Equation: say: say_of_reform, say_of_revolution, say_of_liberals, say_of_reaction, the movement none; land:
    land_of_reform, revolution all, reaction gives it back.
    Claims: P05, P31, P33.
    Assumes: programmes do not change; what organisations stand for in property does (`drift_in_office`).
    Signs: none.
    Leaves out: promises made to win.
    """
    if j == REFORM_CAMP:
        return BY_REFORMISTS, rules.say_of_reform, rules.land_of_reform
    if j == REVOLUTION_CAMP:
        return BY_REVOLUTIONARIES, rules.say_of_revolution, 1.0
    if j == LIBERAL_CAMP:
        return BY_OWNERS, rules.say_of_liberals, 0.0
    if j == REACTION_CAMP:
        return BY_REACTION, rules.say_of_reaction, -1.0
    return BY_MOVEMENT, 0.0, 0.0
