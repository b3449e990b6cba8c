from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from baseplus.mentoring.events import (
    ApprenticeReleased,
    ApprenticeTakenOn,
    CapacitySet,
    MentoringEvent,
    MentorQualified,
    MentorRegistered,
)
from projections.mentors.views import Dispatches, DispatchRow, MentorRow, Mentors
from tests.apprenticeships.story import MASTER, day
from tests.mentoring.test_dispatches import delivered, missed, scheduled, seconded
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
    assert row.qualified_on == time(3).date()
    row = mentor(*registered, MentorQualified("person-3", "Twelve years at the lathe", day(2)))
    assert (row.qualified_on, row.qualified_at) == (day(2), time(3))


def test_the_load_is_whom_they_guide_now() -> None:
    taken = (*registered, ApprenticeTakenOn("ap-1"), ApprenticeTakenOn("ap-2"))
    assert (mentor(*taken).load, mentor(*taken).apprenticeships) == (2, ["ap-1", "ap-2"])
    row = mentor(*taken, ApprenticeReleased("ap-1"), CapacitySet(1))
    assert (row.load, row.capacity, row.apprenticeships, row.position) == (1, 1, ["ap-2"], 6)


@pytest.mark.parametrize("event", [CapacitySet(6), ApprenticeTakenOn("ap-1"), MentorQualified("person-3", "…")])
def test_an_event_about_who_was_never_registered_makes_no_row(event: MentoringEvent) -> None:
    assert fold(Mentors(), "mentoring/m-gao", [event]) == {}


def test_secondments_add_up_at_the_mentor() -> None:
    found = mentor(*registered, seconded, seconded)
    assert (found.secondments, found.seconded_hours) == (2, Decimal(240))


def test_a_dispatch_is_scheduled_missed_and_made_up_for() -> None:
    rows = fold(Dispatches(), "mentoring/m-gao", [scheduled])
    assert rows == {
        "m-gao:d-1": DispatchRow(
            key="m-gao:d-1",
            dispatch="d-1",
            mentor="m-gao",
            kind=MASTER,
            base="drives",
            on_day=day(2),
            scheduled_hours=Decimal(4),
            state="scheduled",
            position=1,
        )
    }
    lost = fold(Dispatches(), "mentoring/m-gao", [scheduled, missed])["m-gao:d-1"]
    assert (lost.state, lost.hours, lost.position) == ("missed", None, 2)
    assert "Ill" not in str(msgspec.structs.asdict(lost))
    made_up = fold(Dispatches(), "mentoring/m-gao", [scheduled, missed, delivered])["m-gao:d-1"]
    assert (made_up.state, made_up.hours, made_up.delivered_on) == ("delivered", Decimal(4), day(2))
    assert fold(Dispatches(), "mentoring/m-gao", [missed]) == {}
