"""Deriving: conditions read off a run's members, events carried over, the twin, and what a derived start is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from thermidor.cli.app import app
from thermidor.country import COUNTRY, VARIABLES, WORKER
from thermidor.draws import START, country_key, month_key, uniform
from thermidor.errors import InputError
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.scenarios import derive as deriving
from thermidor.scenarios import load_scenario, parse_scenario, resolve, scenario_text
from thermidor.scenarios.conditions import CARRIED, CONDITIONS, SUMS_TO_ONE
from thermidor.scenarios.derive import (
    PARTS,
    VARIABLE_OF,
    ageing_of,
    ages,
    conditions_of,
    derive,
    redated,
    schooling_of,
    twin,
)
from thermidor.scenarios.resolved import DEFAULTS
from thermidor.society import AGES, CHILD_SKILL, DRAWS, found

MINIATURE = Path(__file__).parent / "data" / "miniature.yaml"
SCENARIO = load_scenario(MINIATURE)
RULES = load_rules()
VALUES = {name: RULES[name].value for name in RULES.names}
DATES = {"name": "later", "at": "1924-01", "until": "1959-12"}
MEMBERS, CITIZENS = 7, 2000


@pytest.fixture(scope="module")
def lived() -> dict[str, np.ndarray]:
    """Four years of the miniature: country -> series [member, month, variable]."""
    record = RULES.record({})
    runs = [
        simulate(resolve(SCENARIO, 1, k), record, seed=1, replicate=k, citizens=CITIZENS, months=48).series
        for k in range(MEMBERS)
    ]
    return {name: np.stack(runs)[:, :, here] for here, name in enumerate(SCENARIO.countries)}


@pytest.fixture(scope="module")
def states(lived: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """What the members were in the last of these months."""
    return {name: {v: series[:, -1, i] for i, v in enumerate(VARIABLES)} for name, series in lived.items()}


def test_every_condition_has_its_variable(states: dict[str, dict[str, np.ndarray]]) -> None:
    """Each condition is read off something, except forms of property that the country doesn't keep apart."""
    assert set(VARIABLE_OF.values()) <= set(VARIABLES) and set(CARRIED) <= set(COUNTRY.names or ())
    leader = np.max([state["gdp_per_head"] for state in states.values()], axis=0)
    read = conditions_of(states["northland"], leader, VALUES)
    assert set(CONDITIONS) - set(read) == {"property.feudal", "property.petty", "property.collective"}
    assert all(numbers.shape == (MEMBERS,) and np.isfinite(numbers).all() for numbers in read.values())


def test_values_are_medians_with_even_ranges(states: dict[str, dict[str, np.ndarray]]) -> None:
    """The median is in the middle of its range, which no decile lies inside of on both sides."""
    made = derive(SCENARIO, states, VALUES, **DATES, source="assumed: a test")
    for name, country in made.countries.items():
        for key, variable in VARIABLE_OF.items():
            value, numbers = country.start[key], states[name][variable]
            numbers = np.clip(numbers, CONDITIONS[key].low, CONDITIONS[key].high)
            low, middle, high = np.quantile(numbers, (0.1, 0.5, 0.9))
            assert value.range is not None and value.source == "assumed: a test"
            if key.partition(".")[0] not in SUMS_TO_ONE:
                assert value.value == pytest.approx(middle, rel=1e-3, abs=1e-6), key
                reach = min(middle - low, high - middle)
                assert value.range == pytest.approx((middle - reach, middle + reach), rel=2e-3, abs=1e-6), key
    assert parse_scenario(scenario_text(made)) == made


def test_a_derived_society_begins_where_the_members_stood(states: dict[str, dict[str, np.ndarray]]) -> None:
    """Founded from members who are all alike, the country's record is theirs."""
    alike = {name: {v: np.full(5, numbers[2]) for v, numbers in state.items()} for name, state in states.items()}
    made = derive(SCENARIO, alike, VALUES, **DATES, source="assumed: a test")
    world = found(resolve(made, 1, 0), RULES.record({}), seed=1, replicate=0, citizens=10_000).flat
    near = (
        "gdp_per_head", "population", "heavy_capital", "light_capital", "unfinished", "industry", "to_consume", "trend",
        "norms", "organisation_of_worker", "organisation_of_peasant", "fear_of_worker", "fear_of_official", "literacy",
        "room", "frontier", "state_property", "heads_worker", "heads_peasant", *CARRIED,
    )  # fmt: skip
    for here, name in enumerate(SCENARIO.countries):
        for variable in near:
            was, begun = states[name][variable][2], world[here, VARIABLES.index(variable)]
            assert begun == pytest.approx(was, rel=0.04, abs=0.015), (name, variable)


def test_ages_and_schooling_are_those_of_a_founded_society() -> None:
    """What deriving reckons with is what founding draws, and the way back finds the conditions."""
    assert (deriving.AGES, deriving.CHILD_SKILL) == (AGES, CHILD_SKILL)
    for ageing, literacy in ((0.0, 0.4), (0.9, 0.93)):
        settings = {"southland.ageing": ageing, "southland.literacy": literacy, "southland.skill_spread": 0.05}
        resolved = resolve(SCENARIO.overlay(settings), 1, 0)
        flat = found(resolved, RULES.record({}), seed=1, replicate=0, citizens=20_000).flat[1]
        begun = dict(zip(VARIABLES, flat, strict=True))
        infants = np.array([begun["infants"] / begun["population"]])
        assert infants[0] == pytest.approx((ages(ageing) < 5.0).mean(), abs=0.01)
        assert ageing_of(infants)[0] == pytest.approx(ageing, abs=0.2)
        back = schooling_of(np.array([begun["literacy"]]), np.array([ageing]), VALUES["working_age"])
        assert back[0] == pytest.approx(literacy, abs=0.03)


def test_deriving_reckons_with_the_rules_it_is_given(states: dict[str, dict[str, np.ndarray]]) -> None:
    """Growth is read off the trend's own span, and schooling off the age at which work begins."""
    state = states["southland"]
    usual = conditions_of(state, state["gdp_per_head"], VALUES)
    other = conditions_of(state, state["gdp_per_head"], VALUES | {"trend_years": 12.0, "working_age": 18.0})
    assert other["past_growth"] == pytest.approx(0.5 * usual["past_growth"])
    assert (other["literacy"] > usual["literacy"]).all()


def test_neutral_defaults_change_nothing() -> None:
    """A scenario that leaves the carried conditions out begins, to the bit, as before there were any."""
    resolved, rules = resolve(SCENARIO, 1, 0), RULES.record({})
    assert not {*CARRIED, "ageing", "skill_spread", "renewal", "consumption"} & set(
        SCENARIO.countries["northland"].start
    )
    given = resolved.conditions["northland"]
    society = found(resolved, rules, seed=1, replicate=0, citizens=CITIZENS)
    c, rule = society.world[0], rules[0]
    assert (c.loyalty, c.profit_share, c.arms_share) == (0.7, 0.25, rule["arms_peace"])
    assert not any(c[key] for key in set(CARRIED) - {"loyalty", "profit_share", "arms_share"})
    capital = given["capital_output"] * (c.output * (1.0 - given["farm_output"]))
    assert c.unfinished == rule["gestation"] * rule["wear"] * capital * 1.1 and c.to_consume == 0.75 * c.output
    assert c.frontier == max(conditions["gdp_per_head"] for conditions in resolved.conditions.values())
    assert 1.5 * DEFAULTS["village_living"] == 0.8
    stream = month_key(country_key(1, 0, "northland"), 0, START)
    start, end = society.spans[0]
    rows = [row for row in range(start, end) if society.people[row]["class_"] == WORKER][:40]
    assert rows
    for row in rows:
        me, draws = society.people[row], (row - start) * DRAWS
        age = 78.0 * (1.0 - math.sqrt(1.0 - uniform(stream, draws)))
        assert me["age"] == int(age * 12.0)
        assert me["fear"] == np.float32(given["fear"] * (0.5 + uniform(stream, draws + 5)))
        if age >= 15.0:
            skill = given["literacy"] * (0.4 + 1.2 * uniform(stream, draws + 1))
            assert me["skill"] == np.float32(min(max(skill, 0.02), 0.98))


def test_events_are_cut_and_carried_on() -> None:
    """A war that is over is gone, a later one stays; a path goes on from its value at the date, past the old end."""
    made = redated(SCENARIO, "later", "1925-01", "1969-12")
    wars = [event for event in made.outside if event.kind == "war"]
    assert [(war.from_, war.to) for war in wars] == [("1940-06", "1943-05")]
    paths = {event.variable: event.knots for event in made.outside if event.kind == "path"}
    assert paths["hostility"]["1925-01"] == 0.3 and paths["hostility"]["1969-12"] == 0.4
    assert paths["embargo"]["1925-01"] == pytest.approx(0.6) and "1920-01" not in paths["embargo"]
    assert redated(SCENARIO, "later", "1921-01", "1959-12").outside[0].from_ == "1921-01"


def test_a_twin_is_set_back_in_its_parts_only(states: dict[str, dict[str, np.ndarray]]) -> None:
    """All parts by default, or those named; nothing else of the scenario changes."""
    made = derive(SCENARIO, states, VALUES, **DATES, source="assumed: a test")
    old = SCENARIO.countries["northland"].start
    for parts in ((), ("norms",), ("fear", "room")):
        other = twin(made, SCENARIO, "northland", parts)
        back = {key for part in parts or PARTS for key in PARTS[part]}
        here, inherited = other.countries["northland"].start, made.countries["northland"].start
        assert all(here.get(key) == (old.get(key) if key in back else inherited.get(key)) for key in CONDITIONS)
        assert other.countries["southland"] == made.countries["southland"] and other.outside == made.outside
        assert other.title != made.title


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "1919-12"], "1920-01 to 1959-12"),
        (["--at", "1920-01"], "nothing can be derived"),
        (["--at", "192x-01"], "YYYY-MM"),
        (["--at", "1930-13"], "YYYY-MM"),
        (["--until", "1923-01"], "it would end"),
        (["--until", "soon"], "it would end"),
        (["--name", "No Name"], "small letters"),
        (["--twin", "northlant"], "did you mean 'northland'?"),
        (["--twin", "northland", "--part", "norm"], "did you mean 'norms'?"),
        (["--part", "norms"], "--twin COUNTRY"),
        (["--regime", "facism"], "did you mean 'fascism'?"),
        (["--replicates", "3"], "too few"),
        (["--to", "/no/such/folder/x.yaml"], "no such folder"),
    ],
    ids=" ".join,
)
def test_bad_wishes_are_refused_before_any_work(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clear message and exit code 2; nothing is run, and an old file stays as it is."""
    monkeypatch.setattr("thermidor.runs.run", lambda *_, **__: pytest.fail("it was run"))
    target = tmp_path / "later.yaml"
    target.write_text("old")
    wish = {"--at": "1924-01", "--name": "later", "--to": str(target)}
    options = [part for pair in wish.items() if pair[0] not in arguments for part in pair]
    done = CliRunner().invoke(app, ["derive", str(MINIATURE), *options, *arguments])
    assert done.exit_code == 2 and words in done.stderr and "Traceback" not in done.output
    assert target.read_text() == "old"


def test_the_command_writes_a_scenario_that_loads(tmp_path: Path) -> None:
    """The command writes the same file twice, says how it was made, and refuses a regime that too few were in."""
    call = ["derive", str(MINIATURE), "--at", "1921-01", "--name", "later", "--replicates", "6", "--citizens", "500"]
    texts = []
    for name in ("a.yaml", "b.yaml"):
        done = CliRunner().invoke(app, [*call, "--regime", "all", "--twin", "northland", "--to", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert "6 of 6 members" in done.stdout
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]
    made = load_scenario(tmp_path / "a.yaml")
    assert (made.name, made.start, made.end) == ("later", "1921-01", "1959-12")
    source = made.countries["southland"].start["gdp_per_head"].source
    assert source.startswith("assumed: derived by `thermidor derive") and "--seed 1 --regime all" in source
    assert made.countries["northland"].start["room"] == SCENARIO.countries["northland"].start["room"]
    done = CliRunner().invoke(app, [*call, "--regime", "fascism", "--to", str(tmp_path / "c.yaml")])
    assert done.exit_code == 2 and "only" in done.stderr and not (tmp_path / "c.yaml").exists()


def test_a_wrong_country_is_named(states: dict[str, dict[str, np.ndarray]]) -> None:
    """The pure functions raise the same errors as the command."""
    with pytest.raises(InputError, match="no country 'westland'"):
        twin(SCENARIO, SCENARIO, "westland")
