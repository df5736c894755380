"""The manifest of a run: what was run, by which rules and code, on what machine; the last file written."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from thermidor import __version__
from thermidor.errors import InputError
from thermidor.theories import DEFAULT

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
    theory: Mapping[str, Any],
    engine: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the manifest as plain JSON values.

    `scenario` is the scenario with all overrides applied, `text` the same as YAML that can be run again;
    `overrides` holds what was asked beyond scenario and theory (`set`, `rules`, `without`); `theory` is its name and
    its overlay on the rules; `engine`, of a run by another package's months, their name and the digest of their code.
    """
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": {"name": scenario.get("name"), "resolved": dict(scenario), "text": text},
        "overrides": dict(overrides),
        "theory": {**theory, "rules": dict(theory["rules"])},
        "rules": dict(rules),
        "rules_code": rules_code,
        "seed": seed,
        "replicates": list(replicates),
        "citizens": citizens if isinstance(citizens, int) else dict(citizens),
        "months": months,
        "seconds": round(seconds, 3),
        **({} if engine is None else {"engine": dict(engine)}),
        **made_by(),
    }


def another_theory(manifest: Mapping[str, Any]) -> str | None:
    """The name of the theory under which a run was lived, where it is not the chapter's."""
    name = manifest.get("theory", {}).get("name")
    return None if name in (None, DEFAULT) else str(name)


def made_by() -> dict[str, Any]:
    """Versions and machine that make a run."""
    return {
        "versions": {"thermidor": __version__, **{name: version_of(name) for name in LIBRARIES}},
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


def read(folder: Path, kind: str = KIND, schema: int = SCHEMA, what: str = "run") -> dict[str, Any]:
    """Read the manifest of the run (or other kind) in `folder`; raises InputError if there is none that we know."""
    file = folder / NAME
    if not file.is_file():
        stands = "it is a file, not a folder" if folder.exists() else "there is no such folder"
        why = f"it holds no {NAME}" if folder.is_dir() else stands
        raise InputError(f"no whole {what} here", str(folder), why, f"give a folder that a {what} has written")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        mend = f"make the {what} again in a new folder"
        raise InputError("the manifest can't be read", where=str(file), why=str(error), mend=mend) from None
    if not isinstance(manifest, dict) or manifest.get("kind") != kind:
        raise InputError(
            f"this is not the manifest of a {what}",
            where=f"{file}: kind",
            why=f"it has to be '{kind}'",
            mend=f"give a folder that a {what} has written",
        )
    if manifest.get("schema") != schema:
        raise InputError(
            f"this {what} has another schema",
            where=f"{file}: schema",
            why=f"it is {manifest.get('schema')!r}, this version of thermidor reads {schema}",
            mend=f"read it with the version that wrote it, or make the {what} again",
        )
    return manifest


def is_run(folder: Path, kind: str = KIND) -> bool:
    """Say whether `folder` holds a whole run (or another kind), of any schema."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.get("kind") == kind


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def version_of(name: str) -> str:
    """The version of an installed library."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
