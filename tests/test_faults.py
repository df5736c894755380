"""Faults of a sweep that need no cluster to be killed (`python -m validation.faults` does that) or one worker only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import thermidor as th
import thermidor.experiments.sweep as sweeping
from small_sweeps import write
from thermidor.errors import InputError, Stopped
from thermidor.experiments import block, cluster, series, store
from thermidor.experiments.opened import Sweep
from thermidor.experiments.plan import Plan
from thermidor.runs.simulate import simulate


def lived(sweep: Sweep) -> str:
    """The outcome columns of a sweep by member."""
    table = sweep.table.select(["member", "status", *sweep.outcomes, "failure_stage", "failure"])
    return repr(table.to_pydict())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, undisturbed, by one thread."""
    folder = tmp_path_factory.mktemp("whole")
    return th.sweep(write(folder), folder / "out", workers=1)


def test_a_worker_that_is_killed_is_replaced(whole: Sweep, tmp_path: Path):
    flag = tmp_path / "killed"

    def once(*given, **options):
        if not flag.exists() and options["replicate"] == 2:
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return simulate(*given, **options)

    assert lived(th.sweep(write(tmp_path), tmp_path / "out", workers=1, processes=True, simulate=once)) == lived(whole)
    assert flag.exists()


def test_a_block_that_is_there_is_not_lived_again(whole: Sweep, tmp_path: Path):
    manifest = store.create(tmp_path, whole.plan, 6)
    (tmp_path / store.RUNNING).write_text("token")
    first = block.live_block(str(tmp_path), manifest["digest"], 1, "token")
    before = store.block_path(tmp_path, 1).read_bytes()
    again = block.live_block(str(tmp_path), manifest["digest"], 1, "token")
    assert again == first == (6, 0) and store.block_path(tmp_path, 1).read_bytes() == before


def test_a_folder_that_is_begun_anew_is_read_anew(whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    design = write(tmp_path)
    sizes = [th.sweep(design, tmp_path / "out", workers=1).manifest["block"]]
    shutil.rmtree(tmp_path / "out")
    monkeypatch.setattr(sweeping, "FEWEST_BLOCKS", 1)
    again = th.sweep(design, tmp_path / "out", workers=1)
    assert again.manifest["block"] != sizes[0] and lived(again) == lived(whole)


def test_what_a_client_left_that_was_killed_at_the_very_end_is_cleared(whole: Sweep, tmp_path: Path):
    shutil.copytree(whole.folder, tmp_path / "out")
    for left in (".lock", store.RUNNING, "manifest.json.partial", f"{store.BLOCKS}/000000.parquet"):
        (tmp_path / "out" / left).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / left).write_text("left")
    again = th.sweep(write(tmp_path), tmp_path / "out", resume=True)
    assert lived(again) == lived(whole)
    assert sorted(path.name for path in again.folder.iterdir()) == sorted(p.name for p in whole.folder.iterdir())


def test_what_a_writer_left_that_was_killed_is_cleared(whole: Sweep, tmp_path: Path):
    def leave(*given, **options):
        left = tmp_path / "out" / store.SERIES / "series" / "c" / "0.killed.partial"
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_text("half a chunk")
        return simulate(*given, **options)

    done = th.sweep(write(tmp_path), tmp_path / "out", workers=1, simulate=leave)
    assert not list(done.folder.rglob("*.partial")) and lived(th.open_sweep(done.folder)) == lived(whole)


@pytest.mark.parametrize("left", [[".lock"], [".lock", "members.parquet.partial", "blocks/", "series.zarr/zarr.json"]])
def test_a_client_killed_while_it_planned_bars_no_place(whole: Sweep, tmp_path: Path, left: list[str]):
    out = tmp_path / "out"
    for name in left:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).mkdir() if name.endswith("/") else (out / name).write_text("")
    (out / "thesis.txt").write_text("all of it")
    with pytest.raises(InputError, match="this place is taken"):
        th.sweep(write(tmp_path), out, workers=1)
    assert (out / left[-1]).exists()
    (out / "thesis.txt").unlink()
    assert lived(th.sweep(tmp_path / "design.yaml", out, workers=1)) == lived(whole)


def test_a_start_that_breaks_is_a_row_whatever_it_raises(whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept = Plan.start

    def breaks(plan: Plan, case, point: int):
        if point == 1 and plan.design.name == "small" and sys._getframe(1).f_code.co_name == "_start":
            raise KeyError("a fault of the code")
        return kept(plan, case, point)

    monkeypatch.setattr(Plan, "start", breaks)
    done = th.sweep(write(tmp_path), tmp_path / "out", workers=1)
    rows, sound = done.members, whole.members
    assert set(rows[rows["status"] == "failed"]["point"]) == {1}
    assert set(rows[rows["point"] == 1]["failure_stage"]) == {"start"}
    others = rows["point"] != 1
    assert rows[others][done.outcomes].equals(sound[others][done.outcomes])


def test_a_reading_that_fails_for_one_member_fails_for_no_other(
    whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sweeping, "FEWEST_BLOCKS", 3)
    kept, worst = block.measuring.measured, whole.members["room_mean"].max()

    def breaks(asked, named, reading):
        found = kept(asked, named, reading)
        if (found["room_mean"] >= worst).any():
            raise FloatingPointError("the best of all rooms")
        return found

    monkeypatch.setattr(block.measuring, "measured", breaks)
    done = th.sweep(write(tmp_path), tmp_path / "out", workers=1)
    rows, best = done.members, whole.members["room_mean"] == worst
    assert done.counts["failed"] == best.sum() and set(rows[best]["failure_stage"]) == {"outcomes"}
    assert rows[~best][done.outcomes].equals(whole.members[~best][done.outcomes])
    assert done.series["norms"].isnull().all("month").values.tolist() == best.tolist()


def test_a_scheduler_without_workers_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as workers:

        def told(done: int, members: int, failed: int) -> None:
            workers.scale(0)

        with pytest.raises(Stopped, match=r"all workers were lost; \d+ of 27 members are kept"):
            th.sweep(write(tmp_path), tmp_path / "out", scheduler=workers.scheduler_address, progress=told)
    assert th.sweep(tmp_path / "design.yaml", tmp_path / "out", workers=1, resume=True).counts["planned"] == 0


def test_a_sweep_that_is_gone_is_not_said_to_be_anothers(whole: Sweep, tmp_path: Path):
    for spoil, said in (
        (lambda out: (out / store.RUNNING).write_text("x"), "another client has taken over"),
        (lambda out: out.rename(tmp_path / "moved"), "the folder of the sweep is gone"),
    ):
        struck = []

        def strike(*given, spoil=spoil, struck=struck, **options):
            if not struck:
                struck.append(spoil(tmp_path / "out"))
            return simulate(*given, **options)

        with pytest.raises(Stopped, match=said):
            th.sweep(write(tmp_path), tmp_path / "out", workers=1, simulate=strike)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)


def test_series_that_are_gone_are_named(whole: Sweep, tmp_path: Path):
    def strike(*given, **options):
        shutil.rmtree(tmp_path / "out" / store.SERIES, ignore_errors=True)
        return simulate(*given, **options)

    with pytest.raises(InputError, match=r"series.zarr\n  why: it is gone"):
        th.sweep(write(tmp_path), tmp_path / "out", workers=1, simulate=strike)


def test_a_chunk_altered_in_a_whole_sweep_is_one_message(whole: Sweep, tmp_path: Path):
    shutil.copytree(whole.folder, tmp_path / "out")
    chunk = series.chunk_path(tmp_path / "out", 1)
    held = bytearray(chunk.read_bytes())
    held[len(held) // 2] ^= 1
    chunk.write_bytes(held)
    kept = th.open_sweep(tmp_path / "out").series["norms"]
    assert np.array_equal(kept.isel(member=0).values, whole.series["norms"].values[0]), "others can be read"
    assert np.array_equal(kept.isel(member=0)[::-2].values, whole.series["norms"].values[0, ::-2])
    with pytest.raises(InputError, match="a file of this sweep is damaged"):
        kept.load()


def test_what_does_not_belong_to_the_series_is_named(whole: Sweep, tmp_path: Path):
    shutil.copytree(whole.folder, tmp_path / "out")
    (tmp_path / "out" / store.SERIES / "small-1.png").write_text("a picture")
    with pytest.raises(InputError, match=r"small-1\.png\n.*does not belong"):
        th.open_sweep(tmp_path / "out")


def test_the_callers_process_is_left_as_it_was(tmp_path: Path):
    import zarr
    from distributed import scheduler

    level, empty = scheduler.logger.level, zarr.config.get("array.write_empty_chunks")
    th.sweep(write(tmp_path), tmp_path / "out", workers=1)
    assert (scheduler.logger.level, zarr.config.get("array.write_empty_chunks")) == (level, empty)


def test_a_worker_of_another_version_is_named(whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    manifest = store.create(tmp_path, whole.plan, 6)
    (tmp_path / store.RUNNING).write_text("late")
    monkeypatch.setattr(block, "_address", lambda: "tcp://late:1")
    monkeypatch.setattr(block, "differences", lambda then: ["numpy 2, here 1"])
    with pytest.raises(InputError, match=r"would live other rules\n  where: tcp://late:1\n.*numpy 2, here 1"):
        block.live_block(str(tmp_path), manifest["digest"], 1, "late")


def test_seconds_are_those_of_all_sessions(tmp_path: Path):
    def broken(*given, **options):
        time.sleep(0.2)
        raise MemoryError

    with pytest.raises(MemoryError):
        th.sweep(write(tmp_path), tmp_path / "out", workers=1, simulate=broken)
    before = th.open_sweep(tmp_path / "out").manifest["seconds"]
    began = time.monotonic()
    after = th.sweep(tmp_path / "design.yaml", tmp_path / "out", workers=1, resume=True).manifest["seconds"]
    assert 0.2 < before < after < before + time.monotonic() - began


@pytest.mark.parametrize("name", ["loop", "a" * 300, "with\0nul"])
def test_what_can_be_no_folder_is_said(tmp_path: Path, name: str):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for use in (lambda: th.open_sweep(tmp_path / name), lambda: th.sweep(write(tmp_path), tmp_path / name)):
        with pytest.raises(InputError, match="can't be a folder"):
            use()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="the system has no such masks")
def test_workers_do_not_hear_an_interruption_but_the_client_does():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with cluster._deaf() as hear:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        hear()
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    try:
        child.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.5)
    finally:
        child.kill()
        child.wait()
