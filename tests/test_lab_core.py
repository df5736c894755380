"""The lab without a browser: links, what is lived for them, who is served when, pictures, sliders, words."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import thermidor as th
from thermidor.errors import InputError
from thermidor.lab import curves, draw, jobs, live, words
from thermidor.lab.choice import Choice, check, read, scenario
from thermidor.lab.controls import controls
from thermidor.lab.jobs import Desk
from thermidor.lab.live import Lived, Size
from thermidor.lab.view import View
from thermidor.lab.why import why
from thermidor.rules import load_rules
from thermidor.runs.result import Result
from thermidor.scenarios import list_scenarios
from thermidor.theories import list_theories

LAB = Path(live.__file__).parent
SMALL = Size((2, 2), 60, 30)
SHORT = "germany-1933"

numbers = st.floats(0.02, 1.0).map(lambda x: round(x, 6))
choices = st.builds(
    Choice,
    scenario=st.just("russia-1917"),
    country=st.sampled_from(["", "russia", "atlantic-powers"]),
    set=st.dictionaries(st.sampled_from(["russia.literacy", "russia.norms.pay", "russia.outside.war"]), numbers),
    without=st.sets(st.sampled_from([*load_rules().mechanisms, "outside"]), max_size=3).map(lambda s: tuple(sorted(s))),
    theory=st.sampled_from(list(list_theories())),
    lens=st.sampled_from(["trotsky", "kornai"]),
    seed=st.integers(0, 10**9 - 1),
    month=st.sampled_from(["", "1937-01"]),
)


@cache
def lived(query: str = f"v=1&scenario={SHORT}") -> Lived:
    """Members of a choice, lived once."""
    choice = read(query)
    return live.joined(None, choice, SMALL._replace(blocks=(4,)), live.live(choice, SMALL._replace(blocks=(4,)), 0))


@given(choices)
@settings(max_examples=60, deadline=None)
def test_a_link_holds_the_whole_choice(choice: Choice) -> None:
    """Read back it is the same; what is at its default is left out."""
    assert read(choice.link) == choice
    assert choice.link.count("=") <= 2 + sum(1 for _ in (*choice.set, *choice.without)) + 5
    assert hash(read(choice.link)) == hash(choice)


def test_a_branch_stands_in_its_link() -> None:
    """What is changed from its month on is kept apart from what was changed at the start."""
    choice = Choice(scenario="russia-1917", at="1930-01", member=3, set={"russia.literacy": 0.5},
                    then={"russia.norm_pay": 0.9}, then_without=("terror",))  # fmt: skip
    assert read(choice.link) == choice
    line = choice.command(8, {"russia": 50})
    assert line.index("literacy") < line.index("branch parent") < line.index("norm_pay") < line.index("terror")


@pytest.mark.parametrize(
    "query",
    [
        "scenario=nowhere", "scenario=../../etc/passwd", "scenario=russia-1917.yaml", "v=2", "set=russia.literacy:nan",
        "set=russia.literacy:1e400", "set=russia.literacy:7", "set=literacy:0.5", "set=russia.nothing:1", "seed=-1",
        "seed=" + "9" * 400, "month=1700-01", "month=then", "at=1917-11", "without=nothing", "theory=mine.yaml",
        "lens=none", "country=moon", "color=red", "then=russia.norm_pay:0.5", "x=" + "y" * 5000, "set=", "member=a",
        "theory=%3Cscript%3E", "set=russia.literacy:0.5&" * 300,
    ],
)  # fmt: skip
def test_what_a_link_can_not_ask(query: str) -> None:
    """Is refused, in a sentence, before any work; no name leads to a file."""
    with pytest.raises((InputError, ValueError)) as refused:
        read(query)
    assert len(str(refused.value)) < 1500


def test_the_pages_numbers_are_the_commands() -> None:
    """Blocks of members are those of `thermidor run` with the same settings, bit for bit."""
    query = f"v=1&scenario={SHORT}&set=germany.literacy:0.8&without=terror&seed=5"
    choice = read(query)
    first = live.joined(None, choice, SMALL, live.live(choice, SMALL, 0))
    whole = live.joined(first, choice, SMALL, live.live(choice, SMALL, 2))
    countries = tuple(scenario(SHORT).countries)
    run = th.run(
        SHORT, replicates=4, citizens=SMALL.of(countries), seed=5, set={"germany.literacy": 0.8}, without="terror"
    )
    assert (first.members, first.whole, whole.whole) == (2, False, True)
    for name in live.kept():
        assert np.array_equal(whole.result.columns[name], run.columns[name], equal_nan=True), name
    assert np.array_equal(whole.reading("trotsky").labels, run.reading.labels)
    assert whole.result.manifest["overrides"] == run.manifest["overrides"]


def test_a_branch_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Futures of a changed run go on from the changed run; a look at them has the same past."""
    monkeypatch.setattr(live, "FULL", SMALL)
    choice = read(f"v=1&scenario={SHORT}&set=germany.literacy:0.8&at=1934-01&member=1&then=germany.norm_pay:0.9")
    own = live.joined(None, choice, SMALL, live.live(choice, SMALL, 0))
    sizes = SMALL.of(tuple(scenario(SHORT).countries))
    parent = th.run(SHORT, replicate=1, citizens=sizes, set={"germany.literacy": 0.8})
    from thermidor.futures.branch import branch

    other = branch(parent, at="1934-01", member=1, replicates=4, set={"germany.norm_pay": 0.9})
    assert own.whole and np.array_equal(own.result.columns["norms"], other.columns["norms"])
    assert np.array_equal(own.reading("trotsky").labels, other.reading.labels)


def test_what_is_kept_is_enough() -> None:
    """Lenses, reasons, events, panels and the figure need no other variable."""
    from thermidor.lenses import LENSES

    of = lived()
    for name in LENSES:
        picture = curves.picture(of, "", name)
        assert why(of, picture, str(picture.months[len(picture.months) // 2]), name).label in picture.reading.names
    assert len(live.kept()) < 150
    from thermidor.views import overview

    assert overview.figure(of.result).get_size_inches()[0] > 0


@pytest.mark.parametrize("wide", [280.0, 390.0, 860.0, 1600.0])
def test_pictures_are_whole_and_fit(wide: float) -> None:
    """Every drawing is XML, inside its field, says what it shows, and holds no number that is none."""
    of, back = (
        curves.picture(lived(), "", "trotsky"),
        curves.picture(lived(f"v=1&scenario={SHORT}&seed=2"), "", "trotsky"),
    )
    drawn = [draw.ribbon(of, wide, behind=back, month="1934-03", name="<b>&")]
    drawn += [draw.panel(panel, of, wide, behind=back, month="1934-03", name=panel.name) for panel in curves.panels()]
    for text in drawn:
        tree = ElementTree.fromstring(text)
        assert tree.get("role") == "img" and len(tree.get("aria-label") or "") > 20
        assert "nan" not in text.lower() and "inf" not in text
        places = [float(x) for path in tree.iter("path") for x in re.findall(r"-?\d+\.\d", path.get("d") or "")]
        assert min(places) >= -1.0 and max(places) <= wide + 1.0


def test_shares_fill_the_ribbon() -> None:
    """Shares add to one in every month, and the layers' edges meet."""
    of = curves.picture(lived(), "", "trotsky")
    assert sum(of.shares.values()) == pytest.approx(np.ones(len(of.months)))
    assert {len(curve.values[0]) for every in of.panels.values() for curve in every} == {len(of.years)}


@pytest.mark.parametrize("name", sorted(list_scenarios()))
def test_every_slider_moves_what_it_names(name: str) -> None:
    """In every scenario: its ends can be lived, and it has unit, source, meaning and claims."""
    from thermidor.scenarios import resolve

    found = scenario(name)
    for country in list(found.countries)[:3]:
        every = controls(Choice(scenario=name, country=country))
        assert len(every) >= 8
        for control in every:
            assert control.unit and control.source and control.meaning and control.claims
            assert control.low <= control.value <= control.high
            ends = [found.overlay({control.key: end}) for end in (control.low, control.high)]
            assert ends[0] != ends[1]
            resolve(ends[0], 1, 0)


def test_claims_of_sliders_are_claims() -> None:
    """And every slider of a branch can be set in its midst."""
    from thermidor.futures.changes import settings_of
    from thermidor.ledger.entry import shipped

    known = {entry.id for entry in shipped()}
    for control in controls(Choice()):
        assert set(control.claims) <= known
    branch = controls(Choice(at="1930-01"), {"norm_pay": 0.25})
    assert next(one.value for one in branch if one.key == "russia.norm_pay") == 0.25
    assert len(branch) >= 6 and all(settings_of({one.key: one.value}, ("russia",)) for one in branch)


def result_of(members: range) -> Result:
    """A result that was not lived: as many members as asked for."""
    own = lived().result
    columns = {name: np.asarray(own.columns[name]) for name in own.columns}
    picked = {n: v if n in ("month", "country") else np.repeat(v[:1], len(members), axis=0) for n, v in columns.items()}
    return Result({**picked, "run": np.array(members)}, own.manifest)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Blocks take a moment; what was lived, in order, as (theory, members, first)."""
    done: list[tuple[str, int, int]] = []
    made = result_of(range(1))

    def instead(choice: Choice, size: Size, first: int, cancel: threading.Event, threads: int | None) -> Result:
        for _ in range(10):
            time.sleep(0.004)
            if cancel.is_set():
                from thermidor.errors import Interrupted

                raise Interrupted("stopped")
        done.append((choice.theory, size.members, first))
        assert made is not None
        return result_of(size.block(first))

    monkeypatch.setattr(jobs, "live", instead)
    return done


def waited(desk: Desk, seconds: float = 5.0) -> None:
    """Until nobody waits."""
    end = time.monotonic() + seconds
    while (desk.waiting or desk.now is not None) and time.monotonic() < end:
        time.sleep(0.005)
    assert not desk.waiting and desk.now is None
    desk.teller.submit(int).result(5.0)


def test_previews_come_first_and_the_stale_never(slow: list[tuple[str, int, int]]) -> None:
    """A preview goes between two blocks of another's ensemble; of ten moves few are lived, the last is."""
    desk, told = Desk(), []
    try:
        desk.ask("a", Choice(scenario=SHORT), lambda came: told.append(("a", came)))
        time.sleep(0.02)
        desk.ask("b", Choice(scenario=SHORT, theory="bellicist"), lambda came: told.append(("b", came)), quick=True)
        waited(desk)
        assert [theory for theory, *_ in slow].index("bellicist") == 1
        assert told[-1][0] == "a" and told[-1][1].whole
        slow.clear()
        for seed in range(10):
            desk.ask("a", Choice(scenario=SHORT, seed=seed + 10), lambda came: told.append(("a", came)), quick=True)
        waited(desk)
        assert told[-1][1].choice.seed == 19 and len(slow) <= 4
    finally:
        desk.close()


def test_an_ensemble_comes_to_its_turn(slow: list[tuple[str, int, int]]) -> None:
    """A class that moves sliders without end keeps nobody from the runs of a slider that was let go."""
    desk, told = Desk(), list[Lived | Exception]()
    try:
        desk.ask("a", Choice(scenario=SHORT, theory="bellicist"), told.append)
        end = time.monotonic() + 20.0
        for seed in range(10_000):
            if (told and isinstance(told[-1], Lived) and told[-1].whole) or time.monotonic() > end:
                break
            for client in "bcd":
                desk.ask(client, Choice(scenario=SHORT, seed=seed), lambda _: None, quick=True)
            time.sleep(0.02)
        assert isinstance(told[-1], Lived) and told[-1].whole and told[-1].choice.theory == "bellicist"
        blocks = [nth for nth, (theory, *_) in enumerate(slow) if theory == "bellicist"]
        assert max(b - a for a, b in pairwise(blocks)) <= jobs.IN_A_ROW + 1
    finally:
        desk.close()


def test_who_asks_for_the_same_goes_on_where_another_was(slow: list[tuple[str, int, int]]) -> None:
    """A class looks at the same runs: each block of them is lived once, and all see all of it."""
    desk, told = Desk(), dict[str, Lived | Exception]()
    try:
        for client in "abcdef":
            desk.ask(client, Choice(scenario=SHORT), partial(told.__setitem__, client))
        waited(desk)
        assert len(slow) == len(live.FULL.blocks) == len({first for *_, first in slow})
        assert all(isinstance(came, Lived) and came.whole for came in told.values()) and len(told) == 6
    finally:
        desk.close()


def test_a_look_that_is_kept_is_not_lived_again_smaller(slow: list[tuple[str, int, int]]) -> None:
    """Where others wait a look has fewer runs, but not where all of its runs are there already."""
    desk, told = Desk(), list[Lived | Exception]()
    try:
        desk.ask("a", Choice(scenario=SHORT), lambda _: None, quick=True)
        time.sleep(0.02)  # while it is lived, the others come
        for client in "bcd":
            desk.ask(client, Choice(scenario=SHORT), told.append, quick=True)
        waited(desk)
        assert [came.members for came in told if isinstance(came, Lived)] == [live.PREVIEW.members] * 3
        assert len(slow) == 1
    finally:
        desk.close()


def test_futures_of_one_run_are_not_judged_against_runs_from_the_start() -> None:
    """What lies behind a changed branch is the branch without the change: the run that was picked is no effect."""
    branch = Choice(scenario=SHORT, set={"germany.literacy": 0.5}, at="1935-01", member=3)
    assert not branch.changed and branch.base == branch
    then = replace(branch, then={"germany.room": 0.5})
    assert then.changed and then.base == branch


def test_something_is_seen_while_a_slider_moves_on(slow: list[tuple[str, int, int]]) -> None:
    """Moves come quicker than a look is lived: it is lived to its end and told all the same."""
    desk, told = Desk(), list[Lived | Exception]()
    try:
        for seed in range(12):
            desk.ask("a", Choice(scenario=SHORT, seed=seed), told.append, quick=True)
            time.sleep(0.02)
        waited(desk)
        seen = [came.choice.seed for came in told if isinstance(came, Lived)]
        assert len(set(seen)) >= 4 and seen == sorted(seen) and seen[-1] == 11
        assert isinstance(told[-1], Lived) and told[-1].whole
        assert len({choice for choice, *_ in slow}) == 1
    finally:
        desk.close()


def test_one_address_takes_not_all_places(slow: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pages are refused once they are too many; another is let in; who is refused loses nothing that waits."""
    monkeypatch.setattr(jobs, "MOST_PLACES", 3)
    desk, told = Desk(), list[object]()
    try:
        for page in range(3):
            desk.ask(f"here {page}", Choice(scenario=SHORT, seed=page), told.append)
        waiting = len(desk.waiting)
        with pytest.raises(jobs.Busy):
            for page in range(3, 9):
                desk.ask(f"here {page}", Choice(scenario=SHORT, seed=page), told.append)
        assert len(desk.waiting) >= waiting
        desk.ask("there 1", Choice(scenario=SHORT, seed=99), told.append)
    finally:
        desk.close()


def test_a_picture_of_what_was_left_is_not_shown() -> None:
    """Drawn for another scenario, country or month than the page now asks for, it is dropped; a passed look is not."""
    shown: list[Any] = []
    loop = asyncio.new_event_loop()
    desk = Desk()
    try:
        page = View(desk, Choice(scenario=SHORT), shown.append, shown.append, loop)
        drawn = page.drawn(lived())
        page._take(drawn)
        assert shown == [drawn] and page.shown is drawn
        for other in (Choice(scenario="paris-1871"), Choice(scenario=SHORT, month="1935-01")):
            page.choice = other
            page._take(drawn)
        assert shown == [drawn]
        page.choice = Choice(scenario=SHORT, set={"germany.literacy": 0.5})
        page._take(replace(drawn, whole=False))
        assert len(shown) == 2
        page.choice = Choice(scenario=SHORT, theory="bellicist")
        page._take(replace(drawn, whole=False))
        assert len(shown) == 2
    finally:
        desk.close()
        loop.close()


def test_a_size_falls_into_blocks() -> None:
    """No member is lived twice or left out; a look is one block, of which none is lived in vain."""
    size = Size((2, 6), 10, 10)
    assert size.members == 8 and [size.block(0), size.block(2)] == [range(2), range(2, 8)]
    assert live.PREVIEW == ((8,), 1_000, 100)
    assert {len(one.blocks) for one in (live.PREVIEW, live.WORLD_PREVIEW, jobs.LESS, jobs.CROWDED)} == {1}


def test_clients_take_turns(slow: list[tuple[str, int, int]]) -> None:
    """One who asks without end doesn't keep another waiting; under load previews are smaller."""
    desk, told = Desk(), []
    try:
        for client in "abcdefgh":
            desk.ask(
                client, Choice(scenario=SHORT, seed=ord(client)), lambda came, c=client: told.append(c), quick=True
            )
            desk.ask("a", Choice(scenario=SHORT, seed=ord(client) + 100), lambda came: told.append("a"), quick=True)
        waited(desk)
        assert set(told) == set("abcdefgh")
        assert {members for _, members, _ in slow} <= {2, 4, 8} and min(members for _, members, _ in slow) < 8
    finally:
        desk.close()


def test_what_was_lived_is_kept_and_who_left_is_forgotten(slow: list[tuple[str, int, int]]) -> None:
    """The same choice is told at once the second time; one who leaves is not lived for."""
    desk, told = Desk(), []
    try:
        desk.ask("a", Choice(scenario=SHORT), lambda came: told.append(came))
        waited(desk)
        lived_then = len(slow)
        desk.ask(
            "b", Choice(scenario=SHORT, month="1934-01", lens="kornai"), lambda came: told.append(came), quick=True
        )
        time.sleep(0.1)
        assert len(slow) == lived_then and told[-1].whole and told[-1].choice.lens == "kornai"
        desk.ask("c", Choice(scenario=SHORT, seed=9), lambda came: told.append("c"))
        desk.leave("c")
        waited(desk)
        assert "c" not in told
    finally:
        desk.close()


def test_the_same_question_is_lived_once(slow: list[tuple[str, int, int]]) -> None:
    """A click or another lens while an ensemble is being lived joins it; a look that comes late does not end it."""
    desk, told = Desk(), list[object]()
    try:
        for month in ("1934-01", "1935-01", "1936-01"):
            desk.ask("a", Choice(scenario=SHORT, month=month), told.append)
            time.sleep(0.03)
        desk.ask("a", Choice(scenario=SHORT), told.append, quick=True)
        waited(desk, 20.0)
        assert [first for _, _, first in slow] == [0, 8, 16, 24, 32]
        assert isinstance(told[-1], Lived) and told[-1].whole
    finally:
        desk.close()


def test_a_crowd_of_requests_does_not_starve_a_page(slow: list[tuple[str, int, int]]) -> None:
    """Requests of one address take turns with a page, however many there are."""
    desk, told = Desk(), list[object]()
    try:
        for seed in range(30):
            desk.ask(f"10.0.0.1 {seed}", Choice(scenario=SHORT, seed=100 + seed), lambda came: None)
        desk.ask("page", Choice(scenario=SHORT, theory="bellicist"), told.append)
        waited(desk, 60.0)
        order = [theory for theory, *_ in slow]
        assert len(order) - order[::-1].index("bellicist") <= 12
    finally:
        desk.close()


def test_too_many_are_turned_away(slow: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a word, and those who wait already are still served."""
    monkeypatch.setattr(jobs, "MOST_WAITING", 3)
    desk, told = Desk(), []
    try:
        with pytest.raises(jobs.Busy):
            for client in range(9):
                desk.ask(str(client), Choice(scenario=SHORT, seed=client), lambda came: told.append(came), quick=True)
        waited(desk)
        assert len(told) >= 3
    finally:
        desk.close()


def test_the_desk_survives_its_own_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that nobody foresaw is told and logged, and the next question is answered."""
    monkeypatch.setattr(jobs, "live", lambda *_: 1 / 0)
    desk, told = Desk(), list[object]()
    try:
        desk.ask("a", Choice(scenario=SHORT), told.append)
        waited(desk)
        assert isinstance(told[0], ZeroDivisionError) and desk.worker.is_alive()
    finally:
        desk.close()


def test_errors_are_told() -> None:
    """What can't be lived is told to the one who asked, and the desk goes on."""
    desk, told = Desk(), []
    try:
        desk.ask("a", Choice(scenario=SHORT, at="1934-01", then={"germany.gdp_per_head": 1.0}), told.append, quick=True)
        waited(desk, 30.0)
        assert isinstance(told[0], InputError)
        assert desk.worker.is_alive()
    finally:
        desk.close()


def test_every_word_is_in_the_catalogue_and_used() -> None:
    """Names of words that modules say exist; words that nobody says are gone; no page has a text of its own."""
    catalogue = yaml.safe_load(words.CATALOGUE.read_text(encoding="utf-8"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(LAB.glob("*.py")))
    known = {f"{part}.{name}" for part, entries in catalogue.items() for name in entries}
    asked = set(re.findall(r"say\(\s*f?[\"']([a-z_]+\.[a-z_]+)[\"']", source))
    said = {name for name in re.findall(r"[\"']([a-z_]+\.[a-z_]+)[\"']", source) if name in known}
    assert asked <= known
    built = (
        "conditions.",
        "months.",
        "panels.",
        "choose.",
        "control.",
        "claims.",
        "do.",
        "see.behind",
        "see.alone",
        "why.",
        "steps.",
    )
    assert not {name for name in known - said if not name.startswith(built)}
    assert set(catalogue["panels"]) == {panel.name for panel in curves.panels()}
    for panel in curves.panels():
        assert set(panel.lines) <= set(catalogue["panels"][panel.name])


def test_a_choice_is_checked_like_a_command() -> None:
    """The message is that of the scenario's own check."""
    with pytest.raises(InputError) as refused:
        check(replace(Choice(), set={"russia.norms.pay": 2.0}))
    assert "norms.pay" in str(refused.value)


def test_every_mechanism_has_its_switch() -> None:
    """Each belongs to a step that has a title."""
    from thermidor.lab.words import part

    assert {load_rules()[name].step for name in load_rules().mechanisms} == set(part("steps"))
