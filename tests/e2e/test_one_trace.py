"""The walk of one event with one trace id from end to end: request, append, relay, Kafka, projection, live update.

Every process is the one that people start; the log is read by a consumer that knows nothing of our program.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaConsumer
from werkzeug.serving import make_server

from infra.observability.tracing import tracing
from infra.postgres.database import Database
from infra.schema import bring_up_to_date
from tests.cli.program import started
from tests.http.serving import DRAFT, NORTH, Api, serving
from tests.observability.collector import Collector, collecting
from tests.stream.listening import live_process

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ASKED = f"00-{TRACE}-00f067aa0ba902b7-01"
NAME = "Zhao Yilin"
"""A value that must not be found in any span."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as collector:
        for name, value in collector.settings().items():
            monkeypatch.setenv(name, value)
        yield collector


@contextmanager
def answering(database: Database) -> Iterator[tuple[Api, str]]:
    """The API behind a socket; its address."""
    with tracing("serve"), serving(database) as api:
        server = make_server("127.0.0.1", 0, api.client.application, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield api, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def on_kafka(bootstrap: str, topic: str, position: int) -> dict[str, str]:
    """The headers of the message with this position."""
    with closing(KafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")) as consumer:
        for message in consumer:
            headers = {name: value.decode() for name, value in message.headers}
            if message.key == NORTH.encode() and headers["ce_sequence"] == str(position):
                return headers
    raise AssertionError("the consumer ended")


def test_one_trace_id_goes_from_the_request_to_the_page(
    database: Database, kafka_bootstrap: str, topic: str, collector: Collector, tmp_path: Path
) -> None:
    bring_up_to_date(database)
    given: dict[str, Any] = {
        "DATABASE_URL": database.url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "BASEPLUS_TOPIC": topic,
        "BASEPLUS_REPLICAS": "1",
        **collector.settings(),
    }
    with ExitStack() as stack:
        api, address = stack.enter_context(answering(database))
        for command, words in (("relay", "Relaying to"), ("project", "Projecting from Kafka")):
            stack.enter_context(started(tmp_path, command, **given)).until(words)
        live = stack.enter_context(live_process(database, tmp_path, **collector.settings()))
        key = api.key()
        token = key["Authorization"].removeprefix("Bearer ")
        heard = stack.enter_context(live.listen(NORTH, token))

        body = DRAFT | {"id": "a-1", "title": f"Training of {NAME}"}
        asked = key | {"traceparent": ASKED}
        posted = httpx.post(f"{address}/v1/{NORTH}/agreements", headers=asked, json=body, timeout=60)
        assert posted.status_code == 201, posted.text
        position = int(posted.headers["Consistency-Token"])

        told = heard.next()
        while told["position"] < position:
            told = heard.next()
        assert (told["position"], told["trace"]) == (position, TRACE)

        wait = key | {"Consistency-Token": str(position)}
        shown = httpx.get(f"{address}/v1/{NORTH}/agreements/a-1", headers=wait, timeout=60)
        assert shown.status_code == 200, shown.text

        request = collector.await_span(TRACE, "POST /v1/{tenant}/agreements", tenant=NORTH)
        append = collector.await_span(TRACE, "append", tenant=NORTH, position=position)
        parts = {
            name: collector.await_span(TRACE, name, tenant=NORTH, position=position)
            for name in ("relay", "project", "live")
        }
        assert request.parent == "00f067aa0ba902b7"
        assert append.parent == request.id
        assert {part.parent for part in parts.values()} == {append.id}
        assert {part.process for part in parts.values()} == {"baseplus-relay", "baseplus-project", "baseplus-stream"}

        headers = on_kafka(kafka_bootstrap, topic, position)
        assert headers["traceparent"] == f"00-{TRACE}-{append.id}-01"
        assert headers["ce_type"] == "agreements.agreement_drafted.v1"

    assert collector.bodies
    assert not any(NAME.encode() in sent or token.encode() in sent for sent in collector.bodies)
    for span in collector.spans:
        assert "a-1" not in json.dumps(span.facts)
