"""How far everything has come: what is stored, what is on Kafka, what is in the views. For operators and `doctor`.

Reads across tenants as the worker, which may; shows counts and names of organisations, nothing personal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import UnknownTenant
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database


class TenantLine(msgspec.Struct, frozen=True):
    """One tenant. events, relayed, projected: how many are stored, on Kafka, folded into the views. parked: the views
    whose rows of this tenant wait for a fix."""

    tenant: str
    kind: str | None
    name: str | None
    events: int
    relayed: int
    projected: int
    parked: list[str]
    partition: int
    registered_at: datetime


class Pipeline(msgspec.Struct, frozen=True):
    """Totals over all tenants. relayed counts what Kafka has acknowledged, projected what is in the views."""

    tenants: int
    events: int
    relayed: int
    projected: int
    parked: int
    workers: int


_TENANTS = """
    SELECT t.tenant, e.type, e.data, t.last_position, coalesce(r.position, 0), coalesce(p.position, 0),
           ARRAY(SELECT k.view FROM views.parked k JOIN views.generations g USING (view, generation)
                  WHERE k.tenant = t.tenant AND g.state = 'live' ORDER BY k.view),
           t.partition, t.registered_at
      FROM store.tenants t
      LEFT JOIN store.events e ON e.tenant = t.tenant AND e.stream = 'tenancy/' || t.tenant AND e.version = 1
      LEFT JOIN store.relayed r ON r.tenant = t.tenant
      LEFT JOIN views.tenant_position p ON p.tenant = t.tenant
     WHERE %(tenant)s::text IS NULL OR t.tenant = %(tenant)s
     ORDER BY t.tenant
"""


def list_tenants(database: Database, types: EventTypes, tenant: TenantId | None = None) -> list[TenantLine]:
    """All tenants, or the one, ordered by id. Raises Unavailable."""
    with database.connect("worker") as connection:
        return list(_lines(connection.execute(_TENANTS, {"tenant": tenant}).fetchall(), types))


def show_tenant(database: Database, types: EventTypes, tenant: TenantId) -> TenantLine:
    """One tenant. Raises UnknownTenant, Unavailable."""
    found = list_tenants(database, types, tenant)
    if not found:
        raise UnknownTenant(tenant=tenant)
    return found[0]


def _lines(rows: list[tuple[Any, ...]], types: EventTypes) -> Iterator[TenantLine]:
    for tenant, kind, data, *rest in rows:
        registered = types.decode(str(kind), data) if isinstance(data, bytes) else None
        named = msgspec.structs.asdict(registered) if registered is not None else {}
        what = "university" if registered is not None and "kind" not in named else named.get("kind")
        yield TenantLine(tenant, what, named.get("name"), *rest)


def pipeline(database: Database) -> Pipeline:
    """The totals. Raises Unavailable."""
    with database.connect("worker") as connection:
        row = connection.execute(
            """
            SELECT (SELECT count(*) FROM store.tenants),
                   (SELECT coalesce(sum(last_position), 0)::bigint FROM store.tenants),
                   (SELECT coalesce(sum(position), 0)::bigint FROM store.relayed),
                   (SELECT coalesce(sum(position), 0)::bigint FROM views.tenant_position),
                   (SELECT count(*) FROM views.parked JOIN views.generations g USING (view, generation)
                     WHERE g.state = 'live'),
                   (SELECT count(*) FROM views.workers WHERE seen_at > now() - interval '15 s')
            """
        ).fetchone()
    assert row is not None
    return Pipeline(*row)
