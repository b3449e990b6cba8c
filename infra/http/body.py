"""The JSON body of a request, read in one way only, and never more of it than a request may send."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from flask import request
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import ClientDisconnected

from infra.http.refusals import BodyTooLarge, JsonExpected, MalformedJson, MalformedRequest, Mistaken, Wrong


def read_body(limit: int) -> dict[str, Any]:
    """The object in the body; without body and Content-Type an empty one. limit: bytes.

    Raises BodyTooLarge, JsonExpected, MalformedJson, MalformedRequest; Mistaken where it is JSON, but no object.
    """
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    if request.mimetype != "application/json" and (request.mimetype or _has_body()):
        raise JsonExpected(content_type=request.mimetype or "none")
    raw = _read(limit)
    if not raw and not request.mimetype:
        return {}
    read = read_json(raw)
    if not isinstance(read, dict):
        raise Mistaken([Wrong("", "must be an object")])
    return read


def read_json(raw: bytes) -> Any:
    """JSON that two readers cannot understand differently. Raises MalformedJson."""
    try:
        msgspec.json.decode(raw)  # refuses NaN, 1e999, what is not UTF-8, half surrogates
        return json.loads(raw, object_pairs_hook=_each_name_once)
    except RecursionError:
        raise MalformedJson(reason="it is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise MalformedJson(reason=str(error)) from None


def _read(limit: int) -> bytes:
    # one more than may be: at the limit Werkzeug just stops, and half of a body could pass for all of it
    request.max_content_length = limit + 1
    try:
        raw = request.get_data(cache=False)
    except (ClientDisconnected, NoMoreData):
        raise MalformedRequest(reason="the body ended early") from None
    except ParseException as error:
        raise MalformedRequest(reason=f"the body cannot be read: {error}") from None
    if len(raw) > limit:
        raise BodyTooLarge(limit_bytes=limit)
    if len(raw) < (request.content_length or 0):
        raise MalformedRequest(reason="the body ended early")
    return raw


def _has_body() -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return made
