"""Bar 5: how private a society is ten years after restoration began, how far that spreads, and what it depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thermidor.scenarios import Scenario
from validation.ensemble import Plan, live
from validation.measures import private_after, transition_date
from validation.page import Cell, Page, Table
from validation.sample import Floats, Sample
from validation.settings import conditions_at, first_country, main_scenario, scaled_paths, start_at
from validation.stats import rank_correlation

REPLICATES = 200
END = "2020-12"
WIDE: dict[str, tuple[float, float]] = {
    "gdp_per_head": (1.2, 6.0), "literacy": (0.2, 0.95), "organisation": (0.2, 0.9), "fear": (0.0, 0.4),
    "village_organisation": (0.05, 0.6), "standing": (0.01, 0.3), "norms": (0.4, 0.97), "exhaustion": (0.0, 0.5),
    "leader_age": (35.0, 65.0), "hostility": (0.2, 1.4), "embargo": (0.2, 1.4),
}  # fmt: skip
"""What is drawn widely: conditions of 1917, all norms together, and factors on the paths of hostility and embargo."""
AT_RESTORATION = [
    "organisation",
    "norms",
    "room",
    "fear",
    "legitimacy",
    "converted",
    "privilege",
    "scarcity",
    "urban_share",
    "literacy",
    "gdp_per_head",
    "apparatus_share",
    "mobilisation",
    "leader",
]


def draws(plan: Plan) -> dict[str, Floats]:
    """Return the wide draws, one number a member each (GDP per head in its logarithm)."""
    found = {}
    for place, (name, (low, high)) in enumerate(WIDE.items()):
        u = np.random.default_rng([plan.seed, place]).random(plan.replicates)
        found[name] = low * (high / low) ** u if name == "gdp_per_head" else low + (high - low) * u
    return found


def widened(scenario: Scenario, drawn: dict[str, Floats], k: int) -> Scenario:
    """Return the scenario with member k's wide draws; classes and farming follow its GDP per head (see `boundary`)."""
    mine = {name: float(values[k]) for name, values in drawn.items()}
    norms = {f"norms.{name}": mine.pop("norms") if i == 0 else float(drawn["norms"][k]) for i, name in
             enumerate(("recall", "pay", "rotation", "arms"))}  # fmt: skip
    paths = {name: mine.pop(name) for name in ("hostility", "embargo")}
    return start_at(scaled_paths(scenario, paths), conditions_at(scenario, mine["gdp_per_head"]) | mine | norms)


def report(plan: Plan) -> Page:
    """Run the main scenario, and starts drawn widely, to 2020; spread of the private share, and rank correlations."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    scenario = main_scenario(END)
    drawn = draws(plan)
    samples = {
        f"{scenario.name}": live(scenario, plan),
        "starts drawn widely": live(scenario, plan, change=lambda s, k: widened(s, drawn, k)),
    }
    rows = [spread(name, sample) for name, sample in samples.items()]
    heads = (
        "starts",
        "begun by 2010",
        "of them ten years on",
        "5%",
        "25%",
        "50%",
        "75%",
        "95%",
        "share between 20% and 80%",
    )
    note = (
        "EBRD, end of 1999, after about ten years: Czech Republic and Hungary about 80%, Belarus about 20%, "
        "Turkmenistan 25%. "
        "The model's share is that of property outside farming."
    )
    wide = samples["starts drawn widely"]
    title = "Private share ten years after restoration began"
    tables = [Table("spread", title, heads, rows, note), depends(wide, drawn)]
    here = first_country(scenario)
    about = (
        "Restoration begins when state property stands a tenth below its height. "
        f"The scenario runs on to {END} with the outside world of its last knots. "
        f"Drawn widely, uniformly: {', '.join(f'{name} {low:g} to {high:g}' for name, (low, high) in WIDE.items())} "
        f"of {here}."
    )
    return Page("After restoration", about, tables, plan)


def spread(name: str, sample: Sample) -> list[Cell]:
    """Return the quantiles of the private share ten years after restoration began."""
    share = private_after(sample)
    restored = transition_date(sample) < 2010.0
    found = share[np.isfinite(share)]
    quantiles = np.quantile(found, (0.05, 0.25, 0.5, 0.75, 0.95)) if len(found) else np.full(5, np.nan)
    between = float(((found >= 0.2) & (found <= 0.8)).mean()) if len(found) else float("nan")
    return [name, float(restored.mean()), len(found), *(float(q) for q in quantiles), between]


def depends(sample: Sample, drawn: dict[str, Floats]) -> Table:
    """Rank correlation of the private share with the starts, and with the state when restoration begins."""
    share, date = private_after(sample), transition_date(sample)
    month = np.minimum(np.rint((date - sample.start) * 12.0).astype(int), sample.values.shape[1] - 1)
    causes = {f"start: {name}": values for name, values in drawn.items()}
    causes |= {"date of the beginning": date}
    run, later = np.arange(len(sample)), np.minimum(month + 120, sample.values.shape[1] - 1)
    causes |= {f"then: {name}": sample[name][run, month] for name in AT_RESTORATION}
    causes |= {"ten years on: leader": sample["leader"][run, later]}
    rows: list[list[Cell]] = [
        [name, rank_correlation(values, share), abs(rank_correlation(values, share))] for name, values in causes.items()
    ]
    rows.sort(key=lambda row: -float(row[2] or 0.0) if row[2] == row[2] else 1.0)
    count = int(np.isfinite(share).sum())
    note = f"Spearman, over {count} runs; chance alone gives up to {2 / max(count, 1) ** 0.5:.2f} either way (95%)."
    return Table(
        "depends", "What the private share goes with", ("what", "rank correlation"), [row[:2] for row in rows], note
    )
