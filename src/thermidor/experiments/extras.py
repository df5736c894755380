"""Libraries that only experiments need: asked for by name, with one clear message where they are missing."""

from __future__ import annotations

from importlib.util import find_spec

from thermidor.errors import InputError


def need(*libraries: str) -> None:
    """Raise InputError, saying how to install them, if a library of the extra `experiments` is missing."""
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        raise InputError(
            f"this needs {' and '.join(missing)}, which is not installed",
            where="the extra 'experiments'",
            why="what a single run does not need is installed apart",
            mend="make experiments, or .venv/bin/pip install 'thermidor[experiments]'",
        )
