"""Who is served when: one worker lives what pages ask for, previews first, clients in turn, the stale never.

A client has one preview and one ensemble waiting at most: a new question takes the place of the old one, and stops an
ensemble that is being lived. A preview is one block, lived to its end, a fifth of a second or more, so that something
is seen while a slider moves on. An ensemble is lived block by block, and gives way to previews between two blocks, but
not for ever. What was lived is kept, by its content, until room is needed: who asks for the same goes on where another
was. Where others wait, previews have fewer runs, and say how many.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace

from thermidor.errors import InputError, Interrupted, RunError
from thermidor.lab.choice import Choice
from thermidor.lab.live import Lived, Size, full, joined, live, preview

Tell = Callable[[Lived | Exception], None]
"""Told of every part that was lived, in a thread of the desk's, and of what went wrong."""
MOST_BYTES = 400_000_000
"""Of what is kept of runs."""
MOST_WAITING = 200
"""Clients that may wait; more are refused."""
MOST_PLACES = 120
"""Of them of one address: thirty pages that each wait for a look, an ensemble and what lies behind (assumed)."""
BUSY, VERY_BUSY = 1, 8
"""Previews waiting from which on they are made smaller, and smaller still."""
IN_A_ROW = 10
"""Previews after which a block of an ensemble is lived, whoever waits (assumed)."""
LESS, CROWDED = Size((4,), 400, 100), Size((2,), 300, 100)
"""What a look is where others wait, and where many do (assumed). So few citizens shift shares; the page names them."""
BEHIND = 5
"""By how much those who live stand behind those who draw, in steps of the system's priority."""
LONGEST = 60.0
"""Seconds without a block after which a question is given up."""
MOST_KNOWN = 2_000
"""Turns of clients of which it is known when they were."""
LAST = 1.0
"""Seconds that are waited at the end for what can't be stopped: a past that is lived up to the month of a branch."""
FAULTS = logging.getLogger("thermidor.lab.faults")


@dataclass
class Asked:
    """A question: whose, what, how large, whom to tell; what there is of it so far."""

    client: str
    choice: Choice
    size: Size
    tell: Tell
    quick: bool
    since: float = field(default_factory=time.monotonic)
    so_far: Lived | None = None
    stop: threading.Event = field(default_factory=threading.Event)


class Busy(Exception):
    """More wait than can be served, or nobody is served any more."""


class Desk:
    """The worker and those who wait for it. `stop` stops it, `close` ends it."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads
        self.waiting: dict[tuple[str, bool], Asked] = {}
        self.served: dict[tuple[str, bool], float] = {}
        self.kept: OrderedDict[tuple[str, Size], Lived] = OrderedDict()
        self.now: Asked | None = None
        self.in_a_row = 0
        self.lock = threading.Condition()
        self.closed = False
        self.teller = ThreadPoolExecutor(1, "thermidor-lab-tells")
        self.worker = threading.Thread(target=self._work, name="thermidor-lab", daemon=True)
        self.worker.start()

    def ask(self, client: str, choice: Choice, tell: Tell, *, quick: bool = False) -> None:
        """Ask for the runs of a choice, quick and few or all; `tell` is called for each part. Raises Busy."""
        size = preview(choice) if quick else full(choice)
        with self.lock:
            if self.closed:
                raise Busy
            if self._joins(client, choice, tell, quick=quick):
                return
            found = self._found(choice, size)
            if found is None and self._crowded(client):
                raise Busy
            self._drop(client, None if quick else choice)
            if self.now is not None and self.now.client == client and (found is not None or not self.now.quick):
                self.now.stop.set()
            if found is None:
                self.waiting[client, quick] = Asked(client, choice, size, tell, quick)
                self.lock.notify()
        if found is not None:
            self._have_told(tell, replace(found, choice=choice))

    def _joins(self, client: str, choice: Choice, tell: Tell, *, quick: bool) -> bool:
        """Whether the same runs are on their way for a client already: then they are told as they are asked now.

        A look at what is being lived in full adds nothing: the last move of a slider may come after its end.
        """
        for asked in (self.now, self.waiting.get((client, False)), self.waiting.get((client, True))):
            if asked is None or asked.client != client or asked.stop.is_set() or asked.choice.lived != choice.lived:
                continue
            if asked.quick == quick or quick:
                asked.choice, asked.tell = choice, tell
                return True
        return False

    def _crowded(self, client: str) -> bool:
        """Whether too many others wait, or too many pages of the same address."""
        others = [one for one, _ in self.waiting if one != client]
        return len(others) >= MOST_WAITING or sum(_who(one) == _who(client) for one in others) >= MOST_PLACES

    def _drop(self, client: str, but: Choice | None = None) -> None:
        """Drop what waits for a client, but for a look at a choice."""
        for quick in (True, False):
            asked = self.waiting.get((client, quick))
            if asked is not None and not (quick and but is not None and asked.choice.lived == but.lived):
                del self.waiting[client, quick]

    def leave(self, client: str) -> None:
        """Forget a client that has gone."""
        with self.lock:
            self._drop(client)
            if self.now is not None and self.now.client == client:
                self.now.stop.set()

    def stop(self) -> None:
        """Stop what is being lived, and live nothing more; who waits is told nothing."""
        with self.lock:
            self.closed = True
            if self.now is not None:
                self.now.stop.set()
            self.lock.notify()

    def close(self) -> None:
        """End worker and teller: within LAST seconds, or they end with the program."""
        self.stop()
        self.worker.join(timeout=LAST)
        self.teller.shutdown(wait=False, cancel_futures=True)

    def _have_told(self, tell: Tell, came: Lived | Exception) -> None:
        with suppress(RuntimeError):  # closed meanwhile
            self.teller.submit(self._tell, tell, came)

    def _tell(self, tell: Tell, came: Lived | Exception) -> None:
        """Tell, in the teller's thread, where nobody would hear of a fault but through the log."""
        try:
            tell(came)
        except Exception:
            if not self.closed:
                FAULTS.exception("what was lived could not be told")

    def _found(self, choice: Choice, size: Size) -> Lived | None:
        """All runs of a choice at a size, or at the full one, where they are kept."""
        for every in (size, full(choice)):
            key = (choice.lived.link, every)
            if key in self.kept and self.kept[key].whole:
                self.kept.move_to_end(key)
                return self.kept[key]
        return None

    def _keep(self, lived: Lived) -> None:
        key = (lived.choice.lived.link, lived.size)
        self.kept[key] = lived
        self.kept.move_to_end(key)
        while len(self.kept) > 1 and sum(lived.series.nbytes for lived in self.kept.values()) > MOST_BYTES:
            self.kept.popitem(last=False)

    def _next(self) -> Asked | None:
        """The next question: previews before ensembles, unless there were many; in turns."""
        with self.lock:
            while not self.waiting and not self.closed:
                self.lock.wait()
            if self.closed:
                return None
            key = min(self.waiting, key=self._place)
            self.now = self.waiting.pop(key)
            self.served[_who(key[0]), key[1]] = time.monotonic()
            while len(self.served) > MOST_KNOWN:
                del self.served[min(self.served, key=self.served.__getitem__)]
            crowd = sum(quick for _, quick in self.waiting)
            if self.now.quick and crowd >= BUSY and self._found(self.now.choice, self.now.size) is None:
                self.now.size = CROWDED if crowd >= VERY_BUSY else LESS
            return self.now

    def _place(self, key: tuple[str, bool]) -> tuple[bool, float, float]:
        """Where a question stands in the queue: by its time, or by its address's last turn if that was later."""
        client, quick = key
        since = self.waiting[key].since
        turn = max(since, self.served.get((_who(client), quick), 0.0))
        return quick == (self.in_a_row >= IN_A_ROW), turn, since

    def _work(self) -> None:
        if sys.platform == "linux":  # pictures and pages first: a thread has a priority of its own, and hands it on
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)
        while (asked := self._next()) is not None:
            came = self._serve(asked)
            with self.lock:  # nobody joins a question between its answer and its end
                self.now = None
                if came is not None and not asked.stop.is_set():
                    self._have_told(asked.tell, came)

    def _serve(self, asked: Asked) -> Lived | Exception | None:
        """Live one block of a question; what is left of it waits again. None of one that was stopped."""
        try:
            return self._block(asked)
        except Interrupted:
            return None
        except Exception as error:  # whatever it is, the desk goes on, and the one who asked is told
            if not isinstance(error, InputError | RunError | TimeoutError):
                FAULTS.exception("a question could not be lived")
            return error

    def _block(self, asked: Asked) -> Lived:
        """A block more of a question, or all of it where it is kept. Raises InputError, RunError, TimeoutError."""
        if time.monotonic() - asked.since > LONGEST:
            raise TimeoutError("it took too long")
        with self.lock:
            kept = self._found(asked.choice, asked.size)
            begun = [asked.so_far, self.kept.get((asked.choice.lived.link, asked.size))]
            before = max((one for one in begun if one is not None), key=lambda one: one.members, default=None)
        if kept is not None:
            return replace(kept, choice=asked.choice)
        more = live(asked.choice, asked.size, before.members if before else 0, asked.stop, self.threads)
        asked.so_far, asked.since = joined(before, asked.choice, asked.size, more), time.monotonic()
        with self.lock:
            self._keep(asked.so_far)
            self.in_a_row = self.in_a_row + 1 if asked.quick else 0
            if not asked.so_far.whole and not asked.stop.is_set() and (asked.client, False) not in self.waiting:
                self.waiting[asked.client, False] = asked  # a look is one block
        return asked.so_far


def _who(client: str) -> str:
    """Who takes turns: what stands before the first blank of a client's name, a page or an address."""
    return client.partition(" ")[0]
