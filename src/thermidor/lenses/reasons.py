"""Reasons: which criteria a month meets and by how much, and what crossed when a label gave way to another."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.lenses.criteria import Columns, Criterion, Expressions, Label, Table, Values, margin, met, values_of
from thermidor.lenses.spells import Reading, axes_of, spells, typical_spells

MOST_REASONS = 3
"""Reasons given in one line."""


class _Moment(NamedTuple):
    """A run's passage: place of the run, code of the old label, that label's last month, the new one's first."""

    run: int
    old: int
    before: int
    after: int


class Finding(NamedTuple):
    """One criterion of one label at one month; criteria of a label with the same group number are alternatives."""

    label: str
    group: int
    quantity: str
    words: str
    sense: str
    threshold: float
    unit: str
    value: float
    met: bool
    margin: float
    source: str


def explain(
    table: Table, expressions: Expressions, series: Columns, run: int, month: str | np.datetime64, country: str
) -> list[Finding]:
    """Return every criterion of every label, in written order, at one month of one country of one run.

    `run` is the run's number, `month` YYYY-MM. Raises InputError where the dataset has no such entry.
    """
    axes = axes_of(series)
    run_at, country_at = axes.run(run), axes.country(country)
    at = (0, axes.month(month), 0)
    values = values_of(series, expressions, slice(run_at, run_at + 1), slice(country_at, country_at + 1))

    def finding(label: Label, group: int, c: Criterion) -> Finding:
        limit, words = c.threshold, table.words[c.quantity]
        found = values(c.quantity)[at]
        value, true, distance = float(found), bool(met(c, found)), float(margin(c, found))
        return Finding(
            label.name, group, c.quantity, words, c.sense, limit.value, limit.unit, value, true, distance, c.source
        )

    return [finding(label, k, c) for label in table.labels for k, group in enumerate(label.groups) for c in group]


def why(
    table: Table,
    expressions: Expressions,
    series: Columns,
    reading: Reading,
    country: str,
    month: np.datetime64,
    run: int | None = None,
) -> str:
    """Say in one line which quantities crossed their thresholds when the spell that holds `month` began.

    For one run (its number) this is what changed at that moment; for an ensemble (`run` None) the
    reasons that most of its runs gave when they passed from the typical label before to this one.
    Reasons are criteria of the old label that ceased to be met or of the new one that came to be.
    At the start of a run nothing has crossed: the line gives what stands closest to its threshold.
    """
    at = reading.country(country)
    chosen = slice(None) if run is None else slice(reading.run(run), reading.run(run) + 1)
    values = values_of(series, expressions, chosen, slice(at, at + 1))
    raw, labels = reading.raw[chosen, :, at], reading.labels[chosen, :, at]
    old, new, start = _passage(reading, country, reading.month(month), labels)
    if old is None:
        return _standing(table, values, raw, new)
    moments = _moments(raw, labels, old, new, start) or _moments(raw, labels, None, new, start)
    if not moments:
        return "no run begins such a spell: the commonest label changed"
    crossed = Counter(reason for moment in moments for reason in _crossed(table, values, new, moment))
    common = [reason for reason, times in crossed.most_common() if 2 * times >= len(moments)]
    chosen_reasons = (common or [reason for reason, _ in crossed.most_common(1)])[:MOST_REASONS]
    return "; ".join(chosen_reasons)


def _passage(reading: Reading, country: str, place: int, labels: NDArray[np.int8]) -> tuple[int | None, int, int]:
    """Return the code of the label before the spell that holds a month (None at the start), its own, and its start."""
    if labels.shape[0] == 1:
        sequence = [(spell.first, spell.last, spell.label) for spell in spells(labels[:, :, None], reading.months)]
    else:
        typical = typical_spells(reading, country)
        sequence = [(spell.first, spell.last, reading.names.index(spell.label)) for spell in typical]
    month = reading.months[place]
    now = next(k for k, (first, last, _) in enumerate(sequence) if first <= month <= last)
    first, _, new = sequence[now]
    return (sequence[now - 1][2] if now else None), new, reading.month(first)


def _moments(raw: NDArray[np.int8], labels: NDArray[np.int8], old: int | None, new: int, start: int) -> list[_Moment]:
    """Return each run's [run, month] passage to a label, from one label or (None) from any, nearest to a month.

    The month before is the last that had the old label by itself, without the rule that labels last.
    """
    found = []
    for run, (codes, own) in enumerate(zip(labels, raw, strict=True)):
        left = codes[:-1] != new if old is None else codes[:-1] == old
        after = np.flatnonzero(left & (codes[1:] == new)) + 1
        if after.size:
            first = int(after[np.abs(after - start).argmin()])
            before = int(np.flatnonzero(own[:first] == codes[first - 1])[-1])
            found.append(_Moment(run, int(codes[first - 1]), before, first))
    return found


def _crossed(table: Table, values: Values, new: int, moment: _Moment) -> list[str]:
    """Return in words what crossed between two months: what the old label lost and the new one gained.

    Of several thresholds that one quantity crossed, only the furthest is given.
    """
    run, old, before, after = moment
    furthest: dict[tuple[str, bool], Criterion] = {}
    for code, gained in ((old, False), (new, True)):
        for group in table.labels[code].groups if code < len(table.labels) else ():
            was = [bool(met(c, values(c.quantity)[run, before, 0])) for c in group]
            now = [bool(met(c, values(c.quantity)[run, after, 0])) for c in group]
            if any(was) == any(now) or any(now) != gained:
                continue
            for c in (c for c, w, n in zip(group, was, now, strict=True) if w != n):
                rises = (c.sense == ">=") == gained
                choose = max if rises else min
                known = furthest.get((c.quantity, rises), c)
                furthest[c.quantity, rises] = choose(known, c, key=lambda each: each.threshold.value)
    return [_in_words(table, c, rises=rises) for (_, rises), c in furthest.items()]


def _in_words(table: Table, criterion: Criterion, *, rises: bool) -> str:
    if criterion.quantity in table.crossings:
        return table.crossings[criterion.quantity][0 if rises else 1]
    verb = "rose to" if rises else "fell below"
    return f"{table.words[criterion.quantity]} {verb} {criterion.threshold.value:g}"


def _standing(table: Table, values: Values, raw: NDArray[np.int8], code: int) -> str:
    """Say what stands closest to its threshold when a run begins with a label: the median of the runs that do."""
    having = np.flatnonzero((raw == code).any(axis=1))
    if code >= len(table.labels) or not having.size:
        return "from the start: no label's criteria hold"
    first = (raw[having] == code).argmax(axis=1)

    def median(every: NDArray[np.floating[Any]]) -> float:
        return float(np.median(every[having, first, 0]))

    best = [max(group, key=lambda c: median(margin(c, values(c.quantity)))) for group in table.labels[code].groups]
    closest = sorted(best, key=lambda c: median(margin(c, values(c.quantity))))[:2]
    stands = (f"{table.words[c.quantity]} {median(values(c.quantity)):.2g} ({_limit(c)})" for c in closest)
    return "from the start: " + "; ".join(stands)


def _limit(criterion: Criterion) -> str:
    return f"{'at least' if criterion.sense == '>=' else 'below'} {criterion.threshold.value:g}"


def table_markdown(table: Table) -> str:
    """Return a lens as a page: every label with its criteria, and every threshold with its range and source."""
    lines = [
        f"# The lens `{table.name}`",
        "",
        *([table.about, ""] if table.about else []),
        f"{table.title}. A month takes the first label below all of whose criteria hold; of criteria joined by *or* "
        f"one is enough. To count, {table.lasting_why}. Months that no label fits are `unclassified`, and their "
        "share is reported. A margin is the distance from the threshold in units of its scale.",
        "",
        "## Labels, in the order in which they are tried",
        "",
        "| label | criterion | threshold | source of the criterion |",
        "|---|---|---|---|",
    ]
    for label in table.labels:
        lines.append(f"| **{label.name}** | *{label.meaning}* | | |")
        for group in label.groups:
            for k, c in enumerate(group):
                words = ("*or* " if k else "") + table.words[c.quantity]
                lines.append(f"| | {words} (`{c.quantity}`) {_limit(c)} | `{c.threshold.name}` | {c.source} |")
    lines += [
        "",
        "## Thresholds",
        "",
        "| threshold | value | range | unit | scale | source |",
        "|---|---|---|---|---|---|",
    ]
    for t in table.thresholds.values():
        lines.append(f"| `{t.name}` | {t.value:g} | {t.low:g} to {t.high:g} | {t.unit} | {t.scale:g} | {t.source} |")
    return "\n".join(lines) + "\n"
