"""Questions about mentors. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, TenantId
from projections.mentors.views import DispatchRow, DispatchState, MentorRow
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

_OF_ORGANISATION = "(%(organisation)s::text IS NULL OR organisation = %(organisation)s)"


class ListMentors(ListQuery, frozen=True, kw_only=True):
    """Which mentors."""

    kind: Annotated[MentorKind | None, Meta(description="only those of this side")] = None
    organisation: Annotated[Id | None, Meta(description="only those of this school or enterprise")] = None
    qualified: Annotated[bool | None, Meta(description="only those who have shown what they can do, or have not")] = (
        None
    )
    with_room: Annotated[bool | None, Meta(description="only those who may take on another one, or may not")] = None
    search: Annotated[Line | None, Meta(description="only those whose name or id has this in it")] = None
    sort: Annotated[Literal["id", "name", "load", "capacity"], SORT] = "id"
    descending: Descending = False


class ShowMentor(Query, frozen=True, kw_only=True):
    """Which mentor."""

    mentor: Id
    organisation: Annotated[Id | None, Meta(description="only where it is one of this school or enterprise")] = None


class ListDispatches(ListQuery, frozen=True, kw_only=True):
    """Which dispatches."""

    mentor: Annotated[Id | None, Meta(description="only those of this mentor")] = None
    kind: Annotated[MentorKind | None, Meta(description="only those of teachers of this side")] = None
    base: Annotated[Id | None, Meta(description="only those to this base")] = None
    state: Annotated[DispatchState | None, Meta(description="only those in this state")] = None
    since: Annotated[Day | None, Meta(description="only those for this day or later")] = None
    before: Annotated[Day | None, Meta(description="only those for an earlier day")] = None


def one_mentor(reader: Reader, tenant: TenantId, asked: ShowMentor, *, until: int | None = None) -> MentorRow:
    """Show a mentor.

    What they may take on, and whom they guide.
    """
    sql = f"SELECT {fields(MentorRow)} FROM views.mentors WHERE id = %(mentor)s AND {_OF_ORGANISATION}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), MentorRow, until=until)
    if not rows:
        raise NotFound(mentor=asked.mentor)
    return rows[0]


_SORTED = Sorting(ListMentors, MentorRow, private={"name": "SELECT name FROM views.mentors WHERE id = %(place_0)s"})


def mentors(reader: Reader, tenant: TenantId, asked: ListMentors, *, until: int | None = None) -> Page[MentorRow]:
    """List mentors with their load, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(MentorRow)} FROM views.mentors
        WHERE {order.after}
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND {_OF_ORGANISATION}
          AND (%(qualified)s::boolean IS NULL OR qualified = %(qualified)s)
          AND (%(with_room)s::boolean IS NULL OR (load < capacity) = %(with_room)s)
          AND (%(search)s::text IS NULL OR strpos(lower(concat_ws(' ', name, id)), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, MentorRow, until=until)
    return page_of(rows, asked.limit, order.place)


def dispatches(
    reader: Reader, tenant: TenantId, asked: ListDispatches, *, until: int | None = None
) -> Page[DispatchRow]:
    """List dispatches of teachers, by day."""
    after_day, after = read_cursor(asked.cursor, tuple[date, str]) if asked.cursor else (date.min, "")
    sql = f"""
        SELECT {fields(DispatchRow)} FROM views.dispatches
        WHERE (on_day, key) > (%(after_day)s, %(after)s)
          AND (%(mentor)s::text IS NULL OR mentor = %(mentor)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(since)s::date IS NULL OR on_day >= %(since)s)
          AND (%(before)s::date IS NULL OR on_day < %(before)s)
        ORDER BY on_day, key LIMIT %(limit)s + 1"""
    place = {"after": after, "after_day": after_day}
    rows = reader.rows(tenant, sql, structs.asdict(asked) | place, DispatchRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.on_day, row.key))
