"""The historical record: what is shipped reads, is sourced, and is compared without inventing a year."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thermidor import record as hr
from thermidor.country import UNITS, VARIABLES
from thermidor.errors import InputError
from thermidor.record import facts
from thermidor.record.states import spans, state
from thermidor.record.wars import wars_between, wars_within

HERE = Path(str(files("thermidor.record")))
DATA = sorted((HERE / "data").glob("*.csv.gz"))
FILES = [*DATA, HERE / "data" / "countries.csv"]
ABOVE_ONE = {"military_share", "city_share"}
"""Shares that a source puts above one in some year; the catalogue says so."""
TABLES = sorted((HERE / "literature").glob("*.csv"))
YEARS = st.dictionaries(st.integers(1900, 1960), st.floats(0.1, 50.0), min_size=3, max_size=50)


def gdp() -> dict[int, float]:
    return hr.record("SUN", "gdp_per_head").by_year()


def months(first: int, last: int) -> np.ndarray:
    return np.arange(f"{first}-01", f"{last + 1}-01", dtype="datetime64[M]")


@pytest.mark.parametrize(
    ("country", "series", "year", "value"),
    [
        ("SUN", "gdp_per_head", 1913, 2.254),
        ("SUN", "gdp_per_head", 1928, 2.184),
        ("SUN", "gdp_per_head", 1937, 3.437),
        ("SUN", "gdp_per_head", 1940, 3.417),
        ("SUN", "gdp_per_head", 1946, 3.049),
        ("SUN", "gdp_per_head", 1970, 8.886),
        ("RUS", "soldiers", 1913, 1.286),
        ("RUS", "soldiers_share", 1950, 4300 / 180075),
        ("RUS", "iron_steel", 1937, 17.730),
        ("RUS", "income_gini", 1905, 0.5773),
        ("RUS", "polity", 1922, -7.0),
        ("RUS", "literacy", 1870, 0.15),
        ("RUS", "prisoners", 1950, 1.192636 + 0.188610),
        ("RUS", "prisoners", 1937, 0.841268),
        ("RUS", "electoral_democracy", 1937, 0.117),
    ],
)
def test_known_values(country: str, series: str, year: int, value: float) -> None:
    assert hr.record(country, series).by_year()[year] == pytest.approx(value, abs=1e-9)


def test_product_is_people_times_product_per_head() -> None:
    product, people = hr.record("SUN", "gdp").by_year(), hr.record("SUN", "population").by_year()
    assert product[1937] == pytest.approx(gdp()[1937] * people[1937])


def test_nothing_is_filled_in() -> None:
    assert not set(range(1941, 1946)) & gdp().keys()
    assert hr.record("SUN", "military_spending").year.min() == 1914


@pytest.mark.parametrize("name", hr.series_names())
def test_every_series_is_whole_and_sourced(name: str) -> None:
    covered = [country for country in hr.countries() if name in hr.series_names(country)]
    assert covered, f"{name} is known for no country"
    for country in covered:
        series = hr.record(country, name)
        assert len(series) > 0
        assert (np.diff(series.year) > 0).all()
        assert np.isfinite(series.value).all()
        assert series.unit and series.meaning and series.source and series.licence and series.caveat
        if series.unit in ("share", "index 0-1"):
            assert series.value.min() >= 0.0
            assert series.value.max() <= 1.0 or name in ABOVE_ONE
        with pytest.raises(ValueError, match="read-only"):
            series.value[0] = 0.0


def test_what_can_be_laid_beside_is_a_variable_of_the_country() -> None:
    pairs = [s for s in hr.record("SUN") if s.beside]
    assert {"gdp_per_head", "population", "urban_share", "arms_share"} <= {s.beside for s in pairs}
    for series in pairs:
        assert series.beside in VARIABLES
        assert series.how in ("same", "shape", "reversed") and series.note
        if series.how == "same":
            assert series.unit == UNITS[series.beside]


def test_a_stand_in_is_named() -> None:
    series = hr.record("SUN", "soldiers")
    assert series.found_as == "RUS" and "RUS stands in for SUN" in series.caveat
    assert hr.record("SUN", "gdp_per_head").found_as == "SUN"


def test_every_file_is_used_described_and_small() -> None:
    readme = (HERE / "data" / "README.md").read_text(encoding="utf-8")
    catalogue = (HERE / "catalogue.yaml").read_text(encoding="utf-8")
    for path in FILES:
        table_row = next(line for line in readme.splitlines() if line.startswith(f"| {path.name} "))
        assert any(mark in table_row for mark in ("CC BY", "CC0", "ISC", "free use", "facts")), path.name
        assert f"**{path.name.split('.')[0]}**" in readme, f"no caveat for {path.name}"
        assert f"  {path.name}:" in catalogue and f"file: {path.name}" in catalogue, path.name
    for path in TABLES:
        assert f"| {path.name} |" in readme
    assert {path.stem for path in TABLES} == set(hr.literature_tables())
    assert sum(path.stat().st_size for path in FILES + TABLES) < 1_500_000


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_packed_files_carry_no_time_and_no_name(path: Path) -> None:
    head = path.read_bytes()[:10]
    assert head[:3] == b"\x1f\x8b\x08" and head[3] == 0 and head[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_row_of_the_literature_is_typed_and_sourced(path: Path) -> None:
    rows = hr.literature(path.stem)
    with path.open(encoding="utf-8") as lines:
        assert len(rows) == sum(1 for _ in csv.reader(lines)) - 1 > 0
    for row in rows:
        assert row["quantity"] and row["place"] and row["unit"] and row["source"]
        assert row["basis"] in ("read", "computed", "memory")
        assert 1850 < row["year"] < 2030 and (row["to_year"] is None or row["to_year"] > row["year"])
        known = [row[key] for key in ("low", "value", "high") if row[key] is not None]
        assert known and known == sorted(known) and all(math.isfinite(number) for number in known)


def test_sentences_stay_within_their_total() -> None:
    rows = hr.literature("sentences", "death_sentences")
    by_year = {row["year"]: row["value"] for row in rows if row["to_year"] is None}
    total = next(row["value"] for row in rows if row["to_year"] == 1953)
    assert by_year[1937] == 353074 and by_year[1942] == 23278 and total == 799455
    assert 0.95 * total < sum(by_year.values()) < total
    every = {row["year"]: row["value"] for row in hr.literature("sentences", "all_sentenced")}
    assert all(every[year] >= by_year[year] for year in every.keys() & by_year.keys() - {1921})


def test_shares_of_producer_and_consumer_goods_make_a_whole() -> None:
    heavy = {row["year"]: row["value"] for row in hr.literature("accumulation", "producer_goods")}
    light = {row["year"]: row["value"] for row in hr.literature("accumulation", "consumer_goods")}
    assert heavy.keys() == light.keys() and len(heavy) == 6
    assert all(heavy[year] + light[year] == pytest.approx(100.0) for year in heavy)


def test_older_growth_rates_agree_with_the_older_levels() -> None:
    level = {row["year"]: row["value"] for row in hr.literature("relative_level", "gdp_per_head")}
    rates = [r for r in hr.literature("growth_by_period", "gdp_per_head_growth") if r["place"] == "USSR"]
    known = [row for row in rates if row["year"] in level and row["to_year"] in level]
    assert len(known) >= 8
    for row in known:
        span = row["to_year"] - row["year"]
        rate = 100.0 * ((level[row["to_year"]] / level[row["year"]]) ** (1.0 / span) - 1.0)
        assert row["value"] == pytest.approx(rate, abs=0.02), row


def test_growth_by_period() -> None:
    assert hr.growth_between("SUN", 1932, 1937) == pytest.approx(0.0809, abs=5e-4)
    assert hr.growth_between("SUN", 1937, 1940) == pytest.approx(-0.0019, abs=5e-4)
    for row in hr.growth_table({}, gdp(), hr.growth_periods()):
        assert row.model is None and row.record == pytest.approx(hr.growth_between("SUN", *row.period))
    assert len(hr.growth_periods()) == 13
    assert hr.growth_table(gdp(), gdp(), [(1940, 1943)]) == [hr.GrowthRow((1940, 1943), None, None)]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: hr.record("SUNN"), ("unknown country", "'SUN'")),
        (lambda: hr.series_names("SUNN"), ("unknown country", "'SUN'")),
        (lambda: hr.table("war"), ("unknown table", "did you mean 'wars'?")),
        (lambda: hr.source_of("polityy"), ("unknown series or table", "did you mean 'polity'?")),
        (lambda: hr.record("SUN", "populaton"), ("unknown series", "did you mean 'population'?")),
        (lambda: hr.record("DDR", "gdp_per_head"), ("no 'gdp_per_head' for 'DDR'", "does not cover", "soldiers")),
        (lambda: hr.literature("sentence"), ("unknown table", "did you mean 'sentences'?")),
        (lambda: hr.literature("party", "members"), ("unknown quantity", "party_members")),
        (lambda: hr.growth_between("SUN", 1940, 1943), ("1943", "none is filled in", "1940 or 1946")),
        (lambda: hr.growth_between("SUN", 1940, 1937), ("later",)),
        (lambda: hr.growth_between("SUN", 1937, 1940, "growth"), ("unknown series",)),
        (lambda: hr.mean_abs_log_error({1940: 1.0}, gdp(), 1928, 1985), ("share 1 years",)),
        (lambda: hr.mean_abs_log_error(dict.fromkeys(range(1928, 1938), 0.0), gdp(), 1928, 1985), ("positive", "1928")),
        (lambda: hr.beside(months(1930, 1931), np.ones(24), "SUN", "gdp"[:2]), ("unknown series",)),
    ],
)
def test_bad_names_and_years_are_refused_clearly(ask: Callable[[], object], words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_the_straight_line_is_the_rival_to_beat() -> None:
    assert hr.straight_line_error(gdp(), 1928, 1985) == pytest.approx(0.0689, abs=5e-4)
    fit = hr.log_fit(gdp(), gdp(), 1928, 1985)
    assert fit.missing == (1941, 1942, 1943, 1944, 1945) and fit.years == 53
    assert fit.error == pytest.approx(0.0, abs=1e-12) and fit.scale == pytest.approx(1.0)


@given(model=YEARS, factor=st.floats(0.01, 100.0))
def test_one_scale_and_no_more_is_removed(model: dict[int, float], factor: float) -> None:
    scaled = {year: value * factor for year, value in model.items()}
    error, scale = hr.mean_abs_log_error(model, scaled, 1900, 1960)
    assert error == pytest.approx(0.0, abs=1e-9) and scale == pytest.approx(factor)
    bent = {year: value * math.exp(0.05 if i % 2 else -0.05) for i, (year, value) in enumerate(scaled.items())}
    error, _ = hr.mean_abs_log_error(model, bent, 1900, 1960)
    assert 0.04 < error < 0.06


@given(start=st.floats(0.1, 10.0), rate=st.floats(-0.1, 0.1), gap=st.sets(st.integers(1901, 1929)))
def test_steady_growth_is_a_straight_line(start: float, rate: float, gap: set[int]) -> None:
    steady = {year: start * math.exp(rate * (year - 1900)) for year in range(1900, 1931) if year not in gap}
    if len(steady) >= 3:
        assert hr.straight_line_error(steady, 1900, 1930) < 1e-9
    (row,) = hr.growth_table(steady, steady, [(1900, 1930)])
    assert row.model == pytest.approx(rate, abs=1e-9)


def test_yearly_takes_whole_years_only() -> None:
    when = months(1930, 1932)
    values = np.repeat([1.0, 2.0, 3.0], 12)
    assert hr.yearly(when, values) == {1930: 1.0, 1931: 2.0, 1932: 3.0}
    assert hr.yearly(when[3:], values[3:]).keys() == {1931, 1932}
    assert hr.yearly(when.astype("datetime64[ns]"), values) == hr.yearly(when, values)
    values[13] = np.nan
    assert hr.yearly(when, values).keys() == {1930, 1932}
    with pytest.raises(ValueError, match="one length"):
        hr.yearly(when, values[1:])
    with pytest.raises(ValueError, match="twice"):
        hr.yearly(np.concatenate([when, when]), np.ones(72))


def test_beside_skips_and_counts_what_the_record_lacks() -> None:
    when = months(1938, 1947)
    pairs = hr.beside(when, np.linspace(3.0, 4.0, len(when)), "SUN", "gdp_per_head")
    assert pairs.year.tolist() == [1938, 1939, 1940, 1946, 1947]
    assert pairs.missing == (1941, 1942, 1943, 1944, 1945)
    assert pairs.record[2] == pytest.approx(3.417) and pairs.model[0] < pairs.model[-1]
    assert pairs.series.licence == "CC BY 4.0"


def test_reading_needs_no_heavy_import() -> None:
    heavy = ("yaml", "pandas", "numba", "xarray", "pydantic", "matplotlib", "zarr")
    code = f"import sys, thermidor.record; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_read_as_they_stand() -> None:
    for name in ("countries", "regimes", "spells", "wars", "civil_wars", "votes"):
        rows = hr.table(name)
        assert rows and all(None not in row and None not in row.values() for row in rows), name
        assert hr.source_of(name)
    assert {row["opponent"] for row in hr.table("wars") if row["warnum"] == "58" and row["country"] == "DEU"} == {"FRA"}
    votes = {r["v2paenname"]: r["v2pavote"] for r in hr.table("votes") if r["country"] == "DEU" and r["year"] == "1932"}
    assert votes["National Socialist German Workers' Party"] == "33.1"


def test_a_state_is_found_by_any_name_in_its_years() -> None:
    assert {state(name, 1913).key for name in ("russia", "RUS", "Russian Empire")} == {"RUS"}
    assert state("Soviet Union", 1937).product == ("SUN",) and state("RUS", 2000).product == ("RUS",)
    assert state("germany", 1960).coded == ("DEU_W", "DEU") and state("Germany", 1960).people_coded
    assert state("Côte d'Ivoire", 1970) == state("cote d'ivoire", 1970) == state("CIV", 1970)
    with pytest.raises(InputError, match="the state of that year on this land: Yugoslavia"):
        state("Serbia", 1950)
    with pytest.raises(InputError, match="did you mean 'Germany'"):
        state("Germny", 1918)


def test_spans_of_a_state_do_not_overlap_and_their_keys_exist() -> None:
    known = set(hr.countries())
    for one in spans():
        assert one.first <= one.last
        assert set(one.product) <= known and set(one.coded) <= known, one
        assert one.expert == "" or one.expert in known
        assert -90.0 <= one.place[0] <= 90.0 and -180.0 <= one.place[1] <= 180.0
        others = [other for other in spans() if other.key == one.key and other is not one]
        assert all(one.last < other.first or other.last < one.first for other in others), one


def test_facts_are_the_record_or_a_model_with_a_range() -> None:
    russia = state("Russia", 1913)
    assert facts.product(russia, 1913) == facts.Fact(2.254, facts.product(russia, 1913).source)
    assert facts.constraints(russia, 1913).value == 0.0
    assert facts.soldiers(russia, 1913).value == pytest.approx(1286 / 165700, rel=0.06)
    between = facts.people(state("Egypt", 1890), 1890)
    assert not between.observed and between.low < between.value < between.high and "1870 and 1913" in between.source
    east = facts.product(state("DDR", 1970), 1970)
    assert not east.observed and "regression" in east.source and east.low < 9.0 < east.high
    assert facts.product(state("Angola", 1900), 1900) is None


def test_a_war_is_joined_dated_and_told_from_both_sides() -> None:
    french, german = wars_between("FRA"), wars_between("DEU")
    of_1870 = [next(war for war in wars if war.first == 1870) for wars in (french, german)]
    assert [war.deaths for war in of_1870] == [152000.0, 44781.0]
    assert [war.outcome for war in of_1870] == [0.0, 1.0]
    great = next(war for war in german if war.first == 1914)
    assert (great.last, great.outcome) == (1918, 0.0) and great.deaths >= 1773700
    assert next(war for war in wars_between("RUS") if war.first == 1914).outcome == 0.5, "left before its side won"
    assert all(one.last < two.first for wars in (french, german) for one, two in pairwise(wars))
    assert any(war.first <= 1927 <= war.last for war in wars_within("CHN"))
