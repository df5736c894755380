"""The report of a run: regimes and reasons, turning points, figures beside the record, and where the files are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from thermidor.cli.tables import facts, note, prose, say, table
from thermidor.reports import account
from thermidor.runs.result import main_country, title_of

if TYPE_CHECKING:
    from thermidor.runs import Result
    from thermidor.views.report import Table


def report(result: Result, figure: Path | None) -> None:
    """Print the report of a run; `figure` is where it was drawn, if it was."""
    countries = result.manifest["scenario"]["resolved"]["countries"]
    say(account.headline(result.manifest), f"{result.manifest['seconds']:.1f} s")
    for name in result.reading.countries:
        say(title_of(result, name), "regimes")
        _print(account.regimes(result, name), {2: 16})
    main = main_country(result)
    titled, key = title_of(result, main), countries[main].get("record")
    say(titled, "turning points")
    _print(account.turning_points(result, main))
    there = account.record_key(result, main)
    say(titled, "beside the record" if there else f"levels; the record has no '{key}'" if key else "levels")
    for place, each in enumerate(account.beside(result, main)):
        if place:
            prose("")
        _print(each)
    _files(result, figure)


def _print(what: Table, widths: dict[int, int] | None = None) -> None:
    """Print a table under its note."""
    if what.note:
        note(what.note)
    table(what.columns, what.rows, right=what.right, widths=widths)


def _files(result: Result, figure: Path | None) -> None:
    """Say where the run is kept, and how much of it the lens could not name."""
    say("Kept" if result.path else "Not kept")
    rows = [("no label fits", f"{100 * result.reading.unclassified_share:.1f}% of country-months")]
    if result.path is not None:
        rows += [("run", _near(result.path))] + ([("figure", _near(figure))] if figure else [])
        rows += [("as tables", f"thermidor export {_near(result.path)}")]
    facts(rows)


def _near(path: Path) -> str:
    """Return a path as seen from here, where it lies below."""
    here = os.path.relpath(path)
    return str(path) if here.startswith("..") else here
