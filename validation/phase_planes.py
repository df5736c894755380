"""What the pictures of the mean-field twin show: phase planes, fixed points along development, the map of states."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from thermidor.meanfield import course, fixed_points, mean_rules, plane
from thermidor.views.phase_plane import Branches, Plane, Region, draw_planes, draw_states
from validation.ensemble import Plan
from validation.meanfield import EDGES, FINE, MONTHS, REPLICATES, Floats, states, twin_at
from validation.page import FOLDER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLANES = (
    (1.729, 1.0, "1.7 thousand $, isolated"),
    (3.5, 0.5, "3.5 thousand $, half isolated"),
    (6.0, 0.0, "6 thousand $, open"),
)
SETTINGS = ((0.0, "open"), (0.5, "half isolated"), (1.0, "isolated"))
GRAIN = 61
"""Points along each side of a phase plane."""
LOST, BOTH, HELD = range(3)


def pictures() -> dict[str, Figure]:
    """Draw the pictures of the twin by name; the map shows the citizens' levels if their table has been made."""
    plan = Plan(replicates=REPLICATES)
    return {
        "planes": draw_planes(planes(plan), "Norms and ties in three conditions, all else at rest"),
        "states": draw_states(branches(plan), region(plan), "States of the mean-field twin"),
    }


def planes(plan: Plan) -> list[Plane]:
    """Return the phase planes of PLANES, towns and schools standing still as they began."""
    rules, norms, ties = mean_rules(), np.linspace(0.0, 1.0, GRAIN), np.linspace(0.0, 0.9, GRAIN)
    found = []
    for product, isolation, title in PLANES:
        many, starts = twin_at([(product, isolation)], plan)
        one, start = many.map(lambda field: field[0]), starts[:, 0]
        points = fixed_points(starts, many, rules)
        thirty = np.vstack([start, course(start, one, rules, MONTHS)])
        change = plane(start, one, rules, norms, ties)
        found.append(Plane(title, norms, ties, *change, points.states[:2], points.stable, thirty[:, :2].T))
    return found


def branches(plan: Plan) -> list[Branches]:
    """Return all fixed points along development for each of SETTINGS."""
    conditions, starts = twin_at([(float(product), isolation) for isolation, _ in SETTINGS for product in FINE], plan)
    points = fixed_points(starts, conditions, mean_rules())
    found = []
    for place, (_, words) in enumerate(SETTINGS):
        mine = points.where // len(FINE) == place
        level = FINE[points.where[mine] % len(FINE)]
        found.append(Branches(words, level, points.states[0, mine], points.stable[mine]))
    return found


def region(plan: Plan) -> Region:
    """Return what states there are over development and isolation, with the levels at which norms are kept."""
    level = np.concatenate([FINE[:1], EDGES, FINE[-1:]])
    isolation = np.linspace(0.0, 1.0, 11)
    upper, lower = states(level, [float(share) for share in isolation], plan)
    return Region(level, isolation, np.where(upper, np.where(lower, BOTH, HELD), LOST), measured())


def measured() -> dict[str, tuple[Floats, Floats]]:
    """Return the lines of the table of levels that `python -m validation meanfield` writes; none if it is not there."""
    path = FOLDER / "meanfield-half.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    isolation = np.array([float(row["isolation"]) for row in rows])
    names = {"citizens": "citizens: half keep norms 30 years", "twin, moving": "twin, moving: kept 30 years"}
    names["twin, frozen"] = "twin, frozen: kept 30 years"
    return {words: (np.array([float(row[head]) for row in rows]), isolation) for head, words in names.items()}
