"""Tours: five to eight pictures in a row, each a link, some with a question that the runs answer.

A tour is a file `tours/NAME.yaml`. What a student is asked to predict is answered by what was lived (`revealed`), not
by the file: its limits cut all numbers that can come out into the options. What a text leans on stands under `says` and
can be held against the runs (`untrue`), so that a tour that is no longer true of the rules is found out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from thermidor.errors import InputError, nearest
from thermidor.gallery.read import Source
from thermidor.lab.choice import Choice, read, scenario
from thermidor.lab.curves import panels
from thermidor.lab.live import Lived
from thermidor.lab.reveal import KINDS, QUANTITIES, Measure, difference, told, value
from thermidor.scenarios.document import Where, read_document, shown

FOLDER = Path(__file__).with_name("tours")
RIBBON, BASE = "ribbon", "base"
STEPS, OPTIONS = (5, 8), (2, 5)
HEADS = ("schema", "place", "title", "about", "steps")
STEP = ("title", "text", "link", "look", "predict", "after", "says", "other_side")
MOST_LETTERS = 900


@dataclass(frozen=True)
class Predict:
    """A question and its options; which of them came out is decided by a measure.

    cuts     limits between the options, one fewer than these; a number at a limit belongs to the option after it
    beside   the choice whose number is taken away from the step's own before it is cut; None: the number itself
    """

    question: str
    options: tuple[str, ...]
    measure: Measure
    cuts: tuple[float, ...] = ()
    beside: Choice | None = None


@dataclass(frozen=True)
class Says:
    """What a text leans on: a measure, less another choice's as in `Predict`, lies between two limits, low included."""

    measure: Measure
    low: float
    high: float
    beside: Choice | None = None


@dataclass(frozen=True)
class Other:
    """The other side of a step: a theory, what it would say, and works to read."""

    theory: str
    text: str
    reading: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One picture of a tour.

    link    the query of its choice; look: the name of a panel, or `ribbon`
    text    what is read before, after: what is read once the answer is shown
    """

    title: str
    text: str
    link: str
    look: str = RIBBON
    predict: Predict | None = None
    after: str = ""
    says: tuple[Says, ...] = ()
    other_side: Other | None = None

    @property
    def choice(self) -> Choice:
        """What its link holds."""
        return read(self.link)


@dataclass(frozen=True)
class Tour:
    """A tour: the name of its file, its title, a sentence about it, its steps."""

    name: str
    title: str
    about: str
    steps: tuple[Step, ...]


def revealed(predict: Predict, lived: Lived, beside: Lived | None = None) -> tuple[int, str]:
    """The place of the option that came out, and a sentence with the number; beside: `predict.beside`, lived.

    Raises InputError where the runs beside are wanted and not there.
    """
    if predict.beside is None:
        beside = None
    elif beside is None:
        raise InputError("the runs to compare with are missing", "beside", "", "live what the question is beside")
    number = value(predict.measure, lived)
    if predict.measure.kind == "commonest":
        return int(number), told(predict.measure, lived)
    if beside is not None:
        number = difference(number, value(predict.measure, beside))
    return bisect_right(predict.cuts, number), told(predict.measure, lived, beside)


def untrue(step: Step, lived: Lived, others: Mapping[Choice, Lived]) -> tuple[str, ...]:
    """What a step's text leans on and did not come out, in sentences; others: what was lived of its `besides`."""
    found = []
    for one in step.says:
        other = others[one.beside] if one.beside else None
        number = value(one.measure, lived)
        number = number if other is None else difference(number, value(one.measure, other))
        if not one.low <= number < one.high:
            found.append(f"{step.title}: {told(one.measure, lived, other)} Said: {one.low:g} to {one.high:g}")
    return tuple(found)


def besides(step: Step) -> tuple[Choice, ...]:
    """The choices that a step's question and text are beside."""
    every = [step.predict.beside if step.predict else None, *(one.beside for one in step.says)]
    return tuple(dict.fromkeys(one for one in every if one is not None))


@cache
def tours() -> tuple[Tour, ...]:
    """The tours, in order. Raises InputError naming file, line and key."""
    found = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple(tour for _, tour in sorted(found, key=lambda one: one[0]))


def load(path: Path) -> tuple[float, Tour]:
    """A tour's place in the order, and the tour. Raises InputError naming file, line and key."""
    source = Source(read_document(path, "a tour begins with 'schema: 1'"), {}, ())
    source.mapping((), HEADS, HEADS)
    source.number(("schema",), 1, 1)
    many = len(source.at(("steps",))) if isinstance(source.at(("steps",)), list) else 0
    if not STEPS[0] <= many <= STEPS[1]:
        source.refuse(("steps",), f"the tour has {many} steps", "", f"give a list of {STEPS[0]} to {STEPS[1]}")
    steps = tuple(_step(source, ("steps", nth)) for nth in range(many))
    tour = Tour(path.stem, source.text(("title",)), _text(source, ("about",)), steps)
    return source.number(("place",)), tour


def _step(source: Source, here: Where) -> Step:
    told = source.mapping(here, STEP, ("title", "text", "link"))
    try:
        choice = read(source.text((*here, "link")))
    except InputError as error:
        source.refuse((*here, "link"), error.what, error.why, error.mend)
    texts = {key: _text(source, (*here, key)) for key in ("title", "text", "after") if key in told}
    look = source.text((*here, "look"), (RIBBON, *(panel.name for panel in panels()))) if "look" in told else RIBBON
    predict = _predict(source, (*here, "predict"), choice) if "predict" in told else None
    says = tuple(_says(source, (*here, "says", nth), choice) for nth in range(len(told.get("says") or ())))
    other = _other(source, (*here, "other_side")) if "other_side" in told else None
    return Step(link=told["link"].strip(), look=look, predict=predict, says=says, other_side=other, **texts)


def _text(source: Source, here: Where) -> str:
    text = source.text(here)
    if len(text) > MOST_LETTERS:
        source.refuse(here, f"the text has {len(text)} letters", "", f"keep to {MOST_LETTERS}")
    return text


def _predict(source: Source, here: Where, choice: Choice) -> Predict:
    told = source.mapping(
        here, ("question", "options", "measure", "cuts", "beside"), ("question", "options", "measure")
    )
    options = source.texts((*here, "options"))
    if not OPTIONS[0] <= len(options) <= OPTIONS[1]:
        source.refuse(
            (*here, "options"), f"there are {len(options)} options", f"{OPTIONS[0]} to {OPTIONS[1]} are asked"
        )
    beside = _beside(source, here, choice) if "beside" in told else None
    measure = _measure(source, (*here, "measure"), choice)
    if measure.kind == "commonest":
        if "cuts" in told or beside:
            source.refuse(here, "'commonest' has neither cuts nor anything beside it", "", "leave them out")
        if len(measure.labels) != len(options) - 1:
            why = f"{len(measure.labels)} groups of labels, {len(options)} options"
            source.refuse((*here, "options"), "options and groups don't fit", why, "the last option takes all others")
        return Predict(_text(source, (*here, "question")), options, measure)
    if not isinstance(told.get("cuts"), list):
        source.refuse(here, "missing key 'cuts'", "", "add 'cuts: [...]', the limits between the options")
    cuts = tuple(source.number((*here, "cuts", nth)) for nth in range(len(told["cuts"])))
    if len(cuts) != len(options) - 1 or list(cuts) != sorted(set(cuts)):
        why = f"{len(options)} options have {len(options) - 1} limits between them, each above the one before"
        source.refuse((*here, "cuts"), "cuts and options don't fit", why)
    return Predict(_text(source, (*here, "question")), options, measure, cuts, beside)


def _says(source: Source, here: Where, choice: Choice) -> Says:
    told = source.mapping(here, ("measure", "at_least", "below", "beside"), ("measure",))
    if not {"at_least", "below"} & set(told):
        source.refuse(here, "nothing is said of the measure", "", "add 'at_least: ...' or 'below: ...'")
    low = source.number((*here, "at_least")) if "at_least" in told else float("-inf")
    high = source.number((*here, "below")) if "below" in told else float("inf")
    beside = _beside(source, here, choice) if "beside" in told else None
    return Says(_measure(source, (*here, "measure"), choice), low, high, beside)


def _beside(source: Source, here: Where, choice: Choice) -> Choice:
    """The choice that is named beside one: the scenario as it is, or a link."""
    text = source.text((*here, "beside"))
    try:
        return choice.base if text == BASE else read(text)
    except InputError as error:
        source.refuse((*here, "beside"), error.what, error.why, error.mend)


def _measure(source: Source, here: Where, choice: Choice) -> Measure:
    from thermidor.lenses import lens

    data: Any = source.at(here)
    if not isinstance(data, dict) or len(data) != 1 or next(iter(data)) not in KINDS:
        source.refuse(here, f"this is {shown(data)}", "one kind of measure is expected", f"one of: {', '.join(KINDS)}")
    kind, found = next(iter(data)), scenario(choice.scenario)
    here = (*here, kind)
    told = source.mapping(here, (*KINDS[kind], "country"), KINDS[kind])
    given: dict[str, Any] = {}
    if "country" in told:
        given["country"] = source.text((*here, "country"), tuple(found.countries))
    for key in {"year", "since"} & set(told):
        given[key] = int(source.number((*here, key), int(found.start[:4]), int(found.end[:4])))
    if "of" in told:
        given["of"] = source.text((*here, "of"), tuple(QUANTITIES))
    if "limit" in told:
        given["limit"] = source.number((*here, "limit"))
    if "labels" in told:
        places = (
            [(*here, "labels", nth) for nth in range(len(told["labels"]))]
            if kind == "commonest"
            else [(*here, "labels")]
        )
        given["labels"] = tuple(source.texts(place) for place in places)
        names = lens(choice.lens).table().names
        for label in (label for group in given["labels"] for label in group):
            if label not in names:
                source.refuse((*here, "labels"), f"there is no label '{label[:60]}'", "", nearest(label, names))
    return Measure(kind, **given)


def _other(source: Source, here: Where) -> Other:
    from thermidor.theories import list_theories, load_theory

    source.mapping(here, ("theory", "text", "reading"), ("theory", "text", "reading"))
    theory = source.text((*here, "theory"), tuple(list_theories()))
    known = [work for name in list_theories() for work in load_theory(name).school]
    reading = source.texts((*here, "reading"))
    for nth, work in enumerate(reading):
        if work not in known:
            source.refuse((*here, "reading", nth), f"no theory names '{work[:60]}'", "", nearest(work, known))
    return Other(theory, _text(source, (*here, "text")), reading)
