"""Scenario files: what loads, what is refused and with which words, overlays, and the way back to YAML."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from thermidor.errors import InputError, RunError, nearest
from thermidor.scenarios import (
    describe,
    json_schema,
    list_scenarios,
    load_scenario,
    parse_scenario,
    parse_setting,
    scenario_text,
    write_scenario,
)
from thermidor.scenarios.check import REQUIRED
from thermidor.scenarios.conditions import CONDITIONS
from thermidor.scenarios.load import LIBRARY
from thermidor.scenarios.resolved import DEFAULTS

MINIATURE = Path(__file__).parent / "data" / "miniature.yaml"
TEXT = MINIATURE.read_text(encoding="utf-8")


def refused(text: str) -> InputError:
    """The error with which a text is refused."""
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "m.yaml")
    return caught.value


def test_miniature_loads_with_its_numbers() -> None:
    scenario = load_scenario(MINIATURE)
    north = scenario.countries["northland"]
    assert (scenario.name, scenario.start, scenario.end) == ("miniature", "1920-01", "1959-12")
    assert list(scenario.countries) == ["northland", "southland"]
    assert north.start["norms.recall"].value == 0.9
    assert north.start["norms.recall"].range == (0.8, 0.97)
    assert north.organisations["owners"].patron == "southland"
    assert [event.kind for event in scenario.outside] == ["war", "war", "path", "path"]
    assert load_scenario(str(MINIATURE)) == scenario


def test_library_files_load_under_their_own_names() -> None:
    for name, title in list_scenarios().items():
        assert load_scenario(name).title == title
    assert set(list_scenarios()) == {path.stem for path in LIBRARY.iterdir() if path.suffix == ".yaml"}


TITLE = "    title: Northland"
ROOM = "      room: {value: 0.8, range: [0.7, 0.9], unit: index 0-1, source: assumed}"
NORMS = "        norms: {value: 0.9, range: [0.8, 1.0], unit: index 0-1, source: assumed}"


def start(key: str, value: float, unit: str = "index 0-1") -> str:
    """One more condition of the first country, as a line after another."""
    return f"\n      {key}: {{value: {value}, unit: {unit}, source: invented}}"


def camp(name: str, share: float) -> str:
    """One more camp of the first country."""
    return start(f"camps.{name}", share, "share")


BAD = {
    "unknown condition": ("norms.pay: {", "norm.pay: {", "did you mean 'norms.pay'?", "norm.pay"),
    "unknown key of a country": ("record: FIN", "recrd: FIN", "did you mean 'record'?", "northland.recrd"),
    "unknown record": ("record: FIN", "record: XXX", "historical record has no country 'XXX'", "northland.record"),
    "nearly a record": ("record: FIN", "record: FINN", "did you mean 'FIN'?", "northland.record"),
    "unknown key of a value": ("source: invented}", "sorce: invented}", "did you mean 'source'?", "population.sorce"),
    "unknown organisation": ("ouncils:\n", "ounsils:\n", "did you mean 'councils'?", "organisations.counsils"),
    "unknown country": ("country: northland", "country: nordland", "did you mean 'northland'?", "outside[0].country"),
    "unknown patron": ("patron: southland", "patron: south", "did you mean 'southland'?", "owners.patron"),
    "own patron": ("patron: southland", "patron: northland", "can't be patron of its own", "owners.patron"),
    "unknown kind": ("kind: war", "kind: coup", "'kind: war' or 'kind: path'", "outside[0].kind"),
    "unknown value of a war": ("{war: 0.6, ", "{war: 0.6, deaths: 0.1, ", "unknown value of a war", "values.deaths"),
    "war without severity": ("{war: 0.6, ", "{", "missing value 'war'", "outside[0].values"),
    "unknown variable": ("variable: embargo", "variable: weather", "'embargo' or 'trade_slump'", "outside[3].variable"),
    "rules": ("schema: 1", "schema: 1\nrules: {}", "never rules", "rules"),
    "missing unit": ("value: 1.0, unit: million,", "value: 1.0,", "missing key 'unit'", "population.unit"),
    "missing source": (", source: invented}", "}", "missing key 'source'", "population.source"),
    "missing condition": ("      room: {value: 0.8", "      #", "missing condition 'room'", "northland.start.room"),
    "missing end": ("end: 1959-12", "", "missing key 'end'", "end"),
    "wrong unit": ("unit: million", "unit: people", "read in 'million'", "population.unit"),
    "text for a number": ("value: 1.0", "value: one", "a number is expected", "population.value"),
    "quoted number": ("value: 1.0", "value: '1.0'", "without quotes", "population.value"),
    "true for a number": ("value: 1.0", "value: true", "a number is expected", "population.value"),
    "number for text": ("title: Northland", "title: 5", "text is expected", "northland.title"),
    "empty text": ("title: Northland", "title: ''", "must not be empty", "northland.title"),
    "not a number": ("value: 1.0", "value: .nan", "not a finite number", "population.value"),
    "infinite": ("value: 1.0", "value: 1e999", "not a finite number", "population.value"),
    "above its limits": ("value: 1.0", "value: 9999", "outside its limits", "population.value"),
    "range above limits": ("[0.8, 0.97]", "[0.8, 1.7]", "outside its limits", "norms.recall.range"),
    "range upside down": ("[0.8, 0.97]", "[0.97, 0.8]", "put the lower first", "norms.recall.range"),
    "range of one": ("[0.8, 0.97]", "[0.8]", "two numbers", "norms.recall.range"),
    "range of three": ("[0.8, 0.97]", "[0.8, 0.9, 0.97]", "two numbers", "norms.recall.range"),
    "value outside its range": ("[0.8, 0.97]", "[0.91, 0.97]", "outside its range", "norms.recall.value"),
    "assumed without range": ("range: [0.8, 0.97], ", "", "has no range", "norms.recall"),
    "assumed without spread": ("1922-02, spread: 0.1", "1922-02", "has no spread", "outside[0].spread"),
    "spread too wide": ("1922-02, spread: 0.1", "1922-02, spread: 2", "from 0 to 1", "outside[0].spread"),
    "sum": ("classes.peasant: {value: 0.7,", "classes.peasant: {value: 0.72,", "sum to 1.02", "classes.petty"),
    "more camps than people": (ROOM, ROOM + camp("reform", 0.7) + camp("liberal", 0.4), "add up to 1.1", "reform"),
    "unknown camp": (ROOM, ROOM + camp("liberals", 0.2), "did you mean 'camps.liberal'?", "start.camps.liberals"),
    "more soldiers than men": (ROOM, ROOM + start("army", 0.7, "share"), "outside its limits", "army.value"),
    "more votes than people": (ROOM, ROOM + start("franchise", 1.7), "outside its limits", "franchise.value"),
    "beyond the pole": (TITLE, TITLE + "\n    place: [91.0, 0.0]", "no place [91.0, 0.0] on earth", "northland.place"),
    "half a place": (TITLE, TITLE + "\n    place: [50.0]", "place", "northland.place[1]"),
    "a place that is no number": (TITLE, TITLE + "\n    place: [50.0, .nan]", "finite", "northland.place[1]"),
    "more than won": ("war_deaths: 0.01}", "war_deaths: 0.01, victory: 2}", "outside its limits", "values.victory"),
    "more than obeyed": (NORMS, NORMS + start("  obedience", 1.5), "outside its limits", "councils.obedience.value"),
    "day in a date": ("from: 1920-03", "from: 1920-03-01", "without the day", "outside[0].from"),
    "year for a date": ("start: 1920-01", "start: 1920", "YYYY-MM", "start"),
    "thirteenth month": ("1925-01: 0.3", "1925-13: 0.3", "YYYY-MM", "outside[2].knots.1925-13"),
    "event before the start": ("from: 1920-03", "from: 1919-12", "outside the scenario", "outside[0].from"),
    "knot after the end": ("1946-01: 0.4", "1960-01: 0.4", "outside the scenario", "outside[2].knots.1960-01"),
    "war backwards": ("from: 1920-03", "from: 1923-03", "before it begins", "outside[0].to"),
    "wars overlap": ("from: 1940-06", "from: 1922-02", "overlap", "outside[1]"),
    "two paths": ("variable: embargo", "variable: hostility", "two paths of 'hostility'", "outside[3]"),
    "end before start": ("end: 1959-12", "end: 1919-12", "before it starts", "end"),
    "too long": ("end: 1959-12", "end: 9999-12", "at most", "end"),
    "schema of another version": ("schema: 1", "schema: 2", "reads schema 1", "schema"),
    "name of a country": ("  southland:", "  South land:", "small letters", "countries"),
    "duplicate key": ("title: Northland", "title: A\n    title: B", "given twice", "northland.title"),
    "anchor": ("title: Northland", "title: &a Northland", "anchors and aliases", "northland.title"),
    "alias": ("title: Northland", "title: *a", "anchors and aliases", "northland.title"),
    "merge key": ("title: Northland", "<<: {a: 1}", "merge keys", "countries.northland"),
    "tag": ("title: Northland", "title: !!python/object/apply:os.getcwd []", "the tag", "northland.title"),
    "local tag": ("title: Northland", "title: !x y", "the tag", "northland.title"),
    "control character": ("title: Northland", 'title: "\\e[31m"', "control character", "northland.title"),
    "list as a key": ("title: Northland", "[1, 2]: x", "plain text", "northland"),
    "syntax": ("title: Northland", "title: [Northland", "not valid YAML", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_names_file_line_key_and_cure(case: str) -> None:
    old, new, words, key = BAD[case]
    assert old in TEXT
    error = refused(TEXT.replace(old, new, 1))
    assert words in str(error)
    place = error.where.split(": ", 1)
    assert place[0].startswith("m.yaml:")
    if key:
        assert place[1].startswith(key) or place[1].endswith(key)
    at = int(place[0].split(":")[1])
    if "missing" not in case and case not in ("sum", "syntax", "name of a country"):
        assert abs(at - TEXT[: TEXT.index(old)].count("\n") - 1) <= 1
    assert "Traceback" not in str(error) and "pydantic" not in str(error)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_shows_them(ending: str) -> None:
    assert refused(TEXT.replace("unit: million", "unit: people", 1).replace("\n", ending)).where.startswith(
        "m.yaml:15:"
    )
    assert refused(f"schema: 1{ending}name: {{").where == "m.yaml:2"
    assert "line separator" in refused("schema: 1\ntitle: a\u2028b").what


def test_several_problems_come_in_one_message() -> None:
    error = refused(TEXT.replace("unit: index 0-1", "unit: percent"))
    assert "unit" in error.what
    assert len(error.also) == 5 and error.also[-1].endswith(" more")
    assert all("m.yaml:" in line for line in error.also[:-1])


@pytest.mark.parametrize(
    "text", ["", "# nothing", "- 1", "5", "text", "a: 1\n---\nb: 2", "~", "\t", "a: \x07", "{" * 99]
)
def test_what_is_no_scenario_at_all_is_refused(text: str) -> None:
    assert refused(text).what


@pytest.mark.parametrize("word", ["no", "yes", "on", "1e5x", "0x1F", "1:30", "1_000", "12-01"])
def test_words_that_some_readers_turn_into_numbers_stay_text(word: str) -> None:
    scenario = parse_scenario(TEXT.replace("title: Northland", f"title: {word}"))
    assert scenario.countries["northland"].title == word


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    big, latin = tmp_path / "big.yaml", tmp_path / "latin.yaml"
    big.write_bytes(b"#" * 1_000_001)
    latin.write_bytes(b"a: 1\nb: \xe9\n")
    cases = {tmp_path: "no plain file", tmp_path / "none.yaml": "no such file", big: "too big", latin: "UTF-8"}
    for path, words in cases.items():
        with pytest.raises(InputError, match=words) as caught:
            load_scenario(path)
        assert path.name in str(caught.value)
    with pytest.raises(InputError, match=r"latin.yaml:2"):
        load_scenario(latin)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="no plain file"):
        load_scenario(tmp_path / "pipe.yaml")


def test_unknown_name_suggests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "miniature.yaml").write_text(TEXT)
    (tmp_path / "other.yaml").write_text(TEXT)
    monkeypatch.setattr("thermidor.scenarios.load.LIBRARY", tmp_path)
    assert load_scenario("miniature") == load_scenario(MINIATURE)
    with pytest.raises(InputError, match="did you mean 'miniature'"):
        load_scenario("minature")
    with pytest.raises(InputError, match=r"the file is called otherwise"):
        load_scenario("other")


def test_overlay_fixes_a_value_and_is_checked_like_a_file() -> None:
    scenario = load_scenario(MINIATURE)
    changed = scenario.overlay({"northland.norms.recall": 0.5, "northland.organisations.councils.arms": 0.1})
    value = changed.countries["northland"].start["norms.recall"]
    assert (value.value, value.range, value.source) == (0.5, None, "set by hand")
    assert changed.countries["northland"].organisations["councils"].arms.value == 0.1
    assert changed.countries["southland"] == scenario.countries["southland"]
    assert scenario.countries["northland"].start["norms.recall"].value == 0.9
    assert changed.overlay({"southland.pact": 0.5}).countries["southland"].start["pact"].unit == "index 0-1"
    assert changed.overlay({}) == changed
    for setting, number, words in [
        ("nordland.fear", 0.1, "did you mean 'northland'"),
        ("northland.norm.recall", 0.1, "did you mean 'norms.recall'"),
        ("northland.organisations.party.arms", 0.1, "councils, owners"),
        ("northland.organisations.councils.size", 0.1, "members, arms"),
        ("northland.fear", 1.5, "outside its limits"),
        ("northland.fear", float("nan"), "finite"),
        ("northland.property.state", 0.9, "sum to 1.2"),
    ]:
        with pytest.raises(InputError, match=words):
            scenario.overlay({setting: number})


def test_settings_are_read() -> None:
    assert parse_setting("northland.norms.recall=0.9") == ("northland.norms.recall", 0.9)
    assert parse_setting("a.b = -1e-3") == ("a.b", -0.001)
    for text in ("", "a.b", "ab=1", "a.b=", "a.b=x", "a.b=nan", "a.b=1e999", "a.b=true", "=1", ".=1", "a.b='1'"):
        with pytest.raises(InputError):
            parse_setting(text)


def test_without_outside_removes_events_only() -> None:
    scenario = load_scenario(MINIATURE)
    alone = scenario.without_outside()
    assert alone.outside == () and alone.countries == scenario.countries and len(scenario.outside) == 4


def test_writing_gives_the_same_scenario_back(tmp_path: Path) -> None:
    scenario = load_scenario(MINIATURE)
    path = tmp_path / "copy.yaml"
    write_scenario(scenario, path, comment=["derived", "by a test"])
    assert load_scenario(path) == scenario
    assert path.read_text().startswith("# derived\n# by a test\nschema: 1\n")
    assert [p.name for p in tmp_path.iterdir()] == ["copy.yaml"]
    with pytest.raises(InputError, match="can't write"):
        write_scenario(scenario, tmp_path / "none" / "copy.yaml")
    with pytest.raises(InputError, match="can't write"):
        write_scenario(scenario, path / "below.yaml")


def test_scenario_is_frozen_and_travels_between_processes() -> None:
    scenario = load_scenario(MINIATURE)
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "other"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_json_schema_knows_every_condition_and_is_json() -> None:
    schema = json.loads(json.dumps(json_schema()))
    country = schema["$defs"]["Country"]["properties"]
    assert set(country["start"]["properties"]) == set(CONDITIONS)
    assert country["start"]["additionalProperties"] is False
    assert {"schema", "name", "start", "end", "countries"} <= set(schema["required"])
    assert "from" in schema["$defs"]["OutsideWar"]["properties"]


def test_every_condition_is_required_or_has_a_default_within_its_limits() -> None:
    assert set(REQUIRED) | set(DEFAULTS) == set(CONDITIONS)
    assert not set(REQUIRED) & set(DEFAULTS)
    assert all(CONDITIONS[key].low <= number <= CONDITIONS[key].high for key, number in DEFAULTS.items())


def test_description_names_every_condition_with_its_source() -> None:
    rows = {row.key: row for row in describe(load_scenario(MINIATURE))}
    assert {f"{c}.{key}" for c in ("northland", "southland") for key in CONDITIONS} <= set(rows)
    assert rows["northland.norms.recall"] == (
        "northland.norms.recall", "0.9", "index 0-1", "0.8 to 0.97", "assumed; the revolution is young",
    )  # fmt: skip
    assert rows["southland.pact"].source == "assumed: neutral default"
    assert rows["northland.organisations.owners.arms"].value == "0.2"
    assert "war 0.6" in rows["northland.outside.war.1920-03"].value


def test_errors_say_all_they_know_and_survive_pickling() -> None:
    error = InputError("what", "f:1: k", "why", "mend", ["more"])
    assert str(error) == "what\n  where: f:1: k\n  why: why\n  mend: mend\n  also: more"
    assert str(InputError("what")) == "what"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.where, again.also) == (str(error), "f:1: k", ("more",))
    wrong = pickle.loads(pickle.dumps(RunError("northland", "plan", "output", "1920-05")))
    assert str(wrong) == "northland, 1920-05: output is not a number after the step plan"
    assert nearest("recal", ["recall", "pay"]) == "did you mean 'recall'?" and nearest("zzz", ["recall"]) == ""


def test_conditions_and_package_import_nothing_heavy() -> None:
    code = (
        "import sys, thermidor.scenarios.conditions, thermidor.errors; print({'pydantic', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_text_written_is_compact() -> None:
    line = next(x for x in scenario_text(load_scenario(MINIATURE)).splitlines() if "population" in x)
    assert line.strip() == "population: {value: 1.0, unit: million, source: invented}"
