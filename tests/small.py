"""Small societies to try the model on: few citizens, invented countries, the draws of one member."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from thermidor.citizen_record import CITIZEN, TALLY
from thermidor.country import CAMPS, CENTRES, CLASSES, VARIABLES
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


def several(folder: Path, order: tuple[str, ...], **hermit: float) -> Path:
    """Write a scenario of some of five countries, in an order, that threaten one another and stand near; its path.

    Eastland is a copy of northland and a client of southland's, westland one of southland with northland's property,
    hermitland one of southland that is wholly cut off, small and without an army; `hermit` are conditions of its own.
    """
    import copy

    import yaml

    data = yaml.safe_load(MINIATURE.read_text(encoding="utf-8"))
    known = data["countries"]
    known["northland"].pop("record")
    known["eastland"], known["westland"] = copy.deepcopy(known["northland"]), copy.deepcopy(known["southland"])
    known["hermitland"] = copy.deepcopy(known["southland"])

    def say(value: float, unit: str) -> dict[str, Any]:
        return {"value": value, "unit": unit, "source": "invented"}

    known["westland"]["start"]["gdp_per_head"] = say(5.0, "thousand 2011 $/year")
    known["hermitland"]["start"]["population"] = say(0.01, "million")
    known["hermitland"]["start"]["army"] = say(0.0, "share")
    for key, value in hermit.items():
        known["hermitland"]["start"][key] = say(value, "thousand 2011 $/year")
    known["eastland"]["start"]["population"] = say(3.0, "million")
    known["eastland"]["organisations"]["owners"].pop("patron")
    index = {"members": 0.1, "arms": 0.0, "norms": 0.1, "orientation": 1.0, "obedience": 0.9}
    client = {key: say(value, "share" if key == "members" else "index 0-1") for key, value in index.items()}
    known["eastland"]["organisations"]["officials"] = {**client, "patron": "southland"}
    for place, name in enumerate(sorted(known)):
        known[name]["place"] = [50.0 + place, 15.0 + 3.0 * place]
    if "southland" not in order:
        known["northland"]["organisations"]["owners"].pop("patron")
    data["countries"] = {name: known[name] for name in order}
    cut_off = {"kind": "path", "country": "hermitland", "source": "invented", "variable": "embargo"}
    data["outside"] = [event for event in data["outside"] if event["country"] in order]
    data["outside"] += [{**cut_off, "knots": {"1920-01": 1.0}}] * ("hermitland" in order)
    for name in (name for name in order if name not in ("northland", "hermitland")):
        path = {"kind": "path", "country": name, "variable": "hostility", "source": "invented"}
        data["outside"].append({**path, "knots": {"1920-01": 0.8, "1930-01": 0.95}})
    path = folder / f"{'-'.join(order)}.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


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


def polity(**fields: Any) -> np.ndarray:
    """Return a country under private property and at peace in which no camp or centre stands out; `fields` change it.

    Of a vector field a number is every entry's, a mapping changes those it names (`authority={"army": 0.6}`).
    """
    plain_fields: dict[str, Any] = {"state_property": 0.0, "private_share": 1.0, "planned": 0.0, "landlordism": 0.1}
    plain_fields |= {"room": 0.6, "war": 0.0, "hostility": 0.0, "slump": 0.1, "converted": 0.0, "red": 0.0}
    plain_fields |= {"authority": 0.25, "weight": 0.05, "camp": 0.1, "leaning": 0.1, "backing": 0.3, "in_office": 0.2}
    plain_fields |= {"reformists_govern": 0.4, "council_lead": 0.5, "franchise": 0.6, "army": 0.01, "loyalty": 0.8}
    plain_fields |= {"corporate": 0.3, "cohesion": 1.0, "force": 0.5, "norms": 0.3, "transfer": -1.0, "armed": 0.0}
    plain_fields |= {"organisation_of": 0.4, "fear_of": 0.1, "grievance": 0.3, "literacy": 0.6, "urban_share": 0.4}
    plain_fields |= {f"norm_{name}": 0.3 for name in ("recall", "pay", "rotation", "arms")}
    world = _country().copy()
    for name, value in (plain_fields | fields).items():
        if isinstance(value, dict):
            entries = CENTRES if name in ("authority", "backing") else CAMPS
            world[name] = plain_fields[name]
            for entry, number in value.items():
                world[name][0, entries.index(entry)] = number
        else:
            world[name] = value
    return world


_PLAIN: dict[Any, Any] = {}


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a compiled function as plain Python, and all that it calls: a few calls cost less than compiling it.

    That both give the same numbers is tested in `test_pure_python`.
    """
    inner = _plain(function)

    def call(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return inner(*arguments)

    return call


def _plain(function: Any) -> Any:
    text = getattr(function, "py_func", function)
    if text not in _PLAIN:
        names = dict(text.__globals__)
        _PLAIN[text] = FunctionType(text.__code__, names, text.__name__, text.__defaults__)
        called = [name for name in text.__code__.co_names if hasattr(names.get(name), "py_func")]
        names.update({name: _plain(names[name]) for name in called})
    return _PLAIN[text]


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
