"""Designs that are kept with a sweep: another sample is refused, mended words are not, and a probe says what failed."""

from __future__ import annotations

import numpy as np
import pytest

from test_design import DESIGN, edited, plan, sampled
from thermidor.errors import InputError, RunError
from thermidor.experiments import block, cluster, points, store
from thermidor.experiments.opened import open_sweep
from thermidor.experiments.sweep import cost, sweep


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
