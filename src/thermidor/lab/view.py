"""One open page: what it shows, what it waits for, and how what was lived is drawn on it.

The desk's worker lives and draws; only the finished texts are handed to the page's own loop. A page asks for its base
and for its changed runs, and shows whatever part has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np

from thermidor.errors import InputError
from thermidor.lab import curves, draw, readout
from thermidor.lab.asking import patiently, told
from thermidor.lab.choice import Choice, check, pairs_of, scenario
from thermidor.lab.controls import states
from thermidor.lab.curves import Picture
from thermidor.lab.jobs import Desk
from thermidor.lab.live import Lived, full
from thermidor.lab.why import Why, why
from thermidor.lab.words import part, say
from thermidor.views.ribbon import layers

BESIDES = ("tour", "step", "room", "beside", "rules")
"""Words of an address that are no part of a choice."""
TEN = 10
"""Months of which all shares are told in words, about."""
FAULT = "a picture could not be drawn"
WIDE = 860.0
"""Pixels of a ribbon until the browser has told its own."""


@dataclass(frozen=True)
class Drawn:
    """Texts ready to be shown: the ribbon, the panels by name, what is said of the runs, the reasons of the month.

    choice    what was asked when it was drawn; lived: what was lived for it
    effect    what is most other than in what lies behind; readings: numbers of the month that is looked at, by panel,
              and "ribbon"; both once all runs are there
    """

    choice: Choice
    lived: Choice
    ribbon: str
    panels: dict[str, str]
    words: str
    progress: str
    effect: str
    readings: dict[str, str]
    labels: tuple[str, ...]
    runs: int
    why: Why | None
    whole: bool


@dataclass
class View:
    """The state of one page.

    show      told, in the page's loop, of what is drawn; fail: of what went wrong, in words
    choice    what is asked; beside: what is kept beside it in place of the scenario as it is
    address   of the visitor: those of one address take turns
    shown     what was drawn last; back: what lies behind it
    left      whether the page was closed
    states    where a branch stands at its beginning, by variable; None for runs from the start, or before it was lived
    """

    desk: Desk
    choice: Choice
    show: Callable[[Drawn], None]
    fail: Callable[[str], None]
    loop: asyncio.AbstractEventLoop
    beside: Choice | None = None
    wide: float = WIDE
    panel_wide: float = 420.0
    client: str = field(default_factory=lambda: uuid4().hex)
    address: str = ""
    shown: Drawn | None = None
    back: Picture | None = None
    states: dict[str, float] | None = None
    left: bool = False

    def __post_init__(self) -> None:
        self.client = f"{self.address} {self.client}" if self.address else self.client

    @property
    def behind(self) -> Choice | None:
        """What is drawn behind: what is kept beside, or the scenario as it is; None where nothing is changed."""
        behind = self.beside if self.beside is not None else self.choice.base if self.choice.changed else None
        country = self.choice.country
        if behind is None or (country and country not in scenario(behind.scenario).countries):
            return None
        return replace(behind, country=country, lens=self.choice.lens, month="")

    def change(self, choice: Choice, *, quick: bool = False) -> bool:
        """Take another choice and ask for it; what is wrong with one that can't be lived is told. True if taken."""
        try:
            check(choice)
        except InputError as error:
            self.fail(in_words(error))
            return False
        if choice.at != self.choice.at:
            self.states = None
        self.choice = choice
        self.ask(quick=quick)
        return True

    def ask(self, *, quick: bool = False) -> None:
        """Ask for the runs of the choice, and for those behind it where they are others; what is kept comes at once."""
        self._ask(self.choice, self._come, self.client, quick=quick)
        behind = self.behind
        if behind is not None and (self.back is None or self.back.choice != behind):
            self._ask(behind, self._come_back, self.client + " behind", quick=False)

    def leave(self) -> None:
        """The page was closed."""
        self.left = True
        for client in (self.client, self.client + " behind"):
            self.desk.leave(client)

    def _ask(self, choice: Choice, tell: Callable[[Lived | Exception], None], client: str, *, quick: bool) -> None:
        ask = partial(self.desk.ask, client, choice, tell, quick=quick)
        wanted = self.choice
        patiently(self.loop, ask, lambda: self.fail(say("see.busy")), lambda: not self.left and self.choice is wanted)

    def _come_back(self, came: Lived | Exception) -> None:
        behind = self.behind
        if isinstance(came, Exception):
            self.loop.call_soon_threadsafe(self._fail, came)
        elif behind is not None and came.choice.lived == behind.lived:
            with told(self.loop, self._fail, FAULT):
                self.back = curves.picture(came, behind.country, behind.lens)
                if came.whole:
                    self.loop.call_soon_threadsafe(self.ask)

    def _come(self, came: Lived | Exception) -> None:
        if isinstance(came, Exception):
            self.loop.call_soon_threadsafe(self._fail, came)
        elif came.choice.lived == self.choice.lived or self._passing(came):
            with told(self.loop, self._fail, FAULT):
                self.loop.call_soon_threadsafe(self._take, self.drawn(came))

    def _passing(self, came: Lived) -> bool:
        """Whether this is a look at a place that the slider has passed a moment ago."""
        return came.size != full(came.choice) and _unset(came.choice) == _unset(self.choice)

    def _take(self, drawn: Drawn) -> None:
        """Show what was drawn, unless the page was changed meanwhile; called in its loop."""
        looks = [replace(one, set={}, then={}) if not drawn.whole else one for one in (drawn.choice, self.choice)]
        if looks[0] == looks[1]:
            self.shown = drawn
            self.show(drawn)

    def _fail(self, error: Exception) -> None:
        self.fail(in_words(error))

    def drawn(self, lived: Lived) -> Drawn:
        """Draw what was lived for the page as it is. Raises InputError."""
        choice, behind = self.choice, self.behind
        of = curves.picture(lived, choice.country, choice.lens)
        back = self.back if self.back is not None and self.back.choice == behind else None
        month = choice.month if of.months[0] <= curves.month(choice.month) <= of.months[-1] else ""
        past = lived.result.past
        if past is not None:
            place = [str(name) for name in np.asarray(past["country"])].index(of.country)
            if lived.size == full(choice):
                self.states = {name: float(np.asarray(past[name])[0, -1, place]) for name in states()}
        all_there, names = lived.whole and lived.size == full(choice), part("panels")
        readings: dict[str, tuple[str, ...]] = {}
        if all_there:
            readings = {p.name: readout.of_panel(of, p, names[p.name]) for p in curves.panels()}
            readings["ribbon"] = readout.of_ribbon(of)
        seen: dict[str, Any] = {"behind": back, "month": month}
        panels = {
            p.name: draw.panel(
                p,
                of,
                self.panel_wide,
                name=names[p.name]["title"],
                names=names[p.name],
                readings=readings.get(p.name, ()),
                **seen,
            )
            for p in curves.panels()
        }
        tall, wide = 230.0 if back else 200.0, self.wide
        drawn = readings.get("ribbon", ())
        ribbon = draw.ribbon(of, wide, tall=tall, name=say("see.regimes"), readings=drawn, **seen)
        at = readout.step_of(of, month)
        seen_in_month = {name: texts[at] for name, texts in readings.items()} if at is not None else {}
        if month and all_there:
            seen_in_month["ribbon"] = readout.at_month(of, int((curves.month(month) - of.months[0]).astype(int)))
        decades = "; ".join(drawn[:: max(len(drawn) // TEN, 1)])
        told_whole = draw.said(of) + (". " + say("see.decades", told=decades) if decades else "")
        reasons = why(lived, of, month, choice.lens) if month and all_there else None
        pair = (
            back is not None and back.whole and bool(back.choice.at) == bool(choice.at)
        )  # futures of one run are no draws
        sentence = "see.effect" if self.beside is None else "see.differ"
        return Drawn(
            choice, lived.choice.lived, ribbon, panels, told_whole, progress(lived),
            readout.effect(of, back, sentence) if all_there and pair else "",
            seen_in_month,
            tuple(layers(of.shares)), of.members, reasons, all_there,
        )  # fmt: skip


def _unset(choice: Choice) -> Choice:
    """What is lived of a choice, but for where its sliders stand."""
    return replace(choice.lived, set={}, then={})


def progress(lived: Lived) -> str:
    """What is said of how many runs are shown."""
    if lived.whole and lived.size == full(lived.choice):
        return say("see.whole", members=lived.members, citizens=f"{lived.size.citizens:,}", seed=lived.choice.seed)
    if lived.size == full(lived.choice):
        return say("see.living", done=lived.members, all=lived.size.members)
    return say("see.preview", members=lived.members, citizens=f"{lived.size.citizens:,}")


def in_words(error: Exception) -> str:
    """What went wrong, and how to mend it."""
    if isinstance(error, InputError):
        told = say("see.failed", what=error.what + (f": {error.why}" if error.why else ""))
        return told + (" " + say("see.mend", mend=error.mend) if error.mend else "")
    return say("see.failed", what=str(error) or type(error).__name__)


def asked_of(query: str) -> tuple[str, dict[str, str]]:
    """A page's query without what is not part of a choice (see BESIDES), and these."""
    pairs = pairs_of(query)
    own = {key: value for key, value in pairs if key in BESIDES}
    return urlencode([pair for pair in pairs if pair[0] not in own], safe=":.-"), own


def set_to(choice: Choice, key: str, value: float | None) -> Choice:
    """A choice with a condition set, of a branch a state from its month on, or put back (None)."""
    told = choice.then if choice.at else choice.set
    left = {name: number for name, number in told.items() if name != key} | ({} if value is None else {key: value})
    return replace(choice, then=left) if choice.at else replace(choice, set=left)
