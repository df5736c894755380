"""The same member has the same bits, however its months are cut, spread over threads, batched, stored or ordered."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import MINIATURE, live, rules, start, state
from thermidor.country import VARIABLES
from thermidor.errors import Interrupted
from thermidor.runs import checkpoint, simulate
from thermidor.runs.simulate import advance, pack, resume, unpack
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
        advance(now, MONTHS, threads=threads, cancel=cancel, on_year=on_year)
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


def test_the_order_of_countries_changes_nothing():
    """Countries deal with one another symmetrically: sums over two others don't depend on order (more may round)."""
    resolved = start()
    turned = replace(resolved, countries=resolved.countries[::-1], outside=resolved.outside[:, ::-1])
    one, two = live(resolved, months=MONTHS).series, live(turned, months=MONTHS).series
    kept = [place for place, name in enumerate(VARIABLES) if not name.startswith("patron")]
    assert one[:, :, kept].tobytes() == two[:, ::-1][:, :, kept].tobytes()


def test_another_country_s_presence_is_felt_only_through_trade():
    """A country's draws hang on its name: births, harvest and luck of its first month are the same alone."""
    resolved = start()
    alone = replace(resolved, countries=resolved.countries[:1], outside=resolved.outside[:, :1].copy())
    one, two = live(resolved, months=1).series, live(alone, months=1).series
    cut = [VARIABLES.index(name) for name in ("population", "births", "weather", "fortune")]
    assert one[0, 0, cut].tobytes() == two[0, 0, cut].tobytes()


def test_read_only_and_strange_arrays_are_prepared(whole):
    """Arrays from elsewhere are neither written to nor compiled for anew (the suite's end counts the kinds)."""
    resolved = start()
    outside = np.asfortranarray(resolved.outside.copy())
    rule = rules()
    for array in (outside, rule):
        array.flags.writeable = False
    found = live(replace(resolved, outside=outside), months=MONTHS, rule=rule)
    assert found.series.tobytes() == whole.series.tobytes()


def test_a_change_reaches_only_what_comes_after_it():
    """A war that begins in month 20 leaves the months before it as they were, bit for bit."""
    resolved = start()
    outside = resolved.outside.copy()
    outside[20:, 0, 0] = 0.9
    one, two = live(resolved, months=30).series, live(replace(resolved, outside=outside), months=30).series
    assert one[:20].tobytes() == two[:20].tobytes()
    assert not np.array_equal(one[20:], two[20:])


def test_progress_and_cancelling_between_years():
    from threading import Event

    from thermidor.errors import Interrupted

    told: list[tuple[int, int]] = []
    cancel = Event()

    def on_year(done, total):
        told.append((done, total))
        if done >= 24:
            cancel.set()

    with pytest.raises(Interrupted):
        live(months=MONTHS, on_year=on_year, cancel=cancel)
    assert told == [(12, MONTHS), (24, MONTHS)]


def test_resolving_again_gives_the_same_start():
    scenario = load_scenario("russia-1917")
    one, two = resolve(scenario, 3, 4), resolve(scenario, 3, 4)
    assert one.conditions == two.conditions and one.outside.tobytes() == two.outside.tobytes()
