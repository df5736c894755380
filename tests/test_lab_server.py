"""The lab as a process: how it ends, what a connection may say, and what pages tell when all is busy or breaks."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from thermidor.lab.choice import FIRST
from thermidor.lab.guard import MESSAGES, TOO_MANY, Limits

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
PLAIN = """
from thermidor.cli.app import main
import sys
sys.argv = ["thermidor", "lab", "--no-browser", "--port", "{port}"]
main()
"""
ENDS = 2.0
"""Seconds within which Ctrl-C ends the lab."""
ODD = """
import time
from nicegui import app
from thermidor.lab import asking, guide, jobs, live, rooms, serve, world
live.FULL = live.Size((2, 2), 60, 30)
live.WORLD = live.Size((2,), 60, 60)
asking.AGAIN, asked, ask, later = 0.3, set(), jobs.Desk.ask, [0.0]
made = rooms.Rooms(clock=lambda: time.monotonic() + later[0])
serve.Rooms = lambda: made

def turned_away_once(desk, client, choice, tell, *, quick=False):
    if client not in asked:
        asked.add(client)
        raise jobs.Busy
    ask(desk, client, choice, tell, quick=quick)

jobs.Desk.ask = turned_away_once
drawn, revealed = world.ribbons, guide.revealed
broken = []

def ribbons(lived, choice):
    return [][1] if choice.seed == 13 else drawn(lived, choice)

def answer(*told):
    return [][1] if broken else revealed(*told)

world.ribbons, guide.revealed = ribbons, answer

@app.get("/by-hand/{{what}}")
def by_hand(what: str) -> None:
    broken.append(what) if what == "break" else broken.clear()
    later[0] += rooms.LASTS * (what == "later")
    if what == "many":
        for _ in range(rooms.MOST_OPENED - 1):
            made.open("127.0.0.1")

from thermidor.cli.lab import carry_out
carry_out("127.0.0.1", {port}, False, False)
"""
"""A lab of small runs that turns every page away once, and breaks, or whose rooms grow old, when it is told to."""


class Lab(NamedTuple):
    """A process, and where it listens."""

    process: subprocess.Popen[bytes]
    place: str


def begun(script: str) -> Lab:
    """A lab that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    environment = {**clean, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), clean.get("PYTHONPATH", "")])}
    process = subprocess.Popen(
        [sys.executable, "-c", script.format(port=port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    end = time.monotonic() + 90.0
    while time.monotonic() < end:
        assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
        try:
            urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=1.0).close()
            break
        except OSError:
            time.sleep(0.1)
    return Lab(process, f"http://127.0.0.1:{port}")


@pytest.fixture
def plain() -> Iterator[Lab]:
    """The command, with runs of the full size."""
    lab = begun(PLAIN)
    yield lab
    lab.process.kill()
    lab.process.wait(10.0)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab in which little goes well."""
    lab = begun(ODD)
    yield lab
    lab.process.terminate()
    lab.process.wait(10.0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium here, and CI has to have one")
        pytest.skip("no chromium on this machine (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield driven
        driven.close()


@pytest.fixture
def page(browser: Any, odd: Lab) -> Iterator[Any]:
    """A page of the odd lab."""
    made = browser.new_page(base_url=odd.place)
    yield made
    made.close()


def told(page: Any, where: str, words: str) -> str:
    """What an element says, once it says these words."""
    page.wait_for_function(
        "([where, words]) => [...document.querySelectorAll(where)].some(e => e.innerText.includes(words))",
        arg=[where, words], timeout=30_000,
    )  # fmt: skip
    return str(page.inner_text(where))


def run_of_the_world(place: str, answers: list[tuple[int, dict[str, Any]]]) -> threading.Thread:
    """Ask for all countries in another thread."""
    asked = Request(f"{place}/api/v1/run", json.dumps({"scenario": FIRST["world"]}).encode())
    asked.add_header("content-type", "application/json")

    def ask() -> None:
        try:
            with urlopen(asked, timeout=100.0) as found:
                answers.append((found.status, {}))
        except HTTPError as error:
            answers.append((error.code, json.loads(error.read())))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def waiting(place: str) -> int:
    """How many questions wait or are being lived."""
    with urlopen(f"{place}/api/v1/health", timeout=5.0) as found:
        return int(json.loads(found.read())["waiting"])


def test_ctrl_c_ends_it_while_a_world_is_lived(plain: Lab) -> None:
    """The one who waits is told so, and the words at the end are plain."""
    answers: list[tuple[int, dict[str, Any]]] = []
    asking = run_of_the_world(plain.place, answers)
    end = time.monotonic() + 30.0
    while not waiting(plain.place):
        assert time.monotonic() < end
    time.sleep(1.0)
    began = time.monotonic()
    plain.process.send_signal(signal.SIGINT)
    said = plain.process.communicate(timeout=60.0)[0].decode()
    took = time.monotonic() - began
    asking.join(10.0)
    assert took < ENDS
    assert plain.process.returncode == 130
    assert answers == [(503, {**answers[0][1], "what": "this server lives no more runs"})]
    assert said.split("(Ctrl-C ends it)")[1].strip() == "thermidor: interrupted; nothing was kept"


def test_ctrl_c_ends_it_under_an_open_page_and_a_client_that_does_not_read(browser: Any, plain: Lab) -> None:
    """Neither what is drawn, nor a body that never comes, nor an answer that nobody takes holds it up for long."""
    page = browser.new_page(base_url=plain.place)
    page.goto("/world")
    told(page, ".progress", "living")
    host, port = plain.place.removeprefix("http://").split(":")
    script = re.search(r'"(/_nicegui/[^"]*quasar[^"]*\.js)"', page.content())
    assert script is not None
    asked = f"GET {script[1]} HTTP/1.1\r\nHost: lab\r\n\r\n".encode()
    with socket.socket() as slow, socket.socket() as deaf:
        slow.connect((host, int(port)))
        slow.sendall(b"POST /api/v1/run HTTP/1.1\r\nHost: lab\r\nContent-Length: 9\r\n\r\n{")
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.connect((host, int(port)))
        deaf.sendall(asked * 40)
        time.sleep(0.5)
        began = time.monotonic()
        plain.process.send_signal(signal.SIGINT)
        said = plain.process.communicate(timeout=60.0)[0].decode()
        took = time.monotonic() - began
    page.close()
    assert took < ENDS + 1.0  # what is cut off is waited for one second
    assert plain.process.returncode == 130
    assert said.split("(Ctrl-C ends it)")[1].strip() == "thermidor: interrupted; nothing was kept"


def talk(place: str, messages: list[str], pause: float = 0.0) -> int:
    """Say so many things over a connection; the code with which it was closed, 0 where it stays open."""
    client = pytest.importorskip("websockets.sync.client")
    from websockets.exceptions import ConnectionClosed

    with client.connect(place.replace("http", "ws", 1) + SOCKET, max_size=None) as line:
        assert line.recv(5.0).startswith("0")
        try:
            for message in messages:
                line.send(message)
                time.sleep(pause)
            end = time.monotonic() + 3.0
            while time.monotonic() < end:
                line.recv(0.5)
        except TimeoutError:
            return 0
        except ConnectionClosed:
            code = line.close_code
            return -1 if code is None else code
    return 0


PONG = "3"


def test_a_connection_that_says_too_much_is_closed(odd: Lab) -> None:
    """Over a real socket; another connection of the same client goes on."""
    assert talk(odd.place, [PONG] * int(2.0 * MESSAGES.burst)) == TOO_MANY
    assert talk(odd.place, [PONG] * int(0.5 * MESSAGES.burst)) == 0


def test_what_a_page_says_in_real_use_is_let_in(odd: Lab) -> None:
    """A slider that is dragged for seconds, and a key that is held: four times as much as either in one go."""
    assert MESSAGES.rate > 8.0 + 30.0
    assert talk(odd.place, [PONG] * 200, 0.01) == 0


def test_a_message_that_is_too_long_closes_its_connection(odd: Lab) -> None:
    assert talk(odd.place, ["4" + "x" * Limits().body]) == 1009
    assert talk(odd.place, ["4" + "x" * (Limits().body // 2)]) in (0, 1000)


def test_health_answers_whatever_else_a_client_does(odd: Lab) -> None:
    """A client that is refused pages is still told how the program is, and asking for it takes nothing away."""
    for _ in range(300):
        with urlopen(f"{odd.place}/api/v1/health", timeout=5.0) as found:
            assert found.status == 200
    with urlopen(f"{odd.place}/api/v1/ledger", timeout=5.0) as found:
        assert found.status == 200


def test_a_page_of_all_countries_asks_again(page: Any) -> None:
    """It says that it will, and does."""
    page.goto(f"/world?v=1&scenario={FIRST['world']}")
    page.wait_for_selector(".world li svg", timeout=30_000)
    assert page.locator(".world li").count() == 24


def test_a_fault_in_drawing_countries_is_told(page: Any) -> None:
    page.goto(f"/world?v=1&scenario={FIRST['world']}&seed=13")
    assert "This can't be shown: list index out of range" in told(page, ".progress", "This can't be shown")


def asking_step(page: Any) -> None:
    """Go to the first step of the first tour that asks something."""
    page.goto("/tours")
    page.click("ul.cards a")
    while not page.locator("#predict-0").count():
        page.click("#next")
        page.wait_for_selector("#guide")


@pytest.mark.parametrize(("do", "words"), [("mend", "so it came out"), ("break", "This can't be shown")])
def test_a_tour_asks_again_and_tells_of_faults(page: Any, odd: Lab, do: str, words: str) -> None:
    urlopen(f"{odd.place}/by-hand/{do}", timeout=5.0).close()
    asking_step(page)
    page.check("#predict-0")
    page.click("#do-reveal")
    told(page, "#revealed", words)


def test_a_room_that_is_gone_is_said_to_be(page: Any, odd: Lab) -> None:
    """While its page is open, when it is opened again, and at the door."""
    asking_step(page)
    page.click("#do-room")
    page.wait_for_selector("#room")
    code = re.search(r"room=([A-Z]{6})", page.url)
    assert code is not None
    page.check("#predict-0")
    page.click("#do-count")
    told(page, "#votes", ": 1")
    urlopen(f"{odd.place}/by-hand/later", timeout=5.0).close()
    page.check("#predict-1")
    assert code[1] in told(page, "#votes", "is gone")
    page.click("#do-count")
    told(page, "#votes", "is gone")
    page.reload()
    assert "lasts for 4 hours" in told(page, "#gone", code[1])
    assert page.locator("#do-room").count() == 1
    page.goto("/tours")
    page.fill("#code", code[1])
    page.click("#do-join")
    told(page, ".join", "There is no such room. A room is gone 4 hours after")


def test_one_client_opens_only_so_many_rooms(page: Any, odd: Lab) -> None:
    from thermidor.lab.rooms import MOST_OPENED

    for what in ("later", "many"):
        urlopen(f"{odd.place}/by-hand/{what}", timeout=5.0).close()
    asking_step(page)
    link = page.url
    page.click("#do-room")
    page.wait_for_selector("#room")
    page.goto(link)
    page.click("#do-room")
    told(page, ".q-notification", f"{MOST_OPENED} rooms were opened")
