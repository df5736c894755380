"""The same member has the same bits, however its months are cut, spread over threads, batched, stored or ordered."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import MINIATURE, live, rules, several, start, state
from thermidor.country import VARIABLES
from thermidor.errors import Interrupted
from thermidor.runs import checkpoint, simulate
from thermidor.runs.simulate import advance, begin, pack, resume, unpack
from thermidor.scenarios import load_scenario, resolve

MONTHS = 40


@pytest.fixture(scope="module")
def whole():
    """One member in one go: its series and the state it ends in."""
    return live(months=MONTHS, keep=True)


def same(one, two):
    """Whether two packed states are equal to the last bit."""
    return all(np.asarray(one[key]).tobytes() == np.asarray(two[key]).tobytes() for key in {*one, *two})


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(1, MONTHS - 1), max_size=4, unique=True), slice_months=st.integers(1, 50))
def test_any_slicing_gives_the_same_bits(whole, cuts, slice_months):
    now, parts = state(), []
    marks = [0, *sorted(cuts), MONTHS]
    for first, last in pairwise(marks):
        parts.append(advance(now, last - first, slice_months=slice_months))
    assert np.concatenate(parts).tobytes() == whole.series.tobytes()
    assert same(pack(now), whole.state)


@pytest.mark.parametrize(("citizens", "slices"), [(100, [40]), (4_000, [12, 12, 12, 4]), (20_000, [12, 12, 12, 4])])
def test_slices_are_longer_where_citizens_are_few(monkeypatch, citizens, slices):
    """At least a year, and at least so many lives that calling costs little."""
    told = []
    now = begin(start(), rules(), seed=1, replicate=0, citizens=citizens)
    advance(now, MONTHS, on_year=lambda done, _: told.append(done))
    assert told == list(np.cumsum(slices))


def test_slices_are_years_where_a_life_is_not_cheap(monkeypatch):
    """Months that are not compiled, or another package's, are looked between each year: a cancel is heard soon."""
    from thermidor.month import months

    told = []
    for engine, compiled in ((None, False), (months, True)):
        monkeypatch.setattr(simulate.jit, "ENABLED", compiled)
        advance(state(100), 24, engine=engine, on_year=lambda done, _: told.append(done))
    assert told == [12, 24, 12, 24]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_give_the_bits_of_one(monkeypatch, threads):
    """Citizens of several chunks in two countries, in one compiled call or spread over threads."""
    alone = live(months=8, citizens=40_000)
    monkeypatch.setattr(simulate, "THREADED_FROM", 0)
    spread = live(months=8, citizens=40_000, threads=max(threads, 2))
    assert spread.series.tobytes() == alone.series.tobytes()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("after", [1, 12, 17])
def test_going_on_after_a_cancel_gives_the_same_bits(monkeypatch, whole, threads, after):
    """Stopped after so many months, or at the end of their year, a state is one that can be gone on from."""
    monkeypatch.setattr(simulate, "THREADED_FROM", 0)
    now, cancel, one_month = state(), threading.Event(), simulate.threaded_month

    def until(society, rule, outside, month, lanes):
        if month + 1 == after:
            cancel.set()
        return one_month(society, rule, outside, month, lanes)

    monkeypatch.setattr(simulate, "threaded_month", until)
    on_year = (lambda done, _: cancel.set() if done >= after else None) if threads == 1 else None
    with pytest.raises(Interrupted):
        advance(now, MONTHS, threads=threads, cancel=cancel, on_year=on_year, slice_months=12)
    done = now["month"]
    assert done == (after if threads > 1 else 12 * -(-after // 12))
    rest = advance(now, MONTHS - done, threads=threads)
    assert rest.tobytes() == whole.series[done:].tobytes()
    assert same(pack(now), whole.state)


def test_a_member_alone_is_the_member_of_a_batch_in_any_order(tmp_path):
    from thermidor.runs.ensemble import run

    scenario = load_scenario(MINIATURE)
    asked = {"citizens": 300, "months": 14, "seed": 5}
    batch = run(scenario, replicates=3, threads=2, **asked).dataset
    for k in (2, 0, 1):
        alone = run(scenario, replicate=k, **asked).dataset
        assert alone.run.values.tolist() == [k]
        for name in VARIABLES:
            assert batch[name].sel(run=k).values.tobytes() == alone[name].values.tobytes(), name


def test_two_runs_in_one_process_are_equal(whole):
    live(start(replicate=1), months=5, replicate=1)
    assert live(months=MONTHS).series.tobytes() == whole.series.tobytes()


def test_seed_and_replicate_matter(whole):
    assert not np.array_equal(live(months=MONTHS, seed=2).series, whole.series)
    assert not np.array_equal(live(months=MONTHS, replicate=1).series, whole.series)


def test_a_packed_state_goes_on_with_the_same_bits(whole):
    first = live(months=17, keep=True)
    rest = resume(first.state, MONTHS - 17, keep=True)
    assert np.concatenate([first.series, rest.series]).tobytes() == whole.series.tobytes()
    assert same(rest.state, whole.state)
    assert same(pack(unpack(first.state)), first.state)


def test_a_checkpoint_file_goes_on_with_the_same_bits(whole, tmp_path):
    first = live(months=17, keep=True)
    path = checkpoint.save(first.state, tmp_path / "month17.npz")
    rest = resume(checkpoint.load(path), MONTHS - 17, keep=True)
    assert np.concatenate([first.series, rest.series]).tobytes() == whole.series.tobytes()
    assert same(rest.state, whole.state)


def test_going_on_leaves_the_packed_state_as_it_was():
    first = live(months=5, keep=True)
    copy = {key: np.array(value) for key, value in first.state.items()}
    resume(first.state, 5)
    assert same(first.state, copy)


FOUR = ("northland", "southland", "eastland", "westland")
EAGER = {"strike_threshold": 0.3, "strike_cost": 0.2, "strike_pace": 12.0}
"""So that powers march often enough to be tested: on attacks more than on anything else hangs who stands first."""
OWN = [place for place, name in enumerate(VARIABLES) if not name.startswith("patron")]
"""All variables but those that are the place of a country in the list."""


def world(folder, order, months=120, **options):
    """Live a scenario of several countries in the given order; the run, and each country's series by name."""
    resolved = resolve(load_scenario(several(folder, order)), 1, 0)
    run = live(resolved, months=months, citizens=200, rule=rules(**EAGER), **options)
    return run, {name: run.series[:, here] for here, name in enumerate(resolved.countries)}


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Ten years of four countries that trade, look at one another and march."""
    return world(tmp_path_factory.mktemp("four"), FOUR)


def test_countries_do_something_to_one_another(four, tmp_path):
    """Else the tests below would test nothing: attacks, hope, example and failing demand, and a client's patron."""
    whole = np.stack(list(four[1].values()))
    for name in ("spark", "example", "slump_abroad", "repelled"):
        assert whole[:, :, VARIABLES.index(name)].max() > 0.0, name
    alone = world(tmp_path, FOUR[:1])[1]["northland"]
    assert not np.array_equal(alone[:, OWN], four[1]["northland"][:, OWN])


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_of_countries_changes_nobody_s_bits(four, tmp_path, order):
    """Sums over countries and the choice of an attacker don't depend on where a country stands in the list."""
    turned = world(tmp_path, tuple(FOUR[place] for place in order))[1]
    for name in FOUR:
        assert turned[name][:, OWN].tobytes() == four[1][name][:, OWN].tobytes(), name


def test_threads_change_nobody_s_bits_in_a_world(monkeypatch, four, tmp_path):
    monkeypatch.setattr(simulate, "THREADED_FROM", 0)
    assert world(tmp_path, FOUR, threads=2)[0].series.tobytes() == four[0].series.tobytes()


def test_a_world_alone_is_the_world_of_a_batch(tmp_path):
    from thermidor.runs.ensemble import run

    scenario = load_scenario(several(tmp_path, FOUR))
    asked = {"citizens": 100, "months": 40, "seed": 5}
    batch = run(scenario, replicates=3, threads=2, **asked).dataset
    alone = run(scenario, replicate=2, **asked).dataset
    for name in VARIABLES:
        assert batch[name].sel(run=2).values.tobytes() == alone[name].values[0].tobytes(), name


@pytest.mark.parametrize("product", [2.0, 30.0], ids=["poor", "the richest"])
def test_a_country_that_deals_with_nobody_changes_nobody_s_bits(four, tmp_path, product):
    """Wholly cut off and without an army: it is no market, no example, no frontier and no power."""
    order = ("hermitland", *FOUR)
    resolved = resolve(load_scenario(several(tmp_path, order, gdp_per_head=product)), 1, 0)
    series = live(resolved, months=60, citizens=200, rule=rules(**EAGER)).series
    for here, name in enumerate(order[1:], start=1):
        assert series[:, here][:, OWN].tobytes() == four[1][name][:60, OWN].tobytes(), name
