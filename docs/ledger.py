"""Live the ledger and write what its pages are made of: `python docs/ledger.py [theories | verdicts]`.

Alone (about half an hour): every entry under the chapter's theory, into results/ledger.json and a picture an entry.
With `theories` (as long again): the same trials under every theory, with fewer runs, and scores of their runs beside
the record, into results/ledger-theories.json. What is lived is kept in sweeps/ledger. `docs/build.py` makes the pages.
With `verdicts` (a moment): what ships with the program, from results/ledger.json as it is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import yaml
from read_source import DOCS

from thermidor.jit import rules_digest
from thermidor.ledger import theories
from thermidor.ledger.entry import FOLDER, shipped
from thermidor.ledger.trial import Bench, Sizes
from thermidor.ledger.work import ledger
from thermidor.ledger.write import as_json, figure
from thermidor.theories import list_theories, load_theory

SWEEPS = DOCS.parent / "sweeps"
RESULTS, IMAGES = DOCS / "results", DOCS / "images" / "ledger"
VERDICTS = FOLDER.with_name("verdicts.yaml")
ASKED = ("lived", "measured", "claimed")
"""What is told of a trial before it is lived."""
CORES = os.cpu_count() or 1


def bench(sizes: Sizes) -> Bench:
    """How all of it is lived."""
    return Bench(sizes, cores=CORES, kept=SWEEPS / "ledger")


def told() -> Callable[[int, int], None]:
    """Say now and then how far it is."""
    place = [0]

    def tell(done: int, total: int) -> None:
        if done * 20 // max(total, 1) > place[0]:
            place[0] = done * 20 // total
            print(f"{5 * place[0]}%", flush=True)

    return tell


def about(sizes: Sizes) -> dict[str, Any]:
    """What the numbers hang on."""
    names = ("replicates", "citizens", "draws", "pairs", "few", "seed")
    return {"rules_code": rules_digest(), "on": f"{date.today():%Y-%m-%d}"} | {n: getattr(sizes, n) for n in names}


def own() -> None:
    """Every entry under the chapter's theory."""
    sizes = Sizes()
    found = ledger(shipped(), bench(sizes), told=told())
    whole = as_json(found, about(sizes))
    write("ledger.json", whole)
    ship(whole)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.glob("*.png"):
        old.unlink()
    for result in found:
        if (drawn := figure(result)) is not None:
            drawn.savefig(IMAGES / f"{result.entry.id}.png", dpi=110, metadata={"Software": None})


def ship(told: dict[str, Any]) -> None:
    """Write the verdicts and what was found as they ship with the program."""
    VERDICTS.write_text(as_shipped(told), encoding="utf-8")
    print(VERDICTS)


def as_shipped(told: dict[str, Any]) -> str:
    """What ships of a ledger: its verdicts, and of each trial and test on the record what was found, by their names.

    How a trial is lived, what is measured and what is claimed stand in the entry, and are told from there.
    """
    claims = {}
    for entry in told["entries"]:
        own = {key: entry[key]["verdict"] for key in ("model", "needs", "record")}
        own |= {key: entry[key] for key in ("flat", "described", "digest")}
        own["trials"] = {trial["id"]: _found(trial["told"]) for trial in entry["trials"]}
        own["looks"] = {look["test"]: _found(look["told"]) for look in entry["looks"]}
        claims[entry["id"]] = own
    made = {key: told[key] for key in ("rules_code", "on", "replicates", "citizens", "draws", "seed")}
    head = "# Verdicts of the ledger and what was found: made from its result by `python docs/ledger.py verdicts`.\n"
    return head + yaml.safe_dump({"made": made, "claims": claims}, width=116, allow_unicode=True, sort_keys=False)


def _found(told: list[list[str]]) -> dict[str, str | list[str]]:
    """What was found by its names; a list where there are several of a name."""
    every = {name: [text for other, text in told if other == name] for name, _ in told if name not in ASKED}
    return {name: texts if texts[1:] else texts[0] for name, texts in every.items()}


def under_theories() -> None:
    """Every trial under every theory, and the scores of all, as they stand and as they were fitted."""
    fits = {f"{name}, fitted": SWEEPS / f"fit-theory-{name}" / "rules.yaml" for name in list_theories()}
    fitted = {name: dict(load_theory(str(path)).rules) for name, path in fits.items() if path.is_file()}
    found = theories.verdicts(shipped(), bench(theories.FEW), told())
    scores = theories.scored(bench(theories.FEW), fitted)
    write("ledger-theories.json", {**about(theories.FEW), "verdicts": found, "scores": scores})


def write(name: str, data: dict[str, Any]) -> None:
    """Write a result."""
    path = RESULTS / name
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            own()
        case ["theories"]:
            under_theories()
        case ["verdicts"]:
            ship(json.loads((RESULTS / "ledger.json").read_text(encoding="utf-8")))
        case _:
            sys.exit(__doc__)
