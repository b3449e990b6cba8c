"""Reads the whole topic with a consumer of its own and holds it against the event store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from infra.kafka.envelope import from_message
from infra.postgres.database import Database

_EVENTS = """
SELECT tenant, position, stream, version, type, occurred_at, recorded_at, data,
       actor, correlation, causation, traceparent
  FROM store.events ORDER BY tenant, position
"""


def check_log(bootstrap: str, topic: str, database: Database) -> int:
    """Each tenant's events are on the topic as the store has them: whole, in order, none missing, in one partition.

    An event may be there twice; what counts is where it comes first. Returns how many messages were duplicates. Call it
    when nothing is on its way any more.
    """
    with database.connect("admin") as connection:
        stored: dict[str, list[tuple[Any, ...]]] = {}
        for row in connection.execute(_EVENTS, binary=True):
            stored.setdefault(row[0], []).append(row)
        partitions = dict(connection.execute("SELECT tenant, partition FROM store.tenants").fetchall())
    seen: dict[str, int] = {}
    duplicates = 0
    for message in read_log(bootstrap, topic):
        event = from_message(message)
        last = seen.get(event.tenant, 0)
        assert message.partition == partitions[event.tenant], f"{event.tenant} in partition {message.partition}"
        assert event.position <= last + 1, f"{event.tenant}: {event.position} came after {last}"
        found = tuple(getattr(event, name) for name in event.__struct_fields__)
        assert found == stored[event.tenant][event.position - 1], f"{event.tenant}: {event.position} differs"
        duplicates += event.position <= last
        seen[event.tenant] = max(last, event.position)
    assert seen == {tenant: len(events) for tenant, events in stored.items()}
    return duplicates


def read_log(bootstrap: str, topic: str) -> Iterator[Any]:
    """All messages that are on the topic now, each partition's in order."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        while any(consumer.position(part) < ends[part] for part in parts):
            for messages in consumer.poll(timeout_ms=1000).values():
                yield from messages
    finally:
        consumer.close()
