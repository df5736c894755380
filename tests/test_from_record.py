"""Scenarios from the record: hand-checked values, valid everywhere, sourced, and no outcome leaks into them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from validation.from_record import refit
from validation.skill import Step, brier, rivals

from thermidor.cli.new import Wish, carry_out
from thermidor.country import CLASSES
from thermidor.errors import InputError
from thermidor.record.facts import filling
from thermidor.record.states import state
from thermidor.scenarios import load_scenario, parse_scenario, resolve, scenario_text
from thermidor.scenarios.conditions import CONDITIONS, ORGANISATION_CONDITIONS
from thermidor.scenarios.from_record import leading, scenario_from_record
from thermidor.scenarios.from_record_land import covered_years, spelled
from thermidor.scenarios.from_record_mapping import mapping, number, state_property
from thermidor.scenarios.from_record_polity import camp_of
from thermidor.scenarios.schema import Value

SPREAD = [
    ("USA", 1800), ("FRA", 1799), ("GBR", 1820), ("TWS", 1850), ("DEU", 1862), ("JPN", 1870), ("AUH", 1913),
    ("CHN", 1912), ("IND", 1913), ("ITA", 1923), ("ESP", 1936), ("YUG", 1948), ("PRK", 1950), ("VNM_S", 1960),
    ("COD", 1965), ("DDR", 1970), ("CHL", 1973), ("IRN", 1980), ("CUB", 1990), ("UKR", 1992), ("SRB", 2000),
    ("SGP", 2010), ("ISL", 2020), ("ETH", 1900),
]  # fmt: skip


def start(country: str, when: str, **asked: object) -> dict[str, Value]:
    scenario = scenario_from_record(country, when, **asked)  # type: ignore[arg-type]
    return next(iter(scenario.countries.values())).start


def test_russia_in_1914_by_hand() -> None:
    found = start("Russia", "1914")
    assert found["gdp_per_head"].value == 2.152 and found["gdp_per_head"].range is None
    assert found["population"].value == pytest.approx(155.98, abs=0.1), "Maddison, between 1913 and 1920"
    assert found["past_peak"].value == pytest.approx(2.254 / 2.152, rel=1e-3), "1913 over 1914"
    assert found["army"].value == pytest.approx(1286 / 170902 - 0.003, rel=1e-3), "soldiers of 1913 beyond the core"
    assert found["franchise"].value == pytest.approx(0.48 * 0.1), "half of the adults; no opposition could stand"
    assert found["room"].value == 0.372, "V-Dem, end of 1913"
    assert found["authority.army"].value == 0.9, "constraints 1 of 7: all but a tenth lies with the command"
    assert found["norms.recall"].value == pytest.approx(0.1 + 0.6 * 0.107, rel=1e-3)
    assert found["property.state"].value == 0.05 and "collectivised" not in found


def test_germany_in_1930_by_hand() -> None:
    found = start("GERMANY", "1930")
    votes = {"reform": 29.3, "revolution": 10.5, "reaction": 14.0, "liberal": 12.1 + 8.6}
    for camp, share in votes.items():
        assert found[f"camps.{camp}"].value == pytest.approx(0.75 * share / 74.5, rel=1e-3), camp
    assert found["camps.fascist"].value == 0.0, "in 1928 its share was too small to be listed"
    assert found["authority.government"].value == pytest.approx(0.1 + 0.8 * 4 / 6, abs=1e-4)
    assert found["franchise"].value == 1.0
    assert found["past_ascent"].value == pytest.approx(math.log(6333 / 4621) / 15, abs=5e-4)
    assert start("Germany", "1932-12")["camps.fascist"].value == pytest.approx(0.75 * 33.1 / 90.6, rel=1e-3)


def test_the_soviet_union_in_1937_by_hand() -> None:
    found = start("Soviet Union", "1937")
    assert found["gdp_per_head"].value == 3.437 and found["past_growth"].value == pytest.approx(0.0809, abs=1e-3)
    assert found["property.state"].value == 0.92 and found["property.state"].range == (0.8, 0.98)
    assert found["authority.party"].value == 0.8 and found["collectivised"].value == 0.9
    assert found["land.feudal"].value == 0.02
    assert found["room"].value == pytest.approx(0.037, abs=2e-3)
    keeps = 0.88 - 0.22 * math.log(3.437 / 1.73)
    assert found["classes.peasant"].value == pytest.approx((1 - 0.365) * keeps, abs=2e-3), "towns by the model"
    assert found["drain"].value == 0.0 and found["planned"].value == 0.92


def test_france_in_1851_by_hand() -> None:
    found = start("France", "1851")
    assert found["gdp_per_head"].value == 2.499 and found["population"].value == pytest.approx(36.5, abs=0.1)
    assert found["land.feudal"].value == 0.08, "after the land reform of the revolution"
    assert found["franchise"].value == 0.5, "men vote since 1848"
    assert found["authority.government"].value == pytest.approx(0.1 + 0.8 * 4 / 6, abs=1e-4), "constraints 5 of 7"
    odds = 0.4 * found["classes.peasant"].value / (1 - found["classes.peasant"].value)
    assert found["farm_output"].value == pytest.approx(odds / (1 + odds), rel=1e-3)


@pytest.mark.parametrize(("country", "year"), SPREAD)
def test_any_country_and_year_gives_a_whole_scenario(country: str, year: int) -> None:
    """Written and read back; all sums, ranges, units and sources hold; what is drawn says that it is assumed."""
    scenario = scenario_from_record(country, str(year))
    assert parse_scenario(scenario_text(scenario)) == scenario
    drawn = resolve(scenario, seed=1, replicate=3).conditions
    assert all(sum(one[f"classes.{name}"] for name in CLASSES) == pytest.approx(1.0) for one in drawn.values())
    assert scenario.start == f"{year}-01" and scenario.end == f"{year + 10}-12" and len(scenario.countries) == 2
    for one in scenario.countries.values():
        for group in ("classes", "property", "authority"):
            shares = [value.value for key, value in one.start.items() if key.startswith(f"{group}.")]
            assert sum(shares) == pytest.approx(1.0, abs=1e-6) and min(shares) >= 0.0
        assert sum(value.value for key, value in one.start.items() if key.startswith("camps.")) <= 0.95
        for key, value in one.start.items():
            check(value, CONDITIONS[key].low, CONDITIONS[key].high)
        for organisation in one.organisations.values():
            for key, limits in ORGANISATION_CONDITIONS.items():
                if (value := getattr(organisation, key)) is not None:
                    check(value, limits.low, limits.high)
        assert len([value for value in one.start.values() if value.range is None]) >= 1


def check(value: Value, low: float, high: float) -> None:
    assert "mapping line '" in value.source
    assert value.source.split("mapping line '")[1].rstrip("'") in mapping()["lines"]
    assert value.source.startswith("assumed: ") == (value.range is not None)
    if value.range is not None:
        assert low <= value.range[0] <= value.value <= value.range[1] <= high
        assert value.range[0] < value.range[1]


def test_the_leading_country_stands_beside_unless_others_are_asked_for() -> None:
    assert [one.key for year in (1800, 1890, 1950) if (one := leading(year))] == ["GBR", "GBR", "USA"]
    assert list(scenario_from_record("Britain", "1820").countries)[1] != "britain"
    assert list(scenario_from_record("Cuba", "1960", beside=["USA", "Soviet Union"]).countries) == [
        "cuba",
        "united-states",
        "soviet-union",
    ]
    assert list(scenario_from_record("Cuba", "1960", beside=["none"]).countries) == ["cuba"]


def test_what_is_coded_for_the_end_of_a_year_holds_from_the_next_january() -> None:
    january, december = start("Germany", "1933"), start("Germany", "1933-12")
    assert january["room"].value > 0.5 > december["room"].value
    assert start("China", "1949")["property.state"].value < 0.2 < start("China", "1950")["property.state"].value


def test_no_later_outcome_of_its_own_enters() -> None:
    """The start does not depend on how long is run, and outside pressure takes the property of the start."""
    short, long = (scenario_from_record("Russia", "1914", until=until) for until in (1914, 1950))
    assert short.countries == long.countries
    assert not [event for event in long.outside if event.kind == "path" and event.variable == "embargo"]
    wars = [event for event in long.outside if event.kind == "war" and event.country == "russia"]
    assert [event.from_ for event in wars][:1] == ["1914-07"] and all(event.spread == 0.5 for event in wars)
    held = scenario_from_record("Soviet Union", "1980", until=2000)
    embargo = next(event for event in held.outside if event.kind == "path" and event.variable == "embargo")
    assert embargo.knots == {"1980-01": 0.4, "1989-07": 0.4, "1990-07": 0.0, "2000-12": 0.0}


def test_a_world_slump_is_seen_from_abroad() -> None:
    events = scenario_from_record("Brazil", "1928", until=1935, beside=["none"]).outside
    slump = next(event for event in events if event.kind == "path" and event.variable == "trade_slump")
    assert max(slump.knots, key=lambda month: slump.knots[month])[:4] in ("1932", "1933")
    assert max(slump.knots.values()) > 0.2 > slump.knots["1928-01"] == 0.0


@pytest.mark.parametrize(
    ("country", "when", "asked", "words"),
    [
        ("Germny", "1918", {}, ("unknown country", "did you mean 'Germany'?")),
        ("Frnace", "1918", {}, ("did you mean 'France'?",)),
        ("DEUT", "1918", {}, ("did you mean 'DEU'?",)),
        ("Deutschland", "1918", {}, ("unknown country", "`thermidor new --from-record` takes English names")),
        ("Suomi", "1918", {}, ("unknown country", "such as NORWAY or NOR")),
        ("Kenya", "1900", {}, ("lacks people", "covered are 1910-2024", "try 1910")),
        ("Serbia", "1950", {}, ("no Serbia in 1950", "1804-1917, 1992-2024", "Yugoslavia")),
        ("Russia", "19", {}, ("can't read the year '19'", "YYYY-MM")),
        ("Russia", "1918-13", {}, ("can't read the year",)),
        ("Russia", "1700", {}, ("1789 to 2024",)),
        ("Russia", "1918", {"until": 1917}, ("the last year is 1917",)),
        ("Russia", "1918", {"beside": ["Soviet Union"]}, ("stands in the scenario already",)),
        ("Russia", "1918", {"beside": ["Frnace"]}, ("did you mean 'France'?",)),
        ("Russia", "1918", {"name": "Bad Name"}, ("small letters",)),
    ],
)
def test_what_the_record_cannot_give_is_refused_clearly(
    country: str, when: str, asked: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        scenario_from_record(country, when, **asked)  # type: ignore[arg-type]
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_the_command_writes_a_file_that_loads_and_keeps_an_old_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, wish = tmp_path / "mine.yaml", Wish(("GERMANY", "1918"), "France,Russia", 1920, "mine")
    carry_out(wish, file, force=False)
    told = capsys.readouterr().out
    assert "conditions from the record" in told and max(map(len, told.splitlines()[:-1])) <= 80
    assert list(load_scenario(file).countries) == ["germany", "france", "soviet-russia"]
    assert file.read_text().startswith(
        "# Made by `thermidor new --from-record GERMANY 1918 --with France,Russia --until 1920 --name mine`"
    )
    before = file.read_bytes()
    with pytest.raises(InputError, match="--force"):
        carry_out(wish, file, force=False)
    with pytest.raises(InputError, match="unknown country"):
        carry_out(wish._replace(beside="Nowhere"), file, force=True)
    assert file.read_bytes() == before
    carry_out(wish, file, force=True)
    assert file.read_bytes() == before, "the same wish writes the same file"
    with pytest.raises(InputError, match="no such folder"):
        carry_out(wish, tmp_path / "none" / "x.yaml", force=False)
    with pytest.raises(InputError, match="nothing to make a scenario from"):
        carry_out(wish._replace(from_record=None), file, force=True)


def test_every_number_of_the_mapping_has_unit_range_and_source() -> None:
    for line, entry in mapping()["lines"].items():
        assert entry["rule"] and 0.0 <= entry["either_way"] <= 0.5
        for name, one in entry["numbers"].items():
            assert one["unit"] and one["source"] and one["range"][0] <= one["value"] <= one["range"][1], (
                f"{line}.{name}"
            )
            assert number(line, name) == one["value"]
    for span in mapping()["state_property"]:
        assert span["first"] < span["last"] and span["range"][0] <= span["share"] <= span["range"][1]
        assert state(span["country"], span["first"] + 1).key == span["country"]
    assert state_property(state("RUS", 1920), 1920) and not state_property(state("RUS", 1916), 1916)


@pytest.mark.parametrize("model", ["literacy_by_schooling", "arms", "integrity"])
def test_the_models_that_fill_gaps_are_what_the_record_gives(model: str) -> None:
    shipped, made = filling()["models"][model], refit(model)
    assert (made.rows, made.places) == (shipped["rows"], shipped["places"])
    assert made.error == pytest.approx(shipped["error"], abs=1e-3)
    for term, factor in made.terms.items():
        assert factor == pytest.approx(shipped["terms"][term], abs=1e-3)


@pytest.mark.parametrize(
    ("party", "camp"),
    [
        ("National Socialist German Workers' Party", "fascist"),
        ("Social Democratic Party of Germany", "reform"),
        ("Independent Social Democratic Party of Germany", "revolution"),
        ("Communist Party of Germany", "revolution"),
        ("German National People's Party", "reaction"),
        ("Radical [Socialist] Party", "liberal"),
        ("Conservatives", "conservative"),
        ("independent", "aside"),
        ("Centre Party", "liberal"),
    ],
)
def test_camps_are_read_off_names_of_parties(party: str, camp: str) -> None:
    assert camp_of(party) == camp


def test_rivals_of_a_forecast_know_no_country_that_they_are_asked_about() -> None:
    """Two countries, each in another half: what one did is the chance given to the other."""
    found = [Step("AAA", 1900, 0, 0), Step("AAA", 1910, 0, 0), Step("BBB", 1900, 0, 1), Step("BBB", 1910, 0, 1)]
    chances = rivals(found)
    assert (chances["persistence"] == [1.0, 0.0, 0.0]).all()
    chain = chances["Markov chain"]
    assert chain[0, 1] > 0.7 and chain[2, 0] > 0.7 and chain.sum(axis=1) == pytest.approx(1.0)
    assert brier(chances["persistence"], [one.later for one in found]).tolist() == [0.0, 0.0, 2.0, 2.0]


def test_covered_years_are_told_as_spans() -> None:
    assert spelled([1900, 1901, 1903]) == "1900-1901, 1903"
    assert covered_years(state("Germany", 1918))[0] <= 1820
