"""What follows at once from the twin's state: shortage, conflict, force, gain, resistance, mending, newcomers.

In the citizens' model these settle within months to two years; here they stand where they settle. Equations are those
of the mechanisms named in each docstring, with the country's mean in place of the sum over citizens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from thermidor.meanfield.conditions import Conditions, Floats

AGES = 78.0
"""Years over which people are spread at the start, ever fewer with age; the same number as in `society.py`."""


@dataclass(frozen=True)
class Pressures:
    """What bears on the state this moment; arrays of one shape. Rates are a year, the rest indices or shares.

    consumption: thousand 2011 $/year a head; living_gap: workers' living over peasants'; newcomers: arrivals from the
    village over workers, a year; leaving: the part of the village that leaves, a year.
    """

    consumption: Floats
    shortage: Floats
    want: Floats
    privilege: Floats
    grain_gap: Floats
    extraction: Floats
    conflict: Floats
    repression: Floats
    police: Floats
    gain: Floats
    resistance: Floats
    mending: Floats
    births: Floats
    living_gap: Floats
    hunger: Floats
    leaving: Floats
    newcomers: Floats


def unit(x: Any) -> Any:
    """`x` held between 0 and 1."""
    return np.clip(x, 0.0, 1.0)


def above(x: Any) -> Any:
    """The part of `x` above zero."""
    return np.maximum(x, 0.0)


def pressures(state: Floats, given: Conditions, rules: SimpleNamespace) -> Pressures:
    """Return all that follows at once from a state [states, ...] under conditions of the same trailing shape."""
    norms, ties, _, fear, room, exhaustion, _, property_, village, literacy = state
    town = above(1.0 - village)
    workers = np.maximum(town - given.others, 0.01)
    urban = unit(town - rules.village_trades)
    consumption, growth = set_aside(norms, property_, literacy, given, rules)
    shortage = unit(1.0 - consumption / (rules.abundance * given.frontier))
    want = unit(1.0 - consumption / rules.decent_living)
    privilege = rules.skim * property_ * (1.0 - norms) ** 2 * (rules.skim_floor + (1.0 - rules.skim_floor) * shortage)
    gap, extraction, living_gap, living = exchange(consumption, norms, property_, village, given, rules)
    conflict = quarrel(shortage, want, privilege, extraction * gap, rules)
    repression = repress(norms, want, property_, extraction * gap, room, given, rules)
    unasked = (1.0 - property_) * (given.army + given.party)
    gain, resistance, mending = contest(
        norms, ties, fear, room, exhaustion, literacy, urban, (shortage, want, conflict, unasked), given.embargo, rules
    )
    leaving = leave_village(living_gap, growth, literacy, want, rules)
    bearing = (
        rules.births - rules.births_town * urban - rules.births_school * above(literacy - rules.births_school_from)
    )
    return Pressures(
        consumption=consumption,
        shortage=shortage,
        want=want,
        privilege=privilege,
        grain_gap=gap,
        extraction=extraction,
        conflict=conflict,
        repression=repression,
        police=police(norms, shortage, conflict, repression, given.hostility, rules),
        gain=gain,
        resistance=resistance,
        mending=mending,
        births=np.maximum(bearing, rules.births_least),
        living_gap=living_gap,
        hunger=unit(1.0 - living / rules.subsistence),
        leaving=leaving,
        newcomers=leaving * village / workers,
    )


def arms_share(hostility: Floats, rules: SimpleNamespace) -> Floats:
    """Arms follow the threat: arms_peace + arms_hostility x hostility. Stands for `arm`, at peace and settled."""
    return np.asarray(rules.arms_peace + rules.arms_hostility * hostility)


def set_aside(
    norms: Floats, property_: Floats, literacy: Floats, given: Conditions, rules: SimpleNamespace
) -> tuple[Floats, Floats]:
    """What is eaten is the product less accumulation, replacement, arms, common needs and administration.

    Equation: consumption = product x (1 - investment - arms - common - administration); investment = wear x capital +
    ordinary_accumulation x property + drive + market_accumulation x (1 - property), at most what department I makes;
    drive = drive_strength x property x (1 - norms)^drive_secrecy x drive_floor x backwardness.
    Stands for: `drive_accumulation`, `arm`, `set_aside`, `measure_want`; all that is owned by the state is planned.
    Leaves out: collective farms (so the drive stays at its floor), slump, waste, dislocation, hoards, exports.
    Returns (consumption a head, growth of capital a year).
    """
    behind = unit(1.0 - given.product / (rules.catch_up_goal * given.frontier))
    backwardness = rules.drive_at_par + (1.0 - rules.drive_at_par) * behind
    drive = rules.drive_strength * property_ * above(1.0 - norms) ** rules.drive_secrecy
    drive = drive * rules.drive_floor * backwardness
    accumulation = rules.ordinary_accumulation * property_ + drive + rules.market_accumulation * (1.0 - property_)
    industry = 1.0 - given.farming
    arms = np.minimum(arms_share(given.hostility, rules), rules.arms_most * industry)
    can_make = above(given.heavy * industry * rules.machine_slack - rules.machines_in_arms * arms)
    investment = np.minimum(rules.wear * given.capital + accumulation, can_make)
    uses = investment + rules.common_needs * literacy * industry + rules.desk_cost * given.apparatus
    uses = np.minimum(uses, above(rules.uses_most * industry - arms))
    return given.product * (1.0 - arms - uses), investment / given.capital - rules.wear


def exchange(
    consumption: Floats, norms: Floats, property_: Floats, village: Floats, given: Conditions, rules: SimpleNamespace
) -> tuple[Floats, Floats, Floats, Floats]:
    """The village sells by its terms of trade; what the town lacks is taken as far as norms do not forbid it.

    Equation: those of `bring_in_grain` and `share_out` for a free village: gap = (1 - offer / need)+ x property,
    extraction = extraction_strength x min(extraction_slope x (gap - extraction_tolerance - extraction_norms x norms),
    1), and the living of either side from what changes hands.
    Leaves out: collective farms, refusal out of hunger, exports, profits, ranks of pay. The appetite of the town is
    that of the mean living.
    Returns (gap, extraction, workers' over peasants' living, workers' living in thousand 2011 $/year).
    """
    food = given.farming * given.product
    goods = above(consumption - food)
    scissors = np.clip(goods / food / rules.fair_terms, rules.scissors_least, rules.scissors_most)
    ration = rules.village_ration * village / food
    freely = np.maximum(rules.market_share * scissors**rules.answer_to_terms, 1.0 - rules.eat_at_most * ration)
    offer = food * above(np.minimum(freely, 1.0 - rules.eat_at_least * ration))
    appetite = 1.0 + rules.ration_growth * above(consumption - rules.ration_grows_from)
    need = rules.town_ration * (1.0 - village) * np.minimum(appetite, rules.eat_at_most)
    need = np.minimum(need, rules.need_at_most * food)
    gap = unit(1.0 - offer / np.maximum(need, 1e-9)) * property_
    will = rules.extraction_tolerance + rules.extraction_norms * norms
    extraction = rules.extraction_strength * unit(rules.extraction_slope * (gap - will))
    sold = np.minimum(offer + extraction * above(need - offer) * rules.extraction_yield, food)
    paid = sold * (1.0 - rules.underpaid * extraction)
    bought = np.clip(rules.village_exchange * goods * paid / np.maximum(goods + food, 1e-9), 0.0, goods)
    to_village = np.minimum(food - sold + bought, consumption)
    living = (consumption - to_village) / np.maximum(1.0 - village, 0.01)
    peasants = to_village / np.maximum(village, 0.01)
    return gap, extraction, living / np.maximum(peasants, 1e-9), living


def quarrel(shortage: Floats, want: Floats, privilege: Floats, force: Floats, rules: SimpleNamespace) -> Floats:
    """Conflict comes of shortage sharpened by privilege, of want, and of force in the village.

    Equation: conflict_positional x shortage x (queue_quarrels + queue_envy x privilege) + conflict_want x want +
    conflict_village x extraction x gap, held in 0..1. Stands for: `count_conflicts`, whole.
    """
    queue = shortage * (rules.queue_quarrels + rules.queue_envy * privilege)
    total = rules.conflict_positional * queue + rules.conflict_want * want + rules.conflict_village * force
    return np.asarray(unit(total))


def repress(
    norms: Floats,
    want: Floats,
    property_: Floats,
    force: Floats,
    room: Floats,
    given: Conditions,
    rules: SimpleNamespace,
) -> Floats:
    """Coercion of the many follows forced deliveries, want that nobody may protest, and rule by command over owners.

    Equation: repression_extraction x extraction x gap x (1 - norms_on_force x norms) + repression_want x (1 - norms) x
    want x property + repression_of_order x (1 - property)(1 - room) x (party + repression_of_command x army). Stands
    for: `repress` at peace. Leaves out: forced entry into collective farms, the purge, camps.
    """
    village = rules.repression_extraction * force * (1.0 - rules.norms_on_force * norms)
    crushed = rules.repression_of_order * (given.party + rules.repression_of_command * given.army)
    crushed = crushed * (1.0 - property_) * (1.0 - room)
    return np.asarray(unit(village + rules.repression_want * (1.0 - norms) * want * property_ + crushed))


def police(
    norms: Floats, shortage: Floats, conflict: Floats, repression: Floats, hostility: Floats, rules: SimpleNamespace
) -> Floats:
    """The standing force answers conflict that volunteers don't settle, repression, and arms.

    Equation: police_base + scarcity_to_police x police_conflict x conflict x (1 - volunteers) + police_terror x
    repression + standing_army x arms x (1 - army_replaced x norms), a share of people; volunteers = the rule x norms^2
    x (1 - shortage). Stands for: `want_posts`, with all wanted posts filled.
    """
    volunteers = unit(rules.volunteers * norms**2 * (1.0 - shortage))
    force = rules.police_base + rules.scarcity_to_police * rules.police_conflict * conflict * (1.0 - volunteers)
    soldiers = rules.standing_army * arms_share(hostility, rules) * (1.0 - rules.army_replaced * norms)
    return np.asarray(force + rules.police_terror * repression + soldiers)


def contest(
    norms: Floats,
    ties: Floats,
    fear: Floats,
    room: Floats,
    exhaustion: Floats,
    literacy: Floats,
    urban: Floats,
    at_stake: tuple[Floats, Floats, Floats, Floats],
    embargo: Floats,
    rules: SimpleNamespace,
) -> tuple[Floats, Floats, Floats]:
    """Officials gain by shortage, want, conflict and power unasked (`at_stake`); organised, schooled, rested resist.

    Equation: that of `usurp`, whole but for war: gain, resistance and mending in (index, index, 1/year).
    Leaves out: what rivals' theories add to the gain; that means of products differ from products of means over
    citizens and runs.
    """
    shortage, want, conflict, unasked = at_stake
    order = rules.gain_conflict * conflict * (1.0 - rules.order_by_norms * norms)
    gain = rules.gain_shortage * shortage + rules.gain_want * want + order + rules.gain_unasked * unasked
    rest = 1.0 - exhaustion
    schooled = rules.resolve_unschooled + (1.0 - rules.resolve_unschooled) * literacy
    heard = rules.resolve_underground + (1.0 - rules.resolve_underground) * room
    hope = (1.0 - rules.isolation * embargo) * (1.0 - rules.fear_on_resolve * fear)
    resistance = rules.move_margin + rules.resolve * urban * ties * schooled * rest * heard * hope
    return gain, resistance, rules.repair * urban * ties * literacy * rest * room


def leave_village(living_gap: Floats, growth: Floats, literacy: Floats, want: Floats, rules: SimpleNamespace) -> Floats:
    """Villagers leave by the gap in living, new plant and schooling: `pull_to_town`, by the mean age of a village.

    Equation: (pull x (gap - pull_from)+ x jobs + school_pull x literacy x (1 - want)) x movers, a year, less the
    return where town lives worse; movers = move_young and move_old weighted by the ages at the start (AGES).
    Leaves out: forced entry, flight from hunger (nearly none in the mean), the ageing of the village.
    """
    ratio = np.minimum(living_gap, rules.living_gap_most)
    jobs = np.clip(rules.jobs_floor + growth / rules.jobs_growth, 0.0, rules.jobs_most)
    pulled = rules.pull * above(ratio - rules.pull_from) * jobs + rules.school_pull * literacy * (1.0 - want)
    return np.asarray(pulled * movers(rules))


def movers(rules: SimpleNamespace) -> float:
    """Mean of move_young and move_old over all ages, children (who stay) included; a number, about two thirds."""

    def older(age: float) -> float:
        return math.pow(1.0 - age / AGES, 2.0)

    young = older(rules.working_age) - older(rules.young_until)
    return float(rules.move_young * young + rules.move_old * older(rules.young_until))
