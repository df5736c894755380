"""The store of a sweep: a folder that holds the plan before anything is lived, and every finished block after it.

    DIR/manifest.json     design, base scenario, rules' code, versions; `state` is `planned`, or `whole` at the end
    DIR/members.parquet   every member: factors, seed, status; at the end with outcomes, seconds and failures
    DIR/blocks/N.parquet  what the members of a finished block came to; written by the one worker that lived it
    DIR/series.zarr       kept series [member, month, variable], a chunk a block
    DIR/.running          token of the client that is at work; workers of another stop

A block is there whole or not at all (written aside and renamed, after its series), so that whatever is killed, what
is finished stays. When all blocks are there they are put into members.parquet and the manifest says `whole`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError
from thermidor.experiments import outcomes as measuring
from thermidor.experiments import rows
from thermidor.experiments.design import as_data, design_from
from thermidor.experiments.plan import Plan, plan_of
from thermidor.experiments.rows import DONE, FAILED, PLANNED
from thermidor.runs import lock
from thermidor.runs import manifest as manifests
from thermidor.runs.store import placing

if TYPE_CHECKING:
    import pyarrow as pa

KIND, SCHEMA = "thermidor-sweep", 1
MEMBERS, BLOCKS, SERIES, RUNNING = "members.parquet", "blocks", "series.zarr", ".running"
WHOLE = "whole"
SWEEP = b"thermidor-sweep"
"""Key of the sweep's digest in a block's file."""
Manifest = dict[str, Any]


def stamp() -> dict[str, str]:
    """What has to be equal between a sweep's beginning and its end, and between client and workers."""
    from thermidor import __version__
    from thermidor.jit import rules_digest

    versions = {name: manifests.version_of(name) for name in ("numpy", "numba")}
    return {"thermidor": __version__, "rules_code": rules_digest(), **versions}


def blocks_in(manifest: Manifest) -> int:
    """How many blocks a sweep has."""
    return -(-int(manifest["members"]) // int(manifest["block"]))


def members_of(manifest: Manifest, number: int) -> tuple[int, int]:
    """The first member of a block, and the one after its last."""
    first = number * int(manifest["block"])
    return first, min(first + int(manifest["block"]), int(manifest["members"]))


def create(folder: Path, plan: Plan, block: int) -> Manifest:
    """Write the plan into an empty folder: every member, before anything is lived; the manifest last."""
    with placing(folder):
        (folder / BLOCKS).mkdir()
        rows.write_planned(folder / MEMBERS, plan, _columns(plan))
        if plan.series:
            _create_series(folder, plan, block)
        manifest = _described(plan, block)
        manifests.write(folder, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the sweep in a folder. Raises InputError if there is none, or none that we know."""
    return manifests.read(folder, KIND, SCHEMA, "sweep")


def plan_in(manifest: Manifest, where: str) -> Plan:
    """The plan that a manifest holds. Raises InputError if it was tampered with."""
    from thermidor.scenarios import parse_scenario

    try:
        design = design_from(manifest["design"], lambda path: f"{where}: design.{'.'.join(map(str, path))}")
        plan = plan_of(design, scenario=parse_scenario(manifest["scenario"], where), tried=True)
        same = (plan.digest, plan.members) == (manifest["digest"], manifest["members"])
    except (KeyError, TypeError, AttributeError) as error:
        raise _tampered(where, f"its manifest lacks {error}") from None
    if not same or not 0 < int(manifest["block"]) <= max(plan.members, 1):
        raise _tampered(where, "its manifest does not agree with itself")
    return plan


def refuse_other(manifest: Manifest, plan: Plan, folder: Path) -> None:
    """Refuse to go on with a sweep under another design, rule set or version; says what differs. Raises InputError."""
    now = stamp()
    then = manifest["stamp"]
    differs = [f"{key} {then.get(key)}, now {now[key]}" for key in now if then.get(key) != now[key]]
    if manifest["digest"] != plan.digest:
        differs = _design_differences(manifest, plan) + differs
    if differs:
        mend = "go on with the same design and version, or begin anew in another folder"
        raise InputError("this sweep was begun otherwise", str(folder), f"it had {'; '.join(differs[:6])}", mend)


def finished(folder: Path, manifest: Manifest) -> list[int]:
    """Numbers of the blocks that are there whole. Raises InputError for what is damaged or another's."""
    if manifest["state"] == WHOLE:
        return list(range(blocks_in(manifest)))
    blocks = folder / BLOCKS
    if blocks.is_symlink() or not blocks.is_dir():
        raise _tampered(str(blocks), "its folder of blocks is gone, or lies elsewhere")
    names = (re.fullmatch(r"(\d{6,})\.parquet", path.name) for path in blocks.iterdir())
    return sorted(int(name[1]) for name in names if name)


def check_planned(folder: Path, manifest: Manifest) -> None:
    """Refuse a table of members that does not hold them all. Raises InputError."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = folder / MEMBERS
    try:
        rows = parquet.read_metadata(path).num_rows
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, f"it can't be read: {str(error)[:120]}", "begin the sweep anew") from None
    if rows != int(manifest["members"]):
        raise _damaged(path, "it does not hold all members", "begin the sweep anew")


def read_block(folder: Path, manifest: Manifest, number: int) -> pa.Table:
    """Read what a block came to. Raises InputError if it is damaged or another sweep's."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = block_path(folder, number)
    first, last = members_of(manifest, number)
    try:
        table = parquet.read_table(path, memory_map=False)
        own = (table.schema.metadata or {}).get(SWEEP) == manifest["digest"].encode()
        whole = table.column("member").to_pylist() == list(range(first, last))
    except (OSError, pa.ArrowException, KeyError) as error:
        raise _damaged(path, f"it can't be read: {str(error)[:120]}") from None
    if not own or not whole or not first < last:
        raise _damaged(path, "it belongs to another sweep" if not own else "it does not hold the block's members")
    if manifest["series"] and not (folder / SERIES / "series" / "c" / str(number) / "0" / "0").is_file():
        raise _damaged(folder / SERIES, f"the series of block {number} are gone")
    return table


def write_block(folder: Path, manifest: Manifest, number: int, cells: Mapping[str, list[Any]], token: str) -> None:
    """Write what the members of a block came to: all of it or nothing, on the disk before this returns."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = rows.result_schema(manifest["columns"]).with_metadata({SWEEP: manifest["digest"].encode()})
    path = block_path(folder, number)
    aside = path.with_name(f"{path.name}.{token}")
    with placing(path):
        try:
            parquet.write_table(pa.table(dict(cells), schema=schema), aside, compression="zstd")
            with open(aside, "rb") as file:
                os.fsync(file.fileno())
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)


def write_series(folder: Path, first: int, last: int, values: NDArray[np.float32]) -> None:
    """Write the kept series of a block's members [member, month, variable]; they are a chunk of their own."""
    import zarr

    with placing(folder):
        zarr.config.set({"array.write_empty_chunks": True})  # so that a chunk that is not there is a block that is not
        kept: Any = zarr.open_group(folder / SERIES, mode="r+", use_consolidated=False)["series"]
        kept[first:last] = values


def block_path(folder: Path, number: int) -> Path:
    """The file of a block."""
    return folder / BLOCKS / f"{number:06d}.parquet"


def tables(folder: Path, manifest: Manifest) -> Iterator[pa.Table]:
    """The table of all members, a block at a time: planned where they have not been lived. Raises InputError."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = folder / MEMBERS
    try:
        with parquet.ParquetFile(path) as file:
            if manifest["state"] == WHOLE:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group)
                return
            there = set(finished(folder, manifest))
            planned = rows.in_blocks(file, int(manifest["block"]))
            for number, known in enumerate(planned):
                yield rows.joined(known, read_block(folder, manifest, number) if number in there else None)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, f"it can't be read: {str(error)[:120]}") from None


def make_whole(folder: Path, manifest: Manifest, seconds: float) -> Manifest:
    """Put all blocks into members.parquet, let the manifest say `whole`, or raise InputError."""
    import pyarrow.parquet as parquet

    aside, counts, writer = folder / f"{MEMBERS}.partial", {DONE: 0, FAILED: 0}, None
    with placing(folder):
        try:
            for table in tables(folder, manifest):
                writer = writer or parquet.ParquetWriter(aside, table.schema, compression="zstd")
                writer.write_table(table)
                for status in counts:
                    counts[status] += table.column("status").to_pylist().count(status)
            if writer is not None:
                writer.close()
            for left in (folder / SERIES).rglob("*.partial"):  # of a writer that was killed
                left.unlink(missing_ok=True)
            whole = {
                **manifest,
                "state": WHOLE,
                "counts": counts,
                "seconds": round(float(manifest.get("seconds", 0.0)) + seconds, 3),
                "sha256": {MEMBERS: checksum(aside)},
                "extent": list(extent(folder / SERIES)),
            }
            # the table first: should the manifest not follow, blocks and table say the same
            os.replace(aside, folder / MEMBERS)
            manifests.write(folder, whole)
        finally:
            aside.unlink(missing_ok=True)
    return whole


def unplanned(folder: Path) -> bool:
    """Say whether a folder holds nothing, or only what a client has left that was killed while it planned."""
    found = {path.name for path in folder.iterdir()}
    ours = {BLOCKS, SERIES, RUNNING, lock.NAME, MEMBERS, f"{MEMBERS}.partial", f"{manifests.NAME}.partial"}
    return not found or (lock.NAME in found <= ours and not any((folder / BLOCKS).glob("*")))


def forget_blocks(folder: Path) -> None:
    """Remove the blocks of a sweep that is whole, and what was left by a client that was killed when it became so."""
    shutil.rmtree(folder / BLOCKS, ignore_errors=True)
    for left in folder.glob("*.partial"):
        left.unlink(missing_ok=True)


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Refuse a whole sweep whose files are not those that its manifest records. Raises InputError."""
    if manifest["state"] != WHOLE:
        return
    if not (folder / MEMBERS).is_file() or checksum(folder / MEMBERS) != manifest["sha256"][MEMBERS]:
        raise _damaged(folder / MEMBERS, "it is not the file that the manifest records", "run the sweep again")
    if list(extent(folder / SERIES)) != manifest["extent"]:
        raise _damaged(folder / SERIES, "it holds not what the manifest records", "run the sweep again")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extent(folder: Path) -> tuple[int, int]:
    """Count files and bytes below a folder."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def _columns(plan: Plan) -> dict[str, str]:
    """The columns of outcomes and their kinds."""
    return {name: kind.__name__ for name, kind in measuring.column_names(plan.design.outcomes).items()}


def _described(plan: Plan, block: int) -> Manifest:
    from thermidor.scenarios import scenario_text

    return {
        "kind": KIND,
        "schema": SCHEMA,
        "state": PLANNED,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": plan.design.name,
        "digest": plan.digest,
        "design": as_data(plan.design),
        "scenario": scenario_text(plan.scenario),
        "members": plan.members,
        "block": block,
        "columns": _columns(plan),
        "series": list(plan.design.series),
        "stamp": stamp(),
        **manifests.made_by(),
    }


def _design_differences(manifest: Manifest, plan: Plan) -> list[str]:
    """The entries of two designs that differ, in words."""
    old, new = _flat(manifest["design"]), _flat(as_data(plan.design))
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    said = [f"{key} {old.get(key, 'left out')}, now {new.get(key, 'left out')}" for key in keys]
    return said or ["another text of the base scenario"]


def _flat(entry: Any, at: str = "") -> dict[str, str]:
    """Nested entries by their dotted path."""
    if not isinstance(entry, dict):
        return {at: json.dumps(entry)[:60]}
    found = (_flat(value, f"{at}.{key}".lstrip(".")) for key, value in entry.items())
    return {path: value for each in found for path, value in each.items()}


def _create_series(folder: Path, plan: Plan, block: int) -> None:
    import zarr
    from zarr.codecs import BloscCodec, BloscShuffle, Crc32cCodec

    months = plan.months[:: plan.design.series_every]
    group = zarr.create_group(store=folder / SERIES, zarr_format=3, attributes={"series": list(plan.design.series)})
    days = months.astype("datetime64[D]").astype(np.int64)
    calendar: dict[str, Any] = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
    group.create_array("month", data=days, dimension_names=("month",), attributes=calendar)
    group.create_array(
        "series",
        shape=(plan.members, len(months), len(plan.series)),
        dtype="float32",
        chunks=(block, len(months), len(plan.series)),
        compressors=(BloscCodec(cname="zstd", clevel=3, shuffle=BloscShuffle.shuffle), Crc32cCodec()),
        fill_value=float("nan"),
        dimension_names=("member", "month", "variable"),
    )


def _tampered(where: str, why: str) -> InputError:
    return InputError("this is not a sweep as it was written", where, why, "begin it anew in another folder")


def _damaged(path: Path, why: str, mend: str = "delete that file and go on with --resume") -> InputError:
    return InputError("a file of this sweep is damaged", str(path), why, mend)
