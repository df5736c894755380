"""Rooms: what a class answered, counted, and nothing else. No name, account or address is asked for or kept.

A room is a code that is told aloud. A voter is a token that a page makes up and forgets; of it a keyed digest is kept,
so that a second answer takes the place of the first. Of who opens a room a keyed digest is kept for an hour, so that
nobody opens many. All is in memory, bounded (some 40 MB at most), and soon gone.
"""

from __future__ import annotations

import secrets
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from thermidor.errors import InputError
from thermidor.lab.tours import Tour, tours

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of codes: no vowels, so that no word comes of them."""
LONG = 6
MOST_ROOMS, MOST_VOTERS = 500, 200
"""Rooms at a time, and voters who are counted for one question of a room."""
LASTS = 4.0 * 3600.0
"""Seconds after which a room is forgotten, from its opening."""
MOST_OPENED, WITHIN = 20, 3600.0
"""Rooms that one client may open within so many seconds (assumed: a school behind one address has fewer lessons)."""
MOST_OPENINGS = 5_000
"""Openings that are remembered, of all clients together."""
Question = tuple[str, int]
"""A tour's name and the number of a step, from 1."""


class Full(Exception):
    """There are as many rooms as can be kept, and all are in use."""


class Often(Exception):
    """A client has opened as many rooms as it may."""


@dataclass
class Votes:
    """The answers to one question: digests of voters, and the option of each."""

    voters: array[int] = field(default_factory=lambda: array("Q"))
    options: bytearray = field(default_factory=bytearray)


@dataclass
class Room:
    """A room: when it was opened, and its answers by question."""

    since: float
    votes: dict[Question, Votes] = field(default_factory=dict)


def questions() -> dict[Question, int]:
    """Every question of the tours, and how many options it has."""
    return {
        (tour.name, number): len(step.predict.options)
        for tour in tours()
        for number, step in enumerate(tour.steps, 1)
        if step.predict is not None
    }


class Rooms:
    """All rooms of a server. Every method may be called from any thread.

    asked: the options of each question, by default those of the tours; clock: seconds, never going back
    """

    def __init__(
        self, asked: Mapping[Question, int] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.asked = questions() if asked is None else dict(asked)
        self.clock, self.key = clock, secrets.token_bytes(16)
        self.rooms: dict[str, Room] = {}
        self.opened: deque[tuple[float, int]] = deque(maxlen=MOST_OPENINGS)
        self.lock = threading.Lock()

    def open(self, client: str = "") -> str:
        """Open a room for a client (an address) and return its code.

        Where there are too many, the oldest without an answer goes. Raises Often where the client has opened
        MOST_OPENED of late, and Full.
        """
        digest = self._digest(client)
        with self.lock:
            self._forget()
            if sum(who == digest for _, who in self.opened) >= MOST_OPENED:
                raise Often
            if len(self.rooms) >= MOST_ROOMS:
                unused = next((code for code, room in self.rooms.items() if not room.votes), None)
                if unused is None:
                    raise Full
                del self.rooms[unused]
            code = self._code()
            while code in self.rooms:
                code = self._code()
            self.rooms[code] = Room(self.clock())
            self.opened.append((self.clock(), digest))
            return code

    def known(self, code: str) -> bool:
        """Whether there is such a room; capitals or not."""
        with self.lock:
            self._forget()
            return _plain(code) in self.rooms

    def vote(self, code: str, tour: str, step: int, option: int, voter: str) -> bool:
        """Count an answer in place of the voter's former one, and say whether it was counted.

        It is not where the room is gone or the question has its voters. step: from 1; option: its place, from 0.
        Raises InputError for a question or an option that there is not.
        """
        if not 0 <= option < self._options(tour, step):
            raise InputError(f"there is no option {option}", "option", "", f"0 to {self._options(tour, step) - 1}")
        number = self._digest(voter)
        with self.lock:
            self._forget()
            room = self.rooms.get(_plain(code))
            if room is None:
                return False
            votes = room.votes.setdefault((tour, step), Votes())
            if number in votes.voters:
                votes.options[votes.voters.index(number)] = option
            elif len(votes.voters) < MOST_VOTERS:
                votes.voters.append(number)
                votes.options.append(option)
            else:
                return False
            return True

    def tally(self, code: str, tour: str, step: int) -> dict[int, int]:
        """How many chose each option, {option: voters}; empty where the room is gone. Raises InputError as `vote`."""
        many = self._options(tour, step)
        with self.lock:
            self._forget()
            room = self.rooms.get(_plain(code))
            if room is None:
                return {}
            given = room.votes.get((tour, step), Votes()).options
            return {option: given.count(option) for option in range(many)}

    def stands(self, code: str, every: Sequence[Tour]) -> tuple[Tour, int]:
        """Where a room is: the tour and step of its newest question, the first tour's beginning where there is none."""
        with self.lock:
            room = self.rooms.get(_plain(code))
            name, number = next(reversed(room.votes), ("", 1)) if room is not None else ("", 1)
        return next((tour for tour in every if tour.name == name), every[0]), number

    def _options(self, tour: str, step: int) -> int:
        if (tour, step) not in self.asked:
            raise InputError(f"step {step} of '{tour[:60]}' asks nothing", "step", "", "choose a step with a question")
        return self.asked[tour, step]

    def _forget(self) -> None:
        """Forget rooms whose time is over, and who opened one; both stand in the order of their opening."""
        now = self.clock()
        while self.rooms and now - next(iter(self.rooms.values())).since >= LASTS:
            del self.rooms[next(iter(self.rooms))]
        while self.opened and now - self.opened[0][0] >= WITHIN:
            self.opened.popleft()

    def _digest(self, text: str) -> int:
        """What is kept of a voter or a client: it can't be read back without the server's key."""
        return int.from_bytes(blake2b(text[:200].encode("utf-8", "replace"), digest_size=8, key=self.key).digest())

    def _code(self) -> str:
        return "".join(secrets.choice(LETTERS) for _ in range(LONG))


def _plain(code: str) -> str:
    """A code as it is kept, however it was typed."""
    return code.strip().upper() if len(code) <= 2 * LONG else ""
