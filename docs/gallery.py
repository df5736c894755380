"""Live the gallery and write its page of results: `python docs/gallery.py` (about half an hour on two cores).

What is lived is kept in `sweeps/gallery` and not lived again while scenarios, rules and code are the same. Further
options of the command are handed on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
KEPT = DOCS.parent / "sweeps" / "gallery"
RESULTS, IMAGES = DOCS / "results", DOCS / "images"
POSTERIOR = DOCS.parent / "src" / "thermidor" / "fitting" / "posterior.csv"
SIZES = ("--citizens", "2000", "--agreement", "40")
ASKED = ("gallery", "--contrasts", "--confusion", *SIZES, "--posterior", str(POSTERIOR))
SMALLER = ("gallery", "--difficulty", "0", "--replicates", "100", "--citizens", "2000")
WITHOUT = DOCS / "experiments" / "no-seizures.yaml"
TABLES = ("gallery", "sentences", "confusion", "contrasts")
PICTURES = {
    "gallery": "Every row with its share of runs, the interval and the bar; beside it the difficulty.",
    "contrasts": "Effects in the claimed direction, with intervals and the signs over draws of the rules.",
    "confusion": "Shares of runs by expectation and scenario; framed where an expectation is met.",
}


def page(found: dict[str, Any]) -> str:
    """The page of what came out: the wrong contrasts first, then rows, contrasts, confusion, and how it was checked."""
    return "\n\n".join(part for part in _parts(found) if part).rstrip() + "\n"


def _parts(found: dict[str, Any]) -> Iterator[str]:
    versions = found["versions"]["thermidor"]
    yield "# The gallery: what came out"
    yield (
        "What the chapter says of each system, tried on scenarios of starting conditions under one rule set "
        "([how it is judged, and why rows fail](../gallery.md))."
    )
    yield (
        f"Made by `python docs/gallery.py`: thermidor {versions}, rules {found['rules_code']}, seed {found['seed']}, "
        f"{found['replicates']} runs of each row, {found['citizens']:,} citizens in each country, assumed starts drawn "
        f"{100 * found['spread']:.0f}% to either side, {found['difficulty']} draws of the rules, "
        f"{date.today():%Y-%m-%d}, {found['seconds']:.0f} s."
    )
    yield from _shortfalls(found)
    yield f"## Rows\n\n![{PICTURES['gallery']}](../images/gallery-gallery.png)"
    yield _counts(found["counted"])
    yield _rows(found["rows"])
    yield "What fell short, sentence by sentence (share of runs of which it is true), for rows that do not hold:"
    yield _sentences(found["rows"]) or "Nothing."
    if found["contrasts"]:
        yield f"## Contrasts\n\n![{PICTURES['contrasts']}](../images/gallery-contrasts.png)"
        yield _contrasts(found["contrasts"])
    if found["confusion"]:
        yield f"## Every expectation on every scenario\n\n![{PICTURES['confusion']}](../images/gallery-confusion.png)"
        yield _confusion(found["confusion"])
    yield from _agreement(found)
    yield from _without(found)
    yield "Tables: " + ", ".join(f"[{name}](gallery-{name}.csv)" for name in TABLES) + "."


def _shortfalls(found: dict[str, Any]) -> Iterator[str]:
    yield "## Shortfalls first"
    lines = []
    for each in found["contrasts"]:
        if each["sign"] != "right":
            said = "the wrong sign" if each["sign"] == "wrong" else "no clear effect"
            lines.append(f"- **{each['contrast']}** ({each['claims']}): {said}. Claim: {each['says']}.")
    for row in found["rows"]:
        if row["verdict"] in ("fails", "missing"):
            lines.append(f"- **{row['row']}** ({row['scenario']}) {row['verdict']}. Expected: {row['expectation']}.")
        elif row["flag"]:
            lines.append(f"- **{row['row']}** ({row['scenario']}): {row['flag']}, by its difficulty.")
    crossed = found["confusion"]
    if crossed and crossed["empty"]:
        lines.append(f"- Expectations that most of the other scenarios meet: {', '.join(crossed['empty'])}.")
    yield "\n".join(lines) or "None."


def _counts(told: dict[str, Any]) -> str:
    said = []
    for key, words in (("passage", "passages"), ("staying", "rows that have only to stay")):
        rows, claims = told[f"{key} rows"], told[f"{key} claims"]
        said.append(
            f"Of {rows['of']} {words} {rows['holds']} hold and {rows['partly']} hold partly; rows that move together "
            f"taken as one, {claims['holds']} of {claims['of']} claims hold."
        )
    return " ".join(said) + f" Passages at one and the others at a quarter: {told['score']:g} of {told['score of']:g}."


def _rows(rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        shares = "; ".join(_share(part) for part in row["parts"])
        hard = row["difficulty"]
        difficulty = "" if hard is None else f"{_cent(hard['share'])} ({_cent(hard['low'])} to {_cent(hard['high'])})"
        also = "; ".join(f"{part['name']} {_cent(part['share'])}" for part in row["also"])
        cells = (row["row"], row["scenario"], row["expectation"], shares, row["verdict"], difficulty, row["mark"], also)
        lines.append(cells)
    heads = ("row", "scenario", "expected", "share (95%)", "verdict", "difficulty (95%)", "mark", "beside it")
    return _table(heads, lines)


def _sentences(rows: list[dict[str, Any]]) -> str:
    lines = [
        (row["row"], part["part"], part["sentence"], _cent(part["share"]))
        for row in rows
        if row["verdict"] in ("partly", "fails")
        for part in row["sentences"]
    ]
    return _table(("row", "part", "sentence", "true of"), lines) if lines else ""


def _contrasts(effects: list[dict[str, Any]]) -> str:
    lines = []
    for each in effects:
        size = f"{_signed(each['effect'])} ({_signed(each['low'])} to {_signed(each['high'])})"
        sets = [
            f"{_cent(each[f'{name}_right'])} / {_cent(each[f'{name}_wrong'])}" if each[f"{name}_right"] != "" else ""
            for name in ("prior", "posterior")
        ]
        cells = (each["contrast"], each["says"], each["claims"], each["claimed"], each["outcome"], size, each["sign"])
        lines.append((*cells, *sets))
    right, wrong = (sum(each["sign"] == sign for each in effects) for sign in ("right", "wrong"))
    heads = (
        "contrast", "claim", "claims", "claimed", "outcome", "effect (95%)", "sign", "prior: right / wrong",
        "posterior: right / wrong",
    )  # fmt: skip
    return f"{right} of {len(effects)} have the claimed sign, {wrong} the other.\n\n" + _table(heads, lines)


def _confusion(crossed: dict[str, Any]) -> str:
    chance = crossed["permuted"]
    return (
        f"At their own scenarios {chance['own']:.0f} of {len(crossed['names'])} expectations are met. Dealt to the "
        f"scenarios by chance, {chance['mean']:.1f} are met on average, {chance['p95']:.0f} at the 95% point and "
        f"{chance['most']:.0f} at most, of {chance['times']:,.0f} deals."
    )


def _agreement(found: dict[str, Any]) -> Iterator[str]:
    told = [row for row in found["rows"] if row["agreement"]]
    if not told:
        return
    yield "## Few citizens"
    yield (
        f"Difficulty and confusion are lived with {found['few']} citizens in each country. Beside "
        f"{found['citizens']:,}: the row's share under the rules as they are, and how often both say the same of a "
        "draw of the rules."
    )
    lines = []
    for row in told:
        own = min(row["parts"], key=lambda part: (part["share"] or 0.0) / part["bar"])
        agreed = row["agreement"]
        lines.append((row["row"], _share(own), _share(row["few"]), f"{_cent(agreed['share'])} of {agreed['members']}"))
    yield _table(("row", f"{found['citizens']:,} citizens", f"{found['few']} citizens", "draws alike"), lines)


def _without(found: dict[str, Any]) -> Iterator[str]:
    """What is left of the rows where no centre moves against the one that holds power."""
    if not found.get("without"):
        return
    yield "## Without seizures"
    yield (
        "Passages with `seizure` switched off, on the same draws of chance (100 runs, 2,000 citizens). A row that "
        "stays as it is does not hang on that mechanism."
    )
    own, off = ({row["row"]: row for row in found["without"][name]} for name in ("on", "off"))
    lines = [
        (name, *("; ".join(_share(part) for part in each[name]["parts"]) for each in (own, off)), off[name]["verdict"])
        for name in own
        if own[name]["kind"] == "passage"
    ]
    yield _table(("row", "as it is", "without seizures", "then"), lines)


def _share(part: dict[str, Any]) -> str:
    name = f"{part['name']} " if part["name"] else ""
    return f"{name}{_cent(part['share'])} ({_cent(part['low'])} to {_cent(part['high'])})"


def _cent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.0f}%"


def _signed(number: float | None) -> str:
    return "none" if number is None else f"{number:+.2g}"


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in rows)])


def main() -> None:
    """Live it, and write page, tables and pictures."""
    more = sys.argv[1:]
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    subprocess.run([sys.executable, "-m", "thermidor", *ASKED, "--out", str(KEPT), *more], check=True, env=environment)
    found = json.loads((KEPT / "gallery.json").read_text(encoding="utf-8"))
    found["without"] = {}
    for name, theory in (("on", ()), ("off", ("--theory", str(WITHOUT)))):
        kept = KEPT.parent / f"gallery-seizures-{name}"
        asked = [sys.executable, "-m", "thermidor", *SMALLER, *theory, "--out", str(kept)]
        subprocess.run(asked, check=True, env=environment)
        found["without"][name] = json.loads((kept / "gallery.json").read_text(encoding="utf-8"))["rows"]
    for name in TABLES:
        shutil.copy(KEPT / f"{name}.csv", RESULTS / f"gallery-{name}.csv")
    for name in PICTURES:
        shutil.copy(KEPT / f"{name}.png", IMAGES / f"gallery-{name}.png")
    (RESULTS / "gallery.md").write_text(page(found), encoding="utf-8")
    print(RESULTS / "gallery.md")


if __name__ == "__main__":
    main()
