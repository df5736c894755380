"""The lab in a real browser: choose, drag, ask why, share, take away, by keyboard alone, at three widths, offline."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SHOTS = ROOT / "build" / "lab"
SERVER = """
from thermidor.lab import live
live.FULL = live.Size((4, 4), 300, 60)
live.PREVIEW = live.Size((4,), 120, 40)
live.WORLD = live.Size((2,), 60, 60)
from thermidor.cli.lab import carry_out
carry_out("127.0.0.1", {port}, False, False)
"""
READY = '#ribbon[data-ready="1"]'
WIDTHS = (390, 1024, 1920)
PAGES = ("/", "/lab?v=1&scenario=germany-1933&month=1935-01", "/tours", "/ledger", "/world?v=1&scenario=china-1949")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab that is served, with small ensembles; it may log no fault of its own."""
    log = tmp_path_factory.mktemp("lab") / "log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    environment = {**clean, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), clean.get("PYTHONPATH", "")])}
    with log.open("w") as out:
        command = [sys.executable, "-c", SERVER.format(port=port)]
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    address, end = f"http://127.0.0.1:{port}", time.monotonic() + 90.0
    try:
        while time.monotonic() < end:
            assert server.poll() is None, log.read_text()
            try:
                urlopen(f"{address}/api/v1/health", timeout=1.0).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
        assert server.poll() is None
    finally:
        server.terminate()
        server.wait(10.0)
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium here, and CI has to have one")
        pytest.skip("no chromium on this machine (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]
    arguments += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield driven
        driven.close()


@pytest.fixture
def page(browser: Any, place: str) -> Iterator[Any]:
    """A fresh page that allows no error of its own and no request to another host."""
    made = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=place)
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    made.on(
        "request",
        lambda asked: None if asked.url.startswith((place, "ws", "data:", "blob:")) else wrong.append(asked.url),
    )
    yield made
    made.close()
    assert not wrong


def ribbon(page: Any) -> str:
    """The ribbon's drawing, once all runs are there and it is as wide as its place."""
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function(
        "() => { const e = document.querySelector('#ribbon'), drawn = e.querySelector('svg');"
        " const wide = Math.max(280, Math.min(1600, e.clientWidth));"
        " return drawn && Math.abs(drawn.getAttribute('width') - wide) < 2; }", timeout=60_000,
    )  # fmt: skip
    return str(page.inner_html("#ribbon"))


def move(page: Any, name: str, value: float, *, let_go: bool = True) -> None:
    """Move a slider as a mouse does: it tells of its moves, and of the end."""
    page.eval_on_selector(
        f"#{name}",
        "(e, [v, last]) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true}));"
        " if (last) e.dispatchEvent(new Event('change', {bubbles: true})); }",
        [value, let_go],
    )


def changed(page: Any, before: str) -> str:
    """The ribbon once it is another and whole."""
    page.wait_for_function(
        "(old) => { const e = document.querySelector('#ribbon[data-ready=\"1\"]'); return e && e.innerHTML !== old; }",
        arg=before, timeout=60_000,
    )  # fmt: skip
    return str(page.inner_html("#ribbon"))


def where(page: Any) -> str:
    """The address in the browser's bar."""
    return str(page.evaluate("location.href"))


def shot(page: Any, name: str) -> None:
    """Keep a picture of the page, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_choose_drag_why_share(page: Any, browser: Any, place: str) -> None:
    """From the gallery to a changed future, its reasons, and the same picture in another browser by the link alone."""
    page.goto("/")
    page.click("#open-germany-1933")
    first = ribbon(page)
    assert "runs of 300 simulated people" in page.inner_text(".progress")
    move(page, "set-gdp_per_head", 9.0, let_go=False)
    page.wait_for_function("() => document.querySelector('.progress').innerText.includes('small runs')", timeout=30_000)
    move(page, "set-gdp_per_head", 9.0)
    second = changed(page, first)
    assert 'class="ribbon"' in second
    page.wait_for_function("() => location.href.includes('gdp_per_head')")
    assert page.locator(".panel .behind").count() > 5
    box = page.locator("#ribbon").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 60)
    page.wait_for_selector("#why h2", timeout=30_000)
    reasons = page.inner_text("#why")
    assert re.search(r"\d+% of runs stand under", reasons) and "at least" in reasons + page.inner_html("#why")
    page.wait_for_function("() => location.href.includes('month=19')")
    mine = ribbon(page)
    shot(page, "why")
    other = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    other.goto(where(page))
    other.wait_for_selector("#why h2", timeout=60_000)
    page.wait_for_timeout(300)
    assert ribbon(other) == mine
    assert other.inner_text("#why") == reasons
    other.context.close()


def test_a_real_drag_ends_with_all_runs(page: Any) -> None:
    """The mouse moves a slider in steps and lets it go: what is shown in the end is the whole ensemble."""
    page.goto("/lab?v=1&scenario=germany-1933")
    first = ribbon(page)
    knob = page.locator("#set-literacy")
    knob.evaluate("e => e.scrollIntoView({block: 'center'})")
    box = knob.bounding_box()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(20)
    page.mouse.up()
    changed(page, first)
    assert "8 runs" in page.inner_text(".progress")
    assert page.evaluate("document.querySelector('#set-literacy').getAttribute('aria-valuetext')").endswith("index 0-1")


def test_a_slider_that_stands_still_is_let_go(page: Any) -> None:
    """All runs are lived and the address holds the change, though the browser never told of the end."""
    page.goto("/lab?v=1&scenario=germany-1933")
    first = ribbon(page)
    move(page, "set-literacy", 0.3, let_go=False)
    changed(page, first)
    page.wait_for_function("() => location.href.includes('literacy')")


def test_beside_another_time(page: Any) -> None:
    """What is compared with may share no month: the page goes on."""
    page.goto("/lab?v=1&scenario=germany-1933&beside=v%3D1%26scenario%3Dbritain-1900")
    ribbon(page)
    page.wait_for_timeout(1500)
    page.focus("#month")
    page.keyboard.press("PageUp")
    page.wait_for_selector("#why h2", timeout=30_000)


def test_every_knob_has_a_name(page: Any) -> None:
    """By the browser's own tree of what is read aloud."""
    page.goto("/lab?v=1&scenario=germany-1933")
    ribbon(page)
    names = [
        page.locator(f"#{i}").evaluate("e => e.labels[0] && e.labels[0].innerText") for i in ("set-literacy", "month")
    ]
    assert names[0] == "Schooling" and names[1].startswith("Month")
    assert page.get_by_role("slider", name="Schooling").count() == 1
    assert page.get_by_role("slider", name="Month looked at").count() == 1


def test_who_leaves_is_not_lived_for(place: str) -> None:
    """A client that hangs up is seen to have gone, behind all that stands before the application."""
    host, port = place.removeprefix("http://").split(":")
    for seed in range(6):
        asked = f"GET /take/csv?v=1&scenario=russia-1917&seed={seed + 700} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        with socket.create_connection((host, int(port)), timeout=5.0) as line:
            line.sendall(asked.encode())
            time.sleep(0.1)
    end = time.monotonic() + 8.0
    while time.monotonic() < end:
        with urlopen(f"{place}/api/v1/health", timeout=5.0) as told:
            if json.load(told)["waiting"] == 0:
                return
        time.sleep(0.2)
    raise AssertionError("those who left still wait")


def test_branch_compare_and_back(page: Any) -> None:
    """New futures from a month lie before the old ones; both stand in the link; back leads to the start."""
    page.goto("/lab?v=1&scenario=germany-1933&month=1935-01")
    ribbon(page)
    page.wait_for_selector("#why h2")
    before = ribbon(page)
    page.click("#do-branch")
    changed(page, before)
    page.wait_for_selector("#ribbon g", timeout=60_000)  # what it is compared with has come as well
    futures = ribbon(page)
    assert "at=1935-01" in where(page) and "beside=" in where(page)
    assert "1935" in page.inner_text(".actions")
    shot(page, "branch")
    page.reload()
    page.wait_for_selector("#ribbon g", timeout=60_000)
    assert ribbon(page) == futures
    page.click("#do-let-go")
    page.click("#do-start")
    page.wait_for_function("() => !location.href.includes('at=')")


def test_switches_theories_lenses(page: Any) -> None:
    """A mechanism off, another theory, another lens: each changes the picture and the link; reset puts all back."""
    page.goto("/lab?v=1&scenario=germany-1933")
    first = ribbon(page)
    page.click("#switches summary")
    page.check("#switch-outside")
    page.wait_for_function("() => location.href.includes('without=outside')")
    page.select_option("#menu-theory", "bellicist")
    page.wait_for_function("() => location.href.includes('theory=bellicist')")
    page.select_option("#menu-lens", "kornai")
    page.wait_for_function("() => location.href.includes('lens=kornai')")
    changed(page, first)
    page.click("#do-reset")
    page.wait_for_function("() => !location.href.includes('without')")


def test_everything_can_be_taken_away(page: Any, place: str) -> None:
    """Each file is what its name says."""
    page.goto("/lab?v=1&scenario=germany-1933")
    ribbon(page)
    page.click("#take summary")
    got = {}
    for kind in ("svg", "png", "csv", "parquet", "netcdf", "yaml", "txt"):
        with page.expect_download(timeout=60_000) as waiting:
            page.click(f"#take-{kind}")
        got[kind] = Path(waiting.value.path()).read_bytes()
    assert got["svg"].lstrip().startswith(b"<?xml") and got["png"].startswith(b"\x89PNG")
    table = [line for line in got["csv"].decode().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(table))
    assert len(rows) > 100 and float(rows[0]["gdp_per_head_median"]) > 0.0
    assert got["parquet"][:4] == b"PAR1" and got["netcdf"][1:4] == b"HDF"
    assert b"germany-1933" in got["yaml"] and got["txt"].startswith(b"thermidor run germany-1933")


def test_keyboard_alone(page: Any) -> None:
    """A slider is reached and moved, a month is asked for, and the way to the picture is short."""
    page.goto("/lab?v=1&scenario=germany-1933")
    first = ribbon(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#month")
    page.keyboard.press("PageUp")
    page.wait_for_selector("#why h2", timeout=30_000)
    for _ in range(60):
        page.keyboard.press("Tab")
        if str(page.evaluate("document.activeElement.id")).startswith("set-"):
            break
    name = page.evaluate("document.activeElement.id")
    assert name.startswith("set-")
    page.keyboard.press("End")
    page.wait_for_function("() => location.href.includes('set=')")
    assert changed(page, first)


@pytest.mark.parametrize("wide", WIDTHS)
def test_widths(page: Any, wide: int) -> None:
    """Nothing sticks out; letters keep their size; light and dark."""
    page.set_viewport_size({"width": wide, "height": 850})
    for name, address in (("home", "/"), ("lab", "/lab?v=1&scenario=germany-1933&month=1935-01"), ("tours", "/tours")):
        page.goto(address)
        if name == "lab":
            ribbon(page)
            page.wait_for_timeout(600)
            drawn, room = (page.eval_on_selector(e, "e => e.clientWidth") for e in ("#ribbon svg", "#ribbon"))
            assert abs(drawn - room) <= 2
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        shot(page, f"{name}-{wide}")
    if wide == WIDTHS[1]:
        page.click("#do-dark")
        page.wait_for_timeout(300)
        shot(page, "dark")


@pytest.mark.parametrize(
    "address",
    ["/", "/lab?v=1&scenario=germany-1933&month=1935-01", "/tours", "/ledger#P02", "/world?v=1&scenario=china-1949"],
)
def test_axe_finds_nothing_serious(page: Any, address: str) -> None:
    """By the rules of WCAG 2 A and AA, in light and dark."""
    from axe_playwright_python.sync_playwright import Axe

    page.goto(address)
    if address.startswith("/lab"):
        ribbon(page)
        page.wait_for_selector("#why h2")
    else:
        page.wait_for_timeout(1500)
    for dark in (False, True):
        if dark:
            page.click("#do-dark")
            page.wait_for_timeout(300)
        options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
        found = Axe().run(page, options=options).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        told = [(v["id"], [n["html"][:140] for n in v["nodes"][:3]]) for v in serious]
        assert not told, (dark, told)


def test_a_tour_asks_before_it_shows(page: Any) -> None:
    """The picture is hidden until the student has predicted; what came out is told; a room counts the answers."""
    page.goto("/tours")
    page.click("#tour-poor-against-rich")
    page.wait_for_selector("#guide")
    assert not page.is_visible("#ribbon")
    page.click("#do-room")
    page.wait_for_selector("#room")
    page.wait_for_function("() => location.href.includes('room=')")
    page.click("#do-reveal")
    page.wait_for_function("() => document.querySelector('#revealed').innerText.includes('Choose an answer')")
    page.check("#predict-1")
    page.click("#do-reveal")
    came = "() => document.querySelector('#revealed').innerText.includes('so it came out')"
    page.wait_for_function(came, timeout=60_000)
    told = page.inner_text("#revealed")
    assert "so it came out" in told and re.search(r"\d", told)
    page.wait_for_function("() => getComputedStyle(document.getElementById('ribbon')).visibility === 'visible'")
    shot(page, "tour")
    page.click("#next")
    page.wait_for_function("() => location.href.includes('step=2')")


def test_what_is_wrong_is_told(page: Any) -> None:
    """A link that can't be read is told in a sentence, script in it is shown as text, and the page stands."""
    page.goto("/lab?v=1&scenario=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "there is no scenario" in page.inner_text("main") and page.locator("main script").count() == 0
    page.goto("/lab?v=1&scenario=germany-1933&rules=0badf00d")
    assert "0badf00d" in page.inner_text("main .trouble >> nth=0")
    page.goto("/lab?v=1&scenario=germany-1933&tour=nowhere&step=1")
    assert "there is no tour" in page.inner_text("main")


def test_all_countries(page: Any) -> None:
    """A ribbon for each country leads to its own page."""
    page.goto("/world?v=1&scenario=china-1949")
    page.wait_for_selector(".world svg", timeout=60_000)
    assert page.locator(".world li").count() == 3
    page.click(".world a >> nth=1")
    ribbon(page)
    assert "country=" in where(page)


def test_a_change_can_be_undone(page: Any) -> None:
    """The browser's Back and the page's Undo put the last change back; looking at a month is no change."""
    page.goto("/lab?v=1&scenario=germany-1933")
    base = ribbon(page)
    assert page.inner_text("#effect") == ""
    move(page, "set-gdp_per_head", 9.0)
    once = changed(page, base)
    page.wait_for_function("() => document.querySelector('#effect').innerText.length > 10", timeout=30_000)
    move(page, "set-literacy", 0.2)
    changed(page, once)
    page.wait_for_function("() => location.href.includes('literacy')")
    page.go_back()
    page.wait_for_function("() => !location.href.includes('literacy') && location.href.includes('gdp_per_head')")
    page.wait_for_function("() => document.querySelector('#set-literacy')?.value > 0.5", timeout=30_000)
    assert float(page.input_value("#set-gdp_per_head")) == pytest.approx(9.0, abs=0.1)
    page.focus("#month")
    page.keyboard.press("PageUp")
    page.wait_for_selector("#why h2", timeout=30_000)
    page.focus("#do-undo")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.href.includes('gdp_per_head')")
    page.wait_for_function("() => document.activeElement.id === 'do-undo'")
    page.wait_for_function("() => document.querySelector('#set-gdp_per_head')?.value < 8", timeout=30_000)
    assert page.inner_text("#effect") == ""
    page.focus("#do-undo")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.evaluate("document.activeElement.id") == "do-undo"
    assert "gdp_per_head" not in page.evaluate("location.href")


def test_undo_after_back_and_forward(page: Any) -> None:
    """Undo is Back: it goes on working after both, and keys held on one slider are one step that loses none."""
    page.goto("/lab?v=1&scenario=germany-1933")
    first = ribbon(page)
    page.select_option("#menu-theory", "bellicist")
    changed(page, first)
    page.go_back()
    page.wait_for_function("() => !location.href.includes('bellicist')")
    page.wait_for_function("() => document.querySelector('#menu-theory')?.value === 'trotsky'")
    page.go_forward()
    page.wait_for_function("() => document.querySelector('#menu-theory')?.value === 'bellicist'")
    page.click("#do-undo")
    page.wait_for_function("() => document.querySelector('#menu-theory')?.value === 'trotsky'")
    page.focus("#set-literacy")
    step = float(page.get_attribute("#set-literacy", "step"))
    began = float(page.input_value("#set-literacy"))
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(40)
    page.wait_for_function("() => location.href.includes('literacy')")
    page.wait_for_timeout(1500)
    assert float(page.input_value("#set-literacy")) == pytest.approx(began - 12 * step, abs=0.5 * step)
    page.click("#do-undo")
    page.wait_for_function("() => !location.href.includes('literacy')")


def test_numbers_under_the_pointer(page: Any) -> None:
    """The numbers of a year are shown where the pointer is, and those of the month that is looked at by keyboard."""
    page.goto("/lab?v=1&scenario=germany-1933&month=1935-01")
    ribbon(page)
    page.wait_for_selector("#why h2", timeout=30_000)
    told = page.inner_text(".panel .readout >> nth=0")
    assert "1934/35" in told and "measured" in told
    page.hover(".panel svg >> nth=0", position={"x": 400, "y": 40})
    page.wait_for_function("(was) => document.querySelector('.panel .readout').innerText !== was", arg=told)
    page.hover("h1")
    page.wait_for_function("(was) => document.querySelector('.panel .readout').innerText === was", arg=told)
    page.hover("#ribbon svg", position={"x": 150, "y": 40})
    page.wait_for_function("() => /19.*%/.test(document.querySelector('#readout-ribbon').innerText)")


def test_claims_are_sifted_and_found(page: Any) -> None:
    """A sieve leaves those of a verdict; an address unfolds its claim; a slider's claims lead there."""
    page.goto("/ledger")
    everyone = page.locator(".claims > li:visible").count()
    page.select_option("#sift-model", "contradicted")
    some = page.locator(".claims > li:visible").count()
    assert 0 < some < everyone and page.inner_text("#sifted").startswith(f"{some} ")
    page.goto("/ledger#P02")
    page.wait_for_function("() => document.querySelector('#P02 details').open")
    assert re.search(r"\d", page.inner_text("#P02 details"))
    page.goto("/lab?v=1&scenario=germany-1933")
    ribbon(page)
    page.click(".control details summary >> nth=0")
    page.click(".control details[open] a[href^='/ledger#P'] >> nth=0")
    page.wait_for_function("() => document.querySelector(location.hash || 'none')?.querySelector('details').open")


def test_a_page_that_is_not_there(page: Any, place: str) -> None:
    """It is told in the lab's own frame, with the status that says so; documentation is there, built or not."""
    for address in ("/nowhere", "/docs/nowhere.html"):
        with pytest.raises(HTTPError) as refused:
            urlopen(place + address, timeout=10.0)
        assert refused.value.code == 404
        assert "Page not found" in refused.value.read().decode()
    with urlopen(f"{place}/docs/lab.html", timeout=10.0) as answered:
        assert "<h1" in answered.read().decode()
