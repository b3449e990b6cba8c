"""What the API says about itself: where to begin, its OpenAPI document, what is on the log, what codes mean."""

from __future__ import annotations

from importlib.metadata import version

import msgspec
from flask import Blueprint, Response

from baseplus.kernel.refusals import NotFound
from infra.http.asyncapi import document as asyncapi_document
from infra.http.catalogue import catalogue
from infra.http.openapi.document import document
from infra.http.parts import parts
from infra.http.queries import accepted, cacheable

blueprint = Blueprint("about", __name__)


@blueprint.get("/v1")
def begin() -> Response:
    """Where to begin."""
    said = {
        "name": "baseplus",
        "version": version("baseplus"),
        "paths": "/v1/{tenant}/…, with Authorization: Bearer <key>",
        "openapi": "/openapi.json",
        "asyncapi": "/asyncapi.json",
        "problems": "/problems",
        "ready": "/readyz",
    }
    return _json(said)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Every path, what it takes and what it answers."""
    return _json(document())


@blueprint.get("/asyncapi.json")
def asyncapi() -> Response:
    """Every event on the log, for programs that read it."""
    return _json(asyncapi_document(parts().settings.topic))


@blueprint.get("/problems")
def problems() -> Response:
    """Every code that a problem may have."""
    return _json(list(catalogue().values()))


@blueprint.get("/problems/<code>")
def problem(code: str) -> Response:
    """What one code means: the `type` of a problem leads here."""
    found = catalogue().get(code)
    if found is None:
        raise NotFound(code=code)
    return _json(found)


def _json(said: object) -> Response:
    accepted("application/json")
    response = cacheable(msgspec.json.encode(said))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
