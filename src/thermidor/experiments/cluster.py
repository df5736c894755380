"""Who lives the blocks: threads or processes here, or the workers of a scheduler elsewhere, all by dask.distributed.

Nothing of our own schedules work. Before the first block the rules are compiled here once, and every worker is asked
what it would live and whether it sees the folder.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermidor.errors import InputError, Stopped
from thermidor.experiments import store
from thermidor.experiments.block import unlike
from thermidor.experiments.extras import need
from thermidor.experiments.stamp import differences, stamp

if TYPE_CHECKING:
    from distributed import Client

DEATHS = 3
"""Workers that may die over a block before it is given up."""
PLAINLY = {
    "distributed.scheduler.allowed-failures": DEATHS,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.memory.monitor-interval": "2s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1, "MKL_NUM_THREADS": 1},
}
"""A local cluster that looks at itself less often and leaves the allocator alone: each costs per cents of a core."""
PATIENCE = 30.0
"""Seconds to wait for a scheduler, and for it to have a worker."""
START = "start one with `dask scheduler`, and give its address as tcp://HOST:8786"
AT_ONCE = "ignore:resource_tracker"
"""What needs no warning when a client ends at once."""


@contextmanager
def workers(count: int, *, processes: bool = True, scheduler: str | None = None) -> Iterator[Client]:
    """Give the client of a local cluster of `count` workers, or of the scheduler at an address.

    Local workers are processes of one thread each, or threads of this process. Raises InputError if nobody
    answers at the address, Stopped if it is lost.
    """
    need("distributed")
    import dask
    from distributed import Client, LocalCluster

    with _quiet(), dask.config.set(PLAINLY), _loss_is_said():
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
            except (OSError, ValueError) as error:
                raise InputError("no scheduler answers", f"--scheduler {scheduler}", str(error)[:200], START) from None
            with client:
                yield client
            return
        shape: dict[str, Any] = {"n_workers": 1, "threads_per_worker": count}
        if processes:
            shape = {"n_workers": count, "threads_per_worker": 1, "host": "127.0.0.1"}
        silent = {"dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL, "memory_limit": 0}
        with (
            _deaf() as hear,
            LocalCluster(processes=processes, **shape, **silent) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            hear()
            yield client


def find_scheduler(address: str) -> None:
    """Make sure that a scheduler answers at an address. Raises InputError if none does, or if it is no address."""
    need("distributed")
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from distributed import Security, rpc
    from distributed.comm.addressing import get_address_host_port

    where = f"--scheduler {address[:200]}"
    whole = address if "://" in address else f"tcp://{address}"

    async def ask() -> str:
        # no Client before somebody has answered: it would be waited for a minute when it is given up
        secured = Security().get_connection_args("client")
        async with rpc(whole, timeout=PATIENCE, connection_args=secured) as there:
            told: str = (await asyncio.wait_for(there.identity(), 2 * PATIENCE))["type"]
            return told

    try:
        if not whole.startswith("inproc://"):
            host, port = get_address_host_port(whole, strict=True)
            if not host or not 0 < port < 2**16:
                raise ValueError("it needs a host and a port")
    except ValueError as error:
        raise InputError("this is not the address of a scheduler", where, str(error)[:200], START) from None
    try:
        with _quiet(), ThreadPoolExecutor(1) as aside:  # this thread may have a loop of its own, in a notebook
            kind = aside.submit(asyncio.run, ask()).result()
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200] or "it did not answer in time"
        raise InputError("no scheduler answers", where, why, START) from None
    if kind != "Scheduler":
        raise InputError("no scheduler answers", where, f"a {kind.lower()} does", START)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Dask's loggers be silent for a while: what went wrong is said once, by us."""
    import distributed  # noqa: F401  its loggers are there once it is

    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    before = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def compile_here(plan: Any) -> None:
    """Compile the months once, in this process and onto the disk, before others start."""
    from thermidor.runs.simulate import simulate

    case = plan.cases[0]
    start = plan.start(case, int(case.points[0]))
    few: dict[str, int | str] = dict.fromkeys(plan.countries, 50)
    simulate(start.resolved(plan.design.seed, 0), start.rules, seed=0, replicate=0, citizens=few, months=1)


def ask_workers(client: Client, folder: Path, token: str) -> int:
    """Wait for workers and compare them with this process; returns how many threads they have.

    Raises InputError if there are none, or if one would live other rules or does not see the folder.
    """
    began = time.monotonic()
    while not client.scheduler_info(n_workers=-1)["workers"]:
        if time.monotonic() - began > PATIENCE:
            mend = "start some with `dask worker ADDRESS`"
            raise InputError("the scheduler has no workers", "--scheduler", "nobody came", mend)
        time.sleep(0.1)
    for address, (there, seen) in client.run(_identity, str(folder), token).items():
        if differs := differences(there):
            raise unlike(address, f"it has {'; '.join(differs)}")
        if not seen:
            mend = "give --out a folder on a disk that all workers share"
            raise InputError("a worker does not see the folder", f"{address}: {folder}", "it has no such file", mend)
    return threads(client)


def _identity(folder: str, token: str) -> tuple[dict[str, str], bool]:
    """What a worker would live, and whether it sees the client's token."""
    seen = False
    with suppress(OSError):
        seen = (Path(folder) / store.RUNNING).read_text(encoding="ascii") == token
    return stamp(), seen


def threads(client: Client) -> int:
    """How many threads the scheduler's workers have together; 0 where it has none, or can't be asked."""
    with suppress(Exception):  # should it be gone, the client will know
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        return sum(int(worker["nthreads"]) for worker in workers)
    return 0


@contextmanager
def _loss_is_said() -> Iterator[None]:
    """Turn a connection that breaks, wherever that is noticed, into one message."""
    from distributed import CancelledError

    try:
        yield
    except (OSError, CancelledError) as error:
        why = " ".join(str(error).split())[:120] or type(error).__name__
        raise Stopped(f"scheduler or workers were lost ({why}); what is finished is kept, --resume goes on") from None


@contextmanager
def _deaf() -> Iterator[Callable[[], None]]:
    """Let no process started from now on be interrupted, nor this one before it calls what is given or leaves.

    Ctrl-C reaches all processes of a terminal, and it is the client that answers it. Threads and processes inherit
    what is blocked where they are started.
    """
    from multiprocessing import resource_tracker

    if not hasattr(signal, "pthread_sigmask"):
        yield lambda: None
        return
    sys.warnoptions.append(AT_ONCE)
    resource_tracker.ensure_running()  # it would let interruptions through again
    sys.warnoptions.remove(AT_ONCE)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def hear() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield hear
    finally:
        hear()
