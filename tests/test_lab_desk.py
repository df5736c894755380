"""The desk's end, faults where nobody would hear of them, asking again, and what is kept of runs and readings."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from thermidor.errors import InputError, Interrupted
from thermidor.lab import asking, jobs, live
from thermidor.lab.asking import patiently, told
from thermidor.lab.choice import Choice
from thermidor.lab.jobs import Busy, Desk
from thermidor.runs import ensemble

NAME = "paris-1871"
FEW = live.Size((2, 2), citizens=60, others=30)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small runs."""
    monkeypatch.setattr(live, "FULL", FEW)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk, closed at the end."""
    made = Desk(threads=1)
    yield made
    made.close()


def until(there: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def test_a_desk_that_stops_drops_what_is_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, with an ensemble of minutes under way; it takes no more questions, also none that it could answer."""
    monkeypatch.setattr(live, "FULL", live.Size((500,), citizens=20_000, others=2_000))
    desk, came = Desk(), list[object]()
    desk.ask("a", Choice(NAME), came.append)
    until(lambda: desk.now is not None)
    time.sleep(0.3)
    began = time.monotonic()
    desk.close()
    assert time.monotonic() - began < 1.0
    assert not desk.worker.is_alive()
    assert came == []
    with pytest.raises(Busy):
        desk.ask("a", Choice(NAME), came.append)


def test_closing_waits_for_nothing_that_can_not_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is what comes later told, or taken for a fault."""
    go, came, trouble = threading.Event(), list[object](), list[object]()
    monkeypatch.setattr(jobs, "live", lambda *_: go.wait(30.0))
    monkeypatch.setattr(threading, "excepthook", trouble.append)
    desk = Desk()
    desk.ask("a", Choice(NAME), came.append)
    until(lambda: desk.now is not None)
    began = time.monotonic()
    desk.close()
    assert time.monotonic() - began < jobs.LAST + 0.5
    go.set()
    desk.worker.join(10.0)
    assert not desk.worker.is_alive()
    assert came == [] and trouble == []


def test_a_fault_of_the_one_who_is_told_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Of runs that are lived and of kept ones; the desk goes on."""

    def broken(_: object) -> None:
        raise ZeroDivisionError("by hand")

    whole = threading.Event()
    desk.ask("a", Choice(NAME), lambda came: whole.set() if getattr(came, "whole", False) else None)
    assert whole.wait(60.0)
    with caplog.at_level(logging.ERROR, "thermidor.lab.faults"):
        desk.ask("b", Choice(NAME), broken)
        until(lambda: "by hand" in caplog.text)
        caplog.clear()
        desk.ask("b", Choice(NAME, seed=2), broken)
        until(lambda: "by hand" in caplog.text)
    whole.clear()
    desk.ask("a", Choice(NAME), lambda came: whole.set())
    assert whole.wait(20.0)


def test_who_is_turned_away_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so, until it is let in; a page that is gone asks no more."""
    monkeypatch.setattr(asking, "AGAIN", 0.01)
    done: list[str] = []
    there = [True]

    def ask() -> None:
        done.append("asked")
        if done.count("asked") < 3 or not there[0]:
            raise Busy

    async def page(pause: float) -> None:
        patiently(asyncio.get_running_loop(), ask, lambda: done.append("busy"), lambda: there[0])
        await asyncio.sleep(pause)

    asyncio.run(page(0.3))
    assert done == ["asked", "busy", "asked", "busy", "asked"]
    done.clear()

    async def leaving() -> None:
        patiently(asyncio.get_running_loop(), ask, lambda: there.__setitem__(0, False), lambda: there[0])
        await asyncio.sleep(0.3)

    asyncio.run(leaving())
    assert done == ["asked"]


def test_a_fault_in_a_thread_reaches_the_page(caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw is logged, bad input is not; both are told in the page's loop."""
    found: list[tuple[Exception, bool]] = []

    def work(loop: asyncio.AbstractEventLoop, error: Exception) -> None:
        main = threading.main_thread()
        with told(loop, lambda e: found.append((e, threading.current_thread() is main)), "it could not be drawn"):
            raise error

    async def page(error: Exception) -> None:
        await asyncio.to_thread(work, asyncio.get_running_loop(), error)
        await asyncio.sleep(0.01)

    with caplog.at_level(logging.ERROR, "thermidor.lab.faults"):
        asyncio.run(page(InputError("there is no country")))
        assert not caplog.messages
        asyncio.run(page(KeyError("a name")))
        assert caplog.messages == ["it could not be drawn"]
        loop = asyncio.new_event_loop()
        loop.close()
        work(loop, KeyError("nobody is left"))
    assert [(type(error), in_loop) for error, in_loop in found] == [(InputError, True), (KeyError, True)]
    assert len(caplog.messages) == 1


def test_pasts_of_branches_take_no_more_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those used last are kept, lived once; the newest always, however large."""
    lived: list[int] = []
    run = ensemble.run

    def counted(*asked: Any, **told: Any) -> Any:
        lived.append(told["seed"])
        return run(*asked, **told)

    monkeypatch.setattr(ensemble, "run", counted)
    monkeypatch.setattr(live, "PARENTS", {})
    one = live._bytes(live._parent(Choice(NAME, seed=0), FEW))
    assert one == sum(np.asarray(column).nbytes for column in live._parent(Choice(NAME, seed=0), FEW).columns.values())
    monkeypatch.setattr(live, "MOST_PARENTS", int(3.5 * one))
    for seed in (1, 2, 0, 3, 0, 4):
        live._parent(Choice(NAME, seed=seed), FEW)
        assert sum(map(live._bytes, live.PARENTS.values())) <= live.MOST_PARENTS
    assert lived == [0, 1, 2, 3, 4]
    assert [int(of.manifest["seed"]) for of in live.PARENTS.values()] == [3, 0, 4]
    monkeypatch.setattr(live, "MOST_PARENTS", 1)
    live._parent(Choice(NAME, seed=5), FEW)
    assert len(live.PARENTS) == 1


def test_a_past_that_is_lived_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PARENTS", {})
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        live.live(Choice(NAME, at="1872-06"), FEW, 0, stop, 1)
    assert not live.PARENTS


def test_a_lens_reads_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many countries are drawn of them: one reading holds all."""
    choice, read = Choice(NAME), list[str]()
    of = live.joined(None, choice, FEW, live.live(choice, FEW, 0, None, 1))
    lens = live.lens

    def counted(name: str) -> Any:
        read.append(name)
        return lens(name)

    monkeypatch.setattr(live, "lens", counted)
    first = of.reading("trotsky")
    assert of.reading("trotsky") is first
    assert of.reading("kornai") is not first
    assert read == ["trotsky", "kornai"]
    np.testing.assert_array_equal(first.labels, lens("trotsky").read(of.result.columns).labels)
