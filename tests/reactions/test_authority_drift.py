from __future__ import annotations

from datetime import date

import pytest

from baseplus.apprenticeships.events import MentorKind
from baseplus.logbook.events import LogbookOpened, MentorEntered, SkillDemonstrated, SkillSignedOff, TaskAssigned, Work
from baseplus.oversight.events import AuthorityDriftDetected
from baseplus.reactions.authority_drift import AuthorityDrift
from tests.reactions.world import World

MARCH = date(2026, 3, 2)
LOGBOOK = "logbook/ap-1"


@pytest.fixture
def world() -> World:
    world = World(AuthorityDrift(), today=MARCH)
    world.happened(
        LOGBOOK,
        LogbookOpened("p-1", "drives", MARCH),
        MentorEntered("tutor", MentorKind.CAMPUS_TUTOR, MARCH),
        MentorEntered("master", MentorKind.ENTERPRISE_MASTER, MARCH),
    )
    return world


def duties(world: World, tutor: int, master: int) -> None:
    for mentor, times in (("tutor", tutor), ("master", master)):
        for n in range(times):
            world.happened(LOGBOOK, SkillDemonstrated(f"skill-{n}", mentor, MARCH))


def found(world: World) -> list[tuple[str, int, int, int]]:
    return [
        (event.month, event.by_school, event.by_enterprise, event.share)
        for event in world.events(AuthorityDriftDetected)
        if isinstance(event, AuthorityDriftDetected)
    ]


def test_enterprise_duties_done_by_the_school_above_the_threshold_are_detected(world: World) -> None:
    duties(world, 4, 6)
    world.until(date(2026, 4, 7))
    assert found(world) == []
    world.until(date(2026, 4, 9))
    assert found(world) == [("2026-03", 4, 6, 40)]
    (event,) = world.events(AuthorityDriftDetected)
    assert isinstance(event, AuthorityDriftDetected)
    assert [one.type for one in event.behind] == [SkillDemonstrated.TYPE] * 4


def test_up_to_the_threshold_and_of_few_duties_nothing_is_detected(world: World) -> None:
    duties(world, 3, 7)
    world.until(date(2026, 5, 1))
    assert found(world) == []
    other = World(AuthorityDrift(), today=MARCH)
    other.happened(LOGBOOK, LogbookOpened("p", "drives", MARCH), MentorEntered("tutor", MentorKind.CAMPUS_TUTOR, MARCH))
    duties(other, 9, 0)
    other.until(date(2026, 5, 1))
    assert found(other) == []


def test_job_tasks_and_sign_offs_are_the_enterprises_duty_and_exercises_are_not(world: World) -> None:
    for n in range(10):
        world.happened(LOGBOOK, TaskAssigned(f"e-{n}", "…", Work.EXERCISE, "tutor", MARCH))
    world.until(date(2026, 4, 20))
    assert found(world) == []
    for n in range(5):
        world.happened(LOGBOOK, TaskAssigned(f"j-{n}", "…", Work.JOB, "tutor", date(2026, 4, 20)))
        world.happened(LOGBOOK, SkillSignedOff("p-1", "drives", f"s-{n}", "tutor", 2, date(2026, 4, 20)))
    world.until(date(2026, 5, 9))
    assert found(world) == [("2026-04", 10, 0, 100)]
