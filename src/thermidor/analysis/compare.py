"""Two runs laid beside each other: where they part first, in which variable, by how much, and when the label follows.

Draws are keyed by seed and replicate, so members of the same seed and number share their luck: their difference
comes from what was set up otherwise, and its interval is one over pairs. Runs without such members are compared as
two samples, by their medians. Difference always means b minus a.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.parted import (
    Course,
    Floats,
    Months,
    Places,
    dates_after,
    field_of,
    labels_table,
    median_month,
    members_table,
    order_table,
    sizes_table,
    spread_of,
)
from thermidor.analysis.setups import setup_difference
from thermidor.errors import InputError
from thermidor.rules.rewritten import alike
from thermidor.runs.dates import month_among
from thermidor.runs.manifest import another_theory
from thermidor.runs.result import main_country, title_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from thermidor.lenses.spells import Reading
    from thermidor.runs.ensemble import Citizens
    from thermidor.runs.members import Progress
    from thermidor.runs.result import Result
    from thermidor.scenarios import Scenario
    from thermidor.theories import Theory

VISIBLE = 0.1
"""Spreads beyond which a difference counts as visible; a first difference may be one in the last bit."""
MOST_SPREADS = 10.0
"""Spreads beyond which a difference counts as no larger when variables are ranked."""
MEMBERS = 40
"""Members of each run where a scenario is lived on the spot."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs compared in one country, over the months that both have.

    names       what the two are called
    country     the country's name, title its title
    tolerance   spreads up to which a difference counts as none
    setup       what differs in the set-up: what, key, a, b (`setups.setup_difference`)
    months      the months that both have (unit M)
    pairs       numbers of the members that share seed and number; empty where none do
    caveats     what keeps the comparison from being more, in sentences
    members     one row a pair: run, month (first difference in any country; NaT for none), month_label (first other
                label), variables (those that differ in that month, in the order of the month's steps; in another
                country as country.variable)
    order       one row a variable, earliest first: share (of pairs that part), month (median), early, late (10%, 90%),
                visible (median month beyond `VISIBLE` spreads), step (of the month, that writes it), unit, meaning
    sizes       one row a date and variable: a, b (means of pairs, else medians), difference, low, high (95%), spreads
    labels      one row a date and label: a, b (share of runs)
    differing   share of pairs with another label, month by month; without pairs, the share of runs that would have to
                change theirs
    variables   names along the first axis of the next three
    difference, low, high   [variable, month], b minus a and its 95% interval
    spread      [variable, month], standard deviation over members, the two runs pooled
    """

    names: tuple[str, str]
    country: str
    title: str
    tolerance: float
    setup: pd.DataFrame
    months: Months
    pairs: tuple[int, ...]
    caveats: tuple[str, ...]
    members: pd.DataFrame
    order: pd.DataFrame
    sizes: pd.DataFrame
    labels: pd.DataFrame
    differing: Floats
    variables: tuple[str, ...]
    difference: Floats
    low: Floats
    high: Floats
    spread: Floats

    @property
    def parted(self) -> np.datetime64 | None:
        """Median of the months in which pairs part; None where no pair does, or there is none."""
        return median_month(self.members["month"])

    @property
    def label_parted(self) -> np.datetime64 | None:
        """The first month in which the labels of more than half of the pairs differ; None where there is none."""
        beyond = np.flatnonzero(self.differing > 0.5)
        return self.months[beyond[0]] if beyond.size else None

    @property
    def standard(self) -> Floats:
        """The difference in units of the spread [variable, month]."""
        return self.difference / self.spread

    def furthest(self, top: int) -> list[str]:
        """Return the variables furthest apart over all months, the furthest first; of a vector's entries only one."""
        far = np.minimum(np.abs(self.standard), MOST_SPREADS).mean(axis=1)
        ranked = [self.variables[place] for place in np.argsort(-far, kind="stable") if far[place] > 0.0]
        return list({field_of(name): name for name in reversed(ranked)}.values())[::-1][:top]

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw when and how far the variables part, and write it to `path` if one is given (by its ending)."""
        from thermidor.views import parting

        rows = self.furthest(parting.ROWS)
        place = {name: i for i, name in enumerate(self.variables)}
        dated = [name for name in self.order.index if name in rows] if self.pairs else rows
        units = self.order["unit"]
        curves = [
            parting.Curve(
                name, str(units[name]), *(table[place[name]] for table in (self.difference, self.low, self.high))
            )
            for name in rows[: parting.CURVES]
        ]
        many = f"{len(self.pairs)} pairs of members" if self.pairs else "no pairs: two samples"
        drawn = parting.figure(
            self.months,
            {name: self.standard[place[name]] for name in dated},
            self.differing,
            curves,
            title=f"{self.names[1]} minus {self.names[0]}",
            subtitle=f"{self.title}, {many}",
            paired=bool(self.pairs),
        )
        if path is not None:
            drawn.savefig(path)
        return drawn


def compare(
    a: Result | str | Path,
    b: Result | str | Path,
    *,
    country: str | None = None,
    tolerance: float = 0.0,
    at: Iterable[str] = (),
) -> Comparison:
    """Compare two runs, or the folders in which two are kept.

    country     the country compared (by default the first that has a record, else the first)
    tolerance   differences of up to so many spreads of the members count as none
    at          months YYYY-MM at which differences are measured (by default `YEARS_AFTER` and the last)

    Raises InputError for what is no run, a country or month that both don't have, or a negative tolerance.
    """
    if not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise InputError(f"the tolerance can't be {tolerance}", "tolerance", "", "give a number of spreads from 0 up")
    runs = _held(a), _held(b)
    pair = _pair(runs, country)
    begin, end = pair.months[0], pair.months[-1]
    chosen = [int((month_among(month, begin, end, "at") - begin).astype(int)) for month in at]
    course, first, visible = _laid(pair, tolerance)
    labels = [side.labels[:, :, side.countries.index(pair.country)] for side in pair.sides]
    numbers, variables, months = list(pair.numbers), pair.variables, pair.months
    here = first[pair.common.index(pair.country)]
    members = members_table(first, pair.common, pair.country, variables, numbers, months, labels)
    dates = chosen or dates_after(members["month"], months)
    names = runs[0].reading.names
    shares = [np.stack([(codes == code).mean(axis=0) for code in range(len(names))]) for codes in labels]
    apart = (labels[0] != labels[1]).mean(axis=0) if numbers else np.abs(shares[0] - shares[1]).sum(axis=0) / 2
    return Comparison(
        names=_names(runs),
        country=pair.country,
        title=title_of(runs[0], pair.country),
        tolerance=tolerance,
        setup=setup_difference(runs[0].manifest, runs[1].manifest),
        months=months,
        pairs=pair.numbers,
        caveats=_caveats(runs, numbers, months),
        members=members,
        order=order_table(here, visible, variables, months, runs[0].dataset),
        sizes=sizes_table(course, variables, dates, months),
        labels=labels_table(shares, names, dates, months),
        differing=apart,
        variables=variables,
        difference=course.difference,
        low=course.low,
        high=course.high,
        spread=course.spread,
    )


class _Side(NamedTuple):
    """One of two runs, cut to what both have: its members' places, its months, its labels [run, month, country]."""

    columns: Any
    rows: Places
    span: slice
    countries: tuple[str, ...]
    labels: NDArray[np.int8]

    def of(self, variable: str, country: str) -> Floats:
        """A variable of a country [run, month]."""
        values = self.columns[variable].transpose("run", "month", "country").values
        return np.asarray(values[self.rows, self.span, self.countries.index(country)], np.float64)


class _Pair(NamedTuple):
    """Two runs, what both have, and the numbers of the members that share their draws."""

    sides: tuple[_Side, _Side]
    common: tuple[str, ...]
    country: str
    variables: tuple[str, ...]
    months: Months
    numbers: tuple[int, ...]


def _pair(runs: tuple[Result, Result], country: str | None) -> _Pair:
    """Cut two runs to what both have. Raises InputError where that is nothing."""
    readings = runs[0].reading, runs[1].reading
    common = tuple(name for name in readings[0].countries if name in readings[1].countries)
    if not common:
        why = " and ".join(", ".join(reading.countries) for reading in readings)
        raise InputError("these runs have no country in common", "", why, "compare runs of related scenarios")
    country = main_country(runs[0], common) if country is None else country
    if country not in common:
        raise InputError(f"there is no country '{country}' in both", "country", "", f"both have: {', '.join(common)}")
    months, spans = _overlap(readings)
    same = draws_of(runs[0].manifest) == draws_of(runs[1].manifest)
    numbers = tuple(run for run in readings[0].runs if run in readings[1].runs) if same else ()
    sides = []
    for run, reading, span in zip(runs, readings, spans, strict=True):
        rows = _places(reading.runs, numbers) if numbers else np.arange(len(reading.runs))
        sides.append(_Side(run.dataset, rows, span, reading.countries, reading.labels[rows, span]))
    variables = tuple(str(name) for name in sides[0].columns.data_vars if name in sides[1].columns.data_vars)
    return _Pair((sides[0], sides[1]), common, country, variables, months, numbers)


def _laid(pair: _Pair, tolerance: float) -> tuple[Course, Places, Places]:
    """Lay two runs beside each other, variable by variable.

    The course of the compared country; the first months in which members part [country, variable, pair]; those in
    which they visibly do, in the compared country [variable, pair]; -1 for never.
    """
    from thermidor.runs.summary import first_months

    course = Course.empty(len(pair.variables), len(pair.months))
    first = np.full((len(pair.common), len(pair.variables), len(pair.numbers)), -1)
    visible = first[0].copy()
    for place, name in enumerate(pair.variables):
        for where, country in enumerate(pair.common):
            if country != pair.country and not pair.numbers:
                continue
            x, y = (side.of(name, country) for side in pair.sides)
            spread = spread_of(x, y)
            if pair.numbers:
                first[where, place] = first_months(np.abs(y - x) > tolerance * spread)
            if country == pair.country:
                course.put(place, x, y, spread, paired=bool(pair.numbers))
                if pair.numbers:
                    visible[place] = first_months(np.abs(y - x) > max(tolerance, VISIBLE) * spread)
    return course, first, visible


def counterfactual(
    scenario: str | Path | Scenario,
    *,
    set: Mapping[str, float] | None = None,
    rules: Mapping[str, float] | None = None,
    without: Iterable[str] = (),
    theory: str | Path | Theory | None = None,
    replicates: int = MEMBERS,
    citizens: Citizens | None = None,
    months: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> tuple[Result, Result]:
    """Run a scenario as it is and with some of it changed, on the same draws; the arguments are those of `run`.

    Raises InputError before any work, also where nothing is changed.
    """
    from thermidor.runs import run

    if not (set or rules or without or theory):
        mend = "change a condition, a rule or the theory, or switch a mechanism off"
        raise InputError("nothing is changed", mend=mend)
    sizes: dict[str, Any] = {
        "replicates": replicates,
        "citizens": citizens,
        "months": months,
        "seed": seed,
        "progress": progress,
    }
    changes: dict[str, Any] = {"set": set, "rules": rules, "without": without, "theory": theory}
    other = run(scenario, **changes, **sizes, **options)  # what is wrong is here
    return run(scenario, **sizes, **options), other


def _held(run: Result | str | Path) -> Result:
    """Return a run with its dataset in memory, unless it is too large, as its columns."""
    from thermidor.runs import open_run

    opened = open_run(run) if isinstance(run, str | Path) else run
    return replace(opened, columns=opened.whole)


def _overlap(readings: tuple[Reading, Reading]) -> tuple[Months, tuple[slice, slice]]:
    """The months that both have, and where they are in each. Raises InputError."""
    first, last = max(r.months[0] for r in readings), min(r.months[-1] for r in readings)
    if first > last:
        why = " and ".join(f"{r.months[0]} to {r.months[-1]}" for r in readings)
        raise InputError("these runs have no month in common", "", why, "compare runs whose periods overlap")
    a, b = (slice(r.month(first), r.month(last) + 1) for r in readings)
    return readings[0].months[a], (a, b)


def _places(names: tuple[int, ...], wanted: Iterable[int]) -> Places:
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[name] for name in wanted], dtype=np.int64)


def _names(runs: tuple[Result, ...]) -> tuple[str, str]:
    a, b = (run.path.name if run.path is not None else called(run.manifest) for run in runs)
    return (a, b) if a != b else (f"{a} (a)", f"{b} (b)")


def called(manifest: Mapping[str, Any]) -> str:
    """Call a run by its scenario and what was changed: `some-scenario, fear_strength 0.5, without outside`."""
    asked = manifest["overrides"]
    changed = [f"{key} {value:g}" for kind in ("set", "rules") for key, value in asked.get(kind, {}).items()]
    parts = [manifest["scenario"]["name"], *changed, *(f"without {name}" for name in asked.get("without", ()))]
    parts += [f"theory {name}" for name in [another_theory(manifest)] if name]
    return ", ".join(parts)


def draws_of(manifest: Mapping[str, Any]) -> tuple[int, tuple[int, str] | None]:
    """What keys draws beside the member's number: the seed, and of a branch its parent's member and month."""
    parent = manifest.get("parent")
    return int(manifest["seed"]), None if parent is None else (int(parent["member"]), str(parent["at"]))


def _caveats(runs: tuple[Result, ...], numbers: list[int], months: Months) -> tuple[str, ...]:
    said = []
    readings = [run.reading for run in runs]
    if not numbers:
        (a, branch_a), (b, branch_b) = (draws_of(run.manifest) for run in runs)
        why = f"the seeds are {a} and {b}" if a != b else "they have no member's number in common"
        why = "futures have draws of their own" if a == b and branch_a != branch_b else why
        said.append(f"No member can be paired with another: {why}. Only the distributions are compared.")
    elif len(numbers) < max(len(r.runs) for r in readings):
        said.append(f"Only the {len(numbers)} members whose number both runs have are compared.")
    if numbers and len(numbers) == 1:
        said.append("One pair has no interval, and its spread is that of its months.")
    if numbers and runs[0].manifest["citizens"] != runs[1].manifest["citizens"]:
        said.append("The numbers of citizens differ: pairs share their start and outside luck, not their citizens'.")
    if numbers and not alike(*(str(run.manifest.get("rules_code")) for run in runs)):
        said.append("The code of the rules differs: a difference may come from it.")
    if any(len(r.months) > len(months) for r in readings):
        said.append(f"Only the months that both have are compared: {months[0]} to {months[-1]}.")
    return tuple(said)
