"""The figures of a sweep, by what its design asks: planes of two factors, sensitivities, fans of kept series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.analysis import statistics
from thermidor.experiments.design import BASE
from thermidor.reports.effects import boundaries, clear_of_luck, effects, rests_on
from thermidor.reports.sweep_words import (
    asked,
    groups,
    labels_of,
    never,
    number,
    numbers_of,
    shares_of,
    spells,
    spells_of,
    unit_of,
)
from thermidor.views.report import Part, Picture, picture

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

MOST_FIGURES, MOST_PANELS, MOST_CURVES = 3, 4, 6
FEWEST_CLEAR, MOST_BARS = 3, 20


def figures(sweep: Sweep, done: pd.DataFrame) -> Iterator[Part]:
    """Give the figures that the design calls for."""
    base, points = done[done["overlay"] == BASE], sweep.plan.points
    if points.matrix is None and len(points.factors) == 2:
        yield from islice(_plane(sweep, base), MOST_FIGURES)
    if sweep.design.sampling.method in ("morris", "sobol"):
        yield from _sensitivities(sweep)
    yield from islice(_lasting(sweep, done), MOST_FIGURES)
    if sweep.design.series:
        yield from islice(_fans(sweep, done), MOST_FIGURES)


def _plane(sweep: Sweep, base: pd.DataFrame) -> Iterator[Picture]:
    """Give phase diagrams of labels and heat maps of shares and means over two factors, in the base."""
    from thermidor.views import heat, phase
    from thermidor.views.cells import Plane

    across, up = sweep.plan.points.factors
    by, shape = [f"x_{across.name}", f"x_{up.name}"], (across.levels or (), up.levels or ())
    half = next((line for line in boundaries(sweep) if line.overlay == BASE), None)
    over = f"{sweep.design.replicates} replicates a cell"
    plane = Plane(*shape, _titled(across), _titled(up), "", over, x_log=across.log, y_log=up.log)
    if half is not None:
        words = f"half: {asked(sweep.design.outcomes[half.outcome])}"
        plane = plane._replace(boundary=half.drawn, boundary_words=words)
    for name in labels_of(sweep):
        found = statistics.commonest(base, name, by)
        labels, shares = _laid(found, by, shape, "label"), _laid(found, by, shape, "share").astype(float)
        tied = int(found["tied"].sum())
        note = f"{tied} of {len(found):,} cells tie: of equals the first in the alphabet is drawn" if tied else ""
        alt = f"Cells of {across.name} and {up.name}: the commonest label of {name} and the share of runs that has it."
        drawn = phase.figure(plane._replace(title=f"{name}: the commonest label", note=note), labels, shares)
        yield picture(drawn, alt)
    for name in (*shares_of(sweep), *numbers_of(sweep)):
        share, date = name in shares_of(sweep), never(sweep, name) is not None
        if share:
            found = statistics.shares(base, name, by)
        else:
            found = statistics.quantiles(base, name, by, (0.5,), "never" if date else "exclude")
        values = _laid(found, by, shape, "share" if share else "q0.5").astype(float)
        values[np.isinf(values)] = np.nan
        if np.isfinite(values).any():
            unit = unit_of(sweep, name) if share else f"median, {unit_of(sweep, name)}"
            title = f"{name}: {asked(sweep.design.outcomes[name])}"
            span = f"{number(float(np.nanmin(values)))} to {number(float(np.nanmax(values)))}"
            alt = f"Cells of {across.name} and {up.name}: {name}, from {span}."
            holes = "never" if date else "no data"
            drawn = heat.figure(plane._replace(title=title), values, unit=unit, share=share, holes=holes)
            yield picture(drawn, alt)


def _laid(found: pd.DataFrame, by: list[str], shape: tuple[Any, Any], column: str) -> Any:
    """Lay a column out over the levels of two factors [x, y]; NaN where there is nothing."""
    table = found.set_index(by)[column].unstack(by[1])
    return table.reindex(index=list(shape[0]), columns=list(shape[1])).to_numpy(dtype=object)


def _titled(factor: Any) -> str:
    return f"{factor.name}, {factor.unit}" if factor.unit else str(factor.name)


def _sensitivities(sweep: Sweep) -> Iterator[Part]:
    """Give Morris' or Sobol's effects of the outcomes on which replicates agree, and what stands clear of luck else."""
    from thermidor.views import morris, tornado

    for outcome, found in effects(sweep):
        if isinstance(found, str) or not found.table["effect"].gt(0.0).any():
            continue
        table, note = found.table, rests_on(sweep, found)
        unit = asked(sweep.design.outcomes[outcome])
        if found.agreement.too_little:
            clear = clear_of_luck(found)
            if len(clear) < FEWEST_CLEAR:
                continue
            names, sizes = clear["factor"], (clear[key].to_numpy(float) for key in ("mu", "mu_low", "mu_high"))
            title = f"{outcome}: mean effects clear of luck"
            alt = f"Bars: the mean effect on {outcome} of the factors that stand clear of luck; numbers in the table."
            note = f"{len(clear)} of {len(table)} factors, each over its whole range. {note}"
            drawn = tornado.figure(list(names), *sizes, title=title, unit=unit, note=note, most=MOST_BARS)
        elif sweep.design.sampling.method == "morris":
            sizes = (table[key].to_numpy(float) for key in ("effect", "sigma", "low", "high"))
            title = f"{outcome}: elementary effects"
            alt = f"Every factor by the mean size of its effect on {outcome} and how it varies; numbers in the table."
            drawn = morris.figure(list(table["factor"]), *sizes, title=title, unit=unit, note=note)
        else:
            total = table[table["order"] == "total"]
            sizes = (total[key].to_numpy(float) for key in ("effect", "low", "high"))
            title = f"{outcome}: share of variance with interactions"
            alt = f"Bars: each factor's total share of the variance of {outcome}; numbers in the table."
            unit, names = f"share of the variance of {outcome}", list(total["factor"])
            luck = 0.0 if np.isnan(found.agreement.mean) else 1.0 - found.agreement.mean
            drawn = tornado.figure(names, *sizes, title=title, unit=unit, note=note, within=(0.0, 1.0), luck=luck)
        yield picture(drawn, alt)


def _lasting(sweep: Sweep, done: pd.DataFrame) -> Iterator[Picture]:
    """Give the survival of each duration by overlay."""
    from thermidor.analysis.survival import curve
    from thermidor.views.survival import figure

    parts = groups(sweep, done[done["status"] == "done"])
    for name in spells_of(sweep):
        found = {key: spells(part, name) for key, part in parts.items()}
        shown = [key for key in found if len(found[key][0])][:MOST_CURVES]
        had = {key: f"{len(found[key][0]):,} of {len(parts[key]):,}".replace(" ", "\u00a0") for key in shown}
        curves = {f"{key}: {had[key]}": curve(*found[key]) for key in shown}
        if curves:
            alt = f"Share of spells that still last, by years, for {', '.join(shown)}."
            title, note = f"{name}: {asked(sweep.design.outcomes[name])}", _rest(len(parts) - len(shown))
            subtitle = "beside each name: members that ever have it"
            yield picture(figure(curves, title=title, subtitle=subtitle, note=note), alt)


def _rest(many: int) -> str:
    """Say how many groups are not drawn."""
    return f"not drawn: {many} of the overlays" if many else ""


def _fans(sweep: Sweep, done: pd.DataFrame) -> Iterator[Picture]:
    """Give the kept series as fans, a panel an overlay, the base first."""
    from thermidor.views.fan import figure
    from thermidor.views.panels import decimal_years

    groups_of = groups(sweep, done[done["status"] == "done"])
    for name, variable in sweep.series.data_vars.items():
        panels = {
            group: np.asarray(variable.isel(member=part["member"].to_numpy()).values, np.float64)
            for group, part in islice(groups_of.items(), MOST_PANELS)
        }
        panels = {group: values for group, values in panels.items() if np.isfinite(values).any()}
        if panels:
            unit, note = str(variable.attrs.get("unit", "")), _rest(len(groups_of) - len(panels))
            years = decimal_years(sweep.series["month"].values)
            drawn = figure(years, panels, title=str(name), unit=unit, note=note)
            alt = f"{name} by month: median and bands of 50% and 90% of the members, by overlay: {', '.join(panels)}."
            yield picture(drawn, alt, str(variable.attrs.get("meaning", "")))
