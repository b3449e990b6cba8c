"""Reviews of a base, by its two sides or by an association: commands, state, rules.

The stream is `reviews/<id>`, of an association's `association_reviews/<id>`; a review is held once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Text
from baseplus.oversight.events import AssociationReviewIssued, JointReviewHeld, ReviewEvent
from baseplus.oversight.terms import Present, Standing, Verdict

On = Annotated[Day | None, Meta(description="the day on which it happened: today or earlier; left out, today")]


class HoldJointReview(Command, frozen=True):
    """Record a joint review of a base.

    School and enterprise look at it together: neither can hold it alone.
    """

    base: Annotated[Id, Meta(description="the base")]
    present: Annotated[tuple[Present, ...], Meta(min_length=2, max_length=20, description="who took part, for whom")]
    summary: Annotated[Text, Meta(description="what they found; no personal data")]
    since: Annotated[Day, Meta(description="the first day that they looked at")]
    until: Annotated[Day, Meta(description="the last day that they looked at")]
    on: On = None
    agreement: Annotated[Id | None, Meta(description="the agreement that asks for it")] = None


class IssueAssociationReview(Command, frozen=True):
    """Record an industry association's review of a base."""

    base: Annotated[Id, Meta(description="the base")]
    association: Annotated[Id, Meta(description="the association, by its id")]
    verdict: Annotated[Verdict, Meta(description="what it thinks of the base")]
    summary: Annotated[Text, Meta(description="why; no personal data")]
    on: On = None


class Review(msgspec.Struct, frozen=True):
    """What the rules need to know: whether it was held. base None: it was not."""

    base: str | None = None


def happened_on(on: date | None, now: datetime) -> date:
    """The day that an order is about. Raises Rejected for one that has not come yet."""
    if on is None:
        return now.date()
    check_happened(on, now)
    return on


def hold(command: HoldJointReview, review: Review, now: datetime) -> Iterator[JointReviewHeld]:
    """What an order leads to. Raises Rejected."""
    _check_new(review)
    on, since, until = happened_on(command.on, now), command.since, command.until
    if until < since or until > on:
        raise Rejected("looked_at_no_time", since=since.isoformat(), until=until.isoformat(), on=on.isoformat())
    sides = {one.side for one in command.present}
    if missing := [side.value for side in (Standing.SCHOOL, Standing.ENTERPRISE) if side not in sides]:
        raise Rejected("side_missing", missing=missing)
    yield JointReviewHeld(command.base, command.present, command.summary, since, until, on, command.agreement)


def issue(command: IssueAssociationReview, review: Review, now: datetime) -> Iterator[AssociationReviewIssued]:
    """What an order leads to. Raises Rejected."""
    _check_new(review)
    on = happened_on(command.on, now)
    yield AssociationReviewIssued(command.base, command.association, command.verdict, command.summary, on)


def _check_new(review: Review) -> None:
    if review.base is not None:
        raise Rejected("review_exists", base=review.base)


def evolve(_review: Review, event: ReviewEvent) -> Review:
    """The review after the event."""
    return Review(event.base)


reviews = Decider("reviews", Review, hold, evolve)
association_reviews = Decider("association_reviews", Review, issue, evolve)
