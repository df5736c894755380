"""A number that is not finite stops the run and is named: country, step, variable and month."""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np
import pytest

from small import MINIATURE, live, start, state
from thermidor.country import FIELDS, OUTSIDE, VARIABLES
from thermidor.errors import InputError, RunError
from thermidor.runs.finite import PACKAGE, STEPS, check_finite, written_by
from thermidor.runs.simulate import advance, resume


@pytest.mark.parametrize(
    ("field", "step"),
    [
        ("drive", "plan"),
        ("technique", "produce"),
        ("need_norm", "distribute"),
        ("legitimacy", "contend"),
        ("repression_mass", "govern"),
        ("nerve", "transform"),
    ],
)
def test_a_nan_in_a_country_is_named(field, step):
    """Put into the second country after fourteen months; found in the month that works with it."""
    now = state()
    advance(now, 14)
    now["society"].world[field][1] = np.nan
    with pytest.raises(RunError) as caught:
        advance(now, 12)
    error = caught.value
    assert error.country == "southland" and error.month == "1921-03"
    assert error.step == step, str(error)
    assert str(error) == f"southland, 1921-03: {error.variable} is not a number after the step {step}"


def test_a_nan_in_a_citizen_is_named():
    now = state()
    advance(now, 2)
    now["society"].people["holdings"][3] = np.nan
    with pytest.raises(RunError, match=r"northland, 1920-03: .* after the step live"):
        advance(now, 1)


def test_a_nan_from_outside_is_named():
    resolved = start()
    outside = resolved.outside.copy()
    outside[30, 0, OUTSIDE.index("hostility")] = np.inf
    with pytest.raises(RunError, match=r"northland, 1922-07: hostility .* outside"):
        live(replace(resolved, outside=outside), months=40)


def test_the_month_is_right_after_going_on_from_a_stored_state():
    run = live(months=20, keep=True)
    run.state["world"]["technique"][0] = np.nan
    with pytest.raises(RunError, match="1921-09"):
        resume(run.state, 12)


def test_the_month_and_the_earliest_step_win():
    """Of all that is spoilt the first month counts, and in it the first step, not the first in the record."""
    series = np.zeros((3, 2, len(VARIABLES)))
    series[2] = np.nan
    for name in ("population", "drive", "frontier"):
        series[1, 1, VARIABLES.index(name)] = np.nan
    with pytest.raises(RunError) as caught:
        check_finite(series, ("here", "there"), "1999-12", 12)
    error = caught.value
    assert (error.country, error.step, error.variable, error.month) == ("there", "plan", "drive", "2001-01")


def test_a_finite_series_passes():
    check_finite(np.zeros((2, 1, len(VARIABLES))), ("here",), "1999-12")


def test_an_ensemble_names_the_member():
    from thermidor.runs import ensemble
    from thermidor.runs.simulate import simulate
    from thermidor.scenarios import load_scenario

    def spoilt(resolved, rule, *, replicate, **options):
        if replicate == 1:
            resolved.outside[3, 0, 0] = np.nan
        return simulate(resolved, rule, replicate=replicate, **options)

    with pytest.raises(RunError, match=r"(?s)northland, 1920-04: war.*1"):
        ensemble.run(load_scenario(MINIATURE), replicates=2, citizens=200, months=12, simulate=spoilt)


def test_every_written_field_has_its_step():
    """What a step or passage assigns is known; the rest is laid down at the start."""
    steps = written_by()
    assert set(steps) == set(VARIABLES)
    assert {step for writers in steps.values() for step in writers} == {"start", "outside", *STEPS}
    assert {steps[name] for name in OUTSIDE} == {("outside",)}
    assert steps["dislocation"][0] == "plan" and steps["eaten_worker"] == ("live",)
    fields = {field.name for field in FIELDS}
    for path in [*(PACKAGE / "steps").glob("*.py"), *(PACKAGE / "passages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "c":
                assert node.attr in fields, f"{path.name}: c.{node.attr} is no field of the country"


def test_too_few_citizens_are_refused():
    """Where nobody works in the towns, or in the villages, technique would be a number without sense, and explode."""
    with pytest.raises(InputError, match="too few citizens") as caught:
        live(months=1, citizens=2)
    assert caught.value.where.startswith("citizens: ") and "of 2 drawn for" in caught.value.why
    assert np.isfinite(live(months=60, citizens=100).series).all()
