"""Where a page stands: its address, the browser's Back and Forward, and Undo, which is Back.

What was changed is a step that can be gone back; a month that is looked at is none. Moves of one slider in quick
succession, as of a key that is held, are one step.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from thermidor.errors import InputError
from thermidor.jit import rules_digest
from thermidor.lab.choice import Choice, read
from thermidor.lab.view import asked_of, in_words
from thermidor.lab.words import say

if TYPE_CHECKING:
    from thermidor.lab.page import Lab

State = tuple[Choice, Choice | None]
"""What is shown, and what is kept beside it."""
TOGETHER = 2.0
"""Seconds within which moves of the same slider are one step (assumed)."""
SOON = 0.15
"""Seconds that are waited for another Back before one is carried out (assumed)."""


class Steps:
    """The steps of one page; `deep`: how many can be gone back."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.deep = lab, 0
        self.stands: State = (lab.choice, lab.view.beside)
        self.last, self.since, self.asked = "", 0.0, ""

    def begin(self) -> None:
        """Put the first address into the browser's bar, with the rules under which it was lived."""
        self._tell("replace")

    def put(self) -> None:
        """Put what is shown into the bar, as a step where something was changed."""
        was, self.stands = self.stands, (self.lab.choice, self.lab.view.beside)
        if _changes(was) == _changes(self.stands):
            self._tell("replace")
            return
        slider, now = _slider(was, self.stands), time.monotonic()
        again = slider != "" and slider == self.last and now - self.since < TOGETHER and self.deep > 0
        self.last, self.since = slider, now
        self.deep += not again
        self._tell("replace" if again else "push")

    def undo(self) -> None:
        """Go back a step; of a slider that is not let go yet, to where the last step stands."""
        if _changes((self.lab.choice, self.lab.view.beside)) != _changes(self.stands):
            self._show(self.stands)
        elif self.deep:
            self.lab.client.run_javascript("history.back()")
        else:
            ui.notify(say("choose.no_undo"))

    def went(self, event: Any) -> None:
        """The browser went back or forward: show what its address says, the last of several that come at once."""
        told = event.args if isinstance(event.args, dict) else {}
        deep, waits = told.get("deep"), self.asked != ""
        self.deep = deep if isinstance(deep, int) and 0 <= deep < 10_000 else 0
        self.asked = str(told.get("link", ""))[:10_000] or "?"
        if not waits:
            self.lab.view.loop.call_later(SOON, self._go)

    def _go(self) -> None:
        link, self.asked = self.asked.lstrip("?"), ""
        if self.lab.client.id not in self.lab.client.instances:
            return
        try:
            own_link, own = asked_of(link)
            state = read(own_link), read(own["beside"]) if "beside" in own else None
        except InputError as error:
            self.lab.fail(in_words(error))
            return
        with self.lab.client:
            self._show(state)

    def _show(self, state: State) -> None:
        self.last, self.stands = "", state
        choice, self.lab.view.beside = state
        self.lab.go(choice, anew=True)

    def _tell(self, kind: str) -> None:
        beside = self.lab.view.beside
        kept = f"&beside={quote(beside.link)}" if beside is not None else ""
        link = f"/lab?{self.lab.choice.link}{kept}{self.lab.more}&rules={rules_digest()[:8]}"
        self.lab.client.run_javascript(f"history.{kind}State({{deep: {self.deep}}}, '', {json.dumps(link)})")


def _changes(of: State) -> State:
    """What of a state is a change that can be undone: not the month that is looked at."""
    return replace(of[0], month=""), of[1]


def _slider(was: State, now: State) -> str:
    """The one slider in which two states differ; "" where they differ in more, or in something else."""
    alike = [replace(choice, set={}, then={}, month="") for choice, _ in (was, now)]
    before, after = ({**choice.set, **choice.then} for choice, _ in (was, now))
    keys = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    return keys[0] if len(keys) == 1 and alike[0] == alike[1] and was[1] == now[1] else ""
