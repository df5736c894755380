"""How far a run has come: checkpoints of its members, kept beside the unfinished store to go on from.

    DIR.partial/checkpoints/run.json   what is run; a run that asks for something else can't go on from here
    DIR.partial/checkpoints/K.npz      state of replicate K after its last whole stretch, and its series so far

They are deleted when the run is whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermidor.errors import InputError
from thermidor.runs import checkpoint
from thermidor.runs.store import CHECKPOINTS, partial_of, placing

WISH = "run.json"
ASIDE = ("created", "seconds", "machine")
"""What of a manifest may differ between a run and the one that goes on from it."""


@dataclass(frozen=True)
class Member:
    """The checkpoint of one member; see `thermidor.runs.simulate.SoFar`."""

    every: int
    path: Path

    def load(self) -> dict[str, Any] | None:
        """What was saved last; None at the beginning. Raises InputError if it is damaged."""
        return checkpoint.load(self.path) if self.path.is_file() else None

    def save(self, packed: dict[str, Any]) -> None:
        """Replace what was saved, all of it or nothing."""
        checkpoint.save(packed, self.path)


@dataclass(frozen=True)
class Halfway:
    """The checkpoints of a run to be kept in DIR: a member is saved every so many months."""

    folder: Path
    every: int

    def member(self, replicate: int) -> Member:
        """The checkpoint of a member."""
        return Member(self.every, self.folder / f"{replicate}.npz")


def begin(out: str | Path, every: int | None, manifest: Mapping[str, Any], *, resume: bool) -> Halfway:
    """Begin to keep checkpoints of a run, or go on from those that stand there; call it while the store is written.

    `manifest` says what is run; `every` left out, the interval of before counts. Raises InputError if there is nothing
    to go on from, or if it belongs to another run.
    """
    folder = partial_of(out) / CHECKPOINTS
    file = folder / WISH
    wish = json.loads(json.dumps({key: value for key, value in manifest.items() if key not in ASIDE}))
    wish["libc"] = manifest["machine"]["libc"]
    if not resume:
        assert every is not None
        with placing(folder.parent):
            folder.mkdir()
            file.write_text(json.dumps({"every": every, "wish": wish}), encoding="utf-8")
        return Halfway(folder, every)
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
        every, former = every or int(before["every"]), dict(before["wish"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        mend = "begin the run anew, with --force (force=True)"
        raise InputError("there is nothing to go on from", str(folder), f"no whole {WISH}: {error}", mend) from None
    if former != wish:
        others = "; ".join(_told(key, former.get(key), wish.get(key)) for key in sorted({*former, *wish})
                           if former.get(key) != wish.get(key))  # fmt: skip
        mend = "ask for the same run, or begin anew with --force (force=True)"
        raise InputError("another run was begun here", str(folder), f"it differs in: {others}", mend)
    return Halfway(folder, every)


def _told(key: str, before: object, now: object) -> str:
    """Name what differs, with its values where they are short."""
    values = f"{before} before, {now} now"
    return f"{key} ({values})" if len(values) <= 60 else key
