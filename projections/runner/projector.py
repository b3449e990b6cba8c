"""Batches of events brought into tables: rows loaded, folded on copies, and what changed written.

The caller owns the transaction, what fences it and where it is noted how far the fold has come. The worker, catching up
a rebuilt generation and resuming a parked tenant are all this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
import psycopg

from baseplus.kernel.events import EventTypes
from projections.runner.fold import Fold, Halted, Poison, Rows
from projections.runner.rows import AnyConnection, AnyCursor, Table
from projections.runner.source import Delivered

UNSTORABLE = (
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    msgspec.EncodeError,
    psycopg.DataError,
    psycopg.IntegrityError,
    # a kind of OperationalError to psycopg, yet no matter of the connection: a key too long for its index, say
    psycopg.errors.ProgramLimitExceeded,
)
"""What says that a row cannot be stored, however often it is tried."""


class Unstorable(Exception):
    """The rows that a batch leads to cannot be stored in one of the views."""

    def __init__(self, view: int, reason: Exception) -> None:
        super().__init__(str(reason))
        self.view = view
        self.reason = reason


class Projector:
    """Folds batches into a set of tables and remembers rows between them. Not thread-safe.

    halted: who is parked, and left out. cached_rows: how many rows are remembered, over all views. cached_bytes: about
    how much memory they may take, by the size of their JSON.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        types: EventTypes,
        *,
        cached_rows: int = 60_000,
        cached_bytes: int = 24_000_000,
    ) -> None:
        self.tables = tuple(tables)
        self.fold = Fold(tables, types)
        self.halted: set[Halted] = set()
        self._limits = (cached_rows, cached_bytes)
        self._known: list[Rows] = [{} for _ in tables]
        self._size = [256.0 for _ in tables]

    def apply(self, connection: AnyConnection, events: Sequence[Delivered]) -> list[Poison]:
        """Fold events into the tables, inside the caller's open transaction.

        Returns who is halted from now on; everybody else's events are folded. Where the transaction does not commit in
        the end, `reset` must be called. Raises what psycopg raises.
        """
        try:
            with connection.transaction(), connection.cursor() as cursor:
                poisons = self._apply(cursor, events)
        except Unstorable as error:
            if len(events) == 1:
                poison = self.fold.poison(error.view, events[0], error.reason)
                self.halted.add((error.view, poison.tenant))
                return [poison, *self.apply(connection, events)]
            # Which event led to that row is found by halves; the database alone can say what it refuses.
            half = len(events) // 2
            return [*self.apply(connection, events[:half]), *self.apply(connection, events[half:])]
        self._shrink()
        return poisons

    def reset(self, halted: Iterable[Halted] = ()) -> None:
        """Remember no row, since somebody else may have written them; `halted` is who is parked now."""
        self.halted = set(halted)
        for known in self._known:
            known.clear()

    def _apply(self, cursor: AnyCursor, events: Sequence[Delivered]) -> list[Poison]:
        plan = self.fold.plan(events, self.halted)
        changed: list[Rows] = [{} for _ in self.tables]
        for n, table in enumerate(self.tables):
            missing = [place for place in plan.rows[n] if place not in self._known[n]]
            if missing:
                with _storable(n):
                    table.load(cursor, missing, self._known[n])
        self.fold.evolve(plan, self._known, changed)
        for n, table in enumerate(self.tables):
            self._write(cursor, n, table, changed[n])
        for known, rows in zip(self._known, changed, strict=True):
            known.update(rows)
        self.halted.update(plan.poisons)
        return list(plan.poisons.values())

    def _write(self, cursor: AnyCursor, n: int, table: Table, changed: Rows) -> None:
        known = self._known[n]
        rows, gone = [], []
        for key, row in changed.items():
            old = known.get(key)
            if row is None:
                if old is not None:
                    gone.append(key)
            elif row != old:
                rows.append((key[0], row))
        with _storable(n):
            if rows:
                size = table.write(cursor, rows) / len(rows)
                self._size[n] += (size - self._size[n]) / 8
            if gone:
                table.delete(cursor, gone)

    def _shrink(self) -> None:
        rows, size = self._limits
        held = sum(map(len, self._known))
        taken = sum(len(known) * each for known, each in zip(self._known, self._size, strict=True))
        if held > rows or taken > size:
            for known in self._known:
                for key in list(known)[: len(known) // 2 + 1]:  # the oldest
                    del known[key]


@contextmanager
def _storable(view: int) -> Iterator[None]:
    try:
        yield
    except UNSTORABLE as error:
        raise Unstorable(view, error) from error
