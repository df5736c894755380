"""The store of a run: one Zarr array and a manifest, written aside and renamed when whole.

    DIR/series.zarr     series [run, month, country, variable], float32, one shard a run, checksummed
    DIR/manifest.json   what was run, by what, and how much of it there is; written last

Beside `series` stands the array `past` where all members come from one state (a branch): the months before.

While it is written the folder is called DIR.partial, and its one writer holds a lock in it; a folder called DIR is
whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import MEANINGS, UNITS, VARIABLES
from thermidor.errors import InputError
from thermidor.runs import lock
from thermidor.runs import manifest as manifests
from thermidor.runs.result import Result

if TYPE_CHECKING:
    import xarray as xr

SERIES = "series.zarr"
CHECKPOINTS = "checkpoints"
"""Folder in DIR.partial from which a killed run can go on; see `thermidor.runs.halfway`."""
LEFT = (lock.NAME, SERIES, CHECKPOINTS, manifests.NAME, manifests.NAME + ".partial")
"""What a run that was killed may have left in DIR.partial."""
TABLES = ("series*.csv", "series*.parquet", "variables.csv")
"""What `export` writes: files, in a folder of a run or in its folder `EXPORT`."""
EXPORT = "export"
EVENTS = "events.csv"
OWN = (manifests.NAME, lock.NAME, "figure.png", EVENTS, *TABLES)
"""Files that a folder of a run may hold, beside its series and tables, if it is to be replaced."""
DIMS = ("run", "month", "country", "variable")
PAST = "past"
"""Array [before, country, variable] of the months before the first, where all members share them (a branch)."""
IN_MEMORY = 1 << 30
"""Bytes of series above which a run that is kept on disk is not kept in memory as well."""
BLOCK = 16
"""Variables that are compressed together: a reader of one variable unpacks no more than these."""


class Taken(InputError):
    """A place that is taken, by a run or not, or being written; another name would do."""


class Axes(NamedTuple):
    """What the four axes of `series` stand for: replicate numbers, months, countries and variables."""

    runs: tuple[int, ...]
    months: NDArray[np.datetime64]
    countries: tuple[str, ...]
    variables: tuple[str, ...] = VARIABLES

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Lengths of (run, month, country, variable)."""
        return len(self.runs), len(self.months), len(self.countries), len(self.variables)

    def digest(self) -> str:
        """Checksum (16 hex digits) of all four axes."""
        months = [str(month) for month in self.months.astype("datetime64[M]")]
        text = json.dumps([list(self.runs), months, list(self.countries), list(self.variables)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def size(axes: Axes) -> int:
    """Bytes of the whole series in memory (float32)."""
    return 4 * int(np.prod(axes.shape, dtype=np.int64))


@dataclass
class Writer:
    """The one writer of a store: `put` each member, then `close` with the manifest."""

    target: Path
    partial: Path
    axes: Axes
    force: bool
    past: NDArray[np.float32] | None
    whole: bool = False

    @cached_property
    def _series(self) -> Any:
        """The array, made when the first member comes."""
        with placing(self.target):
            return _create(self.partial / SERIES, self.axes, self.past)

    def put(self, index: int, series: NDArray[Any]) -> None:
        """Write member number `index` (a place on the run axis): [month, country, variable]."""
        with placing(self.target):
            self._series[index] = series.astype(np.float32, copy=False)

    def close(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Write the manifest, completed with what the store holds, give DIR its name, return the manifest.

        Raises InputError if the place was taken meanwhile.
        """
        with placing(self.target):
            files, volume = extent(self.partial / SERIES)
            held = {"files": files, "bytes": volume, "shape": list(self.axes.shape), "axes": self.axes.digest()}
            complete = {**manifest, "store": held}
            manifests.write(self.partial, complete)
            _refuse_occupied(self.target, self.force)
            _give_name(self.partial, self.target)
            self.whole = True
            shutil.rmtree(self.target / CHECKPOINTS, ignore_errors=True)
            (self.target / lock.NAME).unlink(missing_ok=True)  # not before: without it the place is anyone's
            return complete


@contextmanager
def writing(
    path: str | Path, axes: Axes, past: NDArray[np.float32] | None = None, *, force: bool = False, resume: bool = False
) -> Iterator[Writer]:
    """Open DIR.partial for writing; unless it is closed as whole or holds checkpoints, it is deleted on the way out.

    past: the months before the first, [month, country, variable], that all members have in common. With `resume` the
    checkpoints that a dead run left there stay, else everything that it left goes. Raises InputError, before anything
    is written, if DIR exists (without `force`, or if it is not a run), if another run is writing there (`force` and
    `resume` take over only what a dead one left), or if the place can't be written or has no room.
    """
    target = Path(path).expanduser().resolve()
    if not target.name:
        raise InputError("this place can't be a run", str(target), "it has no name", "give a folder inside it")
    _refuse_occupied(target, force)
    partial = partial_of(target)
    with placing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _refuse_full(target, size(axes))
        held = _claim(partial, force, resume)
    writer = Writer(target, partial, axes, force, past)
    with held:
        try:
            _refuse_occupied(target, force)  # again: another may have become whole before the claim
            yield writer
        finally:
            kept = any((partial / CHECKPOINTS).glob("*.npz"))
            if not writer.whole and not kept:  # if whole, what has this name now is another's
                shutil.rmtree(partial, ignore_errors=True)


def partial_of(path: str | Path) -> Path:
    """The folder in which a run is written that is to be kept in DIR."""
    target = Path(path).expanduser().resolve()
    return target.with_name(target.name + ".partial")


def open_run(path: str | Path) -> Result:
    """Open the run kept in DIR; its variables (run, month, country) are read from disk when used.

    Raises InputError if DIR is not a whole run of a known schema, or if its store is damaged.
    """
    import xarray as xr

    target = Path(path).expanduser().resolve()
    manifest = manifests.read(target)
    damaged = InputError(
        "the store of this run is damaged or was changed",
        where=str(target / SERIES),
        why="what it holds is not what its manifest records",
        mend="run the scenario again; the manifest says how",
    )
    held = manifest.get("store")
    if not isinstance(held, dict) or [held.get("files"), held.get("bytes")] != list(extent(target / SERIES)):
        raise damaged
    try:
        raw = xr.open_zarr(target / SERIES, consolidated=False, chunks=None)
        attrs = raw.attrs
        months = raw["month"].values.astype("datetime64[M]")
        runs = tuple(int(run) for run in raw["run"].values)
        axes = Axes(runs, months, tuple(attrs["countries"]), tuple(attrs["variables"]))
        units, meanings = dict(attrs["units"]), dict(attrs["meanings"])
    except Exception as error:
        raise damaged from error
    whole = raw["series"].dims == DIMS and list(raw["series"].shape) == list(axes.shape) == held.get("shape")
    if not whole or axes.digest() != held.get("axes"):
        raise damaged

    def at_once() -> xr.Dataset:
        return split(raw["series"].variable.copy(deep=False).load(), axes, units, meanings)

    lazily = split(raw["series"].variable, axes, units, meanings)
    past = columns(raw[PAST].values[None], past_axes(axes, raw[PAST].sizes["before"])) if PAST in raw else None
    return Result(lazily, manifest, target, at_once if size(axes) <= IN_MEMORY else None, past)


def past_axes(axes: Axes, months: int) -> Axes:
    """Axes of the `months` before the first of a branch, as one run."""
    return Axes((0,), axes.months[0] - np.arange(months, 0, -1), axes.countries, axes.variables)


def split(
    series: xr.Variable, axes: Axes, units: Mapping[str, str] = UNITS, meanings: Mapping[str, str] = MEANINGS
) -> xr.Dataset:
    """Split [run, month, country, variable] into named variables (run, month, country) with unit and meaning.

    No value is copied or read: each variable is a view of `series`.
    """
    import xarray as xr

    named: dict[str, xr.Variable] = {}
    for place, name in enumerate(axes.variables):
        named[name] = series.isel(variable=place)
        named[name].attrs = {"unit": units.get(name, ""), "meaning": meanings.get(name, "")}
    coordinates = {
        "run": ("run", np.asarray(axes.runs, np.int64), {"meaning": "number of the replicate"}),
        "month": ("month", axes.months.astype("datetime64[ns]"), {"meaning": "first day of the month"}),
        "country": ("country", np.asarray(axes.countries)),
    }
    return xr.Dataset(named, coords=coordinates)


def columns(series: NDArray[np.float32], axes: Axes) -> dict[str, NDArray[Any]]:
    """Name the variables of an array [run, month, country, variable], and its axes; no value is copied."""
    named: dict[str, NDArray[Any]] = {name: series[..., place] for place, name in enumerate(axes.variables)}
    return named | {"run": np.asarray(axes.runs), "month": axes.months, "country": np.asarray(axes.countries)}


def in_memory(series: NDArray[np.float32], axes: Axes) -> xr.Dataset:
    """Make the dataset of an array [run, month, country, variable]; no value is copied."""
    import xarray as xr

    return split(xr.Variable(DIMS, series), axes)


@contextmanager
def placing(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write near `path` into one clear InputError."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        what = "the disk is full" if full else "this place can't be written"
        mend = "free some room or write elsewhere" if full else "give a folder in which you may write"
        raise InputError(what, str(path), error.strerror or str(error), mend) from error


def _create(folder: Path, axes: Axes, past: NDArray[np.float32] | None) -> Any:
    import zarr
    from zarr.codecs import BloscCodec, BloscShuffle, Crc32cCodec

    _, months, countries, variables = axes.shape
    attributes: dict[str, Any] = {
        "countries": list(axes.countries),
        "variables": list(axes.variables),
        "units": {name: UNITS.get(name, "") for name in axes.variables},
        "meanings": {name: MEANINGS.get(name, "") for name in axes.variables},
    }
    group = zarr.create_group(store=folder, zarr_format=3, attributes=attributes)
    days = axes.months.astype("datetime64[D]").astype(np.int64)
    calendar: dict[str, Any] = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
    group.create_array("month", data=days, dimension_names=("month",), attributes=calendar)
    group.create_array("run", data=np.asarray(axes.runs, np.int64), dimension_names=("run",))
    how: dict[str, Any] = {
        "compressors": (BloscCodec(cname="zstd", clevel=3, shuffle=BloscShuffle.shuffle), Crc32cCodec()),
        "fill_value": float("nan"),
    }
    if past is not None:
        group.create_array(PAST, data=past, chunks=past.shape, dimension_names=("before", *DIMS[2:]), **how)
    return group.create_array(
        "series",
        shape=axes.shape,
        dtype="float32",
        chunks=(1, months, countries, BLOCK),
        shards=(1, months, countries, BLOCK * -(-variables // BLOCK)),
        dimension_names=DIMS,
        **how,
    )


def extent(folder: Path) -> tuple[int, int]:
    """Count files and bytes below a folder."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def _refuse_occupied(target: Path, force: bool) -> None:
    """Refuse a place that is taken; `force` may replace a run, and nothing but a run."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not manifests.is_run(target):
        raise Taken("this place is taken, and not by a run", where=str(target), mend="give another folder")
    if not force:
        mend = "give another folder, or --force (force=True) to replace it"
        raise Taken("a run is kept here already", where=str(target), mend=mend)
    if strange := _strange(target):
        why = f"it holds '{strange[0]}', which would be deleted with it"
        raise InputError("this run can't be replaced", str(target), why, "move that away, or give another folder")


def _strange(run: Path) -> list[str]:
    """Name what a folder of a run holds that neither a run nor `export` wrote there."""
    inside = run / EXPORT
    folders = (SERIES, EXPORT, CHECKPOINTS)
    found = [p.name for p in run.iterdir() if not _file(p, OWN) and not (_folder(p) and p.name in folders)]
    if _folder(inside):
        found += [f"{EXPORT}/{p.name}" for p in inside.iterdir() if not _file(p, TABLES)]
    return sorted(found)


def _folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _file(path: Path, patterns: tuple[str, ...]) -> bool:
    return not path.is_dir() and any(fnmatchcase(path.name, pattern) for pattern in patterns)


def strange_in_partial(partial: Path) -> list[str]:
    """Name what a folder DIR.partial holds that no run left there."""
    return sorted(p.name for p in partial.iterdir() if p.name not in LEFT)


def _claim(partial: Path, force: bool, resume: bool = False) -> BinaryIO:
    """Make the folder and hold its lock; take over what a dead writer left: `force` empties it, `resume` goes on."""
    if resume and not _folder(partial / CHECKPOINTS):
        why, mend = "no run was left here with checkpoints", "begin the run without --resume, with --checkpoint-every"
        raise InputError("there is nothing to go on from", str(partial), why, mend)
    if (force or resume) and _folder(partial) and (strange := strange_in_partial(partial)):
        why = f"it holds '{strange[0]}', which no run has left there"
        mend = "move that folder away, or give another folder"
        raise InputError("the folder to write in can't be emptied", str(partial), why, mend)
    try:
        partial.mkdir(exist_ok=(force or resume) and not partial.is_symlink())
        held = lock.hold(partial)
    except FileExistsError:
        held = None
    if held is None:
        raise Taken(
            "this place is being written" + ("" if force or resume else ", or was left by a run that was killed"),
            where=str(partial),
            mend="wait for the other run" + ("" if force or resume else f"; or give {_ways_on(partial)}"),
        )
    stays = (lock.NAME, CHECKPOINTS) if resume else (lock.NAME,)
    for left in (partial / name for name in LEFT if name not in stays):
        if _folder(left):
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)
    return held


def _ways_on(partial: Path) -> str:
    """What may be done with what a dead run left."""
    go_on = "--resume (resume=True) to go on from its checkpoints, or " if _folder(partial / CHECKPOINTS) else ""
    return f"{go_on}--force (force=True) to delete what was left"


def _refuse_full(target: Path, needed: int) -> None:
    total, _, free = shutil.disk_usage(target.parent)
    if total == 0:  # a place that doesn't count its room
        return
    if free < needed:
        raise InputError(
            "the disk has no room for this run",
            where=str(target),
            why=f"it may take up to {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free",
            mend="free some room, write elsewhere, or ask for fewer replicates",
        )


def _give_name(partial: Path, target: Path) -> None:
    """Rename the whole store to DIR; an old run stays in place until the new one stands there."""
    if not target.exists() or not any(target.iterdir()):
        os.replace(partial, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.replaced.", dir=target.parent))  # nobody else's
    old = aside / target.name
    try:
        os.replace(target, old)
        os.replace(partial, target)
    except BaseException:
        if old.exists() and not target.exists():
            os.replace(old, target)
        with suppress(OSError):
            aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
