"""What is known of the apprenticeship whose money this is: read from its own stream, by the events that say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.events import ApprenticeEnrolled, ApprenticeExited, ApprenticeshipEvent, ExitReason
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id

OfEnterprise = Annotated[
    Id | None,
    Meta(description="the enterprise that trains the apprentice; an enterprise names itself"),
]
On = Annotated[Day | None, Meta(description="the day, today or earlier; left out, today")]


class Enrolment(msgspec.Struct, frozen=True):
    """Who is trained where. left, reason: of who left before completing. Once said, it does not change."""

    apprentice: str = ""
    base: str = ""
    enterprise: str = ""
    left: date | None = None
    reason: ExitReason | None = None


def evolve(enrolment: Enrolment, event: ApprenticeshipEvent) -> Enrolment:
    """What is known after the event."""
    match event:
        case ApprenticeEnrolled():
            return Enrolment(event.apprentice, event.base, event.enterprise)
        case ApprenticeExited():
            return msgspec.structs.replace(enrolment, left=event.on, reason=event.reason)
        case _:
            return enrolment


def _nothing_to_order(_command: Command, _enrolment: Enrolment, _now: datetime) -> Iterator[ApprenticeshipEvent]:
    raise Rejected("no_such_command")


# Another state than the apprenticeships' own rules keep, so none of their snapshots.
enrolments = Decider("apprenticeships", Enrolment, _nothing_to_order, evolve, state_version=1_000)
