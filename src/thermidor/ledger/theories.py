"""The same ledger and the same record under every theory: verdicts side by side, and proper scores of the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from thermidor.errors import InputError
from thermidor.gallery.live import Ask, live
from thermidor.gallery.rows import Start
from thermidor.gallery.starts import scenario_of
from thermidor.ledger import scores
from thermidor.ledger.entry import Entry, Trial
from thermidor.ledger.judge import BY_CONSTRUCTION, UNDETERMINED, Verdict, estimate, says, unclear
from thermidor.ledger.record.places import regimes
from thermidor.ledger.trial import SPREAD, Bench, Sizes, own_numbers
from thermidor.ledger.work import in_model
from thermidor.record.read import record
from thermidor.theories import DEFAULT, list_theories, load_theory

FEW = Sizes(replicates=40, citizens=600, draws=0)
"""How much is lived of each trial under each theory, once: no other seed, no other rules, no switch."""
COURSE = Path(__file__).with_name("course.yaml")
"""Whose runs are scored, and beside what."""
CITIZENS = 2_000
"""Citizens in each country of the runs that are scored, whatever trials have: few would widen the runs' spread."""


def verdicts(
    entries: Sequence[Entry], bench: Bench, told: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, Any]]:
    """By claim: its words, and by theory the verdict in the model and those of its trials."""
    names = list_theories()
    total, done = len(names) * bench.sizes.replicates * sum(len(trial.arms) for e in entries for trial in e.trials), [0]

    def tell(many: int) -> None:
        done[0] += many
        if told is not None:
            told(done[0], total)

    found: dict[str, dict[str, Any]] = {entry.id: {"claim": entry.claim} for entry in entries}
    for name in names:
        own = replace(bench, rules=dict(load_theory(name).rules), told=tell)
        for entry in entries:
            trials = [_plainly(trial, own) for trial in entry.trials]
            model = in_model(entry, trials)
            found[entry.id][name] = {"model": model.verdict, "trials": [verdict.verdict for verdict in trials]}
    return found


def _plainly(trial: Trial, bench: Bench) -> Verdict:
    """What the interval alone says of a trial, without another seed, other rules or the mechanism's absence."""
    if trial.built:
        return Verdict(BY_CONSTRUCTION, trial.built)
    one = estimate(trial, own_numbers(trial, bench))
    verdict = says(trial, one.low, one.high)
    return Verdict(verdict, unclear(trial, one) if verdict == UNDETERMINED else "")


def scored(bench: Bench, fitted: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Scores of the runs of every theory, and of fitted ones by their names, each less the chapter's."""
    asked = {name: dict(load_theory(name).rules) for name in list_theories()} | {n: dict(r) for n, r in fitted.items()}
    course = yaml.safe_load(COURSE.read_text(encoding="utf-8"))
    every = {name: _scores(name, rules, bench, course) for name, rules in asked.items()}
    lines = []
    for name, own in every.items():
        for one, chapter in zip(own, every[DEFAULT], strict=True):
            middle, low, high = (x if np.isfinite(x) else None for x in scores.less(one, chapter))
            line = {"theory": name, "of": one.of, "kind": one.kind, "mean": one.mean, "years": len(one.years)}
            lines.append(line | {"less": middle, "low": low, "high": high})
    return lines


def _scores(name: str, rules: Mapping[str, float], bench: Bench, course: Mapping[str, Any]) -> list[scores.Score]:
    """The scores of one set of rules: of every series of the record, and of whether the state owns most."""
    first, years, sizes = course["first"], course["last"] - course["first"] + 1, bench.sizes
    start = Start(course["scenario"])
    skipped = 12 * first - _month(start)
    months = skipped + 12 * years
    variables = tuple(sorted((*scores.SERIES, "state_property")))
    ask = Ask(
        scenario_of(start, months, SPREAD), months, (dict(rules),), sizes.replicates, CITIZENS, sizes.seed, variables
    )
    lived = live(ask, cores=bench.cores, kept=bench.kept, cancel=bench.cancel)

    def yearly(variable: str) -> dict[int, Any]:
        values = lived.values[variable][~lived.failed, skipped:, 0].astype(np.float64)
        means = values.reshape(len(values), years, 12).mean(axis=2)
        return {first + nth: means[:, nth] for nth in range(years)}

    last, found = regimes()[course["regime"]].last, list[scores.Score]()
    for series in scores.SERIES:
        try:
            seen = record(course["series"], series).by_year()
        except InputError:
            continue  # the record has none
        found += scores.of_series(name, series, yearly(series), {y: v for y, v in seen.items() if y <= last})
    held = {year: own >= 0.5 for year, own in yearly("state_property").items()}
    return [*found, scores.of_label(name, "state property", held, {y: y <= last for y in held})]


def _month(start: Start) -> int:
    """The month in which a start begins, counted from the year 0."""
    from thermidor.scenarios import load_scenario

    year, month = load_scenario(start.scenario).start.split("-")[:2]
    return 12 * int(year) + int(month) - 1
