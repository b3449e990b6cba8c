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
from infra.postgres.outbox import age_behind


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


class Behind(msgspec.Struct, frozen=True):
    """Stored, and not yet where it goes: how many events, and for how many seconds the oldest of them."""

    events: int
    seconds: float

    @property
    def much(self) -> bool:
        """More than what is under way at any moment."""
        return self.events > _MANY or self.seconds > _LONG

    def __str__(self) -> str:
        waiting = f", the oldest for {self.seconds:,.0f} s" if self.seconds >= 1 else ""
        return f"{self.events:,} event{'' if self.events == 1 else 's'}{waiting}"


class Pipeline(msgspec.Struct, frozen=True):
    """Totals over all tenants. relayed counts what Kafka has acknowledged, projected what is in the views, reacted what
    has been reacted to; the seconds are the age of the oldest event that is not. reactions_parked: (reaction, tenant),
    as `baseplus resume` takes them."""

    tenants: int
    events: int
    relayed: int
    relay_seconds: float
    projected: int
    projection_seconds: float
    parked: int
    workers: int
    reacted: int
    reaction_seconds: float
    reactors: int
    reactions_parked: list[str]

    @property
    def relay(self) -> Behind:
        """What is not on Kafka."""
        return Behind(max(0, self.events - self.relayed), self.relay_seconds)

    @property
    def projection(self) -> Behind:
        """What is not in the views."""
        return Behind(max(0, self.events - self.projected), self.projection_seconds)

    @property
    def reaction(self) -> Behind:
        """What has not been reacted to."""
        return Behind(max(0, self.events - self.reacted), self.reaction_seconds)


class ValidKeys(msgspec.Struct, frozen=True):
    """Keys that are neither revoked nor expired, the tenants that they open, and how many expire within 30 days."""

    valid: int
    tenants: int
    ending: int


_MANY, _LONG = 1_000, 60.0  # events, seconds

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

_REACTED = "(SELECT tenant, max(position) AS position FROM reactions.position GROUP BY tenant)"
_PIPELINE = f"""
    SELECT (SELECT count(*) FROM store.tenants),
           (SELECT coalesce(sum(last_position), 0)::bigint FROM store.tenants),
           (SELECT coalesce(sum(position), 0)::bigint FROM store.relayed),
           (SELECT {age_behind("store.relayed")}),
           (SELECT coalesce(sum(position), 0)::bigint FROM views.tenant_position),
           (SELECT {age_behind("views.tenant_position")}),
           (SELECT count(*) FROM views.parked JOIN views.generations g USING (view, generation) WHERE g.state = 'live'),
           (SELECT count(*) FROM views.workers WHERE seen_at > now() - interval '15 s'),
           (SELECT coalesce(sum(position), 0)::bigint FROM {_REACTED} reacted),
           (SELECT {age_behind(_REACTED)}),
           (SELECT count(*) FROM reactions.workers WHERE seen_at > now() - interval '15 s'),
           ARRAY(SELECT format('reaction:%s %s', reaction, tenant) FROM reactions.parked ORDER BY 1)
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
        row = connection.execute(_PIPELINE).fetchone()
    assert row is not None
    return Pipeline(*row)


def valid_keys(database: Database) -> ValidKeys:
    """The keys that open something today, as far as the views know. Raises Unavailable."""
    with database.connect("worker") as connection:
        known = connection.execute("SELECT to_regclass('views.keys')").fetchone()
        if known is None or known[0] is None:
            return ValidKeys(0, 0, 0)
        row = connection.execute(
            """
            SELECT count(*), count(DISTINCT tenant), count(*) FILTER (WHERE expires < today + 30)
              FROM views.keys, (SELECT (now() AT TIME ZONE 'UTC')::date AS today) t
             WHERE revoked_at IS NULL AND (expires IS NULL OR expires >= today)
            """
        ).fetchone()
    assert row is not None
    return ValidKeys(*row)
