"""Lay a run beside the record: yearly pairs, errors with one scale removed, growth by period.

Nothing is filled in: a year that the record lacks is left out of every figure, and named.
A yearly series is a mapping from year to value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from thermidor.errors import InputError
from thermidor.record.read import Series, record

Yearly = Mapping[int, float]


class Beside(NamedTuple):
    """Years that run and record share (int64), their values (float64), and the run's years the record lacks."""

    year: np.ndarray
    model: np.ndarray
    record: np.ndarray
    missing: tuple[int, ...]
    series: Series


class LogFit(NamedTuple):
    """How far a run lies from the record, in logarithms.

    `error`: mean absolute log error after the run is multiplied by `scale`; `line_error`: that of
    the best straight log-line through the record over the same years; `years`: how many years were
    compared; `missing`: years of the span that run or record lacks.
    """

    error: float
    scale: float
    line_error: float
    years: int
    missing: tuple[int, ...]


class GrowthRow(NamedTuple):
    """Mean yearly logarithmic growth over a period; None where a series lacks the first or last year."""

    period: tuple[int, int]
    model: float | None
    record: float | None


def yearly(months: np.ndarray, values: np.ndarray) -> dict[int, float]:
    """Return the mean of each whole year.

    `months`: datetime64 of each month, `values`: one number a month. A year with fewer than twelve
    months, or with a value that is not finite, is left out.
    """
    months, values = np.asarray(months).astype("datetime64[M]"), np.asarray(values, dtype=np.float64)
    if months.ndim != 1 or months.shape != values.shape:
        raise ValueError(f"months {months.shape} and values {values.shape} must be two vectors of one length")
    if len(np.unique(months)) != len(months):
        raise ValueError("a month occurs twice")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    whole = [int(y) for y in np.unique(year) if np.count_nonzero(year == y) == 12]
    means = {y: float(values[year == y].mean()) for y in whole}
    return {y: mean for y, mean in means.items() if math.isfinite(mean)}


def beside(months: np.ndarray, values: np.ndarray, country: str, series: str) -> Beside:
    """Return a run's yearly means beside the record's series, as they are: no scale is removed.

    Raises InputError for a country or series that the record does not know.
    """
    found = record(country, series)
    model, known = yearly(months, values), found.by_year()
    shared = [y for y in sorted(model) if y in known]
    return Beside(
        year=np.array(shared, dtype=np.int64),
        model=np.array([model[y] for y in shared], dtype=np.float64),
        record=np.array([known[y] for y in shared], dtype=np.float64),
        missing=tuple(y for y in sorted(model) if y not in known),
        series=found,
    )


def log_fit(model: Yearly, record: Yearly, first: int, last: int) -> LogFit:
    """Compare two yearly series over `first`..`last`, both included, with one constant scale removed.

    Scale and line are both fitted by least squares on logarithms (the scale is the mean log ratio),
    so that run and line are treated alike. Raises InputError if fewer than three years are shared
    or a value is not positive.
    """
    span = range(first, last + 1)
    years = [y for y in span if y in model and y in record]
    if len(years) < 3:
        raise InputError(
            what=f"the error over {first}-{last} can't be computed",
            where=f"{first}-{last}",
            why=f"run and record share {len(years)} years; three are needed",
            mend="choose a longer span, or run more months",
        )
    wrong = [y for y in years if not (0.0 < model[y] < math.inf and 0.0 < record[y] < math.inf)]
    if wrong:
        raise InputError(
            what="a logarithmic error needs positive numbers",
            where=f"{wrong[0]}",
            why=f"run {model[wrong[0]]:g}, record {record[wrong[0]]:g}",
            mend="choose a series that is positive throughout",
        )
    log_record = np.log([record[y] for y in years])
    ratio = log_record - np.log([model[y] for y in years])
    return LogFit(
        error=float(np.abs(ratio - ratio.mean()).mean()),
        scale=float(np.exp(ratio.mean())),
        line_error=_line_error(np.array(years, dtype=np.float64), log_record),
        years=len(years),
        missing=tuple(y for y in span if y not in years),
    )


def mean_abs_log_error(model: Yearly, record: Yearly, first: int, last: int) -> tuple[float, float]:
    """Return (error, scale) of `log_fit`: the mean absolute log error once the run is multiplied by scale."""
    fit = log_fit(model, record, first, last)
    return fit.error, fit.scale


def straight_line_error(record: Yearly, first: int, last: int) -> float:
    """Return the mean absolute log error of the best straight log-line through the record itself.

    The rival that knows nothing: steady growth, fitted to the very years it is judged on.
    """
    return log_fit(record, record, first, last).line_error


def growth_table(model: Yearly, record: Yearly, periods: Iterable[tuple[int, int]]) -> list[GrowthRow]:
    """Return mean yearly log growth of run and record for each period (first year, last year)."""
    return [
        GrowthRow((first, last), _growth(model, first, last), _growth(record, first, last)) for first, last in periods
    ]


def _growth(levels: Yearly, first: int, last: int) -> float | None:
    start, end = levels.get(first, math.nan), levels.get(last, math.nan)
    if last <= first or not (0.0 < start < math.inf and 0.0 < end < math.inf):
        return None
    return math.log(end / start) / (last - first)


def _line_error(years: np.ndarray, logs: np.ndarray) -> float:
    slope, height = np.polyfit(years - years.mean(), logs, 1)
    return float(np.abs(logs - height - slope * (years - years.mean())).mean())
