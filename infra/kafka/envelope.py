"""An event as a Kafka message: CloudEvents 1.0 in Kafka's binary mode. Nothing of the store's row is missing.

The key is the tenant, the value the stored bytes; all else is in headers. By hand: the official SDK takes four times as
long, and stands in the tests instead, where it must read what is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import StreamId, TenantId

Headers = list[tuple[str, bytes]]


class Message(Protocol):
    """What of a consumed message matters here; kafka-python's `ConsumerRecord` is one."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class MalformedMessage(Refusal):
    """A message on the topic that is no event of ours. Facts: reason."""

    code = "malformed_message"
    mend = "find out who else writes to the topic; only the relay may"


def to_headers(recorded: Recorded) -> Headers:
    """The headers of an event's message."""
    return headers_of(
        recorded.tenant.encode(),
        b"%d" % recorded.position,
        recorded.stream.encode(),
        b"%d" % recorded.version,
        recorded.type.encode(),
        _instant(recorded.occurred_at),
        _instant(recorded.recorded_at),
        _optional(recorded.actor),
        _optional(recorded.correlation),
        _optional(recorded.causation),
        _optional(recorded.traceparent),
    )


def headers_of(
    tenant: bytes,
    position: bytes,
    stream: bytes,
    version: bytes,
    kind: bytes,
    occurred_at: bytes,
    recorded_at: bytes,
    actor: bytes | None,
    correlation: bytes | None,
    causation: bytes | None,
    traceparent: bytes | None,
) -> Headers:
    """The same from the columns as the database prints them: UTF-8, times like `2026-03-01T09:30:00.000000+00:00`."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"%b/%b" % (tenant, position)),
        ("ce_source", b"/baseplus"),
        ("ce_type", kind),
        ("ce_time", occurred_at),
        ("ce_subject", stream),
        ("ce_partitionkey", tenant),
        ("ce_sequence", position),
        ("ce_streamversion", version),
        ("ce_recordedat", recorded_at),
        ("content-type", b"application/json"),
    ]
    if actor is not None:
        headers.append(("ce_actor", actor))
    if correlation is not None:
        headers.append(("ce_correlationid", correlation))
    if causation is not None:
        headers.append(("ce_causationid", causation))
    if traceparent is not None:
        headers.append(("traceparent", traceparent))
    return headers


def from_message(message: Message) -> Recorded:
    """Read an event back, whole. Raises MalformedMessage."""
    headers = dict(message.headers)

    def text(name: str) -> str:
        value = headers.get(name)
        if value is None:
            raise MalformedMessage(reason=f"no header {name}")
        return value.decode()

    def optional(name: str) -> str | None:
        return None if headers.get(name) is None else text(name)

    try:
        if (version := text("ce_specversion")) != "1.0":
            raise MalformedMessage(reason=f"CloudEvents {version} instead of 1.0")
        if message.value is None:
            raise MalformedMessage(reason="no data")
        if message.key is None or message.key != headers.get("ce_partitionkey"):
            raise MalformedMessage(reason="the key is not the tenant")
        return Recorded(
            tenant=TenantId(text("ce_partitionkey")),
            position=_count(text("ce_sequence")),
            stream=StreamId(text("ce_subject")),
            version=_count(text("ce_streamversion")),
            type=text("ce_type"),
            occurred_at=_time(text("ce_time")),
            recorded_at=_time(text("ce_recordedat")),
            data=bytes(message.value),
            actor=optional("ce_actor"),
            correlation=optional("ce_correlationid"),
            causation=optional("ce_causationid"),
            traceparent=optional("traceparent"),
        )
    except ValueError as error:
        raise MalformedMessage(reason=str(error)) from None


def _instant(when: datetime) -> bytes:
    return when.astimezone(UTC).isoformat(timespec="microseconds").encode()


def _time(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return when.astimezone(UTC)


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise ValueError(f"{text!r} is not a number from 1")
    return number


def _optional(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
