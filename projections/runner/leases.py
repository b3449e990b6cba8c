"""Who folds which partition: a lease in the checkpoint, a fair share each, and an epoch that fences.

Whoever takes a partition raises its epoch, and only a batch with that epoch commits. So a worker that stood still, or
that the network cut off, can never write after somebody else went on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from projections.runner.rows import AnyConnection, AnyCursor


class Fenced(Exception):
    """A partition has been taken over. Whatever is remembered about it is worthless."""


@dataclass
class Held:
    """A partition that we hold."""

    epoch: int
    next_offset: int


class Leases:
    """One worker's partitions.

    worker: a name that no other process ever has. seconds: how long a lease holds without `beat`; a dead worker's
    partitions go to others after it. schema: where the tables `checkpoint` and `workers` are.
    """

    def __init__(self, worker: str, partitions: int, seconds: float, *, schema: LiteralString = "views") -> None:
        self.held: dict[int, Held] = {}
        self.worker = worker
        self._partitions = partitions
        self._seconds = seconds
        self._checkpoint = f"{schema}.checkpoint"
        self._workers = f"{schema}.workers"

    def enrol(self, connection: AnyConnection) -> None:
        """Say that we are there, and make sure that every partition has its checkpoint."""
        with connection.cursor() as cursor:
            self._announce(cursor)
        connection.execute(
            f"INSERT INTO {self._checkpoint} (partition) SELECT generate_series(0, %s - 1) ON CONFLICT DO NOTHING",
            (self._partitions,),
        )

    def beat(self, connection: AnyConnection) -> bool:
        """Renew the leases, give back what is above our share and take what is free below it.

        Returns whether what we hold has changed. Raises Fenced.
        """
        with connection.transaction(), connection.cursor() as cursor:
            share = self._share(cursor)
            cursor.execute(
                f"UPDATE {self._checkpoint} SET lease_until = clock_timestamp() + make_interval(secs => %s) "
                "WHERE owner = %s AND partition = ANY(%s) RETURNING partition, epoch",
                (self._seconds, self.worker, list(self.held)),
            )
            if dict(cursor.fetchall()) != {partition: held.epoch for partition, held in self.held.items()}:
                raise Fenced
            excess = sorted(self.held)[share:]
            self._release(cursor, excess)
            taken = self._take(cursor, share - len(self.held)) if len(self.held) < share else {}
        for partition in excess:
            del self.held[partition]
        self.held.update(taken)
        return bool(excess or taken)

    def forget(self) -> None:
        """Count on nothing; the next `beat` takes what is still ours with new epochs."""
        self.held.clear()

    def move(self, cursor: AnyCursor, offsets: dict[int, int]) -> None:
        """Move checkpoints and lock them for the rest of the transaction. Raises Fenced if one is not ours any more.

        First thing of a batch: so nobody takes the partition over meanwhile, and locks are taken in one order. What is
        remembered here is to be moved by the caller after the commit.
        """
        cursor.execute(
            f"UPDATE {self._checkpoint} c SET next_offset = n.next_offset "
            "FROM unnest(%b::int[], %b::bigint[], %b::bigint[]) n(partition, epoch, next_offset) "
            "WHERE c.partition = n.partition AND c.epoch = n.epoch",
            (list(offsets), [self.held[partition].epoch for partition in offsets], list(offsets.values())),
        )
        if cursor.rowcount != len(offsets):
            raise Fenced

    def give_back(self, connection: AnyConnection) -> None:
        """Leave: others can take our partitions at once."""
        with connection.transaction(), connection.cursor() as cursor:
            # whatever is remembered: what was forgotten may be ours still
            cursor.execute(
                f"UPDATE {self._checkpoint} SET owner = NULL, lease_until = NULL WHERE owner = %s", (self.worker,)
            )
            cursor.execute(f"DELETE FROM {self._workers} WHERE worker = %s", (self.worker,))
        self.held.clear()

    def _announce(self, cursor: AnyCursor) -> None:
        cursor.execute(
            f"INSERT INTO {self._workers} (worker, seen_at) VALUES (%s, clock_timestamp()) "
            "ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at",
            (self.worker,),
        )

    def _share(self, cursor: AnyCursor) -> int:
        self._announce(cursor)
        cursor.execute(
            f"DELETE FROM {self._workers} WHERE worker IN (SELECT worker FROM {self._workers} "
            "WHERE seen_at < clock_timestamp() - make_interval(secs => %s) FOR UPDATE SKIP LOCKED)",
            (self._seconds,),
        )
        cursor.execute(f"SELECT worker FROM {self._workers} ORDER BY worker")
        workers = [worker for (worker,) in cursor.fetchall()]
        each, rest = divmod(self._partitions, len(workers))
        return each + (workers.index(self.worker) < rest)

    def _take(self, cursor: AnyCursor, most: int) -> dict[int, Held]:
        cursor.execute(
            f"WITH free AS MATERIALIZED (SELECT f.partition FROM {self._checkpoint} f "
            "WHERE f.partition <> ALL(%(held)s) AND f.partition < %(partitions)s "
            "AND (f.owner = %(worker)s OR f.owner IS NULL OR f.lease_until < clock_timestamp()) "
            "ORDER BY f.owner IS NOT DISTINCT FROM %(worker)s DESC, f.partition LIMIT %(most)s FOR UPDATE SKIP LOCKED) "
            f"UPDATE {self._checkpoint} c SET epoch = c.epoch + 1, owner = %(worker)s, "
            "lease_until = clock_timestamp() + make_interval(secs => %(seconds)s) "
            "FROM free WHERE c.partition = free.partition RETURNING c.partition, c.epoch, c.next_offset",
            {
                "worker": self.worker,
                "seconds": self._seconds,
                "held": list(self.held),
                "partitions": self._partitions,
                "most": most,
            },
        )
        return {partition: Held(epoch, next_offset) for partition, epoch, next_offset in cursor.fetchall()}

    def _release(self, cursor: AnyCursor, partitions: Sequence[int]) -> None:
        if partitions:
            cursor.execute(
                f"UPDATE {self._checkpoint} SET owner = NULL, lease_until = NULL "
                "WHERE owner = %s AND partition = ANY(%s)",
                (self.worker, list(partitions)),
            )
