"""Designs: what they make of factors, overlays and samples, and one clear refusal for each way of being wrong."""

from __future__ import annotations

import copy
import functools
import json
import re

import numpy as np
import pytest

import schemas
from small_sweeps import DESIGN, write
from thermidor.errors import InputError
from thermidor.experiments.design import as_data, design_from, design_path, json_schema, list_designs, load_design
from thermidor.experiments.plan import plan_of
from thermidor.experiments.points import Points, Varied
from thermidor.experiments.sweep import planned
from thermidor.rules import load_rules
from thermidor.scenarios import load_scenario
from thermidor.scenarios.document import parse_document, read_document


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
RECALLED = "  recalled: {why: full recall in one row, set: {first.norms.recall: 1}, where: {room: 0.7}}\n"
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
    assert (table >= [0.1, 0.01]).all() and (table <= [0.7, 1.0]).all()
    again = plan(tmp_path, sampled(sampling).replace("seed: 5", "seed: 6"))
    assert np.array_equal(again.points.table(np.arange(points)), table)


def test_every_rule_and_every_start_are_factors_within_their_ranges(tmp_path):
    every = "r: {every: rules, within: 0.1}\n  s: {every: starts}\nsampling: {method: morris, trajectories: 2}"
    found = plan(tmp_path, edited((FACTOR, every), (RECALLED, "")))
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
        assert complaints(read_document(design_path(name)).data) == []
    assert {"base", "factors", "overlays", "outcomes", "sampling"} <= set(json_schema()["properties"])


@pytest.mark.parametrize(
    "edit",
    [
        (("  room: {set", "  A b: {set")),
        (("set: first.room,", "set: first.room, rule: terror,")),
        (("set: first.room", "set: room")),
        (("[0.1, 0.7]", "[0.1]")),
        (("silent:", "si_lent:")),
        (("{label_at: end}", "{label_at: never}")),
        (("{label_at: end}", "{reached: [storm]}")),
        (("first: 60", "first: 0")),
        (("replicates: 3", "replicate: 3")),
        (("schema: 1", "schema: 2")),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(tmp_path, edit):
    assert complaints(parse_document(DESIGN, "text").data) == []
    assert complaints(parse_document(edited(edit), "text").data)
    with pytest.raises(InputError):
        plan(tmp_path, edited(edit))


def complaints(data):
    """What our JSON Schema has against a design."""
    return list(schemas.complaints(data, json_schema()))


def test_every_rule_can_be_screened_over_its_whole_range(tmp_path):
    """SALib's scaling oversteps an end by the last bit; a rule is refused beyond its range."""
    found = plan(tmp_path, edited((FACTOR, f"r: {{every: rules}}\n{MORRIS}"), (", where: {room: 0.7}", "")))
    low, high = (np.array([getattr(factor, end) for factor in found.points.factors]) for end in ("low", "high"))
    assert (low <= found.points.matrix).all() and (found.points.matrix <= high).all()
    assert all(len(found.start(found.cases[0], point).rules) for point in range(0, len(found.points), 50))


def test_every_start_leaves_out_what_the_base_sets(tmp_path):
    text = edited((FACTOR, f"s: {{every: starts}}\n{MORRIS}"), (RECALLED, ""))
    names = {factor.name for factor in plan(tmp_path, text).points.factors}
    fixed = text.replace("base: {", "base: {set: {first.room: 0.4}, ")
    assert names - {factor.name for factor in plan(tmp_path, fixed).points.factors} == {"northland.room"}


def test_every_rule_leaves_out_what_the_base_sets_or_switches_off(tmp_path):
    text, rules = edited((FACTOR, f"r: {{every: rules}}\n{MORRIS}"), (RECALLED, "")), load_rules()
    years = rules["rest_years"].high
    found = plan(tmp_path, text.replace("base: {", f"base: {{rules: {{rest_years: {years}}}, without: [terror], "))
    assert not {"terror", "rest_years"} & {factor.name for factor in found.points.factors}
    lived = found.start(found.cases[0], 0).rules
    assert lived["rest_years"][0] == years and lived["terror"][0] == rules["terror"].off


def test_values_may_stand_on_a_logarithmic_axis(tmp_path):
    found = plan(tmp_path, edited((FACTOR, "room: {set: first.room, values: [0.07, 0.7], scale: log}")))
    assert found.points.factors[0].log and found.points.factors[0].levels == (0.07, 0.7)


def test_an_overlay_without_the_outside_takes_away_what_the_base_strengthens(tmp_path):
    strong = edited(("base: {", "base: {set: {first.outside.war: 0}, "))
    found = plan(tmp_path, strong)
    base, silent = (found.start(case, 0).resolved(5, 0).outside for case in found.cases[:2])
    assert base.any() and not silent.any()
    with pytest.raises(InputError, match="no outside event 'war'"):
        plan(tmp_path, strong.replace("without: [outside]", "without: [outside], set: {first.outside.war: 1}"))


def test_points_of_many_factors_are_numbered_with_the_last_fastest():
    factors = [Varied(f"f{k}", 0.0, 1.0, None, (), tuple(range(1 + (k > 67)))) for k in range(70)]
    points = Points(tuple(factors))
    assert len(points) == 4 and [points[k][-2:] for k in range(4)] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert np.array_equal(points.table(np.arange(4)), [points[k] for k in range(4)])


@pytest.mark.parametrize("many", [62, 63, 64, 65])
def test_so_many_points_that_they_overflow_are_refused(tmp_path, many):
    names = load_rules().names
    switches = "  ".join(f"s{k}: {{rule: {name}, values: [0, 1]}}\n" for k, name in enumerate(names[:many]))
    steps = "  ".join(f"s{k}: {{rule: {n}, range: [0, 1], steps: 4096}}\n" for k, n in enumerate(names[: many - 58]))
    for factors in (switches, steps):
        with pytest.raises(InputError, match="the design is too large"):
            plan(tmp_path, edited((FACTOR, factors), (", where: {room: 0.7}", "")))


@pytest.mark.parametrize("update", [{"replicates": -3}, {"replicates": 0}, {"seed": 2**70}, {"outcomes": {}}])
def test_a_changed_copy_of_a_design_is_checked_too(update):
    with pytest.raises(InputError, match=next(iter(update))):
        planned(load_design("norms-ablation").model_copy(update=update))


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
    "two factors of one key": (
        (FACTOR, f"{FACTOR}\n  b: {{set: northland.room, values: [0, 1]}}"), "'northland.room' is asked for twice"),
    "a factor along another's key": (
        (FACTOR, f"{FACTOR}\n  b: {{set: first.fear, range: [0, 1], steps: 2, along: {{first.room: [0, 1]}}}}"),
        "asked for twice"),
    "a factor along its own key": (("steps: 4}", "steps: 4, along: {northland.room: [0, 1]}}"), "asked for twice"),
    "a switch of two factors": ((FACTOR, f"{FACTOR}\n  b: {{switch: [terror]}}\n  c: {{switch: [repair, terror]}}"),
                                "'terror' is asked for twice"),
    "a switch and its rule": ((FACTOR, f"{FACTOR}\n  b: {{switch: [terror]}}\n  c: {{rule: terror, values: [0, 1]}}"),
                              "'terror' is asked for twice"),
    "a start beside its factor": (
        (FACTOR, f"room: {{set: first.room, range: [0.1, 0.7]}}\n  b: {{every: starts}}\n{MORRIS}"),
        "'northland.room' is asked for twice"),
    "an overlay over a factor": (("first.norms.recall: 1", "northland.room: 1"), "'northland.room' is asked for twice"),
    "an overlay without a factor's switch": (
        (FACTOR + "\noverlays:\n  silent: {why: nothing from outside, without: [outside",
         FACTOR + "\n  b: {switch: [terror]}\noverlays:\n  silent: {why: nothing from outside, without: [terror"),
        "'terror' is asked for twice"),
    "a base without a factor's switch": (
        ("40}}\nseed: 5\nreplicates: 3\nfactors:",
         "40}, without: [terror]}\nseed: 5\nreplicates: 3\nfactors:\n  b: {switch: [terror]}"),
        "'terror' is asked for twice"),
    "one key spelt twice": (("{first.norms.recall: 1}", "{first.norms.recall: 1, northland.norms.recall: 0}"),
                            "'northland.norms.recall' is asked for twice"),
    "a country named twice": (("others: 40", "northland: 50, others: 40"), "citizens of 'northland' are given twice"),
    "a name that every has": (
        (FACTOR, f"terror: {{set: first.room, range: [0.1, 0.7]}}\n  b: {{every: rules}}\n{MORRIS}"),
        "two factors 'terror'"),
    "nothing outside, which a factor varies": (
        (FACTOR, f"{FACTOR}\n  b: {{set: first.outside.hostility, values: [0, 1]}}"), "no outside event 'hostility'"),
    "no rule within": ((FACTOR, f"r: {{every: rules, within: 1.0e-18}}\n{MORRIS}"), "needs factors"),
    "values with steps": ((FACTOR, "room: {set: first.room, values: [0, 1], steps: 2}"), "nothing without a 'range'"),
    "values by their logarithm": ((FACTOR, "room: {set: first.room, values: [0, 1], scale: log}"), "lie above 0"),
    "values with along": ((FACTOR, "room: {set: first.room, values: [0, 1], along: {first.fear: [0, 1]}}"),
                          "nothing without a 'range'"),
    "an overlay over a rule of every": (
        (FACTOR + "\noverlays:\n  silent: {why: nothing from outside, without: [outside",
         f"r: {{every: rules}}\n{MORRIS}\noverlays:\n  silent: {{why: no terror, without: [terror"),
        "vary the others one by one"),
    "within beside set": (("steps: 4", "steps: 4, within: 0.1"), "it does nothing beside 'set'"),
    "within beyond": ((FACTOR, f"r: {{every: rules, within: 11}}\n{MORRIS}"), "at most 10"),
    "steps of a sample": ((FACTOR, f"{FACTOR}\n{MORRIS}"), "only sampling 'full' cuts a range into steps"),
    "levels of a hypercube": ((FACTOR, SAMPLED + "sampling: {method: latin-hypercube, points: 4, levels: 4}"),
                              "has no 'levels'"),
    "second order of a hypercube": (
        (FACTOR, SAMPLED + "sampling: {method: latin-hypercube, points: 4, second_order: true}"), "no 'second_order'"),
    "odd levels": ((FACTOR, SAMPLED + "sampling: {method: morris, trajectories: 2, levels: 5}"), "multiple of 2"),
    "one trajectory": ((FACTOR, SAMPLED + "sampling: {method: morris, trajectories: 1}"), "greater than or equal to 2"),
    "one base row": ((FACTOR, SAMPLED + "sampling: {method: sobol, points: 1}"), "greater than or equal to 2"),
    "a switch of nothing": ((FACTOR, "room: {switch: []}"), "it must not be empty"),
    "three ends": (("[0.1, 0.7]", "[0.1, 0.4, 0.7]"), "a list of two is expected"),
    "one end": (("[0.1, 0.7]", "[0.1]"), "a list of two is expected"),
    "no list": (("[0.1, 0.7]", "0.1"), "a list is expected"),
    "a factor that is none": ((FACTOR, "room: first.room"), "a mapping of keys to values"),
    "citizens in words": (("first: 60", "first: many"), "a whole number from 1 to 10,000,000,000"),
    "half a citizen": (("{first: 60, others: 40}", "0.5"), "a whole number from 1 to 10,000,000,000"),
    "a name with a blank": (("  room: {set", "  A b: {set"), "small letters, digits and underscores"),
    "a name of an overlay": (("silent:", "si_lent:"), "the name 'si_lent' is refused"),
    "a condition without its country": (("set: first.room", "set: room"), "COUNTRY.KEY"),
    "a condition without a key": (("set: first.room", "set: 'first.'"), "COUNTRY.KEY"),
    "no condition": (("set: first.room", "set: ''"), "COUNTRY.KEY"),
    "no text": (("set: first.room", "rule: ''"), "it must not be empty"),
    "a month in words": (("{label_at: end}", "{label_at: 1917}"), "such as 1917-11"),
    "an unknown key of a condition": (("variable: room, below: 0.4}}\n  low:", "varable: room, below: 0.4}}\n  low:"),
                                      "did you mean 'variable'"),
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
    if ", where: {room: 0.7}" in text and ("sampling" in text or "{switch: []}" in text or "rule: ''" in text):
        text = text.replace(", where: {room: 0.7}", "")
    if name == "too large a design":
        text = text.replace("overlays:", "  fear: {set: first.fear, range: [0, 1], steps: 10000}\noverlays:")
    with pytest.raises(InputError) as refused:
        plan(tmp_path, text)
    assert said in str(refused.value)
    assert "Traceback" not in str(refused.value) and len(str(refused.value)) < 2000
    assert re.match(r"\S+\.yaml:(\d+| overlay )", refused.value.where), refused.value.where
    assert not PYDANTIC.search(str(refused.value)), str(refused.value)


PYDANTIC = re.compile(
    r"constrained|function-|Tuple|Dictionary|String|Input|[vV]alid |instance|pattern|'{3}|None|the file' can"
)
ODD = [
    "null",
    "true",
    "''",
    "x",
    "3",
    "-1",
    "2.5",
    "1.0e+300",
    "[]",
    "[1]",
    "[1, 2, 3]",
    "[x, [y]]",
    "{}",
    "{a b: 1}",
    "{x: {y: 1}}",
]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stands_at_a_key_is_refused_in_our_words(tmp_path, odd):
    """Every value of the small design and of a sampling is replaced by something odd."""
    whole = sampled("{method: morris, trajectories: 2, levels: 4, seed: 1}")
    data, odd = parse_document(whole, "design.yaml").data, parse_document(f"x: {odd}", "text").data["x"]
    write(tmp_path)
    scenario = load_scenario(tmp_path / "miniature.yaml")

    def each(part, path=()):
        yield from ((*path, key) for key in part)
        for key in (key for key in part if isinstance(part[key], dict)):
            yield from each(part[key], (*path, key))

    for path in each(data):
        broken = copy.deepcopy(data)
        functools.reduce(dict.__getitem__, path[:-1], broken)[path[-1]] = odd
        try:
            plan_of(design_from(broken, kept=False), scenario=scenario)
        except InputError as error:
            assert not PYDANTIC.search(str(error)), f"{path}: {error}"


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        ((", steps: 4}", "}"), "  room:"),
        (("silent:", "base:"), "  base:"),
        (("  low:", "  status:"), "  status:"),
        (("[0.1, 0.7]", "[0.7, 0.1]"), "  room:"),
    ],
)
def test_what_is_wrong_with_a_part_is_placed_at_its_line(tmp_path, edit, line):
    text = edited(edit)
    with pytest.raises(InputError) as refused:
        plan(tmp_path, text)
    number = int(re.search(r"yaml:(\d+)", refused.value.where)[1])
    assert text.splitlines()[number - 1].startswith(line), str(refused.value)
