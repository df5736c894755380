"""How a sweep is told of: its outcomes by kind, in words and units, groups of members, numbers, and tables that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.experiments.design import BASE
from thermidor.experiments.outcomes import (
    ENDED,
    Condition,
    Duration,
    LabelAt,
    Order,
    Reached,
    ShareOfTime,
    counts_as_never,
)
from thermidor.views.palette import words
from thermidor.views.report import Table

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.experiments.opened import Sweep

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

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


def spells_of(sweep: Sweep) -> list[str]:
    """Names of the outcomes that are how long a spell lasts, which the end of a run may cut."""
    return [name for name, outcome in sweep.design.outcomes.items() if isinstance(outcome, Duration)]


def never(sweep: Sweep, name: str) -> float | None:
    """What a date or time counts as that never comes (see `counts_as_never`)."""
    return counts_as_never(sweep.design.outcomes[name], sweep.plan.months)


def unit_of(sweep: Sweep, name: str) -> str:
    """The unit of an outcome's values and differences."""
    from thermidor.country import UNITS

    outcome = sweep.design.outcomes[name]
    if name in shares_of(sweep):
        return "share of members"
    if isinstance(outcome, ShareOfTime):
        return "share of time"
    variable = getattr(outcome, "value_at", None) or getattr(outcome, "mean_of", None)
    return "years" if variable is None else UNITS.get(variable, "") or variable


SPELLS = {"first": "first spell of", "longest": "longest spell of", "total": "all spells of"}


def asked(outcome: Any) -> str:
    """Write an outcome as one reads it, its window last."""
    parts = []
    said = outcome.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, exclude={"spell"})
    for key, value in sorted(said.items(), key=lambda item: item[0] in ("from", "to")):
        named = getattr(outcome, key, value)
        text = " before ".join(map(_read, named if isinstance(named, tuple) else (named,)))
        parts.append(f"{SPELLS[outcome.spell] if key == 'duration' else key.replace('_', ' ')} {text}")
    return ", ".join(parts)


def _read(part: Any) -> str:
    """Write a condition, a label as a reader writes it, or whatever else an outcome names."""
    return words(part.label) if isinstance(part, Condition) and part.label is not None else str(part)


def groups(sweep: Sweep, members: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The members of the base and of each overlay, in the order of the design.

    Before an overlay that is lived on only some points stands the base on these points.
    """
    base = members[members["overlay"] == BASE]
    found = {BASE: base}
    for case in sweep.plan.cases[1:]:
        found.setdefault(beside(sweep, case.name), base[base["point"].isin(case.points)])
        found[case.name] = members[members["overlay"] == case.name]
    return found


def beside(sweep: Sweep, overlay: str) -> str:
    """The name among `groups` of the base on the points of an overlay: `base, isolation=1`."""
    where = sweep.design.overlays[overlay].where
    return ", ".join([BASE, *(f"{factor}={level:g}" for factor, level in where.items())])


def spells(members: pd.DataFrame, name: str) -> tuple[Floats, Bools]:
    """The spells of the members that had one: years, and whether it ended or was cut."""
    had = members[(members["status"] == "done") & members[name].notna()]
    return had[name].to_numpy(np.float64), had[name + ENDED].to_numpy(np.float64) > 0.5


def by_chance(many: int) -> str:
    """What to allow for where so many overlays are compared with the base; nothing where there is one."""
    return f"{many} overlays: one in twenty intervals misses by chance" if many > 1 else ""


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
    """Write an interval; where it has no width all are alike, which says nothing of others."""
    if row["low"] == row["high"]:
        return "all alike"
    return f"{number(row['low'])} to {number(row['high'])}" if np.isfinite(row["low"]) else "-"
