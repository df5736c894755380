"""Fit every theory with the same rules and the same budget: `python docs/theories_fitted.py` (about forty minutes).

The twelve rules are those that ship: chosen by screening under the chapter's theory, so that none is fitted to a list
of its own. What has been lived is kept in sweeps/; asked again, the fits go on where they were.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
from fit_blocks import SHIPPED
from matplotlib.colors import LinearSegmentedColormap
from read_source import DOCS, table

from thermidor.jit import rules_digest
from thermidor.theories import list_theories, load_theory
from thermidor.views.heat import UP
from thermidor.views.palette import INK, PAPER
from thermidor.views.sheet import panel, sheet

KEPT = DOCS.parent / "sweeps"
PAGE = DOCS / "results" / "theories-fitted.md"
IMAGE = DOCS / "images" / "theories-fitted.png"
BUDGET = 300
KNOWN = 0.6
"""A posterior narrower than this share of its range says something of a rule."""


def fitted(theory: str, free: list[str]) -> Path:
    """Fit one theory; return its folder. A rule that the theory sets itself gives way to one that its file names."""
    folder, own = KEPT / f"fit-theory-{theory}", load_theory(theory)
    left = [name for name in free if name not in own.rules]
    free = [*left, *(name for name in own.free if name not in left)][: len(free)]
    asked = ["fit", "--theory", theory, "--free-rules", ",".join(free), "--budget", str(BUDGET), "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "thermidor", *asked], check=True)
    return folder


def lines_of(path: Path) -> list[dict[str, str]]:
    """A table as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(theory: str, folder: Path) -> tuple[str, ...]:
    """A theory's line: distances as it stands and fitted, of the rows, of the course, of what was not fitted."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    targets = lines_of(folder / "targets.csv")
    used = [line for line in targets if line["used"] == "yes"]
    lots = {
        "all": used,
        "rows": [line for line in used if line["target"][0] == "S"],
        "course": [line for line in used if line["target"][0] != "S"],
        "check": [line for line in targets if line["mark"] == "check"],
    }
    known = sum(float(line["width"]) < KNOWN for line in lines_of(folder / "identified.csv"))
    far = {name: [_mean(lot, key) for key in ("distance_before", "distance_after")] for name, lot in lots.items()}
    numbers = [f"{x:.3f}" for name in lots for x in far[name]]
    return (theory, *numbers, f"{manifest['effective']:g}", str(known))


def _nearest(lines: list[tuple[str, ...]], luck: float) -> str:
    """Which theories chance alone can't tell from the nearest."""
    far = {line[0]: float(line[2]) for line in lines}
    near = [theory for theory in far if far[theory] <= min(far.values()) + luck]
    return f"Chance alone can't tell the nearest from one another: {', '.join(near)}."


def _mean(lines: list[dict[str, str]], key: str) -> float:
    weights = [float(line["weight"]) for line in lines]
    return float(np.average([float(line[key]) for line in lines], weights=weights))


HEAD = (
    "theory", "fitted targets: as it stands", "fitted", "rows: as it stands", "fitted", "course: as it stands",
    "fitted", "not fitted: as it stands", "fitted", "posterior worth", "rules identified",
)  # fmt: skip


def picture(folders: dict[str, Path]) -> None:
    """Every target's distance under every fitted theory."""
    tables = [lines_of(folder / "targets.csv") for folder in folders.values()]
    names = [line["target"] + ("" if line["used"] == "yes" else " *") for line in tables[0]]
    far = np.array([[float(line["distance_after"]) for line in lines] for lines in tables]).T
    drawing, bottom, top = sheet(
        8.0, 1.75 + 0.2 * len(names), "What each theory leaves unmet",
        "each fitted with the same twelve rules and the same budget; white is as asked, dark as far off as can be",
        "* not fitted, looked at afterwards. S01 to S21b: rows of the gallery; below them the course of one country.",
    )  # fmt: skip
    ax = panel(drawing, 2.4, bottom + 0.1, 7.7, top - 0.75)
    ax.imshow(far, cmap=LinearSegmentedColormap.from_list("far", UP), vmin=0.0, vmax=1.0, aspect="auto")
    ax.set_yticks(range(len(names)), names)
    ax.set_xticks(range(len(folders)), [name.replace("-", "\n") for name in folders])
    ax.xaxis.tick_top()
    ax.grid(False)
    for (row, column), value in np.ndenumerate(far):
        ink = PAPER if value > 0.55 else INK
        ax.text(column, row, f"{value:.2f}", fontsize=6.5, color=ink, ha="center", va="center")
    drawing.savefig(IMAGE, metadata={"Software": None})


def main() -> None:
    """Fit all, draw and write the page."""
    free = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["free"]
    write({theory: fitted(theory, free) for theory in dict.fromkeys(["trotsky", *list_theories()])}, free)


def write(folders: dict[str, Path], free: list[str]) -> None:
    """Draw and write the page of theories that have been fitted."""
    picture(folders)
    lines = [told(theory, folder) for theory, folder in folders.items()]
    luck = json.loads((folders["trotsky"] / "manifest.json").read_text(encoding="utf-8"))["luck"]
    parts = [
        "# Every theory, fitted",
        f"The same twelve rules ({', '.join(f'`{name}`' for name in free)}), flat over their ranges, the same targets, "
        f"{BUDGET} draws and the same chance for every theory. Distances go from 0, all as asked, to 1; chance alone "
        f"moves one by about {luck:.3f}, so that smaller differences say nothing.",
        f"**{_nearest(lines, luck)}**",
        "**What this can't say.** The targets are the chapter's expectations and the course of one country, and so are "
        "not neutral: a rival that expects otherwise misses some of them by being itself. The twelve were found by "
        "screening under the chapter's theory (one that a theory sets itself gave way to another of its own); the "
        "other rules stay at values that were sought under it, with all rows in view. A rival that does as well in "
        "spite of that says more than one that does worse.",
        f"Made by `python docs/theories_fitted.py`: rules {rules_digest()}, seed 1, {date.today():%Y-%m-%d}.",
        table(HEAD, lines),
        "Not fitted: rows and figures of the course that are marked `check`, looked at afterwards. Rules identified: "
        f"of the twelve, those whose posterior is narrower than {KNOWN:g} of the range.",
        f"![The distance of every target under every fitted theory.](../images/{IMAGE.name})",
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
