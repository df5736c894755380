"""`thermidor new`: write a scenario for a country and year of the historical record."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from thermidor.errors import InputError

if TYPE_CHECKING:
    from thermidor.scenarios.schema import Scenario


WIDTH = 80


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    from_record: tuple[str, str] | None
    beside: str | None
    until: int | None
    name: str | None


def carry_out(wish: Wish, to: Path | None, force: bool) -> None:
    """Write the scenario asked for and say what it holds. Raises InputError before anything is written."""
    from thermidor.scenarios import write_scenario
    from thermidor.scenarios.from_record import scenario_from_record

    if wish.from_record is None:
        what, mend = "nothing to make a scenario from", "thermidor new --from-record NORWAY 1905"
        raise InputError(what, "thermidor new", "a country and a year of the record are needed", mend)
    country, when = wish.from_record
    beside = None if wish.beside is None else wish.beside.split(",")
    scenario = scenario_from_record(country, when, beside=beside, until=wish.until, name=wish.name)
    target = to or Path(f"{scenario.name}.yaml")
    if not target.parent.is_dir():
        raise InputError("there is no such folder", str(target.parent), mend="make it first, or give another --to")
    if target.is_dir():
        raise InputError("this is a folder, not a file", str(target), mend="give the name of a file in it")
    if target.exists() and not force:
        raise InputError(
            "the file is there already", str(target), "nothing was written", "add --force, or another --to"
        )
    write_scenario(scenario, target, (f"Made by `{command(wish)}`. Change it as you know better.",))
    for line in told(scenario):
        print(line)
    print(f"written to {target}; next: thermidor run {target}")


def command(wish: Wish) -> str:
    """The command line that makes the same scenario."""
    country, when = wish.from_record or ("", "")
    parts = [f"thermidor new --from-record {_quoted(country)} {when}"]
    parts += [f"--with {_quoted(wish.beside)}"] if wish.beside is not None else []
    parts += [f"--until {wish.until}"] if wish.until is not None else []
    parts += [f"--name {wish.name}"] if wish.name is not None else []
    return " ".join(parts)


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def told(scenario: Scenario) -> list[str]:
    """What a scenario holds, in a few lines: countries, how many numbers are the record's, outside events."""
    lines = [f"{scenario.name}: {scenario.start} to {scenario.end}"]
    for name, country in scenario.countries.items():
        values = country.start.values()
        drawn = sum(value.range is not None for value in values)
        people, made = country.start["population"].value, country.start["gdp_per_head"].value
        lines.append(f"  {name}: {people:.4g} million people, {made:.3g} thousand 2011 $ a head a year;")
        lines.append(f"    {len(values) - drawn} conditions from the record, {drawn} assumed and drawn from a range")
        events = [event for event in scenario.outside if event.country == name]
        wars = [f"war {event.from_} to {event.to}" for event in events if event.kind == "war"]
        paths: list[str] = [event.variable for event in events if event.kind == "path"]
        if events:
            text = f"from outside: {', '.join(wars + paths)}"
            lines += wrap(text, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6)
    return lines
