"""A tour on the page: the step's text above the picture, a question before it is shown, the other side, the way on.

Where a step asks for a prediction, the picture stays hidden until one is made; what came out is told from the runs.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from nicegui import ui

from thermidor.errors import InputError
from thermidor.lab import frame
from thermidor.lab.asking import patiently, told
from thermidor.lab.choice import Choice, theories
from thermidor.lab.jobs import Desk
from thermidor.lab.live import Lived
from thermidor.lab.rooms import LASTS, MOST_OPENED, Full, Often, Rooms
from thermidor.lab.tours import Step, Tour, revealed, tours
from thermidor.lab.view import in_words, progress
from thermidor.lab.words import say

COUNTED = 5.0
"""Seconds after which the answers of a room are counted again, for those who have answered."""
VOTER = "sessionStorage.thermidor = sessionStorage.thermidor || crypto.getRandomValues(new Uint32Array(4)).join('-')"
"""A token that the browser makes up for as long as its window is open, so that a page opened again is one voter."""


def tour_of(name: str, step: str) -> tuple[Tour, int]:
    """A tour by its name and the number of its step, from 1. Raises InputError."""
    found = next((tour for tour in tours() if tour.name == name), None)
    if found is None:
        raise InputError(f"there is no tour '{name[:60]}'", "tour", "", f"tours: {', '.join(t.name for t in tours())}")
    if not re.fullmatch(r"[1-9]\d?", step, re.ASCII) or int(step) > len(found.steps):
        raise InputError(f"the tour has no step '{step[:20]}'", "step", "", f"give 1 to {len(found.steps)}")
    return found, int(step)


def address(tour: Tour, number: int, room: str = "") -> str:
    """Where a step stands."""
    told = f"/lab?{tour.steps[number - 1].link}&tour={quote(tour.name)}&step={number}"
    return told + (f"&room={quote(room)}" if room else "")


class Guide:
    """The card of a step; `shown` is called once the picture may be seen."""

    def __init__(self, desk: Desk, rooms: Rooms, tour: Tour, number: int, room: str) -> None:
        """Make it; a `room` that is gone is said to be."""
        self.desk, self.rooms, self.tour, self.number = desk, rooms, tour, number
        self.room, self.lost = (room, "") if not room or rooms.known(room) else ("", room[:12])
        self.step: Step = tour.steps[number - 1]
        self.loop, self.client = asyncio.get_running_loop(), ui.context.client
        self.name, self.voter = uuid4().hex, uuid4().hex
        self.closed = False
        self.chosen, self.runs = -1, dict[Choice, Lived]()
        self.client.on_delete(self._leave)
        with ui.element("section").classes("guide").props("id=guide"):
            frame.text("p", say("tour.step", title=tour.title, step=number, all=len(tour.steps))).classes("note")
            frame.text("h2", self.step.title)
            frame.text("p", self.step.text)
            if self.step.predict is not None:
                self._question()
            self._other_side()
            self._onward()
            self._room()

    @property
    def hides(self) -> bool:
        """Whether the picture waits for a prediction."""
        return self.step.predict is not None

    def _question(self) -> None:
        assert self.step.predict is not None
        with ui.element("fieldset").classes("predict") as self.box:
            frame.text("legend", self.step.predict.question)
            for nth, option in enumerate(self.step.predict.options):
                with ui.element("label").classes("switch"):
                    made = ui.element("input").props(f"type=radio name=predict id=predict-{nth}")
                    made.on("change", lambda _, nth=nth: self._choose(nth))
                    frame.text("span", option)
            frame.button(say("tour.reveal"), self._reveal, "reveal")
        self.told = ui.element("div").props("id=revealed role=status")

    async def _choose(self, option: int) -> None:
        if self.closed:
            return
        self.chosen = option
        if self.room:
            voter = str(await ui.run_javascript(VOTER))[:64]
            counted = self.rooms.vote(self.room, self.tour.name, self.number, option, voter or self.voter)
            if not counted:
                self._not_counted()

    def _reveal(self) -> None:
        """Live what the answer needs; it is told when all is there."""
        if self.chosen < 0:
            self._say([say("tour.first")])
            return
        self.closed = True
        frame.unveil(self.client, "lab")
        self._say([say("see.wait")])
        for nth, choice in enumerate(self._needed()):
            ask = partial(self.desk.ask, f"{self.name} {nth}", choice, self._come)
            patiently(self.loop, ask, lambda: self._say([say("see.busy")]), self._there)

    def _needed(self) -> list[Choice]:
        assert self.step.predict is not None
        beside = self.step.predict.beside
        return [self.step.choice, *([beside] if beside is not None else [])]

    def _there(self) -> bool:
        return self.client.id in self.client.instances

    def _come(self, came: Lived | Exception) -> None:
        if isinstance(came, Exception):
            self.loop.call_soon_threadsafe(self._fail, came)
        elif not came.whole:
            self.loop.call_soon_threadsafe(self._say, [progress(came)])
        else:
            with told(self.loop, self._fail, "an answer could not be told"):
                self._gather(came)

    def _gather(self, came: Lived) -> None:
        """Keep what has come; once all is there, tell what came out."""
        self.runs[came.choice.lived] = came
        needed = [self.runs.get(choice.lived) for choice in self._needed()]
        if all(needed):
            assert self.step.predict is not None and needed[0] is not None
            option, sentence = revealed(self.step.predict, needed[0], needed[1] if len(needed) > 1 else None)
            self.runs.clear()
            self.loop.call_soon_threadsafe(self._say, self._answer(option, sentence))

    def _fail(self, error: Exception) -> None:
        self._say([in_words(error)])

    def _answer(self, option: int, sentence: str) -> list[str]:
        assert self.step.predict is not None
        options = self.step.predict.options
        told = [say("tour.right", option=options[option])]
        if self.chosen not in (-1, option):
            told.insert(0, say("tour.wrong", option=options[self.chosen]))
        told += [sentence, self.step.after]
        return [text for text in told if text]

    def _count(self) -> None:
        """Tell how the room has answered so far."""
        assert self.step.predict is not None
        options = self.step.predict.options
        votes = self.rooms.tally(self.room, self.tour.name, self.number)
        if not votes:
            self._not_counted()
            return
        texts = ", ".join(f"{options[option]}: {many}" for option, many in sorted(votes.items()))
        frame.say_in(self.votes, say("tour.room_votes", told=texts))

    def _not_counted(self) -> None:
        """Say why an answer is not counted: the room is gone, or has as many as it can count."""
        known = self.rooms.known(self.room)
        frame.say_in(self.votes, say("tour.room_whole") if known else gone(self.room))

    def _say(self, texts: list[str]) -> None:
        if self._there():
            with self.client:
                self.told.clear()
                with self.told:
                    for text in texts:
                        frame.text("p", text)
                if self.room and self.chosen >= 0:
                    self._count()

    def _other_side(self) -> None:
        other = self.step.other_side
        if other is None:
            return
        with ui.element("details").classes("words"):
            frame.text("summary", say("tour.other_side"))
            frame.text("p", other.text)
            frame.text("a", theories()[other.theory]).props(f'href="/lab?{self._under(other.theory)}"')
            frame.text("p", say("tour.reading"))
            with ui.element("ul"):
                for work in other.reading:
                    frame.text("li", work)

    def _under(self, theory: str) -> str:
        own = self.step.choice
        return f"{replace(own, theory=theory).link}&beside={quote(own.link)}"

    def _onward(self) -> None:
        with ui.element("p").classes("actions"):
            if self.number > 1:
                frame.text("a", say("tour.back")).props(
                    f'href="{address(self.tour, self.number - 1, self.room)}" id=back'
                )
            last = self.number == len(self.tour.steps)
            onward = "/tours" if last else address(self.tour, self.number + 1, self.room)
            frame.text("a", say("tour.end" if last else "tour.next")).props(f'href="{onward}" id=next').classes("next")

    def _room(self) -> None:
        if self.lost:
            frame.text("p", gone(self.lost)).classes("trouble").props("role=alert id=gone")
        if self.room:
            request = self.client.request
            place = f"{request.url.netloc}/tours"
            frame.text("p", say("tour.room_code", code=self.room, address=place)).classes("code").props("id=room")
            if request.url.hostname in ("127.0.0.1", "localhost"):
                frame.text("p", say("tour.room_local")).classes("note")
            if self.hides:
                self.votes = frame.text("p", "").props("role=status id=votes")
                frame.button(say("tour.room_again"), self._count, "count")
                ui.timer(COUNTED, lambda: self._count() if self.chosen >= 0 else None)
        elif self.hides:
            frame.button(say("tour.room_make"), self._make_room, "room")

    def _make_room(self) -> None:
        request = self.client.request
        try:
            code = self.rooms.open(request.client.host if request.client else "")
        except Often:
            ui.notify(say("tour.rooms_often", many=MOST_OPENED))
        except Full:
            ui.notify(say("tour.rooms_full"))
        else:
            ui.navigate.to(address(self.tour, self.number, code))

    def _leave(self, *_: Any) -> None:
        for nth in range(2):
            self.desk.leave(f"{self.name} {nth}")


def gone(room: str) -> str:
    """What is said of a room that is no longer there."""
    return say("tour.room_gone", code=room, hours=f"{LASTS / 3600.0:g}")


def shelf(rooms: Rooms) -> None:
    """The page of all tours, and the way into a room."""
    with frame.page(say("page.tours")):
        frame.text("h1", say("page.tours"))
        frame.text("p", say("tour.about")).classes("lead")
        _join(rooms)
        with ui.element("ul").classes("cards"):
            for tour in tours():
                with ui.element("li"), ui.element("a").props(f'href="{address(tour, 1)}" id=tour-{tour.name}'):
                    frame.text("h2", tour.title)
                    frame.text("small", say("tour.minutes", many=len(tour.steps)))
                    frame.text("p", tour.about)


def _join(rooms: Rooms) -> None:
    """A field for a room's code: it leads to the step at which the room stands, the first where none was asked yet."""
    typed = [""]
    with ui.element("div").classes("join"):
        with ui.element("label").classes("menu"):
            frame.text("span", say("tour.join_code"))
            code = ui.element("input").props("type=text maxlength=12 autocomplete=off id=code")
            code.on("change", lambda event: typed.append(str(event.args)), js_handler="(e) => emit(e.target.value)")
        answer = frame.text("p", "").classes("trouble").props("role=alert")

        def join() -> None:
            room = typed[-1].strip().upper()
            if rooms.known(room):
                ui.navigate.to(address(*rooms.stands(room, tours()), room))
            else:
                frame.say_in(answer, say("tour.no_room", hours=f"{LASTS / 3600.0:g}"))

        frame.button(say("tour.join"), join, "join")
