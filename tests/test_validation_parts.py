"""Autonomy over the balance, skill from the record, what lenses leave open: pure parts by hand, pages at tiny size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from validation import autonomy, from_record, lenses_cover
from validation.__main__ import PARTS
from validation.autonomy import Swept, at, held, order_table, peak, pivotal, verdict
from validation.ensemble import Plan
from validation.page import write
from validation.settings import OWNING_TIES, PROPERTY, WORKING_TIES, balanced
from validation.skill import (
    HINDSIGHT,
    RUNS,
    Forecast,
    Step,
    as_at_start,
    chances,
    fitted_on,
    headline,
    named_labels,
    scored,
)

from thermidor.lenses import LENSES
from thermidor.scenarios import load_scenario
from thermidor.scenarios.from_record import scenario_from_record

TINY = Plan(replicates=2, citizens=100, surroundings=100, small=True, threads=1)


def test_pivotal_shares_of_three() -> None:
    """A dictator has all; three of equal strength share alike; who holds the balance of two gains as they even out."""
    assert pivotal(np.array([1.0, 0.0, 0.0]), 2.5) == pytest.approx([1.0, 0.0, 0.0])
    assert pivotal(np.array([0.4, 0.4, 0.4]), 2.5) == pytest.approx([1 / 3] * 3)
    even, uneven = (pivotal(np.array([part, 1.0 - part, 0.4]), 2.5)[-1] for part in (0.5, 0.9))
    assert even > uneven
    assert pivotal(np.full((5, 4, 3), 0.2), 2.5).shape == (5, 4, 3)


def test_held_moves_the_balance_alone() -> None:
    strength = np.array([[[1.0, 3.0, 2.0]], [[2.0, 2.0, 4.0]], [[6.0, 2.0, 6.0]]])
    kept = held(strength)
    assert kept[:, 0, :2].sum(axis=1) == pytest.approx([16 / 3] * 3), "the member's mean total"
    assert kept[..., -1] == pytest.approx(4.0)
    assert kept[:, 0, 0] / kept[:, 0, 1] == pytest.approx(strength[:, 0, 0] / strength[:, 0, 1])


def test_a_member_is_read_between_its_points_and_not_beyond() -> None:
    balance = np.array([[0.2, 0.6], [0.8, 0.4]])
    assert at(balance, np.array([[0.0, 1.0], [1.0, 0.0]]), 0.5) == pytest.approx([0.5, 0.5])
    assert np.isnan(at(balance, balance, 0.3)).tolist() == [False, True]


@pytest.mark.parametrize(
    ("workers", "owners", "said"),
    [
        ((0.2, 0.1, 0.3), (0.2, 0.1, 0.3), "peaks at balance"),
        ((-0.2, -0.3, -0.1), (-0.2, -0.3, -0.1), "lowest at balance"),
        ((0.2, 0.1, 0.3), (-0.2, -0.3, -0.1), "higher with the owners"),
        ((-0.2, -0.3, -0.1), (0.2, 0.1, 0.3), "higher with those who work"),
        ((0.0, -0.1, 0.1), (0.2, 0.1, 0.3), "not clear"),
        ((np.nan, np.nan, np.nan), (0.2, 0.1, 0.3), "balance not reached"),
    ],
)
def test_verdicts(workers: tuple[float, ...], owners: tuple[float, ...], said: str) -> None:
    assert verdict([workers, owners]) == said  # type: ignore[list-item]


def test_a_hump_is_found_and_a_slope_is_not() -> None:
    balance = np.linspace(0.05, 0.95, 10)[:, None].repeat(8, axis=1)
    noise = np.random.default_rng(0).normal(0.0, 0.01, balance.shape)
    hump, slope = 1.0 - (balance - 0.5) ** 2 + noise, balance + noise
    for values, said in ((hump, "peaks at balance"), (slope, "higher with the owners")):
        assert peak("x", "m", Swept(balance, {"m": values}))[-1] == said


def test_the_order_of_regimes() -> None:
    found = {name: [1.0 - 0.2 * k + 0.01 * j for j in range(5)] for k, name in enumerate(autonomy.ORDER)}
    assert [row[-1] for row in order_table(found).rows] == ["yes"] * 3
    found[autonomy.ORDER[0]] = [0.0] * 5
    assert order_table(found).rows[0][-1] == "no: the other way"
    del found[autonomy.ORDER[1]]
    assert [row[-1] for row in order_table(found).rows] == ["not met in these runs"] * 2 + ["yes"]


@pytest.mark.parametrize("name", PROPERTY.values())
def test_the_balance_is_shared_out_and_nothing_else_is_changed(name: str) -> None:
    scenario = load_scenario(name)
    first = next(iter(scenario.countries))
    start = scenario.countries[first].start
    changed = {part: balanced(scenario, part).countries[first].start for part in (0.2, 0.8)}
    ties = [sum(one[key].value for key in (*WORKING_TIES, *OWNING_TIES)) for one in (start, *changed.values())]
    assert ties == pytest.approx([ties[0]] * 3, abs=0.3), "together as many, but for what a whole can hold"
    assert changed[0.8]["owners_organisation"].value > changed[0.2]["owners_organisation"].value
    assert changed[0.8]["organisation"].value < changed[0.2]["organisation"].value
    moved = {*WORKING_TIES, *OWNING_TIES, *(key for key in changed[0.2] if key.startswith("camps."))}
    assert all(changed[0.2][key].value == start[key].value for key in start if key not in moved)
    assert balanced(scenario, 0.2).outside == ()


def test_chances_and_scores_by_hand() -> None:
    assert chances(np.array([0, 0, 1, 1])).tolist() == pytest.approx([7 / 15, 7 / 15, 1 / 15])
    assert chances(np.array([2, 2]), 0.0).tolist() == [0.0, 0.0, 1.0]
    coded = [Step(f"c{k}", 1900, k % 2, k % 2) for k in range(40)]

    def known(right: bool) -> dict[tuple[str, int], Forecast]:
        made = [np.eye(3)[one.later if right else 2] for one in coded]
        return {(f"c{k}", 1900): Forecast(f"c{k}", 1900, row, row, row, 0.0, "") for k, row in enumerate(made)}

    rows = scored("these", coded, coded, known(True))
    assert [row[1] for row in rows] == [RUNS, "persistence", "Markov chain", HINDSIGHT]
    assert rows[0][2] == 0.0 and rows[1][2] == 0.0 and float(str(rows[2][2])) > 0.0
    wrong = scored("these", coded, coded, known(False))
    assert wrong[0][2] == 2.0 and "does worse than persistence" in headline(wrong)
    assert "beats Markov chain" in headline(rows) and "can't be told from persistence" in headline(rows)
    assert scored("these", [], coded, {}) == [] and headline([]).startswith("There is no score")


def test_countries_of_shipped_scenarios_are_left_out() -> None:
    used = fitted_on()
    assert {"RUS", "DEU", "FRA", "CHN", "GBR"} <= used
    assert not used & {"BOL", "THA", "NOR"}


def test_labels_of_a_run_are_the_codings() -> None:
    """State property comes first; then the electoral lens decides."""
    made = from_record.every(50, 1950, 1950)
    one = next(state for state in made if state.key == "NOR")
    forecast = from_record.forecasts([one], TINY, told=False)[0]
    assert forecast.failed == "" and forecast.began.tolist() == [1.0, 0.0, 0.0] and forecast.worst < 1e-9
    assert callable(named_labels)


def test_a_forecast_knows_no_war_to_come() -> None:
    """From 1910 on France's war of 1914 is unknown, and threat stays what it is; from 1915 on the war is on."""
    before, during = (scenario_from_record("FRA", year) for year in ("1910", "1915"))
    assert any(event.kind == "war" for event in before.outside)
    told = as_at_start(before).outside
    assert told and all(event.kind == "path" and len(event.knots) == 1 for event in told)
    first = next(event for event in before.outside if event.kind == "path" and event.variable == "hostility")
    kept = next(event for event in told if event.variable == "hostility" and event.country == first.country)
    assert [*kept.knots.values()] == [first.knots[min(first.knots)]]
    assert any(event.kind == "war" for event in as_at_start(during).outside)


def test_every_part_has_a_report() -> None:
    from importlib import import_module

    for part in PARTS:
        assert callable(import_module(f"validation.{part}").report), part


def test_pages_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_record, "SMALL_SHARE", 400)
    monkeypatch.setattr(lenses_cover, "YEARS_SMALL", 1)
    monkeypatch.setattr(lenses_cover, "list_scenarios", lambda: ["germany-1930", "russia-1917"])
    monkeypatch.setattr(autonomy, "list_scenarios", lambda: ["germany-1930"])
    monkeypatch.setattr(autonomy, "PARTS", (0.1, 0.5, 0.9))
    monkeypatch.setattr(autonomy, "YEARS", 1)
    pages = {part: module.report(TINY) for part, module in
             (("autonomy", autonomy), ("from_record", from_record), ("lenses_cover", lenses_cover))}  # fmt: skip
    for part, page in pages.items():
        path = write(part, page, 1.0, tmp_path)
        assert path.name == f"{part.replace('_', '-')}.md" and path.read_text().startswith(f"# {page.title}")
    assert (tmp_path / "autonomy-balance.png").stat().st_size > 10_000
    assert len(pages["autonomy"].tables[0].rows) == len(PROPERTY) * len(autonomy.MEASURES)
    assert [row[0] for row in pages["lenses_cover"].tables[0].rows] == list(LENSES)
    valid = next(table for table in pages["from_record"].tables if table.key == "valid")
    assert sum(int(str(row[2])) for row in valid.rows) == 0
