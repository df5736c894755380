"""Branches: the exact state goes on, what is changed changes something, and nothing else can be set."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from threading import Event

import numpy as np
import pytest
from typer.testing import CliRunner

import thermidor as th
from small import MINIATURE
from thermidor.cli.app import app
from thermidor.country import CLASSES, OFFICIAL, OUTSIDE, VARIABLES, WORKER
from thermidor.errors import InputError, Interrupted
from thermidor.futures.branch import SAME_DRAWS, branch, recipe_of, state_at
from thermidor.futures.changes import BOOKS, CARRIED, IN_CITIZENS, WHOLE, give, set_state, settings_of
from thermidor.jit import rules_digest
from thermidor.rules.rewritten import REWRITTEN
from thermidor.runs import halfway
from thermidor.runs import manifest as manifests
from thermidor.runs.simulate import advance, pack, unpack

AT, BEFORE = "1925-04", 63
MONTHS = 30
COUNTRIES = ("northland", "southland")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run of two members, kept; without civil wars, which come from inside."""
    folder = tmp_path_factory.mktemp("run") / "base"
    return th.run(
        MINIATURE, replicates=2, citizens=300, months=BEFORE + MONTHS, threads=1, without=["losers_fight"], out=folder
    )


def values(result):
    return np.stack([np.asarray(result.whole[name]) for name in VARIABLES], axis=-1)


def go(run, **asked):
    return branch(run, **{"at": AT, "replicates": 2, "months": MONTHS, "threads": 1, **asked})


def test_same_draws_go_on_as_if_nothing_had_been(kept, tmp_path):
    """With nothing changed the member's own future comes back bit for bit, and so does every label."""
    found = go(kept.path, member=1, same_draws=True, out=tmp_path / "b")
    for again in (found, th.open_run(tmp_path / "b")):
        assert again.reading.runs == (SAME_DRAWS, 0, 1) and str(again.reading.months[0]) == AT
        assert np.array_equal(values(again)[0], values(kept)[1, BEFORE:])
        assert np.array_equal(again.reading.labels[0], kept.reading.labels[1, BEFORE:])
        assert np.array_equal(again.reading.raw[0], kept.reading.raw[1, BEFORE:])
        assert not np.array_equal(values(again)[1], values(again)[0])
    told = found.manifest["parent"]
    assert (told["folder"], told["member"], told["at"]) == ("base", 1, AT) and len(told["digest"]) == 16


def test_labels_look_back_across_the_branch(kept):
    """What a quantity has been at most is that of the whole life: without the past it would be another quantity."""
    from thermidor.lenses.criteria import values_of
    from thermidor.lenses.kornai import EXPRESSIONS
    from thermidor.runs.result import Joined

    found = go(kept, same_draws=True)
    fallen = values_of(Joined(found.past, found.columns), EXPRESSIONS)("property_given_back")[0, BEFORE:]
    assert np.array_equal(fallen, values_of(kept.columns, EXPRESSIONS)("property_given_back")[0, BEFORE:])
    assert not np.allclose(fallen, values_of(found.columns, EXPRESSIONS)("property_given_back")[0])


def test_a_future_is_the_same_alone_and_in_a_batch(kept):
    """Futures are keyed: neither their number nor threads nor a change elsewhere touches their draws."""
    two, three = go(kept), go(kept, replicates=3, threads=2)
    assert np.array_equal(values(two), values(three)[:2])
    assert not np.array_equal(values(three)[2], values(three)[1])
    assert not np.array_equal(values(two), values(go(kept, seed=2)))
    weather = VARIABLES.index("weather")
    assert np.array_equal(values(two)[..., weather], values(go(kept, set={"northland.room": 0.9}))[..., weather])


def test_futures_share_no_draws_with_the_past_or_with_other_members(kept):
    """Future 0 of member 0 is not member 0, and the weather of futures of two members differs."""
    own = go(kept, same_draws=True)
    assert not np.array_equal(values(own)[0], values(own)[1])
    weather = [values(go(kept, member=k, months=24))[:, -1, 0, VARIABLES.index("weather")] for k in (0, 1)]
    assert len({float(w) for pair in weather for w in pair}) == 4


def test_a_branch_can_be_branched(kept):
    """The state of a branch's future is lived again through both pasts."""
    first = go(kept, same_draws=True)
    for member in (SAME_DRAWS, 1):
        place = first.reading.runs.index(member)
        again = branch(first, at="1926-04", member=member, replicates=0, same_draws=True, months=18)
        assert np.array_equal(values(again)[0], values(first)[place, 12:])
        assert np.array_equal(again.reading.labels[0], first.reading.labels[place, 12:])


def test_rules_change_from_the_month_on(kept):
    found = go(kept, rules={"gain_shortage": 0.4}, without="usurpation", same_draws=True)
    was = kept.manifest["rules"]
    assert found.manifest["rules"] == {**was, "gain_shortage": 0.4, "usurpation": 0.0}
    assert (values(found)[:, :, 0, VARIABLES.index("moves")] == values(found)[0, 0, 0, VARIABLES.index("moves")]).all()
    assert found.manifest["overrides"] == {"set": {}, "rules": {"gain_shortage": 0.4}, "without": ["usurpation"]}


def test_the_outside_world_can_be_taken_away_in_parts(kept):
    """From the month on, all or a part, everywhere or in one country; nothing else of the schedule changes."""
    place = {kind: VARIABLES.index(kind) for kind in OUTSIDE}
    own = values(go(kept, replicates=0, same_draws=True))[0]
    assert own[:, 0, place["war"]].any() or own[:, 0, place["embargo"]].any()
    for asked, gone, country in (
        ("outside", OUTSIDE, None),
        ("outside.embargo", ("embargo",), None),
        ("outside.war", ("war", "destruction", "treatment", "war_deaths"), None),
        ("northland.outside", OUTSIDE, 0),
        ("southland.outside.hostility", ("hostility",), 1),
    ):
        found = values(go(kept, replicates=0, same_draws=True, without=asked))[0]
        for kind, index in place.items():
            for here in (0, 1):
                expected = 0.0 if kind in gone and country in (None, here) else own[:, here, index]
                assert np.array_equal(found[:, here, index], np.broadcast_to(expected, len(found))), (asked, kind)


@cache
def packed():
    """A state in the midst of the miniature's life."""
    from thermidor.rules import load_rules
    from thermidor.runs.simulate import begin
    from thermidor.scenarios import load_scenario, resolve

    state = begin(resolve(load_scenario(MINIATURE), 1, 0), load_rules().record(), seed=1, replicate=0, citizens=300)
    advance(state, BEFORE)
    return pack(state)


@cache
def month_after(variable=None):
    """Live a month, a variable of the first country moved by hand before it; returns by how much, and the numbers."""
    state, moved = unpack(packed()), 0.0
    flat = state["society"].flat
    if variable is not None:
        before = flat[0, VARIABLES.index(variable)]
        flat[0, VARIABLES.index(variable)] = before * 0.9 + 0.02
        moved = flat[0, VARIABLES.index(variable)] - before
    return moved, advance(state, 1)[0]


def why_not(variable):
    try:
        settings_of({f"northland.{variable}": 0.5}, COUNTRIES)
    except InputError as error:
        return error.why
    return ""


NOBODY_WRITES = {f"{kind}_{name}" for kind in ("hiring", "enlisting") for name in CLASSES}
"""Chances of classes that nobody hires or enlists from are written once, by nobody: they stay as they are."""


def fate(variable):
    """What becomes of a variable that is moved by hand: the part of it left after a month, and whether others moved."""
    moved, lived = month_after(variable)
    other = lived - month_after()[1]
    left = abs(other[0, VARIABLES.index(variable)] / moved) if moved else 0.0
    other[0, VARIABLES.index(variable)] = 0.0
    return left, other.any()


def test_what_can_be_set_is_what_is_carried():
    """What can be set is still there after a month; what is refused is gone, or nothing hangs on it."""
    wrong = []
    for variable in VARIABLES:
        reason, (left, others) = why_not(variable), fate(variable)
        if variable in CARRIED:
            right = left > (0.05 if variable == "slump" else 0.4)  # what is planned knows no slump
        elif variable in IN_CITIZENS:
            right = left < 0.1 and reason == ""
        elif variable in OUTSIDE or "depends on it" in reason:
            right = not others
        elif variable in WHOLE:
            right = "add up to one" in reason
        else:
            known = variable in ("norms", "red") or variable in BOOKS or variable in NOBODY_WRITES
            right = known or left < 0.4 or variable.startswith("leaning")  # of few, some change sides by what they see
        if not right or (variable in OUTSIDE) != ("outside" in reason):
            wrong.append((variable, left, others, reason))
    assert not wrong


def test_setting_changes_what_comes():
    """Every variable that can be set changes the months that follow, in its own series at least."""
    unmoved = []
    for variable in (*CARRIED, *IN_CITIZENS, "norms"):
        base, state = unpack(packed()), unpack(packed())
        now = float(state["society"].flat[0, VARIABLES.index(variable)])
        value = {"leader_age": 60.0, "army": 0.1}.get(variable, 0.21 + 0.09 * (now < 0.25))
        set_state(state, settings_of({f"northland.{variable}": value}, COUNTRIES))
        if np.array_equal(advance(state, 2)[:, 0], advance(base, 2)[:, 0]):
            unmoved.append(variable)
    nobody = {f"{field}_of_{name}" for field in ("organisation", "fear") for name in ("landlord", "capitalist")}
    assert set(unmoved) <= nobody, "nobody belongs to these classes here; the others can be set in vain"


def test_norms_and_property_keep_what_hangs_on_them():
    state = unpack(packed())
    set_state(state, settings_of({"northland.norm_pay": 1.0, "northland.state_property": 0.25}, COUNTRIES))
    c = state["society"].world[0]
    assert c["norms"] == np.mean([c[f"norm_{n}"] for n in ("recall", "pay", "rotation", "arms")])
    assert c["private_share"] == 0.75
    set_state(state, settings_of({"northland.norms": 0.7}, COUNTRIES))
    assert [c[f"norm_{n}"] for n in ("recall", "pay", "rotation", "arms")] == [0.7] * 4 and abs(
        c["norms"] - 0.7
    ) < 1e-12


def test_citizens_are_given_what_is_set():
    """The mean of the class is the value, the spread that of a start; other classes and countries keep theirs."""
    state = unpack(packed())
    society = state["society"]
    before = society.people.copy()
    set_state(state, settings_of({"northland.organisation": 0.4, "northland.fear": 0.2}, COUNTRIES))
    first, last = society.spans[0]
    mine = society.people[first:last]
    workers = mine["class_"] == WORKER
    assert abs(mine["organisation"][workers].mean() - 0.4) < 0.03 and mine["organisation"][workers].std() > 0.05
    assert np.array_equal(mine["organisation"][~workers], before[first:last]["organisation"][~workers])
    assert abs(society.world[0]["fear"] - 0.2) < 0.01
    assert np.array_equal(society.people[last:], before[last:])
    wanted = np.full(len(CLASSES), np.nan)
    wanted[OFFICIAL] = 0.6
    give(society, 0, "fear", wanted)
    assert abs(society.world[0]["fear_of_officials"] - 0.6) < 0.05


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"at": "1890-01"}, "no month 1890-01"),
        ({"at": "soon"}, "no month"),
        ({"at": "1925"}, "no month"),
        ({"member": 7}, "no member 7"),
        ({"months": 100_000}, "can't end then"),
        ({"until": "1924-01", "months": None}, "no month 1924-01"),
        ({"until": "1930", "months": None}, "'1930' is no month"),
        ({"at": "1925-13"}, "'1925-13' is no month"),
        ({"until": "1926-01"}, "given twice"),
        ({"set": {"northland.scarcity": 0.5}}, "step distribute"),
        ({"set": {"northland.population": 0.5}}, "counted anew from the citizens"),
        ({"set": {"northland.war": 0.5}}, "comes from outside"),
        ({"set": {"northland.breaks": 1.0}}, "nothing that happens later"),
        ({"set": {"northland.stores": 1.0}}, "books"),
        ({"set": {"northland.room": 1.5}}, "from 0 to 1"),
        ({"set": {"northland.roon": 0.5}}, "did you mean 'room'"),
        ({"set": {"nordland.room": 0.5}}, "did you mean 'northland'"),
        ({"rules": {"gain_shortage": 99.0}}, "out of range"),
        ({"without": "outside.weather"}, "nothing from outside"),
        ({"without": "nordland.outside"}, "no country"),
        ({"without": "usurpations"}, "no rule"),
        ({"replicates": 0}, "replicates"),
    ],
)
def test_bad_wishes_are_refused_before_any_work(kept, tmp_path, asked, word):
    with pytest.raises(InputError) as told:
        go(kept, out=tmp_path / "b", **asked)
    assert word in str(told.value) and list(tmp_path.iterdir()) == []


def test_the_run_that_is_branched_stays(kept, tmp_path):
    """No branch is kept where its run stands, inside it or around it, whatever is forced."""
    around = tmp_path / "around"
    run = th.run(MINIATURE, citizens=60, months=24, out=around / "base.partial")
    before = sorted(path.relative_to(around) for path in around.rglob("*"))
    for out in (run.path, run.path / "b", around, around / "base", around / "x" / ".." / "base.partial"):
        with pytest.raises(InputError, match="can't be kept here"):
            branch(run.path, at="1920-06", replicates=1, out=out, force=True)
        done = CliRunner().invoke(app, ["branch", str(run.path), "--at", "1920-06", "--out", str(out), "--force"])
        assert done.exit_code == 2 and "can't be kept here" in done.output
    assert sorted(path.relative_to(around) for path in around.rglob("*")) == before
    th.open_run(run.path)


def test_a_run_of_other_rules_is_refused(kept):
    other = replace(kept, manifest={**kept.manifest, "rules_code": "0123456789abcdef"})
    with pytest.raises(InputError, match=r"0123456789abcdef, the present one [0-9a-f]{16}"):
        go(other)


def test_a_run_of_rules_that_were_only_written_otherwise_is_branched(kept):
    """And its futures say under which code they were lived."""
    earlier = next(iter(REWRITTEN))
    made = go(replace(kept, manifest={**kept.manifest, "rules_code": earlier}))
    assert made.manifest["rules_code"] == rules_digest() != earlier


def test_a_run_that_was_not_lived_so_is_refused(kept):
    """One bit of one number is enough, and the message says where."""
    series = values(kept).copy()
    series[0, 17, 1, VARIABLES.index("room")] = np.nextafter(series[0, 17, 1, VARIABLES.index("room")], np.float32(2))
    changed = {**kept.columns, **{name: series[..., place] for place, name in enumerate(VARIABLES)}}
    with pytest.raises(InputError, match=r"bit for bit\n(.|\n)*room of southland in 1921-06"):
        go(replace(kept, columns=changed))


def test_the_manifest_holds_all_that_is_needed(kept):
    """As JSON, and without the run."""
    recipe = json.loads(json.dumps(recipe_of(kept.manifest)))
    _, lived = state_at(recipe, 1, AT)
    assert np.array_equal(lived.astype(np.float32), values(kept)[1, :BEFORE])


def test_the_command(kept, tmp_path):
    """It reports the futures, says what was changed, and refuses what can't be."""
    arguments = ["branch", str(kept.path), "--at", AT, "--replicates", "2", "--months", "12", "--no-figure"]
    done = CliRunner().invoke(app, [*arguments, "--set", "northland.room=0.9", "--out", str(tmp_path / "b")])
    assert done.exit_code == 0, done.output
    assert "continued from 1925-04" in done.output and "northland.room = 0.9" in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    assert th.open_run(tmp_path / "b").manifest["overrides"]["set"] == {"northland.room": 0.9}
    done = CliRunner().invoke(app, [*arguments, "--set", "northland.scarcity=0.9", "--out", str(tmp_path / "c")])
    assert done.exit_code == 2 and "anew in every month" in done.output


def test_whole_members_and_checkpoints_go_on_after_a_kill(tmp_path):
    """A run that was killed in the midst of a member goes on from its checkpoints, and has the same bits."""
    code = (
        "import os, sys\n"
        "from thermidor.runs import halfway, run\n"
        "save, count = halfway.Member.save, [0]\n"
        "def saved(self, packed):\n"
        "    save(self, packed); count[0] += 1\n"
        "    if count[0] == 4: os.kill(os.getpid(), 9)\n"
        "halfway.Member.save = saved\n"
        "from pathlib import Path\n"
        "run(Path(sys.argv[1]), replicates=2, citizens=300, months=50, threads=1, out=sys.argv[2],\n"
        "    checkpoint_every=20)\n"
    )
    target = tmp_path / "r"
    done = subprocess.run([sys.executable, "-c", code, str(MINIATURE), str(target)], capture_output=True, timeout=120)
    assert done.returncode == -9, done.stderr
    left = tmp_path / "r.partial" / "checkpoints"
    assert sorted(p.name for p in left.iterdir()) == ["0.npz", "1.npz", "run.json"]
    asked = {"replicates": 2, "citizens": 300, "months": 50, "threads": 1}
    with pytest.raises(InputError, match="--resume"):
        th.run(MINIATURE, **asked, out=target)
    with pytest.raises(InputError, match=r"differs in: seed \(1 before, 2 now\)"):
        th.run(MINIATURE, **asked, seed=2, out=target, resume=True)
    found, whole = th.run(MINIATURE, **asked, out=target, resume=True), th.run(MINIATURE, **asked)
    assert np.array_equal(values(found), values(whole)) and np.array_equal(values(th.open_run(target)), values(whole))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r"]
    assert sorted(p.name for p in target.iterdir()) == ["manifest.json", "series.zarr"]
    with pytest.raises(InputError, match="kept here already"):
        th.run(MINIATURE, **asked, out=target, resume=True)
    with pytest.raises(InputError, match="nothing to go on from"):
        th.run(MINIATURE, **asked, out=tmp_path / "other", resume=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r"]
    assert th.run(MINIATURE, **asked, out=target, force=True).manifest["kind"] == manifests.KIND


def test_a_stopped_run_leaves_its_checkpoints(tmp_path, monkeypatch):
    asked, cancel = {"replicates": 2, "citizens": 300, "months": 48, "threads": 1, "out": tmp_path / "r"}, Event()
    save = halfway.Member.save

    def saved(self, packed):
        save(self, packed)
        cancel.set()

    monkeypatch.setattr(halfway.Member, "save", saved)
    with pytest.raises(Interrupted):
        th.run(MINIATURE, **asked, checkpoint_every=12, cancel=cancel)
    assert list((tmp_path / "r.partial" / "checkpoints").glob("*.npz"))
    found = th.run(MINIATURE, **asked, resume=True)
    assert np.array_equal(values(found), values(th.run(MINIATURE, **{**asked, "out": None})))


def test_checkpoints_need_a_folder():
    with pytest.raises(InputError, match="folder"):
        th.run(MINIATURE, checkpoint_every=12)
    done = CliRunner().invoke(app, ["run", str(MINIATURE), "--resume"])
    assert done.exit_code == 2 and "--out DIR" in done.output
