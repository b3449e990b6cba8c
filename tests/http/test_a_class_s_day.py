"""The day of a class of 40 apprentices, in one request and one transaction."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor, Enrol, Start, apprenticeships
from baseplus.kernel.decisions import Step
from baseplus.logbook.model import logbook
from baseplus.mentoring.model import Register, mentoring
from tests.http.serving import NORTH, Api, refused

CLASS = [f"ap-{number:02}" for number in range(1, 41)]
DAY = date(2026, 3, 2)
KINDS = {"m-he": MentorKind.CAMPUS_TUTOR, "m-gao": MentorKind.ENTERPRISE_MASTER}


@pytest.fixture
def classroom(api: Api) -> Api:
    """Forty apprentices in training, with the same tutor and master."""
    steps = [
        Step(mentoring, mentor, Register(f"person-{mentor}", "Gao Mingze", kind, "yunchuan", capacity=40))
        for mentor, kind in KINDS.items()
    ]
    for thing in CLASS:
        enrol = Enrol(f"person-{thing}", "Shen Yutong", "drives", "yunchuan", "cnc-machinist", "agr-1", DAY)
        steps.append(Step(apprenticeships, thing, enrol))
        steps += [Step(apprenticeships, thing, AssignMentor(kind, mentor, DAY)) for mentor, kind in KINDS.items()]
        steps.append(Step(apprenticeships, thing, Start(DAY)))
    api.parts.store.execute_all(NORTH, steps)
    return api


def day_of(thing: str) -> list[dict[str, Any]]:
    """What one apprentice did: they were there, the machine and the master say so, and they wrote of it."""
    of_day = {"id": thing, "on": DAY.isoformat()}
    return [
        {"command": "logbook.claim_attendance", **of_day, "work": "job", "hours": "7.5"},
        {"command": "logbook.match_tool_log", **of_day, "work": "job", "log": f"lathe-{thing}"},
        {"command": "logbook.vouch", **of_day, "work": "job", "mentor": "m-gao"},
        {"command": "logbook.submit_reflection", **of_day, "reflection": "r-1", "text": "I measured before I cut."},
    ]


def of_class() -> list[dict[str, Any]]:
    return [command for thing in CLASS for command in day_of(thing)]


def entered(api: Api) -> Counter[str]:
    """What stands in the logbooks, by type."""
    kinds = ("attendance_claimed", "attendance_corroborated", "reflection_submitted")
    found = (event.type.split(".")[1] for event in api.parts.store.history(NORTH))
    return Counter(kind for kind in found if kind in kinds)


def test_bulk_entry_is_a_first_class_path(classroom: Api) -> None:
    before = classroom.position()
    answer = classroom.post(f"{NORTH}/bulk", classroom.key(), {"commands": of_class()})
    assert answer.status_code == 200, answer.text
    assert entered(classroom) == {
        "attendance_claimed": 40,
        "attendance_corroborated": 80,
        "reflection_submitted": 40,
    }
    told = answer.get_json()
    positions = [event["position"] for event in told["events"]]
    # a key was issued in between
    assert positions == list(range(before + 2, before + 2 + 160))
    state, _ = classroom.parts.store.load(NORTH, logbook, CLASS[-1])
    assert [claim.counts for claim in state.attendance.values()] == [True]


def test_one_bad_row_refuses_the_class_and_each_bad_row_is_named(classroom: Api) -> None:
    commands = of_class()
    commands[5]["log"] = "Lathe 2"
    commands[42]["mentor"] = "m-xu"
    commands[80]["id"] = "ap-99"
    headers = classroom.key()
    before = classroom.position()
    problem = refused(classroom.post(f"{NORTH}/bulk", headers, {"commands": commands}), 422, "invalid_input")
    named = {error["pointer"]: error.get("code") for error in problem["errors"]}
    assert named == {
        "/commands/5/log": None,
        "/commands/42": "not_their_mentor",
        "/commands/80": "no_such_apprenticeship",
        # nothing was claimed that these could be about
        "/commands/81": "not_claimed",
        "/commands/82": "not_claimed",
    }
    assert classroom.position() == before


def test_with_partial_the_good_rows_are_recorded_and_the_bad_ones_come_back_with_reasons(classroom: Api) -> None:
    commands = of_class()
    commands[5]["log"] = "Lathe 2"
    commands[42]["mentor"] = "m-xu"
    commands[44]["hours"] = "25"
    headers = classroom.key() | {"Idempotency-Key": "class-1"}
    answer = classroom.post(f"{NORTH}/bulk", headers, {"commands": commands, "partial": True})
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert [(one["index"], one["code"]) for one in told["refused"]] == [
        (5, "invalid_input"),
        (42, "not_their_mentor"),
        (44, "hours_of_no_day"),
        (45, "not_claimed"),
        (46, "not_claimed"),
    ]
    assert told["refused"][1]["facts"] == {"mentor": "m-xu", "on": "2026-03-02"}
    assert len(told["commands"]) == 155
    assert entered(classroom) == {
        "attendance_claimed": 39,
        "attendance_corroborated": 76,
        "reflection_submitted": 40,
    }
    before = classroom.position()
    again = classroom.post(f"{NORTH}/bulk", headers, {"commands": commands, "partial": True})
    assert (again.status_code, again.data, classroom.position()) == (200, answer.data, before)
