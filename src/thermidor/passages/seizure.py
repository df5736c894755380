"""Seizure: a centre moves against the one that holds power when its chance of winning beats waiting."""

from thermidor.country import (
    ARMY,
    BY_MOVEMENT,
    BY_REVOLUTIONARIES,
    CAMPS,
    CENTRES,
    COUNCILS,
    PARTY,
    PEASANT,
)
from thermidor.draws import SEIZE, SEIZE_WHO, chance
from thermidor.jit import compiled
from thermidor.passages.centres import led_by_revolutionaries, programme_of
from thermidor.steps.shapes import MONTH, TINY, logistic, mean_of_four, unit


@compiled
def seize(c, rules, key, month):
    """A centre moves against the holder when what it would win, times its chance, beats what failure would cost.

    Equation: hazard = seizure x moves_pace x logistic(move_sharpness x (odds x (1 - authority) x distance x wish - (1 -
    odds) x cost_of_failure x (cost_at_least + civil x all camps' weight)(cost_of_office + authority) - move_threshold))
    a year; odds = own^force_power / (own^force_power + holder's^force_power), each with the part of third centres that
    stands nearer to it; wish: see `wish_for_power`. A property programme under way becomes that of whoever holds power
    by now, as far as no garrison upholds another's.
    Claims: P28, P29, P30, P31, P40, P53.
    Assumes: Tullock (1980), Skaperdas (1996) on odds; Tilly (1978) on dual power: one rule for a palace guard, a
    general, a movement and councils.
    Signs: up with own backing and distance, down with the holder's and with an organised society.
    Leaves out: plots of persons, surprise, bargains before the event.
    """
    holder = holder_of(c)
    if holder != int(c.holder):
        carry_through(c, rules, holder, int(c.holder))
    elif c.transfer >= 0.0:
        c.transfer += (1.0 - c.garrison) * (programme_of(c, rules, holder)[0] - c.transfer)
    society = TINY
    for j in range(len(CAMPS)):
        society += c.weight[j]
    draw, drawn = chance(key, month, SEIZE), 0.0
    for i in range(len(CENTRES)):
        if i == holder:
            continue
        odds = odds_of(c, rules, i, holder)
        gain = odds * (1.0 - c.authority[i]) * apart(c, rules, i, holder) * wish_for_power(c, rules, i)
        cost = (
            rules.cost_of_failure
            * (rules.cost_at_least + rules.civil * society)
            * (rules.cost_of_office + c.authority[i])
        )
        worth = gain - (1.0 - odds) * cost - rules.move_threshold
        drawn += MONTH * rules.seizure * rules.moves_pace * logistic(rules.move_sharpness * worth)
        if draw < drawn:
            c.odds = odds
            if chance(key, month, SEIZE_WHO) < odds:
                take_power(c, rules, i, holder)
            else:
                fail(c, rules, i, holder)
            return


@compiled
def wish_for_power(c, rules, i):
    """How far a centre wants office for itself: councils as far as revolutionaries lead them, the others wholly.

    Equation: the lead of `led_by_revolutionaries` for councils, else 1.
    Claims: P29, P30.
    Assumes: reformists want councils beside a government, not in its place (see `drift`, where they hand over).
    Signs: up with the revolutionaries' lead.
    Leaves out: what the electors of the councils wish.
    """
    return led_by_revolutionaries(c, rules) if i == COUNCILS else 1.0


@compiled
def holder_of(c):
    """The centre that holds most authority."""
    holder = 0
    for i in range(len(CENTRES)):
        if c.authority[i] > c.authority[holder]:
            holder = i
    return holder


@compiled
def apart(c, rules, i, j):
    """How far two centres stand apart: by who rules, by property and by the say that they promise.

    Equation: office_itself + (1 - office_itself) x mean of |difference in property| and |difference in say|.
    Claims: P28, P53.
    Assumes: office is worth something even among the like-minded.
    Signs: up with differences.
    Leaves out: persons, religion, nation.
    """
    mine, theirs = programme_of(c, rules, i), programme_of(c, rules, j)
    programme = 0.5 * (abs(mine[0] - theirs[0]) + abs(mine[1] - theirs[1]))
    return rules.office_itself + (1.0 - rules.office_itself) * programme


@compiled
def beside(c, rules, third, i, holder):
    """The part of a third centre's backing that goes to `i` rather than to the holder: by nearness.

    Equation: logistic((distance to the holder - distance to `i`) / nearness).
    Claims: P30.
    Assumes: third parties choose the lesser evil.
    Signs: up with distance from the holder.
    Leaves out: neutrality, being bought.
    """
    return logistic((apart(c, rules, third, holder) - apart(c, rules, third, i)) / rules.nearness)


@compiled
def odds_of(c, rules, i, holder):
    """The chance of `i` against the holder, third centres divided by nearness.

    Equation: own^force_power / (own^force_power + holder's^force_power).
    Claims: P28.
    Assumes: Tullock (1980).
    Signs: up with own backing, down with the holder's.
    Leaves out: surprise.
    """
    own, theirs = c.backing[i], c.backing[holder]
    for third in range(len(CENTRES)):
        if third != i and third != holder:
            part = beside(c, rules, third, i, holder)
            own += part * c.backing[third]
            theirs += (1.0 - part) * c.backing[third]
    own, theirs = max(own, TINY) ** rules.force_power, max(theirs, TINY) ** rules.force_power
    return own / (own + theirs)


@compiled
def take_power(c, rules, i, holder):
    """The winner and those who stood by it share authority by what they brought; their norms and property come in.

    Equation: authority in proportion to part x backing, the winner's part 1, the fallen holder's authority holder_left
    x the winner's backing; norm = (1 - officials_kept) x winners' + officials_kept x the old; its programme: see
    `carry_through`. Room at least room_of_victors + room_by_norms x the norms brought (not under a party), legitimacy
    at least credit_of_victors, loyalty at least loyalty_to_victors; the leader falls to leader_least, pact and purge
    end, cohesion 1, tenure 0, corporate x (1 - norms brought) unless the army wins; dislocation + break_disorder,
    exhaustion + break_exhausts.
    Claims: P17, P38c, P40, P53.
    Assumes: new norms are those of the winners, weighed by strength (Michels; Lachapelle and others 2020).
    Signs: as written.
    Leaves out: betrayal among winners (the next seizure), terror of the first months.
    """
    total = norms = winners = 0.0
    for j in range(len(CENTRES)):
        part = 1.0 if j == i else (rules.holder_left if j == holder else beside(c, rules, j, i, holder))
        programme = programme_of(c, rules, j)
        c.authority[j] = max(part * c.backing[j], TINY)
        if j == holder:
            c.authority[j] = rules.holder_left * c.backing[i]
        else:
            norms += c.authority[j] * programme[2]
            winners += c.authority[j]
        total += c.authority[j]
    brought = norms / max(winners, TINY)
    for j in range(len(CENTRES)):
        c.authority[j] /= total
    bring_norms(c, rules, brought)
    carry_through(c, rules, i, holder)
    c.seized[i] += 1.0
    c.breaks += 1.0
    c.exhaustion = unit(c.exhaustion + rules.break_exhausts)
    c.corporate *= 1.0 if i == ARMY else 1.0 - brought
    c.cohesion, c.tenure = 1.0, 0.0
    c.leader, c.pact, c.repression_elite = rules.leader_least, 0.0, 0.0
    c.room = max(c.room, rules.room_of_victors + rules.room_by_norms * brought) if i != PARTY else c.room
    c.legitimacy = max(c.legitimacy, rules.credit_of_victors)
    c.loyalty = max(c.loyalty, rules.loyalty_to_victors)
    c.dislocation = unit(c.dislocation + rules.break_disorder)
    c.repairs += 1.0 * (i == COUNCILS)


@compiled
def carry_through(c, rules, holder, fallen):
    """A new holder, however it came to power, begins to carry out its property programme; the losers may fight.

    Equation: programme = the holder's, where it is further than programme_worth from what is; then civil_war =
    war_by_losers x losers_fight x lost / (won + losers_fight x lost), at most 1: backing divided by nearness to the
    holder and the fallen. At a start, councils or a red party that hold most authority for less than programme_years
    have theirs still to carry out.
    Claims: P04, P40, P53.
    Assumes: people take up arms over property, not over offices.
    Signs: up with what stands behind the fallen.
    Leaves out: fronts, seasons, foreign help (see `intervene`).
    """
    aim = programme_of(c, rules, holder)[0]
    c.holder, c.transfer = holder, -1.0
    if abs(aim - c.state_property) > rules.programme_worth:
        won, lost = c.backing[holder], c.backing[fallen]
        for third in range(len(CENTRES)):
            if third != holder and third != fallen:
                part = beside(c, rules, third, holder, fallen)
                won += part * c.backing[third]
                lost += (1.0 - part) * c.backing[third]
        lost *= rules.losers_fight
        c.transfer = aim
        c.civil_war = max(c.civil_war, unit(rules.war_by_losers * lost / max(won + lost, TINY)))


@compiled
def bring_norms(c, rules, brought):
    """The winners' norms replace the old, but for what old officials keep.

    Equation: norm = (1 - officials_kept) x brought + officials_kept x the old, each of the four.
    Claims: P40.
    Assumes: Michels; Lachapelle and others (2020).
    Signs: up with the winners' norms.
    Leaves out: single norms that one side cares for.
    """
    kept = rules.officials_kept
    c.norm_recall = (1.0 - kept) * brought + kept * c.norm_recall
    c.norm_pay = (1.0 - kept) * brought + kept * c.norm_pay
    c.norm_rotation = (1.0 - kept) * brought + kept * c.norm_rotation
    c.norm_arms = (1.0 - kept) * brought + kept * c.norm_arms
    c.norms = mean_of_four(c.norm_recall, c.norm_pay, c.norm_rotation, c.norm_arms)


@compiled
def fail(c, rules, i, holder):
    """A failed attempt costs the centre authority, arms and, of an army, its unity.

    Equation: failure_takes of its authority goes to the holder; of its arms or unity defeat_leaves is left; room x
    room_after_victory.
    Claims: P28.
    Assumes: the beaten are purged, and others with them.
    Signs: as written.
    Leaves out: pardons, exile.
    """
    lost = rules.failure_takes * c.authority[i]
    c.authority[i] -= lost
    c.authority[holder] += lost
    c.failed[i] += 1.0
    c.room *= rules.room_after_victory
    if i == ARMY:
        c.corporate *= rules.defeat_leaves
    elif i == PARTY:
        c.armed[BY_MOVEMENT] *= rules.defeat_leaves
    elif i == COUNCILS:
        c.armed[BY_REVOLUTIONARIES] *= rules.defeat_leaves
        c.weariness *= rules.defeat_leaves


@compiled
def take_land(c, rules):
    """Villagers take the land when they outweigh the force that guards it, or when a council power lets them.

    Equation: landlordism' = -land_taking x landlordism x (village / (village + force_on_land x force))^2, village =
    dispersal x peasants acting x (1 - urban_share) + authority of councils.
    Claims: P33.
    Assumes: land is taken village by village; who governs sanctions it afterwards.
    Signs: up with villagers' acting and with councils, down with force.
    Leaves out: reform by law, purchase, settlement.
    """
    village = rules.dispersal * c.active[PEASANT] * (1.0 - c.urban_share) + c.authority[COUNCILS]
    part = village / (village + rules.force_on_land * c.force + TINY)
    c.landlordism = unit(c.landlordism - MONTH * rules.land_taking * c.landlordism * part * part)
