from __future__ import annotations

import pytest

from baseplus.bases.events import (
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostHandedOver,
    PostKind,
    PostVacated,
)
from baseplus.bases.posts import AbolishPost, Appoint, CreatePost, HandOver, PostCommand, Vacate
from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from tests.bases.story import HR, TEACHER, TODAY, day, founded, given, led, managed, teacher_post, with_posts

handed = PostHandedOver("hr", HR, "p-bai", "p-cao", "Cao Rui", ("Keys of hall 3", "Attendance lists"), day(20))


def hand_over(outgoing: str = "p-bai", person: str = "p-cao", on: int = 20) -> HandOver:
    return HandOver("hr", outgoing, person, "Cao Rui", ("Keys of hall 3", "Attendance lists"), day(on))


def test_one_holder_per_post() -> None:
    given(*with_posts).when(Appoint("hr", "p-bai", "Bai Yang", day(5))).then(
        ManagerAppointed("hr", HR, "p-bai", "Bai Yang", day(5))
    )
    given(*managed).when(Appoint("hr", "p-cao", "Cao Rui")).then_rejected("post_is_held", post="hr", holder="p-bai")
    given(*managed).when(Vacate("hr"), Appoint("hr", "p-cao", "Cao Rui")).then(
        ManagerAppointed("hr", HR, "p-cao", "Cao Rui", TODAY)
    )


def test_a_handover_names_both_people_and_what_was_handed_over() -> None:
    given(*managed).when(hand_over()).then(handed)
    given(*managed).when(hand_over(outgoing="p-xu")).then_rejected(
        "not_the_holder", post="hr", holder="p-bai", named="p-xu"
    )
    given(*managed).when(hand_over(person="p-bai")).then_rejected("hands_over_to_themselves", post="hr", person="p-bai")
    given(*led).when(hand_over()).then_rejected("post_is_vacant", post="hr")
    nothing = {"post": "hr", "outgoing": "p-bai", "person": "p-cao", "name": "Cao Rui", "handed_over": []}
    with pytest.raises(Invalid, match="handed_over"):
        read_struct(HandOver, nothing)


def test_who_took_a_post_over_hands_it_on() -> None:
    given(*managed, handed).when(hand_over("p-cao", "p-bai", 21)).then(
        PostHandedOver("hr", HR, "p-cao", "p-bai", "Cao Rui", ("Keys of hall 3", "Attendance lists"), day(21))
    )
    given(*managed, handed).when(hand_over("p-bai", "p-xu", 21)).then_rejected("not_the_holder")


def test_a_post_is_created_once_and_reports_to_one_that_there_is() -> None:
    given(*founded).when(CreatePost("head", TEACHER, "Teacher in charge", 7, on=day(3))).then(teacher_post)
    given(*with_posts).when(CreatePost("hr", HR, "HR again")).then_rejected("post_exists", post="hr")
    given(*with_posts).when(CreatePost("lab", PostKind.OTHER, "Lab", 0, "boss")).then_rejected(
        "no_such_post", post="boss"
    )
    given(*with_posts).when(CreatePost("lab", PostKind.OTHER, "Lab", 0, "head", day(3))).then(
        PostCreated("lab", PostKind.OTHER, "Lab", 0, day(3), "head")
    )


def test_a_base_has_one_teacher_in_charge_and_one_student_general_manager() -> None:
    given(*with_posts).when(CreatePost("head-2", TEACHER, "Second head")).then_rejected(
        "post_of_this_kind_exists", kind="teacher_in_charge", post="head"
    )
    given(*with_posts).when(CreatePost("hr-2", HR, "Second HR manager")).then(
        PostCreated("hr-2", HR, "Second HR manager", 14, TODAY)
    )
    abolished = (*founded, teacher_post, PostAbolished("head", TEACHER, day(6)))
    given(*abolished).when(CreatePost("head-2", TEACHER, "Second head")).then(
        PostCreated("head-2", TEACHER, "Second head", 14, TODAY)
    )
    given(*abolished).when(CreatePost("lab", HR, "Lab", 0, "head")).then_rejected("no_such_post", post="head")


def test_a_post_is_vacated_by_its_holder_only_once() -> None:
    vacated = PostVacated("hr", HR, "p-bai", day(9), "Graduated")
    given(*managed).when(Vacate("hr", "Graduated", day(9))).then(vacated)
    given(*managed, vacated).when(Vacate("hr")).then_rejected("post_is_vacant", post="hr")


def test_a_post_is_abolished_once_nobody_holds_it_and_none_reports_to_it() -> None:
    given(*with_posts).when(AbolishPost("hr", day(6))).then(PostAbolished("hr", HR, day(6)))
    given(*managed).when(AbolishPost("hr")).then_rejected("post_is_held", post="hr", holder="p-bai")
    given(*with_posts).when(AbolishPost("head")).then_rejected("posts_report_to_it", post="head", posts=["hr"])
    given(*with_posts, PostAbolished("hr", HR, day(6))).when(AbolishPost("head")).then(
        PostAbolished("head", TEACHER, TODAY)
    )


@pytest.mark.parametrize("order", [Appoint("lab", "p-1", "Bai"), Vacate("lab"), AbolishPost("lab")])
def test_nothing_happens_to_a_post_that_there_is_not(order: PostCommand) -> None:
    given(*with_posts).when(order).then_rejected("no_such_post", post="lab")
    gone = (PostCreated("lab", PostKind.OTHER, "Lab", 0, day(3)), PostAbolished("lab", PostKind.OTHER, day(3)))
    given(*with_posts, *gone).when(order).then_rejected("no_such_post", post="lab")


def test_what_happens_to_a_post_is_recorded_in_its_order() -> None:
    given(*managed).when(Vacate("hr", on=day(4))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-04", last="2026-02-05"
    )
    given(*managed).when(Vacate("hr", on=day(4, month=3))).then_rejected("not_happened_yet", on="2026-03-04")
    given(*founded).when(CreatePost("hr", HR, "HR", on=day(1))).then_rejected("earlier_than_the_last_change")
