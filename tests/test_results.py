"""What came out of a sweep, as the terminal shows it: shares, differences, sensitivities, boundaries, and answers."""

from __future__ import annotations

import pytest

import thermidor as th
from sweeps import DESIGN, write
from thermidor.cli import results
from thermidor.reports.effects import boundaries, effects
from thermidor.reports.report_sweep import what_came_out

FACTOR = "room: {set: first.room, range: [0.1, 0.7], steps: 4}"


def sweep_of(folder, *edits):
    """A sweep of the small design, some texts of it replaced."""
    text = DESIGN
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return th.sweep(write(folder, text), folder / "out", workers=2)


def test_the_terminal_shows_shares_and_paired_differences_in_80_columns(tmp_path, capsys):
    done = sweep_of(tmp_path)
    results.show(done.folder, None, tmp_path / "figures")
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "27: 27 done, 0 failed" in said and "Overlay minus base" in said
    row = [line for line in said.splitlines() if line.startswith("norms_end") and "silent" in line][-1].split()
    members = done.members
    paired = members[members["overlay"] == "silent"]["norms_end"].to_numpy() - members[:12]["norms_end"].to_numpy()
    assert float(row[2]) == pytest.approx(paired.mean(), rel=0.01) and row[-2] == "12"
    assert list((tmp_path / "figures").glob("small-*.png"))


def test_an_answer_is_a_table(tmp_path, capsys):
    done = sweep_of(tmp_path)
    results.show(done.folder, "select overlay, count(*) as n from members group by 1 order by 1", None)
    lines = capsys.readouterr().out.split()
    assert lines[-6:] == ["base", "12", "recalled", "3", "silent", "12"]


SAMPLED = "room: {set: first.room, range: [0.1, 0.7]}\n  fear: {set: first.fear, range: [0.0, 0.9]}\n"


@pytest.mark.parametrize("sampling", ["{method: morris, trajectories: 4}", "{method: sobol, points: 8}"])
def test_sensitivities_are_worked_out_of_the_sweeps_own_points(tmp_path, sampling):
    done = sweep_of(tmp_path, (FACTOR, SAMPLED + f"sampling: {sampling}"), (", where: {room: 0.7}", ""))
    found = dict(effects(done))
    assert {"low", "norms_end", "room_mean"} <= set(found)
    room = found["room_mean"].table.set_index("factor")["effect"]
    room = room if room.index.is_unique else room.groupby(level=0).max()
    assert room["room"] > 2.0 * room["fear"], "room hangs on the room at the start"
    assert any("effects" in part.caption for section in what_came_out(done) for part in section.parts)


def test_the_boundary_lies_where_half_are_low(tmp_path):
    plane = FACTOR.replace("steps: 4", "steps: 8") + "\n  fear: {set: first.fear, range: [0.0, 0.9], steps: 2}"
    swapped = "fear: {set: first.fear, range: [0.0, 0.9], steps: 2}\n  " + FACTOR.replace("steps: 4", "steps: 8")
    assert plane != swapped
    done = sweep_of(tmp_path, (FACTOR, swapped), (", where: {room: 0.7}", ", where: {fear: 0.9}"),
                    ("  low: {reached: {variable: room, below: 0.4}}",
                     "  low: {reached: {variable: room, below: 0.4}, to: 1920-01}"))  # fmt: skip
    base, *_, recalled = boundaries(done)
    assert base.outcome == "low" and len(base.table) == 2 and len(recalled.table) == 1
    assert base.table["level"].between(0.3, 0.55).all(), base.table
    assert (base.table["low"] <= base.table["level"]).all() and (base.table["level"] <= base.table["high"]).all()
