"""How far members are from a target, from 0 (as asked) to 1: pure functions of what was lived."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermidor.fitting.targets import Course
from thermidor.gallery.judge import came_of
from thermidor.gallery.predicates import YEAR, Lived, Medians, each, met
from thermidor.gallery.rows import Row

Floats = NDArray[np.floating[Any]]
MARGIN = 0.07
"""How far above its bar a share is aimed: there the interval of 200 runs lies above a bar of one half."""
OF_ALL = 0.5
"""Weight of all of a part's sentences together; the rest is that of the sentences one by one, so that a search is led
on while no member shows all of them."""


def row_distance(row: Row, lived: Lived, medians: Medians) -> tuple[float, float]:
    """How far a row's members fall short of what it asks, mean over its parts; and their least share.

    A part is short by what its share lacks of its aim, half as a whole and half sentence by sentence.
    """
    came, gaps, shares = came_of(row.parts, lived, medians), [], []
    for part in row.parts:
        true, asked = came[part.name]
        if not asked.any():
            gaps.append(1.0)
            shares.append(0.0)
            continue
        aim = min(part.bar + MARGIN, 1.0)
        single = each(part.sentences, lived, medians)[:, asked].mean(axis=1)
        short = np.maximum(aim - np.append(single, true[asked].mean()), 0.0) / aim
        gaps.append(float(OF_ALL * short[-1] + (1.0 - OF_ALL) * short[:-1].mean()))
        shares.append(float(true[asked].mean()))
    return float(np.mean(gaps)), min(shares)


def course_distance(course: Course, lived: Lived, began: np.datetime64) -> tuple[float, float]:
    """How far the median of a course's members is from what is asked, and that median (in the target's own unit).

    x gaps of one tolerance make x^2 / (1 + x^2): one half at one tolerance, and a slope however far it is. A member
    that ended in an error counts as far as can be.
    """
    alive = ~lived.failed
    if not alive.any():
        return 1.0, float("nan")
    found = _found(course, lived, began, alive)
    positive = not course.log or found > 0.0
    gap = (np.log(found / course.asked) if course.log and positive else found - course.asked) / course.tolerance
    if not (np.isfinite(gap) and positive):
        return 1.0, found
    far = float(gap**2 / (1.0 + gap**2))
    return float(lived.failed.mean()) + float(alive.mean()) * far, found


def _found(course: Course, lived: Lived, began: np.datetime64, alive: NDArray[np.bool_]) -> float:
    first, last = course.years
    if course.state is not None:
        return float(np.median(_dates(course, lived, began)[alive]))
    values = lived.values[course.of][alive, :, course.place].astype(np.float64)
    if course.kind == "level":
        return float(np.median(_year(values, began, first)))
    if course.kind == "growth":
        ends = _year(values, began, last) / np.maximum(_year(values, began, first), 1e-300)
        return float(np.median(np.log(np.maximum(ends, 1e-300)))) / (last - first)
    own = np.array([np.median(_year(values, began, year)) for year, _ in course.beside])
    gaps = np.log(np.maximum(own, 1e-300)) - np.log([value for _, value in course.beside])
    return float(np.abs(gaps - gaps.mean()).mean())


def _year(values: Floats, began: np.datetime64, year: int) -> Floats:
    """Mean of a calendar year, as far as it was lived [run]; values: [run, month]."""
    first = int((np.datetime64(f"{year}-01", "M") - began).astype(int))
    return np.asarray(values[:, max(first, 0) : first + YEAR].mean(axis=1))


def _dates(course: Course, lived: Lived, began: np.datetime64) -> Floats:
    """When the state is first reached in the years looked at, as a decimal year [run]; their end where never."""
    assert course.state is not None
    first, last = course.years
    places = [int((np.datetime64(f"{year}-01", "M") - began).astype(int)) for year in (first, last + 1)]
    begin = max(places[0], 0)
    held = met(course.state, lived, course.place)[:, begin : places[1]]
    start = began.astype("datetime64[Y]").astype(int) + 1970 + float(began.astype(int) % YEAR) / YEAR
    return np.where(held.any(axis=1), start + (begin + held.argmax(axis=1)) / YEAR, last + 1.0)
