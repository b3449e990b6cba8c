"""Writers and readers that keep a store busy for some seconds: processes of threads, started together."""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import psutil

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store

PROCESSES, THREADS = 2, 8
PER_STREAM = 20
PATIENCE = 60.0
"""Seconds for the processes to get ready, and to end: a hang guard, not a measure."""


class Noted(Event):
    """About 450 bytes of JSON; with its metadata and columns an event of about 600."""

    TYPE: ClassVar[str] = "benchmark.noted.v1"
    by: str
    number: int
    text: str


TYPES = EventTypes(Noted)
NOTE = "a sentence of forty characters or so, x. " * 10
METADATA = Metadata(
    actor="person-0123456789",
    correlation="c" * 32,
    causation="d" * 32,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


class Spell(NamedTuple):
    """What one process did: how long each call took, in seconds, and how much memory it had in the end, in bytes."""

    durations: list[float]
    memory: int


Call = Callable[[], None]
Prepare = Callable[[Database, Sequence[str], int, int], tuple[list[Call], Call]]
"""(database, tenants, process, threads) -> one call per thread to repeat, and what to do at the end."""


def keep_busy(
    prepare: Prepare, database: Database, tenants: Sequence[str], seconds: float, processes: int, threads: int
) -> tuple[float, list[float], int]:
    """Returns calls a second, the durations of all calls in seconds, and the largest process's memory in bytes.

    Raises RuntimeError, with what a process said, where one fails or nothing is heard of it.
    """
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes), context.Queue()
    children = [
        context.Process(target=_child, args=(prepare, database, tenants, seconds, number, threads, barrier, results))
        for number in range(processes)
    ]
    for child in children:
        child.start()
    try:
        spells = [_heard(results, PATIENCE + seconds) for _ in children]
    finally:
        for child in children:
            child.join(PATIENCE)
            child.kill()
    durations = [duration for spell in spells for duration in spell.durations]
    return len(durations) / seconds, durations, max(spell.memory for spell in spells)


def _heard(results: Any, patience: float) -> Spell:
    try:
        spell, failure = results.get(timeout=patience)
    except queue.Empty:
        raise RuntimeError(f"a process of the measurement said nothing for {patience:.0f} s") from None
    if spell is None:
        raise RuntimeError(f"a process of the measurement failed: {failure}")
    return Spell(*spell)


def _child(
    prepare: Prepare,
    database: Database,
    tenants: Sequence[str],
    seconds: float,
    number: int,
    threads: int,
    barrier: Any,
    results: Any,
) -> None:
    try:
        _measure(prepare, database, tenants, seconds, number, threads, barrier, results)
    except threading.BrokenBarrierError:
        pass  # the one that failed says why
    except BaseException:
        results.put((None, traceback.format_exc()))
        barrier.abort()


def _measure(
    prepare: Prepare,
    database: Database,
    tenants: Sequence[str],
    seconds: float,
    number: int,
    threads: int,
    barrier: Any,
    results: Any,
) -> None:
    calls, end = prepare(database, tenants, number, threads)
    for call in calls:
        call()  # connections are open and plans are made
    barrier.wait(PATIENCE)
    until = time.perf_counter() + seconds
    durations: list[list[float]] = [[] for _ in calls]
    running = [
        threading.Thread(target=_repeat, args=(call, until, taken))
        for call, taken in zip(calls, durations, strict=True)
    ]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    spell = Spell([duration for taken in durations for duration in taken], psutil.Process().memory_info().rss)
    results.put((spell, None))
    end()


def _repeat(call: Call, until: float, taken: list[float]) -> None:
    clock = time.perf_counter
    before = clock()
    while before < until:
        call()
        after = clock()
        taken.append(after - before)
        before = after


def appending(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    """Each thread appends one event a call to streams of its own; the version is checked."""
    store = Store(database, TYPES)

    def caller(thread: int) -> Call:
        tenant = TenantId(tenants[thread % len(tenants)])
        started = f"{process}-{thread}-{time.monotonic_ns()}"
        number = 0

        def call() -> None:
            nonlocal number
            stream, version = divmod(number, PER_STREAM)
            event = Noted(by="person-0123456789", number=number, text=NOTE)
            new = NewEvent(StreamId(f"benchmark/{started}-{stream}"), version + 1, event, datetime.now(UTC))
            store.append(tenant, [new], METADATA)
            number += 1

        return call

    return [caller(thread) for thread in range(threads)], store.close


def with_streams(database: Database, tenants: Sequence[str], streams: int) -> None:
    """Register the tenants; give each `streams` streams of 20 events, named benchmark/s-0, s-1, …"""
    now = datetime.now(UTC)
    with closing(Store(database, TYPES)) as store:
        store.register(*(TenantId(tenant) for tenant in tenants))
        for tenant in tenants:
            store.append(
                TenantId(tenant),
                [
                    NewEvent(
                        StreamId(f"benchmark/s-{stream}"),
                        version,
                        Noted(by="person-0123456789", number=version, text=NOTE),
                        now,
                    )
                    for stream in range(streams)
                    for version in range(1, PER_STREAM + 1)
                ],
                METADATA,
            )
