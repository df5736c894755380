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
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.record import record
from thermidor.rules import load_rules
from thermidor.rules.registry import FOLDER
from thermidor.runs.simulate import simulate
from thermidor.scenarios import resolve
from validation.ensemble import Plan, each
from validation.measures import TURNING
from validation.settings import first_country, main_scenario

Floats = NDArray[np.float64]
TARGETS = yaml.safe_load((Path(__file__).parent / "targets.yaml").read_text(encoding="utf-8"))
FREE = (Path(__file__).parent / "free_rules.txt").read_text(encoding="utf-8").split()
START = 1917 + 10 / 12
PLAN = Plan(replicates=20, citizens=1_200, surroundings=250)
SHAKEN = 0.1
"""Every second member lives under rules of its own, drawn within this share of the values: a fit on broad ground."""


class Runs:
    """Members of the main scenario's first country: `x[name]` is float [run, month]."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.values = values

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.values[..., VARIABLES.index(name)]

    def of_year(self, name: str, year: int) -> Floats:
        """Mean of a calendar year, by run."""
        first = (year - 1918) * 12 + 2
        if name == "consumption_on_1928":
            return self._living(year) / np.median(self._living(1928))
        if name == "investment_share":
            return self.of_year("investment", year) / self.of_year("output", year)
        return self[name][:, first : first + 12].mean(1).astype(float)

    def _living(self, year: int) -> Floats:
        return self.of_year("to_consume", year) / self.of_year("population", year)

    def month(self, year: float) -> int:
        """Place of a date."""
        return round((year - START) * 12)


def live(values: Mapping[str, float], plan: Plan = PLAN) -> Runs:
    """The members under these values of the rules, on common random numbers."""
    scenario, registry = main_scenario(), load_rules()
    central = {**{name: rule.value for name, rule in registry.items()}, **values}

    def member(k: int) -> NDArray[np.float32]:
        resolved = resolve(scenario, plan.seed, k)
        shakes = SHAKEN * (k % 2) * np.random.default_rng(k).uniform(-1.0, 1.0, len(central))
        own = {n: v * (1.0 + shake) for (n, v), shake in zip(central.items(), shakes, strict=True)}
        rules = registry.record({n: float(np.clip(v, registry[n].low, registry[n].high)) for n, v in own.items()})
        sizes = plan.sizes(resolved.countries)
        return simulate(resolved, rules, seed=plan.seed, replicate=k, citizens=sizes).series[:, 0].astype(np.float32)

    return Runs(np.stack(each(member, range(plan.replicates), plan.threads)))


def first(happens: NDArray[np.bool_], lasting: int = 6) -> Floats:
    """Date at which something first holds for half a year, infinite where never."""
    sums = np.cumsum(np.pad(happens.astype(int), ((0, 0), (1, 0))), 1)
    lasts = sums[:, lasting:] - sums[:, :-lasting] == lasting
    return np.where(lasts.any(1), START + lasts.argmax(1) / 12, np.inf)


def costs(x: Runs) -> dict[str, float]:
    """What each target costs these runs."""
    key = str(main_scenario().countries[first_country(main_scenario())].record)
    gdp, people = (record(key, name).by_year() for name in ("gdp_per_head", "population"))
    median = {year: float(np.median(x.of_year("gdp_per_head", year))) for year in range(1918, 2000)}
    cost: dict[str, float] = {}
    asked = TARGETS["record"]
    years = [y for y in range(asked["first"], asked["last"] + 1) if y in gdp]
    gaps = np.array([np.log(median[y] / gdp[y]) for y in years])
    cost["record"] = (max(float(np.abs(gaps - np.median(gaps)).mean()) - asked["allowed"], 0) / asked["tolerance"]) ** 2
    cost["scale"] = 0.5 * float(np.median(gaps) / 0.1) ** 2
    for row in TARGETS["growth"]:
        a, b = row["years"]
        found, wanted = (100 * np.log(series[b] / series[a]) / (b - a) for series in (median, gdp))
        cost[f"growth {a}-{b}"] = ((found - wanted) / row["tolerance"]) ** 2
    for row in TARGETS["level"]:
        for y in row["years"]:
            cost[f"level {y}"] = row["weight"] * (np.log(median[y] / gdp[y]) / row["tolerance"]) ** 2
    for row in TARGETS["population"]:
        for y in row["years"]:
            found = float(np.median(x.of_year("population", y)))
            cost[f"people {y}"] = row["weight"] * (np.log(found / people[y]) / row["tolerance"]) ** 2
    for row in TARGETS["medians"]:
        for y, wanted in row["at"].items():
            found = float(np.median(x.of_year(row["of"], y)))
            cost[f"{row['of']} {y}"] = row.get("weight", 1.0) * ((found - wanted) / row["tolerance"]) ** 2
    return cost | politics(x)


def politics(x: Runs) -> dict[str, float]:
    """Costs of the dated targets: the label, the fall of the norms, the exit, two waves of coercion, the passages."""
    cost: dict[str, float] = {}
    norms, room, state = x["norms"], x["room"], x["state_property"]
    label = (state >= 0.5) & (norms < 0.35) & ((room < 0.35) | (norms < 0.15))
    reached = np.minimum(first(label), 1950)
    asked = TARGETS["label"]
    cost["label"] = 2 * ((np.median(reached) - asked["median"]) / asked["tolerance"]) ** 2
    cost["label window"] = 5 * float(np.mean(np.clip(np.abs(reached - asked["median"]) - asked["window"], 0, 6) / 3))
    for year in asked["held"]:
        cost[f"held {year}"] = 30 * max(0.97 - float(label[:, x.month(year)].mean()), 0)
    fallen = np.minimum(first(norms < 0.5), 1945)
    asked = TARGETS["norms_half"]
    cost["norms half"] = 3 * float(np.mean(np.clip(np.abs(fallen - asked["median"]) - asked["slack"], 0, 5) / 2))
    cost |= exits(x, state)
    gone = np.minimum(first(norms < 0.35), 1950)
    cost |= coercion(x, gone)
    asked = TARGETS["passages"]
    cost["broken early"] = 20 * float((x["breaks"][:, x.month(asked["none_broken_before"])] > 0).mean())
    won = float((x["repairs"][:, -1] > 0).mean())
    cost["won from below"] = 0.9 * (max(asked["won_from_below"] - won, 0) / 0.06) ** 2 + 30 * max(won - 0.3, 0)
    pressed = (x["mobilisation"] / x["hold"])[:, x.month(1985) :].max(1)
    cost["pressure"] = 2 * float(np.mean(np.clip(asked["pressure_on_hold"] - pressed, 0, 1)))
    return cost


def exits(x: Runs, state: NDArray[np.float32]) -> dict[str, float]:
    """Costs of the end: when state property falls below half, how spread the dates are, how far it goes."""
    asked, left = TARGETS["exit"], first(state < 0.5)
    date = np.minimum(left, 2006)
    spread = float(np.quantile(date, 0.75) - np.quantile(date, 0.25))
    turned = x["converted"][:, x.month(1977) : x.month(1979)].mean(1)
    cost = {
        "exit": ((np.median(date) - asked["median"]) / asked["tolerance"]) ** 2,
        "exit share": 40 * max(asked["least_by_2000"] - float((left < 2000).mean()), 0) ** 2,
        "exit spread": (max(asked["spread"] - spread, 0) / 3) ** 2,
        "exit early": 20 * float((left < asked["none_before"]).mean()),
        "turned early": float(np.mean(np.clip(turned - 0.12, 0, 1) / 0.1)),
    }
    began = np.minimum(first(state < TURNING * np.maximum.accumulate(state, 1)), 2000.9)
    late = began < 1990.9
    if late.sum() > 2:
        place = ((began[late] - START) * 12).astype(int)
        run = np.flatnonzero(late)
        cost["private spread"] = 15 * max(asked["private_spread"] - float(np.std(state[run, place + 120])), 0)
        product = x["gdp_per_head"]
        low = [
            product[k, at : at + 120].min() / product[k, at - 24 : at].max() for k, at in zip(run, place, strict=True)
        ]
        cost["trough"] = 3 * max(float(np.median(low)) - asked["trough"], 0) / 0.1
    return cost


def coercion(x: Runs, gone: Floats) -> dict[str, float]:
    """Costs of the mass wave beside the worst shortage, and of the purge after the fall of the norms."""
    asked, purge = TARGETS["purge"], x["repression_elite"]
    a, b = (1922 - 1918) * 12, (1960 - 1918) * 12
    date, height = 1922 + purge[:, a:b].argmax(1) / 12, purge[:, a:b].max(1)
    cost = {
        "purge date": ((np.median(date) - asked["median"]) / asked["tolerance"]) ** 2
        + 6 * float(np.mean(np.clip(np.abs(date - gone - asked["after_norms"]) - asked["slack"], 0, 6) / 3))
        + 1.5 * float(np.mean(np.clip(date - 1940.8, 0, 6))),
        "purge height": 14 * float(np.mean(np.clip(asked["height"] - height, 0, 1) / asked["height"]))
        + 4 * float(np.mean(np.clip(height - asked["at_most"], 0, 1) / 0.2)),
        "purge ends": 4 * float(np.mean(np.clip(purge[:, 300:324].mean(1), 0, 0.2) / 0.05)),
    }
    living = x["to_consume"] / x["population"]
    smooth = np.stack([np.convolve(run, np.ones(12) / 12, "same") for run in living])
    run, peak = np.arange(len(date)), a + purge[:, a:b].argmax(1)
    cost["purge in want"] = 4 * float(
        np.mean(np.clip(1.01 - smooth[run, peak] / smooth[run, peak - 24], 0, 0.1) / 0.03)
    )
    asked, many = TARGETS["wave"], x["repression_mass"]
    i = (1927 - 1918) * 12
    worst, peak = smooth[:, i : i + 120].argmin(1) / 12, many[:, i : i + 156].argmax(1) / 12
    cost["wave"] = 4 * float(np.mean(np.clip(np.abs(worst - peak) - asked["within"], 0, 5) / 2))
    dip = np.stack([x.of_year("to_consume", y) / x.of_year("population", y) for y in range(1929, 1936)]).min(0)
    dip /= x.of_year("to_consume", 1928) / x.of_year("population", 1928)
    cost["dip"] = 6 * float(np.mean(np.clip(dip - asked["dip"], 0, 0.2) / 0.05))
    cost["wave date"] = ((np.median(peak) + 1927 - asked["median"]) / 2) ** 2
    civil = many[:, 6:38].max(1) / np.maximum(many[:, i : i + 120].max(1), 0.01)
    cost["civil war above wave"] = float(np.mean(np.clip(civil - 0.8, 0, 1)))
    cost["wave height"] = 6 * float(
        np.mean(np.clip(asked["height"] - many[:, i : i + 120].max(1), 0, 1) / asked["height"])
    )
    return cost


def total(values: Mapping[str, float], plan: Plan = PLAN) -> float:
    """The loss: costs held at 60 each, summed."""
    return float(sum(min(cost, 60.0) for cost in costs(live(values, plan)).values()))


def search(
    start: Mapping[str, float], minutes: float, sigma: float, to: Path | None = None, seed: int = 3
) -> dict[str, float]:
    """The best values found in so many minutes, from `start`, inside the ranges; kept in the file `to` as they come."""
    import cma

    rules = load_rules()
    low, high = (np.array([getattr(rules[name], side) for name in FREE]) for side in ("low", "high"))
    at = np.clip((np.array([start.get(name, rules[name].value) for name in FREE]) - low) / (high - low), 0.001, 0.999)

    def decode(z: Floats) -> dict[str, float]:
        return dict(zip(FREE, (low + np.clip(z, 0, 1) * (high - low)).tolist(), strict=True))

    best, loss, began = decode(at), total(decode(at)), time.monotonic()
    options = {"bounds": [0, 1], "popsize": 18, "verbose": -9, "CMA_diagonal": 100, "seed": seed}
    strategy = cma.CMAEvolutionStrategy(at, sigma, options)
    while time.monotonic() - began < 60 * minutes:
        points = strategy.ask()
        losses = [total(decode(z)) for z in points]
        strategy.tell(points, losses)
        if min(losses) < loss:
            loss, best = min(losses), decode(points[int(np.argmin(losses))])
            print(f"{time.monotonic() - began:6.0f} s  loss {loss:.1f}", flush=True)
            if to:
                to.write_text(json.dumps(best, indent=1))
    return best


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
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    start: dict[str, Any] = json.loads(asked.start.read_text()) if asked.start else {}
    best = search(start, asked.minutes, asked.sigma, asked.to) if asked.minutes else start
    found = costs(live(best))
    print(f"loss {sum(min(c, 60.0) for c in found.values()):.1f}")
    for name, cost in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{cost:8.2f}  {name}")
    if asked.to:
        asked.to.write_text(json.dumps(best, indent=1))
    if asked.write:
        write(best)


if __name__ == "__main__":
    main()
