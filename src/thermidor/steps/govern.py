"""Govern: posts, police, terror, the leader and his peers, and the room that is left to others."""

import math

from thermidor.country import (
    ARMY,
    CAPITALIST,
    CLASSES,
    COUNCILS,
    GENDARME,
    GOVERNMENT,
    LANDLORD,
    OFFICIAL,
    PARTY,
    PEASANT,
    PETTY,
    WORKER,
)
from thermidor.draws import DENUNCIATION, NEW_LEADER, SUCCESSION, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, TINY, above, happens, inequality, toward, unit, within


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
    """Conflict over consumption and deliveries is kept alive by scarcity and sharpened by privilege and force.

    Equation: conflict = conflict_positional x scarcity x (queue_quarrels + queue_envy x privilege) + conflict_want x
    want + conflict_village x extraction x grain_gap, held in 0..1.
    Claims: P33, P44, P49.
    Assumes: the many conflicts of P33 can be added into one index.
    Signs: up with shortage, want, privilege and force.
    Leaves out: nations, layers of workers, layers of peasants as indices of their own.
    """
    queue = c.scarcity * (rules.queue_quarrels + rules.queue_envy * c.privilege)
    village = rules.conflict_village * c.extraction * c.grain_gap
    c.conflict = unit(rules.conflict_positional * queue + rules.conflict_want * c.scarcity_absolute + village)


@compiled
def want_posts(c, rules):
    """Posts follow tasks, shortage and want of checks; police follow conflict that volunteers don't settle.

    Equation: posts move in posts_lag towards (posts_base + posts_complexity x complexity + scarcity_to_posts x
    posts_shortage x planned x shortage x (1 - rotation x literacy) + posts_unchecked x planned x (1 - norms)) x (1 -
    posts_after_leader x pact); police_posts in one year towards police_base + scarcity_to_police x police_conflict x
    conflict x (1 - volunteers) + police_terror x repression_mass + standing_army x arms_share x (1 - army_replaced x
    norm_arms); volunteers = volunteers x norms x norm_arms x (1 - scarcity); shortage = grain_gap + posts_by_want x
    want + posts_by_queue x scarcity; in rivals' theories also threat_to_posts x danger for posts, inequality_to_police
    x inequality + threat_to_police x danger for police, danger = the greater of hostility and war.
    Claims: P01, P03, P07, P08, P16, P44.
    Assumes: people in arms keep an order they gain from and no other; the schooled can take turns.
    Signs: posts up with shortage and complexity, down with rotation and schooling; cut after a feared leader.
    Leaves out: the size of the army at war, who fills which post.
    """
    turns = c.norm_rotation * c.literacy
    shortage = c.grain_gap + rules.posts_by_want * c.scarcity_absolute + rules.posts_by_queue * c.scarcity
    target = rules.posts_base + rules.posts_complexity * c.complexity
    target += rules.scarcity_to_posts * c.planned * shortage * (1.0 - turns) * rules.posts_shortage
    danger = max(c.hostility, c.war)
    target += rules.posts_unchecked * c.planned * (1.0 - c.norms) + rules.threat_to_posts * danger
    c.posts = toward(c.posts, target * (1.0 - rules.posts_after_leader * c.pact), rules.posts_lag)
    volunteers = rules.volunteers * c.norms * c.norm_arms * (1.0 - c.scarcity)
    need = c.conflict * (1.0 - unit(volunteers))
    police = rules.police_base + rules.scarcity_to_police * rules.police_conflict * need
    police += rules.inequality_to_police * inequality(c.eaten, c.heads) + rules.threat_to_police * danger
    police += rules.police_terror * c.repression_mass
    police += rules.standing_army * c.arms_share * (1.0 - rules.army_replaced * c.norm_arms)
    c.police_posts = toward(c.police_posts, police, 1.0)


@compiled
def rise_above_peers(c, rules):
    """A leader rises above his peers where nobody recalls officials or may organise; a pact restrains the next.

    Equation: leader' = leader_rise x state_property x (1 - recall)(1 - room) x leader x (1 - pact - leader)+ -
    leader_fall x recall x leader, at least leader_least; pact' = -pact / pact_years.
    Claims: P34.
    Assumes: a logistic rise; Svolik's and Egorov and Sonin's leaders without their persons.
    Signs: up with lost recall and room, down with recall and a pact.
    Leaves out: persons, factions, the choice of an heir.
    """
    top = above(1.0 - c.pact)
    unchecked = rules.leader_rise * c.state_property * (1.0 - c.norm_recall) * (1.0 - c.room)
    rise = unchecked * c.leader * above(top - c.leader)
    fall = rules.leader_fall * c.norm_recall * c.leader
    c.leader = within(c.leader + MONTH * (rise - fall), rules.leader_least, 1.0)
    c.pact = unit(c.pact - MONTH * c.pact / rules.pact_years)


@compiled
def change_leader(c, rules, key, month):
    """Leaders age and die; what officials feared under one becomes a pact against the next.

    Equation: yearly chance of death = leader_mortality x e^(leader_ageing x (age - leader_youngest)); pact = max(pact,
    pact x officials' fear x leader); the new leader has leader_inherits of the old one's sway (at least leader_least,
    at most leader_least above what the pact leaves) and an age drawn from leader_youngest to leader_ages years more.
    Claims: P50.
    Assumes: Gompertz mortality; no leader is voted out or shot.
    Signs: pact up with fear and with the old leader's sway.
    Leaves out: plots, retirement, illness.
    """
    c.leader_age += MONTH
    hazard = rules.leader_mortality * math.exp(rules.leader_ageing * (c.leader_age - rules.leader_youngest))
    if happens(chance(key, month, SUCCESSION), hazard):
        c.successions += 1.0
        c.leader_age = rules.leader_youngest + rules.leader_ages * chance(key, month, NEW_LEADER)
        c.pact = unit(max(c.pact, rules.pact * c.fear_of[OFFICIAL] * c.leader))
        sway = rules.leader_inherits * c.leader
        c.leader = within(sway, rules.leader_least, above(1.0 - c.pact) + rules.leader_least)


@compiled
def purge(c, rules, key, month):
    """An unchecked leader turns on officials with standing of their own; denunciation spreads it, and losses end it.

    Equation: repression_elite' = repression_elite x (denunciation x leader^2 x standing x (1 + purge_threat x
    hostility)(1 - war)(1 - storm) - purge_end - purge_sobers x purge_loss); a spark of size purge_start starts it where
    it can spread: chance purge_spark x (growth / purge_end - purge_sure)+ a year; below purge_gone it is over.
    Claims: P34, P52.
    Assumes: a susceptible-infected form; a leader strikes when he is sure that it will spread, and has to stand far
    above his peers (the square); in war and while it storms the village the state can't spare its officials;
    standing is officials' ties as far as they are not afraid; the purge destroys the ties and leaves the fear
    (Egorov and Sonin 2011; Montagnes and Wolton 2019).
    Signs: up with leader, standing and threat; down with losses, war and storms.
    Leaves out: who is accused of what, quotas, the purge of parties abroad.
    """
    standing = c.organisation_of[OFFICIAL] * (1.0 - c.fear_of[OFFICIAL])
    alarm = (1.0 + rules.purge_threat * c.hostility) * (1.0 - c.war) * (1.0 - c.storm)
    growth = rules.denunciation * c.leader * c.leader * standing * alarm
    ending = rules.purge_end + rules.purge_sobers * c.purge_loss
    c.repression_elite += MONTH * c.repression_elite * (growth - ending)
    spark = rules.purge_spark * above(growth / rules.purge_end - rules.purge_sure)
    if happens(chance(key, month, DENUNCIATION), spark):
        c.repression_elite = max(c.repression_elite, rules.purge_start)
    c.repression_elite = unit(c.repression_elite)
    if c.repression_elite < rules.purge_gone:
        c.repression_elite = 0.0


@compiled
def repress(c, rules):
    """Coercion of the many follows the extraction war, forced entry, war, and want that nobody may protest.

    Equation: repression_mass moves in repression_lag towards repression_extraction x extraction x grain_gap x (1 -
    collectivised)(1 - norms_on_force x norms) + repression_entry x forced_entry + repression_war x war x state_property
    x (1 - treatment) + repression_want x (1 - norms) x want x state_property + repression_of_order
    x private_share x (1 - room) x (party + repression_of_command x army); terror = terror x (terror_mass x mass +
    terror_rumour x purge + terror_war x war x (1 - norms)), for officials + terror_purge; arrests = arrests x mass +
    arrests_labour x labour_coercion, of officials purged x purge, of gendarmes gendarmes_purged of that.
    Claims: P16, P33, P38b.
    Assumes: force follows refusal of deliveries and of entry.
    Signs: up with each, down with norms.
    Leaves out: nations deported, terror of bands.
    """
    force = c.extraction * c.grain_gap * (1.0 - c.collectivised) * (1.0 - rules.norms_on_force * c.norms)
    war = rules.repression_war * c.war * c.state_property * (1.0 - c.treatment)
    order = rules.repression_want * (1.0 - c.norms) * c.scarcity_absolute * c.state_property
    crushed = c.authority[PARTY] + rules.repression_of_command * c.authority[ARMY]
    crushed *= rules.repression_of_order * c.private_share * (1.0 - c.room)
    target = rules.repression_extraction * force + rules.repression_entry * c.forced_entry + war + order + crushed
    c.repression_mass = unit(toward(c.repression_mass, target, rules.repression_lag))
    fright = rules.terror_mass * c.repression_mass + rules.terror_rumour * c.repression_elite
    many = rules.terror * (fright + rules.terror_war * c.war * (1.0 - c.norms))
    camps = rules.arrests * c.repression_mass + rules.arrests_labour * c.labour_coercion
    for k in range(len(CLASSES)):
        c.terror[k] = many
        c.arrest[k] = camps
    c.terror[OFFICIAL] = many + rules.terror * rules.terror_purge * c.repression_elite
    c.arrest[OFFICIAL] = rules.purged * c.repression_elite
    c.arrest[GENDARME] = rules.gendarmes_purged * rules.purged * c.repression_elite
    c.arrest[LANDLORD] = c.arrest[CAPITALIST] = camps


@compiled
def leave_room(c, rules):
    """Room to organise follows norms; without them it opens a little after a leader, by division above and from below.

    Equation: room moves towards room_norms x norms x (1 - war_on_room x war) x (state_property + private_share x
    elected) + owners' room x (1 - norms) + (thaw x (1 - leader)(1 - fear)(1 - norms) + room_division x
    min(division_shows x converted, 1) x (1 - leader)(1 - norms)) x state_property; owners' room = private share x
    room_owners x (room_unasked + (1 - room_unasked) x min(room_by_ties x ties, 1))(1 - slump_on_room x slump) x
    elected; elected = government + councils + room_of_command x army; of what is then missing, room_taken x
    mobilisation^outnumbered / (mobilisation^outnumbered + hold^outnumbered) is taken from below; it falls in
    room_closes years and returns in room_opens.
    Claims: P06, P38a, P38c.
    Assumes: Kuran (1991); O'Donnell and Schmitter (1986): division above opens room below; those who outnumber the
    force at hand gather without leave.
    Signs: up with norms, division and pressure from below, down with leader, fear and war.
    Leaves out: laws one by one, emigration, the press.
    """
    elected = c.authority[GOVERNMENT] + c.authority[COUNCILS] + rules.room_of_command * c.authority[ARMY]
    norms = rules.room_norms * c.norms * (1.0 - rules.war_on_room * c.war)
    norms *= c.state_property + (1.0 - c.state_property) * elected
    asked = rules.room_unasked + (1.0 - rules.room_unasked) * unit(rules.room_by_ties * c.organisation)
    owners = (1.0 - c.state_property) * rules.room_owners * asked * (1.0 - rules.slump_on_room * c.slump) * elected
    thaw = rules.thaw * (1.0 - c.leader) * (1.0 - c.fear) * (1.0 - c.norms)
    divided = rules.room_division * unit(rules.division_shows * c.converted) * (1.0 - c.leader) * (1.0 - c.norms)
    target = unit(norms + owners * (1.0 - c.norms) + (thaw + divided) * c.state_property)
    moved, held = c.mobilisation**rules.outnumbered, c.hold**rules.outnumbered
    target += rules.room_taken * (1.0 - target) * moved / max(moved + held, TINY)
    c.room = unit(toward(c.room, target, rules.room_closes if target < c.room else rules.room_opens))


@compiled
def hire_and_dismiss(c, rules):
    """Chances of entering and leaving posts are published, so that the apparatus approaches what the state wants.

    Equation: hiring = hiring_pace x posts missing / candidates; dismissal = retirement + dismissal_pace x posts too
    many / officials; enlisting = enlisting_town (of workers) and enlisting_village (of peasants) x force missing /
    their number; discharge = service_ends + force too many / force; expropriation = expropriation x state_property^2.
    Claims: P46, P50.
    Assumes: candidates are workers and, at petty_hired of their rate, the petty.
    Signs: hiring up with posts missing.
    Leaves out: conscription as a decree, competition for posts.
    """
    n = c.population
    missing = above(c.posts - c.apparatus_share) * n
    surplus = above(c.apparatus_share - c.posts) * n
    candidates = c.heads[WORKER] + rules.petty_hired * c.heads[PETTY]
    c.hiring[WORKER] = rules.hiring_pace * missing / max(candidates, TINY)
    c.hiring[PETTY] = rules.petty_hired * c.hiring[WORKER]
    c.dismissal = rules.retirement + rules.dismissal_pace * surplus / max(c.heads[OFFICIAL], TINY)
    wanted = above(c.police_posts - c.coercive_share) * n
    spare = above(c.coercive_share - c.police_posts) * n
    c.enlisting[WORKER] = rules.enlisting_town * wanted / max(c.heads[WORKER], TINY)
    c.enlisting[PEASANT] = rules.enlisting_village * wanted / max(c.heads[PEASANT], TINY)
    c.discharge = rules.service_ends + spare / max(c.heads[GENDARME], TINY)
    c.expropriation = rules.expropriation * c.state_property * (1.0 - c.private_share)
