"""What goes on inside: medians of inner variables by year, of both countries; what the officials' pact rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.runs.simulate import simulate
from thermidor.scenarios import resolve
from validation.ensemble import Plan, each, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Floats
from validation.settings import main_scenario

REPLICATES = 60
YEARS = (1918, 1921, 1924, 1928, 1932, 1937, 1945, 1950, 1960, 1970, 1985, 1995)
SHOWN = (
    "norms", "gain", "resistance", "organisation", "organisation_of_peasant", "room", "fear", "exhaustion",
    "extraction", "grain_gap", "legitimacy", "leader", "pact", "converted", "labour_coercion", "privilege", "scissors",
)  # fmt: skip
RATIOS = {
    "peasants' living over workers'": ("eaten_peasant", "eaten_worker"),
    "officials' living over workers'": ("eaten_official", "eaten_worker"),
}
LATE, BURST_LEAST = (1955, 1985), 0.05


class Whole:
    """All variables of all countries: `values` float32 [run, month, country, variable] from November 1917."""

    def __init__(self, plan: Plan, rules: NDArray[Any] | None = None) -> None:
        scenario, record = main_scenario(), rules_of() if rules is None else rules
        self.countries = tuple(scenario.countries)
        self.start = int(scenario.start[:4]) + (int(scenario.start[5:]) - 1) / 12.0

        def member(k: int) -> NDArray[np.float32]:
            resolved = resolve(scenario, plan.seed, k)
            sizes = plan.sizes(resolved.countries)
            return simulate(resolved, record, seed=plan.seed, replicate=k, citizens=sizes).series.astype(np.float32)

        self.values = np.stack(each(member, range(plan.replicates), plan.threads))

    def year(self, name: str, year: int, here: int) -> Floats:
        """Return a variable's mean of one calendar year [run]."""
        first = round((year - self.start) * 12.0)
        return self.values[:, first : first + 12, here, VARIABLES.index(name)].mean(axis=1, dtype=np.float64)


def report(plan: Plan) -> Page:
    """Run the main scenario, with and without the purge, and lay out what is inside."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    runs, unpurged = Whole(plan), Whole(plan, rules_of(without=["denunciation"]))
    tables = [medians(runs, here) for here in range(len(runs.countries))]
    tables.append(pact(runs, unpurged))
    about = "Medians of the runs of `russia-1917` in the means of calendar years; see the record's variables for units."
    return Page("Inside the runs", about, tables, plan)


def medians(runs: Whole, here: int) -> Table:
    """Medians by year of the inner variables of one country."""
    rows: list[list[Cell]] = [[name, *(float(np.median(runs.year(name, y, here))) for y in YEARS)] for name in SHOWN]
    for words, (above, below) in RATIOS.items():
        ratios = (float(np.median(runs.year(above, y, here) / runs.year(below, y, here))) for y in YEARS)
        rows.append([words, *ratios])
    country = runs.countries[here]
    return Table(f"medians-{country}", country, ("variable", *map(str, YEARS)), rows)


def pact(runs: Whole, unpurged: Whole) -> Table:
    """Show how often a burst comes late, and whether the officials' pact needs a purge."""
    first, last = (round((year - runs.start) * 12.0) for year in LATE)
    elite = runs.values[:, first:last, 0, VARIABLES.index("repression_elite")]
    rows: list[list[Cell]] = [
        [f"a burst inside the apparatus (at least {BURST_LEAST}) in {LATE[0]}-{LATE[1] - 1}, share of runs",
         float((elite.max(axis=1) >= BURST_LEAST).mean())],
    ]  # fmt: skip
    for words, sample in (("the pact in 1960, median", runs), ("the same without denunciation", unpurged)):
        rows.append([words, float(np.median(sample.year("pact", 1960, 0)))])
    return Table("pact", "Late bursts, and what the pact rests on", ("what", "value"), rows)
