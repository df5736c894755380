"""Spells and their curves: a worked example by hand, what is cut, and what two groups tell."""

from __future__ import annotations

import numpy as np
import pytest

from thermidor.analysis import survival
from thermidor.errors import InputError

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


def test_log_rank() -> None:
    """Equal groups do not differ, halved spells do; the worked value of a small example."""
    lasted, every = np.random.default_rng(1).exponential(10.0, 200) + 0.1, np.ones(200, bool)
    same = survival.beside((lasted, every), (lasted, every))
    assert same is not None and same.statistic == pytest.approx(0.0, abs=1e-9) and same.p == pytest.approx(1.0)
    halved = survival.beside((lasted, every), (lasted / 2, every))
    assert halved is not None and halved.p < 1e-6
    # ten end at 1, ten at 2: 10 observed early, 10 * 10 / 20 expected at 1; variance 10 * 10 * 10 * 10 / (20**2 * 19)
    ten, all_ten = np.ones(10), np.ones(10, bool)
    small = survival.beside((ten, all_ten), (2 * ten, all_ten))
    assert small is not None and small.statistic == pytest.approx((10 - 5) ** 2 / (10**4 / (20**2 * 19)))


def test_groups_of_spells_beside_the_first() -> None:
    """Of each group: its spells, those cut, the median, and whether it differs; nothing tested where nothing ended."""
    random = np.random.default_rng(2)
    long, short = random.exponential(20.0, 60) + 0.1, random.exponential(5.0, 60) + 0.1
    found = survival.beside((long, long < 30.0), (short, short < 30.0))
    assert found is not None and found.p < 1e-4
    assert survival.beside((long[:5], long[:5] < 30.0), (short, short < 30.0)) is None, "too few to tell"
    assert survival.beside((long, np.zeros(60, bool)), (long, np.zeros(60, bool))) is None, "none ended"


def test_bad_spells_are_refused() -> None:
    """No spells, or no duration."""
    for lasted in (np.array([]), np.array([0.0, 1.0]), np.array([np.nan])):
        with pytest.raises(InputError, match="durations above 0"):
            survival.curve(lasted, np.ones(lasted.size, bool))
