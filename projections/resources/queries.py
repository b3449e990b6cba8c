"""Questions about resources and their bookings. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.bases.events import ResourceKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Instant, Line, PersonId, TenantId
from projections.resources.views import BookingRow, BookingState, ResourceRow, ResourceState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

_OF_CONTRIBUTOR = "(%(contributor)s::text IS NULL OR contributor = %(contributor)s)"


class ListResources(ListQuery, frozen=True, kw_only=True):
    """Which resources."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    kind: Annotated[ResourceKind | None, Meta(description="only those of this kind")] = None
    state: Annotated[ResourceState | None, Meta(description="only those in this state")] = None
    contributor: Annotated[Id | None, Meta(description="only what this organisation contributed")] = None
    free_since: Annotated[Instant | None, Meta(description="only those that are free from this time on")] = None
    free_until: Annotated[Instant | None, Meta(description="until this time; left out, for an hour")] = None
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None


class ShowResource(Query, frozen=True, kw_only=True):
    """Which resource."""

    resource: Id
    contributor: Annotated[Id | None, Meta(description="only where this organisation contributed it")] = None


class ListBookings(ListQuery, frozen=True, kw_only=True):
    """Which bookings and uses."""

    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    resource: Annotated[Id | None, Meta(description="only those of this resource")] = None
    state: Annotated[BookingState | None, Meta(description="only those in this state")] = None
    person: Annotated[PersonId | None, Meta(description="only those of this person")] = None
    after: Annotated[Instant | None, Meta(description="only those that end after this time")] = None
    before: Annotated[Instant | None, Meta(description="only those that begin before this time")] = None
    sort: Annotated[Literal["since", "until", "person", "state"], SORT] = "since"
    descending: Descending = False


class NamedBookingRow(BookingRow):
    """A booking or use, with what the resource is called."""

    title: str | None = None


def one_resource(reader: Reader, tenant: TenantId, asked: ShowResource, *, until: int | None = None) -> ResourceRow:
    """Show a resource.

    Whose it is, how long it can be used, and how much it was.
    """
    sql = f"SELECT {fields(ResourceRow)} FROM views.resources WHERE id = %(resource)s AND {_OF_CONTRIBUTOR}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), ResourceRow, until=until)
    if not rows:
        raise NotFound(resource=asked.resource)
    return rows[0]


def resources(reader: Reader, tenant: TenantId, asked: ListResources, *, until: int | None = None) -> Page[ResourceRow]:
    """List resources, by id.

    Whether one is free is as far as the read models have come: only booking it tells.
    """
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(ResourceRow)} FROM views.resources
        WHERE id > %(after)s
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND {_OF_CONTRIBUTOR}
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
          AND (%(free_since)s::timestamptz IS NULL OR state = 'in_service' AND NOT EXISTS (
              SELECT FROM views.bookings taken
              WHERE taken.resource = resources.id AND taken.state <> 'cancelled' AND taken.until > %(free_since)s
                AND taken.since < coalesce(
                    %(free_until)s::timestamptz, %(free_since)s::timestamptz + interval '1 hour')))
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, ResourceRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))


_SORTED = Sorting(ListBookings, NamedBookingRow, "key")


def bookings(
    reader: Reader, tenant: TenantId, asked: ListBookings, *, until: int | None = None
) -> Page[NamedBookingRow]:
    """List who has which resource when, by the beginning of the time."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(BookingRow)},
            (SELECT title FROM views.resources WHERE id = bookings.resource) AS title
        FROM views.bookings
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(resource)s::text IS NULL OR resource = %(resource)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(person)s::text IS NULL OR person = %(person)s)
          AND (%(after)s::timestamptz IS NULL OR until > %(after)s)
          AND (%(before)s::timestamptz IS NULL OR since < %(before)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedBookingRow, until=until)
    return page_of(rows, asked.limit, order.place)
