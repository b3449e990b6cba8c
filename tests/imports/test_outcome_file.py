"""Files of outcome returns, good and mangled."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baseplus.kernel.refusals import Invalid
from baseplus.outcomes.model import FileReturn
from infra.imports.outcome_file import OutcomeFile, RefusedRow, read_outcome_file

HEADER = "ukprn,provider,category,year,completions,sustained_positive_rate,quintile"
GOOD = '10000001,ACME COLLEGE,"Full Level 2: Arts, Media and Publishing",2013/14,20,88,top quintile'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("returns") / "outcomes.csv"


def read(file: Path, *lines: str, header: str = HEADER, newline: str = "\n", before: bytes = b"") -> OutcomeFile:
    file.write_bytes(before + newline.join([header, *lines, ""]).encode("utf-8", "surrogateescape"))
    return read_outcome_file(file)


def test_a_row_becomes_an_order_of_its_provider(file: Path) -> None:
    (row,) = read(file, GOOD).good
    assert (row.line, row.provider, row.name) == (2, "ukprn-10000001", "ACME COLLEGE")
    assert row.order == FileReturn(
        year="2013-14", category="Full Level 2: Arts, Media and Publishing", completions=20, rate=88
    )


def test_x_is_a_suppressed_figure(file: Path) -> None:
    (row,) = read(file, "10000001,ACME COLLEGE,Traineeships,2013/14,x,x,x").good
    assert (row.order.completions, row.order.rate) == (None, None)


def test_a_byte_order_mark_foreign_line_ends_and_empty_lines_do_no_harm(file: Path) -> None:
    for newline in ("\n", "\r\n", "\r"):
        found = read(file, GOOD, "", GOOD, newline=newline, before=b"\xef\xbb\xbf")
        assert [row.line for row in found.good] == [2, 4]
        assert found.refused == ()


def test_columns_may_come_in_any_order_and_others_are_ignored(file: Path) -> None:
    header = "Year, sustained_positive_rate,completions,notes,category,provider,UKPRN"
    (row,) = read(file, "2014-15,70,40,whatever,Traineeships,ACME,10000001", header=header).good
    assert (row.provider, row.order.year, row.order.rate) == ("ukprn-10000001", "2014-15", 70)


UNPRINTABLE = "holds characters that are not UTF-8 or cannot be printed"
NO_COUNT = "is neither a whole number from 0 to 10,000,000 nor x"
NO_PERCENT = "is neither a whole number from 0 to 100 nor x"
RATE = "sustained_positive_rate"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1000001,A,B,2013/14,20,88,x", "ukprn", "'1000001' is not 8 digits"),
        ("10000001,,B,2013/14,20,88,x", "provider", "is empty"),
        ("10000001,A,,2013/14,20,88,x", "category", "is empty"),
        (f"10000001,A,{'B' * 201},2013/14,20,88,x", "category", "has 201 characters, more than 200"),
        ("10000001,A,B\x01,2013/14,20,88,x", "category", f"'B\\x01' {UNPRINTABLE}"),
        ("10000001,\udce9,B,2013/14,20,88,x", "provider", f"'\\udce9' {UNPRINTABLE}"),
        ("10000001,A,B,2013,20,88,x", "year", "'2013' is not an academic year like 2013/14"),
        ("10000001,A,B,2013/15,20,88,x", "year", "'2013/15' does not end a year after it begins"),
        ("10000001,A,B,2013/14,-20,88,x", "completions", f"'-20' {NO_COUNT}"),
        ("10000001,A,B,2013/14,²,88,x", "completions", f"'\\xb2' {NO_COUNT}"),
        ("10000001,A,B,2013/14,20,101,x", RATE, f"'101' {NO_PERCENT}"),
        ("10000001,A,B,2013/14,20,88.5,x", RATE, f"'88.5' {NO_PERCENT}"),
        ("10000001,A,B,2013/14,x,88,x", RATE, "there is a rate, but nobody completed"),
        ("10000001,A,B,2013/14,20,88", "", "7 columns are expected, 6 were found"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_line_column_and_reason(file: Path, row: str, column: str, reason: str) -> None:
    found = read(file, GOOD, row, GOOD)
    assert [good.line for good in found.good] == [2, 4]
    assert found.refused == (RefusedRow(3, column, reason),)


def test_a_field_of_several_lines_is_one_field_and_later_lines_keep_their_numbers(file: Path) -> None:
    found = read(file, '10000001,"ACME\nCOLLEGE\n",B,2013/14,20,88,x', "bad", GOOD)
    assert [(row.line, row.name) for row in found.good] == [(2, "ACME COLLEGE"), (6, "ACME COLLEGE")]
    assert [row.line for row in found.refused] == [5]


def test_a_stray_quotation_mark_costs_its_own_line_only(file: Path) -> None:
    found = read(file, GOOD, '10000001,"ACME,B,2013/14,20,88,x', *[GOOD] * 30)
    assert [row.line for row in found.good] == [2, *range(4, 34)]
    assert found.refused == (RefusedRow(3, "", "a quotation mark is not closed"),)


def test_a_stray_quotation_mark_on_the_last_line_costs_that_line_only(file: Path) -> None:
    found = read(file, GOOD, '10000001,"ACME')
    assert [row.line for row in found.good] == [2]
    assert [row.line for row in found.refused] == [3]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("ukprn,provider,category,year,completions", "the column sustained_positive_rate is missing"),
        (f"{HEADER},year", "the column year is there more than once"),
        ("", "the column ukprn is missing"),
        ('"ukprn', "a quotation mark is not closed"),
    ],
)
def test_a_file_without_the_columns_is_refused_as_a_whole(file: Path, header: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(file, header=header)
    assert refusal.value.facts == {"where": "outcomes.csv, line 1", "reason": reason}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Invalid, match="cannot be read"):
            read_outcome_file(path)


def test_a_file_in_another_encoding_is_refused_as_a_whole(file: Path) -> None:
    file.write_bytes(f"{HEADER}\n{GOOD}\n".encode("utf-16"))
    with pytest.raises(Invalid, match="the column ukprn is missing"):
        read_outcome_file(file)


@given(st.binary(max_size=300))
@example(b"")
@example(b"\x00")
@example(HEADER.encode() + b'\n"' + b"a\n" * 25)
def test_whatever_bytes_a_file_holds_it_is_read_or_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with contextlib.suppress(Invalid):
        read_outcome_file(file)


mangled = st.one_of(
    st.text(st.characters(exclude_characters='"\n\r', exclude_categories=["Cs"]), min_size=1, max_size=80),
    st.lists(st.text(max_size=12), min_size=1, max_size=9).map(lambda fields: _csv_line(fields)),
    st.sampled_from([GOOD.replace("20,88", "x,88"), GOOD[:30], f'"{GOOD}', GOOD.replace('"', "", 1)]),
)


@given(st.lists(st.one_of(st.none(), mangled), max_size=12))
def test_good_rows_are_kept_whatever_stands_between_them(file: Path, between: list[str | None]) -> None:
    """None stands for a good row, each with a rate of its own to be known by."""
    lines, kept = [HEADER], 0
    for rate, line in enumerate(between):
        lines.append(GOOD.replace("88", str(rate)) if line is None else line)
        kept += line is None
    file.write_bytes("\n".join(lines).encode())
    found = read_outcome_file(file)
    ours = {place for place, line in enumerate(between) if line is None}
    assert ours <= {row.order.rate for row in found.good}
    total = len("\n".join(lines).splitlines()) + 1
    assert all(2 <= row.line <= total for row in found.refused)


def _csv_line(fields: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()
