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
STEPS = (
    "plan", "produce", "deduct", "distribute", "live", "side", "contend", "command", "seat", "govern",
    "transform", "trade", "intervene",
)  # fmt: skip
"""The steps of a month in order, each a file of that name; `meet` only lays out what comes from outside."""
NOWHERE = ("start", "outside")
"""What stands before all steps: fields that no step writes, and those that the scenario lays down month by month."""


def check_finite(series: np.ndarray, countries: tuple[str, ...], first: str, after: int = 0) -> None:
    """Raise RunError if a number of `series`, float64[months, countries, variables], is not finite.

    The first row is `after` months later than the calendar month `first` (YYYY-MM). The error names the country,
    the step, the variable and the month: of the first month with such a number, the one whose step comes first;
    a variable that several steps write only where no other is spoilt.
    """
    bad = ~np.isfinite(series)
    if not bad.any():
        return
    month = int(np.argwhere(bad.any(axis=(1, 2)))[0, 0])
    writers, order = written_by(), (*NOWHERE, *STEPS)

    def place(found: tuple[int, int]) -> tuple[bool, int, int, int]:
        here, variable = found
        steps = writers[VARIABLES[variable]]
        return len(steps) > 1, order.index(steps[0]), here, variable

    here, variable = min(((int(here), int(v)) for here, v in np.argwhere(bad[month])), key=place)
    name = VARIABLES[variable]
    raise RunError(countries[here], " or ".join(writers[name]), name, str(np.datetime64(first, "M") + after + month))


@lru_cache(maxsize=1)
def written_by() -> dict[str, tuple[str, ...]]:
    """The steps that write each variable, in their order in the month, read off the steps' own text.

    A function of a passage, or of a file beside the steps, counts for the step that calls it.
    """
    writers: dict[str, set[str]] = {name: {"outside"} for name in OUTSIDE}
    for step in STEPS:
        for field in _written(_file(step), None, set()):
            writers.setdefault(field, set()).add(step)
    order = (*NOWHERE, *STEPS)
    return {
        f"{field.name}_{entry}" if entry else field.name: tuple(
            sorted(writers.get(field.name, {"start"}), key=order.index)
        )
        for field in FIELDS
        for entry in (AXES[field.axis] if field.axis else ("",))
    }


def _file(name: str) -> Path:
    """The file of a step or a passage."""
    return next(path for folder in ("steps", "passages") if (path := PACKAGE / folder / f"{name}.py").is_file())


@lru_cache(maxsize=64)
def _text(file: Path) -> tuple[dict[str, ast.FunctionDef], dict[str, Path]]:
    """The functions of a file by name, and where the names come from that it takes from steps and passages."""
    functions, origins = {}, {}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("thermidor.steps", "thermidor.pass")):
            origins.update({alias.name: _file(str(node.module).rpartition(".")[2]) for alias in node.names})
    return functions, origins


def _written(file: Path, names: set[str] | None, seen: set[tuple[Path, str]]) -> Iterator[str]:
    """Fields of the country `c` that functions of a file (all by default) assign to, and those that they call."""
    functions, origins = _text(file)
    for name in functions if names is None else names & functions.keys():
        if (file, name) in seen:
            continue
        seen.add((file, name))
        for node in ast.walk(functions[name]):
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AugAssign) else targets
            for part in (part for target in targets for part in ast.walk(target)):
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "c":
                    yield part.attr
            if isinstance(node, ast.Name):
                yield from _written(origins.get(node.id, file), {node.id}, seen)
