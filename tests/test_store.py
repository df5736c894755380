"""The store: whole or not there, refused when damaged, the same values after a round trip."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import fakes
from thermidor.country import VARIABLES
from thermidor.errors import InputError
from thermidor.runs import lock, open_run, store
from thermidor.runs import manifest as manifests
from thermidor.runs.export import export

AXES = store.Axes((0, 1, 2), np.datetime64("1917-11", "M") + np.arange(fakes.MONTHS), fakes.COUNTRIES)
MANIFEST = {"kind": manifests.KIND, "schema": manifests.SCHEMA, "scenario": {"name": "made-up"}}


def keep(folder, seed=1, force=False, axes=AXES):
    with store.writing(folder, axes, force=force) as writer:
        for place, replicate in enumerate(axes.runs):
            writer.put(place, fakes.series_of(seed, replicate, len(axes.months)))
        writer.close(MANIFEST)
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("store") / "run")


@pytest.fixture
def copy(kept, tmp_path):
    return Path(shutil.copytree(kept, tmp_path / "run"))


def test_round_trip_keeps_every_value_and_name(kept):
    result = open_run(kept)
    assert result.path == kept and result.manifest["scenario"]["name"] == "made-up"
    assert tuple(result.dataset.data_vars) == VARIABLES
    for place, name in enumerate(VARIABLES):
        expected = np.stack([fakes.series_of(1, k)[..., place] for k in range(3)]).astype("f4")
        assert np.array_equal(result.dataset[name].values, expected), name
    assert result.dataset["month"].values[2] == np.datetime64("1918-01-01")
    assert result.dataset["fear"].attrs["unit"] == "index 0-1"
    xr.testing.assert_identical(result.dataset, result.whole)
    in_memory = store.in_memory(np.stack([fakes.series_of(1, k) for k in range(3)]).astype("f4"), AXES)
    xr.testing.assert_identical(result.dataset, in_memory)


def test_opening_reads_no_series(kept):
    dataset = open_run(kept).dataset
    assert not any(isinstance(dataset[name].variable._data, np.ndarray) for name in VARIABLES)


def test_folder_is_small_and_manifest_is_plain_json(kept):
    names = {file.relative_to(kept).parts[0] for file in kept.rglob("*") if file.is_file()}
    assert names == {"manifest.json", "series.zarr"}
    assert len(shards(kept)) == 3 and all(shard.is_file() for shard in shards(kept)), "one shard a run"
    assert json.loads((kept / "manifest.json").read_text())["store"]["shape"] == [3, fakes.MONTHS, 2, len(VARIABLES)]


def test_unfinished_store_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), store.writing(tmp_path / "r", AXES) as writer:
        writer.put(0, fakes.series_of(1, 0))
        assert (tmp_path / "r.partial").is_dir() and not (tmp_path / "r").exists()
        raise KeyError
    with store.writing(tmp_path / "r", AXES):
        pass  # never closed
    assert list(tmp_path.iterdir()) == []


def test_old_run_stays_unless_forced(copy):
    before = open_run(copy).dataset["output"].values
    with pytest.raises(InputError, match=r"kept here already(.|\n)*--force"):
        keep(copy, seed=2)
    with pytest.raises(KeyError), store.writing(copy, AXES, force=True) as writer:
        writer.put(0, fakes.series_of(2, 0))
        raise KeyError
    assert np.array_equal(open_run(copy).dataset["output"].values, before)
    keep(copy, seed=2, force=True)
    assert not np.array_equal(open_run(copy).dataset["output"].values, before)
    assert [p.name for p in copy.parent.iterdir()] == ["run"]


def test_force_replaces_nothing_but_runs(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("mine")
    for name in ("home", "file"):
        with pytest.raises(InputError, match="not by a run"):
            keep(tmp_path / name, force=True)
    assert (tmp_path / "home" / "thesis.txt").exists() and (tmp_path / "file").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert open_run(keep(tmp_path / "empty"))


def test_force_keeps_what_is_not_the_runs(copy):
    keep(copy / "inner")
    with pytest.raises(InputError, match="holds 'inner'"):
        keep(copy, force=True)
    assert open_run(copy / "inner")
    shutil.rmtree(copy / "inner")
    export(copy, copy / "export", variables=["fear"])
    export(copy, copy, variables=["fear"])
    (copy / "figure.png").touch()
    keep(copy, seed=2, force=True)
    assert not (copy / "figure.png").exists()


def test_force_keeps_what_stands_beside_under_a_like_name(copy):
    (copy.parent / "run.replaced").mkdir()
    (copy.parent / "run.replaced" / "thesis.txt").write_text("years of work")
    keep(copy, seed=2, force=True)
    assert (copy.parent / "run.replaced" / "thesis.txt").read_text() == "years of work"
    assert sorted(p.name for p in copy.parent.iterdir()) == ["run", "run.replaced"]


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_force_keeps_what_no_export_made(copy, kind):
    export(copy, copy / "export", variables=["fear"])
    mine = copy / "export" / "series-of-mine.csv" if kind != "file" else copy / "export" / "thesis.txt"
    if kind == "folder":
        mine.mkdir()
    elif kind == "link":
        (copy / "export").rename(copy.parent / "elsewhere")
        (copy / "export").symlink_to(copy.parent / "elsewhere")
    else:
        mine.write_text("years of work")
    named = {"file": "export/thesis.txt", "folder": "export/series-of-mine.csv", "link": "export"}[kind]
    with pytest.raises(InputError, match=f"can't be replaced(.|\n)*'{named}'"):
        keep(copy, seed=2, force=True)
    assert (copy / "export" / "series.csv").exists() and (kind == "link" or mine.exists())


def test_force_empties_only_what_a_dead_run_left(tmp_path):
    partial = tmp_path / "r.partial"
    (partial / "series.zarr").mkdir(parents=True)
    for name in ("manifest.json", "manifest.json.partial", ".lock", "thesis.txt"):
        (partial / name).write_text("years of work")
    before = sorted(p.name for p in partial.iterdir())
    with pytest.raises(InputError, match=r"can't be emptied(.|\n)*r.partial(.|\n)*'thesis.txt'(.|\n)*mend"):
        keep(tmp_path / "r", force=True)
    assert sorted(p.name for p in partial.iterdir()) == before and not (tmp_path / "r").exists()
    (partial / "thesis.txt").unlink()
    assert open_run(keep(tmp_path / "r", force=True)) and [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize("late", [False, True])
def test_a_taken_place_is_told_apart_before_any_work(kept, tmp_path, monkeypatch, late):
    """Also where another run became whole between the look at the place and the claim on it."""
    claim = store._claim

    def slowly(partial, force, resume):
        shutil.copytree(kept, tmp_path / "r")
        return claim(partial, force, resume)

    if late:
        monkeypatch.setattr(store, "_claim", slowly)
    else:
        (tmp_path / "r.partial").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(store.Taken), store.writing(tmp_path / "r", AXES):
        pytest.fail("no work may begin")
    assert sorted(p.name for p in tmp_path.iterdir()) == (["r"] if late else before)


def test_two_writers_do_not_meet(tmp_path):
    with store.writing(tmp_path / "r", AXES):
        with pytest.raises(InputError, match="being written"):
            keep(tmp_path / "r")
        assert (tmp_path / "r.partial").is_dir(), "the first writer's folder stays"
    (tmp_path / "r.partial").mkdir()
    assert open_run(keep(tmp_path / "r", force=True))


def test_force_does_not_take_what_is_being_written(tmp_path):
    with store.writing(tmp_path / "r", AXES) as writer:
        writer.put(0, fakes.series_of(1, 0))
        with pytest.raises(InputError, match="being written"):
            keep(tmp_path / "r", seed=2, force=True)
        for place in (1, 2):
            writer.put(place, fakes.series_of(1, place))
        writer.close(MANIFEST)
        with store.writing(tmp_path / "r", AXES, force=True):
            assert (tmp_path / "r.partial").is_dir(), "whole: the place is free again"
    assert open_run(tmp_path / "r").dataset["output"].notnull().all()
    assert [p.name for p in tmp_path.iterdir()] == ["r"]
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == ["manifest.json", "series.zarr"]


def test_lock_ends_with_its_process(tmp_path):
    code = "import os, sys; from pathlib import Path; from thermidor.runs.lock import hold; f = hold(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", f"{code}; assert f; os.abort()", str(tmp_path)], check=False)
    assert (tmp_path / lock.NAME).exists() and not lock.held(tmp_path)
    with lock.hold(tmp_path):
        assert lock.held(tmp_path) and lock.hold(tmp_path) is None
    assert lock.hold(tmp_path / "nowhere") is None


def test_place_taken_meanwhile_is_kept(kept, tmp_path):
    with pytest.raises(InputError, match="kept here already"), store.writing(tmp_path / "r", AXES) as writer:
        writer.put(0, fakes.series_of(2, 0))
        shutil.copytree(kept, tmp_path / "r")
        writer.close(MANIFEST)
    assert open_run(tmp_path / "r") and [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize("force", [False, True])
def test_place_without_a_name(force):
    with pytest.raises(InputError, match="has no name"):
        keep("/", force=force)


def test_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "run", Path("/proc/nowhere/run")):
        with pytest.raises(InputError, match=r"can't be written(.|\n)*mend"):
            keep(place)


def test_unwritable_place_is_called_so_before_its_room_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(InputError, match="can't be written"):
        keep(tmp_path / "r")


def test_disk_that_does_not_count_its_room(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 0))
    assert open_run(keep(tmp_path / "r"))


def test_disk_without_room_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1000))
    with pytest.raises(InputError, match="no room"):
        keep(tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, sys
sys.path[:0] = sys.argv[2:]
import test_store
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    test_store.keep(sys.argv[1])
except test_store.InputError as error:
    print(error)
"""


def test_disk_that_fills_up_leaves_nothing(tmp_path):
    paths = [str(Path(__file__).parent)]
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "r"), *paths], capture_output=True, text=True, timeout=120
    )
    assert told.stdout.startswith("the disk is full\n"), told.stdout + told.stderr
    assert "mend: free some room" in told.stdout and list(tmp_path.iterdir()) == []


def shards(folder):
    return sorted((folder / "series.zarr" / "series" / "c").glob("*/0/0/0"))


def truncate(folder):
    shard = shards(folder)[1]
    shard.write_bytes(shard.read_bytes()[:-1])


def rename_country(folder):
    file = folder / "series.zarr" / "zarr.json"
    file.write_text(file.read_text().replace('"there"', '"where"'))


def edit_manifest(**changes):
    def edit(folder):
        file = folder / "manifest.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return edit


DAMAGE = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no whole run"),
    "half a manifest": (lambda folder: (folder / "manifest.json").write_text('{"kind": "ther'), "can't be read"),
    "deep manifest": (lambda folder: (folder / "manifest.json").write_text("[" * 10**6), "can't be read"),
    "binary manifest": (lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"), "can't be read"),
    "another's manifest": (edit_manifest(kind="npm"), "not the manifest of a run"),
    "later schema": (edit_manifest(schema=2), r"another schema(.|\n)*it is 2, .*reads 1"),
    "no store": (lambda folder: shutil.rmtree(folder / "series.zarr"), "damaged"),
    "missing shard": (lambda folder: shards(folder)[0].unlink(), "damaged"),
    "truncated shard": (truncate, "damaged"),
    "renamed country": (rename_country, "damaged"),
    "nothing about the store": (edit_manifest(store=None), "damaged"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damaged_run_is_refused(copy, damage, message):
    assert open_run(copy)
    damage(copy)
    with pytest.raises(InputError, match=message) as caught:
        open_run(copy)
    assert str(copy) in str(caught.value)


def test_unwritten_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        open_run(tmp_path / "nowhere")


def test_changed_bytes_are_found_when_read(copy):
    shard = shards(copy)[1]
    data = bytearray(shard.read_bytes())
    data[100] ^= 1
    shard.write_bytes(bytes(data))
    dataset = open_run(copy).dataset
    with pytest.raises(ValueError, match="checksum"):
        for name in VARIABLES:
            dataset[name].load()


@given(runs=st.lists(st.integers(0, 10**6), min_size=1, max_size=3, unique=True), months=st.integers(1, 40))
@settings(max_examples=8, deadline=None)
def test_any_shape_comes_back(tmp_path_factory, runs, months):
    axes = store.Axes(tuple(runs), np.datetime64("1850-01", "M") + np.arange(months), ("a", "b"), ("x", "y", "z"))
    folder = tmp_path_factory.mktemp("shape") / "run"
    values = np.random.default_rng(0).normal(size=axes.shape).astype("f4")
    with store.writing(folder, axes) as writer:
        for place in reversed(range(len(runs))):
            writer.put(place, values[place])
        writer.close(MANIFEST)
    found = open_run(folder).dataset
    assert found["run"].values.tolist() == runs and found["month"].values[0] == np.datetime64("1850-01-01")
    assert np.array_equal(np.stack([found[name].values for name in "xyz"], -1), values)


# tables for other programs


def test_csv_holds_every_number_exactly(kept, tmp_path):
    path = export(kept, tmp_path / "tables", variables=["output", "fear"])
    assert path == tmp_path / "tables" / "series.csv"
    rows = list(csv.DictReader(path.open()))
    assert list(rows[0]) == ["run", "month", "country", "output", "fear"] and len(rows) == 3 * fakes.MONTHS * 2
    found = np.array([row["output"] for row in rows], "f4").reshape(3, fakes.MONTHS, 2)
    assert np.array_equal(found, open_run(kept).dataset["output"].values)
    assert [row["country"] for row in rows[:3]] == ["here", "there", "here"]
    assert (rows[-1]["run"], rows[-1]["month"], rows[-1]["country"]) == ("2", "1920-04", "there")


def test_long_table_holds_the_same_numbers(kept, tmp_path):
    path = export(kept, tmp_path / "long.csv", variables=["output", "fear"], long=True)
    rows = list(csv.DictReader(path.open()))
    assert list(rows[0]) == ["run", "month", "country", "variable", "value"]
    fear = [row["value"] for row in rows if row["variable"] == "fear"]
    found = np.array(fear, "f4").reshape(3, fakes.MONTHS, 2)
    assert np.array_equal(found, open_run(kept).dataset["fear"].values)


def test_parquet_holds_the_same_table(kept, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export(kept, tmp_path / "t.parquet", "parquet"))
    assert table.column_names == ["run", "month", "country", *VARIABLES]
    found = table["fear"].to_numpy().reshape(3, fakes.MONTHS, 2)
    assert np.array_equal(found, open_run(kept).dataset["fear"].values)


def test_parquet_without_its_library(kept, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match=r"pip install 'pyarrow>=18'"):
        export(kept, tmp_path, "parquet")


def test_bad_export_is_refused(kept, tmp_path):
    with pytest.raises(InputError, match="no table format"):
        export(kept, tmp_path, "xls")
    with pytest.raises(InputError, match="did you mean 'output'"):
        export(kept, tmp_path, variables=["outputt"])
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        export(kept, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "mine"
    assert export(kept, tmp_path / "t.csv", force=True, variables=["fear"]).read_text().startswith("run,month")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.csv", "variables.csv"]
    (tmp_path / "variables.csv").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        export(kept, tmp_path / "other.csv", variables=["fear"])
    with pytest.raises(InputError, match="kept for the list"):
        export(kept, tmp_path / "variables.csv", force=True)


def test_variables_are_listed_beside_a_table(kept, tmp_path):
    export(kept, tmp_path / "t.csv", variables=["fear"])
    export(kept, tmp_path / "u.csv", variables=["output"])
    rows = list(csv.DictReader((tmp_path / "variables.csv").open()))
    assert [row["name"] for row in rows] == list(VARIABLES) and all(row["meaning"] for row in rows)
