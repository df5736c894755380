"""The API: scenarios, runs, the record and the ledger as plain data, with an OpenAPI schema at /openapi.json.

What is asked is checked by the functions that check a link or a command, so that messages are the same; runs are those
of the page and of `thermidor run --format json`. Nothing is written anywhere, and no name leads to a file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Annotated, Any
from uuid import uuid4

from fastapi import FastAPI, Path
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from thermidor import __version__, record
from thermidor.errors import InputError, RunError
from thermidor.lab import answers, forms
from thermidor.lab.choice import Choice, check, scenario
from thermidor.lab.guard import LEFT
from thermidor.lab.jobs import LONGEST, Busy, Desk
from thermidor.lab.live import Lived
from thermidor.scenarios import Scenario

PATIENCE = LONGEST + 5.0
"""Seconds that an answer is waited for: the desk gives up a little earlier."""
LOOK = 0.2
"""Seconds between two looks whether the client is still there."""
AGAIN = 15
"""Seconds after which one who was turned away may come again."""
Name = Annotated[str, Path(min_length=1, max_length=80)]
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": forms.Refusal, "description": "What was sent can't be read."},
    422: {
        "model": forms.Refusal,
        "description": "What was asked is refused: what is wrong, where, why, how to mend it.",
    },
}
LIVED: dict[int | str, dict[str, Any]] = {
    500: {"model": forms.Refusal, "description": "A fault of the program."},
    503: {"model": forms.Refusal, "description": "Too many wait; come again after the seconds of Retry-After."},
    504: {"model": forms.Refusal, "description": "It took too long."},
}


class Gone(Exception):
    """The client left before its answer was there."""


class Broken(Exception):
    """What was asked could not be lived, through a fault of the program; the desk has logged it."""


ERRORS = (InputError, RunError, Busy, TimeoutError, Gone, Broken, HTTPException, RequestValidationError)
"""What `refused` answers."""


def api(desk: Desk) -> FastAPI:
    """The application that answers from a desk; it is mounted where its caller likes."""
    made = FastAPI(
        title="Thermidor", version=__version__, description="A chapter of political theory as an executable model.",
        docs_url=None, redoc_url=None, redirect_slashes=False, responses=REFUSALS,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers=dict.fromkeys(ERRORS, refused),
    )  # fmt: skip

    @made.get(
        "/health", summary="Whether the program lives, and how many wait", responses={503: {"model": forms.Health}}
    )
    async def health() -> JSONResponse:  # no thread: those may all be taken
        lives = desk.worker.is_alive()
        found = answers.health(lives, len(desk.waiting) + (desk.now is not None))
        return JSONResponse(found.model_dump(), 200 if lives else 503)

    @made.get("/scenarios", summary="The scenarios of the library")
    def scenarios() -> forms.Scenarios:
        return _library()

    @made.get("/scenarios/{name}", summary="A scenario as data", response_model_exclude_none=True)
    def one_scenario(name: Name) -> Scenario:
        return scenario(name)

    @made.post("/run", summary="Live a scenario, or a changed one", responses=LIVED)
    async def run(asked: forms.Asked, request: Request) -> forms.Ran:
        found = await lived(desk, request, lambda: asked.choice)
        return await run_in_threadpool(answers.ran, found)

    @made.get("/record", summary="The countries of the historical record")
    def countries() -> forms.Countries:
        return forms.Countries(countries=list(record.countries()))

    @made.get("/record/{country}", summary="The series that the record has of a country")
    def of_country(country: Name) -> forms.OfCountry:
        return forms.OfCountry(country=country, series=[answers.about(one) for one in record.record(country)])

    @made.get("/record/{country}/{series}", summary="A series of the record, year by year")
    def one_series(country: Name, series: Name) -> forms.Series:
        return answers.numbers(record.record(country, series))

    @made.get("/ledger", summary="The claims of the chapter")
    def claims() -> forms.Claims:
        return answers.claims()

    @made.get("/ledger/{id}", summary="A claim, and what could refute it")
    def one_claim(id: Name) -> forms.Claim:
        return answers.claim(id)

    return made


async def lived(desk: Desk, request: Request, choose: Callable[[], Choice]) -> Lived:
    """The whole ensemble of what is chosen, waited for while the client is there.

    `choose` gives the choice, in a thread, where it is checked. Raises InputError, RunError, Busy where too many wait,
    TimeoutError, Gone where the client has left, or Broken.
    """
    choice = await run_in_threadpool(_checked, choose)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Lived | Exception] = loop.create_future()

    def settle(found: Lived | Exception) -> None:
        if not done.done():
            done.set_result(found)

    def tell(found: Lived | Exception) -> None:
        if isinstance(found, Exception) or found.whole:
            with suppress(RuntimeError):  # the loop may be closed, and the worker goes on
                loop.call_soon_threadsafe(settle, found)

    client = f"{request.client.host if request.client else ''} {uuid4().hex}"
    until = time.monotonic() + PATIENCE
    try:
        desk.ask(client, choice, tell)
        while not (await asyncio.wait({done}, timeout=LOOK))[0]:
            left = request.scope.get(LEFT)
            if left.is_set() if left is not None else await request.is_disconnected():
                raise Gone
            if not desk.worker.is_alive():
                raise Busy("this server lives no more runs")
            if time.monotonic() > until:
                raise TimeoutError
    finally:
        desk.leave(client)
    if isinstance(found := done.result(), Exception):
        raise found if isinstance(found, ERRORS) else Broken from found
    return found


def _checked(choose: Callable[[], Choice]) -> Choice:
    choice = choose()
    check(choice)
    return choice


async def refused(_: Request, error: Exception) -> JSONResponse:
    """The answer to what went wrong: a status, and what is wrong, where, why and how to mend it."""
    headers: dict[str, str] = {}
    if isinstance(error, InputError):
        status, found = (
            422,
            answers.refusal(error.what, error.where, "; ".join(filter(None, (error.why, *error.also))), error.mend),
        )
    elif isinstance(error, RequestValidationError):
        status, found = 422, answers.unread(error.errors())
    elif isinstance(error, RunError):
        status, found = 422, answers.refusal(what=str(error), mend="change less of the scenario, or another condition")
    elif isinstance(error, Busy):
        status = 503
        found = answers.refusal(what=str(error) or "too many wait", mend=f"come again in {AGAIN} seconds")
        headers = {"Retry-After": str(AGAIN)}
    elif isinstance(error, TimeoutError):
        status, found = 504, answers.refusal(what="it took too long", mend="come again, or choose a smaller scenario")
    elif isinstance(error, HTTPException):
        status, found = (
            error.status_code,
            answers.refusal(what=str(error.detail).lower(), mend="what there is stands in openapi.json"),
        )
        headers = dict(error.headers or {})
    elif isinstance(error, Broken):
        status, found = 500, answers.refusal(what="something went wrong here", mend="try again later")
    else:
        status, found = 499, answers.refusal(what="the client has left")
    return JSONResponse(found.model_dump(), status, headers)


@cache
def _library() -> forms.Scenarios:
    return answers.scenarios()
