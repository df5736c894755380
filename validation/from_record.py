"""Bar 4: a valid scenario for every country and every tenth year, and the errors of what is filled in.

`python -m validation.from_record` writes every scenario and lists those that are refused; `--fit` works out the
models of `record/filling.yaml` again and shows them beside the numbers that are shipped. `report` is the page.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.errors import InputError
from thermidor.record import countries, facts
from thermidor.record.facts import BASE_YEAR, by_year, filling
from thermidor.record.states import State, states_in
from thermidor.scenarios.from_record import scenario_from_record
from thermidor.scenarios.from_record_land import covers
from thermidor.scenarios.from_record_mapping import state_property

if TYPE_CHECKING:
    from validation.ensemble import Plan
    from validation.page import Page

FIRST, LAST, STEP = 1790, 2020, 10
MODELS = ("gdp_per_head", "urban_in_cities", "urban", "literacy_by_schooling", "literacy", "association", "integrity")
MORE_MODELS = ("constraints", "arms")
DEMOCRATIC = 0.5
LABELS = ("democracy", "autocracy", "communist")
Row = tuple[str, dict[str, float], float]


class Tried(NamedTuple):
    """A country and year that was tried; `refused` is the message of what went wrong, or ""."""

    key: str
    year: int
    refused: str


def every(step: int = STEP, first: int = FIRST, last: int = LAST) -> Iterator[State]:
    """Each state in each covered year of the grid; a state's span is chosen by the year."""
    for year in range(first, last + 1, step):
        yield from (one._replace(first=year) for one in states_in(year) if covers(one, year))


def tried(step: int = STEP, first: int = FIRST, last: int = LAST) -> list[Tried]:
    """Write the scenario of every covered state and year of the grid; nothing is run."""
    found = []
    for one in every(step, first, last):
        try:
            scenario_from_record(one.key, str(one.first))
            found.append(Tried(one.key, one.first, ""))
        except InputError as error:
            found.append(Tried(one.key, one.first, str(error)))
    return found


def lived(sample: Sequence[State], citizens: int = 200) -> list[tuple[str, int, float]]:
    """Run each scenario for its ten years; the largest failure of its books, as a share. Raises what the run raises."""
    from thermidor.runs import run

    found = []
    for one in sample:
        scenario = scenario_from_record(one.key, str(one.first))
        whole = run(scenario, replicates=1, citizens=dict.fromkeys(scenario.countries, citizens), seed=1).whole
        worst = max(float(np.abs(whole[name].values).max()) for name in ("residual", "hoard_gap"))
        found.append((one.key, one.first, worst))
    return found


class Step(NamedTuple):
    """The coded labels of a state in a year and `years` later, as places in LABELS."""

    key: str
    year: int
    now: int
    later: int


def steps(years: int = STEP) -> list[Step]:
    """All covered states and years of the grid with a coded label then and so many years later."""
    found = []
    for one in every():
        then = [other for other in states_in(one.first + years) if other.key == one.key]
        now, later = coded_label(one, one.first), coded_label(then[0], one.first + years) if then else None
        if now and later:
            found.append(Step(one.key, one.first, LABELS.index(now), LABELS.index(later)))
    return found


def brier(chances: np.ndarray, later: Sequence[int]) -> np.ndarray:
    """Brier scores of chances [step, label] against what came: 0 is perfect, 2 as wrong as can be."""
    return ((chances - np.eye(len(LABELS))[list(later)]) ** 2).sum(axis=1)


def rivals(found: Sequence[Step]) -> dict[str, np.ndarray]:
    """Chances [step, label] of what a run has to beat: the label stays; a Markov chain, fitted on other countries.

    Countries are split in two halves by their order; each half's chain comes from the other.
    """
    keys = sorted({one.key for one in found})
    half = np.array([keys.index(one.key) % 2 for one in found])
    now, later = (np.array([getattr(one, name) for one in found]) for name in ("now", "later"))
    chain = np.zeros((2, len(LABELS), len(LABELS)))
    np.add.at(chain, (1 - half, now, later), 1.0)
    chain = (chain + 1.0 / len(LABELS)) / (chain + 1.0 / len(LABELS)).sum(axis=2, keepdims=True)
    return {"persistence": np.eye(len(LABELS))[now], "Markov chain": chain[half, now]}


def coded_label(one: State, year: int) -> str | None:
    """What the published codings say of a state in a year: communist (state property), democracy or autocracy."""
    if state_property(one, year):
        return "communist"
    votes = facts.electoral(one, year)
    return None if votes is None else "democracy" if votes.value >= DEMOCRATIC else "autocracy"


def _odds(share: float) -> float:
    held = min(max(share, facts.EDGE), 1.0 - facts.EDGE)
    return math.log(held / (1.0 - held))


MEASURES: dict[str, Callable[[float], float]] = {"same": float, "log": math.log, "odds": _odds}


def samples(name: str) -> list[Row]:
    """The country-years of the record that have a model's every part: place, terms, the quantity itself."""
    wanted = filling()["models"][name]["terms"]
    found: list[Row] = []
    for key in countries():
        for year, value in _observed(name, key).items():
            parts = _terms(name, key, year)
            if set(wanted) <= set(parts):
                found.append((key, {term: parts[term] for term in wanted}, value))
    return found


def _terms(name: str, key: str, year: int) -> dict[str, float]:
    """The parts of all models that a country has in a year; a regime unknown counts as 0.25 where only GDP is asked."""
    parts = {"one": 1.0, "century": (year - BASE_YEAR) / 100.0}
    made, city = by_year(key, "gdp_per_head"), by_year(key, "city_share")
    near = [at for at in made if abs(at - year) <= (10 if name == "literacy" else 0)]
    if near:
        parts["log_product"] = math.log(made[min(near, key=lambda at: (abs(at - year), at))])
    if year in city:
        parts["root_city"] = math.sqrt(min(city[year], 1.0))
    energy, people = by_year(key, "energy").get(year), by_year(key, "state_population").get(year)
    if energy is not None and people:
        parts["log_energy"] = math.log(energy / people + 0.003)
    democracy = by_year(key, "electoral_democracy").get(year, 0.25 if name == "gdp_per_head" else None)
    if democracy is not None:
        parts |= {"electoral": democracy, "electoral_squared": democracy**2}
    if year in (freedom := by_year(key, "association")):
        parts["association"] = freedom[year]
    schooling = by_year(key, "education_years")
    if schooling and min(schooling) <= year <= max(schooling) + 5:
        years = sorted(schooling)
        parts["schooling"] = float(np.interp(year, years, [schooling[at] for at in years]))
    if (soldiers := by_year(key, "soldiers_share").get(year, 0.0)) > 0.0003:
        parts["log_soldiers"] = math.log(soldiers)
    return parts


def _observed(name: str, key: str) -> dict[int, float]:
    """The quantity that a model gives, as the record has it for a country."""
    series = {
        "gdp_per_head": "gdp_per_head",
        "urban_in_cities": "urban_share",
        "urban": "urban_share",
        "literacy": "literacy",
        "literacy_by_schooling": "literacy",
        "association": "association",
        "integrity": "physical_integrity",
        "constraints": "constraints",
        "arms": "military_share",
    }[name]
    known = dict(by_year(key, series))
    if name == "constraints":
        return {year: (value - 1.0) / 6.0 for year, value in known.items() if 1.0 <= value <= 7.0}
    if name == "arms":
        return {year: value for year, value in known.items() if value > 0.0005}
    if name == "gdp_per_head":
        return {} if key == "SUN" else {year: value for year, value in known.items() if year % 5 == 0}
    if name.startswith("urban"):
        return {year: value for year, value in known.items() if year % 5 == 0 or year < BASE_YEAR}
    return known


class Fit(NamedTuple):
    """A model worked out again: factors, error with each country left out, rows and countries."""

    terms: dict[str, float]
    error: float
    rows: int
    places: int


def refit(name: str) -> Fit:
    """Least squares over the samples of a model, and its error with each country predicted from the others."""
    rows = samples(name)
    wanted, measure = list(filling()["models"][name]["terms"]), MEASURES[filling()["models"][name]["measure"]]
    place = np.array([row[0] for row in rows])
    table = np.array([[row[1][term] for term in wanted] for row in rows])
    value = np.array([measure(row[2]) for row in rows])
    factors = np.linalg.lstsq(table, value, rcond=None)[0]
    wrong = []
    for one in np.unique(place):
        rest = place != one
        wrong.append(table[~rest] @ np.linalg.lstsq(table[rest], value[rest], rcond=None)[0] - value[~rest])
    error = float(np.sqrt(np.mean(np.concatenate(wrong) ** 2)))
    return Fit(dict(zip(wanted, factors.tolist(), strict=True)), error, len(rows), len(np.unique(place)))


def report(plan: Plan) -> Page:
    """How many scenarios there are and how many are refused, and the errors of the models that fill gaps."""
    from validation.page import Page, Table

    found = tried(step=50 if plan.small else STEP)
    by_decade: dict[int, list[Tried]] = {}
    for one in found:
        by_decade.setdefault(one.year, []).append(one)
    rows = [[year, len(ones), sum(bool(one.refused) for one in ones)] for year, ones in sorted(by_decade.items())]
    fills = [
        [name, model["measure"], model["error"], model["rows"], model["places"]]
        for name, model in filling()["models"].items()
    ]
    following = steps()
    later = [one.later for one in following]
    scores = [[name, float(brier(made, later).mean()), len(later)] for name, made in rivals(following).items()]
    heads = ("quantity", "measure", "error", "rows", "places")
    return Page(
        "Starting anywhere in the record",
        "A scenario is written and checked for every country and every tenth year that the record covers.",
        [
            Table("from-record-valid", "Scenarios by year", ("year", "states covered", "refused"), rows),
            Table("from-record-fills", "Models that fill gaps", heads, fills),
            Table("from-record-rivals", "What a forecast has to beat", ("rival", "Brier score", "steps"), scores),
        ],
        plan,
    )


def main() -> int:
    """Write every scenario, or fit the models again; 0 when nothing is refused or differs."""
    parser = argparse.ArgumentParser(prog="python -m validation.from_record", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="work out the models of filling.yaml again")
    parser.add_argument("--step", type=int, default=STEP, help="years between starts (10)")
    parser.add_argument("--rivals", action="store_true", help="scores of persistence and of a Markov chain")
    parser.add_argument("--run", type=int, default=0, metavar="N", help="run N scenarios of the grid for ten years")
    asked = parser.parse_args()
    if asked.rivals:
        found = steps()
        for name, chances in rivals(found).items():
            score = brier(chances, [one.later for one in found])
            print(f"{name}: Brier {score.mean():.3f} over {len(found)} steps")
        return 0
    if asked.run:
        grid = list(every(asked.step))
        for key, year, worst in lived(grid[:: max(1, len(grid) // asked.run)]):
            print(f"{key} {year}: books off by {worst:.1e}", flush=True)
        return 0
    if asked.fit:
        differ = 0
        for name in (*MODELS, *MORE_MODELS):
            shipped, made = filling()["models"][name], refit(name)
            worst = max(abs(shipped["terms"][term] - factor) for term, factor in made.terms.items())
            differ += worst > 0.01
            terms = ", ".join(f"{term}: {factor:.4f}" for term, factor in made.terms.items())
            print(f"{name}: {{{terms}}} error {made.error:.4f} rows {made.rows} places {made.places} (off {worst:.4f})")
        return int(differ > 0)
    began, written = time.perf_counter(), tried(asked.step)
    refused = [one for one in written if one.refused]
    for one in refused:
        print(f"{one.key} {one.year}: {one.refused}")
    print(f"{len(written)} scenarios, {len(refused)} refused, {time.perf_counter() - began:.1f} s")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
