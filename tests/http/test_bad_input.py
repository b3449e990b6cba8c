"""Each way to be wrong is answered with a problem that says what to do, and leaves nothing behind."""

from __future__ import annotations

import json

import pytest

from baseplus.kernel.access import Role
from tests.http.serving import DRAFT, NORTH, Api, nothing_stored, refused


@pytest.fixture
def api(shared_api: Api) -> Api:
    return shared_api


HOSTILE = {
    "nothing that is declared": (b"", "malformed_json"),
    "broken off": (b'{"title":', "malformed_json"),
    "two values": (b"{} {}", "malformed_json"),
    "NaN": (b'{"title":NaN}', "malformed_json"),
    "Infinity": (b'{"title":-Infinity}', "malformed_json"),
    "a number beyond all": (b'{"title":1e999}', "malformed_json"),
    "a number of 6,000 digits": (b'{"title":' + b"9" * 6000 + b"}", "malformed_json"),
    "a name twice": (b'{"title":"a","title":"b","parties":[]}', "malformed_json"),
    "a name twice, deep inside": (b'{"parties":[{"id":"a","id":"b"}]}', "malformed_json"),
    "Latin-1": (b'{"title":"\xff"}', "malformed_json"),
    "UTF-16": (json.dumps(DRAFT).encode("utf-16"), "malformed_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "malformed_json"),
    "half a surrogate": (b'{"title":"\\ud800"}', "malformed_json"),
    "100,000 lists": (b"[" * 100_000, "malformed_json"),
    "50,000 objects": (b'{"a":' * 50_000, "malformed_json"),
    "50,000 objects that end": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "malformed_json"),
    "a comment": (b"{} // all", "malformed_json"),
    "a list": (b"[]", "invalid_input"),
    "nothing": (b"null", "invalid_input"),
    "text": (b'"draft"', "invalid_input"),
    "NUL": (b'{"title":"a\\u0000","parties":[]}', "invalid_input"),
    "NUL in a name": (b'{"a\\u0000":1}', "invalid_input"),
    "500 objects that end": (b'{"a":' * 500 + b"1" + b"}" * 500, "invalid_input"),
    "500 lists where text belongs": (b'{"title":' + b"[" * 500 + b"]" * 500 + b"}", "invalid_input"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_body_is_refused_and_nothing_stored(api: Api, kind: str) -> None:
    raw, code = HOSTILE[kind]
    headers = api.key() | {"Idempotency-Key": "k"}
    with nothing_stored(api):
        answer = api.post(f"{NORTH}/agreements", headers, data=raw, content_type="application/json")
        refused(answer, 400 if code == "malformed_json" else 422, code)
    assert api.post(f"{NORTH}/agreements", headers, DRAFT).status_code == 201, "the key was spent on what was refused"


def test_every_mistake_is_named_with_its_place(api: Api) -> None:
    body = {
        "title": "two\nlines",
        "parties": [{"id": "Not An Id", "kind": "club"}, {"kind": "school", "nmae": "x"}, 7],
        "starts": "2026-02-30",
        "vocational": "yes",
        "a/b~c": 1,
        "id": "UPPER",
    }
    an_id = "must be an id: 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit"
    headers = api.key()
    with nothing_stored(api):
        problem = refused(api.post(f"{NORTH}/agreements", headers, body), 422, "invalid_input")
    assert {error["pointer"]: error["detail"] for error in problem["errors"]} == {
        "/id": an_id,
        "/title": "must be 1 to 200 characters on one line",
        "/parties/0/id": an_id,
        "/parties/0/kind": "must be one of school, enterprise, association, apprentice",
        "/parties/1/id": "is missing",
        "/parties/1/nmae": "no such field",
        "/parties/2": "must be an object",
        "/starts": "must be a day, like 2026-03-01",
        "/vocational": "Expected bool, got str",
        "/a~1b~0c": "no such field",
    }
    assert problem["detail"] == "10 values are wrong: mend what `errors` names. Nothing was recorded."


def test_the_kind_that_a_part_says_it_is_decides_what_it_needs(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    path, clause = f"{NORTH}/agreements/a-1/clauses", {"clause": "c", "party": "yunchuan", "text": "…"}
    due = {"fulfilled_by": ["mentoring.guidance_given.v1"], "due": {"rule": "sometimes"}}
    with nothing_stored(api):
        problem = refused(api.post(path, headers, clause | {"obligation": due}), 422, "invalid_input")
    assert problem["errors"] == [{"pointer": "/obligation/due/rule", "detail": "must be one of by_date, every"}]
    due["due"] = {"rule": "every", "months": 2.5, "first": "2026-03-31"}
    with nothing_stored(api):
        problem = refused(api.post(path, headers, clause | {"obligation": due}), 422, "invalid_input")
    assert [error["pointer"] for error in problem["errors"]] == ["/obligation/due/months"]
    due["due"] = {"rule": "every", "months": 2.0, "first": "2026-03-31"}
    assert api.post(path, headers, clause | {"obligation": due}).status_code == 200


@pytest.mark.parametrize("occurrence", [2.5, "2", True, None, 0, -1, 100_001, 10**30, 1e300])
def test_what_is_no_whole_number_in_its_limits_is_refused(api: Api, occurrence: object) -> None:
    headers, body = api.key(), {"clause": "c", "occurrence": occurrence, "evidence": []}
    with nothing_stored(api):
        problem = refused(api.post(f"{NORTH}/agreements/a-1/obligations/fulfil", headers, body), 422, "invalid_input")
    assert {error["pointer"] for error in problem["errors"]} == {"/occurrence", "/evidence"}


def test_a_body_beyond_the_limit_is_refused_unread(api: Api) -> None:
    limit, headers = api.parts.settings.body_limit, api.key()
    # valid but for its size
    body = json.dumps(DRAFT).encode().ljust(limit + 1)
    with nothing_stored(api):
        answer = api.post(f"{NORTH}/agreements", headers, data=body, content_type="application/json")
    assert refused(answer, 413, "body_too_large")["facts"] == {"limit_bytes": limit}


@pytest.mark.parametrize(
    "media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_another_media_type_is_refused(api: Api, media: str) -> None:
    headers = api.key()
    with nothing_stored(api):
        answer = api.post(f"{NORTH}/agreements", headers, data=json.dumps(DRAFT), content_type=media)
    refused(answer, 415, "json_expected")
    assert answer.headers["Accept-Post"] == "application/json"


def test_a_body_without_a_media_type_is_refused_and_no_body_is_an_empty_one(api: Api) -> None:
    headers = api.key()
    api.draft(headers, "a-2")
    with nothing_stored(api):
        refused(api.post(f"{NORTH}/agreements/a-2/propose", headers, data=b"{}"), 415, "json_expected")
    assert api.post(f"{NORTH}/agreements/a-2/propose", headers).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("limit=2.5", "limit", "must be a whole number from 1 to 1000"),
        ("limit=0", "limit", "must be a whole number from 1 to 1000"),
        ("limit=1001", "limit", "must be a whole number from 1 to 1000"),
        ("limit=%D9%A3", "limit", "must be a whole number from 1 to 1000"),
        ("limit=", "limit", "must be a whole number from 1 to 1000"),
        ("limit=5&limit=5", "limit", "is given twice"),
        ("lmit=5", "lmit", "no such field"),
        ("state=asleep", "state", "must be one of declined, draft, expired, in_force, proposed, suspended, terminated"),
        ("cursor=%20", "cursor", "must be a cursor that a page gave"),
        ("cursor=x", "cursor", "is not one that we gave; leave it out to begin anew"),
        ("cursor=WyJcdTAwMDAiXQ", "cursor", "is not one that we gave; leave it out to begin anew"),
        ("cursor=WzFd", "cursor", "is not one that we gave; leave it out to begin anew"),
        ("format=xml", "format", "must be one of json, csv"),
        ("party=%00", "party", "must not hold the character NUL"),
    ],
)
def test_a_wrong_parameter_is_named(api: Api, query: str, parameter: str, detail: str) -> None:
    answer = api.client.get(f"/v1/{NORTH}/agreements?{query}", headers=api.key())
    assert refused(answer, 422, "invalid_input")["errors"] == [{"parameter": parameter, "detail": detail}]


def test_a_query_string_that_is_not_utf_8_is_refused(api: Api) -> None:
    refused(api.client.get(f"/v1/{NORTH}/agreements?party=%ff", headers=api.key()), 400, "malformed_query")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", ""),
        ("Idempotency-Key", "x" * 201),
        ("Idempotency-Key", "two words"),
        ("If-Match", "3"),
        ("If-Match", "*"),
        ("If-Match", 'W/"3"'),
        ("If-Match", '"3", "4"'),
    ],
)
def test_a_header_of_another_form_is_refused(api: Api, name: str, value: str) -> None:
    headers = api.key() | {name: value}
    with nothing_stored(api):
        problem = refused(api.post(f"{NORTH}/agreements", headers, DRAFT), 400, "malformed_header")
    assert [error["header"] for error in problem["errors"]] == [name]


@pytest.mark.parametrize("token", ["", "x", "-1", "1.0", "9" * 30, "01"])
def test_a_consistency_token_of_another_form_is_refused(api: Api, token: str) -> None:
    headers = api.key() | {"Consistency-Token": token}
    problem = refused(api.get(f"{NORTH}/agreements", headers), 400, "malformed_header")
    assert [error["header"] for error in problem["errors"]] == ["Consistency-Token"]


def test_an_unknown_path_and_a_wrong_method_are_problems_too(api: Api) -> None:
    headers = api.key()
    for path in ("/v1/north/nothing", "/v1//north/agreements", "/v1/north/agreements/", "/v1/NORTH/agreements", "/x"):
        refused(api.client.get(path, headers=headers), 404, "no_such_path")
        with nothing_stored(api):
            refused(api.client.post(path, headers=headers, json=DRAFT), 404, "no_such_path")
    with nothing_stored(api):
        for method in ("PUT", "PATCH", "DELETE"):
            answer = api.client.open("/v1/north/agreements", method=method, headers=headers, json=DRAFT)
            refused(answer, 405, "method_not_allowed")
        refused(api.client.get("/v1/north/agreements/a-1/sign", headers=headers), 405, "method_not_allowed")
    assert refused(answer, 405, "method_not_allowed")["facts"] == {"allowed": ["GET", "HEAD", "POST"]}
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_nobody_learns_whether_another_tenant_exists(api: Api) -> None:
    headers = api.key()
    known = refused(api.get("south/agreements", headers), 403, "not_your_tenant")
    unknown = refused(api.get("nowhere/agreements", headers), 403, "not_your_tenant")
    for problem in (known, unknown):
        del problem["facts"], problem["request"], problem["detail"]
    assert known == unknown


@pytest.mark.parametrize("tenant", ["south", "nowhere"])
def test_a_command_to_another_tenant_or_to_none_is_refused_and_nothing_stored(api: Api, tenant: str) -> None:
    headers = api.key()
    with nothing_stored(api):
        refused(api.post(f"{tenant}/agreements", headers, DRAFT), 403, "not_your_tenant")


def test_without_a_key_nothing_is_said_about_paths(api: Api) -> None:
    for path in ("/v1/north/agreements", "/v1/north/nothing", "/v1/x"):
        for headers in ({}, {"Authorization": "Bearer bp_north_k-0_" + "a" * 52}, {"Authorization": "Basic eDp5"}):
            answer = api.client.get(path, headers=headers)
            refused(answer, 401, "not_signed_in")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="baseplus"'


def test_what_is_not_permitted_is_not_even_read(api: Api) -> None:
    mentor = api.key(Role.MENTOR)
    answer = api.post(f"{NORTH}/agreements", mentor, data=b"{", content_type="application/json")
    assert refused(answer, 403, "not_permitted")["facts"] == {"role": "mentor", "action": "agreements.draft"}


def test_an_answer_in_a_media_type_that_is_not_offered_is_refused(api: Api) -> None:
    headers = api.key()
    answer = api.get(f"{NORTH}/agreements", headers | {"Accept": "text/html"})
    assert refused(answer, 406, "not_acceptable")["facts"] == {"offered": ["application/json", "text/csv"]}
    assert (
        api.get(f"{NORTH}/agreements", headers | {"Accept": "text/html, */*;q=0.1"}).content_type == "application/json"
    )
