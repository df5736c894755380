"""The world beside the record: sources by hand, counts in covered years only, bands, kinds and what follows what."""

from __future__ import annotations

import numpy as np
import pytest
from validation import world, world_record
from validation.ensemble import Plan
from validation.page import write
from validation.world import Course, Met, counted, fates, first_dates, followers, kinds
from validation.world_record import Source, band, beside, by_decade, decades, moved, spaced, state_in

YEARS, PLACES = 10, 3
NEVER = np.inf


def told(name: str, keys: dict[str, str]) -> Source:
    """One source by its name for some countries, 1913-2000."""
    return next(one for one in world_record.sources(keys, 1913, 2000) if one.name == name)


def run(*met: Met, war: bool = False) -> Course:
    """Ten years of three countries: the first poor and of peasants, the second rich, the third between."""
    months = 12 * YEARS
    poor = np.tile(np.array([0, 2, 1], np.int8), (YEARS, 1))
    rural = np.tile(np.array([True, False, False]), (YEARS, 1))
    fought = np.full((YEARS, PLACES), war)
    return Course(
        list(met), np.zeros((months, PLACES), np.int8), np.full((months, PLACES), 0.5, np.float32), poor, rural, fought
    )


def test_the_state_of_a_key_is_that_of_the_year() -> None:
    german = state_in("DEU", 1930), state_in("DEU", 1960)
    assert [one.coded[0] for one in german if one] == ["DEU", "DEU_W"]
    soviet = state_in("SUN", 1930)
    assert soviet is not None and soviet.coded == ("RUS",)
    assert state_in("AUH", 1918) is not None and state_in("AUH", 1919) is None


def test_what_the_sources_give_by_hand() -> None:
    keys = {"here": "SUN", "there": "MEX", "gone": "AUH"}
    civil = told("Correlates of War: civil wars", keys)
    assert civil.events == {"here": [1917], "there": [1914, 1923, 1926, 1929]}
    assert civil.covered["gone"] == frozenset(range(1913, 1919))
    risen = told("V-Dem's list: revolutions", keys)
    assert risen.events["here"] == [1917] and "there" not in risen.covered, "V-Dem's list has 27 countries"
    assert 1973 in told("Polity: breaks", {"here": "CHL"}).events["here"]


def test_polity_breaks_within_three_years_and_once() -> None:
    score = {1917: 2.0, 1918: 4.0, 1919: 6.0, 1920: 6.0}
    assert [year for year in score if moved(score, year)] == [1919], "two points a year are four in three years"
    assert spaced([1919, 1920, 1921, 1922, 1930], 3) == [1919, 1922, 1930]


def test_decades_cover_every_year_once() -> None:
    spans = decades(1913, 2000)
    assert spans[0] == (1913, 1919) and spans[-1] == (1990, 2000)
    assert [year for first, last in spans for year in range(first, last + 1)] == list(range(1913, 2001))
    assert by_decade([1913, 1919, 1920, 2000], spans) == [2, 1, 0, 0, 0, 0, 0, 0, 1]


def test_a_band_and_where_the_record_lies() -> None:
    low, middle, high = band(np.arange(101))
    assert (low, middle, high) == (5.0, 50.0, 95.0)
    assert [beside(x, low, high) for x in (4, 5, 95, 96)] == ["below", "inside", "inside", "above"]


def test_events_count_in_covered_years_once_a_month_and_not_from_abroad() -> None:
    source = Source("s", "", world_record.BREAKS, {}, {"a": frozenset({1913}), "b": frozenset(range(1913, 1923))})
    one = run(
        Met(0, 0, "coup", ""), Met(0, 0, "restoration", ""), Met(13, 0, "coup", ""), Met(90, 1, "conquest", ""),
        Met(90, 1, "revolution", world.FROM_ABROAD), Met(5, 1, "peace", ""), Met(5, 2, "coup", ""),
    )  # fmt: skip
    assert counted([one], source, ("a", "b", "c"), 1913).tolist() == [[1, 1]]


def test_first_revolutions_are_own_ones() -> None:
    runs = [
        run(
            Met(30, 1, "revolution", "drift"), Met(20, 1, "revolution", world.FROM_ABROAD), Met(40, 1, "revolution", "")
        ),
        run(),
    ]
    assert first_dates(runs, PLACES).tolist() == [[NEVER, 30.0, NEVER], [NEVER] * 3]


def test_kinds_count_country_years_without_a_revolution_yet() -> None:
    runs = [run(Met(24, 0, "revolution", ""), war=True)]
    rows = {row[0]: row for row in kinds(runs, first_dates(runs, PLACES)).rows}
    assert rows["poor"][4] == 3.0, "two whole years and the one in which it came"
    assert rows["poor"][2] == pytest.approx(1000.0 / 3.0) and rows["poor"][1] == 1.0
    assert rows["rich"][2] == 0.0 and rows["rich"][4] == 10.0
    assert rows["at peace"][4] == 0.0 and rows["at war"][4] == 23.0


def test_followers_beyond_the_calendar() -> None:
    """Two countries whose dates go together spread; dates that are the calendar's do not."""
    together = np.array([[10.0, 12.0, NEVER], [100.0, 102.0, NEVER]] * 20)
    seen, expected = followers(together, 24.0)
    assert seen.tolist() == [1.0] * 40 and expected.mean() < 0.8
    calendar = np.array([[10.0, 12.0, NEVER]] * 40)
    seen, expected = followers(calendar, 24.0)
    assert (seen - expected).tolist() == [0.0] * 40
    assert len(followers(np.full((3, 2), NEVER), 24.0)[0]) == 0


def test_runs_too_short_for_a_fate_have_none() -> None:
    runs = [run(Met(24, 0, "revolution", ""))]
    assert list(fates(runs, first_dates(runs, PLACES), ("a", "b")).rows) == []


def test_the_page_is_made(tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = world.report(Plan(replicates=2, citizens=100, small=True, threads=1))
    written = write("world", page, 1.0, tmp_path).read_text()
    assert "Polity: breaks" in written and (tmp_path / "world-ribbon.png").stat().st_size > 10_000
    labels = (tmp_path / "world-labels.csv").read_text().splitlines()
    assert len(labels) == 2 + 24 * 88, "a line of what made it, a head, and every country and year"
    decade = [row for row in page.tables[0].rows if row[0] == "Polity: breaks" and row[1] != "all"]
    assert len(decade) == 9 and {row[-1] for row in decade} <= {"inside", "below", "above"}


def test_what_example_adds_is_paired() -> None:
    with_it = np.full((60, 2), NEVER)
    with_it[:, 0] = 5.0
    with_it[::3, 1] = 5.0
    none = np.full((30, 2), NEVER)
    words, sign = world.example(with_it, none)
    assert sign == 1 and words.startswith("with it +1.33")
    assert world.example(with_it, with_it)[1] == 0
    assert world.example(none, with_it[:30])[1] == -1
