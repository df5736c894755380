"""Seat: what stands behind each centre, where authority drifts, and who seizes it."""

from thermidor.jit import compiled
from thermidor.passages.centres import arm_movements, drift, drift_in_office, weigh_centres, widen_vote
from thermidor.passages.seizure import seize, take_land


@compiled
def seat(c, rules, key, month):
    """Weigh the centres, let authority drift or be seized, and see what it means for the vote and the land."""
    arm_movements(c, rules)
    weigh_centres(c, rules)
    drift_in_office(c, rules)
    drift(c, rules)
    seize(c, rules, key, month)
    widen_vote(c, rules)
    take_land(c, rules)
