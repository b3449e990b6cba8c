"""What oversight has looked at and found: one row each.

What people wrote about a finding (grounds, reasons of a decision) is in no row: it is theirs, and erasing their key
erases it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.oversight.events import (
    ActionClosed,
    ActionEvent,
    ActionRaised,
    AssociationReviewIssued,
    AuthorityDriftCleared,
    AuthorityDriftDetected,
    AuthorityDriftEvent,
    DutyGapClosed,
    DutyGapDetected,
    DutyGapEvent,
    JointReviewHeld,
    ReviewEvent,
    RiskAppealed,
    RiskConfirmed,
    RiskEvent,
    RiskReasonAdded,
    SecondClassroomRiskCleared,
    SecondClassroomRiskRaised,
)
from baseplus.oversight.terms import Behind, Present, Reason, Verdict
from projections.runner.view import At, Row, View

ReviewKind: TypeAlias = Literal["joint", "association"]
RiskState: TypeAlias = Literal["raised", "appealed", "confirmed", "cleared"]


class ReviewRow(Row):
    """A review. present: who took part in a joint one. since, until: the days that it looked at. association, verdict:
    of an association's."""

    id: str
    kind: ReviewKind
    base: str
    held_on: date
    summary: str
    present: list[Present]
    position: int
    since: date | None = None
    until: date | None = None
    agreement: str | None = None
    association: str | None = None
    verdict: Verdict | None = None


class Reviews(View[ReviewRow, ReviewEvent]):
    """One row per review."""

    name: ClassVar = "reviews"
    indexes: ClassVar = (("held_on", "id"), ("base", "held_on"))

    def evolve(self, row: ReviewRow | None, event: ReviewEvent, at: At) -> ReviewRow | None:  # noqa: ARG002 - once
        match event:
            case JointReviewHeld(base, present, summary, since, until, on, agreement):
                joint = ReviewRow(
                    id=at.thing,
                    kind="joint",
                    base=base,
                    held_on=on,
                    summary=summary,
                    present=list(present),
                    position=at.position,
                )
                joint.since, joint.until, joint.agreement = since, until, agreement
                return joint
            case AssociationReviewIssued(base, association, verdict, summary, on):
                issued = ReviewRow(
                    id=at.thing,
                    kind="association",
                    base=base,
                    held_on=on,
                    summary=summary,
                    present=[],
                    position=at.position,
                )
                issued.association, issued.verdict = association, verdict
                return issued
            case _:
                assert_never(event)


class ActionRow(Row):
    """An action. late: it was closed after its day; of an open one the query tells. origin: what asks for it."""

    id: str
    base: str
    title: str
    owner: str
    due: date
    raised_on: date
    behind: list[Behind]
    position: int
    origin: str | None = None
    closed_on: date | None = None
    result: str | None = None
    late: bool = False


class Actions(View[ActionRow, ActionEvent]):
    """One row per action."""

    name: ClassVar = "actions"
    indexes: ClassVar = (("due", "id"), ("owner", "due"))

    def evolve(self, row: ActionRow | None, event: ActionEvent, at: At) -> ActionRow | None:
        match event:
            case ActionRaised(base, title, owner, due, on, origin):
                return ActionRow(
                    id=at.thing,
                    base=base,
                    title=title,
                    owner=owner,
                    due=due,
                    raised_on=on,
                    position=at.position,
                    origin=origin,
                    behind=[],
                )
            case ActionClosed(_, result, due, on, behind):
                if row is not None:
                    row.closed_on, row.result, row.behind, row.late = on, result, list(behind), on > due
                    row.position = at.position
                return row
            case _:
                assert_never(event)


class RiskRow(Row):
    """A risk that a base has become a second classroom, with its reasons. appeals: how often somebody appealed."""

    id: str
    base: str
    month: str
    state: RiskState
    reasons: list[Reason]
    raised_at: datetime
    position: int
    appeals: int = 0
    decided_by: str | None = None
    decided_at: datetime | None = None


class Risks(View[RiskRow, RiskEvent]):
    """One row per base and month."""

    name: ClassVar = "risks"
    indexes: ClassVar = (("month", "id"), ("state", "month"))

    def evolve(self, row: RiskRow | None, event: RiskEvent, at: At) -> RiskRow | None:
        if isinstance(event, SecondClassroomRiskRaised):
            return RiskRow(
                id=at.thing,
                base=event.base,
                month=event.month,
                state="raised",
                reasons=list(event.reasons),
                raised_at=at.time,
                position=at.position,
            )
        if row is None:
            return None
        row.position = at.position
        match event:
            case RiskReasonAdded(_, reason):
                row.reasons.append(reason)
            case RiskAppealed():
                row.state, row.appeals = "appealed", row.appeals + 1
            case RiskConfirmed(_, decided_by):
                row.state, row.decided_by, row.decided_at = "confirmed", decided_by, at.time
            case SecondClassroomRiskCleared(_, decided_by):
                row.state, row.decided_by, row.decided_at = "cleared", decided_by, at.time
            case _:
                assert_never(event)
        return row


class DutyGapRow(Row):
    """A post that stood empty for longer than `allowed_days`. closed_on: the day after. behind: the events that show
    the gap; closed_by: those that show its end."""

    id: str
    base: str
    post: str
    since: date
    allowed_days: int
    detected_on: date
    behind: list[Behind]
    closed_by: list[Behind]
    position: int
    closed_on: date | None = None


class DutyGaps(View[DutyGapRow, DutyGapEvent]):
    """One row for each time that a post stood empty too long."""

    name: ClassVar = "duty_gaps"
    indexes: ClassVar = (("since", "id"),)

    def evolve(self, row: DutyGapRow | None, event: DutyGapEvent, at: At) -> DutyGapRow | None:
        match event:
            case DutyGapDetected(base, post, since, limit, on, behind):
                return DutyGapRow(
                    id=at.thing,
                    base=base,
                    post=post,
                    since=since,
                    allowed_days=limit,
                    detected_on=on,
                    behind=list(behind),
                    closed_by=[],
                    position=at.position,
                )
            case DutyGapClosed(_, _, _, on, behind):
                if row is not None:
                    row.closed_on, row.closed_by, row.position = on, list(behind), at.position
                return row
            case _:
                assert_never(event)


class AuthorityDriftRow(Row):
    """A month in which the school did more of the enterprise's duties than it may. share, threshold: in percent."""

    id: str
    base: str
    month: str
    by_school: int
    by_enterprise: int
    share: int
    threshold: int
    behind: list[Behind]
    detected_at: datetime
    position: int
    cleared_by: str | None = None
    cleared_at: datetime | None = None


class AuthorityDrifts(View[AuthorityDriftRow, AuthorityDriftEvent]):
    """One row per base and month."""

    name: ClassVar = "authority_drifts"
    indexes: ClassVar = (("month", "id"),)

    def evolve(self, row: AuthorityDriftRow | None, event: AuthorityDriftEvent, at: At) -> AuthorityDriftRow | None:
        match event:
            case AuthorityDriftDetected(base, month, by_school, by_enterprise, share, threshold, behind):
                return AuthorityDriftRow(
                    id=at.thing,
                    base=base,
                    month=month,
                    by_school=by_school,
                    by_enterprise=by_enterprise,
                    share=share,
                    threshold=threshold,
                    behind=list(behind),
                    detected_at=at.time,
                    position=at.position,
                )
            case AuthorityDriftCleared(_, decided_by):
                if row is not None:
                    row.cleared_by, row.cleared_at, row.position = decided_by, at.time, at.position
                return row
            case _:
                assert_never(event)
