"""Small shapes that the steps share. Arguments and results are float64 scalars unless said otherwise."""

import math

import numpy as np

from thermidor.jit import compiled

MONTH = 1.0 / 12.0
"""A month in years."""
TINY = 1e-9
"""Keeps a division from a zero where there is nothing to divide."""
LN_TWO = 0.6931
"""The natural logarithm of two, as far as a half-life needs it."""
FAR = 40.0
"""Beyond this a logistic is 0 or 1 as far as anything here can tell."""


@compiled
def unit(x):
    """`x` held between 0 and 1."""
    return min(max(x, 0.0), 1.0)


@compiled
def within(x, low, high):
    """`x` held between `low` and `high`."""
    return min(max(x, low), high)


@compiled
def above(x):
    """The part of `x` above zero."""
    return max(x, 0.0)


@compiled
def logistic(x):
    """1 / (1 + exp(-x)), for the country steps."""
    return 1.0 / (1.0 + math.exp(-within(x, -FAR, FAR)))


@compiled
def bend(x):
    """A logistic shape without exp, for the citizens: 0 to 1, one half at 0, slope one half there."""
    return 0.5 + 0.5 * x / math.sqrt(1.0 + x * x)


@compiled
def mean_of_four(a, b, c, d):
    """The plain mean of four numbers, as of the four norms."""
    return 0.25 * (a + b + c + d)


@compiled
def divided(strength, x):
    """`strength` x 4 x (1 - x): the whole strength where a body is split in halves, nothing where it is of one mind."""
    return strength * 4.0 * x * (1.0 - x)


@compiled
def wander(x, spread, memory, draw):
    """A month's change of a shock `x` that fades in `memory` years, its lasting spread `spread`; `draw` is a bell."""
    return MONTH * -x / memory + spread * math.sqrt(2.0 * MONTH / memory) * draw


@compiled
def wide(x):
    """A stored float32 as float64 (the compiler's own `float` would leave it narrow)."""
    return np.float64(x)


@compiled
def toward(x, target, years):
    """`x` after one month on its way to `target`, with a time constant in years."""
    return x + (target - x) * min(1.0, MONTH / years)


@compiled
def inequality(amounts, heads):
    """Gini coefficient of groups, 0..1: what each gets a head, and how many they are (float64[groups])."""
    people = total = gaps = 0.0
    for i in range(len(heads)):
        people += heads[i]
        total += heads[i] * amounts[i]
        for j in range(i):
            gaps += heads[i] * heads[j] * abs(amounts[i] - amounts[j])
    return unit(gaps / max(people * total, TINY))


@compiled
def happens(draw, rate):
    """Whether an event with hazard `rate` a year falls into this month."""
    return draw < 1.0 - math.exp(-rate * MONTH)
