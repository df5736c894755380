"""What is said of a folder of a sweep that can't be one, or is not as it was written; and where to look for that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from thermidor.errors import InputError

WHOLE = "whole"
"""State of a sweep that has been lived to its end."""


class Told(BaseModel):
    """What a manifest keeps of a theory."""

    model_config = ConfigDict(strict=True)
    name: str
    rules: dict[str, float]


class Begun(BaseModel):
    """Entries that a manifest has from the beginning."""

    model_config = ConfigDict(strict=True)
    state: Literal["planned", "whole"]
    created: str
    name: str
    digest: str
    design: dict[str, Any]
    scenario: str
    theories: dict[str, Told] = {}
    members: int
    block: int
    columns: dict[str, Literal["float", "str"]]
    series: list[str]
    stamp: dict[str, str]
    versions: dict[str, str]


class Ended(Begun):
    """Entries that it has at the end."""

    counts: dict[str, int]
    seconds: float
    sha256: dict[str, str]
    extent: list[int]


def check_entries(manifest: dict[str, Any], where: str) -> None:
    """Refuse a manifest in which something is missing, or is of another kind. Raises InputError."""
    try:
        (Ended if manifest.get("state") == WHOLE else Begun).model_validate(manifest)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise tampered(where, f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg'].lower()}") from None


def place(path: str | Path) -> Path:
    """The folder that is meant by a path, links followed. Raises InputError for what can't be the name of one."""
    try:
        target = Path(path).expanduser().resolve()
        target.exists()  # it can also be too long, or out of reach
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError("this can't be a folder", repr(str(path))[:200], why[:200], "give another") from None
    return target


def refuse_links(paths: Iterable[Path]) -> None:
    """Refuse files and folders of a sweep that lie elsewhere, since they would be written there. Raises InputError."""
    for path in paths:
        if link := next((each for each in (path, *path.rglob("*")) if each.is_symlink()), None):
            raise tampered(str(link), "it lies elsewhere and is a link")


def tampered(where: str, why: str) -> InputError:
    """What is said of a sweep that was changed."""
    return InputError("this is not a sweep as it was written", where, why, "begin it anew in another folder")


def damaged(path: Path, why: str, mend: str = "delete that file and go on with --resume") -> InputError:
    """What is said of a file that can't be used."""
    return InputError("a file of this sweep is damaged", str(path), why, mend)
