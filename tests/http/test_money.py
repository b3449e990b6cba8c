"""Money and projects over HTTP: an enterprise speaks for its own apprentices and sees nobody else's."""

from __future__ import annotations

from typing import Any

from baseplus.kernel.access import Role
from tests.http.serving import NORTH, Api, refused
from tests.http.test_people import enrol

WAGE = {"cost": "wage-1", "kind": "wage", "amount": {"amount": "3000", "currency": "CNY"}}


def incur(api: Api, headers: dict[str, str], thing: str, **more: Any) -> Any:
    return api.post(f"{NORTH}/investment/{thing}/costs", headers, WAGE | more)


def test_an_enterprise_records_and_sees_what_its_own_apprentices_cost(api: Api) -> None:
    staff, yunchuan = api.key(), api.key(Role.ENTERPRISE, own="yunchuan")
    enrol(api, staff, "ap-1", "Shen Yutong")
    enrol(api, staff, "ap-2", "Lin Mo", enterprise="hengtai")
    refused(incur(api, yunchuan, "ap-1"), 403, "not_your_own")
    refused(incur(api, yunchuan, "ap-2", enterprise="yunchuan"), 409, "another_enterprise")
    refused(incur(api, staff, "ap-9"), 404, "not_found")
    assert incur(api, yunchuan, "ap-1", enterprise="yunchuan").status_code == 200
    refused(incur(api, yunchuan, "ap-1", enterprise="yunchuan"), 409, "cost_exists")
    token = incur(api, staff, "ap-2").headers["Consistency-Token"]

    def seen(path: str, headers: dict[str, str], **asked: str) -> list[str]:
        found = api.get(f"{NORTH}/{path}", headers | {"Consistency-Token": token}, **asked)
        assert found.status_code == 200, found.text
        return [row["enterprise"] for row in found.get_json()["rows"]]

    with api.projecting():
        for path in ("investment", "returns", "entries"):
            assert sorted(seen(path, staff)) == ["hengtai", "yunchuan"]
            assert seen(path, yunchuan, enterprise="yunchuan") == ["yunchuan"]
            refused(api.get(f"{NORTH}/{path}", yunchuan, enterprise="hengtai"), 403, "not_your_own")
        refused(api.get(f"{NORTH}/investment/ap-2", yunchuan, enterprise="yunchuan"), 404, "not_found")
        (row,) = api.get(f"{NORTH}/investment", staff, enterprise="yunchuan").get_json()["rows"]
        assert (row["name"], row["unrecovered"]) == ("Shen Yutong", "3000")


def test_a_poaching_is_declared_once_the_exit_says_so_and_a_second_time_changes_nothing(api: Api) -> None:
    staff = api.key()
    enrol(api, staff, "ap-1", "Shen Yutong")
    assert incur(api, staff, "ap-1").status_code == 200
    refused(api.post(f"{NORTH}/investment/ap-1/poaching", staff, {}), 409, "apprentice_has_not_left")
    left = {"reason": "poached", "direction": "work"}
    assert api.post(f"{NORTH}/apprenticeships/ap-1/exit", staff, left).status_code == 200
    declared = api.post(f"{NORTH}/investment/ap-1/poaching", staff, {}).get_json()
    assert declared["events"] == ["investment.poaching_declared.v1"]
    again = api.post(f"{NORTH}/investment/ap-1/poaching", staff, {}).get_json()
    assert (again["events"], again["version"]) == ([], declared["version"])


def test_a_mentor_verifies_in_their_own_name(api: Api) -> None:
    staff, mentor = api.key(), api.key(Role.MENTOR, own="m-xu")
    idea = {"id": "p-1", "title": "A gripper", "aim": "Picks up castings", "base": "drives", "proposer": "person-17"}
    assert api.post(f"{NORTH}/projects", staff, idea).status_code == 201
    talk = {"participants": ["person-17", "t-he"], "noted_by": "t-he", "minutes": "Worth trying"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("discuss", talk),
        ("approve", {"decided_by": "t-lin"}),
        ("team", {"members": [{"person": "person-17", "role": "lead"}]}),
        ("products", {"product": "gripper", "title": "Gripper", "makers": ["person-17"]}),
    ]
    for path, body in steps:
        assert api.post(f"{NORTH}/projects/p-1/{path}", staff, body).status_code == 200, path
    seen = {"product": "gripper", "evidence": "It lifts"}
    path = f"{NORTH}/projects/p-1/products/verify"
    refused(api.post(path, mentor, seen | {"verifier": "m-gao"}), 403, "not_your_own")
    assert api.post(path, mentor, seen | {"verifier": "m-xu"}).status_code == 200
    refused(api.post(f"{NORTH}/projects/p-1/complete", mentor, {"result": "…"}), 403, "not_permitted")
