"""Reading the registry of rules and making the record that the compiled months read.

A rule with an `off` value is a mechanism: `--without NAME` sets the rule to that value. One whose default is its `off`
value belongs to a rival's theory, which switches it on. Nothing is recompiled when a value changes; adding a rule
changes the record and compiles once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from thermidor.errors import InputError, nearest

FOLDER = Path(__file__).parent
STEPS = (
    "plan",
    "produce",
    "deduct",
    "distribute",
    "citizen",
    "side",
    "contend",
    "command",
    "seat",
    "govern",
    "transform",
    "trade",
    "intervene",
)


@dataclass(frozen=True)
class Rule:
    """One parameter of the rule set: default, unit, range, source, what switches it off, the claims it serves."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    meaning: str
    step: str
    claims: tuple[str, ...] = ()
    off: float | None = None

    @property
    def rival(self) -> bool:
        """Whether the rule is off by default: a rival's mechanism, which no draw from ranges may switch on."""
        return self.off is not None and self.value == self.off


class Registry(Mapping[str, Rule]):
    """All rules by name, in the order of the record's fields."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self.dtype = np.dtype((np.record, [(name, "f8") for name in self._rules]))

    def __getitem__(self, name: str) -> Rule:
        return self._rules[name]

    def __iter__(self) -> Any:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the order of the record."""
        return tuple(self._rules)

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Rules that are on by default and can be switched off."""
        return tuple(name for name, rule in self._rules.items() if rule.off is not None and not rule.rival)

    def values(  # type: ignore[override]
        self,
        changed: Mapping[str, float] | None = None,
        without: Iterable[str] = (),
        theory: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """All values: the defaults, a theory's overlay on them, and on both what is changed and switched off.

        `theory` is the overlay of a loaded theory ({rule: value}). What is changed or switched off beats the theory;
        the two may not name the same rule. Raises InputError for what does not exist or is out of range.
        """
        without = tuple(without)
        for name in without:
            if name in (changed or {}):
                raise InputError(
                    what=f"'{name}' is both changed and switched off",
                    where=f"--rule {name}=... --without {name}",
                    why="one of the two would be ignored",
                    mend="give one of them",
                )
        result = {name: rule.value for name, rule in self._rules.items()} | dict(theory or {})
        for name in without:
            off = self.find(name, "--without").off
            if off is None:
                raise InputError(
                    what=f"'{name}' cannot be switched off",
                    where=f"--without {name}",
                    why="it is a magnitude, not a mechanism",
                    mend=f"mechanisms: {', '.join(self.mechanisms)}",
                )
            result[name] = off
        for name, value in (changed or {}).items():
            result[name] = self.check(name, value, "--rule", f"--rule {name}={value:g}")
        return result

    def check(self, name: str, value: float, asked: str, where: str) -> float:
        """A value for a rule: inside its range, or the one that switches it off. Raises InputError.

        `asked` says by what the rule is named (`--rule`), `where` at what place the value stands.
        """
        rule = self.find(name, asked)
        off = rule.off is not None and value == rule.off
        if not (np.isfinite(value) and (rule.low <= value <= rule.high or off)):
            raise InputError(
                what=f"{name} = {value:g} is out of range",
                where=where,
                why=f"its range is {rule.low:g} to {rule.high:g} {rule.unit}",
                mend="choose a value inside the range",
            )
        return float(value)

    def find(self, name: str, where: str) -> Rule:
        """The rule of that name, or an InputError with the nearest one."""
        if name not in self._rules:
            raise InputError(
                what=f"there is no rule '{name}'",
                where=f"{where} {name}",
                why="rules are named in the registry",
                mend=nearest(name, self.names) or "`thermidor explain rule` lists them",
            )
        return self._rules[name]

    def record(self, values: Mapping[str, float] | None = None) -> np.ndarray:
        """The rules as an array of one record, as the compiled months read it."""
        array = np.zeros(1, self.dtype)
        for name, rule in self._rules.items():
            array[name] = rule.value if values is None or name not in values else values[name]
        return array


@lru_cache(maxsize=1)
def load_rules() -> Registry:
    """The registry that ships with the package, read once from the YAML files beside this module."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rules = []
    for step in STEPS:
        path = FOLDER / f"{step}.yaml"
        with path.open(encoding="utf-8") as file:
            table: dict[str, dict[str, Any]] = yaml.load(file, loader)
        for name, entry in table.items():
            low, high = (float(x) for x in entry["range"])
            off = entry.get("off")
            rules.append(
                Rule(
                    name=name,
                    value=float(entry["value"]),
                    low=low,
                    high=high,
                    unit=entry["unit"],
                    source=entry["source"],
                    meaning=entry["meaning"],
                    step=step,
                    claims=tuple(entry.get("claims", ())),
                    off=None if off is None else float(off),
                )
            )
    return Registry(rules)
