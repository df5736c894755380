"""The figures of a sweep, by what its design asks: planes of two factors, sensitivities, fans of kept series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.analysis import statistics
from thermidor.experiments.design import BASE
from thermidor.experiments.outcomes import ENDED, Duration
from thermidor.reports.effects import boundaries, effects, rests_on
from thermidor.reports.sweep_words import asked, labels_of, numbers_of, shares_of
from thermidor.views.report import Part, Picture, picture

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

MOST_FIGURES, MOST_PANELS, MOST_CURVES = 3, 4, 6


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

    across, up = sweep.plan.points.factors
    by, shape = [f"x_{across.name}", f"x_{up.name}"], (across.levels or (), up.levels or ())
    axes: dict[str, Any] = {
        "x_title": _titled(across), "y_title": _titled(up), "x_log": across.log, "y_log": up.log,
        "subtitle": f"{sweep.design.replicates} replicates a cell",
    }  # fmt: skip
    half = next((line for line in boundaries(sweep) if line.overlay == BASE), None)
    if half is not None:
        axes |= {"boundary": half.drawn, "boundary_words": f"half: {asked(sweep.design.outcomes[half.outcome])}"}
    for name in labels_of(sweep):
        found = statistics.commonest(base, name, by)
        labels, shares = _laid(found, by, shape, "label"), _laid(found, by, shape, "share").astype(float)
        alt = f"Cells of {across.name} and {up.name}: the commonest label of {name} and the share of runs that has it."
        yield picture(phase.figure(*shape, labels, shares, title=f"{name}: the commonest label", **axes), alt)
    for name in (*shares_of(sweep), *numbers_of(sweep)):
        share = name in shares_of(sweep)
        found = statistics.shares(base, name, by) if share else statistics.quantiles(base, name, by, (0.5,))
        values = _laid(found, by, shape, "share" if share else "q0.5").astype(float)
        if np.isfinite(values).any():
            unit = "share of runs" if share else f"median, {asked(sweep.design.outcomes[name])}"
            span = f"{np.nanmin(values):.3g} to {np.nanmax(values):.3g}"
            alt = f"Cells of {across.name} and {up.name}: {name}, from {span}."
            yield picture(
                heat.figure(
                    *shape,
                    values,
                    title=f"{name}: {asked(sweep.design.outcomes[name])}",
                    unit=unit,
                    share=share,
                    **axes,
                ),
                alt,
            )


def _laid(found: pd.DataFrame, by: list[str], shape: tuple[Any, Any], column: str) -> Any:
    """Lay a column out over the levels of two factors [x, y]; NaN where there is nothing."""
    table = found.set_index(by)[column].unstack(by[1])
    return table.reindex(index=list(shape[0]), columns=list(shape[1])).to_numpy(dtype=object)


def _titled(factor: Any) -> str:
    return f"{factor.name}, {factor.unit}" if factor.unit else str(factor.name)


def _sensitivities(sweep: Sweep) -> Iterator[Part]:
    """Give Morris' or Sobol's effects of the first outcomes that are a number or come or don't."""
    from thermidor.views import morris, tornado

    for outcome, found in effects(sweep):
        if isinstance(found, str) or not found.table["effect"].gt(0.0).any():
            continue
        table, note = found.table, rests_on(sweep, found)
        unit = asked(sweep.design.outcomes[outcome])
        if sweep.design.sampling.method == "morris":
            sizes = (table[key].to_numpy(float) for key in ("effect", "sigma", "low", "high"))
            title = f"{outcome}: elementary effects"
            alt = f"Every factor by the mean size of its effect on {outcome} and how it varies; numbers in the table."
            yield picture(morris.figure(list(table["factor"]), *sizes, title=title, unit=unit, note=note), alt)
        else:
            total = table[table["order"] == "total"]
            sizes = (total[key].to_numpy(float) for key in ("effect", "low", "high"))
            title = f"{outcome}: share of variance with interactions"
            alt = f"Bars: each factor's total share of the variance of {outcome}; numbers in the table."
            drawn = tornado.figure(list(total["factor"]), *sizes, title=title, unit="share of variance", note=note)
            yield picture(drawn, alt)


def _lasting(sweep: Sweep, done: pd.DataFrame) -> Iterator[Picture]:
    """Give the survival of each duration by overlay."""
    from thermidor.analysis.survival import curve
    from thermidor.views.survival import figure

    for name, outcome in sweep.design.outcomes.items():
        if not isinstance(outcome, Duration):
            continue
        lived = done[done[name].notna()]
        curves = {
            str(overlay): curve(part[name].to_numpy(float), part[name + ENDED].to_numpy(float) > 0.5)
            for overlay, part in islice(lived.groupby("overlay", sort=False), MOST_CURVES)
        }
        if curves:
            alt = f"Share of spells that still last, by years, for {', '.join(curves)}."
            yield picture(figure(curves, title=f"{name}: {asked(outcome)}"), alt)


def _fans(sweep: Sweep, done: pd.DataFrame) -> Iterator[Picture]:
    """Give the kept series as fans, a panel an overlay, the base first."""
    from thermidor.views.fan import figure
    from thermidor.views.panels import decimal_years

    lived = done[done["status"] == "done"]
    groups = {str(name): part["member"].to_numpy() for name, part in lived.groupby("overlay", sort=False)}
    for name, variable in sweep.series.data_vars.items():
        panels = {
            group: np.asarray(variable.isel(member=members).values, np.float64)
            for group, members in islice(groups.items(), MOST_PANELS)
        }
        panels = {group: values for group, values in panels.items() if np.isfinite(values).any()}
        if panels:
            unit = str(variable.attrs.get("unit", ""))
            drawn = figure(decimal_years(sweep.series["month"].values), panels, title=str(name), unit=unit)
            alt = f"{name} by month: median and bands of 50% and 90% of the members, by overlay: {', '.join(panels)}."
            yield picture(drawn, alt, str(variable.attrs.get("meaning", "")))
