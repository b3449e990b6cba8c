"""The second-classroom detector: signs that a base teaches as a classroom does, and that work is only said to be done.

Each sign is weighed for a base and a month. What is seen at once (copied reflections, sign-offs within seconds) raises
the risk at once; what shows in a whole month (attendance without output, classroom hours only) when it is complete. The
risk states its reasons and the events behind them, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction, thing_id
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceWithdrawn,
    LogbookOpened,
    ReflectionReviewed,
    ReflectionSubmitted,
    SkillAttempted,
    SkillSignedOff,
    TaskAccepted,
    TaskSubmitted,
    Work,
)
from baseplus.oversight.events import (
    RiskConfirmed,
    RiskReasonAdded,
    SecondClassroomRiskCleared,
    SecondClassroomRiskRaised,
)
from baseplus.oversight.risks import RaiseRisk, risks
from baseplus.oversight.terms import Behind, Reason, Symptom
from baseplus.reactions.months import SHOWN, complete, month_of

COPIES = 2
"""So many reflections of a month that somebody had written before are no chance."""

SECONDS = timedelta(seconds=60)
"""Nobody reads what was submitted in less."""

STAMPS = 3
"""So many sign-offs of a month within seconds are a habit."""

HOURS = 40
"""Of fewer hours of attendance in a month nothing is concluded."""

_MOOT = frozenset({"risk_decided", "reasons_stated_already", "risk_exists"})

BaseMonth = tuple[str, str]
"""(base, month)."""


@dataclass
class Attendance:
    """Of an apprenticeship in a month: day and kind of work -> what was claimed for them, and stands; and whether
    anything came of it. weighed: since the month was complete, and nothing was recorded of it any more."""

    base: str
    claims: dict[tuple[date, Work], tuple[Decimal, Behind]] = field(default_factory=dict)
    output: bool = False
    weighed: bool = False


@dataclass
class Seen:
    """bases: of logbooks. written: base and fingerprint -> who wrote it first, and where. copies, stamps: the events
    that show them, in pairs with what they copy or follow. submitted: what waits for somebody -> since when. stated:
    the reasons of a month's risk; decided: months that a person has decided about."""

    bases: dict[str, str] = field(default_factory=dict)
    written: dict[tuple[str, str], tuple[str, Behind]] = field(default_factory=dict)
    submitted: dict[tuple[str, str, str], tuple[datetime, Behind]] = field(default_factory=dict)
    copies: dict[BaseMonth, list[Behind]] = field(default_factory=dict)
    stamps: dict[BaseMonth, list[Behind]] = field(default_factory=dict)
    attendance: dict[tuple[str, str], Attendance] = field(default_factory=dict)
    risks: dict[str, BaseMonth] = field(default_factory=dict)
    stated: set[tuple[BaseMonth, tuple[str, str]]] = field(default_factory=set)
    decided: set[BaseMonth] = field(default_factory=set)


class SecondClassroom(Reaction[Seen]):
    """Watches the logbooks of all bases."""

    name: ClassVar[str] = "second_classroom"
    events: ClassVar[tuple[type[Event], ...]] = (
        LogbookOpened,
        TaskSubmitted,
        TaskAccepted,
        SkillAttempted,
        SkillSignedOff,
        ReflectionSubmitted,
        ReflectionReviewed,
        AttendanceClaimed,
        AttendanceCorroborated,
        AttendanceDisputed,
        AttendanceWithdrawn,
        SecondClassroomRiskRaised,
        RiskReasonAdded,
        RiskConfirmed,
        SecondClassroomRiskCleared,
    )

    def begin(self) -> Seen:
        return Seen()

    def evolve(self, state: Seen, event: Any, at: Place) -> Seen:
        behind = Behind(at.type, at.stream, at.position)
        match event:
            case LogbookOpened(_, base):
                state.bases[at.thing] = base
            case TaskSubmitted() | SkillAttempted() | ReflectionSubmitted():
                _submitted(state, event, at, behind)
            case TaskAccepted() | SkillSignedOff() | ReflectionReviewed():
                _signed_off(state, event, at, behind)
            case AttendanceClaimed():
                _month(state, at.thing, event).claims[event.on, event.work] = (Decimal(event.hours), behind)
            case AttendanceDisputed() | AttendanceWithdrawn():
                _month(state, at.thing, event).claims.pop((event.on, event.work), None)
            case AttendanceCorroborated() if event.counts is not None:
                # one that was disputed is there again; any other stands by its claim
                claims = _month(state, at.thing, event).claims
                claims.setdefault((event.on, event.work), (Decimal(event.hours), behind))
            case SecondClassroomRiskRaised(base, month, reasons):
                state.risks[at.thing] = (base, month)
                state.stated.update(((base, month), reason.what) for reason in reasons)
            case RiskReasonAdded(_, reason):
                state.stated.add((state.risks[at.thing], reason.what))
            case RiskConfirmed() | SecondClassroomRiskCleared():
                state.decided.add(state.risks[at.thing])
        return state

    def react(self, state: Seen, event: Any, at: Place) -> Iterator[Order]:
        if isinstance(event, ReflectionSubmitted | TaskAccepted | SkillSignedOff | ReflectionReviewed):
            key = (state.bases.get(at.thing, event.base), month_of(event.on))
            copies, stamps = state.copies.get(key, []), state.stamps.get(key, [])
            if len(copies) >= 2 * COPIES:
                yield from _raised(state, key, _reason(Symptom.IDENTICAL_REFLECTIONS, len(copies) // 2, copies))
            if len(stamps) >= 2 * STAMPS:
                yield from _raised(state, key, _reason(Symptom.SIGNED_OFF_IN_SECONDS, len(stamps) // 2, stamps))

    def due(self, state: Seen, today: date) -> Iterator[Order]:
        for (logbook, month), seen in state.attendance.items():
            if seen.weighed or not complete(month, today):
                continue
            seen.weighed = True
            hours = sum((hours for hours, _ in seen.claims.values()), Decimal())
            if hours < HOURS:
                continue
            behind = [one for _, (_, one) in sorted(seen.claims.items(), key=lambda claim: claim[0])]
            key = (seen.base, month)
            if not seen.output:
                yield from _raised(
                    state, key, _reason(Symptom.ATTENDANCE_WITHOUT_OUTPUT, hours, behind, logbook), due=True
                )
            if all(work is Work.CLASSROOM for _, work in seen.claims):
                yield from _raised(state, key, _reason(Symptom.CLASSROOM_HOURS_ONLY, hours, behind, logbook), due=True)


def _submitted(state: Seen, event: TaskSubmitted | SkillAttempted | ReflectionSubmitted, at: Place, by: Behind) -> None:
    base = state.bases.get(at.thing, "")
    _month(state, at.thing, event).output = True
    state.submitted[_waiting(event, at)] = (at.occurred_at, by)
    if isinstance(event, ReflectionSubmitted):
        first = state.written.setdefault((base, event.fingerprint), (event.reflection, by))[1]
        if first is not by:
            state.copies.setdefault((base, month_of(event.on)), []).extend((first, by))


def _signed_off(state: Seen, event: TaskAccepted | SkillSignedOff | ReflectionReviewed, at: Place, by: Behind) -> None:
    since = state.submitted.pop(_waiting(event, at), None)
    # What is recorded in one go, as of a whole class in the evening, has one time and says nothing of how long it took.
    if since and timedelta() < at.occurred_at - since[0] <= SECONDS:
        state.stamps.setdefault((state.bases.get(at.thing, ""), month_of(event.on)), []).extend((since[1], by))


def _waiting(event: Any, at: Place) -> tuple[str, str, str]:
    """What was submitted, by its logbook, what it is, and its id."""
    for field_ in ("reflection", "skill", "task"):
        if field_ in event.__struct_fields__:
            return at.thing, field_, getattr(event, field_)
    raise AssertionError(at.type)


def _month(state: Seen, logbook: str, event: Any) -> Attendance:
    base = state.bases.get(logbook, "")
    found = state.attendance.setdefault((logbook, month_of(event.on)), Attendance(base))
    found.weighed = False
    return found


def _reason(sign: Symptom, seen: int | Decimal, behind: list[Behind], about: str | None = None) -> Reason:
    return Reason(sign, format(seen, "f") if isinstance(seen, Decimal) else str(seen), tuple(behind[-SHOWN:]), about)


def _raised(state: Seen, key: BaseMonth, reason: Reason, *, due: bool = False) -> Iterator[Order]:
    """The order to raise the risk, unless it states this reason already or a person has decided."""
    if key in state.decided or (key, reason.what) in state.stated:
        return
    base, month = key
    raise_ = RaiseRisk(base, month, (reason,))
    name = "/".join((base, month, *reason.what)) if due else ""
    yield Order(Step(risks, thing_id(base, month), raise_), _MOOT, name)
