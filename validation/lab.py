"""How quickly the lab answers: random moves of sliders in a real browser, and a class of students at once for a while.

A student is a page's own `View`, without the browser: a move of one slider by chance every five seconds, timed from the
move to the moment at which a picture drawn for it is handed to the page. In the browser the time runs from the slider's
event to the change of the ribbon. A slider is also dragged without a stop, and the pictures are counted that are shown
meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from typing import Any, NamedTuple
from urllib.request import urlopen

import numpy as np

from thermidor.errors import InputError
from thermidor.lab.choice import Choice
from thermidor.lab.controls import controls
from thermidor.lab.jobs import Desk
from thermidor.lab.live import PREVIEW
from thermidor.lab.view import Drawn, View, set_to
from validation.ensemble import Plan
from validation.page import Cell, Page, Table

STUDENTS, EVERY, SECONDS = 30, 5.0, 60.0
MOVES, DRAG = 50, 5.0
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
MOVE = """async ([id, part, runs]) => {
  const knob = document.getElementById(id), box = document.getElementById('ribbon');
  const before = +box.dataset.drawn;
  const enough = () => {
    const words = document.querySelector('.progress').innerText;
    return +box.dataset.drawn > before && words.includes('small') && +words.match(/\\d+/)[0] >= runs;
  };
  const done = new Promise((tell) => {
    const look = new MutationObserver(() => { if (enough()) { look.disconnect(); tell(performance.now()); } });
    look.observe(box.parentElement, {attributes: true, childList: true, subtree: true, characterData: true});
  });
  const began = performance.now();
  knob.value = +knob.min + (knob.max - knob.min) * part;
  knob.dispatchEvent(new Event('input', {bubbles: true}));
  const late = new Promise((tell) => setTimeout(() => tell(began + 10000), 10000));
  return (await Promise.race([done, late])) - began;
}"""


def report(plan: Plan) -> Page:
    """Both measurements, as quantiles."""
    seconds, students = (6.0, 3) if plan.small else (SECONDS, STUDENTS)
    rows: list[list[Cell]] = []
    about = ""
    if not plan.small:
        looks, pictures = browser(MOVES, plan.seed)
        rows.append(row(f"browser: {PREVIEW.members} runs of {PREVIEW.citizens:,} citizens", looks))
        about = f"While a slider was dragged without a stop for {DRAG:g} s, {pictures} pictures were shown. "
    came = asyncio.run(crowd(students, seconds, plan.seed))
    rows.append(row(f"{students} students, a move each {EVERY:g} s, {seconds:.0f} s", came.seconds))
    about = f"Seconds from a move to its picture. {about}{answered(came)}"
    return Page("How quickly the lab answers", about, [Table("latency", "Seconds", HEADS, rows)], plan)


HEADS = ("what", "moves", "median", "95%", "longest")


def row(words: str, seconds: list[float]) -> list[Cell]:
    """A line of the table."""
    return [words, len(seconds), *(float(np.quantile(seconds, q)) for q in (0.5, 0.95, 1.0))]


class Came(NamedTuple):
    """What came of a crowd: seconds of each answered move, how many were not, (second, megabytes) again and again."""

    seconds: list[float]
    unanswered: int
    memory: list[tuple[float, float]]


def answered(came: Came) -> str:
    """How many moves were answered in time."""
    asked = len(came.seconds) + came.unanswered
    return f"{len(came.seconds)} of {asked} moves of the class were answered before the student's next one."


async def crowd(students: int, seconds: float, seed: int) -> Came:
    """Let students move sliders for some seconds."""
    desk, told, unanswered, memory = Desk(), list[float](), [0], list[tuple[float, float]]()
    begin = time.monotonic()
    end = begin + seconds

    async def student(number: int) -> None:
        stream = np.random.default_rng([seed, number])
        came = asyncio.Event()

        def show(_: Drawn) -> None:
            came.set()

        def fail(words: str) -> None:
            raise RuntimeError(words)

        view = View(desk, Choice(), show, fail, asyncio.get_running_loop())
        every = controls(view.choice)
        await asyncio.sleep(float(stream.uniform(0.0, EVERY)))
        while time.monotonic() < end:
            one = every[int(stream.integers(len(every)))]
            began = time.monotonic()
            came.clear()
            view.change(set_to(view.choice, one.key, float(stream.uniform(one.low, one.high))), quick=True)
            try:
                await asyncio.wait_for(came.wait(), EVERY)
                told.append(time.monotonic() - began)
            except TimeoutError:
                unanswered[0] += 1
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))
        view.leave()

    async def watch() -> None:
        while time.monotonic() < end:
            memory.append((time.monotonic() - begin, megabytes()))
            await asyncio.sleep(1.0)

    try:
        await asyncio.gather(watch(), *map(student, range(students)))
    finally:
        desk.close()
    return Came(told, unanswered[0], memory)


def megabytes() -> float:
    """Memory that this process holds now; where that can't be told, the most it has held."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def browser(moves: int, seed: int) -> tuple[list[float], int]:
    """Random moves in a browser: seconds to the ribbon of each, and how many pictures are shown while dragging.

    Raises InputError where there is no browser.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise InputError("the browser's driver is not installed", "lab", "", "make test installs it") from None
    if CHROMIUM is None:
        raise InputError("there is no Chromium here", "lab", "", "Debian: apt install chromium, or set CHROMIUM")
    server, address = _served()
    stream = np.random.default_rng(seed)
    try:
        with sync_playwright() as playwright:
            driven = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = driven.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}/lab")
            page.wait_for_selector('#ribbon[data-ready="1"]', timeout=120_000)
            names = page.eval_on_selector_all(".control input[type=range]", "all => all.map((one) => one.id)")

            def move() -> float:
                name = names[int(stream.integers(len(names)))]
                took = page.evaluate(MOVE, [name, float(stream.uniform()), PREVIEW.members]) / 1000.0
                page.wait_for_timeout(1000)  # by then all runs are being lived, and the next move has to stop them
                return float(took)

            move()  # the first move lives what lies behind
            looks = [move() for _ in range(moves)]
            pictures = _dragged(page, names[0])
            driven.close()
    finally:
        server.terminate()
        server.wait(10.0)
    return looks, pictures


def _dragged(page: Any, name: str) -> int:
    """How many pictures are shown while the mouse drags a slider to and fro."""
    knob = page.locator(f"#{name}")
    knob.scroll_into_view_if_needed()
    box, before = knob.bounding_box(), int(page.get_attribute("#ribbon", "data-drawn"))
    across, level, end = box["width"], box["y"] + box["height"] / 2.0, time.monotonic() + DRAG
    page.mouse.move(box["x"] + 0.3 * across, level)
    page.mouse.down()
    for nth in range(10_000):
        if time.monotonic() > end:
            break
        page.mouse.move(box["x"] + (0.3 + 0.4 * abs((nth % 120) / 60.0 - 1.0)) * across, level)
        page.wait_for_timeout(25)
    pictures = int(page.get_attribute("#ribbon", "data-drawn")) - before
    page.mouse.up()
    return pictures


def _served() -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "thermidor", "lab", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urlopen(f"{address}/api/v1/health", timeout=1.0).close()
        except OSError:
            time.sleep(0.3)
        else:
            return server, address
    raise InputError("the lab did not begin", "lab", "", "run `thermidor lab --no-browser` and see")
