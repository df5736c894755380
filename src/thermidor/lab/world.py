"""All countries of a scenario at once: a small ribbon for each, which leads to the country's own page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from html import escape
from uuid import uuid4

from nicegui import ui

from thermidor.lab import curves, draw, frame
from thermidor.lab.asking import patiently, told
from thermidor.lab.choice import Choice, scenario
from thermidor.lab.jobs import Desk
from thermidor.lab.live import WORLD, Lived
from thermidor.lab.readout import points
from thermidor.lab.view import in_words, progress
from thermidor.lab.words import say
from thermidor.views.ribbon import layers

WIDE, TALL = 300.0, 76.0


class World:
    """The page of all countries: it shows what of the ensemble has come."""

    def __init__(self, desk: Desk, choice: Choice) -> None:
        self.desk, self.choice, self.client = desk, choice, ui.context.client
        self.name, self.loop = uuid4().hex, asyncio.get_running_loop()
        self.client.on_delete(lambda: desk.leave(self.name))
        frame.text("h1", say("world.title"))
        about = say("world.help", runs=WORLD.members, points=points(WORLD.members))
        frame.text("p", f"{scenario(choice.scenario).title}. {about}").classes("lead")
        self.progress = frame.text("p", "").classes("progress").props("role=status")
        self.key = ui.html("", sanitize=False, tag="ul").classes("key")
        self.box = ui.html("", sanitize=False, tag="ul").classes("world")

    def begin(self) -> None:
        """Ask for the ensemble, again where too many wait."""
        patiently(self.loop, self._ask, lambda: self._say(say("see.busy")), self._there)

    def _ask(self) -> None:
        self.desk.ask(self.name, self.choice, self._come)

    def _there(self) -> bool:
        return self.client.id in self.client.instances

    def _come(self, came: Lived | Exception) -> None:
        if isinstance(came, Exception):
            self.loop.call_soon_threadsafe(self._fail, came)
            return
        with told(self.loop, self._fail, "the countries could not be drawn"):
            key = "".join(map(frame.swatch, labels(came, self.choice)))
            self.loop.call_soon_threadsafe(self._show, ribbons(came, self.choice), key, progress(came))

    def _show(self, text: str, key: str, words: str) -> None:
        if self._there():
            with self.client:
                self.box.set_content(text)
                self.key.set_content(key)
                self._say(words)

    def _fail(self, error: Exception) -> None:
        self._say(in_words(error))

    def _say(self, words: str) -> None:
        """Say something in the place of progress; what is shown stays."""
        if self._there():
            with self.client:
                frame.say_in(self.progress, words)


def ribbons(lived: Lived, choice: Choice) -> str:
    """A list of small ribbons, one a country, each a link to its page."""
    items = []
    for name, country in scenario(choice.scenario).countries.items():
        of = curves.picture(lived, name, choice.lens, drawn=())
        link = escape(replace(choice, country=name).link)
        drawn = draw.ribbon(of, WIDE, tall=TALL, name=country.title)
        items.append(f'<li><a href="/lab?{link}"><h2>{escape(country.title)}</h2>{drawn}</a></li>')
    return "".join(items)


def labels(lived: Lived, choice: Choice) -> list[str]:
    """The regimes that occur anywhere, in the order of a ribbon's layers."""
    reading = lived.reading(choice.lens)
    every = {name: reading.labels == code for code, name in enumerate(reading.names)}
    return layers({name: held.mean(axis=(0, 2)) for name, held in every.items() if held.any()})
