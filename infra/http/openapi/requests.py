"""What the API takes, as the OpenAPI document has it: parameters, headers, bodies and their examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from baseplus.kernel.vocabulary import Id
from infra.http.examples import example_of
from infra.http.headers import KEY_PATTERN, POSITION_PATTERN, VERSION_PATTERN
from infra.http.openapi.answers import TEXT, Json
from infra.http.own import MOST_COMMANDS

_PARTIAL: Json = {
    "type": "boolean",
    "default": False,
    "description": "whether the others are recorded where some are refused; left out, then none is",
}


def in_path(name: str) -> Json:
    """An id in the path."""
    said = "whose history: yours" if name == "tenant" else f"the {name}'s id"
    return {"name": name, "in": "path", "required": True, "schema": _id(), "description": said}


def _id() -> Json:
    (schema,), _ = msgspec.json.schema_components([Id])
    return dict(schema)


def key() -> Json:
    """The header that makes a repetition harmless."""
    return _header(
        "Idempotency-Key", KEY_PATTERN, "sent again with the same body, the request is answered as the first time"
    )


def command_headers(route: CommandRoute) -> Iterator[Json]:
    """The headers of a command."""
    yield key()
    if not route.creates:
        yield _header("If-Match", VERSION_PATTERN, "refuse where the version is another by now", route.needs_version)


def _header(name: str, pattern: str, said: str, required: bool = False) -> Json:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": said}


def query_parameters(route: Route, asked: Json) -> Iterator[Json]:
    """The filters of a question, and its headers. asked: the schema of its struct."""
    described = {field.name: field.description for field in route.fields}
    for name, schema in asked["properties"].items():
        if name not in route.ids:
            schema = _without_null(schema)
            required = name in asked.get("required", ())
            yield {
                "name": name, "in": "query", "required": required, "schema": schema, "description": described[name],
            }  # fmt: skip
    if isinstance(route, QueryRoute):
        if route.paged:
            yield {
                "name": "format",
                "in": "query",
                "schema": {"enum": ["json", "csv"], "type": "string"},
                "description": "how the list is written, whatever Accept says; CSV has all rows, unless limited",
            }
        yield _header("Consistency-Token", POSITION_PATTERN, "what the read must have seen: of an answer to a command")
    yield {"name": "If-None-Match", "in": "header", "schema": TEXT, "description": "the ETag of the last answer"}


def _without_null(schema: Json) -> Json:
    """What a query string can say of it."""
    schema = {
        name: value for name, value in schema.items() if name != "description" and (name, value) != ("default", None)
    }
    if "anyOf" in schema:
        kinds = [one for one in schema.pop("anyOf") if one != {"type": "null"}]
        schema |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return schema


def taken(route: CommandRoute, taken: Json, components: Json) -> Json:
    """What a command takes, closed against other members; a new thing's id is one of them."""
    _close(taken, components, set())
    if route.creates:
        own = components[name_of(taken)]
        said = "its id; left out, one is made, the same for the same Idempotency-Key"
        own["properties"] = {"id": {**_id(), "description": said}, **own["properties"]}
    return taken


def _close(schema: Any, components: Json, seen: set[str]) -> None:
    """No further members, in this and in all that it holds: the border refuses them."""
    match schema:
        case {"$ref": str(ref)}:
            if (name := ref.rpartition("/")[2]) not in seen:
                seen.add(name)
                _close(components[name], components, seen)
        case dict():
            if "properties" in schema:
                schema["additionalProperties"] = False
            for part in schema.values():
                _close(part, components, seen)
        case list():
            for part in schema:
                _close(part, components, seen)


def many(commands: Iterable[tuple[CommandRoute, Json]], components: Json) -> Json:
    """The body of many commands, each with its schema. Each is what it takes alone, with its name and the id of the
    thing."""
    kinds = []
    for route, schema in commands:
        own = components[name_of(schema)]
        properties = {"command": {"const": route.action}, "id": _id(), **own["properties"]}
        required = ["command", *([] if route.creates else ["id"]), *own.get("required", ())]
        kinds.append({"type": "object", "properties": properties, "required": required, "additionalProperties": False})
    commands_of = {"type": "array", "minItems": 1, "maxItems": MOST_COMMANDS, "items": {"oneOf": kinds}}
    return {
        "type": "object",
        "properties": {"commands": commands_of, "partial": _PARTIAL},
        "required": ["commands"],
        "additionalProperties": False,
    }


def example(route: CommandRoute) -> Json:
    """A body that the command can be read from."""
    one = route.capability.rstrip("s").replace("_", "-")
    return ({"id": f"{one}-1"} if route.creates else {}) | example_of(route.input)


def bulk_example(commands: Sequence[CommandRoute]) -> Json:
    """A body of two commands."""
    given = []
    for route in commands[:2]:
        thing = {} if route.creates else {"id": f"{route.ids[0]}-1"}
        given.append({"command": route.action, **thing, **example(route)})
    return {"commands": given}


def body(schema: Json, example: Json, required: bool) -> Json:
    """A JSON body."""
    return {"required": required, "content": {"application/json": {"schema": schema, "example": example}}}


def name_of(schema: Json) -> str:
    """What a reference leads to."""
    return str(schema["$ref"]).rpartition("/")[2]
