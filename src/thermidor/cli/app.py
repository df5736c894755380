"""The commands and their options; nothing heavy is imported until a command works."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thermidor.cli.guard import Guarded

app = typer.Typer(
    cls=Guarded,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    help="A chapter of political theory as an executable model: citizens, states, and what regimes come out.",
    epilog="Begin with: thermidor scenarios",
)


class Format(StrEnum):
    """What `run` prints."""

    table = "table"
    json = "json"


class FileFormat(StrEnum):
    """What `export` writes."""

    csv = "csv"
    parquet = "parquet"


Scenario = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or a YAML file.", show_default=False)
]
Citizens = Annotated[
    list[str] | None,
    typer.Option(
        metavar="N|COUNTRY=N|COUNTRY=all",
        help="N is the number of citizens in EACH country (default: 10000). COUNTRY=N sets it for one country, "
        "COUNTRY=all makes one citizen of every inhabitant. May be repeated.",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="COUNTRY.KEY=VALUE", help="Change a starting condition. May be repeated.", show_default=False
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="NAME=VALUE", help="Change a rule. May be repeated.", show_default=False),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="MECHANISM",
        help="Switch a mechanism off; 'outside' removes all outside events. May be repeated.",
        show_default=False,
    ),
]
Theory = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE.yaml",
        help="Lay another theory over the rules (`thermidor theories`); --rule and --without beat it.",
        show_default=False,
    ),
]
TheoryAlone = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE.yaml", help="Lay another theory over the rules (`thermidor theories`).", show_default=False
    ),
]
Months = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Months to run (default: the whole scenario).", show_default=False),
]
Seed = Annotated[int, typer.Option(min=0, metavar="S", help="Seed of all draws.")]


@app.command()
def run(
    scenario: Scenario,
    replicates: Annotated[int, typer.Option(min=1, metavar="N", help="Number of runs, on all cores.")] = 1,
    citizens: Citizens = None,
    months: Months = None,
    seed: Seed = 1,
    replicate: Annotated[
        int | None,
        typer.Option(min=0, metavar="K", help="Run only member K of an ensemble, bit for bit.", show_default=False),
    ] = None,
    set_: Sets = None,
    rule: Rules = None,
    without: Without = None,
    theory: Theory = None,
    engine: Annotated[
        Path | None,
        typer.Option(
            metavar="PACKAGE",
            help="Live the months of the package in this folder in place of ours. Its code is run: trust it as you "
            "would a program.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the run (default: a new folder under runs/; none with --format json).",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that stands in DIR.")] = False,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Save every member's state after N months, for --resume.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was stopped or killed in DIR, bit for bit.")
    ] = False,
    format: Annotated[Format, typer.Option(help="A table to read, or one JSON object.")] = Format.table,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Show the passages too, with what decided them; keep them in events.csv.")
    ] = False,
) -> None:
    """Run a scenario and show which regimes came out, when and why, beside the record."""
    from thermidor.cli.run import Keeping, Wish, carry_out

    wish = Wish(scenario, replicates, replicate, citizens, months, seed, set_, rule, without, theory, engine)
    keeping = Keeping(out, force, checkpoint_every, resume)
    carry_out(wish, keeping, as_json=format is Format.json, figure=not no_figure, events=events)


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show this scenario.", show_default=False)] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Show every number that a run would start from.")
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario file.")] = False,
    seed: Seed = 1,
    replicate: Annotated[int, typer.Option(min=0, metavar="K", help="Member whose draws --resolved shows.")] = 0,
) -> None:
    """List the scenarios, or show one."""
    from thermidor.cli.show import show_scenarios

    show_scenarios(name, resolved=resolved, schema=schema, seed=seed, replicate=replicate)


@app.command()
def record(
    country: Annotated[
        str, typer.Argument(metavar="COUNTRY", help="Three-letter code of the record.", show_default=False)
    ],
    series: Annotated[
        str | None, typer.Argument(metavar="SERIES", help="Show the numbers of this series.", show_default=False)
    ] = None,
) -> None:
    """Show what the historical record holds for a country."""
    from thermidor.cli.show import show_record

    show_record(country, series)


@app.command()
def explain(
    topic: Annotated[
        str,
        typer.Argument(
            metavar="lens|regime|rule|month|event|LENS|P16",
            help="What kind of thing NAME is; or a lens, or a claim.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Its name; left out, all names are listed.", show_default=False)
    ] = None,
) -> None:
    """Explain a lens, a regime's criteria, a rule, a step of the month, a kind of outside event or a claim."""
    from thermidor.cli.explain import explain as work

    work(topic, name)


@app.command()
def read(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)],
    lens: Annotated[
        str, typer.Option(metavar="NAME|all", help="A lens, or all of them side by side (`thermidor explain lens`).")
    ] = "all",
    country: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this country (default: all).", show_default=False)
    ] = None,
    coding: Annotated[
        str | None,
        typer.Option(
            metavar="v-dem|polity|bmr|lied|FILE.csv",
            help="Lay a published coding over it, or your own: columns country, year, label.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables and figures there.", show_default=False)
    ] = None,
    format: Annotated[Format, typer.Option(help="Tables to read, or one JSON object.")] = Format.table,
) -> None:
    """Read a run through the lenses of several schools, and show where they disagree most."""
    from thermidor.cli.read import Wish, carry_out

    carry_out(Wish(folder, lens, country, coding, out), as_json=format is Format.json)


@app.command()
def events(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)],
    country: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this country (default: all).", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write every event with its quantities.", show_default=False)
    ] = None,
    chronology: Annotated[
        str | None, typer.Option(metavar="soviet|FILE.csv", help="Lay dated measures beside.", show_default=False)
    ] = None,
    format: Annotated[Format, typer.Option(help="Tables to read, or one JSON object.")] = Format.table,
) -> None:
    """Show which passages occurred in a run: revolutions, coups, restorations, when, and what decided them."""
    from thermidor.cli.events import carry_out

    carry_out(folder, country, out, chronology, as_json=format is Format.json)


@app.command()
def trace(
    scenario: Scenario,
    citizen: Annotated[int, typer.Option(min=0, metavar="ID", help="Number of the citizen in the country.")],
    country: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Country (default: the first of the scenario).", show_default=False),
    ] = None,
    months: Annotated[int, typer.Option(min=1, metavar="N", help="Months to follow.")] = 120,
    citizens: Citizens = None,
    seed: Seed = 1,
    replicate: Annotated[int, typer.Option(min=0, metavar="K", help="Member of the ensemble.")] = 0,
    theory: TheoryAlone = None,
) -> None:
    """Follow one life month by month."""
    from thermidor.cli.trace import follow

    where = {"country": country, "months": months, "citizens": citizens}
    follow(scenario, citizen, **where, seed=seed, replicate=replicate, theory=theory)  # type: ignore[arg-type]


@app.command()
def new(
    from_record: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--from-record",
            metavar="COUNTRY YEAR",
            help="Name or three-letter code of a country, and the year (or YYYY-MM) to start from.",
            show_default=False,
        ),
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="COUNTRY,...|none",
            help="Other countries of the scenario (default: the most advanced large country of the year).",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(metavar="YEAR", help="Last year of the scenario (default: ten years on).", show_default=False),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML file to write (default: NAME.yaml here).", show_default=False),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the scenario (default: COUNTRY-YEAR-record).", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Write a scenario for any country and year of the historical record."""
    from thermidor.cli.new import Wish, carry_out

    carry_out(Wish(from_record, with_, until, name), to, force)


@app.command()
def derive(
    scenario: Scenario,
    at: Annotated[str, typer.Option(metavar="YYYY-MM", help="Month in which the new scenario starts.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the new scenario.")],
    to: Annotated[Path, typer.Option(metavar="FILE", help="YAML file to write; an old one is replaced.")],
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Its last month (default: SCENARIO's).", show_default=False)
    ] = None,
    regime: Annotated[
        str | None,
        typer.Option(
            metavar="REGIME|all",
            help="Take the members in which the first country has this regime then (default: the commonest one).",
            show_default=False,
        ),
    ] = None,
    twin: Annotated[
        str | None,
        typer.Option(
            metavar="COUNTRY",
            help="Set norms, organisation, fear and room of COUNTRY back to SCENARIO's start.",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(
            metavar="norms|organisation|fear|room",
            help="With --twin: set back only this. May be repeated.",
            show_default=False,
        ),
    ] = None,
    replicates: Annotated[int, typer.Option(min=1, metavar="N", help="Number of runs, on all cores.")] = 40,
    citizens: Citizens = None,
    seed: Seed = 1,
    theory: TheoryAlone = None,
) -> None:
    """Write the scenario that starts from a later state of another: medians and ranges of an ensemble."""
    from thermidor.cli.derive import Wish, carry_out

    carry_out(Wish(scenario, at, name, until, regime, twin, part, replicates, citizens, seed, theory), to)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.", show_default=False)],
    format: Annotated[FileFormat, typer.Option(help="CSV or Parquet.")] = FileFormat.csv,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write (default: DIR/export).", show_default=False)
    ] = None,
) -> None:
    """Write the series of a run as tables for other programs."""
    from thermidor.cli.show import export_run

    export_run(folder, format.value, to)


@app.command()
def doctor() -> None:
    """Check the installation: versions, cores, cache folder, compile time, a test of writing."""
    from thermidor.cli.doctor import examine

    examine()


@app.command()
def version() -> None:
    """Print the version."""
    from thermidor import __version__

    print(__version__)


from thermidor.cli import fit, gallery_command, inquiry, lab_command, ledger_command  # noqa: E402, F401  of the same program


def main() -> None:
    """Entry point of the command `thermidor`.

    The collector of cycles stays off: a command makes few, and searching all that it imports for them takes .3 s.
    """
    gc.disable()
    app(prog_name="thermidor")


if __name__ == "__main__":
    main()
