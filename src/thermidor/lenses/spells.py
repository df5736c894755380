"""Spells: labels that last. A reading of a run as dated sequences, for one run or for an ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.errors import InputError, nearest
from thermidor.lenses.criteria import UNCLASSIFIED, Columns

Codes = NDArray[np.int8]
Months = NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True)
class Axes:
    """Names of the entries along the axes run, month (unit M) and country, and their places."""

    runs: tuple[int, ...]
    months: Months
    countries: tuple[str, ...]

    def run(self, name: int) -> int:
        """Return a run's place on its axis."""
        if name not in self.runs:
            raise InputError(f"there is no run {name} here", mend=f"runs: {self.runs[0]} to {self.runs[-1]}")
        return self.runs.index(name)

    def country(self, name: str) -> int:
        """Return a country's place on its axis."""
        if name not in self.countries:
            known = f"countries: {', '.join(self.countries)}"
            raise InputError(f"there is no country '{name}' here", mend=nearest(name, self.countries) or known)
        return self.countries.index(name)

    def month(self, name: str | np.datetime64) -> int:
        """Return a month's place on its axis; text is read as YYYY-MM."""
        try:
            month = np.datetime64(str(name), "M")
        except ValueError:
            raise InputError(f"'{name}' is not a month", mend="write it as YYYY-MM") from None
        if not self.months[0] <= month <= self.months[-1]:
            raise InputError(f"there is no month {month} here", mend=f"months: {self.months[0]} to {self.months[-1]}")
        return int((month - self.months[0]).astype(int))


def axes_of(series: Columns) -> Axes:
    """Return the names along a run's axes."""
    runs = tuple(int(run) for run in np.asarray(series["run"]))
    countries = tuple(str(country) for country in np.asarray(series["country"]))
    return Axes(runs=runs, months=np.asarray(series["month"]).astype("datetime64[M]"), countries=countries)


@dataclass(frozen=True, kw_only=True)
class Reading(Axes):
    """Every country-month with its label: codes into `names`, [run, month, country].

    `labels` are those that last; `raw` are each month's own, before the rule that a label has to last.
    """

    labels: Codes
    raw: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, axes: Axes, raw: Codes, names: tuple[str, ...], lasting: int) -> Reading:
        """Return the reading in which every label lasts."""
        labels = settle(raw, lasting)
        return cls(runs=axes.runs, months=axes.months, countries=axes.countries, labels=labels, raw=raw, names=names)

    @property
    def unclassified_share(self) -> float:
        """Share of all country-months without a label."""
        return float((self.labels == self.names.index(UNCLASSIFIED)).mean()) if self.labels.size else 0.0


class Spell(NamedTuple):
    """One label held without a break: places of run and country, code of the label, first and last month."""

    run: int
    country: int
    label: int
    first: np.datetime64
    last: np.datetime64


class TypicalSpell(NamedTuple):
    """A stretch of months with one commonest label, and the mean share of runs that have it."""

    first: np.datetime64
    last: np.datetime64
    label: str
    share: float


def settle(raw: Codes, lasting: int) -> Codes:
    """Return labels [run, month, country] of which each lasts: shorter interruptions go to the label that runs.

    A label counts once it has held for `lasting` months (or for all months there are, if fewer); it
    runs on until another label counts. The first months take the first label that counts. Where
    none ever does, the months keep the labels they have.
    """
    months = raw.shape[1]
    if months == 0:
        return raw.copy()
    codes = np.moveaxis(raw, 1, 2)
    place = np.arange(months, dtype=np.int32)
    new = np.ones(codes.shape, dtype=bool)
    new[..., 1:] = codes[..., 1:] != codes[..., :-1]
    began = np.maximum.accumulate(np.where(new, place, 0), axis=2)
    end = np.ones(codes.shape, dtype=bool)
    end[..., :-1] = new[..., 1:]
    ended = np.minimum.accumulate(np.where(end, place, months - 1)[..., ::-1], axis=2)[..., ::-1]
    counts = ended - began + 1 >= min(lasting, months)
    source = np.maximum.accumulate(np.where(counts, place, -1), axis=2)
    source = np.where(source < 0, np.argmax(counts, axis=2)[..., None], source)
    source = np.where(counts.any(axis=2, keepdims=True), source, place)
    settled = np.take_along_axis(codes, source, axis=2)
    return np.ascontiguousarray(np.moveaxis(settled, 2, 1))


def spells(labels: Codes, months: Months) -> list[Spell]:
    """Return every spell of labels [run, month, country], run by run, country by country, in order of time."""
    if labels.size == 0:
        return []
    codes = np.moveaxis(labels, 1, 2)
    change = np.ones(codes.shape, dtype=bool)
    change[..., 1:] = codes[..., 1:] != codes[..., :-1]
    run, country, first = np.nonzero(change)
    last = np.append(first[1:], 0) - 1
    last[last < 0] = codes.shape[2] - 1
    rows = zip(run.tolist(), country.tolist(), codes[change].tolist(), months[first], months[last], strict=True)
    return [Spell(*row) for row in rows]


def shares(reading: Reading, country: str) -> dict[str, NDArray[np.float64]]:
    """Return the share of runs by month for each label that occurs in a country, in written order."""
    codes = reading.labels[:, :, reading.country(country)]
    every = {name: (codes == code).mean(axis=0) for code, name in enumerate(reading.names)}
    return {name: share for name, share in every.items() if share.any()}


def typical_spells(reading: Reading, country: str, lasting: int = 3) -> list[TypicalSpell]:
    """Return the dated sequence of a country: the commonest label of each month, compressed to spells.

    Of one run these are its own spells, with share 1. Of labels equally common the first written
    counts; a label commonest for less than `lasting` months does not interrupt the sequence.
    """
    by_label = shares(reading, country)
    if not by_label:
        return []
    table = np.stack(list(by_label.values()))
    commonest = settle(table.argmax(axis=0).astype(np.int8)[None, :, None], lasting)
    names = list(by_label)
    found = []
    for spell in spells(commonest, reading.months):
        during = (reading.months >= spell.first) & (reading.months <= spell.last)
        share = float(table[spell.label, during].mean())
        found.append(TypicalSpell(spell.first, spell.last, names[spell.label], share))
    return found
