"""One trace id from end to end, metrics as they are scraped, and nothing personal in any log, metric or span."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from bs4 import BeautifulSoup
from kafka import KafkaConsumer
from prometheus_client.parser import text_string_to_metric_families

from baseplus.agreements.events import ClauseAdded
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.postgres.wire import Row
from infra.session import COOKIE
from infra.wiring import EVENT_TYPES, FOLLOWERS
from tests.access.issuing import UNI_A
from tests.cli.program import eventually
from tests.e2e.observed import Observed, hidden, observing
from tests.http.serving import DRAFT
from tests.observability.metrics_table import documented
from tests.stream.listening import Stream

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ASKED = f"00-{TRACE}-00f067aa0ba902b7-01"
TITLE = "Joint training of electricians"
NAME = "Žofie Quillfeather"
"""A person that there is nowhere else."""


@pytest.fixture(scope="module")
def observed(module_database: Database, kafka_bootstrap: str, scratch: Path) -> Iterator[Observed]:
    topic = f"test.{uuid4().hex}"
    ensure_topic(kafka_bootstrap, topic, 12)
    with (
        closing(Store(module_database, EVENT_TYPES, followers=FOLLOWERS)) as store,
        observing(module_database, store, kafka_bootstrap, topic, scratch / "observed") as observed,
    ):
        yield observed


def stored(observed: Observed, position: int) -> tuple[object, ...]:
    """The event with this position: type, stream, version and trace context, as the store has it."""
    with observed.database.connect("admin") as connection:
        row: tuple[object, ...] | None = connection.execute(
            "SELECT type, stream, version, traceparent FROM store.events WHERE tenant = %s AND position = %s",
            (UNI_A, position),
        ).fetchone()
    assert row is not None
    return row


def on_kafka(observed: Observed, position: int) -> tuple[dict[str, str], dict[str, Any]]:
    """The headers and the data of the message with this position, as any consumer reads them."""
    given = {"bootstrap_servers": observed.bootstrap, "auto_offset_reset": "earliest"}
    with closing(KafkaConsumer(observed.topic, **given)) as consumer:
        for message in consumer:
            headers = {name: value.decode() for name, value in message.headers}
            if message.key == UNI_A.encode() and headers["ce_sequence"] == str(position):
                return headers, json.loads(message.value)
    raise AssertionError("the consumer ended")


def folded(observed: Observed) -> bool:
    """Whether the read models have everything."""
    with observed.database.connect("worker") as connection:
        row = connection.execute("SELECT max(position) FROM views.tenant_position WHERE tenant = %s", (UNI_A,))
        return row.fetchone() == (observed.store.position(UNI_A),)


def hear(heard: Stream, position: int) -> dict[str, Any]:
    """What is told of this position, when it is."""
    told = heard.next()
    while told["position"] < position:
        told = heard.next()
    return told


def test_one_event_is_walked_from_the_request_to_the_page_with_one_trace_id(observed: Observed) -> None:
    with ExitStack() as stack:
        # somebody has the list of agreements open, and hears of what happens as its script does
        reader = stack.enter_context(observed.reader())
        page = BeautifulSoup(reader.get(f"/t/{UNI_A}/agreements").text, "html.parser")
        assert TITLE not in page.text
        address = page.select_one("body[data-stream]")
        assert address is not None
        heard = stack.enter_context(
            observed.live.listen(
                UNI_A,
                url=str(address["data-stream"]),
                headers={"Origin": observed.address},
                cookies={COOKIE: reader.cookies[COOKIE]},
            )
        )

        drafted = DRAFT | {"id": "a-1", "title": TITLE}
        posted = observed.ask("POST", f"/v1/{UNI_A}/agreements", headers={"traceparent": ASKED}, json=drafted)
        assert posted.status_code == 201, posted.text
        position = int(posted.headers["Consistency-Token"])
        assert position == observed.store.position(UNI_A)

        told = hear(heard, position)
        assert (told["position"], told["trace"], told["stream"]) == (position, TRACE, "agreements/a-1")

        wait = {"Consistency-Token": str(position), "traceparent": ASKED}
        read = observed.ask("GET", f"/v1/{UNI_A}/agreements/a-1", headers=wait)
        assert read.status_code == 200, read.text
        assert read.json()["title"] == TITLE
        with observed.database.connect("worker") as connection:
            row = connection.execute("SELECT title FROM views.agreements WHERE (tenant, id) = (%s, 'a-1')", (UNI_A,))
            assert row.fetchone() == (TITLE,)

        shown = reader.get(f"/t/{UNI_A}/agreements/a-1", params={"at": position}, headers={"traceparent": ASKED})
        assert shown.status_code == 200, shown.text
        heading = BeautifulSoup(shown.text, "html.parser").select_one("h1")
        assert heading is not None
        assert heading.text == TITLE

    spans = observed.collector
    request, api, html = (
        spans.await_span(TRACE, name, tenant=UNI_A)
        for name in (
            "POST /v1/{tenant}/agreements",
            "GET /v1/{tenant}/agreements/{agreement}",
            "GET /t/{tenant}/agreements/{agreement}",
        )
    )
    append = spans.await_span(TRACE, "append", tenant=UNI_A, position=position)
    after = [spans.await_span(TRACE, name, tenant=UNI_A, position=position) for name in ("relay", "project", "live")]
    assert {request.parent, api.parent, html.parent} == {"00f067aa0ba902b7"}
    assert append.parent == request.id
    assert {span.parent for span in after} == {append.id}
    assert [span.process for span in (request, append, *after)] == [
        "baseplus-serve", "baseplus-serve", "baseplus-relay", "baseplus-project", "baseplus-stream",
    ]  # fmt: skip
    laid = f"00-{TRACE}-{append.id}-01"
    assert stored(observed, position) == ("agreements.agreement_drafted.v1", "agreements/a-1", 1, laid)
    headers, data = on_kafka(observed, position)
    assert (headers["traceparent"], headers["ce_type"]) == (laid, "agreements.agreement_drafted.v1")
    assert data["title"] == TITLE

    def logged() -> set[str]:
        lines = [json.loads(line) for line in list(observed.programs["serve"].said) if line.startswith("{")]
        return {
            f"{line['method']} {line['route']}"
            for line in lines
            if (line.get("trace"), line.get("tenant"), "request" in line) == (TRACE, UNI_A, True)
        }

    eventually(lambda: logged() >= {request.name, api.name, html.name}, "the log has tenant, request and trace")


def test_no_metric_has_a_label_that_says_who_somebody_is() -> None:
    labels = {label for row in documented() for label in row.labels}
    assert labels
    assert not labels & {"tenant", "stream", "key", "actor", "person", "name", "path", "address"}


def test_what_is_scraped_from_each_process_is_in_the_table(observed: Observed) -> None:
    observed.ask("GET", f"/v1/{UNI_A}/agreements")
    known = {(row.process, row.name): row for row in documented()}
    for process, address in observed.metrics.items():
        scraped = {
            family.name: family
            for family in text_string_to_metric_families(httpx.get(address, timeout=60).text)
            if family.name.startswith("baseplus") and not family.name.endswith("_created")
        }
        assert scraped
        for name, family in scraped.items():
            row = known[process, name]
            assert (family.type, family.documentation) == (row.kind, row.meaning)
            labels = {label for sample in family.samples for label in sample.labels} - {"le", "pid"}
            assert labels <= set(row.labels)
        if process != "serve":  # its processes tell what they have counted, and nothing before that
            assert set(scraped) == {name for of, name in known if of == process}


def test_nothing_that_somebody_typed_is_in_a_log_a_metric_or_a_span(observed: Observed) -> None:
    path = f"/v1/{UNI_A}"
    enrolled = {
        "id": "e-1",
        "apprentice": "p-1",
        "name": NAME,
        "base": "b-1",
        "enterprise": "yunchuan",
        "occupation": "o-1",
        "agreement": "a-9",
    }
    quoted = quote(NAME)
    mistakes = [
        observed.ask("POST", f"{path}/agreements", json=DRAFT | {"id": "a-9", "title": NAME}),
        observed.ask("POST", f"{path}/apprenticeships", json=enrolled),
        observed.ask("POST", f"{path}/apprenticeships", json=enrolled),
        observed.ask("POST", f"{path}/apprenticeships", json={**enrolled, "id": NAME, NAME: NAME, "base": NAME}),
        observed.ask("POST", f"{path}/apprenticeships", content=f'{{"name": "{NAME}"'.encode()),
        observed.ask("POST", f"{path}/agreements/{quoted}/propose", json={}),
        observed.ask("GET", f"{path}/agreements?state={quoted}&{quoted}=1&cursor={quoted}"),
        observed.ask("GET", f"/{quoted}"),
        observed.ask("GET", f"/v1/{quoted}/agreements"),
        observed.ask("GET", f"{path}/agreements", headers={"Authorization": f"Bearer {quoted}"}),
        observed.ask("GET", f"{path}/agreements", headers={"X-Request-Id": quoted, "traceparent": quoted}),
        observed.ask("POST", f"{path}/mentors", headers={"Idempotency-Key": quoted}, json={"person": quoted}),
        observed.live.get(quoted, observed.token),
        observed.live.get(UNI_A, quoted),
        observed.live.get(UNI_A, observed.token, headers={"Last-Event-ID": quoted}),
    ]
    assert [answer.status_code for answer in mistakes[:2]] == [201, 201]
    with observed.reader() as reader:
        form = f"{observed.address}/t/{UNI_A}/agreements/new"
        token = hidden(reader.get(form).text)
        for answer in (
            reader.get(f"/t/{UNI_A}/find", params={"q": NAME}),
            reader.get(f"/{quoted}"),
            reader.post(form, data={"csrf_token": token, "/title": NAME, NAME: NAME}),
            reader.post(form, data={"csrf_token": quoted, "/title": NAME}),
            reader.post("/sign-in", data={"csrf_token": token, "key": NAME}),
        ):
            assert answer.status_code < 500, answer.text
    # what no view can read
    data = json.dumps({"clause": NAME}).encode()
    observed.store.append_rows(UNI_A, [Row("agreements/never", 1, ClauseAdded.TYPE, datetime.now(UTC), data)])
    eventually(lambda: any("parked" in line for line in observed.programs["project"].said), "the tenant is parked")
    eventually(lambda: folded(observed), "all is folded")
    with observed.database.connect("admin") as admin:
        admin.execute("ALTER VIEW views.agreements RENAME TO elsewhere")
        try:
            broken = observed.ask("GET", f"{path}/agreements?title={quoted}")
            broken = broken if broken.status_code == 500 else observed.ask("GET", f"{path}/agreements")
        finally:
            admin.execute("ALTER VIEW views.elsewhere RENAME TO agreements")
    assert broken.status_code == 500
    eventually(lambda: any('"unexpected"' in line for line in observed.programs["serve"].said), "the error is logged")

    scraped = [httpx.get(address, timeout=60).text for address in observed.metrics.values()]
    secret = observed.token.rpartition("_")[2]
    said = "\n".join([*observed.logged, *scraped])
    sent = b"\n".join(observed.collector.bodies)
    assert len(observed.logged) > 20
    assert sent
    for told in (NAME, quoted, json.dumps(NAME).strip('"'), "Quillfeather", secret):
        assert not re.search(re.escape(told), said), [line for line in said.splitlines() if told in line][:3]
        assert told.encode() not in sent
