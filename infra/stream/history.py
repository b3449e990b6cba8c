"""What of the tenants' histories the read models show by now, and its events: two questions for all tenants at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import msgspec
import psycopg

from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database

_VISIBLE = """
SELECT u.tenant, coalesce(p.position, 0)
  FROM unnest(%s::text[], %s::bigint[]) u(tenant, known) LEFT JOIN views.tenant_position p ON p.tenant = u.tenant
 WHERE coalesce(p.position, 0) <> u.known
"""

_EVENTS = """
SELECT e.tenant, e.position, e.type, e.stream, e.occurred_at, e.recorded_at, e.traceparent
  FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) u(tenant, after, upto)
 CROSS JOIN LATERAL (
       SELECT x.tenant, x.position, x.type, x.stream, x.occurred_at, x.recorded_at, x.traceparent
         FROM store.events x WHERE x.tenant = u.tenant AND x.position > u.after AND x.position <= u.upto
        ORDER BY x.position) e
"""

# The plans must not hang on how empty the tables were when they were made, and a round is too short to compile for.
_SESSION = "SET TimeZone = 'UTC'; SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"


class Shown(msgspec.Struct, frozen=True, gc=False):
    """An event that the read models show. Its data is not here: whoever may see it asks a view."""

    position: int
    type: str
    stream: str
    occurred_at: datetime
    recorded_at: datetime
    traceparent: str | None


class History:
    """One connection of the role that may see no more than this. Its methods raise psycopg.Error; one at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, database: Database) -> Self:
        """Connect. Raises psycopg.Error."""
        connection = await psycopg.AsyncConnection.connect(database.dsn("stream"), autocommit=True)
        try:
            await connection.execute(_SESSION)
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    async def visible(self, known: Mapping[TenantId, int]) -> dict[TenantId, int]:
        """How far the read models have folded these tenants, of those where it is not what is known; 0: not begun."""
        asked = (list(known), list(known.values()))
        rows = await self._connection.execute(_VISIBLE, asked, prepare=True, binary=True)
        return dict(await rows.fetchall())

    async def events(self, wanted: Mapping[TenantId, tuple[int, int]]) -> dict[TenantId, list[Shown]]:
        """The tenants' events, in order, of positions after the first and up to the second."""
        bounds = list(wanted.values())
        asked = (list(wanted), [after for after, _ in bounds], [upto for _, upto in bounds])
        rows = await self._connection.execute(_EVENTS, asked, prepare=True, binary=True)
        found: dict[TenantId, list[Shown]] = {tenant: [] for tenant in wanted}
        for tenant, *columns in await rows.fetchall():
            found[tenant].append(Shown(*columns))
        return found

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()
