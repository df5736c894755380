"""Spells: a label has to last, shorter interruptions go to the label that runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermidor.lenses.criteria import UNCLASSIFIED
from thermidor.lenses.spells import Axes, Reading, settle, shares, spells, typical_spells

NAMES = ("a", "b", "c", UNCLASSIFIED)


def codes(*runs: str) -> np.ndarray:
    """Labels [run, month, 1] from strings of a, b, c and '-' for none."""
    return np.array([["abc-".index(sign) for sign in run] for run in runs], dtype=np.int8)[:, :, None]


def text(labels: np.ndarray) -> list[str]:
    return ["".join("abc-"[code] for code in run) for run in labels[:, :, 0]]


def reading(*runs: str) -> Reading:
    months = np.arange(np.datetime64("1917-11", "M"), np.datetime64("1917-11", "M") + len(runs[0]))
    axes = Axes(runs=tuple(range(len(runs))), months=months, countries=("here",))
    return Reading.of(axes, codes(*runs), NAMES, 3)


@pytest.mark.parametrize(
    ("raw", "settled"),
    [
        ("aaabbb", "aaabbb"),  # three months last
        ("aaabbaaa", "aaaaaaaa"),  # a blip of two months is absorbed
        ("aaabbccaaa", "aaaaaaaaaa"),  # and so are two blips in a row
        ("aaabbcbb", "aaaaaaaa"),  # b never lasts three months together
        ("aaabbccc", "aaaaaccc"),  # what comes between goes to the label that runs
        ("bacccc", "cccccc"),  # the first months take the first label that lasts
        ("aaab", "aaaa"),  # nor does a last month begin a spell
        ("aaa---", "aaa---"),  # no label is a label here, it lasts
        ("aaa--bbb", "aaaaabbb"),
        ("abcabc", "abcabc"),  # nothing lasts: the months keep what they have
        ("aa", "aa"),  # a run shorter than three months
        ("", ""),
    ],
)
def test_labels_must_last(raw: str, settled: str) -> None:
    assert text(settle(codes(raw), 3)) == [settled]


def by_hand(raw: list[int], lasting: int) -> list[int]:
    """The same rule month by month."""
    stretches: list[list[int]] = []
    for month, code in enumerate(raw):
        if month and code == raw[month - 1]:
            stretches[-1].append(month)
        else:
            stretches.append([month])
    long = [s for s in stretches if len(s) >= min(lasting, len(raw))]
    if not long:
        return raw
    running = raw[long[0][0]]
    out = []
    for stretch in stretches:
        running = raw[stretch[0]] if stretch in long else running
        out += [running] * len(stretch)
    return out


RUNS = st.integers(1, 40).flatmap(
    lambda months: st.lists(st.lists(st.integers(0, 3), min_size=months, max_size=months), min_size=1, max_size=4)
)


@settings(max_examples=200, deadline=None)
@given(RUNS, st.integers(1, 5))
def test_rule_is_that_of_the_month_by_month_reading_and_idempotent(runs: list[list[int]], lasting: int) -> None:
    raw = np.array(runs, dtype=np.int8)[:, :, None].repeat(2, axis=2)
    settled = settle(raw, lasting)
    assert settled.dtype == np.int8
    assert settled[:, :, 1].tolist() == [by_hand(run, lasting) for run in runs]
    assert (settle(settled, lasting) == settled).all()
    assert (settle(raw[::-1], lasting) == settled[::-1]).all()


@settings(max_examples=50, deadline=None)
@given(RUNS)
def test_spells_cover_every_month_once(runs: list[list[int]]) -> None:
    labels = np.array(runs, dtype=np.int8)[:, :, None]
    months = np.arange(np.datetime64("1900-01", "M"), np.datetime64("1900-01", "M") + labels.shape[1])
    again = np.full_like(labels, -1)
    for spell in spells(labels, months):
        during = (months >= spell.first) & (months <= spell.last)
        assert (again[spell.run, during, spell.country] == -1).all()
        again[spell.run, during, spell.country] = spell.label
    assert (again == labels).all()


def test_spells_are_dated() -> None:
    r = reading("aaabbbb")
    found = [(s.run, s.country, s.label, str(s.first), str(s.last)) for s in spells(r.labels, r.months)]
    assert found == [(0, 0, 0, "1917-11", "1918-01"), (0, 0, 1, "1918-02", "1918-05")]


def test_typical_spells_of_one_run_are_its_own() -> None:
    found = typical_spells(reading("aaabbbbccc"), "here")
    assert [(str(s.first), str(s.last), s.label, s.share) for s in found] == [
        ("1917-11", "1918-01", "a", 1.0),
        ("1918-02", "1918-05", "b", 1.0),
        ("1918-06", "1918-08", "c", 1.0),
    ]


def test_typical_spells_of_an_ensemble() -> None:
    # months 1-3: a in all; 4-6: a in two of three; 7-9: b in two, then in all of three
    r = reading("aaaaaaabb" + "bbb", "aaabbbbbb" + "bbb", "aaaaaabbb" + "bbb")
    found = typical_spells(r, "here")
    assert [(str(s.first), str(s.last), s.label) for s in found] == [
        ("1917-11", "1918-04", "a"),
        ("1918-05", "1918-10", "b"),
    ]
    assert found[0].share == pytest.approx((3 * 1 + 3 * 2 / 3) / 6)
    assert found[1].share == pytest.approx((2 / 3 + 5) / 6)
    by_label = shares(r, "here")
    assert list(by_label) == ["a", "b"]
    assert by_label["a"] + by_label["b"] == pytest.approx(np.ones(12))


def test_unclassified_share() -> None:
    assert reading("aaa---", "aaaaaa").unclassified_share == 0.25
