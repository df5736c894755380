"""The pages of the scenarios, made from their files, from the rows of the gallery and from what came out of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from gallery_blocks import gallery_parts
from read_source import SOURCE, table

FAR = 0.4
"""So far, as a share, the gallery varies an assumed start."""
MAPPED = re.compile(r"mapping gave (-?[\d.]+(?:e-?\d+)?)")


def scenario_pages() -> dict[str, str]:
    """Every page: path under docs/ and text."""
    library = scenario_files()
    pages = {f"scenarios/{name}.md": scenario_page(data) for name, data in library.items()}
    return {"scenarios/index.md": scenarios_index(library)} | pages


def scenario_files() -> dict[str, Any]:
    """The scenarios that ship, by name."""
    files = sorted((SOURCE / "scenarios" / "library").glob("*.yaml"))
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def scenarios_index(library: Mapping[str, Any]) -> str:
    """The list of scenarios."""
    lines = "\n".join(
        f"- [{data['title']}]({name}.md) (`{name}`), {data['start']} to {data['end']}" for name, data in library.items()
    )
    return (
        "# Scenarios\n\nA scenario holds starting conditions and dated outside events, and nothing else: no rule and "
        "no outcome. Every number has a source or is *assumed*; an assumed one has a range, from which every member of "
        "an ensemble draws.\n\n" + lines + "\n\n" + corrections(library)
    )


def corrections(library: Mapping[str, Any]) -> str:
    """How many starting conditions differ from what the mapping from the record gives, and how well that is founded."""
    starts = [own for data in library.values() for country in data["countries"].values() for own in numbers(country)]
    moved = [(own, MAPPED.search(own.get("note", ""))) for own in starts]
    put = [(own, float(found[1])) for own, found in moved if found]
    assumed = sum(own["source"].startswith("assumed") for own, _ in put)
    far = sum(abs(own["value"] - gave) > FAR * abs(gave) for own, gave in put)
    ranged = [own for own in starts if own["source"].startswith("assumed") and "range" in own]
    narrow = sum(own.get("note", "").startswith("range:") for own in ranged)
    return (
        f"Of {len(starts):,} starting conditions {len(put):,} were put in place of what the [mapping](from-record.md) "
        f"from the record gives (their notes say what that was): {len(put) - assumed} from a source, {assumed:,} "
        f"assumed; {far:,} of them lie more than {100 * FAR:.0f}% away from it. Of {len(ranged):,} assumed ranges "
        f"{narrow:,} are kept where the [gallery](../gallery.md) varies starts more widely."
    )


def numbers(country: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The starting conditions of a country and of its organisations."""
    yield from country["start"].values()
    for organisation in country.get("organisations", {}).values():
        yield from (own for own in organisation.values() if isinstance(own, Mapping))


def scenario_page(data: Mapping[str, Any]) -> str:
    """One scenario with all its numbers."""
    parts = [
        f"# {data['title']}",
        " ".join(str(data["about"]).split()),
        f"`thermidor run {data['name']}`: {data['start']} to {data['end']}.",
        *gallery_parts(data["name"]),
    ]
    head = ("condition", "value", "unit", "range", "source", "note")
    for name, country in data["countries"].items():
        beside = f"; laid beside the record of `{country['record']}`" if country.get("record") else ""
        parts += [
            f"## {country.get('title', name)}",
            f"`{name}`{beside}.",
            table(head, (given(k, v) for k, v in country["start"].items())),
        ]
        rows = []
        for organisation, own in country.get("organisations", {}).items():
            rows += [given(f"{organisation}.{k}", v) for k, v in own.items() if isinstance(v, Mapping)]
            rows += [(f"`{organisation}.patron`", str(own["patron"]), "country", "", "", "")] if "patron" in own else []
        if rows:
            parts += ["Organisations:", table(head, rows)]
    parts.append("## From outside")
    events = [event_row(event) for event in data.get("outside", [])]
    parts.append(table(("kind", "country", "when", "what", "spread", "source"), events) if events else "Nothing.")
    return "\n\n".join(parts)


def given(key: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """A starting condition as a row."""
    span = " to ".join(f"{x:g}" for x in entry["range"]) if "range" in entry else ""
    return f"`{key}`", f"{entry['value']:g}", entry["unit"], span, entry["source"], entry.get("note", "")


def event_row(event: Mapping[str, Any]) -> tuple[str, ...]:
    """An outside event as a row."""
    if "knots" in event:
        when = f"{min(event['knots'])} to {max(event['knots'])}"
        what = f"{event['variable']}: " + ", ".join(f"{month} {value:g}" for month, value in event["knots"].items())
    else:
        when = f"{event['from']} to {event['to']}"
        what = ", ".join(f"{key} {value:g}" for key, value in event["values"].items())
    return event["kind"], event["country"], when, what, f"{event.get('spread', 0):g}", event["source"]
