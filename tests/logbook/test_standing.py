"""What a logbook is told of its apprenticeship, in the same transaction."""

from __future__ import annotations

import pytest

from baseplus.apprenticeships.events import Direction, ExitReason
from baseplus.apprenticeships.model import (
    AssignMentor,
    Complete,
    EndBreak,
    Exit,
    ReassignMentor,
    Start,
    StartBreak,
    apprenticeships,
)
from baseplus.kernel.decisions import Command, Step
from baseplus.kernel.events import Event
from baseplus.kernel.scenario import NOON
from baseplus.logbook.attendance import ClaimAttendance
from baseplus.logbook.events import DaysClosed, DaysOpened, LogbookOpened, MentorEntered, MentorLeft
from baseplus.logbook.model import LogbookCommand, logbook
from baseplus.logbook.reflections import SubmitReflection
from baseplus.logbook.skills import Attempt
from baseplus.logbook.standing import CloseDays, EnterMentor, LetMentorGo, OpenDays
from baseplus.logbook.tasks import SubmitTask
from baseplus.mentoring.model import Register, mentoring
from tests.apprenticeships.story import MASTER, TUTOR, day, enrol
from tests.logbook.story import JOB, given
from tests.mentoring.world import World

MENTORS = {"m-he": TUTOR, "m-gao": MASTER, "m-xu": MASTER}


@pytest.fixture
def world() -> World:
    world = World()
    for mentor, kind in MENTORS.items():
        world.put([Step(mentoring, mentor, Register(f"person-{mentor}", "…", kind, "yunchuan"))], NOON)
    return world


def put(world: World, *orders: Command, thing: str = "ap-1") -> list[Event]:
    """What the logbook is told while these happen to its apprenticeship."""
    before = len(world.streams.get(logbook.stream(thing), []))
    for order in orders:
        assert world.put([Step(apprenticeships, thing, order)], NOON) is None
    return list(world.streams.get(logbook.stream(thing), []))[before:]


def test_a_logbook_knows_its_apprentice_their_mentors_and_the_days_of_training(world: World) -> None:
    assert put(world, enrol) == [LogbookOpened("person-17", "drives", day(1, month=2))]
    assert put(world, AssignMentor(TUTOR, "m-he", day(10, month=2))) == [MentorEntered("m-he", TUTOR, day(10, month=2))]
    put(world, AssignMentor(MASTER, "m-xu", day(12, month=2)))
    assert put(world, Start(day(16, month=2))) == [DaysOpened(day(16, month=2))]
    assert put(world, ReassignMentor(MASTER, "m-gao", day(23, month=2))) == [
        MentorLeft("m-xu", day(23, month=2)),
        MentorEntered("m-gao", MASTER, day(23, month=2)),
    ]
    assert put(world, StartBreak(day(24, month=2)), EndBreak(day(26, month=2))) == [
        DaysClosed(day(24, month=2)),
        DaysOpened(day(26, month=2)),
    ]
    assert put(world, Complete(day(28, month=2))) == [
        DaysClosed(day(28, month=2)),
        MentorLeft("m-he", day(28, month=2)),
        MentorLeft("m-gao", day(28, month=2)),
    ]


def test_who_leaves_before_the_start_or_on_a_break_has_no_days_to_close(world: World) -> None:
    leave = Exit(ExitReason.OTHER, Direction.UNKNOWN)
    put(world, enrol)
    assert put(world, leave) == []
    mentors = (AssignMentor(TUTOR, "m-he"), AssignMentor(MASTER, "m-gao"))
    put(world, enrol, *mentors, Start(), StartBreak(), thing="ap-2")
    told = put(world, leave, thing="ap-2")
    assert [type(event) for event in told] == [MentorLeft, MentorLeft]


@pytest.mark.parametrize(
    "order", [EnterMentor("m-he", TUTOR, day(1)), LetMentorGo("m-he", day(1)), OpenDays(day(1)), CloseDays(day(1))]
)
def test_who_was_enrolled_before_there_were_logbooks_has_none(order: LogbookCommand) -> None:
    given().when(order).then()


@pytest.mark.parametrize(
    "order", [SubmitTask("t-1"), Attempt("turning"), SubmitReflection("r-1", "…"), ClaimAttendance(JOB, "8")]
)
def test_nothing_is_entered_where_nobody_was_enrolled(order: LogbookCommand) -> None:
    given().when(order).then_rejected("no_such_apprenticeship")
