"""From an association's standard to an assessment by both sides, over HTTP, each by a key of its own."""

from __future__ import annotations

from typing import Any

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from tenants.model import TenantKind
from tests.http.serving import NORTH, SOUTH, Api, refused

MACHINISTS = TenantId("machinists")
STANDARD = {
    "id": "cnc",
    "occupation": "cnc-machinist",
    "title": "CNC machining",
    "criteria": [
        {"id": "turning", "title": "Turns a shaft to a drawing", "weight": 60},
        {"id": "safety", "title": "Works safely", "weight": 40},
    ],
}


def scored(turning: int, safety: int) -> list[dict[str, Any]]:
    evidence = [{"stream": "logbook/shaft-3", "position": 41}]
    return [
        {"criterion": "turning", "points": turning, "evidence": evidence},
        {"criterion": "safety", "points": safety},
    ]


def first_side(assessor: str = "t-he") -> dict[str, Any]:
    return {
        "id": "as-1",
        "apprenticeship": "ap-17",
        "adoption": "cnc-1",
        "side": "school",
        "assessor": assessor,
        "scores": scored(80, 95),
        "comment": "Works with care",
    }


@pytest.fixture(autouse=True)
def enrolled(api: Api) -> None:
    """An apprentice of the north."""
    body = {
        "id": "ap-17",
        "apprentice": "person-17",
        "name": "Shen Yutong",
        "base": "drives",
        "enterprise": "yunchuan",
        "occupation": "cnc-machinist",
        "agreement": "agr-2025-014",
    }
    assert api.post(f"{NORTH}/apprenticeships", api.key(), body).status_code == 201


@pytest.fixture
def adoption(api: Api) -> dict[str, Any]:
    """What a university sends to adopt the standard that an association has published."""
    api.register(MACHINISTS, TenantKind.ASSOCIATION)
    association = api.key(Role.ASSOCIATION, MACHINISTS)
    with api.projecting():
        published = api.post(f"{MACHINISTS}/standards", association, STANDARD)
        assert published.status_code == 201, published.text
        until = {"Consistency-Token": published.headers["Consistency-Token"]}
        row = api.get(f"{MACHINISTS}/standards/cnc", association | until).get_json()
    return {"id": "cnc-1", "association": MACHINISTS, "standard": "cnc", "version": 1, "digest": row["digest"]}


def test_a_standard_is_adopted_and_both_sides_assess_by_it(api: Api, adoption: dict[str, Any]) -> None:
    staff, tutor = api.key(), api.key(Role.MENTOR, own="t-he")
    master = api.key(Role.MENTOR, own="m-gao")
    assert api.post(f"{NORTH}/adoptions", staff, adoption).status_code == 201
    assert api.post(f"{NORTH}/assessments", tutor, first_side()).status_code == 201
    other = {"side": "enterprise", "assessor": "m-gao", "scores": scored(70, 90)}
    with api.projecting():
        told = api.post(f"{NORTH}/assessments/as-1/other-side", master, other)
        assert told.status_code == 200, told.text
        until = {"Consistency-Token": told.headers["Consistency-Token"]}
        shown = api.get(f"{NORTH}/assessments/as-1", master | until).get_json()
        listed = api.get(f"{NORTH}/assessments", tutor | until).get_json()
        stranger = api.get(f"{NORTH}/assessments/as-1", api.key(Role.MENTOR, own="t-lin") | until)
    assert [(side["side"], side["total"]) for side in shown["sides"]] == [("enterprise", "78.00"), ("school", "86.00")]
    assert shown["gap"] == "8.00"
    assert [row["key"] for row in listed["rows"]] == ["as-1:school"]
    refused(stranger, 404, "not_found")


def test_whoever_may_adopt_a_standard_reads_it_first_where_it_was_published(api: Api, adoption: dict[str, Any]) -> None:
    staff, of = api.key(), {"association": MACHINISTS}
    shown = api.get(f"{NORTH}/standards/cnc", staff, **of).get_json()
    assert (shown["title"], shown["digest"]) == (STANDARD["title"], adoption["digest"])
    listed = api.get(f"{NORTH}/standards", staff, **of).get_json()
    assert [row["key"] for row in listed["rows"]] == ["cnc:1"]
    refused(api.get(f"{NORTH}/standards/cnc", staff), 404, "not_found")
    assert api.get(f"{NORTH}/standards", staff).get_json()["rows"] == []


def test_what_was_not_published_is_not_adopted(api: Api, adoption: dict[str, Any]) -> None:
    staff = api.key()
    wrong = api.post(f"{NORTH}/adoptions", staff, adoption | {"digest": "0" * 64})
    assert refused(wrong, 409, "digest_differs")["facts"]["given"] == "0" * 64
    unknown = api.post(f"{NORTH}/adoptions", staff, adoption | {"version": 7})
    assert refused(unknown, 409, "unknown_standard")["facts"] == {
        "association": MACHINISTS,
        "standard": "cnc",
        "version": 7,
    }


def test_another_universitys_adoption_is_nobody_elses(api: Api, adoption: dict[str, Any]) -> None:
    assert api.post(f"{SOUTH}/adoptions", api.key(tenant=SOUTH), adoption).status_code == 201
    assert refused(api.post(f"{NORTH}/assessments", api.key(), first_side()), 409, "unknown_adoption")


def test_a_mentor_assesses_in_their_own_name_only(api: Api, adoption: dict[str, Any]) -> None:
    assert api.post(f"{NORTH}/adoptions", api.key(), adoption).status_code == 201
    tutor = api.key(Role.MENTOR, own="t-he")
    refused(api.post(f"{NORTH}/assessments", tutor, first_side("t-lin")), 403, "not_your_own")
    refused(api.post(f"{NORTH}/adoptions", tutor, adoption), 403, "not_permitted")
    refused(api.post(f"{NORTH}/standards", api.key(), STANDARD), 403, "not_permitted")
