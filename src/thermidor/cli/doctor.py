"""`thermidor doctor`: what is installed, where compiled code is kept, how long compiling takes, can we write."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from thermidor.cli.tables import facts, say

LIBRARIES = ("numpy", "numba", "xarray", "zarr", "pydantic", "pyyaml", "typer", "rich", "matplotlib", "pyarrow")


def examine() -> None:
    """Print the state of the installation; it raises nothing for what it finds wrong, it says so."""
    from thermidor import __version__

    rows = [
        ("thermidor", __version__),
        ("Python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"),
    ]
    rows += [(name, _version(name)) for name in LIBRARIES]
    rows.append(("cores", _cores()))
    say("Installation")
    facts(rows)
    say("Compiled code")
    facts(_compiled())
    say("Writing")
    facts([("this folder", _writing(Path.cwd())), ("temporary folder", _writing(Path(tempfile.gettempdir())))])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _cores() -> str:
    here, usable = os.cpu_count() or 1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    return f"{usable or here} of {here} usable"


def _compiled() -> list[tuple[str, str]]:
    """Find the cache folder, then run one month of a small society and time what had to be compiled or loaded."""
    from thermidor.jit import ENABLED, cache_folder, rules_digest

    if not ENABLED:
        return [("switched off", "THERMIDOR_JIT=0: the model runs in plain Python")]
    folder = cache_folder()
    kept = any(folder.rglob("*.nbi"))
    rows = [
        ("cache folder", str(folder)),
        ("writable", _writing(folder)),
        ("code of the rules", rules_digest()),
        ("compiled before", "yes" if kept else "no"),
    ]
    from thermidor.runs import run
    from thermidor.scenarios import list_scenarios

    name = next(iter(list_scenarios()))
    began = time.perf_counter()
    run(name, citizens=500, months=1)
    rows.append(("loaded in" if kept else "compiled in", f"{time.perf_counter() - began:.1f} s"))
    began = time.perf_counter()
    run(name, citizens=500, months=12)
    rows.append(("a year of 500 citizens", f"{time.perf_counter() - began:.2f} s"))
    return rows


def _writing(folder: Path) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"thermidor")
            file.flush()
    except OSError as error:
        return f"can't be written: {error.strerror or error}"
    return "yes"
