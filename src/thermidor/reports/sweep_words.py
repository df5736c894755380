"""How a sweep is told of: its outcomes by kind and in words, numbers, intervals, and tables that end somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.experiments.outcomes import LabelAt, Order, Reached
from thermidor.views.report import Table

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

MOST_ROWS = 60


def shares_of(sweep: Sweep) -> list[str]:
    """Names of the outcomes that either come or don't."""
    return [name for name, outcome in sweep.design.outcomes.items() if isinstance(outcome, Reached | Order)]


def labels_of(sweep: Sweep) -> list[str]:
    """Names of the outcomes that are a label."""
    return [name for name, outcome in sweep.design.outcomes.items() if isinstance(outcome, LabelAt)]


def numbers_of(sweep: Sweep) -> list[str]:
    """Names of the outcomes that are a measured number, without the columns that say whether a spell was cut."""
    return [name for name in sweep.design.outcomes if name not in (*shares_of(sweep), *labels_of(sweep))]


def asked(outcome: Any) -> str:
    """Write an outcome as one reads it."""
    parts = []
    for key, value in outcome.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True).items():
        named = getattr(outcome, key, value)
        text = " before ".join(map(str, named)) if isinstance(named, tuple) else str(named)
        parts.append(f"{key.replace('_', ' ')} {text}")
    return ", ".join(parts)


def cut(
    caption: str,
    columns: tuple[str, ...],
    rows: Any,
    right: tuple[int, ...] = (),
    note: str = "",
    most: int = MOST_ROWS,
) -> Table:
    """Make a table of at most `most` rows, say how many are left out, and leave out columns without any text."""
    rows = tuple(rows)
    more = f"{len(rows) - most} more rows are left out here" if len(rows) > most else ""
    full = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return Table(
        caption,
        tuple(columns[place] for place in full),
        tuple(tuple(row[place] for place in full) for row in rows[:most]),
        tuple(full.index(place) for place in right if place in full),
        "; ".join(text for text in (note, more) if text),
    )


def number(value: float, signed: bool = False) -> str:
    if not np.isfinite(value):
        return "-"
    text = f"{value:.1f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return f"+{text}" if signed and value > 0.0 else text


def interval_of(row: pd.Series) -> str:
    return f"{number(row['low'])} to {number(row['high'])}" if np.isfinite(row["low"]) else "-"
