"""How fast events become rows: from Kafka, from the store when a view is rebuilt, and one by one."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psutil
from kafka import TopicPartition

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.kafka.clients import make_consumer, make_producer
from infra.kafka.envelope import to_headers
from infra.kafka.relay import Relay
from infra.kafka.source import KafkaSource
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store
from projections.runner.rebuild import rebuild
from projections.runner.source import Delivered
from projections.runner.verify import verify_views
from projections.runner.worker import Worker, tune_collector
from tests.benchmarks.figure import Environment, Figure, percentile
from tests.benchmarks.pacts import TYPES, VIEWS, PactSigned, fill

PARTITIONS = 12
TENANTS = [f"tenant-{number}" for number in range(60)]
EACH = 4_000  # events a tenant: 240,000
REBUILT = ([f"tenant-{number}" for number in range(250)], 4_000)  # 1,000,000 events
RATE, SECONDS, WARM_UP = 200, 15, 3  # appends a second; seconds

_context = multiprocessing.get_context("spawn")


class Gated(KafkaSource):
    """Gives nothing before `gate` is set, so that what is measured begins with the partitions shared out."""

    def __init__(self, bootstrap: str, topic: str, gate: Any) -> None:
        super().__init__(bootstrap, topic)
        self._gate = gate

    def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
        return super().poll(timeout, limit) if self._gate.wait(timeout) else {}


class Timed(Worker):
    """Notes when each event's rows were committed."""

    seen: list[tuple[str, int, float]]

    def _fold(self, connection: Any, events: Sequence[Delivered], offsets: dict[int, int]) -> None:
        super()._fold(connection, events, offsets)
        now = time.monotonic()
        self.seen += [(event.tenant, event.position, now) for event in events]


def no_heal(tenant: str, after: int, upto: int) -> Iterator[Delivered]:
    """Here the log leaves nothing out."""
    raise AssertionError(f"a gap in the log of {tenant}, after {after}, up to {upto}")


def project(env: Environment) -> list[Figure]:
    """One worker and two, on a log that is there already, beside kafka-python doing nothing but reading it."""
    total = len(TENANTS) * EACH
    fill(env.database, TENANTS, EACH)
    topic = f"bench-{uuid4().hex}"
    _publish(env.database, env.bootstrap, topic)
    figures = []
    for workers in (1, 2):
        reading = total / _read_only(env.bootstrap, topic, workers, total)
        with env.database.connect("worker") as connection:
            connection.execute("TRUNCATE views.checkpoint, views.workers, views.tenant_position")
            for view in VIEWS:
                if connection.execute("SELECT to_regclass(%s)", (f"views.{view.name}__1",)).fetchone() != (None,):
                    connection.execute(f"TRUNCATE views.{view.name}__1")
        taken, memory = _fold_all(env.database, env.bootstrap, topic, workers)
        name = f"project_{workers}_worker{'s' if workers > 1 else ''}"
        rate = round(total / taken)
        figures.append(
            Figure(
                figure=name,
                value=rate,
                unit="events/s",
                against=f"kafka-python reading only, {workers} at once: {reading:,.0f}/s",
                ratio=round(rate / reading, 3),
            )
        )
        figures.append(Figure(figure=f"memory_{name}", value=round(memory / 1e6), unit="MB"))
    checked = verify_views(lambda: env.database.connect("worker"), VIEWS, TYPES)
    assert checked.rows and not checked.differences, checked.differences[:3]
    return figures


def rebuild_1m(env: Environment) -> list[Figure]:
    """The second of two rebuilds of three views: there is a live generation to compare with and to replace."""
    tenants, each = REBUILT
    fill(env.database, tenants, each)

    def connect() -> Any:
        return env.database.connect("worker")

    with connect() as connection:
        connection.execute("INSERT INTO views.tenant_position SELECT tenant, last_position FROM store.tenants")
    names = [view.name for view in VIEWS]
    rebuild(connect, VIEWS, TYPES, names, processes=2)
    started = time.monotonic()
    done = rebuild(connect, VIEWS, TYPES, names, processes=2)
    taken = time.monotonic() - started
    assert all(view.compared and view.compared.equal == view.rows and not view.compared.gone for view in done)
    return [Figure(figure="rebuild_1m", value=round(taken, 2), unit="s")]


def visible(env: Environment) -> list[Figure]:
    """From the return of an append to the commit of its rows: store, relay, Kafka and worker."""
    topic = f"bench-{uuid4().hex}"
    ensure_topic(env.bootstrap, topic, PARTITIONS)
    tenants = TENANTS[:20]
    with closing(Store(env.database, TYPES)) as store:
        store.register(*map(TenantId, tenants))
    stop, results = _context.Event(), _context.Queue()
    relay = _context.Process(target=_relay, args=(env.database, env.bootstrap, topic, stop))
    worker = _context.Process(target=_timed, args=(env.database, env.bootstrap, topic, stop, results))
    for process in (relay, worker):
        process.start()
    _await(lambda: _held(env.database) == PARTITIONS)
    writer = _context.Process(target=_write, args=(env.database, tenants, results))
    writer.start()
    committed: dict[tuple[str, int], float] = results.get()
    writer.join()
    _await(lambda: _folded(env.database) >= len(committed))
    stop.set()
    seen: dict[tuple[str, int], float] = results.get()
    for process in (relay, worker):
        process.join()
    first = min(committed.values()) + WARM_UP
    waits = [seen[event] - at for event, at in committed.items() if at >= first]
    return [
        Figure(
            figure="visible",
            value=percentile(waits, 0.5),
            unit="ms",
            against=f"{RATE} appends/s",
            p50_ms=percentile(waits, 0.5),
            p99_ms=percentile(waits, 0.99),
        )
    ]


FIGURES: list[tuple[str, Callable[[Environment], Sequence[Figure]]]] = [
    ("project", project),
    ("rebuild_1m", rebuild_1m),
    ("visible", visible),
]


def _publish(database: Database, bootstrap: str, topic: str) -> None:
    """Put the whole store into a topic."""
    ensure_topic(bootstrap, topic, PARTITIONS)
    with closing(make_producer(bootstrap, linger_ms=20)) as producer, database.connect("relay") as connection:
        partitions = dict(connection.execute("SELECT tenant, partition FROM store.tenants").fetchall())
        with connection.transaction(), connection.cursor(name="all", binary=True) as cursor:
            cursor.execute(
                "SELECT tenant, position, stream, version, type, occurred_at, recorded_at, data, actor "
                "FROM store.events ORDER BY position, tenant"
            )
            while rows := cursor.fetchmany(5_000):
                for row in rows:
                    event = Recorded(*row)
                    producer.send(
                        topic,
                        key=event.tenant.encode(),
                        value=event.data,
                        headers=to_headers(event),
                        partition=partitions[event.tenant],
                    )
        producer.flush()


def _fold_all(database: Database, bootstrap: str, topic: str, workers: int) -> tuple[float, int]:
    """Seconds until everything in the topic is folded, and the largest worker's memory in bytes."""
    gate, stop = _context.Event(), _context.Event()
    processes = [_context.Process(target=_fold, args=(database, bootstrap, topic, gate, stop)) for _ in range(workers)]
    total = len(TENANTS) * EACH
    with _ended(processes, stop):
        for process in processes:
            process.start()
        _await(lambda: _held(database) == PARTITIONS and _owners(database) == workers)
        started = time.monotonic()
        gate.set()
        _await(lambda: _folded(database) == total)
        taken = time.monotonic() - started
        memory = max(psutil.Process(process.pid).memory_info().rss for process in processes)
    return taken, memory


@contextmanager
def _ended(processes: Sequence[Any], stop: Any) -> Iterator[None]:
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.join()


def _fold(database: Database, bootstrap: str, topic: str, gate: Any, stop: Any) -> None:
    source = Gated(bootstrap, topic, gate)
    worker = Worker(lambda: database.connect("worker"), VIEWS, TYPES, source, no_heal, partitions=PARTITIONS)
    tune_collector()
    worker.run(stop)


def _timed(database: Database, bootstrap: str, topic: str, stop: Any, results: Any) -> None:
    source = KafkaSource(bootstrap, topic)
    worker = Timed(lambda: database.connect("worker"), VIEWS, TYPES, source, no_heal, partitions=PARTITIONS)
    worker.seen = []
    tune_collector()
    worker.run(stop)
    results.put({(tenant, position): at for tenant, position, at in worker.seen})


def _relay(database: Database, bootstrap: str, topic: str, stop: Any) -> None:
    Relay(database, bootstrap, topic, partitions=PARTITIONS).run(stop)


def _write(database: Database, tenants: Sequence[str], results: Any) -> None:
    """Appends at an even rate from four threads; when each returned."""
    committed: dict[tuple[str, int], float] = {}
    threads = 4
    begin = time.monotonic() + 0.5
    pause = threading.Event()

    def write(thread: int) -> None:
        for number in range(thread, RATE * (SECONDS + WARM_UP), threads):
            pause.wait(max(0.0, begin + number / RATE - time.monotonic()))
            tenant = tenants[number % len(tenants)]
            new = NewEvent(StreamId(f"pacts/p-{number}"), 1, PactSigned(party="school", digest="0" * 64), _now())
            appended = store.append(TenantId(tenant), [new])
            committed[tenant, appended.last] = time.monotonic()

    with closing(Store(database, TYPES)) as store:
        writers = [threading.Thread(target=write, args=(thread,)) for thread in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    results.put(committed)


def _now() -> datetime:
    return datetime.now(UTC)


def _read_only(bootstrap: str, topic: str, processes: int, total: int) -> float:
    """Seconds that kafka-python takes to read the topic and do nothing with it."""
    gate, results = _context.Event(), _context.Queue()
    readers = [
        _context.Process(target=_read, args=(bootstrap, topic, number, processes, gate, results))
        for number in range(processes)
    ]
    for reader in readers:
        reader.start()
    for _ in readers:
        results.get()  # connected
    started = time.monotonic()
    gate.set()
    read = sum(results.get() for _ in readers)
    taken = time.monotonic() - started
    for reader in readers:
        reader.join()
    assert read == total, f"{read} of {total}"
    return taken


def _read(bootstrap: str, topic: str, number: int, processes: int, gate: Any, results: Any) -> None:
    with closing(make_consumer(bootstrap)) as consumer:
        mine = [TopicPartition(topic, partition) for partition in range(number, PARTITIONS, processes)]
        consumer.assign(mine)
        consumer.seek_to_beginning(*mine)
        left = sum(consumer.end_offsets(mine).values())
        results.put(None)
        gate.wait()
        read = 0
        while read < left:
            read += sum(len(messages) for messages in consumer.poll(timeout_ms=1_000, max_records=2_000).values())
        results.put(read)


def _ask(database: Database, sql: str) -> int:
    with database.connect("worker") as connection:
        ((value,),) = connection.execute(sql).fetchall()
        return int(value)


def _folded(database: Database) -> int:
    return _ask(database, "SELECT coalesce(sum(position), 0) FROM views.tenant_position")


def _held(database: Database) -> int:
    return _ask(database, "SELECT count(*) FROM views.checkpoint WHERE owner IS NOT NULL")


def _owners(database: Database) -> int:
    return _ask(database, "SELECT count(DISTINCT owner) FROM views.checkpoint")


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
