"""The event store beside PostgreSQL itself and the library's stock recorder."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store
from tests.benchmarks import peers
from tests.benchmarks.figure import Environment, Figure, Measurement, against, percentile
from tests.benchmarks.load import (
    METADATA,
    NOTE,
    PER_STREAM,
    PROCESSES,
    THREADS,
    TYPES,
    Call,
    Noted,
    appending,
    keep_busy,
    with_streams,
)

ROUNDS = 5
SECONDS = 4
CLIENTS = 8
EVENTS = 100_000
BULK = 100


def append_many(tenants: int, figure: str, environment: Environment) -> Sequence[Figure]:
    """16 threads of two processes, one event a command, against pgbench's INSERT and the stock recorder, in turns."""
    database = environment.database
    names = [f"tenant-{number}" for number in range(tenants)]
    with_streams(database, names, 1)
    with database.connect("admin") as admin:
        admin.execute(peers.BARE_TABLE)
    peers.make_stock_table(database)
    ours, bare, stock, durations, memory = [], [], [], [], 0
    for _ in range(ROUNDS):
        bare.append(
            peers.insert_rate(database, environment.folder, tenants=tenants, clients=CLIENTS, seconds=SECONDS)[0]
        )
        rate, spell, used = keep_busy(appending, database, names, SECONDS, PROCESSES, THREADS)
        ours.append(rate)
        durations += spell
        memory = max(memory, used)
        stock.append(keep_busy(peers.stock_appending, database, names, SECONDS, PROCESSES, THREADS)[0])
    shown = partial(
        Figure,
        figure=figure,
        value=round(statistics.median(ours)),
        unit="events/s",
        p50_ms=percentile(durations, 0.5),
        p99_ms=percentile(durations, 0.99),
    )
    return [
        shown(against=f"INSERT through pgbench, {CLIENTS} clients", ratio=against(ours, bare)),
        shown(against="the eventsourcing library's stock recorder", ratio=against(ours, stock)),
        Figure(
            figure="memory_writer",
            value=round(memory / 2**20),
            unit="MB",
            against="at most 250 MB",
            ratio=round(memory / 2**20 / 250, 3),
        ),
    ]


def append_alone(environment: Environment) -> Sequence[Figure]:
    """One caller, against the same INSERT prepared and sent by the same library, in turns of 200. The ratio is of the
    median latencies: below 1 would be faster."""
    database = environment.database
    with_streams(database, ["tenant-0"], 1)
    ours: list[float] = []
    bare: list[float] = []
    ratios = []
    (call,), end = appending(database, ["tenant-0"], 0, 1)
    with database.connect("admin") as admin:
        admin.execute(peers.BARE_TABLE)
        insert = peers.bare_insert(admin)
        for _ in range(20):
            theirs, own = _timed(insert, 200), _timed(call, 200)
            ratios.append(statistics.median(own) / statistics.median(theirs))
            bare += theirs
            ours += own
    end()
    return [
        Figure(
            figure="append_alone",
            value=percentile(ours, 0.5),
            unit="ms",
            against=f"a bare prepared INSERT, p50 {percentile(bare, 0.5)} ms",
            ratio=round(statistics.median(ratios), 3),
            p50_ms=percentile(ours, 0.5),
            p99_ms=percentile(ours, 0.99),
        )
    ]


def append_bulk(environment: Environment) -> Sequence[Figure]:
    """100 events a call, five streams of 20, each call durable; against COPY of the same rows, 100 a transaction and
    all in one."""
    database = environment.database
    with_streams(database, ["tenant-0"], 1)
    ours, copied, at_once = [], [], []
    durations: list[float] = []
    calls = 60
    with closing(Store(database, TYPES)) as store, database.connect("admin") as admin:
        admin.execute(peers.BARE_TABLE)
        for turn in range(2 * ROUNDS):
            rows = peers.Rows(admin, f"bulk-{turn}", calls * BULK)
            copied.append(calls * BULK / sum(_timed(rows.copy_next(BULK), calls)))
            append = _bulk(store, f"bulk-{turn}")
            taken = _timed(append, calls)
            durations += taken
            ours.append(calls * BULK / sum(taken))
            rows = peers.Rows(admin, f"whole-{turn}", calls * BULK)
            at_once.append(calls * BULK / sum(_timed(rows.copy_next(calls * BULK), 1)))
    shown = partial(
        Figure,
        figure="append_bulk",
        value=round(statistics.median(ours)),
        unit="events/s",
        p50_ms=percentile(durations, 0.5),
        p99_ms=percentile(durations, 0.99),
    )
    return [
        shown(against=f"COPY of the same rows, {BULK} a transaction", ratio=against(ours, copied)),
        shown(against="COPY of the same rows, all in one transaction", ratio=against(ours, at_once)),
    ]


def stream_load(environment: Environment) -> Sequence[Figure]:
    """Streams of 20 events, decoded and folded, row-level security on, against the same SELECT through pgbench with as
    many callers."""
    database = environment.database
    names = [f"tenant-{number}" for number in range(8)]
    with_streams(database, names, 200)
    _analyse(database)
    ours, theirs = [], []
    durations: list[float] = []
    for _ in range(ROUNDS):
        theirs.append(peers.select_rate(database, environment.folder, clients=CLIENTS, seconds=SECONDS))
        rate, spell, _ = keep_busy(_loading, database, names, SECONDS, PROCESSES, CLIENTS // PROCESSES)
        ours.append(rate)
        durations += spell
    return [
        Figure(
            figure="stream_load",
            value=round(statistics.median(ours)),
            unit="streams/s",
            against=f"the same SELECT through pgbench, {CLIENTS} clients",
            ratio=against(ours, theirs),
            p50_ms=percentile(durations, 0.5),
            p99_ms=percentile(durations, 0.99),
        )
    ]


def read_all(environment: Environment) -> Sequence[Figure]:
    """100,000 events of one tenant in order, as `Recorded`, against COPY of the same rows out, in turns."""
    database = environment.database
    tenant = TenantId("tenant-0")
    with_streams(database, [tenant], EVENTS // PER_STREAM)
    _analyse(database)
    ours, theirs = [], []
    with closing(Store(database, TYPES)) as store, database.connect("admin") as admin:
        for _ in range(2 * ROUNDS):
            theirs.append(EVENTS / _timed(partial(peers.copy_out, admin, tenant), 1)[0])
            ours.append(EVENTS / _timed(partial(_read, store, tenant), 1)[0])
    return [
        Figure(
            figure="read_all",
            value=round(statistics.median(ours)),
            unit="events/s",
            against="COPY of the same rows out",
            ratio=against(ours, theirs),
        )
    ]


FIGURES: list[tuple[str, Measurement]] = [
    ("append_8_tenants", partial(append_many, 8, "append_8_tenants")),
    ("append_1_tenant", partial(append_many, 1, "append_1_tenant")),
    ("append_alone", append_alone),
    ("append_bulk", append_bulk),
    ("stream_load", stream_load),
    ("read_all", read_all),
]


def _timed(call: Callable[[], None], times: int) -> list[float]:
    clock = time.perf_counter
    taken = []
    for _ in range(times):
        before = clock()
        call()
        taken.append(clock() - before)
    return taken


def _bulk(store: Store, name: str) -> Call:
    number = 0

    def call() -> None:
        nonlocal number
        now = datetime.now(UTC)
        store.append(
            TenantId("tenant-0"),
            [
                NewEvent(
                    StreamId(f"benchmark/{name}-{number}-{place // PER_STREAM}"),
                    place % PER_STREAM + 1,
                    Noted(by="person-0123456789", number=place, text=NOTE),
                    now,
                )
                for place in range(BULK)
            ],
            METADATA,
        )
        number += 1

    return call


def _count(state: int, event: Noted) -> int:
    return state + event.number


def _loading(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    store = Store(database, TYPES)
    counting: Decider[Command, int, Noted] = Decider("benchmark", int, lambda *_: iter(()), _count)

    def caller(thread: int) -> Call:
        number = process * 50 + thread

        def call() -> None:
            nonlocal number
            number += 7
            state, version = store.load(TenantId(tenants[number % len(tenants)]), counting, f"s-{number % 200}")
            assert (state, version) == (PER_STREAM * (PER_STREAM + 1) // 2, PER_STREAM)

        return call

    return [caller(thread) for thread in range(threads)], store.close


def _read(store: Store, tenant: TenantId) -> None:
    position = 0
    for recorded in store.history(tenant):
        position = recorded.position
    assert position == EVENTS


def _analyse(database: Database) -> None:
    with database.connect("admin") as admin:
        admin.execute("VACUUM ANALYZE store.events")
