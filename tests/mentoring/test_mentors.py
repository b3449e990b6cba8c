from __future__ import annotations

from datetime import date, timedelta

import pytest

from baseplus.apprenticeships.events import MentorAssigned, MentorKind, MentorReassigned, MentorRelieved
from baseplus.kernel.decisions import Step
from baseplus.kernel.scenario import NOON, Scenario
from baseplus.mentoring import followers
from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    CapacitySet,
    Channel,
    GuidanceGiven,
    MentorQualified,
    MentorRegistered,
)
from baseplus.mentoring.model import GiveGuidance, Qualify, Register, Release, SetCapacity, TakeOn, mentoring
from tests.apprenticeships.story import MASTER, TUTOR, day

given = Scenario(mentoring)

registered = (MentorRegistered("person-3", "Gao Mingze", MASTER, "yunchuan"), CapacitySet(2))
SINCE, UNTIL = day(10, month=2), day(20, month=2)
guides_one = (*registered, ApprenticeTakenOn("ap-1", SINCE))
guides_two = (*guides_one, ApprenticeTakenOn("ap-2", SINCE))
released = (*guides_one, ApprenticeReleased("ap-1", UNTIL))
undated = (*registered, ApprenticeTakenOn("ap-1"))
"""As it was recorded before mentors were told the day."""


def take_on(apprenticeship: str, kind: MentorKind = MASTER) -> TakeOn:
    return TakeOn("m-gao", kind, apprenticeship, day(1))


def test_a_mentor_is_registered_with_room_for_six_apprentices() -> None:
    given().when(Register("person-3", "Gao Mingze", MASTER, "yunchuan")).then(
        MentorRegistered("person-3", "Gao Mingze", MASTER, "yunchuan"), CapacitySet(6)
    )


def test_a_mentor_is_registered_with_the_room_that_they_have() -> None:
    given().when(Register("person-3", "Gao Mingze", MASTER, "yunchuan", capacity=2)).then(*registered)


def test_a_mentor_is_registered_once() -> None:
    given(*registered).when(Register("person-3", "Gao Mingze", TUTOR, "qinglan")).then_rejected(
        "mentor_registered_already", kind="enterprise_master"
    )


def test_a_mentor_shows_what_they_can_do_and_does_so_once() -> None:
    qualified = MentorQualified("person-3", "Twelve years at the lathe")
    given(*registered).when(Qualify("Twelve years at the lathe")).then(qualified)
    given(*registered, qualified).when(Qualify("Thirteen years")).then_rejected("mentor_qualified_already")


def test_what_a_mentor_showed_earlier_is_recorded_with_its_day_and_never_ahead_of_it() -> None:
    given(*registered).when(Qualify("Twelve years at the lathe", SINCE)).then(
        MentorQualified("person-3", "Twelve years at the lathe", SINCE)
    )
    given(*registered).when(Qualify("Twelve years at the lathe", day(4))).then_rejected(
        "not_happened_yet", on="2026-03-04"
    )


def test_capacity_is_set_anew() -> None:
    given(*guides_two).when(SetCapacity(3)).then(CapacitySet(3))
    given(*guides_two).when(SetCapacity(3), take_on("ap-3")).then(ApprenticeTakenOn("ap-3", day(1)))


def test_the_same_capacity_again_changes_nothing() -> None:
    given(*registered).when(SetCapacity(2)).then()


def test_capacity_is_not_set_below_the_load() -> None:
    given(*guides_two).when(SetCapacity(1)).then_rejected("capacity_below_load", capacity=1, load=2)
    given(*registered).when(SetCapacity(0)).then(CapacitySet(0))


def test_who_is_not_registered_has_no_capacity_and_nothing_to_show() -> None:
    given().when(SetCapacity(3)).then_rejected("mentor_not_registered")
    given().when(Qualify("…")).then_rejected("mentor_not_registered")


def test_a_mentor_takes_apprentices_on_up_to_their_capacity() -> None:
    given(*guides_one).when(take_on("ap-2")).then(ApprenticeTakenOn("ap-2", day(1)))
    given(*guides_two).when(take_on("ap-3")).then_rejected("mentor_at_capacity", mentor="m-gao", capacity=2)


def test_a_released_apprentice_makes_room() -> None:
    given(*guides_two).when(Release("ap-1", day(1)), take_on("ap-3")).then(ApprenticeTakenOn("ap-3", day(1)))


def test_a_mentor_goes_on_guiding_the_others_when_one_is_released() -> None:
    left = given(*guides_two, ApprenticeReleased("ap-1", UNTIL))
    left.when(take_on("ap-2")).then_rejected("apprentice_taken_on_already", mentor="m-gao", apprenticeship="ap-2")
    left.when(take_on("ap-1")).then(ApprenticeTakenOn("ap-1", day(1)))


def test_who_is_not_registered_takes_nobody_on() -> None:
    given().when(take_on("ap-1")).then_rejected("mentor_not_registered", mentor="m-gao")


def test_a_mentor_takes_on_whom_their_kind_guides() -> None:
    given(*registered).when(take_on("ap-1", TUTOR)).then_rejected(
        "mentor_of_another_kind", mentor="m-gao", kind="enterprise_master", needed="campus_tutor"
    )


def test_an_apprentice_is_taken_on_once() -> None:
    given(*guides_one).when(take_on("ap-1")).then_rejected(
        "apprentice_taken_on_already", mentor="m-gao", apprenticeship="ap-1"
    )


def test_a_mentor_lets_go_whom_they_guide_and_nothing_happens_for_others() -> None:
    given(*guides_one).when(Release("ap-1", UNTIL)).then(ApprenticeReleased("ap-1", UNTIL))
    given(*guides_one).when(Release("ap-9", UNTIL)).then()
    given().when(Release("ap-1", UNTIL)).then()


def test_a_mentor_guides_for_some_hours_online_or_offline() -> None:
    given(*guides_one).when(GiveGuidance("ap-1", "2.5", Channel.ONLINE, day(1))).then(
        GuidanceGiven("ap-1", MASTER, "2.5", Channel.ONLINE, day(1))
    )
    for hours in ("0.5", "24"):
        given(*guides_one).when(GiveGuidance("ap-1", hours)).then(
            GuidanceGiven("ap-1", MASTER, hours, Channel.OFFLINE, NOON.date())
        )


@pytest.mark.parametrize("hours", ["0", "0.0", "24.01", "100"])
def test_guidance_takes_some_hours_of_a_day(hours: str) -> None:
    given(*guides_one).when(GiveGuidance("ap-1", hours)).then_rejected("hours_of_no_day", hours=hours)


def test_guidance_is_recorded_once_it_was_given() -> None:
    given(*guides_one).when(GiveGuidance("ap-1", "2", on=day(4))).then_rejected("not_happened_yet", on="2026-03-04")


def test_nobody_guides_the_apprentice_of_another_mentor() -> None:
    for history in ((), registered, guides_one):
        given(*history).when(GiveGuidance("ap-2", "2")).then_rejected(
            "apprentice_of_another_mentor", apprenticeship="ap-2"
        )


def guidance(on: date) -> GuidanceGiven:
    return GuidanceGiven("ap-1", MASTER, "2", Channel.OFFLINE, on)


@pytest.mark.parametrize("on", [SINCE, day(19, month=2), UNTIL])
def test_guidance_of_a_mentor_who_was_relieved_may_be_recorded_late(on: date) -> None:
    given(*released).when(GiveGuidance("ap-1", "2", on=on)).then(guidance(on))


@pytest.mark.parametrize("on", [date(2001, 3, 1), day(9, month=2), day(21, month=2), None])
def test_no_guidance_is_of_a_day_on_which_the_mentor_did_not_guide_the_apprentice(on: date | None) -> None:
    given(*released).when(GiveGuidance("ap-1", "2", on=on)).then_rejected(
        "not_guided_on_that_day", apprenticeship="ap-1", on=(on or NOON.date()).isoformat()
    )


def test_a_mentor_who_guides_an_apprentice_guided_them_on_no_day_before() -> None:
    given(*guides_one).when(GiveGuidance("ap-1", "2", on=day(9, month=2))).then_rejected("not_guided_on_that_day")
    given(*guides_one).when(GiveGuidance("ap-1", "2", on=UNTIL)).then(guidance(UNTIL))


def test_who_is_assigned_again_guided_before_and_guides_since() -> None:
    again = (*released, ApprenticeTakenOn("ap-1", day(1)))
    for on in (SINCE, UNTIL, day(1), day(2)):
        given(*again).when(GiveGuidance("ap-1", "2", on=on)).then(guidance(on))
    given(*again).when(GiveGuidance("ap-1", "2", on=day(28, month=2))).then_rejected("not_guided_on_that_day")
    ended = (*again, ApprenticeReleased("ap-1", day(2)))
    given(*ended).when(GiveGuidance("ap-1", "2", on=day(28, month=2))).then_rejected("not_guided_on_that_day")


def test_a_mentor_who_was_released_on_no_day_that_was_told_guides_no_longer() -> None:
    for on in (SINCE, None):
        given(*guides_one, ApprenticeReleased("ap-1")).when(GiveGuidance("ap-1", "2", on=on)).then_rejected(
            "apprentice_of_another_mentor", apprenticeship="ap-1"
        )


def test_guidance_on_the_first_day_may_be_recorded_where_that_day_has_begun() -> None:
    tomorrow = NOON.date() + timedelta(days=1)
    evening = NOON.replace(hour=18)
    given(*registered, ApprenticeTakenOn("ap-1", tomorrow)).when(GiveGuidance("ap-1", "2"), at=evening).then(
        guidance(tomorrow)
    )


def test_where_the_history_does_not_say_the_day_any_may_be_one_of_guidance() -> None:
    long_ago = date(2001, 3, 1)
    given(*undated).when(GiveGuidance("ap-1", "2", on=long_ago)).then(guidance(long_ago))
    given(*undated, ApprenticeReleased("ap-1", UNTIL)).when(GiveGuidance("ap-1", "2")).then_rejected(
        "not_guided_on_that_day"
    )


def test_what_happens_to_an_apprenticeship_is_put_to_its_mentors() -> None:
    assert list(followers.assigned("ap-1", MentorAssigned(MASTER, "m-gao", day(1)))) == [
        Step(mentoring, "m-gao", take_on("ap-1"))
    ]
    assert list(followers.reassigned("ap-1", MentorReassigned(MASTER, "m-gao", "m-xu", day(1)))) == [
        Step(mentoring, "m-gao", take_on("ap-1")),
        Step(mentoring, "m-xu", Release("ap-1", day(1))),
    ]
    assert list(followers.relieved("ap-1", MentorRelieved(MASTER, "m-gao", day(1)))) == [
        Step(mentoring, "m-gao", Release("ap-1", day(1)))
    ]


def test_a_mentor_above_capacity_takes_on_nobody_however_that_came() -> None:
    given(*guides_two, CapacitySet(1)).when(take_on("ap-3")).then_rejected(
        "mentor_at_capacity", mentor="m-gao", capacity=1
    )


def test_a_tutor_is_no_master() -> None:
    tutor = (MentorRegistered("person-3", "Lu Wen", TUTOR, "qinglan"), CapacitySet(2))
    given(*tutor).when(take_on("ap-1")).then_rejected(
        "mentor_of_another_kind", mentor="m-gao", kind="campus_tutor", needed="enterprise_master"
    )


def test_who_was_never_taken_on_is_not_by_being_released() -> None:
    never = given(*registered, ApprenticeReleased("ap-1", UNTIL))
    assert never.state.guides == frozenset()
    never.when(GiveGuidance("ap-1", "2", on=SINCE)).then_rejected("apprentice_of_another_mentor")
