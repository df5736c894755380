"""Designs: what they make of factors, overlays and samples, and one clear refusal for each way of being wrong."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from sweeps import DESIGN, write
from thermidor.errors import InputError
from thermidor.experiments.design import as_data, design_from, json_schema, list_designs, load_design
from thermidor.experiments.sweep import planned
from thermidor.rules import load_rules


def plan(folder, text=DESIGN):
    """The plan of a design over the miniature."""
    return planned(write(folder, text))


def edited(*edits: tuple[str, str]) -> str:
    """The small design with some texts replaced, each of which has to be there."""
    text = DESIGN
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def test_members_are_numbered_by_overlay_point_and_replicate(tmp_path):
    found = plan(tmp_path)
    assert found.members == 3 * (4 + 4 + 1)
    table = found.columns(0, found.members)
    assert table["overlay"].tolist() == ["base"] * 12 + ["silent"] * 12 + ["recalled"] * 3
    assert table["replicate"].tolist() == [0, 1, 2] * 9
    assert table["x_room"][:12].tolist() == pytest.approx(np.repeat([0.1, 0.3, 0.5, 0.7], 3).tolist())
    assert table["x_room"][-3:].tolist() == [0.7] * 3
    assert [found.member(k)[1:] for k in (0, 4, 12, 26)] == [(0, 0), (1, 1), (0, 0), (3, 2)]


def test_a_point_and_an_overlay_are_set_in_the_start(tmp_path):
    found = plan(tmp_path)
    base, silent, recalled = found.cases
    start = found.start(base, 2).resolved(5, 0)
    assert start.conditions["northland"]["room"] == pytest.approx(0.5) and start.outside.any()
    assert not found.start(silent, 2).resolved(5, 0).outside.any()
    assert found.start(recalled, 3).resolved(5, 0).conditions["northland"]["norms.recall"] == 1.0
    assert start.conditions["southland"]["room"] != 0.5, "a factor over the first country reaches no other"


def test_replicates_share_their_draws_over_points_and_overlays(tmp_path):
    found = plan(tmp_path)
    drawn = {
        found.start(c, p).resolved(5, 1).conditions["northland"]["herd"] for c in found.cases[:2] for p in range(4)
    }
    assert len(drawn) == 1
    assert found.start(found.cases[0], 0).resolved(5, 2).conditions["northland"]["herd"] not in drawn


def test_what_goes_along_moves_straight_from_end_to_end(tmp_path):
    text = edited(("steps: 4}", "steps: 3, scale: log, along: {first.fear: [0.1, 0.5]}}"))
    found = plan(tmp_path, text)
    fear = [found.start(found.cases[0], p).resolved(5, 0).conditions["northland"]["fear"] for p in range(3)]
    assert fear == pytest.approx([0.1, 0.3, 0.5])
    assert found.points[1] == pytest.approx((np.sqrt(0.07),))


def test_a_switch_is_on_at_one_and_off_at_nought(tmp_path):
    found = plan(tmp_path, edited(("room: {set: first.room, range: [0.1, 0.7], steps: 4}", "pay: {switch: [terror]}"),
                                  (", where: {room: 0.7}", "")))  # fmt: skip
    on, off = (found.start(found.cases[0], point).rules["terror"][0] for point in (0, 1))
    assert [found.points[0], found.points[1]] == [(1.0,), (0.0,)]
    assert on == load_rules()["terror"].value and off == load_rules()["terror"].off


SAMPLED = "room: {set: first.room, range: [0.1, 0.7]}\n  fear: {set: first.fear, range: [0.01, 1], scale: log}\n"
FACTOR = "room: {set: first.room, range: [0.1, 0.7], steps: 4}"


def sampled(sampling: str) -> str:
    """The small design over two ranges, sampled."""
    return edited((FACTOR, SAMPLED + f"sampling: {sampling}"), (", where: {room: 0.7}", ""))


@pytest.mark.parametrize(
    ("sampling", "points"),
    [
        ("{method: latin-hypercube, points: 7}", 7),
        ("{method: sobol, points: 4}", 4 * 4),
        ("{method: sobol, points: 4, second_order: true}", 4 * 6),
        ("{method: morris, trajectories: 3}", 3 * 3),
    ],
)
def test_samples_lie_in_their_ranges_and_hang_on_their_own_seed_only(tmp_path, sampling, points):
    found = plan(tmp_path, sampled(sampling))
    table = found.points.table(np.arange(points))
    assert len(found.points) == points and table.shape == (points, 2)
    assert (table >= [0.1, 0.01]).all() and (table <= [0.7 + 1e-12, 1 + 1e-12]).all()
    again = plan(tmp_path, sampled(sampling).replace("seed: 5", "seed: 6"))
    assert np.array_equal(again.points.table(np.arange(points)), table)


def test_every_rule_and_every_start_are_factors_within_their_ranges(tmp_path):
    every = "r: {every: rules, within: 0.1}\n  s: {every: starts}\nsampling: {method: morris, trajectories: 2}"
    found = plan(tmp_path, edited((FACTOR, every), (", where: {room: 0.7}", "")))
    names = {factor.name for factor in found.points.factors}
    assert "northland.room" in names and set(load_rules().names) & names
    for factor in found.points.factors:
        if factor.name in load_rules():
            rule = load_rules()[factor.name]
            assert rule.low <= factor.low < factor.high <= rule.high
    place = [factor.name for factor in found.points.factors].index("northland.room")
    for point in range(len(found.points)):
        room = found.start(found.cases[0], point).resolved(5, 0).conditions["northland"]["room"]
        assert room == pytest.approx(found.points[point][place])


def test_a_design_is_the_same_after_writing_and_reading(tmp_path):
    design = load_design(write(tmp_path))
    assert design_from(json.loads(json.dumps(as_data(design)))) == design


def test_shipped_designs_have_a_plan_and_the_schema_knows_their_keys():
    assert set(list_designs()) >= {"isolation-by-development", "norms-ablation", "global-sensitivity", "mechanisms"}
    for name in list_designs():
        found = planned(name)
        assert found.design.name == name and found.members > 0
    assert {"base", "factors", "overlays", "outcomes", "sampling"} <= set(json_schema()["properties"])


MORRIS = "sampling: {method: morris, trajectories: 2}"
BROKEN = {
    "an unknown key": (("replicates: 3", "replicate: 3"), "did you mean 'replicates'"),
    "no outcome": (("outcomes:", "outcomes: {}\nx:"), "unknown key 'x'"),
    "an unknown kind of outcome": (("{value_at: norms}", "{value_of: norms}"), "is no outcome"),
    "an unknown variable": (("{value_at: norms}", "{value_at: normz}"), "did you mean"),
    "an unknown label": (("{label_at: end}", "{reached: bonapartisme}"), "unknown label"),
    "an unknown condition": (("set: first.room", "set: first.rooom"), "did you mean 'room'"),
    "an unknown rule": ((FACTOR, "room: {rule: terorr, values: [0, 1]}"), "did you mean 'terror'"),
    "what can't be switched": ((FACTOR, "room: {switch: [rest_years]}"), "can't be switched off"),
    "a range the wrong way": (("[0.1, 0.7]", "[0.7, 0.1]"), "from a lower number to a higher"),
    "a level out of limits": (("[0.1, 0.7]", "[0.7, 7]"), "overlay 'base', point"),
    "a factor of two kinds": (("set: first.room,", "set: first.room, rule: terror,"), "exactly one of"),
    "steps left out": ((", steps: 4}", "}"), "needs 'steps'"),
    "an overlay of the base's name": (("silent:", "base:"), "the name of the base"),
    "an overlay lived nowhere": (("{room: 0.7}", "{room: 0.6}"), "no point has room = 0.6"),
    "a table's own column": (("  low:", "  status:"), "column of every table"),
    "too many months": (("months: 36", "months: 3600"), "the scenario has 480 months"),
    "a country that is not": (("others: 40", "elsewhere: 40"), "no country 'elsewhere'"),
    "citizens left out": ((", others: 40", ""), "how many citizens has 'southland'"),
    "a path outside": (("miniature.yaml", "../miniature.yaml"), "outside the folder of the design"),
    "an absolute path": (("miniature.yaml", "/etc/passwd.yaml"), "outside the folder of the design"),
    "an unknown series": (("southland.gdp_per_head", "southland.gdp"), "unknown series"),
    "a fraction of replicates": (("replicates: 3", "replicates: 2.5"), "replicates"),
    "no number at all": (("seed: 5", "seed: [5]"), "seed"),
    "a theory that is not": (("base: {", "base: {theory: nobody, "), "theory"),
    "too large a design": (("steps: 4", "steps: 10000"), "design is too large"),
    "samples of fixed levels": ((FACTOR, f"room: {{rule: terror, values: [0, 1]}}\n{MORRIS}"), "fixed levels"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_design_is_refused_with_one_message(tmp_path, name):
    edit, said = BROKEN[name]
    text = edited(edit)
    if name == "too large a design":
        text = text.replace("overlays:", "  fear: {set: first.fear, range: [0, 1], steps: 10000}\noverlays:")
    with pytest.raises(InputError) as refused:
        plan(tmp_path, text)
    assert said in str(refused.value)
    assert "Traceback" not in str(refused.value) and len(str(refused.value)) < 2000
    assert re.match(r"\S+\.yaml:(\d+| overlay )", refused.value.where), refused.value.where
