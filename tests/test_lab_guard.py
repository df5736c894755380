"""The guard before the lab: what is let in, what is refused in which words, what is said of it, what is kept of it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermidor.lab.guard import HEALTH, TOO_MANY, Door, Guard, Limits
from thermidor.lab.headers import DATA, HEADERS, address, policy
from thermidor.lab.jobs import LONGEST, MOST_PLACES, MOST_WAITING
from thermidor.lab.rooms import MOST_OPENED, WITHIN

ONE = "203.0.113.7"
WIDE = Door(rate=1e6, burst=1e6, inside=1000)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Answer(NamedTuple):
    """What was sent back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> dict[str, str]:
        """The body as JSON."""
        return dict(json.loads(self.body))


async def page(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """An application that answers with the body that it got."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    body = (await receive())["body"]
    kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"application/json"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body})


def scope_of(
    path: str = "/", *, client: str = ONE, query: bytes = b"", headers: Any = (), **more: Any
) -> dict[str, Any]:
    """The scope of a request."""
    own = [(b"host", b"lab.example:8765")] if not any(name == b"host" for name, _ in headers) else []
    return {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query,
        "headers": [*own, *headers], "client": (client, 40_000), **more,
    }  # fmt: skip


async def call(
    app: Any, scope: dict[str, Any], messages: Sequence[Any] = ({"type": "http.request", "body": b""},)
) -> Answer:
    """Send messages to an application; one that is a number is a wait of so many seconds, and none left is for ever."""
    left, got = list(messages), []

    async def receive() -> Any:
        while left and isinstance(left[0], float):
            await asyncio.sleep(left.pop(0))
        return left.pop(0) if left else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        got.append(message)

    await app(scope, receive, send)
    start = next((m for m in got if m["type"].endswith("response.start")), {"status": 0, "headers": ()})
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(m.get("body", b"") for m in got))


def once(app: Any, path: str = "/", messages: Any = ({"type": "http.request", "body": b""},), **asked: Any) -> Answer:
    """Ask once."""
    return asyncio.run(call(app, scope_of(path, **asked), messages))


def parts(*bodies: Any) -> list[Any]:
    """A body in parts; a number is a wait."""
    texts = [nth for nth, body in enumerate(bodies) if isinstance(body, bytes)]
    return [
        {"type": "http.request", "body": body, "more_body": nth != texts[-1]} if isinstance(body, bytes) else body
        for nth, body in enumerate(bodies)
    ]


def test_every_answer_is_dressed() -> None:
    """Pages and data, refusals and errors have the headers, each once, whatever the application sends."""

    async def careless(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/broken":
            raise ValueError("a secret")
        headers = [(b"Content-Type", b"text/html"), (b"X-Content-Type-Options", b"none"), (b"x-own", b"1")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    for app, path in ((page, "/"), (page, "/data"), (careless, "/x"), (careless, "/broken"), (page, "/" + "x" * 9000)):
        found = once(Guard(app), path)
        assert found.headers.items() >= HEADERS.items()
        assert "content-security-policy" in found.headers
        assert len({name.lower() for name in found.headers}) == len(found.headers)
    assert once(Guard(careless), "/x").headers["x-own"] == "1"


def test_the_policy_of_pages_and_of_data() -> None:
    own = once(Guard(page), "/").headers["content-security-policy"]
    assert own == policy("lab.example:8765")
    told = dict(part.split(" ", 1) for part in own.split("; "))
    assert told["default-src"] == "'self'"
    assert told["connect-src"] == "'self' ws://lab.example:8765 wss://lab.example:8765"
    assert told["frame-ancestors"] == told["object-src"] == "'none'"
    assert "http:" not in own and "*" not in own
    assert once(Guard(page), "/data").headers["content-security-policy"] == DATA


@pytest.mark.parametrize("host", [b"a; script-src *", b"a\r\nx: y", b"a b", b"<script>", b"\xff"])
def test_a_host_can_write_nothing_into_the_policy(host: bytes) -> None:
    found = once(Guard(page), headers=[(b"host", host)])
    assert found.status == 400
    assert "*" not in found.headers["content-security-policy"]
    assert "\n" not in "".join(found.headers.values())


@given(text=st.text(st.characters(codec="latin-1"), max_size=40))
def test_a_policy_has_the_parts_that_it_has(text: str) -> None:
    """No host adds a part, or a place from which scripts come."""
    found = once(Guard(page), headers=[(b"host", text.encode("latin-1"))]).headers["content-security-policy"]
    assert found in (DATA, policy(text))
    assert [part.split(" ")[0] for part in found.split("; ")] in (
        [part.split(" ")[0] for part in DATA.split("; ")],
        [part.split(" ")[0] for part in policy("lab").split("; ")],
    )


def test_a_body_comes_whole_or_not_at_all() -> None:
    app = Guard(page, Limits(body=10))
    assert once(app, messages=parts(b"12345", b"", b"67890")).body == b"1234567890"
    for messages, headers in (
        (parts(b"12345", b"678901"), ()),
        (parts(b"1"), [(b"content-length", b"11")]),
        (parts(b"1"), [(b"content-length", b"9" * 5000)]),
    ):
        found = once(app, messages=messages, headers=headers)
        assert found.status == 413
        assert found.words["mend"] == "at most 10 bytes are read"
        assert found.headers["connection"] == "close"


def test_a_slow_body_is_given_up_and_others_are_served_meanwhile() -> None:
    app = Guard(page, Limits(slow=0.2))

    async def both() -> tuple[Answer, list[Answer], float]:
        began = time.monotonic()
        slow = asyncio.create_task(call(app, scope_of(), parts(b"a", *([0.05, b"b"] * 100))))
        never = asyncio.create_task(call(app, scope_of(), parts(b"a")[:0]))
        others = [await call(app, scope_of(client="198.51.100.1")) for _ in range(20)]
        quick = time.monotonic() - began
        assert (await never).status == 408
        return await slow, others, quick

    slow, others, quick = asyncio.run(both())
    assert slow.status == 408
    assert "0.2 seconds" in slow.words["mend"]
    assert {found.status for found in others} == {200}
    assert quick < 0.2


def test_a_client_that_leaves_half_way_reaches_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def unreached(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail("the body was not whole")

    with caplog.at_level(logging.INFO, "thermidor.lab"):
        once(Guard(unreached), messages=[*parts(b"a", b"b")[:1], {"type": "http.disconnect"}])
    assert json.loads(caplog.messages[-1])["status"] == 499


def test_what_the_client_does_after_its_body_is_seen() -> None:
    """An application that waits for the client's leaving sees it."""

    async def patient(scope: Any, receive: Any, send: Any) -> None:
        seen = [await receive(), await receive()]
        assert [one["type"] for one in seen] == ["http.request", "http.disconnect"]

    once(Guard(patient), messages=[*parts(b"a"), {"type": "http.disconnect"}])


def test_a_long_address_is_refused() -> None:
    app = Guard(page, Limits(letters=50))
    assert once(app, "/" + "x" * 20, query=b"y" * 29).status == 200
    found = once(app, "/" + "x" * 20, query=b"y" * 30)
    assert found.status == 414
    assert set(found.words) == {"what", "mend"}


def test_a_bucket_runs_dry_and_fills_again() -> None:
    clock = Clock()
    app = Guard(page, Limits(page=Door(rate=2.0, burst=5.0, inside=9)), clock)
    assert [once(app).status for _ in range(7)] == [200] * 5 + [429] * 2
    found = once(app)
    assert found.headers["retry-after"] == "1"
    assert found.words["what"] == "too many requests"
    assert once(app, client="198.51.100.1").status == 200
    clock.now += 0.5
    assert [once(app).status for _ in range(2)] == [200, 429]
    clock.now += 1000.0
    assert [once(app).status for _ in range(7)] == [200] * 5 + [429] * 2


@settings(max_examples=40, deadline=None)
@given(waits=st.lists(st.floats(0.0, 3.0), max_size=60), rate=st.floats(0.1, 20.0), burst=st.integers(1, 20))
def test_no_more_pass_than_is_allowed(waits: list[float], rate: float, burst: int) -> None:
    """However requests are spread in time, no more pass than the bucket held and was filled with."""
    clock = Clock()
    app = Guard(page, Limits(page=Door(rate, float(burst), 9)), clock)
    passed = 0
    for wait in waits:
        clock.now += wait
        passed += once(app).status == 200
        assert passed <= burst + rate * clock.now + 1e-6
    assert passed >= min(len(waits), burst)


def test_parts_of_pages_have_a_door_of_their_own() -> None:
    limits = Limits(page=Door(1.0, 3.0, 9), asset=Door(1.0, 30.0, 9))
    app = Guard(page, limits, Clock())
    assert [once(app, "/_nicegui/3/static/vue.js").status for _ in range(31)] == [200] * 30 + [429]
    assert [once(app, "/api/v1/ledger").status for _ in range(4)] == [200] * 3 + [429]
    assert once(app, "/x/_nicegui/").status == 429


def test_health_is_neither_counted_nor_refused() -> None:
    """Not for a client that has nothing left, nor where no other is let in, nor for a body that never comes."""
    none = Door(1.0, 1.0, 1)
    app = Guard(page, Limits(page=none, clients=1, slow=0.1), Clock())
    assert [once(app, HEALTH).status for _ in range(50)] == [200] * 50
    assert [once(app).status for _ in range(2)] == [200, 429]
    assert once(app, HEALTH).status == 200
    assert once(app, HEALTH, client="198.51.100.1").status == 200
    assert once(app, HEALTH, messages=parts(b"a")[:0]).status == 200
    assert once(app, HEALTH, messages=parts(b"a" * 10**6)).body == b""
    assert once(app, HEALTH, query=b"x" * 10**4).status == 414
    assert len(app.clients) == 1
    assert [once(app, path).status for path in (HEALTH + "/", HEALTH + "x", "/x" + HEALTH)] == [429] * 3


def test_ten_thousand_rapid_requests_leave_the_service_up() -> None:
    """The API behind the guard: what is too much is refused, others are served, and the client itself after a rest."""
    from thermidor.lab.api import api
    from thermidor.lab.jobs import Desk

    clock, desk = Clock(), Desk(threads=1)
    limits = Limits()
    app = Guard(api(desk), limits, clock)

    async def storm() -> list[int]:
        found = []
        for nth in range(10_000):
            clock.now = nth * 1e-4
            found.append((await call(app, scope_of("/health", scheme="http", server=("lab", 80)))).status)
        return found

    try:
        statuses = asyncio.run(storm())
        assert set(statuses) == {200, 429}
        passed = statuses.count(200)
        assert limits.page.burst <= passed <= limits.page.burst + limits.page.rate * clock.now + 1
        for client, later in (("198.51.100.1", 0.0), (ONE, 1.0)):
            clock.now += later
            found = once(app, "/health", client=client, scheme="http", server=("lab", 80))
            assert found.status == 200
            assert found.words["lives"]
    finally:
        desk.close()


def test_few_of_one_client_are_inside_at_once() -> None:
    gate = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await gate.wait()
        await page(scope, receive, send)

    app = Guard(slow, Limits(page=Door(1e6, 1e6, 2)))

    async def crowd() -> list[int]:
        inside = [asyncio.create_task(call(app, scope_of())) for _ in range(2)]
        await asyncio.sleep(0)
        third = await call(app, scope_of())
        gate.set()
        found = [(await one).status for one in inside]
        return [*found, third.status, (await call(app, scope_of())).status]

    assert asyncio.run(crowd()) == [200, 200, 429, 200]


class Left(Exception):
    """What a test's application raises."""


def test_who_fails_inside_goes_out_again() -> None:
    """An error, and a task that is cancelled, leave no place taken."""

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/wait":
            await asyncio.Event().wait()
        raise Left

    app = Guard(failing, Limits(page=Door(1e6, 1e6, 1)))

    async def several() -> list[int]:
        first = (await call(app, scope_of())).status
        waiting = asyncio.create_task(call(app, scope_of("/wait")))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        return [first, (await call(app, scope_of())).status]

    assert asyncio.run(several()) == [500, 500]


def test_an_error_is_told_to_the_log_and_not_to_the_client(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/late":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise Left("a secret")

    with caplog.at_level(logging.INFO, "thermidor.lab"):
        found = once(Guard(broken))
        with pytest.raises(Left):
            once(Guard(broken), "/late")
    assert found.status == 500
    assert b"secret" not in found.body
    assert all("a secret" in json.loads(line)["error"] for line in caplog.messages)
    assert len(caplog.messages) == 2


CONNECT = ({"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000})


def sockets(app: Any, count: int, **more: Any) -> list[Any]:
    """Open so many at once and close them; what each was sent first."""
    found: list[Any] = []

    async def every() -> None:
        gate = asyncio.Event()

        async def one() -> None:
            first: list[Any] = []
            messages = iter(CONNECT)

            async def receive() -> Any:
                message = next(messages)
                if message["type"] == "websocket.disconnect":
                    await gate.wait()
                return message

            async def send(message: Any) -> None:
                first.append(message)

            scope = scope_of("/_nicegui_ws/socket.io/", type="websocket", **more)
            await app({key: value for key, value in scope.items() if key != "method"}, receive, send)
            found.append(first[0])

        tasks = [asyncio.create_task(one()) for _ in range(count)]
        await asyncio.sleep(0.01)
        gate.set()
        await asyncio.gather(*tasks)

    asyncio.run(every())
    return found


def test_sockets_of_a_client_are_counted() -> None:
    app = Guard(page, Limits(socket=Door(1e6, 1e6, 3)))
    for _ in range(2):
        first = [message["type"] for message in sockets(app, 5)]
        assert sorted(first) == ["websocket.accept"] * 3 + ["websocket.close"] * 2
    refused = [one for one in sockets(app, 5, extensions={"websocket.http.response": {}}) if "status" in one]
    assert [one["status"] for one in refused] == [429, 429]
    assert b"x-content-type-options" in dict(refused[0]["headers"])
    rapid = Guard(page, Limits(socket=Door(1.0, 4.0, 100)), Clock())
    assert [sockets(rapid, 1)[0]["type"] for _ in range(6)] == ["websocket.accept"] * 4 + ["websocket.close"] * 2


def said(app: Any, clock: Clock, waits: Sequence[float]) -> tuple[list[Any], int]:
    """Say something after each of these waits: what was sent back, and how much the application heard."""
    left = [{"type": "websocket.connect"}, *({"type": "websocket.receive", "text": "x"} for _ in waits)]
    pauses, sent = iter([0.0, *waits]), []

    async def receive() -> Any:
        clock.now += next(pauses, 0.0)
        return left.pop(0) if left else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = scope_of("/_nicegui_ws/socket.io/", type="websocket")
    asyncio.run(app(scope, receive, send))
    return sent, len(waits) - len(left)


async def chatty(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers everything, and once more when its page has left."""
    while (message := await receive())["type"] != "websocket.disconnect":
        kind = "accept" if message["type"] == "websocket.connect" else "send"
        await send({"type": f"websocket.{kind}"})
    await send({"type": "websocket.send"})


def test_a_connection_says_no_more_than_it_may(caplog: pytest.LogCaptureFixture) -> None:
    """It is closed, hears nothing after that, and the log says so; one that takes its time goes on."""
    clock = Clock()
    app = Guard(chatty, Limits(message=Door(2.0, 5.0)), clock)
    with caplog.at_level(logging.INFO, "thermidor.lab"):
        sent, heard = said(app, clock, [0.0] * 50)
        assert heard == 6
        assert [one["type"] for one in sent] == ["websocket.accept", *["websocket.send"] * 5, "websocket.close"]
        assert sent[-1]["code"] == TOO_MANY
        assert json.loads(caplog.messages[-1])["status"] == 429
        sent, heard = said(app, clock, [0.5] * 50)
        assert heard == 50
        assert json.loads(caplog.messages[-1])["status"] == 101


FORWARDED = [
    (ONE, [], False, ONE),
    (ONE, ["198.51.100.9"], False, ONE),
    (ONE, ["198.51.100.9"], True, "198.51.100.9"),
    (ONE, ["10.0.0.1, 198.51.100.9"], True, "198.51.100.9"),
    (ONE, ["10.0.0.1", "198.51.100.9"], True, "198.51.100.9"),
    (ONE, ["<script>"], True, ONE),
    (ONE, [""], True, ONE),
    ("2001:db8:1:2:3:4:5:6", [], False, "2001:db8:1:2::"),
    ("2001:db8:1:2:ffff::9", [], False, "2001:db8:1:2::"),
    ("::ffff:203.0.113.7", [], False, ONE),
    ("", [], False, "unknown"),
]


@pytest.mark.parametrize(("peer", "told", "proxies", "expected"), FORWARDED)
def test_whose_a_request_is(peer: str, told: list[str], proxies: bool, expected: str) -> None:
    headers = [(b"x-forwarded-for", text.encode()) for text in told]
    assert address(scope_of(client=peer, headers=headers), proxies) == expected


def test_a_false_address_gains_nothing_without_a_proxy() -> None:
    app = Guard(page, Limits(page=Door(1.0, 3.0, 9)), Clock())
    found = [once(app, headers=[(b"x-forwarded-for", b"10.0.0.%d" % nth)]).status for nth in range(5)]
    assert found == [200] * 3 + [429] * 2


def test_behind_a_proxy_each_client_counts_for_itself_and_the_application_knows_it() -> None:
    seen = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])
        await page(scope, receive, send)

    app = Guard(noting, Limits(page=Door(1.0, 1.0, 9), proxies=True), Clock())
    found = [once(app, headers=[(b"x-forwarded-for", b"10.0.0.%d" % (nth % 3))]).status for nth in range(6)]
    assert found == [200] * 3 + [429] * 3
    assert seen == ["10.0.0.0", "10.0.0.1", "10.0.0.2"]


def test_strangers_are_forgotten_and_those_inside_are_not() -> None:
    """The memory of clients is bounded; full of busy ones, it lets no other in."""
    gate = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            await gate.wait()
        await page(scope, receive, send)

    app = Guard(slow, Limits(page=WIDE, clients=3))

    async def many() -> list[int]:
        busy = [asyncio.create_task(call(app, scope_of("/slow", client="192.0.2.1")))]
        await asyncio.sleep(0)
        for nth in range(50):
            assert (await call(app, scope_of(client=f"198.51.100.{nth}"))).status == 200
            assert len(app.clients) <= 3
            assert "192.0.2.1" in app.clients
        busy += [asyncio.create_task(call(app, scope_of("/slow", client=f"192.0.2.{nth}"))) for nth in (2, 3)]
        await asyncio.sleep(0)
        refused = (await call(app, scope_of(client="203.0.113.99"))).status
        gate.set()
        return [*(one.status for one in await asyncio.gather(*busy)), refused]

    assert asyncio.run(many()) == [200, 200, 200, 503]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of the log, read as JSON."""
    with caplog.at_level(logging.INFO, "thermidor.lab"):
        yield lambda: [json.loads(line) for line in caplog.messages]


def test_a_line_a_request_without_address_and_query(
    lines: Callable[[], list[dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    app = Guard(page, Limits(body=10))
    once(app, "/lab", query=b"scenario=secret")
    once(app, "/lab", messages=parts(b"x" * 11))
    once(app, '/a"\n{"status": 1}', client="198.51.100.1")
    sockets(app, 1)
    found = lines()
    assert [one["status"] for one in found] == [200, 413, 200, 101]
    assert [one["method"] for one in found] == ["GET", "GET", "GET", "WEBSOCKET"]
    assert all(set(one) == {"time", "client", "method", "path", "status", "ms"} for one in found)
    assert found[0]["path"] == "/lab"
    assert found[0]["client"] == found[1]["client"] != found[2]["client"]
    assert re.fullmatch(r"[0-9a-f]{12}", found[0]["client"])
    assert not any(text in caplog.text for text in (ONE, "198.51.100.1", "secret"))
    assert all("\n" not in message for message in caplog.messages)


def test_another_process_gives_a_client_another_name(lines: Callable[[], list[dict[str, Any]]]) -> None:
    for _ in range(2):
        once(Guard(page))
    first, second = lines()
    assert first["client"] != second["client"]


def test_the_page_on_servers_tells_the_limits_and_the_policy() -> None:
    """Numbers and policy stand in the documentation as they are."""
    text = (Path(__file__).parents[1] / "docs" / "lab-server.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(): cells[2] for line in text.splitlines() if len(cells := line.split("|")) == 5}
    limits = Limits()

    def told(row: str) -> list[float]:
        return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", rows[row])]

    assert told("body of a request") == [limits.body, limits.slow]
    assert told("address, with its query") == [limits.letters]
    assert told("requests for other pages, documentation, the API, downloads") == list(limits.page)
    lab = next(name for name in rows if name.startswith("the lab and the world"))
    assert told(lab) == list(limits.lab)
    assert told("parts of pages (scripts, styles, pictures)") == list(limits.asset)
    assert told("pages that stay connected") == list(limits.socket)
    assert told("what an open page says") == [limits.message.rate, limits.message.burst, limits.body]
    assert told("rooms opened") == [MOST_OPENED, WITHIN / 60.0]
    assert told("addresses remembered") == [limits.clients]
    assert told("questions that wait for runs") == [MOST_WAITING, MOST_PLACES, LONGEST]
    assert policy("HOST") in text.replace(";\n", "; ")


def test_what_is_neither_request_nor_socket_passes() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    asyncio.run(Guard(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == [{"type": "lifespan"}]
