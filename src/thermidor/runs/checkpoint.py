"""Checkpoints: the state of one member kept in a file, to go on from later with the same bits.

A checkpoint is one .npz file of plain arrays (never pickled) and a header of JSON: schema, digest of
the rule code that lived the months so far, and the state's plain numbers and texts.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from thermidor.errors import InputError
from thermidor.runs.store import placing

SCHEMA = 1
KIND = "thermidor-checkpoint"
HEADER = "header"
ARRAY = "array."
"""Prefix of the state's arrays in the file, so that no key can meet the header's name."""
LONGEST_NAMES = 1 << 17
"""Characters in which an array may name its fields: the rules have some hundreds, each by name."""


def save(state: Mapping[str, Any], path: str | Path) -> Path:
    """Write a state (arrays, whole numbers, floats, texts, booleans, None) to `path`, all of it or nothing.

    A checkpoint that is there already is replaced when the new one is whole. Raises TypeError for a
    value that can't be kept without pickling, InputError for a place that can't be written.
    """
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    plain = {key: _plain(key, value) for key, value in state.items() if key not in arrays}
    for key, array in arrays.items():
        if array.dtype.hasobject:
            raise TypeError(f"the state's '{key}' holds Python objects, which a checkpoint can't keep")
    header = {"kind": KIND, "schema": SCHEMA, "rules_code": _rules_code(), "plain": plain}
    target = Path(path).expanduser().resolve()
    aside = target.with_name(target.name + ".partial")
    contents: dict[str, Any] = {ARRAY + key: array for key, array in arrays.items()}
    contents[HEADER] = np.asarray(json.dumps(header))
    with placing(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(aside, "wb") as file:
                np.savez(file, **contents)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
    return target


def load(path: str | Path, *, other_rules: bool = False) -> dict[str, Any]:
    """Read a state back: the keys in order of plain values, then arrays, each as it was saved.

    Raises InputError for a missing or damaged file, another schema, or, unless `other_rules` allows
    it, a state that other rule code has lived: its months would not be those of one model.
    """
    target = Path(path).expanduser().resolve()
    try:
        with np.load(target, allow_pickle=False, max_header_size=LONGEST_NAMES) as file:
            header = json.loads(str(file[HEADER][()]))
            if not isinstance(header, dict) or header.get("kind") != KIND:
                raise ValueError("its header is another's")
            _refuse_foreign(header, target, other_rules)
            arrays = {key.removeprefix(ARRAY): file[key] for key in file.files if key.startswith(ARRAY)}
            return {**header["plain"], **arrays}
    except InputError:
        raise
    except FileNotFoundError:
        mend = "give a file that was saved as one"
        raise InputError("there is no such checkpoint", where=str(target), mend=mend) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        mend = "give another, or begin the run anew"
        raise InputError("this is not a whole checkpoint", where=str(target), why=str(error), mend=mend) from error


def _refuse_foreign(header: Mapping[str, Any], target: Path, other_rules: bool) -> None:
    if header.get("schema") != SCHEMA:
        raise InputError(
            "this checkpoint has another schema",
            where=str(target),
            why=f"it is {header.get('schema')!r}, this version of thermidor reads {SCHEMA}",
            mend="go on with the version that wrote it, or begin the run anew",
        )
    if header.get("rules_code") != _rules_code() and not other_rules:
        raise InputError(
            "this checkpoint was lived under other rules",
            where=str(target),
            why=f"its rule code has the digest {header.get('rules_code')}, the present one {_rules_code()}",
            mend="begin the run anew, or allow it with other_rules=True",
        )


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is not None and not isinstance(value, bool | int | float | str):
        raise TypeError(f"the state's '{key}' is a {type(value).__name__}, which a checkpoint can't keep")
    return value


def _rules_code() -> str:
    from thermidor.jit import rules_digest

    return rules_digest()
