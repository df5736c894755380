"""What came out of the gallery, from the tables of its results: the shortfalls first, and each scenario's own rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from read_source import DOCS, table

from thermidor.gallery.rows import Row, shipped

RESULTS = DOCS / "results"
NOT_LIVED = "Not lived yet; `python docs/gallery.py` does it."


def shortfalls_block() -> str:
    """The first that a reader of the gallery's page sees: contrasts without the claimed sign, rows that fail."""
    rows, effects = lived("gallery"), lived("contrasts")
    if not rows or not effects:
        return NOT_LIVED
    passages = Counter(row["verdict"] for row in rows if row["kind"] == "passage")
    right, wrong = (sum(each["sign"] == sign for each in effects) for sign in ("right", "wrong"))
    parts = [
        f"Of {len(effects)} causal claims tried as pairs {right} have the claimed sign under the rules as they are, "
        f"{wrong} the other, and {len(effects) - right - wrong} show no clear effect:"
    ]
    parts.append(
        "\n".join(
            f"- **{each['contrast']}** ({each['claims']}), claim: {each['says']}. Effect {_signed(each['effect'])} "
            f"({_signed(each['low'])} to {_signed(each['high'])}), claimed {each['claimed']}."
            for each in effects
            if each["sign"] != "right"
        )
    )
    parts.append(
        f"Of {sum(passages.values())} passages {passages['holds']} hold, {passages['partly']} hold partly and "
        f"{passages['fails']} fail. Rows that fail, staying ones with them:"
    )
    parts.append(
        "\n".join(
            f"- **{row['row']}** ({row['scenario']}), expected: {row['expectation']}. "
            f"{_cent(row['share'])} of runs for {_cent(row['bar'])}."
            for row in rows
            if row["verdict"] in ("fails", "missing")
        )
    )
    parts.append("All of it, with pictures: [what came out](results/gallery.md).")
    return "\n\n".join(parts)


def gallery_parts(scenario: str) -> Iterator[str]:
    """What the chapter says of a scenario's system, and what came out when the gallery was lived last."""
    rows = [row for row in shipped() if row.start.scenario == scenario]
    if rows:
        yield "## What the chapter says, and what came out"
    for row in rows:
        yield f"**{row.id}, {row.title}.** Expected: {row.expectation} ({'; '.join(row.cites)})."
        yield from _came_out(row)


def _came_out(row: Row) -> Iterator[str]:
    """The verdict of the results that ship, sentence by sentence."""
    found = [each for each in lived("gallery") if each["row"] == row.id]
    if not found:
        yield NOT_LIVED
        return
    own = found[0]
    several = ", by the part that falls furthest short" if len(row.parts) > 1 else ""
    yield (
        f"It **{own['verdict']}**{several}: as expected in {_cent(own['share'])} of {own['members']} runs "
        f"({_cent(own['low'])} to {_cent(own['high'])}; {_cent(own['bar'])} asked). See "
        "[all rows](../results/gallery.md) and [why rows fail](../gallery.md#why-rows-fail)."
    )
    sentences = [each for each in lived("sentences") if each["row"] == row.id]
    lines = ((each["part"], each["sentence"], _cent(each["share"])) for each in sentences)
    yield table(("part", "sentence", "true of"), lines)


@lru_cache
def lived(name: str) -> list[dict[str, str]]:
    """A table of the gallery's results; empty as long as there is none."""
    file = RESULTS / f"gallery-{name}.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _cent(share: str) -> str:
    return f"{100 * float(share):.0f}%" if share else "none"


def _signed(number: str) -> str:
    return f"{float(number):+.2g}" if number else "none"
