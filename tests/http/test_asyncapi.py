"""What the API says about the log is valid AsyncAPI 3, and true of every event that is on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.events import personal_fields
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.http.asyncapi import document
from infra.kafka.envelope import to_headers
from infra.wiring import EVENT_TYPES
from tests.conftest import REPOSITORY
from tests.contracts.contract import read_golden
from tests.http.serving import Api

# of @asyncapi/specs 6.11.1 (schemas/3.0.0-without-$id.json, white space left out), under the Apache License 2.0
OF_ASYNCAPI = REPOSITORY / "tests" / "conformance" / "asyncapi-3.0.0.schema.json"
DOCUMENT = document("baseplus.events")
MESSAGES = DOCUMENT["components"]["messages"]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def validator(schema: dict[str, Any]) -> jsonschema.protocols.Validator:
    """Of a schema in the document, whose references are into it."""
    return jsonschema.Draft7Validator(
        {**schema, "components": DOCUMENT["components"]}, format_checker=jsonschema.FormatChecker()
    )


def references(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for name, value in part.items():
                if name == "$ref" and isinstance(value, str):
                    yield value
                else:
                    yield from references(value)
        case list():
            for value in part:
                yield from references(value)


def test_the_document_is_valid_asyncapi() -> None:
    schema = json.loads(OF_ASYNCAPI.read_text("utf-8"))
    assert [
        f"{[*error.path]}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(DOCUMENT)
    ] == []


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > len(MESSAGES)
    for reference in found:
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert isinstance(place, dict)


def test_every_event_type_has_a_message_on_the_one_channel_and_nothing_else_has() -> None:
    assert {*MESSAGES} == {event.TYPE for event in EVENT_TYPES} == {*DOCUMENT["channels"]["events"]["messages"]}
    assert DOCUMENT["channels"]["events"]["address"] == "baseplus.events"
    for event in EVENT_TYPES:
        message = MESSAGES[event.TYPE]
        assert (message["name"], message["title"]) == (event.TYPE, event.__name__)
        assert message["summary"]


@pytest.mark.parametrize("event", list(EVENT_TYPES), ids=lambda event: event.TYPE)
def test_a_message_describes_what_is_on_the_log(event: Any) -> None:
    message, golden = MESSAGES[event.TYPE], read_golden(event.TYPE)
    data = json.loads(bytes(golden.data))
    payload = validator(message["payload"])
    payload.validate(data)
    for needed in DOCUMENT["components"]["schemas"][message["payload"]["$ref"].rpartition("/")[2]].get("required", ()):
        assert not payload.is_valid({name: value for name, value in data.items() if name != needed})
    headers = validator(message["headers"])
    assert headers.is_valid(on_the_log(event.TYPE, bytes(golden.data)))
    assert not headers.is_valid(on_the_log("lamps.lamp_lit.v1", bytes(golden.data)))


def on_the_log(kind: str, data: bytes, **more: str) -> dict[str, str]:
    """The headers that the relay writes for an event."""
    thing, later = StreamId("things/t-1"), NOON + timedelta(days=1)
    recorded = Recorded(TenantId("qinglan"), 17, thing, 3, kind, NOON, later, data, **more)
    return {name: value.decode() for name, value in to_headers(recorded)}


def test_every_header_that_the_relay_writes_is_described() -> None:
    everything = on_the_log(
        "lamps.lamp_lit.v1", b"{}", actor="ann", correlation="c", causation="d", traceparent="00-1-2-3"
    )
    described = DOCUMENT["components"]["schemas"]["EventHeaders"]
    assert {*described["properties"]} == {*everything}
    assert {*described["required"]} == {*on_the_log("lamps.lamp_lit.v1", b"{}")}


def test_personal_fields_are_named_with_whose_they_are() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for event in EVENT_TYPES:
        found = schemas[MESSAGES[event.TYPE]["payload"]["$ref"].rpartition("/")[2]].get("x-personal", {})
        assert found == personal_fields(event)


def test_it_is_served_to_anybody_beside_the_openapi_document(shared_api: Api) -> None:
    answer = shared_api.client.get("/asyncapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.get_json() == DOCUMENT
    assert shared_api.client.get("/v1").get_json()["asyncapi"] == "/asyncapi.json"
