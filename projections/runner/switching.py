"""From one generation of a view to another: catch up, then switch while nobody folds.

All views share the tenants' positions, so the one that goes live must stand exactly where the one that goes stands. The
last events are therefore folded in the transaction that switches, with every partition taken over: workers wait for it,
find a new epoch, and begin anew with the other table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import psycopg

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import NotFound, Refusal, Unavailable
from projections.runner import parked
from projections.runner.fold import stored_names
from projections.runner.generations import (
    ViewOutdated,
    drop_forgotten,
    fence_all,
    forget_generation,
    generations,
    view_named,
)
from projections.runner.history import history
from projections.runner.projector import Projector
from projections.runner.rows import AnyConnection, AnyCursor, AnyView, Table
from projections.runner.session import Connect, open_session

_LOCK = 4_242_004
_SHORT = 1_000  # events that may be left to the switch itself
_ROUNDS = 20


class RebuildRunning(Refusal):
    """Somebody is building or switching generations at this moment."""

    code = "rebuild_running"
    mend: ClassVar[str] = "wait for it to end"


@contextmanager
def generations_locked(connect: Connect) -> Iterator[AnyConnection]:
    """A session that alone may make, switch and drop generations. Raises RebuildRunning."""
    with open_session(connect) as connection:
        (free,) = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() or (False,)
        if not free:
            raise RebuildRunning
        yield connection


def switch_back(connect: Connect, views: Sequence[AnyView], types: EventTypes, name: str) -> int:
    """Make the generation before the live one live again, caught up. Returns its number.

    Raises UnknownView; NotFound if there is none; ViewOutdated if this program's view is not the one that made it;
    RebuildRunning; Unavailable if readers are in the way.
    """
    view = view_named(name, views)
    with generations_locked(connect) as connection:
        with connection.cursor() as cursor:
            old = next((made for made in generations(cursor, [view]) if made.state == "retired"), None)
        if old is None:
            raise NotFound(earlier_generation_of=name)
        table = Table(view, old.number)
        if old.shape != table.shape() or list(old.types) != stored_names(view, types):
            raise ViewOutdated(view=name, reason="another version of the program made its earlier generation")
        switch(connection, [table], types)
        return old.number


def switch(connection: AnyConnection, tables: Sequence[Table], types: EventTypes) -> None:
    """Make these generations live, all at once. The ones that were live are kept to switch back to, older ones not.

    Raises Unavailable if readers or workers are in the way for long.
    """
    for _ in range(_ROUNDS):
        if sum([catch_up(connection, table, types) for table in tables]) <= _SHORT:
            break
    try:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '30s'")
            fence_all(cursor)
            for table in tables:
                catch_up(connection, table, types)
                parked.carry_gaps(cursor, table)
                _make_live(cursor, table)
    except psycopg.errors.LockNotAvailable as error:
        raise Unavailable(what="the switch", reason="somebody has been using the view for 30 seconds") from error
    for table in tables:
        drop_forgotten(connection, table.view.name)


def catch_up(connection: AnyConnection, table: Table, types: EventTypes) -> int:
    """Fold what a generation that is not live lacks, up to where the live ones stand. Returns how many positions."""
    name, number = table.view.name, table.generation
    with connection.transaction(), connection.cursor() as cursor:
        behind = cursor.execute(
            "SELECT p.tenant, coalesce(g.position, 0), p.position FROM views.tenant_position p "
            "LEFT JOIN views.generation_position g ON g.view = %s AND g.generation = %s AND g.tenant = p.tenant "
            "WHERE coalesce(g.position, 0) < p.position",
            (name, number),
        ).fetchall()
        projector = Projector([table], types)
        projector.reset(parked.halted(cursor, [table]))
    for tenant, after, upto in behind:
        with connection.transaction(), connection.cursor() as cursor:
            for events in history(connection, tenant, after, upto, projector.fold.handled):
                parked.note(cursor, [table], projector.apply(connection, events))
            cursor.execute(
                "INSERT INTO views.generation_position (view, generation, tenant, position) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (view, generation, tenant) DO UPDATE SET position = excluded.position",
                (name, number, tenant, upto),
            )
    return sum(upto - after for _, after, upto in behind)


def _make_live(cursor: AnyCursor, table: Table) -> None:
    name, number = table.view.name, table.generation
    made = generations(cursor, [table.view])
    for old in made:
        if old.state == "live":
            cursor.execute(
                "UPDATE views.generations SET state = 'retired' WHERE view = %s AND generation = %s", (name, old.number)
            )
            cursor.execute(
                "INSERT INTO views.generation_position (view, generation, tenant, position) "
                "SELECT %s, %s, tenant, position FROM views.tenant_position",
                (name, old.number),
            )
        elif old.number != number:
            forget_generation(cursor, name, old.number)  # its table later: whoever reads it shall hold nobody up
    cursor.execute("DELETE FROM views.generation_position WHERE view = %s AND generation = %s", (name, number))
    cursor.execute("UPDATE views.generations SET state = 'live' WHERE view = %s AND generation = %s", (name, number))
    table.show(cursor)
