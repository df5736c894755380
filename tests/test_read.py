"""`thermidor read`: one lens, all of them, codings, what is written, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from fixtures_views import synthetic
from thermidor.cli.app import app
from thermidor.country import VARIABLES
from thermidor.errors import InputError
from thermidor.lenses import LENSES, lens
from thermidor.lenses.disagreement import disagreement
from thermidor.lenses.spells import Axes
from thermidor.runs import manifest as manifests
from thermidor.runs.store import Axes as StoreAxes
from thermidor.runs.store import writing
from thermidor.views.lenses_coding import NOT_CODED, PUBLISHED, coding

WIDE = 80
MONTHS = 998


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up run of three: councils in 1917, one party later, private property at the end. No model is run."""
    folder = tmp_path_factory.mktemp("read") / "run"
    made = synthetic(3, MONTHS)
    values = {name: made[name].values[:, :, 0] for name in VARIABLES}
    ruled = 1.0 - values["norms"] / 0.9
    private = np.maximum(0.0, 0.85 - values["state_property"])
    values |= {
        "authority_party": ruled * (1 - private), "authority_councils": 1.0 - ruled, "authority_government": private,
        "property_state": values["state_property"] * 0.8, "property_capitalist": private, "leader": 0.1 + 0 * ruled,
        "voice_official": ruled, "privilege": 2.0 * ruled, "planned": values["state_property"],
        "drive_known": np.maximum.accumulate(0.15 * (ruled > 0.5), axis=1), "embargo": 0.5 + 0 * ruled,
    }  # fmt: skip
    axes = StoreAxes((0, 1, 2), made["month"].values.astype("datetime64[M]"), ("somewhere",))
    told = {"somewhere": {"title": "Somewhere", "record": "SUN"}}
    manifest = manifests.describe(
        scenario={"name": "made-up", "countries": told}, text="name: made-up\n", rules={}, rules_code="0" * 16,
        overrides={}, seed=1, replicates=(0, 1, 2), citizens=100, months=MONTHS, seconds=0.5,
        theory={"name": "trotsky", "rules": {}},
    )  # fmt: skip
    with writing(folder, axes) as writer:
        for run in range(3):
            writer.put(run, np.stack([values[name][run] for name in VARIABLES], axis=-1)[:, None, :])
        writer.close(manifest)
    return folder


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def printed(*arguments: Any) -> str:
    """What the command prints, which is never wider than a terminal of 80 columns."""
    done = call(*arguments)
    assert done.exit_code == 0, done.output
    assert [line for line in done.stdout.splitlines() if len(line) > WIDE] == []
    return str(done.stdout)


def test_all_lenses_side_by_side(kept: Path) -> None:
    """A ribbon a lens, of one length, and where they disagree."""
    text = printed(kept)
    ribbons = [line for line in text.splitlines() if line[:21].strip() in LENSES and " " not in line[22:].strip()]
    assert [line[:21].strip() for line in ribbons] == list(LENSES)
    assert len({len(line.rstrip()) for line in ribbons}) == 1
    assert "Where they disagree most" in text and "Pair by pair" in text
    assert text == printed(kept, "--lens", "all")


@pytest.mark.parametrize("name", LENSES)
def test_one_lens(kept: Path, name: str) -> None:
    """Spells with their share of runs and the reasons for which they began."""
    text = printed(kept, "--lens", name)
    assert "1917-11" in text and "why" in text and "from the start" in text
    assert lens(name).table().title.split(",")[0] in text


def test_one_lens_says_what_the_readings_say(kept: Path) -> None:
    """By hand: .8 of state property .85 is .68, with .1 of collectives .78 < .85: never socialism."""
    object_ = json.loads(printed_json(kept, "--lens", "official-1936"))
    spells = object_["readings"]["official-1936"]["countries"]["somewhere"]
    assert [spell["label"] for spell in spells] == ["transition-to-socialism", "capitalist-society"]
    assert spells[0]["from"] == "1917-11" and spells[-1]["to"] == "2000-12"
    assert spells[1]["why"] == "state property outside farming fell below 0.5"


def printed_json(*arguments: Any) -> str:
    done = call(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def test_json_holds_all(kept: Path) -> None:
    """One object, with every lens, every pair and no NaN."""
    told = json.loads(printed_json(kept, "--coding", "v-dem"))
    assert set(told["readings"]) == {*LENSES, "v-dem"}
    assert all(told["readings"][name]["unclassified"] == 0.0 for name in LENSES if name != "trotsky")
    assert len(told["disagreement"]["pairs"]) == 8 * 7 // 2
    assert 0.0 < told["disagreement"]["countries"]["somewhere"] < 1.0
    silent = [p for p in told["disagreement"]["pairs"] if p["comparable"] == 0.0]
    assert all(pair["disagree"] is None for pair in silent)


def test_tables_and_figure_are_written(kept: Path, tmp_path: Path) -> None:
    """Spells cover every month of every lens once; the course has a row a month; the figure is a picture."""
    text = printed(kept, "--out", tmp_path / "out", "--coding", "polity")
    rows = list(csv.DictReader((tmp_path / "out" / "spells.csv").open()))
    for name in (*LENSES, "polity"):
        own = [row for row in rows if row["lens"] == name]
        months = [(np.datetime64(row["from"], "M"), np.datetime64(row["to"], "M")) for row in own]
        assert sum(int((last - first).astype(int)) + 1 for first, last in months) == MONTHS
    assert len(list(csv.DictReader((tmp_path / "out" / "disagreement.csv").open()))) == MONTHS
    assert (tmp_path / "out" / "lenses-somewhere.png").read_bytes().startswith(b"\x89PNG")
    assert "lenses-somewhere.png" in text.replace("\n", "")
    printed(kept, "--out", tmp_path / "out")  # again, in place of the first


def axes(first: str = "1917-11", months: int = 50) -> Axes:
    begin = np.datetime64(first, "M")
    return Axes(runs=(0, 1), months=np.arange(begin, begin + months), countries=("here", "there"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_codings(name: str) -> None:
    """Each has something for Russia in 1937, and it is no democracy."""
    found = coding(name, axes("1937-01", 12), {"here": "SUN", "there": None})
    label = found.names[found.labels[0, 0, 0]]
    assert label == next(iter(PUBLISHED[name].labels.values())) or name == "lied"
    assert found.names[found.labels[1, 5, 1]] == NOT_CODED
    assert found.labels.shape == (2, 12, 2)


def test_polity_is_divided_as_its_authors_do() -> None:
    """Britain scores 8 and more from 1880 on: a democracy; the USSR of 1937 -9: an autocracy; 1992 5: between."""
    found = coding("polity", axes("1992-01", 1), {"here": "GBR", "there": "RUS"})
    assert [found.names[code] for code in found.labels[0, 0]] == ["democracy", "anocracy"]


def test_own_coding(tmp_path: Path) -> None:
    """By the country's name or its key; other countries are passed over; a year has one label in all its months."""
    file = tmp_path / "mine.csv"
    file.write_text("label,country,year\nred,here,1918\nwhite,AAA,1919\nred,elsewhere,1918\nred,here,1918\n")
    found = coding(str(file), axes(), {"here": "SUN", "there": "AAA"})
    labels = np.array(found.names)[found.labels[1]]
    assert labels[:, 0].tolist() == [NOT_CODED] * 2 + ["red"] * 12 + [NOT_CODED] * 36
    assert set(labels[14:26, 1]) == {"white"} and set(labels[26:, 1]) == {NOT_CODED}


def test_a_file_is_no_folder_of_a_run(tmp_path: Path) -> None:
    """A file that stands there is not said to be missing; one that is missing is."""
    file = tmp_path / "scenario.yaml"
    file.write_text("schema: 1\n")
    done = call(file)
    assert done.exit_code == 2 and "it is a file, not a folder" in done.stderr and "no such folder" not in done.stderr
    assert "there is no such folder" in call(tmp_path / "none").stderr


BROKEN = {
    "no such file": None,
    "empty": "",
    "no columns": "a,b\n1,2\n",
    "only a head": "country,year,label\n",
    "no year": "country,year,label\nsomewhere,soon,red\n",
    "no label": "country,year,label\nsomewhere,1918,\n",
    "two labels": "country,year,label\nsomewhere,1918,red\nsomewhere,1918,white\n",
    "another country": "country,year,label\nelsewhere,1918,red\n",
    "another time": "country,year,label\nsomewhere,1818,red\n",
    "too few cells": "country,year,label\nsomewhere\n",
    "not text": b"\xff\xfe\x00country",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_codings_are_refused(kept: Path, tmp_path: Path, text: str | bytes | None) -> None:
    """With the file, and the line where there is one; nothing is written."""
    file = tmp_path / "mine.csv"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = call(kept, "--coding", file, "--out", tmp_path / "out")
    assert done.exit_code == 2 and "Traceback" not in done.output
    assert done.stderr.startswith("thermidor: ") and "mine.csv" in done.stderr
    assert not (tmp_path / "out").exists()


REFUSED = {
    "unknown lens": (("--lens", "kornay"), "kornai"),
    "unknown coding": (("--coding", "polty"), "polity"),
    "unknown country": (("--country", "somewere"), "somewhere"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_wrong_names_are_refused(kept: Path, arguments: tuple[str, ...], words: str) -> None:
    """With the nearest name."""
    done = call(kept, *arguments)
    assert done.exit_code == 2 and words in done.stderr


def test_what_is_no_run_is_refused(tmp_path: Path, kept: Path) -> None:
    """A folder that holds no run; and a run's own folder is no place for the tables."""
    assert call(tmp_path).exit_code == 2
    before = sorted(path.name for path in kept.iterdir())
    assert call(kept, "--out", kept).exit_code == 2
    assert sorted(path.name for path in kept.iterdir()) == before


def test_a_run_without_the_variables_is_refused() -> None:
    """A dataset without what a lens reads: the variable is named."""
    series = synthetic(1, 12).drop_vars("planned")
    with pytest.raises(InputError, match="planned"):
        lens("kornai").read(series)


def test_a_lens_that_lacks_a_variable_is_left_out_of_all(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Side by side the others are read, and it is said why one is not; alone it is refused."""
    from thermidor.cli import read

    whole = read._reading

    def without(result: Any, name: str) -> Any:
        if name == "kornai":
            raise InputError("these series have no variable 'planned'")
        return whole(result, name)

    monkeypatch.setattr(read, "_reading", without)
    assert "kornai: these series have no variable 'planned'" in printed(kept)
    assert json.loads(printed_json(kept))["not_read"] == {"kornai": "these series have no variable 'planned'"}
    assert call(kept, "--lens", "kornai").exit_code == 2


def test_the_order_of_lenses_changes_no_pair() -> None:
    """Disagreement is the same whichever reading comes first."""
    series = synthetic(2, 120)
    readings = {name: lens(name).read(series) for name in LENSES}
    one = disagreement(readings)
    other = disagreement(dict(reversed(readings.items())))
    assert np.array_equal(one.course, other.course, equal_nan=True)
    pairs = {frozenset(p[:2]): p[2:] for p in other.pairs}
    assert all(np.array_equal(pairs[frozenset(p[:2])], p[2:], equal_nan=True) for p in one.pairs)
