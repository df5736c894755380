"""Plan: how much to accumulate, how much to arm, where new plant goes, how hard work is driven."""

from thermidor.jit import compiled
from thermidor.steps.shapes import above, toward, unit, within


@compiled
def plan(c, rules):
    """Decide the month's shares before anything is produced."""
    steer(c, rules)
    drive_accumulation(c, rules)
    arm(c, rules)
    split_investment(c, rules)
    drive_labour(c, rules)


@compiled
def steer(c, rules):
    """What belongs to the state is planned, after a while; the rest is left to the market."""
    c.planned = toward(c.planned, c.state_property, rules.planning_lag)


@compiled
def drive_accumulation(c, rules):
    """The plan's drive: officials whom nobody below controls push accumulation once they hold the grain.

    Claims: P13, P18, P19. The drive moves towards
    `drive_strength x planned x (1 - norms)^drive_secrecy x (drive_floor + (1 - drive_floor) collectivised)
    x backwardness`, with a lag of a year; delegates accumulate `ordinary_accumulation`, owners
    `market_accumulation` less what a slump keeps back. Assumes one rate for all branches (Feldman 1928).
    Signs: more with backwardness and lost norms, less with norms. Leaves out the choice of projects.
    """
    backwardness = 0.4 + 0.6 * unit(1.0 - c.gdp_per_head / (rules.catch_up_goal * c.frontier))
    secrecy = max(1.0 - c.norms, 0.0) ** rules.drive_secrecy
    grain = rules.drive_floor + (1.0 - rules.drive_floor) * c.collectivised
    target = rules.drive_strength * c.planned * secrecy * grain * backwardness * (1.0 - c.war)
    before = c.drive
    c.drive = toward(c.drive, target, rules.drive_lag)
    lurch = above(c.drive - before)
    c.dislocation = unit(c.dislocation + rules.overheating * lurch * (1.0 - c.dislocation))
    ordinary = rules.ordinary_accumulation * c.planned
    market = rules.market_accumulation * (1.0 - c.planned) * (1.0 - rules.slump_caution * c.slump)
    c.accumulation = within(ordinary + c.drive + market, 0.0, 0.5)


@compiled
def arm(c, rules):
    """Arms follow the threat from abroad and war. Claims: P16 (isolation), bellicist rival. Source: COW shares."""
    target = rules.arms_peace + rules.arms_hostility * c.hostility + rules.arms_war * c.war
    before = c.arms_share
    c.arms_share = toward(c.arms_share, target, rules.arms_lag)
    rush = above(c.arms_share - before) * (1.0 - c.war)
    c.dislocation = unit(c.dislocation + rules.conversion_loss * rush * (1.0 - c.dislocation))


@compiled
def split_investment(c, rules):
    """New plant goes to department I as far as its output falls short of the demand for machines and arms.

    Feldman-Mahalanobis: share = its present share of capital + gain x (share demanded - present share).
    """
    capital = c.heavy_capital + c.light_capital
    present = c.heavy_capital / capital
    wanted = (c.accumulation * c.output + rules.wear * capital + rules.machines_in_arms * c.arms_share * c.output) / max(c.industry, 1e-9)
    c.heavy_share = within(present + 3.0 * (wanted - present), 0.05, 0.95)


@compiled
def drive_labour(c, rules):
    """Coercion at work rises with shortage of labour where workers have no control. Claim: P23.

    The shortage is that of a taut plan, of arming and of war; it binds only where norms and room are gone.
    """
    powerless = c.state_property * (1.0 - c.norms) * (1.0 - c.room)
    shortage = rules.taut_plan * c.drive + rules.taut_arms * c.arms_share
    target = rules.labour_coercion_strength * powerless * unit(shortage - rules.taut_floor)
    c.labour_coercion = toward(c.labour_coercion, target, 1.5)
