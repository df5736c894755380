"""Members of a run: alone as in the batch, in order, stopped cleanly, and refused before any work."""

from __future__ import annotations

import functools
import json
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakes
from thermidor.country import VARIABLES
from thermidor.errors import InputError, Interrupted, RunError
from thermidor.runs import ensemble, store, summary
from thermidor.runs.ensemble import run
from thermidor.runs.result import Result

MINIATURE = Path(__file__).parent / "data" / "miniature.yaml"


@pytest.fixture(autouse=True)
def made_up(request, monkeypatch):
    """Put the stand-ins in place of scenarios and rules, save for the tests of the real ones."""
    if "real" not in request.fixturenames:
        monkeypatch.setattr("thermidor.rules.load_rules", fakes.load_rules, raising=False)
        monkeypatch.setattr("thermidor.scenarios.resolve", fakes.resolve, raising=False)
        monkeypatch.setattr("thermidor.scenarios.load_scenario", lambda name: fakes.Scenario(str(name)), raising=False)
        monkeypatch.setattr("thermidor.scenarios.scenario_text", lambda scenario: scenario.text, raising=False)


@pytest.fixture
def real():
    """Skip while the core is not there."""
    pytest.importorskip("thermidor.runs.simulate", exc_type=ImportError)
    if not MINIATURE.is_file():
        pytest.skip("no miniature scenario")
    return MINIATURE


def go(**asked):
    return run(fakes.Scenario(), **{"simulate": fakes.simulate, **asked})


def values(result):
    return np.stack([result.dataset[name].values for name in VARIABLES], axis=-1)


def test_member_alone_has_the_bits_of_the_batch():
    batch, alone = go(replicates=5, threads=2), go(replicate=3)
    assert alone.dataset["run"].values.tolist() == [3]
    assert np.array_equal(values(batch)[3], values(alone)[0])
    assert not np.array_equal(values(batch)[2], values(alone)[0])


def test_members_come_in_order_whatever_ends_first():
    def late_first(resolved, rules, **asked):
        time.sleep(0.02 * (4 - asked["replicate"]))
        return fakes.simulate(resolved, rules, **asked)

    result = go(replicates=4, threads=4, simulate=late_first, seed=9)
    for k in range(4):
        assert np.array_equal(values(result)[k], fakes.series_of(9, k).astype("f4"))


def test_axes_are_named():
    dataset = go(replicates=2, months=14).dataset
    assert dict(dataset.sizes) == {"run": 2, "month": 14, "country": 2}
    assert dataset["month"].values[0] == np.datetime64("1917-11-01") and dataset["month"].dtype == "datetime64[ns]"
    assert dataset["country"].values.tolist() == list(fakes.COUNTRIES)
    assert tuple(dataset.data_vars) == VARIABLES and dataset["output"].dtype == np.float32
    assert dataset["output"].attrs["unit"] == "bn 2011 $/year" and dataset["output"].attrs["meaning"]


def test_what_is_asked_reaches_the_months():
    seen = {}

    def note(resolved, rules, **asked):
        seen.update(asked, rules=rules)
        return fakes.simulate(resolved, rules, **asked)

    result = go(simulate=note, citizens={"here": "all"}, seed=4, rules={"patience": 0.5}, without=["famine"], threads=2)
    assert seen["citizens"] == {"here": "all", "there": ensemble.CITIZENS}
    assert seen["seed"] == 4 and seen["threads"] == 2
    assert seen["rules"]["famine"] == [0.0] and seen["rules"]["patience"] == [0.5]
    assert result.manifest["scenario"]["text"] == "name: made-up\n"
    assert result.manifest["rules"] == {"famine": 0.0, "patience": 0.5}
    assert result.manifest["overrides"] == {"set": {}, "rules": {"patience": 0.5}, "without": ["famine"]}


def test_outside_events_can_be_removed():
    resolved = go(without=["outside"], set={"here.norms.recall": 0.9}).manifest["scenario"]["resolved"]
    assert resolved["outside"] is False and resolved["conditions"] == {"here.norms.recall": 0.9}


def test_progress_counts_up_from_the_calling_thread():
    told = []

    def hear(*counts):
        assert threading.current_thread() is threading.main_thread()
        told.append(counts)

    go(replicates=3, threads=2, progress=hear, simulate=functools.partial(fakes.simulate, pause=0.06))
    assert told[-1] == (3, 3, 90, 90) and told == sorted(told)
    assert any(0 < months < 90 and months % 30 for _, _, months, _ in told), "years are told, not only members"


@pytest.mark.parametrize("bad", [0, 5])
def test_failing_member_is_named_and_nothing_is_kept(bad, tmp_path):
    with pytest.raises(RunError, match=f"here, 1918-03: output .* replicate {bad} .*produce") as caught:
        go(replicates=8, threads=2, out=tmp_path / "r", simulate=fakes.failing(bad))
    assert caught.value.country == "here" and caught.value.variable == "output"
    assert list(tmp_path.iterdir()) == []


def test_mistake_in_the_code_is_not_hidden(tmp_path):
    with pytest.raises(ZeroDivisionError):
        go(replicates=3, out=tmp_path / "r", simulate=fakes.failing(1, ZeroDivisionError()))
    assert list(tmp_path.iterdir()) == []


def test_cancelled_run_stops_soon_and_keeps_nothing(tmp_path):
    cancel, slow = threading.Event(), functools.partial(fakes.simulate, pause=0.6)
    threading.Timer(0.2, cancel.set).start()
    began = time.perf_counter()
    with pytest.raises(Interrupted):
        go(replicates=50, threads=2, out=tmp_path / "r", simulate=slow, cancel=cancel)
    assert time.perf_counter() - began < 1.2, "a member lives its year of 0.6 s to the end, and no more"
    assert list(tmp_path.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name.startswith("thermidor")]


def test_who_lives_hears_at_once_of_a_cancel():
    """A member sees the caller's event itself, and need not wait until the calling thread looks at it."""
    cancel, heard = threading.Event(), list[bool]()

    def one(resolved, rules, **asked):
        heard.append(asked["cancel"].is_set())
        cancel.set()
        heard.append(asked["cancel"].is_set())
        return fakes.simulate(resolved, rules, **asked | {"cancel": threading.Event()})

    with pytest.raises(Interrupted):
        go(replicates=3, threads=1, simulate=one, cancel=cancel)
    assert heard[:2] == [False, True]


def test_ctrl_c_stops_soon_keeps_nothing_and_leaves_the_old_run(tmp_path):
    old = go(out=tmp_path / "r", seed=2)
    slow = functools.partial(fakes.simulate, pause=0.6)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
    began = time.perf_counter()
    with pytest.raises(Interrupted):
        go(replicates=50, threads=2, out=tmp_path / "r", force=True, simulate=slow)
    assert time.perf_counter() - began < 1.2
    assert [p.name for p in tmp_path.iterdir()] == ["r"]
    from thermidor.runs import open_run

    assert np.array_equal(values(open_run(tmp_path / "r")), values(old))


def test_disk_that_fills_up_stops_the_members(tmp_path, monkeypatch):
    def full(writer, place, series):
        raise InputError("the disk is full")

    monkeypatch.setattr(store.Writer, "put", full)
    slow = functools.partial(fakes.simulate, pause=0.2)
    with pytest.raises(InputError, match="full") as caught:
        go(replicates=9, threads=2, out=tmp_path / "r", simulate=slow)
    assert not [t for t in threading.enumerate() if t.name.startswith("thermidor")], caught
    assert list(tmp_path.iterdir()) == []


def test_failing_progress_stops_the_run(tmp_path):
    def fail(*_):
        raise OSError("pipe closed")

    with pytest.raises(OSError, match="pipe closed"):
        go(replicates=9, out=tmp_path / "r", progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_large_run_goes_straight_to_the_store(tmp_path, monkeypatch):
    small = go(replicates=3, out=tmp_path / "small", threads=2)
    monkeypatch.setattr(store, "IN_MEMORY", 0)
    large = go(replicates=3, out=tmp_path / "large", threads=2)
    assert np.array_equal(values(small), values(large))
    assert not isinstance(large.dataset["output"].variable._data, np.ndarray), "read from disk when used"
    assert large.whole is large.dataset


BAD = {
    "replicates": ({"replicates": 0}, "replicates can't be 0"),
    "replicates text": ({"replicates": "many"}, "replicates can't be 'many'"),
    "replicate": ({"replicate": -1}, "replicate can't be -1"),
    "replicate beyond": ({"replicates": 3, "replicate": 3}, "there is no replicate 3"),
    "months": ({"months": 0}, "months can't be 0"),
    "months beyond": ({"months": 31}, "the scenario has 30 months"),
    "seed": ({"seed": -1}, "seed can't be -1"),
    "threads": ({"threads": 0}, "threads can't be 0"),
    "citizens": ({"citizens": 0}, "citizens can't be 0"),
    "citizens of": ({"citizens": {"here": 1.5}}, "citizens of here can't be 1.5"),
    "citizens of nowhere": ({"citizens": {"her": "all"}}, "did you mean 'here'"),
    "without": ({"without": ["famin"]}, "did you mean 'famine'"),
    "without no mechanism": ({"without": ["patience"]}, "'patience' cannot be switched off"),
    "rules": ({"rules": {"speed": 1.0}}, "there is no rule 'speed'"),
    "rules beyond": ({"rules": {"patience": 9.0}}, "patience = 9 is out of range"),
    "seed none": ({"seed": None}, "seed can't be None"),
    "replicates none": ({"replicates": None}, "replicates can't be None"),
    "replicate too large": ({"replicate": 2**64}, "replicate can't be 18446744073709551616"),
    "citizens too many": ({"citizens": 10**13}, "citizens can't be 10000000000000"),
    "citizens of one too many": ({"citizens": {"here": 10**13}}, "citizens of here can't be"),
    "citizens of nobody": ({"citizens": {"here": None}}, "citizens of here can't be None"),
    "without nothing": ({"without": None}, "without can't be None"),
    "without numbers": ({"without": [3]}, "without can't hold 3"),
    "without a string": ({"without": "famin"}, "did you mean 'famine'"),
    "set list": ({"set": ["here.fear=1"]}, "set can't be"),
    "set text": ({"set": {"here.fear": "0.2"}}, "here.fear can't be '0.2'"),
    "rules list": ({"rules": [("patience", 0.3)]}, "rules can't be"),
    "rules text": ({"rules": {"patience": "0.2"}}, "patience can't be '0.2'"),
    "rules none": ({"rules": {"patience": None}}, "patience can't be None"),
    "rules truth": ({"rules": {"famine": True}}, "famine can't be True"),
    "rules huge": ({"rules": {"patience": 10**400}}, "patience can't be 1000"),
    "rules no name": ({"rules": {3: 0.2}}, "rules can't hold 3"),
    "rules NaN": ({"rules": {"patience": float("nan")}}, "patience = nan is out of range"),
}


@pytest.mark.parametrize(("asked", "message"), BAD.values(), ids=BAD)
def test_bad_argument_is_refused_before_any_work(asked, message, tmp_path):
    def never(*_, **__):
        raise AssertionError("no member may begin")

    with pytest.raises(InputError, match=message):
        go(out=tmp_path / "r", simulate=never, **asked)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scenario", [None, {"name": "made-up"}, 7])
def test_what_is_no_scenario_is_refused(scenario):
    with pytest.raises(InputError, match=r"can't be run(.|\n)*where: scenario(.|\n)*mend"):
        run(scenario, simulate=fakes.simulate)


def test_one_mechanism_may_be_named_without_a_list():
    assert go(without="famine").manifest["overrides"]["without"] == ["famine"]


def test_numpy_numbers_can_be_kept(tmp_path):
    three = np.int64(3)
    asked = {"citizens": {"here": three}, "rules": {"patience": np.float32(0.5)}, "set": {"here.fear": np.float64(0.5)}}
    manifest = go(replicate=three, seed=three, out=tmp_path / "r", **asked).manifest
    assert manifest["overrides"] == {"set": {"here.fear": 0.5}, "rules": {"patience": 0.5}, "without": []}
    assert (manifest["seed"], manifest["replicates"], manifest["citizens"]["here"]) == (3, [3], 3)


def test_taken_place_is_refused_before_any_work(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="taken, and not by a run"):
        go(out=tmp_path / "mine", force=True, simulate=fakes.failing(0, AssertionError()))
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"


# what the runs have in common


def test_falls_are_dated_from_above_to_below():
    months = np.arange("1917-11", "1918-11", dtype="datetime64[M]")
    values = np.full((4, 12), 0.9)
    values[0, 3:] = 0.2  # falls in February 1918
    values[1, 5:] = 0.2  # falls in April
    values[2, :] = 0.1  # was low from the start: no fall
    counts = np.zeros((4, 12))
    counts[3, 2:] = 1.0
    data = fakes.dataset({"norm_recall": values, "breaks": counts}).isel(country=0)
    found = summary.measures(data, months)
    assert found["norm_recall below 0.5"] == {"median_month": "1918-03", "share": 0.5}
    assert found["first break"] == {"median_month": "1918-01", "share": 0.25}
    assert found["first repair"] == {"median_month": None, "share": 0.0}
    assert "state_property below 0.5" in found and len(found) == 7


def test_result_is_read_by_the_lens_and_written_as_json():
    trotsky = pytest.importorskip("thermidor.lenses.trotsky", exc_type=ImportError)
    rng = np.random.default_rng(1)
    gdp = rng.uniform(1.0, 2.0, (10, 40))
    result = Result(fakes.dataset({"gdp_per_head": gdp}), go(replicates=10).manifest)
    names, codes = result.reading.names, result.reading.labels
    assert isinstance(result.reading, type(trotsky.read(result.dataset)))
    assert result.regimes.dims == ("run", "month", "country")
    assert result.regimes.values[4, 7, 0] == names[codes[4, 7, 0]]
    assert {spell.regime for spell in result.spells} == set(np.unique(result.regimes.values))

    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    head = {"scenario": "made-up", "theory": "trotsky", "seed": 1, "citizens": 10_000, "replicates": 10}
    assert head.items() <= told.items()
    assert told["version"] and told["elapsed_seconds"] >= 0.0
    here = told["countries"]["here"]
    dates = ["1917-11", "1918-01", "1919-01", "1920-01", "1921-01"]
    assert list(here["regime_share"]) == dates
    assert all(sum(shares.values()) == pytest.approx(1.0) for shares in here["regime_share"].values())
    curve = here["series"]["gdp_per_head"]
    assert curve["unit"] == "2011 $/year" and curve["months"] == dates
    assert curve["median"] == pytest.approx(1000 * np.median(gdp, axis=0)[[0, 2, 14, 26, 38]], rel=1e-4)
    low, middle, high = (np.array(curve[level]) for level in ("p05", "median", "p95"))
    assert (low <= middle).all() and (middle <= high).all() and (low < high).any()
    assert set(here["first_reached"]) == set(np.unique(result.regimes.values))
    assert set(VARIABLES) == set(here["series"])


def test_first_reached_counts_only_the_runs_that_reach():
    months = np.arange("1917-11", "1919-11", dtype="datetime64[M]")
    codes = np.zeros((4, 24), np.int8)
    codes[0, 2:] = codes[1, 4:] = codes[2, 6:] = 1
    found = summary.first_reached(codes, ("first", "second", "third"), months)
    assert found["second"] == {"share": 0.75, "median_month": "1918-03", "p10": "1918-01", "p90": "1918-05"}
    assert found["first"]["share"] == 1.0 and "third" not in found


def test_quantiles_are_over_runs():
    values = np.arange(101.0)[:, None] * np.ones((101, 3))
    curves = summary.quantiles(fakes.dataset({"output": values}))
    assert curves["output"].dims == ("quantile", "month", "country")
    assert curves["output"].sel(quantile=0.95).values.ravel().tolist() == [95.0] * 3
    assert curves["output"].attrs["unit"] == "bn 2011 $/year"


@given(st.integers(1, 2000), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_interval_holds_the_share(runs, share):
    share = round(share * runs) / runs
    low, high = summary.interval(share, runs)
    assert 0.0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1.0 and high - low <= 2 * 0.98 / runs**0.5


# the model itself


def test_model_member_alone_has_the_bits_of_the_batch(real):
    batch = run(real, replicates=3, citizens=4000, months=25, threads=2)
    alone = run(real, replicate=2, citizens=4000, months=25, threads=1)
    assert np.array_equal(values(batch)[2], values(alone)[0])
    assert not np.array_equal(values(batch)[1], values(alone)[0])
    assert np.isfinite(values(batch)).all()


def test_model_seed_matters(real):
    one, other = (run(real, citizens=4000, months=13, seed=seed) for seed in (1, 2))
    assert not np.array_equal(values(one), values(other))
