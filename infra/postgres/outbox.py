"""The relay's side of the database: which events Kafka has not acknowledged yet, and who may send them.

One connection is the fence: the advisory locks that make a relay the only one for its partitions live and die with the
connection through which it moves the positions on. The server ends it when the relay does not ask for some seconds
(stopped, swapped out, cut off), and the next one takes over. What can be long is read through a second one: a server
that waits for a stopped relay to take an answer is not idle and would keep the locks for as long as the relay stands
still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.types.string import ByteaBinaryLoader

from baseplus.kernel.refusals import Unavailable
from infra.postgres.database import Database

FENCED_AFTER = 5
"""Seconds without a question from the relay after which its connection, and with it its locks, are gone."""

_LOCKS = 4_242_002

_TAKE = "SELECT p FROM unnest(%s::int[]) p WHERE pg_try_advisory_lock(%s, p)"

_TENANTS = """
SELECT t.tenant, t.partition, t.last_position, coalesce(r.position, 0)
  FROM store.tenants t LEFT JOIN store.relayed r USING (tenant)
 WHERE t.partition = ANY(%(partitions)s) AND (%(names)s::text[] IS NULL OR t.tenant = ANY(%(names)s))
"""

# Texts, as the message's headers want them: what the server prints, the relay need not.
_TIME = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_READ = f"""
SELECT tenant, position, stream, version, type, occurred, recorded, actor, correlation, causation, traceparent, data
  FROM (SELECT e.*, sum(octet_length(e.data)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(e.data) AS before
          FROM unnest(%(tenants)s::text[], %(after)s::bigint[]) u(tenant, after)
         CROSS JOIN LATERAL (
               SELECT x.tenant, x.position::text, x.stream, x.version::text, x.type,
                      {_TIME.format("x.occurred_at")} AS occurred, {_TIME.format("x.recorded_at")} AS recorded,
                      x.actor, x.correlation, x.causation, x.traceparent, x.data
                 FROM store.events x WHERE x.tenant = u.tenant AND x.position > u.after
                ORDER BY x.position LIMIT %(each)s) e) rows
 WHERE before < %(bytes)s
"""

_RECORD = """
WITH moved AS (
    INSERT INTO store.relayed (tenant, position) SELECT * FROM unnest(%(tenants)s::text[], %(positions)s::bigint[])
    ON CONFLICT (tenant) DO UPDATE SET position = excluded.position)
UPDATE store.relay_partitions p SET end_offset = e.offset
  FROM unnest(%(partitions)s::int[], %(ends)s::bigint[]) e(partition, "offset") WHERE p.partition = e.partition
"""

_NEW_LOG = """
INSERT INTO store.relay_partitions (partition, topic_id, end_offset) VALUES (%(partition)s, %(topic_id)s, 0)
ON CONFLICT (partition) DO UPDATE SET topic_id = excluded.topic_id, end_offset = 0,
                                      log_epoch = relay_partitions.log_epoch + 1
RETURNING log_epoch
"""
_FORGET = "DELETE FROM store.relayed r USING store.tenants t WHERE t.tenant = r.tenant AND t.partition = %s"

_AGE = """coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0)::float8
  FROM store.tenants t LEFT JOIN {} r USING (tenant)
 CROSS JOIN LATERAL (SELECT x.recorded_at FROM store.events x
                      WHERE x.tenant = t.tenant AND x.position > coalesce(r.position, 0)
                      ORDER BY x.position LIMIT 1) e
 WHERE t.last_position > coalesce(r.position, 0)
"""


def age_behind(positions: str) -> str:
    """The end of a SELECT: the seconds for which the oldest event has waited that is behind a table of tenants'
    positions `r`, over all tenants `t` that are behind; 0 where none is."""
    return _AGE.format(positions)


_BACKLOG = "SELECT coalesce(sum(t.last_position - coalesce(r.position, 0)), 0)::bigint, " + age_behind("store.relayed")


class Due(NamedTuple):
    """A tenant's history: `last` events in the store, `relayed` of them acknowledged by Kafka."""

    tenant: str
    partition: int
    last: int
    relayed: int


class Log(NamedTuple):
    """A partition of Kafka as last seen. epoch: raised when its log was lost and everything is published again."""

    topic_id: str
    end_offset: int
    epoch: int


class Backlog(NamedTuple):
    """events: in the store and not on Kafka. seconds: the age of the oldest of them."""

    events: int
    seconds: float


Row = tuple[
    bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes | None, bytes | None, bytes | None, bytes | None, bytes
]
"""tenant, position, stream, version, type, occurred, recorded, actor, correlation, causation, traceparent, data"""


def open_outbox(database: Database) -> Outbox:
    """Connect as the relay. Raises Unavailable."""
    fence = database.connect("relay")
    try:
        return Outbox(fence, database.connect("relay"))
    except Unavailable:
        fence.close()
        raise


class Outbox:
    """See the module. All methods raise psycopg.Error; afterwards the outbox must be given up.

    reading: the connection that holds nothing.
    """

    def __init__(self, fence: psycopg.Connection[Any], reading: psycopg.Connection[Any]) -> None:
        self._fence = fence
        self.reading = reading
        # Losing the last moments of `relayed` in a crash means sending again what Kafka has: harmless.
        fence.execute("SET synchronous_commit = off")
        fence.execute(f"SET idle_session_timeout = '{FENCED_AFTER}s'")
        fence.execute(f"SET idle_in_transaction_session_timeout = '{FENCED_AFTER}s'")
        self._reader = reading.cursor(binary=True)
        self._reader.adapters.register_loader("text", ByteaBinaryLoader)

    def take(self, partitions: Iterable[int]) -> set[int]:
        """Become the only relay of these partitions, of as many as are free. Hold none of them already."""
        return {row[0] for row in self._fence.execute(_TAKE, (list(partitions), _LOCKS))}

    def hold(self) -> None:
        """Keep what was taken; to be called every second or so."""
        self._fence.execute("")

    def tenants(self, partitions: Iterable[int], names: list[str] | None = None) -> list[Due]:
        """The tenants of the partitions; of these names only, if given."""
        rows = self.reading.execute(_TENANTS, {"partitions": list(partitions), "names": names})
        return [Due(*row) for row in rows]

    def read(self, after: Mapping[str, int], each: int, size: int) -> list[Row]:
        """The next events of some tenants, behind the given positions: tenant by tenant, in order of position, at most
        `each` of one tenant and about `size` bytes of data in all."""
        wanted = {"tenants": list(after), "after": list(after.values()), "each": each, "bytes": size}
        return self._reader.execute(_READ, wanted, prepare=True).fetchall()

    def record(self, positions: Mapping[str, int], ends: Mapping[int, int]) -> None:
        """Kafka has acknowledged the tenants' events up to these positions, and the partitions reach to these ends."""
        self._fence.execute(
            _RECORD,
            {
                "tenants": list(positions),
                "positions": list(positions.values()),
                "partitions": list(ends),
                "ends": list(ends.values()),
            },
            prepare=True,
        )

    def logs(self, partitions: Iterable[int]) -> dict[int, Log]:
        """What is known of the partitions' logs."""
        rows = self._fence.execute(
            "SELECT partition, topic_id, end_offset, log_epoch FROM store.relay_partitions WHERE partition = ANY(%s)",
            (list(partitions),),
        )
        return {row[0]: Log(*row[1:]) for row in rows}

    def begin_log(self, partition: int, topic_id: str) -> int:
        """A new log begins: nothing of the partition's events is on it, and whoever reads it begins at its beginning.
        Returns its epoch."""
        with self._fence.transaction():
            self._fence.execute("SET LOCAL synchronous_commit = on")
            row = self._fence.execute(_NEW_LOG, {"partition": partition, "topic_id": topic_id}).fetchone()
            assert row is not None
            self._fence.execute(_FORGET, (partition,))
            self._fence.execute("SELECT views.restart_partition(%s)", (partition,))
        return int(row[0])

    def backlog(self) -> Backlog:
        """What is left to relay, of all partitions."""
        row = self.reading.execute(_BACKLOG).fetchone()
        assert row is not None
        return Backlog(*row)

    def close(self) -> None:
        """Give everything up."""
        self._fence.close()
        self.reading.close()
