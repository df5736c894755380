"""Govern: posts, police, terror, the leader and his peers, and the room that is left to others."""

import math

from thermidor.country import CAPITALIST, CLASSES, GENDARME, LANDLORD, OFFICIAL, PEASANT, PETTY, WORKER
from thermidor.draws import DENUNCIATION, NEW_LEADER, SUCCESSION, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, happens, toward, unit, within


@compiled
def govern(c, rules, key, month):
    """The apparatus fills its posts, polices, purges and is purged."""
    count_conflicts(c, rules)
    want_posts(c, rules)
    rise_above_peers(c, rules)
    change_leader(c, rules, key, month)
    purge(c, rules, key, month)
    repress(c, rules)
    leave_room(c, rules)
    hire_and_dismiss(c, rules)


@compiled
def count_conflicts(c, rules):
    """Conflict over consumption and deliveries, which scarcity keeps alive: P33, P44, P49. Rises with privilege and force."""
    queue = c.scarcity * (0.25 + 0.375 * c.privilege)
    c.conflict = unit(rules.conflict_positional * queue + rules.conflict_want * c.scarcity_absolute + rules.conflict_village * c.extraction * c.grain_gap)


@compiled
def want_posts(c, rules):
    """Posts by tasks, by shortage to be administered and by nobody checking; police by conflict that volunteers don't settle.

    Officials: base + complexity + shortage x (1 - turns of the schooled) + self-growth. Police: base + need of order
    x (1 - volunteers), volunteers = people in arms who gain from the rule. Claims: P01, P03, P07, P08, P16, P44. Not
    monotone: leaders cut posts after a purge and a succession. Leaves out the size of the army at war.
    """
    turns = c.norm_rotation * c.literacy
    shortage = c.grain_gap + 0.7 * c.scarcity_absolute + 0.25 * c.scarcity
    target = rules.posts_base + rules.posts_complexity * c.complexity
    target += rules.scarcity_to_posts * c.planned * shortage * (1.0 - turns) * rules.posts_shortage
    target += rules.posts_unchecked * c.planned * (1.0 - c.norms)
    c.posts = toward(c.posts, target * (1.0 - rules.posts_after_leader * c.pact), 2.0)
    volunteers = rules.volunteers * c.norms * c.norm_arms * (1.0 - c.scarcity)
    need = c.conflict * (1.0 - unit(volunteers))
    police = rules.police_base + rules.scarcity_to_police * rules.police_conflict * need + rules.police_terror * c.repression_mass
    police += rules.standing_army * c.arms_share * (1.0 - 0.7 * c.norm_arms)
    c.police_posts = toward(c.police_posts, police, 1.0)


@compiled
def rise_above_peers(c, rules):
    """A leader rises above his peers where officials are not recalled and no one may organise; a pact restrains the next."""
    top = above(1.0 - c.pact)
    rise = rules.leader_rise * c.state_property * (1.0 - c.norm_recall) * (1.0 - c.room) * c.leader * above(top - c.leader)
    fall = rules.leader_fall * c.norm_recall * c.leader
    c.leader = within(c.leader + MONTH * (rise - fall), rules.leader_least, 1.0)
    c.pact = unit(c.pact - MONTH * c.pact / rules.pact_years)


@compiled
def change_leader(c, rules, key, month):
    """Leaders age and die (Gompertz); what officials feared under one becomes a pact against the next. Claim: P50, loop 8."""
    c.leader_age += MONTH
    hazard = 0.010 * math.exp(0.09 * (c.leader_age - 50.0))
    if happens(chance(key, month, SUCCESSION), hazard):
        c.successions += 1.0
        c.leader_age = 50.0 + 18.0 * chance(key, month, NEW_LEADER)
        c.pact = unit(max(c.pact, rules.pact * c.fear_of[OFFICIAL] * c.leader))
        c.leader = within(0.35 * c.leader, rules.leader_least, above(1.0 - c.pact) + rules.leader_least)


@compiled
def purge(c, rules, key, month):
    """The purge: an unchecked leader against officials with standing of their own; denunciation spreads it, losses end it.

    A susceptible-infected form: R0 = denunciation x leader x standing x (1 + threat) / purge_end; standing is the mean of
    officials' own ties, which the purge itself destroys. Egorov and Sonin 2011; Montagnes and Wolton 2019. Claims: P34, P52.
    """
    standing = c.organisation_of[OFFICIAL]
    growth = rules.denunciation * c.leader * standing * (1.0 + rules.purge_threat * c.hostility) * (1.0 - c.war)
    ending = rules.purge_end + 4.0 * c.purge_loss
    c.repression_elite += MONTH * c.repression_elite * (growth - ending)
    spark = rules.purge_spark * above(growth / rules.purge_end - 1.0)
    if happens(chance(key, month, DENUNCIATION), spark):
        c.repression_elite = max(c.repression_elite, 0.01)
    c.repression_elite = within(c.repression_elite, 0.0, 0.9)
    if c.repression_elite < 1e-5:
        c.repression_elite = 0.0


@compiled
def repress(c, rules):
    """Coercion of the many follows the extraction war, forced entry, war on the people, and conflict nobody else settles.

    Publishes, by class, the terror that makes fear and the chance of arrest. Claims: P16, P33, P38b.
    """
    force = c.extraction * c.grain_gap * (1.0 - c.collectivised) * (1.0 - 0.6 * c.norms)
    war = rules.repression_war * c.war * c.state_property * (1.0 - c.treatment)
    order = rules.repression_want * (1.0 - c.norms) * c.scarcity_absolute * c.state_property
    target = rules.repression_extraction * force + rules.repression_entry * c.forced_entry + war + order
    c.repression_mass = unit(toward(c.repression_mass, target, 0.4))
    many = rules.terror * (0.35 * c.repression_mass + 0.5 * c.repression_elite + rules.terror_war * c.war * (1.0 - c.norms))
    camps = rules.arrests * c.repression_mass + rules.arrests_labour * c.labour_coercion
    for k in range(len(CLASSES)):
        c.terror[k] = many
        c.arrest[k] = camps
    c.terror[OFFICIAL] = many + rules.terror * rules.terror_purge * c.repression_elite
    c.arrest[OFFICIAL] = rules.purged * c.repression_elite
    c.arrest[GENDARME] = 0.5 * rules.purged * c.repression_elite
    c.arrest[LANDLORD] = c.arrest[CAPITALIST] = camps


@compiled
def leave_room(c, rules):
    """Legal room follows the norms; without them, a thaw opens a little after the leader, more when officials are divided.

    room falls fast and returns slowly; kept only while repression does not need it (Kuran 1991; O'Donnell and Schmitter 1986).
    """
    norms = rules.room_norms * c.norms * (1.0 - 0.55 * c.war)
    owners = (1.0 - c.state_property) * rules.room_owners * (0.4 + 0.6 * unit(2.0 * c.organisation)) * (1.0 - 0.5 * c.slump)
    thaw = rules.thaw * (1.0 - c.leader) * (1.0 - c.fear) * (1.0 - c.norms)
    divided = rules.room_division * 4.0 * c.converted * (1.0 - c.converted) * (1.0 - c.leader) * (1.0 - c.norms)
    target = unit(norms + owners * (1.0 - c.norms) + (thaw + divided) * c.state_property)
    c.room = unit(toward(c.room, target, 1.25 if target < c.room else 2.8))


@compiled
def hire_and_dismiss(c, rules):
    """Publish the chances by which citizens enter and leave posts, so that the apparatus approaches what the state wants."""
    n = c.population
    missing = above(c.posts - c.apparatus_share) * n
    surplus = above(c.apparatus_share - c.posts) * n
    c.hiring[WORKER] = 1.2 * missing / max(c.heads[WORKER] + 0.5 * c.heads[PETTY], 1e-9)
    c.hiring[PETTY] = 0.5 * c.hiring[WORKER]
    c.dismissal = rules.retirement + 0.7 * surplus / max(c.heads[OFFICIAL], 1e-9)
    wanted = above(c.police_posts - c.coercive_share) * n
    spare = above(c.coercive_share - c.police_posts) * n
    c.enlisting[WORKER] = 0.6 * wanted / max(c.heads[WORKER], 1e-9)
    c.enlisting[PEASANT] = 0.9 * wanted / max(c.heads[PEASANT], 1e-9)
    c.discharge = 0.05 + 1.0 * spare / max(c.heads[GENDARME], 1e-9)
    c.expropriation = rules.expropriation * c.state_property * (1.0 - c.private_share)
