"""How many reflections were written on each day, to be set against the days of training."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from baseplus.logbook.events import ReflectionSubmitted
from projections.runner.view import At, Row, View


class ReflectionDayRow(Row):
    """Reflections of a base's apprentices about one day. key: base/day."""

    key: str
    base: str
    day: date
    reflections: int


class ReflectionDays(View[ReflectionDayRow, ReflectionSubmitted]):
    """One row per base and day."""

    name: ClassVar = "reflection_days"

    def keys(self, event: ReflectionSubmitted, at: At) -> Iterable[str]:  # noqa: ARG002 - the event names base and day
        return (f"{event.base}/{event.on.isoformat()}",)

    def evolve(self, row: ReflectionDayRow | None, event: ReflectionSubmitted, at: At) -> ReflectionDayRow:
        if row is None:
            row = ReflectionDayRow(key=at.key, base=event.base, day=event.on, reflections=0)
        row.reflections += 1
        return row
