"""Small societies to try the model on: few citizens, invented countries, the draws of one member."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from thermidor.citizen_record import CITIZEN, TALLY
from thermidor.country import CLASSES, VARIABLES
from thermidor.rules import load_rules
from thermidor.runs.simulate import begin, simulate
from thermidor.scenarios import load_scenario, resolve

MINIATURE = Path(__file__).parent / "data" / "miniature.yaml"
NAMES = {name: place for place, name in enumerate(CLASSES)}


def start(scenario=MINIATURE, *, seed=1, replicate=0, outside=True, settings=None):
    """Return the resolved start of a member; `settings` are conditions by name ("northland.room")."""
    found = load_scenario(scenario)
    found = found.overlay(settings) if settings else found
    return resolve(found if outside else found.without_outside(), seed, replicate)


def rules(**changed: float) -> np.ndarray:
    """Return the rules as an array of one record, some of them changed (to anything)."""
    return load_rules().record(load_rules().values() | changed)


def live(resolved=None, *, months=24, citizens=500, seed=1, replicate=0, rule=None, **options):
    """Run a member and return it."""
    resolved = start(seed=seed, replicate=replicate) if resolved is None else resolved
    rule = rules() if rule is None else rule
    return simulate(resolved, rule, seed=seed, replicate=replicate, citizens=citizens, months=months, **options)


def state(citizens=500, resolved=None) -> dict[str, Any]:
    """Return a member's state before its first month."""
    return begin(start() if resolved is None else resolved, rules(), seed=1, replicate=0, citizens=citizens)


@lru_cache(maxsize=1)
def _country():
    return state()["society"].world[:1].copy()


def country(**fields: float) -> np.ndarray:
    """Return a country at its start, an array of one record that is the caller's own, with some fields changed."""
    world = _country().copy()
    for name, value in fields.items():
        world[name] = value
    return world


def citizens(count=1, **fields: Any) -> np.ndarray:
    """Return grown workers in industry who want for nothing, each standing for a thousand people."""
    people = np.zeros(count, CITIZEN)
    plain = {"weight": 0.001, "holdings": 0.1, "skill": 0.5, "expectation": 2.0, "best": 2.0, "age": 30 * 12}
    plain |= {"class_": NAMES["worker"], "sector": 1, "need": 10, "grievance": 0.3, "organisation": 0.4, "fear": 0.1}
    for name, value in (plain | fields).items():
        people[name] = value
    return people


def live_a_month(people, world, *, rule=None, key=7, month=0) -> np.ndarray:
    """Let citizens of the country live one month, in place; return the totals, TALLY[classes]."""
    from thermidor.month import chunks

    totals = np.zeros((1, len(CLASSES)), TALLY)
    record = (rules() if rule is None else rule)[0]
    parts, keys = np.array([(0, 0, len(people), 0)]), np.array([key], np.uint64)
    chunks(people, parts, 0, 1, world, record, keys, month, totals)
    return totals[0]


def count(people, world) -> np.ndarray:
    """Return the totals of citizens as they stand, without a month's passing."""
    from thermidor.society import census

    totals = np.zeros(len(CLASSES), TALLY)
    census(people, 0, len(people), world, 0, rules()[0], totals)
    return totals


def series_of(run, name, here=0):
    """Return one variable of one country of a run, float64[months]."""
    return run.series[:, here, VARIABLES.index(name)]
