"""Living what a choice asks for: a few small runs while a slider moves, more and larger ones when it is let go.

The members of the full ensemble are those of `thermidor run` with the same settings, so that a page's numbers are the
command line's; they are lived in blocks, so that a page can show what there is, and give way between two blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import accumulate
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.lab.choice import FIRST, Choice, scenario
from thermidor.lenses import LENSES, lens
from thermidor.runs import store
from thermidor.runs.result import Result, read_after

if TYPE_CHECKING:
    from thermidor.lenses.spells import Reading


class Size(NamedTuple):
    """How many members are lived in each block, and how many citizens in the first country and in each other."""

    blocks: tuple[int, ...]
    citizens: int
    others: int

    @property
    def members(self) -> int:
        """How many there are in all blocks."""
        return sum(self.blocks)

    def block(self, first: int) -> range:
        """The members of the block that begins with `first`."""
        return next(
            range(end - many, end)
            for many, end in zip(self.blocks, accumulate(self.blocks), strict=True)
            if end > first
        )

    def of(self, countries: Sequence[str]) -> dict[str, int]:
        """Citizens by country."""
        return {country: self.others if place else self.citizens for place, country in enumerate(countries)}


PREVIEW = Size((8,), citizens=1_000, others=100)
"""Shown while a slider moves. This size and the next three are assumed."""
FULL = Size((8,) * 5, citizens=2_000, others=500)
WORLD = Size((4,) * 4, citizens=400, others=400)
"""For scenarios of many countries."""
WORLD_PREVIEW = Size((4,), citizens=200, others=200)
MANY = 6
"""Countries from which on a scenario is a world (assumed)."""
MOST_PARENTS = 100_000_000
"""Bytes of the runs that are kept so that futures can begin from them: two of the world, thirty of one country."""
PARENTS: dict[tuple[str, Size], Result] = {}
"""These runs, the one used last at the end."""


def full(choice: Choice) -> Size:
    """The size of a choice's full ensemble."""
    return WORLD if len(scenario(choice.scenario).countries) >= MANY else FULL


def preview(choice: Choice) -> Size:
    """The size of what is shown while a slider moves."""
    return WORLD_PREVIEW if full(choice) is WORLD else PREVIEW


@dataclass(frozen=True, eq=False)
class Lived:
    """Members that were lived for a choice, in the words of `thermidor.run`; series: what is kept of them [run, month,
    country, variable]."""

    choice: Choice
    result: Result
    size: Size
    series: NDArray[np.float32]
    readings: dict[str, Reading] = field(default_factory=dict, init=False, repr=False)

    @property
    def members(self) -> int:
        """How many there are so far."""
        return len(np.asarray(self.result.columns["run"]))

    @property
    def whole(self) -> bool:
        """Whether all members that were asked for are there."""
        return self.members >= self.size.members

    def reading(self, name: str) -> Reading:
        """What a lens reads in them, read once."""
        if name not in self.readings:
            past, columns = self.result.past, self.result.columns
            self.readings[name] = lens(name).read(columns) if past is None else read_after(past, columns, name)
        return self.readings[name]


def live(choice: Choice, size: Size, first: int, cancel: Event | None = None, threads: int | None = None) -> Result:
    """Live the block of members that begins with `first`. Raises InputError, RunError, or Interrupted."""
    from thermidor.futures.branch import branch
    from thermidor.runs.ensemble import run

    asked: dict[str, Any] = {"seed": choice.seed, "threads": threads, "cancel": cancel}
    if choice.at:
        asked |= {"set": choice.then, "without": choice.then_without, "replicates": size.members}
        parent = _parent(replace(choice, at="", then={}, then_without=()).lived, full(choice), cancel)
        return branch(parent, at=choice.at, member=choice.member, **asked)
    own = scenario(choice.scenario)
    asked |= {"set": choice.set, "without": choice.without, "theory": choice.theory}
    return run(own, replicate=size.block(first), citizens=size.of(tuple(own.countries)), **asked)


def _parent(choice: Choice, size: Size, cancel: Event | None = None) -> Result:
    """The run from which futures begin; a look has the past that all have. Raises Interrupted."""
    from thermidor.runs.ensemble import run

    kept = PARENTS.pop((choice.link, size), None)
    if kept is None:
        own = scenario(choice.scenario)
        whole: dict[str, Any] = {"set": choice.set, "without": choice.without, "theory": choice.theory}
        whole |= {"citizens": size.of(tuple(own.countries)), "seed": choice.seed, "cancel": cancel}
        kept = run(own, replicate=choice.member, **whole)
    PARENTS[choice.link, size] = kept
    while len(PARENTS) > 1 and sum(map(_bytes, list(PARENTS.values()))) > MOST_PARENTS:
        PARENTS.pop(next(iter(PARENTS)), None)
    return kept


def _bytes(of: Result) -> int:
    """What the columns of a result take."""
    return sum(np.asarray(column).nbytes for column in of.columns.values())


def joined(before: Lived | None, choice: Choice, size: Size, more: Result) -> Lived:
    """Members lived before and a block of more, as one result, of which only what a page reads is kept."""
    runs = np.asarray(more.columns["run"])
    series = np.moveaxis(np.stack([np.asarray(more.columns[name]) for name in kept()]), 0, -1)
    manifest = more.manifest
    if before is not None:
        runs = np.concatenate([np.asarray(before.result.columns["run"]), runs])
        series = np.concatenate([before.series, series])
        manifest = {**manifest, "seconds": manifest["seconds"] + before.result.manifest["seconds"]}
    numbers = tuple(int(run) for run in runs)
    countries = tuple(str(name) for name in np.asarray(more.columns["country"]))
    axes = store.Axes(numbers, np.asarray(more.columns["month"]), countries, kept())
    at_once = partial(store.in_memory, series, axes)
    result = Result(store.columns(series, axes), {**manifest, "replicates": numbers}, None, at_once, more.past)
    return Lived(choice, result, size, series)


@cache
def kept() -> tuple[str, ...]:
    """The variables that lenses, events, panels, the figure and the sliders of a branch look at."""
    from thermidor.country import CENTRES
    from thermidor.events import READS
    from thermidor.events.quantities import QUANTITIES
    from thermidor.lab import curves
    from thermidor.lab.controls import states
    from thermidor.runs.ensemble import run

    tiny = run(FIRST["lab"], replicates=1, citizens=100, months=24)
    seen = Noted(tiny.columns)
    for name in LENSES:
        lens(name).read(seen)
    told = {one.variable.format(who=who, whom=who) for one in QUANTITIES.values() for who in CENTRES}
    every = {*seen.noted, *READS, *told, *curves.variables(), *curves.ALSO, *states()}
    return tuple(name for name in VARIABLES if name in every)


class Noted(Mapping[str, Any]):
    """Columns that note which of them are read."""

    def __init__(self, columns: Any) -> None:
        self.columns, self.noted = columns, set[str]()

    def __getitem__(self, name: str) -> Any:
        """A column."""
        self.noted.add(name)
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)
