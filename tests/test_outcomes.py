"""Outcomes by hand: what each kind makes of a few months, where it has nothing to say, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter

from thermidor.errors import InputError
from thermidor.experiments import outcomes as o
from thermidor.experiments.design import AnOutcome
from thermidor.lenses.spells import Axes, Reading

MONTHS = np.datetime64("1920-01", "M") + np.arange(24)
NAMES = ("calm", "storm", "unclassified")


def lived(values, codes=None):
    """Columns and reading of some runs of one country: a variable `norms` [run, month] and labels."""
    values = np.asarray(values, float)
    axes = Axes(runs=tuple(range(len(values))), months=MONTHS[: values.shape[1]], countries=("here",))
    raw = np.zeros(values.shape, np.int8) if codes is None else np.asarray(codes, np.int8)
    return {"norms": values[:, :, None]}, Reading.of(axes, raw[:, :, None], NAMES, 1)


def ask(outcome, values, codes=None):
    """One outcome's columns."""
    found = o.measured({"x": TypeAdapter(AnOutcome).validate_python(outcome)}, *lived(values, codes))
    return found["x"] if list(found) == ["x"] else found


STEP = [[1, 1, 0, 0, 1, 0], [1] * 6, [0] * 6]
BELOW = {"variable": "norms", "below": 0.5}


def test_reached_first_and_time_to_say_when_and_have_none_for_never():
    assert ask({"reached": BELOW}, STEP).tolist() == [1, 0, 1]
    assert np.allclose(ask({"first": BELOW}, STEP), [1920 + 2 / 12, np.nan, 1920], equal_nan=True)
    assert np.allclose(ask({"time_to": BELOW, "from": "1920-02"}, STEP), [1 / 12, np.nan, 0], equal_nan=True)


def test_a_window_leaves_the_other_months_out():
    assert ask({"reached": BELOW, "to": "1920-02"}, STEP).tolist() == [0, 0, 1]
    assert ask({"mean_of": "norms", "from": "1920-03", "to": "1920-05"}, STEP).tolist() == pytest.approx([1 / 3, 1, 0])
    assert ask({"first": BELOW, "from": "1920-05"}, STEP)[0] == pytest.approx(1920 + 5 / 12)


def test_share_value_and_at_least():
    assert ask({"share_of_time": {"variable": "norms", "at_least": 1.0}}, STEP).tolist() == pytest.approx([0.5, 1, 0])
    assert ask({"value_at": "norms", "month": "1920-05"}, STEP).tolist() == [1, 1, 0]
    assert ask({"value_at": "norms"}, STEP).tolist() == [0, 1, 0]


@pytest.mark.parametrize(("spell", "years", "ended"), [("first", 2, 1), ("longest", 2, 1), ("total", 3, 0)])
def test_duration_counts_a_spell_cut_by_the_end_as_not_ended(spell, years, ended):
    found = ask({"duration": BELOW, "spell": spell}, STEP)
    assert found["x"][0] * 12 == pytest.approx(years) and found["x_ended"][0] == ended
    assert np.isnan(found["x"][1]) and np.isnan(found["x_ended"][1])
    assert found["x"][2] * 12 == pytest.approx(6) and found["x_ended"][2] == 0


def test_order_tells_before_not_before_and_neither():
    labels = [[0, 1, 1, 2], [0, 2, 1, 1], [0, 0, 0, 0], [0, 1, 1, 1]]
    asked = {"order": ["storm", "unclassified"]}
    assert np.allclose(ask(asked, np.zeros((4, 4)), labels), [1, 0, np.nan, 1], equal_nan=True)


def test_label_at_is_a_text_and_a_bare_text_is_a_label():
    labels = [[0, 1, 1, 0], [1, 1, 1, 1]]
    assert ask({"label_at": "1920-02"}, np.zeros((2, 4)), labels).tolist() == ["storm", "storm"]
    assert ask({"label_at": "end"}, np.zeros((2, 4)), labels).tolist() == ["calm", "storm"]
    assert ask({"share_of_time": "storm"}, np.zeros((2, 4)), labels).tolist() == [0.5, 1]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"reached": "no-such-label"}, "unknown label"),
        ({"value_at": "norm"}, "unknown variable"),
        ({"value_at": "norms", "country": "nowhere"}, "unknown country"),
        ({"value_at": "norms", "month": "1960-01"}, "has no month 1960-01"),
        ({"mean_of": "norms", "from": "1920-05", "to": "1920-02"}, "ends (1920-02) before it begins"),
    ],
)
def test_what_a_run_has_not_is_refused_with_its_place(outcome, said):
    with pytest.raises(InputError, match=r"outcomes\.x") as refused:
        o.check(TypeAdapter(AnOutcome).validate_python(outcome), MONTHS, ("here",), "outcomes.x")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "bad", [{}, {"label": "a", "variable": "norms"}, {"variable": "norms"}, {"label": "a", "below": 1}]
)
def test_a_condition_is_one_thing(bad):
    with pytest.raises(ValueError, match=r"condition|variable"):
        o.Condition.model_validate(bad)
