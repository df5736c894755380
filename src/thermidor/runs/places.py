"""Places that may be written, found out before any work: a file in a folder that is there, a folder that is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from thermidor.errors import InputError
from thermidor.runs.store import placing


def file_to_write(path: str | Path, option: str, endings: Sequence[str] = ()) -> Path:
    """Return the path of a file that may be written. Raises InputError for a folder, one that lies in no folder, or one
    that ends in none of `endings`; `option` is how another is given."""
    target = Path(path).expanduser()
    if target.is_dir():
        raise InputError("this is a folder", str(target), mend=f"give the name of a file with {option}")
    if not target.absolute().parent.is_dir():
        raise InputError("there is no such folder", str(target.parent), mend=f"make it first, or give another {option}")
    if endings and target.suffix.lower() not in endings:
        why = f"its ending is '{target.suffix}'" if target.suffix else "it has no ending"
        raise InputError("the kind of file can't be told", str(target), why, f"end it in {', '.join(endings)}")
    return target


@contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Make a folder, or take one that is empty; where nothing has been put in it in the end, what was made goes again.

    Raises InputError for a place that is taken, or can't be written.
    """
    target = Path(path).expanduser()
    made = [folder for folder in (target, *target.parents) if not folder.exists()]
    with placing(target):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError("this place is taken", str(target), mend="give another folder with --out DIR")
        target.mkdir(parents=True, exist_ok=True)
    try:
        yield target
    finally:
        for folder in made:
            with suppress(OSError):  # it holds something
                folder.rmdir()
