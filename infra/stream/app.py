"""`GET /v1/{tenant}/live` and what belongs to a process: health and metrics.

A connection begins with where it stands (`id`) and goes on with `data` of each event that the read models show from
then on, the position as its `id`; whoever comes back with it in `Last-Event-ID` misses nothing. `event: resync` means:
more happened than is told here, read anew what you show. Lines that begin with a colon only keep the connection alive.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import anyio
import prometheus_client
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from baseplus.kernel.access import Caller
from baseplus.kernel.refusals import Refusal
from infra.http import problems
from infra.http.refusals import MalformedHeader, MethodNotAllowed, NoSuchPath
from infra.stream import metrics
from infra.stream.audience import Audience
from infra.stream.entrance import Entrance, form_of
from infra.stream.tails import Listener, opening

log = logging.getLogger("baseplus.stream")

_RETRY_MS = (1_000, 4_000)  # not all who lost a process shall come back at the same moment
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy must not keep it
_SENT = {kind: metrics.SENT.labels(kind) for kind in ("event", "tick", "resync", "heartbeat")}
_POSITION = re.compile(r"0|[1-9][0-9]{0,17}")


def create_app(audience: Audience, entrance: Entrance, origin: str | None = None) -> Starlette:
    """The application. origin: of pages elsewhere that may listen with their cookies."""
    live = Live(audience, entrance)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[origin] if origin else [],
        allow_credentials=True,
        allow_methods=["GET"],
        allow_headers=["Authorization", "Last-Event-ID"],
    )
    return Starlette(
        routes=[
            Route("/v1/{tenant}/live", live.listen, methods=["GET"]),
            Route("/healthz", _healthy, methods=["GET"]),
            Route("/metrics", _metrics, methods=["GET"]),
        ],
        middleware=[cors] if origin else [],
        exception_handlers={Refusal: _refused, HTTPException: _refused, Exception: _refused},
    )


class Live:
    """The stream of live updates."""

    def __init__(self, audience: Audience, entrance: Entrance) -> None:
        self._audience, self._entrance = audience, entrance

    async def listen(self, request: Request) -> Response:
        """Answer with the stream. Raises what refuses it."""
        try:
            caller = await asyncio.to_thread(self._entrance.admit, request)
            form = form_of(caller, request.path_params["tenant"])
            listener = await self._audience.join(caller, form, _after(request))
        except Refusal as refusal:
            metrics.REFUSED.labels(refusal.code).inc()
            raise
        if request.method == "HEAD":
            self._audience.leave(listener, caller.tenant)
            return Response(headers=_HEADERS, media_type="text/event-stream")
        return _Stream(self._audience, listener, caller)


class _Stream(StreamingResponse):
    """One connection, until either side ends it."""

    def __init__(self, audience: Audience, listener: Listener, caller: Caller) -> None:
        super().__init__(_told(listener), headers=_HEADERS, media_type="text/event-stream")
        self._audience, self._listener, self._caller = audience, listener, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.CancelScope() as connected:
                self._listener.hang_up = connected.cancel
                await super().__call__(scope, receive, send)
            if connected.cancelled_caught:
                log.info("gave up a listener that takes nothing", extra={"tenant": self._caller.tenant})
        finally:
            self._audience.leave(self._listener, self._caller.tenant)


async def _told(listener: Listener) -> AsyncIterator[bytes]:
    yield opening(listener.position, random.randint(*_RETRY_MS))  # noqa: S311 no secret
    async for message in listener.messages():
        listener.telling_since = time.monotonic()
        yield message.data
        # here again: the connection has taken it
        listener.telling_since = None
        _SENT[message.kind].inc(message.events)
        if message.since is not None:
            metrics.DELIVERY.observe(max(0.0, (datetime.now(UTC) - message.since).total_seconds()))


def _after(request: Request) -> int | None:
    """The position to go on from: what the browser has heard, else what the page was made of."""
    for name, given in (
        ("Last-Event-ID", request.headers.get("last-event-id")),
        ("after", request.query_params.get("after")),
    ):
        if given:
            if not _POSITION.fullmatch(given):
                raise MalformedHeader(header=name, reason="must be a position, as the stream gave it")
            return int(given)
    return None


async def _healthy(_: Request) -> Response:
    return JSONResponse({"alive": True})


async def _metrics(_: Request) -> Response:
    return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)


async def _refused(_: Request, error: Exception) -> Response:
    match error:
        case HTTPException(status_code=405, headers=headers):
            error = MethodNotAllowed(allowed=sorted((headers or {}).get("Allow", "GET").split(", ")))
        case HTTPException():
            error = NoSuchPath()
    refused = problems.answer(error, in_body=False)
    headers = {**refused.headers, "Cache-Control": "no-store"}
    return Response(refused.body, refused.problem.status, headers, media_type=problems.MEDIA_TYPE)
