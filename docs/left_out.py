"""Fit without a kin of rows or a row, then predict it: `python docs/left_out.py` (some minutes on two cores).

The budget is small: a fit of 100 draws says whether the rest of the rows points the same way, and no more.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date

from fit_blocks import SHIPPED
from read_source import DOCS, table

from thermidor.gallery.rows import shipped
from thermidor.jit import rules_digest

KEPT = DOCS.parent / "sweeps"
PAGE = DOCS / "results" / "left-out.md"
LEFT = ("interwar", "soviet-type", "bonapartes", "post-colonial", "S04", "S20")
BUDGET = 100


def told(left: str) -> list[tuple[str, ...]]:
    """Fit without it; a line for each of its rows: asked, as the rules are, and under the fit's point."""
    free = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["free"]
    folder = KEPT / f"fit-without-{left}"
    asked = ["fit", "--free-rules", ",".join(free), "--budget", str(BUDGET), "--leave-out", left, "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "thermidor", *asked], check=True)
    own = {row.id for row in shipped() if left in (row.id, row.kin)}
    with (folder / "targets.csv").open(encoding="utf-8", newline="") as lines:
        found = [line for line in csv.DictReader(lines) if line["target"] in own]
    shares = ("asked", "found_before", "found_after")
    return [(left, line["target"], line["mark"], *(_cent(line[key]) for key in shares)) for line in found]


def _cent(share: str) -> str:
    return f"{100 * float(share):.0f}%"


def main() -> None:
    """Fit without each in turn, and write the page."""
    lines = [line for left in LEFT for line in told(left)]
    parts = [
        "# Fitted without them, and predicted",
        "Twelve rules were fitted anew, flat over their ranges, to the targets that are left when a kin of rows or one "
        "row is taken away; then the rows that were away were lived under the point. The other rules stay as they are, "
        "and were set with all rows in view, so that a row which comes out is no blind prediction; one that does not "
        f"shows what hung on the twelve. {BUDGET} draws each, 48 runs of 300 citizens for what is told.",
        f"Made by `python docs/left_out.py`: rules {rules_digest()}, seed 1, {date.today():%Y-%m-%d}.",
        table(("left out", "row", "mark", "asked", "as the rules are", "fitted without it"), lines),
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
