"""Restoration: officials turn to private property, and state property gives way as far as workers do not hold it."""

import math

from thermidor.draws import NERVE, bell
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, unit, wander


@compiled
def tempt(c, rules, key, month):
    """Private property tempts officials by what the frontier shows, less the risk they see and what the post gives.

    Equation: temptation = private_value x scarcity x (1 - risk)(1 - war)(1 - dislocation) - (post_value +
    privilege_keeps x privilege) x min(posts_by_property x state_property, 1) + temptation_shift + nerve; risk =
    (risk_contract x legitimacy + risk_fear x fear + risk_workers x ties x sqrt(urban_share) x (risk_without_norms + (1
    - risk_without_norms) x norms) + risk_leader x leader)(1 - cascade x converted); impunity = (1 - norms x
    state_property)^2; nerve wanders with nerve_spread and fades in nerve_memory.
    Claims: P38a, P47.
    Assumes: Solnick (1998): a run on the state, in which each who turns lowers the risk of the next; nobody wants to
    own what war may take or has wrecked.
    Signs: up with stagnation and shortage beside the frontier, down with fear, ties, contract and privilege.
    Leaves out: inheritance as a motive, bribes, advice from abroad.
    """
    c.nerve += wander(c.nerve, rules.nerve_spread, rules.nerve_memory, bell(key, month, NERVE))
    checks = rules.risk_without_norms + (1.0 - rules.risk_without_norms) * c.norms
    workers = rules.risk_workers * c.organisation * math.sqrt(c.urban_share) * checks
    risk = rules.risk_contract * c.legitimacy + rules.risk_fear * c.fear + workers + rules.risk_leader * c.leader
    risk *= 1.0 - rules.cascade * c.converted
    value = rules.private_value * c.scarcity * unit(1.0 - risk) * (1.0 - c.war) * (1.0 - c.dislocation)
    post = rules.post_value + rules.privilege_keeps * c.privilege
    c.impunity = (1.0 - c.norms * c.state_property) ** 2
    c.temptation = value - post * unit(rules.posts_by_property * c.state_property) + rules.temptation_shift + c.nerve


@compiled
def give_way(c, rules):
    """State property falls as officials turn, resisted by workers' ties; a winner's property programme moves it too.

    Equation: state_property' = -min(restoration x restoration_pace x (converted - turning_point)+ x (state_property -
    held)+, 1) + programme_pace x (programme - state_property); held = property_defence x ties x sqrt(urban_share) x
    (defence_without_norms + (1 - defence_without_norms) x norms) + contract_defence x legitimacy + leader_keeps x
    leader. What changes hands costs order (transfer_disorder) and dissolves collective farms (transfer_on_farms); a
    programme is carried out within programme_done of its aim. Turned officials become owners at the rate enrichment x
    private share x (converted - enrichment_from)+ until state property is down to enrichment_until.
    Claims: P38b, P50, P58.
    Assumes: restoration is graded and stops where workers hold property, or a leader whom nobody checks.
    Signs: faster with turned officials; further the weaker ties, contract and leader are.
    Leaves out: ways of selling (vouchers, auctions, theft), foreign owners.
    """
    checks = rules.defence_without_norms + (1.0 - rules.defence_without_norms) * c.norms
    workers = rules.property_defence * c.organisation * math.sqrt(c.urban_share) * checks
    held = unit(workers + rules.contract_defence * c.legitimacy + rules.leader_keeps * c.leader)
    turned = above(c.converted - rules.turning_point)
    c.restoring = rules.restoration * rules.restoration_pace * turned * above(c.state_property - held)
    fall = MONTH * min(c.restoring, 1.0)
    programme = rules.programme_pace * (c.transfer - c.state_property) if c.transfer >= 0.0 else 0.0
    before = c.state_property
    c.state_property = unit(c.state_property - fall + MONTH * programme)
    if c.transfer >= 0.0 and abs(c.transfer - c.state_property) < rules.programme_done:
        c.transfer = -1.0
    lost = above(before - c.state_property)
    c.dislocation = unit(c.dislocation + rules.transfer_disorder * lost * (1.0 - c.dislocation))
    c.collectivised *= 1.0 - rules.transfer_on_farms * lost
    c.private_share = 1.0 - c.state_property
    turned = above(c.converted - rules.enrichment_from)
    c.enrichment = rules.enrichment * c.private_share * turned * (c.state_property > rules.enrichment_until)
