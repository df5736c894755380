"""Measures: what a sample of runs shows, one number a run, each a pure function with its statistic and its margin.

Names as in `expectations-2026-11-22.yaml`. Dates are decimal years; what never happens is dated at the end of the run.
A measure of a year is the mean of the calendar year; `growth_1932_37` is that of GDP per head in percent a year.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.record.compare import LogFit, log_fit
from validation.sample import KEPT, Bools, Floats, Sample

LASTING_EXIT = 60
"""Months for which the label has to be gone (or to the end of the run) to count as left."""
WAVE_LEAST, SHORTAGE_LEAST, BURST_LEAST = 0.05, 0.03, 0.05


@dataclass(frozen=True)
class Measure:
    """One number a run by `of`, their `statistic` (mean or median), its unit, and a margin for no change."""

    name: str
    of: Callable[[Sample], Floats]
    statistic: str
    unit: str
    margin: float
    relative: bool = False

    def over(self, values: Floats) -> float:
        """Return the statistic over runs, leaving out those where the measure is not defined (NaN)."""
        values = values[~np.isnan(values)]
        if not len(values):
            return float("nan")
        return float(values.mean() if self.statistic == "mean" else np.median(values))

    def value(self, sample: Sample) -> float:
        """Return the measure of a sample."""
        return self.over(self.of(sample))

    def margin_at(self, base: float) -> float:
        """Return the margin in the measure's own unit."""
        return self.margin * abs(base) if self.relative else self.margin


NORMS_GONE = 0.35


def first_date(happens: Bools, sample: Sample) -> Floats:
    """Return when something first happens [run, month] -> decimal year [run]; the end of the run where never."""
    date = sample.start + happens.argmax(axis=1) / 12.0
    return np.where(happens.any(axis=1), date, sample.end)


def label_date(sample: Sample) -> Floats:
    """Return when the label of interest is first reached."""
    return first_date(sample.held(), sample)


def exit_date(sample: Sample) -> Floats:
    """Return when the label, once reached, is left for five years or for the rest of the run; the end where never."""
    held = sample.held()
    dates = np.full(len(sample), sample.end)
    for run, months in enumerate(held):
        here = np.flatnonzero(months)
        if len(here):
            gaps = np.diff(np.append(here, len(months) + LASTING_EXIT)) > LASTING_EXIT
            last = here[gaps.argmax()]
            if last + 1 < len(months):
                dates[run] = sample.start + (last + 1) / 12.0
    return dates


def norms_half_date(sample: Sample) -> Floats:
    """Return when the norms first stand below one half."""
    return first_date(sample["norms"] < 0.5, sample)


def norms_gone_date(sample: Sample) -> Floats:
    """Return when the norms first stand below 0.35, where the lens takes them for gone."""
    return first_date(sample["norms"] < NORMS_GONE, sample)


def restoration_date(sample: Sample) -> Floats:
    """Return when state property first stands below one half after having stood above it."""
    state = sample["state_property"] >= 0.5
    return first_date(~state & np.maximum.accumulate(state, axis=1), sample)


TURNING = 0.9


def transition_date(sample: Sample) -> Floats:
    """Return when restoration begins: state property, having stood above one half, first a tenth below its height."""
    state = sample["state_property"]
    height = np.maximum.accumulate(state, axis=1)
    return first_date((height >= 0.5) & (state < TURNING * height), sample)


def in_label(sample: Sample, year: float) -> Floats:
    """Say which runs have the label in January of a year (1.0 or 0.0)."""
    month = min(sample.at(year), sample.values.shape[1] - 1)
    return sample.held()[:, month].astype(np.float64)


def growth(sample: Sample, first: int, last: int, name: str = "gdp_per_head") -> Floats:
    """Return mean yearly log growth between two calendar years, percent a year."""
    return 100.0 * np.log(sample.year(name, last) / sample.year(name, first)) / (last - first)


def breaks_between(sample: Sample, first: float, last: float) -> Floats:
    """Say which runs' states break from January of `first` to December of `last`."""
    months = sample.span(first, last)
    count = sample["breaks"]
    before = count[:, months.start - 1] if months.start > 0 else 0.0
    return (count[:, months.stop - 1] > before).astype(np.float64)


def smooth(values: Floats, months: int = 12) -> Floats:
    """Return the centred running mean [run, month], shorter at the ends."""
    half, total = months // 2, np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    month = np.arange(values.shape[1])
    low, high = np.maximum(month - half, 0), np.minimum(month + months - half, values.shape[1])
    mean: Floats = (total[:, high] - total[:, low]) / (high - low)
    return mean


def wave(sample: Sample, first: int = 1927, last: int = 1937) -> Floats:
    """Say which runs have a mass wave within three years of the worst shortage between two years (1.0 or 0.0).

    Worst shortage: lowest consumption per head (mean of twelve months), at least 3% below an earlier level, back
    to two years before the span. Wave: the highest repression of the many from the first year to three years after the
    last, at least 0.05 and twice its mean of the four years before the span.
    """
    living, mass = smooth(sample.living), sample["repression_mass"]
    span, wide = sample.span(first, last), sample.span(first, last + 3)
    trough = span.start + living[:, span].argmin(axis=1)
    peak = wide.start + mass[:, wide].argmax(axis=1)
    run = np.arange(len(sample))
    before = np.maximum.accumulate(living[:, sample.span(first - 2, last)], axis=1)
    best = before[run, trough - sample.span(first - 2, last).start]
    short = living[run, trough] <= (1.0 - SHORTAGE_LEAST) * best
    usual = mass[:, sample.span(first - 4, first - 1)].mean(axis=1)
    high = mass[run, peak]
    found: Bools = short & (high >= WAVE_LEAST) & (high >= 2.0 * usual) & (np.abs(peak - trough) <= 36)
    return found.astype(np.float64)


def purge_peak(sample: Sample, first: int = 1922, last: int = 1960) -> Floats:
    """Return the date of the strongest repression inside the apparatus between two years; NaN where it stays low."""
    elite = sample["repression_elite"][:, sample.span(first, last)]
    date = sample.start + (sample.span(first, last).start + elite.argmax(axis=1)) / 12.0
    return np.where(elite.max(axis=1) >= BURST_LEAST, date, np.nan)


def purge(sample: Sample) -> Floats:
    """Say which runs have a separate burst inside the apparatus that ends by itself (1.0 or 0.0).

    The strongest repression inside the apparatus from three to twelve years after the norms fell (below 0.35, the
    lens's threshold): at
    least 0.05 and three times its mean of the ten years about it; a year or more from the highest repression of the
    many within ten years; with consumption per head (mean of twelve months) above that of two years before; and down
    to a quarter within five years, before any war.
    """
    elite, mass, living, war = (
        sample["repression_elite"],
        sample["repression_mass"],
        smooth(sample.living),
        sample["war"],
    )
    fell, months = norms_gone_date(sample), elite.shape[1]
    found = np.zeros(len(sample))
    for run in np.flatnonzero(fell < sample.end):
        low, high = sample.at(fell[run] + 3.0), min(sample.at(fell[run] + 12.0), months)
        if low >= high:
            continue
        peak = low + int(elite[run, low:high].argmax())
        top = elite[run, peak]
        about = slice(max(peak - 60, 0), peak + 60)
        wide = slice(max(peak - 120, 0), peak + 120)
        burst = top >= BURST_LEAST and top >= 3.0 * elite[run, about].mean()
        summit = top >= elite[run, max(peak - 12, 0) : peak + 13].max()
        apart = abs(wide.start + int(mass[run, wide].argmax()) - peak) >= 12
        rising = living[run, peak] > living[run, max(peak - 24, 0)]
        over = np.flatnonzero(elite[run, peak : peak + 60] <= 0.25 * top)
        ended = len(over) > 0 and not (war[run, peak : peak + int(over[0]) + 1] > 0.1).any()
        found[run] = burst and summit and apart and rising and ended
    return found


def fell_back(
    sample: Sample, name: str = "apparatus_share", first: int = 1919, last: int = 1985, part: float = 0.05
) -> Floats:
    """Say in which runs a variable's yearly means once stand 5% or more below an earlier year's (not monotone)."""
    years = np.stack([sample.year(name, year) for year in range(first, last + 1)], axis=1)
    below: Bools = years <= (1.0 - part) * np.maximum.accumulate(years, axis=1)
    return np.asarray(below.any(axis=1), np.float64)


def private_after(sample: Sample, years: float = 10.0) -> Floats:
    """Return the private share so many years after restoration began; NaN where the run ends before."""
    date = transition_date(sample)
    place = np.rint((date + years - sample.start) * 12.0).astype(int)
    inside = (date < sample.end) & (place < sample.values.shape[1])
    share = sample["private_share"][np.arange(len(sample)), np.where(inside, place, 0)]
    return np.where(inside, share, np.nan)


def trough_after(sample: Sample) -> Floats:
    """Return the lowest GDP per head of ten years from when restoration began over the highest of the two before.

    NaN where the run ends within five years.
    """
    date, product = transition_date(sample), sample["gdp_per_head"]
    found = np.full(len(sample), np.nan)
    for run in np.flatnonzero(date + 5.0 < sample.end):
        month = sample.at(date[run])
        found[run] = product[run, month : month + 120].min() / product[run, max(month - 24, 0) : month + 1].max()
    return found


def median_curve(sample: Sample, values: Floats) -> dict[int, float]:
    """Return the median over runs of each whole calendar year's mean of values [run, month]."""
    years = range(int(np.ceil(sample.start)), int(np.floor(sample.end)))
    return {year: float(np.median(sample.mean_of_year(values, year))) for year in years}


def fit_to_record(sample: Sample, record: dict[int, float], first: int = 1928, last: int = 1985) -> LogFit:
    """Return how far the median GDP per head lies from the record, one constant scale removed (see `log_fit`)."""
    return log_fit(median_curve(sample, sample["gdp_per_head"]), record, first, last)


def _held_and_reached(sample: Sample) -> Floats:
    date = label_date(sample)
    return ((date >= 1923.0) & (date < 1935.0)).astype(np.float64)


def _by(date: Callable[[Sample], Floats], year: float) -> Callable[[Sample], Floats]:
    return lambda sample: (date(sample) < min(year, sample.end)).astype(np.float64)


SHARE, DATE = ("mean", "share of runs", 0.1), ("median", "year", 1.0)
MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("label_in_window", _held_and_reached, *SHARE),
        Measure("label_median", label_date, *DATE),
        Measure("norms_half", norms_half_date, *DATE),
        Measure("left_by_2000", _by(exit_date, 2000.0), *SHARE),
        Measure("left_before_1980", _by(exit_date, 1980.0), *SHARE),
        Measure("restored_by_1937", _by(restoration_date, 1937.0), *SHARE),
        Measure("restored_by_2000", _by(restoration_date, 2000.0), *SHARE),
        Measure("repairs", lambda s: (s["repairs"][:, -1] > 0).astype(np.float64), *SHARE),
        Measure("breaks", lambda s: s["breaks"][:, -1], "mean", "breaks a run", 0.1),
        Measure("wave_share", wave, *SHARE),
        Measure("purge_share", purge, *SHARE),
        Measure("purge_date", purge_peak, *DATE),
        Measure("apparatus_fell_back", fell_back, *SHARE),
        Measure("private_after_ten", private_after, "median", "share", 0.05),
        Measure("unclassified", lambda s: s.held("unclassified").mean(axis=1), "mean", "share of months", 0.02),
    )
}

LEVELS = {"gdp": "gdp_per_head", "coercive": "coercive_share", "apparatus": "apparatus_share"}
"""Families `NAME_YEAR` whose name is not the variable's own (others: organisation_1970, collectivised_1934, ...)."""


def measure(name: str) -> Measure:
    """Return a measure by name, made to order for those with years in them; raises InputError if there is none."""
    if name in MEASURES:
        return MEASURES[name]
    if found := re.fullmatch(r"growth_(\d{4})_(\d\d)", name):
        first, last = int(found[1]), int(found[1][:2] + found[2])
        return Measure(name, lambda s: growth(s, first, last), "median", "% a year", 0.5)
    if found := re.fullmatch(r"breaks_(\d{4})_(\d\d)", name):
        first, last = int(found[1]), int(found[1][:2] + found[2])
        return Measure(name, lambda s: breaks_between(s, first, last), *SHARE)
    if found := re.fullmatch(r"held_(\d{4})", name):
        year = int(found[1])
        return Measure(name, lambda s: in_label(s, year), *SHARE)
    if found := re.fullmatch(r"consumption_(\d{4})", name):
        year = int(found[1])
        return Measure(
            name, lambda s: s.mean_of_year(s.living, year) / s.mean_of_year(s.living, 1928), "median", "1928 = 1", 0.03
        )
    if found := re.fullmatch(r"([a-z_]+)_(\d{4})", name):
        variable, year = LEVELS.get(found[1], found[1]), int(found[2])
        if variable not in KEPT:
            raise InputError(f"there is no measure '{name}'", mend=nearest(name, MEASURES) or nearest(variable, KEPT))
        relative, margin = (True, 0.05) if found[1] in LEVELS else (False, 0.05)
        return Measure(name, lambda s: s.year(variable, year), "median", "level", margin, relative)
    raise InputError(f"there is no measure '{name}'", mend=nearest(name, MEASURES))
