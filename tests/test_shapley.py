"""Shapley values of games whose answers are known, and of any game what must hold of all."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thermidor.analysis.shapley import shapley
from thermidor.errors import InputError

NAMES = ["a", "b", "c", "d"]
ON = (np.arange(16)[:, None] >> np.arange(3, -1, -1)) & 1


def game(values: np.ndarray, replicates: int = 3) -> np.ndarray:
    """Values of all combinations, the same in every replicate."""
    return np.repeat(np.asarray(values, dtype=float)[:, None], replicates, axis=1)


def test_an_additive_game_gives_each_its_own() -> None:
    """Every effect of a group is its own number, nothing interacts, and the bits are read from the first group on."""
    own = np.array([4.0, 3.0, -2.0, 0.0])
    found = shapley(game(7.0 + ON @ own), NAMES)
    for column in ("effect", "first_in", "last_out", "average", "low", "last_out_high"):
        assert found.table[column].to_numpy() == pytest.approx(own)
    assert found.total == pytest.approx((5.0,) * 3) and found.none == pytest.approx((7.0,) * 3)
    assert found.interaction == pytest.approx((0.0,) * 3, abs=1e-12)
    assert found.dividends["dividend"].to_numpy()[found.dividends["order"] >= 2] == pytest.approx(0.0, abs=1e-12)


def test_a_unanimity_game_is_shared_by_those_it_needs() -> None:
    """All of the worth is one dividend; first in adds nothing, last out takes all, an outsider is a dummy."""
    found = shapley(game(ON[:, [0, 2]].all(axis=1)), NAMES)
    assert found.table["effect"].to_numpy() == pytest.approx([0.5, 0.0, 0.5, 0.0])
    assert found.table["first_in"].to_numpy() == pytest.approx(0.0)
    assert found.table["last_out"].to_numpy() == pytest.approx([1.0, 0.0, 1.0, 0.0])
    assert found.table["average"].to_numpy() == pytest.approx([0.5, 0.0, 0.5, 0.0])
    dividends = found.dividends.set_index("set")["dividend"]
    assert dividends["a × c"] == 1.0 and dividends.drop("a × c").abs().max() == 0.0
    assert found.interaction[0] == pytest.approx(1.0 / 3.0)  # 1/16 of a product of two fair coins' 3/16


def test_a_symmetric_game_is_shared_alike() -> None:
    """What depends on the number of groups alone gives each the same."""
    found = shapley(game(np.array([0.0, 1.0, 1.5, 4.0, 9.0])[ON.sum(axis=1)]), NAMES)
    assert found.table["effect"].to_numpy() == pytest.approx(9.0 / 4.0)


def test_shapley_by_all_orders() -> None:
    """The mean over every order of joining, counted one by one over sets."""
    values = np.random.default_rng(1).normal(size=16)
    found = shapley(game(values), NAMES).table["effect"]
    by_set = {frozenset(np.flatnonzero(row)): value for row, value in zip(ON, values, strict=True)}
    for i in range(4):
        rest = [j for j in range(4) if j != i]
        by_size = [
            np.mean([by_set[frozenset(s) | {i}] - by_set[frozenset(s)] for s in combinations(rest, size)])
            for size in range(4)
        ]
        assert found[i] == pytest.approx(np.mean(by_size))


@given(arrays(np.float64, (8, 2), elements=st.floats(-1e6, 1e6)))
def test_any_game_is_shared_out_whole(values: np.ndarray) -> None:
    """Contributions and dividends add to the whole; a contribution is the sum of its dividends, each shared alike."""
    found = shapley(values, NAMES[:3], times=5)
    scale = max(float(np.abs(values).max()), 1e-300)
    total = float((values[-1] - values[0]).mean())
    assert found.table["effect"].sum() == pytest.approx(total, abs=1e-12 * scale)
    assert found.dividends["dividend"].sum() == pytest.approx(total, abs=1e-12 * scale)
    each = found.dividends["dividend"] / found.dividends["order"]
    for name, effect in zip(found.table["factor"], found.table["effect"], strict=True):
        assert each[found.dividends["set"].str.contains(name)].sum() == pytest.approx(effect, abs=1e-12 * scale)


def test_noise_is_no_interaction() -> None:
    """Noise of every combination's own looks like interaction; taken off, hardly any is left; the interval says so."""
    random = np.random.default_rng(4)
    values = (ON @ np.array([1.0, 0.5, 0.5, 0.0]))[:, None] + random.normal(0.0, 2.0, (16, 20))
    found = shapley(values, NAMES)
    assert found.interaction_raw > 0.1
    assert found.interaction[0] < 0.6 * found.interaction_raw and found.interaction[1] == 0.0
    one = shapley(values[:, :1], NAMES)
    assert one.interaction[0] == one.interaction_raw and np.isnan(one.total[1])


def test_common_draws_fall_out_of_differences() -> None:
    """What a replicate adds to every combination makes no contribution unsure; what is missing takes it out."""
    values = game(ON @ np.ones(4), 10) + np.random.default_rng(0).normal(size=10)
    values[3, 9] = np.nan
    found = shapley(values, NAMES)
    assert (found.replicates, found.left_out) == (9, 1)
    assert found.table[["low", "high"]].to_numpy() == pytest.approx(1.0)
    assert found.none[2] - found.none[1] > 0.1


def test_what_is_no_factorial_is_refused() -> None:
    """Another number of rows, too many groups, no whole replicate."""
    with pytest.raises(InputError, match="full factorial"):
        shapley(np.zeros((15, 2)), NAMES)
    with pytest.raises(InputError, match="at most 8"):
        shapley(np.zeros((512, 2)), list("abcdefghi"))
    with pytest.raises(InputError, match="no replicate"):
        shapley(np.full((16, 2), np.nan), NAMES)
    assert len(shapley(np.ones((256, 4)), list("abcdefgh"), times=20).dividends) == 255


def test_agreement_of_few_is_no_certainty() -> None:
    """Where ten replicates out of ten agree on what comes or doesn't, the interval is what ten can say."""
    found = shapley(game(ON[:, [0, 2]].all(axis=1), replicates=10), NAMES)
    assert found.total == pytest.approx((1.0, 0.72, 1.0), abs=0.01) and found.none == pytest.approx(
        (0, 0, 0.28), abs=0.01
    )
    out = found.table.set_index("factor").loc["b", ["last_out", "last_out_low", "last_out_high"]]
    assert out.to_numpy(float) == pytest.approx([0.0, -0.28, 0.28], abs=0.01)
