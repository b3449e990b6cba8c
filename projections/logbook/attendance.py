"""Attendance and its witnesses: one row for each claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceEvent,
    AttendanceWithdrawn,
    WitnessKind,
    Work,
)
from projections.runner.view import At, Row, View

AttendanceState: TypeAlias = Literal["claimed", "counted", "disputed"]
_WITNESSES = 2


class Witness(msgspec.Struct):
    """Who or what says so. by: the mentor, the entry of the tool's log, or the task. at: when it was recorded. void:
    since a dispute that came after."""

    kind: WitnessKind
    by: str
    at: datetime
    position: int
    void: bool = False


class AttendanceRow(Row):
    """One claim as it stands.

    key: apprenticeship/day/work. witnesses: in the order in which they were recorded; agree: how many of them do.
    counted_at: when it was recorded that it counts. disputed_by: None, the staff. claimed_at: when it was recorded.
    """

    key: str
    apprenticeship: str
    day: date
    work: Work
    hours: Decimal
    state: AttendanceState
    agree: int
    witnesses: list[Witness]
    claimed_at: datetime
    position: int
    counted_at: datetime | None = None
    disputed_by: str | None = None
    disputed_at: datetime | None = None
    dispute: str | None = None


class Attendance(View[AttendanceRow, AttendanceEvent]):
    """One row per claim. What was withdrawn is gone."""

    name: ClassVar = "attendance"
    indexes: ClassVar = (("apprenticeship", "day"), ("state", "day"), ("day", "key"))

    def keys(self, event: AttendanceEvent, at: At) -> Iterable[str]:
        return (f"{at.thing}/{event.on.isoformat()}/{event.work.value}",)

    def evolve(self, row: AttendanceRow | None, event: AttendanceEvent, at: At) -> AttendanceRow | None:
        if isinstance(event, AttendanceClaimed):
            return AttendanceRow(
                key=at.key,
                apprenticeship=at.thing,
                day=event.on,
                work=event.work,
                hours=Decimal(event.hours),
                state="claimed",
                agree=0,
                witnesses=[],
                claimed_at=at.recorded,
                position=at.position,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case AttendanceCorroborated(witness=kind, by=by, counts=counts):
                row.witnesses.append(Witness(kind, by, at.recorded, at.position))
                row.agree += 1
                if counts is not None:
                    row.counted_at = at.recorded
                row.state = "counted" if row.agree >= _WITNESSES else "claimed"
            case AttendanceDisputed(by=mentor, reason=reason):
                for witness in row.witnesses:
                    witness.void = True
                row.state, row.agree, row.counted_at = "disputed", 0, None
                row.disputed_by, row.disputed_at, row.dispute = mentor, at.recorded, reason
            case AttendanceWithdrawn():
                return None
            case _:
                assert_never(event)
        return row
