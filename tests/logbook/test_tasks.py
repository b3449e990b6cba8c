from __future__ import annotations

import msgspec
import pytest

from baseplus.logbook.events import MentorLeft, PlanTask, TaskAccepted, TaskAssigned, TaskReturned, TaskSubmitted
from baseplus.logbook.tasks import AcceptTask, AssignTask, ReturnTask, SubmitTask, TaskCommand
from tests.apprenticeships.story import day
from tests.logbook.story import (
    JOB,
    TODAY,
    WHO,
    accepted,
    again,
    assigned,
    given,
    opened,
    returned,
    submitted,
    with_output,
    with_task,
)

assign = AssignTask("shaft-3", "Turn a shaft", JOB, "m-gao", day(27, month=2), on=day(25, month=2))


def test_a_mentor_assigns_a_task_with_a_day_by_which_it_is_due() -> None:
    given(*opened).when(assign).then(assigned)


def test_a_task_may_come_from_a_training_plan_and_may_have_no_due_day() -> None:
    given(*opened).when(AssignTask("t-1", "Mill a slot", JOB, "m-he", from_plan=PlanTask("plan-cnc", "slot"))).then(
        TaskAssigned("t-1", "Mill a slot", JOB, "m-he", TODAY, from_plan=PlanTask("plan-cnc", "slot"))
    )


def test_a_task_is_assigned_once() -> None:
    given(*with_task).when(assign).then_rejected("task_exists", task="shaft-3")


def test_a_task_is_assigned_by_who_guides_the_apprentice_on_that_day() -> None:
    given(*opened).when(msgspec.structs.replace(assign, mentor="m-xu")).then_rejected(
        "not_their_mentor", mentor="m-xu", on="2026-02-25"
    )
    before = msgspec.structs.replace(assign, mentor="m-xu", on=day(22, month=2))
    assert given(*opened).when(before).refusal is None
    given(*opened).when(msgspec.structs.replace(assign, on=day(22, month=2))).then_rejected(
        "not_their_mentor", mentor="m-gao", on="2026-02-22"
    )


def test_a_task_is_not_due_before_it_is_assigned() -> None:
    given(*opened).when(msgspec.structs.replace(assign, due=day(24, month=2))).then_rejected(
        "due_before_it_was_assigned", due="2026-02-24", on="2026-02-25"
    )


def test_an_apprentice_submits_a_task_and_may_say_what_came_of_it() -> None:
    given(*with_task).when(SubmitTask("shaft-3", "In the rack", day(27, month=2))).then(submitted)
    given(*with_task).when(SubmitTask("shaft-3")).then(TaskSubmitted(WHO, "shaft-3", 1, TODAY))


def test_a_task_is_accepted_at_first_submission() -> None:
    given(*with_output).when(AcceptTask("shaft-3", "m-gao")).then(accepted())


def test_a_task_is_returned_mended_and_accepted_at_second_submission() -> None:
    given(*with_output).when(ReturnTask("shaft-3", "m-gao", "The seat is too small", day(28, month=2))).then(returned)
    given(*with_output, returned).when(SubmitTask("shaft-3")).then(again)
    given(*with_output, returned, again).when(AcceptTask("shaft-3", "m-he", "Well done")).then(
        msgspec.structs.replace(accepted(2, TODAY, mentor="m-he"), comment="Well done")
    )


def test_an_acceptance_says_which_one_of_the_month_it_is() -> None:
    def course(task: str, number: int, nth: int) -> tuple[TaskAssigned | TaskSubmitted | TaskAccepted, ...]:
        on = day(number)
        return (
            TaskAssigned(task, "Mill a slot", JOB, "m-gao", on),
            TaskSubmitted(WHO, task, 1, on),
            TaskAccepted(WHO, "drives", task, "m-gao", 1, on, on, nth),
        )

    history = (*opened, *course("t-1", 1, 1), *course("t-2", 2, 2))
    sent = (TaskAssigned("t-3", "Mill", JOB, "m-gao", day(1)), TaskSubmitted(WHO, "t-3", 1, day(1)))
    (event,) = given(*history, *sent).when(AcceptTask("t-3", "m-gao")).events
    assert event.nth == 3  # type: ignore[attr-defined]
    (first,) = given(*with_output).when(AcceptTask("shaft-3", "m-gao", on=day(28, month=2))).events
    assert first.nth == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("history", "order", "state", "needed"),
    [
        (with_task, AcceptTask("shaft-3", "m-gao"), "open", ["submitted"]),
        (with_task, ReturnTask("shaft-3", "m-gao", "…"), "open", ["submitted"]),
        (with_output, SubmitTask("shaft-3"), "submitted", ["open", "returned"]),
        ((*with_output, returned), AcceptTask("shaft-3", "m-gao"), "returned", ["submitted"]),
        ((*with_output, returned), ReturnTask("shaft-3", "m-gao", "…"), "returned", ["submitted"]),
        ((*with_output, accepted()), SubmitTask("shaft-3"), "accepted", ["open", "returned"]),
        ((*with_output, accepted()), AcceptTask("shaft-3", "m-gao"), "accepted", ["submitted"]),
        ((*with_output, accepted()), ReturnTask("shaft-3", "m-gao", "…"), "accepted", ["submitted"]),
    ],
)
def test_each_step_of_a_task_has_its_place(
    history: tuple[TaskAssigned, ...], order: TaskCommand, state: str, needed: list[str]
) -> None:
    given(*history).when(order).then_rejected("wrong_state", state=state, needed=needed)


@pytest.mark.parametrize(
    "order", [SubmitTask("shaft-3"), AcceptTask("shaft-3", "m-gao"), ReturnTask("shaft-3", "m-gao", "…")]
)
def test_nothing_comes_of_a_task_that_was_never_assigned(order: TaskCommand) -> None:
    given(*opened).when(order).then_rejected("no_such_task", task="shaft-3")


def test_what_happened_to_a_task_is_recorded_later_but_in_its_order() -> None:
    given(*with_task).when(SubmitTask("shaft-3", on=day(24, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-24", last="2026-02-25"
    )
    given(*with_output).when(AcceptTask("shaft-3", "m-gao", on=day(26, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-26", last="2026-02-27"
    )
    given(*with_task).when(SubmitTask("shaft-3", on=day(4))).then_rejected("not_happened_yet", on="2026-03-04")
    given(*opened).when(msgspec.structs.replace(assign, on=day(4))).then_rejected("not_happened_yet", on="2026-03-04")


def test_who_has_never_guided_the_apprentice_neither_accepts_nor_returns() -> None:
    for order in (AcceptTask("shaft-3", "m-lu"), ReturnTask("shaft-3", "m-lu", "…")):
        given(*with_output).when(order).then_rejected("not_their_mentor", mentor="m-lu", on="2026-03-02")


def test_who_was_relieved_may_still_answer_what_was_submitted() -> None:
    gone = MentorLeft("m-gao", day(28, month=2))
    given(*with_output, gone).when(AcceptTask("shaft-3", "m-gao")).then(accepted())
    given(*with_output, gone).when(ReturnTask("shaft-3", "m-xu", "Too small")).then(
        TaskReturned(WHO, "shaft-3", "m-xu", 1, TODAY, "Too small")
    )


def test_what_happened_to_a_task_that_was_never_assigned_leaves_no_trace() -> None:
    state = given(*opened).state
    for event in (submitted, returned, accepted()):
        assert given(*opened, event).state == state
