"""`thermidor read`: a run through one lens or through all, side by side, and where they disagree most."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.cli.tables import console, facts, note, prose, say, table
from thermidor.errors import InputError
from thermidor.lenses import LENSES, lens
from thermidor.lenses.disagreement import Disagreement, Pair, disagreement, questions, typical_labels
from thermidor.lenses.spells import Reading, typical_spells

if TYPE_CHECKING:
    from thermidor.runs import Result

ALL = "all"
LASTING = 12
"""Months for which a label has to be the commonest of many runs to have a line."""
STRETCHES = 5
"""Stretches of disagreement that are told."""
NAME = 21
"""Letters of a lens's name beside its ribbon."""
WRITES = ("spells.csv", "disagreement.csv")


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    folder: Path
    lens: str
    country: str | None
    coding: str | None
    out: Path | None


def carry_out(wish: Wish, *, as_json: bool) -> None:
    """Read a run and print what its lenses say; write table and figures where asked. Raises InputError."""
    names = tuple(LENSES) if wish.lens == ALL else (wish.lens,)
    for name in names:
        lens(name)
    from thermidor.runs import open_run

    result = open_run(wish.folder)
    readings, unread = _readings(result, names)
    some = next(iter(readings.values()))
    countries = (some.countries[some.country(wish.country)],) if wish.country else some.countries
    if wish.coding is not None:
        readings[_coding_name(wish.coding)] = _coded(result, wish.coding, some)
    found = disagreement(readings, countries) if len(readings) > 1 else None
    written = _write(result, readings, countries, found, wish.out) if wish.out is not None else []
    if as_json:
        told = {**_as_json(result, readings, countries, found), "not_read": unread}
        print(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    from thermidor.reports.account import headline

    say(headline(result.manifest))
    if len(names) == 1:
        _one(result, names[0], readings, countries)
    else:
        _side_by_side(result, readings, countries)
    if found is not None:
        _tell(result, found)
    _files(readings, unread, written)


def _readings(result: Result, names: Sequence[str]) -> tuple[dict[str, Reading], dict[str, str]]:
    """Read a result through lenses; of several, those for which it lacks a variable are left out, and why is said."""
    readings, unread = dict[str, Reading](), dict[str, str]()
    for name in names:
        try:
            readings[name] = _reading(result, name)
        except InputError as error:
            if len(unread) + 1 == len(names):
                raise
            unread[name] = error.what
    return readings, unread


def _reading(result: Result, name: str) -> Reading:
    """Read a result through a lens; the months of a branch are labelled as those that follow its past."""
    if result.past is None:
        return lens(name).read(result.columns)
    from thermidor.runs.result import read_after

    return read_after(result.past, result.columns, name)


def _coding_name(coding: str) -> str:
    return Path(coding).stem if coding.lower().endswith(".csv") else coding


def _coded(result: Result, coding: str, axes: Reading) -> Reading:
    from thermidor.views.lenses_coding import coding as read_coding

    told = result.manifest["scenario"]["resolved"]["countries"]
    if _coding_name(coding) in LENSES:
        raise InputError("the coding has the name of a lens", "--coding", mend="give the file another name")
    return read_coding(coding, axes, {name: told.get(name, {}).get("record") for name in axes.countries})


def _spells(result: Result, name: str, reading: Reading, country: str) -> list[dict[str, Any]]:
    """Return a country's spells as rows: from, to, label, share of runs, and why it began (of a coding: nothing)."""
    rows = []
    for spell in typical_spells(reading, country, *((LASTING,) if len(reading.runs) > 1 else ())):
        why = lens(name).why(result.columns, reading, country, spell.first) if name in LENSES else ""
        rows.append(
            {"from": str(spell.first), "to": str(spell.last), "label": spell.label, "share": spell.share, "why": why}
        )
    return rows


def _one(result: Result, name: str, readings: Mapping[str, Reading], countries: Sequence[str]) -> None:
    """Print the spells of one lens, country by country, and the coding's ribbon under them."""
    from thermidor.runs.result import title_of
    from thermidor.views.palette import words

    prose(lens(name).table().title)
    many = len(readings[name].runs) > 1
    for country in countries:
        for other, reading in readings.items():
            say(title_of(result, country), other)
            rows = [
                (row["from"], row["to"], words(row["label"]), *((f"{100 * row['share']:.0f}%",) if many else ()),
                 *((row["why"],) if other == name else ()))
                for row in _spells(result, other, reading, country)
            ]  # fmt: skip
            heads = ("from", "to", "label", *(("runs",) if many else ()), *(("why",) if other == name else ()))
            table(heads, rows, right=(3,) if many else (), widths={2: 18})


def _side_by_side(result: Result, readings: Mapping[str, Reading], countries: Sequence[str]) -> None:
    """Print a ribbon of letters for each reading, and what the letters mean."""
    from thermidor.runs.result import title_of
    from thermidor.views.palette import letters, words

    for place, country in enumerate(countries):
        say(title_of(result, country), "the commonest label, by its letter" if place == 0 else "")
        _ribbons(readings, country)
    say("Letters")
    rows = []
    for name, reading in readings.items():
        seen = dict.fromkeys(label for country in countries for label in typical_labels(reading, country))
        by_letter = letters(reading.names)
        rows.append((name, ", ".join(f"{by_letter[label]} {words(label)}" for label in seen)))
    facts(rows)


def _ribbons(readings: Mapping[str, Reading], country: str) -> None:
    """Print a country's ribbons, one line a reading, each letter for an equal stretch of time."""
    from rich.text import Text

    from thermidor.views.palette import letters, paints

    screen = console()
    months = next(iter(readings.values())).months
    wide = min(screen.width - NAME - 1, len(months))
    cuts = np.linspace(0, len(months), wide + 1).astype(int)
    screen.print(Text(" " * (NAME + 1) + _years(months[cuts[:-1]], wide), style="dim"))
    for name, reading in readings.items():
        labels = typical_labels(reading, country)
        looks, by_letter = paints(reading.names), letters(reading.names)
        line = Text(f"{name[:NAME]:<{NAME}} ")
        for start, end in pairwise(cuts):
            label = Counter(labels[start:end]).most_common(1)[0][0]
            line.append(by_letter[label], style=f"{looks[label].ink} on {looks[label].colour}")
        screen.print(line)


def _years(firsts: Any, wide: int) -> str:
    """Return a line of round years over columns whose first months are given; of a short run its first month."""
    years = firsts.astype("datetime64[Y]").astype(int) + 1970
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (years[-1] - years[0]) / s * 7 <= wide)
    line = [" "] * (wide + 4)
    for place in range(1, wide):
        if years[place] // step > years[place - 1] // step:
            line[place : place + 4] = str(years[place] // step * step)
    text = "".join(line).rstrip()
    return text or str(firsts[0])


def _tell(result: Result, found: Disagreement) -> None:
    """Print where the readings disagree most: stretches, then pairs."""
    from thermidor.runs.result import title_of

    say("Where they disagree most")
    means = ", ".join(f"{title_of(result, c)} {_share(found.mean(c))}" for c in found.countries)
    note(f"share of run-months and pairs that answer a common question differently: {means}")
    told = [stretch for stretch in found.stretches if stretch.disagree > 0.0][:STRETCHES]
    rows = []
    for stretch in told:
        where = (title_of(result, stretch.country),) if len(found.countries) > 1 else ()
        said = "\n".join(
            f"{question}: " + "; ".join(f"{answer} ({', '.join(who)})" for answer, who in answers.items())
            for question, answers in stretch.answers.items()
            if answers
        )
        rows.append((*where, f"{stretch.first}\n{stretch.last}", f"{100 * stretch.disagree:.0f}%", said))
    heads = (*(("country",) if len(found.countries) > 1 else ()), "from, to", "apart", "who answers what")
    if rows:
        table(heads, rows, right=(len(heads) - 2,), widths={0: 12} if len(heads) == 4 else None)
    say("Pair by pair", "share of comparable run-months; - there is none")
    names = list(dict.fromkeys(name for pair in found.pairs for name in pair[:2]))
    by_pair = {frozenset(pair[:2]): pair for pair in found.pairs}
    lines = [
        (f"{k} {name[:NAME]}", *(_percent(by_pair.get(frozenset((name, other)))) for other in names))
        for k, name in enumerate(names, 1)
    ]
    table(("", *map(str, range(1, len(names) + 1))), lines, right=tuple(range(1, len(names) + 1)), gap=1)
    for question in questions():
        note(f"{question.name}: {question.asks}: {', '.join(question.answers)}")


def _percent(pair: Pair | None) -> str:
    return "" if pair is None else _share(pair.disagree)


def _share(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f}%"


def _files(readings: Mapping[str, Reading], unread: Mapping[str, str], written: Sequence[Path]) -> None:
    say("Read")
    bare = [f"{name} {100 * r.unclassified_share:.1f}%" for name, r in readings.items() if name in LENSES]
    left = [("not read", f"{name}: {why}") for name, why in unread.items()]
    facts([("no label fits", ", ".join(bare)), *left, *(("written", path) for path in written)])


def _as_json(
    result: Result, readings: Mapping[str, Reading], countries: Sequence[str], found: Disagreement | None
) -> dict[str, Any]:
    """Return what is printed as one object of plain JSON values; shares are fractions, and None where there is none."""
    out: dict[str, Any] = {
        "scenario": result.manifest["scenario"]["name"],
        "replicates": len(result.manifest["replicates"]),
        "readings": {
            name: {
                "kind": "lens" if name in LENSES else "coding",
                "unclassified": reading.unclassified_share if name in LENSES else None,
                "countries": {country: _spells(result, name, reading, country) for country in countries},
            }
            for name, reading in readings.items()
        },
    }
    if found is not None:
        out["disagreement"] = {
            "countries": {country: _plain(found.mean(country)) for country in countries},
            "pairs": [{**pair._asdict(), "disagree": _plain(pair.disagree)} for pair in found.pairs],
            "stretches": [{**s._asdict(), "first": str(s.first), "last": str(s.last)} for s in found.stretches],
        }
    return out


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _write(
    result: Result, readings: Mapping[str, Reading], countries: Sequence[str], found: Disagreement | None, out: Path
) -> list[Path]:
    """Write spells, the course of disagreement, and a figure a country into a folder; files so named are replaced."""
    from thermidor.runs.store import placing

    folder = out.expanduser()
    if (folder / "manifest.json").exists():
        raise InputError("a run's own folder is not written into", f"--out {out}", mend="give another folder")
    heads = ("country", "lens", "from", "to", "label", "share", "why")
    rows = [
        (country, name, *spell.values())
        for country in countries
        for name, reading in readings.items()
        for spell in _spells(result, name, reading, country)
    ]
    made = {WRITES[0]: _csv(heads, rows)}
    if found is not None:
        course = [
            (country, str(month), "" if math.isnan(value) else f"{value:.6g}")
            for k, country in enumerate(found.countries)
            for month, value in zip(found.months, found.course[:, k].tolist(), strict=True)
        ]
        made[WRITES[1]] = _csv(("country", "month", "disagreement"), course)
    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
        for country in countries:
            _draw(result, readings, country, found, folder / f"lenses-{country}.png")
    return [folder / name for name in (*made, *(f"lenses-{country}.png" for country in countries))]


def _csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([heads, *rows])
    return text.getvalue()


def _draw(
    result: Result, readings: Mapping[str, Reading], country: str, found: Disagreement | None, path: Path
) -> None:
    from thermidor.reports.account import headline
    from thermidor.runs.result import title_of
    from thermidor.views.lenses import figure

    months = next(iter(readings.values())).months
    course = np.full(len(months), np.nan) if found is None else found.course[:, found.countries.index(country)]
    notes = {name: _short(lens(name).table().title) if name in LENSES else "coding" for name in readings}
    title = f"{title_of(result, country)}, {str(months[0])[:4]} to {str(months[-1])[:4]}"
    drawn = figure(readings, country, course, title=title, subtitle=headline(result.manifest), notes=notes)
    drawn.savefig(path)


def _short(text: str, most: int = 78) -> str:
    text = text[0].lower() + text[1:]
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)] + " ..."
