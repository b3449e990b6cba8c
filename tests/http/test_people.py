"""Mentors and apprentices over HTTP: what is refused at capacity, and who sees whom."""

from __future__ import annotations

from typing import Any

from baseplus.kernel.access import Role
from tests.http.serving import NORTH, SOUTH, Api, refused

MENTOR = {"id": "m-gao", "person": "p-1", "name": "Gao Mingze", "kind": "enterprise_master", "organisation": "yunchuan"}
APPRENTICE = {"base": "drives", "enterprise": "yunchuan", "occupation": "cnc-machinist", "agreement": "agr-1"}


def enrol(api: Api, headers: dict[str, str], thing: str, name: str, **more: Any) -> None:
    body = APPRENTICE | {"id": thing, "apprentice": f"p-{thing}", "name": name, **more}
    enrolled = api.post(f"{NORTH}/apprenticeships", headers, body)
    assert (enrolled.status_code, enrolled.headers["Location"]) == (201, f"/v1/north/apprenticeships/{thing}")


def assign(api: Api, headers: dict[str, str], thing: str, **body: str) -> Any:
    body = {"kind": "enterprise_master", "mentor": "m-gao"} | body
    return api.post(f"{NORTH}/apprenticeships/{thing}/mentors", headers, body)


def test_a_mentor_at_capacity_is_refused_with_the_reason_and_nothing_is_stored(api: Api) -> None:
    staff = api.key()
    assert api.post(f"{NORTH}/mentors", staff, MENTOR | {"capacity": 1}).status_code == 201
    for thing in ("ap-1", "ap-2"):
        enrol(api, staff, thing, "Shen Yutong")
    assert assign(api, staff, "ap-1").status_code == 200
    before = api.position()
    problem = refused(assign(api, staff, "ap-2"), 409, "mentor_at_capacity")
    assert problem["facts"] == {"mentor": "m-gao", "capacity": 1}
    refused(assign(api, staff, "ap-2", mentor="nobody"), 409, "mentor_not_registered")
    refused(assign(api, staff, "ap-2", kind="campus_tutor"), 409, "mentor_of_another_kind")
    assert api.position() == before
    assert api.post(f"{NORTH}/mentors/m-gao/capacity", staff, {"capacity": 2}).status_code == 200
    assert assign(api, staff, "ap-2").status_code == 200


def test_a_mentor_and_an_enterprise_see_their_own_apprentices_and_another_tenant_none(api: Api) -> None:
    staff = api.key()
    api.post(f"{NORTH}/mentors", staff, MENTOR)
    enrol(api, staff, "ap-1", "Shen Yutong")
    enrol(api, staff, "ap-2", "Lin Mo", enterprise="hengtai")
    token = assign(api, staff, "ap-1").headers["Consistency-Token"]
    mentor, enterprise = api.key(Role.MENTOR, own="m-gao"), api.key(Role.ENTERPRISE, own="hengtai")

    def seen(headers: dict[str, str], **asked: str) -> list[str]:
        found = api.get(f"{NORTH}/apprenticeships", headers | {"Consistency-Token": token}, **asked)
        assert found.status_code == 200, found.text
        return [row["id"] for row in found.get_json()["rows"]]

    with api.projecting():
        assert seen(staff) == ["ap-1", "ap-2"]
        assert seen(mentor, mentor="m-gao") == ["ap-1"]
        assert seen(enterprise, enterprise="hengtai") == ["ap-2"]
        refused(api.get(f"{NORTH}/apprenticeships", mentor, mentor="m-xu"), 403, "not_your_own")
        refused(api.get(f"{NORTH}/apprenticeships/ap-2", mentor, mentor="m-gao"), 404, "not_found")
        refused(api.get(f"{NORTH}/apprenticeships/ap-1/timeline", enterprise, enterprise="hengtai"), 404, "not_found")
        refused(api.get(f"{NORTH}/apprenticeships", api.key(tenant=SOUTH)), 403, "not_your_tenant")
        refused(api.post(f"{NORTH}/apprenticeships/ap-1/start", mentor, {}), 403, "not_permitted")
