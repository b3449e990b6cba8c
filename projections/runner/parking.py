"""Tenants that stand still in a view: seen, and set going again once their event can be folded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import ClassVar

import msgspec

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import NotFound, Refusal
from baseplus.kernel.vocabulary import TenantId
from projections.runner.fold import Poison
from projections.runner.generations import live_tables, view_named
from projections.runner.history import history
from projections.runner.parked import LIVE, MISSING, halted, note
from projections.runner.projector import Projector
from projections.runner.rows import AnyConnection, AnyCursor, AnyView
from projections.runner.session import Connect, open_session


class StillMissing(Refusal):
    """The event store has no unbroken history from this position on. Facts: tenant, position."""

    code = "history_gap"
    mend: ClassVar[str] = "restore the tenant's history in the event store, then: baseplus resume VIEW TENANT"


class Parked(msgspec.Struct, frozen=True):
    """A tenant that stands still in the live generation of a view since the event at `position`."""

    view: str
    tenant: TenantId
    position: int
    type: str
    reason: str
    parked_at: datetime


def parked_tenants(connect: Connect) -> list[Parked]:
    """Everybody who stands still, the longest first."""
    with open_session(connect) as connection:
        rows = connection.execute(
            f"SELECT p.view, p.tenant, p.position, p.type, p.reason, p.parked_at FROM {LIVE} "
            "ORDER BY p.parked_at, p.view, p.tenant"
        )
        return [Parked(*row) for row in rows.fetchall()]


def resume(
    connect: Connect, views: Sequence[AnyView], types: EventTypes, view_name: str, tenant: TenantId
) -> Poison | None:
    """Fold what a parked tenant missed in a view, from the event store, up to where the other views stand.

    One transaction, during which nobody else folds the tenant's partition; workers go on after it. A tenant that stands
    before a gap goes on in every view that waits there, up to the end of its history. Returns None when the tenant is
    in step again, else the event it stands at now. Raises NotFound if it is not parked, StillMissing, ViewOutdated.
    """
    view = view_named(view_name, views)
    with open_session(connect) as connection, connection.transaction(), connection.cursor() as cursor:
        _take_over(cursor, tenant)
        (table,) = live_tables(cursor, [view], types)
        place = (view.name, table.generation, tenant)
        found = cursor.execute(
            "SELECT position, type FROM views.parked WHERE view = %s AND generation = %s AND tenant = %s", place
        ).fetchone()
        if found is None:
            raise NotFound(view=view.name, parked_tenant=tenant)
        if found[1] == MISSING:
            return _pass_gap(connection, cursor, views, types, tenant, found[0])
        (upto,) = cursor.execute(
            "SELECT position FROM views.tenant_position WHERE tenant = %s", (tenant,)
        ).fetchone() or (0,)
        projector = Projector([table], types)
        with closing(history(connection, tenant, found[0] - 1, upto, projector.fold.handled)) as pages:
            for events in pages:
                for poison in projector.apply(connection, events):
                    note(cursor, [table], [poison])
                    return poison
        cursor.execute("DELETE FROM views.parked WHERE view = %s AND generation = %s AND tenant = %s", place)
        return None


def _pass_gap(
    connection: AnyConnection,
    cursor: AnyCursor,
    views: Sequence[AnyView],
    types: EventTypes,
    tenant: TenantId,
    first: int,
) -> Poison | None:
    tables = live_tables(cursor, views, types)
    (last, found) = cursor.execute(
        "SELECT t.last_position, (SELECT count(*) FROM store.events e WHERE e.tenant = t.tenant AND e.position >= %s) "
        "FROM store.tenants t WHERE t.tenant = %s",
        (first, tenant),
    ).fetchone() or (0, 0)
    if not found or found != last - first + 1:
        raise StillMissing(tenant=tenant, position=first)
    cursor.execute("DELETE FROM views.parked WHERE tenant = %s AND type = %s", (tenant, MISSING))
    projector = Projector(tables, types)
    projector.reset(halted(cursor, tables))
    stands: Poison | None = None
    with closing(history(connection, tenant, first - 1, last, projector.fold.handled)) as pages:
        for events in pages:
            poisons = projector.apply(connection, events)
            note(cursor, tables, poisons)
            stands = stands or next(iter(poisons), None)
    cursor.execute(
        "INSERT INTO views.tenant_position (tenant, position) VALUES (%s, %s) "
        "ON CONFLICT (tenant) DO UPDATE SET position = excluded.position",
        (tenant, last),
    )
    return stands


def _take_over(cursor: AnyCursor, tenant: TenantId) -> None:
    """Fence the tenant's partition: a running batch ends first, the next one begins from the checkpoint anew."""
    cursor.execute(
        "UPDATE views.checkpoint SET epoch = epoch + 1 "
        "WHERE partition = (SELECT partition FROM store.tenants WHERE tenant = %s)",
        (tenant,),
    )
