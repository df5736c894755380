"""Bar 4: a valid scenario for every country and every tenth year, its skill, and the errors of what is filled in.

`python -m validation from_record` is the page. `python -m validation.from_record` writes every scenario and lists those
that are refused; `--fit` works out the models of `record/filling.yaml` again and shows them beside what is shipped.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.errors import InputError
from thermidor.record import countries
from thermidor.record.facts import BASE_YEAR, by_year, filling, odds
from thermidor.scenarios.from_record import scenario_from_record
from validation.skill import (
    BALANCED,
    FIRST,
    LAST,
    SCORE_HEADS,
    SCORE_NOTE,
    STEP,
    UNSEEN,
    Forecast,
    every,
    fitted_on,
    forecasts,
    headline,
    labelled,
    scored,
    steps,
)

if TYPE_CHECKING:
    from validation.ensemble import Plan
    from validation.page import Cell, Page

CITIZENS, REPLICATES = 500, 10
SMALL_SHARE = 40
"""One start in so many is lived under a small budget."""
MODELS = ("gdp_per_head", "urban_in_cities", "urban", "literacy_by_schooling", "literacy", "association", "integrity")
MORE_MODELS = ("constraints", "arms")
Row = tuple[str, dict[str, float], float]


class Tried(NamedTuple):
    """A country and year that was tried; `refused` is the message of what went wrong, or ""."""

    key: str
    year: int
    refused: str


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


MEASURES: dict[str, Callable[[float], float]] = {"same": float, "log": math.log, "odds": odds}


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
    """Write and live every start: how many are valid and balance, the forecast and its rivals, the models of gaps."""
    from validation.page import Page, Table

    grid = list(every(step=STEP))[:: SMALL_SHARE if plan.small else 1]
    plan = replace(plan, citizens=CITIZENS, surroundings=CITIZENS, replicates=2 if plan.small else REPLICATES)
    found = forecasts(grid, plan)
    known, used, coded = {(one.key, one.year): one for one in found if not one.failed}, fitted_on(), steps()
    unseen = scored(UNSEEN, [one for one in coded if one.key not in used], coded, known)
    seen = scored("in shipped scenarios", [one for one in coded if one.key in used], coded, known)
    fills = [
        [name, model["measure"], model["error"], model["rows"], model["places"]]
        for name, model in filling()["models"].items()
    ]
    about = (
        f"{headline(unseen)} A scenario is written for every state and every tenth year that the record covers, and "
        f"lived for ten years by {plan.replicates} members of {plan.citizens} citizens: {balance(found)}"
    )
    tables = [
        Table("skill", "The label ten years later", SCORE_HEADS, [*unseen, *seen], SCORE_NOTE),
        Table("labels", "Labels of the runs beside the coded ones", *labelled(coded, known, used)),
        Table("valid", "Starts by year", *by_year_table(found)),
        Table("fills", "Models that fill gaps", ("quantity", "measure", "error", "rows", "places"), fills),
    ]
    return Page("Starting anywhere in the record", about, tables, plan)


def balance(found: Sequence[Forecast]) -> str:
    """How many starts were valid and ran, and with what books."""
    ran = [one for one in found if not one.failed]
    worst = max((one.worst for one in ran), default=np.nan)
    held = sum(one.worst < BALANCED for one in ran)
    return f"{len(ran)} of {len(found)} ran, {held} with balanced books (worst residual {worst:.1e} of what there is)."


def by_year_table(found: Sequence[Forecast]) -> tuple[Sequence[str], list[list[Cell]]]:
    """Starts by year: how many there are, how many failed, the worst residual."""
    rows: list[list[Cell]] = []
    for year in sorted({one.year for one in found}):
        ones = [one for one in found if one.year == year]
        worst = max((one.worst for one in ones if not one.failed), default=np.nan)
        rows.append([str(year), len(ones), sum(bool(one.failed) for one in ones), f"{worst:.1e}"])
    return ("year", "states covered", "refused or broken off", "worst residual"), rows


def main() -> int:
    """Write every scenario, or fit the models again; 0 when nothing is refused or differs."""
    parser = argparse.ArgumentParser(prog="python -m validation.from_record", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="work out the models of filling.yaml again")
    parser.add_argument("--step", type=int, default=STEP, help="years between starts (10)")
    asked = parser.parse_args()
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
