"""CloudEvents on Kafka: what is written by hand is what the official SDK reads, and nothing is lost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.kafka.envelope import Headers, MalformedMessage, from_message, headers_of, to_headers
from infra.postgres.database import Database
from infra.postgres.outbox import open_outbox
from infra.postgres.store import Store
from tests.kafka.writing import TYPES, tenants, write

SIGNED = Recorded(
    tenant=TenantId("uni-1"),
    position=7,
    stream=StreamId("agreements/a-1"),
    version=3,
    type="agreements.agreement_signed.v1",
    occurred_at=datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC),
    recorded_at=datetime(2026, 3, 1, 9, 31, tzinfo=UTC),
    data='{"party":"学校"}'.encode(),
    actor="person-7",
    correlation="c-1",
    causation="c-0",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


@dataclass
class Sent:
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def sent(recorded: Recorded) -> Sent:
    return Sent(recorded.tenant.encode(), recorded.data, [*to_headers(recorded)])


def test_the_official_sdk_reads_every_attribute() -> None:
    message = KafkaMessage(headers=dict(to_headers(SIGNED)), key=SIGNED.tenant.encode(), value=SIGNED.data)

    event = from_kafka(message, JSONFormat())

    assert event.get_specversion() == "1.0"
    assert event.get_id() == "uni-1/7"
    assert event.get_source() == "/baseplus"
    assert event.get_type() == SIGNED.type
    assert event.get_subject() == SIGNED.stream
    assert event.get_time() == SIGNED.occurred_at
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == {"party": "学校"}
    extensions = {
        name: event.get_extension(name)
        for name in ("partitionkey", "sequence", "streamversion", "recordedat", "actor", "correlationid", "causationid")
    }
    assert extensions == {
        "partitionkey": "uni-1",
        "sequence": "7",
        "streamversion": "3",
        "recordedat": "2026-03-01T09:31:00.000000+00:00",
        "actor": "person-7",
        "correlationid": "c-1",
        "causationid": "c-0",
    }


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
names = texts.filter(bool)
instants = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 the strategy adds the offset
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))]),
)
numbers = st.integers(1, 2**63 - 1)
recorded_events = st.builds(
    Recorded,
    tenant=names,
    position=numbers,
    stream=names,
    version=numbers,
    type=names,
    occurred_at=instants,
    recorded_at=instants,
    data=st.binary(max_size=200),
    actor=st.none() | texts,
    correlation=st.none() | texts,
    causation=st.none() | texts,
    traceparent=st.none() | texts,
)


@given(recorded_events)
def test_an_event_comes_back_whole(recorded: Recorded) -> None:
    assert from_message(sent(recorded)) == recorded


def without(name: str) -> Sent:
    message = sent(SIGNED)
    message.headers = [header for header in message.headers if header[0] != name]
    return message


def with_header(name: str, value: bytes | None) -> Sent:
    message = without(name)
    message.headers.append((name, value))
    return message


@pytest.mark.parametrize(
    "message",
    [
        *(without(name) for name, _ in to_headers(SIGNED)[:10] if name not in ("ce_id", "ce_source")),
        with_header("ce_specversion", b"0.3"),
        with_header("ce_sequence", b"0"),
        with_header("ce_sequence", b"-1"),
        with_header("ce_sequence", "٣".encode()),
        with_header("ce_streamversion", b"1.5"),
        with_header("ce_time", b"yesterday"),
        with_header("ce_recordedat", b"2026-03-01T09:30:00"),
        with_header("ce_subject", b"\xff"),
        with_header("ce_type", None),
        with_header("ce_partitionkey", b"uni-2"),
        Sent(None, SIGNED.data, [*to_headers(SIGNED)]),
        Sent(SIGNED.tenant.encode(), None, [*to_headers(SIGNED)]),
        Sent(b"", b"hello", []),
    ],
)
def test_a_message_that_is_no_event_of_ours_is_refused(message: Sent) -> None:
    with pytest.raises(MalformedMessage):
        from_message(message)


def test_the_database_prints_the_same_headers(database: Database) -> None:
    (tenant,) = tenants(1)
    with closing(Store(database, TYPES)) as store:
        store.register(tenant)
        write(store, tenant, 3)
        write(store, tenant, 2)
        stored = list(store.history(tenant))
    with closing(open_outbox(database)) as outbox:
        rows = outbox.read({tenant: 0}, 10, 1000)
        printed: list[Headers] = [headers_of(*row[:-1]) for row in rows]
    assert printed == [to_headers(recorded) for recorded in stored]
    assert [row[-1] for row in rows] == [recorded.data for recorded in stored]
    assert all(msgspec.json.decode(row[-1]) for row in rows)
