"""Tenants' histories read straight from the event store, for everything that does not follow the log."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from projections.runner.fold import Fold, Halted, Poison, Rows
from projections.runner.rows import AnyConnection
from projections.runner.source import Delivered

PAGE = 5_000

_SQL = """
    SELECT tenant, position, type, stream, occurred_at, recorded_at, data FROM store.events
     WHERE tenant = %s AND position > %s AND position <= %s AND type = ANY(%s) ORDER BY position"""


def history(
    connection: AnyConnection, tenant: str, after: int, upto: int, types: Sequence[str]
) -> Generator[list[Delivered], None, None]:
    """The tenant's events with `after` < position <= `upto` of the given stored types, in order, in pages.

    Needs an open transaction: the pages come from a cursor on the server.
    """
    with connection.cursor(name="history", binary=True) as cursor:
        cursor.execute(_SQL, (tenant, after, upto, list(types)))
        rows = cursor.fetchmany(PAGE)
        while rows:
            yield [Delivered(*row) for row in rows]
            rows = cursor.fetchmany(PAGE) if len(rows) == PAGE else []


def fold_history(
    connection: AnyConnection, fold: Fold, tenant: str, upto: int
) -> tuple[list[dict[str, Any]], list[Poison]]:
    """A tenant's rows per view, by key, folded in memory from its history's beginning up to a position; None is no row.

    Also who was halted. Needs an open transaction.
    """
    rows: list[dict[str, Any]] = [{} for _ in fold.tables]
    with closing(history(connection, tenant, 0, upto, fold.handled)) as pages:
        for events in pages:
            try:
                fold.quickly(events, rows)
            except Exception:
                break
        else:
            if fold.in_place(rows):
                return rows, []
    return _fold_carefully(connection, fold, tenant, upto)


def _fold_carefully(
    connection: AnyConnection, fold: Fold, tenant: str, upto: int
) -> tuple[list[dict[str, Any]], list[Poison]]:
    """The same where there is a poison: its event leaves no trace in the view that it halts."""
    changed: list[Rows] = [{} for _ in fold.tables]
    halted: dict[Halted, Poison] = {}
    for events in history(connection, tenant, 0, upto, fold.handled):
        plan = fold.plan(events, halted)
        fold.evolve(plan, [{}] * len(changed), changed)
        halted.update(plan.poisons)
    return [{key: row for (_, key), row in of_view.items()} for of_view in changed], list(halted.values())
