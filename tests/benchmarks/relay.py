"""The relay beside kafka-python alone, what it costs when little happens, and its memory."""

from __future__ import annotations

import multiprocessing
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psutil

from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.kafka.clients import make_producer
from infra.kafka.envelope import from_message, to_headers
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store
from tests.benchmarks.figure import Environment, Figure, against, percentile
from tests.benchmarks.load import METADATA, NOTE, PER_STREAM, TYPES, Noted, with_streams
from tests.kafka.log_check import read_log
from tests.kafka.running_relay import start_relay

ROUNDS = 3
TENANTS = [f"tenant-{number}" for number in range(50)]
STREAMS = 80  # of 20 events each, a tenant: 80,000 events
QUIET, ACTIVE = 10_000, 20
A_SECOND = 20  # appends in all: each active tenant one a second
WARM_UP, WATCHED = 3.0, 20.0

_RELAYED = "SELECT coalesce(sum(position), 0)::bigint FROM store.relayed"
_AGAIN = "TRUNCATE store.relayed, store.relay_partitions"


def relay(env: Environment) -> list[Figure]:
    """From the store to Kafka's acknowledgement, in turns with a producer that has the finished messages in memory."""
    total = len(TENANTS) * STREAMS * PER_STREAM
    with_streams(env.database, TENANTS, STREAMS)
    ours: list[float] = []
    theirs: list[float] = []
    memory = 0
    for _ in range(ROUNDS):
        rate, used = _relay_all(env.database, env.bootstrap, total)
        ours.append(rate)
        memory = max(memory, used)
        theirs.append(_in_a_process(_send_all, env.database, env.bootstrap))
    return [
        Figure(
            figure="relay",
            value=round(max(ours)),
            unit="events/s",
            against=f"kafka-python sending the same messages: {max(theirs):,.0f}/s",
            ratio=against(ours, theirs),
        ),
        Figure(figure="memory_relay", value=round(memory / 1e6), unit="MB"),
    ]


def relay_idle(env: Environment) -> list[Figure]:
    """The processor time of a relay and of its connections' server processes. p50, p99: from an event's record to its
    sending."""
    names = [TenantId(f"tenant-{number}") for number in range(QUIET)]
    topic = f"bench-{uuid4().hex}"
    with closing(Store(env.database, TYPES)) as store:
        store.register(*names)
        with _running(env.database, env.bootstrap, topic) as process:
            _append(store, names[:ACTIVE], WARM_UP, "warm-up")
            watched = [psutil.Process(pid) for pid in (process.pid, *_backends(env.database))]
            before, started = sum(map(_seconds, watched)), time.monotonic()
            begun = datetime.now(UTC)
            _append(store, names[:ACTIVE], WATCHED, "watched")
            share = (sum(map(_seconds, watched)) - before) / (time.monotonic() - started)
            _await(env.database, lambda done: done >= sum(store.position(name) for name in names[:ACTIVE]))
    lags = [
        message.timestamp / 1000 - recorded.timestamp()
        for message in read_log(env.bootstrap, topic)
        if (recorded := from_message(message).recorded_at) >= begun
    ]
    return [
        Figure(
            figure="relay_idle",
            value=round(share * 100, 2),
            unit="% of a core",
            p50_ms=percentile(lags, 0.5),
            p99_ms=percentile(lags, 0.99),
        )
    ]


FIGURES = [("relay", relay), ("relay_idle", relay_idle)]


@contextmanager
def _running(database: Database, bootstrap: str, topic: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start_relay(database, bootstrap, topic)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _relay_all(database: Database, bootstrap: str, total: int) -> tuple[float, int]:
    """Events a second, and the memory in bytes. The clock starts when the first events are acknowledged."""
    with database.connect("admin") as connection:
        connection.execute(_AGAIN)
    with _running(database, bootstrap, f"bench-{uuid4().hex}") as process:
        head = _await(database, lambda done: done > 0)
        started = time.monotonic()
        _await(database, lambda done: done >= total)
        taken = time.monotonic() - started
        memory = psutil.Process(process.pid).memory_info().rss
    return (total - head) / taken, memory


def _await(database: Database, enough: Callable[[int], bool]) -> int:
    """Wait until enough is recorded as relayed; how much it is then."""
    deadline = time.monotonic() + 120
    with database.connect("admin") as connection:
        while True:
            row = connection.execute(_RELAYED).fetchone()
            assert row is not None
            if enough(row[0]):
                return int(row[0])
            assert time.monotonic() < deadline, "the relay does not get on"
            time.sleep(0.02)


def _send_all(database: Database, bootstrap: str, result: Any) -> None:
    """The limit: the messages are finished before the clock starts."""
    topic = f"bench-{uuid4().hex}"
    ensure_topic(bootstrap, topic)
    with database.connect("admin") as connection:
        partitions = dict(connection.execute("SELECT tenant, partition FROM store.tenants").fetchall())
    with closing(Store(database, TYPES)) as store:
        messages = [
            (partitions[tenant], tenant.encode(), recorded.data, to_headers(recorded))
            for tenant in partitions
            for recorded in store.history(tenant)
        ]
    producer = make_producer(bootstrap)
    producer.partitions_for(topic)
    started = time.monotonic()
    for partition, key, value, headers in messages:
        producer.send(topic, value=value, key=key, headers=headers, partition=partition)
    producer.flush()
    result.put(len(messages) / (time.monotonic() - started))
    producer.close()


def _in_a_process(function: Callable[[Database, str, Any], None], database: Database, bootstrap: str) -> float:
    context = multiprocessing.get_context("spawn")
    result = context.SimpleQueue()
    process = context.Process(target=function, args=(database, bootstrap, result))
    process.start()
    rate: float = result.get()
    process.join()
    return rate


def _append(store: Store, names: Sequence[TenantId], seconds: float, run: str) -> None:
    """One event after the other at an even pace, the tenants in turn."""
    started = time.monotonic()
    for number in range(int(seconds * A_SECOND)):
        time.sleep(max(0.0, started + number / A_SECOND - time.monotonic()))
        tenant, version = names[number % len(names)], number // len(names) + 1
        event = Noted(by="person-0123456789", number=number, text=NOTE)
        store.append(tenant, [NewEvent(StreamId(f"benchmark/{run}"), version, event, datetime.now(UTC))], METADATA)


def _backends(database: Database) -> list[int]:
    """The server processes of the relay's connections."""
    with database.connect("admin") as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'baseplus_relay' AND datname = current_database()"
        ).fetchall()
    return [int(pid) for (pid,) in rows]


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
