"""The command `lab` and its options; nothing heavy is imported until it works."""

from __future__ import annotations

from typing import Annotated

import typer

from thermidor.cli.app import app

__all__ = ["app"]


@app.command()
def lab(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port to listen at.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    proxies: Annotated[
        bool, typer.Option("--proxies", help="Trust the address that a proxy before it tells of a visitor.")
    ] = False,
) -> None:
    """Open the lab: sliders, and the course of history that comes of them, in a browser."""
    from thermidor.cli.lab import carry_out

    carry_out(host, port, browser, proxies)
