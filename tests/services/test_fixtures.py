"""The fixtures themselves: what every other test stands on."""

from __future__ import annotations

from contextlib import closing

from kafka import KafkaConsumer

from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.migrate import migrate, pending
from infra.postgres.store import Store


def test_each_test_gets_a_migrated_database_of_its_own(database: Database) -> None:
    assert pending(database) == []
    with database.connect("app") as connection:
        assert connection.execute("SELECT tenant FROM store.tenants").fetchall() == []


def test_an_empty_database_is_brought_to_the_schema_once(empty_database: Database) -> None:
    first = pending(empty_database)
    assert first and migrate(empty_database) == first
    assert migrate(empty_database) == [] and pending(empty_database) == []


def test_a_store_answers_for_a_registered_tenant(store: Store) -> None:
    tenant = TenantId("north")
    assert store.register(tenant) == [tenant]
    assert store.position(tenant) == 0


def test_each_test_gets_a_topic_of_its_own(kafka_bootstrap: str, topic: str) -> None:
    with closing(KafkaConsumer(bootstrap_servers=kafka_bootstrap)) as consumer:
        assert consumer.partitions_for_topic(topic) == set(range(12))
