"""What can be taken away of an ensemble: its figure, its numbers, the scenario as lived, the line that lives it again.

Tables hold months as rows: of every variable of the panels the median and the 5% and 95% quantiles over runs, and the
share of runs under each regime. The figure is that of `thermidor run`; under another lens only its ribbon is of that
lens, and it says so. Every file says what was changed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from thermidor.errors import InputError, nearest
from thermidor.jit import rules_digest
from thermidor.lab import live
from thermidor.lab.api import ERRORS, lived, refused
from thermidor.lab.changes import changed
from thermidor.lab.choice import Choice, read, scenario
from thermidor.lab.curves import variables
from thermidor.lab.figure import figure, made_by
from thermidor.lab.jobs import Desk
from thermidor.lab.live import Lived

if TYPE_CHECKING:
    import xarray as xr

LEVELS = {"p05": 0.05, "median": 0.5, "p95": 0.95}
"""Names of the quantiles in tables."""
AT_ONCE = 1
"""Files that are written at the same time: drawing has one lock, and pages come first."""


class Format(NamedTuple):
    """A kind of file: its media type and ending, what writes it of an ensemble's country, or of the choice alone."""

    media: str
    ending: str
    write: Callable[[Lived, str], bytes]
    plain: Callable[[Choice], bytes] | None = None


def _drawn(kind: str) -> Callable[[Lived, str], bytes]:
    def write(of: Lived, country: str) -> bytes:
        file = io.BytesIO()
        figure(of, country).savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else None)
        return file.getvalue()

    return write


def dataset(of: Lived, country: str) -> xr.Dataset:
    """Quantiles over runs (quantile, month) of the panels' variables, and shares of runs (regime, month), float32.

    Units and meanings are attributes, and what was lived. Raises InputError for a country that is not there.
    """
    from thermidor.lenses.spells import shares
    from thermidor.runs.summary import quantiles

    reading = of.reading(of.choice.lens)
    place = [reading.country(country)]
    by_regime = shares(reading, country)
    found = quantiles(of.result.whole[sorted(variables())].isel(country=place)).isel(country=0, drop=True)
    found = found.astype(np.float32)
    told = {"unit": "share of runs", "meaning": f"runs under each regime, as the lens '{of.choice.lens}' reads them"}
    found["share"] = (("regime", "month"), np.stack(list(by_regime.values())).astype(np.float32), told)
    found = found.assign_coords(regime=list(by_regime))
    found["quantile"].attrs["meaning"] = "share of runs that lie below"
    for variable in found.data_vars.values():
        variable.attrs["units"] = variable.attrs["unit"]
    return found.assign_attrs(_about(of, country))


def _about(of: Lived, country: str) -> dict[str, str]:
    """What a table is of, and how to make it again."""
    return {
        "title": scenario(of.choice.scenario).title,
        "country": country,
        "changed": changed(of.choice),
        "runs": str(of.members),
        "lens": of.choice.lens,
        "link": of.choice.link,
        "line": _line(of.choice),
        "made_by": made_by(),
        "note": "A model of a theory: no forecast and no endorsement.",
    }


def _columns(of: Lived, country: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A table's columns by name, and what each is (unit and meaning)."""
    found = dataset(of, country)
    columns: dict[str, Any] = {"month": np.datetime_as_string(found["month"].values.astype("datetime64[M]"))}
    told = {"month": "YYYY-MM"}
    for name in sorted(variables()):
        words = f"{found[name].attrs['unit']}; {found[name].attrs.get('meaning', '')}".rstrip("; ")
        for level, row in zip(LEVELS, found[name].values, strict=True):
            columns[f"{name}_{level}"] = row
            told[f"{name}_{level}"] = words
    for label, row in zip(found["regime"].values.tolist(), found["share"].values, strict=True):
        columns[f"share_{label}"], told[f"share_{label}"] = row, found["share"].attrs["unit"]
    return columns, told


def _csv(of: Lived, country: str) -> bytes:
    """A table with one line a month; lines before its head, each with a #, say what it is of and in which units."""
    columns, told = _columns(of, country)
    text = io.StringIO(newline="")
    units = {re.sub(r"_(p05|median|p95)$", "", name): words for name, words in told.items()}
    for name, words in {**_about(of, country), **units}.items():
        text.write(f"# {name}: {' '.join(words.split())}\n")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows(zip(*(np.asarray(column).astype(str).tolist() for column in columns.values()), strict=True))
    return text.getvalue().encode()


def _parquet(of: Lived, country: str) -> bytes:
    """The same table; what it is of stands in its metadata, unit and meaning in those of its columns."""
    import pyarrow
    import pyarrow.parquet

    columns, told = _columns(of, country)
    table = pyarrow.table(columns)
    fields = [field.with_metadata({"unit_and_meaning": told[field.name]}) for field in table.schema]
    file = io.BytesIO()
    schema = pyarrow.schema(fields, metadata=_about(of, country))
    pyarrow.parquet.write_table(table.cast(schema), file, compression="zstd")
    return file.getvalue()


def _netcdf(of: Lived, country: str) -> bytes:
    found = dataset(of, country)
    packed = {str(name): {"zlib": True, "complevel": 4} for name in found.data_vars}
    file = io.BytesIO()
    found.to_netcdf(file, engine="h5netcdf", encoding=packed)
    return file.getvalue()


def _yaml(choice: Choice) -> bytes:
    """The scenario as lived; what is no part of a scenario stands at its top."""
    from thermidor.runs.ensemble import NO_OUTSIDE
    from thermidor.scenarios import scenario_text

    found = choice.scenario_as_lived()
    found = found.without_outside() if NO_OUTSIDE in choice.without else found
    comment = [f"Changed: {changed(choice)}", f"{made_by()}; lived by:", _line(choice)]
    if choice.at:
        comment.append(f"The past of a branch: what is other from {choice.at} on stands in that line only.")
    return scenario_text(found, comment).encode()


def _line(choice: Choice) -> str:
    size = live.full(choice)
    return choice.command(size.members, size.of(tuple(scenario(choice.scenario).countries)))


def _txt(choice: Choice) -> bytes:
    return f"{_line(choice)}\n".encode()


FORMATS: dict[str, Format] = {
    "svg": Format("image/svg+xml", "svg", _drawn("svg")),
    "png": Format("image/png", "png", _drawn("png")),
    "csv": Format("text/csv; charset=utf-8", "csv", _csv),
    "parquet": Format("application/vnd.apache.parquet", "parquet", _parquet),
    "netcdf": Format("application/x-netcdf", "nc", _netcdf),
    "yaml": Format("application/yaml", "yaml", lambda of, _: _yaml(of.choice), _yaml),
    "txt": Format("text/plain; charset=utf-8", "txt", lambda of, _: _txt(of.choice), _txt),
}
"""What can be taken away, by name."""


def file_name(choice: Choice, ending: str) -> str:
    """A file's name: scenario, country, whether it is changed, the first digits of the rules' digest."""
    parts = [choice.scenario, choice.country, "changed" if choice.changed else "", rules_digest()[:8]]
    return re.sub(r"[^A-Za-z0-9-]", "", "-".join(filter(None, parts)))[:120] + f".{ending}"


def routes(desk: Desk) -> APIRouter:
    """GET /take/KIND?LINK: a file of what a link shows, lived where it is not kept."""
    router = APIRouter()
    writing = CapacityLimiter(AT_ONCE)

    @router.get("/take/{kind}")
    async def take(kind: str, request: Request) -> Response:
        try:
            made = _format(kind)
            choice = await run_in_threadpool(read, request.url.query)
            if made.plain is not None:
                body = await run_in_threadpool(made.plain, choice)
            else:
                found = await lived(desk, request, lambda: choice)
                country = choice.country or next(iter(scenario(choice.scenario).countries))
                body = await to_thread.run_sync(made.write, found, country, limiter=writing)
        except ERRORS as error:
            return await refused(request, error)
        name = file_name(choice, made.ending)
        return Response(body, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=made.media)

    return router


def _format(kind: str) -> Format:
    if kind not in FORMATS:
        mend = nearest(kind, FORMATS) or f"kinds: {', '.join(FORMATS)}"
        raise InputError(f"there is no kind of file '{kind[:40]}'", "take", "", mend)
    return FORMATS[kind]
