"""Centres: what stands behind government, councils, command and party, and how authority drifts between them."""

from thermidor.country import (
    ARMY,
    BY_COUNCILS,
    BY_MOVEMENT,
    BY_OFFICIALS,
    BY_OWNERS,
    BY_REACTION,
    BY_REFORMISTS,
    BY_REVOLUTIONARIES,
    CAMPS,
    CENTRES,
    COUNCILS,
    FASCIST_CAMP,
    GOVERNMENT,
    LIBERAL_CAMP,
    PARTY,
    PEASANT,
    REACTION_CAMP,
    REFORM_CAMP,
    REVOLUTION_CAMP,
    WORKER,
)
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, above, divided, logistic, toward, unit


@compiled
def weigh_centres(c, rules):
    """Each centre has behind it its camps, its officials, the force that obeys it, its own arms, and being in office.

    Equation: backing = mass_counts x its camps' weight + arms + obeyed x authority, obeyed = force x (1 - own) +
    officials x private_share + hold_of_office, officials = officials_strength x officials_count_for x apparatus_share,
    own = command_apart x corporate; the army has force x own besides, all x cohesion. Government: liberals less the
    frightened, reformists out of councils, reaction that keeps to parliament, x (majority_least + (1 - majority_least)
    x majority) + turned officials; councils: revolutionaries and reformists, less where divided, + mutineers x the
    left's part of the decided + arms; army: reaction that stands apart from parliament (by own, fright and the army's
    authority), frightened liberals, favours to settled villagers; party: the movement or, as far as it is red and bound
    by norms, revolutionaries in proportion to its authority beside the councils', and officials who stay; arms. Fright
    = left_threat / (left_threat + fright_half), of liberals x fright_to_order; majority = logistic((part - 1/2 -
    strain) / majority_width), part = liberals, reformists and reaction_in_majority x reaction of all weight, strain =
    coalition_strain x slump x 4 x both parts of the coalition; reformists leave for the councils as min(councils_join x
    councils, 1); mutineers are won as min(mutiny_by_ties x ties, 1); settled = villagers less hunger_by_land x
    landlordism; a garrison adds garrison to the holder.
    Claims: P27, P28, P29, P30, P31, P38a, P57.
    Assumes: officials serve, and armed units obey, who holds authority, or their own command as far as it is a body of
    its own.
    Signs: as written.
    Leaves out: courts, churches, provinces.
    """
    w, a = c.weight, c.authority
    unity = 1.0 - divided_left(c, rules)
    total = TINY
    for j in range(len(CAMPS)):
        total += w[j]
    part = (w[LIBERAL_CAMP] + w[REFORM_CAMP] + rules.reaction_in_majority * w[REACTION_CAMP]) / total
    reform = w[REFORM_CAMP] / max(w[LIBERAL_CAMP] + w[REFORM_CAMP], TINY)
    strain = divided(rules.coalition_strain * c.slump, reform)
    c.majority = logistic((part - 0.5 - strain) / rules.majority_width)
    steady = rules.majority_least + (1.0 - rules.majority_least) * c.majority
    joined = 1.0 - unit(rules.councils_join * a[COUNCILS])
    theirs = a[PARTY] * c.red * c.norms
    led = theirs / max(theirs + a[COUNCILS], TINY)
    left = w[REVOLUTION_CAMP] * (1.0 - led) + w[REFORM_CAMP] * (1.0 - joined)
    obeyed = c.force * (1.0 - rules.command_apart * c.corporate)
    officials = rules.officials_strength * rules.officials_count_for * c.apparatus_share
    posts = officials * c.state_property
    obeyed += officials * c.private_share + rules.hold_of_office
    fright = fright_of_left(c, rules)
    own = rules.command_apart * c.corporate
    apart = own + (1.0 - own) * fright
    apart += (1.0 - apart) * a[ARMY] / max(a[ARMY] + a[GOVERNMENT], TINY)
    elected = w[LIBERAL_CAMP] * (1.0 - rules.fright_to_order * fright) + joined * w[REFORM_CAMP]
    c.backing[GOVERNMENT] = rules.mass_counts * (elected + (1.0 - apart) * w[REACTION_CAMP]) * steady
    c.backing[GOVERNMENT] += posts * c.converted + obeyed * a[GOVERNMENT]
    decided = left_of_decided(c)
    won = c.mutineers * decided * unit(rules.mutiny_by_ties * (c.organisation_of[WORKER] + c.organisation_of[PEASANT]))
    c.backing[COUNCILS] = rules.mass_counts * left * unity + won * (1.0 - led)
    c.backing[COUNCILS] += c.armed[BY_COUNCILS] * c.norm_arms + c.armed[BY_REVOLUTIONARIES]
    c.backing[COUNCILS] += obeyed * a[COUNCILS]
    settled = c.heads[PEASANT] / c.population * above(1.0 - rules.hunger_by_land * c.landlordism)
    favours = rules.favours * above(c.remembered) * settled * a[ARMY]
    frightened = rules.fright_to_order * fright * w[LIBERAL_CAMP]
    c.backing[ARMY] = rules.mass_counts * (apart * w[REACTION_CAMP] + frightened) + favours
    c.backing[ARMY] += (c.force * own + obeyed * a[ARMY]) * c.cohesion
    followed = (1.0 - c.red) * w[FASCIST_CAMP] + led * w[REVOLUTION_CAMP]
    c.backing[PARTY] = (
        rules.mass_counts * followed
        + won * led
        + c.armed[BY_MOVEMENT]
        + c.armed[BY_OFFICIALS]
        + posts * (1.0 - c.converted)
    )
    c.backing[PARTY] += obeyed * a[PARTY]
    c.backing[int(c.holder)] += rules.garrison * c.garrison


@compiled
def fright_of_left(c, rules):
    """The part of owners and of those who follow them that is frightened by the left.

    Equation: left_threat / (left_threat + fright_half).
    Claims: P27.
    Assumes: fright saturates.
    Signs: up with the left's weight.
    Leaves out: rumours.
    """
    return c.left_threat / (c.left_threat + rules.fright_half)


@compiled
def divided_left(c, rules):
    """What the workers' camps lose by division: most when even, and more where a patron keeps them apart.

    Equation: division x 4 x part x (1 - part) x (quarrel_at_home + (1 - quarrel_at_home) x obedience of the
    revolutionaries to a patron), part = the revolutionaries' part of both camps' weight.
    Claims: P30, P55.
    Assumes: leaders bound to a foreign state refuse alliances that do not serve it.
    Signs: up with evenness and obedience.
    Leaves out: quarrels of other origin.
    """
    both = max(c.weight[REFORM_CAMP] + c.weight[REVOLUTION_CAMP], TINY)
    part = c.weight[REVOLUTION_CAMP] / both
    apart = rules.quarrel_at_home + (1.0 - rules.quarrel_at_home) * c.obedience[BY_REVOLUTIONARIES]
    return divided(rules.division, part) * apart


@compiled
def led_by_revolutionaries(c, rules):
    """How far revolutionaries lead the councils: all or nothing, but for a narrow lead.

    Equation: logistic((council_lead - 1/2) / lead_width).
    Claims: P29, P30.
    Assumes: a majority decides.
    Signs: up with the revolutionaries' part of the workers' camps.
    Leaves out: fractions within either.
    """
    return logistic((c.council_lead - 0.5) / rules.lead_width)


@compiled
def left_of_decided(c):
    """The part of those who have taken a side that leans to the workers' camps."""
    decided = TINY
    for j in range(len(CAMPS)):
        decided += c.camp[j]
    return (c.camp[REFORM_CAMP] + c.camp[REVOLUTION_CAMP]) / decided


@compiled
def drift(c, rules):
    """Authority drifts towards the centres with most behind them; councils that reformists lead hand it over.

    Equation: authority' = drift x (backing^drift_power / sum of backing^drift_power - authority) a year, at least
    authority_least each; handed from councils to government: hand_over x authority x (1 - logistic((council_lead - 1/2)
    / lead_width)) x private_share; called in by the command: call_in x its authority x fright (by fright_half) x the
    movement's part of the right's weight goes to the party.
    Claims: P17, P29, P31, P53.
    Assumes: obedience goes where most stands; reformists do not want power in their councils; a command that fears the
    left and has no masses of its own calls in those who have.
    Signs: up with own backing.
    Leaves out: laws of succession, elections by date.
    """
    total = 0.0
    for i in range(len(CENTRES)):
        total += max(c.backing[i], TINY) ** rules.drift_power
    pace, held = min(MONTH * rules.drift, 1.0), 0.0
    for i in range(len(CENTRES)):
        aim = max(c.backing[i], TINY) ** rules.drift_power / total
        c.authority[i] = max(c.authority[i] + pace * (aim - c.authority[i]), rules.authority_least)
        held += c.authority[i]
    for i in range(len(CENTRES)):
        c.authority[i] /= held
    unwilling = 1.0 - led_by_revolutionaries(c, rules)
    handed = unit(MONTH * rules.hand_over * unwilling * c.private_share) * c.authority[COUNCILS]
    c.authority[COUNCILS] -= handed
    c.authority[GOVERNMENT] += handed
    right = c.weight[FASCIST_CAMP] + c.weight[REACTION_CAMP] + c.weight[LIBERAL_CAMP]
    fright = fright_of_left(c, rules)
    called = unit(MONTH * rules.call_in * fright * c.weight[FASCIST_CAMP] / max(right, TINY)) * c.authority[ARMY]
    c.authority[ARMY] -= called
    c.authority[PARTY] += called


@compiled
def widen_vote(c, rules):
    """The vote widens where a government rests on more than owners and people are organised; commands narrow it.

    Equation: franchise moves in franchise_years towards (government + councils) x (vote_unasked + (1 - vote_unasked) x
    min(vote_by_ties x ties, 1)).
    Claims: P05, P61.
    Assumes: Acemoglu and Robinson (2001) as a form: the vote is given to the organised.
    Signs: up with elected centres and ties.
    Leaves out: sex and race as bars.
    """
    asked = rules.vote_unasked + (1.0 - rules.vote_unasked) * unit(rules.vote_by_ties * c.organisation)
    c.franchise = unit(
        toward(c.franchise, (c.authority[GOVERNMENT] + c.authority[COUNCILS]) * asked, rules.franchise_years)
    )


@compiled
def arm_movements(c, rules):
    """Movements arm themselves as far as they are many, paid and unhindered; a state that stands disarms them.

    Equation: arms of the movement and of revolutionaries move in arming_years towards arming x weight x (money_arms x
    funding + loose, of revolutionaries mutineers + loose), loose = force_disarms / (force + force_disarms).
    Claims: P31, P43.
    Assumes: private armies need money or deserted arsenals.
    Signs: up with members, money and mutiny; down with loyal force.
    Leaves out: smuggling, arms from abroad.
    """
    loose = 1.0 - c.force / (c.force + rules.force_disarms)
    paid = rules.arming * c.weight[FASCIST_CAMP] * unit(rules.money_arms * c.funding + loose)
    c.armed[BY_MOVEMENT] = toward(c.armed[BY_MOVEMENT], paid, rules.arming_years)
    rose = rules.arming * c.weight[REVOLUTION_CAMP] * unit(c.mutineers + loose)
    c.armed[BY_REVOLUTIONARIES] = toward(c.armed[BY_REVOLUTIONARIES], rose, rules.arming_years)


@compiled
def drift_in_office(c, rules):
    """Councils come to stand for what their majority wants; reformists in office, for what is.

    Equation: orientation of councils moves in majority_years towards that of revolutionaries or reformists, weighed by
    logistic((council_lead - 1/2) / lead_width); orientation of reformists by settling x in_office x (state_property -
    orientation) a year.
    Claims: P30, P55.
    Assumes: Michels (1911): a share in office makes the order that gives it one's own.
    Signs: as written.
    Leaves out: congresses, splits, the patron's part in it.
    """
    part = led_by_revolutionaries(c, rules)
    wanted = (1.0 - part) * c.orientation[BY_REFORMISTS] + part * c.orientation[BY_REVOLUTIONARIES]
    c.orientation[BY_COUNCILS] = toward(c.orientation[BY_COUNCILS], wanted, rules.majority_years)
    own = c.orientation[BY_REFORMISTS]
    c.orientation[BY_REFORMISTS] = own + MONTH * rules.settling * c.in_office[REFORM_CAMP] * (c.state_property - own)


@compiled
def programme_of(c, rules, i):
    """A centre's property programme, the say that it promises, and the norms it brings.

    Equation: government: owners and reformists as they govern (say_of_liberals, say_of_reform); councils their own
    (say_of_revolution); army: reaction (say_of_reaction); party: movement and officials as far as it is red, no say.
    Claims: P40, P53.
    Assumes: centres are as those who speak for them.
    Signs: none.
    Leaves out: what is promised and not meant.
    """
    norms = c.own_norms
    if i == GOVERNMENT:
        part = c.reformists_govern
        orientation = (1.0 - part) * c.orientation[BY_OWNERS] + part * c.orientation[BY_REFORMISTS]
        brought = (1.0 - part) * norms[BY_OWNERS] + part * norms[BY_REFORMISTS]
        return orientation, (1.0 - part) * rules.say_of_liberals + part * rules.say_of_reform, brought
    if i == COUNCILS:
        return c.orientation[BY_COUNCILS], rules.say_of_revolution, norms[BY_COUNCILS]
    if i == ARMY:
        return c.orientation[BY_REACTION], rules.say_of_reaction, norms[BY_REACTION]
    part = c.red
    orientation = (1.0 - part) * c.orientation[BY_MOVEMENT] + part * c.orientation[BY_OFFICIALS]
    return orientation, 0.0, (1.0 - part) * norms[BY_MOVEMENT] + part * norms[BY_OFFICIALS]
