"""Where the set-ups of two runs differ: a diff of their manifests, without prose and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from thermidor.theories import DEFAULT

if TYPE_CHECKING:
    import pandas as pd

ABSENT = "-"
"""What stands for a key that one of the two has not."""
PROSE = {"source", "note", "about", "title", "unit", "schema"}
"""Keys that tell a reader something and move nothing."""
PRINTED = ("seed", "citizens", "months", "rules_code")
MACHINE = ("python", "platform", "libc")
"""What of a machine may move the last bit of a number."""


def setup_difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.DataFrame:
    """Return where two manifests differ: what (run, branch, rule, country, outside, version), key, a, b, as texts."""
    import pandas as pd

    left, right = dict(_facts(a)), dict(_facts(b))
    there = {_whole(place) for place in left}, {_whole(place) for place in right}
    rows = dict[tuple[str, ...], None]()
    for place in (*left, *(place for place in right if place not in left)):
        what, whole = _whole(place)
        if not ((what, whole) in there[0] and (what, whole) in there[1]):  # a country or an event of one of the two
            rows[(what, whole, *("there" if (what, whole) in side else ABSENT for side in there))] = None
        elif left.get(place) != right.get(place):
            rows[(*place, left.get(place, ABSENT), right.get(place, ABSENT))] = None
    return pd.DataFrame(list(rows), columns=["what", "key", "a", "b"], dtype=object)


def _whole(place: tuple[str, str]) -> tuple[str, str]:
    """The country or event that a key belongs to, or the kind of thing it is."""
    what, key = place
    return what, key.partition("." if what == "country" else ": ")[0] if what in ("country", "outside") else ""


def _facts(manifest: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Give all that decides the numbers of a run: (what, key) and its text."""
    scenario = manifest["scenario"]["resolved"]
    yield ("run", "scenario"), str(manifest["scenario"]["name"])
    yield ("run", "period"), f"{scenario.get('start', '?')} to {scenario.get('end', '?')}"
    yield ("run", "members"), members(manifest["replicates"])
    for key in PRINTED:
        yield ("run", key.replace("_", " ")), _text(manifest.get(key, ABSENT))
    yield ("run", "theory"), str(manifest.get("theory", {}).get("name", DEFAULT))
    if parent := manifest.get("parent"):
        yield ("branch", "from"), f"member {parent['member']} at {parent['at']}"
        for key, value in manifest.get("overrides", {}).get("set", {}).items():
            yield ("branch", key), _text(value)
        for name in manifest.get("overrides", {}).get("without", ()):
            yield ("branch", f"without {name}"), "yes"
    for key, value in manifest.get("rules", {}).items():
        yield ("rule", key), _text(value)
    for country, conditions in scenario.get("countries", {}).items():
        for key, value in _leaves(conditions):
            yield ("country", f"{country}.{key.removeprefix('start.')}"), value
    for event in scenario.get("outside", ()):
        name = " ".join(str(event[part]) for part in ("country", "kind", "variable", "from", "to") if part in event)
        for key, value in _leaves(event.get("values", event.get("knots", {}))):
            yield ("outside", f"{name}: {key}"), value
        yield ("outside", f"{name}: spread"), _text(event.get("spread", 0.0))
    for key, value in manifest.get("versions", {}).items():
        yield ("version", key), str(value)
    for key in MACHINE:
        yield ("version", key), str(manifest.get("machine", {}).get(key, ABSENT))


def _leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Give the values below a mapping by dotted key; a value with its range is one."""
    for key, value in data.items():
        if key in PROSE:
            continue
        if isinstance(value, Mapping) and "value" in value:
            low_high = value.get("range")
            drawn = f" ({low_high[0]:g} to {low_high[1]:g})" if low_high else ""
            yield above + key, f"{_text(value['value'])}{drawn}"
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield above + key, _text(value)


def members(replicates: list[int]) -> str:
    """Say which members: `20 (0 to 19)`, `1 (number 7)`."""
    if len(replicates) == 1:
        return f"1 (number {replicates[0]})"
    return f"{len(replicates)} ({min(replicates)} to {max(replicates)})"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(number)}" for name, number in value.items())
    return f"{value:g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
