"""Between our events and what the `eventsourcing` library stores.

The library's own mapper writes class paths; ours writes the permanent name, and the event's JSON alone, because those
bytes are what Kafka, the audit log and every other reader get. So there is no compressor and no cipher here: personal
data is sealed in the event itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, MapperDeserialisationError, StoredEvent

from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.refusals import Refusal


class Happened(msgspec.Struct, frozen=True):
    """One of our events in the shape that the library asks of a domain event. occurred_at: None means now."""

    originator_id: str
    originator_version: int
    event: Event
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class TimedStoredEvent(StoredEvent):
    """A stored event that knows when it happened; the library hands it through untouched."""

    occurred_at: datetime | None = None


class EventMapper(Mapper[str]):
    """Maps `Happened`, with permanent names and upcasts."""

    def __init__(self, types: EventTypes) -> None:
        super().__init__(JSONTranscoder())
        self._types = types

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Raises UnknownEventType, TypeError."""
        if not isinstance(domain_event, Happened):
            raise TypeError(f"{type(domain_event).__name__} is not Happened")
        event = domain_event.event
        return TimedStoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            event.TYPE,
            self._types.encode(event),
            domain_event.occurred_at,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Raises MapperDeserialisationError."""
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        try:
            event = self._types.decode(stored_event.topic, stored_event.state)
        except Refusal as error:
            raise MapperDeserialisationError(f"event {version} of {stream}: {error}") from error
        return Happened(stream, version, event, getattr(stored_event, "occurred_at", None))
