"""`thermidor lab`: check the place, compile, say where the page is, and serve it until Ctrl-C."""

from __future__ import annotations

import gc
import socket

from thermidor.cli.tables import note, say
from thermidor.errors import InputError


def carry_out(host: str, port: int, browser: bool, proxies: bool) -> None:
    """Serve the lab. Raises InputError where its packages are not installed or the place is taken."""
    try:
        from thermidor.lab.serve import serve
    except ImportError as error:
        what = f"the lab needs a package that is not installed ({error.name})"
        raise InputError(what, "lab", "it is an extra", "pip install 'thermidor[lab]', or make demo-lab") from None
    gc.enable()  # pages hold themselves, and a server lives long
    _free(host, port)
    _compiled()
    say("The lab", f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}  (Ctrl-C ends it)")
    if host != "127.0.0.1":
        note("It listens to other machines: read docs/lab-server.md before the world can reach it.")
    serve(host, port, browser=browser, proxies=proxies)


def _free(host: str, port: int) -> None:
    """Refuse a place where something listens already, or that isn't ours."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"can't listen at {host}:{port}", "--host, --port", why, "give another --port") from None


def _compiled() -> None:
    """Live a month, so that the first visitor does not wait for the compiler."""
    from thermidor.lab.choice import FIRST
    from thermidor.runs import run

    run(FIRST["lab"], replicates=1, citizens=100, months=1)
