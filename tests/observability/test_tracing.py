"""Trace context travels always; spans are sent where it is said whither, and say nothing of what they are about."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.observability import tracing
from infra.observability.tracing import (
    begin_tracing,
    current_traceparent,
    end_tracing,
    follow,
    in_trace,
    read_traceparent,
    server_span,
    trace_id,
    traceparent_in,
    work_span,
)
from infra.postgres.store import Store
from infra.service import free_ports
from tests.access.issuing import register
from tests.observability.collector import Collector, collecting

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"
UNSAMPLED = f"{GIVEN[:-2]}00"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector, and this process sending to it."""
    with collecting() as collector:
        for name, value in collector.settings().items():
            monkeypatch.setenv(name, value)
        with tracing.tracing("test"):
            yield collector


def test_a_context_is_read_as_the_standard_says() -> None:
    assert traceparent_in({"traceparent": GIVEN}) == GIVEN
    assert traceparent_in({}) is None
    assert read_traceparent(f"cc{GIVEN[2:]}-what-the-future-adds") == GIVEN
    for wrong in (
        "",
        "00",
        GIVEN.upper(),
        f"ff{GIVEN[2:]}",
        f"{GIVEN}-more",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"{GIVEN}\n",
        f"cc{GIVEN[2:]}{'-x' * 300}",
    ):
        assert read_traceparent(wrong) is None, wrong


def test_without_a_collector_the_callers_context_goes_on_as_it_came() -> None:
    assert current_traceparent() is None
    with server_span("POST", GIVEN):
        assert current_traceparent() == GIVEN
        with work_span("append"):
            assert in_trace(Metadata(key="k")) == Metadata(key="k", traceparent=GIVEN)
            assert in_trace(Metadata(traceparent=UNSAMPLED)) == Metadata(traceparent=UNSAMPLED)
    assert current_traceparent() is None
    assert follow("relay", GIVEN, "uni-a", "x", 1) is None


def test_without_a_caller_a_trace_begins_that_nobody_records() -> None:
    begun = set()
    for _ in range(2):
        with server_span("POST", None):
            current = current_traceparent()
            assert current is not None
            assert read_traceparent(current) == current
            assert current.endswith("-00")
            begun.add(trace_id(current))
    assert len(begun) == 2


def test_nothing_of_opentelemetry_is_loaded_where_nothing_is_sent() -> None:
    code = "import sys, infra.postgres.store, infra.project; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_what_is_done_for_a_request_is_a_part_of_it(collector: Collector) -> None:
    with server_span("POST", GIVEN) as request:
        request.rename("POST /v1/{tenant}/agreements")
        request.note(tenant="uni-a", route="/v1/{tenant}/agreements", status=201)
        with work_span("append", "client") as work:
            work.note(tenant="uni-a", type=["a.b_c.v1"], position=7)
            within = current_traceparent()
    end_tracing()
    outer = collector.await_span(TRACE, "POST /v1/{tenant}/agreements")
    inner = collector.await_span(TRACE, "append")
    assert (outer.process, outer.parent, inner.parent) == ("baseplus-test", "b7ad6b7169203331", outer.id)
    assert within == f"00-{TRACE}-{inner.id}-01"
    assert outer.facts == {
        "http.request.method": "POST",
        "http.route": "/v1/{tenant}/agreements",
        "http.response.status_code": 201,
        "baseplus.tenant": "uni-a",
    }
    assert inner.facts == {"baseplus.tenant": "uni-a", "baseplus.type": ("a.b_c.v1",), "baseplus.position": 7}


def test_an_append_lays_its_own_span_beside_the_events(collector: Collector, store: Store) -> None:
    with server_span("POST", GIVEN):
        register(store, TenantId("uni-a"))
    end_tracing()
    append = collector.await_span(TRACE, "append", tenant="uni-a", position=1)
    (event,) = store.history(TenantId("uni-a"))
    assert event.traceparent == f"00-{TRACE}-{append.id}-01"


def test_an_error_is_named_by_its_code_and_its_text_stays_here(collector: Collector) -> None:
    for error in (Rejected("no_such_apprentice", name="Zhao Yilin"), ValueError("Zhao Yilin")):
        with pytest.raises(type(error)), server_span("POST", GIVEN):
            raise error
    end_tracing()
    told = {span.facts["error.type"] for span in collector.of(TRACE)}
    assert told == {"no_such_apprentice", "ValueError"}
    assert not any(b"Zhao" in body for body in collector.bodies)


def test_what_the_caller_does_not_sample_is_not_recorded_either(collector: Collector) -> None:
    with server_span("POST", UNSAMPLED):
        assert trace_id(current_traceparent()) == TRACE
        assert str(current_traceparent()).endswith("-00")
    assert follow("relay", UNSAMPLED, "uni-a", "x", 1) is None
    with server_span("POST", GIVEN):
        pass
    end_tracing()
    collector.await_span(TRACE, "POST")
    assert len(collector.of(TRACE)) == 1


@contextmanager
def sending_to_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (port,) = free_ports(1)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    begin_tracing("test")
    try:
        yield
    finally:
        end_tracing()


def test_a_collector_that_is_away_delays_the_end_by_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with sending_to_nobody(monkeypatch):
        with server_span("POST", GIVEN):
            pass
        before = time.monotonic()
    assert time.monotonic() - before < 10
