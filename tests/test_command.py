"""Command: armies raised and tired, wars left, a command bound together by what pays it, and force that obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import NAMES, plain, polity, rules
from thermidor.country import CAMPS, OUTSIDE
from thermidor.draws import country_key
from thermidor.month import meet
from thermidor.steps import command

KEY = country_key(1, 0, "northland")
GIVEN = {
    "conscripts_peace": 0.012, "conscripts_war": 0.06, "call_up_years": 0.75, "corporate_by_war": 0.25,
    "corporate_ordinary": 0.3, "corporate_years": 15.0, "party_binds": 1.2, "weary_by_war": 0.4, "weary_years": 3.5,
    "weary_unschooled": 1.7, "cohesion": 1.0, "growth_pays_from": 0.0, "growth_pays_span": 0.012, "spoils": 1.2,
    "cohesion_years": 4.0, "peace_pace": 6.0, "civil_years": 1.3, "force_by_heads": 45.0,
    "soldiers_divide": 0.9, "soldiers_weary": 0.8, "grievance_at_arms": 0.3,
}  # fmt: skip


def after(step, *arguments, months=1, rule=None, **fields):
    """The plain polity after some months of one step."""
    world, given_rules = polity(**fields), rules(**GIVEN | (rule or {}))[0]
    for month in range(months):
        told = (*arguments, month) if arguments else ()
        plain(step)(world[0], given_rules, *told)
    return world[0]


def test_war_and_threat_raise_an_army_and_peace_sends_it_home():
    fought = after(command.raise_army, months=60, war=1.0, army=0.004).army
    threatened = after(command.raise_army, months=60, hostility=1.0, army=0.004).army
    assert fought > threatened > 0.004 > after(command.raise_army, months=120, army=0.05).army


def test_war_and_victory_make_a_command_a_body_of_its_own_but_not_a_people_in_arms_or_a_party():
    war = {"war": 1.0, "corporate": 0.3, "months": 24, "authority": {"party": 0.0}}
    built = after(command.raise_army, **war).corporate
    assert built > 0.3
    assert after(command.raise_army, **war, victory=1.0).corporate > built
    assert after(command.raise_army, **war, norm_arms=1.0).corporate <= 0.3
    assert after(command.raise_army, **war | {"authority": {"party": 0.9}}).corporate < 0.3
    assert after(command.raise_army, corporate=0.9, months=60, authority={"party": 0.0}).corporate < 0.9


def test_people_tire_of_a_war_that_is_not_their_own_and_forget_it_in_peace():
    def weary(**fields):
        war = {"war": 1.0, "treatment": 0.1, "weariness": 0.0}
        return after(command.tire_of_war, months=24, **war | fields).weariness

    some = weary()
    assert some > weary(treatment=0.7) > weary(treatment=1.0) == 0.0
    assert weary(literacy=0.1) > some > weary(literacy=0.95)
    assert weary(victory=1.0) < some
    assert weary(war=0.0) == 0.0
    assert after(command.tire_of_war, months=120, weariness=0.8).weariness < 0.1


def bound(**fields):
    """Cohesion of a command after five years in which nothing else moves."""
    office = {"authority": [0.05, 0.0, 0.9, 0.05], "remembered": 0.0}
    return after(command.bind_command, months=60, **office | fields).cohesion


def test_a_command_in_office_comes_apart_without_growth_and_not_with_it():
    assert bound() < 0.6
    assert bound(remembered=0.04) == 1.0
    assert bound(remembered=-0.05) == bound() < bound(remembered=0.006) < 1.0


def test_victories_pay_a_command_and_drain_takes_its_pay():
    assert bound(war=1.0, victory=1.0) == 1.0 > bound(war=1.0, victory=0.0)
    assert bound(remembered=0.01, drain=0.9) < bound(remembered=0.01)


def test_a_command_out_of_office_or_under_state_property_needs_no_pay():
    assert bound(authority=[0.95, 0.0, 0.0, 0.05]) == 1.0
    assert bound(private_share=0.0) == 1.0
    assert bound(authority=[0.95, 0.0, 0.0, 0.05], cohesion=0.3) > 0.7
    assert bound(rule={"cohesion": 0.0}) == 1.0


def months_until_peace(most=240, rule=None, **fields):
    """Months until the plain polity leaves a war that it tires of, `most` if it does not."""
    tired = {"war": 0.9, "weariness": 0.7, "treatment": 0.1, "civil_war": 0.0, "peace": 0.0}
    world, given_rules = polity(**tired | fields), rules(**GIVEN | (rule or {}))[0]
    for month in range(most):
        plain(command.make_peace)(world[0], given_rules, KEY, month)
        if world["peace"][0]:
            return month
    return most


def test_peace_is_made_by_those_who_answer_to_the_tired():
    councils = {"authority": [0.1, 0.8, 0.05, 0.05], "council_lead": 1.0, "in_office": {"reform": 0.0}}
    commands = {"authority": [0.1, 0.0, 0.85, 0.05], "in_office": {"reform": 0.0}}
    reformists = {"authority": [0.8, 0.1, 0.05, 0.05], "council_lead": 0.0, "in_office": {"reform": 0.9}}
    soon = months_until_peace(**councils)
    assert soon < months_until_peace(**reformists) and soon < months_until_peace(**commands) == 240
    assert months_until_peace(**councils | {"weariness": 0.0}) == 240
    assert months_until_peace(**councils | {"treatment": 1.0}) == 240, "nobody leaves a war for life"
    within = councils | {"war": 0.6, "civil_war": 0.6}
    assert months_until_peace(rule={"civil_years": np.inf}, **within) == 240, "a civil war can't be left"


def test_a_civil_war_burns_down():
    courses = [after(command.make_peace, KEY, months=n, civil_war=0.8).civil_war for n in (1, 12, 60)]
    assert 0.8 > courses[0] > courses[1] > courses[2] >= 0.0 and courses[2] < 0.05


LEANING = st.lists(st.floats(0.0, 0.2), min_size=35, max_size=35)
SHARE = st.floats(0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(LEANING, SHARE, SHARE, SHARE, st.floats(0.0, 0.1))
def test_every_soldier_obeys_or_does_not(leaning, loyalty, weariness, war, army):
    fields = {"leaning": leaning, "loyalty": loyalty, "weariness": weariness, "war": war, "army": army}
    c = after(command.weigh_force, coercive_share=0.01, **fields)
    assert c.force + c.mutineers == pytest.approx(GIVEN["force_by_heads"] * (0.01 + army))
    assert c.force >= GIVEN["force_by_heads"] * 0.01 - 1e-12 and c.mutineers >= -1e-12, "regulars obey"


def force(leaning=None, **fields):
    """The force under discipline; `leaning` are workers' and peasants' by camp."""
    table = np.zeros((len(NAMES), len(CAMPS)))
    for camp, share in (leaning or {}).items():
        table[[NAMES["worker"], NAMES["peasant"]], CAMPS.index(camp)] = share
    fields = {"army": 0.03, "weariness": 0.0, "in_office": 0.0, "grievance": 0.6} | fields
    return after(command.weigh_force, leaning=table.ravel(), **fields).force


def test_conscripts_part_from_officers_as_their_classes_turn_against_order():
    calm = force()
    assert force({"revolution": 0.3}) < calm
    assert force({"revolution": 0.3}) == force({"reform": 0.3}), "both are out of office"
    assert force({"liberal": 0.3}) == force({"reaction": 0.3}) == calm
    assert force({"reform": 0.3}, in_office={"reform": 1.0}) == calm
    assert force({"revolution": 0.3}, grievance=0.9) < force({"revolution": 0.3}, grievance=0.1) < calm


def test_the_weary_obey_less_unless_the_war_is_their_own():
    assert force(weariness=0.8) < force()
    assert force(weariness=0.8, war=1.0, treatment=1.0) == force(war=1.0, treatment=1.0)
    assert force(loyalty=0.3) < force(loyalty=0.9)


def met(outside=None, **fields):
    """The country after the events of one month have reached it."""
    told = np.zeros(len(OUTSIDE))
    for name, value in (outside or {}).items():
        told[OUTSIDE.index(name)] = value
    world = polity(**fields)
    plain(meet)(world[0], rules()[0], told)
    return world[0]


def test_a_country_that_has_left_a_war_is_at_peace_until_the_next():
    war = {"war": 0.8, "war_deaths": 0.01, "victory": 0.4, "destruction": 0.5, "treatment": 0.6}
    fighting, left = met(war, peace=0.0, civil_war=0.0), met(war, peace=1.0, civil_war=0.0)
    assert (fighting.war, fighting.war_deaths, fighting.victory) == (0.8, 0.01, 0.4)
    assert (left.war, left.war_deaths, left.victory) == (0.0, 0.0, 0.0)
    assert left.peace == 1.0 and met({}, peace=1.0).peace == 0.0


def test_a_civil_war_is_a_war_of_its_own_kind():
    within = met({"war": 0.2, "war_deaths": 0.01}, civil_war=0.7, peace=0.0)
    assert within.war == 0.7 and within.war_deaths > 0.0 and within.destruction > 0.0
    assert met({"war": 0.9, "destruction": 0.1}, civil_war=0.3, peace=0.0).destruction == 0.1


def test_what_comes_from_outside_comes_in_the_order_of_the_table():
    told = {name: 0.1 * (place + 1) for place, name in enumerate(OUTSIDE)}
    found = met(told, peace=0.0, civil_war=0.0)
    assert {name: float(found[name]) for name in OUTSIDE} == told
