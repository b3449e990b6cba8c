"""Many commands in one request: all or none, or all that are not refused; each with its own policy, mistakes with their
place."""

from __future__ import annotations

from typing import Any

import pytest

from baseplus.kernel.access import Role
from infra.postgres.database import Database
from infra.settings import read_settings
from tests.http.serving import CLAUSE, DRAFT, NORTH, Api, refused, serving


def draft(thing: str, **more: Any) -> dict[str, Any]:
    return {"command": "agreements.draft", "id": thing, **DRAFT, **more}


def clause(thing: str, **more: Any) -> dict[str, Any]:
    return {"command": "agreements.add_clause", "id": thing, **CLAUSE, **more}


def test_many_commands_happen_together(api: Api) -> None:
    headers = api.key()
    before = api.position()
    answer = api.post(f"{NORTH}/bulk", headers, {"commands": [draft("a-1"), clause("a-1"), draft("a-2")]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Consistency-Token"] == str(before + 3)
    assert answer.get_json() == {
        "position": before + 3,
        "commands": [
            {"command": "agreements.draft", "id": "a-1"},
            {"command": "agreements.add_clause", "id": "a-1"},
            {"command": "agreements.draft", "id": "a-2"},
        ],
        "events": [
            {
                "position": before + 1,
                "stream": "agreements/a-1",
                "version": 1,
                "type": "agreements.agreement_drafted.v1",
            },
            {"position": before + 2, "stream": "agreements/a-1", "version": 2, "type": "agreements.clause_added.v1"},
            {
                "position": before + 3,
                "stream": "agreements/a-2",
                "version": 1,
                "type": "agreements.agreement_drafted.v1",
            },
        ],
        "refused": [],
    }


def test_each_command_counts_against_the_budget(database: Database) -> None:
    with serving(database, settings=read_settings({"BASEPLUS_RATE_LIMIT": "5"})) as api:
        headers = api.key()
        three = api.post(f"{NORTH}/bulk", headers, {"commands": [draft("a-1"), draft("a-2"), draft("a-3")]})
        assert three.headers["RateLimit"].startswith('"key";r=2;t=')
        # what was let in is answered, though it is more than was left
        more = api.post(f"{NORTH}/bulk", headers, {"commands": [draft(f"b-{number}") for number in range(9)]})
        assert (three.status_code, more.status_code) == (200, 200)
        assert more.headers["RateLimit"].startswith('"key";r=0;t=')
        refused(api.post(f"{NORTH}/bulk", headers, {"commands": [draft("c-1")]}), 429, "rate_limited")


def test_a_repetition_is_answered_as_the_first_time_with_the_ids_that_were_made(api: Api) -> None:
    headers = api.key() | {"Idempotency-Key": "bulk-1"}
    unnamed = {"command": "agreements.draft", **DRAFT}
    first = api.post(f"{NORTH}/bulk", headers, {"commands": [unnamed, unnamed]})
    length = api.position()
    again = api.post(f"{NORTH}/bulk", headers, {"commands": [unnamed, unnamed]})
    assert (again.status_code, again.data, again.headers["Consistency-Token"]) == (200, first.data, str(length))
    assert len({given["id"] for given in first.get_json()["commands"]}) == 2
    assert api.position() == length
    refused(api.post(f"{NORTH}/bulk", headers, {"commands": [unnamed]}), 422, "idempotency_key_reused")


def test_where_one_is_refused_none_has_happened(api: Api) -> None:
    headers = api.key()
    before = api.position()
    answer = api.post(
        f"{NORTH}/bulk", headers, {"commands": [draft("a-1"), clause("a-1"), clause("a-1"), draft("a-2")]}
    )
    problem = refused(answer, 409, "clause_exists")
    assert problem["facts"] == {"command": 2, "clause": "hire"}
    assert [error["pointer"] for error in problem["errors"]] == ["/commands/2"]
    assert api.position() == before


def test_each_command_that_the_rules_refuse_is_named(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    before = api.position()
    commands = [clause("a-1"), draft("a-2"), draft("a-1"), clause("a-9")]
    problem = refused(api.post(f"{NORTH}/bulk", headers, {"commands": commands}), 409, "clause_exists")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("/commands/0", "clause_exists"),
        ("/commands/2", "agreement_exists"),
        ("/commands/3", "no_such_agreement"),
    ]
    assert api.position() == before


def test_commands_that_cannot_be_read_and_those_that_the_rules_refuse_are_named_together(api: Api) -> None:
    headers = api.key()
    commands = [draft("a-1", title=7), draft("a-2"), clause("a-2"), clause("a-2"), draft("A 3")]
    problem = refused(api.post(f"{NORTH}/bulk", headers, {"commands": commands}), 422, "invalid_input")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/commands/0/title",
        "/commands/4/id",
        "/commands/3",
    ]
    assert problem["detail"].startswith("3 values are wrong")


def test_where_some_are_refused_the_others_are_recorded_if_that_is_asked_for(api: Api) -> None:
    headers = api.key() | {"Idempotency-Key": "class-1"}
    before = api.position()
    commands = [draft("a-1"), clause("a-1"), clause("a-1"), draft("a-2", title=7), draft("a-3"), clause("a-9")]
    body = {"commands": commands, "partial": True}
    answer = api.post(f"{NORTH}/bulk", headers, body)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert [one["id"] for one in told["commands"]] == ["a-1", "a-1", "a-3"]
    assert [one["type"].split(".")[1] for one in told["events"]] == [
        "agreement_drafted",
        "clause_added",
        "agreement_drafted",
    ]
    assert [(one["index"], one["code"]) for one in told["refused"]] == [
        (2, "clause_exists"),
        (3, "invalid_input"),
        (5, "no_such_agreement"),
    ]
    assert told["refused"][0]["facts"] == {"clause": "hire"}
    assert [error["pointer"] for error in told["refused"][1]["errors"]] == ["/commands/3/title"]
    assert api.position() == told["position"] == before + 3
    again = api.post(f"{NORTH}/bulk", headers, body)
    assert (again.status_code, again.data) == (200, answer.data)
    assert api.position() == before + 3
    refused(api.post(f"{NORTH}/bulk", headers, {"commands": commands}), 422, "invalid_input")
    refused(api.post(f"{NORTH}/bulk", headers, body | {"commands": commands[:3]}), 422, "idempotency_key_reused")


def test_what_may_not_be_given_is_refused_alone_where_the_others_are_recorded(api: Api) -> None:
    api.draft(api.key())
    decline = {"command": "agreements.decline", "id": "a-1", "party": "qinglan", "reason": "no"}
    enterprise = api.key(Role.ENTERPRISE, own="yunchuan")
    body = {"commands": [decline, draft("a-2")], "partial": True}
    before = api.position()
    told = api.post(f"{NORTH}/bulk", enterprise, body).get_json()
    assert [(one["index"], one["code"]) for one in told["refused"]] == [(0, "not_your_own"), (1, "not_permitted")]
    assert (told["commands"], told["events"], api.position()) == ([], [], before)


def test_every_mistake_of_every_command_is_named(api: Api) -> None:
    commands = [
        draft("A 1", title=7),
        {"command": "agreements.sing", "id": "a-1"},
        {"id": "a-1"},
        7,
        {"command": "agreements.propose"},
        {"command": "agreements.sign", "id": "a-1", "party": "Yunchuan", "digest": "0", "why": ""},
    ]
    answer = api.post(f"{NORTH}/bulk", api.key(), {"commands": commands})
    places = [error["pointer"] for error in refused(answer, 422, "invalid_input")["errors"]]
    assert places == [
        "/commands/0/id",
        "/commands/0/title",
        "/commands/1/command",
        "/commands/2/command",
        "/commands/3",
        "/commands/4/id",
        "/commands/5/party",
        "/commands/5/digest",
        "/commands/5/why",
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/commands"),
        ({"commands": {}}, "/commands"),
        ({"commands": []}, "/commands"),
        ({"commands": [{}] * 1001}, "/commands"),
        ({"commands": [draft("a-1")], "dry": True}, "/dry"),
        ({"commands": [draft("a-1")], "partial": "yes"}, "/partial"),
    ],
)
def test_what_is_around_the_commands_has_one_form(api: Api, body: object, pointer: str) -> None:
    problem = refused(api.post(f"{NORTH}/bulk", api.key(), body), 422, "invalid_input")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_each_command_is_put_to_its_own_policy(api: Api) -> None:
    api.draft(api.key())
    sign = {"command": "agreements.decline", "id": "a-1", "party": "yunchuan", "reason": "no"}
    enterprise = api.key(Role.ENTERPRISE, own="yunchuan")
    problem = refused(api.post(f"{NORTH}/bulk", enterprise, {"commands": [sign, draft("a-2")]}), 403, "not_permitted")
    assert problem["facts"] == {"command": 1, "role": "enterprise", "action": "agreements.draft"}
    others = sign | {"party": "qinglan"}
    problem = refused(api.post(f"{NORTH}/bulk", enterprise, {"commands": [sign, others]}), 403, "not_your_own")
    assert problem["facts"] == {"command": 1, "field": "party", "own": "yunchuan"}
    refused(api.post(f"{NORTH}/bulk", enterprise, {"commands": [sign]}), 409, "wrong_state")
    refused(api.post(f"{NORTH}/bulk", api.key(Role.REGULATOR), data=b"{"), 403, "not_permitted")


def test_commands_that_need_what_was_published_find_it(api: Api) -> None:
    digest = "0" * 64
    issue = {"command": "keys.issue_key", "id": "k-new", "role": "staff", "label": "for a test", "digest": digest}
    answer = api.post(f"{NORTH}/bulk", api.key(), {"commands": [issue]})
    assert [event["type"] for event in answer.get_json()["events"]] == ["tenancy.api_key_issued.v1"]
    problem = refused(
        api.post(f"{NORTH}/bulk", api.key(), {"commands": [issue | {"role": "operator"}]}), 409, "key_issued_already"
    )
    assert problem["facts"] == {"command": 0}
