"""What the page draws of an ensemble, as plain numbers: shares of runs by regime, curves by year, the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.lab.choice import Choice, scenario
from thermidor.lab.live import Lived
from thermidor.views.panels import decimal_years

if TYPE_CHECKING:
    from thermidor.lenses.spells import Reading

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.5, 0.95)
ALSO = ("war", "urban_share")
"""Variables that the figure that is taken away draws besides."""
STEPS = 120
"""Points of a curve, at most about: years where a scenario has many, months where it has few."""


class Panel(NamedTuple):
    """A panel: its name, how it is scaled, its lines (a variable, or one over another), the record's series or "".

    bars: the record is a yearly count, drawn to a scale of its own.
    """

    name: str
    scale: str
    lines: Mapping[str, tuple[str, ...]]
    record: str = ""
    bars: bool = False


@dataclass(frozen=True)
class Curve:
    """A line of a panel: its name, and quantiles over runs [quantile, step]."""

    name: str
    values: Floats


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn of one country of an ensemble.

    months   the months of the ribbon; shares: label -> share of runs [month]
    years    the decimal years of the curves' steps; panels: name -> curves
    record   panel -> (decimal years, values)
    """

    choice: Choice
    country: str
    members: int
    whole: bool
    months: NDArray[np.datetime64]
    shares: Mapping[str, Floats]
    years: Floats
    panels: Mapping[str, tuple[Curve, ...]]
    record: Mapping[str, tuple[Floats, Floats]]
    reading: Reading


@cache
def panels() -> tuple[Panel, ...]:
    """The panels of the page."""
    import yaml

    told: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("panels.yaml").read_text(encoding="utf-8"))
    return tuple(
        Panel(
            name,
            one["scale"],
            {key: tuple(of) for key, of in one["lines"].items()},
            one.get("record", ""),
            one.get("bars", False),
        )
        for name, one in told.items()
    )


@cache
def variables() -> frozenset[str]:
    """The variables that panels look at."""
    return frozenset(name for panel in panels() for of in panel.lines.values() for name in of)


def picture(lived: Lived, country: str, lens: str, drawn: Sequence[Panel] | None = None) -> Picture:
    """What is drawn of a country under a lens, in all panels or some. Raises InputError for an unknown country."""
    from thermidor.lenses.spells import shares

    country = country or next(iter(scenario(lived.choice.scenario).countries))
    reading = lived.reading(lens)
    place, columns, drawn = reading.country(country), lived.result.columns, panels() if drawn is None else drawn
    step = 12 if len(reading.months) > STEPS else 1

    def of(names: tuple[str, ...]) -> Floats:
        values = [_steps(np.asarray(columns[name][:, :, place], dtype=np.float64), step) for name in names]
        return values[0] / values[1] if len(values) == 2 else values[0]

    with np.errstate(divide="ignore", invalid="ignore"):
        lines = [of(names) for p in drawn for names in p.lines.values()]
    found = iter(np.moveaxis(np.quantile(lines, QUANTILES, axis=1), 1, 0) if lines else ())
    curves = {p.name: tuple(Curve(name, next(found)) for name in p.lines) for p in drawn}
    years = _steps(decimal_years(reading.months)[None, :], step)[0]
    return Picture(
        lived.choice, country, lived.members, lived.whole, reading.months, shares(reading, country), years, curves,
        {p.name: points for p in drawn if (points := record(lived.choice.scenario, country, p.record)) is not None},
        reading,
    )  # fmt: skip


def month(text: str) -> np.datetime64:
    """A month written YYYY-MM; no time for none."""
    return np.datetime64(text or "NaT", "M")


def _steps(values: Floats, step: int) -> Floats:
    """Means of whole steps along the last axis; a rest that is no whole step is left out."""
    whole = values.shape[1] // step * step
    found: Floats = values[:, :whole].reshape(len(values), -1, step).mean(axis=2)
    return found


def sources(choice: Choice) -> str:
    """Where the record of the country that is looked at is from; "" where there is none."""
    from thermidor.views.beside import record_of

    found = scenario(choice.scenario)
    return record_of(found.countries[choice.country or next(iter(found.countries))].record)[1]


@cache
def record(name: str, country: str, series: str) -> tuple[Floats, Floats] | None:
    """The record's points of a country, decimal years and values; None where it has none."""
    from thermidor.views.beside import record_of

    if not series:
        return None
    points = record_of(scenario(name).countries[country].record)[0].get(series)
    return None if points is None else (points.years, points.values)
