"""`thermidor explain`: a lens and its labels, what a label demands, a rule, a step of the month, an outside event."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor.cli.tables import facts, prose, say, table
from thermidor.errors import InputError, nearest

if TYPE_CHECKING:
    from thermidor.ledger.entry import Entry
    from thermidor.lenses.criteria import Criterion

MONTH = (
    "meet", "plan", "produce", "deduct", "distribute", "live", "side", "contend", "command", "seat", "govern",
    "transform", "trade", "intervene",
)  # fmt: skip
EVENTS = {
    "war": "A war fought on or by the country, from one month to another: how severe, how much of it destroys, how the "
    "enemy treats the people, and the deaths it causes of itself. What follows from it is left to the rules.",
    "path": "The course of a pressure from abroad, hostility, embargo or failing demand: given at "
    "some months, straight between.",
}


def explain(topic: str, name: str | None) -> None:
    """Explain `name` of a topic, or list the topic's names. Raises InputError for a name that isn't one."""
    from thermidor.lenses import LENSES

    if re.fullmatch(r"[Pp]\d\d[abc]?", topic) and name is None:
        return _claim(topic[0].upper() + topic[1:])
    if topic in LENSES:
        topic, name = ("lens", topic) if name is None else ("regime", name)
    work: dict[str, tuple[Callable[[], Mapping[str, str]], Callable[[str], None]]] = {
        "lens": (_lenses, _lens),
        "regime": (_regimes, _regime),
        "rule": (_rules, _rule),
        "month": (_steps, _step),
        "event": (lambda: EVENTS, _event),
        "claim": (_claims, _claim),
    }
    if topic not in work:
        mend = nearest(topic, (*work, *LENSES)) or f"topics: {', '.join(work)}, or a lens: {', '.join(LENSES)}"
        raise InputError(f"there is nothing to explain called '{topic[:80]}'", "explain", mend=mend)
    names, tell = work[topic]
    known = names()
    if name is None:
        table((topic, "meaning"), known.items())
        return
    if name not in known:
        kind = "step of the month" if topic == "month" else topic
        raise InputError(
            f"there is no {kind} '{name[:80]}'", mend=nearest(name, known) or f"`thermidor explain {topic}` lists them"
        )
    tell(name)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _lenses() -> Mapping[str, str]:
    from thermidor.lenses import LENSES, lens

    return {name: lens(name).table().title for name in LENSES}


def _lens(name: str) -> None:
    from thermidor.lenses import lens

    criteria = lens(name).table()
    say(name, "a lens")
    prose(f"{criteria.title}. {criteria.about}")
    say("Labels", "in the order in which they are tried; the first that holds is taken")
    rows = []
    for label in criteria.labels:
        rows.append((label.name, label.meaning))
        rows += [("", _demand(group)) for group in label.groups]
    table(("label", "meaning; what it demands"), rows)
    prose(f"\n`thermidor explain regime LABEL` gives thresholds and sources. To count, {criteria.lasting_why}.")


def _demand(group: tuple[Criterion, ...]) -> str:
    return "- " + " or ".join(map(str, group))


def _regimes() -> Mapping[str, str]:
    from thermidor.lenses import LENSES, lens

    return {label.name: label.meaning for name in LENSES for label in lens(name).table().labels}


def _regime(name: str) -> None:
    from thermidor.lenses import LENSES
    from thermidor.lenses import lens as lens_of

    lens = next(t for t in (lens_of(own).table() for own in LENSES) if name in t.names)
    label = lens.label(name)
    say(name, f"lens {lens.name}")
    prose(label.meaning)
    say("Criteria", "all of these have to hold; the first label in written order that holds is taken")
    rows = []
    for group in label.groups:
        for i, criterion in enumerate(group):
            rows.append(("or" if i else "", str(criterion), lens.words[criterion.quantity], criterion.source))
    table(("", "criterion", "quantity", "source"), rows, widths={1: 26, 2: 26})
    say("Thresholds", "and the span over which each may be argued")
    limits = {criterion.threshold.name: criterion.threshold for group in label.groups for criterion in group}
    table(
        ("threshold", "value", "from", "to", "unit", "source"),
        [(t.name, f"{t.value:g}", f"{t.low:g}", f"{t.high:g}", t.unit, t.source) for t in limits.values()],
        right=(1, 2, 3),
        widths={0: 20, 4: 14},
    )
    prose(f"\nA label counts once it has lasted {lens.lasting} months: {lens.lasting_why}.")


def _rules() -> Mapping[str, str]:
    from thermidor.rules import load_rules

    registry = load_rules()
    return {name: registry[name].meaning for name in registry.names}


def _rule(name: str) -> None:
    from thermidor.rules import load_rules

    rule = load_rules()[name]
    say(name, f"step {rule.step}")
    prose(rule.meaning)
    off = "no switch: it is no mechanism" if rule.off is None else f"--without {name} sets it to {rule.off:g}"
    facts(
        [
            ("value", f"{rule.value:g} {rule.unit}"),
            ("range", f"{rule.low:g} to {rule.high:g}"),
            ("source", rule.source),
            ("off", off),
            ("claims", ", ".join(rule.claims) or "none"),
        ]
    )


def _steps() -> Mapping[str, str]:
    return {step: _first_line(_docstring(step)) for step in MONTH}


def _step(name: str) -> None:
    say(name, f"step {MONTH.index(name) + 1} of {len(MONTH)} of the month")
    prose(_docstring(name))
    rules = [(rule, meaning) for rule, meaning in _rules().items() if _of_step(rule, name)]
    if rules:
        say("Its rules")
        table(("rule", "meaning"), rules)


def _of_step(rule: str, step: str) -> bool:
    from thermidor.rules import load_rules

    return load_rules()[rule].step in ((step, "citizen") if step == "live" else (step,))


def _docstring(step: str) -> str:
    """Return what the step's file says of itself; nothing is compiled for it."""
    path = Path(__file__).parent.parent / "steps" / f"{step}.py"
    if not path.is_file():
        return ""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _event(name: str) -> None:
    from thermidor.scenarios.conditions import OUTSIDE_LIMITS

    say(name, "a kind of outside event, given in a scenario; no kind names a regime")
    prose(EVENTS[name])
    pressures = ("hostility", "embargo", "trade_slump")
    wanted = {key: c for key, c in OUTSIDE_LIMITS.items() if (key in pressures) == (name == "path")}
    rows = [(key, f"{c.low:g} to {c.high:g}", c.unit, c.meaning) for key, c in wanted.items()]
    table(("value", "limits", "unit", "meaning"), rows)


def _claims() -> Mapping[str, str]:
    from thermidor.ledger.entry import shipped

    return {entry.id: entry.claim for entry in shipped()}


def _claim(name: str) -> None:
    """A claim, or all parts of it. Raises InputError for one that there is not."""
    from thermidor.ledger.work import chosen

    for entry in chosen((name,)):
        _entry(entry)


def _entry(entry: Entry) -> None:
    """What carries a claim, the trials that could refute it, the tests on the record, what rivals expect."""
    from thermidor.ledger import words

    say(entry.id, f"section and paragraph {entry.at}, {entry.basis}")
    prose(entry.claim)
    carried = ", ".join(mechanism.replace("_", " ") for mechanism in entry.mechanisms)
    facts([("carried by", carried or "nothing in the model")])
    for trial in entry.trials:
        prose(f"\n{trial.says}")
        told = [("measured", words.measured(trial.base.measure)), ("claimed", words.claimed(trial))]
        told.append(("needs", "; ".join(map(words.mechanism, trial.off)) or f"not testable: {trial.off_none}"))
        told += [("by construction", trial.built)] if trial.built else []
        facts([("lived", words.lived(trial)), *told])
    for look in entry.record:
        wanted = {1: "more", -1: "less", 0: "no difference"}[look.sign]
        prose(f"\nRecord{', beside the claim' if look.beside else ''}: {look.says}")
        facts([("claimed", f"{wanted}, {look.least:g} counts ({look.unit})")])
    for none in (entry.trials_none, entry.record_none):
        if none:
            prose(f"\n{none}")
    if entry.rivals:
        say("What rivals expect")
        facts(entry.rivals.items())
    prose(f"\n`thermidor ledger {entry.id}` tries it.")
