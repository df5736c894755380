"""Sending blocks to the workers, a few ahead of them, and hearing of those that are done; no results are kept here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from thermidor.errors import Interrupted, Stopped
from thermidor.experiments import cluster, store
from thermidor.experiments.block import Told, live_block

if TYPE_CHECKING:
    from distributed import Client

AHEAD = 2
"""Blocks sent ahead for each thread, so that none waits for the next."""
TICK = 0.2
"""Seconds between two looks at progress and cancellation."""

Progress = Callable[[int, int, int], None]
"""Told of (members finished, members in all, of them failed), from the calling thread."""


@dataclass
class Work:
    """What there is to do: how a block is asked for, blocks not sent yet, and those sent; members done and failed."""

    client: Client
    ask: Callable[[int], Any]
    waiting: Iterator[int]
    members: int
    done: int
    threads: int
    pending: set[Any] = field(default_factory=set)
    failed: int = 0
    killed: int = 0

    @property
    def kept(self) -> str:
        """How much there is, in words."""
        return f"{self.done:,} of {self.members:,} members are kept"

    def send_ahead(self) -> None:
        """Send blocks until enough are on their way."""
        while len(self.pending) < AHEAD * self.threads and (number := next(self.waiting, None)) is not None:
            self.pending.add(self.ask(number))

    def ended(self) -> set[Any]:
        """The blocks that have ended, after at most a tick."""
        from distributed import wait

        with suppress(TimeoutError):
            return set(wait(self.pending, timeout=TICK, return_when="FIRST_COMPLETED").done)
        return set()

    def take(self, future: Any) -> None:
        """Hear of a block that has ended. Raises Stopped, or what stops the sweep."""
        from distributed import CancelledError, KilledWorker

        self.pending.discard(future)
        if future.status in ("cancelled", "lost"):
            raise self.lost("the scheduler was")
        try:
            told: Told = future.result(timeout=10 * TICK)
        except TimeoutError:
            if future.status == "error":
                raise
            self.pending.add(future)  # whoever lived it was killed before it was told: others will
        except KilledWorker:
            self.killed += 1
        except Interrupted as stop:
            raise Stopped(str(stop)) from None
        except (OSError, CancelledError):
            raise self.lost("the scheduler was") from None
        else:
            self.done, self.failed = self.done + told.done + told.failed, self.failed + told.failed

    def lost(self, who: str) -> Stopped:
        """What is said when nobody is left to do it."""
        return Stopped(f"{who} lost; {self.kept}, --resume goes on")


@dataclass
class Patience:
    """How long nothing has been heard, and since when the scheduler has been away."""

    heard: float = field(default_factory=time.monotonic)
    asked: float = field(default_factory=time.monotonic)
    away: float | None = None

    def look(self, work: Work, news: bool) -> None:
        """Note news; ask for workers now and then. Raises Stopped where scheduler or workers are gone for good."""
        now = time.monotonic()
        self.away = None if work.client.status == "running" else self.away or now
        if self.away is not None and (now - self.away > cluster.PATIENCE or work.client.status == "closed"):
            raise work.lost("the scheduler was")
        if news:
            self.heard = now
        if now - self.asked > cluster.PATIENCE / 10:
            self.asked, threads = now, cluster.threads(work.client)
            if threads:
                self.heard, work.threads = now, threads
            elif now - self.heard > cluster.PATIENCE:
                raise work.lost("all workers were")


def dispatch(
    client: Client,
    folder: str,
    manifest: store.Manifest,
    missing: list[int],
    token: str,
    threads: int,
    simulate: Callable[..., Any] | None,
    progress: Progress | None,
    cancel: Event | None,
) -> None:
    """Have all missing blocks lived. Raises Interrupted, Stopped, or what stops the sweep."""

    def ask(number: int) -> Any:
        return client.submit(live_block, folder, manifest["digest"], number, token, simulate, pure=False)

    lacking = sum(last - first for first, last in (store.members_of(manifest, number) for number in missing))
    members = int(manifest["members"])
    work, patience = Work(client, ask, iter(missing), members, members - lacking, threads), Patience()
    work.send_ahead()
    while work.pending:
        if cancel is not None and cancel.is_set():
            raise Interrupted(f"stopped; {work.kept}")
        ended = work.ended()
        patience.look(work, news=bool(ended))
        for future in ended:
            work.take(future)
        work.send_ahead()
        if progress is not None:
            progress(work.done, work.members, work.failed)
    if work.killed:
        what = f"{work.killed} blocks were given up: each had ended {cluster.DEATHS} workers"
        raise Stopped(f"{what}; {work.kept}, --resume tries the others again")
