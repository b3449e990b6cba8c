"""What an append looks like on the wire: PostgreSQL's binary format, built by hand.

One call carries arrays over all events of a request (`store.append_one`) or of many requests (`store.append_group`).
Building the arrays here and handing them to libpq costs a third of what a cursor costs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Invalid, VersionConflict

TEXT, BYTEA, INT4, INT8, BOOL, TIMESTAMPTZ = 25, 17, 23, 20, 16, 1184
TEXT_ARRAY = 1009
_ARRAY_OF = {TEXT: TEXT_ARRAY, BYTEA: 1001, INT4: 1007, INT8: 1016, BOOL: 1000, TIMESTAMPTZ: 1185}

# tenant, key, digest, actor, correlation, causation, traceparent, number of events
_REQUEST = (TEXT, TEXT, BYTEA, TEXT, TEXT, TEXT, TEXT, INT4)
# offset, stream, version, checked, type, occurred, data
_EVENT = (INT4, TEXT, INT8, BOOL, TEXT, TIMESTAMPTZ, BYTEA)

ONE_TYPES = [*_REQUEST[:-1], *(_ARRAY_OF[kind] for kind in _EVENT)]
GROUP_TYPES = [_ARRAY_OF[kind] for kind in (*_REQUEST, *_EVENT)]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_int4 = struct.Struct(">i").pack
_element4 = struct.Struct(">ii").pack
_element8 = struct.Struct(">iq").pack
# dimensions, has nulls, element type, length, lower bound
_array = struct.Struct(">iiIii").pack
_NULL = _int4(-1)
_FALSE, _TRUE = _int4(1) + b"\0", _int4(1) + b"\1"


class Row(NamedTuple):
    """One event to store, in its stored form. version: 1 for a stream's first event; the `eventsourcing` library may
    also begin with 0. occurred_at has an offset."""

    stream: str
    version: int
    type: str
    occurred_at: datetime
    data: bytes


class Request:
    """One append, encoded. Made in the caller's thread, so that a group's leader only joins bytes.

    Raises VersionConflict where versions of one stream do not follow each other, Invalid for values that PostgreSQL
    cannot store.
    """

    __slots__ = ("claims", "columns", "count", "fields", "rows")

    def __init__(self, tenant: str, rows: Sequence[Row], metadata: Metadata, digest: bytes | None) -> None:
        self.rows = rows
        self.count = len(rows)
        self.fields = (
            _text(tenant, "tenant"),
            _text(metadata.key, "key"),
            _NULL if digest is None else _int4(len(digest)) + digest,
            _text(metadata.actor, "actor"),
            _text(metadata.correlation, "correlation"),
            _text(metadata.causation, "causation"),
            _text(metadata.traceparent, "traceparent"),
            _element4(4, self.count),
        )
        # What no other request of the same group may touch: its outcome would depend on this one's.
        self.claims: set[tuple[str, ...]] = set() if metadata.key is None else {(tenant, "", metadata.key)}
        heads: dict[str, int] = {}
        encoded = []
        for offset, (stream, version, kind, occurred_at, data) in enumerate(rows):
            head = heads.get(stream)
            if head is not None and version != head + 1:
                raise VersionConflict(stream=stream, expected=version - 1)
            if head is None:
                self.claims.add((tenant, stream))
            heads[stream] = version
            encoded.append(
                (
                    _element4(4, offset),
                    _text(stream, "stream"),
                    _element8(8, version),
                    _TRUE if head is None else _FALSE,
                    _text(kind, "type"),
                    _element8(8, _microseconds(occurred_at)),
                    _int4(len(data)) + data,
                )
            )
        if self.count == 1:
            self.columns: tuple[bytes, ...] = encoded[0]
        elif self.count:
            self.columns = tuple(b"".join(column) for column in zip(*encoded, strict=True))
        else:
            self.columns = (b"",) * len(_EVENT)


def one_parameters(request: Request) -> list[bytes | None]:
    """The parameters of `store.append_one`."""
    fields: list[bytes | None] = [None if field == _NULL else field[4:] for field in request.fields[:-1]]
    for kind, column in zip(_EVENT, request.columns, strict=True):
        fields.append(_array(1, 0, kind, request.count, 1) + column)
    return fields


def group_parameters(requests: Sequence[Request]) -> list[bytes | None]:
    """The parameters of `store.append_group`. Requests of one tenant must stand together."""
    events = sum([request.count for request in requests])
    requested: list[bytes | None] = [
        _array(1, 1, kind, len(requests), 1) + b"".join(column)
        for kind, column in zip(_REQUEST, zip(*[request.fields for request in requests], strict=True), strict=True)
    ]
    return requested + [
        _array(1, 0, kind, events, 1) + b"".join(column)
        for kind, column in zip(_EVENT, zip(*[request.columns for request in requests], strict=True), strict=True)
    ]


def text(value: str, where: str) -> bytes:
    """A text parameter. Raises Invalid for what PostgreSQL cannot store."""
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        raise Invalid(where=where, reason="half of a surrogate pair is no character") from None
    if b"\0" in encoded:
        raise Invalid(where=where, reason="a NUL character cannot be stored")
    return encoded


def text_array(values: Sequence[str], where: str) -> bytes:
    """A text[] parameter. Raises Invalid."""
    return _array(1, 0, TEXT, len(values), 1) + b"".join(_text(value, where) for value in values)


def _text(value: str | None, where: str) -> bytes:
    if value is None:
        return _NULL
    encoded = text(value, where)
    return _int4(len(encoded)) + encoded


def _microseconds(moment: datetime) -> int:
    try:
        return (moment - _EPOCH) // _MICROSECOND
    except TypeError:
        raise Invalid(where="occurred_at", reason="a time needs its offset, like 2026-03-01T09:30:00+08:00") from None
