"""Plan: how much to accumulate, how much to arm, where new plant goes, how hard work is driven."""

from thermidor.jit import compiled
from thermidor.steps.shapes import TINY, above, toward, unit, within


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
    """What the state owns comes under the plan after a while; the rest is left to the market.

    Equation: planned' = (state_property - planned) / planning_lag.
    Claims: P17.
    Assumes: property decides what can be planned, and planning needs time to be built or taken down.
    Signs: more planned with more state property.
    Leaves out: kinds of plan (targets, prices, contracts) and plans of private firms.
    """
    c.planned = toward(c.planned, c.state_property, rules.planning_lag)


@compiled
def drive_accumulation(c, rules):
    """Officials whom nobody below controls push accumulation above the ordinary, the more so once they hold the grain.

    Equation: drive' = (drive_strength x planned x (1 - norms)^drive_secrecy x (drive_floor + (1 - drive_floor) x
    collectivised) x motive x (1 - war) - drive) / drive_lag; motive = backwardness, of which a rival's theory puts
    threat_drives x (hostility - backwardness) in place; backwardness = drive_at_par + (1 - drive_at_par) x (1 -
    product per head / (catch_up_goal x frontier)), the last held in 0..1; accumulation = ordinary_accumulation x
    planned + drive + market_accumulation x (1 - planned) x (1 - slump_caution x slump)(1 -
    drain_on_building x drain), held in 0..1. A drive
    beyond any known so far costs order: overheating x what is new.
    Claims: P13, P18, P19, P60.
    Assumes: one rate for all branches (Feldman 1928); delegates choose the ordinary rate, owners the market's.
    Signs: up with backwardness, lost norms and collective farms; down in war.
    Leaves out: the choice of projects, foreign loans, differences among officials.
    """
    behind = unit(1.0 - c.gdp_per_head / (rules.catch_up_goal * c.frontier))
    backwardness = rules.drive_at_par + (1.0 - rules.drive_at_par) * behind
    motive = backwardness + rules.threat_drives * (c.hostility - backwardness)
    secrecy = max(1.0 - c.norms, 0.0) ** rules.drive_secrecy
    grain = rules.drive_floor + (1.0 - rules.drive_floor) * c.collectivised
    target = rules.drive_strength * c.planned * secrecy * grain * motive * (1.0 - c.war)
    c.drive = toward(c.drive, target, rules.drive_lag)
    lurch = above(c.drive - c.drive_known)
    c.drive_known = max(c.drive_known, c.drive)
    c.dislocation = unit(c.dislocation + rules.overheating * lurch * (1.0 - c.dislocation))
    ordinary = rules.ordinary_accumulation * c.planned
    market = rules.market_accumulation * (1.0 - c.planned) * (1.0 - rules.slump_caution * c.slump)
    market *= 1.0 - rules.drain_on_building * c.drain
    c.accumulation = unit(ordinary + c.drive + market)


@compiled
def arm(c, rules):
    """Arms follow the threat from abroad and war; a rush of arming in peace costs order.

    Equation: arms_share' = (arms_peace + arms_hostility x hostility + arms_war x war - arms_share) / arms_lag;
    dislocation + conversion_loss x (rise of arms_share), in peace.
    Claims: P16.
    Assumes: the answer to a threat is the same whatever the property and the regime.
    Signs: up with hostility and war.
    Leaves out: arms races as a choice of both sides, alliances, the arms of others (they enter through hostility).
    """
    target = rules.arms_peace + rules.arms_hostility * c.hostility + rules.arms_war * c.war
    before = c.arms_share
    c.arms_share = toward(c.arms_share, target, rules.arms_lag)
    rush = above(c.arms_share - before) * (c.war <= 0.0)
    c.dislocation = unit(c.dislocation + rules.conversion_loss * rush * (1.0 - c.dislocation))


@compiled
def split_investment(c, rules):
    """New plant goes to department I as far as its output falls short of what is asked for machines and arms.

    Equation: heavy_share = present share + heavy_correction x (demanded share - present share), held between
    department_least and 1 - department_least; demanded = (accumulation x output + wear x capital + machines_in_arms x
    arms_share x output) / industry.
    Claims: P18.
    Assumes: two departments that make all machines and all goods (Feldman and Mahalanobis); no substitution.
    Signs: up with accumulation and arms.
    Leaves out: trade in machines (see the exports of `set_aside`), branches inside a department.
    """
    capital = c.heavy_capital + c.light_capital
    present = c.heavy_capital / capital
    machines = c.accumulation * c.output + rules.wear * capital + rules.machines_in_arms * c.arms_share * c.output
    wanted = machines / max(c.industry, TINY)
    least = rules.department_least
    c.heavy_share = within(present + rules.heavy_correction * (wanted - present), least, 1.0 - least)


@compiled
def drive_labour(c, rules):
    """Coercion at work rises with shortage of labour where workers have no control.

    Equation: labour_coercion' = (labour_coercion_strength x state_property x (1 - norms)(1 - room) x [taut_plan x drive
    + taut_arms x arms_share - taut_floor] - labour_coercion) / labour_coercion_lag, the bracket and the product held in
    0..1.
    Claims: P23.
    Assumes: a taut plan and arming are what makes labour short.
    Signs: up with drive and arms; nil where norms or room are whole.
    Leaves out: the market's own compulsion (it enters as unemployment), single decrees and their dates.
    """
    powerless = c.state_property * (1.0 - c.norms) * (1.0 - c.room)
    shortage = rules.taut_plan * c.drive + rules.taut_arms * c.arms_share
    target = rules.labour_coercion_strength * powerless * unit(shortage - rules.taut_floor)
    c.labour_coercion = toward(c.labour_coercion, unit(target), rules.labour_coercion_lag)
