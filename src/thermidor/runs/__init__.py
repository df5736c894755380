"""Runs: a scenario's months lived by many members, kept as one store, read as one result.

`ensemble` runs the members, `store` and `manifest` keep them, `result` and `summary` read them,
`checkpoint` keeps the state of one member, `export` writes tables. Nothing heavy is imported here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermidor.runs.ensemble import run
    from thermidor.runs.result import Result
    from thermidor.runs.store import open_run

__all__ = ["CITIZENS", "MOST_CITIZENS", "Result", "open_run", "run"]

CITIZENS = 10_000
"""Citizens simulated in each country where nothing else is asked."""
MOST_CITIZENS = 10**10
"""In one country: no people is larger."""

_HOME = {"run": "ensemble", "Result": "result", "open_run": "store"}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
