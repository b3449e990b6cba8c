"""Attendance: claimed by the apprentice, counted when two independent witnesses agree.

A day has one claim for each kind of work. Witnesses are independent where different people stand behind them: a mentor
behind what they say and behind the task that they accepted, nobody behind the log of a tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Count, Id, PersonId, Text
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceEvent,
    AttendanceWithdrawn,
    WitnessKind,
    Work,
)
from baseplus.logbook.standing import ByMentor, On, Standing
from baseplus.logbook.tasks import TaskId, Tasks, TaskStage
from baseplus.logbook.tasks import known as known_task

WITNESSES = 2
_HOURS_OF_A_DAY = 24
_NOBODY = ""

OfWork = Annotated[Work, Meta(description="what the apprentice was there for")]
Reason = Annotated[Text, Meta(description="why; it can be erased")]


class ClaimAttendance(Command, frozen=True):
    """Claim attendance.

    On a day of the training, once for each kind of work. It counts when two independent witnesses agree.
    """

    work: OfWork
    hours: Annotated[Count, Meta(description="how long, in hours: more than 0, and at most 24 in a day")]
    on: On = None


class Vouch(Command, frozen=True):
    """Vouch for a claimed attendance.

    A mentor who guided the apprentice on that day saw them there.
    """

    work: OfWork
    mentor: ByMentor
    on: On = None


class MatchToolLog(Command, frozen=True):
    """Match a claimed attendance with the log of a tool.

    A machine, a door or a simulator that knows the apprentice was used by them on that day.
    """

    work: OfWork
    log: Annotated[Id, Meta(description="the entry of the log")]
    on: On = None


class MatchOutput(Command, frozen=True):
    """Match a claimed attendance with what came of it.

    A task of the same kind of work that was submitted on that day, and was accepted.
    """

    work: OfWork
    task: TaskId
    on: On = None


class DisputeAttendance(Command, frozen=True):
    """Dispute an attendance.

    What witnesses said before counts no more; it takes two of them anew.
    """

    work: OfWork
    reason: Reason
    by: Annotated[PersonId | None, Meta(description="the mentor who disputes it; left out, the staff do")] = None
    on: On = None


class WithdrawAttendance(Command, frozen=True):
    """Withdraw an attendance that was claimed by mistake.

    It may be claimed anew, with other hours.
    """

    work: OfWork
    reason: Reason
    on: On = None


Corroboration = Vouch | MatchToolLog | MatchOutput
AttendanceCommand = ClaimAttendance | Corroboration | DisputeAttendance | WithdrawAttendance


class Attendance(msgspec.Struct, frozen=True):
    """What the rules need to know of a claim. behind: who stands behind each witness; empty: nobody, it is a tool.
    disputed: and nobody has agreed since."""

    on: date
    work: Work
    hours: Count
    behind: tuple[str, ...] = ()
    disputed: bool = False

    @property
    def counts(self) -> bool:
        """Enough of them agree."""
        return len(self.behind) >= WITNESSES


Attendances = Mapping[str, Attendance]


def decide_attendance(
    command: AttendanceCommand, claims: Attendances, tasks: Tasks, standing: Standing, now: datetime
) -> AttendanceEvent:
    """What an order leads to. Raises Rejected."""
    on, work = day_of(command.on, now), command.work
    claim = claims.get(_key(on, work))
    if isinstance(command, ClaimAttendance):
        if claim:
            raise Rejected("claimed_already", on=on.isoformat(), work=work.value)
        return _claimed(command.hours, on, work, claims, standing)
    if not claim:
        raise Rejected("not_claimed", on=on.isoformat(), work=work.value)
    in_month = _in_month(claims.values(), on)
    left = sum(one.counts for one in in_month) - 1 if claim.counts else None
    who, base, hours = standing.apprentice, standing.base, claim.hours
    match command:
        case Vouch() | MatchToolLog() | MatchOutput():
            kind, by, behind = _witness(command, on, tasks, standing)
            if (behind or _NOBODY) in claim.behind:
                raise Rejected("witness_not_independent", witness=kind.value, by=by)
            counts = None
            if len(claim.behind) + 1 == WITNESSES:
                counts = sum(one.counts for one in in_month) + 1
            return AttendanceCorroborated(who, base, on, work, hours, kind, by, behind, counts)
        case DisputeAttendance(_, reason, mentor):
            if claim.disputed:
                raise Rejected("disputed_already", on=on.isoformat(), work=work.value)
            if mentor is not None:
                standing.check_guides(mentor, on)
            return AttendanceDisputed(who, base, on, work, hours, reason, mentor, left)
        case WithdrawAttendance(_, reason):
            return AttendanceWithdrawn(who, base, on, work, hours, len(in_month) - 1, reason, left)
        case _:
            assert_never(command)


def _claimed(hours: Count, on: date, work: Work, claims: Attendances, standing: Standing) -> AttendanceClaimed:
    standing.check_in_training(on)
    of_day = sum(Decimal(one.hours) for one in claims.values() if one.on == on)
    if not 0 < Decimal(hours) <= _HOURS_OF_A_DAY - of_day:
        raise Rejected("hours_of_no_day", hours=hours, claimed=str(of_day))
    nth = len(_in_month(claims.values(), on)) + 1
    return AttendanceClaimed(standing.apprentice, standing.base, on, work, hours, nth)


def _witness(command: Corroboration, on: date, tasks: Tasks, standing: Standing) -> tuple[WitnessKind, str, str | None]:
    """What says so, by which id, and who stands behind it. Raises Rejected."""
    match command:
        case Vouch(_, mentor):
            standing.check_guides(mentor, on)
            return WitnessKind.MENTOR, mentor, mentor
        case MatchToolLog(_, log):
            return WitnessKind.TOOL_LOG, log, None
        case MatchOutput(work, name):
            task = known_task(tasks, name)
            if task.work is not work:
                raise Rejected("output_of_other_work", task=name, work=task.work.value)
            if on not in task.submitted:
                raise Rejected("output_of_another_day", task=name, on=on.isoformat())
            if task.stage is not TaskStage.ACCEPTED or task.accepted_by is None:
                raise Rejected("output_not_accepted", task=name)
            return WitnessKind.TASK_OUTPUT, name, task.accepted_by
        case _:
            assert_never(command)


def _in_month(claims: Iterable[Attendance], on: date) -> list[Attendance]:
    return [one for one in claims if (one.on.year, one.on.month) == (on.year, on.month)]


def _key(on: date, work: Work) -> str:
    return f"{on.isoformat()} {work.value}"


def evolve_attendance(claims: Attendances, event: AttendanceEvent) -> Attendances:
    """The claims after the event. What happened to one that was never made leaves no trace."""
    key = _key(event.on, event.work)
    if isinstance(event, AttendanceClaimed):
        return {**claims, key: Attendance(event.on, event.work, event.hours)}
    claim = claims.get(key)
    if claim is None:
        return claims
    match event:
        case AttendanceCorroborated(behind=behind):
            after = msgspec.structs.replace(claim, behind=(*claim.behind, behind or _NOBODY), disputed=False)
        case AttendanceDisputed():
            after = msgspec.structs.replace(claim, behind=(), disputed=True)
        case AttendanceWithdrawn():
            return {name: one for name, one in claims.items() if name != key}
        case _:
            assert_never(event)
    return {**claims, key: after}
