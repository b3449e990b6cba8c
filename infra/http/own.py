"""What the API answers besides the commands and queries: many commands at once, and the feed of a tenant's history.

Declared as those are, so that the policy table and the documents have them.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from baseplus.kernel.access import Role, grants
from baseplus.kernel.paging import Limit, Query
from baseplus.kernel.routes import CommandRoute, Route
from baseplus.kernel.vocabulary import EventTypeName, StreamName
from infra.wiring import ROUTES

MOST_COMMANDS = 1000
"""Commands in one request."""


class ReadFeed(Query, frozen=True, kw_only=True):
    """Read a tenant's history as events.

    A batch of CloudEvents in the order of the history, oldest first. What `data` holds, `/asyncapi.json` says.
    The header `Feed-Position` says how far the batch has come: send it as `after` for what follows, now or later. While
    there is more, `Link` with `rel="next"` leads on.
    """

    after: Annotated[
        int,
        Meta(
            ge=0, le=2**53 - 1, description="the position after which to begin", extra={"form": "a position: 0, 1, 2 …"}
        ),
    ] = 0
    limit: Limit = 100
    stream: Annotated[StreamName | None, Meta(description="only what happened to this thing")] = None
    type: Annotated[EventTypeName | None, Meta(description="only events of this type")] = None


class SendMany(Query, frozen=True, kw_only=True):
    """Give many commands at once.

    The body is `{"commands": [{"command": "agreements.sign", "id": "a-1", "party": …}, …]}`, 1,000
    commands at most: each names its action, the id of the thing, and the fields that it takes alone. They are decided
    one after the other and recorded together, or not at all: where one is refused, none has happened, and `errors`
    names each that was. With `"partial": true` beside the commands those that are not refused are recorded together,
    and `refused` names the others with their reasons. Each is put to the policy as if it came alone, and each counts
    against the key's budget: the request that spends it is still answered, the next one waits.
    """


FEED = Route("events", "feed", "/events", ReadFeed, grants((Role.STAFF, Role.REGULATOR)), (ReadFeed.__doc__ or ""))
"""The feed. Kafka has the same events, with the same names."""

_SENDERS = {grant.role for route in ROUTES if isinstance(route, CommandRoute) for grant in route.may}

BULK = Route(
    "bulk", "send", "/bulk", SendMany, grants(role for role in Role if role in _SENDERS), (SendMany.__doc__ or "")
)
"""Many commands. Whoever may give any command may send some; which, each command's own row says."""
