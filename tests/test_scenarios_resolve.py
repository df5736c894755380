"""Resolving: draws keyed by name, sums, outside events laid out by month."""

from __future__ import annotations

import pickle
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermidor.country import ORGANISATIONS, OUTSIDE
from thermidor.errors import InputError
from thermidor.scenarios import (
    Scenario,
    events_between,
    load_scenario,
    parse_scenario,
    resolve,
    resolved_rows,
    scenario_text,
)
from thermidor.scenarios.check import REQUIRED
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS, OUTSIDE_LIMITS, SUMS_TO_ONE
from thermidor.scenarios.resolved import DEFAULT_ORGANISATIONS, DEFAULTS, NOWHERE, unit_draw

MINIATURE = Path(__file__).parent / "data" / "miniature.yaml"
TEXT = MINIATURE.read_text(encoding="utf-8")
SCENARIO = load_scenario(MINIATURE)


def test_resolved_has_every_condition_and_shape() -> None:
    resolved = resolve(SCENARIO, 1, 0)
    assert resolved.countries == ("northland", "southland")
    assert resolved.first_month == np.datetime64("1920-01", "M") and resolved.months == 480
    assert all(set(conditions) == set(CONDITIONS) for conditions in resolved.conditions.values())
    assert resolved.outside.shape == (480, 2, len(OUTSIDE)) and resolved.outside.flags.c_contiguous
    assert resolved.outside.dtype == np.float64 and np.isfinite(resolved.outside).all()
    assert resolved.organisations["northland"].shape == (len(ORGANISATIONS), len(ORGANISATION_CONDITIONS))
    assert resolved.patrons["northland"].tolist() == [1 if name == "owners" else -1 for name in ORGANISATIONS]
    assert {name: tuple(row) for name, row in zip(ORGANISATIONS, resolved.organisations["southland"], strict=True)} == (
        DEFAULT_ORGANISATIONS
    )
    assert set(DEFAULTS) | set(REQUIRED) == set(CONDITIONS)
    assert resolved.places == {"northland": NOWHERE, "southland": NOWHERE}
    assert resolved.record_keys == {"northland": "FIN", "southland": None}
    assert resolved.conditions["southland"]["authority.government"] == 1.0
    assert resolved.conditions["northland"]["classes.landlord"] == 0.0
    assert pickle.loads(pickle.dumps(resolved)).conditions == resolved.conditions


def test_draw_is_the_documented_hash() -> None:
    word = int.from_bytes(blake2b(b"7|3|northland|fear").digest()[:8], "big")
    assert abs(unit_draw(7, 3, "northland", "fear") - word / 2**64) < 1e-15
    low, high = SCENARIO.countries["northland"].start["fear"].range or (0.0, 0.0)
    assert resolve(SCENARIO, 7, 3).conditions["northland"]["fear"] == low + (high - low) * unit_draw(
        7, 3, "northland", "fear"
    )


def test_draws_fill_the_unit_interval_and_differ_along_every_axis() -> None:
    for axis in range(4):
        keys = [[5, 5, "a", "k"] for _ in range(2000)]
        for n, key in enumerate(keys):
            key[axis] = n if axis < 2 else f"x{n}"
        draws = np.array([unit_draw(*key) for key in keys])  # type: ignore[arg-type]
        assert len(set(draws.tolist())) == 2000
        counts = np.histogram(draws, 20, (0, 1))[0]
        assert ((counts - 100) ** 2 / 100).sum() < 50  # chi-square, 19 degrees of freedom, p = 1e-4
        assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.09


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**63), replicate=st.integers(0, 10_000))
def test_every_member_keeps_ranges_limits_and_sums(seed: int, replicate: int) -> None:
    resolved = resolve(SCENARIO, seed, replicate)
    for name, conditions in resolved.conditions.items():
        given_ = SCENARIO.countries[name].start
        for key, number in conditions.items():
            assert CONDITIONS[key].low <= number <= CONDITIONS[key].high
            if key in given_ and key.split(".")[0] not in SUMS_TO_ONE:
                low, high = given_[key].range or (given_[key].value,) * 2
                assert low <= number <= high
        for group in SUMS_TO_ONE:
            assert sum(x for key, x in conditions.items() if key.startswith(f"{group}.")) == pytest.approx(1, abs=1e-12)
    for column, name in enumerate(OUTSIDE):
        limits = OUTSIDE_LIMITS[name]
        assert resolved.outside[..., column].min() >= limits.low and resolved.outside[..., column].max() <= limits.high
    again = resolve(SCENARIO, seed, replicate)
    assert again.conditions == resolved.conditions and np.array_equal(again.outside, resolved.outside)


def test_members_differ_and_fixed_numbers_do_not() -> None:
    many = [resolve(SCENARIO, 1, k) for k in range(20)]
    recall = [r.conditions["northland"]["norms.recall"] for r in many]
    assert len(set(recall)) == 20
    assert {r.conditions["northland"]["population"] for r in many} == {1.0}
    assert {r.conditions["northland"]["classes.official"] for r in many} == {0.015}
    assert np.mean(recall) == pytest.approx(0.885, abs=0.03)


def test_a_draw_does_not_depend_on_its_neighbours() -> None:
    alone = parse_scenario(TEXT.replace("        patron: southland\n", ""))
    alone = alone.model_copy(update={"countries": {"northland": alone.countries["northland"]}})
    fewer = SCENARIO.overlay({"northland.fear": 0.1, "southland.fear": 0.2, "northland.pact": 0.3})
    turned = SCENARIO.model_copy(update={"countries": dict(reversed(SCENARIO.countries.items()))})
    reference = resolve(SCENARIO, 1, 4)
    for scenario in (alone, fewer, turned, SCENARIO.without_outside()):
        resolved = resolve(scenario, 1, 4)
        for key, number in resolved.conditions["northland"].items():
            if key not in ("fear", "pact"):
                assert number == reference.conditions["northland"][key], key
    shuffled = SCENARIO.model_copy(update={"outside": SCENARIO.outside[::-1]})
    assert np.array_equal(resolve(shuffled, 1, 4).outside, reference.outside)


def test_a_setting_in_a_group_stands_as_set() -> None:
    changed = SCENARIO.overlay({"northland.property.state": 0.8, "northland.property.petty": 0.15})
    for k in range(5):
        conditions = resolve(changed, 1, k).conditions["northland"]
        assert conditions["property.state"] == 0.8 and conditions["property.petty"] == 0.15
        assert conditions["property.capitalist"] == pytest.approx(0.05)


def test_a_group_drawn_to_nothing_falls_back_to_the_given_numbers() -> None:
    text = TEXT.replace(
        "authority.government: {value: 0.4, range: [0.3, 0.5]", "authority.government: {value: 0.4, range: [0, 0.5]"
    )
    scenario = parse_scenario(text)
    government = scenario.countries["northland"].start["authority.government"]
    assert government.range == (0.0, 0.5)
    nothing = {k: v.model_copy(update={"range": (0.0, 0.0)}) if k.startswith("authority.") else v
               for k, v in scenario.countries["northland"].start.items()}  # fmt: skip
    country = scenario.countries["northland"].model_copy(update={"start": nothing})
    patched = scenario.model_copy(update={"countries": scenario.countries | {"northland": country}})
    conditions = resolve(patched, 1, 0).conditions["northland"]
    assert conditions["authority.government"] == 0.4 and conditions["authority.councils"] == 0.6


def exact(scenario: Scenario) -> Scenario:
    """The scenario with no spread in its events."""
    events = tuple(event.model_copy(update={"spread": 0.0}) for event in scenario.outside)
    return scenario.model_copy(update={"outside": events})


def test_wars_and_paths_stand_in_their_months() -> None:
    outside = resolve(exact(SCENARIO), 1, 0).outside[:, 0, :]
    war, hostility, embargo = (outside[:, OUTSIDE.index(name)] for name in ("war", "hostility", "embargo"))
    assert war[1] == 0.0 and war[2] == 0.6 and war[25] == 0.6 and war[26] == 0.0
    assert np.flatnonzero(war == 0.8).tolist() == list(range(245, 281))
    assert outside[2, OUTSIDE.index("war_deaths")] == 0.01
    assert hostility[0] == 0.6 and hostility[30] == pytest.approx(0.45) and hostility[60] == pytest.approx(0.3)
    assert (hostility[312:] == 0.4).all() and embargo[-1] == 0.4
    assert not resolve(SCENARIO, 1, 0).outside[:, 1].any()
    assert not resolve(SCENARIO.without_outside(), 1, 0).outside.any()


def test_spread_scales_a_whole_event_and_is_clipped() -> None:
    ratios = set()
    for k in range(30):
        outside = resolve(SCENARIO, 1, k).outside[:, 0, :]
        ratio = outside[5, OUTSIDE.index("war")] / 0.6
        assert 0.9 <= ratio <= 1.1
        assert outside[5, OUTSIDE.index("treatment")] / 0.5 == pytest.approx(ratio)
        ratios.add(ratio)
        later = outside[250, OUTSIDE.index("war")] / 0.8
        assert later != pytest.approx(ratio)
    assert len(ratios) == 30
    assert resolve(parse_scenario(TEXT.replace("{war: 0.6", "{war: 1.0")), 1, 0).outside.max() <= 1.0


def test_events_between_give_the_same_months() -> None:
    scenario = exact(SCENARIO)
    part = scenario.model_copy(update={"start": "1941-01", "end": "1950-12"})
    part = part.model_copy(update={"outside": events_between(scenario, "1941-01", "1950-12")})
    assert np.allclose(resolve(part, 1, 0).outside, resolve(scenario, 1, 0).outside[252:372], atol=1e-12)
    assert len(part.outside) == 3
    events = events_between(SCENARIO, "1941-01", "1950-12")
    part = part.model_copy(update={"outside": events})
    assert parse_scenario(scenario_text(part)) == part


def test_rows_show_what_was_drawn() -> None:
    resolved = resolve(SCENARIO, 1, 2)
    rows = {row.key: row for row in resolved_rows(resolved, SCENARIO)}
    row = rows["northland.norms.recall"]
    assert float(row.value) == pytest.approx(resolved.conditions["northland"]["norms.recall"], rel=1e-5)
    assert row.range == "0.8 to 0.97" and row.source.startswith("assumed")
    arms = rows["northland.organisations.owners.arms"]
    assert float(arms.value) == pytest.approx(resolved.organisations["northland"][3, 1], rel=1e-5)


def test_a_negative_replicate_is_refused() -> None:
    with pytest.raises(InputError, match="numbered from 0"):
        resolve(SCENARIO, 1, -1)
