"""A worker's events from Kafka.

Partitions and offsets come from the worker's own checkpoint; Kafka's group protocol and its committed offsets play no
part. The consumer is made on first use, so that a source may be made before a fork.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError, LogTruncationError, OffsetOutOfRangeError

from infra.kafka.clients import CONNECT_MS, UNREACHABLE, make_consumer, unavailable
from projections.runner.source import Delivered

log = logging.getLogger("baseplus.kafka")

_STALLED = 10.0
"""Seconds without a message after which the end offsets are looked at."""


class KafkaSource:
    """Reads the topic by hand-made assignment. Keeps the contract of `projections.runner.source.Source`."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._next: dict[int, int] = {}
        self._consumer: Any = None
        self._heard = time.monotonic()

    def assign(self, partitions: Mapping[int, int], positions: Mapping[str, int]) -> None:  # noqa: ARG002 offsets do
        """See Source."""
        self._next = dict(partitions)
        self._heard = time.monotonic()
        if self._consumer is not None:
            self._seek()

    def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
        """See Source. Messages that are no events of ours are left out; the worker finds what that leaves missing."""
        if self._consumer is None:
            self._consumer = make_consumer(self._bootstrap, client_id="baseplus-worker")
            self._seek()
        try:
            fetched = self._consumer.poll(timeout_ms=int(timeout * 1000), max_records=limit)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            self._restart(at.partition for at in _partitions(error))
            return {}
        except UNREACHABLE as error:
            self._drop()
            raise unavailable(self._bootstrap, error) from error
        if not fetched:
            self._watch()
            return {}
        self._heard = time.monotonic()
        delivered = {}
        for at, messages in fetched.items():
            self._next[at.partition] = messages[-1].offset + 1
            delivered[at.partition] = (_read(messages), messages[-1].offset + 1)
        return delivered

    def ends(self) -> Mapping[int, int]:
        """See Source. Asks Kafka. Raises Unavailable."""
        if not self._next:
            return {}
        try:
            if self._consumer is None:
                self._consumer = make_consumer(self._bootstrap, client_id="baseplus-worker")
                self._seek()
            found = self._consumer.end_offsets(self._topic_partitions(), timeout_ms=CONNECT_MS)
        except UNREACHABLE as error:
            raise unavailable(self._bootstrap, error) from error
        return {at.partition: end for at, end in found.items()}

    def close(self) -> None:
        """See Source."""
        self._drop()

    def _topic_partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition) for partition in self._next]

    def _seek(self) -> None:
        # Forgets first: an assignment that stays the same keeps what was fetched for it.
        self._consumer.unsubscribe()
        self._consumer.assign(self._topic_partitions())
        for partition, offset in self._next.items():
            self._consumer.seek(TopicPartition(self._topic, partition), offset)

    def _restart(self, partitions: Iterable[int]) -> None:
        for partition in partitions:
            log.warning(
                "partition %d has no offset %d: reading it from its beginning", partition, self._next[partition]
            )
            self._next[partition] = 0
            self._consumer.seek_to_beginning(TopicPartition(self._topic, partition))

    def _watch(self) -> None:
        """A consumer that gets nothing though there is something is replaced: such stalls are known of kafka-python."""
        if not self._next or time.monotonic() - self._heard < _STALLED:
            return
        self._heard = time.monotonic()
        try:
            ends = self._consumer.end_offsets(self._topic_partitions(), timeout_ms=CONNECT_MS)
        except KafkaError:
            ends = {}  # it may be Kafka or the consumer; a new one harms neither
        if not ends or any(end > self._next[at.partition] for at, end in ends.items()):
            log.warning("nothing came from Kafka for %.0f s though there should be: connecting anew", _STALLED)
            self._drop()

    def _drop(self) -> None:
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=1_000)
            self._consumer = None


def _partitions(error: KafkaError) -> Iterable[Any]:
    """The partitions that the error is about: kafka-python hands over a mapping by partition."""
    found: Mapping[Any, Any] = (
        error.divergent_offsets if isinstance(error, LogTruncationError) else error.args[0]  # there it is a sentence
    )
    return found


def _read(messages: Sequence[Any]) -> list[Delivered]:
    events = []
    for message in messages:
        headers = dict(message.headers)
        try:
            events.append(
                Delivered(
                    message.key.decode(),
                    int(headers["ce_sequence"]),
                    headers["ce_type"].decode(),
                    headers["ce_subject"].decode(),
                    headers["ce_time"].decode(),
                    headers["ce_recordedat"].decode(),
                    message.value,
                    _text(headers.get("traceparent")),
                )
            )
        except (KeyError, AttributeError, TypeError, ValueError):
            log.error(  # noqa: TRY400 a foreign message, not a failure of ours: one line
                "no event of ours at offset %d of partition %d: left out", message.offset, message.partition
            )
    return events


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode()
