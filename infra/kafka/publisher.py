"""Sends events and learns what Kafka has of them, never out of order.

What kafka-python 3.0.12 does with a batch, and what follows for us:

- With idempotence one batch per partition is under way; a retry is put back at the head of its partition's queue with
  its old sequence number. Retries keep order, and the broker drops what it has already.
- A batch that FAILS frees its partition: the next batch would be sent behind the hole. That happens when a batch is
  older than `delivery_timeout_ms` (so ours never is), and when the broker lost the producer's sequence: the producer
  takes a new epoch, gives up the batch under way and goes on with those queued. Therefore the first failure stops the
  sender, in its own thread, before it looks at its queues again.
- `close(timeout)` first waits for everything queued and raises when that takes too long, the sender still running, now
  with nobody to hear of it. So an abandoned producer is stopped by force.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kafka.errors import MessageSizeTooLargeError

from infra.kafka.clients import make_producer
from infra.kafka.envelope import Headers

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class PublishFailed(Exception):
    """Kafka refused a batch; nothing after it has been sent to that partition. Read again from what it acknowledged."""


class TooLarge(Exception):
    """The event is larger than any message may be; nothing was sent."""


class Acknowledged(NamedTuple):
    """What Kafka has of one partition since the last time. positions: of each tenant, everything up to it. offset: of
    the last event; -1 where the broker did not say."""

    partition: int
    positions: dict[str, int]
    offset: int


class _Sent(NamedTuple):
    future: Any
    tenant: str
    position: int
    size: int
    span: Span | None


class Publisher:
    """One producer and what it has under way. Not thread-safe, not fork-safe. Raises KafkaUnavailable when made."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._pending: dict[int, deque[_Sent]] = {}
        self.events = 0
        self.bytes = 0
        self._stopped = False
        self._producer = make_producer(bootstrap, client_id="baseplus-relay")

    def send(
        self, partition: int, tenant: str, position: int, data: bytes, headers: Headers, span: Span | None = None
    ) -> None:
        """Queue an event behind the tenant's earlier ones. span: ended when Kafka has it. Raises TooLarge,
        PublishFailed, kafka-python's errors."""
        try:
            future = self._producer.send(
                self._topic, value=data, key=tenant.encode(), headers=headers, partition=partition
            )
        except MessageSizeTooLargeError as error:
            raise TooLarge(str(error)) from None
        except ValueError as error:  # the topic, or a partition of it, is not there any more
            raise PublishFailed(str(error)) from None
        future.add_errback(self._stop)
        size = len(data) + 512
        self._pending.setdefault(partition, deque()).append(_Sent(future, tenant, position, size, span))
        self.events += 1
        self.bytes += size

    def acknowledged(self) -> Iterator[Acknowledged]:
        """What Kafka acknowledged since the last call, as far as nothing before it is open. Raises PublishFailed."""
        for partition, pending in self._pending.items():
            positions: dict[str, int] = {}
            last: Any = None
            while pending and pending[0].future.is_done:
                sent = pending.popleft()
                if sent.future.exception is not None:
                    error = sent.future.exception
                    raise PublishFailed(f"{type(error).__name__}: {error}") from error
                positions[sent.tenant] = sent.position
                self.events -= 1
                self.bytes -= sent.size
                if sent.span is not None:
                    sent.span.end()
                last = sent.future
            if last is not None:
                yield Acknowledged(partition, positions, last.value.offset)

    def abandon(self) -> None:
        """Stop at once. What is on its way may still arrive; nothing queued is sent any more."""
        self._stop(None)
        self._producer._sender.join(10)  # noqa: SLF001 there is no public way, see above
        self._producer.close(timeout=0)

    def _stop(self, _error: BaseException | None) -> None:
        if not self._stopped:
            self._stopped = True
            self._producer._sender.force_close()  # noqa: SLF001
