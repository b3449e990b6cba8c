from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import ClassVar

import pytest

from baseplus.kernel.days import check_happened, day_of_event
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected


class LampLit(Event):
    TYPE: ClassVar = "lamps.lamp_lit.v1"
    on: date | None = None


class LampOrdered(Event):
    """on: the day that it is to come."""

    TYPE: ClassVar = "lamps.lamp_ordered.v1"
    HAPPENED: ClassVar = None
    on: date


class LampUsed(Event):
    TYPE: ClassVar = "lamps.lamp_used.v1"
    HAPPENED: ClassVar = "until"
    on: date
    until: date | datetime


def test_an_event_happened_on_the_day_that_its_class_says_and_else_on_that_of_its_time() -> None:
    known = datetime(2026, 6, 10, 12, tzinfo=UTC)
    march, april = date(2026, 3, 20), date(2026, 4, 7)
    assert day_of_event(LampLit(march), known) == march
    assert day_of_event(LampLit(), known) == known.date()
    assert day_of_event(LampOrdered(march), known) == known.date()
    assert day_of_event(LampUsed(march, april), known) == april
    in_the_east = datetime(2026, 4, 7, 1, tzinfo=timezone(timedelta(hours=8)))
    assert day_of_event(LampUsed(march, in_the_east), known) == april


def test_a_day_has_begun_once_it_has_begun_in_the_east() -> None:
    check_happened(date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC))
    check_happened(date(2026, 3, 3), datetime(2026, 3, 2, 10, tzinfo=UTC))
    with pytest.raises(Rejected, match="2026-03-03"):
        check_happened(date(2026, 3, 3), datetime(2026, 3, 2, 9, 59, tzinfo=UTC))
