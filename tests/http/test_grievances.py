"""A grievance over HTTP: who handles it reads it, and the mentor whom it names never does."""

from __future__ import annotations

from typing import Any

from baseplus.kernel.access import Role
from tests.http.serving import NORTH, Api, refused

TEXT = "Three weeks of sweeping, and not one hour at the lathe"
APPRENTICE = {
    "id": "ap-17",
    "apprentice": "person-17",
    "name": "Shen Yutong",
    "base": "drives",
    "enterprise": "yunchuan",
    "occupation": "cnc-machinist",
    "agreement": "agr-1",
}
MENTOR = {"id": "m-gao", "person": "p-9", "name": "Gao Ming", "kind": "campus_tutor", "organisation": "north"}
GRIEVANCE = {"id": "g-1", "apprenticeship": "ap-17", "text": TEXT, "handlers": ["t-zhou"], "about": "m-gao"}


def listed(api: Api, headers: dict[str, str], handler: str, until: dict[str, str]) -> Any:
    return api.get(f"{NORTH}/grievances", headers | until, handler=handler)


def test_a_grievance_is_visible_to_its_handlers_only_never_to_the_mentor_it_names(api: Api) -> None:
    staff, handler = api.key(), api.key(own="t-zhou")
    named, tutor = api.key(Role.MENTOR, own="m-gao"), api.key(Role.MENTOR, own="t-lin")
    assert api.post(f"{NORTH}/apprenticeships", staff, APPRENTICE).status_code == 201
    nobody = api.post(f"{NORTH}/grievances", staff, GRIEVANCE)
    assert refused(nobody, 409, "mentor_not_registered")["facts"] == {"mentor": "m-gao"}
    assert api.post(f"{NORTH}/mentors", staff, MENTOR).status_code == 201
    with api.projecting():
        raised = api.post(f"{NORTH}/grievances", staff, GRIEVANCE)
        assert raised.status_code == 201, raised.text
        until = {"Consistency-Token": raised.headers["Consistency-Token"]}
        (row,) = listed(api, handler, "t-zhou", until).get_json()["rows"]
        assert (row["text"], row["about"]) == (TEXT, "m-gao")
        # Nobody asks in another one's name, and those who do not handle it are shown none.
        for key, who in ((named, "m-gao"), (tutor, "t-lin")):
            assert listed(api, key, who, until).get_json()["rows"] == []
            refused(listed(api, key, "t-zhou", until), 403, "not_your_own")
            refused(api.get(f"{NORTH}/grievances/g-1", key | until, handler=who), 404, "not_found")
        refused(listed(api, staff, "t-zhou", until), 403, "not_your_own")
        # Nothing else that the named mentor may read has it.
        for path in ("apprenticeships", "apprenticeships/ap-17/timeline", "mentors"):
            shown = api.get(f"{NORTH}/{path}", named | until, **({} if path == "mentors" else {"mentor": "m-gao"}))
            assert "sweeping" not in shown.text
        refused(api.get(f"{NORTH}/events", named), 403, "not_permitted")
    resolve = {"handler": "t-zhou", "outcome": "upheld", "resolution": "Back at the lathe"}
    refused(api.post(f"{NORTH}/grievances/g-1/resolve", named, resolve), 403, "not_your_own")
    refused(api.post(f"{NORTH}/grievances/g-1/resolve", named, resolve | {"handler": "m-gao"}), 409, "not_its_handler")
    assert api.post(f"{NORTH}/grievances/g-1/resolve", handler, resolve).status_code == 200


def test_a_mentor_is_not_made_a_handler_of_what_names_them(api: Api) -> None:
    assert api.post(f"{NORTH}/apprenticeships", api.key(), APPRENTICE).status_code == 201
    assert api.post(f"{NORTH}/mentors", api.key(), MENTOR).status_code == 201
    for handler in ("m-gao", "p-9"):
        mistaken = api.post(f"{NORTH}/grievances", api.key(), GRIEVANCE | {"handlers": ["t-zhou", handler]})
        assert refused(mistaken, 409, "handled_by_whom_it_names")["facts"] == {"handler": handler}
    assert api.post(f"{NORTH}/grievances", api.key(), GRIEVANCE).status_code == 201
    entrust = {"by": "t-zhou", "handlers": ["p-9"]}
    refused(
        api.post(f"{NORTH}/grievances/g-1/entrust", api.key(own="t-zhou"), entrust), 409, "handled_by_whom_it_names"
    )


def test_nor_does_a_handler_who_turns_out_to_be_that_mentor_read_it_or_act_on_it(api: Api) -> None:
    assert api.post(f"{NORTH}/apprenticeships", api.key(), APPRENTICE).status_code == 201
    assert api.post(f"{NORTH}/mentors", api.key(), MENTOR).status_code == 201
    again = {**MENTOR, "id": "m-gao-2", "kind": "enterprise_master", "organisation": "yunchuan"}
    raised = api.post(f"{NORTH}/grievances", api.key(), GRIEVANCE | {"handlers": ["t-zhou", "m-gao-2"]})
    assert raised.status_code == 201, "nobody is known by that id yet"
    with api.projecting():
        registered = api.post(f"{NORTH}/mentors", api.key(), again)
        until = {"Consistency-Token": registered.headers["Consistency-Token"]}
        named = api.key(Role.MENTOR, own="m-gao-2")
        assert listed(api, named, "m-gao-2", until).get_json()["rows"] == []
        refused(api.get(f"{NORTH}/grievances/g-1", named | until, handler="m-gao-2"), 404, "not_found")
    entrust = {"by": "m-gao-2", "handlers": ["t-wu"]}
    refused(api.post(f"{NORTH}/grievances/g-1/entrust", named, entrust), 409, "not_its_handler")
    resolve = {"handler": "m-gao-2", "outcome": "dismissed", "resolution": "Nothing was wrong"}
    refused(api.post(f"{NORTH}/grievances/g-1/resolve", named, resolve), 409, "not_its_handler")
