from __future__ import annotations

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    Direction,
    ExitReason,
    LearnerRole,
    ModulePassed,
    ModuleSelected,
    RoleAssumed,
    RoleRelinquished,
)
from baseplus.apprenticeships.learning import AssumeRole, PassModule, RelinquishRole, SelectModule
from baseplus.apprenticeships.model import Complete, Exit
from tests.apprenticeships.story import at, both_relieved, day, enrolled, given, in_training

STUDENT, APPRENTICE = LearnerRole.STUDENT, LearnerRole.APPRENTICE

student = RoleAssumed("person-17", STUDENT, day(2, month=2))
apprentice = RoleAssumed("person-17", APPRENTICE, day(16, month=2), until=day(27))
selected = ModuleSelected("plan-1", "milling", day(20, month=2))
completed = (ApprenticeshipCompleted("drives", day(16, month=2), day(20)), *both_relieved(day(20)))


def test_one_person_has_two_roles_each_for_a_time_of_its_own() -> None:
    given(enrolled).when(AssumeRole(STUDENT, day(2, month=2))).then(student)
    given(*in_training, student).when(AssumeRole(APPRENTICE, day(16, month=2), day(27))).then(apprentice)
    given(enrolled, student).when(RelinquishRole(STUDENT, day(1))).then(RoleRelinquished("person-17", STUDENT, day(1)))


def test_a_role_is_held_once_at_a_time() -> None:
    given(enrolled, student).when(AssumeRole(STUDENT, day(1))).then_rejected(
        "role_held_already", role="student", since="2026-02-02"
    )
    given(enrolled, student, RoleRelinquished("person-17", STUDENT, day(1))).when(AssumeRole(STUDENT, day(2))).then(
        RoleAssumed("person-17", STUDENT, day(2))
    )


def test_a_role_whose_time_is_over_is_held_no_longer() -> None:
    later = at(day(28))
    given(*in_training, apprentice).when(RelinquishRole(APPRENTICE, day(28)), at=later).then_rejected(
        "role_not_held", role="apprentice"
    )
    given(*in_training, apprentice).when(AssumeRole(APPRENTICE, day(28)), at=later).then(
        RoleAssumed("person-17", APPRENTICE, day(28))
    )


def test_a_role_does_not_end_before_it_begins_nor_begin_before_the_enrolment() -> None:
    given(enrolled).when(AssumeRole(STUDENT, day(2), day(1))).then_rejected(
        "ends_before_it_begins", on="2026-03-02", until="2026-03-01"
    )
    given(enrolled).when(AssumeRole(STUDENT, day(31, month=1))).then_rejected(
        "earlier_than_the_last_change", on="2026-01-31", last="2026-02-01"
    )
    given(enrolled).when(RelinquishRole(STUDENT)).then_rejected("role_not_held", role="student")


def test_an_apprentices_role_ends_with_the_training_and_a_students_may_last() -> None:
    over = RoleRelinquished("person-17", APPRENTICE, day(20))
    done = (*in_training, student, apprentice)
    given(*done).when(Complete(day(20)), at=at(day(20))).then(*completed, over)
    gone = ApprenticeExited("person-17", "drives", ExitReason.OTHER, Direction.STUDY, day(20), day(16, month=2))
    given(*done).when(Exit(ExitReason.OTHER, Direction.STUDY, day(20)), at=at(day(20))).then(
        gone, *both_relieved(day(20)), over
    )
    given(*done, *completed, over).when(RelinquishRole(STUDENT, day(25)), at=at(day(25))).then(
        RoleRelinquished("person-17", STUDENT, day(25))
    )
    given(*done, *completed, over).when(AssumeRole(APPRENTICE)).then_rejected(
        "apprenticeship_has_ended", ended="2026-03-20"
    )


def test_a_module_is_selected_once() -> None:
    given(*in_training).when(SelectModule("plan-1", "milling", day(20, month=2))).then(selected)
    given(*in_training, selected).when(SelectModule("plan-2", "milling")).then_rejected(
        "module_selected_already", module="milling", since="2026-02-20"
    )
    given(*in_training, *completed).when(SelectModule("plan-1", "milling")).then_rejected(
        "apprenticeship_has_ended", ended="2026-03-20"
    )


def test_a_module_is_passed_once_and_only_where_it_was_selected() -> None:
    passed = ModulePassed("plan-1", "milling", day(20, month=2), day(1), 88)
    given(*in_training, selected).when(PassModule("milling", day(1), 88)).then(passed)
    given(*in_training).when(PassModule("milling")).then_rejected("module_not_selected", module="milling")
    given(*in_training, selected, passed).when(PassModule("milling")).then_rejected(
        "module_passed_already", module="milling"
    )
    given(*in_training, selected).when(PassModule("milling", day(19, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-19", last="2026-02-20"
    )


def test_a_module_may_be_entered_after_the_training_with_a_day_of_it() -> None:
    history, later = (*in_training, selected, *completed), at(day(25))
    given(*history).when(PassModule("milling", day(18)), at=later).then(
        ModulePassed("plan-1", "milling", day(20, month=2), day(18))
    )
    given(*history).when(PassModule("milling"), at=later).then(
        ModulePassed("plan-1", "milling", day(20, month=2), day(20))
    )
    given(*history).when(PassModule("milling", day(24)), at=later).then_rejected(
        "later_than_the_end", on="2026-03-24", ended="2026-03-20"
    )
