"""Tenants that stand still in a view: seen, and set going again once their event can be folded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

import msgspec

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from projections.runner.fold import Poison
from projections.runner.generations import live_tables, view_named
from projections.runner.history import history
from projections.runner.parked import note
from projections.runner.projector import Projector
from projections.runner.rows import AnyCursor, AnyView
from projections.runner.session import Connect, open_session


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
            "SELECT p.view, p.tenant, p.position, p.type, p.reason, p.parked_at FROM views.parked p "
            "JOIN views.generations g ON g.view = p.view AND g.generation = p.generation AND g.state = 'live' "
            "ORDER BY p.parked_at, p.view, p.tenant"
        )
        return [Parked(*row) for row in rows.fetchall()]


def resume(
    connect: Connect, views: Sequence[AnyView], types: EventTypes, view_name: str, tenant: TenantId
) -> Poison | None:
    """Fold what a parked tenant missed in a view, from the event store, up to where the other views stand.

    One transaction, during which nobody else folds the tenant's partition; workers go on after it. Returns None when
    the tenant is in step again, else the event it stands at now. Raises NotFound if it is not parked, ViewOutdated.
    """
    view = view_named(view_name, views)
    with open_session(connect) as connection, connection.transaction(), connection.cursor() as cursor:
        _take_over(cursor, tenant)
        (table,) = live_tables(cursor, [view], types)
        place = (view.name, table.generation, tenant)
        found = cursor.execute(
            "SELECT position FROM views.parked WHERE view = %s AND generation = %s AND tenant = %s", place
        ).fetchone()
        if found is None:
            raise NotFound(view=view.name, parked_tenant=tenant)
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


def _take_over(cursor: AnyCursor, tenant: TenantId) -> None:
    """Fence the tenant's partition: a running batch ends first, the next one begins from the checkpoint anew."""
    cursor.execute(
        "UPDATE views.checkpoint SET epoch = epoch + 1 "
        "WHERE partition = (SELECT partition FROM store.tenants WHERE tenant = %s)",
        (tenant,),
    )
