"""Reads what happened, sends what follows from it, and asks the clock what is due.

A reaction's state is in memory alone: whoever takes a partition over folds its tenants' histories anew, in silence up
to each checkpoint, and reacts from there on. A checkpoint moves after the commands were answered, so that an event may
be reacted to twice; their keys are made of the event's place and the reaction's name, so that nothing is done twice.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from baseplus.kernel.events import EventTypes
from baseplus.kernel.reactions import Order, Place, Reaction
from baseplus.kernel.refusals import Rejected, Unavailable, UnknownEventType, VersionConflict
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from infra.reactions import metrics, standing
from infra.reactions.carrying import carry_out
from infra.reactions.standing import CLOCK, Key
from projections.runner.leases import Fenced, Leases
from projections.runner.rows import AnyConnection
from projections.runner.session import Connect, open_session
from projections.runner.source import Delivered, Source

Clock = Callable[[], datetime]
AnyReaction = Reaction[Any]

_log = logging.getLogger("baseplus.reactions")
_BACK_OFF = (0.05, 5.0)  # seconds, first and longest


def utc_now() -> datetime:
    """The clock, by universal time."""
    return datetime.now(UTC)


class Reactor:
    """Reacts to the partitions that it gets its share of, until it is stopped.

    connect: connections of the worker's role. source: the event store's, owned by the reactor from here on. lease:
    seconds after which a dead reactor's partitions go to others. clock: whose time it is. One thread calls `run`.
    """

    def __init__(
        self,
        connect: Connect,
        store: Store,
        reactions: Sequence[AnyReaction],
        types: EventTypes,
        source: Source,
        *,
        partitions: int = 12,
        batch: int = 500,
        lease: float = 6.0,
        clock: Clock = utc_now,
    ) -> None:
        self._connect = connect
        self._store = store
        self._reactions = [(reaction, _names(reaction, types)) for reaction in reactions]
        self._types = types
        self._source = source
        self._batch = batch
        self._lease = lease
        self._clock = clock
        name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leases = Leases(name, partitions, lease, schema="reactions")
        self._connection: AnyConnection | None = None
        self._next_beat = 0.0
        self._begun = False
        self._states: dict[Key, Any] = {}
        self._positions: dict[Key, int] = {}  # up to where was reacted, as far as we know
        self._moved: dict[Key, int] = {}  # of them, those that the database does not know yet
        self._parked: set[Key] = set()
        self._partition: dict[str, int] = {}
        self._dirty: set[str] = set()  # tenants that something happened to since the clock was asked
        self._day: date | None = None  # on which the clock was asked for everybody

    def run(self, stop: threading.Event) -> None:
        """React until `stop` is set; then give the partitions back and close the source.

        Waits for a database that is away. What a reaction cannot deal with parks the tenant in that reaction alone.
        """
        wait = _BACK_OFF[0]
        try:
            while not stop.is_set():
                try:
                    self._step(stop)
                    wait = _BACK_OFF[0]
                except Fenced:
                    _log.info("a partition was taken over; beginning anew from the checkpoints")
                    self._forget()
                except psycopg.ProgrammingError:
                    raise  # no waiting mends a statement
                except (psycopg.Error, Unavailable, VersionConflict) as error:
                    _log.warning("trying again in %.2f s: %s", wait, str(error).partition("\n")[0])
                    self._disconnect()
                    stop.wait(wait)
                    wait = min(wait * 2, _BACK_OFF[1])
        finally:
            self._leave()

    def _step(self, stop: threading.Event) -> None:
        connection = self._session()
        self._beat(connection)
        if not self._leases.held:
            stop.wait(min(0.25, self._lease / 6))
            return
        polled = self._source.poll(min(0.25, self._lease / 6), self._batch)
        for partition, (events, _) in polled.items():
            for event in events:
                self._take(event, partition)
                if self._beat(connection) or stop.is_set():
                    return
        self._keep(connection)
        if self._dirty or self._day != self._clock().date():
            self._ask_the_clock(connection)

    def _session(self) -> AnyConnection:
        if self._connection is None:
            self._connection = open_session(self._connect, idle_seconds=max(self._lease, 2.0))
            self._leases.enrol(self._connection)
        return self._connection

    def _beat(self, connection: AnyConnection) -> bool:
        """Keep the leases alive, and the checkpoints. Whether what we hold has changed, so that all begins anew."""
        if time.monotonic() < self._next_beat:
            return False
        self._keep(connection)
        changed = self._leases.beat(connection) or not self._begun
        if changed:
            self._begin(connection)
        metrics.HELD.set(len(self._leases.held))
        self._next_beat = time.monotonic() + self._lease / 3
        return changed

    def _begin(self, connection: AnyConnection) -> None:
        """What we hold has changed: fold its tenants from the beginning."""
        self._forget(leases=False)
        held = self._leases.held
        with connection.transaction(), connection.cursor() as cursor:
            self._positions, self._parked = standing.read_standing(cursor, held)
        self._source.assign(dict.fromkeys(held, 0), {})
        self._begun = True
        self._count_parked()
        _log.info("reacting in partitions %s", sorted(held))

    def _take(self, event: Delivered, partition: int) -> None:
        """Give an event to the reactions."""
        tenant, decoded = event.tenant, None
        self._partition[tenant] = partition
        self._dirty.add(tenant)
        at = Place(tenant, event.position, event.type, event.stream, _instant(event.occurred_at))
        for reaction, names in self._reactions:
            key = (reaction.name, tenant)
            if key in self._parked:
                continue
            if names is None or event.type in names:
                metrics.EVENTS.inc()
                try:
                    decoded = decoded or self._types.decode(event.type, event.data)
                    self._states[key] = reaction.evolve(self._state(reaction, key), decoded, at)
                    if event.position > self._positions.get(key, 0):
                        self._carry_out(key, reaction.react(self._states[key], decoded, at), at, event.traceparent)
                except (psycopg.Error, Unavailable, VersionConflict):
                    raise
                except UnknownEventType:
                    # Not the event's fault: during a deploy, newer processes write what this one does not know yet.
                    unknown = {"reaction": key[0], "tenant": tenant, "type": event.type}
                    _log.warning("waiting to be started anew in a version that knows the event's type", extra=unknown)
                    self._parked.add(key)
                    self._states.pop(key, None)
                    continue
                except Exception as error:
                    self._park(key, event.position, event.type, error)
                    continue
            if event.position > self._positions.get(key, 0):
                self._positions[key] = self._moved[key] = event.position

    def _ask_the_clock(self, connection: AnyConnection) -> None:
        """What is due, of the tenants whose whole history has been reacted to."""
        today, behind = self._clock().date(), self._source.ends()
        for partition, left in behind.items():
            metrics.LAG_EVENTS.labels(partition).set(left)
        asked = set(self._partition) if today != self._day else set(self._dirty)
        for tenant in sorted(asked):
            if behind[self._partition[tenant]]:
                self._dirty.add(tenant)
                continue
            self._ask(tenant, today)
            self._dirty.discard(tenant)
            if self._beat(connection):
                return
        self._day = today

    def _ask(self, tenant: str, today: date) -> None:
        for reaction, _ in self._reactions:
            key = (reaction.name, tenant)
            if key in self._parked:
                continue
            try:
                self._carry_out(key, reaction.due(self._state(reaction, key), today))
            except (psycopg.Error, Unavailable, VersionConflict):
                raise
            except Exception as error:
                self._park(key, self._positions.get(key, 0), CLOCK, error)

    def _carry_out(
        self, key: Key, orders: Iterable[Order], at: Place | None = None, traceparent: str | None = None
    ) -> None:
        reaction, tenant = key
        now = self._clock()
        for number, order in enumerate(orders):
            outcome, _ = carry_out(
                self._store, reaction, TenantId(tenant), number, order, now=now, at=at, traceparent=traceparent
            )
            metrics.ORDERS.labels(reaction, outcome).inc()

    def _park(self, key: Key, position: int, type_: str, error: Exception) -> None:
        where = {"reaction": key[0], "tenant": key[1], "position": position}
        # of a refusal its code: its facts may name what is nobody's business
        reason = error.code if isinstance(error, Rejected) else type(error).__name__
        _log.error("parked: the reaction could not deal with it: %s", reason, extra=where)
        connection = self._session()
        with connection.transaction(), connection.cursor() as cursor:
            self._leases.move(cursor, {self._partition[key[1]]: 0})
            standing.move(cursor, {**self._moved, key: self._positions.get(key, 0)})
            standing.park(cursor, key, position, type_, reason)
        self._moved.clear()
        self._parked.add(key)
        self._states.pop(key, None)
        self._count_parked()

    def _keep(self, connection: AnyConnection) -> None:
        """Move the checkpoints. Raises Fenced where a partition is ours no longer."""
        if not self._moved:
            return
        with connection.transaction(), connection.cursor() as cursor:
            self._leases.move(cursor, dict.fromkeys(sorted({self._partition[tenant] for _, tenant in self._moved}), 0))
            standing.move(cursor, self._moved)
        self._moved.clear()

    def _state(self, reaction: AnyReaction, key: Key) -> Any:
        if key not in self._states:
            self._states[key] = reaction.begin()
        return self._states[key]

    def _count_parked(self) -> None:
        for reaction, _ in self._reactions:
            metrics.PARKED.labels(reaction.name).set(sum(name == reaction.name for name, _ in self._parked))

    def _forget(self, *, leases: bool = True) -> None:
        """Nothing that is remembered can be trusted."""
        if leases:
            self._leases.forget()
            self._next_beat = 0.0
        self._begun = False
        self._day = None
        for by_key in (self._states, self._positions, self._moved, self._partition):
            by_key.clear()
        for keys in (self._parked, self._dirty):
            keys.clear()

    def _disconnect(self) -> None:
        self._forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _leave(self) -> None:
        try:
            if self._connection is not None:
                self._keep(self._connection)
                self._leases.give_back(self._connection)
        except (psycopg.Error, Fenced) as error:
            _log.info("left without giving the partitions back: %s", str(error).partition("\n")[0])
        finally:
            self._disconnect()
            self._source.close()


def _names(reaction: AnyReaction, types: EventTypes) -> frozenset[str] | None:
    """The stored names of what a reaction is given; None: all."""
    if reaction.events is None:
        return None
    return frozenset(name for event in reaction.events for name in types.stored_names(event))


def _instant(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
