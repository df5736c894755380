"""Bar 7 of the gallery: how many months each lens leaves without a label, in every shipped scenario."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from thermidor.lenses import LENSES, lens
from thermidor.runs.simulate import simulate
from thermidor.runs.store import Axes, columns
from thermidor.scenarios import Scenario, list_scenarios, load_scenario, resolve
from validation.ensemble import Plan, each, rules_of
from validation.page import Cell, Page, Table

REPLICATES = 10
CITIZENS = 500
BAR = 0.1
UNCLASSIFIED = "unclassified"
YEARS_SMALL = 10


def labelled(scenario: Scenario, plan: Plan) -> dict[str, tuple[NDArray[np.int64], float]]:
    """By lens: months under each label in all countries [label], and the first country's share without one."""
    rules, months = rules_of(), 12 * YEARS_SMALL if plan.small else None

    def member(k: int) -> dict[str, tuple[NDArray[np.int64], float]]:
        start = resolve(scenario, plan.seed, k)
        series = simulate(start, rules, seed=plan.seed, replicate=k, citizens=plan.citizens, months=months).series
        stamps = start.first_month.astype("datetime64[M]") + np.arange(len(series))
        named = columns(series[None].astype(np.float32), Axes((0,), stamps, start.countries))
        found = {}
        for name in LENSES:
            reading = lens(name).read(named)
            counts = np.bincount(reading.labels.ravel(), minlength=len(reading.names))
            none = reading.names.index(UNCLASSIFIED)
            found[name] = counts, float((reading.labels[0, :, 0] == none).mean())
        return found

    members = each(member, range(plan.replicates), plan.threads)
    return {
        name: (np.sum([one[name][0] for one in members], axis=0), float(np.mean([one[name][1] for one in members])))
        for name in LENSES
    }


def report(plan: Plan) -> Page:
    """Live every shipped scenario to its end and read it through every lens."""
    plan = replace(plan, replicates=2) if plan.small else replace(plan, replicates=REPLICATES, citizens=CITIZENS)
    found = {name: labelled(load_scenario(name), plan) for name in list_scenarios()}
    rows = [summary(name, {where: lenses[name] for where, lenses in found.items()}) for name in LENSES]
    over = [f"{row[0]} in `{row[3]}` ({row[2]:.2f})" for row in rows if float(str(row[2])) > BAR]
    about = (
        f"Every shipped scenario, lived to its end{f' or for {YEARS_SMALL} years' if plan.small else ''} and read "
        f"through every lens. Lenses that leave more than {BAR:g} of the first country's months unclassified in some "
        f"scenario: {'; '.join(over) or 'none'}. A lens that leaves nothing open may do so by a wide last label: the "
        "share of its commonest label stands beside."
    )
    heads = (
        "lens", "unclassified, mean of scenarios", "at most", "there", "all countries", "labels met", "of", "commonest",
        "its share",
    )  # fmt: skip
    by_scenario: list[list[Cell]] = [[where, *(lenses[name][1] for name in LENSES)] for where, lenses in found.items()]
    tables = [
        Table("lenses", "By lens", heads, rows, "Labels of all countries and months, every scenario weighing alike."),
        Table("scenarios", "Months unclassified, first country", ("scenario", *LENSES), by_scenario),
    ]
    return Page("What the lenses leave open", about, tables, plan)


def summary(name: str, found: dict[str, tuple[NDArray[np.int64], float]]) -> list[Cell]:
    """One lens over all scenarios: months without a label, how many labels are met, and how common the commonest is."""
    names = [*lens(name).table().names]
    shares = np.mean([counts / counts.sum() for counts, _ in found.values()], axis=0)
    worst = max(found, key=lambda where: found[where][1])
    there = worst if found[worst][1] > 0.0 else ""
    none, top = names.index(UNCLASSIFIED), int(shares.argmax())
    met = int((np.delete(shares, none) > 0.0).sum())
    mean = float(np.mean([open_ for _, open_ in found.values()]))
    open_all, commonest = float(shares[none]), float(shares[top])
    return [name, mean, found[worst][1], there, open_all, met, len(names) - 1, names[top], commonest]
