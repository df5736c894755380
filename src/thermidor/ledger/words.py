"""What a reader sees of a trial: variables, states and numbers in plain words."""

from __future__ import annotations

import math
import re

from thermidor.country import MEANINGS, VARIABLES
from thermidor.gallery.measure import Measure
from thermidor.ledger.entry import Trial
from thermidor.ledger.judge import Estimate

OWN = {
    "coercive_share": "police and standing force, share of people",
    "apparatus_share": "officials, share of people",
    "repression_mass": "coercion of the many, 0 to 1",
    "norms": "norms that bind officials, 0 to 1",
    "norm_arms": "a people in arms, 0 to 1",
    "norm_recall": "recall at any time, 0 to 1",
    "need_norm": "share of consumption given by need",
    "growth": "growth of the product a head, a year",
    "gdp_per_head": "product a head",
    "room": "room for independent organisation, 0 to 1",
    "organisation": "organisation of workers, 0 to 1",
    "privilege": "officials' advantage in what they consume",
    "autonomy": "autonomy of the state, 0 to 1",
    "state_property": "share of means of production owned by the state",
    "breaks": "seizures of power so far",
    "moves": "measures against the norms so far",
}
"""Words for variables whose meaning in the country's record is longer, or says more than a reader needs."""


def variable(name: str) -> str:
    """A variable in words."""
    return OWN.get(name) or MEANINGS.get(name, name.replace("_", " "))


def state(text: str) -> str:
    """A state, or a sentence, without the names of variables and labels as they are written in files."""

    def said(found: re.Match[str]) -> str:
        word = found[0]
        if word in VARIABLES:
            return variable(word).partition(",")[0] if word in OWN else word.replace("_", " ")
        return word.replace("_", " ").replace("-", " ")

    return re.sub(r"[a-z]+(?:[_-][a-z]+)*", said, text)


def measured(measure: Measure) -> str:
    """What a measure is, in words."""
    looked = measure.looked
    if measure.kind == "true":
        return "share of runs in which it is so"
    if measure.kind == "share":
        return f"share of time: {state(looked.states[0].text)}"
    if measure.kind == "until":
        return f"years until {state(looked.states[0].text)}"
    if measure.kind == "ratio":
        return f"{variable(looked.variable)}, over {variable(measure.over)}"
    words = variable(looked.variable)
    if measure.kind == "rises":
        return f"{words}: last year less first"
    return f"growth a year of {words}" if measure.kind == "grows" else words


def number(value: float) -> str:
    """A number with three figures, and no more zeros than it needs."""
    if not math.isfinite(value):
        return "no number"
    if value == 0 or abs(value) < 5e-7:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def signed(value: float) -> str:
    """A difference with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)


def claimed(trial: Trial) -> str:
    """What the claim says of the number."""
    if trial.at_least is not None:
        return f"at least {number(trial.at_least)}"
    if trial.below is not None:
        return f"below {number(trial.below)}"
    if trial.sign == 0:
        return f"no difference beyond {number(trial.margin)}"
    return f"{'more' if trial.sign > 0 else 'less'}, by {number(trial.margin)} and more"


def found(trial: Trial, estimate: Estimate) -> str:
    """What was found: the number with its interval, and both arms."""
    span = f"{signed(estimate.low)} to {signed(estimate.high)}"
    if trial.form == "level":
        return f"{number(estimate.effect)} ({number(estimate.low)} to {number(estimate.high)})"
    if trial.form == "together":
        return f"rank correlation {signed(estimate.effect)} ({span})"
    return f"{number(estimate.first)} and {number(estimate.second)}: {signed(estimate.effect)} ({span})"
