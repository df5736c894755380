"""`thermidor derive`: run a scenario up to a month and write the scenario that starts from there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.cli.run import citizens_of, interruptible, progress
from thermidor.errors import InputError, Interrupted, nearest

if TYPE_CHECKING:
    from thermidor.runs import Result
    from thermidor.scenarios.derive import State

ALL = "all"
FEWEST = 5
"""A range needs at least so many members."""


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    scenario: str
    at: str
    name: str
    until: str | None
    regime: str | None
    twin: str | None
    parts: list[str] | None
    replicates: int
    citizens: list[str] | None
    seed: int
    theory: str | None = None


def carry_out(wish: Wish, to: Path) -> None:
    """Run, derive and write to `to`. Raises InputError, before any work where the wish itself is wrong."""
    from thermidor import __version__
    from thermidor.jit import rules_digest
    from thermidor.runs import run
    from thermidor.scenarios import derive as deriving
    from thermidor.scenarios import load_scenario, write_scenario
    from thermidor.theories import load_theory

    origin = load_scenario(wish.scenario)
    until, parts = wish.until or origin.end, tuple(wish.parts or ())
    dates = {"name": wish.name, "at": wish.at, "until": until}
    planned = deriving.redated(origin, **dates)
    if wish.twin is not None:
        deriving.twin(planned, origin, wish.twin, parts)
    elif parts:
        raise InputError("--part belongs to --twin", "--part", mend="give the twin's country: --twin COUNTRY")
    if wish.replicates < FEWEST:
        raise InputError(f"{wish.replicates} members are too few", "--replicates", mend=f"give at least {FEWEST}")
    _known(wish.regime)
    theory = load_theory(wish.theory)
    if not to.parent.is_dir():
        raise InputError("there is no such folder", str(to.parent), mend="make it first, or give another --to")
    with interruptible() as cancel, progress() as told:
        result = run(
            origin,
            replicates=wish.replicates,
            citizens=citizens_of(wish.citizens, tuple(origin.countries)),
            months=deriving.months_before(origin, wish.at),
            seed=wish.seed,
            theory=theory,
            progress=told,
            cancel=cancel,
        )
    if cancel.is_set():
        raise Interrupted
    regime, chosen = _chosen(result, wish.regime)
    source = f"assumed: derived by `{_command(wish, regime)}` version {__version__}"
    states = {name: _state(result, name, chosen) for name in origin.countries}
    derived = deriving.derive(origin, states, result.manifest["rules"], **dates, source=source)
    if wish.twin is not None:
        derived = deriving.twin(derived, origin, wish.twin, parts)
    comment = (f"Made by a command; the rules' code was {rules_digest()}. Don't edit: make it again.",)
    write_scenario(derived, to, comment)
    print(f"{wish.name}: {int(chosen.sum())} of {wish.replicates} members ({regime}), written to {to}")


def _command(wish: Wish, regime: str) -> str:
    """The part of the command line that decides the numbers."""
    citizens = "".join(f" --citizens {text}" for text in wish.citizens or ())
    members = f"--replicates {wish.replicates} --seed {wish.seed} --regime {regime}"
    theory = "" if wish.theory is None else f" --theory {wish.theory}"
    return f"thermidor derive {wish.scenario} --at {wish.at} {members}{citizens}{theory}"


def _known(regime: str | None) -> None:
    from thermidor.lenses.trotsky import table

    names = [label.name for label in table().labels]
    if regime not in (None, ALL, *names):
        raise InputError(f"unknown regime '{regime}'", "--regime", mend=nearest(str(regime), names) or "or 'all'")


def _chosen(result: Result, regime: str | None) -> tuple[str, np.ndarray]:
    """The regime asked for (the commonest of the first country by default) and which members were in it at the end."""
    labels = [str(name) for name in result.regimes.isel(month=-1, country=0).values]
    counts = Counter(labels)
    wanted = regime or counts.most_common(1)[0][0]
    chosen = np.array([wanted in (label, ALL) for label in labels])
    if chosen.sum() < FEWEST:
        why = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        what = f"only {int(chosen.sum())} of {len(labels)} members were in '{wanted}'"
        raise InputError(what, "--regime", why, "ask for more --replicates, another regime, or 'all'")
    return wanted, chosen


def _state(result: Result, country: str, chosen: np.ndarray) -> State:
    """The last month of the chosen members, variable by variable."""
    last = result.whole.isel(month=-1, run=np.flatnonzero(chosen)).sel(country=country)
    return {str(name): np.asarray(last[name].values, np.float64) for name in last.data_vars}
