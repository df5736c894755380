"""The command `ledger` and its options; nothing heavy is imported until it works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thermidor.cli.app import Seed, app

__all__ = ["app"]


@app.command()
def ledger(
    claims: Annotated[
        list[str] | None, typer.Argument(metavar="[P16 ...]", help="Only these claims.", show_default=False)
    ] = None,
    record_only: Annotated[bool, typer.Option("--record-only", help="Only the tests on the record.")] = False,
    theory: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.yaml", help="Live under another theory.", show_default=False)
    ] = None,
    theories: Annotated[
        bool, typer.Option("--theories", help="Every theory in turn: verdicts side by side, and scores of their runs.")
    ] = False,
    replicates: Annotated[
        int | None,
        typer.Option(
            min=10, metavar="N", help="Runs of each arm of a trial (100; 40 with --theories).", show_default=False
        ),
    ] = None,
    citizens: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Citizens in each country (1000; 600 with --theories).", show_default=False
        ),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Draws of the rules near their values (40; 0 with --theories).", show_default=False
        ),
    ] = None,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for what is found and lived (default: runs/ledger).", show_default=False
        ),
    ] = None,
) -> None:
    """Try every claim of the chapter, in the model and on the record, and say which stand."""
    from thermidor.cli.ledger import Asked, carry_out

    given = {"replicates": replicates, "citizens": citizens, "draws": draws, "seed": seed}
    sizes = {name: number for name, number in given.items() if number is not None}
    carry_out(Asked(tuple(claims or ()), record_only, theory, theories, out), sizes)
