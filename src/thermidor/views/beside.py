"""What the record has to lay beside a country's curves, in the units that the figure draws, and where it is from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeGuard

import numpy as np

from thermidor.views.panels import Points

CURVES = ("gdp_per_head", "urban_share")
"""Series of the record that are drawn as dots."""
SENTENCES = "all_sentenced"
"""Quantity of the literature's table that is drawn as bars, thousand persons a year."""


def record_of(key: str | None) -> tuple[dict[str, Points], str]:
    """Return the points by name for a country's key in the record, and their sources in one line.

    A country without a key, or of which the record lacks a series, has fewer points or none.
    """
    if not known(key):
        return {}, ""
    from thermidor.record import record, series_names

    there_are = series_names(key)
    points, sources = {}, []
    for name in CURVES:
        if name in there_are:
            series = record(key, name)
            points[name] = Points(series.year + 0.5, series.value)
            sources.append(_short(series.source))
    years, values, source = sentences(key)
    if len(years):
        points["sentences"] = Points(years + 0.5, values)
        sources.append(source)
    return points, "; ".join(dict.fromkeys(sources))


def known(key: str | None) -> TypeGuard[str]:
    """Say whether the record has a country of this key; a run kept by an older version may name another."""
    if key is None:
        return False
    from thermidor.record import covers

    return covers(key)


def sentences(key: str) -> tuple[np.ndarray, np.ndarray, str]:
    """Return years, thousand persons sentenced in each, and the source, for the years that the literature gives."""
    from thermidor.record import literature

    rows = [
        row
        for row in literature("sentences", SENTENCES)
        if row["place"] in _places().get(key, [key]) and row["to_year"] is None and row["value"] is not None
    ]
    rows.sort(key=lambda row: int(row["year"]))
    years = np.array([row["year"] for row in rows], dtype=np.float64)
    values = np.array([row["value"] / 1000.0 for row in rows], dtype=np.float64)
    return years, values, rows[0]["source"] if rows else ""


@cache
def _places() -> dict[str, list[str]]:
    import yaml

    names: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    return names


def _short(source: str) -> str:
    """Cut what stands in brackets off a source's name."""
    return source.partition(" (")[0]
