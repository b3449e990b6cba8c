"""Loading many streams for one request in one round trip, and only what is new of those that are remembered.

What is remembered is never trusted by itself: each load asks the database for what happened since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, TypeAlias

import msgspec
import psycopg

from baseplus.kernel.decisions import Decider
from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.typed import decoder_of
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.lanes import Lanes
from infra.postgres.streams import Loaded, snapshot_type

AnyDecider: TypeAlias = Decider[Any, Any, Any]
Asked: TypeAlias = tuple[AnyDecider, StreamId]

_SNAPSHOT = 2

# What row-level security lets an index do is little: the version to begin after is worked out first, as a column.
_LOAD = """
  WITH asked AS MATERIALIZED (
    SELECT a.place, a.stream, greatest(a.after, s.version) AS since, s.version, s.data
      FROM unnest(%(streams)s::text[], %(snapshots)s::text[], %(after)s::bigint[])
           WITH ORDINALITY a(stream, snapshot, after, place)
      LEFT JOIN LATERAL (
        SELECT s.version, s.data FROM store.snapshots s
         WHERE s.tenant = %(tenant)s AND s.stream = a.stream AND s.type = a.snapshot AND s.version > a.after
         ORDER BY s.version DESC LIMIT 1) s ON true)
SELECT place, 2, version, NULL, data FROM asked WHERE version IS NOT NULL
 UNION ALL
SELECT a.place, 3, e.version, e.type, e.data
  FROM asked a JOIN store.events e
    ON e.tenant = %(tenant)s AND e.stream = a.stream AND e.version > a.since
 ORDER BY 1, 2, 3"""


class Gathering:
    """Thread-safe. remembered: so many streams' states at most are kept, those used last; 0: none."""

    def __init__(self, lanes: Lanes, types: EventTypes, remembered: int) -> None:
        self._lanes, self._decode, self._most = lanes, types.decode, remembered
        self._known: OrderedDict[tuple[TenantId, str, int, StreamId], Loaded] = OrderedDict()
        self._mutex = Lock()

    def load(self, tenant: TenantId, asked: Iterable[Asked]) -> Mapping[Asked, Loaded]:
        """The streams as the database has them, but those whose snapshot this program cannot read. Raises Unavailable.

        One round trip.
        """
        wanted = list(dict.fromkeys(asked))
        known = [self._remembered(tenant, one) for one in wanted]
        rows = self._ask(tenant, wanted, known)
        found: dict[Asked, Loaded] = {}
        for one, before, mine in zip(wanted, known, _by_place(rows, len(wanted)), strict=True):
            loaded = self._folded(one[0], before, mine)
            if loaded is not None:
                found[one] = loaded
                self.remember(tenant, *one, loaded)
        return found

    def remember(self, tenant: TenantId, decider: AnyDecider, stream: StreamId, loaded: Loaded) -> None:
        """Keep what is known of a stream that was just loaded or written."""
        if not self._most:
            return
        with self._mutex:
            key = _key(tenant, decider, stream)
            self._known[key] = loaded
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def knows(self, tenant: TenantId, decider: AnyDecider, stream: StreamId) -> bool:
        """Whether its state is remembered."""
        return _key(tenant, decider, stream) in self._known

    def _remembered(self, tenant: TenantId, asked: Asked) -> Loaded | None:
        with self._mutex:
            return self._known.get(_key(tenant, *asked))

    def _ask(self, tenant: TenantId, wanted: list[Asked], known: list[Loaded | None]) -> list[tuple[Any, ...]]:
        parameters = {
            "tenant": tenant,
            "streams": [stream for _, stream in wanted],
            # of what is remembered the events are needed, and no snapshot
            "snapshots": [
                "" if before else snapshot_type(decider).decode()
                for (decider, _), before in zip(wanted, known, strict=True)
            ],
            "after": [before.version if before else 0 for before in known],
        }
        last: Exception | None = None
        for _ in range(2):  # a connection that broke since its last use says nothing about the server
            with self._lanes.borrow() as lane:
                try:
                    return lane.query(tenant, _LOAD, parameters)
                except psycopg.OperationalError as error:
                    lane.close()
                    last = error
        raise Unavailable(what="the event store", reason=str(last)) from last

    def _folded(self, decider: AnyDecider, before: Loaded | None, rows: list[tuple[Any, ...]]) -> Loaded | None:
        """None: there is a snapshot that this program cannot read."""
        state, version, base = before or Loaded(decider.initial(), 0, 0)
        for _, part, number, name, data in rows:
            if part == _SNAPSHOT:
                try:
                    state = decoder_of(type(state)).decode(data)
                except (msgspec.DecodeError, TypeError):
                    return None
                base = number
            else:
                state = decider.evolve(state, self._decode(name, data))
            version = number
        return Loaded(state, version, base)


def _key(tenant: TenantId, decider: AnyDecider, stream: StreamId) -> tuple[TenantId, str, int, StreamId]:
    return tenant, decider.name, decider.state_version, stream


def _by_place(rows: list[tuple[Any, ...]], places: int) -> list[list[tuple[Any, ...]]]:
    found: list[list[tuple[Any, ...]]] = [[] for _ in range(places)]
    for row in rows:
        found[row[0] - 1].append(row)
    return found
