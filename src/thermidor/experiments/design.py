"""A design: what is asked of many runs, described in a file and frozen; the same file runs on threads or a cluster.

A design names a base (scenario, theory, overlay), factors over conditions and rules, how they are sampled, overlays
that are counterfactuals, replicates that share their draws over everything else, and what is kept of each member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from thermidor.errors import InputError, nearest
from thermidor.experiments.outcomes import ENDED, KINDS, Condition, Outcome
from thermidor.runs import CITIZENS, MOST_CITIZENS
from thermidor.runs.ensemble import MOST_REPLICATES
from thermidor.scenarios.check import Problem, refusal
from thermidor.scenarios.document import Document, Where, dotted, parse_document, read_document, shown
from thermidor.scenarios.schema import EXPECTED, Name, Number, Record, Text
from thermidor.theories import DEFAULT

LIBRARY = Path(__file__).with_name("designs")
BEGINS = "a design begins with 'schema: 1'"
BASE = "base"
"""The overlay that changes nothing."""
COLUMN = r"[a-z][a-z0-9_]{0,63}"
SETTING = r"[\w-]+(\.[\w-]+)+"
FIRST, OTHERS = "first", "others"
"""Stand for the scenario's first country, and for all the others, in keys and citizens."""


def misplaced(why: str, *path: str) -> PydanticCustomError:
    """An error of a record that stands at a key below it."""
    return PydanticCustomError("misplaced", "{why}", {"why": why, "path": path})


def _column(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(COLUMN, value):
        return value
    raise ValueError("a name has small letters, digits and underscores, a letter first, and at most 64 characters")


def _setting(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(SETTING, value):
        return value
    raise ValueError("a condition is written COUNTRY.KEY, such as first.norms.recall")


def _citizens(value: object) -> object:
    """Check citizens here, since Pydantic has an error for each of the two forms."""
    numbers = {(name,): number for name, number in value.items()} if isinstance(value, Mapping) else {(): value}
    for path, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_CITIZENS:
            raise misplaced(f"a whole number from 1 to {MOST_CITIZENS:,} is expected", *path)
    return value


Column = Annotated[str, BeforeValidator(_column), Field(json_schema_extra={"pattern": f"^{COLUMN}$"})]
Setting = Annotated[str, BeforeValidator(_setting), Field(json_schema_extra={"pattern": f"^{SETTING}$"})]
Count = Annotated[int, Field(strict=True, ge=1)]
Several = Annotated[int, Field(strict=True, ge=1, json_schema_extra={"minimum": 2})]
Residents = Annotated[int, Field(ge=1, le=MOST_CITIZENS)]
Citizens = Annotated[Residents | dict[str, Residents], BeforeValidator(_citizens)]
Span = tuple[Number, Number]
ONLY: dict[str, Any] = {"additionalProperties": False}
"""For the schema: a mapping has no other keys than those of its form."""


class Change(Record):
    """A small overlay: a theory, conditions set, rules set, mechanisms switched off; the last two beat the theory."""

    set: dict[Setting, Number] = Field({}, json_schema_extra=ONLY)
    rules: dict[str, Number] = Field({})
    without: tuple[str, ...] = ()
    theory: Text | None = None


class Base(Change):
    """What all members have in common: scenario and theory (shipped names, or files beside the design), an overlay."""

    scenario: Text
    theory: Text = DEFAULT
    months: Count | None = None
    citizens: Citizens = CITIZENS


class Overlay(Change):
    """A named counterfactual beside the base; `where` keeps it to points with these levels of factors."""

    why: Text
    citizens: Citizens | None = None
    where: dict[str, Number] = Field({})


LEVELS = ("values", "range", "scale", "steps", "along", "meaning", "unit")
TAKES = {"set": LEVELS, "rule": LEVELS, "switch": ("meaning",), "every": ("within",)}
"""Kinds of factors, and the keys that mean something beside each."""
SAMPLED_BY: dict[str, tuple[str, ...]] = {
    "full": (),
    "latin-hypercube": ("points", "seed"),
    "sobol": ("points", "second_order", "seed"),
    "morris": ("trajectories", "levels", "seed"),
}
"""Ways of sampling, and the keys that mean something to each; the first is needed."""


class Factor(Record):
    """One thing that is varied: a condition (`set`), a rule (`rule`), or mechanisms together on or off (`switch`).

    Levels are `values`, or a `range` sampled linearly or by its logarithm (in `steps` where sampling is full); beside
    `values`, `scale` is that of the axis in pictures. A switch has the levels 1 (on) and 0 (off). `along` names
    conditions that move with it, straight from the first number at the low end to the second at the high end. `every`
    stands for many factors, one for each rule or each assumed start that has a range and that the base leaves alone,
    `within` a share of its default where that is narrower; no overlay may decide one of them.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [kind]} for kind in TAKES]})

    set: Setting | None = None
    rule: Text | None = None
    switch: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    every: Literal["rules", "starts"] | None = None
    values: Annotated[tuple[Number, ...], Field(min_length=1)] | None = None
    range: Span | None = None
    scale: Literal["linear", "log"] = "linear"
    steps: Annotated[int, Field(strict=True, ge=2, le=10_000)] | None = None
    along: dict[Setting, Span] = Field({}, json_schema_extra=ONLY)
    within: Annotated[Number, Field(json_schema_extra={"exclusiveMinimum": 0.0, "maximum": 10.0})] | None = None
    meaning: str = ""
    unit: str = ""

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Factor:
        given, kept = _given(self), _kept(info)
        kinds = [kind for kind in TAKES if kind in given]
        if len(kinds) != 1:
            raise misplaced("a factor has exactly one of 'set', 'rule', 'switch' and 'every'")
        idle = [key for key in given if key not in (*kinds, *TAKES[kinds[0]])]
        if idle and not kept:
            raise misplaced(f"it does nothing beside '{kinds[0]}': leave it out", idle[0])
        if "range" in TAKES[kinds[0]] and (self.values is None) == (self.range is None):
            raise misplaced("this factor needs 'values' or 'range' (one of them)")
        if self.range is None and not kept and (idle := [key for key in ("steps", "along") if key in given]):
            raise misplaced("it does nothing without a 'range'", idle[0])
        if self.values is not None and self.scale == "log" and min(self.values) <= 0.0 and not kept:
            raise misplaced("values by their logarithm lie above 0", "values")
        if self.values is not None and len(set(self.values)) < len(self.values):
            raise misplaced("a value is given twice", "values")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise misplaced("a range goes from a lower number to a higher one", "range")
        if self.range is not None and self.scale == "log" and self.range[0] <= 0.0:
            raise misplaced("a logarithmic range begins above 0", "range")
        if self.within is not None and not 0.0 < self.within <= 10.0:
            raise misplaced("it lies above 0 and is at most 10", "within")
        return self


class Sampling(Record):
    """How points are chosen among the factors' levels: all combinations, or SALib's samples of ranges."""

    method: Literal["full", "latin-hypercube", "sobol", "morris"] = "full"
    points: Several | None = None
    trajectories: Several | None = None
    levels: Annotated[int, Field(strict=True, ge=2, le=64, json_schema_extra={"multipleOf": 2})] = 4
    second_order: bool = False
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**32)] = 1

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Sampling:
        given, takes = _given(self), SAMPLED_BY[self.method]
        if not _kept(info):
            if idle := [key for key in given if key not in ("method", *takes)]:
                raise misplaced(f"'{self.method}' has no '{idle[0]}'", idle[0])
            if few := [key for key in ("points", "trajectories") if getattr(self, key) == 1]:
                raise misplaced("it must be greater than or equal to 2", few[0])
            if self.levels % 2:
                raise misplaced("it must be a multiple of 2", "levels")
        if takes and takes[0] not in given:
            raise misplaced(f"'{self.method}' needs '{takes[0]}'")
        if self.method == "sobol" and self.points is not None and self.points & (self.points - 1):
            raise misplaced("Sobol's sequence is balanced for powers of two only: give 256, 512, 1024 ...", "points")
        return self


def _given(record: Record) -> list[str]:
    """The keys that a record was given."""
    fields = type(record).model_fields
    return [key for key in fields if key in record.model_fields_set and getattr(record, key) is not None]


def _kept(info: ValidationInfo) -> bool:
    """Whether a design is kept with a sweep that has begun: what does nothing in it is let be."""
    return bool(info.context and info.context["kept"])


def _kind(value: object) -> str | None:
    """The kind of an outcome by the key that it has."""
    keys = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
    return next((kind for kind in KINDS if kind in keys), None)


if TYPE_CHECKING:
    AnOutcome = Outcome
else:
    AnOutcome = Annotated[Union[tuple(Annotated[m, Tag(k)] for k, m in KINDS.items())], Discriminator(_kind)]  # noqa: UP007


class Design(Record):
    """A whole design; see the module. `series` are variables of the first country, or COUNTRY.VARIABLE."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    title: Text
    about: Text
    base: Base
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 1
    replicates: Annotated[int, Field(strict=True, ge=1, le=MOST_REPLICATES)] = 1
    factors: dict[Column, Factor] = Field({}, json_schema_extra=ONLY)
    sampling: Sampling = Sampling()
    overlays: dict[Name, Overlay] = Field({}, json_schema_extra=ONLY)
    outcomes: dict[Column, AnOutcome] = Field(min_length=1, json_schema_extra=ONLY)
    series: tuple[str, ...] = ()
    series_every: Count = 12

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Design:
        if BASE in self.overlays:
            raise misplaced("it is the name of the base itself: give this overlay another", "overlays", BASE)
        for name in self.outcomes:
            if name in OWN_COLUMNS or name.startswith("x_"):
                raise misplaced("it is a column of every table: give this outcome another name", "outcomes", name)
            if name + ENDED in self.outcomes:
                why = "it is the name of a duration's second column: give it another"
                raise misplaced(why, "outcomes", name + ENDED)
        full = self.sampling.method == "full"
        for name, factor in self.factors.items():
            if full and factor.every is not None:
                why = "it stands for many factors: sample them by morris or latin-hypercube"
                raise misplaced(why, "factors", name)
            if full and factor.range is not None and factor.steps is None:
                raise misplaced("it needs 'steps': into how many levels its range is cut", "factors", name)
            if not full and (factor.values is not None or factor.switch is not None):
                why = "it has fixed levels, which only sampling 'full' can take: give a 'range'"
                raise misplaced(why, "factors", name)
            if not full and factor.steps is not None and not _kept(info):
                raise misplaced("only sampling 'full' cuts a range into steps: leave it out", "factors", name, "steps")
        return self


OWN_COLUMNS = {
    "member", "point", "overlay", "replicate", "seed", "status", "seconds", "failure_stage", "failure",
}  # fmt: skip
"""Columns of every table of members, beside factors (`x_NAME`) and outcomes."""


PROSE: Any = {
    **dict.fromkeys(("title", "about"), True),
    "factors": {"__all__": {"meaning", "unit"}},
    "overlays": {"__all__": {"why"}},
}
"""Words of a design, which decide no number."""


def list_designs() -> dict[str, str]:
    """The designs shipped: name -> title, in order of name."""
    return {path.stem: str(read_document(path).data.get("title", "")) for path in sorted(LIBRARY.glob("*.yaml"))}


def load_design(name_or_path: str | Path) -> Design:
    """Load a shipped design by name, or any YAML file by path. Raises InputError naming file, line and key."""
    return design_in(read_document(design_path(name_or_path), BEGINS))


def design_path(name_or_path: str | Path) -> Path:
    """The file of a design. Raises InputError for an unknown name."""
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or "\\" in text or text.endswith((".yaml", ".yml")):
        return Path(text)
    names = [path.stem for path in sorted(LIBRARY.glob("*.yaml"))]
    if text not in names:
        mend = nearest(text, names) or "give a shipped name or the path of a file ending in .yaml"
        raise InputError(f"unknown design {shown(text)}", "", f"shipped: {', '.join(names) or 'none'}", mend)
    return LIBRARY / f"{text}.yaml"


def parse_design(text: str, file: str = "text") -> Design:
    """Read a design from YAML text; `file` is the name used in messages. Raises InputError."""
    return design_in(parse_document(text, file, BEGINS))


def as_data(design: Design, *, prose: bool = True) -> dict[str, Any]:
    """The design as plain data, as it would stand in a file (empty parts left out); without prose, what is lived."""
    data: dict[str, Any] = design.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True, exclude=None if prose else PROSE,
        warnings=False,
    )  # fmt: skip
    return {"schema": 1, **data}


def design_from(data: object, place: Any = dotted, *, kept: bool = True) -> Design:
    """Check plain data and make the design; `place` says where a path stands. Raises InputError.

    Keys that do nothing are refused in a new file, and let be in a design that is `kept`.
    """
    try:
        return Design.model_validate(data, context={"kept": kept})
    except ValidationError as error:
        raise refusal([_problem(dict(entry)) for entry in error.errors(include_url=False)], place) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a design file."""
    return Design.model_json_schema(by_alias=True)


def design_in(document: Document) -> Design:
    """The design that a file holds. Raises InputError, naming line and key."""
    if not isinstance(document.data, dict):
        what = f"the file holds {shown(document.data)}"
        raise InputError(what, f"{document.file}:1", "a design is a mapping", BEGINS)
    return design_from(document.data, document.place, kept=False)


MODELS: dict[str, type[Record]] = {
    "base": Base,
    "factors": Factor,
    "sampling": Sampling,
    "overlays": Overlay,
}
"""The record that stands under each key, for the names that it knows."""


WORDS = {
    **EXPECTED,
    "string_too_long": "it has too many characters",
    "too_short": "it must not be empty",
    "too_long": "a list of two is expected",
    "missing": "a list of two is expected",
    "int_type": "a whole number is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a mapping of keys to values is expected"),
}
"""Pydantic's words in ours, by the type of its error."""


def _problem(entry: dict[str, Any]) -> Problem:
    """One error of Pydantic as a problem in our words."""
    loc, sort = tuple(entry["loc"]), entry["type"]
    given = "null" if entry.get("input") is None else shown(entry["input"])
    own = loc[:2] + loc[3:] if loc[:1] == ("outcomes",) else loc  # the third is the kind of the outcome
    below: Where = entry.get("ctx", {}).get("path", ())
    path: Where = (*(step for step in own if step != "[key]"), *below)
    place = next((at for at, step in enumerate(path) if isinstance(step, int)), len(path))
    last = dotted(path[max(place - 1, 0) :]) or "the file"
    if sort == "missing" and place < len(path):  # of a list of two
        path = path[:place]
    elif sort == "missing":
        return Problem(path, f"missing key '{last}'", "", f"add '{last}: ...'")
    if sort == "extra_forbidden":
        known = _keys(loc)
        return Problem(path, f"unknown key '{last}'", f"known: {', '.join(known)}", nearest(last, known))
    if sort.startswith("union_tag"):
        return Problem(path, f"'{last}' is no outcome", f"an outcome has one of these keys: {', '.join(KINDS)}")
    if path == ("schema",):
        return Problem(path, f"the schema is {given}", "this version reads schema 1", "write 'schema: 1'")
    why = WORDS.get(sort) or re.sub("^Input should", "it must", entry["msg"].removeprefix("Value error, "))
    if "[key]" in loc:
        return Problem(path, f"the name '{last}' is refused", why)
    whole = below or sort == "missing" or isinstance(entry.get("input"), dict | Record)
    return Problem(path, f"'{last}' can't stand as it is" if whole else f"'{last}' is {given}", why)


def _keys(loc: Where) -> list[str]:
    """The keys that the mapping at the parent of `loc` may have."""
    model: type[Record] = MODELS.get(str(loc[0]), Design) if len(loc) > 1 else Design
    if len(loc) > 1 and loc[0] == "outcomes":
        model = KINDS[str(loc[2])] if len(loc) == 4 else Condition
    return [field.alias or name for name, field in model.model_fields.items()]
