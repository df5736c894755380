"""What pictures say in numbers: the numbers are those of the picture, and a change that was put in is the one told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from thermidor.lab import curves, draw, live, readout
from thermidor.lab.choice import Choice
from thermidor.lab.curves import Picture
from thermidor.lab.reasons import because
from thermidor.lab.why import Happened, Why
from thermidor.lab.words import month_words, part
from thermidor.views.palette import words

SHORT = "germany-1933"


@cache
def picture(scenario: str = SHORT) -> Picture:
    """Four small runs."""
    choice, size = Choice(scenario=scenario), live.Size((4,), 60, 30)
    return curves.picture(live.joined(None, choice, size, live.live(choice, size, 0)), "", "trotsky")


def test_a_panels_numbers_are_its_lines() -> None:
    """Each step's text names the step and every line with the median that is drawn."""
    of, panel = picture(), curves.panels()[0]
    names = part("panels")[panel.name]
    told = readout.of_panel(of, panel, names)
    assert len(told) == len(of.years)
    for nth in (0, len(told) // 2, len(told) - 1):
        for curve in of.panels[panel.name]:
            assert f"{names[curve.name]} {curve.values[1][nth]:.3g} (" in told[nth]


@pytest.mark.parametrize("scenario", [SHORT, "russia-1917"])
def test_a_ribbons_shares_are_those_of_the_month(scenario: str) -> None:
    """Each text names a month of its step and the shares of runs in it."""
    of = picture(scenario)
    told, many = readout.of_ribbon(of), len(of.months) // len(of.years)
    assert len(told) == len(readout.steps(of)) == len(of.years)
    for nth, text in enumerate(told):
        at = nth * many + many // 2
        assert text.startswith(month_words(str(of.months[at])) + ": ")
        for label, share in of.shares.items():
            assert (f"{words(label)} {100 * share[at]:.0f}%" in text) == (share[at] >= readout.LEAST)


def test_a_month_lies_in_its_step() -> None:
    """The first month is in the first step, each step has its months, the rest at the end is in none."""
    of = picture("russia-1917")
    many = len(of.months) // len(of.years)
    assert readout.step_of(of, str(of.months[0])) == 0
    assert readout.step_of(of, str(of.months[many * len(of.years) - 1])) == len(of.years) - 1
    assert many * len(of.years) < len(of.months) and readout.step_of(of, str(of.months[-1])) is None
    assert readout.step_of(of, "") is None and readout.step_of(of, "1850-01") is None
    at = readout.step_of(of, "1937-06")
    assert at is not None and readout.steps(of)[at] == "1936/37"


def dealt(of: Picture, stream: np.random.Generator, runs: int, held: float, *, short: bool = False) -> Picture:
    """A picture of so many runs, each of which stands under the second regime, all along or for two years only."""
    codes = np.zeros((runs, len(of.months), len(of.reading.countries)), of.reading.labels.dtype)
    chosen = stream.random(runs) < held if not short else np.arange(runs) < held * runs
    codes[chosen, 12 : 36 if short else len(of.months)] = 1
    labels = of.reading.names
    reading = replace(of.reading, labels=codes, runs=tuple(range(runs)))
    shares = {label: (codes[:, :, 0] == code).mean(axis=0) for code, label in enumerate(labels)}
    return replace(of, reading=reading, shares=shares, members=runs)


def test_the_widest_gap_is_told_with_both_shares() -> None:
    """A regime that held most runs and holds few is named; so is one that is other for two years only."""
    of, stream = picture(), np.random.default_rng(3)
    much, little = dealt(of, stream, 40, 0.8, short=True), dealt(of, stream, 40, 0.1, short=True)
    label = words(of.reading.names[0])
    told = readout.effect(little, much)
    assert "instead of" in told and ("10% of runs instead of 80%" in told or f"{label}" in told)
    assert "here" in readout.effect(little, much, "see.differ")
    assert readout.effect(of, None) == "" and "chance" in readout.effect(of, of)
    elsewhere = replace(of, months=of.months + 12_000)
    assert readout.effect(of, elsewhere) == ""


def test_chance_is_seldom_told_as_an_effect() -> None:
    """Of pairs that differ by chance alone about one in twenty is told; with real runs of two seeds likewise few."""
    of, stream = picture(), np.random.default_rng(4)
    pairs = [[dealt(of, stream, 40, 0.5) for _ in range(2)] for _ in range(60)]
    assert sum("instead" in readout.effect(*pair) for pair in pairs) <= 8


def test_readings_stand_in_the_drawing_and_are_escaped() -> None:
    """A text with signs of HTML stays a text."""
    drawn = draw.panel(curves.panels()[0], picture(), 400.0, readings=("<b>&\"'", "2"))
    assert 'data-told="&lt;b&gt;&amp;&quot;&#x27;|2"' in drawn


def test_the_same_happening_is_told_once_with_its_months() -> None:
    """A sentence for what happened, its months by name; the numbers of each month are folded behind it."""
    events = (Happened(("1937-01", "1937-03"), "a <measure>", ("gain 1.1", "")), Happened(("1937-12",), "a war", ("",)))
    text = because(Why("1937-06", "unclassified", 0.5, "none", 3, (), events))
    assert "June 1937" in text and "<b>January, March:</b> a &lt;measure&gt;" in text and "<b>December:</b>" in text
    assert text.count("gain 1.1") == 1 and text.index("<details>") < text.index("gain 1.1")
