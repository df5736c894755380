"""Two runs beside each other: nothing differs from itself, what parts is found where it was put, pairs are pairs."""

from __future__ import annotations

import copy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import thermidor.cli.inquiry  # noqa: F401  adds the command
from small import MINIATURE
from thermidor.analysis.compare import Comparison, called, compare, counterfactual
from thermidor.analysis.parted import field_of, mean_interval, median_error, student
from thermidor.analysis.setups import setup_difference
from thermidor.cli.app import app
from thermidor.errors import InputError
from thermidor.runs import run
from thermidor.runs.result import Result
from thermidor.views import parting

MONTHS, WHEN = 36, 17


@pytest.fixture(scope="module")
def base() -> Result:
    """Five members of the miniature."""
    return run(MINIATURE, replicates=5, citizens=60, months=MONTHS)


@pytest.fixture(scope="module")
def folder(base: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, kept."""
    where = tmp_path_factory.mktemp("runs") / "base"
    run(MINIATURE, replicates=5, citizens=60, months=MONTHS, out=where)
    return where


def changed(
    result: Result, name: str, from_month: int, more: float, runs: slice = slice(None), here: int = 0
) -> Result:
    """Return the run with one variable of one country raised from a month on."""
    whole = result.whole.copy(deep=True)
    whole[name].transpose("run", "month", "country").values[runs, from_month:, here] += more
    return replace(result, columns=whole, at_once=None, path=None, manifest=copy.deepcopy(result.manifest))


def test_nothing_differs_from_itself(base: Result, folder: Path) -> None:
    """In memory or kept, the same run is the same: no pair parts, no interval excludes zero."""
    found = compare(base, folder)
    assert found.pairs == (0, 1, 2, 3, 4)
    assert found.parted is None and found.label_parted is None
    assert found.setup.empty and found.members["month"].isna().all()
    assert not found.difference.any() and found.furthest(9) == []
    assert (found.sizes["low"] <= 0.0).all() and (found.sizes["high"] >= 0.0).all()


@pytest.mark.parametrize("more", [1e-6, 5.0])
def test_what_parts_is_found_in_its_month(base: Result, more: float) -> None:
    """The month, the variable and the size come out as they were put in, however small."""
    found = compare(base, changed(base, "fear", WHEN, more))
    assert found.members["variables"].tolist() == [("fear",)] * 5
    assert found.parted == base.reading.months[WHEN]
    assert found.order.index[0] == "fear" and found.order["share"].fillna(0.0).sum() == 1.0
    place = found.variables.index("fear")
    assert found.difference[place, WHEN:] == pytest.approx(more, rel=0.1)
    assert not found.difference[place, :WHEN].any()
    assert found.furthest(3) == ["fear"]


def test_the_tolerance_is_in_spreads(base: Result) -> None:
    """A difference of half a spread parts at a tolerance of .4 and not at .6."""
    spread = compare(base, base).spread[compare(base, base).variables.index("norms")]
    other = changed(base, "norms", WHEN, float(spread[WHEN]) * 0.5)
    at = compare(base, other, tolerance=0.4).members["month"]
    assert (at == base.reading.months[WHEN].astype("datetime64[s]")).all()
    first = compare(base, other, tolerance=0.6).members["month"].dropna().to_numpy()
    assert (first > base.reading.months[WHEN].astype("datetime64[s]")).all()


def test_one_pair_may_part_alone_and_abroad(base: Result) -> None:
    """What happens to one member in the other country is told of that member and that country only."""
    found = compare(base, changed(base, "fear", WHEN, 0.1, slice(2, 3), here=1))
    assert found.members["variables"].tolist() == [(), (), ("southland.fear",), (), ()]
    assert found.order["month"].isna().all()


def test_swapping_the_two_turns_every_sign(base: Result) -> None:
    """b less a is the opposite of a less b, with the same months."""
    other = run(MINIATURE, replicates=5, citizens=60, months=MONTHS, without=("outside",))
    there, back = compare(base, other), compare(other, base)
    np.testing.assert_array_equal(there.difference, -back.difference)
    np.testing.assert_allclose(there.low, -back.high)
    assert there.members["month"].equals(back.members["month"])
    assert there.pairs and set(there.setup["what"]) == {"outside"}
    steps = there.order.loc[there.members["variables"][0][0], "step"]
    assert steps == "outside", "the channel of an outside pressure begins outside"


def test_members_are_paired_by_number(base: Result) -> None:
    """Of different batches the common numbers are paired, whatever their places."""
    one = run(MINIATURE, replicate=3, citizens=60, months=MONTHS)
    found = compare(base, one)
    assert found.pairs == (3,)
    assert found.members["month"].isna().all()
    assert any("3" not in text and "1 members" in text for text in found.caveats)
    assert np.isnan(found.low).all(), "one pair has no interval"


def test_other_seeds_are_two_samples(base: Result) -> None:
    """Without pairs there are no months of parting, only distributions, and it is said why."""
    other = run(MINIATURE, replicates=4, citizens=60, months=MONTHS, seed=2)
    found = compare(base, other)
    assert found.pairs == () and found.members.empty and found.parted is None
    assert "seeds are 1 and 2" in found.caveats[0]
    place = found.variables.index("norms")
    medians = [np.median(r.values("norms", "northland"), axis=0) for r in (base, other)]
    np.testing.assert_allclose(found.difference[place], medians[1] - medians[0], atol=1e-6)
    assert (found.low[place] < found.high[place]).all()


def test_only_the_months_of_both_are_compared(base: Result) -> None:
    """A shorter run is compared over its months; labels keep the sense they have in the whole run."""
    found = compare(base, run(MINIATURE, replicates=5, citizens=60, months=12))
    assert len(found.months) == 12 and found.parted is None
    assert any("Only the months" in text for text in found.caveats)


def test_labels_say_when_most_differ(base: Result) -> None:
    """The share of other labels, the month in which it passes one half, and the shares of each label agree."""
    other = replace(base, path=None)
    codes = base.reading.labels.copy()
    codes[:3, WHEN:, 0] = (codes[:3, WHEN:, 0] + 1) % len(base.reading.names)
    held = replace(base, columns=base.whole)
    vars(other)["reading"] = replace(base.reading, labels=codes)
    found = _with_readings(held, other)
    assert found.differing[WHEN - 1] == 0.0 and found.differing[WHEN] == pytest.approx(0.6)
    assert found.label_parted == base.reading.months[WHEN]
    assert found.labels.groupby("month")[["a", "b"]].sum().to_numpy() == pytest.approx(1.0)


def _with_readings(a: Result, b: Result) -> Comparison:
    """Compare with the readings that the runs hold already."""
    import thermidor.analysis.compare as module

    kept = module._held
    module._held = lambda run: run  # type: ignore[assignment]
    try:
        return compare(a, b)
    finally:
        module._held = kept


def test_intervals_are_those_of_the_books() -> None:
    """Student's t and the error of a median against known numbers."""
    assert [student(n) for n in (1, 2, 5, 19)] == pytest.approx([12.7062, 4.30265, 2.57058, 2.09302], abs=1e-5)
    draws = np.random.default_rng(0).normal(size=(40, 4000))
    assert median_error(draws).mean() == pytest.approx(np.median(draws, axis=0).std(), rel=0.15)
    inside = np.abs(draws.mean(axis=0)) <= mean_interval(draws)
    assert inside.mean() == pytest.approx(0.95, abs=0.015)


def test_set_ups_differ_only_in_what_moves_numbers(base: Result) -> None:
    """Sources, notes and the clock make no difference; a rule, a range and an event do, each one row."""
    other = copy.deepcopy(base.manifest)
    other["created"], other["seconds"], other["machine"]["cores"] = "later", 99.0, 640
    start = other["scenario"]["resolved"]["countries"]["northland"]["start"]
    start["room"]["source"] = "another book"
    assert setup_difference(base.manifest, other).empty
    start["room"]["value"] = 0.123
    other["rules"]["usurpation"] = 0.0
    other["scenario"]["resolved"]["outside"] = other["scenario"]["resolved"]["outside"][1:]
    found = setup_difference(base.manifest, other)
    assert found["what"].tolist() == ["rule", "country", "outside"]
    assert found["key"].tolist()[:2] == ["usurpation", "northland.room"]
    assert found["b"].tolist()[2] == "-" and found["a"].tolist()[1].startswith("0.8 (")


def test_a_counterfactual_shares_its_draws() -> None:
    """Base and counterfactual are two runs of the same members; nothing changed is refused before any run."""
    sizes: dict[str, Any] = {"replicates": 2, "citizens": 40, "months": 6}
    a, b = counterfactual(MINIATURE, set={"northland.room": 0.5}, **sizes)
    found = compare(a, b)
    assert found.pairs == (0, 1) and found.setup["key"].tolist() == ["northland.room"]
    assert called(b.manifest) == "miniature, northland.room 0.5"
    with pytest.raises(InputError, match="nothing is changed"):
        counterfactual(MINIATURE, **sizes)


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"tolerance": -1.0}, "tolerance"),
        ({"tolerance": float("nan")}, "tolerance"),
        ({"country": "nowhere"}, "nowhere"),
        ({"at": ["1066-10"]}, "1066-10"),
        ({"at": ["soon"]}, "soon"),
        ({"at": ["1920"]}, "'1920' is no month"),
    ],
)
def test_bad_wishes_are_refused(base: Result, wishes: dict[str, Any], says: str) -> None:
    """Each with one clear message."""
    with pytest.raises(InputError, match=says):
        compare(base, base, **wishes)


def test_a_folder_without_a_run_is_refused(base: Result, tmp_path: Path) -> None:
    """And so is what is not there."""
    for place in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(InputError, match="no whole run"):
            compare(base, place)


def test_entries_of_vectors_know_their_field() -> None:
    """One row a field: `fear_of_worker` belongs to `fear_of`, a plain variable to itself."""
    assert field_of("fear_of_worker") == "fear_of" and field_of("fear") == "fear"


def test_the_figure_is_drawn_for_every_case(base: Result, tmp_path: Path) -> None:
    """Pairs, two samples, one pair, and no difference at all."""
    one = run(MINIATURE, replicate=1, citizens=60, months=MONTHS)
    for other in (
        changed(base, "fear", WHEN, 0.2),
        run(MINIATURE, replicates=2, citizens=60, months=8, seed=3),
        one,
        base,
    ):
        drawn = compare(base, other).plot(tmp_path / "figure.png")
        assert (tmp_path / "figure.png").stat().st_size > 10_000
        assert drawn.axes[0].get_ylim() == (0.0, 1.0)
    rows = compare(base, run(MINIATURE, replicates=5, citizens=60, months=MONTHS, without=("outside",))).plot().axes[1]
    assert len(rows.get_yticklabels()) == parting.ROWS


def test_the_command_prints_every_part(folder: Path, tmp_path: Path) -> None:
    """Kept runs and a counterfactual on the spot, in 80 columns; a wrong wish ends with 2."""

    def call(*words: str) -> Any:
        return CliRunner().invoke(app, ["compare", *words])

    done = call(str(folder), str(folder))
    assert done.exit_code == 0 and "nowhere" in done.output and "nothing" in done.output
    few = ("--replicates", "2", "--citizens", "40", "--top", "3", "--figure", str(tmp_path / "f.svg"))
    done = call(str(MINIATURE), "--with-without", "outside", *few)
    assert done.exit_code == 0, done.output
    for part in ("Set up otherwise", "Where they part", "In what order", "By how much", "Regimes"):
        assert part in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    assert (tmp_path / "f.svg").is_file()
    for wrong in ([str(folder)], [str(folder), "--with-rule", "usurpation=0"], [str(tmp_path), str(folder)]):
        assert call(*wrong).exit_code == 2


def test_nothing_heavy_is_imported_for_the_list_of_commands() -> None:
    """`thermidor --help` stays quick with this command in it."""
    code = "import sys, thermidor.cli.inquiry; sys.exit(any(m in sys.modules for m in ('pandas', 'xarray', 'jinja2')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_scenario_is_run_with_the_draws_of_the_run_beside_it(folder: Path) -> None:
    """A kept run beside its own scenario parts nowhere, with its seed, members and citizens asked of nobody."""
    done = CliRunner().invoke(app, ["compare", str(folder), str(MINIATURE)])
    assert done.exit_code == 0 and "5 pairs" in done.output and "nowhere" in done.output


def test_the_figure_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ending that is no picture's, or no folder to write it in."""
    import thermidor.analysis.compare as module

    monkeypatch.setattr(module, "counterfactual", lambda *_, **__: pytest.fail("it was lived"))
    few = ["compare", str(MINIATURE), "--with-without", "outside", "--figure"]
    for name in ("plot.jpgg", "plot", "no/plot.png"):
        done = CliRunner().invoke(app, [*few, str(tmp_path / name)])
        assert done.exit_code == 2 and name.partition("/")[0] in done.output


def test_nothing_is_visible_before_it_parts() -> None:
    """Of nine pairs six part late or not visibly: the median of the visible ones alone would come first."""
    from thermidor.analysis.parted import order_table

    parts = np.array([[0, 0, 0, 5, 5, 5, 5, 5, 5]])
    seen = np.array([[1, 1, 1, 6, 6, -1, -1, -1, -1]])
    names, months = ("norms",), np.datetime64("1920-01", "M") + np.arange(9)
    columns = {"norms": type("V", (), {"attrs": {}})}
    row = order_table(parts, seen, names, months, columns).loc["norms"]
    assert str(row["month"])[:7] == "1920-06" and str(row["visible"])[:7] == "1920-07"
    few = order_table(parts, np.where(seen > 5, -1, seen), names, months, columns).loc["norms"]
    assert str(few["visible"]) == "NaT"


def test_names_fold_where_they_may_and_have_to(capsys: pytest.CaptureFixture[str]) -> None:
    """A name is broken after a dot or underscore, and not at all in a table that fits."""
    from thermidor.cli.compare import _parted, _where_full

    assert _parted("russia.organisations.councils.orientation", 34).split("\n") == [
        "russia.organisations.councils.", "orientation"
    ]  # fmt: skip
    assert _parted("short", 34) == "short" and "".join(_parted("a_" * 40, 10).split("\n")) == "a_" * 40
    heads, row = ("overlay", "a"), ("nothing-outside", "0.5")
    assert _where_full(heads, [row], {0: 14}, 2) == {}
    assert _where_full(heads, [row, ("x" * 80, "1")], {0: 14}, 2) == {0: 14}


def test_an_unfinished_sweep_says_so(tmp_path: Path) -> None:
    """How many of its members are done, which overlays no member of is, and which one design alone has."""
    from small_sweeps import DESIGN, write
    from thermidor.analysis.compare_sweeps import compare_sweeps
    from thermidor.experiments.opened import open_sweep
    from thermidor.experiments.sweep import sweep

    whole = sweep(write(tmp_path / "d", DESIGN), tmp_path / "whole", workers=1)
    other = DESIGN.replace("  silent:", "  quiet: {why: the same, without: [outside]}\n  silent:")
    more = sweep(write(tmp_path / "e", other), tmp_path / "more", workers=1)
    assert compare_sweeps(whole, more).caveats[0] == "Not compared, as only one of the designs has them: quiet."
    half = open_sweep(tmp_path / "whole")
    table = half.members.copy()
    table.loc[10:, "status"] = "planned"
    vars(half).update(members=table, counts={"done": 10, "failed": 0, "planned": len(table) - 10})
    said = compare_sweeps(whole, half).caveats
    assert said[0] == "Sweep b is unfinished: 10 of 27 members are done."
    assert said[1] == "Not compared, as no member is done in one of the sweeps: silent, recalled."


def test_two_sweeps_are_paired_where_they_can_be(tmp_path: Path) -> None:
    """A sweep with fewer replicates pairs with the same members; one of another seed, or other levels, does not."""
    from small_sweeps import DESIGN, write
    from thermidor.analysis.compare_sweeps import compare_sweeps
    from thermidor.experiments.sweep import sweep

    def lived(name: str, old: str = "", new: str = "") -> Path:
        sweep(write(tmp_path / f"d-{name}", DESIGN.replace(old, new)), tmp_path / name, workers=1)
        return tmp_path / name

    whole, fewer = lived("whole"), lived("fewer", "replicates: 3", "replicates: 2")
    same = compare_sweeps(whole, fewer)
    assert same.paired and same.setup["key"].tolist() == ["replicates"]
    known = same.outcomes.dropna(subset="difference")
    assert len(known) and not known["difference"].any()
    assert (known["low"].fillna(0.0) <= 0.0).all() and (known["high"].fillna(0.0) >= 0.0).all()
    assert (known["a"] == known["b"]).all()
    other = compare_sweeps(whole, lived("other", "seed: 5", "seed: 6"))
    assert not other.paired and "seeds are 5 and 6" in other.caveats[0]
    assert (other.outcomes["low"] <= other.outcomes["high"]).sum() > 3
    assert not compare_sweeps(whole, lived("levels", "[0.1, 0.7]", "[0.2, 0.7]")).paired
    done = CliRunner().invoke(app, ["compare", str(whole), str(fewer)])
    assert done.exit_code == 0 and "members paired" in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_sweeps_are_compared_in_what_means_the_same(tmp_path: Path) -> None:
    """A date that never comes ends with its run: of runs of other length it is left out, and named, as are spells."""
    from small_sweeps import DESIGN, write
    from thermidor.analysis.compare_sweeps import compare_sweeps
    from thermidor.experiments.sweep import sweep

    text = DESIGN.replace("outcomes:\n", "outcomes:\n  lasted: {duration: {variable: room, at_least: 0.3}}\n")
    short = text.replace("months: 36", "months: 30").replace("below: 0.4}}\n  end", "below: 0.5}}\n  end")
    texts = {"long": text, "short": short}
    long, other = (sweep(write(tmp_path / k, t), tmp_path / k / "out", workers=1) for k, t in texts.items())
    found = compare_sweeps(long, other)
    assert set(found.outcomes["outcome"]) == {"norms_end", "room_mean"}
    said = " ".join(found.caveats)
    assert "asked otherwise or end otherwise: low_at, low." in said and "Spells may be cut" in said
    assert {"low_at", "low"} <= set(compare_sweeps(long, long).outcomes["outcome"])


def test_futures_are_paired_with_futures_of_the_same_month_only(tmp_path):
    from thermidor.futures.branch import branch

    parent = run(MINIATURE, replicates=3, citizens=60, months=48, out=tmp_path / "parent")
    plain, changed = (
        branch(parent, at="1922-01", replicates=3, out=tmp_path / name, set=settings)
        for name, settings in (("plain", {}), ("changed", {"northland.room": 0.1}))
    )
    later = branch(parent, at="1923-01", replicates=3, out=tmp_path / "later")
    assert compare(plain, changed).pairs and not compare(plain, later).pairs
    found = compare(parent, plain)
    assert not found.pairs and any("draws of their own" in said for said in found.caveats)
    assert "northland.room" in set(compare(plain, changed).setup["key"])
