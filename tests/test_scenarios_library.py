"""The library's scenarios: conditions only, each with a source or a range, that run on from where they start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml

from small import rules
from thermidor import books
from thermidor.country import CLASSES, VARIABLES
from thermidor.gallery import contrasts, rows
from thermidor.gallery.rows import Start
from thermidor.gallery.starts import scenario_of
from thermidor.lenses.trotsky import table
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.scenarios import Scenario, list_scenarios, load_scenario, resolve
from thermidor.scenarios.check import assumed, month_number
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, OUTSIDE_LIMITS, SUMS_TO_ONE
from thermidor.scenarios.load import LIBRARY

NAMES = tuple(list_scenarios())
OLDER = ("advanced-lower-phase", "russia-1917", "russia-1970", "russia-1970-twin")
"""Scenarios from before there were places and a gallery."""
NEWER = tuple(name for name in NAMES if name not in OLDER)
SMALL = tuple(name for name in NEWER if name != "world-1913")
SOURCES = re.compile(r"Maddison|COW|V-Dem|Polity5|LIED|OWID|V-Party|Anckar|Our World in Data|\bborn in \d{4}$")
"""What a number that is not assumed has to name: a source of the record, or a year of birth."""
CAUSES = {
    "russia-1917-provisional": "a war that is being lost, and where it comes a civil war",
    "paris-1871": "a siege, and an army at the gates",
    "germany-1918-revolution": "a war and a blockade that end",
    "germany-1930": "the slump",
    "germany-1933": "the slump",
    "france-1934": "the slump",
    "china-1949": "a civil war that has ended",
}
"""Why the first country's product may move by more than a tenth in its first year."""
FORBIDDEN = ("exhausted", "rising", "divided", "conquest", "regime", "label", "outcome", "rule", "rules", "parameter")


@cache
def loaded(name: str) -> Scenario:
    return load_scenario(name)


@cache
def raw(name: str) -> dict[str, Any]:
    found = yaml.load((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert isinstance(found, dict)
    return found


@cache
def lived(name: str, replicate: int = 0, months: int = 25) -> np.ndarray:
    """The series of one member with few citizens, float64[months, countries, variables]."""
    resolved = resolve(loaded(name), 1, replicate)
    return simulate(resolved, rules(), seed=1, replicate=replicate, citizens=600, months=months).series


def keys_of(data: object) -> Iterator[str]:
    """Every key at every depth."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from keys_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from keys_of(value)


def values_of(data: object) -> Iterator[Mapping[str, Any]]:
    """Every number with its unit and source."""
    if isinstance(data, Mapping):
        if "unit" in data:
            yield data
        for value in data.values():
            yield from values_of(value)


def settings() -> Iterator[tuple[str, Start]]:
    """What the rows live, and both arms of every contrast."""
    for row in rows.shipped():
        yield row.id, row.start
    for contrast in contrasts.shipped():
        yield f"{contrast.id}, base", contrast.base
        yield f"{contrast.id}, changed", contrast.changed


@pytest.mark.parametrize("name", NAMES)
def test_no_field_is_a_rule_or_an_outcome(name: str) -> None:
    """No key is a rule of the registry, a label of the lens or one of the words that would give the answer away."""
    known = {*CONDITIONS, *ORGANISATION_CONDITIONS, *OUTSIDE_LIMITS}
    barred = {*FORBIDDEN, *table().names, *load_rules()} - known
    assert not {key for key in keys_of(raw(name)) if key in barred}
    assert not [event for event in raw(name).get("outside", []) if event["kind"] not in ("war", "path")]


@pytest.mark.parametrize("name", NEWER)
def test_numbers_have_a_source_or_a_range(name: str) -> None:
    """What is assumed is drawn from a range that holds it; what is not names a source; nothing is both."""
    for value in values_of(raw(name)["countries"]):
        if assumed(str(value["source"])):
            low, high = value["range"]
            assert low <= value["value"] <= high
        else:
            assert SOURCES.search(value["source"]), value["source"]
    for event in raw(name).get("outside", []):
        assert event["spread"] > 0.0 and assumed(event["source"])


@pytest.mark.parametrize("name", NEWER)
def test_a_scenario_says_where_it_is_and_what_the_chapter_says(name: str) -> None:
    scenario = loaded(name)
    titles = {cite.removeprefix("ch. 3, ").partition(", par. ")[0] for row in rows.shipped() for cite in row.cites}
    assert "(ch. 3, " in scenario.about and any(title in scenario.about for title in titles)
    assert 2 <= len(re.findall(r"[.)](?= [A-Z]|$)", scenario.about)) <= 6
    assert all(country.place is not None for country in scenario.countries.values())
    assert len(scenario.title) <= 54


@pytest.mark.parametrize("name", NAMES)
def test_every_draw_of_a_start_sums_to_one(name: str) -> None:
    """Classes, property and authority are shares of a whole in every member, and nothing but property leans."""
    for replicate in range(3):
        resolved = resolve(loaded(name), 7, replicate)
        for conditions in resolved.conditions.values():
            for group in SUMS_TO_ONE:
                parts = [x for key, x in conditions.items() if key.startswith(f"{group}.")]
                assert min(parts) >= 0.0 and sum(parts) == pytest.approx(1.0, abs=1e-9)
            assert sum(x for key, x in conditions.items() if key.startswith("camps.")) <= 1.25


def test_the_gallery_misses_no_scenario() -> None:
    """Every row and both arms of every contrast are definite starts: no name, key or event is missing."""
    for told, start in settings():
        assert start.scenario in NAMES, told
        assert scenario_of(start, 24).countries, told


@pytest.mark.parametrize("name", SMALL)
def test_books_balance(name: str) -> None:
    """Goods, plant, people and hoards, for two members and five years."""
    values = load_rules().values()
    for replicate in (0, 1):
        series = lived(name, replicate, 60)
        for book, gap in books.residuals(series, values).items():
            assert np.abs(gap).max() <= books.BAR, book


@pytest.mark.slow
def test_books_balance_in_the_world() -> None:
    series = lived("world-1913", 0, 60)
    assert max(np.abs(gap).max() for gap in books.residuals(series, load_rules().values()).values()) <= books.BAR


@pytest.mark.parametrize("name", SMALL)
def test_output_goes_on_from_the_start(name: str) -> None:
    """No start is so inconsistent that the first country's product jumps in the first year without a cause."""
    at = VARIABLES.index("gdp_per_head")
    members = np.array([lived(name, replicate, 60)[:13, 0, at] for replicate in (0, 1)])
    change = np.log(members[:, 12] / members[:, 0]).mean()
    assert abs(change) < 0.1 or name in CAUSES, f"{change:+.2f}"
    assert abs(change) < 0.5


@pytest.mark.parametrize("name", SMALL)
def test_people_are_where_the_scenario_puts_them(name: str) -> None:
    """After a year no class of the first country has lost or gained a tenth of the people."""
    start = resolve(loaded(name), 1, 0).conditions[next(iter(loaded(name).countries))]
    year = lived(name, 0, 60)[12, 0]
    heads = np.array([year[VARIABLES.index(f"heads_{k}")] for k in CLASSES])
    shares = np.array([start[f"classes.{k}"] for k in CLASSES])
    assert np.abs(heads / heads.sum() - shares).max() < 0.1


def test_wars_of_the_world_are_dated_by_country() -> None:
    """Both world wars reach those who fought them, at their own months, and no war is inside a country."""
    wars = [event for event in raw("world-1913")["outside"] if event["kind"] == "war"]
    assert all("intra" not in event["source"] for event in wars)
    first = {event["country"]: event for event in wars if event["from"] < "1919"}
    second = {event["country"]: event for event in wars if "1937" <= event["from"] < "1946"}
    assert len(first) >= 10 and len(second) >= 12
    assert len({event["from"] for event in first.values()}) >= 5
    assert all(event["to"] <= "1918-12" for event in first.values() if event["from"] >= "1914-07")
    assert not {"switzerland", "spain", "sweden", "argentina"} & (set(first) | set(second))


def test_the_long_run_does_not_know_who_rules() -> None:
    """From 1913 on, threat and embargo are those of a state of private property, and no war is a civil war."""
    scenario = loaded("russia-1913")
    assert month_number(scenario.end) - month_number(scenario.start) + 1 == 88 * 12
    wars = [event for event in scenario.outside if event.kind == "war"]
    assert [event.from_ for event in wars] == ["1914-08", "1941-06"]
    later = {event.variable: event for event in loaded("russia-1917").outside if event.kind == "path"}
    ours = {event.variable: event for event in scenario.outside if event.kind == "path"}
    assert max(ours["embargo"].knots.values()) < max(later["embargo"].knots.values())
    assert min(event.spread for event in ours.values()) >= 0.3
