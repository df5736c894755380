"""What came out of a sweep, as the terminal shows it: shares, differences, sensitivities, boundaries, and answers."""

from __future__ import annotations

import pytest

import thermidor as th
from sweeps import DESIGN, write
from thermidor.cli import results
from thermidor.reports import sweep_words
from thermidor.reports.effects import boundaries, effects
from thermidor.reports.report_sweep import what_came_out
from thermidor.views.report import Table

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
    assert float(row[2]) == pytest.approx(paired.mean(), rel=0.01) and row[-1] == "12"
    assert list((tmp_path / "figures").glob("small-*.png"))


def tables_of(done):
    """The tables of what came out by the beginning of their caption, rows as dictionaries."""
    parts = [part for section in what_came_out(done) for part in section.parts]
    return {part.caption: [dict(zip(part.columns, row, strict=True)) for row in part.rows] for part in parts}


def test_an_overlay_stands_beside_the_base_on_its_own_points(tmp_path):
    done = sweep_of(tmp_path)
    groups = sweep_words.groups(done, done.members)
    assert list(groups) == ["base", "silent", "base, room=0.7", "recalled"]
    own = done.members.query("overlay == 'base' and x_room > 0.69")
    assert groups["base, room=0.7"]["member"].tolist() == own["member"].tolist() and len(own) == 3
    assert sweep_words.beside(done, "recalled") == "base, room=0.7" and sweep_words.beside(done, "silent") == "base"
    found = tables_of(done)
    for caption in ("Shares of members", "end: shares of labels", "Measured numbers"):
        assert "base, room=0.7" in {row["overlay"] for row in found[caption]}, caption
    row = next(row for row in found["Shares of members"] if row["overlay"] == "base, room=0.7")
    assert row["share"] == f"{own['low'].mean():.0%}" and row["members"] == "3"
    whole = next(row for row in found["Shares of members"] if row["overlay"] == "base")
    assert whole["95%"] == "-", "three replicates at four points are no twelve members"


def test_never_is_told_and_counts_as_the_end(tmp_path):
    done = sweep_of(tmp_path, ("replicates: 3", "replicates: 10"), ("below: 0.4", "below: 0.3"))
    found, table = tables_of(done), done.members
    assert sweep_words.never(done, "low_at") == pytest.approx(1923.0) and sweep_words.never(done, "norms_end") is None
    dates = table["low_at"].isna().groupby(table["overlay"]).mean()
    assert 0.05 < dates["base"] < 0.95, "some never, some sometime"
    base = next(row for row in found["Measured numbers"] if row["outcome"] == "low_at" and row["overlay"] == "base")
    assert base["95%"] == "never" and base["members"] == "40"
    row = next(row for row in found["Overlay minus base"] if row["outcome"] == "low_at" and row["overlay"] == "silent")
    filled = table["low_at"].fillna(1923.0).to_numpy()
    by_hand = (filled[table["overlay"] == "silent"] - filled[table["overlay"] == "base"]).mean()
    assert float(row["difference"]) == pytest.approx(by_hand, rel=0.01, abs=1e-9) and row["pairs"] == "40"


def test_spells_have_a_table_of_their_own(tmp_path):
    spell = "  full: {duration: {variable: room, at_least: 0.3}}"
    done = sweep_of(tmp_path, ("replicates: 3", "replicates: 12"), (FACTOR, "room: {set: first.room, values: [0.4]}"),
                    (", where: {room: 0.7}", ""), ("  end:", f"{spell}\n  end:"))  # fmt: skip
    found = tables_of(done)
    assert not any(row["outcome"] == "full" for row in found["Overlay minus base"] + found["Measured numbers"])
    rows = {row["overlay"]: row for row in found["full: how long the first spell lasts, years"]}
    assert list(rows) == ["base", "silent", "recalled"]
    base = done.members[done.members["overlay"] == "base"]
    assert rows["base"]["had it"] == f"{base['full'].notna().sum()} of 12"
    assert rows["base"].get("cut", "") == (str(cut) if (cut := int((base["full_ended"] == 0).sum())) else "")
    assert not rows["base"].get("p", "")


def test_an_order_tells_of_those_that_saw_neither(tmp_path):
    order = "  order: {order: [{variable: room, below: 0.3}, {variable: room, below: 0.1}]}"
    done = sweep_of(tmp_path, ("  end:", f"{order}\n  end:"))
    base = done.members[done.members["overlay"] == "base"]
    assert 0 < base["order"].isna().sum() < 12
    row = next(r for r in tables_of(done)["Shares of members"] if (r["outcome"], r["overlay"]) == ("order", "base"))
    assert row["neither"] == str(base["order"].isna().sum()) and row["members"] == str(base["order"].notna().sum())
    assert "left out" not in row, "nothing failed"


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
    parts = [part for section in what_came_out(done) for part in section.parts]
    assert any("effects" in part.caption for part in parts if isinstance(part, Table))


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
