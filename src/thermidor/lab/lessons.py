"""Lesson sheets: a tour as pages to print for 50 minutes, with room for notes, and what came out on its last pages.

The numbers are lived when a sheet is made and frozen with version, rules, seed and sizes in its foot. The lab shows the
same numbers as long as the rules are the same. Minutes are assumed: no class has tried them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thermidor.lab import curves
from thermidor.lab.choice import Choice, scenario, theories
from thermidor.lab.live import Lived, Size, full, joined, live
from thermidor.lab.tours import RIBBON, Step, Tour, besides, revealed, tours, untrue
from thermidor.lab.words import part
from thermidor.runs.ensemble import NO_OUTSIDE
from thermidor.views.report import Listing, Part, Picture, Section, Table, page

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from thermidor.scenarios import Scenario

ADDRESS = "http://127.0.0.1:8765"
"""Where `thermidor lab` serves unless it is told otherwise."""
MINUTES, OPENING, CLOSING = 50, 5, 7
NOTES, EMPTY = 4, "\u00a0" * 60
"""Empty lines below a question, and what is in their cells."""
KEPT = 6
"""Ensembles that are kept while sheets are made."""
WIDE, HIGH = 7.0, 1.9
"""Inches of a figure."""
DPI, COLOURS = 150, 64
Sizes = Callable[[Choice], Size]


class Sheet(NamedTuple):
    """A sheet: its tour, the page, and what the tour's texts lean on that did not come out; none, if all is well."""

    tour: Tour
    html: str
    untrue: tuple[str, ...]


def sheets(size: Sizes = full, *, address: str = ADDRESS, today: date | None = None) -> Iterator[Sheet]:
    """A sheet of each tour, one after the other as they are lived.

    size     how much is lived of a choice; by default what the lab shows in the end
    address  where the links of a sheet lead; today: the date of its foot
    """
    for tour in tours():
        yield sheet(tour, size, address=address, today=today)


def sheet(tour: Tour, size: Sizes = full, *, address: str = ADDRESS, today: date | None = None) -> Sheet:
    """The sheet of one tour."""
    lived = [_lived(step.choice, size) for step in tour.steps]
    asked = [_asked(tour, number, address) for number in range(1, len(tour.steps) + 1)]
    answers: list[Part] = ["These pages are for whoever leads the lesson. Keep them back until a question is answered."]
    wrong: list[str] = []
    for number, (step, own) in enumerate(zip(tour.steps, lived, strict=True), 1):
        others = {choice: _lived(choice, size) for choice in besides(step)}
        answers += _answer(number, step, own, others, size)
        wrong += untrue(step, own, others)
    sections = [Section("How it goes", _plan(tour, address)), *asked, Section("What came out", tuple(answers))]
    subtitle = f"A lesson of {MINUTES} minutes. {tour.about}"
    html = page(f"Lesson: {tour.title}", sections, subtitle=subtitle, foot=_foot(lived, today or date.today()))
    return Sheet(tour, html, tuple(wrong))


def minutes(tour: Tour) -> tuple[int, ...]:
    """Whole minutes for each step; with opening and closing they make the lesson."""
    weights = np.array([2 + (step.predict is not None) + (step.other_side is not None) for step in tour.steps])
    shares = (MINUTES - OPENING - CLOSING) * weights / weights.sum()
    whole = np.floor(shares).astype(int)
    for place in np.argsort(whole - shares, kind="stable")[: MINUTES - OPENING - CLOSING - whole.sum()]:
        whole[place] += 1
    return tuple(int(one) for one in whole)


def moves(choice: Choice) -> str:
    """What has to be chosen in the lab to come to a choice, in words."""
    found = scenario(choice.scenario)
    told = [f"Choose '{found.title}'"]
    if choice.country:
        told.append(f"look at {found.countries[choice.country].title}")
    told += [f"set {_condition(found, key)} to {value:g}" for key, value in sorted(choice.set.items())]
    told += [f"switch off: {_mechanism(name)}" for name in choice.without]
    if choice.theory != Choice().theory:
        told.append(f"choose the theory '{theories()[choice.theory]}'")
    if choice.lens != Choice().lens:
        told.append(f"name the regimes by the lens '{choice.lens.replace('-', ' ')}'")
    return "; ".join(told) + "."


def _condition(found: Scenario, key: str) -> str:
    """A setting in words: its country, and what it sets."""
    from thermidor.scenarios.conditions import CONDITIONS

    country, _, rest = key.partition(".")
    words = part("conditions").get(rest) or (CONDITIONS[rest].meaning if rest in CONDITIONS else rest.replace(".", " "))
    times = " (times as strong)" if rest.startswith("outside.") else ""
    return f"{words} in {found.countries[country].title}{times}"


def _mechanism(name: str) -> str:
    from thermidor.rules import load_rules

    return "all that comes from outside" if name == NO_OUTSIDE else load_rules()[name].meaning


def _plan(tour: Tour, address: str) -> tuple[Part, ...]:
    """What is needed, and a table of minutes."""
    rows, now = [("0", f"{OPENING}", "Opening", "What is a model good for? What would count as a surprise?")], OPENING
    for number, (step, many) in enumerate(zip(tour.steps, minutes(tour), strict=True), 1):
        doing = "read, write down what you expect, reveal, talk" if step.predict else "read, look, talk"
        doing += "; argue the other side" if step.other_side else ""
        rows.append((f"{now}", f"{now + many}", f"{number}. {step.title}", doing))
        now += many
    rows.append(
        (f"{now}", f"{MINUTES}", "Closing", "Which answer surprised you? What would make you change your mind?")
    )
    return (
        "For a class start the lab with 'thermidor lab --host 0.0.0.0' and write its address on the board: "
        "http:// ______________________ . There, under Tours, stands every step by its title; who opens a room tells "
        "the class its six letters, and answers are counted without names. The links of this sheet lead to "
        f"{address}. What came out stands on the last pages: keep them back. If time is short, leave out the steps "
        "that only look.",
        "The model tells what follows from a theory. It is no evidence on history: where the record is spoken of, "
        "the text says so. A number such as §4.11 means the fourth section of the chapter, its eleventh paragraph.",
        Table("Minutes (assumed)", ("from", "to", "step", "what to do"), tuple(rows), right=(0, 1)),
    )


def _asked(tour: Tour, number: int, address: str) -> Section:
    """A step as it is handed out: text, moves, question, room for notes, the other side."""
    from markupsafe import Markup

    step = tour.steps[number - 1]
    link = f"{address}/lab?{step.link}&tour={tour.name}&step={number}"
    parts: list[Part] = [step.text, f"Moves. {moves(step.choice)} Look at: {_look(step)}."]
    place = Markup('<a href="{}">Open it in the lab</a>, or: Tours, {}, step {}')
    parts.append(place.format(link, tour.title, number))
    if step.predict is not None:
        options = "\n".join(f"☐ {letter(place)}) {option}" for place, option in enumerate(step.predict.options))
        parts += [f"{step.predict.question}\n{options}"]
    parts.append(Table("Notes", ("what I expect, and why", "what came out"), ((EMPTY, EMPTY),) * NOTES))
    if (other := step.other_side) is not None:
        works = "\n".join(other.reading)
        parts += [f"The other side: {theories()[other.theory]}. {other.text}", f"To read:\n{works}"]
    return Section(f"Step {number}. {step.title} ({minutes(tour)[number - 1]} minutes)", tuple(parts))


def _look(step: Step) -> str:
    return "the ribbon of regimes" if step.look == RIBBON else f"the panel '{part('panels')[step.look]['title']}'"


def letter(place: int) -> str:
    """The letter of an option."""
    return "abcdefgh"[place]


def _answer(number: int, step: Step, own: Lived, others: dict[Choice, Lived], size: Sizes) -> list[Part]:
    """What came out of a step: the option, the number, what to think of it, a figure, the line that lives the same."""
    lines = [f"{number}. {step.title}"]
    if step.predict is not None:
        beside = others[step.predict.beside] if step.predict.beside else None
        place, sentence = revealed(step.predict, own, beside)
        lines += [f"{letter(place)}) {step.predict.options[place]}", sentence]
    parts: list[Part] = ["\n".join([*lines, step.after]).strip()]
    behind = _lived(step.choice.base, size) if step.choice.changed else None
    parts.append(figure(step, own, behind))
    parts.append(
        Listing(step.choice.command(own.members, own.size.of(tuple(scenario(step.choice.scenario).countries))))
    )
    return parts


def figure(step: Step, own: Lived, behind: Lived | None = None) -> Picture:
    """What a step looks at, small: the ribbon, or the lines of a panel with those without the changes in grey."""
    from matplotlib.figure import Figure

    seen = [one for one in curves.panels() if one.name == step.look]
    shown = curves.picture(own, step.choice.country, step.choice.lens, seen)
    sheet = Figure(figsize=(WIDE, HIGH), facecolor="white")
    ax = sheet.add_axes((0.06, 0.15, 0.68, 0.7))
    title = scenario(step.choice.scenario).countries[shown.country].title
    if step.look == RIBBON:
        _ribbon(ax, shown, title)
        alt = f"Share of {shown.members} runs under each regime, month by month."
    else:
        past = curves.picture(behind, step.choice.country, step.choice.lens, seen) if behind is not None else None
        _lines(ax, shown, past, seen[0], title)
        alt = f"Middle of {shown.members} runs and 5% to 95% of them" + (
            ", in grey without the changes." if past else "."
        )
    return Picture(_small(sheet), alt, alt)


def _small(sheet: Figure) -> bytes:
    """A figure as a PNG of few colours, small enough to send a sheet around."""
    from PIL import Image

    drawn, held = BytesIO(), BytesIO()
    sheet.savefig(drawn, format="png", dpi=DPI, metadata={"Software": None})
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(held, format="png", optimize=True)
    return held.getvalue()


def _ribbon(ax: Axes, shown: curves.Picture, title: str) -> None:
    from thermidor.views.palette import paints
    from thermidor.views.panels import decimal_years, dress
    from thermidor.views.ribbon import key, ribbon

    years, looks = decimal_years(shown.months), paints(shown.reading.names)
    dress(ax, title, "share of runs", years)
    ax.grid(False)
    homeless = ribbon(ax, years, shown.shares, wide=0.68 * WIDE, tall=0.7 * HIGH, look_of=looks.__getitem__)
    ax.set_yticks([])
    key(ax, homeless, tall=0.7 * HIGH, look_of=looks.__getitem__)


def _lines(ax: Axes, shown: curves.Picture, past: curves.Picture | None, panel: curves.Panel, title: str) -> None:
    from thermidor.views.palette import DASHES, LINES
    from thermidor.views.panels import Label, dress, name_lines

    said, labels = part("panels")[panel.name], []
    dress(ax, f"{title}: {said['title'].lower()}", said["unit"], shown.years)
    if past is not None:
        for curve in past.panels[panel.name]:
            ax.plot(past.years, curve.values[1], color="#9a9a96", linewidth=0.9, zorder=1)
    for nth, curve in enumerate(shown.panels[panel.name]):
        low, middle, high = curve.values
        ax.fill_between(shown.years, low, high, color=LINES[nth], alpha=0.16, linewidth=0)
        style: object = (0, DASHES[nth]) if DASHES[nth] else "-"
        ax.plot(shown.years, middle, color=LINES[nth], linewidth=1.4, linestyle=style)
        labels.append(Label(float(middle[np.isfinite(middle)][-1]), str(said[curve.name]), LINES[nth]))
    if panel.scale == "log":
        _log(ax)
    else:
        ax.set_ylim(0.0, 1.0 if panel.scale == "unit" else None)
    name_lines(ax, labels, log=panel.scale == "log", tall=0.7 * HIGH)


def _log(ax: Axes) -> None:
    """A logarithmic axis with plain numbers."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low <= tick <= high]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()


def _foot(lived: list[Lived], today: date) -> tuple[str, ...]:
    """What the numbers hang on."""
    from thermidor import __version__
    from thermidor.jit import rules_digest

    sizes = sorted({(own.members, own.size.citizens, own.size.others) for own in lived}, reverse=True)
    told = "; ".join(f"{many} runs of {own:,} citizens, {other:,} in each other country" for many, own, other in sizes)
    seeds = ", ".join(str(seed) for seed in sorted({own.choice.seed for own in lived}))
    return (
        f"Numbers frozen: Thermidor {__version__}, rules {rules_digest()}, seed {seeds}, {told}; {today:%Y-%m-%d}.",
        "A model of a theory, laid beside the record: no forecast and no endorsement.",
    )


def _lived(choice: Choice, size: Sizes) -> Lived:
    """The whole ensemble of a choice; the last few are kept, by what they live."""
    return replace(_whole(choice.lived, size(choice)), choice=choice)


@lru_cache(maxsize=KEPT)
def _whole(choice: Choice, size: Size) -> Lived:
    lived = joined(None, choice, size, live(choice, size, 0))
    while not lived.whole:
        lived = joined(lived, choice, size, live(choice, size, lived.members))
    return lived
