"""The gallery at work: every row lived and judged, and, where asked, how hard it is, the confusion, the contrasts.

found = gallery(shipped(), Wish(replicates=40))
found.rows[0].verdict
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, NamedTuple

import numpy as np

from thermidor.errors import InputError, nearest
from thermidor.experiments.extras import need
from thermidor.gallery.asks import MOST_DRAWS, PAIRS, Asks, Wish, replicates_of, with_others, written
from thermidor.gallery.contrasts import Contrast, Effect, effect, effects_by_draw, signs
from thermidor.gallery.judge import (
    HOLDS,
    MISSING,
    PARTLY,
    Confusion,
    Judged,
    confusion,
    held_by_draw,
    judged,
    medians_of,
    share,
    weakest,
)
from thermidor.gallery.live import Ask, Told, live
from thermidor.gallery.predicates import Bools, Floats, Lived, Medians
from thermidor.gallery.rows import Row, Start
from thermidor.gallery.starts import Rules


@dataclass(frozen=True)
class Found:
    """What came of a gallery: rows judged (those without a scenario as missing), confusion, effects."""

    rows: tuple[Judged, ...]
    crossed: Confusion | None
    effects: tuple[Effect, ...]
    missing: tuple[str, ...]
    wish: Wish


class _Tools(NamedTuple):
    """How members are lived: cores, where kept, who is told, what stops them, by what, who hears of each lot."""

    wish: Wish
    told: Told | None
    cancel: Event | None
    simulate: Callable[..., Any] | None
    finished: Callable[[], None] | None = None

    def live(self, ask: Ask) -> Lived:
        """Live an Ask."""
        found = live(
            ask, cores=self.wish.cores, kept=self.wish.kept, told=self.told, cancel=self.cancel, simulate=self.simulate
        )
        if self.finished is not None:
            self.finished()
        return found


def chosen(rows: Sequence[Row], names: Sequence[str] = (), kind: str | None = None) -> tuple[Row, ...]:
    """Some rows by their names (S21 stands for S21a and S21b) and kind. Raises InputError for an unknown name."""
    for name in names:
        if name not in {row.id for row in rows} | {row.number for row in rows}:
            known = [row.id for row in rows]
            raise InputError(f"there is no row '{name[:40]}'", "--rows", "", nearest(name, known) or ", ".join(known))
    picked = [row for row in rows if not names or row.id in names or row.number in names]
    return tuple(row for row in picked if kind is None or row.kind == kind)


def gallery(
    rows: Sequence[Row],
    wish: Wish,
    every: Sequence[Row] = (),
    *,
    told: Callable[[int, int], None] | None = None,
    cancel: Event | None = None,
    simulate: Callable[..., Any] | None = None,
    finished: Callable[[], None] | None = None,
) -> Found:
    """Live and judge rows, of which some may compare with others among `every`.

    told: (members done, members in all); finished: called whenever members of one start are whole, and kept where the
    wish has a folder. Raises InputError before any work for a scenario, setting or rule that can't be lived, and for a
    library that is missing; Interrupted when stopped: what has been kept by then is not lived again.
    """
    every = every or rows
    there = [row for row in rows if written(row.start)]
    contrasts = [c for c in wish.contrasts if written(c.base) and written(c.changed)]
    if contrasts:
        need("scipy")  # their intervals
    asks = Asks(wish, every, contrasts)
    total, done = asks.members(there), [0]

    def tell(members: int) -> None:
        done[0] = min(done[0] + members, total)
        if told is not None:
            told(done[0], total)

    tools = _Tools(wish, tell, cancel, simulate, finished)
    lived = {row.id: tools.live(asks.row(row)) for row in with_others(there, every)}
    found = [judged(row, lived[row.id], medians_of(row, lived)) for row in there]
    if wish.difficulty or wish.posterior:
        found = [
            each if each.row.kind == "apart" else _hard(each, medians_of(each.row, lived), asks, tools)
            for each in found
        ]
    crossed = None
    if wish.confusion:
        counted = [row for row in there if row.kind != "apart"]
        medians = {row.id: medians_of(row, lived) for row in counted}
        crossed = confusion(counted, {row.id: tools.live(asks.crossed(row)) for row in counted}, medians)
    effects = tuple(_effect(contrast, asks, tools) for contrast in contrasts)
    by_id = {each.row.id: each for each in found}
    judged_all = tuple(by_id.get(row.id) or Judged(row, (), (), MISSING, (), 0.0) for row in rows)
    missing = tuple(dict.fromkeys(s.scenario for s in _starts(rows, wish.contrasts) if not written(s)))
    return Found(judged_all, crossed, effects, missing, wish)


def under(
    rows: Sequence[Row], draws: Sequence[Rules], wish: Wish, every: Sequence[Row] = (), **options: Any
) -> dict[str, tuple[Bools, Floats]]:
    """Under which draws of the rules each row holds, and its least share there: {row: ([draw], [draw])}.

    For fits: a posterior, or the values of one fit. Fewer citizens and replicates are lived than for the gallery's own
    shares (`FEW`, `REPLICATES`). Rows without a scenario are left out.
    """
    every, tools = every or rows, _Tools(wish, options.get("told"), options.get("cancel"), options.get("simulate"))
    asks = Asks(wish, every, wish.contrasts)
    there = [row for row in rows if written(row.start)]
    return {row.id: _under(row, draws, asks, tools) for row in there}


def _starts(rows: Sequence[Row], contrasts: Sequence[Contrast]) -> Iterator[Start]:
    yield from (row.start for row in rows)
    yield from (start for contrast in contrasts for start in (contrast.base, contrast.changed))


def _under(row: Row, draws: Sequence[Rules], asks: Asks, tools: _Tools, citizens: int = 0) -> tuple[Bools, Floats]:
    """Under which draws a row holds, and its least share."""
    held, least, replicates = [], [], replicates_of(row)
    others = [asks.rows[name] for name in dict.fromkeys(sentence.than for sentence in row.compared)]
    others = [other for other in others if written(other.start)]
    for nth, ask in enumerate(asks.hard(row, draws, citizens)):
        lived = tools.live(ask)
        quiet = tools._replace(told=None)
        beside = {other.id: quiet.live(asks.hard(other, draws, citizens)[nth]) for other in others}
        medians = []
        for d in range(len(ask.rules)):
            cuts = {}
            for other in others:
                each = replicates_of(other)
                cuts[other.id] = beside[other.id].cut(slice(d * each, (d + 1) * each))
            medians.append(medians_of(row, cuts))
        lot = held_by_draw(row, lived, replicates, medians)
        held.append(lot[0])
        least.append(lot[1])
    return np.concatenate(held), np.concatenate(least)


def _hard(found: Judged, medians: Medians, asks: Asks, tools: _Tools) -> Judged:
    """A row with its difficulty, and how often few citizens say of a draw what many say."""
    told: dict[str, Any] = {}
    for name, draws in (("difficulty", asks.draws), ("posterior", asks.wish.posterior)):
        if draws:
            held, _ = _under(found.row, draws, asks, tools)
            told[name] = share(name, held, 0.0)
    if few := asks.draws[: asks.wish.agreement]:
        quiet = tools._replace(told=None)
        little, _ = _under(found.row, few, asks, quiet)
        many, _ = _under(found.row, few, asks, quiet, asks.wish.citizens)
        told["agreement"] = share("agreement", many == little, 0.9)
        row, wish = found.row, asks.wish
        ask = asks.ask(row.start, row.months, [dict(wish.rules)], wish.replicates, wish.few)
        few_share = weakest(judged(row, quiet.live(ask), medians).parts)
        assert few_share is not None
        told["few"] = few_share
    return replace(found, **told)


def _effect(contrast: Contrast, asks: Asks, tools: _Tools) -> Effect:
    """The effect of a contrast, and its signs over draws of the rules."""
    base, changed = map(tools.live, asks.pair(contrast))
    found = effect(contrast, base, changed)
    told = []
    for draws in (asks.draws[:MOST_DRAWS], asks.wish.posterior[:MOST_DRAWS]):
        lots = [
            effects_by_draw(contrast, tools.live(one), tools.live(other), PAIRS)
            for one, other in asks.lots(contrast, draws)
        ] if draws else []  # fmt: skip
        told.append(signs(contrast, np.concatenate(lots)) if lots else None)
    return replace(found, prior=told[0], posterior=told[1])


__all__ = ["HOLDS", "PARTLY", "Found", "Wish", "chosen", "gallery", "under"]
