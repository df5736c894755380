"""What a reader sees of a trial: variables, states and numbers in plain words."""

from __future__ import annotations

import math
import re

from thermidor.country import MEANINGS, VARIABLES
from thermidor.gallery.measure import Measure
from thermidor.ledger.entry import Arm, Trial
from thermidor.ledger.judge import Estimate

OWN = {
    "coercive_share": "police and standing force, share of people",
    "apparatus_share": "officials, share of people",
    "repression_mass": "coercion of the many, 0 to 1",
    "labour_coercion": "coercion at work, 0 to 1",
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
    "state_property": "state property, share of the means of production",
    "breaks": "seizures of power so far",
    "moves": "measures against the norms so far",
    "leakage": "goods that leave the plan",
    "to_consume": "goods for consumption",
    "accumulation": "share of the product set aside for growth",
    "conflict": "conflict over consumption, 0 to 1",
    "excess_deaths": "deaths by hunger, war and camps, million a month",
    "camp_fascist": "followers of the movement, share of grown people",
    "conquests": "regimes set up from abroad so far",
}
"""Words for variables whose meaning in the country's record is longer, or says more than a reader needs."""
CLASSES = {
    "landlord": "landlords", "capitalist": "owners", "petty": "small owners", "peasant": "villagers",
    "worker": "workers", "official": "officials", "gendarme": "police and soldiers",
}  # fmt: skip
OF_CLASS = {
    "eaten": "consumption a head of {}",
    "voice": "say of {}, 0 to 1",
    "heads": "{} and their families, million",
}
STATES = {
    "command": "a command", "bonapartist": "some Bonapartist form", "open": "an open or divided power",
    "council-rule": "rule of councils",
}  # fmt: skip
"""Families of labels."""


def variable(name: str) -> str:
    """A variable in words."""
    stem, _, last = name.rpartition("_")
    if stem in OF_CLASS and last in CLASSES:
        return OF_CLASS[stem].format(CLASSES[last])
    return OWN.get(name) or MEANINGS.get(name, name.replace("_", " "))


def state(text: str) -> str:
    """A state, or a sentence, without the names of variables and labels as they are written in files."""

    def said(found: re.Match[str]) -> str:
        word = found[0]
        if word in OWN or (word.rpartition("_")[2] in CLASSES and word in VARIABLES):
            return variable(word).partition(",")[0]
        return STATES.get(word, word).replace("_", " ").replace("-", " ")

    return re.sub(r"[a-z]+(?:[_-][a-z]+)*", said, text)


KINDS = {
    "order": "one after the other: ", "reached": "at some time ", "share": "share of time in ", "never": "never ",
    "switches": "passages between ", "grows": "growth a year of ", "level": "mean of ", "starts": "at the start ",
    "ends": "at the end ", "change": "change of ",
}  # fmt: skip
"""Words for the kinds of sentences by which a run is read."""
ONE = r" ([^ ,]+)"
LIMITS = {
    f", from{ONE}, by{ONE}": r", years \1 to \2", f", by{ONE}": r", by year \1", f", from{ONE}": r", from year \1 on",
    f", at least{ONE}": r": at least \1", f", lasting{ONE}": r", for \1 years", f", within{ONE}": r", within \1 years",
}  # fmt: skip
"""The years and limits of such a sentence, as files write them, and in words."""


def _sentence(text: str) -> str:
    """A sentence on a run without the words by which files name its kind, its years and its limits."""
    kind, _, rest = text.partition(" ")
    for form, said in LIMITS.items():
        rest = re.sub(form, said, rest)
    return KINDS.get(kind, f"{kind} ") + state(rest)


def mechanism(switch: str) -> str:
    """A switch in words."""
    from thermidor.rules import load_rules

    rules = load_rules()
    return rules[switch].meaning if switch in rules else {"outside": "all that comes from outside"}.get(switch, switch)


def lived(trial: Trial) -> str:
    """What is lived and changed, and when it is looked at: one line."""
    looked = trial.base.measure.looked
    parts = [f"{trial.base.start.scenario}, {trial.base.years:g} years"]
    given = [f"{_condition(key)} {value:g}" for key, value in trial.base.start.set.items()]
    if given:
        parts.append(f"starting with {', '.join(given)}")
    parts += [f"without {mechanism(name)}" for name in trial.base.start.without]
    if trial.base.measure.kind == "true":
        parts.append("so where: " + "; ".join(_sentence(each.text) for each in trial.base.measure.sentences))
    elif looked.start > 0.0 or looked.end < trial.base.years:
        parts.append(f"looked at in years {looked.start:g} to {looked.end:g}")
    if looked.place:
        parts.append(f"looked at in {_place(trial.base, looked.place)}")
    if trial.base.measure.during is not None:
        parts.append(f"in months of {state(trial.base.measure.during.states[0].text)}")
    if trial.changed is not None:
        parts.append("changed: " + (_changes(trial) or "nothing but when or where it is looked at"))
    return "; ".join(parts)


def _changes(trial: Trial) -> str:
    """How the changed arm starts and is looked at otherwise than the base."""
    assert trial.changed is not None
    base, changed = trial.base, trial.changed
    told = []
    if changed.start.scenario != base.start.scenario:
        told.append(f"{changed.start.scenario} in its place")
    for key, value in changed.start.set.items():
        if base.start.set.get(key) != value:
            told.append(f"{_condition(key)} {value:g}")
    for taken, given, share in changed.start.shift[len(base.start.shift) :]:
        told.append(f"{100 * share:.0f}% of {_condition(taken)} to {_condition(given)}")
    off = changed.start.without[len(base.start.without) :]
    told += [f"without {mechanism(name)}" for name in off]
    one, other = base.measure, changed.measure
    if (one.looked.start, one.looked.end) != (other.looked.start, other.looked.end):
        told.append(f"looked at in years {other.looked.start:g} to {other.looked.end:g}")
    if other.during is not None and other.during != one.during:
        told.append(f"in months of {state(other.during.states[0].text)}")
    if one.looked.place != other.looked.place:
        told.append(f"in {_place(changed, other.looked.place)}")
    return ", ".join(told)


def _place(arm: Arm, place: int) -> str:
    """A country of an arm's scenario by its place."""
    from thermidor.gallery.rows import countries_of

    return (countries_of(arm.start.scenario) or ())[place].replace("-", " ").title()


def _condition(key: str) -> str:
    """A starting condition in words; the first country's is not said to be so."""
    country, _, name = key.partition(".")
    last = name.rpartition(".")[2]
    words = CLASSES.get(last) or OWN.get(name, name).partition(",")[0]
    said = words.replace("_", " ").replace(".", " ")
    return said if country == "first" else f"{said} of {country.replace('-', ' ')}"


def measured(measure: Measure) -> str:
    """What a measure is, in words."""
    looked = measure.looked
    if measure.kind == "true":
        return "share of runs in which it is so"
    if measure.kind == "share":
        return f"share of time: {state(looked.states[0].text)}"
    if measure.kind == "lasts":
        return f"years that it lasts: {state(looked.states[0].text)}"
    if measure.kind == "until":
        return f"years until {state(looked.states[0].text)} (all there are, where never)"
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
    return f"{'more' if trial.sign > 0 else 'less'} where changed, by {number(trial.margin)} or more"


def found(trial: Trial, estimate: Estimate) -> str:
    """What was found: the number with its interval, and both arms."""
    span = f"{signed(estimate.low)} to {signed(estimate.high)}"
    if trial.form == "level":
        return f"{number(estimate.effect)} ({number(estimate.low)} to {number(estimate.high)})"
    if trial.form == "together":
        return f"rank correlation {signed(estimate.effect)} ({span})"
    return f"{number(estimate.first)}, changed {number(estimate.second)}: {signed(estimate.effect)} ({span})"


def chance(p: float | None, corrected: float | None) -> str:
    """What is said of a p and of its correction."""
    if p is None:
        return "a description, no test"
    return f"p {p:.3f}, " + ("beyond correction" if corrected is None else f"corrected {corrected:.3f}")


def span(effect: float, low: float, high: float) -> str:
    """An estimate with its interval, where it has one."""
    return signed(effect) if low == effect == high else f"{signed(effect)} ({signed(low)} to {signed(high)})"


def reading(words: str, effect: float, low: float, high: float, p: float | None) -> str:
    """Another reading of the same data."""
    return f"{words}: {span(effect, low, high)}" + ("" if p is None else f", p {p:.3f}")
