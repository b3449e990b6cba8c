"""A worker's events from the event store itself, where there is no Kafka."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Event as Signal
from typing import Any

import psycopg

from baseplus.kernel.refusals import Unavailable
from infra.postgres.database import Database
from infra.postgres.news import News
from projections.runner.source import Delivered

_BUSY, _IDLE = 0.005, 0.05  # seconds between two looks for news: while there is some, and at most
_AT_ONCE = 500  # tenants in one question
_BYTES = 8 * 1024 * 1024

_TENANTS = """
SELECT tenant, partition, last_position FROM store.tenants
 WHERE partition = ANY(%(partitions)s) AND (%(names)s::text[] IS NULL OR tenant = ANY(%(names)s))
"""

_READ = """
SELECT tenant, position, type, stream, occurred_at, recorded_at, data, traceparent
  FROM (SELECT e.*, sum(octet_length(e.data)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(e.data) AS before
          FROM unnest(%(tenants)s::text[], %(after)s::bigint[]) u(tenant, after)
         CROSS JOIN LATERAL (
               SELECT x.tenant, x.position, x.type, x.stream, x.occurred_at, x.recorded_at, x.data,
                      x.traceparent
                 FROM store.events x WHERE x.tenant = u.tenant AND x.position > u.after
                ORDER BY x.position LIMIT %(limit)s) e
         LIMIT %(limit)s) rows
 WHERE before < %(bytes)s
"""


class StoreSource:
    """Keeps the contract of `projections.runner.source.Source` by the tenants' positions.

    Its offsets are always 0 and its ends say how many events are left: a checkpoint made here makes a worker that goes
    over to Kafka begin at the log's beginning, where it skips what it knows by position.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self._news: News | None = None
        self._partitions: list[int] = []
        self._partition: dict[str, int] = {}
        self._delivered: dict[str, int] = {}
        self._elsewhere: set[str] = set()
        self._waiting: dict[str, None] = {}
        self._pause = Signal()

    def assign(self, partitions: Mapping[int, int], positions: Mapping[str, int]) -> None:
        """See Source."""
        self._partitions = list(partitions)
        self._delivered = dict(positions)
        self._partition.clear()
        self._elsewhere.clear()
        self._waiting.clear()
        self._news = None  # the next look is at every tenant

    def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
        """See Source."""
        deadline = time.monotonic() + timeout
        pause = _BUSY
        while True:
            with self._connected() as connection:
                self._listen(connection)
                events = self._read(connection, limit)
            left = deadline - time.monotonic()
            if events or left <= 0:
                return {partition: (found, 0) for partition, found in events.items()}
            if not self._waiting:
                self._pause.wait(min(pause, left))
                pause = min(pause * 1.3, _IDLE)

    def ends(self) -> Mapping[int, int]:
        """See Source: how many events of each partition have not been delivered."""
        ends = dict.fromkeys(self._partitions, 0)
        with self._connected() as connection:
            rows = connection.execute(_TENANTS, {"partitions": self._partitions, "names": None}).fetchall()
        for tenant, partition, last in rows:
            ends[partition] += last - self._delivered.get(tenant, 0)
        return ends

    def close(self) -> None:
        """See Source."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._news = None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        if self._connection is None:
            self._connection = self._database.connect("worker")
            self._connection.execute("SET TimeZone = 'UTC'")
        try:
            yield self._connection
        except psycopg.OperationalError as error:
            self.close()
            raise Unavailable(what="PostgreSQL", reason=str(error).partition("\n")[0]) from error

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        """Hear which tenants of our partitions have events that were not delivered."""
        if not self._partitions:
            return
        self._news = self._news or News(connection)
        names = self._news.look()
        if names is not None:
            known = [name for name in names if name in self._partition]
            self._waiting |= dict.fromkeys(known)
            names = [name for name in names if name not in self._partition and name not in self._elsewhere]
            if not names:
                return
        rows = connection.execute(_TENANTS, {"partitions": self._partitions, "names": names}).fetchall()
        for tenant, partition, last in rows:
            self._partition[tenant] = partition
            if last > self._delivered.setdefault(tenant, 0):
                self._waiting[tenant] = None
        self._elsewhere.update(name for name in names or () if name not in self._partition)

    def _read(self, connection: psycopg.Connection[Any], limit: int) -> dict[int, list[Delivered]]:
        """The next events of the tenants that wait, the longest waiting first."""
        names = list(islice(self._waiting, _AT_ONCE))
        if not names:
            return {}
        after = [self._delivered[name] for name in names]
        wanted = {"tenants": names, "after": after, "limit": limit, "bytes": _BYTES}
        found: dict[int, list[Delivered]] = {}
        with connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_READ, wanted, prepare=True).fetchall()
        size = 0
        for row in rows:
            event = Delivered(*row)
            found.setdefault(self._partition[event.tenant], []).append(event)
            self._delivered[event.tenant] = event.position
            size += len(event.data)
        # A full answer may have left out anything behind its last row.
        full = len(rows) == limit or size >= _BYTES
        last = rows[-1][0] if rows else names[-1]
        for name in names[: names.index(last)] if full else names:
            del self._waiting[name]
        if full:  # however much it has left, the others come first
            self._waiting[last] = self._waiting.pop(last)
        return found
