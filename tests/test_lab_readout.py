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
from thermidor.lab.words import part

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
    """The commonest regime of a step is told with its share; a step has the name of its year or month."""
    of = picture(scenario)
    told, steps = readout.of_ribbon(of), readout.steps(of)
    assert len(told) == len(steps) == len(of.years)
    for nth, text in enumerate(told):
        many = len(of.months) // len(told)
        begin, end = nth * many, (nth + 1) * many
        shares = [float(text.rpartition("%")[0].rpartition(" ")[2])]
        assert any(np.isclose(100.0 * share[begin:end], shares[0], atol=0.51).any() for share in of.shares.values())
        assert text.startswith(steps[nth])
        assert str(of.months[begin])[:4] in text or str(of.months[end - 1])[:4] in text


def test_a_month_lies_in_its_step() -> None:
    """The first month is in the first step, the last in the last, and none outside."""
    of = picture("russia-1917")
    assert readout.step_of(of, str(of.months[0])) == 0
    assert readout.step_of(of, str(of.months[-1])) == len(of.years) - 1
    assert readout.step_of(of, "") is None and readout.step_of(of, "1850-01") is None
    at = readout.step_of(of, "1937-06")
    assert at is not None and readout.steps(of)[at] == "1936/37"


def test_the_greatest_change_is_told() -> None:
    """A regime that is moved from none of the runs to 60% in some months is named with both shares."""
    of = picture()
    labels = list(of.shares)
    none, some = np.zeros(len(of.months)), np.zeros(len(of.months))
    some[5:20] = 0.6
    rest = {label: share * 0.0 for label, share in of.shares.items()}
    back = replace(of, shares={**rest, labels[0]: none})
    now = replace(of, shares={**rest, labels[0]: some})
    told = readout.effect(now, back)
    assert "60% of runs instead of 0%" in told
    assert "0% of runs instead of 60%" in readout.effect(back, now)
    assert readout.effect(of, None) == "" and readout.effect(of, of) == readout.effect(now, now)
    elsewhere = replace(of, months=of.months + 12_000)
    assert readout.effect(of, elsewhere) == ""


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
