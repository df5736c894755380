"""The figure of a run: regimes above; economy, state, coercion and society below, with the record beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from thermidor.views.palette import DASHES, FAINT, GRID, INK, LINES, PAPER
from thermidor.views.panels import (
    Floats,
    Label,
    Points,
    decimal_years,
    dots,
    dress,
    line,
    name_lines,
    shade_wars,
    within,
)
from thermidor.views.ribbon import key, ribbon

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from thermidor.lenses.spells import Reading

WIDE, HIGH, DPI = 8.0, 10.0, 150
LEFT, RIGHT, EDGE = 0.075, 0.79, 0.97
TOP, BOTTOM, GAP = 0.908, 0.088, 0.36
PANELS = {"regimes": 1.62, "economy": 1.42, "state": 1.12, "apparatus": 0.72, "coercion": 1.12, "society": 1.08}
"""Panels from the top down and their share of the height, about in inches."""


class Run(Protocol):
    """What a figure needs of a result."""

    @property
    def dataset(self) -> xr.Dataset:
        """Every variable (run, month, country)."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run."""

    @property
    def reading(self) -> Reading:
        """What the lens reads."""


Record = Mapping[str, Points]
"""Series of the record by name: gdp_per_head (thousand 2011 $), urban_share (share), sentences
(thousand a year); any may be missing."""


def figure(result: Run, country: str | None = None) -> Figure:
    """Draw one country of a run, by default the first that has a record to lay beside it, else the first.

    `result` is what `thermidor.run` and `thermidor.open_run` return. Raises InputError for a country it hasn't got.
    """
    from thermidor.lenses.spells import shares
    from thermidor.views.beside import record_of

    scenario = result.manifest["scenario"]["resolved"]
    countries = [str(name) for name in result.dataset["country"].values]
    keys = {name: scenario["countries"].get(name, {}).get("record") for name in countries}
    if country is None:
        country = next((name for name in countries if keys[name]), countries[0])
    place = result.reading.country(country)
    record, sources = record_of(keys[country])
    return draw(
        result.dataset.isel(country=place),
        shares(result.reading, country),
        title=f"{scenario['countries'].get(country, {}).get('title', country)}, {_period(result.reading.months)}",
        subtitle=_what(result.manifest),
        record=record,
        sources=sources,
    )


def _period(months: npt.NDArray[np.datetime64]) -> str:
    first, last = str(months[0])[:4], str(months[-1])[:4]
    return first if first == last else f"{first} to {last}"


def _what(manifest: Mapping[str, Any]) -> str:
    """Say in a line what was run."""
    citizens = manifest["citizens"]
    each = f"{citizens:,} citizens in each country" if isinstance(citizens, int) else "citizens by country"
    asked = manifest["overrides"]
    changed = ", changed conditions or rules" if any(asked.get(kind) for kind in ("set", "rules", "without")) else ""
    theory = manifest.get("theory", {"rules": ()})
    changed += f", theory {theory['name']}" if theory["rules"] else ""
    return f"scenario {manifest['scenario']['name']}, {members_of(manifest)}, {each}, seed {manifest['seed']}{changed}"


def members_of(manifest: Mapping[str, Any]) -> str:
    """Say which members a run has; of a branch, that they are futures, and of what."""
    runs, parent = manifest["replicates"], manifest.get("parent")
    if parent is None:
        return f"{len(runs)} runs" if len(runs) > 1 else f"member {runs[0]}"
    futures = f"{len(runs)} futures" if len(runs) > 1 else f"future {runs[0]}"
    return f"{futures} of member {parent['member']} from {parent['at']}"


def draw(
    series: xr.Dataset,
    shares: Mapping[str, Floats],
    *,
    title: str,
    subtitle: str = "",
    record: Record | None = None,
    sources: str = "",
) -> Figure:
    """Draw one country: `series` has dims (run, month), `shares` maps a label to its share of runs [month].

    Returns a figure of 1200 x 1500 pixels. It draws on no screen and leaves no state behind.
    """
    from matplotlib.figure import Figure

    record = record or {}
    years = decimal_years(series["month"].values)
    figure = Figure(figsize=(WIDE, HIGH), dpi=DPI, facecolor=PAPER)
    panels = _panels(figure)
    runs = int(series.sizes["run"])

    regimes = panels["regimes"]
    tall = _inches(regimes)
    dress(regimes, "Regimes", "share of runs" if runs > 1 else "by the criteria of the lens", years)
    homeless = ribbon(regimes, years, shares, wide=(RIGHT - LEFT) * WIDE, tall=tall)
    key(regimes, sorted(homeless, key=lambda label: int(np.argmax(shares[label] > 0.0))), tall=tall)
    _percent(regimes, (0.0, 0.5, 1.0) if runs > 1 else ())
    regimes.grid(False)

    _economy(panels["economy"], series, years, record)
    _state(panels["state"], series, years)
    _apparatus(panels["apparatus"], series, years)
    _coercion(panels["coercion"], series, years, record)
    _society(panels["society"], series, years, record)

    war = np.median(_of(series, "war"), axis=0)
    for name, ax in panels.items():
        if name != "regimes":
            shade_wars(ax, years, war)
        if name != "society":
            ax.tick_params(labelbottom=False)
    _words(figure, title, subtitle, sources, runs, bool((war >= 0.15).any()), bool(record))
    return figure


def _panels(figure: Figure) -> dict[str, Axes]:
    """Return the panels stacked from the top down on one axis of time."""
    free = (TOP - BOTTOM) - GAP / HIGH * (len(PANELS) - 1)
    edge, out = TOP, {}
    for name, part in PANELS.items():
        height = free * part / sum(PANELS.values())
        out[name] = figure.add_axes((LEFT, edge - height, RIGHT - LEFT, height))
        edge -= height + GAP / HIGH
    return out


def _inches(ax: Axes) -> float:
    return float(ax.get_position().height) * HIGH


def _of(series: xr.Dataset, name: str) -> Floats:
    """Return a variable as float64 [run, month]."""
    return np.asarray(series[name].transpose("run", "month").values, dtype=np.float64)


def _percent(ax: Axes, ticks: tuple[float, ...]) -> None:
    ax.set_yticks(list(ticks), [f"{100 * tick:g}%" for tick in ticks])


def _economy(ax: Axes, series: xr.Dataset, years: Floats, record: Record) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    dress(ax, "Economy", "GDP per head, thousand international dollars of 2011, log scale", years)
    gdp = _of(series, "gdp_per_head")
    claim = np.median(_of(series, "official_output") / _of(series, "population"), axis=0)
    ax.set_yscale("log")
    labels = [line(ax, years, gdp, "measured in the model", nth=0, solid=True)]
    ax.plot(years, claim, color=LINES[1], linewidth=1.1, linestyle=(0, DASHES[1]), zorder=3)
    labels.append(Label(float(claim[-1]), "official claim", LINES[1]))
    points = within(record.get("gdp_per_head"), years)
    dots(ax, points)
    seen = np.concatenate([gdp.ravel(), claim, points.values if points else claim])
    seen = seen[np.isfinite(seen) & (seen > 0.0)]
    low, high = float(np.min(seen)) / 1.12, float(np.max(seen)) * 1.12
    ax.set_ylim(low, high)
    ticks = [t for t in (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0) if low <= t <= high]
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_yticklabels([f"{tick:g}" for tick in ticks])
    if points is not None:
        labels.append(Label(float(points.values[-1]), "the record (dots)", INK))
    name_lines(ax, labels, log=True, tall=_inches(ax))


def _state(ax: Axes, series: xr.Dataset, years: Floats) -> None:
    dress(ax, "State", "norms that bind officials, room and organisation of workers, 0 to 1", years)
    names = {"norms": "norms", "room": "legal room", "organisation": "organisation"}
    labels = [line(ax, years, _of(series, name), text, nth=i) for i, (name, text) in enumerate(names.items())]
    ax.set_ylim(0.0, 1.0)
    ax.set_yticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    name_lines(ax, labels, tall=_inches(ax))


def _apparatus(ax: Axes, series: xr.Dataset, years: Floats) -> None:
    dress(ax, "Apparatus", "officials; police and standing force, share of the people", years)
    officials, force = _of(series, "apparatus_share"), _of(series, "coercive_share")
    labels = [line(ax, years, officials, "officials", nth=3), line(ax, years, force, "police and force", nth=1)]
    top = 1.1 * float(max(np.max(np.percentile(values, 95.0, axis=0)) for values in (officials, force)))
    ax.set_ylim(0.0, max(top, 0.01))
    step = next(s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if max(top, 0.01) / s <= 3.5)
    _percent(ax, tuple(np.arange(0.0, max(top, 0.01), step)))
    name_lines(ax, labels, tall=_inches(ax))


def _coercion(ax: Axes, series: xr.Dataset, years: Floats, record: Record) -> None:
    dress(ax, "Coercion", "of the many, inside the apparatus, at work; index 0 to 1", years)
    names = {"repression_mass": "of the many", "repression_elite": "inside the apparatus", "labour_coercion": "at work"}
    labels = [line(ax, years, _of(series, name), text, nth=i + 1) for i, (name, text) in enumerate(names.items())]
    ax.set_ylim(0.0, 1.0)
    ax.set_yticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    points = within(record.get("sentences"), years)
    if points is not None:
        when, many = points
        scale = 0.92 / float(many.max())
        ax.bar(when, many * scale, width=0.8, color="#c9c9c4", linewidth=0, zorder=1)
        top = int(np.argmax(many))
        ax.annotate(
            f"record (bars): {many[top]:,.0f} thousand sentenced in {int(when[top])}",
            ((EDGE - LEFT) / (RIGHT - LEFT), 1.0), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points",
            fontsize=7, color=FAINT, va="baseline", ha="right", annotation_clip=False,
        )  # fmt: skip
    name_lines(ax, labels, tall=_inches(ax))


def _society(ax: Axes, series: xr.Dataset, years: Floats, record: Record) -> None:
    dress(ax, "Society", "share of the people", years)
    people = _of(series, "population")
    names = {"peasant": "peasants", "worker": "workers", "petty": "petty owners", "capitalist": "capitalists"}
    labels = []
    for i, (name, text) in enumerate(names.items()):
        share = _of(series, f"heads_{name}") / people
        if float(np.max(np.median(share, axis=0))) >= 0.02:
            labels.append(line(ax, years, share, text, nth=(2, 1, 4, 5)[i]))
    labels.append(line(ax, years, _of(series, "urban_share"), "urban", nth=0, solid=True))
    dots(ax, within(record.get("urban_share"), years))
    ax.set_ylim(0.0, 1.0)
    _percent(ax, (0.0, 0.5, 1.0))
    name_lines(ax, labels, tall=_inches(ax))


def _words(figure: Figure, title: str, subtitle: str, sources: str, runs: int, wars: bool, record: bool) -> None:
    """Write the title, the caption and the sources."""
    import textwrap

    figure.text(LEFT, 0.972, title, fontsize=15, fontweight="bold", color=INK, va="center")
    figure.text(LEFT, 0.947, subtitle, fontsize=min(8.5, 980.0 / max(len(subtitle), 1)), color=FAINT, va="center")
    caption = f"Lines: median of {runs} runs; bands: 5% to 95% of runs. " if runs > 1 else "Lines: one run. "
    caption += "Shaded: months of war. " if wars else ""
    from_where = f" ({sources})" if sources else ""
    caption += f"Dots and bars: the historical record, in the years it has{from_where}. " if record else ""
    caption += "A model of a theory, laid beside the record: no forecast and no endorsement."
    figure.text(LEFT, 0.055, textwrap.fill(caption, 132), fontsize=7, color=FAINT, va="top", linespacing=1.4)
    figure.add_artist(_rule(figure))


def _rule(figure: Figure) -> Any:
    from matplotlib.lines import Line2D

    return Line2D((LEFT, EDGE), (0.928, 0.928), color=GRID, linewidth=1.0, transform=figure.transFigure)
