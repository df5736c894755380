"""The loss of the fit: what each target of `targets.yaml` costs a sample of runs. Dates are those of `measures`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from thermidor.record import record
from validation.measures import (
    exit_date,
    in_label,
    label_date,
    measure,
    norms_gone_date,
    norms_half_date,
    private_after,
    restoration_date,
    smooth,
    trough_after,
)
from validation.sample import Floats, Sample
from validation.settings import first_country, main_scenario

TARGETS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "targets.yaml").read_text(encoding="utf-8"))
AT_MOST = 60.0
"""What one target may cost: no single failure hides the rest."""


def total(sample: Sample) -> float:
    """Return the loss: the costs, each at most `AT_MOST`, summed."""
    return float(sum(min(cost, AT_MOST) for cost in costs(sample).values()))


def costs(sample: Sample) -> dict[str, float]:
    """Return what each target costs, by name."""
    return product(sample) | levels(sample) | regime(sample) | end(sample) | purge(sample) | wave(sample)


def product(sample: Sample) -> dict[str, float]:
    """Costs of GDP per head: level, course and growth by period, each of the median run."""
    key = str(main_scenario().countries[first_country(main_scenario())].record)
    gdp = record(key, "gdp_per_head").by_year()
    found = {year: float(np.median(sample.year("gdp_per_head", year))) for year in range(1918, 2000)}
    asked = TARGETS["record"]
    years = [year for year in range(asked["first"], asked["last"] + 1) if year in gdp]
    gaps = np.array([np.log(found[year] / gdp[year]) for year in years])
    error = float(np.abs(gaps - np.median(gaps)).mean())
    cost = {
        "record": _square(max(error - asked["allowed"], 0.0), asked),
        "scale": asked["scale_weight"] * float(np.median(gaps) / asked["scale_tolerance"]) ** 2,
    }
    for row in TARGETS["growth"]:
        a, b = row["years"]
        rates = [100.0 * np.log(series[b] / series[a]) / (b - a) for series in (found, gdp)]
        cost[f"growth {a}-{b}"] = _square(rates[0] - rates[1], row)
    for row in TARGETS["level"]:
        cost |= {f"level {year}": _square(float(np.log(found[year] / gdp[year])), row) for year in row["years"]}
    return cost


def levels(sample: Sample) -> dict[str, float]:
    """Costs of other levels, of the median run: people, and the rows of `medians`."""
    key = str(main_scenario().countries[first_country(main_scenario())].record)
    people = record(key, "population").by_year()
    cost = {}
    for row in TARGETS["population"]:
        for year in row["years"]:
            found = float(np.median(sample.year("population", year)))
            cost[f"people {year}"] = _square(float(np.log(found / people[year])), row)
    for row in TARGETS["medians"]:
        for year, wanted in row["at"].items():
            cost[f"{row['of']} {year}"] = _square(float(np.median(_of_year(sample, row["of"], year))) - wanted, row)
    return cost


def regime(sample: Sample) -> dict[str, float]:
    """Costs of the label, the fall of the norms, and the passages from below."""
    asked = TARGETS["label"]
    reached = np.minimum(label_date(sample), asked["latest"])
    cost = {
        "label": _square(float(np.median(reached)) - asked["median"], asked),
        "label window": asked["window_weight"] * _outside(reached, asked["median"], asked["window"], asked["most"]),
    }
    for year in asked["held"]:
        missing = max(asked["least"] - float(in_label(sample, year).mean()), 0.0)
        cost[f"held {year}"] = asked["held_weight"] * missing
    asked = TARGETS["norms_half"]
    fallen = np.minimum(norms_half_date(sample), asked["latest"])
    cost["norms half"] = asked["weight"] * _outside(fallen, asked["median"], asked["slack"], asked["most"])
    asked = TARGETS["passages"]
    broken = sample["breaks"][:, sample.at(asked["none_broken_before"])] > 0
    won = float((sample["repairs"][:, -1] > 0).mean())
    pressed = (sample["mobilisation"] / sample["hold"])[:, sample.at(asked["pressed_from"]) :].max(axis=1)
    cost["broken early"] = asked["broken_weight"] * float(broken.mean())
    cost["won from below"] = asked["won_weight"] * max(won - asked["won_at_most"], 0.0)
    cost["pressure"] = asked["pressure_weight"] * float(np.clip(asked["pressure_on_hold"] - pressed, 0.0, 1.0).mean())
    return cost


def end(sample: Sample) -> dict[str, float]:
    """Costs of the end: when state property falls below half, how spread the dates are, how far and at what loss."""
    asked, left = TARGETS["exit"], restoration_date(sample)
    date = np.minimum(left, asked["latest"])
    spread = float(np.quantile(date, 0.75) - np.quantile(date, 0.25))
    cost = {
        "exit": _square(float(np.median(date)) - asked["median"], asked),
        "exit share": asked["share_weight"] * max(asked["least_by_2000"] - float((left < 2000.0).mean()), 0.0) ** 2,
        "exit spread": max((asked["spread"] - spread) / asked["spread_tolerance"], 0.0) ** 2,
        "exit early": asked["early_weight"] * float((exit_date(sample) < asked["none_before"]).mean()),
    }
    private, low = private_after(sample), trough_after(sample)
    if np.isfinite(private).sum() > 2:
        spread = float(np.nanstd(private))
        cost["private spread"] = asked["private_weight"] * max(asked["private_spread"] - spread, 0.0)
        cost["trough"] = asked["trough_weight"] * max(float(np.nanmedian(low)) - asked["trough"], 0.0)
    return cost


def purge(sample: Sample) -> dict[str, float]:
    """Costs of the burst inside the apparatus: its date after the fall of the norms, height, end, living meanwhile."""
    asked, elite = TARGETS["purge"], sample["repression_elite"]
    span = sample.span(*asked["between"])
    run, peak = np.arange(len(sample)), span.start + elite[:, span].argmax(axis=1)
    date, height = sample.start + peak / 12.0, elite[run, peak]
    since = date - np.minimum(norms_gone_date(sample), asked["latest_norms"])
    late = np.clip(date - asked["latest"], 0.0, asked["most"])
    lasting = np.clip(elite[:, sample.span(*asked["over_by"])].mean(axis=1), 0.0, 0.2)
    living = smooth(sample.living)
    rise = living[run, peak] / living[run, np.maximum(peak - 24, 0)]
    return {
        "purge date": _square(float(np.median(date)) - asked["median"], asked),
        "purge after norms": asked["after_weight"]
        * _outside(since, asked["after_norms"], asked["slack"], asked["most"]),
        "purge late": asked["late_weight"] * float(late.mean()),
        "purge height": asked["height_weight"] * _short(height, asked["height"])
        + asked["at_most_weight"] * float(np.clip(height - asked["at_most"], 0.0, 1.0).mean()),
        "purge ends": asked["ends_weight"] * float(lasting.mean()),
        "purge in want": asked["want_weight"] * float(np.clip(asked["rise"] - rise, 0.0, 0.1).mean()),
    }


def wave(sample: Sample) -> dict[str, float]:
    """Costs of the mass wave: beside the worst shortage, its date and height, hunger, and the civil war's below it."""
    asked, many = TARGETS["wave"], sample["repression_mass"]
    years = sample.span(*asked["between"])
    living = smooth(sample.living)[:, years]
    peak, height = many[:, years].argmax(axis=1) / 12.0, many[:, years].max(axis=1)
    first, last = asked["dip_years"]
    yearly = np.stack([_of_year(sample, "consumption_on_1928", year) for year in range(first, last + 1)])
    civil = many[:, sample.span(*asked["civil_war"])].max(axis=1) / np.maximum(height, 0.01)
    starved = sample["excess_deaths"][:, sample.span(*asked["famine_years"])].sum(axis=1)
    return {
        "wave": asked["beside_weight"]
        * _outside(peak - living.argmin(axis=1) / 12.0, 0.0, asked["within"], asked["most"]),
        "wave date": _square(float(np.median(peak)) + asked["between"][0] - asked["median"], asked),
        "wave height": asked["height_weight"] * _short(height, asked["height"]),
        "dip": asked["dip_weight"] * float(np.clip(yearly.min(axis=0) - asked["dip"], 0.0, 0.2).mean()),
        "civil war above wave": float(np.clip(civil - asked["civil_war_on_wave"], 0.0, 1.0).mean()),
        "famine": ((float(np.median(starved)) - asked["famine"]) / asked["famine_tolerance"]) ** 2,
    }


def _of_year(sample: Sample, name: str, year: int) -> Floats:
    """Mean of a calendar year, by run; two names are ratios."""
    if name == "consumption_on_1928":
        return measure(f"consumption_{year}").of(sample)
    if name == "investment_share":
        return sample.year("investment", year) / sample.year("output", year)
    return sample.year(name, year)


def _square(gap: float, row: dict[str, Any]) -> float:
    """Weight x (gap / tolerance)^2, the weight 1 where none is given."""
    return float(row.get("weight", 1.0)) * (gap / float(row["tolerance"])) ** 2


def _outside(values: Floats, middle: float, slack: float, most: float) -> float:
    """Mean distance beyond `slack` from the middle, each at most `most`."""
    return float(np.clip(np.abs(values - middle) - slack, 0.0, most).mean())


def _short(values: Floats, asked: float) -> float:
    """Mean shortfall below what is asked, as a share of it."""
    return float(np.clip(asked - values, 0.0, 1.0).mean()) / asked
