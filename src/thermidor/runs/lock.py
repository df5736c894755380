"""The lock on a folder that is being written: held as long as its writer lives, however that ends."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

NAME = ".lock"


def hold(folder: Path) -> BinaryIO | None:
    """Lock a folder until the file that is returned is closed; None if a writer holds it or it is gone.

    Where the system has no such locks, nobody is kept out.
    """
    try:
        file = open(folder / NAME, "ab")  # noqa: SIM115  whoever holds the lock closes it
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError, FileNotFoundError):
        _lock(file)
        if os.path.samestat(os.fstat(file.fileno()), os.stat(folder / NAME)):  # or its holder has just ended
            return file
    file.close()
    return None


def held(folder: Path) -> bool:
    """Say whether a living writer holds the lock of a folder."""
    if not (folder / NAME).exists():
        return False
    file = hold(folder)
    if file is not None:
        file.close()
    return file is None


def _lock(file: BinaryIO) -> None:
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except (ImportError, OSError):  # no such locks here, or not on this disk
        return
