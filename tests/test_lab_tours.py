"""Tours: files that are refused, numbers and options by hand-made labels, and a step of each lived small."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thermidor.errors import InputError
from thermidor.lab.choice import Choice, read, scenario
from thermidor.lab.live import Lived, Size, joined, kept, live
from thermidor.lab.reveal import KINDS, NEVER, QUANTITIES, Measure, difference, told, value
from thermidor.lab.tours import Predict, Says, Step, besides, load, revealed, tours, untrue
from thermidor.ledger.entry import shipped
from thermidor.lenses.spells import Reading
from thermidor.lenses.trotsky import table

ROOT = Path(__file__).parent.parent
NAMES = table().names
HOME, AWAY = tuple(scenario("russia-1917").countries)
WORKERS, DISTORTED, BONAPARTE = "workers-democracy", "distorted-workers-state", "proletarian-bonapartism"
READ_TOO = {"4.2", "6.27", "7.1"}
"""Places in the chapter that tours lean on and at which no claim of the ledger stands."""


class Hand(Lived):
    """Runs with labels written by hand."""

    def reading(self, name: str) -> Reading:
        return self.result.by_hand  # type: ignore[attr-defined, no-any-return]


def hand(labels: Sequence[str], choice: Choice | None = None, **columns: object) -> Hand:
    """Runs from 1917-11 on, each as letters W, D and P (one a month), in the first country; columns [run, month]."""
    letters = {"W": WORKERS, "D": DISTORTED, "P": BONAPARTE}
    codes = np.array([[NAMES.index(letters[one]) for one in run] for run in labels], dtype=np.int8)[:, :, None]
    both = np.concatenate([codes, np.full_like(codes, NAMES.index("bourgeois-democracy"))], axis=2)
    months = np.datetime64("1917-11", "M") + np.arange(codes.shape[1])
    found = Reading(
        runs=tuple(range(len(labels))), months=months, countries=(HOME, AWAY), labels=both, raw=both, names=NAMES
    )
    series = {name: np.repeat(np.asarray(one, float)[:, :, None], 2, axis=2) for name, one in columns.items()}
    series |= {"run": np.arange(len(labels))}
    chosen = choice or Choice(scenario="russia-1917")
    size = Size((1,) * len(labels), 1, 1)
    return Hand(chosen, SimpleNamespace(columns=series, by_hand=found), size, np.zeros(0, np.float32))  # type: ignore[arg-type]


YEARS = 2 + 12 + 12
"""Months to the end of 1919."""


def test_tours_are_whole() -> None:
    """Five tours in their order; every link is read back as it stands and can be lived."""
    found = tours()
    assert [tour.name for tour in found] == [
        "why-the-norms-fell", "poor-against-rich", "bonapartes", "the-end", "what-would-refute",
    ]  # fmt: skip
    for step in (step for tour in found for step in tour.steps):
        assert read(step.choice.link) == step.choice
        step.choice.scenario_as_lived()
        assert step.predict is None or len(step.predict.options) >= 2
        assert step.choice not in besides(step)
    assert all(5 <= len(tour.steps) <= 8 for tour in found)
    assert all(any(step.other_side for step in tour.steps) for tour in found)


def test_what_tours_name_is_there() -> None:
    """Every place of the chapter is a claim's or has been read; claims called contradicted are so in the ledger."""
    places = {entry.at for entry in shipped()} | READ_TOO
    texts = [f"{step.text} {step.after}" for tour in tours() for step in tour.steps]
    cited = {place for text in texts for place in re.findall(r"§(\d+\.\d+)", text)}
    assert len(cited) > 15 and cited <= places
    found = json.loads((ROOT / "docs" / "results" / "ledger.json").read_text(encoding="utf-8"))["entries"]
    against = {one["id"] for one in found if "contradicted" in (one["model"]["verdict"], one["record"]["verdict"])}
    named = {claim for text in texts for claim in re.findall(r"\bP\d\d[a-c]?\b", text)}
    told = {"P27", "P47", "P57"}  # undetermined, and said to be so
    assert named - told <= against and len(named) == 11


def test_every_quantity_is_kept_of_what_is_lived() -> None:
    """The lab keeps only what it looks at; what tours ask for is among it."""
    assert {name for one in QUANTITIES.values() for name in one.variables} <= set(kept())


def test_shares_of_labels() -> None:
    """Regime looks at a year's last month, ever at all months until then, commonest at groups and at the rest."""
    of = hand(["W" * 14 + "P" * 12, "D" * 13 + "W" + "D" * 12, "P" * YEARS, "P" * YEARS])
    assert value(Measure("regime", labels=((WORKERS,),), year=1918), of) == 0.5
    assert value(Measure("regime", labels=((WORKERS, BONAPARTE),), year=1919), of) == 0.75
    assert value(Measure("regime", country=AWAY, labels=((WORKERS,),), year=1919), of) == 0.0
    assert value(Measure("ever", labels=((WORKERS,),), year=1919), of) == 0.5
    assert value(Measure("ever", labels=((WORKERS,),), year=1917), of) == 0.25
    groups = ((WORKERS,), (DISTORTED,))
    assert value(Measure("commonest", labels=groups, year=1917), of) == 2.0, "half are under neither"
    assert value(Measure("commonest", labels=groups, year=1918), of) == 0.0, "the first of equals"
    assert "proletarian Bonapartism 75%" in told(Measure("commonest", labels=groups, year=1919), of)


def test_quantities() -> None:
    """A level is the middle of means of a year, a change one year less another, a fall the year half have fallen by."""
    norms = np.array([[0.9] * 2 + [0.4] * 12 + [0.2] * 12, [0.9] * 14 + [0.3] * 12, [0.8] * YEARS])
    of = hand(["W" * YEARS] * 3, norms=norms)
    assert value(Measure("level", of="norms", year=1918), of) == pytest.approx(0.8)
    assert value(Measure("change", of="norms", since=1917, year=1919), of) == pytest.approx(-0.6)
    assert value(Measure("below", of="norms", limit=0.5, year=1919), of) == pytest.approx(2 / 3)
    assert value(Measure("falls", of="norms", limit=0.5), of) == 1919.0
    assert value(Measure("falls", of="norms", limit=0.25), of) == NEVER
    assert "fewer than half of 3 runs" in told(Measure("falls", of="norms", limit=0.25), of)
    assert "2 of 3 runs (67%)" in told(Measure("below", of="norms", limit=0.5, year=1919), of)
    assert difference(NEVER, NEVER) == 0.0 and difference(NEVER, 1919.0) == NEVER
    summed = hand(
        ["W" * YEARS], **{f"seized_{one}": [[0.5] * YEARS] for one in ("government", "councils", "army", "party")}
    )
    assert value(Measure("level", of="seizures", year=1918), summed) == 2.0


def test_what_is_beside_is_taken_away() -> None:
    """A question beside the scenario as it is needs its runs and tells both; a limit belongs to what follows it."""
    chosen = Choice(scenario="russia-1917", without=("terror",))
    of = hand(["W" * YEARS] * 2, chosen, norms=np.full((2, YEARS), 0.5))
    base = hand(["W" * YEARS] * 2, chosen.base, norms=np.full((2, YEARS), 0.25))
    asked = Predict("q", ("a", "b", "c"), Measure("level", of="norms", year=1918), (0.0, 0.25), chosen.base)
    assert revealed(asked, of, base)[0] == 2, "a quarter more is at the limit, and so in the option after it"
    assert revealed(asked, base, of)[0] == 0
    assert "0.50" in revealed(asked, of, base)[1] and "Without the changes: 0.25" in revealed(asked, of, base)[1]
    with pytest.raises(InputError, match="the runs to compare with are missing"):
        revealed(asked, of)


def test_what_is_said_is_held_against_runs() -> None:
    """A claim of a text is found out where it is not so, in words with the number."""
    of = hand(["P" * YEARS, "W" * YEARS])
    share = Measure("regime", labels=((BONAPARTE,),), year=1918)
    step = Step("A step", "", "v=1&scenario=russia-1917", says=(Says(share, 0.5, NEVER), Says(share, 0.6, NEVER)))
    (wrong,) = untrue(step, of, {})
    assert "A step" in wrong and "1 of 2 runs (50%)" in wrong and "0.6" in wrong


@given(
    st.lists(st.text("WDP", min_size=YEARS, max_size=YEARS), min_size=1, max_size=7),
    st.sampled_from([1917, 1918, 1919]),
)
def test_shares_are_what_counting_gives(runs: list[str], year: int) -> None:
    """Whatever the labels: the share of runs is a count over runs, and its option the one it lies in."""
    last = {1917: 1, 1918: 13, 1919: 25}[year]
    of, cuts = hand(runs), (0.25, 0.5, 0.75)
    now = sum(run[last] == "P" for run in runs) / len(runs)
    assert value(Measure("regime", labels=((BONAPARTE,),), year=year), of) == pytest.approx(now)
    until = sum("P" in run[: last + 1] for run in runs) / len(runs)
    measure = Measure("ever", labels=((BONAPARTE,),), year=year)
    option, sentence = revealed(Predict("q", ("a", "b", "c", "d"), measure, cuts), of)
    assert option == sum(until >= cut for cut in cuts)
    assert f"{round(until * len(runs))} of {len(runs)} runs" in sentence


@given(st.lists(st.lists(st.floats(0, 1), min_size=YEARS, max_size=YEARS), min_size=1, max_size=6), st.floats(0.1, 0.9))
def test_the_year_of_a_fall_is_what_counting_gives(norms: list[list[float]], limit: float) -> None:
    """The year by which half have fallen is the first by whose end at least half of the runs have been below."""
    of = hand(["W" * YEARS] * len(norms), norms=norms)
    ends = {1917: 2, 1918: 14, 1919: 26}
    fallen = {year: sum(any(x < limit for x in run[:end]) for run in norms) for year, end in ends.items()}
    expected = next((float(year) for year, many in fallen.items() if 2 * many >= len(norms)), NEVER)
    assert value(Measure("falls", of="norms", limit=limit), of) == expected


GOOD = """  - title: one
    text: text
    link: v=1&scenario=russia-1917
    look: norms
    predict:
      question: q
      options: [a, b]
      measure: {regime: {labels: [workers-democracy], year: 1920}}
      cuts: [0.5]
    other_side: {theory: new-class, text: t, reading: ["Rizzi, B. (1939). La bureaucratisation du monde."]}
"""
HEAD = "schema: 1\nplace: 9\ntitle: A tour\nabout: about\nsteps:\n"


def loaded(tmp_path: Path, steps: str) -> object:
    """A tour from the text of its steps."""
    file = tmp_path / "a-tour.yaml"
    file.write_text(HEAD + steps, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("old", "new", "what", "where"),
    [
        ("scenario=russia-1917", "scenario=nowhere", "there is no scenario 'nowhere'", "steps[0].link"),
        ("look: norms", "look: horizon", "this is 'horizon'", "steps[0].look"),
        ("[workers-democracy]", "[paradise]", "there is no label 'paradise'", "steps[0].predict.measure.regime.labels"),
        ("year: 1920", "year: 1900", "the number is 1900", "steps[0].predict.measure.regime.year"),
        ("year: 1920", "year: 1920, country: mars", "this is 'mars'", "steps[0].predict.measure.regime.country"),
        ("{regime: {", "{mood: {", "one kind of measure is expected", "steps[0].predict.measure"),
        ("cuts: [0.5]", "cuts: [0.5, 0.6]", "cuts and options don't fit", "steps[0].predict.cuts"),
        ("options: [a, b]", "options: [a]", "there are 1 options", "steps[0].predict.options"),
        ("text: text", "txt: text", "unknown key 'txt'", "steps[0].txt"),
        ("theory: new-class", "theory: old-class", "this is 'old-class'", "steps[0].other_side.theory"),
        ("Rizzi, B. (1939)", "Nobody, N. (1939)", "no theory names 'Nobody", "steps[0].other_side.reading[0]"),
        (
            "cuts: [0.5]",
            "cuts: [0.5]\n      beside: v=1&scenario=x",
            "there is no scenario 'x'",
            "steps[0].predict.beside",
        ),
    ],
)
def test_refused_files(tmp_path: Path, old: str, new: str, what: str, where: str) -> None:
    """What is wrong is told with file, line and key."""
    assert old in GOOD
    with pytest.raises(InputError) as error:
        loaded(tmp_path, GOOD.replace(old, new, 1) + GOOD * 4)
    assert what in str(error.value)
    assert re.search(rf"a-tour\.yaml:\d+: {re.escape(where)}$", error.value.where), error.value.where


def test_a_tour_has_five_to_eight_steps(tmp_path: Path) -> None:
    """Fewer or more are refused; what is written right is read."""
    for many in (1, 4, 9):
        with pytest.raises(InputError, match=f"the tour has {many} steps"):
            loaded(tmp_path, GOOD * many)
    place, tour = loaded(tmp_path, GOOD * 5)  # type: ignore[misc]
    assert place == 9 and len(tour.steps) == 5 and tour.steps[0].predict.cuts == (0.5,)
    assert set(KINDS) >= {tour.steps[0].predict.measure.kind}


@pytest.mark.parametrize(
    ("tour", "number"),
    [("why-the-norms-fell", 4), ("poor-against-rich", 5), ("bonapartes", 3), ("the-end", 6), ("what-would-refute", 3)],
)
def test_a_step_of_each_tour_lived_small(tour: str, number: int) -> None:
    """What a text says of the runs comes out in a few small ones too, and the question has its answer."""
    step = next(one for one in tours() if one.name == tour).steps[number - 1]
    size = Size((8,), 400, 100)
    found = {one: joined(None, one, size, live(one, size, 0)) for one in (step.choice, *besides(step))}
    assert not untrue(step, found[step.choice], found)
    assert step.predict is not None
    beside = found[step.predict.beside] if step.predict.beside else None
    option, sentence = revealed(step.predict, found[step.choice], beside)
    assert step.predict.options[option] and "8 runs" in sentence
