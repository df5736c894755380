"""The distances of draws of the rules from targets: every draw is lived on the same members, once, and kept.

Member k has the same draws of chance and of starts under all rules, so that two draws differ by their rules alone, and
what is found does not hang on cores, on the order of draws or on how many are lived together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.fitting.distance import course_distance, row_distance
from thermidor.fitting.targets import Target, Targets, weights
from thermidor.gallery.asks import resolvable
from thermidor.gallery.judge import medians_of, needed_by
from thermidor.gallery.live import Ask, live
from thermidor.gallery.predicates import Lived
from thermidor.gallery.rows import Row, Start
from thermidor.gallery.starts import SPREAD, Rules, scenario_of
from thermidor.runs.ensemble import NO_OUTSIDE

Floats = NDArray[np.float64]
LOT = 20
"""Draws that are lived together; what is lost when the work is stopped is less than that."""
RARE = 2
"""So many times the replicates for rows with a bar below a quarter, which few could not tell from none."""
LOG = "evaluations.jsonl"


@dataclass(frozen=True)
class Sizes:
    """How draws are lived: replicates of each start, citizens in each country, spread of assumed starts, seed."""

    replicates: int = 8
    citizens: int = 300
    spread: float = SPREAD
    seed: int = 1
    theory: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Means:
    """By what: cores, who is told of members done, what stops it, what lives in place of our months, the log."""

    cores: int = 1
    told: Callable[[int], None] | None = None
    cancel: Event | None = None
    simulate: Callable[..., Any] | None = None
    log: Path | None = None


@dataclass(frozen=True)
class Lot:
    """What is lived of one start, for all targets that look at it."""

    ask: Ask
    rows: tuple[Row, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Found:
    """What came of draws: the distance of each target [draw, target], what was found there, and the names."""

    names: tuple[str, ...]
    distances: Floats
    found: Floats
    total: Floats


class Evaluator:
    """Lives draws of the rules on some of the targets. Making it resolves every start. Raises InputError."""

    def __init__(self, all_targets: Targets, targets: Sequence[Target], sizes: Sizes, means: Means) -> None:
        self.targets, self.sizes, self.means = tuple(targets), sizes, means
        self.lots = _lots(self.targets, all_targets.rows, sizes)
        self.share = weights([target for target in targets if target.fitted]) if targets else {}
        told = [all_targets.digest, *(target.name for target in self.targets), *(lot.ask.digest() for lot in self.lots)]
        self.context = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        self.known = _read(means.log)

    @property
    def members(self) -> int:
        """Members of one draw."""
        return sum(lot.ask.replicates for lot in self.lots)

    def __call__(self, draws: Sequence[Rules]) -> Found:
        """The distances of some draws, of which those that were kept are not lived again. Raises Interrupted."""
        keys = [self._key(draw) for draw in draws]
        missing = {key: draw for key, draw in zip(keys, draws, strict=True) if key not in self.known}
        if self.means.told is not None:
            self.means.told(self.members * (len(draws) - len(missing)))
        todo = list(missing.items())
        for first in range(0, len(todo), LOT):
            some = todo[first : first + LOT]
            made = dict(zip([key for key, _ in some], self._live([draw for _, draw in some]), strict=True))
            self.known |= made
            _append(self.means.log, made)
        both = np.array([self.known[key] for key in keys]).reshape(len(draws), 2, len(self.targets))
        share = np.array([self.share.get(target.name, 0.0) for target in self.targets])
        names = tuple(target.name for target in self.targets)
        return Found(names, both[:, 0], both[:, 1], both[:, 0] @ share)

    def _key(self, draw: Rules) -> str:
        told = json.dumps([self.context, sorted({**self.sizes.theory, **draw}.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    def _live(self, draws: Sequence[Rules]) -> list[list[list[float]]]:
        """The distance and what was found, of every target, by draw."""
        from dataclasses import replace

        rules = tuple({**self.sizes.theory, **draw} for draw in draws)
        lived: list[tuple[Lot, Lived]] = []
        for lot in self.lots:
            own = tuple({k: v for k, v in each.items() if k not in lot.ask.off} for each in rules)
            tools = {"cores": self.means.cores, "cancel": self.means.cancel, "simulate": self.means.simulate}
            lived.append((lot, live(replace(lot.ask, rules=own), told=self.means.told, **tools)))  # type: ignore[arg-type]
        return [self._distances([(lot, _cut(lot, found, d)) for lot, found in lived]) for d in range(len(draws))]

    def _distances(self, lived: Sequence[tuple[Lot, Lived]]) -> list[list[float]]:
        by_row = {row.id: found for lot, found in lived for row in lot.rows}
        told = {}
        for lot, found in lived:
            for target in lot.targets:
                if target.row is not None:
                    told[target.name] = row_distance(target.row, found, medians_of(target.row, by_row))
                elif target.course is not None:
                    began = np.datetime64(lot.ask.scenario.start, "M")
                    told[target.name] = course_distance(target.course, found, began)
        return [[told[target.name][nth] for target in self.targets] for nth in (0, 1)]


def _cut(lot: Lot, lived: Lived, draw: int) -> Lived:
    each = lot.ask.replicates
    return lived.cut(slice(draw * each, (draw + 1) * each))


def _lots(targets: Sequence[Target], every: Sequence[Row], sizes: Sizes) -> tuple[Lot, ...]:
    """What is lived: a lot for each start, for the longest span asked of it. Raises InputError."""
    by_id = {row.id: row for row in every}
    rows = [target.row for target in targets if target.row is not None]
    rows += [by_id[sentence.than] for row in rows for sentence in row.compared]
    lived: list[Row | Target] = [*rows, *targets]
    starts: dict[str, Start] = {repr(each.start): each.start for each in lived}
    found = []
    for key, start in starts.items():
        own = {row.id: row for row in rows if repr(row.start) == key}
        aimed = tuple(target for target in targets if repr(target.start) == key)
        months = max(each.months for each in lived if repr(each.start) == key)
        kept = frozenset().union(*(needed_by(row, every) for row in own.values()))
        kept |= frozenset().union(*(target.course.variables for target in aimed if target.course))
        rare = any(part.bar < 0.25 for row in own.values() for part in row.parts)
        off = tuple(name for name in start.without if name != NO_OUTSIDE)
        ask = Ask(
            scenario_of(start, months, sizes.spread), months, ({},), sizes.replicates * (RARE if rare else 1),
            sizes.citizens, sizes.seed, tuple(sorted(kept)), off,
        )  # fmt: skip
        found.append(Lot(resolvable(ask), tuple(own.values()), aimed))
    return tuple(found)


def _read(log: Path | None) -> dict[str, list[list[float]]]:
    """What was kept of earlier work; lines that can't be read are as if they were not there."""
    found: dict[str, list[list[float]]] = {}
    if log is None or not log.is_file():
        return found
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            told = json.loads(line)
            found[told["key"]] = [[float("nan") if x is None else float(x) for x in told[n]] for n in ("far", "found")]
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _append(log: Path | None, made: Mapping[str, list[list[float]]]) -> None:
    if log is None:
        return
    from thermidor.runs.store import placing

    with placing(log):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            for key, (far, found) in made.items():
                plain = [None if x != x else x for x in found]
                file.write(json.dumps({"key": key, "far": far, "found": plain}) + "\n")
