"""The books balance in every month: goods, plant, people, hoards, and shares that are parts of a whole."""

from __future__ import annotations

import numpy as np
import pytest

import small
from small import live, rules, start
from thermidor import books
from thermidor.country import CAMPS, CLASSES, UNITS, VARIABLES
from thermidor.rules import load_rules
from thermidor.runs.simulate import advance

CASES = {
    "miniature": {},
    "another member": {"replicate": 3},
    "no outside": {"outside": False},
    "all private": {
        "settings": {
            "northland.property.state": 0.0,
            "northland.property.capitalist": 0.75,
            "northland.property.petty": 0.25,
        }
    },
    "drained and divided": {
        "settings": {
            "southland.drain": 0.6,
            "southland.authority.government": 0.3,
            "southland.authority.army": 0.7,
            **{f"southland.camps.{camp}": 0.15 for camp in CAMPS},
        }
    },
    "starving": {"settings": {"northland.gdp_per_head": 0.4, "northland.dislocation": 0.6}},
    "the main scenario": {"scenario": "russia-1917"},
}
SUMS = ("weight_", "backing_", "armed_", "complaint_")
ABOVE_ONE = {"privilege", "hold", "force", "mutineers"} | {name for name in VARIABLES if name.startswith(SUMS)}
"""Indices that are sums, whose one is a mark and no bound."""
BELOW_ZERO = {"transfer"}


@pytest.fixture(scope="module", params=CASES)
def series(request):
    """The series of one case, lived to the end with few citizens."""
    asked = CASES[request.param]
    replicate = asked.get("replicate", 0)
    return live(start(**asked), months=None, citizens=700, replicate=replicate).series


def test_every_book_of_every_month(series):
    found = {name: float(np.abs(gap).max()) for name, gap in books.residuals(series, load_rules().values()).items()}
    assert {name: gap for name, gap in found.items() if not gap <= books.BAR} == {}


def test_nothing_that_counts_is_negative(series):
    kinds = ("bn 2011 $/year", "thousand 2011 $/year", "million", "1/year", "million/month")
    signed = {"growth", "official_growth", "cradle", "remembered", "ascent"}
    lowest = dict(zip(VARIABLES, series.min(axis=(0, 1)), strict=True))
    assert {n: x for n, x in lowest.items() if x < 0.0 and UNITS[n] in kinds and n not in signed} == {}


def test_indices_and_shares_stay_between_none_and_all(series):
    kinds = ("index 0-1", "share")
    lowest, highest = series.min(axis=(0, 1)), series.max(axis=(0, 1))
    wrong = [
        (name, low, high)
        for name, low, high in zip(VARIABLES, lowest, highest, strict=True)
        if UNITS[name] in kinds
        and ((low < -1e-12 and name not in BELOW_ZERO) or (high > 1.0 + 1e-12 and name not in ABOVE_ONE))
    ]
    assert wrong == []


def test_stores_stay_a_small_part_of_a_month_s_consumption(series):
    """What is published is what is handed out, but for moves and deaths of the same month."""
    monthly = books.column(series, "to_consume") / 12.0
    assert np.abs(books.column(series, "stores") / monthly).max() < 0.1


def test_a_lost_good_is_found():
    """The books can fail: a thousandth of one month's investment that nobody booked is seen, and where."""
    series = live(months=12).series
    series[5, 1, VARIABLES.index("investment")] *= 1.001
    found = books.residuals(series, load_rules().values())
    assert np.argwhere(np.abs(found["uses"]) > books.BAR).tolist() == [[5, 1]]
    assert np.argwhere(np.abs(found["unfinished"]) > books.BAR).tolist() == [[5, 1]]


def test_every_citizen_is_in_one_class_and_weights_are_people():
    state = small.state(citizens=900)
    society = state["society"]
    for _ in range(60):
        advance(state, 1)
        for here, (first, last) in enumerate(society.spans):
            mine = society.people[first:last]
            assert mine["class_"].max() < len(CLASSES)
            weights = np.bincount(mine["class_"], weights=mine["weight"].astype(float), minlength=len(CLASSES))
            assert np.allclose(weights, society.world["heads"][here], rtol=1e-12, atol=1e-15)
            hoard = float((mine["weight"].astype(float) * mine["holdings"]).sum())
            assert hoard == pytest.approx(society.world["hoards"][here], rel=1e-12)
            assert (mine["weight"] > 0.0).all()


def test_the_start_has_the_given_product_and_people():
    """The first month makes the product per head that the scenario gives, where nothing disturbs it."""
    resolved = start(outside=False)
    run = live(resolved, months=1, citizens=2000, rule=rules(harvest_spread=0.0, fortune_spread=0.0))
    for here, name in enumerate(resolved.countries):
        given = resolved.conditions[name]
        assert small.series_of(run, "gdp_per_head", here)[0] == pytest.approx(given["gdp_per_head"], rel=0.02)
        assert small.series_of(run, "population", here)[0] == pytest.approx(given["population"], rel=0.01)
