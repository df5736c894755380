"""Bar 5: a rich country's revolution with an inherited apparatus: do norms hold, is force halved?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thermidor.runs.summary import interval
from validation.ensemble import Plan, live
from validation.page import Cell, Page, Table
from validation.sample import THE_LABEL, Sample
from validation.stats import bootstrap

SCENARIO = "advanced-lower-phase"
REPLICATES = 200
YEARS = 30
SHOWN = [
    "norms",
    "room",
    "organisation",
    "coercive_share",
    "apparatus_share",
    "state_property",
    "gdp_per_head",
    "scarcity",
    "privilege",
]


def report(plan: Plan) -> Page:
    """Run thirty years of the scenario and set them against the bars."""
    from thermidor.scenarios import load_scenario

    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    sample = live(load_scenario(SCENARIO), plan, months=12 * YEARS)
    about = f"`{SCENARIO}`, thirty years from its start; its first country. Shortfalls first."
    return Page("A rich country's revolution", about, [bars(sample), course(sample)], plan)


def bars(sample: Sample) -> Table:
    """Set the runs against what is asked."""
    norms, force = sample["norms"], sample["coercive_share"]
    always = norms.min(axis=1) > 0.7
    halved = force[:, -12:].mean(axis=1) / force[:, 0]
    reached = sample.held().any(axis=1)
    middle = bootstrap(halved, lambda x: float(np.median(x)), times=300)
    half, share, label = float(np.median(halved)), float(always.mean()), float(reached.mean())
    rows: list[list[Cell]] = [
        [share >= 0.85, "norms above 0.7 in every month", "≥ 0.85 of runs", share, around(share, len(sample))],
        [
            half <= 0.5,
            "coercive share, last year over first month",
            "≤ 0.5",
            half,
            f"{middle[0]:.2f} to {middle[1]:.2f}",
        ],
        [label <= 0.05, f"{THE_LABEL} ever", "≤ 0.05 of runs", label, around(label, len(sample))],
    ]
    over = float((norms.mean(axis=1) > 0.7).mean())
    rows.append([True, "mean norms above 0.7 (shown, not asked)", "", over, around(over, len(sample))])
    return Table("bars", "Bars", ("met", "what", "asked", "found", "95%"), sorted(rows, key=lambda row: bool(row[0])))


def around(share: float, runs: int) -> str:
    """Return the 95% interval of a share, as text."""
    low, high = interval(share, runs)
    return f"{low:.2f} to {high:.2f}"


def course(sample: Sample) -> Table:
    """Return the median course every five years, with the middle 90% of the norms."""
    rows: list[list[Cell]] = []
    for month in [0, *range(59, sample.values.shape[1], 60)]:
        inside = np.quantile(sample["norms"][:, month], (0.05, 0.95))
        medians: list[Cell] = [float(np.median(sample[name][:, month])) for name in SHOWN]
        rows.append([str(sample.months[month]), *medians, f"{inside[0]:.2f} to {inside[1]:.2f}"])
    return Table("course", "Median course", ("month", *SHOWN, "norms, 5-95% of runs"), rows)
