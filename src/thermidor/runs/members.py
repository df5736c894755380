"""Living many members at once: threads that live them, the one thread that writes, progress, and a clean stop.

Compiled months release the interpreter's lock, so that members are lived on all cores; only the calling thread writes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import Interrupted
from thermidor.runs import store
from thermidor.runs.result import Result

T = TypeVar("T")
TICK = 0.1
"""Seconds between two looks at progress and cancellation."""

Progress = Callable[[int, int, int, int], None]
"""Told of (members done, members in all, months done, months in all), from the calling thread."""
LiveOne = Callable[[int, Callable[[int, int], None], Event], NDArray[np.float32]]
"""Lives the member of a replicate number: told of its months as they go by, stopped by an event."""


def live_all(
    axes: store.Axes,
    ready: Callable[[], LiveOne],
    at_once: int,
    manifest: Callable[[], dict[str, Any]],
    *,
    past: NDArray[np.float32] | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    cancel: Event | None = None,
) -> Result:
    """Live the members of `axes`, `at_once` of them at a time, and return, and keep in `out`, what came out.

    `ready` is called when the place is ours, and gives what lives a member; `manifest` when all have ended. `past`:
    the months before the first that all have in common, float32 [month, country, variable].
    """
    keep = out is None or store.size(axes) <= store.IN_MEMORY
    place = nullcontext() if out is None else store.writing(out, axes, past, force=force, resume=resume)
    with stopped_plainly(), place as writer:
        held = np.empty(axes.shape, np.float32) if keep else None
        live, months = ready(), len(axes.months)

        def one(place: int, told: Callable[[int], None], stop: Event) -> NDArray[np.float32]:
            return live(axes.runs[place], lambda done, _: told(done), stop)

        with closing(each_of(len(axes.runs), one, at_once, progress, cancel, [months] * len(axes.runs))) as gathered:
            for index, series in gathered:
                if held is not None:
                    held[index] = series
                if writer is not None:
                    writer.put(index, series)
        told = manifest()
        if writer is not None:
            told = writer.close(told)
    if held is None:
        return store.open_run(str(out))
    where = None if writer is None else writer.target
    before = None if past is None else store.columns(past[None], store.past_axes(axes, len(past)))
    return Result(store.columns(held, axes), told, where, partial(store.in_memory, held, axes), before)


def each_of(
    count: int,
    live: Callable[[int, Callable[[int], None], Event], T],
    at_once: int,
    progress: Progress | None = None,
    cancel: Event | None = None,
    sizes: Sequence[int] = (),
) -> Generator[tuple[int, T]]:
    """Yield (place, what came of it) for the places 0 to count-1 as they end; on any way out, stop and await all.

    `live` is given its place, what to tell how much of its size is done, and the event that stops it.
    """
    stop, lived, sizes = Stop(cancel), [0] * count, sizes or [1] * count

    def one(place: int) -> T:
        def told(done: int) -> None:
            lived[place] = done

        if stop.is_set():
            raise Interrupted("stopped before it began")
        return live(place, told, stop)

    def report() -> None:
        if progress is not None:
            progress(count - len(waiting), count, sum(lived), sum(sizes))

    import zarr  # noqa: F401  the store needs it; Ctrl-C inside an import while threads import can deadlock

    pool = ThreadPoolExecutor(at_once, thread_name_prefix="thermidor")
    try:
        places: dict[Future[T], int] = {}
        for place in range(count):
            places[pool.submit(one, place)] = place
        waiting = set(places)
        while waiting:
            ended, waiting = wait(waiting, timeout=TICK, return_when=FIRST_COMPLETED)
            if cancel is not None and cancel.is_set():
                raise Interrupted("the run was cancelled; nothing of it is kept")
            for future in sorted(ended, key=places.__getitem__):
                place = places.pop(future)
                result = future.result()
                lived[place] = sizes[place]
                yield place, result
            report()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


class Stop(Event):
    """An event that is set by itself, or with another, for those who look (`is_set`), not for those who wait."""

    def __init__(self, also: Event | None) -> None:
        super().__init__()
        self.also = also

    def is_set(self) -> bool:
        """Whether either is."""
        return super().is_set() or (self.also is not None and self.also.is_set())


@contextmanager
def stopped_plainly() -> Iterator[None]:
    """Turn Ctrl-C in the calling thread into Interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("the run was interrupted; nothing of it is kept") from None
