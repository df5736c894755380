"""Codings laid beside the lenses: a published one from the record, or the reader's own file (country, year, label)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.lenses.spells import Axes, Reading

NOT_CODED = "not-coded"
"""The label of months for which a coding has nothing."""
COLUMNS = ("country", "year", "label")
MOST_LABELS = 100


class Published(NamedTuple):
    """A coding of the record: its series, the lowest value of each label, and where the division comes from."""

    series: str
    labels: Mapping[float, str]
    source: str


PUBLISHED = {
    "v-dem": Published(
        "regime_class",
        {0: "closed-autocracy", 1: "electoral-autocracy", 2: "electoral-democracy", 3: "liberal-democracy"},
        "Regimes of the World (Luehrmann, Tannenberg and Lindberg 2018), as V-Dem gives it",
    ),
    "polity": Published(
        "polity",
        {-10: "autocracy", -5: "anocracy", 6: "democracy"},
        "Polity5 (Marshall and Gurr 2020), its score divided at -5 and 6 as its authors do",
    ),
    "bmr": Published(
        "democracy_yes_no", {0: "non-democratic", 1: "democratic"}, "Boix, Miller and Rosato (2013)"
    ),
    "lied": Published(
        "lexical",
        {
            0: "no-elections", 1: "single-list-elections", 2: "parties-for-parliament", 3: "parties-for-all-offices",
            4: "contested-by-few", 5: "contested-by-men", 6: "contested-by-all",
        },
        "Lexical Index of Electoral Democracy (Skaaning, Gerring and Bartusevicius 2015); its steps in our words",
    ),
}  # fmt: skip
"""Published codings by name."""


def coding(name: str, axes: Axes, keys: Mapping[str, str | None]) -> Reading:
    """Return a coding as a reading with the axes of a run: one label for all months of a year, the same in all runs.

    `name` is that of a published coding or of a CSV file; `keys` gives the record's key of each country that has one.
    Raises InputError for a name or file that can't be read, and where no country and year of the run is coded.
    """
    if name in PUBLISHED:
        years = {country: _published(PUBLISHED[name], key) for country, key in keys.items()}
    elif Path(name).is_file() or name.lower().endswith(".csv"):
        years = _own(Path(name), keys)
    else:
        known = f"codings: {', '.join(PUBLISHED)}; or a CSV file with the columns {', '.join(COLUMNS)}"
        raise InputError(f"there is no coding '{name[:80]}'", "--coding", mend=nearest(name, PUBLISHED) or known)
    found = reading_of(years, axes)
    if (found.labels == len(found.names) - 1).all():
        first, last = str(axes.months[0])[:4], str(axes.months[-1])[:4]
        why = f"it has nothing for {', '.join(axes.countries)} from {first} to {last}"
        mend = "a country of a run is known by its name, or by the key of the record that its scenario gives it"
        raise InputError(f"the coding '{name[:80]}' can't be laid over this run", "--coding", why, mend)
    return found


def reading_of(years: Mapping[str, Mapping[int, str]], axes: Axes) -> Reading:
    """Return labels by country and year as a reading; the last of its names stands for what is not coded."""
    ranks = [label for one in PUBLISHED.values() for label in one.labels.values()]
    every = {label for own in years.values() for label in own.values()}
    names = (*sorted(every, key=lambda label: (ranks.index(label) if label in ranks else len(ranks), label)), NOT_CODED)
    month_years = axes.months.astype("datetime64[Y]").astype(int) + 1970
    codes = np.full((1, len(axes.months), len(axes.countries)), len(names) - 1, dtype=np.int8)
    for place, country in enumerate(axes.countries):
        own = years.get(country, {})
        codes[0, :, place] = [names.index(own.get(int(year), NOT_CODED)) for year in month_years]
    labels = np.broadcast_to(codes, (len(axes.runs), *codes.shape[1:]))
    return Reading(runs=axes.runs, months=axes.months, countries=axes.countries, labels=labels, raw=labels, names=names)


def _published(one: Published, key: str | None) -> dict[int, str]:
    """Return a country's labels by year; none where the record doesn't know it."""
    from thermidor.record import record

    if key is None:
        return {}
    try:
        values = record(key, one.series).by_year()
    except InputError:
        return {}
    floors = sorted(one.labels)
    return {year: one.labels[max(floor for floor in floors if floor <= value)] for year, value in values.items()}


def _own(path: Path, keys: Mapping[str, str | None]) -> dict[str, dict[int, str]]:
    """Read the reader's file; raises InputError with file and line for what can't be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("the coding can't be read", str(path), why, "give a CSV file in UTF-8") from None
    if not rows or not set(COLUMNS) <= set(rows[0]):
        has = ", ".join(str(name) for name in rows[0] if name) if rows else "nothing below its first line"
        raise InputError("the coding can't be read", str(path), f"it has {has}", f"columns: {', '.join(COLUMNS)}")
    names = {key: country for country, key in keys.items() if key} | {country: country for country in keys}
    found: dict[str, dict[int, str]] = {country: {} for country in keys}
    for line, row in enumerate(rows, 2):
        country, year, label = ((row[column] or "").strip() for column in COLUMNS)
        where = f"{path}:{line}"
        if not year.isascii() or not year.lstrip("-").isdigit() or len(year) > 5:
            raise InputError("the coding can't be read", where, f"'{year[:40]}' is no year", "write it as 1917")
        if not country or not label or len(label) > 60 or not label.isprintable():
            raise InputError("the coding can't be read", where, "country or label is missing, or too long")
        own = found.get(names.get(country, ""))
        if own is None:
            continue  # of another country: a file may hold the world
        if own.setdefault(int(year), label) != label:
            raise InputError("the coding can't be read", where, f"{country} has two labels in {year}", "keep one")
    if len({label for own in found.values() for label in own.values()}) > MOST_LABELS:
        raise InputError("the coding can't be read", str(path), f"it has more than {MOST_LABELS} labels")
    return found
