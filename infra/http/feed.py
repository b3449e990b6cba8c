"""A tenant's history as CloudEvents, a batch at a time. The attributes are those that the messages on Kafka have."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from msgspec import structs

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import TenantId
from infra.http.admission import permit
from infra.http.own import FEED, ReadFeed
from infra.http.parts import parts
from infra.http.queries import JSON, accepted, cacheable, next_page, parameters
from infra.http.refusals import BeyondHistory
from infra.http.schemas import load
from infra.kafka.envelope import to_headers
from projections.runner.reader import fields

BATCH = "application/cloudevents-batch+json"

_EVENTS = f"""
    SELECT {fields(Recorded)} FROM store.events
     WHERE tenant = %(tenant)s AND position > %(after)s AND position <= %(known)s
       AND (%(stream)s::text IS NULL OR stream = %(stream)s) AND (%(type)s::text IS NULL OR type = %(type)s)
     ORDER BY position LIMIT %(limit)s + 1"""


def feed_view(tenant: str) -> Response:
    """Answer one batch."""
    permit(FEED, tenant)
    media = accepted(BATCH, JSON)
    asked = load(ReadFeed, parameters(), lax=True)
    # asked first: what is stored meanwhile may lie beyond the rows that are read
    known = parts().store.position(TenantId(tenant))
    if asked.after > known:
        raise BeyondHistory(after=asked.after, ends=known)
    given = structs.asdict(asked) | {"tenant": tenant, "known": known}
    rows = parts().reader.rows(TenantId(tenant), _EVENTS, given, Recorded)
    batch, more = rows[: asked.limit], len(rows) > asked.limit
    reached = batch[-1].position if more else known
    response = cacheable(msgspec.json.encode([cloud_event(event) for event in batch]), media)
    response.headers["Feed-Position"] = str(reached)
    if more:
        response.headers["Link"] = next_page(after=reached)
    return response


def cloud_event(event: Recorded) -> dict[str, Any]:
    """An event in CloudEvents' JSON format (1.0): text attributes, and the data as it is stored."""
    attributes = {name.removeprefix("ce_"): value.decode() for name, value in to_headers(event)}
    media = attributes.pop("content-type")
    return {**attributes, "datacontenttype": media, "data": msgspec.Raw(event.data)}
