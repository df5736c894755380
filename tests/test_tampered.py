"""Sweeps whose folder was changed: each is refused with one message that names what is wrong, and left as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

import thermidor as th
from small_sweeps import stopped_after, write
from thermidor.errors import InputError
from thermidor.experiments import series, store
from thermidor.experiments.opened import Sweep

MEMBERS = 27


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, undisturbed, by one thread."""
    folder = tmp_path_factory.mktemp("whole")
    return th.sweep(write(folder), folder / "out", workers=1)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a design and a sweep of it that was stopped."""
    folder = tmp_path_factory.mktemp("half")
    stopped_after(folder, 6)
    return folder


def test_a_whole_sweep_of_before_is_accepted_and_an_unfinished_one_is_not(tmp_path: Path, half: Path, whole: Sweep):
    for sweep, design in ((whole.folder, whole.folder.parent), (half / "out", half)):
        shutil.copytree(sweep, tmp_path / sweep.parent.name)
        out = tmp_path / sweep.parent.name
        then = json.loads((out / "manifest.json").read_text())["stamp"]
        del then["reading_code"]
        edit_manifest(out, stamp=then)
        if sweep == whole.folder:
            assert th.sweep(design / "design.yaml", out, resume=True).counts == whole.counts
        else:
            with pytest.raises(InputError, match="reading_code unknown, here"):
                th.sweep(design / "design.yaml", out, resume=True)


def truncate(path: Path) -> None:
    """Cut a file in its middle."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def foreign_block(out: Path) -> None:
    """Put another block's file in the place of the first."""
    shutil.copy(store.block_path(out, 1), store.block_path(out, 0))


def edit_manifest(out: Path, **entries: object) -> None:
    """Change entries of the manifest."""
    path = out / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def elsewhere(out: Path) -> None:
    """Let the folder of blocks lie elsewhere."""
    shutil.move(out / store.BLOCKS, out.parent / "elsewhere")
    (out / store.BLOCKS).symlink_to(out.parent / "elsewhere")


def delete_chunk(out: Path) -> None:
    """Delete the series of the first block."""
    (out / store.SERIES / "series" / "c" / "0" / "0" / "0").unlink()


def link(path: Path) -> None:
    """Let a file or folder lie elsewhere."""
    place = path.parents[len(path.parts) - path.parts.index("out") - 1] / "elsewhere"
    path.rename(place)
    path.symlink_to(place)


def widen(path: Path) -> None:
    """Let an array say that it has more members."""
    path.write_text(json.dumps(json.loads(path.read_text()) | {"shape": [MEMBERS + 1, 6, 2]}))


def alter(path: Path, **columns: object) -> None:
    """Change columns of a table; none drops one."""
    table = parquet.read_table(path)
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.remove_column(at) if values is None else table.set_column(at, name, pa.array(values))
    parquet.write_table(table, path)


def chunk(out: Path) -> Path:
    """The series of the first block."""
    return series.chunk_path(out, 0)


TAMPERED = {
    "series that lie elsewhere": (lambda out: link(out / store.SERIES), "is a link"),
    "a chunk that lies elsewhere": (lambda out: link(chunk(out)), "is a link"),
    "a block that lies elsewhere": (lambda out: link(store.block_path(out, 0)), "is a link"),
    "a truncated chunk": (lambda out: truncate(chunk(out)), "series of block 0 can't be read"),
    "no series": (lambda out: shutil.rmtree(out / store.SERIES), "it is gone"),
    "series of another shape": (lambda out: widen(out / store.SERIES / "series" / "zarr.json"), "not of these members"),
    "another overlay": (
        lambda out: alter(out / store.MEMBERS, overlay=["zzz"] * MEMBERS),
        "member 0 has another overlay",
    ),
    "another seed": (lambda out: alter(out / store.MEMBERS, seed=[5] * 26 + [7]), "member 26 has another seed"),
    "a level moved": (lambda out: alter(out / store.MEMBERS, x_room=[0.2] * MEMBERS), "member 0 has another x_room"),
    "a column less": (lambda out: alter(out / store.MEMBERS, replicate=None), "not those of the design: replicate"),
    "an outcome less": (lambda out: alter(store.block_path(out, 0), low=None), "not those of the sweep"),
    "an outcome of words": (lambda out: alter(store.block_path(out, 0), low=["a", "b"]), "not those of the sweep"),
    "a block of words": (lambda out: edit_manifest(out, block="x"), "block: input should be a valid integer"),
    "no stamp": (lambda out: edit_manifest(out, stamp=None), "stamp: input should"),
    "no versions": (lambda out: edit_manifest(out, versions=None), "versions: input should"),
    "a number for a date": (lambda out: edit_manifest(out, created=5), "created: input should"),
    "whole, but for its checksum": (lambda out: edit_manifest(out, state="whole"), "counts: field required"),
    "a truncated block": (lambda out: truncate(store.block_path(out, 0)), "damaged"),
    "a truncated plan": (lambda out: truncate(out / store.MEMBERS), "damaged"),
    "another block's file": (foreign_block, "does not hold the block's members"),
    "a deleted chunk": (delete_chunk, "series of block 0 are gone"),
    "blocks that lie elsewhere": (elsewhere, "lies elsewhere"),
    "another kind of manifest": (lambda out: edit_manifest(out, kind="thermidor-run"), "not the manifest of a sweep"),
    "another schema": (lambda out: edit_manifest(out, schema=99), "another schema"),
    "fewer members": (lambda out: edit_manifest(out, members=5), "not a sweep as it was written"),
    "no block size": (lambda out: edit_manifest(out, block=0), "not a sweep as it was written"),
    "a manifest that is no JSON": (lambda out: truncate(out / "manifest.json"), "can't be read"),
    "a scenario that is none": (lambda out: edit_manifest(out, scenario="schema: 1"), "missing key"),
    "a design that is none": (lambda out: edit_manifest(out, design={"schema": 1}), "missing key"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_store_is_refused_with_one_message_and_left_alone(tmp_path: Path, half: Path, name: str):
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    spoil, said = TAMPERED[name]
    spoil(tmp_path / "out")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as refused:
        th.sweep(tmp_path / "design.yaml", tmp_path / "out", resume=True)
    assert said in str(refused.value)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"}
    assert before == after
    with pytest.raises(InputError):  # what is only looked at is looked at as closely
        opened = th.open_sweep(tmp_path / "out")
        assert len(opened.table) and opened.series["norms"].values.any()


@pytest.mark.parametrize("file", [store.MEMBERS, f"{store.SERIES}/series/c/0/0/0"])
def test_a_whole_sweep_notices_that_it_was_changed(whole: Sweep, tmp_path: Path, file: str):
    shutil.copytree(whole.folder, tmp_path / "copy")
    assert th.open_sweep(tmp_path / "copy").table.equals(whole.table), "a sweep may be moved"
    path = tmp_path / "copy" / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="damaged"):
        th.open_sweep(tmp_path / "copy")
