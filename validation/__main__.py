"""`python -m validation [PART ...]`: run parts of the validation and write their pages into docs/results/."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from thermidor.errors import InputError, Interrupted
from validation import page
from validation.ensemble import Plan, live
from validation.settings import main_scenario

PARTS = (
    "patterns",
    "inside",
    "ablations",
    "twins",
    "wars",
    "boundary",
    "advanced",
    "restoration",
    "meanfield",
    "sizes",
    "pairing",
    "robustness",
    "autonomy",
    "world",
    "from_record",
    "lenses_cover",
    "ledger_shuffles",
    "lab",
    "lab_soak",
)
SMALL = Plan(replicates=6, citizens=400, surroundings=150, draws=2, small=True)


def main() -> int:
    """Run the parts asked for; 0 when all wrote their pages, 1 when one could not, 2 for bad input, 130 on Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of: {', '.join(PARTS)} (all)")
    parser.add_argument(
        "--budget", choices=("full", "small"), default="full", help="small: few members, to see that all runs"
    )
    parser.add_argument("--seed", type=int, default=1, help="one number behind every draw (1)")
    parser.add_argument("--threads", type=int, default=2, help="cores to use (2)")
    parser.add_argument("--out", type=Path, default=page.FOLDER, help="folder of the pages (docs/results)")
    asked = parser.parse_args()
    if wrong := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{wrong[0]}'; parts: {', '.join(PARTS)}")
    plan = replace(SMALL if asked.budget == "small" else Plan(), seed=asked.seed, threads=asked.threads)
    live(
        main_scenario(), replace(plan, replicates=1, citizens=100, surroundings=100), months=12
    )  # compile once, before threads
    failed = 0
    for part in asked.parts or PARTS:
        began = time.perf_counter()
        print(f"{part} ...", flush=True)
        try:
            made = import_module(f"validation.{part}").report(plan)
        except KeyboardInterrupt:
            return 130
        except Interrupted:
            return 130
        except InputError as error:
            print(f"{part}: {error}", file=sys.stderr)
            failed += 1
            continue
        seconds = time.perf_counter() - began
        print(f"{part}: {seconds:.0f} s, {page.write(part, made, seconds, asked.out)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
