"""Clients, schedulers and workers as processes of their own, to be killed; and what is left when they are gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE = 240.0
CLIENT = "import sys; from thermidor.cli.app import main; sys.exit(main())"
QUIET = ("--no-dashboard", "--host", "127.0.0.1")


@dataclass
class Started:
    """A process of ours in a session of its own, with the file that holds what it said."""

    process: subprocess.Popen[bytes]
    said: Path
    family: dict[int, psutil.Process] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def workers(self) -> list[psutil.Process]:
        """Its workers: the children that live members."""
        return [child for child in self.children() if "spawn_main" in " ".join(_command(child))]

    @property
    def words(self) -> str:
        """What it said, on both streams."""
        return self.said.read_text(encoding="utf-8", errors="replace")

    def children(self) -> list[psutil.Process]:
        """All that it has started and that runs; they are remembered."""
        with suppress(psutil.Error):
            self.family |= {child.pid: child for child in psutil.Process(self.process.pid).children(recursive=True)}
        return [child for child in self.family.values() if _alive(child)]

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send it a signal, or all processes of its terminal."""
        self.children()
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.process.pid, number)

    def ended(self, patience: float = PATIENCE) -> int:
        """Wait for its end; returns its exit code. Raises RuntimeError if it does not end."""
        if not until(lambda: not self.running, patience, self.children):
            self.close()
            raise RuntimeError(f"a process did not end within {patience:.0f} s; it said: {self.words[-2000:]}")
        return int(self.process.returncode)

    def orphans(self) -> int:
        """How many of its children outlive it by more than a few seconds; they are ended."""
        until(lambda: not self.children(), 10.0)
        left = self.children()
        for child in left:
            with suppress(psutil.Error):
                child.kill()
        return len(left)

    def close(self) -> None:
        """End it and its children, however that may be."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        for child in self.children():
            with suppress(psutil.Error):
                child.kill()


def start(folder: Path, name: str, *arguments: str) -> Started:
    """Start this interpreter with some arguments; what it says is kept in the folder."""
    said = folder / f"{name}-{time.monotonic_ns()}.txt"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=file, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
        )
    return Started(process, said)


def client(folder: Path, out: Path, *options: str) -> Started:
    """Start `thermidor sweep` of the design in a folder."""
    return start(folder, "client", "-c", CLIENT, "sweep", str(folder / "design.yaml"), "--out", str(out), *options)


@dataclass
class Cluster:
    """A scheduler and workers on this machine, each a process of its own."""

    folder: Path
    port: int
    count: int
    scheduler: Started
    workers: list[Started] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return f"tcp://127.0.0.1:{self.port}"

    def mend(self) -> None:
        """Start what does not run: the scheduler, and workers until there are as many as there were."""
        if not self.scheduler.running:
            self.close()
            self.scheduler = _scheduler(self.folder, self.port)
        self.workers = [worker for worker in self.workers if worker.running]
        for _ in range(self.count - len(self.workers)):
            own = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--local-directory", str(self.folder))
            module = ("-m", "distributed.cli.dask_worker", self.address)
            self.workers.append(start(self.folder, "worker", *module, *own, *QUIET))

    def close(self) -> None:
        """End all of it."""
        for each in (*self.workers, self.scheduler):
            each.close()
        self.workers = []


@contextmanager
def clustered(folder: Path, workers: int = 3) -> Iterator[Cluster]:
    """Give a scheduler with some workers, and end them. Raises RuntimeError if the scheduler does not listen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    cluster = Cluster(folder, port, workers, _scheduler(folder, port))
    try:
        cluster.mend()
        yield cluster
    finally:
        cluster.close()


def _scheduler(folder: Path, port: int) -> Started:
    """Start a scheduler and wait until it listens."""
    started = start(folder, "scheduler", "-m", "distributed.cli.dask_scheduler", "--port", str(port), *QUIET)
    if not until(lambda: _listens(port), 60.0):
        started.close()
        raise RuntimeError(f"the scheduler does not listen; it said: {started.words[-2000:]}")
    return started


def until(true: Callable[[], bool], patience: float, meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Wait until something is true, at most so many seconds; returns whether it is."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        meanwhile()
        time.sleep(0.02)
    return True


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False
