"""Designs that are kept with a sweep: another sample is refused, mended words are not, and a probe says what failed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from test_design import DESIGN, FACTOR, RECALLED, SAMPLED, edited, plan, sampled
from thermidor.cli.compare import _setups
from thermidor.errors import InputError, RunError
from thermidor.experiments import block, cluster, points, stamp, store
from thermidor.experiments.design import design_from
from thermidor.experiments.opened import open_sweep
from thermidor.experiments.plan import plan_of
from thermidor.experiments.sweep import cost, sweep
from thermidor.jit import PACKAGE
from thermidor.scenarios.document import parse_document


def kept(folder, text):
    """A sweep that is planned and not lived: its folder and its plan."""
    found, folder = plan(folder, text), folder / "kept"
    folder.mkdir()
    store.create(folder, found, 4)
    return folder, found


def test_a_sweep_of_another_sample_is_neither_opened_nor_lived(tmp_path, monkeypatch):
    folder, found = kept(tmp_path, sampled("{method: latin-hypercube, points: 7}"))
    assert open_sweep(folder).plan.digest == found.digest
    drawn = points._sampled
    monkeypatch.setattr(points, "_sampled", lambda *given: drawn(*given)[::-1])  # as of another SALib
    for opening in (
        lambda: open_sweep(folder),
        lambda: sweep(tmp_path / "design.yaml", folder, resume=True),
        lambda: block._job(str(folder), found.digest, "another"),
    ):
        with pytest.raises(InputError, match=r"the sample of points differs \(another SALib\?\)"):
            opening()


IDLE = {
    "keys beside a switch": "full: {switch: [terror], unit: x, scale: log, steps: 3}",
    "a seed of all combinations": "full: {switch: [terror]}\nsampling: {method: full, seed: 3}",
    "keys beside every": "r: {every: rules, unit: x, scale: log}\nsampling: {method: morris, trajectories: 2}",
    "odd levels": f"{SAMPLED}sampling: {{method: morris, trajectories: 1, levels: 5}}",
    "steps of a sample": f"{SAMPLED}sampling: {{method: sobol, points: 2, levels: 6}}".replace("}", ", steps: 4}", 1),
    "values by their logarithm": "room: {set: first.room, values: [0, 1], scale: log, steps: 2}",
}
"""Designs of which a part does nothing, or which a new file may not ask for."""


@pytest.mark.filterwarnings("ignore:num_levels should be")
@pytest.mark.parametrize("factors", IDLE.values(), ids=IDLE)
def test_a_kept_sweep_opens_with_keys_that_a_file_may_not_have(tmp_path, factors):
    text = edited((FACTOR, factors), (RECALLED, ""))
    with pytest.raises(InputError):
        plan(tmp_path, text)
    design = design_from(parse_document(text, "text").data)
    (tmp_path / "kept").mkdir()
    store.create(tmp_path / "kept", plan_of(design, tmp_path), 4)
    assert open_sweep(tmp_path / "kept").plan.design == design


def test_a_stamp_covers_all_that_reads_a_scenario():
    covered = {file.name for pattern in stamp.READING for file in PACKAGE.glob(pattern)}
    assert covered >= {"conditions.py", "load.py", "resolved.py", "schema.py"}


def test_set_ups_that_are_far_apart_fit_the_page(capsys):
    names = ("factors.development.along.first.heavy_capital", "isolation-by-development", "first.outside.hostility")
    rows = [("scenario", *names), ("version", "numpy", "0.30000000000000004", "-")]
    _setups(SimpleNamespace(setup=pd.DataFrame(rows)))
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert all(part in printed for part in ("along.first.", "isolation-by-", "first.outside.", "hostility"))


def test_words_may_be_mended_in_a_sweep_that_was_begun_and_nothing_else(tmp_path):
    folder, _ = kept(tmp_path, DESIGN)
    manifest = store.read_manifest(folder)
    mended = edited(("A small sweep", "A mended title"), ("nothing from outside", "mended"))
    store.refuse_other(manifest, plan(tmp_path, mended), folder)
    with pytest.raises(InputError, match="begun otherwise") as refused:
        store.refuse_other(manifest, plan(tmp_path, mended.replace("seed: 5", "seed: 6")), folder)
    assert "seed 5, now 6" in str(refused.value) and "title" not in str(refused.value)


def test_a_probe_that_fails_gives_no_time(tmp_path, monkeypatch):
    def fails(*given, **more):
        raise RunError("northland", "labour", "norms", "1920-01")

    monkeypatch.setattr(cluster, "compile_here", lambda plan: None)
    monkeypatch.setattr("thermidor.runs.simulate.simulate", fails)
    probed = cost(plan(tmp_path))
    assert "northland, 1920-01" in probed.failed
    monkeypatch.setattr("thermidor.runs.simulate.simulate", lambda *given, **more: np.empty(2**62))
    with pytest.raises((MemoryError, ValueError)):
        cost(plan(tmp_path))
