"""Without the compiler the same months give the same numbers: the compiled text means what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from small import live
from thermidor.country import VARIABLES

CITIZENS, MONTHS = 60, 3

PROGRAM = f"""
import sys
import numpy as np
from small import live
from thermidor import jit
assert not jit.ENABLED and "numba" not in sys.modules
run = live(months={MONTHS}, citizens={CITIZENS}, keep=True)
np.savez(sys.argv[1], series=run.series, people=run.state["people"])
assert "numba" not in sys.modules
"""


def test_plain_python_agrees_with_compiled_code(tmp_path):
    """Series and citizens agree to 1e-12 of their size after some months of few citizens in two countries."""
    file = tmp_path / "plain.npz"
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "THERMIDOR_JIT": "0", "PYTHONPATH": paths, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    plain = np.load(file)
    compiled = live(months=MONTHS, citizens=CITIZENS, keep=True)
    gaps = np.abs(plain["series"] - compiled.series) / np.maximum(np.abs(compiled.series), 1e-9)
    worst = np.unravel_index(gaps.argmax(), gaps.shape)
    assert gaps.max() <= 1e-12, f"{VARIABLES[worst[2]]} in month {worst[0]} parts by {gaps.max():.1e}"
    for name in compiled.state["people"].dtype.names:
        assert np.array_equal(plain["people"][name], compiled.state["people"][name]), name
