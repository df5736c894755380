"""How quickly the lab answers: random moves of sliders in a real browser, and a class of students at once for a while.

A student is a page's own `View`, without the browser: a move of one slider by chance every five seconds, timed from the
move to the moment at which a picture drawn for it is handed to the page. In the browser the time runs from the slider's
event to the change of the ribbon; the first picture of a move has two of the preview's eight runs. A slider is also
dragged without a stop, and the pictures are counted that are shown meanwhile.
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
from urllib.request import urlopen

import numpy as np

from thermidor.errors import InputError
from thermidor.lab.choice import Choice
from thermidor.lab.controls import controls
from thermidor.lab.jobs import Desk
from thermidor.lab.view import Drawn, View, set_to
from validation.ensemble import Plan
from validation.page import Cell, Page, Table

STUDENTS, EVERY, SECONDS = 30, 5.0, 60.0
MOVES = 30
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
    if not plan.small:
        for runs, words in ((1, "browser: first picture, 2 runs"), (8, "browser: all 8 runs")):
            rows.append(_row(words, np.array(browser(MOVES, plan.seed, runs)) / 1000.0))
    told, before, after, left_out = asyncio.run(crowd(students, seconds, plan.seed))
    rows.append(_row(f"{students} students, a move each {EVERY:g} s, {seconds:.0f} s", np.array(told)))
    about = (
        f"Seconds from a move to its picture. {len(told)} of {len(told) + left_out} moves of the class were answered "
        f"before the student's next one. Memory went from {before:,.0f} to {after:,.0f} MB between the first fifth of "
        "the time and the end."
    )
    heads = ("what", "moves", "median", "95%", "longest")
    return Page("How quickly the lab answers", about, [Table("latency", "Seconds", heads, rows)], plan)


def _row(words: str, seconds: np.ndarray) -> list[Cell]:
    return [words, len(seconds), *(float(np.quantile(seconds, q)) for q in (0.5, 0.95, 1.0))]


async def crowd(students: int, seconds: float, seed: int) -> tuple[list[float], float, float, int]:
    """Students who move sliders: seconds of each answered move, memory in MB early and late, moves never answered."""
    desk, told, unanswered = Desk(), list[float](), [0]
    end, early, memory = time.monotonic() + seconds, time.monotonic() + seconds / 5.0, list[float]()

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
            if not memory and time.monotonic() > early:
                memory.append(megabytes())
        view.leave()

    try:
        await asyncio.gather(*map(student, range(students)))
    finally:
        desk.close()
    return told, memory[0] if memory else megabytes(), megabytes(), unanswered[0]


def megabytes() -> float:
    """Memory that this process holds now; where that can't be told, the most it has held."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def browser(moves: int, seed: int, runs: int) -> list[float]:
    """Milliseconds from a slider's event to a ribbon of at least so many runs, for random moves. Raises InputError."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise InputError("the browser's driver is not installed", "lab", "", "make test installs it") from None
    if CHROMIUM is None:
        raise InputError("there is no Chromium here", "lab", "", "Debian: apt install chromium, or set CHROMIUM")
    server, address = _served()
    stream, found = np.random.default_rng(seed), list[float]()
    try:
        with sync_playwright() as playwright:
            driven = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = driven.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}/lab")
            page.wait_for_selector('#ribbon[data-ready="1"]', timeout=120_000)
            names = page.eval_on_selector_all(".control input[type=range]", "all => all.map((one) => one.id)")
            for _ in range(moves):
                name = names[int(stream.integers(len(names)))]
                found.append(page.evaluate(MOVE, [name, float(stream.uniform()), runs]))
                page.wait_for_timeout(700)
            driven.close()
    finally:
        server.terminate()
        server.wait(10.0)
    return found


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
