"""Taking sides: what pulls a class to a camp, one cause at a time; chances, leanings, weights and who governs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from small import NAMES, citizens, live_a_month, plain, polity, rules, series_of, start
from small import live as lived
from thermidor.citizen_record import LEANS, NO_LEAN, RATES, TALLY
from thermidor.country import (
    BY_MOVEMENT,
    BY_OFFICIALS,
    BY_REVOLUTIONARIES,
    CAMPS,
    CENTRES,
    CLASSES,
    FASCIST_CAMP,
    GOVERNMENT,
    LIBERAL_CAMP,
    REACTION_CAMP,
    REFORM_CAMP,
    REVOLUTION_CAMP,
)
from thermidor.scenarios.resolved import DEFAULTS
from thermidor.society import leanings
from thermidor.steps import side

LANDLORD, CAPITALIST, PETTY, PEASANT, WORKER, OFFICIAL, GENDARME = range(len(CLASSES))
GIVEN = {
    "side_property": 1.3, "side_land": 2.0, "side_say": 1.2, "side_distance": 3.0, "side_content": 0.35,
    "side_blame": 2.0, "blame_years": 1.0, "side_habit": 0.75, "side_unknown": 0.03, "side_winner": 1.2,
    "side_funds": 40.0, "side_fear": 22.0, "side_fear_at_ease": 0.1, "side_risk": 1.8, "say_of_revolution": 0.9,
    "say_of_reform": 0.8, "say_of_liberals": 0.55, "say_of_reaction": 0.1, "side_none": -1.8, "side_alone": 2.0,
    "side_stirred": 0.5, "election_slope": 12.0, "term": 2.0, "funding_at_ease": 0.05, "following": 0.5,
    "wealth_counts": 0.3, "money_counts": 1.0, "memory_grows": 0.5, "threat_of_reform": 0.4,
}  # fmt: skip
"""The tests' own values: what is fitted may change without changing a sign."""
EVERY = tuple(range(len(CAMPS)))


def pull(k, camp, grievance=0.5, *, rule=None, **fields):
    """The pull of a camp on a class of the plain polity, some fields and rules changed."""
    world = polity(**fields)
    return plain(side.pull)(world[0], rules(**(GIVEN | (rule or {})))[0], k, camp, grievance)


def with_orientation(organisation, value):
    """Orientations of the plain polity, one of them changed."""
    found = polity()["orientation"][0].copy()
    found[organisation] = value
    return found


def test_owners_flee_from_a_camp_that_would_take_property_and_workers_are_drawn_to_it():
    still = {"side_distance": 0.0}
    private, state = (with_orientation(BY_REVOLUTIONARIES, value) for value in (0.0, 1.0))

    def gain(k):
        left = pull(k, REVOLUTION_CAMP, rule=still, orientation=state)
        return left - pull(k, REVOLUTION_CAMP, rule=still, orientation=private)

    assert gain(WORKER) > 0.0 > gain(PETTY) > gain(CAPITALIST)
    assert gain(LANDLORD) == pytest.approx(gain(CAPITALIST))
    settled = pull(PEASANT, REVOLUTION_CAMP, rule=still, orientation=state, landlordism=0.0)
    assert settled < pull(PEASANT, REVOLUTION_CAMP, rule=still, orientation=private, landlordism=0.0)
    assert pull(WORKER, REVOLUTION_CAMP, rule=still | {"side_property": 0.0}, orientation=state) == pytest.approx(
        pull(WORKER, REVOLUTION_CAMP, rule=still | {"side_property": 0.0}, orientation=private)
    )


def test_a_promise_of_land_draws_those_who_want_it_and_frightens_those_who_have_it():
    still = {"side_distance": 0.0, "side_property": 0.0}

    def gain(k, camp):
        return pull(k, camp, rule=still, landlordism=0.6) - pull(k, camp, rule=still, landlordism=0.0)

    assert gain(PEASANT, REVOLUTION_CAMP) > gain(PEASANT, REFORM_CAMP) > 0.0 > gain(PEASANT, REACTION_CAMP)
    assert gain(LANDLORD, REVOLUTION_CAMP) < 0.0 < gain(LANDLORD, REACTION_CAMP)
    assert gain(WORKER, REVOLUTION_CAMP) == gain(PEASANT, LIBERAL_CAMP) == 0.0


def test_a_say_draws_those_who_have_none_of_their_own_while_they_are_calm():
    still = {"side_distance": 0.0}

    def gain(k, grievance):
        more, less = (pull(k, REFORM_CAMP, grievance, rule=still | {"say_of_reform": say}) for say in (0.95, 0.6))
        return more - less

    assert gain(WORKER, 0.0) > gain(PETTY, 0.0) > 0.0
    assert gain(WORKER, 0.0) > gain(WORKER, 0.8) > 0.0
    assert gain(CAPITALIST, 0.0) == 0.0


def test_distance_from_the_order_draws_the_angry_and_repels_the_content():
    near, far = {"state_property": 1.0, "room": 0.9}, {"state_property": 0.0, "room": 0.9}
    state = with_orientation(BY_REVOLUTIONARIES, 1.0)

    def gain(grievance):
        wide = pull(WORKER, REVOLUTION_CAMP, grievance, orientation=state, **far)
        return wide - pull(WORKER, REVOLUTION_CAMP, grievance, orientation=state, **near)

    assert gain(1.0) > 0.0 > gain(0.0)
    assert gain(GIVEN["side_content"]) == pytest.approx(0.0, abs=1e-12)


def test_blame_falls_on_the_office_held_for_long_among_the_angry():
    """An opposition within the order gains: whoever governs in bad times loses, also a camp of workers."""
    in_office = {"in_office": {"reform": 0.8}, "tenure": 8.0}

    def loss(grievance=0.9, **fields):
        out = pull(WORKER, REFORM_CAMP, grievance, rule={"side_risk": 0.0}, **(in_office | {"in_office": 0.0} | fields))
        return out - pull(WORKER, REFORM_CAMP, grievance, rule={"side_risk": 0.0}, **(in_office | fields))

    assert loss() > loss(0.4) > loss(0.0) == 0.0
    assert loss() > loss(tenure=0.5) > loss(tenure=0.0) == 0.0
    assert loss(weariness=0.8) > loss(weariness=0.0)


def test_habit_draws_to_a_camp_that_the_class_knows():
    leaning = polity()["leaning"][0].copy()
    known = leaning.copy()
    known[len(CAMPS) * WORKER + REFORM_CAMP] = 0.6
    assert pull(WORKER, REFORM_CAMP, leaning=known) > pull(WORKER, REFORM_CAMP, leaning=leaning)
    assert pull(PEASANT, REFORM_CAMP, leaning=known) == pull(PEASANT, REFORM_CAMP, leaning=leaning)
    members = polity()["members"][0].copy()
    members[BY_REVOLUTIONARIES] += 0.3
    assert pull(WORKER, REVOLUTION_CAMP, members=members) > pull(WORKER, REVOLUTION_CAMP)


@pytest.mark.parametrize(
    ("camp", "centre"),
    [
        (LIBERAL_CAMP, "government"),
        (REFORM_CAMP, "government"),
        (REVOLUTION_CAMP, "councils"),
        (REACTION_CAMP, "army"),
        (FASCIST_CAMP, "party"),
    ],
)
def test_people_side_with_the_centre_that_will_win(camp, centre):
    strong, weak = ({"backing": {centre: value}} for value in (1.5, 0.1))
    assert pull(WORKER, camp, **strong) > pull(WORKER, camp, **weak)
    off = {"side_winner": 0.0}
    assert pull(WORKER, camp, rule=off, **strong) == pull(WORKER, camp, rule=off, **weak)


def test_fear_of_the_left_in_a_slump_draws_the_middle_to_movement_and_order():
    frightened = {"left_threat": 0.6, "slump": 0.3}
    for camp in (FASCIST_CAMP, REACTION_CAMP):
        gain = pull(PETTY, camp, **frightened) - pull(PETTY, camp, left_threat=0.0, slump=0.3)
        assert gain > 0.0
        assert gain > pull(PETTY, camp, left_threat=0.6, slump=0.0) - pull(PETTY, camp, left_threat=0.0, slump=0.0) > 0
        assert pull(WORKER, camp, **frightened) == pull(WORKER, camp, left_threat=0.0, slump=0.3)
    for camp in (LIBERAL_CAMP, REFORM_CAMP, REVOLUTION_CAMP):
        assert pull(PETTY, camp, **frightened) == pull(PETTY, camp, left_threat=0.0, slump=0.3)


def test_owners_money_draws_to_the_movement_alone():
    for k in range(len(CLASSES)):
        for camp in EVERY:
            gain = pull(k, camp, funding=0.05) - pull(k, camp, funding=0.0)
            assert gain > 0.0 if camp == FASCIST_CAMP else gain == 0.0


def test_a_closed_country_costs_the_camps_that_are_out_of_office():
    still = {"side_distance": 0.0}
    for camp in EVERY:
        out = [pull(WORKER, camp, rule=still, room=room, in_office=0.0) for room in (0.1, 0.9)]
        ruling = [pull(WORKER, camp, rule=still, room=room, in_office=1.0) for room in (0.1, 0.9)]
        assert out[0] < out[1] and ruling[0] == ruling[1]


def offers(world, rule):
    """What the country tells its classes of the camps, RATES[classes]."""
    found = np.zeros(len(CLASSES), RATES)
    for k in range(len(CLASSES)):
        plain(side.publish_sides)(world[0], rule[0], k, found[k])
    return found


SHARE = st.floats(0.0, 1.0)
COUNTRIES = st.fixed_dictionaries(
    {name: SHARE for name in ("room", "state_property", "landlordism", "slump", "left_threat", "weariness", "funding")}
    | {name: st.lists(SHARE, min_size=4, max_size=4) for name in ("backing",)}
    | {"leaning": st.lists(st.floats(0.0, 0.2), min_size=35, max_size=35), "organisation_of": SHARE}
    | {"in_office": st.lists(SHARE, min_size=5, max_size=5), "tenure": st.floats(0.0, 50.0)}
)


@settings(max_examples=40, deadline=None)
@given(COUNTRIES)
def test_published_chances_are_chances(fields):
    """Summed up camp by camp they never fall and end at one, for the calm, for the angry and for all between."""
    found = offers(polity(**fields), rules())
    for anger in (0.0, 0.37, 1.0):
        chances = found["calm"] + anger * found["angry"]
        assert (np.diff(chances, axis=1) >= -1e-12).all() and (chances[:, 0] >= 0.0).all()
        assert np.abs(chances[:, -1] - 1.0).max() < 1e-12


def test_those_without_ties_lean_to_no_camp_and_anger_stirs_them():
    """The share of the undecided falls with ties and with grievance."""
    lonely, tied = (offers(polity(organisation_of=ties), rules(**GIVEN))[WORKER] for ties in (0.05, 0.9))
    assert lonely["calm"][NO_LEAN] > tied["calm"][NO_LEAN]
    stirred, unmoved = (offers(polity(), rules(**GIVEN | {"side_stirred": x}))[WORKER] for x in (1.0, 0.0))
    assert stirred["calm"][NO_LEAN] == unmoved["calm"][NO_LEAN]
    assert stirred["angry"][NO_LEAN] < unmoved["angry"][NO_LEAN]


def test_citizens_lean_as_the_published_chances_say():
    """Calm workers who think politics over take each lean as often as published, within four standard deviations."""
    many = 20_000
    world = polity(siblings=0.0, war_deaths=0.0, frailty=0.0)
    rule = rules(**GIVEN | {"side_pace": 12.0, "side_anger": 0.0, "side_calm": 0.9, "side_angry": 1.0, "famine": 0.0})
    people = citizens(many, lean=3)
    totals = live_a_month(people, world, rule=rule)
    chances = np.diff(offers(world, rule)[WORKER]["calm"], prepend=0.0)
    grown = people["class_"] == WORKER
    counts = np.bincount(people["lean"][grown & (people["age"] > 200)], minlength=len(LEANS))
    spread = np.sqrt(counts.sum() * chances * (1.0 - chances))
    assert (np.abs(counts - counts.sum() * chances) < 4.0 * spread + 1e-9).all()
    assert totals["grown"][WORKER].sum() == pytest.approx(totals["heads"][WORKER], rel=0.01)


def test_the_angry_think_politics_over_oftener_and_children_and_officials_do_not():
    world, rule = polity(siblings=0.0, frailty=0.0), rules(**GIVEN | {"side_pace": 0.4, "side_anger": 3.0})

    def changed(**fields):
        people = citizens(8000, lean=4, **fields)
        live_a_month(people, world, rule=rule)
        return int((people["lean"] != 4).sum())

    calm, angry = changed(grievance=0.0), changed(grievance=1.0)
    assert angry > 3 * calm > 0
    assert changed(grievance=1.0, age=8 * 12, sector=6) < 0.1 * angry
    official = citizens(8000, lean=0, class_=OFFICIAL, sector=3, rank=1, grievance=1.0)
    live_a_month(official, world, rule=rule)
    assert set(official["lean"][official["class_"] == OFFICIAL]) <= {0, 3}


def given_camps(camps):
    """Starting conditions that name the camps."""
    return DEFAULTS | {f"camps.{camp}": float(share) for camp, share in zip(CAMPS, camps, strict=True)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 0.19), min_size=5, max_size=5), st.lists(st.floats(0.05, 1.0), min_size=7, max_size=7))
def test_leanings_of_the_classes_add_up_to_the_camps(camps, sizes):
    """Fitting rows and columns in turn leaves the country's camps, and chances, in every class; officials have none."""
    shares = np.array(sizes) / sum(sizes)
    assume(shares[WORKER] + shares[PEASANT] + shares[PETTY] > 0.3)
    found = leanings(given_camps(camps), shares)
    asked = np.where(np.arange(len(CLASSES)) == OFFICIAL, 0.0, shares)
    assert (found >= 0.0).all() and (found.sum(axis=1) <= 1.0 + 1e-12).all()
    assert (found[OFFICIAL] == 0.0).all()
    assert asked @ found / asked.sum() == pytest.approx(np.array(camps), abs=2e-3)


def test_workers_lean_further_left_than_owners_at_the_start():
    shares = np.array([0.01, 0.02, 0.15, 0.35, 0.4, 0.04, 0.03])
    found = leanings(given_camps([0.2, 0.1, 0.2, 0.1, 0.05]), shares)
    assert found[WORKER, REVOLUTION_CAMP] > found[PEASANT, REVOLUTION_CAMP] > found[CAPITALIST, REVOLUTION_CAMP] == 0.0
    assert found[CAPITALIST, LIBERAL_CAMP] > found[WORKER, LIBERAL_CAMP]
    assert found[PETTY, FASCIST_CAMP] > found[WORKER, FASCIST_CAMP]


def test_a_run_begins_with_the_camps_of_its_scenario_and_the_rest_undecided():
    """Among thousands of citizens the camps of the first month are those given, but for the thinking of one month."""
    camps = {"reform": 0.2, "revolution": 0.15, "liberal": 0.1, "reaction": 0.05, "fascist": 0.02}
    asked = {f"northland.camps.{camp}": share for camp, share in camps.items()}
    still = rules(side_pace=0.0, side_anger=0.0)
    run = lived(start(outside=False, settings=asked), months=1, citizens=20_000, rule=still)
    found = {camp: series_of(run, f"camp_{camp}")[0] for camp in camps}
    assert found == pytest.approx(camps, abs=0.02)
    assert 1.0 - sum(found.values()) == pytest.approx(0.48, abs=0.03)


def totals(**by_class):
    """Sums over citizens: `worker=[...]` are the grown of the class by lean, all of them tied and aggrieved alike."""
    found = np.zeros(len(CLASSES), TALLY)
    for name, grown in by_class.items():
        found["grown"][NAMES[name]] = grown
        found["acting"][NAMES[name]] = np.array(grown) * 0.1
    return found


def test_camps_are_counted_among_the_grown_and_officials_apart():
    world = polity()
    sums = totals(worker=[4, 3, 2, 1, 0, 0], peasant=[10, 0, 0, 0, 0, 0], official=[0, 0, 0, 9, 0, 0])
    plain(side.count_camps)(world[0], sums)
    leaning = world["leaning"][0].reshape(len(CLASSES), len(CAMPS))
    assert leaning[WORKER] == pytest.approx([0.3, 0.2, 0.1, 0.0, 0.0])
    assert world["camp"][0] == pytest.approx([0.15, 0.1, 0.05, 0.0, 0.0])
    assert (leaning[OFFICIAL] == 0.0).all() and (leaning[PETTY] == 0.0).all()


def weights(heads=0.5, rule=None, by_class=None, **fields):
    """Weights of the camps where the classes stand as given."""
    sums = totals(**(by_class or {"worker": [0.0, heads / 2, heads / 2, 0.0, 0.0, 0.0]}))
    world = polity(**{"population": 1.0, "heads": 0.0, "funding": 0.0} | fields)
    for name in by_class or {"worker": 0}:
        world["heads"][0, NAMES[name]] = heads
    step_rules = rules(**(GIVEN | (rule or {})))[0]
    plain(side.count_camps)(world[0], sums)
    plain(side.weigh_camps)(world[0], step_rules, sums)
    return world["weight"][0]


def test_numbers_count_less_than_in_proportion():
    one, two = weights(0.2), weights(0.4)
    assert one[REFORM_CAMP] < two[REFORM_CAMP] < 2.0 * one[REFORM_CAMP]


def test_villagers_weigh_less_than_townspeople_and_officials_nothing():
    lean = [0.0, 0.0, 0.3, 0.0, 0.0, 0.0]
    worker, peasant, official = (weights(by_class={name: lean}) for name in ("worker", "peasant", "official"))
    assert worker[REVOLUTION_CAMP] > peasant[REVOLUTION_CAMP] > 0.0 == official[REVOLUTION_CAMP]


def test_ties_make_weight_and_fear_takes_it():
    assert weights(organisation_of=0.8)[REFORM_CAMP] > weights(organisation_of=0.2)[REFORM_CAMP]
    assert weights(fear_of=0.9)[REFORM_CAMP] < weights(fear_of=0.0)[REFORM_CAMP]


def test_the_undecided_follow_the_decided_of_their_class():
    some = {"worker": [0.3, 0.1, 0.1, 0.0, 0.0, 0.0]}
    followed, alone = (weights(by_class=some, rule={"following": x}) for x in (0.9, 0.1))
    assert (followed[:2] > alone[:2]).all() and (followed[2:] == 0.0).all()


def test_wealth_weighs_for_its_camps_where_property_is_private():
    lean = {"capitalist": [0.0, 0.0, 0.0, 0.02, 0.0, 0.0]}
    rich, poor = (weights(0.02, by_class=lean, rule={"wealth_counts": x}) for x in (0.8, 0.1))
    assert rich[LIBERAL_CAMP] > poor[LIBERAL_CAMP]
    none = [weights(0.02, by_class=lean, rule={"wealth_counts": x}, private_share=0.0) for x in (0.8, 0.1)]
    assert none[0][LIBERAL_CAMP] == none[1][LIBERAL_CAMP]


def test_money_weighs_for_the_movement_alone():
    gain = weights(funding=0.3) - weights(funding=0.0)
    assert gain[FASCIST_CAMP] > 0.0 and (gain[:FASCIST_CAMP] == 0.0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), SHARE, SHARE, SHARE, SHARE)
def test_all_authority_is_some_camps_but_for_what_an_unbound_red_party_holds(
    authority, governing, leading, officials, movement
):
    shares = np.array(authority) / sum(authority)
    members = polity()["members"][0].copy()
    members[BY_OFFICIALS], members[BY_MOVEMENT] = officials, movement
    world = polity(authority=shares, reformists_govern=governing, council_lead=leading, members=members)
    plain(side.hold_office)(world[0], rules()[0])
    own = shares[CENTRES.index("party")] * float(world["red"][0]) * (1.0 - float(world["norms"][0]))
    assert world["in_office"][0].sum() == pytest.approx(1.0 - own, abs=1e-12) and (world["in_office"][0] >= 0.0).all()


def test_tenure_grows_with_the_holder_and_starts_anew_with_another():
    world = polity(authority={"army": 0.7}, holder=CENTRES.index("army"), tenure=3.0)
    plain(side.hold_office)(world[0], rules()[0])
    assert world["tenure"][0] == pytest.approx(3.0 + 1.0 / 12.0)
    world["holder"] = GOVERNMENT
    plain(side.hold_office)(world[0], rules()[0])
    assert world["tenure"][0] == 0.0


def test_a_party_is_red_by_its_members_and_by_property_where_there_is_none():
    none = polity()["members"][0] * 0.0
    for property_, red in ((0.0, 0.0), (1.0, 1.0)):
        world = polity(members=none, state_property=property_)
        plain(side.hold_office)(world[0], rules()[0])
        assert world["red"][0] == red
    both = none.copy()
    both[BY_OFFICIALS], both[BY_MOVEMENT] = 0.01, 0.03
    world = polity(members=both, authority=[0.1, 0.0, 0.1, 0.8], norms=0.5)
    plain(side.hold_office)(world[0], rules()[0])
    assert world["red"][0] == pytest.approx(0.25)
    assert world["in_office"][0, FASCIST_CAMP] == pytest.approx(3.0 * world["in_office"][0, REVOLUTION_CAMP] / 0.5)


def governed(months=240, **fields):
    """Who governs and leads councils after some years in which the camps stand still."""
    world = polity(**fields)
    for _ in range(months):
        plain(side.form_government)(world[0], rules(**GIVEN)[0])
    return world[0]


def test_reformists_govern_by_votes_as_far_as_people_may_vote():
    many, few = {"reform": 0.5, "liberal": 0.1}, {"reform": 0.1, "liberal": 0.5}
    assert governed(camp=many).reformists_govern > 0.5 > governed(camp=few).reformists_govern
    assert governed(camp=many, franchise=0.2).reformists_govern == pytest.approx(0.2, abs=0.02)
    assert governed(camp=many, franchise=0.0).reformists_govern < 1e-3


def test_councils_follow_their_electors_sooner_than_a_government():
    weight, votes = {"revolution": 0.3, "reform": 0.01}, {"reform": 0.9, "liberal": 0.0}
    found = governed(3, weight=weight, camp=votes, council_lead=0.0, reformists_govern=0.0, franchise=1.0)
    assert found.council_lead > 0.6 > 0.3 > found.reformists_govern > 0.0


def test_workers_remember_councils_and_forget():
    assert governed(60, authority={"councils": 0.8}, memory=0.1).memory > 0.1
    assert governed(60, authority={"councils": 0.0}, memory=0.1).memory < 0.1


def funded(**fields):
    """Fear of the left and owners' money after some years in which nothing else moves."""
    world = polity(**fields)
    for _ in range(120):
        plain(side.fund)(world[0], rules(**GIVEN)[0])
    return float(world["left_threat"][0]), float(world["funding"][0])


def test_owners_fear_the_left_and_pay_when_profits_fall():
    weak, strong = {"revolution": 0.01, "reform": 0.01}, {"revolution": 0.3, "reform": 0.01}
    assert funded(weight=strong)[0] > funded(weight=weak)[0] > 0.0
    assert funded(weight=strong)[0] > funded(weight={"revolution": 0.01, "reform": 0.3})[0]
    assert funded(weight=strong, slump=0.3)[1] > funded(weight=strong, slump=0.0)[1] > 0.0
    assert funded(weight=strong, slump=0.3)[1] > funded(weight=weak, slump=0.3)[1]
    assert funded(weight=strong, private_share=0.0) == (0.0, pytest.approx(0.0, abs=1e-9))
