"""Scenarios: where a society starts and what reaches it from outside, as data with sources.

The heavy parts (Pydantic, YAML) are imported when a name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermidor.scenarios.load import (
        list_scenarios,
        load_scenario,
        parse_scenario,
        scenario_text,
        write_scenario,
    )
    from thermidor.scenarios.resolved import Resolved, events_between, resolve
    from thermidor.scenarios.rows import Row, describe, resolved_rows
    from thermidor.scenarios.schema import Scenario, json_schema, parse_setting

_HOME = {
    "Resolved": "resolved",
    "Row": "rows",
    "Scenario": "schema",
    "describe": "rows",
    "events_between": "resolved",
    "json_schema": "schema",
    "list_scenarios": "load",
    "load_scenario": "load",
    "parse_scenario": "load",
    "parse_setting": "schema",
    "resolve": "resolved",
    "resolved_rows": "rows",
    "scenario_text": "load",
    "write_scenario": "load",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'thermidor.scenarios' has no attribute '{name}'")
    return getattr(import_module(f"thermidor.scenarios.{_HOME[name]}"), name)


__all__ = [
    "Resolved",
    "Row",
    "Scenario",
    "describe",
    "events_between",
    "json_schema",
    "list_scenarios",
    "load_scenario",
    "parse_scenario",
    "parse_setting",
    "resolve",
    "resolved_rows",
    "scenario_text",
    "write_scenario",
]
