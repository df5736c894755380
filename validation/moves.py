"""What each rule moves, and where: every rule to both ends of its range, on the same draws, in every society given.

    python validation/moves.py [SCENARIO ...] [--members N] [--citizens N] > moves.csv

One line a rule: in how many of the lived members anything differs, which variable differs most (root mean square of
the change over that variable's deviation), and by how much at either end. A rule that moves nothing in
any of them is dead, or acts only in societies that are not among them; `tests/test_registry.py` holds the short
version. Takes about an hour for all rules, three scenarios, five members and 10,000 citizens on two cores.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from thermidor.country import VARIABLES
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.scenarios import list_scenarios, load_scenario, resolve

COLUMNS = ("rule", "step", "default", "low", "high", "members moved", "of", "most moved", "at low", "at high")


def change(base: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Change of each variable in the first country, root mean square over the greater deviation; float64[variables]."""
    deviation = np.maximum(np.maximum(base[:, 0].std(axis=0), moved[:, 0].std(axis=0)), 1e-9)
    return np.sqrt(((moved[:, 0] - base[:, 0]) ** 2).mean(axis=0)) / deviation


def main() -> None:
    """Live every member under the defaults, then under each rule's two ends, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=list(list_scenarios()))
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--citizens", type=int, default=10_000)
    asked = parser.parse_args()
    registry = load_rules()
    starts = [(resolve(load_scenario(s), 1, k), k) for s in asked.scenarios for k in range(asked.members)]

    def live(values: dict[str, float]) -> list[np.ndarray]:
        rules = registry.record(registry.values() | values)

        def member(of: tuple) -> np.ndarray:
            return simulate(of[0], rules, seed=1, replicate=of[1], citizens=asked.citizens).series

        with ThreadPoolExecutor() as pool:
            return list(pool.map(member, starts))

    bases = live({})
    table = csv.writer(sys.stdout)
    table.writerow(COLUMNS)
    for name, rule in registry.items():
        ends = [live({name: end}) for end in (rule.low, rule.high)]
        differs = [any(not np.array_equal(b, end[k]) for end in ends) for k, b in enumerate(bases)]
        sizes = [np.mean([change(b, end[k]) for k, b in enumerate(bases)], axis=0) for end in ends]
        most = int(np.argmax(sizes[0] + sizes[1]))
        found = (
            sum(differs),
            len(differs),
            VARIABLES[most] if any(differs) else "",
            *(f"{s[most]:.2g}" for s in sizes),
        )
        table.writerow((name, rule.step, rule.value, rule.low, rule.high, *found))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
