"""Living members for the gallery, and keeping what is read in them under a name made of all that they depend on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import RunError
from thermidor.gallery.predicates import Lived

if TYPE_CHECKING:
    from thermidor.gallery.starts import Rules
    from thermidor.scenarios import Scenario

KEPT = "kept"
"""Folder beside the results in which lived members are kept; it may be deleted at any time."""

Told = Callable[[int], None]
"""Told how many more members have been lived, from the calling thread."""


@dataclass(frozen=True, eq=False)
class Ask:
    """Members to be lived: every replicate under every draw of the rules, draw by draw.

    Replicate k has the same draws of chance and of starts under all rules and in every Ask of one seed, so that a
    difference between two Asks is paired.
    """

    scenario: Scenario
    months: int
    rules: tuple[Rules, ...]
    replicates: int
    citizens: int
    seed: int
    variables: tuple[str, ...]
    off: tuple[str, ...] = ()

    @property
    def members(self) -> int:
        """How many there are."""
        return len(self.rules) * self.replicates

    def digest(self) -> str:
        """A checksum of all that the members depend on: scenario, rules, code, lens, sizes and seed."""
        from thermidor import __version__
        from thermidor.jit import rules_digest

        told = [
            self.scenario.model_dump_json(), self.months, self.rules, self.replicates, self.citizens, self.seed,
            sorted(self.variables), self.off, rules_digest(), _reading_digest(), __version__,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def live(
    ask: Ask,
    *,
    cores: int = 1,
    kept: Path | None = None,
    told: Told | None = None,
    cancel: Event | None = None,
    simulate: Callable[..., Any] | None = None,
    only: Collection[str] | None = None,
) -> Lived:
    """Live the members of an Ask, or read those that were kept. Raises InputError before any work, or Interrupted.

    only: variables that are read of what was kept (default: all).
    """
    file = None if kept is None else kept / f"{ask.digest()}.npz"
    if file is not None and (found := _read(file, ask, ask.variables if only is None else only)) is not None:
        if told is not None:
            told(ask.members)
        return found
    found = _lived(ask, cores, told, cancel, simulate)
    if file is not None:
        _write(file, found)
    return found


def _lived(ask: Ask, cores: int, told: Told | None, cancel: Event | None, simulate: Callable[..., Any] | None) -> Lived:
    from thermidor.country import VARIABLES
    from thermidor.lenses.trotsky import table
    from thermidor.rules import load_rules
    from thermidor.runs.members import each_of, stopped_plainly
    from thermidor.runs.simulate import simulate as plainly
    from thermidor.scenarios import resolve

    registry = load_rules()
    records = [registry.record(registry.values(rules, ask.off)) for rules in ask.rules]
    live_one, names = simulate or plainly, table().names
    places = [VARIABLES.index(name) for name in ask.variables]
    shape = ask.members, ask.months, len(ask.scenario.countries)
    labels = np.full(shape, len(names) - 1, np.int8)
    values = np.full((len(places), *shape), np.nan, np.float32)
    failed = np.zeros(ask.members, bool)

    def one(place: int, _: Callable[[int], None], stop: Event) -> Any:
        draw, k = divmod(place, ask.replicates)
        start = resolve(ask.scenario, ask.seed, k)
        sizes: dict[str, Any] = {"citizens": ask.citizens, "months": ask.months, "cancel": stop}
        try:
            lived = live_one(start, records[draw], seed=ask.seed, replicate=k, **sizes).series
        except RunError:
            return None
        return _labels(lived, start), lived[:, :, places].astype(np.float32)

    with stopped_plainly(), closing(each_of(ask.members, one, cores, cancel=cancel)) as gathered:
        for place, found in gathered:
            failed[place] = found is None
            if found is not None:
                labels[place], values[:, place] = found[0], np.moveaxis(found[1], 2, 0)
            if told is not None:
                told(1)
    return Lived(labels, names, dict(zip(ask.variables, values, strict=True)), failed)


def _labels(lived: NDArray[np.float64], start: Any) -> NDArray[np.int8]:
    """The settled labels of a member's months [month, country]."""
    from thermidor.lenses import trotsky
    from thermidor.runs.store import Axes, columns

    stamps = start.first_month.astype("datetime64[M]") + np.arange(len(lived))
    named = columns(lived[None].astype(np.float32), Axes((0,), stamps, start.countries))
    return np.asarray(trotsky.read(named).labels[0])


def joined(parts: Sequence[Lived]) -> Lived:
    """Several lots of members as one."""
    first = parts[0]
    values = {name: np.concatenate([part.values[name] for part in parts]) for name in first.values}
    labels, failed = np.concatenate([p.labels for p in parts]), np.concatenate([p.failed for p in parts])
    return Lived(labels, first.names, values, failed)


def _write(file: Path, lived: Lived) -> None:
    """Keep members: all of them or nothing. Raises InputError where nothing can be written."""
    from thermidor.runs.store import placing

    aside = file.with_name(f"{file.name}.partial-{os.getpid()}")
    arrays: dict[str, Any] = {f"value_{name}": value for name, value in lived.values.items()}
    with placing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as out:
            np.savez_compressed(out, labels=lived.labels, names=np.array(lived.names), failed=lived.failed, **arrays)
        os.replace(aside, file)


def _read(file: Path, ask: Ask, variables: Collection[str]) -> Lived | None:
    """Members that were kept; None where they were not, or what is there is no such file."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            values = {name: kept[f"value_{name}"] for name in variables}
            found = Lived(kept["labels"], tuple(map(str, kept["names"])), values, kept["failed"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return found if len(found.labels) == ask.members else None


READ_BY = ("lenses/trotsky.*", "lenses/criteria.py", "lenses/spells.py", "scenarios/resolved.py", "runs/*.py")
"""Code that a member hangs on beside the rules: the lens that names regimes, draws of starts, how a run is lived."""


@cache
def _reading_digest() -> str:
    """A checksum of that code."""
    folder, digest = Path(__file__).parent.parent, hashlib.sha256()
    for path in sorted(path for pattern in READ_BY for path in folder.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
