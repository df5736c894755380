"""Tests of the chapter's claims on the record: planted effects are found, and nothing where nothing is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from thermidor import record as hr
from thermidor.errors import InputError
from thermidor.ledger.record import SHUFFLED, TESTS, Found, ends, found, growth, places, respect, slowdown, spread
from thermidor.ledger.record.exchange import (
    across,
    apart,
    exchanged,
    least_p,
    orders_p,
    permuted,
    pooled_exchange,
    two_sided,
)
from thermidor.ledger.record.panel import TIMES, Fit, draws, effects, exact_share, rank, slope, two_ways
from thermidor.record.states import spans

LEVEL = 0.05
KNOWN = {name: test() for name, test in TESTS.items()}


def panel(number: int, planted: float, countries: int = 14, years: int = 12) -> tuple[Any, ...]:
    """A made-up panel: causes and shocks last within a country, so that its years are no independent cases."""
    stream = draws("made up", number)
    who = [f"c{i:02d}" for i in range(countries) for _ in range(years)]
    when = [year for _ in range(countries) for year in range(years)]
    x = (stream.normal(size=(countries, 1)) + stream.normal(size=(countries, years)).cumsum(axis=1)).ravel()
    shock = (stream.normal(size=(countries, 1)) + stream.normal(size=(countries, years)).cumsum(axis=1)).ravel()
    return planted * x + shock + np.tile(np.arange(years) ** 1.5, countries), x, who, when


def fit(number: int, planted: float) -> Fit:
    y, x, who, when = panel(number, planted)
    return slope(y, x, who, two_ways(who, when))


def test_slope_by_hand() -> None:
    """Three cases of two rows: slope 1, residuals and clustered error reckoned on paper."""
    found = slope([0.0, 1.0, 1.0, 2.0, 2.0, 3.0], [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b", "c", "c"])
    assert found.slope == pytest.approx(1.0)
    # residuals are -1/2 and +1/2 in every case: scores of x less its mean cancel
    assert found.error == pytest.approx(0.0, abs=1e-12)
    other = slope([0.0, 0.0, 1.0, 1.0, 5.0, 5.0], [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b", "c", "c"])
    # slope (5 - 0) / 2; residuals 1/2, -1, 1/2; scores -1, 0, 1; CR1: 3/2 * 5/4; sum of squares of x is 4
    assert other.slope == pytest.approx(2.5)
    assert other.error == pytest.approx(math.sqrt(1.5 * 1.25 * 2.0) / 4.0)


def test_slope_is_that_of_the_textbooks() -> None:
    """Slope and error are those of least squares with dummies and clustered errors in a library."""
    models = pytest.importorskip("statsmodels.api")
    y, x, who, when = panel(3, 0.7)
    columns = np.column_stack([x, two_ways(who, when)[:, :-1]])
    groups = np.unique(who, return_inverse=True)[1]
    told = models.OLS(y, columns).fit(cov_type="cluster", cov_kwds={"groups": groups})
    own = slope(y, x, who, two_ways(who, when))
    assert own.slope == pytest.approx(told.params[0])
    assert own.error == pytest.approx(told.bse[0])


def test_a_planted_effect_is_found() -> None:
    """An effect of four errors is found with its sign, and the interval holds it."""
    for number in range(5):
        told = fit(number, 2.0)
        assert told.p < LEVEL and told.low < 2.0 < told.high
        assert fit(number, -2.0).slope < 0.0


def test_nothing_is_found_where_nothing_is() -> None:
    """Of eighty panels without an effect about one in twenty seems to have one, and intervals hold what was planted.

    With a true level of 5% more than 10 of 80 come in fewer than one in a hundred tries.
    """
    told = [fit(100 + number, 0.0) for number in range(80)]
    assert sum(one.p < LEVEL for one in told) <= 10
    covered = [fit(300 + number, 1.0) for number in range(80)]
    assert sum(one.low <= 1.0 <= one.high for one in covered) >= 70


def test_years_are_no_cases() -> None:
    """The error that counts each row as a case would be far too small: rows of a country are alike."""
    y, x, who, when = panel(7, 0.0)
    rows = slope(y, x, [str(i) for i in range(len(y))], two_ways(who, when))
    assert rows.error < 0.75 * slope(y, x, who, two_ways(who, when)).error


def test_p_and_interval_agree() -> None:
    """The interval leaves zero out just where p is below the level."""
    for number in range(20):
        told = fit(number, 0.3)
        assert (told.low > 0.0 or told.high < 0.0) == (told.p <= LEVEL) or abs(told.p - LEVEL) < 0.002


def test_no_slope_from_nothing() -> None:
    """Too few cases, or a cause that is no more than the columns beside it, are refused."""
    with pytest.raises(InputError, match="no slope"):
        slope([1.0, 2.0], [0.0, 1.0], ["a", "b"])
    with pytest.raises(InputError, match="no slope"):
        slope([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "c"], effects([1, 1, 2, 2]))


def test_columns() -> None:
    """One column for each label, in order."""
    assert effects(["b", "a", "b"]).tolist() == [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    assert two_ways(["a", "b"], [1, 1]).tolist() == [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]


def test_exact_share() -> None:
    """Against tables of Clopper and Pearson, and the closed forms at the ends."""
    assert exact_share(0, 3) == pytest.approx((0.0, 1.0 - 0.025 ** (1 / 3)))
    assert exact_share(3, 3) == pytest.approx((0.025 ** (1 / 3), 1.0))
    assert exact_share(3, 10) == pytest.approx((0.06674, 0.65245), abs=1e-5)


def test_rank_by_hand() -> None:
    """The highest of ten: its distance from the others' middle, p twice one in ten, place one."""
    told = rank(10.0, [float(n) for n in range(1, 10)])
    assert (told.beyond, told.p, told.place, told.of) == (5.0, pytest.approx(0.2), 1, 10)
    assert told.floor == pytest.approx(0.2)
    assert rank(5.0, [float(n) for n in range(1, 10)]).p == 1.0
    assert told.low == pytest.approx(10.0 - 8.8) and told.high == pytest.approx(10.0 - 1.2)
    with pytest.raises(InputError, match="no rank"):
        rank(1.0, [1.0, 2.0])


def test_apart_by_hand() -> None:
    """Two of five countries: difference of means, p by the ten ways to choose two."""
    values = {"a": 10.0, "b": 9.0, "c": 1.0, "d": 2.0, "e": 3.0}
    told = apart(values, {place: place in "ab" for place in values})
    assert told.slope == pytest.approx(7.5)
    assert told.p == pytest.approx(0.1, abs=0.025) and told.floor == pytest.approx(0.1) and told.p >= told.floor
    assert told.low <= told.slope <= told.high
    with pytest.raises(InputError, match="no difference"):
        apart(values, dict.fromkeys(values, True))


def test_the_smallest_p_by_hand() -> None:
    """What few cases can give at best: counted on paper."""
    # two of five: the two highest lie furthest out, one of ten ways; two of four: as far on either side, two of six
    assert least_p([10.0, 9.0, 1.0, 2.0, 3.0], 2) == pytest.approx(1 / 10)
    assert least_p([1.0, 2.0, 3.0, 4.0], 2) == pytest.approx(2 / 6)
    # two ones among five, three in the group: both ones in it (3 ways to add a nought) is 2/3 from the rest, none in
    # it 1 from the rest in one way of ten
    assert least_p([1.0, 1.0, 0.0, 0.0, 0.0], 3) == pytest.approx(1 / 10)
    # one in the group: a one, in two ways of five, lies 3/4 out, a nought 1/2
    assert least_p([1.0, 1.0, 0.0, 0.0, 0.0], 1) == pytest.approx(2 / 5)
    assert least_p([2.0] * 4, 2) == 1.0 and least_p(list(range(40)), 20) == 1.0 / (1 + TIMES)
    assert (orders_p(4), orders_p(30)) == (1 / 24, 1.0 / (1 + TIMES))
    # three cases with six weights each: 6 of 216 draws are the case itself, larger or smaller; of many cases, one draw
    three = slope([0.0, 0.0, 1.0, 1.0, 5.0, 5.0], [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b", "c", "c"])
    assert three.floor == pytest.approx(1 / 36) and fit(1, 0.0).floor == 1.0 / (1 + TIMES)
    line = across(np.array([0.0, 2.0, 4.0, 6.0]), np.array([0.0, 1.0, 2.0, 3.0]), list("abcd"))
    assert line.floor == 1 / 24


def test_permutations() -> None:
    """Two-sided p counts the given value; a statistic of labels is drawn without changing how many there are."""
    assert two_sided(3.0, np.array([1.0, -3.0, 2.0])) == pytest.approx(0.5)
    sums = permuted(lambda labels: float(labels.sum()), [1.0, 0.0, 1.0], times=20)
    assert sums.tolist() == [2.0] * 20


def test_histories_are_exchanged_whole() -> None:
    """Every history goes to one place and stays as it was; without a shuffle none moves."""
    histories = {place: {1900 + i: float(i)} for i, place in enumerate("abcdefgh")}
    assert exchanged(histories, None) == histories
    moved = exchanged(histories, 3)
    assert moved != histories and moved == exchanged(histories, 3) and moved != exchanged(histories, 4)
    assert sorted(map(str, moved.values())) == sorted(map(str, histories.values()))


def test_time_is_no_evidence() -> None:
    """Where cause and outcome share time only, pooled slopes are large and their p beside exchanges is not small."""
    names, years = [f"c{i:02d}" for i in range(12)], range(30)

    def made(number: int, part: str) -> dict[str, dict[int, float]]:
        stream = draws(part, number)
        return {p: {t: t / 10.0 + own + stream.normal() / 5.0 for t in years} for p, own in
                zip(names, stream.normal(size=12), strict=True)}  # fmt: skip

    told = [pooled_exchange(made(number, "outcome"), made(number, "cause"), number) for number in range(20)]
    assert min(one.mean for one in told) > 0.1 and sum(one.p < LEVEL for one in told) <= 4
    cause = made(1, "cause")
    tied = {p: {t: 3.0 * held[0] + t / 10.0 for t in years} for p, held in cause.items()}
    assert pooled_exchange(tied, cause).p < LEVEL


def test_across_by_hand() -> None:
    """Four countries on a line: the slope, and p by the orders that are as steep (2 of 24)."""
    told = across(np.array([0.0, 2.0, 4.0, 6.0]), np.array([0.0, 1.0, 2.0, 3.0]), list("abcd"))
    assert told.slope == pytest.approx(2.0) and told.p == pytest.approx(2 / 24, abs=0.02)


def test_draws_are_keyed() -> None:
    """The same keys give the same numbers, other keys others."""
    assert draws("a", 1).random() == draws("a", 1).random() != draws("a", 2).random()


@pytest.mark.parametrize("name", TESTS)
def test_every_test_tells(name: str) -> None:
    """Numbers are finite, the interval holds the estimate, and what a reader sees is plain."""
    told = KNOWN[name]
    assert isinstance(told, Found)
    assert np.isfinite([told.effect, told.low, told.high]).all() and told.low <= told.effect <= told.high
    assert told.p is None or 1.0 / (1 + TIMES) <= told.p <= 1.0
    assert (told.floor is None) == (told.p is None)
    assert told.floor is None or told.p is None or 0.0 < told.floor <= told.p + 1e-12
    assert told.detectable is None or (np.isfinite(told.detectable) and told.detectable > 0.0)
    assert told.cases >= 1 and told.observations >= 1 and told.unit and told.sources and all(told.sources)
    assert told.sentence.endswith(".") and told.sentence[0].isupper() and told.warning
    assert len(told.dots) <= 12
    for reading in told.readings:
        assert np.isfinite([reading.effect, reading.low, reading.high]).all()
        assert reading.low <= reading.effect <= reading.high
        assert reading.p is None or 0.0 <= reading.p <= 1.0
    for dot in told.dots:
        assert dot.low - 1e-12 <= dot.value <= dot.high + 1e-12
    words = [
        told.sentence,
        told.warning,
        told.unit,
        *(one.words for one in told.readings),
        *(d.label for d in told.dots),
    ]
    assert not [text for text in words if "_" in text or "nan" in text.split() or "+-" in text]
    assert (TESTS[name].__doc__ or "").count(".") >= 1


def test_a_description_has_no_p() -> None:
    """What has a p rests on more than one case; a description of one country has none."""
    assert all(told.cases > 1 for told in KNOWN.values() if told.p is not None)


@pytest.mark.parametrize("name", [name for name in TESTS if name not in SHUFFLED])
def test_a_description_is_not_shuffled(name: str) -> None:
    """There is nothing to exchange."""
    with pytest.raises(ValueError, match="exchanged"):
        TESTS[name](shuffle=1)


@pytest.mark.parametrize("name", SHUFFLED)
def test_shuffles(name: str) -> None:
    """A shuffle gives finite numbers, the same for the same draw, and others than the record's."""
    one = TESTS[name](shuffle=11)
    assert np.isfinite([one.effect, one.low, one.high, one.p]).all()
    assert one == TESTS[name](shuffle=11)
    assert {one.effect, TESTS[name](shuffle=12).effect} != {KNOWN[name].effect}


def test_the_same_bits_twice() -> None:
    """A test gives the same every time."""
    assert {name: test() for name, test in TESTS.items()} == KNOWN


@pytest.mark.parametrize(
    "name", ["command_forms", "growth_after_the_war", "integrity_on_product", "integrity_on_schooling"]
)
def test_false_support(name: str) -> None:
    """Of forty shuffles few find anything: more than six come in about one of a hundred tries at a level of 5%.

    Pooled slopes over time fail this unless p is taken beside exchanged histories.
    """
    assert sum(TESTS[name](shuffle=k).p < LEVEL for k in range(40)) <= 6  # type: ignore[operator]


def test_regimes_are_what_they_say() -> None:
    """Rows of the list have known keys, years in order, closed words and a source; first years agree with V-Dem's."""
    known = {one.key for one in spans()}
    for row in places.rows("state_socialist"):
        assert row["country"] in known and row["how"] in places.HOW and row["basis"] in ("read", "recalled")
        assert row["source"]
        regime = places.regimes()[row["country"]]
        assert regime.first <= regime.last <= regime.party
        if row["basis"] == "read" and row["source"].startswith("V-Dem"):
            key = spread.STANDS_FOR.get(row["country"], row["country"])
            assert regime.first in {int(one["first_year"]) for one in hr.table("spells") if one["country"] == key}


def test_single_party_years_are_those_of_the_source() -> None:
    """Where the list names the single-party years, they begin and end as the source has them."""
    for row in places.rows("state_socialist"):
        if row["source"].startswith("single-party years") and row["basis"] == "read":
            told = [
                int(one["year"])
                for one in hr.table("regimes")
                if one["country"] == row["country"] and one["regimenarrowcat"] == "Single-party rule"
            ]
            assert min(told) == int(row["first_year"])
            assert not row["last_year"] or max(told) == int(row["last_year"])


def test_attempts_are_coded() -> None:
    """The list of attempts has the force of each in closed words, and years."""
    told = places.rows("attempts")
    assert {row["force"] for row in told} <= {"none", "guards", "army"} and all(
        float(row["years"]) > 0.0 for row in told
    )
    assert [int(row["year"]) for row in told] == sorted(int(row["year"]) for row in told)


def test_products_are_not_joined_over_borders() -> None:
    """No growth over a change of land, and no land counted for two states."""
    assert places.growth("RUS", 1985, 1995) is None
    assert places.growth("RUS", 1928, 1940) == pytest.approx(100.0 * math.log(3.417 / 2.184) / 12, abs=0.01)
    lands = [places.product(place)[1860][0] for place in places.places() if 1860 in places.product(place)]
    assert len(lands) == len(set(lands))


def test_europe_is_a_list() -> None:
    """Known states, each once, with a source; no neighbour over the sea, and every planned one that is European."""
    told = [row["country"] for row in places.rows("europe")]
    assert told == sorted(set(told)) and set(told) <= {one.key for one in spans()}
    assert all(row["source"] and row["basis"] in ("read", "recalled") for row in places.rows("europe"))
    assert not [place for place in ("DZA", "MAR", "TUN", "TUR", "CYP", "GEO", "USA") if places.in_europe(place)]
    planned = {place for place in places.regimes() if places.in_europe(place)}
    assert planned == {"RUS", "ALB", "YUG", "BGR", "ROU", "POL", "HUN", "CSK", "DDR"}
    # by hand: East Germany has no product of its own; of the market states those with figures for 1950, 1973 and 1988
    for name in ("plan_after_1973_in_europe", "growth_after_the_war_in_europe"):
        assert KNOWN[name].cases == 8 + 19


def test_the_fullest_year_beside_chance() -> None:
    """Two of two years lie within a year of each other three times in four; half in the first year is found."""
    assert ends.fullest(np.array([0.0, 100.0, 364.0, 366.0, 800.0])) == 3
    assert ends.strewn(2, 730).mean() == pytest.approx(0.75 + 0.25 / 2, abs=0.02)
    assert ends.strewn(1, 730).tolist() == [1.0] * TIMES
    ahead = ends.strewn(36, 7000, 365)
    assert ahead.min() >= 0.5 and ahead.mean() < 0.6
    # the claim could fail: a list that has half of its measures in one year lies outside what counts as chance
    assert 0.5 - float(np.quantile(ends.strewn(36, 7000), 0.975)) > 0.1


def test_the_decisive_step_is_shown() -> None:
    """What a rival expects of the measures stands in the sentence, with counts that add up."""
    told = KNOWN["blows_by_year"]
    assert "11 came by the end of 1921" in told.sentence and "15 by the end of 1922" in told.sentence
    assert "November and December 1917" in told.warning
    by_words = {reading.words: reading for reading in told.readings}
    early = next(one for words, one in by_words.items() if words.startswith("share before 1923"))
    assert early.effect == pytest.approx(15 / 35) and early.low > 0.24


def test_one_window_for_one_series() -> None:
    """Both tests of the Soviet top hundredth take the same years."""
    assert KNOWN["top_hundredth_over_time"].observations == KNOWN["privilege_with_product"].observations == 20


def test_planned_years() -> None:
    """A regime counts from its first year to its last."""
    assert places.planned("HUN", 1949) and places.planned("HUN", 1988) and not places.planned("HUN", 1989)
    assert not places.ever_planned("HUN", 1990, 2000) and places.ever_planned("HUN", 1940, 1950)
    assert not places.planned("USA", 1950)


def test_numbers_known_from_elsewhere() -> None:
    """Figures that stand in the documentation come out again."""
    told = KNOWN["growth_in_the_first_plans"].dots[0].value, KNOWN["integrity_on_product"]
    assert told[0] == pytest.approx(3.7, abs=0.05)
    assert told[1].effect == pytest.approx(0.163, abs=0.05)
    assert KNOWN["integrity_on_product_within"].low < -0.008 < KNOWN["integrity_on_product_within"].high
    scarcity = (2728 + 2154) / (20201 + 10651 + 2728 + 2154 + 2056 + 1229 + 1118 + 353074 + 328618) - 2 / 9
    assert KNOWN["executions_in_the_worst_scarcity"].effect == pytest.approx(scarcity)
    assert KNOWN["administrative_share"].effect == pytest.approx(8.9 - 14.6)
    assert KNOWN["political_revolutions_won"].effect == 0.0
    first = KNOWN["access_in_the_first_year"]
    assert any(dot.value == pytest.approx(0.491, abs=0.001) for dot in first.dots)
    assert "0.86 to 0.88" in first.sentence and "0.80 in 1937" in first.sentence and "0.24" in first.warning
    assert "3.3%" in KNOWN["growth_after_the_war_in_europe"].sentence
    assert "4.2%" in KNOWN["growth_after_the_war_in_europe"].sentence
    assert (KNOWN["divided_vote"].low, KNOWN["divided_vote"].high) == (pytest.approx(-1.4), pytest.approx(4.2))


def test_counter_evidence_is_shown() -> None:
    """What speaks against the chapter is among the tests and says so with its numbers."""
    assert KNOWN["elite_continuity"].low > 50.0
    assert KNOWN["resistance_to_restoration"].high < 1.0
    assert KNOWN["executions_in_the_worst_scarcity"].high < 0.0
    assert KNOWN["administrative_share"].effect < 0.0
    assert KNOWN["soldiers_then_and_later"].effect < 0.0
    assert "near the floor" in KNOWN["alike_in_politics"].warning
    assert "a gap of the concept" in KNOWN["codings_of_the_first_years"].warning
    assert any("Europe" in text for text in (slowdown.plan_after_1973_in_europe.__doc__ or "",))


def test_words() -> None:
    """A difference is said in words, never as minus so much more."""
    assert found.higher(0.193, 2) == "0.19 higher" and found.higher(-0.02, 2) == "0.02 lower"


def test_rows_are_matched_by_year() -> None:
    """A cause counts in the years that it shares with the outcome."""
    rows = respect.rows_of("physical_integrity", {"RUS": {1918: 1.0, 1700: 2.0}}, lambda _place, _year: True)
    assert [(place, year, cause) for place, year, _, cause in rows] == [("RUS", 1918, 1.0)]


def test_a_case_and_the_others() -> None:
    """A shuffle puts another country in the place of the case and leaves the values as they are."""
    value, others = growth.chosen({"A": 1.0, "B": 2.0}, 9.0, None)
    assert value == 9.0 and others == {"A": 1.0, "B": 2.0}
    seen = {growth.chosen({"A": 1.0, "B": 2.0}, 9.0, k)[0] for k in range(30)}
    assert seen == {1.0, 2.0, 9.0}
