"""The side of the page: menus, sliders with what is to be said of each, switches of mechanisms."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui
from nicegui.element import Element

from thermidor.lab import frame
from thermidor.lab.changes import shown
from thermidor.lab.choice import Choice, library, scenario, theories
from thermidor.lab.controls import Control, controls
from thermidor.lab.words import part, say
from thermidor.lenses import LENSES, lens
from thermidor.rules import load_rules
from thermidor.runs.ensemble import NO_OUTSIDE

if TYPE_CHECKING:
    from thermidor.lab.page import Lab

DRAG = 0.12
"""Seconds between two looks at a slider that moves."""
GROUPS = ("outside", "conditions", "norms")


class Sides:
    """The elements at the side, made anew where the scenario or the country is another."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.box, self.waits = ui.element("div").classes("sides"), False
        self.again()

    def anew(self) -> None:
        """Make it again on a page that is open; the keyboard stays where it was."""
        self.again()
        self.lab.client.run_javascript("thermidorFocus()")

    def again(self) -> None:
        """Make everything from the choice as it is."""
        self.box.clear()
        with self.box:
            self._menus(self.lab.choice)
            with ui.element("div").classes("actions"):
                frame.button(say("choose.undo"), self.lab.steps.undo, "undo")
                frame.button(say("choose.reset"), self._reset, "reset")
            self._sliders(self.lab.choice)
            self._switches(self.lab.choice)

    def _menus(self, choice: Choice) -> None:
        found = scenario(choice.scenario)
        titles = {name: scenario(name).title for name in library()}
        menu("scenario", titles, choice.scenario, lambda value: self.lab.go(Choice(value, seed=choice.seed), anew=True))
        countries = {name: country.title for name, country in found.countries.items()}
        country = choice.country or next(iter(countries))
        menu(
            "country", countries, country, lambda value: self.lab.go(replace(self.lab.choice, country=value), anew=True)
        )
        menu(
            "theory", dict(theories()), choice.theory, lambda value: self.lab.go(replace(self.lab.choice, theory=value))
        )
        lenses = {name: f"{name.replace('-', ' ').capitalize()}: {lens(name).table().title}" for name in LENSES}
        menu("lens", lenses, choice.lens, lambda value: self.lab.go(replace(self.lab.choice, lens=value)))

    def _sliders(self, choice: Choice) -> None:
        states = self.lab.view.states
        self.waits = bool(choice.at) and states is None
        every, told = controls(choice, states), choice.then if choice.at else choice.set
        for group in GROUPS:
            own = [control for control in every if control.group == group]
            if own:
                with ui.element("fieldset"):
                    frame.text("legend", say(f"choose.{group}{'_then' if choice.at else ''}"))
                    for control in own:
                        slider(control, told.get(control.key, control.value), self.lab.moved, waits=self.waits)

    def _switches(self, choice: Choice) -> None:
        with ui.element("details").classes("switches").props("id=switches") as folded:
            frame.text("summary", say("choose.switches"))
            frame.text("p", say("choose.switches_help")).classes("note")
            box = ui.element("div")
        # fourscore elements, made for those who look
        folded.on("toggle", lambda _: None if box.default_slot.children else self._boxes(box))

    def _boxes(self, holder: Element) -> None:
        """A switch for what comes from outside, and one for every mechanism, by the step of the month it is part of."""
        rules = load_rules()
        with holder:
            self._box(NO_OUTSIDE, say("choose.outside_all"))
            for step, title in part("steps").items():
                with ui.element("fieldset"):
                    frame.text("legend", title)
                    for name in rules.mechanisms:
                        if rules[name].step == step:
                            self._box(name, rules[name].meaning)

    def _box(self, name: str, meaning: str) -> None:
        choice = self.lab.choice
        with ui.element("label").classes("switch"):
            box = ui.element("input").props(f"type=checkbox id=switch-{name}")
            box._props["checked"] = name in (*choice.without, *choice.then_without)
            box._props["disabled"] = bool(choice.at) and name in choice.without
            box.on("change", partial(self._switched, name), js_handler="(e) => emit(e.target.checked)")
            frame.text("span", meaning)

    def _switched(self, name: str, event: Any) -> None:
        self._switch(name, bool(event.args))

    def _switch(self, name: str, off: bool) -> None:
        choice = self.lab.choice
        told = choice.then_without if choice.at else choice.without
        left = tuple(sorted({one for one in told if one != name} | ({name} if off else set())))
        self.lab.go(replace(choice, then_without=left) if choice.at else replace(choice, without=left))

    def _reset(self) -> None:
        choice = self.lab.choice
        self.lab.go(choice.base, anew=True)


def menu(name: str, told: dict[str, str], value: str, do: Any) -> Element:
    """A menu of names with their titles."""
    with ui.element("label").classes("menu"):
        frame.text("span", say(f"choose.{name}"))
        made = ui.element("select").props(f"id=menu-{name}")
        with made:
            for key, title in told.items():
                frame.text("option", title).props(f'value="{key}"' + (" selected" if key == value else ""))
    return made.on("change", lambda e: do(str(e.args)), js_handler="(e) => emit(e.target.value)")


def slider(control: Control, value: float, moved: Any, *, waits: bool = False) -> None:
    """A slider with its name, its number and what is to be said of it; one that waits for its value can't be moved."""
    name = control.key.partition(".")[2].replace(".", "-")
    with ui.element("div").classes("control"):
        with ui.element("div").classes("named"):
            frame.text("label", control.name).props(f"for=set-{name}")
            number = frame.text("span", "…" if waits else shown(control, value)).props("aria-hidden=true")
        knob = ui.element("input").props(f"type=range id=set-{name}")
        knob._props |= {"min": control.low, "max": control.high, "step": control.step, "^value": value}
        knob._props |= {"aria-valuetext": spoken(control, value), "disabled": waits}

        def drag(event: Any, quick: bool) -> None:
            at = frame.number(event.args)
            if at is None:
                return
            knob._props["aria-valuetext"] = spoken(control, at)
            knob.update()  # its value is the browser's own: sent back, it would come after a later one
            frame.say_in(number, shown(control, at))
            moved(control, at, quick=quick)

        told = "(e) => emit(parseFloat(e.target.value))"
        knob.on("input", lambda e: drag(e, True), js_handler=told, throttle=DRAG)
        knob.on("change", lambda e: drag(e, False), js_handler=told)
        with ui.element("details"):
            frame.text("summary", say("control.more"))
            with ui.element("dl"):
                span = f" ({control.span[0]:g} to {control.span[1]:g})" if control.span else ""
                facts = {"unit": control.unit, "source": control.source, "range": f"{control.value:g}{span}"}
                frame.text("dt", control.meaning).classes("wide")
                for name, fact in facts.items():
                    frame.text("dt", say(f"control.{name}"))
                    frame.text("dd", fact)
                frame.text("dt", say("control.claims"))
                with ui.element("dd").classes("links"):
                    for claim in control.claims:
                        frame.text("a", claim).props(f'href="/ledger#{claim}"')


def spoken(control: Control, value: float) -> str:
    """The same for those who listen, with its unit."""
    return (
        f"{shown(control, value)}, {control.unit}"
        if control.unit.startswith(("index", "share"))
        else shown(control, value)
    )
