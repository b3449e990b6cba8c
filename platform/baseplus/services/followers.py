"""What must happen to services together with what happens to their base."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.bases.events import BaseClosed
from baseplus.kernel.decisions import Step
from baseplus.services.model import EndWithBase, services


def closed(base: str, event: BaseClosed) -> Iterator[Step]:  # noqa: ARG001 - the event names its services
    """A base's services end with it."""
    for service in event.services:
        yield Step(services, service, EndWithBase(event.on))
