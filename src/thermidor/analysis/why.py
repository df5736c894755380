"""Why an outcome comes: exact Shapley values of groups of mechanisms, from all combinations of them on and off.

Every combination is lived by the same replicates on the same draws, at the scenario's own start and, where the design
has overlays, at other points (those of the boundary, where the outcome is open). The groups that carry most at each
point are then lived with five times as many citizens: does taking one away do the same there?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.analysis import statistics
from thermidor.analysis.shapley import MOST, Shapley, shapley
from thermidor.errors import InputError
from thermidor.experiments.design import FIRST, OTHERS, Base, Design, Factor, Overlay, design_path, load_design
from thermidor.experiments.outcomes import Condition, Reached
from thermidor.experiments.plan import Plan, plan_of
from thermidor.experiments.sweep import Cost, place_for, sweep
from thermidor.runs import manifest as manifests
from thermidor.runs.dates import month_among
from thermidor.theories import Theory, load_theory

if TYPE_CHECKING:
    from thermidor.experiments.dispatch import Progress
    from thermidor.experiments.opened import Sweep
    from thermidor.scenarios import Scenario

DESIGN = "mechanisms"
OUTCOME = "outcome"
LEADING = 3
"""Groups at each point that are lived again with more citizens: those that do most by share or when taken away."""
CHECKED = {FIRST: 10_000, OTHERS: 2_500}
"""Citizens of that check."""


class Check(NamedTuple):
    """What taking a group away does, all others on, with the design's citizens and with more: share and 95%."""

    point: str
    group: str
    few: tuple[float, float, float]
    many: tuple[float, float, float]


@dataclass(frozen=True)
class Why:
    """Contributions of groups to an outcome by point, the check with more citizens, and the sweep they come from."""

    outcome: str
    groups: dict[str, str]
    points: dict[str, Shapley]
    checks: tuple[Check, ...]
    sweep: Sweep
    dropped: tuple[str, ...]
    """Overlays of the design that belong to another scenario and were left out."""


def why(
    scenario: str | Path | Scenario,
    outcome: Condition,
    out: str | Path,
    *,
    design: str | Path | Design = DESIGN,
    by: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    theory: str | Path | Theory | None = None,
    check: bool = True,
    workers: int | None = None,
    processes: bool = False,
    resume: bool = False,
    ready: Callable[[Plan], Cost | None] | None = None,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> Why:
    """Live all combinations of a design's groups and share the outcome out among them.

    outcome   what has to be met in some month up to `by` (by default the design's or the scenario's last)
    out       folder for the sweep, and for that of the check, `OUT/check`
    design    its factors are switches, at most eight; its overlays are points, kept where its scenario is this one
    theory    under which all is lived (the design's own, or the chapter's for another scenario)
    ready     told of the plan before anything is lived; what it returns is the cost of it, if it has asked
    Other arguments as in `thermidor.sweep`. Raises InputError before any work.
    """
    plan, dropped = _plan(scenario, outcome, design, by, replicates, seed, theory)
    how = {"workers": workers, "processes": processes, "resume": resume, "progress": progress, "cancel": cancel}
    place_for(out, resume)
    probed = None if ready is None else ready(plan)
    done = sweep(plan, Path(out), probed=probed, **how)  # type: ignore[arg-type]
    groups = {name: factor.meaning for name, factor in plan.design.factors.items()}
    cubes = {case.name: _cube(done, case.name) for case in plan.cases}
    points = {name: shapley(cube.reshape(2 ** len(groups), -1), list(groups)) for name, cube in cubes.items()}
    checks: tuple[Check, ...] = ()
    if check:
        resume_check = resume and (Path(out) / "check" / manifests.NAME).is_file()
        again = sweep(_check_plan(plan, points), Path(out) / "check", **{**how, "resume": resume_check})  # type: ignore[arg-type]
        checks = tuple(_checks(cubes, points, list(groups), again))
    return Why(str(outcome), groups, points, checks, done, dropped)


def _plan(
    scenario: str | Path | Scenario,
    outcome: Condition,
    design: str | Path | Design,
    by: str | None,
    replicates: int | None,
    seed: int | None,
    theory: str | Path | Theory | None,
) -> tuple[Plan, tuple[str, ...]]:
    """The design laid over the scenario and the outcome; and the overlays that do not fit. Raises InputError."""
    from thermidor.scenarios import load_scenario

    base = design if isinstance(design, Design) else load_design(design)
    bad = [name for name, factor in base.factors.items() if factor.switch is None]
    if bad or not 1 <= len(base.factors) <= MOST or base.sampling.method != "full":
        why = f"'{bad[0]}' is none" if bad else f"it has {len(base.factors)}"
        mend = "give a design such as " + str(design_path(DESIGN))
        raise InputError(f"shares need one to {MOST} switches, in full", "factors", why, mend)
    if parts := [name for name, overlay in base.overlays.items() if overlay.where]:
        why = "shares need every combination at every point"
        raise InputError(f"overlay '{parts[0]}' is lived at some points only", f"overlays.{parts[0]}.where", why,
                         "leave 'where' out")  # fmt: skip
    lived = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    own = lived.name == base.base.scenario
    months = base.base.months if own else None
    if by is not None:
        last = month_among(by, lived.start, lived.end, "--by")
        months = int((last - np.datetime64(lived.start, "M")).astype(int)) + 1
    start = base.base if own else Base(scenario=lived.name, set={}, rules={}, citizens={FIRST: 2_000, OTHERS: 500})
    school = None if theory is None else load_theory(theory)
    named = {} if school is None else {"theory": school.name}
    changes = {
        "base": start.model_copy(update={"months": months, **named}),
        "overlays": base.overlays if own else {},
        "outcomes": {OUTCOME: Reached(reached=outcome)},
        "replicates": replicates or base.replicates,
        "seed": base.seed if seed is None else seed,
    }
    schools = {} if school is None else {school.name: school}
    whole = base.model_copy(update=changes)
    return plan_of(whole, scenario=lived, theories=schools), () if own else tuple(base.overlays)


def _cube(done: Sweep, overlay: str) -> np.ndarray:
    """Outcomes of one point [off or on, ..., replicate]."""
    members = done.members
    return statistics.cube(members[members["overlay"] == overlay], OUTCOME, done.factors)[1]


def _leading(found: Shapley) -> list[str]:
    """The groups that do most, by their share or when they alone are taken away."""
    does = found.table[["effect", "last_out"]].abs().max(axis=1)
    order = does.sort_values(ascending=False, kind="stable").index[:LEADING]
    return [str(found.table["factor"][place]) for place in order]


def _check_plan(plan: Plan, points: dict[str, Shapley]) -> Plan:
    """The design of the check: every point with all on, and without each of its leading groups, with more citizens."""
    design, overlays = plan.design, dict[str, Overlay]()
    for name, found in points.items():
        own = design.overlays.get(name)
        set_, rules, off = (own.set, own.rules, own.without) if own else ({}, {}, ())
        theory = own.theory if own else None
        for group in ("", *_leading(found)):
            switched = design.factors[group].switch or () if group else ()
            why = f"without {group}" if group else "all on"
            without = tuple(dict.fromkeys((*off, *switched)))
            overlays[_named(name, group)] = Overlay(
                why=why, set=set_, rules=rules, without=without, theory=theory, where={}
            )
    base = design.base.model_copy(update={"citizens": CHECKED})
    changes = {"base": base, "overlays": overlays, "factors": dict[str, Factor](), "name": f"{design.name}-check"}
    return plan_of(design.model_copy(update=changes), scenario=plan.scenario, theories=plan.theories)


def checked_members(plan: Plan) -> int:
    """How many members the check lives: at each point all on, and each of the leading groups off."""
    each = len(plan.cases) * (1 + min(LEADING, len(plan.design.factors)))
    return (1 + each) * plan.design.replicates


def _named(point: str, group: str) -> str:
    """Name of an overlay of the check."""
    return f"{point}-without-{group.replace('_', '-')}" if group else f"{point}-whole"


def _checks(cubes: dict[str, np.ndarray], points: dict[str, Shapley], groups: list[str], again: Sweep) -> list[Check]:
    """What taking each leading group away does, with few citizens and with many."""
    found = []
    for name, result in points.items():
        cube = cubes[name]
        whole = cube[(1,) * len(groups)]
        for group in _leading(result):
            at = tuple(0 if other == group else 1 for other in groups)
            many = statistics.paired(again.members, OUTCOME, _named(name, group), _named(name, "")).iloc[0]
            few = _difference(whole - cube[at])
            found.append(Check(name, group, few, (many["difference"], many["low"], many["high"])))
    return found


def _difference(values: np.ndarray) -> tuple[float, float, float]:
    """Mean of paired differences and its 95% bootstrap interval."""
    values = values[np.isfinite(values)]
    picks = statistics.resamples(len(values), 0, 1000) / max(len(values), 1)
    low, high = np.quantile(picks @ values, statistics.LEVELS)
    return float(values.mean()), float(low), float(high)
