"""The command `gallery` and its options; nothing heavy is imported until it works."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thermidor.cli.app import Seed, app

__all__ = ["app"]


class Only(StrEnum):
    """Which rows `gallery` lives."""

    passages = "passages"
    staying = "staying"


@app.command()
def gallery(
    rows: Annotated[
        str | None, typer.Option(metavar="ROW,ROW", help="Only these rows, such as S01,S05.", show_default=False)
    ] = None,
    only: Annotated[Only | None, typer.Option(help="Only rows of this kind.", show_default=False)] = None,
    replicates: Annotated[int, typer.Option(min=1, metavar="N", help="Runs of each row.")] = 200,
    citizens: Annotated[int, typer.Option(min=1, metavar="N", help="Citizens in each country.")] = 5_000,
    seed: Seed = 1,
    difficulty: Annotated[
        int, typer.Option(min=0, metavar="N", help="Draws of the rules that say how hard a row is; 0 for none.")
    ] = 500,
    contrasts: Annotated[bool, typer.Option("--contrasts", help="Try the causal claims, pair by pair.")] = False,
    confusion: Annotated[
        bool, typer.Option("--confusion", help="Try every expectation on every scenario, and dealt by chance.")
    ] = False,
    theory: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.yaml", help="Live under another theory.", show_default=False)
    ] = None,
    posterior: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draws of rules from a fit (CSV).", show_default=False)
    ] = None,
    spread: Annotated[
        float, typer.Option(min=0.0, max=1.0, metavar="S", help="Assumed starts are drawn so far to either side.")
    ] = 0.4,
    agreement: Annotated[
        int, typer.Option(min=0, metavar="N", help="Draws of the rules lived again with all citizens, as a check.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for tables, pictures and what is lived (default: runs/gallery).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Live every system of the chapter under one rule set, and say which rows hold."""
    from thermidor.cli.gallery import Asked, carry_out

    asked = Asked(rows, only and only.value, theory, posterior, out)
    sizes = {"replicates": replicates, "citizens": citizens, "seed": seed, "spread": spread}
    carry_out(asked, sizes, difficulty, agreement, contrasts=contrasts, confusion=confusion)
