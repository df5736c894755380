"""The books: what must balance in every month of every country, worked out anew from the recorded series.

The steps keep the books as they go; here nothing of theirs is trusted. Each function takes a series,
float64[months, countries, variables] in the order of VARIABLES, and returns residuals by name, each
float64[months, countries], relative to what its bar is stated in. The first month is compared with
nothing, so a residual that needs the month before is zero there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CENTRES, CLASSES, PROPERTY_FORMS, VARIABLES

Series = NDArray[np.float64]
BAR = 1e-12
"""What a residual may be at most."""


def residuals(series: Series, rules: Mapping[str, float]) -> dict[str, Series]:
    """All books of a series: `rules` gives wear, gestation and war damage by name."""
    return {**goods(series), **plant(series, rules), **people(series), **hoards(series), **shares(series)}


def goods(series: Series) -> dict[str, Series]:
    """The month's product and its uses, and the fund and those it is handed out to; relative to output."""
    c = partial(column, series)
    output = c("output")
    uses = c("investment") + c("arms") + c("common") + c("administration") + c("lost")
    uses = uses + c("remitted") + c("to_consume")
    received = (c("eaten", CLASSES) * before(c("heads", CLASSES))).sum(axis=-1) / 12.0 + c("saved")
    stores = c("stores") - before(c("stores"))
    return {
        "product": (output - c("industry") - c("farming")) / output,
        "uses": (output - uses) / output,
        "stores": from_second(c("to_consume") / 12.0 - received - stores) / output,
        "product per head": from_second(c("gdp_per_head") * before(c("population")) - output) / output,
    }


def plant(series: Series, rules: Mapping[str, float]) -> dict[str, Series]:
    """Plant under construction and the capital of both departments: what was laid out, finished, worn and destroyed."""
    c = partial(column, series)
    output = c("output")
    finished = before(c("unfinished")) / rules["gestation"]
    fall = rules["wear"] + rules["war_damage"] * c("war") * c("destruction")
    found = {"unfinished": c("unfinished") - before(c("unfinished")) - (c("investment") - finished) / 12.0}
    for kind, share in (("heavy", c("heavy_share")), ("light", 1.0 - c("heavy_share"))):
        capital = c(f"{kind}_capital")
        added = share * finished - fall * before(capital)
        found[f"{kind} capital"] = capital - before(capital) - added / 12.0
    return {name: from_second(gap) / output for name, gap in found.items()}


def people(series: Series) -> dict[str, Series]:
    """Births, deaths and the cradle; every one in exactly one class; the dead of all causes. Relative to all people."""
    c = partial(column, series)
    heads, population = c("heads", CLASSES), c("population")
    born = c("birth_rate") * before(population) / 12.0
    died = before(c("deaths")) + 12.0 * (c("deaths") - before(c("deaths")))
    living = population + c("cradle") - before(population) - before(c("cradle"))
    return {
        "births": from_second(c("births") - born) / population,
        "births less deaths": from_second(living - born + died) / population,
        "classes": (heads.sum(axis=-1) - population) / population,
        "excess deaths within deaths": from_second(np.maximum(c("excess_deaths") - died, 0.0)) / population,
        "books of the step": c("residual"),
    }


def hoards(series: Series) -> dict[str, Series]:
    """What citizens hold: the month before and what flowed, booked from stored values. Relative to the hoards."""
    c = partial(column, series)
    gap = c("hoards") - before(c("hoards")) - c("saved")
    return {"hoards": from_second(gap) / np.maximum(c("hoards"), 1e-9), "hoards in the step": c("hoard_gap")}


def shares(series: Series) -> dict[str, Series]:
    """Groups of shares that sum to one."""
    c = partial(column, series)
    return {
        "property": c("property", PROPERTY_FORMS).sum(axis=-1) - 1.0,
        "authority": c("authority", CENTRES).sum(axis=-1) - 1.0,
    }


def column(series: Series, name: str, entries: tuple[str, ...] = ()) -> Series:
    """One variable, float64[months, countries]; of a vector field the `entries`, with a last axis for them."""
    if not entries:
        return series[:, :, VARIABLES.index(name)]
    return series[:, :, [VARIABLES.index(f"{name}_{entry}") for entry in entries]]


def before(column: Series) -> Series:
    """The column a month earlier; the first month has its own."""
    return np.concatenate([column[:1], column[:-1]])


def from_second(gaps: Series) -> Series:
    """The gaps, with none in the first month, which has no month before it."""
    return np.concatenate([np.zeros_like(gaps[:1]), gaps[1:]])
