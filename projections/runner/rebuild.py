"""The next generation of views, built from the event store beside the live one while that goes on.

Tenants are shared out among processes; each is folded in memory and goes in by COPY, and indexes come afterwards. Then
the generation is caught up, compared with the live one and switched to. A rebuild that was killed leaves nothing that
the next one minds: it begins again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec

from baseplus.kernel.events import EventTypes
from projections.runner import parked
from projections.runner.comparison import Comparison, compare
from projections.runner.fold import Fold, Poison
from projections.runner.generations import add_generation, drop_generation, generations, view_named
from projections.runner.history import fold_history
from projections.runner.projector import UNSTORABLE
from projections.runner.rows import AnyConnection, AnyCursor, AnyView, Table
from projections.runner.session import Connect, open_session
from projections.runner.switching import catch_up, generations_locked, switch
from projections.runner.workforce import Report, spread

_LARGE = 1_000_000  # events; the rows of such a tenant may not fit into memory
_GROUP = 5_000  # events of small tenants that go in by one COPY


class Rebuilt(msgspec.Struct, frozen=True):
    """What became of one view. generation: its number. parked: who stands still in it. compared: None where there was
    nothing to compare with."""

    view: str
    generation: int
    rows: int
    live: bool
    parked: tuple[Poison, ...]
    compared: Comparison | None


class Progress(msgspec.Struct, frozen=True):
    """stage: building, indexing, catching up, comparing, switching. done and total: events of all tenants."""

    stage: str
    done: int
    total: int


def rebuild(
    connect: Connect,
    views: Sequence[AnyView],
    types: EventTypes,
    names: Iterable[str],
    *,
    processes: int = 2,
    go_live: bool = True,
    large: int = _LARGE,
    progress: Callable[[Progress], None] = lambda _: None,
) -> list[Rebuilt]:
    """Build the next generation of the named views in one pass over the history, and make it live.

    processes: forked, each with a connection of its own. go_live: False leaves the generation built and caught up, for
    looking at; the next rebuild begins again. large: a tenant with more events is folded in batches instead of in
    memory. Raises UnknownView, RebuildRunning, Unavailable.
    """
    wanted = [view_named(name, views) for name in dict.fromkeys(names)]
    with generations_locked(connect) as connection:
        # Waits for processes that outlived a killed rebuild: they end once there is nothing left for them.
        connection.execute("DELETE FROM views.rebuild_queue")
        tables = _begin(connection, wanted, types)
        run, total = _queue(connection, large)
        done = 0
        progress(Progress("building", done, total))
        work = partial(_build, connect, tables, types, run)
        if processes > 1:
            for events in spread(work, processes, without=[connection.fileno()]):
                done += events
                progress(Progress("building", done, total))
        # Alone, or for what a process that died left behind.
        work(0, lambda events: progress(Progress("building", min(done + events, total), total)))
        progress(Progress("indexing", total, total))
        for table in tables:
            with connection.transaction(), connection.cursor() as cursor:
                table.finish(cursor)
                cursor.execute(f"ANALYZE {table.name}")
        progress(Progress("catching up", total, total))
        for table in tables:
            catch_up(connection, table, types)
        progress(Progress("comparing", total, total))
        compared = [compare(connection, table) for table in tables]
        if go_live:
            progress(Progress("switching", total, total))
            switch(connection, tables, types)
        return [
            _report(connection, table, go_live, comparison) for table, comparison in zip(tables, compared, strict=True)
        ]


def _begin(connection: AnyConnection, views: Sequence[AnyView], types: EventTypes) -> list[Table]:
    """Bare tables for the next generations; what an interrupted rebuild left goes."""
    tables = []
    with connection.transaction(), connection.cursor() as cursor:
        made = generations(cursor, views)
        for view in views:
            # Never a number twice: a process that outlived a killed rebuild must not find its table again.
            table = Table(view, 1 + max((old.number for old in made if old.view == view.name), default=0))
            table.create(cursor)
            add_generation(cursor, table, types, "building")
            tables.append(table)
        for old in made:
            if old.state == "building":
                drop_generation(cursor, old.view, old.number)
    return tables


def _queue(connection: AnyConnection, large: int) -> tuple[str, int]:
    """Note which tenants are to be built up to where. Returns the run's name and how many events that is."""
    run = secrets.token_hex(8)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO views.rebuild_queue (run, tenant, upto) "
            "SELECT %s, tenant, position FROM views.tenant_position WHERE position <= %s",
            (run, large),
        )
        cursor.execute("SELECT coalesce(sum(upto), 0)::bigint FROM views.rebuild_queue WHERE run = %s", (run,))
        ((total,),) = cursor.fetchall()
    return run, total


def _build(
    connect: Connect, tables: Sequence[Table], types: EventTypes, run: str, _number: int, report: Report
) -> None:
    """Build tenants of the queue until there are no more."""
    fold = Fold(tables, types)
    with open_session(connect) as connection:
        size = _GROUP
        while True:
            with connection.transaction(), connection.cursor() as cursor:
                group = cursor.execute(
                    "DELETE FROM views.rebuild_queue WHERE run = %s AND tenant IN (SELECT tenant "
                    "FROM views.rebuild_queue WHERE run = %s ORDER BY upto DESC LIMIT %s FOR UPDATE SKIP LOCKED) "
                    "RETURNING tenant, upto",
                    (run, run, max(1, min(100, _GROUP // size))),
                ).fetchall()
                if not group:
                    return
                _bring_in(connection, fold, group)
            size = max(1, min(upto for _, upto in group))
            report(sum(upto for _, upto in group))


def _bring_in(connection: AnyConnection, fold: Fold, group: Sequence[tuple[str, int]]) -> None:
    try:
        with connection.transaction(), connection.cursor() as cursor:
            _copy(connection, cursor, fold, group)
    except UNSTORABLE:
        # A row that cannot be stored. A tenant that has one is left to catching up, which finds the event.
        if len(group) > 1:
            for one in group:
                _bring_in(connection, fold, [one])


def _copy(connection: AnyConnection, cursor: AnyCursor, fold: Fold, group: Sequence[tuple[str, int]]) -> None:
    rows: list[list[tuple[str, object]]] = [[] for _ in fold.tables]
    for tenant, upto in group:
        changed, poisons = fold_history(connection, fold, tenant, upto)
        parked.note(cursor, fold.tables, poisons)
        for into, found in zip(rows, changed, strict=True):
            into.extend((tenant, row) for row in found.values() if row is not None)
    for table, its in zip(fold.tables, rows, strict=True):
        if its:
            table.copy_in(cursor, its)
    cursor.execute(
        "INSERT INTO views.generation_position (view, generation, tenant, position) "
        "SELECT v.view, v.generation, t.tenant, t.position FROM unnest(%s::text[], %s::int[]) v(view, generation), "
        "unnest(%s::text[], %s::bigint[]) t(tenant, position)",
        (
            [table.view.name for table in fold.tables],
            [table.generation for table in fold.tables],
            [tenant for tenant, _ in group],
            [upto for _, upto in group],
        ),
    )


def _report(connection: AnyConnection, table: Table, live: bool, compared: Comparison | None) -> Rebuilt:
    place = (table.view.name, table.generation)
    stuck = connection.execute(
        "SELECT view, tenant, position, type, reason FROM views.parked WHERE view = %s AND generation = %s "
        "ORDER BY tenant",
        place,
    ).fetchall()
    (rows,) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone() or (0,)
    return Rebuilt(*place, rows, live, tuple(Poison(*each) for each in stuck), compared)
