"""Statistics of a sweep's members: shares, quantiles, pairs on common draws, what is left out, the boundary."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from validation import stats as validation_stats
from validation.boundary import half_level

from thermidor.analysis import statistics
from thermidor.analysis.boundary import boundary
from thermidor.errors import InputError
from thermidor.runs.summary import interval


def members(points: int = 5, replicates: int = 40, effect: float = 0.2, common: float = 1.0) -> pd.DataFrame:
    """Members of two overlays whose outcome is noise of the replicate, noise of its own, and an effect."""
    random = np.random.default_rng(3)
    shared = random.normal(size=replicates)
    rows = []
    for overlay, extra in (("base", 0.0), ("other", effect)):
        for point in range(points):
            for replicate in range(replicates):
                value = point + extra + common * shared[replicate] + (1.0 - common) * random.normal()
                rows.append((len(rows), point, overlay, replicate, 0.1 * point, "done", value, float(value > point)))
    columns = ["member", "point", "overlay", "replicate", "x.isolation", "status", "level", "lost_norms"]
    return pd.DataFrame(rows, columns=columns)


def test_shares_by_group() -> None:
    """Counts and Wilson's intervals of each group; those that failed or were not run are counted, not used."""
    table = members().query("overlay == 'base'").reset_index(drop=True)
    table.loc[[0, 1], "status"] = "failed"
    table.loc[[2, 40], "status"] = "planned"
    found = statistics.shares(table, "lost_norms", ["x.isolation"])
    assert found["runs"].tolist() == [37, 39, 40, 40, 40]
    assert found["left_out"].tolist() == [2, 0, 0, 0, 0] and found["not_run"].tolist() == [1, 1, 0, 0, 0]
    assert not found["without"].any()
    first = table[(table["point"] == 0) & (table["status"] == "done")]["lost_norms"]
    assert found.loc[0, "share"] == pytest.approx(first.mean())
    assert tuple(found.loc[0, ["low", "high"]]) == pytest.approx(interval(first.mean(), 37))
    assert len(statistics.shares(table, "lost_norms")) == 1


def test_worst_case_of_failures() -> None:
    """The worst case reaches from none of the failed to all of them, and holds the interval without them."""
    table = members(points=1).query("overlay == 'base'").reset_index(drop=True)
    table.loc[:9, "status"] = "failed"
    known = table["lost_norms"].iloc[10:].sum()
    row = statistics.shares(table, "lost_norms", failed="worst").iloc[0]
    assert row["low"] == pytest.approx(interval(known / 40, 40)[0])
    assert row["high"] == pytest.approx(interval((known + 10) / 40, 40)[1])
    without = statistics.shares(table, "lost_norms").iloc[0]
    assert row["low"] < without["low"] and without["high"] < row["high"] and row["share"] == without["share"]
    table["status"] = "failed"
    nothing = statistics.shares(table, "lost_norms").iloc[0]
    assert np.isnan([nothing["share"], nothing["low"], nothing["high"]]).all() and nothing["left_out"] == 40


def test_commonest_label() -> None:
    """The commonest label of a group with its share; none where nothing was run."""
    table = pd.DataFrame(
        {"status": ["done"] * 4 + ["failed"], "end": ["b", "b", "a", None, "a"], "x.a": [1, 1, 1, 1, 2]}
    ).assign(replicate=range(5))
    found = statistics.commonest(table, "end", ["x.a"])
    assert found["label"].tolist()[0] == "b" and found["label"].isna().tolist() == [False, True]
    assert found["runs"].tolist() == [3, 0] and found["share"][0] == pytest.approx(2 / 3)
    assert found["without"].tolist() == [1, 0] and found["left_out"].tolist() == [0, 1]
    assert found["tied"].tolist() == [False, False]
    even = statistics.commonest(table.iloc[1:3], "end", ["x.a"]).iloc[0]
    assert even["tied"] and even["label"] == "a"


def test_quantiles_with_and_without_never() -> None:
    """Dates that never come are left out, or later than all others."""
    table = pd.DataFrame({"status": ["done"] * 5 + ["failed"], "lost_at": [1920.0, 1921.0, None, None, None, 1918.0]})
    row = statistics.quantiles(table, "lost_at", levels=(0.0, 0.5)).iloc[0]
    assert row.tolist() == [1920.0, 1920.5, 2, 3, 1, 0]
    row = statistics.quantiles(table, "lost_at", levels=(0.0, 0.5), missing="never").iloc[0]
    assert row.tolist() == [1920.0, np.inf, 2, 3, 1, 0]


def test_pairs_on_common_draws_save_variance() -> None:
    """Equal draws make a constant effect certain; without common draws the interval holds it."""
    row = statistics.paired(members(), "level", "base", "other").iloc[0]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx((0.2, 0.2, 0.2))
    assert (row["pairs"], row["replicates"], row["left_out"]) == (200, 40, 0)
    apart = statistics.paired(members(common=0.0, replicates=400), "level", "base", "other").iloc[0]
    assert apart["low"] < 0.2 < apart["high"]


def test_shares_over_points_rest_on_replicates() -> None:
    """Forty points that all say what one says make the share no surer: whole replicates are resampled."""
    came = np.random.default_rng(4).random(25) < 0.3
    one = pd.DataFrame({"point": 0, "replicate": np.arange(25), "status": "done", "lost": came.astype(float)})
    grid = pd.concat([one.assign(point=point) for point in range(40)])
    alone, over = (statistics.shares(table, "lost").iloc[0] for table in (one, grid))
    assert over["share"] == alone["share"] and over["runs"] == 1000
    assert tuple(alone[["low", "high"]]) == interval(came.mean(), 25)
    assert over["high"] - over["low"] > 0.8 * (alone["high"] - alone["low"])
    low, high = statistics.cluster_interval(grid["lost"].to_numpy(), grid["replicate"].to_numpy())
    assert over["low"] <= low and high <= over["high"]
    assert tuple(over[["low", "high"]]) == pytest.approx(tuple(alone[["low", "high"]]), abs=0.05)
    labelled = grid.assign(end=np.where(grid["lost"] > 0.5, "lost", "kept"))
    common = statistics.commonest(labelled, "end", ["status"]).iloc[0]
    assert common["label"] == "kept" and common["high"] == pytest.approx(1.0 - over["low"])
    never = statistics.shares(grid.assign(lost=0.0), "lost").iloc[0]
    assert (never["low"], never["high"]) == pytest.approx((0.0, interval(0.0, 25)[1]))
    one_member = grid.assign(lost=0.0).reset_index(drop=True)
    one_member.loc[7, "lost"] = 1.0
    once = statistics.shares(one_member, "lost").iloc[0]
    assert (once["low"], once["high"]) == pytest.approx((0.0, interval(0.001, 1000)[1]), abs=1e-3)
    few = statistics.shares(grid[grid["replicate"] < 9], "lost").iloc[0]
    assert np.isnan(few["low"]) and np.isnan(few["high"])


def test_a_member_without_a_value_has_not_failed() -> None:
    """Of an order in which 90 of 100 members saw neither event, the share is that of the other ten."""
    order = [1.0] * 5 + [0.0] * 5 + [None] * 90
    table = pd.DataFrame({"replicate": range(100), "status": "done", "order": order})
    row = statistics.shares(table, "order", failed="worst").iloc[0]
    assert (row["share"], row["runs"], row["without"], row["left_out"]) == (0.5, 10, 90, 0)
    assert (row["low"], row["high"]) == pytest.approx(interval(0.5, 10))
    table.loc[90:, "status"] = "failed"
    worst = statistics.shares(table, "order", failed="worst").iloc[0]
    assert (worst["without"], worst["left_out"]) == (80, 10) and worst["high"] == pytest.approx(interval(0.75, 20)[1])


def test_never_counts_as_the_end() -> None:
    """A date that all but two members never reach is far later: over all pairs but those with a failed member."""
    base = pd.DataFrame({"overlay": "base", "point": 0, "replicate": range(100), "lost_at": 1925.0, "status": "done"})
    other = base.assign(overlay="other", lost_at=[1935.0] * 2 + [np.nan] * 98)
    table = pd.concat([base, other], ignore_index=True)
    plain = statistics.paired(table, "lost_at", "base", "other").iloc[0]
    assert plain["difference"] == 10.0 and plain["pairs"] == 2 and np.isnan(plain["low"])
    row = statistics.paired(table, "lost_at", "base", "other", never=2000.0).iloc[0]
    assert row["difference"] == pytest.approx(0.02 * 10.0 + 0.98 * 75.0) and row["pairs"] == 100
    table.loc[0, "status"] = "failed"
    table.loc[0, "lost_at"] = np.nan
    row = statistics.paired(table, "lost_at", "base", "other", never=2000.0).iloc[0]
    assert (row["pairs"], row["left_out"]) == (99, 1)
    assert row["difference"] == pytest.approx((10.0 + 98 * 75.0) / 99)


def test_no_interval_from_few_replicates() -> None:
    """A bootstrap of fewer than ten replicates covers too little to be printed."""
    for replicates in (9, 10):
        row = statistics.paired(members(replicates=replicates, common=0.5), "level", "base", "other").iloc[0]
        assert np.isfinite([row["low"], row["high"]]).all() == (replicates >= statistics.FEWEST)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_replicates_that_agree_are_not_certain(value: float) -> None:
    """Thirty pairs without any difference, or all with one, say what Wilson's interval says of none and all of 30."""
    rows = [("base", 0.0 if value >= 0 else 1.0), ("other", 0.0 if value <= 0 else 1.0)]
    table = pd.concat(
        [
            pd.DataFrame({"overlay": name, "point": p, "replicate": range(30), "status": "done", "lost": lost})
            for name, lost in rows
            for p in range(3)
        ]
    )
    wide = interval(0.0, 30)[1]
    expected = {-1.0: (-1.0, -1.0 + wide), 0.0: (-wide, wide), 1.0: (interval(1.0, 30)[0], 1.0)}[value]
    assert statistics.unanimous(value, 30) == pytest.approx(expected)
    few = table[table["replicate"] < 3]
    assert statistics.paired(few, "lost", "base", "other").iloc[0]["high"] == statistics.unanimous(value, 3)[1]
    for part in (table, table[table["point"] == 0]):
        row = statistics.paired(part, "lost", "base", "other").iloc[0]
        assert (row["low"], row["high"]) == pytest.approx(expected) and row["difference"] == value
    assert statistics.unanimous(1.0, 30, least=0.0) == pytest.approx(interval(1.0, 30))
    assert statistics.unanimous(0.0, 30, least=0.0) == pytest.approx(interval(0.0, 30))


def test_one_pair_that_differs_is_no_surer_than_none() -> None:
    """Where each replicate is one pair the interval is nowhere narrower than where all agree."""
    table = members(points=1, replicates=100).assign(lost_norms=0.0)
    table.loc[7, "lost_norms"] = 1.0
    row = statistics.paired(table, "lost_norms", "base", "other").iloc[0]
    wide = interval(0.0, 100)[1]
    assert (row["low"], row["high"]) == pytest.approx((-0.01 - wide, -0.01 + wide))


def test_replicates_are_clusters() -> None:
    """A replicate seen at more points is no new evidence: the interval stays as wide as with one point."""
    random = np.random.default_rng(0)
    one = random.normal(size=60)
    low, high = statistics.cluster_interval(one, np.arange(60))
    again = statistics.cluster_interval(np.tile(one, 10), np.tile(np.arange(60), 10))
    assert again == pytest.approx((low, high))
    assert (low, high) == pytest.approx(one.mean() + np.array([-1.96, 1.96]) * one.std() / 60**0.5, abs=0.04)
    assert np.isnan(statistics.cluster_interval(one, np.zeros(60, dtype=int))).all()


def test_pairs_with_failures() -> None:
    """A pair lacking one outcome is left out; a pair lacking a member was not run."""
    table = members(points=2, common=0.5)
    table.loc[(table["overlay"] == "other") & (table["replicate"] == 3), "status"] = "failed"
    table = table[~((table["overlay"] == "base") & (table["replicate"] == 4))]
    found = statistics.paired(table, "lost_norms", "base", "other", by=["x.isolation"])
    assert found["pairs"].tolist() == [38, 38]
    assert found["left_out"].tolist() == [1, 1] and found["not_run"].tolist() == [1, 1]


def test_swapped_overlays_turn_the_sign() -> None:
    """Other less base is base less other, turned round."""
    table = members(common=0.5)
    there = statistics.paired(table, "level", "base", "other").iloc[0]
    back = statistics.paired(table, "level", "other", "base").iloc[0]
    assert back["difference"] == pytest.approx(-there["difference"])
    assert (back["low"], back["high"]) == pytest.approx((-there["high"], -there["low"]))


def test_cube_lays_outcomes_over_their_factors() -> None:
    """Every outcome stands at its place whatever the order of rows; what failed is no number; overlays must differ."""
    table = members(points=3, replicates=4)
    base = table[table["overlay"] == "base"].sample(frac=1.0, random_state=1)
    base.loc[base["member"] == 5, "status"] = "failed"
    (levels,), values = statistics.cube(base, "level", ["x.isolation"])
    assert levels.tolist() == pytest.approx([0.0, 0.1, 0.2]) and values.shape == (3, 4)
    assert np.isnan(values[1, 1]) and np.isfinite(values).sum() == 11
    assert values[2, 3] == table[(table["overlay"] == "base")]["level"].iloc[11]
    with pytest.raises(InputError, match="one place"):
        statistics.cube(table, "level", ["x.isolation"])


def test_unknown_names_are_refused() -> None:
    """A column or an overlay there is not."""
    table = members(points=1)
    with pytest.raises(InputError, match="did you mean 'lost_norms'"):
        statistics.shares(table, "lost_norm")
    with pytest.raises(InputError, match="did you mean 'other'"):
        statistics.paired(table, "level", "base", "othr")


@given(st.integers(1, 30), st.integers(0, 2**31), st.integers(1, 50))
def test_resamples_draw_as_many_as_there_are(many: int, seed: int, times: int) -> None:
    """Every bootstrap sample has as many as the sample, and the same seed draws the same."""
    picked = statistics.resamples(many, seed, times)
    assert picked.shape == (times, many) and (picked.sum(axis=1) == many).all()
    assert (picked == statistics.resamples(many, seed, times)).all()


def grid(slope: float = 4.0, replicates: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kept or not over isolation and the logarithm of development, half-way where y = 1 + x."""
    random = np.random.default_rng(2)
    x, y = np.linspace(0.0, 1.0, 4), np.linspace(0.0, 3.0, 13)
    p = 1.0 / (1.0 + np.exp(-slope * (y[None, :] - 1.0 - x[:, None])))
    return x, y, (random.random((4, 13, replicates)) < p[:, :, None]).astype(float)


def test_the_boundary_is_found() -> None:
    """The line from which outcomes were drawn lies in the interval; failed members are left out and counted."""
    x, y, kept = grid()
    kept[0, 0, :5] = np.nan
    found = boundary(x, y, kept, times=100)
    assert found["level"].to_numpy() == pytest.approx(1.0 + x, abs=0.15)
    assert ((found["low"] < 1.0 + x) & (1.0 + x < found["high"])).sum() >= 3  # at 95%, one may miss
    assert found["left_out"].tolist() == [5, 0, 0, 0] and found["runs"].tolist() == [775, 780, 780, 780]
    alone = boundary(x[:1], y, kept[:1], times=100)
    assert alone.equals(found.iloc[:1])


def test_the_boundary_off_the_grid() -> None:
    """Beyond all levels, between two of them, and unknown."""
    y = np.array([0.0, 1.0, 2.0])
    kept = np.stack([np.ones((3, 8)), np.zeros((3, 8)), np.repeat([[0.0], [1.0], [1.0]], 8, axis=1)])
    kept = np.concatenate([kept, np.full((1, 3, 8), np.nan)])
    found = boundary(np.arange(4.0), y, kept, times=50)
    assert found["level"].tolist()[:2] == [-np.inf, np.inf] and np.isnan(found["level"][3])
    assert (found["low"][2], found["high"][2]) == pytest.approx((0.0, 1.0)) and 0.0 < found["level"][2] < 1.0
    assert np.isnan(boundary(np.zeros(1), y, kept[:1, :, :1])["low"][0])
    mostly = np.array([[[1.0] * 6 + [0.0] * 2, [1.0] * 7 + [0.0], [1.0] * 8]])  # the curve crosses a half below 0
    assert boundary(np.zeros(1), y, mostly, times=50)["level"][0] == -np.inf
    with pytest.raises(InputError, match="rising"):
        boundary(np.arange(4.0), y[::-1], kept)


def test_validation_has_the_same_boundary() -> None:
    """One half-way point for the whole project, and one level with about the same interval from either side."""
    assert validation_stats.half_way is statistics.half_way
    x, y, kept = grid()
    level, low, high = half_level(np.exp(y), kept[0] > 0.5, seed=0)
    row = boundary(x[:1], y, kept[:1]).iloc[0]
    assert np.exp(row["level"]) == pytest.approx(level, rel=1e-12)
    assert np.exp([row["low"], row["high"]]) == pytest.approx([low, high], rel=0.05)
