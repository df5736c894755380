"""Live the shipped designs and write their pages of results and figures: `make figures`.

Sweeps are kept in `sweeps/` and gone on with where they were stopped; a whole one is not lived again while design,
rules and versions are the same. `python docs/sweeps.py NAME ...` does some of them.
"""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import thermidor as th
from thermidor.errors import InputError
from thermidor.experiments.design import load_design
from thermidor.reports.report_sweep import drawn_differences, what_came_out
from thermidor.reports.sweep_figures import figures
from thermidor.views.report import Picture, Table

if TYPE_CHECKING:
    from thermidor.analysis.why import Why
    from thermidor.experiments.opened import Sweep

ROOT = Path(__file__).parent.parent
KEPT, PAGES, IMAGES = ROOT / "sweeps", ROOT / "docs" / "results", ROOT / "docs" / "images"
WHY = "mechanisms"
ALONE = ("last_out", "last_out_low", "last_out_high")
WHY_OUTCOME = "proletarian-bonapartism"


def lived(name: str) -> Sweep:
    """The sweep of a shipped design: as it is kept, gone on with, or new where it was begun otherwise."""
    out = KEPT / name
    if (out / "manifest.json").is_file():
        try:
            return th.sweep(name, out, processes=True, resume=True)
        except InputError as error:
            print(f"{name}: {error.what}; begun anew", file=sys.stderr)
            shutil.rmtree(out)
    return th.sweep(name, out, processes=True)


def explained() -> Why:
    """The contributions of groups of mechanisms to the main outcome."""
    from thermidor.analysis.why import why
    from thermidor.experiments.outcomes import Condition

    out, scenario = KEPT / WHY, "russia-1917"
    condition = Condition(label=WHY_OUTCOME)
    if (out / "manifest.json").is_file():
        try:
            return why(scenario, condition, out, processes=True, resume=True)
        except InputError as error:
            print(f"{WHY}: {error.what}; begun anew", file=sys.stderr)
            shutil.rmtree(out)
    return why(scenario, condition, out, processes=True)


def write(name: str) -> list[Path]:
    """Live a design, draw its figures, write its page; returns all their paths."""
    if name == WHY:
        found = explained()
        return page(found.sweep, why_tables(found), why_pictures(found))
    sweep = lived(name)
    done = sweep.members[sweep.members["status"] != "planned"]
    pictures = [part for part in (*drawn_differences(sweep), *figures(sweep, done)) if isinstance(part, Picture)]
    tables = [part for section in what_came_out(sweep) for part in section.parts if isinstance(part, Table)]
    return page(sweep, tables, pictures)


def why_tables(found: Why) -> list[Table]:
    """The Shapley values, the ends, and the check, as tables."""
    points = list(found.points)
    heads = ("group", *points, "what it is")
    rows = [
        (
            group,
            *(interval(result.table.loc[place, ["effect", "low", "high"]]) for result in found.points.values()),
            what,
        )
        for place, (group, what) in enumerate(found.groups.items())
    ]
    rows += [
        ("all together", *(interval(result.total) for result in found.points.values()), "all on less all off"),
        ("all off", *(interval(result.none) for result in found.points.values()), "share of runs with all off"),
        ("interaction", *(interval(result.interaction) for result in found.points.values()),
         "share of the variance over all combinations that no group carries alone"),
    ]  # fmt: skip
    checks = [(check.point, check.group, interval(check.few), interval(check.many)) for check in found.checks]
    return [
        Table("Contributions to the share of runs", heads, tuple(rows), note="Shapley values and their 95% intervals"),
        Table(
            "One group alone taken away, all others on",
            ("group", *points),
            tuple(
                (group, *(interval(r.table.loc[place, list(ALONE)]) for r in found.points.values()))
                for place, group in enumerate(found.groups)
            ),
            note="what is lost of the share of runs, and its 95% interval; where nearly all runs come to the outcome "
            "('all together' near 1) one cause less hardly shows",
        ),
        Table(
            "The leading groups taken away once more, with more citizens",
            ("point", "group", "as lived", "10,000 citizens"),
            tuple(checks),
            note="paired differences of the share of runs, and their 95% intervals",
        ),
    ]


def why_pictures(found: Why) -> list[Picture]:
    """The figure of contributions."""
    from thermidor.cli.why import figure
    from thermidor.views.report import picture

    return [
        picture(figure(found), "Bars: what each group of mechanisms contributes at each point; numbers in the table.")
    ]


def interval(numbers: object) -> str:
    """A number with its interval."""
    value, low, high = (float(x) for x in np.asarray(numbers, dtype=float))
    return f"{value:.2f} ({low:.2f}, {high:.2f})"


def page(sweep: Sweep, tables: list[Table], pictures: list[Picture]) -> list[Path]:
    """Write a page of results with its figures; figures that are no more are removed."""
    name, manifest = sweep.design.name, sweep.manifest
    design = load_design(name)  # a kept sweep has the words it was begun with
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.glob(f"sweep-{name}-*.png"):
        old.unlink()
    stamp = manifest["stamp"]
    lines = [
        f"# {design.title}", "", design.about.strip(), "",
        f"Made by `python docs/sweeps.py {name}`: thermidor {stamp['thermidor']}, rules {stamp['rules_code']}, design "
        f"{manifest['digest']}, seed {design.seed}, {sweep.plan.members:,} members ({sweep.counts['failed']:,} failed),"
        f" {date.today():%Y-%m-%d}, {manifest['seconds']:.0f} s on {manifest['machine']['cores']} cores.", "",
    ]  # fmt: skip
    paths = []
    for number, part in enumerate(pictures, 1):
        path = IMAGES / f"sweep-{name}-{number}.png"
        path.write_bytes(part.png)
        paths.append(path)
        lines += [f"![{part.alt}](../images/{path.name})", ""]
    for table in tables:
        lines += [f"## {table.caption}", "", *markdown(table), ""]
        if table.note:
            lines += [f"{table.note[0].upper()}{table.note[1:]}.", ""]
    path = PAGES / f"sweep-{name}.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return [path, *paths]


def markdown(table: Table) -> list[str]:
    """A table in Markdown."""
    marks = ["---:" if place in table.right else "---" for place in range(len(table.columns))]
    rows = [[cell.replace("|", "\\|") for cell in row] for row in (table.columns, marks, *table.rows)]
    return [f"| {' | '.join(row)} |" for row in rows]


def main() -> None:
    """Write the pages of the designs named, or of all."""
    from thermidor.experiments.design import list_designs

    for name in sys.argv[1:] or list_designs():
        for path in write(name):
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
