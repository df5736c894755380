"""Proper scores: by hand, lowest for the truth, and differences with an interval."""

from __future__ import annotations

import numpy as np
import pytest

from thermidor.ledger.scores import brier, crps, less, log_score, of_label, of_series


def test_scores_by_hand() -> None:
    """Two runs at 0 and 2: mean distance 1 from what lies between, less half of two; all runs on the spot: nothing."""
    assert crps(np.array([0.0, 2.0]), 1.0) == pytest.approx(0.0)
    assert crps(np.array([0.0, 2.0]), 3.0) == pytest.approx(1.0)
    assert crps(np.array([1.0, 1.0]), 4.0) == pytest.approx(3.0)
    assert log_score(np.array([-1.0, 1.0]), 0.0) == pytest.approx(np.log(np.sqrt(2.0)) + 0.5 * np.log(2 * np.pi))
    assert brier(np.array([True, True, False, False]), True) == 0.25


@pytest.mark.parametrize("score", [crps, log_score])
def test_they_are_proper(score) -> None:
    """On average the law from which the truth is drawn does best: not one that is shifted, narrower or wider."""
    chance = np.random.default_rng(3)
    truth = chance.normal(0.0, 1.0, 4000)
    found = {}
    for name, shift, scale in (("true", 0.0, 1.0), ("shifted", 0.7, 1.0), ("narrow", 0.0, 0.4), ("wide", 0.0, 2.5)):
        runs = shift + scale * chance.normal(0.0, 1.0, (4000, 40))
        found[name] = np.mean([score(own, seen) for own, seen in zip(runs, truth, strict=True)])
    assert min(found, key=found.get) == "true"


def test_series_and_labels_over_shared_years() -> None:
    """Only years that both have count; a difference of equal scores is none."""
    runs = {year: np.array([1.0, 2.0, 4.0]) for year in range(1880, 1960)}
    record = {year: 1.5 + 0.01 * (year - 1890) for year in range(1890, 1990)}
    ranked, logs = of_series("a", "gdp", runs, record)
    assert ranked.years.tolist() == list(range(1890, 1960))
    assert len(logs.by_year) == 70
    assert less(ranked, ranked)[0] == 0.0
    worse, _ = of_series("b", "gdp", {year: 3.0 * own for year, own in runs.items()}, record)
    middle, low, _ = less(worse, ranked)
    assert middle > 0.0 and low > 0.0
    label = of_label("a", "state property", {1930: np.array([True, False])}, {1930: True, 1931: True})
    assert label.mean == 0.25
