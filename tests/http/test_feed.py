"""The feed of a tenant's history: CloudEvents in order, with the names that they have on Kafka."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from werkzeug.test import TestResponse

from baseplus.kernel.access import Role
from infra.kafka.envelope import to_headers
from tests.http.serving import NORTH, Api, refused


def batch(answer: TestResponse) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.mimetype) == (200, "application/cloudevents-batch+json"), answer.text
    events = answer.get_json(force=True)
    assert isinstance(events, list)
    return events


def test_the_feed_has_the_whole_history_in_order_a_batch_at_a_time(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    seen: list[str] = []
    path = f"/v1/{NORTH}/events?limit=2"
    while True:
        answer = api.client.get(path, headers=headers)
        seen += [event["sequence"] for event in batch(answer)]
        if "Link" not in answer.headers:
            break
        assert answer.headers["Feed-Position"] == seen[-1]
        path = answer.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
    assert seen == [str(position) for position in range(1, api.position() + 1)]


def test_whoever_comes_back_gets_what_happened_since(api: Api) -> None:
    headers = api.key()
    reached = api.get(f"{NORTH}/events", headers).headers["Feed-Position"]
    assert batch(api.get(f"{NORTH}/events", headers, after=reached)) == []
    api.draft(headers)
    since = batch(api.get(f"{NORTH}/events", headers, after=reached))
    assert [event["type"] for event in since] == ["agreements.agreement_drafted.v1", "agreements.clause_added.v1"]


def test_an_event_reads_as_on_kafka_and_as_the_official_sdk_does(api: Api) -> None:
    headers = api.key() | {"X-Request-Id": "request-1"}
    api.draft(headers)
    (stored,) = api.parts.store.history(NORTH, after=api.position() - 1)
    (event,) = batch(api.get(f"{NORTH}/events", headers, after=api.position() - 1))
    on_kafka = {name.removeprefix("ce_"): value.decode() for name, value in to_headers(stored)}
    media = on_kafka.pop("content-type")
    assert event == {**on_kafka, "datacontenttype": media, "data": json.loads(stored.data)}
    read = JSONFormat().read(None, json.dumps(event))
    assert (read.get_id(), read.get_subject()) == (f"{NORTH}/{api.position()}", "agreements/a-1")
    assert read.get_extension("correlationid") == "request-1"


def test_the_feed_shows_one_thing_or_one_type_and_says_how_far_it_looked(api: Api) -> None:
    headers = api.key()
    for thing in ("a-1", "a-2", "a-3"):
        api.draft(headers, thing)
    of_one = api.get(f"{NORTH}/events", headers, stream="agreements/a-2")
    assert [event["streamversion"] for event in batch(of_one)] == ["1", "2"]
    assert of_one.headers["Feed-Position"] == str(api.position())
    drafts = api.get(f"{NORTH}/events", headers, type="agreements.agreement_drafted.v1", limit=2)
    assert [event["subject"] for event in batch(drafts)] == ["agreements/a-1", "agreements/a-2"]
    assert "type=agreements.agreement_drafted.v1" in drafts.headers["Link"]


def test_an_unchanged_batch_is_not_sent_again(api: Api) -> None:
    headers = api.key()
    tag = api.get(f"{NORTH}/events", headers, limit=1).headers["ETag"]
    assert api.get(f"{NORTH}/events", headers | {"If-None-Match": tag}, limit=1).status_code == 304


@pytest.mark.parametrize("role", [Role.MENTOR, Role.ENTERPRISE])
def test_the_feed_is_for_staff_and_regulators(api: Api, role: Role) -> None:
    assert api.get(f"{NORTH}/events", api.key(Role.REGULATOR)).status_code == 200
    refused(api.get(f"{NORTH}/events", api.key(role)), 403, "not_permitted")


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"after": -1}, "after"),
        ({"after": 2**53}, "after"),
        ({"type": "x"}, "type"),
        ({"stream": "a"}, "stream"),
        ({"q": 1}, "q"),
    ],
)
def test_a_wrong_parameter_is_named(api: Api, asked: dict[str, Any], parameter: str) -> None:
    problem = refused(api.get(f"{NORTH}/events", api.key(), **asked), 422, "invalid_input")
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


def test_what_comes_after_a_position_beyond_the_history_is_refused(api: Api) -> None:
    headers = api.key()
    ends = api.position()
    assert batch(api.get(f"{NORTH}/events", headers, after=ends)) == []
    problem = refused(api.get(f"{NORTH}/events", headers, after=ends + 1), 404, "beyond_the_history")
    assert problem["facts"] == {"after": ends + 1, "ends": ends}
