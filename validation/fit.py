"""The fit of the rules' values on the targets of `targets.yaml`: by covariance-matrix adaptation, openly a fit.

`python -m validation.fit --minutes 12 --start values.json --to values.json` searches within the rules' ranges and
prints what each target costs; `--write` puts the values found into the registry. It shows that the targets can be had
together by one rule vector; it identifies nothing. Needs the package `cma` (extra `fit`).
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.rules import load_rules
from thermidor.rules.registry import FOLDER
from thermidor.runs.simulate import simulate
from thermidor.scenarios import resolve
from validation.ensemble import Plan, each, kept, sample_of
from validation.loss import AT_MOST, costs, total
from validation.sample import Floats, Sample
from validation.settings import main_scenario

FREE = (Path(__file__).parent / "free_rules.txt").read_text(encoding="utf-8").split()
PLAN = Plan(replicates=20, citizens=1_200, surroundings=250)
SHAKEN = 0.1
"""Every second member lives under rules of its own, drawn within this share of the values: a fit on broad ground."""


def live(values: Mapping[str, float], plan: Plan = PLAN) -> Sample:
    """Return the members under these values of the rules, on common random numbers."""
    scenario, registry = main_scenario(), load_rules()
    central = {**{name: rule.value for name, rule in registry.items()}, **values}

    def member(k: int) -> NDArray[np.float32]:
        resolved = resolve(scenario, plan.seed, k)
        shakes = SHAKEN * (k % 2) * np.random.default_rng(k).uniform(-1.0, 1.0, len(central))
        own = {n: v * (1.0 + shake) for (n, v), shake in zip(central.items(), shakes, strict=True)}
        rules = registry.record({n: float(np.clip(v, registry[n].low, registry[n].high)) for n, v in own.items()})
        sizes = plan.sizes(resolved.countries)
        return kept(simulate(resolved, rules, seed=plan.seed, replicate=k, citizens=sizes).series)

    return sample_of(each(member, range(plan.replicates), plan.threads), scenario.start)


def search(
    start: Mapping[str, float], minutes: float, sigma: float, to: Path | None, plan: Plan, seed: int = 3
) -> dict[str, float]:
    """Return the best values found in so many minutes, inside the ranges; the file `to` keeps them as they come."""
    import cma

    rules = load_rules()
    low, high = (np.array([getattr(rules[name], side) for name in FREE]) for side in ("low", "high"))
    at = np.clip((np.array([start.get(name, rules[name].value) for name in FREE]) - low) / (high - low), 0.001, 0.999)

    def decode(z: Floats) -> dict[str, float]:
        return dict(zip(FREE, (low + np.clip(z, 0, 1) * (high - low)).tolist(), strict=True))

    def loss_at(z: Floats) -> float:
        return total(live({**start, **decode(z)}, plan))

    best, loss, began = decode(at), loss_at(at), time.monotonic()
    options = {"bounds": [0, 1], "popsize": 18, "verbose": -9, "CMA_diagonal": 100, "seed": seed}
    strategy = cma.CMAEvolutionStrategy(at, sigma, options)
    while time.monotonic() - began < 60 * minutes:
        points = strategy.ask()
        losses = [loss_at(z) for z in points]
        strategy.tell(points, losses)
        if min(losses) < loss:
            loss, best = min(losses), decode(points[int(np.argmin(losses))])
            print(f"{time.monotonic() - began:6.0f} s  loss {loss:.1f}", flush=True)
            if to:
                to.write_text(json.dumps({**start, **best}, indent=1))
    return {**start, **best}


def write(values: Mapping[str, float]) -> None:
    """Put values, at four digits, into the registry's files in place of the present ones."""
    for path in FOLDER.glob("*.yaml"):
        lines, rule = path.read_text(encoding="utf-8").split("\n"), ""
        for i, line in enumerate(lines):
            if re.match(r"^[a-z_]+:", line):
                rule = line.split(":")[0]
            if rule in values and line.startswith("  value:"):
                lines[i] = f"  value: {float(f'{values[rule]:.4g}'):g}"
        path.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Search, say what each target costs, keep the values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--sigma", type=float, default=0.06)
    parser.add_argument("--members", type=int, default=PLAN.replicates)
    parser.add_argument("--seed", type=int, default=PLAN.seed)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    plan = replace(PLAN, replicates=asked.members, seed=asked.seed)
    start: dict[str, Any] = json.loads(asked.start.read_text()) if asked.start else {}
    best = search(start, asked.minutes, asked.sigma, asked.to, plan) if asked.minutes else start
    found = costs(live(best, plan))
    print(f"loss {sum(min(cost, AT_MOST) for cost in found.values()):.1f}")
    for name, cost in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{cost:8.2f}  {name}")
    if asked.to:
        asked.to.write_text(json.dumps(best, indent=1))
    if asked.write:
        write(best)


if __name__ == "__main__":
    main()
