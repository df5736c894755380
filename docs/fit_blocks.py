"""The parts of the page on fitting that are made from the registry, the targets and the fit that ships."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from thermidor.fitting import targets
from thermidor.rules import load_rules

SHIPPED = Path(targets.__file__).parent
EDGE = 0.03
"""Share of its range within which a value stands at an edge."""


def counts_block() -> str:
    """How many rules there are, how many of them rest on an assumption, and how many stand at an edge."""
    registry = load_rules()
    rules = [registry[name] for name in registry]
    assumed = [rule for rule in rules if rule.source.startswith("assumed")]
    recalled = sum("(memory)" in rule.source for rule in rules if rule not in assumed)
    switches = sum(rule.off is not None for rule in rules)
    edge = [r for r in assumed if r.high > r.low and min(r.value - r.low, r.high - r.value) < EDGE * (r.high - r.low)]
    return (
        f"There are {len(rules)} rules: {len(rules) - len(assumed)} have a source for their order of size "
        f"({recalled} of these from memory, and values fitted beside it), {len(assumed)} are assumed. "
        f"{switches} of them are strengths of mechanisms, which can be switched off. "
        f"{len(edge)} of those that are assumed stand within three hundredths of an edge of their range."
    )


def targets_block() -> str:
    """What the fit aims at, what checks it and what it does not see."""
    found = targets.load_targets()
    lines = ["| rows of the gallery | |", "| --- | --- |"]
    for mark, words in (("fit", "fitted"), ("check", "check the fit"), ("sealed", "sealed")):
        names = [target.name for target in found.of(mark) if target.row]
        lines.append(f"| {words} | {', '.join(names)} |")
    lines += ["", "| of one course | mark | asked | gap that counts one half | source |", "| --- |" + " --- |" * 4]
    for target in found.targets:
        if (course := target.course) is not None:
            lines.append(
                f"| {target.name} | {target.mark} | {_asked(course)} | {course.tolerance:g} | {course.source} |"
            )
    share = targets.weights(found.fitted)
    course = sum(share[target.name] for target in found.fitted if target.course)
    lines += ["", f"Weights: the rows {100 * (1 - course):.0f}%, the course {100 * course:.0f}%."]
    return "\n".join(lines)


def _asked(course: targets.Course) -> str:
    years = "-".join(map(str, dict.fromkeys(course.years)))
    if course.kind == "date":
        return f"`{course.of}` first in {course.asked:g}"
    if course.kind == "error":
        return f"`{course.of}` {years}, mean absolute log error, one scale removed: small"
    if course.kind == "growth":
        return f"`{course.of}` {years}: {100 * course.asked:.1f}% a year"
    return f"`{course.of}` {years}: {course.asked:.4g}"


def found_block() -> str:
    """What the fit that ships found: rules, widths, targets before and after."""
    if not (SHIPPED / "posterior.csv").is_file():
        return (
            "No fit by this command ships yet. The present values are those of earlier searches and of choices by hand,"
            " described below."
        )
    told = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    lines = [
        f"{told['evaluations']:,} draws of {len(told['free'])} rules, seed {told['seed']}; the posterior is worth "
        f"{told['effective']:g} draws. Distances below {told['thresholds'][-1]:.3f} are kept; chance alone moves a "
        f"distance by {told['luck']:.3f}.",
        "",
        "| rule | range | before | point | nine tenths of the posterior | width |",
        "| --- |" + " --- |" * 5,
    ]
    for row in _table("identified.csv"):
        low, high, before, point, q05, q95 = (
            f"{float(row[k]):.3g}" for k in ("low", "high", "before", "point", "q05", "q95")
        )
        lines.append(
            f"| `{row['rule']}` | {low} to {high} | {before} | {point} | {q05} to {q95} | {float(row['width']):.2f} |"
        )
    lines += ["", "| target | mark | distance before | after |", "| --- | --- | --- | --- |"]
    for row in _table("targets.csv"):
        far, near = (f"{float(row[f'distance_{when}']):.2f}" for when in ("before", "after"))
        lines.append(f"| {row['target']} | {row['mark']} | {far} | {near} |")
    return "\n".join(lines)


def _table(name: str) -> list[dict[str, Any]]:
    with (SHIPPED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
