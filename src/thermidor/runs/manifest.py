"""The manifest of a run: what was run, by which rules and code, on what machine; the last file written."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from thermidor import __version__
from thermidor.errors import InputError

SCHEMA = 1
KIND = "thermidor-run"
NAME = "manifest.json"
LIBRARIES = ("numpy", "numba", "xarray", "zarr", "pydantic")


def describe(
    *,
    scenario: Mapping[str, Any],
    text: str,
    rules: Mapping[str, float],
    rules_code: str,
    overrides: Mapping[str, Any],
    seed: int,
    replicates: tuple[int, ...],
    citizens: int | Mapping[str, int | str],
    months: int,
    seconds: float,
) -> dict[str, Any]:
    """Return the manifest as plain JSON values.

    `scenario` is the scenario with all overrides applied, `text` the same as YAML that can be run again;
    `overrides` holds what was asked beyond scenario and default rules (`set`, `rules`, `without`).
    """
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": {"name": scenario.get("name"), "resolved": dict(scenario), "text": text},
        "overrides": dict(overrides),
        "rules": dict(rules),
        "rules_code": rules_code,
        "seed": seed,
        "replicates": list(replicates),
        "citizens": citizens if isinstance(citizens, int) else dict(citizens),
        "months": months,
        "seconds": round(seconds, 3),
        "versions": {"thermidor": __version__, **{name: _version(name) for name in LIBRARIES}},
        "machine": {
            "cores": cores(),
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "libc": " ".join(platform.libc_ver()),
        },
    }


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write `folder`/manifest.json: all of it or nothing, on the disk before this returns."""
    aside = folder / (NAME + ".partial")
    with open(aside, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1, ensure_ascii=False, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, folder / NAME)


def read(folder: Path) -> dict[str, Any]:
    """Read the manifest of the run in `folder`; raises InputError if there is none, or none that we know."""
    file = folder / NAME
    if not file.is_file():
        why = f"it holds no {NAME}" if folder.is_dir() else "there is no such folder"
        raise InputError("no whole run here", where=str(folder), why=why, mend="give a folder that a run has written")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        mend = "run the scenario again into a new folder"
        raise InputError("the manifest can't be read", where=str(file), why=str(error), mend=mend) from None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise InputError(
            "this is not the manifest of a run",
            where=f"{file}: kind",
            why=f"it has to be '{KIND}'",
            mend="give a folder that a run has written",
        )
    if manifest.get("schema") != SCHEMA:
        raise InputError(
            "this run has another schema",
            where=f"{file}: schema",
            why=f"it is {manifest.get('schema')!r}, this version of thermidor reads {SCHEMA}",
            mend="read it with the version that wrote it, or run the scenario again",
        )
    return manifest


def is_run(folder: Path) -> bool:
    """Say whether `folder` holds a whole run, of any schema."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.get("kind") == KIND


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
