"""Keyed draws: the same name gives the same number, and numbers of different names have nothing in common."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermidor import draws

GOLDEN = Path(__file__).parent / "data" / "draws.json"
PURPOSES = {name: value for name, value in vars(draws).items() if type(value) is np.uint8}
MANY, BINS = 20_000, 64


def key_of(country_key, month, purpose) -> np.uint64:
    """Return the key of a month and purpose (compiled code hands a plain whole number back)."""
    return np.uint64(draws.month_key(country_key, month, purpose))


def first_eight(purpose: int) -> list[float]:
    """Draws of citizens 0 to 7 for one purpose in one month of one country."""
    key = key_of(draws.country_key(1, 0, "northland"), 7, purpose)
    return [draws.uniform(key, i) for i in range(8)]


def test_purposes_are_numbers_of_their_own():
    assert len(set(PURPOSES.values())) == len(PURPOSES)
    assert all(0 <= value < 256 for value in PURPOSES.values()), "the key has eight bits for the purpose"


def test_first_eight_draws_of_each_purpose():
    """Draws never change: a number that was published stays reproducible."""
    golden = json.loads(GOLDEN.read_text())
    assert set(golden) == set(PURPOSES), "a new purpose: run this file as a script to add it; none may go or change"
    assert {name: first_eight(PURPOSES[name]) for name in golden} == golden


def along(axis: str) -> np.ndarray:
    """Draws that differ in one part of their name only."""
    base = draws.country_key(1, 0, "northland")
    if axis == "citizen":
        key = key_of(base, 5, draws.LIVING)
        found = [draws.uniform(key, i) for i in range(MANY)]
    elif axis == "month":
        found = [draws.chance(base, month, draws.BREAK) for month in range(MANY)]
    elif axis == "purpose":
        found = [draws.chance(base, month, purpose) for month in range(MANY // 256 + 1) for purpose in range(256)]
    elif axis == "country":
        found = [draws.chance(draws.country_key(1, 0, f"country {i}"), 5, draws.BREAK) for i in range(MANY)]
    elif axis == "replicate":
        found = [draws.chance(draws.country_key(1, i, "northland"), 5, draws.BREAK) for i in range(MANY)]
    else:
        found = [draws.chance(draws.country_key(i, 0, "northland"), 5, draws.BREAK) for i in range(MANY)]
    return np.array(found[:MANY])


@pytest.mark.parametrize("axis", ["seed", "replicate", "country", "month", "purpose", "citizen"])
def test_draws_along_each_axis_are_uniform_and_uncorrelated(axis):
    """Chi-square against equal bins, and correlation with the neighbours, within four standard deviations."""
    found = along(axis)
    assert found.min() >= 0.0 and found.max() < 1.0 and len(np.unique(found)) == MANY
    counts = np.histogram(found, bins=BINS, range=(0.0, 1.0))[0]
    chi_square = ((counts - MANY / BINS) ** 2).sum() / (MANY / BINS)
    assert abs(chi_square - (BINS - 1)) < 4.0 * math.sqrt(2.0 * (BINS - 1))
    for lag in (1, 2, 7, 12, 256):
        assert abs(np.corrcoef(found[:-lag], found[lag:])[0, 1]) < 4.0 / math.sqrt(MANY - lag), f"lag {lag}"


@pytest.mark.parametrize("other", [{"seed": 2}, {"replicate": 1}, {"name": "southland"}, {"month": 6}, {"purpose": 1}])
def test_streams_of_different_names_are_uncorrelated_and_no_shifts_of_one_another(other):
    def stream(seed=1, replicate=0, name="northland", month=5, purpose=0):
        key = key_of(draws.country_key(seed, replicate, name), month, purpose)
        return np.array([draws.uniform(key, i) for i in range(MANY // 4)])

    one, two = stream(), stream(**other)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.0 / math.sqrt(len(one))
    assert not np.isin(one, two).any()


def test_bell_has_mean_zero_and_deviation_one():
    key = draws.country_key(1, 0, "northland")
    found = np.array([draws.bell(key, month, draws.FORTUNE) for month in range(MANY)])
    assert abs(found.mean()) < 4.0 / math.sqrt(MANY)
    assert abs(found.std() - 1.0) < 4.0 / math.sqrt(2.0 * MANY)


names = st.tuples(st.integers(0, 2**63), st.integers(0, 10**6), st.text(max_size=20), st.integers(0, 5000))


@settings(max_examples=50, deadline=None)
@given(names, st.integers(0, 255), st.integers(0, 10**8))
def test_the_same_name_gives_the_same_number_whatever_else_is_drawn(name, purpose, citizen):
    seed, replicate, country, month = name

    def draw():
        return draws.uniform(key_of(draws.country_key(seed, replicate, country), month, purpose), citizen)

    found = draw()
    draws.chance(draws.country_key(seed + 1, replicate, country), month, purpose)
    assert 0.0 <= found < 1.0 and draw() == found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: first_eight(value) for name, value in PURPOSES.items()}, indent=1) + "\n")
