"""A thing as known on a day, and as it was on one: its events folded anew by the function of its own view.

As known on a day: of what had been recorded by its end. As it was on a day: of what had happened by its end, whenever
that was recorded; a correction is as old as what it corrects. Both at once: as it was on the one, known on the other.
`docs/decisions/0075-two-times.md` says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of_event
from baseplus.kernel.events import Event
from baseplus.kernel.paging import Query
from baseplus.kernel.vocabulary import Day, StreamId, TenantId
from projections.runner.fold import stored_names
from projections.runner.reader import Reader
from projections.runner.view import At, Row, View

R = TypeVar("R", bound=Row)

_RECORDED = """
SELECT position, type, occurred_at, recorded_at, data FROM store.events
 WHERE tenant = %(tenant)s AND stream = %(stream)s AND type = ANY(%(types)s)
   AND (%(known_on)s::date IS NULL OR (recorded_at AT TIME ZONE 'UTC')::date <= %(known_on)s)
 ORDER BY position
"""


KnownOn = Annotated[Day | None, Meta(description="as it was known at the end of this day, by what had been recorded")]
WasOn = Annotated[
    Day | None, Meta(description="as it was at the end of this day, by all that is known of it, corrections included")
]


class AsOf(Query, frozen=True, kw_only=True):
    """A question about a thing now, or about days that have passed. Days end at midnight by universal time."""

    known_on: KnownOn = None
    was_on: WasOn = None

    @property
    def now(self) -> bool:
        """No day is named."""
        return self.known_on is None and self.was_on is None


class Stored(msgspec.Struct, frozen=True):
    """An event of a stream, as the store has it."""

    position: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    data: bytes


def rows_as_of(reader: Reader, tenant: TenantId, view: View[R, Any], stream: StreamId, asked: AsOf) -> dict[str, R]:
    """The rows of a view that one stream makes, by key, as of the days that are asked for.

    Row-level security shows that tenant's events and no others. Raises Unavailable, UnreadableEvent.
    """
    types = stored_names(view, reader.types)
    params = {"tenant": tenant, "stream": stream, "types": types, "known_on": asked.known_on}
    stored = reader.rows(tenant, _RECORDED, params, Stored)
    return view.folded(_happened(reader, tenant, stream, stored, asked.was_on))


def happened_by(event: Event, occurred_at: datetime, day: date) -> bool:
    """Whether an event had happened by the end of a day. A correction always had: without what it corrects, which is
    there or not, it says nothing."""
    return event.CORRECTION or day_of_event(event, occurred_at) <= day


def _happened(
    reader: Reader, tenant: TenantId, stream: StreamId, stored: list[Stored], was_on: date | None
) -> Iterator[tuple[Event, At]]:
    for one in stored:
        event = reader.types.decode(one.type, one.data)
        if was_on is None or happened_by(event, one.occurred_at, was_on):
            yield event, At(tenant, one.position, stream, "", one.occurred_at, one.recorded_at)
