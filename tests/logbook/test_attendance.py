from __future__ import annotations

from datetime import date

import msgspec
import pytest

from baseplus.logbook.attendance import (
    AttendanceCommand,
    ClaimAttendance,
    DisputeAttendance,
    MatchOutput,
    MatchToolLog,
    Vouch,
    WithdrawAttendance,
)
from baseplus.logbook.events import (
    AttendanceDisputed,
    AttendanceWithdrawn,
    DaysClosed,
    DaysOpened,
    LogbookEvent,
    TaskAssigned,
    WitnessKind,
)
from tests.apprenticeships.story import day
from tests.logbook.story import (
    BASE,
    CLASSROOM,
    DAY,
    EXERCISE,
    JOB,
    TODAY,
    WHO,
    accepted,
    again,
    by_master,
    by_tool,
    claimed,
    corroborated,
    counted,
    given,
    opened,
    returned,
    submitted,
    with_output,
    with_task,
)

with_claim = (*opened, claimed())
vouch = Vouch(JOB, "m-gao", DAY)
match_log = MatchToolLog(JOB, "lathe-2-0815", DAY)
match_output = MatchOutput(JOB, "shaft-3", DAY)
dispute = DisputeAttendance(JOB, "The machine stood still", "m-gao", DAY)
withdraw = WithdrawAttendance(JOB, "It was the day after", DAY)
disputed = AttendanceDisputed(WHO, BASE, DAY, JOB, "7.5", "The machine stood still", "m-gao", 0)


def test_attendance_is_claimed_for_a_day_and_a_kind_of_work() -> None:
    given(*opened).when(ClaimAttendance(JOB, "7.5", DAY)).then(claimed())
    given(*opened).when(ClaimAttendance(CLASSROOM, "2")).then(claimed(TODAY, CLASSROOM, "2"))


def test_attendance_is_claimed_once_for_a_day_and_a_kind_of_work() -> None:
    given(*with_claim).when(ClaimAttendance(JOB, "2", DAY)).then_rejected(
        "claimed_already", on="2026-02-27", work="job"
    )
    given(*with_claim).when(ClaimAttendance(CLASSROOM, "2", DAY)).then(claimed(DAY, CLASSROOM, "2", nth=2))


@pytest.mark.parametrize(("hours", "already"), [("0", "7.5"), ("0.0", "7.5"), ("16.5001", "7.5"), ("100", "7.5")])
def test_a_day_has_24_hours_whatever_they_are_claimed_for(hours: str, already: str) -> None:
    given(*with_claim).when(ClaimAttendance(EXERCISE, hours, DAY)).then_rejected(
        "hours_of_no_day", hours=hours, claimed=already
    )
    given(*with_claim).when(ClaimAttendance(EXERCISE, "16.5", DAY)).then(claimed(DAY, EXERCISE, "16.5", nth=2))


def test_a_claim_says_which_one_of_the_month_it_is() -> None:
    given(*with_claim).when(ClaimAttendance(JOB, "8", day(26, month=2))).then(claimed(day(26, month=2), JOB, "8", 2))
    given(*with_claim).when(ClaimAttendance(JOB, "8", day(1))).then(claimed(day(1), JOB, "8", 1))


@pytest.mark.parametrize("on", [day(15, month=2), day(24, month=2), day(25, month=2)])
def test_only_days_of_the_training_are_claimed(on: date) -> None:
    rest = (DaysClosed(day(24, month=2)), DaysOpened(day(26, month=2)))
    given(*opened, *rest).when(ClaimAttendance(JOB, "8", on)).then_rejected("not_in_training", on=on.isoformat())
    for there in (day(16, month=2), day(23, month=2), day(26, month=2)):
        assert given(*opened, *rest).when(ClaimAttendance(JOB, "8", there)).refusal is None


def test_a_day_that_has_not_come_is_not_claimed() -> None:
    given(*opened).when(ClaimAttendance(JOB, "8", day(4))).then_rejected("not_happened_yet", on="2026-03-04")


def test_attendance_counts_when_two_independent_witnesses_agree() -> None:
    given(*with_claim).when(vouch).then(by_master)
    given(*with_claim, by_master).when(match_log).then(by_tool)
    given(*with_claim).when(match_log).then(msgspec.structs.replace(by_tool, counts=None))
    given(*with_claim, by_master).when(Vouch(JOB, "m-he", DAY)).then(corroborated(by="m-he", behind="m-he", counts=1))


def test_what_counts_already_may_have_further_witnesses() -> None:
    given(*counted).when(Vouch(JOB, "m-he", DAY)).then(corroborated(by="m-he", behind="m-he"))


def test_it_is_said_which_one_of_the_month_it_is_that_counts() -> None:
    other = (claimed(day(26, month=2), nth=2), corroborated(on=day(26, month=2)))
    given(*counted, *other).when(MatchToolLog(JOB, "lathe-2", day(26, month=2))).then(
        corroborated(WitnessKind.TOOL_LOG, "lathe-2", None, 2, day(26, month=2))
    )
    of_march = (claimed(day(1)), corroborated(on=day(1)))
    given(*counted, *of_march).when(MatchToolLog(JOB, "lathe-2", day(1))).then(
        corroborated(WitnessKind.TOOL_LOG, "lathe-2", None, 1, day(1))
    )


@pytest.mark.parametrize(
    ("history", "order", "facts"),
    [
        ((*with_claim, by_master), vouch, {"witness": "mentor", "by": "m-gao"}),
        (
            (*with_claim, msgspec.structs.replace(by_tool, counts=None)),
            MatchToolLog(JOB, "door-1", DAY),
            {"witness": "tool_log", "by": "door-1"},
        ),
        (
            (*with_output, accepted(), claimed(), by_master),
            match_output,
            {"witness": "task_output", "by": "shaft-3"},
        ),
        (
            (*with_output, accepted(), claimed(), corroborated(WitnessKind.TASK_OUTPUT, "shaft-3")),
            vouch,
            {"witness": "mentor", "by": "m-gao"},
        ),
    ],
)
def test_witnesses_are_independent_where_different_people_stand_behind_them(
    history: tuple[LogbookEvent, ...], order: AttendanceCommand, facts: dict[str, str]
) -> None:
    given(*history).when(order).then_rejected("witness_not_independent", **facts)


def test_what_came_of_a_day_is_a_witness_when_somebody_else_accepted_it() -> None:
    given(*with_output, accepted(mentor="m-he"), claimed(), by_master).when(match_output).then(
        corroborated(WitnessKind.TASK_OUTPUT, "shaft-3", "m-he", 1)
    )


def test_an_output_is_of_that_day_of_that_work_and_accepted() -> None:
    given(*with_output, claimed()).when(match_output).then_rejected("output_not_accepted", task="shaft-3")
    given(*with_output, returned, claimed()).when(match_output).then_rejected("output_not_accepted", task="shaft-3")
    given(*with_task, claimed()).when(match_output).then_rejected(
        "output_of_another_day", task="shaft-3", on="2026-02-27"
    )
    exercise = TaskAssigned("shaft-3", "Turn a shaft", EXERCISE, "m-gao", day(25, month=2))
    given(*opened, exercise, submitted, accepted(), claimed()).when(match_output).then_rejected(
        "output_of_other_work", task="shaft-3", work="exercise"
    )
    given(*with_claim).when(match_output).then_rejected("no_such_task", task="shaft-3")


def test_a_returned_submission_shows_that_one_was_there_once_the_task_is_accepted() -> None:
    done = (*with_output, returned, again, accepted(2, TODAY, mentor="m-he"))
    given(*done, claimed()).when(match_output).then(corroborated(WitnessKind.TASK_OUTPUT, "shaft-3", "m-he"))


def test_a_mentor_vouches_for_days_on_which_they_guided_the_apprentice() -> None:
    given(*with_claim).when(Vouch(JOB, "m-xu", DAY)).then_rejected("not_their_mentor", mentor="m-xu", on="2026-02-27")
    earlier = claimed(day(20, month=2))
    given(*opened, earlier).when(Vouch(JOB, "m-xu", earlier.on)).then(
        corroborated(by="m-xu", behind="m-xu", on=earlier.on)
    )
    given(*opened, earlier).when(Vouch(JOB, "m-gao", earlier.on)).then_rejected(
        "not_their_mentor", mentor="m-gao", on="2026-02-20"
    )


@pytest.mark.parametrize("order", [vouch, match_log, match_output, dispute, withdraw])
def test_nobody_says_anything_of_what_was_not_claimed(order: AttendanceCommand) -> None:
    given(*opened).when(order).then_rejected("not_claimed", on="2026-02-27", work="job")
    given(*opened, claimed(DAY, CLASSROOM)).when(order).then_rejected("not_claimed", on="2026-02-27", work="job")


def test_a_disputed_attendance_counts_no_more() -> None:
    given(*counted).when(dispute).then(disputed)
    given(*with_claim).when(dispute).then(msgspec.structs.replace(disputed, left=None))


def test_the_staff_may_dispute_and_a_mentor_who_guided_on_that_day() -> None:
    given(*counted).when(DisputeAttendance(JOB, "The door log differs", on=DAY)).then(
        AttendanceDisputed(WHO, BASE, DAY, JOB, "7.5", "The door log differs", left=0)
    )
    given(*counted).when(DisputeAttendance(JOB, "…", "m-xu", DAY)).then_rejected(
        "not_their_mentor", mentor="m-xu", on="2026-02-27"
    )


def test_after_a_dispute_it_takes_two_independent_witnesses_anew() -> None:
    given(*counted, disputed).when(vouch).then(by_master)
    given(*counted, disputed).when(vouch, match_log).then(by_tool)
    given(*counted, disputed).when(dispute).then_rejected("disputed_already", on="2026-02-27", work="job")
    given(*counted, disputed).when(vouch, dispute).then(msgspec.structs.replace(disputed, left=None))


def test_what_was_claimed_by_mistake_is_withdrawn_and_may_be_claimed_anew() -> None:
    withdrawn = AttendanceWithdrawn(WHO, BASE, DAY, JOB, "7.5", 0, "It was the day after", 0)
    given(*counted).when(withdraw).then(withdrawn)
    given(*with_claim).when(withdraw).then(msgspec.structs.replace(withdrawn, left=None))
    given(*with_claim).when(withdraw, ClaimAttendance(JOB, "8", DAY)).then(claimed(hours="8"))


def test_it_is_said_how_many_claims_of_the_month_are_left_and_how_many_count() -> None:
    other = day(26, month=2)
    both = (*counted, claimed(other, nth=2), corroborated(on=other), corroborated(by="m-he", behind="m-he", on=other))
    given(*both).when(withdraw).then(AttendanceWithdrawn(WHO, BASE, DAY, JOB, "7.5", 1, "It was the day after", 1))
    given(*both).when(dispute).then(msgspec.structs.replace(disputed, left=1))


def test_what_happened_to_a_claim_that_was_never_made_leaves_no_trace() -> None:
    assert given(*opened, by_master).state == given(*opened).state
