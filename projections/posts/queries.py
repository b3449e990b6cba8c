"""Questions about posts and their holders. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.bases.events import PostKind
from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, TenantId
from projections.posts.views import Change, PostChangeRow, PostRow, PostState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting


class ListPosts(ListQuery, frozen=True, kw_only=True):
    """Which posts."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    state: Annotated[PostState | None, Meta(description="only those in this state")] = None
    kind: Annotated[PostKind | None, Meta(description="only those of this kind")] = None
    holder: Annotated[PersonId | None, Meta(description="only those that this person holds")] = None
    vacant_before: Annotated[Day | None, Meta(description="only those that stand empty since before this day")] = None
    search: Annotated[Line | None, Meta(description="only those whose title or holder has this in it")] = None
    sort: Annotated[Literal["base", "title", "state", "since", "holders"], SORT] = "base"
    descending: Descending = False


class ListHandovers(ListQuery, frozen=True, kw_only=True):
    """Which links of the chain."""

    base: Annotated[Id | None, Meta(description="only those of this base")] = None
    post: Annotated[Id | None, Meta(description="only those of this post")] = None
    person: Annotated[PersonId | None, Meta(description="only where this person came or went")] = None
    what: Annotated[Change | None, Meta(description="only those of this kind")] = None
    since: Annotated[Day | None, Meta(description="only those on this day or later")] = None


class NamedPostChangeRow(PostChangeRow):
    """A link of the chain, with the name of who left."""

    outgoing_name: str | None = None


_SORTED = Sorting(ListPosts, PostRow, "base", "post")


def posts(reader: Reader, tenant: TenantId, asked: ListPosts, *, until: int | None = None) -> Page[PostRow]:
    """List posts with their holders, by base and post."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(PostRow)} FROM views.posts
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(holder)s::text IS NULL OR holder = %(holder)s)
          AND (%(vacant_before)s::date IS NULL OR (state = 'vacant' AND since < %(vacant_before)s))
          AND (%(search)s::text IS NULL
               OR strpos(lower(concat_ws(' ', title, holder_name)), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, PostRow, until=until)
    return page_of(rows, asked.limit, order.place)


def handovers(
    reader: Reader, tenant: TenantId, asked: ListHandovers, *, until: int | None = None
) -> Page[NamedPostChangeRow]:
    """Show the chain of appointments and handovers, the latest day first."""
    day, before = read_cursor(asked.cursor, tuple[date, int]) if asked.cursor else (date.max, 2**63 - 1)
    sql = f"""
        SELECT {fields(PostChangeRow)},
            (SELECT earlier.name FROM views.post_changes earlier
             WHERE earlier.base = link.base AND earlier.post = link.post AND earlier.person = link.outgoing
               AND earlier.position < link.position
             ORDER BY earlier.position DESC LIMIT 1) AS outgoing_name
        FROM views.post_changes link
        WHERE (day, position) < (%(after_day)s::date, %(after)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(post)s::text IS NULL OR post = %(post)s)
          AND (%(person)s::text IS NULL OR person = %(person)s OR outgoing = %(person)s)
          AND (%(what)s::text IS NULL OR what = %(what)s)
          AND (%(since)s::date IS NULL OR day >= %(since)s)
        ORDER BY day DESC, position DESC LIMIT %(limit)s + 1"""
    given = {**structs.asdict(asked), "after_day": day, "after": before}
    rows = reader.rows(tenant, sql, given, NamedPostChangeRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.day, row.position))
