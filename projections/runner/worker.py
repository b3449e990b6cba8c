"""The projection worker: a log's events folded into the live read models, each batch one transaction.

Rows, tenants' positions, parked tenants and the checkpoint move together or not at all. An event may be delivered twice
and counts once, one that the log left out is taken from the event store, and one that a view cannot fold parks its
tenant in that view while everybody else goes on. Events that nobody has any more park their tenant in every view.
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import psycopg

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Unavailable
from projections.runner import metrics, parked
from projections.runner.generations import live_tables, prepare_views, refuse_strangers
from projections.runner.leases import Fenced, Leases
from projections.runner.projector import Projector
from projections.runner.rows import AnyConnection, AnyView
from projections.runner.session import Connect, open_session
from projections.runner.source import Delivered, Heal, Source

Polled = Mapping[int, tuple[Sequence[Delivered], int]]

Around = Callable[[Sequence[Delivered]], AbstractContextManager[object]]

_log = logging.getLogger("baseplus.projections")
_BACK_OFF = (0.05, 5.0)  # seconds, first and longest


class Worker:
    """Folds the partitions that it gets its share of, until it is stopped.

    connect: connections of the worker's role. source: owned by the worker from here on. heal: gives a tenant's events
    that the log left out. batch: events a transaction. lease: seconds after which a dead worker's partitions go to
    others. parked_limit: more tenants than this parked within `parked_window` seconds mean a bad deploy, and the worker
    stops. around: entered for the time that each batch takes. One thread calls `run`.
    """

    def __init__(
        self,
        connect: Connect,
        views: Sequence[AnyView],
        types: EventTypes,
        source: Source,
        heal: Heal,
        *,
        partitions: int = 12,
        batch: int = 2_000,
        lease: float = 6.0,
        parked_limit: int = 20,
        parked_window: float = 600.0,
        cached_rows: int = 60_000,
        around: Around = nullcontext,
    ) -> None:
        self._connect = connect
        self._views = tuple(views)
        self._types = types
        self._source = source
        self._heal = heal
        self._batch = batch
        self._lease = lease
        self._parked_limit = (parked_limit, parked_window)
        self._cached_rows = cached_rows
        self._around = around
        name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leases = Leases(name, partitions, lease)
        self._connection: AnyConnection | None = None
        self._projector: Projector | None = None
        self._positions: dict[str, int] = {}
        self._gaps: dict[str, parked.Gap] = {}  # found and not noted yet
        self._cut_off: set[str] = set()  # tenants behind a gap: nothing more of theirs can be folded
        self._next_beat = 0.0

    def run(self, stop: threading.Event) -> None:
        """Fold until `stop` is set; then give the partitions back and close the source.

        Waits for a database or a log that is away. Raises ViewOutdated and TooManyParked, which waiting does not mend.
        """
        wait = _BACK_OFF[0]
        try:
            while not stop.is_set():
                try:
                    self._step(stop)
                    wait = _BACK_OFF[0]
                except Fenced:
                    metrics.FENCED.inc()
                    _log.info("a partition was taken over; beginning anew from the checkpoints")
                    self._forget()
                except psycopg.ProgrammingError:
                    raise  # no waiting mends a statement
                except (psycopg.Error, Unavailable) as error:
                    _log.warning("trying again in %.2f s: %s", wait, str(error).partition("\n")[0])
                    self._disconnect()
                    stop.wait(wait)
                    wait = min(wait * 2, _BACK_OFF[1])
        finally:
            self._leave()

    def _step(self, stop: threading.Event) -> None:
        connection = self._session()
        now = time.monotonic()
        if now >= self._next_beat:
            if self._leases.beat(connection) or self._projector is None:
                self._assume(connection)
            self._next_beat = now + self._lease / 3
            self._measure()
        if not self._leases.held:
            stop.wait(min(0.25, self._lease / 6))
            return
        polled = self._source.poll(min(0.25, self._lease / 6), self._batch)
        if polled:
            self._learn_positions(connection, polled)
            for events, offsets in self._batches(polled):
                self._fold(connection, events, offsets)
            self._note_age(polled)

    def _session(self) -> AnyConnection:
        if self._connection is None:
            connection = open_session(self._connect, idle_seconds=max(self._lease, 2.0), durable=False)
            self._connection = connection
            self._leases.enrol(connection)
            prepare_views(connection, self._views, self._types, self._leases.worker)
            self._next_beat = 0.0
        return self._connection

    def _assume(self, connection: AnyConnection) -> None:
        """What we hold has changed: read where it stands. Only now is it sure that nobody else moves it."""
        held = self._leases.held
        with connection.transaction(), connection.cursor() as cursor:
            refuse_strangers(cursor, self._views)
            tables = live_tables(cursor, self._views, self._types)
            cursor.execute(
                "SELECT p.tenant, p.position FROM views.tenant_position p JOIN store.tenants t USING (tenant) "
                "WHERE t.partition = ANY(%s)",
                (list(held),),
            )
            self._positions = dict(cursor.fetchall())
            halted = parked.halted(cursor, tables)
            self._cut_off = parked.cut_off(cursor)
        self._projector = Projector(tables, self._types, cached_rows=self._cached_rows)
        self._projector.reset(halted)
        self._source.assign({partition: each.next_offset for partition, each in held.items()}, self._positions)
        _log.info("folding partitions %s", sorted(held))

    def _learn_positions(self, connection: AnyConnection, polled: Polled) -> None:
        """Where new tenants stand. A tenant that is unknown here may have rows all the same."""
        new = {event.tenant for events, _ in polled.values() for event in events}.difference(self._positions)
        if new:
            rows = connection.execute(
                "SELECT tenant, position FROM views.tenant_position WHERE tenant = ANY(%s)", (list(new),)
            )
            self._positions.update({**dict.fromkeys(new, 0), **dict(rows.fetchall())})

    def _batches(self, polled: Polled) -> Iterator[tuple[list[Delivered], dict[int, int]]]:
        """The events to fold, gapless and each once, and where the checkpoints move with them.

        Healing may bring any number of events: they are cut into batches, and the checkpoints move with the last one.
        """
        still = {partition: self._leases.held[partition].next_offset for partition in polled}
        fresh: list[Delivered] = []
        seen: dict[str, int] = {}
        skipped = 0
        for events, _ in polled.values():
            for event in events:
                if event.tenant in self._cut_off:
                    continue
                have = seen.get(event.tenant) or self._positions[event.tenant]
                if event.position <= have:
                    skipped += 1
                    continue
                if event.position > have + 1:
                    for healed in self._healed(event.tenant, have, event.position - 1):
                        fresh.append(healed)
                        if len(fresh) >= 2 * self._batch:
                            yield fresh, still
                            fresh = []
                    if event.tenant in self._cut_off:
                        continue
                fresh.append(event)
                seen[event.tenant] = event.position
        metrics.DUPLICATES.inc(skipped)
        yield fresh, {partition: next_offset for partition, (_, next_offset) in polled.items()}

    def _healed(self, tenant: str, after: int, upto: int) -> Iterator[Delivered]:
        left_out = {"tenant": tenant, "positions": [after + 1, upto]}
        _log.warning("the log left out positions, first to last; taking them from the store", extra=left_out)
        have = after
        for event in self._heal(tenant, after, upto):
            if event.position != have + 1:
                break
            have = event.position
            metrics.HEALED.inc()
            yield event
        if have != upto:
            self._gaps[tenant] = parked.Gap(tenant, have + 1, upto)
            self._cut_off.add(tenant)

    def _fold(self, connection: AnyConnection, events: Sequence[Delivered], offsets: dict[int, int]) -> None:
        projector = self._projector
        assert projector is not None
        moved = {event.tenant: event.position for event in events}
        with self._around(events), connection.transaction(), connection.cursor() as cursor:
            self._leases.move(cursor, offsets)
            if events:
                for poison in (poisons := projector.apply(connection, events)):
                    where = {"tenant": poison.tenant, "view": poison.view, "position": poison.position}
                    _log.error("parked: the view could not fold the event", extra=where)
                if poisons:
                    parked.park(cursor, projector.tables, poisons, *self._parked_limit)
                cursor.execute(
                    "INSERT INTO views.tenant_position (tenant, position) "
                    "SELECT * FROM unnest(%b::text[], %b::bigint[]) "
                    "ON CONFLICT (tenant) DO UPDATE SET position = excluded.position",
                    (list(moved), list(moved.values())),
                )
            for gap in self._gaps.values():
                missing = {"tenant": gap.tenant, "positions": [gap.first, gap.last]}
                _log.error("parked in every view: neither the log nor the store has these events", extra=missing)
                projector.halted |= parked.note_gap(cursor, projector.tables, gap, projector.halted)
        self._gaps.clear()
        self._positions.update(moved)
        for partition, next_offset in offsets.items():
            self._leases.held[partition].next_offset = next_offset
        metrics.EVENTS.inc(len(events))
        metrics.BATCHES.inc()

    def _note_age(self, polled: Polled) -> None:
        now = datetime.now(UTC)
        for partition, (events, _) in polled.items():
            if events:
                at = events[-1].recorded_at
                recorded = at if isinstance(at, datetime) else datetime.fromisoformat(at)
                metrics.LAG_SECONDS.labels(partition).set(max(0.0, (now - recorded).total_seconds()))

    def _measure(self) -> None:
        held, projector = self._leases.held, self._projector
        metrics.HELD.set(len(held))
        for partition, end in (self._source.ends() if held else {}).items():
            lag = max(0, end - held[partition].next_offset)
            metrics.LAG_EVENTS.labels(partition).set(lag)
            if not lag:
                metrics.LAG_SECONDS.labels(partition).set(0)
        if projector is not None:
            for n, table in enumerate(projector.tables):
                count = sum(1 for view, tenant in projector.halted if view == n and tenant in self._positions)
                metrics.PARKED.labels(table.view.name).set(count)

    def _forget(self) -> None:
        """Nothing that is remembered can be trusted: what we hold is to be taken with new epochs."""
        self._leases.forget()
        self._projector = None
        self._gaps.clear()
        self._next_beat = 0.0
        for gauge in (metrics.LAG_EVENTS, metrics.LAG_SECONDS):
            gauge.clear()

    def _disconnect(self) -> None:
        self._forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _leave(self) -> None:
        try:
            if self._connection is not None:
                self._leases.give_back(self._connection)
        except psycopg.Error as error:
            _log.info("left without giving the partitions back: %s", str(error).partition("\n")[0])
        finally:
            self._disconnect()
            self._source.close()


def tune_collector() -> None:
    """For a process that is a worker and nothing else: what lives now lives on, and cycles are rare.

    Takes about a third off a worker's processor time. Call it once, after everything is imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1_000)
