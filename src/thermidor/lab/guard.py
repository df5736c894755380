"""The guard before the lab: bounded work a client, plain refusals, strict headers, one line of log a request.

Pure ASGI, and one event loop: several processes count each for themselves. A client is an address (of the sixth
version: its first 64 bits), and forgotten when others need the room. Nothing of a visitor is written down but a
hash with a salt that dies with the process. What arrives before a request's headers are whole, and how slowly an
answer is read, is seen by the server or the proxy only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import secrets
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thermidor.lab.headers import HOST, address, dressed, header

LOG = logging.getLogger("thermidor.lab")
ASSETS = ("/_nicegui", "/docs/")
"""Paths under which a page finds its parts: many small requests at once."""
LABS = ("/lab", "/world")
"""Pages that cost a fifth of a second each."""
HEALTH = "/api/v1/health"
"""Where those ask who watch the program: never counted, and its body never read."""
GONE = 499
"""What is logged of a client that left before its body was whole."""


TOO_MANY = 1008
"""The code with which a connection is closed that says too much."""


class Door(NamedTuple):
    """How often a client may pass: a second in the long run, at once after a rest, and how many may be inside."""

    rate: float
    burst: float
    inside: int = 1


PAGES = Door(rate=20.0, burst=200.0, inside=40)
COSTLY = Door(rate=2.0, burst=60.0, inside=20)
PARTS = Door(rate=300.0, burst=3_000.0, inside=120)
SOCKETS = Door(rate=4.0, burst=80.0, inside=80)
MESSAGES = Door(rate=60.0, burst=600.0)


@dataclass(frozen=True)
class Limits:
    """What a client may ask of one process.

    Every number is assumed, none measured: a class of forty behind one address should not meet them, a script does.

    body      bytes of a body, or of a message; letters: of path and query together; slow: seconds within which a body
              has to be there
    page      requests for pages, the API and downloads; lab: for the lab itself; asset: for parts of pages;
              socket: pages that stay connected
    message   what one such page says: a slider that is dragged some eight times a second, a key that is held thirty
    clients   addresses that are remembered
    proxies   whether the last address of X-Forwarded-For is the client's: only behind a proxy that writes it
    """

    body: int = 65_536
    letters: int = 8_192
    slow: float = 10.0
    page: Door = PAGES
    lab: Door = COSTLY
    asset: Door = PARTS
    socket: Door = SOCKETS
    message: Door = MESSAGES
    clients: int = 10_000
    proxies: bool = False


LEFT = "thermidor.left"
"""Where a request's scope says, by an event, that its client has left."""


class Refused(Exception):
    """A request that is not let in: the status, what is wrong, how to mend it, seconds after which to come again."""

    def __init__(self, status: int, what: str, mend: str, again: float = 0.0) -> None:
        super().__init__(what)
        self.status, self.what, self.mend, self.again = status, what, mend, again


@dataclass
class Count:
    """What a client has left at a door, as of when, and how many of its requests are inside."""

    left: float
    since: float
    inside: int = 0

    def wait(self, door: Door, now: float) -> float:
        """Seconds until the client may pass; 0 where it passes now, and is counted."""
        self.left = min(door.burst, self.left + door.rate * (now - self.since))
        self.since = now
        if self.left < 1.0:
            return (1.0 - self.left) / door.rate
        self.left -= 1.0
        return 0.0


class Guard:
    """The application `app`, guarded. `clock` gives seconds that only rise."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.limits, self.clock = app, limits or Limits(), clock
        self.salt = secrets.token_bytes(16)
        self.clients: OrderedDict[str, dict[str, Count]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a connection in, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        client, began, status = address(scope, self.limits.proxies), self.clock(), GONE
        host, error, closed = header(scope, b"host"), "", False
        inner = {**scope, "client": (client, 0)}

        async def tell(message: Message) -> None:
            nonlocal status, closed
            if closed:
                return
            if message["type"].endswith("http.response.start"):
                status = message["status"]
                message = {**message, "headers": dressed(message.get("headers", ()), host)}
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close":
                status, closed = 429 if message.get("code") == TOO_MANY else 403 if status == GONE else status, True
            await send(message)

        try:
            with self._inside(client, scope):
                if scope["type"] == "websocket":
                    await self.app(inner, _paced(receive, tell, self.limits.message, self.clock), tell)
                elif (body := await _body(scope, receive, self.limits)) is not None:
                    gone = inner[LEFT] = asyncio.Event()
                    watch = asyncio.create_task(_watch(receive, gone))
                    try:
                        await self.app(inner, _replay(body, gone), tell)
                    finally:
                        watch.cancel()
        except Refused as refused:
            await _refuse(scope, tell, refused)
        except Exception:
            error = traceback.format_exc(limit=-8)
            if status != GONE:
                raise
            await _refuse(scope, tell, Refused(500, "something went wrong here", "try again later"))
        finally:
            self._log(client, scope, status, began, error)

    @contextmanager
    def _inside(self, client: str, scope: Scope) -> Iterator[None]:
        """Count a request in and out. Raises Refused."""
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > self.limits.letters:
            raise Refused(414, "the address is too long", f"at most {self.limits.letters:,} letters are read")
        if not HOST.fullmatch(header(scope, b"host")):
            raise Refused(400, "the host has no name that can be read", "send the name of this server")
        if _health(scope):
            yield
            return
        count, door = self._count(client, scope)
        if wait := count.wait(door, self.clock()):
            raise Refused(429, "too many requests", f"at most {door.rate:g} a second are served for long", wait)
        if count.inside >= door.inside:
            raise Refused(429, "too many requests at once", f"at most {door.inside} of one address are served", 1.0)
        count.inside += 1
        try:
            yield
        finally:
            count.inside -= 1

    def _count(self, client: str, scope: Scope) -> tuple[Count, Door]:
        """What is counted of a client at the door that a request goes to. Raises Refused where there is no room."""
        path = scope["path"]
        kind = "asset" if path.startswith(ASSETS) and not path.endswith(".html") else "page"
        kind = "lab" if path in LABS else kind
        kind = "socket" if scope["type"] == "websocket" else kind
        door: Door = getattr(self.limits, kind)
        if client not in self.clients and len(self.clients) >= self.limits.clients:
            idle = (name for name, doors in self.clients.items() if not any(one.inside for one in doors.values()))
            if (oldest := next(idle, None)) is None:
                raise Refused(503, "too many are here", "come again later", 30.0)
            del self.clients[oldest]
        doors = self.clients.setdefault(client, {})
        self.clients.move_to_end(client)
        return doors.setdefault(kind, Count(door.burst, self.clock())), door

    def _log(self, client: str, scope: Scope, status: int, began: float, error: str) -> None:
        """Write one JSON object on a request, without address and query."""
        line: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": hashlib.sha256(self.salt + client.encode()).hexdigest()[:12],
            "method": scope.get("method", "WEBSOCKET"),
            "path": scope["path"][:200],
            "status": status,
            "ms": round(1000.0 * (self.clock() - began), 1),
        }
        LOG.log(logging.ERROR if error else logging.INFO, json.dumps({**line, "error": error} if error else line))


def _health(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["path"] == HEALTH)


async def _body(scope: Scope, receive: Receive, limits: Limits) -> bytes | None:
    """The whole body; None if the client left before its end. Raises Refused for what is too long or too slow."""
    if _health(scope):
        return b""
    too_long = Refused(413, "the body is too long", f"at most {limits.body:,} bytes are read")
    told = header(scope, b"content-length")
    if told.isascii() and told.isdigit() and (len(told) > 12 or int(told) > limits.body):
        raise too_long
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.slow):
            while (message := await receive())["type"] == "http.request":
                part = message.get("body", b"")
                parts.append(part)
                size += len(part)
                if size > limits.body:
                    raise too_long
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refused(408, "the body came too slowly", f"send it within {limits.slow:g} seconds") from None
    return None


def _replay(body: bytes, gone: asyncio.Event) -> Receive:
    """A body that is there already, as the application receives it; then that the client has left, once it has."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    return again


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    """Note when a client leaves: what stands between here and the application may not hear of it."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _paced(receive: Receive, send: Send, door: Door, clock: Callable[[], float]) -> Receive:
    """What a page says, as it says it; one that says too much is closed, and its application hears that it has left."""
    said = Count(door.burst, clock())

    async def heard() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and said.wait(door, clock()):
            await send({"type": "websocket.close", "code": TOO_MANY, "reason": "too many messages"})
            return {"type": "websocket.disconnect", "code": TOO_MANY}
        return message

    return heard


async def _refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Answer what is wrong; a connection is closed unopened."""
    kind = "http.response"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1013, "reason": refused.what})
            return
        kind = "websocket.http.response"
    body = json.dumps({"what": refused.what, "mend": refused.mend}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refused.again:
        headers.append((b"retry-after", str(math.ceil(refused.again)).encode()))
    if refused.status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": f"{kind}.start", "status": refused.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
