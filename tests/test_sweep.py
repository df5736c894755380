"""Sweeps: the same bits whoever lives them, nothing finished lost, failures as data, and no damage from bad folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import thermidor as th
import thermidor.experiments.sweep as sweeping
from small_sweeps import DESIGN, stopped_after, write
from thermidor import jit
from thermidor.errors import InputError, Interrupted, RunError
from thermidor.experiments import stamp as stamping
from thermidor.experiments import store
from thermidor.experiments.block import live_block
from thermidor.experiments.opened import Sweep
from thermidor.experiments.outcomes import measured
from thermidor.lenses import trotsky
from thermidor.runs.simulate import simulate
from thermidor.runs.store import Axes, columns

MEMBERS = 27


def lived(sweep: Sweep) -> bytes:
    """The outcome columns of a sweep, by member, as bytes."""
    table = sweep.table.select(["member", "status", *sweep.outcomes, "failure_stage", "failure"])
    return repr(table.sort_by("member").to_pydict()).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, undisturbed, by one thread."""
    folder = tmp_path_factory.mktemp("whole")
    return th.sweep(write(folder), folder / "out", workers=1)


def test_every_member_is_what_a_single_run_of_it_is(whole: Sweep):
    assert whole.counts == {"done": MEMBERS, "failed": 0, "planned": 0} and whole.members["seconds"].min() > 0
    for number in (0, 7, 13, 26):
        case, point, replicate = whole.plan.member(number)
        start = whole.plan.start(case, point)
        resolved = start.resolved(5, replicate)
        run = simulate(resolved, start.rules, seed=5, replicate=replicate, citizens=start.citizens, months=36)
        named = columns(
            run.series.astype(np.float32)[None], Axes((replicate,), whole.plan.months, whole.plan.countries)
        )
        for name, cell in measured(whole.design.outcomes, named, trotsky.read(named)).items():
            kept = whole.members[name][number]
            assert kept == cell[0] or (kept != kept and cell[0] != cell[0]), name
        norms = run.series[::6, 0, list(_variables()).index("norms")].astype(np.float32)
        assert np.array_equal(whole.series["norms"].values[number], norms)


def _variables() -> tuple[str, ...]:
    from thermidor.country import VARIABLES

    return VARIABLES


@pytest.mark.parametrize("workers", [{"workers": 2}, {"workers": 2, "processes": True}], ids=["threads", "processes"])
def test_the_table_is_the_same_whoever_lives_it(whole: Sweep, tmp_path: Path, workers: dict):
    again = th.sweep(write(tmp_path), tmp_path / "out", **workers)
    assert lived(again) == lived(whole)
    assert np.array_equal(again.series["norms"].values, whole.series["norms"].values)


def test_a_scheduler_elsewhere_does_the_same(whole: Sweep, tmp_path: Path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=3, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        again = th.sweep(write(tmp_path), tmp_path / "out", scheduler=cluster.scheduler_address)
    assert lived(again) == lived(whole)


def test_blocks_of_any_size_come_to_the_same(whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweeping, "FEWEST_BLOCKS", 1)
    again = th.sweep(write(tmp_path), tmp_path / "out", workers=2)
    assert again.manifest["block"] != whole.manifest["block"] and lived(again) == lived(whole)


def test_every_member_is_planned_before_any_is_lived(tmp_path: Path):
    out, note = tmp_path / "out", tmp_path / "note"

    def look(*given, **options):
        if not note.exists():
            note.write_text(str(th.open_sweep(out).counts))
        return simulate(*given, **options)

    th.sweep(write(tmp_path), out, workers=1, simulate=look)
    assert note.read_text() == str({"done": 0, "failed": 0, "planned": MEMBERS})


def test_what_is_stopped_is_gone_on_with_and_comes_to_the_same(whole: Sweep, tmp_path: Path):
    out = stopped_after(tmp_path, 6)
    before = th.open_sweep(out)
    assert 6 <= before.counts["done"] < MEMBERS and before.counts["planned"] == MEMBERS - before.counts["done"]
    notes = tmp_path / "notes"
    notes.mkdir()

    def look(*given, **options):
        (notes / f"{time.monotonic_ns()}-{options['replicate']}").touch()
        return simulate(*given, **options)

    after = th.sweep(tmp_path / "design.yaml", out, workers=2, resume=True, simulate=look)
    assert lived(after) == lived(whole)
    assert not (out / store.BLOCKS).exists() and not (out / store.RUNNING).exists() and not (out / ".lock").exists()
    assert len(list(notes.iterdir())) == MEMBERS - before.counts["done"], "what was kept has been lived again"
    assert th.sweep(tmp_path / "design.yaml", out, resume=True).counts == after.counts, (
        "a whole sweep has nothing to do"
    )


def test_a_client_killed_loses_nothing_finished(whole: Sweep, tmp_path: Path):
    design, out = write(tmp_path), tmp_path / "out"
    code = (
        "import sys, time; from thermidor import sweep; from thermidor.runs.simulate import simulate\n"
        "def slow(*a, **o): time.sleep(0.05); return simulate(*a, **o)\n"
        "sweep(sys.argv[1], sys.argv[2], workers=1, simulate=slow)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(design), str(out)])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list(out.glob("blocks/*.parquet"))) < 2:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept = len(list(out.glob("blocks/*.parquet")))
    assert kept >= 2, "the child never came so far"
    opened = th.open_sweep(out)
    assert 0 < opened.counts["done"] < MEMBERS
    assert lived(th.sweep(design, out, workers=2, resume=True)) == lived(whole)


def test_two_clients_never_share_a_folder(tmp_path: Path):
    design, out, said = write(tmp_path), tmp_path / "out", []

    def told(done: int, total: int, failed: int) -> None:
        if not said:
            with pytest.raises(InputError, match="another client is at work"):
                th.sweep(design, out, resume=True)
            said.append(done)

    th.sweep(design, out, workers=1, progress=told)
    assert said


def test_a_worker_whose_client_is_gone_writes_nothing(tmp_path: Path):
    out = stopped_after(tmp_path, 3)
    digest, missing = th.open_sweep(out).manifest["digest"], 13
    (out / store.RUNNING).write_text("another client")
    with pytest.raises(Interrupted):
        live_block(str(out), digest, missing, "the old client")
    assert not store.block_path(out, missing).exists()


def test_a_member_that_fails_is_a_row_and_not_an_end(tmp_path: Path):
    def breaks(resolved, rules, *, replicate, **options):
        if replicate == 1:
            raise RunError("northland", "govern", "norms", "1921-03")
        if replicate == 2 and resolved.conditions["northland"]["room"] > 0.6:
            raise ZeroDivisionError("a fault of the code")
        return simulate(resolved, rules, replicate=replicate, **options)

    done = th.sweep(write(tmp_path), tmp_path / "out", workers=2, simulate=breaks)
    rows = done.members
    failed = rows[rows["status"] == "failed"]
    assert done.counts["failed"] == len(failed) == done.manifest["counts"]["failed"] == 9 + 3
    assert set(failed["failure_stage"]) == {"months: govern", "months"}
    assert failed["failure"].str.contains("norms is not a number|ZeroDivisionError: a fault").all()
    assert failed[done.outcomes].isna().all(axis=None) and rows[rows["status"] == "done"]["norms_end"].notna().all()
    assert np.isnan(done.series["norms"].values[failed["member"]]).all()


CHANGED = {
    "another seed": ("seed: 5", "seed: 6"),
    "another level": ("[0.1, 0.7]", "[0.2, 0.7]"),
    "another outcome": ("low_at:", "lower_at:"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_design_does_not_mix_and_says_what_differs(tmp_path: Path, name: str):
    out = stopped_after(tmp_path, 3)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    write(tmp_path, DESIGN.replace(*CHANGED[name]).replace("where: {room: 0.7}", "where: {room: 0.7}"))
    with pytest.raises(InputError, match="begun otherwise") as refused:
        th.sweep(tmp_path / "design.yaml", out, resume=True)
    assert CHANGED[name][0].split(":")[0].strip("[]0.7, ") in str(refused.value) or "factors" in str(refused.value)
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("key", ["rules_code", "reading_code", "thermidor", "numba"])
def test_other_rules_or_versions_do_not_mix(tmp_path: Path, key: str):
    out = stopped_after(tmp_path, 3)
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["stamp"][key] = "another"
    (out / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=f"{key} another, here"):
        th.sweep(tmp_path / "design.yaml", out, resume=True)


def test_code_that_reads_is_part_of_the_stamp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    source = Path(jit.PACKAGE)
    for pattern in stamping.READING:
        assert list(source.glob(pattern)), pattern
    monkeypatch.setattr(jit, "PACKAGE", tmp_path)
    found = set()
    for text in ("held: 0.6", "held: 0.75"):
        (tmp_path / "lenses").mkdir(exist_ok=True)
        (tmp_path / "lenses" / "trotsky.yaml").write_text(text)
        stamping.reading_digest.cache_clear()
        found.add(stamping.reading_digest())
    stamping.reading_digest.cache_clear()
    assert len(found) == 2


def test_a_place_that_is_taken_is_left_alone(tmp_path: Path, whole: Sweep):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    for place, said in ((tmp_path / "mine", "this place is taken"), (whole.folder, "kept here already")):
        with pytest.raises(InputError, match=said):
            th.sweep(write(tmp_path), place)
    with pytest.raises(InputError, match="nothing to go on with"):
        th.sweep(write(tmp_path), tmp_path / "mine", resume=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "all of it"


def test_nobody_at_the_schedulers_address_is_said_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("thermidor.experiments.cluster.PATIENCE", 1.0)
    for address in ("tcp://127.0.0.1:9", "tls://127.0.0.1:9", "garbage", "127.0.0.1", "", "ftp://x:1", "tcp://x:y"):
        began = time.monotonic()
        with pytest.raises(InputError, match=r"no scheduler answers|not the address of a scheduler"):
            th.sweep(write(tmp_path), tmp_path / "out", scheduler=address)
        assert time.monotonic() - began < 3.0 and not (tmp_path / "out").exists(), address


def test_sql_sees_the_members_and_nothing_else(whole: Sweep):
    found = whole.sql("select overlay, count(*) as n from members group by overlay order by overlay").to_pydict()
    assert found == {"overlay": ["base", "recalled", "silent"], "n": [12, 3, 12]}
    for query in (
        "select * from read_csv('/etc/passwd')",
        "select nothing from members",
        "drop",
        "attach 'x.db'",
        "",
        ";",
        "-- c",
    ):
        with pytest.raises(InputError, match="can't be answered"):
            whole.sql(query)
