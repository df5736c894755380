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
from thermidor.country import BY_OFFICIALS, BY_REVOLUTIONARIES, CAMPS, FIELDS, OUTSIDE
from thermidor.rules import load_rules
from thermidor.rules.registry import STEPS

REGISTRY = load_rules()

READING = """
import json
import numpy as np
from small import rules, start
from thermidor.month import after_living
from thermidor.steps.intervene import install, intervene
from thermidor.passages.seizure import fail, seize, take_power
from thermidor.runs.simulate import advance, begin
from thermidor.society import found

read = set()
often = {"arrests": 9.0, "purged": 9.0, "hiring_pace": 90.0, "denunciation": 1e6, "purge_spark": 1e4}
often |= {"moves_pace": 9.0, "strike_pace": 9.0, "strike_threshold": -9.0, "peace_pace": 90.0}
given = rules(**often)[0]


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
    people = state["society"].people
    state["society"].world["leader_age"], people["sector"][:40] = 200.0, 5
    people["class_"][:20], people["age"][:20] = 5, 120 * 12
    state["society"].world["civil_war"] = 0.9
    advance(state, 6)
    society = state["society"]
    world, keys = society.world, society.keys
    world["hostility"], world["latitude"][0] = 1.0, 50.0
    world["patron"][0], world["obedience"] = 1, 1.0
    intervene(world, note, keys, 30)
    world["latitude"] = 50.0
    intervene(world, note, keys, 31)
    for i, holder in ((0, 1), (1, 2), (2, 3), (3, 0)):
        world["authority"][0], world["transfer"] = np.eye(4)[holder], 0.5
        seize(world[0], note, keys[0], 32)
        take_power(world[0], note, i, holder)
        fail(world[0], note, i, holder)
    install(world[0], world[1], note)
    after_living(world, note, keys, 33)
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
    assert rule.low < rule.high, "its range has no width"
    assert rule.rival or rule.low <= rule.value <= rule.high, f"{rule.value} outside its range"
    assert np.isfinite([rule.value, rule.low, rule.high]).all()
    assert rule.unit.strip() and rule.source.strip() and rule.meaning.strip() and rule.step in STEPS
    if rule.off is not None:
        assert np.isfinite(rule.off)
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
DIVIDED = {**LOST, **OWNED, "planned": 0.0, "room": 0.6, "slump": 0.3, "drain": 0.4, "organisation": 0.5}
DIVIDED |= {f"camps.{camp}": 0.15 for camp in CAMPS}
PARLIAMENT = {"authority.government": 0.8, "authority.councils": 0.0, "authority.army": 0.15, "authority.party": 0.05}
COMMAND = {"authority.army": 0.9, "authority.councils": 0.0, "authority.government": 0.1, "corporate": 0.9}
COMMAND |= {"camps.reaction": 0.5, "cohesion": 0.7}
SOCIETIES: dict[str, dict[str, float]] = {
    "as it is": {},
    "norms lost": {**LOST, "room": 0.05, "leader": 0.6, "standing": 0.6},
    "close calls": {"organisation": 0.95, "literacy": 0.9, "gdp_per_head": 3.0, "exhaustion": 0.0, "room": 0.95},
    "a war for others": {**LOST, **OWNED, **RESTLESS, "camps.revolution": 0.3, "camps.reform": 0.3},
    "divided": {**DIVIDED, **PARLIAMENT},
    "a conquering command": {**LOST, **OWNED, **COMMAND, "planned": 0.0, "dislocation": 0.0, "profit_share": 0.1},
    "a threatened client": {**LOST, "standing": 0.6, "converted": 0.2},
    "a long way": {},
}
"""Societies such that every rule acts in one of them: conditions of the miniature; the last is the main scenario."""
WAR = {"war": 1.0, "destruction": 0.3, "treatment": 0.05, "war_deaths": 0.01, "victory": 0.3, "hostility": 0.9}
WAR |= {"embargo": 0.5, "trade_slump": 0.3}
"""Fought far away and for little, without end."""
CAMPAIGN = {"war": 0.3, "victory": 1.0}
"""Won far away, at little cost."""


@cache
def society(name: str, replicate: int):
    """Return a society's resolved start."""
    settings = {f"northland.{key}": value for key, value in SOCIETIES[name].items()}
    where = {"scenario": "russia-1917"} if name == "a long way" else {"settings": settings}
    resolved = start(replicate=replicate, **where)
    if name == "a war for others":
        resolved.outside[12:, 0] = [WAR[kind] for kind in OUTSIDE]
    if name == "a conquering command":
        resolved.outside[:, 0] = [CAMPAIGN.get(kind, 0.0) for kind in OUTSIDE]
    if name == "a threatened client":
        resolved.outside[:, :, OUTSIDE.index("hostility")] = 0.95
        resolved.patrons["northland"][BY_OFFICIALS] = resolved.countries.index("southland")
        resolved.organisations["northland"][[BY_OFFICIALS, BY_REVOLUTIONARIES], -1] = 1.0
        resolved.places.update(northland=(56.0, 23.0), southland=(54.0, 21.0))
    return resolved


@cache
def base(name: str, replicate: int) -> np.ndarray:
    """Return a member's series under the default rules."""
    return lived(name, replicate, {})


def lived(name: str, replicate: int, changed: dict[str, float]) -> np.ndarray:
    """Return a member's series under changed rules."""
    asked = {"months": MONTHS, "citizens": CITIZENS, "replicate": replicate, "rule": rules(**changed)}
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
