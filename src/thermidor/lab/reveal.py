"""What came out: one number of an ensemble, by a few closed kinds of measure, and the sentence that tells it.

    regime: {labels, year}       share of runs that stand under one of the labels at the end of a year
    commonest: {labels, year}    which group of labels most runs stand under at the end of a year, or any other label
    ever: {labels, year}         share of runs that stand under one of the labels at some time up to the end of a year
    below: {of, limit, year}     share of runs in which a quantity, mean of a year, is below a limit
    level: {of, year}            a quantity, mean of a year, in the middle run
    change: {of, since, year}    how much it has changed since another year, in the middle run
    falls: {of, limit}           the year by which it has been below a limit in half of the runs; infinite where never

Each can have `country`; without it the country looked at is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CENTRES
from thermidor.lab.choice import scenario
from thermidor.lab.live import Lived
from thermidor.views.palette import words

if TYPE_CHECKING:
    from thermidor.lenses.spells import Reading

Floats = NDArray[np.float64]
NEVER = float("inf")
KINDS: dict[str, tuple[str, ...]] = {
    "regime": ("labels", "year"),
    "commonest": ("labels", "year"),
    "ever": ("labels", "year"),
    "below": ("of", "limit", "year"),
    "level": ("of", "year"),
    "change": ("of", "since", "year"),
    "falls": ("of", "limit"),
}


class Quantity(NamedTuple):
    """A quantity that can be asked for: the variables whose sum it is, its words, and how its numbers are written."""

    variables: tuple[str, ...]
    words: str
    form: str = "{:.2f}"
    times: float = 1.0

    def write(self, value: float, *, sign: bool = False) -> str:
        """A number of it, for a reader."""
        return (self.form.replace("{:", "{:+") if sign else self.form).format(self.times * value)


QUANTITIES: dict[str, Quantity] = {
    "norms": Quantity(("norms",), "the norms that bind officials"),
    "recall": Quantity(("norm_recall",), "recall of officials at any time"),
    "people in arms": Quantity(("norm_arms",), "the people in arms"),
    "state property": Quantity(("state_property",), "state property"),
    "product": Quantity(("gdp_per_head",), "the product a head", "{:,.0f} dollars", 1000.0),
    "organisation": Quantity(("organisation",), "the organisation of workers"),
    "shortage": Quantity(("scarcity",), "shortage beside the richest country"),
    "force": Quantity(("coercive_share",), "police and standing force", "{:.1f} in 1,000 people", 1000.0),
    "officials": Quantity(("apparatus_share",), "officials", "{:.1f} in 1,000 people", 1000.0),
    "workers": Quantity(("heads_worker",), "workers and their families", "{:.1f} million"),
    "seizures": Quantity(tuple(f"seized_{centre}" for centre in CENTRES), "seizures of power so far", "{:.0f}"),
    "regimes from abroad": Quantity(("conquests",), "regimes set up from abroad so far", "{:.0f}"),
}


@dataclass(frozen=True)
class Measure:
    """What is asked of an ensemble.

    kind      one of KINDS; country: "" the one looked at
    labels    groups of labels; all kinds but `commonest` have one group
    of        a name of QUANTITIES, its limit; year, since: calendar years
    """

    kind: str
    country: str = ""
    labels: tuple[tuple[str, ...], ...] = ()
    of: str = ""
    limit: float = 0.0
    year: int = 0
    since: int = 0


def value(asked: Measure, lived: Lived) -> float:
    """The number that came out; of `commonest` the place of the group, or one past the last for all other labels."""
    reading = lived.reading(lived.choice.lens)
    if asked.kind == "commonest":
        shares = [float(_under(asked, reading, lived, group).mean()) for group in asked.labels]
        return float(np.argmax([*shares, 1.0 - sum(shares)]))
    if asked.kind in ("regime", "ever"):
        return float(_under(asked, reading, lived, asked.labels[0]).mean())
    here, columns = reading.country(_country(asked, lived)), lived.result.columns
    summed = [np.asarray(columns[name][:, :, here], dtype=np.float64) for name in QUANTITIES[asked.of].variables]
    months = np.sum(summed, axis=0)
    years = _years(reading)
    if asked.kind == "falls":
        fallen = months < asked.limit
        first = np.where(fallen.any(axis=1), years[fallen.argmax(axis=1)], NEVER)
        return float(np.sort(first)[(len(first) - 1) // 2])
    then = months[:, years == asked.year].mean(axis=1)
    if asked.kind == "below":
        return float((then < asked.limit).mean())
    if asked.kind == "change":
        then = then - months[:, years == asked.since].mean(axis=1)
    return float(np.median(then))


def difference(one: float, other: float) -> float:
    """One number less another; two that never come are alike."""
    return 0.0 if one == other else one - other


def told(asked: Measure, lived: Lived, beside: Lived | None = None) -> str:
    """What came out as a sentence, with the number; of `beside` the same number, and where it is from."""
    title = scenario(lived.choice.scenario).countries[_country(asked, lived)].title
    when = {
        "regime": f", end of {asked.year}", "commonest": f", end of {asked.year}",
        "ever": f", up to the end of {asked.year}", "change": f", {asked.since} to {asked.year}",
        "below": f", {asked.year}", "level": f", {asked.year}", "falls": "",
    }  # fmt: skip
    text = f"{title}{when[asked.kind]}: {_subject(asked)}{_short(asked, value(asked, lived), lived)}."
    if beside is None:
        return text
    where = "Beside it" if beside.choice.changed else "Without the changes"
    if beside.choice.scenario != lived.choice.scenario:
        where = scenario(beside.choice.scenario).title
    return f"{text} {where}: {_short(asked, value(asked, beside), beside)}."


def _subject(asked: Measure) -> str:
    """What is spoken of, as far as the number."""
    if asked.kind == "commonest":
        return ""
    if asked.kind in ("regime", "ever"):
        *most, last = (words(label) for label in asked.labels[0])
        return f"{', '.join(most)} or {last} in " if most else f"{last} in "
    of = QUANTITIES[asked.of]
    if asked.kind in ("below", "falls"):
        return f"{of.words} below {of.write(asked.limit)} in "
    return f"{of.words} at " if asked.kind == "level" else f"{of.words} "


def _short(asked: Measure, number: float, lived: Lived) -> str:
    """The number alone."""
    if asked.kind == "commonest":
        return _commonest(asked, lived)
    if asked.kind in ("regime", "ever", "below"):
        return f"{round(number * lived.members)} of {lived.members} runs ({100 * number:.0f}%)"
    if asked.kind == "falls":
        return f"{'fewer than ' if number == NEVER else ''}half of {lived.members} runs" + (
            "" if number == NEVER else f" by {number:.0f}"
        )
    return f"{QUANTITIES[asked.of].write(number, sign=asked.kind == 'change')} in the middle of {lived.members} runs"


def _commonest(asked: Measure, lived: Lived) -> str:
    """The labels of the end of a year with their shares of runs, the commonest first, four at most."""
    reading = lived.reading(lived.choice.lens)
    codes = reading.labels[:, _last(asked.year, reading), reading.country(_country(asked, lived))]
    many = np.bincount(codes, minlength=len(reading.names)) / len(codes)
    order = [code for code in np.argsort(-many, kind="stable")[:4] if many[code] > 0.0]
    return ", ".join(f"{words(reading.names[code])} {100 * many[code]:.0f}%" for code in order) + " of runs"


def _country(asked: Measure, lived: Lived) -> str:
    return asked.country or lived.choice.country or next(iter(scenario(lived.choice.scenario).countries))


def _under(asked: Measure, reading: Reading, lived: Lived, labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which runs stand under one of the labels at the end of the year, or (`ever`) did until then [run]."""
    codes = [reading.names.index(label) for label in labels]
    held = np.isin(reading.labels[:, :, reading.country(_country(asked, lived))], codes)
    last = _last(asked.year, reading)
    return np.asarray(held[:, : last + 1].any(axis=1) if asked.kind == "ever" else held[:, last])


def _years(reading: Reading) -> NDArray[np.int64]:
    """The calendar year of each month [month]."""
    return reading.months.astype("datetime64[Y]").astype(np.int64) + 1970


def _last(year: int, reading: Reading) -> int:
    """The place of a year's last month."""
    return int(np.flatnonzero(_years(reading) == year)[-1])
