from __future__ import annotations

import pytest

from baseplus.logbook.events import SkillAttempted, SkillDemonstrated, SkillSignedOff
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff, SkillCommand
from tests.apprenticeships.story import day
from tests.logbook.story import BASE, TODAY, WHO, attempted, demonstrated, given, opened, with_task

tried = (*opened, demonstrated, attempted)
signed_off = SkillSignedOff(WHO, BASE, "turning", "m-gao", 1, TODAY)


def test_skill_is_learnt_by_demonstrate_imitate_sign_off() -> None:
    given(*opened).when(Demonstrate("turning", "m-gao", day(24, month=2))).then(demonstrated)
    given(*opened, demonstrated).when(Attempt("turning", on=day(25, month=2))).then(attempted)
    given(*tried).when(SignOff("turning", "m-gao")).then(signed_off)


def test_nobody_imitates_what_was_not_demonstrated() -> None:
    given(*opened).when(Attempt("turning")).then_rejected("not_demonstrated", skill="turning")
    given(*opened).when(SignOff("turning", "m-gao")).then_rejected("not_demonstrated", skill="turning")


def test_nothing_is_signed_off_that_was_not_attempted() -> None:
    given(*opened, demonstrated).when(SignOff("turning", "m-gao")).then_rejected("not_attempted", skill="turning")


def test_a_skill_may_be_demonstrated_and_attempted_as_often_as_it_takes() -> None:
    given(*tried).when(Demonstrate("turning", "m-he")).then(SkillDemonstrated("turning", "m-he", TODAY))
    given(*tried).when(Demonstrate("turning", "m-he"), Attempt("turning")).then(SkillAttempted("turning", 2, TODAY))
    given(*tried).when(Attempt("turning"), SignOff("turning", "m-he")).then(
        SkillSignedOff(WHO, BASE, "turning", "m-he", 2, TODAY)
    )


@pytest.mark.parametrize("order", [Demonstrate("turning", "m-gao"), Attempt("turning"), SignOff("turning", "m-gao")])
def test_a_skill_is_signed_off_once_and_for_good(order: SkillCommand) -> None:
    given(*tried, signed_off).when(order).then_rejected("signed_off_already", skill="turning")


@pytest.mark.parametrize("order", [Demonstrate("milling", "m-xu"), SignOff("turning", "m-xu")])
def test_only_who_guides_the_apprentice_demonstrates_and_signs_off(order: SkillCommand) -> None:
    given(*tried).when(order).then_rejected("not_their_mentor", mentor="m-xu", on="2026-03-02")


def test_an_attempt_may_say_at_which_task_it_was() -> None:
    history = (*with_task, demonstrated)
    given(*history).when(Attempt("turning", "shaft-3")).then(SkillAttempted("turning", 1, TODAY, "shaft-3"))
    given(*history).when(Attempt("turning", "shaft-4")).then_rejected("no_such_task", task="shaft-4")


def test_a_skill_is_recorded_later_but_in_the_order_in_which_it_was_learnt() -> None:
    given(*opened, demonstrated).when(Attempt("turning", on=day(23, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-23", last="2026-02-24"
    )
    given(*tried).when(SignOff("turning", "m-gao", day(24, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-24", last="2026-02-25"
    )
    given(*opened).when(Demonstrate("turning", "m-gao", day(4))).then_rejected("not_happened_yet", on="2026-03-04")
