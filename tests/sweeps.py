"""Small designs over the miniature to try sweeps on."""

from __future__ import annotations

import shutil
from pathlib import Path

from small import MINIATURE

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
