"""The relay: brings every event of the store to Kafka, each tenant's in its own order.

It reads what Kafka has not acknowledged, sends it, and moves a tenant's position on over what Kafka has acknowledged
without a hole. Anything that goes wrong ends the session: connections and producer are given up, and the next session
reads again from the recorded positions. So an event may be on Kafka twice, but its first time always comes after the
first time of the event before it, also when two relays send at once: each begins at or before the first event that is
missing and leaves nothing out.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg
from kafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from baseplus.kernel.refusals import Unavailable
from infra.kafka.clients import open_admin
from infra.kafka.envelope import headers_of
from infra.kafka.publisher import Publisher, PublishFailed, TooLarge
from infra.kafka.topic import end_offsets, ensure_topic, topic_id
from infra.observability.tracing import follow, recording
from infra.postgres.database import Database
from infra.postgres.news import News
from infra.postgres.outbox import Due, Outbox, Row, open_outbox

if TYPE_CHECKING:
    from opentelemetry.trace import Span

log = logging.getLogger("baseplus.relay")

BACKLOG_EVENTS = Gauge("baseplus_relay_backlog_events", "Events in the store that Kafka has not acknowledged")
BACKLOG_SECONDS = Gauge("baseplus_relay_backlog_seconds", "Age of the oldest event that Kafka has not acknowledged")
RELAYED = Counter("baseplus_relay_events", "Events that Kafka acknowledged to this process")
LOG_EPOCH = Gauge("baseplus_relay_log_epoch", "How often a partition's log began anew", ["partition"])
PARTITIONS = Gauge("baseplus_relay_partitions", "Partitions that this process relays; the others are another's")
SET_ASIDE = Gauge("baseplus_relay_tenants_set_aside", "Tenants whose next event Kafka cannot take")

_BUSY, _IDLE = 0.005, 0.12  # seconds between two looks for news: while there is much, and at most
_MUCH = 50  # events a second
_RECORD_EVERY = 0.5
_CHORES_EVERY = 1.0
_INSPECT_EVERY = 10.0
_STALLED = 30.0
_EACH, _ROWS = 2_000, 4_000  # events of one tenant in one question, and about so many in all
_AT_ONCE = 500  # tenants in one question
_READ_BYTES = 8 * 1024 * 1024
_WINDOW_EVENTS, _WINDOW_BYTES = 8_000, 24 * 1024 * 1024  # under way at most, but for the last question's rows


class LogLost(Exception):
    """Kafka has less of a partition than it had acknowledged, or another topic of that name."""


class Stalled(Exception):
    """Kafka has acknowledged nothing for long, though something is under way."""


class Relay:
    """Relays all partitions of the topic that no other relay holds, and takes the rest when they become free.

    Makes its connections in `run`, so that it may be made before a fork. partitions: the topic's, which is made if it
    is missing; replication as for `ensure_topic`.
    """

    def __init__(
        self, database: Database, bootstrap: str, topic: str, *, partitions: int = 12, replication: int | None = None
    ) -> None:
        self._database = database
        self._bootstrap = bootstrap
        self._topic = topic
        self._partitions = partitions
        self._replication = replication
        self._said = ""

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set. Outages of PostgreSQL and Kafka are waited out.

        Raises TopicDiffers, TooFewBrokers.
        """
        while not stop.is_set():
            try:
                self._session(stop)
            except (Unavailable, PublishFailed, Stalled, LogLost, KafkaError, psycopg.Error, OSError) as error:
                self._say(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
                PARTITIONS.set(0)
                self._measure()
                stop.wait(0.5)
        PARTITIONS.set(0)

    def _session(self, stop: threading.Event) -> None:
        with ExitStack() as stack:
            made = ensure_topic(self._bootstrap, self._topic, self._partitions, self._replication)
            admin = stack.enter_context(open_admin(self._bootstrap))
            publisher = Publisher(self._bootstrap, self._topic)
            stack.callback(publisher.abandon)
            outbox = stack.enter_context(closing(open_outbox(self._database)))
            everything = range(self._partitions)
            session = _Session(outbox, publisher, admin, self._topic, made, everything, lambda: self._say(""))
            session.run(stop)

    def _say(self, trouble: str) -> None:
        """One line when trouble begins or changes, one when it is over."""
        if trouble and trouble != self._said:
            log.warning("the relay waits: %s", trouble)
        elif self._said and not trouble:
            log.info("the relay goes on")
        self._said = trouble

    def _measure(self) -> None:
        with suppress(Unavailable, psycopg.Error), closing(open_outbox(self._database)) as outbox:
            _measure(outbox)


class _Session:
    """From one connection to its end: nothing is remembered beyond it but what is recorded."""

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        admin: Any,
        topic: str,
        made: str,
        partitions: range,
        well: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._admin = admin
        self._topic, self._topic_id = topic, made
        self._partitions = partitions
        self._well = well
        self._news = News(outbox.reading)
        self._held: set[int] = set()
        self._ends: dict[int, int] = {}  # partition -> the end that Kafka has acknowledged
        self._partition: dict[str, int] = {}  # of every tenant that is ours
        self._sent: dict[str, int] = {}
        self._elsewhere: set[str] = set()  # another relay's tenants, and those set aside
        self._waiting: dict[str, None] = {}  # tenants to read, the longest waiting first
        self._acked: dict[str, int] = {}  # acknowledged, not recorded yet
        self._record_at = self._chores_at = self._inspect_at = 0.0
        self._progress = time.monotonic()
        self._aside = 0

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop`. Raises what ends the session."""
        pause, forwarded, before = _BUSY, 0, time.monotonic()
        while not stop.is_set():
            now = time.monotonic()
            if now >= self._chores_at:
                self._chores_at = now + _CHORES_EVERY
                self._chores(now, stop)
            self._collect(now)
            self._listen()
            if self._waiting and self._publisher.events < _WINDOW_EVENTS and self._publisher.bytes < _WINDOW_BYTES:
                forwarded += self._forward()
                continue
            # Rare events are gathered: each message of its own would cost more than everything else here.
            much = self._waiting or forwarded > _MUCH * (now - before)
            pause = _BUSY if much else min(pause * 1.5, _IDLE)
            if forwarded:
                forwarded, before = 0, now
            stop.wait(pause)
        self._settle()

    def _chores(self, now: float, stop: threading.Event) -> None:
        self._outbox.hold()
        if len(self._held) < len(self._partitions):
            self._take(stop)
        if now >= self._inspect_at:
            self._inspect_at = now + _INSPECT_EVERY
            _measure(self._outbox)
            if topic_id(self._admin, self._topic) != self._topic_id or self._shrunk(self._held, self._ends):
                raise LogLost("Kafka's log is not the one that was written")
        self._well()

    def _take(self, stop: threading.Event) -> None:
        taken = self._outbox.take(set(self._partitions) - self._held)
        if not taken:
            return
        logs = self._outbox.logs(taken)
        ends = {partition: known.end_offset for partition, known in logs.items() if known.topic_id == self._topic_id}
        shrunk = self._shrunk(ends, ends)
        # A new leader may not know its end at once; a false alarm would publish everything again.
        if shrunk:
            if stop.wait(1):
                return  # not held: what was taken goes with the session
            shrunk = self._shrunk(ends, ends)
        for partition in sorted(taken):
            if partition in ends and partition not in shrunk:
                LOG_EPOCH.labels(partition).set(logs[partition].epoch)
                continue
            self._begin(partition, first=partition not in logs)
            ends[partition] = 0
        self._held |= taken
        self._ends |= ends
        PARTITIONS.set(len(self._held))
        log.info("relaying partitions %s", " ".join(map(str, sorted(self._held))))
        self._elsewhere.clear()
        self._news = News(self._outbox.reading)  # looks at every tenant once more, also at the new ones

    def _shrunk(self, partitions: set[int] | dict[int, int], ends: dict[int, int]) -> set[int]:
        """The partitions that do not reach to where they did."""
        if not partitions:
            return set()
        found = end_offsets(self._admin, self._topic, partitions)
        return {partition for partition in partitions if found[partition] < ends[partition]}

    def _begin(self, partition: int, *, first: bool) -> None:
        epoch = self._outbox.begin_log(partition, self._topic_id)
        LOG_EPOCH.labels(partition).set(epoch)
        if not first:
            log.warning("partition %d lost its log: publishing all of it again, epoch %d", partition, epoch)

    def _know(self, tenants: list[Due]) -> None:
        for due in tenants:
            self._partition[due.tenant] = due.partition
            if due.last > self._sent.setdefault(due.tenant, due.relayed):
                self._waiting[due.tenant] = None

    def _listen(self) -> None:
        """Hear which tenants have news."""
        if not self._held:
            return
        names = self._news.look()
        if names is None:
            self._know([due for due in self._outbox.tenants(self._held) if due.tenant not in self._elsewhere])
            return
        unknown = []
        for name in names:
            if name in self._sent:
                self._waiting[name] = None
            elif name not in self._elsewhere:
                unknown.append(name)
        if unknown:
            self._know(self._outbox.tenants(self._held, unknown))
            self._elsewhere.update(name for name in unknown if name not in self._sent)

    def _forward(self) -> int:
        """Read the next events of the tenants that wait, and send them; how many."""
        names = list(islice(self._waiting, _AT_ONCE))
        each = max(1, min(_EACH, _ROWS // len(names)))
        rows = self._outbox.read({name: self._sent[name] for name in names}, each, _READ_BYTES)
        counts = self._send(rows)
        cut = sum(len(row[-1]) for row in rows) >= _READ_BYTES
        for name in names:
            self._waiting.pop(name, None)
        again = [name for name in names if name in self._sent and (cut or counts.get(name, 0) == each)]
        # those first for whom there was no room in the answer
        self._waiting |= dict.fromkeys(sorted(again, key=lambda name: name in counts))
        return len(rows)

    def _send(self, rows: list[Row]) -> dict[str, int]:
        """Send rows that come tenant by tenant, in order; how many of each."""
        counts: dict[str, int] = {}
        before, tenant = b"", ""
        for row in rows:
            if row[0] != before:
                before, tenant = row[0], row[0].decode()
            if tenant not in self._sent:
                continue  # set aside by an earlier row
            position = int(row[1])
            if position != self._sent[tenant] + 1:
                self._set_aside(tenant, position, "the event before it is missing in the store")
                continue
            try:
                self._publisher.send(
                    self._partition[tenant], tenant, position, row[-1], headers_of(*row[:-1]), _span(row, position)
                )
            except TooLarge:
                self._set_aside(tenant, position, "it is larger than Kafka takes")
                continue
            self._sent[tenant] = position
            counts[tenant] = counts.get(tenant, 0) + 1
        return counts

    def _set_aside(self, tenant: str, position: int, reason: str) -> None:
        """Leave a tenant until the next session, so that the others go on."""
        where = {"tenant": tenant, "position": position}
        log.error("an event cannot be relayed, nor any of its tenant after it: %s", reason, extra=where)
        del self._sent[tenant], self._partition[tenant]
        self._elsewhere.add(tenant)
        self._aside += 1
        SET_ASIDE.set(self._aside)

    def _collect(self, now: float) -> None:
        """Take in what Kafka acknowledged, and record it now and then."""
        before = self._publisher.events
        for partition, positions, offset in self._publisher.acknowledged():
            if 0 <= offset < self._ends[partition]:
                self._begin(partition, first=False)
                raise LogLost(f"partition {partition} gave offset {offset} again")
            self._ends[partition] = max(self._ends[partition], offset + 1)
            self._acked |= positions
        count = before - self._publisher.events
        if count or not self._publisher.events:
            self._progress = now
        elif now - self._progress > _STALLED:
            raise Stalled(f"nothing acknowledged for {_STALLED:.0f} s")
        RELAYED.inc(count)
        if self._acked and now >= self._record_at:
            self._record_at = now + _RECORD_EVERY
            self._record()

    def _record(self) -> None:
        partitions = {self._partition[tenant] for tenant in self._acked if tenant in self._partition}
        self._outbox.record(self._acked, {partition: self._ends[partition] for partition in partitions})
        self._acked.clear()

    def _settle(self) -> None:
        """At an orderly end: wait a moment for what is under way, so that the next relay need not send it again."""
        deadline = time.monotonic() + 2
        waited = threading.Event()
        self._record_at = 0.0
        while self._publisher.events and time.monotonic() < deadline:
            self._collect(time.monotonic())
            waited.wait(_BUSY)
        if self._acked:
            self._record()


def _span(row: Row, position: int) -> Span | None:
    tenant, _, _, _, kind, *_, traceparent, _ = row
    if traceparent is None or not recording():
        return None
    return follow("relay", traceparent.decode(), tenant.decode(), kind.decode(), position, "producer")


def _measure(outbox: Outbox) -> None:
    backlog = outbox.backlog()
    BACKLOG_EVENTS.set(backlog.events)
    BACKLOG_SECONDS.set(backlog.seconds)
