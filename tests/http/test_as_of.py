"""The record of an apprentice as of days that have passed, over HTTP: who may ask, and what is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from baseplus.kernel.access import Role
from tests.http.serving import NORTH, SOUTH, Api, refused
from tests.http.test_people import APPRENTICE, MENTOR, assign

WEEK, LAST_MONTH = timedelta(days=7), timedelta(days=30)


def test_a_record_is_asked_for_as_known_on_a_day_and_as_it_was_on_one(api: Api) -> None:
    today = datetime.now(UTC).date()
    staff, mentor, other = api.key(), api.key(Role.MENTOR, own="m-gao"), api.key(Role.MENTOR, own="m-xu")
    assert api.post(f"{NORTH}/mentors", staff, MENTOR).status_code == 201
    enrolled = APPRENTICE | {"id": "ap-1", "apprentice": "p-1", "name": "Shen Yutong", "on": f"{today - LAST_MONTH}"}
    assert api.post(f"{NORTH}/apprenticeships", staff, enrolled).status_code == 201
    token = assign(api, staff, "ap-1", on=f"{today - WEEK}").headers["Consistency-Token"]

    def asked(headers: dict[str, str], **days: date | str) -> Any:
        said = {name: str(day) for name, day in days.items()}
        return api.get(f"{NORTH}/apprenticeships/ap-1", headers | {"Consistency-Token": token}, **said)

    recorded = [event.recorded_at.date() for event in api.parts.store.history(NORTH)]
    with api.projecting():
        now = asked(staff).get_json()
        assert (now["master"], now["master_name"]) == ("m-gao", "Gao Mingze")
        assert asked(staff, known_on=recorded[-1]).get_json() == asked(staff, was_on=today).get_json() == now
        before = asked(staff, was_on=today - WEEK - timedelta(days=1)).get_json()
        assert (before["id"], before["name"], before["master"], before["master_name"]) == (
            "ap-1",
            "Shen Yutong",
            None,
            None,
        )
        # what was recorded at once was known to nobody before, and nobody was enrolled before they were
        refused(asked(staff, known_on=recorded[0] - timedelta(days=1)), 404, "not_found")
        refused(asked(staff, was_on=today - LAST_MONTH - timedelta(days=1)), 404, "not_found")
        refused(asked(staff, was_on="yesterday"), 422, "invalid_input")
        # who guides the apprentice now may ask, and nobody else
        assert asked(mentor, was_on=today).get_json()["id"] == "ap-1"
        refused(asked(other, was_on=today), 404, "not_found")
        refused(asked(other, was_on=today, mentor="m-gao"), 403, "not_your_own")
        refused(asked(api.key(tenant=SOUTH), was_on=today), 403, "not_your_tenant")
