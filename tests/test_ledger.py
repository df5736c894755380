"""The ledger: entries that ship, verdicts by hand, errors that are planted, refused files, the command."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from small import MINIATURE
from thermidor.cli.app import app
from thermidor.errors import InputError
from thermidor.gallery.measure import Measure, measured
from thermidor.gallery.predicates import Lived, Sentence
from thermidor.gallery.rows import Start
from thermidor.ledger import judge, theories, words, work
from thermidor.ledger.entry import Arm, Look, Trial, load_entry, shipped
from thermidor.ledger.judge import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED, Estimate
from thermidor.ledger.record import TESTS
from thermidor.ledger.record.found import Found
from thermidor.ledger.trial import Bench, Numbers, Sizes, Tried, plausible, tried
from thermidor.ledger.write import as_json, ordered, page
from thermidor.rules import load_rules
from thermidor.theories import list_theories

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "thermidor"
LEDGER = SOURCE / "ledger"
MACHINERY = yaml.safe_load((LEDGER / "machinery.yaml").read_text(encoding="utf-8"))


def carriers() -> dict[str, set[str]]:
    """Every mechanism of the source (a function whose docstring has an equation), and the claims that it names."""
    found: dict[str, set[str]] = {}
    for path in [*(SOURCE / "steps").glob("*.py"), *(SOURCE / "passages").glob("*.py"), SOURCE / "citizen.py"]:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            text = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
            if text and "Equation:" in text:
                own = re.search(r"Claims:(.*?)(?:\n\s*[A-Z][a-z ]+:|\Z)", text, re.DOTALL)
                found.setdefault(node.name, set()).update(re.findall(r"P\d\d[abc]?", own[1] if own else ""))
    return found


def test_there_is_an_entry_for_every_claim() -> None:
    """P01 to P61, P38 in three parts, P18 as one."""
    ids = [entry.id for entry in shipped()]
    assert ids == sorted({*(f"P{n:02d}" for n in range(1, 62) if n != 38), "P38a", "P38b", "P38c"})


def test_every_mechanism_is_carried_by_an_entry_or_is_machinery() -> None:
    """And every mechanism that an entry names is there."""
    known, named = carriers(), {name for entry in shipped() for name in entry.mechanisms}
    assert named <= set(known)
    assert set(known) - named == set(MACHINERY)


def test_a_claim_that_a_mechanism_names_names_it_back() -> None:
    """P38 in a docstring stands for all its parts."""
    by_id = {entry.id: set(entry.mechanisms) for entry in shipped()}
    for name, claims in carriers().items():
        for claim in claims:
            assert any(name in own for id, own in by_id.items() if id.startswith(claim) or claim.startswith(id)), (
                name,
                claim,
            )


def test_what_was_fixed_before_the_first_run_has_not_changed() -> None:
    """A trial or a predicate that is changed afterwards needs a line of its own with a reason."""
    fixed = yaml.safe_load((LEDGER / "fixed.yaml").read_text(encoding="utf-8"))
    judging = [LEDGER / "judge.py", LEDGER / "trial.py", LEDGER / "work.py", *sorted((LEDGER / "record").iterdir())]
    code = hashlib.sha256(b"".join(file.read_bytes() for file in judging if file.is_file())).hexdigest()[:16]
    now = {"judging": code} | {entry.id: entry.digest for entry in shipped()}
    assert now == {id: lines[-1]["digest"] for id, lines in fixed.items()}
    for lines in fixed.values():
        assert all(line.get("why") for line in lines[1:])


def test_every_test_on_the_record_is_asked_by_an_entry() -> None:
    """None is computed and then left out."""
    assert {look.test for entry in shipped() for look in entry.record} == set(TESTS)


def test_no_code_word_reaches_a_reader() -> None:
    """In claims, in what trials say, in what is measured and claimed."""
    switches = set(load_rules())
    for entry in shipped():
        texts = [entry.claim, entry.trials_none, entry.record_none, *entry.rivals.values()]
        for trial in entry.trials:
            texts += [trial.says, words.measured(trial.base.measure), words.claimed(trial), trial.off_none]
            texts += [words.lived(trial).partition(";")[2], trial.built, *map(words.mechanism, trial.off)]
        texts += [look.says for look in entry.record] + [look.unit for look in entry.record]
        for text in texts:
            assert not re.search(r"\w_\w|`", text), (entry.id, text)
            assert not {word for word in re.findall(r"[a-z_]+", text) if "_" in word} & switches


def lived(labels: int = 0, **values: object) -> Lived:
    """Three members over two years, with values [month] or [run, month]."""
    shape = (3, 24, 1)
    every = {name: np.broadcast_to(np.asarray(v, float), shape[:2]).reshape(shape) for name, v in values.items()}
    return Lived(np.full(shape, labels, np.int8), ("one", "two"), every, np.array([False, False, True]))


def looked(variable: str, **more: object) -> Sentence:
    return Sentence("change", variable=variable, end=2.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("level", 11.5), ("ratio", 0.5), ("rises", 12.0), ("grows", np.log(17.5 / 5.5))],
)
def test_a_measure_by_hand(kind: str, expected: float) -> None:
    """Of a variable that rises by one a month from 0 to 23, and one twice as large; a failed member has no number."""
    months = np.arange(24.0)
    found = measured(Measure(kind, looked("a"), over="b" if kind == "ratio" else ""), lived(a=months, b=2 * months))
    assert found[:2] == pytest.approx(expected)
    assert np.isnan(found[2])


def test_years_until_a_state(tmp_path: Path) -> None:
    """The first month in the state, or all of the window."""
    read = entry_file(tmp_path, "until: norms below 0.5", "below: 2")
    asked = load_entry(read).trials[0].base.measure
    norms = np.ones((3, 24))
    norms[0, 6:] = 0.4
    assert measured(asked, lived(norms=norms))[:2].tolist() == [0.5, 1.0]


def trial(**more: object) -> Trial:
    """A pair that claims more, by one tenth at least."""
    arm = Arm(Start("small"), 2.0, Measure("level", looked("norms")))
    told: dict[str, object] = {"id": "t", "says": "More.", "base": arm, "changed": arm, "sign": 1, "margin": 0.1}
    return Trial(**{**told, **more})  # type: ignore[arg-type]


LEVEL = {"changed": None, "sign": 0, "margin": 0.0}


@pytest.mark.parametrize(
    ("asked", "low", "high", "expected"),
    [
        (trial(), 0.1, 0.3, SUPPORTED),
        (trial(), 0.05, 0.3, UNDETERMINED),
        (trial(), -0.3, -0.1, CONTRADICTED),
        (trial(), -0.05, 0.05, UNDETERMINED),
        (trial(sign=-1), -0.3, -0.1, SUPPORTED),
        (trial(sign=0), -0.05, 0.05, SUPPORTED),
        (trial(sign=0), -0.05, 0.15, UNDETERMINED),
        (trial(sign=0), 0.15, 0.25, CONTRADICTED),
        (trial(**LEVEL, at_least=0.5), 0.5, 0.7, SUPPORTED),
        (trial(**LEVEL, at_least=0.5), 0.2, 0.4, CONTRADICTED),
        (trial(**LEVEL, below=0.5), 0.2, 0.4, SUPPORTED),
        (trial(**LEVEL, below=0.5), 0.4, 0.6, UNDETERMINED),
        (trial(), np.nan, np.nan, UNDETERMINED),
    ],
)
def test_what_an_interval_says(asked: Trial, low: float, high: float, expected: str) -> None:
    """Supported wholly beyond the margin, contradicted wholly beyond it on the other side."""
    assert judge.says(asked, low, high) == expected


def numbers(difference: float, spread: float = 0.01, many: int = 40) -> Numbers:
    chance = np.random.default_rng(1)
    first = chance.normal(0.5, 0.2, many)
    return Numbers(first, first + difference + chance.normal(0.0, spread, many))


def outcome(asked: Trial, own: float, again: float, without: float | None, draws: list[float]) -> judge.Judged:
    return judge.judged(
        Tried(asked, numbers(own), numbers(again), None if without is None else numbers(without),
              tuple(numbers(d, many=6) for d in draws))
    )  # fmt: skip


def test_a_verdict_that_flips_is_undetermined() -> None:
    """Under another seed, or under more than a third of the draws of the rules."""
    assert outcome(trial(), 0.3, 0.3, None, [0.3, 0.3, 0.3]).model.verdict == SUPPORTED
    assert outcome(trial(), 0.3, 0.0, None, []).model.verdict == UNDETERMINED
    flipped = outcome(trial(), 0.3, 0.3, None, [0.3, 0.3, 0.0, 0.0])
    assert flipped.model.verdict == UNDETERMINED
    assert flipped.holding == 0.5


def test_whether_a_mechanism_is_needed() -> None:
    """Supported where half the effect or more goes with it, contradicted where most stays."""
    with_switch = trial(off=("resolve",))
    assert outcome(with_switch, 0.4, 0.4, 0.0, []).needs.verdict == SUPPORTED
    assert outcome(with_switch, 0.4, 0.4, 0.15, []).needs.verdict == SUPPORTED
    assert outcome(with_switch, 0.4, 0.4, 0.35, []).needs.verdict == CONTRADICTED
    assert outcome(with_switch, 0.4, 0.4, 0.4, []).needs.verdict == CONTRADICTED
    assert outcome(with_switch, 0.11, 0.11, 0.095, []).needs.verdict == UNDETERMINED
    assert outcome(with_switch, 0.0, 0.0, 0.0, []).needs.verdict == UNDETERMINED
    assert outcome(trial(off_none="none"), 0.4, 0.4, None, []).needs.verdict == NOT_TESTABLE


def test_whether_a_claim_of_no_difference_needs_its_mechanism() -> None:
    """Supported where there is one without it, contradicted where there is none either; zero breaks nothing."""
    same = trial(sign=0, off=("resolve",))
    assert outcome(same, 0.0, 0.0, 0.4, []).needs.verdict == SUPPORTED
    assert outcome(same, 0.01, 0.01, -0.02, []).needs.verdict == CONTRADICTED
    assert outcome(same, 0.0, 0.0, 0.1, []).needs.verdict == UNDETERMINED
    flat = Numbers(np.ones(40), np.ones(40))
    assert judge.judged(Tried(same, flat, flat, numbers(0.4), ())).needs.verdict == SUPPORTED


def test_whether_a_bar_needs_its_mechanism() -> None:
    """Supported only where it is surely missed without it."""
    bar = trial(changed=None, sign=0, margin=0.0, at_least=0.5, off=("resolve",))

    def needs(without: float) -> str:
        chance = np.random.default_rng(2).normal(0.0, 0.05, 40)
        own, off = Numbers(0.9 + chance), Numbers(without + chance)
        return judge.judged(Tried(bar, own, own, off, ())).needs.verdict

    assert [needs(0.8), needs(0.5), needs(0.2)] == [CONTRADICTED, UNDETERMINED, SUPPORTED]


def test_few_draws_that_can_be_measured_settle_nothing() -> None:
    """Below half of those asked."""
    none = Numbers(np.full(6, np.nan), np.full(6, np.nan))
    found = Tried(trial(), numbers(0.3), numbers(0.3), None, (numbers(0.3, many=6), none, none))
    assert judge.judged(found).model.verdict == UNDETERMINED


def test_what_an_equation_decides_is_by_construction() -> None:
    """Whatever its numbers are."""
    assert outcome(trial(built="an equation"), 0.3, 0.3, None, []).model.verdict == judge.BY_CONSTRUCTION


def test_a_switch_that_takes_the_measure_away_says_nothing_of_need() -> None:
    """A level that is one constant without the switch; a share of time that goes to nothing is an effect that goes."""
    with_switch, flat = trial(off=("skim",)), Numbers(np.zeros(40), np.zeros(40))
    level = judge.judged(Tried(with_switch, numbers(0.4), numbers(0.4), flat, ()))
    assert level.needs.verdict == NOT_TESTABLE
    share = Measure("share", Sentence("never", end=2.0))
    shared = replace(with_switch, base=replace(with_switch.base, measure=share))
    assert judge.judged(Tried(shared, numbers(0.4), numbers(0.4), flat, ())).needs.verdict == SUPPORTED


def test_a_case_among_too_few_can_not_be_tested() -> None:
    """A p that could never be small enough settles nothing, and is left out of the correction."""
    found = Found(3.0, 1.0, 5.0, 0.18, "percent", 56, 112, "A sentence.", floor=2 / 56)
    assert not work._reaches(found, 20)
    assert work._reaches(replace(found, floor=0.0005), 20)
    assert work.seen(look(), found, None).verdict == NOT_TESTABLE


def test_what_stands_beside_a_claim_decides_nothing() -> None:
    """It is shown, and the verdict is that of the parts."""
    own = next(entry for entry in shipped() if entry.basis == "text")
    part = work.Recorded(look(), Found(1.0, 1.0, 1.0, None, "index", 1, 1, "So."), None, judge.Verdict(SUPPORTED, ""))
    beside = replace(part, look=replace(look(), beside=True), verdict=judge.Verdict(CONTRADICTED, ""))
    assert work.of_entry(own, (), (part, beside), record_only=True).record.verdict == SUPPORTED
    assert work.of_entry(own, (), (beside,), record_only=True).record.verdict == NOT_TESTABLE


def test_a_correlation_by_hand() -> None:
    """Ranks, so that one large number changes nothing; nothing varies: zero, which says nothing."""
    asked = trial(changed=None, beside=Measure("level", looked("room")), margin=0.2)
    first = np.arange(30.0)
    found = judge.estimate(asked, Numbers(first, np.append(first[:-1], 1e6)))
    assert found.effect == pytest.approx(1.0)
    assert judge.estimate(asked, Numbers(first, np.ones(30))) == Estimate(0.0, 0.0, 0.0, 30, 14.5, 1.0)
    assert judge.says(asked, 0.0, 0.0) == UNDETERMINED


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([SUPPORTED, SUPPORTED], SUPPORTED),
        ([SUPPORTED, UNDETERMINED], UNDETERMINED),
        ([SUPPORTED, CONTRADICTED], CONTRADICTED),
        ([judge.BY_CONSTRUCTION, SUPPORTED], SUPPORTED),
        ([judge.BY_CONSTRUCTION, judge.BY_CONSTRUCTION], judge.BY_CONSTRUCTION),
        ([UNDETERMINED, CONTRADICTED], CONTRADICTED),
        ([NOT_TESTABLE, SUPPORTED], SUPPORTED),
        ([NOT_TESTABLE], NOT_TESTABLE),
    ],
)
def test_parts_of_a_claim_joined(verdicts: list[str], expected: str) -> None:
    """All have to be supported, and one that is contradicted contradicts the whole; what can't fail decides nothing."""
    assert judge.together(verdicts) == expected


def test_holm_by_hand() -> None:
    """Three tests: the smallest p times three, the next times two, never falling."""
    assert work.holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})


def look(sign: int = 1, least: float = 0.1) -> Look:
    return Look("t", "More.", sign, least, "index")


@pytest.mark.parametrize(
    ("sign", "effect", "span", "p", "expected"),
    [
        (1, 0.3, (0.2, 0.4), 0.01, SUPPORTED),
        (1, 0.3, (-0.1, 0.7), 0.2, UNDETERMINED),
        (1, -0.3, (-0.4, -0.2), 0.01, CONTRADICTED),
        (1, 0.05, (0.04, 0.06), 0.01, UNDETERMINED),
        (0, 0.0, (-0.05, 0.05), 0.9, SUPPORTED),
        (0, 0.3, (0.2, 0.4), 0.01, CONTRADICTED),
        (1, 0.3, (0.2, 0.4), None, SUPPORTED),
        (1, 0.0, (-0.1, 0.05), None, CONTRADICTED),
    ],
)
def test_what_the_record_says(
    sign: int, effect: float, span: tuple[float, float], p: float | None, expected: str
) -> None:
    """By the corrected p and the least effect that counts; a description by the span of its sources."""
    found = Found(effect, *span, p, "index", 3, 30, "A sentence.")
    assert work.seen(look(sign), found, p).verdict == expected


def entry_file(tmp_path: Path, *lines: str, more: str = "") -> Path:
    """An entry with one trial on a small scenario."""
    text = (
        'claim: "A claim."\nat: "1.1"\nbasis: text\nmechanisms: []\nrecord_none: none\ntrials:\n  one:\n    says: So.\n'
    )
    text += f"    scenario: {MINIATURE}\n    years: 1\n    off_none: none\n"
    text += "".join(f"    {line}\n" for line in lines) + more
    path = tmp_path / "P99.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["level: norms"], "one form"),
        (["level: norms", "below: 1", "at_least: 0"], "one form"),
        (["below: 1"], "one measure"),
        (["level: norms", "share: fascism", "below: 1"], "one measure"),
        (["level: nroms", "below: 1"], "norms"),
        (["level: norms", "change: {without: [usurpation]}", "margin: 0.1"], "sign"),
        (["level: norms", "change: {}", "sign: more", "margin: 0.1"], "nothing is changed"),
        (["level: norms", "change: {without: [usurpation]}", "sign: up", "margin: 0.1"], "one of"),
        (["level: norms", "change: {without: [usurpation]}", "sign: more", "margin: 0"], "above 0"),
        (["level: norms", "below: 1", "off: [usurpatoin]"], "usurpation"),
        (["ratio: [norms]", "below: 1"], "two variables"),
        (["share: fascism", "while: fascism", "below: 1"], "while"),
        (["level: norms", "below: 1", "sgin: more"], "sign"),
    ],
)
def test_a_broken_entry_is_refused(tmp_path: Path, lines: list[str], told: str) -> None:
    """With its file, line and key, before anything is lived."""
    with pytest.raises(InputError) as refused:
        load_entry(entry_file(tmp_path, *lines))
    assert told in str(refused.value)
    assert "P99.yaml:" in refused.value.where


def small(tmp_path: Path) -> Bench:
    return Bench(Sizes(replicates=10, citizens=80, draws=3, pairs=2, few=60), kept=tmp_path / "kept")


PLANTED = {
    "literacy": ("level: literacy", "{set: {northland.literacy: 0.95}}", "more", 0.05),
    "room": ("level: room", "{set: {northland.room: 0.05}}", "less", 0.05),
    "norms": ("level: norms", "{set: {northland.norms.recall: 0.02, northland.norms.pay: 0.02}}", "less", 0.05),
    "want": ("level: gdp_per_head", "{set: {northland.gdp_per_head: 0.7}}", "less", 0.1),
    "property": (
        "level: state_property",
        "{shift: [{from: northland.property.state, to: northland.property.petty, share: 0.95}]}",
        "less",
        0.05,
    ),
}
"""Five changes whose sign nobody doubts."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_opposite_of_what_is_so_comes_out_contradicted(tmp_path: Path, name: str) -> None:
    """And what is so comes out supported, by the same numbers."""
    what, change, sign, margin = PLANTED[name]
    read = entry_file(tmp_path, what, f"change: {change}", f"sign: {sign}", f"margin: {margin}")
    asked = load_entry(read).trials[0]
    found = tried(asked, small(tmp_path))
    assert judge.judged(found).model.verdict == SUPPORTED
    assert judge.judged(replace(found, trial=replace(asked, sign=-asked.sign))).model.verdict == CONTRADICTED


def test_what_the_mechanism_does_not_touch_is_undetermined(tmp_path: Path) -> None:
    """Latitude is set by nothing."""
    read = entry_file(tmp_path, "level: latitude", "change: {without: [usurpation]}", "sign: more", "margin: 0.1")
    assert judge.judged(tried(load_entry(read).trials[0], small(tmp_path))).model.verdict == UNDETERMINED


def test_a_second_asking_lives_nothing(tmp_path: Path) -> None:
    """What is kept is read; another seed is lived."""
    asked = load_entry(entry_file(tmp_path, "level: norms", "below: 1")).trials[0]
    bench = small(tmp_path)
    first = tried(asked, bench)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("lived again")

    second = tried(asked, replace(bench, simulate=never))
    assert first.own.first.tobytes() == second.own.first.tobytes()
    with pytest.raises(AssertionError):
        tried(asked, replace(bench, simulate=never, sizes=replace(bench.sizes, seed=5)))


def test_plausible_rules_lie_near_their_values() -> None:
    """Within a fifth and in their ranges, but for those of the fit; a theory's own rules stay."""
    registry, fitted = load_rules(), {"drift_power": 1.0}
    for draw in plausible(3, 1, fitted):
        assert draw["drift_power"] == 1.0
        for name, value in draw.items():
            rule = registry[name]
            if name != "drift_power":
                assert rule.low <= value <= rule.high
                assert abs(value - rule.value) <= 0.2 * abs(rule.value) + 1e-12


def test_the_page_and_the_table_put_contradicted_first(tmp_path: Path) -> None:
    """And hold what was judged; the JSON has no number that is none."""
    own = load_entry(entry_file(tmp_path, "level: norms", "below: 1"))
    judged = outcome(trial(), 0.3, 0.3, None, [])
    good = work.of_entry(own, [judged], ())
    bad = work.of_entry(replace(own, id="P98"), [outcome(trial(), -0.3, -0.3, None, [])], ())
    assert [each.entry.id for each in ordered([good, bad])] == ["P98", "P99"]
    text = page([good, bad], {})
    assert "contradicted" in text
    json.dumps(as_json([good, bad], {}), allow_nan=False)


def test_a_definition_is_by_construction() -> None:
    """Whatever its trials say."""
    definition = next(entry for entry in shipped() if entry.basis == "definition")
    result = work.of_entry(definition, (), ())
    assert result.model is not None
    assert result.model.verdict == judge.BY_CONSTRUCTION


def test_entries_are_chosen_by_number() -> None:
    """P38 is all three of its parts; what there is not is refused with what comes near."""
    assert [entry.id for entry in work.chosen(("P38",))] == ["P38a", "P38b", "P38c"]
    with pytest.raises(InputError):
        work.chosen(("P77",))


def test_the_command(tmp_path: Path) -> None:
    """One claim with few runs: a table, the entry itself, and three files."""
    asked = ["ledger", "P03", "--replicates", "10", "--citizens", "60", "--draws", "0", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert "P03" in result.output
    assert max(map(len, result.output.splitlines())) <= 80
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"ledger-P03.json", "ledger-P03.csv", "ledger-P03.html"} <= names


def test_a_part_says_what_the_whole_says(tmp_path: Path) -> None:
    """The same numbers for a claim asked alone and with others, on one core and on two, and its files stand beside."""
    bench = small(tmp_path)
    both = work.ledger(work.chosen(("P11", "P40")), bench)
    alone = work.ledger(work.chosen(("P40",)), replace(bench, cores=2, kept=None))
    assert as_json(alone, {})["entries"] == as_json(both, {})["entries"][1:]


def test_the_record_alone(tmp_path: Path) -> None:
    """Nothing is lived; a verdict stands whole on its line; the files don't take the place of the ledger's."""
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["ledger", "P16", "P41", "--record-only", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert re.search(r"^P16 .*(undetermined|CONTRADICTED|supported)", result.output, re.MULTILINE)
    assert (out / "ledger-P16-P41-record.json").is_file()


def test_every_theory_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict a claim and theory, and a score of every series less the chapter's, whose own is nothing."""
    monkeypatch.setattr(theories, "CITIZENS", 40)
    asked = ["ledger", "P11", "--theories", "--replicates", "10", "--citizens", "40", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    told = json.loads((tmp_path / "out" / "theories.json").read_text(encoding="utf-8"))
    assert set(told["verdicts"]["P11"]) == {"claim", *list_theories()}
    own = [line for line in told["scores"] if line["theory"] == "trotsky"]
    assert {line["of"] for line in own} == {"gdp_per_head", "population", "urban_share", "state property"}
    assert {line["less"] for line in own} == {0.0}
    assert any(line["less"] != 0.0 for line in told["scores"])


@pytest.mark.parametrize(
    "asked",
    [
        ["--theories", "--theory", "new-class"],
        ["--theories", "--record-only"],
        ["P77"],
        ["--replicates", "3"],
        ["--theory", "new-class", "--record-only"],
    ],
)
def test_what_can_not_be_asked(tmp_path: Path, asked: list[str]) -> None:
    """Is refused before any work, and leaves no folder."""
    result = CliRunner().invoke(app, ["ledger", *asked, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_explain_a_claim() -> None:
    """What it says, what carries it, what could refute it."""
    result = CliRunner().invoke(app, ["explain", "P16"])
    assert result.exit_code == 0, result.output
    for part in (
        "sterner",
        "changed: product a head 5",
        "less where changed, by 0.02 or more",
        "deliveries taken by force",
        "Record",
    ):
        assert part in " ".join(result.output.split())
    assert CliRunner().invoke(app, ["explain", "p16"]).output == result.output
    parts = CliRunner().invoke(app, ["explain", "P38"]).output
    assert all(part in parts for part in ("P38a", "P38b", "P38c"))
    assert CliRunner().invoke(app, ["explain", "P77"]).exit_code == 2
