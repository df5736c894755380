"""What was changed, in words, in every file that is taken away; a figure that holds it; a line that names the lens."""

from __future__ import annotations

import io
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from thermidor.cli.app import app as command
from thermidor.cli.read import LASTING
from thermidor.jit import rules_digest
from thermidor.lab import live
from thermidor.lab.changes import changed, changes, shown, what
from thermidor.lab.choice import Choice, read, scenario
from thermidor.lab.controls import controls
from thermidor.lab.figure import figure
from thermidor.lab.live import Lived
from thermidor.lab.take import FORMATS
from thermidor.rules import load_rules

NAME = "paris-1871"
SIZE = live.Size((2, 2), citizens=60, others=30)
MANY = (
    f"scenario={NAME}&country=paris&set=paris.literacy:0.9&set=france.gdp_per_head:4&set=paris.leader:0.4&seed=3"
    "&without=terror&without=outside&theory=bellicist&lens=kornai"
)
BRANCH = f"scenario={NAME}&set=paris.literacy:0.9&at=1872-06&member=2&then=paris.room:0.2&then_without=terror"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small runs."""
    monkeypatch.setattr(live, "FULL", SIZE)


def lived(choice: Choice) -> Lived:
    """All runs of a choice."""
    found = None
    for first in (0, 2) if not choice.at else (0,):
        found = live.joined(found, choice, SIZE, live.live(choice, SIZE, first, threads=1))
    assert found is not None and found.whole
    return found


def texts(drawn: Any) -> str:
    """All that a figure says outside of its panels, from the top down."""
    every = sorted(drawn.texts, key=lambda text: -text.get_position()[1])
    return " ".join(text.get_text() for text in every if text.get_text()).replace("\n", " ")


def test_changes_in_words() -> None:
    """By the names of sliders, the meaning of mechanisms, the title of a theory; never by a name from the code."""
    choice = read(MANY)
    rules = load_rules()
    assert changes(choice) == (
        "Wealth 4 thousand 2011 $/year in France at Versailles",
        "How far the leader is unchecked by his peers 0.4",
        "Schooling 0.9",
        "without wars, threats, blockade and slumps of trade from outside",
        f"without “{rules['terror'].meaning}”",
        "under the rules of “Coercion follows the threat of war”",
    )
    assert what(choice) == f"{scenario(NAME).title} ({'; '.join(changes(choice))})"
    assert what(choice.base) == scenario(NAME).title
    assert (changes(choice.base), changed(choice.base)) == ((), "nothing")


def test_changes_of_a_branch() -> None:
    """What holds from the start stands before what holds from its month on."""
    meaning = load_rules()["terror"].meaning
    assert changes(read(BRANCH)) == (
        "Schooling 0.9",
        f"futures of run 2 from June 1872 on, Legal room for independent organisation 0.2, without “{meaning}”",
    )
    assert changes(Choice(NAME, at="1872-06")) == ("futures of run 0 from June 1872 on",)


def test_every_slider_and_every_switch_can_be_told() -> None:
    """Each is named as on the page, with the number that stands beside the slider."""
    for name in ("russia-1917", "germany-1933", "world-1913"):
        for at in ("", "1935-01"):
            for one in controls(Choice(name, at=at)):
                key = {"then" if at else "set": {one.key: one.low}}
                told = "; ".join(changes(Choice(name, at=at, **key)))
                assert f"{one.name} {shown(one, one.low)}" in told
                assert one.key not in told and "_" not in told
    for name in load_rules().mechanisms:
        assert "_" not in changed(Choice(without=(name,)))


def test_only_what_is_lived_is_a_change() -> None:
    """A lens, a month and a country that is looked at are none; nor is a seed."""
    assert changed(Choice(NAME, country="france", lens="kornai", month="1872-01", seed=9)) == "nothing"


def test_a_figure_says_what_it_is_of() -> None:
    """Scenario, changes, lens, runs, citizens, seed, version and rules; each whole, however it is wrapped."""
    choice = read(MANY)
    drawn = figure(lived(choice), "paris")
    told = texts(drawn)
    assert told.startswith(f"{scenario(NAME).title} Changed: {'; '.join(changes(choice))}.")
    assert "(kornai) reads these runs" in told
    assert "4 runs of 60 simulated people in Paris and 30 in each other country, seed 3." in told
    assert rules_digest() in told
    assert "no forecast and no endorsement" in told
    plain = texts(figure(lived(choice.base), "france"))
    assert plain.startswith(f"{scenario(NAME).title}: France at Versailles Nothing is changed: the scenario as it is.")


@pytest.mark.parametrize("query", [f"scenario={NAME}&lens=trotsky", MANY, BRANCH])
def test_texts_of_a_figure_fit_and_keep_apart(query: str) -> None:
    """None leaves the sheet, none lies over another or over a panel's frame; panels keep their size."""
    from thermidor.views import overview

    choice = read(query)
    every = tuple(load_rules().mechanisms)[:12]
    choice = choice if choice.at else replace(choice, without=(*choice.without, *every) if choice.without else ())
    drawn = figure(lived(choice), "paris")
    drawn.savefig(io.BytesIO(), format="png")
    wide, tall = drawn.get_size_inches() * drawn.dpi
    boxes = [text.get_window_extent() for text in drawn.texts if text.get_text()]
    assert len(boxes) > 3
    for box in boxes:
        assert 0 < box.x0 < box.x1 < wide * overview.EDGE and 0 < box.y0 < box.y1 < tall
    assert not any(one.overlaps(two) for nth, one in enumerate(boxes) for two in boxes[:nth])
    frames = [ax.get_window_extent() for ax in drawn.axes]
    assert not any(box.overlaps(frame) for box in boxes for frame in frames)
    free = (overview.TOP - overview.BOTTOM) * overview.HIGH - overview.GAP * (len(overview.PANELS) - 1)
    heights = sum(ax.get_position().height for ax in drawn.axes) * tall / drawn.dpi
    assert heights == pytest.approx(free)


def test_every_file_says_what_was_changed() -> None:
    """CSV, Parquet, NetCDF and YAML in their metadata, the pictures in the picture."""
    import pyarrow.parquet
    import xarray as xr

    choice = read(MANY)
    of, told = lived(choice), changed(choice)
    made = {kind: FORMATS[kind].write(of, "paris") for kind in FORMATS}
    assert f"# changed: {told}\n" in made["csv"].decode()
    assert pyarrow.parquet.read_schema(io.BytesIO(made["parquet"])).metadata[b"changed"].decode() == told
    with xr.open_dataset(io.BytesIO(made["netcdf"]), engine="h5netcdf") as found:
        assert found.attrs["changed"] == told
    assert f"# Changed: {told}\n" in made["yaml"].decode()
    assert "Changed: Wealth 4" in made["svg"].decode()
    assert "# changed: nothing\n" in FORMATS["csv"].write(lived(choice.base), "paris").decode()


@pytest.mark.parametrize("query", [MANY, f"{BRANCH}&lens=kornai&country=paris"])
def test_the_line_reads_by_the_lens(query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Carried out as it is printed, it ends with the regimes that the figure shows."""
    monkeypatch.chdir(tmp_path)
    choice = read(query)
    of = lived(choice)
    steps = FORMATS["txt"].write(of, "paris").decode().strip().split(" && ")
    assert steps[-1] == "thermidor read lived --lens kornai --country paris"
    for step in steps[:-1]:
        found = CliRunner().invoke(command, shlex.split(step)[1:])
        assert found.exit_code == 0, found.output
    found = CliRunner().invoke(command, [*shlex.split(steps[-1])[1:], "--format", "json"])
    assert found.exit_code == 0, found.output
    from thermidor.lenses.spells import typical_spells
    from thermidor.runs import open_run

    np.testing.assert_array_equal(np.asarray(open_run(tmp_path / "lived").columns["room"]), of.result.columns["room"])
    spells = json.loads(found.stdout)["readings"]
    assert list(spells) == ["kornai"] and list(spells["kornai"]["countries"]) == ["paris"]
    told = [(one["from"], one["to"], one["label"], one["share"]) for one in spells["kornai"]["countries"]["paris"]]
    typical = typical_spells(of.reading("kornai"), "paris", LASTING)
    assert told == [(str(one.first), str(one.last), one.label, one.share) for one in typical] != []


def test_the_line_names_no_lens_where_it_is_the_chapters_own() -> None:
    assert "&&" not in FORMATS["txt"].plain(read(f"scenario={NAME}")).decode()  # type: ignore[misc]
