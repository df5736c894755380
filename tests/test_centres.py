"""Centres: what stands behind each, one cause at a time; authority that drifts, is handed over or called in; arms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import plain, polity, rules
from thermidor.country import (
    ARMY,
    BY_COUNCILS,
    BY_MOVEMENT,
    BY_OFFICIALS,
    BY_OWNERS,
    BY_REACTION,
    BY_REFORMISTS,
    BY_REVOLUTIONARIES,
    COUNCILS,
    GOVERNMENT,
    ORGANISATIONS,
    PARTY,
)
from thermidor.passages import centres

GIVEN = {
    "mass_counts": 1.1, "majority_width": 0.1, "majority_least": 0.4, "coalition_strain": 0.8, "command_apart": 0.6,
    "hold_of_office": 0.3, "favours": 10.0, "fright_half": 0.25, "fright_to_order": 0.6, "mutiny_by_ties": 2.0,
    "division": 1.2, "quarrel_at_home": 0.4, "drift": 2.0, "drift_power": 1.5, "authority_least": 0.005,
    "hand_over": 2.0, "call_in": 4.5, "lead_width": 0.07, "franchise_years": 6.0, "vote_unasked": 0.35,
    "vote_by_ties": 2.5, "arming": 1.5, "money_arms": 8.0, "force_disarms": 0.06, "arming_years": 0.7,
}  # fmt: skip
"""The tests' own values: what is fitted may change without changing a sign."""
ZERO = {"force": 0.0, "mutineers": 0.0, "apparatus_share": 0.0, "left_threat": 0.0}


def behind(rule=None, **fields):
    """What stands behind each centre, float64[centres]."""
    world = polity(**fields)
    plain(centres.weigh_centres)(world[0], rules(**GIVEN | (rule or {}))[0])
    return world["backing"][0].copy()


def gain(change, rule=None, **fields):
    """What a change of fields brings to each centre."""
    return behind(rule, **fields | change) - behind(rule, **fields)


@pytest.mark.parametrize(
    ("camp", "centre", "where"),
    [
        ("liberal", GOVERNMENT, {}),
        ("reform", GOVERNMENT, {"authority": {"councils": 0.0}}),
        ("reform", COUNCILS, {"authority": {"councils": 0.9}}),
        ("revolution", COUNCILS, {}),
        ("reaction", ARMY, {"corporate": 1.0, "left_threat": 0.8}),
        ("fascist", PARTY, {}),
        ("revolution", PARTY, {"red": 1.0, "authority": {"party": 0.9, "councils": 0.0}}),
    ],
)
def test_each_centre_has_its_camp_behind_it(camp, centre, where):
    """More weight of the camp brings its own centre most."""
    found = gain({"weight": {camp: 0.3}}, rule={"division": 0.0}, **ZERO | where)
    assert found[centre] > 0.0 and found[centre] == found.max()


def test_reaction_leaves_parliament_when_the_left_frightens_it():
    found = gain({"left_threat": 0.9}, **{**ZERO, "weight": {"reaction": 0.4}})
    assert found[ARMY] > 0.0 > found[GOVERNMENT]


def test_frightened_liberals_stand_by_the_command():
    found = gain({"left_threat": 0.9}, **{**ZERO, "weight": {"liberal": 0.4, "reaction": 0.0}})
    assert found[ARMY] > 0.0 > found[GOVERNMENT]


@pytest.mark.parametrize("holder", range(4))
def test_force_and_officials_serve_who_holds_authority(holder):
    authority = np.full(4, 0.01)
    authority[holder] = 0.97
    for change in ({"force": 1.5}, {"apparatus_share": 0.05}):
        found = gain(change, authority=authority, corporate=0.0, **{k: v for k, v in ZERO.items() if k not in change})
        assert found[holder] > 0.0 and found[holder] == found.max()


def test_a_command_of_its_own_keeps_its_force_to_itself_while_it_holds_together():
    office = {**ZERO, "force": 1.5, "authority": {"government": 0.9, "army": 0.02}}
    found = gain({"corporate": 0.9}, **office, weight=0.0)
    assert found[ARMY] > 0.0 > found[GOVERNMENT]
    assert gain({"cohesion": 0.3}, **office, corporate=0.9)[ARMY] < 0.0
    assert (np.delete(gain({"cohesion": 0.3}, **office, corporate=0.9), ARMY) == 0.0).all()


def test_under_state_property_posts_are_the_party_s_until_officials_turn():
    state = {**ZERO, "state_property": 1.0, "private_share": 0.0, "weight": 0.0}
    assert np.argmax(gain({"apparatus_share": 0.05}, **state, converted=0.0)) == PARTY
    found = gain({"converted": 0.9}, **state | {"apparatus_share": 0.05})
    assert found[GOVERNMENT] > 0.0 > found[PARTY]


def test_mutineers_go_over_to_organised_councils():
    ready = {**ZERO, "organisation_of": 0.6, "camp": {"revolution": 0.4}}
    assert np.argmax(gain({"mutineers": 1.0}, **ready)) == COUNCILS
    alone = ready | {"organisation_of": 0.05}
    assert gain({"mutineers": 1.0}, **ready)[COUNCILS] > gain({"mutineers": 1.0}, **alone)[COUNCILS]
    nobody = {**ready, "camp": {"revolution": 0.0, "reform": 0.0, "liberal": 0.5}}
    assert gain({"mutineers": 1.0}, **nobody)[COUNCILS] == pytest.approx(0.0, abs=1e-8)


def test_settled_villagers_favour_a_command_that_brings_growth():
    ruling = {**ZERO, "authority": {"army": 0.9}, "landlordism": 0.0}
    assert gain({"remembered": 0.04}, **ruling, remembered=0.0)[ARMY] > 0.0
    assert gain({"remembered": 0.04}, **ruling | {"landlordism": 0.9}, remembered=0.0)[ARMY] == 0.0
    assert gain({"remembered": 0.04}, {"favours": 0.0}, **ruling, remembered=0.0)[ARMY] == 0.0
    assert gain({"remembered": -0.04}, **ruling, remembered=0.0)[ARMY] == 0.0


def test_arms_stand_behind_those_who_bear_them_and_councils_arms_need_a_people_in_arms():
    for organisation, centre in ((BY_REVOLUTIONARIES, COUNCILS), (BY_COUNCILS, COUNCILS), (BY_MOVEMENT, PARTY)):
        armed = np.where(np.arange(len(ORGANISATIONS)) == organisation, 0.5, 0.0)
        found = gain({"armed": armed}, **ZERO, armed=0.0, norm_arms=0.8)
        assert found[centre] > 0.0 and (np.delete(found, centre) == 0.0).all()
    red_guards = np.where(np.arange(len(ORGANISATIONS)) == BY_COUNCILS, 0.5, 0.0)
    assert (gain({"armed": red_guards}, **ZERO, armed=0.0, norm_arms=0.0) == 0.0).all()


def test_a_garrison_stands_behind_the_holder_of_power():
    for holder in range(4):
        found = gain({"garrison": 1.0}, **ZERO, holder=holder, garrison=0.0)
        assert found[holder] > 0.0 and (np.delete(found, holder) == 0.0).all()


def majority(**fields):
    """How far the government's majority holds."""
    world = polity(**fields)
    plain(centres.weigh_centres)(world[0], rules(**GIVEN)[0])
    return float(world["majority"][0])


def test_a_majority_is_lost_to_both_sides_and_a_slump_parts_a_coalition_only():
    broad = {"liberal": 0.2, "reform": 0.2, "revolution": 0.02, "fascist": 0.02, "reaction": 0.02}
    assert majority(weight=broad) > majority(weight=broad | {"revolution": 0.4})
    assert majority(weight=broad) > majority(weight=broad | {"fascist": 0.4})
    assert majority(weight=broad, slump=0.0) > majority(weight=broad, slump=0.35)
    alone = broad | {"reform": 0.0}
    assert majority(weight=alone, slump=0.0) == majority(weight=alone, slump=0.35)
    assert gain({"weight": broad | {"revolution": 0.5}}, **ZERO, weight=broad)[GOVERNMENT] < 0.0


def divided(revolution, reform, obedience=0.0, **rule):
    """What division takes from the workers' camps."""
    world = polity(weight={"revolution": revolution, "reform": reform})
    world["obedience"][0, BY_REVOLUTIONARIES] = obedience
    return float(plain(centres.divided_left)(world[0], rules(**GIVEN | rule)[0]))


def test_the_left_loses_most_by_even_division_and_more_by_a_patron():
    assert divided(0.2, 0.2) > divided(0.3, 0.1) > divided(0.4, 0.0) == 0.0
    assert divided(0.2, 0.2, 1.0) > divided(0.2, 0.2, 0.0) > 0.0 == divided(0.2, 0.2, 1.0, division=0.0)
    assert divided(0.0, 0.0) == 0.0


SHARE = st.floats(0.0, 1.0)
FOUR = st.lists(st.floats(0.0, 3.0), min_size=4, max_size=4)


@settings(max_examples=100, deadline=None)
@given(FOUR, st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4), SHARE, SHARE, SHARE)
def test_authority_is_moved_and_neither_made_nor_lost(backing, authority, lead, threat, private):
    shares = np.array(authority) / sum(authority)
    fields = {"council_lead": lead, "left_threat": threat, "private_share": private, "weight": {"fascist": 0.3}}
    world = polity(backing=backing, authority=shares, **fields)
    plain(centres.drift)(world[0], rules(**GIVEN)[0])
    assert abs(world["authority"][0].sum() - 1.0) < 1e-12
    assert (world["authority"][0] >= 0.0).all()


def drifted(months=1, rule=None, **fields):
    """Authority after some months of drift."""
    world = polity(**{"council_lead": 1.0} | fields)
    for _ in range(months):
        plain(centres.drift)(world[0], rules(**GIVEN | (rule or {}))[0])
    return world["authority"][0].copy()


@pytest.mark.parametrize("centre", range(4))
def test_authority_drifts_to_what_most_stands_behind_and_there_rests(centre):
    backing = np.full(4, 0.1)
    backing[centre] = 1.2
    still = {"weight": 0.0, "left_threat": 0.0, "backing": backing}
    course = [drifted(months, **still)[centre] for months in (1, 12, 240, 241)]
    assert 0.25 < course[0] < course[1] < course[2] and course[2] > 0.8
    assert course[3] == pytest.approx(course[2], abs=1e-6)
    assert drifted(240, **still).min() > 0.0, "every centre keeps its name"


def handed(**fields):
    """What a month's handing over takes from the councils."""
    even = {"backing": 0.3, "weight": 0.05, "left_threat": 0.0}
    return drifted(rule={"hand_over": 0.0}, **even | fields) - drifted(**even | fields)


def test_only_councils_that_reformists_lead_hand_over():
    reformists, revolutionaries = handed(council_lead=0.0), handed(council_lead=1.0)
    assert reformists[COUNCILS] > 0.0 > reformists[GOVERNMENT] and reformists[ARMY] == reformists[PARTY] == 0.0
    assert abs(revolutionaries).max() < 0.01 * reformists[COUNCILS]
    assert abs(handed(council_lead=0.0, private_share=0.0)).max() == 0.0, "there is nobody to hand over to"


def called(**fields):
    """What a month's calling in brings to the party."""
    even = {"backing": 0.3, "weight": {"fascist": 0.3}, "authority": [0.1, 0.1, 0.7, 0.1], "left_threat": 0.7}
    return drifted(**even | fields) - drifted(rule={"call_in": 0.0}, **even | fields)


def test_a_movement_is_called_in_by_a_frightened_command_only():
    found = called()
    assert found[PARTY] > 0.0 > found[ARMY] and abs(found[[GOVERNMENT, COUNCILS]]).max() == 0.0
    assert found[PARTY] > called(left_threat=0.1)[PARTY] > 0.0
    assert abs(called(left_threat=0.0)).max() == 0.0, "nobody is afraid"
    assert abs(called(weight={"fascist": 0.0})).max() == 0.0, "there is nobody to call"
    assert called(authority=[0.7, 0.1, 0.1, 0.1])[PARTY] < found[PARTY], "a government does not call"


def franchise(months=120, **fields):
    """The vote after ten years in which nothing else moves."""
    world = polity(**{"franchise": 0.4} | fields)
    for _ in range(months):
        plain(centres.widen_vote)(world[0], rules(**GIVEN)[0])
    return float(world["franchise"][0])


def test_the_vote_is_given_to_the_organised_and_taken_by_commands():
    parliament, junta = [0.9, 0.05, 0.03, 0.02], [0.05, 0.0, 0.9, 0.05]
    assert franchise(authority=parliament, organisation=0.6) > franchise(authority=parliament, organisation=0.05) > 0.1
    assert franchise(authority=parliament, organisation=0.6) > 0.6
    assert franchise(authority=junta, organisation=0.6) < 0.2


def armed(**fields):
    """Arms of the movement and of revolutionaries after five years in which nothing else moves."""
    world = polity(**{"force": 0.5, "mutineers": 0.0, "funding": 0.0} | fields)
    for _ in range(60):
        plain(centres.arm_movements)(world[0], rules(**GIVEN)[0])
    return world["armed"][0].copy()


def test_movements_arm_when_many_paid_and_unhindered():
    many = {"fascist": 0.4, "revolution": 0.4}
    poor, paid = armed(weight=many), armed(weight=many, funding=0.1)
    assert paid[BY_MOVEMENT] > poor[BY_MOVEMENT] > armed(weight=0.01)[BY_MOVEMENT]
    assert paid[BY_REVOLUTIONARIES] == poor[BY_REVOLUTIONARIES]
    assert armed(weight=many, mutineers=0.5)[BY_REVOLUTIONARIES] > poor[BY_REVOLUTIONARIES]
    assert armed(weight=many, mutineers=0.5)[BY_MOVEMENT] == poor[BY_MOVEMENT]
    weak = armed(weight=many, force=0.0)
    assert weak[BY_MOVEMENT] > poor[BY_MOVEMENT] and weak[BY_REVOLUTIONARIES] > poor[BY_REVOLUTIONARIES]
    assert (np.delete(paid, (BY_MOVEMENT, BY_REVOLUTIONARIES)) == 0.0).all()


def years_in_office(years=4, rule=None, **fields):
    """Orientations of organisations after some years in which only they move."""
    numbers = np.zeros(len(ORGANISATIONS))
    numbers[BY_REFORMISTS], numbers[BY_REVOLUTIONARIES], numbers[BY_COUNCILS] = 0.5, 0.9, 0.7
    world = polity(**{"orientation": numbers, "in_office": 0.0} | fields)
    for _ in range(12 * years):
        plain(centres.drift_in_office)(world[0], rules(**GIVEN | (rule or {}))[0])
    return world["orientation"][0].copy()


def test_councils_come_to_stand_for_what_their_majority_wants():
    far, near = years_in_office(council_lead=1.0)[BY_COUNCILS], years_in_office(council_lead=0.0)[BY_COUNCILS]
    assert 0.5 <= near < 0.7 < far <= 0.9
    assert years_in_office(1, council_lead=1.0)[BY_COUNCILS] <= far


def test_reformists_in_office_make_their_peace_with_what_is():
    assert years_in_office(in_office=0.0)[BY_REFORMISTS] == 0.5
    assert years_in_office(in_office=1.0, state_property=0.0)[BY_REFORMISTS] < 0.5
    assert years_in_office(in_office=1.0, state_property=1.0)[BY_REFORMISTS] > 0.5
    settled = years_in_office(in_office={"reform": 0.9}, state_property=0.0)
    assert settled[BY_REFORMISTS] < 0.5 and settled[BY_REVOLUTIONARIES] == 0.9


def programme(centre, **fields):
    """Property, say and norms that a centre stands for where every organisation has a number of its own."""
    numbers = np.arange(len(ORGANISATIONS)) / 10.0
    table = {"orientation": numbers, "own_norms": 0.9 - numbers}
    return plain(centres.programme_of)(polity(**table | fields)[0], rules(**GIVEN)[0], centre)


def test_a_centre_stands_for_what_those_stand_for_who_speak_for_it():
    assert programme(GOVERNMENT, reformists_govern=0.0)[0] == BY_OWNERS / 10.0
    assert programme(GOVERNMENT, reformists_govern=1.0)[0] == BY_REFORMISTS / 10.0
    assert programme(COUNCILS)[0] == BY_COUNCILS / 10.0 and programme(ARMY)[0] == BY_REACTION / 10.0
    assert programme(COUNCILS)[2] == pytest.approx(0.9 - BY_COUNCILS / 10.0)
    assert programme(ARMY)[1] < programme(GOVERNMENT)[1] < programme(COUNCILS)[1]
    assert programme(PARTY, red=0.0)[0] == BY_MOVEMENT / 10.0 and programme(PARTY, red=1.0)[0] == BY_OFFICIALS / 10.0
    assert programme(PARTY)[1] == 0.0
