"""Which starting conditions move the regimes most: the lab's sliders are chosen by it (`python docs/lab_controls.py`).

One condition at a time is set low and high (0.3 of an index to either side, other numbers over and times 1.6, an
outside pressure to nothing and to twice itself), on the same draws of chance, and the shares of runs by regime are
compared, month by month: the total variation between low and high, averaged over months. The same between two seeds is
what chance alone gives. Written into results/lab-controls.csv and .md; a few minutes on two cores.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from read_source import DOCS, table

import thermidor as th
from thermidor.errors import InputError
from thermidor.jit import rules_digest
from thermidor.scenarios import Scenario, load_scenario
from thermidor.scenarios.conditions import CONDITIONS
from thermidor.scenarios.schema import OUTSIDE_STRENGTHS

SCENARIOS = ("russia-1917", "germany-1930", "france-1851", "china-1949", "postcolonial-1960")
RUNS, CITIZENS, SEED = 24, 1_000, 1
GROUPS = ("classes.", "property.", "authority.", "voice.", "camps.", "land.")
"""Shares that hang together are not moved one by one."""
AROUND, TIMES = 0.3, 1.6


def shares(scenario: Scenario, changed: Mapping[str, float], seed: int = SEED) -> NDArray[np.float64]:
    """Share of runs by label and month in the first country [label, month]."""
    sizes = {name: CITIZENS if nth == 0 else 300 for nth, name in enumerate(scenario.countries)}
    reading = th.run(scenario, replicates=RUNS, citizens=sizes, set=changed, seed=seed).reading
    codes = reading.labels[:, :, 0]
    return np.stack([(codes == code).mean(axis=0) for code in range(len(reading.names))])


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Total variation between two sets of shares, mean over months."""
    return float(0.5 * np.abs(one - other).sum(axis=0).mean())


def ends(key: str, value: float) -> tuple[float, float]:
    """Where a condition is set low and high."""
    limits = CONDITIONS[key]
    unit = limits.high <= 1.0
    low, high = (value - AROUND, value + AROUND) if unit else (value / TIMES, value * TIMES)
    return max(limits.low, low), min(limits.high, high)


def moved(name: str) -> dict[str, float]:
    """How far each condition of a scenario's first country moves its regimes."""
    scenario = load_scenario(name)
    first, country = next(iter(scenario.countries.items()))
    pairs = {key: ends(key, one.value) for key, one in country.start.items() if not key.startswith(GROUPS)}
    found = {"chance alone": apart(shares(scenario, {}), shares(scenario, {}, SEED + 1))}
    for key, (low, high) in pairs.items():
        try:
            found[key] = apart(*(shares(scenario, {f"{first}.{key}": end}) for end in (low, high)))
        except InputError as error:
            print(f"{name}: {key}: {error.what}", file=sys.stderr)
    for kind in OUTSIDE_STRENGTHS:
        try:
            arms = [shares(scenario, {f"{first}.outside.{kind}": end}) for end in (0.0, 2.0)]
        except InputError:
            continue  # the scenario has no such events
        found[f"outside.{kind}"] = apart(*arms)
    return found


def main() -> None:
    """Move every condition in every scenario, and write the table."""
    every = {}
    for name in SCENARIOS:
        every[name] = moved(name)
        print(name, flush=True)
    keys = sorted({key for one in every.values() for key in one}, key=lambda key: -mean_of(every, key))
    heads = ("condition", "mean", *SCENARIOS)
    rows = [(key, mean_of(every, key), *(every[name].get(key) for name in SCENARIOS)) for key in keys]
    with (DOCS / "results" / "lab-controls.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerows(
            [heads, *[["" if v is None else v if isinstance(v, str) else f"{v:.4f}" for v in r] for r in rows]]
        )
    told = [tuple("-" if v is None else v if isinstance(v, str) else f"{v:.3f}" for v in row) for row in rows]
    about = (__doc__ or "").partition("\n\n")[2].partition(" Written into")[0].replace("\n", " ")
    sizes = f"{RUNS} runs of {CITIZENS:,} citizens"
    made = f"Made by `python docs/lab_controls.py`: rules {rules_digest()}, seed {SEED}, {sizes}."
    text = f"# Which conditions move the regimes\n\n{about}\n\n{made}\n\n{table(heads, told)}\n"
    (DOCS / "results" / "lab-controls.md").write_text(text, encoding="utf-8")


def mean_of(every: Mapping[str, Mapping[str, float]], key: str) -> float:
    """The mean over the scenarios that have a condition."""
    return float(np.mean([one[key] for one in every.values() if key in one]))


if __name__ == "__main__":
    main()
