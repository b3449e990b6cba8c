"""Where a worker's events come from: Kafka, or the event store itself. Both keep this contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """An event as a projection needs it.

    position: 1, 2, 3 … within the tenant. The times are UTC; a source that has them as ISO text hands the text on,
    since most rows need neither. data: the stored JSON, untouched. traceparent: the trace that it came from.
    """

    tenant: str
    position: int
    type: str
    stream: str
    occurred_at: datetime | str
    recorded_at: datetime | str
    data: bytes
    traceparent: str | None = None


class Source(Protocol):
    """An ordered log, cut into partitions; each tenant lives in one of them.

    Within a tenant events come in order of position. An event may come again later (at least once); one that is missing
    is healed by the worker. Not thread-safe: one worker owns it.
    """

    def assign(self, partitions: Mapping[int, int], positions: Mapping[str, int]) -> None:
        """Read exactly these partitions from now on, each from its offset; what was fetched before is forgotten.

        partitions: partition -> next offset, as the worker's own checkpoint has it. positions: tenant -> folded
        position, of every tenant in those partitions that has one. A source may go by either. An offset that the log no
        longer has, or not yet, means: from the partition's beginning. Does not block.
        """

    def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
        """What is there: partition -> (events in order, the offset after them). Empty when nothing came.

        Returns at once with up to `limit` events if there are any, else waits up to `timeout` seconds for the first.
        Each event is given once per assignment. Raises Unavailable.
        """

    def ends(self) -> Mapping[int, int]:
        """The end offset of each assigned partition, in the unit of the offsets; lag is what is left to it."""

    def close(self) -> None:
        """Let go of all connections. The source cannot be used afterwards."""


class Heal(Protocol):
    """How a worker gets events that the log left out: from the event store."""

    def __call__(self, tenant: str, after: int, upto: int) -> Iterator[Delivered]:
        """The tenant's events with `after` < position <= `upto`, in order. Raises Unavailable."""
