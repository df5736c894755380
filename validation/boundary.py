"""Bar 5: the level of GDP per head at which half the runs keep their norms: open, isolated, isolated with civil war."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from validation.ensemble import Plan, live, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Bools, Floats
from validation.settings import conditions_at, main_scenario, only, start_at
from validation.stats import LEVELS, bootstrap, half_way

REPLICATES = 40
PRODUCTS = (1.2, 1.729, 2.2, 2.8, 3.5, 4.5, 5.7, 7.2, 9.1, 11.5)
YEARS = 30
KEEPS = 0.6
CIVIL_WAR_BEFORE = "1922-01"
CAUSES = (
    "gain_shortage", "gain_want", "gain_conflict", "gain_war", "resolve", "isolation", "repair", "tie_growth",
    "fear_on_ties", "exhaustion", "spark", "volunteers", "flight", "owners_ceiling",
)  # fmt: skip
"""Mechanisms that stand in the contest over the norms, switched off in turn near the boundary."""


def keeps(product: float, setting: str, plan: Plan, without: tuple[str, ...] = ()) -> Bools:
    """Say which members keep their norms: their mean over thirty years above 0.6."""
    scenario = main_scenario()
    outside = {
        "open": only(scenario, paths=False, wars_before=None),
        "isolated": only(scenario, paths=True, wars_before=None),
        "isolated, civil war": only(scenario, paths=True, wars_before=CIVIL_WAR_BEFORE),
        "civil war alone": only(scenario, paths=False, wars_before=CIVIL_WAR_BEFORE),
    }[setting]
    start, rules = start_at(outside, conditions_at(scenario, product)), rules_of(without=without)
    sample = live(start, plan, rules=rules, months=12 * YEARS)
    kept: Bools = sample["norms"].mean(axis=1) > KEEPS
    return kept


def half_level(products: Floats, kept: Bools, seed: int) -> tuple[float, float, float]:
    """Return (level, low, high) at which half keep their norms; kept: [level, member]; members are resampled whole.

    Where all lose them at one level and none at the next, the interval spans the two.
    """
    x = np.repeat(np.log(products), kept.shape[1])
    random = np.random.default_rng(seed)
    found = []
    for _ in range(400):
        pick = random.integers(0, kept.shape[1], kept.shape[1])
        found.append(half_way(x, kept[:, pick].ravel()))
    with np.errstate(invalid="ignore"):
        low, high = (float(np.exp(q)) for q in np.quantile(found, LEVELS, method="nearest"))
    share = kept.mean(axis=1)
    for below, above in pairwise(range(len(products))):
        if share[below] == 0.0 and share[above] == 1.0:  # nothing between: it may lie anywhere there
            low, high = min(low, float(products[below])), max(high, float(products[above]))
    return float(np.exp(half_way(x, kept.ravel()))), low, high


def carried(at: dict[str, float], plan: Plan) -> Table:
    """Switch each cause off at the level where half keep their norms: the change of that share, paired."""
    base = {name: keeps(product, name, plan) for name, product in at.items()}
    rows: list[list[Cell]] = []
    for cause in CAUSES[:2] if plan.small else CAUSES:
        row: list[Cell] = [cause]
        for name, product in at.items():
            change = keeps(product, name, plan, (cause,)).astype(float) - base[name]
            low, high = bootstrap(change, lambda x: float(np.mean(x)), times=400)
            row += [float(change.mean()), f"{low:.2f} to {high:.2f}"]
        rows.append(row)
    rows.sort(key=lambda row: -sum(abs(float(str(cell))) for cell in row[1::2]))
    heads = [head for name in at for head in (f"{name}, at {at[name]:.2f} (base {base[name].mean():.2f})", "95%")]
    note = "Change of the share that keeps its norms when the mechanism is off, same members and draws."
    return Table("carried", "What carries it, near the boundary", ("without", *heads), rows, note)


def report(plan: Plan) -> Page:
    """Run every level in every setting; the shares, and where half keep their norms."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    products = np.array(PRODUCTS[::3] if plan.small else PRODUCTS)
    rows: list[list[Cell]] = []
    halves: list[list[Cell]] = []
    middle: dict[str, float] = {}
    for setting in ("open", "isolated", "civil war alone", "isolated, civil war"):
        kept = np.stack([keeps(float(product), setting, plan) for product in products])
        rows.append([setting, *(float(share) for share in kept.mean(axis=1))])
        half, low, high = half_level(products, kept, plan.seed)
        middle[setting] = float(np.clip(half, products[0], products[-1]))
        halves.append([setting, named(half, products), named(low, products), named(high, products)])
    about = (
        "Starts in November 1917 from GDP per head alone: literacy, shares of classes and of farming in output, "
        "capital over output and "
        "department I's share follow it on the straight line in its logarithm through the two countries of "
        "`russia-1917` (1.7 and 9.8); "
        "all else as Russia's. Kept: mean norms of thirty years above 0.6. Open: nothing from outside; isolated: "
        "Russia's hostility and "
        "embargo; the civil war is that of 1918-20. No second war."
    )
    note = "Logistic regression on the logarithm; intervals resample members (95%). Beyond all levels: below, above."
    tables = [
        Table(
            "half",
            "Level at which half keep their norms, thousand 2011 $ a head",
            ("setting", "level", "low", "high"),
            halves,
            note,
        ),
        carried({name: middle[name] for name in ("isolated", "isolated, civil war")}, plan),
        Table("shares", "Share that keeps its norms, by level", ("setting", *(f"{p:g}" for p in products)), rows),
    ]
    return Page("The boundary", about, tables, plan)


def named(level: float, products: Floats) -> Cell:
    """Return a level, or on which side of all that were run it lies."""
    if level < products[0]:
        return f"below {products[0]:g}"
    return f"above {products[-1]:g}" if level > products[-1] else level
