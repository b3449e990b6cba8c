"""Tables as CSV (RFC 4180), safe to open in a spreadsheet: no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_lines(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of cells as CSV, one at a time, each ending with CRLF: times in ISO 8601, values with parts as JSON.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([_cell(cell) for cell in line])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def csv_of(names: Sequence[str], rows: Iterable[object], *, header: bool = True) -> str:
    """Rows (structs or mappings) as CSV of these fields. header: begin with their names."""
    lines = ([fields.get(name) for name in names] for fields in map(_fields, rows))
    return "".join(csv_lines([names, *lines] if header else lines))


def _fields(row: object) -> Mapping[str, object]:
    return row if isinstance(row, Mapping) else msgspec.structs.asdict(_struct(row))


def _struct(row: object) -> msgspec.Struct:
    if isinstance(row, msgspec.Struct):
        return row
    raise TypeError(f"{row!r} is no row")


def _cell(value: object) -> object:
    plain = msgspec.to_builtins(value, enc_hook=str)
    match plain:
        case None:
            return ""
        case str():
            return f"'{plain}" if plain.startswith(_FORMULA) and not _NUMBER.fullmatch(plain) else plain
        case int() | float() if not isinstance(plain, bool):
            return plain
        case _:
            return msgspec.json.encode(plain).decode()
