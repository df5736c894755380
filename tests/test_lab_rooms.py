"""Rooms: counting answers, bounds in number and time, and that nothing of a voter is kept."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thermidor.errors import InputError
from thermidor.lab import rooms
from thermidor.lab.rooms import (
    LASTS,
    LETTERS,
    MOST_OPENED,
    MOST_OPENINGS,
    MOST_ROOMS,
    MOST_VOTERS,
    WITHIN,
    Full,
    Often,
    Rooms,
    questions,
)
from thermidor.lab.tours import tours

ASKED = {("one", 1): 3, ("one", 2): 2, ("two", 1): 5}
Q = ("one", 1)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_questions_are_those_of_the_tours() -> None:
    """By default rooms count what tours ask, steps from 1."""
    asked = questions()
    assert Rooms().asked == asked
    for tour in tours():
        for number, step in enumerate(tour.steps, 1):
            assert asked.get((tour.name, number)) == (len(step.predict.options) if step.predict else None)


def test_a_later_vote_replaces_the_former() -> None:
    """One voter counts once for a question, with the last answer; other questions are apart."""
    all_rooms = Rooms(ASKED)
    code = all_rooms.open()
    assert all_rooms.tally(code, *Q) == {0: 0, 1: 0, 2: 0}
    assert all_rooms.vote(code, *Q, 0, "a") and all_rooms.vote(code, *Q, 0, "b")
    assert all_rooms.vote(code, *Q, 2, "a")
    assert all_rooms.tally(code, *Q) == {0: 1, 1: 0, 2: 1}
    assert all_rooms.tally(code, "one", 2) == {0: 0, 1: 0}
    assert all_rooms.tally(f" {code.lower()} ", *Q) == {0: 1, 1: 0, 2: 1}


votes = st.lists(st.tuples(st.sampled_from(sorted(ASKED)), st.integers(0, 4), st.sampled_from("abcde")), max_size=60)


@given(votes)
def test_tallies_are_what_counting_gives(given: list[tuple[tuple[str, int], int, str]]) -> None:
    """Whatever is voted in whatever order: each voter's last answer to each question, and nothing that is no option."""
    all_rooms, last = Rooms(ASKED), dict[tuple[tuple[str, int], str], int]()
    code, other = all_rooms.open(), all_rooms.open()
    for question, option, voter in given:
        if option < ASKED[question]:
            assert all_rooms.vote(code, *question, option, voter)
            last[question, voter] = option
        else:
            with pytest.raises(InputError, match="there is no option"):
                all_rooms.vote(code, *question, option, voter)
    for question, many in ASKED.items():
        chosen = [option for (asked, _), option in last.items() if asked == question]
        assert all_rooms.tally(code, *question) == {option: chosen.count(option) for option in range(many)}
        assert not any(all_rooms.tally(other, *question).values())


def test_codes() -> None:
    """Six letters without vowels, each room another."""
    all_rooms = Rooms(ASKED)
    codes = {all_rooms.open(str(n)) for n in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 6 and set(code) <= set(LETTERS) for code in codes)
    assert not set(LETTERS) & set("AEIOUY")
    assert all(map(all_rooms.known, codes)) and not all_rooms.known("AAAAAA")


@given(st.text(max_size=40))
def test_strange_codes_are_no_rooms(code: str) -> None:
    """Whatever is typed: no room, no vote, no tally, no error."""
    all_rooms = Rooms(ASKED)
    all_rooms.open()
    if not all_rooms.known(code):
        assert not all_rooms.vote(code, *Q, 0, "a")
        assert all_rooms.tally(code, *Q) == {}


@pytest.mark.parametrize(("tour", "step"), [("one", 3), ("one", 0), ("three", 1), ("", -1)])
def test_questions_that_are_not_asked(tour: str, step: int) -> None:
    """They are refused, so that nothing can be stored under them."""
    all_rooms = Rooms(ASKED)
    code = all_rooms.open()
    for ask in (lambda: all_rooms.vote(code, tour, step, 0, "a"), lambda: all_rooms.tally(code, tour, step)):
        with pytest.raises(InputError, match="asks nothing"):
            ask()
    with pytest.raises(InputError, match="there is no option -1"):
        all_rooms.vote(code, *Q, -1, "a")
    assert not all_rooms.rooms[code].votes


def test_a_room_is_forgotten() -> None:
    """After its time it is gone with its votes, those opened later stay; use does not prolong it."""
    clock = Clock()
    all_rooms = Rooms(ASKED, clock)
    old = all_rooms.open()
    clock.now += LASTS / 2
    young = all_rooms.open()
    assert all_rooms.vote(old, *Q, 1, "a")
    clock.now += LASTS / 2 - 1
    assert all_rooms.known(old)
    clock.now += 1
    assert not all_rooms.known(old) and all_rooms.known(young)
    assert not all_rooms.vote(old, *Q, 1, "a") and all_rooms.tally(old, *Q) == {}
    assert old not in all_rooms.rooms


def test_rooms_are_bounded() -> None:
    """The oldest that nobody answered in makes place; where all are used, none is opened until one's time is over."""
    clock = Clock()
    all_rooms = Rooms(ASKED, clock)
    codes = [all_rooms.open(str(n)) for n in range(MOST_ROOMS)]
    assert all_rooms.vote(codes[0], *Q, 0, "a")
    extra = all_rooms.open("one more")
    assert len(all_rooms.rooms) == MOST_ROOMS
    assert all_rooms.known(codes[0]) and not all_rooms.known(codes[1]) and all_rooms.known(extra)
    for code in all_rooms.rooms:
        all_rooms.vote(code, *Q, 0, "a")
    with pytest.raises(Full):
        all_rooms.open("another")
    clock.now += LASTS
    assert all_rooms.known(all_rooms.open()) and len(all_rooms.rooms) == 1


def test_one_client_opens_only_so_many_of_late() -> None:
    """Others go on opening, and the client itself after the hour; who opened is forgotten with it."""
    clock = Clock()
    all_rooms = Rooms(ASKED, clock)
    for _ in range(MOST_OPENED):
        all_rooms.open("203.0.113.7")
        clock.now += 1.0
    with pytest.raises(Often):
        all_rooms.open("203.0.113.7")
    assert len(all_rooms.rooms) == MOST_OPENED
    assert all_rooms.known(all_rooms.open("198.51.100.1"))
    clock.now += WITHIN - MOST_OPENED
    assert all_rooms.known(all_rooms.open("203.0.113.7")), "the first of them is an hour old"
    with pytest.raises(Often):
        all_rooms.open("203.0.113.7")
    clock.now += WITHIN
    all_rooms.known("")
    assert not all_rooms.opened


def test_nothing_of_who_opens_is_kept() -> None:
    """Digests, bounded in number."""
    all_rooms = Rooms(ASKED)
    for n in range(MOST_OPENINGS + 10):
        all_rooms.open(f"client {n}")
    assert len(all_rooms.opened) == MOST_OPENINGS
    assert b"client" not in pickle.dumps(all_rooms.opened)


def test_voters_are_bounded() -> None:
    """No more are counted for a question; those who are may still change their answer."""
    all_rooms = Rooms(ASKED)
    code = all_rooms.open()
    assert all(all_rooms.vote(code, *Q, 0, f"voter {n}") for n in range(MOST_VOTERS))
    assert not all_rooms.vote(code, *Q, 1, "one more")
    assert all_rooms.vote(code, *Q, 1, "voter 0")
    assert all_rooms.tally(code, *Q) == {0: MOST_VOTERS - 1, 1: 1, 2: 0}
    assert all_rooms.vote(code, "one", 2, 1, "one more")


def test_nothing_of_a_voter_is_kept() -> None:
    """The token is nowhere in what a room holds, and two servers keep different digests of it."""
    token, held = "a-token-that-could-be-a-name", []
    for _ in range(2):
        all_rooms = Rooms(ASKED)
        code = all_rooms.open()
        all_rooms.vote(code, *Q, 1, token)
        held.append(pickle.dumps(all_rooms.rooms[code].votes))
        assert token.encode() not in held[-1]
    assert held[0] != held[1]


def test_a_full_server_is_small() -> None:
    """Nine bytes a vote: all rooms with all voters at all questions stay below 50 MB."""
    all_rooms = Rooms(ASKED)
    code = all_rooms.open()
    for n in range(MOST_VOTERS):
        all_rooms.vote(code, *Q, 0, f"voter {n}")
    held = all_rooms.rooms[code].votes[Q]
    each = held.voters.buffer_info()[1] * held.voters.itemsize + len(held.options) + 300
    assert each * len(questions()) * MOST_ROOMS < 50e6
    assert all_rooms.vote(code, *Q, 0, "x" * 10**6) is False


def test_many_threads() -> None:
    """Votes from many threads at once are all counted, and rooms opened at once are all there."""
    all_rooms = Rooms(ASKED)
    code = all_rooms.open()

    def work(thread: int) -> str:
        for n in range(25):
            assert all_rooms.vote(code, *Q, n % 3, f"{thread} {n}")
            all_rooms.tally(code, *Q)
        return all_rooms.open()

    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(work, range(8)))
    assert sum(all_rooms.tally(code, *Q).values()) == 200
    assert len(set(opened)) == 8 and all(map(all_rooms.known, opened))


def test_two_rooms_never_share_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that is in use is drawn anew."""
    all_rooms = Rooms(ASKED)
    drawn = iter(["BBBBBB", "BBBBBB", "BBBBBB", "CCCCCC"])
    monkeypatch.setattr(rooms.Rooms, "_code", lambda self: next(drawn))
    assert [all_rooms.open(), all_rooms.open()] == ["BBBBBB", "CCCCCC"]
