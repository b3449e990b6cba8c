"""Reading a tenant's whole history, in order, a page at a time.

A page is a range of positions: histories have no gaps, so that a range is as good as a cursor, holds no transaction
open while a slow reader works, and the next page is known before this one is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.lanes import Lanes, Statement
from infra.postgres.wire import INT8, TEXT, text

_int8 = struct.Struct(">q").pack
_PAGE = 2000

STATEMENTS = {
    b"history": Statement(
        "SELECT position, stream, version, type, occurred_at, recorded_at, data, actor, correlation, causation,"
        " traceparent FROM store.history($1, $2, $3)",
        [TEXT, INT8, INT8],
    ),
}


def read_history(lanes: Lanes, tenant: TenantId, after: int, limit: int | None) -> Iterator[Recorded]:
    """The events at positions after + 1 … after + limit, as far as there are any."""
    name = text(tenant, "tenant")
    end = None if limit is None else after + limit
    while end is None or after < end:
        upto = after + _PAGE if end is None else min(after + _PAGE, end)
        events = _events(tenant, lanes.call(b"history", [name, _int8(after), _int8(upto)]))
        yield from events
        if len(events) < upto - after:
            return
        after = upto


def _events(tenant: TenantId, result: PGresult) -> Sequence[Recorded]:
    def recorded(values: Sequence[Any]) -> Recorded:
        return Recorded(tenant, *values)

    transformer = Transformer()
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, recorded)
