"""The figure that is taken away: that of `thermidor run`, headed by what was lived and what was changed.

Where its texts need more room than that figure has, the sheet grows; the panels keep their size.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from thermidor import __version__
from thermidor.jit import rules_digest
from thermidor.lab.changes import changes
from thermidor.lab.choice import scenario
from thermidor.lab.live import Lived
from thermidor.lab.words import say
from thermidor.lenses import lens
from thermidor.runs.result import THEORY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE, HEAD, SMALL = 15.0, 8.5, 7.0
"""Sizes of the title, of what was changed, of what stands at the bottom, in points."""
LETTERS = {TITLE: 52, HEAD: 118, SMALL: 132}
"""Letters of a line of each that surely fit."""
LINE = {TITLE: 0.27, HEAD: 0.165, SMALL: 0.135}
"""Inches from one line to the next."""
EDGE, UNDER, LOW = 0.28, 0.25, 0.06
"""Inches from the upper edge to the first line, from title to changes, and from the last line to the lower edge."""


def figure(of: Lived, country: str) -> Figure:
    """The overview of a country, its ribbon under the lens that was chosen, 8 inches wide.

    Raises InputError for a country that is not there.
    """
    from thermidor.lenses.spells import shares
    from thermidor.views import overview
    from thermidor.views.beside import record_of
    from thermidor.views.palette import FAINT, INK

    reading, own = of.reading(of.choice.lens), scenario(of.choice.scenario)
    place = reading.country(country)
    record, sources = record_of(own.countries[country].record)
    drawn = overview.draw(
        of.result.dataset.isel(country=place), shares(reading, country), title="", record=record, sources=sources
    )
    name = own.countries[country].title
    title = _lines(own.title if name in own.title else f"{own.title}: {name}", TITLE)
    head = _lines(_changed(of), HEAD)
    foot = [line for text in (lens_told(of), made(of)) if text for line in _lines(text, SMALL)]
    above = (len(title) - 1) * LINE[TITLE] + (len(head) - 1) * LINE[HEAD]
    below = len(foot) * LINE[SMALL] + LOW
    tall = _grow(drawn, above, below)
    changed_from = EDGE + (len(title) - 1) * LINE[TITLE] + UNDER
    for lines, size, down, ink in (
        (title, TITLE, EDGE, INK),
        (head, HEAD, changed_from, INK if of.choice.changed else FAINT),
        (foot, SMALL, tall - below, FAINT),
    ):
        weight = "bold" if size == TITLE else "normal"
        for nth, line in enumerate(lines):
            high = 1.0 - (down + nth * LINE[size]) / tall
            drawn.text(overview.LEFT, high, line, fontsize=size, va="center", color=ink, fontweight=weight)
    return drawn


def lens_told(of: Lived) -> str:
    """Which lens named the regimes; "" for the chapter's own."""
    own = of.choice.lens
    return "" if own == THEORY else say("figure.lens", lens=own, title=lens(own).table().title)


def made(of: Lived) -> str:
    """How many runs of how many citizens, from which seed, and what lived them."""
    countries, size = scenario(of.choice.scenario).countries, of.size
    told = {"many": f"{size.citizens:,}", "others": f"{size.others:,}", "country": next(iter(countries.values())).title}
    same = "figure.everywhere" if size.citizens == size.others else "figure.by_country"
    citizens = say("figure.alone" if len(countries) == 1 else same, **told)
    return say("figure.runs", runs=of.members, citizens=citizens, seed=of.choice.seed, made_by=made_by())


def made_by() -> str:
    """The program's version, and the digest of its rules."""
    return say("figure.made_by", version=__version__, rules=rules_digest())


def _changed(of: Lived) -> str:
    told = "; ".join(changes(of.choice))
    return say("figure.changed", what=told) if told else say("figure.same")


def _lines(text: str, size: float) -> list[str]:
    return textwrap.wrap(text, LETTERS[size])


def _grow(drawn: Figure, above: float, below: float) -> float:
    """Add inches above and below what is drawn, which keeps its size; the new height in inches."""
    wide, high = drawn.get_size_inches()
    tall = float(high) + above + below
    for ax in drawn.axes:
        box = ax.get_position()
        ax.set_position((box.x0, (box.y0 * high + below) / tall, box.width, box.height * high / tall))
    for text in drawn.texts:
        text.set_y((text.get_position()[1] * high + below) / tall)
    for rule in drawn.artists:
        rule.set(ydata=[(y * high + below) / tall for y in rule.get_ydata()])  # type: ignore[attr-defined]
    drawn.set_size_inches(wide, tall)
    return tall
