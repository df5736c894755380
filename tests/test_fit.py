"""Fitting: the search beside what rejection finds, targets and their marks, a toy world whose truth is known."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from small import MINIATURE
from thermidor.cli.app import app
from thermidor.cli.fit import report
from thermidor.country import VARIABLES
from thermidor.errors import InputError, Interrupted
from thermidor.fitting import abc, screen
from thermidor.fitting.distance import MARGIN, course_distance, row_distance
from thermidor.fitting.evaluate import LOG, Sizes
from thermidor.fitting.targets import load_targets, weights, without
from thermidor.fitting.work import Wish, check_table, checked, fit
from thermidor.fitting.write import identified, into_registry, write
from thermidor.gallery.predicates import Lived
from thermidor.gallery.rows import shipped
from thermidor.gallery.starts import read_draws
from thermidor.lenses.trotsky import table
from thermidor.rules import load_rules
from thermidor.theories import MOST_FREE, load_theory

REGISTRY = load_rules()
NAMES = table().names
FITTING = Path(abc.__file__).parent
MOVED, IDLE = "gain_shortage", "gain_conflict"
"""In the toy world the first rule decides everything, and the second nothing."""
TRUTH = 0.3
"""Where in its range the first rule stands in truth."""


# The search


def far(points):
    """A distance with a corner and a ridge."""
    return np.abs(points[:, 0] + points[:, 1] - 1.0) + 0.5 * np.abs(points[:, 0] - 0.3)


def test_the_search_finds_what_rejection_finds():
    """At its last threshold the weighted draws have the mean and spread of draws that are accepted plainly."""
    found = abc.search(far, 2, 1_200, 300, seed=3)
    plain = np.random.default_rng(0).random((400_000, 2))
    plain = plain[far(plain) <= found.thresholds[-1]]
    assert len(plain) > 2_000 and found.thresholds[-1] < 0.5 * found.thresholds[0]
    middle = found.weights @ found.points
    spread = np.sqrt(found.weights @ (found.points - middle) ** 2)
    assert np.abs(middle - plain.mean(axis=0)).max() < 4.0 * plain.std(axis=0).max() / np.sqrt(found.effective) < 0.1
    assert np.abs(spread / plain.std(axis=0) - 1.0).max() < 0.2


def test_weights_make_good_for_where_was_looked():
    """A rule that moves nothing stays flat over its range, though the search gathers elsewhere."""
    found = abc.search(lambda points: np.abs(points[:, 0] - 0.2), 3, 2_000, 400, seed=1)
    middle = found.weights @ found.points
    spread = np.sqrt(found.weights @ (found.points - middle) ** 2)
    assert abs(middle[0] - 0.2) < 0.01
    assert np.abs(middle[1:] - 0.5).max() < 0.1 and np.abs(spread[1:] - 12.0**-0.5).max() < 0.06


def test_the_search_keeps_to_its_budget_and_its_seed():
    asked: list[int] = []

    def counted(points):
        asked.append(len(points))
        assert ((points >= 0.0) & (points <= 1.0)).all()
        return far(points)

    one, same, other = (abc.search(counted, 2, 130, 40, seed) for seed in (1, 1, 2))
    assert sum(asked) == 3 * len(one.points) <= 3 * 130 and len(one.points) > 110
    assert np.array_equal(one.points, same.points) and np.array_equal(one.weights, same.weights)
    assert not np.array_equal(one.points, other.points)
    assert list(one.thresholds) == sorted(one.thresholds, reverse=True) and one.weights.sum() == pytest.approx(1.0)


def test_the_posterior_does_not_shrink_by_luck():
    """However large the budget, what chance can't tell apart is kept; a larger one gathers more of it."""
    few, many = (abc.search(far, 2, budget, 200, seed=3, luck=0.1) for budget in (1_000, 4_000))
    assert many.thresholds[-1] == pytest.approx(many.distances.min() + 0.1)
    assert few.thresholds[-1] == pytest.approx(many.thresholds[-1], abs=0.02)
    assert many.effective > 2.0 * few.effective > 100


def test_equal_draws_stand_for_weighted_ones_and_the_medoid_lies_among_them():
    weight = np.array([0.0, 0.5, 0.25, 0.25])
    assert np.bincount(abc.resampled(weight, 40, 1), minlength=4).tolist() == [0, 20, 10, 10]
    assert abc.medoid(np.array([[0.0], [0.4], [0.5], [1.0]]), np.array([0.0, 0.3, 0.4, 0.3])) == 2


# Distances


def lived(*spells, **values):
    """Members written as spells (label, years) of one country; values: one number a member."""
    codes = np.stack([np.repeat([NAMES.index(n) for n, _ in m], [round(12 * y) for _, y in m]) for m in spells])
    shape = (*codes.shape, 1)
    every = {n: np.broadcast_to(np.asarray(v, float)[:, None, None], shape) for n, v in values.items()}
    return Lived(codes.astype(np.int8).reshape(shape), NAMES, every, np.zeros(len(codes), bool))


def test_a_row_s_distance_leads_on_before_any_member_shows_all_of_it():
    row = next(row for row in shipped() if row.id == "S12")
    whole = [("bourgeois-democracy", 1), ("bonapartism-anaemic", 2), ("fascism", 5)]
    half = [("bourgeois-democracy", 1), ("bonapartism-anaemic", 7)]
    none = [("fascism", 8)]
    distances = [row_distance(row, lived(*members), {})[0] for members in ([none] * 2, [half] * 2, [whole] * 2)]
    assert 1.0 > distances[0] > distances[1] > distances[2] == 0.0
    few = row_distance(row, lived(*[whole] * 4, *[half] * 6), {})
    many = row_distance(row, lived(*[whole] * 6, *[half] * 4), {})
    assert many == (0.0, 0.6) and few[0] > 0.0 and few[1] == 0.4
    assert few[0] < distances[1] and row.parts[0].bar + MARGIN < 0.6


def test_a_member_that_ended_in_an_error_shows_nothing():
    row = next(row for row in shipped() if row.id == "S12")
    whole = lived(*[[("bourgeois-democracy", 1), ("bonapartism-anaemic", 2), ("fascism", 5)]] * 4)
    broken = Lived(whole.labels, whole.names, whole.values, np.ones(4, bool))
    assert row_distance(row, broken, {}) == (1.0, 0.0)


TARGETS = f"""
rows: {{A: fit, B: check, C: sealed, D: fit}}
courses:
  - scenario: {MINIATURE}
    targets:
      in towns: {{level: urban_share, years: [1921], asked: {TRUTH}, tolerance: 0.05, mark: fit, source: invented}}
      the date: {{date: norms below 0.5, years: [1920, 1922], asked: 1921.5, tolerance: 1, mark: check, source: told}}
"""


def row_text(name: str, mark: str, room: float, holds: str = "{share: norms at least 0.5, at_least: 0.9}") -> str:
    return f"""
  {name}:
    title: {name}
    scenario: {MINIATURE}
    set: {{first.room: {room}}}
    kind: passage
    mark: {mark}
    kin: {"ones" if name in "AB" else "others"}
    years: 2
    expectation: invented
    cites: ["ch. 3, Proletarian Bonapartism"]
    holds: [{holds}]
"""


ROOMS = {"A": 0.2, "B": 0.4, "C": 0.6, "D": 0.8}
ROWS = "rows:" + "".join(
    row_text(name, mark, ROOMS[name]) for name, mark in zip("ABCD", ("fit", "check", "sealed", "fit"), strict=True)
)


@pytest.fixture
def toy(tmp_path):
    """The targets of the toy world."""
    (tmp_path / "rows.yaml").write_text(ROWS)
    (tmp_path / "targets.yaml").write_text(TARGETS)
    return load_targets(tmp_path / "targets.yaml", tmp_path / "rows.yaml")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """The point is chosen among few draws."""
    monkeypatch.setattr("thermidor.fitting.work.AGAIN", 2)
    monkeypatch.setattr("thermidor.fitting.work.LUCK", 4)
    monkeypatch.setattr("thermidor.fitting.work.CONFIRMED", 3)


class World:
    """Months of the toy world: town share follows one rule, norms too, and chance moves both a little."""

    def __init__(self, stop_after: int = 0) -> None:
        self.rooms, self.lived = set[float](), 0
        self.cancel, self.stop_after = Event(), stop_after

    def __call__(self, resolved, rules, *, seed, replicate, citizens, months, cancel):
        self.lived += 1
        if self.lived == self.stop_after:
            self.cancel.set()
        rule = REGISTRY[MOVED]
        place = (float(rules[MOVED][0]) - rule.low) / (rule.high - rule.low)
        chance = 0.02 * np.random.default_rng((seed, replicate)).normal()
        self.rooms.add(round(resolved.conditions[resolved.countries[0]]["room"], 6))
        series = np.zeros((months, len(resolved.countries), len(VARIABLES)))
        series[:, :, VARIABLES.index("urban_share")] = place + chance
        series[:, :, VARIABLES.index("norms")] = 0.75 - 0.5 * place + chance
        return SimpleNamespace(series=series)


def toy_wish(out=None, **asked):
    given = {"rules": (MOVED, IDLE), "budget": 200, "sizes": Sizes(2, 20), "cores": 1, "out": out}
    return Wish(**{**given, **asked})


def test_a_fit_finds_a_known_rule_and_says_that_it_knows_nothing_of_another(toy, tmp_path):
    world = World()
    found = fit(toy, toy_wish(tmp_path / "out"), simulate=world)
    rule = REGISTRY[MOVED]
    lines = {line[0]: line for line in identified(found)}
    true = rule.low + TRUTH * (rule.high - rule.low)
    assert lines[MOVED][5] == pytest.approx(true, abs=0.05 * (rule.high - rule.low))
    assert lines[MOVED][6] < true < lines[MOVED][7]
    assert 0.02 < lines[MOVED][8] < 0.3 and lines[IDLE][8] > 0.6
    assert abs(found.point[MOVED] - true) < 0.1 * (rule.high - rule.low)
    assert found.after.total[0] <= found.before.total[0] and found.after.total[0] < 0.05
    assert len(found.searched.distances) <= 200


def test_sealed_rows_are_not_lived_unless_that_is_spelled_out(toy):
    world = World()
    found = fit(toy, toy_wish(budget=40), simulate=world)
    assert ROOMS["C"] not in world.rooms and {ROOMS["A"], ROOMS["B"], ROOMS["D"]} <= world.rooms
    assert found.before.names == ("A", "B", "D", "in towns", "the date")
    from thermidor.fitting.evaluate import Means

    opened = check_table(toy, [{}], Sizes(2, 20), Means(simulate=world), sealed=True)[0]
    assert "C" in opened.names and ROOMS["C"] in world.rooms


def test_check_targets_are_not_lived_by_the_search(toy):
    """Under the least budget only what is fitted is lived until the point is told."""
    only = replace(toy, targets=tuple(target for target in toy.targets if target.mark != "check"))
    one, other = (fit(each, toy_wish(budget=40), simulate=World()) for each in (toy, only))
    assert np.array_equal(one.searched.distances, other.searched.distances) and one.point == other.point


def test_the_same_seed_gives_the_same_bits_on_any_cores(toy):
    one, other, third = (
        fit(toy, toy_wish(cores=cores, budget=40, sizes=Sizes(2, 20, seed=seed)), simulate=World())
        for cores, seed in ((1, 1), (3, 1), (1, 2))
    )
    for name in ("points", "distances", "weights"):
        assert np.array_equal(getattr(one.searched, name), getattr(other.searched, name)), name
    assert one.point == other.point and np.array_equal(one.after.distances, other.after.distances)
    assert not np.array_equal(one.searched.points, third.searched.points)


def test_what_was_lived_is_kept_and_a_stopped_fit_goes_on(toy, tmp_path):
    whole = World()
    expected = fit(toy, toy_wish(tmp_path / "whole", budget=40), simulate=whole)
    world = World(stop_after=whole.lived // 2)
    with pytest.raises(Interrupted):
        fit(toy, toy_wish(tmp_path / "out", budget=40), simulate=world, cancel=world.cancel)
    log = tmp_path / "out" / LOG
    assert log.read_text()
    log.write_text(log.read_text() + '{"key": "half a li')
    again, told = World(), list[tuple[int, int]]()
    found = fit(
        toy, toy_wish(tmp_path / "out", budget=40), simulate=again, told=lambda done, total: told.append((done, total))
    )
    assert 0 < again.lived < whole.lived and told[-1][0] <= told[-1][1]
    assert found.point == expected.point
    assert np.array_equal(found.searched.distances, expected.searched.distances)
    idle, other = World(), World()
    fit(replace(toy, digest="another"), toy_wish(tmp_path / "whole", budget=40), simulate=other)
    assert other.lived == whole.lived
    fit(toy, toy_wish(tmp_path / "whole", budget=40), simulate=idle)
    assert idle.lived == 0


def test_what_is_left_out_is_told_and_not_fitted(toy):
    left = without(toy, ["others"])
    assert [target.name for target in left.fitted] == ["A"]  # D's scenario takes the course with it
    assert without(toy, ["A"]).digest == toy.digest
    found = fit(left, toy_wish(budget=40), simulate=World())
    assert found.before.names == ("A", "B", "D", "in towns", "the date")
    assert set(weights(left.fitted)) == {"A"}
    with pytest.raises(InputError, match="there is no target and no kin 'nobody'"):
        without(toy, ["nobody"])
    with pytest.raises(InputError, match="no target to fit is left"):
        without(toy, ["ones", "others"])


def test_what_a_fit_leaves_can_be_read_by_the_others(toy, tmp_path):
    found = fit(toy, toy_wish(budget=40), simulate=World())
    files = {path.name for path in write(found, tmp_path / "out", {"seconds": 1.0})}
    assert files == {
        "posterior.csv", "draws.csv", "targets.csv", "identified.csv", "rules.yaml", "marginals.png", "profiles.png",
        "pairs.png", "unidentified.png", "manifest.json",
    }  # fmt: skip
    drawn = read_draws(tmp_path / "out" / "posterior.csv")
    assert 1 < len(drawn) == len(found.kept) and set(drawn[0]) == {MOVED, IDLE}
    assert dict(load_theory(tmp_path / "out" / "rules.yaml").rules) == found.point
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert told["targets"] == toy.digest and told["point"] == found.point and told["budget"] == 40


def test_what_an_earlier_fit_left_does_not_stand_beside_the_new_one(toy, tmp_path):
    out = tmp_path / "out"
    first = {path.name for path in write(fit(toy, toy_wish(budget=40), simulate=World()), out, {})}
    for name in ("screening.csv", "screening.png", LOG, "notes.csv"):
        (out / name).write_text("from before")
    assert "pairs.png" in first
    only = fit(toy, toy_wish(budget=40, rules=(MOVED,)), simulate=World())
    made = {path.name for path in write(only, out, {})}
    assert {path.name for path in out.iterdir()} == made | {LOG, "notes.csv"}
    assert "pairs.png" not in made


def test_dates_are_told_with_their_decimal(toy, capsys):
    """1921.5 is no 1922; a share has four digits."""
    found = fit(toy, toy_wish(budget=40), simulate=World())
    report(found, 1.0)
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("the date"))
    asked = line.split()[3:6]
    assert asked[0] == "1921.5" and all(re.fullmatch(r"\d{4}\.\d|nan", cell) for cell in asked)


# Which rules are free


def test_screening_finds_the_rule_that_moves_the_distance(monkeypatch):
    names = screen.candidates({})
    assert not any(REGISTRY[name].rival or not REGISTRY[name].source.startswith("assumed") for name in names)
    group = screen.grouped(names)
    assert max(list(group.values()).count(each) for each in group.values()) == screen.TOGETHER
    some = [name for name in names if group[name] == group[MOVED]] + [n for n in names if REGISTRY[n].step == "trade"]
    rule = REGISTRY[MOVED]

    def distance(draws):
        assert all(REGISTRY[n].low <= value <= REGISTRY[n].high for draw in draws for n, value in draw.items())
        return np.array([(draw.get(MOVED, rule.value) - rule.low) / (rule.high - rule.low) for draw in draws])

    effects = screen.screened(distance, some, 2, seed=1)
    assert effects[0].name == MOVED and effects[0].free and sum(effect.free for effect in effects) == 2
    assert effects[0].mu_star > 0.1 and all(effect.mu_star < 1e-9 for effect in effects[1:] if effect.group)
    assert effects == screen.screened(distance, some, 2, seed=1)


def test_a_theory_s_own_rules_are_not_screened():
    theory = load_theory("new-class")
    assert not set(screen.candidates(theory.rules)) & set(theory.rules)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"free": 13}, r"13 rules are to be free\n  where: --free\n  why: .* at most 12"),
        ({"free": 0}, "0 rules are to be free"),
        ({"rules": tuple(list(REGISTRY)[:13])}, r"13 rules are to be free\n  where: --free-rules"),
        ({"rules": (MOVED, MOVED)}, f"'{MOVED}' is named twice"),
        ({"rules": ("gain_shortag",)}, rf"there is no rule 'gain_shortag'[\s\S]*did you mean '{MOVED}'"),
        ({"rules": ("gain_centralism",)}, "'gain_centralism' can't be free[\\s\\S]*another theory"),
        ({"rules": (MOVED,), "theory": load_theory("new-class")}, f"'{MOVED}' can't be free[\\s\\S]*new-class sets it"),
        ({"budget": 10}, "the budget is 10"),
    ],
)
def test_a_wish_that_can_t_be_met_is_refused(toy, asked, said):
    with pytest.raises(InputError, match=said):
        checked(toy_wish(**asked), toy)
    assert MOST_FREE == 12


# Targets


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "C: sealed",
            "C: fit",
            r"C is marked 'fit'\n  where: .*:1: rows\.C\n  why: .*'sealed'.*\n  mend: write 'C: sealed'",
        ),
        ("C: sealed", "C: maybe", r"this is 'maybe'\n  where: .*rows\.C"),
        ("A: fit", "Z: fit", r"there is no row 'Z'\n  where: .*rows\.Z"),
        ("{A: fit, B: check, C: sealed, D: fit}", "some", r"this is 'some'[\s\S]*rows: all"),
        ("urban_share", "urban_shar", r"this is 'urban_shar'[\s\S]*did you mean 'urban_share'"),
        ("years: [1921]", "years: [1921, 1922]", "a level has one year"),
        ("years: [1920, 1922]", "years: [1922, 1920]", "whole years that rise"),
        ("years: [1921]", "years: [1821]", r"1821 is not lived\n  where: .*years\n  why: the scenario starts in"),
        ("tolerance: 0.05", "tolerance: 0", r"the number is 0\n"),
        ("tolerance: 0.05", "tolerance: -1", r"the number is -1\n  where: .*tolerance\n  why: it has to be above 0$"),
        ("years: [1921]", "years: [3021]", r"it has to lie between 1500 and 2500"),
        (TARGETS, "", r"the file is empty\n.*\n  mend: targets have 'rows' or 'courses'$"),
        ("mark: fit, source: invented}", "source: invented}", "missing key 'mark'"),
        ("mark: fit, source: invented}", "mark: fit}", "missing key 'source'"),
        (f"asked: {TRUTH}, ", "record: urban, ", r"unknown series|has no record|record has no"),
        ("level: urban_share", "lvel: urban_share", "this is no target"),
        ("norms below 0.5", "norms belw 0.5", "is no label, no family"),
        ("asked: 1921.5, ", "", "missing key 'asked'"),
        ("courses:", "curses:", r"unknown key 'curses'[\s\S]*did you mean 'courses'"),
        ("in towns", "A", "there are two targets 'A'"),
        (f"scenario: {MINIATURE}", "scenario: nowhere", r"nowhere[\s\S]*courses\[0\]\.scenario"),
    ],
)
def test_a_broken_file_of_targets_is_refused(tmp_path, old, new, said):
    assert old in TARGETS
    (tmp_path / "rows.yaml").write_text(ROWS)
    (tmp_path / "targets.yaml").write_text(TARGETS.replace(old, new, 1).strip())
    with pytest.raises(InputError, match=said) as refused:
        load_targets(tmp_path / "targets.yaml", tmp_path / "rows.yaml")
    assert "targets.yaml" in refused.value.where


def test_a_fitted_row_may_not_look_at_a_sealed_one(tmp_path):
    (tmp_path / "rows.yaml").write_text(
        "rows:" + row_text("A", "fit", 0.2, "{more: norms, than: C}") + row_text("C", "sealed", 0.6)
    )
    (tmp_path / "targets.yaml").write_text("rows: all")
    with pytest.raises(InputError, match="A compares with C"):
        load_targets(tmp_path / "targets.yaml", tmp_path / "rows.yaml")


def test_nothing_to_fit_is_refused(tmp_path):
    (tmp_path / "rows.yaml").write_text("rows:" + row_text("B", "check", 0.2))
    (tmp_path / "targets.yaml").write_text("rows: all")
    with pytest.raises(InputError, match="no target is marked 'fit'"):
        load_targets(tmp_path / "targets.yaml", tmp_path / "rows.yaml")


def test_the_shipped_targets():
    """All rows with their own marks; one course weighs less than half of what is fitted; rows of a group count once."""
    targets = load_targets()
    marks = {row.id: row.mark for row in shipped()}
    rows = [target for target in targets.targets if target.row]
    assert {target.name: target.mark for target in rows} == {t.name: marks[t.name] for t in rows} and len(rows) > 20
    share = weights(targets.fitted)
    assert sum(share.values()) == pytest.approx(1.0)
    assert 0.0 < sum(share[target.name] for target in targets.fitted if target.course) < 0.5
    assert {target.mark for target in targets.targets} == {"fit", "check", "sealed"}
    assert all(target.course.source for target in targets.targets if target.course)


def test_courses_are_laid_beside_the_record():
    """A run that is the record has no distance, one that is a tolerance off has one half; a scale is no error."""
    targets = {target.name: target for target in load_targets().targets}
    people, began = targets["people 1940"].course, np.datetime64("1917-11", "M")

    def distance(course, values):
        labels = np.zeros((1, values.shape[0], 1), np.int8)
        return course_distance(
            course, Lived(labels, NAMES, {course.of: values[None, :, None]}, np.zeros(1, bool)), began
        )

    months = np.arange(12 * 83)
    assert distance(people, np.full(996, people.asked))[0] == pytest.approx(0.0)
    assert distance(people, np.full(996, people.asked * np.exp(0.05)))[0] == pytest.approx(0.5)
    growth = targets["growth 1928-40"].course
    assert distance(growth, np.exp((growth.asked + growth.tolerance) * months / 12.0))[0] == pytest.approx(
        0.5, abs=0.01
    )
    error = targets["GDP per head 1928-85"].course
    yearly = dict(error.beside)
    years = 1917 + (10 + months) // 12
    record = np.array([yearly.get(int(year), 1.0) for year in years])
    assert distance(error, 7.0 * record)[0] == pytest.approx(0.0, abs=1e-12)
    assert distance(error, np.ones(996))[0] > 0.5


# The registry, the command


def test_values_go_into_the_registry_of_a_clone_alone(tmp_path):
    """One line of the rules changes, and the theory's free rules are those of the fit."""
    package = tmp_path / "src" / "thermidor"
    for name in ("rules", "theories"):
        shutil.copytree(FITTING.parent / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.raises(InputError, match="this is no clone"):
        into_registry({MOVED: 1.234}, package / "rules")
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    before = {path: path.read_text() for path in package.rglob("*.yaml")}
    changed = into_registry({MOVED: 1.234}, package / "rules")
    assert [path.name for path in changed] == [f"{REGISTRY[MOVED].step}.yaml", "trotsky.yaml"]
    differ = [
        new
        for path, text in before.items()
        for old, new in zip(text.split("\n"), path.read_text().split("\n"), strict=True)
        if old != new
    ]
    assert sorted(differ) == ["  value: 1.234", f"free: [{MOVED}]"]


def test_the_shipped_fit_is_the_shipped_defaults():
    """The point of the fit that ships has the values of the registry, and its rules are those of the theory."""
    if not (FITTING / "posterior.csv").is_file():
        pytest.skip("no fit is shipped yet")
    point = load_theory(FITTING / "rules.yaml").rules
    assert {name: REGISTRY[name].value for name in point} == dict(point)
    assert set(load_theory().rules) == set() and set(point) == set(load_theory("trotsky").free)
    assert {name for draw in read_draws(FITTING / "posterior.csv") for name in draw} == set(point)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.yaml"], "can't read"),
        (["--free", "13"], "13 rules are to be free"),
        (["--leave-out", "S99"], "there is no target and no kin 'S99'"),
        (["--free-rules", ","], "no rule is named"),
        (["--theory", "new-class", "--write"], "values of new-class can't be written"),
    ],
)
def test_the_command_refuses_before_any_work(arguments, said):
    done = CliRunner().invoke(app, ["fit", *arguments])
    assert done.exit_code == 2 and said in done.output


QUICK = ["fit", "--free-rules", f"{MOVED},{IDLE}", "--budget", "40", "--citizens", "20"]


def worked_by(monkeypatch, work):
    """Put something in the place of the fit and of what --dry-run lives."""
    monkeypatch.setattr("thermidor.fitting.work.fit", work)
    monkeypatch.setattr("thermidor.fitting.work.probe", work)


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("name", "text"), [("manifest.json", '{"kind": "thermidor-run"}'), ("manifest.json", "?"), ("gallery.json", "{}")]
)
def test_the_folder_of_another_command_is_refused(tmp_path, monkeypatch, name, text, options):
    worked_by(monkeypatch, lambda *given, **more: pytest.fail("members are lived"))
    (tmp_path / name).write_text(text)
    done = CliRunner().invoke(app, [*QUICK, *options, "--out", str(tmp_path)])
    assert done.exit_code == 2 and "another command has written" in done.stderr and name in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name] and (tmp_path / name).read_text() == text


def test_its_own_folder_is_taken_and_one_that_can_t_be_written_is_not(tmp_path, monkeypatch):
    asked = []

    def stopped(*given, **more):
        asked.append(given)
        raise Interrupted()

    worked_by(monkeypatch, stopped)
    own = tmp_path / "own"
    own.mkdir()
    (own / "manifest.json").write_text('{"kind": "thermidor-fit"}')
    assert CliRunner().invoke(app, [*QUICK, "--out", str(own)]).exit_code == 130 and len(asked) == 1
    done = CliRunner().invoke(app, [*QUICK, "--out", str(own / "manifest.json" / "below")])
    assert done.exit_code == 2 and "this place can't be written" in done.stderr and len(asked) == 1


@pytest.mark.parametrize("lived", [False, True])
def test_an_interrupted_fit_says_what_is_kept(tmp_path, monkeypatch, lived):
    out = tmp_path / "out"

    def stopped(*given, **more):
        if lived:
            (out / LOG).write_text("a draw")
        raise Interrupted()

    worked_by(monkeypatch, stopped)
    done = CliRunner().invoke(app, [*QUICK, "--out", str(out)])
    kept = f"draws that are finished are kept in {out}, ask again to go on" if lived else "nothing was kept"
    assert done.exit_code == 130 and done.stderr == f"thermidor: interrupted; {kept}\n"
    assert out.exists() is lived


def test_a_screening_asks_for_its_library_before_any_work(tmp_path, monkeypatch):
    from thermidor.experiments import extras

    worked_by(monkeypatch, lambda *given, **more: pytest.fail("members are lived"))
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "SALib" else name)
    done = CliRunner().invoke(app, ["fit", "--out", str(tmp_path / "out")])
    assert done.exit_code == 2 and "this needs SALib" in done.stderr and not (tmp_path / "out").exists()
