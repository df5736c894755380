"""The point of no return: stopping early changes no answer, probabilities are probabilities, and it is told plainly."""

from __future__ import annotations

import csv
import json
from functools import cache
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from typer.testing import CliRunner

from small import MINIATURE
from thermidor.cli.app import app
from thermidor.errors import InputError, Interrupted
from thermidor.experiments.outcomes import Condition
from thermidor.futures import settled as module
from thermidor.futures.settled import DATED, QUIET, Settled, settled
from thermidor.futures.watch import Watch, outcome_of, watch_of
from thermidor.lenses import trotsky
from thermidor.lenses.spells import settle
from thermidor.runs import store

LABEL = "proletarian-bonapartism"
NEARLY = Condition(variable="norms", below=0.25)
LASTING = trotsky.table().lasting
WATCH = Watch(0, 1, LASTING, None)
SIZES = {"northland": 200, "southland": 60}


@cache
def found(**asked):
    """A small experiment of an outcome about as probable as not."""
    return settled(MINIATURE, LABEL, by="1932-12", members=12, futures=5, every=48, citizens=SIZES, threads=1)


@given(
    arrays.arrays(np.int8, st.tuples(st.just(3), st.integers(1, 40)), elements=st.integers(0, 2)), st.integers(0, 40)
)
@settings(max_examples=300, deadline=None)
def test_what_is_sure_stays(codes, cut):
    """A label that lasted long enough in the months so far is held in the whole life, whatever comes later."""
    sure, whole = WATCH.surely(codes[:, :cut]), WATCH.ended(codes)
    assert not (sure & ~whole).any()
    assert np.array_equal(whole, (settle(codes[:, :, None], LASTING)[:, :, 0] == 1).any(axis=1))
    for run, row in zip(codes, WATCH.held(codes), strict=True):
        reached = WATCH.reached(run)
        assert WATCH.surely(run[None, :reached])[0] or reached == len(run)
        assert not WATCH.surely(run[None, : reached - 1])[0] or reached == len(run)
        assert row.any() or not WATCH.surely(run[None])[0]


@pytest.mark.parametrize(
    "outcome",
    [LABEL, Condition(variable="norms", below=0.3)],
    ids=str,
)
def test_stopping_early_changes_no_answer(outcome, monkeypatch):
    """Futures lived only as far as needed, in slices, give what whole lives give that are read as one."""
    seen = {}
    reach = module.futures_reach

    def both(job, alive, past, codes, stop, k):
        whole = []
        for state in alive:
            copy = module.unpack(module.pack(state))
            future = module.advance(copy, job.months - state["month"])[:, :1].astype(np.float32)
            whole.append(np.concatenate([past[:, None], future]))
        months = np.datetime64(alive[0]["first_month"], "M") + np.arange(job.months)
        columns = store.columns(np.stack(whole), store.Axes(tuple(range(len(whole))), months, ("northland",)))
        reading = trotsky.read(columns)
        if isinstance(outcome, str):
            expected = (reading.labels[:, :, 0] == reading.names.index(outcome)).any(axis=1)
        else:
            expected = (columns["norms"][:, :, 0] < 0.3).any(axis=1)
        got = reach(job, alive, past, codes, stop, k)
        seen[k, len(past)] = (got.tolist(), expected.tolist())
        return got

    monkeypatch.setattr(module, "futures_reach", both)
    settled(MINIATURE, outcome, by="1938-06", members=3, futures=5, every=70, citizens=SIZES, threads=1)
    assert len(seen) >= 3 and all(got == expected for got, expected in seen.values())
    assert len({held for got, _ in seen.values() for held in got}) == 2, "an outcome that always comes tests little"


def test_windows_show_what_the_whole_life_shows():
    """Raw labels read in slices that look back fifteen years are those of the life read as one, bit for bit."""
    from small import live, start
    from thermidor.lenses.trotsky import SPAN

    series = live(months=320, citizens=200).series[None, :, 0].astype(np.float32)
    months = start().first_month + np.arange(320)
    whole = trotsky.read(store.columns(series[:, :, None], store.Axes((0,), months, ("here",))))
    assert len(set(whole.raw.ravel().tolist())) > 1
    for first in range(0, 320, 40):
        since = max(0, first - SPAN)
        window = slice(since, first + 40)
        found = WATCH.codes(series[:, window], months[window], 40)
        assert np.array_equal(found, whole.raw[:, first : first + 40, 0])


def test_the_mean_of_all_members_is_flat():
    """Given the state, the probability is what will come of it: its mean less the share that comes is noise only."""
    result = found()
    p, ended = result.curves[DATED], result.ended.astype(float)
    assert 0 < ended.sum() < len(ended)
    for t in range(p.shape[1] - 1):
        gap = p[:, t] - ended
        error = max(float(gap.std(ddof=1)) / np.sqrt(len(gap)), 0.02)
        assert abs(gap.mean()) <= 3.5 * error, (str(result.months[t]), gap.mean(), error)
    assert np.array_equal(p[:, -1], ended)
    came, other = result.mean(DATED, result.ended)[0], result.mean(DATED, ~result.ended)[0]
    assert came[-2] - other[-2] > came[0] - other[0] - 0.3 and came[-2] > other[-2]


def brier(result, still_open=False):
    """Squared distance of the last probability before the end from what came, and that of the share that came.

    still_open: only of members to whom it had not come by then; of the others it is known.
    """
    asked = ~(result.reached <= result.months[-2]) if still_open else np.ones(len(result.ended), bool)
    p, ended = result.curves[DATED][asked, -2], result.ended[asked].astype(float)
    return ((p - ended) ** 2).mean(), ((ended.mean() - ended) ** 2).mean()


def test_shortly_before_the_end_the_state_tells_it(monkeypatch):
    """Just before the end each member has its own probability, near what came of it; futures that forget the past miss.

    The control lives every future from a beginning of its own: its mean is as flat, and it tells nothing.
    """
    from thermidor.rules import load_rules
    from thermidor.scenarios import load_scenario, resolve

    asked = {"by": "1927-12", "members": 16, "futures": 6, "every": 60, "citizens": SIZES, "threads": 2, "without": ()}
    told, blind = brier(settled(MINIATURE, NEARLY, **asked))
    assert blind > 0.1, "an outcome that always or never comes tests little"
    assert told < 0.6 * blind

    def forgetful(packed, seed, replicate, at, member):
        resolved = resolve(load_scenario(MINIATURE), seed, 1000 + 50 * member + replicate)
        rules = load_rules().record(load_rules().values())
        state = module.begin(resolved, rules, seed=seed, replicate=1000 + 50 * member + replicate, citizens=SIZES)
        module.advance(state, module.unpack(packed)["month"])
        return state

    monkeypatch.setattr(module, "future", forgetful)
    told, blind = brier(settled(MINIATURE, NEARLY, **asked | {"members": 40, "futures": 12}), still_open=True)
    assert told > 0.9 * blind > 0.0


def test_what_is_reached_has_one():
    """From the first grid month after a member has come to it, its curves stand at 1."""
    result = found()
    for curve in result.curves.values():
        assert ((curve >= 0.0) & (curve <= 1.0)).all()
        for k in np.flatnonzero(result.ended):
            assert (curve[k, result.months >= result.reached[k] + LASTING] == 1.0).all()
    assert np.isnat(result.reached[~result.ended]).all()


def test_without_anything_outside_both_curves_are_one(tmp_path):
    """The curves share their draws of chance: they differ by what is taken away, and by nothing else."""
    from thermidor.scenarios import load_scenario

    bare = load_scenario(MINIATURE).without_outside()
    result = settled(bare, LABEL, by="1930-12", members=3, futures=4, every=60, citizens=SIZES, threads=2)
    assert np.array_equal(result.curves[DATED], result.curves[QUIET])


def test_threads_and_members_change_no_curve():
    asked = {"by": "1928-12", "futures": 3, "every": 48, "citizens": SIZES}
    one, two = (
        settled(MINIATURE, LABEL, members=2, threads=1, **asked),
        settled(MINIATURE, LABEL, members=3, threads=2, **asked),
    )
    for name in one.curves:
        assert np.array_equal(one.curves[name], two.curves[name][:2])


def by_hand():
    """Four members over five grid months: two settle, one falls back, one never gets there."""
    p = np.array([[0.4, 0.6, 0.9, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0], [0.2, 0.9, 0.3, 0.1, 0.0], [0.0] * 5])
    months = np.datetime64("1917-11", "M") + 12 * np.arange(5)
    reached = np.array(["1920-11", "1917-11", "NaT", "NaT"], "M8[M]")
    about = {"outcome": LABEL, "country": "northland", "by": "1921-10", "members": 4, "futures": 9, "every": 12,
             "seed": 1, "without": ["outside"], "seconds": 1.0, "citizens": 5}  # fmt: skip
    return Settled(months, {DATED: p, QUIET: p[:, ::-1].copy()}, p[:, -1] == 1.0, reached, about)


def test_passed_for_good():
    result = by_hand()
    assert result.passed(DATED, 0.5).tolist() == [1, 0, -1, -1]
    assert result.passed(DATED, 0.95).tolist() == [3, 0, -1, -1]
    half = result.crossing(DATED, 0.5)
    assert (half.passed, half.from_start, half.fell_back) == (0.5, 0.25, 0.25)
    assert half.low == "1917-11" and half.high == "1918-11" and half.mean == "1918-11"
    assert result.crossing(QUIET, 0.5).mean is None, "it stood there and fell"
    late = result.crossing(DATED, 0.95)
    assert late.median in ("1917-11", "1920-11") and late.low == "1917-11", "the grid month before belongs to it"
    assert by_hand().crossing(DATED, 0.5) == half, "the interval is drawn the same every time"
    nobody = Settled(result.months, {DATED: np.zeros((2, 5))}, np.zeros(2, bool), result.reached[:2], result.about)
    assert nobody.crossing(DATED, 0.5).median is None and nobody.crossing(DATED, 0.5).passed == 0.0


def test_the_report_says_plainly_what_was_settled_at_the_start(capsys):
    from thermidor.cli.settled import report

    sure = np.ones((4, 5))
    base = by_hand()
    report(
        Settled(base.months, {DATED: sure, QUIET: base.curves[DATED]}, sure[:, 0] > 0, base.reached, base.about),
        "There",
    )
    told = capsys.readouterr().out
    assert told.count("at the start already") == 1 and "fell back" in told
    assert max(map(len, told.splitlines())) <= 80


def test_figure_is_drawn(tmp_path):
    from thermidor.cli.settled import _figure

    _figure(by_hand(), "There", "Made up", tmp_path / "f.png")
    assert (tmp_path / "f.png").stat().st_size > 20_000


def test_the_command(tmp_path):
    arguments = ["settled", str(MINIATURE), "--outcome", "norms<0.5", "--by", "1926-12", "--members", "3"]
    arguments += ["--futures", "3", "--every", "30", "--citizens", "100", "--out", str(tmp_path / "s")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.splitlines())) <= 80
    rows = list(csv.DictReader((tmp_path / "s" / "settled.csv").read_text(encoding="utf-8").splitlines()))
    about = json.loads((tmp_path / "s" / "settled.json").read_text())
    assert len(rows) == 2 * 3 * 4 and {row["curve"] for row in rows} == {DATED, QUIET}
    assert about["outcome"] == "norms below 0.5" and about["passed"][DATED][0]["level"] == 0.5
    assert (tmp_path / "s" / "settled.png").is_file()
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2 and "taken" in again.output


@pytest.mark.parametrize(
    ("outcome", "asked", "word"),
    [
        ("proletarian-bonapartisms", {}, "did you mean 'proletarian-bonapartism'"),
        (LABEL, {"country": "nordland"}, "did you mean 'northland'"),
        (LABEL, {"by": "1890-01"}, "no month"),
        (LABEL, {"by": "later"}, "no month"),
        (LABEL, {"members": 0}, "members"),
        (LABEL, {"without": ("outside.weather",)}, "nothing from outside"),
        (Condition(variable="norm", below=0.5), {}, "did you mean 'norms'"),
    ],
)
def test_bad_wishes_are_refused(outcome, asked, word):
    with pytest.raises(InputError) as told:
        settled(MINIATURE, outcome, **{"members": 1, "futures": 1, **asked})
    assert word in str(told.value)


def test_outcomes_are_read():
    assert outcome_of(LABEL) == LABEL
    assert outcome_of("norms<0.5") == outcome_of("norms below 0.5") == Condition(variable="norms", below=0.5)
    assert outcome_of("room >= .5") == Condition(variable="room", at_least=0.5)
    assert watch_of(Condition(label=LABEL, country="b"), None, ("a", "b")).here == 1
    for level in ("0.5.5", "1e400", "-1e999"):
        with pytest.raises(InputError, match="no finite number"):
            outcome_of(f"norms<{level}")
    for command in ("settled", "why"):
        done = CliRunner().invoke(app, [command, str(MINIATURE), "--outcome", "norms<1e400"])
        assert done.exit_code == 2 and "'1e400' is no finite number" in done.output, done.output


def test_the_place_is_made_before_any_work(tmp_path, monkeypatch):
    """A folder that can't be made is refused before a member is lived; a wish that is refused leaves none."""
    (tmp_path / "afile").write_text("mine")
    lived = []
    monkeypatch.setattr(module, "_base", lambda *_: lived.append(1))
    wish = ["settled", str(MINIATURE), "--outcome", "norms<0.5", "--members", "2", "--out"]
    done = CliRunner().invoke(app, [*wish, str(tmp_path / "afile" / "when")])
    assert done.exit_code == 2 and "can't be written" in done.output and not lived
    done = CliRunner().invoke(app, [*wish, str(tmp_path / "new" / "when"), "--by", "1890-01"])
    assert done.exit_code == 2 and "no month 1890-01" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["afile"]


def test_it_stops_when_told():
    cancel = Event()
    cancel.set()
    with pytest.raises(Interrupted):
        settled(MINIATURE, LABEL, members=4, futures=4, citizens=SIZES, cancel=cancel)
