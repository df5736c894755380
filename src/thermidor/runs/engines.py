"""Engines: another package's months in place of ours, with equations of its own (see docs/theories/your-own.md).

An engine is a function with the arguments of `thermidor.month.months`, marked by `thermidor.jit.covering`. It is code
and runs as such: it is named on the command line or handed over in Python, and never by a scenario, a theory, a design
or a kept run, which are data.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from thermidor.errors import InputError

Engine = Callable[..., Any]
ENTRY = "months"
MEND = "mark it with `@covering(__file__)` of thermidor.jit; its arguments are those of thermidor.month.months"


def check_engine(engine: object) -> None:
    """Refuse what is no engine. Raises InputError."""
    if not callable(engine) or not isinstance(getattr(engine, "rival_code", None), str):
        what = "this is no engine"
        raise InputError(what, "engine", "it carries no digest of its own code: an edit could go unseen", MEND)


def told(engine: Engine | None) -> dict[str, str] | None:
    """What a manifest says of an engine: its name and the digest of its own code; nothing of ours."""
    if engine is None:
        return None
    plain = getattr(engine, "py_func", engine)
    return {"name": f"{plain.__module__}.{plain.__name__}", "code": engine.rival_code}  # type: ignore[attr-defined]


def rules_code(engine: Engine | None = None) -> str:
    """Digest (16 hex digits) of the rule set that a run lives under: our code and values, and the engine's own code."""
    from thermidor.jit import rules_digest

    ours = rules_digest()
    if engine is None:
        return ours
    return hashlib.sha256(f"{ours} {engine.rival_code}".encode()).hexdigest()[:16]  # type: ignore[attr-defined]


def load_engine(folder: str | Path) -> Engine:
    """The engine `months` of the package in a folder. This runs the package's code. Raises InputError."""
    place = Path(folder).expanduser().resolve()
    init, name = place / "__init__.py", place.name
    if not init.is_file():
        why = "it has no __init__.py" if place.is_dir() else "there is no such folder"
        raise InputError(f"there is no package in {str(folder)[:200]}", "--engine", why, "give the folder of a package")
    if not name.isidentifier() or (name in sys.modules and getattr(sys.modules[name], "__file__", "") != str(init)):
        why = "another module has that name" if name.isidentifier() else "that is no name of a module"
        raise InputError(f"a package can't be called '{name[:80]}'", "--engine", why, "give the folder another name")
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, init, submodule_search_locations=[str(place)])
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except Exception as error:
            del sys.modules[name]
            why = f"{type(error).__name__}: {error}"[:500]
            raise InputError(f"the package {name} can't be imported", str(place), why, "try it in Python") from error
    engine = getattr(sys.modules[name], ENTRY, None)
    if engine is None:
        raise InputError(f"the package {name} has no '{ENTRY}'", str(init), "", f"import your own {ENTRY} there")
    check_engine(engine)
    found: Engine = engine
    return found
