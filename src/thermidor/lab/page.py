"""The lab's page: menus and sliders at the side, ribbon and panels beside them, and why a month is what it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from html import escape
from typing import Any

from nicegui import ui

from thermidor.lab import curves, frame
from thermidor.lab.changes import changes, what
from thermidor.lab.choice import Choice, scenario
from thermidor.lab.controls import Control
from thermidor.lab.draw import LEFT, RIGHT
from thermidor.lab.jobs import Desk
from thermidor.lab.readout import points
from thermidor.lab.reasons import because
from thermidor.lab.sides import Sides
from thermidor.lab.steps import Steps
from thermidor.lab.take import FORMATS
from thermidor.lab.view import Drawn, View, set_to
from thermidor.lab.words import month_words, part, say

FROM_LEFT = "(e) => emit(e.clientX - e.currentTarget.getBoundingClientRect().left)"
COPY = "navigator.clipboard ? navigator.clipboard.writeText(location.href).then(() => true, () => false) : false"
SETTLE = 0.7
"""Seconds for which a slider has to stand still to be taken as let go (assumed)."""
WHOLE = "(e) => emit(parseInt(e.target.value))"


class Lab:
    """The elements of one open page, and what happens when they are moved."""

    def __init__(
        self, desk: Desk, choice: Choice, beside: Choice | None, *, hidden: bool = False, look: str = "", more: str = ""
    ) -> None:
        """Make it; `hidden`: its picture waits; `look`: a panel to mark; `more`: what else the address says."""
        self.client = ui.context.client
        request = self.client.request
        address = request.client.host if request.client else ""
        loop = asyncio.get_running_loop()
        self.view = View(desk, choice, self.show, self.fail, loop, beside, address=address)
        self.drawn, self.moves, self.look, self.more = 0, 0, look, more
        self.steps = Steps(self)
        self.client.on_delete(self.view.leave)
        with ui.element("div").classes("lab" + " veiled" * hidden).props("id=lab"):
            with ui.element("section").classes("picture").props("id=shown"):
                self._picture()
            with ui.element("aside").props(f'aria-label="{say("choose.conditions")}"'):
                self.sides = Sides(self)
        ui.on("resized", self._resized)
        ui.on("went_back", self.steps.went)

    @property
    def choice(self) -> Choice:
        """What the page shows."""
        return self.view.choice

    def begin(self) -> None:
        """Ask for the first picture."""
        self.steps.begin()
        self.view.ask()

    def _picture(self) -> None:
        found = scenario(self.choice.scenario)
        self.title = ui.html("", sanitize=False, tag="div")
        self._titled(found.title)
        self.heard = ui.element("p").classes("unseen").props("role=status")
        self.trouble = ui.element("p").classes("trouble").props("role=alert")
        with ui.element("div").classes("stage"):  # stays in sight while sliders further down are moved
            self.changed = frame.text("p", "").classes("changed")
            self.progress = frame.text("p", say("see.wait")).classes("progress")
            self.effect = frame.text("p", "").classes("effect").props("id=effect")
            self.ribbon = ui.html("", sanitize=False).classes("drawing").props("id=ribbon data-ready=0")
        self.ribbon.on("click", self._clicked, js_handler=FROM_LEFT)
        self.readouts = {"ribbon": frame.text("p", "").classes("readout").props("id=readout-ribbon")}
        with ui.element("label").classes("month"):
            self.month_told = frame.text("span", "")
            self.month = ui.element("input").props("type=range id=month")
            self._month_range()
            self.month.on("change", self._month_moved, js_handler=WHOLE)
        self.chance = frame.text("p", "").classes("note")
        self.key = ui.html("", sanitize=False, tag="ul").classes("key")
        self.why = ui.html("", sanitize=False, tag="section").classes("why").props("id=why aria-live=polite")
        self.actions = ui.element("div").classes("actions").props("tabindex=-1")
        self.note = frame.text("p", "").classes("note")
        self._act()
        self.panels: dict[str, ui.html] = {}
        self.heads: dict[str, ui.html] = {}
        self.below = ui.element("div").classes("panels")
        with self.below:
            for panel in curves.panels():
                with ui.element("section").classes("panel" + " looked" * (panel.name == self.look)):
                    self.heads[panel.name] = ui.html("", sanitize=False)
                    self.readouts[panel.name] = frame.text("p", "").classes("readout")
                    self.panels[panel.name] = ui.html("", sanitize=False).classes("drawing")
        self._headed()
        with ui.element("details").classes("words"):
            frame.text("summary", say("see.words"))
            self.words = frame.text("p", "")

    def _headed(self) -> None:
        """Name panels and their lines, and the record where the country has one."""
        country = self.choice.country or next(iter(scenario(self.choice.scenario).countries))
        for panel in curves.panels():
            seen = curves.record(self.choice.scenario, country, panel.record) is not None
            self.heads[panel.name].set_content(_head(part("panels")[panel.name], panel, record=seen))

    def _titled(self, title: str) -> None:
        ui.page_title(f"{title} - {say('page.title')}")
        self.title.set_content(f"<h1>{escape(title)}</h1><p>{escape(scenario(self.choice.scenario).about)}</p>")

    def _month_range(self) -> None:
        found = scenario(self.choice.scenario)
        first, last = (_number(month) for month in (self.choice.at or found.start, found.end))
        at = _number(self.choice.month) if self.choice.month else first
        told = month_words(self.choice.month) if self.choice.month else say("see.no_month")
        frame.say_in(self.month_told, say("see.month", month=told))
        self.month._props |= {
            "min": first,
            "max": last,
            "step": 1,
            "^value": at,
            "aria-valuetext": told,
        }
        self.month.update()

    def _act(self) -> None:
        """The row of what can be done with what is shown."""
        self.actions.clear()
        self._noted()
        choice = self.choice
        with self.actions:
            if choice.month and not choice.at:
                frame.button(say("do.branch"), self._branch, "branch")
            if choice.at:
                frame.text("p", say("do.branched", run=choice.member, month=choice.at))
                frame.button(say("do.from_start"), self._from_start, "start")
            kept = self.view.beside
            if kept is None:
                frame.button(say("do.keep"), lambda: self._beside(self.choice), "keep")
            else:
                frame.text("p", say("do.kept", what=what(kept)))
                frame.button(say("do.swap"), lambda: self._swap(kept), "swap")
                frame.button(say("do.let_go"), lambda: self._beside(None), "let-go")
            frame.button(say("do.share"), self._share, "share")
            with ui.element("details").classes("take").props("id=take"):
                frame.text("summary", say("do.take"))
                with ui.element("ul"):
                    for kind in FORMATS:
                        with ui.element("li"):
                            name = say(f"do.{'line' if kind == 'txt' else kind}")
                            frame.text("a", name).props(f'href="/take/{kind}?{choice.link}" download id=take-{kind}')

    def _noted(self) -> None:
        """Say what is changed, and what the lines are."""
        behind = "behind_beside" if self.view.beside is not None else "behind" if self.choice.changed else "alone"
        frame.say_in(self.note, say(f"see.{behind}", sources=curves.sources(self.choice) or say("see.no_sources")))
        told = "; ".join(changes(self.choice))
        frame.say_in(self.changed, say("figure.changed", what=told) if told else "")

    def show(self, drawn: Drawn) -> None:
        """Put a picture on the page."""
        if self.client.id not in self.client.instances:
            return
        with self.client:
            self.ribbon.set_content(drawn.ribbon)
            self.drawn += 1
            self.ribbon.classes(remove="old")
            self.ribbon.props(f"data-ready={'1' if drawn.whole else '0'} data-drawn={self.drawn}")
            for name, text in drawn.panels.items():
                self.panels[name].set_content(text)
            frame.say_in(self.progress, drawn.progress)
            frame.say_in(self.effect, drawn.effect)
            frame.say_in(self.chance, say("see.regimes_help", runs=drawn.runs, points=points(drawn.runs)))
            for name, told in self.readouts.items():
                text = drawn.readings.get(name, "")
                told._props["data-own"] = text  # what the pointer leaves behind
                frame.say_in(told, text)
            if drawn.whole:
                self.below.classes(remove="quick")
                frame.say_in(self.heard, f"{drawn.progress}. {drawn.effect}")
            frame.say_in(self.trouble, "")
            frame.say_in(self.words, drawn.words)
            self.key.set_content("".join(frame.swatch(label) for label in drawn.labels))
            if self.sides.waits and self.view.states is not None:
                self.sides.anew()
            if drawn.whole:
                self.why.set_content(because(drawn.why))

    def fail(self, words: str) -> None:
        """Tell what went wrong; what is shown stays."""
        if self.client.id in self.client.instances:
            with self.client:
                frame.say_in(self.trouble, words)

    def go(self, choice: Choice, *, quick: bool = False, anew: bool = False) -> None:
        """Show another choice; `anew` where its menus and sliders are others."""
        self.moves += 1
        other = (choice.scenario, choice.country) != (self.choice.scenario, self.choice.country)
        lived, other_lens = self.choice.lived, choice.lens != self.choice.lens
        if not self.view.change(choice, quick=quick):
            self.sides.anew()
            return
        if choice.lived != lived or other or other_lens:
            self.ribbon.props("data-ready=0")
        if quick:
            self.below.classes(add="quick")
            self._noted()
            return
        if self.ribbon.props["data-ready"] == "0":
            frame.say_in(self.progress, say("see.wait"))
            self.ribbon.classes(add="old")
        self.steps.put()
        if other or anew:
            self._titled(scenario(choice.scenario).title)
            self._headed()
            self.sides.anew()
        self._month_range()
        self._act()

    def moved(self, control: Control, value: float, *, quick: bool) -> None:
        """A slider was moved; back where it stood, nothing is changed."""
        same = abs(value - control.value) < control.step / 2.0
        choice = set_to(self.choice, control.key, None if same else round(value, 6))
        if not quick or choice != self.choice:  # the last move can come after the end
            self.go(choice, quick=quick)
        if quick:
            self.view.loop.call_later(SETTLE, self._settle, self.moves)

    def _settle(self, moves: int) -> None:
        """A slider stands still, or its end was never told: ask for all runs."""
        if moves == self.moves and self.client.id in self.client.instances:
            with self.client:
                self.go(self.choice)

    def _clicked(self, event: Any) -> None:
        found = scenario(self.choice.scenario)
        first, last = _number(self.choice.at or found.start), _number(found.end) + 1
        if (place := frame.number(event.args)) is not None:
            part_of = (place - LEFT) / max(self.view.wide - LEFT - RIGHT, 1.0)
            self._look(int(first + part_of * (last - first)))
            self.client.run_javascript(f"document.getElementById('month').value = {_number(self.choice.month)}")

    def _month_moved(self, event: Any) -> None:
        if (month := frame.number(event.args)) is not None:
            self._look(int(month))

    def _look(self, number: int) -> None:
        found = scenario(self.choice.scenario)
        number = min(max(number, _number(self.choice.at or found.start)), _number(found.end))
        self.go(replace(self.choice, month=f"{number // 12}-{number % 12 + 1:02d}"))

    def _branch(self) -> None:
        shown = self.view.shown
        if shown is None or shown.why is None or shown.why.month != self.choice.month:
            self.fail(say("do.wait"))
            return
        run, self.view.beside = shown.why.run, self.choice
        self.go(replace(self.choice, at=self.choice.month, member=run, month=""), anew=True)
        self._focus()

    def _from_start(self) -> None:
        self.go(replace(self.choice, at="", member=0, then={}, then_without=()), anew=True)

    def _beside(self, choice: Choice | None) -> None:
        self.view.beside = choice
        self.steps.put()
        self._act()
        self._focus()
        self.view.ask()

    def _focus(self) -> None:
        """Put the keyboard back where what can be done stands."""
        ui.run_javascript("document.querySelector('.actions').focus()")

    def _swap(self, kept: Choice) -> None:
        self.view.beside = self.choice
        self.go(kept, anew=True)

    async def _share(self) -> None:
        done = await ui.run_javascript(COPY)
        ui.notify(say("do.copied" if done else "do.not_copied"))

    def _resized(self, event: Any) -> None:
        told = event.args if isinstance(event.args, dict) else {}
        wide, panel = (frame.number(told.get(name)) for name in ("wide", "panel"))
        wide = max(280.0, min(1600.0, self.view.wide if wide is None else wide))
        panel = max(260.0, min(800.0, self.view.panel_wide if panel is None else panel))
        if (wide, panel) != (self.view.wide, self.view.panel_wide):
            self.view.wide, self.view.panel_wide = wide, panel
            self.view.ask()


def _number(month: str) -> int:
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


def _head(told: dict[str, str], panel: curves.Panel, *, record: bool) -> str:
    lines = [f'<span class="l{nth}">{escape(told[name])}</span>' for nth, name in enumerate(panel.lines)]
    lines += [f'<span class="dot">{escape(told["record"])}</span>'] if record else []
    return (
        f"<h2>{escape(told['title'])} <small>{escape(told['unit'])}</small></h2><p class='lines'>{' '.join(lines)}</p>"
    )
