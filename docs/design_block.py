"""The parts of the pages on experiments that are made from the models: every key of a design, every state to be set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from thermidor.experiments.design import Base, Design, Factor, Overlay, Sampling, json_schema
from thermidor.experiments.outcomes import KINDS, Condition

RECORDS = {
    "The file": Design,
    "base": Base,
    "factors": Factor,
    "sampling": Sampling,
    "overlays": Overlay,
    "condition": Condition,
}
CHANGE = {
    "set": "conditions at the start, `COUNTRY.KEY`, and strengths of what comes from outside, `COUNTRY.outside.KIND`",
    "rules": "rules, each within its range",
    "without": "mechanisms switched off; `outside` takes away all that comes from outside",
    "theory": "a shipped theory, or a file in the design's folder or below it; rules and switches beat it",
}
MEANINGS = {
    Design: {
        "schema": "version of the form of this file",
        "name": "name of the sweep",
        "title": "its question in a line",
        "about": "what is asked and how, in some sentences; they head the report",
        "base": "what all members have in common",
        "seed": "behind all draws of the members",
        "replicates": "members of each point and overlay; replicate k has the same draws everywhere",
        "factors": "what is varied, by name (a column `x_NAME`); left out, there is one point",
        "sampling": "how points are chosen among the levels",
        "overlays": "counterfactuals beside the base, by name",
        "outcomes": "what is kept of each member, by name (a column); at least one",
        "series": "variables kept month by month: `VARIABLE` of the first country, or `COUNTRY.VARIABLE`",
        "series_every": "months between two kept values",
    },
    Base: {
        **CHANGE,
        "scenario": "a scenario of the library, or a file in the design's folder or below it",
        "months": "months lived from the scenario's start; left out, all",
        "citizens": "citizens in each country, or by country, with `first` and `others`",
    },
    Factor: {
        "set": "vary this condition",
        "rule": "vary this rule",
        "switch": "vary these mechanisms together: 1 on, 0 off",
        "every": "many factors at once: every rule, or every start that a member draws",
        "values": "the levels",
        "range": "the lowest and the highest level",
        "scale": "levels evenly spaced, or evenly in their logarithm",
        "steps": "levels into which a range is cut; needed where sampling is `full`",
        "along": "conditions that move with it: their value at the low end and at the high end",
        "within": "with `every`: half the range as a share of the value in its middle (for rules: of the default)",
        "meaning": "words for tables and figures",
        "unit": "unit for tables and figures",
    },
    Sampling: {
        "method": "see [below](#ways-of-sampling)",
        "points": "points of a Latin hypercube; base points of Sobol's sequence, a power of two",
        "trajectories": "Morris's paths, each of one point more than there are factors",
        "levels": "Morris's levels, an even number",
        "second_order": "Sobol's pairs of factors too, for twice the points",
        "seed": "behind the sample, and nothing else",
    },
    Overlay: {
        **CHANGE,
        "why": "why it is there, in a line",
        "citizens": "other numbers of citizens than the base's",
        "where": "lived only at points with these levels of factors; left out, at all",
    },
    Condition: {
        "label": "a regime of the lens, held in the month; `reached: LABEL` is short for it",
        "variable": "a variable of the country's record",
        "below": "the variable is below this",
        "at_least": "the variable is this or more",
        "country": "whose; left out, the first country's",
    },
}
EXAMPLES = {
    "reached": "{reached: {variable: norms, below: 0.35}, to: 1934-12}",
    "first": "{first: {label: proletarian-bonapartism}}",
    "time_to": "{time_to: {variable: room, below: 0.35}, from: 1921-01}",
    "share_of_time": "{share_of_time: workers-democracy, to: 1927-10}",
    "duration": "{duration: distorted-workers-state, spell: longest}",
    "order": "{order: [{variable: norms, below: 0.35}, {variable: room, below: 0.35}]}",
    "value_at": "{value_at: gdp_per_head, month: 1926-12}",
    "mean_of": "{mean_of: gdp_per_head, from: 1921-01, country: atlantic-powers}",
    "label_at": "{label_at: end}",
}
"""One of each kind; `test_docs` makes a design of them all."""


def keys_block() -> str:
    """A table a record: key, type, default, meaning. Raises KeyError where a meaning lacks or is left over."""
    definitions = json_schema()
    parts = []
    for title, record in RECORDS.items():
        whole = definitions if record is Design else definitions["$defs"][record.__name__]
        fields, meanings = whole["properties"], MEANINGS[record]
        if fields.keys() != meanings.keys():
            raise KeyError(f"{record.__name__}: {sorted(fields.keys() ^ meanings.keys())}")
        needed = whole.get("required", ())
        parts += ["### " + (f"`{title}`" if title.islower() else title), "", _described(whole), ""]
        parts += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
        for key, field in fields.items():
            default = "needed" if key in needed else _default(field.get("default"))
            parts.append(f"| `{key}` | {' or '.join(_types(field))} | {default} | {meanings[key]} |")
        parts.append("")
    return "\n".join(parts)


def outcomes_block() -> str:
    """A table of the kinds of outcomes: key, what it is, an example. Raises KeyError where an example lacks."""
    if KINDS.keys() != EXAMPLES.keys():
        raise KeyError(f"examples of outcomes: {sorted(KINDS.keys() ^ EXAMPLES.keys())}")
    lines = ["| key | what is kept of a member | example |", "| --- | --- | --- |"]
    for key, record in KINDS.items():
        lines.append(f"| `{key}` | {' '.join((record.__doc__ or '').split())} | `{EXAMPLES[key]}` |")
    return "\n".join(lines)


def states_block() -> str:
    """What `branch --set` can set, with limits where they are not 0 to 1; entries of classes and organisations once."""
    from thermidor.country import CLASSES, ORGANISATIONS
    from thermidor.futures.changes import CARRIED, IN_CITIZENS, limits_of

    shown = {}
    for name in ("norms", *CARRIED, *IN_CITIZENS):
        field, _, entry = name.rpartition("_")
        several = "CLASS" if field.endswith("_of") and entry in CLASSES else "ORGANISATION"
        whole = f"{field}_{several}" if entry in (*CLASSES, *ORGANISATIONS) and field != "members" else name
        low, high = limits_of(name, name)
        span = "above 0" if high == 1e6 else f"{low:g} to {high:g}"
        shown[whole] = "" if (low, high) == (0.0, 1.0) else f" ({span})"
    lists = f"CLASS is one of {', '.join(CLASSES)}; ORGANISATION of {', '.join(ORGANISATIONS[1:])}."
    return ", ".join(f"`{name}`{limits}" for name, limits in shown.items()) + f". {lists}"


def _described(schema: Mapping[str, Any]) -> str:
    """The docstring of a record, without the word to readers of the code."""
    return " ".join(str(schema["description"]).split()).removeprefix("A whole design; see the module. ")


def _default(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key} {entry}" for key, entry in value.items() if entry not in (None, False)).join("``")
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _types(field: Mapping[str, Any]) -> Iterator[str]:
    """The types that a field may have, in words."""
    for each in field.get("anyOf", (field,)):
        if each.get("type") != "null":
            yield _type(each)


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return (
            f"[{field['$ref'].rpartition('/')[2].lower()}](#condition)" if "Condition" in field["$ref"] else "mapping"
        )
    if "const" in field or "enum" in field:
        return ", ".join(f"`{option}`" for option in field.get("enum", (field.get("const"),)))
    kind = field.get("type")
    if kind == "array":
        if "prefixItems" in field:
            return "[number, number]"
        return f"list of {_type(field['items'])}s"
    if kind == "object":
        inner = field.get("additionalProperties") or next(iter(field.get("patternProperties", {}).values()), {})
        plain = isinstance(inner, dict) and inner.get("type") in ("number", "integer", "array")
        return f"mapping to {_type(inner)}" if plain else "mapping"
    if kind in ("integer", "number"):
        return {"integer": "whole number", "number": "number"}[kind] + _limits(field)
    return {"string": "text", "boolean": "true or false"}.get(str(kind), "mapping")


def _limits(field: Mapping[str, Any]) -> str:
    low, above, high = field.get("minimum"), field.get("exclusiveMinimum"), field.get("maximum")
    words = f" from {low:,}" if low is not None else f" above {above:g}" if above is not None else ""
    return words + (f" to {high:,g}" if isinstance(high, float) else f" to {high:,}" if high is not None else "")
