"""Elementary effects and shares of variance: as SALib has them, whatever has failed, in seconds."""

from __future__ import annotations

import time

import numpy as np
import pytest
import SALib.analyze.morris
import SALib.analyze.sobol
import SALib.sample.morris
import SALib.sample.sobol
from SALib.test_functions import Ishigami

from thermidor.analysis.sensitivity import morris, sobol
from thermidor.errors import InputError

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
    assert (morris(points, 0.0 * values, NAMES, RANGES).table.iloc[:, 1:] == 0.0).all(axis=None)
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
