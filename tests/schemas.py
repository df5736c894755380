"""So much of JSON Schema as our schemas use: what a value has against one, each in a line."""

from __future__ import annotations

import re

KINDS = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip
WORDS = {"title", "description", "default", "$defs", "$ref", "anyOf", "oneOf", "type", "const", "enum", "required",
         "properties", "patternProperties", "additionalProperties", "items", "prefixItems", "pattern", "multipleOf",
         "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
         "minProperties"}  # fmt: skip
LEAST = {"minLength", "minItems", "minProperties"}


def complaints(value, schema, whole=None, at="it"):
    """Say what is against a value; an unknown keyword of the schema is an AssertionError."""
    whole = schema if whole is None else whole
    assert schema.keys() <= WORDS, schema.keys() - WORDS
    if "$ref" in schema:
        yield from complaints(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, at)
    for sort in ("anyOf", "oneOf"):
        fit = sum(not list(complaints(value, each, whole, at)) for each in schema.get(sort, ()))
        if sort in schema and (fit == 0 or (sort == "oneOf" and fit > 1)):
            yield f"{at} fits {fit} forms"
    kind = KINDS.get(schema.get("type"), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
        yield f"{at} is no {schema['type']}"
    elif value not in schema.get("enum", (value,)) or value != schema.get("const", value):
        yield f"{at} is another"
    elif isinstance(value, dict):
        yield from _mapping(value, schema, whole, at)
    elif isinstance(value, list):
        each = schema.get("prefixItems", ()), [schema.get("items", {})] * len(value)
        for place, (item, form) in enumerate(zip(value, (*each[0], *each[1]), strict=False)):
            yield from complaints(item, form, whole, f"{at}[{place}]")
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at} has another form"
    yield from _size(value, schema, at)


def _mapping(value, schema, whole, at):
    yield from (f"{at} lacks {key}" for key in schema.get("required", ()) if key not in value)
    for key, item in value.items():
        forms = [form for pattern, form in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        forms += [schema["properties"][key]] if key in schema.get("properties", {}) else []
        other = schema.get("additionalProperties", True)
        if not forms and other is False:
            yield f"{at} has {key}"
        for form in forms or ([other] if isinstance(other, dict) else []):
            yield from complaints(item, form, whole, f"{at}.{key}")


def _size(value, schema, at):
    if isinstance(value, (str, list, dict)):
        low, high = (
            next((n for word, n in schema.items() if re.match(f"{end}[LIP]", word)), None) for end in ("min", "max")
        )
        if not (low or 0) <= len(value) <= (len(value) if high is None else high):
            yield f"{at} has another length"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            yield f"{at} is beyond"
        if value <= schema.get("exclusiveMinimum", value - 1) or value >= schema.get("exclusiveMaximum", value + 1):
            yield f"{at} is beyond"
        if value % schema.get("multipleOf", 1) and "multipleOf" in schema:
            yield f"{at} is no multiple"
