"""What pages of runs share: they ask again where too many wait, and faults in the desk's threads reach them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from thermidor.errors import InputError
from thermidor.lab.jobs import FAULTS, Busy

AGAIN = 5.0
"""Seconds after which a page asks again where too many waited."""


def patiently(
    loop: asyncio.AbstractEventLoop, ask: Callable[[], None], busy: Callable[[], None], there: Callable[[], bool]
) -> None:
    """Ask; where too many wait say so by `busy`, and ask again after AGAIN seconds for as long as the page is `there`.

    It is called in the page's loop.
    """
    if not there():
        return
    try:
        ask()
    except Busy:
        busy()
        loop.call_later(AGAIN, patiently, loop, ask, busy, there)


@contextmanager
def told(loop: asyncio.AbstractEventLoop, fail: Callable[[Exception], None], what: str) -> Iterator[None]:
    """Tell the page of a fault in another thread, whatever it is: `fail` is called in the page's loop.

    One that nobody foresaw is logged as `what`. Once the loop is closed nobody is left to be told.
    """
    try:
        yield
    except Exception as error:
        if loop.is_closed():
            return
        if not isinstance(error, InputError):
            FAULTS.exception(what)
        with suppress(RuntimeError):  # closed meanwhile
            loop.call_soon_threadsafe(fail, error)
