from __future__ import annotations

from datetime import date

import pytest

from baseplus.bases.events import (
    BaseClosed,
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostHandedOver,
    PostKind,
    PostVacated,
)
from baseplus.oversight.events import DutyGapClosed, DutyGapDetected
from baseplus.oversight.terms import Behind
from baseplus.reactions.duty_gaps import DutyGaps
from tests.reactions.world import World

MARCH = date(2026, 3, 1)
BASE = "bases/drives"
HR = PostKind.HR_MANAGER


@pytest.fixture
def world() -> World:
    """A base whose post of HR may stand empty for 14 days, and does since the first of March."""
    world = World(DutyGaps(), today=MARCH)
    world.happened(BASE, PostCreated("hr", HR, "HR", 14, MARCH))
    return world


def appointed(on: date) -> ManagerAppointed:
    return ManagerAppointed("hr", HR, "p-1", "Shen Yutong", on)


def test_a_post_empty_longer_than_its_limit_is_detected(world: World) -> None:
    world.until(date(2026, 3, 15))
    assert world.events(DutyGapDetected) == []
    world.until(date(2026, 3, 20))
    behind = (Behind("bases.post_created.v1", BASE, 1),)
    assert world.events(DutyGapDetected) == [DutyGapDetected("drives", "hr", MARCH, 14, date(2026, 3, 16), behind)]


def test_a_post_that_somebody_holds_in_time_is_none(world: World) -> None:
    world.until(date(2026, 3, 10))
    world.happened(BASE, appointed(date(2026, 3, 10)))
    world.happened(BASE, PostHandedOver("hr", HR, "p-1", "p-2", "Lin Xiaoyu", ("keys",), date(2026, 3, 12)))
    world.until(date(2026, 4, 30))
    assert world.events(DutyGapDetected) == []


def test_whoever_holds_the_post_closes_the_gap(world: World) -> None:
    world.until(date(2026, 3, 20))
    world.happened(BASE, appointed(date(2026, 3, 19)))
    at, _ = world.history[-2]
    assert world.events(DutyGapClosed) == [
        DutyGapClosed("drives", "hr", MARCH, date(2026, 3, 19), (Behind(at.type, BASE, at.position),))
    ]


@pytest.mark.parametrize("end", [PostAbolished("hr", HR, date(2026, 3, 20)), BaseClosed("…", date(2026, 3, 20))])
def test_a_post_that_nobody_needs_any_more_closes_it_too(world: World, end: PostAbolished | BaseClosed) -> None:
    world.until(date(2026, 3, 20))
    world.happened(BASE, end)
    world.until(date(2026, 5, 1))
    assert len(world.events(DutyGapDetected, DutyGapClosed)) == 2


def test_a_post_that_is_vacant_again_is_another_gap(world: World) -> None:
    world.until(date(2026, 3, 20))
    world.happened(BASE, appointed(date(2026, 3, 20)))
    world.until(date(2026, 4, 1))
    world.happened(BASE, PostVacated("hr", HR, "p-1", date(2026, 4, 1)))
    world.until(date(2026, 4, 16))
    found = [event.since for event in world.events(DutyGapDetected) if isinstance(event, DutyGapDetected)]
    assert found == [MARCH, date(2026, 4, 1)]
    assert len(world.events(DutyGapClosed)) == 1


def test_an_appointment_that_is_recorded_late_closes_the_gap_on_its_own_day(world: World) -> None:
    world.until(date(2026, 3, 20))
    world.happened(BASE, appointed(MARCH))
    (closed,) = world.events(DutyGapClosed)
    assert isinstance(closed, DutyGapClosed)
    assert closed.on == MARCH


def test_the_gaps_of_two_posts_are_never_one(world: World) -> None:
    """Ids may hold hyphens, so bases and posts may read alike once they are joined."""
    for base, post in (("north", "lab-lead"), ("north-lab", "lead")):
        world.happened(f"bases/{base}", PostCreated(post, HR, "HR", 14, MARCH))
    world.until(date(2026, 3, 20))
    found = [(event.base, event.post) for event in world.events(DutyGapDetected) if isinstance(event, DutyGapDetected)]
    assert sorted(found) == [("drives", "hr"), ("north", "lab-lead"), ("north-lab", "lead")]
    assert world.moot == []


@pytest.mark.parametrize("closed", [False, True])
def test_a_gap_that_was_detected_under_another_id_is_not_detected_again(world: World, *, closed: bool) -> None:
    detected = DutyGapDetected("drives", "hr", MARCH, 14, date(2026, 3, 16), ())
    world.happened("duty_gaps/of-before", detected)
    if closed:
        world.happened("duty_gaps/of-before", DutyGapClosed("drives", "hr", MARCH, date(2026, 3, 18), ()))
    world.until(date(2026, 4, 30))
    assert world.events(DutyGapDetected) == [detected]
