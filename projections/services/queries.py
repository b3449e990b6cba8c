"""Questions about services and what is asked of them. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, TenantId
from baseplus.mentoring.events import Channel
from baseplus.services.events import ServiceKind
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting
from projections.services.views import ChannelRow, RequestRow, RequestState, ServiceRow, ServiceState

_OF_PROVIDER = "(%(provider)s::text IS NULL OR provider = %(provider)s)"


class ListServices(ListQuery, frozen=True, kw_only=True):
    """Which services."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    kind: Annotated[ServiceKind | None, Meta(description="only those of this kind")] = None
    channel: Annotated[Channel | None, Meta(description="only those that can be had by this channel")] = None
    state: Annotated[ServiceState | None, Meta(description="only those in this state")] = None
    provider: Annotated[Id | None, Meta(description="only those that this organisation provides")] = None
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None
    sort: Annotated[Literal["id", "title", "offered_on", "requested", "waiting", "delivered"], SORT] = "id"
    descending: Descending = False


class ShowService(Query, frozen=True, kw_only=True):
    """Which service."""

    service: Id
    provider: Annotated[Id | None, Meta(description="only where this organisation provides it")] = None


class ListRequests(ListQuery, frozen=True, kw_only=True):
    """Which requests."""

    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    service: Annotated[Id | None, Meta(description="only those for this service")] = None
    channel: Annotated[Channel | None, Meta(description="only those made for this channel")] = None
    state: Annotated[RequestState | None, Meta(description="only those in this state")] = None
    waiting: Annotated[bool | None, Meta(description="only those that are still to be delivered, or are not")] = None
    requester: Annotated[PersonId | None, Meta(description="only those of this person")] = None
    due_until: Annotated[Day | None, Meta(description="only what is due on this day or before")] = None
    sort: Annotated[Literal["due", "requested_on", "delivered_on", "service"], SORT] = "due"
    descending: Descending = False


class ListChannels(ListQuery, frozen=True, kw_only=True):
    """Of which services."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    service: Annotated[Id | None, Meta(description="only this service")] = None
    channel: Annotated[Channel | None, Meta(description="only this channel")] = None


class NamedRequestRow(RequestRow):
    """A request, with what the service is called."""

    title: str | None = None


class NamedChannelRow(ChannelRow):
    """A service's channel, with what the service is called and is."""

    title: str | None = None
    kind: ServiceKind | None = None


_SORTED, _QUEUE_SORTED = Sorting(ListServices, ServiceRow), Sorting(ListRequests, NamedRequestRow, "key")


def one_service(reader: Reader, tenant: TenantId, asked: ShowService, *, until: int | None = None) -> ServiceRow:
    """Show a service.

    What it is, by which channels it can be had, and how many wait for it.
    """
    sql = f"SELECT {fields(ServiceRow)} FROM views.services WHERE id = %(service)s AND {_OF_PROVIDER}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), ServiceRow, until=until)
    if not rows:
        raise NotFound(service=asked.service)
    return rows[0]


def services(reader: Reader, tenant: TenantId, asked: ListServices, *, until: int | None = None) -> Page[ServiceRow]:
    """List services, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(ServiceRow)} FROM views.services
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(channel)s::text IS NULL OR channels @> to_jsonb(%(channel)s::text))
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND {_OF_PROVIDER}
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, ServiceRow, until=until)
    return page_of(rows, asked.limit, order.place)


def requests(
    reader: Reader, tenant: TenantId, asked: ListRequests, *, until: int | None = None
) -> Page[NamedRequestRow]:
    """Show the queue: what was asked for, by either channel, and is due first."""
    order = _QUEUE_SORTED.order(asked)
    sql = f"""
        SELECT {fields(RequestRow)}, (SELECT title FROM views.services WHERE id = service) AS title
        FROM views.service_requests
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(service)s::text IS NULL OR service = %(service)s)
          AND (%(channel)s::text IS NULL OR channel = %(channel)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(waiting)s::boolean IS NULL OR (state IN ('open', 'scheduled')) = %(waiting)s)
          AND (%(requester)s::text IS NULL OR requester = %(requester)s)
          AND (%(due_until)s::date IS NULL OR due <= %(due_until)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedRequestRow, until=until)
    return page_of(rows, asked.limit, order.place)


def channels(
    reader: Reader, tenant: TenantId, asked: ListChannels, *, until: int | None = None
) -> Page[NamedChannelRow]:
    """Compare the channels of each service, by service."""
    service, channel = read_cursor(asked.cursor, tuple[str, str]) if asked.cursor else ("", "")
    sql = f"""
        SELECT {fields(ChannelRow)},
            (SELECT title FROM views.services WHERE id = service) AS title,
            (SELECT kind FROM views.services WHERE id = service) AS kind
        FROM views.service_channels
        WHERE (service, channel) > (%(after_service)s, %(after_channel)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(service)s::text IS NULL OR service = %(service)s)
          AND (%(channel)s::text IS NULL OR channel = %(channel)s)
        ORDER BY service, channel LIMIT %(limit)s + 1"""
    given = {**structs.asdict(asked), "after_service": service, "after_channel": channel}
    rows = reader.rows(tenant, sql, given, NamedChannelRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.service, row.channel.value))
