"""Why: shares that add up to the total on a real sweep, the points that fit, the check, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from small_sweeps import write
from thermidor.analysis.why import checked_members, why
from thermidor.cli.app import app
from thermidor.errors import InputError
from thermidor.experiments.design import load_design
from thermidor.experiments.outcomes import Condition
from thermidor.scenarios import load_scenario

DESIGN = """
schema: 1
name: groups
title: Two groups
about: Two groups of mechanisms, at the start and at one other point.
base: {scenario: miniature, months: 120, citizens: {first: 80, others: 40}}
replicates: 4
factors:
  measures: {switch: [usurpation], meaning: measures of those in office}
  below: {switch: [repair, tie_growth], meaning: repair from below}
overlays:
  quiet: {why: nothing from outside, without: [outside]}
outcomes:
  outcome: {reached: {variable: moves, at_least: 4}}
"""
LOW = Condition(label=None, variable="norms", below=0.75)
MOVED = Condition(label=None, variable="moves", at_least=4)
"""Measures carried through: without them there are none, whatever else takes norms."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    """The answer for the miniature, with the check."""
    folder = tmp_path_factory.mktemp("why")
    design = load_design(write(folder, DESIGN))
    return why(load_scenario(folder / "miniature.yaml"), MOVED, folder / "out", design=design, workers=2)


def test_contributions_sum_to_the_total_at_every_point(found):
    assert list(found.points) == ["base", "quiet"] and list(found.groups) == ["measures", "below"]
    for name, result in found.points.items():
        rows = found.sweep.members[found.sweep.members["overlay"] == name]
        ends = {on: rows[(rows["x_measures"] == on) & (rows["x_below"] == on)]["outcome"].mean() for on in (0.0, 1.0)}
        assert result.total[0] == pytest.approx(ends[1.0] - ends[0.0]) == pytest.approx(result.table["effect"].sum())
        assert result.none[0] == pytest.approx(ends[0.0])


def test_without_measures_there_are_none_so_that_they_carry_it_all(found):
    rows = found.sweep.members
    assert rows[rows["x_measures"] == 0.0]["outcome"].max() == 0.0
    assert rows[rows["x_measures"] == 1.0]["outcome"].max() == 1.0, "else the test tests nothing"
    base = found.points["base"].table.set_index("factor")
    assert base.loc["measures", "last_out"] == pytest.approx(found.points["base"].total[0])


def test_the_check_lives_the_leading_groups_again(found):
    assert {(check.point, check.group) for check in found.checks} == {
        (point, group) for point in ("base", "quiet") for group in ("measures", "below")
    }
    for check in found.checks:
        assert np.isfinite(check.few).all() and np.isfinite(check.many).all()


def test_points_of_another_scenario_are_left_out_and_named(tmp_path):
    path = write(tmp_path, DESIGN.replace("scenario: miniature,", "scenario: elsewhere,"))
    other = why(load_scenario(tmp_path / "miniature.yaml"), LOW, tmp_path / "out", design=path, by="1922-12",
                replicates=2, check=False)  # fmt: skip
    assert other.dropped == ("quiet",) and list(other.points) == ["base"]
    assert len(other.sweep.plan.months) == 36 and other.sweep.design.replicates == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"switch: [usurpation]": "rule: terror, values: [0, 1]"}, "'measures' is none"),
        ({"switch: [usurpation]": "switch: [rest_years]"}, "can't be switched off"),
    ],
)
def test_a_design_of_anything_but_switches_is_refused(tmp_path, change, said):
    text = DESIGN
    for old, new in change.items():
        text = text.replace(old, new)
    with pytest.raises(InputError, match=said):
        why(
            load_scenario(write(tmp_path, text).parent / "miniature.yaml"),
            LOW,
            tmp_path / "out",
            design=tmp_path / "design.yaml",
        )
    assert not (tmp_path / "out").exists()


def test_a_point_that_is_lived_in_part_is_refused(tmp_path):
    """Shares need all combinations of a point: of some of them they would be numbers without meaning."""
    text = DESIGN.replace("  quiet:", "  part: {why: in part, set: {first.room: 0.3}, where: {measures: 1}}\n  quiet:")
    assert text != DESIGN
    with pytest.raises(InputError, match="'part' is lived at some points only"):
        why(load_scenario(write(tmp_path, text).parent / "miniature.yaml"), LOW, tmp_path / "out",
            design=tmp_path / "design.yaml")  # fmt: skip


def test_a_month_before_the_scenario_is_refused(tmp_path):
    for by, said in (("1900-01", "no month 1900-01"), ("soon", "'soon' is no month")):
        with pytest.raises(InputError, match=said):
            why(load_scenario(write(tmp_path, DESIGN).parent / "miniature.yaml"), LOW, tmp_path / "out",
                design=tmp_path / "design.yaml", by=by)  # fmt: skip


def test_plan_and_cost_are_told_before_anything_is_lived(found, tmp_path):
    """The command says how many members there are, how long they may take, and that a check follows; it draws."""
    assert checked_members(found.sweep.plan) == 4 * (1 + 2 * 3), "the check has as many as it says"
    write(tmp_path, DESIGN.replace("months: 120", "months: 24"))
    wish = ["why", str(tmp_path / "miniature.yaml"), "--outcome", "norms<0.75", "--design"]
    wish += [str(tmp_path / "design.yaml"), "--workers", "1", "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, [*wish, "--no-check"])
    assert told.exit_code == 0, told.output
    before, _, after = told.output.partition("why norms below 0.75")
    assert "32: 4 replicates of each point" in before and "probed" in before and "check" not in before
    assert "all together" in after and max(map(len, told.output.splitlines())) <= 80


def test_the_check_is_announced(found, capsys):
    from thermidor.cli.why import show_cost

    assert show_cost(found.sweep.plan, 2, check=True, resume=True) is None
    assert "then the check: 28 members with 10,000 citizens" in capsys.readouterr().out
