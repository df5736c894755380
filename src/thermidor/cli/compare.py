"""`thermidor compare`: two runs, kept or lived on the spot, laid beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermidor.cli.run import citizens_of, interruptible, pairs, progress
from thermidor.cli.tables import WIDTH, facts, note, prose, say, table
from thermidor.errors import InputError, Interrupted
from thermidor.views.palette import words

if TYPE_CHECKING:
    import pandas as pd

    from thermidor.analysis.compare import Comparison
    from thermidor.analysis.compare_sweeps import SweepComparison
    from thermidor.runs import Result

MOST_ROWS = 40
"""Lines of the table of set-ups; the rest is counted."""
FIGURES = (".png", ".svg", ".pdf")
MOST_NAMES = 8
"""Variables told of one step; the rest is counted."""
DATES = 3
"""Dates beside each other in one table."""
NEVER = "-"


class Wish(NamedTuple):
    """What was asked on the command line, as it was written."""

    a: str
    b: str | None
    settings: list[str] | None
    rules: list[str] | None
    without: list[str] | None
    replicates: int
    citizens: list[str] | None
    seed: int
    theory: str | None = None


def carry_out(
    wish: Wish, *, country: str | None, top: int, tolerance: float, at: list[str] | None, figure: Path | None
) -> None:
    """Open or run what was wished, compare and print. Raises InputError, where it can before any work."""
    from thermidor.analysis.compare import compare
    from thermidor.runs.places import file_to_write
    from thermidor.runs.store import placing

    if not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise InputError(
            f"the tolerance can't be {tolerance}", "--tolerance", mend="give a number of spreads from 0 up"
        )
    if figure is not None:
        figure = file_to_write(figure, "--figure", FIGURES)
    if wish.b is not None and all(_is_sweep(Path(name)) for name in (wish.a, wish.b)):
        if figure is not None:
            raise InputError("two sweeps have no figure", "--figure", mend="leave it out, or compare two runs")
        show_sweeps(wish.a, wish.b)
        return
    a, b = _two(wish)
    found = compare(a, b, country=country, tolerance=tolerance, at=at or ())
    show(found, top)
    if figure is not None:
        with placing(figure):
            found.plot(figure)


def _two(wish: Wish) -> tuple[Result | Path, Result | Path]:
    """Run the two that are compared, or name their folders."""
    both: tuple[Result | Path, Result | Path]
    from thermidor.analysis.compare import counterfactual
    from thermidor.runs import manifest as manifests
    from thermidor.runs import run
    from thermidor.scenarios import load_scenario

    changes: dict[str, Any] = {
        "set": pairs("--with-set", wish.settings, "COUNTRY.KEY=VALUE"),
        "rules": pairs("--with-rule", wish.rules, "NAME=VALUE"),
        "without": wish.without or (),
        "theory": wish.theory,
    }
    if wish.b is None and not any(changes.values()):
        what, mend = (
            "there is nothing to compare it with",
            "give a second run, or --with-set, --with-rule, --with-without, --with-theory",
        )
        raise InputError(what, "compare", mend=mend)
    if wish.b is not None and any(changes.values()):
        raise InputError("a second run and changes are both given", "compare", mend="give the one or the other")
    named = [wish.a] if wish.b is None else [wish.a, wish.b]
    kept = [_kept(name) for name in named]
    if wish.b is None and kept[0] is not None:
        why = "changes are run beside their scenario"
        raise InputError("a kept run can't be changed", wish.a, why, "give the scenario's name in its place")
    scenarios = [load_scenario(name) for name, folder in zip(named, kept, strict=True) if folder is None]
    if not scenarios:
        return Path(named[0]), Path(named[1])
    countries = tuple(dict.fromkeys(country for scenario in scenarios for country in scenario.countries))
    sizes: dict[str, Any] = {
        "replicates": wish.replicates,
        "citizens": citizens_of(wish.citizens, countries),
        "seed": wish.seed,
    }
    for folder in filter(None, kept):  # a scenario beside a kept run is run with that run's draws
        was = manifests.read(folder)
        sizes |= {"replicates": max(was["replicates"]) + 1, "citizens": was["citizens"], "seed": was["seed"]}
    with interruptible() as cancel, progress() as told:
        sizes |= {"progress": told, "cancel": cancel}
        if wish.b is None:
            both = counterfactual(scenarios[0], **changes, **sizes)
        else:
            waiting = iter(scenarios)
            a, b = (run(next(waiting), **sizes) if folder is None else folder for folder in kept)
            both = a, b
    if cancel.is_set():
        raise Interrupted
    return both


def _kept(name: str) -> Path | None:
    """Return the folder of this name, if there is one that holds a run or can't be meant as a scenario."""
    from thermidor.runs.manifest import NAME
    from thermidor.scenarios import list_scenarios

    folder = Path(name)
    meant = folder.is_dir() and ((folder / NAME).is_file() or name not in list_scenarios())
    return folder if meant else None


def _is_sweep(folder: Path) -> bool:
    from thermidor.experiments.store import KIND
    from thermidor.reports.report import kind_of

    return folder.is_dir() and kind_of(folder) == KIND


def show_sweeps(a: str, b: str) -> None:
    """Print two sweeps beside each other: how they were set up otherwise, and every outcome by overlay."""
    from thermidor.analysis.compare_sweeps import compare_sweeps
    from thermidor.reports.sweep_words import interval_of, number

    found = compare_sweeps(a, b)
    sort = "members paired" if found.paired else "two samples"
    say("Two sweeps", f"{sort}; differences are b minus a")
    facts([("a", found.names[0]), ("b", found.names[1])])
    for caveat in found.caveats:
        prose(caveat)
    _setups(found)
    say("By how much", "means of members, and 95% intervals of the difference")
    rows = [
        (
            *(row["outcome"], row["overlay"], number(row["a"]), number(row["b"])),
            *(number(row["difference"], True), interval_of(row), row["members"]),
        )
        for _, row in found.outcomes.iterrows()
    ]
    heads = ("outcome", "overlay", "a", "b", "difference", "95%", "members")
    table(heads, rows, right=(2, 3, 4, 5, 6), widths=_where_full(heads, rows, {0: 16, 1: 14}, 1), gap=1)


def show(found: Comparison, top: int) -> None:
    """Print a comparison: set-ups, where the runs part, in what order, by how much, and the labels."""
    a, b = found.names
    sort = f"{len(found.pairs)} pairs" if found.pairs else "two samples"
    say(found.title, f"{found.months[0]} to {found.months[-1]}, {sort}; differences are b minus a")
    facts([("a", a), ("b", b)])
    for caveat in found.caveats:
        prose(caveat)
    _setups(found)
    if found.pairs:
        _parting(found, top)
    _sizes(found, top)
    _labels(found)


def _setups(found: Comparison | SweepComparison) -> None:
    rows = [tuple(row) for row in found.setup.itertuples(index=False)]
    say("Set up otherwise", "" if rows else "nothing")
    if rows:
        heads, shown = ("what", "key", "a", "b"), rows[:MOST_ROWS]
        widths = _where_full(heads, shown, {1: 32, 2: 16, 3: 16}, 2)
        if widths:
            shown = [(row[0], *(_parted(str(cell), widths[i]) for i, cell in enumerate(row[1:], 1))) for row in shown]
        table(heads, shown, widths=widths)
    if len(rows) > MOST_ROWS:
        note(f"and {len(rows) - MOST_ROWS} more")


def _where_full(
    heads: tuple[str, ...], rows: Sequence[tuple[object, ...]], widths: dict[int, int], gap: int
) -> dict[int, int]:
    """The widths at which columns fold, if the table is too wide without."""
    columns = zip(heads, *rows, strict=True)
    longest = [max(len(line) for cell in column for line in str(cell).split("\n")) for column in columns]
    return widths if sum(longest) + gap * (len(heads) - 1) > WIDTH else {}


def _parted(name: str, letters: int) -> str:
    """A name on lines of so many letters at most, ended after a dot, underscore or hyphen, but in no number."""
    lines = [""]
    for part in re.split(r"(?<=[._-])(?!\d)", name):
        if lines[-1] and len(lines[-1]) + len(part) > letters:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _parting(found: Comparison, top: int) -> None:
    """Print when the pairs part and in which variables, then the order in which the others follow."""
    from thermidor.analysis.compare import VISIBLE
    from thermidor.analysis.parted import steps_of

    parted = found.members.dropna(subset="month")
    say("Where they part", _when(found, parted))
    if parted.empty:
        return
    told = Counter(name for names in parted["variables"] for name in names)
    steps = steps_of(name.rpartition(".")[2] for name in told)
    by_step: dict[tuple[int, str], dict[str, int]] = {}
    for name, times in told.items():
        country, _, variable = name.rpartition(".")
        in_step = by_step.setdefault(steps[variable], {})
        short = f"{country}: {_short(variable)}" if country else _short(variable)
        in_step[short] = max(times, in_step.get(short, 0))
    lines = [(step, _counted(names, len(parted))) for (_, step), names in sorted(by_step.items())]
    note("what differs in that month, by the step that writes it, in the order of steps")
    table(("step", f"variable (in how many of {len(parted)}; * several entries)"), lines)

    limit = max(found.tolerance, VISIBLE)
    say("In what order", f"medians; visible: over {limit:g} spreads in most pairs; *: first entry")
    rows = dict[str, tuple[str, ...]]()
    for name, row in found.order.dropna(subset="month").iterrows():
        spread = f"{_date(row['early'])} to {_date(row['late'])}"
        short = _short(str(name))
        rows.setdefault(short, (short, _date(row["month"]), spread, _date(row["visible"]), row["step"]))
    table(("variable", "parts", "10% to 90%", "visible", "step"), list(rows.values())[:top], widths={0: 26})
    if len(rows) > top:
        note(f"and {len(rows) - top} more (--top)")


def _counted(names: dict[str, int], all_of: int) -> str:
    """Write names with the number of pairs, left out where it is all; those of other countries come last."""
    ranked = sorted(names.items(), key=lambda each: (":" in each[0], -each[1]))
    told = [name if times == all_of else f"{name} {times}" for name, times in ranked[:MOST_NAMES]]
    return ", ".join(told) + (f", and {len(ranked) - MOST_NAMES} more" if len(ranked) > MOST_NAMES else "")


def _when(found: Comparison, parted: pd.DataFrame) -> str:
    if parted.empty:
        return "nowhere: no variable of any country differs in any month"
    how_many = f"{len(parted)} of {len(found.pairs)} pairs"
    first, last = _date(parted["month"].min()), _date(parted["month"].max())
    return f"{how_many}, in {first}" if first == last else f"{how_many}, {first} to {last}, median {found.parted}"


def _sizes(found: Comparison, top: int) -> None:
    far = found.furthest(top)
    what = "mean difference of pairs" if found.pairs else "difference of medians"
    say("By how much", f"{what} ± half its 95% interval" if far else "nothing")
    if not far:
        return
    note("the variables furthest apart over all months")
    dated = [(_date(month), rows.set_index("variable")) for month, rows in found.sizes.groupby("month")]
    units = found.order["unit"]
    for some in (dated[first : first + DATES] for first in range(0, len(dated), DATES)):
        lines = [(name, *(_sized(rows.loc[name]) for _, rows in some), str(units[name])) for name in far]
        right = tuple(range(1, len(some) + 1))
        table(("variable", *(date for date, _ in some), "unit"), lines, right=right, widths={0: 24}, gap=1)


def _sized(row: pd.Series) -> str:
    half = (row["high"] - row["low"]) / 2.0
    size = _number(row["difference"], 2)
    sign = "" if size.startswith("-") else "+"
    return f"{sign}{size}" + ("" if np.isnan(half) else f" ±{_number(half, 1)}")


def _number(value: float, digits: int) -> str:
    """Write a number in few letters: 340, 0.12, 5e-4."""
    if abs(value) >= 10.0**digits:
        return f"{value:,.0f}"
    text = f"{value:.{digits}g}" if abs(value) >= 0.001 or value == 0.0 else f"{value:.{digits - 1}e}"
    return text.replace("e-0", "e-")


def _labels(found: Comparison) -> None:
    say("Regimes", "share of runs")
    shares = [(_date(r.month), words(r.label), f"{r.a:.0%}", f"{r.b:.0%}") for r in found.labels.itertuples()]
    table(("month", "regime", "a", "b"), _once(shares), right=(2, 3))
    if not found.pairs:
        return
    when = found.label_parted
    month = "in no month" if when is None else f"first in {when}"
    prose(f"In more than half of the pairs the regime is another one {month}.")


def _once(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave out a date that stands on the line above."""
    return [
        ("" if place and row[0] == rows[place - 1][0] else row[0], *row[1:]) for place, row in enumerate(rows)
    ]  # fmt: skip


def _short(variable: str) -> str:
    """Write an entry of a vector as its field with a star."""
    from thermidor.analysis.parted import field_of

    field = field_of(variable)
    return variable if field == variable else f"{field}*"


def _date(month: object) -> str:
    return NEVER if str(month) == "NaT" else str(month)[:7]
