"""What a ledger leaves in its folder: one JSON, one table, one page with a figure an entry."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermidor.ledger import tell, words
from thermidor.ledger.judge import VERDICTS, Estimate, Judged, Verdict
from thermidor.ledger.work import Recorded, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from thermidor.views.ledger import Line
    from thermidor.views.report import Section

HEAD = ("claim", "at", "basis", "words", "model", "needs", "record", "model_reason", "needs_reason", "record_reason")


def write(results: Sequence[Result], folder: Path, about: Mapping[str, Any], name: str = "ledger") -> list[Path]:
    """Write JSON, table and page under a name; return their paths. Raises InputError."""
    from thermidor.runs.store import placing

    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        whole, listed, html = (folder / f"{name}.{kind}" for kind in ("json", "csv", "html"))
        whole.write_text(json.dumps(as_json(results, about), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        with listed.open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(HEAD)
            lines.writerows(map(cells, ordered(results)))
        html.write_text(page(results, about), encoding="utf-8")
    return [whole, listed, html]


def ordered(results: Sequence[Result]) -> list[Result]:
    """Contradicted and undetermined first, by the model's verdict and then the record's."""

    def place(verdict: Verdict | None) -> int:
        return len(VERDICTS) if verdict is None else VERDICTS.index(verdict.verdict)

    return sorted(results, key=lambda each: (place(each.model), place(each.record)))


def cells(result: Result) -> tuple[str, ...]:
    """An entry as a line of the table."""
    entry, verdicts = result.entry, (result.model, result.needs, result.record)
    said = [verdict.verdict if verdict else "" for verdict in verdicts]
    said[0] += ", no effect" if result.flat else ""
    said[2] += ", described" if result.described else ""
    why = [verdict.reason if verdict else "" for verdict in verdicts]
    return (entry.id, entry.at, entry.basis, entry.claim, *said, *why)


def as_json(results: Sequence[Result], about: Mapping[str, Any]) -> dict[str, Any]:
    """All that was found, as plain values; numbers that are none are null."""
    return {**about, "entries": [_entry(result) for result in results]}


def _entry(result: Result) -> dict[str, Any]:
    entry = result.entry
    told = {name: getattr(entry, name) for name in ("id", "claim", "at", "basis", "mechanisms", "rivals", "digest")}
    verdicts = {name: _plain(getattr(result, name)) for name in ("model", "needs", "record")}
    return {
        **told,
        **verdicts,
        "flat": result.flat,
        "described": result.described,
        "trials": [_trial(judged) for judged in result.trials],
        "looks": [_look(look) for look in result.looks],
    }


def _trial(judged: Judged) -> dict[str, Any]:
    trial = judged.trial
    told: dict[str, Any] = {
        "id": trial.id,
        "says": trial.says,
        "form": trial.form,
        "unit": words.measured(trial.base.measure),
    }
    told |= {"claimed": words.claimed(trial), "margin": trial.margin, "off": trial.off}
    names = ("own", "again", "without", "holding", "draws", "model", "needs")
    told |= {name: _plain(getattr(judged, name)) for name in names}
    return {**told, "told": tell.trial(judged)}


def _look(look: Recorded) -> dict[str, Any]:
    found = {name: _plain(value) for name, value in asdict(look.found).items()}
    told: dict[str, Any] = {
        "test": look.look.test,
        "says": look.look.says,
        "least": look.look.least,
        "expects": look.look.sign,
    }
    told |= {"beside": look.look.beside}
    return {
        **told,
        "adjusted_p": look.adjusted,
        "verdict": _plain(look.verdict),
        "found": found,
        "told": tell.look(look),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate | Verdict):
        return {name: _plain(each) for name, each in asdict(value).items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def page(results: Sequence[Result], about: Mapping[str, Any]) -> str:
    """The ledger as one page: the table, then a section an entry."""
    from thermidor.views.report import Section, Table
    from thermidor.views.report import page as html

    shown = {0: "", 3: "claim", 4: "in the model", 5: "needs the mechanism", 6: "in the record"}
    if not any(result.model for result in results):
        del shown[4], shown[5]
    lines = [[cell.replace(", described", "*") for cell in cells(result)] for result in ordered(results)]
    rows, note = tuple(tuple(line[nth] for nth in shown) for line in lines), "* A description of single cases, no test."
    table = Table("Contradicted and undetermined first.", tuple(shown.values()), rows, note=note)
    first = Section("Verdicts", (MEANING, table))
    version = about.get("versions", {}).get("thermidor", "")
    made = f"Thermidor {version}, rules {about.get('rules_code', '')}, seed {about.get('seed', '')}."
    sizes = "{replicates} runs of {citizens:,} citizens in each arm, {draws} draws of the rules"
    under = f"{len(results)} claim{'s' * (len(results) != 1)}, theory {about.get('theory', '')}"
    if "replicates" in about and not about.get("record_only"):
        under += f", {sizes.format(**about)}"
    return html("The ledger", [first, *map(section, results)], subtitle=under, foot=(made,))


MEANING = (
    "A verdict in the model says what the theory, made to run, implies; it is no evidence on history. One in the "
    "record says what data show, where there are any. A claim that needs its mechanism fails when that is switched "
    "off; one that holds without it holds for another reason than the chapter's."
)


def section(result: Result) -> Section:
    """One entry: claim, verdicts with reasons, figure, trials, tests on the record, what rivals expect."""
    from thermidor.views.report import Facts, Section, picture

    entry = result.entry
    verdicts = (("in the model", result.model), ("needs the mechanism", result.needs), ("in the record", result.record))
    facts = tuple((name, tell.verdict(verdict)) for name, verdict in verdicts if verdict is not None)
    parts: list[Any] = [entry.claim, Facts((*facts, ("chapter", f"section and paragraph {entry.at} ({entry.basis})")))]
    if (drawn := figure(result)) is not None:
        parts.append(
            picture(drawn, f"What was found for {entry.id}: {', '.join(f'{n} {v}' for n, v in facts).rstrip('.')}.")
        )
    for judged in result.trials:
        parts += [f"In the model: {judged.trial.says}", Facts(tuple(tell.trial(judged)))]
    for look in result.looks:
        parts += [f"In the record: {look.look.says}", Facts(tuple(tell.look(look)))]
    if entry.rivals:
        parts += ["What rivals expect instead:", Facts(tuple(entry.rivals.items()))]
    return Section(f"{entry.id}", tuple(parts))


def figure(result: Result) -> Figure | None:
    """The picture of an entry; none where nothing was measured."""
    from thermidor.views.ledger import figure as draw

    lines = [*map(_trial_line, result.trials), *map(_look_line, result.looks)]
    if not lines:
        return None
    return draw(f"{result.entry.id}. {result.entry.claim}", "", lines)


def _trial_line(judged: Judged) -> Line:
    from thermidor.views.ledger import Line, Mark

    trial, marks = judged.trial, []
    for kind in ("own", "again", "without"):
        one = getattr(judged, kind)
        if one is not None:
            marks.append(Mark(kind, one.effect, one.low, one.high))
    unit = words.measured(trial.base.measure)
    unit = {"pair": f"difference in {unit}", "together": "rank correlation over runs", "level": unit}[trial.form]
    return Line(trial.says, unit, wanted(trial.sign, trial.margin, trial.at_least, trial.below), tuple(marks),
                judged.model.verdict)  # fmt: skip


def wanted(sign: int, margin: float, at_least: float | None = None, below: float | None = None) -> tuple[float, float]:
    """Between which numbers a claim wants what is found."""
    if at_least is not None or below is not None:
        return (at_least, math.inf) if at_least is not None else (-math.inf, float(below or 0.0))
    return (-margin, margin) if sign == 0 else (margin, math.inf) if sign > 0 else (-math.inf, -margin)


def _look_line(look: Recorded) -> Line:
    from thermidor.views.ledger import Line, Mark

    found = look.found
    marks = [Mark("own", found.effect, found.low, found.high)]
    asked = wanted(look.look.sign, look.look.least)
    verdict = "beside" if look.look.beside else look.verdict.verdict
    return Line(f"Record: {look.look.says}", found.unit, asked, tuple(marks), verdict)
