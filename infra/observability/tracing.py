"""Traces: one id from a request to the event, its message on Kafka, its rows and what is told of it.

W3C trace context always travels: it comes in with a request (or begins there), lies beside each event in the store, and
goes to Kafka with it. Spans are made and sent, by OTLP over HTTP, only where `OTEL_EXPORTER_OTLP_ENDPOINT` says
whither; elsewhere this costs less than a microsecond and imports nothing. A span names the tenant, the type and the
position of what it is about, and never what is in it.

Set up per process, after any fork: the exporter has a thread.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Refusal

if TYPE_CHECKING:  # it takes a third of a second to import
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer
    from opentelemetry.util.types import AttributeValue

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The variables of which one says where spans go. The SDK reads these and its other `OTEL_` variables by itself."""

Kind = Literal["internal", "server", "client", "producer", "consumer"]

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_LENGTH, _LONGEST = 55, 512
_PATIENCE = 3.0  # seconds

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_provider: TracerProvider | None = None
_tracer: Tracer | None = None


class Headers(Protocol):
    """Headers of a request, by name."""

    def get(self, name: str, /) -> str | None:
        """The header's value, if it is there."""


class Traced:
    """Work under way, that more may become known of. Safe to use where nothing is recorded."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    @property
    def recorded(self) -> bool:
        """Whether it is worth finding out facts about it."""
        return self._span is not None

    def rename(self, name: str) -> None:
        """What the work is, where that is known only now: `POST /v1/{tenant}/agreements`."""
        if self._span is not None:
            self._span.update_name(name)

    def note(self, **facts: AttributeValue | None) -> None:
        """Facts about it: `tenant`, `type`, `position`, or a name from OpenTelemetry's conventions. Never what is in an
        event, a command or a URL's query."""
        if self._span is not None:
            for name, value in facts.items():
                if value is not None:
                    self._span.set_attribute(_NAMES.get(name, f"baseplus.{name}"), value)


_UNRECORDED = Traced()
_NOTHING = nullcontext(_UNRECORDED)
_NAMES = {"method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}


@contextmanager
def tracing(process: str) -> Iterator[None]:
    """Send this process's spans, if it is configured whither, and what is left of them at the end."""
    begin_tracing(process)
    try:
        yield
    finally:
        end_tracing()


def begin_tracing(process: str) -> None:
    """Send this process's spans from now on, if it is configured whither. process: `serve`, `relay`, …"""
    global _provider, _tracer
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"baseplus-{process}"}
    instance = {"service.namespace": "baseplus", "service.instance.id": f"{socket.gethostname()}:{os.getpid()}"}
    _provider = TracerProvider(resource=Resource.create({**named, **instance}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("baseplus")


def end_tracing() -> None:
    """Send what is left, for as long as whoever waits for our end has patience, and nothing from now on."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        # the SDK itself would wait for half a minute for a collector that is away
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)


def traceparent_in(headers: Headers) -> str | None:
    """The caller's trace context; None where there is none, or none that can be read."""
    return read_traceparent(headers.get("traceparent"))


def read_traceparent(text: str | None) -> str | None:
    """A W3C `traceparent` as version 00 has it; None where it is none."""
    if text is None or len(text) > _LONGEST or not _TRACEPARENT.fullmatch(text):
        return None
    if text.startswith("00") and len(text) != _LENGTH:
        return None
    return f"00{text[2:_LENGTH]}"


def current_traceparent() -> str | None:
    """The trace context of what is being done now, to lay beside what follows from it."""
    return _current.get()


def in_trace(metadata: Metadata) -> Metadata:
    """The metadata with the trace context of what is being done now, unless it has another one."""
    current = _current.get()
    if current is None or metadata.traceparent is not None:
        return metadata
    return msgspec.structs.replace(metadata, traceparent=current)


def trace_id(traceparent: str | None) -> str | None:
    """The id that everything in a trace has in common: 32 hexadecimal digits."""
    return traceparent[3:35] if traceparent else None


@contextmanager
def server_span(method: str, traceparent: str | None) -> Iterator[Traced]:
    """A request is answered; what is done meanwhile is part of its trace. traceparent: what the caller sent, as
    `traceparent_in` reads it; without one, a trace begins here."""
    if _tracer is None:
        # Who records nothing passes the caller's context on as it is, the decision to sample included.
        token = _current.set(traceparent or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00")
        try:
            yield _UNRECORDED
        finally:
            _current.reset(token)
        return
    with _recorded(_tracer, method, "server", traceparent) as work:
        work.note(method=method)
        yield work


def work_span(name: str, kind: Kind = "internal") -> AbstractContextManager[Traced]:
    """A part of what is being done now."""
    return _NOTHING if _tracer is None else _recorded(_tracer, name, kind, _current.get())


def recording() -> bool:
    """Whether spans are made at all."""
    return _tracer is not None


def follow(
    name: str, traceparent: str | None, tenant: str, event_type: str, position: int, kind: Kind = "consumer"
) -> Span | None:
    """A span for what is done with one event, in the trace that it came from; the caller ends it. None where nothing is
    recorded, or not of that trace."""
    if _tracer is None or traceparent is None or not int(traceparent[-2:], 16) & 1:
        return None
    span = _start(_tracer, name, kind, traceparent)
    Traced(span).note(tenant=tenant, type=event_type, position=position)
    return span


@contextmanager
def _recorded(tracer: Tracer, name: str, kind: Kind, parent: str | None) -> Iterator[Traced]:
    span = _start(tracer, name, kind, parent)
    context = span.get_span_context()
    token = _current.set(f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}")
    try:
        yield Traced(span)
    except BaseException as error:
        # not its text: it may say what is in a command
        span.set_attribute("error.type", error.code if isinstance(error, Refusal) else type(error).__name__)
        raise
    finally:
        _current.reset(token)
        span.end()


def _start(tracer: Tracer, name: str, kind: Kind, parent: str | None) -> Span:
    from opentelemetry import trace

    context = None
    if parent is not None:
        _, id_, span_id, flags = parent.split("-")
        remote = trace.SpanContext(int(id_, 16), int(span_id, 16), True, trace.TraceFlags(int(flags, 16)))
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    return tracer.start_span(name, context, trace.SpanKind[kind.upper()])
