"""The mean-field twin beside the citizens' model: the same starts on a grid of development and isolation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np

from thermidor.country import OUTSIDE
from thermidor.meanfield import (
    KEPT,
    SLOW,
    STATES,
    Conditions,
    conditions_from,
    course,
    each_of,
    fixed_points,
    mean_rules,
    start_from,
    step,
)
from thermidor.scenarios import Scenario, resolve
from validation.boundary import half_level
from validation.ensemble import Plan, live, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Bools, Floats, Sample
from validation.settings import conditions_at, main_scenario, only, scaled_paths, start_at
from validation.stats import bootstrap, rank_correlation

REPLICATES = 40
PRODUCTS = (1.2, 1.45, 1.729, 2.0, 2.4, 2.8, 3.5, 4.5, 6.0, 8.0)
ISOLATIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
WEARINESS = (0.0, 0.25, 0.5, 0.75, 0.95)
YEARS = 30
MONTHS = 12 * YEARS
POINTS = ((1.2, 0.0), (1.729, 0.0), (1.729, 1.0), (3.5, 1.0))
"""Product and isolation of the courses that are shown side by side."""
NEAR = ((1.45, 0.0), (1.729, 0.5), (2.0, 1.0))
"""Where mechanisms are switched off: near the boundary, where each can show."""
MECHANISMS = (
    "usurpation", "gain_shortage", "gain_want", "gain_conflict", "resolve", "isolation", "repair", "tie_growth",
    "fear_on_ties", "owners_ceiling", "spark", "exhaustion", "terror", "repression_extraction", "extraction_strength",
    "scarcity_to_police", "volunteers", "skim", "drive_strength", "arms_hostility", "pull",
)  # fmt: skip
"""Mechanisms that both have."""
SMALL = 0.01
"""An effect on mean norms below which neither is said to move anything."""
LOW = {"norms.recall": 0.05, "norms.pay": 0.05, "norms.rotation": 0.05, "norms.arms": 0.05, "room": 0.15}
LOW |= {"organisation": 0.05, "village_organisation": 0.05, "fear": 0.2}
"""A start on the other side: norms, room and ties nearly gone, some fear."""
HEADS = ("product", "isolation")
FINE = np.exp(np.linspace(np.log(1.0), np.log(9.0), 90))
"""Levels along which fixed points are sought, thousand 2011 $."""
EDGES = np.exp(np.linspace(np.log(2.4), np.log(5.8), 90))
"""Levels among which the edges between one state and two are looked for: one in a hundred apart."""
NEVER = float("nan")


def setting(product: float, isolation: float, more: dict[str, float] | None = None) -> Scenario:
    """Return the start at a level with hostility and embargo times `isolation`, without wars; `more` conditions set."""
    scenario = only(main_scenario(), paths=isolation > 0.0, wars_before=None)
    scenario = scaled_paths(scenario, {"hostility": isolation, "embargo": isolation})
    return start_at(scenario, conditions_at(main_scenario(), product) | (more or {}))


@cache
def _mean_start(product: float, seed: int, members: int) -> tuple[dict[str, float], float, float, float]:
    """Return mean conditions of the members at a level; of their surroundings frontier and abroad; the property aim."""
    scenario = setting(product, 0.0)
    many = [resolve(scenario, seed, k) for k in range(members)]
    here, *others = many[0].countries
    given = {key: float(np.mean([one.conditions[here][key] for one in many])) for key in many[0].conditions[here]}
    best = max(product, *(float(np.mean([one.conditions[o]["gdp_per_head"] for one in many])) for o in others))
    abroad = float(
        np.mean([one.conditions[o]["organisation"] * one.conditions[o]["room"] for one in many for o in others])
    )
    return given, best, abroad, float(np.mean([one.organisations[here][1, 3] for one in many]))


@cache
def _paths() -> Floats:
    """Return hostility and embargo of the first country by month, float64 [2, months], without spread."""
    from thermidor.scenarios.resolved import outside

    table = outside(main_scenario(), lambda *_: 0.5)[:MONTHS, 0]
    return np.stack([table[:, OUTSIDE.index("hostility")], table[:, OUTSIDE.index("embargo")]])


def twin_at(
    points: Sequence[tuple[float, float]],
    plan: Plan,
    rules: SimpleNamespace | None = None,
    more: dict[str, float] | None = None,
) -> tuple[Conditions, Floats]:
    """Return conditions and starts of the twin at points of (product, isolation), at mean hostility and embargo."""
    rules = rules or mean_rules()
    hostility, embargo = _paths().mean(axis=1)
    conditions, starts = [], []
    for product, isolation in points:
        given, frontier, abroad, goal = _mean_start(product, plan.seed, plan.replicates)
        conditions.append(
            conditions_from(
                given, rules, frontier=frontier, abroad=abroad, property_goal=goal,
                hostility=hostility * isolation, embargo=embargo * isolation,
            )
        )  # fmt: skip
        starts.append(start_from(given | (more or {})))
    return each_of(conditions), np.stack(starts, axis=1)


def twin_courses(
    points: Sequence[tuple[float, float]],
    plan: Plan,
    *,
    slow: bool = True,
    rules: SimpleNamespace | None = None,
    more: dict[str, float] | None = None,
) -> Floats:
    """Return thirty years of the twin at points, float64 [months, states, points], on the paths of the surroundings."""
    rules = rules or mean_rules()
    conditions, start = twin_at(points, plan, rules, more)
    share = np.array([isolation for _, isolation in points])
    paths = _paths()

    def now(month: int) -> Conditions:
        return replace(conditions, hostility=paths[0, month] * share, embargo=paths[1, month] * share)

    return course(start, now, rules, MONTHS, slow=slow)


def citizens_at(
    points: Sequence[tuple[float, float]],
    plan: Plan,
    without: tuple[str, ...] = (),
    more: dict[str, float] | None = None,
) -> list[Sample]:
    """Return a sample of thirty years of the citizens' model for each point."""
    rules = rules_of(without=without)
    return [live(setting(*point, more), plan, rules=rules, months=MONTHS) for point in points]


def led(points: Sequence[tuple[float, float]], samples: Sequence[Sample], plan: Plan) -> Floats:
    """Return the twin's norms [months, points] on the citizens' own town, schools, product, farming and frontier."""
    rules = mean_rules()
    conditions, state = twin_at(points, plan, rules)
    share, paths = np.array([isolation for _, isolation in points]), _paths()

    def mean(name: str) -> Floats:
        return np.stack([sample[name].mean(axis=0) for sample in samples], axis=1)

    product, farming = mean("gdp_per_head"), mean("farming") / mean("output")
    frontier, literacy = mean("frontier"), mean("literacy")
    peasants = 1.0 - mean("urban_share") - rules.village_trades
    capital = (mean("heavy_capital") + mean("light_capital")) / mean("output")
    heavy = mean("heavy_capital") / (mean("heavy_capital") + mean("light_capital"))
    norms = []
    for month in range(MONTHS):
        state[SLOW] = peasants[month], literacy[month]
        now = replace(
            conditions, hostility=paths[0, month] * share, embargo=paths[1, month] * share, product=product[month],
            frontier=frontier[month], farming=farming[month], capital=capital[month], heavy=heavy[month],
        )  # fmt: skip
        state = step(state, now, rules, 1.0 / 12.0)
        norms.append(state[0].copy())
    return np.stack(norms)


def agreement(points: Sequence[tuple[float, float]], samples: Sequence[Sample], twins: dict[str, Floats]) -> Table:
    """Compare norms: verdicts, ranks, distances over thirty years and at their end; twins: [months, point] by kind."""
    members = np.stack([sample["norms"].mean(axis=1) for sample in samples])
    ends = np.array([sample["norms"][:, -1].mean() for sample in samples])
    mean, share = members.mean(axis=1), (members > KEPT).mean(axis=1)
    keeps, decided = share >= 0.5, np.abs(share - 0.5) >= 0.4
    rows: list[list[Cell]] = []
    for name, norms in twins.items():
        all_years, last = norms.mean(axis=0), norms[-1]
        same = (all_years > KEPT) == keeps
        far = int(np.abs(last - ends).argmax())
        numbers = (
            same.mean(), same[decided].mean(), rank_correlation(all_years, mean), np.abs(all_years - mean).mean(),
            np.abs(all_years - mean).max(), rank_correlation(last, ends), np.abs(last - ends).mean(),
            last[far] - ends[far],
        )  # fmt: skip
        where = f"{points[far][0]:g}, isolation {points[far][1]:g}"
        rows.append([name, *(float(x) for x in numbers), where])
    product = np.array([point[0] for point in points])
    best = max(float(((product > cut) == keeps).mean()) for cut in [0.0, *product])
    alone = (rank_correlation(product, mean), rank_correlation(product, ends))
    rows.append(["no model: product alone", best, None, alone[0], None, None, alone[1], None, None, None])
    heads = ("twin", "same verdict", "where nine in ten runs agree", "rank correlation", "mean distance", "largest")
    heads += ("rank at the end", "distance at the end", "largest at the end", "where")
    note = (
        f"{len(points)} points. Verdict: mean norms of thirty years above {KEPT:g}; among citizens, in at least half "
        "of the runs. Mean over thirty years, and (at the end) the last month; the largest at the end with its sign, "
        "the twin's less the citizens'. Last row, a yardstick: the best single threshold of product, chosen on the "
        "verdicts themselves."
    )
    return Table("agreement", "How far the two say the same", heads, rows, note)


def halves(plan: Plan, members: Floats, products: Floats, isolations: Sequence[float]) -> Table:
    """Return where half keep their norms, in either model, and between which levels the twin has two stable states."""
    rows: list[list[Cell]] = []
    fine = FINE[:: 6 if plan.small else 1]
    edge = EDGES[:: 6 if plan.small else 1]
    upper, lower = states(edge, isolations, plan)
    for place, isolation in enumerate(isolations):
        mine = members[place :: len(isolations)] > KEPT
        level, low, high = half_level(products, mine, plan.seed)
        points = [(float(product), isolation) for product in fine]
        levels = [crossing(points, twin_courses(points, plan, slow=slow)[:, 0].mean(axis=0)) for slow in (True, False)]
        both = upper[place] & lower[place]
        edges = [float(edge[both][k]) for k in (0, -1)] if both.any() else [NEVER, NEVER]
        rows.append([isolation, level, low, high, *levels, *edges])
    heads = ("isolation", "citizens", "low", "high", "twin, moving", "twin, frozen", "two states from", "to")
    note = (
        "Thousand 2011 $ a head. Citizens: logistic regression, interval by resampled members (95%). Twin: where mean "
        f"norms of thirty years cross {KEPT:g}. Last two: between these levels the frozen twin has two stable states, "
        "below only the lost one, above only the kept one."
    )
    return Table("half", "The level at which norms are kept", heads, rows, note)


def crossing(points: Sequence[tuple[float, float]], norms: Floats) -> float:
    """Return the level at which norms along `points` first rise above KEPT, on the straight line in its logarithm."""
    above = norms > KEPT
    if above[0] or not above.any():
        return points[0][0] if above[0] else NEVER
    k = int(np.argmax(above))
    part = (KEPT - norms[k - 1]) / (norms[k] - norms[k - 1])
    return float(points[k - 1][0] ** (1.0 - part) * points[k][0] ** part)


def states(levels: Floats, isolations: Sequence[float], plan: Plan, scan: int = 41) -> tuple[Bools, Bools]:
    """Say where the frozen twin has a stable state with norms of at least one half, and one below: [isolation, level].

    Found in one go, since the cost is in the steps.
    """
    points = [(float(product), float(isolation)) for isolation in isolations for product in levels]
    conditions, start = twin_at(points, plan)
    found = fixed_points(start, conditions, mean_rules(), scan=scan)
    high = found.states[0] >= 0.5
    shape = (len(isolations), len(levels))
    upper, lower = (
        np.isin(np.arange(len(points)), found.where[found.stable & side]).reshape(shape) for side in (high, ~high)
    )
    return upper, lower


def grid_table(points: Sequence[tuple[float, float]], members: Floats, twin: Floats) -> Table:
    """Mean norms of thirty years at every point: citizens, share of runs that keep them, twin."""
    rows: list[list[Cell]] = [
        [*point, float(mine.mean()), float((mine > KEPT).mean()), float(norms), float(norms - mine.mean())]
        for point, mine, norms in zip(points, members, twin, strict=True)
    ]
    heads = (*HEADS, "citizens", "share kept", "twin, moving", "difference")
    return Table("grid", "Mean norms of thirty years", heads, rows)


def beside(samples: Sequence[Sample], courses: Floats, points: Sequence[tuple[float, float]]) -> Table:
    """Courses side by side: citizens' mean and the twin's, at five dates."""
    rows: list[list[Cell]] = []
    named = {"norms": "norms", "ties": "organisation", "fear": "fear", "room": "room", "literacy": "literacy"}
    for place, (point, sample) in enumerate(zip(points, samples, strict=True)):
        for state, variable in named.items():
            series, twin = sample[variable].mean(axis=0), courses[:, STATES.index(state), place]
            row: list[Cell] = [*point, state]
            for year in (2, 5, 10, 20, 30):
                row += [float(series[12 * year - 1]), float(twin[12 * year - 1])]
            rows.append(row)
    heads = [head for year in (2, 5, 10, 20, 30) for head in (f"year {year}", "twin")]
    note = "The year's last month: mean of the runs, and beside it the twin with moving towns and schools."
    return Table("courses", "Courses side by side", (*HEADS, "what", *heads), rows, note)


def race(plan: Plan) -> Table:
    """Towns and schools against the fall of the norms: the course, and the watershed of that year."""
    rules, years = mean_rules(), (0, 5, 10, 20, 30)
    conditions, start = twin_at(POINTS, plan)
    courses = np.concatenate([start[None], twin_courses(POINTS, plan)])
    rows: list[list[Cell]] = [[*point] for point in POINTS]
    for year in years:
        now = courses[12 * year]
        found = fixed_points(now, conditions, rules)
        for place in range(len(POINTS)):
            norms, stable = found.of(place)
            kept_state = bool((norms[stable] >= 0.5).any())
            watershed = float(norms[~stable][0]) if kept_state and not stable.all() else 0.0
            rows[place] += [float(now[0, place]), watershed if kept_state else NEVER]
    heads = [head for year in years for head in (f"year {year}", "watershed")]
    note = (
        "Norms on the course, and the unstable fixed point with that year's towns and schools, at mean hostility and "
        "embargo: norms above it are drawn up, below it down, once all else is at rest. –: no kept state yet; 0: no "
        "lost state any more."
    )
    return Table(
        "race", "A race: norms and the watershed below which they are lost (twin)", (*HEADS, *heads), rows, note
    )


def ablated(plan: Plan) -> Table:
    """Switch mechanisms off in both, near the boundary: change of mean norms, and whether the signs are the same."""
    base = np.stack([sample["norms"].mean(axis=1) for sample in citizens_at(NEAR, plan)])
    twin_base = twin_courses(NEAR, plan)[:, 0].mean(axis=0)
    rows: list[list[Cell]] = []
    for name in MECHANISMS[:3] if plan.small else MECHANISMS:
        there = np.stack([sample["norms"].mean(axis=1) for sample in citizens_at(NEAR, plan, (name,))])
        change = (there - base).mean(axis=0)
        low, high = bootstrap(change, lambda x: float(np.mean(x)), times=400)
        norms = twin_courses(NEAR, plan, rules=mean_rules(without=(name,)))[:, 0].mean(axis=0)
        twin, effect = float((norms - twin_base).mean()), float(change.mean())
        rows.append([name, effect, f"{low:.3f} to {high:.3f}", twin, same_sign(effect, twin, low, high)])
    rows.sort(key=lambda row: -abs(float(str(row[1]))))
    where = "; ".join(f"{product:g} at isolation {isolation:g}" for product, isolation in NEAR)
    note = f"Mean over {where}; paired draws. Small: below {SMALL:g} or the interval holds nought."
    heads = ("without", "citizens", "95%", "twin", "same sign")
    return Table("ablations", "The same mechanism off in both: change of mean norms", heads, rows, note)


def same_sign(effect: float, twin: float, low: float, high: float) -> str:
    """Say whether two effects have one sign; small ones are said to be small."""
    small = (abs(effect) < SMALL or low <= 0.0 <= high, abs(twin) < SMALL)
    if all(small):
        return "both small"
    if any(small):
        return "small among citizens" if small[0] else "small in the twin"
    return "yes" if effect * twin > 0.0 else "NO"


def weary(plan: Plan) -> Table:
    """Past war exhaustion as a third control: mean norms by weariness at the start, at half isolation."""
    rows: list[list[Cell]] = []
    products = (1.729, 2.4, 3.5)
    points = [(product, 0.5) for product in products]
    for start in WEARINESS[::2] if plan.small else WEARINESS:
        more = {"exhaustion": start}
        theirs = [float(sample["norms"].mean()) for sample in citizens_at(points, plan, more=more)]
        twin = twin_courses(points, plan, more=more)[:, 0].mean(axis=0)
        rows.append([start, *(float(x) for pair in zip(theirs, twin, strict=True) for x in pair)])
    heads = ("exhaustion", *(head for product in products for head in (f"{product:g}", "twin")))
    return Table("weariness", "Past war exhaustion (isolation 0.5): mean norms of thirty years", heads, rows)


def two_starts(plan: Plan) -> Table:
    """The same country from two starts: do the lost stay lost where the others keep their norms?"""
    rows: list[list[Cell]] = []
    products = (1.729, 2.8, 3.5, 4.5, 6.0)
    points = [(product, 0.5) for product in (products[::2] if plan.small else products)]
    high = [float(sample["norms"][:, -1].mean()) for sample in citizens_at(points, plan)]
    low = [float(sample["norms"][:, -1].mean()) for sample in citizens_at(points, plan, more=LOW)]
    down = {"norms.recall": 0.05, "norms.pay": 0.05, "norms.rotation": 0.05, "norms.arms": 0.05} | LOW
    twins = [twin_courses(points, plan, slow=slow, more=more)[-1, 0] for slow in (True, False) for more in (None, down)]
    for place, (product, _) in enumerate(points):
        rows.append([product, high[place], low[place], *(float(twin[place]) for twin in twins)])
    heads = ("product", "citizens: high start", "low start", "twin, moving: high", "low", "twin, frozen: high", "low")
    note = (
        "Norms in the last month. Low start: norms, ties 0.05, room 0.15, fear 0.2; all else the same. Isolation 0.5."
    )
    return Table("starts", "Two starts, one country: norms after thirty years", heads, rows, note)


def report(plan: Plan) -> Page:
    """Run both models on the grid and compare them."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES)
    products = np.array(PRODUCTS[::3] if plan.small else PRODUCTS)
    isolations = ISOLATIONS[::2] if plan.small else ISOLATIONS
    points = [(float(product), isolation) for product in products for isolation in isolations]
    samples = citizens_at(points, plan)
    members = np.stack([sample["norms"].mean(axis=1) for sample in samples])
    twins = {"moving towns and schools": twin_courses(points, plan)[:, 0]}
    twins["frozen at the start"] = twin_courses(points, plan, slow=False)[:, 0]
    twins["on the citizens' own economy"] = led(points, samples, plan)
    about = (
        "The [mean-field twin](../mean-field.md) beside the citizens' model, nothing in it fitted. Starts as on the "
        "page of the [boundary](boundary.md), from GDP per head alone, without wars; isolation multiplies the "
        "hostility and embargo of `russia-1917`. The twin starts from the mean of the same members' starts. *Moving*: "
        "shares of town and schooling grow by the rules, product stands still; *frozen*: they stand still too; *on the "
        "citizens' own economy*: both, and product, farming, capital and frontier, are given month by month as they "
        "came out among the citizens, so that what differs is what means leave out of the contest itself."
    )
    at = [points.index(point) for point in POINTS if point in points]
    tables = [
        agreement(points, samples, twins),
        halves(plan, members, products, isolations),
        two_starts(plan),
        race(plan),
        ablated(plan),
        weary(plan),
        beside([samples[k] for k in at], twin_courses([points[k] for k in at], plan), [points[k] for k in at]),
        grid_table(points, members, twins["moving towns and schools"].mean(axis=0)),
    ]
    return Page("The mean-field twin beside the citizens' model", about, tables, plan)
