"""`thermidor settled`: when the past had settled an outcome, as a table, a figure and numbers."""

from __future__ import annotations

import csv
import gc
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.cli.guard import InterruptedLate
from thermidor.cli.run import SHELF, citizens_of, fresh, interruptible, progress
from thermidor.cli.tables import facts, note, prose, say, table
from thermidor.views.palette import words

if TYPE_CHECKING:
    from thermidor.futures.settled import Settled
    from thermidor.views.settled import Panel

LINES = 12
"""Months of the curves that the table shows, about."""
FOUND = 0.95
"""A curve that stands there at the start says little of when things were settled."""


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    scenario: str
    outcome: str
    by: str | None
    country: str | None
    members: int
    futures: int
    every: int
    citizens: list[str] | None
    seed: int
    without: list[str] | None
    theory: str | None = None


def carry_out(wish: Wish, out: Path | None) -> None:
    """Estimate the curves, print them, and write settled.csv, settled.json and settled.png to a folder."""
    gc.enable()  # a lens's reading holds itself, and here are thousands
    from thermidor.futures.settled import settled
    from thermidor.futures.watch import outcome_of
    from thermidor.runs.places import new_folder
    from thermidor.runs.store import placing
    from thermidor.scenarios import load_scenario

    scenario = load_scenario(wish.scenario)
    outcome = outcome_of(wish.outcome)
    folder = out if out is not None else fresh(SHELF, f"{scenario.name}-settled")
    with new_folder(folder) as folder, interruptible() as cancel, progress("member", "points") as told:
        found = settled(
            scenario,
            outcome,
            by=wish.by,
            country=wish.country,
            members=wish.members,
            futures=wish.futures,
            every=wish.every,
            citizens=citizens_of(wish.citizens, tuple(scenario.countries)) if wish.citizens else None,
            seed=wish.seed,
            without=tuple(wish.without) if wish.without else ("outside",),
            theory=wish.theory,
            progress=told,
            cancel=cancel,
        )
        titles = scenario.countries[found.about["country"]].title
        with placing(folder):
            _write(found, folder)
            _figure(found, titles, scenario.title, folder / "settled.png")
    if cancel.is_set():
        raise InterruptedLate(f"interrupted; all is whole in {folder}")
    report(found, titles)
    say("Kept")
    facts(
        [("numbers", folder / "settled.csv"), ("settings", folder / "settled.json"), ("figure", folder / "settled.png")]
    )


def report(found: Settled, title: str) -> None:
    """Print the curves, and when each passed a level for good."""
    about = found.about
    what = words(about["outcome"])
    say(f"{title}: {what} by {about['by']}", f"{about['seconds']:.0f} s")
    note(f"{about['members']} members, {about['futures']} futures of each from every state, {_apart(about)}, "
         f"seed {about['seed']}")  # fmt: skip
    ended, count = int(found.ended.sum()), len(found.ended)
    dates = np.sort(found.reached[found.ended])
    when = f"; first held {dates[0]} to {dates[-1]}, median {dates[(len(dates) - 1) // 2]}" if ended else ""
    prose(f"{ended} of {count} members came to it{when}.")
    say("Probability given the state", "at the start of the month")
    curves = _columns(found)
    shown = _shown(found)
    rows = [(str(found.months[t]), *(f"{100 * curve[t]:.0f}%" for curve in curves.values())) for t in shown]
    table(("state of", *curves), rows, right=range(1, 1 + len(curves)))
    _flat(found)
    for name in found.curves:
        _passed(found, name)


def _apart(about: Mapping[str, Any]) -> str:
    return "a month apart" if about["every"] == 1 else f"{about['every']} months apart"


def _flat(found: Settled) -> None:
    """Say how far the mean of all members drifts, which in expectation it does not, beside the error of that."""
    from thermidor.futures.settled import DATED

    gap = found.ended - found.curves[DATED][:, 0]
    if len(gap) > 1:
        error = float(gap.std(ddof=1)) / len(gap) ** 0.5
        note(f"as dated is flat but for chance: end less start {100 * gap.mean():+.0f}%, its error {100 * error:.0f}%")


def _columns(found: Settled) -> dict[str, np.ndarray]:
    """The mean curves by their heads."""
    from thermidor.futures.settled import DATED, QUIET

    columns = {"as dated": found.mean(DATED)[0]}
    if 0 < found.ended.sum() < len(found.ended):
        columns["came to it"] = found.mean(DATED, found.ended)[0]
        columns["did not"] = found.mean(DATED, ~found.ended)[0]
    if QUIET in found.curves:
        columns[_without(found)] = found.mean(QUIET)[0]
    return columns


def _shown(found: Settled) -> list[int]:
    """Places on the grid for the table: about a dozen until the curves rest, and the last."""
    moving = [np.flatnonzero((np.diff(curve, axis=1) != 0.0).any(axis=0)) for curve in found.curves.values()]
    last = max((int(m[-1]) + 1 for m in moving if len(m)), default=1)
    return sorted({*range(0, last + 1, max(1, -(-last // LINES))), last, len(found.months) - 1})


def _passed(found: Settled, name: str) -> None:
    from thermidor.futures.settled import DATED, LEVELS

    title = "as dated" if name == DATED else _without(found)
    say("Passed for good", title)
    rows = []
    for level in LEVELS:
        c = found.crossing(name, level)
        span = f"{c.low} to {c.high}" if c.median else "-"
        shares = (f"{100 * share:.0f}%" for share in (c.passed, c.from_start, c.fell_back))
        rows.append((f"{100 * level:g}%", c.mean or "never", c.median or "never", span, *shares))
    table(("level", "mean", "median", "95% interval", "members", "at start", "fell back"), rows, right=range(4, 7))
    start = float(found.curves[name][:, 0].mean())
    if start >= FOUND:
        given = ", the dated events to come included" if name == DATED else ""
        prose(f"It stood at {100 * start:.0f}% at the start already: settled before the first month{given}.")


def _without(found: Settled) -> str:
    asked = found.about["without"]
    return "nothing more from outside" if asked == ["outside"] else f"from then without {', '.join(asked)}"


def _write(found: Settled, folder: Path) -> None:
    from thermidor.futures.settled import LEVELS

    with open(folder / "settled.csv", "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("curve", "member", "month", "probability", "ended", "reached"))
        for name, curve in found.curves.items():
            for k, member in enumerate(curve):
                reached = "" if np.isnat(found.reached[k]) else str(found.reached[k])
                for month, p in zip(found.months, member, strict=True):
                    lines.writerow((name, k, str(month), f"{p:.6g}", int(found.ended[k]), reached))
    passed = {name: [found.crossing(name, level).__dict__ for level in LEVELS] for name in found.curves}
    text = json.dumps({**found.about, "passed": passed}, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "settled.json").write_text(text + "\n", encoding="utf-8")


def _figure(found: Settled, country: str, scenario: str, path: Path) -> None:
    from thermidor.views.settled import draw

    about = found.about
    share = f"{int(found.ended.sum())} of {len(found.ended)} members came to it"
    panels = [_panel(found, name) for name in found.curves]
    caption = (
        f"Grey: each of {about['members']} members; from its states, {_apart(about)}, {about['futures']} futures "
        "were lived with fresh draws. Lines: means of members; bands: 95% by bootstrap over members. Marks: "
        "month by which half of the members that ever pass 50, 80 and 95% for good had passed it (late by chance: few "
        "futures). As dated, the mean of all members is flat in expectation. A model of a theory: no forecast and no "
        "endorsement."
    )
    draw(
        found.months,
        panels,
        title=f"{country}: when was {words(about['outcome'])} settled?",
        subtitle=f"{scenario}; held in some month up to {about['by']}; {share}; seed {about['seed']}",
        caption=caption,
    ).savefig(path)


def _panel(found: Settled, name: str) -> Panel:
    from thermidor.futures.settled import DATED, LEVELS
    from thermidor.views.settled import Line, Panel

    lines = [Line("all members", *found.mean(name))]
    if name == DATED and 0 < found.ended.sum() < len(found.ended):
        lines.append(Line("those that came to it", *found.mean(name, found.ended)))
        lines.append(Line("those that did not", *found.mean(name, ~found.ended)))
    marks = {}
    for level in LEVELS:
        median = found.crossing(name, level).median
        marks[level] = None if median is None else np.datetime64(median, "M")
    title = "As dated" if name == DATED else _without(found).capitalize()
    unit = "probability of the outcome given the state of the month"
    return Panel(title, unit, found.curves[name], lines, marks)
