"""Trade: what countries do to one another: technique, hope and example from abroad, and failing demand."""

import math

from thermidor.country import COUNCILS, PARTY
from thermidor.jit import compiled
from thermidor.steps.shapes import TINY, toward

DEGREE = math.pi / 180.0
EARTH = 6.371
"""Radius of the earth, thousand km."""
POLE = 90.0
"""Latitude beyond which there is no place: where none is known."""
GRAIN = 68719476736.0
"""Weights are added as whole numbers of 2^-36, so that a sum has the same bits in whatever order countries stand."""


@compiled
def trade(world, rules):
    """Every country sees the most advanced one, and the others the more, the larger and nearer they are.

    Equation: frontier' = (best product per head - frontier) / frontier_memory; weight of another = its output x
    nearness (gravity, Tinbergen 1962), none where either is cut off wholly; spark = spark x (1 - embargo_on_spark x
    embargo) x weighted mean of organisation x room x (spark_at_rest + spark_by_slump x slump); example = (1 -
    embargo_on_spark x embargo) x weighted mean of authority of councils and, times example_of_party, of a red party;
    slump_abroad = weighted mean of slumps.
    Claims: P09, P14, P55, P59.
    Assumes: technique passes from any country to any other, example and demand by size and distance.
    Signs: spark up with movements and slumps abroad, down with embargo; example up with councils abroad.
    Leaves out: flows of goods between the countries of a run (exports buy machines of the same value), aid, languages.
    """
    best = 0.0
    for there in range(world.shape[0]):
        if world[there].embargo < 1.0:
            best = max(best, world[there].gdp_per_head)
    for here in range(world.shape[0]):
        c = world[here]
        c.frontier = toward(c.frontier, max(best, c.gdp_per_head), rules.frontier_memory)
        weights = movements = councils = slumps = 0
        for there in range(world.shape[0]):
            other = world[there]
            if there != here and c.embargo < 1.0 and other.embargo < 1.0:
                weight = other.output * nearness(c, other, rules)
                movement = other.organisation * other.room * (rules.spark_at_rest + other.slump * rules.spark_by_slump)
                power = other.authority[COUNCILS] + rules.example_of_party * other.authority[PARTY] * other.red
                weights += int(GRAIN * weight)
                movements += int(GRAIN * weight * min(movement, 1.0))
                councils += int(GRAIN * weight * power)
                slumps += int(GRAIN * weight * other.slump)
        total = max(float(weights), TINY)
        heard = 1.0 - rules.embargo_on_spark * c.embargo
        c.spark = rules.spark * heard * float(movements) / total
        c.example = heard * float(councils) / total
        c.slump_abroad = float(slumps) / total


@compiled
def nearness(c, other, rules):
    """How near two capitals are: 1 at one place, falling with the distance, near_unknown where none is known.

    Equation: 1 / (1 + distance / near_distance).
    Claims: P09.
    Assumes: gravity in its usual form, with distance to the power -1 far away.
    Signs: down with distance.
    Leaves out: borders, seas, railways.
    """
    if max(c.latitude, other.latitude) > POLE:
        return rules.near_unknown
    return 1.0 / (1.0 + distance(c, other) / rules.near_distance)


@compiled
def distance(c, other):
    """The distance of two capitals along the earth's surface, thousand km."""
    one, two = c.latitude * DEGREE, other.latitude * DEGREE
    across = math.cos(one) * math.cos(two) * math.cos((c.longitude - other.longitude) * DEGREE)
    return EARTH * math.acos(min(max(math.sin(one) * math.sin(two) + across, -1.0), 1.0))
