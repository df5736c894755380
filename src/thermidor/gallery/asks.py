"""What the gallery is asked, and what is lived for it: an Ask for each start, span of months and set of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from thermidor.errors import InputError
from thermidor.gallery.contrasts import Contrast
from thermidor.gallery.judge import needed_by
from thermidor.gallery.live import KEPT, Ask
from thermidor.gallery.rows import Row, Start, countries_of
from thermidor.gallery.starts import SPREAD, Rules, rule_draws, scenario_of
from thermidor.runs import CITIZENS
from thermidor.runs.ensemble import NO_OUTSIDE

FEW = 400
"""Citizens of each country where many draws of the rules are lived."""
REPLICATES = 5
"""Replicates of each draw of the rules."""
RARE = 20
"""Replicates of each draw for rows with a bar below a quarter, which fewer could not tell from none."""
PAIRS = 8
"""Pairs of each draw of the rules for a contrast."""
MOST_DRAWS = 100
"""Draws of the rules over which contrasts are tried, at most."""
CROSSED = 40
"""Replicates of each scenario in the confusion."""
LOT = 50
"""Draws of the rules that are lived and kept together."""


@dataclass(frozen=True)
class Wish:
    """What is asked.

    citizens    in each country, for rows and contrasts under the rules as they are
    spread      how far assumed starts are drawn to either side (see `starts.widened`)
    rules, off  rules in place of the registry's (a theory), mechanisms switched off
    difficulty  draws of the rules under which each row is tried; 0 for none
    agreement   of these, how many are lived once more with `citizens`, to see that few citizens say the same
    posterior   draws of the rules of a fit
    kept        folder in which lived members are kept; none: nowhere
    """

    replicates: int = 200
    citizens: int = CITIZENS
    seed: int = 1
    spread: float = SPREAD
    rules: Mapping[str, float] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    difficulty: int = 0
    agreement: int = 0
    posterior: tuple[Rules, ...] = ()
    confusion: bool = False
    contrasts: tuple[Contrast, ...] = ()
    few: int = FEW
    cores: int = 1
    out: Path | None = None

    @property
    def kept(self) -> Path | None:
        """Where lived members are kept."""
        return None if self.out is None else self.out / KEPT


def written(start: Start) -> bool:
    """Whether a start's scenario has been written."""
    return countries_of(start.scenario) is not None


def with_others(rows: Sequence[Row], every: Sequence[Row]) -> list[Row]:
    """Rows, and those with which they compare."""
    wanted = {row.id for row in rows} | {sentence.than for row in rows for sentence in row.compared}
    return [row for row in every if row.id in wanted and written(row.start)]


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say in an error whose start it is."""
    try:
        yield
    except InputError as error:
        raise InputError(error.what, f"{name}: {error.where}", error.why, error.mend, error.also) from None


def resolvable(ask: Ask) -> Ask:
    """The Ask, if its scenario can be drawn. Raises InputError."""
    from thermidor.scenarios import resolve

    resolve(ask.scenario, ask.seed, 0)
    return ask


class Asks:
    """Makes what is to be lived; two that are alike are lived once, since they are kept under the same name."""

    def __init__(self, wish: Wish, every: Sequence[Row], contrasts: Sequence[Contrast]) -> None:
        self.wish, self.every, self.contrasts = wish, every, contrasts
        self.rows = {row.id: row for row in every}
        self.draws = rule_draws(wish.difficulty, wish.seed, wish.rules)
        self.made: dict[tuple[str, int], Any] = {}

    def members(self, rows: Sequence[Row]) -> int:
        """How many members all of it has; makes every scenario, so that a bad one is refused now. Raises InputError."""
        found: list[Ask] = []
        for row in with_others(rows, self.every):
            with _named(f"row {row.id}"):
                found.append(resolvable(self.row(row)))
        for row in (row for row in rows if row.kind != "apart"):
            found += [ask for draws in (self.draws, self.wish.posterior) for ask in self.hard(row, draws)]
            found += [self.crossed(row)] if self.wish.confusion else []
        for contrast in self.contrasts:
            with _named(f"contrast '{contrast.id}'"):
                found += map(resolvable, self.pair(contrast))
                found += [ask for draws in self.sets() for lot in self.lots(contrast, draws) for ask in lot]
        return sum(ask.members for ask in found)

    def ask(self, start: Start, months: int, draws: Sequence[Rules], replicates: int, citizens: int) -> Ask:
        """An Ask of a start; what is kept of it is all that rows and contrasts look at in its scenario."""
        variables: frozenset[str] = frozenset()
        for row in self.every:
            if row.start.scenario == start.scenario:
                variables |= needed_by(row, self.every)
        for contrast in self.contrasts:
            if start.scenario in (contrast.base.scenario, contrast.changed.scenario):
                variables |= contrast.variables
        return self._asked(start, months, draws, replicates, citizens, tuple(sorted(variables)))

    def _asked(
        self, start: Start, months: int, draws: Sequence[Rules], replicates: int, citizens: int, kept: tuple[str, ...]
    ) -> Ask:
        off = tuple(dict.fromkeys((*self.wish.off, *(name for name in start.without if name != NO_OUTSIDE))))
        rules = tuple({name: value for name, value in draw.items() if name not in off} for draw in draws)
        place = (repr(start), months)
        if place not in self.made:
            self.made[place] = scenario_of(start, months, self.wish.spread)
        return Ask(self.made[place], months, rules, replicates, citizens, self.wish.seed, kept, off)

    def row(self, row: Row) -> Ask:
        """A row under the rules as they are."""
        return self.ask(row.start, row.months, [dict(self.wish.rules)], self.wish.replicates, self.wish.citizens)

    def crossed(self, row: Row) -> Ask:
        """A row's scenario for as long as any expectation looks, with all that any of them looks at."""
        months = max(other.months for other in self.every if other.kind != "apart")
        kept = tuple(sorted(frozenset().union(*(other.variables for other in self.every))))
        few = min(CROSSED, self.wish.replicates)
        return self._asked(row.start, months, [dict(self.wish.rules)], few, self.wish.few, kept)

    def hard(self, row: Row, draws: Sequence[Rules], citizens: int = 0) -> list[Ask]:
        """A row under many draws of the rules, in lots."""
        replicates = replicates_of(row)
        return [
            self.ask(row.start, row.months, draws[a:b], replicates, citizens or self.wish.few)
            for a, b in lots_of(draws)
        ]

    def sets(self) -> list[Sequence[Rules]]:
        """The draws of rules over which contrasts are tried: the prior, the posterior."""
        return [draws for draws in (self.draws[:MOST_DRAWS], self.wish.posterior[:MOST_DRAWS]) if draws]

    def pair(self, contrast: Contrast) -> tuple[Ask, Ask]:
        """Both arms of a contrast under the rules as they are."""
        rules, wish = [dict(self.wish.rules)], self.wish
        base, changed = (
            self.ask(start, contrast.months, rules, wish.replicates, wish.citizens)
            for start in (contrast.base, contrast.changed)
        )
        return base, changed

    def lots(self, contrast: Contrast, draws: Sequence[Rules]) -> list[tuple[Ask, Ask]]:
        """Both arms of a contrast under draws of the rules, in lots."""

        def arm(start: Start, a: int, b: int) -> Ask:
            return self.ask(start, contrast.months, draws[a:b], PAIRS, self.wish.few)

        return [(arm(contrast.base, a, b), arm(contrast.changed, a, b)) for a, b in lots_of(draws)]


def lots_of(draws: Sequence[Rules]) -> list[tuple[int, int]]:
    return list(pairwise([*range(0, len(draws), LOT), len(draws)]))


def replicates_of(row: Row) -> int:
    """Replicates of each draw of the rules: more where a small share has to be told from none."""
    return RARE if min(part.bar for part in row.parts) < 0.25 else REPLICATES
