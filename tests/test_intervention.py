"""Intervention: who marches, how far might reaches, what an attacker installs; and nobody else's bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import plain, polity, rules
from thermidor.country import BY_OFFICIALS
from thermidor.draws import country_key
from thermidor.steps import intervene as intervention

NAMES = ("here", "there", "elsewhere", "nowhere")
KEYS = np.array([country_key(1, 0, name) for name in NAMES])
GIVEN = {
    "intervention": 1.0, "strike_pace": 8.0, "strike_sharpness": 25.0, "strike_cost": 0.5, "strike_threshold": 0.4,
    "strike_distance": 2.5, "reach_unknown": 0.3, "people_fight": 0.02, "repelled_years": 4.0, "force_power": 2.5,
    "installed_norms": 0.5, "programme_worth": 0.25, "officials_kept": 0.3,
}  # fmt: skip
"""The tests' own values: what is fitted may change without changing a sign."""
NEAR = {"latitude": 50.0, "longitude": 10.0}
ORDERS = {"state_property": 1.0, "private_share": 0.0}


def world_of(*countries):
    """Several plain polities as one world; none has a patron, and all are neighbours unless told otherwise."""
    plain_fields = {"patron": -1.0, "repelled": 0.0, "conquests": 0.0, "army": 0.01, "gdp_per_head": 3.0, **NEAR}
    plain_fields |= {"repression_mass": 0.0, "garrison": 0.0, "armed": 0.2}
    return np.concatenate([polity(**plain_fields | fields) for fields in countries])


def marched(world, months=240, keys=KEYS, rule=None):
    """Which countries are conquered, and which repel an attack, in so many months that all begin alike; counts."""
    record, begin = rules(**GIVEN | (rule or {}))[0], world.copy()
    conquered, repelled, step = np.zeros(len(world)), np.zeros(len(world)), plain(intervention.intervene)
    for month in range(months):
        world[:] = begin
        step(world, record, keys[: len(world)], month)
        conquered += world["conquests"]
        repelled += (world["repelled"] == 1.0) - world["conquests"]
    return conquered, repelled


STRONG = {"population": 80.0, "army": 0.04}
WEAK = {"population": 5.0, "hostility": 0.9, **ORDERS}


def test_power_marches_into_a_weak_country_of_another_order_that_it_threatens():
    conquered, repelled = marched(world_of(WEAK, STRONG))
    assert conquered[0] + repelled[0] > 10 and conquered[0] > repelled[0]
    assert conquered[1] + repelled[1] == 0.0, "the weak do not march"


@pytest.mark.parametrize(
    ("weak", "rule"),
    [
        ({"hostility": 0.0}, {}),
        ({"state_property": 0.0}, {}),
        ({}, {"intervention": 0.0}),
    ],
    ids=["no hostility and no patron", "the same order", "switched off"],
)
def test_without_a_reason_nobody_ever_marches(weak, rule):
    sure = {"strike_threshold": -10.0, "strike_pace": 1e9}
    conquered, repelled = marched(world_of(WEAK | weak, STRONG), rule=sure | rule)
    assert conquered.sum() + repelled.sum() == 0.0


def test_what_makes_an_attack_likelier():
    def often(weak=None, strong=None):
        conquered, repelled = marched(world_of(WEAK | {"hostility": 0.6} | (weak or {}), STRONG | (strong or {})), 1200)
        return conquered[0] + repelled[0]

    some = often()
    assert some > 5
    assert often(weak={"hostility": 0.9}) > some > often(weak={"hostility": 0.3})
    assert often(weak={"population": 60.0}) < some > often(strong={"population": 8.0})
    assert often(strong={"latitude": 20.0, "longitude": 100.0}) < some
    assert often(weak={"repelled": 0.9}) < some
    assert often(weak={"norm_arms": 1.0, "organisation": 1.0, "population": 60.0}) <= often(weak={"population": 60.0})


def reach(one, other):
    """The part of might that arrives from a place (latitude, longitude) at another."""
    here, there = ({"latitude": lat, "longitude": long} for lat, long in (one, other))
    world = world_of(here, there)
    return plain(intervention.reach)(world[0], world[1], rules(**GIVEN)[0])


PLACE = st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0))


@settings(max_examples=60, deadline=None)
@given(PLACE, PLACE)
def test_might_arrives_in_part_and_as_much_there_as_back(one, other):
    assert 0.0 < reach(one, other) <= 1.0
    assert reach(one, other) == pytest.approx(reach(other, one))
    turned = ((one[0], one[1] + 360.0), other)
    assert reach(*turned) == pytest.approx(reach(one, other))


def test_might_falls_with_the_distance_of_capitals():
    """A quarter of the earth is ten thousand km: e^(-10 / 2.5) arrives; the antipodes are twice as far."""
    assert reach((50.0, 10.0), (50.0, 10.0)) == pytest.approx(1.0, abs=1e-6)
    assert reach((0.0, 0.0), (0.0, 90.0)) == pytest.approx(np.exp(-10.0075 / 2.5), rel=1e-3)
    assert reach((0.0, 0.0), (0.0, 180.0)) == pytest.approx(np.exp(-20.015 / 2.5), rel=1e-3)
    assert reach((48.9, 2.3), (52.5, 13.4)) > reach((48.9, 2.3), (55.8, 37.6)) > reach((48.9, 2.3), (39.9, 116.4))
    assert reach((48.9, 2.3), (99.0, 0.0)) == GIVEN["reach_unknown"] == reach((99.0, 0.0), (99.0, 0.0))


def will(client=None, power=None):
    """What the second of two countries has against the first."""
    world = world_of({"hostility": 0.0} | (client or {}), {"norms": 0.1, "authority": {"party": 0.9}} | (power or {}))
    return plain(intervention.will_of)(world[0], world[1], 1, rules(**GIVEN)[0])


def client(obedience, patron=1.0, **fields):
    """A country whose officials obey a patron."""
    base = polity()
    patrons, obeyed = base["patron"][0].copy(), base["obedience"][0].copy()
    patrons[:], obeyed[BY_OFFICIALS] = -1.0, obedience
    patrons[BY_OFFICIALS] = patron
    return {"patron": patrons, "obedience": obeyed, "norms": 0.1, "authority": {"party": 0.9}} | fields


def test_a_patron_has_a_stake_in_officials_who_lose_hold():
    """It marches where norms or other centres come up under them, though no one is hostile."""
    assert will(client(1.0)) == 0.0, "all is as the patron has it"
    assert will(client(1.0, norms=0.4)) > will(client(0.5, norms=0.4)) > 0.0
    assert will(client(1.0, authority={"party": 0.4})) > 0.0
    assert will(client(0.0, norms=0.9)) == will(client(1.0, patron=-1.0, norms=0.9)) == 0.0
    slipping = client(1.0, norms=0.6, population=5.0)
    patron = {"norms": 0.1, "authority": {"party": 0.9}} | STRONG
    conquered, repelled = marched(world_of(slipping, patron))
    assert conquered[0] + repelled[0] > 10


def test_an_attacker_sets_up_its_own_order_with_few_norms():
    power = {"authority": [0.1, 0.0, 0.1, 0.8], "norms": 0.6, "room": 0.2, **ORDERS}
    world = world_of({"authority": [0.9, 0.05, 0.03, 0.02], "room": 0.9, "civil_war": 0.5, "war": 0.4}, power)
    plain(intervention.install)(world[0], world[1], rules(**GIVEN)[0])
    c, other = world[0], world[1]
    assert (c.authority == other.authority).all()
    assert c.norms < other.norms and c.room == other.room == 0.2
    assert c.transfer == other.state_property and c.conquests == 1.0 and c.civil_war == 0.0 and c.peace == 1.0
    assert (c.armed == 0.0).all() and c.holder == np.argmax(other.authority) and c.repression_mass > 0.0
    near = world_of({"state_property": 0.9}, power)
    plain(intervention.install)(near[0], near[1], rules(**GIVEN)[0])
    assert near["transfer"][0] == -1.0, "the order is near enough"


def test_an_attacker_opens_no_room():
    world = world_of({"room": 0.1}, {"room": 0.9, **ORDERS})
    plain(intervention.install)(world[0], world[1], rules(**GIVEN)[0])
    assert world["room"][0] == pytest.approx(0.1)


def test_an_attack_that_was_repelled_deters_for_some_years():
    world, record = world_of({"repelled": 1.0}, {}), rules(**GIVEN)[0]
    for month in range(60):
        plain(intervention.intervene)(world, record, KEYS[:2], month)
    assert 0.0 < world["repelled"][0] < 0.4


def test_a_garrison_stays_for_some_years_and_keeps_others_out():
    world, record = world_of({"garrison": 1.0}, {}), rules(**GIVEN | {"garrison_years": 3.0})[0]
    for month in range(60):
        plain(intervention.intervene)(world, record, KEYS[:2], month)
    assert 0.0 < world["garrison"][0] < 0.3
    sure = {"strike_threshold": -10.0, "strike_pace": 1e9}
    begin = world_of(WEAK, STRONG)
    plain(intervention.intervene)(begin, rules(**GIVEN | sure)[0], KEYS[:2], 0)
    assert begin["garrison"][0] == begin["repelled"][0] == 1.0
    assert marched(begin.copy(), 24)[0].sum() == 24.0, "the one conquest is remembered, none is added"


def test_who_is_attacked_does_not_march():
    """Two who would both attack in every month: neither does, whichever stands first."""
    one, other = {"hostility": 1.0, **ORDERS}, {"hostility": 1.0, "state_property": 0.0}
    sure = {"strike_threshold": -10.0, "strike_pace": 1e9}
    for pair in ((one, other), (other, one)):
        conquered, repelled = marched(world_of(*pair), 24, rule=sure)
        assert conquered.sum() + repelled.sum() == 0.0


FOUR = (WEAK, STRONG | {"latitude": 40.0}, WEAK | {"population": 9.0}, {"population": 40.0, "state_property": 0.6})
EAGER = {"strike_threshold": 0.1, "strike_pace": 12.0}


@pytest.mark.parametrize("order", [(1, 0, 3, 2), (3, 2, 1, 0), (2, 0, 1, 3)])
def test_the_order_of_countries_changes_nobody_s_bits(order):
    """Month after month, attacks included: a country's record does not depend on its place in the list."""
    record, step = rules(**GIVEN | EAGER)[0], plain(intervention.intervene)
    here, turned, attacks = world_of(*FOUR), world_of(*(FOUR[place] for place in order)), 0.0
    keys = KEYS[list(order)]
    for month in range(120):
        step(here, record, KEYS, month)
        step(turned, record, keys, month)
        attacks += (here["repelled"] == 1.0).sum()
        for place, was in enumerate(order):
            assert turned[place].tobytes() == here[was].tobytes(), (month, place)
    assert attacks + here["conquests"].sum() > 3


def test_one_who_has_nothing_against_anybody_changes_nobody_s_bits():
    """A fourth country of no might: nobody is attacked, spared or drawn otherwise for its being there."""
    record, step = rules(**GIVEN | EAGER)[0], plain(intervention.intervene)
    three, four = world_of(*FOUR[:3]), world_of(*FOUR[:3], {"population": 1e-6, "hostility": 0.0})
    for month in range(120):
        step(three, record, KEYS[:3], month)
        step(four, record, KEYS, month)
    assert three.tobytes() == four[:3].tobytes()
    assert three["conquests"].sum() > 0.0
