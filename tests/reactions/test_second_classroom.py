from __future__ import annotations

from datetime import date, timedelta

import pytest

from baseplus.kernel.events import Event
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceWithdrawn,
    LogbookOpened,
    ReflectionReviewed,
    ReflectionSubmitted,
    SkillAttempted,
    SkillSignedOff,
    TaskAccepted,
    TaskSubmitted,
    WitnessKind,
    Work,
)
from baseplus.oversight.events import RiskReasonAdded, SecondClassroomRiskRaised
from baseplus.oversight.risks import ClearRisk, risks
from baseplus.oversight.terms import Reason, Symptom
from baseplus.reactions.second_classroom import SecondClassroom
from tests.reactions.world import World

MARCH = date(2026, 3, 2)
SAME, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def world() -> World:
    world = World(SecondClassroom(), today=MARCH)
    for n in (1, 2, 3):
        world.happened(f"logbook/ap-{n}", LogbookOpened(f"p-{n}", "drives", MARCH))
    return world


def reflection(n: int, text: str = SAME, on: date = MARCH) -> ReflectionSubmitted:
    return ReflectionSubmitted("p", "drives", f"r-{n}", on, "…", text)


def attended(world: World, days: int, work: Work = Work.JOB, logbook: str = "logbook/ap-1") -> None:
    for day in range(days):
        world.happened(logbook, AttendanceClaimed("p-1", "drives", MARCH + timedelta(days=day), work, "8", day + 1))


def half_days(world: World, days: int, *works: Work) -> None:
    """Four hours of each kind of work a day."""
    for day in range(days):
        for work in works:
            on = MARCH + timedelta(days=day)
            world.happened("logbook/ap-1", AttendanceClaimed("p-1", "drives", on, work, "4", day + 1))


def reasons(world: World) -> list[Reason]:
    found = list[Reason]()
    for event in world.events(SecondClassroomRiskRaised, RiskReasonAdded):
        found += event.reasons if isinstance(event, SecondClassroomRiskRaised) else [event.reason]  # type: ignore[attr-defined]
    return found


def stamped(world: World, pairs: list[tuple[Event, Event]], seconds: float) -> None:
    for submitted, signed_off in pairs:
        world.happened("logbook/ap-1", submitted)
        world.passes(seconds=seconds)
        world.happened("logbook/ap-1", signed_off)


def signed_off_at_once() -> list[tuple[Event, Event]]:
    return [
        (
            TaskSubmitted("p-1", "t-1", 1, MARCH),
            TaskAccepted("p-1", "drives", "t-1", "m-1", 1, MARCH, MARCH, 1),
        ),
        (SkillAttempted("turning", 1, MARCH), SkillSignedOff("p-1", "drives", "turning", "m-1", 1, MARCH)),
        (reflection(1), ReflectionReviewed("p-1", "drives", "r-1", "m-1", MARCH, MARCH, 1, "Good.")),
    ]


def test_identical_reflections_raise_the_risk_with_the_events_behind_it(world: World) -> None:
    world.happened("logbook/ap-1", reflection(1))
    world.happened("logbook/ap-2", reflection(2), reflection(9, OTHER))
    assert reasons(world) == []
    world.happened("logbook/ap-3", reflection(3))
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen) == (Symptom.IDENTICAL_REFLECTIONS, "2")
    assert [one.stream for one in reason.behind] == ["logbook/ap-1", "logbook/ap-2", "logbook/ap-1", "logbook/ap-3"]


def test_sign_off_seconds_after_submission_raises_the_risk(world: World) -> None:
    stamped(world, signed_off_at_once(), seconds=20)
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen, len(reason.behind)) == (Symptom.SIGNED_OFF_IN_SECONDS, "3", 6)


@pytest.mark.parametrize("seconds", [0, 61])
def test_who_takes_time_and_who_records_a_whole_class_at_once_is_not_suspected(world: World, seconds: float) -> None:
    stamped(world, signed_off_at_once(), seconds)
    assert reasons(world) == []


def test_attendance_without_output_raises_the_risk_when_the_month_is_complete(world: World) -> None:
    attended(world, 6)
    world.until(date(2026, 4, 7))
    assert reasons(world) == []
    world.until(date(2026, 4, 9))
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen, reason.about) == (Symptom.ATTENDANCE_WITHOUT_OUTPUT, "48", "ap-1")
    assert len(reason.behind) == 6


def test_classroom_hours_alone_raise_the_risk(world: World) -> None:
    attended(world, 6, Work.CLASSROOM)
    world.happened("logbook/ap-1", reflection(1, OTHER))
    world.until(date(2026, 4, 9))
    assert [reason.sign for reason in reasons(world)] == [Symptom.CLASSROOM_HOURS_ONLY]


def test_few_hours_mixed_work_and_what_was_withdrawn_raise_nothing(world: World) -> None:
    attended(world, 4)
    attended(world, 6, Work.CLASSROOM, "logbook/ap-2")
    world.happened("logbook/ap-2", AttendanceClaimed("p-2", "drives", date(2026, 3, 20), Work.JOB, "8", 7))
    world.happened("logbook/ap-2", reflection(1, OTHER))
    attended(world, 5, Work.JOB, "logbook/ap-3")
    world.happened("logbook/ap-3", AttendanceWithdrawn("p-3", "drives", MARCH, Work.JOB, "8", 4, "…"))
    world.until(date(2026, 5, 1))
    assert reasons(world) == []


def test_who_works_and_sits_in_a_classroom_on_the_same_days_does_both(world: World) -> None:
    half_days(world, 12, Work.JOB, Work.CLASSROOM)
    world.happened("logbook/ap-1", TaskSubmitted("p-1", "t-1", 1, MARCH))
    world.until(date(2026, 4, 9))
    assert reasons(world) == []


def test_all_hours_of_a_day_are_counted(world: World) -> None:
    half_days(world, 5, Work.JOB, Work.CLASSROOM)
    world.until(date(2026, 4, 9))
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen, len(reason.behind)) == (Symptom.ATTENDANCE_WITHOUT_OUTPUT, "40", 10)


def test_what_is_taken_back_of_a_days_work_leaves_its_other_work(world: World) -> None:
    half_days(world, 12, Work.JOB, Work.CLASSROOM)
    for day in range(2):
        on = MARCH + timedelta(days=day)
        world.happened("logbook/ap-1", AttendanceWithdrawn("p-1", "drives", on, Work.JOB, "4", 4, "…"))
        world.happened("logbook/ap-1", AttendanceDisputed("p-1", "drives", on, Work.CLASSROOM, "4", "…"))
    world.until(date(2026, 4, 9))
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen) == (Symptom.ATTENDANCE_WITHOUT_OUTPUT, "80")


def vouched(counts: int | None) -> AttendanceCorroborated:
    return AttendanceCorroborated("p-1", "drives", MARCH, Work.JOB, "8", WitnessKind.MENTOR, "m-1", "m-1", counts)


def test_an_attendance_that_was_disputed_is_there_again_when_it_counts_again(world: World) -> None:
    attended(world, 5)
    world.happened("logbook/ap-1", AttendanceDisputed("p-1", "drives", MARCH, Work.JOB, "8", "…"), vouched(None))
    world.until(date(2026, 4, 9))
    assert reasons(world) == []
    world.happened("logbook/ap-1", vouched(5))
    world.until(date(2026, 4, 10))
    (reason,) = reasons(world)
    assert (reason.sign, reason.seen) == (Symptom.ATTENDANCE_WITHOUT_OUTPUT, "40")
    assert [one.type for one in reason.behind] == ["logbook.attendance_corroborated.v1"] + 4 * [
        "logbook.attendance_claimed.v1"
    ]


def test_an_attendance_that_counts_is_counted_once_and_by_its_claim(world: World) -> None:
    attended(world, 5)
    world.happened("logbook/ap-1", vouched(1))
    world.until(date(2026, 4, 9))
    (reason,) = reasons(world)
    assert reason.seen == "40"
    assert {one.type for one in reason.behind} == {"logbook.attendance_claimed.v1"}


def test_further_signs_are_further_reasons_of_one_risk(world: World) -> None:
    attended(world, 6, Work.CLASSROOM)
    world.until(date(2026, 4, 9))
    assert len(world.events(SecondClassroomRiskRaised)) == 1
    assert [reason.sign for reason in reasons(world)] == [
        Symptom.ATTENDANCE_WITHOUT_OUTPUT,
        Symptom.CLASSROOM_HOURS_ONLY,
    ]


def test_what_is_recorded_late_counts_for_the_month_that_it_belongs_to(world: World) -> None:
    world.until(date(2026, 5, 20))
    attended(world, 6)
    world.until(date(2026, 5, 21))
    (raised,) = world.events(SecondClassroomRiskRaised)
    assert isinstance(raised, SecondClassroomRiskRaised)
    assert raised.month == "2026-03"


def test_after_a_persons_decision_the_detector_is_silent(world: World) -> None:
    attended(world, 6)
    world.until(date(2026, 4, 9))
    ((at, _),) = [(at, event) for at, event in world.history if isinstance(event, SecondClassroomRiskRaised)]
    world.tell(risks, at.thing, ClearRisk("p-dean", "They were at the trade fair."))
    for n in (1, 2, 3, 4):
        world.happened(f"logbook/ap-{n % 3 + 1}", reflection(n))
    world.until(date(2026, 6, 1))
    assert len(reasons(world)) == 1
    assert world.moot == []
