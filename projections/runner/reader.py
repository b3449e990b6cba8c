"""Reads of the read models, one tenant at a time: row-level security shows that tenant's rows and no others."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.typed import learned
from baseplus.kernel.vocabulary import TenantId

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]

_STANDING = """
SELECT p.view, p.position FROM views.parked p JOIN views.generations g USING (view, generation)
 WHERE g.state = 'live' AND p.view = ANY(%s) AND p.position <= %s ORDER BY p.position LIMIT 1
"""

_BRIEF = 0.25  # seconds that anybody may wait: as long as it takes where all is well
_SOON, _LATER = 0.008, 0.03  # seconds between two looks: at first, and at most


class StandsStill(Unavailable):
    """What is read stands still at an event that it could not take in, and lacks what the read must see. Facts: view,
    position."""

    code = "view_stands_still"
    mend: ClassVar[str] = "tell the operator; without a Consistency-Token the state before it is read"


def fields(row: type[msgspec.Struct]) -> str:
    """The columns that a row struct is read from."""
    return ", ".join(row.__struct_fields__)


def published_in(tenant: TenantId, association: str | None, until: int | None) -> tuple[TenantId, int | None]:
    """In whose history lies what an association published for everybody (None: in one's own), and up to which position
    it must have been folded. Only for read models of which whoever has a key may see every row."""
    if association is None or association == tenant:
        return tenant, until
    return TenantId(association), None  # a position of one's own says nothing about somebody else's history


class Reader:
    """A pool of connections of the application's role. Thread-safe; not fork-safe.

    dsn: logs in as that role. size: connections at most. timeout: seconds to wait for a connection. waits: how many may
    wait for read models at once, beyond a moment; whoever comes then is told at once that they are behind. Where a
    worker stands still, those who need not wait for it are answered all the same. types: those that it reads histories
    with, for questions about days that have passed.
    """

    def __init__(
        self, dsn: str, *, size: int = 4, timeout: float = 10.0, waits: int = 4, types: EventTypes | None = None
    ) -> None:
        self._types = types
        self._seats = threading.BoundedSemaphore(waits)
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=size,
            timeout=timeout,
            kwargs={"autocommit": True, "row_factory": dict_row, "options": _with_utc(dsn)},
            open=True,
            name="reader",
        )

    def rows(
        self,
        tenant: TenantId,
        sql: str,
        params: Params,
        row_type: type[T],
        *,
        until: int | None = None,
        patience: float = 5.0,
    ) -> list[T]:
        """What `sql` gives for the tenant, each row as `row_type`: a struct with a field per column.

        until: wait until the read models have folded the tenant's history up to that position, `patience` seconds at
        most. Raises Unavailable when they have not, or when the database does not answer; StandsStill when a view that
        `sql` names passed the tenant over at an event up to there.
        """
        if until is not None and not self.wait(tenant, until, patience):
            reached = self.position(tenant)
            raise Unavailable(what=f"position {until} of {tenant}", reason=f"the read models stand at {reached}")
        if until is not None:
            for standing in self._ask(tenant, _STANDING, (re.findall(r"\bviews\.(\w+)", sql), until)):
                raise StandsStill(**standing)
        learned(row_type)
        return msgspec.convert(self._ask(tenant, sql, params), list[row_type])  # type: ignore[valid-type]

    @property
    def types(self) -> EventTypes:
        """The event types that it reads histories with. Raises TypeError where it was given none."""
        if self._types is None:
            raise TypeError("this reader was made without event types: it reads no history")
        return self._types

    def position(self, tenant: TenantId) -> int:
        """How far the read models have folded the tenant's history. Raises Unavailable."""
        (row,) = self._ask(tenant, "SELECT coalesce(max(position), 0) AS position FROM views.tenant_position", ())
        return int(row["position"])

    def wait(self, tenant: TenantId, until: int, patience: float) -> bool:
        """Whether the read models have folded the tenant's history up to `until`, or do within `patience` seconds; not
        so long where too many wait. Raises Unavailable when the database does not answer."""
        if self._comes(tenant, until, min(patience, _BRIEF), _SOON):
            return True
        if patience <= _BRIEF or not self._seats.acquire(blocking=False):
            return False
        try:
            return self._comes(tenant, until, patience - _BRIEF, _LATER)
        finally:
            self._seats.release()

    def _comes(self, tenant: TenantId, until: int, patience: float, pause: float) -> bool:
        deadline = time.monotonic() + patience
        while self.position(tenant) < until:
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)  # no signal of a commit comes without a lock that all writers would share
            pause = min(pause * 1.5, _LATER)
        return True

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, tenant: TenantId, sql: str, params: Params) -> list[dict[str, Any]]:
        try:
            with self._pool.connection() as connection:
                try:
                    return _ask(connection, tenant, sql, params)
                except psycopg.errors.FeatureNotSupported:
                    # A switch to another generation changed what a prepared statement gives.
                    connection.rollback()
                    connection.execute("DEALLOCATE ALL")
                    return _ask(connection, tenant, sql, params, prepare=False)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Unavailable(what="PostgreSQL", reason=str(error).partition("\n")[0]) from error


def _ask(
    connection: psycopg.Connection[Any], tenant: str, sql: str, params: Params, *, prepare: bool | None = None
) -> list[dict[str, Any]]:
    # One round trip, for which psycopg's own transaction() takes four: each hands the interpreter to another thread,
    # and under load waits for it. The tenant is set for this transaction only, so it never outlives it in the pool.
    with connection.pipeline():
        connection.execute("BEGIN READ ONLY")
        connection.execute("SELECT set_config('app.tenant', %s, true)", (tenant,))
        cursor = connection.execute(sql, params or None, prepare=prepare)
        connection.execute("COMMIT")
    return cursor.fetchall()


def _with_utc(dsn: str) -> str:
    options = str(psycopg.conninfo.conninfo_to_dict(dsn).get("options") or "")
    return f"{options} -c timezone=UTC".strip()
