"""The commands that ask something of many runs; nothing heavy is imported until a command works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thermidor.cli.app import Citizens, Rules, Scenario, Seed, Theory, TheoryAlone, app

__all__ = ["app"]


@app.command()
def designs(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print this one.", show_default=False)] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a design file.")] = False,
) -> None:
    """List the designs that are shipped, or print one."""
    from thermidor.cli.sweep import show_designs

    show_designs(name, schema=schema)


@app.command()
def theories(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME|FILE.yaml", help="Show what this one switches.", show_default=False),
    ] = None,
) -> None:
    """List the theories that are shipped, or show what one switches and what it can't express."""
    from thermidor.cli.theories import show

    show(name)


@app.command()
def sweep(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="Name of a shipped design, or a YAML file.", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the sweep.", show_default=False)] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Workers on this machine (default: all cores).", show_default=False),
    ] = None,
    threads: Annotated[
        bool, typer.Option("--threads", help="Workers are threads of one process, not processes.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Live it on the workers of this Dask scheduler.", show_default=False),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the sweep that was stopped in DIR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and stop.")] = False,
    theory: TheoryAlone = None,
) -> None:
    """Live a design of many runs: plan and cost first, then all of it, kept as it is finished."""
    from thermidor.cli.sweep import carry_out

    how = {"workers": workers, "threads": threads, "scheduler": scheduler, "resume": resume, "dry_run": dry_run}
    carry_out(design, out, **how, theory=theory)  # type: ignore[arg-type]


@app.command()
def results(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.", show_default=False)],
    sql: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help='Ask the table `members`, such as "select overlay, avg(lost) ..."'),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the answer to QUERY as CSV, whole.")] = False,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Draw the figures of the design there.")] = None,
) -> None:
    """Show what came out of a sweep: shares, paired differences, sensitivities; or ask it in SQL."""
    from thermidor.cli.results import show

    show(folder, sql, figures, as_csv=csv)


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="Folder of a run, or a scenario.", show_default=False)],
    b: Annotated[
        str | None,
        typer.Argument(metavar="B", help="Another; left out, A is a scenario laid beside itself with changes."),
    ] = None,
    with_set: Annotated[
        list[str] | None,
        typer.Option(metavar="COUNTRY.KEY=VALUE", help="Change a starting condition of A. May be repeated."),
    ] = None,
    with_rule: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Change a rule. May be repeated.")
    ] = None,
    with_without: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Switch a mechanism off. May be repeated.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="NAME", help="Country to compare (default: the first with a record).")
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="YYYY-MM", help="Month to measure differences at. May be repeated.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Variables to show.")] = 15,
    tolerance: Annotated[
        float, typer.Option(metavar="X", help="Differences up to X spreads of the members count as none.")
    ] = 0.0,
    figure: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the comparison (PNG, SVG, PDF).")] = None,
    replicates: Annotated[int, typer.Option(min=1, metavar="N", help="Runs of a scenario, on all cores.")] = 40,
    with_theory: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.yaml", help="Lay another theory over the rules.")
    ] = None,
    citizens: Citizens = None,
    seed: Seed = 1,
) -> None:
    """Say where two runs part first, in which variable, and by how much."""
    from thermidor.cli.compare import Wish, carry_out

    wish = Wish(a, b, with_set, with_rule, with_without, replicates, citizens, seed, with_theory)
    carry_out(wish, country=country, top=top, tolerance=tolerance, at=at, figure=figure)


@app.command()
def branch(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)],
    at: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Month from whose start the futures go on.", show_default=False)
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="COUNTRY.VARIABLE=VALUE",
            help="Change a state of the country in that month. May be repeated.",
            show_default=False,
        ),
    ] = None,
    rule: Rules = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MECHANISM|[COUNTRY.]outside[.KIND]",
            help="Switch a mechanism off from then on, or take away what still comes from outside: all, or its war, "
            "hostility or embargo. May be repeated.",
            show_default=False,
        ),
    ] = None,
    theory: Theory = None,
    replicates: Annotated[int, typer.Option(min=0, metavar="N", help="Number of futures, on all cores.")] = 200,
    member: Annotated[int, typer.Option(metavar="K", help="Member of the run to go on with.")] = 0,
    same_draws: Annotated[
        bool, typer.Option("--same-draws", help="One future more, number -1, with the member's own draws.")
    ] = False,
    months: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Months to go on for.", show_default=False)
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="Last month (default: the scenario's).", show_default=False),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, metavar="S", help="Seed of the futures (default: the run's).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the futures (default: a new one under runs/)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that stands in DIR.")] = False,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
) -> None:
    """Continue the exact state of a run's member at a month into many futures, as it was or changed."""
    from thermidor.cli.branch import Wish, carry_out

    wish = Wish(folder, at, set_, rule, without, replicates, member, same_draws, months, until, seed, theory)
    carry_out(wish, out=out, force=force, figure=not no_figure)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run or a sweep.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write (default: report-DIR.html beside DIR).")
    ] = None,
) -> None:
    """Write one page that holds a run or a sweep: tables, figures, how it was made, how to cite it."""
    from thermidor.cli.report_page import write

    write(folder, out)


@app.command()
def settled(
    scenario: Scenario,
    outcome: Annotated[
        str,
        typer.Option(
            metavar="LABEL|VARIABLE<X|VARIABLE>=X", help="What is to be held in some month.", show_default=False
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="Last month that counts (default: the scenario's).", show_default=False),
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose outcome (default: the first country's).")
    ] = None,
    members: Annotated[int, typer.Option(min=1, metavar="N", help="Members whose states are asked.")] = 20,
    futures: Annotated[int, typer.Option(min=1, metavar="N", help="Futures lived from each state.")] = 20,
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Months between two states.")] = 3,
    citizens: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N|COUNTRY=N",
            help="Citizens as for run (default: 2000 in the first country, 500 in each other).",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 1,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MECHANISM|[COUNTRY.]outside[.KIND]",
            help="What the futures of the second curve are without (default: outside). May be repeated.",
            show_default=False,
        ),
    ] = None,
    theory: TheoryAlone = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for numbers and figure (default: a new one in runs/).")
    ] = None,
) -> None:
    """Say when an outcome was settled: its probability given the state, month by month."""
    from thermidor.cli.settled import Wish, carry_out

    carry_out(Wish(scenario, outcome, by, country, members, futures, every, citizens, seed, without, theory), out)


@app.command()
def why(
    scenario: Scenario,
    outcome: Annotated[
        str, typer.Option(metavar="LABEL", help="A regime, or such as 'norms<0.35'.", show_default=False)
    ],
    by: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Month by which it has to come.", show_default=False)
    ] = None,
    design: Annotated[
        str, typer.Option(metavar="DESIGN", help="Design whose switches are the groups, at most eight.")
    ] = "mechanisms",
    replicates: Annotated[
        int | None, typer.Option(min=2, metavar="N", help="Replicates (default: the design's).", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, metavar="S", help="Seed (default: the design's).", show_default=False)
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes (default: all cores).", show_default=False)
    ] = None,
    theory: TheoryAlone = None,
    no_check: Annotated[bool, typer.Option("--no-check", help="Leave out the check with 10,000 citizens.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder (default: a new one under runs/).", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what is kept in DIR.")] = False,
) -> None:
    """Share an outcome out among groups of mechanisms: exact Shapley values over all on and off."""
    from thermidor.cli.why import Wish, carry_out

    wish = Wish(scenario, outcome, by, design, replicates, seed, workers, not no_check, theory)
    carry_out(wish, out, resume=resume)
