"""The Kafka clients as this program uses them. kafka-python has no types: `Any` stays behind this border.

Make clients after a fork: they own threads and sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from baseplus.kernel.refusals import Unavailable

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""The largest message that our topic takes. What the producer takes is a little less, so that it refuses first."""

CONNECT_MS = 5_000
# A broker is back seconds after its end; the library's own pauses grow to 30 s.
_PATIENCE = {"bootstrap_timeout_ms": CONNECT_MS, "reconnect_backoff_max_ms": 1_000}

# Errors that mean "no connection" while a client is being made: kafka-python lets the operating system's through.
UNREACHABLE = (KafkaError, OSError)


class KafkaUnavailable(Unavailable):
    """Kafka does not answer. Facts: what (with the address), reason."""

    mend = "start one with: baseplus kafka, or name a running one in KAFKA_BOOTSTRAP_SERVERS"


def unavailable(bootstrap: str, error: BaseException) -> KafkaUnavailable:
    """The refusal for a client's error."""
    reason = "no answer" if isinstance(error, KafkaTimeoutError) else str(error) or type(error).__name__
    return KafkaUnavailable(what=f"Kafka at {bootstrap}", reason=reason)


def make_producer(bootstrap: str, **settings: Any) -> Any:
    """A producer that keeps order. Raises KafkaUnavailable.

    acks=all and idempotence keep one batch per partition under way and let the broker drop what a retry repeats. A
    batch never expires: an expired one would leave a hole that the next batch steps over.
    """
    return _make(
        KafkaProducer,
        bootstrap,
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=2**31 - 1,
        request_timeout_ms=10_000,
        max_block_ms=CONNECT_MS,
        max_request_size=MAX_MESSAGE_BYTES - 64 * 1024,
        batch_size=256 * 1024,
        compression_type="zstd",
        allow_auto_create_topics=False,
        metadata_max_age_ms=30_000,
        metrics_enabled=False,
        **settings,
    )


def make_consumer(bootstrap: str, **settings: Any) -> Any:
    """A consumer without a group, which starts where it is told. Raises KafkaUnavailable."""
    return _make(
        KafkaConsumer,
        bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        metadata_max_age_ms=30_000,
        request_timeout_ms=10_000,
        metrics_enabled=False,
        **settings,
    )


@contextmanager
def open_admin(bootstrap: str) -> Iterator[Any]:
    """An administrator's client, closed at the end. Raises KafkaUnavailable, also for errors within the block."""
    client = _make(KafkaAdminClient, bootstrap, request_timeout_ms=CONNECT_MS)
    try:
        yield client
    except UNREACHABLE as error:
        raise unavailable(bootstrap, error) from error
    finally:
        client.close()


def _make(client: Callable[..., Any], bootstrap: str, **settings: Any) -> Any:
    try:
        return client(bootstrap_servers=bootstrap, **_PATIENCE, **settings)
    except UNREACHABLE as error:
        raise unavailable(bootstrap, error) from error
    except ValueError as error:  # an address that is none
        raise unavailable(bootstrap, error) from error
