"""Tables as CSV (RFC 4180), safe to open in a spreadsheet: no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_of(names: Sequence[str], rows: Iterable[object], *, header: bool = True) -> str:
    """Rows (structs or mappings) as lines that end with CRLF: times as ISO 8601 has them, values with parts as JSON.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. header: begin with the names.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        writer.writerow(names)
    for row in rows:
        fields = row if isinstance(row, Mapping) else msgspec.structs.asdict(_struct(row))
        writer.writerow([_cell(fields.get(name)) for name in names])
    return out.getvalue()


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
