"""Reports: a kept run, or a kept sweep, as one page that can be read, printed and sent."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thermidor.errors import InputError
from thermidor.reports import account
from thermidor.reports.events import passages
from thermidor.runs import manifest as manifests
from thermidor.runs.manifest import another_theory
from thermidor.runs.places import file_to_write
from thermidor.runs.result import Result, main_country, title_of
from thermidor.runs.store import placing
from thermidor.views.report import Facts, Listing, Picture, Section, Table, is_page, page, picture

NO_ENDORSEMENT = "A model of a theory, laid beside the record: no forecast and no endorsement."
DRAWN = (
    "war", "gdp_per_head", "official_output", "population", "norms", "room", "organisation", "apparatus_share",
    "coercive_share", "repression_mass", "repression_elite", "labour_coercion", "heads_peasant", "heads_worker",
    "heads_petty", "heads_capitalist", "urban_share",
)  # fmt: skip
"""Variables that the overview draws."""
ANOTHER = "give another file with --out"
RECORDED = ("gdp_per_head", "urban_share", "population")
"""Series of the record that a report shows."""


def report(folder: str | Path, out: str | Path | None = None) -> Path:
    """Write the report of the run or sweep kept in a folder, by default as report-NAME.html beside it; return the file.

    A report that is there already is replaced. Raises InputError for a folder that holds neither, any other file that
    is there, a place inside the folder, or one that can't be written.
    """
    where = Path(folder).expanduser().resolve()
    target = file_to_write(where.with_name(f"report-{where.name}.html") if out is None else out, "--out")
    if (target.parent.resolve() / target.name).is_relative_to(where):
        raise InputError("a report can't be kept in the folder that it tells of", str(target), mend=ANOTHER)
    if os.path.lexists(target) and not is_page(target):
        raise InputError("a file that is no report of ours is there", str(target), mend=ANOTHER)
    text = report_of(where)
    with placing(target):
        aside = target.with_name(f".{target.name}.{os.getpid()}.partial")
        with open(aside, "x", encoding="utf-8") as file:  # nobody else's
            try:
                file.write(text)
                file.flush()
                os.replace(aside, target)
            finally:
                aside.unlink(missing_ok=True)
    return target


def report_of(folder: Path) -> str:
    """Return the page of the run or sweep kept in a folder. Raises InputError."""
    from thermidor.experiments.store import KIND
    from thermidor.runs import open_run

    if kind_of(folder) != KIND:
        return run_page(open_run(folder))
    from thermidor.experiments.opened import open_sweep
    from thermidor.reports.report_sweep import sweep_page

    return sweep_page(open_sweep(folder))


def kind_of(folder: Path) -> object:
    """The kind of what is kept in a folder, by its manifest; None where there is none to read."""
    try:
        told = json.loads((folder / manifests.NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told.get("kind") if isinstance(told, dict) else None


def run_page(run: Result) -> str:
    """Return the page of a run."""
    told, main = run.manifest["scenario"]["resolved"], main_country(run)
    countries = run.reading.countries
    title, key = title_of(run, main), account.record_key(run, main)
    spells = [account.regimes(run, country) for country in countries]
    beside = account.beside(run, main)
    unnamed = f"No label fits {100 * run.reading.unclassified_share:.1f}% of all country-months."
    sections = [
        Section("The scenario", (str(told.get("about", "")).strip(), *_countries(told))),
        Section("Which regimes came out", (*spells, unnamed, overview(run, main, spells[countries.index(main)]))),
        Section("Turning points", (account.turning_points(run, main), account.measures(run, main))),
        Section("Passages", _passages(run)),
        Section("First reached", tuple(account.first_reached(run, country) for country in countries)),
        Section("Beside the record" if key else "Levels", (_beside(title, bool(key)), *beside, *_sources(key))),
        Section("What was run", what_was_run(run)),
        Section("The variables shown", (dictionary(run),)),
        Section("How to cite", how_to_cite(run.manifest, key)),
    ]
    subtitle = account.headline(run.manifest)
    return page(str(told.get("title", title)), sections, subtitle=subtitle, foot=_foot(run.manifest))


def overview(run: Result, country: str, spells: Table) -> Picture:
    """Return the overview of a country; its words for those who don't see it are the sequence of regimes."""
    from thermidor.views.overview import figure

    sequence = "; ".join(f"{row[2]} from {row[0]} to {row[1]}" for row in spells.rows)
    alt = (
        f"{title_of(run, country)}: panels of regimes, economy, state, apparatus, coercion and society by "
        f"month, with the record where there is one. The commonest regimes: {sequence}."
    )
    return picture(
        figure(run, country), alt, "The commonest course and its spread; the same numbers are in the tables."
    )


def _passages(run: Result) -> tuple[str | Table, ...]:
    """The passages of every country; of a run older than what they are read from, why there are none."""
    try:
        return tuple(passages(run, country) for country in run.reading.countries)
    except InputError as error:
        return (f"{error.what[:1].upper()}{error.what[1:]}.",)


def _countries(told: Mapping[str, Any]) -> tuple[Table, ...]:
    """The countries, and what reaches them from outside, with the sources."""
    countries = tuple((name, str(c.get("title", "")), str(c.get("record") or account.NONE)) for name, c in
                      told.get("countries", {}).items())  # fmt: skip
    events = tuple(
        (
            str(event.get("variable", event.get("kind", ""))),
            str(event.get("country", "")),
            " to ".join(str(event[end]) for end in ("from", "to") if end in event) or "the whole period",
            str(event.get("source", "")),
        )
        for event in told.get("outside", ())
    )
    found = [Table("Countries", ("name", "title", "in the record as"), countries)]
    if events:
        found.append(Table("What comes from outside", ("what", "to", "when", "source"), events))
    return tuple(found)


def _beside(title: str, known: bool) -> str:
    what = f"{title}: medians of the runs, mean of each whole year; dollars are of 2011, at purchasing power."
    return f"{what} Where model and record part, the model is wrong." if known else what


def _sources(key: str | None) -> tuple[Table, ...]:
    """The sources of the record's series that are shown, with licence and caveat."""
    from thermidor.record import record, series_names

    if key is None:
        return ()
    shown = [record(key, name) for name in RECORDED if name in series_names(key)]
    rows = tuple((series.name, series.source, series.licence, series.caveat) for series in shown)
    return (Table("Sources of the record", ("series", "source", "licence", "caveat"), rows),)


def what_was_run(run: Result) -> tuple[str | Facts | Listing, ...]:
    """Return the set-up of a run, the commands that run it again, and the scenario as it was lived."""
    manifest, parent = run.manifest, run.manifest.get("parent")
    machine, as_it_is = manifest["machine"], "nothing: scenario and rules as they are"
    changed = account.changes(manifest["overrides"]) or (as_it_is if parent is None else "nothing")
    citizens = manifest["citizens"]
    many = f"{citizens:,} in each country" if isinstance(citizens, int) else str(citizens)
    first, last = manifest["replicates"][0], manifest["replicates"][-1]
    before = []
    if parent is not None:
        folder, was = parent["folder"], account.changes(parent["recipe"]["overrides"]) or as_it_is
        kept = f"the run kept in {folder}" if folder else "a run that was not kept"
        before = [("goes on from", f"member {parent['member']} of {kept}, as it was at the start of {parent['at']}"),
                  ("changed before", was)]  # fmt: skip
    rows = (
        *before,
        ("seed", str(manifest["seed"])),
        ("members", f"{len(manifest['replicates'])} (numbers {first} to {last})"),
        ("citizens", many),
        ("months", f"{manifest['months']:,}, from {run.reading.months[0]}"),
        ("changed", changed if parent is None else f"from {parent['at']} on: {changed}"),
        *((("theory", name),) if (name := another_theory(manifest)) else ()),
        *((("months by", f"{e['name']}, digest {e['code']}"),) if (e := manifest.get("engine")) else ()),
        ("digest of the rules", str(manifest["rules_code"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
        ("machine", f"Python {machine['python']}, {machine['platform']}, {machine['cores']} cores"),
        ("when", f"{manifest['created']}, in {manifest['seconds']:.1f} s"),
    )
    text = str(manifest["scenario"]["text"])
    whole = Listing(text, "The scenario as it was lived, to be saved as a file and run")
    return (
        Facts(rows),
        "The same numbers come out of this, bit for bit on the same kind of machine:",
        Listing("\n".join(commands(manifest))),
        whole,
    )


def commands(manifest: Mapping[str, Any], out: str = "") -> list[str]:
    """Return what runs a run again and keeps it in `out`: a command, of a branch first those of what it goes on from.

    A scenario that is not in the library is run from the file that it was.
    """
    from thermidor.scenarios import list_scenarios
    from thermidor.scenarios.check import month_number

    asked, name, parent = manifest["overrides"], str(manifest["scenario"]["name"]), manifest.get("parent")
    runs, citizens, before = list(manifest["replicates"]), manifest["citizens"], list[str]()
    as_named = parent is not None or name in list_scenarios()  # a file of the scenario as it was lived holds changes
    if parent is not None:
        folder = parent["folder"] or "before"
        was = {**parent["recipe"], "scenario": manifest["scenario"], "replicates": [parent["member"]]}
        was["months"] = month_number(parent["at"]) - month_number(_first_month(was)) + 1
        before = commands(was, folder)
        words = ["thermidor", "branch", folder, "--at", parent["at"], "--member", str(parent["member"])]
        words += ["--replicates", str(max(runs) + 1), *(["--same-draws"] if min(runs) < 0 else [])]
    else:
        words = ["thermidor", "run", name if as_named else f"{name}.yaml"]
        words += ["--replicate", str(runs[0])] if runs != list(range(len(runs))) else ["--replicates", str(len(runs))]
        each = [str(citizens)] if isinstance(citizens, int) else [f"{country}={n}" for country, n in citizens.items()]
        words += [word for number in each for word in ("--citizens", number)]
    words += ["--seed", str(manifest["seed"]), "--months", str(manifest["months"])]
    changes = _theory_options(manifest)
    changes += [("--rule", f"{key}={value!r}") for key, value in asked.get("rules", {}).items()]
    if as_named:
        changes += [("--set", f"{key}={value!r}") for key, value in asked.get("set", {}).items()]
    changes += [("--without", name) for name in asked.get("without", ()) if as_named or name != "outside"]
    changes += [("--out", out)] if out else []
    return [*before, shlex.join([*words, *(word for change in changes for word in change)])]


def _theory_options(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How to ask for a run's theory: by name where it is shipped so, else rule by rule, since its file is not kept."""
    from thermidor.theories import list_theories, load_theory

    name, parent = another_theory(manifest), manifest.get("parent")
    if name is None or (parent is not None and manifest["theory"] == parent["recipe"].get("theory")):
        return []
    if name in list_theories() and load_theory(name).told == manifest["theory"]:
        return [("--theory", name)]
    decided = {*manifest["overrides"].get("rules", {}), *manifest["overrides"].get("without", ())}
    rules = manifest["theory"]["rules"].items()
    return [("--rule", f"{key}={value!r}") for key, value in rules if key not in decided]


def _first_month(manifest: Mapping[str, Any]) -> str:
    """The month in which a run begins: its scenario's first, or that of the branch."""
    parent = manifest.get("parent")
    return str(manifest["scenario"]["resolved"]["start"] if parent is None else parent["at"])


def dictionary(run: Result) -> Table:
    """Return name, unit and meaning of every variable that the report shows."""
    from thermidor.runs.summary import FALLS, RISES

    names = dict.fromkeys((*DRAWN, *FALLS, *RISES.values(), *account.WAVES))
    entries = tuple(
        (name, str(run.dataset[name].attrs.get("unit", "")), str(run.dataset[name].attrs.get("meaning", "")))
        for name in names
        if name in run.dataset
    )
    return Table("Names, units and meanings", ("variable", "unit", "meaning"), entries)


def how_to_cite(manifest: Mapping[str, Any], key: str | None) -> tuple[str | Listing, ...]:
    """Return how to cite a run, and that the data of the record are cited by their own sources."""
    parent = manifest.get("parent")
    goes_on = "" if parent is None else f", member {parent['member']} continued from {parent['at']}"
    cite = (
        "Thermidor contributors. Thermidor: a chapter of political theory as an executable model. "
        f"Version {manifest['versions']['thermidor']}. Scenario {manifest['scenario']['name']}, "
        f"seed {manifest['seed']}, rules {manifest['rules_code']}{goes_on}."
    )
    return (Listing(cite), *(["Cite the sources of the record too, where you show its numbers."] if key else []))


def _foot(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    version, day = manifest["versions"]["thermidor"], manifest["created"][:10]
    return NO_ENDORSEMENT, f"Made by `thermidor report`, version {version}, of a run of {day}."
