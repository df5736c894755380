"""Export: the series of a kept run as one table, for R, Stata or a spreadsheet.

Rows are run, month and country; wide tables have one column a variable, long ones the columns
`variable` and `value`. Months are written as YYYY-MM, numbers as the shortest text that is exact.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.runs.store import open_run, placing

if TYPE_CHECKING:
    import xarray as xr

FORMATS = ("csv", "parquet")
DICTIONARY = "variables.csv"
"""Written beside a table: name, unit and meaning of every variable of the run."""
KEYS = ("run", "month", "country")


def export(
    folder: str | Path,
    to: str | Path,
    format: str = "csv",
    *,
    long: bool = False,
    variables: Iterable[str] | None = None,
    force: bool = False,
) -> Path:
    """Write the run kept in `folder` as a table, with variables.csv beside it, and return its path.

    `to` is a file, or a folder in which the file is called series.csv or series.parquet; `variables`
    picks some. Raises InputError for what is not a run, an unknown format or variable, a file that
    is there already (without `force`), a place that can't be written, or Parquet without pyarrow.
    """
    if format not in FORMATS:
        mend = nearest(format, FORMATS) or f"give one of: {', '.join(FORMATS)}"
        raise InputError(f"there is no table format '{format}'", where="format", mend=mend)
    if format == "parquet":
        _need_pyarrow()
    run = open_run(folder)
    series = run.whole if variables is None else run.dataset
    names = [str(name) for name in series.data_vars] if variables is None else list(dict.fromkeys(variables))
    for name in names:
        if name not in series.data_vars:
            mend = nearest(name, map(str, series.data_vars))
            raise InputError(f"the run has no variable '{name}'", where="variables", mend=mend)
    target = Path(to).expanduser()
    if target.is_dir() or not target.suffix:
        target = target / f"series.{format}"
    beside, entries = target.with_name(DICTIONARY), _dictionary(series)
    if target == beside:
        raise InputError("this name is kept for the list of variables", where=str(target), mend="give another name")
    there = next((file for file in (target, beside) if file.exists() and not force), None)
    if there is not None and (there == target or there.read_bytes() != entries.encode()):
        mend = "give another place (--to), or delete it first (in Python, force=True replaces it)"
        raise InputError("this file is there already", where=str(there), mend=mend)
    aside = target.with_name(target.name + ".partial")
    with placing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            (_write_csv if format == "csv" else _write_parquet)(aside, series, names, long)
            os.replace(aside, target)
            aside.write_text(entries, encoding="utf-8", newline="")
            os.replace(aside, beside)
        finally:
            aside.unlink(missing_ok=True)
    return target


def _dictionary(series: xr.Dataset) -> str:
    """Return name, unit and meaning of every variable as CSV."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("name", "unit", "meaning"))
    lines.writerows((name, v.attrs.get("unit", ""), v.attrs.get("meaning", "")) for name, v in series.data_vars.items())
    return text.getvalue()


def _tables(series: xr.Dataset, names: list[str], long: bool) -> Iterator[dict[str, Any]]:
    """Yield the columns of one run after the other."""
    months = np.datetime_as_string(series["month"].values.astype("datetime64[M]"))
    countries = series["country"].values.astype(str)
    rows = len(months) * len(countries)
    for place, number in enumerate(series["run"].values.tolist()):
        one = series[names].isel(run=place).transpose("month", "country")
        keys = {
            "run": np.full(rows, number),
            "month": np.repeat(months, len(countries)),
            "country": np.tile(countries, len(months)),
        }
        values = {name: one[name].values.ravel() for name in names}
        if not long:
            yield {**keys, **values}
        else:
            repeated = {key: np.repeat(column, len(names)) for key, column in keys.items()}
            yield {**repeated, "variable": np.tile(names, rows), "value": np.stack(list(values.values()), 1).ravel()}


def _write_csv(path: Path, series: xr.Dataset, names: list[str], long: bool) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([*KEYS, *(("variable", "value") if long else names)])
        for columns in _tables(series, names, long):
            table.writerows(zip(*(column.astype(str).tolist() for column in columns.values()), strict=True))


def _write_parquet(path: Path, series: xr.Dataset, names: list[str], long: bool) -> None:
    import pyarrow
    import pyarrow.parquet

    writer = None
    try:
        for columns in _tables(series, names, long):
            table = pyarrow.table(columns)
            writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise InputError(
            "Parquet needs a library that is not installed",
            where="format",
            why="pyarrow can't be imported",
            mend=".venv/bin/pip install 'pyarrow>=18', or export as csv",
        ) from None
