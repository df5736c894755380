"""Meet: what reaches the country from outside this month, and the war within."""

from thermidor.jit import compiled


@compiled
def meet(c, rules, outside):
    """Outside events reach the country; a war that it has left goes on without it, and a civil war is war as well.

    Equation: war = the greater of the war from outside x (1 - peace) and civil_war; where that is the civil war,
    destruction = civil_destruction, treatment = civil_treatment, war_deaths = civil_deaths x civil_war; peace ends with
    the war outside. Hostility, embargo and failing demand are the scenario's.
    Claims: P04, P56.
    Assumes: of two wars at once the harder one counts.
    Signs: none.
    Leaves out: fronts, regions.
    """
    c.hostility, c.embargo, c.trade_slump = outside[5], outside[6], outside[7]
    fought = outside[0] * (1.0 - c.peace)
    within = c.civil_war > fought
    c.war = c.civil_war if within else fought
    c.destruction = rules.civil_destruction if within else outside[1]
    c.treatment = rules.civil_treatment if within else outside[2]
    c.war_deaths = rules.civil_deaths * c.civil_war if within else outside[3] * (1.0 - c.peace)
    c.victory = outside[4] * (1.0 - c.peace)
    c.peace *= outside[0] > 0.0
