"""Which rules move the distance most: Morris' elementary effects, first of groups of rules, then of single rules.

There are hundreds of rules and an evaluation takes a good part of a second, so that neighbours in a file of rules,
which mostly belong to one mechanism, are moved together at first, each in a direction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.gallery.starts import Rules
from thermidor.rules import load_rules

Floats = NDArray[np.float64]
TOGETHER = 8
"""Neighbours in a file of rules that make a group."""
GROUPS = 8
"""Groups whose rules are tried one by one."""
WALKS = (4, 6)
"""Trajectories over the groups, and over single rules."""
AROUND = 0.25
"""Rules are moved within this share of their range on either side of their present value: with hundreds of rules
anywhere in their ranges at once hardly anything comes out as asked, and one of them more or less changes nothing."""
LEVELS = 4


@dataclass(frozen=True)
class Effect:
    """How much a rule (or group) moves the distance: mean size and spread of its elementary effects."""

    name: str
    group: str
    mu_star: float
    sigma: float
    free: bool = False


def candidates(theory: Mapping[str, float]) -> tuple[str, ...]:
    """Rules that may be free: assumed, of more than one value, no rival's mechanism, not set by the theory."""
    return tuple(
        name
        for name, rule in load_rules().items()
        if rule.source.startswith("assumed") and rule.high > rule.low and not rule.rival and name not in theory
    )


def grouped(names: Sequence[str]) -> dict[str, str]:
    """The group of each rule: so many neighbours in a file, called by the file and its first rule."""
    rules, found = load_rules(), dict[str, str]()
    for step in dict.fromkeys(rules[name].step for name in names):
        own = [name for name in names if rules[name].step == step]
        found |= {name: f"{step}: {own[nth - nth % TOGETHER]}" for nth, name in enumerate(own)}
    return found


def evaluations(names: Sequence[str]) -> int:
    """How many evaluations a screening of these rules takes, about."""
    many = len(set(grouped(names).values()))
    return WALKS[0] * (many + 1) + WALKS[1] * (min(GROUPS, many) * TOGETHER + 1)


def screened(
    distance: Callable[[Sequence[Rules]], Floats], names: Sequence[str], free: int, seed: int
) -> tuple[Effect, ...]:
    """Effects of groups and of the rules in those that move the distance most; the `free` largest are marked.

    distance: of draws of the rules -> [draw]. Raises InputError where SALib is missing.
    """
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        mend = "pip install 'thermidor[fit]', or name the rules with --free-rules"
        raise InputError("this needs SALib, which is not installed", "the extra 'fit'", "it draws the screening", mend)
    group = grouped(names)
    first = _effects(distance, names, group, WALKS[0], seed)
    best = sorted(first, key=lambda name: -first[name][0])[:GROUPS]
    single = [name for name in names if group[name] in best]
    second = _effects(distance, single, {name: name for name in single}, WALKS[1], seed + 1)
    chosen = sorted(single, key=lambda name: -second[name][0])[:free]
    told = [Effect(name, "", *first[name]) for name in sorted(first, key=lambda name: -first[name][0])]
    own = sorted(single, key=lambda name: -second[name][0])
    return (*(Effect(name, group[name], *second[name], name in chosen) for name in own), *told)


def _effects(
    distance: Callable[[Sequence[Rules]], Floats],
    names: Sequence[str],
    group: Mapping[str, str],
    walks: int,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """mu* and sigma of every group of rules, the step taken as a share of the way between the ends."""
    from SALib.sample import morris

    groups = list(dict.fromkeys(group[name] for name in names))
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    if len(groups) < 2:
        raise InputError("there is nothing to screen", "--screen", "one rule is left", "use --free-rules")
    if len(groups) < len(names):
        problem["groups"] = [group[name] for name in names]
    unit = np.clip(morris.sample(problem, walks, num_levels=LEVELS, seed=seed), 0.0, 1.0)
    found = np.asarray(distance([_draw(names, point) for point in unit])).reshape(walks, len(groups) + 1)
    points = unit.reshape(walks, len(groups) + 1, len(names))
    effects: dict[str, list[float]] = {name: [] for name in groups}
    for walk in range(walks):
        moved, change = np.diff(points[walk], axis=0), np.diff(found[walk])
        for step in range(len(groups)):
            place = int(np.abs(moved[step]).argmax())
            effects[group[names[place]]].append(float(change[step] / moved[step, place]))
    return {
        name: (float(np.abs(each).mean()), float(np.std(each, ddof=1)) if len(each) > 1 else 0.0)
        for name, each in effects.items()
    }


def _draw(names: Sequence[str], point: Floats) -> Rules:
    """The rules at a point of the cube around their present values."""
    rules, found = load_rules(), {}
    for name, share in zip(names, point, strict=True):
        rule = rules[name]
        wide = AROUND * (rule.high - rule.low)
        low, high = max(rule.low, rule.value - wide), min(rule.high, rule.value + wide)
        found[name] = float(low + (high - low) * share)
    return found
