"""Spells and their curves: a worked example by hand, what is cut, and what two groups tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from thermidor.analysis import survival
from thermidor.errors import InputError
from thermidor.runs.summary import Lasted

LASTED = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 5.0])
ENDED = np.array([True, False, True, True, False, True])


def test_a_worked_example() -> None:
    """5/6 outlast 1; of four at risk two end at 3, leaving 5/12; the last ends at 5. Greenwood's variance."""
    found = survival.curve(LASTED, ENDED)
    assert found.times.tolist() == [1.0, 3.0, 5.0]
    assert found.share == pytest.approx([5 / 6, 5 / 12, 0.0])
    variance = 1 / (6 * 5) + 2 / (4 * 2)
    bounds = (5 / 12) ** np.exp(np.array([1.0, -1.0]) * 1.96 * variance**0.5 / np.log(5 / 12) * -1)
    assert (found.low[1], found.high[1]) == pytest.approx(tuple(bounds), rel=1e-3)
    assert (found.low[2], found.high[2]) == (0.0, 0.0)
    assert survival.median(LASTED, ENDED)[0] == 3.0
    assert survival.median(LASTED, ENDED)[3:] == (6, 4)


def test_nothing_ended() -> None:
    """All cut: no step, a median beyond all that was seen."""
    found = survival.curve(LASTED, np.zeros(6, bool))
    assert found.times.size == 0
    middle = survival.median(LASTED, np.zeros(6, bool))
    assert middle.median == np.inf and middle.high == np.inf and np.isnan(middle.low)


def test_nothing_cut_is_the_plain_share() -> None:
    """Without censoring the curve is the share of spells that are longer."""
    lasted = np.random.default_rng(0).integers(1, 30, 200).astype(float)
    found = survival.curve(lasted, np.ones(200, bool))
    assert found.share == pytest.approx([(lasted > time).mean() for time in found.times], abs=1e-12)
    assert ((found.low <= found.share) & (found.share <= found.high)).all()
    middle = survival.median(lasted, np.ones(200, bool))
    assert middle.low <= middle.median <= middle.high


def test_spells_cut_by_the_end_are_censored() -> None:
    """Both ends count; the one that runs to the last month is cut."""
    months = [np.datetime64(m, "M") for m in ("1917-11", "1920-10", "1920-11", "1930-12")]
    spells = [Lasted(0, "here", "one", months[0], months[1]), Lasted(0, "here", "two", months[2], months[3])]
    table = survival.durations(spells, months[3])
    assert table["months"].tolist() == [36, 122] and table["ended"].tolist() == [True, False]
    assert set(survival.curves(table, "regime")) == {"one", "two"}
    middle = survival.medians(table, "regime").set_index("regime")
    assert middle.loc["one", "median"] == 3.0 and middle.loc["two", "median"] == np.inf
    assert middle["ended"].tolist() == [1, 0]


def test_log_rank() -> None:
    """Equal groups do not differ, halved spells do; the worked value of a small example."""
    lasted = np.random.default_rng(1).exponential(10.0, 200) + 0.1
    groups = np.repeat(["a", "b"], 200)
    same = survival.log_rank(np.tile(lasted, 2), np.ones(400, bool), groups)
    assert same.statistic == pytest.approx(0.0, abs=1e-9) and same.p == pytest.approx(1.0)
    halved = survival.log_rank(np.concatenate([lasted, lasted / 2]), np.ones(400, bool), groups)
    assert halved.p < 1e-6 and halved.degrees == 1
    # a ends at 1 and 2, b at 3 and 4: of a 2 observed, 1/2 + 1/3 expected; variance 1/4 + 2/9
    small = survival.log_rank(np.arange(1.0, 5.0), np.ones(4, bool), ["a", "a", "b", "b"])
    assert small.statistic == pytest.approx((2 - 5 / 6) ** 2 / (1 / 4 + 2 / 9))


def test_groups_of_spells_beside_the_first() -> None:
    """Of each group: its spells, those cut, the median, and whether it differs; nothing tested where nothing ended."""
    random = np.random.default_rng(2)
    long, short = random.exponential(20.0, 60) + 0.1, random.exponential(5.0, 60) + 0.1
    found = survival.beside((long, long < 30.0), (short, short < 30.0))
    assert found is not None and found.p < 1e-4
    assert survival.beside((long[:5], long[:5] < 30.0), (short, short < 30.0)) is None, "too few to tell"
    assert survival.beside((long, np.zeros(60, bool)), (long, np.zeros(60, bool))) is None, "none ended"


def test_bad_spells_are_refused() -> None:
    """No spells, no duration, one group."""
    for lasted in (np.array([]), np.array([0.0, 1.0]), np.array([np.nan])):
        with pytest.raises(InputError, match="durations above 0"):
            survival.curve(lasted, np.ones(lasted.size, bool))
    with pytest.raises(InputError, match="two groups"):
        survival.log_rank(LASTED, ENDED, ["a"] * 6)
    assert survival.durations([], np.datetime64("1930-12")).empty and isinstance(
        survival.medians(survival.durations([], np.datetime64("1930-12")), "regime"), pd.DataFrame
    )
