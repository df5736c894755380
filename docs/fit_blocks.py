"""The parts of the page on fitting that are made from the registry and from the files of the fit."""

from __future__ import annotations

from pathlib import Path

import yaml

from thermidor.rules import load_rules

VALIDATION = Path(__file__).parent.parent / "validation"


def counts_block() -> str:
    """How many rules there are, and how many of them rest on an assumption."""
    registry = load_rules()
    rules = [registry[name] for name in registry]
    assumed = sum(rule.source.startswith("assumed") for rule in rules)
    switches = sum(rule.off is not None for rule in rules)
    return (
        f"There are {len(rules)} rules: {len(rules) - assumed} have a source for their order of size, {assumed} are "
        f"assumed. {switches} of them are strengths of mechanisms, which can be switched off."
    )


def targets_block() -> str:
    """What the fit aimed at, from its own file: kind, dates, values, source."""
    asked = yaml.safe_load((VALIDATION / "targets.yaml").read_text(encoding="utf-8"))
    lines = ["| target | asked | source |", "| --- | --- | --- |"]
    span = "-".join(str(asked["record"][side]) for side in ("first", "last"))
    lines.append(f"| GDP per head {span}, mean absolute log error, one scale removed | small | Maddison 2023 |")
    periods = ", ".join("-".join(map(str, row["years"])) for row in asked["growth"])
    lines.append(f"| growth per head {periods} | the record's | Maddison 2023 |")
    for name, words in (("level", "GDP per head"), ("population", "population")):
        lines.append(f"| {words} {', '.join(map(str, asked[name][0]['years']))} | the record's | Maddison 2023 |")
    for row in asked["medians"]:
        at = ", ".join(f"{year}: {value:g}" for year, value in row["at"].items())
        lines.append(f"| `{row['of']}` | {at} | {row['source']} |")
    for name in ("label", "norms_half", "exit", "purge", "wave", "passages"):
        told = {
            key: value for key, value in asked[name].items() if "weight" not in key and key not in ("most", "latest")
        }
        values = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in told.items())
        lines.append(f"| {name.replace('_', ' ')} | {values} | the record and the chapter; see `loss.py` |")
    return "\n".join(lines)


def edges_block() -> str:
    """Which of the fitted rules ended near an edge of their range: a complaint about a form, not an estimate."""
    registry = load_rules()
    free = [registry[name] for name in (VALIDATION / "free_rules.txt").read_text(encoding="utf-8").split()]
    edge = [r for r in free if min(r.value - r.low, r.high - r.value) < 0.03 * (r.high - r.low)]
    named = ", ".join(f"`{r.name}` ({r.value:g} of {r.low:g} to {r.high:g})" for r in edge) or "none"
    return f"{len(free)} rules were free. Ended within three hundredths of an edge of their range: {named}."
