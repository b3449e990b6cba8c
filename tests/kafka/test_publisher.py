"""What is sent stays in order, whatever kafka-python makes of an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka import TopicPartition

from infra.kafka.clients import MAX_MESSAGE_BYTES, KafkaUnavailable
from infra.kafka.publisher import Publisher, PublishFailed, TooLarge
from infra.service import free_ports
from tests.kafka.log_check import read_log
from tests.kafka.writing import until

LARGE = b"x" * 300_000  # fills a batch by itself


@pytest.fixture
def publisher(kafka_bootstrap: str, topic: str) -> Iterator[Publisher]:
    publisher = Publisher(kafka_bootstrap, topic)
    yield publisher
    publisher.abandon()


def acknowledged(publisher: Publisher) -> dict[str, int]:
    positions: dict[str, int] = {}

    def all_of_it() -> bool:
        for part in publisher.acknowledged():
            positions.update(part.positions)
        return not publisher.events

    until("acknowledged", all_of_it)
    return positions


def test_it_tells_what_kafka_has(publisher: Publisher, kafka_bootstrap: str, topic: str) -> None:
    for position in range(1, 4):
        publisher.send(5, "uni-1", position, b"%d" % position, [])
        publisher.send(6, "uni-2", position, b"%d" % position, [])
    assert acknowledged(publisher) == {"uni-1": 3, "uni-2": 3}
    assert [(at.partition, at.value) for at in read_log(kafka_bootstrap, topic) if at.partition == 5] == [
        (5, b"1"),
        (5, b"2"),
        (5, b"3"),
    ]


def test_nothing_is_sent_behind_a_batch_that_failed(publisher: Publisher, kafka_bootstrap: str, topic: str) -> None:
    publisher.send(0, "uni-1", 1, b"1", [])
    assert acknowledged(publisher) == {"uni-1": 1}
    # The broker refuses the next batch as one that lacks its predecessor; kafka-python gives that batch up, takes a new
    # epoch and would go on with the batches behind it.
    publisher._producer._transaction_manager.set_sequence_number(TopicPartition(topic, 0), 5)
    for position in range(2, 8):
        publisher.send(0, "uni-1", position, LARGE, [])

    with pytest.raises(PublishFailed, match="OutOfOrderSequenceNumberError"):
        acknowledged(publisher)

    publisher._producer._sender.join(30)
    assert not publisher._producer._sender.is_alive()
    assert [message.value for message in read_log(kafka_bootstrap, topic)] == [b"1"]


def test_an_abandoned_producer_sends_nothing_more(kafka_bootstrap: str, topic: str) -> None:
    publisher = Publisher(kafka_bootstrap, topic)
    sender = publisher._producer._sender
    publisher.abandon()
    assert not sender.is_alive()
    with pytest.raises(Exception, match="closed"):
        publisher.send(0, "uni-1", 1, b"1", [])


def test_what_is_too_large_is_refused_at_once_and_the_rest_goes_on(publisher: Publisher) -> None:
    publisher.send(0, "uni-1", 1, b"1", [])
    with pytest.raises(TooLarge):
        publisher.send(0, "uni-2", 1, b"x" * MAX_MESSAGE_BYTES, [])
    publisher.send(0, "uni-1", 2, b"2", [])
    assert acknowledged(publisher) == {"uni-1": 2}


def test_the_largest_it_takes_is_taken_by_the_topic(publisher: Publisher) -> None:
    publisher.send(0, "uni-1", 1, b"x" * (MAX_MESSAGE_BYTES - 66_000), [])
    assert acknowledged(publisher) == {"uni-1": 1}


def test_a_partition_that_is_not_there_fails(publisher: Publisher) -> None:
    with pytest.raises(PublishFailed):
        publisher.send(12, "uni-1", 1, b"1", [])


def test_no_kafka_no_publisher() -> None:
    with pytest.raises(KafkaUnavailable):
        Publisher(f"127.0.0.1:{free_ports(1)[0]}", "none")
