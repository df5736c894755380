"""The server of the lab: its pages, the API, what can be taken away, the guard before all of it."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from functools import partial
from types import FrameType
from typing import Any
from urllib.parse import quote

from nicegui import Client, app, ui
from starlette.requests import Request
from starlette.responses import Response

from thermidor.errors import InputError
from thermidor.lab import frame
from thermidor.lab.api import api, refused
from thermidor.lab.choice import FIRST, Choice, read
from thermidor.lab.claims import claims
from thermidor.lab.guard import Guard, Limits
from thermidor.lab.guide import Guide, shelf, tour_of
from thermidor.lab.home import home
from thermidor.lab.jobs import Desk
from thermidor.lab.manual import manual
from thermidor.lab.page import Lab
from thermidor.lab.rooms import Rooms
from thermidor.lab.take import routes
from thermidor.lab.view import asked_of, in_words
from thermidor.lab.words import say
from thermidor.lab.world import World
from thermidor.rules.rewritten import still_so

PROGRAMS = ("/api/", "/_nicegui/")
"""Addresses that programs ask for: who is wrong there is told so in JSON."""


HERE = ("127.0.0.1", "::1", "localhost")
"""Hosts on which nobody but this machine is served."""
CUT_OFF = 1
"""Seconds after which, at the end, an answer is cut off that nobody takes, or that can't be stopped."""


def serve(host: str, port: int, *, browser: bool, proxies: bool = False) -> None:
    """Serve the lab until it is stopped."""
    limits = Limits(proxies=proxies)
    heard = logging.getLogger("thermidor.lab")
    heard.addHandler(logging.StreamHandler())
    afar = proxies or host not in HERE
    heard.setLevel(logging.INFO if afar else logging.WARNING)
    desk = Desk()
    build(desk)
    app.add_middleware(Guard, limits=limits)
    app.on_startup(gc.freeze)  # what stands now stays, and is not looked through again and again
    app.on_startup(partial(_stop_with_the_signal, desk))
    app.on_shutdown(desk.close)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}  # a bar that no screen reader could name
    ui.run(
        host=host, port=port, show=browser, reload=False, title=say("page.title"), language="en-GB", dark=None,
        tailwind=False, show_welcome_message=False, endpoint_documentation="none", proxy_headers=False,
        server_header=False, access_log=False, ws_max_size=limits.body, timeout_graceful_shutdown=CUT_OFF,
        ws_per_message_deflate=afar,  # to pack a picture takes longer than to hand it to one's own browser
    )  # fmt: skip


def _stop_with_the_signal(desk: Desk) -> None:
    """Have the desk stop at once when the program is told to end: the server first awaits all who wait for runs.

    What is cut off at the end is no fault, and no trace of it is printed. Called in the server's loop.
    """
    loop = asyncio.get_running_loop()

    def stop(before: Any, number: int, at: FrameType | None) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        loop.call_soon_threadsafe(desk.stop)
        if callable(before):
            before(number, at)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(stop, signal.getsignal(number)))


def build(desk: Desk) -> None:
    """Put pages and routes on NiceGUI's application."""
    rooms = Rooms()
    app.mount("/api/v1", api(desk))
    app.include_router(routes(desk))
    manual(app)

    @ui.page("/")
    def first() -> None:
        home()

    @ui.page("/tours")
    def all_tours() -> None:
        shelf(rooms)

    @ui.page("/ledger")
    def ledger() -> None:
        claims()

    @app.exception_handler(404)
    async def lost(request: Request, error: Exception) -> Response:
        if f"{request.url.path}/".startswith(PROGRAMS):
            return await refused(request, error)
        with Client(ui.page(""), request=request) as client:
            frame.lost()
        return client.build_response(request, 404)

    @ui.page("/lab")
    async def lab(request: Request) -> None:
        choice, own = _choice(request, say("page.lab"))
        if choice is not None:
            beside = read(own["beside"]) if "beside" in own else None
            with frame.page(say("page.lab")):
                rules = own.get("rules", "")[:8]
                if len(rules) == 8 and not still_so(rules):
                    frame.text("p", say("page.other_rules", rules=rules)).classes("trouble").props("role=note")
                guide = _guide(desk, rooms, own)
                veiled, look = (guide.hides, guide.step.look) if guide is not None else (False, "")
                more = "".join(f"&{key}={quote(own[key])}" for key in ("tour", "step", "room") if key in own)
                shown = Lab(desk, choice, beside, hidden=veiled, look=look, more=more)
            await ui.context.client.connected(timeout=30.0)
            ui.run_javascript("thermidorTell()")
            shown.begin()

    @ui.page("/world")
    async def world(request: Request) -> None:
        choice, _ = _choice(request, say("page.world"), FIRST["world"])
        if choice is not None:
            with frame.page(say("page.world")):
                shown = World(desk, choice)
            await ui.context.client.connected(timeout=30.0)
            shown.begin()


def _guide(desk: Desk, rooms: Rooms, own: dict[str, str]) -> Guide | None:
    """The card of a tour's step, where the address names one."""
    if "tour" not in own:
        return None
    tour, number = tour_of(own["tour"], own.get("step", "1"))
    return Guide(desk, rooms, tour, number, own.get("room", ""))


def _choice(request: Request, title: str, name: str = "") -> tuple[Choice | None, dict[str, str]]:
    """The choice of a page's address, and what else it says; what is wrong with it is shown in the page's place."""
    own: dict[str, str] = {}
    try:
        query, own = asked_of(request.url.query)
        if "beside" in own:
            read(own["beside"])
        if "tour" in own:
            tour, number = tour_of(own["tour"], own.get("step", "1"))
            query = query or tour.steps[number - 1].link
            if read(query).lived != tour.steps[number - 1].choice.lived:
                del own["tour"]  # the picture is another than the card would speak of
        return (read(query) if query else Choice(scenario=name) if name else Choice()), own
    except InputError as error:
        with frame.page(title):
            frame.text("h1", title)
            frame.text("p", in_words(error)).classes("trouble").props("role=alert")
        return None, own
