"""Reading a tenant's whole history, in order, a page at a time.

A page is a range of positions: histories have no gaps, so that a range is as good as a cursor, holds no transaction
open while a slow reader works, and the next page is known before this one is read. So it is asked for meanwhile.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.lanes import Lanes, Statement
from infra.postgres.wire import INT8, TEXT, text

_int8 = struct.Struct(">q").pack
_PAGE = 2000
_ALL = 2**63 - 1

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
    end = _ALL if limit is None else after + limit

    def page(after: int) -> PGresult:
        return lanes.call(b"history", [name, _int8(after), _int8(min(after + _PAGE, end))])

    with ExitStack() as opened:
        ahead: Executor | None = None
        coming: Future[PGresult] | None = None
        while after < end:
            result = coming.result() if coming is not None else page(after)
            after += _PAGE
            full = result.ntuples == _PAGE and after < end
            if full:
                # While this page is decoded here, PostgreSQL is at the next one: reading takes as long as the slower.
                ahead = ahead or opened.enter_context(ThreadPoolExecutor(1, "history"))
                coming = ahead.submit(page, after)
            yield from _events(tenant, result)
            if not full:
                return


def _events(tenant: TenantId, result: PGresult) -> Sequence[Recorded]:
    def recorded(values: Sequence[Any]) -> Recorded:
        return Recorded(tenant, *values)

    transformer = Transformer()
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, recorded)
