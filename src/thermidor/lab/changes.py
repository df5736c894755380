"""What is other than in the scenario, in words: the same on the page, in a figure and in files that are taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from thermidor.lab.choice import Choice, scenario, theories
from thermidor.lab.controls import Control, controls
from thermidor.lab.words import month_words, say
from thermidor.rules import load_rules
from thermidor.runs.ensemble import NO_OUTSIDE
from thermidor.scenarios.conditions import CONDITIONS
from thermidor.theories import DEFAULT


def changes(choice: Choice) -> tuple[str, ...]:
    """Every change, one text each, those of a branch in one; empty where the scenario is as it is."""
    told = [*_settings(replace(choice, at=""), choice.set), *_switches(choice.without)]
    if choice.theory != DEFAULT:
        told.append(say("changes.theory", theory=theories()[choice.theory]))
    if choice.at:
        branch = say("changes.branch", run=choice.member, month=month_words(choice.at))
        told.append(", ".join([branch, *_settings(choice, choice.then), *_switches(choice.then_without)]))
    return tuple(told)


def changed(choice: Choice) -> str:
    """Every change in one line; that there is none, where there is none."""
    return "; ".join(changes(choice)) or say("changes.none")


def what(choice: Choice) -> str:
    """A choice in a few words: its scenario, and the changes where there are any."""
    told = "; ".join(changes(choice))
    return scenario(choice.scenario).title + (f" ({told})" if told else "")


def shown(control: Control, value: float) -> str:
    """A slider's number as it is read."""
    if control.unit == "times":
        return say("control.same") if abs(value - 1.0) < 0.05 else say("control.strength", value=f"{value:.1f}")
    if control.unit == "1/year":
        return say("control.percent", value=f"{100 * value:.1f}")
    unit = "" if control.unit.startswith(("index", "share")) else f" {control.unit}"
    return f"{0.0 if abs(value) < 0.0005 else value:.3g}{unit}"


def _settings(choice: Choice, numbers: Mapping[str, float]) -> list[str]:
    """What is set, in the names of the sliders; of another country than the one that is looked at, its name too."""
    found, told = scenario(choice.scenario), []
    shown_of = choice.country or next(iter(found.countries))
    for key, value in sorted(numbers.items()):
        country, _, name = key.partition(".")
        text = _setting(replace(choice, country=country), key, name, value)
        other = country != shown_of and country in found.countries
        told.append(say("changes.in", what=text, country=found.countries[country].title) if other else text)
    return told


def _setting(choice: Choice, key: str, name: str, value: float) -> str:
    slider = next((one for one in controls(choice) if one.key == key), None)
    if slider is not None:
        return f"{slider.name} {shown(slider, value)}"
    meaning = CONDITIONS[name].meaning if name in CONDITIONS else name.replace("_", " ").replace(".", " ")
    return f"{meaning[:1].upper()}{meaning[1:]} {value:.3g}"


def _switches(names: tuple[str, ...]) -> list[str]:
    """What is switched off, all that comes from outside first."""
    every = sorted(names, key=lambda name: (name != NO_OUTSIDE, name))
    return [
        say("changes.outside") if name == NO_OUTSIDE else say("changes.without", what=load_rules()[name].meaning)
        for name in every
    ]
