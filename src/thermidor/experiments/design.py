"""A design: what is asked of many runs, described in a file and frozen; the same file runs on threads or a cluster.

A design names a base (scenario, theory, overlay), factors over conditions and rules, how they are sampled, overlays
that are counterfactuals, replicates that share their draws over everything else, and what is kept of each member.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from thermidor.errors import InputError, nearest
from thermidor.experiments.outcomes import ENDED, KINDS, Outcome
from thermidor.runs import CITIZENS, MOST_CITIZENS
from thermidor.runs.ensemble import MOST_REPLICATES
from thermidor.scenarios.check import Problem, refusal
from thermidor.scenarios.document import Document, Where, dotted, parse_document, read_document, shown
from thermidor.scenarios.schema import Name, Number, Record, Text

LIBRARY = Path(__file__).with_name("designs")
BASE = "base"
"""The overlay that changes nothing."""
COLUMN = r"[a-z][a-z0-9_]{0,63}"
FIRST, OTHERS = "first", "others"
"""Stand for the scenario's first country, and for all the others, in keys and citizens."""

Column = Annotated[str, Field(pattern=f"^{COLUMN}$")]
Count = Annotated[int, Field(strict=True, ge=1)]
Citizens = Annotated[int, Field(strict=True, ge=1, le=MOST_CITIZENS)]
Span = tuple[Number, Number]


class Change(Record):
    """A small overlay: conditions set, rules set, mechanisms switched off."""

    set: dict[str, Number] = Field({})
    rules: dict[str, Number] = Field({})
    without: tuple[str, ...] = ()


class Base(Change):
    """What all members have in common: the scenario (a library name, or a file beside the design) and an overlay."""

    scenario: Text
    theory: Literal["trotsky"] = "trotsky"
    months: Count | None = None
    citizens: Citizens | dict[str, Citizens] = CITIZENS


class Overlay(Change):
    """A named counterfactual beside the base; `where` keeps it to points with these levels of factors."""

    why: Text
    citizens: Citizens | dict[str, Citizens] | None = None
    where: dict[str, Number] = Field({})


class Factor(Record):
    """One thing that is varied: a condition (`set`), a rule (`rule`), or mechanisms together on or off (`switch`).

    Levels are `values`, or a `range` sampled linearly or by its logarithm (in `steps` where sampling is full); a
    switch has the levels 1 (on) and 0 (off). `along` names conditions that move with it, straight from the first
    number at the low end to the second at the high end. `every` stands for many factors, one for each rule or each
    assumed start that has a range, `within` a share of its default where that is narrower.
    """

    set: str | None = None
    rule: str | None = None
    switch: tuple[str, ...] | None = None
    every: Literal["rules", "starts"] | None = None
    values: tuple[Number, ...] | None = None
    range: Span | None = None
    scale: Literal["linear", "log"] = "linear"
    steps: Annotated[int, Field(strict=True, ge=2, le=10_000)] | None = None
    along: dict[str, Span] = Field({})
    within: Annotated[Number, Field(gt=0.0, le=10.0)] | None = None
    meaning: str = ""
    unit: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Factor:
        kinds = [k for k in ("set", "rule", "switch", "every") if getattr(self, k) is not None]
        if len(kinds) != 1:
            raise ValueError("a factor has exactly one of 'set', 'rule', 'switch' and 'every'")
        levels = (self.values is not None) + (self.range is not None)
        if kinds[0] in ("set", "rule") and levels != 1:
            raise ValueError("this factor needs 'values' or 'range' (one of them)")
        if kinds[0] in ("switch", "every") and (levels or self.along):
            raise ValueError(f"'{kinds[0]}' has its own levels: leave out 'values', 'range' and 'along'")
        if self.values is not None and (len(set(self.values)) < len(self.values) or not self.values):
            raise ValueError("'values' needs some values, each once")
        if self.along and self.range is None:
            raise ValueError("'along' needs a 'range', between whose ends it moves")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError("a range goes from a lower number to a higher one")
        if self.range is not None and self.scale == "log" and self.range[0] <= 0.0:
            raise ValueError("a logarithmic range begins above 0")
        return self


class Sampling(Record):
    """How points are chosen among the factors' levels: all combinations, or SALib's samples of ranges."""

    method: Literal["full", "latin-hypercube", "sobol", "morris"] = "full"
    points: Count | None = None
    trajectories: Count | None = None
    levels: Annotated[int, Field(strict=True, ge=2, le=64)] = 4
    second_order: bool = False
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**32)] = 1

    @model_validator(mode="after")
    def _whole(self) -> Sampling:
        needs = {"latin-hypercube": "points", "sobol": "points", "morris": "trajectories"}.get(self.method)
        for key in ("points", "trajectories"):
            if (getattr(self, key) is not None) != (key == needs):
                raise ValueError(f"'{self.method}' " + (f"needs '{key}'" if key == needs else f"has no '{key}'"))
        if self.method == "sobol" and self.points is not None and self.points & (self.points - 1):
            raise ValueError("Sobol's sequence is balanced for powers of two only: give 256, 512, 1024 ...")
        return self


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
    seed: Annotated[int, Field(strict=True, ge=0)] = 1
    replicates: Annotated[int, Field(strict=True, ge=1, le=MOST_REPLICATES)] = 1
    factors: dict[Column, Factor] = Field({})
    sampling: Sampling = Sampling()
    overlays: dict[Name, Overlay] = Field({})
    outcomes: dict[Column, AnOutcome] = Field(min_length=1)
    series: tuple[str, ...] = ()
    series_every: Count = 12

    @model_validator(mode="after")
    def _check(self) -> Design:
        if BASE in self.overlays:
            raise ValueError(f"'{BASE}' is the name of the base itself: give this overlay another")
        if taken := [name for name in self.outcomes if name in OWN_COLUMNS or name.startswith("x_")]:
            raise ValueError(f"'{taken[0]}' is a column of every table: give this outcome another name")
        if clash := [name for name in self.outcomes if name + ENDED in self.outcomes]:
            raise ValueError(f"'{clash[0] + ENDED}' is the name of a duration's second column: give it another")
        if self.sampling.method != "full":
            bad = [name for name, f in self.factors.items() if f.values is not None or f.switch is not None]
            if bad:
                raise ValueError(f"'{bad[0]}' has fixed levels, which only sampling 'full' can take: give a 'range'")
            if not self.factors:
                raise ValueError(f"sampling '{self.sampling.method}' needs factors")
        else:
            for name, factor in self.factors.items():
                if factor.every is not None:
                    raise ValueError(f"'{name}' stands for many factors: sample them by morris or latin-hypercube")
                if factor.range is not None and factor.steps is None:
                    raise ValueError(f"'{name}' needs 'steps': into how many levels its range is cut")
        return self


OWN_COLUMNS = {
    "member", "point", "overlay", "replicate", "seed", "status", "seconds", "failure_stage", "failure",
}  # fmt: skip
"""Columns of every table of members, beside factors (`x_NAME`) and outcomes."""


def list_designs() -> dict[str, str]:
    """The designs shipped: name -> title, in order of name."""
    return {path.stem: str(read_document(path).data.get("title", "")) for path in sorted(LIBRARY.glob("*.yaml"))}


def load_design(name_or_path: str | Path) -> Design:
    """Load a shipped design by name, or any YAML file by path. Raises InputError naming file, line and key."""
    return design_in(read_document(design_path(name_or_path)))


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
    return design_in(parse_document(text, file))


def as_data(design: Design) -> dict[str, Any]:
    """The design as plain data, as it would stand in a file (empty parts left out)."""
    data: dict[str, Any] = design.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return {"schema": 1, **data}


def design_from(data: object, place: Any = dotted) -> Design:
    """Check plain data and make the design; `place` says where a path stands. Raises InputError."""
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise refusal([_problem(dict(entry)) for entry in error.errors(include_url=False)], place) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a design file."""
    return Design.model_json_schema(by_alias=True)


def design_in(document: Document) -> Design:
    """The design that a file holds. Raises InputError, naming line and key."""
    if not isinstance(document.data, dict):
        what = f"the file holds {shown(document.data)}"
        raise InputError(what, f"{document.file}:1", "a design is a mapping", "it begins with 'schema: 1'")
    return design_from(document.data, document.place)


MODELS: dict[str, type[Record]] = {
    "base": Base,
    "factors": Factor,
    "sampling": Sampling,
    "overlays": Overlay,
}
"""The record that stands under each key, for the names that it knows."""


def _problem(entry: dict[str, Any]) -> Problem:
    """One error of Pydantic as a problem in our words."""
    loc: Where = tuple(entry["loc"])
    if len(loc) > 2 and loc[0] == "outcomes":
        loc = (*loc[:2], *loc[3:])
    path = tuple(step for step in loc if step != "[key]" and not str(step).startswith("function-"))
    last, given = dotted(path[-1:]) or "the file", shown(entry.get("input"))
    if entry["type"] == "extra_forbidden":
        known = _keys(tuple(entry["loc"]))
        return Problem(path, f"unknown key '{last}'", f"known: {', '.join(known)}", nearest(last, known))
    if entry["type"] == "missing":
        return Problem(path, f"missing key '{last}'", "", f"add '{last}: ...'")
    if entry["type"].startswith("union_tag"):
        return Problem(path, f"'{last}' is no outcome", f"an outcome has one of these keys: {', '.join(KINDS)}")
    if path == ("schema",):
        return Problem(path, f"the schema is {given}", "this version reads schema 1", "write 'schema: 1'")
    why = entry["msg"].removeprefix("Value error, ").replace("Input should", "it must")
    return Problem(path, f"'{last}' can't stand as it is" if isinstance(entry.get("input"), dict | Record) else
                   f"'{last}' is {given}", why)  # fmt: skip


def _keys(loc: Where) -> list[str]:
    """The keys that the mapping at the parent of `loc` may have."""
    model: type[Record] = MODELS.get(str(loc[0]), Design) if len(loc) > 1 else Design
    if loc[0] == "outcomes":
        model = KINDS.get(str(loc[2]), Design)
    return [field.alias or name for name, field in model.model_fields.items()]
