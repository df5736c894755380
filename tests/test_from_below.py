"""From below: ties that the aggrieved begin, room that is taken, a movement that crushes ties, a start's programme."""

from __future__ import annotations

import numpy as np
import pytest

import thermidor as th
from small import plain, polity, rules
from thermidor.country import CENTRES
from thermidor.passages import centres, seizure
from thermidor.scenarios import load_scenario
from thermidor.steps import contend, govern


def room_after(rule=None, years=20, **fields):
    """Room once it has followed its reasons."""
    world = polity(**fields)
    for _ in range(12 * years):
        plain(govern.leave_room)(world[0], rules(**(rule or {}))[0])
    return float(world["room"][0])


CLOSED = {"state_property": 0.9, "norms": 0.0, "leader": 0.9, "converted": 0.0, "hold": 0.2}


def test_room_is_taken_where_those_who_move_outnumber_the_force_at_hand():
    few, even, many = (room_after(**CLOSED, mobilisation=m) for m in (0.05, 0.2, 0.6))
    assert few < even < many
    assert many > 0.9 and few == pytest.approx(room_after(**CLOSED, mobilisation=0.0), abs=0.01)


def test_a_garrison_holds_the_streets():
    def hold(garrison):
        world = polity(garrison=garrison)
        plain(contend.press)(world[0], rules(garrison=0.4)[0])
        return float(world["hold"][0])

    assert hold(1.0) - hold(0.0) == pytest.approx(0.4)
    assert hold(0.5) - hold(0.0) == pytest.approx(0.2)


def test_without_the_mechanism_pressure_takes_no_room():
    quiet, loud = (room_after({"room_taken": 0.0}, **CLOSED, mobilisation=m) for m in (0.0, 0.6))
    assert quiet == loud


@pytest.mark.parametrize("sharp", [2.0, 4.0, 6.0])
def test_as_many_as_the_force_take_half_of_the_room_that_is_missing(sharp):
    rule = {"outnumbered": sharp, "room_taken": 1.0}
    left = room_after(rule, **CLOSED, mobilisation=0.0)
    assert room_after(rule, **CLOSED, mobilisation=0.2) == pytest.approx(left + 0.5 * (1.0 - left), abs=0.01)


def test_councils_want_power_as_far_as_revolutionaries_lead_them():
    def wish(lead, centre):
        return plain(seizure.wish_for_power)(polity(council_lead=lead)[0], rules()[0], CENTRES.index(centre))

    assert wish(0.0, "councils") < 0.05 < 0.95 < wish(1.0, "councils")
    assert wish(0.5, "councils") == pytest.approx(0.5)
    assert {wish(lead, name) for lead in (0.0, 1.0) for name in ("government", "army", "party")} == {1.0}


def test_an_unbound_party_has_no_revolutionaries_behind_it():
    def gain(norms):
        fields = {"red": 1.0, "norms": norms, "authority": {"party": 0.9, "councils": 0.1}, "left_threat": 0.0}
        found = []
        for weight in (0.0, 0.3):
            world = polity(**fields, weight={"revolution": weight})
            plain(centres.weigh_centres)(world[0], rules(division=0.0)[0])
            found.append(world["backing"][0].copy())
        return found[1] - found[0]

    bound, unbound = gain(0.8), gain(0.0)
    councils, party = CENTRES.index("councils"), CENTRES.index("party")
    assert bound[party] > bound[councils]
    assert unbound[party] == 0.0 and unbound[councils] > 0.0


def ties(rule=None, off=(), months=12):
    """Workers' ties after a year in a country where a movement holds power: the median of some runs."""
    run = th.run("germany-1933", months=months, replicates=4, citizens=500, rules=rule or {}, without=off)
    first = str(run.dataset.country.values[0])
    found = run.dataset.sel(country=first)
    assert float(np.median(found["camp_fascist"])) > 0.1
    return float(np.median(found["organisation"].isel(month=-1)))


def test_a_movement_in_power_breaks_up_workers_organisations():
    assert ties({"crush": 12.0}) < ties({"crush": 4.0}) < ties(off=("crush",))


def test_the_aggrieved_begin_to_gather_where_nobody_is_organised():
    def gathered(least):
        run = th.run("russia-1985", months=120, replicates=4, citizens=500, rules={"contact_least": least})
        return float(np.median(run.dataset["organisation"].isel(country=0, month=-1)))

    assert gathered(0.3) > gathered(0.03)


@pytest.mark.parametrize(("tenure", "moved"), [(0.0, True), (60.0, False)])
def test_an_old_rule_has_carried_its_programme_out_at_the_start(tenure, moved):
    """A party of sixty years that would have less state property than there is does not set out to sell it."""
    changed = {"russia.tenure": tenure, "russia.organisations.officials.orientation": 0.6}
    run = th.run(load_scenario("russia-1985").overlay(changed), months=1, replicates=1, citizens=200)
    assert (float(run.dataset["transfer"].isel(country=0, month=0, run=0)) >= 0.0) == moved
