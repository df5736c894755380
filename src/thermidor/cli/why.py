"""`thermidor why`: what each group of mechanisms contributes to an outcome, as a table and a figure."""

from __future__ import annotations

import gc
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.run import SHELF, fresh
from thermidor.cli.sweep import progress, show_plan, span, stoppable
from thermidor.cli.tables import note, say, table
from thermidor.errors import InputError, Interrupted
from thermidor.views.palette import REGIMES, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from thermidor.analysis.why import Check, Why
    from thermidor.experiments.plan import Plan
    from thermidor.experiments.sweep import Cost

FIGURE = "contributions.png"
NEARLY_ALL = 0.95
"""Share of runs from which on a point is said to be saturated."""


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    scenario: str
    outcome: str
    by: str | None
    design: str
    replicates: int | None
    seed: int | None
    workers: int | None
    check: bool
    theory: str | None = None


def carry_out(wish: Wish, out: Path | None, *, resume: bool) -> None:
    """Live all combinations, print the shares, and draw them. Raises InputError before any work."""
    from thermidor.analysis.why import why
    from thermidor.experiments.outcomes import Condition
    from thermidor.futures.watch import outcome_of
    from thermidor.runs.manifest import cores
    from thermidor.runs.store import placing

    if resume and out is None:
        raise InputError("--resume has nothing to go on with", "--resume", "", "give the folder with --out DIR")
    asked = outcome_of(wish.outcome)
    condition = Condition(label=asked) if isinstance(asked, str) else asked
    folder, workers = out or fresh(SHELF, "why"), wish.workers or cores()

    def ready(plan: Plan) -> Cost | None:
        return show_cost(plan, workers, check=wish.check, resume=resume)

    gc.enable()  # what a lens reads holds itself
    with stoppable() as cancel, progress() as told:
        try:
            found = why(
                wish.scenario,
                condition,
                folder,
                design=wish.design,
                by=wish.by,
                replicates=wish.replicates,
                seed=wish.seed,
                theory=wish.theory,
                check=wish.check,
                workers=workers,
                processes=True,
                resume=resume,
                ready=ready,
                progress=told,
                cancel=cancel,
            )
        except Interrupted as stop:
            raise InterruptedLate(f"{stop}; go on with --resume --out {shlex.quote(str(folder))}") from None
    show(found)
    with placing(folder):
        figure(found).savefig(folder / FIGURE)
    note(f"drawn: {folder / FIGURE}")


def show_cost(plan: Plan, workers: int, *, check: bool, resume: bool) -> Cost | None:
    """Print what will be lived and how long it may take, and the check that follows; return what was probed."""
    from thermidor.analysis.why import CHECKED, checked_members
    from thermidor.experiments.design import FIRST, OTHERS
    from thermidor.experiments.sweep import cost

    probed = None if resume else cost(plan)
    show_plan(plan, probed, workers, None)
    if check:
        members = checked_members(plan)
        time = ""
        if probed is not None:
            citizens = CHECKED[FIRST] + CHECKED[OTHERS] * (len(plan.countries) - 1)
            more = citizens * len(plan.months) * plan.members / plan.citizen_months
            time = f", at most about {span(more * probed.seconds_each * members / workers)}"
        note(f"then the check: {members:,} members with {CHECKED[FIRST]:,} citizens{time} (--no-check leaves it out)")
    return probed


def show(found: Why) -> None:
    """Print the contributions at every point, with the total, the share that is interaction, and the check."""
    plan = found.sweep.plan
    outcome = named(found.outcome)
    say(f"why {outcome}", f"{plan.design.base.scenario}, {plan.months[0]} to {plan.months[-1]}")
    note("what each group adds, in points of a hundred runs (Shapley values and their 95%)")
    names = list(found.points)
    rows = []
    for place, (group, meaning) in enumerate(found.groups.items()):
        cells = [_points(*(r.table[key][place] for key in ("effect", "low", "high"))) for r in found.points.values()]
        rows.append((group, *cells, meaning))
    rows.append(
        (
            "all together",
            *(_points(*result.total) for result in found.points.values()),
            "share with all on less that with all off",
        )
    )
    rows.append(("all off", *(_points(*result.none) for result in found.points.values()), "share with all off"))
    shares = (_points(*result.interaction) for result in found.points.values())
    rows.append(("interaction", *shares, "% of variance that no group carries alone"))
    table(("group", *names), [row[:-1] for row in rows], right=range(1, len(names) + 1))
    say("one group alone taken away, all others on", "what is lost of a hundred runs")
    table(("group", *names), taken_away(found), right=range(1, len(names) + 1))
    if saturated := [name for name, result in found.points.items() if result.none[0] + result.total[0] >= NEARLY_ALL]:
        note(f"{', '.join(saturated)}: nearly all runs come to it, so that one cause less hardly shows")
    table(("group", "what it is"), [(row[0], row[-1]) for row in rows])
    for name in found.dropped:
        note(f"the point '{name}' belongs to the design's own scenario and is left out")
    if found.checks:
        say("checked with 10,000 citizens", "what taking the leading groups away takes from the outcome")
        table(
            ("point", "group", "as lived", "10,000 citizens"), [_checked(check) for check in found.checks], right=(2, 3)
        )


def taken_away(found: Why) -> list[tuple[str, ...]]:
    """Rows of what is lost at each point when one group alone is taken away."""
    keys = ("last_out", "last_out_low", "last_out_high")
    return [
        (group, *(_points(*(r.table[key][place] for key in keys)) for r in found.points.values()))
        for place, group in enumerate(found.groups)
    ]


def figure(found: Why) -> Figure:
    """Draw the contributions at every point."""
    from thermidor.views.contributions import figure as draw

    results = list(found.points.values())

    def laid(key: str) -> np.ndarray:
        return np.stack([result.table[key].to_numpy(float) for result in results])

    totals = np.array([result.total for result in results])
    shares = ", ".join(f"{n} {r.interaction[0]:.0%}" for n, r in found.points.items())
    return draw(
        list(found.groups),
        list(found.points),
        laid("effect"),
        laid("low"),
        laid("high"),
        totals,
        laid("last_out"),
        title=f"What carries {named(found.outcome)}",
        unit="contribution to the share of runs",
        subtitle=f"bars: Shapley values, {2 ** len(found.groups)} combinations of {results[0].replicates} replicates; "
        "diamonds: lost when this group alone is taken away",
        note=f"Share of the variance that is interaction: {shares}.",
    )


def named(outcome: str) -> str:
    """An outcome in words."""
    return words(outcome) if outcome in REGIMES else outcome


def _points(value: float, low: float, high: float) -> str:
    if not np.isfinite(value):
        return "-"
    return f"{100 * value:.0f} ({100 * low:.0f}, {100 * high:.0f})"


def _checked(check: Check) -> tuple[str, str, str, str]:
    return check.point, check.group, _points(*check.few), _points(*check.many)
