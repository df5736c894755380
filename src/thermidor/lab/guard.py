"""The guard before the lab: bounded work a client, plain refusals, strict headers, one line of log a request.

Pure ASGI, and one event loop: several processes count each for themselves. A client is an address (of the sixth
version: its first 64 bits), and forgotten when others need the room. Nothing of a visitor is written down but a
hash with a salt that dies with the process. What arrives before a request's headers are whole, and how slowly an
answer is read, is seen by the server or the proxy only.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import logging
import math
import re
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

LOG = logging.getLogger("thermidor.lab")
ASSETS = ("/_nicegui", "/docs/")
"""Paths under which a page finds its parts: many small requests at once."""
HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{0,255}")
GONE = 499
"""What is logged of a client that left before its body was whole."""


class Door(NamedTuple):
    """How often a client may pass: a second in the long run, at once after a rest, and how many may be inside."""

    rate: float
    burst: float
    inside: int


PAGES = Door(rate=20.0, burst=200.0, inside=40)
PARTS = Door(rate=300.0, burst=3_000.0, inside=120)
SOCKETS = Door(rate=4.0, burst=80.0, inside=80)


@dataclass(frozen=True)
class Limits:
    """What a client may ask of one process.

    Every number is assumed, none measured: a class of forty behind one address should not meet them, a script does.

    body      bytes of a body; letters: of path and query together; slow: seconds within which a body has to be there
    page      requests for pages, the API and downloads; asset: for parts of pages; socket: pages that stay connected
    clients   addresses that are remembered
    proxies   whether the last address of X-Forwarded-For is the client's: only behind a proxy that writes it
    """

    body: int = 65_536
    letters: int = 8_192
    slow: float = 10.0
    page: Door = PAGES
    asset: Door = PARTS
    socket: Door = SOCKETS
    clients: int = 10_000
    proxies: bool = False


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
PAGE = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""The policy of pages. NiceGUI writes scripts and styles into its page, and compiles templates in the browser."""
DATA = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " \
    "frame-ancestors 'none'"  # fmt: skip
"""The policy of all that is neither page nor script."""
RUNS = ("text/html", "text/javascript", "application/javascript")


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
        host, error = _header(scope, b"host"), ""
        inner = {**scope, "client": (client, 0)}

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("http.response.start"):
                status = message["status"]
                message = {**message, "headers": dressed(message.get("headers", ()), host)}
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status == GONE:
                status = 403
            await send(message)

        try:
            with self._inside(client, scope):
                if scope["type"] == "websocket":
                    await self.app(inner, receive, tell)
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
        if not HOST.fullmatch(_header(scope, b"host")):
            raise Refused(400, "the host has no name that can be read", "send the name of this server")
        count, door = self._count(client, scope)
        now = self.clock()
        count.left = min(door.burst, count.left + door.rate * (now - count.since))
        count.since = now
        if count.left < 1.0:
            wait = (1.0 - count.left) / door.rate
            raise Refused(429, "too many requests", f"at most {door.rate:g} a second are served for long", wait)
        count.left -= 1.0
        if count.inside >= door.inside:
            raise Refused(429, "too many requests at once", f"at most {door.inside} of one address are served", 1.0)
        count.inside += 1
        try:
            yield
        finally:
            count.inside -= 1

    def _count(self, client: str, scope: Scope) -> tuple[Count, Door]:
        """What is counted of a client at the door that a request goes to. Raises Refused where there is no room."""
        kind = "asset" if scope["path"].startswith(ASSETS) else "page"
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


def address(scope: Scope, proxies: bool) -> str:
    """The client of a request: its address, or the first 64 bits of one of the sixth version."""
    told = [str((scope.get("client") or ("",))[0])]
    if proxies:
        told.insert(0, _header(scope, b"x-forwarded-for").rpartition(",")[2].strip())
    for text in told:
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(found, ipaddress.IPv4Address):
            return str(found)
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.IPv6Address(int(found) >> 64 << 64))
    return "unknown"


def policy(host: str) -> str:
    """The content policy of a page at a host: its own scripts and styles, pictures in it, sockets to the same host."""
    sockets = f"'self' ws://{host} wss://{host}" if host else "'self'"
    return "; ".join(f"{name} {value}" for name, value in {**PAGE, "connect-src": sockets}.items())


def dressed(headers: Any, host: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers with ours in place of any of the same name."""
    kind = next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")
    safe = host if HOST.fullmatch(host) else ""
    own = {**HEADERS, "content-security-policy": policy(safe) if kind.startswith(RUNS) else DATA}
    kept = [(name, value) for name, value in headers if name.lower().decode("latin-1") not in own]
    return [*kept, *((name.encode(), value.encode()) for name, value in own.items())]


def _header(scope: Scope, name: bytes) -> str:
    """The last header of a name; "" where there is none."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    return str(found[-1].decode("latin-1")) if found else ""


async def _body(scope: Scope, receive: Receive, limits: Limits) -> bytes | None:
    """The whole body; None if the client left before its end. Raises Refused for what is too long or too slow."""
    too_long = Refused(413, "the body is too long", f"at most {limits.body:,} bytes are read")
    told = _header(scope, b"content-length")
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
