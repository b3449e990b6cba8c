"""What the API answers, as the OpenAPI document has it: answers, their headers, the refusals that all share."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from baseplus.kernel.refusals import Rejected
from baseplus.kernel.routes import QueryRoute, Route
from infra.http.feed import BATCH
from infra.http.own import FEED
from infra.http.problems import MEDIA_TYPE, STATUSES, Problem, status_of

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
REF = "#/components/schemas/{name}"
_SENDS = {
    401: ("WWW-Authenticate",),
    412: ("ETag",),
    415: ("Accept-Post",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
HEADERS = {
    "Accept-Post": "what may be sent",
    "Consistency-Token": "send it with a read that must see this",
    "ETag": "the version: for If-Match after a command, for If-None-Match after a read",
    "Feed-Position": "how far the batch has come: send it as `after`",
    "Link": 'what comes next, where there is more: rel="next"',
    "Location": "where the new thing is",
    "RateLimit": "how many requests are left, and for how many seconds",
    "RateLimit-Policy": "how many requests the key has, in how many seconds",
    "Retry-After": "seconds to wait",
    "WWW-Authenticate": "how to sign in",
    "X-Request-Id": "the id to tell the operator",
}
_ON_ALL = ("RateLimit", "RateLimit-Policy", "X-Request-Id")


def outcome(status: int, schema: Json, *headers: str) -> Json:
    """Of commands."""
    return _answer(status, {"application/json": {"schema": schema}}, "Consistency-Token", *headers)


def read(route: Route, schema: Json) -> Json:
    """Of questions."""
    content: Json = {"application/json": {"schema": schema}}
    headers = ["ETag"]
    if route is FEED:
        content = {BATCH: {"schema": schema}, **content}
        headers += ["Feed-Position", "Link"]
    elif isinstance(route, QueryRoute) and route.paged:
        content["text/csv"] = {"schema": TEXT}
        headers += ["Link"]
    return {"200": _answer(200, content, *headers), "304": _answer(304, None, "ETag")}


def refusal(status: int) -> Json:
    """Of whatever is refused with this status, everywhere."""
    codes = sorted({kind.code for kind in STATUSES if hasattr(kind, "code") and status_of(kind) == status})
    made = _answer(
        status, {MEDIA_TYPE: {"schema": {"$ref": REF.format(name=Problem.__name__)}}}, *_SENDS.get(status, ())
    )
    if status == status_of(Rejected):
        codes.append("the code of the rule that refused it")
    said = ", ".join(code if " " in code else f"`{code}`" for code in codes)
    return made | {"description": f"{made['description']}: {said}"}


def _answer(status: int, content: Json | None, *headers: str) -> Json:
    made: Json = {"description": HTTPStatus(status).phrase}
    made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in (*headers, *_ON_ALL)}
    return made | ({"content": content} if content else {})
