from __future__ import annotations

import pytest

from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    CapacitySet,
    MentoringEvent,
    MentorQualified,
    MentorRegistered,
)
from projections.mentors.views import MentorRow, Mentors
from tests.apprenticeships.story import MASTER
from tests.projections.folding import fold, time

registered = (MentorRegistered("person-3", "Gao Mingze", MASTER, "yunchuan"), CapacitySet(6))


def mentor(*history: MentoringEvent) -> MentorRow:
    row = fold(Mentors(), "mentoring/m-gao", history)["m-gao"]
    assert isinstance(row, MentorRow)
    return row


def test_a_registered_mentor_has_room_and_guides_nobody() -> None:
    assert mentor(*registered) == MentorRow(
        id="m-gao",
        person="person-3",
        name="Gao Mingze",
        kind=MASTER,
        organisation="yunchuan",
        capacity=6,
        load=0,
        qualified=False,
        qualified_at=None,
        registered_at=time(1),
        apprenticeships=[],
        position=2,
    )


def test_a_qualified_mentor_says_since_when() -> None:
    row = mentor(*registered, MentorQualified("person-3", "Twelve years at the lathe"))
    assert (row.qualified, row.qualified_at, row.position) == (True, time(3), 3)


def test_the_load_is_whom_they_guide_now() -> None:
    taken = (*registered, ApprenticeTakenOn("ap-1"), ApprenticeTakenOn("ap-2"))
    assert (mentor(*taken).load, mentor(*taken).apprenticeships) == (2, ["ap-1", "ap-2"])
    row = mentor(*taken, ApprenticeReleased("ap-1"), CapacitySet(1))
    assert (row.load, row.capacity, row.apprenticeships, row.position) == (1, 1, ["ap-2"], 6)


@pytest.mark.parametrize("event", [CapacitySet(6), ApprenticeTakenOn("ap-1"), MentorQualified("person-3", "…")])
def test_an_event_about_who_was_never_registered_makes_no_row(event: MentoringEvent) -> None:
    assert fold(Mentors(), "mentoring/m-gao", [event]) == {}
