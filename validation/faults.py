"""`python -m validation.faults`: kill what lives a sweep, fill its disk, break its members; nothing finished is lost.

Every fault is struck at a sweep in processes of their own. Afterwards the blocks that were finished before have to be
there byte for byte, or as rows of the table, seconds of work included, so that none has been lived again; the sweep
has to become whole, its outcomes equal to those of an undisturbed one, with no process and no file left over.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from thermidor import __version__, open_sweep, sweep
from thermidor.jit import rules_digest
from validation import page, strikes
from validation.page import Table
from validation.processes import clustered
from validation.strikes import Scene, Suffered, outcomes

DESIGN = """
schema: 1
name: faults
title: A sweep to be disturbed
about: Levels of one rule, a counterfactual, some replicates.
base: {{scenario: russia-1917, months: 240, citizens: {{first: {first}, others: 100}}}}
seed: {seed}
replicates: {replicates}
factors:
  shortage: {{rule: gain_shortage, range: [0.4, 0.9], steps: 8}}
overlays:
  silent: {{why: nothing from outside, without: [outside]}}
outcomes:
  norms: {{value_at: norms}}
  room: {{mean_of: room}}
  low: {{first: {{variable: norms, below: 0.5}}}}
  democracy: {{duration: workers-democracy}}
  end: {{label_at: end}}
series: [norms]
"""
HEADS = ("fault", "lived by", "struck after", "finished before", "lost", "exit code, last words", "s until whole",
         "equal", "left over")  # fmt: skip
TITLE = "Faults"
ABOUT = (
    "A sweep over `russia-1917` ({members} members in {blocks} blocks) is disturbed, each fault in processes of their "
    "own, and gone on with where it has ended. *finished before*: blocks that were there when the fault struck; "
    "*lost*: those that afterwards were neither there byte for byte nor rows of the table with the same seconds of "
    "work (it has to be 0); *equal*: whether the outcome columns, sorted by member, are byte for byte those of the "
    "undisturbed sweep; *left over*: processes and files that should not be there at the end (0). Killed is `kill -9`; "
    "Ctrl-C is an interruption of all processes of the terminal."
)


def scene_in(folder: Path, *, small: bool, seed: int) -> Scene:
    """Write the design into a folder and live it undisturbed, on one thread."""
    first, replicates = (300, 8) if small else (1000, 20)
    text = DESIGN.format(first=first, replicates=replicates, seed=seed)
    (folder / "design.yaml").write_text(text, encoding="utf-8")
    undisturbed = sweep(folder / "design.yaml", folder / "undisturbed", workers=1)
    return Scene(folder, undisturbed, random.Random(seed))


def whoever(scene: Scene, *, small: bool) -> Iterator[tuple[str, float, bool]]:
    """The same sweep by threads, processes, and a scheduler with workers: by whom, seconds, whether it is equal."""

    def lived(who: str, *options: str) -> tuple[str, float, bool]:
        out, began = scene.place(), time.monotonic()
        running = strikes.client(scene.folder, out, *options)
        if running.ended() or running.orphans():
            raise RuntimeError(running.words[-2000:])
        return who, time.monotonic() - began, outcomes(open_sweep(out)) == outcomes(scene.undisturbed)

    yield lived("1 thread", "--workers", "1", "--threads")
    yield lived("2 threads", "--workers", "2", "--threads")
    if small:
        return
    yield lived("2 processes", "--workers", "2")
    with clustered(scene.folder) as cluster:
        yield lived(strikes.ELSEWHERE, "--scheduler", cluster.address)


def faults(scene: Scene, kills: int, *, small: bool) -> Iterator[Suffered]:
    """All faults one after the other."""
    yield strikes.broken_members(scene)
    with small_disk(scene.folder) as disk:
        if disk is not None:
            yield strikes.full_disk(scene, disk)
    yield from islice(strikes.here(scene), 2 if small else None)
    with clustered(scene.folder) as cluster:
        yield from strikes.random_kills(scene, cluster, kills)
        if not small:
            yield strikes.deadly_members(scene)
            yield from strikes.elsewhere(scene, cluster)


@contextmanager
def small_disk(folder: Path, size: str = "8m") -> Iterator[Path | None]:
    """Give a disk of its own, or none where nothing may be mounted."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        mounted = not subprocess.run(mount, check=False, capture_output=True).returncode
    except FileNotFoundError:
        mounted = False
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)


def write(folder: Path, about: str, made: str, tables: list[Table]) -> Path:
    """Write the page and a CSV for each of its tables; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"# {TITLE}", "", about, "", made, ""]
    for table in tables:
        lines += [f"## {table.title}", "", *page.markdown(table), "", *([table.note, ""] if table.note else [])]
        with (folder / f"faults-{table.key}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(f"# {made}\n")
            csv.writer(file, lineterminator="\n").writerows([table.heads, *table.rows])
    target = folder / "faults.md"
    target.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return target


def main() -> int:
    """Strike all faults and write the page; 0 when all went well, else 1."""
    parser = argparse.ArgumentParser(prog="python -m validation.faults", description=__doc__)
    parser.add_argument(
        "--budget", choices=("full", "small"), default="full", help="small: some faults, under a minute"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the design and of the chance that strikes (1)")
    parser.add_argument("--kills", type=int, help="random kills (10; small: 2)")
    parser.add_argument("--out", type=Path, default=page.FOLDER, help="folder of the page (docs/results)")
    asked = parser.parse_args()
    small, began = asked.budget == "small", time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        scene = scene_in(Path(name), small=small, seed=asked.seed)
        manifest = scene.undisturbed.manifest
        rows, wrong = [], 0
        kills = asked.kills if asked.kills is not None else 2 if small else 10
        for found in faults(scene, kills, small=small):
            rows.append(found)
            wrong += not found.well
            print(f"{'well' if found.well else 'NOT WELL'}: {' | '.join(map(page.shown, found))}", flush=True)
        same = []
        for found in whoever(scene, small=small):
            same.append(found)
            wrong += not found[-1]
            print(f"{'equal' if found[-1] else 'NOT EQUAL'}: {found[0]}, {found[1]:.1f} s", flush=True)
    blocks = -(-manifest["members"] // manifest["block"])
    made = (
        f"Made by `python -m validation.faults{' --budget small' if small else ''} --seed {asked.seed}`: thermidor "
        f"{__version__}, rules {rules_digest()}, {datetime.now(UTC):%Y-%m-%d}, {time.monotonic() - began:.0f} s."
    )
    tables = [
        Table("faults", "What was struck", HEADS, [tuple(row) for row in rows]),
        Table("whoever", "Whoever lives it", ("lived by", "s, all included", "equal"), same),
    ]
    print(write(asked.out, ABOUT.format(members=manifest["members"], blocks=blocks), made, tables))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
