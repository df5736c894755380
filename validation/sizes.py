"""Bar 7: outcome shares with few and with many citizens: do they differ by more than sampling?"""

from __future__ import annotations

import math
from dataclasses import replace

from validation.ensemble import Plan, live
from validation.measures import measure
from validation.page import Cell, Page, Table
from validation.sample import Sample
from validation.settings import main_scenario

SIZES = (2_000, 10_000, 100_000)
SMALL_SIZES = (300, 600)
REPLICATES = 60
ALLOWED = 0.03
OUTCOMES = [
    "label_in_window",
    "held_1937",
    "held_1952",
    "held_1970",
    "held_1980",
    "left_before_1980",
    "left_by_2000",
    "restored_by_2000",
    "repairs",
    "breaks_1918_21",
    "wave_share",
    "purge_share",
]
LEVELS = [
    "label_median",
    "norms_half",
    "gdp_1937",
    "gdp_1985",
    "consumption_1932",
    "growth_1932_37",
    "organisation_1970",
    "apparatus_1937",
    "coercive_1937",
]


def report(plan: Plan) -> Page:
    """Run the main scenario with each number of citizens; shares, levels, and the largest differences."""
    sizes = SMALL_SIZES if plan.small else SIZES
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    samples = {size: live(main_scenario(), replace(plan, citizens=size)) for size in sizes}
    heads = ("outcome", *(f"{size:,} citizens" for size in sizes))
    tables = [
        Table(
            "shares",
            "Outcome shares",
            (*heads, "largest difference", "beyond sampling (95%)", "within 3 points beyond that"),
            shares(samples, plan),
        ),
        Table(
            "levels", "Medians", heads, [[name, *(measure(name).value(s) for s in samples.values())] for name in LEVELS]
        ),
    ]
    about = (
        f"`russia-1917` with the same {plan.replicates} members and different numbers of citizens. Beyond sampling: "
        f"the largest difference "
        "of two shares less 1.96 standard errors of a difference of independent shares; three points are allowed."
    )
    return Page("Numbers of citizens", about, tables, plan)


def shares(samples: dict[int, Sample], plan: Plan) -> list[list[Cell]]:
    """Return every outcome's shares, their largest difference, and what of it is beyond sampling error."""
    rows: list[list[Cell]] = []
    for name in OUTCOMES:
        found = [measure(name).value(sample) for sample in samples.values()]
        gap, middle = max(found) - min(found), sum(found) / len(found)
        beyond = max(0.0, gap - 1.96 * math.sqrt(2.0 * middle * (1.0 - middle) / plan.replicates))
        rows.append([name, *found, gap, beyond, beyond <= ALLOWED])
    return sorted(rows, key=lambda row: bool(row[-1]))
