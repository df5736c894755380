"""Restoration: officials turn to private property, and state property gives way as far as workers do not hold it."""

import math

from thermidor.draws import NERVE, bell
from thermidor.jit import compiled
from thermidor.country import COLLECTIVE
from thermidor.steps.shapes import MONTH, above, toward, unit, within


@compiled
def tempt(c, rules, key, month):
    """The value of private property to an official, less the risk he sees and what the post gives. Claims: P38a, P47.

    An official thinks of it only with impunity = (1 - norms)^2; temptation = value x shortage beside the frontier x (1 - risk) - post - privilege + nerve; risk = the tacit contract, fear,
    workers' ties and the unchecked leader, all falling with the share already turned (Solnick 1998: a run on the state).
    Below half state property the private value alone decides. Signs: up with stagnation, down with fear and ties.
    """
    c.nerve += MONTH * -c.nerve / rules.nerve_memory + rules.nerve_spread * math.sqrt(2.0 * MONTH / rules.nerve_memory) * bell(key, month, NERVE)
    town = math.sqrt(max(c.urban_share, 0.01))
    risk = rules.risk_contract * c.legitimacy + rules.risk_fear * c.fear + rules.risk_workers * c.organisation * town * (0.3 + 0.7 * c.norms) + 0.35 * c.leader
    risk *= 1.0 - rules.cascade * c.converted
    value = rules.private_value * c.scarcity * unit(1.0 - risk)
    post = rules.post_value + rules.privilege_keeps * c.privilege
    c.impunity = (1.0 - c.norms * c.state_property) ** 2
    c.temptation = value - post * unit(2.0 * c.state_property) + rules.temptation_shift + c.nerve


@compiled
def give_way(c, rules):
    """State property falls as officials turn, resisted by workers' ties; a winner's property programme moves it too.

    state' = - restoration x pace x (turned - turning_point)+ x (1 - resistance) x state. Claims: P38b, P50, P58. Graded: it stops
    where workers resist or officials are content, so private shares end between little and much.
    """
    town = math.sqrt(max(c.urban_share, 0.01))
    resistance = unit(rules.property_defence * c.organisation * town * (0.4 + 0.6 * c.norms) + rules.contract_defence * c.legitimacy)
    flow = rules.restoration * rules.restoration_pace * above(c.converted - rules.turning_point) * (1.0 - resistance) * c.state_property
    c.restoring = flow
    fall = MONTH * min(flow, 1.0)
    programme = rules.programme_pace * (c.transfer - c.state_property) if c.transfer >= 0.0 else 0.0
    before = c.state_property
    c.state_property = unit(c.state_property - fall + MONTH * programme)
    if c.transfer >= 0.0 and abs(c.transfer - c.state_property) < 0.03:
        c.transfer = -1.0
    lost = above(before - c.state_property)
    c.dislocation = unit(c.dislocation + rules.transfer_disorder * lost * (1.0 - c.dislocation))
    c.collectivised *= 1.0 - 0.7 * lost
    c.private_share = 1.0 - c.state_property
    c.enrichment = rules.enrichment * c.private_share * above(c.converted - 0.3) * (c.state_property > 0.02)
