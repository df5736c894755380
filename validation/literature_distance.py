"""Every number of the literature that the model can speak to, with its distance; and why it can't to the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thermidor.record import literature, literature_tables
from validation import measures
from validation.page import Cell, Table, shown
from validation.sample import Floats, Sample

Row = dict[str, Any]
Speaks = Callable[[Sample, Row], Floats]


def _rate(name: str, per_head: bool = False) -> Speaks:
    """Compound growth of a variable over the row's span, percent a year."""
    return lambda s, row: 100.0 * ((_ratio(name, per_head)(s, row)) ** (1.0 / (row["to_year"] - row["year"])) - 1.0)


def _ratio(name: str, per_head: bool = False) -> Speaks:
    """A variable's last year over its first."""

    def ratio(s: Sample, row: Row) -> Floats:
        values = s[name] / s["population"] if per_head else s[name]
        return s.mean_of_year(values, row["to_year"]) / s.mean_of_year(values, row["year"])

    return ratio


def _change(name: str, per_head: bool = False) -> Speaks:
    """Change over the row's span, percent."""
    return lambda s, row: 100.0 * (_ratio(name, per_head)(s, row) - 1.0)


def _level(of: Callable[[Sample], Floats], scale: float = 1.0) -> Speaks:
    """A quantity of the row's year, in the row's unit."""
    return lambda s, row: scale * s.mean_of_year(of(s), row["year"])


def _department_one(s: Sample) -> Floats:
    return s["industry"] * s["heavy_capital"] / (s["heavy_capital"] + s["light_capital"])


def _department_one_ratio(s: Sample, row: Row) -> Floats:
    made = _department_one(s)
    return s.mean_of_year(made, row["to_year"]) / s.mean_of_year(made, row["year"])


def _five_years(s: Sample, row: Row) -> Floats:
    """Investment of the five years over that of the five before, percent change."""
    now, before = (s["investment"][:, s.span(y, y + 4)].sum(axis=1) for y in (row["year"], row["year"] - 5))
    change: Floats = 100.0 * (now / before - 1.0)
    return change


def _labour(s: Sample, row: Row) -> Floats:
    labour = s["labour_industry"] + s["labour_farm"]
    return 100.0 * (s.mean_of_year(labour, row["to_year"]) / s.mean_of_year(labour, row["year"] - 1) - 1.0)


def _trough_year(s: Sample, row: Row) -> Floats:
    years = np.arange(1929, 1938)
    living = np.stack([s.mean_of_year(s.living, int(year)) for year in years])
    found: Floats = years[living.argmin(axis=0)].astype(np.float64)
    return found


def _official_rate(s: Sample, row: Row) -> Floats:
    return _rate("official_output")(s, row)


SPEAKS: dict[tuple[str, str], Speaks] = {
    ("growth_by_period", "gdp_growth"): _rate("output"),
    ("growth_by_period", "gdp_per_head_growth"): _rate("output", per_head=True),
    ("relative_level", "ratio_to_usa"): _level(lambda s: s["gdp_per_head"] / s["frontier"]),
    ("growth_claims", "official_national_income_ratio"): _ratio("official_output"),
    ("growth_claims", "revised_national_income_ratio"): _ratio("output"),
    ("growth_claims", "official_national_income_growth"): _official_rate,
    ("growth_claims", "revised_national_income_growth"): _rate("output"),
    ("growth_claims", "gnp_growth"): _rate("output"),
    ("growth_claims", "industry_growth"): _rate("industry"),
    ("growth_claims", "heavy_industry_ratio"): _department_one_ratio,
    ("growth_claims", "productive_investment_change"): _five_years,
    ("growth_claims", "labour_change"): _labour,
    ("accumulation", "producer_goods"): _level(lambda s: _department_one(s) / s["industry"], 100.0),
    ("accumulation", "investment_share"): _level(lambda s: s["investment"] / s["output"], 100.0),
    ("consumption", "consumption_total_change"): _change("to_consume"),
    ("consumption", "consumption_per_head_change"): _change("to_consume", per_head=True),
    ("consumption", "consumption_per_head_growth"): _rate("to_consume", per_head=True),
    ("consumption", "consumption_per_head_trough"): _trough_year,
    ("consumption", "urban_real_wage_ratio"): _ratio("eaten_worker"),
    ("apparatus", "state_employees"): _level(lambda s: s["heads_official"], 1000.0),
    ("apparatus", "state_employees_change"): _change("heads_official"),
    ("apparatus", "white_collar"): _level(lambda s: s["heads_official"], 1000.0),
    ("apparatus", "managerial_staff"): _level(lambda s: s["heads_official"], 1000.0),
    ("collapse", "gdp_per_head_change"): _change("output", per_head=True),
    ("collapse", "real_income_change"): _change("to_consume", per_head=True),
    ("collapse", "trough_ratio_median"): lambda s, row: measures.trough_after(s),
    ("collapse", "political_revolutions_won"): lambda s, row: s["repairs"][:, min(s.at(1992), s.values.shape[1] - 1)],
}
"""What of the model answers a quantity of the literature: one number a run, in the quantity's own unit."""

SILENT = {
    "relative_level": "another price base (the ratios say the same); western Europe is not one of the countries",
    "growth_claims": "no official series by branch, no plan targets, no raw materials",
    "accumulation": "the share of consumer goods is the rest to one hundred",
    "consumption": "no calories; nothing before the start",
    "inequality": "no pay scale among workers and no top shares of income; private shares are in `restoration`",
    "apparatus": "officials are one class: no leading staff, lists of posts or shares of the labour force",
    "party": "the party is a centre of authority, without members",
    "sentences": "laid beside year by year under `Coercion by year`",
    "collapse": "no strikers counted, no poverty line, no other countries; private shares are in `restoration`",
    "growth_by_period": "spans before the start or beyond the end; other countries",
}
HERE = ("USSR", "Russia", "27 countries", "bureaucratic states")


def tables(sample: Sample) -> list[Table]:
    """Return the table of distances, farthest first within each source table, and that of the numbers left out."""
    rows: list[list[Cell]] = []
    silent: list[list[Cell]] = []
    for name in literature_tables():
        found: list[list[Cell]] = []
        rest = 0
        for entry in literature(name):
            row = compared(sample, name, entry)
            if row:
                found.append(row)
            else:
                rest += 1
        rows += sorted(found, key=lambda row: -abs(float(row[7] or 0)) if row[7] == row[7] else 0.0)
        silent.append([name, len(found), rest, SILENT.get(name, "") if rest else ""])
    heads = (
        "table",
        "quantity",
        "place",
        "from",
        "to",
        "record",
        "median run",
        "distance",
        "5-95% of runs",
        "unit",
        "basis",
    )
    note = "Distance: median run less record, in its own unit; for persons and ratios the logarithm of the quotient."
    return [
        Table("literature", "The literature's numbers, with their distance", heads, rows, note),
        Table(
            "literature-silent",
            "Numbers of the literature by table",
            ("table", "compared", "not compared", "why"),
            silent,
        ),
    ]


def compared(sample: Sample, table: str, entry: Row) -> list[Cell] | None:
    """Return one number of the literature beside the runs; None where the model has nothing to say."""
    speaks = SPEAKS.get((table, entry["quantity"]))
    record = entry["value"] if entry["value"] is not None else entry["high"]
    if speaks is None or record is None or entry["place"] not in HERE:
        return None
    if entry["quantity"] == "consumption_per_head_trough":
        record = entry["year"] + 0.5
    values = speaks(sample, entry)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    low, middle, high = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    logs = entry["unit"].startswith(("ratio", "thousand", "persons")) and record > 0 and middle > 0
    distance = float(np.log(middle / record)) if logs else middle - record
    span = (entry["year"], entry["to_year"])
    return [table, entry["quantity"], entry["place"], str(span[0]), str(span[1] or ""), record, middle, distance,
            f"{shown(low)} to {shown(high)}", entry["unit"], entry["basis"]]  # fmt: skip
