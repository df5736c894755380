"""Bar 6: all rules drawn at once within 10% and 20% of their defaults; the share of draws that keep each pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.rules import load_rules
from thermidor.runs.simulate import pack
from thermidor.runs.summary import interval
from validation import measures
from validation.ensemble import Plan, branch, each, first_state, go_on, rules_of, sample_of
from validation.measures import measure
from validation.page import Cell, Page, Table
from validation.sample import Bools, Floats, Sample
from validation.settings import gdp_record, main_scenario
from validation.stats import rank_correlation
from validation.twins import ALL_PARTS, first_values, reset

MEMBERS, CITIZENS, SURROUNDINGS = 24, 1_000, 250
WIDTHS = (0.1, 0.2)
TWIN_AT = "1970-01"
STRONGEST = 6


def drawn_values(seed: int, width: float, draw: int) -> dict[str, float]:
    """Return all rules drawn uniformly within a share of their defaults, held within their ranges."""
    random = np.random.default_rng([seed, round(1000 * width), draw])
    values = {}
    for name, rule in load_rules().items():
        values[name] = min(max(rule.value * (1.0 + width * random.uniform(-1.0, 1.0)), rule.low), rule.high)
    return values


def members(plan: Plan, rules: NDArray[Any]) -> tuple[Sample, Sample]:
    """Live the main scenario by drawn rules; returns the runs, and their twins reset whole in 1970 (from then on)."""
    scenario = main_scenario()
    end = str(np.datetime64(scenario.end, "M") + 1)

    def member(k: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        state = first_state(scenario, plan, k, rules)
        until = go_on(state, TWIN_AT)
        twin = branch(pack(state))
        reset(twin, first_values(scenario, plan, k), ALL_PARTS)
        return np.concatenate([until, go_on(state, end)]), go_on(twin, "2000-02")

    found = each(member, range(plan.replicates), plan.threads)
    return sample_of([run for run, _ in found], scenario.start), sample_of([twin for _, twin in found], TWIN_AT)


def _at_least(name: str, share: float) -> Callable[[Sample, Sample], bool]:
    return lambda run, twin: measure(name).value(run) >= share


def _at_most(name: str, share: float) -> Callable[[Sample, Sample], bool]:
    return lambda run, twin: measure(name).value(run) <= share


def _wide(run: Sample, twin: Sample) -> bool:
    date = measures.label_date(run)
    return float(((date >= 1921) & (date < 1937) & (measures.in_label(run, 1980) > 0)).mean()) >= 0.8


def _held(run: Sample, twin: Sample) -> bool:
    return float((measure("label_in_window").of(run) * measures.in_label(run, 1980)).mean()) >= 0.8


def _exit(run: Sample, twin: Sample) -> bool:
    date = measures.exit_date(run)
    return float(((date >= 1985) & (date < 2000)).mean()) >= 0.5


def _error(limit: float) -> Callable[[Sample, Sample], bool]:
    record = gdp_record(main_scenario())
    return lambda run, twin: measures.fit_to_record(run, record).error <= limit


def _lurch(run: Sample, twin: Sample) -> bool:
    """1932-37 at least two points a year faster than the years before and after."""
    before, fast, after = (measure(f"growth_{span}").value(run) for span in ("1928_32", "1932_37", "1937_40"))
    return fast >= max(before, after) + 2.0


def patterns() -> dict[str, Callable[[Sample, Sample], bool]]:
    """Return the patterns, each true or false of one draw of rules."""
    return {
        "label in 1923-34 and held in 1980, at least 80% of runs": _held,
        "label in 1921-36 and held in 1980, at least 80%": _wide,
        "purge, at least 60%": _at_least("purge_share", 0.6),
        "wave, at least 60%": _at_least("wave_share", 0.6),
        "no break 1922-46, at least 90%": _at_most("breaks_1922_46", 0.1),
        "left 1985-2000, at least 50%": _exit,
        "left before 1980, at most 5%": _at_most("left_before_1980", 0.05),
        "error of GDP per head at most 0.06": _error(0.06),
        "error of GDP per head at most 0.12": _error(0.12),
        "growth 1932-37 two points above 1928-32 and 1937-40": _lurch,
        "apparatus not monotone, at least 50%": _at_least("apparatus_fell_back", 0.5),
        "twin of 1970 keeps its norms in 2000, at least 80%": lambda run, twin: bool(
            (twin["norms"][:, -1] > 0.5).mean() >= 0.8
        ),
    }


HANGS_ON = ("label_median", "left_before_1980", "left_by_2000", "purge_share", "wave_share")
"""Measures whose dependence on single rules is shown."""
STRUCTURE = (1, 4, 6, 11)
"""Patterns (by place) whose conjunction is called the structure: wide label, no break, no early end, twin."""


def report(plan: Plan) -> Page:
    """Draw the rules many times and count what is kept."""
    if not plan.small:
        plan = replace(plan, replicates=MEMBERS, citizens=CITIZENS, surroundings=SURROUNDINGS)
    kinds = patterns()
    kept: dict[float, list[list[bool]]] = {}
    drawn: list[dict[str, float]] = []
    shown: list[list[float]] = []
    for width in (0.0, *WIDTHS):
        kept[width] = []
        for draw in range(plan.draws if width else 1):
            values = drawn_values(plan.seed, width, draw)
            run, twin = members(plan, rules_of(values))
            kept[width].append([found(run, twin) for found in kinds.values()])
            if width == WIDTHS[0]:
                drawn.append(values)
                shown.append([measure(name).value(run) for name in HANGS_ON])
    rows: list[list[Cell]] = []
    for place, name in enumerate((*kinds, "the structure: the wide label, no break, no early end and the twin", "all")):
        row: list[Cell] = [name]
        for width in (0.0, *WIDTHS):
            table = np.array(kept[width])
            columns = {len(kinds): list(STRUCTURE), len(kinds) + 1: list(range(len(kinds)))}.get(place, [place])
            held: Bools = np.asarray(table[:, columns].all(axis=1))
            low, high = interval(float(held.mean()), len(held))
            row += [bool(held[0])] if not width else [float(held.mean()), f"{low:.2f} to {high:.2f}"]
        rows.append(row)
    heads = ["pattern", "defaults", *(head for width in WIDTHS for head in (f"±{width:.0%}", "95%"))]
    about = (
        "All rules drawn at once, uniformly within a share of their defaults and held within their ranges; a pattern "
        "is judged by "
        f"{plan.replicates} runs of each draw, so that a share of runs near its limit is judged coarsely."
    )
    tables = [Table("kept", "Share of draws that keep each pattern", heads, rows), hangs_on(drawn, np.array(shown))]
    return Page("Robustness", about, tables, plan)


def hangs_on(drawn: list[dict[str, float]], shown: Floats) -> Table:
    """Rank correlation of measures [draw, measure] with single rules over the narrow draws: the strongest of each."""
    rows: list[list[Cell]] = []
    for place, name in enumerate(HANGS_ON):
        by_rule = {
            rule: rank_correlation(np.array([values[rule] for values in drawn]), shown[:, place]) for rule in drawn[0]
        }
        strongest = sorted(by_rule, key=lambda rule: -abs(np.nan_to_num(by_rule[rule])))[:STRONGEST]
        rows.append([name, ", ".join(f"{rule} {by_rule[rule]:+.2f}" for rule in strongest)])
    chance = 2.0 / len(drawn) ** 0.5
    note = f"Spearman over {len(drawn)} draws; chance alone gives up to {chance:.2f} either way for one rule (95%)."
    return Table("hangs-on", f"What it hangs on, within {WIDTHS[0]:.0%}", ("measure", "strongest rules"), rows, note)
