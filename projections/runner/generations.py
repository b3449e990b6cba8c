"""The generations of each view: which one is live, and whether it is one that this program may go on writing.

A view's first generation is made live when a worker first meets the view before any event that it handles was folded.
Later a changed row, version or set of handled events needs a rebuild: a worker refuses to write rather than mix two
meanings in one table, and rather than build for minutes unasked while workers of the older version still serve.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import psycopg

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Refusal
from projections.runner.fold import stored_names
from projections.runner.rows import AnyConnection, AnyCursor, AnyView, Table

_LOCK = 4_242_003
_log = logging.getLogger("baseplus.projections")


class ViewOutdated(Refusal):
    """The live rows were made by another version of the view. Facts: view, reason."""

    code = "view_outdated"
    mend: ClassVar[str] = "build it anew with: baseplus rebuild VIEW"


class UnknownView(Refusal):
    """No such view. Facts: view, known."""

    code = "unknown_view"


@dataclass(frozen=True)
class Generation:
    """state: building, live or retired. types: the stored event types that it folds."""

    view: str
    number: int
    shape: str
    types: tuple[str, ...]
    state: str


def generations(cursor: AnyCursor, views: Iterable[AnyView]) -> list[Generation]:
    """All generations of the views, older ones first."""
    names = {view.name for view in views}
    return [made for made in _every_generation(cursor) if made.view in names]


def prepare_views(connection: AnyConnection, views: Sequence[AnyView], types: EventTypes, worker: str) -> None:
    """Make the first generation of new views; take up handled events that never happened yet. Safe to run at any time.

    Workers that do not know what was taken up would pass its events over: those at work are stopped. An older version
    of the program may come back, as long as no other worker than `worker` is at work and none of the newer events
    happened to a view that it knows; those that it does not know are dropped. Raises ViewOutdated for the first view
    that needs a rebuild.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        scanned = _lacking(cursor, views, types)
        if not scanned and not _strangers(cursor, views):
            return
        # All but the last events are looked through while others fold: nobody shall wait for a long history.
        cursor.execute("SELECT tenant, position FROM views.tenant_position")
        before = dict(cursor.fetchall())
        for view, (made, missed) in scanned.items():
            _require_unfolded(cursor, view, made, missed, {})
        fence_all(cursor)
        for made in _strangers(cursor, views):
            _require_nobody(cursor, made.view, worker)
            _log.warning("this version of the program has no view %s: dropped, to be rebuilt if need be", made.view)
            drop_view(cursor, made.view)
        for view, (made, missed) in _lacking(cursor, views, types).items():  # a switch may have come between
            known = view in scanned and missed <= scanned[view][1]
            _require_unfolded(cursor, view, made, missed, before if known else {})
            if made is not None and missed.intersection(made.types):
                _require_nobody(cursor, view.name, worker)
            _take_up(cursor, view, made, types)


def refuse_strangers(cursor: AnyCursor, views: Sequence[AnyView]) -> None:
    """Raises ViewOutdated where a live view is not among these: who moves the positions folds for all of them."""
    for made in _strangers(cursor, views):
        raise ViewOutdated(view=made.view, reason="another version of the program keeps it")


def live_tables(cursor: AnyCursor, views: Sequence[AnyView], types: EventTypes) -> list[Table]:
    """The live generation of each view. Raises ViewOutdated where another version of the program made it."""
    live = _live(cursor)
    tables = []
    for view in views:
        made = live.get(view.name)
        table = _table(view, made.number if made else 1)
        if made is None or made.shape != table.shape() or list(made.types) != stored_names(view, types):
            raise ViewOutdated(view=view.name, reason="another version of the program keeps it")
        tables.append(table)
    return tables


def add_generation(cursor: AnyCursor, table: Table, types: EventTypes, state: str) -> None:
    """Note a new generation."""
    cursor.execute(
        "INSERT INTO views.generations (view, generation, shape, types, state) VALUES (%s, %s, %s, %s, %s)",
        (table.view.name, table.generation, table.shape(), stored_names(table.view, types), state),
    )


def drop_view(cursor: AnyCursor, view: str) -> None:
    """Remove all generations of a view, and what shows the live one."""
    cursor.execute(f'DROP VIEW IF EXISTS views."{view}"')
    for made in _every_generation(cursor):
        if made.view == view:
            drop_generation(cursor, view, made.number)


def drop_generation(cursor: AnyCursor, view: str, number: int) -> None:
    """Remove a generation that is not live, with everything that is noted about it."""
    cursor.execute(f'DROP TABLE IF EXISTS views."{view}__{number}"')
    forget_generation(cursor, view, number)


def drop_forgotten(connection: AnyConnection, view: str) -> None:
    """Remove the tables of generations that were forgotten. One that somebody reads, as a backup does, stays until the
    next time."""
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'views' AND tablename ~ ('^' || %(view)s || '__[0-9]+$') "
        "AND NOT EXISTS (SELECT FROM views.generations "
        "WHERE view = %(view)s AND tablename = view || '__' || generation)",
        {"view": view},
    ).fetchall()
    for (table,) in found:
        with suppress(psycopg.errors.LockNotAvailable), connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f'DROP TABLE views."{table}"')


def forget_generation(cursor: AnyCursor, view: str, number: int) -> None:
    """Remove what is noted about a generation that is not live; its table stays for `drop_forgotten`."""
    for table in ("generation_position", "parked", "generations"):
        cursor.execute(f"DELETE FROM views.{table} WHERE view = %s AND generation = %s", (view, number))


def fence_all(cursor: AnyCursor) -> None:
    """Take every partition over until this transaction ends; afterwards all workers begin anew from the checkpoints.

    Waits for the batches that are being folded.
    """
    cursor.execute("LOCK TABLE views.checkpoint IN EXCLUSIVE MODE")
    cursor.execute("UPDATE views.checkpoint SET epoch = epoch + 1")


@lru_cache(maxsize=256)
def _table(view: AnyView, number: int) -> Table:
    return Table(view, number)


def _every_generation(cursor: AnyCursor) -> list[Generation]:
    cursor.execute("SELECT view, generation, shape, types, state FROM views.generations ORDER BY view, generation")
    return [Generation(view, number, shape, tuple(types), state) for view, number, shape, types, state in cursor]


def _live(cursor: AnyCursor) -> dict[str, Generation]:
    return {made.view: made for made in _every_generation(cursor) if made.state == "live"}


def _strangers(cursor: AnyCursor, views: Sequence[AnyView]) -> list[Generation]:
    """The live generations of views that are not among these."""
    ours = {view.name for view in views}
    return [made for made in _live(cursor).values() if made.view not in ours]


def _lacking(
    cursor: AnyCursor, views: Sequence[AnyView], types: EventTypes
) -> dict[AnyView, tuple[Generation | None, set[str]]]:
    """The views whose live generation is missing or handles other types, with those types. Raises ViewOutdated."""
    live, found = _live(cursor), {}
    for view in views:
        made = live.get(view.name)
        if made is not None and made.shape != _table(view, made.number).shape():
            raise ViewOutdated(view=view.name, reason="its rows have another form now")
        missed = set(stored_names(view, types)).symmetric_difference(made.types if made else ())
        if made is None or missed:
            found[view] = made, missed
    return found


def _take_up(cursor: AnyCursor, view: AnyView, made: Generation | None, types: EventTypes) -> None:
    if made is not None:
        cursor.execute(
            "UPDATE views.generations SET types = %s WHERE view = %s AND generation = %s",
            (stored_names(view, types), view.name, made.number),
        )
        return
    table = Table(view, 1)
    table.create(cursor)
    table.finish(cursor)
    table.show(cursor)
    add_generation(cursor, table, types, "live")


def _require_unfolded(
    cursor: AnyCursor, view: AnyView, made: Generation | None, types: Iterable[str], after: Mapping[str, int]
) -> None:
    """Raises ViewOutdated where an event of these types was folded, of those after the tenants' positions."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM views.tenant_position p "
        "LEFT JOIN unnest(%s::text[], %s::bigint[]) a(tenant, position) ON a.tenant = p.tenant "
        "JOIN store.events e ON e.tenant = p.tenant AND e.position <= p.position "
        "WHERE e.position > coalesce(a.position, 0) AND e.type = ANY(%s))",
        (list(after), list(after.values()), sorted(types)),
    )
    ((found,),) = cursor.fetchall()
    if found:
        reason = "it handles other events now" if made else "it is new and there are events for it already"
        raise ViewOutdated(view=view.name, reason=reason)


def _require_nobody(cursor: AnyCursor, view: str, worker: str) -> None:
    """Raises ViewOutdated while another worker is at work."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM views.workers WHERE worker <> %s "
        "AND seen_at > clock_timestamp() - make_interval(secs => 60))",
        (worker,),
    )
    ((others,),) = cursor.fetchall()
    if others:
        raise ViewOutdated(view=view, reason="workers of another version are running")


def view_named(name: str, views: Iterable[AnyView]) -> AnyView:
    """The view of that name. Raises UnknownView."""
    by_name = {view.name: view for view in views}
    if name not in by_name:
        raise UnknownView(view=name, known=sorted(by_name))
    return by_name[name]
