from __future__ import annotations

import pytest

from baseplus.apprenticeships.events import MentorAssigned, MentorReassigned, MentorRelieved
from baseplus.apprenticeships.model import AssignMentor, ReassignMentor, RelieveMentor, Start
from baseplus.kernel.scenario import NOON
from tests.apprenticeships.story import (
    MASTER,
    TUTOR,
    day,
    enrolled,
    given,
    in_training,
    on_break,
    with_both,
    with_tutor,
)

TODAY = NOON.date()


def test_a_mentor_of_each_kind_is_assigned() -> None:
    given(enrolled).when(AssignMentor(TUTOR, "m-he", day(10, month=2))).then(with_tutor)
    given(enrolled, with_tutor).when(AssignMentor(MASTER, "m-gao")).then(MentorAssigned(MASTER, "m-gao", TODAY))


def test_a_mentor_may_be_assigned_before_the_start_during_training_and_on_a_break() -> None:
    for history in ((enrolled,), in_training, on_break):
        without = MentorRelieved(TUTOR, "m-he", day(24, month=2))
        given(*history, without).when(AssignMentor(TUTOR, "m-lu")).then(MentorAssigned(TUTOR, "m-lu", TODAY))


def test_there_is_one_mentor_of_a_kind() -> None:
    given(*with_both).when(AssignMentor(TUTOR, "m-lu")).then_rejected(
        "mentor_assigned_already", kind="campus_tutor", mentor="m-he"
    )


def test_a_mentor_hands_over_to_another_without_a_day_between_them() -> None:
    given(*in_training).when(ReassignMentor(MASTER, "m-xu", day(25, month=2))).then(
        MentorReassigned(MASTER, "m-xu", previous="m-gao", on=day(25, month=2))
    )


def test_nobody_hands_over_to_themselves() -> None:
    given(*in_training).when(ReassignMentor(MASTER, "m-gao")).then_rejected(
        "mentor_assigned_already", kind="enterprise_master", mentor="m-gao"
    )


def test_a_mentor_is_relieved() -> None:
    given(*in_training).when(RelieveMentor(TUTOR)).then(MentorRelieved(TUTOR, "m-he", TODAY))


@pytest.mark.parametrize("order", [RelieveMentor(MASTER), ReassignMentor(MASTER, "m-xu")])
def test_only_who_guides_is_relieved_or_hands_over(order: RelieveMentor | ReassignMentor) -> None:
    given(enrolled, with_tutor).when(order).then_rejected("no_mentor_of_this_kind", kind="enterprise_master")


def test_who_took_over_is_who_may_be_relieved() -> None:
    given(*in_training).when(ReassignMentor(MASTER, "m-xu"), RelieveMentor(MASTER)).then(
        MentorRelieved(MASTER, "m-xu", TODAY)
    )


def test_whose_mentor_was_relieved_does_not_start() -> None:
    given(*with_both).when(RelieveMentor(MASTER), Start()).then_rejected(
        "mentors_missing", missing=["enterprise_master"]
    )
