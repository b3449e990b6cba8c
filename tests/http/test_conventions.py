"""What holds for every command and query: keys, versions, tokens, pages, tags, limits, CSV."""

from __future__ import annotations

import csv
import io

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.settings import read_settings
from projections.agreements.views import Agreements
from tests.http.serving import CLAUSE, DRAFT, NORTH, SOUTH, Api, refused, serving


def test_a_new_thing_is_told_where_it_is(api: Api) -> None:
    headers = api.key()
    drafted = api.post(f"{NORTH}/agreements", headers, DRAFT | {"id": "a-1"})
    assert (drafted.status_code, drafted.headers["Location"]) == (201, "/v1/north/agreements/a-1")
    assert (drafted.headers["ETag"], drafted.headers["Consistency-Token"]) == ('"1"', str(api.position()))
    assert drafted.json == {
        "id": "a-1",
        "stream": "agreements/a-1",
        "version": 1,
        "position": api.position(),
        "events": ["agreements.agreement_drafted.v1"],
    }
    assert "Location" not in api.post(f"{NORTH}/agreements/a-1/clauses", headers, CLAUSE).headers


def test_a_repetition_with_its_key_is_answered_as_the_first_time(api: Api) -> None:
    headers = api.key() | {"Idempotency-Key": "draft-1"}
    first = api.post(f"{NORTH}/agreements", headers, DRAFT)
    api.post(f"{NORTH}/agreements/{first.get_json()['id']}/clauses", api.key(), CLAUSE)
    length = api.position()
    again = api.post(f"{NORTH}/agreements", headers, DRAFT)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    for name in ("ETag", "Location", "Consistency-Token", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert api.position() == length


def test_a_repetition_is_answered_alike_even_after_others_went_on(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    keyed = headers | {"Idempotency-Key": "clause"}
    first = api.post(f"{NORTH}/agreements/a-1/clauses", keyed, CLAUSE | {"clause": "second"})
    api.post(f"{NORTH}/agreements/a-1/clauses", headers, CLAUSE | {"clause": "third"})
    again = api.post(f"{NORTH}/agreements/a-1/clauses", keyed | {"If-Match": '"2"'}, CLAUSE | {"clause": "second"})
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])


@pytest.mark.parametrize("change", [{"title": "Another"}, {"id": "a-9"}])
def test_a_key_is_for_one_request_only(api: Api, change: dict[str, str]) -> None:
    headers = api.key() | {"Idempotency-Key": "draft-1"}
    assert api.post(f"{NORTH}/agreements", headers, DRAFT).status_code == 201
    problem = refused(api.post(f"{NORTH}/agreements", headers, DRAFT | change), 422, "idempotency_key_reused")
    assert problem["errors"] == [{"header": "Idempotency-Key", "detail": "came with another request before"}]
    assert "facts" not in problem


def test_each_caller_has_keys_of_its_own(api: Api) -> None:
    ids = set()
    for _ in range(2):
        drafted = api.post(f"{NORTH}/agreements", api.key() | {"Idempotency-Key": "1"}, DRAFT)
        assert drafted.status_code == 201
        ids.add(drafted.get_json()["id"])
    assert len(ids) == 2


def test_without_key_and_id_each_request_makes_a_thing_of_its_own(api: Api) -> None:
    headers = api.key()
    ids = {api.post(f"{NORTH}/agreements", headers, DRAFT).get_json()["id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_version_that_was_overtaken_is_refused_with_the_new_one(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    at = f"{NORTH}/agreements/a-1/clauses"
    answer = api.post(at, headers | {"If-Match": '"1"'}, CLAUSE | {"clause": "c-2"})
    refused(answer, 412, "version_conflict")
    assert answer.headers["ETag"] == '"2"'
    assert api.post(at, headers | {"If-Match": '"2"'}, CLAUSE | {"clause": "c-2"}).headers["ETag"] == '"3"'


def test_what_is_not_there_is_not_found(api: Api) -> None:
    headers = api.key()
    refused(api.post(f"{NORTH}/agreements/none/propose", headers), 404, "not_found")
    refused(api.get(f"{NORTH}/agreements/none", headers), 404, "not_found")


def test_the_rules_say_no_with_their_facts(api: Api) -> None:
    headers = api.key()
    api.draft(headers)
    problem = refused(api.post(f"{NORTH}/agreements/a-1/clauses", headers, CLAUSE), 409, "clause_exists")
    assert problem["facts"] == {"clause": "hire"}
    assert problem["detail"].startswith("Clause exists: clause hire. Nothing was recorded")


def test_a_read_with_the_token_of_a_write_sees_it(api: Api) -> None:
    headers = api.key()
    with api.projecting():
        for number in range(10):
            drafted = api.post(f"{NORTH}/agreements", headers, DRAFT | {"id": f"a-{number}"})
            token = {"Consistency-Token": drafted.headers["Consistency-Token"]}
            assert api.get(f"{NORTH}/agreements/a-{number}", headers | token).status_code == 200


def test_a_read_that_cannot_see_what_it_must_says_when_to_come_back(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    headers = api.key()
    token = {"Consistency-Token": api.draft(headers)}
    answer = api.get(f"{NORTH}/agreements", headers | token)
    problem = refused(answer, 503, "views_behind")
    assert int(answer.headers["Retry-After"]) > 0
    (line,) = (vars(record) for record in caplog.records if record.message == "unavailable")
    assert (line["code"], line["reason"]) == ("views_behind", "the read models stood at 0")
    assert "reason" not in problem["facts"], "what parts of ours say is for whoever runs them"


def test_a_read_that_must_see_what_its_view_could_not_fold_is_told_so(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = api.key()

    def mistaken(*_: object) -> None:
        raise ValueError("a mistake in the view")

    monkeypatch.setattr(Agreements, "evolve", mistaken)
    token = {"Consistency-Token": api.draft(headers)}
    with api.projecting():
        assert api.parts.reader.wait(NORTH, api.position(), patience=60)
        for path, asked in ((f"{NORTH}/agreements/a-1", {}), (f"{NORTH}/agreements", {"format": "csv"})):
            problem = refused(api.get(path, headers | token, **asked), 503, "view_stands_still")
            assert problem["facts"] == {"view": "agreements", "position": api.position() - 1}
        assert api.get(f"{NORTH}/mentors", headers | token).status_code == 200
        assert api.get(f"{NORTH}/agreements", headers).get_json()["rows"] == [], "as it stands"


def test_a_token_beyond_the_history_is_not_waited_for(api: Api) -> None:
    answer = api.get(f"{NORTH}/agreements", api.key() | {"Consistency-Token": "1000000"})
    refused(answer, 400, "malformed_header")


def test_pages_join_up_and_an_unchanged_page_is_not_sent_again(api: Api) -> None:
    headers = api.key()
    made = [f"a-{number:02}" for number in range(7)]
    with api.projecting():
        for thing in made:
            token = api.draft(headers, thing)
        seen: list[str] = []
        asked: dict[str, object] = {"limit": 3}
        while True:
            page = api.get(f"{NORTH}/agreements", headers | {"Consistency-Token": token}, **asked)
            seen += [row["id"] for row in page.get_json()["rows"]]
            assert page.get_json()["has_more"] is (page.get_json()["cursor"] is not None)
            if not page.get_json()["has_more"]:
                break
            asked["cursor"] = page.get_json()["cursor"]
    assert seen == made
    tag = page.headers["ETag"]
    assert tag.startswith('W/"')
    same = api.get(f"{NORTH}/agreements", headers | {"If-None-Match": tag}, **asked)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert api.get(f"{NORTH}/agreements", headers | {"If-None-Match": tag}).status_code == 200


def test_a_list_as_csv_has_all_rows_and_no_formula(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = api.key()
    monkeypatch.setattr("infra.http.queries.MOST", 2)
    titles = ["=cmd|'/C calc'!A0", '+1 "x", y', "-2", "@sum(A1)", "青岚 · Müller"]
    with api.projecting():
        for number, title in enumerate(titles):
            drafted = api.post(f"{NORTH}/agreements", headers, DRAFT | {"id": f"a-{number}", "title": title})
        token = {"Consistency-Token": drafted.headers["Consistency-Token"]}
        by_parameter = api.get(f"{NORTH}/agreements", headers | token, format="csv")
    by_header = api.get(f"{NORTH}/agreements", headers | {"Accept": "text/csv"})
    assert by_parameter.data == by_header.data
    assert by_parameter.content_type == "text/csv; charset=utf-8; header=present"
    assert by_parameter.data.count(b"\r\n") == by_parameter.data.count(b"\n") == 6
    rows = list(csv.DictReader(io.StringIO(by_parameter.text)))
    assert [row["title"] for row in rows] == [f"'{title}" if title[0] in "=+@" else title for title in titles]
    one = api.get(f"{NORTH}/agreements", headers, format="csv", limit=2)
    assert len(list(csv.DictReader(io.StringIO(one.text)))) == 2
    following = one.headers["Link"].removeprefix("<").partition(">")[0]
    two = api.client.get(following, headers=headers)
    assert [row["id"] for row in csv.DictReader(io.StringIO(two.text))] == ["a-2", "a-3"]


def test_whoever_may_read_only_their_own_is_shown_their_own(api: Api) -> None:
    staff = api.key()
    api.draft(staff, "a-1")
    other = [DRAFT["parties"][0], {"id": "hengtai", "kind": "enterprise", "name": "Hengtai Motors"}]
    drafted = api.post(f"{NORTH}/agreements", staff, DRAFT | {"id": "a-2", "parties": other})
    token = {"Consistency-Token": drafted.headers["Consistency-Token"]}
    enterprise = api.key(Role.ENTERPRISE, own="yunchuan")
    with api.projecting():
        assert [row["id"] for row in api.get(f"{NORTH}/agreements", enterprise | token).get_json()["rows"]] == ["a-1"]
    assert api.get(f"{NORTH}/agreements", enterprise, party="yunchuan").status_code == 200
    problem = refused(api.get(f"{NORTH}/agreements", enterprise, party="hengtai"), 403, "not_your_own")
    assert problem["facts"] == {"field": "party", "own": "yunchuan"}
    refused(api.get(f"{NORTH}/agreements/a-2", enterprise), 404, "not_found")
    assert api.get(f"{NORTH}/agreements/a-1", enterprise).status_code == 200


def test_a_key_without_anybody_behind_it_owns_nothing(api: Api) -> None:
    body = {"party": "yunchuan", "digest": "0" * 64}
    refused(
        api.post(f"{NORTH}/agreements/a-1/sign", api.key(Role.ENTERPRISE, own="hengtai"), body), 403, "not_your_own"
    )


def test_a_budget_is_told_and_once_spent_refused(database: Database) -> None:
    settings = read_settings({"BASEPLUS_RATE_LIMIT": "3"})
    with serving(database, settings=settings) as api:
        one, other = api.key(), api.key(tenant=SOUTH)
        for left in (2, 1, 0):
            answer = api.get(f"{NORTH}/agreements", one)
            assert answer.headers["RateLimit-Policy"] == '"key";q=3;w=60'
            assert answer.headers["RateLimit"].startswith(f'"key";r={left};t=')
            assert "Retry-After" not in answer.headers
        answer = api.get(f"{NORTH}/agreements", one)
        problem = refused(answer, 429, "rate_limited")
        assert int(answer.headers["Retry-After"]) == problem["facts"]["retry_after_s"] > 0
        assert answer.headers["RateLimit"].startswith('"key";r=0;t=')
        assert api.get(f"{SOUTH}/agreements", other).status_code == 200


def test_what_happened_says_who_did_it_and_in_which_conversation(api: Api) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = api.key() | {"X-Request-Id": "from-the-proxy", "traceparent": trace}
    drafted = api.post(f"{NORTH}/agreements", headers, DRAFT)
    (event,) = api.parts.store.history(NORTH, after=api.position() - 1)
    assert (event.actor, event.correlation, event.traceparent) == ("k-0", "from-the-proxy", trace)
    assert drafted.headers["X-Request-Id"] == "from-the-proxy"


@pytest.mark.parametrize(
    "given", ["nonsense", "ff-" + "1" * 32 + "-" + "1" * 16 + "-01", "00-" + "0" * 32 + "-" + "1" * 16 + "-01"]
)
def test_a_trace_context_of_another_form_is_begun_anew(api: Api, given: str) -> None:
    headers = api.key() | {"traceparent": given, "X-Request-Id": "no\tid"}
    api.post(f"{NORTH}/agreements", headers, DRAFT)
    (event,) = api.parts.store.history(TenantId(NORTH), after=api.position() - 1)
    assert event.traceparent
    assert event.traceparent != given
    assert event.correlation
    assert event.correlation != "no\tid"
