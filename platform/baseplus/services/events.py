"""What can happen to a service and to what people ask of it. The stream is `services/<service>`.

`asked` is the channel that a request was made for; `channel` of a delivery is the one by which it came. What counts in
a rate carries the day of the request and the day by which it is due, so that it counts where the request did.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Count, Id, Instant, Line, PersonId, Text
from baseplus.mentoring.events import Channel

Promise = Annotated[int, Meta(ge=0, le=365, extra={"form": "a number of days, 0 to 365"})]
Stars = Annotated[int, Meta(ge=1, le=5, extra={"form": "a whole number from 1 to 5"})]


class ServiceKind(StrEnum):
    """What is offered. Source: Figure 2 of the paper that the domain comes from, and what it names around it."""

    CONSULTING = "consulting"
    TRAINING = "training"
    LAB_BOOKING = "lab_booking"
    ROADSHOW = "roadshow"
    POLICY_HELP = "policy_help"
    FINANCE = "finance"
    LEGAL = "legal"


class CancelledBy(StrEnum):
    """Who called a request off: whoever asked, or the base that did not deliver."""

    REQUESTER = "requester"
    BASE = "base"


class ServiceOffered(Event):
    """A base offers a service by these channels. within_days: by when it promises to deliver what is asked for."""

    TYPE: ClassVar = "services.service_offered.v1"
    base: Id
    kind: ServiceKind
    title: Line
    channels: tuple[Channel, ...]
    within_days: Promise
    on: date
    provider: Id | None = None


class ServiceRequested(Event):
    """Somebody asked for the service by this channel. due: by when it is in time."""

    TYPE: ClassVar = "services.service_requested.v1"
    request: Id
    base: Id
    channel: Channel
    requester: PersonId
    on: date
    due: date
    wish: Annotated[Text | None, Personal("requester")] = None


class ServiceScheduled(Event):
    """It was arranged when, by which channel and by whom it will be delivered. Arranged anew, this holds."""

    TYPE: ClassVar = "services.service_scheduled.v1"
    request: Id
    at: Instant
    channel: Channel
    assignee: PersonId | None = None


class ServiceDelivered(Event):
    """The requester got what they asked for. It was in time if it came by the due day."""

    TYPE: ClassVar = "services.service_delivered.v1"
    request: Id
    base: Id
    channel: Channel
    asked: Channel
    requested: date
    due: date
    on: date
    hours: Count | None = None

    @property
    def in_time(self) -> bool:
        """Whether it came by the due day, which counts in full."""
        return self.on <= self.due


class ServiceRated(Event):
    """Whoever asked says how it was, in 1 to 5 stars."""

    TYPE: ClassVar = "services.service_rated.v1"
    request: Id
    base: Id
    channel: Channel
    requester: PersonId
    stars: Stars
    comment: Annotated[Text | None, Personal("requester")] = None


class ServiceCancelled(Event):
    """What was asked for will not be delivered. Called off in time by whoever asked, it was no failure of the base."""

    TYPE: ClassVar = "services.service_cancelled.v1"
    request: Id
    base: Id
    asked: Channel
    by: CancelledBy
    reason: Line
    requested: date
    due: date
    on: date

    @property
    def excused(self) -> bool:
        """Whether whoever asked called it off before it was late."""
        return self.by is CancelledBy.REQUESTER and self.on <= self.due


class ServiceWithdrawn(Event):
    """The service is offered no longer. What was still asked of it is cancelled."""

    TYPE: ClassVar = "services.service_withdrawn.v1"
    base: Id
    reason: Line
    on: date


ServiceEvent = (
    ServiceOffered
    | ServiceRequested
    | ServiceScheduled
    | ServiceDelivered
    | ServiceRated
    | ServiceCancelled
    | ServiceWithdrawn
)
