"""The chronology of measures: every row is dated, sourced and known; its order is told by hand-worked sums."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from thermidor.errors import InputError
from thermidor.record import chronology as ch

ROWS = ch.chronology()
WINDOWS = ((1918, 1938), (1985, 1993))
HEAD = ",".join(ch.COLUMNS)
GOOD = '1921-03-16,day,Here,room,-,Factions are forbidden,"Carr, One (1950)","Schapiro, Two (1960)",recalled,'


def measures(tmp_path: Path, *rows: str) -> tuple[ch.Measure, ...]:
    """Measures of a file with rows `DATE PRECISION KIND DIRECTION`."""
    lines = [
        f"{day},{precision},Here,{kind},{sign},Act,A (1),B (2),recalled,"
        for day, precision, kind, sign in map(str.split, rows)
    ]
    return ch.chronology(written(tmp_path, *lines))


def written(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    file = tmp_path / "own.csv"
    file.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return file


def test_the_shipped_rows_stand_in_order_of_date() -> None:
    with ch.SHIPPED.open(encoding="utf-8", newline="") as lines:
        written_order = [row["title"] for row in csv.DictReader(lines)]
    assert written_order == [row.title for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.date} {row.kind}")
def test_every_row_is_dated_and_sourced(row: ch.Measure) -> None:
    assert any(first <= row.date.year <= last for first, last in WINDOWS)
    assert row.kind in ch.KINDS and row.direction in (-1, 0, 1) and row.basis in ch.BASES
    assert row.place in ("Russia", "USSR") and (row.place == "Russia" or 1923 <= row.date.year <= 1991)
    one, other = row.sources
    assert one.partition(",")[0] != other.partition(",")[0]
    assert all(re.search(r"\b(19|20)\d\d\b|undated", source) for source in row.sources), "a source has no year"
    assert len(row.title) <= 120 and not row.title.endswith(".")
    assert not any(word in text for text in (row.title, row.note, *row.sources) for word in ("TODO", "??", "/work"))


def test_property_is_not_counted_as_binding_officials() -> None:
    property_rows = [row for row in ROWS if row.kind.endswith("_property")]
    assert len(property_rows) > 10 and not any(row.direction for row in property_rows)


def test_no_row_stands_twice() -> None:
    assert max(Counter((row.date, row.kind, row.direction, row.title) for row in ROWS).values()) == 1


@pytest.mark.parametrize(("window", "least", "most"), [(WINDOWS[0], 45, 75), (WINDOWS[1], 20, 35)])
def test_the_list_holds_what_runs_against_the_claim(window: tuple[int, int], least: int, most: int) -> None:
    """A list of narrowings alone could not speak against the claim it is laid beside."""
    rows = ch.between(ROWS, *window)
    signs = Counter(row.direction for row in rows)
    assert least <= len(rows) <= most
    assert signs[1] > len(rows) / 4 and signs[-1] > len(rows) / 4


def test_known_dates() -> None:
    by_title = {row.title: row for row in ROWS}
    assert by_title["Factions in the party are forbidden"].date == date(1921, 3, 16)
    assert by_title["The Constituent Assembly, in which the governing party was a minority, is dissolved"].date == date(
        1918, 1, 19
    )
    assert by_title["The cap on party members' pay is lifted by a secret resolution"].direction == -1


def test_half_known_dates_stand_in_the_middle(tmp_path: Path) -> None:
    rows = measures(tmp_path, "1924 year room -", "1924-05 month room -", "1924-05-14 day room -")
    assert [row.date for row in rows] == [date(1924, 5, 14), date(1924, 5, 15), date(1924, 7, 1)]
    assert [row.precision for row in rows] == ["day", "month", "year"]


def test_counts_gaps_and_order_by_hand(tmp_path: Path) -> None:
    rows = measures(
        tmp_path,
        "1920-01-01 day room -",
        "1920-01-31 day norm_pay -",
        "1920-06-01 day labour +",
        "1920-12-31 day room -",
        "1922-12-31 day force 0",
        "1923-03-01 day norm_pay -",
        "1923-03-01 day norm_arms -",
    )
    assert ch.narrowing_by_year(rows, 1920, 1923) == {1920: 3, 1921: 0, 1922: 0, 1923: 2}
    assert ch.gaps(rows) == (30, 335, 790, 0)
    assert list(ch.first_narrowed(rows).items()) == [
        ("room", date(1920, 1, 1)),
        ("norm_pay", date(1920, 1, 31)),
        ("norm_arms", date(1923, 3, 1)),
    ]
    assert [row.kind for row in ch.narrowing(rows, "norm_pay", "norm_arms")] == ["norm_pay", "norm_pay", "norm_arms"]
    assert ch.largest_year(rows) == ch.Burst(date(1920, 1, 1), date(1920, 12, 31), 3, 0.6)


def test_a_burst_may_cross_the_new_year_and_ends_after_its_days(tmp_path: Path) -> None:
    rows = measures(
        tmp_path, "1926-01-01 day room -", "1927-09-01 day room -", "1928-02-01 day room -", "1928-08-30 day room -"
    )
    assert ch.largest_burst(rows) == ch.Burst(date(1927, 9, 1), date(1928, 8, 30), 3, 0.75)
    assert ch.largest_burst(rows, 364).measures == 2
    assert ch.largest_burst(rows, 364).first == date(1927, 9, 1)
    assert ch.largest_burst(rows, 1) == ch.Burst(date(1926, 1, 1), date(1926, 1, 1), 1, 0.25)
    assert ch.largest_year(rows).measures == 2


def test_one_blow_and_many_measures_are_told_apart(tmp_path: Path) -> None:
    blow = measures(tmp_path, *(f"1921-03-{day:02} day room -" for day in range(1, 11)), "1930-01-01 day room -")
    many = measures(tmp_path, *(f"{year}-03-01 day room -" for year in range(1918, 1938)))
    assert ch.largest_burst(blow).share == pytest.approx(10 / 11)
    assert ch.largest_burst(many).share == pytest.approx(1 / 20)


def test_nothing_that_narrows_has_no_largest_share(tmp_path: Path) -> None:
    rows = measures(tmp_path, "1920-01-01 day room +", "1921-01-01 day labour 0")
    assert ch.gaps(rows) == () and ch.first_narrowed(rows) == {} and ch.narrowing_by_year(rows, 1920, 1920) == {1920: 0}
    for ask in (ch.largest_year, ch.largest_burst):
        with pytest.raises(InputError, match="no measure narrows"):
            ask(rows)
    with pytest.raises(InputError, match="did you mean 'norm_recall'"):
        ch.narrowing(rows, "norm_recal")


@pytest.mark.parametrize(
    ("old", "new", "column", "told"),
    [
        ("1921-03-16,day", "1921-02-30,day", "date", "'1921-02-30' is no day"),
        ("1921-03-16,day", "16.3.1921,day", "date", "is no day"),
        ("1921-03-16,day", "1921-03-16,month", "date", "is no month"),
        ("1921-03-16,day", "1921-13,month", "date", "is no month"),
        ("1921-03-16,day", "1921-03-16,daily", "precision", "did you mean 'day'?"),
        ("room,-", "rooms,-", "kind", "did you mean 'room'?"),
        ("room,-", "room,−", "direction", "write one of +, 0, -"),
        ("recalled", "guessed", "basis", "write one of read, recalled"),
        ("Schapiro", "carr", "source_2", "one author"),
        ('"Schapiro, Two (1960)"', "", "source_2", "it is empty"),
        ("Here", " ", "place", "it is empty"),
        ("recalled,", "recalled", "basis", "9 cells, 10 columns"),
        ('"Carr, One (1950)"', "Carr, One (1950)", "note", "11 cells, 10 columns"),
    ],
)
def test_a_broken_row_is_refused_with_file_line_and_column(
    tmp_path: Path, old: str, new: str, column: str, told: str
) -> None:
    assert GOOD.count(old) == 1
    file = written(tmp_path, GOOD, "", GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        ch.chronology(file)
    assert caught.value.where == f"{file}:4: {column}"
    assert told in str(caught.value)


def test_lines_are_counted_across_cells_with_breaks_and_all_faults_are_told(tmp_path: Path) -> None:
    broken = GOOD.replace("room", "rooms")
    file = written(
        tmp_path, GOOD.replace("Factions are", '"Factions\nare').replace("forbidden", 'forbidden"'), broken, broken
    )
    with pytest.raises(InputError) as caught:
        ch.chronology(file)
    assert caught.value.where == f"{file}:4: kind"
    assert [text.split(": ")[0] for text in caught.value.also] == [f"{file}:5"]


@pytest.mark.parametrize(
    ("head", "column"),
    [
        (HEAD.replace("kind", "sort"), "kind"),
        (HEAD.removesuffix(",note"), "note"),
        (HEAD + ",more", "more"),
        (HEAD.replace(",", ";"), "date"),
        ("", "date"),
    ],
)
def test_other_columns_are_refused(tmp_path: Path, head: str, column: str) -> None:
    file = written(tmp_path, GOOD, head=head)
    with pytest.raises(InputError) as caught:
        ch.chronology(file)
    assert caught.value.where == f"{file}:1: {column}" and f"write {HEAD}" in caught.value.mend


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv can't be read"):
        ch.chronology(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\n\xe4")
    with pytest.raises(InputError, match="saved as UTF-8"):
        ch.chronology(tmp_path / "latin.csv")
    with pytest.raises(InputError, match="there is no measure"):
        ch.chronology(written(tmp_path))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match=r"empty\.csv:1: date"):
        ch.chronology(tmp_path / "empty.csv")


def test_a_mark_at_the_head_of_the_file_and_any_order_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("\ufeff" + "\r\n".join((HEAD, GOOD, GOOD.replace("1921", "1919"))), encoding="utf-8")
    assert [row.date.year for row in ch.chronology(file)] == [1919, 1921]


def test_laid_beside_a_run(tmp_path: Path) -> None:
    """By year of each stretch of the list; a name that is none, and a file that is none, are refused."""
    from typer.testing import CliRunner

    from small import MINIATURE
    from thermidor.cli.app import app
    from thermidor.cli.chronology import stretches

    assert stretches(ch.chronology()) == [(1918, 1938), (1986, 1993)]
    kept = str(tmp_path / "run")
    lived = CliRunner().invoke(app, ["run", str(MINIATURE), "--citizens", "100", "--replicates", "2", "--out", kept])
    assert lived.exit_code == 0, lived.output
    told = CliRunner().invoke(app, ["events", kept, "--chronology", "soviet"])
    assert told.exit_code == 0, told.output
    assert "1921" in told.output
    assert max(map(len, told.output.splitlines())) <= 80
    for wrong in ("sovjet", str(tmp_path / "none.csv")):
        assert CliRunner().invoke(app, ["events", kept, "--chronology", wrong]).exit_code == 2
