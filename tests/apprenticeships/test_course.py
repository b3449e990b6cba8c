from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    ExitReason,
    MentorAssigned,
    MentorRelieved,
)
from baseplus.apprenticeships.model import (
    ApprenticeshipCommand,
    AssignMentor,
    Complete,
    EndBreak,
    Exit,
    ReassignMentor,
    RelieveMentor,
    Start,
    StartBreak,
)
from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.scenario import NOON
from tests.apprenticeships.story import (
    MASTER,
    TUTOR,
    at,
    both_relieved,
    day,
    enrol,
    enrolled,
    given,
    in_training,
    on_break,
    with_both,
    with_tutor,
)

TODAY = NOON.date()
STARTED = day(16, month=2)
leave = Exit(ExitReason.POACHED, Direction.WORK)
completed = (*in_training, ApprenticeshipCompleted("drives", STARTED, TODAY), *both_relieved(TODAY))
left = (*in_training, *given(*in_training).when(leave).events)


def test_an_apprentice_is_enrolled() -> None:
    given().when(enrol).then(enrolled)


def test_an_apprenticeship_is_opened_once() -> None:
    given(enrolled).when(enrol).then_rejected("apprenticeship_exists", state="enrolled")
    given(*completed).when(enrol).then_rejected("apprenticeship_exists", state="completed")


def test_starts_only_with_one_mentor_of_each_kind() -> None:
    given(*with_both).when(Start(STARTED)).then(ApprenticeshipStarted("drives", STARTED))
    given(enrolled).when(Start()).then_rejected("mentors_missing", missing=["campus_tutor", "enterprise_master"])
    given(enrolled, with_tutor).when(Start()).then_rejected("mentors_missing", missing=["enterprise_master"])


def test_training_rests_and_goes_on() -> None:
    given(*in_training).when(StartBreak()).then(BreakStarted(TODAY))
    given(*on_break).when(EndBreak()).then(BreakEnded(TODAY))


def test_an_apprenticeship_is_completed_and_its_mentors_are_relieved() -> None:
    given(*in_training).when(Complete()).then(*completed[len(in_training) :])


def test_a_mentor_who_is_not_there_is_not_relieved_at_the_end() -> None:
    without = MentorRelieved(MASTER, "m-gao", day(20, month=2))
    given(*in_training, without).when(Complete()).then(
        ApprenticeshipCompleted("drives", STARTED, TODAY), MentorRelieved(TUTOR, "m-he", TODAY)
    )


def test_exit_reasons_are_career_change_poached_dropped_out_transferred_dismissed_other_with_the() -> None:
    given(*in_training).when(Exit(ExitReason.CAREER_CHANGE, Direction.STUDY, TODAY, "Wants to design")).then(
        ApprenticeExited(
            apprentice="person-17",
            base="drives",
            reason=ExitReason.CAREER_CHANGE,
            direction=Direction.STUDY,
            on=TODAY,
            started=STARTED,
            note="Wants to design",
        ),
        *both_relieved(TODAY),
    )
    assert [*ExitReason] == ["career_change", "poached", "dropped_out", "transferred", "dismissed", "other"]
    assert [*Direction] == ["another_apprenticeship", "study", "work", "none", "unknown"]
    with pytest.raises(Invalid, match="one of career_change, poached, dropped_out, transferred, dismissed, other"):
        read_struct(Exit, {"reason": "bored", "direction": "work"})
    with pytest.raises(Invalid, match="direction"):
        read_struct(Exit, {"reason": "poached"})


def test_an_apprentice_may_leave_on_a_break_and_before_the_start() -> None:
    gone = ApprenticeExited("person-17", "drives", ExitReason.POACHED, Direction.WORK, TODAY, STARTED)
    given(*on_break).when(leave).then(gone, *both_relieved(TODAY))
    never_came = ApprenticeExited("person-17", "drives", ExitReason.POACHED, Direction.WORK, TODAY)
    given(enrolled).when(leave).then(never_came)


@pytest.mark.parametrize(
    ("history", "order", "state", "needed"),
    [
        (in_training, Start(), "in_training", "enrolled"),
        (on_break, Start(), "on_break", "enrolled"),
        (with_both, StartBreak(), "enrolled", "in_training"),
        (on_break, StartBreak(), "on_break", "in_training"),
        (with_both, EndBreak(), "enrolled", "on_break"),
        (in_training, EndBreak(), "in_training", "on_break"),
        (with_both, Complete(), "enrolled", "in_training"),
        (on_break, Complete(), "on_break", "in_training"),
    ],
)
def test_each_step_has_its_place(
    history: tuple[ApprenticeshipEvent, ...], order: ApprenticeshipCommand, state: str, needed: str
) -> None:
    given(*history).when(order).then_rejected("wrong_state", state=state, needed=[needed])


ORDERS: list[ApprenticeshipCommand] = [
    AssignMentor(TUTOR, "m-lu"),
    ReassignMentor(TUTOR, "m-lu"),
    RelieveMentor(TUTOR),
    Start(),
    StartBreak(),
    EndBreak(),
    Complete(),
    leave,
]


@pytest.mark.parametrize("order", ORDERS)
def test_nothing_happens_before_enrolment_and_after_the_end(order: ApprenticeshipCommand) -> None:
    given().when(order).then_rejected("no_such_apprenticeship")
    given(*completed).when(order).then_rejected("apprenticeship_has_ended", state="completed")
    given(*left).when(order).then_rejected("apprenticeship_has_ended", state="exited")


def test_what_happened_is_recorded_later_but_in_its_order() -> None:
    given(*in_training).when(StartBreak(STARTED)).then(BreakStarted(STARTED))
    given(*in_training).when(StartBreak(day(15, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-15", last="2026-02-16"
    )


def test_what_has_not_happened_yet_is_not_recorded() -> None:
    given(*in_training).when(Complete(day(4))).then_rejected("not_happened_yet", on="2026-03-04")
    given().when(enrol, at=at(day(30, month=1))).then_rejected("not_happened_yet", on="2026-02-01")


def test_a_day_has_begun_when_it_has_begun_in_the_east() -> None:
    late_in_greenwich = datetime(2026, 3, 2, 23, tzinfo=UTC)
    given(*in_training).when(StartBreak(day(3)), at=late_in_greenwich).then(BreakStarted(day(3)))
    rested = (*in_training, BreakStarted(day(3)))
    given(*rested).when(EndBreak(), at=late_in_greenwich).then(BreakEnded(day(3)))


def test_left_out_the_day_is_today() -> None:
    today = date(2026, 7, 1)
    given(enrolled).when(AssignMentor(TUTOR, "m-he"), at=at(today)).then(MentorAssigned(TUTOR, "m-he", today))
