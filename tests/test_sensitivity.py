"""Elementary effects and shares of variance: as SALib has them, whatever has failed, in seconds."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import SALib.analyze.morris
import SALib.analyze.sobol
import SALib.sample.morris
import SALib.sample.sobol
from SALib.test_functions import Ishigami

import thermidor as th
from small_sweeps import write
from thermidor.analysis.agreement import Agreement, agreement
from thermidor.analysis.sensitivity import morris, ranks, sobol
from thermidor.errors import InputError
from thermidor.experiments import block
from thermidor.reports.effects import MOST_EFFECTS, effect_tables, effects
from thermidor.reports.sweep_figures import figures
from thermidor.views import morris as cloud
from thermidor.views import tornado
from thermidor.views.palette import INK
from thermidor.views.report import Table

NAMES = ["x1", "x2", "x3"]
RANGES = [(-np.pi, np.pi)] * 3


def problem() -> dict[str, object]:
    """SALib's description of Ishigami's function."""
    return {"num_vars": 3, "names": NAMES, "bounds": [list(ends) for ends in RANGES]}


def sobol_sample(rows: int = 128, second: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A Sobol design and Ishigami's values on it."""
    points = SALib.sample.sobol.sample(problem(), rows, calc_second_order=second, seed=1)
    return points, Ishigami.evaluate(points)


def morris_sample(trajectories: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """A Morris design and Ishigami's values on it."""
    points = SALib.sample.morris.sample(problem(), trajectories, num_levels=4, seed=2)
    return points, Ishigami.evaluate(points)


@pytest.mark.parametrize("second", [False, True])
def test_sobol_is_salibs(second: bool) -> None:
    """The same sample gives the same indices to the bit, and about the same intervals."""
    _, values = sobol_sample(second=second)
    ours = sobol(values, NAMES, second, times=400)
    theirs = SALib.analyze.sobol.analyze(problem(), values, calc_second_order=second, num_resamples=400, seed=3)
    table = ours.table.set_index("order")
    assert table.loc["first", "effect"].tolist() == theirs["S1"].tolist()
    assert table.loc["total", "effect"].tolist() == theirs["ST"].tolist()
    width = (table["high"] - table["effect"]).to_numpy()
    assert width[:6] == pytest.approx([*theirs["S1_conf"], *theirs["ST_conf"]], rel=0.25)
    if second:
        assert table.loc["second", "effect"].tolist() == theirs["S2"][np.triu_indices(3, 1)].tolist()
        assert table.loc["second", "factor"].tolist() == ["x1 × x2", "x1 × x3", "x2 × x3"]
    assert (ours.used, ours.left_out) == (128, 0)


def test_sobol_knows_ishigami() -> None:
    """First orders 0.31, 0.44 and 0; the third factor counts by its interaction with the first alone."""
    table = sobol(sobol_sample(2048)[1], NAMES).table
    assert table["effect"].to_numpy() == pytest.approx([0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437], abs=0.03)


def test_morris_is_salibs() -> None:
    """The same sample gives the same effects, to the rounding of the steps."""
    points, values = morris_sample()
    ours = morris(points, values, NAMES, RANGES, times=400)
    theirs = SALib.analyze.morris.analyze(problem(), points, values, num_levels=4, num_resamples=400, seed=3)
    for column, name in (("effect", "mu_star"), ("mu", "mu"), ("sigma", "sigma")):
        assert ours.table[column].to_numpy() == pytest.approx(np.asarray(theirs[name]), rel=1e-12, abs=1e-12)
    width = (ours.table["high"] - ours.table["effect"]).to_numpy()
    assert width == pytest.approx(theirs["mu_star_conf"], rel=0.25, abs=1e-9)
    assert (ours.used, ours.left_out) == (20, 0)


def test_failed_points_take_their_trajectory_or_row_out() -> None:
    """What remains is analysed as if the rest had never been, and the rest is counted."""
    points, values = morris_sample()
    holed = values.copy()
    holed[[5, 6, 30]] = np.nan
    keep = np.ones(80, bool)
    keep[4:8] = keep[28:32] = False
    found, alone = morris(points, holed, NAMES, RANGES), morris(points[keep], values[keep], NAMES, RANGES)
    assert (found.used, found.left_out) == (18, 2) and found.table.equals(alone.table)
    _, values = sobol_sample(64)
    holed = values.copy()
    holed[[0, 11]] = np.nan
    found, alone = sobol(holed, NAMES), sobol(np.delete(values, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]), NAMES)
    assert (found.used, found.left_out) == (62, 2) and found.table.equals(alone.table)
    with pytest.raises(InputError, match="fewer than two"):
        sobol(np.full(25, np.nan), NAMES)
    with pytest.raises(InputError, match="fewer than two"):
        morris(points, np.full(80, np.nan), NAMES, RANGES)


def test_replicates_are_averaged_and_widen_the_intervals() -> None:
    """Replicates that add a number of their own change nothing; those whose effects differ make it less sure."""
    points, values = morris_sample()
    shifted = values[:, None] + np.array([-1.0, 0.0, 1.0])
    assert morris(points, shifted, NAMES, RANGES).table["effect"].to_numpy() == pytest.approx(
        morris(points, values, NAMES, RANGES).table["effect"].to_numpy()
    )
    line = points @ np.array([1.0, 0.5, 0.0])
    differing = line[:, None] * np.array([0.2, 1.0, 1.8])
    sure, unsure = morris(points, line, NAMES, RANGES).table, morris(points, differing, NAMES, RANGES).table
    assert sure["high"].to_numpy() == pytest.approx(sure["low"].to_numpy())
    assert unsure["effect"].to_numpy() == pytest.approx(sure["effect"].to_numpy())
    assert unsure.loc[0, "high"] - unsure.loc[0, "low"] > 1.0
    _, values = sobol_sample(64)
    many = values[:, None] + np.array([-1.0, 1.0])
    assert sobol(many, NAMES).table["effect"].to_numpy() == pytest.approx(sobol(values, NAMES).table["effect"])


def test_effects_are_per_range() -> None:
    """A straight line has its slope times the range as mu and mu*, and no sigma; logarithms where it is said."""
    points, _ = morris_sample()
    table = morris(points, points @ np.array([1.0, -2.0, 0.0]), NAMES, RANGES).table
    assert table["mu"].to_numpy() == pytest.approx(2 * np.pi * np.array([1.0, -2.0, 0.0]))
    assert table["effect"].to_numpy() == pytest.approx(np.abs(table["mu"].to_numpy()))
    assert table["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-12)
    logs = np.exp(points)
    ends = [tuple(np.exp(RANGES[0]))] * 3
    again = morris(logs, np.log(logs) @ np.array([1.0, -2.0, 0.0]), NAMES, ends, logarithmic=NAMES).table
    assert again["mu"].to_numpy() == pytest.approx(table["mu"].to_numpy())


def test_a_constant_outcome_has_no_effects() -> None:
    """Zero, and no warning."""
    points, values = morris_sample()
    table = morris(points, 0.0 * values, NAMES, RANGES).table
    assert (table.drop(columns=["factor", "alike"]) == 0.0).all(axis=None) and table["alike"].isna().all()
    assert (sobol(np.ones(50), NAMES).table[["effect", "low", "high"]] == 0.0).all(axis=None)
    rare = np.zeros(5 * 32)
    rare[5] = 1.0
    assert np.isfinite(sobol(rare, NAMES).table["high"]).all()


def test_what_is_no_design_is_refused() -> None:
    """Wrong counts, steps that move two factors or none, trajectories that move one twice."""
    points, values = morris_sample()
    with pytest.raises(InputError, match="no Morris design"):
        morris(points[:-1], values[:-1], NAMES, RANGES)
    with pytest.raises(InputError, match="no Sobol design"):
        sobol(np.zeros(11), NAMES)
    with pytest.raises(InputError, match="one factor alone"):
        morris(points[::-1].copy() * 0.0, values, NAMES, RANGES)
    square = np.array([[0, 0], [1, 0], [0, 0]] * 2, dtype=float)
    with pytest.raises(InputError, match="every factor once"):
        morris(square, np.zeros(6), NAMES[:2], [(0.0, 1.0)] * 2)
    with pytest.raises(InputError, match="range"):
        morris(points, values, NAMES, [(1.0, 0.0)] * 3)


def test_many_factors_take_seconds() -> None:
    """450 factors, 40 trajectories, 200 bootstraps."""
    random = np.random.default_rng(0)
    walks = np.zeros((40, 451, 450))
    for walk in walks:
        for step, factor in enumerate(random.permutation(450)):
            walk[step + 1 :, factor] = 2 / 3
    points = walks.reshape(-1, 450)
    values = points[:, :10].sum(axis=1)[:, None] + random.normal(0.0, 0.01, (len(points), 4))
    began = time.perf_counter()
    found = morris(points, values, [str(i) for i in range(450)], [(0.0, 1.0)] * 450)
    assert time.perf_counter() - began < 10.0
    assert (found.table["effect"] > 0.5).sum() == 10


def test_agreement_is_what_two_replicates_share() -> None:
    """A correlation of two; the mean of several as another such mean would show it; none where nothing varies."""
    random = np.random.default_rng(4)
    many = random.normal(size=(4000, 1)) + random.normal(size=(4000, 12)) * np.sqrt(3.0)
    found = agreement(many[:, :6])
    assert found.pair == pytest.approx(0.25, abs=0.03)
    assert found.mean == pytest.approx(np.corrcoef(many[:, :6].mean(axis=1), many[:, 6:].mean(axis=1))[0, 1], abs=0.03)
    assert agreement(many[:, [0, 0]]).pair == pytest.approx(1.0) and not agreement(many[:, [0, 0]]).too_little
    assert agreement(np.stack([many[:, 0], np.ones(4000)], axis=1)).pair == 0.0, "one that does not vary"
    for silent in (agreement(np.ones((9, 2))), agreement(many[:, :1])):
        assert np.isnan(silent.mean) and not silent.too_little and silent.more is None
    turned = np.where(random.random(4000) < 0.5, -1.0, 1.0)[:, None] * (many + 3.0)
    assert agreement(turned, about_zero=True).pair == pytest.approx(agreement(many + 3.0, about_zero=True).pair)


def test_missing_replicates_are_counted() -> None:
    """As many more as make the mean agree by 0.8; where two do not agree at all no number can be told."""
    assert Agreement(0.5, 2).mean == pytest.approx(2 / 3) and Agreement(0.6, 2).mean == pytest.approx(3 / 4)
    assert Agreement(0.59, 2).too_little and not Agreement(0.59, 3).too_little
    for pair in (0.08, 0.3, 0.5):
        more = Agreement(pair, 2).more
        assert more is not None and Agreement(pair, 2 + more).mean >= 0.8 > Agreement(pair, 1 + more).mean
    assert Agreement(0.9, 2).more == 0 and Agreement(-0.1, 2).more is None and Agreement(-0.1, 2).mean == 0.0


def test_luck_has_no_clear_effects() -> None:
    """Replicates that go each their own way agree little and clear no factor; a line beneath them is clear."""
    points = SALib.sample.morris.sample({"num_vars": 40, "names": list(map(str, range(40))), "bounds": [[0, 1]] * 40},
                                        16, num_levels=4, seed=5)  # fmt: skip
    random = np.random.default_rng(6)
    luck = (random.random((len(points), 2)) < 0.9).astype(float)
    names, ranges = list(map(str, range(40))), [(0.0, 1.0)] * 40
    found = morris(points, luck, names, ranges)
    assert found.table["effect"].min() > 0.02, "luck has no sign"
    assert abs(found.agreement.pair) < 0.15 and found.agreement.too_little and not found.table["clear"].any()
    found = morris(points, luck + 1.5 * points[:, [3]], names, ranges)
    assert found.table["clear"].to_numpy().nonzero()[0].tolist() == [3]
    assert found.agreement.too_little and found.table.loc[3, "alike"] > 0.6


def test_intervals_hold_the_luck_of_replicates() -> None:
    """The bootstrap's deviation of a mean of few replicates is s/√n, not the smaller one of samples of all."""
    points, _ = morris_sample()
    slopes = np.array([0.2, 1.8])
    table = morris(points, (points @ np.array([1.0, 0.5, 0.0]))[:, None] * slopes, NAMES, RANGES, times=2000).table
    half = 1.96 * 2 * np.pi * slopes.std(ddof=1) / np.sqrt(2.0)
    assert table.loc[0, "mu_high"] - table.loc[0, "mu"] == pytest.approx(half, rel=0.05)


def test_equals_share_a_rank() -> None:
    """The better one; and a rank is as sure as the bootstrap is of one mind."""
    rank, low, high = ranks(np.array([0.5, 2.0, 0.5, 1.0]), np.array([[0.5, 2.0, 0.5, 1.0], [0.0, 1.0, 0.0, 2.0]] * 50))
    assert rank.tolist() == [3, 1, 3, 2] and low.tolist() == [3, 1, 3, 1] and high.tolist() == [3, 2, 3, 2]


WHOLE = """
schema: 1
name: ishigami
title: Ishigami's function of three rules
about: Points of a design are lived, and what is measured of each is a function of the rules that it lived.
base: {scenario: miniature.yaml, months: 1, citizens: {first: 8, others: 8}}
seed: 3
replicates: 2
factors:
  x1: {rule: measure, range: [0.1144, 0.1716]}
  x2: {rule: recovery, range: [1.3592, 2.0388]}
  x3: {rule: town_ration, range: [0.6, 0.87912]}
SAMPLING
overlays:
  other: {why: does not count, without: [outside]}
outcomes:
  found: {value_at: norms}
"""
OTHER = "overlays:\n  other: {why: does not count, without: [outside]}\n"
WHOLE_RULES = {"measure": (0.1144, 0.1716), "recovery": (1.3592, 2.0388), "town_ration": (0.6, 0.87912)}


def mapped(points: np.ndarray) -> np.ndarray:
    """Values [point, rule] of the design's rules, its ranges made those of Ishigami's function."""
    ends = np.array(list(WHOLE_RULES.values()))
    return np.pi * (2.0 * (points - ends[:, 0]) / (ends[:, 1] - ends[:, 0]) - 1.0)


def whole_sweep(folder: Path, patch: pytest.MonkeyPatch, sampling: str, measured: Any = None, text: str = WHOLE) -> Any:
    """A sweep of the design, each member's outcome measured(rules lived [1, 3] as angles, replicate, place).

    Ishigami's function, of members that are lived; another, without living them.
    """
    idle = measured is not None
    measured = measured or (lambda angles, replicate, place: Ishigami.evaluate(angles)[0])

    def measure(plan: Any, months: Any, rows: list[dict[str, Any]], places: list[int]) -> None:
        for place in places:
            this = plan.member(rows[place]["member"])
            rules = plan.start(this.case, this.point).rules[0]
            angles = mapped(np.array([[float(rules[name]) for name in WHOLE_RULES]]))
            found = measured(angles, this.replicate, rows[place]["member"]) if this.case.name == "base" else 1e9
            rows[place]["found"] = float(found)

    def unlived(*_: Any, **__: Any) -> Any:
        return SimpleNamespace(series=0.0)

    patch.setattr(block, "_measure", measure)
    design = write(folder, text.replace("SAMPLING", f"sampling: {sampling}"))
    return th.sweep(design, folder / "out", workers=2, simulate=unlived if idle else None)


WHOLE_PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [list(ends) for ends in WHOLE_RULES.values()]}


def test_sobol_is_salibs_through_a_whole_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Design, points, members, table, effects: the indices of SALib's own sample of the same ranges, to the bit."""
    done = whole_sweep(tmp_path, monkeypatch, "{method: sobol, points: 8, second_order: true, seed: 7}")
    points = SALib.sample.sobol.sample(WHOLE_PROBLEM, 8, calc_second_order=True, seed=7)
    base = done.members[(done.members["overlay"] == "base") & (done.members["replicate"] == 0)].sort_values("point")
    assert (base[["x_x1", "x_x2", "x_x3"]].to_numpy() == points).all()
    theirs = SALib.analyze.sobol.analyze(WHOLE_PROBLEM, Ishigami.evaluate(mapped(points)), calc_second_order=True)
    found = dict(effects(done))["found"]
    table = found.table.set_index("order")
    assert table.loc["first", "effect"].tolist() == theirs["S1"].tolist()
    assert table.loc["total", "effect"].tolist() == theirs["ST"].tolist()
    assert table.loc["second", "effect"].tolist() == theirs["S2"][np.triu_indices(3, 1)].tolist()
    assert found.agreement.pair == pytest.approx(1.0) and (found.used, found.left_out) == (8, 0)


def test_morris_is_salibs_through_a_whole_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The effects of SALib's own sample of the same ranges, to the rounding of the steps."""
    done = whole_sweep(tmp_path, monkeypatch, "{method: morris, trajectories: 12, levels: 6, seed: 7}")
    points = SALib.sample.morris.sample(WHOLE_PROBLEM, 12, num_levels=6, seed=7)
    values = Ishigami.evaluate(mapped(points))
    theirs = SALib.analyze.morris.analyze(WHOLE_PROBLEM, points, values, num_levels=6)
    found = dict(effects(done))["found"]
    assert found.table["factor"].tolist() == NAMES and found.agreement.pair == pytest.approx(1.0)
    for column, name in (("effect", "mu_star"), ("mu", "mu"), ("sigma", "sigma")):
        assert found.table[column].to_numpy() == pytest.approx(np.asarray(theirs[name]), rel=1e-12, abs=1e-12)


def told(sweep: Any) -> dict[str, Table]:
    """The tables of what a sweep hangs on, by caption, and how many figures it has."""
    return {part.caption: part for part in effect_tables(sweep) if isinstance(part, Table)}


@pytest.mark.parametrize("sampling", ["{method: sobol, points: 16}", "{method: morris, trajectories: 12}"])
def test_what_is_luck_is_not_ranked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampling: str) -> None:
    """Where replicates agree too little there is a number instead of a table and a figure; where they do, both."""
    luck, alone = np.random.default_rng(8).normal(size=1000), WHOLE.replace(OTHER, "")
    done = whole_sweep(tmp_path / "luck", monkeypatch, sampling, lambda angles, replicate, place: luck[place], alone)
    tables = told(done)
    (row,) = tables["How far replicates agree"].rows
    assert row[0] == "found" and abs(float(row[1])) < 0.3 and row[-1].startswith("not ranked: ")
    assert len(tables) == 1 and not list(figures(done, done.members))
    sure = whole_sweep(tmp_path / "sure", monkeypatch, sampling,
                       lambda angles, replicate, place: angles[0, 0] + 0.3 * luck[place], alone)  # fmt: skip
    tables = told(sure)
    assert tables["How far replicates agree"].rows[0][-1] == "ranked"
    assert tables["found: effects"].rows[0][0] == "x1" and len(list(figures(sure, sure.members))) == 1
    if "morris" in sampling:
        assert tables["What matters most, over all outcomes"].rows[0][2:] == ("1", "1 to 1")


def test_ties_are_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred factors two move the outcome: these stand by name, and the rest in one row."""
    design = WHOLE.split("overlays:")[0].replace("replicates: 2", "replicates: 1")
    design = (
        design.replace("SAMPLING", "  starts: {every: starts}\nSAMPLING") + "outcomes:\n  found: {value_at: norms}\n"
    )
    done = whole_sweep(tmp_path, monkeypatch, "{method: morris, trajectories: 2}",
                       lambda angles, replicate, place: angles[0, 0] + 0.5 * angles[0, 1], design)  # fmt: skip
    factors = len(done.plan.points.factors)
    for caption, size in (("found: effects", 1), ("What matters most, over all outcomes", 1)):
        first, second, rest = told(done)[caption].rows
        assert {first[0], second[0]} == {"x1", "x2"} and float(second[size]) > 0.0
        assert rest[0].endswith(f" and {factors - 3} more alike") and float(rest[size]) == 0.0
    assert factors > MOST_EFFECTS and rest[2] == "3"


def test_a_share_beyond_the_whole_is_no_bar() -> None:
    """The panel ends at the whole; the estimate stands beside it as a number, and the table marks it."""
    total = np.array([1.13, 0.4])
    drawn = tornado.figure(NAMES[:2], total, total - 0.5, total + 0.5, title="", unit="share", within=(0.0, 1.0))
    ax = drawn.axes[0]
    assert ax.get_xlim()[1] < 1.1 and max(bar.get_width() for bar in ax.patches) == 1.0
    assert "1.13" in [text.get_text() for text in ax.texts]


def test_what_luck_can_make_is_no_sure_effect() -> None:
    """An interval that reaches down to the line of luck has an open dot, though it does not hold zero."""
    total = np.array([0.8, 0.5])
    for luck, filled in ((0.0, 2), (0.4, 1), (0.7, 0)):
        drawn = tornado.figure(NAMES[:2], total, total - 0.2, total + 0.2, title="", unit="share", luck=luck)
        dots = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
        assert sum(dot.get_markerfacecolor() == INK for dot in dots) == filled


def test_a_figure_names_no_equals_by_their_order() -> None:
    """Where more are alike than can be named none of them is, and the note counts them."""
    sizes = np.array([0.3, 0.2, *[0.05] * 12, *[0.0] * 5])
    drawn = cloud.figure(list(map("f{}".format, range(len(sizes)))), sizes, sizes, title="", unit="share")
    named = [text.get_text() for text in drawn.axes[0].texts if text.get_text().startswith("f")]
    assert named == ["f0", "f1"] and any("12 factors alike at 0.05" in text.get_text() for text in drawn.texts)
