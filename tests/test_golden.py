"""Golden summary: the same seed still gives the numbers written down, so that no change of numbers goes unnoticed.

Whoever means to change them runs this file as a script and says so in the changelog under "numbers may change".
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from small import live
from thermidor.country import VARIABLES

GOLDEN = Path(__file__).parent / "data" / "golden.json"
MONTHS, CITIZENS = (11, 59), 400
SHOWN = (
    "gdp_per_head", "norms", "room", "organisation", "fear", "state_property", "repression_mass", "apparatus_share",
    "population", "hoards", "to_consume", "literacy", "moves",
)  # fmt: skip
NEAR = 1e-6
"""Relative: other machines round `exp` and `log` otherwise in the last bit; a changed rule moves far more."""


def summary() -> dict[str, dict[str, float]]:
    """Return some variables of the first country of the miniature scenario at two months."""
    series = live(months=MONTHS[-1] + 1, citizens=CITIZENS).series[:, 0]
    return {str(month): {name: float(series[month, VARIABLES.index(name)]) for name in SHOWN} for month in MONTHS}


def test_numbers_are_those_written_down():
    golden, found = json.loads(GOLDEN.read_text()), summary()
    assert golden.keys() == found.keys()
    for month, values in golden.items():
        assert found[month] == pytest.approx(values, rel=NEAR, abs=1e-12), f"month {month}: see this file's first lines"
    assert all(np.isfinite(list(values.values())).all() for values in found.values())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(summary(), indent=1) + "\n")
