from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import settings

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    GrievanceRaised,
    MentorAssigned,
    MentorReassigned,
    MentorRelieved,
    ModulePassed,
    ModuleSelected,
    PoolLeaving,
    RoleRelinquished,
)
from baseplus.apprenticeships.model import apprenticeships
from baseplus.assessment.events import (
    AppealDecided,
    AssessmentAppealed,
    AssessmentCorrected,
    AssessmentModerated,
    AssessmentRecorded,
    CertificateRevoked,
    CompetenceSelfAssessed,
    DualCertificationAchieved,
)
from baseplus.kernel.events import Event
from baseplus.mentoring.events import Channel, GuidanceGiven, MentorRegistered
from projections.apprenticeships.timeline import Timeline, TimelineRow
from projections.apprenticeships.views import (
    ApprenticeshipRow,
    Apprenticeships,
    FormerMentor,
    MentorNameRow,
    MentorNames,
    ModuleTaken,
    RoleHeld,
)
from tests.apprenticeships.story import (
    MASTER,
    TUTOR,
    both_relieved,
    day,
    enrolled,
    in_training,
    on_break,
    with_both,
)
from tests.apprenticeships.test_roles_and_modules import APPRENTICE, STUDENT, apprentice, selected, student
from tests.apprenticeships.test_talent_pool import joined, left, offered, taken_over
from tests.assessment.certifying import VOCATIONAL, awarded
from tests.contracts.examples import example
from tests.mentoring.test_any_order import worlds
from tests.mentoring.world import World
from tests.projections.folding import fold, time

STREAM = "apprenticeships/ap-1"
MARCH = day(2)


def row(*history: ApprenticeshipEvent) -> ApprenticeshipRow:
    found = fold(Apprenticeships(), STREAM, history)["ap-1"]
    assert isinstance(found, ApprenticeshipRow)
    return found


def last(*history: Event, stream: str = STREAM) -> TimelineRow:
    """The timeline's row of the last event."""
    found = fold(Timeline(), stream, history)[str(len(history))]
    assert isinstance(found, TimelineRow)
    return found


def test_an_enrolled_apprentice_has_no_mentor_yet() -> None:
    assert row(enrolled) == ApprenticeshipRow(
        id="ap-1",
        apprentice="person-17",
        name="Shen Yutong",
        base="drives",
        enterprise="yunchuan",
        occupation="cnc-machinist",
        agreement="agr-2025-014",
        state="enrolled",
        since=day(1, month=2),
        tutor=None,
        tutor_since=None,
        master=None,
        master_since=None,
        former=[],
        enrolled_on=day(1, month=2),
        position=1,
    )


def test_an_apprentice_has_a_mentor_on_either_side_since_a_day() -> None:
    found = row(*with_both)
    assert (found.tutor, found.tutor_since) == ("m-he", day(10, month=2))
    assert (found.master, found.master_since) == ("m-gao", day(12, month=2))
    assert (found.state, found.former) == ("enrolled", [])


def test_who_handed_over_or_was_relieved_is_a_former_mentor() -> None:
    found = row(*in_training, MentorReassigned(MASTER, "m-xu", "m-gao", MARCH), MentorRelieved(TUTOR, "m-he", day(3)))
    assert (found.master, found.master_since, found.tutor, found.tutor_since) == ("m-xu", MARCH, None, None)
    assert found.former == [
        FormerMentor("m-gao", MASTER, day(12, month=2), MARCH),
        FormerMentor("m-he", TUTOR, day(10, month=2), day(3)),
    ]


def test_training_begins_rests_and_goes_on() -> None:
    found = row(*in_training)
    assert (found.state, found.since, found.started_on) == ("in_training", day(16, month=2), day(16, month=2))
    assert (row(*on_break).state, row(*on_break).since) == ("on_break", day(23, month=2))
    found = row(*on_break, BreakEnded(MARCH))
    assert (found.state, found.since, found.started_on) == ("in_training", MARCH, day(16, month=2))


def test_a_completed_apprenticeship_says_when_and_who_had_guided() -> None:
    found = row(*in_training, ApprenticeshipCompleted("drives", day(16, month=2), MARCH), *both_relieved(MARCH))
    assert (found.state, found.since, found.ended_on, found.exit_reason) == ("completed", MARCH, MARCH, None)
    assert [former.mentor for former in found.former] == ["m-he", "m-gao"]
    assert (found.tutor, found.master) == (None, None)


gone = ApprenticeExited(
    "person-17", "drives", ExitReason.POACHED, Direction.WORK, MARCH, day(16, month=2), "To Hengtai"
)


def test_who_left_says_when_why_and_where_to() -> None:
    found = row(*in_training, gone)
    assert (found.state, found.ended_on) == ("exited", MARCH)
    assert (found.exit_reason, found.exit_direction) == (ExitReason.POACHED, Direction.WORK)


def test_what_was_noted_at_an_exit_is_in_no_row() -> None:
    assert b"Hengtai" not in msgspec.json.encode((row(*in_training, gone), last(*in_training, gone)))


@pytest.mark.parametrize("event", [with_both[1], MentorRelieved(TUTOR, "m-he", MARCH), BreakStarted(MARCH), gone])
def test_an_event_about_what_was_never_opened_makes_no_row(event: ApprenticeshipEvent) -> None:
    assert fold(Apprenticeships(), STREAM, [event]) == {}


def test_each_thing_that_happened_is_a_row_of_the_timeline() -> None:
    rows = fold(Timeline(), STREAM, in_training)
    assert [(one.position, one.what, one.day, one.side) for one in rows.values()] == [
        (1, "enrolled", day(1, month=2), "none"),
        (2, "mentor_assigned", day(10, month=2), "school"),
        (3, "mentor_assigned", day(12, month=2), "work"),
        (4, "started", day(16, month=2), "none"),
    ]
    assert rows["2"] == TimelineRow(
        key="2",
        apprenticeship="ap-1",
        apprentice=None,
        position=2,
        what="mentor_assigned",
        day=day(10, month=2),
        happened_at=time(2),
        recorded_at=time(2) + timedelta(hours=1),
        side="school",
        mentor="m-he",
    )


def test_the_timeline_says_who_handed_over_to_whom_and_why_somebody_left() -> None:
    handed = last(*in_training, MentorReassigned(MASTER, "m-xu", "m-gao", MARCH))
    assert (handed.what, handed.side, handed.mentor, handed.previous) == ("mentor_reassigned", "work", "m-xu", "m-gao")
    relieved = last(*in_training, MentorRelieved(TUTOR, "m-he", MARCH))
    assert (relieved.what, relieved.side, relieved.mentor, relieved.previous) == (
        "mentor_relieved",
        "school",
        None,
        "m-he",
    )
    left = last(*in_training, gone)
    assert (left.what, left.reason, left.direction) == ("exited", ExitReason.POACHED, Direction.WORK)
    assert [last(*in_training, event).what for event in (BreakStarted(MARCH), BreakEnded(MARCH))] == [
        "break_started",
        "break_ended",
    ]
    assert last(*in_training, ApprenticeshipCompleted("drives", MARCH, MARCH)).what == "completed"


def test_guidance_is_a_row_of_the_apprenticeship_whose_mentor_gave_it() -> None:
    given = last(GuidanceGiven("ap-1", MASTER, "2.5", Channel.ONLINE, MARCH), stream="mentoring/m-gao")
    assert (given.what, given.apprenticeship, given.mentor, given.hours, given.day, given.side) == (
        "guidance_given",
        "ap-1",
        "m-gao",
        Decimal("2.5"),
        MARCH,
        "work",
    )


@pytest.mark.parametrize(
    ("event", "what", "mentor"),
    [
        (AssessmentRecorded, "assessment_recorded", "m-he"),
        (AssessmentCorrected, "assessment_corrected", "m-he"),
        (AssessmentModerated, "assessment_moderated", None),
        (AssessmentAppealed, "assessment_appealed", None),
        (AppealDecided, "appeal_decided", None),
    ],
)
def test_that_and_by_whom_the_person_was_assessed_is_shown_and_no_mark(
    event: type[Event], what: str, mentor: str | None
) -> None:
    some = msgspec.convert(
        {**msgspec.to_builtins(example(event)), "side": "school", "apprentice": "person-17"}
        | ({"assessor": "m-he"} if mentor else {}),
        event,
    )
    told = last(some, stream="assessments/as-1")
    assert (told.what, told.apprenticeship, told.apprentice, told.assessment) == (what, None, "person-17", "as-1")
    assert (told.mentor, told.side, told.hours) == (mentor, "school", None)
    assert told.day == (some.on if isinstance(some, AssessmentRecorded) else time(1).date())
    assert "total" not in TimelineRow.__struct_fields__


def test_a_mentor_goes_by_the_name_that_they_were_registered_with() -> None:
    registered = MentorRegistered("person-3", "Gao Mingze", MASTER, "yunchuan")
    assert fold(MentorNames(), "mentoring/m-gao", [registered]) == {
        "m-gao": MentorNameRow(id="m-gao", name="Gao Mingze")
    }


def test_the_record_has_each_role_and_each_module() -> None:
    over = RoleRelinquished("person-17", APPRENTICE, day(20))
    passed = ModulePassed("plan-1", "milling", day(20, month=2), day(1), 88)
    found = row(*in_training, student, apprentice, selected, ModuleSelected("plan-1", "cad", day(1)), passed, over)
    assert found.roles == [
        RoleHeld(STUDENT, day(2, month=2)),
        RoleHeld(APPRENTICE, day(16, month=2), until=day(27), ended=day(20)),
    ]
    assert found.modules == [
        ModuleTaken("milling", "plan-1", day(20, month=2), passed_on=day(1), points=88),
        ModuleTaken("cad", "plan-1", day(1)),
    ]
    assert (found.passed, found.position) == (1, 10)


@pytest.mark.parametrize(
    ("event", "what", "side", "subject"),
    [
        (student, "role_assumed", "school", "student"),
        (RoleRelinquished("person-17", APPRENTICE, day(20)), "role_relinquished", "work", "apprentice"),
        (selected, "module_selected", "school", "milling"),
        (ModulePassed("plan-1", "milling", day(1), day(2)), "module_passed", "school", "milling"),
        (joined, "pool_joined", "none", "drives"),
        (left(PoolLeaving.HIRED, 4), "pool_left", "none", "hired"),
        (taken_over, "hired", "work", "yunchuan"),
        (example(EmploymentConfirmed), "destination_confirmed", "none", "training_enterprise"),
    ],
)
def test_roles_modules_and_the_way_to_work_are_told(event: Any, what: str, side: str, subject: str) -> None:
    told = last(event)
    assert (told.what, told.side, told.subject, told.day) == (what, side, subject, event.on)
    assert told.apprenticeship == "ap-1"


def test_certificates_and_what_apprentices_think_of_themselves_are_told_in_the_apprenticeship() -> None:
    told = last(awarded(), stream="certificates/cert-1")
    assert (told.what, told.apprenticeship, told.side, told.subject) == (
        "certificate_awarded",
        "ap-17",
        "school",
        VOCATIONAL.value,
    )
    void = example(CertificateRevoked)
    assert (last(void, stream="certificates/cert-1").what, void.apprenticeship) == ("certificate_revoked", "ap-17")
    dual = last(example(DualCertificationAchieved), stream="certified/ap-1")
    assert (dual.what, dual.apprenticeship) == ("dual_certified", "ap-1")
    thought = last(example(CompetenceSelfAssessed), stream="self_assessments/self-1")
    assert (thought.what, thought.apprenticeship) == ("self_assessed", "ap-17")


def test_neither_offers_nor_grievances_are_told() -> None:
    assert fold(Timeline(), STREAM, [offered, example(GrievanceRaised)]) == {}


@settings(max_examples=100, deadline=None)
@hypothesis.given(worlds())
def test_the_rows_say_what_the_rules_know(world: World) -> None:
    for thing, events in world.apprenticeships.items():
        state, stream = apprenticeships.fold(events), f"apprenticeships/{thing}"
        found = fold(Apprenticeships(), stream, events)[thing]
        assert (found.state, found.started_on) == (state.stage, state.started)
        present = {TUTOR: found.tutor, MASTER: found.master}
        assert {kind: mentor for kind, mentor in present.items() if mentor} == state.mentors
        assert len(fold(Timeline(), stream, events)) == len(events)
        assigned = [one for one in events if isinstance(one, MentorAssigned | MentorReassigned)]
        assert len(found.former) == len(assigned) - len(state.mentors)
        assert (found.started_on is None) == (not any(isinstance(one, ApprenticeshipStarted) for one in events))
