"""Trade: the frontier that all see, and hope, example and failing demand that weigh by size and nearness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import plain, polity, rules
from thermidor.steps import trade as step

GIVEN = {
    "spark": 0.01, "spark_at_rest": 0.3, "spark_by_slump": 3.0, "embargo_on_spark": 0.8, "near_distance": 2.0,
    "near_unknown": 0.4, "example_of_party": 0.4, "frontier_memory": 4.0,
}  # fmt: skip
"""The tests' own values: what is fitted may change without changing a sign."""


def world_of(*countries):
    """Several plain polities as one world, all in one place and of one size unless told otherwise."""
    same = {"latitude": 50.0, "longitude": 10.0, "output": 10.0, "embargo": 0.0, "gdp_per_head": 3.0, "frontier": 3.0}
    same |= {"organisation": 0.4, "slump": 0.0, "authority": [0.9, 0.0, 0.1, 0.0], "red": 0.0}
    return np.concatenate([polity(**same | fields) for fields in countries])


def seen(*countries, name, **rule):
    """What the first of some countries has of a variable after a month of trade."""
    world = world_of(*countries)
    plain(step.trade)(world, rules(**GIVEN | rule)[0])
    return float(world[name][0])


def test_the_frontier_is_the_most_advanced_country_that_is_not_cut_off():
    assert seen({}, {"gdp_per_head": 9.0}, name="frontier") > 3.0
    assert seen({}, {"gdp_per_head": 2.0}, name="frontier") == 3.0
    assert seen({}, {"gdp_per_head": 9.0, "embargo": 1.0}, name="frontier") == 3.0
    assert seen({"gdp_per_head": 5.0, "embargo": 1.0}, name="frontier") > 3.0, "its own it always sees"


def test_hope_comes_from_movements_and_slumps_abroad_and_an_embargo_keeps_it_out():
    def spark(here=None, **there):
        return seen(here or {}, there, name="spark")

    some = spark(organisation=0.4, slump=0.1)
    assert spark(organisation=0.8, slump=0.1) > some > spark(organisation=0.0, slump=0.1) == 0.0
    assert spark(organisation=0.4, slump=0.3) > some > spark(organisation=0.4, slump=0.1, room=0.1)
    assert spark({"embargo": 0.5}, organisation=0.4, slump=0.1) < some
    assert spark({"embargo": 1.0}, organisation=0.4, slump=0.1) == 0.0
    assert seen({}, name="spark") == 0.0, "alone in the world"


def test_councils_elsewhere_are_an_example_and_a_red_party_half_of_one():
    def example(authority, red=0.0):
        return seen({}, {"authority": authority, "red": red}, name="example")

    councils, party = example([0.0, 1.0, 0.0, 0.0]), example([0.0, 0.0, 0.0, 1.0], red=1.0)
    assert councils > party > example([0.0, 0.0, 0.0, 1.0]) == example([1.0, 0.0, 0.0, 0.0]) == 0.0


@pytest.mark.parametrize("more", [{"output": 100.0}, {"latitude": 48.0}], ids=["larger", "nearer"])
def test_the_larger_and_the_nearer_count_for_more(more):
    far = {"latitude": 20.0, "longitude": 80.0}
    deep, shallow = {"slump": 0.4} | far, {"slump": 0.1} | far
    base = seen({}, deep, shallow, name="slump_abroad")
    assert 0.1 < base < 0.4
    assert base < seen({}, deep | more, shallow, name="slump_abroad") <= 0.4
    assert base > seen({}, deep, shallow | more, name="slump_abroad") >= 0.1


def test_a_mean_over_others_does_not_grow_with_their_number():
    one = seen({}, {"slump": 0.2}, name="slump_abroad")
    assert one == pytest.approx(0.2)
    assert seen({}, *[{"slump": 0.2}] * 5, name="slump_abroad") == pytest.approx(one)


def test_a_quarter_of_the_earth_is_ten_thousand_kilometres():
    pole, equator = world_of({"latitude": 90.0, "longitude": 0.0}, {"latitude": 0.0, "longitude": 77.0})
    assert plain(step.distance)(pole, equator) == pytest.approx(10.0075, rel=1e-3)
    assert plain(step.distance)(pole, pole) == pytest.approx(0.0, abs=1e-6)
    record = rules(**GIVEN)[0]
    nowhere = world_of({"latitude": 99.0})[0]
    assert plain(step.nearness)(pole, nowhere, record) == plain(step.nearness)(nowhere, nowhere, record) == 0.4


SHARE = st.floats(0.0, 1.0)
COUNTRY = st.fixed_dictionaries(
    {"output": st.floats(0.01, 1e4), "organisation": SHARE, "slump": SHARE, "embargo": SHARE}
    | {"latitude": st.floats(-80.0, 80.0), "longitude": st.floats(-180.0, 180.0), "gdp_per_head": st.floats(0.3, 40.0)}
)


@settings(max_examples=40, deadline=None)
@given(st.lists(COUNTRY, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_countries_changes_no_bit_and_indices_stay_indices(countries, chance):
    order = list(range(len(countries)))
    chance.shuffle(order)
    one, turned, record = world_of(*countries), world_of(*(countries[place] for place in order)), rules(**GIVEN)[0]
    for world in (one, turned):
        plain(step.trade)(world, record)
    assert one[order].tobytes() == turned.tobytes()
    for name in ("example", "slump_abroad"):
        assert (one[name] >= 0.0).all() and (one[name] <= 1.0 + 1e-9).all()
    assert (one["spark"] <= GIVEN["spark"] + 1e-12).all() and (one["frontier"] > 0.0).all()
