"""The pages of the ledger, made from its entries and from what `docs/ledger.py` has found."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from read_source import DOCS, cell, mechanisms, table

from thermidor.fitting.targets import load_targets
from thermidor.jit import rules_digest
from thermidor.ledger.entry import FOLDER, Entry, Trial, shipped
from thermidor.ledger.judge import VERDICTS
from thermidor.rules.rewritten import still_so
from thermidor.theories import DEFAULT

FOUND, THEORIES = DOCS / "results" / "ledger.json", DOCS / "results" / "ledger-theories.json"
FIXED = FOLDER.with_name("fixed.yaml")
KINDS = (("model", "in the model"), ("needs", "needs the mechanism"), ("record", "in the record"))


def ledger_pages() -> dict[str, str]:
    """Every entry's page: path under docs/ and text; what has not been lived yet is said to be so."""
    found = found_in(FOUND)
    by_id = {entry["id"]: entry for entry in found.get("entries", ())}
    return {f"ledger/{entry.id}.md": page(entry, by_id.get(entry.id), found) for entry in shipped()}


def found_in(path: Path) -> dict[str, Any]:
    """What `docs/ledger.py` has found; nothing where it has not been run."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def verdicts_block() -> str:
    """All verdicts, contradicted and undetermined first, and how many there are of each."""
    found = found_in(FOUND)
    if not found:
        return "Not lived yet."
    return "\n\n".join([_made(found), _counts(found["entries"]), _verdicts(found["entries"])])


def _made(found: dict[str, Any]) -> str:
    age = "" if still_so(found["rules_code"]) else f" **The rules are {rules_digest()} now.**"
    return (
        f"Made by `python docs/ledger.py`: rules {found['rules_code']}, seed {found['seed']}, {_sizes(found)}, "
        f"{found['draws']} draws of the rules, {found['on']}.{age}"
    )


def counts_in_words() -> str:
    """How many claims came out how, and which are contradicted."""
    found = found_in(FOUND)
    if not found:
        return "Not lived yet."
    entries, lines = found["entries"], []
    for key, name in KINDS:
        said = [_verdict(entry, key) for entry in entries]
        names = [verdict for verdict in ALL if verdict in said]
        lines.append(f"- **{name[0].upper()}{name[1:]}**: {', '.join(f'{said.count(v)} {v}' for v in names)}.")
    against = [entry for entry in entries if "contradicted" in (entry["model"]["verdict"], entry["record"]["verdict"])]
    links = ", ".join(f"[{entry['id']}](docs/ledger/{entry['id']}.md)" for entry in against)
    return (
        f"Of {len(entries)} claims:\n\n" + "\n".join(lines) + f"\n\nContradicted in the model or the record: {links}."
    )


ALL = tuple(name for verdict in VERDICTS for name in (verdict, f"{verdict}, no effect", f"{verdict}, described"))


def _verdict(entry: dict[str, Any], key: str) -> str:
    """A verdict; whether one on the record rests on descriptions alone, one in the model on an absence."""
    said: str = entry[key]["verdict"]
    if key == "model" and entry["flat"]:
        return f"{said}, no effect"
    return f"{said}, described" if key == "record" and entry["described"] else said


def _sizes(found: dict[str, Any]) -> str:
    return f"{found['replicates']} runs of {found['citizens']:,} citizens in each arm"


def _counts(entries: list[dict[str, Any]]) -> str:
    said = {name: [_verdict(entry, key) for entry in entries] for key, name in KINDS}
    names = [name for name in ALL if any(name in own for own in said.values())]
    return table(("", *names), [(name, *(str(own.count(each)) for each in names)) for name, own in said.items()])


def _verdicts(entries: list[dict[str, Any]]) -> str:
    def place(entry: dict[str, Any]) -> tuple[int, int]:
        return VERDICTS.index(entry["model"]["verdict"]), VERDICTS.index(entry["record"]["verdict"])

    lines = []
    for entry in sorted(entries, key=place):
        link = f"[{entry['id']}]({entry['id']}.md)"
        said = tuple(_verdict(entry, key) for key, _ in KINDS)
        lines.append((link, entry["claim"], *said, _as_well(entry["id"]), entry["model"]["reason"]))
    return table(("", "claim", *(name for _, name in KINDS), "rivals imply it too", "in the model, because"), lines)


def _as_well(id: str) -> str:
    """How many rivals' models support a claim, where the chapter's does, of how many."""
    line = found_in(THEORIES).get("verdicts", {}).get(id)
    if line is None or line[DEFAULT]["model"] != VERDICTS[2]:
        return ""
    rivals = [name for name in line if name not in ("claim", DEFAULT)]
    return f"{sum(line[name]['model'] == VERDICTS[2] for name in rivals)} of {len(rivals)}"


def page(entry: Entry, found: dict[str, Any] | None, about: dict[str, Any]) -> str:
    """One entry: claim, verdicts, picture, trials, tests on the record, what rivals expect."""
    parts = [f"# {entry.id}", f"> {entry.claim}", f"Section and paragraph {entry.at} of the chapter ({entry.basis})."]
    if found is None:
        return "\n\n".join([*parts, "Not lived yet."])
    if found["digest"] != entry.digest:
        parts.append("**Its trials or tests were changed since they were lived.**")
    lines = [(name, _verdict(found, key), found[key]["reason"]) for key, name in KINDS]
    parts.append(table(("", "verdict", "because"), lines))
    if found["trials"] or found["looks"]:
        parts.append(f"![What was found, and where the claim wants it.](../images/ledger/{entry.id}.png)")
    if found["trials"]:
        parts += ["## In the model", _trials(entry, found)]
    elif entry.trials_none:
        parts += ["## In the model", entry.trials_none]
    parts += ["## In the record", _looks(found) if found["looks"] else entry.record_none]
    parts += ["## What carries it in the model", _carried(entry)]
    if entry.rivals:
        listed = [f"- [{name}](../theories/{name}.md): {cell(text)}" for name, text in entry.rivals.items()]
        parts += ["## What rivals expect instead", "\n".join(listed)]
    if changes := [line for line in fixed()[entry.id] if line.get("why")]:
        lines = [f"- {line['date']}: {line['why'].rstrip('.')}." for line in changes]
        parts += ["## Changed since it was first written", "\n".join(lines)]
    return "\n\n".join([*parts, _made(about)])


def _carried(entry: Entry) -> str:
    """The mechanisms that are said to carry a claim, each with its rule in a sentence."""
    known = {m.name: m.sentence for m in mechanisms()}
    lines = [f"- [{name.replace('_', ' ')}](../mechanisms/{name}.md): {known[name]}" for name in entry.mechanisms]
    return "\n".join(lines) or "Nothing in the model carries it."


@cache
def fixed() -> dict[str, Any]:
    """When each entry's trials and predicates were fixed, and why they were changed."""
    read: dict[str, Any] = yaml.safe_load(FIXED.read_text(encoding="utf-8"))
    return read


@cache
def aimed_at() -> frozenset[str]:
    """Scenarios of the gallery's fitted rows and of the fit's courses: the rules were sought with these in view."""
    return frozenset(target.start.scenario for target in load_targets().targets if target.mark == "fit")


def _trials(entry: Entry, found: dict[str, Any]) -> str:
    told = [_told(trial.says, [*one["told"], ("scenario", _places(trial))]) for trial, one in _pairs(entry, found)]
    seen = any(arm.start.scenario in aimed_at() for trial in entry.trials for arm in trial.arms)
    return "\n\n".join([*told, *["(fitted): the rules were sought with this scenario in view."] * seen])


def _pairs(entry: Entry, found: dict[str, Any]) -> list[tuple[Trial, dict[str, Any]]]:
    return list(zip(entry.trials, found["trials"], strict=True))


def _places(trial: Trial) -> str:
    places = dict.fromkeys(arm.start.scenario for arm in trial.arms)
    return ", ".join(f"[{name}](../scenarios/{name}.md)" + " (fitted)" * (name in aimed_at()) for name in places)


def _looks(found: dict[str, Any]) -> str:
    return "\n\n".join(_told(look["says"], look["told"]) for look in found["looks"])


def _told(says: str, facts: list[Any]) -> str:
    """A heading, and under it names with what is said of each."""
    return f"### {says.rstrip('.')}\n\n" + table(("", ""), [(name, text) for name, text in facts])


SHORT = {"supported": "+", "contradicted": "**-**", "undetermined": "o", "not testable": "", "by construction": "="}


def theories_block() -> str:
    """The matrix of verdicts by theory, and the scores."""
    found = found_in(THEORIES)
    if not found:
        return "Not lived yet."
    verdicts = found["verdicts"]
    names = [name for name in next(iter(verdicts.values())) if name != "claim"]
    rows = [
        (f"[{id}]({id}.md)", line["claim"], *(SHORT[line[name]["model"]] for name in names))
        for id, line in verdicts.items()
    ]
    counts = [
        (name, *(str(sum(line[name]["model"] == v for line in verdicts.values())) for v in VERDICTS[:3]))
        for name in names
    ]
    scores = []
    for line in found["scores"]:
        span = "" if line["low"] is None else f" ({line['low']:+.3f} to {line['high']:+.3f})"
        less = f"{line['less']:+.3f}{span}"
        of = line["of"].replace("_", " ")
        scores.append((line["theory"], of, line["kind"], f"{line['mean']:.3f}", less, str(line["years"])))
    return "\n\n".join([
        f"Made by `python docs/ledger.py theories`: rules {found['rules_code']}, seed {found['seed']}, "
        f"{_sizes(found)}, no draws of the rules, {found['on']}.",
        _otherwise(verdicts),
        "## Verdicts in the model",
        table(("theory", *VERDICTS[:3]), counts),
        "`+` supported, `-` contradicted, `o` undetermined, `=` by construction.",
        table(("", "claim", *names), rows),
        "## Whose runs come nearest to what was observed",
        _best(found["scores"]),
        table(("theory", "of", "score", "mean", "less the chapter's", "years"), scores),
    ])  # fmt: skip


def _best(scores: list[dict[str, Any]]) -> str:
    """For each score, which theories do better than the chapter's with an interval that leaves out none."""
    lines = []
    for of, kind in dict.fromkeys((line["of"], line["kind"]) for line in scores):
        own = [line for line in scores if (line["of"], line["kind"]) == (of, kind) and line["low"] is not None]
        told = {line["theory"].replace(", fitted", " fitted"): line for line in own}
        better = ", ".join(f"{name} ({line['less']:+.3f})" for name, line in told.items() if line["high"] < 0)
        worse = ", ".join(f"{name} ({line['less']:+.3f})" for name, line in told.items() if line["low"] > 0)
        said = f"better than the chapter's: {better or 'none'}; worse: {worse or 'none'}"
        lines.append(f"- {of.replace('_', ' ')}, {kind}: {said}.")
    return "\n".join(lines)


def _otherwise(verdicts: dict[str, Any]) -> str:
    """Which verdicts of the chapter's theory are other here than in the ledger, and why."""
    own = {entry["id"]: entry["model"]["verdict"] for entry in found_in(FOUND).get("entries", ())}
    other = [id for id, line in verdicts.items() if id in own and line[DEFAULT]["model"] != own[id]]
    return (
        f"Fewer runs, one seed, no other rules: {len(other)} verdicts of the chapter's theory are other here than in "
        f"[the ledger](index.md), where a second seed and other rules have a say ({', '.join(other) or 'none'})."
    )
