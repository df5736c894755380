"""The page of claims: what the chapter says, what was found in the model and in the record, what could refute it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nicegui import ui

from thermidor.lab import frame
from thermidor.lab.words import say
from thermidor.ledger import entry as entries
from thermidor.ledger import words
from thermidor.ledger.entry import Entry, shipped

KEYS = ("model", "needs", "record")
ORDER = ("contradicted", "undetermined", "supported", "not testable", "by construction")


@cache
def verdicts() -> Mapping[str, Mapping[str, str]]:
    """The verdicts that ship, by claim."""
    import yaml

    text = Path(entries.__file__).with_name("verdicts.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found


def claims() -> None:
    """The list, contradicted first; each claim unfolds."""
    with frame.page(say("page.ledger")):
        frame.text("h1", say("page.ledger"))
        frame.text("p", say("claims.about")).classes("lead")
        with ui.element("ul").classes("claims"):
            for one in sorted(shipped(), key=_place):
                with ui.element("li").props(f"id={one.id}"), ui.element("details"):
                    with ui.element("summary"):
                        frame.text("b", one.id)
                        frame.text("span", one.claim)
                        frame.text(
                            "small", ", ".join(f"{say(f'claims.{key}')}: {verdicts()[one.id][key]}" for key in KEYS)
                        )
                    _whole(one)


def _place(one: Entry) -> tuple[int, int, str]:
    told = verdicts()[one.id]
    return ORDER.index(told["model"]), ORDER.index(told["record"]), one.id


def _whole(one: Entry) -> None:
    frame.text("p", say("claims.at", at=one.at, basis=one.basis))
    with ui.element("ul"):
        for trial in one.trials:
            frame.text(
                "li",
                f"{trial.says} ({words.lived(trial)}; {words.measured(trial.base.measure)}: {words.claimed(trial)})",
            )
        for look in one.record:
            frame.text("li", say("claims.look", says=look.says))
        for none in (one.trials_none, one.record_none):
            if none:
                frame.text("li", none)
    if one.rivals:
        frame.text("p", say("claims.rivals"))
        with ui.element("ul"):
            for name, text in one.rivals.items():
                frame.text("li", f"{name}: {text}")
