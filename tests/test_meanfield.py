"""The mean-field twin: limits, bounds, fixed points that are fixed, and the rules of the citizens' model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from thermidor.errors import InputError
from thermidor.meanfield import (
    STATES,
    Conditions,
    course,
    each_of,
    fixed_points,
    flow,
    jacobian,
    kept,
    mean_rules,
    plane,
    pressures,
)
from thermidor.meanfield.pressures import AGES
from thermidor.rules import load_rules

RULES = mean_rules()
START = np.array([0.9, 0.55, 0.25, 0.05, 0.9, 0.2, 0.05, 0.6, 0.6, 0.5])
RANGES = (
    ("product", 0.8, 12.0), ("frontier", 6.0, 16.0), ("farming", 0.05, 0.6), ("capital", 0.8, 3.0), ("heavy", 0.2, 0.6),
    ("apparatus", 0.01, 0.05), ("others", 0.02, 0.2), ("hostility", 0.0, 1.0), ("embargo", 0.0, 1.0),
    ("abroad", 0.0, 0.5), ("property_goal", 0.0, 0.97), ("army", 0.0, 0.5), ("party", 0.0, 0.5), ("brought", 0.0, 1.0),
    ("grievance", 0.0, 1.0),
)  # fmt: skip


def country(**changed: float) -> Conditions:
    """Return a middling country, some conditions changed."""
    plain = {"product": 3.5, "frontier": 9.8, "farming": 0.35, "capital": 2.0, "heavy": 0.35, "apparatus": 0.022}
    plain |= {"others": 0.12, "hostility": 0.0, "embargo": 0.0, "abroad": 0.2, "property_goal": 0.92}
    plain |= {"army": 0.0, "party": 0.0, "brought": 0.7, "grievance": 0.4}
    return Conditions(**{name: np.asarray(value, float) for name, value in (plain | changed).items()})


@st.composite
def countries(draw: st.DrawFn) -> Conditions:
    """Any country within wide bounds."""
    return country(**{name: draw(st.floats(low, high)) for name, low, high in RANGES})


STATE = arrays.arrays(np.float64, len(STATES), elements=st.floats(0.0, 1.0))


@settings(max_examples=25, deadline=None)
@given(STATE, countries())
@example(np.ones(len(STATES)), country(farming=0.25, frontier=6.0, others=0.125))  # no town, and so no need of grain
def test_the_flow_points_into_the_box(state: np.ndarray, here: Conditions) -> None:
    """No state leaves 0..1: at nought nothing falls, at one nothing rises; all pressures are numbers."""
    for place, edge, sign in [(place, edge, sign) for place in range(10) for edge, sign in ((0.0, 1.0), (1.0, -1.0))]:
        at = state.copy()
        at[place] = edge
        if STATES[place] == "peasants" or (place == 7 and edge == 1.0):
            continue  # peasants may be nobody or all: the share of others is then not what it says
        change = flow(at, here, RULES, slow=True)
        assert np.isfinite(change).all()
        assert sign * change[place] >= -1e-12, STATES[place]


@settings(max_examples=6, deadline=None)
@given(STATE, countries())
def test_courses_stay_in_the_box(state: np.ndarray, here: Conditions) -> None:
    """Five years of any country leave every state in 0..1 and finite."""
    many = course(state, here, RULES, 60, slow=True)
    assert np.isfinite(many).all() and many.min() >= 0.0 and many.max() <= 1.0


def test_an_open_rich_country_keeps_its_norms_and_an_isolated_poor_one_loses_them() -> None:
    """The two limits of development and isolation."""
    rich = course(START, country(product=8.0, farming=0.15), RULES, 360)
    poor = course(START, country(product=1.2, farming=0.55, hostility=0.5, embargo=0.6), RULES, 360)
    assert kept(rich[:, 0]) and rich[-1, 0] > 0.75
    assert not kept(poor[:, 0]) and poor[-1, 0] < 0.3


def test_without_measures_and_mending_the_norms_stand_still() -> None:
    """Both hazards off: the norms move by not one bit, whatever else moves."""
    rules = mean_rules(without=("usurpation", "repair"))
    rules.norms_follow = 0.0
    still = course(START, country(), rules, 240)
    assert (still[:, 0] == START[0]).all()
    assert np.ptp(still[:, 1]) > 0.01


def test_with_all_hazards_off_nothing_moves() -> None:
    """No measure, mending, growth or loss of ties, terror or programme: what is left at rest stays at rest."""
    rules = mean_rules(without=("usurpation", "repair", "tie_growth", "fear_on_ties", "spark", "terror", "exhaustion"))
    for name in ("tie_fading", "police_on_ties", "owners_on_ties", "births", "births_least", "programme_pace"):
        setattr(rules, name, 0.0)
    rules.births_town = rules.births_school = 0.0
    rules.leader_rise = rules.leader_fall = rules.leader_mortality = 0.0
    rules.pull = rules.school_pull = rules.room_norms = rules.thaw = 0.0
    state = START.copy()
    state[[3, 4, 5]], state[7] = 0.0, 1.0
    assert np.abs(flow(state, country(), rules)).max() == 0.0


def test_the_same_rules_are_used() -> None:
    """A changed rule moves the twin, one it has no place for does not, and a wrong one is refused."""
    base = course(START, country(), RULES, 60)[-1]
    for name in ("gain_shortage", "resolve", "tie_growth", "measure", "repair", "room_opens", "abundance"):
        rule = load_rules()[name]
        moved = course(START, country(), mean_rules({name: 0.5 * (rule.value + rule.low)}), 60)[-1]
        assert np.abs(moved - base).max() > 1e-4, name
    assert (course(START, country(), mean_rules({"denunciation": 10.0}), 60)[-1] == base).all()
    with pytest.raises(InputError):
        mean_rules({"gain_shortage": 99.0})


def test_signs_of_the_contest() -> None:
    """Shortage and embargo take from the norms; ties, schooling and rest keep them."""

    def norms(here: Conditions, **changed: float) -> float:
        state = START.copy()
        for name, value in changed.items():
            state[STATES.index(name)] = value
        return float(flow(state, here, RULES)[0])

    base = norms(country())
    assert norms(country(frontier=14.0)) < base and norms(country(embargo=0.9)) < base
    assert norms(country(), ties=0.8) > base > norms(country(), exhaustion=0.8)
    assert norms(country(), literacy=0.9) > base > norms(country(), fear=0.8)


def test_jacobian_does_not_depend_on_its_step() -> None:
    """Away from kinks, two widths of difference give the same slopes."""
    state = np.array([[0.7], [0.4], [0.15], [0.03], [0.7], [0.1], [0.3], [0.9], [0.55], [0.55]])
    here = each_of([country()])
    assert jacobian(state, here, RULES) == pytest.approx(jacobian(state, here, RULES, width=1e-4), abs=1e-5)


def test_fixed_points_are_fixed_and_stability_is_what_it_says() -> None:
    """Nothing moves at a fixed point; from beside a stable one the course returns, from beside an unstable one not."""
    here = each_of([country(product=product, farming=0.4) for product in (1.5, 3.2, 9.0)])
    starts = np.repeat(START[:, None], 3, axis=1)
    found = fixed_points(starts, here, RULES)
    assert set(found.where) == {0, 1, 2} and found.stable.any()
    mine = here.map(lambda field: field[found.where])
    assert np.abs(flow(found.states, mine, RULES)).max() < 1e-6
    aside = found.states.copy()
    aside[0] += np.where(found.states[0] < 0.9, 0.01, -0.01)
    away = np.abs(course(aside, mine, RULES, 12 * 60)[-1, 0] - found.states[0])
    assert (away[found.stable] < 0.008).all() and (away[~found.stable] > 0.01).all()


def test_two_stable_states_lie_on_either_side_of_an_unstable_one() -> None:
    """In one dimension along the norms, stable and unstable points take turns."""
    here = each_of([country(product=product, farming=0.4) for product in np.linspace(2.0, 5.0, 7)])
    found = fixed_points(np.repeat(START[:, None], 7, axis=1), here, RULES)
    counts = []
    for place in range(7):
        norms, stable = found.of(place)
        counts.append(len(norms))
        assert len(norms) % 2 == 1 and stable[::2].all() and not stable[1::2].any(), norms
    assert max(counts) == 3


def test_plane_holds_norms_and_ties() -> None:
    """The plane's flow is that of the state once the others are at rest: its sign agrees with a relaxed course."""
    norms, ties = np.linspace(0.05, 0.95, 4), np.linspace(0.05, 0.85, 3)
    change, _ = plane(START, country(), RULES, norms, ties)
    assert change.shape == (3, 4) and change[2, 0] > change[0, 0] and change[0, 3] < 0.0


def test_arrays_and_numbers_agree() -> None:
    """One country alone and the same country among others have the same course, bit for bit."""
    alone = course(START, country(product=2.0), RULES, 24)
    many = each_of([country(product=product) for product in (1.0, 2.0, 8.0)])
    among = course(np.repeat(START[:, None], 3, axis=1), many, RULES, 24)
    assert among[:, :, 1] == pytest.approx(alone, abs=1e-12)


def test_equations_are_those_of_the_citizens() -> None:
    """Gain, resistance, conflict, room, norms that follow, and ties of the citizens' steps are the twin's."""
    import small
    from thermidor.citizen_record import RATES
    from thermidor.meanfield import equations
    from thermidor.passages import usurpation
    from thermidor.passages.centres import programme_of
    from thermidor.society import AGES as AGES_OF_CITIZENS
    from thermidor.steps import govern, live

    assert AGES == AGES_OF_CITIZENS
    record, centres = small.rules()[0], [0.3, 0.2, 0.2, 0.3]
    brought = sum(
        share * small.plain(programme_of)(small.country()[0], record, i)[2] for i, share in enumerate(centres)
    )
    state = START[:, None]
    here = each_of([country(embargo=0.4, army=0.2, party=0.3, brought=brought)])
    mine = pressures(state, here, RULES)
    norms, ties, _, fear, room, exhaustion, leader, property_, village, literacy = START
    fields = {"organisation": ties, "fear": fear, "room": room, "exhaustion": exhaustion, "literacy": literacy}
    fields |= {"urban_share": 1.0 - village - RULES.village_trades, "embargo": 0.4, "war": 0.0, "slump": 0.0}
    fields |= {"state_property": property_, "private_share": 1.0 - property_, "authority": centres, "leader": leader}
    fields |= {"scarcity": mine.shortage[0], "scarcity_absolute": mine.want[0], "privilege": mine.privilege[0]}
    fields |= {"extraction": mine.extraction[0], "grain_gap": mine.grain_gap[0], "converted": 0.0, "norms": norms}
    fields |= {f"norm_{name}": norms for name in ("recall", "pay", "rotation", "arms")} | {"spark": 0.0}
    fields |= {
        "organisation_of": ties,
        "grievance": float(country().grievance),
        "coercive_share": 0.0,
        "collectivised": 0.0,
        "forced_entry": 0.0,
    }
    world, still = small.country(**fields), small.rules(usurpation=0.0, repair=0.0)[0]
    small.plain(govern.count_conflicts)(world[0], record)
    assert world["conflict"][0] == pytest.approx(mine.conflict[0])
    small.plain(usurpation.usurp)(world.copy()[0], record, np.uint64(1), 0)
    moved = world.copy()
    small.plain(usurpation.usurp)(moved[0], still, np.uint64(1), 0)
    assert moved["gain"][0] == pytest.approx(mine.gain[0])
    assert moved["resistance"][0] == pytest.approx(mine.resistance[0])
    pace = equations.follow(state[0], state[7], here, RULES)[0]
    assert 12.0 * (moved["norms"][0] - norms) == pytest.approx(pace, rel=1e-6)
    moved = world.copy()
    small.plain(govern.leave_room)(moved[0], record)
    pace = equations.leave_room(*state[[0, 1, 3, 4, 6, 7]], 0.0 * state[0], here, RULES)[0]
    assert 12.0 * (moved["room"][0] - room) == pytest.approx(pace, rel=1e-6)
    moved = world.copy()
    moved["repression_mass"] = mine.repression[0]
    small.plain(govern.repress)(moved[0], record)
    assert moved["repression_mass"][0] == pytest.approx(mine.repression[0])
    offers, calm = np.zeros(7, RATES), replace(mine, births=0.0 * mine.births, police=0.0 * mine.police)
    for name, among, owners in (("worker", 1.0, RULES.owners_on_ties), ("peasant", RULES.ties_outside_work, 0.0)):
        offer = offers[small.NAMES[name]]
        small.plain(live.publish_ties)(world[0], record, small.NAMES[name], offer)
        gained = (offer["standing"] + offer["rally"] * literacy) * (1.0 - ties)
        lost = (offer["fading"] + offer["dread"] * fear) * ties
        at, rest = state[[1, 1, 3, 4, 5, 9]], {"among": among, "owners": owners * (1.0 - state[7])}
        pace = equations.gather(*at, calm, each_of([country(abroad=0.0)]), RULES, **rest)[0]
        assert 12.0 * (gained - lost) == pytest.approx(pace)


def test_centres_that_nobody_elects_cost_room_and_norms() -> None:
    """A party or a command in power: less room under owners, more to gain, more fear; the party most."""
    state = START.copy()
    state[[0, 4, 7]] = 0.3, 0.5, 0.1
    elected, army, party = (
        flow(state, country(brought=0.3, **has), RULES) for has in ({}, {"army": 0.5}, {"party": 0.5})
    )
    room, fear, norms = (STATES.index(name) for name in ("room", "fear", "norms"))
    assert elected[room] > army[room] > party[room]
    assert elected[fear] < army[fear] < party[fear]
    assert elected[norms] > army[norms] == pytest.approx(party[norms])
    assert flow(state, country(brought=0.1), RULES)[norms] < flow(state, country(brought=0.8), RULES)[norms]


def test_measures_in_the_mean() -> None:
    """The mean loss of norms over many months of the citizens' contest is the twin's rate."""
    from thermidor.draws import MOVE_PAY, SIZE_PAY, chance, country_key

    hazard, norm, months = 1.1, 0.8, 12_000
    key, lost = country_key(1, 0, "anywhere"), 0.0
    size = RULES.measure * (RULES.measure_least + 0.5 * RULES.measure_spread)
    with np.errstate(over="ignore"):
        for month in range(months):
            if chance(key, month, MOVE_PAY) < 1.0 - np.exp(-hazard / 12.0):
                lost += (
                    norm * RULES.measure * (RULES.measure_least + RULES.measure_spread * chance(key, month, SIZE_PAY))
                )
    expected = 12.0 * (1.0 - np.exp(-hazard / 12.0)) * size * norm
    assert 12.0 * lost / months == pytest.approx(expected, rel=0.05)
