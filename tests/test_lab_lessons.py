"""Lesson sheets: minutes, links, room for notes, what came out, and that the shipped ones are those of the tours."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from thermidor import __version__
from thermidor.jit import rules_digest
from thermidor.lab import lessons
from thermidor.lab.choice import read
from thermidor.lab.lessons import ADDRESS, CLOSING, MINUTES, NOTES, OPENING, Sheet, letter, minutes, moves, sheet
from thermidor.lab.live import Size
from thermidor.lab.reveal import Measure
from thermidor.lab.tours import Says, Step, Tour, tours
from thermidor.views.report import is_page

FOLDER = Path(__file__).parent.parent / "docs" / "lessons"
SMALL = Size((2, 2), 150, 60)
TOUR = next(tour for tour in tours() if tour.name == "bonapartes")


class Parts(HTMLParser):
    """The links, tags and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value and not value.startswith("#")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, blanks as one."""
        return " ".join(" ".join(self.words).split())


@cache
def made() -> Sheet:
    """The sheet of a tour, lived small."""
    return sheet(TOUR, lambda _: SMALL, today=date(2030, 1, 2))


@pytest.mark.parametrize("tour", tours(), ids=lambda tour: tour.name)
def test_minutes_make_a_lesson(tour: Tour) -> None:
    """Whole minutes, none too few to read in, that add up to the lesson; questions and other sides take longer."""
    given = minutes(tour)
    assert OPENING + sum(given) + CLOSING == MINUTES
    assert min(given) >= 4
    long = [many for many, step in zip(given, tour.steps, strict=True) if step.other_side]
    short = [many for many, step in zip(given, tour.steps, strict=True) if not step.other_side]
    assert min(long) >= max(short)


@pytest.mark.parametrize("tour", tours(), ids=lambda tour: tour.name)
def test_moves_are_words(tour: Tour) -> None:
    """What is to be chosen is told without the names that files use, every change of it."""
    for step in tour.steps:
        text, choice = moves(step.choice), step.choice
        assert len(text.split(";")) == 1 + len(choice.set) + len(choice.without) + sum(
            (bool(choice.country), choice.theory != "trotsky", choice.lens != "trotsky")
        )
        assert not re.search(r"[a-z]_[a-z]|[a-z]\.[a-z]", text), text


def test_a_sheet_leads_through_the_tour() -> None:
    """Each step has its text, a link that holds its choice, its options, and lines for notes."""
    parts = Parts(made().html)
    assert len(parts.links) == len(TOUR.steps)
    for number, (link, step) in enumerate(zip(parts.links, TOUR.steps, strict=True), 1):
        assert link.startswith(f"{ADDRESS}/lab?{step.link}&tour=")
        asked = parse_qs(urlsplit(link).query)
        assert (asked.pop("tour"), asked.pop("step")) == ([TOUR.name], [str(number)])
        assert read(step.link) == step.choice and f"Step {number}. {step.title}" in parts.text
        assert step.text in parts.text and step.predict is not None
        assert all(f"{letter(n)}) {option}" in parts.text for n, option in enumerate(step.predict.options))
    assert made().html.count(lessons.EMPTY) == 2 * NOTES * len(TOUR.steps)
    for step in TOUR.steps:
        assert step.other_side is None or all(work in parts.text for work in step.other_side.reading)


def test_what_came_out_stands_last_and_is_frozen() -> None:
    """Answers come after the last question, one a step with a number of runs; the foot says what they hang on."""
    text = Parts(made().html).text
    asked, _, answers = text.partition("What came out These pages")
    assert answers.count("of 4 runs") >= len(TOUR.steps)
    assert all(step.after in answers and step.after not in asked for step in TOUR.steps)
    for told in (f"Thermidor {__version__}", rules_digest(), "seed 1", "4 runs of 150 citizens", "2030-01-02"):
        assert told in answers
    assert answers.count("thermidor run ") == len(TOUR.steps)


def test_a_sheet_needs_nothing_beside_it(tmp_path: Path) -> None:
    """It is a page of ours, without script, small, with a picture a step that is told in words."""
    file = tmp_path / "sheet.html"
    file.write_text(made().html, encoding="utf-8")
    assert is_page(file) and file.stat().st_size < 400_000
    tags = Parts(made().html).tags
    assert tags.count("img") == len(TOUR.steps) and not {"script", "iframe", "object", "form"} & set(tags)
    assert len(
        re.findall(r'<img src="data:image/png;base64,[^"]+" width="\d+" height="\d+" alt="[^"]{20,}"', made().html)
    )


def test_hostile_words_stay_words() -> None:
    """A tour's text is shown as it is, and the address of its links too."""
    step = Step('<b>"x"</b>', "<script>alert(1)</script>", "v=1&scenario=germany-1933")
    html = sheet(Tour("odd", "Odd", "", (step,) * 5), lambda _: SMALL, address='http://x/"><script>').html
    assert "<script" not in html and "<b>" not in html
    assert "<script>alert(1)</script>" in unescape(html)


def test_what_is_no_longer_true_is_told() -> None:
    """A sheet says which words of its tour the runs don't bear out."""
    share = Measure("regime", labels=(("higher-phase",),), year=1933)
    step = Step("Bold", "t", "v=1&scenario=germany-1933", says=(Says(share, 0.9, 1.1),))
    (wrong,) = sheet(Tour("odd", "Odd", "", (replace(step, says=()),) * 4 + (step,)), lambda _: SMALL).untrue
    assert wrong.startswith("Bold: ") and "0 of 4 runs" in wrong


def test_the_shipped_sheets_are_those_of_the_tours() -> None:
    """Every tour has its sheet, with the words it has now, and the page leads to each; no sheet is left over."""
    assert {file.stem for file in FOLDER.glob("*.html")} == {tour.name for tour in tours()}, "run: docs/lessons.py"
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    for tour in tours():
        html = (FOLDER / f"{tour.name}.html").read_text(encoding="utf-8")
        text = Parts(html).text
        words = [part for step in tour.steps for part in (step.title, step.text, step.after)]
        assert all(" ".join(part.split()) in text for part in words), f"{tour.name}: run: docs/lessons.py"
        assert f"]({tour.name}.html)" in index and tour.about in index
        assert len(html) < 400_000


def test_the_page_of_the_sheets() -> None:
    """What `docs/lessons.py` would write leads to every sheet it is given."""
    sys.path.insert(0, str(FOLDER.parent))
    try:
        import lessons as script
    finally:
        sys.path.remove(str(FOLDER.parent))
    text = script.page([Sheet(tour, "", ()) for tour in tours()])
    assert all(f"]({tour.name}.html)" in text for tour in tours()) and rules_digest() in text
