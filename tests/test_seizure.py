"""Seizure: odds that mirror one another, attempts that pay, and what winning and failing leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import NAMES, plain, polity, rules
from thermidor.country import (
    ARMY,
    BY_COUNCILS,
    BY_MOVEMENT,
    BY_REACTION,
    BY_REVOLUTIONARIES,
    CENTRES,
    COUNCILS,
    GOVERNMENT,
    ORGANISATIONS,
    PARTY,
)
from thermidor.draws import country_key
from thermidor.passages import seizure
from thermidor.passages.centres import programme_of

KEY = country_key(1, 0, "northland")
GIVEN = {
    "seizure": 1.0, "moves_pace": 5.0, "move_sharpness": 24.0, "cost_of_failure": 0.9, "civil": 0.8,
    "move_threshold": 0.2, "office_itself": 0.35, "nearness": 0.1, "force_power": 2.5, "holder_left": 0.1,
    "programme_worth": 0.25, "losers_fight": 1.0, "defeat_leaves": 0.6, "officials_kept": 0.3, "land_taking": 3.0,
    "force_on_land": 0.6, "dispersal": 0.55,
}  # fmt: skip
"""The tests' own values: what is fitted may change without changing a sign."""
OTHERS = [(i, j) for i in range(4) for j in range(4) if i != j]


def given_rules(**changed):
    """The tests' rules, some of them changed."""
    return rules(**GIVEN | changed)[0]


RULES = given_rules()
odds_of, take_power, fail = plain(seizure.odds_of), plain(seizure.take_power), plain(seizure.fail)
AMOUNT, SHARE = st.floats(0.0, 3.0), st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNT, min_size=4, max_size=4), SHARE, SHARE, SHARE, st.sampled_from(OTHERS))
def test_what_one_may_win_the_other_may_lose(backing, governing, leading, red, pair):
    """The odds of two centres against each other add up to one, however third centres are divided."""
    i, holder = pair
    c = polity(backing=backing, reformists_govern=governing, council_lead=leading, red=red)[0]
    mine, theirs = odds_of(c, RULES, i, holder), odds_of(c, RULES, holder, i)
    assert mine + theirs == pytest.approx(1.0, abs=1e-12) and 0.0 <= mine <= 1.0


@pytest.mark.parametrize("pair", OTHERS)
def test_equals_have_even_odds_and_more_behind_one_tips_them(pair):
    i, holder = pair

    def odds(mine, theirs):
        backing = np.zeros(4)
        backing[i], backing[holder] = mine, theirs
        return odds_of(polity(backing=backing)[0], RULES, i, holder)

    assert odds(0.5, 0.5) == pytest.approx(0.5, abs=1e-9)
    assert odds(0.1, 0.9) < 0.1 < odds(0.4, 0.5) < 0.5 < odds(0.6, 0.5) < 0.9 < odds(0.9, 0.1)


def test_third_centres_stand_by_the_nearer():
    """Backing of the command helps the movement, which stands near it, against councils, which stand far off."""
    orientation = np.zeros(len(ORGANISATIONS))
    orientation[BY_COUNCILS] = 1.0
    fields = {"orientation": orientation, "red": 0.0}
    weak, strong = (
        odds_of(polity(backing={"army": x, "government": 0.0}, **fields)[0], RULES, PARTY, COUNCILS) for x in (0.0, 1.0)
    )
    assert strong > 0.5 >= weak - 1e-6
    part = plain(seizure.beside)(polity(**fields)[0], RULES, ARMY, PARTY, COUNCILS)
    assert part > 0.9


def attempts(months=4000, rule=None, **fields):
    """How often each centre moves in so many months that all begin alike, float64[centres] of won and of all."""
    begin = polity(**{"authority": [0.85, 0.05, 0.05, 0.05], "holder": GOVERNMENT} | fields)
    world, won, lost = begin.copy(), np.zeros(4), np.zeros(4)
    record = given_rules(**(rule or {}))
    step = plain(seizure.seize)
    for month in range(months):
        world[:] = begin
        world["seized"], world["failed"] = 0.0, 0.0
        step(world[0], record, KEY, month)
        won += world["seized"][0]
        lost += world["failed"][0]
    return won, won + lost


STRONG = {"backing": {"government": 0.3, "army": 0.9, "councils": 0.0, "party": 0.0}}


def test_the_strong_move_oftener_than_the_weak_and_nobody_moves_where_nobody_may():
    _, strong = attempts(2000, **STRONG)
    _, even = attempts(2000, backing={"government": 0.6, "army": 0.6, "councils": 0.0, "party": 0.0})
    assert strong[ARMY] > 3 * even[ARMY] and strong[ARMY] > 20
    assert attempts(500, {"seizure": 0.0}, **STRONG)[1].sum() == 0.0
    assert strong[GOVERNMENT] == 0.0, "the holder does not move against itself"


def test_an_organised_society_makes_failure_dear():
    doubtful = {"backing": {"government": 0.5, "army": 0.65, "councils": 0.0, "party": 0.0}}
    easier = {"move_threshold": 0.05}
    _, apathetic = attempts(2000, easier, weight=0.0, **doubtful)
    _, organised = attempts(2000, easier, weight=0.4, **doubtful)
    assert apathetic[ARMY] > 1.5 * organised[ARMY]


def test_those_who_stand_for_something_else_move_oftener():
    """Office itself is worth something, a programme of one's own more."""
    near, far = np.zeros(len(ORGANISATIONS)), np.zeros(len(ORGANISATIONS))
    far[BY_REACTION] = 1.0
    doubtful = {"backing": {"government": 0.45, "army": 0.5, "councils": 0.0, "party": 0.0}}
    usurpers, restorers = (attempts(1500, orientation=stood_for, **doubtful)[1][ARMY] for stood_for in (near, far))
    assert restorers > 1.2 * usurpers


def test_attempts_succeed_as_often_as_their_odds():
    """Tullock 1980: two thousand attempts of the first challenger, within four standard deviations."""
    fields = {"authority": [0.05, 0.85, 0.05, 0.05], "holder": COUNCILS, "council_lead": 1.0}
    fields |= {"backing": {"government": 0.5, "councils": 0.55, "army": 0.1, "party": 0.0}}
    won, tried = attempts(2000, {"moves_pace": 1e9}, **fields)
    odds = odds_of(polity(**fields)[0], RULES, GOVERNMENT, COUNCILS)
    assert tried.tolist() == [2000.0, 0.0, 0.0, 0.0] and 0.1 < odds < 0.9
    assert abs(won[GOVERNMENT] - 2000 * odds) < 4.0 * np.sqrt(2000 * odds * (1.0 - odds))


def taken(winner, holder, rule=None, **fields):
    """The country after the winner has taken power from the holder."""
    world = polity(**{"seized": 0.0, "breaks": 0.0, "civil_war": 0.0} | fields)
    take_power(world[0], given_rules(**(rule or {})), winner, holder)
    return world[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNT, min_size=4, max_size=4), SHARE, SHARE, SHARE, st.sampled_from(OTHERS))
def test_power_taken_is_whole_and_its_norms_lie_between_the_winners_and_the_old(backing, lead, red, old, pair):
    winner, holder = pair
    norms = dict.fromkeys(("norm_recall", "norm_pay", "norm_rotation", "norm_arms"), old)
    fields = {"backing": backing, "council_lead": lead, "red": red, **norms}
    brought = [plain(programme_of)(polity(**fields)[0], RULES, i)[2] for i in range(4) if i != holder]
    c = taken(winner, holder, **fields)
    assert abs(c.authority.sum() - 1.0) < 1e-12 and (c.authority >= 0.0).all()
    for name in norms:
        assert min(old, *brought) - 1e-9 <= c[name] <= max(old, *brought) + 1e-9
    assert c.norms == pytest.approx(np.mean([c[name] for name in norms]))
    assert (c.breaks, c.seized.sum(), c.seized[winner]) == (1.0, 1.0, 1.0)
    assert c.holder == winner and c.tenure == 0.0


def test_a_seizure_wears_people_out_and_disorders_the_economy():
    before, c = polity(exhaustion=0.2, dislocation=0.1)[0], taken(ARMY, GOVERNMENT, exhaustion=0.2, dislocation=0.1)
    assert c.exhaustion > before.exhaustion and c.dislocation > before.dislocation


def test_the_winner_leads_and_the_fallen_keep_little():
    c = taken(ARMY, GOVERNMENT, backing={"government": 0.8, "army": 0.9, "councils": 0.0, "party": 0.0})
    assert np.argmax(c.authority) == ARMY and c.authority[ARMY] > 0.85
    assert c.authority[GOVERNMENT] == pytest.approx(GIVEN["holder_left"] * c.authority[ARMY])


def test_councils_bring_norms_and_a_command_does_not():
    own = np.full(len(ORGANISATIONS), 0.1)
    own[BY_COUNCILS] = 0.9
    backing = {"backing": {"government": 0.0, "army": 0.5, "councils": 0.9, "party": 0.0}, "own_norms": own}
    assert taken(COUNCILS, ARMY, norms=0.3, **backing).norms > 0.5 > 0.2 > taken(ARMY, COUNCILS, **backing).norms


FAR = {"orientation": np.where(np.arange(len(ORGANISATIONS)) == BY_COUNCILS, 0.95, 0.0)}


def test_a_winner_carries_out_its_programme_where_it_is_far_from_what_is():
    assert taken(COUNCILS, GOVERNMENT, **FAR).transfer == pytest.approx(0.95, abs=0.01)
    assert taken(ARMY, GOVERNMENT, **FAR).transfer == -1.0, "private property stays where it is"
    assert taken(COUNCILS, GOVERNMENT, state_property=0.9, **FAR).transfer == -1.0, "it is carried out already"


def test_losers_fight_over_property_as_far_as_they_are_strong():
    def war(fallen, rule=None, winner=COUNCILS):
        backing = {"councils": 0.8, "government": fallen, "army": 0.0, "party": 0.0}
        return taken(winner, GOVERNMENT, rule, backing=backing, **FAR).civil_war

    assert 1.0 >= war(0.7) > war(0.2) > 0.0
    assert war(0.7, {"losers_fight": 0.0}) == 0.0
    assert war(0.7, winner=PARTY) == 0.0, "nobody takes up arms over offices"


def failed(centre, holder=GOVERNMENT, **fields):
    """The country after a failed attempt."""
    world = polity(**{"failed": 0.0, "breaks": 0.0, "armed": 0.5, "weariness": 0.5} | fields)
    fail(world[0], RULES, centre, holder)
    return world[0]


@pytest.mark.parametrize("centre", [COUNCILS, ARMY, PARTY])
def test_failure_costs_authority_and_what_it_was_tried_with(centre):
    before, c = polity(armed=0.5, weariness=0.5)[0], failed(centre)
    assert c.authority[centre] < before.authority[centre] and c.authority[GOVERNMENT] > before.authority[GOVERNMENT]
    assert abs(c.authority.sum() - 1.0) < 1e-12
    assert (c.failed.sum(), c.failed[centre], c.breaks) == (1.0, 1.0, 0.0)
    assert c.room < before.room
    worse = {COUNCILS: c.armed[BY_REVOLUTIONARIES] / 0.5, ARMY: c.corporate / before.corporate}
    worse[PARTY] = c.armed[BY_MOVEMENT] / 0.5
    assert {i for i, left in worse.items() if left < 1.0} == {centre}


def test_a_hand_over_changes_the_holder_and_its_programme_without_a_break():
    """Authority that has drifted to another centre makes it the holder: no seizure, but its property programme."""
    world = polity(authority={"councils": 0.7}, holder=GOVERNMENT, breaks=0.0, **FAR)
    plain(seizure.seize)(world[0], given_rules(seizure=0.0), KEY, 0)
    assert world["holder"][0] == COUNCILS and world["transfer"][0] == pytest.approx(0.95, abs=0.01)
    assert world["breaks"][0] == 0.0


def test_a_programme_under_way_is_that_of_whoever_holds_power():
    world = polity(authority={"army": 0.9}, holder=CENTRES.index("army"), **FAR | {"transfer": 0.9})
    plain(seizure.seize)(world[0], given_rules(seizure=0.0), KEY, 0)
    assert world["transfer"][0] == 0.0


def land(months=60, rule=None, **fields):
    """Land in landlords' hands after five years in which nothing else moves."""
    active = np.zeros(len(NAMES))
    active[NAMES["peasant"]] = 0.3
    plain_fields = {"landlordism": 0.8, "active": active, "authority": {"councils": 0.0}, "force": 0.5}
    world = polity(**plain_fields | fields)
    for _ in range(months):
        plain(seizure.take_land)(world[0], given_rules(**(rule or {})))
    return float(world["landlordism"][0])


def test_land_is_taken_by_villagers_who_act_or_whom_councils_let():
    guarded = land()
    assert 0.0 <= guarded < 0.8
    assert land(force=0.01) < guarded < land(force=2.0) <= 0.8
    assert land(authority={"councils": 0.8}) < guarded
    assert land(active=0.0) == pytest.approx(0.8)
    assert land(rule={"land_taking": 0.0}) == 0.8 and land(landlordism=0.0) == 0.0
