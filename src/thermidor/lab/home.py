"""The first page: every scenario with a sentence and its period, and the tours."""

from __future__ import annotations

import re

from nicegui import ui

from thermidor.lab import frame
from thermidor.lab.choice import FIRST, Choice, library, scenario
from thermidor.lab.guide import address
from thermidor.lab.live import MANY
from thermidor.lab.tours import tours
from thermidor.lab.words import say


def home() -> None:
    """Cards of scenarios, each a link."""
    with frame.page(say("page.home")):
        frame.text("h1", say("page.choose"))
        frame.text("p", say("page.about")).classes("lead")
        frame.text("p", say("page.chapter")).classes("note")
        first = tours()[0]
        with ui.element("p"):
            frame.text("b", say("page.begin"))
            frame.text("span", " ")
            frame.text("a", first.title).props(f'href="{address(first, 1)}" id=begin')
            frame.text("span", " ")
            frame.text("b", say("page.or_begin"))
            frame.text("span", " ")
            own = FIRST["lab"]
            frame.text("a", scenario(own).title).props(f'href="/lab?{Choice(scenario=own).link}" id=begin-here')
        with ui.element("ul").classes("cards"):
            for name in sorted(library(), key=lambda name: (scenario(name).start, name)):
                _card(name)


def _card(name: str) -> None:
    found = scenario(name)
    many = len(found.countries)
    with ui.element("li"):
        place = "/world" if many >= MANY else "/lab"
        with ui.element("a").props(f'href="{place}?{Choice(scenario=name).link}" id=open-{name}'):
            frame.text("h2", found.title)
            period = say("page.from_to", first=found.start[:4], last=found.end[:4])
            frame.text("small", period + (f", {say('page.countries', many=many)}" if many > 1 else ""))
            frame.text("p", first_sentence(found.about))


def first_sentence(text: str) -> str:
    """The first sentence of a text, without what stands in brackets."""
    plain = re.sub(r"\s*\([^)]*\)", "", " ".join(text.split()))
    return re.split(r"(?<=[.!?]) (?=[A-Z])", plain)[0]
