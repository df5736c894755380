"""How the API's answers are made: of an ensemble, of the record, of the ledger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from thermidor import __version__, record
from thermidor.errors import InputError, nearest
from thermidor.jit import rules_digest
from thermidor.lab import forms
from thermidor.lab.curves import variables
from thermidor.lab.live import Lived
from thermidor.ledger import words
from thermidor.ledger.entry import Entry, Trial, shipped
from thermidor.runs.summary import THOUSAND, januaries, quantiles, regime_share
from thermidor.scenarios import list_scenarios

if TYPE_CHECKING:
    import xarray as xr


def refusal(what: str, where: str = "", why: str = "", mend: str = "") -> forms.Refusal:
    """A refusal in texts that can be sent, whatever was asked."""
    texts = (text.encode("utf-8", "replace").decode()[:2000] for text in (what, where, why, mend))
    return forms.Refusal(**dict(zip(("what", "where", "why", "mend"), texts, strict=True)))


def unread(problems: Sequence[Any]) -> forms.Refusal:
    """What is wrong with a question of another form than asked for: the first three of its problems."""
    where = [".".join(str(step)[:60] for step in one["loc"]) for one in problems[:3]]
    return refusal("what was sent has not the form that is asked for", ", ".join(where),
                   "; ".join(str(one["msg"]) for one in problems[:3]), "the form stands in openapi.json")  # fmt: skip


def health(lives: bool, waiting: int) -> forms.Health:
    """The state of the program."""
    return forms.Health(lives=lives, version=__version__, rules=rules_digest(), waiting=waiting)


def scenarios() -> forms.Scenarios:
    """The library: names and titles."""
    return forms.Scenarios(scenarios=[forms.Titled(name=name, title=title) for name, title in list_scenarios().items()])


def ran(lived: Lived) -> forms.Ran:
    """What came of an ensemble, with the numbers of `thermidor run --format json`."""
    choice, reading = lived.choice, lived.reading(lived.choice.lens)
    picked = januaries(reading.months)
    months = [str(reading.months[place]) for place in picked]
    curves = quantiles(lived.result.whole[sorted(variables())].isel(month=picked))
    courses = {}
    for place, country in enumerate(reading.countries):
        codes = reading.labels[:, picked, place]
        courses[country] = forms.Course(
            regimes={month: regime_share(codes[:, nth], reading.names) for nth, month in enumerate(months)},
            series={str(name): _curve(one) for name, one in curves.isel(country=place).data_vars.items()},
        )
    citizens = lived.size.of(reading.countries)
    return forms.Ran(
        scenario=choice.scenario, theory=choice.theory, lens=choice.lens, seed=choice.seed, members=lived.members,
        citizens=citizens, months=months, countries=courses, line=choice.command(lived.members, citizens),
        link=choice.link, version=__version__, rules=rules_digest(),
    )  # fmt: skip


def _curve(variable: xr.DataArray) -> forms.Curve:
    """Quantiles [quantile, month] of a variable: six digits, single dollars, None for what is no number."""
    unit, scale = variable.attrs["unit"], 1.0
    if unit == THOUSAND:
        unit, scale = THOUSAND.removeprefix("thousand "), 1000.0
    low, middle, high = (
        [float(f"{value:.6g}") if math.isfinite(value) else None for value in row * scale] for row in variable.values
    )
    return forms.Curve(unit=unit, median=middle, p05=low, p95=high)


def _described(series: record.Series) -> dict[str, Any]:
    told = {name: getattr(series, name) for name in ("name", "unit", "meaning", "source", "licence", "caveat")}
    return {**told, "first": int(series.year[0]), "last": int(series.year[-1])}


def about(series: record.Series) -> forms.About:
    """A series of the record without its numbers."""
    return forms.About(**_described(series))


def numbers(series: record.Series) -> forms.Series:
    """A series of the record."""
    years, values = series.year.tolist(), series.value.tolist()
    return forms.Series(**_described(series), country=series.country, years=years, values=values)


def claims() -> forms.Claims:
    """The claims of the ledger, each in one line."""
    return forms.Claims(claims=[forms.Headed(**_headed(entry)) for entry in shipped()])


def _headed(entry: Entry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in ("id", "claim", "at", "basis")}
    return {**told, "mechanisms": list(entry.mechanisms)}


def claim(id: str) -> forms.Claim:
    """A claim and what could refute it. Raises InputError for one that is not there."""
    entry = _entry(id)
    return forms.Claim(
        **_headed(entry), trials=[_tried(trial) for trial in entry.trials], trials_none=entry.trials_none,
        record=[forms.Tested(test=look.test, says=look.says, beside=look.beside) for look in entry.record],
        record_none=entry.record_none, rivals=dict(entry.rivals),
    )  # fmt: skip


def _entry(id: str) -> Entry:
    known = {entry.id: entry for entry in shipped()}
    if id not in known:
        mend = nearest(id, known) or "the list of claims has them all"
        raise InputError(f"there is no claim '{id[:40]}'", "ledger", "", mend)
    return known[id]


def _tried(trial: Trial) -> forms.Tried:
    return forms.Tried(
        id=trial.id, says=trial.says, lived=words.lived(trial), measured=words.measured(trial.base.measure),
        claimed=words.claimed(trial), without="; ".join(map(words.mechanism, trial.off)) or trial.off_none,
        built=trial.built,
    )  # fmt: skip
