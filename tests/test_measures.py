"""The validation's measures on hand-made series with known answers, and what judges them."""

from __future__ import annotations

import numpy as np
import pytest
from validation import ablations, measures, stats
from validation.boundary import half_level
from validation.measures import measure
from validation.sample import Sample

from thermidor.errors import InputError
from thermidor.rules import load_rules

MONTHS = 998  # from November 1917 to December 2000


def place(year: float) -> int:
    """Place of a decimal year's month in a run from November 1917."""
    return round((year - 1917.0) * 12.0) - 10


def flat(value: float, runs: int = 1) -> np.ndarray:
    """A series that never changes."""
    return np.full((runs, MONTHS), value)


def stepped(*steps: tuple[float, float], runs: int = 1) -> np.ndarray:
    """A series that takes each value from its year on."""
    values = flat(steps[0][1], runs)
    for year, value in steps:
        values[:, max(place(year), 0) :] = value
    return values


def bump(year: float, height: float, width: float = 1.0) -> np.ndarray:
    """A triangular burst about a year."""
    month = np.arange(MONTHS)
    return np.maximum(height * (1.0 - np.abs(month - place(year)) / (12.0 * width)), 0.0)[None, :]


def sample(held: np.ndarray | None = None, **series: np.ndarray) -> Sample:
    """A sample from November 1917."""
    return Sample.of(series or {"norms": flat(0.0, len(held) if held is not None else 1)}, "1917-11", held)


def value(name: str, of: Sample) -> float:
    """A measure's value, as a plain number."""
    return float(measure(name).value(of))


def test_months_and_years() -> None:
    """January of a year is where it should be, and a year that is not whole has no mean."""
    here = sample(norms=np.arange(MONTHS, dtype=float)[None, :])
    assert here.at(1917 + 10 / 12) == 0
    assert here.months[here.at(1937)] == np.datetime64("1937-01")
    assert here.year("norms", 1918)[0] == pytest.approx(np.arange(2, 14).mean())
    assert np.isnan(here.year("norms", 1917)[0]) and np.isnan(here.year("norms", 2001)[0])
    assert here.span(1918, 1918) == slice(2, 14)
    with pytest.raises(InputError, match="norms"):
        here["norm"]


def test_the_label_is_dated_and_held() -> None:
    """Two of three runs reach the label, one of them within the window."""
    held = np.concatenate([stepped((1917, 0), (1926.5, 1)), stepped((1917, 0), (1940, 1)), flat(0)]) > 0
    here = sample(held)
    assert value("label_in_window", here) == pytest.approx(1 / 3)
    assert value("label_median", here) == pytest.approx(1940.0)
    assert measures.label_date(here) == pytest.approx([1926.5, 1940.0, here.end])
    assert value("held_1937", here) == pytest.approx(1 / 3)
    assert value("held_1970", here) == pytest.approx(2 / 3)


def test_leaving_has_to_last() -> None:
    """A gap of two years is no exit; one of six years is, even if the label comes back; the last months count."""
    runs = [
        stepped((1917, 0), (1926, 1), (1960, 0), (1962, 1), (1991, 0)),
        stepped((1917, 0), (1926, 1), (1970, 0), (1976, 1)),
        stepped((1917, 0), (1926, 1), (1999.5, 0)),
        stepped((1917, 0), (1926, 1)),
        flat(0),
    ]
    here = sample(np.concatenate(runs) > 0)
    assert measures.exit_date(here) == pytest.approx([1991.0, 1970.0, 1999.5, here.end, here.end])
    assert value("left_by_2000", here) == pytest.approx(3 / 5)
    assert value("left_before_1980", here) == pytest.approx(1 / 5)


def test_norms_half_and_restoration() -> None:
    """First fall of the norms; restoration counts only after state property has stood above one half."""
    here = sample(
        norms=stepped((1917, 0.9), (1924.25, 0.4)), state_property=stepped((1917, 0.4), (1918, 0.6), (1995, 0.3))
    )
    assert value("norms_half", here) == pytest.approx(1924.25)
    assert measures.restoration_date(here) == pytest.approx([1995.0])
    assert value("restored_by_2000", here) == 1.0
    assert value("restored_by_2000", sample(state_property=flat(0.1))) == 0.0


def test_private_share_ten_years_on() -> None:
    """The share of the month ten years after state property began to fall, and nothing where the run ends before."""
    private = stepped((1917, 0.4), (1980, 0.5), (1989.5, 0.8))
    here = sample(state_property=1.0 - private, private_share=private)
    assert value("private_after_ten", here) == pytest.approx(0.8)
    late = stepped((1917, 0.4), (1995, 0.6))
    assert np.isnan(value("private_after_ten", sample(state_property=1.0 - late, private_share=late)))


def test_growth_and_levels_of_years() -> None:
    """Steady growth of three percent, from whole years; consumption on 1928; levels by their short names."""
    month = np.arange(MONTHS)[None, :]
    product = 2.0 * np.exp(0.03 * month / 12.0)
    here = sample(gdp_per_head=product, to_consume=3.0 * product, population=flat(3.0), organisation=flat(0.25))
    assert value("growth_1932_37", here) == pytest.approx(3.0, rel=1e-5)
    assert value("consumption_1938", here) == pytest.approx(np.exp(0.3), rel=1e-5)
    assert value("gdp_1985", here) == pytest.approx(product[0, place(1985) : place(1986)].mean(), rel=1e-5)
    assert value("organisation_1970", here) == pytest.approx(0.25)
    record = {year: 7.0 * np.exp(0.03 * year) for year in range(1920, 1990)}
    fit = measures.fit_to_record(here, record)
    assert fit.error == pytest.approx(0.0, abs=1e-5) and fit.years == 58


def test_breaks_and_repairs() -> None:
    """Breaks are counted where they fall; the first months of the run belong to no window before them."""
    here = sample(breaks=stepped((1917, 0), (1920, 1), (1942, 2)), repairs=stepped((1917, 0), (1990, 1)))
    assert value("breaks", here) == 2.0
    assert [value(f"breaks_{span}", here) for span in ("1918_21", "1922_40", "1941_46")] == [1.0, 0.0, 1.0]
    assert value("repairs", here) == 1.0


@pytest.mark.parametrize(
    ("trough", "peak", "height", "found"),
    [(1932.5, 1931.0, 0.4, 1.0), (1932.5, 1937.0, 0.4, 0.0), (1932.5, 1931.0, 0.01, 0.0), (None, 1930.0, 0.4, 0.0)],
)
def test_wave(trough: float | None, peak: float, height: float, found: float) -> None:
    """A wave near the worst shortage; too late, too low, or no shortage at all."""
    rising = 1.0 + 0.0005 * np.arange(MONTHS)[None, :]
    living = rising if trough is None else rising * (1.0 - bump(trough, 0.2, 2.0))
    here = sample(to_consume=living, population=flat(1.0), repression_mass=bump(peak, height))
    assert value("wave_share", here) == found


def purged(date: float = 1937.0, *, war: float | None = None, falling: bool = False, endemic: bool = False) -> float:
    """`purge_share` of a run whose norms fell in 1928."""
    slope = -0.0005 if falling else 0.0005
    elite = stepped((1917, 0.0), (1931.5, 0.3)) if endemic else bump(date, 0.3, 1.5)
    here = sample(
        norms=stepped((1917, 0.9), (1928, 0.3)),
        to_consume=1.0 + slope * np.arange(MONTHS)[None, :],
        population=flat(1.0),
        repression_mass=bump(1931, 0.4),
        repression_elite=elite,
        war=flat(0.0) if war is None else stepped((1917, 0.0), (war, 1.0)),
    )
    return value("purge_share", here)


def test_purge() -> None:
    """A burst counts; not before or long after, in decline, ended by a war, as the wave itself, or endemic."""
    assert purged() == 1.0
    assert purged(1929.5) == purged(1943.0) == 0.0
    assert purged(falling=True) == 0.0
    assert purged(war=1937.5) == 0.0 and purged(war=1941.5) == 1.0
    assert purged(1931.3) == 0.0
    assert purged(endemic=True) == 0.0


def test_purge_date_and_an_apparatus_that_is_cut() -> None:
    """The date of highest repression inside the apparatus; a cut of a tenth is a fall, one of a fiftieth is none."""
    assert value("purge_date", sample(repression_elite=bump(1938.5, 0.2))) == pytest.approx(1938.5)
    assert np.isnan(value("purge_date", sample(repression_elite=bump(1938.5, 0.02))))
    shares = np.concatenate([stepped((1917, 0.02), (1924, 0.018)), stepped((1917, 0.02), (1924, 0.0196), (1950, 0.03))])
    assert measure("apparatus_fell_back").of(sample(apparatus_share=shares)).tolist() == [1.0, 0.0]


def test_running_mean_is_centred() -> None:
    """A constant stays, and a step is met half-way."""
    assert measures.smooth(flat(2.0)) == pytest.approx(flat(2.0))
    assert measures.smooth(stepped((1917, 0.0), (1930, 1.0)))[0, place(1930)] == pytest.approx(0.5)


GONE = {"breaking"}
"""Mechanisms of the dated expectations that are rules no more: seizures have taken their place."""


def test_every_expectation_names_a_measure_and_a_direction() -> None:
    """The frozen file can be judged as it stands, and its reasons are whole."""
    for mechanism, rows in ablations.expectations().items():
        assert mechanism == ablations.OUTSIDE or mechanism in load_rules() or mechanism in GONE, mechanism
        for row in rows:
            assert measure(row["measure"]).name == row["measure"]
            assert row["expect"] in ("up", "down", "none") and row["why"]
    assert ablations.expectations()["drive_strength"][1]["why"] == "less complexity, later stagnation"
    with pytest.raises(InputError):
        measure("left_bye_2000")


@pytest.mark.parametrize(
    ("difference", "low", "high", "direction", "verdict"),
    [
        (0.3, 0.1, 0.5, "up", "hit"),
        (0.3, 0.1, 0.5, "down", "MISS"),
        (-0.3, -0.5, -0.1, "down", "hit"),
        (0.3, -0.1, 0.5, "up", "undetermined"),
        (0.0, -0.05, 0.05, "up", "MISS"),
        (0.0, -0.05, 0.05, "none", "hit"),
        (0.3, 0.2, 0.5, "none", "MISS"),
        (0.1, 0.0, 0.2, "none", "undetermined"),
    ],
)
def test_verdicts(difference: float, low: float, high: float, direction: str, verdict: str) -> None:
    """Hit, missed or undetermined, with a margin of one tenth."""
    assert ablations.Effect(0.5, difference, low, high, 0.1).verdict(direction) == verdict


def test_pairs_sharpen_a_difference() -> None:
    """A small shift in every member is certain in pairs, however far members lie apart; a share keeps a least width."""
    base = np.linspace(0.0, 100.0, 60)
    difference, low, high = stats.paired_difference(base, base + 1.0, lambda x: float(x.mean()))
    assert (difference, low, high) == pytest.approx((1.0, 1.0, 1.0))
    none = ablations.effect(measure("repairs"), np.zeros(60), np.zeros(60))
    assert (none.low, none.high) == pytest.approx((-0.05, 0.05)) and none.verdict("down") == "MISS"
    assert ablations.effect(measure("repairs"), np.zeros(6), np.zeros(6)).verdict("down") == "undetermined"


def test_half_way() -> None:
    """The logistic curve's middle; off the scale where all or none are kept; an interval that holds the middle."""
    random = np.random.default_rng(5)
    x = np.repeat(np.linspace(0.0, 4.0, 9), 200)
    kept = random.random(x.size) < 1.0 / (1.0 + np.exp(-3.0 * (x - 1.7)))
    assert stats.half_way(x, kept) == pytest.approx(1.7, abs=0.1)
    assert stats.half_way(x, x >= 2.3) == pytest.approx(2.25, abs=0.1)
    assert stats.half_way(x, np.ones(x.size, bool)) == -np.inf
    assert stats.half_way(x, np.zeros(x.size, bool)) == np.inf
    level, low, high = half_level(np.exp(np.unique(x)), kept.reshape(9, 200), seed=1)
    assert low < level < high and level == pytest.approx(np.exp(1.7), rel=0.1)
    steps = np.repeat([[False], [True], [True]], 20, axis=1)
    assert half_level(np.array([1.0, 2.0, 4.0]), steps, seed=1)[1:] == pytest.approx((1.0, 2.0))


def test_rank_correlation() -> None:
    """One for any rising curve, ties shared, nothing without spread; what is no number is left out."""
    x = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    assert stats.rank_correlation(x, np.exp(x)) == pytest.approx(1.0)
    assert stats.rank_correlation(x, -x) == pytest.approx(-1.0)
    assert stats.ranks(np.array([5.0, 1.0, 5.0])).tolist() == [1.5, 0.0, 1.5]
    assert np.isnan(stats.rank_correlation(x, np.ones(5)))
