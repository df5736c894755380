"""The gallery: sentences on label sequences written by hand, verdicts, chance, contrasts, and refused files."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from small import MINIATURE
from thermidor.cli.app import app
from thermidor.cli.gallery import report
from thermidor.country import VARIABLES
from thermidor.errors import InputError, Interrupted, RunError
from thermidor.gallery import contrasts, judge, rows
from thermidor.gallery.live import Ask, live
from thermidor.gallery.measure import measured
from thermidor.gallery.predicates import KINDS, Lived, holds, parse_state
from thermidor.gallery.read import Source, sentence
from thermidor.gallery.rows import Start, load_rows
from thermidor.gallery.starts import lengthened, read_draws, rule_draws, scenario_of, widened
from thermidor.gallery.work import Found, Wish, chosen, gallery, under
from thermidor.gallery.write import write
from thermidor.lenses.trotsky import table
from thermidor.scenarios import load_scenario, resolve
from thermidor.scenarios.document import parse_document

ROOT = Path(__file__).parent.parent
FAMILIES = {"command": ("bonapartism-classic", "bonapartism-military", "bonapartism-anaemic")}
NAMES = table().names
SHIPPED = {row.id: row for row in rows.shipped()}


def lived(*members: Sequence[tuple[str, float]], **values: object) -> Lived:
    """Members written as spells (label, years) of the first country; values: [month] or [run, month], or one number."""
    codes = np.stack([np.repeat([NAMES.index(n) for n, _ in m], [round(12 * y) for _, y in m]) for m in members])
    shape = (*codes.shape, 1)
    every = {n: np.broadcast_to(np.asarray(v, float), codes.shape).reshape(shape) for n, v in values.items()}
    return Lived(codes.astype(np.int8).reshape(shape), NAMES, every, np.zeros(len(codes), bool))


def said(text: str, years: float = 10.0):
    """A sentence as it stands in a file."""
    document = parse_document(f"s: {text}", "here")
    return sentence(Source(document, FAMILIES, NAMES), ("s",), years, ("one", "two"))


def true(text: str, *members: Sequence[tuple[str, float]], years: float = 10.0, **values: object) -> list[bool]:
    """Of which members a sentence is true."""
    return holds([said(text, years)], lived(*members, **values)).tolist()


A, B, C = "bonapartism-anaemic", "bourgeois-democracy", "fascism"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{starts: fascism}", [True, False, False]),
        ("{starts: not fascism}", [False, True, True]),
        ("{ends: bourgeois-democracy}", [True, False, False]),
        ("{ends: fascism or command}", [False, True, True]),
        ("{reached: bourgeois-democracy}", [True, True, False]),
        ("{reached: bourgeois-democracy, by: 1}", [False, True, False]),
        ("{reached: fascism, from: 2}", [True, True, True]),
        ("{reached: fascism, lasting: 4}", [False, True, True]),
        ("{reached: fascism, lasting: 4.5}", [False, False, True]),
        ("{never: fascism}", [False, False, False]),
        ("{never: fascism, from: 3}", [True, False, False]),
        ("{share: fascism, at_least: 0.8}", [False, True, True]),
        ("{share: fascism, below: 0.8}", [True, False, False]),
        ("{share: fascism, at_least: 0.7, below: 0.85}", [False, True, False]),
        ("{order: [fascism, bourgeois-democracy]}", [True, False, False]),
        ("{order: [bourgeois-democracy, fascism]}", [False, True, False]),
        ("{order: [bourgeois-democracy, fascism], within: 0.5}", [False, False, False]),
        ("{order: [bourgeois-democracy, fascism], within: 1}", [False, True, False]),
        ("{any: [{ends: bonapartism-anaemic}, {starts: fascism}]}", [True, False, True]),
        ("{all: [{ends: command}, {starts: command}]}", [False, False, True]),
        ("{reached: fascism, in: two}", [False, False, False]),
    ],
)
def test_sentences_about_labels(text: str, expected: list[bool]) -> None:
    """Three members: fascism then democracy; democracy then fascism; between two commands."""
    members = ([(C, 3), (B, 2)], [(B, 1), (C, 4)], [(A, 0.25), (C, 4.5), (A, 0.25)])
    assert true(text, *members, years=5) == expected


def test_switches_count_changes_inside_a_family() -> None:
    """What lies between two labels of the family is passed over; coming back to the same label is no change."""
    classic, military = "bonapartism-classic", "bonapartism-military"
    members = ([(classic, 2), (military, 2), (classic, 1)], [(classic, 2), (B, 2), (classic, 1)],
               [(classic, 2), (B, 2), (military, 1)])  # fmt: skip
    assert true("{switches: command, at_least: 1}", *members, years=5) == [True, False, True]
    assert true("{switches: command, at_least: 2}", *members, years=5) == [True, False, False]


def test_sentences_about_variables() -> None:
    """Levels, changes and growth; a window of years; terms joined."""
    months = np.arange(60)
    falling, growing = 1.0 - months / 60.0, np.exp(0.03 * months / 12.0)
    member = [(B, 5)]
    assert true("{reached: norms below 0.5}", member, years=5, norms=falling) == [True]
    assert true("{reached: norms below 0.5, by: 2}", member, years=5, norms=falling) == [False]
    between = "{reached: norms at least 0.3 and norms below 0.5, lasting: LONG}"
    assert true(between.replace("LONG", "1"), member, years=5, norms=falling) == [True]
    assert true(between.replace("LONG", "1.1"), member, years=5, norms=falling) == [False]
    assert true("{change: norms, below: -0.7}", member, years=5, norms=falling) == [True]
    assert true("{change: norms, below: -0.9}", member, years=5, norms=falling) == [False]
    assert true("{grows: gdp_per_head, at_least: 0.029}", member, years=5, gdp_per_head=growing) == [True]
    assert true("{grows: gdp_per_head, at_least: 0.031}", member, years=5, gdp_per_head=growing) == [False]
    neither = "{share: not bourgeois-democracy or norms below 0.5, below: 0.1}"
    assert true(neither, member, years=5, norms=falling) == [True]
    assert true("{reached: norms at least 0}", member, years=5, norms=np.nan) == [False], "no number is in no state"


def test_more_compares_with_the_median_of_another_row() -> None:
    """A mean above the other's median; without the other nothing is said to be so."""
    asked = said("{more: norms, than: S15}")
    found = lived([(B, 10)], [(B, 10)], norms=np.array([[0.2], [0.6]]) * np.ones((1, 120)))
    assert holds([asked], found, {asked: 0.4}).tolist() == [False, True]
    assert holds([asked], found).tolist() == [False, False]


def test_nothing_is_true_of_a_member_that_failed() -> None:
    """Not even what it never did."""
    found = lived([(B, 10)], [(B, 10)])
    failed = Lived(found.labels, found.names, found.values, np.array([False, True]))
    assert holds([said("{never: fascism}")], failed).tolist() == [True, False]


def test_every_kind_of_sentence_is_in_the_documentation() -> None:
    """The table of docs/gallery.md has each of them, with its meaning."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert f"`{name}" in page, name
        assert kind.meaning.split(" (")[0].removesuffix(" is at least, or below") in page, name


# Tightness: each of these members comes close, and must not count.


def counts(row: str, *members: Sequence[tuple[str, float]], **values: object) -> list[bool]:
    """Of which members a row with one part is true."""
    own = SHIPPED[row]
    return holds(own.parts[0].sentences, lived(*members, **values)).tolist()


def test_s02_neither_at_its_start_nor_without_property() -> None:
    """Councils rule from the first month, or property never passes: not what is expected."""
    kerensky, councils = "dual-power", "workers-democracy"
    expected, at_once = [(kerensky, 0.75), (councils, 3.25)], [(councils, 4)]
    passes = np.where(np.arange(48) < 15, 0.1, 0.6)
    assert counts("S02", expected, at_once, state_property=passes) == [True, False]
    assert counts("S02", expected, state_property=0.1) == [False]
    assert counts("S02", [(kerensky, 2), (councils, 2)], state_property=passes) == [False], "too late"
    long_after = np.where(np.arange(48) < 40, 0.1, 0.6)
    assert counts("S02", expected, state_property=long_after) == [False]


def test_s20_without_a_council_spell_after_the_first_year() -> None:
    """A republic after a short rule of councils in the second year does not count."""
    expected = [("dual-power", 0.75), (B, 5.25)]
    spell = [("dual-power", 0.75), (B, 0.75), ("workers-democracy", 0.5), (B, 4)]
    no_dual = [(B, 6)]
    assert counts("S20", expected, spell, no_dual) == [True, False, False]


def test_s14_without_fascism_over_twenty_years() -> None:
    """Forms and switches, but a spell of fascism; or forms without a switch."""
    classic, military = "bonapartism-classic", "bonapartism-military"
    expected = [(classic, 6), (military, 6), (classic, 4), (B, 4)]
    fascist = [(classic, 6), (military, 6), (classic, 4), (C, 4)]
    still = [(classic, 20)]
    late = [(classic, 6), (military, 6), (classic, 4), (B, 3.75), (C, 0.25)]
    assert counts("S14", expected, fascist, still, late) == [True, False, False, False]


def test_s17_from_state_property_to_both_ends() -> None:
    """It holds only where both ends come, of members that start in state property."""
    regime, workers = "proletarian-bonapartism", "workers-democracy"
    property_ = np.repeat(np.array([[0.9], [0.9], [0.9]]), 240, axis=1)
    property_[0, 60:] = 0.2
    both = lived(
        [(regime, 5), (B, 15)], [(regime, 5), (workers, 15)], [(regime, 20)], state_property=property_, breaks=0.0
    )
    assert [round(part.share, 2) for part in judge.judged(SHIPPED["S17"], both).parts] == [0.33, 0.33]
    only = lived(*[[(regime, 5), (B, 15)]] * 100, state_property=property_[0], breaks=0.0)
    assert judge.judged(SHIPPED["S17"], only).verdict == "fails"
    private = lived(*[[(B, 20)]] * 100, state_property=0.1, breaks=0.0)
    assert [part.share for part in judge.judged(SHIPPED["S17"], private).parts] == [0.0, 0.0]


def test_the_unbroken_run_asks_for_the_crisis_among_those_with_state_property() -> None:
    """The second part is a share of the members of the first."""
    regime = "proletarian-bonapartism"
    spells = [("absolutism", 5), (regime, 65), (B, 18)]
    never = [("absolutism", 5), (B, 83)]
    early = [("absolutism", 5), (regime, 40), (B, 43)]
    property_ = np.full((3, 1056), 0.1)
    property_[0, 60:840] = property_[2, 60:540] = 0.9
    parts = judge.judged(SHIPPED["unbroken"], lived(spells, never, early, state_property=property_)).parts
    assert [(part.share, part.members) for part in parts] == [(pytest.approx(2 / 3), 3), (0.5, 2)]


# Verdicts and chance.


@pytest.mark.parametrize(
    ("came", "of", "bar", "expected"),
    [(115, 200, 0.5, "holds"), (113, 200, 0.5, "partly"), (67, 200, 0.5, "partly"), (66, 200, 0.5, "fails"),
     (20, 200, 0.05, "holds"), (12, 200, 0.05, "partly"), (6, 200, 0.05, "fails"), (0, 0, 0.5, "fails")],
)  # fmt: skip
def test_verdicts(came: int, of: int, bar: float, expected: str) -> None:
    """Holds by the lower end of the interval, partly from two thirds of the bar on."""
    assert judge.verdict([judge.share("", np.arange(of) < came, bar)]) == expected


def test_a_row_is_as_good_as_its_worst_part() -> None:
    """Both ends have to come."""
    good, bad = judge.share("", np.ones(100, bool), 0.5), judge.share("", np.zeros(100, bool), 0.5)
    assert judge.verdict([good, bad]) == "fails"


def test_counts_take_together_what_moves_together() -> None:
    """The three Bonapartes are three rows and one claim, S21a and S21b one row; the unbroken run is not counted."""
    found = [
        judge.Judged(row, (), (), "fails" if row.id in ("S10", "S21b") else "holds", (), 0.0) for row in rows.shipped()
    ]
    told = judge.counted(found)
    assert told["passage rows"] == {"holds": 13, "partly": 0, "fails": 2, "missing": 0, "of": 15}
    assert told["passage claims"] == {"holds": 11, "partly": 0, "fails": 2, "missing": 0, "of": 13}
    assert told["staying rows"]["of"] == 6 and told["score"] == 11 + 6 / 4 and told["score of"] == 13 + 6 / 4


def test_expectations_dealt_by_chance() -> None:
    """Where each fits its own scenario only, one is met on average; where all fit all, all are."""
    told = judge.permuted(np.eye(20, dtype=bool))
    assert told["own"] == 20 and told["mean"] == pytest.approx(1.0, abs=0.06) and told["p95"] == 3
    assert judge.permuted(np.ones((6, 6), bool))["mean"] == 6
    half = np.zeros((10, 10), bool)
    half[:, :5] = True
    assert judge.permuted(half) == {"mean": 5.0, "p95": 5.0, "most": 5.0, "own": 5.0, "times": 5000.0}


def test_an_expectation_that_most_meet_is_empty() -> None:
    """Its own scenario does not count."""
    held = np.eye(5, dtype=bool)
    held[1] = [True, True, True, False, True]
    held[2] = [True, False, True, True, False]
    assert judge.empty("abcde", held) == ("b",)


def test_difficulty_is_by_draw() -> None:
    """A draw counts where most of its replicates do; a rare end needs one in twenty."""
    row, end = SHIPPED["S22"], [("bourgeois-democracy", 5)]
    members = [end, end, [(C, 5)], [(C, 5)], [(C, 5)], end]
    held, least = judge.held_by_draw(row, lived(*members), 3, [{}, {}])
    assert held.tolist() == [True, False] and least == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("came", "of", "verdict", "expected"),
    [(0, 500, "holds", "tuned"), (0, 500, "partly", "tuned"), (0, 500, "fails", ""), (1, 500, "holds", ""),
     (0, 300, "holds", ""), (0, 3, "holds", ""), (500, 500, "fails", "tests the start"), (3, 3, "holds", ""),
     (440, 500, "holds", ""), (445, 500, "holds", "tests the start"), (250, 500, "holds", "")],
)  # fmt: skip
def test_flags_say_what_is_sure(came: int, of: int, verdict: str, expected: str) -> None:
    """All of the interval lies beyond, however few draws; what fails was not tuned to hold."""
    hard = judge.share("difficulty", np.arange(of) < came, 0.0)
    assert judge.Judged(SHIPPED["S01"], (), (), verdict, (), 0.0, difficulty=hard).flag == expected


# Starts and draws.


def test_assumed_starts_are_drawn_widely() -> None:
    """40% to either side within the limits; wider ranges stay, as do sourced values and those that say why."""
    scenario = load_scenario(MINIATURE)
    country = scenario.countries["northland"]
    literacy = country.start["literacy"].model_copy(update={"note": "range: a census"})
    start = {**country.start, "literacy": literacy}
    changed = scenario.model_copy(update={"countries": {"northland": country.model_copy(update={"start": start})}})
    wide = widened(changed, 0.4).countries["northland"]
    assert wide.start["organisation"].range == pytest.approx((0.36, 0.84))
    assert wide.start["norms.recall"].range == pytest.approx((0.54, 1.0))
    assert wide.start["literacy"].range == (0.3, 0.4)
    assert wide.start["population"].range is None
    for name, own in wide.organisations.items():
        assert own.members.range is None or own.members.range[0] <= country.organisations[name].members.range[0]
    assert widened(changed, 0.0) is changed


def test_a_scenario_is_lived_as_long_as_is_asked() -> None:
    """Beyond its end paths run on flat; before it later wars are cut; both can be resolved."""
    scenario = load_scenario(MINIATURE)
    assert resolve(lengthened(scenario, 600), 1, 0).months == 600
    assert resolve(lengthened(scenario, 6), 1, 0).months == 6


def test_shifts_keep_the_sum() -> None:
    """What one class loses another gains, and settings come after."""
    start = Start(str(MINIATURE), {"first.room": 0.3}, (("first.classes.peasant", "first.classes.worker", 0.5),))
    given = scenario_of(start, 24, 0.0).countries["northland"].start
    assert given["classes.peasant"].value == pytest.approx(0.35)
    assert given["classes.worker"].value == pytest.approx(0.55)
    assert given["room"].value == 0.3
    with pytest.raises(InputError, match="can't be shifted"):
        scenario_of(Start(str(MINIATURE), {}, (("first.classes.nobody", "first.classes.worker", 0.5),)), 24)


def test_draws_of_rules_are_keyed_by_their_names() -> None:
    """Each in its range; a theory's rules stay and change no other's draw."""
    from thermidor.rules import load_rules

    draws = rule_draws(3, 1)
    name = load_rules().names[0]
    fixed = rule_draws(3, 1, {name: load_rules()[name].value})
    own = {name: rule for name, rule in load_rules().items() if not rule.rival}
    assert all(set(draws[k]) == set(own) for k in range(3)), "what belongs to a rival theory is not drawn"
    assert all(rule.low <= draws[k][n] <= rule.high for k in range(3) for n, rule in own.items())
    others = [n for n in own if n != name]
    assert [d[n] for d in draws for n in others] == [d[n] for d in fixed for n in others]
    assert rule_draws(1, 2) != rule_draws(1, 1)


def test_draws_from_a_file(tmp_path: Path) -> None:
    """A column a rule, a row a draw; what is no rule, out of range or no number is refused with its line."""
    from thermidor.rules import load_rules

    rule = load_rules()[load_rules().names[0]]
    file = tmp_path / "draws.csv"
    file.write_text(f"{rule.name}\n{rule.low}\n{rule.high}\n")
    assert read_draws(file) == [{rule.name: rule.low}, {rule.name: rule.high}]
    for text, why in ((f"{rule.name}\n{rule.high + 1}\n", "out of range"), ("nothing\n1\n", "no rule"),
                      (f"{rule.name}\nx\n", "no line of numbers"), (rule.name, "no draws")):  # fmt: skip
        file.write_text(text)
        with pytest.raises(InputError, match=why):
            read_draws(file)
    with pytest.raises(InputError, match="can't be read"):
        read_draws(tmp_path / "none.csv")


# Living, keeping, pairing: with months that are made up, so that it is known what must come out.


class Months:
    """A driver of the months in which norms are what the start says, plus chance keyed by the replicate."""

    def __init__(self, slope: float = 1.0, fails: int = -1) -> None:
        self.slope, self.fails, self.lived = slope, fails, list[tuple[int, float]]()

    def __call__(self, resolved, rules, *, seed, replicate, citizens, months, cancel):
        if replicate == self.fails:
            raise RunError("here", "plan", "norms", "1920-01")
        series = np.zeros((months, len(resolved.countries), len(VARIABLES)))
        room = resolved.conditions[resolved.countries[0]]["room"]
        noise = np.random.default_rng((seed, replicate)).normal()
        series[:, 0, VARIABLES.index("norms")] = self.slope * room + noise
        self.lived.append((replicate, noise))
        return SimpleNamespace(series=series)


CONTRAST = """
contrasts:
  more room:
    says: room keeps norms
    claims: [P38c]
    scenario: {scenario}
    years: 2
    change: {{set: {{first.room: 0.95}}}}
    level: norms
    sign: {sign}
"""


def contrast_of(folder: Path, sign: str = "more") -> contrasts.Contrast:
    """The contrast of a file."""
    path = folder / "contrasts.yaml"
    path.write_text(CONTRAST.format(scenario=MINIATURE, sign=sign))
    return contrasts.load_contrasts(path, {})[0]


def pair_of(contrast: contrasts.Contrast, months: Months, replicates: int = 12) -> tuple[Lived, Lived]:
    """Both arms of a contrast."""

    def arm(start: Start) -> Lived:
        ask = Ask(scenario_of(start, 24, 0.0), 24, ({},), replicates, 50, 1, ("norms",))
        return live(ask, simulate=months)

    return arm(contrast.base), arm(contrast.changed)


def test_a_contrast_has_the_sign_of_its_cause(tmp_path: Path) -> None:
    """Right where more room means more norms, wrong where less; the noise of replicates cancels in pairs."""
    for slope, sign, clear in ((0.3, "more", 1), (-0.3, "more", -1), (-0.3, "less", 1), (0.0, "more", 0)):
        found = contrasts.effect(contrast := contrast_of(tmp_path, sign), *pair_of(contrast, Months(slope)))
        assert found.clear == clear and found.pairs == 12
        assert found.high - found.low < 0.1, "unpaired, the interval would be wider than one"
    contrast = contrast_of(tmp_path)
    effects = np.array([0.2, 0.04, -0.04, -0.06, np.nan])
    told = contrasts.signs(contrast, effects)
    assert (told.right, told.wrong, told.none, told.draws) == (0.2, 0.2, pytest.approx(0.6), 5)
    assert told.mean == pytest.approx(0.035)


def test_both_arms_draw_the_same_numbers(tmp_path: Path) -> None:
    """Replicate k has the same chance and, but for what is changed, the same start in both arms."""
    contrast, months = contrast_of(tmp_path), Months()
    base, changed = pair_of(contrast, months, 4)
    assert sorted(months.lived)[::2] == sorted(months.lived)[1::2]
    starts = [scenario_of(start, 24, 0.4) for start in (contrast.base, contrast.changed)]
    one, other = (resolve(start, 1, 3).conditions["northland"] for start in starts)
    assert {key for key in one if one[key] != other[key]} == {"room"}
    by_draw = contrasts.effects_by_draw(contrast, base, changed, 2)
    first, second = (measured(contrast.measure, each).reshape(2, 2).mean(1) for each in (base, changed))
    assert by_draw == pytest.approx(second - first, abs=1e-6)


def test_a_failed_member_leaves_its_pair_out(tmp_path: Path) -> None:
    """It is no number in either arm."""
    contrast = contrast_of(tmp_path)
    found = contrasts.effect(contrast, *pair_of(contrast, Months(0.3, fails=2)))
    assert found.pairs == 11 and found.clear == 1


ROWS = """
families: {{open: [interregnum, dual-power]}}
rows:
  R01:
    title: A row
    scenario: {scenario}
    kind: passage
    mark: fit
    years: 2
    expectation: norms stay high
    cites: [ch. 3]
    holds: [{{share: norms at least -9, at_least: 0.9}}]
  R02:
    title: Another
    scenario: {scenario}
    set: {{first.room: 0.1}}
    kind: passage
    mark: check
    years: 1
    expectation: norms are out of reach
    cites: [ch. 3]
    holds: [{{reached: norms at least 99}}, {{more: room, than: R01, by: 1}}]
  R03:
    title: Nobody wrote it
    scenario: no-such-place
    kind: staying
    mark: sealed
    years: 1
    expectation: nothing
    cites: [ch. 3]
    holds: [{{never: open}}]
"""


def rows_of(folder: Path, text: str = ROWS) -> tuple[rows.Row, ...]:
    """The rows of a file."""
    path = folder / "rows.yaml"
    path.write_text(text.format(scenario=MINIATURE))
    return load_rows(path)


def _is_told(found: Found, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, JSON, pictures, the page and what is printed all tell the same; nothing is wider than a terminal."""
    about = {"seed": 1, "replicates": 3, "citizens": 50, "spread": 0.4, "difficulty": 3, "few": 40, "rules_code": "x"}
    files = write(found, folder / "told", {**about, "seconds": 1.0, "versions": {"thermidor": "0"}})
    names = {path.name for path in files}
    assert {"gallery.csv", "contrasts.csv", "confusion.csv", "gallery.json", "gallery.png", "confusion.png"} <= names
    assert all(path.stat().st_size > 20 for path in files)
    lines = list(csv.DictReader((folder / "told" / "gallery.csv").open(encoding="utf-8")))
    assert [line["verdict"] for line in lines] == ["partly", "fails", "missing"]
    assert [line["share"] for line in lines] == ["1", "0", ""]
    spec = importlib.util.spec_from_file_location("page_of_the_gallery", ROOT / "docs" / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.page(json.loads((folder / "told" / "gallery.json").read_text(encoding="utf-8")))
    assert page.index("Shortfalls first") < page.index("## Rows") < page.index("## Contrasts")
    assert "- **R02** " in page and "R01" in page and "None" not in page
    report(found, 1.0)
    printed = capsys.readouterr().out
    assert "passages: of 2 rows 1 partly, 1 fail" in printed and "no-such-place" in printed
    assert max(map(len, printed.splitlines())) <= 80
    _says_that_few_pairs_have_no_interval(folder / "told", printed)


def _says_that_few_pairs_have_no_interval(folder: Path, printed: str) -> None:
    """Three pairs: a dash and its reason on the screen, empty cells in the table, and null in the JSON."""
    assert "nan" not in printed and "-: fewer than 10 pairs: no interval" in printed
    (line,) = csv.DictReader((folder / "contrasts.csv").open(encoding="utf-8"))
    assert line["effect"] and line["low"] == line["high"] == "" and line["pairs"] == "3"
    assert json.loads((folder / "gallery.json").read_text(encoding="utf-8"))["contrasts"][0]["low"] is None


def test_what_an_earlier_gallery_left_does_not_stand_beside_the_new_one(tmp_path: Path) -> None:
    """Tables and pictures that were not made this time go; what is not the gallery's stays."""
    wish = Wish(replicates=2, citizens=50, confusion=True, few=40, contrasts=(contrast_of(tmp_path),))
    found = gallery(rows_of(tmp_path)[:2], wish, simulate=Months())
    out = tmp_path / "out"
    first = {path.name for path in write(found, out, {})}
    (out / "confusion.txt").write_text("mine")
    assert {path.name for path in out.iterdir()} == first | {"confusion.txt"}
    less = write(replace(found, crossed=None, effects=()), out, {})
    left = {path.name for path in out.iterdir()}
    assert left == {path.name for path in less} | {"confusion.txt"}
    assert first - left == {f"{name}.{kind}" for name in ("confusion", "contrasts") for kind in ("csv", "png")}


def test_contrasts_ask_for_their_library_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base installation is told which extra is missing, and no member is lived; without contrasts all is well."""
    from thermidor.experiments import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "scipy" else name)
    months, every = Months(), rows_of(tmp_path)
    wish = Wish(replicates=2, citizens=50, contrasts=(contrast_of(tmp_path),))
    with pytest.raises(InputError, match=r"this needs scipy.*\n  where: the extra 'experiments'"):
        gallery(every, wish, simulate=months)
    assert not months.lived
    assert gallery(every, replace(wish, contrasts=()), simulate=months).rows


def test_a_gallery_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows judged, difficulty, confusion, contrast; what was kept is not lived again, and gives the same."""
    months, every, told = Months(), rows_of(tmp_path), list[tuple[int, int]]()
    wish = Wish(
        replicates=3, citizens=50, difficulty=3, agreement=2, confusion=True, few=40,
        contrasts=(contrast_of(tmp_path),), out=tmp_path / "out",
    )  # fmt: skip
    found = gallery(every, wish, told=lambda *counts: told.append(counts), simulate=months)
    assert [row.verdict for row in found.rows] == ["partly", "fails", "missing"]
    assert found.rows[0].parts[0].share == 1.0, "but three runs are few"
    assert found.rows[0].difficulty.share == 1.0 and found.rows[1].difficulty.share == 0.0
    assert [row.flag for row in found.rows] == ["", "", ""], "of three draws nothing is sure"
    assert found.rows[0].agreement.share == 1.0
    assert found.missing == ("no-such-place",)
    assert found.crossed.names == ("R01", "R02") and found.crossed.held.tolist() == [[True, True], [False, False]]
    assert found.crossed.empty == ("R01",)
    assert found.effects[0].prior.draws == 3
    assert told[-1][0] == told[-1][1]
    _is_told(found, tmp_path, capsys)
    lived_once = len(months.lived)
    lots = list[bool]()
    again = gallery(every, wish, simulate=months, finished=lambda: lots.append(True))
    assert len(months.lived) == lived_once and len(lots) > 2
    assert [(r.parts, r.difficulty) for r in again.rows] == [(r.parts, r.difficulty) for r in found.rows]
    shutil.rmtree(tmp_path / "out" / "kept")
    gallery(every, wish, simulate=months)
    assert len(months.lived) > lived_once
    held = under(every, [{}, {}], wish, simulate=months)
    assert held["R01"][0].tolist() == [True, True] and held["R02"][1].tolist() == [0.0, 0.0] and "R03" not in held


def test_a_damaged_file_is_lived_again(tmp_path: Path) -> None:
    """What can't be read counts as not kept."""
    ask = Ask(scenario_of(Start(str(MINIATURE)), 24, 0.0), 24, ({},), 3, 50, 1, ("norms",))
    first = live(ask, kept=tmp_path, simulate=Months())
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:100])
    again = live(ask, kept=tmp_path, simulate=Months())
    assert np.array_equal(first.values["norms"], again.values["norms"])
    assert np.array_equal(live(ask, kept=tmp_path, simulate=Months(99.0)).values["norms"], first.values["norms"])


def test_a_real_member_is_read(tmp_path: Path) -> None:
    """With the months as they are: labels of the lens, variables as they are named, the same bits in any company."""
    scenario = scenario_of(Start(str(MINIATURE)), 24)
    many = live(Ask(scenario, 24, ({}, {}), 2, 60, 1, ("norms", "room")), cores=2)
    one = live(Ask(scenario, 24, ({},), 2, 60, 1, ("room",)))
    assert many.labels.shape == (4, 24, 2) and not many.failed.any()
    assert np.array_equal(many.values["room"][2:], one.values["room"])
    assert np.array_equal(many.labels[:2], one.labels) and (many.values["norms"] > 0).all()


def test_rows_are_chosen_by_name_number_and_kind() -> None:
    """S21 stands for both; an unknown one is refused with the nearest."""
    every = rows.shipped()
    assert [row.id for row in chosen(every, ["S21", "S01"])] == ["S01", "S21a", "S21b"]
    assert {row.kind for row in chosen(every, kind="staying")} == {"staying"}
    with pytest.raises(InputError, match="no row 'S99'"):
        chosen(every, ["S99"])


# Files.


def test_the_shipped_rows() -> None:
    """Every number of the list is there, passages and staying rows as the list says, and every row is cited."""
    every = rows.shipped()
    passages = {f"S{n:02d}" for n in (1, 2, 3, 4, 5, 9, 10, 11, 12, 14, 17, 19, 20, 21, 22)}
    assert {row.number for row in every if row.kind == "passage"} == passages
    assert {row.number for row in every if row.kind == "staying"} == {"S06", "S07", "S08", "S13", "S15", "S16"}
    assert {row.id for row in every if row.group == "bonapartes"} == {"S09", "S10", "S11"}
    sections = re.findall(r'\d: "(.*)"', (ROOT / "docs" / "build.py").read_text(encoding="utf-8"))
    cited = [re.fullmatch(r"ch\. 3, (.+), par\. \d+(-\d+)?", cite) for row in every for cite in row.cites]
    assert all(cite and cite[1] in sections for cite in cited)
    assert {row.mark for row in every} == {"fit", "check", "sealed"}


def test_the_shipped_contrasts() -> None:
    """At least sixteen, on claims that are listed, and none that changes nothing."""
    every = contrasts.shipped()
    listed = {path.stem for path in (ROOT / "src" / "thermidor" / "ledger" / "entries").glob("*.yaml")}
    assert len(every) >= 16
    assert {claim for c in every for claim in c.claims} <= listed
    assert all(c.changed != c.base for c in every)


@pytest.mark.parametrize("kind", ["rows", "contrasts"])
def test_every_start_that_ships_can_be_lived(kind: str) -> None:
    """All that is set, shifted or switched off exists in its scenario; those not written yet are left out."""
    asked = [row.start for row in rows.shipped()] if kind == "rows" else []
    asked = asked or [start for c in contrasts.shipped() for start in (c.base, c.changed)]
    from thermidor.rules import load_rules

    for start in asked:
        if rows.countries_of(start.scenario) is not None:
            resolve(scenario_of(start, 24), 1, 0)
        load_rules().values({}, [name for name in start.without if name != "outside"])


@pytest.mark.parametrize(
    ("old", "new", "what", "where"),
    [
        ("kind: staying", "kind: resting", "this is 'resting'", "rows.R03.kind"),
        ("mark: sealed", "marks: sealed", "unknown key 'marks'", "rows.R03.marks"),
        ("    mark: sealed\n", "", "missing key 'mark'", "rows.R03"),
        ("{{never: open}}", "{{nevr: open}}", "this is no sentence", r"rows.R03.holds\[0\]"),
        ("{{never: open}}", "{{never: closed}}", "'closed' is no label", r"rows.R03.holds\[0\].never"),
        ("{{never: open}}", "{{never: open, by: 3}}", "the number is 3", r"rows.R03.holds\[0\].by"),
        ("{{never: open}}", "{{never: open, from: 1}}", "ends .1. before it begins", r"rows.R03.holds\[0\]"),
        ("{{never: open}}", "{{never: 3}}", "a state is a text", r"rows.R03.holds\[0\].never"),
        ("{{never: open}}", "{{never: norm below 1}}", "no variable 'norm'", r"rows.R03.holds\[0\].never"),
        ("{{never: open}}", "{{never: norms above 1}}", "'norms above 1' is no label", r"rows.R03.holds\[0\].never"),
        ("{{never: open}}", "{{share: open}}", "'share' needs a limit", r"rows.R03.holds\[0\]"),
        ("{{never: open}}", "{{order: [open]}}", "this is a list of 1", r"rows.R03.holds\[0\].order"),
        ("{{never: open}}", "{{grows: nothing, below: 1}}", "this is 'nothing'", r"rows.R03.holds\[0\].grows"),
        ("[{{never: open}}]", "[]", "this is a list of 0", "rows.R03.holds"),
        ("holds: [{{never: open}}]", "shares: {{one: {{holds: [{{never: open}}], at_least: 2}}}}",
         "the number is 2", "rows.R03.shares.one.at_least"),
        ("holds: [{{never: open}}]", "title2: x", "unknown key 'title2'", "rows.R03.title2"),
        ("years: 2", "years: never", "this is 'never'", "rows.R01.years"),
        ("than: R01", "than: R09", "no other row 'R09'", "rows.R02"),
        ("than: R01", "than: R02", "no other row 'R02'", "rows.R02"),
        ("{{more: room, than: R01, by: 1}}", "{{reached: open, in: nowhere}}", "this is 'nowhere'", r"holds\[1\].in"),
        ("set: {{first.room: 0.1}}", "set: {{first.room: low}}", "this is 'low'", "rows.R02.set.first.room"),
        ("open: [interregnum, dual-power]", "open: [interregnum, dual]", "no label 'dual'", "families.open"),
        ("rows:", "row:", "unknown key 'row'", "row"),
        ("  R01:", "  R01: &a", "anchors", "rows.R01"),
    ],
)  # fmt: skip
def test_broken_rows_are_refused(tmp_path: Path, old: str, new: str, what: str, where: str) -> None:
    """One message with file, line and key; nothing is lived."""
    text = ROWS.replace(old, new, 1)
    assert text != ROWS
    with pytest.raises(InputError, match=what) as refused:
        rows_of(tmp_path, text)
    assert re.search(rf"rows\.yaml:\d+: .*{where}", refused.value.where), refused.value.where


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("sign: {sign}", "sign: up", "this is 'up'"),
        ("level: norms", "level: norm", "this is 'norm'"),
        ("level: norms", "true: [{{never: norms below 1}}]\n    level: norms", "there is one measure"),
        ("level: norms", "share: fascism\n    while: fascism", "only a level or a ratio has a 'while'"),
        ("    years: 2\n", "", "missing key 'years'"),
        ("change: {{set: {{first.room: 0.95}}}}", "change: {{}}", "nothing is changed"),
        ("scenario: {scenario}", "row: S01", "this is 'S01'"),
        ("    claims: [P38c]\n", "", "missing key 'claims'"),
    ],
)
def test_broken_contrasts_are_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    """As rows are."""
    path = tmp_path / "contrasts.yaml"
    text = CONTRAST.replace(old, new, 1)
    assert text != CONTRAST
    path.write_text(text.format(scenario=MINIATURE, sign="more"))
    with pytest.raises(InputError, match=what) as refused:
        contrasts.load_contrasts(path, {})
    assert re.search(r"contrasts\.yaml:\d+", refused.value.where)


def test_a_setting_that_does_not_exist_is_refused_before_any_work(tmp_path: Path) -> None:
    """Nothing has been lived when it is found."""
    months = Months()
    every = rows_of(tmp_path, ROWS.replace("first.room: 0.1", "first.rooms: 0.1"))
    with pytest.raises(InputError, match=r"unknown condition 'rooms'\n  where: row R02"):
        gallery(every, Wish(replicates=2, citizens=50), simulate=months)
    assert not months.lived


def test_states_are_read_as_written() -> None:
    """Terms, alternatives, negation, numbers below zero."""
    found = parse_state("not fascism or command and nerve at least -0.5", FAMILIES, NAMES)
    assert [negated for negated, _ in found.terms] == [True, False]
    assert found.terms[1][1][0].level == -0.5 and len(found.terms[0][1]) == 2


@pytest.mark.parametrize(
    ("options", "what"),
    [(["--rows", "S99"], "no row 'S99'"), (["--rows", "S01", "--only", "staying"], "no row is left"),
     (["--agreement", "9", "--difficulty", "3"], "not so many draws"), (["--theory", "nobody"], "nobody"),
     (["--posterior", "nowhere.csv"], "can't be read")],
)  # fmt: skip
def test_the_command_refuses(options: list[str], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad options end in one message and code 2, and write nothing."""
    with pytest.raises(SystemExit) as ended:
        app(["gallery", *options, "--out", str(tmp_path / "out")], prog_name="thermidor")
    assert ended.value.code == 2
    assert what in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def asked_of(*options: object) -> object:
    """The command in this process, with rows that would be quick."""
    return CliRunner().invoke(app, ["gallery", "--rows", "S01", "--difficulty", "0", *map(str, options)])


def _nothing_is_lived(*given: object, **more: object) -> None:
    raise AssertionError("members are lived")


def test_the_command_refuses_the_folder_of_another_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run's folder, and a place that can't be written: said at once, and nothing is touched."""
    monkeypatch.setattr("thermidor.gallery.work.live", _nothing_is_lived)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"kind": "thermidor-run"}')
    done = asked_of("--out", tmp_path / "run")
    assert done.exit_code == 2 and "another command has written" in done.stderr and "manifest.json" in done.stderr
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["manifest.json"]
    done = asked_of("--out", tmp_path / "run" / "manifest.json" / "below")
    assert done.exit_code == 2 and "this place can't be written" in done.stderr
    done = asked_of("--out", tmp_path / "run" / "manifest.json")
    assert done.exit_code == 2 and "this is no folder" in done.stderr


def test_a_folder_in_which_nothing_can_be_made_is_found_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried by writing."""
    monkeypatch.setattr("thermidor.gallery.work.live", _nothing_is_lived)

    def refused(**given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("thermidor.cli.folder.tempfile.TemporaryFile", refused)
    done = asked_of("--out", tmp_path / "new" / "out")
    assert done.exit_code == 2 and "this place can't be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lots", [0, 1])
def test_an_interrupted_gallery_says_what_is_kept(lots: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That finished rows are kept only where there are any; else no folder is left."""

    def stopped(*given: object, finished: Callable[[], None], **more: object) -> None:
        for nth in range(lots):
            (tmp_path / "out" / f"{nth}.npz").touch()
            finished()
        raise Interrupted()

    monkeypatch.setattr("thermidor.gallery.work.gallery", stopped)
    done = asked_of("--out", tmp_path / "out")
    kept = f"rows that are finished are kept in {tmp_path / 'out'}, ask again to go on"
    assert done.exit_code == 130
    assert done.stderr == f"thermidor: interrupted; {kept if lots else 'nothing was kept'}\n"
    assert (tmp_path / "out").exists() is bool(lots)
