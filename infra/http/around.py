"""What happens around every request: its id, its trace, its line in the log, its place in the metrics.

A request is told by its route, never by its address: ids and query strings may say who somebody is.
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import ExitStack

from flask import Response, g, request

from baseplus.kernel.access import Caller
from infra.http.admission import limit_headers
from infra.http.headers import request_id
from infra.http.metrics import REQUESTS, SECONDS
from infra.observability.logging import about
from infra.observability.tracing import server_span, traceparent_in

log = logging.getLogger(__name__)

_ASKED_OFTEN = ("/healthz", "/readyz", "/metrics")

UNKNOWN = "unknown"
"""What a request is called that found no route."""


def begin() -> None:
    """Before anything else of the request."""
    g.started, g.request_id, g.open = time.perf_counter(), request_id(), ExitStack()
    g.open.enter_context(about(request=g.request_id))
    g.work = g.open.enter_context(server_span(request.method, traceparent_in(request.headers)))


def end(response: Response) -> Response:
    """When its answer is known. Of a long list, the first page is."""
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.update(limit_headers())
    took, route, caller = time.perf_counter() - g.started, template(), g.get("caller")
    tenant = caller.tenant if isinstance(caller, Caller) else None
    g.work.rename(f"{request.method} {route}")
    g.work.note(tenant=tenant, route=route, status=response.status_code)
    method = request.method if route != UNKNOWN else UNKNOWN
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(took)
    log.log(
        logging.DEBUG if request.path in _ASKED_OFTEN else logging.INFO,
        "request",
        extra={
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "duration_ms": round(took * 1000, 3),
        },
    )
    return response


def leave(_error: BaseException | None) -> None:
    """When it has been answered, if it began."""
    if "open" in g:
        g.open.close()


def template() -> str:
    """The route that the request found: `/v1/{tenant}/agreements/{agreement}`."""
    rule = request.url_rule
    return UNKNOWN if rule is None else re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
