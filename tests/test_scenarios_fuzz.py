"""Fuzz of the scenario loader: whatever the text, a scenario or one InputError, and quickly."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from thermidor.errors import InputError
from thermidor.scenarios import Scenario, load_scenario, parse_scenario, parse_setting, resolve, scenario_text
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, SUMS_TO_ONE, Condition
from thermidor.scenarios.document import LOADER
from thermidor.scenarios.schema import as_data

TEXT = (Path(__file__).parent / "data" / "miniature.yaml").read_text(encoding="utf-8")
LINES = TEXT.splitlines(keepends=True)
DATA = yaml.load(TEXT, Loader=yaml.BaseLoader)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCRAPS = [
    "", " ", "\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", ",", "#", "&a", "*a", "!", "!!int ", "!!python/none", "|",
    ">", "'", '"', "%", "@", "`", "?", "? ", "<<: *a", "---", "...", "~", "null", "true", "no", ".nan", "1e999",
    "0x10", "1_0", "1:30", "-1", "0.5", "1920", "1920-01", "1920-13", "2001-12-14", "9" * 400, "\x00", "\x1b", "\x85",
    "\u2028", "\ufeff", "\ud7ff", "\U0001f600", "[" * 50, "{a: " * 50, "war", "path", "assumed", "range", "__class__",
]  # fmt: skip


def loads_or_refuses(text: str) -> None:
    """Load a text; only an InputError may come out, with file and line, in printable words."""
    try:
        scenario = parse_scenario(text, "fuzz.yaml")
    except InputError as error:
        message = str(error)
        assert error.what and re.match(r"fuzz\.yaml(:\d+(: .+)?)?$", error.where, re.DOTALL)
        assert int((re.match(r"fuzz\.yaml:(\d+)", error.where) or [0, 1])[1]) <= len(re.findall("\r\n|\r|\n", text)) + 1
        assert len(message) < 5000 and "\x1b" not in message and "\x00" not in message
        message.encode()
    else:
        resolve(scenario, 1, 0)
        assert parse_scenario(scenario_text(scenario)) == scenario


@FUZZ
@given(st.data())
def test_mutated_text(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.sampled_from(SCRAPS)) + text[at + cut :]
    loads_or_refuses(text)


@FUZZ
@given(st.data())
def test_lines_lost_doubled_and_moved(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        for _ in range(data.draw(st.integers(0, 2))):
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    loads_or_refuses("".join(lines))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way into nested data."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, part in below for place in places(part, (*path, step)))]


PLACES = places(DATA)[1:]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(SCRAPS), st.dates()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=8), st.sampled_from(sorted(CONDITIONS))), inner, max_size=3),
    ),
    max_leaves=6,
)


@FUZZ
@given(st.sampled_from(PLACES), st.one_of(TREES, st.just(...)))
def test_a_part_replaced_or_removed(place: tuple[Any, ...], new: Any) -> None:
    data = yaml.load(TEXT, Loader=yaml.SafeLoader)
    here = data
    for step in place[:-1]:
        here = here[step]
    if new is ...:
        del here[place[-1]]
    else:
        here[place[-1]] = new
    with contextlib.suppress(yaml.YAMLError):  # what PyYAML can't write needs no reading
        loads_or_refuses(yaml.safe_dump(data, allow_unicode=True))


@FUZZ
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join)))
def test_random_text(text: str) -> None:
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        text = text.encode("utf-8", "replace").decode()
    loads_or_refuses(text)


@FUZZ
@given(TREES.filter(lambda tree: tree is not None))
def test_random_yaml(tree: Any) -> None:
    with contextlib.suppress(yaml.YAMLError):
        loads_or_refuses(yaml.safe_dump({"schema": 1, "countries": tree, "outside": [tree]}, allow_unicode=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_random_bytes_in_a_file(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "raw.yaml"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"raw\.yaml"):
        load_scenario(path)


@FUZZ
@given(st.one_of(st.text(max_size=30), st.tuples(st.text(max_size=9), TREES).map(lambda t: f"northland.{t[0]}={t[1]}")))
def test_random_settings(text: str) -> None:
    scenario = parse_scenario(TEXT)
    with contextlib.suppress(InputError):
        key, number = parse_setting(text)
        scenario.overlay({key: number})


BOMBS = {
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "recursive alias": "a: &a [*a]",
    "brackets": "[" * 900_000,
    "braces": "{a: " * 200_000,
    "blocks": "".join(" " * n + "- \n" for n in range(1300)),
    "inline blocks": "- " * 400_000,
    "questions": "? " * 400_000,
    "many entries": "a: [" + "0," * 400_000 + "0]",
    "many keys": "".join(f"k{n}: 1\n" for n in range(90_000)),
    "one long word": "a: " + "9" * 900_000,
    "long quoted text": 'a: "' + "\\n" * 400_000 + '"',
    "many documents": "--- \n" * 150_000,
    "tags": "a: " + "!t " * 200_000,
    "many bad values": TEXT + "".join(f"key-{n}: 1\n" for n in range(20_000)),
}


REASONS = {
    "aliases": "anchors and aliases",
    "brackets": "nested too deeply",
    "inline blocks": "nested too deeply",
    "many entries": "too many entries",
    "many keys": "too many entries",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_quickly(bomb: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_scenario(BOMBS[bomb], "bomb.yaml")
    assert time.perf_counter() - begun < 5.0
    assert len(str(caught.value)) < 3000
    assert REASONS.get(bomb, "") in caught.value.what


@pytest.mark.parametrize("loader", [yaml.BaseLoader, LOADER])
@pytest.mark.parametrize("bomb", ["aliases", "recursive alias", "brackets", "blocks", "many keys"])
def test_the_parser_without_its_c_part_refuses_too(bomb: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thermidor.scenarios.document.LOADER", loader)
    assert parse_scenario(TEXT) == parse_scenario(TEXT, "again")
    with pytest.raises(InputError):
        parse_scenario(BOMBS[bomb][:20_000], "bomb.yaml")


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), min_size=1, max_size=40)
TRICKY = st.sampled_from(
    ["1e5", "12", "no", "null", "~", "true", "1920-01-01", "<<", "=", "- a", "a: b", "#", " x ", ".nan"]
)
TITLES = st.one_of(WORDS, TRICKY)


def values(limits: Condition) -> st.SearchStrategy[dict[str, Any]]:
    """Valid values of a condition with these limits."""

    def build(bounds: list[float], words: list[str], ranged: bool) -> dict[str, Any]:
        low, middle, high = sorted(bounds)
        value = {"value": middle, "unit": limits.unit, "source": words[0], "note": words[1]}
        return value | ({"range": [low, high]} if ranged else {"source": "measured"})

    number = st.floats(limits.low, limits.high)
    return st.builds(build, st.tuples(number, number, number).map(list), PAIRS, st.booleans())


PAIRS = st.lists(TITLES, min_size=2, max_size=2)
FREE = [key for key in CONDITIONS if key.split(".")[0] not in SUMS_TO_ONE]
CHANGES = st.one_of(
    [st.tuples(st.just(("start", key)), values(CONDITIONS[key])) for key in FREE]
    + [
        st.tuples(st.just(("organisations", "councils", key)), values(limits))
        for key, limits in ORGANISATION_CONDITIONS.items()
    ]
    + [st.tuples(st.just(("title",)), TITLES), st.tuples(st.just(("record",)), st.sampled_from(["SUN", "USA", "FIN"]))]
)


def changed(words: list[str], changes: list[tuple[tuple[str, ...], Any]], spread: float) -> Scenario:
    """The miniature with some of its parts changed."""
    data = as_data(parse_scenario(TEXT)) | {"title": words[0], "about": words[1]}
    for path, value in changes:
        here = data["countries"]["northland"]
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value
    data["outside"][0] |= {"spread": spread, "note": words[0]}
    camps = [one["value"] for key, one in data["countries"]["northland"]["start"].items() if key.startswith("camps.")]
    assume(sum(camps) <= 1.0)  # several changes can each be right, and too much together
    return Scenario.model_validate(data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(changed, PAIRS, st.lists(CHANGES, max_size=4), st.floats(0.001, 1)))
def test_written_and_read_again_it_is_the_same(scenario: Scenario) -> None:
    assert parse_scenario(scenario_text(scenario, ["a comment"])) == scenario
