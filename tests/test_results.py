"""What came out of a sweep, as the terminal shows it: shares, differences, sensitivities, boundaries, and answers."""

from __future__ import annotations

import csv

import pytest

import thermidor as th
import thermidor.experiments.sweep as sweeping
from small_sweeps import DESIGN, write
from thermidor.cli import results
from thermidor.cli import sweep as cli_sweep
from thermidor.errors import InputError
from thermidor.experiments.design import load_design
from thermidor.experiments.plan import plan_of
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
    done = sweep_of(
        tmp_path, ("low: {reached: {variable: room, below: 0.4}}", "low: {reached: {variable: room, below: 0.2}}")
    )
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
    order = "  order: {order: [{variable: room, at_least: 0.65}, {variable: room, below: 0.01}]}"
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


def test_columns_of_one_name_keep_their_own_numbers(tmp_path, capsys):
    done = sweep_of(tmp_path)
    pair = done.members.query("point == 0 and replicate == 0")["norms_end"].tolist()[:2]
    query = ("select b.norms_end, w.norms_end from members b join members w using (point, replicate) "
             "where b.overlay = 'base' and w.overlay = 'silent' and point = 0 and replicate = 0")  # fmt: skip
    results.show(done.folder, query, None)
    assert capsys.readouterr().out.split()[-2:] == [f"{number:.6g}" for number in pair]
    results.show(done.folder, query, None, as_csv=True)
    heads, row = csv.reader(capsys.readouterr().out.splitlines())
    assert heads == ["norms_end", "norms_end"] and [float(cell) for cell in row] == pair and pair[0] != pair[1]


def test_no_number_is_cut_and_what_has_no_room_is_named(tmp_path, capsys):
    done = sweep_of(tmp_path)
    numbers = ", ".join(f"6.31462e-06 * {2 + i} as quite_a_long_heading_{i}" for i in range(8))
    results.show(done.folder, f"select 'a word of so many letters that it is cut' as word, {numbers}", None)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80 and "1.26292e-05" in said
    shown = said.count("e-05") + said.count("e-06")
    assert 0 < shown < 8 and f"and {8 - shown} more columns: quite_a_long_heading_{shown}" in " ".join(said.split())
    assert "a word of so many letters that …" in said and "quite_a_long_he…" in said
    results.show(done.folder, "select * from members", None, as_csv=True)
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert rows[0] == done.table.column_names and len(rows) == 1 + len(done.table)


def test_figures_are_not_drawn_into_the_store(tmp_path, capsys):
    done = sweep_of(tmp_path)
    for place in ("series.zarr", "series.zarr/series/new", "blocks"):
        with pytest.raises(InputError, match="can't be drawn into the store"):
            results.show(done.folder, None, done.folder / place)
    assert th.open_sweep(done.folder).counts == done.counts and not capsys.readouterr().out


def test_the_time_left_goes_by_what_was_done_in_this_session(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(cli_sweep.time, "monotonic", lambda: now[0])
    left = cli_sweep.Left(60.0)
    assert left.seconds(40, 100) == 60.0
    now[0] = 110.0
    assert left.seconds(40, 100) == 50.0 and left.seconds(60, 100) == pytest.approx(20.0)
    now[0] = 120.0
    assert left.seconds(60, 100) == pytest.approx(40.0) and left.seconds(100, 100) == 0.0
    assert left.seconds(0, 7) == 60.0 and cli_sweep.Left(None).seconds(0, 7) is None


def test_a_taken_place_is_refused_before_plan_and_probe(tmp_path, monkeypatch):
    done = sweep_of(tmp_path)
    monkeypatch.setattr(sweeping, "planned", None)
    asked = {"workers": 1, "threads": True, "scheduler": None, "resume": False, "dry_run": False}
    with pytest.raises(InputError, match="kept here already"):
        cli_sweep.carry_out(str(tmp_path / "design.yaml"), done.folder, **asked)


def test_one_of_a_thing_is_one(tmp_path, capsys):
    design = load_design(write(tmp_path, DESIGN.replace("replicates: 3", "replicates: 1")
                               .replace("{set: {first.norms.recall: 1}", "{citizens: 10000")))  # fmt: skip
    cli_sweep.show_plan(plan_of(design, tmp_path), None, 1, None)
    said = capsys.readouterr().out
    assert "1 replicate of each point" in said


SAMPLED = "room: {set: first.room, range: [0.1, 0.7]}\n  fear: {set: first.fear, range: [0.0, 0.1]}\n"


@pytest.mark.parametrize("sampling", ["{method: morris, trajectories: 4}", "{method: sobol, points: 8}"])
def test_sensitivities_are_worked_out_of_the_sweeps_own_points(tmp_path, sampling):
    done = sweep_of(tmp_path, (FACTOR, SAMPLED + f"sampling: {sampling}"), (", where: {room: 0.7}", ""))
    found = dict(effects(done))
    assert {"low", "norms_end", "room_mean"} <= set(found)
    room = found["room_mean"].table.set_index("factor")["effect"]
    room = room if room.index.is_unique else room.groupby(level=0).max()
    assert room["room"] > room["fear"], "room hangs on the room at the start"
    parts = [part for section in what_came_out(done) for part in section.parts]
    shown = [part.caption for part in parts if isinstance(part, Table)]
    agreed = [name for name, each in found.items() if not isinstance(each, str) and not each.agreement.too_little]
    assert "How far replicates agree" in shown
    assert {f"{name}: effects" for name in agreed} <= set(shown), "what replicates agree on is shown"


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
