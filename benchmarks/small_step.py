"""One small step of a society, written three times: objects of Mesa, arrays of NumPy, one compiled pass over records.

Each month a citizen earns the wage of the class, eats what is needed from wage and hoard, feels what is short,
becomes organised by contact with the class and by grievance, and acts in public if a draw falls below grievance x
organisation; eight sums by class come out. All three use float64 and the same keyed draws, so their sums are equal
up to the order of addition.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from thermidor.draws import GOLDEN, MIX_A, MIX_B, S11, S27, S30, S31, UNIT, month_key, uniform
from thermidor.jit import compiled

CLASSES = 4
WAGES = np.array([0.7, 0.9, 1.1, 3.0])
SUMS = ("heads", "income", "eaten", "hoard", "short", "grievance", "organisation", "acting")
HEADS, INCOME, EATEN, HOARD, SHORT, GRIEVANCE, ORGANISATION, ACTING = range(len(SUMS))
TALLY = np.dtype([(name, "f8") for name in SUMS])
KEY = np.uint64(7)
CITIZEN = np.dtype(
    [(name, "f8") for name in ("weight", "need", "hoard", "grievance", "organisation")] + [("class_", "u1")], align=True
)


def citizens(count: int) -> np.ndarray:
    """Return a made-up start: CITIZEN[count]."""
    draw = np.random.default_rng(1).random((5, count))
    people = np.zeros(count, CITIZEN)
    people["weight"], people["need"], people["hoard"] = 0.5 + draw[0], 0.6 + 0.8 * draw[1], 2.0 * draw[2]
    people["grievance"], people["organisation"] = 0.5 * draw[3], draw[4]
    people["class_"] = np.arange(count) % CLASSES
    return people


def contacts(totals: np.ndarray) -> np.ndarray:
    """Return the mean organisation by class, which all meet in the next month."""
    return totals[:, ORGANISATION] / np.maximum(totals[:, HEADS], 1e-12)


def draws(month: int, count: int) -> np.ndarray:
    """Return the draws of all citizens in a month, as `thermidor.draws.uniform` gives them one by one."""

    def mix(z: np.ndarray) -> np.ndarray:
        z = (z ^ (z >> S30)) * MIX_A
        z = (z ^ (z >> S27)) * MIX_B
        return z ^ (z >> S31)

    with np.errstate(over="ignore"):
        key = month_key(KEY, month, 0)
        return (mix(mix(np.arange(count, dtype=np.uint64) * GOLDEN + MIX_A) ^ key) >> S11) * UNIT


def with_numpy(people: np.ndarray, months: int) -> np.ndarray:
    """Live some months with a dozen passes over arrays; returns the last month's sums [class, sum]."""
    k = people["class_"].astype(np.int64)
    weight, need = people["weight"].copy(), people["need"].copy()
    hoard, grievance, organisation = (people[name].copy() for name in ("hoard", "grievance", "organisation"))
    contact, totals = np.full(CLASSES, 0.3), np.zeros((CLASSES, 8))
    for month in range(months):
        income = WAGES[k]
        eaten = np.minimum(need, income + hoard)
        hoard += income - eaten
        short = 1.0 - eaten / need
        grievance += 0.1 * (short - grievance)
        organisation += 0.05 * (contact[k] - organisation) + 0.01 * grievance * (1.0 - organisation)
        acting = draws(month, len(k)) < grievance * organisation
        sums = (1.0, income, eaten, hoard, short, grievance, organisation, acting)
        for place, quantity in enumerate(sums):
            totals[:, place] = np.bincount(k, weight * quantity, CLASSES)
        contact = contacts(totals)
    return totals


@compiled
def live(me, draw, wages, contact, totals):
    """One month of one citizen."""
    k, weight, need = me.class_, me.weight, me.need
    income = wages[k]
    eaten = min(need, income + me.hoard)
    hoard = me.hoard + income - eaten
    short = 1.0 - eaten / need
    grievance = me.grievance + 0.1 * (short - me.grievance)
    ties = me.organisation
    ties += 0.05 * (contact[k] - ties) + 0.01 * grievance * (1.0 - ties)
    me.hoard, me.grievance, me.organisation = hoard, grievance, ties
    mine = totals[k]
    mine.heads += weight
    mine.income += weight * income
    mine.eaten += weight * eaten
    mine.hoard += weight * hoard
    mine.short += weight * short
    mine.grievance += weight * grievance
    mine.organisation += weight * ties
    mine.acting += weight * (draw < grievance * ties)


@numba.njit(nogil=True, error_model="numpy")
def live_all(people, month, wages, contact, totals):
    """One month of all citizens."""
    key = month_key(KEY, month, 0)
    for i in range(people.shape[0]):
        live(people[i], uniform(key, i), wages, contact, totals)


def with_records(people: np.ndarray, months: int) -> np.ndarray:
    """Live some months in one compiled pass a month; returns the last month's sums."""
    people, contact = people.copy(), np.full(CLASSES, 0.3)
    for month in range(months):
        totals = np.zeros(CLASSES, TALLY)
        live_all(people, month, WAGES, contact, totals)
        sums = totals.view(np.float64).reshape(CLASSES, len(SUMS))
        contact = contacts(sums)
    return sums


def with_mesa(people: np.ndarray, months: int) -> np.ndarray:
    """Live some months as Mesa agents; the draws are given to them, which spares Mesa the cost of drawing."""
    import mesa

    wages = WAGES.tolist()

    class Citizen(mesa.Agent):
        def __init__(self, model: Any, i: int, row: Any) -> None:
            super().__init__(model)
            self.i = i
            self.weight, self.need, self.hoard, self.grievance, self.organisation, self.class_ = row.tolist()

        def live(self) -> None:
            k, weight = self.class_, self.weight
            income = wages[k]
            eaten = min(self.need, income + self.hoard)
            self.hoard += income - eaten
            short = 1.0 - eaten / self.need
            self.grievance += 0.1 * (short - self.grievance)
            met = 0.05 * (self.model.contact[k] - self.organisation)
            self.organisation += met + 0.01 * self.grievance * (1.0 - self.organisation)
            mine = self.model.totals[k]
            mine[HEADS] += weight
            mine[INCOME] += weight * income
            mine[EATEN] += weight * eaten
            mine[HOARD] += weight * self.hoard
            mine[SHORT] += weight * short
            mine[GRIEVANCE] += weight * self.grievance
            mine[ORGANISATION] += weight * self.organisation
            if self.model.draws[self.i] < self.grievance * self.organisation:
                mine[ACTING] += weight

    class Society(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=1)
            self.contact = [0.3] * CLASSES
            for i, row in enumerate(people):
                Citizen(self, i, row)

        def step(self) -> None:
            self.totals = [[0.0] * 8 for _ in range(CLASSES)]
            self.agents.do("live")
            self.contact = contacts(np.array(self.totals)).tolist()

    society = Society()
    for month in range(months):
        society.draws = draws(month, len(people)).tolist()
        society.step()
    return np.array(society.totals)
