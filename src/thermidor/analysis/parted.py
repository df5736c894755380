"""Where members of two runs part: the tables of a comparison, from differences variable by variable.

Arrays of first months are places among the months, -1 for never. Difference means b minus a.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import comb, cos, pi, sin, sqrt, tan
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.country import AXES, FIELDS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Months = NDArray[np.datetime64]

YEARS_AFTER = (1, 10)
"""Years after the first parting at which differences are measured, beside the last month."""
TINY = 1e-6
"""Least spread, as a share of the variable's own size: below it single precision has nothing to say."""


@dataclass(frozen=True)
class Course:
    """Tables [variable, month] of one country, filled variable by variable."""

    a: Floats
    b: Floats
    difference: Floats
    low: Floats
    high: Floats
    spread: Floats

    @classmethod
    def empty(cls, variables: int, months: int) -> Course:
        return cls(*(np.full((variables, months), np.nan) for _ in range(6)))

    def put(self, place: int, x: Floats, y: Floats, spread: Floats, *, paired: bool) -> None:
        """Fill in a variable from its values in both runs [run, month]."""
        self.a[place], self.b[place] = (v.mean(axis=0) if paired else np.median(v, axis=0) for v in (x, y))
        half = mean_interval(y - x) if paired else 1.96 * np.hypot(median_error(x), median_error(y))
        self.difference[place] = self.b[place] - self.a[place]
        self.low[place], self.high[place] = self.difference[place] - half, self.difference[place] + half
        self.spread[place] = spread


def mean_interval(values: Floats) -> Floats:
    """Return half the width of the 95% interval of a mean over runs [run, month], by Student's t; NaN for one run."""
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    return np.asarray(student(len(values) - 1) * values.std(axis=0, ddof=1) / np.sqrt(len(values)))


@cache
def student(freedom: int, inside: float = 0.95) -> float:
    """Return the t within which `inside` of Student's distribution lies (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""

    def share(angle: float) -> float:
        term = total = cos(angle) if freedom % 2 else 1.0
        for k in range(3 if freedom % 2 else 2, freedom, 2):
            term *= (k - 1) / k * cos(angle) ** 2
            total += term
        if freedom == 1:
            total = 0.0
        return 2.0 / pi * (angle + sin(angle) * total) if freedom % 2 else sin(angle) * total

    low, high = 0.0, pi / 2
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if share(middle) < inside else (low, middle)
    return tan(low) * sqrt(freedom)


def median_error(values: Floats) -> Floats:
    """Return the standard error of a median over runs [run, month] from two order statistics; NaN for one run.

    Price and Bonett (2001), Estimating the variance of the sample median.
    """
    runs = len(values)
    if runs < 2:
        return np.full(values.shape[1], np.nan)
    rank = max(1, round((runs + 1) / 2 - np.sqrt(runs)))
    tail = sum(comb(runs, i) for i in range(rank)) / 2.0**runs
    ordered = np.sort(values, axis=0)
    return np.asarray((ordered[runs - rank] - ordered[rank - 1]) / (2.0 * NormalDist().inv_cdf(1.0 - tail)))


def spread_of(x: Floats, y: Floats) -> Floats:
    """Standard deviation over members [month], pooled; of a single pair, that of its months."""
    if min(len(x), len(y)) > 1:
        spread = np.sqrt((x.var(axis=0, ddof=1) + y.var(axis=0, ddof=1)) / 2.0)
    else:
        spread = np.full(x.shape[1], max(x.std(), y.std()))
    size = np.maximum(np.abs(x).mean(axis=0), np.abs(y).mean(axis=0))
    return np.asarray(np.maximum(spread, TINY * np.maximum(size, TINY)))


def members_table(
    first: Places, common: tuple[str, ...], country: str, variables: tuple[str, ...], numbers: list[int],
    months: Months, labels: list[NDArray[np.int8]],
) -> pd.DataFrame:  # fmt: skip
    """The table `members` from the first months [country, variable, pair]."""
    import pandas as pd

    steps = steps_of(variables)
    ranked = sorted(range(len(variables)), key=lambda v: (steps[variables[v]][0], v))
    never = len(months)
    when = np.where(first < 0, never, first)
    rows = []
    for pair, run in enumerate(numbers):
        earliest = int(when[:, :, pair].min())
        names = [
            variables[v] if other == country else f"{other}.{variables[v]}"
            for where, other in sorted(enumerate(common), key=lambda each: each[1] != country)
            for v in ranked
            if when[where, v, pair] == earliest < never
        ]
        other_label = np.flatnonzero(labels[0][pair] != labels[1][pair])
        rows.append((run, stamp(months, earliest if names else -1),
                     stamp(months, int(other_label[0]) if other_label.size else -1), tuple(names)))  # fmt: skip
    table = pd.DataFrame(rows, columns=["run", "month", "month_label", "variables"])
    return table.astype({"month": "datetime64[s]", "month_label": "datetime64[s]"})


def steps_of(variables: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return by variable the place in the month of the first step that writes it, and that step's name."""
    from thermidor.runs.finite import NOWHERE, STEPS, written_by

    order, writers = (*NOWHERE, *STEPS), written_by()
    firsts = {name: writers.get(name, ("start",))[0] for name in variables}
    return {name: (order.index(step), step) for name, step in firsts.items()}


def field_of(variable: str) -> str:
    """Return the field of the country's record that a variable is an entry of: `fear_of` for `fear_of_worker`."""
    return next((f.name for f in FIELDS if f.axis and variable.removeprefix(f"{f.name}_") in AXES[f.axis]), variable)


def order_table(
    first: Places, visible: Places, variables: tuple[str, ...], months: Months, columns: Any
) -> pd.DataFrame:
    """The table `order` from the first months [variable, pair]."""
    import pandas as pd

    steps = steps_of(variables)
    rows = []
    for place, name in enumerate(variables):
        later = np.where(visible[place] < 0, np.inf, visible[place])  # never is late, so that none is before it parts
        happened, seen = first[place][first[place] >= 0], visible[place][visible[place] >= 0]
        middle, early, late = (
            np.rint(np.quantile(happened, (0.5, 0.1, 0.9))).astype(int) if happened.size else (-1,) * 3
        )
        clear = int(np.rint(np.median(later[first[place] >= 0]))) if 2 * seen.size > visible.shape[1] else -1
        share = happened.size / first.shape[1] if first.shape[1] else np.nan
        attrs = columns[name].attrs
        rows.append((name, share, *(stamp(months, int(m)) for m in (middle, early, late, clear)), steps[name][1],
                     attrs.get("unit", ""), attrs.get("meaning", ""), steps[name][0]))  # fmt: skip
    heads = ["variable", "share", "month", "early", "late", "visible", "step", "unit", "meaning", "rank"]
    table = pd.DataFrame(rows, columns=heads)
    table = table.astype(dict.fromkeys(("month", "early", "late", "visible"), "datetime64[s]"))
    table = table.sort_values(["month", "visible", "rank"], kind="stable", na_position="last")
    return table.drop(columns="rank").set_index("variable")


def median_month(months: pd.Series) -> np.datetime64 | None:
    """Return the median of the months that are there, or None."""
    there = months.dropna().to_numpy().astype("datetime64[M]").astype(np.int64)
    return np.datetime64(round(float(np.median(there))), "M") if there.size else None


def stamp(months: Months, place: int) -> np.datetime64:
    return months[place].astype("datetime64[s]") if place >= 0 else np.datetime64("NaT", "s")


def dates_after(parted: pd.Series, months: Months) -> list[int]:
    """Places of the months at which differences are measured."""
    start = median_month(parted)
    begin = 0 if start is None else int((start - months[0]).astype(int))
    later = [begin + 12 * years for years in YEARS_AFTER]
    return sorted({*(place for place in later if place < len(months) - 12), len(months) - 1})


def sizes_table(course: Course, variables: tuple[str, ...], dates: list[int], months: Months) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for place in dates:
        values = {name: getattr(course, name)[:, place] for name in ("a", "b", "difference", "low", "high")}
        spreads = values["difference"] / course.spread[:, place]
        parts.append(pd.DataFrame({"month": stamp(months, place), "variable": variables, **values, "spreads": spreads}))
    return pd.concat(parts, ignore_index=True)


def labels_table(shares: list[Floats], names: tuple[str, ...], dates: list[int], months: Months) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (stamp(months, place), name, float(shares[0][code, place]), float(shares[1][code, place]))
        for place in dates
        for code, name in enumerate(names)
        if shares[0][code, place] or shares[1][code, place]
    ]
    return pd.DataFrame(rows, columns=["month", "label", "a", "b"]).astype({"month": "datetime64[s]"})
