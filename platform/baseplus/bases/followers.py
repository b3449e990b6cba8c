"""What must happen together: a base receives who is enrolled there and knows when that is over, answers for what is
contributed and offered, and takes that along at its end."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.apprenticeships.events import ApprenticeEnrolled, ApprenticeExited, ApprenticeshipCompleted
from baseplus.bases.events import BaseClosed, Holding, ResourceContributed
from baseplus.bases.model import NoteDeparture, Receive, TakeOn, bases
from baseplus.bases.resources import EndWithBase, resources
from baseplus.kernel.decisions import Step
from baseplus.services.events import ServiceOffered


def contributed(resource: str, event: ResourceContributed) -> Iterator[Step]:
    """The base answers for the resource, or refuses and with it the contribution."""
    yield Step(bases, event.base, TakeOn(event.base, Holding.RESOURCE, resource, event.on, event.site))


def offered(service: str, event: ServiceOffered) -> Iterator[Step]:
    """The base answers for the service, or refuses and with it the offer."""
    yield Step(bases, event.base, TakeOn(event.base, Holding.SERVICE, service, event.on))


def enrolled(apprenticeship: str, event: ApprenticeEnrolled) -> Iterator[Step]:
    """The base receives the apprentice, or refuses and with it the enrolment."""
    yield Step(bases, event.base, Receive(event.base, apprenticeship, event.on))


def ended(apprenticeship: str, event: ApprenticeshipCompleted | ApprenticeExited) -> Iterator[Step]:
    """The base knows that the apprentice trains there no longer."""
    yield Step(bases, event.base, NoteDeparture(apprenticeship, event.on))


def closed(base: str, event: BaseClosed) -> Iterator[Step]:  # noqa: ARG001 - the event names its resources
    """Its resources end with it."""
    for resource in event.resources:
        yield Step(resources, resource, EndWithBase(event.on))
