"""What is on the log, for programs that read it: an AsyncAPI 3 document, made from the event classes.

One channel, the topic; one message per event type, in CloudEvents' binary mode, its payload by JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

import msgspec

from baseplus.kernel.events import Event, EventTypes, personal_fields
from infra.wiring import EVENT_TYPES

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/{name}"
_HEADERS, _KEYED = "EventHeaders", "keyed"
_BINDING = "0.5.0"
_DESCRIPTION = """\
Every event of every university, kept for ever, each university's in its own gapless order. The key is the tenant, so
that its events lie in one partition; the value is the event's data. The same event may be delivered twice: what has
come is told by `ce_sequence`, which counts 1, 2, 3 … within the tenant. Types gain optional fields and nothing else;
anything more is a new type with a higher number. `x-personal` names personal fields, and the field that holds the
person's id.\
"""


@cache
def document(topic: str) -> Json:
    """The document of all event types. topic: the channel's address, as the relay was told."""
    return make_document(EVENT_TYPES, topic)


def make_document(types: EventTypes, topic: str) -> Json:
    """The document of these event types."""
    events = sorted(types, key=lambda event: event.TYPE)
    payloads, schemas = _schemas(events)
    made: Json = {
        "asyncapi": "3.0.0",
        "info": {"title": "Baseplus", "version": version("baseplus"), "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": topic,
                "title": "Events",
                "description": "The topic that the relay writes and nobody else.",
                "messages": {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"} for event in events},
                "bindings": {"kafka": {"topic": topic, "bindingVersion": _BINDING}},
            }
        },
        "operations": {
            "publish": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "What happens is told here.",
            }
        },
        "components": {
            "messages": {event.TYPE: _message(event, payloads[event]) for event in events},
            "messageTraits": {_KEYED: {"bindings": {"kafka": {"key": _KEY, "bindingVersion": _BINDING}}}},
            "schemas": {_HEADERS: _headers(), **schemas},
        },
    }
    # as it is served: defaults may be tuples, days and structs until then
    return msgspec.json.decode(msgspec.json.encode(made))  # type: ignore[no-any-return]


def _message(event: type[Event], payload: Json) -> Json:
    said = cleandoc(event.__doc__ or "")
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": said.partition("\n")[0],
        "description": said,
        "tags": [{"name": event.TYPE.partition(".")[0]}],
        "traits": [{"$ref": f"#/components/messageTraits/{_KEYED}"}],
        "headers": {
            "allOf": [
                {"$ref": _SCHEMAS.format(name=_HEADERS)},
                {"type": "object", "properties": {"ce_type": {"const": event.TYPE}}},
            ]
        },
        "payload": payload,
    }


def _schemas(events: Iterable[type[Event]]) -> tuple[dict[type[Event], Json], Json]:
    """The payload of each event, and the schemas that they share."""
    made, components = msgspec.json.schema_components(events, ref_template=_SCHEMAS)
    payloads = dict(zip(events, made, strict=True))
    for event, payload in payloads.items():
        if personal := personal_fields(event):
            components[payload["$ref"].rpartition("/")[2]]["x-personal"] = dict(personal)
    for schema in components.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    return payloads, _told_apart(components)


def _told_apart(schema: Any) -> Any:
    """The same with each `discriminator` as AsyncAPI has it: the property's name alone. OpenAPI's is an object."""
    match schema:
        case {"discriminator": {"propertyName": name}, **rest}:
            return {**_told_apart(rest), "discriminator": name}
        case dict():
            return {name: _told_apart(part) for name, part in schema.items()}
        case list():
            return [_told_apart(part) for part in schema]
        case _:
            return schema


_KEY: Json = {"type": "string", "description": "the tenant"}
_NUMBER, _TIME = r"^[1-9][0-9]*$", {"type": "string", "format": "date-time"}
_ALWAYS: Json = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "description": "the tenant and the place: `uni-a/17`"},
    "ce_source": {"const": "/baseplus"},
    "ce_type": {"type": "string", "description": "the event type's permanent name"},
    "ce_time": _TIME | {"description": "when it happened"},
    "ce_subject": {"type": "string", "description": "the stream: `agreements/a-1`"},
    "ce_partitionkey": {"type": "string", "description": "the tenant"},
    "ce_sequence": {"type": "string", "pattern": _NUMBER, "description": "its place in the tenant's history"},
    "ce_streamversion": {"type": "string", "pattern": _NUMBER, "description": "its place in the stream"},
    "ce_recordedat": _TIME | {"description": "when it was recorded"},
    "content-type": {"const": "application/json"},
}
_SOMETIMES: Json = {
    "ce_actor": {"type": "string", "description": "who did it, by a pseudonymous id"},
    "ce_correlationid": {"type": "string", "description": "what began the conversation"},
    "ce_causationid": {"type": "string", "description": "the event that led to it"},
    "traceparent": {"type": "string", "description": "W3C trace context"},
}


def _headers() -> Json:
    return {"type": "object", "properties": {**_ALWAYS, **_SOMETIMES}, "required": list(_ALWAYS)}
