"""Trade: what countries do to one another: the frontier of technique, and hope from abroad."""

from thermidor.jit import compiled
from thermidor.steps.shapes import toward, unit


@compiled
def trade(world, rules):
    """Every country sees the most advanced one, and movements elsewhere as far as nothing is cut off.

    Equation: frontier' = (best product per head - frontier) / frontier_memory; spark = spark x (1 - embargo_on_spark x
    embargo) x mean over the others of organisation x room x (spark_at_rest + spark_by_slump x slump).
    Claims: P09, P14, P55.
    Assumes: technique and example pass from any country to any other, whatever the distance.
    Signs: spark up with movements and slumps abroad, down with embargo.
    Leaves out: flows of goods between the countries of a run (exports buy machines of the same value), distance, aid,
    war.
    """
    best = 0.0
    for there in range(world.shape[0]):
        best = max(best, world[there].gdp_per_head)
    for here in range(world.shape[0]):
        c = world[here]
        c.frontier = toward(c.frontier, max(best, c.gdp_per_head), rules.frontier_memory)
        spark = 0.0
        for there in range(world.shape[0]):
            if there != here:
                other = world[there]
                spark += other.organisation * other.room * (rules.spark_at_rest + other.slump * rules.spark_by_slump)
        c.spark = rules.spark * (1.0 - rules.embargo_on_spark * c.embargo) * unit(spark / max(world.shape[0] - 1, 1))
