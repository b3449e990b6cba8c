"""What can happen when somebody looks at a base from above.

Streams: `reviews/<id>`, `association_reviews/<id>`, `actions/<id>`, and of what was found `risks/<id>`,
`duty_gaps/<id>`, `authority_drifts/<id>`. Texts of reviews and actions hold no personal data; what people write about a
finding is theirs, and can be erased.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, PersonId, StreamName, Text
from baseplus.oversight.terms import Behind, DaysLong, Month, Percent, Present, Reason, Verdict


class JointReviewHeld(Event):
    """School and enterprise looked at their base together. since, until: the first and last day that they looked at."""

    TYPE: ClassVar = "oversight.joint_review_held.v1"
    base: Id
    present: tuple[Present, ...]
    summary: Text
    since: date
    until: date
    on: date
    agreement: Id | None = None


class AssociationReviewIssued(Event):
    """An industry association says what it thinks of the base."""

    TYPE: ClassVar = "oversight.association_review_issued.v1"
    base: Id
    association: Id
    verdict: Verdict
    summary: Text
    on: date


class ActionRaised(Event):
    """Somebody is to do something by a day. origin: the review or finding that it comes from."""

    TYPE: ClassVar = "oversight.action_raised.v1"
    base: Id
    title: Line
    owner: Id
    due: date
    on: date
    origin: StreamName | None = None


class ActionClosed(Event):
    """It is done. due: by when it was to be done. behind: the events that show it."""

    TYPE: ClassVar = "oversight.action_closed.v1"
    base: Id
    result: Text
    due: date
    on: date
    behind: tuple[Behind, ...] = ()


class SecondClassroomRiskRaised(Event):
    """In that month the base looked like a second classroom. It is a question to a person, and no penalty."""

    TYPE: ClassVar = "oversight.second_classroom_risk_raised.v1"
    base: Id
    month: Month
    reasons: tuple[Reason, ...]


class RiskReasonAdded(Event):
    """There is one more reason."""

    TYPE: ClassVar = "oversight.risk_reason_added.v1"
    base: Id
    reason: Reason


class RiskAppealed(Event):
    """Somebody concerned says that it is not so."""

    TYPE: ClassVar = "oversight.risk_appealed.v1"
    base: Id
    appellant: PersonId
    grounds: Annotated[Text, Personal("appellant")]


class RiskConfirmed(Event):
    """A person decided that it is so. appeal: it was decided on an appeal, and for good."""

    TYPE: ClassVar = "oversight.risk_confirmed.v1"
    base: Id
    decided_by: PersonId
    reason: Annotated[Text, Personal("decided_by")]
    appeal: bool = False


class SecondClassroomRiskCleared(Event):
    """A person decided that it is not so, or no longer. appeal: it was decided on an appeal."""

    TYPE: ClassVar = "oversight.second_classroom_risk_cleared.v1"
    base: Id
    decided_by: PersonId
    reason: Annotated[Text, Personal("decided_by")]
    appeal: bool = False


class DutyGapDetected(Event):
    """A post has stood empty for longer than it may. since: the first day without anybody. limit: days that it may."""

    TYPE: ClassVar = "oversight.duty_gap_detected.v1"
    base: Id
    post: Id
    since: date
    limit: DaysLong
    on: date
    behind: tuple[Behind, ...]


class DutyGapClosed(Event):
    """Somebody holds the post, or nobody needs it any more. since: the first day of the gap; on: the day after."""

    TYPE: ClassVar = "oversight.duty_gap_closed.v1"
    base: Id
    post: Id
    since: date
    on: date
    behind: tuple[Behind, ...]


class AuthorityDriftDetected(Event):
    """In that month the school did more of the enterprise's duties than it may. It is a question to a person.

    by_school, by_enterprise: how many duties either did. share: the school's, in whole percent. threshold: that it may.
    """

    TYPE: ClassVar = "oversight.authority_drift_detected.v1"
    base: Id
    month: Month
    by_school: int
    by_enterprise: int
    share: Percent
    threshold: Percent
    behind: tuple[Behind, ...]


class AuthorityDriftCleared(Event):
    """A person looked at it and settled it."""

    TYPE: ClassVar = "oversight.authority_drift_cleared.v1"
    base: Id
    decided_by: PersonId
    reason: Annotated[Text, Personal("decided_by")]


ReviewEvent = JointReviewHeld | AssociationReviewIssued
ActionEvent = ActionRaised | ActionClosed
RiskEvent = SecondClassroomRiskRaised | RiskReasonAdded | RiskAppealed | RiskConfirmed | SecondClassroomRiskCleared
DutyGapEvent = DutyGapDetected | DutyGapClosed
AuthorityDriftEvent = AuthorityDriftDetected | AuthorityDriftCleared
OversightEvent = ReviewEvent | ActionEvent | RiskEvent | DutyGapEvent | AuthorityDriftEvent
