"""A collector of OpenTelemetry's traces as they travel: OTLP over HTTP, in protobuf, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.cli.program import eventually


@dataclass(frozen=True)
class Received:
    """A span. process: the service that sent it. parent: the id of the span that it is a part of, or nothing."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    kind: int
    facts: dict[str, object]


@dataclass
class Collector:
    """What has arrived so far."""

    endpoint: str
    spans: list[Received] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        """What makes a process send its spans here, and soon."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "100"}

    def of(self, trace: str) -> list[Received]:
        """The spans of one trace."""
        return [span for span in list(self.spans) if span.trace == trace]

    def await_span(self, trace: str, name: str, **facts: object) -> Received:
        """A span of a trace, when it has come."""

        def found() -> list[Received]:
            return [
                span
                for span in self.of(trace)
                if span.name == name
                and facts.items() <= {n.removeprefix("baseplus."): v for n, v in span.facts.items()}.items()
            ]

        eventually(lambda: bool(found()), f"a span {name} with {facts} among {[span.name for span in self.of(trace)]}")
        return found()[0]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector, for as long as this lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            assert self.headers["Content-Type"] == "application/x-protobuf"
            collector.bodies.append(body)
            collector.spans.extend(_read(ExportTraceServiceRequest.FromString(body)))
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(request: ExportTraceServiceRequest) -> Iterator[Received]:
    for group in request.resource_spans:
        process = str(_facts(group.resource.attributes)["service.name"])
        for scope in group.scope_spans:
            for span in scope.spans:
                yield Received(
                    process,
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.kind,
                    _facts(span.attributes),
                )


def _facts(attributes: Iterable[KeyValue]) -> dict[str, object]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: AnyValue) -> object:
    match value.WhichOneof("value"):
        case "array_value":
            return tuple(_value(one) for one in value.array_value.values)
        case str(kind):
            return getattr(value, kind)
        case None:
            return None
