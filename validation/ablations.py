"""Bar 6: every mechanism switched off in turn, on common random numbers, against expectations written before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermidor.rules import load_rules
from validation.ensemble import Plan, live, rules_of
from validation.measures import Measure, measure
from validation.page import Cell, Page, Table
from validation.sample import Floats, Sample
from validation.settings import main_scenario
from validation.stats import paired_difference

EXPECTATIONS = Path(__file__).with_name("expectations-2026-11-22.yaml")
OUTSIDE = "outside"
SHOWN = [
    "label_in_window",
    "label_median",
    "norms_half",
    "held_1980",
    "left_by_2000",
    "left_before_1980",
    "restored_by_1937",
    "restored_by_2000",
    "repairs",
    "breaks",
    "wave_share",
    "purge_share",
    "growth_1928_32",
    "growth_1932_37",
    "growth_1937_40",
    "growth_1950_60",
    "growth_1975_85",
    "gdp_1985",
    "consumption_1932",
    "coercive_1937",
    "apparatus_1937",
]
"""Measures of every ablation in the second table, expected or not."""


@dataclass(frozen=True)
class Effect:
    """What switching off did to a measure: base, difference (signed), its paired 95% interval, the measure's margin."""

    base: float
    difference: float
    low: float
    high: float
    margin: float

    def verdict(self, direction: str) -> str:
        """Set the interval against a direction: up, down, or none (within the margin).

        A direction is hit where the interval lies on its side of zero and the difference passes the margin, missed
        where the interval lies on the other side or within the margin; none is hit where the interval lies within the
        margin, missed where it lies outside it; else undetermined.
        """
        inside = -self.margin <= self.low and self.high <= self.margin
        if direction == "none":
            outside = self.low > self.margin or self.high < -self.margin
            return "hit" if inside else "MISS" if outside else "undetermined"
        low, high = (self.low, self.high) if direction == "up" else (-self.high, -self.low)
        if high < 0.0 or inside:
            return "MISS"
        return "hit" if low > 0.0 and abs(self.difference) > self.margin else "undetermined"


def expectations(path: Path = EXPECTATIONS) -> dict[str, list[dict[str, Any]]]:
    """Read the frozen expectations: mechanism -> list of measure, expect and why."""
    import yaml

    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for row in (row for rows in found.values() for row in rows):  # a comma in a reason reads as another, empty key
        row["why"] = ", ".join([row["why"], *(key for key, value in row.items() if value is None)])
    return found


def effect(m: Measure, base: Floats, other: Floats) -> Effect:
    """Return a measure's effect from one number a run each, the same runs in the same order.

    A share's interval reaches at least 3/n either way (rule of three): resampling can't see what never happened.
    """
    level = m.over(base)
    difference, low, high = paired_difference(base, other, m.over)
    if m.unit == "share of runs":
        low, high = min(low, max(difference - 3.0 / len(base), -1.0)), max(high, min(difference + 3.0 / len(base), 1.0))
    return Effect(level, difference, low, high, m.margin_at(level))


def without(name: str, plan: Plan) -> Sample:
    """Live the main scenario without one mechanism, or without all outside events."""
    scenario = main_scenario()
    if name == OUTSIDE:
        return live(scenario.without_outside(), plan)
    return live(scenario, plan, rules=rules_of(without=[name]))


def report(plan: Plan) -> Page:
    """Run every ablation and set it against the expectations; misses first."""
    written = expectations()
    names = [*load_rules().mechanisms, OUTSIDE]
    if plan.small:
        names = [*names[:: len(names) // 3][:3], OUTSIDE]
    base = live(main_scenario(), plan)
    wanted = dict.fromkeys([*SHOWN, *(row["measure"] for rows in written.values() for row in rows)])
    before = {name: measure(name).of(base) for name in wanted}
    judged: list[list[Cell]] = []
    all_effects: list[list[Cell]] = []
    for name in names:
        sample = without(name, plan)
        rows = written.get(name, [])
        after = {m: measure(m).of(sample) for m in dict.fromkeys([*SHOWN, *(row["measure"] for row in rows)])}
        effects = {m: effect(measure(m), before[m], values) for m, values in after.items()}
        for row in rows:
            e = effects[row["measure"]]
            judged.append([e.verdict(row["expect"]), name, row["measure"], row["expect"], *cells(e), row["why"]])
        all_effects.append([name, *(marked(effects[m]) for m in SHOWN)])
    order = ("MISS", "undetermined", "hit")
    judged.sort(key=lambda row: order.index(str(row[0])))
    count = {verdict: sum(row[0] == verdict for row in judged) for verdict in order}
    gone = sorted(set(written) - {*load_rules().mechanisms, OUTSIDE})
    about = (
        "Each mechanism switched off in `russia-1917`, the same members with the same draws, against what was "
        "expected of it in "
        f"`validation/{EXPECTATIONS.name}`, written before the first such run: {count['MISS']} missed, "
        f"{count['undetermined']} "
        f"undetermined, {count['hit']} hit."
    )
    about += f" Expectations for what is no mechanism any more: {', '.join(gone)}." if gone else ""
    heads = ("verdict", "without", "measure", "expected", "base", "difference", "low", "high", "margin", "why expected")
    note = "Difference: without less with, and its paired bootstrap interval (95%). Hit, missed: see `Effect.verdict`."
    short = [measure(m).name for m in SHOWN]
    tables = [
        Table("expected", "Against expectations", heads, judged, note),
        Table(
            "effects",
            "Effects on all measures",
            ("without", *short),
            all_effects,
            "An asterisk: the interval leaves zero out.",
        ),
    ]
    return Page("Ablations", about, tables, plan)


def cells(e: Effect) -> list[Cell]:
    """Return an effect as cells."""
    return [e.base, e.difference, e.low, e.high, e.margin]


def marked(e: Effect) -> str:
    """Return a signed difference, with an asterisk where the interval leaves zero out."""
    sign = "*" if e.low > 0.0 or e.high < 0.0 else ""
    return f"{e.difference:+.2f}{sign}"
