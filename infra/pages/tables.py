"""Tables to take away: every table of the pages as CSV and as Excel, all its rows, with the filters of the page.

A table is declared where its page is: which columns, and how its rows are asked for. `TABLES` in `site.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, TypeAlias

import xlsxwriter
from flask import Response, abort, current_app, g, request, stream_with_context

from infra.pages.languages import chosen
from infra.pages.languages import gettext as _
from infra.pages.visit import Visit
from infra.tables import csv_lines

Cell: TypeAlias = str | int | float | date | datetime | None
Filters: TypeAlias = Mapping[str, str]

_CSV = "text/csv; charset=utf-8"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 1 << 16


class Column(NamedTuple):
    """A column of a table. title: a text to be translated. value: what a row says there."""

    title: str
    value: Callable[[Any], Cell]


@dataclass(frozen=True)
class Table:
    """name: as in its address and file. rows: all that the reader may see, as the filters say."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[Visit, Filters], Iterable[Any]]


def table(tenant: str, name: str, form: str) -> Response:
    """A table as a file. Raises Forbidden, Invalid."""
    found = current_app.extensions["baseplus.tables"].get(name)
    if found is None or form not in ("csv", "xlsx"):
        abort(404)
    visit: Visit = g.visit
    rows = _begun(found.rows(visit, request.args.to_dict()))
    titles = [_(column.title) for column in found.columns]
    lines = ([column.value(row) for column in found.columns] for row in rows)
    if form == "csv":
        response = Response(stream_with_context(as_csv(titles, lines)), content_type=_CSV)
    else:
        response = Response(_chunks(as_excel(titles, lines, chosen().tag)), content_type=_EXCEL)
    response.headers["Content-Disposition"] = f'attachment; filename="{tenant}-{name}.{form}"'
    return response


def _begun(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows, the first of them read already: what is refused is refused before an answer begins."""
    reading = iter(rows)
    first = list(islice(reading, 1))
    return chain(first, reading)


def as_csv(titles: Sequence[str], lines: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The table as CSV, RFC 4180, a line at a time. It begins with a mark that lets Excel read it as UTF-8."""
    yield "\ufeff"
    yield from csv_lines([titles])
    yield from csv_lines([_spaced(cell) for cell in line] for line in lines)


def as_excel(titles: Sequence[str], lines: Iterable[Sequence[Cell]], language: str) -> IO[bytes]:
    """The table as an Excel workbook, in a file that is gone when closed. Text is never a formula, a link or a number.

    language: right-to-left ones are none of ours, so that it says only which font serves it.
    """
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(file, options) as book:
        font = {"font_name": "Microsoft YaHei"} if language.startswith("zh") else {}
        bold, plain = book.add_format({"bold": True, **font}), book.add_format(font)
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **font})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            sheet.set_column(column, column, 20)
            sheet.write_string(0, column, title, bold)
        for row, line in enumerate(lines, 1):
            for column, cell in enumerate(line):
                match cell:
                    case None:
                        pass
                    case str():
                        sheet.write_string(row, column, cell, plain)
                    case datetime():
                        sheet.write_datetime(row, column, cell, moments)
                    case date():
                        sheet.write_datetime(row, column, cell)
                    case _:
                        sheet.write_number(row, column, cell)
    file.seek(0)
    return file


def _spaced(cell: Cell) -> Cell:
    """A time as spreadsheets read it."""
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
