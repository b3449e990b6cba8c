"""One contract for both sources: Kafka and, where there is none, the event store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.errors import LogTruncationError

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.kafka import source as kafka_source
from infra.kafka.source import KafkaSource
from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from infra.postgres.store import Store
from infra.service import free_ports
from projections.runner.source import Delivered, Source
from tests.kafka.running_relay import relaying
from tests.kafka.writing import TYPES, tenants, until, until_relayed, write

ALL = dict.fromkeys(range(12), 0)


class Bench:
    """A store with some histories, and the source under test on it."""

    def __init__(self, store: Store, source: Source, settled: Callable[[], None]) -> None:
        self.store, self.source, self._settled = store, source, settled

    def write(self, tenant: TenantId, count: int, *, size: int = 40, dense: bool = False) -> None:
        write(self.store, tenant, count, size=size, dense=dense)

    def settle(self) -> None:
        """Until the source can see what was written."""
        self._settled()

    def read(self, count: int, limit: int = 1000) -> dict[int, list[Delivered]]:
        """Poll until `count` events have come."""
        found: dict[int, list[Delivered]] = {}

        def enough() -> bool:
            for partition, (events, _) in self.source.poll(0.2, limit).items():
                found.setdefault(partition, []).extend(events)
            return sum(map(len, found.values())) >= count

        until(f"{count} events", enough)
        return found


@pytest.fixture(params=["kafka", "store"])
def bench(request: pytest.FixtureRequest, database: Database) -> Iterator[Bench]:
    with ExitStack() as stack:
        store = stack.enter_context(closing(Store(database, TYPES)))
        store.register(*tenants(12))
        if request.param == "store":
            source: Source = stack.enter_context(closing(StoreSource(database)))
            yield Bench(store, source, lambda: None)
        else:
            bootstrap, topic = request.getfixturevalue("kafka_bootstrap"), request.getfixturevalue("topic")
            stack.enter_context(relaying(database, bootstrap, topic))
            source = stack.enter_context(closing(KafkaSource(bootstrap, topic)))
            yield Bench(store, source, lambda: until_relayed(database))


def by_tenant(found: dict[int, list[Delivered]]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for events in found.values():
        for event in events:
            positions.setdefault(event.tenant, []).append(event.position)
    return positions


def partition_of(database: Database, tenant: str) -> int:
    with database.connect("admin") as connection:
        row = connection.execute("SELECT partition FROM store.tenants WHERE tenant = %s", (tenant,)).fetchone()
    assert row is not None
    return int(row[0])


def test_every_tenant_comes_whole_and_in_order(bench: Bench) -> None:
    for turn in range(3):
        for tenant in tenants(12):
            bench.write(tenant, 2 + turn)
    bench.settle()
    bench.source.assign(ALL, {})
    assert by_tenant(bench.read(108)) == {tenant: list(range(1, 10)) for tenant in tenants(12)}


def test_an_event_is_delivered_as_it_was_stored(bench: Bench) -> None:
    (tenant,) = tenants(1)
    bench.write(tenant, 1)
    bench.settle()
    bench.source.assign(ALL, {})
    ((event,),) = bench.read(1).values()
    (stored,) = bench.store.history(tenant)
    assert as_recorded(event) == (stored.tenant, stored.position, stored.type, stored.stream, stored.data)
    assert (instant(event.occurred_at), instant(event.recorded_at)) == (stored.occurred_at, stored.recorded_at)


def as_recorded(event: Delivered | Recorded) -> tuple[str, int, str, str, bytes]:
    return event.tenant, event.position, event.type, event.stream, event.data


def instant(when: datetime | str) -> datetime:
    read = when if isinstance(when, datetime) else datetime.fromisoformat(when)
    assert read.utcoffset() == datetime.now(UTC).utcoffset()
    return read


def test_only_assigned_partitions_are_read(bench: Bench, database: Database) -> None:
    names = tenants(12)
    for tenant in names:
        bench.write(tenant, 2)
    bench.settle()
    mine = partition_of(database, names[0])
    here = {tenant: [1, 2] for tenant in names if partition_of(database, tenant) == mine}
    bench.source.assign({mine: 0}, {})
    found = bench.read(2 * len(here))
    assert (set(found), by_tenant(found)) == ({mine}, here)
    assert bench.source.poll(0.2, 100) == {}


def test_it_goes_on_where_the_checkpoint_says(bench: Bench, database: Database) -> None:
    (tenant,) = tenants(1)
    partition = partition_of(database, tenant)
    bench.write(tenant, 5)
    bench.settle()
    bench.source.assign({partition: 0}, {})
    offset, position = 0, 0
    while position < 5:
        for events, following in bench.source.poll(0.2, 2).values():
            offset, position = following, events[-1].position
        if position in (2, 4):
            bench.source.assign({partition: offset}, {tenant: position})
    bench.write(tenant, 2)
    assert by_tenant(bench.read(2)) == {tenant: [6, 7]}


def test_assigning_again_forgets_what_was_fetched(bench: Bench, database: Database) -> None:
    (tenant,) = tenants(1)
    partition = partition_of(database, tenant)
    bench.write(tenant, 6)
    bench.settle()
    bench.source.assign({partition: 0}, {})
    bench.read(2, limit=2)
    bench.source.assign({partition: 0}, {})
    assert by_tenant(bench.read(6)) == {tenant: [1, 2, 3, 4, 5, 6]}


def test_no_poll_gives_more_than_the_limit(bench: Bench) -> None:
    for tenant in tenants(12):
        bench.write(tenant, 5)
    bench.settle()
    bench.source.assign(ALL, {})
    left = 60
    while left:
        count = sum(len(events) for events, _ in bench.source.poll(0.2, 7).values())
        assert count <= 7
        left -= count


def test_new_events_of_old_and_new_tenants_come_without_assigning_again(bench: Bench) -> None:
    bench.source.assign(ALL, {})
    assert bench.source.poll(0.1, 10) == {}
    bench.write(tenants(1)[0], 1)
    assert by_tenant(bench.read(1)) == {"uni-0": [1]}
    bench.store.register(TenantId("late"))
    bench.write(TenantId("late"), 2)
    assert by_tenant(bench.read(2)) == {"late": [1, 2]}


def test_large_events_come_too(bench: Bench) -> None:
    for tenant in tenants(3):
        for _ in range(3):
            bench.write(tenant, 1, size=5_000_000)
    bench.settle()
    bench.source.assign(ALL, {})
    assert by_tenant(bench.read(9)) == {tenant: [1, 2, 3] for tenant in tenants(3)}


def test_one_tenants_backlog_does_not_hold_up_the_others(bench: Bench, database: Database) -> None:
    names = tenants(12)
    busy = names[0]
    quiet = next(name for name in names if partition_of(database, name) != partition_of(database, busy))
    for _ in range(10):
        bench.write(busy, 200, size=4_000, dense=True)  # more than Kafka gives of a partition at once
    bench.settle()
    bench.source.assign(ALL, {})
    seen = bench.read(50, limit=50)
    bench.write(quiet, 1)
    bench.settle()
    while quiet not in by_tenant(seen):
        for partition, events in bench.read(1, limit=50).items():
            seen.setdefault(partition, []).extend(events)
    assert len(by_tenant(seen)[busy]) < 2_000


def test_the_lag_is_what_is_left(bench: Bench, database: Database) -> None:
    (tenant,) = tenants(1)
    partition = partition_of(database, tenant)
    bench.write(tenant, 6)
    bench.settle()
    bench.source.assign({partition: 0}, {})
    assert bench.source.ends()[partition] == 6
    ((events, offset),) = polled(bench.source, 4).values()
    assert bench.source.ends()[partition] - offset == 6 - len(events)


def polled(source: Source, limit: int) -> dict[int, tuple[Sequence[Delivered], int]]:
    found: dict[int, tuple[Sequence[Delivered], int]] = {}
    until("something", lambda: bool(found.update(source.poll(0.2, limit)) or found))
    return found


def test_no_partitions_no_events(bench: Bench) -> None:
    bench.write(tenants(1)[0], 1)
    bench.settle()
    bench.source.assign({}, {})
    assert bench.source.poll(0.1, 10) == {}
    assert bench.source.ends() == {}


def test_an_offset_that_kafka_does_not_have_means_its_beginning(bench: Bench, database: Database) -> None:
    (tenant,) = tenants(1)
    bench.write(tenant, 3)
    bench.settle()
    bench.source.assign({partition_of(database, tenant): 1000}, {})
    assert by_tenant(bench.read(3)) == {tenant: [1, 2, 3]}


def test_a_cut_connection_to_the_store_is_made_anew(database: Database) -> None:
    (tenant,) = tenants(1)
    with closing(Store(database, TYPES)) as store, closing(StoreSource(database)) as source:
        store.register(tenant)
        bench = Bench(store, source, lambda: None)
        bench.write(tenant, 2)
        source.assign(ALL, {})
        bench.read(2)
        with database.connect("admin") as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = 'baseplus_worker' OR pid = %s",
                (source_backend(source),),
            )
        bench.write(tenant, 1)
        with pytest.raises(Unavailable):
            source.poll(0.2, 10)
        assert by_tenant(bench.read(1)) == {tenant: [3]}


def source_backend(source: StoreSource) -> int:
    assert source._connection is not None
    return source._connection.info.backend_pid


def test_kafka_that_does_not_answer_is_unavailable() -> None:
    source = KafkaSource(f"127.0.0.1:{free_ports(1)[0]}", "none")
    source.assign({0: 0}, {})
    with pytest.raises(Unavailable):
        source.poll(0.1, 10)


@contextmanager
def producing(bootstrap: str) -> Iterator[Any]:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    yield producer
    producer.close()


def test_a_foreign_message_on_the_topic_is_left_out(database: Database, kafka_bootstrap: str, topic: str) -> None:
    (tenant,) = tenants(1)
    partition = 0
    with producing(kafka_bootstrap) as producer:
        for number in range(12):
            producer.send(topic, b"hello", partition=number).get(10)
    with closing(Store(database, TYPES)) as store, relaying(database, kafka_bootstrap, topic):
        store.register(tenant)
        write(store, tenant, 2)
        until_relayed(database)
        partition = partition_of(database, tenant)
        with closing(KafkaSource(kafka_bootstrap, topic)) as source:
            source.assign({partition: 0}, {})
            found = Bench(store, source, lambda: None).read(2)
            assert by_tenant(found) == {tenant: [1, 2]}
            assert source.ends() == {partition: 3}


def test_a_header_without_a_value_is_foreign_too(caplog: pytest.LogCaptureFixture) -> None:
    """Other clients than kafka-python can send one."""
    message = SimpleNamespace(key=b"north", value=b"{}", headers=[("ce_sequence", None)], offset=7, partition=3)
    assert kafka_source._read([message]) == []
    assert "offset 7 of partition 3" in caplog.text


def test_a_log_that_was_cut_short_under_a_consumer_is_read_from_its_beginning(
    database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tenant,) = tenants(1)
    with (
        closing(Store(database, TYPES)) as store,
        relaying(database, kafka_bootstrap, topic),
        closing(KafkaSource(kafka_bootstrap, topic)) as source,
    ):
        store.register(tenant)
        write(store, tenant, 2)
        until_relayed(database)
        partition = partition_of(database, tenant)
        source.assign({partition: 0}, {})
        bench = Bench(store, source, lambda: None)
        bench.read(2)

        def found_out(**_: Any) -> None:
            monkeypatch.undo()
            raise LogTruncationError({TopicPartition(topic, partition): None})

        monkeypatch.setattr(source._consumer, "poll", found_out)
        assert source.poll(0.1, 10) == {}
        assert by_tenant(bench.read(2)) == {tenant: [1, 2]}


def test_a_consumer_that_stalls_is_replaced(
    database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tenant,) = tenants(1)
    monkeypatch.setattr(kafka_source, "_STALLED", 0.0)
    with (
        closing(Store(database, TYPES)) as store,
        relaying(database, kafka_bootstrap, topic),
        closing(KafkaSource(kafka_bootstrap, topic)) as source,
    ):
        store.register(tenant)
        source.assign(ALL, {})
        source.poll(0.1, 10)
        stalled = source._consumer
        monkeypatch.setattr(stalled, "poll", lambda **_: {})
        write(store, tenant, 2)
        until_relayed(database)
        assert by_tenant(Bench(store, source, lambda: None).read(2)) == {tenant: [1, 2]}
        assert source._consumer is not stalled
