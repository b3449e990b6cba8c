"""How far each reaction has come with each tenant, as the database has it: checkpoints, and who stands still."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from projections.runner.rows import AnyConnection, AnyCursor

Key = tuple[str, str]
"""(reaction, tenant)."""

CLOCK = "clock"
"""Stands for the type of an event where it was the clock that called for something."""


class Parked(msgspec.Struct, frozen=True):
    """A tenant that stands still in a reaction since the event at `position`; of the clock's doing: since what came
    after it."""

    reaction: str
    tenant: TenantId
    position: int
    type: str
    reason: str
    parked_at: datetime


def read_standing(cursor: AnyCursor, partitions: Collection[int]) -> tuple[dict[Key, int], set[Key]]:
    """Of the tenants in these partitions: up to where they were reacted to, and who stands still."""
    cursor.execute(
        "SELECT p.reaction, p.tenant, p.position, k.tenant IS NOT NULL "
        "FROM reactions.position p JOIN store.tenants t USING (tenant) "
        "LEFT JOIN reactions.parked k USING (reaction, tenant) WHERE t.partition = ANY(%s)",
        (list(partitions),),
    )
    rows = cursor.fetchall()
    positions = {(reaction, tenant): position for reaction, tenant, position, _ in rows}
    return positions, {(reaction, tenant) for reaction, tenant, _, parked in rows if parked}


def move(cursor: AnyCursor, moved: Mapping[Key, int]) -> None:
    """Move checkpoints on."""
    cursor.execute(
        "INSERT INTO reactions.position (reaction, tenant, position) "
        "SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) "
        "ON CONFLICT (reaction, tenant) DO UPDATE SET position = excluded.position",
        ([reaction for reaction, _ in moved], [tenant for _, tenant in moved], list(moved.values())),
    )


def park(cursor: AnyCursor, key: Key, position: int, type_: str, reason: str) -> None:
    """Note that a tenant stands still in a reaction."""
    cursor.execute(
        "INSERT INTO reactions.parked (reaction, tenant, position, type, reason) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT (reaction, tenant) DO UPDATE SET position = excluded.position, type = excluded.type, "
        "reason = excluded.reason, parked_at = excluded.parked_at",
        (*key, position, type_, reason),
    )


def parked_tenants(connection: AnyConnection) -> list[Parked]:
    """Everybody who stands still, the longest first."""
    rows = connection.execute(
        "SELECT reaction, tenant, position, type, reason, parked_at FROM reactions.parked "
        "ORDER BY parked_at, reaction, tenant"
    )
    return [Parked(*row) for row in rows.fetchall()]


def resume(connection: AnyConnection, reaction: str, tenant: TenantId) -> None:
    """Let a tenant go on in a reaction, from the event that parked it.

    Whoever holds its partition begins anew and tries again; refused again, it is parked again. Raises NotFound if it is
    not parked.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reactions.parked WHERE reaction = %s AND tenant = %s", (reaction, tenant))
        if not cursor.rowcount:
            raise NotFound(reaction=reaction, parked_tenant=tenant)
        cursor.execute(
            "UPDATE reactions.checkpoint SET epoch = epoch + 1 "
            "WHERE partition = (SELECT partition FROM store.tenants WHERE tenant = %s)",
            (tenant,),
        )
