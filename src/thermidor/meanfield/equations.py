"""The twin's right-hand sides: eight states that move, and two slow ones that may stand still.

Every coefficient is a rule of the registry; hazards of the citizens' model stand here as rates times mean size.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from thermidor.meanfield.conditions import Conditions, Floats
from thermidor.meanfield.pressures import Pressures, above, pressures, unit

MONTHS = 12.0
"""Months in a year."""
LN_TWO = math.log(2.0)

STATES = (
    "norms",  # mean of the four norms
    "ties",  # workers' organisation
    "village_ties",  # peasants' organisation
    "fear",  # mean of all
    "room",  # legal room to organise
    "exhaustion",  # weariness of past war
    "leader",  # how far he is unchecked
    "property",  # state property
    "peasants",  # share of people; slow
    "literacy",  # slow
)
"""The state, in this order along the first axis of every array; all indices or shares, 0..1."""
SLOW = slice(8, 10)
"""The two that stand still unless a course is told to move them."""


def flow(state: Floats, given: Conditions, rules: SimpleNamespace, *, slow: bool = False) -> Floats:
    """Return the rates of change a year, the shape of `state` [states, ...]; `slow` lets towns and schools grow."""
    bearing = pressures(state, given, rules)
    norms, ties, village_ties, fear, room, exhaustion, leader, property_, peasants, literacy = state
    lost = moves(norms, bearing, rules)
    still = np.zeros_like(norms)
    return np.stack(
        [
            mend(norms, property_, bearing, rules) - lost + follow(norms, property_, given, rules),
            gather(
                ties, ties, fear, room, exhaustion, literacy, bearing, given, rules,
                among=1.0, owners=rules.owners_on_ties * (1.0 - property_),
            ) + bearing.newcomers * (village_ties - ties),
            gather(
                village_ties, village_ties, fear, room, exhaustion, literacy, bearing, given, rules,
                among=rules.ties_outside_work, owners=still,
            ),
            frighten(fear, bearing, rules),
            leave_room(norms, ties, fear, room, leader, property_, lost, given, rules),
            wear_out(exhaustion, bearing, rules),
            rise_above_peers(norms, room, leader, property_, rules),
            rules.programme_pace * (given.property_goal - property_),
            -bearing.leaving * peasants if slow else still,
            teach(literacy, bearing, rules) if slow else still,
        ]
    )  # fmt: skip


def moves(norms: Floats, bearing: Pressures, rules: SimpleNamespace) -> Floats:
    """Officials take from the norms by measures, the oftener the more they gain beside the resistance they meet.

    Equation: moves a year x mean size x norms; moves = 12 (1 - exp(-hazard / 12)), hazard = usurpation x move_pace x
    gain^move_power / (gain^move_power + resistance^move_power); mean size = measure x (measure_least + measure_spread /
    2). Stands for: `usurp` and `change`, in expectation, four norms in one.
    Leaves out: chance, and that the four norms part ways.
    """
    offence, defence = bearing.gain**rules.move_power, bearing.resistance**rules.move_power
    hazard = rules.usurpation * rules.move_pace * offence / (offence + defence)
    often = MONTHS * (1.0 - np.exp(-hazard / MONTHS))
    size = min(rules.measure * (rules.measure_least + 0.5 * rules.measure_spread), 1.0)
    return np.asarray(often * size * norms)


def mend(norms: Floats, property_: Floats, bearing: Pressures, rules: SimpleNamespace) -> Floats:
    """What is lost is mended from below, up to what owners allow.

    Equation: mending x (ceiling - norms)+ x (repair_from_nothing + (1 - repair_from_nothing) x norms), ceiling = 1 -
    owners_ceiling x (1 - property). Stands for: `change`, whole.
    """
    ceiling = 1.0 - rules.owners_ceiling * (1.0 - property_)
    footing = rules.repair_from_nothing + (1.0 - rules.repair_from_nothing) * norms
    return np.asarray(bearing.mending * above(ceiling - norms) * footing)


def follow(norms: Floats, property_: Floats, given: Conditions, rules: SimpleNamespace) -> Floats:
    """Under private property officials are bound as the centres that hold authority bind their own: `follow`.

    Equation: norms_follow x (1 - property) x (brought - norms).
    Leaves out: that authority moves, so that what is brought stands still.
    """
    return np.asarray(rules.norms_follow * (1.0 - property_) * (given.brought - norms))


def gather(
    ties: Floats,
    contact: Floats,
    fear: Floats,
    room: Floats,
    exhaustion: Floats,
    literacy: Floats,
    bearing: Pressures,
    given: Conditions,
    rules: SimpleNamespace,
    *,
    among: float,
    owners: Floats,
) -> Floats:
    """Ties spread by contact where there is room, rest and schooling; they fade, and fear, police, owners cut them.

    Equation: tie_growth x room x (contact + contact_least x grievance)(1 - exhaustion) x among x (ties_unschooled +
    (1 - ties_unschooled) x literacy)(1 - ties) + spark_felt x spark (1 - ties) - (tie_fading + fear_on_ties x fear +
    police_on_ties x police + owners + births x (1 - heirs_keep)) x ties; `among` is 1 for workers, ties_outside_work
    for the village, `owners` owners_on_ties x (1 - property) for workers and nothing for the village.
    Stands for: `feel`, `publish_ties`, `trade` (hope from abroad) and `die` (heirs), in the mean of a class.
    Leaves out: that the best schooled are the best tied, and loss of living as a spark.
    """
    ground = (1.0 - exhaustion) * among * (rules.ties_unschooled + (1.0 - rules.ties_unschooled) * literacy)
    growth = rules.tie_growth * room * (contact + rules.contact_least * given.grievance) * ground
    open_to_hope = 1.0 - rules.embargo_on_spark * given.embargo
    spark = rules.spark * open_to_hope * unit(given.abroad * rules.spark_at_rest)
    cut = rules.tie_fading + rules.fear_on_ties * fear + rules.police_on_ties * bearing.police
    cut = cut + owners + bearing.births * (1.0 - rules.heirs_keep)
    return np.asarray((growth + rules.spark_felt * spark) * (1.0 - ties) - cut * ties)


def frighten(fear: Floats, bearing: Pressures, rules: SimpleNamespace) -> Floats:
    """Fear follows terror, halves in fear_half_life, and passes only in part to heirs.

    Equation: terror x terror_mass x repression x (1 - fear) - (ln 2 / fear_half_life + births x (1 - heirs_keep)) x
    fear. Stands for: `feel` and `repress`. Leaves out: the purge and its rumour, arrests, terror in war.
    """
    terror = rules.terror * rules.terror_mass * bearing.repression
    fading = LN_TWO / rules.fear_half_life + bearing.births * (1.0 - rules.heirs_keep)
    return np.asarray(terror * (1.0 - fear) - fading * fear)


def leave_room(
    norms: Floats,
    ties: Floats,
    fear: Floats,
    room: Floats,
    leader: Floats,
    property_: Floats,
    lost: Floats,
    given: Conditions,
    rules: SimpleNamespace,
) -> Floats:
    """Room follows the norms and falls with each measure; without norms owners or a checked leader leave a little.

    Equation: (target - room) / room_closes or room_opens - 4 x measure_on_room x norm lost x room; target as in
    `leave_room` without war, slump, divided officials and pressure from below; elected = 1 - party - (1 -
    room_of_command) x army. Stands for: `leave_room` and, in the last term, `change`: each of the four norms that falls
    takes its share of room.
    """
    elected = 1.0 - given.party - (1.0 - rules.room_of_command) * given.army
    asked = rules.room_unasked + (1.0 - rules.room_unasked) * unit(rules.room_by_ties * ties)
    owners = (1.0 - property_) * rules.room_owners * asked * elected
    thaw = rules.thaw * (1.0 - leader) * (1.0 - fear) * property_
    heard = rules.room_norms * norms * (property_ + (1.0 - property_) * elected)
    target = unit(heard + (owners + thaw) * (1.0 - norms))
    pace = np.where(target < room, 1.0 / rules.room_closes, 1.0 / rules.room_opens)
    return np.asarray(pace * (target - room) - 4.0 * rules.measure_on_room * lost * room)


def wear_out(exhaustion: Floats, bearing: Pressures, rules: SimpleNamespace) -> Floats:
    """Weariness fades in rest_years unless workers starve: `wear_out` at peace.

    Equation: exhaustion_rule x exhaustion_hunger x hunger x (1 - exhaustion) - exhaustion / rest_years.
    Leaves out: war as it goes on (a past one stands in the start), hunger of those who live below the mean.
    """
    strain = rules.exhaustion * rules.exhaustion_hunger * bearing.hunger
    return np.asarray(strain * (1.0 - exhaustion) - exhaustion / rules.rest_years)


def rise_above_peers(norms: Floats, room: Floats, leader: Floats, property_: Floats, rules: SimpleNamespace) -> Floats:
    """A leader rises above his peers where nobody recalls officials or may organise, and dies in the end.

    Equation: leader_rise x property x (1 - norms)(1 - room) x leader x (1 - leader) - leader_fall x norms x leader -
    deaths x (1 - leader_inherits) x leader, not below leader_least; deaths = Gompertz's rate at the mean age of a new
    leader. Stands for: `rise_above_peers`, `change_leader`. Leaves out: the pact, the purge, his growing old in office.
    """
    rise = rules.leader_rise * property_ * (1.0 - norms) * (1.0 - room) * leader * (1.0 - leader)
    deaths = rules.leader_mortality * math.exp(rules.leader_ageing * 0.5 * rules.leader_ages)
    fall = (rules.leader_fall * norms + deaths * (1.0 - rules.leader_inherits)) * leader
    return np.asarray(np.maximum(rise - fall, MONTHS * (rules.leader_least - leader)))


def teach(literacy: Floats, bearing: Pressures, rules: SimpleNamespace) -> Floats:
    """The grown learn a little, and each year the young come of age with what they have been taught.

    Equation: adult_schooling x teachers x (1 - literacy) + births x (taught - literacy); taught = 1 - (1 - heirs_skill)
    exp(-schooling x teachers x working_age), teachers = schooling_unlettered + (1 - schooling_unlettered) x literacy.
    Stands for: `learn`, `publish`. Leaves out: children who die, and the years until births come of age.
    """
    teachers = rules.schooling_unlettered + (1.0 - rules.schooling_unlettered) * literacy
    taught = 1.0 - (1.0 - rules.heirs_skill) * np.exp(-rules.schooling * teachers * rules.working_age)
    grown = rules.adult_schooling * teachers * (1.0 - literacy)
    return np.asarray(grown + bearing.births * (taught - literacy))
