"""Theories are overlays and nothing else: each loads, runs, moves something; bad ones are refused."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import thermidor as th
from small import MINIATURE
from small_sweeps import write
from thermidor import books
from thermidor.cli.app import app
from thermidor.country import VARIABLES
from thermidor.errors import InputError
from thermidor.experiments.design import parse_design
from thermidor.experiments.plan import plan_of
from thermidor.experiments.sweep import planned
from thermidor.futures.branch import branch
from thermidor.reports.report import commands
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.scenarios import load_scenario, resolve
from thermidor.theories import DEFAULT, MOST_FREE, Theory, list_theories, load_theory

NAMES = tuple(list_theories())
OTHERS = tuple(name for name in NAMES if name != DEFAULT)
REGISTRY = load_rules()
RIVALS = [name for name, rule in REGISTRY.items() if rule.rival]
MINE = """
schema: 1
name: mine
title: My own
about: A little more gain.
rules:
  gain_shortage: {value: 1.5, why: because}
  gain_conflict: {value: off, why: because}
free: [resolve]
"""


def mine(folder: Path, text: str = MINE) -> Path:
    """Write a theory of one's own and return its path."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@cache
def series(
    theory: str | None,
    scenario: str,
    months: int,
    replicate: int = 0,
    outside: bool = True,
    without: tuple[str, ...] = (),
) -> np.ndarray:
    """A member's series, float64[months, countries, variables]."""
    lived = load_scenario(scenario)
    resolved = resolve(lived if outside else lived.without_outside(), 1, replicate)
    record = REGISTRY.record(REGISTRY.values(None, without, load_theory(theory).rules))
    return simulate(resolved, record, seed=1, replicate=replicate, citizens=400, months=months).series


def at_the_end(name: str, *asked, **more) -> float:
    """A variable of the first country at the end, mean of four members."""
    place = VARIABLES.index(name)
    return float(np.mean([series(*asked, replicate=k, **more)[-1, 0, place] for k in range(4)]))


def values(result) -> np.ndarray:
    """All numbers of a run, [run, month, country, variable]."""
    return np.stack([np.asarray(result.columns[name]) for name in VARIABLES], axis=-1)


def go(theory=None, **asked):
    """Run the miniature for two years."""
    return th.run(MINIATURE, theory=theory, **{"months": 24, "citizens": 100, "replicates": 2, "threads": 1, **asked})


# what is shipped


def test_the_theories_are_those_of_the_schools():
    schools = {"guard-labour", "new-class", "state-capitalist", "neoclassical", "leninist-continuity", "bellicist"}
    assert NAMES[0] == DEFAULT and set(OTHERS) == schools


@pytest.mark.parametrize("name", NAMES)
def test_every_theory_says_what_it_is(name):
    theory = load_theory(name)
    assert theory.name == name and theory.title and theory.about and theory.school
    assert theory.predicts and theory.cannot_express and set(theory.why) == set(theory.rules)
    assert bool(theory.rules) is (name != DEFAULT)
    for rule, value in theory.rules.items():
        assert value != REGISTRY[rule].value, f"{rule} is as it was"


def test_every_theory_has_the_same_number_of_free_rules():
    """And none of them is off, or the fit would switch a mechanism on that the theory denies."""
    free = {name: load_theory(name).free for name in NAMES}
    assert len({len(rules) for rules in free.values()}) == 1 and 0 < len(free[DEFAULT]) <= MOST_FREE
    for name, rules in free.items():
        under = REGISTRY.values(theory=load_theory(name).rules)
        assert [rule for rule in rules if under[rule] == REGISTRY[rule].off] == [], name


def test_a_rival_s_mechanism_is_off_in_the_chapter_s_theory_and_on_in_another():
    assert RIVALS and not set(RIVALS) & set(REGISTRY.mechanisms)
    used = {rule for name in OTHERS for rule in load_theory(name).rules}
    assert set(RIVALS) <= used
    under = REGISTRY.values()
    assert all(under[rule] == REGISTRY[rule].off for rule in RIVALS)


@pytest.mark.parametrize("name", OTHERS)
def test_every_theory_runs_balances_and_changes_something(name):
    """Two years of the main scenario: the books at 1e-12, finite, and not the chapter's."""
    found = series(name, "russia-1917", 24)
    rules = REGISTRY.values(theory=load_theory(name).rules)
    gaps = {book: float(np.abs(gap).max()) for book, gap in books.residuals(found, rules).items()}
    assert {book: gap for book, gap in gaps.items() if not gap <= books.BAR} == {}
    assert not np.array_equal(found, series(None, "russia-1917", 24))


def test_no_two_theories_are_one():
    found = [series(name, "russia-1917", 24).tobytes() for name in NAMES]
    assert len(set(found)) == len(found)


def test_the_chapter_s_theory_is_no_theory_at_all():
    assert load_theory(DEFAULT).rules == {} == load_theory(None).rules
    assert np.array_equal(series(DEFAULT, "russia-1917", 24), series(None, "russia-1917", 24))
    assert np.array_equal(values(go()), values(go(DEFAULT)))


# what they predict


def test_command_without_a_threat_is_the_chapter_s_only():
    """With nothing from outside, in a poor country, fewer norms are lost where threat alone is a reason to end them."""
    asked = ("russia-1917", 240)
    for name in ("bellicist", "state-capitalist"):
        assert at_the_end("gain", name, *asked, outside=False) < at_the_end("gain", DEFAULT, *asked, outside=False)
        assert at_the_end("norms", name, *asked, outside=False) > at_the_end("norms", DEFAULT, *asked, outside=False)
    assert at_the_end("drive", "state-capitalist", *asked, outside=False) < 1e-3
    assert at_the_end("drive", DEFAULT, *asked, outside=False) > 2e-3


def test_in_a_rich_country_centralism_ends_norms_and_scarcity_does_not():
    """Nobody seizes power here, so that the norms show what those in office do."""
    asked, quiet = ("advanced-lower-phase", 72), {"without": ("seizure",)}
    norms, gain = (at_the_end(name, DEFAULT, *asked, **quiet) for name in ("norms", "gain"))
    for name in ("leninist-continuity", "new-class"):
        assert at_the_end("norms", name, *asked, **quiet) < norms - 0.05
        assert at_the_end("gain", name, *asked, **quiet) > 4.0 * gain


def test_where_politics_is_off_nobody_acts():
    """No measure, no seizure, and property as it was left by those who drew it up before."""
    found = series("neoclassical", "russia-1917", 240)[:, 0]
    moves, breaks, drive = (found[:, VARIABLES.index(name)] for name in ("moves", "breaks", "drive"))
    assert moves[-1] == 0.0 == breaks[-1] and drive.max() < 1e-3
    owned = found[:, VARIABLES.index("state_property")]
    assert (owned[120:] == owned[120]).all()


def test_guards_follow_inequality():
    """With scarcity's own police gone, those of inequality are there instead, and fewer without it."""
    theory = load_theory("guard-labour")
    start = resolve(load_scenario("russia-1917"), 1, 0)

    def police(**changed: float) -> float:
        record = REGISTRY.record({**REGISTRY.values(theory=theory.rules), **changed})
        return simulate(start, record, seed=1, replicate=0, citizens=400, months=60).series[
            -1, 0, VARIABLES.index("police_posts")
        ]

    assert police() > police(inequality_to_police=0.0) + 1e-4


# how it is asked for


def test_what_is_asked_by_name_beats_the_theory():
    overlay = {"gain_shortage": 1.5, "gain_conflict": 0.0}
    assert REGISTRY.values(theory=overlay)["gain_shortage"] == 1.5
    asked = REGISTRY.values({"gain_shortage": 0.5}, ["usurpation"], overlay)
    assert (asked["gain_shortage"], asked["gain_conflict"], asked["usurpation"]) == (0.5, 0.0, 0.0)
    assert REGISTRY.values(None, ["gain_shortage"], overlay)["gain_shortage"] == 0.0
    with pytest.raises(InputError, match="both changed and switched off"):
        REGISTRY.values({"gain_shortage": 0.5}, ["gain_shortage"], overlay)


def test_a_manifest_says_which_theory_and_how_to_run_it_again(tmp_path):
    shipped = go("neoclassical").manifest
    assert shipped["theory"] == load_theory("neoclassical").told and shipped["overrides"]["rules"] == {}
    assert "--theory neoclassical" in commands(shipped, "")[-1]
    own = go(mine(tmp_path), rules={"gain_shortage": 0.6})
    assert own.manifest["theory"] == {"name": "mine", "rules": {"gain_shortage": 1.5, "gain_conflict": 0.0}}
    assert own.manifest["rules"]["gain_shortage"] == 0.6 and own.to_json()["theory"] == "mine"
    command = commands(own.manifest, "")[-1]  # its file is not kept: rule by rule, what is asked by name once
    assert "--rule gain_conflict=0.0" in command and command.count("gain_shortage") == 1
    assert (
        go().manifest["theory"] == {"name": DEFAULT, "rules": {}} and "--theory" not in commands(go().manifest, "")[-1]
    )


def test_a_branch_keeps_its_theory_or_takes_another(tmp_path):
    own = mine(tmp_path)
    kept = go(own, out=tmp_path / "run", rules={"resolve": 60.0})
    asked = {"at": "1920-07", "replicates": 1, "months": 12, "threads": 1, "same_draws": True}
    same = branch(kept, **asked)
    assert np.array_equal(values(same)[0], values(kept)[0, 6:18])
    assert same.manifest["theory"] == kept.manifest["theory"]
    other = branch(kept, theory="neoclassical", **asked)
    rules = other.manifest["rules"]
    assert rules == {**REGISTRY.values(theory=load_theory("neoclassical").rules), "resolve": 60.0}
    again = branch(other, at="1920-10", member=-1, replicates=0, same_draws=True, months=6, threads=1)
    assert np.array_equal(values(again)[0], values(other)[0, 3:9])


def test_designs_take_theories_in_base_and_overlays_on_the_same_draws(tmp_path):
    mine(tmp_path)
    text = """
schema: 1
name: schools
title: Schools
about: Theories beside each other.
base: {scenario: miniature.yaml, theory: mine.yaml, months: 24, citizens: 60}
factors:
  measure: {rule: measure, values: [0.1, 0.2]}
overlays:
  chapter: {why: the chapter's, theory: trotsky}
  growth: {why: growth alone, theory: neoclassical, rules: {usurpation: 0.9}}
outcomes: {norms_end: {value_at: norms}}
"""
    plan = planned(write(tmp_path, text))
    base, chapter, growth = (
        dict(zip(REGISTRY.names, plan.start(c, 0).rules[0].tolist(), strict=True)) for c in plan.cases
    )
    assert base == {**REGISTRY.values(theory=load_theory(tmp_path / "mine.yaml").rules), "measure": 0.1}
    assert chapter == {**REGISTRY.values(), "measure": 0.1}
    assert growth["usurpation"] == 0.9 and growth["drive_strength"] == 0.0
    assert set(plan.told_theories) == {"mine.yaml", "trotsky", "neoclassical"}
    other = planned(tmp_path / "design.yaml", "neoclassical")
    assert other.start(other.cases[0], 0).rules["drive_strength"] == 0.0 and other.digest != plan.digest


@pytest.mark.parametrize(
    "edit, said, where",
    [
        (("theory: trotsky", "theory: trotzky"), "did you mean 'trotsky'", "base.theory"),
        (("theory: trotsky", "theory: ../mine.yaml"), "outside the folder of the design", "base.theory"),
        (("one: {why: a}", "one: {why: a, theory: bellicose}"), "did you mean 'bellicist'", "overlays.one.theory"),
        (("one: {why: a}", "one: {why: a, theory: neoclassical}"), "asked for twice", "overlays.one.theory"),
    ],
    ids=["unknown", "elsewhere", "unknown in an overlay", "clash with a factor"],
)
def test_a_design_with_a_wrong_theory_is_refused(tmp_path, edit, said, where):
    text = """
schema: 1
name: schools
title: Schools
about: Theories.
base: {scenario: miniature.yaml, theory: trotsky, months: 24, citizens: 60}
factors:
  drive: {rule: drive_strength, values: [0.2, 0.25]}
overlays:
  one: {why: a}
outcomes: {norms_end: {value_at: norms}}
"""
    with pytest.raises(InputError) as refused:
        planned(write(tmp_path, text.replace(*edit)))
    assert said in str(refused.value) and where in refused.value.where


def test_every_rule_varied_is_varied_about_the_theory_s_value(tmp_path):
    """What a theory has off, and what only a rival has, is not switched on by a sample of all rules."""
    text = """
schema: 1
name: about
title: About
about: All rules a little.
base: {scenario: SCENARIO, theory: neoclassical, months: 24, citizens: 60}
factors: {all: {every: rules, within: 0.1}}
sampling: {method: latin-hypercube, points: 2}
outcomes: {norms_end: {value_at: norms}}
"""
    pytest.importorskip("SALib")
    plan = plan_of(parse_design(text.replace("SCENARIO", "russia-1917")))
    spans = {factor.name: (factor.low, factor.high) for factor in plan.points.factors}
    off = {name for name, value in load_theory("neoclassical").rules.items() if value == REGISTRY[name].off}
    assert not spans.keys() & (off | set(RIVALS))
    assert np.mean(spans["ordinary_accumulation"]) == pytest.approx(0.1)


def test_a_sweep_keeps_its_theories_and_is_refused_under_others(tmp_path):
    pytest.importorskip("distributed")
    mine(tmp_path)
    text = """
schema: 1
name: kept
title: Kept
about: One member.
base: {scenario: miniature.yaml, theory: mine.yaml, months: 24, citizens: 60}
outcomes: {norms_end: {value_at: norms}}
"""
    done = th.sweep(write(tmp_path, text), tmp_path / "out", workers=1)
    assert done.manifest["theories"]["mine.yaml"]["rules"] == {"gain_shortage": 1.5, "gain_conflict": 0.0}
    (tmp_path / "mine.yaml").unlink()
    assert th.open_sweep(tmp_path / "out").members["norms_end"].notna().all()
    mine(tmp_path, MINE.replace("1.5", "1.4"))
    with pytest.raises(InputError, match="another theory"):
        th.sweep(tmp_path / "design.yaml", tmp_path / "out", workers=1, resume=True)


# what is refused

BROKEN = {
    "a condition": ("free:", "countries: {north: {}}\nfree:", "a theory holds no conditions"),
    "an outside event": ("free:", "outside: []\nfree:", "a theory holds no conditions"),
    "a condition among the rules": ("gain_shortage:", "literacy:", "unknown rule 'literacy'"),
    "an unknown rule": ("gain_shortage:", "gain_shortagee:", "did you mean 'gain_shortage'"),
    "an unknown key": ("about:", "abut:", "did you mean 'about'"),
    "out of range": ("1.5", "15", "its range is"),
    "no number": ("1.5", "much", "a number is expected"),
    "not finite": ("1.5", ".nan", "not a finite number"),
    "a truth": ("1.5", "true", "a number is expected"),
    "a rule twice": ("free:", "  gain_shortage: {value: 1, why: again}\nfree:", "given twice"),
    "no reason": (", why: because}", "}", "it has 'value' and 'why'"),
    "an empty reason": ("why: because", "why: ''", "the reason is missing"),
    "a magnitude off": ("gain_shortage: {value: 1.5", "measure: {value: off", "can't be switched off"),
    "a bare number": ("{value: 1.5, why: because}", "1.5", "it has 'value' and 'why'"),
    "rules in a list": (MINE[MINE.index("rules:"):MINE.index("free:")], "rules: [gain_shortage]\n",
                        "rules by name are expected"),
    "an unknown free rule": ("[resolve]", "[resolv]", "did you mean 'resolve'"),
    "a free rule that is off": ("[resolve]", "[gain_conflict]", "is off in this theory"),
    "a free rule twice": ("[resolve]", "[resolve, resolve]", "named twice"),
    "too many free rules": ("[resolve]", f"[{', '.join(REGISTRY.names[:13])}]", "at most 12"),
    "another schema": ("schema: 1", "schema: 2", "this version reads schema 1"),
    "no title": ("title: My own", "title: ''", "text is expected"),
    "a wrong name": ("name: mine", "name: My Own", "small letters"),
    "a list": (MINE, "- a\n- b\n", "a theory is a mapping"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_theory_is_refused_with_line_and_key(tmp_path, name):
    old, new, said = BROKEN[name]
    assert old in MINE
    with pytest.raises(InputError) as refused:
        load_theory(mine(tmp_path, MINE.replace(old, new, 1)))
    assert said in str(refused.value), str(refused.value)
    assert "mine.yaml:" in refused.value.where


def test_unknown_theories_are_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(InputError, match="did you mean 'bellicist'"):
        go("belicist")
    with pytest.raises(InputError, match="no such file"):
        go(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="it is no theory"):
        go(3.5)
    assert load_theory(Theory("made", "", "", {"gain_shortage": 1.0})).rules == {"gain_shortage": 1.0}


# the commands


def call(*arguments: object):
    """Run the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_theories_are_listed_and_shown():
    listed = call("theories")
    assert listed.exit_code == 0 and all(name in listed.output for name in NAMES)
    for name in NAMES:
        shown = call("theories", name)
        assert shown.exit_code == 0 and "What it can't express" in shown.output
        assert max(map(len, shown.output.splitlines())) <= 80
    assert call("theories", "nobody").exit_code == 2


def test_run_and_trace_take_a_theory(tmp_path):
    sizes = ("--citizens", 100, "--months", 12)
    done = call("run", MINIATURE, "--theory", mine(tmp_path), *sizes, "--format", "json")
    assert json.loads(done.output)["theory"] == "mine"
    told = call("trace", MINIATURE, "--citizen", 3, "--theory", "neoclassical", *sizes)
    assert told.exit_code == 0 and told.output != call("trace", MINIATURE, "--citizen", 3, *sizes).output
    assert call("run", MINIATURE, "--theory", "nobody", *sizes).exit_code == 2


@pytest.mark.parametrize("command", ["run", "trace", "derive", "branch", "settled", "why", "sweep", "compare"])
def test_every_command_that_lives_anything_takes_a_theory(command):
    option = "--with-theory" if command == "compare" else "--theory"
    assert option in call(command, "--help").output
    needed = {
        "run": [MINIATURE],
        "trace": [MINIATURE, "--citizen", 1],
        "derive": [MINIATURE, "--at", "1925-01", "--name", "later", "--to", "later.yaml"],
        "settled": [MINIATURE, "--outcome", "norms<0.2"],
        "why": [MINIATURE, "--outcome", "norms<0.2"],
        "sweep": ["mechanisms", "--dry-run"],
        "compare": [MINIATURE],
    }
    if command in needed:
        refused = call(command, *needed[command], option, "belicist")
        assert refused.exit_code == 2 and "did you mean 'bellicist'" in refused.output, refused.output


def test_the_example_of_the_page_is_a_theory(tmp_path):
    """The file shown to those who write their own loads, and moves what it says."""
    page = (Path(__file__).parent.parent / "docs" / "theories" / "your-own.md").read_text(encoding="utf-8")
    theory = load_theory(mine(tmp_path, page.split("```yaml\n")[1].split("```")[0]))
    assert theory.name in page and theory.rules["grievance_privilege"] == 0.0
