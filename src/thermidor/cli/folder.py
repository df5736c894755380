"""Folders of commands that go on with what they left there: whose they are, and whether they can be written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thermidor.errors import InputError


def refuse_another(folder: Path, kind: str | None = None, *files: str) -> None:
    """Refuse a place that is no folder, or holds what another command has written. Raises InputError.

    kind: of the command's own manifest, if it writes one; files: which other commands leave, beside a manifest.
    """
    from thermidor.runs import manifest

    if folder.exists() and not folder.is_dir():
        raise InputError("this is no folder", str(folder), "", "give another with --out DIR")
    own = kind is not None and manifest.is_run(folder, kind)
    for name in (manifest.NAME, *files):
        if (folder / name).exists() and not (name == manifest.NAME and own):
            why = f"'{name}' stands there already, and would stand beside what is not its own"
            raise InputError(
                "this folder holds what another command has written", str(folder), why, "give another with --out DIR"
            )


@contextmanager
def to_write(folder: Path) -> Iterator[None]:
    """Make a folder and see that it can be written; if nothing is in it in the end, what was made goes again.

    Raises InputError where it can't be made or written.
    """
    from thermidor.runs.store import placing

    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        with placing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        yield
    finally:
        for each in made:
            with suppress(OSError):  # it holds something
                each.rmdir()
