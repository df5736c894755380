"""Courses, fixed points and their stability: fourth-order Runge-Kutta by the month, and Newton's method from a scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from thermidor.meanfield.conditions import Conditions, Floats
from thermidor.meanfield.equations import MONTHS, STATES, flow

FAST = len(STATES) - 2
"""States that a fixed point concerns; the two slow ones stand still."""
KEPT = 0.6
"""Mean norms over a course above which they count as kept; the same as in the boundary of the citizens' model."""
STEP = 1e-6
"""Width of finite differences."""
RELAX_YEARS, RELAX_STEP = 80.0, 0.2
"""How long, and in what steps (years), the states that are not held come to rest in a scan."""
NEWTON_STEPS, WHOLE_STEPS = 50, 15
"""Steps of Newton's method, and how many of them are whole; half steps end its leaping over a kink."""
HALVINGS, HALVING_YEARS = 10, 10.0
"""How often the cell of a fixed point is halved before Newton's method begins, and the years of rest each time."""
REST = 1e-9
"""A rate (1/year) below which a state counts as at rest."""
SAME = 1e-3
"""Fixed points whose norms lie nearer than this are one."""

Course = Callable[[int], Conditions]


@dataclass(frozen=True)
class FixedPoints:
    """All fixed points found: `states` float64 [states, points], `where` the index of the condition each belongs to.

    stable: bool [points]; slowest: float64 [points], the largest real part of the eigenvalues, 1/year. Where officials
    gain nothing, norms stand still anywhere above what owners allow; the lowest such point is listed, as stable.
    """

    states: Floats
    where: NDArray[np.int64]
    stable: NDArray[np.bool_]
    slowest: Floats

    def of(self, condition: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Return norms and stability of the fixed points of one condition, lowest first."""
        mine = np.flatnonzero(self.where == condition)
        mine = mine[np.argsort(self.states[0, mine])]
        return self.states[0, mine], self.stable[mine]


def step(state: Floats, given: Conditions, rules: SimpleNamespace, years: float, *, slow: bool = False) -> Floats:
    """Return the state after one step of Runge and Kutta, held in 0..1."""
    first = flow(state, given, rules, slow=slow)
    second = flow(state + 0.5 * years * first, given, rules, slow=slow)
    third = flow(state + 0.5 * years * second, given, rules, slow=slow)
    fourth = flow(state + years * third, given, rules, slow=slow)
    return np.clip(state + years / 6.0 * (first + 2.0 * second + 2.0 * third + fourth), 0.0, 1.0)


def course(
    start: Floats, given: Conditions | Course, rules: SimpleNamespace, months: int, *, slow: bool = False
) -> Floats:
    """Return the state after each month, float64 [months, states, ...].

    `given` may be a function of the month, for conditions that change from outside; `slow` lets towns and schools grow.
    """
    state, kept_states = np.asarray(start, np.float64), []
    for month in range(months):
        now = given(month) if callable(given) else given
        state = step(state, now, rules, 1.0 / MONTHS, slow=slow)
        kept_states.append(state)
    return np.stack(kept_states)


def kept(norms: Floats) -> NDArray[np.bool_]:
    """Say whether norms [months, ...] are kept: their mean over the course above KEPT."""
    return np.asarray(norms.mean(axis=0) > KEPT)


def at_rest(
    state: Floats, held: tuple[int, ...], given: Conditions, rules: SimpleNamespace, years: float = RELAX_YEARS
) -> Floats:
    """Return the state [states, ...] once all but the `held` states have come to rest."""
    fixed = list(held)
    still = state[fixed].copy()
    for _ in range(round(years / RELAX_STEP)):
        state = step(state, given, rules, RELAX_STEP)
        state[fixed] = still
    return state


def plane(
    start: Floats, given: Conditions, rules: SimpleNamespace, norms: Floats, ties: Floats
) -> tuple[Floats, Floats]:
    """Return the flow of norms and ties, 1/year, float64 [ties, norms] each, all other states at rest.

    start: float64 [states], from which the others come to rest; given: conditions of one country.
    """
    across, up = np.meshgrid(norms, ties)
    state = np.repeat(start[:, None], across.size, axis=1)
    state[0], state[1] = across.ravel(), up.ravel()
    wide = given.map(lambda field: np.broadcast_to(field, across.size))
    change = flow(at_rest(state, (0, 1), wide, rules), wide, rules)
    return change[0].reshape(across.shape), change[1].reshape(across.shape)


def jacobian(state: Floats, given: Conditions, rules: SimpleNamespace, width: float = STEP) -> Floats:
    """Return d flow / d state by central differences, float64 [points, FAST, FAST], of states [states, points]."""
    points = state.shape[1]
    forth = np.repeat(state[:, None, :], FAST, axis=1)
    back = forth.copy()
    for place in range(FAST):
        forth[place, place] += width
        back[place, place] -= width
    wide = given.map(lambda field: np.broadcast_to(field, (FAST, points)))
    change = (flow(forth, wide, rules) - flow(back, wide, rules)) / (2.0 * width)
    return np.moveaxis(change[:FAST], (0, 1, 2), (1, 2, 0))


def fixed_points(start: Floats, given: Conditions, rules: SimpleNamespace, scan: int = 81) -> FixedPoints:
    """Find all fixed points of many conditions, and say which are stable.

    start: float64 [states, conditions]; given: fields of shape [conditions]. For `scan` values of the norms the other
    states come to rest; where the flow of the norms changes sign there is a fixed point, which halving and Newton's
    method sharpen in all eight dimensions. Stability by the eigenvalues of the Jacobian.
    """
    norms = np.linspace(0.0, 1.0, scan)
    conditions = start.shape[1]
    state = np.repeat(start[:, :, None], scan, axis=2)
    state[0] = norms
    wide = given.map(lambda field: np.repeat(np.broadcast_to(field, conditions)[:, None], scan, axis=1))
    state = at_rest(state, (0,), wide, rules)
    change = flow(state, wide, rules)[0]
    where, cell = np.nonzero((change[:, :-1] > 0.0) != (change[:, 1:] > 0.0))
    mine = given.map(lambda field: np.broadcast_to(field, conditions)[where])
    first = halve(state[:, where, cell], norms[cell + 1], change[where, cell] > 0.0, mine, rules)
    found, good = newton(first, mine, rules)
    found, where = found[:, good], where[good].astype(np.int64)
    single = _first_of_each(found[0], where)
    found, where = found[:, single], where[single]
    mine = given.map(lambda field: np.broadcast_to(field, conditions)[where])
    slowest = (
        np.linalg.eigvals(jacobian(found, mine, rules)).real.max(axis=1) if len(where) else np.zeros(0, np.float64)
    )
    return FixedPoints(found, where, slowest < REST, slowest)


def halve(state: Floats, high: Floats, rising: NDArray[np.bool_], given: Conditions, rules: SimpleNamespace) -> Floats:
    """Halve each cell of norms, from those of `state` to `high`, in which the flow of the norms changes sign.

    rising: whether that flow is up at the lower end. Keeps Newton's method from leaping out over a kink.
    """
    low = state[0].copy()
    for _ in range(HALVINGS):
        state = state.copy()
        state[0] = 0.5 * (low + high)
        state = at_rest(state, (0,), given, rules, years=HALVING_YEARS)
        below = (flow(state, given, rules)[0] > 0.0) == rising
        low, high = np.where(below, state[0], low), np.where(below, high, state[0])
    state[0] = low
    return state


def newton(state: Floats, given: Conditions, rules: SimpleNamespace) -> tuple[Floats, NDArray[np.bool_]]:
    """Sharpen states [states, points] until they are at rest; returns them and which of them came to rest."""
    state = state.copy()
    if state.shape[1]:
        for nth in range(NEWTON_STEPS):
            change = flow(state, given, rules)[:FAST]
            if np.abs(change).max() < REST:
                break
            slope = jacobian(state, given, rules) - REST * np.eye(FAST)
            move = np.linalg.solve(slope, change.T[:, :, None])[:, :, 0].T
            move *= np.minimum(1.0, 0.1 / np.maximum(np.abs(move).max(axis=0), 1e-12))
            state[:FAST] = np.clip(state[:FAST] - move * (1.0 if nth < WHOLE_STEPS else 0.5), 0.0, 1.0)
    return state, np.abs(flow(state, given, rules)[:FAST]).max(axis=0) < REST * 1e3


def _first_of_each(norms: Floats, where: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of fixed points without those that repeat another of the same condition."""
    order = np.lexsort((norms, where))
    near = (np.diff(where[order]) == 0) & (np.diff(norms[order]) < SAME)
    return np.asarray(order[np.concatenate(([True], ~near))] if len(order) else order, np.int64)
