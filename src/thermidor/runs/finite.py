"""Whether every number of a stretch of months is finite; if not, where the first that is not came from.

One number that is not finite spoils the rest of its month, so the one to name is not the first in the
record but the one whose step comes first in the month.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from thermidor.country import AXES, FIELDS, OUTSIDE, VARIABLES
from thermidor.errors import RunError

PACKAGE = Path(__file__).parent.parent
STEPS = ("plan", "produce", "deduct", "distribute", "live", "contend", "govern", "transform", "trade")
"""The steps of a month in order, each a file of that name."""
NOWHERE = ("start", "outside")
"""What stands before all steps: fields that no step writes, and those that the scenario lays down month by month."""


def check_finite(series: np.ndarray, countries: tuple[str, ...], first: str, after: int = 0) -> None:
    """Raise RunError if a number of `series`, float64[months, countries, variables], is not finite.

    The first row is `after` months later than the calendar month `first` (YYYY-MM). The error names the country,
    the step, the variable and the month: of the first month with such a number, the one whose step comes first.
    """
    bad = ~np.isfinite(series)
    if not bad.any():
        return
    month = int(np.argwhere(bad.any(axis=(1, 2)))[0, 0])
    step_of, order = written_by(), (*NOWHERE, *STEPS)
    found = [(order.index(step_of[VARIABLES[v]]), int(here), int(v)) for here, v in np.argwhere(bad[month])]
    _, here, variable = min(found)
    name = VARIABLES[variable]
    raise RunError(countries[here], step_of[name], name, str(np.datetime64(first, "M") + after + month))


@lru_cache(maxsize=1)
def written_by() -> dict[str, str]:
    """The step that writes each variable, read off the steps' own text: the first of them where several do.

    A passage counts for the step that calls it, after all steps have been read.
    """
    writer = dict.fromkeys(OUTSIDE, "outside")
    passages: list[tuple[str, Path]] = []
    for step in STEPS:
        tree = ast.parse((PACKAGE / "steps" / f"{step}.py").read_text(encoding="utf-8"))
        for field in _written(tree):
            writer.setdefault(field, step)
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        found = [module.rpartition(".")[2] for module in modules if module.startswith("thermidor.passages.")]
        passages += [(step, PACKAGE / "passages" / f"{name}.py") for name in found]
    for step, path in reversed(passages):
        for field in _written(ast.parse(path.read_text(encoding="utf-8"))):
            writer.setdefault(field, step)
    return {
        f"{field.name}_{entry}" if entry else field.name: writer.get(field.name, "start")
        for field in FIELDS
        for entry in (AXES[field.axis] if field.axis else ("",))
    }


def _written(tree: ast.AST) -> Iterator[str]:
    """Fields of the country `c` that a file assigns to."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign) else targets
        for part in (part for target in targets for part in ast.walk(target)):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "c":
                yield part.attr
