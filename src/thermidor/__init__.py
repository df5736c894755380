"""Thermidor: a chapter of political theory as an executable model of citizens, states and their regimes.

    import thermidor as th
    run = th.run(scenario, replicates=20)  # a name from th.scenarios.list_scenarios(), or a YAML file
    run.regimes; run.series; run.plot()
    done = th.sweep("norms-ablation", "runs/ablation")  # a shipped design, or a YAML file
    done.members; done.sql("select overlay, avg(lost) from members group by 1")

`run`, `open_run`, `sweep` and `open_sweep` are functions; `scenarios` and `record` are the packages of
that name. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermidor import record, scenarios
    from thermidor.experiments.opened import open_sweep
    from thermidor.experiments.sweep import sweep
    from thermidor.runs import open_run, run

__version__ = "0.1.0"

__all__ = ["__version__", "open_run", "open_sweep", "record", "run", "scenarios", "sweep"]

_FUNCTIONS = {
    "run": "thermidor.runs",
    "open_run": "thermidor.runs",
    "sweep": "thermidor.experiments.sweep",
    "open_sweep": "thermidor.experiments.opened",
}
_PACKAGES = ("record", "scenarios")


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name in _FUNCTIONS:
        value = getattr(import_module(_FUNCTIONS[name]), name)
    elif name in _PACKAGES:
        value = import_module(f"thermidor.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
