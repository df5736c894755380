"""How long things take: in this process, and in processes of their own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CALL = "import sys; from thermidor.cli.app import main; sys.exit(main())"


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """Return the shortest of some runs, wall clock."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def in_turn(*works: Callable[[], Any], times: int = 5) -> list[float]:
    """Return the median seconds of each of several works done in turn, so that all meet the same machine."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, found in zip(works, taken, strict=True):
            found.append(seconds(work, 1))
    return [statistics.median(found) for found in taken]


def process(*arguments: str, folder: Path, environment: Mapping[str, str] | None = None) -> float:
    """Return the wall seconds of a process of this interpreter; raises RuntimeError with its words if it fails."""
    began = time.perf_counter()
    _run(arguments, folder, environment)
    return time.perf_counter() - began


def told(program: str, folder: Path) -> dict[str, Any]:
    """Run a program in a process of its own and return the JSON object that it prints."""
    found: dict[str, Any] = json.loads(_run(("-c", program), folder, None))
    return found


def _run(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str] | None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:] or f"a process ended with {done.returncode}")
    return done.stdout
