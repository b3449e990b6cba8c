"""Reading a file of outcome returns: which rows are good, and what is wrong with the others, by line and column.

The file is CSV in UTF-8 with a header line. Columns in any order, further ones ignored:

    ukprn                     the provider's number, 8 digits
    provider                  its name
    category                  what was completed
    year                      2013/14 or 2013-14
    completions               whole number, or x: suppressed
    sustained_positive_rate   whole percent, or x
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import FileReturn

COLUMNS = ("ukprn", "provider", "category", "year", "completions", "sustained_positive_rate")
_SUPPRESSED = "x"
# Longer than any honest record: what is open by then is a stray quote.
_LINES_OF_A_RECORD = 20
_UNCLOSED = "a quotation mark is not closed"


class OutcomeRow(NamedTuple):
    """A good row. line: where it begins in the file, from 1."""

    line: int
    provider: TenantId
    name: str
    order: FileReturn


class RefusedRow(NamedTuple):
    """A bad row. column: empty where the whole row is meant."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class OutcomeFile:
    """What a file holds, rows in the file's order."""

    good: tuple[OutcomeRow, ...]
    refused: tuple[RefusedRow, ...]


def read_outcome_file(path: Path) -> OutcomeFile:
    """Read the whole file. Raises Invalid where it cannot be read or has not the columns; a bad row raises nothing."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(where=path.name, reason=f"cannot be read: {error.strerror}") from None
    records = _records(data.decode("utf-8-sig", errors="surrogateescape"))
    _, header = next(records, (1, []))
    if isinstance(header, str):
        raise Invalid(where=f"{path.name}, line 1", reason=header)
    names = [name.strip().lower() for name in header]
    for column in COLUMNS:
        if names.count(column) != 1:
            found = "missing" if column not in names else "there more than once"
            raise Invalid(where=f"{path.name}, line 1", reason=f"the column {column} is {found}")
    places = [names.index(column) for column in COLUMNS]
    good: list[OutcomeRow] = []
    refused: list[RefusedRow] = []
    for line, fields in records:
        if isinstance(fields, str):
            refused.append(RefusedRow(line, "", fields))
        elif len(fields) != len(names):
            refused.append(RefusedRow(line, "", f"{len(names)} columns are expected, {len(fields)} were found"))
        else:
            try:
                good.append(_row(line, [fields[place].strip() for place in places]))
            except _BadFieldError as bad:
                refused.append(RefusedRow(line, bad.column, bad.reason))
    return OutcomeFile(tuple(good), tuple(refused))


class _Lines:
    """The file's lines, as the CSV reader takes them. It may be set back, and it ends each record early enough."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.next, self.limit = lines, 0, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.next >= min(self.limit, len(self.lines)):
            raise StopIteration
        self.next += 1
        return self.lines[self.next - 1]


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """The records with the line each begins on; a text in place of the fields says why there are none.

    A stray quote swallows the lines after it. So where a record of several lines makes no sense, only its first line is
    given up, and reading goes on at the second.
    """
    lines = _Lines(list(io.StringIO(text, newline=None)))
    reader = csv.reader(lines, strict=True)
    width = None
    while lines.next < len(lines.lines):
        start = lines.next
        lines.limit = start + _LINES_OF_A_RECORD
        fields: list[str] | str
        try:
            fields = next(reader)
        except csv.Error as error:
            fields = _UNCLOSED if "end of data" in str(error) else f"not CSV: {error}"
        if fields == []:
            continue
        if width is None:
            width = len(fields)
        if lines.next - start > 1 and (isinstance(fields, str) or len(fields) != width):
            lines.next = start + 1
            fields = _UNCLOSED
        yield start + 1, fields


class _BadFieldError(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, reason


def _row(line: int, fields: Sequence[str]) -> OutcomeRow:
    ukprn, name, category, year, completions, rate = fields
    if not re.fullmatch("[1-9][0-9]{7}", ukprn):
        raise _BadFieldError("ukprn", f"{_quoted(ukprn)} is not 8 digits")
    name = _text("provider", name)
    category = _text("category", category)
    if not (match := re.fullmatch("((?:19|20)[0-9]{2})[/-]([0-9]{2})", year)):
        raise _BadFieldError("year", f"{_quoted(year)} is not an academic year like 2013/14")
    if int(match[2]) != (int(match[1]) + 1) % 100:
        raise _BadFieldError("year", f"{_quoted(year)} does not end a year after it begins")
    people = _number("completions", completions, 10_000_000)
    percent = _number("sustained_positive_rate", rate, 100)
    if percent is not None and not people:
        raise _BadFieldError("sustained_positive_rate", "there is a rate, but nobody completed")
    order = FileReturn(year=f"{match[1]}-{match[2]}", category=category, completions=people, rate=percent)
    return OutcomeRow(line, TenantId(f"ukprn-{ukprn}"), name, order)


def _text(column: str, text: str) -> str:
    one_line = " ".join(text.split())
    if not one_line:
        raise _BadFieldError(column, "is empty")
    if len(one_line) > 200:
        raise _BadFieldError(column, f"has {len(one_line)} characters, more than 200")
    if not one_line.isprintable():
        raise _BadFieldError(column, f"{_quoted(one_line)} holds characters that are not UTF-8 or cannot be printed")
    return one_line


def _number(column: str, text: str, most: int) -> int | None:
    if text == _SUPPRESSED:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise _BadFieldError(column, f"{_quoted(text)} is neither a whole number from 0 to {most:,} nor {_SUPPRESSED}")
    return int(text)


def _quoted(text: str) -> str:
    """The text as a report may print it, on one line and not too long."""
    return ascii(text if len(text) <= 40 else f"{text[:40]}…")
