"""The store of a sweep: a folder that holds the plan before anything is lived, and every finished block after it.

    DIR/manifest.json     design, base scenario, rules' code, versions; `state` is `planned`, or `whole` at the end
    DIR/members.parquet   every member: factors, seed, status; at the end with outcomes, seconds and failures
    DIR/blocks/N.parquet  what the members of a finished block came to; written by the one worker that lived it
    DIR/series.zarr       kept series [member, month, variable], a chunk a block
    DIR/.running          token of the client that is at work; workers of another stop

A block is there whole or not at all (written aside and renamed, after its series), so that whatever is killed, what
is finished stays. When all blocks are there they are put into members.parquet and the manifest says `whole`. No
file of it may be a link.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermidor.errors import InputError
from thermidor.experiments import outcomes as measuring
from thermidor.experiments import rows, series
from thermidor.experiments.design import as_data, design_from
from thermidor.experiments.plan import Plan, plan_of, refuse_other_sample
from thermidor.experiments.refusals import WHOLE, check_entries, damaged, refuse_links, tampered
from thermidor.experiments.rows import DONE, FAILED, PLANNED
from thermidor.experiments.stamp import differences, stamp
from thermidor.runs import lock
from thermidor.runs import manifest as manifests
from thermidor.runs.store import extent, placing
from thermidor.theories import Theory

if TYPE_CHECKING:
    import pyarrow as pa

KIND, SCHEMA = "thermidor-sweep", 1
MEMBERS, BLOCKS, SERIES, RUNNING = "members.parquet", "blocks", series.NAME, ".running"
OURS = (manifests.NAME, MEMBERS, BLOCKS, SERIES, RUNNING, lock.NAME, f"{MEMBERS}.partial", f"{manifests.NAME}.partial")
"""Names of all that a sweep writes into its folder."""
SWEEP = b"thermidor-sweep"
"""Key of the sweep's digest in a block's file."""
Manifest = dict[str, Any]


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
            series.create(folder, plan, block)
        manifest = _described(plan, block)
        manifests.write(folder, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the sweep in a folder. Raises InputError if there is none, or none that we know."""
    manifest = manifests.read(folder, KIND, SCHEMA, "sweep")
    check_entries(manifest, str(folder / manifests.NAME))
    refuse_links(folder / name for name in OURS)
    return manifest


def plan_in(manifest: Manifest, where: str) -> Plan:
    """The plan that a manifest holds. Raises InputError if it was tampered with."""
    from thermidor.scenarios import parse_scenario

    design = design_from(manifest["design"], lambda path: f"{where}: design.{'.'.join(map(str, path))}")
    schools = {name: Theory(t["name"], "", "", t["rules"]) for name, t in manifest.get("theories", {}).items()}
    plan = plan_of(design, scenario=parse_scenario(manifest["scenario"], where), theories=schools, tried=True)
    told = (plan.digest, plan.members, list(design.series))
    agrees = told == (manifest["digest"], manifest["members"], manifest["series"])
    if not agrees or not 0 < int(manifest["block"]) <= max(plan.members, 1):
        raise tampered(where, "its manifest does not agree with itself")
    if manifest["state"] != WHOLE and manifest["columns"] != _columns(plan):
        raise tampered(where, "its columns are not those of its outcomes")
    return plan


def refuse_other(manifest: Manifest, plan: Plan, folder: Path) -> None:
    """Refuse to go on with a sweep under another design, code or version; says what differs. Raises InputError.

    Words of the design may differ; one that is whole may lack what an older version did not write.
    """
    from thermidor.scenarios import scenario_text

    then = manifest["stamp"]
    differs = differences(stamp() | then if manifest["state"] == WHOLE else then)
    old, new = (as_data(design, prose=False) for design in (design_from(manifest["design"]), plan.design))
    if (old, manifest["scenario"]) != (new, scenario_text(plan.scenario)):
        differs = _design_differences(old, new) + differs
    if manifest.get("theories", {}) not in ({}, plan.told_theories):
        differs = ["another theory", *differs]
    if differs:
        mend = "go on with the same design and version, or begin anew in another folder"
        raise InputError("this sweep was begun otherwise", str(folder), f"it had {'; '.join(differs[:6])}", mend)


def finished(folder: Path, manifest: Manifest) -> list[int]:
    """Numbers of the blocks that are there whole. Raises InputError for what is damaged or another's."""
    if manifest["state"] == WHOLE:
        return list(range(blocks_in(manifest)))
    blocks = folder / BLOCKS
    if not blocks.is_dir():
        raise tampered(str(blocks), "its folder of blocks is gone")
    names = (re.fullmatch(r"(\d{6,})\.parquet", path.name) for path in blocks.iterdir())
    return sorted(int(name[1]) for name in names if name)


def check_planned(folder: Path, manifest: Manifest, plan: Plan) -> None:
    """Refuse a table of members that is not the one that was planned. Raises InputError."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = folder / MEMBERS
    refuse_other_sample(plan, path)
    if manifest["state"] == WHOLE:
        return  # it has a checksum
    try:
        with parquet.ParquetFile(path) as file:
            wrong = rows.unlike(file, plan, manifest["columns"])
    except (OSError, pa.ArrowException) as error:
        wrong = f"it can't be read: {str(error)[:120]}"
    if wrong:
        raise damaged(path, wrong, "begin the sweep anew")


def read_block(folder: Path, manifest: Manifest, number: int) -> pa.Table:
    """Read what a block came to, and try its series. Raises InputError if it is damaged or another sweep's."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = block_path(folder, number)
    first, last = members_of(manifest, number)
    try:
        table = parquet.read_table(path, memory_map=False)
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, f"it can't be read: {str(error)[:120]}") from None
    if (table.schema.metadata or {}).get(SWEEP) != manifest["digest"].encode():
        raise damaged(path, "it belongs to another sweep")
    if not table.schema.equals(rows.result_schema(manifest["columns"])):
        raise damaged(path, "its columns are not those of the sweep")
    if not first < last or table.column("member").to_pylist() != list(range(first, last)):
        raise damaged(path, "it does not hold the block's members")
    lived = DONE in table.column("status").to_pylist()
    if manifest["series"] and lived and (wrong := series.fault(folder, manifest, number)):
        raise damaged(path, wrong)
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
        raise damaged(path, f"it can't be read: {str(error)[:120]}") from None


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


def note_seconds(folder: Path, manifest: Manifest, seconds: float) -> None:
    """Add the time of a session that ends before the sweep does."""
    with suppress(OSError):
        manifests.write(folder, {**manifest, "seconds": round(float(manifest.get("seconds", 0.0)) + seconds, 3)})


def unplanned(folder: Path) -> bool:
    """Say whether a folder holds nothing, or only what a client has left that was killed while it planned."""
    found = {path.name for path in folder.iterdir()}
    ours = {*OURS} - {manifests.NAME}
    return not found or (lock.NAME in found <= ours and not any((folder / BLOCKS).glob("*")))


def forget_blocks(folder: Path) -> None:
    """Remove the blocks of a sweep that is whole, and what was left by a client that was killed when it became so."""
    shutil.rmtree(folder / BLOCKS, ignore_errors=True)
    for left in folder.glob("*.partial"):
        left.unlink(missing_ok=True)


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Refuse a whole sweep whose files are not those that its manifest records. Raises InputError."""
    import pyarrow.parquet as parquet

    if manifest["state"] != WHOLE:
        return
    path = folder / MEMBERS
    if not path.is_file() or checksum(path) != manifest["sha256"].get(MEMBERS):
        raise damaged(path, "it is not the file that the manifest records", "run the sweep again")
    if lacking := [name for name in manifest["columns"] if name not in parquet.read_schema(path).names]:
        raise tampered(str(folder / manifests.NAME), f"there is no column '{lacking[0][:80]}'")
    if list(extent(folder / SERIES)) != manifest["extent"]:
        if strays := series.strays(folder):
            raise damaged(strays[0], "it does not belong to the series", "move it away")
        raise damaged(folder / SERIES, "it holds not what the manifest records", "run the sweep again")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        "theories": plan.told_theories,
        "members": plan.members,
        "block": block,
        "columns": _columns(plan),
        "series": list(plan.design.series),
        "stamp": stamp(),
        **manifests.made_by(),
    }


def _design_differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The entries of two designs that differ, in words."""
    old, new = _flat(then), _flat(now)
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    said = [f"{key} {old.get(key, 'left out')}, now {new.get(key, 'left out')}" for key in keys]
    return said or ["another text of the base scenario"]


def _flat(entry: Any, at: str = "") -> dict[str, str]:
    """Nested entries by their dotted path."""
    if not isinstance(entry, dict):
        return {at: json.dumps(entry)[:60]}
    found = (_flat(value, f"{at}.{key}".lstrip(".")) for key, value in entry.items())
    return {path: value for each in found for path, value in each.items()}
