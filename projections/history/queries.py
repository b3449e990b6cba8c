"""Questions about a tenant's history itself: what happened, to what, when, and by whom. Never what is in an event.

They read the event store, not a copy: there is nothing to catch up with. The tenant comes first; row-level security
knows no other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.vocabulary import Line, TenantId
from projections.runner.reader import Reader, fields

Position = Annotated[int, Meta(ge=1, le=2**63 - 1, extra={"form": "a position: a whole number from 1"})]
_LATEST = 2**63 - 1


class EventRow(msgspec.Struct, frozen=True):
    """An event's envelope. occurred_at: when it happened; recorded_at: when we learnt of it. actor: pseudonymous."""

    position: int
    type: str
    stream: str
    version: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str | None


class ListEvents(ListQuery, frozen=True, kw_only=True):
    """Which events."""

    stream: Annotated[Line | None, Meta(description="only of this stream, or of this capability's streams")] = None
    type: Annotated[Line | None, Meta(description="only of this type, or of types that begin so")] = None
    at: Annotated[Position | None, Meta(description="only up to this position")] = None


def events(
    reader: Reader,
    tenant: TenantId,
    asked: ListEvents,
    *,
    until: int | None = None,  # noqa: ARG001 - what is stored is seen at once: there is nothing to wait for
) -> Page[EventRow]:
    """List what happened, the latest first.

    The envelope of each event; what is in it is told by the things that it is about.
    """
    (before,) = read_cursor(asked.cursor, tuple[int]) if asked.cursor else (_LATEST,)
    sql = f"""
        SELECT {fields(EventRow)} FROM store.events
        WHERE tenant = %(tenant)s AND position < %(before)s AND position <= %(at)s
          AND (%(stream)s::text IS NULL OR stream = %(stream)s OR starts_with(stream, %(stream)s || '/'))
          AND (%(type)s::text IS NULL OR starts_with(type, %(type)s))
        ORDER BY position DESC LIMIT %(limit)s + 1"""
    params = {**structs.asdict(asked), "tenant": tenant, "before": before, "at": asked.at or _LATEST}
    return page_of(reader.rows(tenant, sql, params, EventRow), asked.limit, lambda row: (row.position,))
