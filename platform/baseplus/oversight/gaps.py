"""Posts that stand empty too long, and duties that drift from the enterprise to the school: commands, state, rules.

Streams: `duty_gaps/<id>`, one for each time that a post stood empty; `authority_drifts/<id>`, one a base and month.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId, Text
from baseplus.oversight.events import (
    AuthorityDriftCleared,
    AuthorityDriftDetected,
    AuthorityDriftEvent,
    DutyGapClosed,
    DutyGapDetected,
    DutyGapEvent,
)
from baseplus.oversight.reviews import On, happened_on
from baseplus.oversight.terms import Behind, DaysLong, Month, Percent

Shown = Annotated[tuple[Behind, ...], Meta(max_length=100, description="the events that show it; of many the last")]
Done = Annotated[int, Meta(ge=0, le=1_000_000, extra={"form": "a number, 0 to 1,000,000"})]


class DetectDutyGap(Command, frozen=True):
    """Record that a post has stood empty for longer than it may."""

    base: Annotated[Id, Meta(description="the base")]
    post: Annotated[Id, Meta(description="the post")]
    since: Annotated[Day, Meta(description="the first day without anybody")]
    limit: Annotated[DaysLong, Meta(description="for how many days it may stand empty")]
    on: On = None
    behind: Shown = ()


class CloseDutyGap(Command, frozen=True):
    """Record that somebody holds the post, or that nobody needs it any more."""

    on: On = None
    behind: Shown = ()


DutyGapCommand = DetectDutyGap | CloseDutyGap


class DutyGap(msgspec.Struct, frozen=True):
    """What the rules need to know. since None: there is no such gap."""

    base: str = ""
    post: str = ""
    since: date | None = None
    closed: bool = False


def decide_gap(command: DutyGapCommand, gap: DutyGap, now: datetime) -> Iterator[DutyGapEvent]:
    """What an order leads to. Raises Rejected."""
    on = happened_on(command.on, now)
    match command:
        case DetectDutyGap(base, post, since, limit, _, behind):
            if gap.since is not None:
                raise Rejected("duty_gap_exists", post=gap.post)
            if (on - since).days <= limit:
                raise Rejected("not_empty_too_long", since=since.isoformat(), limit=limit, on=on.isoformat())
            yield DutyGapDetected(base, post, since, limit, on, behind)
        case CloseDutyGap(_, behind):
            if gap.since is None:
                raise Rejected("no_such_duty_gap")
            if gap.closed:
                raise Rejected("duty_gap_closed_already", post=gap.post)
            if on < gap.since:
                raise Rejected("closed_before_it_began", on=on.isoformat(), since=gap.since.isoformat())
            yield DutyGapClosed(gap.base, gap.post, gap.since, on, behind)
        case _:
            assert_never(command)


def evolve_gap(gap: DutyGap, event: DutyGapEvent) -> DutyGap:
    """The gap after the event."""
    match event:
        case DutyGapDetected(base, post, since):
            return DutyGap(base, post, since)
        case DutyGapClosed():
            return msgspec.structs.replace(gap, closed=True)
        case _:
            assert_never(event)


class DetectAuthorityDrift(Command, frozen=True):
    """Record that the school did more of the enterprise's duties in a month than it may. A person has to look at it."""

    base: Annotated[Id, Meta(description="the base")]
    month: Annotated[Month, Meta(description="the month")]
    by_school: Annotated[Done, Meta(description="how many of the enterprise's duties the school did")]
    by_enterprise: Annotated[Done, Meta(description="how many the enterprise did")]
    threshold: Annotated[Percent, Meta(description="which share of them the school may do")]
    behind: Shown = ()


class ClearAuthorityDrift(Command, frozen=True):
    """Settle an authority drift, by a person who has looked at it."""

    decided_by: Annotated[PersonId, Meta(description="who looked at it")]
    reason: Annotated[Text, Meta(description="why, or what was done; it can be erased")]


AuthorityDriftCommand = DetectAuthorityDrift | ClearAuthorityDrift


class AuthorityDrift(msgspec.Struct, frozen=True):
    """What the rules need to know. base None: there is no such drift."""

    base: str | None = None
    cleared: bool = False


def decide_drift(
    command: AuthorityDriftCommand, drift: AuthorityDrift, _now: datetime
) -> Iterator[AuthorityDriftEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case DetectAuthorityDrift(base, month, by_school, by_enterprise, threshold, behind):
            if drift.base is not None:
                raise Rejected("authority_drift_exists", base=drift.base)
            share = share_of(by_school, by_enterprise)
            if share <= threshold:
                raise Rejected("within_the_threshold", share=share, threshold=threshold)
            yield AuthorityDriftDetected(base, month, by_school, by_enterprise, share, threshold, behind)
        case ClearAuthorityDrift(decided_by, reason):
            if drift.base is None:
                raise Rejected("no_such_authority_drift")
            if drift.cleared:
                raise Rejected("authority_drift_cleared_already", base=drift.base)
            yield AuthorityDriftCleared(drift.base, decided_by, reason)
        case _:
            assert_never(command)


def share_of(part: int, rest: int) -> int:
    """part / (part + rest), in whole percent, rounded down; 0 of nothing."""
    return 100 * part // (part + rest) if part else 0


def evolve_drift(drift: AuthorityDrift, event: AuthorityDriftEvent) -> AuthorityDrift:
    """The drift after the event."""
    match event:
        case AuthorityDriftDetected(base):
            return AuthorityDrift(base)
        case AuthorityDriftCleared():
            return msgspec.structs.replace(drift, cleared=True)
        case _:
            assert_never(event)


duty_gaps = Decider("duty_gaps", DutyGap, decide_gap, evolve_gap)
authority_drifts = Decider("authority_drifts", AuthorityDrift, decide_drift, evolve_drift)
