"""Every event reaches Kafka, each tenant's in its own order, and the relay mends itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaAdminClient
from prometheus_client import REGISTRY

from baseplus.kernel.vocabulary import TenantId
from infra.kafka import relay as relay_module
from infra.kafka.clients import MAX_MESSAGE_BYTES
from infra.kafka.envelope import from_message
from infra.kafka.relay import Relay
from infra.kafka.topic import TopicDiffers, ensure_topic
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.service import free_ports
from tests.kafka.log_check import check_log, read_log
from tests.kafka.running_relay import relaying
from tests.kafka.writing import TYPES, backlog, load, tenants, until, until_relayed, write


@pytest.fixture
def notes(database: Database) -> Iterator[Store]:
    with closing(Store(database, TYPES)) as store:
        yield store


def metric(name: str, **labels: str) -> float:
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None
    return value


def query(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with database.connect("admin") as connection:
        return connection.execute(statement.encode(), values).fetchall()


def test_an_independent_consumer_gets_every_history_whole_and_in_order(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str
) -> None:
    names = tenants(10)
    notes.register(*names)
    for turn in range(1, 6):
        for tenant in names:
            write(notes, tenant, turn)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
        write(notes, names[0], 3)
        notes.register(TenantId("late"))
        write(notes, TenantId("late"), 4)
        until_relayed(database)

    assert check_log(kafka_bootstrap, topic, database) == 0
    read = [from_message(message) for message in read_log(kafka_bootstrap, topic)]
    for tenant in (*names, TenantId("late")):
        assert [event for event in read if event.tenant == tenant] == list(notes.history(tenant))


def test_the_next_relay_goes_on_where_the_last_one_ended(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str
) -> None:
    names = tenants(3)
    notes.register(*names)
    for _ in range(3):
        for tenant in names:
            write(notes, tenant, 5)
        with relaying(database, kafka_bootstrap, topic):
            until_relayed(database)
    assert check_log(kafka_bootstrap, topic, database) == 0


def test_more_than_fits_into_one_question_comes_in_order(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in {"_EACH": 7, "_ROWS": 10, "_AT_ONCE": 3, "_READ_BYTES": 900, "_WINDOW_EVENTS": 50}.items():
        monkeypatch.setattr(relay_module, limit, value)
    names = tenants(8)
    notes.register(*names)
    for number, tenant in enumerate(names):
        write(notes, tenant, 10 + 20 * number, size=40 + 100 * number)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    assert check_log(kafka_bootstrap, topic, database) == 0


def test_an_answer_cut_by_bytes_lets_the_other_tenants_come_next(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tenants(20)
    notes.register(*names)
    where: dict[int, list[TenantId]] = {}
    for tenant, partition in query(database, "SELECT tenant, partition FROM store.tenants ORDER BY tenant"):
        where.setdefault(partition, []).append(TenantId(tenant))
    pair = next(found for found in where.values() if len(found) > 1)[:2]  # so that the log tells who came first
    for tenant in pair:
        write(notes, tenant, 60, size=4_000)
    monkeypatch.setattr(relay_module, "_READ_BYTES", 40_000)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    order = [from_message(message).tenant for message in read_log(kafka_bootstrap, topic)]
    first, second = sorted(pair, key=order.index)
    assert order.index(second) < 20, "who has much more to come waits for the other"
    assert sorted(order) == sorted([first, second] * 60)


def test_two_relays_at_once_send_nothing_twice(database: Database, kafka_bootstrap: str, topic: str) -> None:
    with (
        relaying(database, kafka_bootstrap, topic),
        relaying(database, kafka_bootstrap, topic),
        load(database, tenants(8)),
    ):
        until("some thousands", lambda: query(database, "SELECT count(*) FROM store.events")[0][0] > 3000)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    assert check_log(kafka_bootstrap, topic, database) == 0


def test_it_waits_for_kafka_and_says_how_much_waits(
    notes: Store, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "baseplus")
    (tenant,) = tenants(1)
    notes.register(tenant)
    write(notes, tenant, 5)
    port = free_ports(1)[0]
    with relaying(database, f"127.0.0.1:{port}", "none"):
        until("measured", lambda: metric("baseplus_relay_backlog_events") == 5)
    assert metric("baseplus_relay_backlog_seconds") > 0
    (line,) = [record.getMessage() for record in caplog.records if record.name == "baseplus.relay"]
    assert f"127.0.0.1:{port}" in line
    assert "\n" not in line
    assert tenant not in line


def test_metrics_tell_what_was_relayed_and_what_is_left(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "_INSPECT_EVERY", 0.1)
    monkeypatch.setattr(relay_module, "_CHORES_EVERY", 0.1)
    (tenant,) = tenants(1)
    notes.register(tenant)
    write(notes, tenant, 5)
    before = metric("baseplus_relay_events_total")
    with relaying(database, kafka_bootstrap, topic):
        until("relayed", lambda: metric("baseplus_relay_events_total") == before + 5)
        until("measured", lambda: metric("baseplus_relay_backlog_events") == 0)
        assert metric("baseplus_relay_partitions") == 12
        assert metric("baseplus_relay_log_epoch", partition="3") == 1
    assert metric("baseplus_relay_partitions") == 0


def test_an_event_that_kafka_cannot_take_holds_up_its_own_tenant_only(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    names = tenants(12)
    notes.register(*names)
    write(notes, names[0], 2)
    write(notes, names[0], 1, size=MAX_MESSAGE_BYTES)
    for tenant in names:
        write(notes, tenant, 3)
    with relaying(database, kafka_bootstrap, topic):
        until("all but the four", lambda: backlog(database) == 4)
        write(notes, names[1], 1)
        write(notes, names[0], 1)
        until("all but the five", lambda: backlog(database) == 5)
    positions = dict(query(database, "SELECT tenant, position FROM store.relayed"))
    assert positions == dict.fromkeys(names, 3) | {names[0]: 2, names[1]: 4}
    assert ["larger" in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [True]


def test_a_lost_log_is_published_again(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "_INSPECT_EVERY", 0.2)
    monkeypatch.setattr(relay_module, "_CHORES_EVERY", 0.2)
    names = tenants(6)
    notes.register(*names)
    with relaying(database, kafka_bootstrap, topic):
        for tenant in names:
            write(notes, tenant, 4)
        until_relayed(database)
        query(
            database,
            "INSERT INTO views.checkpoint (partition, epoch, next_offset, owner)"
            " SELECT p, 3, 4, 'worker' FROM generate_series(0, 11) p RETURNING 1",
        )
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        admin.delete_topics([topic])
        until("a new topic", lambda: query(database, "SELECT min(log_epoch) FROM store.relay_partitions") == [(2,)])
        until_relayed(database)
        write(notes, names[0], 2)
        until_relayed(database)
        admin.close()

    check_log(kafka_bootstrap, topic, database)
    fenced = query(database, "SELECT DISTINCT epoch, next_offset, owner FROM views.checkpoint")
    assert fenced == [(4, 0, None)]


def test_a_log_lost_while_no_relay_ran_is_published_again(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str
) -> None:
    names = tenants(6)
    notes.register(*names)
    for tenant in names:
        write(notes, tenant, 4)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.delete_topics([topic])
    admin.close()
    until("deleted", lambda: not known(kafka_bootstrap, topic))
    with relaying(database, kafka_bootstrap, topic):
        until("a new topic", lambda: query(database, "SELECT min(log_epoch) FROM store.relay_partitions") == [(2,)])
        until_relayed(database)
    assert check_log(kafka_bootstrap, topic, database) == 0


def test_a_log_that_is_shorter_than_it_was_is_published_again(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str
) -> None:
    (tenant,) = tenants(1)
    notes.register(tenant)
    write(notes, tenant, 4)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    shortened = "UPDATE store.relay_partitions SET end_offset = 5 WHERE end_offset = 4 RETURNING partition"
    ((partition,),) = query(database, shortened)
    with relaying(database, kafka_bootstrap, topic):
        lost = "SELECT partition FROM store.relay_partitions WHERE log_epoch = 2"
        until("a new epoch", lambda: query(database, lost) == [(partition,)])
        until_relayed(database)
    assert check_log(kafka_bootstrap, topic, database) == 4


def known(bootstrap: str, topic: str) -> bool:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return topic in admin.list_topics()
    finally:
        admin.close()


class _SetWhenWaitedFor(threading.Event):
    """Stops whoever waits for it."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return super().wait(timeout)


def test_a_relay_stopped_while_a_log_seems_too_short_publishes_nothing_anew(
    notes: Store, database: Database, kafka_bootstrap: str, topic: str
) -> None:
    (tenant,) = tenants(1)
    notes.register(tenant)
    write(notes, tenant, 3)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    query(database, "UPDATE store.relay_partitions SET end_offset = end_offset + 1 RETURNING partition")
    before = query(database, "SELECT partition, log_epoch, end_offset FROM store.relay_partitions ORDER BY 1")
    Relay(database, kafka_bootstrap, topic).run(_SetWhenWaitedFor())
    assert query(database, "SELECT partition, log_epoch, end_offset FROM store.relay_partitions ORDER BY 1") == before
    assert backlog(database) == 0


def test_cut_connections_to_postgresql_are_made_anew(database: Database, kafka_bootstrap: str, topic: str) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with relaying(database, kafka_bootstrap, topic), load(database, tenants(8)):
        for turn in range(1, 6):
            relayed = "SELECT coalesce(sum(position), 0) FROM store.relayed"
            reached = query(database, relayed)[0][0]
            until(f"more in turn {turn}", lambda: query(database, relayed)[0][0] > reached + 100)  # noqa: B023
            query(database, cut)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    check_log(kafka_bootstrap, topic, database)


def test_a_topic_that_would_lose_events_stops_it(database: Database, kafka_bootstrap: str, topic: str) -> None:
    ensure_topic(kafka_bootstrap, f"{topic}.3", 3)
    with pytest.raises(TopicDiffers):
        Relay(database, kafka_bootstrap, f"{topic}.3").run(threading.Event())
