"""Live the ledger and write what the pages are made of: `python docs/ledger.py [theories]` (about half an hour each).

Alone: every entry under the chapter's theory, into results/ledger.json and a picture an entry. With `theories`: the
same trials under every theory, with fewer runs, and proper scores of their runs beside the record, into
results/ledger-theories.json. What is lived is kept in sweeps/ledger. `python docs/build.py` makes the pages.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from read_source import DOCS

from thermidor.errors import InputError
from thermidor.gallery.live import Ask, live
from thermidor.gallery.rows import Start
from thermidor.gallery.starts import scenario_of
from thermidor.jit import rules_digest
from thermidor.ledger import scores
from thermidor.ledger.entry import shipped
from thermidor.ledger.trial import Bench, Sizes
from thermidor.ledger.work import ledger
from thermidor.ledger.write import as_json, figure
from thermidor.record.read import record
from thermidor.theories import list_theories, load_theory

KEPT = DOCS.parent / "sweeps" / "ledger"
RESULTS, IMAGES = DOCS / "results", DOCS / "images" / "ledger"
FEW = Sizes(replicates=40, citizens=600, draws=0)
"""How much is lived of each trial under each theory."""
CORES = os.cpu_count() or 1
COUNTRY, FIRST, END = "SUN", 1918, 1991
RUNS, CITIZENS = 40, 2_000


def told(place: list[int]) -> Any:
    """Say now and then how far it is."""

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
    found = ledger(shipped(), Bench(sizes, cores=CORES, kept=KEPT), told=told([0]))
    _write("ledger.json", as_json(found, about(sizes)))
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.glob("*.png"):
        old.unlink()
    for result in found:
        if (drawn := figure(result)) is not None:
            drawn.savefig(IMAGES / f"{result.entry.id}.png", dpi=110, metadata={"Software": None})


def theories() -> None:
    """Every trial under every theory, and how well their runs foretell what was observed."""
    verdicts: dict[str, dict[str, Any]] = {}
    for name in list_theories():
        print(name, flush=True)
        bench = Bench(FEW, dict(load_theory(name).rules), CORES, KEPT)
        for result in ledger([replace(e, record=(), record_none="-") for e in shipped()], bench, told=told([0])):
            assert result.model is not None
            line = verdicts.setdefault(result.entry.id, {"claim": result.entry.claim})
            line[name] = {"model": result.model.verdict, "trials": [t.model.verdict for t in result.trials]}
    _write("ledger-theories.json", {**about(FEW), "verdicts": verdicts, "scores": _scores()})


def _scores() -> list[dict[str, Any]]:
    """Scores of every theory as it stands and, where it has been fitted, under its point; less the chapter's."""
    asked = {name: dict(load_theory(name).rules) for name in list_theories()}
    for name in list_theories():
        fitted = DOCS.parent / "sweeps" / f"fit-theory-{name}" / "rules.yaml"
        if fitted.is_file():
            asked[f"{name}, fitted"] = dict(load_theory(str(fitted)).rules)
    every = {name: _score(name, rules) for name, rules in asked.items()}
    lines = []
    for name, own_scores in every.items():
        for one, chapter in zip(own_scores, every["trotsky"], strict=True):
            middle, low, high = scores.less(one, chapter)
            line = {"theory": name, "of": one.of, "kind": one.kind, "mean": one.mean, "years": len(one.years)}
            lines.append(line | {"less": middle, "low": _plain(low), "high": _plain(high)})
    return lines


def _plain(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _score(name: str, rules: dict[str, float]) -> list[scores.Score]:
    months = 12 * 83 + 2
    start = scenario_of(Start("russia-1917"), months, 0.2)
    variables = tuple(sorted((*scores.SERIES, "state_property")))
    lived = live(Ask(start, months, (rules,), RUNS, CITIZENS, 1, variables), cores=CORES, kept=KEPT)

    def yearly(variable: str) -> dict[int, Any]:
        values = lived.values[variable][~lived.failed, 2:, 0].astype(np.float64)
        means = values[:, : 12 * 83].reshape(len(values), 83, 12).mean(axis=2)
        return {FIRST + nth: means[:, nth] for nth in range(83)}

    found = []
    for series in scores.SERIES:
        try:
            seen = record(COUNTRY, series).by_year()
        except InputError:
            continue
        found += scores.of_series(name, series, yearly(series), {y: v for y, v in seen.items() if y <= END})
    held = {year: own >= 0.5 for year, own in yearly("state_property").items()}
    return [*found, scores.of_label(name, "state property", held, {y: y <= END for y in range(FIRST, 2001)})]


def _write(name: str, data: dict[str, Any]) -> None:
    path = RESULTS / name
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    theories() if Path(sys.argv[-1]).name == "theories" else own()
