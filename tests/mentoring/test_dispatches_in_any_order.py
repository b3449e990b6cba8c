"""Whatever is ordered, in whatever order: what must hold for teachers who are sent."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.kernel.events import EventTypes
from baseplus.mentoring.dispatch import CompleteSecondment, DeliverDispatch, MissDispatch, ScheduleDispatch
from baseplus.mentoring.events import (
    MentoringEvent,
    TeacherDispatchDelivered,
    TeacherDispatchMissed,
    TeacherDispatchScheduled,
    TeacherSecondmentCompleted,
)
from baseplus.mentoring.model import Register, mentoring
from tests.apprenticeships.story import MASTER, at
from tests.properties import Order, never_refused, played

TYPES = EventTypes(MentoringEvent)
EXAMPLES = settings(max_examples=150, deadline=None)
FIRST = date(2026, 3, 2)

ids, hours = st.sampled_from(["d-1", "d-2", "d-3", "d-4"]), st.sampled_from(["0", "0.5", "4", "12", "24", "25"])
days = st.integers(-3, 6).map(lambda number: FIRST + timedelta(days=number))
orders: st.SearchStrategy[Any] = st.one_of(
    *(st.builds(ScheduleDispatch, ids, st.sampled_from(["drives", "foundry"]), hours, days) for _ in range(3)),
    *(st.builds(DeliverDispatch, ids, st.none() | hours, st.none() | days) for _ in range(2)),
    st.builds(MissDispatch, ids),
    st.builds(CompleteSecondment, st.just("qinglan"), days, days, hours),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    now, given = FIRST, list[Order]()
    for command in (Register("person-3", "Gao Mingze", MASTER, "yunchuan"), *draw(st.lists(orders, max_size=25))):
        given.append((command, at(now)))
        now += timedelta(days=draw(st.sampled_from([0, 0, 1])))
    return played(mentoring, TYPES, given)


@EXAMPLES
@hypothesis.given(histories())
def test_a_dispatch_is_delivered_once_and_never_missed_afterwards(history: list[Any]) -> None:
    delivered: set[str] = set()
    scheduled: dict[str, TeacherDispatchScheduled] = {}
    for event in history:
        match event:
            case TeacherDispatchScheduled(dispatch=dispatch):
                assert dispatch not in scheduled
                scheduled[dispatch] = event
            case TeacherDispatchDelivered(dispatch=dispatch):
                assert dispatch not in delivered
                assert (event.scheduled, event.on) == (scheduled[dispatch].hours, scheduled[dispatch].on)
                assert event.delivered_on >= event.on
                delivered.add(dispatch)
            case TeacherDispatchMissed(dispatch=dispatch):
                assert dispatch in scheduled
                assert dispatch not in delivered


@EXAMPLES
@hypothesis.given(histories())
def test_no_day_has_more_than_24_hours_and_nobody_is_in_two_places(history: list[Any]) -> None:
    hours_of = Counter[date]()
    away: set[date] = set()
    for event in history:
        if isinstance(event, TeacherDispatchScheduled):
            hours_of[event.on] += Decimal(event.hours)  # type: ignore[assignment]
        if isinstance(event, TeacherSecondmentCompleted):
            spent = {event.since + timedelta(days=number) for number in range((event.until - event.since).days + 1)}
            assert not spent & away
            away |= spent
    assert all(spent <= 24 for spent in hours_of.values())


@EXAMPLES
@hypothesis.given(histories().flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[Any]) -> None:
    never_refused(mentoring, events)
