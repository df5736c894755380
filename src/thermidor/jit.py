"""Compilation: `compiled` for the small functions, `entry` for the few that Python calls.

Numba stamps a cached function with the content of its own file only, so an edited step would meet
stale code (decision 0001). Here the cache folder is named by a digest of every file that can end up
inside a compiled month; a changed rule therefore never meets old code.

`THERMIDOR_JIT=0` runs everything in plain Python (slow; for debugging and for parity tests).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, update_wrapper, wraps
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

ENABLED = os.environ.get("THERMIDOR_JIT", "1") != "0"
KEPT_DIGESTS = 3
PACKAGE = Path(__file__).parent
RULE_CODE = (
    "jit.py",
    "draws.py",
    "country.py",
    "citizen_record.py",
    "citizen.py",
    "society.py",
    "month.py",
    "steps/*.py",
    "passages/*.py",
)


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """Digest (16 hex digits) of the rule set: all code that a compiled month can contain, and the rules' values."""
    return _digest(values=True)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Digest of what is compiled: the code and the rules' names in order. A changed value compiles nothing anew."""
    return _digest(values=False)


def _digest(*, values: bool) -> str:
    digest = hashlib.sha256()
    files = sorted(file for pattern in RULE_CODE for file in PACKAGE.glob(pattern))
    for file in files + sorted((PACKAGE / "rules").glob("*.yaml")):
        text = file.read_bytes()
        if file.suffix == ".yaml" and not values:
            text = b"".join(line for line in text.splitlines() if line[:1].isalpha())
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(text)
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@lru_cache(maxsize=8)
def cache_folder(code: str = "") -> Path:
    """Folder of compiled code for a digest (ours by default): under NUMBA_CACHE_DIR, the user cache, or temporary."""
    import numba
    from platformdirs import user_cache_dir

    stamp = f"{code or code_digest()}-numba{numba.__version__}-py{sys.version_info[0]}{sys.version_info[1]}"
    for base in (os.environ.get("NUMBA_CACHE_DIR"), user_cache_dir("thermidor")):
        if base and _writable(Path(base)):
            folder = Path(base) / "kernels" / stamp
            if _writable(folder):
                _forget_old(folder)
                return folder
    print("thermidor: no writable cache folder; compiled code is not kept, every start compiles anew", file=sys.stderr)
    return Path(tempfile.mkdtemp(prefix="thermidor-"))


def _forget_old(folder: Path) -> None:
    """Delete all but the newest digests beside `folder`, so that edits don't fill the disk."""
    others = sorted((p for p in folder.parent.iterdir() if p != folder), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[KEPT_DIGESTS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def compiled(function: F) -> F:
    """Compile a small function that other compiled functions call."""
    return Called(function) if ENABLED else function  # type: ignore[return-value]


class Called:
    """A function that compiled code calls: compiled without the ways in from Python and C, a quarter of the time.

    Python, as in tests, may call it all the same: it is then compiled once more, with a way in.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        import numba

        update_wrapper(self, function)
        self.py_func = function
        self.inside = _njit(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
        self._numba_type_ = numba.types.Dispatcher(self.inside)

    @cached_property
    def outside(self) -> Callable[..., Any]:
        """The same function as Python can call it."""
        return _njit(self.py_func)  # type: ignore[no-any-return]

    def __call__(self, *arguments: Any) -> Any:
        return self.outside(*arguments)


def _njit(function: Callable[..., Any], **options: bool) -> Any:
    """Compile as everything is compiled: the interpreter's lock released, divisions by zero as in NumPy."""
    import numba

    _write_records_out_once()
    compile_: Any = numba.njit
    return compile_(nogil=True, error_model="numpy", **options)(function)


@lru_cache(maxsize=1)
def _write_records_out_once() -> None:
    """Numba writes out all fields of a record at each step of compiling, a fifth of the time; here it does once."""
    from numba.core.types import Record

    Record.__repr__ = lru_cache(maxsize=None)(Record.__repr__)  # type: ignore[method-assign]


def entry(function: F) -> F:
    """Compile, and keep on disk, a function that Python calls; it releases the interpreter's lock."""
    if not ENABLED:
        return _as_compiled(function)
    import numba

    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    return _njit(function, cache=True)  # type: ignore[no-any-return]


def covering(file: str | Path) -> Callable[[F], F]:
    """`entry` for a month of one's own: `@covering(__file__)` over the function that Python calls (its engine).

    The digest that names its cache folder covers, beside our own rule code, every Python and YAML file in the folder of
    `file` and in the packages below it, so that an edit of any of them never meets old code; what is imported from
    elsewhere it can't see. The function carries that digest as `rival_code`, without which it is no engine.
    """
    own = _own_digest(Path(file).resolve().parent)

    def mark(function: F) -> F:
        found: Any = _as_compiled(function)
        if ENABLED:
            import numba

            before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
            both = hashlib.sha256(f"{code_digest()} {own}".encode()).hexdigest()[:16]
            numba.config.CACHE_DIR = str(cache_folder(both))  # type: ignore[attr-defined]
            try:
                found = _njit(function, cache=True)
            finally:
                numba.config.CACHE_DIR = before  # type: ignore[attr-defined]
        found.rival_code = own
        return found  # type: ignore[no-any-return]

    return mark


def _own_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in _own_files(folder):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _own_files(folder: Path) -> Iterator[Path]:
    """Python and YAML files of a folder and of the packages in it, in order."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".py", ".yaml") and path.is_file():
            yield path
        elif (path / "__init__.py").is_file():
            yield from _own_files(path)


def _as_compiled(function: F) -> F:
    """The plain function without NumPy's warnings: keys wrap round and divisions by zero pass, as when compiled."""
    import numpy as np

    @wraps(function)
    def plain(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*arguments)

    return plain  # type: ignore[return-value]
