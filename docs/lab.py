"""Take pictures of the lab's pages for the documentation: `python docs/lab.py` (needs the test tools and a Chromium).

It serves the lab at a free port, opens it in a browser without a screen, waits until all runs are there, and writes
images/lab-*.png.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright
from read_source import DOCS

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PLACES = {
    "home": ("/", 1280),
    "russia": ("/lab?v=1&scenario=russia-1917&set=russia.outside.hostility:0.2&month=1933-01", 1280),
    "tour": ("/lab?v=1&scenario=russia-1917&tour=poor-against-rich&step=1", 1280),
    "claims": ("/ledger", 1280),
    "world": ("/world", 1280),
    "phone": ("/lab?v=1&scenario=germany-1930", 390),
}
"""Addresses and widths, by the name of the picture."""
PATIENCE = 180_000


def served() -> tuple[subprocess.Popen[bytes], str]:
    """A lab that is served, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "thermidor", "lab", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    while True:
        try:
            urlopen(f"{address}/api/v1/health", timeout=1.0).close()
        except OSError:
            time.sleep(0.3)
        else:
            return server, address


def whole(page: Page, name: str) -> None:
    """Wait until all that the page shows is there."""
    if name == "world":
        page.wait_for_function("() => /runs of/.test(document.querySelector('.progress').innerText)", timeout=PATIENCE)
    elif name not in ("home", "tour", "claims"):
        page.wait_for_selector('#ribbon[data-ready="1"]', timeout=PATIENCE)
    page.wait_for_timeout(1500)


def main() -> None:
    """Take every picture."""
    server, address = served()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for name, (place, wide) in PLACES.items():
                page = browser.new_page(viewport={"width": wide, "height": 900})
                page.goto(address + place)
                whole(page, name)
                page.screenshot(path=DOCS / "images" / f"lab-{name}.png")
                page.close()
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
