"""The whole document: its paths, and what they share."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

import msgspec

from baseplus.kernel.paging import Page
from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from baseplus.kernel.vocabulary import Id
from infra.http.bulk import Outcomes
from infra.http.commands import Outcome
from infra.http.openapi.answers import HEADERS, REF, TEXT, Json, outcome, read, refusal
from infra.http.openapi.requests import (
    body,
    bulk_example,
    command_headers,
    example,
    in_path,
    key,
    many,
    name_of,
    query_parameters,
    taken,
)
from infra.http.own import BULK, FEED
from infra.http.problems import STATUSES, Problem
from infra.wiring import ROUTES

_ALWAYS = (400, 401, 403, 404, 414, 429, 431, 500, 503)
_ON_COMMANDS = (409, 412, 413, 415, 422)
_ON_QUERIES = (406, 422)
_ABOUT = {
    "/v1": ("begin", "Where to begin"),
    "/problems": ("problems", "Every code that a problem may have"),
    "/healthz": ("healthz", "Whether the process answers"),
    "/readyz": ("readyz", "Whether the process can work, and what is behind"),
    "/metrics": ("metrics", "What the processes have counted, for Prometheus"),
}
_DESCRIPTION = """\
Commands are POST, queries GET. Every error is a problem document (RFC 9457) with a `code` that never changes its
meaning; `/problems` lists them all. Send an `Idempotency-Key` with each command: sent again, it is answered as the
first time. A read with the `Consistency-Token` of a write sees that write. `X-Request-Id` and W3C trace context are
taken from the request. A request line longer than 8,190 bytes is answered 414; a longer header, or more than 100 of
them, 431.\
"""


@cache
def document() -> Json:
    """The document of everything that is served."""
    return make_document((*ROUTES, FEED, BULK))


def make_document(routes: Sequence[Route]) -> Json:
    """The document of these routes."""
    schemas, components = _schemas(routes)
    paths: Json = {path: {"get": _about(path, *said)} for path, said in _ABOUT.items()}
    commands = [(one, schemas[one.action].taken) for one in routes if isinstance(one, CommandRoute)]
    for route in routes:
        method = "post" if isinstance(route, CommandRoute) or route is BULK else "get"
        made = _operation(route, schemas[route.action], components, commands)
        if isinstance(route, CommandRoute) and route.creates:
            made["responses"]["201"]["links"] = _links(route, routes)
        paths.setdefault(f"/v1/{{tenant}}{route.path}", {})[method] = made
    for route in routes:
        if not isinstance(route, CommandRoute):  # what it takes is among its parameters, or made from the commands
            components.pop(name_of(schemas[route.action].taken), None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Baseplus", "version": version("baseplus"), "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": "about", "description": "What the API says about itself."}, *_tags(routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": {name: {"description": said, "schema": TEXT} for name, said in HEADERS.items()},
            "responses": {f"{status}": refusal(status) for status in sorted(set(STATUSES.values()))},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "bp_<tenant>_<key>_<secret>"}
            },
        },
    }


class _Schemas(msgspec.Struct):
    """The schemas of what a route takes and gives."""

    taken: Json
    given: Json


def _schemas(routes: Sequence[Route]) -> tuple[dict[str, _Schemas], Json]:
    types = [kind for route in routes for kind in (route.input, _given(route))]
    made, components = msgspec.json.schema_components([*types, Problem, Id], ref_template=REF)
    for schema in components.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    paired = zip(routes, made[::2], made[1::2], strict=False)
    return {route.action: _Schemas(taken, given) for route, taken, given in paired}, components


def _given(route: Route) -> Any:
    if isinstance(route, QueryRoute):
        return Page[route.row] if route.paged else route.row  # type: ignore[name-defined]
    if route is FEED:
        return list[dict[str, Any]]
    return Outcomes if route is BULK else Outcome


def _operation(
    route: Route, schemas: _Schemas, components: Json, commands: Sequence[tuple[CommandRoute, Json]]
) -> Json:
    """commands: all there are, each with the schema of what it takes. Two of one name are told apart by it."""
    made: Json = {
        "operationId": route.action,
        "tags": [route.capability],
        "summary": route.summary,
        "description": route.description,
        "x-may": [{"role": grant.role.value, **({"own": grant.own} if grant.own else {})} for grant in route.may],
        "parameters": [in_path(name) for name in ("tenant", *route.ids)],
    }
    statuses: tuple[int, ...]
    match route:
        case CommandRoute():
            statuses = (*_ALWAYS, *_ON_COMMANDS, *((428,) if route.needs_version else ()))
            made["parameters"] += command_headers(route)
            made["requestBody"] = body(taken(route, schemas.taken, components), example(route), bool(route.fields))
            status = 201 if route.creates else 200
            answers = {f"{status}": outcome(status, schemas.given, "ETag", *(["Location"] * route.creates))}
        case _ if route is BULK:
            statuses = (*_ALWAYS, *(set(_ON_COMMANDS) - {412}))
            made["parameters"].append(key())
            made["requestBody"] = body(
                many(commands, components), bulk_example([one for one, _ in commands]), required=True
            )
            answers = {"200": outcome(200, schemas.given)}
        case _:
            statuses = (*_ALWAYS, *_ON_QUERIES)
            made["parameters"] += query_parameters(route, components[name_of(schemas.taken)])
            answers = read(route, schemas.given)
    refusals = {f"{status}": {"$ref": f"#/components/responses/{status}"} for status in statuses}
    return made | {"responses": dict(sorted((answers | refusals).items()))}


def _about(path: str, name: str, summary: str) -> Json:
    media = "text/plain" if path == "/metrics" else "application/json"
    answers = {"200": {"description": "OK", "content": {media: {"schema": {}}}}}
    if path == "/readyz":
        answers["503"] = {"description": "It cannot", "content": {media: {"schema": {}}}}
    return {"operationId": name, "tags": ["about"], "summary": summary, "security": [], "responses": answers}


def _links(maker: CommandRoute, routes: Iterable[Route]) -> Json:
    """What can be done next with a new thing: readers see it, and testing tools walk it."""
    return {
        route.name: {
            "operationId": route.action,
            "parameters": {"path.tenant": "$request.path.tenant", f"path.{route.ids[0]}": "$response.body#/id"},
        }
        for route in routes
        if route.ids and route.path.startswith(f"{maker.path}/")
    }


def _tags(routes: Iterable[Route]) -> Iterator[Json]:
    first = {route.capability: route for route in reversed(list(routes))}
    for capability in dict.fromkeys(route.capability for route in routes):
        yield {"name": capability, "description": described(first[capability])}


def described(route: Route) -> str:
    """What the package that declares the route says about itself."""
    package = sys.modules[route.input.__module__.rpartition(".")[0]]
    return cleandoc(package.__doc__ or "")
