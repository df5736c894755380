"""The registry against the code: every rule is read, says what it is, and moves something somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from small import live, rules, start
from thermidor.country import FIELDS
from thermidor.rules import load_rules
from thermidor.rules.registry import STEPS

REGISTRY = load_rules()

READING = """
import json
import numpy as np
from small import rules, start
from thermidor.passages.contest import contest, take_over
from thermidor.runs.simulate import advance, begin
from thermidor.society import found

read = set()
often = {"arrests": 9.0, "purged": 9.0, "hiring_pace": 90.0, "denunciation": 1e6, "purge_spark": 1e4}
often["officials_strength"] = 1e9
given = rules(break_pressure=6.0, breaking=1.5, mutiny_below=0.9, **often)[0]


class Noting:
    def __getattr__(self, name):
        read.add(name)
        return getattr(given, name)

    def __getitem__(self, name):
        read.add(name)
        return given[name]


note = Noting()
state = begin(start(), rules(), seed=1, replicate=0, citizens=80)
found(start(), [note], seed=1, replicate=0, citizens=80)
state["rules"] = [note]
with np.errstate(all="ignore"):
    advance(state, 24)
    state["society"].world["leader_age"], state["society"].people["sector"][:40] = 200.0, 5
    advance(state, 6)
    for winner in range(5):
        take_over(state["society"].world[0], note, winner)
        contest(state["society"].world[0], note, state["society"].keys[0], winner)
print(json.dumps(sorted(read)))
"""


@pytest.fixture(scope="module")
def read() -> set[str]:
    """Names of the rules that the months read, noted while plain Python lives some of them."""
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "THERMIDOR_JIT": "0", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", READING], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return set(json.loads(done.stdout))


def test_every_rule_is_read(read):
    assert set(REGISTRY.names) - read == set(), "in the registry, but no step reads it"


def test_every_rule_that_is_read_is_in_the_registry(read):
    assert read <= set(REGISTRY.names)


@pytest.mark.parametrize("name", REGISTRY.names)
def test_every_rule_says_what_it_is(name):
    rule = REGISTRY[name]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert rule.low < rule.high and rule.low <= rule.value <= rule.high, f"{rule.value} outside its range"
    assert np.isfinite([rule.value, rule.low, rule.high]).all()
    assert rule.unit.strip() and rule.source.strip() and rule.meaning.strip() and rule.step in STEPS
    if rule.off is not None:
        assert rule.off != rule.value and np.isfinite(rule.off)
        assert rule.off <= rule.low or rule.off >= rule.high, "off lies inside the range"
    for claim in rule.claims:
        assert re.fullmatch(r"P(0[1-9]|[1-5][0-9]|6[01])[a-z]?", claim), f"no claim {claim}"


def test_no_rule_stands_twice_and_none_has_the_name_of_a_quantity():
    import yaml

    import thermidor.rules

    folder = Path(thermidor.rules.__file__).parent
    tops = [line for file in folder.glob("*.yaml") for line in re.findall(r"^(\w+):", file.read_text(), re.MULTILINE)]
    assert sorted(tops) == sorted(REGISTRY.names)
    assert {file.stem for file in folder.glob("*.yaml")} == set(STEPS)
    known = {"value", "range", "unit", "source", "meaning", "claims", "off"}
    for file in folder.glob("*.yaml"):
        for name, entry in yaml.safe_load(file.read_text()).items():
            assert set(entry) <= known, f"{file.name}: {name}"


def test_there_are_mechanisms_and_each_can_be_switched_off():
    """With any one mechanism off the months go on, finite, and differ from those with it, in one society at least."""
    assert len(REGISTRY.mechanisms) >= 10
    assert [name for name in REGISTRY.mechanisms if not moves(name, REGISTRY[name].off)] == []


def test_claims_are_served():
    """Half of the claims of the text at least have a rule that serves them."""
    served = {claim[:3] for name in REGISTRY.names for claim in REGISTRY[name].claims}
    assert len(served) >= 30


IDLE: set[str] = set()
"""Rules that reach nothing that is recorded; the set is to become empty, and must be kept to the letter."""
MONTHS, CITIZENS, MEMBERS = 480, 300, 5
LOST = {f"norms.{norm}": 0.02 for norm in ("recall", "pay", "rotation", "arms")}
OWNED = {"property.state": 0.0, "property.capitalist": 0.75, "property.petty": 0.25, "land.feudal": 0.9}
RESTLESS = {"organisation": 0.95, "room": 0.6, "gdp_per_head": 0.7, "converted": 0.3}
SOCIETIES: dict[str, dict[str, float]] = {
    "as it is": {},
    "norms lost": {**LOST, "room": 0.05, "leader": 0.6, "standing": 0.6},
    "close calls": {"organisation": 0.95, "literacy": 0.9, "gdp_per_head": 3.0, "exhaustion": 0.0, "room": 0.95},
    "a war for others": {**LOST, **OWNED, **RESTLESS},
    "a weak hold": {**LOST, **OWNED, **RESTLESS},
    "a long way": {},
}
"""Societies such that every rule acts in one of them: conditions of the miniature; the last is the main scenario."""
WAR = [1.0, 0.3, 0.05, 0.01, 0.9, 0.5]
"""War, destruction, treatment, deaths, hostility, embargo: fought far away and for little, without end."""
WEAK = {"hold_strength": REGISTRY["hold_strength"].low, "loyalty_base": REGISTRY["loyalty_base"].low}


@cache
def society(name: str, replicate: int):
    """Return a society's resolved start."""
    settings = {f"northland.{key}": value for key, value in SOCIETIES[name].items()}
    where = {"scenario": "russia-1917"} if name == "a long way" else {"settings": settings}
    resolved = start(replicate=replicate, **where)
    if name == "a war for others":
        resolved.outside[12:, 0] = WAR
    return resolved


@cache
def base(name: str, replicate: int) -> np.ndarray:
    """Return a member's series under the default rules."""
    return lived(name, replicate, {})


def lived(name: str, replicate: int, changed: dict[str, float]) -> np.ndarray:
    """Return a member's series under changed rules."""
    rule = rules(**{**(WEAK if name == "a weak hold" else {}), **changed})
    asked = {"months": MONTHS, "citizens": CITIZENS, "replicate": replicate, "rule": rule}
    series = live(society(name, replicate), **asked).series
    assert np.isfinite(series).all()
    return series


def moves(rule: str, value: float) -> bool:
    """Whether any number of any society's series differs from that under the default rules, on the same draws."""
    return any(
        not np.array_equal(lived(name, replicate, {rule: value}), base(name, replicate))
        for name in SOCIETIES
        for replicate in range(MEMBERS)
    )


def test_moving_a_rule_moves_something_somewhere():
    """To either end of its range; `validation/moves.py` shows what moves where, and how much."""
    still = {name for name, rule in REGISTRY.items() if not any(moves(name, end) for end in ends_of(rule))}
    assert still == IDLE


def ends_of(rule) -> list[float]:
    """The ends of a rule's range, the one further from the default first."""
    return sorted((rule.low, rule.high), key=lambda end: -abs(end - rule.value))


def test_every_field_has_a_name_a_unit_and_a_meaning():
    names = [field.name for field in FIELDS]
    assert len(set(names)) == len(names)
    assert all(field.unit and field.meaning for field in FIELDS)
