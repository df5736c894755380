"""Small designs over the miniature to try sweeps on."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from threading import Event

import pytest

import thermidor as th
from small import MINIATURE
from thermidor.errors import Interrupted
from thermidor.runs.simulate import simulate

DESIGN = """
schema: 1
name: small
title: A small sweep
about: Four levels of a condition, a counterfactual, three replicates.
base: {scenario: miniature.yaml, months: 36, citizens: {first: 60, others: 40}}
seed: 5
replicates: 3
factors:
  room: {set: first.room, range: [0.1, 0.7], steps: 4}
overlays:
  silent: {why: nothing from outside, without: [outside]}
  recalled: {why: full recall in one row, set: {first.norms.recall: 1}, where: {room: 0.7}}
outcomes:
  norms_end: {value_at: norms}
  room_mean: {mean_of: room, from: 1920-01}
  low_at: {first: {variable: room, below: 0.4}}
  low: {reached: {variable: room, below: 0.4}}
  end: {label_at: end}
series: [norms, southland.gdp_per_head]
series_every: 6
"""


def write(folder: Path, text: str = DESIGN, name: str = "design.yaml") -> Path:
    """Write a design into a folder, the miniature beside it, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(MINIATURE, folder / "miniature.yaml")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stopped_after(tmp_path: Path, members: int) -> Path:
    """A small sweep that was stopped after so many members; returns its folder."""
    cancel, out = Event(), tmp_path / "out"

    def told(done: int, total: int, failed: int) -> None:
        if done >= members:
            cancel.set()

    def slowly(*given, **options):
        time.sleep(0.05)
        return simulate(*given, **options)

    with pytest.raises(Interrupted, match=r"\d+ of 27 members are kept"):
        th.sweep(write(tmp_path), out, workers=1, progress=told, cancel=cancel, simulate=slowly)
    return out
