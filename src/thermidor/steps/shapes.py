"""Small shapes that the steps share. All arguments and results are float64 scalars."""

import math

import numpy as np

from thermidor.jit import compiled

MONTH = 1.0 / 12.0


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
    return 1.0 / (1.0 + math.exp(-within(x, -40.0, 40.0)))


@compiled
def bend(x):
    """A logistic shape without exp, for the citizens: 0 to 1, one half at 0, slope one half there."""
    return 0.5 + 0.5 * x / math.sqrt(1.0 + x * x)


@compiled
def wide(x):
    """A stored float32 as float64 (the compiler's own `float` would leave it narrow)."""
    return np.float64(x)


@compiled
def toward(x, target, years):
    """`x` after one month on its way to `target`, with a time constant in years."""
    return x + (target - x) * min(1.0, MONTH / years)


@compiled
def happens(draw, rate):
    """Whether an event with hazard `rate` a year falls into this month."""
    return draw < 1.0 - math.exp(-rate * MONTH)
