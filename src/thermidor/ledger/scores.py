"""How well the runs of a theory foretell what was observed: proper scores of an ensemble, year by year.

    continuous ranked probability   of the logarithm of a series: the mean distance of the runs from what was observed,
                                    less half their mean distance from one another; 0 is perfect, and a forecast that
                                    is sure of itself pays more where it is wrong
    log score                       of the same, by the normal law of the runs' logarithms; less is better
    Brier score                     of a label that is so in a year or not, by the share of runs in which it is

Differences between theories are taken year by year and their interval by resampling blocks of years, since the error of
a year is much like that of the year before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import cluster_interval

Floats = NDArray[np.float64]
SERIES = ("gdp_per_head", "population", "urban_share")
"""Series of the record beside which runs are laid."""
BLOCK = 5
"""Years that are resampled together; errors last longer than that, so that intervals are rather too narrow."""
LEAST_SPREAD = 0.02
"""The spread of a series' logarithm below which no forecast is taken at its word: about the error of the record."""


@dataclass(frozen=True, eq=False)
class Score:
    """A theory's score of one thing: by year [year], its mean and how many years."""

    theory: str
    of: str
    kind: str
    years: NDArray[np.int64]
    by_year: Floats

    @property
    def mean(self) -> float:
        """The mean over the years; no number without any."""
        return float(np.mean(self.by_year)) if len(self.by_year) else float("nan")


def crps(runs: Floats, observed: float) -> float:
    """The continuous ranked probability score of an ensemble [run], unbiased for its size."""
    count = len(runs)
    apart = np.abs(runs[:, None] - runs[None, :]).sum() / (count * (count - 1)) if count > 1 else 0.0
    return float(np.abs(runs - observed).mean() - 0.5 * apart)


def log_score(runs: Floats, observed: float) -> float:
    """Minus the logarithm of the normal density with the runs' mean and spread (at least LEAST_SPREAD)."""
    spread = max(float(np.std(runs, ddof=1)) if len(runs) > 1 else 0.0, LEAST_SPREAD)
    z = (observed - float(runs.mean())) / spread
    return 0.5 * z * z + float(np.log(spread)) + 0.5 * float(np.log(2.0 * np.pi))


def brier(runs: NDArray[np.bool_], observed: bool) -> float:
    """The squared difference of the share of runs and what was so."""
    return (float(runs.mean()) - float(observed)) ** 2


def of_series(theory: str, name: str, runs: Mapping[int, Floats], record: Mapping[int, float]) -> tuple[Score, Score]:
    """Both scores of a series over the years that runs {year: [run]} and record share."""
    years = sorted(year for year in set(runs) & set(record) if record[year] > 0.0)
    scores = []
    kinds: tuple[tuple[str, Callable[[Floats, float], float]], ...] = (("ranked", crps), ("log", log_score))
    for kind, score in kinds:
        by_year = np.array([score(np.log(np.maximum(runs[year], 1e-9)), float(np.log(record[year]))) for year in years])
        scores.append(Score(theory, name, kind, np.array(years, np.int64), by_year))
    return scores[0], scores[1]


def of_label(theory: str, name: str, runs: Mapping[int, NDArray[np.bool_]], record: Mapping[int, bool]) -> Score:
    """The Brier score of a label over the years that runs {year: [run]} and record share."""
    years = sorted(set(runs) & set(record))
    by_year = np.array([brier(runs[year], record[year]) for year in years])
    return Score(theory, name, "Brier", np.array(years, np.int64), by_year)


def less(one: Score, other: Score) -> tuple[float, float, float]:
    """The mean of one score less the other over their years, with the 95% interval over blocks of years."""
    years = np.intersect1d(one.years, other.years)
    difference = one.by_year[np.isin(one.years, years)] - other.by_year[np.isin(other.years, years)]
    if not len(years):
        return float("nan"), float("nan"), float("nan")
    low, high = cluster_interval(difference, (years - years[0]) // BLOCK)
    return float(difference.mean()), low, high
