"""Events: each passage on series made by hand, what decided it, and that what is found is what the run counted."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import thermidor as th
from small import MINIATURE
from thermidor.cli.app import app
from thermidor.country import CENTRES, VARIABLES
from thermidor.errors import InputError
from thermidor.events import PASSAGES, READS, find, happened
from thermidor.events.find import _reader
from thermidor.events.quantities import QUANTITIES, phrase, told
from thermidor.events.record import DRIFT, FAILED, INSTALLED, REPELLED, SEIZURE, number
from thermidor.events.seen import Seen
from thermidor.runs.result import Result

AT, MONTHS = 20, 100
POWER = (
    "revolution",
    "counter-revolution",
    "coup",
    "fascist seizure",
    "political revolution",
    "usurpation",
    "hand-over",
)
COUNTED = {"measure", "succession"}
OFTEN = {"seizure": 1.5, "moves_pace": 6.0, "move_threshold": 0.07, "cost_of_failure": 0.2, "strike_threshold": 0.3}
"""Rules within their ranges under which power is fought for often."""
Changes = dict[str, Any]


def series(changes: Changes, months: int = MONTHS, countries: tuple[str, ...] = ("here",)) -> dict[str, Any]:
    """One run in which a government rules over private property; a change is a value a month, or a number for all.

    Of several countries all are alike but for the changes, which are the first's.
    """
    shape = (1, months, len(countries))
    made = {name: np.zeros(shape, np.float32) for name in VARIABLES}
    made["authority_government"][:] = 0.4
    for name, values in changes.items():
        made[name][0, :, 0] = values
    first = np.datetime64("1917-01", "M")
    return {**made, "run": np.array([0]), "month": first + np.arange(months), "country": np.array(countries)}


def steps(before: float, after: float, at: int = AT, until: int = MONTHS) -> np.ndarray:
    """One value before a month and another from it on, until a month."""
    months = np.arange(MONTHS)
    return np.where((months >= at) & (months < until), after, before)


def rule(old: str, new: str, until: int = MONTHS) -> Changes:
    """Most authority passes from one centre to another at `AT`, by itself."""
    none = {f"authority_{centre}": 0.0 for centre in CENTRES}
    return none | {f"authority_{old}": 0.5, f"authority_{new}": steps(0.2, 0.8, until=until)}


def seize(old: str, new: str, until: int = MONTHS) -> Changes:
    """The same, by seizure."""
    return rule(old, new, until) | {f"seized_{new}": steps(0, 1)}


OWNED = {"state_property": 0.8, "red": 0.8}
TAKEN = {"state_property": steps(0.8, 0.1, at=AT + 60), "red": 0.8}
"""The state ceases to own most five years after `AT`."""
KEPT = {"state_property": steps(0.8, 0.1, at=AT + 61), "red": 0.8}

OCCURS: list[tuple[str, Changes, Changes]] = [
    # passage, where it occurs at `AT`, where it nearly does
    ("revolution", rule("government", "councils"), rule("government", "councils", until=AT + 2)),
    ("revolution", rule("army", "councils", until=AT + 3), rule("councils", "army")),
    ("revolution", seize("government", "councils", until=AT + 1), rule("government", "councils", until=AT + 1)),
    ("revolution", rule("army", "party") | {"red": 0.5}, rule("army", "party") | {"red": 0.49}),
    ("revolution", rule("party", "councils") | {"red": 0.49}, rule("party", "councils") | {"red": 0.5}),
    ("counter-revolution", rule("councils", "government"), rule("councils", "government") | OWNED),
    ("counter-revolution", seize("councils", "army") | TAKEN, seize("councils", "army") | KEPT),
    ("counter-revolution", rule("councils", "party") | {"red": 0.2}, rule("councils", "party") | {"red": 0.6}),
    (
        "counter-revolution",
        rule("party", "government") | {"state_property": steps(0.6, 0.3, at=AT - 5)},
        rule("party", "government") | {"state_property": 0.3},
    ),
    ("coup", rule("government", "army"), rule("councils", "army")),
    ("coup", seize("party", "army", until=AT + 1), rule("party", "army", until=AT + 2)),
    ("fascist seizure", rule("army", "party"), rule("army", "party") | {"state_property": 0.5}),
    ("fascist seizure", seize("government", "party"), seize("government", "party") | {"red": 0.5}),
    (
        "political revolution",
        rule("party", "councils") | OWNED | {"norms": steps(0.3, 0.35, at=AT + 12)},
        rule("party", "councils") | OWNED | {"norms": steps(0.3, 0.35, at=AT + 13)},
    ),
    (
        "political revolution",
        seize("party", "councils") | OWNED | {"norms": steps(0.4, 0.6)},
        seize("party", "councils") | {"red": 0.8, "norms": steps(0.4, 0.6), "state_property": steps(0.8, 0.4, at=25)},
    ),
    ("hand-over", rule("army", "government"), rule("government", "army")),
    ("hand-over", rule("government", "party") | {"red": 0.2, "state_property": 0.6}, rule("government", "party")),
    ("attempt failed", {"failed_army": steps(0, 1)}, {"failed_army": 0.0, "odds": 0.4}),
    ("attempt failed", {"repelled": steps(0, 1)}, {"repelled": np.linspace(0, 0, MONTHS)}),
    ("conquest", {"conquests": steps(0, 1)}, {"conquests": 0.0, "peace": steps(0, 1)}),
    ("civil war", {"civil_war": steps(0, 0.1, until=AT + 3)}, {"civil_war": steps(0, 0.09)}),
    ("civil war", {"civil_war": steps(0, 1)}, {"civil_war": steps(0, 1, until=AT + 2)}),
    ("end of civil war", {"civil_war": steps(0.5, 0.09)}, {"civil_war": steps(0.5, 0.09, until=AT + 2)}),
    ("peace", {"peace": steps(0, 1, until=AT + 2)}, {"peace": steps(0, 1), "conquests": steps(0, 1)}),
    ("measure", {"moves": steps(3, 5), "seized_army": 0.0}, {"moves": 0.0, "norms": steps(0.5, 0.2)}),
    ("usurpation", OWNED | {"norms": steps(0.6, 0.59)}, OWNED | {"norms": steps(0.7, 0.61)}),
    (
        "usurpation",
        OWNED | {"norms": steps(0.5, 0.1)},
        {"norms": steps(0.5, 0.1), "state_property": steps(0.6, 0.4)},
    ),
    ("usurpation", OWNED | rule("councils", "party"), OWNED | seize("councils", "party")),
    (
        "restoration",
        {"state_property": steps(0.9, 0.79)},
        {"state_property": steps(0.9, 0.79, until=AT + 2)},
    ),
    ("restoration", {"state_property": steps(0.5, 0.19)}, {"state_property": steps(0.49, 0.19)}),
    (
        "withering",
        {"coercive_share": steps(0.01, 0.002), "need_norm": 0.5, "scarcity_absolute": 0.01},
        {"coercive_share": steps(0.01, 0.002), "need_norm": 0.5, "scarcity_absolute": 0.02},
    ),
    ("succession", {"successions": steps(0, 1)}, {"successions": 0.0, "leader": steps(0.5, 0.1)}),
]


def when(changes: Changes, passage: str) -> list[int]:
    return [
        int((e.month - np.datetime64("1917-01")).astype(int)) for e in find(series(changes)) if e.passage == passage
    ]


@pytest.mark.parametrize(("passage", "occurs", "nearly"), OCCURS, ids=[f"{k}-{row[0]}" for k, row in enumerate(OCCURS)])
def test_each_passage_occurs_and_nearly_occurs(passage: str, occurs: Changes, nearly: Changes) -> None:
    assert AT in when(occurs, passage)
    assert AT not in when(nearly, passage)


def test_every_passage_has_a_case_and_a_criterion() -> None:
    assert {row[0] for row in OCCURS} == set(PASSAGES)
    assert all(passage.criterion.endswith(".") and passage.decided for passage in PASSAGES.values())
    assert all(name in QUANTITIES for passage in PASSAGES.values() for name in passage.decided)
    assert {name for name, passage in PASSAGES.items() if passage.often} == COUNTED


def test_criteria_say_the_numbers_that_they_use() -> None:
    """A criterion in words stands beside its function; the numbers in both are the same."""
    from thermidor.events import passages, seen

    assert (passages.FOLLOWS, passages.RESTORED, seen.LASTING) == (5 * 12, 12, 3)
    assert "five years before" in PASSAGES["counter-revolution"].criterion
    assert "a year after" in PASSAGES["political revolution"].criterion
    assert f"at least {number(passages.CIVIL_WAR)} for three months" in PASSAGES["civil war"].criterion
    first, second, third = map(number, passages.GRADES)
    assert f"{first}, {second} or {third} for three months" in PASSAGES["restoration"].criterion


def test_nothing_happens_where_nothing_changes() -> None:
    """What is so from the start did not happen; an ordinary run has no event."""
    assert find(series({})) == []
    start = OWNED | {"norms": 0.1, "civil_war": 1.0, "coercive_share": 0.0, "need_norm": 1.0}
    assert find(series(start)) == []


def test_grades_are_passed_one_by_one_and_again_only_after_a_return() -> None:
    fall = np.select([np.arange(MONTHS) < m for m in (10, 20, 40, 60)], [0.9, 0.7, 0.3, 0.6], 0.1)
    found = [(e.grade, str(e.month)) for e in find(series({"state_property": fall})) if e.passage == "restoration"]
    assert found == [(0.8, "1917-11"), (0.5, "1918-09"), (0.5, "1922-01"), (0.2, "1922-01")]
    reached = [e.decided["reached"] for e in find(series({"state_property": fall})) if e.passage == "restoration"]
    assert reached == pytest.approx([0.1, 0.3, 0.1, 0.1], abs=1e-6)


def test_pace_is_the_fall_over_the_year_before() -> None:
    (event,) = find(series({"state_property": np.clip(0.9 - 0.01 * np.arange(MONTHS), 0.6, 1)}))
    assert (event.passage, event.grade) == ("restoration", 0.8)
    assert event.decided["pace"] == pytest.approx(10.5 / 11 * 0.12, abs=0.01)
    assert event.decided["reached"] == pytest.approx(0.6, abs=1e-6)


def test_norms_that_a_victor_brings_are_no_usurpation() -> None:
    norms = OWNED | {"norms": steps(0.7, 0.2)}
    assert when(norms, "usurpation") == [AT, AT]
    assert when(norms | seize("councils", "army"), "usurpation") == []
    assert when(norms | {"conquests": steps(0, 1)}, "usurpation") == []


def test_power_that_is_seized_twice_in_three_months_passed_twice() -> None:
    both = {"authority_councils": steps(0.0, 0.9, until=AT + 1), "authority_army": steps(0.0, 0.7)}
    both |= {"seized_councils": steps(0, 1), "seized_army": steps(0, 1, at=AT + 1)}
    found = [(e.passage, e.whom, e.who, e.how) for e in find(series(both)) if e.passage in POWER]
    assert found == [
        ("revolution", "government", "councils", SEIZURE), ("counter-revolution", "councils", "army", SEIZURE),
    ]  # fmt: skip


def test_a_winner_may_turn_out_weaker_than_who_stood_by() -> None:
    """The government moves against the councils, the army comes out of it strongest: both are told, the drift after."""
    won = {"authority_government": steps(0.1, 0.3), "authority_councils": steps(0.6, 0.1)}
    won |= {"authority_army": steps(0.2, 0.6), "seized_government": steps(0, 1)}
    found = [(str(e.month), e.passage, e.who, e.how) for e in find(series(won))]
    assert found == [
        ("1918-09", "counter-revolution", "government", SEIZURE), ("1918-10", "coup", "army", DRIFT),
    ]  # fmt: skip


def test_a_conquest_names_the_power_and_the_passage_that_it_is() -> None:
    order = {"authority_government": steps(0.2, 0.7), "authority_councils": steps(0.5, 0.1), "conquests": steps(0, 1)}
    made = series(order, countries=("here", "there", "elsewhere"))
    for centre, held in zip(CENTRES, (0.7, 0.1, 0.0, 0.0), strict=True):
        made[f"authority_{centre}"][0, AT, 1] = held
    found = [(e.passage, e.whom, e.who, e.how, e.abroad) for e in find(made)]
    taken = ("councils", "government", INSTALLED, "there")
    assert found == [("counter-revolution", *taken), ("conquest", *taken)]
    made["authority_army"][0, AT, 1] = 0.5  # it changed itself in the month: nobody can tell
    assert {e.abroad for e in find(made)} == {""}


@cache
def noise(runs: int = 3, seed: int = 5) -> dict[str, Any]:
    """Runs in which every number wanders and every counter counts."""
    rng = np.random.default_rng(seed)
    shape = (runs, MONTHS, 2)
    made = {name: rng.random(shape, np.float32) for name in VARIABLES}
    for name in ("moves", "conquests", "successions", *(f"{k}_{c}" for k in ("seized", "failed") for c in CENTRES)):
        made[name] = np.cumsum(rng.random(shape) < 0.03, axis=1).astype(np.float32)
    for name in (*(f"authority_{centre}" for centre in CENTRES), "state_property", "norms", "civil_war"):
        made[name] = np.repeat(made[name][:, ::10], 10, axis=1)
    made["peace"] = np.round(made["peace"])
    first = np.datetime64("1950-01", "M")
    axes = {"run": np.arange(runs) + 4, "month": first + np.arange(MONTHS), "country": np.array(["here", "there"])}
    return {**made, **axes}


def test_quantities_are_those_of_the_series() -> None:
    """Each is the variable's value in its month, for the centres of the event; only pace and reach are worked out."""
    made = noise()
    places = {name: place for place, name in enumerate(("here", "there"))}
    checked = set()
    for event in find(made):
        run, country = event.run - 4, places[event.country]
        month = int((event.month - made["month"][0]).astype(int))
        for name, value in event.decided.items():
            quantity = QUANTITIES[name]
            if name in ("pace", "reached"):
                continue
            where = places[event.abroad] if name == "might_against" else country
            variable = quantity.variable.format(who=event.who, whom=event.whom)
            at = min(max(month - quantity.before, 0), MONTHS - 1)
            assert value == made[variable][run, at, where], (event.passage, name)
            checked.add(name)
        names = told(event.decided, event.who, event.whom)
        assert event.because == "; ".join(phrase(name, event.decided) for name in names)
    withered = {"coercive_share": steps(0.01, 0.002), "need_norm": 0.5, "scarcity_absolute": 0.01}
    checked |= set(find(series(withered))[0].decided)
    assert checked == set(QUANTITIES) - {"pace", "reached"}


def test_a_seizure_tells_odds_and_a_drift_does_not() -> None:
    decided = {"odds": 0.76, "backing_councils": 2.1, "backing_government": 0.6, "mutineers": 2.1, "force": 0.6}
    decided |= {"weariness": 0.73, "norms": steps(0.2, 0.7), "landlordism": 0.1}
    (event,) = find(series(seize("government", "councils") | decided))
    assert event.text == (
        "the councils took power from the government: odds .76; backing 2.1 against .6; "
        "mutineers 2.1 against force .6; weariness of war .73; hold of a majority 0; norms .2 before, .7 after"
    )
    (event,) = find(series(rule("government", "councils") | decided))
    assert event.text.startswith("power passed from the government to the councils: backing 2.1 against .6; mut")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.756, ".76"), (2.13, "2.1"), (0.0, "0"), (-0.031, "-.031"), (12.4, "12"), (340.2, "340"), (1.0, "1"),
     (0.00042, "0"), (0.004, ".004"), (99.7, "100"), (0.996, "1")],
)  # fmt: skip
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_criteria_look_at_no_more_than_they_say() -> None:
    """`READS` is all that the criteria need, and nothing in it is idle."""
    made, asked = noise(), set()

    def values(name: str) -> np.ndarray:
        asked.add(name)
        return _reader(made)(name)

    seen = Seen(values)
    for passage in PASSAGES.values():
        list(passage.find(seen))
    assert asked == set(READS)


def test_whether_a_passage_happened() -> None:
    made = noise(runs=12)
    found = find(made)
    for passage in PASSAGES:
        own = [e for e in found if e.passage == passage and e.country == "there"]
        assert set(np.flatnonzero(happened(made, passage, place=1)) + 4) == {e.run for e in own}
        late = {e.run for e in own if e.month >= made["month"][60]}
        assert set(np.flatnonzero(happened(made, passage, slice(60, None), 1)) + 4) == late
    army = {e.run for e in found if (e.passage, e.who, e.country) == ("attempt failed", "army", "here")}
    assert set(np.flatnonzero(happened(made, "attempt failed", who="army")) + 4) == army
    half = {e.run for e in found if (e.passage, e.grade, e.country) == ("restoration", 0.5, "here")}
    assert half and set(np.flatnonzero(happened(made, "restoration", grade=0.5)) + 4) == half
    only = {name: made[name] for name in READS}
    assert np.array_equal(happened(only, "coup"), happened(made, "coup"))


def test_wrong_names_are_refused() -> None:
    with pytest.raises(InputError, match=r"no passage 'revolutoin'(.|\n)*mean 'revolution'"):
        happened(noise(), "revolutoin")
    with pytest.raises(InputError, match="no centre 'king'"):
        happened(noise(), "coup", who="king")
    with pytest.raises(InputError, match="no variable 'peace'"):
        find({name: value for name, value in noise().items() if name != "peace"})


def test_order_of_runs_and_countries_changes_nothing() -> None:
    made = noise(runs=20)
    turned = {name: value if value.ndim == 1 else value[::-1, :, ::-1] for name, value in made.items()}
    turned |= {"run": made["run"][::-1], "country": made["country"][::-1]}

    def plain(events: list[Any]) -> list[str]:
        return sorted(json.dumps(event.as_json()) for event in events)

    assert plain(find(made)) == plain(find(turned))
    order = [(e.run, e.month) for e in find(turned)]
    assert order == sorted(order, key=lambda each: (-each[0], each[1]))


def test_a_branch_looks_back() -> None:
    """What a branch finds in its own months is what the whole run would have; what was counted before is not new."""
    made = noise(runs=1)
    axes = ("run", "month", "country")
    past, future = ({n: v[cut] if n == "month" else v if n in axes else v[:, cut] for n, v in made.items()}
                    for cut in (slice(50), slice(50, None)))  # fmt: skip
    whole = [event for event in find(made) if event.month >= made["month"][50]]
    assert whole and list(Result(future, {}, past=past).each_event()) == whole
    assert len(find(future)) > len(whole)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two countries in which power is fought for often, kept."""
    folder = tmp_path_factory.mktemp("run") / "lived"
    return th.run(MINIATURE, replicates=4, citizens=200, months=240, threads=1, rules=OFTEN, out=folder)


def test_what_is_found_is_what_was_counted(lived: Result) -> None:
    """Seizures, failures and conquests are as many as the run counted, and each seizure has a name."""
    last = {name: np.asarray(lived.columns[name])[:, -1] for name in VARIABLES}
    every = list(lived.each_event())
    assert [e for e in every if e.passage not in COUNTED] == lived.events
    for run in range(4):
        for place, country in enumerate(lived.reading.countries):
            own = [e for e in every if (e.run, e.country) == (run, country)]
            for centre in CENTRES:
                seized = {e.month for e in own if (e.how, e.who) == (SEIZURE, centre) and e.passage in POWER}
                assert len(seized) == last[f"seized_{centre}"][run, place]
                failed = [e for e in own if (e.how, e.who) == (FAILED, centre)]
                assert len(failed) == last[f"failed_{centre}"][run, place]
            assert sum(e.passage == "conquest" for e in own) == last["conquests"][run, place]
            assert sum(e.passage == "succession" for e in own) == last["successions"][run, place]
            moves = np.diff(np.asarray(lived.columns["moves"])[run, :, place], prepend=0.0)
            assert sum(e.passage == "measure" for e in own) == np.count_nonzero(moves)
            assert all(0.0 < e.decided["odds"] < 1.0 for e in own if e.how in (SEIZURE, FAILED))
            assert all(e.abroad and e.abroad != country for e in own if e.how in (INSTALLED, REPELLED))
    assert sum(e.how == SEIZURE for e in lived.events) > 0 and sum(e.how == FAILED for e in lived.events) > 0


def test_who_holds_power_at_the_end_is_who_took_it_last(lived: Result) -> None:
    """Following the events from the start leads to the holder of every lasting spell."""
    strongest = np.stack([np.asarray(lived.columns[f"authority_{c}"]) for c in CENTRES], axis=-1).argmax(axis=-1)
    followed = 0
    for run in range(4):
        for place, country in enumerate(lived.reading.countries):
            own = [e for e in lived.events if (e.run, e.country) == (run, country) and e.passage in POWER]
            if own and (strongest[run, -4:, place] == strongest[run, -1, place]).all():
                followed += 1
                assert own[-1].who == CENTRES[strongest[run, -1, place]]
    assert followed


def test_threads_and_store_change_no_event(lived: Result) -> None:
    again = th.open_run(lived.path)
    assert [e.as_json() for e in again.events] == [e.as_json() for e in lived.events]
    threaded = th.run(MINIATURE, replicates=4, citizens=200, months=240, threads=2, rules=OFTEN)
    assert threaded.events == lived.events


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_run_shows_and_keeps_events(tmp_path: Path) -> None:
    few = ("--citizens", "200", "--months", "60", "--no-figure", "--events", "--out", str(tmp_path / "a"))
    for _ in range(2):  # the second in place of the first: the file is the run's own
        done = call("run", str(MINIATURE), *few, "--force")
        assert done.exit_code == 0, done.output
    assert "passages" in done.output and max(map(len, done.output.splitlines())) <= 80
    with open(tmp_path / "a" / "events.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    events = list(th.open_run(tmp_path / "a").each_event())
    assert len(rows) == len(events) and {row["passage"] for row in rows} == {e.passage for e in events}
    for row, event in zip(rows, events, strict=True):
        assert (row["country"], row["month"], row["words"]) == (event.country, str(event.month), event.text)
        kept = {name: float(row[name]) for name in QUANTITIES if row[name]}
        assert kept == pytest.approx(dict(event.decided), rel=1e-5)


def test_json_of_a_run_has_events_where_asked() -> None:
    few = ("run", str(MINIATURE), "--citizens", "100", "--months", "24", "--format", "json")
    assert "events" not in json.loads(call(*few).stdout)
    assert isinstance(json.loads(call(*few, "--events").stdout)["events"], list)


def test_events_of_a_kept_run(lived: Result, tmp_path: Path) -> None:
    done = call("events", str(lived.path))
    assert done.exit_code == 0 and max(map(len, done.output.splitlines())) <= 80
    assert "first: median" in done.output and "counted, not listed" in done.output
    done = call("events", str(lived.path), "--country", "southland", "--format", "json")
    found = json.loads(done.stdout)
    assert {e["country"] for e in found["events"]} <= {"southland"}
    done = call("events", str(lived.path), "--out", str(tmp_path / "all.csv"))
    with open(tmp_path / "all.csv", encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == len(list(lived.each_event())) + 1
    done = call("events", str(lived.path), "--out", str(tmp_path))
    assert done.exit_code != 0 and "this is a folder" in done.output + done.stderr
    done = call("events", str(lived.path), "--country", "nowhere")
    assert done.exit_code != 0 and "no country 'nowhere'" in done.output + done.stderr


def test_table_of_many_runs_gives_shares_and_medians() -> None:
    from thermidor.reports.events import passages

    runs = [seize("government", "councils") | {"odds": 0.5 + 0.1 * k, "backing_councils": 1.0} for k in range(3)]
    every = [series(changes) for changes in (*runs, {})]
    made = {
        n: v if n in ("month", "country") else np.concatenate([one[n] for one in every]) for n, v in every[0].items()
    }
    result = Result({**made, "run": np.arange(4)}, {"scenario": {"resolved": {"countries": {}}}})
    (row,) = passages(result, "here").rows
    assert row[:5] == ("revolution", "75%", "30% to 95%", "1918-09", "1918-09 to 1918-09")
    assert row[5].startswith("government to councils; odds .6; backing 1 against 0")
    attempts = [series({"failed_army": steps(0, 1), "odds": 0.2}), series({})]
    lost = {
        n: v if n in ("month", "country") else np.concatenate([one[n] for one in attempts]) for n, v in made.items()
    }
    (row,) = passages(replace(result, columns={**lost, "run": np.arange(2)}), "here").rows
    assert row[:2] == ("attempt failed", "50%") and row[5].startswith("army against government; odds .2")
    one = replace(result, columns=every[0])
    assert passages(one, "here").columns == ("month", "passage", "what decided")


def test_quantities_that_decided_are_left_alone_afterwards() -> None:
    """What is read in the month itself is written in one place of the month only, so that it still is what decided."""
    weighed = {"odds": "seizure", "backing": "centres", "force": "command", "mutineers": "command"}
    weighed |= {"gain": "usurpation", "resistance": "usurpation", "restoring": "restoration", "might": "intervene"}
    written = {name: set[str]() for name in weighed}
    source = Path(th.__file__).parent
    for module in (*source.glob("steps/*.py"), *source.glob("passages/*.py")):
        for name in re.findall(r"\bc\.(\w+)(?:\[\w+\])? [-+*/]?= ", module.read_text(encoding="utf-8")):
            if name in weighed:
                written[name].add(module.stem)
    assert written == {name: {module} for name, module in weighed.items()}
    assert {q.variable.partition("_{")[0] for q in QUANTITIES.values() if q.before == 0} >= set(weighed)
