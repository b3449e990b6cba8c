"""A lane: one connection of the application's role that calls the store's functions by raw libpq.

Every call is one round trip and one transaction of its own, so that a tenant set with `set_config(…, true)` ends with
it and can never meet the next caller of the same connection.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult

from baseplus.kernel.refusals import Invalid, Unavailable
from infra.postgres.database import Database

FREED_AFTER = 5
"""Seconds after which a caller that stands still in the middle of a transaction loses it, and its tenant's lock."""

# The functions' plans must not hang on how empty a table was when they were first planned.
_SESSION = f"""SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off;
SET jit = off; SET client_encoding = 'UTF8'; SET idle_in_transaction_session_timeout = '{FREED_AFTER}s'""".encode()

_BINARY = pq.Format.BINARY


class Lost(Exception):
    """The connection broke: nobody knows whether the call was committed."""


class RolledBack(Exception):
    """The server gave up on the call and undid it (deadlock, out of resources, time limit, shutdown)."""


UNDONE = (
    Lost,
    RolledBack,
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # no OperationalError to psycopg
)
"""How a transaction of several steps ends that may be tried again."""


class Statement(NamedTuple):
    """A prepared statement: its SQL and the types (OIDs) of its binary parameters."""

    sql: str
    types: Sequence[int]


class Lane:
    """One connection, opened when first used and again after it broke. One caller at a time."""

    def __init__(self, database: Database, statements: Mapping[bytes, Statement]) -> None:
        self._database = database
        self._statements = statements
        self._connection: psycopg.Connection[Any] | None = None
        self._prepared: set[bytes] = set()

    def call(self, name: bytes, parameters: Sequence[bytes | None]) -> PGresult:
        """Run a statement; binary parameters, binary rows.

        Raises Lost, RolledBack, Invalid for values that PostgreSQL refuses, Unavailable where it cannot be reached or
        its schema is not ours.
        """
        try:
            pgconn = (self._connection or self._open()).pgconn
            if name not in self._prepared:
                sql, types = self._statements[name]
                _ensure(pgconn.prepare(name, sql.encode(), types))
                self._prepared.add(name)
            result = pgconn.exec_prepared(name, parameters, [_BINARY] * len(parameters), _BINARY)  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            self.close()
            raise Lost(str(error)) from error
        if result.status != pq.ExecStatus.TUPLES_OK:
            self._refuse(pgconn, result)
        return result

    @contextmanager
    def transaction(self, tenant: str) -> Iterator[psycopg.Connection[Any]]:
        """A transaction of several steps that sees one tenant; `call` takes part in it. Raises psycopg's errors."""
        connection = self._connection or self._open()
        try:
            with connection.transaction():
                connection.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
                yield connection
        except BaseException:
            self.close()  # with its rollback psycopg drops all statements of the session, also those that `call` made
            raise

    def query(
        self, tenant: str, sql: str, parameters: Sequence[object] | Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        """One statement on one tenant's rows, in one round trip. Raises psycopg's errors."""
        connection = self._connection or self._open()
        try:
            # The pipeline is one transaction, so the tenant holds for both and ends with them.
            with connection.pipeline():
                connection.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
                cursor = connection.execute(sql, parameters, binary=True)
            return cursor.fetchall() if cursor.description else []
        finally:
            if connection.broken:
                self.close()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as we know."""
        return self._connection is not None

    def pid(self) -> int | None:
        """The process id of the server's end, where connected."""
        return None if self._connection is None else self._connection.info.backend_pid

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> psycopg.Connection[Any]:
        connection = self._database.connect("app")
        try:
            _ensure(connection.pgconn.exec_(_SESSION))
        except BaseException:
            connection.close()
            raise
        self._prepared.clear()
        self._connection = connection
        return connection

    def _refuse(self, pgconn: PGconn, result: PGresult) -> None:
        reason = _reason(result)
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        # Without SQLSTATE the error is libpq's own; after a failed write its status may still say OK.
        if not state or pgconn.status != pq.ConnStatus.OK or state.startswith(("57P", "08")):
            self.close()
            raise Lost(reason)
        if state.startswith(("26", "0A")):  # the statement is gone, or the schema was changed under it
            self.close()
            raise RolledBack(reason)
        if state.startswith(("40", "53", "55", "57")):
            raise RolledBack(reason)
        if state.startswith(("22", "54")):
            raise Invalid(where="append", reason=reason)
        raise Unavailable(what="the event store", reason=reason)


class Lanes:
    """A bounded set of lanes that threads borrow; the one used last is lent first."""

    def __init__(self, database: Database, statements: Mapping[bytes, Statement], size: int) -> None:
        self._all = [Lane(database, statements) for _ in range(size)]
        self._free = list(self._all)
        self._permits = threading.Semaphore(size)

    @contextmanager
    def borrow(self) -> Iterator[Lane]:
        """Wait for a free lane and hold it."""
        with self._permits:
            lane = self._free.pop()
            try:
                yield lane
            finally:
                self._free.append(lane)

    def call(self, name: bytes, parameters: Sequence[bytes | None]) -> PGresult:
        """Run a statement that only reads. Raises Unavailable.

        A connection that broke since its last use says nothing about the server: asked once more on a fresh one.
        """
        with self.borrow() as lane:
            try:
                return lane.call(name, parameters)
            except (Lost, RolledBack):
                lane.close()
            try:
                return lane.call(name, parameters)
            except (Lost, RolledBack) as error:
                raise Unavailable(what="the event store", reason=str(error)) from error

    def close(self) -> None:
        """Close every connection. Nobody may be using them."""
        for lane in self._all:
            lane.close()


def _ensure(result: PGresult) -> None:
    if result.status != pq.ExecStatus.COMMAND_OK:
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        if state.startswith(("42", "3F")):
            raise Unavailable(
                what="the event store", reason=f"{_reason(result)}; bring the schema up to date with: baseplus migrate"
            )
        raise psycopg.OperationalError(_reason(result))


def _reason(result: PGresult) -> str:
    return (result.error_message or b"").decode(errors="replace").strip().split("\n")[0]
